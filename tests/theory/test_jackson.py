"""Open networks: published examples, a chain with feedback, refusals."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from sim.theory import erlang_c, explore, jackson, traffic


def test_the_network_agrees_with_a_published_example() -> None:
    """Bolch, Greiner, de Meer & Trivedi (1998), example 7.4, as printed in the tests of Octave's "queueing"."""
    routing = [[0, 0.5, 0.5, 0], [1, 0, 0, 0], [0.6, 0, 0, 0], [1, 0, 0, 0]]
    services = [0.04, 0.03, 0.06, 0.05]
    network = jackson([0, 0, 0, 4], routing, services, [1, 1, 1, 1])
    assert network.arrival_rates == pytest.approx([20, 10, 10, 4], abs=1e-9)
    assert network.mean_busy == pytest.approx([0.8, 0.3, 0.6, 0.2], abs=1e-9)
    sojourns = [wait + s for wait, s in zip(network.mean_waits, services, strict=True)]
    assert sojourns == pytest.approx([0.2, 0.043, 0.15, 0.0625], abs=5e-4)
    jobs = [a + b for a, b in zip(network.mean_lines, network.mean_busy, strict=True)]
    assert jobs == pytest.approx([4, 0.429, 1.5, 0.25], abs=5e-4)
    assert network.mean_sojourn == pytest.approx((4 + 3 / 7 + 1.5 + 0.25) / 4)


def test_traffic_agrees_with_a_published_example() -> None:
    """Three stations with loops (Jackson network lab of health-data-science-OR "stochastic_systems")."""
    rates = traffic([1, 4, 3], [[0, 0.6, 0.3], [0.1, 0, 0.3], [0.4, 0.4, 0]])
    assert rates == pytest.approx([5, 10, 7.5])


def test_the_network_equals_its_chain() -> None:
    """Two stations with several servers and feedback, as one chain of the two numbers of jobs."""
    outside, services, servers = [0.6, 0.3], [1.0, 0.8], [2, 1]
    routing = [[0.1, 0.4], [0.3, 0.0]]
    network = jackson(outside, routing, services, servers)

    def moves(state: tuple[int, int]) -> Iterator[tuple[tuple[int, int], float]]:
        for i in (0, 1):
            there = list(state)
            there[i] += 1
            if there[i] <= 70:
                yield (there[0], there[1]), outside[i]
            rate = min(state[i], servers[i]) / services[i]
            left = list(state)
            left[i] -= 1
            if rate:
                yield (left[0], left[1]), rate * (1 - sum(routing[i]))
                for j in (0, 1):
                    onward = list(left)
                    onward[j] = min(onward[j] + 1, 70)
                    yield (onward[0], onward[1]), rate * routing[i][j]

    chain = explore((0, 0), moves, limit=20_000)
    steady = chain.stationary()
    for i in (0, 1):
        jobs = chain.mean(steady, lambda s, i=i: s[i])
        assert network.mean_lines[i] + network.mean_busy[i] == pytest.approx(jobs, rel=1e-6)
    assert network.mean_sojourn == pytest.approx(network.mean_jobs / sum(outside))


def test_a_station_without_limit_only_delays() -> None:
    """Infinitely many servers: no wait, load in service; a station nobody reaches is empty."""
    network = jackson([2, 0], [[0.5, 0], [0, 0.2]], [3.0, 1.0], [math.inf, 1])
    assert network.arrival_rates == pytest.approx([4, 0])
    assert network.visits == pytest.approx([2, 0])
    assert network.mean_busy == pytest.approx([12, 0])
    assert network.mean_sojourn == pytest.approx(6)


def test_one_station_is_the_single_line() -> None:
    """Without loops a station is M/M/n; with a loop of probability p it sees 1/(1 - p) as many visits."""
    alone = jackson([8], np.zeros((1, 1)), [1.0], [10])
    assert alone.mean_waits[0] == pytest.approx(erlang_c(8, 1, 10).mean_wait)
    looped = jackson([4], [[0.5]], [1.0], [10])
    assert looped.mean_waits[0] == pytest.approx(erlang_c(8, 1, 10).mean_wait)
    assert jackson([0], [[0.5]], [1.0], [0]).mean_jobs == 0.0


@pytest.mark.parametrize(
    ("outside", "routing", "servers", "message"),
    [
        ([1, 0], [[0, 1], [1, 0]], [5, 5], "never leave the network"),
        ([1, 0], [[0, 1.1], [0, 0]], [5, 5], "at most 1 per row"),
        ([1, 0], [[0, -0.1], [0, 0]], [5, 5], "shares are >= 0"),
        ([1, 0], [[0, 1]], [5, 5], "got shape"),
        ([3, 0], [[0, 1], [0, 0]], [5, 2], r"servers\[1\]: got 2 for a load of 3"),
        ([1, 0], [[0, 1], [0, 0]], [5], "one per station"),
    ],
)
def test_networks_without_a_steady_state_are_refused(
    outside: list[float], routing: list[list[float]], servers: list[int], message: str
) -> None:
    """The message names the station or the row."""
    with pytest.raises(ValueError, match=message):
        jackson(outside, routing, [1, 1], servers)
