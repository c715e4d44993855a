"""Pools: busy, available, paid; occupancy and its relatives."""

from __future__ import annotations

from math import isnan

import pytest

from sim.machine import NetworkBuilder
from sim.machine.records import ON_BREAK
from sim.measures import Intervals, MeasureTable, measure
from tests.measures.diary import Row, diary, duty, lost, people, served, spell

HALVES = Intervals.regular(60.0, 30.0)


def floor(slots: int = 1, servers: int = 2) -> NetworkBuilder:
    """A counted pool `team` and a named pool `crew`, for a step each and one of two units."""
    b = NetworkBuilder("floor", end=60.0)
    b.recorded("red", to="phone", times=[])
    b.work("phone", served_by="team")
    b.work("chat", served_by="crew")
    b.work("double", served_by="crew", units=min(slots, 2))
    b.counted("team", 2)
    b.named("crew", people(servers), slots=slots)
    return b


def chat(job: int, started: float, left: float, server: int = 0, **more: object) -> Row:
    """Work of a named server."""
    return served(job, started, started, left, step="chat", pool="crew", server=server, **more)


def hours(t: MeasureTable, pool: str, interval: int = -1) -> dict[str, float]:
    """Minutes of a pool: busy, slots, on duty, available, paid, overrun."""
    names = ("busy", "slot", "on_duty", "available", "paid", "overrun")
    return {x: round(60 * t.value(f"{x}_hours", "pool", pool, interval), 9) for x in names}


def test_a_counted_pool_is_busy_available_and_overrun_by_its_head_count() -> None:
    """Two until minute 30, then one; two calls from 10 to 40: one of them is 10 minutes of overrun."""
    rows = [served(0, 10.0, 10.0, 40.0), served(1, 10.0, 10.0, 40.0), served(2, 70.0, 70.0, 80.0)]
    duties = [duty("team", -100.0, 30.0, servers=2.0), duty("team", 30.0, 500.0, servers=1.0)]
    t = measure(diary(floor().build(), rows, duties), (), HALVES)
    whole = {"busy": 60.0, "slot": 60.0, "on_duty": 90.0, "available": 40.0, "paid": 90.0, "overrun": 10.0}
    assert hours(t, "team") == whole
    first = {"busy": 40.0, "slot": 40.0, "on_duty": 60.0, "available": 20.0, "paid": 60.0, "overrun": 0.0}
    assert hours(t, "team", 0) == first
    assert t.value("occupancy", "pool", "team") == pytest.approx(60 / 100)
    assert t.value("occupancy_scheduled", "pool", "team") == pytest.approx(60 / 90)
    assert t.value("utilisation", "pool", "team") == pytest.approx(100 / 90)
    assert t.value("occupancy_scheduled", "pool", "team", 1) == pytest.approx(20 / 30)


def test_breaks_are_paid_but_not_on_duty() -> None:
    """Duty of an hour with 10 minutes of break, 20 minutes of work, 5 of them in the break."""
    rows = [chat(0, 0.0, 25.0)]
    duties = [duty("crew", 0.0, 60.0, 0), duty("crew", 20.0, 30.0, 0, kind=ON_BREAK)]
    t = measure(diary(floor(servers=1).build(), rows, duties), (), ())
    expected = {"busy": 25.0, "slot": 25.0, "on_duty": 50.0, "available": 30.0, "paid": 60.0, "overrun": 5.0}
    assert hours(t, "crew") == expected
    assert t.value("occupancy", "pool", "crew") == pytest.approx(25 / 55)
    assert t.value("utilisation", "pool", "crew") == pytest.approx(55 / 60)
    assert t.value("occupancy_scheduled", "pool", "crew") == 0.5


def test_work_after_the_end_of_a_duty_is_overrun() -> None:
    """It counts as busy and as logged in, but is not paid duty."""
    t = measure(diary(floor(servers=1).build(), [chat(0, 10.0, 50.0)], [duty("crew", 0.0, 40.0, 0)]), (), HALVES)
    expected = {"busy": 40.0, "slot": 40.0, "on_duty": 40.0, "available": 10.0, "paid": 40.0, "overrun": 10.0}
    assert hours(t, "crew") == expected
    assert t.value("occupancy", "pool", "crew") == 0.8
    assert t.value("occupancy_scheduled", "pool", "crew") == 1.0
    assert hours(t, "crew", 1)["overrun"] == 10.0


def test_one_server_cannot_be_available_for_another() -> None:
    """Two named servers, one with two jobs in turn, one idle: half is available."""
    rows = [chat(0, 0.0, 30.0), chat(1, 30.0, 60.0)]
    duties = [duty("crew", 0.0, 60.0, 0), duty("crew", 0.0, 60.0, 1)]
    t = measure(diary(floor().build(), rows, duties), (), ())
    assert hours(t, "crew")["available"] == 60.0
    assert t.value("occupancy", "pool", "crew") == 0.5


def test_slots_and_servers_have_their_own_occupancy() -> None:
    """Three slots; two overlapping chats make 40 busy minutes and 60 slot minutes."""
    rows = [chat(0, 0.0, 30.0), chat(1, 10.0, 40.0)]
    t = measure(diary(floor(slots=3, servers=1).build(), rows, [duty("crew", 0.0, 60.0, 0)]), (), HALVES)
    expected = {"busy": 40.0, "slot": 60.0, "on_duty": 60.0, "available": 20.0, "paid": 60.0, "overrun": 0.0}
    assert hours(t, "crew") == expected
    assert t.value("occupancy", "pool", "crew") == pytest.approx(40 / 60)
    assert t.value("slot_occupancy", "pool", "crew") == pytest.approx(60 / 180)
    assert t.value("concurrency", "pool", "crew") == 1.5
    assert t.value("concurrency", "pool", "crew", 0) == pytest.approx(50 / 30)
    assert isnan(t.value("concurrency", "pool", "team"))


def test_work_of_two_units_takes_two_slots_of_one_server() -> None:
    """10 minutes of it are 20 slot minutes and 10 busy minutes."""
    rows = [served(0, 0.0, 0.0, 10.0, step="double", pool="crew", server=0)]
    t = measure(diary(floor(slots=3, servers=1).build(), rows, [duty("crew", 0.0, 60.0, 0)]), (), ())
    assert (hours(t, "crew")["slot"], hours(t, "crew")["busy"]) == (20.0, 10.0)
    assert 60 * t.value("slot_hours", "step", "double") == pytest.approx(20.0)
    assert 60 * t.value("work_arrived", "step", "double") == pytest.approx(20.0)


def test_after_work_and_work_on_silent_leavers_are_work() -> None:
    """The slot is taken from start to release; a silent leaver left long before."""
    rows = [chat(0, 0.0, 10.0, released=15.0)]
    rows += [spell(1, 2.0, 20.0, 5.0, "abandoned", step="chat", pool="crew", server=0, released=22.0, ghost=True)]
    t = measure(diary(floor(servers=1).build(), rows, [duty("crew", 0.0, 60.0, 0)]), (), ())
    assert hours(t, "crew")["busy"] == 17.0
    assert t.value("handle_time", "step", "chat") == 15.0


def test_paused_work_is_no_work_and_open_work_counts_to_the_end() -> None:
    """A pause from 10 to 40, then work that goes on when the run stops."""
    where = {"step": "chat", "pool": "crew", "server": 0}
    rows = [
        spell(0, 0.0, 5.0, 10.0, "paused", **where),
        spell(0, 10.0, 40.0, exit="open", ordinal=1, resumed=True, **where),
    ]
    duties = [duty("crew", 0.0, 10.0, 0), duty("crew", 40.0, 60.0, 0)]
    t = measure(diary(floor(servers=1).build(), rows, duties, stopped=80.0), (), ())
    expected = {"busy": 25.0, "slot": 25.0, "on_duty": 30.0, "available": 5.0, "paid": 30.0, "overrun": 0.0}
    assert hours(t, "crew") == expected
    assert t.value("starts", "pool", "crew") == 2.0


def test_all_spells_count_clipped_to_the_period() -> None:
    """Work of uncounted contacts too: begun before 0, or on contacts that came after the end of it."""
    rows = [served(0, -30.0, -20.0, 10.0), served(1, 50.0, 55.0, 100.0), lost(2, 0.0, 30.0)]
    t = measure(diary(floor().build(), rows, [duty("team", 0.0, 60.0, servers=2.0)]), (), HALVES)
    assert hours(t, "team")["busy"] == 15.0
    assert t.value("carried_load", "pool", "team") == 0.25
    assert t.value("starts", "pool", "team") == 1.0
    assert t.value("work_arrived", "pool", "team") == pytest.approx(45 / 60)
    assert t.value("work_arrived", "pool", "team", 1) == pytest.approx(45 / 60)


def test_all_pools_together_are_their_sum() -> None:
    """Hours add up; shares are ratios of the sums."""
    rows = [served(0, 0.0, 0.0, 30.0), chat(1, 0.0, 60.0)]
    duties = [duty("team", 0.0, 60.0, servers=1.0), duty("crew", 0.0, 60.0, 0)]
    t = measure(diary(floor(servers=1).build(), rows, duties), (), ())
    assert t.value("busy_hours") == 1.5
    assert t.value("occupancy") == 0.75
    assert t.value("starts") == 2.0


def test_nobody_on_duty_and_no_work_leaves_shares_absent() -> None:
    """No duty, no occupancy; the hours are 0."""
    t = measure(diary(floor().build()), (), ())
    assert t.value("paid_hours") == 0.0
    for name in ("occupancy", "occupancy_scheduled", "utilisation", "slot_occupancy", "concurrency"):
        assert isnan(t.value(name, "pool", "team"))


def test_duties_that_begin_again_at_once_are_one() -> None:
    """Touching duties leave no gap and count no minute twice."""
    duties = [duty("crew", 0.0, 20.0, 0), duty("crew", 20.0, 60.0, 0)]
    t = measure(diary(floor(servers=1).build(), [chat(0, 10.0, 30.0)], duties), (), ())
    expected = {"busy": 20.0, "slot": 20.0, "on_duty": 60.0, "available": 40.0, "paid": 60.0, "overrun": 0.0}
    assert hours(t, "crew") == expected
