"""Which differences are large enough to choose a policy by: the smallest worthwhile difference of every measure.

A difference may be sure and still not matter. With the same luck in both policies even 0.01 points of a service level
can be told from nothing; nobody would choose by it. What is worth while is a matter of the business, not of the
statistics, so it is stated beforehand, in one place, and shown wherever it decides (the smallest effect size of
interest; Lakens, Scheel and Isager 2018).

Half a point of a share is what a promise in whole percent can see. Of a chance to keep a promise five points are one
period in twenty, the least that twenty replications can count. Of a wait or a line a twentieth is worth while, and
not below 2 s, which nobody who waits would notice, or one contact in line. Hours and contacts are paid for and known
far better than waits: a hundredth is worth while, and not below one hour or one contact.
"""

from __future__ import annotations

from math import isnan
from typing import Literal

from experiments.comparison.comparison import Difference, Row
from sim.measures import MEASURES

POINTS = 0.005
"""Of a share: half a percentage point."""

CHANCE = 0.05
"""Of a share of periods or days: one in twenty."""

CHANCES = ("meets_target", "meets_target_day", "meets_due", "meets_due_day")
"""Measures that are shares of periods or days."""

PART_OF_WAITS = 0.05
"""Of a duration or a line, beside the base."""

PART_OF_VOLUMES = 0.01
"""Of hours, contacts and whatever else is counted, beside the base."""

MOMENT = 2.0 / 60.0
"""Of a duration, whatever the base [min]: what nobody who waits would notice."""

ONE = 1.0
"""Of a total of hours or contacts, and of a line, whatever the base."""

Size = Literal["worthwhile", "small", "nothing", "open", "none"]
"""`worthwhile`: a sign that is known, and at least the smallest worthwhile difference. `small`: a sign that is known,
and less than that, but perhaps not much less. `nothing`: the whole interval lies below it, on both sides. `open`: no
sign that is known. `none`: nothing to compare, or one history."""


def smallest_worthwhile(measure: str, unit: str, base: float) -> float:
    """The smallest difference of a measure that is a reason to choose a policy, in the measure's unit.

    Parameters
    ----------
    measure, unit : str
        Which.
    base : float
        Its value under the base; NaN where nothing was counted there.

    Examples
    --------
    >>> smallest_worthwhile("service_level", "share", 0.82), smallest_worthwhile("meets_target", "share", 0.6)
    (0.005, 0.05)
    >>> smallest_worthwhile("asa", "min", 450.0), round(60 * smallest_worthwhile("asa", "min", 0.5), 1)
    (22.5, 2.0)
    >>> smallest_worthwhile("paid_hours", "h", 218.0), smallest_worthwhile("overrun_hours", "h", 0.7)
    (2.18, 1.0)
    """
    if unit == "share":
        return CHANCE if measure in CHANCES else POINTS
    size = 0.0 if isnan(base) else abs(base)
    if unit == "min":
        return max(PART_OF_WAITS * size, MOMENT)
    if unit == "jobs":
        return max(PART_OF_WAITS * size, ONE)
    known = MEASURES.get(measure)
    least = ONE if known is None or known.estimator == "total" else 0.0
    return max(PART_OF_VOLUMES * size, least)


def threshold(row: Row) -> float:
    """The smallest worthwhile difference of a row, from the value of the base."""
    return smallest_worthwhile(row.measure, row.unit, row.values[0].value if row.values else float("nan"))


def size_of(row: Row, difference: Difference) -> Size:
    """How much a difference matters, as far as is known.

    Parameters
    ----------
    row : Row
        The measure.
    difference : Difference
        One of its differences.

    Examples
    --------
    >>> level = Row("service_level", "channel", "phone", "Service level", "share", "higher", (), (), ())
    >>> def of(value, low, high):
    ...     return size_of(level, Difference("b", value, low, high, 0.0, 0.0, 0.5 + value, 0.0, False, 20))
    >>> of(0.06, 0.05, 0.07), of(0.003, 0.001, 0.006), of(-0.0001, -0.0002, 0.0), of(0.01, -0.02, 0.04)
    ('worthwhile', 'small', 'nothing', 'open')
    """
    d = difference
    if isnan(d.value):
        return "none"
    if d.same:
        return "nothing"
    if isnan(d.low) or isnan(d.high):
        return "none"
    least = threshold(row)
    if -least < d.low and d.high < least:
        return "nothing"
    if d.verdict == "open":
        return "open"
    return "worthwhile" if abs(d.value) >= least else "small"
