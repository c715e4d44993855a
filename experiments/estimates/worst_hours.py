"""Hours of the week in which promises break."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.estimates.estimates import Estimates
from experiments.estimates.intervals import Estimate
from experiments.replication.grids import WEEKDAY_HOUR
from experiments.replication.promises import promises_of
from experiments.replication.replications import Replications


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
    level : Estimate
        Service level.
    asa, abandonment, occupancy : float
        [min], share, share (of all staff).
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
    staff = _by_interval(estimates, "on_duty_hours", "all", "all", grid.n)
    busy = _by_interval(estimates, "occupancy", "all", "all", grid.n)
    found = []
    for promise in promises_of(replications.operation):
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


def _by_interval(estimates: Estimates, measure: str, kind: str, scope: str, n: int) -> NDArray[np.float64]:
    rows = estimates.rows(measure, kind, scope, WEEKDAY_HOUR)
    out = np.full(n, np.nan)
    out[rows["interval"].to_numpy()] = rows["value"].to_numpy()
    return out
