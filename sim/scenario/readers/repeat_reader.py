"""Reading of repeat contacts: redials, unsolved problems, chasers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from sim.scenario.model import SAME, Channel, Chaser, Repeat, RepeatContacts
from sim.scenario.model.laws import Law
from sim.scenario.readers.channel_reader import is_none, read_delay, read_share
from sim.scenario.readers.law_reader import a_positive, usual_patience
from sim.scenario.readers.reading import Fields, Reading
from sim.scenario.readers.share_reader import read_channel_shares, read_shares_by_type
from sim.scenario.text.nodes import Entry, MappingNode, Node, Scalar
from sim.scenario.text.units import as_duration, as_share, count
from sim.scenario.text.words import CHASER, REPEAT, REPEATS

OVERDUE = "overdue_"
"""Before the name of the channel whose slow contacts are chased."""

MOST_AGAIN = 100
ASSUMED = "an assumption; none is written"


class Usual(NamedTuple):
    """What is taken where a repeat contact does not say it: when, how shown, to which channels, how often, and why.

    Parameters
    ----------
    after, shown_after : law of the time until they come again, and its words.
    to : share by channel.
    at_most : attempts of this sort in one ticket.
    """

    after: Law
    shown_after: str
    to: dict[str, float]
    at_most: int = 3


def _usual(after: float, shown: str) -> Usual:
    return Usual(usual_patience(after), shown, {SAME: 1.0})


USUAL = {
    "abandoned": _usual(20.0, "20 min, exponential"),
    "blocked": _usual(20.0, "20 min, exponential"),
    "closed": _usual(720.0, "12 h, exponential"),
    "unresolved": _usual(1440.0, "24 h, exponential"),
}
"""An assumption for each: those who gave up try again soon, those with an unsolved problem when they notice."""

NOBODY = {
    "abandoned": "those who give up do not come again",
    "blocked": "those who find the line full do not come again",
    "closed": "those who find the door closed do not come again",
    "unresolved": "what was handled is solved",
}


def read_repeat_contacts(
    reading: Reading, node: Node, path: str, channels: Mapping[str, Channel], types: Sequence[str]
) -> RepeatContacts | None:
    """Read `{abandoned: {share: 45 %, after: 20 min, to: {same: 80 %, phone: 20 %}}, overdue_email: {...}}`.

    Parameters
    ----------
    reading, node, path : what to read and where problems go.
    channels : the known channels.
    types : the known contact types.
    """
    if is_none(node) or (isinstance(node, Scalar) and node.empty):
        node = MappingNode({}, node.place)
    mapping = reading.mapping(node, path, "a mapping such as {abandoned: 45 %}, or none,")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, (*REPEATS, *(f"{OVERDUE}{name}" for name in channels)))
    found = {
        name: fields.take(name, repeat_reader(channels, types, USUAL[name]), None, "none", NOBODY[name])
        for name in REPEATS
    }
    _doubts(reading, mapping, path, channels, found)
    overdue: dict[str, Chaser] = {}
    for name, channel in channels.items():
        entry = mapping.entries.get(f"{OVERDUE}{name}")
        chaser = None if entry is None else _read_chaser(reading, entry, f"{path}.{entry.key}", name, channel, channels)
        if chaser is not None:
            overdue[name] = chaser
    return RepeatContacts(**found, overdue=overdue)


def repeat_reader(
    channels: Mapping[str, Channel], types: Sequence[str], usual: Usual
) -> Callable[[Reading, Node, str], Repeat | None]:
    """Make a reader of `{share: 45 %, after: 20 min, to: {same: 80 %, phone: 20 %}, at_most: 3}`, or its share alone.

    Parameters
    ----------
    channels, types : the known channels and contact types.
    usual : what is taken where nothing is written.

    Returns
    -------
    A reader; it gives None for `none` too: nobody comes again.
    """

    def read(reading: Reading, node: Node, path: str) -> Repeat | None:
        if is_none(node):
            return None
        alone = not isinstance(node, MappingNode) or "value" in node
        mapping = MappingNode({}, node.place) if alone else node
        assert isinstance(mapping, MappingNode)
        fields = Fields(reading, mapping, path, REPEAT)
        if alone:
            shares = read_shares_by_type(reading, node, path, types)
        else:
            shares = fields.need(
                "share",
                lambda r, n, p: read_shares_by_type(r, n, p, types),
                "a repeat contact needs the share of those who come again",
                "add share: 20 %",
            )
        after = fields.take("after", read_delay, usual.after, usual.shown_after, ASSUMED)
        to = fields.take(
            "to",
            lambda r, n, p: read_channel_shares(r, n, p, (SAME, *channels)),
            usual.to,
            ", ".join(f"{name} {as_share(p)}" for name, p in usual.to.items()),
            ASSUMED if len(usual.to) > 1 else "they use the same channel again",
        )
        at_most = fields.take("at_most", _read_at_most, usual.at_most, str(usual.at_most), ASSUMED)
        return None if shares is None else Repeat(share=shares, after=after, to=to, at_most=at_most)

    return read


def _read_at_most(reading: Reading, node: Node, path: str) -> int | None:
    return reading.scalar(node, path, lambda text: count(text, 1, MOST_AGAIN))


def _read_chaser(
    reading: Reading, entry: Entry, path: str, own: str, channel: Channel, channels: Mapping[str, Channel]
) -> Chaser | None:
    """Read `{chases_after: 24 h, share: 25 %, to: phone, at_most: 2, closes: 80 %}`, or `none`."""
    if is_none(entry.value):
        return None
    mapping = reading.mapping(
        entry.value, path, "a mapping such as {chases_after: 24 h, share: 25 %, to: phone}, or none,"
    )
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, CHASER)
    promise = channel.first_response
    after: float | None
    if promise is None or promise.clock != "elapsed":
        after = fields.need(
            "chases_after", _positive, "a chaser needs the time after which it comes", "add chases_after: 24 h"
        )
    else:
        shown, why = as_duration(promise.within), f"the first response promise of {own}"
        after = fields.take("chases_after", _positive, promise.within, shown, why)
    p = fields.need("share", read_share, "chasers need the share of customers who chase", "add share: 25 %")
    to = fields.need(
        "to",
        lambda r, n, q: read_channel_shares(r, n, q, (SAME, *channels)),
        "chasers need the channel on which they come",
        f"add to: {next((name for name in channels if name != own), own)}",
    )
    at_most = fields.take("at_most", _read_at_most, 1, "1", "a waiting contact is chased once")
    closes = fields.take("closes", read_share, 1.0, "100 %", "an answered chaser settles the matter")
    if to is not None:
        named = to
        to = {name: named.get(name, 0.0) for name in named if name != SAME}
        if SAME in named:
            to[own] = to.get(own, 0.0) + named[SAME]
        if {name for name, part in to.items() if part > 0.0} == {own}:
            rule = f"a chaser comes by another channel: on {own} it would wait in the line that is too slow"
            reading.problem(mapping.entries["to"].value, f"{path}.to", rule, "name a faster channel")
            to = None
    if after is None or p is None or to is None:
        return None
    return Chaser(after=after, share=p, to=to, at_most=at_most, closes=closes)


def _positive(reading: Reading, node: Node, path: str) -> float | None:
    return reading.scalar(node, path, a_positive)


def _doubts(
    reading: Reading,
    mapping: MappingNode,
    path: str,
    channels: Mapping[str, Channel],
    found: Mapping[str, Repeat | None],
) -> None:
    """Warn about those who come again for a reason that no channel gives them."""

    def warn(name: str, rule: str, repair: str) -> None:
        repeat = found[name]
        if repeat is not None and any(p > 0.0 for p in repeat.share.values()):
            reading.warn(mapping.entries[name].value, f"{path}.{name}", rule, repair)

    if channels and all(channel.queue_limit is None for channel in channels.values()):
        warn("blocked", "no channel has a queue limit, so nobody finds the line full", "add queue_limit: 20")
    if channels and all(channel.open.always or channel.when_closed != "lost" for channel in channels.values()):
        rule = "no channel turns anybody away while it is closed"
        warn("closed", rule, "write when_closed: lost at the channel, or remove this")
