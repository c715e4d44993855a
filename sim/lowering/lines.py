"""Kinds of contact as lines: what it takes, how long customers wait, who may serve it."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import Any

from sim.lowering.call_backs import lower_call_back
from sim.lowering.draft import Draft
from sim.lowering.handle_times import needed, size_of
from sim.lowering.laws import lower_law
from sim.lowering.precedence import class_terms, due_and_order, precedence
from sim.lowering.reserves import reserve_of
from sim.lowering.signals import switch_of
from sim.machine import Constant, Edge, Predictor
from sim.machine import Law as MachineLaw
from sim.scenario.model import Escalation, Kind, Skill


def lower_kind(draft: Draft, name: str) -> None:
    """Add the work steps of a kind: the contact itself, later replies, call-backs, escalation."""
    kind = draft.kinds[name]
    channel = draft.scenario.channels[kind.channel]
    escalation = draft.scenario.contact_types[kind.contact_type].escalation
    edges = edges_of(draft, name)
    talk = channel.conversation
    size = size_of(draft, kind, 1.0 if talk is None else 1.0 / talk.replies)
    after_work = lower_law(kind.after_contact_work)
    after_work = None if after_work == Constant(0.0) else after_work
    keep = draft.warm(name)
    if keep and after_work is not None:
        draft.problems.append(
            f"contact type {kind.contact_type}: a warm hand-over (escalation.warm) and after-contact work do not go "
            "together; add the work to the handle time"
        )
    before = precedence(draft, kind, edges) | _interruption(draft, kind)
    first = due_and_order(draft, kind, edges, channel.first_response or channel.service_level, channel.resolution)
    wait = _wait(draft, kind)
    known = talk is not None and talk.same_agent != 0.0 and any(e.pool in draft.named for e in edges)
    shared = {"after_work": after_work, "keep": keep}
    draft.work(
        name,
        "contact",
        name,
        edges,
        size,
        owner="note" if known else "any",
        **shared,
        **(before | first),
        **wait,
        **_door(draft, kind),
    )
    if talk is not None:
        owner: dict[str, Any] = {}
        if known:
            owner = {"owner": "only"} if talk.same_agent is None else {"owner": "prefer", "owner_wait": talk.same_agent}
        due = due_and_order(draft, kind, edges, channel.next_response, channel.resolution)
        at_the_door = {"opening": draft.openings[kind.channel], "when_closed": "wait"}
        draft.work(
            draft.step("reply", name), "reply", name, edges, size, **shared, **(before | due), **owner, **at_the_door
        )
    if channel.call_back is not None or channel.when_closed == "voicemail":
        lower_call_back(draft, kind, edges, size, after_work, before | first, keep)
    if escalation is not None:
        to = _escalated(draft, name, escalation)
        draft.work(
            draft.step("escalation", name),
            "escalation",
            name,
            to,
            needed(lower_law(escalation.handle_time)),
            release="started" if keep else None,
            **(precedence(draft, kind, to) | due_and_order(draft, kind, to, None, channel.resolution)),
            **_interruption(draft, kind),
            **wait,
        )


def edges_of(draft: Draft, kind: str) -> list[Edge]:
    """Who serves a kind; the speed of a head-count's people stands on the edge."""
    edges = []
    for group_name, group in draft.scenario.agent_groups.items():
        skill = group.serves.get(kind)
        if skill is None:
            continue
        for pool, kinds in draft.pools[group_name]:
            if kinds is None or kind in kinds:
                edges.append(_edge(draft, group_name, pool, kind, skill))
    return edges


def _edge(draft: Draft, group: str, pool: str, kind: str, skill: Skill) -> Edge:
    switch = None if skill.when is None else switch_of(draft, skill.when)
    speed = skill.speed * _counted_speed(draft, group)
    return Edge(pool, skill.rank, skill.after, speed, skill.most, reserve_of(draft, group, pool, kind), switch)


def _counted_speed(draft: Draft, group: str) -> float:
    """Speed of a head-count's people; named ones carry theirs."""
    people = draft.scenario.agent_groups[group]
    return people.speed if people.headcount is not None else 1.0


def _escalated(draft: Draft, kind: str, escalation: Escalation) -> list[Edge]:
    """Who takes over: of a group that serves the kind those who have the skill, else everybody in it."""
    found = []
    for rank, group in enumerate(escalation.to, 1):
        serves = kind in draft.scenario.agent_groups[group].serves
        found += [
            Edge(pool, rank, speed=_counted_speed(draft, group))
            for pool, kinds in draft.pools[group]
            if not serves or kinds is None or kind in kinds
        ]
    return found


def _interruption(draft: Draft, kind: Kind) -> dict[str, Any]:
    """Whether agents lay down other work for this kind, or this for other work."""
    routing = draft.scenario.routing
    found: dict[str, Any] = {}
    grade = routing.grades.get(kind.name, 0)
    if grade:
        found["grade"] = grade
    if kind.name in routing.yields:
        found["yields"] = True
    return found


def _wait(draft: Draft, kind: Kind) -> dict[str, Any]:
    """How long customers wait, and how they leave."""
    channel = draft.scenario.channels[kind.channel]
    patience = lower_law(kind.patience)
    if channel.balking > 0.0:
        patience = (Constant(inf) if patience is None else patience).with_atoms((0.0, channel.balking))
    if patience is None:
        return {}
    found: dict[str, Any] = {"patience": _less_patient(draft, patience)}
    if channel.silent_share > 0.0:
        found |= {"silent": channel.silent_share, "ghost": Constant(channel.finding_out)}
    return found


def _less_patient(draft: Draft, law: MachineLaw) -> MachineLaw:
    """Patience by class of customer, as a factor on the law."""
    factors = [1.0, *(c.patience for c in draft.scenario.customers.values())]
    if all(f == 1.0 for f in factors):
        return law
    return replace(law, scale=Predictor(*class_terms(factors)))


def _door(draft: Draft, kind: Kind) -> dict[str, Any]:
    """Opening hours, limit of the line, and whether chasers may end a wait."""
    channel = draft.scenario.channels[kind.channel]
    found: dict[str, Any] = {
        "opening": draft.openings[kind.channel],
        "when_closed": "wait" if channel.when_closed == "wait" else "refuse",
        "at_close": channel.at_close,
        "recall": recall_of(draft, kind),
    }
    if channel.queue_limit is not None:
        alike = [k.name for k in draft.kinds.values() if k.channel == kind.channel]
        if len(alike) == 1:
            found["limit"] = channel.queue_limit
        else:
            found["shared_limit"] = (f"line:{kind.channel}", float(channel.queue_limit))
    return found


def recall_of(draft: Draft, kind: Kind) -> str | None:
    """Family mark that calls a waiting contact back, because a chaser has settled it."""
    chaser = draft.scenario.repeat_contacts.overdue.get(kind.channel)
    settles = chaser is not None and chaser.share > 0.0 and chaser.closes > 0.0
    return f"settled:{kind.channel}" if settles else None
