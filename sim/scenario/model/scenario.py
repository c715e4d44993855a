"""The resolved scenario: one after-sales operation, complete and explicit.

Durations are minutes, shares numbers between 0 and 1, times of day minutes after local midnight; a rank of 1 is
the best. Treat the dictionaries as read-only.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from pydantic import PrivateAttr

from sim.scenario.model.channel import Channel
from sim.scenario.model.contact import ContactType, Kind
from sim.scenario.model.demand import CustomerClass, Event, Incident, Orders
from sim.scenario.model.first_answer import Bot
from sim.scenario.model.kinds import kinds_of
from sim.scenario.model.people import AgentGroup, Routing
from sim.scenario.model.period import Frozen, Period
from sim.scenario.model.ranges import Range
from sim.scenario.model.repeats import RepeatContacts
from sim.scenario.text.problems import Problem


class Observed(Frozen):
    """A recorded number, printed beside the simulated one.

    Parameters
    ----------
    measure : name of the measure.
    channel : None for the whole operation.
    hour : hour of the day 0 to 23, None for the whole period.
    value : the number (a share between 0 and 1, a duration in minutes).
    n : number of contacts behind it, or None.
    """

    measure: str
    channel: str | None = None
    hour: int | None = None
    value: float
    n: float | None = None


class Provenance(Frozen):
    """Where a number comes from, as written: its range, source, whether it is an assumption, and a name that it shares
    with other numbers that are low and high together."""

    between: tuple[str, str] | None = None
    source: str | None = None
    assumed: bool = False
    drawn_with: str | None = None


class DefaultTaken(Frozen):
    """A value that was not written: its dotted path, what was taken, and why."""

    path: str
    value: str
    why: str


class Scenario(Frozen):
    """A complete operation over a period.

    Parameters
    ----------
    title, question : what it is, and what it is asked.
    period : the simulated period.
    contact_types, channels, agent_groups : its parts by name, in the order written; the contact types are those given
        directly and the reasons that orders bring.
    orders : or None.
    customers : classes of customers by name.
    self_service, bot : what answers first, or None.
    repeat_contacts, routing : see there.
    events, incidents : by name.
    observed : recorded numbers.
    provenance : ranges and sources of numbers, by dotted path.
    defaults : values taken because nothing was written.
    warnings : doubtful things found while reading.

    Notes
    -----
    Two scenarios are equal if they mean the same operation; `defaults` and `warnings` do not count.
    """

    title: str
    question: str
    period: Period
    contact_types: dict[str, ContactType]
    channels: dict[str, Channel]
    agent_groups: dict[str, AgentGroup]
    orders: Orders | None = None
    customers: dict[str, CustomerClass] = {}
    self_service: Bot | None = None
    bot: Bot | None = None
    repeat_contacts: RepeatContacts = RepeatContacts()
    routing: Routing = Routing()
    events: dict[str, Event] = {}
    incidents: dict[str, Incident] = {}
    observed: tuple[Observed, ...] = ()
    provenance: dict[str, Provenance]
    defaults: tuple[DefaultTaken, ...] = ()
    warnings: tuple[Problem, ...] = ()
    _origin: Any = PrivateAttr(None)  # a `redraw.Origin`, if it was loaded

    @property
    def ranges(self) -> tuple[Range, ...]:
        """Values that are not known exactly, with the ranges from which `redraw.redrawn` takes other ones."""
        return () if self._origin is None else self._origin.ranges

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Scenario):
            return NotImplemented
        names = [name for name in type(self).model_fields if name not in ("defaults", "warnings")]
        return all(getattr(self, name) == getattr(other, name) for name in names)

    __hash__ = None  # type: ignore[assignment]

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """What agents face, by name: each contact type on each channel on which it can come in."""
        first = [b for b in (self.self_service, self.bot) if b is not None]
        return kinds_of(self.contact_types, self.channels, self.repeat_contacts, first)

    def groups_serving(self, kind: str) -> list[str]:
        """Name the agent groups that serve a kind of contact."""
        return [name for name, group in self.agent_groups.items() if kind in group.serves]
