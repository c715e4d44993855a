"""One line in front of alike servers: Erlang B, C and A, limited room, patience of any law, and the corners."""

from __future__ import annotations

from math import expm1, sqrt

import numpy as np
import pytest

from sim.machine import Constant, Exit, Exponential, Hazard, Law, Lognormal
from sim.theory import (
    Lifetime,
    PiecewiseHazard,
    erlang_a,
    erlang_a_limited,
    erlang_b,
    erlang_c,
    erlang_loss,
    mmng,
)
from sim.theory import Lognormal as LognormalLifetime
from tests.against_theory.desk import one_line, sizes
from tests.against_theory.estimates import compare
from tests.against_theory.sample import Sample

EVERYTHING = (
    "p_wait p_abandoned p_served mean_wait asa mean_line mean_busy p_served_within p_abandoned_within p_wait_longer "
    "excess_wait service_level_a"
)


@sizes
@pytest.mark.parametrize("named", [False, True], ids=["counted", "named"])
def test_a_line_without_room_is_erlang_b(named: bool, size: int) -> None:
    """Limit 0 blocks whoever finds all servers busy, for any service law (lognormal under named servers)."""
    law: Law = Lognormal(4.0, 5.0) if named else Exponential(4.0)
    network = one_line(2.0, law, 10, 20_000.0 * size, 100.0, named=named, limit=0)
    sample = Sample.batches(network, seed=11 + 100 * named)
    known = sample.know("line", 2.0, 4.0)
    exact = erlang_loss(2.0, 4.0, 10)
    compare(f"Erlang B {'named' if named else 'counted'}", known + sample.rows(exact, "p_blocked mean_busy"))


@sizes
@pytest.mark.parametrize("named", [False, True], ids=["counted", "named"])
def test_a_line_without_end_is_erlang_c(named: bool, size: int) -> None:
    """Waits, their tail, the line and the busy servers where everybody waits."""
    network = one_line(0.6, Exponential(5.0), 5, 80_000.0 * size, 500.0, named=named)
    sample = Sample.batches(network, seed=12 + 100 * named)
    known = sample.know("line", 0.6, 5.0, 50.0)
    exact = erlang_c(0.6, 5.0, 5, awt=2.0)
    fields = "p_wait mean_wait mean_line mean_busy p_served_within p_wait_longer"
    compare(f"Erlang C {'named' if named else 'counted'}", known + sample.rows(exact, fields), resolution=0.06)


@sizes
@pytest.mark.parametrize("named", [False, True], ids=["counted", "named"])
def test_exponential_patience_is_erlang_a(named: bool, size: int) -> None:
    """All measures of a line near full load, service levels included."""
    network = one_line(4.2, Exponential(5.0), 20, 10_000.0 * size, 100.0, named=named, patience=Exponential(5.0))
    sample = Sample.batches(network, seed=13 + 100 * named)
    known = sample.know("line", 4.2, 5.0)
    exact = erlang_a(4.2, 5.0, 5.0, 20, awt=1.0 / 3.0)
    compare(f"Erlang A {'named' if named else 'counted'}", known + sample.rows(exact, EVERYTHING))


@sizes
def test_limited_room_blocks_and_the_others_lose_patience(size: int) -> None:
    """M/M/n/n+K+M: the limit counts those who wait, not those in service."""
    network = one_line(2.0, Exponential(4.0), 8, 15_000.0 * size, 100.0, patience=Exponential(6.0), limit=4)
    sample = Sample.batches(network, seed=14)
    known = sample.know("line", 2.0, 4.0)
    exact = erlang_a_limited(2.0, 4.0, 6.0, 8, room=4, awt=0.5)
    fields = "p_wait p_blocked p_abandoned mean_wait asa mean_line mean_busy p_served_within p_abandoned_within"
    compare("M/M/8/12+M", known + sample.rows(exact, fields), resolution=0.04)


@sizes
@pytest.mark.parametrize(
    ("name", "law", "lifetime"),
    [
        (
            "hazard",
            Hazard((0.0, 0.5, 2.0), (0.5, 0.1, 0.3), atoms=((0.0, 0.1),)),
            PiecewiseHazard([0.0, 0.5, 2.0], [0.5, 0.1, 0.3], balk=0.1),
        ),
        ("lognormal", Lognormal(3.0, 3.0 * sqrt(expm1(1.0))), LognormalLifetime(3.0, 1.0)),
        ("fixed", Constant(1.5), PiecewiseHazard.fixed(1.5)),
    ],
    ids=["hazard", "lognormal", "fixed"],
)
def test_patience_of_any_law_is_mmng(name: str, law: Law, lifetime: Lifetime, size: int) -> None:
    """M/M/n+G: hazard table with a share that does not wait at all, lognormal patience, one patience for all."""
    network = one_line(2.1, Exponential(5.0), 10, 15_000.0 * size, 100.0, patience=law)
    sample = Sample.batches(network, seed=15)
    known = sample.know("line", 2.1, 5.0)
    exact = mmng(2.1, 5.0, lifetime, 10, awt=0.4)
    fields = "p_wait p_abandoned mean_wait asa mean_busy p_served_within p_wait_longer service_level_a"
    if name != "fixed":  # there nobody leaves before 1.5 minutes
        fields += " p_abandoned_within"
    compare(f"M/M/10+G {name}", known + sample.rows(exact, fields), resolution=0.04)


@sizes
def test_a_load_of_one_and_a_half_is_carried_as_far_as_the_servers_go(size: int) -> None:
    """Erlang A far beyond full load: a third leaves, the servers never rest."""
    network = one_line(3.0, Exponential(5.0), 10, 12_000.0 * size, 200.0, patience=Exponential(8.0))
    sample = Sample.batches(network, seed=16)
    known = sample.know("line", 3.0, 5.0)
    exact = erlang_a(3.0, 5.0, 8.0, 10, awt=3.0)
    compare("load 1.5", known + sample.rows(exact, EVERYTHING), resolution=0.04)


@sizes
def test_a_thousand_servers(size: int) -> None:
    """With 1,000 servers at load 1.05 little more than the missing 5 % leaves, after a short wait."""
    network = one_line(210.0, Exponential(5.0), 1000, 400.0 * size, 60.0, patience=Exponential(5.0))
    sample = Sample.batches(network, count=25 * size, seed=17)
    known = sample.know("line", 210.0, 5.0)
    exact = erlang_a(210.0, 5.0, 5.0, 1000, awt=0.2)
    compare("1,000 servers", known + sample.rows(exact, "p_wait p_abandoned mean_wait mean_busy p_wait_longer"), 0.1)


@sizes
def test_without_servers_everybody_leaves_at_the_end_of_patience(size: int) -> None:
    """No servers: nobody is served, the wait is the patience, the line is M/M/infinity."""
    network = one_line(2.0, Exponential(5.0), 0, 5_000.0 * size, 100.0, patience=Exponential(3.0))
    sample = Sample.batches(network, seed=18)
    known = sample.know("line", 2.0)
    exact = erlang_a(2.0, 5.0, 3.0, 0, awt=1.0)
    assert exact.p_abandoned == 1.0
    assert np.all(sample.abandoned)
    compare("zero servers", known + sample.rows(exact, "mean_wait mean_line p_abandoned_within excess_wait"))


@sizes
def test_without_servers_a_limited_line_is_erlang_b_of_its_places(size: int) -> None:
    """No servers and room for 5: the places in line block as servers would."""
    network = one_line(2.0, Exponential(5.0), 0, 8_000.0 * size, 100.0, patience=Exponential(3.0), limit=5)
    sample = Sample.batches(network, seed=19)
    known = sample.know("line", 2.0)
    exact = erlang_a_limited(2.0, 5.0, 3.0, 0, room=5)
    assert exact.p_blocked == pytest.approx(erlang_b(6.0, 5))
    compare("zero servers, room 5", known + sample.rows(exact, "p_blocked p_abandoned mean_line"))


@sizes
@pytest.mark.parametrize("named", [False, True], ids=["counted", "named"])
def test_zero_patience_is_served_by_a_free_server_and_else_lost(named: bool, size: int) -> None:
    """Patience 0 with a free server is served, with none abandons at once: Erlang B, with exit abandoned."""
    network = one_line(2.0, Exponential(4.0), 10, 10_000.0 * size, 100.0, named=named, patience=Constant(0.0))
    sample = Sample.batches(network, seed=20 + 100 * named)
    known = sample.know("line", 2.0, 4.0)
    exact = erlang_a(2.0, 4.0, 0.0, 10)
    assert exact.p_abandoned == pytest.approx(erlang_b(8.0, 10))
    assert np.all(sample.wait == 0.0)
    assert np.all(sample.ended(Exit.ABANDONED) | sample.ended(Exit.DONE))
    compare(f"zero patience {'named' if named else 'counted'}", known + sample.rows(exact, "p_abandoned mean_busy"))
