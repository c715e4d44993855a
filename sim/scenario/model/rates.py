"""Arrival rates: how many contacts are expected when, as written and as steps over the period."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.scenario.model.cells import DatedCells, Numbers, WeeklyCells, cell_steps, weekly_steps
from sim.scenario.model.period import Frozen, Period
from sim.scenario.text.units import Week


class DailyRate(Frozen):
    """Contacts (or orders) per weekday, spread over the day by a profile.

    Parameters
    ----------
    per_day : contacts expected on Monday to Sunday; a holiday has those of the weekday that it counts as.
    profile : 24 or 48 weights for the hours or half hours of the wall clock, not all zero; only ratios count.
    profile_name : name of the shipped profile, or None.
    """

    per_day: Week[float]
    profile: Numbers
    profile_name: str | None = None


class RateTable(Frozen):
    """Contacts per cell of a table."""

    cells: WeeklyCells | DatedCells


Rate = DailyRate | RateTable


class RateSteps(NamedTuple):
    """A piecewise-constant rate: `rates[i]` contacts per minute on [edges[i], edges[i + 1]) [min since start]."""

    edges: NDArray[np.float64]
    rates: NDArray[np.float64]


def rate_steps(rate: Rate, period: Period, t0: float, t1: float) -> RateSteps:
    """Expand an arrival rate into steps over [t0, t1).

    Parameters
    ----------
    rate : as written.
    period : gives the calendar.
    t0, t1 : range to cover [min since start].

    Returns
    -------
    Edges and rates [contacts per minute], one step per cell of the table or profile. Rates follow the wall
    clock: the hour a 23-hour day lacks brings no contacts, the hour a 25-hour day has twice brings them twice.

    Examples
    --------
    >>> from datetime import datetime
    >>> day = Period(start=datetime(2026, 3, 2), length=1440)
    >>> rate = DailyRate(per_day=(24,) * 7, profile=(1,) * 24)
    >>> steps = rate_steps(rate, day, 0, 120)
    >>> steps.edges.tolist(), steps.rates.round(4).tolist()
    ([0.0, 60.0, 120.0], [0.0167, 0.0167])
    """
    if isinstance(rate, RateTable):
        steps, cell = cell_steps(rate.cells, period, t0, t1), rate.cells.cell
    else:
        week = np.multiply.outer(rate.per_day, rate.profile) / sum(rate.profile)
        steps, cell = weekly_steps(week, period, t0, t1), 1440 // len(rate.profile)
    return RateSteps(steps.edges, steps.values / cell)
