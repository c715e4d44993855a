"""Writing of channels."""

from __future__ import annotations

from typing import Any

from sim.scenario.model import CallBack, Channel, Conversation, Promise
from sim.scenario.readers.promise_reader import as_promise
from sim.scenario.text.units import as_duration, as_share, plain
from sim.scenario.writers.law_writer import law_words

Tree = dict[str, Any]


def channel_words(channel: Channel) -> Tree:
    """Write a channel in the words of the language, everything explicit.

    Examples
    --------
    >>> from sim.scenario.model.hours import ALWAYS
    >>> promise = Promise(share=0.9, within=1440.0)
    >>> mail = Channel(open=ALWAYS, when_closed="wait", at_close="stay", queue_limit=None, service_level=None,
    ...                first_response=promise)
    >>> {word: mail_word for word, mail_word in channel_words(mail).items() if mail_word != "none"}
    ... # doctest: +NORMALIZE_WHITESPACE
    {'open': 'always', 'when_closed': 'wait', 'at_close': 'stay', 'first_response': '90 % within 24 h elapsed',
     'patience': 'never', 'balking': '0 %', 'silent_share': '0 %', 'finding_out': '0 min', 'effort': '100 %',
     'language': 'any'}
    """
    return {
        **({} if channel.share is None else {"share": as_share(channel.share)}),
        "open": str(channel.open),
        "when_closed": channel.when_closed,
        "at_close": channel.at_close,
        "queue_limit": "none" if channel.queue_limit is None else str(channel.queue_limit),
        "service_level": _promise(channel.service_level, ""),
        "first_response": _promise(channel.first_response, " elapsed"),
        "next_response": _promise(channel.next_response, " elapsed"),
        "resolution": _promise(channel.resolution, " elapsed"),
        "patience": law_words(channel.patience),
        "balking": as_share(channel.balking),
        "silent_share": as_share(channel.silent_share),
        "finding_out": as_duration(channel.finding_out),
        "call_back": _call_back(channel.call_back),
        "conversation": _conversation(channel.conversation),
        "effort": as_share(channel.effort),
        "language": "any" if channel.language is None else channel.language,
    }


def _promise(promise: Promise | None, clock: str) -> str:
    return "none" if promise is None else as_promise(promise, clock)


def _call_back(call_back: CallBack | None) -> Any:
    if call_back is None:
        return "none"
    return {
        "offer_above": as_duration(call_back.offer_above),
        "accept": as_share(call_back.accept),
        "keeps_place": yes_or_no(call_back.keeps_place),
        "reached": as_share(call_back.reached),
    }


def _conversation(conversation: Conversation | None) -> Any:
    if conversation is None:
        return "none"
    same = conversation.same_agent
    return {
        "replies": plain(conversation.replies),
        "customer_thinks": law_words(conversation.customer_thinks),
        "same_agent": "always" if same is None else as_duration(same) if same > 0.0 else "no",
    }


def yes_or_no(value: bool) -> str:
    """Write a choice."""
    return "yes" if value else "no"
