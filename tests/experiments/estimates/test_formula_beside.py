"""An exact formula is printed beside the estimate, and they agree."""

from __future__ import annotations

from pathlib import Path

from experiments.estimates.estimates import estimate
from experiments.estimates.formula_beside import formulas_beside
from experiments.replication.replications import replicate
from sim.lowering import lower
from sim.scenario import load

CHECK = Path(__file__).parents[3] / "scenarios/theory_check.yaml"


def test_the_estimates_of_the_theory_check_agree_with_erlang_a() -> None:
    """Six measures, each within 3.5 standard errors of the formula (t interval of 95 %, 8 replications of 3 days)."""
    operation = lower(load(CHECK, {"period.length": "3 d"}))
    found = formulas_beside(operation, estimate(replicate(operation, n=8, seed=5, workers=1)))
    assert [f.measure for f in found] == [
        "service_level", "abandonment", "asa", "mean_wait", "queue_length", "occupancy",
    ]  # fmt: skip
    for f in found:
        standard_error = (f.estimate.high - f.estimate.low) / 2 / 2.365
        assert standard_error > 0
        assert abs(f.estimate.value - f.exact) < 3.5 * standard_error, f


def test_one_history_has_no_verdict() -> None:
    """Without an interval nothing is inside or outside."""
    operation = lower(load(CHECK, {"period.length": "1 d"}))
    found = formulas_beside(operation, estimate(replicate(operation, n=1, seed=5, workers=1)))
    assert found
    assert all(f.inside is None for f in found)
