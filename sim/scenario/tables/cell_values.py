"""What a cell means as a date, a time of day, a number or a text, however Excel has kept it.

Excel keeps a date as the number of days since 1900 and a time as a part of a day; formatted cells arrive as dates and
times, others as bare numbers or as text typed by people: `2026-03-02`, `2026/3/2`, `9:00 AM`, `上午9:00`, `3月2日`.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from math import isfinite

from sim.scenario.tables.workbook import CellValue
from sim.scenario.text.problems import Unreadable
from sim.scenario.text.units import plain

_EXCEL_EPOCH = datetime(1899, 12, 30)
_YEARS = (1971, 2199)
_SERIALS = (36_526, 73_050)  # 2000-01-01 to 2099-12-31
_ISO = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_MONTH_DAY = re.compile(r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?")
_NAMED = re.compile(r"(\d{1,2})[\s.-]*([A-Za-z]{3,9})\.?[\s,.-]*(\d{4}|\d{2})?")
_NAMED_FIRST = re.compile(r"([A-Za-z]{3,9})\.?[\s-]*(\d{1,2})(?:st|nd|rd|th)?(?:[\s,-]+(\d{4}))?")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_DOUBTFUL = re.compile(r"(\d{1,2})[-/.](\d{1,2})(?:[-/.](\d{4}|\d{2}))?\.?")
_WEEKDAY = re.compile(
    r"[\s,(（]*((mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?|(周|星期|礼拜)[一二三四五六日天])[\s,)）]*", re.IGNORECASE
)
_TIME = re.compile(
    r"(上午|凌晨|早上|中午|下午|晚上)?\s*(\d{1,2})(?::(\d{2})(?::(\d{2})(?:\.\d+)?)?|[点时](半|\d{1,2}分?)?|h(\d{2})?)?\s*"
    r"([AaPp]\.?\s*[Mm]\.?)?"
)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")


def as_text(value: CellValue) -> str:
    """Text of a cell as people see it, in plain letters (full-width ones become narrow), without outer blanks.

    Examples
    --------
    >>> as_text("\\uff21\\uff11 "), as_text(8.0), as_text(datetime(2026, 3, 2, 9)), as_text(time(9, 30))
    ('A1', '8', '2026-03-02 09:00', '09:30')
    """
    if isinstance(value, str):
        return unicodedata.normalize("NFKC", value).strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return plain(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}" if (value.hour or value.minute or value.second) else f"{value:%Y-%m-%d}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    minutes = round(value.total_seconds() / 60.0)
    sign = "-" if minutes < 0 else ""
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def is_empty(value: CellValue) -> bool:
    """Whether a cell shows nothing."""
    return isinstance(value, str) and not value.strip()


def as_date(value: CellValue, near: date | None = None) -> date:
    """Date of a cell.

    Parameters
    ----------
    value : what the cell holds.
    near : a date that tells the year where only month and day are written: the year that comes closest to it.

    Raises
    ------
    Unreadable : if it is no date, or one that can be read in two ways (`03/02/2026`).

    Examples
    --------
    >>> as_date(46083.0), as_date("2026/3/2"), as_date("3月2日", near=date(2026, 2, 1))
    (datetime.date(2026, 3, 2), datetime.date(2026, 3, 2), datetime.date(2026, 3, 2))
    """
    if isinstance(value, date):
        if value.year < 1902:
            raise Unreadable("a date is expected, and this is a time")
        return _calendar(value.year, value.month, value.day)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if _SERIALS[0] <= value <= _SERIALS[1]:
            return (_EXCEL_EPOCH + timedelta(days=int(value))).date()
        raise Unreadable("a date such as 2026-03-02 is expected")
    if isinstance(value, str):
        return _text_date(as_text(value), near)
    raise Unreadable("a date such as 2026-03-02 is expected")


@lru_cache(maxsize=4096)  # the same few dates fill a table
def _text_date(text: str, near: date | None) -> date:
    bare = _WEEKDAY.sub(" ", text, count=1).strip() if len(text) <= 60 else ""
    bare = re.sub(r"[ T]0?0:00(:00)?$", "", bare)
    match = _ISO.fullmatch(bare)
    if match is not None:
        return _calendar(int(match[1]), int(match[2]), int(match[3]))
    match = _MONTH_DAY.fullmatch(bare)
    if match is not None:
        return _nearest_year(int(match[1]), int(match[2]), near)
    for pattern, day_group, month_group in ((_NAMED, 1, 2), (_NAMED_FIRST, 2, 1)):
        match = pattern.fullmatch(bare)
        month = 0 if match is None else month_number(match[month_group])
        if match is not None and month:
            if match[3]:
                return _calendar(int(match[3]) + (2000 if len(match[3]) == 2 else 0), month, int(match[day_group]))
            return _nearest_year(month, int(match[day_group]), near)
    if _NUMBER.fullmatch(bare) and _SERIALS[0] <= float(bare) <= _SERIALS[1]:
        return (_EXCEL_EPOCH + timedelta(days=int(float(bare)))).date()
    match = _DOTTED.fullmatch(bare)
    if match is not None:
        return _calendar(int(match[3]), int(match[2]), int(match[1]))
    match = _DOUBTFUL.fullmatch(bare)
    if match is not None:
        return _two_ways(int(match[1]), int(match[2]), match[3], near)
    raise Unreadable("a date such as 2026-03-02 is expected")


def _two_ways(first: int, second: int, year: str | None, near: date | None) -> date:
    """Read a date whose month may stand first or second, if only one of the two is a date."""
    found: list[date] = []
    for month, day in ((first, second), (second, first)):
        try:
            if year is None:
                found.append(_nearest_year(month, day, near))
            else:
                found.append(_calendar(int(year) + (2000 if len(year) == 2 else 0), month, day))
        except Unreadable:
            continue
    if not found:
        raise Unreadable("a date such as 2026-03-02 is expected")
    if len(set(found)) > 1:
        raise Unreadable("this date can be read in two ways", f"write {found[0]} or {found[1]}")
    return found[0]


def month_number(word: str) -> int:
    """Number of a month by its English name or the beginning of it; 0 if it is none.

    Examples
    --------
    >>> month_number("Sept"), month_number("Marie")
    (9, 0)
    """
    found = [i for i, name in enumerate(_MONTHS, 1) if len(word) >= 3 and name.startswith(word.lower())]
    return found[0] if len(found) == 1 else 0


def _calendar(year: int, month: int, day: int) -> date:
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise Unreadable(f"a year from {_YEARS[0]} to {_YEARS[1]} is expected")
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreadable("this date is not in the calendar") from None


def _nearest_year(month: int, day: int, near: date | None) -> date:
    """The date of this month and day that comes closest to another one."""
    if near is None:
        raise Unreadable("the year of this date is not clear", "write it as 2026-03-02")
    found: list[date] = []
    for year in (near.year - 1, near.year, near.year + 1):
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    if not found:
        raise Unreadable("this date is not in the calendar")
    return min(found, key=lambda d: abs((d - near).days))


def as_minutes(value: CellValue) -> int:
    """Time of day of a cell [min after midnight]; hours that Excel counts on (30:00) go up to 48.

    Raises
    ------
    Unreadable : if it is no time.

    Examples
    --------
    >>> as_minutes(time(9, 0)), as_minutes(0.375), as_minutes("9:00 PM"), as_minutes("24:00"), as_minutes("下午6点半")
    (540, 540, 1260, 1440, 1110)
    """
    if isinstance(value, time):
        # Excel keeps 08:00 as a third of a day, which comes back as 07:59:59.99
        return round((value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6) / 60.0)
    if isinstance(value, timedelta):
        return _within(value.total_seconds() / 60.0)
    if isinstance(value, datetime) and value.year <= 1900:
        return _within(((value - datetime(1899, 12, 31)).total_seconds()) / 60.0)
    if isinstance(value, date) and not isinstance(value, datetime) and value.year <= 1900:
        return _within(1440.0 * (value - date(1899, 12, 31)).days)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if isinstance(value, float) and 0.0 <= value < 2.0:
            return _within(value * 1440.0)
        raise Unreadable("a time of day such as 09:30 is expected", _hour_repair(value))
    if isinstance(value, str):
        return _text_minutes(as_text(value))
    raise Unreadable("a time of day such as 09:30 is expected")


def _hour_repair(value: float) -> str | None:
    return f"write {int(value):02d}:00" if value == int(value) and 2 <= value <= 24 else None


def _within(minutes: float) -> int:
    if not 0.0 <= minutes <= 2880.0:
        raise Unreadable("a time of day lies between 00:00 and 24:00")
    return round(minutes)


@lru_cache(maxsize=4096)
def _text_minutes(text: str) -> int:
    match = _TIME.fullmatch(text) if len(text) <= 30 else None
    if match is None or (match[7] and match[1]):
        if _NUMBER.fullmatch(text) and 0 <= float(text) < 1:
            return round(float(text) * 1440.0)
        raise Unreadable("a time of day such as 09:30 is expected")
    said, hour, half = match[1], int(match[2]), match[7]
    bare = match[3] is None and match[5] is None and match[6] is None and not re.search(r"[点时h]", text)
    if bare and not half and not said:
        raise Unreadable("a time of day such as 09:30 is expected", _hour_repair(float(hour)))
    minute = int(match[3] or match[6] or 0)
    if match[5]:
        minute = 30 if match[5] == "半" else int(match[5].rstrip("分"))
    second = int(match[4] or 0)
    if half is not None:
        if not 1 <= hour <= 12:
            raise Unreadable("a time with AM or PM lies between 12:00 AM and 11:59 PM")
        hour = hour % 12 + (12 if half.lower().startswith("p") else 0)
    elif (said in ("下午", "晚上") and hour < 12) or (said == "中午" and hour < 6):
        hour += 12
    if minute > 59 or second > 59 or hour * 60 + minute > 1440:
        raise Unreadable("a time of day lies between 00:00 and 24:00")
    return hour * 60 + minute + (1 if second >= 30 else 0)


def as_date_time(value: CellValue, near: date | None = None) -> datetime:
    """Date and time of a cell (midnight if only a date is written).

    Raises
    ------
    Unreadable : if it is none.

    Examples
    --------
    >>> as_date_time(46083.375), as_date_time("2026/3/2 9:00")
    (datetime.datetime(2026, 3, 2, 9, 0), datetime.datetime(2026, 3, 2, 9, 0))
    """
    if isinstance(value, datetime):
        as_date(value)
        return _whole_minute(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        day = as_date(value)
        return datetime(day.year, day.month, day.day) + timedelta(minutes=round((value - int(value)) * 1440.0))
    if isinstance(value, str):
        text = as_text(value)
        head, _, tail = text.replace("T", " ", 1).rpartition(" ")
        if head and (match := re.fullmatch(r"[AaPp]\.?[Mm]\.?", tail)):
            head, _, clock = head.rpartition(" ")
            tail = f"{clock} {match[0]}"
        if head and _TIME.fullmatch(tail) and not re.fullmatch(r"\d{1,4}", tail):
            day = as_date(head, near)
            return datetime(day.year, day.month, day.day) + timedelta(minutes=_text_minutes(tail))
    day = as_date(value, near)
    return datetime(day.year, day.month, day.day)


def _whole_minute(value: datetime) -> datetime:
    rounded = value + timedelta(seconds=30)
    return rounded.replace(second=0, microsecond=0)


def as_number(value: CellValue) -> float:
    """Number of a cell.

    Raises
    ------
    Unreadable : if it is none.

    Examples
    --------
    >>> as_number(8.0), as_number("12.5")
    (8.0, 12.5)
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value):
        return float(value)
    if isinstance(value, str):
        text = as_text(value)
        if _NUMBER.fullmatch(text) and len(text) <= 40 and isfinite(float(text)):
            return float(text)
        if re.fullmatch(r"\d{1,3}([,' ]\d{3})+", text):
            raise Unreadable("a number is written without separators", f"write {re.sub(r'[^0-9]', '', text)}")
        if re.fullmatch(r"\d+,\d+", text):
            raise Unreadable("a number has a decimal point", f"write {text.replace(',', '.')}")
    raise Unreadable("a number is expected")
