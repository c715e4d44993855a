"""Tables by time: one number per cell of the week, or per cell of the calendar, and the steps they mean."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.scenario.model.period import ClockRun, Frozen, Period
from sim.scenario.text.units import Week

Numbers = tuple[float, ...]
CELLS = (5, 10, 15, 20, 30, 60)  # allowed cell lengths [min]


class Steps(NamedTuple):
    """A piecewise-constant function: `values[i]` holds on [edges[i], edges[i + 1]) [min since start]."""

    edges: NDArray[np.float64]
    values: NDArray[np.float64]


class WeeklyCells(Frozen):
    """A table that repeats every week, by wall clock; a holiday has the row of the weekday that it counts as.

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
    grid = _grid(isinstance(cells, DatedCells), cells.cell, period, t0, t1)
    given = dict(cells.days) if isinstance(cells, DatedCells) else {}
    rows = [given.get(d, ()) for d in grid.dates] if isinstance(cells, DatedCells) else cells.week
    table = np.zeros((len(rows), max(grid.longest, *map(len, rows), 1)))
    for number, row in enumerate(rows):
        table[number, : len(row)] = row
    return Steps(grid.edges, table[grid.row, grid.column])


def weekly_steps(table: NDArray[np.float64], period: Period, t0: float, t1: float) -> Steps:
    """Expand a whole week, an array of shape (7, cells of a day), into steps over [t0, t1) as `cell_steps` does."""
    grid = _grid(False, 1440 // table.shape[1], period, t0, t1)
    return Steps(grid.edges, table[grid.row, grid.column])


class _Grid(NamedTuple):
    """Cells of a calendar, in the order they pass.

    Row of each cell (weekday as which its day is planned, or number of its date among `dates`) and its place in the
    row. Arrays are shared.
    """

    edges: NDArray[np.float64]
    row: NDArray[np.intp]
    column: NDArray[np.intp]
    longest: int
    dates: tuple[date, ...]


@lru_cache(maxsize=64)
def _grid(dated: bool, cell: int, period: Period, t0: float, t1: float) -> _Grid:
    """Lay the cells of a table over [t0, t1): by date, from midnight on, or by weekday and wall clock."""
    starts: list[float] = []
    rows: list[int] = []
    columns: list[int] = []
    days = period.days(t0, t1)
    for number, day in enumerate(days):
        runs = [ClockRun(day.start, day.end, 0.0)] if dated else period.clock_runs(day)
        for run in runs:
            before = len(starts)
            _walk(run, cell, starts, columns)
            rows += [number if dated else day.acts_as] * (len(starts) - before)
    edges, places = steps_between(starts, [float(i) for i in range(len(starts))], t0, t1)
    kept = places.astype(np.intp)
    row, column = np.array(rows, dtype=np.intp)[kept], np.array(columns, dtype=np.intp)[kept]
    for array in (edges, row, column):
        array.setflags(write=False)
    return _Grid(edges, row, column, max(columns, default=-1) + 1, tuple(d.date for d in days))


def _walk(run: ClockRun, cell: int, starts: list[float], columns: list[int]) -> None:
    """Append the cells of a stretch of a day whose first minute is `run.clock` minutes into the row."""
    index = int(run.clock // cell)
    at = run.start
    while at < run.end:
        starts.append(at)
        columns.append(index)
        index += 1
        at = run.start + (index * cell - run.clock)


def steps_between(starts: list[float], values: list[float], t0: float, t1: float) -> Steps:
    """Make steps over exactly [t0, t1) of ascending starts, the last step reaching to t1."""
    edges = np.array([*starts, np.inf], dtype=np.float64)
    numbers = np.array(values, dtype=np.float64)
    keep = (edges[1:] > t0) & (edges[:-1] < t1)
    inside = np.clip(edges[:-1][keep], t0, t1)
    return Steps(np.append(inside, t1), numbers[keep])
