"""Ranges: how far a value that is not known exactly may lie from what is written, and draws from there."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from sim.scenario.text.problems import Unreadable
from sim.scenario.text.units import MINUTES_PER, NUMBER, as_share, duration_parts, plain, quantity

Z = 1.959963984540054
"""Standard normal number at the upper end of a range: 97.5 % lie below."""

FARTHEST = 8.6
"""No draw lies farther out: a uniform number of 52 bits, in one of ten strata, has no normal score beyond."""

DIGITS = 5
"""Significant digits of a drawn value, more where a range is narrow."""

_PER = re.compile(rf"({NUMBER})\s*(?:per|/)\s*(s|min|h)")
_GROWTH = re.compile(rf"({NUMBER})\s*(% per (?:day|week|month|year))")
_PROBES = (-1.7, -1.2, -0.71, -0.37, -0.13, 0.13, 0.37, 0.71, 1.2, 1.7)


@lru_cache(maxsize=4096)
def amount(text: str) -> tuple[float, str]:
    """Split a value into its number and its kind: `min` (a duration), `%`, `per min`, `% per week` or `` (bare).

    Examples
    --------
    >>> amount("90 s"), amount("12 %"), amount("6 per h"), amount("2 % per week"), amount("times 4")
    ((1.5, 'min'), (12.0, '%'), (0.1, 'per min'), (2.0, '% per week'), (4.0, ''))
    """
    match = _GROWTH.fullmatch(text)
    if match is not None:
        return float(match[1]), match[2]
    text = text.removeprefix("times ")  # a factor
    match = _PER.fullmatch(text)
    if match is not None:
        return float(Decimal(match[1]) / MINUTES_PER[match[2]]), "per min"
    number, kind = quantity(text)
    return float(number), kind


def quantity_text(value: Decimal, unit: str) -> str:
    """Write what `units.quantity` reads."""
    return as_share(float(value / 100)) if unit == "%" else f"{plain(value)} {unit}".strip()


def changed(text: str, changes: Iterable[tuple[str, str]]) -> str:
    """Give a value after `times`, `plus` and `minus`.

    Examples
    --------
    >>> changed("10 %", [("times", "1.5"), ("plus", "2 %")]), changed("1 h", [("minus", "90 s")])
    ('17 %', '58.5 min')
    """
    value, unit = quantity(text)
    for word, said in changes:
        number = quantity(said)[0]
        value = value * number if word == "times" else value + number if word == "plus" else value - number
    return quantity_text(value, unit)


def with_amounts(text: str, amounts: Iterable[tuple[str, str, str]]) -> str:
    """Give a changed value with other amounts: (word, amount as written, amount as drawn) of each change.

    Examples
    --------
    >>> with_amounts("15 %", [("times", "1.5", "1.2")])
    '12 %'
    """
    value, unit = quantity(text)
    for word, stated, drawn in amounts:
        (old, _), (new, _) = quantity(stated), quantity(drawn)
        value = value * new / old if word == "times" else value + (new - old) * (1 if word == "plus" else -1)
    return quantity_text(value, unit)


def is_amount(text: str) -> bool:
    """Whether a text is a number, with or without a unit."""
    try:
        amount(text)
    except Unreadable:
        return False
    return True


@dataclass(frozen=True)
class Range:
    """A value with the central 95 % of what it may be.

    Half of the probability lies on each side of the value. A share strictly between 0 and 100 % is drawn on the logit
    scale, any other positive number on the log scale; a range that ends at 0 or 100 %, or goes below 0, on the plain
    scale, cut at that end. On this scale each side is one half of a normal law, with a width of its own
    (the two-piece normal law that goes through the two ends and the median).

    Parameters
    ----------
    path : str
        Dotted path of the value.
    value, low, high : str
        Median, 2.5 % and 97.5 % point, as written.
    unit : str
        `%`, `min` (any duration), `per min` or `` (a bare number).
    whole : bool
        Only whole numbers are possible.
    source : str
        Where it comes from; empty if not said.
    assumed : bool
        Marked as an assumption.
    least, most : float
        Normal scores at which draws are cut, since the scenario would take nothing beyond.
    base : Range or None
        Range of the base, if a policy has changed the value by `changes`: then so is each draw.
    changes : tuple of (str, str)
        Word and amount of each change.
    drawn_with : str
        Name under which it is drawn: ranges of one name are low and high together. Empty: it is drawn by itself.

    Examples
    --------
    >>> rate = Range("returns.rate", "10 %", "8 %", "13 %", "%")
    >>> rate.drawn(-1.96), rate.drawn(0.0), rate.drawn(1.0), rate.drawn(1.96)
    ('7.99997 %', '10 %', '11.4451 %', '13.0001 %')
    """

    path: str
    value: str
    low: str
    high: str
    unit: str
    whole: bool = False
    source: str = ""
    assumed: bool = False
    least: float = -math.inf
    most: float = math.inf
    base: Range | None = None
    changes: tuple[tuple[str, str], ...] = ()
    drawn_with: str = ""

    @property
    def input(self) -> str:
        """What is not known: the name it is drawn under, or its own path."""
        return self.drawn_with or self.path

    def drawn(self, z: float) -> str:
        """Text of the value at a standard normal number.

        Parameters
        ----------
        z : float
            0 gives the value as written, larger ones never a smaller value.
        """
        if math.isnan(z):
            raise ValueError(f"{self.path}: a draw needs a normal number, got {z}")
        z = min(max(z, self.least), self.most)
        if self.base is not None:
            return changed(self.base.drawn(z), self.changes) if z else self.value
        (middle, kind), (low, _), (high, _) = (amount(t) for t in (self.value, self.low, self.high))
        if z == 0.0 or middle == (high if z > 0.0 else low):
            return self.value
        x = _at(z, middle, low, high, kind)
        if self.whole:
            x = float(math.floor(x + 0.5))
        width = max(abs(middle), abs(low), abs(high))
        digits = DIGITS + max(0, math.ceil(math.log10(width) - math.log10(high - low)))
        text = _written(x, self.value, kind, min(digits, 15))
        x = amount(text)[0]
        return text if (z > 0.0 and x > middle) or (z < 0.0 and x < middle) else self.value


def _at(z: float, middle: float, low: float, high: float, kind: str) -> float:
    """Number at a normal score."""
    share, end = abs(z) / Z, high if z > 0.0 else low
    if kind == "%" and low > 0.0 and high < 100.0:
        a, b = (math.log(x) - math.log(100.0 - x) for x in (middle, end))
        return 100.0 / (1.0 + _exp(-(a + (b - a) * share)))
    if low > 0.0 and not (kind == "%" and high == 100.0):
        a, b = math.log(middle), math.log(end)
        return _exp(a + (b - a) * share)
    x = middle + (end - middle) * share
    if low == 0.0 or high == 0.0:
        x = min(x, 0.0) if high == 0.0 else max(x, 0.0)
    return min(x, 100.0) if kind == "%" and high == 100.0 else x


def _exp(x: float) -> float:
    """Exponential that stays a finite number above zero."""
    return math.exp(min(max(x, -690.0), 690.0))


def _written(x: float, like: str, kind: str, digits: int) -> str:
    """Number as text with so many significant digits, in the unit of another text."""
    unit = kind
    if kind == "min":
        parts = duration_parts(like)
        if len(parts) == 1:
            unit = parts[0][1]
            x /= float(MINUTES_PER[unit])
    number = Decimal(f"{x:.{digits}g}").normalize()
    text = format(number, "f") if number else "0"
    return f"{text if len(text) <= 25 else number} {unit}".strip()


def _in_kind(value: str, x: float, kind: str, wanted: str, parse: Callable[[str], object]) -> tuple[str, float, str]:
    """Write a factor as a share (`0.9` as `90 %`) or the other way round, where a field takes both."""
    if {kind, wanted} == {"", "%"}:
        text = as_share(x) if wanted == "%" else plain(x / 100.0)
        try:
            if math.isclose(float(parse(text)), float(parse(value)), rel_tol=1e-12):  # type: ignore[arg-type]
                return text, amount(text)[0], wanted
        except (Unreadable, TypeError):
            pass
    return value, x, kind


def read_range(
    path: str,
    texts: tuple[str, str, str],
    parse: Callable[[str], object],
    source: str = "",
    assumed: bool = False,
    base: tuple[str, str, str] | None = None,
    changes: tuple[tuple[str, str], ...] = (),
) -> Range:
    """Make a range of a value and its ends, of which every draw can be read.

    Parameters
    ----------
    path : str
        Dotted path.
    texts : tuple of str
        Value, low and high end, each of which `parse` reads.
    parse : callable
        Reader of the field; raises `Unreadable` for what it does not take.
    source, assumed, changes
        As in `Range`.
    base : tuple of str, optional
        Value, low and high end in the base, where policies have changed them.

    Raises
    ------
    Unreadable
        The value lies outside, the ends stand the wrong way round, or nothing could be drawn from there.
    """
    value, low, high = texts
    try:
        (x, kind), (a, low_kind), (b, high_kind) = (amount(text) for text in texts)
    except Unreadable:
        raise Unreadable("a range needs a number and two ends that are numbers", "remove between") from None
    if kind != low_kind == high_kind:
        value, x, kind = _in_kind(value, x, kind, low_kind, parse)
    if not kind == low_kind == high_kind:
        raise Unreadable("the ends of a range are of the kind of its value", "write all three in the same unit")
    if not a <= b:
        raise Unreadable("a range goes from the low to the high end", f"write [{high}, {low}]")
    if not a <= x <= b:
        raise Unreadable(
            f"the value lies within its range {low} to {high}: it is the middle, half of what may be lies on each side"
        )
    found = Range(path, value, low, high, kind, False, source, assumed)
    if base is not None:
        first = read_range(path, base, parse)
        found = replace(found, whole=first.whole, base=first, changes=changes)

    def taken(made: Range, z: float) -> bool:
        try:
            parse(made.drawn(z))
        except Unreadable:
            return False
        return True

    if not all(taken(found, z) for z in _PROBES):
        found = replace(found, whole=True)
        if base is not None or not all(taken(found, z) for z in _PROBES):
            raise Unreadable("values between these ends cannot be drawn here", "remove between")
    for side in (-1.0, 1.0):
        if not taken(found, side * FARTHEST):
            inside, outside = 1.7, FARTHEST
            while outside - inside > 1e-6:
                middle = 0.5 * (inside + outside)
                inside, outside = (middle, outside) if taken(found, side * middle) else (inside, middle)
            found = replace(found, least=-inside) if side < 0.0 else replace(found, most=inside)
    return found
