"""Inverse tables of continuous laws."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.machine.hermite import U_ERROR, tabulate
from sim.machine.inversion import invert, pack
from sim.machine.laws import Table

SMALLEST = 2.0**-53

LAWS: dict[str, dict[str, float]] = {
    "gamma": {"a": 0.3, "scale": 20.0},
    "gamma ": {"a": 4.0},
    "gamma  ": {"a": 60.0, "loc": 3.0},
    "pareto": {"b": 1.5},
    "lomax": {"c": 1.5, "scale": 5.0},
    "lognorm": {"s": float(np.sqrt(np.log(26.0)))},
    "weibull_min": {"c": 0.5},
    "beta": {"a": 2.0, "b": 3.0, "scale": 30.0},
    "triang": {"c": 0.3, "loc": 1.0},
    "invgauss": {"mu": 2.0},
    "burr12": {"c": 2.0, "d": 1.1},
    "gengamma": {"a": 2.0, "c": 0.5},
    "exponweib": {"a": 2.0, "c": 0.7},
    "truncnorm": {"a": -2.0, "b": np.inf, "loc": 4.0, "scale": 2.0},
    "norm": {"loc": 100.0, "scale": 10.0},
    "uniform": {"loc": 2.0, "scale": 3.0},
    "expon": {"scale": 4.0},
    "halfcauchy": {},
}


def uniforms() -> list[float]:
    """3,000 uniforms as the machine makes them: the middle, and both tails down to 2^-53."""
    rng = np.random.default_rng(2003)
    tails = 2.0 ** -rng.uniform(1.0, 53.0, 900)
    u = np.concatenate((rng.random(1200), tails, 1.0 - tails, [SMALLEST, 1.0 - SMALLEST]))
    u = np.unique(np.floor(u * 2.0**53) * SMALLEST)
    return u[(u > 0.0) & (u < 1.0)].tolist()


UNIFORMS = uniforms()


def values(table: Table, u: list[float]) -> np.ndarray:
    """What an engine draws from the table."""
    packed: list[float] = []
    at = pack(table, packed, {})
    return np.array([invert(packed, at, x, 0.0, []) for x in u])


def misses(law: Any, x: np.ndarray, u: np.ndarray) -> np.ndarray:
    """F(x) - u, from the near end."""
    return np.where(u < 0.5, law.cdf(x) - u, (1.0 - u) - law.sf(x))


@pytest.mark.parametrize("name", LAWS)
def test_a_table_is_its_law_to_1e_9_in_probability_everywhere(name: str) -> None:
    """The u-error promised, at random places between the knots, deep in both tails and in the middle."""
    law = getattr(stats, name.strip())(**LAWS[name])
    x, u = values(tabulate(name.strip(), **LAWS[name]), UNIFORMS), np.array(UNIFORMS)
    assert np.max(np.abs(misses(law, x, u))) <= U_ERROR
    assert np.all(np.isfinite(x)) and np.all(np.diff(x) >= 0.0)


@pytest.mark.parametrize("name", LAWS)
def test_a_table_keeps_the_shape_of_the_tails(name: str) -> None:
    """1e-9 in probability is nothing in the middle and everything at the end: there the error is relative."""
    law = getattr(stats, name.strip())(**LAWS[name])
    u = np.array(UNIFORMS)
    rest = np.minimum(u, 1.0 - u)
    u, rest = u[(rest < 1e-4) & (rest > 1e-10)], rest[(rest < 1e-4) & (rest > 1e-10)]
    if name in ("uniform", "norm", "truncnorm", "triang"):  # far from 0 the number itself is coarser than that
        u, rest = u[rest > 1e-9], rest[rest > 1e-9]
    x = values(tabulate(name.strip(), **LAWS[name]), u.tolist())
    assert np.max(np.abs(misses(law, x, u)) / rest) < 3e-4


@pytest.mark.parametrize("name", LAWS)
def test_a_table_is_small_and_sound(name: str) -> None:
    """Below 2,000 knots, from 0 to 1 - 2^-53, with slopes under which no cubic piece turns back."""
    table = tabulate(name.strip(), **LAWS[name])
    assert table.problems() == []
    assert len(table.shares) < 2000
    assert table.shares[:2] == (0.0, SMALLEST) and table.shares[-1] == 1.0 - SMALLEST


@pytest.mark.parametrize("name", [n for n in LAWS if n != "halfcauchy"])
def test_the_mean_of_a_table_is_the_mean_of_its_law(name: str) -> None:
    """`mean` is that of the law; what the pieces give agrees, but for what lies beyond 1 - 2^-53."""
    law, table = getattr(stats, name.strip())(**LAWS[name]), tabulate(name.strip(), **LAWS[name])
    s, v, d = np.array(table.shares), np.array(table.values), np.array(table.slopes)
    width = np.diff(s)
    drawn = np.sum(width * 0.5 * (v[1:] + v[:-1]) + width**2 * (d[:-1] - d[1:]) / 12.0)
    assert table.mean == law.mean()
    assert drawn == pytest.approx(table.mean, rel=2e-5 if name in ("pareto", "lomax") else 1e-7)


def test_a_law_without_a_mean_says_infinity() -> None:
    """The table is drawn from all the same; staffing sees that it has no mean."""
    assert tabulate("pareto", b=0.8).mean == np.inf


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("gamma", {"a": 0.3, "loc": 100.0}),
        ("beta", {"a": 2.0, "b": 0.5}),
        ("beta", {"a": 0.5, "b": 0.5, "scale": 30.0}),
        ("gamma", {"a": 0.02}),
    ],
)
def test_where_floats_are_too_coarse_the_table_is_right_to_the_neighbours(name: str, parameters: dict) -> None:
    """With an infinite density away from 0 one step between floats is more than 1e-9; two steps hold the value."""
    law = getattr(stats, name)(**parameters)
    u, x = np.array(UNIFORMS), values(tabulate(name, **parameters), UNIFORMS)
    step = 2.0 * np.spacing(x) + 1e-300
    assert np.max(np.maximum(misses(law, x - step, u), -misses(law, x + step, u))) <= U_ERROR
    assert np.all(np.diff(x) >= 0.0)


def test_corners_gaps_and_jumps_of_a_density_are_followed() -> None:
    """A histogram with an empty bin in its middle keeps both sides apart."""
    law = stats.rv_histogram((np.array([3, 0, 5, 1]), np.array([0.0, 1.0, 2.0, 3.0, 4.0])))()
    table = tabulate(law)
    u = np.array(UNIFORMS)
    x = values(table, UNIFORMS)
    assert np.max(np.abs(misses(law, x, u))) <= U_ERROR
    assert not np.any((x > 1.0 + 1e-6) & (x < 2.0 - 1e-6) & (np.abs(u - 1.0 / 3.0) > U_ERROR))


def test_a_name_and_a_frozen_law_give_the_same_table() -> None:
    """Both ways in are the same way."""
    assert tabulate("gamma", a=2.0, scale=3.0) == tabulate(stats.gamma(2.0, scale=3.0))


def test_a_table_takes_atoms_cap_scale_and_load_like_any_law() -> None:
    """It is an ordinary law afterwards."""
    law = tabulate("gamma", a=2.0).with_atoms((0.0, 0.25))
    assert law.mean == pytest.approx(1.5)
    assert values(law, [0.1])[0] == 0.0
    assert values(law, [0.4])[0] == pytest.approx(stats.gamma(2.0).ppf(0.2), rel=1e-8)


def test_beyond_its_knots_a_table_keeps_its_end_values() -> None:
    """A table by hand that ends at 0.9 stays flat from there on, and rounding never leaves a piece."""
    table = Table((0.1, 0.9), (2.0, 3.0), (1.0, 1.0), 2.5)
    assert values(table, [SMALLEST, 0.1, 0.9, 1.0 - SMALLEST]).tolist() == [2.0, 2.0, 3.0, 3.0]
    level = Table((0.1, 0.9), (2.0, 3.0), (0.0, 0.0), 2.5)  # a cubic would turn back beyond its ends
    assert values(level, [SMALLEST, 1.0 - SMALLEST]).tolist() == [2.0, 3.0]
    rounded = Table((0.0, 0.9), (0.1, 0.2), (0.0, 0.0), 0.15)  # 0.1 + (0.2 - 0.1) is more than 0.2
    assert values(rounded, UNIFORMS).max() == 0.2


@pytest.mark.parametrize(
    ("law", "parameters", "words"),
    [
        ("norm", {}, "probability 0.5 below 0"),
        ("norm", {"loc": 10.0, "scale": 2.0}, "below 0"),
        ("gumbel_r", {"loc": 3.0}, "below 0"),
        ("uniform", {"loc": -1.0}, "below 0"),
        ("gamma", {}, "missing: a"),
        ("gamma", {"a": 2.0, "shape": 3.0}, "unknown: shape"),
        ("gamma", {"a": -1.0}, "does not exist"),
        ("gamma", {"a": 2.0, "scale": 0.0}, "does not exist"),
        ("gamma", {"a": np.nan}, "must be one number"),
        ("gamma", {"a": np.array([1.0, 2.0])}, "must be one number"),
        ("gama", {"a": 2.0}, "did you mean 'gamma'"),
        ("poisson", {"mu": 2.0}, "not a continuous law"),
        ("os", {}, "not a continuous law"),
        ("pareto", {"b": 0.03}, "quantile"),
        (stats.poisson(3.0), {}, "frozen continuous law"),
        (stats.gamma, {"a": 2.0}, "frozen continuous law"),
        (3.0, {}, "frozen continuous law"),
        (stats.gamma(2.0), {"scale": 3.0}, "frozen already"),
        (stats.norm(1.0), {}, "below 0"),
    ],
)
def test_what_cannot_be_tabulated_is_refused_with_a_reason(law: Any, parameters: dict, words: str) -> None:
    """Each refusal says what was given and what to do instead."""
    with pytest.raises(ValueError, match=words):
        tabulate(law, **parameters)


class Rough(stats.rv_continuous):
    """A law whose distribution function is only right to a thousandth."""

    def _cdf(self, x: np.ndarray) -> np.ndarray:
        return np.clip(np.floor(x * 1e6) / 1e6 + 5e-4 * np.sin(1e7 * x), 0.0, 1.0)

    def _ppf(self, q: np.ndarray) -> np.ndarray:
        return q

    def _pdf(self, x: np.ndarray) -> np.ndarray:
        return np.ones_like(x)


def test_a_law_that_is_computed_too_roughly_is_refused() -> None:
    """A table that cannot keep its promise is not made."""
    with pytest.raises(ValueError, match="too roughly"):
        tabulate(Rough(a=0.0, b=1.0, name="rough")())


def test_the_machine_loads_without_scipy() -> None:
    """scipy takes half a second to load and is needed only where a table is made."""
    code = "import sys, sim.machine, sim.machine.hermite; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
