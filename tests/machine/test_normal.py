"""The normal law that both engines share."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from scipy import special

from sim.machine.normal import normal_cdf, normal_quantile

SMALLEST = 2.0**-53


def shares(n: int) -> list[float]:
    """Uniforms as the machine makes them, both tails down to 2^-53 included."""
    rng = np.random.default_rng(241)
    tails = 2.0 ** -rng.uniform(1.0, 53.0, n // 4)
    u = np.concatenate((rng.random(n // 2), tails, 1.0 - tails, [SMALLEST, 1.0 - SMALLEST, 0.075, 0.925]))
    return u[(u > 0.0) & (u < 1.0)].tolist()


def test_the_quantile_agrees_with_two_other_sources_at_100000_points() -> None:
    """AS 241 is copied without a wrong digit: relative error against Cephes and the standard library."""
    u = shares(100_000)
    mine = np.array([normal_quantile(x) for x in u])
    inverse = NormalDist().inv_cdf
    library = np.array([inverse(x) for x in u])
    cephes = special.ndtri(np.array(u))
    assert np.max(np.abs(mine / library - 1.0)) < 1e-15
    assert np.max(np.abs(mine / cephes - 1.0)) < 4e-15


@pytest.mark.parametrize("exponent", [1074, 1000, 500, 200, 60, 53])
def test_the_quantile_holds_in_the_far_tail(exponent: int) -> None:
    """Uniforms below 2^-53 never occur, and would still be right."""
    u = 2.0**-exponent
    assert normal_quantile(u) == pytest.approx(float(special.ndtri_exp(-exponent * np.log(2.0))), rel=1e-14)


def test_the_quantile_is_odd_and_rises() -> None:
    """A job and its mirror image have opposite scores; a larger uniform never gives a smaller one."""
    u = np.unique(np.floor(np.array(shares(20_000)) * 2.0**53)) * 2.0**-53
    scores = [normal_quantile(x) for x in u.tolist()]
    assert np.all(np.diff(scores) >= 0.0)
    assert [-normal_quantile(1.0 - x) for x in u.tolist()] == scores
    assert normal_quantile(0.5) == 0.0


def test_the_distribution_function_agrees_with_cephes() -> None:
    """Both tails keep their relative accuracy where float64 has it."""
    x = np.linspace(-37.0, 8.0, 20_001)
    mine = np.array([normal_cdf(v) for v in x.tolist()])
    # the argument is rounded once more here than there: x^2 * 2^-53 relative in the far tail
    assert np.max(np.abs(mine / special.ndtr(x) - 1.0) / (1.0 + x * x)) < 4e-16


def test_quantile_and_distribution_function_undo_each_other() -> None:
    """A loaded law with rho 0 to rounding leaves its uniform alone."""
    u = np.array(shares(20_000))
    back = np.array([normal_cdf(normal_quantile(v)) for v in u.tolist()])
    assert np.max(np.abs(back - u) / np.maximum(u * (1.0 + np.log(u) ** 2), 1e-300)) < 1e-15
