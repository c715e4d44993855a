"""Is it believable? Numbers of a scenario beside the ranges that are usual, with their sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sim.expectation.flow import Flow
from sim.expectation.loads import GroupLoad
from sim.lowering import Operation
from sim.scenario.model import OrderDriven

Verdict = Literal["ok", "low", "high", "impossible"]


@dataclass(frozen=True)
class Usual:
    """A range in which a number usually lies.

    Attributes
    ----------
    low, high : float
        Ends of the range.
    least, most : float
        Beyond these the number cannot be.
    source : str
        Where the range comes from, with its grade: S measured, M vendor data with a sample, W weak.
    """

    low: float
    high: float
    source: str
    least: float = 0.0
    most: float = float("inf")


CONTACT_RATE = Usual(
    2.0, 15.0, "6.7 Gorgias via ShipmentGuard (M/W); 4-7, with problem categories 10-15, AHAeCommerce (W)"
)
HANDLE_TIMES = {
    "phone": Usual(4.0, 7.5, "4 min multichannel retail, F. Curtis Barry 2007 (M); others 4 to 7.5 (W)"),
    "chat": Usual(3.0, 13.0, "session 13 min, Peak Support (M); retail 4-6 (W); China 3-5 (W)"),
    "email": Usual(4.0, 6.0, "touch time, Stealth Agents (W)"),
}
SHRINKAGE = Usual(0.10, 0.50, "20-30 % outsourced, 30-50 % in-house with breaks, Assembled (M)", 0.0, 1.0)
OCCUPANCY = Usual(0.50, 0.85, "80-85 %, at risk above 85 %, Call Centre Helper (M)")
CONTAINMENT = Usual(0.20, 0.75, "FAQ bots 20-30 %, language models 40-60 %, best 60-75 %, corebee (W)", 0.0, 1.0)
LIMIT = Usual(1.0, 5.0, "2-4 is usual, knowup (W); best at 5, worse at 6, FM Outsource (M)")
UNRESOLVED = Usual(
    0.05, 0.35, "first-contact resolution 65-80 %, Bookbag (W); repeats below 10 % at best, CorePiper (W)"
)
SILENT = Usual(0.30, 0.67, "of those who abandon a chat, arXiv 2304.11754 (S)")
WHERE_IS_MY_ORDER = Usual(0.15, 0.45, "16 % Gorgias via ShipmentGuard (M/W); 30-50 % TRTC (W)")


@dataclass(frozen=True)
class Plausible:
    """One line of the card.

    Attributes
    ----------
    what : str
        The number, in words.
    value : float
        As in the scenario or as it follows from it.
    unit : {"share", "min", "contacts", ""}
        Unit of value and range.
    usual : Usual
        The range.
    verdict : {"ok", "low", "high", "impossible"}
        Where the value lies.
    """

    what: str
    value: float
    unit: Literal["share", "min", "contacts", ""]
    usual: Usual

    @property
    def verdict(self) -> Verdict:
        """Where the value lies.

        Examples
        --------
        >>> Plausible("occupancy of desk", 0.97, "share", OCCUPANCY).verdict
        'high'
        """
        if not self.usual.least <= self.value <= self.usual.most:
            return "impossible"
        if self.value < self.usual.low * (1.0 - 1e-9):
            return "low"
        return "high" if self.value > self.usual.high * (1.0 + 1e-9) else "ok"


def plausibility_card(operation: Operation, flow: Flow, loads: list[GroupLoad]) -> list[Plausible]:
    """Numbers that people who know such desks would look at first.

    Parameters
    ----------
    operation : Operation
        A lowered scenario.
    flow, loads : as expected
        See `expected_flow` and `group_loads`.
    """
    return [
        *_demand(operation, flow),
        *_handle_times(operation, flow),
        *_people(operation, loads),
        *_bot(operation, flow),
        *_repeats(operation),
    ]


def _demand(operation: Operation, flow: Flow) -> Iterator[Plausible]:
    scenario = operation.scenario
    if flow.orders is None:
        return
    orders = flow.per_day(flow.orders)
    driven = {n: c for n, c in scenario.contact_types.items() if isinstance(c.arrivals, OrderDriven)}
    contacts = {n: flow.per_day(flow.first[n]) for n in driven}
    total = sum(contacts.values())
    if orders > 0.0 and total > 0.0:
        yield Plausible("contacts per 100 orders", 100.0 * total / orders, "contacts", CONTACT_RATE)
        if "where_is_my_order" in contacts:
            share = contacts["where_is_my_order"] / total
            yield Plausible("share of where_is_my_order", share, "share", WHERE_IS_MY_ORDER)


def _handle_times(operation: Operation, flow: Flow) -> Iterator[Plausible]:
    kinds = operation.scenario.kinds
    for channel in operation.scenario.channels:
        usual = HANDLE_TIMES.get(channel)
        mine = [k for k in kinds if kinds[k].channel == channel]
        contacts = sum(float(flow.offered[k].sum()) for k in mine)
        if usual is not None and contacts > 0.0:
            minutes = 60.0 * sum(float(flow.work[k].sum()) for k in mine) / contacts
            yield Plausible(f"handle time on {channel}", minutes, "min", usual)


def _people(operation: Operation, loads: list[GroupLoad]) -> Iterator[Plausible]:
    for name, group in operation.scenario.agent_groups.items():
        if group.shrinkage > 0.0:
            yield Plausible(f"shrinkage of {name}", group.shrinkage, "share", SHRINKAGE)
        if group.concurrency is not None:
            yield Plausible(f"contacts at a time of {name}", float(group.concurrency.limit), "", LIMIT)
    for load in loads:
        if load.occupancy == load.occupancy:
            yield Plausible(f"load of {load.group}", load.occupancy, "share", OCCUPANCY)


def _bot(operation: Operation, flow: Flow) -> Iterator[Plausible]:
    sessions = sum(float(v.sum()) for v in flow.sessions.values())
    if operation.scenario.bot is not None and sessions > 0.0:
        contained = sum(float(v.sum()) for v in flow.contained.values())
        yield Plausible("sessions that the bot contains", contained / sessions, "share", CONTAINMENT)


def _repeats(operation: Operation) -> Iterator[Plausible]:
    again = operation.scenario.repeat_contacts.unresolved
    if again is not None:
        share = again.share.get("other", max(again.share.values(), default=0.0))
        yield Plausible("contacts whose problem comes again", share, "share", UNRESOLVED)
    for name, channel in operation.scenario.channels.items():
        if channel.silent_share > 0.0:
            yield Plausible(f"silent share on {name}", channel.silent_share, "share", SILENT)
