"""Patience: how long customers are willing to wait, from waits that a service cut short.

A customer who was served after waiting w says only that his patience is longer than w (right-censored);
one who was served at once says nothing. Give these functions delayed customers only
(`calibration.calls.delayed`). Waits come in minutes, as everywhere inside; hazards are per minute.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

#: bin edges for phone patience [min]: 0, 5, 15, 30, 60, 120, 240 and 600 s
PHONE_EDGES: tuple[float, ...] = tuple(seconds / 60 for seconds in (0, 5, 15, 30, 60, 120, 240, 600))


@dataclass(frozen=True)
class ExponentialPatience:
    """Exponential patience: mean [min], its standard error [min], and what it rests on."""

    mean: float
    standard_error: float
    n: float
    abandonments: float


@dataclass(frozen=True)
class SurvivalCurve:
    """Kaplan-Meier curve: share still willing to wait just after each time.

    Attributes
    ----------
    times : ndarray
        Distinct waits, ascending [min].
    survival : ndarray
        Share whose patience exceeds that time.
    standard_errors : ndarray
        Greenwood's formula.
    """

    times: Floats
    survival: Floats
    standard_errors: Floats

    def at(self, times: ArrayLike) -> Floats:
        """Share whose patience exceeds each time [min]; 1 before the first wait, NaN after the last."""
        asked = np.asarray(times, dtype=np.float64)
        index = np.searchsorted(self.times, asked, side="right") - 1
        value = np.where(index < 0, 1.0, self.survival[np.maximum(index, 0)])
        # past the last wait nobody was watched; only a curve that has reached 0 is known to stay there
        return np.where((asked > self.times[-1]) & (self.survival[-1] > 0), np.nan, value)


@dataclass(frozen=True)
class PiecewiseHazard:
    """Patience with a constant hazard in each bin; the last bin has no end.

    Attributes
    ----------
    starts : ndarray
        Start of each bin [min]; the first is 0.
    hazard : ndarray
        Abandonments per minute of waiting in the bin [1/min].
    standard_errors : ndarray
        hazard / sqrt(abandonments) [1/min]; NaN without abandonments.
    at_risk, abandonments, exposure : ndarray
        Customers still waiting when the bin starts, those who left in it, and their time in it [min].
    """

    starts: Floats
    hazard: Floats
    standard_errors: Floats
    at_risk: Floats
    abandonments: Floats
    exposure: Floats

    def survival(self, times: ArrayLike) -> Floats:
        """Share whose patience exceeds each time [min]: exp(-cumulative hazard)."""
        asked = np.asarray(times, dtype=np.float64)
        ends = np.append(self.starts[1:], np.inf)
        spent = np.clip(asked[..., None] - self.starts, 0.0, ends - self.starts)
        return np.exp(-(spent * self.hazard).sum(axis=-1))

    def quantile(self, u: ArrayLike) -> Floats:
        """Patience [min] at each uniform number in [0, 1): the cumulative hazard inverted.

        Infinite where the last bin has no hazard and u asks for more than all bins hold.
        """
        level = np.asarray(u, dtype=np.float64)
        if not np.all((level >= 0) & (level < 1)):
            raise ValueError("u: a number outside [0, 1); uniform numbers are expected - draw them with random()")
        target = -np.log1p(-level)
        cumulative = np.append(0.0, np.cumsum(self.hazard[:-1] * np.diff(self.starts)))
        # side='left' lands before flat stretches: a bin without hazard is never the answer
        index = np.maximum(np.searchsorted(cumulative, target, side="left") - 1, 0)
        rate = self.hazard[index]
        missing = target - cumulative[index]
        with np.errstate(divide="ignore", invalid="ignore"):
            more = np.where(missing > 0, missing / rate, 0.0)
        return self.starts[index] + more

    def mean(self) -> float:
        """Mean patience [min], infinite if the last bin has no hazard."""
        reached = self.survival(self.starts)
        widths = np.append(np.diff(self.starts), np.inf)
        if self.hazard[-1] == 0:
            return float("inf")
        rate = np.where(self.hazard > 0, self.hazard, 1.0)
        inside = np.where(self.hazard > 0, -np.expm1(-rate * widths) / rate, widths)
        return float((reached * inside).sum())


def fit_exponential(waits: ArrayLike, abandoned: ArrayLike, counts: ArrayLike | None = None) -> ExponentialPatience:
    """Mean patience if it were exponential: total waiting time / abandonments.

    Parameters
    ----------
    waits : array_like of float, shape (n,)
        Waits of delayed customers, served or not [min].
    abandoned : array_like of bool, shape (n,)
        Whether the wait ended in hanging up.
    counts : array_like of float, shape (n,), optional
        How many customers each row stands for; 1 each by default.

    Returns
    -------
    ExponentialPatience

    Raises
    ------
    ValueError
        No rows, NaN or negative waits, shapes that differ, or nobody abandoned.

    Notes
    -----
    Maximum likelihood under right-censoring; the standard error is mean / sqrt(abandonments). The plain
    mean of the abandoned waits is several times too short (Brown et al. 2005, section 6).

    Examples
    --------
    >>> fit_exponential([1.0, 2.0, 3.0, 6.0], [True, False, True, False]).mean
    6.0
    """
    wait, left, weight = _checked(waits, abandoned, counts)
    abandonments = float(weight[left].sum())
    _some_abandonment(abandonments, weight)
    mean = float((wait * weight).sum()) / abandonments
    if not mean > 0:
        raise ValueError("waits: all are 0; a mean patience needs some waiting - use a finer clock")
    return ExponentialPatience(mean, mean / abandonments**0.5, float(weight.sum()), abandonments)


def kaplan_meier(
    waits: ArrayLike,
    abandoned: ArrayLike,
    counts: ArrayLike | None = None,
    *,
    ties: str = "abandonments first",
) -> SurvivalCurve:
    """Share of customers willing to wait longer than t, without assuming a law.

    Parameters
    ----------
    waits, abandoned, counts : array_like
        As for `fit_exponential`.
    ties : {'abandonments first', 'services first', 'shared'}
        Who counts as still waiting when waits are equal. The textbook lets abandonments come first, so
        that those served at the same time are at risk; ``services first`` is the other extreme; ``shared``
        takes half of them (life-table rule), fair for a clock that rounds to whole seconds.

    Returns
    -------
    SurvivalCurve

    Raises
    ------
    ValueError
        No rows, NaN or negative waits, shapes that differ, or an unknown rule for ties.

    Notes
    -----
    Kaplan and Meier (1958), JASA 53, 457-481; errors by Greenwood (1926).

    Examples
    --------
    >>> kaplan_meier([1.0, 2.0, 2.0, 3.0], [True, False, True, True]).survival.tolist()
    [0.75, 0.5, 0.0]
    """
    part = {"abandonments first": 0.0, "shared": 0.5, "services first": 1.0}
    if ties not in part:
        raise ValueError(f"ties: got {ties!r}; one of {', '.join(part)} is expected")
    wait, left, weight = _checked(waits, abandoned, counts)
    times, place = np.unique(wait, return_inverse=True)
    gone = np.bincount(place, weights=weight * left, minlength=len(times)).astype(np.float64)
    cut = np.bincount(place, weights=weight * ~left, minlength=len(times)).astype(np.float64)
    waiting = weight.sum() - np.append(0.0, np.cumsum(gone + cut)[:-1])
    at_risk = waiting - part[ties] * cut
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.where(gone > 0, 1.0 - gone / at_risk, 1.0)
        terms = np.where(gone > 0, gone / (at_risk * (at_risk - gone)), 0.0)
    survival: Floats = np.cumprod(np.maximum(step, 0.0)).astype(np.float64)
    variance = np.cumsum(np.where(np.isfinite(terms), terms, 0.0))
    errors: Floats = (survival * np.sqrt(variance)).astype(np.float64)
    return SurvivalCurve(times, survival, errors)


def fit_hazard(
    waits: ArrayLike,
    abandoned: ArrayLike,
    counts: ArrayLike | None = None,
    *,
    edges: ArrayLike = PHONE_EDGES,
    tail_abandonments: float = 30,
) -> PiecewiseHazard:
    """Patience as a hazard per bin: abandonments / time spent waiting in the bin.

    Parameters
    ----------
    waits, abandoned, counts : array_like
        As for `fit_exponential`. A customer who left at time 0 counts in the first bin.
    edges : array_like of float
        Bin edges [min], ascending from 0. Bins are open to the left and closed to the right.
    tail_abandonments : float
        What lies past the last edge becomes a bin of its own if so many left there; otherwise it is joined
        with the last bin, which then has no end.

    Returns
    -------
    PiecewiseHazard
        A bin that nobody reached has the hazard of the bin before it.

    Raises
    ------
    ValueError
        No rows, NaN or negative waits, shapes that differ, nobody abandoned, or edges that do not ascend.

    Notes
    -----
    The maximum-likelihood estimate of a piecewise-constant hazard under right-censoring; shapes of phone
    patience: Zeltyn and Mandelbaum (2005), Brown et al. (2005).

    Examples
    --------
    >>> fit = fit_hazard([0.5, 1.5, 2.0, 2.0], [True, True, False, False], edges=[0, 1], tail_abandonments=1)
    >>> fit.hazard.round(3).tolist()
    [0.286, 0.4]
    """
    wait, left, weight = _checked(waits, abandoned, counts)
    _some_abandonment(float(weight[left].sum()), weight)
    starts = np.asarray(edges, dtype=np.float64)
    if not (starts.ndim == 1 and len(starts) >= 1 and starts[0] == 0 and np.all(np.diff(starts) > 0)):
        raise ValueError(f"edges: got {starts.tolist()}; ascending times from 0 [min] are expected")
    if weight[left & (wait > starts[-1])].sum() < tail_abandonments and len(starts) > 1:
        starts = starts[:-1]
    ends = np.append(starts[1:], np.inf)
    exposure = (np.clip(wait[:, None] - starts, 0.0, ends - starts) * weight[:, None]).sum(axis=0)
    place = np.maximum(np.searchsorted(starts, wait, side="left") - 1, 0)
    abandonments = np.bincount(place, weights=weight * left, minlength=len(starts)).astype(np.float64)
    reached = (wait[:, None] > starts) | (starts == 0)
    at_risk = (reached * weight[:, None]).sum(axis=0)
    hazard = np.zeros(len(starts))
    for j in range(len(starts)):
        if exposure[j] > 0:
            hazard[j] = abandonments[j] / exposure[j]
        elif j > 0:
            hazard[j] = hazard[j - 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.where(abandonments > 0, hazard / np.sqrt(abandonments), np.nan)
    return PiecewiseHazard(starts, hazard, errors, at_risk, abandonments, exposure)


def _checked(
    waits: ArrayLike, abandoned: ArrayLike, counts: ArrayLike | None
) -> tuple[Floats, NDArray[np.bool_], Floats]:
    """Waits, flags and weights as equally long arrays of allowed values."""
    wait = np.asarray(waits, dtype=np.float64)
    left = np.asarray(abandoned)
    weight = np.ones(len(wait)) if counts is None else np.asarray(counts, dtype=np.float64)
    if len(wait) == 0:
        raise ValueError("waits: no delayed customer; at least one is needed - check the filter")
    if not (wait.ndim == 1 and wait.shape == left.shape == weight.shape):
        raise ValueError(
            f"waits, abandoned, counts: shapes {wait.shape}, {left.shape}, {weight.shape}; "
            "one row per customer in each is expected"
        )
    if not np.isin(left, [0, 1]).all():
        raise ValueError("abandoned: true or false is expected for each customer")
    wrong = np.flatnonzero(~((wait >= 0) & np.isfinite(wait)))
    if len(wrong):
        raise ValueError(
            f"waits: {len(wrong)} negative or missing (first: row {wrong[0]}, {wait[wrong[0]]}); "
            "0 or more minutes are expected - drop these rows and say so"
        )
    if not (np.all(weight >= 0) and weight.sum() > 0 and np.isfinite(weight).all()):
        raise ValueError("counts: 0 or more is expected in each row, and not 0 in all")
    return wait, left.astype(bool), weight


def _some_abandonment(abandonments: float, weight: Floats) -> None:
    """Refuse a fit that nobody's leaving supports."""
    if not abandonments > 0:
        raise ValueError(
            f"abandoned: nobody of {weight.sum():g} delayed customers left, so patience has no estimate; "
            "use a longer log, or state a patience and mark it assumed"
        )
