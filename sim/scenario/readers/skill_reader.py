"""Reading of what agent groups serve: names that stand for kinds of contact, ranks, reserves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sim.scenario.model import Channel, Kind, Skill
from sim.scenario.readers.law_reader import a_duration
from sim.scenario.readers.reading import Fields, Reading
from sim.scenario.readers.signal_reader import read_signal
from sim.scenario.text.nodes import Entry, MappingNode, Node
from sim.scenario.text.problems import Place, Unreadable, name_repair
from sim.scenario.text.units import count, number, share
from sim.scenario.text.words import ORDINALS, SKILL

MOST_AGENTS = 100_000
MOST_OPEN = 100
LARGEST_FACTOR = 100.0
UNKNOWN = "there is no such channel or contact type"


class Named(NamedTuple):
    """Kinds of contact that a name stands for; a name of a higher level goes before one of a lower."""

    kinds: tuple[str, ...]
    level: int


CHANNEL, CONTACT_TYPE, KIND = 0, 1, 2

Target = dict[str, Named]
"""What names mean in `serves` and `interrupts`: channels, contact types, and `channel/type`."""


def targets(
    reading: Reading,
    kinds: Mapping[str, Kind],
    unread: Mapping[str, str | None],
    channels: Iterable[str],
    places: Mapping[str, Place],
) -> Target:
    """List what an agent group can serve: each kind, and each channel and contact type for all of its kinds.

    Parameters
    ----------
    reading : where a name that means two things is noted.
    kinds : the kinds of contact.
    unread : channel of each contact type that could not be read (None if unknown).
    channels : names of all channels.
    places : where each contact type is written.
    """
    pairs = [(k.name, k.contact_type, k.channel) for k in kinds.values()]
    pairs += [(name, name, channel or "") for name, channel in unread.items()]
    by_channel: dict[str, tuple[str, ...]] = dict.fromkeys(channels, ())
    by_type: dict[str, tuple[str, ...]] = dict.fromkeys(places, ())
    found: Target = {}
    for name, contact_type, channel in pairs:
        if channel in by_channel:
            by_channel[channel] = (*by_channel[channel], name)
        by_type[contact_type] = (*by_type.get(contact_type, ()), name)
        found[f"{channel}/{contact_type}"] = Named((name,), KIND)
    named = {channel: Named(members, CHANNEL) for channel, members in by_channel.items()}
    for name, members in by_type.items():
        if name not in named:
            named[name] = Named(members, CONTACT_TYPE)
        elif named[name].kinds != members:
            rule = "a channel and a contact type have this name and do not mean the same contacts"
            reading.problem(places[name], f"contact_types.{name}", rule, "rename one of them")
    return {**named, **found}


def channels_of(target: Target) -> tuple[str, ...]:
    """Names of all channels, also of those that could not be read."""
    return tuple(name for name, named in target.items() if named.level == CHANNEL)


def known_names(target: Target, served: Iterable[str] | None = None) -> list[str]:
    """Names to propose: channels and contact types, and pairs where a type comes by several channels.

    Parameters
    ----------
    target : what names mean.
    served : kinds of which a name must mean at least one; None for no such limit.
    """
    kinds = None if served is None else set(served)
    shown = [name for name, named in target.items() if named.level != KIND or named.kinds == (name,)]
    return shown if kinds is None else [name for name in shown if kinds & set(target[name].kinds)]


def a_factor(text: str) -> float:
    """Read a factor above zero, as a number or a share.

    Examples
    --------
    >>> a_factor("1.1"), a_factor("67 %")
    (1.1, 0.67)
    """
    value = share(text, 0.0, LARGEST_FACTOR) if "%" in text else number(text, 0.0, LARGEST_FACTOR)
    if not value > 0:
        raise Unreadable("a factor above zero is expected")
    return value


def read_factor(reading: Reading, node: Node, path: str) -> float | None:
    """Read a factor on a speed, such as `0.9` or `90 %`."""
    return reading.scalar(node, path, a_factor)


def read_rank(text: str) -> int:
    """Read a rank: first, second, ... or a whole number from 1 on.

    Examples
    --------
    >>> read_rank("second"), read_rank("3")
    (2, 3)
    """
    if text in ORDINALS:
        return ORDINALS.index(text) + 1
    try:
        return count(text, 1, 100)
    except Unreadable:
        repair = name_repair(text, ORDINALS) if text else None
        raise Unreadable(
            "a rank such as first, second or 3 is expected", repair if repair and "mean" in repair else None
        ) from None


def read_serves(
    reading: Reading,
    node: Node,
    path: str,
    target: Target,
    channels: Mapping[str, Channel],
    kinds: Mapping[str, Kind],
    languages: tuple[str, ...] | None,
) -> dict[str, Skill] | None:
    """Read what a group serves, as skills by kind of contact.

    Parameters
    ----------
    reading, node, path : what to read and where problems go.
    target : what names mean; what is said of `channel/type` goes before what is said of a type, that before what is
        said of a channel.
    channels : those that could be read.
    kinds : the kinds of contact.
    languages : that the group speaks, None for all: it serves no channel in another one.
    """
    mapping = reading.mapping(node, path, "a mapping of channels or contact types to ranks")
    if mapping is None:
        return None
    if not mapping.entries:
        reading.problem(node, path, "at least one is expected here", "write {phone: first}")
        return None
    found: dict[str, tuple[int, Skill]] = {}
    for entry in mapping:
        own = f"{path}.{entry.key}"
        named = target.get(entry.key)
        if named is None:
            reading.problem(entry.place, own, UNKNOWN, name_repair(entry.key, known_names(target)))
            continue
        skill = _read_skill(reading, entry.value, own, target, channels)
        if not named.kinds and named.level == CHANNEL:
            reading.warn(entry.place, own, "no contact type comes by this channel")
        spoken = _spoken(reading, entry, own, named, channels, kinds, languages)
        if skill is None:
            continue
        for name in spoken:
            if name not in found or found[name][0] < named.level:
                found[name] = (named.level, skill)
    return {name: skill for name, (_, skill) in found.items()}


def _spoken(
    reading: Reading,
    entry: Entry,
    path: str,
    named: Named,
    channels: Mapping[str, Channel],
    kinds: Mapping[str, Kind],
    languages: tuple[str, ...] | None,
) -> list[str]:
    """Leave out kinds on channels in a language that the group does not speak; a name of nothing else is noted."""
    if languages is None:
        return list(named.kinds)

    def foreign(channel: str) -> str | None:
        language = channels[channel].language if channel in channels else None
        return None if language in languages else language

    spoken = [name for name in named.kinds if name not in kinds or foreign(kinds[name].channel) is None]
    others = [entry.key] if named.level == CHANNEL else [kinds[name].channel for name in named.kinds if name in kinds]
    lacking = list(dict.fromkeys(language for channel in others if (language := foreign(channel)) is not None))
    if lacking and not spoken:
        said = " and ".join(lacking)
        rule = f"its language is {said}, the group speaks {' and '.join(languages)}"
        reading.problem(entry.place, path, rule, f"add {said} to its languages, or remove this")
    return spoken


def _read_skill(
    reading: Reading, node: Node, path: str, target: Target, channels: Mapping[str, Channel]
) -> Skill | None:
    if not isinstance(node, MappingNode) or "value" in node:
        rank = reading.scalar(node, path, read_rank)
        return None if rank is None else Skill(rank=rank)
    fields = Fields(reading, node, path, SKILL)
    rank = fields.need("rank", lambda r, n, p: r.scalar(n, p, read_rank), "a skill needs its rank", "add rank: 1")
    after = fields.take("after", lambda r, n, p: r.scalar(n, p, a_duration), 0.0)
    speed = fields.take("speed", read_factor, 1.0)
    reserve = fields.take("reserve", _read_reserve, 0)
    most = fields.take("most", lambda r, n, p: r.scalar(n, p, lambda text: count(text, 1, MOST_OPEN)), None)
    when = fields.take("when", lambda r, n, p: read_signal(r, n, p, channels, channels_of(target)), None)
    if rank is None:
        return None
    return Skill(rank=rank, after=after, speed=speed, reserve=reserve, most=most, when=when)


def _read_reserve(reading: Reading, node: Node, path: str) -> int | None:
    return reading.scalar(node, path, lambda text: count(text, 0, MOST_AGENTS))


def with_reserve(reading: Reading, node: Node, path: str, serves: dict[str, Skill], target: Target) -> dict[str, Skill]:
    """Turn `reserve: {phone: 2}` into reserves on every skill of a worse rank.

    Parameters
    ----------
    reading, node, path : what to read and where problems go.
    serves : skills by kind of contact, to be changed.
    target : what names mean.
    """
    kept: dict[str, int] = dict.fromkeys(serves, 0)
    mapping = reading.mapping(node, path, "a mapping such as {phone: 2}")
    for entry in mapping or ():
        own = f"{path}.{entry.key}"
        n = _read_reserve(reading, entry.value, own)
        if entry.key not in target:
            reading.problem(entry.place, own, UNKNOWN, name_repair(entry.key, known_names(target, serves)))
            continue
        own_kinds = [name for name in target[entry.key].kinds if name in serves]
        if not own_kinds:
            served = " or ".join(known_names(target, serves)[:5])
            repair = f"add it to serves, or reserve for {served}" if serves else None
            reading.problem(entry.place, own, "this group does not serve it", repair)
            continue
        if n is None:
            continue
        best = min(serves[name].rank for name in own_kinds)
        worse = [name for name, skill in serves.items() if skill.rank > best and name not in own_kinds]
        if not worse:
            reading.warn(entry.place, own, "the group serves nothing of a worse rank: this reserve has no effect")
        for name in worse:
            kept[name] += n
    return {
        name: skill.model_copy(update={"reserve": max(skill.reserve, kept[name])}) for name, skill in serves.items()
    }
