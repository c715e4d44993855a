"""Stratified dates: spread evenly over each block, the law of each replication alone unchanged (rule 6.6)."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special, stats

from sim.machine import Busyness, Network, NetworkBuilder
from sim.machine.busyness import Scores
from sim.machine.instance import instantiate
from sim.machine.luck import C2, MASK, base_key, draw, mix, name_hash
from sim.machine.normal import normal_quantile
from sim.machine.plan import FactorPlan, Plan

DAY = 1440.0
MARKET = Busyness("market", day_sd=0.3, strata=10)


def network(*factors: Busyness, days: int = 7) -> Network:
    """One stream that follows all factors."""
    b = NetworkBuilder("strata", end=days * DAY, follow=0.0)
    for f in factors:
        b.busyness(f)
    b.stream("jobs", to="desk", rate=0.1, busyness=[f.name for f in factors])
    b.work("desk")
    return b.build()


def plan(factor: Busyness, days: int = 7) -> FactorPlan:
    """Dates of a factor."""
    return Plan.of(network(factor, days=days)).factors[factor.name]


def uniforms(factor: Busyness, replications: int, seed: int = 1, days: int = 7) -> NDArray[np.float64]:
    """Uniform numbers behind the innovations, shape (replications, dates)."""
    p = plan(factor, days)
    scores = [[Scores(p, seed, r).innovation(day) for day, _ in p.days] for r in range(replications)]
    return special.ndtr(np.array(scores))


def test_6_6_every_date_of_a_block_has_each_stratum_once() -> None:
    """Ten replications, ten strata, for each date of 40 blocks; another block has another order."""
    u = uniforms(MARKET, 400)
    strata = (10 * u).astype(int).reshape(40, 10, -1)
    assert np.array_equal(np.sort(strata, axis=1), np.broadcast_to(np.arange(10)[:, None], strata.shape))
    assert len({block.tobytes() for block in strata}) == 40
    assert len({strata[0, :, d].tobytes() for d in range(strata.shape[2])}) == strata.shape[2]


def test_6_6_by_the_words_of_the_rule() -> None:
    """Key, order and score, worked out anew for a replication of the third block."""
    seed, replication, day = 4, 27, 3
    hashes = {kind: name_hash(f"{kind}:market") for kind in ("busyness", "strata")}
    key = mix((mix(base_key(seed, 2) ^ hashes["strata"]) + day * C2) & MASK)
    order = list(range(10))
    for i in (9, 8, 7, 6, 5, 4, 3, 2, 1):
        j = int(draw(key, 0, 0, i) * (i + 1))
        order[i], order[j] = order[j], order[i]
    own = draw(mix((mix(base_key(seed, replication) ^ hashes["busyness"]) + day * C2) & MASK), 0)
    assert Scores(plan(MARKET), seed, replication).innovation(day) == normal_quantile((order[7] + own) / 10)


def test_6_6_a_replication_alone_has_the_law_it_had() -> None:
    """Uniform for every member of a block, whatever its place in it: Kolmogorov-Smirnov, and each stratum as often."""
    u = uniforms(MARKET, 3_000)
    assert stats.kstest(u[::10].ravel(), "uniform").pvalue > 1e-3
    for member in range(10):
        counts = np.bincount((10 * u[member::10]).astype(int).ravel(), minlength=10)
        assert stats.chisquare(counts).pvalue > 1e-4


@pytest.mark.parametrize("rho", [0.0, 0.7])
def test_6_6_the_factor_keeps_its_mean_and_spread(rho: float) -> None:
    """Mean 1, sd 0.3, over 200 blocks; the mean of a block is far closer to 1 than ten days drawn one by one."""
    n = network(replace(MARKET, day_correlation=rho), days=2)
    tables = [instantiate(n, 1, r).rates[0] for r in range(2_000)]
    x = np.array([t.factor[np.searchsorted(t.edges, 0.5 * DAY, side="right") - 1] for t in tables if t is not None])
    means = x.reshape(200, 10).mean(axis=1)
    assert abs(x.mean() - 1.0) < 4.0 * means.std(ddof=1) / sqrt(200)
    assert x.std() == pytest.approx(0.3, rel=0.06)
    assert x.var() / 10 / means.var(ddof=1) > (8.0 if rho == 0.0 else 4.0)


def test_6_6_dates_and_factors_do_not_know_each_other() -> None:
    """Strata of two dates, and of two factors on one date, in 300 blocks: every pair as often as any other."""
    u = uniforms(MARKET, 3_000)
    other = uniforms(replace(MARKET, name="other"), 3_000)
    for a, b in ((u[:, 1], u[:, 2]), (u[:, 1], u[:, 5]), (u[:, 1], other[:, 1])):
        pairs = np.bincount((10 * a).astype(int) * 10 + (10 * b).astype(int), minlength=100)
        assert stats.chisquare(pairs, ddof=18).pvalue > 1e-4  # both margins are fixed
        assert abs(np.corrcoef(a, b)[0, 1]) < 4.0 / sqrt(3_000)


def test_6_6_one_stratum_is_no_stratum_and_others_feel_nothing() -> None:
    """strata = 1 is rule 6.5 bit for bit; a stratified factor beside it and its own intervals leave luck alone."""
    plain = Busyness("market", day_sd=0.3, within_sd=0.2)
    other = Busyness("other", day_sd=0.2)
    p = plan(plain)
    for r in (0, 1, 13):
        key = mix(base_key(1, r) ^ name_hash("busyness:market"))
        alone = Scores(p, 1, r)
        spread = Scores(plan(replace(plain, strata=10)), 1, r)
        assert alone.innovation(3) == normal_quantile(draw(mix((key + 3 * C2) & MASK), 0))
        assert alone.innovation(3) != spread.innovation(3)
        assert alone.interval(3, 2) == spread.interval(3, 2)
        rates = [instantiate(network(f, other), 1, r).rates[0] for f in (plain, replace(plain, strata=10))]
        assert rates[0] is not None and rates[1] is not None
        assert rates[0].key == rates[1].key and not np.array_equal(rates[0].factor, rates[1].factor)


def test_6_6_seeds_have_orders_of_their_own() -> None:
    """Otherwise a fresh seed would repeat the same good and bad weeks in the same order."""
    assert not np.array_equal((10 * uniforms(MARKET, 10)).astype(int), (10 * uniforms(MARKET, 10, 2)).astype(int))


def test_6_6_the_last_score_is_finite() -> None:
    """(9 + u) / 10 rounds to 1 for the largest u; the score stays a number."""
    from sim.machine.inversion import clamp_unit

    largest = 1.0 - 2.0**-53
    assert (9 + largest) / 10 == 1.0
    assert normal_quantile(clamp_unit((9 + largest) / 10)) == pytest.approx(8.2095, abs=1e-3)
