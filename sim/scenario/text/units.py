"""Numbers with units as people write them: `45 s`, `1 h 30 min`, `30 %`, `mon-fri`, `09:00-18:00`.

Every function takes the text of one value, as written, and returns a number (durations in minutes,
shares between 0 and 1) or raises `Unreadable` with the rule and the repair.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import TypeVar

from sim.scenario.text.problems import Unreadable, name_repair

T = TypeVar("T")
Week = tuple[T, T, T, T, T, T, T]  # one value for Monday to Sunday
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_PER = {
    "s": Decimal(1) / Decimal(60),
    "min": Decimal(1),
    "h": Decimal(60),
    "d": Decimal(1440),
    "w": Decimal(10080),
}
_OTHER_SPELLINGS = {
    **dict.fromkeys(("sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "mins", "minute", "minutes", "mn"), "min"),
    **dict.fromkeys(("hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
    **dict.fromkeys(("week", "weeks", "wk"), "w"),
}
NUMBER = r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_NUMBER_ONLY = re.compile(NUMBER)
_PART = re.compile(rf"({NUMBER})[ ]*([^\W\d_]+)[ ]*")
_SHARE = re.compile(rf"({NUMBER})[ ]*%")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{1,2}):([0-9]{2})(:[0-9]{2}(?:\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_RELATIVE = re.compile(r"(times|plus|minus)\b")
LONGEST = 60  # a number longer than this is no number anybody wrote on purpose


def _decimal(text: str, expected: str) -> Decimal:
    """Read a plain decimal number or raise with the usual repairs."""
    if _NUMBER_ONLY.fullmatch(text) and len(text) <= LONGEST:
        value = Decimal(text)
        if not math.isfinite(float(value)):
            raise Unreadable(f"{expected} is expected; this one is too large to be one")
        return value
    if text.startswith("+") and _NUMBER_ONLY.match(text[1:].strip()):
        raise Unreadable(f"{expected} is written without a plus sign", f"write {text[1:].strip()}")
    if text.lower().lstrip("+-.") in ("nan", "inf", "infinity"):
        raise Unreadable(f"{expected} is expected, and a finite one")
    if re.fullmatch(r"-?[0-9]{1,3}([,_ '][0-9]{3})+(\.[0-9]+)?", text):
        plain = re.sub(r"[,_ ']", "", text)
        raise Unreadable(f"{expected} is written without separators", f"write {plain}")
    if re.fullmatch(r"-?[0-9]+,[0-9]+", text):
        raise Unreadable(f"{expected} has a decimal point", f"write {text.replace(',', '.')}")
    if _RELATIVE.match(text):
        raise Unreadable(f"{expected} is expected; relative words belong under change of a policy")
    raise Unreadable(f"{expected} is expected")


def plain(value: Decimal | float) -> str:
    """Write a number without exponent clutter where possible (`1.50` becomes `1.5`)."""
    number = float(value)
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    return repr(number)


def check_range(value: float, low: float | None, high: float | None, words: str) -> float:
    """Give the value back if it lies in [low, high] (NaN never does), else raise `Unreadable`."""
    if low is not None and not value >= low:
        raise Unreadable(words)
    if high is not None and not value <= high:
        raise Unreadable(words)
    return value


def number(text: str, low: float | None = None, high: float | None = None) -> float:
    """Read a bare number within [low, high].

    Examples
    --------
    >>> number("2.5", 0, 10)
    2.5
    """
    if "%" in text and _SHARE.fullmatch(text):
        raise Unreadable("a number without unit is expected", f"write {plain(share(text, None, None))}")
    value = float(_decimal(text, "a number"))
    return check_range(value, low, high, f"a number{_between(low, high)} is expected")


def count(text: str, low: int = 0, high: int = 1_000_000) -> int:
    """Read a whole number within [low, high]."""
    value = float(_decimal(text, "a whole number"))
    if value != int(value):
        raise Unreadable("a whole number is expected")
    return int(check_range(value, low, high, f"a whole number{_between(low, high)} is expected"))


def _between(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f" from {plain(low)} to {plain(high)}"
    if low is not None:
        return f" of at least {plain(low)}"
    if high is not None:
        return f" of at most {plain(high)}"
    return ""


def share(text: str, low: float | None = 0.0, high: float | None = 1.0) -> float:
    """Read a share (`30 %`) as a number between 0 and 1.

    Examples
    --------
    >>> share("30 %")
    0.3
    """
    match = _SHARE.fullmatch(text)
    if match and len(text) <= LONGEST:
        with localcontext() as context:
            context.prec = 60
            value = float(_decimal(match[1], "a share") / 100)
        words = "a share" + (
            f" from {as_share(low)} to {as_share(high)}" if low is not None and high is not None else ""
        )
        return check_range(value, low, high, f"{words} is expected")
    if _NUMBER_ONLY.fullmatch(text) and len(text) <= LONGEST:
        bare = _decimal(text, "a share")
        if 0 < bare < 1:
            repair = f"write {plain(bare * 100)} %"
        elif bare == 1:
            repair = "write 1 % or 100 %"
        else:
            repair = f"write {text} %"
        raise Unreadable("a share with its unit is expected", repair)
    if text.startswith("+") and _SHARE.fullmatch(text[1:].strip()):
        raise Unreadable("a share is written without a plus sign", f"write {text[1:].strip()}")
    if _RELATIVE.match(text):
        raise Unreadable("a share such as 30 % is expected; relative words belong under change of a policy")
    raise Unreadable("a share such as 30 % is expected")


def as_share(value: float) -> str:
    """Write a share so that `share` reads the very same number back."""
    with localcontext() as context:
        context.prec = 60
        percent = Decimal(repr(float(value))) * 100
        text = format(percent.normalize(), "f")
    return f"{text} %" if len(text) < LONGEST - 10 else f"{percent.normalize()} %"


def duration(text: str, low: float | None = 0.0, high: float | None = None) -> float:
    """Read a duration (`45 s`, `6 min`, `1 h 30 min`, `2 d`) in minutes.

    Examples
    --------
    >>> duration("1 h 30 min"), duration("45 s")
    (90.0, 0.75)
    """
    total = sum((amount * MINUTES_PER[unit] for amount, unit in duration_parts(text)), Decimal(0))
    value = float(total)
    if low is not None and not value >= low:
        words = "a duration above zero" if low > 0 else "a duration that is not negative"
        raise Unreadable(f"{words} is expected")
    return check_range(value, None, high, f"a duration of at most {as_duration(high or 0.0)} is expected")


def duration_parts(text: str) -> list[tuple[Decimal, str]]:
    """Split a duration into its amounts and units, largest unit first."""
    if len(text) > LONGEST:
        raise Unreadable("a duration such as 45 s or 6 min is expected")
    if _NUMBER_ONLY.fullmatch(text):
        raise Unreadable("a duration with its unit is expected", f"write {text} s, {text} min, {text} h or {text} d")
    if _CLOCK.fullmatch(text):
        first, second = text.split(":")
        raise Unreadable(
            "a duration with its units is expected",
            f"write {first} min {second} s or {first} h {second} min",
        )
    parts: list[tuple[Decimal, str]] = []
    at = 0
    while at < len(text):
        match = _PART.match(text, at)
        if match is None:
            if text.startswith("+"):
                raise Unreadable("a duration is written without a plus sign", f"write {text[1:].strip()}")
            if _RELATIVE.match(text):
                raise Unreadable(
                    "a duration such as 45 s or 6 min is expected; relative words belong under change of a policy"
                )
            raise Unreadable("a duration such as 45 s or 6 min is expected")
        unit = match[2]
        if unit not in MINUTES_PER:
            meant = _OTHER_SPELLINGS.get(unit.lower(), unit.lower() if unit.lower() in MINUTES_PER else None)
            spelled = f"{match[1]} {meant}" if meant else "s, min, h, d or w"
            raise Unreadable("the units of a duration are s, min, h, d and w", f"write {spelled}")
        parts.append((_decimal(match[1], "a duration"), unit))
        at = match.end()
    if not parts:
        raise Unreadable("a duration such as 45 s or 6 min is expected")
    order = [MINUTES_PER[unit] for _, unit in parts]
    if order != sorted(set(order), reverse=True):
        raise Unreadable("the parts of a duration go from the largest unit to the smallest, each once")
    return parts


def as_duration(minutes: float) -> str:
    """Write minutes so that `duration` reads the very same number back, in the unit that people would use.

    Never in days: in a period those are calendar days, which need not have 24 hours.

    Examples
    --------
    >>> as_duration(0.5), as_duration(6.0), as_duration(90.0), as_duration(1440.0)
    ('30 s', '6 min', '90 min', '24 h')
    """
    if minutes >= 120.0 and minutes % 60.0 == 0.0:
        return f"{plain(minutes / 60.0)} h"
    seconds = round(minutes * 60.0)
    if 0 < seconds < 120 and seconds % 60 and duration(f"{seconds} s") == minutes:
        return f"{seconds} s"
    return f"{plain(minutes)} min"


def clock(text: str) -> int:
    """Read a time of day (`09:30`, up to `24:00`) in minutes after midnight.

    Examples
    --------
    >>> clock("09:30")
    570
    """
    match = _CLOCK.fullmatch(text)
    if match is None:
        hour = re.fullmatch(r"([0-9]{1,2})(?:h|[.]([0-9]{2}))?", text)
        repair = f"write {int(hour[1]):02d}:{hour[2] or '00'}" if hour else None
        raise Unreadable("a time of day such as 09:30 is expected", repair)
    minutes = int(match[1]) * 60 + int(match[2])
    if int(match[2]) > 59 or minutes > 1440:
        raise Unreadable("a time of day lies between 00:00 and 24:00")
    return minutes


def as_clock(minutes: int) -> str:
    """Write minutes after midnight as a time of day (`570` as `09:30`; past 24:00 of the next day)."""
    if minutes > 1440:
        minutes -= 1440
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def span(text: str) -> tuple[int, int]:
    """Read hours of a day (`09:00-18:00`) as [from, to) in minutes after midnight of the day it starts.

    A span over midnight (`22:00-02:00`) ends past 1440.

    Examples
    --------
    >>> span("22:00-02:00")
    (1320, 1560)
    """
    ends = re.split(r"[ ]*[-–][ ]*", text)
    if len(ends) != 2:
        raise Unreadable("hours such as 09:00-18:00 are expected")
    start, end = clock(ends[0]), clock(ends[1])
    if start == end:
        raise Unreadable("hours that start and end at the same time are empty", "write 00:00-24:00 for the whole day")
    if start == 1440:
        raise Unreadable("hours start before 24:00", f"write 00:00-{ends[1]} on the next day")
    return start, (end if end > start else end + 1440)


def as_span(start: int, end: int) -> str:
    """Write hours of a day so that `span` reads the same back."""
    return f"{as_clock(start)}-{as_clock(end)}"


@lru_cache(maxsize=1024)
def weekdays(text: str) -> tuple[int, ...]:
    """Read weekdays (`mon`, `mon-fri`, `sat-mon`, `daily`; joined by commas) as numbers, Monday 0.

    Examples
    --------
    >>> weekdays("sat-mon"), weekdays("tue,thu")
    ((5, 6, 0), (1, 3))
    """
    days: list[int] = []
    for part in text.lower().split(","):
        part = part.strip()
        if part == "daily":
            days += range(7)
            continue
        ends = [end.strip() for end in re.split(r"[-–]", part)]
        for end in ends:
            if end not in WEEKDAYS:
                close = end[:3] if end[:3] in WEEKDAYS else None
                raise Unreadable(
                    "weekdays are mon tue wed thu fri sat sun, ranges such as mon-fri",
                    f"write {close}" if close else name_repair(end, [*WEEKDAYS, "daily"]) if len(end) < 10 else None,
                )
        if len(ends) > 2:
            raise Unreadable("a range of weekdays has two ends, such as mon-fri")
        first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
        days += [(first + i) % 7 for i in range((last - first) % 7 + 1)]
    if len(set(days)) != len(days):
        raise Unreadable("a weekday is named twice")
    return tuple(days)


def seven(values: Sequence[T]) -> Week[T]:
    """Make a week of seven values, Monday first."""
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = values
    return monday, tuesday, wednesday, thursday, friday, saturday, sunday


@lru_cache(maxsize=1024)
def is_weekdays(text: str) -> bool:
    """Whether the text names weekdays."""
    try:
        weekdays(text)
    except Unreadable:
        return False
    return True


def day(text: str) -> date:
    """Read a date (`2026-03-02`)."""
    if not _DATE.fullmatch(text):
        raise Unreadable("a date such as 2026-03-02 is expected")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unreadable("this date is not in the calendar") from None


def date_time(text: str) -> datetime:
    """Read a date-time (`1999-01-03 07:01:23`, or a date for its midnight); aware if an offset is written."""
    if _DATE.fullmatch(text):
        whole = day(text)
        return datetime(whole.year, whole.month, whole.day)
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        raise Unreadable("a date-time such as 2026-03-02 09:30 is expected")
    rest = match[4] or ":00"
    if "." in rest:
        rest = f"{rest.split('.')[0]}.{rest.split('.')[1]:0<6}"
    zone = "+00:00" if match[5] == "Z" else match[5] or ""
    try:
        return datetime.fromisoformat(f"{match[1]}T{int(match[2]):02d}:{match[3]}{rest}{zone}")
    except ValueError:
        raise Unreadable("this date-time is not in the calendar") from None


def quantity(text: str) -> tuple[Decimal, str]:
    """Split a value into its amount and its kind: `min` (any duration, in minutes), `%` or `` (bare)."""
    if _NUMBER_ONLY.fullmatch(text):
        return _decimal(text, "a number"), ""
    match = _SHARE.fullmatch(text)
    if match:
        return _decimal(match[1], "a share"), "%"
    return sum((amount * MINUTES_PER[unit] for amount, unit in duration_parts(text)), Decimal(0)), "min"
