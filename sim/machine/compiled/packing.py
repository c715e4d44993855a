"""A network as tables of numbers, once per network."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from sim.machine.compiled import layout as at
from sim.machine.compiled.pieces import Array, Pieces, table
from sim.machine.engines import Kind
from sim.machine.luck import name_hash
from sim.machine.network import Network
from sim.machine.pools import NamedPool
from sim.machine.steps import Work
from sim.machine.streams import RecordedStream

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
    kind : {"core", "full", "desk"}
        The compilation that the network needs.
    arrays : dict of str to array
        By the names of `layout.Machine` and `layout.People`.
    """

    kind: Kind
    arrays: dict[str, Array]


class _Packer(Pieces):
    """Puts the rows of all tables of one network together."""

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
        if self.kind == "desk":
            self.desk.tables(out, table, self.calendar)
        out["flags"] = np.zeros(max(self.n_flags, 1), np.uint64)
        out["numbers"] = np.array([*self.numbers, 0.0])
        return Tables(self.kind, out)

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
            self.desk.step(s, row, self.calendar)
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
            row.update(in_order=in_order)
            row["sorted"] = row.get("sorted", False) or not in_order or s.priority is not None
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
                        "switch": self.desk.switch(e.switch),
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
                row.update(first_lesson=len(self.numbers), lessons=len(p.learning))
                self.numbers += [float(x) for pair in p.learning for x in pair]
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
                    **self.tell(w.tell),
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
