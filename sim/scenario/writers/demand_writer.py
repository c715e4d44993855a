"""Writing of orders, classes of customers, events and incidents."""

from __future__ import annotations

from typing import Any

from sim.scenario.model import CustomerClass, Delivery, Event, Incident, Orders
from sim.scenario.readers.busyness_reader import ALL
from sim.scenario.readers.order_reader import growth_words
from sim.scenario.text.units import as_duration, as_share, plain
from sim.scenario.writers.contact_writer import factor_words, priority_words
from sim.scenario.writers.law_writer import law_words
from sim.scenario.writers.period_writer import local_words
from sim.scenario.writers.rate_writer import busyness_words, rate_words

Tree = dict[str, Any]


def order_words(orders: Orders) -> Tree:
    """Write orders, everything explicit; their busyness only if it is their own."""
    tree = rate_words(orders.rate)
    if orders.reference != orders.rate:
        tree["reference"] = rate_words(orders.reference)
    tree["growth"] = growth_words(orders.growth)
    if orders.busyness.factor != ALL:
        tree["busyness"] = busyness_words(orders.busyness)
    return {**tree, "delivery": _delivery(orders.delivery)}


def _delivery(delivery: Delivery | None) -> Any:
    if delivery is None:
        return "none"
    promise = "none" if delivery.promise is None else as_duration(delivery.promise)
    return {"time": law_words(delivery.time), "promise": promise}


def customer_words(customers: CustomerClass) -> Tree:
    """Write a class of customers.

    Examples
    --------
    >>> customer_words(CustomerClass(share=0.05, priority=1.0, patience=0.5))
    {'share': '5 %', 'priority': 'high', 'patience': 'times 0.5'}
    """
    return {
        "share": as_share(customers.share),
        "priority": priority_words(customers.priority),
        "patience": factor_words(customers.patience),
    }


def event_words(event: Event) -> Tree:
    """Write a campaign event: the factor of each day, those of the hours of the first day, and whom it concerns."""
    tree: Tree = {"start": event.start.isoformat(), "days": [plain(x) for x in event.factors]}
    if event.hours:
        tree["hours"] = [plain(x) for x in event.hours]
    if event.contact_types:
        tree["contact_types"] = list(event.contact_types)
    return tree


def incident_words(incident: Incident) -> Tree:
    """Write an incident, everything explicit."""
    return {
        "start": local_words(incident.start),
        "end": local_words(incident.end),
        "contact_types": list(incident.contact_types),
        "contacts": factor_words(incident.factor),
        "adds": plain(incident.adds),
        "fading": "none" if incident.fading is None else as_duration(incident.fading),
    }
