"""Which of three compilations a network needs: what it does not use must not cost it anything.

Every kernel takes `full`, whose *type* says which: None for the `core`, an empty tuple for `full` networks, a tuple of
one number for those with pieces of the service `desk` (section 8). So `if full is not None` and, inside, `if len(full)`
are decided while a kernel is compiled, and what is not needed is not even looked at.
"""

from __future__ import annotations

from typing import Any

from numba.core import types

from sim.machine.engines import Kind
from sim.machine.laws import Law
from sim.machine.network import Network
from sim.machine.pools import NamedPool
from sim.machine.predictor import Predictor
from sim.machine.steps import Work
from sim.machine.streams import RecordedStream

ARGUMENT: dict[Kind, Any] = {"core": None, "full": (), "desk": (1,)}
"""What kernels get as `full`."""

TYPE: dict[Kind, Any] = {
    "core": types.none,
    "full": types.Tuple(()),
    "desk": types.UniTuple(types.int64, 1),
}
"""What they are compiled for."""

_CORE_SOURCES = {"round", "age", "time"}


def kind_of(n: Network) -> Kind:
    """The smallest compilation that has everything a network uses."""
    if needs_desk(n):
        return "desk"
    return "full" if needs_people(n) else "core"


def needs_desk(n: Network) -> bool:
    """Whether a network uses a piece of section 8 that is not in the full compilation.

    Shifted hazards, calendars with a pace and places kept since the last `again` are numbers like others.
    """
    if n.gauges or n.switches or n.family_marks:
        return True
    for p in n.pools:
        if isinstance(p, NamedPool) and (p.learning or any(d.switch for s in p.servers for d in s.duties)):
            return True
    for step in n.steps:
        if step.release or step.recall:
            return True
        if isinstance(step, Work):
            if step.owner != "any" or step.grade or step.keep or step.shared_limit or any(e.switch for e in step.edges):
                return True
    return False


def needs_people(n: Network) -> bool:
    """Whether a network uses a piece that the core does not have."""
    if n.attributes or n.marks or n.watches or any(isinstance(p, NamedPool) for p in n.pools):
        return True
    if any(p.job_choice != "oldest" or p.end_of_duty != "finish" for p in n.pools):
        return True
    for s in n.streams:
        if s.attributes or (not isinstance(s, RecordedStream) and s.batch is not None):
            return True
    for step in n.steps:
        if isinstance(step, Work):
            plain = Work(
                step.name,
                step.edges,
                size=step.size,
                patience=step.patience,
                limit=step.limit,
                returned=step.returned,
                ghost=step.ghost,
                when_closed=step.when_closed,
                at_close=step.at_close,
                due_from=step.due_from,
                yields=step.yields,
            )
            if step != plain or any(e.after > 0.0 or e.most is not None for e in step.edges):
                return True
            if step.score is not None:
                return True
            laws = [step.size, step.patience]
        else:
            if step.calendar or step.until_open or step.counts_as_wait:
                return True
            laws = [step.length]
        if any(law is not None and _depends(law) for law in laws):
            return True
    for clauses in n.routes.values():
        for c in clauses:
            if isinstance(c.probability, Predictor) or any(k.source.kind not in _CORE_SOURCES for k in c.when):
                return True
            if any(s.delay is not None and _depends(s.delay) for s in c.spawn):
                return True
    return False


def _depends(law: Law) -> bool:
    return law.load != 0.0 or law.scale is not None
