"""The resolved scenario: one after-sales operation, complete and explicit.

Durations are minutes, shares numbers between 0 and 1, times of day minutes after local midnight; a rank of 1 is
the best. Treat the dictionaries as read-only.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import PrivateAttr

from sim.scenario.model.headcount import Headcount
from sim.scenario.model.hours import OpeningHours
from sim.scenario.model.laws import Law, NumberByAttribute
from sim.scenario.model.logs import Log
from sim.scenario.model.period import Frozen, Period
from sim.scenario.model.ranges import Range
from sim.scenario.model.rates import Rate
from sim.scenario.model.shifts import Shift
from sim.scenario.text.problems import Problem

WhenClosed = Literal["lost", "wait"]
AtClose = Literal["stay", "leave"]
EndOfShift = Literal["finish", "hand_back", "pause"]
Choice = Literal["longest_idle", "least_loaded", "lowest_number", "random"]


class Busyness(Frozen):
    """A random factor with mean 1 on the arrival rate.

    Parameters
    ----------
    factor : its name; contact types that name the same factor share its values. The factor of the scenario is
        ``all``, the own factor of a contact type bears the type's name.
    day_sd : standard deviation of the day's factor.
    day_correlation : correlation of the factors of one day and the next.
    within_day_sd : standard deviation of the factor of a half hour within the day.
    within_day_correlation : correlation of the factors of one half hour and the next.
    """

    factor: str
    day_sd: float = 0.0
    day_correlation: float = 0.0
    within_day_sd: float = 0.0
    within_day_correlation: float = 0.0


class ContactType(Frozen):
    """One kind of contact: where it comes in, how often, how long it takes, how long its customer waits.

    Parameters
    ----------
    channel : name of the channel.
    arrivals : expected rates, or a recorded log.
    reference : the rates with which this type was first defined, before policies; random numbers are tied to
        them. None for a log.
    busyness : random factor on the rates.
    handle_time : time with the customer. after_contact_work : work after the customer has left.
    patience : how long the customer waits before giving up.
    priority : larger is served first within a rank (high 1, normal 0, low -1).
    head_start : place in line as if the contact had come this much earlier [min].
    """

    channel: str
    arrivals: Rate | Log
    reference: Rate | None
    busyness: Busyness
    handle_time: Law
    after_contact_work: Law
    patience: Law
    priority: float | NumberByAttribute
    head_start: float | NumberByAttribute


class Promise(Frozen):
    """A share of contacts within a time [min], on a clock."""

    share: float
    within: float
    clock: Literal["elapsed"] = "elapsed"


class Channel(Frozen):
    """A way in.

    Parameters
    ----------
    open : opening hours.
    when_closed : contacts that come while closed are lost, or wait for the opening.
    at_close : those in line at closing time stay in line, or leave.
    queue_limit : most contacts in line, None for no limit.
    service_level : promise on the wait for an agent. first_response : promise on the time until the reply is out, which
        is when its handling ends. None if none is made.
    """

    open: OpeningHours
    when_closed: WhenClosed
    at_close: AtClose
    queue_limit: int | None
    service_level: Promise | None
    first_response: Promise | None


class Skill(Frozen):
    """How an agent group serves one contact type.

    Parameters
    ----------
    rank : 1 is taken first.
    after : taken only once it has waited this long [min].
    speed : factor on the working speed.
    reserve : taken only while more than this many of the group's agents are idle.
    """

    rank: int
    after: float = 0.0
    speed: float = 1.0
    reserve: int = 0


class AgentGroup(Frozen):
    """People who serve the same contacts.

    Parameters
    ----------
    serves : skills by contact type (a channel named in the file stands for all of its types).
    shifts : shifts of named agents, or None if a head-count is given.
    headcount : numbers of agents without identity, or None if shifts are given.
    shrinkage : share of paid time absent: each agent and shift is present with probability 1 - shrinkage; a
        head-count is multiplied by 1 - shrinkage.
    end_of_shift : what happens to a contact in service when its agent's duty ends.
    choice : which idle agent takes the next contact.
    speed : factor on the working speed of all its agents.
    """

    serves: dict[str, Skill]
    shifts: dict[str, Shift] | None
    headcount: Headcount | None
    shrinkage: float
    end_of_shift: EndOfShift
    choice: Choice
    speed: float


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
    contact_types, channels, agent_groups : its parts by name, in the order written.
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

    def groups_serving(self, contact_type: str) -> list[str]:
        """Name the agent groups that serve a contact type."""
        return [name for name, group in self.agent_groups.items() if contact_type in group.serves]
