"""What a scenario means before anything is simulated: its load beside its staff, and the network it became."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

import numpy as np
from numpy.typing import NDArray

from sim.lowering import Operation
from sim.machine import CountedPool, NamedPool, Work
from sim.machine.laws import ByAttribute, Law
from sim.machine.streams import RecordedStream, Stream
from sim.scenario import Scenario

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
    """

    group: str
    load: Array
    staff: Array

    @property
    def load_hours(self) -> float:
        """Offered work of an average week [h]."""
        return float(np.nansum(self.load))

    @property
    def staff_hours(self) -> float:
        """Staffed hours of an average week [h]."""
        return float(np.nansum(self.staff))


def group_loads(operation: Operation) -> list[GroupLoad]:
    """Offered load per agent group and hour beside its staff.

    A contact type's work goes to the groups of best rank that are on duty in that hour, in proportion to their staff;
    if nobody who serves it is there, to the groups of best rank. Skills that wait (`after`) are left out.

    Parameters
    ----------
    operation : Operation
        A lowered scenario.
    """
    scenario, network = operation.scenario, operation.network
    days = scenario.period.days(0.0, scenario.period.length)
    weekday = np.array([d.weekday for d in days])
    clock = scenario.period.minute_at
    edges = np.array([[clock(d.date, 60.0 * h) for h in range(25)] for d in days])
    begin = np.clip(edges[:, :-1], 0.0, network.end)
    end = np.clip(edges[:, 1:], 0.0, network.end)
    hours = np.maximum(end - begin, 0.0) / 60.0
    staff = {p.name: _staff_hours(p, begin, end) for p in network.pools}
    load = {p.name: np.zeros(begin.shape) for p in network.pools}
    for name in scenario.contact_types:
        work = _work_hours(operation, name, begin, end)
        skills = {
            g: s for g in scenario.agent_groups if (s := scenario.agent_groups[g].serves.get(name)) and s.after == 0
        }
        left = work.copy()
        for rank in sorted({s.rank for s in skills.values()}):
            groups = [g for g, s in skills.items() if s.rank == rank]
            there = sum((staff[g] for g in groups), np.zeros(begin.shape))
            for g in groups:
                share = np.divide(staff[g], there, out=np.zeros(begin.shape), where=there > 0)
                load[g] += left * share
            left = np.where(there > 0, 0.0, left)
        if skills:
            best = min(s.rank for s in skills.values())
            groups = [g for g, s in skills.items() if s.rank == best]
            for g in groups:
                load[g] += left / len(groups)
    return [GroupLoad(p.name, _by_weekday(load[p.name], hours, weekday), _by_weekday(staff[p.name], hours, weekday))
            for p in network.pools]  # fmt: skip


def contacts_per_day(operation: Operation) -> dict[str, float]:
    """Expected (or recorded) contacts per day of the period, by contact type."""
    network = operation.network
    days = network.end / 1440.0
    out = {}
    for s in network.streams:
        if isinstance(s, Stream):
            out[s.name] = s.rate.integral(0.0, network.end) / days
        else:
            out[s.name] = float(np.sum((s.times >= 0.0) & (s.times < network.end))) / days
    return out


def mean_handle_time(operation: Operation, name: str) -> float:
    """Mean time an agent spends on a contact of a type, after-contact work included [min].

    For a law that depends on a recorded column, the mean over the rows of the log.
    """
    work = operation.network.step(name)
    assert isinstance(work, Work)
    stream = operation.network.streams[operation.network.stream_index[name]]
    total = _mean(work.size, stream)
    after = work.after_work
    return total + (0.0 if after is None else _mean(after, stream))


def first_lines(scenario: Scenario) -> list[str]:
    """Title, question and period of a scenario, for people."""
    p = scenario.period
    days = p.length / 1440.0
    warm = f", after a warm-up of {p.warm_up / 1440.0:g} d" if p.warm_up else ""
    return [
        scenario.title,
        *([scenario.question] if scenario.question else []),
        f"{days:g} d from {p.start:%a %d %b %Y} ({p.time_zone}){warm}",
    ]


def _mean(law: Law, stream: Stream | RecordedStream) -> float:
    if isinstance(law, ByAttribute) and isinstance(stream, RecordedStream):
        values = stream.columns[law.name]
        means = {v: m.mean for v, m in law.cases}
        found = [means.get(float(v), law.otherwise.mean) for v in np.unique(values)]
        counts = [int(np.sum(values == v)) for v in np.unique(values)]
        return float(np.average(found, weights=counts)) if counts else float("nan")
    return law.mean


def _work_hours(operation: Operation, name: str, begin: Array, end: Array) -> Array:
    """Work that comes with the contacts of each hour [h]."""
    network = operation.network
    stream = network.streams[network.stream_index[name]]
    handle = mean_handle_time(operation, name)
    if isnan(handle):
        handle = 0.0
    if isinstance(stream, RecordedStream):
        counts = np.searchsorted(stream.times, end) - np.searchsorted(stream.times, begin)
        contacts = np.maximum(counts, 0).astype(np.float64)
    else:
        contacts = np.array([[stream.rate.integral(a, b) for a, b in zip(x, y, strict=True)]
                             for x, y in zip(begin, end, strict=True)])  # fmt: skip
    return contacts * handle / 60.0 * _admitted(operation, name, begin, end)


def _admitted(operation: Operation, name: str, begin: Array, end: Array) -> Array:
    """Share of each hour in which a contact would not be turned away at a closed door."""
    work = operation.network.step(name)
    assert isinstance(work, Work)
    if work.opening is None or work.when_closed == "wait":
        return np.ones(begin.shape)
    door = operation.network.calendars[work.opening]
    out = np.zeros(begin.shape)
    for i in np.ndindex(begin.shape):
        if end[i] > begin[i]:
            out[i] = door.between(float(begin[i]), float(end[i])) / (end[i] - begin[i])
    return out


def _staff_hours(pool: CountedPool | NamedPool, begin: Array, end: Array) -> Array:
    """Expected hours on duty in each hour [h]."""
    out = np.zeros(begin.shape)
    if isinstance(pool, CountedPool):
        for i in np.ndindex(begin.shape):
            out[i] = pool.servers.integral(float(begin[i]), float(end[i])) / 60.0
        return out
    for server in pool.servers:
        for d in server.duties:
            out += d.presence * np.maximum(np.minimum(end, d.end) - np.maximum(begin, d.begin), 0.0) / 60.0
            for b in server.breaks:
                if d.begin <= b.begin < d.end:
                    stop = min(b.begin + b.length, d.end)
                    out -= d.presence * np.maximum(np.minimum(end, stop) - np.maximum(begin, b.begin), 0.0) / 60.0
    return out


def _by_weekday(values: Array, hours: Array, weekday: NDArray[np.int_]) -> Array:
    """Average level per weekday and hour: sum of work over sum of hours; NaN where the period has no such hour."""
    top, bottom = np.zeros((7, 24)), np.zeros((7, 24))
    np.add.at(top, weekday, values)
    np.add.at(bottom, weekday, hours)
    return np.divide(top, bottom, out=np.full((7, 24), np.nan), where=bottom > 0)
