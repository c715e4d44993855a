"""Visits of one or more runs, cut into groups of time, and what they say about a line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.machine import Exit, Network, Records, Timeline, simulate
from sim.machine.records import FIRST, GHOST
from sim.theory import LineMeasures
from tests.against_theory.estimates import Estimate, Row, ratio, total

Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Sample:
    """Visits of runs of one network; every run is cut into the same spans, and each (run, span) is a group.

    Parameters
    ----------
    runs : sequence of Records
        Independent runs.
    spans : sequence of (float, float)
        Stretches [start, stop) of each run that count as independent, in order and not overlapping [min].
    """

    def __init__(self, runs: Sequence[Records], spans: Sequence[tuple[float, float]]) -> None:
        self.runs = list(runs)
        self.network = self.runs[0].network
        self.visits = np.concatenate([r.visits for r in self.runs])
        self.run = np.repeat(np.arange(len(self.runs)), [r.visits.size for r in self.runs])
        self.starts = np.array([a for a, _ in spans])
        self.stops = np.array([b for _, b in spans])
        self.size = len(self.runs) * len(spans)
        self.lengths = np.tile(self.stops - self.starts, len(self.runs))
        self.group = self.groups_at(self.visits["entered"])
        self.exit = self.visits["exit"]
        self.first = (self.visits["flags"] & FIRST) > 0
        self.ghost = (self.visits["flags"] & GHOST) > 0
        self.served = ~np.isnan(self.visits["started"]) & ~self.ghost
        self.abandoned = self.exit == Exit.ABANDONED
        self.until = np.where(np.isnan(self.visits["started"]), self.visits["left"], self.visits["started"])
        self.wait = np.where(self.abandoned, self.visits["left"], self.until) - self.visits["entered"]
        self.waited = (self.wait > 0.0) | self.abandoned
        self.service = self.visits["left"] - self.visits["started"]
        self.controls: Vector | None = None
        assert not np.any((self.exit == Exit.OPEN) & (self.group >= 0)), "a visit that is looked at is still open"

    @classmethod
    def batches(cls, network: Network, count: int = 40, seed: int = 1) -> Sample:
        """One run, its counted period cut into stretches of equal length."""
        edges = np.linspace(0.0, network.end, count + 1).tolist()
        return cls([simulate(network, seed)], list(pairwise(edges)))

    @classmethod
    def replications(cls, network: Network, count: int, seed: int = 1) -> Sample:
        """Independent runs, each of them one group."""
        return cls([simulate(network, seed, i) for i in range(count)], [(0.0, network.end)])

    def between(self, start: float, stop: float) -> Sample:
        """The same runs, looked at over another span."""
        return Sample(self.runs, [(start, stop)])

    def groups_at(self, times: Vector) -> NDArray[np.intp]:
        """Group that each visit's time belongs to; -1 outside of all spans."""
        with np.errstate(invalid="ignore"):
            i = np.searchsorted(self.starts, times, side="right") - 1
            inside = (i >= 0) & (times < self.stops[np.maximum(i, 0)])
        return np.where(inside, self.run * self.starts.size + i, -1)

    def at(self, step: str) -> Mask:
        """Visits to a step."""
        return np.asarray(self.visits["step"] == self.network.step_index[step])

    def by(self, pool: str) -> Mask:
        """Visits served by a pool."""
        return np.asarray(self.visits["pool"] == self.network.pool_index[pool])

    def ended(self, exit_: Exit) -> Mask:
        """Visits with this exit."""
        return np.asarray(self.exit == exit_)

    # -- per group ------------------------------------------------------------------------------------------------

    def counts(self, where: Mask | None = None, when: Vector | None = None) -> Vector:
        """Number of visits per group, by the time of entry or by another time of theirs."""
        return self.sums(np.ones(self.visits.size), where, when)

    def sums(self, values: ArrayLike, where: Mask | None = None, when: Vector | None = None) -> Vector:
        """Sum of a number of the visits per group, by the time of entry or by another time of theirs."""
        group = self.group if when is None else self.groups_at(when)
        kept = group >= 0 if where is None else (group >= 0) & where
        sums = np.bincount(group[kept], np.asarray(values, dtype=float)[kept], minlength=self.size)
        return sums.astype(np.float64)

    def areas(self, begin: Vector, end: Vector, where: Mask | None = None) -> Vector:
        """Minutes that [begin, end) of the visits lie in each group, added up."""
        out = []
        for i in range(len(self.runs)):
            kept = self.run == i if where is None else (self.run == i) & where
            area = _passed(begin[kept], self.stops) - _passed(begin[kept], self.starts)
            out.append(area - _passed(end[kept], self.stops) + _passed(end[kept], self.starts))
        return np.concatenate(out)

    def present(self, time: float, begin: Vector, end: Vector, where: Mask | None = None) -> Vector:
        """Number of visits of each run whose [begin, end) holds this time."""
        inside = (begin <= time) & (time < end)
        kept = inside if where is None else inside & where
        return np.bincount(self.run[kept], minlength=len(self.runs)).astype(np.float64)

    # -- what is known beforehand ---------------------------------------------------------------------------------

    def know(
        self,
        step: str,
        rate: float | Timeline | None = None,
        service: float | None = None,
        second: float | None = None,
    ) -> list[Row]:
        """Use known arrivals and services of a step as controls of all later estimates.

        Parameters
        ----------
        step : str
            Name of the step.
        rate : float or Timeline, optional
            Jobs that come [1/min].
        service, second : float, optional
            Mean of the time in service, and of its square.

        Returns
        -------
        list
            Rows for `compare`: the controls themselves against what is known of them.
        """
        here = self.at(step)
        some = here & self.served
        rows: list[Row] = []
        columns = []
        if rate is not None:
            line = Timeline.of(rate)
            expected = np.tile(
                [line.integral(a, b) for a, b in zip(self.starts, self.stops, strict=True)], len(self.runs)
            )
            counts = self.counts(here & self.first)
            rows.append((f"{step}: arrivals", float(expected.sum()), total(counts)))
            columns.append(counts - expected)
        for power, moment in ((1, service), (2, second)):
            if moment is not None:
                sums = self.sums(self.service**power - moment, some)
                rows.append((f"{step}: moment {power} of service", moment, ratio(sums, self.counts(some)).plus(moment)))
                columns.append(sums)
        self.control(*columns)
        return rows

    def control(self, *columns: Vector) -> None:
        """Use numbers per group, each with mean 0, as controls of all later estimates."""
        old = [] if self.controls is None else [self.controls]
        self.controls = np.column_stack([*old, *columns])

    def ratio(self, tops: ArrayLike, bottoms: ArrayLike) -> Estimate:
        """Ratio of sums over groups, with the controls that are known."""
        return ratio(tops, bottoms, self.controls)

    # -- estimates ------------------------------------------------------------------------------------------------

    def share(self, what: Mask, among: Mask | None = None) -> Estimate:
        """Share of the visits that have a property, among all or some."""
        return self.ratio(self.counts(what if among is None else what & among), self.counts(among))

    def average(self, values: ArrayLike, among: Mask | None = None) -> Estimate:
        """Mean of a number over all visits or some."""
        return self.ratio(self.sums(values, among), self.counts(among))

    def level(self, begin: Vector, end: Vector, where: Mask | None = None) -> Estimate:
        """Time average of the number of visits within [begin, end)."""
        return self.ratio(self.areas(begin, end, where), self.lengths)

    def line(self, where: Mask | None = None) -> Estimate:
        """Mean number of jobs in line."""
        return self.level(self.visits["entered"], self.until, where)

    def busy(self, where: Mask | None = None) -> Estimate:
        """Mean number of jobs in service."""
        started = self.served if where is None else self.served & where
        return self.level(self.visits["started"], self.visits["left"], started)

    def measure(self, field: str, awt: float = 0.0, where: Mask | None = None) -> Estimate:
        """A field of `LineMeasures`, estimated."""
        some = self.first if where is None else self.first & where
        within = self.wait <= awt
        if field == "asa":
            return self.average(self.wait, some & self.served)
        if field == "service_level_a":
            return self.share(self.served & within, some & ~(self.abandoned & within))
        if field == "mean_line":
            return self.line(where)
        if field == "mean_busy":
            return self.busy(where)
        if field == "mean_wait":
            return self.average(self.wait, some)
        if field == "excess_wait":
            return self.average(np.maximum(self.wait - awt, 0.0), some)
        shares = {
            "p_wait": self.waited,
            "p_blocked": self.ended(Exit.BLOCKED),
            "p_abandoned": self.abandoned,
            "p_served": self.served,
            "p_served_within": self.served & within,
            "p_abandoned_within": self.abandoned & within,
            "p_wait_longer": ~within,
        }
        return self.share(shares[field], some)

    def rows(self, exact: LineMeasures, fields: str, where: Mask | None = None) -> list[Row]:
        """What `compare` wants, for fields of an exact line."""
        return [(f, float(getattr(exact, f)), self.measure(f, exact.awt, where)) for f in fields.split()]


def _passed(points: Vector, times: Vector) -> Vector:
    """Sum over points of max(time - point, 0), for each time."""
    ordered = np.sort(points)
    sums = np.concatenate([[0.0], np.cumsum(ordered)])
    below = np.searchsorted(ordered, times)
    return times * below - sums[below]
