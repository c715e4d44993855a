"""First contacts expected in each hour of the period, by contact type."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.lowering import Operation
from sim.lowering.demand import beyond_usual, by_incident
from sim.lowering.draft import RHYTHM
from sim.lowering.lags import area, contacts_by, lags_of
from sim.lowering.levels import level_of
from sim.machine import Timeline
from sim.machine.streams import RecordedStream
from sim.scenario.model import OrderDriven
from sim.scenario.model.order_flow import contact_flow

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Hours:
    """The hours of the period, date by date.

    Attributes
    ----------
    begin, end : array, shape (days, 24)
        Where each hour of the wall clock begins and ends, cut to the period [min]; an hour that a day lacks is empty.
    weekday : array of int, shape (days,)
        Monday 0; a holiday is the weekday that it counts as, and so is a make-up day.
    """

    begin: Array
    end: Array
    weekday: NDArray[np.int_]

    @classmethod
    def of(cls, operation: Operation) -> Hours:
        """Hours of the counted period."""
        period, end = operation.scenario.period, operation.network.end
        days = period.days(0.0, period.length)
        edges = np.array([[period.minute_at(d.date, 60.0 * h) for h in range(25)] for d in days])
        weekday = np.array([d.acts_as for d in days])
        return cls(np.clip(edges[:, :-1], 0.0, end), np.clip(edges[:, 1:], 0.0, end), weekday)

    @cached_property
    def length(self) -> Array:
        """Length of each hour [h]."""
        return np.maximum(self.end - self.begin, 0.0) / 60.0


def arrivals(operation: Operation, hours: Hours) -> dict[str, Array]:
    """Expected (or recorded) first contacts in each hour, by contact type.

    Parameters
    ----------
    operation : Operation
        A lowered scenario.
    hours : Hours
        Of its period.

    Returns
    -------
    dict of str to array, shape (days, 24)
        Contacts. Those that orders bring come after their lag: orders before the warm-up bring none, and a warm-up much
        shorter than the lags shows too few at first.
    """
    network = operation.network
    found: dict[str, Array] = {}
    for name, contact_type in operation.scenario.contact_types.items():
        stream = network.streams[network.stream_index[name]]
        if isinstance(stream, RecordedStream):
            counts = np.searchsorted(stream.times, hours.end) - np.searchsorted(stream.times, hours.begin)
            found[name] = np.maximum(counts, 0).astype(np.float64)
        elif isinstance(contact_type.arrivals, OrderDriven):
            found[name] = _after_orders(operation, name, contact_type.arrivals, stream.rate, hours)
        else:
            found[name] = area(stream.rate, hours.begin, hours.end)
        for label, incident in operation.scenario.incidents.items():
            extra = by_incident(name, label)
            if name in incident.contact_types and extra in network.stream_index:
                added = network.streams[network.stream_index[extra]]
                assert not isinstance(added, RecordedStream)
                found[name] = found[name] + area(added.rate, hours.begin, hours.end)
    return found


def _after_orders(operation: Operation, name: str, driven: OrderDriven, rate: Timeline, hours: Hours) -> Array:
    """Contacts of orders, each after its lag, with what incidents and events make of them."""
    scenario, network = operation.scenario, operation.network
    assert scenario.orders is not None
    lags = lags_of(contact_flow(driven, scenario.orders.delivery))
    if not lags:
        return area(rate, hours.begin, hours.end)
    start = -network.warm_up
    times = np.unique(np.concatenate((hours.begin.ravel(), hours.end.ravel())))
    reached = contacts_by(rate, lags, network.calendars.get(RHYTHM), start, times)
    found = np.interp(hours.end, times, reached) - np.interp(hours.begin, times, reached)
    events = [e for e in scenario.events.values() if name in e.contact_types]
    incidents = [i for i in scenario.incidents.values() if name in i.contact_types]
    level = level_of(events, incidents, scenario.period, start, network.limit)
    if level is None:
        return found
    come = area(Timeline(level.times, np.minimum(level.values, 1.0)), hours.begin, hours.end)
    found *= np.divide(come, 60.0 * hours.length, out=np.ones(come.shape), where=hours.length > 0.0)
    beyond = network.stream_index.get(beyond_usual(name))
    if beyond is not None:
        stream = network.streams[beyond]
        assert not isinstance(stream, RecordedStream)
        found = found + area(stream.rate, hours.begin, hours.end)
    return found
