"""Reading of campaign events and incidents."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import date, datetime, timedelta

from sim.scenario.model import Event, Incident
from sim.scenario.model.period import Period
from sim.scenario.readers.law_reader import a_positive
from sim.scenario.readers.order_reader import read_factor
from sim.scenario.readers.reading import Fields, Reading
from sim.scenario.text.nodes import Entry, MappingNode, Node, Scalar, SequenceNode
from sim.scenario.text.problems import Unreadable, name_repair
from sim.scenario.text.units import as_span, count, date_time, day, number, span
from sim.scenario.text.words import EVENT, INCIDENT

MOST_DAYS = 400
MOST_ADDED = 10_000_000.0
NO_LOG = "a recorded log is as it was"


def read_event(
    reading: Reading,
    entry: Entry,
    path: str,
    period: Period,
    types: Sequence[str],
    logs: Container[str] = (),
    orders: bool = True,
) -> Event | None:
    """Read one campaign event.

    It says when it starts, and how strong it is on each day: `days: [1.5, 6, 3, 1.5]`, or one factor for one day or
    several: `orders: times 3` with `days: 2`. It multiplies the orders, or the contacts of the types that it names:
    `contacts: times 3` with `contact_types: [...]`.

    Parameters
    ----------
    reading, entry, path : what to read and where problems go.
    period : gives the calendar.
    types : names of the contact types and reasons.
    logs : those of them that are recorded.
    orders : whether there are any.
    """
    mapping = reading.mapping(entry.value, path, "an event such as {start: 2026-11-11, days: [1.5, 6, 3, 1.5]}")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, EVENT)
    start = fields.need("start", lambda r, n, p: r.text(n, p, day), "an event needs its start", "add start: 2026-11-11")
    factors = _read_days(fields)
    none: tuple[float, ...] = ()
    hours = fields.take("hours", _read_hours, none)
    named = "contact_types" in mapping or "contacts" in mapping
    concerned: tuple[str, ...] | None = ()
    if "contact_types" in mapping:
        node = mapping.entries["contact_types"].value
        concerned = _read_types(reading, node, fields.at("contact_types"), types, logs)
    elif "contacts" in mapping:
        concerned = tuple(name for name in types if name not in logs)
    if "orders" in mapping and named:
        beside = "contact_types" if "contact_types" in mapping else "contacts"
        rule = "an event multiplies the orders, or contacts given directly, not both"
        reading.problem(mapping.entries[beside].place, fields.at(beside), rule, "write two events")
        return None
    if not named and not orders:
        rule = "there are no orders that this event could multiply"
        reading.problem(mapping, path, rule, "add contact_types: and the names of those that it multiplies")
        return None
    if start is None or factors is None or concerned is None:
        return None
    end = start + timedelta(days=len(factors))
    if not _overlaps(period, start, end):
        rule = "the event lies outside the period and its warm-up: it has no effect"
        reading.warn(mapping.entries["start"].value, fields.at("start"), rule)
    return Event(start=start, factors=factors, hours=hours, contact_types=concerned)


def _read_days(fields: Fields) -> tuple[float, ...] | None:
    """Read the factor of each day."""
    reading, mapping = fields.reading, fields.mapping
    days = fields.node("days")
    said = [word for word in ("orders", "contacts") if word in mapping]
    wave = isinstance(days, SequenceNode)
    if wave and said:
        rule = f"how strong the event is stands twice, under {said[0]} and under days"
        reading.problem(mapping.entries[said[0]].place, fields.at(said[0]), rule, "keep one")
        return None
    if days is not None and wave:
        return _read_wave(reading, days, fields.at("days"))
    if not said:
        rule = "an event needs its strength"
        repair = "add days: [1.5, 6, 3, 1.5], a factor for each day, or orders: times 3"
        at = mapping if days is None else days
        reading.problem(at, fields.path if days is None else fields.at("days"), rule, repair)
        return None
    strength = fields.need(said[0], lambda r, n, p: r.scalar(n, p, read_factor), "", "")
    for other in said[1:]:
        fields.need(other, lambda r, n, p: r.scalar(n, p, read_factor), "", "")
    fixed = "the calendar is chosen, not measured: it has no range"
    n = fields.take("days", lambda r, n, p: r.scalar(n, p, _day_count, fixed), 1, "1", "no number of days is written")
    return None if strength is None else (strength,) * n


def _day_count(text: str) -> int:
    bare = text[:-1].strip() if text.endswith("d") else ""
    if bare.isdecimal():
        raise Unreadable("a number of days without unit, or a list of factors is expected", f"write {bare}")
    return count(text, 1, MOST_DAYS)


def _read_wave(reading: Reading, node: Node, path: str) -> tuple[float, ...] | None:
    assert isinstance(node, SequenceNode)
    if not 1 <= len(node.items) <= MOST_DAYS:
        rule = f"a list of 1 to {MOST_DAYS} factors is expected, one for each day, this one has {len(node.items)}"
        reading.problem(node, path, rule)
        return None
    found = [reading.scalar(item, f"{path}[{i + 1}]", read_factor) for i, item in enumerate(node.items)]
    return None if any(x is None for x in found) else tuple(x or 0.0 for x in found)


def _read_hours(reading: Reading, node: Node, path: str) -> tuple[float, ...] | None:
    """Read factors of the hours of the first day: 24 numbers, or `{00:00-02:00: 4}` with 1 for all others."""
    if isinstance(node, SequenceNode):
        if len(node.items) != 24:
            reading.problem(node, path, f"24 factors are expected, one for each hour, this list has {len(node.items)}")
            return None
        found = [reading.scalar(item, f"{path}[{i + 1}]", read_factor) for i, item in enumerate(node.items)]
        return None if any(x is None for x in found) else tuple(x or 0.0 for x in found)
    mapping = reading.mapping(node, path, "24 factors, or hours such as {00:00-02:00: 4}")
    if mapping is None:
        return None
    hours = [1.0] * 24
    taken: dict[int, str] = {}
    good = bool(mapping.entries)
    if not good:
        reading.problem(node, path, "at least one stretch of hours is expected here", "write {00:00-02:00: 4}")
    for entry in mapping:
        try:
            first, last = _whole_hours(entry.key)
        except Unreadable as error:
            reading.problem(entry.place, path, error.rule, error.repair, entry.key)
            good = False
            continue
        x = reading.scalar(entry.value, f"{path}.{entry.key}", read_factor)
        double = [taken[h] for h in range(first, last) if h in taken]
        if double:
            reading.problem(entry.place, f"{path}.{entry.key}", f"some of these hours are given by {double[0]} too")
        good = good and x is not None and not double
        for hour in range(first, last):
            taken[hour] = entry.key
            hours[hour] = 1.0 if x is None else x
    return tuple(hours) if good else None


def _whole_hours(text: str) -> tuple[int, int]:
    start, end = span(text)
    if end > 1440:
        rule = "the hours of the first day end at 24:00"
        raise Unreadable(rule, f"write {as_span(start, 1440)}")
    if start % 60 or end % 60:
        raise Unreadable("whole hours such as 00:00-02:00 are expected")
    return start // 60, end // 60


def _read_types(
    reading: Reading, node: Node, path: str, types: Sequence[str], logs: Container[str]
) -> tuple[str, ...] | None:
    """Read the name of a contact type, or a list of names."""
    items = node.items if isinstance(node, SequenceNode) else (node,)
    if not items:
        reading.problem(node, path, "at least one contact type is expected here", _one_of(types))
        return None
    found: list[str] = []
    good = True
    for i, item in enumerate(items):
        at = f"{path}[{i + 1}]" if isinstance(node, SequenceNode) else path
        name = reading.text(item, at, lambda text: _known(text, types, logs, found))
        good = good and name is not None
        if name is not None:
            found.append(name)
    return tuple(found) if good else None


def _known(text: str, types: Sequence[str], logs: Container[str], found: Sequence[str]) -> str:
    if text not in types:
        raise Unreadable("there is no such contact type or reason", name_repair(text, types))
    if text in logs:
        raise Unreadable(f"{NO_LOG}: nothing is multiplied or added", "leave it out")
    if text in found:
        raise Unreadable("a contact type is named once")
    return text


def _one_of(types: Sequence[str]) -> str | None:
    return f"write [{types[0]}]" if types else None


def read_incident(
    reading: Reading,
    entry: Entry,
    path: str,
    period: Period,
    types: Sequence[str],
    logs: Container[str] = (),
) -> Incident | None:
    """Read one incident.

    It says from when to when, and what it does: `contacts: {where_is_my_order: times 5}`, or `contacts: times 5` and
    `adds: 400` for each of the types under `contact_types`.

    Parameters
    ----------
    reading, entry, path, period, types, logs : as in `read_event`.
    """
    example = "an incident such as {start: 2026-03-09 10:00, end: 2026-03-12 18:00, contact_types: [call], adds: 400}"
    mapping = reading.mapping(entry.value, path, example)
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, INCIDENT)
    when = lambda r, n, p: r.text(n, p, _moment)  # noqa: E731
    start = fields.need("start", when, "an incident needs its start", "add start: 2026-03-09 10:00")
    end = fields.need("end", when, "an incident needs its end", "add end: 2026-03-09 18:00")
    concerned, factor, good = _read_contacts(fields, types, logs)
    adds = fields.take("adds", lambda r, n, p: r.scalar(n, p, _added), 0.0)
    fading = fields.take("fading", _read_fading, None, "none", "it stays the same to its end")
    if good and "contacts" not in mapping and "adds" not in mapping:
        rule = "an incident multiplies contacts, or adds some"
        reading.problem(mapping, path, rule, "write contacts: times 5, or adds: 400")
        return None
    if start is None or end is None or not good:
        return None
    last = mapping.entries["end"].value
    if not end > start:
        reading.problem(last, fields.at("end"), "an incident ends after it starts", None, _said(last))
        return None
    if not (period.minute(end) > -period.warm_up and period.minute(start) < period.length):
        rule = "the incident lies outside the period and its warm-up: it has no effect"
        reading.warn(mapping.entries["start"].value, fields.at("start"), rule)
    return Incident(start=start, end=end, contact_types=concerned, factor=factor, adds=adds, fading=fading)


def _read_contacts(fields: Fields, types: Sequence[str], logs: Container[str]) -> tuple[tuple[str, ...], float, bool]:
    """Read whom an incident concerns and its factor; tell whether both could be read."""
    reading, mapping = fields.reading, fields.mapping
    node, path = fields.node("contacts"), fields.at("contacts")
    concerned: tuple[str, ...] | None = None
    if "contact_types" in mapping:
        named = mapping.entries["contact_types"].value
        concerned = _read_types(reading, named, fields.at("contact_types"), types, logs)
    if isinstance(node, MappingNode) and "value" not in node:
        if "contact_types" in mapping:
            rule = "contact types are named twice, under contacts and under contact_types"
            reading.problem(mapping.entries["contact_types"].place, fields.at("contact_types"), rule, "keep one")
            return (), 1.0, False
        return _read_factors(reading, node, path, types, logs)
    factor = None if node is None else reading.scalar(node, path, read_factor)
    if "contact_types" not in mapping:
        rule = "an incident needs the contact types that it concerns"
        reading.problem(mapping, fields.at("contact_types"), rule, f"add contact_types: [{', '.join(types[:2])}]")
    good = concerned is not None and (node is None or factor is not None)
    return concerned or (), 1.0 if factor is None else factor, good


def _read_factors(
    reading: Reading, node: MappingNode, path: str, types: Sequence[str], logs: Container[str]
) -> tuple[tuple[str, ...], float, bool]:
    """Read `{where_is_my_order: times 5}`; all factors are the same."""
    found: dict[str, float] = {}
    good = bool(node.entries)
    if not good:
        reading.problem(node, path, "at least one contact type is expected here", f"write {{{types[0]}: times 5}}")
    for entry in node:
        if entry.key not in types:
            reading.unknown(entry, path, types)
            good = False
            continue
        if entry.key in logs:
            reading.problem(entry.place, f"{path}.{entry.key}", f"{NO_LOG}: nothing is multiplied", "leave it out")
            good = False
        x = reading.scalar(entry.value, f"{path}.{entry.key}", read_factor)
        good = good and x is not None
        if x is not None:
            found[entry.key] = x
    if good and len(set(found.values())) > 1 and not reading.redraw:
        reading.problem(
            node, path, "one incident has one factor for all its contact types", "write one for each factor"
        )
        good = False
    return tuple(found), next(iter(found.values()), 1.0), good


def _moment(text: str) -> datetime:
    """Read a local date-time."""
    local = date_time(text)
    if local.tzinfo is not None:
        raise Unreadable("local times have no offset", "write it in the time zone of the scenario")
    return local


def _added(text: str) -> float:
    return number(text, 0.0, MOST_ADDED)


def _read_fading(reading: Reading, node: Node, path: str) -> float | None:
    if isinstance(node, Scalar) and node.text == "none":
        return None
    return reading.scalar(node, path, a_positive)


def _overlaps(period: Period, first: date, end: date) -> bool:
    return period.minute_at(end) > -period.warm_up and period.minute_at(first) < period.length


def _said(node: Node) -> str | None:
    return node.text if isinstance(node, Scalar) else None
