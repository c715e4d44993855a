"""Who is planned to be there: every change of staff that luck may bring, and what luck picks of it (2.11, 4.8, 6.0).

Made once per pool and kept with the plan; a replication only draws who comes and how fractions are rounded.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, inf, isnan

import numpy as np
from numpy.typing import NDArray

from sim.machine.luck import MASK, G, mix_array, name_hash
from sim.machine.pools import CountedPool, NamedPool, Server
from sim.machine.records import DUTY, ON_BREAK, ON_DUTY

CHANGE = np.dtype(
    [
        ("time", "f8"),
        ("kind", "u1"),
        ("what", "u1"),
        ("index", "i4"),
        ("server", "i4"),
        ("value", "f8"),
        ("switch", "i4"),
    ],
    align=True,
)
"""One planned change; `what` is the number of one of `WHAT`, the rest as in `instance.Change`."""

WHAT = ("door", "count", "duty", "speed", "break")
DOOR, COUNT, ON_OFF, SPEED, BREAK = range(5)

STRETCH = np.dtype(
    [("begin", "f8"), ("end", "f8"), ("speed", "f8"), ("server", "i4"), ("switch", "i4"), ("until", "f8")], align=True
)
"""One stretch of duty of a named server, fixed breaks cut out: with the number of the duty's switch (-1: none), and the
end of the break after it if the same duty goes on after that (else `end`)."""

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


def changes(
    time: NDArray[np.float64],
    kind: int,
    what: int,
    index: int,
    server: int | NDArray[np.int64],
    value: object,
    switch: object = -1,
) -> NDArray[np.void]:
    """Changes of one kind."""
    out = np.empty(time.size, dtype=CHANGE)
    for name, column in zip(CHANGE.names or (), (time, kind, what, index, server, value, switch), strict=True):
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
        self.possible = np.concatenate([changes(self._times, kind, COUNT, p, -1, nobody) for kind in (0, 1)])
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
    """Duties and breaks of a named pool, up to who comes.

    Where a switch has a say, every change that it may bring is planned, and the engine looks at the switch (rule 8.2).
    """

    def __init__(self, pool: NamedPool, p: int, start: float, stop: float, switches: Mapping[str, int]) -> None:
        self.hash, self.size = name_hash("pool:" + pool.name), len(pool.servers)
        self._name = name_hash("presence")
        stretches: list[tuple[float, float, float, int, int, float]] = []
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
                spans: list[tuple[float, float]] = []
                for at, length in fixed:
                    if at < d.end and at + length > d.begin:
                        if at > begin:
                            spans.append((begin, at))
                        begin = min(at + length, d.end)
                        if d.switch is None:
                            rows.append((max(at, d.begin), begin, 1.0, p, number, ON_BREAK))
                            row_duties.append(offset + k)
                if begin < d.end:
                    spans.append((begin, d.end))
                switch = -1 if d.switch is None else switches[d.switch]
                for i, (a, b) in enumerate(spans):
                    until = spans[i + 1][0] if i + 1 < len(spans) else b
                    stretches.append((a, b, d.speed, number, switch, until))
                    duties.append(offset + k)
                if d.switch is None:  # the others are written down as they came (`attended`)
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
        stretches: list[tuple[float, float, float, int, int, float]],
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
        begin, end, speed, server, switch, until = (np.ascontiguousarray(s[name]) for name in s.dtype.names or ())
        self._joined = np.zeros(s.size, dtype=bool)  # begins where the one before ends
        self._joined[1:] = (server[1:] == server[:-1]) & (begin[1:] == end[:-1])
        switched = switch >= 0
        self._loose = np.zeros(s.size, dtype=bool)  # such begins at which a switch has a say
        self._loose[1:] = self._joined[1:] & (switched[1:] | switched[:-1])
        self._other_speed = np.zeros(s.size, dtype=bool)
        self._other_speed[1:] = speed[1:] != speed[:-1]
        self._begins = np.flatnonzero((start < begin) & (begin <= stop))
        self._ends = np.flatnonzero((start < end) & (end <= stop))
        self._goes_on = np.flatnonzero(self._loose & switched & (start < begin) & (begin <= stop))
        self._starting = np.flatnonzero((begin <= start) & (start < end) & ~switched)
        columns = np.array(breaks, dtype=np.float64).reshape(-1, 6).T
        at, length = columns[:2]
        by, self._break_duties, self._there, self._before = columns[2:].astype(np.intp)
        early = self._there >= 0
        self._early = np.flatnonzero(early)
        there = np.maximum(self._there, 0)
        self._open = early & (switched[there] | self._loose[there]) if s.size else early
        b, e, g = self._begins, self._ends, self._goes_on
        self.possible = np.concatenate(
            (
                changes(begin[b], 1, ON_OFF, p, server[b], speed[b], switch[b]),
                changes(end[e], 0, ON_OFF, p, server[e], until[e] > end[e]),
                changes(begin[g], 0, ON_OFF, p, server[g], 0.0, switch[g]),
                changes(at, 0, BREAK, p, by, length),
                changes(at[early], 1, BREAK, p, by[early], length[early]),
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
        begins = here & (~met | self._other_speed | self._loose)
        goes_on = (met & here)[self._goes_on]
        met &= ~self._loose
        rests = present[self._break_duties]
        # a break at the very begin of a stretch comes after that begin, not before it
        late = (self._there >= 0) & ~((self._before >= 0) & here[self._before]) if rests.size else rests
        early, late = rests & (~late | self._open), rests & (late | self._open)
        keep = np.concatenate((begins[self._begins], ends[self._ends], goes_on, early, late[self._early]))
        what = self.possible["what"].copy()
        what[: self._begins.size] = np.where(met[self._begins], SPEED, ON_OFF)
        starting = self._stretches[self._starting[here[self._starting]]]
        if present.all():
            return Staff(0, self._stretches, starting, self._rows, keep, "what", what)
        rows = self._rows[present[self._row_duties]]
        return Staff(0, self._stretches[here], starting, rows, keep, "what", what)


def attended(stretches: NDArray[np.void], p: int, periods: NDArray[np.void], stopped: float) -> NDArray[np.void]:
    """Rows of the duty table for the duties of one pool that a switch began and ended (rule 8.2).

    Parameters
    ----------
    stretches : structured array of STRETCH
        Of the pool.
    p : int
        Its number.
    periods : structured array of `records.SWITCH`
        When the switches were on.
    stopped : float
        End of the run [min].
    """
    rows: list[tuple[float, float, float, int, int, int]] = []
    times = [(k, a, stopped if isnan(b) else b) for k, a, b in periods.tolist()]
    for begin, end, _, server, switch, until in stretches[stretches["switch"] >= 0].tolist():
        for k, on, off in times:
            if k != switch:
                continue
            if max(begin, on) < min(end, off):
                rows.append((max(begin, on), min(end, off), 1.0, p, server, ON_DUTY))
                if min(until, off) > end:  # a fixed break after which the duty goes on
                    rows.append((end, min(until, off), 1.0, p, server, ON_BREAK))
    return np.array(rows, dtype=DUTY)
