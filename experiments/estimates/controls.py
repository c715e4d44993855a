"""Regression controls: what is known beforehand about the luck of replications sharpens their estimates."""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import ArrayLike, NDArray

from experiments.estimates.intervals import CONFIDENCE, Intervals, expit, ratio_estimate, t_quantile

LEAST = 40
"""Replications from which controls may be used: with fewer, what the fit costs and what it hides are not small."""

LEAST_FREEDOM = 20
"""Degrees of freedom that must be left beside the controls."""


class ControlProblem(ValueError):
    """Controls that cannot be used, with the reason and the repair."""


def independent(controls: ArrayLike) -> NDArray[np.int64]:
    """Numbers of the controls that say something which those before them do not.

    Parameters
    ----------
    controls : array, shape (replications, controls)
        As `Controls.values` gives them.

    Examples
    --------
    >>> z = np.arange(5.0)
    >>> independent(np.column_stack([z, np.ones(5), 2 * z + 1, z * z])).tolist()
    [0, 3]
    """
    c = np.asarray(controls, dtype=np.float64)
    basis = [np.full(len(c), 1.0 / np.sqrt(len(c)))]
    kept = []
    for i, column in enumerate(c.T):
        rest = column - column.mean()
        size = np.linalg.norm(rest)
        for _ in range(2):  # twice is enough for any rounding (Kahan, in Parlett 1980)
            for b in basis:
                rest = rest - (b @ rest) * b
        left = np.linalg.norm(rest)
        if left > 1e-7 * size and left > 1e-12 * np.abs(column).max(initial=0.0):
            basis.append(rest / left)
            kept.append(i)
    return np.array(kept, dtype=np.int64)


def controlled(
    numerator: ArrayLike,
    denominator: ArrayLike,
    controls: ArrayLike,
    means: ArrayLike = 0.0,
    *,
    share: bool = False,
    counted: bool = False,
    confidence: float = CONFIDENCE,
) -> Intervals:
    """Ratios of sums over replications, freed from what known luck explains.

    With z_r = x_r - theta y_r as in `ratio_estimate`, z is regressed on the controls about their known means; the
    intercept over mean(y) corrects theta, and its standard error comes from the residuals with n - 1 - q degrees of
    freedom for q controls. Shares are corrected on the logit scale, so they stay shares.

    Parameters
    ----------
    numerator, denominator : array, shape (replications, rows)
        As in `ratio_estimate`; for means of totals, denominators of 1.
    controls : array, shape (replications, controls)
        One row per replication, as `Controls.values` gives them; those that repeat others are left out.
    means : array, shape (controls,)
        Their known expectations, 0 for `Controls.values`.
    share, counted : bool
        As in `ratio_estimate`.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Intervals
        Rows that cannot be controlled (a share of exactly 0 or 1, fewer than 40 replications with something to count)
        have their plain interval.

    Raises
    ------
    ControlProblem
        Fewer than 40 replications, fewer than 20 degrees of freedom left, or a replication without controls.

    References
    ----------
    Lavenberg and Welch 1981, A perspective on the use of control variables to increase the efficiency of Monte Carlo
    simulations, Management Science 27, section 3; on influence values of ratios as in Owen 2013, Monte Carlo theory,
    methods and examples, section 8.9.
    """
    x, y = np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    c = np.asarray(controls, dtype=np.float64) - np.asarray(means, dtype=np.float64)
    n = len(x)
    if c.ndim != 2 or len(c) != n:
        raise ControlProblem(
            f"controls: got an array of shape {c.shape}; one row for each of {n} replications is expected"
        )
    if n < LEAST:
        raise ControlProblem(f"controls: {n} replications are too few; run {LEAST} or more, or leave the controls out")
    if not np.isfinite(c).all():
        missing = int((~np.isfinite(c).all(axis=1)).sum())
        raise ControlProblem(
            f"controls: {missing} of {n} replications have none, because they were cut short; leave the controls out"
        )
    c = c[:, independent(c)]
    freedom = n - 1 - c.shape[1]
    if freedom < LEAST_FREEDOM:
        raise ControlProblem(
            f"controls: {c.shape[1]} of them leave {max(freedom, 0)} degrees of freedom with {n} replications; run "
            f"{c.shape[1] + 1 + LEAST_FREEDOM} or more, or take totals in place of single contact types"
        )
    plain = ratio_estimate(x, y, share=share, counted=counted, confidence=confidence)
    some = y > 0.0
    x, y = np.where(some, x, 0.0), np.where(some, y, 0.0)
    size = y.sum(axis=0) / n
    value = plain.value
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(some, x - np.where(some, value, 0.0) * y, 0.0)
        spread = c.std(axis=0)
        design = np.column_stack([np.ones(n), c / np.where(spread > 0.0, spread, 1.0)])
        inverse = np.linalg.pinv(design)
        fit = inverse @ z
        rest = z - design @ fit
        error = np.sqrt((rest * rest).sum(axis=0) / freedom * (inverse[0] @ inverse[0])) / size
        correction = fit[0] / size
        reach = float(t_quantile(freedom, confidence)) * error
        if share:
            slope = value * (1.0 - value)
            logit = np.log(value / (1.0 - value)) + correction / slope
            new = (expit(logit), expit(logit - reach / slope), expit(logit + reach / slope))
            usable = (value > 0.0) & (value < 1.0)
        else:
            new = (value + correction, value + correction - reach, value + correction + reach)
            usable = np.isfinite(value)
            floor = np.where((x >= 0.0).all(axis=0), 0.0, -inf)
            new = tuple(np.maximum(part, floor) for part in new)  # type: ignore[assignment]
    usable &= (plain.n >= LEAST) & (error > 0.0)
    v, low, high = (np.where(usable, part, old) for part, old in zip(new, plain[:3], strict=True))
    return Intervals(v, low, high, plain.n)
