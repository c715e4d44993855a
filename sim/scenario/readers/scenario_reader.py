"""Reading of a whole scenario, and the checks that need more than one of its parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sim.scenario.model import AgentGroup, Observed, OrderDriven, Scenario
from sim.scenario.model.cells import DatedCells
from sim.scenario.model.duties import on_call_duties, working_duties
from sim.scenario.model.headcount import headcount_steps
from sim.scenario.model.hours import clip, open_intervals
from sim.scenario.model.logs import Log
from sim.scenario.model.period import Period
from sim.scenario.model.rates import Rate
from sim.scenario.model.zones import seen_from
from sim.scenario.readers.arrival_reader import read_arrivals
from sim.scenario.readers.observed_reader import read_observed
from sim.scenario.readers.order_reader import read_orders
from sim.scenario.readers.parts_reader import read_parts
from sim.scenario.readers.period_reader import SOMEWHEN, read_period
from sim.scenario.readers.provenance_reader import read_provenance
from sim.scenario.readers.reading import Fields, Reading
from sim.scenario.text.nodes import Entry, MappingNode
from sim.scenario.text.problems import Unreadable
from sim.scenario.text.units import as_duration, plain
from sim.scenario.text.words import CONTACT_RATE, ORDER_RATE, TOP

LANGUAGE = "1"


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
    period = period or SOMEWHEN  # go on, so that all problems are found
    parts = read_parts(
        reading,
        fields,
        period,
        lambda entry, covered: _reference(entry, history, period, covered),
        lambda covered: _orders_reference(tree, history, period, covered),
    )
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
        observed=observed,
        provenance=dict(reading.provenance),
        **parts.pieces,
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
    known = stated.contact_types
    first = None if stated.orders is None else stated.orders.reference
    parts = read_parts(reading, fields, stated.period, lambda entry, _: known[entry.key].reference, lambda _: first)
    return stated.model_copy(update=parts.pieces)


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


def _reference(entry: Entry, history: Sequence[MappingNode], period: Period, covered: bool) -> Rate | None:
    """Give the rates of the first text that has this contact type; None where they are those that hold now.

    Rates of a forecast hold now if the first text has a forecast, too: then its own rates only share it.
    """
    for tree in history:
        section = tree.get("contact_types")
        first = section.get(entry.key) if isinstance(section, MappingNode) else None
        if not isinstance(first, MappingNode):
            continue
        if not isinstance(entry.value, MappingNode) or "reference" in first:
            return None

        def read(node: MappingNode = first) -> Rate | Log | None:
            return read_arrivals(Reading(), node, "", period)

        return _first_rate(
            first, None if covered and "forecast" not in tree else entry.value, CONTACT_RATE, covered, read
        )
    return None


def _orders_reference(tree: MappingNode, history: Sequence[MappingNode], period: Period, covered: bool) -> Rate | None:
    """Give the rate of the orders of the first text that has any; None where it is the one that holds now."""
    now = tree.get("orders")
    for earlier in history:
        first = earlier.get("orders")
        if not isinstance(first, MappingNode) or not isinstance(now, MappingNode):
            continue
        if "reference" in first:
            return None

        def read(node: MappingNode = first) -> Rate | None:
            found = read_orders(Reading(), node, "", period, None)
            return None if found is None else found.rate

        return _first_rate(first, None if covered and "forecast" not in earlier else now, ORDER_RATE, covered, read)
    return None


def _first_rate(
    first: MappingNode,
    now: MappingNode | None,
    words: Sequence[str],
    covered: bool,
    read: Callable[[], Rate | Log | None],
) -> Rate | None:
    """Read a rate as it was first; None if it still holds (`now` is None if something else holds for sure)."""
    if now is not None and (covered or all(first.get(word) is now.get(word) for word in words)):
        return None
    if not any(word in first for word in words if word != "hour"):
        return None
    found = read()
    return None if isinstance(found, Log) else found


def _cross_checks(
    reading: Reading, scenario: Scenario, channel_places: Mapping[str, Any], type_places: Mapping[str, Any]
) -> None:
    """Warn about parts that do not fit together (each is well-formed by itself)."""
    for name in scenario.channels:
        types = [k for k, kind in scenario.kinds.items() if kind.channel == name]
        if not types:
            reading.warn(channel_places[name], f"channels.{name}", "no contact type comes by this channel")
        if scenario.channels[name].open.holiday is not None and not scenario.period.holidays.days:
            rule = "its hours on holidays have no effect: the period keeps no holidays"
            reading.warn(channel_places[name], f"channels.{name}.open", rule, "add holidays: CN to the period")
    for name, kind in scenario.kinds.items():
        if not scenario.groups_serving(name):
            direct = not isinstance(scenario.contact_types[kind.contact_type].arrivals, OrderDriven)
            path = f"{'contact_types' if direct else 'reasons'}.{kind.contact_type}"
            where = "" if name == kind.contact_type else f" on {kind.channel}"
            rule = f"no agent group serves it{where} or its channel {kind.channel}"
            reading.warn(type_places[kind.contact_type], path, rule, f"add {kind.channel} to serves of a group")
    if scenario.period.length < 60:
        reading.warn(
            channel_places[next(iter(channel_places))],
            "period.length",
            f"the period lasts only {as_duration(scenario.period.length)}",
        )
    unmanned(reading, scenario, channel_places)


def unmanned(reading: Reading, scenario: Scenario, places: Mapping[str, Any]) -> None:
    """Warn about channels that are open in the first week of the period while nobody is there to answer at once.

    Only channels whose contacts are lost when closed are looked at, and only groups with shifts or weekly numbers; each
    on the clock of its own time zone. Who is on call is there when needed; a break leaves the others there.
    """
    period = scenario.period
    stop = min(period.length, 10080.0)
    for name, channel in scenario.channels.items():
        types = [k for k, kind in scenario.kinds.items() if kind.channel == name]
        groups = [g for g in scenario.agent_groups.values() if any(t in g.serves for t in types)]
        if channel.when_closed != "lost" or channel.open.always or not groups:
            continue
        if any(g.roster is not None or isinstance(g.headcount, DatedCells) for g in groups):
            continue
        there = clip([span for g in groups for span in _manned(g, period, stop)], 0.0, stop)
        opened = open_intervals(channel.open, period, 0.0, stop)
        bare = sum(b - a for a, b in opened) - sum(
            max(min(b, d) - max(a, c), 0.0) for a, b in opened for c, d in there if c < b and d > a
        )
        if bare > 0.5:
            hours = plain(round(bare / 60, 2))
            when = "a week" if stop == 10080.0 else "of the period"
            reading.warn(
                places[name], f"channels.{name}", f"open for {hours} h {when} while nobody who serves it is on shift"
            )


def _manned(group: AgentGroup, period: Period, stop: float) -> list[tuple[float, float]]:
    """When somebody of a group is there, breaks and training left in [min since start]."""
    found = []
    if group.headcount is not None:
        steps = headcount_steps(group.headcount, seen_from(period, group.time_zone), 0.0, stop)
        found = [(a, b) for a, b, n in zip(steps.edges, steps.edges[1:], steps.values, strict=False) if n > 0.0]
    duties = [*working_duties(group, period, 0.0, stop), *on_call_duties(group, period, 0.0, stop)]
    return found + [(d.stretches[0][0], d.stretches[-1][1]) for d in duties]
