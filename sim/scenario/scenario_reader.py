"""Reading of a whole scenario, and the checks that need more than one of its parts."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sim.scenario.channel_reader import read_channel
from sim.scenario.contact_reader import read_arrivals, read_busyness, read_contact_type
from sim.scenario.group_reader import read_agent_group, targets
from sim.scenario.headcount import WeeklySpans
from sim.scenario.laws import Law
from sim.scenario.logs import Log
from sim.scenario.model import AgentGroup, Busyness, Channel, ContactType, Observed, Provenance, Scenario
from sim.scenario.nodes import Entry, MappingNode, Node, Scalar, SequenceNode
from sim.scenario.observed_reader import read_observed
from sim.scenario.period import Period, calendar_days
from sim.scenario.problems import Unreadable, name_repair
from sim.scenario.rates import Rate
from sim.scenario.reading import Fields, Reading, read_yes_no, words
from sim.scenario.units import as_duration, date_time, duration, duration_parts, plain
from sim.scenario.words import PERIOD, PROVENANCE, TOP

LANGUAGE = "1"
LONGEST_PERIOD = 1100 * 1440.0  # three years [min]
LONGEST_WARM_UP = 400 * 1440.0
USUAL_LENGTH = 7  # days
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
    shared = Busyness(factor="all")
    shared_node = fields.node("busyness")
    if shared_node is not None:
        shared = read_busyness(reading, shared_node, "busyness", "all") or shared

    channel_entries = _section(reading, fields, "channels", "add channels: {phone: {service_level: 80 % within 30 s}}")
    type_entries = _section(
        reading, fields, "contact_types", "add contact_types: {call: {channel: phone, per_day: 100}}"
    )
    group_entries = _section(reading, fields, "agent_groups", "add agent_groups: {desk: {serves: {phone: first}, ...}}")

    channels: dict[str, Channel] = {}
    patience: dict[str, Law | None] = {entry.key: None for entry in channel_entries}
    for entry in channel_entries:
        found = read_channel(reading, entry, f"channels.{entry.key}", tuple(patience))
        if found is not None:
            channels[entry.key], patience[entry.key] = found
    contact_types: dict[str, ContactType] = {}
    channel_of: dict[str, str | None] = {}
    for entry in type_entries:
        path = f"contact_types.{entry.key}"
        said = entry.value.get("channel") if isinstance(entry.value, MappingNode) else None
        channel_of[entry.key] = said.text if isinstance(said, Scalar) else None
        reference = _reference(entry, history, period)
        contact_type = read_contact_type(reading, entry, path, period, patience, shared, reference)
        if contact_type is not None:
            contact_types[entry.key] = contact_type
    if shared_node is None and any(c.busyness.factor == "all" for c in contact_types.values()):
        reading.default("busyness", "none", "days differ by weekday and chance (Poisson) only")
    target = targets(reading, channel_of, patience, {entry.key: entry.place for entry in type_entries})
    groups: dict[str, AgentGroup] = {}
    for entry in group_entries:
        group = read_agent_group(reading, entry, f"agent_groups.{entry.key}", target, patience, period)
        if group is not None:
            groups[entry.key] = group
    nothing: tuple[Observed, ...] = ()
    observed = fields.take("observed", lambda r, n, p: read_observed(r, n, p, patience), nothing)
    if fields.node("provenance") is not None:
        _read_provenance(reading, tree.entries["provenance"].value)
    if reading.problems:
        return None
    scenario = Scenario(
        title=title,
        question=question,
        period=period,
        contact_types=contact_types,
        channels=channels,
        agent_groups=groups,
        observed=observed,
        provenance=dict(reading.provenance),
    )
    _cross_checks(
        reading, scenario, {e.key: e.place for e in [*channel_entries]}, {e.key: e.place for e in type_entries}
    )
    return scenario.model_copy(update={"defaults": tuple(reading.defaults), "warnings": tuple(reading.warnings)})


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
        lambda r, n, p: r.scalar(n, p, lambda text: _span_of_days(text, begin, zone, 1)),
        default,
        f"{USUAL_LENGTH} d",
        "no length is written",
    )
    warm_up = fields.take(
        "warm_up",
        lambda r, n, p: r.scalar(n, p, lambda text: _span_of_days(text, begin, zone, -1)),
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


def _read_provenance(reading: Reading, node: Node) -> None:
    """Read the ranges and sources that a resolved scenario lists by path."""
    mapping = reading.mapping(node, "provenance", "a mapping of paths to {between, source, assumed}")
    for entry in mapping or ():
        own = f"provenance.{entry.key}"
        inner = reading.mapping(entry.value, own, "a mapping such as {between: [8 %, 13 %], assumed: true}")
        if inner is None:
            continue
        fields = Fields(reading, inner, own, PROVENANCE[1:])
        ends = fields.node("between")
        between: tuple[str, str] | None = None
        if ends is not None:
            if (
                isinstance(ends, SequenceNode)
                and len(ends.items) == 2
                and all(isinstance(i, Scalar) for i in ends.items)
            ):
                low, high = (i.text for i in ends.items if isinstance(i, Scalar))
                between = (low, high)
            else:
                reading.problem(ends, f"{own}.between", "a range [low, high] is expected")
        source: str | None = fields.take("source", lambda r, n, p: r.text(n, p, words), None)
        assumed = fields.take("assumed", read_yes_no, False)
        reading.provenance[entry.key] = Provenance(between=between, source=source, assumed=assumed)


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
