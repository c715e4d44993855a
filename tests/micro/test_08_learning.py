"""Servers that get faster with what they have done (rule 8.8), by hand."""

from __future__ import annotations

import pytest

from sim.machine import Attribute, Constant, Duty, Edge, NetworkBuilder, NetworkProblems, Server
from tests.micro.table import jobs, people, rows, run, served, shop

SIZE = Attribute("size")
CURVE = ((0, 0.5), (2, 1.0), (3, 2.0))


def school(*births: tuple[float, float], done: int = 0, **pool) -> NetworkBuilder:
    """a works at half speed for its first two jobs, at full speed for the third, at double speed from then on."""
    b = shop()
    jobs(b, "work", *births)
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 1000),), done=done)], learning=CURVE, **pool)
    return b


def test_8_8_the_factor_follows_the_jobs_done():
    """4 minutes of work each: 8, 8, 4, 2, 2."""
    assert served(run(school(*((0, 4),) * 5))) == [
        (0, "a", 0, 8),
        (1, "a", 8, 16),
        (2, "a", 16, 20),
        (3, "a", 20, 22),
        (4, "a", 22, 24),
    ]


@pytest.mark.parametrize(("done", "ends"), [(0, (8, 16)), (1, (8, 12)), (2, (4, 6)), (3, (2, 4)), (99, (2, 4))])
def test_8_8_it_starts_from_what_was_done_before(done, ends):
    """Two jobs of 4."""
    assert [end for _, _, _, end in served(run(school((0, 4), (0, 4), done=done)))] == list(ends)


def test_8_8_a_job_keeps_its_factor_to_its_end():
    """Three slots, one done before: 0 (size 10) and 1 (2) at half speed; 1 is done at 4 (two done: factor 1), 0 goes on
    at half speed until 20. That of 5 has factor 1: 8; that of 9 has 2 (three done): 10."""
    b = school((0, 10), (0, 2), (5, 3), (9, 2), done=1, slots=3)
    assert served(run(b)) == [(0, "a", 0, 20), (1, "a", 0, 4), (2, "a", 5, 8), (3, "a", 9, 10)]


def test_8_8_everybody_learns_alone():
    """b has three done, a none."""
    b = shop()
    jobs(b, "work", (0, 4), (0, 4), (20, 4), (20, 4))
    b.work("work", served_by="p", size=SIZE)
    servers = [Server("a", (Duty(0, 1000),)), Server("b", (Duty(0, 1000),), done=3)]
    b.named("p", servers, learning=CURVE, server_choice="lowest number")
    assert served(run(b)) == [(0, "a", 0, 8), (1, "b", 0, 2), (2, "a", 20, 28), (3, "b", 20, 22)]


def test_8_8_jobs_of_all_steps_count():
    """One of x and one of y, then x at full speed: 4."""
    b = shop()
    jobs(b, "x", (0, 4), (20, 4))
    jobs(b, "y", (9, 4))
    b.work("x", served_by="p", size=SIZE)
    b.work("y", served_by="p", size=SIZE)
    b.named("p", people("a"), learning=CURVE)
    assert served(run(b)) == [(0, "a", 0, 8), (1, "a", 9, 17), (2, "a", 20, 24)]


def test_8_8_other_factors_come_in():
    """Half (learning) x 2 (server) x .5 (edge) x 4 (duty) x curve 1 = 2: 4 minutes of work in 2."""
    b = shop()
    jobs(b, "work", (0, 4))
    b.work("work", served_by=Edge("p", speed=0.5), size=SIZE)
    b.named("p", [Server("a", (Duty(0, 100, speed=4.0),), speed=2.0)], learning=CURVE)
    assert served(run(b)) == [(0, "a", 0, 2)]


def test_8_8_the_curve_of_open_units_comes_in():
    """Half (learning) x half (two open): 0 alone 0-4 does 2 of 4; with 1 (size 4, from 4) at a quarter: 2 more take 8.

    Then 1 has done 2, alone at half speed: 4 more, 16.
    """
    assert served(run(school((0, 4), (4, 4), slots=2, curve=(1.0, 0.5)))) == [(0, "a", 0, 12), (1, "a", 4, 16)]


def test_8_8_ghosts_do_not_count():
    """1 done before. Job 0 (0-8): two done. Job 1 has left silently; its ghost work (1 at speed 1) ends at 9: still
    two: job 2 at full speed, 9-13, job 3 at double speed, 13-15."""
    b = shop()
    jobs(b, "work", (0, 4, 500), (1, 4, 2), (2, 4, 500), (2, 4, 500), columns="size temper")
    b.work("work", served_by="p", size=SIZE, patience=Attribute("temper"), silent=1.0, ghost=Constant(1))
    b.named("p", [Server("a", (Duty(0, 1000),), done=1)], learning=CURVE)
    assert rows(run(b), "job started released ghost") == [
        (0, 0, 8, False),
        (1, 8, 9, True),
        (2, 9, 13, False),
        (3, 13, 15, False),
    ]


def test_8_8_what_was_handed_back_counts_when_it_is_done():
    """One done before. 0-4 at half speed does 2 of 4, handed back; 50-54 (half speed still): the second one done; then
    4 minutes at full speed."""
    b = shop()
    jobs(b, "work", (0, 4), (1, 4))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 4), Duty(50, 99)), done=1)], learning=CURVE, end_of_duty="hand back")
    assert served(run(b)) == [(0, "a", 0, 4), (0, "a", 50, 54), (1, "a", 54, 58)]


def test_8_8_what_was_displaced_does_not_count():
    """One done before. Displaced at 2 (1 of 4 done); the urgent one (2 minutes) at half speed, 2-6: two done. The rest,
    3, at full speed: 9."""
    b = shop()
    jobs(b, "work", (0, 4))
    jobs(b, "urgent", (2, 2))
    b.work("work", served_by="p", size=SIZE, yields=True)
    b.work("urgent", served_by="p", size=SIZE, grade=1)
    b.named("p", [Server("a", (Duty(0, 1000),), done=1)], learning=CURVE)
    assert served(run(b)) == [(0, "a", 0, 2), (0, "a", 6, 9), (1, "a", 2, 6)]


def test_8_8_a_resumption_reads_it_anew():
    """Two slots, one done before. 0 (8) and 1 (2) from 0 at half speed: 1 is done at 4. Paused at 6 with 5 left of 0;
    from 50 on at full speed (two done): 55."""
    b = shop()
    jobs(b, "work", (0, 8), (0, 2))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 6), Duty(50, 99)), done=1)], learning=CURVE, end_of_duty="pause", slots=2)
    assert served(run(b)) == [(0, "a", 0, 6), (0, "a", 50, 55), (1, "a", 0, 4)]


def test_8_8_it_counts_at_the_completion_and_not_after_the_after_work():
    """Two slots, one done before. Job 0 is done at 2 (size 1) and has after-work until 12; that of 5 has factor 1."""
    b = shop()
    jobs(b, "work", (0, 1), (5, 4))
    b.work("work", served_by="p", size=SIZE, after_work=Constant(10))
    b.named("p", [Server("a", (Duty(0, 1000),), done=1)], learning=CURVE, slots=2)
    assert served(run(b)) == [(0, "a", 0, 2), (1, "a", 5, 9)]


def test_8_8_the_next_in_line_profits_from_the_completion():
    """One done before; the one offered at 8 finds two."""
    assert served(run(school((0, 4), (1, 4), done=1))) == [(0, "a", 0, 8), (1, "a", 8, 12)]


def test_8_8_a_kept_slot_and_its_reply():
    """One done before. Chat 0-2 (size 1), two done at its completion; the reply in the kept slot at full speed."""
    b = shop()
    jobs(b, "chat", (0, 1))
    b.work("chat", served_by="p", size=SIZE, keep=True)
    b.delay("pause", Constant(5))
    b.work("reply", served_by="p", size=Constant(4))
    b.route("chat", "done", "pause")
    b.route("pause", "done", "reply")
    b.named("p", [Server("a", (Duty(0, 1000),), done=1)], learning=CURVE)
    assert served(run(b)) == [(0, "a", 0, 2), (0, "a", 7, 11)]


def test_8_8_after_work_does_not_get_faster():
    """Real time: 2 minutes after a job at double speed."""
    b = shop()
    jobs(b, "work", (0, 4))
    b.work("work", served_by="p", size=SIZE, after_work=Constant(2))
    b.named("p", [Server("a", (Duty(0, 1000),), done=3)], learning=CURVE)
    assert rows(run(b), "started left released") == [(0, 2, 4)]


def test_8_8_learning_goes_on_in_the_next_duty():
    """Two done on the first day: full speed on the second."""
    b = shop()
    jobs(b, "work", (0, 4), (0, 4), (60, 4))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 20), Duty(50, 99)))], learning=CURVE)
    assert served(run(b)) == [(0, "a", 0, 8), (1, "a", 8, 16), (2, "a", 60, 64)]


@pytest.mark.parametrize(
    "curve", [((1, 0.5),), ((0, 0.5), (0, 1.0)), ((0, 0.5), (5, 0.0)), ((0, 1.0), (5, 2.0), (3, 3.0))]
)
def test_8_8_a_table_that_does_not_begin_at_nought_or_does_not_rise_is_refused(curve):
    """Pairs with rising jobs, the first 0, and positive factors (checked)."""
    b = shop()
    jobs(b, "work", (0, 4))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a"), learning=curve)
    with pytest.raises(NetworkProblems):
        b.build()
