"""Small networks and their histories as tables: one line per spell, one per job.

Nothing here computes an expectation. A test writes its network and the whole history that the rules prescribe.
"""

from __future__ import annotations

from math import isnan
from typing import Any

import numpy as np

from sim.machine import Calendar, Constant, NetworkBuilder, Records, compiled, reference, simulate
from sim.machine.records import COUNTED, FIRST, GHOST, RESUMED, RETURNED
from sim.machine.steps import Exit
from tests.twins.compare import differences, outcome

SPELL_WORDS = ("uncounted", "ghost", "resumed", "returned", "not_first")


def micro(end: float = 100.0, follow: float = 100.0, warm_up: float = 0.0, **more: Any) -> NetworkBuilder:
    """An empty network of 100 counted minutes, followed for another 100."""
    return NetworkBuilder("micro", end=end, follow=follow, warm_up=warm_up, **more)


def run(builder: NetworkBuilder) -> Records:
    """The one history that every micro test looks at; both engines leave it, or fail in the same words."""
    network = builder.build()
    a, b = (outcome(engine, network, 1, 0) for engine in (reference.run, compiled.run))
    assert not differences(a, b)
    assert isinstance(a, Records) or a.startswith("engine fault")
    return simulate(network, seed=1, replication=0, engine="reference")


def number(x: float) -> str:
    """A time so that equal text means equal bits: whole minutes plainly, others in full; `-` for never."""
    if isnan(x):
        return "-"
    return str(int(x)) if x == int(x) else repr(float(x))


def visit_lines(source: NetworkBuilder | Records, *steps: str) -> list[str]:
    """Spells as `job step server entered started left released exit`, then what is out of the ordinary.

    The server is the pool's name, `pool/number` for a named server, `-` for nobody. After the exit come `round1`
    (round 1), `spell1` (spell 1) and words of `SPELL_WORDS`. Ordinary and not written: spell 0 is a
    first spell, a later one a returned spell, the visit is counted.

    Parameters
    ----------
    source : NetworkBuilder or Records
        A network to run, or a history.
    *steps : str
        Keep only these steps.
    """
    records = source if isinstance(source, Records) else run(source)
    network, out = records.network, []
    for v in records.visits:
        name = network.steps[int(v["step"])].name
        if steps and name not in steps:
            continue
        flags, spell = int(v["flags"]), int(v["spell"])
        server = "-" if v["pool"] < 0 else network.pools[int(v["pool"])].name
        if v["server"] >= 0:
            server += f"/{int(v['server'])}"
        times = [number(float(v[k])) for k in ("entered", "started", "left", "released")]
        words = [str(int(v["job"])), name, server, *times, Exit(int(v["exit"])).name.lower().replace("_", "-")]
        words += [f"round{int(v['round'])}"] if v["round"] else []
        words += [f"spell{spell}"] if spell else []
        words += [] if flags & COUNTED else ["uncounted"]
        words += ["ghost"] if flags & GHOST else []
        words += ["resumed"] if flags & RESUMED else []
        words += ["returned"] if bool(flags & RETURNED) != (spell > 0) else []
        words += ["not_first"] if bool(flags & FIRST) != (spell == 0) else []
        out.append(" ".join(words))
    return out


def job_lines(source: NetworkBuilder | Records) -> list[str]:
    """Jobs as `number family parent birth end step exit`, with `uncounted` where the family is not counted."""
    records = source if isinstance(source, Records) else run(source)
    out = []
    for j in records.jobs:
        step = "-" if j["step"] < 0 else records.network.steps[int(j["step"])].name
        words = [str(int(j[k])) for k in ("number", "family", "parent")]
        words += [number(float(j["birth"])), number(float(j["end"])), step]
        words += [Exit(int(j["exit"])).name.lower().replace("_", "-")]
        out.append(" ".join(words + ([] if j["counted"] else ["uncounted"])))
    return out


def table(text: str) -> list[str]:
    """Lines of an expected table: spaces evened out, empty lines and the heading (it begins with `job`) left out."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("job ")]


def duty_lines(source: NetworkBuilder | Records) -> list[str]:
    """Duty table as `pool begin end servers`, counted pools only."""
    records = source if isinstance(source, Records) else run(source)
    duty = records.duty[np.lexsort((records.duty["begin"], records.duty["pool"]))]
    return [
        " ".join(
            [records.network.pools[int(d["pool"])].name, *(number(float(d[k])) for k in ("begin", "end", "servers"))]
        )
        for d in duty
        if d["server"] < 0
    ]


def one_line(times, columns=None, servers=1, **work) -> NetworkBuilder:
    """A log to one step `ask` with one pool `desk`; `calendar` adds open hours called `hours`."""
    b = micro()
    b.recorded("in", to="ask", times=times, columns=columns)
    if "hours" in work:
        b.calendar(Calendar("hours", work.pop("hours")))
    b.work("ask", **{"served_by": "desk", "size": Constant(5), **work})
    b.counted("desk", servers)
    return b
