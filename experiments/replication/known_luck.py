"""Luck of a replication whose expectation is known: how busy its days were, who came, how much work that was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import inf

import numpy as np
from numpy.typing import NDArray

from sim.lowering import Operation
from sim.machine import Network, Records, Stream, Work
from sim.machine.busyness import Scores
from sim.machine.inversion import invert, pack
from sim.machine.laws import Exponential, Law, Lognormal
from sim.machine.luck import Purpose, name_hash, uniforms
from sim.machine.normal import normal_cdf
from sim.machine.plan import FactorPlan, Plan

Floats = NDArray[np.float64]

SCORES = np.linspace(-6.0, 6.0, 2401)
KNOTS = np.array([normal_cdf(x) for x in SCORES.tolist()])
"""Uniform numbers at which a law of sizes is tabulated, dense in both tails."""


@dataclass(frozen=True, eq=False)
class Controls:
    """Numbers of a replication whose expectation is known, each given as what it is above that expectation.

    All of them belong to the world outside: how busy each date was, how many contacts came of their own accord, how
    much work they brought, served or not. What depends on the desk (redials, transfers, work that was done) has no
    known expectation and is not among them.

    Attributes
    ----------
    names : tuple of str
        What each one is; equal for all replications of an operation, also where inputs are drawn anew.
    by_stream : bool
        Arrivals and work of each contact type, in place of their totals.
    """

    names: tuple[str, ...]
    by_stream: bool

    @classmethod
    def of(cls, operation: Operation, *, by_stream: bool = False) -> Controls:
        """Controls of an operation.

        Per busyness factor the mean normal score of its dates and of its squares; contacts that arrive; work that they
        bring. Totals are two numbers whatever the desk, but tell less where contact types differ.

        Parameters
        ----------
        operation : Operation
            As lowered.
        by_stream : bool
            Arrivals and work of each contact type.

        Examples
        --------
        >>> from sim import load, lower
        >>> Controls.of(lower(load("scenarios/small_shop.yaml"))).names
        ('arrivals', 'work')
        """
        return cls.of_network(operation.network, by_stream=by_stream)

    @classmethod
    def of_network(cls, network: Network, *, by_stream: bool = False) -> Controls:
        """Controls of a network."""
        exogenous = Exogenous.of(network)
        return cls(exogenous.names(by_stream), by_stream)

    def values(self, records: Records) -> Floats:
        """What each control of one replication is above its expectation.

        Everything is worked out from the network of the records, the seed and the number of the replication, and the
        keys of its jobs, so a worker can do it before it forgets the records.

        Parameters
        ----------
        records : Records
            Of one replication. NaN throughout if it was cut short: what came after is not known.

        Returns
        -------
        array, shape (controls,)
            Their expectation is 0.
        """
        if records.cut:
            return np.full(len(self.names), np.nan)
        exogenous = Exogenous.of(records.network)
        if exogenous.names(self.by_stream) != self.names:
            raise ValueError(
                f"controls: the records have {', '.join(exogenous.names(self.by_stream)) or 'none'}; "
                f"{', '.join(self.names) or 'none'} are expected - make controls and records from one operation"
            )
        return exogenous.above_expectation(records, self.by_stream)


@dataclass(frozen=True, eq=False)
class Exogenous:
    """What a network receives from outside, with its expectations.

    Attributes
    ----------
    network : Network
        Whose.
    factors : tuple of (FactorPlan, array)
        Busyness of dates that some stream follows, and the weight of each date: its share of the expected arrivals.
    arrivals : mapping of int to float
        Expected arrivals of streams whose number is random.
    sizes : mapping of int to SizeTable
        Of streams whose first step is work, of a size that belongs to the job alone.
    """

    network: Network
    factors: tuple[tuple[FactorPlan, Floats], ...]
    arrivals: dict[int, float]
    sizes: dict[int, SizeTable]

    @classmethod
    def of(cls, network: Network) -> Exogenous:
        """Those of a network, made when first asked for and kept with it."""
        found = network.__dict__.get("_exogenous")
        if found is None:
            found = network.__dict__["_exogenous"] = cls._made(network)
        return found

    @classmethod
    def _made(cls, network: Network) -> Exogenous:
        arrivals: dict[int, float] = {}
        sizes: dict[int, SizeTable] = {}
        by_factor: dict[str, list[Stream]] = {}
        for i, s in enumerate(network.streams):
            if isinstance(s, Stream):
                if s.batch is not None or len(set(s.busyness)) < len(s.busyness):
                    continue  # whole jobs of a batch, or a factor squared, have another mean
                arrivals[i] = s.rate.integral(0.0, min(network.end, s.end))
                for f in s.busyness:
                    by_factor.setdefault(f, []).append(s)
            step = network.step(s.to)
            if isinstance(step, Work) and not step.size.attributes():
                sizes[i] = SizeTable.of(step.size, step.name)
        plans = Plan.of(network).factors
        factors = []
        for name, streams in by_factor.items():
            weights = _weights(plans[name], streams, network)
            if network.busyness[name].day_sd > 0.0 and weights.sum() > 0.0:
                factors.append((plans[name], weights / weights.sum()))
        return cls(network, tuple(factors), {i: m for i, m in arrivals.items() if m > 0.0}, sizes)

    def names(self, by_stream: bool) -> tuple[str, ...]:
        """Names of the controls, in the order of `above_expectation`."""
        out = []
        for plan, _ in self.factors:
            out += [f"busyness {plan.factor.name}", f"busyness {plan.factor.name} squared"]
        for what, streams in (("arrivals", self.arrivals), ("work", self.sizes)):
            if by_stream:
                out += [f"{what} {self.network.streams[i].name}" for i in streams]
            elif streams:
                out.append(what)
        return tuple(out)

    def above_expectation(self, records: Records, by_stream: bool) -> Floats:
        """Controls of one replication, less their expectations."""
        out: list[float] = []
        for plan, weights in self.factors:
            z = np.array(Scores(plan, records.seed, records.replication).days())
            out += [float(weights @ z), float(weights @ (z * z)) - 1.0]
        jobs = records.jobs
        outside = (jobs["parent"] < 0) & (jobs["birth"] >= 0.0) & (jobs["birth"] < self.network.end)
        keys = {i: jobs["key"][outside & (jobs["stream"] == i)] for i in {*self.arrivals, *self.sizes}}
        come = [keys[i].size - expected for i, expected in self.arrivals.items()]
        work = []
        for i, table in self.sizes.items():
            # of a random number of contacts, so that the expectation of the sum is the one of the network
            expected = self.arrivals.get(i, float(keys[i].size))
            work.append(float(table.sizes(keys[i]).sum()) - expected * table.mean)
        for parts in (come, work):
            out += parts if by_stream else [sum(parts)] if parts else []
        return np.array(out)


def _weights(plan: FactorPlan, streams: Sequence[Stream], network: Network) -> Floats:
    """Expected arrivals on each date of a factor, inside the period."""
    days = network.days
    starts = dict(zip(days.values.tolist(), days.times.tolist(), strict=True))
    ends = dict(zip(days.values.tolist(), [*days.times.tolist()[1:], inf], strict=True))
    out = []
    for day, _ in plan.days:
        begin, end = max(starts[day], 0.0), min(ends[day], network.end)
        out.append(sum(s.rate.integral(begin, min(end, s.end)) for s in streams))
    return np.array(out)


@dataclass(frozen=True, eq=False)
class SizeTable:
    """Sizes of work by their uniform number, linear between knots, so that their mean is known without rounding.

    Within the knots (all but 2e-9 of the contacts) it follows the law closely; how closely decides only how much the
    control explains, never what is true on average.

    Attributes
    ----------
    hash : int
        Of the step whose luck it reads.
    values : array, shape (knots,)
        Size at each of `KNOTS` [min].
    """

    hash: int
    values: Floats

    @classmethod
    def of(cls, law: Law, step: str) -> SizeTable:
        """Table of the law of a step, without what depends on other luck than its own."""
        values = _at_knots(law)
        return cls(name_hash("step:" + step), np.minimum(values, min(law.cap, _last_finite(values))))

    @cached_property
    def mean(self) -> float:
        """Mean size [min]."""
        v = self.values
        inner = float(np.sum(np.diff(KNOTS) * 0.5 * (v[1:] + v[:-1])))
        return inner + float(KNOTS[0] * v[0] + (1.0 - KNOTS[-1]) * v[-1])

    def sizes(self, keys: NDArray[np.uint64]) -> Floats:
        """Sizes of jobs by their keys."""
        out: Floats = np.interp(uniforms(keys, self.hash, 0, Purpose.SIZE), KNOTS, self.values)
        return out


def _at_knots(law: Law) -> Floats:
    """A law's numbers at `KNOTS`; the two laws that inputs are mostly drawn for are quick."""
    if not law.atoms:
        if isinstance(law, Lognormal):
            middle, spread = law.log_parameters
            return np.asarray(np.exp(middle + spread * SCORES))
        if isinstance(law, Exponential):
            return np.asarray(-law.mean_value * np.log1p(-KNOTS))
    return _inverted(law)


@lru_cache(maxsize=64)
def _inverted(law: Law) -> Floats:
    numbers: list[float] = []
    at = pack(law, numbers, {})
    numbers[at + 1] = 0.0  # no load
    values = np.array([invert(numbers, at, u, 0.0, []) for u in KNOTS.tolist()])
    values.setflags(write=False)
    return values


def _last_finite(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.max()) if finite.size else 0.0
