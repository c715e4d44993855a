"""Simulated numbers beside recorded ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.estimates.estimates import Estimates
from experiments.estimates.intervals import one_history
from experiments.replication.grids import HOUR
from experiments.replication.reduction import LevelAt
from experiments.replication.replications import Replications
from sim.measures import MEASURES
from sim.scenario.model import Observed
from sim.scenario.text.problems import name_repair

BAND = 0.9
"""Probability with which a single period lies in the range that recorded numbers are held against."""

POOLED = ("ratio of sums", "snapshot")


@dataclass(frozen=True)
class Beside:
    """A recorded number beside the simulated one.

    Attributes
    ----------
    measure, unit : str
        What it is.
    channel : str or None
        None for the whole operation.
    hour : int or None
        None for the whole period.
    simulated, low, high : float
        Estimate and its 95 % interval for the long run.
    history_low, history_high : float
        Range in which a single period would lie with 90 % (`BAND`): the yardstick for what was recorded, which is one
        period.
    recorded : float
    n : float or None
        Contacts behind the recorded number.
    """

    measure: str
    unit: str
    channel: str | None
    hour: int | None
    simulated: float
    low: float
    high: float
    history_low: float
    history_high: float
    recorded: float
    n: float | None

    @property
    def difference(self) -> float:
        """Simulated less recorded."""
        return self.simulated - self.recorded

    @property
    def inside(self) -> bool | None:
        """Whether what was recorded could be one period of the simulation; None where it cannot be told."""
        if not self.history_low <= self.history_high:
            return None
        slack = 1e-6 * (1.0 + abs(self.recorded))  # recorded numbers come rounded
        return self.history_low - slack <= self.recorded <= self.history_high + slack


def beside_recorded(replications: Replications, estimates: Estimates) -> tuple[list[Beside], list[str]]:
    """Put every recorded number of the scenario beside the simulated one.

    Returns
    -------
    rows : list of Beside
        In the order of the scenario.
    notes : list of str
        Measures that are recorded and not computed.
    """
    rows, unknown = [], []
    for recorded in replications.operation.scenario.observed:
        level = LevelAt.named(recorded.measure)
        if recorded.measure not in MEASURES and level is None:
            unknown.append(recorded.measure)
            continue
        rows.append(_beside(replications, estimates, recorded))
    notes = [
        f'observed: the measure "{name}" is not computed and not shown; {name_repair(name, MEASURES)}'
        for name in dict.fromkeys(unknown)
    ]
    return rows, notes


def _beside(replications: Replications, estimates: Estimates, recorded: Observed) -> Beside:
    kind, scope = ("all", "all") if recorded.channel is None else ("channel", recorded.channel)
    grid, interval = "period", -1
    if recorded.hour is not None:
        labels = replications.reduction.labels(HOUR)
        label = f"{recorded.hour:02d}"
        grid, interval = HOUR, labels.index(label) if label in labels else -2
    measure = replications.measure(recorded.measure)
    e = estimates.of(recorded.measure, kind, scope, grid, interval)
    stack = replications.stack
    row = stack.rows(recorded.measure, kind, scope, grid, interval)
    low = high = np.array([np.nan])
    if row.size:
        values = stack.value[:, row]
        if measure.estimator in POOLED:
            base = stack.denominator[:, row]
            values = np.divide(stack.numerator[:, row], base, out=np.full(base.shape, np.nan), where=base > 0.0)
        low, high = one_history(values, share=measure.unit == "share", confidence=BAND)
    return Beside(
        measure=recorded.measure,
        unit=measure.unit,
        channel=recorded.channel,
        hour=recorded.hour,
        simulated=e.value,
        low=e.low,
        high=e.high,
        history_low=float(low[0]),
        history_high=float(high[0]),
        recorded=recorded.value,
        n=recorded.n,
    )
