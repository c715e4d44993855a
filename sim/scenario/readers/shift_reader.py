"""Reading of shifts: hours, breaks, and how many agents come on which days."""

from __future__ import annotations

import re

from sim.scenario.model.shifts import Break, Shift
from sim.scenario.readers.reading import Reading
from sim.scenario.text.nodes import Entry, MappingNode, Node, Scalar
from sim.scenario.text.problems import Unreadable
from sim.scenario.text.units import as_span, count, duration, is_weekdays, number, seven, span
from sim.scenario.text.words import SHIFT

MOST_IN_SHIFT = 10_000
_LIKE_DAYS = re.compile(r"[a-z]{3}[-,]")


def read_shifts(reading: Reading, node: Node, path: str) -> dict[str, Shift] | None:
    """Read shifts by name, such as `{day: {hours: 09:00-18:00, break: 1 h, mon-fri: 5, sat: 2, holiday: 1}}`."""
    entries = reading.named(node, path, "a mapping of shifts by name")
    found: dict[str, Shift] = {}
    for entry in entries:
        shift = _read_shift(reading, entry, f"{path}.{entry.key}")
        if shift is not None:
            found[entry.key] = shift
    if not entries or len(found) < len(entries):
        return None
    if not any(shift.most for shift in found.values()):
        reading.warn(node, path, "nobody works on any day")
    return found


def _names_days(key: str) -> bool:
    return is_weekdays(key) or _LIKE_DAYS.match(key) is not None


def _read_shift(reading: Reading, entry: Entry, path: str) -> Shift | None:
    mapping = reading.mapping(entry.value, path, "a shift such as {hours: 09:00-18:00, mon-fri: 5}")
    if mapping is None:
        return None
    for inner in mapping:
        if inner.key not in SHIFT and not _names_days(inner.key):
            reading.unknown(inner, path, (*SHIFT, "mon", "mon-fri", "sat-sun"))
    days = MappingNode({k: e for k, e in mapping.entries.items() if _names_days(k)}, mapping.place)
    agents: list[int | None] = [None] * 7
    for weekdays, inner in reading.weekly(days, path):
        n = reading.scalar(inner.value, f"{path}.{inner.key}", _named_agents)
        for weekday in weekdays:
            agents[weekday] = 0 if n is None else n
    holiday_node = mapping.get("holiday")
    holiday = None if holiday_node is None else reading.scalar(holiday_node, f"{path}.holiday", _named_agents)
    hours_node = mapping.get("hours")
    hours: tuple[int, int] | None = None
    if hours_node is None:
        reading.problem(mapping, f"{path}.hours", "a shift needs its hours", "add hours: 09:00-18:00")
    else:
        hours = reading.text(hours_node, f"{path}.hours", span)
    if not days.entries:
        reading.problem(mapping, path, "a shift needs its agents", "add mon-fri: 5")
    pause: Break | None = None
    pause_node = mapping.get("break")
    if pause_node is not None:
        pause = _read_break(reading, pause_node, f"{path}.break", hours)
        if pause is None and not (isinstance(pause_node, Scalar) and pause_node.text == "none"):
            return None
    else:
        reading.default(f"{path}.break", "none", "no break is written")
    if hours is None or not days.entries:
        return None
    return Shift(start=hours[0], end=hours[1], pause=pause, agents=seven([x or 0 for x in agents]), holiday=holiday)


def _named_agents(text: str) -> int:
    try:
        value = number(text)
    except Unreadable:
        value = 0.0
    if value != int(value):
        raise Unreadable("named agents are whole people", "use a headcount for fractions")
    return count(text, 0, MOST_IN_SHIFT)


def _read_break(reading: Reading, node: Node, path: str, hours: tuple[int, int] | None) -> Break | None:
    if isinstance(node, Scalar) and node.text == "none":
        return None
    if not isinstance(node, Scalar) or ":" not in node.text or "-" not in node.text:
        length = reading.scalar(node, path, lambda text: duration(text, 0.0, 1440.0))
        if length is None:
            return None
        if hours is not None and not length < hours[1] - hours[0]:
            reading.problem(
                node, path, "a break is shorter than its shift", None, node.text if isinstance(node, Scalar) else None
            )
            return None
        return Break(length=length) if length > 0 else None
    fixed = reading.text(node, path, span)
    if fixed is None or hours is None:
        return None
    start, end = fixed
    if start < hours[0]:  # after midnight of a shift over midnight
        start, end = start + 1440, end + 1440
    if not (hours[0] <= start and end <= hours[1]):
        reading.problem(node, path, f"a break lies within its shift {as_span(*hours)}", None, node.text)
        return None
    return Break(length=float(end - start), start=start)
