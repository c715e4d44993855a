"""A network as tables of numbers (once per network), and one replication's private copy of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.machine.calendar import Calendar
from sim.machine.compiled import layout as at
from sim.machine.inversion import CONSTANT, EXPONENTIAL, LOGNORMAL, pack
from sim.machine.laws import Constant, Exponential, Law, Lognormal
from sim.machine.luck import name_hash
from sim.machine.network import Network
from sim.machine.pools import NamedPool
from sim.machine.predictor import Predictor, Source
from sim.machine.steps import Clause, Spawn, Work
from sim.machine.streams import RecordedStream
from sim.machine.timeline import Timeline

Array = NDArray[Any]

_ORDERS = {"entry": at.BY_ENTRY, "kept": at.BY_KEPT, "due": at.BY_DUE, "score": at.BY_SCORE}
_JOB_CHOICES = {"oldest": at.OLDEST, "earliest due": at.EARLIEST_DUE, "highest score": at.HIGHEST_SCORE}
_SERVER_CHOICES = {
    "longest idle": at.LONGEST_IDLE,
    "least loaded": at.LEAST_LOADED,
    "most loaded": at.MOST_LOADED,
    "lowest number": at.LOWEST_NUMBER,
    "random": at.RANDOM,
}
_ENDS = {None: at.POOL_RULE, "finish": at.FINISH, "hand back": at.HAND_BACK, "pause": at.PAUSE}
_RETURNED = {"remaining": at.REMAINING, "restart": at.RESTART, "redraw": at.REDRAW}
_DUE_FROM = {"entry": at.FROM_ENTRY, "birth": at.FROM_BIRTH, "mark": at.FROM_MARK}
_MOMENTS = {"entered": at.ENTERED, "started": at.STARTED, "left": at.LEFT, "mark": at.MARKED}
_SOURCES = {
    "z": at.BY_Z,
    "attribute": at.BY_ATTRIBUTE,
    "mark": at.BY_MARK,
    "round": at.BY_ROUND,
    "waited": at.BY_WAITED,
    "age": at.BY_AGE,
    "lateness": at.BY_LATENESS,
    "time": at.BY_TIME,
}
_LINKS = {"identity": at.IDENTITY, "exp": at.EXP, "logistic": at.LOGISTIC, "normal": at.PHI}
_CORE_SOURCES = {"round", "age", "time"}
UNLIMITED = 1 << 62
MOST_U2 = 65_535
"""Steps and edges are numbers of 16 bits in a job."""
MANY_LINES = 8
"""A pool that takes from more lines than this keeps a bit of each."""


@dataclass(frozen=True)
class Tables:
    """A packed network: every array that does not change, or that a run starts from.

    Attributes
    ----------
    full : bool
        Whether the network needs more than the core.
    arrays : dict of str to array
        By the names of `layout.Machine` and `layout.People`.
    """

    full: bool
    arrays: dict[str, Array]


def table(dtype: Any, rows: Sequence[dict[str, Any]] | int) -> Array:
    """Rows as a structured array whose elements have attributes."""
    if isinstance(rows, int):
        return np.zeros(rows, dtype).view(np.recarray)
    out = np.zeros(len(rows), dtype)
    for i, row in enumerate(rows):
        for name, value in row.items():
            out[name][i] = value
    return out.view(np.recarray)


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


class _Packer:
    """Collects the rows of all tables of one network."""

    def __init__(self, network: Network) -> None:
        self.n = network
        self.full = needs_people(network)
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
                **self.spawn(c.spawn),
            }
        )

    def tables(self) -> Tables:
        """Pack everything."""
        n = self.n
        out: dict[str, Array] = {}
        steps, edges = self.steps()
        for what, number in (("steps", len(steps)), ("edges", len(edges))):
            if number > MOST_U2:
                raise ValueError(f"network {n.name}: {number:,} {what}; at most {MOST_U2:,} are possible")
        pools, takes = self.pools(edges)
        for row in steps:
            row["flagged"] = any("flag_words" in pools[e["pool"]] for e in edges[row["first_edge"] : row["end_edge"]])
        out["steps"], out["edges"] = table(at.STEP, steps), table(at.EDGE, edges)
        routes = np.zeros(len(n.steps) * at.EXITS, at.ROUTE).view(np.recarray)
        for (name, exit_), clauses in n.routes.items():
            first = len(self.clauses)
            for c in clauses:
                self.clause(c)
            routes[n.step_index[name] * at.EXITS + int(exit_)] = (first, len(self.clauses))
        out["routes"] = routes
        streams, stream_attributes = self.streams()
        self.watches(out)
        calendars = [self.packed_calendar(c) for c in n.calendars.values()]
        out["pools"], out["takes"] = table(at.POOL, pools), table(at.TAKE, takes)
        out["streams"] = table(at.STREAM, streams)
        out["stream_attributes"] = table(at.STREAM_ATTRIBUTE, stream_attributes)
        out["calendars"] = table(at.CALENDAR, calendars)
        for name, dtype, rows in (
            ("clauses", at.CLAUSE, self.clauses),
            ("conditions", at.CONDITION, self.conditions),
            ("spawns", at.SPAWN, self.spawns),
            ("laws", at.LAW, self.laws),
            ("timelines", at.LINE_OF_TIME, self.timelines),
            ("predictors", at.PREDICTOR, self.predictors),
            ("terms", at.TERM, self.terms),
            ("mark_adds", at.MARK, self.marks),
        ):
            out[name] = table(dtype, rows)
        self.shelves(out)
        out["flags"] = np.zeros(max(self.n_flags, 1), np.uint64)
        out["numbers"] = np.array([*self.numbers, 0.0])
        return Tables(self.full, out)

    def steps(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Rows of steps, and of edges sorted by step and rank."""
        n = self.n
        edges: list[dict[str, Any]] = []
        steps: list[dict[str, Any]] = []
        for i, s in enumerate(n.steps):
            row: dict[str, Any] = {"hash": name_hash("step:" + s.name), "first_edge": len(edges), "open": 1}
            for name in ("calendar", "until_open", "after_work", "ghost", "due", "head_start", "priority", "score",
                         "door", "after_calendar", "patience_calendar", "due_calendar", "patience",
                         "size"):  # fmt: skip
                row[name] = at.NONE
            row["counts_as_wait"] = s.counts_as_wait
            steps.append(row)
            if not isinstance(s, Work):
                row.update(kind=at.DELAY, size=self.law(s.length), recorded=s.recorded, end_edge=len(edges))
                row.update(calendar=self.calendar(s.calendar), until_open=self.calendar(s.until_open))
                continue
            row.update(kind=at.WORK, recorded=1, units=s.units, limit=UNLIMITED if s.limit is None else s.limit)
            row.update(size=self.law(s.size), patience=self.law(s.patience), after_work=self.law(s.after_work))
            row.update(ghost=self.law(s.ghost), due=self.law(s.due), head_start=self.law(s.head_start))
            row.update(priority=self.law(s.priority), score=self.predictor(s.score), silent=s.silent)
            row.update(door=self.calendar(s.opening), after_calendar=self.calendar(s.after_calendar))
            row.update(patience_calendar=self.calendar(s.patience_calendar))
            row.update(due_calendar=self.calendar(s.due_calendar))
            row.update(due_from=at.FROM_MARK if s.due_mark is not None else _DUE_FROM[s.due_from])
            row.update(due_mark=0 if s.due_mark is None else n.mark_index[s.due_mark])
            row.update(order=_ORDERS[s.order], budget=s.patience_budget, refuses=s.when_closed == "refuse")
            row.update(empties=s.at_close == "leave", room=s.wait_for_room, returned=_RETURNED[s.returned])
            row.update(end_of_duty=_ENDS[s.end_of_duty], overflows=any(e.after > 0.0 for e in s.edges))
            in_order = s.order == "entry" and s.head_start is None
            row.update(in_order=in_order, sorted=not in_order or s.priority is not None)
            if s.opening:
                row["open"] = n.calendars[s.opening].is_open(-n.warm_up)
            order = sorted(
                enumerate(s.edges),
                # the core takes the first that fits; otherwise ties between pools are looked at one by one
                key=lambda x: (x[1].rank, 0 if self.full else n.pool_index[x[1].pool], x[0]),
            )
            for number, e in order:
                pool = n.pool(e.pool)
                slots = pool.slots if isinstance(pool, NamedPool) else 1
                top = min(slots, slots if e.most is None else e.most) - s.units
                edges.append(
                    {
                        "speed": e.speed,
                        "after": e.after,
                        "step": i,
                        "pool": n.pool_index[e.pool],
                        "rank": e.rank,
                        "reserve": e.reserve,
                        "units": s.units,
                        "top_load": top,
                        "_number": number,
                    }
                )
            row["end_edge"] = len(edges)
        for row in edges:
            row["number"] = row.pop("_number")
        return steps, edges

    def pools(self, edges: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Rows of pools, and their edges best rank first."""
        takes: list[dict[str, Any]] = []
        pools: list[dict[str, Any]] = []
        shelf, server, word, flag = 0, 1, 0, 0
        hands_back = [isinstance(s, Work) and s.end_of_duty == "hand back" for s in self.n.steps]
        for i, p in enumerate(self.n.pools):
            mine = [(e["rank"], e["step"], e["number"], k) for k, e in enumerate(edges) if e["pool"] == i]
            row: dict[str, Any] = {"first_take": len(takes)}
            for rank, step, _, k in sorted(mine):
                edges[k]["take"] = len(takes)
                takes.append({"edge": k, "step": step, "rank": rank, "reserve": edges[k]["reserve"]})
            row.update(end_take=len(takes), job_choice=_JOB_CHOICES[p.job_choice], end_of_duty=_ENDS[p.end_of_duty])
            row["keeps_jobs"] = p.end_of_duty == "hand back" or any(hands_back[m[1]] for m in mine)
            if isinstance(p, NamedPool):
                choice = _SERVER_CHOICES[p.server_choice]
                words = (len(p.servers) + 63) // 64
                row.update(named=1, slots=p.slots, server_choice=choice, first_shelf=shelf, first_server=server)
                row.update(servers=len(p.servers), words=words, first_word=word)
                row["bits"] = choice in (at.LOWEST_NUMBER, at.RANDOM)
                row["curve"] = len(self.numbers)
                self.numbers += list(p.curve) or [1.0] * p.slots
                shelf += p.slots + 1
                server += len(p.servers)
                word += words * (p.slots + 1) if row["bits"] else 0
            if len(mine) > MANY_LINES:
                row.update(first_flag=flag, flag_words=(len(mine) + 63) // 64)
                flag += (len(mine) + 63) // 64
            pools.append(row)
        for e in edges:
            del e["number"]
        self.n_shelves, self.n_servers, self.n_words, self.n_flags = shelf, server, word, flag
        return pools, takes

    def streams(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Rows of streams; recorded times and columns go into the table of numbers."""
        n = self.n
        streams: list[dict[str, Any]] = []
        drawn: list[dict[str, Any]] = []
        start, stop = 0.0 - n.warm_up, n.limit
        for s in n.streams:
            row: dict[str, Any] = {"to": n.step_index[s.to], "batch": at.NONE, "key": 0, "stop": min(stop, s.end)}
            row["first_attribute"] = len(drawn)
            if isinstance(s, RecordedStream):
                row.update(recorded=1, first_piece=len(self.numbers), first_row=s.first_row)
                self.numbers += s.times.tolist()
                row["last_piece"] = len(self.numbers)
                row["piece"] = int(np.searchsorted(s.times, start))  # rows before the start are passed over
                for a, column in s.columns.items():
                    drawn.append({"attribute": n.attribute_index[a], "law": at.NONE, "column": len(self.numbers)})
                    self.numbers += column.tolist()
            elif s.batch is not None:
                row["batch"] = self.law(s.batch)
            for a, law in s.attributes.items():
                drawn.append(
                    {"attribute": n.attribute_index[a], "law": self.law(law), "hash": name_hash("attribute:" + a)}
                )
            row["end_attribute"] = len(drawn)
            streams.append(row)
        return streams, drawn

    def watches(self, out: dict[str, Array]) -> None:
        """Watches, and which of them each moment concerns."""
        n = self.n
        rows = []
        anchors: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for i, w in enumerate(n.watches):
            rows.append(
                {
                    "hash": name_hash("watch:" + w.name),
                    "law": self.law(w.length),
                    "calendar": self.calendar(w.calendar),
                    "to": at.NONE if w.to is None else n.step_index[w.to],
                    "times": w.times,
                    "spawns": sum(s.count for s in w.spawn),
                    **self.add(w.add),
                    **self.spawn(w.spawn),
                }
            )
            for action, places in ((at.STOP, w.stop), (at.RESET, w.reset), (at.START, (w.start,))):
                for a in places:
                    number = n.mark_index[a.name] if a.moment == "mark" else n.step_index[a.name]
                    anchors.setdefault((int(_MOMENTS[a.moment]), number), []).append((int(action), i))
        out["watches"] = table(at.WATCH_TABLE, rows)
        anchor_of = np.zeros((4, max(len(n.steps), len(n.marks), 1)), at.ROUTE).view(np.recarray)
        flat: list[dict[str, int]] = []
        for place, what in anchors.items():
            first = len(flat)
            # stops, then resets, then starts; watches in table order
            flat += [{"action": a, "watch": w} for a, w in sorted(what)]
            anchor_of[place] = (first, len(flat))
        out["anchors"], out["anchor_of"] = table(at.ANCHOR, flat), anchor_of

    def packed_calendar(self, c: Calendar) -> dict[str, Any]:
        """Row of a calendar."""
        row: dict[str, Any] = {"head": len(self.numbers), "head_n": len(c._head), "repeats": c.repeat is not None}
        self.numbers += [x for pair in c._head for x in pair]
        row.update(tail=len(self.numbers), tail_n=len(c._tail), tail_open=c._tail_open)
        self.numbers += [x for pair in c._tail for x in pair]
        if c.repeat is not None:
            row.update(origin=c.repeat[0], period=c.repeat[1])
        return row

    def shelves(self, out: dict[str, Array]) -> None:
        """Servers as they are before anybody is on duty."""
        servers = table(at.SERVER, self.n_servers)
        k = 1
        for i, p in enumerate(self.n.pools):
            if isinstance(p, NamedPool):
                m = len(p.servers)
                servers["pool"][k : k + m] = i
                servers["number"][k : k + m] = np.arange(m)
                servers["speed"][k : k + m] = [s.speed for s in p.servers]
                k += m
        servers["shelf"] = at.NONE
        servers["duty_speed"] = 1.0
        servers["changed"] = -inf
        out["servers"] = servers
        out["shelves"] = table(at.SHELF, self.n_shelves)
        out["bits"] = np.zeros(max(self.n_words, 1), np.uint64)


def packed(network: Network) -> Tables:
    """Tables of a network, packed once."""
    found = getattr(network, "_tables", None)
    if found is None:
        found = _Packer(network).tables()
        object.__setattr__(network, "_tables", found)
    return found
