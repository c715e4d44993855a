"""Reading of forecasts: contacts per date, or per half hour, of each contact type or channel."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from datetime import date

from sim.scenario.model.covered_dates import covered_dates
from sim.scenario.model.forecast import Forecast, ForecastSeries
from sim.scenario.model.period import Period
from sim.scenario.readers.cell_problems import CellProblems
from sim.scenario.readers.cell_reader import read_table_factor, scaled_cells, spell_dates
from sim.scenario.readers.forecast_series import made_series
from sim.scenario.readers.forecast_table import SEARCHED_ROWS, ForecastTable, TableLayout, layout_at
from sim.scenario.readers.reading import Fields, Reading, beside, words
from sim.scenario.readers.rosters.layout import header_words
from sim.scenario.readers.rosters.words import READ_ME
from sim.scenario.readers.workbook_reader import read_named_workbook
from sim.scenario.tables.workbook import Sheet, Workbook
from sim.scenario.text.nodes import Node, Scalar
from sim.scenario.text.problems import Unreadable

MOST_ROWS = 300_000
FORECAST = ("file", "sheet", "factor")


def read_forecast(
    reading: Reading, node: Node, path: str, period: Period, names: Collection[str], *, every: bool = False
) -> Forecast | None:
    """Read `{file: forecast.xlsx}`: contacts per date, or per half hour, for each contact type or channel.

    Parameters
    ----------
    reading, node, path : what to read and where problems go. The node is the name of the file, or a mapping with `file`
        and, if wanted, `sheet`. The table has the columns date, channel (or contact type), contacts; or date and a
        column for each channel or contact type; or a row for each of them and a column for each date. With a column
        time (or start, for date and time together) the numbers are those of half hours, or of the cells in which the
        times stand.
    period : whose dates must be there.
    names : the contact types and channels that may be forecast (and `orders`, if there are any).
    every : note every wrong cell in full, as `annotated_copy` needs it.

    Returns
    -------
    The forecast, or None if anything is wrong; every gap is named, each wrong cell has its address.

    Notes
    -----
    Dates that lie within the period before the first or after the last date of the forecast are repeated later
    (`forecast_rates`) and noted as a default. Half hours that the clocks skip are noted and left out; a half hour that
    they show twice is shared by both if it is given once.
    """
    asked = _read_words(reading, node, path)
    if asked is None:
        return None
    file, sheet, factor = asked

    def read() -> Forecast | None:
        at = path if isinstance(node, Scalar) else f"{path}.file"
        return _read_file(reading, file, sheet, at, path, period, names, every)

    found = reading.once(file, f"{path}.table", read)  # a factor that is drawn anew reads no file
    if found is None or factor == 1.0:
        return found
    return found.model_copy(update={"series": tuple(_scaled(s, factor) for s in found.series)})


def _read_file(
    reading: Reading,
    file: Scalar,
    sheet_node: Scalar | None,
    at: str,
    path: str,
    period: Period,
    names: Collection[str],
    every: bool,
) -> Forecast | None:
    book = read_named_workbook(reading, file, at)
    if book is None:
        return None
    near = period.local(period.length / 2.0).date()
    found = _find_sheet(reading, path, book, sheet_node, names, near)
    if found is None:
        return None
    sheet, layout = found
    if sheet.n_rows > MOST_ROWS:
        rule = f"a forecast has at most {MOST_ROWS:,} rows, this one has {sheet.n_rows:,}"
        reading.problem(sheet.place(MOST_ROWS, 0), path, rule, "leave out what lies far from the period")
        return None
    cells = CellProblems(reading, path, every)
    series = ForecastTable(cells, sheet, layout, names, near).read()
    made = [made_series(reading, cells, path, s, period) for s in series]
    if not cells.done():
        return None
    if not any(made):
        reading.problem(sheet.place(layout.row, 0), path, "the forecast has a header and no numbers")
        return None
    kept = [s for s in made if s is not None]
    n_before = len(reading.problems)
    for s in kept:
        _check_dates(reading, file, path, s, period)
    if len(reading.problems) > n_before:
        return None
    full = os.path.abspath(beside(file.place.file, file.text))  # noqa: PTH100 - text, no access
    return Forecast(file=full, series=tuple(kept))


def _scaled(series: ForecastSeries, factor: float) -> ForecastSeries:
    """Multiply all numbers of a series."""
    totals = tuple((when, contacts * factor) for when, contacts in series.totals)
    cells = series.cells and scaled_cells(series.cells, factor)
    return series.model_copy(update={"totals": totals, "cells": cells})


def _read_words(reading: Reading, node: Node, path: str) -> tuple[Scalar, Scalar | None, float] | None:
    if isinstance(node, Scalar):
        return node, None, 1.0
    mapping = reading.mapping(node, path, "a forecast such as {file: forecast.xlsx}")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, FORECAST)
    file, sheet = fields.node("file"), fields.node("sheet")
    factor = read_table_factor(fields)
    if file is None:
        reading.problem(mapping, f"{path}.file", "a forecast needs its file", "add file: forecast.xlsx")
        return None
    if reading.text(file, f"{path}.file", words) is None or not isinstance(file, Scalar):
        return None
    if sheet is not None and reading.text(sheet, f"{path}.sheet", words) is None:
        return None
    return None if factor is None else (file, sheet if isinstance(sheet, Scalar) else None, factor)


def _find_sheet(
    reading: Reading, path: str, book: Workbook, asked: Scalar | None, names: Collection[str], near: date
) -> tuple[Sheet, TableLayout] | None:
    if asked is not None:
        try:
            sheets: Sequence[Sheet] = [book.sheet(asked.text)]
        except Unreadable as error:
            reading.problem(asked, f"{path}.sheet", error.rule, error.repair, asked.text)
            return None
    else:
        sheets = [s for s in book.sheets if not s.hidden and s.name.lower() not in READ_ME] or list(book.sheets[:1])
    for sheet in sheets:
        for row in range(min(sheet.n_rows, SEARCHED_ROWS)):
            layout = layout_at(sheet, row, names, near)
            if layout is not None:
                return sheet, layout
    sheet = sheets[0]
    rule = (
        "no forecast is found: the columns date, channel, contacts are expected, or date and a column for each channel "
        "or contact type"
    )
    header = header_words(sheet)
    reading.problem(sheet.place(0, 0), path, rule, f"the first row says {', '.join(header)}" if header else None)
    return None


def _check_dates(reading: Reading, node: Node, path: str, series: ForecastSeries, period: Period) -> None:
    """Compare the dates of a series with those of the period."""
    counted = [d.date for d in period.days()]
    first, last = series.dates[0], series.dates[-1]
    if last < counted[0] or first > counted[-1]:
        rule = f"no date of the forecast of {series.name} lies within the period {counted[0]} to {counted[-1]}"
        reading.problem(node, path, rule, f"the forecast has {first} to {last}: check period.start, or the forecast")
        return
    beyond = [d for d in covered_dates(period) if d < first or d > last]
    if beyond:
        why = f"{spell_dates(beyond)}: as the same weekdays of the forecast's nearest week"
        reading.default(f"{path} ({series.name})", "repeat", why)
    if (last - first).days < 6 and (counted[-1] > last or counted[0] < first):
        rule = f"the forecast of {series.name} covers {first} to {last} only: weekdays it does not have bring nothing"
        reading.warn(node, path, rule, "give at least a whole week")
