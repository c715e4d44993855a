"""The expected way of contacts through the operation: bot, doors, agents, and who comes again.

Nobody gives up here and nobody waits: it is the work that would be offered, not what a busy desk makes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

import numpy as np
from numpy.typing import NDArray

from sim.expectation.arrivals import Hours, arrivals
from sim.expectation.travel import Travel
from sim.expectation.work import work_of
from sim.lowering import Operation
from sim.lowering.demand import order_rate
from sim.lowering.draft import bots
from sim.lowering.lags import area
from sim.scenario.model import Repeat
from sim.scenario.model.laws import Never

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Flow:
    """Expected contacts of every kind in each hour; all arrays have shape (days, 24).

    Attributes
    ----------
    hours : Hours
        The hours of the period.
    first : dict of str to array
        First contacts, by contact type.
    attempts : dict of str to array
        Contacts that come in, first and repeated ones, by kind.
    sessions, contained : dict of str to array
        Sessions with the bot (and with self-service) and those that end there, by kind.
    offered : dict of str to array
        Contacts that reach the door of the agents, after bot and closed channels, by kind. Those who wait for the
        opening count in the hour of the opening.
    work : dict of str to array
        Hours of work that they bring [h], at one contact at a time. Escalated work is not in it.
    orders : array or None
        Orders.
    """

    hours: Hours
    first: dict[str, Array]
    attempts: dict[str, Array]
    sessions: dict[str, Array]
    contained: dict[str, Array]
    offered: dict[str, Array]
    work: dict[str, Array]
    orders: Array | None

    def per_day(self, values: Array) -> float:
        """Average per day of the period."""
        return float(values.sum()) / (float(self.hours.length.sum()) / 24.0)


def expected_flow(operation: Operation) -> Flow:
    """Follow the expected contacts through bot, doors and agents.

    Each contact keeps its difficulty: who comes back to the bot, or to an agent, is as hard to help as before. Bots
    have room for all. Who comes again does so by the hours in which customers are active, any day of the period.

    Parameters
    ----------
    operation : Operation
        A lowered scenario.
    """
    known = operation.__dict__.get("_expected_flow")
    if known is not None:
        return known
    scenario = operation.scenario
    hours = Hours.of(operation)
    first = arrivals(operation, hours)
    travel = Travel(operation, hours)
    for name, contact_type in scenario.contact_types.items():
        for channel, share in contact_type.channels.items():
            if share > 0.0:
                travel.begin(travel.by_place[name, channel], share * first[name])
    travel.follow()
    orders = None
    if scenario.orders is not None:
        orders = area(order_rate(scenario, operation.network.limit), hours.begin, hours.end)
    found = Flow(hours, first, travel.attempts, travel.sessions, travel.contained, travel.offered, travel.work, orders)
    operation.__dict__["_expected_flow"] = found
    return found


def mean_handle_time(operation: Operation, kind: str) -> float:
    """Mean time that agents spend on a contact of a kind, after-contact work included, behind the bot [min].

    For a law that depends on a recorded column, the mean over the rows of the log.
    """
    flow = expected_flow(operation)
    contacts = float(flow.offered[kind].sum())
    each = work_of(operation, kind)
    if isnan(each.mean) or not contacts > 0.0:
        return each.mean
    return 60.0 * float(flow.work[kind].sum()) / contacts


def not_counted(operation: Operation) -> tuple[str, ...]:
    """What an operation has and the expected flow leaves out, in words.

    Whether it matters depends on how long contacts wait, which only a run can tell: on a desk where few give up it is
    little.

    Parameters
    ----------
    operation : Operation
        A lowered scenario.
    """
    scenario = operation.scenario
    again, channels = scenario.repeat_contacts, scenario.channels
    chased = [name for name, chaser in again.overdue.items() if chaser.share > 0.0]
    gives_up = any(c.balking > 0.0 for c in channels.values()) or any(
        not isinstance(k.patience, Never) for k in scenario.kinds.values()
    )
    found = []
    if gives_up:
        comes = _anybody(again.abandoned)
        found.append(f"customers who give up{', and come again' if comes else ''}")
    if any(c.queue_limit is not None for c in channels.values()):
        found.append(f"full lines{', and who comes again after one' if _anybody(again.blocked) else ''}")
    if chased:
        found.append(f"who chases an answer on {' or '.join(chased)}")
    full = [part.replace("_", "-") for part, bot in bots(scenario) if bot.capacity is not None]
    if full:
        found.append(f"that the {' and the '.join(full)} may be full")
    if any(c.call_back is not None and c.call_back.reached < 1.0 for c in channels.values()):
        found.append("customers whom a call-back does not reach")
    if any(group.learning is not None for group in scenario.agent_groups.values()):
        found.append("what agents learn meanwhile")
    if any(group.on_call is not None for group in scenario.agent_groups.values()):
        found.append("agents on call")
    return tuple(found)


def _anybody(repeat: Repeat | None) -> bool:
    return repeat is not None and any(share > 0.0 for share in repeat.share.values())
