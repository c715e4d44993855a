"""Work and staff of an ordinary week, as far as arithmetic on what is written can tell."""

from __future__ import annotations

import math

from sim.scenario.model import AgentGroup, Scenario
from sim.scenario.model.cells import WeeklyCells
from sim.scenario.model.laws import Constant, Exponential, Law, Lognormal, Mixture, Quantiles, ScipyLaw
from sim.scenario.model.rates import DailyRate, RateTable


def staff_hours(group: AgentGroup) -> float:
    """Give the hours of a group's named shifts in a week, breaks taken off; 0 where they cannot be told."""
    if group.shifts is None or (group.concurrency is not None and group.concurrency.limit > 1):
        return 0.0
    minutes = 0.0
    for shift in group.shifts.values():
        pause = 0.0 if shift.pause is None else shift.pause.length
        minutes += (shift.end - shift.start - pause) * sum(shift.agents)
    return minutes / 60.0


def own_work_hours(scenario: Scenario, group: str) -> float | None:
    """Give the hours of work in a week that only this group does; None where they cannot be told."""
    total = 0.0
    for served in scenario.agent_groups[group].serves:
        kind = scenario.contact_types.get(served)
        if kind is None or scenario.groups_serving(served) != [group]:
            return None
        mean, after = mean_of(kind.handle_time), mean_of(kind.after_contact_work)
        contacts = _per_week(kind.arrivals)
        if mean is None or after is None or contacts is None:
            return None
        total += contacts * (mean + after) / 60.0
    return total


def _per_week(arrivals: object) -> float | None:
    if isinstance(arrivals, DailyRate):
        return sum(arrivals.per_day)
    if isinstance(arrivals, RateTable) and isinstance(arrivals.cells, WeeklyCells):
        return sum(sum(row) for row in arrivals.cells.week)
    return None


def mean_of(law: Law) -> float | None:
    """Give the mean of a law [min], or None where it takes more than arithmetic.

    Examples
    --------
    >>> mean_of(Quantiles(shares=(0.0, 0.5, 1.0), minutes=(0.0, 4.0, 8.0)))
    4.0
    """
    match law:
        case Constant(value=value):
            return value
        case Exponential(mean=mean) | Lognormal(mean=mean):
            return mean
        case Quantiles(shares=shares, minutes=minutes):
            pieces = zip(shares, shares[1:], minutes, minutes[1:], strict=False)
            return sum((b - a) * (x + y) / 2.0 for a, b, x, y in pieces)
        case Mixture(parts=parts):
            means = [(part.share, mean_of(part.of)) for part in parts]
            return None if any(mean is None for _, mean in means) else sum(p * (mean or 0.0) for p, mean in means)
        case ScipyLaw(name=name, mean=mean):
            if mean is not None:
                return mean
            shape, scale = dict(law.shape), law.scale or 0.0
            if name == "gamma":
                return law.loc + shape["a"] * scale
            if name == "weibull_min":
                return law.loc + scale * math.gamma(1.0 + 1.0 / shape["c"])
            return law.loc + scale / 2.0 if name == "uniform" else None
    return None
