"""Erlang B and C against published numbers, closed cases and each other."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.theory import (
    erlang_b,
    erlang_c,
    erlang_c_probability,
    erlang_c_wait_quantile,
    erlang_loss,
)


def test_erlang_b_agrees_with_published_tables() -> None:
    """The best-known formula of the field, digit by digit as others print it."""
    # Calculator manual of erlang.com, "How much traffic?": 15 lines, 1 % blocking carry 8.108 Erlang.
    assert erlang_b(8.108, 15) == pytest.approx(0.01, abs=5e-7)
    # Wolfram, "Compute Loss Probabilities for a Queue": 30 lines, 25 Erlang, about 0.05.
    assert erlang_b(25, 30) == pytest.approx(0.05, abs=5e-3)


def test_erlang_b_equals_the_defining_sum() -> None:
    """a^n/n! over the sum of a^k/k!, written out, wherever that does not overflow."""
    for load in (0.01, 0.7, 3.0, 20.0):
        for servers in (0, 1, 2, 5, 17, 40):
            terms = [load**k / math.factorial(k) for k in range(servers + 1)]
            assert erlang_b(load, servers) == pytest.approx(terms[-1] / sum(terms), rel=1e-13)


@pytest.mark.parametrize("load", [0.001, 0.3, 4.7, 49.0, 51.0, 730.0])
def test_erlang_b_between_whole_numbers_is_the_integral(load: float) -> None:
    """The continuation to fractional servers is int_0^inf exp(-y) (1 + y/a)^x dy, by plain quadrature."""
    from scipy.integrate import quad

    for servers in (0.25, 0.5, 1.75, 6.5, 33.1):

        def integrand(y: float, servers: float = servers) -> float:
            return math.exp(-y + servers * math.log1p(y / load))

        inverse = sum(quad(integrand, a, b, epsabs=0, limit=200)[0] for a, b in [(0, 30), (30, 120), (120, 400)])
        assert erlang_b(load, servers) == pytest.approx(1.0 / inverse, rel=1e-9)


def test_fractional_servers_join_the_whole_numbers_smoothly() -> None:
    """A server more or less by a billionth changes nothing visible."""
    for load in (0.5, 30.0, 60.0):
        for servers in (1, 12, 70):
            for near in (servers - 1e-9, servers + 1e-9):
                assert erlang_b(load, near) == pytest.approx(erlang_b(load, servers), rel=1e-7)
                assert erlang_c_probability(load, near) == pytest.approx(erlang_c_probability(load, servers), rel=1e-6)


def test_erlang_b_holds_for_very_many_servers() -> None:
    """At load = servers the blocking is sqrt(2 / (pi n)) (1 + O(1/sqrt n)) (Jagerman 1974)."""
    for servers in (10_000, 1_000_000):
        assert erlang_b(servers, servers) == pytest.approx(
            math.sqrt(2 / (math.pi * servers)), rel=2 / math.sqrt(servers)
        )
    assert erlang_b(1.0, 10_000) == 0.0
    assert erlang_b(3e4, 1e4) == pytest.approx(1 - 1e4 / 3e4, rel=1e-3)


def test_erlang_c_agrees_with_published_examples() -> None:
    """100 calls in 30 minutes, 3 minutes each, 14 agents, 20 seconds."""
    line = erlang_c(100 / 30, 3, 14, awt=20 / 60)
    # pyworkforce 0.1.0, project page on PyPI.
    assert line.p_wait == pytest.approx(0.1741319335950498, rel=1e-13)
    assert line.service_level_c == pytest.approx(0.8883500191794669, rel=1e-13)
    # R package ErlangC 0.1.0, README on CRAN.
    assert 60 * line.asa == pytest.approx(7.83593701177724, rel=1e-12)
    assert line.occupancy == pytest.approx(0.7142857, abs=5e-8)
    # GNU Octave "queueing" package, tests of qsmmm (after lecture slides of ETH Zurich, 2017).
    assert erlang_c(9, 1 / 5, 2).mean_line == pytest.approx(7.674, abs=1e-3)
    assert erlang_c(9, 1 / 5, 2).asa + 1 / 5 == pytest.approx(1.053, abs=1e-3)
    assert erlang_c(9, 1 / 5, 4).mean_line == pytest.approx(0.105, abs=1e-3)
    assert erlang_c(9, 1 / 5, 4).asa + 1 / 5 == pytest.approx(0.212, abs=1e-3)


def test_erlang_c_gives_the_waits_of_the_impatience_example() -> None:
    """48 per minute, 1 minute, 50 servers without leaving (Garnett, Mandelbaum & Reiman 2002)."""
    line = erlang_c(48, 1, 50)
    assert 60 * line.mean_wait == pytest.approx(20.8, abs=0.05)
    assert line.mean_line == pytest.approx(17, abs=0.5)
    assert line.occupancy == pytest.approx(0.96)
    assert 60 * erlang_c_wait_quantile(0.9, 48, 1, 50) == pytest.approx(58.1, abs=0.05)


def test_one_server_is_the_textbook_queue() -> None:
    """M/M/1: wait rho / (mu - lambda), P(W > t) = rho exp(-(mu - lambda) t)."""
    line = erlang_c(0.92, 1.0, 1, awt=3.0)
    assert line.mean_wait == pytest.approx(11.5)
    assert line.p_wait_longer == pytest.approx(0.92 * math.exp(-0.08 * 3))
    assert line.excess_wait == pytest.approx(0.92 * math.exp(-0.08 * 3) / 0.08)


def test_wait_quantile_inverts_the_distribution() -> None:
    """The quantile put back as the limit gives the share; inside the mass at 0 it is 0."""
    for share in (0.5, 0.9, 0.999):
        limit = erlang_c_wait_quantile(share, 48, 1, 50)
        assert erlang_c(48, 1, 50, limit).p_served_within == pytest.approx(share, rel=1e-12)
    assert erlang_c_wait_quantile(0.3, 48, 1, 50) == 0.0
    assert erlang_c_wait_quantile(0.3, 51, 1, 50) == math.inf
    with pytest.raises(ValueError, match=r"share: got 1\.0"):
        erlang_c_wait_quantile(1.0, 48, 1, 50)


def test_an_overloaded_line_without_leaving_never_answers_in_time() -> None:
    """At and above full load: infinite waits, and the servers keep up with their own share only."""
    for rate in (10.0, 12.0, 30.0):
        line = erlang_c(rate, 1.0, 10, awt=5.0)
        assert (line.p_wait, line.asa, line.mean_line) == (1.0, math.inf, math.inf)
        assert [line.service_level(v) for v in "ABCD"] == [0.0, 0.0, 0.0, 0.0]
        assert line.p_served == pytest.approx(10 / rate)
    assert erlang_c(0.0, 1.0, 10).p_wait == 0.0
    assert erlang_c(1.0, 1.0, 0).p_served == 0.0


def test_the_loss_system_keeps_its_balance() -> None:
    """Busy servers = load carried; nobody waits."""
    for servers in np.arange(0, 40, 7):
        lost = erlang_loss(12.0, 2.0, int(servers))
        assert lost.mean_busy == pytest.approx(24.0 * lost.p_served)
        assert lost.p_blocked + lost.p_served == pytest.approx(1.0)
        assert lost.mean_busy <= servers + 1e-12


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: erlang_b(-1, 2), "offered_load: got -1.0"),
        (lambda: erlang_b(math.nan, 2), "offered_load: got nan"),
        (lambda: erlang_b(1, math.inf), "servers: got inf"),
        (lambda: erlang_c(1, 0, 2), "mean_service: got 0.0"),
        (lambda: erlang_c(1, 1, 2.5), "servers: got 2.5"),
        (lambda: erlang_c(1, 1, 2, awt=-1), "awt: got -1.0"),
    ],
)
def test_wrong_numbers_are_named(call: object, message: str) -> None:
    """The message says which argument, what came and what is allowed."""
    with pytest.raises(ValueError, match=message):
        call()  # type: ignore[operator]
