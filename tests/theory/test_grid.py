"""All steady-state formulas over their whole range: no NaN, no overflow, identities, monotony."""

from __future__ import annotations

import itertools
import math
from dataclasses import fields

import pytest

from sim.theory import (
    LineMeasures,
    Lognormal,
    PiecewiseHazard,
    concurrent_line,
    erlang_a,
    erlang_a_limited,
    erlang_b,
    erlang_c,
    erlang_loss,
    mmng,
)

SERVERS = [0, 1, 2, 7, 50, 1000, 10_000]
LOADS = [0.0, 1e-6, 0.3, 0.9, 1.0, 1.02, 1.5, 3.0]
PATIENCE = [0.0, 1e-6, 1e-3, 0.1, 1.0, 20.0, 1e3, 1e6, math.inf]
LIMITS = [0.0, 0.2, 50.0, math.inf]

# Without a subject or without an end these are infinite by definition, never NaN.
MAY_BE_INFINITE = {"mean_wait", "asa", "mean_line", "excess_wait", "awt"}


def assert_sound(line: LineMeasures) -> None:
    """Every field is a number of its kind; shares are shares."""
    for field in fields(line):
        value = getattr(line, field.name)
        assert not math.isnan(value), field.name
        assert value >= 0, field.name
        if field.name not in MAY_BE_INFINITE:
            assert math.isfinite(value), field.name
        if field.name.startswith("p_"):
            assert value <= 1, field.name
    for variant in "ABCD":
        assert 0 <= line.service_level(variant) <= 1 + 1e-12
    assert 0 <= line.occupancy <= 1 + 1e-9
    assert line.mean_busy <= line.servers + 1e-6 * max(line.servers, 1)


def assert_consistent(line: LineMeasures, mean_patience: float) -> None:
    """Identities of a line that settles."""
    assert line.p_served + line.p_abandoned + line.p_blocked == pytest.approx(1.0, abs=1e-9)
    parts = line.p_served_within + line.p_abandoned_within + line.p_wait_longer + line.p_blocked
    assert parts == pytest.approx(1.0, abs=1e-9)
    # Little: waiting and busy jobs.
    assert line.mean_line == pytest.approx(line.arrival_rate * line.mean_wait, rel=1e-8, abs=1e-10)
    assert line.mean_busy == pytest.approx(line.offered_load * line.p_served, rel=1e-8, abs=1e-8)
    # Exponential patience: jobs leave the line at rate 1 / mean patience.
    if 0 < mean_patience < math.inf:
        assert line.p_abandoned == pytest.approx(line.mean_wait / mean_patience, rel=1e-8, abs=1e-10)
    assert line.p_wait_longer <= line.p_wait + 1e-12
    assert line.p_served_within <= line.p_served + 1e-12
    assert line.p_abandoned_within <= line.p_abandoned + 1e-12
    assert line.excess_wait <= line.mean_wait * (1 + 1e-9) + 1e-12


@pytest.mark.parametrize("servers", SERVERS)
def test_erlang_a_is_sound_everywhere(servers: int) -> None:
    """0 to 10,000 servers, load 0 to 3, patience from nothing to everything."""
    for load, patience, limit in itertools.product(LOADS, PATIENCE, LIMITS):
        rate = load * max(servers, 1)
        line = erlang_a(rate, 1.0, patience, servers, limit)
        assert_sound(line)
        if patience < math.inf and servers:
            assert_consistent(line, patience)


@pytest.mark.parametrize("servers", SERVERS)
def test_the_limited_line_is_sound_everywhere(servers: int) -> None:
    """The same range with little and much room."""
    limits = LIMITS if servers < 1000 else [0.2]
    for load, patience, limit, room in itertools.product(LOADS, PATIENCE, limits, (0, 1, 300)):
        rate = load * max(servers, 1)
        line = erlang_a_limited(rate, 1.0, patience, servers, room, limit)
        assert_sound(line)
        if patience < math.inf and servers:
            assert_consistent(line, patience)


@pytest.mark.parametrize("servers", SERVERS)
def test_erlang_b_and_c_are_sound_everywhere(servers: int) -> None:
    """The same range without impatience."""
    for load, limit in itertools.product(LOADS, LIMITS):
        rate = load * max(servers, 1)
        assert_sound(erlang_c(rate, 1.0, servers, limit))
        assert_sound(erlang_loss(rate, 1.0, servers))
        if servers and load < 1:
            assert_consistent(erlang_c(rate, 1.0, servers, limit), math.inf)


@pytest.mark.parametrize("servers", [0, 1, 50, 10_000])
def test_mmng_is_sound_everywhere(servers: int) -> None:
    """General patience: a table with a flat piece, an end, a share that never leaves; lognormal."""
    laws = [
        PiecewiseHazard([0, 0.01, 0.5], [9.0, 0.0, 0.2], balk=0.1),
        PiecewiseHazard([0, 2], [0.1, math.inf]),
        PiecewiseHazard([0, 2], [1.0, 0.0], balk=0.5),
        PiecewiseHazard.fixed(0.3),
        Lognormal(0.5, 1.5),
        Lognormal(40.0, 0.1),
    ]
    for law, load, limit in itertools.product(laws, LOADS, LIMITS):
        line = mmng(load * max(servers, 1), 1.0, law, servers, limit)
        assert_sound(line)
        if servers and math.isfinite(line.mean_wait):
            assert_consistent(line, math.nan)


def test_shared_servers_are_sound_everywhere() -> None:
    """Slots from none to many."""
    for servers, slots, load, patience in itertools.product((0, 1, 10, 1000), (1, 3, 10), LOADS, (0.0, 0.5, 20.0)):
        speeds = [1.0 / (0.6 + 0.4 * k) for k in range(1, slots + 1)]
        line = concurrent_line(load * max(servers, 1), speeds, patience, servers, awt=0.3)
        assert_sound(line)
        assert line.mean_line == pytest.approx(line.arrival_rate * line.mean_wait, rel=1e-8, abs=1e-10)


def test_more_servers_always_help() -> None:
    """Waits, leaving and blocking fall, all service levels but the flattering one rise, server by server."""
    for patience in (0.0, 0.05, 1.0, 30.0):
        lines = [erlang_a(20.0, 1.0, patience, n, awt=0.1) for n in range(1, 45)]
        for less, more in itertools.pairwise(lines):
            assert more.p_wait < less.p_wait or less.p_wait == 1.0
            assert more.p_abandoned < less.p_abandoned
            assert more.mean_wait < less.mean_wait or patience == 0.0
            assert more.service_level_c >= less.service_level_c
            assert more.service_level_a >= less.service_level_a - 1e-12
            assert more.occupancy < less.occupancy or less.occupancy > 1 - 1e-12
    blocked = [erlang_b(20.0, n) for n in range(45)]
    assert all(more < less for less, more in itertools.pairwise(blocked))


def test_more_arrivals_always_hurt() -> None:
    """In the load, from far below to far above the servers."""
    for patience in (0.05, 1.0, 30.0):
        lines = [erlang_a(0.5 * k, 1.0, patience, 20, awt=0.1) for k in range(1, 120)]
        for less, more in itertools.pairwise(lines):
            assert more.p_wait >= less.p_wait
            assert more.p_abandoned > less.p_abandoned
            assert more.mean_wait > less.mean_wait
            assert more.service_level_c <= less.service_level_c
            assert more.mean_busy >= less.mean_busy - 1e-12


def test_more_patience_means_longer_waits_and_fewer_leavers() -> None:
    """From leaving at once to never."""
    lines = [erlang_a(19.0, 1.0, patience, 20, awt=0.1) for patience in PATIENCE]
    for less, more in itertools.pairwise(lines):
        assert more.p_abandoned < less.p_abandoned
        assert more.mean_wait > less.mean_wait
        assert more.p_wait > less.p_wait


def test_a_longer_limit_never_lowers_the_share_in_time() -> None:
    """The law of the wait is a law: rising shares, falling excess, the excess its integral."""
    limits = [0.02 * k for k in range(60)]
    lines = [erlang_a(21.0, 1.0, 0.7, 20, awt=t) for t in limits]
    for less, more in itertools.pairwise(lines):
        assert more.p_served_within > less.p_served_within
        assert more.p_abandoned_within > less.p_abandoned_within
        assert more.p_wait_longer < less.p_wait_longer
        # Trapezoid between convex ends: the mean of the wait between the two limits.
        drop = less.excess_wait - more.excess_wait
        assert 0.02 * more.p_wait_longer < drop < 0.02 * less.p_wait_longer
