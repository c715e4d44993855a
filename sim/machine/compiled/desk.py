"""Pieces of the service desk as rows of tables (section 8)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.machine.compiled import layout as at
from sim.machine.compiled.room import room_for
from sim.machine.instance import Instance
from sim.machine.network import Network
from sim.machine.pools import NamedPool
from sim.machine.steps import Delay, Work

_OWNERS = {"any": at.ANYBODY, "note": at.NOTED, "prefer": at.PREFERRED, "only": at.ONLY}
_RELEASES = {None: 0, "entered": at.WHEN_ENTERED, "started": at.WHEN_STARTED, "done": at.WHEN_DONE}
_GAUGES = {
    "waiting": at.OF_WAITING,
    "inside": at.OF_INSIDE,
    "free": at.OF_FREE,
    "on duty": at.OF_ON_DUTY,
    "oldest": at.OF_OLDEST,
    "last wait": at.OF_LAST_WAIT,
    "predicted wait": at.OF_PREDICTED,
    "in time": at.OF_IN_TIME,
}
_TOLD = ("last wait", "in time")
"""Gauges that want to know of every start."""
LONG_AGO = -(1 << 62)
MOST_TURNS = 4096
"""Switches may turn on so often before their table grows."""


class Desk:
    """Collects the rows of gauges and switches, and what they say of steps and edges.

    Parameters
    ----------
    network : Network
        What is packed.
    """

    def __init__(self, network: Network) -> None:
        self.n = network
        self.parts: list[dict[str, int]] = []
        self.rings = 0
        self.may_yield = any(isinstance(s, Work) and s.grade for s in network.steps)
        self.gauges = [self._gauge(i) for i in range(len(network.gauges))]
        self.told = {
            s.name: self.part(i for i, g in enumerate(network.gauges) if g.kind in _TOLD and s.name in g.steps)
            for s in network.steps
        }
        self.edge_pools = [
            self.part(
                sorted(
                    {
                        network.pool_index[e.pool]
                        for s in network.steps
                        if isinstance(s, Work)
                        for e in s.edges
                        if e.switch == switch.name
                    }
                )
            )
            for switch in network.switches
        ]

    def part(self, numbers: Any) -> tuple[int, int]:
        """First and end of some numbers in the table of parts."""
        first = len(self.parts)
        self.parts += [{"index": i} for i in numbers]
        return first, len(self.parts)

    def _gauge(self, i: int) -> dict[str, Any]:
        g = self.n.gauges[i]
        row: dict[str, Any] = {"each": g.each, "within": g.within, "every": g.every, "ticks": g.ticks}
        row["kind"] = _GAUGES[g.kind]
        row["first_step"], row["end_step"] = self.part(self.n.step_index[s] for s in g.steps)
        row["first_pool"], row["end_pool"] = self.part(self.n.pool_index[p] for p in g.pools)
        if g.kind == "in time":
            row["ring"] = self.rings
            self.rings += g.ticks
        return row

    def switch(self, name: str | None) -> int:
        """Number of a switch in its table; 0 without one."""
        return 0 if name is None else self.n.switch_index[name] + 1

    def step(self, s: Work | Delay, row: dict[str, Any], calendar: Any) -> None:
        """What the service desk wants of a step."""
        row["recall"] = at.NONE if s.recall is None else self.n.family_mark_index[s.recall]
        row["release"] = _RELEASES[s.release]
        row["owner_calendar"] = row["shared_gauge"] = at.NONE
        if not isinstance(s, Work):
            return
        row.update(owner=_OWNERS[s.owner], owner_wait=s.owner_wait, owner_calendar=calendar(s.owner_calendar))
        row.update(keeps=s.keep, grade=s.grade, yields=s.yields and self.may_yield)
        if s.owner in ("prefer", "only"):
            row["sorted"] = True  # who has waited for an owner stands in at its place
        if s.shared_limit is not None:
            gauge, row["shared_limit"] = s.shared_limit
            row["shared_gauge"] = self.n.gauge_index[gauge]
            row["shared_inside"] = self.n.gauges[row["shared_gauge"]].kind == "inside"
        row["first_told"], row["end_told"] = self.told[s.name]

    def tables(self, out: dict[str, NDArray[Any]], table: Any, calendar: Any) -> None:
        """Everything that does not change from run to run."""
        n = self.n
        rows: list[dict[str, Any]] = [{}]
        for i, s in enumerate(n.switches):
            first, end = self.edge_pools[i]
            rows.append(
                {
                    "on_level": s.on,
                    "off_level": s.off,
                    "every": s.every,
                    "delay": s.delay,
                    "least": s.least,
                    "gauge": n.gauge_index[s.gauge],
                    "calendar": calendar(s.calendar),
                    "falling": s.falling,
                    "first_pool": first,
                    "end_pool": end,
                }
            )
        out["switches"] = table(at.SWITCH_STATE, rows)
        out["gauges"] = table(at.GAUGE, self.gauges)
        out["parts"] = table(at.PART, self.parts)
        out["rings"] = table(at.RING, max(self.rings, 1))
        out["rings"]["tick"] = LONG_AGO
        out["hosts"] = table(at.HOST, out["servers"].size)
        host = out["hosts"]
        host["factor"] = 1.0
        host["break_noted"] = -np.inf
        k = 1
        for p in n.pools:
            if isinstance(p, NamedPool):
                for server in p.servers:
                    host["done"][k] = server.done
                    for jobs, factor in p.learning:
                        if jobs <= server.done:
                            host["factor"][k] = factor
                            host["lesson"][k] += 1
                    k += 1


def put_desk(w: Any, tables: dict[str, NDArray[Any]], network: Network, instance: Instance, room: int) -> None:
    """What a run needs besides: room for so many jobs, and who is on call.

    Parameters
    ----------
    w : record of `layout.RUN`
        The scalars of the run.
    tables : dict of array
        Its tables; grows.
    network, instance : Network, Instance
        What is simulated, and its luck.
    room : int
        How many jobs there is room for.
    """
    owned = any(isinstance(s, Work) and s.owner != "any" for s in network.steps)
    w.recalls = any(s.recall is not None for s in network.steps)
    w.related = owned or bool(network.family_marks) or w.recalls
    w.fresh_kin = w.fresh_queue = 1
    w.next_tick = np.inf
    w.n_changes = planned = tables["changes"].size
    tables["stretches"] = put_stretches(tables, instance)
    changes = np.zeros(planned + tables["stretches"].size, at.CHANGE_OF_PLAN).view(np.recarray)
    changes[:planned] = tables["changes"]  # those that a switch makes stand behind those that were planned
    tables.update(
        changes=changes,
        ties=room_for("ties", at.TIE, room),
        kin=room_for("kin", at.KIN, room),
        queues=room_for("queues", at.QUEUE, room),
        switch_rows=np.zeros(max(room // 16, MOST_TURNS), at.SWITCH_ROW).view(np.recarray),
        frames=np.zeros(2 * room + tables["servers"].size + 8, np.int64),
    )


def put_stretches(tables: dict[str, NDArray[Any]], instance: Instance) -> NDArray[Any]:
    """Stretches of duty that name a switch, in one replication; tells the switches where theirs are."""
    rows = []
    for p, of_pool in enumerate(instance.stretches):
        named = of_pool[of_pool["switch"] >= 0] if of_pool.size else of_pool
        rows += [(x["switch"], p, x["server"], x["begin"], x["end"], x["until"], x["speed"]) for x in named]
    rows.sort()
    out = np.zeros(len(rows) + 1, at.STRETCH_OF_DUTY).view(np.recarray)
    switches = tables["switches"]
    switches["first_stretch"] = switches["end_stretch"] = 0
    for i, (switch, pool, server, begin, end, until, speed) in enumerate(rows):
        out[i] = (begin, end, until, speed, pool, server)
        mine = switches[switch + 1]
        if mine.end_stretch == 0:
            mine.first_stretch = i
        mine.end_stretch = i + 1
    return out
