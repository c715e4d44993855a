"""Agent groups as pools: shifts make named servers, head-counts counted ones."""

from __future__ import annotations

from collections.abc import Mapping

from sim.machine import Break, Duty, NetworkBuilder, Server, Timeline
from sim.scenario.model import AgentGroup
from sim.scenario.model.headcount import headcount_steps
from sim.scenario.model.period import Period
from sim.scenario.model.shifts import Shift, agent_names, duties


def lower_group(builder: NetworkBuilder, name: str, group: AgentGroup, period: Period, stop: float) -> None:
    """Add the pool of an agent group, over the warm-up, the period and the time followed after it."""
    end_of_duty = group.end_of_shift.replace("_", " ")
    if group.shifts is not None:
        builder.named(
            name,
            roster(group.shifts, period, -period.warm_up, stop, 1.0 - group.shrinkage, group.speed),
            server_choice=group.choice.replace("_", " "),
            end_of_duty=end_of_duty,
        )
        return
    assert group.headcount is not None
    steps = headcount_steps(group.headcount, period, -period.warm_up, stop)
    here = 1.0 - group.shrinkage
    builder.counted(name, Timeline(steps.edges[:-1], steps.values * here), end_of_duty=end_of_duty)


def roster(
    shifts: Mapping[str, Shift], period: Period, start: float, stop: float, presence: float, speed: float
) -> list[Server]:
    """Servers of a group, with the duty of every date.

    Each agent comes to each shift with probability `presence`, drawn per agent and date. A break with a fixed time
    is a gap in the duty; a staggered one starts when the agent is free and keeps its length.
    """
    by_agent: dict[str, list[Duty]] = {name: [] for name in agent_names(shifts)}
    breaks: dict[str, list[Break]] = {name: [] for name in by_agent}
    for duty in duties(shifts, period, start, stop):
        begin, end = duty.stretches[0][0], duty.stretches[-1][1]
        by_agent[duty.agent].append(Duty(begin, end, 1.0, presence, duty.date.toordinal()))
        pause = shifts[duty.agent.rsplit("/", 1)[0]].pause
        kind = "whole" if pause is not None and pause.start is None else "fixed"
        for before, after in zip(duty.stretches, duty.stretches[1:], strict=False):
            breaks[duty.agent].append(Break(before[1], after[0] - before[1], kind))  # type: ignore[arg-type]
    return [
        Server(
            name,
            tuple(sorted(by_agent[name], key=lambda d: d.begin)),
            tuple(sorted(breaks[name], key=lambda b: b.begin)),
            speed,
        )
        for name in by_agent
    ]
