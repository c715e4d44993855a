"""Offered load over time: closed forms and the sinusoidal case of the literature."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.theory import Lognormal, PiecewiseHazard, SurvivalFunction, offered_load

LAWS = {
    "exponential": PiecewiseHazard.exponential(6.0),
    "fixed": PiecewiseHazard.fixed(6.0),
    "lognormal": Lognormal(6.0, 0.8),
    "Weibull": SurvivalFunction(lambda x: np.exp(-((x / 5.0) ** 1.4))),
}


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS.keys())
def test_a_constant_stream_fills_up_to_rate_times_mean(law: Lognormal) -> None:
    """Long after the start, and at once if the stream was there before."""
    times = [0.0, 500.0, 999.0]
    assert offered_load(times, [0, 1000], [2.5], law, before=2.5) == pytest.approx(2.5 * law.mean, rel=1e-9)
    assert offered_load(times, [0, 1000], [2.5], law)[1:] == pytest.approx(2.5 * law.mean, rel=1e-6)
    assert offered_load(times, [0, 1000], [2.5], law)[0] == 0.0


def test_exponential_service_fills_and_empties_exponentially() -> None:
    """m(t) = lambda s (1 - exp(-t / s)) while the stream runs, and decays afterwards."""
    times = np.array([0.5, 3.0, 10.0, 13.0, 40.0])
    load = offered_load(times, [0, 10], [2.0], LAWS["exponential"])
    filled = 12.0 * (1 - np.exp(-np.minimum(times, 10) / 6))
    assert load == pytest.approx(filled * np.exp(-np.maximum(times - 10, 0) / 6), rel=1e-12)


def test_fixed_service_counts_the_last_arrivals() -> None:
    """With service exactly d the load is the arrivals of the last d."""
    edges, rates = [0, 4, 5, 20], [1.0, 7.0, 2.0]
    for t in (2.0, 4.5, 7.0, 10.5, 19.0, 24.0, 27.0):
        cut = np.clip([t - 6, t], 0, 20)
        arrived = np.interp(cut, edges, np.concatenate([[0], np.cumsum(np.diff(edges) * rates)]))
        assert offered_load([t], edges, rates, LAWS["fixed"])[0] == pytest.approx(arrived[1] - arrived[0])


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS.keys())
def test_the_load_is_the_convolution(law: Lognormal) -> None:
    """Against a fine midpoint sum of lambda(t - u) P(S > u)."""
    edges, rates = np.array([0.0, 30, 60, 75, 90]), np.array([1.0, 4.0, 0.0, 2.5])
    step = 1e-3
    u = (np.arange(95_000) + 0.5) * step
    alive = law.survival(u)
    for t in (10.0, 30.0, 47.3, 75.0, 90.0, 95.0):
        piece = np.searchsorted(edges, t - u, side="right") - 1
        inside = (t - u >= 0) & (t - u < 90)
        rate = np.where(inside, rates[np.clip(piece, 0, 3)], 0.0)
        assert offered_load([t], edges, rates, law)[0] == pytest.approx(float(rate @ alive) * step, abs=0.01)


def test_a_sinusoidal_stream_lags_and_flattens() -> None:
    """Rate a + b sin(c t), exponential service mean 1/mu: Eick, Massey & Whitt (1993), sinusoidal rates.

    m(t) = a/mu + b (mu sin(c t) - c cos(c t)) / (mu^2 + c^2).
    """
    a, b, mu, c = 10.0, 6.0, 1 / 6, 2 * math.pi / 100
    edges = np.linspace(-400, 300, 70_001)
    middles = 0.5 * (edges[:-1] + edges[1:])
    times = np.array([0.0, 17.0, 60.5, 200.0])
    load = offered_load(times, edges, a + b * np.sin(c * middles), PiecewiseHazard.exponential(1 / mu), before=a)
    exact = a / mu + b * (mu * np.sin(c * times) - c * np.cos(c * times)) / (mu**2 + c**2)
    assert load == pytest.approx(exact, rel=1e-6)


def test_wrong_streams_are_refused() -> None:
    """Lengths, order and an endless service are checked."""
    with pytest.raises(ValueError, match="rates: got 2 values; 1 are needed"):
        offered_load([1], [0, 1], [1, 2], LAWS["fixed"])
    with pytest.raises(ValueError, match=r"edges\[1\]"):
        offered_load([1], [1, 0], [1], LAWS["fixed"])
    with pytest.raises(ValueError, match="times: got"):
        offered_load([math.nan], [0, 1], [1], LAWS["fixed"])
    with pytest.raises(ValueError, match="infinite mean"):
        offered_load([1], [0, 1], [1], PiecewiseHazard.exponential(math.inf), before=1)
