"""Busyness of a replication: normal scores of its dates, plain or stratified, and the factors they make (6.5, 6.6)."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

from sim.machine.inversion import clamp_unit
from sim.machine.luck import C2, MASK, base_key, draw, mix
from sim.machine.normal import normal_cdf, normal_quantile
from sim.machine.plan import FactorPlan, key_of

MEMORY = 60
"""Dates whose innovations make up a day's busyness."""


class Scores:
    """Normal scores of one factor in one replication.

    Parameters
    ----------
    plan : FactorPlan
        The factor and its dates.
    seed, replication : int
        Root of the luck, and which history.

    Examples
    --------
    Ten replications of a factor with ten strata have one low, one high, and one score in each stratum between:

    >>> from sim.machine import Busyness, NetworkBuilder
    >>> from sim.machine.plan import Plan
    >>> from sim.machine.normal import normal_cdf
    >>> b = NetworkBuilder("a day", end=1440, follow=0)
    >>> b.busyness(Busyness("market", day_sd=0.2, strata=10))
    >>> b.stream("jobs", to="desk", rate=1.0, busyness="market")
    >>> b.work("desk")
    >>> plan = Plan.of(b.build()).factors["market"]
    >>> sorted(int(10 * normal_cdf(Scores(plan, 1, r).days()[0])) for r in range(10))
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """

    def __init__(self, plan: FactorPlan, seed: int, replication: int) -> None:
        self._plan = plan
        self._key = key_of(base_key(seed, replication), plan.hash)
        self._strata = plan.factor.strata
        block, self._member = divmod(replication, self._strata)
        self._block_key = key_of(base_key(seed, block), plan.strata_hash)

    def days(self) -> list[float]:
        """Score of every date of the plan, AR(1) over the innovations of the last dates."""
        rho = self._plan.factor.day_correlation
        weights = [rho**k for k in range(MEMORY)] if rho else [1.0]
        norm = sqrt(sum(w * w for w in weights))
        innovation: dict[int, float] = {}
        out = []
        for day, _ in self._plan.days:
            z = 0.0
            for k, w in enumerate(weights):
                if day - k not in innovation:
                    innovation[day - k] = self.innovation(day - k)
                z += w * innovation[day - k]
            out.append(z / norm)
        return out

    def innovation(self, day: int) -> float:
        """What a date brings of its own."""
        u = draw(mix((self._key + day * C2) & MASK), 0)
        if self._strata > 1:
            u = clamp_unit((self.stratum(day) + u) / self._strata)
        return normal_quantile(u)

    def stratum(self, day: int) -> int:
        """Stratum of the replication on a date: its place in an order that the whole block shares (rule 6.6)."""
        key = mix((self._block_key + day * C2) & MASK)
        order = list(range(self._strata))
        for i in range(self._strata - 1, 0, -1):
            j = int(draw(key, 0, 0, i) * (i + 1))
            order[i], order[j] = order[j], order[i]
        return order[self._member]

    def interval(self, day: int, i: int) -> float:
        """Innovation of the i-th interval of a date, from 1."""
        return normal_quantile(draw(mix((self._key + day * C2) & MASK), 0, 0, i))


def factors(plan: FactorPlan, seed: int, replication: int) -> NDArray[np.float64]:
    """Factor before its first date (0), and of every date (and interval) of the run."""
    if not plan.days:
        return np.array([0.0, 1.0])
    f, scores = plan.factor, Scores(plan, seed, replication)
    values = [0.0]
    for (day, intervals), z in zip(plan.days, scores.days(), strict=True):
        level = factor(f.law, f.day_sd, z)
        if not intervals:
            values.append(level)
            continue
        phi = f.within_correlation
        w_score = 0.0
        for i in range(intervals):
            e = scores.interval(day, i + 1)
            w_score = e if i == 0 else phi * w_score + sqrt(1.0 - phi * phi) * e
            values.append(level * factor(f.law, f.within_sd, w_score))
    return np.array(values)


def factor(law: str, sd: float, z: float) -> float:
    """Number with mean 1 and standard deviation `sd` at the normal score `z`."""
    if sd == 0.0:
        return 1.0
    if law == "lognormal":
        variance = log(1.0 + sd * sd)
        return exp(sqrt(variance) * z - 0.5 * variance)
    from scipy.special import gammaincinv

    shape = 1.0 / (sd * sd)
    return float(gammaincinv(shape, normal_cdf(z))) / shape
