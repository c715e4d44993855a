"""Reading of holidays: a shipped country, another one by the extra `calendar`, or the desk's own list."""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sim.scenario.model.holidays import FRIDAY, NO_HOLIDAYS, SUNDAY, HolidayDay, HolidayKind, Holidays
from sim.scenario.model.period import Period
from sim.scenario.readers.cell_problems import CellProblems
from sim.scenario.readers.reading import Fields, Reading
from sim.scenario.readers.workbook_reader import read_named_workbook
from sim.scenario.tables.cell_values import as_date, as_text, is_empty
from sim.scenario.tables.workbook import Sheet
from sim.scenario.text.nodes import MappingNode, Node, Scalar
from sim.scenario.text.problems import Unreadable, name_repair
from sim.scenario.text.tables import read_table
from sim.scenario.text.units import WEEKDAYS, day, weekdays

SHIPPED = ("CN", "US", "DE", "BR")
HOLIDAYS = ("country", "file", "days")
EXTRA = "pip install 'aftersim[calendar]'"
MOST_DAYS = 20_000
_CODE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_HEADERS = {
    "date": ("date", "day", "日期"),
    "name": ("name", "holiday", "名称", "节日"),
    "kind": ("kind", "type", "类型"),
    "as": ("as", "counts_as", "counts as", "按"),
}
_KINDS: dict[str, HolidayKind] = {
    **dict.fromkeys(("holiday", "off", "放假", "休", "假日", "节假日"), "holiday"),
    **dict.fromkeys(("working", "work", "workday", "上班", "调休上班", "班", "工作日"), "working"),
}


def read_holidays(reading: Reading, node: Node, path: str, period: Period | None = None) -> Holidays | None:
    """Read `CN`, `none`, `{file: our_holidays.csv}`, `{country: CN, file: ...}` or `{days: {2026-05-01: holiday}}`.

    Parameters
    ----------
    reading, node, path : what to read and where problems go. A file is a CSV or xlsx beside the scenario with the
        columns date, name, kind (holiday or working) and, if wanted, as (the weekday it is planned as). Days of a file
        or written out go before those of the country.
    period : whose dates must be known; None checks nothing.
    """
    if isinstance(node, Scalar) and node.text == "none":
        return NO_HOLIDAYS
    if isinstance(node, Scalar):
        found = _country(reading, node, path, period)
    else:
        mapping = reading.mapping(node, path, "a country such as CN, none, or {file: our_holidays.csv}")
        if mapping is None:
            return None
        found = _composed(reading, mapping, path, period)
    if found is not None and period is not None:
        _check_years(reading, node, path, found, period)
    return found


def _composed(reading: Reading, mapping: MappingNode, path: str, period: Period | None) -> Holidays | None:
    fields = Fields(reading, mapping, path, HOLIDAYS)
    parts: list[Holidays] = []
    given = [word for word in HOLIDAYS if word in mapping]
    if not given:
        reading.problem(mapping, path, "holidays are given by country, file or days", "add file: our_holidays.csv")
        return None
    country, file, days = (fields.node(word) for word in HOLIDAYS)
    if country is not None:
        found = _country(reading, country, f"{path}.country", period)
        if found is None:
            return None
        parts.append(found)
    if file is not None:
        found = _file(reading, file, f"{path}.file")
        if found is None:
            return None
        parts.append(found)
    if days is not None:
        found = _written(reading, days, f"{path}.days")
        if found is None:
            return None
        parts.append(found)
    merged = {d.date: d for part in parts for d in part.days}
    own = file is not None or days is not None
    expected = tuple(y for part in parts for y in part.expected_years if not own)
    name = " + ".join(part.name for part in parts)
    return Holidays(name=name, days=tuple(merged[when] for when in sorted(merged)), expected_years=expected)


def _country(reading: Reading, node: Node, path: str, period: Period | None) -> Holidays | None:
    code = reading.text(node, path, _code)
    if code is None:
        return None
    if code in SHIPPED:
        return shipped_holidays(code)
    years = _years(period) if period is not None else range(date.today().year - 1, date.today().year + 2)
    try:
        return package_holidays(code, years)
    except Unreadable as error:
        reading.problem(node, path, error.rule, error.repair, code)
        return None


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        upper = text.upper()
        known = f"write {upper}" if _CODE.fullmatch(upper) and upper[:2] in SHIPPED else None
        rule = "a country such as CN, US, DE or BR, or none is expected"
        raise Unreadable(rule, known or "write {file: our_holidays.csv} for a list of your own")
    return text


@cache
def shipped_holidays(code: str) -> Holidays:
    """Give the shipped holidays of a country.

    Parameters
    ----------
    code : one of `SHIPPED`.

    Examples
    --------
    >>> china = shipped_holidays("CN")
    >>> china.name_of(date(2026, 2, 17)), china.weekday_of(date(2026, 5, 9))  # a Saturday that works as a Tuesday
    ('Chinese New Year (Spring Festival)', 1)
    """
    resource = importlib.resources.files("sim.scenario.holidays").joinpath(f"{code}.csv")
    with importlib.resources.as_file(resource) as file:
        table = read_table(file, f"{code}.csv")
    columns = [table.need(name) for name in ("date", "kind", "as", "name", "official")]
    days: list[HolidayDay] = []
    expected: set[int] = set()
    for row in table:
        when, kind, as_, name, official = (row.cells[i] for i in columns)
        made = day(when)
        days.append(HolidayDay(date=made, name=name, kind=_KINDS[kind], counts_as=WEEKDAYS.index(as_)))
        if official != "yes":
            expected.add(made.year)
    return Holidays(name=code, days=tuple(days), expected_years=tuple(sorted(expected)))


def package_holidays(code: str, years: Iterable[int]) -> Holidays:
    """Give the holidays of any country or part of one (`FR`, `DE-BY`) from the package `holidays`.

    Raises
    ------
    Unreadable : if the package is not installed, or does not know the country.
    """
    try:
        import holidays
    except ImportError:
        rule = f"only {', '.join(SHIPPED)} are shipped; other countries need the extra calendar"
        raise Unreadable(rule, f"{EXTRA}, or write {{file: our_holidays.csv}}") from None
    country, _, part = code.partition("-")
    supported: dict[str, list[str]] = holidays.list_supported_countries(include_aliases=False)
    if country not in supported:
        raise Unreadable(f"the package holidays does not know {country}", "write {file: our_holidays.csv}")
    if part and part not in supported[country]:
        raise Unreadable(
            f"the package holidays knows no part {part} of {country}", name_repair(part, supported[country])
        )
    found: Any = holidays.country_holidays(country, subdiv=part or None, years=list(years))
    days = {when: _a_day(when, "holiday", found[when], None) for when in found}
    for when in getattr(found, "weekend_workdays", ()):
        if when not in days and when.year in set(years):
            days[when] = _a_day(when, "working", "Working day", None)
    return Holidays(name=code, days=tuple(days[when] for when in sorted(days)))


def _a_day(when: date, kind: HolidayKind, name: str, counts_as: int | None) -> HolidayDay:
    usual = SUNDAY if kind == "holiday" else FRIDAY
    return HolidayDay(date=when, name=name, kind=kind, counts_as=usual if counts_as is None else counts_as)


def _years(period: Period) -> range:
    """Years that the period, its warm-up and what is followed after it can touch."""
    return range(period.local(-period.warm_up).year, period.local(period.length + 7 * 1440.0).year + 1)


def _check_years(reading: Reading, node: Node, path: str, holidays: Holidays, period: Period) -> None:
    """Warn where the dates of the period are not, or not yet, known."""
    counted = range(period.local(-period.warm_up).year, period.local(period.length - 1.0).year + 1)
    known = {d.date.year for d in holidays.days}
    missing = [y for y in counted if y not in known]
    if missing:
        span = f"from {min(known)} to {max(known)}" if known else "none"
        rule = f"no holiday of {holidays.name} is known for {', '.join(map(str, missing))} (known: {span})"
        reading.warn(node, path, rule, "add them: {country: ..., file: our_holidays.csv}")
    expected = [y for y in counted if y in holidays.expected_years]
    if expected:
        rule = (
            f"the official list of {holidays.name} for {', '.join(map(str, expected))} was not known when this version "
            "was made: days off and make-up working days of that list are missing"
        )
        reading.warn(node, path, rule, f"add them: {{country: {holidays.name}, file: our_holidays.csv}}")


def _written(reading: Reading, node: Node, path: str) -> Holidays | None:
    """Read `{2026-05-01: holiday Labour Day, 2026-05-09: working as tue}`."""
    mapping = reading.mapping(node, path, "a mapping of dates such as {2026-05-01: holiday Labour Day}")
    if mapping is None:
        return None
    days: dict[date, HolidayDay] = {}
    good = True
    for entry in mapping:
        try:
            when = day(entry.key)
        except Unreadable as error:
            reading.problem(entry.place, path, error.rule, error.repair, entry.key)
            good = False
            continue
        said = reading.text(entry.value, f"{path}.{entry.key}", _words_of_day)
        if said is None:
            good = False
            continue
        kind, as_, name = said
        days[when] = _a_day(when, kind, name or entry.key, as_)
    return Holidays(name="days", days=tuple(days[when] for when in sorted(days))) if good else None


def _words_of_day(text: str) -> tuple[HolidayKind, int | None, str]:
    """Read `holiday Labour Day` or `working as tue`."""
    first, _, rest = text.partition(" ")
    if first not in ("holiday", "working"):
        raise Unreadable("holiday or working is expected, then its name", "write holiday and its name")
    match = re.fullmatch(r"as ([a-z]+)(?: (.*))?", rest.strip())
    if match is None:
        return _KINDS[first], None, rest.strip()
    return _KINDS[first], _weekday(match[1]), (match[2] or "").strip()


def _weekday(text: str) -> int:
    found = weekdays(text)
    if len(found) != 1:
        raise Unreadable("one weekday is expected", "write mon, tue, wed, thu, fri, sat or sun")
    return found[0]


def holiday_words(holidays: Holidays) -> str | dict[str, str | dict[str, str]]:
    """Write holidays so that `read_holidays` reads the same days back: a shipped code, `none`, and other days.

    Examples
    --------
    >>> holiday_words(shipped_holidays("DE")), holiday_words(NO_HOLIDAYS)
    ('DE', 'none')
    """
    if not holidays.days:
        return "none"
    country, own = None, holidays.days
    for code in SHIPPED:
        shipped = {d.date: d for d in shipped_holidays(code).days}
        rest = tuple(d for d in holidays.days if shipped.get(d.date) != d)
        if len(rest) < len(own) and shipped.keys() <= {d.date for d in holidays.days}:
            country, own = code, rest
    listed = {}
    for d in own:
        usual = SUNDAY if d.kind == "holiday" else FRIDAY
        as_ = "" if d.counts_as == usual else f" as {WEEKDAYS[d.counts_as]}"
        listed[d.date.isoformat()] = f"{d.kind}{as_} {' '.join(d.name.split())}".strip()
    if country is None:
        return {"days": listed}
    return {"country": country, "days": listed} if listed else country


def _file(reading: Reading, node: Node, path: str) -> Holidays | None:
    book = read_named_workbook(reading, node, path)
    if book is None:
        return None
    sheet = book.sheets[0]
    cells = CellProblems(reading, path)
    at = _columns(sheet)
    if at is None:
        header = ",".join(as_text(value) for value in (sheet.rows[0] if sheet.rows else [])[:10])
        rule = "a list of holidays has the columns date, name and kind"
        reading.problem(sheet.place(0, 0), path, rule, f"the header is {header}" if header else "add a header")
        return None
    days: dict[date, HolidayDay] = {}
    lines: dict[date, int] = {}
    if sheet.n_rows > MOST_DAYS:
        reading.problem(sheet.place(MOST_DAYS, 0), path, f"a list of holidays has at most {MOST_DAYS:,} rows")
        return None
    for row in range(1, sheet.n_rows):
        if all(is_empty(sheet.at(row, column)) for column in at.values()):
            continue
        when = cells.cell(sheet, row, at["date"], as_date)
        kind = cells.cell(sheet, row, at["kind"], _kind) if "kind" in at else "holiday"
        as_ = cells.cell(sheet, row, at["as"], _counts_as) if "as" in at else None
        name = as_text(sheet.at(row, at["name"])) if "name" in at else ""
        if when is None or kind is None:
            continue
        if when in days:
            first = sheet.spot(lines[when], at["date"])
            cells.add(sheet, row, at["date"], f"this date is already given ({first})", "keep one of the two", when)
            continue
        days[when], lines[when] = _a_day(when, kind, name or kind, as_), row
    if not cells.done():
        return None
    if not days:
        reading.problem(sheet.place(0, 0), path, "the list of holidays has no date")
        return None
    return Holidays(name=Path(book.file).name, days=tuple(days[when] for when in sorted(days)))


def _columns(sheet: Sheet) -> dict[str, int] | None:
    """Columns of a list by what they mean, or None if there are not at least date and name."""
    found: dict[str, int] = {}
    for column in range(sheet.n_columns if sheet.n_rows else 0):
        text = as_text(sheet.at(0, column)).lower()
        for role, names in _HEADERS.items():
            if text in names and role not in found:
                found[role] = column
    return found if {"date", "name"} <= set(found) or {"date", "kind"} <= set(found) else None


def _kind(value: Any) -> HolidayKind:
    text = as_text(value).lower()
    if text not in _KINDS:
        raise Unreadable("holiday or working is expected", "write holiday, or working for a make-up day")
    return _KINDS[text]


def _counts_as(value: Any) -> int | None:
    text = as_text(value).lower()
    return None if not text else _weekday(text)
