"""Reading of a whole scenario, and the checks that need more than one of its parts."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from sim.scenario.model import AgentGroup, Busyness, Channel, ContactType, Observed, Scenario
from sim.scenario.model.headcount import WeeklySpans
from sim.scenario.model.laws import Law
from sim.scenario.model.logs import Log
from sim.scenario.model.period import Period, calendar_days
from sim.scenario.model.rates import Rate
from sim.scenario.readers.channel_reader import read_channel
from sim.scenario.readers.contact_reader import read_arrivals, read_busyness, read_contact_type
from sim.scenario.readers.group_reader import read_agent_group, targets
from sim.scenario.readers.observed_reader import read_observed
from sim.scenario.readers.provenance_reader import read_provenance
from sim.scenario.readers.reading import Fields, Reading
from sim.scenario.text.nodes import Entry, MappingNode, Node, Scalar
from sim.scenario.text.problems import Place, Unreadable, name_repair
from sim.scenario.text.units import as_duration, date_time, duration, duration_parts, plain
from sim.scenario.text.words import PERIOD, TOP

LANGUAGE = "1"
LONGEST_PERIOD = 1100 * 1440.0  # three years [min]
LONGEST_WARM_UP = 400 * 1440.0
USUAL_LENGTH = 7  # days
CHOSEN = "the calendar is chosen, not measured: it has no range"
_SOMEWHEN = Period(start=datetime(2026, 1, 5), length=10080.0)


def read_scenario(reading: Reading, tree: MappingNode, history: Sequence[MappingNode], name: str) -> Scenario | None:
    """Read a complete scenario.

    Parameters
    ----------
    reading : where problems go.
    tree : the merged text of base, policies and changes.
    history : the same after the base alone, after the first policy, ... : the first one that has a contact type
        gives its reference rates.
    name : title to take if none is written.

    Returns
    -------
    The scenario, or None; it is to be used only if `reading` has no problems.
    """
    fields = Fields(reading, tree, "", TOP)
    _check_version(reading, tree)
    title = fields.take("title", lambda r, n, p: r.text(n, p, _line), name, name, "the name of the file")
    question = fields.take("question", lambda r, n, p: r.text(n, p, lambda text: text), "")
    period = fields.need(
        "period", read_period, "a scenario needs its period", "add period: {start: 2026-03-02, length: 7 d}"
    )
    period = period or _SOMEWHEN  # go on, so that all problems are found
    parts = _read_parts(reading, fields, period, lambda entry: _reference(entry, history, period))
    nothing: tuple[Observed, ...] = ()
    observed = fields.take("observed", lambda r, n, p: read_observed(r, n, p, parts.channel_places), nothing)
    if fields.node("provenance") is not None:
        read_provenance(reading, tree.entries["provenance"].value)
    if reading.problems:
        return None
    scenario = Scenario(
        title=title,
        question=question,
        period=period,
        contact_types=parts.contact_types,
        channels=parts.channels,
        agent_groups=parts.groups,
        observed=observed,
        provenance=dict(reading.provenance),
    )
    _cross_checks(reading, scenario, parts.channel_places, parts.type_places)
    return scenario.model_copy(update={"defaults": tuple(reading.defaults), "warnings": tuple(reading.warnings)})


def reread(reading: Reading, tree: MappingNode, stated: Scenario) -> Scenario:
    """Read a scenario again of which only numbers have changed; period, references and what is only shown stay.

    Parameters
    ----------
    reading : a redraw, with the memory of the first reading.
    tree : the text with the changed numbers.
    stated : the scenario as first read.

    Returns
    -------
    The scenario; it is to be used only if `reading` has no problems.
    """
    fields = Fields(reading, tree, "", TOP)
    kinds = stated.contact_types
    parts = _read_parts(reading, fields, stated.period, lambda entry: kinds[entry.key].reference)
    changed = {"contact_types": parts.contact_types, "channels": parts.channels, "agent_groups": parts.groups}
    return stated.model_copy(update=changed)


class _Parts(NamedTuple):
    """Channels, contact types and agent groups, and where the first two are written."""

    channels: dict[str, Channel]
    contact_types: dict[str, ContactType]
    groups: dict[str, AgentGroup]
    channel_places: dict[str, Place]
    type_places: dict[str, Place]


def _read_parts(
    reading: Reading, fields: Fields, period: Period, reference_of: Callable[[Entry], Rate | None]
) -> _Parts:
    """Read everything that consists of numbers."""
    shared = Busyness(factor="all")
    shared_node = fields.node("busyness")
    if shared_node is not None:
        known = shared_node
        shared = reading.once(known, "busyness", lambda: read_busyness(reading, known, "busyness", "all")) or shared
    channel_entries = _section(reading, fields, "channels", "add channels: {phone: {service_level: 80 % within 30 s}}")
    type_entries = _section(
        reading, fields, "contact_types", "add contact_types: {call: {channel: phone, per_day: 100}}"
    )
    group_entries = _section(reading, fields, "agent_groups", "add agent_groups: {desk: {serves: {phone: first}, ...}}")

    channels: dict[str, Channel] = {}
    patience: dict[str, Law | None] = {entry.key: None for entry in channel_entries}
    for entry in channel_entries:
        path = f"channels.{entry.key}"
        found = reading.once(entry.value, path, partial(read_channel, reading, entry, path, tuple(patience)))
        if found is not None:
            channels[entry.key], patience[entry.key] = found
    contact_types: dict[str, ContactType] = {}
    channel_of: dict[str, str | None] = {}
    for entry in type_entries:
        path = f"contact_types.{entry.key}"
        said = entry.value.get("channel") if isinstance(entry.value, MappingNode) else None
        channel_of[entry.key] = said.text if isinstance(said, Scalar) else None
        reference = reference_of(entry)
        contact_type = read_contact_type(reading, entry, path, period, patience, shared, reference)
        if contact_type is not None:
            contact_types[entry.key] = contact_type
    if shared_node is None and any(c.busyness.factor == "all" for c in contact_types.values()):
        reading.default("busyness", "none", "days differ by weekday and chance (Poisson) only")
    type_places = {entry.key: entry.place for entry in type_entries}
    target = targets(reading, channel_of, patience, type_places)
    groups: dict[str, AgentGroup] = {}
    for entry in group_entries:
        path = f"agent_groups.{entry.key}"
        read_group = partial(read_agent_group, reading, entry, path, target, patience, period)
        group = reading.once(entry.value, path, read_group)
        if group is not None:
            groups[entry.key] = group
    return _Parts(channels, contact_types, groups, {e.key: e.place for e in channel_entries}, type_places)


def _line(text: str) -> str:
    if not text.strip():
        raise Unreadable("a text is expected")
    return text


def _check_version(reading: Reading, tree: MappingNode) -> None:
    node = tree.get("aftersim")
    if node is None:
        reading.problem(tree, "aftersim", "the version of the language is missing", f"add aftersim: {LANGUAGE}")
        return

    def parse(text: str) -> str:
        if text != LANGUAGE:
            raise Unreadable(f"this program reads version {LANGUAGE} of the language", f"write aftersim: {LANGUAGE}")
        return text

    reading.text(node, "aftersim", parse)


def _section(reading: Reading, fields: Fields, name: str, repair: str) -> list[Entry]:
    node = fields.node(name)
    if node is None:
        reading.problem(fields.mapping, name, f"a scenario needs its {name.replace('_', ' ')}", repair)
        return []
    if isinstance(node, Scalar) and node.empty:
        reading.problem(node, name, "at least one is expected here", repair)
        return []
    return reading.named(node, name, f"a mapping of {name.replace('_', ' ')} by name")


def read_period(reading: Reading, node: Node, path: str) -> Period | None:
    """Read `{start: 2026-03-02, length: 7 d, warm_up: 0 d, time_zone: Europe/Berlin}`.

    Whole days and weeks are days of the calendar (a day may have 23 or 25 hours), other units are elapsed time.
    """
    mapping = reading.mapping(node, path, "a period such as {start: 2026-03-02, length: 7 d}")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, PERIOD)
    start = fields.need(
        "start", lambda r, n, p: r.text(n, p, _start), "a period needs its start", "add start: 2026-03-02"
    )
    zone = fields.take("time_zone", lambda r, n, p: r.text(n, p, _time_zone), "UTC", "UTC", "no time zone is written")
    begin = start or _SOMEWHEN.start
    default = calendar_days(begin, USUAL_LENGTH, zone)
    length = fields.take(
        "length",
        lambda r, n, p: r.scalar(n, p, lambda text: _span_of_days(text, begin, zone, 1), CHOSEN),
        default,
        f"{USUAL_LENGTH} d",
        "no length is written",
    )
    warm_up = fields.take(
        "warm_up",
        lambda r, n, p: r.scalar(n, p, lambda text: _span_of_days(text, begin, zone, -1), CHOSEN),
        0.0,
        "0 d",
        "no warm-up is written",
    )
    if start is None:
        return None
    made = Period(start=start, length=length, warm_up=warm_up, time_zone=zone)
    if not made.exists(start) and (start.hour or start.minute):
        reading.problem(
            mapping.entries["start"].value, f"{path}.start", f"the clocks of {zone} skip this time on that day"
        )
        return None
    return made


def _start(text: str) -> datetime:
    local = date_time(text)
    if local.tzinfo is not None:
        raise Unreadable("the start is local time, without offset", "write the zone under time_zone")
    if local.microsecond:
        raise Unreadable("a start on a whole second is expected")
    if not 1971 <= local.year <= 2199:
        raise Unreadable("a year from 1971 to 2199 is expected")
    return local


def _time_zone(text: str) -> str:
    try:
        if not text or text.startswith((".", "/")) or len(text) > 100:
            raise ValueError
        zoneinfo.ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        known = sorted(zoneinfo.available_timezones()) if len(text) <= 100 else []
        repair = name_repair(text, known) if text and known else None
        if repair is None or not repair.startswith("did"):
            last = [zone for zone in known if zone.rsplit("/", 1)[-1].lower() == text.rsplit("/", 1)[-1].lower()]
            repair = f"did you mean {last[0]}?" if last and text else "write UTC or a name such as Europe/Berlin"
        raise Unreadable("a time zone such as Europe/Berlin is expected", repair) from None
    return text


def _span_of_days(text: str, start: datetime, zone: str, sign: int) -> float:
    """Read a length of time from the start on (sign 1) or back from it (sign -1)."""
    minutes = duration(text, 0.0, LONGEST_PERIOD if sign > 0 else LONGEST_WARM_UP)
    if sign > 0 and not minutes > 0:
        raise Unreadable("a duration above zero is expected")
    if all(unit in ("d", "w") for _, unit in duration_parts(text)) and minutes % 1440 == 0:
        return abs(calendar_days(start, sign * round(minutes / 1440), zone))
    return minutes


def _reference(entry: Entry, history: Sequence[MappingNode], period: Period) -> Rate | None:
    """Give the rates of the first text that has this contact type; None where it is the current one."""
    for tree in history:
        section = tree.get("contact_types")
        first = section.get(entry.key) if isinstance(section, MappingNode) else None
        if not isinstance(first, MappingNode):
            continue
        if not isinstance(entry.value, MappingNode) or "reference" in first:
            return None
        if all(first.get(word) is entry.value.get(word) for word in ("per_day", "hour", "rate", "log")):
            return None
        found = read_arrivals(Reading(), first, "", period)
        return None if isinstance(found, Log) else found
    return None


def _cross_checks(
    reading: Reading, scenario: Scenario, channel_places: Mapping[str, Any], type_places: Mapping[str, Any]
) -> None:
    """Warn about parts that do not fit together (each is well-formed by itself)."""
    for name in scenario.channels:
        types = [t for t, c in scenario.contact_types.items() if c.channel == name]
        if not types:
            reading.warn(channel_places[name], f"channels.{name}", "no contact type comes by this channel")
    for name, contact_type in scenario.contact_types.items():
        if not scenario.groups_serving(name):
            rule = f"no agent group serves it or its channel {contact_type.channel}"
            reading.warn(
                type_places[name], f"contact_types.{name}", rule, f"add {contact_type.channel} to serves of a group"
            )
    if scenario.period.length < 60:
        reading.warn(
            channel_places[next(iter(channel_places))],
            "period.length",
            f"the period lasts only {as_duration(scenario.period.length)}",
        )
    unmanned(reading, scenario, channel_places)


def unmanned(reading: Reading, scenario: Scenario, places: Mapping[str, Any]) -> None:
    """Warn about channels that are open at hours of the week when nobody is there to answer at once.

    Only channels whose contacts are lost when closed are looked at, and only groups with weekly shifts or hours.
    """
    for name, channel in scenario.channels.items():
        types = [t for t, c in scenario.contact_types.items() if c.channel == name]
        groups = [g for g in scenario.agent_groups.values() if any(t in g.serves for t in types)]
        if channel.when_closed != "lost" or channel.open.always or not groups:
            continue
        covered = [False] * 10080
        known = True
        for group in groups:
            if group.shifts is not None:
                spans = [(d, s.start, s.end) for s in group.shifts.values() for d in range(7) if s.agents[d]]
            elif isinstance(group.headcount, WeeklySpans):
                spans = [(d, a, b) for d in range(7) for a, b, n in group.headcount.week[d] if n > 0]
            else:
                known = False
                break
            for d, a, b in spans:
                for minute in range(d * 1440 + a, d * 1440 + b):
                    covered[minute % 10080] = True
        if not known:
            continue
        bare = sum(
            1
            for d in range(7)
            for a, b in channel.open.week[d]
            for minute in range(d * 1440 + a, d * 1440 + b)
            if not covered[minute % 10080]
        )
        if bare:
            hours = plain(round(bare / 60, 2))
            reading.warn(
                places[name], f"channels.{name}", f"open for {hours} h a week while nobody who serves it is on shift"
            )
