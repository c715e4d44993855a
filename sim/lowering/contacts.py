"""Contact types as streams and steps: who comes when, what it takes, who may serve it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sim.lowering.laws import attributes_read, lower_law, lower_number
from sim.machine import Calendar, Constant, Edge, NetworkBuilder, Timeline
from sim.machine import Law as MachineLaw
from sim.scenario.model import Channel, ContactType, Scenario
from sim.scenario.model.hours import open_intervals
from sim.scenario.model.laws import NumberByAttribute
from sim.scenario.model.logs import Log
from sim.scenario.model.period import Period
from sim.scenario.model.rates import Rate, rate_steps


def lower_channel(builder: NetworkBuilder, name: str, channel: Channel, period: Period, stop: float) -> str | None:
    """Add the opening hours of a channel as a calendar; None when it is always open."""
    if channel.open.always:
        return None
    hours = open_intervals(channel.open, period, -period.warm_up, stop)
    builder.calendar(Calendar(f"open:{name}", [(float(a), float(b)) for a, b in hours]))
    return f"open:{name}"


def lower_type(builder: NetworkBuilder, name: str, scenario: Scenario, opening: str | None, stop: float) -> None:
    """Add the stream and the step of a contact type."""
    kind = scenario.contact_types[name]
    channel = scenario.channels[kind.channel]
    _births(builder, name, kind, scenario.period, stop)
    after_work = lower_law(kind.after_contact_work)
    least = lowest_priority(scenario)
    head_start = None if kind.head_start == 0.0 else lower_number(kind.head_start)
    priority = None if kind.priority == least else lower_number(kind.priority, -least)
    builder.work(
        name,
        _edges(name, scenario),
        size=_needed(lower_law(kind.handle_time)),
        after_work=None if after_work == Constant(0.0) else after_work,
        patience=lower_law(kind.patience),
        head_start=head_start,
        priority=priority,
        opening=opening,
        when_closed="refuse" if channel.when_closed == "lost" else "wait",
        at_close=channel.at_close,
        limit=channel.queue_limit,
    )


def lowest_priority(scenario: Scenario) -> float:
    """Lowest priority any contact can have: the machine counts from there."""
    least = [0.0]
    for kind in scenario.contact_types.values():
        if isinstance(kind.priority, NumberByAttribute):
            least += [kind.priority.otherwise, *(c.number for c in kind.priority.cases)]
        else:
            least.append(kind.priority)
    return min(least)


@lru_cache(maxsize=64)  # a reference stays while its rate is drawn
def rate_timeline(rate: Rate, period: Period, stop: float) -> Timeline:
    """Expected contacts per minute over warm-up, period and the time followed after it."""
    steps = rate_steps(rate, period, -period.warm_up, stop)
    return Timeline(steps.edges, np.append(steps.rates, 0.0))


def _births(builder: NetworkBuilder, name: str, kind: ContactType, period: Period, stop: float) -> None:
    arrivals = kind.arrivals
    if isinstance(arrivals, Log):
        used = set[str]().union(
            *(attributes_read(x) for x in (kind.handle_time, kind.after_contact_work, kind.patience)),
            attributes_read(kind.priority),
            attributes_read(kind.head_start),
        )
        builder.recorded(
            name,
            name,
            arrivals.times,
            columns={a.name: a.values for a in arrivals.attributes if a.name in used},
            first_row=arrivals.first_row,
        )
        return
    assert kind.reference is not None
    busy = kind.busyness
    random = busy.day_sd > 0.0 or busy.within_day_sd > 0.0
    builder.stream(
        name,
        name,
        rate_timeline(arrivals, period, stop),
        reference=rate_timeline(kind.reference, period, stop),
        busyness=busy.factor if random else (),
    )


def _edges(name: str, scenario: Scenario) -> list[Edge]:
    """Who serves a type; the speed of a head-count's people stands on the edge."""
    edges = []
    for group_name, group in scenario.agent_groups.items():
        skill = group.serves.get(name)
        if skill is not None:
            speed = skill.speed * (group.speed if group.headcount is not None else 1.0)
            edges.append(Edge(group_name, skill.rank, skill.after, speed, None, skill.reserve))
    return edges


def _needed(law: MachineLaw | None) -> MachineLaw:
    if law is None:
        raise ValueError("a handle time cannot be 'never'")
    return law
