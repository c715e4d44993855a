"""The rows of a forecast: where its columns stand, and the numbers by contact type or channel, date and time."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from sim.scenario.readers.cell_problems import CellProblems
from sim.scenario.readers.rosters.layout import SEARCHED_COLUMNS, header_dates
from sim.scenario.tables.cell_values import as_date, as_date_time, as_minutes, as_number, as_text, is_empty
from sim.scenario.tables.workbook import CellValue, Sheet
from sim.scenario.text.problems import Unreadable, name_repair

LARGEST = 10_000_000.0  # contacts in a cell
SEARCHED_ROWS = 20
HEADERS: dict[str, tuple[str, ...]] = {
    "date": ("date", "day", "datum", "tag", "日期"),
    "time": ("time", "interval", "half hour", "half-hour", "zeit", "uhrzeit", "时间", "时段"),
    "start": ("start", "date time", "datetime", "interval start", "date and time", "开始", "开始时间", "日期时间"),
    "name": ("channel", "contact type", "type", "name", "reason", "queue", "kanal", "渠道", "类型", "业务", "业务类型"),
    "contacts": (
        "contacts", "volume", "forecast", "calls", "count", "number", "offered", "kontakte", "anzahl", "数量", "预测",
        "预测量", "来量", "进线量", "接入量", "咨询量",
    ),
}  # fmt: skip
SUMS = frozenset({"total", "sum", "all", "weekday", "week", "summe", "gesamt", "合计", "总计", "总量", "星期", "周几"})
_ROLE = {word: role for role, names in HEADERS.items() for word in names}


class Point(NamedTuple):
    """One number of a forecast."""

    minute: int | None  # after midnight; None: of the whole day
    contacts: float
    sheet: Sheet
    row: int
    column: int


@dataclass(slots=True)
class Series:
    """One contact type or channel while the forecast is read."""

    name: str
    days: dict[date, dict[int | None, list[Point]]] = field(default_factory=dict)


class TableLayout(NamedTuple):
    """Where things stand: the header row, columns by role, columns of names, and columns of dates."""

    row: int
    roles: dict[str, int]
    names: tuple[tuple[int, str], ...]
    dates: tuple[tuple[int, date], ...]


def _word(value: CellValue) -> str:
    return " ".join(as_text(value).lower().replace("_", " ").split()) if isinstance(value, str) else ""


def _known(value: CellValue, names: Collection[str]) -> str | None:
    """The contact type or channel that a cell names."""
    text = as_text(value).casefold()
    plain_text = re.sub(r"[\s-]+", "_", text)
    return next((n for n in names if n.casefold() in (text, plain_text)), None)


def layout_at(sheet: Sheet, row: int, names: Collection[str], near: date) -> TableLayout | None:
    """Give the layout whose header is this row, or None if it is no header of a forecast."""
    roles: dict[str, int] = {}
    columns: list[tuple[int, str]] = []
    for column in range(min(sheet.n_columns, SEARCHED_COLUMNS)):
        value = sheet.at(row, column)
        name = _known(value, names) if isinstance(value, str) and value else None
        role = _ROLE.get(_word(value))
        if name is not None and role != "date":
            columns.append((column, name))
        elif role is not None and role not in roles:
            roles[role] = column
    dated = "date" in roles or "start" in roles
    if dated and "contacts" in roles and ("name" in roles or not columns):
        return TableLayout(row, roles, (), ())
    if dated and (columns or _has_strange(sheet, row, roles)) and len(roles) + len(columns) >= 2:
        return TableLayout(row, roles, tuple(columns), ())
    if not dated:
        dates, _ = header_dates(sheet, row, near)
        if dates and min(c for c, _ in dates) > 0:
            return TableLayout(row, {"name": roles.get("name", 0)}, (), dates)
    return None


def _has_strange(sheet: Sheet, row: int, roles: dict[str, int]) -> bool:
    """Whether a header row has words that are no roles: misspelled channels."""
    return any(
        _word(sheet.at(row, c)) not in {"", *_ROLE, *SUMS} for c in range(min(sheet.n_columns, SEARCHED_COLUMNS))
    ) and bool(roles)


class ForecastTable:
    """Reads the rows of a forecast into series."""

    def __init__(
        self, cells: CellProblems, sheet: Sheet, layout: TableLayout, names: Collection[str], near: date
    ) -> None:
        self.cells, self.sheet, self.layout, self.names, self.near = cells, sheet, layout, names, near
        self.series: dict[str, Series] = {}

    def read(self) -> list[Series]:
        """Read all rows."""
        layout, sheet = self.layout, self.sheet
        if not layout.dates and "name" not in layout.roles:
            self._check_header()
        for row in range(layout.row + 1, sheet.n_rows):
            if all(is_empty(value) for value in sheet.rows[row]):
                continue
            if layout.dates:
                self._transposed(row)
            else:
                self._row(row)
        return list(self.series.values())

    def _check_header(self) -> None:
        used = {column for column, _ in self.layout.names} | set(self.layout.roles.values())
        for column in range(min(self.sheet.n_columns, SEARCHED_COLUMNS)):
            value = self.sheet.at(self.layout.row, column)
            if column in used or is_empty(value) or _word(value) in SUMS:
                continue
            repair = name_repair(as_text(value), self.names)
            self.cells.add(
                self.sheet, self.layout.row, column, "there is no such channel or contact type", repair, value
            )

    def _transposed(self, row: int) -> None:
        at = self.layout.roles["name"]
        name = self._name(row, at)
        if name is None:
            return
        for column, when in self.layout.dates:
            self._number(name, when, None, row, column)

    def _name(self, row: int, column: int) -> str | None:
        value = self.sheet.at(row, column)
        if _word(value) in SUMS:
            return None
        name = _known(value, self.names)
        if name is None and not self.cells.fault(self.sheet, row, column):
            rule = "there is no such channel or contact type"
            self.cells.add(self.sheet, row, column, rule, name_repair(as_text(value), self.names), value)
        return name

    def _row(self, row: int) -> None:
        roles, sheet = self.layout.roles, self.sheet
        if _word(sheet.at(row, roles.get("date", roles.get("start", 0)))) in SUMS:
            return
        moment = self._moment(row)
        if moment is None:
            return
        when, minute = moment
        if "contacts" in roles:
            if "name" in roles:
                name = self._name(row, roles["name"])
            elif len(self.names) == 1:
                name = next(iter(self.names))
            else:
                rule = "this forecast does not say of which channel"
                repair = f"add a column channel with {', '.join(list(self.names)[:5])}"
                self.cells.add(sheet, self.layout.row, roles["contacts"], rule, repair, kind=rule)
                return
            if name is not None:
                self._number(name, when, minute, row, roles["contacts"])
            return
        for column, name in self.layout.names:
            self._number(name, when, minute, row, column)

    def _moment(self, row: int) -> tuple[date, int | None] | None:
        roles, sheet, cells = self.layout.roles, self.sheet, self.cells
        if "date" not in roles:
            start = cells.cell(sheet, row, roles["start"], lambda v: as_date_time(v, self.near))
            return None if start is None else (start.date(), start.hour * 60 + start.minute)
        at_time = roles.get("time", roles.get("start"))
        if at_time is None:
            stamp = cells.cell(sheet, row, roles["date"], lambda v: as_date_time(v, self.near))
            if stamp is None:
                return None
            midnight = stamp.hour == 0 and stamp.minute == 0
            return stamp.date(), None if midnight and not self._has_times else stamp.hour * 60 + stamp.minute
        when = cells.cell(sheet, row, roles["date"], lambda v: as_date(v, self.near))
        minute = cells.cell(sheet, row, at_time, _start_of_interval)
        return None if when is None or minute is None else (when, minute)

    @cached_property
    def _has_times(self) -> bool:
        """Whether the column of dates holds times of day, too."""
        column = self.layout.roles["date"]
        for row in range(self.layout.row + 1, self.sheet.n_rows):
            value = self.sheet.at(row, column)
            if isinstance(value, datetime) and (value.hour or value.minute):
                return True
            if isinstance(value, str) and ":" in value:
                return True
            if isinstance(value, float) and value != int(value):
                return True
        return False

    def _number(self, name: str, when: date, minute: int | None, row: int, column: int) -> None:
        value = self.cells.cell(self.sheet, row, column, _contacts)
        series = self.series.setdefault(name, Series(name))
        # a number that cannot be read is noted once; its place is no gap
        point = Point(minute, 0.0 if value is None else value, self.sheet, row, column)
        series.days.setdefault(when, {}).setdefault(minute, []).append(point)


def _contacts(value: CellValue) -> float:
    if is_empty(value):
        raise Unreadable("a number is missing", "write 0 if nothing comes")
    number = as_number(value)
    if not number >= 0:
        raise Unreadable("a number of contacts that is not negative is expected")
    if not number <= LARGEST:
        raise Unreadable(f"a number of at most {LARGEST:,.0f} contacts is expected")
    return number


def _start_of_interval(value: CellValue) -> int:
    """Start of a half hour: `09:00`, or `09:00-09:30`."""
    if isinstance(value, datetime) and value.year > 1900:
        return value.hour * 60 + value.minute
    if isinstance(value, str):
        head = re.split(r"\s*(?:-|–|—|~|至|到)\s*", as_text(value), maxsplit=1)[0]
        minutes = as_minutes(head)
    else:
        minutes = as_minutes(value)
    if minutes >= 1440:
        raise Unreadable("the times of cells lie between 00:00 and 23:59")
    return minutes
