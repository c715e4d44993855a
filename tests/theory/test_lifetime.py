"""Laws of a time: survival, its integral, and the point where it falls below a level."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.theory import Lifetime, Lognormal, PiecewiseHazard, SurvivalFunction

LAWS: dict[str, Lifetime] = {
    "exponential": PiecewiseHazard.exponential(3.0),
    "hazard table": PiecewiseHazard([0, 1, 3, 7], [0.3, 0.0, 0.5, 0.02], balk=0.1),
    "ends at 7": PiecewiseHazard([0, 1, 7], [0.3, 0.1, math.inf], balk=0.2),
    "fixed": PiecewiseHazard.fixed(4.0),
    "some never": PiecewiseHazard([0, 5], [0.4, 0.0]),
    "lognormal": Lognormal(6.0, 0.8),
    "narrow lognormal": Lognormal(6.0, 0.05),
    "Weibull": SurvivalFunction(lambda x: np.exp(-((x / 2.0) ** 0.7))),
}
POINTS = np.array([0.0, 1e-9, 0.3, 1.0, 2.5, 3.0, 4.0, 6.9, 7.0, 25.0, 400.0])


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS.keys())
def test_the_integral_is_the_integral_of_the_survival_function(law: Lifetime) -> None:
    """Against a fine midpoint sum on every stretch between the points."""
    integral = law.integral(POINTS)
    assert integral[0] == pytest.approx(0.0, abs=1e-30)
    for left, right, got in zip(POINTS[:-1], POINTS[1:], np.diff(integral), strict=True):
        step = (right - left) / 200_000
        middles = left + step * (np.arange(200_000) + 0.5)
        assert got == pytest.approx(float(law.survival(middles).sum() * step), rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS.keys())
def test_between_is_the_difference_of_integrals(law: Lifetime) -> None:
    """From any start, forwards and backwards over the pieces."""
    for start in POINTS.tolist():
        expected = law.integral(POINTS) - law.integral(np.array([start]))[0]
        assert law.between(start, POINTS) == pytest.approx(expected, rel=1e-12, abs=1e-11)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS.keys())
def test_first_below_is_where_the_survival_function_passes_the_level(law: Lifetime) -> None:
    """Just before the point it is above the level, at the point at or below it."""
    for level in (0.95, 0.83, 0.5, 0.2, 0.01):
        x = law.first_below(level)
        if math.isinf(x):
            assert law.never > level
            continue
        assert law.survival(np.array([x * (1 + 1e-12)]))[0] <= level * (1 + 1e-9)
        if x > 0:
            assert law.survival(np.array([x * (1 - 1e-9)]))[0] >= level * (1 - 1e-9)


def test_short_distances_far_out_keep_their_digits() -> None:
    """Between points 1e-9 apart at 1e6 the piece is exact to 12 digits, though the integrals are not."""
    law = PiecewiseHazard.exponential(1e6)
    step = 2.0**-30
    got = float(law.between(1e6, np.array([1e6 + step]))[0])
    assert got == pytest.approx(math.exp(-1) * step, rel=1e-12)


def test_means_are_those_of_the_laws() -> None:
    """Closed forms of the means; infinite where a share never ends."""
    assert LAWS["exponential"].mean == pytest.approx(3.0)
    assert LAWS["fixed"].mean == 4.0
    assert LAWS["lognormal"].mean == 6.0
    assert LAWS["Weibull"].mean == pytest.approx(2.0 * math.gamma(1 + 1 / 0.7), rel=1e-11)
    assert LAWS["some never"].mean == math.inf
    assert LAWS["some never"].never == pytest.approx(math.exp(-2.0))
    assert PiecewiseHazard.exponential(0.0).mean == 0.0
    assert PiecewiseHazard.exponential(math.inf).never == 1.0


def test_any_survival_function_equals_the_closed_form() -> None:
    """The numerical law agrees with the exact one, jumps found by itself or given."""
    for name in ("exponential", "hazard table", "lognormal", "narrow lognormal", "fixed", "some never"):
        exact = LAWS[name]
        for breaks in ([], [1.0, 3.0, 4.0, 5.0, 7.0]):
            law = SurvivalFunction(exact.survival, breaks=breaks)
            assert law.integral(POINTS) == pytest.approx(exact.integral(POINTS), rel=1e-10, abs=1e-10), name
            assert law.never == pytest.approx(exact.never)


def test_a_share_that_never_ends_counts_at_any_distance() -> None:
    """Far beyond the tabulated range the integral goes on with the share that is left."""
    law = SurvivalFunction(lambda x: 0.2 + 0.8 * np.exp(-x))
    assert law.never == pytest.approx(0.2)
    assert law.integral(np.array([1e30]))[0] == pytest.approx(0.2e30, rel=1e-9)


def test_wrong_laws_are_refused() -> None:
    """Rising survival, values outside [0, 1], wrong shapes and wrong tables are named."""
    with pytest.raises(ValueError, match="never rises"):
        SurvivalFunction(lambda x: np.exp(-x) * (1 + 0.5 * np.sin(5 * x)) / 1.5)
    with pytest.raises(ValueError, match="stays within"):
        SurvivalFunction(lambda x: 2.0 * np.exp(-x))
    with pytest.raises(ValueError, match="stays within"):
        SurvivalFunction(lambda x: np.where(x > 1, np.nan, 1.0))
    with pytest.raises(ValueError, match="one value per point"):
        SurvivalFunction(lambda x: np.ones(3))
    with pytest.raises(ValueError, match=r"edges\[0\]: got 1.0"):
        PiecewiseHazard([1, 2], [1, 1])
    with pytest.raises(ValueError, match=r"edges\[2\]: got 1.0 after 2.0"):
        PiecewiseHazard([0, 2, 1], [1, 1, 1])
    with pytest.raises(ValueError, match=r"hazards\[0\]: got inf"):
        PiecewiseHazard([0, 2], [math.inf, 1])
    with pytest.raises(ValueError, match="got 3 values for 2 edges"):
        PiecewiseHazard([0, 2], [1, 1, 1])
    with pytest.raises(ValueError, match=r"balk: got 1\.5"):
        PiecewiseHazard([0], [1], balk=1.5)
