"""What a network plans whatever the luck: pieces of its rates, and every change of staff or door that luck may bring.

Made once per network and kept with it; `instance.instantiate` only draws and picks.
"""

from __future__ import annotations

from math import floor, inf

import numpy as np
from numpy.typing import NDArray

from sim.machine.luck import mix, name_hash
from sim.machine.network import CELL, DAY, Network
from sim.machine.pools import CountedPool
from sim.machine.staff import CHANGE, DOOR, CountedPlan, NamedPlan, changes
from sim.machine.streams import Busyness, Stream
from sim.machine.timeline import Timeline

FLOOR = 0.01
"""A reference rate is at least this share of its own hour's mean ..."""

IDLE = 1.0
"""... where an hour without any counts as if it had this mean [1/min]."""


class StreamPlan:
    """Reference rate and factor of a stream on the union of all edges, up to busyness."""

    def __init__(self, stream: Stream, hours: NDArray[np.float64], factors: dict[str, FactorPlan]) -> None:
        self.hash = name_hash("stream:" + stream.name)
        last = hours[-1] + CELL
        lines = [stream.rate.times, stream.reference.times, *(factors[f].times for f in stream.busyness)]
        inner = np.concatenate([hours, *lines])
        self.edges = np.append(np.unique(inner[(inner >= hours[0]) & (inner < last)]), last)
        at = self.edges[:-1]
        least = FLOOR * _hourly_means(stream.reference, hours, last)
        self.reference = np.maximum(stream.reference.sample(at), least[np.searchsorted(hours, at, side="right") - 1])
        rate = stream.rate.sample(at)
        self.factor = np.divide(rate, self.reference, out=np.zeros_like(rate), where=self.reference > 0.0)
        self.busyness = [(f, np.searchsorted(factors[f].times, at, side="right")) for f in stream.busyness]
        """Factors, and the number of the piece of each at every edge; 0 before its first, where it is 0."""


class FactorPlan:
    """Dates and intervals of a busyness factor."""

    def __init__(self, factor: Busyness, network: Network) -> None:
        self.factor = factor
        self.hash = name_hash("busyness:" + factor.name)
        self.strata_hash = name_hash("strata:" + factor.name)
        begins = network.days.times.tolist()
        self.days: list[tuple[int, int]] = []
        """Number of each date, and how many intervals it has (0: it is not divided)."""
        times: list[float] = []
        for begin, day, end in zip(
            begins, network.days.values.tolist(), [*begins[1:], network.limit + DAY], strict=True
        ):
            if not (end > 0.0 - network.warm_up - 60.0 and begin < network.limit):
                continue
            before = len(times)
            if factor.within_sd == 0.0:
                times.append(begin)
                self.days.append((int(day), 0))
                continue
            t = begin
            while t < end:
                times.append(t)
                t = begin + (len(times) - before) * factor.interval
            self.days.append((int(day), len(times) - before))
        self.times = np.array(times if self.days else [-inf])


class Plan:
    """Everything about a network that no luck changes, and every change that some luck brings.

    Attributes
    ----------
    changes : structured array of `CHANGE`
        Possible changes in the order (time, kind, doors before pools, index, server).
    always : array of bool
        Those that happen whatever the luck.
    pools : list of (CountedPlan or NamedPlan, places)
        With the places of its possible changes; a pool that has no luck has only changes that happen.
    streams : list of StreamPlan or None
        None for recorded ones.
    factors : dict of FactorPlan
        Those that a stream names.
    """

    def __init__(self, network: Network) -> None:
        start, stop = 0.0 - network.warm_up, network.limit
        drawn = [s for s in network.streams if isinstance(s, Stream)]
        used = dict.fromkeys(f for s in drawn for f in s.busyness)
        self.factors = {name: FactorPlan(network.busyness[name], network) for name in used}
        hours = np.arange(floor(start / CELL) * CELL, stop + CELL, CELL)
        self.streams = [StreamPlan(s, hours, self.factors) if isinstance(s, Stream) else None for s in network.streams]
        parts, always = [np.empty(0, dtype=CHANGE)], [np.empty(0, dtype=bool)]
        for i, step in enumerate(network.steps):
            door = getattr(step, "opening", None)
            if door is not None:
                times = network.calendars[door].instants(start, stop)
                part = changes(np.array([t for t, _ in times], dtype=float), 0, DOOR, i, -1, 0.0)
                part["kind"] = [opens for _, opens in times]
                parts.append(part)
                always.append(np.ones(part.size, dtype=bool))
        pools: list[tuple[CountedPlan | NamedPlan, slice]] = []
        for p, pool in enumerate(network.pools):
            plan = (
                CountedPlan(pool, p, start, stop)
                if isinstance(pool, CountedPool)
                else NamedPlan(pool, p, start, stop, network.switch_index)
            )
            part = plan.possible
            if plan.fixed is not None:
                part[plan.fixed.column] = plan.fixed.numbers
                part = part[plan.fixed.keep]
            at = sum(x.size for x in parts)
            parts.append(part)
            always.append(np.full(part.size, plan.fixed is not None))
            pools.append((plan, slice(at, at + part.size)))
        every = np.concatenate(parts)
        order = np.lexsort((every["server"], every["index"], every["what"] != DOOR, every["kind"], every["time"]))
        places = np.empty(order.size, dtype=np.intp)
        places[order] = np.arange(order.size)
        self.changes = every[order]
        self.always = np.concatenate(always)[order]
        self.pools = [(plan, places[part]) for plan, part in pools]

    @classmethod
    def of(cls, network: Network) -> Plan:
        """The plan of a network, made when first asked for and kept with it."""
        found = network.__dict__.get("_plan")
        if found is None:
            found = network.__dict__["_plan"] = cls(network)
        return found


def _hourly_means(line: Timeline, hours: NDArray[np.float64], last: float) -> NDArray[np.float64]:
    """Mean of a rate over each hour, summed hour by hour, so that no hour's mean knows how long the run is."""
    inner = line.times[(line.times > hours[0]) & (line.times < last)]
    edges = np.append(np.unique(np.concatenate((hours, inner))), last)
    area = np.add.reduceat(line.sample(edges[:-1]) * np.diff(edges), np.searchsorted(edges, hours))
    return np.where(area > 0.0, area / CELL, IDLE)


def key_of(base: int, hash_: int) -> int:
    """Key of a stream, pool or factor by the hash of its name; `luck.named_key` with the hash at hand."""
    return mix(base ^ hash_)
