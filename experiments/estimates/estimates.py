"""Estimates over replications: a value for every measure, scope and interval, with its 95 % interval."""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm
from typing import TYPE_CHECKING

import numpy as np

from experiments.estimates.controls import controlled
from experiments.estimates.intervals import CONFIDENCE, Estimate, intervals_of, way_of

if TYPE_CHECKING:
    import pandas as pd

    from experiments.replication.replications import Replications

LEAST_BLOCKS = 8
"""Blocks from which intervals are taken over blocks."""


@dataclass(frozen=True, eq=False)
class Estimates:
    """All estimates of a set of replications.

    Attributes
    ----------
    frame : DataFrame
        One row per measure, scope and interval: `measure`, `scope_kind`, `scope`, `grid`, `interval`, `label`, `unit`,
        `value`, `low`, `high`, `n` (replications with something to count), `counted` (mean denominator of these),
        `if_open_low`, `if_open_high` (the value bounded over all that contacts still open at the end can turn out to
        be).
    replications : int
        How many there were.
    confidence : float
        Of the intervals.
    """

    frame: pd.DataFrame
    replications: int
    confidence: float

    def rows(
        self, measure: str, scope_kind: str = "all", scope: str | None = "all", grid: str = "period"
    ) -> pd.DataFrame:
        """Rows of one measure in one grid, in the order of its labels; all scopes of the kind with `scope` None."""
        f = self.frame
        keep = (f["measure"] == measure) & (f["scope_kind"] == scope_kind) & (f["grid"] == grid)
        if scope is not None:
            keep &= f["scope"] == scope
        return f[keep].sort_values("interval", kind="stable")

    def of(
        self, measure: str, scope_kind: str = "all", scope: str = "all", grid: str = "period", interval: int = -1
    ) -> Estimate:
        """One estimate; NaN throughout where it is absent."""
        found = self.rows(measure, scope_kind, scope, grid)
        found = found[found["interval"] == interval]
        if found.empty:
            return Estimate(np.nan, np.nan, np.nan, 0)
        row = found.iloc[0]
        return Estimate(float(row["value"]), float(row["low"]), float(row["high"]), int(row["n"]))


def estimate(replications: Replications, confidence: float = CONFIDENCE, *, controls: bool = False) -> Estimates:
    """Estimate every measure from its replications.

    Ratios are pooled (`ratio_estimate`), shares of periods get score intervals (`chance_estimate`), totals, quantiles
    and maxima are averaged (`mean_estimate`). A single replication is one possible history: values without intervals.
    Where days are stratified, the intervals are those over blocks as soon as there are enough of them (`block_of`).

    Parameters
    ----------
    replications : Replications
        As `replicate` returns them.
    confidence : float
        Between 0 and 1.
    controls : bool
        Let the known luck of the replications sharpen ratios (`controlled`).

    Raises
    ------
    ControlProblem
        There are too few replications for that.
    """
    import pandas as pd

    stack = replications.stack
    keys = stack.keys
    measures = [replications.measure(name) for name in stack.measures]
    of = keys["measure_number"].to_numpy()
    ways = np.array([way_of(m) for m in measures], dtype=object)[of]
    value, low, high = (np.full(len(keys), np.nan) for _ in range(3))
    n = np.zeros(len(keys), dtype=np.int64)
    block = block_of(replications)
    luck = np.array([r.controls for r in replications.results]) if controls else None
    for way in dict.fromkeys(ways.tolist()):
        rows = ways == way
        x, y = stack.numerator[:, rows], stack.denominator[:, rows]
        if luck is not None and way not in ("chance", "mean"):
            found = controlled(x, y, luck, share="share" in way, counted=way == "counted share", confidence=confidence)
        else:
            found = intervals_of(way, x, y, stack.value[:, rows], confidence, block)
        value[rows], low[rows], high[rows], n[rows] = found
    pooled = np.array([m.estimator in ("ratio of sums", "snapshot") for m in measures], dtype=bool)
    base = np.where(stack.denominator > 0.0, stack.denominator, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        counted = base.sum(axis=0) / n
        weight = np.where(np.isnan(stack.value), 0.0, np.where(pooled[of], base, 1.0))
        bounds = [
            np.where(weight > 0.0, weight * x, 0.0).sum(axis=0) / weight.sum(axis=0) for x in (stack.lower, stack.upper)
        ]
    frame = pd.DataFrame(
        {
            **{name: keys[name] for name in ("measure", "scope_kind", "scope", "grid", "interval", "label")},
            "unit": pd.Categorical(np.array([m.unit for m in measures], dtype=object)[of]),
            "value": value,
            "low": low,
            "high": high,
            "n": n,
            "counted": counted,
            "if_open_low": bounds[0],
            "if_open_high": bounds[1],
        }
    )
    return Estimates(frame, len(replications.results), confidence)


def block_of(replications: Replications) -> int:
    """Replications that make up one independent piece: a block, where days are stratified and eight blocks are whole.

    With fewer blocks each replication is taken by itself; the intervals are then too wide rather than too narrow.
    """
    network = replications.operation.network
    used = {f for s in network.streams for f in getattr(s, "busyness", ())}
    sizes = {network.busyness[f].strata for f in used if network.busyness[f].day_sd > 0.0} - {1}
    numbers = [r.number for r in replications.results]
    if not sizes or numbers != list(range(len(numbers))):
        return 1
    size = lcm(*sizes)
    return size if len(numbers) % size == 0 and len(numbers) // size >= LEAST_BLOCKS else 1
