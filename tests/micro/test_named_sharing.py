"""Slots and speed curves: who works how fast (rules 5.1, 5.2, 4.5), exact to the last bit, by hand."""

from __future__ import annotations

from sim.machine import Attribute, Constant, Duty, Edge, Server
from tests.micro.table import jobs, people, rows, run, served, serving, shop

SIZE = Attribute("size")


def test_5_1_a_second_job_halves_the_speed_of_the_first():
    """Job 0 alone 10-15 does 5; at half speed the other 5 take 10: 25. Job 1 has done 5 by then, 5 more alone: 30."""
    b = shop()
    jobs(b, "work", (10, 10), (15, 10))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a"), slots=2, curve=(1.0, 0.5))
    assert served(run(b)) == [(0, "a", 10, 25), (1, "a", 15, 30)]


def test_5_1_three_jobs_change_each_others_speed():
    """Speeds 1, .75, .5. Left at 16: 17-4-3 = 10, 16-3 = 13, 4. Job 2 ends at 24 with 6 and 9 left; 6/.75 = 8: 32.

    Then job 1 has 9-6 = 3 left, alone: 35.
    """
    b = shop()
    jobs(b, "work", (8, 17), (12, 16), (16, 4))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a"), slots=3, curve=(1.0, 0.75, 0.5))
    assert served(run(b)) == [(0, "a", 8, 32), (1, "a", 12, 35), (2, "a", 16, 24)]


def test_5_1_a_job_in_line_takes_the_freed_slot_at_the_shared_speed():
    """Two slots at .5: jobs 0 and 1 (size 5) from 10 to 20; job 2 (from 12) starts at 20 with nobody else: 25."""
    b = shop()
    jobs(b, "work", (10, 5), (10, 5), (12, 5))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a"), slots=2, curve=(1.0, 0.5))
    assert served(run(b)) == [(0, "a", 10, 20), (1, "a", 10, 20), (2, "a", 20, 25)]


def test_5_1_the_earlier_start_completes_first_when_both_are_done_at_once():
    """Both have 0 left at 20; job 0's timer was set first, so it reaches the single next server first (20-23)."""
    b = shop()
    jobs(b, "work", (10, 5), (10, 5))
    b.work("work", served_by="p", size=SIZE)
    b.work("next", served_by="q", size=Constant(3))
    b.route("work", "done", "next")
    b.named("p", people("a"), slots=2, curve=(1.0, 0.5))
    b.named("q", people("b"))
    assert served(run(b), step="next") == [(0, "b", 20, 23), (1, "b", 23, 26)]


def test_5_1_equal_speed_leaves_the_completion_time_untouched():
    """Curve 1, 1, 1: 0.1 + 0.7 stays 0.1 + 0.7 (0.7999...), not 0.2 + (0.7 - 0.1) = 0.8."""
    b = shop()
    jobs(b, "work", (0.1, 0.7), (0.2, 5.0), (0.3, 0.1))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a"), slots=3, curve=(1.0, 1.0, 1.0))
    assert served(run(b))[0] == (0, "a", 0.1, 0.1 + 0.7)
    assert 0.1 + 0.7 != 0.2 + (0.7 - (0.2 - 0.1) * 1.0)


def test_5_1_equal_speed_keeps_the_serial_of_the_timer():
    """x (a, from 1) and y (b, from 2) both end at 11. A second x at 3 does not set the first one's timer anew.

    So x completes first and is first at the single next server: 11-14, y 14-17.
    """
    b = shop()
    jobs(b, "x", (1, 10), (3, 100))
    jobs(b, "y", (2, 9))
    b.work("x", served_by="p", size=SIZE)
    b.work("y", served_by="q", size=SIZE)
    b.work("next", served_by="r", size=Constant(3))
    b.route("x", "done", "next")
    b.route("y", "done", "next")
    b.named("p", people("a"), slots=2)
    b.named("q", people("b"))
    b.named("r", people("c"))
    assert served(run(b), step="next")[:2] == [(0, "c", 11, 14), (1, "c", 14, 17)]


def test_3_2_a_changed_speed_sets_the_timer_anew():
    """As before, but x slows from 1 to 0.5 at 3 (left 4 -> 11) : its timer is younger than y's, so y is first."""
    b = shop()
    jobs(b, "x", (1, 6), (3, 100))
    jobs(b, "y", (2, 9))
    b.work("x", served_by="p", size=SIZE)
    b.work("y", served_by="q", size=SIZE)
    b.work("next", served_by="r", size=Constant(3))
    b.route("x", "done", "next")
    b.route("y", "done", "next")
    b.named("p", people("a"), slots=2, curve=(1.0, 0.5))
    b.named("q", people("b"))
    b.named("r", people("c"))
    assert served(run(b), step="next")[:2] == [(0, "c", 14, 17), (1, "c", 11, 14)]


def test_5_2_speeds_are_multiplied_as_curve_server_edge_duty():
    """((.85 x 1.3) x 1.15) x .9 differs in the last bits of 1 + 10 / v from every other order."""
    b = shop()
    jobs(b, "work", (1, 10))
    b.work("work", served_by=Edge("p", speed=1.15), size=SIZE)
    b.named("p", [Server("a", (Duty(0, 900, speed=0.9),), speed=1.3)], slots=1, curve=(0.85,))
    assert served(run(b)) == [(0, "a", 1, 1 + 10 / (((0.85 * 1.3) * 1.15) * 0.9))]
    assert 1 + 10 / (((0.85 * 1.15) * 1.3) * 0.9) != 1 + 10 / (((0.85 * 1.3) * 1.15) * 0.9)


def test_5_2_the_curve_is_read_at_the_open_units_not_jobs():
    """Two units alone run at .8: 4 of 8 by 15; with one unit more at .5 each: 23. The other: 4 by 23, 1 alone: 24."""
    b = shop()
    jobs(b, "big", (10, 8))
    jobs(b, "small", (15, 5))
    b.work("big", served_by="p", size=SIZE, units=2)
    b.work("small", served_by="p", size=SIZE)
    b.named("p", people("a"), slots=3, curve=(1.0, 0.8, 0.5))
    assert served(run(b)) == [(0, "a", 10, 23), (1, "a", 15, 24)]


def test_5_2_jobs_on_one_server_may_have_different_edge_speeds():
    """Curve .5 for two. x (edge 1) alone 10-14 does 4, then .5; y (edge 2) from 14 at 1: 20. x has 3 left: 23."""
    b = shop()
    jobs(b, "x", (10, 10))
    jobs(b, "y", (14, 6))
    b.work("x", served_by=Edge("p"), size=SIZE)
    b.work("y", served_by=Edge("p", speed=2.0), size=SIZE)
    b.named("p", people("a"), slots=2, curve=(1.0, 0.5))
    assert served(run(b)) == [(0, "a", 10, 23), (1, "a", 14, 20)]


def test_4_08_touching_duties_change_only_the_speed():
    """Speed 1 until 20, .5 after: 10 of 20 done, the rest takes 20: 40. One row, though the pool hands back."""
    b = shop()
    jobs(b, "work", (10, 20))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 20), Duty(20, 900, speed=0.5)))], end_of_duty="hand back")
    assert rows(run(b), "server started left exit") == [("a", 10, 40, "done")]


def test_4_08_touching_duties_let_work_start_at_the_touch():
    """A job that comes at 20, where the duties touch, starts at 20 at the new speed 2: 25."""
    b = shop()
    jobs(b, "work", (20, 10))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 20), Duty(20, 900, speed=2.0)))])
    assert served(run(b)) == [(0, "a", 20, 25)]


def test_4_5_after_work_counts_in_the_curve_and_runs_in_real_time():
    """Job 0: 10-20, after-work 20-26. Job 1 from 21 runs at .5 until 26 (2.5 done), then alone 7.5: 33.5, after 39.5.

    Its arrival does not slow the after-work of job 0.
    """
    b = shop()
    jobs(b, "work", (10, 10), (21, 10))
    b.work("work", served_by="p", size=SIZE, after_work=Constant(6))
    b.named("p", people("a"), slots=2, curve=(1.0, 0.5))
    assert rows(run(b), "started left released") == [(10, 20, 26), (21, 33.5, 39.5)]


def test_4_5_completion_with_after_work_does_not_speed_the_others_up():
    """Two at .5 from 10: job 0 (size 5) is done at 20, its after-work 20-24 keeps the curve at .5.

    Job 1: 10-20 does 5, 20-24 does 2, 1 left alone: 25. Its own after-work ends at 29.
    """
    b = shop()
    jobs(b, "work", (10, 5), (10, 8))
    b.work("work", served_by="p", size=SIZE, after_work=Constant(4))
    b.named("p", people("a"), slots=2, curve=(1.0, 0.5))
    assert rows(run(b), "started left released") == [(10, 20, 24), (10, 25, 29)]


def test_7_4_slot_minutes_count_units_and_not_speed():
    """Big (2 units) 10-23 and small 15-24 as in the curve test: 2 x 13 + 9 = 35 unit-minutes."""
    b = shop()
    jobs(b, "big", (10, 8))
    jobs(b, "small", (15, 5))
    b.work("big", served_by="p", size=SIZE, units=2)
    b.work("small", served_by="p", size=SIZE)
    b.named("p", people("a"), slots=3, curve=(1.0, 0.8, 0.5))
    assert serving(run(b), "p") == 35.0


def test_7_4_slot_minutes_are_clipped_to_the_counted_period():
    """Period of 20 minutes: job 0 10-25 gives 10, job 1 15-30 gives 5, whatever comes after 20."""
    b = shop(end=20.0)
    jobs(b, "work", (10, 10), (15, 10))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a"), slots=2, curve=(1.0, 0.5))
    r = run(b)
    assert served(r) == [(0, "a", 10, 25), (1, "a", 15, 30)]
    assert serving(r, "p") == 15.0
