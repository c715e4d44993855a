"""Worlds of known truth: a small desk whose inputs somebody has estimated from a few hundred calls.

In each world the true rate, handle time and patience are known to us; the analyst sees rows of data only, writes down
estimates with their 95 % ranges, and compares two policies. What the policies would really do follows from Erlang A.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

from experiments.comparison.uncertainty import Split, split
from experiments.replication.inputs import score
from sim.machine import Exit, Exponential, NetworkBuilder, compiled
from sim.machine.records import COUNTED, MOST_OPEN
from sim.theory import erlang_a

Floats = NDArray[np.float64]

INPUTS = ("rate", "handle time", "patience", "slowdown")
MEASURES = ("service level", "abandonment", "mean wait")
AWT = 20.0 / 60.0
WEEK = 3000.0
"""Minutes that a desk is open in a week: five days of ten hours."""

NOISE = 0.55
"""Standard deviation of the noise of a week's difference beside that of the true difference under the ranges of the
inputs; the median of the simulated worlds."""

LEAST = 3
"""Calls that gave up in data from which a patience is estimated at all."""


@dataclass(frozen=True)
class World:
    """One desk: policy A as it is, policy B with one agent more who makes everybody slower.

    Parameters
    ----------
    number : int
        Of the world; the root of its luck.
    people : int
        Agents of policy A.
    true, stated : tuple of float
        Logarithms of `INPUTS`: what is, and what was estimated (the slowdown: guessed).
    doubt : tuple of float
        Standard errors of the estimates on that scale: a range is 1.96 of them to either side.
    """

    number: int
    people: int
    true: tuple[float, ...]
    stated: tuple[float, ...]
    doubt: tuple[float, ...]

    @classmethod
    def made(cls, number: int, seed: int = 1) -> World:
        """Draw a desk, and the data somebody has of it: 100 to 400 calls."""
        luck = np.random.default_rng([seed, number])
        people = int(luck.integers(3, 11))
        handle = luck.uniform(3.0, 8.0)
        patience = handle * exp(luck.uniform(log(0.3), log(1.5)))
        rate = people * luck.uniform(0.6, 1.2) / handle
        slower = 1.0 + luck.uniform(0.3, 2.0) / people  # in half of the worlds it does not pay
        rows = int(luck.integers(100, 401))
        lost = max(int(luck.binomial(rows, erlang_a(rate, handle, patience, people).p_abandoned)), LEAST)
        served = rows - lost
        # means of so many exponential times, and the time in which so many calls came
        errors = [-log(luck.gamma(rows) / rows), *(log(luck.gamma(n) / n) for n in (served, lost))]
        errors.append(0.02 * luck.standard_normal())
        true = tuple(log(v) for v in (rate, handle, patience, slower))
        doubt = (1.0 / sqrt(rows), 1.0 / sqrt(served), 1.0 / sqrt(lost), 0.02)
        return cls(number, people, true, tuple(t + e for t, e in zip(true, errors, strict=True)), doubt)

    def difference(self, inputs: Floats) -> Floats:
        """What B really does beyond A, where the logarithms of the inputs are these; shape (measures,)."""
        rate, handle, patience, slower = np.exp(inputs).tolist()
        a = erlang_a(rate, handle, patience, self.people, AWT)
        b = erlang_a(rate, handle * slower, patience, self.people + 1, AWT)
        both = [np.array([line.service_level_a, line.p_abandoned, line.mean_wait]) for line in (a, b)]
        return both[1] - both[0]

    @property
    def truth(self) -> Floats:
        """What B really does beyond A."""
        return self.difference(np.array(self.true))

    def scores(self, n: int) -> Floats:
        """Normal scores of the inputs in n replications, shape (n, inputs)."""
        return np.array([[score(f"world {self.number}: {name}", 1, r) for name in INPUTS] for r in range(n)])

    def drawn(self, n: int, draws: bool = True) -> Floats:
        """Logarithms of the inputs in n replications, or those stated for all of them."""
        return np.array(self.stated) + np.array(self.doubt) * self.scores(n) * draws

    def simulated(self, n: int, draws: bool, minutes: float = WEEK) -> Floats:
        """Paired differences of n simulated weeks, shape (n, measures)."""
        top, bottom = np.zeros((2, n, 3)), np.zeros((2, n, 3))
        for r, inputs in enumerate(np.exp(self.drawn(n, draws)).tolist()):
            for policy in (0, 1):
                top[policy, r], bottom[policy, r] = self._week(r, policy, inputs, minutes)
        theta = top.sum(axis=1, keepdims=True) / bottom.sum(axis=1, keepdims=True)
        influence = theta + (top - theta * bottom) / bottom.mean(axis=1, keepdims=True)
        return influence[1] - influence[0]

    def _week(self, replication: int, policy: int, inputs: list[float], minutes: float) -> tuple[Floats, Floats]:
        """Numerators and denominators of the measures in one week."""
        rate, handle, patience, slower = inputs
        b = NetworkBuilder("a desk", end=minutes, warm_up=300.0, follow=300.0)
        b.stream("calls", to="line", rate=rate, reference=exp(self.stated[0]))
        size = Exponential(handle * (slower if policy else 1.0))
        b.work("line", served_by="desk", size=size, patience=Exponential(patience))
        b.counted("desk", self.people + policy)
        v = compiled.run(b.build(), self.number, replication, MOST_OPEN).visits
        v = v[(v["flags"] & COUNTED) > 0]
        lost = v["exit"] == Exit.ABANDONED
        wait = np.where(lost, v["left"], v["started"]) - v["entered"]
        within = wait <= AWT
        good, short = float((within & ~lost).sum()), float((within & lost).sum())
        return np.array([good, lost.sum(), wait.sum()]), np.array([v.size - short, v.size, v.size])

    def imagined(self, n: int) -> tuple[Floats, Floats]:
        """Paired differences with inputs as stated, and drawn, without simulating: Erlang A and the usual noise."""
        luck = np.random.default_rng([7, self.number])
        under = np.array([self.difference(inputs) for inputs in self.drawn(n)])
        noise = NOISE * under.std(axis=0) * luck.standard_normal((n, 3))
        return noise + self.difference(np.array(self.stated)), noise + under


@dataclass(frozen=True)
class Statements:
    """What was said about the differences of many worlds beside what is true, for each way of saying it.

    Attributes
    ----------
    beyond : array, shape (worlds, measures)
        Probability, as said, that the difference is larger than it truly is: uniform if all is right.
    positive : array, shape (worlds, measures)
        Odds, as said, that the difference is positive.
    truth : array, shape (worlds, measures)
        What is true.
    width : array, shape (worlds, measures)
        Width of the 80 % intervals.
    """

    beyond: Floats
    positive: Floats
    truth: Floats
    width: Floats

    def right(self, stated: float = 0.9) -> tuple[Floats, Floats]:
        """How often the truth lies above the level, and below the level, of which this was said with such odds."""
        return (self.beyond < stated).mean(axis=0), (self.beyond > 1.0 - stated).mean(axis=0)

    def covered(self, confidence: float) -> Floats:
        """How often the interval of this confidence holds the truth."""
        tail = 0.5 * (1.0 - confidence)
        return ((self.beyond > tail) & (self.beyond < 1.0 - tail)).mean(axis=0)

    def signs(self, low: float, high: float) -> tuple[int, float, float]:
        """Statements of a sign with odds in [low, high): how many, mean odds, share that is right."""
        odds = np.maximum(self.positive, 1.0 - self.positive)
        right = (self.positive > 0.5) == (self.truth > 0.0)
        mine = (odds >= low) & (odds < high)
        n = int(mine.sum())
        return n, float(odds[mine].mean()) if n else np.nan, float(right[mine].mean()) if n else np.nan


def said(worlds: list[World], differences: list[Floats], n: int, inputs: bool) -> Statements:
    """What `split` says in each world of its paired differences, with the scores of the inputs or without any."""
    beyond, positive, width = [], [], []
    for world, d in zip(worlds, differences, strict=True):
        x = world.scores(n) if inputs else np.zeros((n, 0))
        s: Split = split(d, x, 0.8)
        beyond.append(split(d - world.truth, x).odds)
        positive.append(s.odds)
        width.append(s.high - s.low)
    truth = np.array([world.truth for world in worlds])
    return Statements(np.array(beyond), np.array(positive), truth, np.array(width))
