"""Intervals of ratios, means and chances over independent replications; the arithmetic, without tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from sim.measures import Measure

Floats = NDArray[np.float64]

CONFIDENCE = 0.95

Way = Literal["counted share", "share", "ratio", "chance", "mean"]
"""How a measure is estimated over replications."""


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


def way_of(measure: Measure) -> Way:
    """How a measure is estimated: ratios of sums, shares of periods, or means of whatever was computed per period.

    Examples
    --------
    >>> from sim.measures import MEASURES
    >>> [way_of(MEASURES[m]) for m in ("service_level", "occupancy", "asa", "meets_target", "wait_p90")]
    ['counted share', 'share', 'ratio', 'chance', 'mean']
    """
    if measure.estimator in ("ratio of sums", "snapshot"):
        if measure.unit != "share":
            return "ratio"
        return "share" if measure.level == "pool" else "counted share"
    return "chance" if measure.estimator == "indicator" else "mean"


def intervals_of(
    way: Way,
    numerator: ArrayLike,
    denominator: ArrayLike,
    value: ArrayLike,
    confidence: float = CONFIDENCE,
    block: int = 1,
) -> Intervals:
    """Intervals of rows that are estimated in one way.

    Parameters
    ----------
    way : str
        As `way_of` says.
    numerator, denominator, value : array, shape (replications, rows)
        0, 0 and NaN where a replication had nothing to count.
    confidence : float
        Between 0 and 1.
    block : int
        Replications in a block, if days were stratified over blocks and there are enough of them; 1: each replication
        is independent. Shares of periods are always taken as independent, which makes their intervals wide rather
        than narrow.

    Returns
    -------
    Intervals
        `n` counts replications, not blocks.
    """
    if way == "chance":
        return chance_estimate(value, confidence)
    if way == "mean":
        if block == 1:
            return mean_estimate(value, confidence)
        v = np.asarray(value, dtype=np.float64)
        some = ~np.isnan(v)
        x, y = np.where(some, v, 0.0), some.astype(np.float64)
    else:
        x, y = np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
        some = y > 0.0
        if block > 1:
            x, y = np.where(some, x, 0.0), np.where(some, y, 0.0)
    if block > 1:
        x, y = in_blocks(x, block), in_blocks(y, block)
    e = ratio_estimate(x, y, share="share" in way, counted=way == "counted share", confidence=confidence)
    return e._replace(n=some.sum(axis=0))


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
        t = t_quantile(n - 1, confidence)
        low, high = value - t * error, value + t * error
        low = np.where((x >= 0.0).all(axis=0), np.maximum(low, 0.0), low)
        if share:
            inside = (value > 0.0) & (value < 1.0)
            logit = np.log(value / (1.0 - value))
            reach = t * error / (value * (1.0 - value))
            low = np.where(inside, expit(logit - reach), low)
            high = np.where(inside, expit(logit + reach), high)
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
        reach = t_quantile(n - 1, confidence) * np.sqrt((z * z).sum(axis=0) / (n - 1) / n)
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


def in_blocks(values: ArrayLike, size: int) -> Floats:
    """Sums over blocks of replications: what is independent where days are stratified over each block.

    Numerators and denominators that were summed like this go into `ratio_estimate` as if each block were one
    replication; the ratio stays the same and its interval no longer misses how evenly the days are spread.

    Parameters
    ----------
    values : array, shape (replications, ...)
        In order of the replications' numbers, from the first of a block.
    size : int
        Replications in a block.

    Raises
    ------
    ValueError
        The last block is not whole.

    References
    ----------
    Owen 1992, "A central limit theorem for Latin hypercube sampling": replicated samples give honest intervals.

    Examples
    --------
    >>> in_blocks([1.0, 2.0, 3.0, 4.0], 2).tolist()
    [3.0, 7.0]
    """
    v = np.asarray(values, dtype=np.float64)
    blocks, rest = divmod(len(v), size)
    if rest:
        raise ValueError(f"{len(v)} replications are not whole blocks of {size}; use the first {blocks * size}")
    out: Floats = v.reshape(blocks, size, *v.shape[1:]).sum(axis=1)
    return out


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
        reach = t_quantile(n - 1, confidence) * np.sqrt((z * z).sum(axis=0) / (n - 1) * (1 + 1 / n))
        low, high = mean - reach, mean + reach
    if angle:
        low, high = np.sin(np.maximum(low, 0.0)) ** 2, np.sin(np.minimum(high, np.pi / 2)) ** 2
    else:
        low = np.where((filled >= 0.0).all(axis=0), np.maximum(low, 0.0), low)
    return np.where(n >= 2, low, np.nan), np.where(n >= 2, high, np.nan)


def _exact(hits: Floats, of: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Exact interval of a binomial share."""
    from scipy.special import betaincinv

    tail = (1.0 - confidence) / 2.0
    misses = np.maximum(of - hits, 0.0)
    low = np.where(hits > 0.0, betaincinv(np.maximum(hits, 0.5), misses + 1.0, tail), 0.0)
    high = np.where(misses > 0.0, betaincinv(hits + 1.0, np.maximum(misses, 0.5), 1.0 - tail), 1.0)
    return low, high


def expit(logit: Floats) -> Floats:
    """Share with this logit."""
    from scipy import special

    out: Floats = special.expit(logit)
    return out


def t_quantile(freedom: ArrayLike, confidence: float) -> Floats:
    """Quantile of Student's t that leaves half of the rest on either side; NaN without degrees of freedom."""
    from scipy.special import stdtrit

    f = np.asarray(freedom, dtype=np.float64)
    out: Floats = np.where(f >= 1, stdtrit(np.maximum(f, 1.0), 0.5 + confidence / 2.0), np.nan)
    return out
