"""Where contacts come from: orders and their deliveries, campaigns, incidents, kinds of customers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from sim.scenario.model.laws import Law
from sim.scenario.model.period import Frozen
from sim.scenario.model.rates import Rate

When = Literal["before_order", "before_delivery", "after_delivery"]


class Busyness(Frozen):
    """A random factor with mean 1 on a rate.

    Parameters
    ----------
    factor : its name; contact types that name the same factor share its values. The factor of the scenario is
        ``all``, that of the orders ``orders``, the own factor of a contact type bears the type's name.
    day_sd : standard deviation of the day's factor.
    day_correlation : correlation of the factors of one day and the next.
    within_day_sd : standard deviation of the factor of a half hour within the day.
    within_day_correlation : correlation of the factors of one half hour and the next.
    """

    factor: str
    day_sd: float = 0.0
    day_correlation: float = 0.0
    within_day_sd: float = 0.0
    within_day_correlation: float = 0.0


class Growth(Frozen):
    """A level that grows by the same share in each stretch of time; 1 at the start of the period.

    Parameters
    ----------
    share : growth per stretch (0.02 for 2 %, may be negative, above -1).
    per : length of the stretch [min].
    """

    share: float
    per: float


class Delivery(Frozen):
    """From order to delivery.

    Parameters
    ----------
    time : law of the time from order to delivery [min].
    promise : time within which delivery is promised [min], or None; a delivery after it is late.
    """

    time: Law
    promise: float | None = None


class Orders(Frozen):
    """Orders of the shop.

    Parameters
    ----------
    rate : expected orders, as a rate.
    reference : the rate with which the orders were first defined, before policies; random numbers are tied to it.
    growth : or None.
    busyness : random factor on the rate; that of the scenario unless they have their own.
    delivery : None if no reason needs it.
    """

    rate: Rate
    reference: Rate
    growth: Growth | None
    busyness: Busyness
    delivery: Delivery | None


class OrderDriven(Frozen):
    """Contacts that orders bring.

    Parameters
    ----------
    when : before the order, while the delivery is awaited, or after it.
    per_order : expected first contacts per order whose delivery is on time (0.017 for 1.7 per 100 orders).
    once_late : factor on the rate of contacts once the promised delivery has passed (``before_delivery``), or on the
        number of contacts of orders that were late (``after_delivery``).
    lag : for ``after_delivery`` the time from delivery to contact; None for the others: a contact before the order
        comes with the order, one before the delivery with a constant hazard while the delivery is awaited (see
        `order_flow.contact_flow`).
    """

    when: When
    per_order: float
    once_late: float = 1.0
    lag: Law | None = None


class Event(Frozen):
    """A campaign that multiplies orders (or the contacts of some types) for a while.

    Parameters
    ----------
    start : first local date.
    factors : factor of each day from then on (a multi-day wave has several).
    hours : factor of each hour of the first day on top, or empty.
    contact_types : types whose own rates it multiplies; empty: the orders, and with them what they bring.
    """

    start: date
    factors: tuple[float, ...]
    hours: tuple[float, ...] = ()
    contact_types: tuple[str, ...] = ()


class Incident(Frozen):
    """Something goes wrong: contacts of some types are multiplied, or so many are added.

    Parameters
    ----------
    start, end : local date-times.
    contact_types : types it concerns.
    factor : on their rates; 1 for none.
    adds : contacts that it adds in all, spread over its time as `fading` says, for each type.
    fading : time after which half of its effect is gone [min], or None: it stays the same to its end.
    """

    start: datetime
    end: datetime
    contact_types: tuple[str, ...]
    factor: float = 1.0
    adds: float = 0.0
    fading: float | None = None


class CustomerClass(Frozen):
    """A class of customers, such as VIPs.

    Parameters
    ----------
    share : share of the tickets.
    priority : added to the priority of the contact.
    patience : factor on the patience.
    """

    share: float
    priority: float = 0.0
    patience: float = 1.0
