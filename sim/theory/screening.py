"""A screen in front of a line takes the easy jobs away: how many go on, and how much larger they are.

Every job has a hidden difficulty Z, standard normal. It goes on with probability Phi(k + b Z), and its work W
is lognormal, log W = mu + r s Z + s sqrt(1 - r^2) E, with E standard normal and independent. So b says how well the
screen sees the difficulty, r how much of the spread of the work it explains. Two integrals give everything:

    E[Phi(k + b Z)] = Phi(k / sqrt(1 + b^2))                                                (share that goes on)
    E[exp(c Z) Phi(k + b Z)] = exp(c^2 / 2) Phi((k + b c) / sqrt(1 + b^2))                  (with c = r s: its work)

(Owen 1980, "A table of normal integrals", equation 10,010.8; the second is the first with Z moved by c.) The difficulty
as a probit threshold in front of a second level follows the gatekeepers of Shumsky & Pinker (2003).
"""

from __future__ import annotations

import math
from typing import SupportsFloat

from sim.theory.arguments import at_least_zero


def screening_threshold(taken: float, slope: float) -> float:
    """Threshold k at which a screen takes a given share of the jobs: 1 - Phi(k / sqrt(1 + b^2)) = C.

    Parameters
    ----------
    taken : float
        Share C of the jobs that do not go on, 0 to 1.
    slope : float
        b, at least 0: how steeply the chance to go on rises with the difficulty; 0 takes a random share.

    Returns
    -------
    float
        k in P(goes on | Z) = Phi(k + b Z); infinite if nothing is taken, minus infinite if everything is.

    Raises
    ------
    ValueError
        If an argument is out of range or NaN.

    Examples
    --------
    >>> round(screening_threshold(0.3, 1.0), 4), screening_threshold(0.5, 2.0)
    (0.7416, 0.0)
    """
    share, b = _share(taken), at_least_zero("slope", slope)
    # -Phi^-1(C), not Phi^-1(1 - C): a small share keeps all its digits
    return 0.0 - math.hypot(1.0, b) * _normal_quantile(share)


def goes_on(difficulty: float, threshold: float, slope: float) -> float:
    """Probability that a job of a given difficulty goes on past the screen: Phi(k + b z).

    Parameters
    ----------
    difficulty : float
        z, a standard normal number.
    threshold : float
        k, of `screening_threshold`; infinite ones are fine.
    slope : float
        b, at least 0.

    Raises
    ------
    ValueError
        If an argument is out of range or NaN.

    Examples
    --------
    An easy, an average and a hard job, at a screen that takes half of all:

    >>> [round(goes_on(z, screening_threshold(0.5, 1.0), 1.0), 3) for z in (-1.0, 0.0, 1.0)]
    [0.159, 0.5, 0.841]
    """
    b = at_least_zero("slope", slope)
    z, k = float(difficulty), float(threshold)
    if not math.isfinite(z):
        raise ValueError(f"difficulty: got {z!r}; it must be a finite number")
    if math.isnan(k):
        raise ValueError("threshold: got nan; it must be a number")
    return 0.5 * math.erfc(-(k + b * z) * math.sqrt(0.5))


def passed_work_factor(taken: float, slope: float, load: float, log_sd: float) -> float:
    """Mean work of the jobs that go on, as a factor on the mean work of all.

    Parameters
    ----------
    taken : float
        Share C of the jobs that do not go on, 0 to below 1.
    slope : float
        b, at least 0.
    load : float
        r, correlation of the difficulty with the logarithm of the work, -1 to 1.
    log_sd : float
        s, standard deviation of the logarithm of the work, at least 0.

    Returns
    -------
    float
        R = Phi((k + b r s) / sqrt(1 + b^2)) / (1 - C), with k of `screening_threshold`; 1 if the screen does not see
        the difficulty, or the difficulty does not show in the work. The work falls by 1 - (1 - C) R, not by C.

    Raises
    ------
    ValueError
        If an argument is out of range or NaN.

    Notes
    -----
    A law of the work that is not lognormal has no factor of this form; with s of the same spread it is close.

    Examples
    --------
    A screen takes 30 % of the jobs; those that go on are a sixth larger, so the work falls by 19 % only:

    >>> R = passed_work_factor(0.3, slope=1.0, load=0.6, log_sd=0.85)
    >>> round(R, 3), round(1 - 0.7 * R, 3)
    (1.16, 0.188)
    """
    share, b, s = _share(taken), at_least_zero("slope", slope), at_least_zero("log_sd", log_sd)
    r = float(load)
    if not -1.0 <= r <= 1.0:
        raise ValueError(f"load: got {r!r}; it must be a correlation from -1 to 1")
    if share == 1.0:
        raise ValueError("taken: got 1.0; no job goes on, so there is no work whose mean could be taken")
    from scipy.special import log_ndtr

    passed = -_normal_quantile(share)
    moved = passed + b * r * s / math.hypot(1.0, b)
    return math.exp(float(log_ndtr(moved)) - float(log_ndtr(passed)))


def _share(value: SupportsFloat) -> float:
    share = float(value)
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"taken: got {share!r}; it must be a share from 0 to 1")
    return share


def _normal_quantile(share: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(share))
