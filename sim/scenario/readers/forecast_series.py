"""The numbers of a forecast as series: gaps and doubles are named, days of 23 and 25 hours are met."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

from sim.scenario.model.cells import CELLS, DatedCells
from sim.scenario.model.forecast import ForecastSeries, cell_clocks
from sim.scenario.model.period import Period
from sim.scenario.readers.cell_problems import CellProblems
from sim.scenario.readers.cell_reader import spell_dates
from sim.scenario.readers.forecast_table import Point, Series
from sim.scenario.readers.reading import Reading
from sim.scenario.text.units import WEEKDAYS, as_clock, plain

HALF_HOUR = 30  # min; cells of a forecast with one time a day


def made_series(
    reading: Reading, cells: CellProblems, path: str, series: Series, period: Period
) -> ForecastSeries | None:
    """Make a series of what was read, or note its gaps and doubles."""
    before = cells.n
    timed = {minute is not None for day in series.days.values() for minute in day}
    if len(timed) > 1:
        point = next(p for day in series.days.values() for ps in day.values() for p in ps if p.minute is None)
        rule = f"the forecast of {series.name} has totals of days and numbers of half hours"
        cells.add(point.sheet, point.row, point.column, rule, "give one of the two")
        return None
    _note_gaps(reading, cells, path, series)
    for when in sorted(series.days):
        for points in series.days[when].values():
            local = datetime(when.year, when.month, when.day) + timedelta(minutes=points[0].minute or 0)
            most = 2 if points[0].minute is not None and period.occurs_twice(local) else 1
            for extra in points[most:]:
                first = points[0].sheet.spot(points[0].row, points[0].column)
                rule = f"{series.name} is already given for this {'day' if extra.minute is None else 'time'} ({first})"
                cells.add(extra.sheet, extra.row, extra.column, rule, "keep one of the two", extra.contacts)
    if timed == {False}:
        totals = tuple((when, series.days[when][None][0].contacts) for when in sorted(series.days))
        return None if cells.n > before else ForecastSeries(name=series.name, totals=totals)
    cell = _cell_length(cells, series)
    if cell is None or cells.n > before:
        return None
    skipped: list[tuple[datetime, float]] = []
    days = tuple((when, _day_numbers(series.days[when], when, cell, period, skipped)) for when in sorted(series.days))
    lost = [(local, contacts) for local, contacts in skipped if contacts > 0]
    if lost:
        at, contacts = lost[0][0], sum(c for _, c in lost)
        point = _first_point(series, at.date())
        what = f"{plain(contacts)} contacts of {series.name} are left out"
        rule = f"the clocks of {period.time_zone} skip {at:%H:%M} on {at.date()}: {what}"
        reading.warn(point.sheet.place(point.row, point.column), path, rule, "add them to the next half hour")
    return ForecastSeries(name=series.name, cells=DatedCells(cell=cell, days=days))


def _note_gaps(reading: Reading, cells: CellProblems, path: str, series: Series) -> None:
    """Note dates that are missing between the first and the last one; weekdays that it never has are only doubted."""
    dates = sorted(series.days)
    never = set(range(7)) - {d.weekday() for d in dates} if (dates[-1] - dates[0]).days >= 7 else set()
    for before, when in pairwise(dates):
        days = min((when - before).days - 1, 400)
        missing = [d for k in range(days) if (d := before + timedelta(days=k + 1)).weekday() not in never]
        if missing:
            point = _first_point(series, when)
            rule = f"the forecast of {series.name} has a gap before this row: {spell_dates(missing)} missing"
            repair = "add the dates (0 if nothing comes)"
            cells.add(point.sheet, point.row, point.column, rule, repair, kind=f"gaps in the dates of {series.name}")
    if never:
        point = _first_point(series, dates[0])
        rule = (
            f"the forecast of {series.name} has no {', '.join(WEEKDAYS[d] for d in sorted(never))}: nothing comes then"
        )
        reading.warn(point.sheet.place(point.row, point.column), path, rule, "add the dates if something does")


def _first_point(series: Series, when: date) -> Point:
    return next(iter(series.days[when].values()))[0]


def _cell_length(cells: CellProblems, series: Series) -> int | None:
    """Length of the cells: the shortest step between two times of a day; note half hours that are missing."""
    minutes = {minute for day in series.days.values() for minute in day if minute is not None}
    steps = [b - a for day in series.days.values() for a, b in _pairs(day)]
    step = min(steps, default=HALF_HOUR)
    fits = [c for c in CELLS if all(m % c == 0 for m in minutes) and c <= step]
    if not fits:
        point = next(p for day in series.days.values() for ps in day.values() for p in ps if (p.minute or 0) % 5)
        rule = f"the times of a forecast stand on whole cells of {', '.join(map(str, CELLS[:-1]))} or {CELLS[-1]} min"
        cells.add(point.sheet, point.row, point.column, rule, None, as_clock(point.minute or 0))
        return None
    cell = max(fits)
    for when in sorted(series.days):
        day = series.days[when]
        for a, b in _pairs(day):
            if b - a > cell:
                point = day[b][0]
                gap = as_clock(a + cell) if b - a == 2 * cell else f"{as_clock(a + cell)} to {as_clock(b - cell)}"
                rule = f"the forecast of {series.name} has a gap before this row: {gap} of {when} is missing"
                repair = "add it (0 if nothing comes)"
                kind = f"gaps in the days of {series.name}"
                cells.add(point.sheet, point.row, point.column, rule, repair, kind=kind)
    return cell


def _pairs(day: dict[int | None, list[Point]]) -> list[tuple[int, int]]:
    times = sorted(m for m in day if m is not None)
    return list(pairwise(times))


def _day_numbers(
    day: dict[int | None, list[Point]], when: date, cell: int, period: Period, skipped: list[tuple[datetime, float]]
) -> tuple[float, ...]:
    """Numbers of the cells of a date in the order they pass: 46 half hours in spring, 50 in autumn."""
    clocks = cell_clocks(when, cell, period)
    numbers = [0.0] * len(clocks)
    midnight = datetime(when.year, when.month, when.day)
    for minute, points in day.items():
        if minute is None:
            continue
        places = [i for i, clock in enumerate(clocks) if clock <= minute < clock + cell]
        local = midnight + timedelta(minutes=minute)
        if not places or not period.exists(local):
            skipped.append((local, points[0].contacts))
            continue
        if len(points) >= len(places):
            for place, point in zip(places, points, strict=False):
                numbers[place] += point.contacts
        else:
            for place in places:
                numbers[place] += points[0].contacts / len(places)
    while numbers and numbers[-1] == 0.0:
        numbers.pop()
    return tuple(numbers)
