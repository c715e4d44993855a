"""A scenario as a network: the only door between domain words and machine words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sim.lowering.contacts import lower_channel, lower_type
from sim.lowering.people import lower_group
from sim.machine import Busyness, Network, NetworkBuilder, Timeline
from sim.scenario.model import Scenario

FOLLOW = 7 * 1440.0
"""Counted contacts are followed this long past the end [min]."""

STRATA = 10
"""Replications in a block of stratified days; `experiments` runs them in blocks of the same size."""


class LoweringProblems(ValueError):
    """A scenario that can be read but not yet simulated, with every reason.

    Attributes
    ----------
    problems : tuple of str
        One sentence each, with the dotted path.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class Operation:
    """A scenario beside the network it became; names are shared.

    A contact type has the stream and the step of its name, an agent group the pool of its name.

    Attributes
    ----------
    scenario : Scenario
        What was asked.
    network : Network
        What is simulated.
    """

    scenario: Scenario
    network: Network

    @cached_property
    def channels(self) -> dict[str, tuple[str, ...]]:
        """Contact types (steps) of each channel."""
        return {
            c: tuple(t for t, kind in self.scenario.contact_types.items() if kind.channel == c)
            for c in self.scenario.channels
        }


def lower(scenario: Scenario, follow: float = FOLLOW, *, stratified: bool = False) -> Operation:
    """Make the network of a scenario.

    Parameters
    ----------
    scenario : Scenario
        As loaded.
    follow : float
        How long counted contacts are followed past the end [min].
    stratified : bool
        Spread the busyness of each date evenly over every ten replications (`sim.machine.Busyness.strata`). Each
        replication keeps its law, but not its luck: compare only operations that were lowered alike.

    Raises
    ------
    LoweringProblems
        Something the language can say but this version cannot simulate yet.
    """
    problems = []
    for name, channel in scenario.channels.items():
        types = [t for t, kind in scenario.contact_types.items() if kind.channel == name]
        if channel.queue_limit is not None and len(types) > 1:
            problems.append(
                f"channels.{name}.queue_limit: {len(types)} contact types share this line ({', '.join(types)}); "
                "a limit shared by several types comes later - give each type a channel of its own"
            )
    if problems:
        raise LoweringProblems(problems)
    period = scenario.period
    stop = period.length + follow
    days = period.days(-period.warm_up, stop)
    builder = NetworkBuilder(
        scenario.title or "scenario",
        end=period.length,
        warm_up=period.warm_up,
        follow=follow,
        days=Timeline([d.start for d in days], [d.date.toordinal() for d in days]),
    )
    factors = {}
    strata = STRATA if stratified else 1
    for kind in scenario.contact_types.values():
        b = kind.busyness
        factors[b.factor] = Busyness(
            b.factor, b.day_sd, b.day_correlation, b.within_day_sd, b.within_day_correlation, strata=strata
        )
    for factor in factors.values():
        if factor.day_sd > 0.0 or factor.within_sd > 0.0:
            builder.busyness(factor)
    openings = {name: lower_channel(builder, name, c, period, stop) for name, c in scenario.channels.items()}
    for name, kind in scenario.contact_types.items():
        try:
            lower_type(builder, name, scenario, openings[kind.channel], stop)
        except ValueError as refused:  # a law of scipy whose parameters only scipy can judge
            problems.append(f"contact_types.{name}: {refused}")
    if problems:
        raise LoweringProblems(problems)
    for name, group in scenario.agent_groups.items():
        lower_group(builder, name, group, period, stop)
    return Operation(scenario, builder.build())
