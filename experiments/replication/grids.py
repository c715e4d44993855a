"""Ways in which a run is split by time, on the wall clock of the scenario."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from sim.lowering import Operation
from sim.machine import CountedPool, NamedPool, Network
from sim.measures.intervals import WEEKDAYS, Intervals

HOUR, WEEKDAY_HOUR, DAY, QUARTER = "hour", "weekday hour", "day", "quarter"
WEEKDAY_HALF = "weekday half hour"
"""By hour of the day; by weekday and hour, or half hour; by date; by quarter of an hour of a day with staff."""

OFF = "no staff"
"""Label of the dates that are left out of the average day."""


@dataclass(frozen=True, eq=False)
class Grids:
    """Intervals for the measures of one operation.

    Attributes
    ----------
    hour, weekday_hour, weekday_half, day, quarter : Intervals
        Labels: `09`; `mon 09`; `mon 09:30`; `2026-03-02`; `09:15` on dates with staff and `no staff` on others.
    staffed_days : int
        Dates behind `quarter`.
    """

    hour: Intervals
    weekday_hour: Intervals
    weekday_half: Intervals
    day: Intervals
    quarter: Intervals
    staffed_days: int

    @classmethod
    def of(cls, operation: Operation) -> Grids:
        """Grids of an operation; where clocks change, an hour of the day is the one on the wall.

        Examples
        --------
        >>> from sim.lowering import lower
        >>> from sim.scenario import load
        >>> grids = Grids.of(lower(load("scenarios/minimal.yaml")))
        >>> grids.hour.labels[9], grids.weekday_hour.labels[33], grids.day.labels[1]
        ('09', 'tue 09', '2026-03-03')
        """
        network, period = operation.network, operation.scenario.period
        hours = _wall_edges(operation, 60)
        local = [period.local(float(t)) for t in hours[:-1]]
        halves = _wall_edges(operation, 30)
        in_half = [period.local(float(t)) for t in halves[:-1]]
        quarters = _wall_edges(operation, 15)
        staffed = _staffed_dates(operation)
        in_quarter = [period.local(float(t)) for t in quarters[:-1]]
        days = [d for d in period.days() if d.end > 0.0 and d.start < network.end]
        edges = np.array([0.0, *(d.start for d in days if d.start > 0.0), network.end])

        def named(labels: list[str], name: str, at: np.ndarray) -> Intervals:
            return Intervals(at, labels, name)

        return cls(
            hour=named([f"{t:%H}" for t in local], HOUR, hours),
            weekday_hour=named([f"{WEEKDAYS[t.weekday()]} {t:%H}" for t in local], WEEKDAY_HOUR, hours),
            weekday_half=named(
                [f"{WEEKDAYS[t.weekday()]} {t:%H}:{t.minute // 30 * 30:02d}" for t in in_half], WEEKDAY_HALF, halves
            ),
            day=named([d.date.isoformat() for d in days], DAY, edges),
            quarter=named(
                [_quarter(t) if t.date() in staffed else OFF for t in in_quarter],
                QUARTER,
                quarters,
            ),
            staffed_days=len(staffed),
        )


def _quarter(t: datetime) -> str:
    return f"{t.hour:02d}:{t.minute // 15 * 15:02d}"


def _wall_edges(operation: Operation, step: int) -> np.ndarray:
    """Minutes at which the wall clock shows a multiple of `step` minutes, with both ends of the period."""
    period, end = operation.scenario.period, operation.network.end
    inner = {period.minute_at(day.date, clock) for day in period.days() for clock in range(0, 1440, step)}
    return np.array([0.0, *sorted(t for t in inner if 0.0 < t < end), end])


def _staffed_dates(operation: Operation) -> set[object]:
    """Dates on which anybody is planned to be on duty."""
    period, network = operation.scenario.period, operation.network
    on_duty = _somebody(network)
    return {d.date for d in period.days() if on_duty(max(d.start, 0.0), min(d.end, network.end))}


def _somebody(network: Network) -> Callable[[float, float], bool]:
    spans: list[tuple[float, float]] = []
    for pool in network.pools:
        if isinstance(pool, NamedPool):
            spans += [(d.begin, d.end) for s in pool.servers for d in s.duties]
        elif isinstance(pool, CountedPool):
            times = np.append(pool.servers.times, np.inf)
            spans += [
                (float(a), float(b))
                for a, b, n in zip(times[:-1], times[1:], pool.servers.values, strict=True)
                if n > 0.0
            ]
    begins = np.array([a for a, _ in spans])
    ends = np.array([b for _, b in spans])
    return lambda a, b: bool(np.any((begins < b) & (ends > a)))
