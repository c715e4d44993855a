"""A desk of one day whose long-run numbers are known exactly, and what one day of it leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log1p, sqrt

import numpy as np
from numpy.typing import NDArray

from experiments.replication.known_luck import Controls
from sim.machine import Busyness, Exit, Exponential, Network, NetworkBuilder, Records, compiled
from sim.machine.records import MOST_OPEN
from sim.theory import time_varying_line

Floats = NDArray[np.float64]
Numbers = Callable[[Records], tuple[list[float], list[float]]]
Extra = Callable[[Records], Floats]

MEASURES = ("service level", "abandonment", "mean wait", "arrivals")
SHARE = (True, True, False, False)


@dataclass(frozen=True)
class Desk:
    """Calls over one open day, alike people, exponential handle times and patience; the day's busyness is random.

    Parameters
    ----------
    day_sd : float
        Standard deviation of the day's factor (lognormal, mean 1).
    strata : int
        Replications in a block of stratified days; 1: each is drawn by itself.
    rate : float
        Calls [1/min] on a mean day.
    people : int
        Head-count.
    open : float
        Minutes during which calls come; those in line are served on.
    handle, patience : float
        Means [min].
    awt : float
        Acceptable waiting time [min].
    """

    day_sd: float
    strata: int = 1
    rate: float = 0.6
    people: int = 4
    open: float = 600.0
    handle: float = 5.0
    patience: float = 4.0
    awt: float = 1.0

    @property
    def network(self) -> Network:
        """The desk for the machine."""
        b = NetworkBuilder("one day", end=self.open, follow=self.open)
        b.busyness(Busyness("day", day_sd=self.day_sd, strata=self.strata))
        b.stream("calls", to="line", rate=[(0.0, self.rate), (self.open, 0.0)], busyness="day")
        b.work("line", served_by="desk", size=Exponential(self.handle), patience=Exponential(self.patience))
        b.counted("desk", self.people)
        return b.build()

    @lru_cache(maxsize=8)  # noqa: B019 - a handful of desks
    def truth(self, nodes: int = 16) -> Floats:
        """Long-run values of `MEASURES`: a day given its factor by forward equations, over the factor by quadrature.

        Parameters
        ----------
        nodes : int
            Gauss-Hermite nodes over the normal score of the day.
        """
        at, weight = np.polynomial.hermite_e.hermegauss(nodes)
        variance = log1p(self.day_sd**2)
        sums = np.zeros(6)
        for z, w in zip(at.tolist(), (weight / weight.sum()).tolist(), strict=True):
            if w < 1e-11:
                continue
            rate = self.rate * exp(sqrt(variance) * z - 0.5 * variance)
            day = time_varying_line(
                [0.0, self.open, self.open + 120.0],
                [rate, 0.0],
                [self.people] * 2,
                self.handle,
                self.patience,
                awt=self.awt,
            )
            parts = (day.served_within, day.abandoned_within, day.abandoned, day.line_time, day.arrived)
            sums += w * np.array([*(float(p.sum()) for p in parts), 1.0])
        good, short, lost, waited, came, weights = sums
        return np.array([good / (came - short), lost / came, waited / came, came / weights])

    def numbers(self, records: Records) -> tuple[list[float], list[float]]:
        """Numerators and denominators of `MEASURES` on one day."""
        v = records.visits
        lost = v["exit"] == Exit.ABANDONED
        wait = np.where(lost, v["left"], v["started"]) - v["entered"]
        within = wait <= self.awt
        came = float(v.size)
        good, short = float((within & ~lost).sum()), float((within & lost).sum())
        return [good, float(lost.sum()), float(wait.sum()), came], [came - short, came, came, 1.0]

    def days(self, count: int, seed: int, extra: Extra | None = None) -> tuple[Floats, Floats, Floats]:
        """Numerators and denominators of many days, shape (days, measures), and what `extra` says of each."""
        return simulated(self.network, self.numbers, count, seed, extra)


def simulated(
    network: Network, numbers: Numbers, count: int, seed: int, extra: Extra | None = None
) -> tuple[Floats, Floats, Floats]:
    """Replications 0 to count - 1 on the compiled engine, each reduced to a few numbers.

    Parameters
    ----------
    network : Network
        What is simulated.
    numbers : callable
        Numerators and denominators from the records of one replication.
    count : int
        How many.
    seed : int
        Root of their luck.
    extra : callable, optional
        Further numbers from the records of each.
    """
    compiled.prepare(compiled.kind_of(network))
    tops, bottoms, extras = [], [], []
    for r in range(count):
        records = compiled.run(network, seed, r, MOST_OPEN)
        top, bottom = numbers(records)
        tops.append(top)
        bottoms.append(bottom)
        if extra is not None:
            extras.append(extra(records))
    return np.array(tops), np.array(bottoms), np.array(extras)


@lru_cache(maxsize=8)
def with_controls(desk: Desk, count: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """Days of a desk and their controls, simulated once for all tests that look at them."""
    return desk.days(count, seed, Controls.of_network(desk.network).values)
