"""A forecast as a workbook to fill in: contacts per date (or half hour) of each contact type, and how to use it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

from sim.scenario.tables.workbook import column_letters
from sim.scenario.tables.writing import NewWorkbook, put_in_place
from sim.scenario.text.units import WEEKDAYS, as_clock
from sim.starting.roster_template import write_read_me

_HEAD = {"bold": True, "bottom": 1, "bg_color": "#DDEBF7"}


class ForecastRow(NamedTuple):
    """The contacts of a date, or of a part of it that starts so many minutes after midnight, by series."""

    date: date
    contacts: tuple[float, ...]
    minute: int | None = None


class ForecastPlan(NamedTuple):
    """What a forecast holds: the names of its series (contact types or channels), and their numbers."""

    names: tuple[str, ...]
    rows: tuple[ForecastRow, ...]


_READ_ME = (
    "How to use this forecast",
    "",
    "Sheet Forecast: a row for each date, a column for each contact type (or channel) of the scenario. The number is "
    "how many contacts you expect, 0 if none.",
    "With a further column time (09:00, 09:30, ...) the numbers are those of half hours.",
    "Every date between the first and the last one stands once. Dates before and after repeat the first and last week.",
    "The hours at which the contacts of a day come are said in the scenario: hour.",
    "",
    "Check it: aftersim validate scenario.yaml names every cell in which something is wrong.",
)


def write_forecast_template(path: Path, plan: ForecastPlan) -> None:
    """Write a forecast as a workbook that `read_forecast` reads.

    Parameters
    ----------
    path : the new file; one that is there is never replaced.
    plan : what it holds.

    Raises
    ------
    FileExistsError : if the file is there already.
    OSError : if it cannot be written.
    ValueError : if a row has not one number for each series, or only some rows have a time.
    """
    put_in_place(path, forecast_bytes(plan))


def forecast_bytes(plan: ForecastPlan) -> bytes:
    """Give the workbook of `write_forecast_template`."""
    if any(len(row.contacts) != len(plan.names) for row in plan.rows):
        raise ValueError("each row needs one number for each series")
    timed = {row.minute is not None for row in plan.rows}
    if len(timed) > 1:
        raise ValueError("either every row has a time or none")
    new = NewWorkbook("Forecast")
    sheet = new.sheet("Forecast")
    words = ["date", "weekday", *(["time"] if timed == {True} else []), *plan.names]
    for column, word in enumerate(words):
        new.write(sheet, 0, column, word, **_HEAD)
    first = len(words) - len(plan.names)
    for number, row in enumerate(plan.rows, 1):
        new.write(sheet, number, 0, row.date)
        new.write(sheet, number, 1, WEEKDAYS[row.date.weekday()], font_color="#808080")
        if row.minute is not None:
            new.write(sheet, number, 2, as_clock(row.minute))
        for column, contacts in enumerate(row.contacts, first):
            new.write(sheet, number, column, _short(contacts))
    sheet.freeze_panes(1, first)
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, len(words) - 1, 14)
    _check_numbers(sheet, first, plan)
    write_read_me(new, _READ_ME)
    return new.finish()


def _short(contacts: float) -> float:
    return float(round(contacts, 6))


def _check_numbers(sheet: object, first: int, plan: ForecastPlan) -> None:
    """Let the cells refuse what is no number of contacts."""
    if not plan.rows or not plan.names:
        return
    cells = f"{column_letters(first)}2:{column_letters(first + len(plan.names) - 1)}{len(plan.rows) + 1}"
    sheet.data_validation(  # type: ignore[attr-defined]
        cells,
        {
            "validate": "decimal",
            "criteria": ">=",
            "value": 0,
            "error_title": "contacts",
            "error_message": "a number that is not negative",
        },
    )
