"""Hours and half hours of the week in which promises break."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from experiments.estimates.estimates import Estimates
from experiments.estimates.intervals import Estimate
from experiments.replication.grids import WEEKDAY_HALF, WEEKDAY_HOUR
from experiments.replication.promises import Promise, promises_of
from experiments.replication.replications import Replications
from sim.lowering import Operation
from sim.machine import Work


@dataclass(frozen=True)
class WorstHour:
    """An hour of the week in which contacts fall short of a promise.

    Parameters
    ----------
    label : str
        Such as `mon 09`.
    scope : str
        Service.
    short : float
        Contacts below the promise, per such hour.
    contacts, staff : float
        Contacts that come, people on duty.
        In the groups that serve the channel.
    level : Estimate
        Service level.
    asa, abandonment, occupancy : float
        [min], share, share (of the time that people of these groups are on duty).
    """

    label: str
    scope: str
    short: float
    contacts: float
    level: Estimate
    asa: float
    abandonment: float
    staff: float
    occupancy: float


def worst_hours(replications: Replications, estimates: Estimates) -> list[WorstHour]:
    """Hours of the week below a promise, those first in which most contacts fall short of it.

    Parameters
    ----------
    replications, estimates : Replications, Estimates
        The run.
    """
    grid = replications.reduction.grids.weekday_hour
    hours = np.zeros(grid.n)
    np.add.at(hours, grid.label_of, np.diff(grid.edges) / 60.0)
    found = []
    for promise in promises_of(replications.operation):
        staff, busy = _people(replications.operation, promise, estimates, grid.n)
        rows = estimates.rows("service_level", "channel", promise.service, WEEKDAY_HOUR)
        arrivals, asa, gone = (
            _by_interval(estimates, m, "channel", promise.service, grid.n) for m in ("arrivals", "asa", "abandonment")
        )
        for i, label, value, low, high, n, counted in rows[
            ["interval", "label", "value", "low", "high", "n", "counted"]
        ].itertuples(index=False):
            per_hour = counted * n / estimates.replications / hours[i]
            short = per_hour * (promise.share - value)
            if short > 0.0:
                found.append(
                    WorstHour(
                        str(label),
                        promise.service,
                        short,
                        arrivals[i] / hours[i],
                        Estimate(value, low, high, n),
                        asa[i],
                        gone[i],
                        staff[i] / hours[i],
                        busy[i],
                    )
                )
    return sorted(found, key=lambda w: -w.short)


@dataclass(frozen=True)
class WorstHalfHour:
    """A half hour of the week in which contacts fall short of a promise.

    Parameters
    ----------
    label : str
        When it begins, such as `mon 10:30`.
    promise : Promise
        What breaks.
    short : float
        Contacts below the promise, per such half hour.
    level : Estimate
        Share in time.
    waiting, staff : float
        Contacts in line on the channel, people on duty in the groups that serve it.
    """

    label: str
    promise: Promise
    short: float
    level: Estimate
    waiting: float
    staff: float


def worst_half_hours(replications: Replications, estimates: Estimates, most: int = 5) -> list[WorstHalfHour]:
    """Half hours of the week below a promise, those first in which most contacts fall short of it.

    Parameters
    ----------
    replications, estimates : Replications, Estimates
        The run.
    most : int
        How many are wanted.
    """
    operation, grid = replications.operation, replications.reduction.grids.weekday_half
    hours = np.zeros(grid.n)
    np.add.at(hours, grid.label_of, np.diff(grid.edges) / 60.0)
    found = []
    for promise in promises_of(operation):
        rows = estimates.rows("service_level", "channel", promise.service, WEEKDAY_HALF)
        per_half = rows["counted"] * rows["n"] / estimates.replications / (2.0 * hours[rows["interval"]])
        short = (per_half * (promise.share - rows["value"])).to_numpy()
        for at in np.argsort(-short, kind="stable")[:most]:
            if short[at] > 0.0:
                found.append((float(short[at]), promise, rows.iloc[at]))
    found.sort(key=lambda x: -x[0])
    told: list[WorstHalfHour] = []
    for missing, promise, row in found:
        i = int(row["interval"])
        line = estimates.of("queue_length", "channel", promise.channel, WEEKDAY_HALF, i)
        staff = [estimates.of("on_duty_hours", "pool", p, WEEKDAY_HALF, i).value for p in serving(operation, promise)]
        level = Estimate(float(row["value"]), float(row["low"]), float(row["high"]), int(row["n"]))
        on_duty = float(np.nansum(staff)) / hours[i]
        told.append(WorstHalfHour(str(row["label"]), promise, missing, level, line.value, on_duty))
    return spread(told, most)


def serving(operation: Operation, promise: Promise) -> tuple[str, ...]:
    """Pools that serve the channel of a promise, at any rank."""
    steps = operation.channels[promise.channel]
    works = (step for step in operation.network.steps if step.name in steps)
    return tuple(dict.fromkeys(edge.pool for w in works if isinstance(w, Work) for edge in w.edges))


Shortfall = TypeVar("Shortfall", WorstHour, WorstHalfHour)


def spread(found: Sequence[Shortfall], most: int) -> list[Shortfall]:
    """The worst ones, with room for every promise that breaks.

    Parameters
    ----------
    found : sequence
        The worst first.
    most : int
        How many are wanted.
    """
    services = [hour.scope if isinstance(hour, WorstHour) else hour.promise.service for hour in found]
    each = max(most // max(len(set(services)), 1), 1)
    taken: dict[str, int] = {}
    first: list[int] = []
    later: list[int] = []
    for i, service in enumerate(services):
        taken[service] = taken.get(service, 0) + 1
        (first if taken[service] <= each else later).append(i)
    return [found[i] for i in sorted((first + later)[:most])]


def _people(
    operation: Operation, promise: Promise, estimates: Estimates, n: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Hours on duty of the groups that serve a promise, and their occupancy, by hour of the week."""
    duty, busy = np.zeros(n), np.zeros(n)
    for pool in serving(operation, promise):
        there = np.nan_to_num(_by_interval(estimates, "on_duty_hours", "pool", pool, n))
        duty += there
        busy += there * np.nan_to_num(_by_interval(estimates, "occupancy", "pool", pool, n))
    return duty, np.where(duty > 0.0, busy / np.where(duty > 0.0, duty, 1.0), np.nan)


def _by_interval(estimates: Estimates, measure: str, kind: str, scope: str, n: int) -> NDArray[np.float64]:
    rows = estimates.rows(measure, kind, scope, WEEKDAY_HOUR)
    out = np.full(n, np.nan)
    out[rows["interval"].to_numpy()] = rows["value"].to_numpy()
    return out
