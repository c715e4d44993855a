"""What is not known of a difference: the noise of the simulation, and inputs that are known only within ranges.

Every replication is one draw of the inputs with one history of its own. Its difference d between two policies is
therefore the true difference under these inputs, plus noise. With x the normal scores of the inputs,

    d = a + sum_j b_j x_j + sum_j c_j (x_j^2 - 1) / sqrt(2) + e,        b_j ~ N(0, t), c_j ~ N(0, t / 5), e ~ N(0, s),

and the true difference is the same sum without e at the inputs' true scores, which nobody knows: standard normal. It is
a on average, and what varies around it is the uncertainty that comes from the inputs. The squares are there because
lines are not straight: where a policy is good on both sides of the stated values, slopes alone would see nothing.

All effects are small or large together (a mixed linear model, Searle, Casella and McCulloch 1992, chapter 8; the prior
of ridge regression), so there may be more inputs than replications. The ratio t / s, which twenty replications tell
only roughly, is not estimated but averaged over, with its restricted likelihood (Patterson and Thompson 1971) and,
before anything is seen, every share of the inputs in the variance alike. One decomposition serves all rows. Without
inputs this is the t interval of paired differences.

The scores of the inputs are spread evenly over the replications, so their mean effect is known almost exactly: the
uncertainty of a, given the scores that were drawn, is that of noise / n and of what is left of their mean.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

Floats = NDArray[np.float64]

SQUARES = 0.2
"""Variance of the effect of a square beside that of a slope, before anything is seen."""

SHARES = (np.arange(16) + 0.5) / 16.0
"""Shares of the inputs in the variance of one difference over which is averaged."""


class Split(NamedTuple):
    """Differences and what is not known of them; arrays of shape (rows,), `shares` (rows, inputs).

    Attributes
    ----------
    value, low, high : array
        Expected true difference and its interval.
    noise, inputs : array
        Half widths from the noise of the simulation alone and from the inputs alone; their squares add up to that of
        the interval's half width.
    odds : array
        Probability that the true difference is positive.
    shares : array
        Share of each input in the uncertainty that comes from the inputs.
    """

    value: Floats
    low: Floats
    high: Floats
    noise: Floats
    inputs: Floats
    odds: Floats
    shares: Floats


def split(d: Floats, x: Floats, confidence: float = 0.95, comparisons: int = 1) -> Split:
    """Split what is not known of differences into noise and inputs, and give the odds.

    Parameters
    ----------
    d : array, shape (n, rows)
        Paired differences of n replications, at least 2.
    x : array, shape (n, inputs)
        Standard normal scores of the inputs that can move the difference; no columns if nothing was drawn.
    confidence : float
        Between 0 and 1.
    comparisons : int
        Intervals that are to hold together (Bonferroni).

    Raises
    ------
    ValueError
        Fewer than 2 replications, or shapes that do not fit.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.standard_normal((20, 2))
    >>> d = 1.0 + 2.0 * x[:, :1] + 0.5 * rng.standard_normal((20, 1))
    >>> s = split(d, x)
    >>> [round(float(v[0]), 1) for v in (s.value, s.noise, s.inputs, s.odds)]
    [0.9, 0.2, 3.5, 0.7]
    >>> s.shares.round(2).tolist()
    [[0.99, 0.01]]
    """
    d, x = np.asarray(d, dtype=np.float64), np.asarray(x, dtype=np.float64)
    if d.ndim != 2 or x.ndim != 2 or len(d) != len(x) or not len(d) >= 2:
        raise ValueError(
            f"differences of 2 or more replications and a row of scores for each: got {d.shape}, {x.shape}"
        )
    if not (0.0 < confidence < 1.0 and comparisons >= 1):
        raise ValueError(f"confidence {confidence} in (0, 1) and 1 or more comparisons are expected, got {comparisons}")
    with np.errstate(invalid="ignore"):
        size = np.abs(d - d[0]).max(axis=0)
        varied = size > 0.0
    scale = np.where(varied, size, 1.0)
    value, noise, inputs, freedom, shares = _fit((d - d[0]) / scale, x)
    noise, inputs = np.where(varied, noise, 0.0), np.where(varied, inputs, 0.0)
    deviation = np.sqrt(noise + inputs)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = d[0] + scale * value
        odds = np.where(varied, stdtr(freedom, value / scale / deviation), 0.5 + 0.5 * np.sign(d[0]))
    wide = stdtrit(freedom, 1.0 - 0.5 * (1.0 - confidence) / comparisons) * scale
    half = wide * deviation
    unknown = np.isnan(d).any(axis=0)
    numbers = (value, value - half, value + half, wide * np.sqrt(noise), wide * np.sqrt(inputs), odds)
    value, low, high, noise, inputs, odds = (np.where(unknown, np.nan, v) for v in numbers)
    return Split(value, low, high, noise, inputs, odds, np.where(varied[:, None], shares, 0.0))


def _fit(d: Floats, x: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Mean, variance from noise, variance from inputs, degrees of freedom, and shares of the inputs, for each row.

    Shapes below: g shares that are averaged over, r eigenvalues, m rows, q effects (slopes, then squares).
    """
    n, k = x.shape
    effects = np.concatenate((x, np.sqrt(SQUARES) * (x * x - 1.0) / np.sqrt(2.0)), axis=1)
    weight = np.repeat((1.0, SQUARES), k)  # of a squared effect in the variance of the true difference
    middle = effects.mean(axis=0)
    left, root, basis = np.linalg.svd(effects - middle, full_matrices=False)
    kept = root > 1e-9 * max(1.0, root.max(initial=0.0))
    left, root, basis = left[:, kept], root[kept], basis[kept]
    average = d.mean(axis=0)
    u = left.T @ (d - average)  # (r, m)
    rest = np.maximum(((d - average) ** 2).sum(axis=0) - (u * u).sum(axis=0), 0.0)

    ratio = SHARES / (1.0 - SHARES) / max(weight.sum(), 1.0)  # t / s, (g,)
    grown = 1.0 + ratio[:, None] * root**2  # (g, r)
    squares = (u * u / grown[:, :, None]).sum(axis=1) + rest  # (g, m)
    s = np.maximum(squares / (n - 1), 1e-30)
    likely = -0.5 * np.log(grown).sum(axis=1)[:, None] - 0.5 * (n - 1) * np.log(s)
    chance = np.exp(likely - likely.max(axis=0))
    chance /= chance.sum(axis=0)

    # effects: mean, and variance s (ratio I - basis' diag(less) basis)
    less = ratio[:, None] - ratio[:, None] / grown  # (g, r)
    mean = np.einsum("gr,rq,rm->gqm", ratio[:, None] * root / grown, basis, u)
    own = ratio[:, None] - less @ basis**2  # variance of each effect / s, (g, q)
    at_middle = ratio * (middle @ middle) - less @ (basis @ middle) ** 2  # of their sum at the mean scores
    level = average - np.einsum("q,gqm->gm", middle, mean)
    noise = s * (1.0 / n + at_middle[:, None])
    each = weight[:, None] * (mean * mean + own[:, :, None] * s[:, None, :])  # (g, q, m)
    inputs = each.sum(axis=1)
    overlap = (basis * weight) @ basis.T
    spread = ratio**2 * (weight @ weight) - 2.0 * ratio * (less @ (basis**2 @ weight**2))
    spread += np.einsum("gr,rt,gt->g", less, overlap**2, less)
    moved = weight[:, None] * mean
    turned = np.einsum("rq,gqm->grm", basis, moved)
    sure = ratio[:, None] * (moved * moved).sum(axis=1) - (less[:, :, None] * turned**2).sum(axis=1)

    # the variance is itself not known: s, the effects, and the share; matched by a t law (Satterthwaite 1946)
    of_s = noise + s * (weight @ own.T)[:, None]
    total = noise + inputs
    doubt = 2.0 * of_s**2 / (n - 1) + 2.0 * s**2 * spread[:, None] + 4.0 * s * np.maximum(sure, 0.0)
    value = (chance * level).sum(axis=0)
    from_noise = (chance * (noise + (level - value) ** 2)).sum(axis=0)
    from_inputs = (chance * inputs).sum(axis=0)
    all_doubt = (chance * (doubt + (total - (chance * total).sum(axis=0)) ** 2)).sum(axis=0)
    freedom = np.clip(2.0 * (from_noise + from_inputs) ** 2 / np.maximum(all_doubt, 1e-300), 1.0, 1e9)
    by_effect = np.einsum("gm,gqm->mq", chance, each)
    by_input = by_effect[:, :k] + by_effect[:, k:]
    shares = by_input / np.maximum(by_input.sum(axis=1, keepdims=True), 1e-300)
    return value, from_noise, from_inputs, freedom, shares
