"""From order to contact: the share of orders that bring a contact, and how long after the order it comes.

Orders themselves never enter the machine: those that bring a contact are a thinned stream, with the law of the time
that has passed. Both are computed here, exactly.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sim.scenario.model.demand import Delivery, OrderDriven
from sim.scenario.model.frozen import Frozen
from sim.scenario.model.laws import Law, Mixture, Quantiles
from sim.scenario.model.survival import Array, corners, distribution, mean, quantile, survival

POINTS = 513
"""Points of a table of quantiles, closer towards both ends; one more stands where the promise is passed."""

_DEEP = 6  # points of a table that go by halves, to a share of 5e-10

_END = 2.0**-40  # the ends of a table stand for these shares
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(6)
_LEAST = 1e-300


class ContactFlow(Frozen):
    """First contacts that orders bring for one reason.

    Parameters
    ----------
    probability : that an order brings one.
    delivery : law of the time from order to delivery of the orders that do [min]; None if the contact does not wait for
        the delivery.
    lag : law of the time from there (from the order, if `delivery` is None) to the contact [min]; None: at once.
    """

    probability: float
    delivery: Law | None = None
    lag: Law | None = None


@lru_cache(maxsize=256)  # the same deliveries come again and again while other numbers of a scenario are drawn
def contact_flow(driven: OrderDriven, delivery: Delivery | None) -> ContactFlow:
    """Give the first contacts that orders bring.

    Parameters
    ----------
    driven : when and how often.
    delivery : of the orders; may be None before the order.

    Raises
    ------
    ValueError : if the reason needs deliveries and there are none, or the mean time to delivery is not finite.

    Examples
    --------
    >>> contact_flow(OrderDriven(when="before_order", per_order=0.025), None)
    ContactFlow(probability=0.025, delivery=None, lag=None)
    """
    if driven.when == "before_order":
        return ContactFlow(probability=driven.per_order)
    if delivery is None:
        raise ValueError("contacts before or after the delivery need its time; add delivery to the orders")
    if driven.when == "before_delivery":
        probability, age = first_contact_hazard(driven, delivery)
        return ContactFlow(probability=probability, lag=age)
    probability, law = delivery_of_contacts(driven, delivery)
    return ContactFlow(probability=probability, delivery=law, lag=driven.lag)


@lru_cache(maxsize=256)
def first_contact_hazard(driven: OrderDriven, delivery: Delivery) -> tuple[float, Quantiles]:
    """Give the first contact of an order while its delivery is awaited.

    Parameters
    ----------
    driven : rate of contacts per order on time, and its factor once the promise has passed.
    delivery : law of the time to delivery, and the promise.

    Returns
    -------
    The probability that an order brings a contact, and the law of the order's age when it does [min].

    Raises
    ------
    ValueError : if the mean time to delivery is not finite and nothing is promised.

    Notes
    -----
    With the time to delivery D, the promise P and the factor k, the hazard of a contact is h until P and k h after it,
    both while undelivered; h = per_order / E[D | D <= P], so that orders on time bring per_order contacts on average
    if every contact counts (without a promise h = per_order / E[D]; if no delivery is ever on time, h = per_order / P,
    to which this tends). With H its integral, the first contact comes at age t with density h(t) exp(-H(t)) P(D > t).
    The integral of it is the probability; later contacts of the same order are repeat contacts.

    Examples
    --------
    An exponential time to delivery of mean 3 days without a promise: c / (1 + c).

    >>> from sim.scenario.model.laws import Exponential
    >>> often = OrderDriven(when="before_delivery", per_order=0.25)
    >>> round(first_contact_hazard(often, Delivery(time=Exponential(mean=4320.0)))[0], 9)
    0.2
    """
    law, promise = delivery.time, delivery.promise
    h = driven.per_order / time_on_time(delivery)
    bend = np.inf if promise is None else promise
    late = h * driven.once_late
    edges = _edges(law, promise)
    nodes, weights = _rule(edges)
    passed = h * np.minimum(nodes, bend) + late * np.maximum(nodes - bend, 0.0)
    density = np.where(nodes < bend, h, late) * np.exp(-passed) * survival(law, nodes)
    total = np.append(0.0, np.cumsum((density * weights).reshape(-1, len(_NODES)).sum(axis=1)))
    probability = float(total[-1])
    if not probability > 0.0:
        return 0.0, Quantiles(shares=(0.0, 1.0), minutes=(0.0, 0.0))
    rises = np.append(True, np.diff(total) > 0.0)
    known, ages = total[rises] / probability, edges[rises]
    shares, _ = _layout(POINTS, _DEEP)
    if promise is not None and promise < ages[-1]:
        shares = np.unique(np.append(shares, np.interp(promise, ages, known)))
    return probability, _table(shares, np.interp(shares, known, ages))


@lru_cache(maxsize=256)
def delivery_of_contacts(driven: OrderDriven, delivery: Delivery) -> tuple[float, Law]:
    """Give how many orders bring a contact after the delivery, and when those are delivered.

    Parameters
    ----------
    driven : contacts per order on time, and how many times as many late orders bring.
    delivery : law of the time to delivery, and the promise.

    Returns
    -------
    The probability that an order brings a contact, and the law of the time from order to delivery of an order that
    does [min]: late ones weigh more. The lag of the contact after the delivery comes on top.

    Notes
    -----
    An order on time brings a contact with probability per_order, a late one with min(1, once_late x per_order).

    Examples
    --------
    Half of the orders are late and bring three times as many:

    >>> from sim.scenario.model.laws import Exponential
    >>> import math
    >>> often = OrderDriven(when="after_delivery", per_order=0.1, once_late=3.0)
    >>> half = Delivery(time=Exponential(mean=1.0), promise=math.log(2.0))
    >>> round(delivery_of_contacts(often, half)[0], 9)
    0.2
    """
    law, promise = delivery.time, delivery.promise
    on_time = min(driven.per_order, 1.0)
    late = on_time if promise is None else min(driven.per_order * driven.once_late, 1.0)
    if late == on_time or promise is None:
        return on_time, law
    punctual = float(distribution(law, np.array([promise]))[0])
    tardy = float(survival(law, np.array([promise]))[0])
    probability = on_time * punctual + late * tardy
    if not probability > 0.0 or tardy == 0.0:
        return probability, law
    first = on_time * punctual / probability  # share of contacts that come from orders on time
    shares, beyond = _layout(POINTS, _DEEP)
    where = int(np.searchsorted(shares, first))
    if 0.0 < first < 1.0 and shares[where] != first:
        shares, beyond = np.insert(shares, where, first), np.insert(beyond, where, late * tardy / probability)
    within, left = np.clip(shares, _END, 1.0), np.clip(beyond, _END, 1.0)
    # shares of the contacts as shares of the orders, counted from the near end
    early = (shares <= first) & (on_time > 0.0) if late > 0.0 else np.full(shares.shape, True)
    u, v = np.empty_like(shares), np.empty_like(shares)
    u[early] = np.minimum(within[early] * probability / max(on_time, _LEAST), punctual)
    v[early] = tardy + (punctual - u[early])
    v[~early] = np.minimum(left[~early] * probability / max(late, _LEAST), tardy)
    u[~early] = punctual + (tardy - v[~early])
    return probability, _table(shares, quantile(law, u, v))


def time_on_time(delivery: Delivery) -> float:
    """Give the mean time to delivery of orders delivered on time (without a promise: of all) [min].

    Examples
    --------
    >>> from sim.scenario.model.laws import Quantiles
    >>> days = Quantiles(shares=(0.0, 1.0), minutes=(0.0, 10.0))
    >>> round(time_on_time(Delivery(time=days, promise=5.0)), 9)
    2.5
    """
    law, promise = delivery.time, delivery.promise
    if promise is None:
        found = mean(law)
        if not 0.0 < found < np.inf:
            raise ValueError(f"the mean time to delivery must be above 0 and finite, it is {found:g} min")
        return found
    punctual = float(distribution(law, np.array([promise]))[0])
    if not punctual > 0.0:
        return promise
    edges = _edges(law, promise)
    nodes, weights = _rule(edges[edges <= promise])
    found = promise - float(np.sum(distribution(law, nodes) * weights)) / punctual
    return max(found, _LEAST)


def _layout(n: int, deep: int) -> tuple[Array, Array]:
    """Lay out n shares from 0 to 1, and what lies beyond each.

    They lie closer towards both ends, as cubes, which suits exponential tails best (the error of straight lines between
    them is then the same everywhere); the last `deep` on either side go on by halves.
    """
    m = (n - 1) // 2 - deep
    near = 0.5 * (np.arange(1, m + 1) / m) ** 3
    near = np.concatenate((near[0] * 0.5 ** np.arange(deep, 0, -1), near))
    shares = np.concatenate(([0.0], near, 1.0 - near[-2::-1], [1.0]))
    beyond = np.concatenate(([1.0], 1.0 - near, near[-2::-1], [0.0]))
    return shares, beyond


def _edges(law: Law, promise: float | None) -> Array:
    """Cut the time to delivery into pieces on each of which the law is smooth; from 0 to where nothing is left."""
    shares, beyond = _layout(901, 35)
    laws = [part.of for part in law.parts] if isinstance(law, Mixture) else [law]
    times = np.concatenate([quantile(one, shares[1:-1], beyond[1:-1]) for one in laws])
    last = float(np.max(times))
    if not last < np.inf:
        raise ValueError("every order must be delivered at last; the law of the time to delivery never ends")
    even = np.arange(1, 65) / 64
    ends = [last, float(np.median(times)), *([] if promise is None else [promise])]
    extra = [x for x in corners(law) if 0.0 < x < last]
    edges = np.unique(np.concatenate(([0.0], times, extra, *(end * even for end in ends[1:]))))
    return edges[np.append(True, np.diff(edges) > 1e-14 * edges[-1])]


def _rule(edges: Array) -> tuple[Array, Array]:
    """Places and weights of a sum that stands for the integral from the first edge to the last."""
    half = 0.5 * np.diff(edges)[:, None]
    nodes = 0.5 * (edges[:-1] + edges[1:])[:, None] + half * _NODES
    return nodes.ravel(), (half * _WEIGHTS).ravel()


def _table(shares: Array, minutes: Array) -> Quantiles:
    return Quantiles(shares=tuple(shares.tolist()), minutes=tuple(np.maximum.accumulate(minutes).tolist()))
