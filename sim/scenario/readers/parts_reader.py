"""Reading of the parts of a scenario that consist of numbers, in the order in which they need each other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from sim.scenario.model import (
    AgentGroup,
    Bot,
    Busyness,
    Channel,
    ContactType,
    RepeatContacts,
    Routing,
)
from sim.scenario.model.kinds import kinds_of
from sim.scenario.model.laws import Law
from sim.scenario.model.logs import Log
from sim.scenario.model.period import Period
from sim.scenario.model.rates import Rate
from sim.scenario.readers.busyness_reader import read_busyness
from sim.scenario.readers.channel_reader import read_channel
from sim.scenario.readers.contact_reader import read_contact_type
from sim.scenario.readers.coverage_reader import only_channel, read_coverage, with_forecast
from sim.scenario.readers.customer_reader import read_customers
from sim.scenario.readers.event_reader import read_event, read_incident
from sim.scenario.readers.first_answer_reader import read_first_answer
from sim.scenario.readers.group_reader import read_agent_group, targets
from sim.scenario.readers.order_reader import read_orders
from sim.scenario.readers.reading import Fields, Reading
from sim.scenario.readers.reason_reader import channel_shares, read_reason
from sim.scenario.readers.repeat_reader import read_repeat_contacts
from sim.scenario.readers.routing_reader import read_routing
from sim.scenario.readers.way_checks import check_ways
from sim.scenario.text.nodes import Entry, MappingNode, Node, Scalar
from sim.scenario.text.problems import Place


class Parts(NamedTuple):
    """The parts of a scenario by the names of its fields, and where channels and contact types are written."""

    pieces: dict[str, Any]
    channel_places: dict[str, Place]
    type_places: dict[str, Place]


def read_parts(
    reading: Reading,
    fields: Fields,
    period: Period,
    reference_of: Callable[[Entry, bool], Rate | None],
    orders_reference: Callable[[bool], Rate | None],
) -> Parts:
    """Read everything that consists of numbers.

    Parameters
    ----------
    reading : where problems go.
    fields : those of the whole file.
    period : gives the calendar.
    reference_of : rates of a contact type before policies, None where they are those that hold here; it is told whether
        a forecast covers the type.
    orders_reference : the same for the orders.
    """

    def section(name: str, read: Callable[[Node], Any], absent: Any) -> Any:
        node = fields.node(name)
        if node is None:
            return absent
        known = node
        found = reading.once(known, name, lambda: read(known))
        return absent if found is None else found

    def named(name: str, read: Callable[[Entry, str], Any]) -> dict[str, Any]:
        node = fields.node(name)
        found: dict[str, Any] = {}
        what = f"a mapping of {name} by name"
        for entry in [] if node is None else reading.named(node, name, what):
            path = f"{name}.{entry.key}"
            piece = reading.once(entry.value, path, partial(read, entry, path))
            if piece is not None:
                found[entry.key] = piece
        return found

    shared_node = fields.node("busyness")
    shared = section("busyness", lambda n: read_busyness(reading, n, "busyness", "all"), Busyness(factor="all"))
    channel_entries = _section(reading, fields, "channels", "add channels: {phone: {service_level: 80 % within 30 s}}")
    reason_entries = [] if fields.node("reasons") is None else _section(reading, fields, "reasons", "")
    type_entries: list[Entry] = []
    if fields.node("contact_types") is not None or not reason_entries:
        type_entries = _section(
            reading, fields, "contact_types", "add contact_types: {call: {channel: phone, per_day: 100}}"
        )
    group_entries = _section(reading, fields, "agent_groups", "add agent_groups: {desk: {serves: {phone: first}, ...}}")
    group_names = tuple(entry.key for entry in group_entries)

    channels: dict[str, Channel] = {}
    patience: dict[str, Law | None] = {entry.key: None for entry in channel_entries}
    for entry in channel_entries:
        path = f"channels.{entry.key}"
        found = reading.once(entry.value, path, partial(read_channel, reading, entry, path, tuple(patience)))
        if found is not None:
            channels[entry.key], patience[entry.key] = found
    orders_node = fields.node("orders")
    names = [*(e.key for e in type_entries), *patience, *([] if orders_node is None else ["orders"])]
    coverage = read_coverage(reading, fields.node("forecast"), period, tuple(dict.fromkeys(names)))
    covered = coverage.covers("orders", None)
    first_orders = orders_reference(covered)
    orders = section(
        "orders", lambda n: read_orders(reading, n, "orders", period, first_orders, forecast=covered), None
    )
    if orders is not None and orders.busyness.factor == shared.factor:
        orders = orders.model_copy(update={"busyness": shared})  # theirs too, unless they have their own
    if reason_entries and orders_node is None:
        reading.problem(
            fields.mapping.entries["reasons"].place,
            "orders",
            "reasons are brought by orders, and there are none",
            "add orders: {per_day: 1000}, or give contacts directly under contact_types",
        )
    contact_types: dict[str, ContactType] = {}
    shares = None
    if any(not isinstance(e.value, MappingNode) or "channels" not in e.value for e in reason_entries):
        shares = channel_shares(reading, channel_entries, channels, fields.node("channels") or fields.mapping)
    for entry in reason_entries:
        path = f"reasons.{entry.key}"
        reason = read_reason(reading, entry, path, channels, group_names, orders, shares)
        if reason is not None:
            contact_types[entry.key] = reason
    type_places = {entry.key: entry.place for entry in reason_entries}
    tied = [] if first_orders is None else ["orders"]
    for entry in type_entries:
        path = f"contact_types.{entry.key}"
        if entry.key in type_places:
            rule = f"a reason has this name too (line {type_places[entry.key].line})"
            reading.problem(entry.place, path, rule, "rename one of them")
            continue
        type_places[entry.key] = entry.place
        covered = coverage.covers(entry.key, only_channel(entry.value))
        reference = reference_of(entry, covered)
        if reference is not None or (isinstance(entry.value, MappingNode) and "reference" in entry.value):
            tied.append(entry.key)
        contact_type = read_contact_type(
            reading, entry, path, period, patience, shared, reference, group_names, covered
        )
        if contact_type is not None:
            contact_types[entry.key] = contact_type
    contact_types, orders = with_forecast(reading, coverage, contact_types, orders, period, tied)
    factors = [one.busyness.factor for one in contact_types.values()]
    factors += [] if orders is None else [orders.busyness.factor]
    if shared_node is None and shared.factor in factors:
        reading.default("busyness", "none", "days differ by weekday and chance (Poisson) only")
    types = tuple(type_places)
    logs = tuple(name for name, one in contact_types.items() if isinstance(one.arrivals, Log))
    customers = section("customers", lambda n: read_customers(reading, n, "customers"), {})
    first_answers = {
        name: section(name, partial(_first_answer, reading, name, period, channels, types), None)
        for name in ("self_service", "bot")
    }
    repeats = section(
        "repeat_contacts",
        lambda n: read_repeat_contacts(reading, n, "repeat_contacts", channels, types),
        RepeatContacts(),
    )
    bots = [b for b in first_answers.values() if b is not None]
    kinds = kinds_of(contact_types, channels, repeats, bots)
    check_ways(reading, fields, channels, kinds, repeats)
    unread = {e.key: _said_channel(e) for e in type_entries if e.key not in contact_types}
    target = targets(reading, kinds, unread, patience, type_places)
    groups: dict[str, AgentGroup] = {}
    for entry in group_entries:
        path = f"agent_groups.{entry.key}"
        read_group = partial(read_agent_group, reading, entry, path, target, channels, period, kinds, group_names)
        group = reading.once(entry.value, path, read_group)
        if group is not None:
            groups[entry.key] = group
    pieces = {
        "orders": orders,
        "contact_types": contact_types,
        "customers": customers,
        "channels": channels,
        **first_answers,
        "agent_groups": groups,
        "routing": section("routing", lambda n: read_routing(reading, n, "routing", target), Routing()),
        "repeat_contacts": repeats,
        "events": named(
            "events", lambda entry, path: read_event(reading, entry, path, period, types, logs, orders_node is not None)
        ),
        "incidents": named("incidents", lambda entry, path: read_incident(reading, entry, path, period, types, logs)),
    }
    return Parts(pieces, {e.key: e.place for e in channel_entries}, type_places)


def _first_answer(
    reading: Reading, name: str, period: Period, channels: dict[str, Channel], types: tuple[str, ...], node: Node
) -> Bot | None:
    return read_first_answer(reading, node, name, period, channels, types)


def _said_channel(entry: Entry) -> str | None:
    """Channel that a contact type names, also where the rest of it could not be read."""
    said = entry.value.get("channel") if isinstance(entry.value, MappingNode) else None
    return said.text if isinstance(said, Scalar) else None


def _section(reading: Reading, fields: Fields, name: str, repair: str) -> list[Entry]:
    node = fields.node(name)
    if node is None:
        reading.problem(fields.mapping, name, f"a scenario needs its {name.replace('_', ' ')}", repair)
        return []
    if isinstance(node, Scalar) and node.empty:
        reading.problem(node, name, "at least one is expected here", repair)
        return []
    return reading.named(node, name, f"a mapping of {name.replace('_', ' ')} by name")
