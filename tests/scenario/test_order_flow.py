"""Orders bring the contacts they promise, as late as they promise: closed forms, and orders one by one."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
import pytest
from scipy import integrate, stats

from sim.scenario.model.demand import Delivery, OrderDriven
from sim.scenario.model.laws import (
    Constant,
    Exponential,
    Hazard,
    Law,
    Mixture,
    Never,
    Part,
    Quantiles,
    ScipyLaw,
    lognormal_of_quantiles,
)
from sim.scenario.model.order_flow import contact_flow, delivery_of_contacts, first_contact_hazard, time_on_time
from sim.scenario.model.survival import corners, distribution, log_parameters, mean, quantile, survival

DAY = 1440.0
PARCELS = lognormal_of_quantiles(3 * DAY, 5 * DAY)
MIXED = Mixture(
    parts=(
        Part(name="near", share=0.3, of=Constant(value=DAY)),
        Part(name="far", share=0.7, of=ScipyLaw(name="gamma", shape=(("a", 2.0),), mean=4 * DAY)),
    )
)
LAWS: dict[str, Law] = {
    "lognormal": PARCELS,
    "exponential": Exponential(mean=3 * DAY),
    "constant": Constant(value=3 * DAY),
    "gamma": ScipyLaw(name="gamma", shape=(("a", 0.7),), loc=0.5 * DAY, scale=3 * DAY),
    "table": Quantiles(shares=(0.0, 0.3, 0.6, 1.0), minutes=(DAY, 2 * DAY, 2 * DAY, 9 * DAY)),
    "hazard": Hazard(edges=(0.0, DAY, 4 * DAY), hazards=(0.0, 1 / DAY, 0.2 / DAY)),
    "mixture": MIXED,
}


def waits(per_order: float, once_late: float = 1.0) -> OrderDriven:
    return OrderDriven(when="before_delivery", per_order=per_order, once_late=once_late)


def orders(law: Law, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Give times to delivery, evenly over the shares of a law, and what share of the orders each stands for."""
    parts = law.parts if isinstance(law, Mixture) else (Part(name="all", share=1.0, of=law),)
    u = (np.arange(n) + 0.5) / n
    times = np.concatenate([quantile(part.of, u, 1.0 - u) for part in parts])
    return times, np.concatenate([np.full(n, part.share / n) for part in parts])


def table_mean(law: Law) -> float:
    assert isinstance(law, Quantiles)
    return mean(law)


@pytest.mark.parametrize("per_order", [1e-6, 0.017, 0.5, 3.0])
def test_exponential_delivery_has_a_closed_form(per_order: float) -> None:
    """c / (1 + c) of the orders ask, at an age that is exponential with rate h + 1/m."""
    p, age = first_contact_hazard(waits(per_order), Delivery(time=Exponential(mean=3 * DAY)))
    assert p == pytest.approx(per_order / (1.0 + per_order), rel=1e-9)
    rate = (per_order + 1.0) / (3 * DAY)
    inside = np.array(age.shares[1:-1])
    error = np.array(age.minutes[1:-1]) * rate + np.log1p(-inside)
    assert np.max(np.abs(error[inside < 0.9999])) < 2e-3
    assert np.max(np.abs(error)) < 1.0  # where one in a million lies
    assert table_mean(age) == pytest.approx(1.0 / rate, rel=1e-4)


@pytest.mark.parametrize("promise", [0.2 * DAY, 3 * DAY, 12 * DAY])
@pytest.mark.parametrize("k", [0.0, 1.0, 4.0, 50.0])
def test_exponential_delivery_with_a_promise_has_a_closed_form(promise: float, k: float) -> None:
    """The hazard is set by orders on time, and k times as high from the promise on."""
    mu, c = 1.0 / (3 * DAY), 0.03
    late = math.exp(-mu * promise)
    on_time = 1.0 / mu - promise * late / (1.0 - late)
    delivery = Delivery(time=Exponential(mean=3 * DAY), promise=promise)
    assert time_on_time(delivery) == pytest.approx(on_time, rel=1e-10)
    h = c / on_time
    left = math.exp(-(h + mu) * promise)
    expected = h / (h + mu) * (1.0 - left) + (k * h / (k * h + mu) * left if k else 0.0)
    assert first_contact_hazard(waits(c, k), delivery)[0] == pytest.approx(expected, rel=1e-9)


def test_constant_delivery_has_a_closed_form() -> None:
    """On time 1 - exp(-c); late the hazard runs on, k times as high; on time to the minute is on time."""
    days = Constant(value=3 * DAY)
    for promise in (None, 3 * DAY, 5 * DAY):
        p, age = first_contact_hazard(waits(0.4, 7.0), Delivery(time=days, promise=promise))
        assert p == pytest.approx(-math.expm1(-0.4), rel=1e-9)
        assert age.minutes[-1] == pytest.approx(3 * DAY)
    p, age = first_contact_hazard(waits(0.4, 7.0), Delivery(time=days, promise=2 * DAY))
    assert p == pytest.approx(-math.expm1(-0.4 - 7.0 * 0.4 * 0.5), rel=1e-9)
    early = -math.expm1(-0.4) / p
    assert np.interp(2 * DAY, age.minutes, age.shares) == pytest.approx(early, abs=1e-5)


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("promise", [None, 2 * DAY, 6 * DAY])
def test_any_delivery_agrees_with_the_mean_over_orders(name: str, promise: float | None) -> None:
    """p = E[1 - exp(-H(D))], summed over shares of the orders instead of over their ages."""
    law, c, k = LAWS[name], 0.05, 6.0
    d, weight = orders(law, 100_000)
    bend = np.inf if promise is None else promise
    on_time = d <= bend
    h = c / (float(np.average(d[on_time], weights=weight[on_time])) if on_time.any() else bend)
    hazard = h * np.minimum(d, bend) + k * h * np.maximum(d - bend, 0.0)
    p, age = first_contact_hazard(waits(c, k), Delivery(time=law, promise=promise))
    assert p == pytest.approx(float(-np.expm1(-hazard) @ weight), rel=1e-4)
    assert np.all(np.diff(age.minutes) >= 0.0)
    assert len(age.shares) in (513, 514)


@pytest.mark.parametrize("promise", [1 * DAY, 5 * DAY, 9 * DAY])
def test_lognormal_delivery_agrees_with_quadrature(promise: float) -> None:
    """p = E[1 - exp(-H(D))] over the normal score of D, by adaptive quadrature: the same to nine digits."""
    c, k = 0.017, 4.0
    m, s = log_parameters(PARCELS)
    z = (math.log(promise) - m) / s

    def over(f: Callable[[float], float], low: float, high: float) -> float:
        def density(x: float) -> float:
            return f(math.exp(m + s * x)) * math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)

        return float(integrate.quad(density, low, high, epsabs=1e-15, epsrel=1e-12, limit=200)[0])

    h = c * over(lambda d: 1.0, -12.0, z) / over(lambda d: d, -12.0, z)
    expected = over(lambda d: -math.expm1(-h * d), -12.0, z)
    expected += over(lambda d: -math.expm1(-h * promise - k * h * (d - promise)), z, 12.0)
    p, _ = first_contact_hazard(waits(c, k), Delivery(time=PARCELS, promise=promise))
    assert p == pytest.approx(expected, rel=1e-9)


def test_orders_one_by_one_give_the_same_first_contacts() -> None:
    """Half a million orders, each with its delivery and its own clock: as many contacts, at the same ages."""
    rng = np.random.default_rng(7)
    n, c, k, promise = 500_000, 0.3, 4.0, 5 * DAY
    sigma = math.log(5 / 3) / 1.2815515655446004
    d = 3 * DAY * np.exp(sigma * rng.standard_normal(n))
    h = c / float(np.mean(d[d <= promise]))
    need = rng.exponential(size=n) / h
    ages = np.where(need <= promise, need, promise + (need - promise) / k)
    ages = ages[ages < d]
    p, age = first_contact_hazard(waits(c, k), Delivery(time=PARCELS, promise=promise))
    assert len(ages) / n == pytest.approx(p, abs=4.0 * math.sqrt(p * (1.0 - p) / n))
    gap = np.max(np.abs(np.interp(np.sort(ages), age.minutes, age.shares) - np.arange(len(ages)) / len(ages)))
    assert gap < 1.63 / math.sqrt(len(ages))  # Kolmogorov, 1 %
    assert table_mean(age) == pytest.approx(float(np.mean(ages)), rel=0.01)


def test_hazard_is_set_by_orders_on_time() -> None:
    """The less often orders are late, the closer first contacts come to per_order; late ones bring more."""
    small = [first_contact_hazard(waits(1e-4, 4.0), Delivery(time=PARCELS, promise=x * DAY))[0] for x in (5, 8, 60)]
    assert small[0] > small[1] > small[2] == pytest.approx(1e-4, rel=1e-3)


def test_late_orders_weigh_more_after_the_delivery() -> None:
    """Half late and three times as many each: twice as many contacts, three quarters of them from late orders."""
    half = Delivery(time=Exponential(mean=DAY), promise=DAY * math.log(2.0))
    driven = OrderDriven(when="after_delivery", per_order=0.1, once_late=3.0, lag=Constant(value=5.0))
    p, law = delivery_of_contacts(driven, half)
    assert p == pytest.approx(0.2, rel=1e-12)
    assert isinstance(law, Quantiles)
    assert np.interp(half.promise or 0.0, law.minutes, law.shares) == pytest.approx(0.25, abs=1e-9)
    # E[D; late] = (1 + log 2) / 2 and E[D; on time] = (1 - log 2) / 2 of a day
    expected = (0.1 * (1.0 - math.log(2.0)) / 2.0 + 0.3 * (1.0 + math.log(2.0)) / 2.0) / 0.2 * DAY
    assert mean(law) == pytest.approx(expected, rel=1e-4)
    flow = contact_flow(driven, half)
    assert (flow.probability, flow.delivery, flow.lag) == (p, law, Constant(value=5.0))


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("k", [0.0, 0.5, 8.0])
def test_tilted_delivery_agrees_with_weighted_orders(name: str, k: float) -> None:
    """The share of contacts from deliveries up to any time is that of the orders, each with its weight."""
    law, c, promise = LAWS[name], 0.1, 4 * DAY
    d, share = orders(law, 100_000)
    weight = np.where(d <= promise, c, k * c) * share
    driven = OrderDriven(when="after_delivery", per_order=c, once_late=k)
    p, tilted = delivery_of_contacts(driven, Delivery(time=law, promise=promise))
    assert p == pytest.approx(float(np.sum(weight)), rel=2e-4)
    order = np.argsort(d)
    share = np.cumsum(weight[order]) / np.sum(weight)
    at = np.array([0.05, 0.21, 0.4, 0.6, 0.8, 0.95])
    expected = d[order][np.searchsorted(share, at)]
    v = 1.0 - at
    assert quantile(tilted, at, v) == pytest.approx(expected, rel=3e-3)
    if k == 0.0:
        assert isinstance(tilted, (Quantiles, Constant))
        assert quantile(tilted, np.array([1.0 - 1e-12]), np.array([1e-12]))[0] <= promise * (1.0 + 1e-6)


def test_a_late_order_brings_at_most_one_first_contact() -> None:
    """80 contacts per 100 orders on time and three times as many of late ones: no more than every late order."""
    driven = OrderDriven(when="after_delivery", per_order=0.8, once_late=3.0)
    p, _ = delivery_of_contacts(driven, Delivery(time=Exponential(mean=DAY), promise=DAY * math.log(2.0)))
    assert p == pytest.approx(0.9)


def test_nothing_late_keeps_the_law_of_the_delivery() -> None:
    """Without a promise, or with late orders like others, deliveries are not tilted and no table is made."""
    for delivery, k in ((Delivery(time=PARCELS), 4.0), (Delivery(time=PARCELS, promise=DAY), 1.0)):
        driven = OrderDriven(when="after_delivery", per_order=0.01, once_late=k)
        assert delivery_of_contacts(driven, delivery) == (0.01, PARCELS)


def test_contacts_before_the_order_need_no_delivery() -> None:
    """They come with the order, as many as are written; others say what is missing."""
    flow = contact_flow(OrderDriven(when="before_order", per_order=0.025), None)
    assert (flow.probability, flow.delivery, flow.lag) == (0.025, None, None)
    with pytest.raises(ValueError, match="add delivery"):
        contact_flow(waits(0.01), None)


def test_delivery_that_never_ends_is_refused() -> None:
    """A share of orders that is never delivered has no mean time to delivery."""
    lost = Hazard(edges=(0.0, DAY), hazards=(1 / DAY, 0.0))
    with pytest.raises(ValueError, match="delivery"):
        first_contact_hazard(waits(0.01), Delivery(time=lost))
    with pytest.raises(ValueError, match="never ends"):
        first_contact_hazard(waits(0.01), Delivery(time=lost, promise=DAY))
    with pytest.raises(TypeError, match="never"):
        survival(Never(), np.zeros(1))


def test_nobody_asks_when_no_contact_is_expected() -> None:
    """A rate of 0 is a probability of 0, with a law that can still be drawn."""
    assert first_contact_hazard(waits(0.0), Delivery(time=PARCELS)) == (
        0.0,
        Quantiles(shares=(0.0, 1.0), minutes=(0.0, 0.0)),
    )


@pytest.mark.parametrize("name", LAWS)
def test_functions_of_a_law_agree(name: str) -> None:
    """Quantile, distribution, survival and mean are those of one law."""
    law = LAWS[name]
    u = np.array([1e-9, 1e-3, 0.2, 0.29, 0.61, 0.8, 1.0 - 1e-3, 1.0 - 1e-9])
    x = quantile(law, u, np.array([1.0 - 1e-9, 0.999, 0.8, 0.71, 0.39, 0.2, 1e-3, 1e-9]))
    assert np.all(distribution(law, x * (1.0 + 1e-9)) >= u * (1.0 - 1e-6))
    assert np.all(distribution(law, x * (1.0 - 1e-9)) <= u * (1.0 + 1e-6))
    assert distribution(law, x) + survival(law, x) == pytest.approx(np.ones(len(x)), abs=1e-15)
    times, weight = orders(law, 100_000)
    assert mean(law) == pytest.approx(float(times @ weight), rel=2e-4)
    assert all(c >= 0.0 for c in corners(law))


def test_scipy_laws_are_those_of_scipy() -> None:
    """A mean that is written is the mean, with the start of the law counted."""
    law = ScipyLaw(name="gamma", shape=(("a", 2.0),), loc=60.0, mean=300.0)
    there = stats.gamma(2.0, loc=60.0, scale=120.0)
    x = np.array([60.0, 100.0, 500.0, 5000.0])
    assert survival(law, x) == pytest.approx(there.sf(x), rel=1e-12)
    assert mean(law) == 300.0


def test_reasons_of_a_desk_are_fast() -> None:
    """Seven reasons in less than 0.15 s of computing, and nothing the second time."""
    delivery = Delivery(time=lognormal_of_quantiles(3.3 * DAY, 5.2 * DAY), promise=5 * DAY)
    driven = [waits(0.01 + i / 1000, 4.0) for i in range(5)]
    driven += [OrderDriven(when="after_delivery", per_order=0.01 + i / 1000, once_late=2.0) for i in range(2)]
    start = time.process_time()
    first = [contact_flow(d, delivery) for d in driven]
    took = time.process_time() - start
    assert took < 0.15
    again = [contact_flow(d.model_copy(), delivery.model_copy()) for d in driven]
    assert all(a is b for a, b in zip(first, again, strict=True))
