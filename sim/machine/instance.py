"""One replication's tables: rates with their busyness, who is present, how many there are (rule 6.5).

Everything random that does not belong to a job is drawn here, once, so that every engine reads the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, floor, inf, log, sqrt

import numpy as np
from numpy.typing import NDArray

from sim.machine.luck import C2, MASK, base_key, draw, mix, name_hash, named_key, server_key
from sim.machine.network import CELL, DAY, Network
from sim.machine.normal import normal_cdf, normal_quantile
from sim.machine.pools import Break, CountedPool, Duty, NamedPool, Server
from sim.machine.records import DUTY, ON_BREAK, ON_DUTY
from sim.machine.streams import Busyness, Stream
from sim.machine.timeline import Timeline

MEMORY = 60
"""Dates whose innovations make up a day's busyness."""

FLOOR = 0.01
"""A reference rate is at least this share of its own hour's mean ..."""

IDLE = 1.0
"""... where an hour without any counts as if it had this mean [1/min]."""


@dataclass(frozen=True)
class RateTable:
    """Reference rate and factor of one stream, piece by piece.

    Attributes
    ----------
    key : int
        Key of the stream.
    edges : list of float, length n + 1
        Piece i is [edges[i], edges[i + 1]) [min].
    reference : list of float, length n
        Reference rate [1/min].
    factor : list of float, length n
        Rate over reference, busyness included.
    """

    key: int
    edges: list[float]
    reference: list[float]
    factor: list[float]


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
        New number of servers, duty speed, or length of the break.
    """

    time: float
    kind: int
    what: str
    index: int
    server: int = -1
    value: float = 0.0


@dataclass(frozen=True)
class Instance:
    """Tables of one replication.

    Attributes
    ----------
    base : int
        Key of the replication.
    rates : list of RateTable or None
        Per stream; None for recorded ones.
    changes : list of Change
        After the start, in the order (time, kind, steps before pools, index, server).
    counts : list of int
        Servers of each counted pool at the start (0 for named ones).
    duties : list of list of (begin, end, speed)
        Per pool and server: stretches at the start, for named pools.
    duty : structured array of `DUTY`
        Planned duty and fixed breaks.
    """

    base: int
    rates: list[RateTable | None]
    changes: list[Change]
    counts: list[int]
    duties: list[list[list[tuple[float, float, float]]]]
    duty: NDArray[np.void]


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
    base = base_key(seed, replication)
    start, stop = 0.0 - network.warm_up, network.limit
    factors = {name: _busyness(network, f, base) for name, f in network.busyness.items()}
    rates = [_rates(network, s, base, factors) if isinstance(s, Stream) else None for s in network.streams]
    changes: list[Change] = []
    for i, step in enumerate(network.steps):
        door = getattr(step, "opening", None)
        if door is not None:
            for t, opens in network.calendars[door].instants(start, stop):
                changes.append(Change(t, 1 if opens else 0, "door", i))
    counts: list[int] = []
    duties: list[list[list[tuple[float, float, float]]]] = []
    rows: list[tuple[float, float, float, int, int, int]] = []
    for p, pool in enumerate(network.pools):
        key = named_key(base, "pool:" + pool.name)
        if isinstance(pool, CountedPool):
            line = _heads(pool, key)
            counts.append(int(line.at(start)))
            duties.append([])
            last, since = line.at(start), start
            for t, n in line.changes(start, stop):
                changes.append(Change(t, 1 if n > last else 0, "count", p, -1, n))
                rows.append((since, t, last, p, -1, ON_DUTY))
                last, since = n, t
            rows.append((since, stop, last, p, -1, ON_DUTY))
        else:
            counts.append(0)
            duties.append([_server(pool, s, i, p, key, start, stop, changes, rows) for i, s in enumerate(pool.servers)])
    changes.sort(key=lambda c: (c.time, c.kind, c.what != "door", c.index, c.server))
    return Instance(base, rates, changes, counts, duties, np.array(rows, dtype=DUTY))


def _heads(pool: CountedPool, key: int) -> Timeline:
    """Head-count with fractions rounded at random, once per stretch."""
    name = name_hash("servers")
    values = []
    for t, v in zip(pool.servers.times.tolist(), pool.servers.values.tolist(), strict=True):
        whole = floor(v)
        part = v - whole
        ordinal = 0 if t == -inf else floor(t)
        values.append(whole + (1 if part > 0.0 and draw(key, name, ordinal) < part else 0))
    return Timeline(pool.servers.times, values)


def _server(
    pool: NamedPool,
    server: Server,
    number: int,
    p: int,
    pool_key: int,
    start: float,
    stop: float,
    changes: list[Change],
    rows: list[tuple[float, float, float, int, int, int]],
) -> list[tuple[float, float, float]]:
    """Stretches of duty of one server, after presence and fixed breaks; adds their changes and duty rows."""
    key = server_key(pool_key, server.name)
    name = name_hash("presence")
    present = [d for d in server.duties if d.presence >= 1.0 or draw(key, name, d.day_number) < d.presence]
    stretches: list[tuple[float, float, float]] = []
    for d in present:
        begin = d.begin
        for b in server.breaks:
            if b.kind == "fixed" and b.begin < d.end and b.begin + b.length > d.begin:
                if b.begin > begin:
                    stretches.append((begin, b.begin, d.speed))
                begin = min(b.begin + b.length, d.end)
                rows.append((max(b.begin, d.begin), begin, 1.0, p, number, ON_BREAK))
        if begin < d.end:
            stretches.append((begin, d.end, d.speed))
        rows.append((d.begin, d.end, 1.0, p, number, ON_DUTY))
    for i, (begin, end, speed) in enumerate(stretches):
        touches = i > 0 and stretches[i - 1][1] == begin
        if start < begin <= stop:
            if not touches:
                changes.append(Change(begin, 1, "duty", p, number, speed))
            elif stretches[i - 1][2] != speed:
                changes.append(Change(begin, 1, "speed", p, number, speed))
        followed = i + 1 < len(stretches) and stretches[i + 1][0] == end
        if start < end <= stop and not followed:
            changes.append(Change(end, 0, "duty", p, number))
    for b in server.breaks:
        if b.kind == "whole" and start <= b.begin <= stop and _inside(b, present):
            # a break at the very begin of a stretch comes after that begin, not before it
            first = any(x[0] == b.begin for x in stretches) and not any(x[1] == b.begin for x in stretches)
            changes.append(Change(b.begin, 1 if first else 0, "break", p, number, b.length))
    return stretches


def _inside(b: Break, duties: list[Duty]) -> bool:
    return any(d.begin <= b.begin < d.end for d in duties)


def _rates(network: Network, stream: Stream, base: int, factors: dict[str, Timeline]) -> RateTable:
    """Reference rate and factor of a stream on the union of all their edges."""
    start, stop = 0.0 - network.warm_up, network.limit
    hours = np.arange(floor(start / CELL) * CELL, stop + CELL, CELL)
    last = hours[-1] + CELL
    lines = [stream.rate, stream.reference, *(factors[f] for f in stream.busyness)]
    inner = np.concatenate([hours, *(line.times for line in lines)])
    edges = np.append(np.unique(inner[(inner >= hours[0]) & (inner < last)]), last)
    at = edges[:-1]
    least = FLOOR * _hourly_means(stream.reference, hours, last)
    reference = np.maximum(stream.reference.sample(at), least[np.searchsorted(hours, at, side="right") - 1])
    rate = stream.rate.sample(at)
    factor = np.divide(rate, reference, out=np.zeros_like(rate), where=reference > 0.0)
    for f in stream.busyness:
        factor = factor * factors[f].sample(at)
    key = named_key(base, "stream:" + stream.name)
    return RateTable(key, edges.tolist(), reference.tolist(), factor.tolist())


def _hourly_means(line: Timeline, hours: NDArray[np.float64], last: float) -> NDArray[np.float64]:
    """Mean of a rate over each hour, summed hour by hour, so that no hour's mean knows how long the run is."""
    inner = line.times[(line.times > hours[0]) & (line.times < last)]
    edges = np.append(np.unique(np.concatenate((hours, inner))), last)
    area = np.add.reduceat(line.sample(edges[:-1]) * np.diff(edges), np.searchsorted(edges, hours))
    return np.where(area > 0.0, area / CELL, IDLE)


def _busyness(network: Network, f: Busyness, base: int) -> Timeline:
    """Factor of every date (and interval) of the run."""
    key = named_key(base, "busyness:" + f.name)
    days = [
        (t, int(d), end)
        for t, d, end in zip(
            network.days.times.tolist(),
            network.days.values.tolist(),
            [*network.days.times.tolist()[1:], network.limit + DAY],
            strict=True,
        )
        if end > 0.0 - network.warm_up - 60.0 and t < network.limit
    ]
    if not days:
        return Timeline.constant(1.0)
    rho = f.day_correlation
    weights = [rho**k for k in range(MEMORY)]
    norm = sqrt(sum(w * w for w in weights))
    innovation: dict[int, float] = {}

    def normal(day: int, interval: int = 0) -> float:
        k = mix((key + day * C2) & MASK)
        return normal_quantile(draw(k, 0, 0, interval))

    times: list[float] = []
    values: list[float] = []
    for begin, day, end in days:
        z = 0.0
        for k, w in enumerate(weights):
            if day - k not in innovation:
                innovation[day - k] = normal(day - k)
            z += w * innovation[day - k]
        level = _factor(f.law, f.day_sd, z / norm)
        if f.within_sd == 0.0:
            times.append(begin)
            values.append(level)
            continue
        phi = f.within_correlation
        w_score, i, t = 0.0, 0, begin
        while t < end:
            e = normal(day, i + 1)
            w_score = e if i == 0 else phi * w_score + sqrt(1.0 - phi * phi) * e
            times.append(t)
            values.append(level * _factor(f.law, f.within_sd, w_score))
            i += 1
            t = begin + i * f.interval
    return Timeline(times, values)


def _factor(law: str, sd: float, z: float) -> float:
    """Number with mean 1 and standard deviation `sd` at the normal score `z`."""
    if sd == 0.0:
        return 1.0
    if law == "lognormal":
        variance = log(1.0 + sd * sd)
        return exp(sqrt(variance) * z - 0.5 * variance)
    from scipy.special import gammaincinv

    shape = 1.0 / (sd * sd)
    return float(gammaincinv(shape, normal_cdf(z))) / shape
