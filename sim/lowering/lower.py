"""A scenario as a network: the only door between domain words and machine words."""

from __future__ import annotations

from sim.lowering.demand import lower_busyness, lower_demand
from sim.lowering.doors import lower_calendars
from sim.lowering.draft import Draft
from sim.lowering.first_answer import lower_first_answers, lower_sessions
from sim.lowering.journeys import lower_journeys
from sim.lowering.lines import lower_kind
from sim.lowering.operation import Operation
from sim.lowering.people import lower_people
from sim.lowering.signals import lower_signals
from sim.machine import NetworkBuilder, NetworkProblems, Timeline
from sim.scenario.model.scenario import Scenario

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
    draft = Draft(scenario, builder, stop)
    lower_busyness(draft, STRATA if stratified else 1)
    lower_calendars(draft)
    lower_people(draft)
    lower_sessions(draft)
    for name in scenario.kinds:
        try:
            lower_kind(draft, name)
        except ValueError as refused:  # a law of scipy whose parameters only scipy can judge
            draft.problems.append(f"contact_types.{scenario.kinds[name].contact_type}: {refused}")
    if draft.problems:
        raise LoweringProblems(list(dict.fromkeys(draft.problems)))
    for name in scenario.kinds:
        lower_journeys(draft, name)
    for name in scenario.contact_types:
        lower_demand(draft, name)
    lower_first_answers(draft)
    lower_signals(draft)
    if draft.rhythm:
        builder.calendar(draft.clock)
    if draft.problems:
        raise LoweringProblems(list(dict.fromkeys(draft.problems)))
    try:
        network = builder.build()
    except NetworkProblems as refused:
        raise LoweringProblems(list(refused.problems)) from None
    order = {step.name: draft.roles[step.name] for step in network.steps}
    groups = {g: tuple(p for p, _ in pools) for g, pools in draft.pools.items()}
    return Operation(scenario, network, order, groups, draft.sources)
