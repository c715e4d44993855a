"""Measures of pools: hours worked, available and paid, and the shares of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.machine.network import Network
from sim.machine.pools import NamedPool
from sim.machine.records import ON_DUTY
from sim.measures.cells.arrays import Floats, Ints
from sim.measures.cells.passes import by_small_key, compiled
from sim.measures.cells.placed import Placed, Scopes
from sim.measures.cells.ruler import Moments
from sim.measures.cells.sheets import Part, Sheet
from sim.measures.cells.spans import Spans
from sim.measures.definition import ScopeKind
from sim.measures.evidence import Evidence
from sim.measures.intervals import Intervals
from sim.measures.pools.definitions import POOLS
from sim.measures.service import Coverage
from sim.measures.table import TableBuilder


@dataclass(frozen=True, eq=False)
class _Stretches:
    """Stretches of time in which nothing changes for a named server or a counted pool.

    Attributes
    ----------
    pool : int array, shape (n,)
        Pool of each stretch.
    begin, end : array, shape (n,)
        [min].
    busy, on, there : array, shape (n,)
        Servers busy; on duty and on no break; on duty or on a break.
    """

    pool: Ints
    begin: Floats
    end: Floats
    busy: Floats
    on: Floats
    there: Floats


def add_pool_measures(table: TableBuilder, sheets: tuple[Sheet, ...], evidence: Evidence, coverage: Coverage) -> None:
    """Put the measures of pools, and the work of steps, into the table."""
    pools = _Pools(evidence, coverage)
    for sheet in sheets:
        _add(table, sheet, pools)


def _add(table: TableBuilder, sheet: Sheet, p: _Pools) -> None:
    def add(name: str, top: Callable[[], Floats], of: Callable[[], Floats] | None = None) -> None:
        if sheet.wants(name):
            table.add(name, sheet, top(), 1.0 if of is None else of())

    def cells(spans: Spans) -> Floats:
        return sheet.filled(lambda part, way: _of(part, spans.area(way)), POOLS)

    known: dict[str, Floats] = {}

    def minutes(name: str) -> Floats:
        if name not in known:
            known[name] = p.slot_minutes(sheet) if name == "slots" else cells(getattr(p, name))
        return known[name]

    def in_use() -> Floats:
        return minutes("busy") + minutes("available")

    add("slot_hours", lambda: minutes("slots") / 60.0)
    add("carried_load", lambda: minutes("slots"), lambda: sheet.minutes)
    add("work_arrived", lambda: p.work_arrived(sheet))
    add("starts", lambda: p.starts(sheet))
    add("busy_hours", lambda: minutes("busy") / 60.0)
    add("on_duty_hours", lambda: minutes("on_duty") / 60.0)
    add("available_hours", lambda: minutes("available") / 60.0)
    add("paid_hours", lambda: minutes("paid") / 60.0)
    add("overrun_hours", lambda: minutes("overrun") / 60.0)
    add("occupancy", lambda: minutes("busy"), in_use)
    add("occupancy_scheduled", lambda: minutes("busy"), lambda: minutes("on_duty"))
    add("utilisation", in_use, lambda: minutes("paid"))
    add("slot_occupancy", lambda: minutes("slots"), lambda: sheet.filled(p.slots_in_use, POOLS))
    add("concurrency", lambda: minutes("slots"), lambda: minutes("busy"))


def _of(part: Part, by_pool: Floats) -> Floats:
    """A table by pool, or all pools together."""
    return by_pool.sum(axis=0, keepdims=True) if part.kind == "all" else by_pool


class _Pools:
    """Work of pools and of steps, and the time their servers had for it."""

    def __init__(self, evidence: Evidence, coverage: Coverage) -> None:
        network, s, v = evidence.records.network, evidence.spells, evidence.visits
        self._network, self._duty, self._end = network, evidence.records.duty, network.end
        self._works = tuple(x.name for x, work in zip(network.steps, coverage.work, strict=True) if work)
        served = s.pool >= 0
        rows = slice(None) if served.all() else np.flatnonzero(served)
        self._begin, self._stop = (Moments(x[rows], evidence.ruler) for x in (s.begin, s.end))
        self._units = s.units[rows]
        self._pool, self._server = s.pool[rows], s.server[rows]
        self._step = (np.cumsum(coverage.work) - 1)[s.step[rows]]
        self._ruler = evidence.ruler
        self._ends: dict[int, tuple[Moments, Moments]] = {}
        visit = s.visit[rows]
        self._counted = np.flatnonzero(v.counted[visit])
        self._arrived = evidence.entered.taken(visit[self._counted])
        begin = self._begin.times
        self._started = np.flatnonzero((begin >= 0.0) & (begin < network.end))

    @property
    def _n(self) -> int:
        return len(self._network.pools)

    def _placed(self, rows: Ints, moments: Moments) -> Placed:
        pools = tuple(p.name for p in self._network.pools)
        kinds: dict[ScopeKind, Scopes] = {
            "all": Scopes(("all",), np.zeros(rows.size, dtype=np.int64)),
            "pool": Scopes(pools, self._pool[rows]),
            "step": Scopes(self._works, self._step[rows]),
        }
        return Placed(kinds, moments)

    def work_arrived(self, sheet: Sheet) -> Floats:
        """Slot hours that contacts of the period took, by their arrival."""
        hours = (self._units * (self._stop.times - self._begin.times) / 60.0)[self._counted]
        return self._placed(self._counted, self._arrived).totals(sheet, hours[None])[0]

    def starts(self, sheet: Sheet) -> Floats:
        """Spells that started in the period."""
        return self._placed(self._started, self._begin.taken(self._started)).numbers(sheet)

    @cached_property
    def _slots(self) -> tuple[Spans, Spans]:
        """Slots taken, by pool and by step."""
        work = self._begin, self._stop, self._end, self._units
        return Spans(self._pool, self._n, *work), Spans(self._step, len(self._works), *work)

    def slot_minutes(self, sheet: Sheet) -> Floats:
        """Minutes of slots taken."""
        by_pool, by_step = self._slots
        return sheet.filled(lambda part, way: _of(part, (by_step if part.kind == "step" else by_pool).area(way)))

    @cached_property
    def _several(self) -> Floats:
        """Slots of each server of a pool, shape (pools,)."""
        return np.array([p.slots if isinstance(p, NamedPool) else 1 for p in self._network.pools], dtype=np.float64)

    @cached_property
    def _working(self) -> _Stretches:
        return _stretches(
            self._network,
            self._end,
            self._pool,
            self._server,
            self._begin.times,
            self._stop.times,
            self._units,
            self._duty,
        )

    @cached_property
    def _idle(self) -> _Stretches:
        nobody, never = np.zeros(0, dtype=np.int64), np.zeros(0)
        return _stretches(self._network, self._end, nobody, nobody, never, never, nobody, self._duty)

    def _spans(self, s: _Stretches, weight: Floats) -> Spans:
        if id(s) not in self._ends:
            self._ends[id(s)] = Moments(s.begin, self._ruler), Moments(s.end, self._ruler)
        return Spans(s.pool, self._n, *self._ends[id(s)], self._end, weight)

    @cached_property
    def busy(self) -> Spans | _Either:
        """Servers busy."""
        several = self._several > 1
        if not several.any():
            return self._slots[0]
        s = self._working
        return _Either(several, self._spans(s, np.where(several[s.pool], s.busy, 0.0)), self._slots[0])

    @cached_property
    def available(self) -> Spans:
        """Servers on duty and not busy."""
        s = self._working
        return self._spans(s, np.maximum(s.on - s.busy, 0.0))

    @cached_property
    def overrun(self) -> Spans:
        """Servers busy outside duty."""
        s = self._working
        return self._spans(s, np.maximum(s.busy - s.on, 0.0))

    @cached_property
    def on_duty(self) -> Spans:
        """Servers on duty and on no break."""
        return self._spans(self._idle, self._idle.on)

    @cached_property
    def paid(self) -> Spans:
        """Servers on duty or on a break."""
        return self._spans(self._idle, self._idle.there)

    def slots_in_use(self, part: Part, way: Intervals) -> Floats:
        """Minutes of slots of servers that are busy or available."""
        return _of(part, (self.busy.area(way) + self.available.area(way)) * self._several[:, None])


@dataclass(frozen=True, eq=False)
class _Either:
    """Minutes of some pools from one table and of the others from another.

    Attributes
    ----------
    which : bool array, shape (pools,)
        Pools of the first table.
    """

    which: NDArray[np.bool_]
    first: Spans
    second: Spans

    def area(self, way: Intervals) -> Floats:
        """Minutes in each label, shape (pools, labels)."""
        return np.where(self.which[:, None], self.first.area(way), self.second.area(way))


def _stretches(
    network: Network,
    end: float,
    pool: Ints,
    server: Ints,
    begin: Floats,
    stop: Floats,
    units: Ints,
    duty: NDArray[np.void],
) -> _Stretches:
    """Walk through every server's (and every counted pool's) changes in order of time.

    A named server is one group; a counted pool is one group. A stretch lies between two changes.
    """
    named = np.array([isinstance(p, NamedPool) for p in network.pools], dtype=bool)
    sizes = np.array([len(p.servers) if isinstance(p, NamedPool) else 1 for p in network.pools], dtype=np.int64)
    offset = np.cumsum(sizes) - sizes
    duty_pool = duty["pool"].astype(np.int64)
    of_work = offset[pool] + np.where(named[pool], server, 0)
    of_duty = offset[duty_pool] + np.where(named[duty_pool], duty["server"].astype(np.int64), 0)
    a = np.clip(np.concatenate((begin, duty["begin"])), 0.0, end)
    b = np.clip(np.concatenate((stop, duty["end"])), 0.0, end)
    keep = np.flatnonzero(b > a)
    group = np.concatenate((of_work, of_duty))[keep]
    n_groups = int(sizes.sum())
    owner = np.repeat(np.arange(sizes.size), sizes)
    n_work = int(np.searchsorted(keep, begin.size))
    rows = keep[n_work:] - begin.size
    on_duty = duty["kind"][rows] == ON_DUTY
    people = duty["servers"][rows].astype(np.float64)
    # what each span adds while it lasts: slots, servers on duty, servers on a break
    added = np.zeros((3, keep.size))
    added[0, :n_work] = units[keep[:n_work]]
    added[1, n_work:], added[2, n_work:] = np.where(on_duty, people, 0.0), np.where(on_duty, 0.0, people)
    code = compiled(keep.size)
    if code is not None:
        return _Stretches(*code.stretches(group, n_groups, a[keep], b[keep], added, owner, named))
    times = np.concatenate((a[keep], b[keep]))
    order = np.argsort(times, kind="stable")  # both halves come nearly in order
    if n_groups > 1:
        order = order[by_small_key(np.concatenate((group, group))[order], n_groups)]
    ends = order >= keep.size
    span = np.where(ends, order - keep.size, order)
    times, group = times[order], group[span]
    # every span is closed inside its group, so sums over all groups are levels of the present one
    slots, servers, resting = np.cumsum(added[:, span] * np.where(ends, -1.0, 1.0), axis=1)
    lasts = np.flatnonzero((group[1:] == group[:-1]) & (times[1:] > times[:-1]))
    pool_of = owner[group[lasts]]
    slots, servers, resting = slots[lasts], servers[lasts], resting[lasts]
    own = named[pool_of]
    return _Stretches(
        pool=pool_of,
        begin=times[lasts],
        end=times[lasts + 1],
        busy=np.where(own, np.minimum(slots, 1.0), slots),
        on=np.where(own, np.minimum(servers, 1.0) * (resting == 0.0), servers),
        there=np.where(own, np.minimum(servers + resting, 1.0), servers),
    )
