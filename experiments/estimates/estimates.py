"""Estimates over replications: a value for every measure, scope and interval, with its 95 % interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import pandas as pd

    from experiments.replication.replications import Replications

Floats = NDArray[np.float64]

CONFIDENCE = 0.95


class Estimate(NamedTuple):
    """One number with what is known about it.

    Parameters
    ----------
    value : float
        The estimate; NaN where there was nothing to count.
    low, high : float
        Interval at the confidence level; NaN where one history alone says something.
    n : int
        Replications with something to count.
    """

    value: float
    low: float
    high: float
    n: int


class Intervals(NamedTuple):
    """Values of many rows, with their intervals and the number of replications behind each."""

    value: Floats
    low: Floats
    high: Floats
    n: NDArray[np.int64]


def ratio_estimate(
    numerator: ArrayLike, denominator: ArrayLike, *, share: bool, counted: bool = False, confidence: float = CONFIDENCE
) -> Intervals:
    """Ratios of sums over replications, with delta intervals.

    The long-run ratio is the sum of the numerators over the sum of the denominators, not the mean of ratios: a bad day
    is a big day, and the mean of ratios would hide it. With z_r = x_r - theta y_r the standard error is
    sd(z) / (sqrt(n) mean(y)); a share takes it on the logit scale, which keeps the interval inside (0, 1) and its
    coverage near the nominal one at 20 replications.

    Parameters
    ----------
    numerator, denominator : array, shape (replications, rows)
        A replication with denominator 0 had nothing to count and is left out of its row.
    share : bool
        The ratios are shares: logit scale.
    counted : bool
        Denominators count things (contacts, days). Where the replications do not differ at all (none of the contacts,
        or one day in each week) they say nothing about how they could; the interval is then that of the pooled count
        (Clopper and Pearson 1934), instead of one without width.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Intervals
        Arrays of shape (rows,). Where no numerator is negative, no lower limit is.

    References
    ----------
    Cochran 1977, Sampling Techniques, section 6.3 (ratio estimator).

    Examples
    --------
    >>> good, offered = [[80.0], [90.0], [50.0]], [[100.0], [100.0], [100.0]]
    >>> e = ratio_estimate(good, offered, share=True)
    >>> [round(float(x[0]), 2) for x in e]
    [0.73, 0.16, 0.97, 3.0]
    """
    x = np.asarray(numerator, dtype=np.float64)
    y = np.asarray(denominator, dtype=np.float64)
    some = y > 0.0
    x, y = np.where(some, x, 0.0), np.where(some, y, 0.0)
    n = some.sum(axis=0)
    sum_x, sum_y = x.sum(axis=0), y.sum(axis=0)
    value = np.divide(sum_x, sum_y, out=np.full(sum_y.shape, np.nan), where=sum_y > 0.0)
    several = n >= 2
    with np.errstate(invalid="ignore", divide="ignore"):
        z = x - np.where(some, value, 0.0) * y
        error = np.sqrt((z * z).sum(axis=0) / (n - 1) * n) / sum_y
        t = _t(n - 1, confidence)
        low, high = value - t * error, value + t * error
        low = np.where((x >= 0.0).all(axis=0), np.maximum(low, 0.0), low)
        if share:
            inside = (value > 0.0) & (value < 1.0)
            logit = np.log(value / (1.0 - value))
            reach = t * error / (value * (1.0 - value))
            low = np.where(inside, _expit(logit - reach), low)
            high = np.where(inside, _expit(logit + reach), high)
            if counted:
                alike = error <= 1e-12 * value
                exact = _exact(sum_x, sum_y, confidence)
                low, high = np.where(alike, exact[0], low), np.where(alike, exact[1], high)
    return Intervals(value, np.where(several, low, np.nan), np.where(several, high, np.nan), n)


def mean_estimate(values: ArrayLike, confidence: float = CONFIDENCE) -> Intervals:
    """Means over replications with t-intervals: totals, quantiles, maxima.

    Parameters
    ----------
    values : array, shape (replications, rows)
        One value per replication; NaN where it had none.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Intervals
        Arrays of shape (rows,). Where no value is negative, no lower limit is.

    Examples
    --------
    >>> e = mean_estimate([[10.0], [12.0], [14.0]])
    >>> [round(float(x[0]), 2) for x in e]
    [12.0, 7.03, 16.97, 3.0]
    """
    v = np.asarray(values, dtype=np.float64)
    some = ~np.isnan(v)
    n = some.sum(axis=0)
    filled = np.where(some, v, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = filled.sum(axis=0) / n
        z = np.where(some, v - value, 0.0)
        reach = _t(n - 1, confidence) * np.sqrt((z * z).sum(axis=0) / (n - 1) / n)
        low, high = value - reach, value + reach
    low = np.where((filled >= 0.0).all(axis=0), np.maximum(low, 0.0), low)
    several = n >= 2
    return Intervals(value, np.where(several, low, np.nan), np.where(several, high, np.nan), n)


def chance_estimate(hits: ArrayLike, confidence: float = CONFIDENCE) -> Intervals:
    """Shares of replications in which something held, with score intervals (Wilson 1927).

    Replications are independent, so this is the one share that may be treated as binomial.

    Parameters
    ----------
    hits : array, shape (replications, rows)
        1 or 0; NaN where the question did not arise.

    Examples
    --------
    >>> e = chance_estimate([[1.0]] * 19 + [[0.0]])
    >>> [round(float(x[0]), 3) for x in e]
    [0.95, 0.764, 0.991, 20.0]
    """
    from scipy.special import ndtri

    h = np.asarray(hits, dtype=np.float64)
    some = ~np.isnan(h)
    n = some.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = np.where(some, h, 0.0).sum(axis=0) / n
        z2 = float(ndtri(0.5 + confidence / 2.0)) ** 2
        middle = (p + z2 / (2 * n)) / (1 + z2 / n)
        reach = np.sqrt(z2) / (1 + z2 / n) * np.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    # the score limits of none and all are exactly 0 and 1; rounding must not hide it
    low = np.where(p == 0.0, 0.0, middle - reach)
    high = np.where(p == 1.0, 1.0, middle + reach)
    several = n >= 2
    return Intervals(p, np.where(several, low, np.nan), np.where(several, high, np.nan), n)


def one_history(values: ArrayLike, *, share: bool, confidence: float = CONFIDENCE) -> tuple[Floats, Floats]:
    """Range in which one further replication would lie: the yardstick for something that happened once.

    An interval for the long-run value shrinks with more replications; what was recorded is one history and does not.
    A t-interval for a new observation, mean +- t sd sqrt(1 + 1/n); for shares on the scale of asin(sqrt(share)), which
    has room for shares of exactly 0 and 1.

    Parameters
    ----------
    values : array, shape (replications, rows)
        One value per replication; NaN where it had none.
    share : bool
        The values are shares.

    Returns
    -------
    low, high : arrays, shape (rows,)
        NaN with fewer than two values.

    References
    ----------
    Hahn and Meeker 1991, Statistical Intervals, section 4.7; Anscombe 1948 (the scale for shares).

    Examples
    --------
    >>> low, high = one_history([[10.0], [12.0], [14.0]], share=False)
    >>> round(float(low[0]), 2), round(float(high[0]), 2)
    (2.06, 21.94)
    """
    v = np.asarray(values, dtype=np.float64)
    some = ~np.isnan(v)
    n = some.sum(axis=0)
    angle = share and bool(np.all((v[some] >= 0.0) & (v[some] <= 1.0)))
    if angle:
        v = np.arcsin(np.sqrt(v))
    filled = np.where(some, v, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = filled.sum(axis=0) / n
        z = np.where(some, v - mean, 0.0)
        reach = _t(n - 1, confidence) * np.sqrt((z * z).sum(axis=0) / (n - 1) * (1 + 1 / n))
        low, high = mean - reach, mean + reach
    if angle:
        low, high = np.sin(np.maximum(low, 0.0)) ** 2, np.sin(np.minimum(high, np.pi / 2)) ** 2
    else:
        low = np.where((filled >= 0.0).all(axis=0), np.maximum(low, 0.0), low)
    return np.where(n >= 2, low, np.nan), np.where(n >= 2, high, np.nan)


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


def estimate(replications: Replications, confidence: float = CONFIDENCE) -> Estimates:
    """Estimate every measure from its replications.

    Ratios are pooled (`ratio_estimate`), shares of periods get score intervals (`chance_estimate`), totals, quantiles
    and maxima are averaged (`mean_estimate`). A single replication is one possible history: values without intervals.

    Parameters
    ----------
    replications : Replications
        As `replicate` returns them.
    confidence : float
        Between 0 and 1.
    """
    import pandas as pd

    stack = replications.stack
    keys = stack.keys
    measures = [replications.measure(name) for name in stack.measures]
    pooled = np.array([m.estimator in ("ratio of sums", "snapshot") for m in measures], dtype=bool)
    chance = np.array([m.estimator == "indicator" for m in measures], dtype=bool)
    share = np.array([m.unit == "share" for m in measures], dtype=bool)
    things = np.array([m.level != "pool" for m in measures], dtype=bool)
    of = keys["measure_number"].to_numpy()
    kinds: Sequence[tuple[NDArray[np.bool_], str]] = (
        (pooled[of] & share[of] & things[of], "counted share"),
        (pooled[of] & share[of] & ~things[of], "share"),
        (pooled[of] & ~share[of], "ratio"),
        (chance[of], "chance"),
        (~pooled[of] & ~chance[of], "mean"),
    )
    value, low, high = (np.full(len(keys), np.nan) for _ in range(3))
    n = np.zeros(len(keys), dtype=np.int64)
    for rows, kind in kinds:
        if not rows.any():
            continue
        if kind == "mean":
            e = mean_estimate(stack.value[:, rows], confidence)
        elif kind == "chance":
            e = chance_estimate(stack.value[:, rows], confidence)
        else:
            e = ratio_estimate(
                stack.numerator[:, rows],
                stack.denominator[:, rows],
                share="share" in kind,
                counted=kind == "counted share",
                confidence=confidence,
            )
        value[rows], low[rows], high[rows], n[rows] = e
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


def _exact(hits: Floats, of: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Exact interval of a binomial share."""
    from scipy.special import betaincinv

    tail = (1.0 - confidence) / 2.0
    misses = np.maximum(of - hits, 0.0)
    low = np.where(hits > 0.0, betaincinv(np.maximum(hits, 0.5), misses + 1.0, tail), 0.0)
    high = np.where(misses > 0.0, betaincinv(hits + 1.0, np.maximum(misses, 0.5), 1.0 - tail), 1.0)
    return low, high


def _expit(x: Floats) -> Floats:
    from scipy.special import expit

    out: Floats = expit(x)
    return out


def _t(freedom: ArrayLike, confidence: float) -> Floats:
    """Quantile of Student's t that leaves half of the rest on either side; NaN without degrees of freedom."""
    from scipy.special import stdtrit

    f = np.asarray(freedom, dtype=np.float64)
    out: Floats = np.where(f >= 1, stdtrit(np.maximum(f, 1.0), 0.5 + confidence / 2.0), np.nan)
    return out
