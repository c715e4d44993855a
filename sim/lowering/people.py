"""Agent groups as pools: shifts and rosters make named servers, head-counts counted ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sim.lowering.draft import Draft, Strength
from sim.lowering.signals import switch_of
from sim.machine import Break, Duty, Server, Timeline
from sim.machine.pools import EndOfDuty, JobChoice, ServerChoice
from sim.scenario.model import AgentGroup, Concurrency, RosterAgent
from sim.scenario.model import shifts as plan
from sim.scenario.model.duties import new_agents, on_call_duties, working_duties
from sim.scenario.model.headcount import headcount_steps
from sim.scenario.model.zones import seen_from

ENDS: dict[str, EndOfDuty] = {"finish": "finish", "hand_back": "hand back", "pause": "pause"}
PICKS: dict[str, JobChoice] = {"oldest": "oldest", "earliest_due": "earliest due", "score": "highest score"}
CHOICES: dict[str, ServerChoice] = {
    "longest_idle": "longest idle",
    "least_loaded": "least loaded",
    "most_loaded": "most loaded",
    "lowest_number": "lowest number",
    "random": "random",
}
ON_CALL = "on_call/"


class Team(NamedTuple):
    """Agents who are alike in what they serve and in how many contacts they hold open: one pool."""

    pool: str
    kinds: frozenset[str] | None
    servers: list[Server]
    concurrency: Concurrency | None


def lower_people(draft: Draft) -> None:
    """Add the pools of all agent groups, over the warm-up, the period and the time followed after it."""
    for name, group in draft.scenario.agent_groups.items():
        draft.pools[name] = lower_group(draft, name, group)


def lower_group(draft: Draft, name: str, group: AgentGroup) -> tuple[tuple[str, frozenset[str] | None], ...]:
    """Add the pools of an agent group; gives their names and the kinds that each serves (None: all of the group's)."""
    period, builder = draft.scenario.period, draft.builder
    if group.headcount is not None:
        steps = headcount_steps(group.headcount, seen_from(period, group.time_zone), -period.warm_up, draft.stop)
        servers = Timeline(steps.edges[:-1], steps.values * (1.0 - group.shrinkage))
        builder.counted(name, servers, end_of_duty=ENDS[group.end_of_shift], job_choice=PICKS[group.picks.order])
        draft.strengths[name] = Strength(1.0, 1)
        return ((name, None),)
    teams = _teams(draft, name, group)
    for team in teams:
        one = team.concurrency is None
        builder.named(
            team.pool,
            team.servers,
            slots=1 if team.concurrency is None else team.concurrency.limit,
            curve=() if one or team.concurrency is None else team.concurrency.speed,
            server_choice=CHOICES[group.choice],
            job_choice=PICKS[group.picks.order],
            end_of_duty=ENDS[group.end_of_shift],
            learning=() if group.learning is None else group.learning.steps,
        )
        draft.named.add(team.pool)
        hours = sum((d.end - d.begin) * d.presence for server in team.servers for d in server.duties) / 60.0
        places = 1 if team.concurrency is None else team.concurrency.limit
        draft.strengths[team.pool] = Strength(1.0 if len(teams) == 1 else hours, places)
    return tuple((team.pool, team.kinds) for team in teams)


def _teams(draft: Draft, name: str, group: AgentGroup) -> list[Team]:
    """Teams of a group: one, or one for each set of skills in its roster."""
    servers = _servers(draft, group)
    if group.roster is None:
        return [Team(name, None, servers, group.concurrency)]
    by_name = {agent.name: agent for agent in group.roster.agents}
    found: dict[tuple[frozenset[str] | None, int | None], list[Server]] = {}
    for server in servers:
        agent = by_name.get(server.name)
        key = (None, None) if agent is None else (_kinds(draft, group, agent), _own_limit(group, agent))
        found.setdefault(key, []).append(server)
    return [
        Team(_team(draft, name, group, kinds, limit), kinds, team, _concurrency(group, limit))
        for (kinds, limit), team in found.items()
    ]


def _own_limit(group: AgentGroup, agent: RosterAgent) -> int | None:
    """Contacts at a time of an agent, if they are not those of the group."""
    usual = 1 if group.concurrency is None else group.concurrency.limit
    return None if agent.concurrency == usual else agent.concurrency


def _team(draft: Draft, name: str, group: AgentGroup, kinds: frozenset[str] | None, limit: int | None) -> str:
    """Name of a team: that of the group, and what is special about it.

    The luck of agents hangs on it, so that it does not depend on who else is in the roster.
    """
    special = []
    if kinds is not None:
        left = dict.fromkeys(kind for kind in group.serves if kind in kinds)
        words = []
        for channel in dict.fromkeys(draft.kinds[kind].channel for kind in left):  # whole channels by their name
            all_of_it = [kind for kind in group.serves if draft.kinds[kind].channel == channel]
            if kinds.issuperset(all_of_it):
                words.append(channel)
                left = {kind: None for kind in left if kind not in all_of_it}
        special.append(" ".join([*words, *left]) or "nothing")
    if limit is not None:
        special.append(f"{limit} at a time")
    return "/".join([name, *special])


def _kinds(draft: Draft, group: AgentGroup, agent: RosterAgent) -> frozenset[str] | None:
    """Kinds that an agent serves of those of the group; None for all."""
    if agent.skills is None:
        return None
    mine = frozenset(
        kind
        for kind in group.serves
        for k in (draft.kinds[kind],)
        if {kind, k.channel, k.contact_type, f"{k.channel}/{k.contact_type}"} & set(agent.skills)
    )
    return None if mine == frozenset(group.serves) else mine


def _concurrency(group: AgentGroup, limit: int | None) -> Concurrency | None:
    """Contacts at a time of agents with a limit of their own: the group's speeds, as far as they go."""
    if limit is None:
        return group.concurrency
    known = (1.0,) if group.concurrency is None else group.concurrency.speed
    speed = tuple(known[i] if i < len(known) else known[-1] * len(known) / (i + 1) for i in range(limit))
    return Concurrency(limit=limit, speed=speed)


def _servers(draft: Draft, group: AgentGroup) -> list[Server]:
    """Servers of a group, with the duty of every date.

    Each agent comes to each shift with probability 1 - shrinkage, drawn per agent and date. A break or training with a
    fixed time is a gap in the duty; a staggered break starts when the agent is free and keeps its length.
    """
    period = draft.scenario.period
    people = group.roster if group.shifts is None else group.shifts
    assert people is not None
    fresh = frozenset[str]() if group.tenure is None else new_agents(people, group.tenure.share)
    slow = 1.0 if group.tenure is None else group.tenure.speed
    speed = group.speed * (1.0 if group.training is None else group.training.speed)
    own = {} if group.roster is None else {agent.name: agent.speed for agent in group.roster.agents}
    done = 0 if group.learning is None else group.learning.done
    present = 1.0 - group.shrinkage
    planned = working_duties(group, period, -period.warm_up, draft.stop)
    everybody = [a.name for a in group.roster.agents] if group.roster is not None else plan.agent_names(people)  # type: ignore[arg-type]
    speeds = {agent: speed * own.get(agent, 1.0) * (slow if agent in fresh else 1.0) for agent in everybody}
    servers = _made(planned, speeds, present, done, None, "")
    if group.on_call is not None:
        switch = switch_of(draft, group.on_call.when)
        called = on_call_duties(group, period, -period.warm_up, draft.stop)
        speeds = dict.fromkeys(plan.agent_names(group.on_call.shifts), speed)
        servers += _made(called, speeds, present, done, switch, ON_CALL)
    return servers


def _made(
    planned: Iterable[plan.Duty],
    speeds: dict[str, float],
    present: float,
    done: int,
    switch: str | None,
    prefix: str,
) -> list[Server]:
    duties: dict[str, list[Duty]] = {agent: [] for agent in speeds}
    breaks: dict[str, list[Break]] = {agent: [] for agent in speeds}
    for duty in planned:
        begin, end = duty.stretches[0][0], duty.stretches[-1][1]
        duties[duty.agent].append(Duty(begin, end, 1.0, present, duty.date.toordinal(), switch))
        gaps = zip(duty.stretches, duty.stretches[1:], duty.staggered, strict=False)
        for before, after, staggered in gaps:
            kind = "whole" if staggered else "fixed"
            breaks[duty.agent].append(Break(before[1], after[0] - before[1], kind))  # type: ignore[arg-type]
    return [
        Server(
            prefix + agent,
            tuple(sorted(duties[agent], key=lambda d: d.begin)),
            tuple(sorted(breaks[agent], key=lambda b: b.begin)),
            speed,
            done,
        )
        for agent, speed in speeds.items()
    ]
