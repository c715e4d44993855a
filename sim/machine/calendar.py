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

    Raises
    ------
    ValueError
        Intervals overlap, are empty or unsorted, or the repeating part does not fit its period.

    Examples
    --------
    >>> week = Calendar("office", [(540, 1020)], repeat=(0, 1440))
    >>> week.add(1000, 30)        # 20 minutes left today, 10 tomorrow
    1990.0
    >>> week.between(1000, 1990), week.next_open(1020)
    (30.0, 1980.0)
    """

    name: str
    intervals: tuple[tuple[float, float], ...]
    repeat: tuple[float, float] | None = None
    _head: list[tuple[float, float]] = field(init=False, repr=False, compare=False)
    _tail: list[tuple[float, float]] = field(init=False, repr=False, compare=False)
    _opens: list[float] = field(init=False, repr=False, compare=False)
    _tail_open: float = field(init=False, repr=False, compare=False)

    def __init__(
        self,
        name: str,
        intervals: Iterable[tuple[float, float]],
        repeat: tuple[float, float] | None = None,
    ) -> None:
        seam = None if repeat is None else float(repeat[0])
        merged: list[tuple[float, float]] = []
        for a, b in intervals:
            a, b = float(a), float(b)
            if not a < b:
                raise ValueError(f"calendar {name}: interval ({a:g}, {b:g}) is empty; open must come before close")
            if merged and a < merged[-1][1]:
                raise ValueError(f"calendar {name}: interval ({a:g}, {b:g}) overlaps or precedes the one before it")
            if merged and a == merged[-1][1] and a != seam:  # at the seam the head ends and the turn begins
                merged[-1] = (merged[-1][0], b)
            else:
                merged.append((a, b))
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
        head = [x for x in merged if repeat is None or x[1] <= repeat[0]]
        tail = merged[len(head) :]
        object.__setattr__(self, "_head", head)
        object.__setattr__(self, "_tail", tail)
        object.__setattr__(self, "_opens", [a for a, _ in head])
        object.__setattr__(self, "_tail_open", sum(b - a for a, b in tail))

    def spans(self, start: float) -> Iterator[tuple[float, float]]:
        """Open intervals that end after `start`, in order; endless when the calendar repeats."""
        i = max(bisect_right(self._opens, start) - 1, 0)
        for a, b in self._head[i:]:
            if b > start:
                yield a, b
        if self.repeat is None or not self._tail:
            return
        origin, period = self.repeat
        turn = max(floor((start - origin) / period), 0)
        last_close = -inf
        while True:
            shift = turn * period
            for a, b in self._tail:
                if b + shift > start and b + shift > last_close:
                    last_close = b + shift
                    yield a + shift, b + shift
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
        """Time at which `d` open minutes have passed since `t`.

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
        for a, b in self.spans(t):
            begin = a if a > t else t
            room = b - begin
            if left <= room:
                end = begin + left
                return end if left < room and end < b else b  # rounding must not carry it past the close
            left -= room
            if not skipped and self.repeat is not None and a >= self.repeat[0] and self._tail_open > 0.0:
                skipped = True  # whole turns of the repeating part need no walk
                turns = floor(left / self._tail_open) - 1
                if turns > 0:
                    return self.add(b + turns * self.repeat[1], left - turns * self._tail_open)
        return inf

    def between(self, start: float, stop: float) -> float:
        """Open minutes in [start, stop); negative when `stop` lies before `start`."""
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
        for a, b in self.spans(start if turn_end is None else turn_end):
            if a >= stop:
                break
            low = start if turn_end is None else turn_end
            total += (b if b < stop else stop) - (a if a > low else low)
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
