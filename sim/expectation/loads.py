"""Offered load of each agent group beside its staff, by weekday and hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.expectation.arrivals import Hours
from sim.expectation.flow import Flow, expected_flow
from sim.expectation.work import mean_of
from sim.lowering import Operation
from sim.lowering.laws import lower_law
from sim.machine import CountedPool, NamedPool
from sim.scenario.model import AgentGroup

Array = NDArray[np.float64]


@dataclass(frozen=True)
class GroupLoad:
    """Offered load and staff of one agent group, by weekday and hour.

    Attributes
    ----------
    group : str
        Name of the agent group.
    load : array, shape (7, 24)
        Work of the contacts that come in the hour and whose first choice this group is [Erlang]: contacts per hour
        x mean handle time (after-contact work included), averaged over the dates of the period. NaN: no such date.
    staff : array, shape (7, 24)
        Expected agents on duty, shrinkage and planned breaks taken off.
    pace : float
        Work that an agent gets through in an hour with all places taken [h]: contacts at a time x the speed of each, x
        the mean working speed of the agents on duty.
    """

    group: str
    load: Array
    staff: Array
    pace: float = 1.0

    @property
    def load_hours(self) -> float:
        """Offered work of an average week [h]."""
        return float(np.nansum(self.load))

    @property
    def staff_hours(self) -> float:
        """Staffed hours of an average week [h]."""
        return float(np.nansum(self.staff))

    @property
    def occupancy(self) -> float:
        """Offered work over what the staff could get through; NaN without staff."""
        able = self.staff_hours * self.pace
        return self.load_hours / able if able > 0.0 else float("nan")


def group_loads(operation: Operation, flow: Flow | None = None) -> list[GroupLoad]:
    """Offered load per agent group and hour beside its staff.

    The work of a kind goes to the groups of best rank that are on duty in that hour, in proportion to their
    staff; if nobody who serves it is there, to those of best rank. Skills that wait (`after`) or that need a signal
    are left out. Escalated work goes to the group that takes it first.

    Parameters
    ----------
    operation : Operation
        A lowered scenario.
    flow : Flow, optional
        Its expected flow, if it is known already.
    """
    scenario = operation.scenario
    flow = expected_flow(operation) if flow is None else flow
    hours = flow.hours
    pools = {p.name: p for p in operation.network.pools}
    staff = {
        g: sum((staff_hours(pools[p], hours) for p in names), np.zeros(hours.begin.shape))
        for g, names in operation.groups.items()
    }
    load = {g: np.zeros(hours.begin.shape) for g in staff}
    for kind, work in flow.work.items():
        skills = {
            g: s
            for g, group in scenario.agent_groups.items()
            if (s := group.serves.get(kind)) is not None and s.after == 0.0 and s.when is None
        }
        speeds = {g: s.speed for g, s in skills.items()}
        _share_out(work, {g: s.rank for g, s in skills.items()}, staff, load, speeds)
        contact_type = scenario.contact_types[scenario.kinds[kind].contact_type]
        if contact_type.escalation is not None:
            law = lower_law(contact_type.escalation.handle_time)
            stream = operation.network.streams[operation.network.stream_index[scenario.kinds[kind].contact_type]]
            minutes = 0.0 if law is None else mean_of(law, stream)
            extra = flow.offered[kind] * contact_type.escalation.share * minutes / 60.0
            _share_out(extra, {g: i for i, g in enumerate(contact_type.escalation.to, 1)}, staff, load, {})
    return [
        GroupLoad(
            g,
            _by_weekday(load[g], hours),
            _by_weekday(staff[g], hours),
            _gain(scenario.agent_groups[g]) * _speed(operation, g),
        )
        for g in staff
    ]


def _gain(group: AgentGroup) -> float:
    """Work done with all places taken, over that with one contact at a time."""
    return 1.0 if group.concurrency is None else max(group.concurrency.gain)


def _speed(operation: Operation, name: str) -> float:
    """Mean working speed of those on duty; what they learn meanwhile is left out."""
    group = operation.scenario.agent_groups[name]
    if group.headcount is not None:
        return group.speed
    pools = {p.name: p for p in operation.network.pools}
    done = hours = 0.0
    for pool in operation.groups[name]:
        found = pools[pool]
        assert isinstance(found, NamedPool)
        for server in found.servers:
            mine = sum((d.end - d.begin) * d.presence for d in server.duties if d.switch is None)
            hours += mine
            done += mine * server.speed
    return done / hours if hours > 0.0 else group.speed


def _share_out(
    work: Array, ranks: dict[str, int], staff: dict[str, Array], load: dict[str, Array], speeds: dict[str, float]
) -> None:
    """Add work to the groups that take it first; it takes longer where a skill is slow."""
    left = work.copy()
    for rank in sorted(set(ranks.values())):
        groups = [g for g, r in ranks.items() if r == rank]
        there = sum((staff[g] for g in groups), np.zeros(work.shape))
        for g in groups:
            share = np.divide(staff[g], there, out=np.zeros(work.shape), where=there > 0)
            load[g] += left * share / speeds.get(g, 1.0)
        left = np.where(there > 0, 0.0, left)
    if ranks:
        best = min(ranks.values())
        groups = [g for g, r in ranks.items() if r == best]
        for g in groups:
            load[g] += left / len(groups) / speeds.get(g, 1.0)


def staff_hours(pool: CountedPool | NamedPool, hours: Hours) -> Array:
    """Expected hours on duty in each hour, breaks taken off; people on call are left out [h]."""
    begin, end = hours.begin, hours.end
    out = np.zeros(begin.shape)
    if isinstance(pool, CountedPool):
        for i in np.ndindex(begin.shape):
            out[i] = pool.servers.integral(float(begin[i]), float(end[i])) / 60.0
        return out
    starts = np.array([d.begin for s in pool.servers for d in s.duties if d.switch is None])
    ends = np.array([d.end for s in pool.servers for d in s.duties if d.switch is None])
    weights = np.array([d.presence for s in pool.servers for d in s.duties if d.switch is None])
    out += _there(begin, end, starts, ends, weights)
    rests = [
        (b.begin, min(b.begin + b.length, d.end), d.presence)
        for s in pool.servers
        for d in s.duties
        if d.switch is None
        for b in s.breaks
        if d.begin <= b.begin < d.end
    ]
    if rests:
        a, z, w = (np.array(column) for column in zip(*rests, strict=True))
        out -= _there(begin, end, a, z, w)
    return out


def _there(begin: Array, end: Array, starts: Array, ends: Array, weights: Array) -> Array:
    """Weighted time of intervals in each hour [h]: area under the number present, from its running integral."""
    if not starts.size:
        return np.zeros(begin.shape)
    knots = np.unique(np.concatenate((starts, ends)))
    change = np.zeros(knots.size)
    np.add.at(change, np.searchsorted(knots, starts), weights)
    np.add.at(change, np.searchsorted(knots, ends), -weights)
    area = np.concatenate(([0.0], np.cumsum(np.cumsum(change)[:-1] * np.diff(knots))))
    return np.asarray(np.interp(end, knots, area) - np.interp(begin, knots, area)) / 60.0


def _by_weekday(values: Array, hours: Hours) -> Array:
    """Average level per weekday and hour: sum of work over sum of hours; NaN where the period has no such hour."""
    top, bottom = np.zeros((7, 24)), np.zeros((7, 24))
    np.add.at(top, hours.weekday, values)
    np.add.at(bottom, hours.weekday, hours.length)
    return np.divide(top, bottom, out=np.full((7, 24), np.nan), where=bottom > 0)
