"""Laws, predictors, clauses and whatever else the rows of a packed network name by number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.machine.calendar import Calendar
from sim.machine.compiled import layout as at
from sim.machine.compiled.desk import Desk
from sim.machine.compiled.kinds import kind_of
from sim.machine.inversion import CONSTANT, EXPONENTIAL, LOGNORMAL, pack
from sim.machine.laws import Constant, Exponential, Law, Lognormal
from sim.machine.luck import name_hash
from sim.machine.network import Network
from sim.machine.predictor import Predictor, Source
from sim.machine.steps import Clause, Spawn
from sim.machine.timeline import Timeline

Array = NDArray[Any]

_SOURCES = {
    "z": at.BY_Z,
    "attribute": at.BY_ATTRIBUTE,
    "mark": at.BY_MARK,
    "round": at.BY_ROUND,
    "waited": at.BY_WAITED,
    "age": at.BY_AGE,
    "lateness": at.BY_LATENESS,
    "time": at.BY_TIME,
    "gauge": at.BY_GAUGE,
    "switch": at.BY_SWITCH,
    "family mark": at.BY_FAMILY_MARK,
}
_LINKS = {"identity": at.IDENTITY, "exp": at.EXP, "logistic": at.LOGISTIC, "normal": at.PHI}


def table(dtype: Any, rows: Sequence[dict[str, Any]] | int) -> Array:
    """Rows as a structured array whose elements have attributes."""
    if isinstance(rows, int):
        return np.zeros(rows, dtype).view(np.recarray)
    out = np.zeros(len(rows), dtype)
    for i, row in enumerate(rows):
        for name, value in row.items():
            out[name][i] = value
    return out.view(np.recarray)


class Pieces:
    """Collects the rows that others name by their numbers.

    Parameters
    ----------
    network : Network
        What is packed.
    """

    def __init__(self, network: Network) -> None:
        self.n = network
        self.kind = kind_of(network)
        self.full = self.kind != "core"
        self.desk = Desk(network)
        self.numbers: list[float] = []
        self.laws: list[dict[str, Any]] = []
        self.predictors: list[dict[str, Any]] = []
        self.terms: list[dict[str, Any]] = []
        self.timelines: list[dict[str, Any]] = []
        self.conditions: list[dict[str, Any]] = []
        self.clauses: list[dict[str, Any]] = []
        self.spawns: list[dict[str, Any]] = []
        self.marks: list[dict[str, Any]] = []
        self.calendar_index = {name: i for i, name in enumerate(network.calendars)}

    def law(self, law: Law | None) -> int:
        """Number of a packed law; NONE without one."""
        if law is None:
            return int(at.NONE)
        place = pack(law, self.numbers, self.n.attribute_index)
        row = {"at": place, "cap": law.cap, "scale": at.NONE, "loaded": law.load != 0.0, "plain": at.TABLED}
        if law.scale is not None:
            row["scale"] = self.predictor(law.scale)
        elif law.load == 0.0 and not law.atoms and law.cap == inf:
            kind, own = self.numbers[place], self.numbers[place + 3 :]
            if kind == EXPONENTIAL and isinstance(law, Exponential):
                row.update(plain=at.PLAIN_EXPONENTIAL, a=own[0])
            elif kind == LOGNORMAL and isinstance(law, Lognormal):
                row.update(plain=at.PLAIN_LOGNORMAL, a=own[0], b=own[1])
            elif kind == CONSTANT and isinstance(law, Constant):
                row.update(plain=at.PLAIN_CONSTANT, a=own[0])
        self.laws.append(row)
        return len(self.laws) - 1

    def source(self, s: Source) -> dict[str, int]:
        """Kind and index of what is looked at."""
        index = 0
        if s.kind == "attribute":
            index = self.n.attribute_index[s.name]
        elif s.kind == "mark":
            index = self.n.mark_index[s.name]
        elif s.kind == "time":
            assert s.table is not None
            index = self.timeline(s.table)
        elif s.kind == "gauge":
            index = self.n.gauge_index[s.name]
        elif s.kind == "switch":
            index = self.desk.switch(s.name)
        elif s.kind == "family mark":
            index = self.n.family_mark_index[s.name]
        return {"source": int(_SOURCES[s.kind]), "index": index}

    def timeline(self, line: Timeline) -> int:
        """Number of a packed timeline."""
        times = len(self.numbers)
        self.numbers += line.times.tolist()
        self.numbers += line.values.tolist()
        self.timelines.append({"times": times, "values": times + line.times.size, "n": line.times.size})
        return len(self.timelines) - 1

    def predictor(self, p: Predictor | None) -> int:
        """Number of a packed Predictor; NONE without one."""
        if p is None:
            return int(at.NONE)
        first = len(self.terms)
        for t in p.terms:
            self.terms.append({"factor": t.factor, "low": t.low, "high": t.high, **self.source(t.source)})
        self.predictors.append({"base": p.base, "link": _LINKS[p.link], "first": first, "end": len(self.terms)})
        return len(self.predictors) - 1

    def calendar(self, name: str | None) -> int:
        """Number of a calendar; NONE without one."""
        return int(at.NONE) if name is None else self.calendar_index[name]

    def spawn(self, spawns: Iterable[Spawn]) -> dict[str, int]:
        """First and end of the packed spawns."""
        first = len(self.spawns)
        for s in spawns:
            self.spawns.append({"to": self.n.step_index[s.to], "count": s.count, "delay": self.law(s.delay)})
        return {"first_spawn": first, "end_spawn": len(self.spawns)}

    def add(self, marks: Any) -> dict[str, int]:
        """First and end of the packed marks to raise."""
        first = len(self.marks)
        for name, k in marks.items():
            self.marks.append({"mark": self.n.mark_index[name], "add": k})
        return {"first_mark": first, "end_mark": len(self.marks)}

    def tell(self, marks: Any) -> dict[str, int]:
        """First and end of the packed marks of the family to raise."""
        first = len(self.marks)
        for name, k in marks.items():
            self.marks.append({"mark": self.n.family_mark_index[name], "add": k})
        return {"first_tell": first, "end_tell": len(self.marks)}

    def clause(self, c: Clause) -> None:
        """Pack a clause."""
        first = len(self.conditions)
        for k in c.when:
            self.conditions.append({"number": k.number, "at_most": k.op == "<=", **self.source(k.source)})
        depends = isinstance(c.probability, Predictor)
        self.clauses.append(
            {
                "hash": name_hash("clause:" + c.name),
                "probability": 0.5 if depends else c.probability,
                "predictor": self.predictor(c.probability) if isinstance(c.probability, Predictor) else at.NONE,
                "to": at.NONE if c.to is None else self.n.step_index[c.to],
                "first_condition": first,
                "end_condition": len(self.conditions),
                "again": c.again,
                "go_on": c.go_on,
                **self.add(c.add),
                **self.tell(c.tell),
                **self.spawn(c.spawn),
            }
        )

    def packed_calendar(self, c: Calendar) -> dict[str, Any]:
        """Row of a calendar."""
        row: dict[str, Any] = {"head": len(self.numbers), "head_n": len(c._head), "repeats": c.repeat is not None}
        self.numbers += [x for pair in c._head for x in pair]
        row.update(tail=len(self.numbers), tail_n=len(c._tail), tail_open=c._tail_open)
        self.numbers += [x for pair in c._tail for x in pair]
        row["paces"] = at.NONE
        if c.paces is not None:
            row["paces"] = len(self.numbers)
            self.numbers += c.paces
        if c.repeat is not None:
            row.update(origin=c.repeat[0], period=c.repeat[1])
        return row
