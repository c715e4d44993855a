"""Kinds of contact: each contact type on each channel on which it can come in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sim.scenario.model.channel import Channel
from sim.scenario.model.contact import ContactType, Kind
from sim.scenario.model.first_answer import Bot
from sim.scenario.model.laws import scaled
from sim.scenario.model.repeats import RepeatContacts


def kinds_of(
    contact_types: Mapping[str, ContactType],
    channels: Mapping[str, Channel],
    repeats: RepeatContacts,
    first: Iterable[Bot],
) -> dict[str, Kind]:
    """List what agents face, by name, in the order of types and channels.

    Parameters
    ----------
    contact_types, channels : of the scenario.
    repeats : who comes again, and on which channel.
    first : self-service and bot, if there are any.
    """
    found: dict[str, Kind] = {}
    for name, contact_type in contact_types.items():
        for channel in _reachable(name, contact_type, channels, repeats, tuple(first)):
            alone = len(contact_type.channels) == 1 and channel in contact_type.channels
            kind = name if alone else f"{channel}/{name}"
            way = channels[channel]
            own = (
                contact_type.patience if channel in contact_type.channels else None
            )  # who is sent to mail waits as for mail
            handle_time = scaled(contact_type.handle_time_on.get(channel, contact_type.handle_time), way.effort)
            found[kind] = Kind(
                name=kind,
                contact_type=name,
                channel=channel,
                handle_time=handle_time,
                after_contact_work=contact_type.after_contact_work,
                patience=way.patience if own is None else own,
            )
    return found


def _reachable(
    name: str,
    contact_type: ContactType,
    channels: Mapping[str, Channel],
    repeats: RepeatContacts,
    first: tuple[Bot, ...],
) -> tuple[str, ...]:
    """Channels on which a type can come in: its own, and those it is sent or comes back to."""
    found = [c for c, share in contact_type.channels.items() if share > 0.0 and c in channels]
    for channel in found:  # grows while it is walked
        way = channels[channel]
        more = [] if way.open.always else [way.when_closed]
        for repeat in (repeats.abandoned, repeats.blocked, repeats.closed, repeats.unresolved):
            if repeat is not None and repeat.share_of(name) > 0.0:
                more += [c for c, share in repeat.to.items() if share > 0.0]
        if channel in repeats.overdue:
            more += [c for c, share in repeats.overdue[channel].to.items() if share > 0.0]
        for bot in first:
            if channel in bot.channels and bot.false_containment is not None:
                more += [c for c, share in bot.false_containment.to.items() if share > 0.0]
        found += [c for c in dict.fromkeys(more) if c in channels and c not in found]
    return tuple(c for c in channels if c in found)
