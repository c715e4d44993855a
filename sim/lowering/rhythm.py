"""The customers' clock: it runs fast when customers are active and slowly at night."""

from __future__ import annotations

from sim.machine import Calendar
from sim.scenario.model.period import Period
from sim.scenario.model.profiles import PROFILES
from sim.scenario.model.rates import DailyRate
from sim.scenario.model.scenario import Scenario

USUAL = "evening_shopper"


def profile_of(scenario: Scenario) -> tuple[float, ...]:
    """Weights of the hours (or half hours) of a day in which customers are active: the orders', if there are any."""
    if scenario.orders is not None and isinstance(scenario.orders.rate, DailyRate):
        return scenario.orders.rate.profile
    return PROFILES[USUAL].weights


def customers_clock(name: str, weights: tuple[float, ...], period: Period, stop: float) -> Calendar:
    """Calendar on which a day has its 1,440 minutes, spread over its hours as customers are active.

    A length of time on it ends in an hour with a probability in proportion to the weight of that hour, whatever the
    length, if it varies by a day or more.

    Parameters
    ----------
    name : str
        Name of the calendar.
    weights : tuple of float
        Of equal parts of the day.
    period : Period
        Gives the calendar.
    stop : float
        Last minute it is needed for; it starts with the warm-up.
    """
    part = 1440.0 / len(weights)
    mean = sum(weights) / len(weights)
    intervals: list[tuple[float, float]] = []
    paces: list[float] = []
    for day in period.days(-period.warm_up, stop + 1440.0):
        for run in period.clock_runs(day):
            clock = run.clock
            start = run.start
            while start < run.end:
                i = int(clock // part)
                end = min(start + (i + 1) * part - clock, run.end)
                pace = weights[i % len(weights)] / mean
                if end > start and pace > 0.0:
                    if paces and paces[-1] == pace and intervals[-1][1] == start:
                        intervals[-1] = (intervals[-1][0], end)
                    else:
                        intervals.append((start, end))
                        paces.append(pace)
                clock += end - start
                start = end
    return Calendar(name, intervals, paces=paces)
