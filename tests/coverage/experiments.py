"""Many small experiments with a known truth: how often an interval holds it, and how wide it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from experiments.estimates.controls import controlled
from experiments.estimates.intervals import CONFIDENCE, Intervals, in_blocks, mean_estimate, ratio_estimate
from tests.coverage.desk import MEASURES, SHARE, Desk, Floats

Kind = Callable[[Floats, Floats, bool], Intervals]
"""An interval from numerators and denominators, shape (replications, experiments), of a share or of another ratio."""


def as_reported(top: Floats, bottom: Floats, share: bool) -> Intervals:
    """The interval that `aftersim` prints."""
    return ratio_estimate(top, bottom, share=share)


def without_logit(top: Floats, bottom: Floats, share: bool) -> Intervals:
    """The delta interval of a share on its own scale."""
    return ratio_estimate(top, bottom, share=False)


def without_t(top: Floats, bottom: Floats, share: bool) -> Intervals:
    """Normal in place of Student quantiles: value +- 1.96 sd(z) / (sqrt(n) mean(y))."""
    from scipy.special import ndtri

    value = top.sum(axis=0) / bottom.sum(axis=0)
    z = top - value * bottom
    reach = float(ndtri(0.5 + CONFIDENCE / 2)) * z.std(axis=0, ddof=1) / np.sqrt(len(top)) / bottom.mean(axis=0)
    return Intervals(value, value - reach, value + reach, np.full(value.shape, len(top)))


def pooled(top: Floats, bottom: Floats, share: bool) -> Intervals:
    """All contacts of all days in one pot, as if each were a coin of its own (Poisson for what is no share)."""
    value = top.sum(axis=0) / bottom.sum(axis=0)
    spread = value * (1.0 - value) if share else value
    reach = 1.96 * np.sqrt(spread / bottom.sum(axis=0))
    return Intervals(value, value - reach, value + reach, np.full(value.shape, len(top)))


def over_blocks(top: Floats, bottom: Floats, share: bool) -> Intervals:
    """The interval of stratified replications: blocks of ten are what is independent."""
    return ratio_estimate(in_blocks(top, 10), in_blocks(bottom, 10), share=share)


KINDS: dict[str, Kind] = {
    "as reported": as_reported,
    "without the logit": without_logit,
    "without Student's t": without_t,
    "contacts pooled": pooled,
}


@dataclass(frozen=True)
class Coverage:
    """What became of many experiments of one size.

    Attributes
    ----------
    covered : array, shape (measures,)
        Share of the experiments whose interval holds the truth.
    width : array, shape (measures,)
        Mean half width.
    error : array, shape (measures,)
        Root mean square error of the estimates.
    experiments : int
        How many.
    """

    covered: Floats
    width: Floats
    error: Floats
    experiments: int


def coverage(
    desk: Desk, top: Floats, bottom: Floats, n: int, experiments: int | None = None, kind: Kind = as_reported
) -> Coverage:
    """Cut days into experiments of n replications and look at the interval of each.

    Parameters
    ----------
    desk : Desk
        Knows the truth.
    top, bottom : array, shape (days, measures)
        As `Desk.days` gives them.
    n : int
        Replications of an experiment.
    experiments : int, optional
        How many, spread evenly over the days; by default as many as there are days for.
    kind : callable
        The interval; totals have denominators of 1.
    """
    most = len(top) // n
    stride = n if experiments is None else len(top) // experiments
    if experiments is not None and not 1 <= experiments <= most:
        raise ValueError(f"experiments: {experiments} of {n} replications need more than the {len(top)} days given")
    count = most if experiments is None else experiments
    rows = (np.arange(count)[:, None] * stride + np.arange(n)).T
    covered, width, error = (np.empty(len(MEASURES)) for _ in range(3))
    for m, truth in enumerate(desk.truth()):
        e = kind(top[rows, m], bottom[rows, m], SHARE[m])
        covered[m] = np.mean((e.low <= truth) & (truth <= e.high))
        width[m] = np.mean(e.high - e.low) / 2
        error[m] = np.sqrt(np.mean((e.value - truth) ** 2))
    return Coverage(covered, width, error, count)


def coverage_controlled(desk: Desk, top: Floats, bottom: Floats, controls: Floats, n: int) -> Coverage:
    """The same for intervals that are freed from what known luck explains; arrivals, being known, are left out."""
    count, measures = len(top) // n, len(MEASURES) - 1
    value, low, high = (np.empty((count, measures)) for _ in range(3))
    for e in range(count):
        days = slice(e * n, e * n + n)
        for m in range(measures):
            found = controlled(top[days, m : m + 1], bottom[days, m : m + 1], controls[days], share=SHARE[m])
            value[e, m], low[e, m], high[e, m] = (x[0] for x in found[:3])
    truth = desk.truth()[:measures]
    covered = np.mean((low <= truth) & (truth <= high), axis=0)
    return Coverage(covered, np.mean(high - low, axis=0) / 2, np.sqrt(np.mean((value - truth) ** 2, axis=0)), count)


def totals_agree(top: Floats) -> bool:
    """Whether the mean of totals is the ratio whose denominators are 1, so that one interval does for both."""
    m = MEASURES.index("arrivals")
    a, b = mean_estimate(top[:20, m : m + 1]), ratio_estimate(top[:20, m : m + 1], np.ones((20, 1)), share=False)
    return all(np.allclose(x, y) for x, y in zip(a, b, strict=True))
