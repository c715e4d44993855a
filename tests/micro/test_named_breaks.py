"""Fixed and whole breaks of named servers (rules 2.11, 3.6, 4.8, 7.2), by hand."""

from __future__ import annotations

import pytest

from sim.machine import Attribute, Break, Constant, Duty, Edge, NetworkBuilder, Server
from tests.micro.table import duty, jobs, people, rows, run, served, shop, starts

SIZE = Attribute("size")


def one_server(*breaks: Break, rule: str = "finish", **pool) -> NetworkBuilder:
    """Step `work`, served by a alone in [0, 1000), with these breaks."""
    b = shop()
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 1000),), breaks)], end_of_duty=rule, **pool)
    return b


FIXED = Break(20, 10)
WHOLE = Break(20, 10, "whole")


def test_4_08_a_fixed_break_lets_work_finish():
    """15-25 runs into the break [20, 30); the waiting job starts at its end, 30."""
    b = one_server(FIXED)
    jobs(b, "work", (15, 10), (16, 3))
    r = run(b)
    assert served(r) == [(0, "a", 15, 25), (1, "a", 30, 33)]
    assert duty(r, "break") == [("a", 20, 30)]


def test_4_08_a_fixed_break_hands_work_back():
    """5 left at 20; b takes it at once. Without the break a would have kept it."""
    b = shop()
    jobs(b, "work", (15, 10))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 1000),), (FIXED,)), *people("b")], end_of_duty="hand back")
    assert rows(run(b), "server started left exit") == [("a", 15, 20, "handed_back"), ("b", 20, 25, "done")]


def test_4_08_a_fixed_break_pauses_work():
    """5 left at 20, resumed at the end of the break: 30-35."""
    b = one_server(FIXED, rule="pause")
    jobs(b, "work", (15, 10), (16, 3))
    assert rows(run(b), "job entered started left exit") == [
        (0, 15, 15, 20, "paused"),
        (0, 20, 30, 35, "done"),
        (1, 16, 35, 38, "done"),
    ]


@pytest.mark.parametrize("rule", ["finish", "hand back", "pause"])
def test_4_08_work_that_completes_at_the_begin_of_a_fixed_break_is_completed(rule):
    """10-20 is done; the waiting job does not start at 20 but at 30."""
    b = one_server(FIXED, rule=rule)
    jobs(b, "work", (10, 10), (12, 3))
    assert rows(run(b), "job started left exit") == [(0, 10, 20, "done"), (1, 30, 33, "done")]


def test_4_08_nobody_starts_in_a_fixed_break_and_everybody_may_at_its_end():
    """A job of 25 waits until 30, where one of 30 arrives after the offer (kind 7): 30-32, 32-34."""
    b = one_server(FIXED)
    jobs(b, "work", (25, 2), (30, 2))
    assert served(run(b)) == [(0, "a", 30, 32), (1, "a", 32, 34)]


def test_4_08_the_end_of_one_fixed_break_and_the_begin_of_anothers_are_ordered():
    """a has [20, 30), b [30, 40): at 30 b ends (kind 0) before a begins (kind 1); b's work goes over to a."""
    b = shop()
    jobs(b, "work", (15, 3), (25, 10))
    b.work("work", served_by="p", size=SIZE)
    servers = [Server("a", (Duty(0, 100),), (FIXED,)), Server("b", (Duty(0, 100),), (Break(30, 10),))]
    b.named("p", servers, end_of_duty="hand back")
    assert rows(run(b), "job server entered started left exit") == [
        (0, "a", 15, 15, 18, "done"),
        (1, "b", 25, 25, 30, "handed_back"),
        (1, "a", 30, 30, 35, "done"),
    ]


def test_2_11_a_break_outside_every_duty_is_void():
    """Duty [0, 100) and [200, 300), breaks at 150: nothing is recorded and nobody misses anything."""
    b = shop()
    jobs(b, "work", (90, 2), (210, 2))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 100), Duty(200, 300)), (Break(150, 10), Break(170, 10, "whole")))])
    r = run(b)
    assert served(r) == [(0, "a", 90, 92), (1, "a", 210, 212)]
    assert duty(r, "break") == []


def test_4_08_a_whole_break_of_a_free_server_begins_on_time():
    """Free at 20: [20, 30). The job of 20 starts at 30, that of 30 after it, at 32."""
    b = one_server(WHOLE)
    jobs(b, "work", (20, 2), (30, 2))
    r = run(b)
    assert served(r) == [(0, "a", 30, 32), (1, "a", 32, 34)]
    assert duty(r, "break") == [("a", 20, 30)]


def test_4_08_a_late_whole_break_keeps_its_length():
    """Busy 15-25: break [25, 35), then the waiting job."""
    b = one_server(WHOLE)
    jobs(b, "work", (15, 10), (16, 3))
    r = run(b)
    assert served(r) == [(0, "a", 15, 25), (1, "a", 35, 38)]
    assert duty(r, "break") == [("a", 25, 35)]


def test_4_08_a_whole_break_that_begins_at_a_completion_is_on_time():
    """10-20 ends exactly at the begin: break [20, 30); the waiting job does not slip in."""
    b = one_server(WHOLE)
    jobs(b, "work", (10, 10), (12, 3))
    r = run(b)
    assert served(r) == [(0, "a", 10, 20), (1, "a", 30, 33)]
    assert duty(r, "break") == [("a", 20, 30)]


def test_4_08_a_whole_break_waits_until_every_slot_is_empty():
    """Two slots: 10-25 and 12-32. From 20 nothing starts, not even in the slot free at 25; break [32, 42)."""
    b = one_server(WHOLE, slots=2)
    jobs(b, "work", (10, 15), (12, 20), (21, 3))
    r = run(b)
    assert served(r) == [(0, "a", 10, 25), (1, "a", 12, 32), (2, "a", 42, 45)]
    assert duty(r, "break") == [("a", 32, 42)]


def test_4_08_a_whole_break_waits_for_after_work():
    """Work 15-25, after-work to 30: the server is free at 30, break [30, 40)."""
    b = shop()
    jobs(b, "work", (15, 10), (16, 3))
    b.work("work", served_by="p", size=SIZE, after_work=Constant(5))
    b.named("p", [Server("a", (Duty(0, 1000),), (WHOLE,))])
    r = run(b)
    assert served(r) == [(0, "a", 15, 25), (1, "a", 40, 43)]
    assert duty(r, "break") == [("a", 30, 40)]


@pytest.mark.parametrize("rule", ["hand back", "pause"])
def test_4_08_rules_for_ends_of_duty_do_not_apply_to_whole_breaks(rule):
    """15-25 in one piece, whatever the pool does at ends of duty."""
    b = one_server(WHOLE, rule=rule)
    jobs(b, "work", (15, 10))
    r = run(b)
    assert rows(r, "started left exit") == [(15, 25, "done")]
    assert duty(r, "break") == [("a", 25, 35)]


def test_4_08_a_duty_end_ends_a_whole_break():
    """Break from 25, duty end 30: the break is [25, 30). The next duty, from 32, starts fresh."""
    b = shop()
    jobs(b, "work", (15, 10), (16, 3))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 30), Duty(32, 100)), (WHOLE,))])
    r = run(b)
    assert served(r) == [(0, "a", 15, 25), (1, "a", 32, 35)]
    assert duty(r, "break") == [("a", 25, 30)]


def test_4_08_a_whole_break_that_never_found_the_server_free_is_lost():
    """Busy 15-40 past the duty end at 30: no break, and the job that waits starts at the next duty, 50."""
    b = shop()
    jobs(b, "work", (15, 25), (16, 3))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 30), Duty(50, 100)), (WHOLE,))])
    r = run(b)
    assert served(r) == [(0, "a", 15, 40), (1, "a", 50, 53)]
    assert duty(r, "break") == []


def test_4_08_work_handed_back_at_a_duty_end_cannot_go_to_someone_on_a_whole_break():
    """a ends at 25; b is on its break [20, 30): the 5 left start at 30."""
    b = shop()
    jobs(b, "work", (20, 10))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [*people("a", (0, 25)), Server("b", (Duty(0, 100),), (WHOLE,))], end_of_duty="hand back")
    assert served(run(b)) == [(0, "a", 20, 25), (0, "b", 30, 35)]


def test_3_06_the_end_of_a_whole_break_comes_after_planned_begins_of_its_instant():
    """At 30 a's whole break ends and b's duty begins; a has been idle longer, but b is offered the line first."""
    b = shop()
    jobs(b, "work", (25, 5), (26, 5))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 100),), (WHOLE,)), *people("b", (30, 100))])
    assert starts(run(b)) == [(0, "b", 30), (1, "a", 30)]


def test_4_08_two_whole_breaks_that_are_late_follow_each_other():
    """Busy until 25; breaks due at 20 (10) and 31 (5): [25, 35), then [35, 40); the waiting job starts at 40."""
    b = one_server(WHOLE, Break(31, 5, "whole"))
    jobs(b, "work", (15, 10), (16, 3))
    r = run(b)
    assert served(r) == [(0, "a", 15, 25), (1, "a", 40, 43)]
    assert duty(r, "break") == [("a", 25, 35), ("a", 35, 40)]


def test_4_08_a_fixed_break_keeps_its_time_while_a_colleague_works():
    """Two servers, breaks one after the other: work of 20 goes to b, of 30 to a, as the breaks are [20,30), [30,40)."""
    b = shop()
    jobs(b, "work", (20, 2), (30, 2))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 99),), (FIXED,)), Server("b", (Duty(0, 99),), (Break(30, 10),))])
    r = run(b)
    assert served(r) == [(0, "b", 20, 22), (1, "a", 30, 32)]
    assert duty(r, "break") == [("a", 20, 30), ("b", 30, 40)]


def test_4_08_after_work_runs_through_a_fixed_break():
    """Work 15-18, after-work 18-23 into the break [20, 30): released at 23, nothing handed back or paused."""
    b = shop()
    jobs(b, "work", (15, 3))
    b.work("work", served_by="p", size=SIZE, after_work=Constant(5))
    b.named("p", [Server("a", (Duty(0, 1000),), (FIXED,))], end_of_duty="pause")
    assert rows(run(b), "started left released exit") == [(15, 18, 23, "done")]


def test_4_08_a_whole_break_that_is_due_when_another_ends_follows_it():
    """Free at 18; breaks at 20 (10) and 30 (5): [20, 30), [30, 35); the job of 21 starts at 35."""
    b = one_server(WHOLE, Break(30, 5, "whole"))
    jobs(b, "work", (15, 3), (21, 3))
    r = run(b)
    assert served(r) == [(0, "a", 15, 18), (1, "a", 35, 38)]
    assert duty(r, "break") == [("a", 20, 30), ("a", 30, 35)]


def test_4_08_a_whole_break_that_is_due_at_the_end_of_a_fixed_one_follows_it():
    """Fixed [20, 30), whole at 30 (5): the server is there and free at 30, so [30, 35); the job of 21 starts at 35."""
    b = one_server(FIXED, Break(30, 5, "whole"))
    jobs(b, "work", (15, 3), (21, 3))
    r = run(b)
    assert served(r) == [(0, "a", 15, 18), (1, "a", 35, 38)]
    assert duty(r, "break") == [("a", 20, 30), ("a", 30, 35)]


def test_4_08_two_fixed_breaks_that_touch_leave_no_gap():
    """[20, 30) and [30, 40): the end of the first does not put the server on duty at 30; the job of 25 starts at 40."""
    b = one_server(FIXED, Break(30, 10))
    jobs(b, "work", (25, 2))
    r = run(b)
    assert served(r) == [(0, "a", 40, 42)]
    assert sum(z - a for _, a, z in duty(r, "break")) == 20


def test_4_08_a_fixed_break_at_the_begin_of_duty_delays_it():
    """Duty from 20, break [20, 30): the job of 5 starts at 30."""
    b = shop()
    jobs(b, "work", (5, 2))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(20, 100),), (FIXED,))])
    assert served(run(b)) == [(0, "a", 30, 32)]


def test_4_08_a_whole_break_at_the_begin_of_duty_is_taken_first():
    """Duty from 20, whole break at 20: free, so [20, 30); the waiting job starts at 30."""
    b = shop()
    jobs(b, "work", (5, 2))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(20, 100),), (WHOLE,))])
    r = run(b)
    assert served(r) == [(0, "a", 30, 32)]
    assert duty(r, "break") == [("a", 20, 30)]


def test_4_08_a_fixed_break_crosses_touching_duties():
    """Duties [0, 25) and [25, 100) at speed 2 are one duty: the break is [20, 30), then work at speed 2: 30-32."""
    b = shop()
    jobs(b, "work", (22, 4))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 25), Duty(25, 100, speed=2.0)), (FIXED,))])
    assert served(run(b)) == [(0, "a", 30, 32)]


def test_4_08_a_fixed_break_may_end_where_the_speed_changes():
    """Break [20, 30), speed 2 from 30 on: paused work with 5 left resumes at 30 and takes 2.5."""
    b = shop()
    jobs(b, "work", (15, 10))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 30), Duty(30, 100, speed=2.0)), (FIXED,))], end_of_duty="pause")
    assert served(run(b)) == [(0, "a", 15, 20), (0, "a", 30, 32.5)]


def test_4_08_a_whole_break_is_not_ended_where_duties_touch():
    """Break [20, 30) over the touch at 25."""
    b = shop()
    jobs(b, "work", (22, 4))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 25), Duty(25, 100)), (WHOLE,))])
    r = run(b)
    assert served(r) == [(0, "a", 30, 34)]
    assert duty(r, "break") == [("a", 20, 30)]


def test_4_08_a_whole_break_is_still_owed_after_duties_touch():
    """Busy 15-40 over the touch at 30: the break of 20 is taken from 40 to 50."""
    b = shop()
    jobs(b, "work", (15, 25), (16, 4))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 30), Duty(30, 100)), (WHOLE,))])
    r = run(b)
    assert served(r) == [(0, "a", 15, 40), (1, "a", 50, 54)]
    assert duty(r, "break") == [("a", 40, 50)]


def test_4_08_the_end_of_duty_cuts_a_whole_break_that_is_on_time():
    """Break from 20 with length 10, duty end 26: [20, 26); the next duty, 28, takes the waiting job."""
    b = shop()
    jobs(b, "work", (22, 4))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 26), Duty(28, 100)), (WHOLE,))])
    r = run(b)
    assert served(r) == [(0, "a", 28, 32)]
    assert duty(r, "break") == [("a", 20, 26)]


def test_4_08_a_whole_break_cut_by_the_duty_end_does_not_end_again_later():
    """The break [20, 26) would have ended at 30, inside the next duty [28, 100) and its break [29, 34): both stand.

    The job of 27 waits until 28 (28-29); that of 28 until 34.
    """
    b = shop()
    jobs(b, "work", (27, 1), (28, 4))
    b.work("work", served_by="p", size=SIZE)
    breaks = (Break(20, 9, "whole"), Break(29, 5, "whole"))
    b.named("p", [Server("a", (Duty(0, 26), Duty(28, 100)), breaks)])
    r = run(b)
    assert served(r) == [(0, "a", 28, 29), (1, "a", 34, 38)]
    assert duty(r, "break") == [("a", 20, 26), ("a", 29, 34)]


def test_5_1_a_fixed_break_leaves_finishing_work_untouched():
    """0.1 + 0.7 to the last bit, although a break [0.2, 0.3) begins and ends meanwhile."""
    b = shop()
    jobs(b, "work", (0.1, 0.7))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 900),), (Break(0.2, 0.1),))])
    assert served(run(b)) == [(0, "a", 0.1, 0.1 + 0.7)]


def test_4_08_a_whole_break_lets_same_rank_work_of_others_pass():
    """While a winds down (two slots, break due at 20, open until 32), b serves the line: 21-24 and 24-27."""
    b = shop()
    jobs(b, "pin", (12, 20))
    jobs(b, "work", (21, 3), (22, 3))
    b.work("pin", served_by="p", size=SIZE)
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 1000),), (WHOLE,)), Server("b", (Duty(15, 1000),))], slots=2)
    r = run(b)
    assert served(r) == [(0, "a", 12, 32), (1, "b", 21, 24), (2, "b", 22, 25)]
    assert duty(r, "break") == [("a", 32, 42)]


def test_4_08_a_fixed_break_pauses_each_of_several_jobs_and_resumes_them():
    """Two at .5 from 10, 5 of 8 done by 20, both paused to 30, 3 left each at .5: 36. Nobody else starts before."""
    b = one_server(FIXED, rule="pause", slots=2, curve=(1.0, 0.5))
    jobs(b, "work", (10, 8), (10, 8), (12, 1))
    assert served(run(b)) == [
        (0, "a", 10, 20),
        (0, "a", 30, 36),
        (1, "a", 10, 20),
        (1, "a", 30, 36),
        (2, "a", 36, 37),
    ]


def test_4_08_work_may_be_paused_again_and_again():
    """Size 30 from 15: 5 before [20, 30), 10 before [40, 50), 10 before the duty end 60, 5 from 80: 85."""
    b = shop()
    jobs(b, "work", (15, 30))
    b.work("work", served_by="p", size=SIZE)
    spans = (Duty(0, 60), Duty(80, 200))
    b.named("p", [Server("a", spans, (FIXED, Break(40, 10)))], end_of_duty="pause")
    assert rows(run(b), "spell entered started left exit") == [
        (0, 15, 15, 20, "paused"),
        (1, 20, 30, 40, "paused"),
        (2, 40, 50, 60, "paused"),
        (3, 60, 80, 85, "done"),
    ]


def test_4_08_handed_back_work_returns_to_the_same_server_after_a_fixed_break():
    """Alone in the pool: in line 20-30, then 5 left: 35. It keeps its place before the job of 16."""
    b = one_server(FIXED, rule="hand back")
    jobs(b, "work", (15, 10), (16, 3))
    assert served(run(b)) == [(0, "a", 15, 20), (0, "a", 30, 35), (1, "a", 35, 38)]


def test_4_0_a_server_that_winds_down_for_a_whole_break_does_not_count_for_reserve():
    """a is due for a break from 20 and open to 32; b's two slots are all: y (reserve 2) waits.

    The break is 32-42; then four are free, 4 - 1 >= 2, and b has been idle longer than a.
    """
    b = shop()
    jobs(b, "x", (12, 20))
    jobs(b, "y", (22, 5))
    b.work("x", served_by="p", size=SIZE)
    b.work("y", served_by=Edge("p", reserve=2), size=SIZE)
    b.named("p", [Server("a", (Duty(0, 1000),), (WHOLE,)), Server("b", (Duty(15, 1000),))], slots=2)
    assert served(run(b)) == [(0, "a", 12, 32), (1, "b", 42, 47)]


def test_4_08_whole_breaks_that_fell_due_together_are_all_taken():
    """Busy 15-40; breaks due at 20 (10) and 31 (5): 15 minutes in one go from 40, the waiting job starts at 55."""
    b = one_server(WHOLE, Break(31, 5, "whole"))
    jobs(b, "work", (15, 25), (16, 3))
    r = run(b)
    assert served(r) == [(0, "a", 15, 40), (1, "a", 55, 58)]
    assert sum(z - a for _, a, z in duty(r, "break")) == 15
