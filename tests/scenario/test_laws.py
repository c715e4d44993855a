"""Laws have the means, deviations and quantiles they are given by."""

from __future__ import annotations

import math

import pytest
import scipy.stats as ss

from sim.scenario.model.laws import (
    ScipyLaw,
    gamma_of_moments,
    lognormal_of_quantiles,
    uniform_of_moments,
    weibull_of_moments,
)
from sim.scenario.model.scipy_laws import ANY_SIGN, SHAPES, SIGNED


def frozen(law: ScipyLaw) -> ss.rv_continuous:
    """Make the law in SciPy."""
    return getattr(ss, law.name)(**dict(law.shape), loc=law.loc, scale=law.scale)


@pytest.mark.parametrize(
    ("make", "mean", "sd"),
    [
        (gamma_of_moments, 5.0, 3.0),
        (gamma_of_moments, 5.0, 12.0),
        (uniform_of_moments, 5.0, 2.0),
        (weibull_of_moments, 3.0, 4.0),
        (weibull_of_moments, 3.0, 0.31),
        (weibull_of_moments, 3.0, 29.0),
    ],
)
def test_moments_are_those_asked_for(make: object, mean: float, sd: float) -> None:
    """SciPy finds the same mean and standard deviation."""
    law = frozen(make(mean, sd))  # type: ignore[operator]
    assert law.mean() == pytest.approx(mean, rel=1e-9)
    assert law.std() == pytest.approx(sd, rel=1e-7)


def test_lognormal_has_its_median_and_p90() -> None:
    """Median 3 d and p90 5 d give the lognormal through both."""
    law = lognormal_of_quantiles(3.0, 5.0)
    sigma = math.sqrt(math.log1p((law.sd / law.mean) ** 2))  # rebuilt from mean and sd
    built = ss.lognorm(sigma, scale=law.mean / math.exp(sigma**2 / 2))
    assert built.ppf([0.5, 0.9]) == pytest.approx([3.0, 5.0], rel=1e-9)


def test_table_of_laws_agrees_with_scipy() -> None:
    """Every name exists there, with these shape parameters, on [0, inf) - and the signed ones are signed."""
    for name, shapes in SHAPES.items():
        law = getattr(ss, name)
        assert tuple((law.shapes or "").replace(",", " ").split()) == shapes, name
        if name not in ("loguniform", "truncweibull_min"):
            assert law.a >= 0, name
    for name in SIGNED:
        assert getattr(ss, name).a < 0, name
    for name, parameter in ANY_SIGN:
        assert parameter in SHAPES[name]
