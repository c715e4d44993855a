"""The minutes that opening hours mean."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.scenario.model.opening_hours import ALWAYS, OpeningHours, Spans, check_overlap, read_opening_hours
from sim.scenario.model.period import LocalDay, Period

__all__ = [
    "ALWAYS", "OpeningHours", "Spans", "business_intervals", "check_overlap", "clip", "intervals_on", "open_intervals",
    "read_opening_hours",
]  # fmt: skip


@lru_cache(maxsize=64)  # the same hours come again and again while other numbers of a scenario are drawn
def open_intervals(hours: OpeningHours, period: Period, t0: float, t1: float) -> NDArray[np.float64]:
    """Expand opening hours into absolute open intervals.

    Parameters
    ----------
    hours : the weekly hours. A holiday has the hours written for holidays, else those of the weekday that it counts
        as; a make-up day has those of the weekday that it counts as.
    period : gives the calendar.
    t0, t1 : range to cover [min since start].

    Returns
    -------
    Open intervals [open, close), sorted, disjoint, not touching, clipped to [t0, t1); shape (n, 2) [min], to be read.
    """
    # a span of two days ago cannot reach today, one of yesterday can
    return intervals_on(hours, period, period.days(t0 - 2880.0, t1), t0, t1)


def business_intervals(period: Period, t0: float, t1: float) -> NDArray[np.float64]:
    """Expand the business hours of a period as `open_intervals`; a holiday has none, a make-up day has.

    Examples
    --------
    >>> from datetime import datetime
    >>> business_intervals(Period(start=datetime(2026, 3, 2), length=10080), 0, 2880).tolist()
    [[540.0, 1080.0], [1980.0, 2520.0]]
    """
    return open_intervals(period.business_hours, period, t0, t1)


def intervals_on(
    hours: OpeningHours, period: Period, days: Iterable[LocalDay], t0: float, t1: float
) -> NDArray[np.float64]:
    """Open intervals of given days, as `open_intervals`; a day may be planned as another weekday than it is."""
    found = [
        (period.minute_at(day.date, a), period.minute_at(day.date, b))
        for day in days
        for a, b in hours.spans(day.acts_as, day.holiday)
    ]
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
