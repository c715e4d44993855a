"""Reading of orders: their rate, growth, busyness and deliveries."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from sim.scenario.model import Busyness, Delivery, Growth, Orders
from sim.scenario.model.laws import Constant, Hazard, Law, Lognormal, Mixture
from sim.scenario.model.period import Period
from sim.scenario.model.rates import DailyRate, Rate
from sim.scenario.readers.arrival_reader import read_arrivals
from sim.scenario.readers.busyness_reader import ALL, ORDERS, read_busyness
from sim.scenario.readers.contact_reader import no_ranges
from sim.scenario.readers.law_reader import a_positive, read_law
from sim.scenario.readers.reading import Fields, Reading
from sim.scenario.text.nodes import MappingNode, Node, Scalar
from sim.scenario.text.problems import Unreadable
from sim.scenario.text.units import NUMBER, WEEKDAYS, Week, as_share, number, plain, seven, share
from sim.scenario.text.words import DELIVERY, ORDER_RATE, ORDERS_WORDS

MOST_FACTOR = 1000.0
MINUTES = {"day": 1440.0, "week": 7 * 1440.0, "month": 30 * 1440.0, "year": 365 * 1440.0}
_STRETCHES = {"d": "day", "w": "week", "m": "month", "y": "year", **{f"{name}s": name for name in MINUTES}}
_SHARE = re.compile(rf"{NUMBER}\s*%")
_BARE = re.compile(rf"{NUMBER} per (?:day|week|month|year)")
_GROWTH = re.compile(rf"({NUMBER}\s*%)\s*(?:per|/|a|every|each)\s*([a-z]+)")


def usual_delivery(mean: float) -> Law:
    """Give the usual shape of a time to delivery with this mean: lognormal, sd 0.4 of the mean."""
    return Lognormal(mean=mean, sd=mean * 0.4)


def read_orders(
    reading: Reading,
    node: Node,
    path: str,
    period: Period,
    reference: Rate | None,
    shared: Busyness | None = None,
    forecast: bool = False,
) -> Orders | None:
    """Read orders.

    Parameters
    ----------
    reading, node, path : what to read and where problems go.
    period : gives the calendar.
    reference : their rate before policies, None where it is the one written here.
    shared : busyness of the whole scenario, which is theirs if they have none of their own.
    forecast : a forecast covers them, so that they need no rate of their own.
    """
    mapping = reading.mapping(node, path, "orders such as {per_day: 1000, hour: evening_shopper}")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, ORDERS_WORDS)
    rate = _read_rate(reading, mapping, path, period, forecast)
    if "reference" in mapping and not reading.redraw:
        first = mapping.entries["reference"].value
        inner = reading.mapping(first, fields.at("reference"), "a mapping with per_day or rate")
        if inner is not None:
            Fields(reading, inner, fields.at("reference"), ORDER_RATE)
            reference = _read_rate(reading, inner, fields.at("reference"), period, False)
            no_ranges(reading, fields.at("reference"))
    growth = fields.take("growth", lambda r, n, p: _read_growth(r, n, p, period), None, "none", "no growth is written")
    own = fields.node("busyness")
    busyness = Busyness(factor=ALL) if shared is None else shared
    if own is not None:
        busyness = read_busyness(reading, own, fields.at("busyness"), ORDERS) or busyness
    delivery = fields.take("delivery", _read_delivery, None, "none", "no time to delivery is written")
    written = fields.node("delivery")
    unread = written is not None and delivery is None and not (isinstance(written, Scalar) and written.text == "none")
    if rate is None or unread:
        return None
    return Orders(
        rate=rate,
        reference=rate if reference is None else reference,
        growth=growth,
        busyness=busyness,
        delivery=delivery,
    )


def _read_rate(reading: Reading, mapping: MappingNode, path: str, period: Period, forecast: bool) -> Rate | None:
    """Read `per_day` with its factors by weekday, or a table."""
    found = read_arrivals(reading, mapping, path, period, "order", forecast)
    node = mapping.get("weekday")
    if node is None:
        return found if isinstance(found, Rate) else None
    at = f"{path}.weekday"
    if "per_day" not in mapping:
        rule = "factors by weekday go with per_day" + (", not with rate" if "rate" in mapping else "")
        reading.problem(mapping.entries["weekday"].place, at, rule, "remove them")
        return None
    week = _read_weekdays(reading, node, at)
    if not isinstance(found, DailyRate) or week is None:
        return None
    per_day = seven([_times(x, factor) for x, factor in zip(found.per_day, week, strict=True)])
    return found.model_copy(update={"per_day": per_day})


def _times(x: float, factor: float) -> float:
    """Multiply as people do: 30000 times 1.08 is 32400."""
    return float(Decimal(repr(x)) * Decimal(repr(factor)))


def _read_weekdays(reading: Reading, node: Node, path: str) -> Week[float] | None:
    """Read factors by weekday, such as `{mon: 1.08, sat-sun: 0.9}`; those not written are 1."""
    mapping = reading.mapping(node, path, "factors by weekday such as {mon: 1.08, sat-sun: 0.9}")
    if mapping is None:
        return None
    week: list[float | None] = [None] * 7
    good = True
    for days, entry in reading.weekly(mapping, path):
        x = reading.scalar(entry.value, f"{path}.{entry.key}", read_factor)
        good = good and x is not None
        for weekday in days:
            week[weekday] = x
    missing = [WEEKDAYS[i] for i, x in enumerate(week) if x is None]
    if good and missing:
        reading.default(f"{path}.{','.join(missing)}", "1", "these weekdays are not written")
    return seven([1.0 if x is None else x for x in week]) if good else None


def read_factor(text: str) -> float:
    """Read a factor that is not negative: `times 3`, or `3`.

    Examples
    --------
    >>> read_factor("times 3"), read_factor("0.5")
    (3.0, 0.5)
    """
    word, _, rest = text.partition(" ")
    given = rest.strip() if word == "times" else text
    rule = "a factor such as times 3 is expected"
    if given.endswith("%"):
        raise Unreadable(rule, f"write times {plain(round(share(given, 0.0, MOST_FACTOR), 12))}")
    if word in ("plus", "minus") or not given:
        raise Unreadable(rule)
    return number(given, 0.0, MOST_FACTOR)


def _read_growth(reading: Reading, node: Node, path: str, period: Period) -> Growth | None:
    """Read `2 % per week`, or `none`."""
    if isinstance(node, Scalar) and node.text == "none":
        return None
    return reading.scalar(node, path, lambda text: read_growth(text, period))


def read_growth(text: str, period: Period | None = None) -> Growth:
    """Read growth such as `2 % per week` or `-5 % per year`.

    Parameters
    ----------
    text : a share per day, week, month (30 days) or year (365 days).
    period : over which it must stay within a factor of 1000, or None.

    Raises
    ------
    Unreadable : if the text is not of this form, or grows beyond all measure.

    Examples
    --------
    >>> read_growth("2 % per week")
    Growth(share=0.02, per=10080.0)
    """
    rule = "growth such as 2 % per week is expected"
    match = _GROWTH.fullmatch(text)
    if match is None:
        repair = None
        if _SHARE.fullmatch(text):
            repair = f"write {text} per week, or per day, month or year"
        elif _GROWTH.fullmatch(text[1:].strip()) and text.startswith("+"):
            repair = f"write {text[1:].strip()}"
        elif _BARE.fullmatch(text):
            repair = f"write {text.replace(' ', ' % ', 1)}"
        raise Unreadable(rule, repair)
    stretch = _STRETCHES.get(match[2], match[2])
    if stretch not in MINUTES:
        raise Unreadable(rule, "write per day, per week, per month or per year")
    by = share(match[1], None, None)
    if not -1.0 < by <= 10.0:
        raise Unreadable("growth lies above -100 % and is at most 1000 %")
    if " per " not in text or stretch != match[2]:
        raise Unreadable(rule, f"write {match[1]} per {stretch}")
    if period is not None:
        longest = max(period.length, period.warm_up) / MINUTES[stretch]
        if not abs(math.log1p(by)) * longest <= math.log(MOST_FACTOR):
            raise Unreadable(f"this makes a factor of more than {plain(MOST_FACTOR)} within the period")
    return Growth(share=by, per=MINUTES[stretch])


def growth_words(growth: Growth | None) -> str:
    """Write growth so that `read_growth` reads the same back.

    Examples
    --------
    >>> growth_words(Growth(share=0.02, per=10080.0)), growth_words(None)
    ('2 % per week', 'none')
    """
    if growth is None:
        return "none"
    return f"{as_share(growth.share)} per {next(name for name, m in MINUTES.items() if m == growth.per)}"


def _read_delivery(reading: Reading, node: Node, path: str) -> Delivery | None:
    """Read `{median: 3 d, p90: 5 d, promise: 5 d}`, `{time: law, promise: 5 d}`, a bare mean, or `none`."""
    if isinstance(node, Scalar):
        if node.text == "none":
            return None
        law = _read_time(reading, node, path)
        if law is not None:
            reading.default(f"{path}.promise", "none", "no promise is written, nothing is late")
        return None if law is None else Delivery(time=law)
    mapping = reading.mapping(node, path, "a delivery such as {median: 3 d, p90: 5 d, promise: 5 d}")
    if mapping is None:
        return None
    if "value" in mapping:  # a bare mean with its range
        if "promise" in mapping:
            rule = "a time with a range and a promise stand side by side"
            reading.problem(mapping, path, rule, "write {time: {value: ..., between: ...}, promise: ...}")
            return None
        law = _read_time(reading, mapping, path)
        return None if law is None else Delivery(time=law)
    fields = Fields(reading, mapping, path, DELIVERY)
    said = [entry for entry in mapping if entry.key != "promise" and entry.key in DELIVERY]
    law = None
    if "time" in mapping:
        beside = [entry.key for entry in said if entry.key != "time"]
        if beside:
            rule = f"the time to delivery is said twice, by time and by {beside[0]}"
            reading.problem(mapping.entries[beside[0]].place, path, rule, "keep one")
        law = _read_time(reading, mapping.entries["time"].value, fields.at("time"))
    elif said:
        written = MappingNode({e.key: e for e in said}, mapping.place)
        one = said[0].value if len(said) == 1 else written  # a table is kept by the node that names it
        law = reading.once(one, f"{path} time", lambda: _read_time(reading, written, path))
    else:
        reading.problem(mapping, path, "a delivery needs its time", "add median: 3 d and p90: 5 d")
    promise = fields.take("promise", _read_promise, None, "none", "no promise is written, nothing is late")
    return None if law is None else Delivery(time=law, promise=promise)


def _read_time(reading: Reading, node: Node, path: str) -> Law | None:
    """Read the law of the time to delivery, which every order reaches at last."""
    law = read_law(reading, node, path, usual_delivery, None)
    problem = None if law is None else _unfit(law)
    if problem is not None:
        reading.problem(node, path, problem)
        return None
    return law


def _unfit(law: Law) -> str | None:
    """Say why a law cannot be a time to delivery, if it cannot."""
    match law:
        case Hazard(hazards=hazards) if not hazards[-1] > 0.0:
            return "every order is delivered at last: the last piece of the hazard is above zero"
        case Constant(value=value) if not value > 0.0:
            return "a time to delivery above zero is expected"
        case Mixture(parts=parts):
            found = [_unfit(part.of) for part in parts if part.share > 0.0]
            return next((text for text in found if text is not None and text.startswith("every")), None)
    return None


def _read_promise(reading: Reading, node: Node, path: str) -> float | None:
    if isinstance(node, Scalar) and node.text == "none":
        return None
    return reading.scalar(node, path, a_positive)
