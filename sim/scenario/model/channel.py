"""A way in: its hours, its promises, and what customers do while they wait there."""

from __future__ import annotations

from typing import Literal

from sim.scenario.model.hours import OpeningHours
from sim.scenario.model.laws import Law, Never
from sim.scenario.model.period import Frozen

AtClose = Literal["stay", "leave"]
Clock = Literal["elapsed", "open", "business"]


class Promise(Frozen):
    """A share of contacts within a time [min], on a clock: elapsed, the channel's opening hours, or business hours."""

    share: float
    within: float
    clock: Clock = "elapsed"


class CallBack(Frozen):
    """A call-back instead of waiting.

    Parameters
    ----------
    offer_above : offered when the expected wait exceeds this [min].
    accept : share who take it.
    keeps_place : the call-back comes when their turn would have come; else they go to the end of the line.
    reached : share who answer the call-back.
    """

    offer_above: float
    accept: float = 0.5
    keeps_place: bool = True
    reached: float = 0.85


class Conversation(Frozen):
    """A contact of several replies, between which the customer thinks.

    Parameters
    ----------
    replies : mean number of replies of an agent (at least 1); the handle time of the contact is spread over them.
    customer_thinks : time until the customer writes again.
    same_agent : how long the next reply waits for the agent who wrote the last one [min]; 0 for not at all,
        infinite (None) for always.
    """

    replies: float
    customer_thinks: Law
    same_agent: float | None = 0.0


class Channel(Frozen):
    """A way in.

    Parameters
    ----------
    share : of the contacts of reasons that do not say their own shares; None: 0.
    open : opening hours.
    when_closed : contacts that come while closed are ``lost``, ``wait`` for the opening, leave a message
        (``voicemail``: they wait without impatience and are called back), ``come_back`` when it is open, or go to
        another channel (its name).
    at_close : those in line at closing time stay in line, or leave.
    queue_limit : most contacts in line, None for no limit.
    service_level : promise on the wait for an agent. first_response : promise on the time until the first reply is out.
        next_response : the same for each later reply. resolution : promise on the time until the ticket is solved. None
        if none is made.
    patience : of customers of types that do not say their own.
    balking : share who leave at once when they would have to wait.
    silent_share : share of those who lose patience without anybody noticing (text channels).
    finding_out : time an agent needs to find out that the customer has left [min].
    call_back, conversation : or None.
    effort : factor on the handle time of all types on this channel.
    language : spoken there, or None.
    """

    open: OpeningHours
    when_closed: str
    at_close: AtClose
    queue_limit: int | None
    service_level: Promise | None
    first_response: Promise | None
    next_response: Promise | None = None
    resolution: Promise | None = None
    patience: Law = Never()
    balking: float = 0.0
    silent_share: float = 0.0
    finding_out: float = 0.0
    call_back: CallBack | None = None
    conversation: Conversation | None = None
    effort: float = 1.0
    language: str | None = None
    share: float | None = None
