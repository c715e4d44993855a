"""Erlang A, its limited line, and M/M/n+G: published numbers, brute force, identities."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest

from sim.theory import (
    LineMeasures,
    Lognormal,
    PiecewiseHazard,
    SurvivalFunction,
    erlang_a,
    erlang_a_limited,
    erlang_b,
    erlang_c,
    erlang_loss,
    explore,
    mmng,
)

FIELDS = [
    "p_wait",
    "p_abandoned",
    "p_served",
    "mean_wait",
    "asa",
    "mean_line",
    "mean_busy",
    "p_served_within",
    "p_abandoned_within",
    "p_wait_longer",
    "excess_wait",
]


def assert_same(one: LineMeasures, other: LineMeasures, tolerance: float, fields: list[str] = FIELDS) -> None:
    """All fields agree: absolutely below 1, relatively above."""
    for name in fields:
        a, b = getattr(one, name), getattr(other, name)
        assert a == pytest.approx(b, rel=tolerance, abs=tolerance), name


@pytest.mark.parametrize(
    ("servers", "p_wait", "p_abandoned", "mean_wait", "digits"),
    [(100, 0.700245, 0.066982, 0.334910, 6), (10, 0.60287, 0.14643, 0.73214, 5)],
)
def test_erlang_a_gives_the_exact_values_of_workload_w1(
    servers: int, p_wait: float, p_abandoned: float, mean_wait: float, digits: int
) -> None:
    """Load 1.05 per server, service and patience 5: the figures every engine is held against."""
    line = erlang_a(0.21 * servers, 5, 5, servers)
    assert round(line.p_wait, digits) == p_wait
    assert round(line.p_abandoned, digits) == p_abandoned
    assert round(line.mean_wait, digits) == mean_wait


def test_erlang_a_gives_the_published_comparison_with_erlang_c() -> None:
    """48 per minute, 1 minute, patience 2 minutes, 50 servers (Garnett, Mandelbaum & Reiman 2002)."""
    line = erlang_a(48, 1, 2, 50)
    assert line.p_abandoned == pytest.approx(0.031, abs=5e-4)
    assert 60 * line.mean_wait == pytest.approx(3.7, abs=0.05)
    assert line.mean_line == pytest.approx(3, abs=0.5)
    assert line.occupancy == pytest.approx(0.93, abs=5e-3)


@pytest.mark.parametrize("servers", [10, 100, 1000])
def test_erlang_a_equals_palms_formula(servers: int) -> None:
    """P(wait) from A = 1 + sum prod y/(x + k) and Erlang B, P(abandon | wait) = 1/(rho A) + 1 - 1/rho."""
    for rho, patience in itertools.product((0.8, 1.0, 1.05, 1.2), (0.3, 1.0, 6.0)):
        x, y = servers * patience, rho * servers * patience
        a, term = 1.0, 1.0
        for k in itertools.count(1):
            term *= y / (x + k)
            a += term
            if term < 1e-17 * a:
                break
        b = erlang_b(rho * servers, servers)
        p_wait = a * b / (1 + (a - 1) * b)
        line = erlang_a(rho * servers, 1.0, patience, servers)
        assert line.p_wait == pytest.approx(p_wait, rel=1e-11)
        assert line.p_abandoned == pytest.approx(p_wait * (1 / (rho * a) + 1 - 1 / rho), rel=1e-8, abs=1e-13)


@pytest.mark.parametrize(
    ("rate", "service", "patience", "servers", "room", "awt"),
    [
        (2.0, 1.0, 1.5, 1, 5, 0.4),
        (2.1, 5.0, 5.0, 10, 60, 0.3),
        (3.0, 5.0, 0.7, 10, 40, 1.1),
        (0.4, 3.0, 20.0, 3, 12, 2.0),
        (9.0, 1.0, 2.0, 4, 3, 0.2),
    ],
)
def test_limited_line_equals_linear_algebra(
    dense_line: Callable[..., dict[str, float]],
    rate: float,
    service: float,
    patience: float,
    servers: int,
    room: int,
    awt: float,
) -> None:
    """Every field, against a dense generator and the matrix exponential of the jobs ahead."""
    line = erlang_a_limited(rate, service, patience, servers, room, awt)
    for name, value in dense_line(rate, service, patience, servers, room, awt).items():
        assert getattr(line, name) == pytest.approx(value, rel=1e-9, abs=1e-12), name


def test_erlang_a_equals_linear_algebra(dense_line: Callable[..., dict[str, float]]) -> None:
    """Every field of the integral formula, against a dense chain long enough to lose nothing."""
    for rate, patience, servers in [(2.1, 5.0, 10), (6.0, 0.5, 12), (0.1, 2.0, 2)]:
        line = erlang_a(rate, 2.0, patience, servers, awt=0.35)
        for name, value in dense_line(rate, 2.0, patience, servers, 80, 0.35).items():
            if name != "p_blocked":
                assert getattr(line, name) == pytest.approx(value, rel=1e-9, abs=1e-12), name


@pytest.mark.parametrize("servers", [1, 3, 40, 600])
def test_the_integral_equals_the_endless_birth_and_death_sum(servers: int) -> None:
    """Two formulas without a line of code in common give the same eleven numbers."""
    for rho, patience, awt in itertools.product((1e-6, 0.5, 0.97, 1.0, 1.3, 3.0), (1e-4, 0.2, 5.0), (0.0, 0.1, 9.0)):
        rate = rho * servers
        whole = erlang_a(rate, 1.0, patience, servers, awt)
        assert_same(whole, erlang_a_limited(rate, 1.0, patience, servers, math.inf, awt), 1e-10)


def test_more_room_leads_from_erlang_b_to_erlang_a() -> None:
    """No room is Erlang B, blocking falls with every place, much room is Erlang A."""
    assert_same(erlang_a_limited(21, 5, 5, 100, 0), erlang_loss(21, 5, 100), 1e-13)
    blocked = [erlang_a_limited(21, 5, 5, 100, room).p_blocked for room in (0, 1, 5, 20, 80)]
    assert blocked[0] == pytest.approx(erlang_b(105, 100), rel=1e-12)
    assert all(more < less for less, more in itertools.pairwise(blocked))
    assert_same(erlang_a_limited(21, 5, 5, 100, 200, 0.5), erlang_a(21, 5, 5, 100, 0.5), 1e-11)


def test_limited_line_without_leaving_is_the_textbook_chain() -> None:
    """M/M/1/K: geometric probabilities, and the wait a sum of exponential times."""
    line = erlang_a_limited(0.5, 1.0, math.inf, 1, 3, awt=2.0)
    p = 0.5 ** np.arange(5) / sum(0.5 ** np.arange(5))
    assert line.p_blocked == pytest.approx(p[4])
    poisson = [math.exp(-2) * sum(2.0**i / math.factorial(i) for i in range(k)) for k in range(1, 4)]
    assert line.p_wait_longer == pytest.approx(float(p[1:4] @ poisson))
    # Integral of the same tail from the limit on, by a fine midpoint sum.
    t = 2.0 + (np.arange(200_000) + 0.5) * 2e-4
    tails = [sum(np.exp(-t) * t**i / math.factorial(i) for i in range(k)) for k in range(1, 4)]
    assert line.excess_wait == pytest.approx(sum(p[k + 1] * tails[k].sum() * 2e-4 for k in range(3)), rel=1e-6)
    assert line.mean_line == pytest.approx(0.5 * line.mean_wait)


def test_patience_without_end_is_erlang_c() -> None:
    """Mean patience infinite exactly, and in the limit."""
    for servers, rho in itertools.product((1, 10, 300), (0.1, 0.7, 0.97)):
        exact = erlang_c(rho * servers, 1.0, servers, awt=0.3)
        assert_same(erlang_a(rho * servers, 1.0, math.inf, servers, awt=0.3), exact, 1e-11)
        assert_same(erlang_a(rho * servers, 1.0, 1e10, servers, awt=0.3), exact, 1e-6)
    for rate in (10, 12):
        assert_same(erlang_a(rate, 1.0, math.inf, 10, awt=2), erlang_c(rate, 1.0, 10, awt=2), 1e-12)


def test_no_patience_is_erlang_b() -> None:
    """Mean patience 0 exactly, and in the limit: who finds no free server leaves with wait 0."""
    for servers, rho in itertools.product((1, 10, 300), (0.1, 0.97, 3.0)):
        load = rho * servers
        line = erlang_a(load, 1.0, 0.0, servers, awt=0.3)
        assert line.p_abandoned == pytest.approx(erlang_b(load, servers), rel=1e-11)
        assert (line.mean_wait, line.asa, line.p_wait_longer) == (0.0, 0.0, 0.0)
        assert line.service_level_a == pytest.approx(1.0)
        assert erlang_a(load, 1.0, 1e-10, servers).p_abandoned == pytest.approx(line.p_abandoned, rel=1e-6)
        assert_same(erlang_a_limited(load, 1.0, 0.0, servers, 5, awt=0.3), line, 1e-11)


def test_without_servers_everybody_waits_out_his_patience() -> None:
    """n = 0: wait = patience, nobody served, no NaN in any ratio."""
    for line in (erlang_a(3, 5, 2, 0, awt=1), erlang_a_limited(3, 5, 2, 0, math.inf, awt=1)):
        assert (line.p_wait, line.p_abandoned, line.p_served) == (1.0, 1.0, 0.0)
        assert line.mean_wait == pytest.approx(2.0)
        assert line.p_wait_longer == pytest.approx(math.exp(-0.5))
        assert line.excess_wait == pytest.approx(2 * math.exp(-0.5))
        assert line.mean_line == pytest.approx(6.0)
        assert line.asa == math.inf
        assert [line.service_level(v) for v in "ACD"] == [0.0, 0.0, 0.0]
    nobody = erlang_a(3, 5, 0, 0, awt=1)
    assert [nobody.service_level(v) for v in "ABCD"] == [0.0, 1.0, 0.0, 0.0]


def test_without_arrivals_a_job_would_be_served_at_once() -> None:
    """Load 0: nothing busy, full service level."""
    for line in (erlang_a(0, 5, 2, 3, awt=1), erlang_a_limited(0, 5, 2, 3, 4, awt=1)):
        assert (line.p_wait, line.mean_wait, line.mean_busy, line.p_served) == (0.0, 0.0, 0.0, 1.0)
        assert [line.service_level(v) for v in "ABCD"] == [1.0, 1.0, 1.0, 1.0]


def phase_line(
    rate: float, servers: int, room: int, draw: list[tuple[int, float]], end: Callable[[int], list[tuple[int, float]]]
) -> dict[str, float]:
    """M/M/n+PH with service 1, the phase of each waiting job kept: probability of waiting, leaving, mean line.

    `draw` are the starting phases with their shares, `end` the (next phase or -1 = leaves, rate) of a phase.
    """

    def moves(state: tuple[int, ...]) -> list[tuple[tuple[int, ...], float]]:
        busy, line = state[0], state[1:]
        out: list[tuple[tuple[int, ...], float]] = []
        if busy < servers:
            out.append(((busy + 1,), rate))
        elif len(line) < room:
            out += [((*state, phase), rate * share) for phase, share in draw]
        if line:
            out.append(((busy, *line[1:]), servers))
        elif busy:
            out.append(((busy - 1,), busy))
        for i, phase in enumerate(line):
            for after, speed in end(phase):
                kept = (after,) if after >= 0 else ()
                out.append(((busy, *line[:i], *kept, *line[i + 1 :]), speed))
        return out

    chain = explore((0,), moves)
    steady = chain.stationary()
    line = chain.mean(steady, lambda s: len(s) - 1)
    busy = chain.mean(steady, lambda s: s[0])
    assert chain.mass(steady, lambda s: len(s) - 1 == room) < 1e-6
    return {
        "p_wait": chain.mass(steady, lambda s: s[0] == servers),
        "p_abandoned": 1 - busy / rate,
        "mean_wait": line / rate,
    }


def test_mmng_equals_a_chain_with_erlang_patience() -> None:
    """Patience of two phases (increasing hazard), each waiting job's phase in the state."""
    brute = phase_line(1.9, 2, 9, [(0, 1.0)], lambda phase: [(1, 6.0)] if phase == 0 else [(-1, 6.0)])
    patience = SurvivalFunction(lambda x: np.exp(-6 * x) * (1 + 6 * x))
    line = mmng(1.9, 1.0, patience, 2)
    for name, value in brute.items():
        assert getattr(line, name) == pytest.approx(value, abs=2e-6), name


def test_mmng_equals_a_chain_with_mixed_patience() -> None:
    """Patience short or long by chance (falling hazard), each waiting job's kind in the state."""
    kinds = [(0, 0.6), (1, 0.4)]
    brute = phase_line(1.2, 2, 9, kinds, lambda kind: [(-1, (8.0, 1.5)[kind])])
    patience = SurvivalFunction(lambda x: 0.6 * np.exp(-8 * x) + 0.4 * np.exp(-1.5 * x))
    line = mmng(1.2, 1.0, patience, 2)
    for name, value in brute.items():
        assert getattr(line, name) == pytest.approx(value, abs=2e-6), name


def test_balking_equals_a_thinned_chain() -> None:
    """A share that leaves at once when all are busy: the chain whose arrivals thin while all are busy."""
    rate, servers, balk, theta = 12.0, 10, 0.3, 0.7

    def moves(jobs: int) -> list[tuple[int, float]]:
        up = [(jobs + 1, rate if jobs < servers else rate * (1 - balk))] if jobs < 120 else []
        down = [(jobs - 1, min(jobs, servers) + theta * max(jobs - servers, 0))] if jobs else []
        return up + down

    chain = explore(0, moves)
    steady = chain.stationary()
    line = mmng(rate, 1.0, PiecewiseHazard([0], [theta], balk=balk), servers)
    assert line.p_wait == pytest.approx(chain.mass(steady, lambda k: k >= servers), rel=1e-10)
    assert line.mean_line == pytest.approx(chain.mean(steady, lambda k: max(k - servers, 0)), rel=1e-10)
    assert line.mean_busy == pytest.approx(chain.mean(steady, lambda k: min(k, servers)), rel=1e-10)
    # Those who balk are gone within 0; the limit 0 separates them from those who wait.
    assert line.p_abandoned_within == pytest.approx(balk * line.p_wait, rel=1e-12)
    assert line.p_wait_longer == pytest.approx((1 - balk) * line.p_wait, rel=1e-12)


def test_fixed_patience_equals_its_closed_form() -> None:
    """M/M/1+D: with f constant in sign, J has a closed form (Barrer 1957)."""
    rate, limit = 1.3, 0.8
    grow = rate - 1.0
    to_limit = (math.exp(grow * limit) - 1) / grow
    beyond = math.exp(grow * limit)
    j = to_limit + beyond  # after the limit f falls as exp(-(x - limit))
    line = mmng(rate, 1.0, PiecewiseHazard.fixed(limit), 1)
    assert line.p_wait == pytest.approx(rate * j / (1 + rate * j), rel=1e-12)
    assert line.p_abandoned == pytest.approx(rate * beyond / (1 + rate * j), rel=1e-12)
    jump = SurvivalFunction(lambda x: (x < limit).astype(float), breaks=[limit])
    assert_same(mmng(rate, 1.0, jump, 1, awt=0.5), mmng(rate, 1.0, PiecewiseHazard.fixed(limit), 1, awt=0.5), 1e-10)


@pytest.mark.parametrize("servers", [1, 10, 100, 1000])
def test_mmng_with_exponential_patience_is_erlang_a(servers: int) -> None:
    """Given as a plain function, as equal hazards in many pieces, and in closed form."""
    for rho, patience in itertools.product((0.2, 0.98, 1.05, 2.5), (0.05, 1.0, 30.0)):
        rate = rho * servers
        exact = erlang_a_limited(rate, 1.0, patience, servers, math.inf, awt=0.07)
        pieces = PiecewiseHazard([0, 0.01, 0.5, 2, 40], [1 / patience] * 5)
        plain = SurvivalFunction(lambda x, mean=patience: np.exp(-x / mean))
        assert_same(mmng(rate, 1.0, pieces, servers, awt=0.07), exact, 1e-9)
        assert_same(mmng(rate, 1.0, plain, servers, awt=0.07), exact, 1e-9)


def test_a_limit_on_a_break_or_off_it_makes_no_jump() -> None:
    """The limit is put on the grid: the service level is as smooth as the wait's law allows."""
    patience = PiecewiseHazard([0, 5, 15, 30, 60, 120, 240], [0.08, 0.33, 0.16, 0.16, 0.13, 0.075, 0.046])
    for limit in (5.0, 30.0, 33.3):
        levels = [mmng(0.7, 300.0, patience, 190, awt=limit + d).service_level_a for d in (-1e-6, 0.0, 1e-6)]
        assert levels[0] == pytest.approx(levels[1], abs=1e-7)
        assert levels[2] == pytest.approx(levels[1], abs=1e-7)


@pytest.mark.parametrize(
    "patience",
    [
        PiecewiseHazard([0, 0.25, 1], [0.3, 0.0, 0.06], balk=0.05),
        PiecewiseHazard([0, 1, 3], [0.2, 1.5, math.inf], balk=0.1),
        Lognormal(3.0, 1.0),
        SurvivalFunction(lambda x: np.exp(-((x / 2.3) ** 0.7))),
    ],
    ids=["hazards with a flat piece", "hazards that end", "lognormal", "Weibull below 1"],
)
@pytest.mark.parametrize(("rate", "servers"), [(0.2, 1), (19.0, 100), (21.0, 100), (2000.0, 5000)])
def test_mmng_obeys_the_balances(patience: PiecewiseHazard, rate: float, servers: int) -> None:
    """P(leave) also follows from the servers' balance, P(leave in time) + P(served in time) + P(longer) = 1."""
    line = mmng(rate, 5.0, patience, servers, awt=0.5)
    assert line.p_served + line.p_abandoned == pytest.approx(1.0, abs=1e-11)
    assert line.p_served_within + line.p_abandoned_within + line.p_wait_longer == pytest.approx(1.0, abs=1e-11)
    # lambda P(served) = mu E[busy]; with all busy on arrival with P(wait) the rest follows from Erlang B.
    free = 1 - line.p_wait
    idle_part = erlang_loss(rate, 5.0, servers - 1).mean_busy if servers > 1 else 0.0
    assert line.mean_busy == pytest.approx(servers * line.p_wait + free * idle_part, rel=1e-9)
    # The density form of the same wait: excess over 0 is the mean, excess over a large limit vanishes.
    assert mmng(rate, 5.0, patience, servers).excess_wait == pytest.approx(line.mean_wait, rel=1e-10)
    assert line.mean_wait - line.excess_wait <= 0.5 * line.p_wait + 1e-12
    assert line.asa <= line.mean_wait / max(line.p_served, 1e-9) + 1e-12


def test_a_share_that_never_leaves_can_overload_the_line() -> None:
    """Hazard that ends at 0: stable as long as the patient share fits, without end beyond."""
    patience = PiecewiseHazard([0, 1], [1.0, 0.0])
    stays = math.exp(-1)
    fits = mmng(0.999 * 10 / stays, 1.0, patience, 10, awt=1)
    assert math.isfinite(fits.mean_wait)
    assert fits.mean_wait > 10
    over = mmng(1.001 * 10 / stays, 1.0, patience, 10, awt=1)
    assert (over.mean_wait, over.asa, over.service_level_a) == (math.inf, math.inf, 0.0)
    assert over.p_abandoned == pytest.approx(1 - stays)
    assert fits.p_abandoned == pytest.approx(over.p_abandoned, abs=2e-3)


def test_service_levels_follow_their_definitions() -> None:
    """SL-A..D of a limited line, from counts."""
    line = erlang_a_limited(21, 5, 5, 100, 10, awt=0.2)
    early, gone = line.p_served_within, line.p_abandoned_within
    assert line.service_level() == line.service_level_a == pytest.approx(early / (1 - gone))
    assert line.service_level("B") == pytest.approx(early + gone)
    assert line.service_level("C") == pytest.approx(early)
    assert line.service_level("D") == pytest.approx(early / (1 - line.p_abandoned - line.p_blocked))
    assert line.service_level("C") < line.service_level("A") < line.service_level("D")
    with pytest.raises(ValueError, match="variant: got 'E'"):
        line.service_level("E")


def test_a_very_long_patience_keeps_the_digits_of_the_excess() -> None:
    """Patience a billion services long: the excess differs from the endless one by a billionth."""
    endless = erlang_a_limited(9.0, 1.0, math.inf, 10, 40, awt=0.3).excess_wait
    assert erlang_a_limited(9.0, 1.0, 1e11, 10, 40, awt=0.3).excess_wait == pytest.approx(endless, rel=1e-8)


def test_a_line_without_limit_that_cannot_settle_is_refused() -> None:
    """Nobody leaves, the load is too high, the room endless: no steady state to return."""
    with pytest.raises(ValueError, match="needs less"):
        erlang_a_limited(10, 1, math.inf, 10, math.inf)
    with pytest.raises(ValueError, match="use erlang_a"):
        erlang_a_limited(20, 1, 1e9, 10, math.inf)
    with pytest.raises(ValueError, match="mean_patience: got nan"):
        erlang_a(1, 1, math.nan, 1)
