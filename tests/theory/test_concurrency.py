"""Servers with several jobs at once: the figures of the methods note, special cases, the exact chain."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from sim.theory import alternating_speeds, concurrent_line, erlang_a, erlang_c, even_spread_rates, explore

RATES = [1 / 8, 1 / 11, 1 / 15]


@pytest.mark.parametrize(
    ("arrivals", "even_spread", "as_slots", "as_servers"), [(1.6, 0.005, 0.001, 0.064), (1.9, 0.043, 0.006, 0.120)]
)
def test_ten_servers_with_three_slots_give_the_figures_of_the_methods_note(
    arrivals: float, even_spread: float, as_slots: float, as_servers: float
) -> None:
    """P(abandon) for patience 3, and of the two usual shortcuts, which are wrong in opposite directions."""
    assert round(concurrent_line(arrivals, RATES, 3, 10).p_abandoned, 3) == even_spread
    assert round(erlang_a(arrivals, 11, 3, 30).p_abandoned, 3) == as_slots
    assert round(erlang_a(arrivals, 5, 3, 10).p_abandoned, 3) == as_servers


def test_one_slot_is_erlang_a() -> None:
    """K = 1: the same servers, the same waits."""
    one, other = concurrent_line(2.1, [0.2], 5, 10, awt=0.4), erlang_a(2.1, 5, 5, 10, awt=0.4)
    for name in ("p_wait", "p_abandoned", "mean_wait", "asa", "p_served_within", "excess_wait", "mean_busy"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-10), name


def test_slots_that_do_not_slow_each_other_are_servers() -> None:
    """Equal speed at every level: servers x K independent servers, with and without leaving."""
    assert concurrent_line(4.0, [1.0] * 3, 2.0, 2).p_abandoned == pytest.approx(erlang_a(4, 1, 2, 6).p_abandoned)
    assert concurrent_line(4.0, [1.0] * 3, math.inf, 2).mean_wait == pytest.approx(erlang_c(4, 1, 6).mean_wait)


def test_one_server_is_processor_sharing() -> None:
    """One server whose speed is shared evenly has a constant total rate: M/M/1 in numbers of jobs."""
    line = concurrent_line(0.7, [1 / k for k in range(1, 31)], math.inf, 1)
    assert line.mean_jobs == pytest.approx(0.7 / 0.3, rel=1e-9)


def test_rates_spread_the_jobs_evenly() -> None:
    """Between two levels the total rate is the mixture of the two."""
    rates = even_spread_rates(10, RATES)
    assert rates.size == 31
    assert rates[[0, 10, 20, 30]] == pytest.approx([0, 10 / 8, 20 / 11, 30 / 15])
    assert rates[13] == pytest.approx(7 / 8 + 3 * 2 / 11)
    assert np.all(np.diff(rates) > 0)
    assert even_spread_rates(0, RATES).tolist() == [0.0]


@pytest.mark.parametrize("arrivals", [1.2, 1.6, 1.9, 2.4])
def test_the_even_spread_is_a_close_and_optimistic_bound_of_least_loaded_routing(arrivals: float) -> None:
    """Exact chain of the numbers of servers at each level, arrivals to the least loaded: within .005."""
    theta, room = 1 / 3, 60

    def moves(state: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], float]]:
        *levels, line = state
        free = next((k for k in range(3) if levels[k]), None)
        if free is not None:
            after = levels.copy()
            after[free] -= 1
            after[free + 1] += 1
            yield (*after, 0), arrivals
        elif line < room:
            yield (*levels, line + 1), arrivals
        for k in (1, 2, 3):
            rate = levels[k] * k * RATES[k - 1]
            if line:
                yield (*levels, line - 1), rate
            elif rate:
                after = levels.copy()
                after[k] -= 1
                after[k - 1] += 1
                yield (*after, 0), rate
        if line:
            yield (*levels, line - 1), line * theta

    chain = explore((10, 0, 0, 0, 0), moves)
    exact = chain.mean(chain.stationary(), lambda s: s[-1]) * theta / arrivals
    even = concurrent_line(arrivals, RATES, 3, 10).p_abandoned
    assert even <= exact + 1e-12
    assert exact - even < 0.005


def test_wrong_slots_are_refused() -> None:
    """A speed of 0 and an empty list are named."""
    with pytest.raises(ValueError, match=r"job_rates\[1\]: got 0.0"):
        concurrent_line(1, [1, 0], 1, 1)
    with pytest.raises(ValueError, match="job_rates: got no rate"):
        concurrent_line(1, [], 1, 1)


@pytest.mark.parametrize(("work", "pause"), [(3.0, 5.0), (1.0, 1.0), (0.5, 12.0), (4.0, 0.2)])
def test_alternating_jobs_have_the_speeds_of_their_closed_chain(work: float, pause: float) -> None:
    """Jobs that work and pause in turn, one server: share of time at work of the exact chain, per job, over one job."""

    def at_work(jobs: int) -> float:
        def moves(working: int) -> Iterator[tuple[int, float]]:
            if working < jobs:
                yield working + 1, (jobs - working) / pause
            if working > 0:
                yield working - 1, 1 / work

        chain = explore(0, moves)
        return chain.mean(chain.stationary(), lambda working: float(working > 0)) / jobs

    exact = [at_work(jobs) / at_work(1) for jobs in range(1, 6)]
    assert alternating_speeds(work, pause, 5) == pytest.approx(exact, rel=1e-9)


def test_only_the_mean_of_the_pause_matters() -> None:
    """Pauses of two exponential parts (sd below the mean) in the exact chain: the same speeds."""

    def moves(state: tuple[int, int]) -> Iterator[tuple[tuple[int, int], float]]:
        first, second = state  # jobs in the first and second part of their pause; three jobs in all
        if first:
            yield (first - 1, second + 1), first / 1.0
        if second:
            yield (first, second - 1), second / 4.0
        if first + second < 3:
            yield (first + 1, second), 1 / 3.0

    chain = explore((0, 0), moves)
    working = chain.mean(chain.stationary(), lambda state: float(sum(state) < 3))
    assert alternating_speeds(3, 5, 3)[2] == pytest.approx(working / 3 / (3 / 8), rel=1e-9)


def test_jobs_without_pauses_share_and_jobs_that_mostly_pause_do_not_disturb_each_other() -> None:
    """The two ends: no pause is processor sharing, a long one leaves all their full speed; between them it falls."""
    assert alternating_speeds(3, 0, 4) == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4])
    assert alternating_speeds(1, 1e7, 4) == pytest.approx(np.ones(4), rel=1e-6)
    speeds = alternating_speeds(3, 5, 30)
    assert np.all(np.diff(speeds) < 0)
    gain = speeds * np.arange(1, 31)
    assert np.all(np.diff(gain) > -1e-12)
    assert gain[-1] == pytest.approx(8 / 3)  # the server never rests: 8 min of a job alone hold 3 of work


def test_wrong_turns_are_refused() -> None:
    """Work of nothing, a pause of NaN."""
    with pytest.raises(ValueError, match=r"mean_work: got 0\.0"):
        alternating_speeds(0, 5, 3)
    with pytest.raises(ValueError, match="mean_pause: got nan"):
        alternating_speeds(3, math.nan, 3)
