"""Checks of the ways that contacts take between channels: they end somewhere, and are taken by somebody."""

from __future__ import annotations

from collections.abc import Mapping

from sim.scenario.model import Channel, Kind, RepeatContacts
from sim.scenario.model.laws import Never
from sim.scenario.readers.reading import Fields, Reading
from sim.scenario.text.nodes import MappingNode, Node


def check_ways(
    reading: Reading,
    fields: Fields,
    channels: Mapping[str, Channel],
    kinds: Mapping[str, Kind],
    repeats: RepeatContacts,
) -> None:
    """Note channels that send contacts in a circle while closed, and warn where nobody gives up.

    Parameters
    ----------
    reading : where problems go.
    fields : those of the whole file, which tell the places.
    channels, kinds, repeats : of the scenario.
    """
    _circles(reading, fields, channels)
    patient = [name for name, way in channels.items() if way.balking == 0.0 and not _gives_up(name, kinds)]
    for name in patient:
        if channels[name].silent_share > 0.0 and any(kind.channel == name for kind in kinds.values()):
            rule = "nobody gives up on this channel, so nobody leaves unnoticed"
            place = _at(fields, "channels", name, "silent_share")
            reading.warn(place, f"channels.{name}.silent_share", rule, "write its patience")
    again = repeats.abandoned
    if again is None or not kinds or not any(again.share_of(kind.contact_type) > 0.0 for kind in kinds.values()):
        return
    if len(patient) == len(channels):
        rule = "no channel has a patience and nobody gives up, so nobody comes again"
        place = _at(fields, "repeat_contacts", "abandoned")
        reading.warn(place, "repeat_contacts.abandoned", rule, "write the patience of a channel")


def _gives_up(channel: str, kinds: Mapping[str, Kind]) -> bool:
    return any(kind.channel == channel and not isinstance(kind.patience, Never) for kind in kinds.values())


def _circles(reading: Reading, fields: Fields, channels: Mapping[str, Channel]) -> None:
    """Note each circle of closed channels once, at its first channel."""
    known: set[str] = set()
    for first in channels:
        way: list[str] = []
        name = first
        while name in channels and name not in known and not channels[name].open.always:
            known.add(name)
            way.append(name)
            name = channels[name].when_closed
        if name in way:
            circle = way[way.index(name) :]
            shown = " -> ".join([*circle, name])
            rule = f"closed channels send contacts in a circle: {shown}"
            place = _at(fields, "channels", name, "when_closed")
            reading.problem(place, f"channels.{name}.when_closed", rule, "let one of them say wait, come_back or lost")


def _at(fields: Fields, *names: str) -> Node:
    """Give the node at a path, or the nearest one above it."""
    node: Node = fields.mapping
    for name in names:
        inner = node.get(name) if isinstance(node, MappingNode) else None
        if inner is None:
            break
        node = inner
    return node
