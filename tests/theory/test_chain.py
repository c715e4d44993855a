"""The general chain solver: known steady states, skill routing, transients, refusals."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from sim.theory import erlang_a, explore


def test_a_birth_and_death_chain_is_erlang_a() -> None:
    """The simplest line, explored from the empty state."""

    def moves(jobs: int) -> Iterator[tuple[int, float]]:
        if jobs < 150:
            yield jobs + 1, 21.0
        if jobs:
            yield jobs - 1, min(jobs, 100) / 5 + max(jobs - 100, 0) / 5

    # Patience equal to service: the number of jobs is Poisson with mean 105.
    chain = explore(0, moves, limit=1000)
    steady = chain.stationary()
    poisson = [math.exp(k * math.log(105) - 105 - math.lgamma(k + 1)) for k in range(151)]
    assert steady == pytest.approx(np.array(poisson) / sum(poisson), abs=1e-13)
    assert chain.mass(steady, lambda k: k == 150) < 1e-4


def n_shape(
    rates: tuple[float, float], pools: tuple[int, int], patience: tuple[float, float], room: int
) -> list[float]:
    """Shares leaving in the N shape: pool 0 serves line 0 only; pool 1 serves line 1 first, then line 0.

    Line 0 prefers pool 0. Service has mean 1.
    """

    def moves(state: tuple[int, int, int, int]) -> Iterator[tuple[tuple[int, int, int, int], float]]:
        b0, b1, w0, w1 = state
        if b0 < pools[0]:
            yield (b0 + 1, b1, w0, w1), rates[0]
        elif b1 < pools[1]:
            yield (b0, b1 + 1, w0, w1), rates[0]
        elif w0 < room:
            yield (b0, b1, w0 + 1, w1), rates[0]
        if b1 < pools[1]:
            yield (b0, b1 + 1, w0, w1), rates[1]
        elif w1 < room:
            yield (b0, b1, w0, w1 + 1), rates[1]
        if b0:
            yield (b0, b1, w0 - 1, w1) if w0 else (b0 - 1, b1, w0, w1), b0
        if b1:
            after = (b0, b1, w0, w1 - 1) if w1 else (b0, b1, w0 - 1, w1) if w0 else (b0, b1 - 1, w0, w1)
            yield after, b1
        yield (b0, b1, max(w0 - 1, 0), w1), w0 / patience[0]
        yield (b0, b1, w0, max(w1 - 1, 0)), w1 / patience[1]

    chain = explore((0, 0, 0, 0), moves)
    steady = chain.stationary()
    assert chain.mass(steady, lambda s: room in s[2:]) < 1e-8
    return [chain.mean(steady, lambda s, i=i: s[2 + i]) / patience[i] / rates[i] if rates[i] else 0.0 for i in (0, 1)]


def test_an_n_shape_falls_apart_into_known_lines() -> None:
    """Without line 1 the pools are one; without pool 0 line 1 does not see line 0 but for its servers."""
    pooled = n_shape((4.0, 0.0), (2, 3), (1.0, 1.0), 22)
    assert pooled[0] == pytest.approx(erlang_a(4.0, 1.0, 1.0, 5).p_abandoned, rel=1e-9)
    # Line 0 empty: line 1 alone with pool 1.
    alone = n_shape((0.0, 3.0), (2, 3), (1.0, 1.0), 22)
    assert alone[1] == pytest.approx(erlang_a(3.0, 1.0, 1.0, 3).p_abandoned, rel=1e-9)


def test_an_n_shape_keeps_its_balances() -> None:
    """With one patience and service, the share leaving lies between one pool of all and two pools apart."""
    both = n_shape((2.2, 1.8), (2, 2), (1.0, 1.0), 20)
    together = (2.2 * both[0] + 1.8 * both[1]) / 4.0
    apart = (2.2 * erlang_a(2.2, 1, 1, 2).p_abandoned + 1.8 * erlang_a(1.8, 1, 1, 2).p_abandoned) / 4.0
    assert erlang_a(4.0, 1, 1, 4).p_abandoned < together < apart


def test_an_x_shape_of_equal_pools_is_one_pool() -> None:
    """Every pool serves both lines, longest line first: with equal service the total is Erlang A."""
    theta, pools = 0.5, (2, 3)

    def moves(state: tuple[int, int, int, int]) -> Iterator[tuple[tuple[int, int, int, int], float]]:
        b0, b1, w0, w1 = state
        for line, rate in ((0, 1.5), (1, 3.0)):
            first, second = (b0 < pools[0], b1 < pools[1]) if line == 0 else (False, b1 < pools[1])
            if first or (not second and b0 < pools[0]):
                yield (b0 + 1, b1, w0, w1), rate
            elif b1 < pools[1]:
                yield (b0, b1 + 1, w0, w1), rate
            elif w0 + w1 < 25:
                yield (b0, b1, w0 + (line == 0), w1 + (line == 1)), rate
        for pool, busy in ((0, b0), (1, b1)):
            if not busy:
                continue
            if w0 + w1:
                yield (b0, b1, w0 - 1, w1) if w0 >= w1 else (b0, b1, w0, w1 - 1), busy
            else:
                yield (b0 - (pool == 0), b1 - (pool == 1), 0, 0), busy
        yield (b0, b1, max(w0 - 1, 0), w1), theta * w0
        yield (b0, b1, w0, max(w1 - 1, 0)), theta * w1

    chain = explore((0, 0, 0, 0), moves)
    steady = chain.stationary()
    line = erlang_a(4.5, 1.0, 1 / theta, 5)
    assert chain.mean(steady, lambda s: s[2] + s[3]) == pytest.approx(line.mean_line, rel=1e-8)
    assert chain.mass(steady, lambda s: s[0] + s[1] == 5) == pytest.approx(line.p_wait, rel=1e-8)


def test_the_transient_solves_the_forward_equations() -> None:
    """Against the matrix exponential, near and far, and into the steady state."""
    from scipy.linalg import expm

    rng = np.random.default_rng(7)
    rates = rng.exponential(size=(9, 9))
    chain = explore(0, lambda i: [(j, rates[i, j]) for j in range(9) if j != i])
    start = np.eye(9)[0]
    order = list(chain.states)
    q = rates - np.diag(np.diag(rates))
    q -= np.diag(q.sum(axis=1))
    for time in (0.0, 0.01, 1.0, 30.0, 900.0):
        expected = (np.eye(9)[0] @ expm(q * time))[order]
        assert chain.transient(start, time) == pytest.approx(expected, abs=1e-12)
    assert chain.transient(start, 900.0) == pytest.approx(chain.stationary(), abs=1e-12)


def test_states_left_for_ever_get_no_mass() -> None:
    """A start-up state that is never seen again, and an end that is never left."""
    chain = explore("start", lambda s: {"start": [("a", 1.0)], "a": [("b", 2.0)], "b": [("a", 1.0)]}[s])
    steady = dict(zip(chain.states, chain.stationary(), strict=True))
    assert steady == pytest.approx({"start": 0.0, "a": 1 / 3, "b": 2 / 3})
    ends = explore("a", lambda s: [("end", 1.0)] if s == "a" else [])
    assert ends.stationary() == pytest.approx([0.0, 1.0])


def test_chains_that_have_no_single_answer_are_refused() -> None:
    """Two ends, negative rates, too many states, a start of the wrong shape."""
    fork = explore(0, lambda s: [(1, 1.0), (2, 1.0)] if s == 0 else [])
    with pytest.raises(ValueError, match="2 separate classes"):
        fork.stationary()
    with pytest.raises(ValueError, match=r"rate from 0 to 1: got -1\.0"):
        explore(0, lambda s: [(1, -1.0)])
    with pytest.raises(ValueError, match="more than 50 states"):
        explore(0, lambda s: [(s + 1, 1.0)], limit=50)
    with pytest.raises(ValueError, match="start: got shape"):
        fork.transient(np.ones(2), 1.0)
