"""Minutes on a calendar, for whole arrays."""

from __future__ import annotations

import numpy as np

from sim.machine.calendar import Calendar
from sim.measures.arrays import Floats


def open_minutes(calendar: Calendar, start: Floats, stop: Floats) -> Floats:
    """Open minutes of a calendar between pairs of times.

    Parameters
    ----------
    calendar : Calendar
        Open hours.
    start, stop : array, shape (n,)
        [min], stop not before start.

    Returns
    -------
    array, shape (n,)
        [min].

    Examples
    --------
    >>> office = Calendar("office", [(540, 1020)], repeat=(0, 1440))
    >>> open_minutes(office, np.array([1000.0]), np.array([2000.0]))
    array([40.])
    """
    if start.size == 0:
        return np.zeros(0)
    first, last = float(start.min()), float(stop.max())
    begins, ends = [], []
    for a, b in calendar.spans(first):
        if a >= last:
            break
        begins.append(a)
        ends.append(b)
    if not begins:
        return np.zeros(start.size)
    opens, closes = np.array(begins), np.array(ends)
    before = np.concatenate(([0.0], np.cumsum(closes - opens)))

    def passed(t: Floats) -> Floats:
        i = np.searchsorted(opens, t, side="right") - 1
        j = np.maximum(i, 0)
        return np.where(i >= 0, before[j] + np.minimum(t, closes[j]) - opens[j], 0.0)

    return passed(stop) - passed(start)
