"""Noise and inputs told apart: exact where it can be, honest where it cannot, right as often as it says.

Full size: `python tests/coverage/odds.py`; its tables stand in `docs/STATISTICS.md`.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy import stats

from experiments.comparison.uncertainty import Split, split
from tests.coverage.worlds import Statements, World, said

N, WORLDS = 20, 200
RNG = 20260302


def scores(n: int, k: int, seed: int = RNG) -> np.ndarray:
    """Independent normal scores."""
    return np.random.default_rng(seed).standard_normal((n, k))


def alike(one: Split, two: Split) -> None:
    """Both say the same."""
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("n", [2, 3, 20])
def test_without_inputs_it_is_the_paired_t_interval(n: int) -> None:
    """Nothing was drawn: mean, t interval and t probability of the differences, at any number of replications."""
    d = 0.3 + np.random.default_rng(1).standard_normal((n, 4))
    s = split(d, np.zeros((n, 0)), 0.9)
    t = stats.ttest_1samp(d, 0.0)
    interval = t.confidence_interval(0.9)
    np.testing.assert_allclose(s.value, d.mean(axis=0))
    np.testing.assert_allclose(s.low, interval.low)
    np.testing.assert_allclose(s.high, interval.high)
    np.testing.assert_allclose(s.odds, stats.t.cdf(t.statistic, n - 1))
    np.testing.assert_allclose(s.noise, 0.5 * (s.high - s.low))
    assert np.all(s.inputs == 0.0)
    assert s.shares.shape == (4, 0)


def test_intervals_that_hold_together_are_wider() -> None:
    """Bonferroni: the level is divided by the number of comparisons; value and odds stay."""
    d = np.random.default_rng(2).standard_normal((N, 3))
    one, five = split(d, np.zeros((N, 0))), split(d, np.zeros((N, 0)), 0.95, 5)
    ratio = stats.t.ppf(0.995, N - 1) / stats.t.ppf(0.975, N - 1)
    np.testing.assert_allclose((five.high - five.low) / (one.high - one.low), ratio)
    np.testing.assert_allclose(five.odds, one.odds)
    alike(split(d, scores(N, 2), 0.95, 4), split(d, scores(N, 2), 1.0 - 0.05 / 4.0))


def test_unit_and_direction_do_not_matter() -> None:
    """Seconds or minutes, A less B or B less A: the same statement."""
    x = scores(N, 3)
    d = x @ [[1.0], [0.4], [0.0]] + 0.5 + 0.3 * np.random.default_rng(3).standard_normal((N, 1))
    s, seconds, other = split(d, x), split(60.0 * d, x), split(-d, x)
    for name in ("value", "low", "high", "noise", "inputs"):
        np.testing.assert_allclose(getattr(seconds, name), 60.0 * getattr(s, name))
    np.testing.assert_allclose(other.odds, 1.0 - s.odds)
    np.testing.assert_allclose(other.low, -s.high)
    np.testing.assert_allclose(seconds.shares, s.shares)
    np.testing.assert_allclose(split(d, -x).odds, s.odds)
    tiny = split(1e-200 * d, x)
    np.testing.assert_allclose(tiny.odds, s.odds)


def test_rows_are_told_apart_each_by_itself() -> None:
    """Hundreds of rows at once say what each says alone, in any order of replications and inputs."""
    x = scores(N, 4)
    d = x @ scores(4, 6, 5) + scores(N, 6, 6)
    together = split(d, x)
    for i in range(6):
        alike(Split(*(v[i : i + 1] for v in together)), split(d[:, i : i + 1], x))
    order, inputs = np.random.default_rng(7).permutation(N), [2, 0, 3, 1]
    shuffled = split(d[order], x[order][:, inputs])
    alike(shuffled, together._replace(shares=together.shares[:, inputs]))


def test_two_halves_make_the_whole() -> None:
    """Squares of noise and inputs add up to that of the half width, shares to one."""
    x = scores(N, 5)
    d = 2.0 * x[:, [0, 1]] + scores(N, 2, 8)
    s = split(d, x)
    np.testing.assert_allclose(s.noise**2 + s.inputs**2, (0.5 * (s.high - s.low)) ** 2)
    np.testing.assert_allclose(0.5 * (s.high + s.low), s.value)
    np.testing.assert_allclose(s.shares.sum(axis=1), 1.0)


def test_input_that_drives_the_difference_is_named() -> None:
    """Its share is nearly all; the uncertainty is that of its effect, 1.96 times its slope."""
    x = scores(N, 6)
    d = 3.0 * x[:, [4]] + 0.2 * scores(N, 1, 9)
    s = split(d, x)
    assert s.shares[0].argmax() == 4
    assert s.shares[0, 4] > 0.97
    assert s.inputs[0] == pytest.approx(1.96 * 3.0, rel=0.06)
    assert s.noise[0] < 0.3


def test_noise_alone_is_not_taken_for_inputs() -> None:
    """Inputs that do nothing: 95 % intervals hold, and are narrower than what one replication does by itself."""
    rng = np.random.default_rng(10)
    held, widths = [], []
    for _ in range(200):
        x, d = rng.standard_normal((N, 3)), rng.standard_normal((N, 1))
        s = split(d, x)
        held.append(bool(s.low[0] < 0.0 < s.high[0]))
        widths.append(float(s.high[0] - s.low[0]) / (2.0 * 2.093 * d.std(ddof=1)))
    assert np.mean(held) >= 0.93
    assert np.median(widths) < 0.85


@pytest.mark.parametrize(("k", "ratio"), [(3, 2.0), (15, 2.0), (30, 2.0)])
def test_more_inputs_than_replications_are_no_trouble(k: int, ratio: float) -> None:
    """Effects on all of 3, 15 or 30 inputs, noise half as large: 80 % intervals hold in 72 to 90 % of 300 worlds."""
    rng = np.random.default_rng(k)
    held = []
    for _ in range(300):
        effects = rng.standard_normal(k) / np.sqrt(k)
        x, truth = rng.standard_normal((N, k)), rng.standard_normal(k) @ effects
        s = split((x @ effects + rng.standard_normal(N) / ratio)[:, None], x, 0.8)
        held.append(bool(s.low[0] < truth < s.high[0]))
    assert 0.72 <= np.mean(held) <= 0.90


def test_policy_that_is_best_at_the_stated_values_is_not_taken_for_sure() -> None:
    """Every way off the stated values costs the same on both sides: slopes see nothing of it, squares do."""
    rng = np.random.default_rng(11)
    held = []
    for _ in range(150):
        x, truth = rng.standard_normal((N, 2)), -(rng.standard_normal() ** 2)
        s = split((-(x[:, 0] ** 2) + 0.3 * rng.standard_normal(N))[:, None], x)
        held.append(bool(s.low[0] < truth < s.high[0]))
    assert np.mean(held) >= 0.88


def test_nothing_differs_nothing_is_unknown() -> None:
    """The same policy twice is 0 for sure; a difference that is always the same is that difference."""
    d = np.stack([np.zeros(N), np.full(N, -2.0), np.arange(N, dtype=float)], axis=1)
    s = split(d, scores(N, 2))
    assert (s.value[:2].tolist(), s.low[:2].tolist(), s.high[:2].tolist()) == ([0.0, -2.0],) * 3
    assert s.odds[:2].tolist() == [0.5, 0.0]
    assert s.shares[:2].tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert np.isfinite(s.low[2])


def test_row_with_a_gap_says_nothing_and_disturbs_nobody() -> None:
    """NaN in, NaN out, in this row only."""
    x, d = scores(N, 2), scores(N, 2, 12)
    d[3, 0] = np.nan
    s = split(d, x)
    assert np.isnan([v[0] for v in s[:6]]).all()
    alike(Split(*(v[1:] for v in s)), split(d[:, 1:], x))


@pytest.mark.parametrize("n", [2, 3, 4])
def test_few_replications_say_little_and_never_fail(n: int) -> None:
    """Two or three histories with ten inputs: finite, and wider than with twenty."""
    x, d = scores(N, 10), scores(N, 3, 13)
    few, many = split(d[:n], x[:n]), split(d, x)
    assert all(np.isfinite(v).all() for v in few)
    assert np.all(few.high - few.low > many.high - many.low)


def test_wrong_shapes_are_refused() -> None:
    """One replication tells no uncertainty; every replication needs its scores; levels lie between 0 and 1."""
    for d, x in ((scores(1, 2), scores(1, 1)), (scores(5, 2), scores(4, 1)), (scores(5, 2)[:, 0], scores(5, 1))):
        with pytest.raises(ValueError, match="2 or more replications"):
            split(d, x)
    for confidence, comparisons in ((1.0, 1), (np.nan, 1), (0.9, 0)):
        with pytest.raises(ValueError, match=r"in \(0, 1\)"):
            split(scores(5, 2), scores(5, 1), confidence, comparisons)


@cache
def statements() -> tuple[Statements, Statements]:
    """What is said of 200 imagined desks: with the inputs as stated and noise only, and with inputs drawn."""
    worlds = [World.made(i) for i in range(WORLDS)]
    pairs = [w.imagined(N) for w in worlds]
    return said(worlds, [p[0] for p in pairs], N, False), said(worlds, [p[1] for p in pairs], N, True)


def test_odds_of_90_percent_are_right_in_about_90_percent_of_worlds() -> None:
    """Inputs were estimated from 100 to 400 calls: levels said with 90 % are right in 85 to 95 %, below and above."""
    shares = np.array(statements()[1].right())
    assert np.all((shares >= 0.85) & (shares <= 0.95)), shares
    assert 0.88 <= shares.mean() <= 0.92
    assert np.all((statements()[1].covered(0.95) >= 0.92) & (statements()[1].covered(0.8) <= 0.85))


def test_odds_from_noise_alone_are_right_in_hardly_more_than_half() -> None:
    """The same worlds without the ranges: what is said with 90 % is little better than a guess."""
    assert np.all(np.array(statements()[0].right()) < 0.7)


@pytest.mark.parametrize(("low", "high"), [(0.5, 0.7), (0.7, 0.9), (0.9, 0.99), (0.99, 1.01)])
def test_sign_is_right_as_often_as_said(low: float, high: float) -> None:
    """Odds that B is better, in four bins: right as often as said on average, within three standard errors."""
    count, odds, right = statements()[1].signs(low, high)
    assert count >= 60
    error = np.sqrt(odds * (1.0 - odds) / (count / 3.0))  # three measures of one world are not three worlds
    assert abs(right - odds) < 3.0 * error + 0.01


@pytest.mark.long
def test_odds_are_right_in_simulated_worlds() -> None:
    """300 desks on the compiled engine, 20 weeks of each policy: 85 to 95 %; with noise only below 70 %."""
    worlds = [World.made(i) for i in range(300)]
    drawn = said(worlds, [w.simulated(N, True) for w in worlds], N, True)
    shares = np.array(drawn.right())
    assert np.all((shares >= 0.85) & (shares <= 0.95)), shares
    noise = said(worlds, [w.simulated(N, False) for w in worlds], N, False)
    assert np.all(np.array(noise.right()) < 0.7)
