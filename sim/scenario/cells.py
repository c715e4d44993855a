"""Tables by time: one number per cell of the week, or per cell of the calendar, and the steps they mean."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.scenario.period import Frozen, Period
from sim.scenario.units import Week

Numbers = tuple[float, ...]
CELLS = (5, 10, 15, 20, 30, 60)  # allowed cell lengths [min]


class Steps(NamedTuple):
    """A piecewise-constant function: `values[i]` holds on [edges[i], edges[i + 1]) [min since start]."""

    edges: NDArray[np.float64]
    values: NDArray[np.float64]


class WeeklyCells(Frozen):
    """A table that repeats every week, by wall clock.

    Parameters
    ----------
    cell : length of a cell [min].
    week : for Monday to Sunday, the numbers of the cells from 00:00 on; missing ones at the end are 0.
    """

    cell: int
    week: Week[Numbers]


class DatedCells(Frozen):
    """A table by date and time.

    Parameters
    ----------
    cell : length of a cell [min].
    days : (date, numbers of its cells from local midnight on, in the order they pass: a 25-hour day has more
        cells, a 23-hour day fewer); dates ascending; missing numbers at the end, and missing dates, are 0.
    """

    cell: int
    days: tuple[tuple[date, Numbers], ...]


def cell_steps(cells: WeeklyCells | DatedCells, period: Period, t0: float, t1: float) -> Steps:
    """Expand a table into steps over [t0, t1), cell by cell (0 where the table says nothing).

    Parameters
    ----------
    cells : the table.
    period : gives the calendar.
    t0, t1 : range to cover [min since start].

    Returns
    -------
    Steps whose values are the cells' numbers as written. A cell cut by a jump of the wall clock keeps its number.
    """
    starts: list[float] = []
    values: list[float] = []
    dated = dict(cells.days) if isinstance(cells, DatedCells) else {}
    for day in period.days(t0, t1):
        if isinstance(cells, DatedCells):
            _walk(day.start, day.end, 0.0, cells.cell, dated.get(day.date, ()), starts, values)
        else:
            for run in period.clock_runs(day):
                _walk(run.start, run.end, run.clock, cells.cell, cells.week[day.weekday], starts, values)
    return steps_between(starts, values, t0, t1)


def _walk(
    start: float, end: float, clock: float, cell: int, row: Numbers, starts: list[float], values: list[float]
) -> None:
    """Append the cells of [start, end), whose first minute is `clock` minutes into the row."""
    index = int(clock // cell)
    at = start
    while at < end:
        starts.append(at)
        values.append(row[index] if index < len(row) else 0.0)
        index += 1
        at = start + (index * cell - clock)


def steps_between(starts: list[float], values: list[float], t0: float, t1: float) -> Steps:
    """Make steps over exactly [t0, t1) of ascending starts, the last step reaching to t1."""
    edges = np.array([*starts, np.inf], dtype=np.float64)
    numbers = np.array(values, dtype=np.float64)
    keep = (edges[1:] > t0) & (edges[:-1] < t1)
    inside = np.clip(edges[:-1][keep], t0, t1)
    return Steps(np.append(inside, t1), numbers[keep])
