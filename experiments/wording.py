"""Numbers as people read them: `45 s`, `3.2 min`, `83.4 % (82.1–84.6)`."""

from __future__ import annotations

import math

ABSENT = "–"
"""Shown where there was nothing to count."""


def duration(minutes: float) -> str:
    """A duration in the unit that suits it.

    Examples
    --------
    >>> [duration(x) for x in (0.0, 0.013, 0.75, 3.2, 384.0, 1440.0, 4000.0, float("nan"))]
    ['0 s', '0.8 s', '45 s', '3.2 min', '6.4 h', '24 h', '2.8 d', '–']
    """
    return figure(minutes, "min")


def term(minutes: float) -> str:
    """A time that somebody set, as exactly as he wrote it.

    Examples
    --------
    >>> [term(x) for x in (1 / 3, 0.5, 1.0, 1.5, 10.0, 1440.0, 4320.0)]
    ['20 s', '30 s', '1 min', '90 s', '10 min', '24 h', '3 d']
    """
    for size, unit in ((1440.0, "d"), (60.0, "h"), (1.0, "min")):
        if minutes > size or (minutes == size and unit != "d"):
            number = minutes / size
            if abs(number - round(number)) < 1e-9:
                return f"{round(number)} {unit}"
    return f"{minutes * 60:.6g} s"


def share(value: float) -> str:
    """A share in percent.

    Examples
    --------
    >>> share(0.8341), share(1.0), share(0.0004)
    ('83.4 %', '100 %', '0.04 %')
    """
    return figure(value, "share")


def percent(value: float) -> str:
    """A share in whole percent, for headlines.

    Examples
    --------
    >>> percent(0.614), percent(0.996), percent(0.002), percent(1.0)
    ('61 %', '99.6 %', '0.2 %', '100 %')
    """
    return share(value) if 0.0 < value < 0.01 or 0.99 < value < 1.0 else _join(_number(100 * value, 0), "%")


def figure(value: float, unit: str) -> str:
    """A number with its unit, as in the tables of measures.

    Examples
    --------
    >>> figure(12.3456, "h"), figure(1234.5, "contacts"), figure(0.5, "share"), figure(0.2, "h")
    ('12.3 h', '1,234', '50.0 %', '12.0 min')
    """
    scale, name, digits = _scale(value, unit)
    return _join(_number(value * scale, digits), name)


def interval(value: float, low: float, high: float, unit: str) -> str:
    """A number with its interval, all in one unit.

    Examples
    --------
    >>> interval(0.834, 0.821, 0.846, "share"), interval(0.75, 0.7, 0.8, "min")
    ('83.4 % (82.1–84.6)', '45 s (42–48)')
    >>> interval(0.75, float("nan"), float("nan"), "min")
    '45 s'
    """
    brackets = limits(value, low, high, unit)
    return f"{figure(value, unit)} {brackets}" if brackets else figure(value, unit)


def limits(value: float, low: float, high: float, unit: str) -> str:
    """Only the interval, in the unit in which the value would be shown.

    Examples
    --------
    >>> limits(0.834, 0.821, 0.846, "share"), limits(3.2, 3.0, 3.4, "min"), limits(1.0, float("nan"), 2.0, "min")
    ('(82.1–84.6)', '(3.0–3.4)', '')
    """
    if math.isnan(low) or math.isnan(high) or math.isnan(value):
        return ""
    scale, _, digits = _scale(value, unit)
    if unit == "share" and (0.0 < high < 0.00095 or 0.99905 < low < 1.0 >= high):
        digits = 2
    return f"({_number(low * scale, digits)}–{_number(high * scale, digits)})"


def difference(value: float, unit: str) -> str:
    """A difference with its sign; of shares in percentage points.

    Examples
    --------
    >>> difference(0.021, "share"), difference(-0.05, "min"), difference(0.0, "contacts")
    ('+2.1 pts', '-3.0 s', '0')
    """
    if math.isnan(value):
        return ABSENT
    scale, name, digits = _scale(value, unit)
    number = _number(abs(value) * scale, max(digits, 1) if unit in ("share", "min") else digits)
    sign = "" if float(number.replace(",", "")) == 0.0 else "+" if value > 0 else "-"
    return _join(sign + number, "pts" if unit == "share" else name)


def clock_time(seconds: float) -> str:
    """Seconds of waiting, roughly.

    Examples
    --------
    >>> clock_time(8.2), clock_time(75), clock_time(4000)
    ('8 s', '1 min 15 s', '1 h 06 min')
    """
    s = round(seconds)
    if s < 60:
        return f"{s} s"
    if s < 3600:
        return f"{s // 60} min {s % 60:02d} s"
    return f"{s // 3600} h {s % 3600 // 60:02d} min"


def _scale(value: float, unit: str) -> tuple[float, str, int]:
    """Factor, name and decimals for a number of this size."""
    size = abs(value)
    if unit == "share":
        return 100.0, "%", 2 if 0.0 < size < 0.00095 else 1
    if unit == "min":
        if size * 60 < 9.95:
            return 60.0, "s", 1
        if size * 60 < 99.5:
            return 60.0, "s", 0
        if size < 99.5:
            return 1.0, "min", 1
        if size < 48 * 60:
            return 1 / 60, "h", 0 if size == 1440 else 1
        return 1 / 1440, "d", 1
    if unit == "h" and 0.0 < size < 0.95:
        return 60.0, "min", 1
    digits = 0 if size >= 99.5 else 1 if size >= 0.95 or size == 0.0 else 2
    name = unit if unit in ("h", "Erlang") else ""
    return 1.0, name, digits


def _number(value: float, digits: int) -> str:
    if math.isnan(value):
        return ABSENT
    if math.isinf(value):
        return "∞"
    text = f"{value:,.{digits}f}"
    if value in (0.0, 100.0):
        text = f"{value:,.0f}"
    return "0" if text in ("-0", "-0.0") else text


def _join(number: str, unit: str) -> str:
    return f"{number} {unit}" if unit and number != ABSENT else number
