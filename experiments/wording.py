"""Numbers as people read them: `45 s`, `3.2 min`, `83.4 % (82.1–84.6)`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

ABSENT = "–"
"""Shown where there was nothing to count."""


@dataclass(frozen=True)
class Units:
    """How a language writes units behind numbers.

    Parameters
    ----------
    names : mapping of str to str
        Its names of `s`, `min`, `h`, `d`, `%`, `pts`, `Erlang`; those that are missing stay as they are.
    tight : frozenset of str
        Units of ours that follow the number without a space.

    Examples
    --------
    >>> duration(0.75, Units({"s": "秒"})), share(0.834, Units({}, frozenset({"%"})))
    ('45 秒', '83.4%')
    """

    names: Mapping[str, str] = field(default_factory=dict)
    tight: frozenset[str] = frozenset()

    def join(self, number: str, unit: str) -> str:
        """Number and unit; only the number where there is no unit, or nothing was counted."""
        if not unit or number == ABSENT:
            return number
        return f"{number}{'' if unit in self.tight else ' '}{self.names.get(unit, unit)}"


ENGLISH = Units()


def duration(minutes: float, units: Units = ENGLISH) -> str:
    """A duration in the unit that suits it.

    Examples
    --------
    >>> [duration(x) for x in (0.0, 0.013, 0.75, 3.2, 384.0, 1440.0, 4000.0, float("nan"))]
    ['0 s', '0.8 s', '45 s', '3.2 min', '6.4 h', '24 h', '2.8 d', '–']
    """
    return figure(minutes, "min", units)


def term(minutes: float, units: Units = ENGLISH) -> str:
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
                return units.join(f"{round(number)}", unit)
    return units.join(f"{minutes * 60:.6g}", "s")


def share(value: float, units: Units = ENGLISH) -> str:
    """A share in percent.

    Examples
    --------
    >>> share(0.8341), share(1.0), share(0.0004)
    ('83.4 %', '100 %', '0.04 %')
    """
    return figure(value, "share", units)


def percent(value: float, units: Units = ENGLISH) -> str:
    """A share in whole percent, for headlines.

    Examples
    --------
    >>> percent(0.614), percent(0.996), percent(0.002), percent(1.0)
    ('61 %', '99.6 %', '0.2 %', '100 %')
    """
    if 0.0 < value < 0.01 or 0.99 < value < 1.0:
        return share(value, units)
    return units.join(_number(100 * value, 0), "%")


def figure(value: float, unit: str, units: Units = ENGLISH) -> str:
    """A number with its unit, as in the tables of measures.

    Examples
    --------
    >>> figure(12.3456, "h"), figure(1234.5, "contacts"), figure(0.5, "share"), figure(0.2, "h")
    ('12.3 h', '1,234', '50.0 %', '12.0 min')
    """
    scale, name, digits = _scale(value, unit)
    return units.join(_number(value * scale, digits), name)


def interval(value: float, low: float, high: float, unit: str, units: Units = ENGLISH) -> str:
    """A number with its interval, all in one unit.

    Examples
    --------
    >>> interval(0.834, 0.821, 0.846, "share"), interval(0.75, 0.7, 0.8, "min")
    ('83.4 % (82.1–84.6)', '45 s (42–48)')
    >>> interval(0.75, float("nan"), float("nan"), "min")
    '45 s'
    """
    brackets = limits(value, low, high, unit)
    number = figure(value, unit, units)
    return f"{number} {brackets}" if brackets else number


def limits(value: float, low: float, high: float, unit: str) -> str:
    """Only the interval, in the unit in which the value would be shown.

    Examples
    --------
    >>> limits(0.834, 0.821, 0.846, "share"), limits(3.2, 3.0, 3.4, "min"), limits(1.0, float("nan"), 2.0, "min")
    ('(82.1–84.6)', '(3.0–3.4)', '')
    >>> limits(1.0, 0.999998, 1.0, "share"), limits(0.0, 0.0, 0.00002, "share")
    ('(100–100)', '(0–0)')
    """
    if math.isnan(low) or math.isnan(high) or math.isnan(value):
        return ""
    scale, _, digits = _scale(value, unit)
    if unit == "share" and (0.0 < high < 0.00095 or 0.99905 < low < 1.0 >= high):
        digits = 2
    ends = (_number(x * scale, digits) for x in (low, high))
    return f"({'–'.join({'0.00': '0', '100.00': '100'}.get(x, x) for x in ends)})"


def difference(value: float, unit: str, units: Units = ENGLISH) -> str:
    """A difference with its sign; of shares in percentage points.

    Examples
    --------
    >>> difference(0.021, "share"), difference(-0.05, "min"), difference(0.0, "contacts")
    ('+2.1 pts', '-3.0 s', '0')
    """
    if math.isnan(value):
        return ABSENT
    scale, name, digits = _scale(value, unit)
    number = _signed(value * scale, max(digits, 1) if unit in ("share", "min") else digits)
    return units.join(number, "pts" if unit == "share" else name)


def difference_interval(value: float, low: float, high: float, unit: str, units: Units = ENGLISH) -> str:
    """A difference with its interval, all in the unit that suits the largest of them.

    Examples
    --------
    >>> difference_interval(-0.05, -0.1, 0.02, "min"), difference_interval(0.021, 0.0, 0.04, "share")
    ('-3.0 s [-6.0, +1.2]', '+2.1 pts [0, +4.0]')
    >>> difference_interval(0.1, float("nan"), float("nan"), "min"), difference_interval(0.0, -30.0, 30.0, "min")
    ('+6.0 s', '0 min [-30.0, +30.0]')
    >>> difference_interval(-2.6 / 60, -1.7, 1.6, "min"), difference_interval(-0.0001, -1.7, 1.6, "min")
    ('-2.6 s [-102.0, +96.0]', '0.0 min [-1.7, +1.6]')
    """
    if math.isnan(low) or math.isnan(high) or math.isnan(value):
        return difference(value, unit, units)
    largest = max(abs(value), abs(low), abs(high))
    scale, name, digits = _scale(largest, unit)
    own = _scale(value, unit)
    shown = [_signed(value * s, max(d, 1)).strip("0.,") for s, _, d in ((scale, name, digits), own)]
    if unit == "min" and shown[1] and not shown[0] and largest * own[0] < 1000.0:
        scale, name, digits = own  # the number itself would be shown as 0
    digits = max(digits, 1) if unit in ("share", "min") else digits
    number, *ends = (_signed(x * scale, digits) for x in (value, low, high))
    return f"{units.join(number, 'pts' if unit == 'share' else name)} [{', '.join(ends)}]"


def least(unit: str, units: Units = ENGLISH) -> str:
    """The smallest difference that is shown; what is smaller would be printed as 0.

    Examples
    --------
    >>> least("share"), least("min"), least("h"), least("contacts")
    ('0.01 pts', '0.1 s', '0.1 min', '0.01')
    """
    size = {"share": 1e-4, "min": 0.1 / 60, "h": 0.1 / 60}.get(unit, 0.01)
    return difference(size, unit, units).lstrip("+")


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


def _signed(value: float, digits: int) -> str:
    number = _number(abs(value), digits)
    sign = "" if number in ("0", ABSENT) or not number.strip("0.,") else "+" if value > 0 else "-"
    return sign + number
