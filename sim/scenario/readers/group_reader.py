"""Reading of agent groups: skills, shifts of named agents, counted head-counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sim.scenario.model import AgentGroup, Skill
from sim.scenario.model.cells import DatedCells, WeeklyCells
from sim.scenario.model.headcount import CountedSpans, Headcount, WeeklySpans
from sim.scenario.model.hours import check_overlap
from sim.scenario.model.period import Period
from sim.scenario.model.shifts import Break, Shift
from sim.scenario.readers.cell_reader import days_without_rows, read_cells, spell_dates
from sim.scenario.readers.law_reader import a_duration
from sim.scenario.readers.reading import Fields, Reading, one_of
from sim.scenario.text.nodes import Entry, MappingNode, Node, Scalar
from sim.scenario.text.problems import Unreadable, name_repair
from sim.scenario.text.units import as_span, count, duration, is_weekdays, number, plain, seven, share, span
from sim.scenario.text.words import AGENT_GROUP, ORDINALS, RATE, SKILL

MOST_AGENTS = 100_000
Target = dict[str, tuple[str, ...]]  # name that serves may use -> contact types it stands for


def targets(
    reading: Reading, contact_types: Mapping[str, str | None], channels: Mapping[str, object], places: Mapping[str, Any]
) -> Target:
    """List what an agent group can serve: each contact type, and each channel for all of its types.

    Parameters
    ----------
    contact_types : channel of each contact type (None if unknown).
    channels : known channels.
    places : where each contact type is written.
    """
    found: Target = dict.fromkeys(channels, ())
    for name, channel in contact_types.items():
        if channel is not None and channel in found:
            found[channel] = (*found[channel], name)
    for name in contact_types:
        if name in channels and found[name] != (name,):
            rule = "a channel and a contact type have this name and do not mean the same contacts"
            reading.problem(places[name], f"contact_types.{name}", rule, "rename one of them")
        found[name] = (name,)
    return found


def read_agent_group(
    reading: Reading, entry: Entry, path: str, target: Target, channels: Mapping[str, object], period: Period
) -> AgentGroup | None:
    """Read one agent group; `target` tells what names in `serves` stand for."""
    mapping = reading.mapping(entry.value, path, "an agent group, a mapping with serves and shifts,")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, AGENT_GROUP)
    serves = fields.need(
        "serves",
        lambda r, n, p: _read_serves(r, n, p, target, channels),
        "an agent group needs what it serves",
        "add serves: {phone: first}",
    )
    if serves is not None and "reserve" in mapping:
        serves = _with_reserve(reading, mapping.entries["reserve"].value, f"{path}.reserve", serves, target, channels)
    shifts: dict[str, Shift] | None = None
    headcount: Headcount | None = None
    good = True
    if "shifts" in mapping and "headcount" in mapping:
        rule = "people are given by shifts (named agents) or by headcount (counted), not by both"
        reading.problem(mapping.entries["headcount"].place, path, rule, "remove one")
        good = False
    elif "shifts" in mapping:
        shifts = _read_shifts(reading, mapping.entries["shifts"].value, f"{path}.shifts")
    elif "headcount" in mapping:
        headcount = _read_headcount(reading, mapping.entries["headcount"].value, f"{path}.headcount", period)
    else:
        rule = "an agent group needs its people"
        reading.problem(mapping, path, rule, "add shifts: {day: {hours: 09:00-17:00, mon-fri: 2}} or a headcount")
        good = False
    shrinkage = fields.take(
        "shrinkage",
        lambda r, n, p: r.scalar(n, p, _shrinkage),
        0.0,
        "0 %",
        "no absence is written" if "shifts" in mapping else "a head-count is taken as those present",
    )
    end: Any = fields.take(
        "end_of_shift",
        lambda r, n, p: r.text(n, p, one_of("finish", "hand_back", "pause")),
        "finish",
        "finish",
        "agents finish the contact they are in",
    )
    choice: Any = fields.take(
        "choice",
        lambda r, n, p: r.text(n, p, one_of("longest_idle", "least_loaded", "lowest_number", "random")),
        "longest_idle",
        "longest_idle",
        "the agent idle for longest takes the next contact",
    )
    speed = fields.take("speed", _read_speed, 1.0, "1", "handle times are those of this group")
    if "headcount" in mapping:
        if end == "pause":
            rule = "a counted head-count has no agent who could come back to a paused contact"
            reading.problem(
                mapping.entries["end_of_shift"].value,
                f"{path}.end_of_shift",
                rule,
                "write finish or hand_back",
                "pause",
            )
        if "choice" in mapping and choice != "longest_idle":
            reading.warn(
                mapping.entries["choice"].value, f"{path}.choice", "counted agents are all alike: this has no effect"
            )
    if not good or serves is None or (shifts is None and headcount is None):
        return None
    return AgentGroup(
        serves=serves,
        shifts=shifts,
        headcount=headcount,
        shrinkage=shrinkage,
        end_of_shift=end,
        choice=choice,
        speed=speed,
    )


def _shrinkage(text: str) -> float:
    value = share(text)
    if not value < 1:
        raise Unreadable("a share below 100 % is expected", "leave the group out if nobody ever comes")
    return value


def _read_speed(reading: Reading, node: Node, path: str) -> float | None:
    def parse(text: str) -> float:
        value = number(text, 0.0, 100.0)
        if not value > 0:
            raise Unreadable("a factor above zero is expected")
        return value

    return reading.scalar(node, path, parse)


def read_rank(text: str) -> int:
    """Read a rank: first, second, ... or a whole number from 1 on."""
    if text in ORDINALS:
        return ORDINALS.index(text) + 1
    try:
        return count(text, 1, 100)
    except Unreadable:
        repair = name_repair(text, ORDINALS) if text else None
        raise Unreadable(
            "a rank such as first, second or 3 is expected", repair if repair and "mean" in repair else None
        ) from None


def _read_skill(reading: Reading, node: Node, path: str) -> Skill | None:
    if not isinstance(node, MappingNode) or "value" in node:
        rank = reading.scalar(node, path, read_rank)
        return None if rank is None else Skill(rank=rank)
    fields = Fields(reading, node, path, SKILL)
    rank = fields.need("rank", lambda r, n, p: r.scalar(n, p, read_rank), "a skill needs its rank", "add rank: 1")
    after = fields.take("after", lambda r, n, p: r.scalar(n, p, a_duration), 0.0)
    speed = fields.take("speed", _read_speed, 1.0)
    reserve = fields.take("reserve", _read_reserve, 0)
    return None if rank is None else Skill(rank=rank, after=after, speed=speed, reserve=reserve)


def _read_reserve(reading: Reading, node: Node, path: str) -> int | None:
    return reading.scalar(node, path, lambda text: count(text, 0, MOST_AGENTS))


def _read_serves(
    reading: Reading, node: Node, path: str, target: Target, channels: Mapping[str, object]
) -> dict[str, Skill] | None:
    found: dict[str, tuple[bool, Skill]] = {}
    entries = reading.named(node, path, "a mapping of channels or contact types to ranks")
    for entry in entries:
        if entry.key not in target:
            reading.problem(
                entry.place,
                f"{path}.{entry.key}",
                "there is no such channel or contact type",
                name_repair(entry.key, target),
            )
            continue
        skill = _read_skill(reading, entry.value, f"{path}.{entry.key}")
        if skill is None:
            continue
        by_channel = target[entry.key] != (entry.key,) or entry.key in channels
        if not target[entry.key]:
            reading.warn(entry.place, f"{path}.{entry.key}", "no contact type comes by this channel")
        for name in target[entry.key]:
            # what is said of a contact type goes before what is said of its channel
            if name not in found or (found[name][0] and not by_channel):
                found[name] = (by_channel, skill)
    if not entries:
        return None
    return {name: skill for name, (_, skill) in found.items()}


def _with_reserve(
    reading: Reading, node: Node, path: str, serves: dict[str, Skill], target: Target, channels: Mapping[str, object]
) -> dict[str, Skill]:
    """Turn `reserve: {phone: 2}` into reserves on every skill of a worse rank."""
    kept: dict[str, int] = dict.fromkeys(serves, 0)
    for entry in reading.named(node, path, "a mapping such as {phone: 2}"):
        own = f"{path}.{entry.key}"
        n = _read_reserve(reading, entry.value, own)
        types = [name for name in target.get(entry.key, ()) if name in serves]
        if entry.key not in target:
            known = [name for name, types_ in target.items() if any(t in serves for t in types_)]
            reading.problem(entry.place, own, "there is no such channel or contact type", name_repair(entry.key, known))
            continue
        if not types:
            reading.problem(
                entry.place,
                own,
                "this group does not serve it",
                f"add it to serves, or reserve for {' or '.join(serves)}" if serves else None,
            )
            continue
        if n is None:
            continue
        best = min(serves[name].rank for name in types)
        worse = [name for name, skill in serves.items() if skill.rank > best and name not in types]
        if not worse:
            reading.warn(entry.place, own, "the group serves nothing of a worse rank: this reserve has no effect")
        for name in worse:
            kept[name] += n
    return {
        name: skill.model_copy(update={"reserve": max(skill.reserve, kept[name])}) for name, skill in serves.items()
    }


def _read_shifts(reading: Reading, node: Node, path: str) -> dict[str, Shift] | None:
    entries = reading.named(node, path, "a mapping of shifts by name")
    found: dict[str, Shift] = {}
    for entry in entries:
        shift = _read_shift(reading, entry, f"{path}.{entry.key}")
        if shift is not None:
            found[entry.key] = shift
    if not entries or len(found) < len(entries):
        return None
    if not any(any(shift.agents) for shift in found.values()):
        reading.warn(node, path, "nobody works on any day")
    return found


def _read_shift(reading: Reading, entry: Entry, path: str) -> Shift | None:
    mapping = reading.mapping(entry.value, path, "a shift such as {hours: 09:00-18:00, mon-fri: 5}")
    if mapping is None:
        return None
    for inner in mapping:
        if (
            inner.key not in ("hours", "break")
            and not is_weekdays(inner.key)
            and not re.match(r"[a-z]{3}[-,]", inner.key)
        ):
            reading.unknown(inner, path, ("hours", "break", "mon", "mon-fri", "sat-sun"))
    days = MappingNode(
        {k: e for k, e in mapping.entries.items() if is_weekdays(k) or re.match(r"[a-z]{3}[-,]", k)}, mapping.place
    )
    agents: list[int | None] = [None] * 7
    for weekdays, inner in reading.weekly(days, path):
        n = reading.scalar(inner.value, f"{path}.{inner.key}", _named_agents)
        for weekday in weekdays:
            agents[weekday] = 0 if n is None else n
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
    return Shift(start=hours[0], end=hours[1], pause=pause, agents=seven([x or 0 for x in agents]))


def _named_agents(text: str) -> int:
    try:
        value = number(text)
    except Unreadable:
        value = 0.0
    if value != int(value):
        raise Unreadable("named agents are whole people", "use a headcount for fractions")
    return count(text, 0, 10_000)


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


def _read_headcount(reading: Reading, node: Node, path: str, period: Period) -> Headcount | None:
    mapping = reading.mapping(node, path, "a headcount such as {file: staffing.csv} or {mon-fri: {09:00-18:00: 5}}")
    if mapping is None:
        return None

    def read() -> Headcount | None:
        return _written_headcount(reading, mapping, path, period)

    return reading.once(mapping, path, read)


def _written_headcount(reading: Reading, mapping: MappingNode, path: str, period: Period) -> Headcount | None:
    node = mapping
    if any(word in mapping for word in ("file", "weekly", "dated")):
        cells = read_cells(reading, mapping, path, "agents", period, RATE)
        if isinstance(cells, DatedCells):
            missing = days_without_rows(cells, period)
            if missing:
                reading.warn(node, path, f"no rows for {spell_dates(missing)}: nobody works on these days")
        _check_head(reading, node, path, cells)
        return cells
    week: list[list[tuple[int, int, float]]] = [[] for _ in range(7)]
    listed = reading.weekly(mapping, path, ("file", "cell"))
    if not mapping.entries:
        reading.problem(node, path, "at least one weekday is expected", "write mon-fri: {09:00-17:00: 2}")
    good = bool(listed)
    for weekdays, entry in listed:
        spans_of_day = _read_spans(reading, entry, f"{path}.{entry.key}")
        for weekday in weekdays:
            week[weekday] = spans_of_day
    try:
        check_overlap([[(a, b) for a, b, _ in day] for day in week])
    except Unreadable as error:
        reading.problem(node, path, error.rule, error.repair)
        good = False
    if not good:
        return None
    spans: list[CountedSpans] = [tuple(sorted(day)) for day in week]
    return WeeklySpans(week=seven(spans))


def _read_spans(reading: Reading, entry: Entry, path: str) -> list[tuple[int, int, float]]:
    mapping = reading.mapping(entry.value, path, "a mapping of hours to numbers such as {09:00-18:00: 5}")
    found: list[tuple[int, int, float]] = []
    for inner in mapping or ():
        try:
            start, end = span(inner.key)
        except Unreadable as error:
            reading.problem(inner.place, path, error.rule, error.repair, inner.key)
            continue
        n = reading.scalar(inner.value, f"{path}.{inner.key}", lambda text: number(text, 0.0, MOST_AGENTS))
        if n is not None:
            found.append((start, end, n))
    return found


def _check_head(reading: Reading, node: Node, path: str, cells: WeeklyCells | DatedCells | None) -> None:
    if cells is None:
        return
    rows = [row for _, row in cells.days] if isinstance(cells, DatedCells) else list(cells.week)
    most = max((x for row in rows for x in row), default=0.0)
    if most > MOST_AGENTS:
        reading.problem(node, path, f"at most {MOST_AGENTS:,} agents are expected, the table has {plain(most)}")
    elif not most > 0:
        reading.warn(node, path, "nobody works on any day")
