"""Head-counts: how many agents are there, without saying who."""

from __future__ import annotations

from sim.scenario.model.cells import DatedCells, Steps, WeeklyCells, cell_steps, steps_between
from sim.scenario.model.period import Frozen, Period
from sim.scenario.text.units import Week

CountedSpans = tuple[tuple[int, int, float], ...]


class WeeklySpans(Frozen):
    """A head-count by hours of the week.

    Parameters
    ----------
    week : for Monday to Sunday, (from, to, number) with minutes after midnight of that day; a span over midnight
        ends past 1440. Spans do not overlap; outside of them nobody is there. A holiday has those of the weekday that
        it counts as.
    """

    week: Week[CountedSpans]


Headcount = WeeklySpans | WeeklyCells | DatedCells


def headcount_steps(headcount: Headcount, period: Period, t0: float, t1: float) -> Steps:
    """Expand a head-count into steps over [t0, t1).

    Parameters
    ----------
    headcount : the table, as written (shrinkage is not taken off).
    period : gives the calendar.
    t0, t1 : range to cover [min since start].

    Returns
    -------
    Steps of numbers of agents, possibly fractional; equal neighbours are kept apart, since a fraction is
    rounded once per interval of the table.
    """
    if not isinstance(headcount, WeeklySpans):
        return cell_steps(headcount, period, t0, t1)
    spans = []
    for day in period.days(t0 - 2880.0, t1):
        for a, b, n in headcount.week[day.acts_as]:
            start, end = period.minute_at(day.date, a), period.minute_at(day.date, b)
            if end > start and end > t0 and start < t1:
                spans.append((start, end, n))
    starts, values = [t0 - 1.0], [0.0]
    for start, end, n in sorted(spans):
        if start == starts[-1]:
            values[-1] = n
        else:
            starts.append(start)
            values.append(n)
        starts.append(end)
        values.append(0.0)
    return steps_between(starts, values, t0, t1)
