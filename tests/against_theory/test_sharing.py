"""Servers with several slots: jobs that slow each other down, and jobs that take several slots."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from sim.machine import Exponential, Lognormal
from sim.machine.pools import ServerChoice
from sim.theory import concurrent_line, explore
from tests.against_theory.desk import period, sizes, staff
from tests.against_theory.estimates import compare
from tests.against_theory.sample import Sample

State = tuple[tuple[int, ...], int]


@dataclass(frozen=True)
class Chat:
    """Servers with slots, the speed of each job falling with the jobs beside it.

    The state is how many servers hold 0, 1, ... jobs, and how many jobs wait; exponential work keeps it Markov.
    """

    rate: float
    job_means: tuple[float, ...]
    patience: float
    servers: int
    choice: ServerChoice = "least loaded"

    def moves(self, state: State, longest: int) -> Iterator[tuple[State, float]]:
        """Moves of (servers by level, waiting)."""
        levels, line = state
        top = len(self.job_means)
        room = [level for level in range(top) if levels[level]]
        if room:
            level = max(room) if self.choice == "most loaded" else min(room)
            yield (_shift(levels, level, level + 1), 0), self.rate
        elif line < longest:
            yield (levels, line + 1), self.rate
        for level in range(1, top + 1):
            if levels[level]:
                ends = levels[level] * level / self.job_means[level - 1]
                # while anybody waits all slots are taken: the slot that becomes free is taken at once
                yield ((levels, line - 1) if line else (_shift(levels, level, level - 1), 0)), ends
        if line:
            yield (levels, line - 1), line / self.patience

    def exact(self, longest: int = 60) -> dict[str, float]:
        """Steady state of the exact chain."""
        top = len(self.job_means)
        chain = explore(((self.servers, *[0] * top), 0), lambda s: self.moves(s, longest))
        steady = chain.stationary()
        assert chain.mass(steady, lambda s: s[1] == longest) < 1e-9
        line = chain.mean(steady, lambda s: s[1])
        return {
            "P(wait)": chain.mass(steady, lambda s: s[0][top] == self.servers),
            "P(abandon)": line / self.patience / self.rate,
            "mean wait": line / self.rate,
            "open jobs": chain.mean(steady, lambda s: sum(k * n for k, n in enumerate(s[0]))),
        }

    def sample(self, minutes: float, seed: int) -> Sample:
        """The same as a network: work of the mean of a job alone, and a speed curve."""
        alone = self.job_means[0]
        b = period(minutes, 300.0)
        b.stream("chats", to="line", rate=self.rate)
        b.work("line", served_by="desk", size=Exponential(alone), patience=Exponential(self.patience))
        b.named(
            "desk",
            staff(self.servers, -300.0, minutes + 2000.0),
            slots=len(self.job_means),
            curve=tuple(alone / mean for mean in self.job_means),
            server_choice=self.choice,
        )
        return Sample.batches(b.build(), seed=seed)


def _shift(levels: tuple[int, ...], down: int, up: int) -> tuple[int, ...]:
    out = list(levels)
    out[down] -= 1
    out[up] += 1
    return tuple(out)


@sizes
@pytest.mark.parametrize("choice", ["least loaded", "most loaded"])
def test_shared_servers_follow_their_chain(choice: ServerChoice, size: int) -> None:
    """Three servers with three slots: the speed curve, and where a new job goes, both decide how many leave."""
    chat = Chat(0.5, (8.0, 11.0, 15.0), 5.0, 3, choice)
    exact = chat.exact()
    sample = chat.sample(60_000.0 * size, 91 + 100 * (choice == "most loaded"))
    known = sample.know("line", 0.5)
    rows = [
        ("P(wait)", exact["P(wait)"], sample.measure("p_wait")),
        ("P(abandon)", exact["P(abandon)"], sample.measure("p_abandoned")),
        ("mean wait", exact["mean wait"], sample.measure("mean_wait")),
        ("open jobs", exact["open jobs"], sample.measure("mean_busy")),
    ]
    compare(f"three shared servers, {choice}", known + rows, resolution=0.05)


def test_where_a_job_goes_matters() -> None:
    """Least and most loaded are far enough apart for the test above to tell them."""
    least, most = (
        Chat(0.5, (8.0, 11.0, 15.0), 5.0, 3, c).exact()["P(abandon)"] for c in ("least loaded", "most loaded")
    )
    assert most > 1.15 * least


@sizes
def test_ten_shared_servers_against_the_exact_chain_and_the_even_spread(size: int) -> None:
    """Ten servers, three slots, 8, 11 or 15 minutes: at 1.9 jobs a minute 4.6 % leave, 4.3 % if evenly spread."""
    chat = Chat(1.9, (8.0, 11.0, 15.0), 3.0, 10)
    exact = chat.exact()
    even = concurrent_line(1.9, [1 / 8, 1 / 11, 1 / 15], 3.0, 10).p_abandoned
    assert 0.0 < exact["P(abandon)"] - even < 0.005
    sample = chat.sample(24_000.0 * size, 92)
    known = sample.know("line", 1.9)
    rows = [
        ("P(wait)", exact["P(wait)"], sample.measure("p_wait")),
        ("P(abandon)", exact["P(abandon)"], sample.measure("p_abandoned")),
        ("open jobs", exact["open jobs"], sample.measure("mean_busy")),
    ]
    compare("ten shared servers", known + rows, resolution=0.08)


def kaufman_roberts(slots: int, loads: tuple[float, ...], units: tuple[int, ...]) -> tuple[list[float], float]:
    """Blocking by class and mean slots taken on one link with several classes (Kaufman 1981; Roberts 1981).

    j q(j) = sum over classes of load * units * q(j - units); a class is blocked while fewer than its units are free.
    """
    q = np.zeros(slots + 1)
    q[0] = 1.0
    for j in range(1, slots + 1):
        q[j] = sum(a * n * q[j - n] for a, n in zip(loads, units, strict=True) if n <= j) / j
    q /= q.sum()
    return [float(q[slots + 1 - n :].sum()) for n in units], float(q @ np.arange(slots + 1))


@sizes
def test_jobs_of_several_units_block_as_kaufman_and_roberts_say(size: int) -> None:
    """One server of twelve slots, jobs of one and of three units, no line; any service law per class."""
    rates, means, units = (0.8, 0.3), (5.0, 6.0), (1, 3)
    minutes = 30_000.0 * size
    b = period(minutes, 100.0)
    laws = (Exponential(means[0]), Lognormal(means[1], 7.0))
    for i, rate in enumerate(rates):
        b.stream(f"class {i}", to=f"line {i}", rate=rate)
        b.work(f"line {i}", served_by="link", size=laws[i], units=units[i], limit=0)
    b.named("link", staff(1, -100.0, minutes + 2000.0), slots=12)
    sample = Sample.batches(b.build(), seed=93)
    known = [row for i in range(2) for row in sample.know(f"line {i}", rates[i], means[i])]
    blocked, taken = kaufman_roberts(12, (rates[0] * means[0], rates[1] * means[1]), units)
    v = sample.visits
    area = sum(
        n * sample.areas(v["started"], v["left"], sample.served & sample.at(f"line {i}")) for i, n in enumerate(units)
    )
    rows = [
        (f"blocked, {n} units", blocked[i], sample.measure("p_blocked", where=sample.at(f"line {i}")))
        for i, n in enumerate(units)
    ]
    rows.append(("slots taken", taken, sample.ratio(np.asarray(area), sample.lengths)))
    compare("Kaufman-Roberts", known + rows, resolution=0.03)
