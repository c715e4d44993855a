"""Intervals against a known truth: a desk of one day with a random day factor, experiment after experiment.

Full size: `python tests/coverage/run.py`; its tables stand in `docs/STATISTICS.md`.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim.machine import simulate
from sim.measures import Service, measure
from tests.coverage.desk import MEASURES, Desk, with_controls
from tests.coverage.experiments import as_reported, coverage, over_blocks, pooled, totals_agree, without_t

DESK, DAYS, SEED = Desk(0.25), 5_000, 7


def days() -> tuple[np.ndarray, np.ndarray]:
    """The days that the tests look at."""
    return with_controls(DESK, DAYS, SEED)[:2]


def test_the_known_truth_is_what_days_tell_in_the_long_run() -> None:
    """Forward equations and quadrature on one side, 5,000 simulated days on the other: within 3.5 standard errors."""
    top, bottom = days()
    ratio = top.sum(axis=0) / bottom.sum(axis=0)
    error = (top - ratio * bottom).std(axis=0, ddof=1) / bottom.mean(axis=0) / np.sqrt(DAYS)
    assert np.all(np.abs(ratio - DESK.truth()) < 3.5 * error)
    assert np.allclose(DESK.truth(), DESK.truth(10), rtol=1e-8)


def test_the_desk_counts_as_the_measures_do() -> None:
    """Its few lines and the catalogue say the same about the same days."""
    names = ("service_level", "abandonment", "mean_wait", "arrivals")
    for r in range(3):
        records = simulate(DESK.network, SEED, r)
        table = measure(records, [Service("line", awt=DESK.awt)], measures=names)
        top, bottom = DESK.numbers(records)
        for name, x, y in zip(names, top, bottom, strict=True):
            assert table.value(name) == pytest.approx(x / y, rel=1e-12)


def test_intervals_of_20_replications_hold_the_truth_as_often_as_they_say() -> None:
    """Nominal 95 %: 90 to 97 % of 250 experiments, for every measure; no fewer than 86 % of 1,000 with five."""
    found = coverage(DESK, *days(), 20, kind=as_reported)
    assert found.experiments == 250
    assert np.all((found.covered >= 0.90) & (found.covered <= 0.97)), dict(zip(MEASURES, found.covered, strict=True))
    assert np.all(coverage(DESK, *days(), 5, kind=as_reported).covered >= 0.86)


def test_intervals_that_are_often_seen_do_not() -> None:
    """Contacts in one pot cover 35 % at most; without Student's t five replications cover 6 points less than ours."""
    assert np.all(coverage(DESK, *days(), 20, kind=pooled).covered < 0.40)
    ours, normal = (coverage(DESK, *days(), 5, kind=kind).covered for kind in (as_reported, without_t))
    assert np.all(normal < 0.89) and np.mean(ours - normal) > 0.06


def test_totals_and_ratios_share_one_interval() -> None:
    """Coverage takes the ratio's interval for arrivals too; it is the one of the mean."""
    assert totals_agree(days()[0])


@pytest.mark.long
@pytest.mark.parametrize("sd", [0.15, 0.25])
def test_full_size(sd: float) -> None:
    """2,000 experiments at 5, 10, 20 and 40 replications."""
    desk = Desk(sd)
    top, bottom, _ = desk.days(80_000, SEED)
    for n, least in ((5, 0.87), (10, 0.89), (20, 0.90), (40, 0.92)):
        covered = coverage(desk, top, bottom, n, 2_000).covered
        assert np.all((covered >= least) & (covered <= 0.97)), (n, covered)


@pytest.mark.long
def test_full_size_of_stratified_days() -> None:
    """By themselves their intervals are too wide, never too narrow; over eight blocks they are honest and narrower."""
    desk, plain = Desk(0.25, strata=10), Desk(0.25)
    top, bottom, _ = desk.days(80_000, SEED)
    usual = plain.days(80_000, SEED)[:2]
    assert np.all(coverage(desk, top, bottom, 20).covered > 0.99)
    blocks = coverage(desk, top, bottom, 80, kind=over_blocks)
    assert np.all((blocks.covered >= 0.90) & (blocks.covered <= 0.97))
    assert np.all(blocks.width < 0.7 * coverage(plain, *usual, 80).width)
