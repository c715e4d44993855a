"""The network while it is drafted: the builder, and what the parts of the lowering know of each other."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from sim.lowering.operation import Part, Role
from sim.lowering.rhythm import customers_clock, profile_of
from sim.machine import Calendar, Edge, NetworkBuilder
from sim.machine import Law as MachineLaw
from sim.scenario.model import Bot, Kind, Scenario, Signal

RHYTHM = "customers"
"""Calendar on which customers think, order and come again: it runs as fast as they are active."""


class Strength(NamedTuple):
    """Size of a pool.

    Parameters
    ----------
    hours : float
        Planned hours on duty, all agents together; 1 for a pool that is all of its group.
    places : int
        Contacts that each of them can hold open.
    """

    hours: float
    places: int


@dataclass
class Draft:
    """A network in the making.

    Attributes
    ----------
    scenario : Scenario
        What is lowered.
    builder : NetworkBuilder
        What it becomes.
    stop : float
        Last minute that is simulated.
    openings : dict of str to (str or None)
        Calendar of each channel's opening hours; None: always open.
    pools : dict of str to tuple of (str, frozenset of str or None)
        Pools of each agent group, with the kinds they serve (None: all that the group serves).
    strengths : dict of str to Strength
        Size of each of these pools.
    named : set of str
        Pools of named servers.
    roles : dict of str to Role
        What each step stands for.
    problems : list of str
        What cannot be simulated yet.
    signals : dict of Signal to str
        Switch of each signal that was asked for.
    met : set of (str, str)
        Bot or self-service, and kind: who meets whom. Only these get a session.
    rhythm : bool
        Whether anything runs on the customers' clock.
    sources : dict of str to str
        Contact type of each stream.
    volumes : dict of str to float
        First contacts of each contact type that are expected in the period, by the time of the order where orders bring
        them.
    """

    scenario: Scenario
    builder: NetworkBuilder
    stop: float
    openings: dict[str, str | None] = field(default_factory=dict)
    pools: dict[str, tuple[tuple[str, frozenset[str] | None], ...]] = field(default_factory=dict)
    strengths: dict[str, Strength] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    roles: dict[str, Role] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    signals: dict[Signal, str] = field(default_factory=dict)
    met: set[tuple[Part, str]] = field(default_factory=set)
    rhythm: bool = False
    sources: dict[str, str] = field(default_factory=dict)
    volumes: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @property
    def kinds(self) -> dict[str, Kind]:
        """What agents face, by name."""
        return self.scenario.kinds

    def step(self, word: str, of: str) -> str:
        """Name of a step before, after or beside a kind or contact type: `reply/ask`, or another one if a channel is
        called so and `reply/ask` is itself a kind."""
        name = f"{word}/{of}"
        return name if name not in self.kinds else f"{word} of {of}"

    def kind_on(self, contact_type: str, channel: str) -> str:
        """Name of a contact type's kind on a channel."""
        return self._by_place[contact_type, channel]

    @cached_property
    def _by_place(self) -> dict[tuple[str, str], str]:
        return {(k.contact_type, k.channel): k.name for k in self.kinds.values()}

    @cached_property
    def clock(self) -> Calendar:
        """The customers' clock."""
        return customers_clock(RHYTHM, profile_of(self.scenario), self.scenario.period, self.stop)

    def first_answers(self, channel: str) -> list[tuple[Part, Bot]]:
        """What answers before agents do on a channel, in order."""
        return [(part, bot) for part, bot in bots(self.scenario) if channel in bot.channels]

    def door(self, kind: str) -> str:
        """First step of a kind behind bot and self-service."""
        return kind if self.scenario.channels[self.kinds[kind].channel].call_back is None else self.step("door", kind)

    def front(self, kind: str, again: bool = False, coming_from: str | None = None) -> str:
        """First step of a kind, for a first attempt or a repeated one, or for one that another channel sends on."""
        for part, bot in self.first_answers(self.kinds[kind].channel):
            if coming_from in bot.channels:
                continue  # it was asked there already
            if bot.after_again or not again:
                return self.entrance(part, bot, kind)
        return self.door(kind)

    def entrance(self, part: Part, bot: Bot, kind: str) -> str:
        """Step at which a kind meets the bot or self-service; it is added later."""
        self.met.add((part, kind))
        direct = bot.entry >= 1.0 and not bot.outages and bot.capacity is None
        return self.step(part if direct else f"to_{part}", kind)

    def passage(self, word: str, length: MachineLaw, kind: str, calendar: str | None = None) -> str:
        """Add a step at which a contact of a kind only passes time; gives its name."""
        k = self.kinds[kind]
        name = self.step(word, kind)
        self.roles[name] = Role("passage", k.contact_type, k.channel, kind)
        # the agent who has stayed for a warm hand-over goes when the customer does
        release = {"release": "entered"} if self.warm(kind) else {}
        self.builder.delay(name, length, calendar=calendar, **release)
        return name

    def warm(self, kind: str) -> bool:
        """Whether agents stay with a contact of a kind until the next one has taken over."""
        escalation = self.scenario.contact_types[self.kinds[kind].contact_type].escalation
        return escalation is not None and escalation.warm

    def work(self, name: str, part: Part, kind: str, edges: list[Edge], size: MachineLaw, **attributes: object) -> None:
        """Add a step at which agents work on a kind."""
        k = self.kinds[kind]
        self.roles[name] = Role(part, k.contact_type, k.channel, kind)
        self.builder.work(name, edges, size=size, **attributes)

    def customers_clock(self) -> str:
        """Calendar of the customers; it is added when it is first asked for."""
        self.rhythm = True
        return RHYTHM


def bots(scenario: Scenario) -> list[tuple[Part, Bot]]:
    """What answers before agents do, in order."""
    pairs: list[tuple[Part, Bot | None]] = [("self_service", scenario.self_service), ("bot", scenario.bot)]
    return [(part, bot) for part, bot in pairs if bot is not None]
