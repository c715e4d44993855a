"""How a roster stands in its sheet: wide (people x dates, with shift codes) or long (a row per person and shift)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from sim.scenario.readers.rosters.words import Header, header_of, is_weekday_word
from sim.scenario.tables.cell_values import as_date, as_text, is_empty, month_number
from sim.scenario.tables.workbook import CellValue, Sheet
from sim.scenario.text.problems import Unreadable

SEARCHED_ROWS = 40
SEARCHED_COLUMNS = 1_500  # four years of dates
FEWEST_NUMBERS = 5  # headers 1, 2, 3, ... that are taken as days of a month
_DAY_MONTH = re.compile(r"(\d{1,2})[-/.](\d{1,2})\.?")
_YEAR_MONTH = re.compile(r"(\d{4})\s*[-年/.]\s*(\d{1,2})(?!\d)")
_MONTH_WORD = re.compile(r"([A-Za-z]{3,9})\.?\s+(\d{4})")


class Layout(NamedTuple):
    """Where things stand.

    Parameters
    ----------
    row : the header row.
    columns : column and header of each role.
    dates : for a wide roster, the columns of its dates; empty for a long one.
    guessed : what was taken because it is not written (the month of day numbers), or None.
    """

    row: int
    columns: dict[str, tuple[int, Header]]
    dates: tuple[tuple[int, date], ...]
    guessed: str | None = None

    @property
    def person(self) -> int:
        """Column that says who it is: the name, or else the id."""
        return self.columns["name" if "name" in self.columns else "id"][0]

    def column(self, role: str) -> int | None:
        """Column of a role, or None."""
        found = self.columns.get(role)
        return None if found is None else found[0]


def find_layout(sheet: Sheet, near: date, own: dict[str, str] | None = None) -> Layout | None:
    """Find the header of a roster in the first rows of a sheet; None if there is none.

    Parameters
    ----------
    sheet : the sheet.
    near : a date within the period: it tells the year where only month and day are written.
    own : names that this desk uses for columns.
    """
    for row in range(min(sheet.n_rows, SEARCHED_ROWS)):
        found = layout_at(sheet, row, near, own)
        if found is not None:
            return found
    return None


def layout_at(sheet: Sheet, row: int, near: date, own: dict[str, str] | None = None) -> Layout | None:
    """Give the layout whose header is this row, or None if it is no header."""
    columns = _roles(sheet, row, own)
    dates, guessed = header_dates(sheet, row, near)
    if dates:
        first = min(column for column, _ in dates)
        for above in (row - 1, row - 2, row + 1):
            # names and dates can stand in two rows of the header; those of the names leave the dates' columns alone
            if "name" in columns or "id" in columns or not 0 <= above < sheet.n_rows:
                break
            for role, (column, header) in _roles(sheet, above, own).items():
                if column < first and _may_join(sheet, row, column):
                    columns.setdefault(role, (column, header))
        if "name" in columns or "id" in columns:
            left = {role: found for role, found in columns.items() if found[0] not in dict(dates)}
            return Layout(row, left, dates, guessed)
        return None
    has = columns.keys()
    timed = "start" in has or "hours" in has or "shift" in has
    if ("name" in has or "id" in has) and (("date" in has and timed) or {"start", "end"} <= has):
        return Layout(row, columns, ())
    return None


def _may_join(sheet: Sheet, row: int, column: int) -> bool:
    value = sheet.at(row, column)
    return is_empty(value) or is_weekday_word(value) or header_of(value) is not None


def _roles(sheet: Sheet, row: int, own: dict[str, str] | None) -> dict[str, tuple[int, Header]]:
    found: dict[str, tuple[int, Header]] = {}
    for column in range(min(sheet.n_columns, SEARCHED_COLUMNS)):
        header = header_of(sheet.at(row, column), own)
        if header is not None and header.role not in found:
            found[header.role] = (column, header)
    return found


def header_dates(sheet: Sheet, row: int, near: date) -> tuple[tuple[tuple[int, date], ...], str | None]:
    """Columns of a row that name dates, written out, as `3/2`, or as day numbers under a month; and a month guessed."""
    found: list[tuple[int, date]] = []
    unsure: list[tuple[int, int, int]] = []
    numbers: list[tuple[int, int]] = []
    for column in range(min(sheet.n_columns, SEARCHED_COLUMNS)):
        if sheet.origin(row, column) != (row, column) and sheet.origin(row, column)[1] != column:
            continue  # a header over several columns (a week, a month) names no date
        value = sheet.at(row, column)
        if is_empty(value):
            continue
        number = _day_number(value)
        if number is not None:
            numbers.append((column, number))
            continue
        match = _DAY_MONTH.fullmatch(_without_weekday(value))
        if match is not None:
            unsure.append((column, int(match[1]), int(match[2])))
            continue
        try:
            found.append((column, as_date(value, near)))
        except Unreadable:
            continue
    if found:
        return tuple(found), None
    if len(unsure) > 1:
        return _in_order(unsure, near), None
    if len(numbers) >= FEWEST_NUMBERS:
        return _numbered(sheet, row, numbers, near)
    return (), None


def _without_weekday(value: CellValue) -> str:
    text = as_text(value)
    parts = [p for p in re.split(r"[\s,()]+", text) if p and not is_weekday_word(p)]
    return parts[0] if len(parts) == 1 else text


def _day_number(value: CellValue) -> int | None:
    text = as_text(value).removesuffix("日").removesuffix("号")
    return int(text) if re.fullmatch(r"\d{1,2}", text) and 1 <= int(text) <= 31 else None


def _in_order(cells: list[tuple[int, int, int]], near: date) -> tuple[tuple[int, date], ...]:
    """Read `3/2, 3/3, ...` in the one order of month and day in which every date follows the one before it."""
    readings: list[Callable[[int, int], tuple[int, int]]] = [lambda a, b: (a, b), lambda a, b: (b, a)]
    good: list[tuple[tuple[int, date], ...]] = []
    for order in readings:
        try:
            dates = [_near(*order(a, b), near) for _, a, b in cells]
        except ValueError:
            continue
        if all(y - x == timedelta(days=1) for x, y in pairwise(dates)):
            good.append(tuple((column, when) for (column, _, _), when in zip(cells, dates, strict=True)))
    return good[0] if len(good) == 1 else ()


def _near(month: int, day: int, near: date) -> date:
    found = [date(year, month, day) for year in (near.year - 1, near.year, near.year + 1) if _exists(year, month, day)]
    if not found:
        raise ValueError
    return min(found, key=lambda d: abs((d - near).days))


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _numbered(
    sheet: Sheet, row: int, numbers: list[tuple[int, int]], near: date
) -> tuple[tuple[tuple[int, date], ...], str | None]:
    """Read headers 1, 2, 3, ... as days of the month that stands above them, or of the period."""
    month = _month_above(sheet, row)
    guessed = None
    if month is None:
        month = (near.year, near.month)
        guessed = f"{month[0]}-{month[1]:02d}"
    year, number = month
    found: list[tuple[int, date]] = []
    last = 0
    for column, day in numbers:
        if day < last:
            year, number = (year + 1, 1) if number == 12 else (year, number + 1)
        last = day
        if not _exists(year, number, day):
            return (), None
        found.append((column, date(year, number, day)))
    if any(y - x != timedelta(days=1) for (_, x), (_, y) in pairwise(found)):
        return (), None
    return tuple(found), guessed


def _month_above(sheet: Sheet, row: int) -> tuple[int, int] | None:
    """Year and month that a title above a row, or the name of the sheet, names."""
    texts: list[CellValue] = [sheet.at(r, c) for r in range(row - 1, -1, -1) for c in range(min(sheet.n_columns, 40))]
    for value in [*texts, sheet.name]:
        if isinstance(value, date) and value.year > 1901:
            return value.year, value.month
        if not isinstance(value, str) or not value or len(value) > 200:
            continue
        text = as_text(value)
        match = _YEAR_MONTH.search(text)
        if match is not None and 1 <= int(match[2]) <= 12:
            return int(match[1]), int(match[2])
        match = _MONTH_WORD.search(text)
        if match is not None and month_number(match[1]):
            return int(match[2]), month_number(match[1])
    return None


def header_words(sheet: Sheet) -> list[str]:
    """Words of the first row that has any, for messages."""
    for row in range(min(sheet.n_rows, SEARCHED_ROWS)):
        words = [as_text(sheet.at(row, column))[:30] for column in range(min(sheet.n_columns, 10))]
        if any(words):
            return [word for word in words if word]
    return []


def own_headers(columns: Mapping[str, str]) -> dict[str, str]:
    """What a desk calls its columns, by lower case, to what they mean."""
    return {" ".join(as_text(name).lower().replace("_", " ").split()): role for role, name in columns.items()}
