"""What a network plans whatever the luck: pieces of its rates, and every change of staff or door that luck may bring.

Made once per network and kept with it; `instance.instantiate` only draws and picks.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from math import floor, inf

import numpy as np
from numpy.typing import NDArray

from sim.machine.luck import MASK, G, mix, mix_array, name_hash
from sim.machine.network import CELL, DAY, Network
from sim.machine.pools import CountedPool, NamedPool, Server
from sim.machine.records import DUTY, ON_BREAK, ON_DUTY
from sim.machine.streams import Busyness, Stream
from sim.machine.timeline import Timeline

FLOOR = 0.01
"""A reference rate is at least this share of its own hour's mean ..."""

IDLE = 1.0
"""... where an hour without any counts as if it had this mean [1/min]."""

CHANGE = np.dtype(
    [("time", "f8"), ("kind", "u1"), ("what", "u1"), ("index", "i4"), ("server", "i4"), ("value", "f8")], align=True
)
"""One planned change; `what` is the number of one of `WHAT`, the rest as in `instance.Change`."""

WHAT = ("door", "count", "duty", "speed", "break")
DOOR, COUNT, ON_OFF, SPEED, BREAK = range(5)

STRETCH = np.dtype([("begin", "f8"), ("end", "f8"), ("speed", "f8"), ("server", "i4")], align=True)
"""One stretch of duty of a named server, fixed breaks cut out."""

_TO_UNIT = 2.0**-52


@dataclass(frozen=True, eq=False)
class Staff:
    """Who is there in one replication, in one pool.

    Attributes
    ----------
    count : int
        Servers of a counted pool at the start, 0 for a named one.
    stretches, starting : structured array of `STRETCH`
        Of named servers, by (server, begin): all, and those that hold the start of the run.
    duty : structured array of `DUTY`
        Rows of the duty table.
    keep : array of bool
        Which of the pool's possible changes happen.
    column : str
        What luck decides of those that happen, `what` or `value`, ...
    numbers : array
        ... and how.
    """

    count: int
    stretches: NDArray[np.void]
    starting: NDArray[np.void]
    duty: NDArray[np.void]
    keep: NDArray[np.bool_]
    column: str
    numbers: NDArray[np.float64] | NDArray[np.uint8]


def _changes(
    time: NDArray[np.float64], kind: int, what: int, index: int, server: int | NDArray[np.int64], value: object
) -> NDArray[np.void]:
    """Changes of one kind."""
    out = np.empty(time.size, dtype=CHANGE)
    for name, column in zip(CHANGE.names or (), (time, kind, what, index, server, value), strict=True):
        out[name] = column
    return out


def _rounds(numbers: list[int]) -> NDArray[np.uint64]:
    """What `luck.draw` adds for these rounds."""
    return np.array([n * 256 * G & MASK for n in numbers], dtype=np.uint64)


def _draws(keys: NDArray[np.uint64], name: int, rounds: NDArray[np.uint64]) -> NDArray[np.float64]:
    """`luck.draw` of every key in its own round, the same numbers bit for bit."""
    x = mix_array(mix_array(keys + np.uint64(name)) + rounds)
    return ((x >> np.uint64(12)).astype(np.float64) + 0.5) * _TO_UNIT


class CountedPlan:
    """Head-counts of a counted pool, up to the rounding of fractions."""

    def __init__(self, pool: CountedPool, p: int, start: float, stop: float) -> None:
        self.hash, self.size = name_hash("pool:" + pool.name), 0
        self._p, self._start, self._stop = p, start, stop
        times, values = pool.servers.times, pool.servers.values
        self._whole = np.floor(values) + 0.0
        part = values - self._whole
        self._broken = np.flatnonzero(part > 0.0)
        self._part = part[self._broken]
        # a fraction is rounded by the stretch's own start, so that another stretch changes nothing
        self._rounds = _rounds([0 if t == -inf else floor(t) for t in times[self._broken].tolist()])
        self._name = name_hash("servers")
        self._first = int(np.searchsorted(times, start, side="right")) - 1
        self._inner = np.flatnonzero((times > start) & (times < stop))
        self._times = times[self._inner]
        nobody = np.zeros(self._times.size)
        self.possible = np.concatenate([_changes(self._times, kind, COUNT, p, -1, nobody) for kind in (0, 1)])
        self.fixed = None if self._broken.size else self.staff(0)

    def staff(self, key: int) -> Staff:
        """Head-counts under the luck of a pool key."""
        heads = self._whole
        if self._broken.size:
            heads = heads.copy()
            u = _draws(np.array([key], dtype=np.uint64), self._name, self._rounds)
            heads[self._broken] += u < self._part
        first = float(heads[self._first]) if self._first >= 0 else 0.0
        inner = heads[self._inner]
        before = np.concatenate(([first], inner[:-1]))[: inner.size]
        changes, more = inner != before, inner > before
        edges = self._times[changes]
        rows = np.empty(edges.size + 1, dtype=DUTY)
        rows["begin"][0], rows["begin"][1:] = self._start, edges
        rows["end"][:-1], rows["end"][-1] = edges, self._stop
        rows["servers"][0], rows["servers"][1:] = first, inner[changes]
        rows["pool"], rows["server"], rows["kind"] = self._p, -1, ON_DUTY
        none = np.empty(0, dtype=STRETCH)
        keep = np.concatenate((changes & ~more, changes & more))
        return Staff(int(first), none, none, rows, keep, "value", np.concatenate((inner, inner)))


class NamedPlan:
    """Duties and breaks of a named pool, up to who comes."""

    def __init__(self, pool: NamedPool, p: int, start: float, stop: float) -> None:
        self.hash, self.size = name_hash("pool:" + pool.name), len(pool.servers)
        self._name = name_hash("presence")
        stretches: list[tuple[float, float, float, int]] = []
        duties: list[int] = []  # of each stretch
        rows: list[tuple[float, float, float, int, int, int]] = []
        row_duties: list[int] = []
        chances: list[float] = []
        days: list[int] = []
        who: list[int] = []
        breaks: list[tuple[float, float, int, int, int, int]] = []  # begin, length, server, duty, stretch there, before
        for number, server in enumerate(pool.servers):
            offset, seam = len(chances), len(stretches)
            fixed = [(b.begin, b.length) for b in server.breaks if b.kind == "fixed"]
            for k, d in enumerate(server.duties):
                begin = d.begin
                for at, length in fixed:
                    if at < d.end and at + length > d.begin:
                        if at > begin:
                            stretches.append((begin, at, d.speed, number))
                            duties.append(offset + k)
                        begin = min(at + length, d.end)
                        rows.append((max(at, d.begin), begin, 1.0, p, number, ON_BREAK))
                        row_duties.append(offset + k)
                if begin < d.end:
                    stretches.append((begin, d.end, d.speed, number))
                    duties.append(offset + k)
                rows.append((d.begin, d.end, 1.0, p, number, ON_DUTY))
                row_duties.append(offset + k)
                chances.append(d.presence)
                days.append(d.day_number)
                who.append(number)
            if len(fixed) < len(server.breaks):
                breaks += self._breaks(server, number, start, stop, offset, stretches, seam)
        self._stretches = np.array(stretches, dtype=STRETCH)
        self._duties = np.array(duties, dtype=np.intp)
        self._rows = np.array(rows, dtype=DUTY)
        self._row_duties = np.array(row_duties, dtype=np.intp)
        presence = np.array(chances, dtype=np.float64)
        self._present = presence >= 1.0
        self._chancy = np.flatnonzero(~self._present)
        self._chances = presence[self._chancy]
        self._rounds = _rounds([days[i] for i in self._chancy.tolist()])
        self._who = np.array(who, dtype=np.intp)[self._chancy]
        if self._chancy.size:
            self._hashes = np.array([name_hash("server:" + s.name) for s in pool.servers], dtype=np.uint64)
        self._lay_out(p, start, stop, breaks)
        self.fixed = None if self._chancy.size else self.staff(0)

    def _breaks(
        self,
        server: Server,
        number: int,
        start: float,
        stop: float,
        offset: int,
        stretches: list[tuple[float, float, float, int]],
        seam: int,
    ) -> list[tuple[float, float, int, int, int, int]]:
        """Whole breaks inside a duty, with the stretches that begin and end at their begin, or -1."""
        begins = [d.begin for d in server.duties]
        first = {stretches[i][0]: i for i in range(seam, len(stretches))}
        last = {stretches[i][1]: i for i in range(seam, len(stretches))}
        out = []
        for b in server.breaks:
            i = bisect_right(begins, b.begin) - 1
            if b.kind == "whole" and start <= b.begin <= stop and i >= 0 and b.begin < server.duties[i].end:
                out.append((b.begin, b.length, number, offset + i, first.get(b.begin, -1), last.get(b.begin, -1)))
        return out

    def _lay_out(
        self, p: int, start: float, stop: float, breaks: list[tuple[float, float, int, int, int, int]]
    ) -> None:
        """Every change that some luck brings: begins, ends, breaks after the ends and breaks after the begins."""
        s = self._stretches
        begin, end, speed, server = (np.ascontiguousarray(s[name]) for name in s.dtype.names or ())
        self._joined = np.zeros(s.size, dtype=bool)  # begins where the one before ends
        self._joined[1:] = (server[1:] == server[:-1]) & (begin[1:] == end[:-1])
        self._other_speed = np.zeros(s.size, dtype=bool)
        self._other_speed[1:] = speed[1:] != speed[:-1]
        self._begins = np.flatnonzero((start < begin) & (begin <= stop))
        self._ends = np.flatnonzero((start < end) & (end <= stop))
        self._starting = np.flatnonzero((begin <= start) & (start < end))
        columns = np.array(breaks, dtype=np.float64).reshape(-1, 6).T
        at, length = columns[:2]
        by, self._break_duties, self._there, self._before = columns[2:].astype(np.intp)
        early = self._there >= 0
        self._early = np.flatnonzero(early)
        self.possible = np.concatenate(
            (
                _changes(begin[self._begins], 1, ON_OFF, p, server[self._begins], speed[self._begins]),
                _changes(end[self._ends], 0, ON_OFF, p, server[self._ends], 0.0),
                _changes(at, 0, BREAK, p, by, length),
                _changes(at[early], 1, BREAK, p, by[early], length[early]),
            )
        )

    def staff(self, key: int) -> Staff:
        """Who comes under the luck of a pool key."""
        present = self._present
        if self._chancy.size:
            present = present.copy()
            keys = mix_array(self._hashes ^ np.uint64(key))
            present[self._chancy] = _draws(keys[self._who], self._name, self._rounds) < self._chances
        here = present[self._duties]
        met = self._joined.copy()
        met[1:] &= here[:-1]
        ends = here.copy()
        ends[:-1] &= ~(self._joined[1:] & here[1:])
        begins = here & (~met | self._other_speed)
        rests = present[self._break_duties]
        # a break at the very begin of a stretch comes after that begin, not before it
        late = (self._there >= 0) & ~((self._before >= 0) & here[self._before]) if rests.size else rests
        keep = np.concatenate((begins[self._begins], ends[self._ends], rests & ~late, (rests & late)[self._early]))
        what = self.possible["what"].copy()
        what[: self._begins.size] = np.where(met[self._begins], SPEED, ON_OFF)
        starting = self._stretches[self._starting[here[self._starting]]]
        if present.all():
            return Staff(0, self._stretches, starting, self._rows, keep, "what", what)
        rows = self._rows[present[self._row_duties]]
        return Staff(0, self._stretches[here], starting, rows, keep, "what", what)


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
                part = _changes(np.array([t for t, _ in times], dtype=float), 0, DOOR, i, -1, 0.0)
                part["kind"] = [opens for _, opens in times]
                parts.append(part)
                always.append(np.ones(part.size, dtype=bool))
        pools: list[tuple[CountedPlan | NamedPlan, slice]] = []
        for p, pool in enumerate(network.pools):
            plan = (
                CountedPlan(pool, p, start, stop) if isinstance(pool, CountedPool) else NamedPlan(pool, p, start, stop)
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
