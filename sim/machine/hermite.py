"""Any continuous law as an inverse table: cubic Hermite pieces with a guaranteed error (rule 2.1).

The machine draws by inversion only. A law whose inverse is not elementary (gamma, beta, a fitted one) is turned
once into a table that the engines read like any other law.
"""

from __future__ import annotations

import difflib
import warnings
from math import inf, isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.machine.laws import Table

Array = NDArray[np.float64]

U_ERROR = 1e-9
"""Largest |F(H(u)) - u| of a table."""

_TARGET = 0.5 * U_ERROR  # pieces are tested at points, so half is kept back
_TAIL = 1e-4  # towards both ends the error should also stay below this share of the probability left
_FLOOR = 1e-14  # below this a distribution function of float64 says nothing
_OCTAVES = 53  # 2^-53 is the smallest uniform there is
_MOST_KNOTS = 10_000
_LARGEST = 1e280  # slopes must stay finite, too
_NOTHING = 1e-300  # values closer than this are the same number
_POINTS = np.array([0.06, 0.18, 0.32, 0.5, 0.68, 0.82, 0.94])


def tabulate(law: Any, **parameters: float) -> Table:
    """Inverse table of a continuous law on [0, inf).

    Knots stand at every power of 2 from both ends (2^-53 to 1 - 2^-53, all a uniform can be) and, by halving,
    wherever the pieces between them are not good enough: at seven points of each piece |F(H(u)) - u| is tested
    against half of 1e-9, towards the ends also against 1e-4 of the probability left, so that heavy tails keep their
    shape (down to 1e-14, where float64 distribution functions end). Slopes are 1 / density, limited to three times
    the secants, which keeps every piece monotone. Where a law moves by more than the error between two
    neighbouring numbers (infinite density far from 0), the table is exact to that neighbour.

    Parameters
    ----------
    law : str or scipy.stats distribution
        Name of a continuous law of `scipy.stats`, or a frozen one.
    **parameters : float
        Shape parameters, `loc` and `scale`, as scipy names them; only with a name.

    Returns
    -------
    Table
        Its `mean` is that of the law itself.

    Raises
    ------
    ValueError
        Unknown name, missing or impossible parameters, probability below 0, a quantile that is not finite, or a
        distribution function too rough for the error promised.

    References
    ----------
    Hörmann and Leydold (2003), "Continuous random variate generation by fast numerical inversion", sections 2.1-2.3
    (Hermite pieces, u-error). Fritsch and Carlson (1980), "Monotone piecewise cubic interpolation"; de Boor and
    Swartz (1977): slopes of at most three times both secants suffice.

    Examples
    --------
    >>> patience = tabulate("gamma", a=0.3, scale=20.0)
    >>> round(patience.mean, 9)
    6.0
    """
    frozen, title = _frozen(law, parameters)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lower = _lower_end(frozen, title)
        tail = np.ldexp(1.0, -np.arange(_OCTAVES, 1, -1))
        u = np.concatenate(([0.0], tail, [0.5], 1.0 - tail[::-1]))
        x = _inverse(frozen, u, lower, title)
        u, x, slopes = _refine(frozen, u, x, lower, title)
        mean = float(frozen.mean())
    if isnan(mean):
        width = np.diff(u)
        mean = float(np.sum(width * (x[1:] + x[:-1]) / 2.0 + width**2 * (slopes[:-1] - slopes[1:]) / 12.0))
    return Table(tuple(u.tolist()), tuple(x.tolist()), tuple(slopes.tolist()), mean)


def _frozen(law: Any, parameters: dict[str, float]) -> tuple[Any, str]:
    """The frozen scipy law and its name for messages."""
    from scipy import stats

    if not isinstance(law, str):
        name = getattr(getattr(law, "dist", None), "name", type(law).__name__)
        if not isinstance(getattr(law, "dist", None), stats.rv_continuous):
            raise ValueError(
                f"tabulate: a name or a frozen continuous law of scipy.stats is expected, got {law!r}; "
                "for example tabulate('gamma', a=2.0) or tabulate(scipy.stats.gamma(2.0))"
            )
        if parameters:
            raise ValueError(
                f"tabulate: {name} is frozen already, {', '.join(parameters)} cannot be set; leave them out"
            )
        return law, f"law {name!r}"
    family = getattr(stats, law, None)
    if not isinstance(family, stats.rv_continuous):
        names = [k for k in dir(stats) if isinstance(getattr(stats, k), stats.rv_continuous)]
        near = difflib.get_close_matches(law, names, 1)
        raise ValueError(
            f"tabulate: {law!r} is not a continuous law of scipy.stats"
            + (f"; did you mean {near[0]!r}?" if near else "; its reference lists their names")
        )
    shapes = [s.strip() for s in family.shapes.split(",")] if family.shapes else []
    missing = [s for s in shapes if s not in parameters]
    unknown = [p for p in parameters if p not in (*shapes, "loc", "scale")]
    if missing or unknown:
        raise ValueError(
            f"tabulate: law {law!r} takes {', '.join([*shapes, 'loc', 'scale'])} (the last two may be left out)"
            + (f"; missing: {', '.join(missing)}" if missing else "")
            + (f"; unknown: {', '.join(unknown)}" if unknown else "")
        )
    for key, value in parameters.items():
        if np.ndim(value) != 0 or isnan(value):
            raise ValueError(f"tabulate: {key} = {value!r} of law {law!r} must be one number")
    given = ", ".join(f"{k}={v:g}" for k, v in parameters.items())
    return family(**parameters), f"law {law!r}" + (f" with {given}" if given else "")


def _lower_end(frozen: Any, title: str) -> float:
    """Where the law begins; refuses laws that do not exist or reach below 0."""
    start, stop = (float(v) for v in frozen.support())
    if not start < stop:
        raise ValueError(f"tabulate: {title} does not exist; scipy.stats states what its parameters may be")
    below = float(frozen.cdf(0.0)) if start < 0.0 else 0.0
    # less than the smallest uniform is never drawn: a normal law far from 0 may pass
    if not below < 2.0**-_OCTAVES:
        raise ValueError(
            f"tabulate: {title} has probability {below:.3g} below 0; the machine's laws live on [0, inf). "
            "Truncate it (truncnorm, ...), shift it with loc, or take a law that starts at 0 (gamma, lognorm, ...)"
        )
    return max(start, 0.0)


def _inverse(frozen: Any, u: Array, lower: float, title: str) -> Array:
    """Quantiles at increasing `u`, from the near end, never decreasing."""
    right = u > 0.5
    x = np.empty_like(u)
    x[~right] = frozen.ppf(u[~right])
    x[right] = frozen.isf(1.0 - u[right])
    x[u == 0.0] = lower
    bad = ~(np.abs(x) < _LARGEST)
    if bad.any():
        raise ValueError(
            f"tabulate: {title} has the quantile {x[bad][0]:g} at {u[bad][0]:.17g}; finite ones below {_LARGEST:g} "
            "are needed. Truncate the law or take a lighter tail"
        )
    return np.maximum.accumulate(np.maximum(x, lower))


def _slopes(u: Array, x: Array, density: Array) -> Array:
    """Derivative dx/du at the knots, limited so that the pieces are monotone."""
    secants = np.diff(x) / np.diff(u)
    limit = 3.0 * np.minimum(np.append(secants, inf), np.append(inf, secants))
    slope = 1.0 / density  # a density of 0 gives inf, of inf gives 0
    return np.where(slope < limit, slope, limit)  # NaN takes the limit


def _refine(frozen: Any, u: Array, x: Array, lower: float, title: str) -> tuple[Array, Array, Array]:
    """Halve pieces until all are good enough."""
    density = np.asarray(frozen.pdf(x), dtype=np.float64)
    good = np.zeros(u.size - 1, dtype=bool)
    tested = np.full((u.size - 1, 2), -1.0)  # slopes at both ends when a piece was found good
    while True:
        slopes = _slopes(u, x, density)
        ends = np.column_stack((slopes[:-1], slopes[1:]))
        open_ = np.flatnonzero(~good | (tested != ends).any(axis=1))
        bad = open_[~_good_enough(frozen, u, x, slopes, open_)]
        good[open_], tested[open_] = True, ends[open_]
        if not bad.size:
            return u, x, slopes
        if u.size + bad.size > _MOST_KNOTS:
            raise ValueError(
                f"tabulate: {title} needs more than {_MOST_KNOTS} knots, the last near u = {u[bad[0]]:.6g}: its "
                "distribution function has too many corners, spans too many powers of ten or is computed too roughly. "
                "Describe it by laws.Quantiles instead"
            )
        middle = 0.5 * (u[bad] + u[bad + 1])
        value = np.clip(_inverse(frozen, middle, lower, title), x[bad], x[bad + 1])
        good[bad] = False
        u, x = np.insert(u, bad + 1, middle), np.insert(x, bad + 1, value)
        density = np.insert(density, bad + 1, frozen.pdf(value))
        good = np.insert(good, bad + 1, False)
        tested = np.insert(tested, bad + 1, -1.0, axis=0)


def _good_enough(frozen: Any, u: Array, x: Array, slopes: Array, pieces: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether pieces keep the error at the tested points (ends included), or are too narrow to miss it."""
    width = (u[pieces + 1] - u[pieces])[:, None]
    t = np.concatenate(([0.0], _POINTS, [1.0]))
    share = u[pieces, None] + t * width
    x0, x1 = x[pieces, None], x[pieces + 1, None]
    d0, d1 = slopes[pieces, None] * width, slopes[pieces + 1, None] * width
    value = x0 + t * (d0 + t * (3.0 * (x1 - x0) - 2.0 * d0 - d1 + t * (2.0 * (x0 - x1) + d0 + d1)))
    error = np.abs(_misses(frozen, value, share))
    rest = np.minimum(share, 1.0 - share)
    allowed = np.where(width < rest / 64.0, _TARGET, np.clip(_TAIL * rest, _FLOOR, _TARGET))
    miss = ~(error <= allowed)
    if miss.any():
        step = np.spacing(value[miss]) + _NOTHING
        above = _misses(frozen, value[miss] + step, share[miss])
        below = _misses(frozen, value[miss] - step, share[miss])
        miss[miss] = ~((above >= -allowed[miss]) & (below <= allowed[miss]))
    # between two knots that are right a rising piece cannot be off by more than its width
    narrow = width <= np.minimum(_TARGET, rest.min(axis=1, keepdims=True) / 1024.0)
    middle = 0.5 * (u[pieces] + u[pieces + 1])
    return ~miss.any(axis=1) | narrow[:, 0] | (middle <= u[pieces]) | (middle >= u[pieces + 1])


def _misses(frozen: Any, value: Array, share: Array) -> Array:
    """F(value) - share, from the near end."""
    right = share > 0.5
    out = np.empty_like(share)
    out[~right] = frozen.cdf(value[~right]) - share[~right]
    out[right] = (1.0 - share[right]) - frozen.sf(value[right])
    return out
