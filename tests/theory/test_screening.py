"""A screen that sees the difficulty: checked values, limits, and the definition by brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr, ndtri

from sim.theory import passed_work_factor, screening_threshold
from sim.theory.screening import goes_on

CASES = [
    (c, b, r, s) for c in (0.02, 0.3, 0.5, 0.9) for b in (0.0, 0.5, 1.0, 2.0) for r, s in ((0.6, 0.85), (1.0, 0.3))
]


@pytest.mark.parametrize(
    ("taken", "slope", "load", "factor", "cut"),
    [(0.3, 1.0, 0.6, 1.160, 0.188), (0.5, 1.0, 0.6, 1.282, 0.359), (0.5, 2.0, 0.8, 1.456, 0.272)],
)
def test_values_checked_by_two_million_draws(
    taken: float, slope: float, load: float, factor: float, cut: float
) -> None:
    """Three factors, and what they leave of the cut in work, that were found by simulation before (to 0.001)."""
    found = passed_work_factor(taken, slope, load, 0.85)
    assert found == pytest.approx(factor, abs=1e-3)
    assert 1.0 - (1.0 - taken) * found == pytest.approx(cut, abs=1e-3)


@pytest.mark.parametrize(("taken", "slope", "load", "log_sd"), CASES)
def test_threshold_and_factor_are_what_the_integrals_say(
    taken: float, slope: float, load: float, log_sd: float
) -> None:
    """The share that goes on and its mean work, integrated over the difficulty."""
    k = screening_threshold(taken, slope)

    def density(z: float) -> float:
        return math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi) * goes_on(z, k, slope)

    def work(z: float) -> float:
        return math.exp(load * log_sd * z - 0.5 * (load * log_sd) ** 2) * density(z)

    passed = quad(density, -12.0, 12.0, epsabs=1e-12)[0]
    assert passed == pytest.approx(1.0 - taken, abs=1e-9)
    assert passed_work_factor(taken, slope, load, log_sd) == pytest.approx(quad(work, -12, 12)[0] / passed, rel=1e-8)


def test_brute_force_draws_agree() -> None:
    """Jobs drawn one by one, their work with a spread of its own, against the closed form within 4 standard errors."""
    rng = np.random.default_rng(20260302)
    n, taken, slope, load, s = 400_000, 0.4, 1.5, 0.7, 0.8
    z, e = rng.standard_normal(n), rng.standard_normal(n)
    on = rng.random(n) < ndtr(screening_threshold(taken, slope) + slope * z)
    work = np.exp(load * s * z + math.sqrt(1.0 - load * load) * s * e - 0.5 * s * s)[on]
    assert abs(on.mean() - 0.6) < 4.0 * math.sqrt(0.24 / n)
    assert abs(work.mean() - passed_work_factor(taken, slope, load, s)) < 4.0 * work.std() / math.sqrt(work.size)


@pytest.mark.parametrize(("slope", "load", "log_sd"), [(0.0, 0.8, 0.9), (2.0, 0.0, 0.9), (2.0, 0.8, 0.0)])
def test_a_screen_that_sees_nothing_changes_nothing(slope: float, load: float, log_sd: float) -> None:
    """No slope, no load or work without spread: those who go on are like all, whatever the share."""
    for taken in (0.0, 0.1, 0.5, 0.999):
        assert passed_work_factor(taken, slope, load, log_sd) == pytest.approx(1.0, abs=1e-12)


def test_a_steep_screen_cuts_at_one_difficulty() -> None:
    """With b to infinity the jobs above a quantile go on: the mean of a lognormal cut from below (Phi ratio)."""
    for taken in (0.1, 0.5, 0.9):
        cut = ndtri(taken)
        exact = ndtr(0.7 * 0.85 - cut) / (1.0 - taken)
        assert passed_work_factor(taken, 1e7, 0.7, 0.85) == pytest.approx(exact, rel=1e-7)
        assert screening_threshold(taken, 1e7) / 1e7 == pytest.approx(-cut, rel=1e-7, abs=1e-12)


def test_nothing_or_everything_is_taken() -> None:
    """The ends: all go on as they came; none goes on, and then there is no mean."""
    assert screening_threshold(0.0, 1.0) == math.inf
    assert screening_threshold(1.0, 1.0) == -math.inf
    assert goes_on(-3.0, math.inf, 1.0) == 1.0
    assert goes_on(3.0, -math.inf, 1.0) == 0.0
    assert passed_work_factor(0.0, 2.0, 0.8, 0.85) == 1.0
    with pytest.raises(ValueError, match=r"taken: got 1\.0; no job goes on"):
        passed_work_factor(1.0, 2.0, 0.8, 0.85)


def test_small_shares_keep_their_digits() -> None:
    """A share of 1e-18 is lost in 1 - C, and not here."""
    assert screening_threshold(1e-18, 0.0) == pytest.approx(8.757290, abs=1e-5)
    assert ndtr(-screening_threshold(1e-12, 0.0)) == pytest.approx(1e-12, rel=1e-9)
    assert passed_work_factor(1.0 - 1e-12, 1.0, 0.6, 0.85) > passed_work_factor(0.9, 1.0, 0.6, 0.85)


def test_more_taken_and_more_seen_leave_harder_jobs() -> None:
    """The factor rises with the share, the slope and the load, and is below 1 where hard jobs are short."""
    factors = [passed_work_factor(c, 1.0, 0.6, 0.85) for c in np.linspace(0.0, 0.99, 40)]
    assert np.all(np.diff(factors) > 0.0)
    assert np.all(np.diff([passed_work_factor(0.5, b, 0.6, 0.85) for b in (0.0, 0.5, 1.0, 2.0, 4.0)]) > 0.0)
    assert np.all(np.diff([passed_work_factor(0.5, 1.0, r, 0.85) for r in (-1.0, -0.3, 0.0, 0.5, 1.0)]) > 0.0)
    assert passed_work_factor(0.5, 1.0, -0.6, 0.85) < 1.0


@pytest.mark.parametrize("taken", [-0.1, 1.1, math.nan])
def test_wrong_shares_are_refused(taken: float) -> None:
    """Shares lie between 0 and 1; NaN is none."""
    with pytest.raises(ValueError, match="taken: got"):
        screening_threshold(taken, 1.0)
    with pytest.raises(ValueError, match="taken: got"):
        passed_work_factor(taken, 1.0, 0.6, 0.85)


def test_wrong_numbers_are_refused() -> None:
    """Each argument is named with what came."""
    for slope in (-1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="slope: got"):
            screening_threshold(0.5, slope)
    for load in (-1.01, 1.01, math.nan):
        with pytest.raises(ValueError, match="load: got"):
            passed_work_factor(0.5, 1.0, load, 0.85)
    for log_sd in (-0.1, math.nan):
        with pytest.raises(ValueError, match="log_sd: got"):
            passed_work_factor(0.5, 1.0, 0.6, log_sd)
    with pytest.raises(ValueError, match="difficulty: got"):
        goes_on(math.nan, 0.0, 1.0)
    with pytest.raises(ValueError, match="threshold: got"):
        goes_on(0.0, math.nan, 1.0)
