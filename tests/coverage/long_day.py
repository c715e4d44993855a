"""A larger desk over one long day, with policies to compare: more people, shorter handle times, more demand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil, expm1, sqrt
from typing import Literal

import numpy as np

from sim.machine import Busyness, Duty, Exit, Exponential, Lognormal, Network, NetworkBuilder, Records, Server
from tests.coverage.desk import Extra, Floats, simulated

SLOTS, SLOT = 24, 30.0
"""Half-hours of the day."""

SHAPE = 1.0 + 0.35 * np.sin(np.pi * (np.arange(SLOTS) + 0.5) / SLOTS * 3.0 - 0.5)
"""Profile of the day: two peaks."""

MEASURES = ("service level (SL-C)", "service level (SL-A)", "abandonment", "mean wait")
"""Answered within a minute among all; the same without those who gave up within it; given up; mean wait of all."""


@dataclass(frozen=True)
class LongDay:
    """Twelve hours, about 4,700 calls, lognormal handle times, exponential patience, square-root staffing.

    Parameters
    ----------
    day_sd : float
        Standard deviation of the day's lognormal factor; 0: fixed rates.
    pool : {"counted", "named"}
        People as a head-count, or each with hours of his own.
    extra : int
        People more than planned, all day.
    shorter : float
        Share by which handle times are shorter.
    busier : float
        Share by which demand is higher.
    strata : int
        Replications in a block of stratified days.
    """

    day_sd: float = 0.0
    pool: Literal["counted", "named"] = "counted"
    extra: int = 0
    shorter: float = 0.0
    busier: float = 0.0
    strata: int = 1
    calls: float = 4700.0
    handle: float = 6.0
    log_sd: float = 0.8
    patience: float = 4.0
    awt: float = 1.0

    @property
    def rates(self) -> Floats:
        """Planned calls in each half-hour [1/min]."""
        rates: Floats = self.calls * SHAPE / SHAPE.sum() / SLOT
        return rates

    @property
    def people(self) -> list[int]:
        """People in each half-hour: load R plus 0.3 sqrt(R), rounded up, and the extra ones."""
        loads = (self.rates * self.handle).tolist()
        return [ceil(load + 0.3 * sqrt(load)) + self.extra for load in loads]

    @cached_property
    def network(self) -> Network:
        """The desk for the machine."""
        end = SLOTS * SLOT
        times = [SLOT * i for i in range(SLOTS)]
        b = NetworkBuilder("long day", end=end, follow=end)
        rates = [*zip(times, self.rates.tolist(), strict=True), (end, 0.0)]
        raised = [(t, r * (1.0 + self.busier)) for t, r in rates]
        if self.day_sd > 0.0:
            b.busyness(Busyness("day", day_sd=self.day_sd, strata=self.strata))
        busyness = ("day",) if self.day_sd > 0.0 else ()
        b.stream("calls", to="line", rate=raised, reference=rates, busyness=busyness)
        mean = self.handle * (1.0 - self.shorter)
        size = Lognormal(mean, mean * sqrt(expm1(self.log_sd**2)))
        b.work("line", served_by="desk", size=size, patience=Exponential(self.patience))
        if self.pool == "counted":
            b.counted("desk", list(zip(times, map(float, self.people), strict=True)))
        else:
            b.named("desk", self._roster(times, 2 * end))
        return b.build()

    def _roster(self, times: list[float], end: float) -> list[Server]:
        """People by number: the i-th is there while more than i are needed; extra ones have names of their own."""
        planned = [n - self.extra for n in self.people]
        servers = []
        for i in range(max(planned)):
            here = [n > i for n in planned]
            begins = [t for k, t in enumerate(times) if here[k] and (k == 0 or not here[k - 1])]
            ends = [times[k] for k in range(1, SLOTS) if here[k - 1] and not here[k]] + ([end] if here[-1] else [])
            duties = tuple(Duty(a, z) for a, z in zip(begins, ends, strict=True))
            servers.append(Server(f"person {i}", duties))
        return servers + [Server(f"extra {i}", (Duty(0.0, end),)) for i in range(self.extra)]

    def numbers(self, records: Records) -> tuple[list[float], list[float]]:
        """Numerators and denominators of `MEASURES` on one day."""
        v = records.visits
        v = v[(v["flags"] & 1) > 0]  # named people hand nothing back here; a contact's first spell is its only one
        lost = v["exit"] == Exit.ABANDONED
        wait = np.where(lost, v["left"], v["started"]) - v["entered"]
        within = wait <= self.awt
        came = float(v.size)
        good, short = float((within & ~lost).sum()), float((within & lost).sum())
        return [good, good, float(lost.sum()), float(wait.sum())], [came, came - short, came, came]

    def days(self, count: int, seed: int, extra: Extra | None = None) -> tuple[Floats, Floats, Floats]:
        """Numerators and denominators of many days, shape (days, measures), and what `extra` says of each."""
        return simulated(self.network, self.numbers, count, seed, extra)


def influence(top: Floats, bottom: Floats) -> Floats:
    """What each day says about each ratio of sums: (x - theta y) / mean(y)."""
    out: Floats = (top - top.sum(axis=0) / bottom.sum(axis=0) * bottom) / bottom.mean(axis=0)
    return out


def reduction(base: tuple[Floats, Floats], policy: tuple[Floats, Floats]) -> Floats:
    """Variance of a difference with luck of its own for each policy, over its variance with the same luck.

    How many times more days two unrelated samples would need to tell the same difference as well.
    """
    a, b = influence(*base), influence(*policy)
    out: Floats = (a.var(axis=0, ddof=1) + b.var(axis=0, ddof=1)) / (b - a).var(axis=0, ddof=1)
    return out
