"""Laws of the language as functions: what share is beyond a time, and which time a share does not exceed.

Lognormal and exponential laws need no SciPy, so that a scenario of these is lowered without loading it.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario.model.laws import Constant, Exponential, Hazard, Law, Lognormal, Mixture, Quantiles, ScipyLaw

Array = NDArray[np.float64]

_NORMAL = NormalDist()
_SMALLEST = 1e-300


def survival(law: Law, times: Array) -> Array:
    """Give P(X > t).

    Parameters
    ----------
    law : of a duration that does not depend on a recorded column.
    times : at least 0 [min].

    Raises
    ------
    TypeError : for a law by a recorded column, or one that is never over.

    Examples
    --------
    >>> survival(Exponential(mean=2.0), np.array([0.0, 2.0])).round(4).tolist()
    [1.0, 0.3679]
    """
    match law:
        case Constant(value=value):
            return np.where(times < value, 1.0, 0.0)
        case Exponential(mean=mean):
            return np.exp(-times / mean)
        case Lognormal():
            return _normal(law, times, 1.0)
        case Quantiles():
            return 1.0 - _below(law, times)
        case Hazard():
            return np.exp(-_cumulative(law, times))
        case Mixture(parts=parts):
            return np.sum([p.share * survival(p.of, times) for p in parts], axis=0)
        case ScipyLaw():
            return np.asarray(frozen(law).sf(times), dtype=np.float64)
    raise TypeError(f"a duration that ends and depends on nothing recorded is expected, got the law {law.law!r}")


def distribution(law: Law, times: Array) -> Array:
    """Give P(X <= t), exact also where it is very small; parameters as in `survival`."""
    match law:
        case Exponential(mean=mean):
            return -np.expm1(-times / mean)
        case Lognormal():
            return _normal(law, times, -1.0)
        case Quantiles():
            return _below(law, times)
        case Hazard():
            return -np.expm1(-_cumulative(law, times))
        case Mixture(parts=parts):
            return np.sum([p.share * distribution(p.of, times) for p in parts], axis=0)
        case ScipyLaw():
            return np.asarray(frozen(law).cdf(times), dtype=np.float64)
    return 1.0 - survival(law, times)


def quantile(law: Law, shares: Array, beyond: Array) -> Array:
    """Give the times that shares do not exceed.

    Parameters
    ----------
    law : as in `survival`.
    shares, beyond : the shares, and 1 minus them (given apart, since near 1 the difference is lost); strictly between
        0 and 1, ascending shares.

    Examples
    --------
    >>> quantile(Exponential(mean=2.0), np.array([0.5]), np.array([0.5])).round(4).tolist()
    [1.3863]
    """
    match law:
        case Constant(value=value):
            return np.full(shares.shape, value)
        case Exponential(mean=mean):
            return mean * _level(shares, beyond)
        case Lognormal():
            m, s = log_parameters(law)
            near = np.minimum(shares, beyond).tolist()
            scores = np.fromiter((_NORMAL.inv_cdf(p) for p in near), np.float64, len(near))
            return np.exp(m + s * np.where(shares < 0.5, scores, -scores))
        case Quantiles(shares=known, minutes=minutes):
            return np.interp(shares, known, minutes)
        case Hazard():
            return _hazard_quantile(law, _level(shares, beyond))
        case ScipyLaw():
            made = frozen(law)
            return np.asarray(np.where(shares < 0.5, made.ppf(shares), made.isf(beyond)), dtype=np.float64)
    return _inverted(law, shares, beyond)


def mean(law: Law) -> float:
    """Give the mean [min]; infinity where there is none.

    Examples
    --------
    >>> mean(Quantiles(shares=(0.0, 1.0), minutes=(2.0, 4.0)))
    3.0
    """
    match law:
        case Constant(value=value):
            return value
        case Exponential() | Lognormal():
            return law.mean
        case Quantiles(shares=shares, minutes=minutes):
            return float(np.sum(np.diff(shares) * 0.5 * (np.array(minutes[1:]) + np.array(minutes[:-1]))))
        case Hazard(edges=edges, hazards=hazards):
            return _hazard_mean(edges, hazards)
        case Mixture(parts=parts):
            return sum(p.share * mean(p.of) for p in parts)
        case ScipyLaw():
            return float(law.mean if law.mean is not None else frozen(law).mean())
    raise TypeError(f"a duration that ends and depends on nothing recorded is expected, got the law {law.law!r}")


def corners(law: Law) -> list[float]:
    """List the times at which the law jumps or bends [min]."""
    match law:
        case Constant(value=value):
            return [value]
        case Quantiles(minutes=minutes):
            return list(minutes)
        case Hazard(edges=edges):
            return list(edges)
        case Mixture(parts=parts):
            return [x for p in parts for x in corners(p.of)]
        case ScipyLaw():
            return [x for x in frozen(law).support() if math.isfinite(x)]
    return []


def log_parameters(law: Lognormal) -> tuple[float, float]:
    """Give mean and standard deviation of the logarithm."""
    variance = math.log1p((law.sd / law.mean) ** 2)
    return math.log(law.mean) - 0.5 * variance, math.sqrt(variance)


def frozen(law: ScipyLaw) -> Any:
    """Give the frozen law of `scipy.stats`."""
    from scipy import stats

    family = getattr(stats, law.name)
    scale = law.scale
    if scale is None:
        assert law.mean is not None
        scale = (law.mean - law.loc) / float(family(**dict(law.shape)).mean())
    return family(**dict(law.shape), loc=law.loc, scale=scale)


def _level(shares: Array, beyond: Array) -> Array:
    """Integral of a hazard at which these shares have ended."""
    return -np.where(shares < 0.5, np.log1p(-np.minimum(shares, 0.5)), np.log(beyond))


def _normal(law: Lognormal, t: Array, sign: float) -> Array:
    """Share above (sign 1) or below (sign -1) times of a lognormal law."""
    m, s = log_parameters(law)
    with np.errstate(divide="ignore"):
        z = sign * (np.log(t) - m) / (s * math.sqrt(2.0))
    return 0.5 * np.fromiter(map(math.erfc, z.tolist()), np.float64, z.size)


def _below(law: Quantiles, t: Array) -> Array:
    """P(X <= t) of a table: straight between its points, a jump where a duration stands twice."""
    minutes, shares = np.array(law.minutes), np.array(law.shares)
    right = np.searchsorted(minutes, t, side="right")
    i = np.clip(right, 1, len(minutes) - 1)
    a, b = minutes[i - 1], minutes[i]
    part = np.divide(t - a, b - a, out=np.ones_like(t), where=b > a)
    found = shares[i - 1] + np.clip(part, 0.0, 1.0) * (shares[i] - shares[i - 1])
    return np.where(right == 0, 0.0, np.where(right == len(minutes), 1.0, found))


def _cumulative(law: Hazard, t: Array) -> Array:
    edges, hazards = np.array(law.edges), np.array(law.hazards)
    at_edges = np.concatenate(([0.0], np.cumsum(np.diff(edges) * hazards[:-1])))
    i = np.searchsorted(edges, t, side="right") - 1
    return at_edges[i] + hazards[i] * (t - edges[i])


def _hazard_quantile(law: Hazard, level: Array) -> Array:
    edges, hazards = np.array(law.edges), np.array(law.hazards)
    at_edges = np.concatenate(([0.0], np.cumsum(np.diff(edges) * hazards[:-1])))
    i = np.clip(np.searchsorted(at_edges, level, side="right") - 1, 0, len(edges) - 1)
    with np.errstate(divide="ignore"):
        return edges[i] + (level - at_edges[i]) / hazards[i]


def _hazard_mean(edges: tuple[float, ...], hazards: tuple[float, ...]) -> float:
    total, alive = 0.0, 1.0
    for i, h in enumerate(hazards):
        width = edges[i + 1] - edges[i] if i + 1 < len(edges) else math.inf
        ended = -math.expm1(-h * width) if h else 0.0
        total += alive * (ended / h if h else width)
        alive *= 1.0 - ended
        if alive == 0.0:
            break
    return total


def _inverted(law: Law, shares: Array, beyond: Array) -> Array:
    """Quantiles of a mixture, by halving between those of its parts."""
    assert isinstance(law, Mixture)
    parts = [quantile(p.of, shares, beyond) for p in law.parts if p.share > 0.0]
    low, high = np.min(parts, axis=0), np.max(parts, axis=0)
    low = low * (1.0 - 1e-12) - _SMALLEST  # a jump lies above, not at it
    for _ in range(90):
        middle = 0.5 * (low + high)
        at = np.maximum(middle, 0.0)
        short = np.where(shares < 0.5, distribution(law, at) < shares, survival(law, at) > beyond)
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.maximum(high, 0.0)
