"""Why customers contact us: contact types, and what an agent faces when one comes in on a channel."""

from __future__ import annotations

from sim.scenario.model.demand import Busyness, OrderDriven
from sim.scenario.model.laws import Law, NumberByAttribute
from sim.scenario.model.logs import Log
from sim.scenario.model.period import Frozen
from sim.scenario.model.rates import Rate


class Escalation(Frozen):
    """A share of contacts needs somebody else.

    Parameters
    ----------
    share : of the contacts that were handled.
    to : agent groups that take them, first the best; all of rank 1, 2, ... in this order.
    handle_time : their work.
    warm : the first agent stays until the next one has taken over.
    """

    share: float
    to: tuple[str, ...]
    handle_time: Law
    warm: bool = False


class ContactType(Frozen):
    """One reason for contacts: where they come from and in, how long they take, how long customers wait.

    Parameters
    ----------
    channels : share of its contacts that come in by each channel, above 0; the shares sum to 1.
    arrivals : expected rates, a recorded log, or orders that bring them (then it stands under `reasons`).
    reference : the rates with which this type was first defined, before policies; random numbers are tied to
        them. None for a log and for orders (which have a reference of their own).
    busyness : random factor on the rates (of reasons: on top of that of the orders; the factor ``none`` is none). That
        of a reason acts on the orders that bring it, at the time of the order, as a factor on a rate cannot reach
        contacts that are born already: over a lag of days it is smoothed. What swings on the day of the contact is an
        event, an incident, or a contact type with a rate of its own.
    handle_time : time with the customer. handle_time_on : the same on channels that differ.
    after_contact_work : work after the customer has left.
    patience : how long the customer waits before giving up, or None: as the channel says (written `channel`).
    priority : larger is served first within a rank (high 1, normal 0, low -1).
    head_start : place in line as if the contact had come this much earlier [min].
    escalation : or None.
    """

    channels: dict[str, float]
    arrivals: Rate | Log | OrderDriven
    reference: Rate | None
    busyness: Busyness
    handle_time: Law
    after_contact_work: Law
    patience: Law | None
    priority: float | NumberByAttribute
    head_start: float | NumberByAttribute
    handle_time_on: dict[str, Law] = {}
    escalation: Escalation | None = None

    @property
    def channel(self) -> str:
        """The channel by which most of them come in."""
        return max(self.channels, key=lambda name: self.channels[name])


class Kind(Frozen):
    """A contact type on a channel: what stands in one line and what agents are skilled for.

    Parameters
    ----------
    name : the name of the type where the type has one channel and this is it, else ``channel/type``.
    contact_type, channel : what and where.
    handle_time, after_contact_work, patience : resolved for this channel.
    """

    name: str
    contact_type: str
    channel: str
    handle_time: Law
    after_contact_work: Law
    patience: Law
