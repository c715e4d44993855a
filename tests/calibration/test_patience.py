"""Patience fits recover known laws, reproduce hand calculations, and refuse what carries no information."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from calibration.patience import PHONE_EDGES, fit_exponential, fit_hazard, kaplan_meier


def censored(patience: stats.rv_continuous, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Waits and abandonments of n customers who are offered exponential waits of mean 1 min."""
    rng = np.random.default_rng(seed)
    willing, offered = patience.ppf(rng.random(n)), rng.exponential(1.0, n)
    return np.minimum(willing, offered), willing < offered


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_exponential_mean_is_recovered_within_5_percent(seed: int) -> None:
    """The censored estimator is unbiased where the mean of the abandoned is far too short."""
    wait, left = censored(stats.expon(scale=2.94), 8000, seed)
    fit = fit_exponential(wait, left)
    assert fit.mean == pytest.approx(2.94, rel=0.05)
    assert abs(fit.mean - 2.94) < 3 * fit.standard_error
    assert wait[left].mean() < 2.94 / 3


@pytest.mark.parametrize(
    "truth", [stats.weibull_min(0.7, scale=2.3), stats.lognorm(0.9, scale=2.0), stats.expon(scale=2.94)]
)
def test_survival_is_recovered_within_2_points_at_8000_calls(truth: stats.rv_continuous) -> None:
    """Kaplan-Meier follows any law as far as customers were watched."""
    wait, left = censored(truth, 8000, 4)
    times = np.linspace(0, np.quantile(wait, 0.97), 200)
    assert np.abs(kaplan_meier(wait, left).at(times) - truth.sf(times)).max() < 0.02


def test_survival_agrees_with_scipy() -> None:
    """An independent implementation gives the same curve, ties included."""
    wait, left = censored(stats.expon(scale=2.0), 500, 5)
    wait = np.ceil(wait * 20) / 20  # many ties
    data = stats.CensoredData(uncensored=wait[left], right=wait[~left])
    theirs = stats.ecdf(data).sf
    assert kaplan_meier(wait, left).at(theirs.quantiles) == pytest.approx(theirs.probabilities, abs=1e-12)


def test_greenwood_error_matches_the_spread_over_samples() -> None:
    """The standard error is that of the estimate, not of something else."""
    runs = [kaplan_meier(*censored(stats.expon(scale=2.0), 400, seed)) for seed in range(200)]
    values = np.array([run.at(1.0) for run in runs])
    errors = [run.standard_errors[np.searchsorted(run.times, 1.0, side="right") - 1] for run in runs]
    assert np.mean(errors) == pytest.approx(values.std(), rel=0.15)


def test_ties_are_bracketed_by_the_two_extreme_rules() -> None:
    """Abandonments first is the highest curve, services first the lowest, shared between them."""
    wait, left = [1.0, 1.0, 1.0, 1.0, 2.0], [True, True, False, False, False]
    high, mid, low = (
        float(kaplan_meier(wait, left, ties=rule).at(1.5))
        for rule in ("abandonments first", "shared", "services first")
    )
    assert (high, mid, low) == pytest.approx((1 - 2 / 5, 1 - 2 / 4, 1 - 2 / 3))


def test_hazard_of_a_bin_is_its_abandonments_over_its_exposure() -> None:
    """Worked out by hand: bins (0, 1] and (1, inf)."""
    fit = fit_hazard([0.0, 0.5, 1.0, 1.5, 3.0], [1, 0, 1, 1, 0], edges=[0, 1], tail_abandonments=1)
    assert fit.abandonments.tolist() == [2, 1]  # the one at 0 and the one at exactly 1 lie in the first
    assert fit.exposure.tolist() == [3.5, 2.5]
    assert fit.at_risk.tolist() == [5, 2]
    assert fit.hazard.tolist() == [2 / 3.5, 1 / 2.5]
    assert fit.standard_errors.tolist() == pytest.approx([2 / 3.5 / np.sqrt(2), 1 / 2.5])


def test_piecewise_hazard_is_recovered_and_inverts_its_survival() -> None:
    """Sampling by inversion, censoring and fitting again gives the hazards back within 3 s.e."""
    truth = fit_hazard([0.05, 0.2, 0.4, 1.5, 3.0, 12.0, 20.0], [1] * 7, tail_abandonments=1)
    u = np.random.default_rng(6).random(40_000)
    willing = truth.quantile(u)
    assert truth.survival(willing) == pytest.approx(1 - u, abs=1e-12)
    offered = np.random.default_rng(7).exponential(2.0, len(u))
    fit = fit_hazard(np.minimum(willing, offered), willing < offered, edges=truth.starts, tail_abandonments=1)
    assert np.all(np.abs(fit.hazard - truth.hazard) < 3 * np.nan_to_num(fit.standard_errors, nan=1e-12))
    assert willing.mean() == pytest.approx(truth.mean(), rel=0.03)


def test_hazard_skips_a_bin_without_abandonments() -> None:
    """Nobody's patience ends in a bin with hazard 0; the inverse passes over it."""
    fit = fit_hazard([0.5, 2.5, 2.5], [1, 1, 0], edges=[0, 1, 2], tail_abandonments=1)
    assert fit.hazard[1] == 0
    willing = fit.quantile(np.linspace(0, 0.999, 1000))
    assert not np.any((willing > 1 + 1e-9) & (willing < 2))
    assert np.isfinite(willing).all()


def test_tail_with_few_abandonments_joins_the_last_bin() -> None:
    """A hazard is not built on a handful of people; their exposure and leaving still count."""
    wait, left = np.array([1.0, 2.0, 11.0, 12.0]), np.array([1, 1, 1, 0])
    joined = fit_hazard(wait, left, edges=[0, 10], tail_abandonments=2)
    assert joined.starts.tolist() == [0] and joined.hazard.tolist() == [3 / 26]
    assert fit_hazard(wait, left, edges=[0, 10], tail_abandonments=1).hazard.tolist() == [2 / 23, 1 / 3]


def test_bin_that_nobody_reached_carries_on_the_one_before() -> None:
    """No exposure is not the same as no hazard."""
    fit = fit_hazard([0.5, 0.8], [1, 0], edges=[0, 1, 2], tail_abandonments=0)
    assert fit.hazard[1:].tolist() == [fit.hazard[0]] * 2
    assert fit.at_risk.tolist() == [2, 0, 0]


def test_counts_mean_the_same_as_repeated_rows() -> None:
    """A table of counts is a sufficient statistic."""
    wait, left, counts = [0.1, 0.1, 0.7, 5.0], [1, 0, 1, 0], [3, 2, 4, 1]
    rows = (np.repeat(wait, counts), np.repeat(left, counts))
    assert fit_exponential(wait, left, counts) == fit_exponential(*rows)
    assert kaplan_meier(wait, left, counts).survival.tolist() == kaplan_meier(*rows).survival.tolist()
    one, other = fit_hazard(wait, left, counts), fit_hazard(*rows)
    assert one.hazard == pytest.approx(other.hazard)
    assert one.at_risk.tolist() == other.at_risk.tolist()


def test_all_abandoned_is_the_plain_sample() -> None:
    """Without censoring the estimators are the mean and the empirical curve."""
    wait = [1.0, 2.0, 3.0, 6.0]
    assert fit_exponential(wait, [True] * 4).mean == 3.0
    assert kaplan_meier(wait, [True] * 4).survival.tolist() == [0.75, 0.5, 0.25, 0.0]
    assert kaplan_meier(wait, [True] * 4).at([0.5, 99.0]).tolist() == [1.0, 0.0]


def test_single_customer_gives_a_fit_with_a_wide_error() -> None:
    """One abandonment is an estimate with a standard error as large as itself."""
    fit = fit_exponential([2.0], [True])
    assert (fit.mean, fit.standard_error) == (2.0, 2.0)


def test_nobody_abandoned_gives_no_patience() -> None:
    """An infinite or zero patience is never returned silently; the curve stays at 1 as far as it was seen."""
    for fit in (fit_exponential, fit_hazard):
        with pytest.raises(ValueError, match="nobody of 2 delayed customers left"):
            fit([1.0, 2.0], [False, False])
    curve = kaplan_meier([1.0, 2.0], [False, False])
    assert curve.at([1.5]).tolist() == [1.0]
    assert np.isnan(curve.at(2.5))


@pytest.mark.parametrize("fit", [fit_exponential, kaplan_meier, fit_hazard])
@pytest.mark.parametrize(
    ("wait", "left", "message"),
    [
        ([], [], "no delayed customer"),
        ([1.0, -0.1], [True, False], r"1 negative or missing \(first: row 1, -0.1\)"),
        ([np.nan, 1.0], [True, False], "1 negative or missing"),
        ([np.inf, 1.0], [True, False], "1 negative or missing"),
        ([1.0, 2.0], [True], "shapes"),
        ([1.0, 2.0], [0.5, np.nan], "true or false"),
    ],
)
def test_unusable_waits_are_refused(fit: object, wait: list[float], left: list[bool], message: str) -> None:
    """Empty, negative and missing waits never turn into a number."""
    with pytest.raises(ValueError, match=message):
        fit(wait, left)  # type: ignore[operator]


def test_other_arguments_are_checked() -> None:
    """Edges ascend from 0, uniform numbers are uniform, weights are weights, rules for ties are known."""
    with pytest.raises(ValueError, match="ascending times from 0"):
        fit_hazard([1.0], [True], edges=[0, 2, 1])
    with pytest.raises(ValueError, match="outside"):
        fit_hazard([1.0], [True]).quantile([0.5, 1.0])
    with pytest.raises(ValueError, match="not 0 in all"):
        fit_exponential([1.0], [True], [0])
    with pytest.raises(ValueError, match="abandonments first, shared, services first"):
        kaplan_meier([1.0], [True], ties="any")
    with pytest.raises(ValueError, match="all are 0"):
        fit_exponential([0.0], [True])


def test_phone_edges_are_the_stated_seconds() -> None:
    """Internal times are minutes."""
    assert [round(60 * edge, 9) for edge in PHONE_EDGES] == [0, 5, 15, 30, 60, 120, 240, 600]
