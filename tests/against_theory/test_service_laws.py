"""One server with any service law, work after the job has left, jobs that come in batches."""

from __future__ import annotations

from math import gamma

import numpy as np
import pytest

from sim.machine import Constant, Exponential, Law, Lognormal, Mixture, Weibull
from sim.machine.hermite import tabulate
from sim.theory import erlang_loss, pollaczek_khinchine
from tests.against_theory.desk import one_line, sizes
from tests.against_theory.estimates import compare, ratio
from tests.against_theory.sample import Sample


def pareto() -> Law:
    """Lomax law with mean 1 and tail exponent 5: heavy, with a second moment of 8/3."""
    from scipy.stats import lomax

    return tabulate(lomax(5.0, scale=4.0))


@sizes
@pytest.mark.parametrize(
    ("name", "law", "second_moment", "rate", "minutes", "seed"),
    [
        ("fixed", Constant(1.0), 1.0, 0.75, 40_000.0, 31),
        ("lognormal", Lognormal(1.0, 1.2), 2.44, 0.65, 60_000.0, 131),
        ("Pareto tail", pareto(), 8.0 / 3.0, 0.6, 60_000.0, 231),
        ("Weibull .5", Weibull(0.5, 0.5), 0.25 * gamma(5.0), 0.5, 80_000.0, 331),
    ],
    ids=["fixed", "lognormal", "pareto", "weibull"],
)
def test_one_server_follows_pollaczek_and_khinchine(
    name: str, law: Law, second_moment: float, rate: float, minutes: float, seed: int, size: int
) -> None:
    """The mean wait grows with the spread of the service, from fixed to heavy-tailed; the share that waits does not."""
    sample = Sample.batches(one_line(rate, law, 1, minutes * size, 300.0), seed=seed)
    known = (
        sample.know("line", rate) if name == "fixed" else sample.know("line", rate, service=1.0, second=second_moment)
    )
    wait = pollaczek_khinchine(rate, 1.0, second_moment - 1.0)
    rows = [
        ("p_wait", rate, sample.measure("p_wait")),
        ("mean_wait", wait, sample.measure("mean_wait")),
        ("mean_line", rate * wait, sample.measure("mean_line")),
    ]
    compare(f"M/G/1 {name}", known + rows, resolution=0.06)


@sizes
@pytest.mark.parametrize("named", [False, True], ids=["counted", "named"])
def test_after_work_keeps_the_slot_and_not_the_job(named: bool, size: int) -> None:
    """Without a line: Erlang B of work plus after-work (any law); the job itself is there for its work only."""
    network = one_line(
        2.0, Exponential(3.0), 10, 12_000.0 * size, 100.0, named=named, limit=0, after_work=Lognormal(1.0, 1.0)
    )
    sample = Sample.batches(network, seed=32 + 100 * named)
    known = sample.know("line", 2.0, 3.0)
    exact = erlang_loss(2.0, 4.0, 10)
    taken = sample.level(sample.visits["started"], sample.visits["released"], sample.served)
    after = sample.visits["released"] - sample.visits["left"]
    rows = [
        ("after-work", 1.0, sample.average(after, sample.served & ~np.isnan(after))),
        ("p_blocked", exact.p_blocked, sample.measure("p_blocked")),
        ("slots taken", exact.mean_busy, taken),
        ("jobs in work", 0.75 * exact.mean_busy, sample.measure("mean_busy")),
    ]
    compare(f"after-work without a line, {'named' if named else 'counted'}", known + rows)


@sizes
def test_after_work_delays_the_line(size: int) -> None:
    """One server: the wait is that of M/G/1 whose service is work plus after-work."""
    network = one_line(0.6, Exponential(0.6), 1, 60_000.0 * size, 300.0, after_work=Constant(0.5))
    sample = Sample.batches(network, seed=33)
    known = sample.know("line", 0.6, 0.6, second=0.72)
    wait = pollaczek_khinchine(0.6, 1.1, 0.36 / 1.21)
    rows = [("p_wait", 0.66, sample.measure("p_wait")), ("mean_wait", wait, sample.measure("mean_wait"))]
    compare("after-work, M/G/1", known + rows, resolution=0.05)


@sizes
def test_jobs_that_come_together_wait_for_each_other(size: int) -> None:
    """M^X/M/1 with batches of 1, 2 and 4: the wait for earlier batches, and that within one's own.

    A batch is one customer of M/G/1 (Pollaczek & Khinchine); in it a job has (E[X^2] - E[X]) / 2 E[X] others ahead
    on average (Burke 1975, "Delays in single-server queues with batch input").
    """
    shares, counts, service, rate = (0.5, 0.3, 0.2), (1.0, 2.0, 4.0), 1.0, 0.3
    mean = sum(p * x for p, x in zip(shares, counts, strict=True))
    square = sum(p * x * x for p, x in zip(shares, counts, strict=True))
    variance = mean * service**2 + (square - mean**2) * service**2
    first = pollaczek_khinchine(rate, mean * service, variance / (mean * service) ** 2)
    wait = first + (square - mean) / (2.0 * mean) * service
    batch = Mixture(shares, tuple(Constant(x) for x in counts))
    sample = Sample.batches(one_line(rate, Exponential(service), 1, 80_000.0 * size, 300.0, batch=batch), seed=34)
    known = sample.know("line", service=service)
    rows = [
        ("jobs a minute", rate * mean, ratio(sample.counts(), sample.lengths)),
        ("mean_wait", wait, sample.measure("mean_wait")),
    ]
    compare("M^X/M/1", known + rows, resolution=0.05)
