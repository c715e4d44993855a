"""Reading of channels: opening hours, promises, limits, and what customers do while they wait."""

from __future__ import annotations

import re
from typing import Any

from sim.scenario.model import CallBack, Channel, Conversation
from sim.scenario.model.hours import ALWAYS, OpeningHours, read_opening_hours
from sim.scenario.model.laws import Law, Never, lognormal_of_quantiles
from sim.scenario.readers.law_reader import a_duration, read_law, usual_patience
from sim.scenario.readers.promise_reader import as_promise, promise_reader, read_promise
from sim.scenario.readers.reading import Fields, Reading, one_of
from sim.scenario.readers.reading import read_yes_no as read_yes
from sim.scenario.readers.zone_reader import a_language
from sim.scenario.text.nodes import Entry, MappingNode, Node, Scalar
from sim.scenario.text.problems import Unreadable
from sim.scenario.text.units import NUMBER, count, number, plain, share
from sim.scenario.text.words import CALL_BACK, CHANNEL, CONVERSATION

MOST_IN_LINE = 1_000_000
MOST_REPLIES = 1000.0
MOST_FACTOR = 100.0
WHEN_CLOSED = ("lost", "wait", "voicemail", "come_back")
RESERVED = (*WHEN_CLOSED, "bot", "same", "all", "none", "other")
"""Words that stand where the name of a channel may stand."""

FINDING_OUT = 0.5  # [min]
THINKING = (120.0, 720.0)  # median and 90 % point [min]
PROMISES = ("service_level", "first_response", "next_response", "resolution")


def read_channel(
    reading: Reading, entry: Entry, path: str, others: tuple[str, ...]
) -> tuple[Channel, Law | None] | None:
    """Read one channel; gives it and the patience written there (None if none is).

    Parameters
    ----------
    reading, entry, path : what to read and where problems go.
    others : names of all channels, to which those who find this one closed may go.
    """
    if entry.key in RESERVED:
        repair = f"rename it, for instance {entry.key}_channel"
        reading.problem(entry.place, path, "this is a word of the language where a channel may be named", repair)
    node = entry.value
    if isinstance(node, Scalar) and node.empty:
        node = MappingNode({}, node.place)
    mapping = reading.mapping(node, path, "a channel, a mapping such as {service_level: 80 % within 30 s},")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, CHANNEL)
    hours: OpeningHours = fields.take(
        "open", lambda r, n, p: r.text(n, p, read_opening_hours), ALWAYS, "always", "no opening hours are written"
    )
    promises = {
        name: fields.take(
            name, promise_reader(name.replace("_", " "), name != "service_level"), None, "none", "no promise is written"
        )
        for name in PROMISES
    }
    slow = [name for name in PROMISES[1:] if promises[name] is not None]
    deferred = bool(slow) and promises["service_level"] is None
    can_wait = f"contacts with a {slow[0].replace('_', ' ')} promise can wait" if deferred else ""
    when = fields.take(
        "when_closed",
        lambda r, n, p: r.text(n, p, lambda text: _when_closed(text, entry.key, others)),
        "wait" if deferred else "lost",
        "wait" if deferred else "lost",
        can_wait or "a live channel answers only while open",
    )
    at_close: Any = fields.take(
        "at_close",
        lambda r, n, p: r.text(n, p, one_of("stay", "leave")),
        "stay",
        "stay",
        "those in line at closing time are still served",
    )
    limit = fields.take(
        "queue_limit",
        lambda r, n, p: r.scalar(n, p, lambda text: -1 if text == "none" else count(text, 0, MOST_IN_LINE)),
        -1,
        "none",
        "no limit is written",
    )
    patience: Law | None = fields.take(
        "patience",
        lambda r, n, p: read_law(r, n, p, usual_patience, None, True),
        None,
        "never",
        can_wait or "none is written: only those give up whose contact type says when",
    )
    silent = fields.take("silent_share", read_share, 0.0, "0 %", "those who lose patience leave the line")
    channel = Channel(
        open=hours,
        when_closed=when,
        at_close=at_close,
        queue_limit=None if limit < 0 else int(limit),
        service_level=promises["service_level"],
        first_response=promises["first_response"],
        next_response=promises["next_response"],
        resolution=promises["resolution"],
        patience=Never() if patience is None else patience,
        balking=fields.take("balking", read_share, 0.0, "0 %", "nobody leaves at once because of a wait"),
        silent_share=silent,
        finding_out=fields.take(
            "finding_out",
            lambda r, n, p: r.scalar(n, p, a_duration),
            FINDING_OUT if silent > 0.0 else 0.0,
            "30 s" if silent > 0.0 else "0 min",
            "an assumption; no time is written" if silent > 0.0 else "nobody leaves unnoticed",
        ),
        call_back=fields.take("call_back", _read_call_back, None, "none", "no call-back is offered"),
        conversation=fields.take(
            "conversation", _read_conversation, None, "none", "a contact is handled in one go, without replies between"
        ),
        effort=fields.take("effort", read_factor, 1.0, "100 %", "handle times are those of the contact types"),
        language=fields.take("language", lambda r, n, p: r.text(n, p, _language), "", "any", "no language is written")
        or None,
        share=fields.take("share", read_share, None),
    )
    _doubts(reading, mapping, path, channel)
    return channel, patience


def _when_closed(text: str, own: str, others: tuple[str, ...]) -> str:
    """Read what becomes of contacts that come while the channel is closed."""
    if text == own:
        raise Unreadable("this channel is closed then", "name another channel, or write come_back")
    if text == "bot":
        rule = "the bot answers while the channel is closed too; here stands what becomes of those it hands off"
        raise Unreadable(rule, "write lost, wait or another channel")
    names = [name for name in others if name != own and name not in WHEN_CLOSED]
    return one_of(*WHEN_CLOSED, *names)(text)


def _doubts(reading: Reading, mapping: MappingNode, path: str, channel: Channel) -> None:
    """Warn about fields that have no effect beside others."""

    def warn(name: str, rule: str, repair: str | None = None) -> None:
        if name in mapping:
            reading.warn(mapping.entries[name].value, f"{path}.{name}", rule, repair)

    if channel.open.always:
        if channel.when_closed not in ("lost", "wait"):
            warn("when_closed", "the channel never closes: this has no effect", "write its opening hours under open")
        for name in PROMISES:
            promise = getattr(channel, name)
            if promise is not None and promise.clock == "open":
                rule = "the channel never closes: the clock open is elapsed time"
                warn(name, rule, "write its opening hours under open")
    if channel.next_response is not None and channel.conversation is None:
        rule = "there are no later replies without a conversation: nothing is measured"
        warn("next_response", rule, "add conversation: {replies: 2.5}")
    if channel.finding_out > 0.0 and channel.silent_share == 0.0:
        warn("finding_out", "nobody leaves unnoticed: this has no effect", "add silent_share: 30 %")


def read_share(reading: Reading, node: Node, path: str) -> float | None:
    """Read a share from 0 to 100 %, which may have a range."""
    return reading.scalar(node, path, share)


def read_factor(reading: Reading, node: Node, path: str) -> float | None:
    """Read a factor written as a share, such as `120 %`."""

    def parse(text: str) -> float:
        if re.fullmatch(NUMBER, text) and 0.0 < number(text) < MOST_FACTOR:
            repair = f"write {plain(round(100.0 * number(text), 9))} %"
            raise Unreadable("a share of the usual time such as 120 % is expected", repair)
        value = share(text, 0.0, MOST_FACTOR)
        if not value > 0.0:
            raise Unreadable("a share above 0 % is expected")
        return value

    return reading.scalar(node, path, parse)


def is_none(node: Node) -> bool:
    """Whether a node says `none`."""
    return isinstance(node, Scalar) and node.text == "none"


def _language(text: str) -> str:
    """Read the code of a language; empty for any."""
    if text == "any":
        return ""
    return a_language(text)


def _read_call_back(reading: Reading, node: Node, path: str) -> CallBack | None:
    """Read `{offer_above: 5 min, accept: 60 %, keeps_place: yes, reached: 85 %}`, or `none`."""
    if is_none(node):
        return None
    mapping = reading.mapping(node, path, "a call-back such as {offer_above: 5 min}, or none,")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, CALL_BACK)
    above = fields.need(
        "offer_above",
        lambda r, n, p: r.scalar(n, p, a_duration),
        "a call-back needs the expected wait from which on it is offered",
        "add offer_above: 5 min",
    )
    usual = CallBack(offer_above=0.0)
    assumed = "an assumption; no share is written"
    accept = fields.take("accept", read_share, usual.accept, "50 %", assumed)
    keeps = fields.take("keeps_place", read_yes, usual.keeps_place, "yes", "it comes when their turn would have come")
    reached = fields.take("reached", read_share, usual.reached, "85 %", assumed)
    if above is None:
        return None
    return CallBack(offer_above=above, accept=accept, keeps_place=keeps, reached=reached)


def read_delay(reading: Reading, node: Node, path: str) -> Law | None:
    """Read the law of the time until a customer does something again; a bare duration is an exponential mean."""
    return read_law(reading, node, path, usual_patience, None)


def _read_conversation(reading: Reading, node: Node, path: str) -> Conversation | None:
    """Read `{replies: 2.5, customer_thinks: {median: 2 h, p90: 12 h}, same_agent: 30 min}`, or `none`."""
    if is_none(node):
        return None
    mapping = reading.mapping(node, path, "a conversation such as {replies: 2.5}, or none,")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, CONVERSATION)
    replies = fields.need(
        "replies",
        lambda r, n, p: r.scalar(n, p, lambda text: number(text, 1.0, MOST_REPLIES)),
        "a conversation needs the mean number of an agent's replies",
        "add replies: 2.5",
    )
    usual: Law = lognormal_of_quantiles(*THINKING)
    thinks = fields.take(
        "customer_thinks",
        read_delay,
        usual,
        "median 2 h, p90 12 h",
        "an assumption; no time is written",
    )
    same = fields.take("same_agent", _same_agent, 0.0, "no", "the next reply is anybody's who serves the channel")
    if replies is None:
        return None
    return Conversation(replies=replies, customer_thinks=thinks, same_agent=None if same < 0.0 else same)


def _same_agent(reading: Reading, node: Node, path: str) -> float | None:
    """Read how long a reply waits for the same agent; -1 for always."""

    def parse(text: str) -> float:
        if text in ("always", "no"):
            return -1.0 if text == "always" else 0.0
        try:
            return a_duration(text)
        except Unreadable as error:
            raise Unreadable("always, no or a duration such as 30 min is expected", error.repair) from None

    return reading.scalar(node, path, parse)


__all__ = [
    "PROMISES", "RESERVED", "WHEN_CLOSED", "as_promise", "is_none", "read_channel", "read_delay", "read_factor",
    "read_promise", "read_share", "read_yes",
]  # fmt: skip
