"""Handle-time fits keep the mean, recover known laws, and refuse durations that are none."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from calibration.handling import fit_handle_time, fit_lognormal, ks_distances, quantile_table, trimmed


def test_lognormal_mean_and_spread_are_recovered() -> None:
    """20,000 services give mean and log-sd back within three standard errors."""
    n, log_sd = 20_000, 0.88
    sample = stats.lognorm(log_sd, scale=199 * np.exp(-(log_sd**2) / 2)).ppf(np.random.default_rng(1).random(n))
    law = fit_lognormal(sample)
    assert law.mean == pytest.approx(199, abs=3 * law.sd / np.sqrt(n))
    assert law.log_sd == pytest.approx(log_sd, abs=3 * log_sd / np.sqrt(2 * n))


def test_mean_is_kept_even_where_the_law_does_not_fit() -> None:
    """Workload depends on the mean, so a lognormal for exponential services has their mean."""
    sample = np.random.default_rng(2).exponential(180, 5000) + 1
    assert fit_lognormal(sample).mean == pytest.approx(sample.mean(), rel=1e-12)
    maximum_likelihood = np.exp(np.log(sample).mean() + np.log(sample).var() / 2)
    assert abs(maximum_likelihood / sample.mean() - 1) > 0.05


def test_sd_and_cdf_belong_to_the_law() -> None:
    """The stated sd is that of the duration, not of its logarithm."""
    law = fit_lognormal([60.0, 120.0, 240.0, 600.0])
    twin = stats.lognorm(law.log_sd, scale=law.median)
    assert (law.mean, law.sd) == pytest.approx((twin.mean(), twin.std()))
    assert law.cdf([0.0, 100.0]) == pytest.approx(twin.cdf([0.0, 100.0]))


def test_short_services_leave_the_body_and_stay_in_the_work() -> None:
    """mean x n is all recorded work, whatever was trimmed for the fit; above 1 h only 1 h counts."""
    services = [2, 9.9, 10, 100, 300, 5000]
    fit = fit_handle_time(services)
    assert (fit.n, fit.short_share, fit.short_mean) == (6, pytest.approx(2 / 6), pytest.approx(5.95))
    assert fit.mean * fit.n == pytest.approx(2 + 9.9 + 10 + 100 + 300 + 3600)
    assert fit.body.mean == pytest.approx((10 + 100 + 300 + 3600) / 4)
    parts = fit.short_share * fit.short_mean + (1 - fit.short_share) * fit.body.mean
    assert parts == pytest.approx(fit.mean)
    assert fit.sd == pytest.approx(np.std([2, 9.9, 10, 100, 300, 3600], ddof=1))


@pytest.mark.parametrize(
    ("truth", "name"),
    [
        (stats.lognorm(0.9, scale=130), "lognormal"),
        (stats.gamma(2.2, scale=80), "gamma"),
        (stats.weibull_min(1.6, scale=200), "weibull"),
    ],
)
def test_the_true_law_is_nearest(truth: stats.rv_continuous, name: str) -> None:
    """Each law wins on its own sample, with the parameters scipy's own fit finds."""
    sample = truth.ppf(np.random.default_rng(3).random(4000))
    distances = ks_distances(sample)
    assert min(distances, key=lambda law: distances[law]) == name
    family = {"lognormal": stats.lognorm, "gamma": stats.gamma, "weibull": stats.weibull_min}[name]
    theirs = stats.ks_1samp(sample, family(*family.fit(sample, floc=0)).cdf).statistic
    assert distances[name] == pytest.approx(theirs, abs=1e-4)


def test_exponential_is_a_special_gamma_and_weibull() -> None:
    """On exponential services three of the four laws agree and the lognormal is off."""
    distances = ks_distances(np.random.default_rng(4).exponential(100, 4000) + 1e-9)
    near = [distances[law] for law in ("gamma", "weibull", "exponential")]
    assert max(near) < 0.02 < distances["lognormal"]


def test_quantile_table_passes_through_the_services() -> None:
    """First, median and last row are the least, the middle and the largest service."""
    table = quantile_table(np.arange(1, 102))
    at = table.set_index("probability")["seconds"]
    assert (at[0.0], at[0.5], at[1.0]) == (1, 51, 101)
    assert at.is_monotonic_increasing
    with pytest.raises(ValueError, match="ascend from 0 to 1"):
        quantile_table([1.0, 2.0], [0.1, 1.0])


@pytest.mark.parametrize("bad", [[-1.0, 20.0], [np.nan, 20.0], [np.inf, 20.0]])
def test_durations_that_are_none_are_refused(bad: list[float]) -> None:
    """Negative and missing services never turn into a mean."""
    for fit in (trimmed, fit_lognormal, fit_handle_time, ks_distances, quantile_table):
        with pytest.raises(ValueError, match="1 negative or missing"):
            fit(bad)


@pytest.mark.parametrize(
    ("few", "message"),
    [([], "got 0"), ([50.0], "got 1"), ([50.0, 0.0], "1 of them 0"), ([50.0, 50.0], "all are 50")],
)
def test_too_little_for_a_law_is_refused(few: list[float], message: str) -> None:
    """A law needs two different positive services."""
    with pytest.raises(ValueError, match=message):
        fit_lognormal(few)


def test_type_with_only_short_services_is_refused() -> None:
    """Nothing is left to fit, and the message says what to do."""
    with pytest.raises(ValueError, match="join rare types"):
        fit_handle_time([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="none given"):
        quantile_table([])
