"""One replication's tables: rates with their busyness, who is present, how many there are (rule 6.5).

Everything random that does not belong to a job is drawn here, once, so that every engine reads the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.machine.busyness import factors
from sim.machine.luck import base_key
from sim.machine.network import Network
from sim.machine.plan import Plan, StreamPlan, key_of
from sim.machine.records import DUTY
from sim.machine.staff import WHAT, attended


@dataclass(frozen=True, eq=False)
class RateTable:
    """Reference rate and factor of one stream, piece by piece.

    Arrays may be shared between replications: they are for reading.

    Attributes
    ----------
    key : int
        Key of the stream.
    edges : array, shape (n + 1,)
        Piece i is [edges[i], edges[i + 1]) [min].
    reference : array, shape (n,)
        Reference rate [1/min].
    factor : array, shape (n,)
        Rate over reference, busyness included.
    """

    key: int
    edges: NDArray[np.float64]
    reference: NDArray[np.float64]
    factor: NDArray[np.float64]

    @cached_property
    def lists(self) -> tuple[list[float], list[float], list[float]]:
        """Edges, reference and factor as plain numbers."""
        return self.edges.tolist(), self.reference.tolist(), self.factor.tolist()


@dataclass(frozen=True)
class Change:
    """One planned change: a door, a head-count, a duty, the begin of a whole break.

    Attributes
    ----------
    time : float
        [min].
    kind : int
        0 closings and duty ends (whole breaks begin here too), 1 openings and duty begins.
    what : str
        `door`, `count`, `duty`, `speed` or `break`.
    index : int
        Step or pool.
    server : int
        Server of the pool, or -1.
    value : float
        New number of servers, duty speed, or length of the break; of a duty's end 1 if only a fixed break begins.
    switch : int
        A duty begins only if this switch is on, and does not end if it is on (-1: none; rule 8.2).
    """

    time: float
    kind: int
    what: str
    index: int
    server: int = -1
    value: float = 0.0
    switch: int = -1


@dataclass(frozen=True, eq=False)
class Instance:
    """Tables of one replication.

    Arrays may be shared between replications: they are for reading.

    Attributes
    ----------
    base : int
        Key of the replication.
    rates : list of RateTable or None
        Per stream; None for recorded ones.
    change_table : structured array of `staff.CHANGE`
        Changes after the start, in the order (time, kind, steps before pools, index, server).
    counts : list of int
        Servers of each counted pool at the start (0 for named ones).
    sizes : list of int
        Servers of each named pool (0 for counted ones).
    stretches, starting : list of structured array of `staff.STRETCH`
        Per named pool, by (server, begin): all stretches of duty, and those without a switch that hold the start of
        the run.
    duty : structured array of `DUTY`
        Planned duty and fixed breaks, without duties that need a switch (see `attended`).
    """

    base: int
    rates: list[RateTable | None]
    change_table: NDArray[np.void]
    counts: list[int]
    sizes: list[int]
    stretches: list[NDArray[np.void]]
    starting: list[NDArray[np.void]]
    duty: NDArray[np.void]

    @cached_property
    def changes(self) -> list[Change]:
        """Changes after the start, one by one."""
        return [Change(t, kind, WHAT[what], i, s, x, k) for t, kind, what, i, s, x, k in self.change_table.tolist()]

    @cached_property
    def duties(self) -> list[list[list[tuple[float, float, float]]]]:
        """Stretches of duty (begin, end, speed) per pool and server."""
        out: list[list[list[tuple[float, float, float]]]] = []
        for size, stretches in zip(self.sizes, self.stretches, strict=True):
            servers: list[list[tuple[float, float, float]]] = [[] for _ in range(size)]
            for begin, end, speed, server, _, _ in stretches.tolist():
                servers[server].append((begin, end, speed))
            out.append(servers)
        return out

    def attended(self, periods: NDArray[np.void], stopped: float) -> NDArray[np.void]:
        """The duty table with those duties that a switch began and ended, given when the switches were on."""
        more = [attended(s, p, periods, stopped) for p, s in enumerate(self.stretches)]
        return np.concatenate([self.duty, *more])


def instantiate(network: Network, seed: int, replication: int) -> Instance:
    """Draw everything random of a replication that does not belong to a job.

    Examples
    --------
    >>> from sim.machine import NetworkBuilder
    >>> b = NetworkBuilder("empty", end=60)
    >>> b.stream("jobs", to="desk", rate=1.0)
    >>> b.work("desk", served_by="people")
    >>> b.counted("people", 2.5)
    >>> instantiate(b.build(), 1, 0).counts[0] in (2, 3)
    True
    """
    plan = Plan.of(network)
    base = base_key(seed, replication)
    busyness = {name: factors(f, seed, replication) for name, f in plan.factors.items()}
    rates = [None if s is None else _rates(s, base, busyness) for s in plan.streams]
    staffs = [pool.fixed or pool.staff(key_of(base, pool.hash)) for pool, _ in plan.pools]
    changes = plan.changes
    if not plan.always.all():
        changes, keep = changes.copy(), plan.always.copy()
        for (pool, places), staff in zip(plan.pools, staffs, strict=True):
            if pool.fixed is None:
                keep[places] = staff.keep
                changes[staff.column][places] = staff.numbers
        changes = changes[keep]
    return Instance(
        base=base,
        rates=rates,
        change_table=changes,
        counts=[s.count for s in staffs],
        sizes=[pool.size for pool, _ in plan.pools],
        stretches=[s.stretches for s in staffs],
        starting=[s.starting for s in staffs],
        duty=np.concatenate([np.empty(0, dtype=DUTY), *(s.duty for s in staffs)]),
    )


def _rates(stream: StreamPlan, base: int, busyness: dict[str, NDArray[np.float64]]) -> RateTable:
    """Reference rate and factor of a stream, busyness included."""
    factor = stream.factor
    for name, piece in stream.busyness:
        factor = factor * busyness[name][piece]
    return RateTable(key_of(base, stream.hash), stream.edges, stream.reference, factor)
