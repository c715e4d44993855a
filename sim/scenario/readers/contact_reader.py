"""Reading of contact types: contacts that are given directly, without orders."""

from __future__ import annotations

from collections.abc import Mapping

from sim.scenario.model import Busyness, ContactType
from sim.scenario.model.laws import Law
from sim.scenario.model.logs import Log
from sim.scenario.model.period import Period
from sim.scenario.model.rates import Rate
from sim.scenario.readers.arrival_reader import read_arrivals
from sim.scenario.readers.busyness_reader import NONE, own_busyness
from sim.scenario.readers.handling_reader import read_handling
from sim.scenario.readers.reading import Fields, Reading, words
from sim.scenario.readers.share_reader import read_channel_shares
from sim.scenario.text.nodes import Entry, Node
from sim.scenario.text.problems import name_repair
from sim.scenario.text.words import CONTACT_TYPE, RATE_WORDS


def read_contact_type(
    reading: Reading,
    entry: Entry,
    path: str,
    period: Period,
    channels: Mapping[str, Law | None],
    shared: Busyness,
    reference: Rate | None,
    groups: tuple[str, ...] = (),
    forecast: bool = False,
) -> ContactType | None:
    """Read one contact type.

    Parameters
    ----------
    reading, entry, path : what to read and where problems go.
    period : gives the calendar.
    channels : known channels, with the patience written there (None if none is).
    shared : busyness of the whole scenario.
    reference : rates of the file that first defined this type, or None to take those read here.
    groups : names of the agent groups, to which contacts may be passed on.
    forecast : a forecast covers it, so that it needs no rate of its own.
    """
    mapping = reading.mapping(entry.value, path, "a contact type, a mapping with channel and per_day,")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, CONTACT_TYPE)
    own = _read_channels(fields, tuple(channels))
    arrivals = read_arrivals(reading, mapping, path, period, forecast=forecast)
    log = arrivals if isinstance(arrivals, Log) else None
    if "reference" in mapping and not reading.redraw:
        reference = read_reference(reading, mapping.entries["reference"].value, f"{path}.reference", period)
    busyness = shared
    own_node = fields.node("busyness")
    if own_node is not None:
        busyness = own_busyness(reading, entry, own_node, f"{path}.busyness") or shared
    handling = read_handling(fields, log, own or {}, channels, groups)
    if arrivals is None or own is None:
        return None
    if log is not None:
        reference = None
        if own_node is not None:
            reading.problem(own_node, f"{path}.busyness", "a recorded log is as busy as it was", "remove it")
        busyness = Busyness(factor=NONE)
    elif reference is None and not isinstance(arrivals, Log):
        reference = arrivals
    return ContactType(channels=own, arrivals=arrivals, reference=reference, busyness=busyness, **handling._asdict())


def _read_channels(fields: Fields, channels: tuple[str, ...]) -> dict[str, float] | None:
    """Read `channel: phone`, or `channels: {chat: 60 %, phone: 40 %}`."""
    reading, mapping = fields.reading, fields.mapping
    if "channels" not in mapping:
        name = fields.need("channel", _text, "a contact type needs its channel", "add channel: and its name")
        if name is not None and name not in channels:
            at, path = mapping.entries["channel"].value, fields.at("channel")
            reading.problem(at, path, "there is no such channel", name_repair(name, channels), name)
        return {name: 1.0} if name is not None and name in channels else None
    node = mapping.entries["channels"].value
    if "channel" in mapping:
        rule = "channels are said twice, by channel and by channels"
        reading.problem(mapping.entries["channel"].place, fields.at("channel"), rule, "keep one")
    found = read_channel_shares(reading, node, fields.at("channels"), channels)
    return None if found is None or "channel" in mapping else {name: p for name, p in found.items() if p > 0.0}


def read_reference(
    reading: Reading, node: Node, path: str, period: Period, noun: str = "contact", known: tuple[str, ...] = RATE_WORDS
) -> Rate | None:
    """Read the rates to which random numbers are tied; they have no range."""
    mapping = reading.mapping(node, path, "a mapping with per_day or rate")
    if mapping is None:
        return None
    Fields(reading, mapping, path, known)
    found = read_arrivals(reading, mapping, path, period, noun)
    no_ranges(reading, path)
    return None if isinstance(found, Log) else found


def no_ranges(reading: Reading, path: str) -> None:
    """Note every range below a reference."""
    for ranged in [p for p in reading.ranges if p.startswith(f"{path}.")]:
        rule = "random numbers are tied to the reference, it has no range"
        reading.problem(reading.ranges[ranged][1], ranged, rule, "remove between")


def _text(reading: Reading, node: Node, path: str) -> str | None:
    return reading.text(node, path, words)
