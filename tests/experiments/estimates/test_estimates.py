"""Estimates: the right long-run number, and intervals that hold it as often as they say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from experiments.estimates.estimates import block_of, estimate
from experiments.estimates.intervals import chance_estimate, in_blocks, mean_estimate, one_history, ratio_estimate
from experiments.replication.replications import Replications, replicate
from sim import load, lower
from tests.experiments.desks import SHOP, operation, shop, shop_estimates

REPLICATIONS, EXPERIMENTS, DAYS = 20, 300, 7

DAY = """aftersim: 1
title: One day
period: {start: 2026-03-02, length: 1 d}
busyness: {day_sd: 25 %}
contact_types:
  call: {channel: phone, per_day: 300, hour: office_hours, handle_time: 5 min, patience: 4 min}
channels:
  phone: {service_level: 80 % within 30 s}
agent_groups:
  desk: {serves: {phone: first}, headcount: {mon-sun: {"00:00-24:00": 4}}}
"""


def weeks_of_calls(seed: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Good and offered calls of many experiments, where a busy day is a bad day, and the long-run share.

    A day's factor F is gamma with mean 1 and variance v; 200 F calls come and a share exp(-F / 5) of them is good. The
    long-run share is E[F exp(-F / 5)] / E[F] = (1 + v / 5)^(-1 / v - 1).
    """
    rng = np.random.default_rng(seed)
    v = 0.09
    factor = rng.gamma(1 / v, v, size=(REPLICATIONS, EXPERIMENTS, DAYS))
    calls = rng.poisson(200 * factor)
    good = rng.binomial(calls, np.exp(-factor / 5))
    return good.sum(axis=2), calls.sum(axis=2), (1 + v / 5) ** (-1 / v - 1)


def test_intervals_of_a_share_hold_the_truth_about_as_often_as_they_say() -> None:
    """95 % intervals at 20 replications cover 90 to 98 % of the time, where a pooled binomial one would not."""
    good, calls, truth = weeks_of_calls(seed=11)
    e = ratio_estimate(good, calls, share=True)
    covered = np.mean((e.low <= truth) & (truth <= e.high))
    assert 0.90 <= covered <= 0.98
    share = good.sum(axis=0) / calls.sum(axis=0)
    naive = 1.96 * np.sqrt(share * (1 - share) / calls.sum(axis=0))
    assert np.mean(np.abs(share - truth) <= naive) < covered - 0.03


def test_intervals_of_a_mean_hold_the_truth_about_as_often_as_they_say() -> None:
    """The delta interval of a ratio that is no share has the same duty."""
    rng = np.random.default_rng(5)
    calls = rng.poisson(100, size=(REPLICATIONS, EXPERIMENTS))
    waits = rng.gamma(calls * 0.5, 4.0)  # mean wait 2
    e = ratio_estimate(waits, calls, share=False)
    assert 0.90 <= np.mean((e.low <= 2.0) & (e.high >= 2.0)) <= 0.98


def test_a_ratio_is_the_sum_of_the_parts_over_the_sum_of_the_wholes() -> None:
    """A bad day is a big day: the mean of the daily shares (0.65) would flatter."""
    e = ratio_estimate([[40.0], [9.0]], [[100.0], [10.0]], share=True)
    assert e.value[0] == pytest.approx(49 / 110)


def test_the_logit_interval_is_the_delta_interval_on_the_logit_scale() -> None:
    """The published formula, worked out by hand for two replications."""
    x, y = np.array([8.0, 6.0]), np.array([10.0, 10.0])
    e = ratio_estimate(x[:, None], y[:, None], share=True)
    z = x - 0.7 * y
    error = z.std(ddof=1) / (np.sqrt(2) * 10) / (0.7 * 0.3)
    reach = stats.t.ppf(0.975, 1) * error
    centre = np.log(0.7 / 0.3)
    assert e.low[0] == pytest.approx(1 / (1 + np.exp(-(centre - reach))))
    assert e.high[0] == pytest.approx(1 / (1 + np.exp(-(centre + reach))))


def test_none_of_many_is_not_known_to_be_none() -> None:
    """Nobody abandoned in 40 calls: up to 8.8 % could in the long run, instead of an interval of no width."""
    e = ratio_estimate([[0.0], [0.0]], [[20.0], [20.0]], share=True, counted=True)
    assert (e.value[0], e.low[0]) == (0.0, 0.0)
    assert e.high[0] == pytest.approx(stats.binomtest(0, 40).proportion_ci(0.95, "exact").high)
    e = ratio_estimate([[20.0, 1.0], [20.0, 1.0]], [[20.0, 6.0], [20.0, 6.0]], share=True, counted=True)
    assert e.low[0] == pytest.approx(stats.binomtest(40, 40).proportion_ci(0.95, "exact").low) and e.high[0] == 1.0
    one_day_a_week = stats.binomtest(2, 12).proportion_ci(0.95, "exact")
    assert (e.low[1], e.high[1]) == pytest.approx((one_day_a_week.low, one_day_a_week.high))


def test_nothing_to_count_gives_no_number() -> None:
    """A denominator of 0 is absent, not 0 %; a replication without contacts does not count as evidence."""
    e = ratio_estimate([[0.0, 5.0], [0.0, 0.0], [0.0, 6.0]], [[0.0, 10.0], [0.0, 0.0], [0.0, 10.0]], share=True)
    assert np.isnan([e.value[0], e.low[0], e.high[0]]).all()
    assert e.n.tolist() == [0, 2]
    alone = ratio_estimate([[5.0], [6.0]], [[10.0], [10.0]], share=True)
    assert (e.low[1], e.high[1]) == (alone.low[0], alone.high[0])


def test_a_utilisation_above_one_keeps_its_interval() -> None:
    """Overrun can take a share above 1, where no logit is."""
    e = ratio_estimate([[101.0], [103.0]], [[100.0], [100.0]], share=True)
    assert e.low[0] < 1.02 < e.high[0]


def test_no_mean_wait_is_below_zero() -> None:
    """Waits are never negative, and neither is the lower limit of their mean."""
    e = ratio_estimate([[0.0], [9.0], [0.0]], [[3.0], [3.0], [3.0]], share=False)
    assert e.low[0] == 0.0 < e.value[0] < e.high[0]


def test_totals_and_quantiles_get_plain_t_intervals() -> None:
    """Agreement with scipy, and no negative number of contacts."""
    values = np.array([[3.0, 0.0], [5.0, 0.0], [4.0, 9.0]])
    e = mean_estimate(values)
    low, high = stats.t.interval(0.95, 2, loc=4.0, scale=stats.sem(values[:, 0]))
    assert (e.low[0], e.high[0]) == pytest.approx((low, high))
    assert e.low[1] == 0.0 < e.high[1]


def test_the_chance_of_keeping_a_promise_gets_a_score_interval() -> None:
    """Agreement with scipy's Wilson interval, also for all and none."""
    for hits in (0, 3, 20):
        column = np.array([1.0] * hits + [0.0] * (20 - hits))[:, None]
        e = chance_estimate(column)
        w = stats.binomtest(hits, 20).proportion_ci(0.95, "wilson")
        assert (e.value[0], e.low[0], e.high[0]) == pytest.approx((hits / 20, w.low, w.high), abs=1e-12)


def test_one_further_history_lies_in_the_range_of_one_history() -> None:
    """The yardstick for recorded numbers is a prediction: it is about as wide as histories differ."""
    good, calls, _ = weeks_of_calls(seed=3)
    share = good / calls
    low, high = one_history(share[1:], share=True)
    inside = np.mean((low <= share[0]) & (share[0] <= high))
    assert 0.90 <= inside <= 0.98
    low, high = one_history(np.zeros((5, 1)), share=True)
    assert (low[0], high[0]) == (0.0, 0.0)


def test_one_replication_has_values_and_no_intervals() -> None:
    """One possible history is not an estimate."""
    frame = estimate(replicate(operation(SHOP), 1, workers=1)).frame
    assert frame["value"].notna().any()
    assert frame["low"].isna().all() and frame["high"].isna().all()


def test_estimates_pool_the_tables_of_the_replications() -> None:
    """The whole chain on a real desk, against sums by hand."""
    tables = [r.frame for r in shop().results]
    rows = [
        f[(f["measure"] == "service_level") & (f["scope_kind"] == "channel") & (f["scope"] == "phone")].query(
            "grid == 'period'"
        )
        for f in tables
    ]
    good, of = (sum(float(r[c].iloc[0]) for r in rows) for c in ("numerator", "denominator"))
    e = shop_estimates().of("service_level", "channel", "phone")
    assert e.value == pytest.approx(good / of)
    assert e.low < e.value < e.high and e.n == 4
    arrivals = shop_estimates().of("arrivals", "channel", "phone").value
    by_hour = shop_estimates().rows("arrivals", "channel", "phone", "hour")
    assert by_hour["value"].sum() == pytest.approx(arrivals)
    assert by_hour["label"].tolist() == sorted(by_hour["label"])


def test_an_unknown_estimate_is_absent() -> None:
    """Asking for what is not there gives NaN, never another row."""
    assert np.isnan(shop_estimates().of("service_level", "channel", "fax").value)


def part(replications: Replications, n: int) -> Replications:
    """The first few of them."""
    return replace(replications, results=replications.results[:n])


def test_stratified_days_are_estimated_over_blocks_as_soon_as_there_are_eight(tmp_path: Path) -> None:
    """The same values; intervals over ten blocks of ten; with fewer blocks, or part of one, replications alone."""
    path = tmp_path / "day.yaml"
    path.write_text(DAY, encoding="utf-8")
    hundred = replicate(lower(load(path), stratified=True), 100, workers=1)
    assert [block_of(part(hundred, n)) for n in (20, 79, 80, 85, 100)] == [1, 1, 10, 1, 10]
    assert block_of(replace(hundred, results=hundred.results[1:] + hundred.results[:1])) == 1
    assert block_of(replace(hundred, operation=lower(load(path)))) == 1
    stack = hundred.stack
    found = estimate(hundred)
    for name, share in (("service_level", True), ("arrivals", False), ("wait_p90", False), ("meets_target", None)):
        row = stack.rows(name, "channel", "phone", "period")
        x, y, v = (a[:, row] for a in (stack.numerator, stack.denominator, stack.value))
        e = found.of(name, "channel", "phone")
        if share is None:
            expected = chance_estimate(v)
        elif name == "wait_p90":
            expected = ratio_estimate(in_blocks(v, 10), np.full((10, 1), 10.0), share=False)
        else:
            expected = ratio_estimate(in_blocks(x, 10), in_blocks(y, 10), share=share, counted=share)
        assert (e.value, e.low, e.high) == pytest.approx(tuple(float(a[0]) for a in expected[:3]), rel=1e-12)
        assert e.n == 100
    alone = mean_estimate(stack.value[:, stack.rows("arrivals", "channel", "phone", "period")])
    arrivals = found.of("arrivals", "channel", "phone")
    assert arrivals.value == pytest.approx(alone.value[0], rel=1e-12)
    assert arrivals.high - arrivals.low < 0.7 * (alone.high[0] - alone.low[0])


def test_blocks_are_whole() -> None:
    """A part of a block is not spread evenly; it is refused, not averaged in."""
    assert in_blocks(np.arange(12.0).reshape(6, 2), 3).tolist() == [[6.0, 9.0], [24.0, 27.0]]
    with pytest.raises(ValueError, match="7 replications are not whole blocks of 3; use the first 6"):
        in_blocks(np.arange(7.0), 3)
