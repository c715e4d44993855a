"""Opening hours: words such as `mon-fri 09:00-18:00 sat 10:00-14:00`, and the minutes they mean."""

from __future__ import annotations

import itertools
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.scenario.model.period import Frozen, Period
from sim.scenario.text.problems import Unreadable
from sim.scenario.text.units import WEEKDAYS, Week, as_span, is_weekdays, seven, span, weekdays

Spans = tuple[tuple[int, int], ...]


class OpeningHours(Frozen):
    """Weekly opening hours on the wall clock.

    Parameters
    ----------
    week : for Monday to Sunday, the open spans [from, to) in minutes after midnight of that day. A span over
        midnight ends past 1440 and belongs to the day it starts.

    Examples
    --------
    >>> read_opening_hours("sat 10:00-14:00").week[5]
    ((600, 840),)
    """

    week: Week[Spans]

    @property
    def always(self) -> bool:
        """Whether it never closes."""
        return all(spans == ((0, 1440),) for spans in self.week)

    def __str__(self) -> str:
        if self.always:
            return "always"
        parts: list[str] = []
        first = 0
        while first < 7:
            last = first
            while last < 6 and self.week[last + 1] == self.week[first]:
                last += 1
            if self.week[first]:
                days = WEEKDAYS[first] if first == last else f"{WEEKDAYS[first]}-{WEEKDAYS[last]}"
                parts += [days, *(as_span(a, b) for a, b in self.week[first])]
            first = last + 1
        return " ".join(parts)


ALWAYS = OpeningHours(week=(((0, 1440),),) * 7)


def read_opening_hours(text: str) -> OpeningHours:
    """Read opening hours.

    Parameters
    ----------
    text : `always`, or weekdays each followed by hours: `mon-fri 09:00-12:00 13:00-18:00 sat 10:00-14:00`,
        `daily 08:00-24:00`, `fri 22:00-02:00`.

    Raises
    ------
    Unreadable : if the text is not of this form or hours overlap.
    """
    words = text.split()
    if words == ["always"]:
        return ALWAYS
    example = "opening hours such as mon-fri 09:00-18:00 sat 10:00-14:00 are expected"
    week: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    days: tuple[int, ...] = ()
    used = True
    for word in words:
        if word[0].isdigit():
            if not days:
                raise Unreadable(example, f"write daily {word}")
            hours = span(word)
            for weekday in days:
                week[weekday].append(hours)
            used = True
        elif word == "always":
            raise Unreadable(example, "write always alone")
        else:
            if not used:
                raise Unreadable(example, "write hours after each weekday")
            if not is_weekdays(word):
                try:
                    weekdays(word)
                except Unreadable as error:
                    raise Unreadable(example, error.repair) from None
            days, used = weekdays(word), False
    if not used or not days:
        raise Unreadable(example, "write hours after each weekday" if days else None)
    check_overlap(week)
    spans = [tuple(sorted(day)) for day in week]
    return OpeningHours(week=seven(spans))


def check_overlap(week: list[list[tuple[int, int]]]) -> None:
    """Raise `Unreadable` if two spans of a week overlap (also over midnight into the next day)."""
    flat = sorted((a + 1440 * i, b + 1440 * i, i) for i, day in enumerate(week) for a, b in day)
    if flat:
        first = flat[0]
        flat.append((first[0] + 10080, first[1] + 10080, first[2]))
    for (a, b, i), (c, d, j) in itertools.pairwise(flat):
        if c < b:
            one, two = as_span(a - 1440 * i, b - 1440 * i), as_span((c - 1440 * j) % 10080, (d - 1440 * j) % 10080)
            raise Unreadable(f"{WEEKDAYS[i]} {one} and {WEEKDAYS[j]} {two} overlap", "join them or move one")


@lru_cache(maxsize=64)  # the same hours come again and again while other numbers of a scenario are drawn
def open_intervals(hours: OpeningHours, period: Period, t0: float, t1: float) -> NDArray[np.float64]:
    """Expand opening hours into absolute open intervals.

    Parameters
    ----------
    hours : the weekly hours.
    period : gives the calendar.
    t0, t1 : range to cover [min since start].

    Returns
    -------
    Open intervals [open, close), sorted, disjoint, not touching, clipped to [t0, t1); shape (n, 2) [min], to be read.
    """
    found: list[tuple[float, float]] = []
    for day in period.days(t0 - 2880.0, t1):  # a span of two days ago cannot reach today, one of yesterday can
        for a, b in hours.week[day.weekday]:
            found.append((period.minute_at(day.date, a), period.minute_at(day.date, b)))
    intervals = clip(found, t0, t1)
    intervals.setflags(write=False)
    return intervals


def clip(intervals: list[tuple[float, float]], t0: float, t1: float) -> NDArray[np.float64]:
    """Sort intervals, join those that touch or overlap, cut them to [t0, t1); shape (n, 2)."""
    joined: list[list[float]] = []
    for start, end in sorted(intervals):
        a, b = max(start, t0), min(end, t1)
        if not b > a:
            continue
        if joined and a <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], b)
        else:
            joined.append([a, b])
    return np.array(joined, dtype=np.float64).reshape(-1, 2)
