"""A forecast: how many contacts are expected on each date, or in each half hour of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from sim.scenario.model.cells import DatedCells, Numbers
from sim.scenario.model.covered_dates import covered_dates, source_date
from sim.scenario.model.period import ClockRun, Frozen, Period
from sim.scenario.model.rates import RateTable


class ForecastSeries(Frozen):
    """The forecast of one contact type or channel.

    Parameters
    ----------
    name : contact type, channel, or whatever else was forecast.
    totals : (date, contacts of the day), dates ascending; empty if cells are given.
    cells : contacts per cell of the calendar, or None if totals are given.
    """

    name: str
    totals: tuple[tuple[date, float], ...] = ()
    cells: DatedCells | None = None

    @property
    def dates(self) -> tuple[date, ...]:
        """The dates it names."""
        return tuple(when for when, _ in (self.totals if self.cells is None else self.cells.days))

    @property
    def contacts(self) -> float:
        """Contacts in all."""
        if self.cells is None:
            return sum(total for _, total in self.totals)
        return sum(sum(numbers) for _, numbers in self.cells.days)


class Forecast(Frozen):
    """A forecast as read.

    Parameters
    ----------
    file : absolute path it was read from.
    series : one per contact type or channel, in the order of the file.
    """

    file: str
    series: tuple[ForecastSeries, ...]

    def get(self, name: str) -> ForecastSeries | None:
        """Give the series of a name, or None."""
        return next((s for s in self.series if s.name == name), None)


class TypeShare(NamedTuple):
    """What a contact type takes of the forecast of its channel.

    Parameters
    ----------
    channel : its channel.
    profile : 24 or 48 weights of the hours or half hours of the day, for totals.
    weight : its part among the types of the channel that have no forecast of their own; only ratios count.
    """

    channel: str
    profile: Numbers
    weight: float = 1.0


def forecast_rates(forecast: Forecast, types: Mapping[str, TypeShare], period: Period) -> dict[str, RateTable]:
    """Give the rates that a forecast means for the contact types it covers.

    Parameters
    ----------
    forecast : by contact type or by channel. A type's own series goes first; what is forecast for a channel is shared
        among its other types by weight.
    types : the contact types.
    period : warm-up, period and the week after it get rates; dates outside the forecast repeat the same weekdays of its
        first and last week.

    Raises
    ------
    ValueError : if the types that share a channel's forecast have no weight.

    Examples
    --------
    >>> from datetime import datetime
    >>> week = Period(start=datetime(2026, 3, 2), length=1440)
    >>> phone = ForecastSeries(name="phone", totals=((date(2026, 3, 2), 48.0),))
    >>> shares = {"call": TypeShare("phone", (1.0,) * 24, 3.0), "chaser": TypeShare("phone", (1.0,) * 24, 1.0)}
    >>> rates = forecast_rates(Forecast(file="", series=(phone,)), shares, week)
    >>> [sum(rates[name].cells.days[0][1]) for name in ("call", "chaser")]
    [36.0, 12.0]
    """
    found: dict[str, RateTable] = {}
    for name, share in types.items():
        own = forecast.get(name)
        if own is not None:
            found[name] = RateTable(cells=_cells(own, share.profile, 1.0, period))
            continue
        shared = forecast.get(share.channel)
        if shared is None:
            continue
        siblings = [s.weight for n, s in types.items() if s.channel == share.channel and forecast.get(n) is None]
        total = sum(siblings)
        if not total > 0:
            raise ValueError(f"the contact types of {share.channel} share its forecast and none has a weight")
        found[name] = RateTable(cells=_cells(shared, share.profile, share.weight / total, period))
    return found


def _cells(series: ForecastSeries, profile: Numbers, part: float, period: Period) -> DatedCells:
    """Cells of warm-up, period and the week after it."""
    cell = 1440 // len(profile) if series.cells is None else series.cells.cell
    totals = dict(series.totals)
    given = {} if series.cells is None else dict(series.cells.days)
    first, last = series.dates[0], series.dates[-1]
    days: list[tuple[date, Numbers]] = []
    for when in covered_dates(period):
        source = source_date(when, first, last)
        if source is None:
            continue
        if series.cells is None:
            days.append((when, _spread(when, totals.get(source, 0.0) * part, profile, period)))
        else:
            days.append((when, tuple(x * part for x in _repeated(given.get(source, ()), source, when, cell, period))))
    return DatedCells(cell=cell, days=tuple(days))


def _repeated(numbers: Numbers, source: date, when: date, cell: int, period: Period) -> Numbers:
    """Numbers of a date on another one, by wall clock where one of the two has 23 or 25 hours."""
    if source == when:
        return numbers
    before, after = cell_clocks(source, cell, period), cell_clocks(when, cell, period)
    if before == after:
        return numbers
    by_clock = dict(zip(reversed(before), reversed(numbers + (0.0,) * (len(before) - len(numbers))), strict=True))
    return tuple(by_clock.get(clock, 0.0) for clock in after)


def _spread(when: date, total: float, profile: Numbers, period: Period) -> Numbers:
    """Spread the contacts of a date over its cells: all of them come, also where the clocks jump."""
    cell = 1440 // len(profile)
    weights = [profile[min(int(clock // cell), len(profile) - 1)] for clock in cell_clocks(when, cell, period)]
    whole = sum(weights)
    return tuple(total * w / whole for w in weights) if whole > 0 else ()


def cell_clocks(when: date, cell: int, period: Period) -> list[float]:
    """What the wall clock shows at the start of each cell of a date [min after midnight], in the order they pass.

    Examples
    --------
    >>> from datetime import datetime
    >>> spring = Period(start=datetime(2026, 3, 29), length=1380, time_zone="Europe/Berlin")
    >>> [clock / 60 for clock in cell_clocks(date(2026, 3, 29), 60, spring)][:4], spring.length / 60
    ([0.0, 1.0, 3.0, 4.0], 23.0)
    """
    start, end = period.minute_at(when), period.minute_at(when + timedelta(days=1))
    day = next((d for d in period.days(start, end) if d.date == when), None)
    runs = [ClockRun(start, end, 0.0)] if day is None else period.clock_runs(day)
    clocks: list[float] = []
    at = start
    while at < end:
        run = next(r for r in runs if r.start <= at < r.end)
        clocks.append(run.clock + (at - run.start))
        at += cell
    return clocks
