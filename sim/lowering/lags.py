"""Expected contacts after their lags: orders, then what becomes of them on the customers' clock."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.lowering.laws import lower_law
from sim.machine import Calendar, Timeline
from sim.machine.inversion import invert, pack
from sim.machine.laws import Law, Quantiles
from sim.scenario.model.order_flow import ContactFlow

Array = NDArray[np.float64]
CELL = 60.0
"""Births are taken together over so long [min]."""


def lags_of(flow: ContactFlow) -> list[tuple[Law, bool]]:
    """Delivery and lag of contacts that orders bring, if any, and whether they run on the customers' clock."""
    found = []
    for law, customers in ((flow.delivery, False), (flow.lag, True)):
        if law is not None:
            lowered = lower_law(law)
            assert lowered is not None, "every order is delivered, and brings its contacts, at last"
            found.append((lowered, customers))
    return found


def contacts_by(
    rate: Timeline, lags: Sequence[tuple[Law, bool]], clock: Calendar | None, start: float, times: Array
) -> Array:
    """Contacts expected up to some times.

    Parameters
    ----------
    rate : Timeline
        Orders that bring a contact, per minute.
    lags : list of (Law, bool)
        What passes between order and contact, in turn; whether it runs on the customers' clock.
    clock : Calendar or None
        The customers' clock; None if nothing runs on it.
    start : float
        Orders before this bring none [min].
    times : array
        Ascending or not [min].
    """
    last = max(float(np.max(times)), start + CELL)
    edges = np.append(np.arange(start, last, CELL), last)
    reached = np.concatenate(([0.0], np.cumsum(area(rate, edges[:-1], edges[1:]))))
    for i, (law, customers) in enumerate(lags):
        at = times if i + 1 == len(lags) else edges
        reached = _later(reached, edges, at, law, clock if customers else None)
    return reached if lags else np.asarray(np.interp(times, edges, reached))


def area(rate: Timeline, begin: Array, end: Array) -> Array:
    """Area under a timeline between two arrays of times.

    Examples
    --------
    >>> area(Timeline([0, 60], [2, 4]), np.array([30.0]), np.array([90.0])).tolist()
    [180.0]
    """
    times, values = rate.times, rate.values
    first = times[0] if np.isfinite(times[0]) else min(float(np.min(begin)), float(times[1] if times.size > 1 else 0.0))
    knots = np.concatenate(([first], times[1:], [max(float(np.max(end)), float(times[-1])) + 1.0]))
    if not knots[-1] > knots[-2]:
        knots = knots[:-1]
    passed = np.concatenate(([0.0], np.cumsum(np.diff(knots) * values[: knots.size - 1])))
    return np.asarray(np.interp(end, knots, passed) - np.interp(begin, knots, passed))


def _later(reached: Array, edges: Array, at: Array, law: Law, clock: Calendar | None) -> Array:
    """Running count after one more lag, from that at the edges of cells."""
    middle = passed_on(clock, edges[0], 0.5 * (edges[:-1] + edges[1:]))
    gone = passed_on(clock, edges[0], at)[:, None] - middle[None, :]
    ages, shares = distribution(law)
    return np.asarray(np.interp(gone, ages, shares, left=0.0, right=1.0) @ np.diff(reached))


def passed_on(clock: Calendar | None, start: float, times: Array) -> Array:
    """What has passed on a calendar since a start at some times; None: elapsed time [min]."""
    if clock is None:
        return times - start
    knots = np.array([start, *(x for a, b in clock.intervals for x in (a, b))])
    knots = np.unique(knots[knots >= start])
    passed = np.array([clock.between(float(a), float(b)) for a, b in itertools.pairwise(knots)])
    return np.asarray(np.interp(times, knots, np.concatenate(([0.0], np.cumsum(passed)))))


@lru_cache(maxsize=256)
def distribution(law: Law, n: int = 1024) -> tuple[Array, Array]:
    """Ages and the share of a lag that is over by then."""
    if isinstance(law, Quantiles):
        return np.asarray(law.values), np.asarray(law.shares)
    table: list[float] = []
    at = pack(law, table, {})
    shares = (np.arange(n) + 0.5) / n
    values = [invert(table, at, u, 0.0, ()) for u in shares.tolist()]
    return np.sort(np.array(values)), shares
