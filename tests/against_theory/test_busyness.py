"""Days of unlike busyness: what is lost is a ratio of sums over days, not the loss of a mean day."""

from __future__ import annotations

from math import exp, expm1, log1p, sqrt
from typing import Literal

import numpy as np
import pytest
from scipy.special import gammaincinv, ndtr

from sim.machine import Busyness, Exponential, NetworkBuilder, Timeline, simulate
from sim.machine.instance import instantiate
from sim.theory import time_varying_line
from tests.against_theory.desk import sizes
from tests.against_theory.estimates import Row, average, compare
from tests.against_theory.sample import Sample

Law = Literal["lognormal", "gamma"]
OPEN, DATE = 180.0, 240.0
RATE, SERVICE, PATIENCE, SERVERS, SPREAD = 1.2, 4.0, 3.0, 5, 0.3


def factor(law: Law, z: float) -> float:
    """Busyness of a day with this normal score: mean 1, standard deviation `SPREAD`."""
    if law == "lognormal":
        variance = log1p(SPREAD**2)
        return exp(sqrt(variance) * z - 0.5 * variance)
    return float(gammaincinv(SPREAD**-2, ndtr(z))) * SPREAD**2


def mixed(law: Law) -> dict[str, float]:
    """Expected numbers per day, given the day's factor by forward equations, over the factor by Gauss-Hermite."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(24)
    weights = weights / weights.sum()
    out = {"arrived": 0.0, "abandoned": 0.0, "line time": 0.0}
    for z, w in zip(nodes.tolist(), weights.tolist(), strict=True):
        if w < 1e-12:
            continue
        day = time_varying_line([0.0, OPEN, DATE], [RATE * factor(law, z), 0.0], [SERVERS, SERVERS], SERVICE, PATIENCE)
        out["arrived"] += w * float(day.arrived.sum())
        out["abandoned"] += w * float(day.abandoned.sum())
        out["line time"] += w * float(day.line_time.sum())
    return out


@pytest.mark.parametrize("law", ["lognormal", "gamma"])
def test_factors_have_mean_one_and_the_spread_and_memory_they_are_given(law: Law) -> None:
    """Over 12,000 dates of four intervals: mean 1; covariances from days and intervals as the normal scores say.

    For lognormal factors log(1 + covariance) is s_d^2 rho^|days| for different days and s_d^2 + s_w^2 phi^|intervals|
    within one (moments of the lognormal law, Aitchison & Brown 1957).
    """
    days, parts, rho, within_sd, phi = 12_000, 4, 0.5, 0.2, 0.6
    demand = Busyness("demand", SPREAD, rho, within_sd, phi, interval=DATE / parts, law=law)
    dates = Timeline(np.arange(days) * DATE, np.arange(days))
    b = NetworkBuilder("dates", end=days * DATE, follow=0.0, days=dates)
    b.busyness(demand)
    b.stream("calls", to="line", rate=1.0, busyness="demand")
    b.work("line")
    table = instantiate(b.build(), seed=110, replication=0).rates[0]
    assert table is not None
    middles = (np.arange(days * parts) + 0.5) * DATE / parts
    factors = Timeline(table.edges[:-1], table.factor).sample(middles).reshape(days, parts)
    weeks = factors.reshape(-1, 40, parts)  # groups of 40 days hardly depend on each other
    rows: list[Row] = [("mean", 1.0, average(weeks.mean(axis=(1, 2))))]
    total = (1.0 + SPREAD**2) * (1.0 + within_sd**2) - 1.0
    rows.append(("variance", total, average(((weeks - 1.0) ** 2).mean(axis=(1, 2)))))
    if law == "lognormal":
        day, inner = log1p(SPREAD**2), log1p(within_sd**2)
        rest = weeks - 1.0
        rows.append(
            ("next interval", expm1(day + phi * inner), average((rest[..., 1:] * rest[..., :-1]).mean(axis=(1, 2))))
        )
        rows.append(("next day", expm1(rho * day), average((rest[:, 1:] * rest[:, :-1]).mean(axis=(1, 2)))))
    compare(f"busyness factors, {law}", rows, resolution=0.06)


@sizes
@pytest.mark.parametrize("law", ["lognormal", "gamma"])
def test_busy_days_lose_more_than_quiet_days_spare(law: Law, size: int) -> None:
    """Mixed Poisson demand: P(abandon) is E[abandoned] / E[arrived] over the law of the day's factor."""
    days = 400 * size
    dates = Timeline(np.arange(-2, days + 12) * DATE, np.arange(-2, days + 12))
    b = NetworkBuilder("busy days", end=days * DATE, follow=DATE, days=dates)
    b.busyness(Busyness("demand", day_sd=SPREAD, law=law))
    rate = [(d * DATE + t, r) for d in range(days) for t, r in ((0.0, RATE), (OPEN, 0.0))]
    b.stream("calls", to="line", rate=rate, busyness="demand")
    b.work("line", served_by="desk", size=Exponential(SERVICE), patience=Exponential(PATIENCE))
    b.counted("desk", SERVERS)
    sample = Sample(
        [simulate(b.build(), 111 + 100 * (law == "gamma"))], [(d * DATE, (d + 1) * DATE) for d in range(days)]
    )
    exact = mixed(law)
    arrived, abandoned = sample.counts(), sample.counts(sample.abandoned)
    mean, variance = RATE * OPEN, (SPREAD * RATE * OPEN) ** 2 + RATE * OPEN
    known: list[Row] = [
        ("arrived per day", mean, average(arrived)),
        ("variance of arrived", variance, average((arrived - mean) ** 2)),
    ]
    compare(f"busyness, {law}", known, resolution=0.1)
    sample.control(arrived - mean, (arrived - mean) ** 2 - variance)
    known = sample.know("line", service=SERVICE)
    share = exact["abandoned"] / exact["arrived"]
    mean_day = time_varying_line([0.0, OPEN, DATE], [RATE, 0.0], [SERVERS] * 2, SERVICE, PATIENCE)
    plain = float(mean_day.abandoned.sum() / mean_day.arrived.sum())
    line_time = sample.areas(sample.visits["entered"], sample.until)
    found = sample.measure("p_abandoned")
    rows: list[Row] = [
        ("P(abandon), ratio of sums", share, found),
        ("line time per day", exact["line time"], average(line_time, sample.controls)),
    ]
    compare(f"busyness, {law}", known + rows)
    # the mean day knows nothing of this, and the mean of the days' own shares is another number
    daily = average(abandoned / arrived, sample.controls)
    assert found.value - plain > 5.0 * found.se
    assert found.value - daily.value > 5.0 * (found.se + daily.se)
