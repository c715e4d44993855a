"""Differences of policies: paired, with intervals that hold together, and exactly 0 where nothing differs."""

from __future__ import annotations

from functools import cache
from math import isnan
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from experiments.comparison.comparison import Comparison, Policy
from experiments.comparison.contrasts import _drivers, _told_apart, contrast
from experiments.comparison.main_rows import main_rows
from experiments.comparison.pairing import influences_of
from experiments.estimates.estimates import estimate
from experiments.replication.inputs import Inputs
from experiments.replication.replications import Replications, replicate, replicate_each
from sim import load, lower
from tests.experiments.desks import MINIMAL, ROOT, SHOP, odd_desk

KEEP = ROOT / "scenarios" / "policies" / "small_shop" / "keep_phones_free.yaml"
SIXTH = ROOT / "scenarios" / "policies" / "small_shop" / "sixth_agent.yaml"


def policy(name: str) -> Policy:
    """A policy without a file."""
    return Policy(name, name, "", "")


@cache
def shop_runs(n: int = 10) -> tuple[Replications, ...]:
    """The shop, one agent for the phone, a sixth agent; the same luck."""
    return tuple(replicate_each([lower(load(path)) for path in (SHOP, KEEP, SIXTH)], n))


@cache
def shop(n: int = 10, policies: int = 3) -> Comparison:
    """Their comparison."""
    names = ("five", "one free", "six")[:policies]
    return contrast([policy(name) for name in names], shop_runs(n)[:policies])


def test_the_same_scenario_twice_differs_by_exactly_nothing() -> None:
    """Every difference is 0, with no width, on every measure."""
    desk = lower(load(MINIMAL))
    found = contrast([policy("a"), policy("b")], replicate_each([desk, lower(load(MINIMAL))], 4))
    assert len(found.rows) > 100
    for row in found.rows:
        (d,) = row.differences
        if not isnan(d.value):
            assert (d.value, d.low, d.high, d.odds, d.same, d.verdict) == (0.0, 0.0, 0.0, 0.5, True, "same")
            assert row.better == "neutral" or row.best == ("a", "b")


def test_a_single_policy_gets_the_paired_t_interval() -> None:
    """With one policy and totals, that of the textbook: a t-test on the differences of pairs."""
    row = shop(10, 2).row("paid_hours", "pool", "desk")
    overrun = shop(10, 2).row("overrun_hours", "pool", "desk")
    assert row is not None and row.differences[0].same, "the policy changes no shift"
    assert overrun is not None
    a, b = (run.stack for run in shop_runs(10)[:2])
    (at,) = a.rows("overrun_hours", "pool", "desk", "period")
    d = b.value[:, at] - a.value[:, at]
    known = stats.ttest_1samp(d, 0.0).confidence_interval(0.95)
    found = overrun.differences[0]
    assert found.value == pytest.approx(d.mean())
    assert (found.low, found.high) == pytest.approx(tuple(known))
    assert found.odds == pytest.approx(stats.t.sf(-d.mean() / stats.sem(d), 9), abs=1e-9)


def test_ratios_are_paired_by_their_influence_values() -> None:
    """The mean of the influence values is the ratio of sums, and their spread is that of the delta method."""
    together = influences_of(list(shop_runs(10)))
    found = {tuple(k): i for i, k in enumerate(together.keys.itertuples(index=False))}
    i = found[("service_level", "channel", "phone")]
    stack = shop_runs(10)[0].stack
    (at,) = stack.rows("service_level", "channel", "phone", "period")
    x, y = stack.numerator[:, at], stack.denominator[:, at]
    theta = x.sum() / y.sum()
    assert together.value[0, i] == pytest.approx(theta)
    assert together.influence[0, :, i].mean() == pytest.approx(theta)
    assert together.influence[0, :, i] == pytest.approx(theta + (x - theta * y) / y.mean())


def test_intervals_of_several_policies_hold_together() -> None:
    """With two policies each interval is wider than alone: that of half the error."""
    alone, both = (shop(10, k).row("service_level", "channel", "phone") for k in (2, 3))
    assert alone is not None and both is not None
    one, two = alone.differences[0], both.differences[0]
    assert one.value == two.value
    ratio = stats.t.ppf(1 - 0.05 / 4, 9) / stats.t.ppf(1 - 0.05 / 2, 9)
    assert (two.high - two.low) / (one.high - one.low) == pytest.approx(ratio)
    assert two.odds == one.odds


def test_a_clear_difference_is_sure_and_the_best_are_named() -> None:
    """Keeping one agent free lifts the phone and lowers the mail; six agents lift both."""
    phone = shop().row("service_level", "channel", "phone")
    mail = shop().row("service_level", "channel", "email")
    assert phone is not None and mail is not None
    assert [d.verdict for d in phone.differences] == ["surely", "surely"]
    assert phone.differences[0].value > 0.03 and mail.differences[0].value < -0.05
    assert "one free" not in mail.best and "six" in mail.best
    assert phone.best == ("one free", "six")


def test_common_luck_narrows_the_difference() -> None:
    """The interval of the difference is much narrower than those of the two values would allow."""
    row = shop(10, 2).row("service_level", "channel", "phone")
    assert row is not None
    apart = np.hypot(*((v.high - v.low) / 2 for v in row.values))
    assert (row.differences[0].high - row.differences[0].low) / 2 < 0.7 * apart


def test_the_smallest_difference_that_would_show_is_larger_than_the_half_width() -> None:
    """It is what has a chance of 80 % to be seen: the half width and a bit less than as much again."""
    row = shop(10, 2).row("asa", "channel", "phone")
    assert row is not None
    d = row.differences[0]
    half = (d.high - d.low) / 2
    assert d.smallest == pytest.approx(half * (1 + stats.t.ppf(0.8, 9) / stats.t.ppf(0.975, 9)))


def test_runs_of_different_luck_are_refused() -> None:
    """Another seed, or other histories: pairs would be of strangers."""
    desk = lower(load(MINIMAL))
    a, b, c = replicate(desk, 3), replicate(desk, 3, seed=2), replicate(desk, 4)
    for other in (b, c):
        with pytest.raises(ValueError, match="the same seed and the same replications"):
            contrast([policy("a"), policy("b")], [a, other])


def test_one_history_has_differences_without_intervals() -> None:
    """Values, no odds, no interval, no claim."""
    found = contrast([policy("a"), policy("b")], [replicate(lower(load(p)), 1) for p in (SHOP, KEEP)])
    row = found.row("asa", "channel", "phone")
    assert row is not None
    d = row.differences[0]
    assert not isnan(d.value) and isnan(d.low) and isnan(d.high) and isnan(d.odds) and d.verdict == "open"


def test_replications_with_nothing_to_count_are_left_out(tmp_path: Path) -> None:
    """A measure that only some histories have: the pairs that have it, and their number."""
    base = odd_desk(tmp_path)
    desks = [
        lower(load(base, {"contact_types.letter.per_day": 1.5})),
        lower(load(base, {"contact_types.letter.per_day": 1.5, "contact_types.letter.handle_time": "6 min"})),
    ]
    runs = replicate_each(desks, 12)
    found = contrast([policy("a"), policy("b")], runs)
    row = found.row("mean_wait", "channel", "letters") or found.row("asa", "channel", "letters")
    assert row is not None
    stack = runs[0].stack
    (at,) = stack.rows(row.measure, "channel", "letters", "period")
    there = int((stack.denominator[:, at] > 0).sum())
    assert 2 <= there < 12 and row.differences[0].n == there
    assert row.differences[0].value == pytest.approx(row.values[1].value - row.values[0].value, abs=1e-12)


def test_values_are_those_of_each_policy_alone() -> None:
    """A comparison prints the same estimates as a run."""
    alone = estimate(shop_runs(10)[1])
    row = shop().row("asa", "channel", "phone")
    assert row is not None
    assert row.values[1] == alone.of("asa", "channel", "phone")


def test_the_best_is_missed_by_chance_in_one_comparison_of_twenty() -> None:
    """One side of each pair, the best against each other one: an odds limit of 1 - 5 % / (k - 1), not of all pairs."""
    runs, together = shop_runs(10), influences_of(list(shop_runs(10)))
    apart = _told_apart(together, runs, 0.95)
    d = together.influence[1] - together.influence[0]
    with np.errstate(invalid="ignore", divide="ignore"):
        odds = stats.t.cdf(d.mean(axis=0) / (d.std(axis=0, ddof=1) / np.sqrt(10)), 9)
    there = ~np.isnan(odds)
    assert apart[1, 0][there].tolist() == (odds[there] > 0.975).tolist()
    assert apart[0, 1][there].tolist() == (odds[there] < 0.025).tolist()
    assert ((odds[there] > 0.975) & (odds[there] < 1.0 - 0.025 / 3)).any(), "some are told apart that were not before"


def test_main_rows_are_promises_waits_and_load() -> None:
    """Channels first, then groups; nothing that is 0 for all."""
    names = [(r.scope, r.measure) for r in main_rows(shop())]
    assert names[0] == ("phone", "service_level") and ("desk", "occupancy") in names
    assert ("email", "abandonment") not in names


def test_the_table_is_tidy() -> None:
    """One row per measure, scope and policy; the base without a difference."""
    frame = shop().frame
    assert not frame.duplicated(["measure", "scope_kind", "scope", "policy"]).any()
    base = frame[frame["policy"] == "five"]
    assert base["difference"].isna().all() and (base["verdict"] == "").all()
    assert set(frame["verdict"]) <= {"", "same", "surely", "likely", "open"}


def test_input_that_is_drawn_with_others_is_told_by_its_own_path() -> None:
    """A factor on several numbers is one input; what is shown stands in the scenario."""
    rate = "contact_types.call.per_day"
    both = {"value": 140, "between": [110, 170], "drawn_with": "demand"}
    base = load(SHOP, {f"{rate}": {"mon-fri": both, "sat": {**both, "value": 60, "between": [50, 70]}}})
    (told,) = _drivers(np.array([1.0]), Inputs.of([base, base]), 1)
    assert (told.path, told.value, told.low, told.high) == (f"{rate}.mon-fri", "140", "110", "170")
