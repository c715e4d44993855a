"""Duties [begin, end), work that finishes or is paused at their end (rules 3.6, 4.7, 4.8, 7.x), by hand."""

from __future__ import annotations

import pytest

from sim.machine import Anchor, Attribute, Calendar, Constant, Duty, Edge, Server
from tests.micro.table import jobs, people, rows, run, served, serving, shop

SIZE = Attribute("size")
SPELL = "job server entered started left exit"
TWO_DAYS = ((0.0, 20.0), (50.0, 100.0))


def test_4_07_a_job_that_comes_at_the_begin_of_duty_starts_at_once():
    """Duty begins (kind 1) come before births (kind 7): 10-12."""
    b = shop()
    jobs(b, "work", (10, 2))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", (10, 20)))
    assert served(run(b)) == [(0, "a", 10, 12)]


def test_4_07_nothing_starts_at_the_end_of_duty():
    """A job that comes at 20 and one that waits behind work ending at 20 both wait for 30."""
    b = shop()
    jobs(b, "work", (10, 10), (15, 2), (20, 2))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", (10, 20), (30, 40)))
    assert served(run(b)) == [(0, "a", 10, 20), (1, "a", 30, 32), (2, "a", 32, 34)]


@pytest.mark.parametrize("rule", ["finish", "hand back", "pause"])
def test_4_08_work_that_completes_at_the_end_of_duty_is_completed(rule):
    """10-20 in a duty that ends at 20: done, one row, whatever the rule."""
    b = shop()
    jobs(b, "work", (10, 10))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", (0, 20), (30, 40)), end_of_duty=rule)
    assert rows(run(b), SPELL) == [(0, "a", 10, 10, 20, "done")]


def test_4_08_finish_ends_the_work_and_starts_no_other():
    """15-25 goes on past 20; the job that waits since 16 starts at the next duty, 50."""
    b = shop()
    jobs(b, "work", (15, 10), (16, 3))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", *TWO_DAYS))
    assert served(run(b)) == [(0, "a", 15, 25), (1, "a", 50, 53)]


def test_4_08_finish_keeps_the_slot_into_the_next_duty():
    """15-55 is still open when the next duty begins at 50: the waiting job starts at 55."""
    b = shop()
    jobs(b, "work", (15, 40), (16, 3))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", *TWO_DAYS))
    assert served(run(b)) == [(0, "a", 15, 55), (1, "a", 55, 58)]


def test_3_06_a_duty_that_begins_where_another_ends_takes_the_work_at_that_instant():
    """Ends are of kind 0, begins of kind 1: job 0 is in line in between, at its place before job 1: b from 20 to 25."""
    b = shop()
    jobs(b, "work", (15, 10), (16, 3))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [*people("a", (0, 20)), *people("b", (20, 90))], end_of_duty="hand back")
    assert rows(run(b), SPELL) == [
        (0, "a", 15, 15, 20, "handed_back"),
        (0, "b", 20, 20, 25, "done"),
        (1, "b", 16, 25, 28, "done"),
    ]


def test_4_08_paused_work_keeps_its_slot_and_resumes_with_the_next_duty():
    """15-20 does 5; at 50 the rest, 50-55, and only then job 1 that waits since 16."""
    b = shop()
    jobs(b, "work", (15, 10), (16, 3))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", *TWO_DAYS), end_of_duty="pause")
    assert rows(run(b), SPELL) == [
        (0, "a", 15, 15, 20, "paused"),
        (0, "a", 20, 50, 55, "done"),
        (1, "a", 16, 55, 58, "done"),
    ]


def test_4_08_paused_work_is_not_taken_over_by_a_free_colleague():
    """b is on duty and idle all the time; the paused job belongs to a: 50-55. Job 1 at 30 goes to b."""
    b = shop()
    jobs(b, "work", (15, 10), (30, 3))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [*people("a", *TWO_DAYS), *people("b")], end_of_duty="pause")
    assert served(run(b)) == [(0, "a", 15, 20), (0, "a", 50, 55), (1, "b", 30, 33)]


def test_7_1_work_paused_at_the_end_of_the_run_is_an_open_row():
    """No duty after 20: the second row entered at 20, never started, exit open."""
    b = shop(end=100.0, follow=100.0)
    jobs(b, "work", (15, 10))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", (0, 20)), end_of_duty="pause")
    r = run(b)
    assert rows(r, "entered started exit") == [(15, 15, "paused"), (20, None, "open")]
    assert (r.tally.open, r.tally.ended) == (1, 0)


def test_7_4_slot_minutes_leave_paused_time_out():
    """15-20 and 50-55 are 10 minutes of a taken slot; 20-50 is paused and not counted."""
    b = shop()
    jobs(b, "work", (15, 10))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", *TWO_DAYS), end_of_duty="pause")
    assert serving(run(b), "p") == 10.0


def test_4_08_the_rule_of_the_step_goes_before_the_rule_of_the_pool():
    """One server, three jobs 10-30 cut at 20. x pauses: 50-60; y finishes: 30; z by the pool is handed back: 50-60."""
    b = shop()
    for step in "xyz":
        jobs(b, step, (10, 20))
    b.work("x", served_by="p", size=SIZE, end_of_duty="pause")
    b.work("y", served_by="p", size=SIZE, end_of_duty="finish")
    b.work("z", served_by="p", size=SIZE)
    b.named("p", people("a", *TWO_DAYS), slots=3, end_of_duty="hand back")
    assert rows(run(b), "step entered started left exit") == [
        ("x", 10, 10, 20, "paused"),
        ("x", 20, 50, 60, "done"),
        ("y", 10, 10, 30, "done"),
        ("z", 10, 10, 20, "handed_back"),
        ("z", 20, 50, 60, "done"),
    ]


def test_4_08_paused_work_still_counts_in_the_curve():
    """x and y at .5 from 10, 5 of 10 done at 20. x pauses, y goes on at the speed it had: 30. x alone from 50: 55."""
    b = shop()
    jobs(b, "x", (10, 10))
    jobs(b, "y", (10, 10))
    b.work("x", served_by="p", size=SIZE, end_of_duty="pause")
    b.work("y", served_by="p", size=SIZE, end_of_duty="finish")
    b.named("p", people("a", *TWO_DAYS), slots=2, curve=(1.0, 0.5))
    assert rows(run(b), "step started left") == [("x", 10, 20), ("x", 50, 55), ("y", 10, 30)]


def test_3_06_paused_work_resumes_before_the_offer():
    """Two slots at .5. At 50 the paused job (5 left) resumes and the waiting one (size 5) joins: both until 60."""
    b = shop()
    jobs(b, "work", (15, 10), (30, 5))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", *TWO_DAYS), slots=2, curve=(1.0, 0.5), end_of_duty="pause")
    assert served(run(b)) == [(0, "a", 15, 20), (0, "a", 50, 60), (1, "a", 50, 60)]


def test_2_10_a_watch_does_not_move_paused_work():
    """The clock runs out at 45, when the job is paused and neither in line nor in a delay: 50-55 as ever."""
    b = shop()
    jobs(b, "work", (15, 10))
    b.work("work", served_by="p", size=SIZE)
    b.work("rescue", served_by="q", size=Constant(2))
    b.named("p", people("a", *TWO_DAYS), end_of_duty="pause")
    b.named("q", people("b"))
    b.watch("too long", Anchor("entered", "work"), Constant(30), to="rescue")
    assert rows(run(b), "step started left exit") == [("work", 15, 20, "paused"), ("work", 50, 55, "done")]


def test_4_08_a_server_that_finishes_after_duty_is_not_there_for_others():
    """Two slots: job 0 finishes 15-25; the other slot of a takes nothing after 20, job 1 of 21 waits for 50."""
    b = shop()
    jobs(b, "work", (15, 10), (21, 3))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", *TWO_DAYS), slots=2)
    assert served(run(b)) == [(0, "a", 15, 25), (1, "a", 50, 53)]


def test_4_0_slots_of_a_server_that_finishes_after_duty_do_not_count_for_reserve():
    """Two slots each. a ends at 20 with one open; b has one open (10-40): one slot is free in all, y (reserve 1) waits.

    At 40 b has two free: 2 - 1 >= 1.
    """
    b = shop()
    jobs(b, "x", (9, 50), (10, 30))
    jobs(b, "y", (25, 5))
    b.work("x", served_by="p", size=SIZE)
    b.work("y", served_by=Edge("p", reserve=1), size=SIZE)
    b.named("p", [*people("a", (0, 20)), *people("b")], slots=2)
    assert served(run(b)) == [(0, "a", 9, 59), (1, "b", 10, 40), (2, "b", 40, 45)]


def test_3_06_doors_and_duties_of_one_instant_make_one_offer():
    """At 20 x's door opens for those outside and a begins: x (place 4, rank 1) goes before y (place 3, rank 2)."""
    b = shop()
    jobs(b, "y", (3, 5))
    jobs(b, "x", (4, 5))
    b.calendar(Calendar("door", [(20, 100)]))
    b.work("x", served_by=Edge("p", 1), size=SIZE, opening="door", when_closed="wait")
    b.work("y", served_by=Edge("p", 2), size=SIZE)
    b.named("p", people("a", (20, 100)))
    assert rows(run(b), "step started left") == [("y", 25, 30), ("x", 20, 25)]


def test_4_0_a_job_that_came_before_the_opening_is_invisible_until_then():
    """a is free all the time; x of 4 waits for its door, 20; y of 5 is served at once."""
    b = shop()
    jobs(b, "x", (4, 5))
    jobs(b, "y", (5, 5))
    b.calendar(Calendar("door", [(20, 100)]))
    b.work("x", served_by="p", size=SIZE, opening="door", when_closed="wait")
    b.work("y", served_by="p", size=SIZE)
    b.named("p", people("a"))
    assert served(run(b)) == [(0, "a", 20, 25), (1, "a", 5, 10)]


def test_3_1_completion_and_end_of_after_work_of_one_instant_go_by_serial():
    """a's after-work ends at 25 (timer set at 20), b's work too (timer set at 15): b is free first, takes job 2."""
    b = shop()
    jobs(b, "x", (10, 10))
    jobs(b, "y", (15, 10), (16, 3), (17, 3))
    b.work("x", served_by="p", size=SIZE, after_work=Constant(5))
    b.work("y", served_by="p", size=SIZE)
    b.named("p", people("a b"))
    assert served(run(b)) == [(0, "a", 10, 20), (1, "b", 15, 25), (2, "b", 25, 28), (3, "a", 25, 28)]


def test_5_1_touching_duties_of_equal_speed_touch_nothing():
    """0.1 + 0.7 to the last bit over a touch at 0.2."""
    b = shop()
    jobs(b, "work", (0.1, 0.7))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 0.2), Duty(0.2, 900)))], end_of_duty="pause")
    assert served(run(b)) == [(0, "a", 0.1, 0.1 + 0.7)]


def test_7_4_work_paused_in_the_warm_up_does_not_wait_in_the_period():
    """Started -8, paused at -7 (that row lies before 0 and is not kept), resumed 10-18: nobody is ever in line."""
    b = shop(warm_up=15.0)
    jobs(b, "work", (-8, 9))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", (-13, -7), (10, 100)), end_of_duty="pause")
    r = run(b)
    assert rows(r, "entered started left exit") == [(-7, 10, 18, "done")]
    assert (float(r.tally.waiting[0]), serving(r, "p")) == (0.0, 8.0)


def test_7_4_work_handed_back_in_the_warm_up_waits_in_the_period():
    """The same with a hand back: in line from -7 to 10, of which 10 minutes lie in the period."""
    b = shop(warm_up=15.0)
    jobs(b, "work", (-8, 9))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", (-13, -7), (10, 100)), end_of_duty="hand back")
    r = run(b)
    assert rows(r, "entered started left exit") == [(-7, 10, 18, "done")]
    assert (float(r.tally.waiting[0]), serving(r, "p")) == (10.0, 8.0)
