"""Measures of pools: hours worked, available and paid, and the shares of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.machine.network import Network
from sim.machine.pools import NamedPool
from sim.machine.records import ON_DUTY
from sim.measures.arrays import Floats, Ints
from sim.measures.definition import CLIPPED, Measure, ScopeKind
from sim.measures.service import Coverage
from sim.measures.spans import by_small_key
from sim.measures.table import TableBuilder
from sim.measures.visits import Spells, Visits

POOLS: tuple[ScopeKind, ...] = ("all", "pool")
WORK: tuple[ScopeKind, ...] = ("all", "pool", "step")

POOL_MEASURES: tuple[Measure, ...] = (
    Measure(
        "busy_hours",
        "Hours in which servers were busy",
        "h",
        "pool",
        POOLS,
        "server-hours with at least one slot taken: service, after-work, work on silent leavers, also outside duty",
        CLIPPED,
        "total",
    ),
    Measure(
        "slot_hours",
        "Hours of slots taken",
        "h",
        "pool",
        WORK,
        "slots taken x hours, after-work and work on silent leavers included, paused work not",
        CLIPPED,
        "total",
    ),
    Measure(
        "on_duty_hours",
        "Hours on duty",
        "h",
        "pool",
        POOLS,
        "duty of those who came, without breaks",
        CLIPPED,
        "total",
    ),
    Measure("available_hours", "Hours free for work", "h", "pool", POOLS, "on duty and not busy", CLIPPED, "total"),
    Measure(
        "paid_hours",
        "Hours paid for duty",
        "h",
        "pool",
        POOLS,
        "duty of those who came, breaks included, overrun not",
        CLIPPED,
        "total",
        "lower",
    ),
    Measure(
        "overrun_hours",
        "Hours worked outside duty",
        "h",
        "pool",
        POOLS,
        "busy after the end of a duty or in a break; counted pools: servers busy above the head-count",
        CLIPPED,
        "total",
        "lower",
    ),
    Measure(
        "occupancy",
        "Occupancy",
        "share",
        "pool",
        POOLS,
        "busy minutes / (busy + available minutes), overrun included",
        CLIPPED,
        source="ContactCenters library OCCUPANCY2 (Buist and L'Ecuyer 2005)",
    ),
    Measure(
        "occupancy_scheduled",
        "Occupancy of scheduled time",
        "share",
        "pool",
        POOLS,
        "busy minutes, overrun included / minutes on duty (above 1 is possible)",
        CLIPPED,
        source="ContactCenters library OCCUPANCY (Buist and L'Ecuyer 2005)",
    ),
    Measure(
        "utilisation",
        "Utilisation of paid time",
        "share",
        "pool",
        POOLS,
        "(busy + available) minutes / paid minutes",
        CLIPPED,
    ),
    Measure(
        "slot_occupancy",
        "Occupancy of slots",
        "share",
        "pool",
        POOLS,
        "slot minutes / sum of (busy + available minutes) x slots",
        CLIPPED,
    ),
    Measure(
        "concurrency",
        "Effective concurrency",
        "slots",
        "pool",
        POOLS,
        "slot minutes / busy minutes",
        CLIPPED,
    ),
    Measure(
        "carried_load",
        "Carried load",
        "Erlang",
        "pool",
        WORK,
        "slot minutes / minutes",
        CLIPPED,
    ),
    Measure(
        "starts",
        "Spells of work started",
        "spells",
        "pool",
        WORK,
        "spells that started in the period, in the interval of their start",
        "all spells, counted or not, that start in the period",
        "total",
    ),
    Measure(
        "work_arrived",
        "Work that arrived",
        "h",
        "pool",
        WORK,
        "slot hours that contacts of the period took in the end, whenever that was, in the interval of their arrival; "
        "of the pool that did the work",
        "all spells of counted visits, in the interval of the visit's arrival",
        "total",
    ),
)


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


def add_pool_measures(
    table: TableBuilder, spells: Spells, v: Visits, duty: NDArray[np.void], network: Network, coverage: Coverage
) -> None:
    """Put the measures of pools, and the work of steps, into the table."""
    columns, n_pools = table.columns, len(network.pools)
    served = np.flatnonzero(spells.pool >= 0)
    begin, end, units = spells.begin[served], spells.end[served], spells.units[served]
    pool, step = spells.pool[served], spells.step[served]
    whole_work = units * (end - begin) / 60.0
    visit = spells.visit[served]
    counted = np.flatnonzero(v.counted[visit])
    arrived_at = columns.place(v.entered[visit[counted]])
    started = np.flatnonzero((begin >= 0.0) & (begin < columns.end))
    started_at = columns.place(begin[started])
    work_names = [s.name for s, w in zip(network.steps, coverage.work, strict=True) if w]
    pools = [p.name for p in network.pools]
    kinds: list[tuple[ScopeKind, list[str], Ints]] = [
        ("pool", pools, pool),
        ("step", work_names, (np.cumsum(coverage.work) - 1)[step]),
    ]
    per_slot: Floats = np.zeros((0, columns.n))
    for kind, names, scope in kinds:
        slot_minutes = columns.areas(scope, len(names), begin, end, units)
        arrived = columns.totals(scope[counted], len(names), arrived_at, whole_work[counted])
        starts = columns.totals(scope[started], len(names), started_at)
        for k, labels, part in _parts(kind, names):
            table.add("slot_hours", k, labels, part(slot_minutes) / 60.0)
            table.add("carried_load", k, labels, part(slot_minutes), columns.minutes)
            table.add("work_arrived", k, labels, part(arrived))
            table.add("starts", k, labels, part(starts))
        if kind == "pool":
            per_slot = slot_minutes
    if not n_pools:
        return
    slots = np.array([[p.slots if isinstance(p, NamedPool) else 1] for p in network.pools], dtype=np.float64)
    s = _stretches(network, columns.end, pool, spells.server[served], begin, end, units, duty)
    nobody = np.zeros(0, dtype=np.int64)
    idle = _stretches(network, columns.end, nobody, nobody, np.zeros(0), np.zeros(0), nobody, duty)

    def area(s: _Stretches, weight: Floats) -> Floats:
        some = np.flatnonzero(weight)
        return columns.areas(s.pool[some], n_pools, s.begin[some], s.end[some], weight[some])

    available = area(s, np.maximum(s.on - s.busy, 0.0))
    overrun = area(s, np.maximum(s.busy - s.on, 0.0))
    several = slots > 1
    busy = per_slot
    if several.any():
        busy = np.where(several, area(s, np.where(several[s.pool, 0], s.busy, 0.0)), per_slot)
    on, paid = area(idle, idle.on), area(idle, idle.there)
    for k, labels, part in _parts("pool", pools):
        b, a, o, p = part(busy), part(available), part(on), part(paid)
        table.add("busy_hours", k, labels, b / 60.0)
        table.add("on_duty_hours", k, labels, o / 60.0)
        table.add("available_hours", k, labels, a / 60.0)
        table.add("paid_hours", k, labels, p / 60.0)
        table.add("overrun_hours", k, labels, part(overrun) / 60.0)
        table.add("occupancy", k, labels, b, b + a)
        table.add("occupancy_scheduled", k, labels, b, o)
        table.add("utilisation", k, labels, b + a, p)
        table.add("slot_occupancy", k, labels, part(per_slot), part((busy + available) * slots))
        table.add("concurrency", k, labels, part(per_slot), b)


def _parts(kind: ScopeKind, names: list[str]) -> list[tuple[ScopeKind, list[str], Callable[[Floats], Floats]]]:
    """A kind of scope as it is; pools also all together."""
    own: tuple[ScopeKind, list[str], Callable[[Floats], Floats]] = (kind, names, lambda x: x)
    return [own, ("all", ["all"], lambda x: x.sum(axis=0, keepdims=True))] if kind == "pool" else [own]


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
    times = np.concatenate((a[keep], b[keep]))
    order = np.argsort(times)
    group = np.concatenate((group, group))
    order = order[by_small_key(group[order], int(sizes.sum()))]
    times, group = times[order], group[order]

    # every span is closed inside its group, so sums over all groups are levels of the present one
    ends = order >= keep.size
    span = np.where(ends, order - keep.size, order)
    sign = np.where(ends, -1.0, 1.0)
    n_work = int(np.searchsorted(keep, begin.size))
    of_table = np.flatnonzero(span >= n_work)
    row = keep[span[of_table]] - begin.size
    people = sign[of_table] * duty["servers"][row]
    on_duty = duty["kind"][row] == ON_DUTY
    change = sign if (units == 1).all() else sign * np.concatenate((units, np.zeros(duty.size)))[keep][span]
    change[of_table] = 0.0
    slots = np.cumsum(change)
    servers, resting = np.zeros(times.size), np.zeros(times.size)
    servers[of_table], resting[of_table] = np.where(on_duty, people, 0.0), np.where(on_duty, 0.0, people)
    servers, resting = np.cumsum(servers), np.cumsum(resting)

    lasts = np.flatnonzero((group[1:] == group[:-1]) & (times[1:] > times[:-1]))
    pool_of = np.repeat(np.arange(sizes.size), sizes)[group[lasts]]
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
