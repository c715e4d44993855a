"""The yardstick itself: standard errors that cover, comparisons that can fail."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest

from sim.machine import Constant, NetworkBuilder, simulate
from tests.against_theory.estimates import Estimate, average, compare, ratio, total
from tests.against_theory.sample import Sample


def test_the_standard_error_of_a_ratio_covers() -> None:
    """Over 2,000 samples of dependent tops and bottoms the scores have spread 1, with and without a control."""
    rng = np.random.default_rng(1)
    plain, controlled = [], []
    for _ in range(2000):
        bottom = rng.gamma(20.0, 1.0, 40)
        known = rng.normal(0.0, 1.0, 40)
        top = 0.3 * bottom + known + rng.normal(0.0, 0.5, 40)
        plain.append(ratio(top, bottom).score(0.3))
        controlled.append(ratio(top, bottom, known[:, None]).score(0.3))
    assert np.std(plain) == pytest.approx(1.0, abs=0.06)
    assert np.std(controlled) == pytest.approx(1.0, abs=0.06)
    assert abs(np.mean(controlled)) < 0.08


def test_a_control_takes_out_what_it_explains() -> None:
    """The estimate moves towards the truth and its standard error shrinks."""
    rng = np.random.default_rng(2)
    known = rng.normal(0.0, 1.0, 40)
    values = 5.0 + 3.0 * known + rng.normal(0.0, 0.1, 40)
    plain, controlled = average(values), average(values, known[:, None])
    assert controlled.se < 0.1 * plain.se
    assert abs(controlled.value - 5.0) < 0.1
    assert total(values).value == pytest.approx(values.sum())


@pytest.mark.parametrize(
    ("exact", "found", "why"),
    [
        (1.0, Estimate(1.04, 0.01, 20), "standard errors apart"),
        (1.0, Estimate(1.01, 0.05, 20), "standard error is above"),
        (nan, Estimate(1.0, 0.01, 20), "standard errors apart"),
        (1.0, Estimate(nan, 0.01, 20), "standard errors apart"),
        (1.0, Estimate(1.0, nan, 20), "standard errors apart"),
        (1.0, Estimate(0.999, 0.0, 20), "standard errors apart"),
    ],
    ids=["far", "vague", "no exact number", "no estimate", "no error", "certain and wrong"],
)
def test_a_comparison_fails_when_it_proves_nothing(exact: float, found: Estimate, why: str) -> None:
    """Too far, too vague and not a number all fail."""
    with pytest.raises(AssertionError, match=why):
        compare("case", [("measure", exact, found)])


def test_visits_are_cut_into_groups_of_time() -> None:
    """Entries count where they fall; minutes in line and in service are cut at the borders of the groups."""
    b = NetworkBuilder("two jobs", end=20.0, follow=100.0)
    b.recorded("jobs", to="line", times=[2.0, 4.0])
    b.work("line", served_by="desk", size=Constant(10.0))
    b.counted("desk", 1)
    sample = Sample([simulate(b.build())], [(0.0, 10.0), (10.0, 20.0)])
    v = sample.visits  # served 2 to 12 and 12 to 22, the second waits from 4 on
    assert sample.counts().tolist() == [2.0, 0.0]
    assert sample.counts(when=v["started"]).tolist() == [1.0, 1.0]
    assert sample.areas(v["entered"], sample.until).tolist() == [6.0, 2.0]
    assert sample.areas(v["started"], v["left"]).tolist() == [8.0, 10.0]
    assert sample.present(12.0, v["started"], v["left"]).tolist() == [1]
    assert sample.wait.tolist() == [0.0, 8.0]
