"""Laws and their inverses (rule 2.1)."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isfinite, log1p, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from sim.machine import laws
from sim.machine.inversion import clamp_unit, invert, pack
from sim.machine.laws import (
    Attribute,
    ByAttribute,
    Constant,
    Exponential,
    Hazard,
    Law,
    Lognormal,
    Mixture,
    Quantiles,
    Table,
    Uniform,
    Weibull,
)
from sim.machine.normal import normal_cdf
from sim.machine.predictor import Predictor

SMALLEST = 2.0**-53
GRID = [SMALLEST, 1e-12, 1e-6, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1 - 1e-6, 1 - 2.0**-40, 1 - SMALLEST]


def inverse(law: Law, z: float = nan, attributes: dict[str, float] | None = None) -> Callable[[float], float]:
    """The law's value as a function of the uniform alone."""
    names = list(attributes or {})
    table: list[float] = [-1.0] * 7  # laws stand anywhere in the table
    at = pack(law, table, {a: i for i, a in enumerate(names)})
    numbers = [(attributes or {})[a] for a in names]
    return lambda u: invert(table, at, u, z, numbers)


def mean_of(value: Callable[[float], float]) -> float:
    """Mean over u by the trapezoid rule in the normal score."""
    scores = np.linspace(-8.2, 8.2, 40_001)
    weight = np.exp(-0.5 * scores * scores) / np.sqrt(2.0 * np.pi) * (scores[1] - scores[0])
    values = np.array([value(clamp_unit(normal_cdf(s))) for s in scores.tolist()])
    return float(np.sum(values * weight))


LAW_AND_QUANTILE = [
    (Exponential(4.0), stats.expon(scale=4.0).ppf),
    (Uniform(2.0, 5.0), stats.uniform(2.0, 3.0).ppf),
    (Uniform(3.0, 3.0), lambda u: np.full_like(u, 3.0)),
    (Lognormal(6.0, 30.0), stats.lognorm(np.sqrt(np.log(26.0)), scale=6.0 / np.sqrt(26.0)).ppf),
    (Lognormal(5.0, 1e-9), lambda u: 5.0 * (1.0 + 2e-10 * special.ndtri(u))),
    (Weibull(0.5, 3.0), stats.weibull_min(0.5, scale=3.0).ppf),
    (Weibull(2.5, 3.0), stats.weibull_min(2.5, scale=3.0).ppf),
    (Constant(7.0), lambda u: np.full_like(u, 7.0)),
    (Constant(inf), lambda u: np.full_like(u, inf)),
    (Quantiles((0.0, 0.2, 0.7, 1.0), (1.0, 1.0, 4.0, 10.0)), lambda u: np.interp(u, [0, 0.2, 0.7, 1], [1, 1, 4, 10])),
    (Hazard((0.0,), (0.25,)), stats.expon(scale=4.0).ppf),
]


@pytest.mark.parametrize(("law", "quantile"), LAW_AND_QUANTILE, ids=lambda x: type(x).__name__)
def test_a_law_is_the_quantile_function_that_it_names(law: Law, quantile: Callable) -> None:
    """Every elementary law against its closed form or scipy, from 2^-53 to 1 - 2^-53."""
    value = inverse(law)
    assert [value(u) for u in GRID] == pytest.approx(quantile(np.array(GRID)).tolist(), rel=2e-13, abs=0.0)


MEAN = [
    Exponential(4.0),
    Uniform(2.0, 5.0),
    Lognormal(6.0, 7.0),
    Weibull(0.7, 3.0),
    Constant(2.0),
    Quantiles((0.0, 0.2, 0.7, 1.0), (1.0, 1.0, 4.0, 10.0)),
    Hazard((0.0, 2.0, 5.0, 9.0), (0.5, 0.0, 0.125, 1.0)),
    Mixture((3.0, 1.0), (Exponential(1.0), Uniform(5.0, 9.0))),
    Mixture((1.0, 1.0), (Constant(1.0), Exponential(2.0, atoms=((8.0, 0.5),)))),
    Exponential(4.0, atoms=((0.0, 0.25), (9.0, 0.125))),
    Table((0.0, 0.5, 1.0), (0.0, 1.0, 3.0), (2.0, 3.0, 4.0), 0.5 * (0.5 + 2.0) + 0.25 * (2.0 - 4.0) / 12.0),
]


@pytest.mark.parametrize("law", MEAN, ids=lambda x: repr(x)[:50])
def test_the_mean_of_a_law_is_the_mean_of_what_is_drawn(law: Law) -> None:
    """`mean` (staffing and checks rely on it) is the integral of the inverse, atoms included."""
    assert law.mean == pytest.approx(mean_of(inverse(law)), rel=4e-4)


def test_lognormal_second_moment_is_its_sd() -> None:
    """The standard deviation given is the one of the number, not of its logarithm."""
    value = inverse(Lognormal(6.0, 3.0))
    assert mean_of(lambda u: value(u) ** 2) == pytest.approx(36.0 + 9.0, rel=1e-9)


def test_a_lognormal_law_from_median_and_quantile_has_them() -> None:
    """What was asked for comes out; a quantile on the wrong side of the median is refused."""
    value = inverse(Lognormal.from_median(3.0, 5.0, 0.9))
    assert (value(0.5), value(0.9)) == pytest.approx((3.0, 5.0), rel=1e-12)
    value = inverse(Lognormal.from_median(3.0, 1.0, 0.2))
    assert (value(0.5), value(0.2)) == pytest.approx((3.0, 1.0), rel=1e-12)
    for wrong in [(3.0, 2.0, 0.9), (3.0, 5.0, 0.5), (3.0, 5.0, 0.2), (3.0, nan, 0.9), (0.0, 5.0, 0.9), (3.0, 5.0, 1.0)]:
        with pytest.raises(ValueError, match="median"):
            Lognormal.from_median(*wrong)


def test_the_quantiles_of_a_sample_are_the_usual_empirical_ones() -> None:
    """Linear between sorted values (Hyndman and Fan 1996, type 7); one value is a constant."""
    sample = np.random.default_rng(1).gamma(2.0, size=37)
    law = Quantiles.of_sample(sample.tolist())
    assert not law.problems()
    value = inverse(law)
    u = np.linspace(0.001, 0.999, 101)
    assert [value(x) for x in u] == pytest.approx(np.quantile(sample, u).tolist(), rel=1e-12)
    assert inverse(Quantiles.of_sample([3.0]))(0.3) == 3.0
    assert Quantiles.of_sample([]).problems()


@pytest.mark.parametrize(
    ("edges", "hazards"),
    [
        ((0.0, 2.0, 5.0, 9.0), (0.5, 0.0, 0.125, 1.0)),
        ((0.0, 10.0), (0.0, 0.2)),
        ((0.0, 1.0, 3.0), (0.1, 0.7, 0.0)),
        ((0.0, 100.0), (10.0, 0.0)),
        ((0.0,), (0.0,)),
    ],
)
def test_a_hazard_law_uses_up_its_hazard_exactly(edges: tuple[float, ...], hazards: tuple[float, ...]) -> None:
    """The integral of the hazard up to the value is -log(1 - u); nobody leaves while it is 0; the rest never do."""
    value = inverse(Hazard(edges, hazards))
    right = np.append(edges[1:], inf)
    whole = sum(h * (b - a) if h else 0.0 for a, b, h in zip(edges, right, hazards, strict=True))
    for u in [*GRID, *np.linspace(0.005, 0.995, 199)]:
        t = value(u)
        if -log1p(-u) >= whole:
            assert t == inf
            continue
        used = sum(h * max(0.0, min(b, t) - a) if h else 0.0 for a, b, h in zip(edges, right, hazards, strict=True))
        assert used == pytest.approx(-log1p(-u), rel=1e-12)
        assert not any(h == 0.0 and a < t < b for a, b, h in zip(edges, right, hazards, strict=True))


def test_the_mean_of_a_hazard_law_is_infinite_exactly_when_some_never_leave() -> None:
    """A last hazard of 0 keeps a share for ever, unless nobody is left."""
    assert Hazard((0.0, 1.0), (0.3, 0.0)).mean == inf
    assert Hazard((0.0, 100.0), (10.0, 0.0)).mean == pytest.approx(0.1)
    assert Hazard((0.0, 1e-9), (1e-9, 0.5)).mean == pytest.approx(2.0, rel=1e-8)


def test_atoms_take_their_share_and_the_rest_is_the_whole_law() -> None:
    """Below the cumulated probabilities the atoms in their order, above them the law at the rescaled uniform."""
    law = Exponential(4.0)
    value, bare = inverse(law.with_atoms((0.0, 0.2), (9.0, 0.3))), inverse(law)
    assert [value(u) for u in (SMALLEST, 0.1, 0.2 - 1e-9)] == [0.0] * 3
    assert [value(u) for u in (0.2, 0.3, 0.5 - 1e-9)] == [9.0] * 3
    for u in (0.5, 0.6, 0.75, 0.999, 1 - SMALLEST):
        assert value(u) == bare(clamp_unit((u - 0.5) / 0.5))
    assert value(0.5) == bare(SMALLEST) > 0.0


def test_atoms_that_are_everything_leave_nothing_to_the_law() -> None:
    """Ten times 0.1 is everything although the sum of the floats is not; also for the mean."""
    law = Constant(inf, atoms=tuple((float(i), 0.1) for i in range(10)))
    assert not law.problems()
    assert law.mean == pytest.approx(4.5)
    value = inverse(law)
    assert value(1.0 - SMALLEST) == 9.0 and value(0.05) == 0.0


def test_an_atom_of_probability_0_is_never_taken() -> None:
    """Not even at the smallest uniform."""
    assert inverse(Constant(1.0, atoms=((5.0, 0.0),)))(SMALLEST) == 1.0


def test_a_mixture_gives_each_component_its_share_and_its_whole_range() -> None:
    """Component by the uniform, remainder rescaled, so one number serves both choices."""
    law = Mixture((3.0, 1.0, 4.0), (Exponential(1.0), Constant(2.0), Uniform(5.0, 9.0)))
    value, first, last = inverse(law), inverse(Exponential(1.0)), inverse(Uniform(5.0, 9.0))
    for u in GRID:
        if u < 0.375:
            assert value(u) == pytest.approx(first(u / 0.375), rel=1e-12)
        elif u < 0.5:
            assert value(u) == 2.0
        else:
            assert value(u) == pytest.approx(last(clamp_unit((u - 0.5) / 0.5)), rel=1e-12)


def test_a_component_of_next_to_no_weight_breaks_nothing() -> None:
    """Weights 10^20 apart: cumulated shares coincide, and the small one is simply never chosen."""
    for weights in [(1e-20, 1.0, 1.0), (1.0, 1e-20, 1.0), (1.0, 1.0, 1e-20)]:
        value = inverse(Mixture(weights, (Constant(1.0), Constant(2.0), Constant(3.0))))
        unlikely = float(weights.index(1e-20) + 1)
        assert unlikely not in [value(u) for u in GRID]


def test_mixtures_and_cases_nest() -> None:
    """A mixture inside a case inside a mixture is still one number per job."""
    inner = ByAttribute.of("kind", {1.0: Mixture((1.0, 1.0), (Constant(1.0), Constant(2.0)))}, Constant(3.0))
    law = Mixture((1.0, 1.0), (inner, Constant(4.0)))
    assert not law.problems()
    value = inverse(law, attributes={"other": 0.0, "kind": 1.0})
    assert [value(u) for u in (0.1, 0.3, 0.7)] == [1.0, 2.0, 4.0]
    assert inverse(law, attributes={"kind": 2.0})(0.1) == 3.0


def test_a_law_by_attribute_follows_the_job() -> None:
    """Each case its own law, compared exactly; any other value the remaining one."""
    cases = {0.0: Constant(10.0), 2.0: Exponential(3.0), 5.0: Uniform(1.0, 2.0)}
    law = ByAttribute.of("kind", cases, Constant(99.0))
    for kind, case in cases.items():
        assert inverse(law, attributes={"x": 7.0, "kind": kind})(0.4) == inverse(case)(0.4)
    for kind in (1.0, 2.0000001, nan):
        assert inverse(law, attributes={"kind": kind})(0.4) == 99.0
    assert law.attributes() == {"kind"}


def test_an_attribute_is_read_and_multiplied() -> None:
    """A replayed size is the job's own number, whatever the uniform."""
    value = inverse(Attribute("size", 2.0), attributes={"other": 1.0, "size": 3.5})
    assert {value(u) for u in GRID} == {7.0}


@pytest.mark.parametrize("rho", [-0.8, 0.3, 0.95])
def test_a_load_correlates_with_the_family_and_keeps_the_law(rho: float) -> None:
    """Normal scores correlate by rho with z, and over all families the law is the one that was given."""
    i = np.arange(1.0, 40_001.0)
    u, z = i * 0.7548776662466927 % 1.0, special.ndtri(i * 0.5698402909980532 % 1.0)  # even over the square
    table: list[float] = []
    at = pack(Exponential(1.0, load=rho), table, {})
    x = np.array([invert(table, at, a, b, []) for a, b in zip(u.tolist(), z.tolist(), strict=True)])
    assert stats.kstest(x, "expon").statistic < 1e-3
    scores = special.ndtri(-np.expm1(-x))
    assert np.corrcoef(scores, z)[0, 1] == pytest.approx(rho, abs=1e-3)


def test_a_load_comes_before_the_atoms() -> None:
    """A family with a high z also meets the atoms less often (rule 2.1: load, atoms, law)."""
    law = Exponential(1.0, load=0.9, atoms=((0.0, 0.5),))
    assert inverse(law, z=-2.0)(0.5) == 0.0 < inverse(law, z=2.0)(0.5)


def test_a_law_without_load_does_not_look_at_z() -> None:
    """z may be unknown (it is drawn only when a law needs it)."""
    assert all(isfinite(inverse(Exponential(1.0), z=nan)(u)) for u in GRID)


@pytest.mark.parametrize("z", [-40.0, 0.0, 40.0])
def test_transformed_uniforms_stay_inside(z: float) -> None:
    """However extreme the family, no law is asked for its value at 0 or 1 (rule 2.1)."""
    for law in (Exponential(1.0, load=0.99), Lognormal(1.0, 5.0, load=-0.99), Weibull(0.2, 1.0, load=0.99)):
        for u in GRID:
            assert 0.0 < inverse(law, z=z)(u) < inf
    assert clamp_unit(0.0) == SMALLEST and clamp_unit(1.0) == 1.0 - SMALLEST and clamp_unit(0.3) == 0.3


def test_cap_and_scale_are_left_to_the_engine() -> None:
    """They depend on the job and the moment; the inverse does not know them."""
    law = Exponential(4.0, cap=1.0, scale=Predictor(2.0))
    assert inverse(law)(0.9) == inverse(Exponential(4.0))(0.9) > 1.0


def test_packed_laws_are_numbers_only() -> None:
    """One flat table of floats serves every engine."""
    table: list[float] = []
    for law in MEAN:
        pack(law, table, {})
    assert all(type(x) is float for x in table)
    with pytest.raises(TypeError, match="int is not a law"):
        pack(3, table, {})  # type: ignore[arg-type]


RISING = [law for law in MEAN if not isinstance(law, Mixture) and not law.atoms]


@given(st.sampled_from(RISING), st.integers(0, 2**52 - 1), st.integers(0, 2**52 - 1))
def test_more_luck_never_gives_less(law: Law, a: int, b: int) -> None:
    """Inverses rise with the uniform, which keeps common random numbers in step."""
    low, high = (x + 0.5 for x in sorted((a, b)))
    value = inverse(law)
    assert 0.0 <= value(low * 2.0**-52) <= value(high * 2.0**-52) * (1.0 + 1e-15)


WRONG: list[tuple[Law, str]] = [
    (Constant(-1.0), "value"),
    (Constant(nan), "value"),
    (Exponential(0.0), "mean"),
    (Exponential(inf), "mean"),
    (Exponential(nan), "mean"),
    (Uniform(2.0, 1.0), "low"),
    (Uniform(nan, 1.0), "low"),
    (Uniform(0.0, inf), "low"),
    (Lognormal(1.0, 0.0), "sd"),
    (Lognormal(-1.0, 1.0), "mean"),
    (Weibull(0.0, 1.0), "shape"),
    (Weibull(1.0, nan), "width"),
    (Quantiles((0.0, 0.5), (1.0, 2.0)), "from 0 to 1"),
    (Quantiles((0.0, 0.0, 1.0), (1.0, 2.0, 3.0)), "from 0 to 1"),
    (Quantiles((0.0, 1.0), (2.0, 1.0)), "not decreasing"),
    (Quantiles((0.0, 1.0), (-1.0, 1.0)), "at least 0"),
    (Quantiles((0.0, nan, 1.0), (1.0, 1.0, 1.0)), "increase"),
    (Quantiles((0.0, 1.0), (0.0, inf)), "finite"),
    (Quantiles((0.0, 1.0), (0.0,)), "as many values"),
    (Hazard((1.0,), (1.0,)), "from 0"),
    (Hazard((0.0, 2.0, 2.0), (1.0, 1.0, 1.0)), "increase"),
    (Hazard((0.0,), (-1.0,)), "hazard"),
    (Hazard((0.0,), (nan,)), "hazard"),
    (Hazard((), ()), "at least one"),
    (Attribute("x", -1.0), "times"),
    (Attribute("x", nan), "times"),
    (Table((0.0,), (0.0,), (0.0,), 1.0), "two or more knots"),
    (Table((0.0, 0.0), (0.0, 1.0), (1.0, 1.0), 1.0), "shares"),
    (Table((0.0, 1.1), (0.0, 1.0), (1.0, 1.0), 1.0), "shares"),
    (Table((0.0, 1.0), (1.0, 0.0), (1.0, 1.0), 1.0), "values"),
    (Table((0.0, 1.0), (0.0, inf), (1.0, 1.0), 1.0), "values"),
    (Table((0.0, 1.0), (0.0, 1.0), (1.0, nan), 1.0), "slopes"),
    (Table((0.0, 1.0), (0.0, 1.0), (-0.1, 1.0), 1.0), "slopes"),
    (Table((0.0, 1.0), (0.0, 1.0), (1.0, 3.1), 1.0), "slopes"),
    (Mixture((1.0,), ()), "as many weights"),
    (Mixture((1.0, 0.0), (Constant(1.0), Constant(1.0))), "weights"),
    (Mixture((1.0, nan), (Constant(1.0), Constant(1.0))), "weights"),
    (Mixture((1.0,), (Constant(1.0, cap=2.0),)), "whole law"),
    (Mixture((1.0,), (Exponential(-1.0),)), "mean"),
    (ByAttribute("x", ((1.0, Constant(1.0)), (1.0, Constant(2.0))), Constant(0.0)), "twice"),
    (ByAttribute("x", (), Constant(0.0, load=0.5)), "whole law"),
    (Constant(1.0, atoms=((0.0, 1.1),)), "probability"),
    (Constant(1.0, atoms=((0.0, nan),)), "probability"),
    (Constant(1.0, atoms=((0.0, 0.6), (1.0, 0.6))), "add up to"),
    (Constant(1.0, atoms=((-1.0, 0.1),)), "value"),
    (Constant(1.0, cap=-1.0), "cap"),
    (Constant(1.0, cap=nan), "cap"),
    (Constant(1.0, load=1.0), "load"),
    (Constant(1.0, load=nan), "load"),
]


@pytest.mark.parametrize(("law", "word"), WRONG, ids=lambda x: repr(x)[:60])
def test_a_wrong_law_says_what_is_wrong(law: Law, word: str) -> None:
    """Every wrong number, NaN included, is named before anything is simulated."""
    assert any(word in p for p in law.problems())


@pytest.mark.parametrize("law", [*MEAN, *(law for law, _ in LAW_AND_QUANTILE)], ids=lambda x: repr(x)[:50])
def test_a_right_law_has_no_problems(law: Law) -> None:
    """The checks do not refuse what works."""
    assert law.problems() == []


def test_a_very_heavy_weibull_law_has_a_mean_all_the_same() -> None:
    """Beyond float64 it is infinite, not a traceback."""
    assert Weibull(0.004, 1.0).mean == inf
    assert Weibull(0.5, 3.0).mean == pytest.approx(6.0)


def test_the_remainder_that_counts_as_nothing_is_small() -> None:
    """The tolerance for atoms that should add up to 1 is far below any probability that is meant."""
    assert 0.0 < 1.0 - laws.ALL < 1e-11
