"""M(t)/M/s(t)+M: steady states, falls under both rules by brute force, balances."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
import pytest

from sim.theory import (
    Chain,
    PiecewiseHazard,
    erlang_a,
    erlang_b,
    explore,
    offered_load,
    time_varying_line,
)

ROOM = 9
MOST = 4


def line_chain(rate: float, s: int, service: float, patience: float) -> Chain[tuple[int, int]]:
    """Chain of (busy, waiting) with s servers, busy possibly above s; every pair up to MOST x ROOM is a state."""

    def moves(state: tuple[int, int]) -> Iterator[tuple[tuple[int, int], float]]:
        busy, waiting = state
        if busy < s and not waiting:
            yield (busy + 1, 0), rate
        elif busy >= s and waiting < ROOM:
            yield (busy, waiting + 1), rate
        if busy:
            starts = waiting > 0 and busy <= s
            yield (busy if starts else busy - 1, waiting - starts), busy / service
        if waiting:
            yield (busy, waiting - 1), waiting / patience
        # A rate that never acts within the test makes all pairs states of the chain.
        yield (busy, waiting + 1) if waiting < ROOM else (min(busy + 1, MOST), 0), 1e-300

    return explore((0, 0), moves)


def expm_steps(chain: Chain[tuple[int, int]], step: float) -> tuple[dict[tuple[int, int], int], np.ndarray]:
    """Index of the states and the matrix of one time step."""
    from scipy.linalg import expm

    index = {state: i for i, state in enumerate(chain.states)}
    return index, expm(chain.generator.toarray() * step)


def fall(state: tuple[int, int], s: int, hand_back: bool) -> tuple[int, int]:
    """State just after the number of servers has become s."""
    busy, waiting = state
    starts = min(waiting, max(s - busy, 0))
    busy, waiting = busy + starts, waiting - starts
    if hand_back and busy > s:
        return s, min(waiting + busy - s, ROOM)
    return busy, waiting


@pytest.mark.parametrize("at_fall", ["finish", "hand back"])
def test_falls_and_rises_equal_brute_force(at_fall: str) -> None:
    """Every edge value and every count of a small day, against matrix exponentials on all pairs (busy, waiting)."""
    edges, rates, servers = [0.0, 3.0, 4.0, 6.0, 8.0], [2.0, 1.5, 0.0, 1.0], [4, 1, 3, 0]
    service, patience, awt, step = 1.0, 0.8, 0.6, 0.01
    line = time_varying_line(
        edges, rates, servers, service, patience, at_fall=at_fall, awt=awt, start_jobs=2, tolerance=1e-12
    )

    grids = [expm_steps(line_chain(r, s, service, patience), step) for r, s in zip(rates, servers, strict=True)]
    # The job's own wait: no arrivals; k jobs ahead instead of k waiting.
    quiet = [expm_steps(line_chain(0.0, s, service, patience), step)[0] for s in servers]
    follow = [tagged_steps(s, service, patience, step) for s in servers]
    assert quiet  # all pairs exist in every interval

    index = grids[0][0]
    p = np.zeros(len(index))
    p[index[2, 0]] = 1.0
    per_interval = [round((b - a) / step) for a, b in itertools.pairwise(edges)]
    for i, steps in enumerate(per_interval):
        here, matrix = grids[i]
        if i:
            after = np.zeros(len(here))
            for state, share in zip(index, p, strict=True):
                after[here[fall(state, servers[i], at_fall == "hand back")]] += share
            index, p = here, after
        states = np.array(list(here))
        busy, waiting = states.T
        assert line.mean_line[i] == pytest.approx(float(p @ waiting), abs=2e-5)
        assert line.mean_busy[i] == pytest.approx(float(p @ busy), abs=2e-5)
        assert line.p_wait[i] == pytest.approx(float(p @ (busy >= servers[i])), abs=2e-5)
        path = [p]
        for _ in range(steps):
            path.append(path[-1] @ matrix)
        courses = np.array(path)
        weights = simpson(steps, step)
        sums = weights @ courses
        assert line.line_time[i] == pytest.approx(float(sums @ waiting), abs=2e-4)
        assert line.busy_time[i] == pytest.approx(float(sums @ busy), abs=2e-4)
        assert line.served[i] == pytest.approx(float(sums @ busy) / service, abs=2e-4)
        assert line.abandoned[i] == pytest.approx(float(sums @ waiting) / patience, abs=2e-4)
        assert line.waited[i] == pytest.approx(rates[i] * float(sums @ (busy >= servers[i])), abs=2e-4)
        if rates[i]:
            ends = np.array(
                [
                    wait_ends(courses[k], list(here), i, k, per_interval, servers, follow, awt / step, at_fall)
                    for k in range(steps + 1)
                ]
            )
            served, gone = rates[i] * (weights @ ends)
            assert line.served_within[i] == pytest.approx(served, rel=2e-3, abs=2e-4)
            assert line.abandoned_within[i] == pytest.approx(gone, rel=2e-3, abs=2e-4)
        p = courses[-1]
    assert line.lost < 1e-12 * 20


def simpson(steps: int, step: float) -> np.ndarray:
    """Weights of Simpson's rule on an even number of steps."""
    weights = np.ones(steps + 1)
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    return weights * step / 3


def tagged_steps(s: int, service: float, patience: float, step: float) -> tuple[dict[object, int], np.ndarray]:
    """One time step of a waiting job with (busy, ahead), ending in "served" or "gone"."""
    from scipy.linalg import expm

    pairs: list[object] = [(b, k) for b in range(MOST + 1) for k in range(ROOM + 1)]
    index = {state: i for i, state in enumerate([*pairs, "served", "gone"])}
    q = np.zeros((len(index), len(index)))
    for b in range(MOST + 1):
        for k in range(ROOM + 1):
            i = index[b, k]
            if b < s:
                continue  # a waiting job never sees a free server
            if b > s:
                q[i, index[b - 1, k]] += b / service
            elif b:
                q[i, index[(b, k - 1) if k else "served"]] += b / service
            if k:
                q[i, index[b, k - 1]] += k / patience
            q[i, index["gone"]] += 1 / patience
            q[i, i] = -q[i].sum()
    return index, expm(q * step)


def wait_ends(
    p: np.ndarray,
    states: list[tuple[int, int]],
    i: int,
    k: int,
    per_interval: list[int],
    servers: list[int],
    follow: list[tuple[dict[object, int], np.ndarray]],
    steps: float,
    at_fall: str,
) -> tuple[float, float]:
    """Shares served and gone within the limit, of jobs arriving at step k of interval i in law p."""
    index, matrix = follow[i]
    x = np.zeros(len(index))
    for (busy, waiting), share in zip(states, p, strict=True):
        x[index["served" if busy < servers[i] else (busy, waiting)]] += share
    left = round(steps)
    while left:
        if k == per_interval[i] and i + 1 < len(servers):
            i, k = i + 1, 0
            after = np.zeros(len(x))
            for state, share in zip(index, x, strict=True):
                if isinstance(state, str):
                    after[index[state]] += share
                    continue
                busy, ahead = fall(state, servers[i], at_fall == "hand back")
                after[index["served" if busy < servers[i] else (busy, ahead)]] += share
            x, matrix = after, follow[i][1]
        x = x @ matrix
        k, left = k + 1, left - 1
    return float(x[index["served"]]), float(x[index["gone"]])


@pytest.mark.parametrize(("rate", "servers", "patience"), [(21.0, 100, 5.0), (2.2, 8, 1.0), (0.5, 6, 20.0)])
def test_a_constant_day_ends_in_erlang_a(rate: float, servers: int, patience: float) -> None:
    """After a long time every measure is the steady one, the service levels included."""
    day = time_varying_line([0, 400, 410], [rate] * 2, [servers] * 2, 5.0, patience, awt=0.4)
    steady = erlang_a(rate, 5.0, patience, servers, awt=0.4)
    assert day.p_wait[1] == pytest.approx(steady.p_wait, rel=1e-9)
    assert day.mean_line[2] == pytest.approx(steady.mean_line, rel=1e-9)
    assert day.mean_busy[2] == pytest.approx(steady.mean_busy, rel=1e-9)
    assert day.abandoned[1] / day.arrived[1] == pytest.approx(steady.p_abandoned, rel=1e-9)
    assert day.waited[1] / day.arrived[1] == pytest.approx(steady.p_wait, rel=1e-9)
    for variant in "ABC":
        assert day.service_level(variant)[1] == pytest.approx(steady.service_level(variant), rel=1e-9)


def test_a_constant_day_without_patience_ends_in_erlang_b() -> None:
    """Who finds no free server leaves at once; nobody waits."""
    day = time_varying_line([0, 300, 310], [9, 9], [10, 10], 1.0, 0.0, awt=1.0)
    assert day.p_wait[2] == pytest.approx(erlang_b(9, 10), rel=1e-9)
    assert day.abandoned[1] == pytest.approx(day.waited[1])
    assert np.all(day.line_time == 0.0)
    assert day.abandoned_within == pytest.approx(day.waited)
    fallen = time_varying_line([0, 5, 6], [9, 0], [10, 2], 1.0, 0.0, at_fall="hand back")
    assert fallen.abandoned[1] == pytest.approx(fallen.handed_back[1])
    assert fallen.mean_busy[1] <= 2.0


def test_with_servers_enough_the_busy_ones_are_the_offered_load() -> None:
    """Nobody waits, and the mean number in service is that of M_t/M/infinity at every edge."""
    edges, rates = [0, 10, 20, 25, 60], [1.0, 5.0, 0.0, 2.0]
    day = time_varying_line(edges, rates, [90] * 4, 6.0, 2.0)
    assert day.mean_busy == pytest.approx(offered_load(edges, edges, rates, PiecewiseHazard.exponential(6.0)))
    assert day.waited.sum() < 1e-12


def test_when_staff_leaves_the_counted_rule_lets_them_finish() -> None:
    """Ten busy, two left, nobody comes: busy decays as exp(-mu t), as if nothing had happened."""
    day = time_varying_line([0, 1, 2, 5], [0, 0, 0], [10, 2, 2], 3.0, 4.0, start_jobs=10)
    assert day.mean_busy == pytest.approx(10 * np.exp(-day.edges / 3.0), rel=1e-10)
    assert day.abandoned.sum() == pytest.approx(0.0, abs=1e-15)


def test_when_staff_leaves_the_hand_back_rule_returns_the_rest() -> None:
    """Ten busy, two left: eight go back, are in line at once, and may leave."""
    day = time_varying_line([0, 1e-9, 50], [0, 0], [10, 2], 3.0, 4.0, start_jobs=10, at_fall="hand back")
    assert day.handed_back[1] == pytest.approx(8, abs=1e-7)
    assert (day.mean_busy[1], day.mean_line[1]) == pytest.approx((2, 8), abs=1e-7)
    # Two servers at rate 2/3, k waiting leave at k/4: the share served of each falls out of the race.
    expected = sum((k / 4) / (2 / 3 + k / 4) for k in range(1, 9))
    assert day.abandoned[1] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("at_fall", ["finish", "hand back"])
@pytest.mark.parametrize("patience", [0.0, 0.7, 6.0, math.inf])
def test_no_job_is_lost_or_made(at_fall: str, patience: float) -> None:
    """Start + arrived = served + left + still there, with falls, rises and closed intervals."""
    edges, rates = [0, 2, 3, 6, 7.5, 12], [3.0, 6.0, 0.0, 2.0, 4.0]
    for servers in ([4, 2, 5, 0, 3], [0, 7, 1, 1, 6], [3, 3, 3, 3, 3]):
        day = time_varying_line(edges, rates, servers, 1.3, patience, at_fall=at_fall, start_jobs=6, awt=0.5)
        came = 6 + day.arrived.sum()
        went = day.served.sum() + day.abandoned.sum() + day.mean_line[-1] + day.mean_busy[-1] + day.lost
        assert came == pytest.approx(went, rel=1e-10)
        assert day.served * 1.3 == pytest.approx(day.busy_time)
        assert np.all(day.served_within + day.abandoned_within <= day.arrived + 1e-9)
        # Whoever finds a free server is served within any limit.
        assert np.all(day.served_within >= day.arrived - day.waited - 1e-9)


def test_a_longer_limit_serves_more_and_a_very_long_one_everybody_who_stays() -> None:
    """The service level rises with the limit; without changes ahead it ends at 1 - P(leave)."""
    levels = [
        time_varying_line([0, 5, 9, 20], [4, 6, 2], [5, 3, 4], 1.0, 2.0, awt=limit).served_within
        for limit in (0.0, 0.1, 0.5, 2.0)
    ]
    for less, more in itertools.pairwise(levels):
        assert np.all(less < more)
    day = time_varying_line([0, 2, 3], [4, 6], [5, 3], 1.0, 2.0, awt=40.0)
    assert day.served_within + day.abandoned_within == pytest.approx(day.arrived, rel=1e-6)


def test_the_quadrature_before_a_change_is_fine_enough() -> None:
    """A limit across several changes: the same counts as with the intervals cut into small pieces."""
    coarse = time_varying_line([0, 3, 4, 7], [8, 12, 4], [5, 2, 4], 0.3, 0.6, awt=2.5)
    edges = np.arange(0, 7.1, 0.5)
    owner = np.searchsorted([3, 4], edges[:-1], side="right")
    fine = time_varying_line(edges, np.array([8, 12, 4])[owner], np.array([5, 2, 4])[owner], 0.3, 0.6, awt=2.5)
    summed = [fine.served_within[owner == k].sum() for k in range(3)]
    assert coarse.served_within == pytest.approx(summed, rel=1e-9)


def test_an_overloaded_line_grows_as_arrivals_minus_service() -> None:
    """Without leaving the table of states grows until nothing is lost."""
    day = time_varying_line([0, 100], [6.0], [4], 1.0, math.inf)
    assert day.mean_line[1] == pytest.approx(200, rel=0.01)
    assert day.lost < 1e-9 * 600


def test_wrong_days_are_refused() -> None:
    """Lengths, whole numbers, rules and missing limits are named."""
    with pytest.raises(ValueError, match="servers: got 1 values; 2 are needed"):
        time_varying_line([0, 1, 2], [1, 1], [1], 1, 1)
    with pytest.raises(ValueError, match=r"servers\[0\]: got 1.5"):
        time_varying_line([0, 1], [1], [1.5], 1, 1)
    with pytest.raises(ValueError, match="at_fall: got 'vanish'"):
        time_varying_line([0, 1], [1], [1], 1, 1, at_fall="vanish")
    with pytest.raises(ValueError, match="edges: got one edge"):
        time_varying_line([0], [], [], 1, 1)
    with pytest.raises(ValueError, match="arrival_rates: got 2 values; 1 are needed"):
        time_varying_line([0, 1], [1, 2], [1], 1, 1)
    day = time_varying_line([0, 1], [1], [1], 1, 1)
    with pytest.raises(ValueError, match="no awt was given"):
        day.service_level()
