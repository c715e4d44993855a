"""Minutes on a calendar, for whole arrays."""

from __future__ import annotations

import numpy as np

from sim.machine.calendar import Calendar
from sim.measures.cells.arrays import Floats, Ints, tally


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
    return Clock(calendar, float(start.min()), float(stop.max())).minutes(start, stop)


class Clock:
    """A calendar between two instants, or plain time, for whole arrays.

    Parameters
    ----------
    calendar : Calendar or None
        Open hours; None: every minute counts.
    first, last : float
        What is asked lies between these [min]; beyond the last one no minute is known to count.

    Raises
    ------
    ValueError
        The calendar has paces. No promise is made on such a clock: only timers of customers run on one.

    Examples
    --------
    >>> office = Clock(Calendar("office", [(540, 1020)], repeat=(0, 1440)), 0.0, 4320.0)
    >>> office.minutes(np.array([1000.0]), np.array([2000.0])), office.after(np.array([1000.0]), np.array([40.0]))
    (array([40.]), array([2000.]))
    """

    def __init__(self, calendar: Calendar | None, first: float, last: float) -> None:
        self._plain = calendar is None
        self._opens = self._closes = self._before = np.zeros(0)
        if calendar is None:
            return
        if calendar.paces is not None:
            raise ValueError(
                f"calendar {calendar.name}: it has paces, and measures count whole minutes; give a calendar without"
            )
        spans = []
        for a, b in calendar.spans(first):
            if a >= last:
                break
            spans.append((a, b))
        self._opens, self._closes = np.array(spans, dtype=np.float64).reshape(-1, 2).T
        self._before = np.concatenate(([0.0], np.cumsum(self._closes - self._opens)))

    def _passed(self, t: Floats) -> Floats:
        """Minutes that have counted since the first instant."""
        if not self._opens.size:
            return np.zeros(t.size)
        i = np.searchsorted(self._opens, t, side="right") - 1
        j = np.maximum(i, 0)
        return np.where(i >= 0, self._before[j] + np.minimum(t, self._closes[j]) - self._opens[j], 0.0)

    def minutes(self, start: Floats, stop: Floats) -> Floats:
        """Minutes that count between pairs of times, shape (n,)."""
        return stop - start if self._plain else self._passed(stop) - self._passed(start)

    def after(self, start: Floats, minutes: Floats) -> Floats:
        """Instant at which so many minutes have counted since each start; infinite where too few are known."""
        if self._plain:
            return start + minutes
        if not self._opens.size:
            return np.where(minutes > 0.0, np.inf, start)
        goal = self._passed(start) + minutes
        j = np.searchsorted(self._before[1:], goal, side="left")
        known = j < self._opens.size
        j = np.minimum(j, self._opens.size - 1)
        out = np.minimum(self._opens[j] + (goal - self._before[j]), self._closes[j])
        return np.where(minutes > 0.0, np.where(known, np.maximum(out, start), np.inf), start)


def used_up(unit: Ints, n: int, begin: Floats, end: Floats, clock: Clock, within: float) -> tuple[Floats, Floats]:
    """Minutes on the clock of each unit, and the instant at which the promised ones are used up.

    Parameters
    ----------
    unit : int array, shape (stretches,)
        Whose stretch it is; the stretches in which the clock runs stand in order of unit and time.
    n : int
        Number of units.
    begin, end : array, shape (stretches,)
        [min].
    clock : Clock
        What counts.
    within : float
        Promised minutes.

    Returns
    -------
    minutes, due : array, shape (n,)
        The second one is infinite where the stretches end before.

    Examples
    --------
    >>> plain = Clock(None, 0.0, 100.0)
    >>> used_up(np.array([0, 0]), 1, np.array([0.0, 50.0]), np.array([10.0, 80.0]), plain, 15.0)
    (array([40.]), array([55.]))
    """
    each = clock.minutes(begin, end)
    minutes = tally(unit, n, each)
    if not within < np.inf:
        return minutes, np.full(n, np.inf)
    total = np.cumsum(each)
    number = np.bincount(unit, minlength=n)
    so_far = total - np.append(0.0, total)[np.cumsum(number) - number][unit]
    reached = np.flatnonzero(so_far >= within)
    due = np.full(n, np.inf)
    if reached.size:
        own, at = np.unique(unit[reached], return_index=True)
        row = reached[at]
        left = within - (so_far[row] - each[row])
        due[own] = np.minimum(clock.after(begin[row], left), end[row])
    return minutes, due
