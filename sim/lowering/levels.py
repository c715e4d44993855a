"""Levels of demand over time: growth, campaign events, incidents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from sim.machine import Timeline
from sim.scenario.model.demand import Event, Growth, Incident
from sim.scenario.model.period import Period

Floats = NDArray[np.float64]
FADING_STEP = 15.0
"""Steps in which a fading incident falls [min]."""
FADED = 10
"""Half-lives after which nothing is left of an incident."""


def grown(rate: Timeline, growth: Growth | None) -> Timeline:
    """A rate that grows; 1 at the start of the period, by steps as the rate has them."""
    if growth is None:
        return rate
    middle = _middles(rate)
    return Timeline(rate.times, rate.values * (1.0 + growth.share) ** (middle / growth.per))


def with_events(rate: Timeline, events: Iterable[Event], period: Period) -> Timeline:
    """A rate multiplied by campaign events."""
    chosen = tuple(events)
    if not chosen:
        return rate
    middle = _middles(rate)
    factor = np.ones(rate.values.size)
    for event in chosen:
        for i, level in enumerate(event.factors):
            day = event.start + timedelta(days=i)
            start, end = period.minute_at(day), period.minute_at(day + timedelta(days=1))
            inside = (middle >= start) & (middle < end)
            factor[inside] *= level
            if i == 0 and event.hours:
                part = 1440.0 / len(event.hours)
                for h, weight in enumerate(event.hours):
                    a, b = period.minute_at(day, h * part), period.minute_at(day, (h + 1) * part)
                    factor[(middle >= a) & (middle < b)] *= weight
    return Timeline(rate.times, rate.values * factor)


def with_incidents(rate: Timeline, incidents: Iterable[Incident], period: Period) -> Timeline:
    """A rate multiplied by the factors of incidents."""
    for incident in incidents:
        if incident.factor == 1.0:
            continue
        start, end = period.minute(incident.start), period.minute(incident.end)
        steps = _steps(incident, start, end)
        edges = np.union1d(rate.times, steps)
        level = rate.sample(edges)
        inside = (edges >= start) & (edges < end)
        began = steps[np.searchsorted(steps, edges[inside], side="right") - 1]  # of the step of the fading
        level[inside] *= 1.0 + (incident.factor - 1.0) * _left(incident, began - start)
        rate = Timeline(edges, level)
    return rate


def level_of(
    events: Iterable[Event], incidents: Iterable[Incident], period: Period, start: float, stop: float
) -> Timeline | None:
    """Level of demand that events and incidents make, 1 for the usual one; None if they change nothing."""
    chosen, wrong = tuple(events), tuple(incidents)
    days = [d.start for d in period.days(start, stop)]
    hours = [
        period.minute_at(e.start, 1440.0 / len(e.hours) * h) for e in chosen if e.hours for h in range(len(e.hours) + 1)
    ]
    edges = np.unique(np.clip([start, *days, *hours, stop], start, stop))
    usual = Timeline(edges, np.ones(edges.size))
    level = with_incidents(with_events(usual, chosen, period), wrong, period)
    return None if np.all(level.values == 1.0) else level


def added(incident: Incident, period: Period) -> Timeline | None:
    """Contacts that an incident adds, as a rate of its own; None if it adds none."""
    if not incident.adds > 0.0:
        return None
    start, end = period.minute(incident.start), period.minute(incident.end)
    edges = _steps(incident, start, end)
    weight = _left(incident, edges[:-1] - start) * np.diff(edges)
    rates = incident.adds * weight / weight.sum() / np.diff(edges)
    return Timeline(edges, np.append(rates, 0.0))


def _steps(incident: Incident, start: float, end: float) -> Floats:
    if incident.fading is None:
        return np.array([start, end])
    return np.append(np.arange(start, end, FADING_STEP), end)


def _left(incident: Incident, since: Floats) -> Floats:
    """Share of an incident's effect that is left."""
    if incident.fading is None:
        return np.ones(since.size)
    return np.asarray(np.exp2(-(since + FADING_STEP / 2.0) / incident.fading))


def _middles(rate: Timeline) -> Floats:
    """Middle of each step (the last one is taken as its start)."""
    times = rate.times
    return np.append((times[:-1] + times[1:]) / 2.0, times[-1])
