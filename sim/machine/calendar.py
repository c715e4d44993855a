"""Open hours: when a clock runs, and when a door is open."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import floor, inf


@dataclass(frozen=True)
class Calendar:
    """Open intervals [open, close), with an optional repeating tail (rule 2.3).

    Parameters
    ----------
    name : str
        Name, unique in a network.
    intervals : sequence of (float, float)
        Sorted, disjoint open intervals [min]. Touching intervals count as one.
    repeat : (float, float), optional
        (from, period): the intervals inside [from, from + period) repeat for ever with this period.
    paces : sequence of float, optional
        For each interval how many minutes a minute in it counts for (rule 8.10); intervals of different pace that
        touch stay apart. Only timers may name a calendar with paces. Absent, or all 1: every minute counts as one.

    Raises
    ------
    ValueError
        Intervals overlap, are empty or unsorted, the repeating part does not fit its period, or paces are not
        positive numbers, one per interval.

    Examples
    --------
    >>> week = Calendar("office", [(540, 1020)], repeat=(0, 1440))
    >>> week.add(1000, 30)        # 20 minutes left today, 10 tomorrow
    1990.0
    >>> week.between(1000, 1990), week.next_open(1020)
    (30.0, 1980.0)

    At night a minute of delay counts for half a minute:

    >>> Calendar("sorting", [(0, 480), (480, 1440)], repeat=(0, 1440), paces=(0.5, 1)).add(470, 20)
    495.0
    """

    name: str
    intervals: tuple[tuple[float, float], ...]
    repeat: tuple[float, float] | None = None
    paces: tuple[float, ...] | None = None
    _head: list[tuple[float, float]] = field(init=False, repr=False, compare=False)
    _tail: list[tuple[float, float]] = field(init=False, repr=False, compare=False)
    _paces_head: list[float] = field(init=False, repr=False, compare=False)
    _paces_tail: list[float] = field(init=False, repr=False, compare=False)
    _opens: list[float] = field(init=False, repr=False, compare=False)
    _tail_open: float = field(init=False, repr=False, compare=False)

    def __init__(
        self,
        name: str,
        intervals: Iterable[tuple[float, float]],
        repeat: tuple[float, float] | None = None,
        paces: Iterable[float] | None = None,
    ) -> None:
        seam = None if repeat is None else float(repeat[0])
        intervals = list(intervals)
        given = [1.0] * len(intervals) if paces is None else [float(x) for x in paces]
        if len(given) != len(intervals):
            raise ValueError(f"calendar {name}: {len(given)} paces for {len(intervals)} intervals; one each is needed")
        merged: list[tuple[float, float]] = []
        kept: list[float] = []
        for (a, b), pace in zip(intervals, given, strict=True):
            a, b = float(a), float(b)
            if not 0.0 < pace < inf:
                raise ValueError(f"calendar {name}: pace {pace:g} of ({a:g}, {b:g}) must be positive and finite")
            if not a < b:
                raise ValueError(f"calendar {name}: interval ({a:g}, {b:g}) is empty; open must come before close")
            if merged and a < merged[-1][1]:
                raise ValueError(f"calendar {name}: interval ({a:g}, {b:g}) overlaps or precedes the one before it")
            # at the seam the head ends and the turn begins
            if merged and a == merged[-1][1] and a != seam and pace == kept[-1]:
                merged[-1] = (merged[-1][0], b)
            else:
                merged.append((a, b))
                kept.append(pace)
        if repeat is not None:
            start, period = float(repeat[0]), float(repeat[1])
            if not -inf < start < inf:
                raise ValueError(f"calendar {name}: the start of the repeating part must be finite, got {start}")
            if not 0 < period < inf:
                raise ValueError(f"calendar {name}: the period of the repeating part must be positive")
            if merged and merged[-1][1] > start + period:
                raise ValueError(f"calendar {name}: an interval ends after the repeating part ({start + period:g})")
            if any(a < start < b for a, b in merged):
                raise ValueError(f"calendar {name}: an interval straddles the start of the repeating part")
            repeat = (start, period)
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "intervals", tuple(merged))
        object.__setattr__(self, "repeat", repeat)
        object.__setattr__(self, "paces", None if all(x == 1.0 for x in kept) else tuple(kept))
        head = [x for x in merged if repeat is None or x[1] <= repeat[0]]
        tail = merged[len(head) :]
        object.__setattr__(self, "_head", head)
        object.__setattr__(self, "_tail", tail)
        object.__setattr__(self, "_paces_head", kept[: len(head)])
        object.__setattr__(self, "_paces_tail", kept[len(head) :])
        object.__setattr__(self, "_opens", [a for a, _ in head])
        object.__setattr__(
            self, "_tail_open", sum((b - a) * x for (a, b), x in zip(tail, self._paces_tail, strict=True))
        )

    def spans(self, start: float) -> Iterator[tuple[float, float]]:
        """Open intervals that end after `start`, in order; endless when the calendar repeats."""
        for a, b, _ in self._paced(start):
            yield a, b

    def _paced(self, start: float) -> Iterator[tuple[float, float, float]]:
        """Open intervals that end after `start`, with their paces."""
        i = max(bisect_right(self._opens, start) - 1, 0)
        for (a, b), pace in zip(self._head[i:], self._paces_head[i:], strict=True):
            if b > start:
                yield a, b, pace
        if self.repeat is None or not self._tail:
            return
        origin, period = self.repeat
        turn = max(floor((start - origin) / period), 0)
        last_close = -inf
        while True:
            shift = turn * period
            for (a, b), pace in zip(self._tail, self._paces_tail, strict=True):
                if b + shift > start and b + shift > last_close:
                    last_close = b + shift
                    yield a + shift, b + shift, pace
            turn += 1

    def is_open(self, t: float) -> bool:
        """Whether `t` lies in [open, close)."""
        for a, _ in self.spans(t):
            return a <= t
        return False

    def next_open(self, t: float) -> float:
        """First open instant at or after `t`; infinity when there is none."""
        for a, _ in self.spans(t):
            return a if a > t else t
        return inf

    def add(self, t: float, d: float) -> float:
        """Time at which `d` open minutes have passed since `t`, each counted with its pace.

        An interval that is exactly used up ends the count at its close. `d = 0` gives `t` itself.

        Raises
        ------
        ValueError
            `d` is negative or not a number.
        """
        if not d >= 0.0:
            raise ValueError(f"calendar {self.name}: cannot add {d} minutes; a length of at least 0 is expected")
        if d == 0.0:
            return t
        if d == inf:
            return inf
        left = d
        skipped = False
        for a, b, pace in self._paced(t):
            begin = a if a > t else t
            room = (b - begin) * pace
            if left <= room:
                end = begin + left / pace
                return end if left < room and end < b else b  # rounding must not carry it past the close
            left -= room
            if not skipped and self.repeat is not None and a >= self.repeat[0] and self._tail_open > 0.0:
                skipped = True  # whole turns of the repeating part need no walk
                turns = floor(left / self._tail_open) - 1
                if turns > 0:
                    return self.add(b + turns * self.repeat[1], left - turns * self._tail_open)
        return inf

    def between(self, start: float, stop: float) -> float:
        """Open minutes in [start, stop), with their paces; negative when `stop` lies before `start`."""
        if stop < start:
            return -self.between(stop, start)
        if stop == inf and self.repeat is not None and self._tail_open > 0.0:
            return inf
        total = 0.0
        turn_end = None
        if self.repeat is not None and self._tail_open > 0.0 and start >= self.repeat[0]:
            turns = floor((stop - start) / self.repeat[1])
            if turns > 0:
                turn_end = start + turns * self.repeat[1]
                total = turns * self._tail_open
        low = start if turn_end is None else turn_end
        for a, b, pace in self._paced(low):
            if a >= stop:
                break
            total += ((b if b < stop else stop) - (a if a > low else low)) * pace
        return total

    def instants(self, start: float, stop: float) -> list[tuple[float, bool]]:
        """Closings (False) and openings (True) in (start, stop], in order of time."""
        out: list[tuple[float, bool]] = []
        for a, b in self.spans(start):
            if a > stop:
                break
            if start < a <= stop:
                if out and out[-1] == (a, False):
                    out.pop()  # touching across a turn of the repeating part: it never closes
                else:
                    out.append((a, True))
            if start < b <= stop:
                out.append((b, False))
        return out
