"""Work that is handed back at the end of a duty: where it goes, and with what (rules 3.6, 4.8, 4.9), by hand."""

from __future__ import annotations

import pytest

from sim.machine import Anchor, Attribute, Calendar, Condition, Constant, Duty, Edge, Server, Source, Uniform
from sim.machine.luck import Purpose, draw, name_hash
from tests.micro.table import jobs, key_of, people, rows, run, served, serving, shop, starts

SIZE = Attribute("size")
SPELL = "job server entered started left exit"
TWO_DAYS = ((0.0, 20.0), (50.0, 100.0))


def test_4_09_handed_back_work_waits_and_resumes_with_what_is_left():
    """15-20 does 5 of 10; the other 5 at the next duty: 50-55."""
    b = shop()
    jobs(b, "work", (15, 10))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", *TWO_DAYS), end_of_duty="hand back")
    assert rows(run(b), SPELL + " released") == [
        (0, "a", 15, 15, 20, "handed_back", 20),
        (0, "a", 20, 50, 55, "done", 55),
    ]


def test_7_2_spells_of_handed_back_work_are_numbered_and_flagged():
    """Handed back at 20 and at 100: spells 0, 1, 2, only the first is `first`, the others are `returned`."""
    b = shop()
    jobs(b, "work", (15, 60))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", *TWO_DAYS, (200, 300)), end_of_duty="hand back")
    assert rows(run(b), "spell first returned entered left exit") == [
        (0, True, False, 15, 20, "handed_back"),
        (1, False, True, 20, 100, "handed_back"),
        (2, False, True, 100, 205, "done"),
    ]


def test_4_09_work_is_handed_to_another_server_of_the_pool_at_once():
    """a [0,20) starts it at 15 (tie at 0, by number); at 20 b takes the 5 left: 25."""
    b = shop()
    jobs(b, "work", (15, 10))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 20),)), *people("b")], end_of_duty="hand back")
    assert rows(run(b), SPELL) == [(0, "a", 15, 15, 20, "handed_back"), (0, "b", 20, 20, 25, "done")]


def test_4_09_work_is_handed_to_another_pool_at_its_own_speed():
    """5 of 10 left at 20; pool q works at half speed: 10 minutes, 30."""
    b = shop()
    jobs(b, "work", (15, 10))
    b.work("work", served_by=[Edge("p", 1), Edge("q", 2, speed=0.5)], size=SIZE)
    b.named("p", people("a", (0, 20)), end_of_duty="hand back")
    b.named("q", people("b"))
    assert rows(run(b), "pool entered started left exit") == [
        ("p", 15, 15, 20, "handed_back"),
        ("q", 20, 20, 30, "done"),
    ]


def test_4_09_what_is_left_is_work_and_not_time():
    """a has speed 2: 10 of 20 done by 20; b has speed 1 and needs 10 more: 30."""
    b = shop()
    jobs(b, "work", (15, 20))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 20),), speed=2.0), *people("b")], end_of_duty="hand back")
    assert served(run(b)) == [(0, "a", 15, 20), (0, "b", 20, 30)]


def test_4_09_restart_does_the_whole_size_again():
    """10 minutes again from 50: 60."""
    b = shop()
    jobs(b, "work", (15, 10))
    b.work("work", served_by="p", size=SIZE, returned="restart")
    b.named("p", people("a", *TWO_DAYS), end_of_duty="hand back")
    assert served(run(b)) == [(0, "a", 15, 20), (0, "a", 50, 60)]


def test_4_09_redraw_takes_a_new_number_of_its_own_purpose():
    """Size 10 + 20 u >= 10 cannot end in [15, 20); spell 1 draws u with purpose 9 + 1 x 2^16."""
    b = shop()
    b.recorded("in", to="work", times=[15.0])
    b.work("work", served_by="p", size=Uniform(10, 30), returned="redraw")
    b.named("p", people("a", *TWO_DAYS), end_of_duty="hand back")
    r = run(b)
    u = draw(key_of(r, 0), name_hash("step:work"), 0, Purpose.REDRAW + (1 << 16))
    (first, second) = served(r)
    assert first == (0, "a", 15, 20)
    assert second == (0, "a", 50, pytest.approx(50 + 10 + 20 * u, abs=1e-9))


def test_4_09_handed_back_work_keeps_its_place_in_line():
    """Job 0 (place 5) is handed back at 20; job 1 waits since 10. At 50 job 0 goes first (5 left): 55."""
    b = shop()
    jobs(b, "work", (5, 20), (10, 3))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", *TWO_DAYS), end_of_duty="hand back")
    assert served(run(b)) == [(0, "a", 5, 20), (0, "a", 50, 55), (1, "a", 55, 58)]


def test_4_09_handed_back_work_stands_ahead_of_others_of_equal_place():
    """Both came at 5; job 0 was started, job 1 joined the line then. Handed back at 20, job 0 is first at 50."""
    b = shop()
    jobs(b, "work", (5, 20), (5, 3))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", *TWO_DAYS), end_of_duty="hand back")
    assert starts(run(b)) == [(0, "a", 5), (0, "a", 50), (1, "a", 55)]


def test_4_09_several_handed_back_at_one_instant_keep_their_order():
    """Three came at 5; a and b started 0 and 1. Both are handed back at 20; c begins at 50: 0 (5 left), 1, then 2."""
    b = shop()
    jobs(b, "work", (5, 20), (5, 20), (5, 4))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [*people("a b", (0, 20)), *people("c", (50, 900))], end_of_duty="hand back")
    assert served(run(b)) == [
        (0, "a", 5, 20),
        (0, "c", 50, 55),
        (1, "b", 5, 20),
        (1, "c", 55, 60),
        (2, "c", 60, 64),
    ]


def test_4_09_patience_goes_on_from_what_was_waited():
    """Job 1 waits 1-5 (4 of 10), is served 5-20 and handed back: 6 minutes are left, it leaves at 26."""
    b = shop()
    jobs(b, "work", (1, 4), (1, 90))
    b.work("work", served_by="p", size=SIZE, patience=Constant(10))
    b.named("p", people("a", *TWO_DAYS), end_of_duty="hand back")
    assert rows(run(b), SPELL) == [
        (0, "a", 1, 1, 5, "done"),
        (1, "a", 1, 5, 20, "handed_back"),
        (1, None, 20, None, 26, "abandoned"),
    ]


def test_4_09_overflow_counts_from_the_original_entry():
    """In at 5, q may take it after 10: at 20 it is visible there, so b continues at once, 20-25."""
    b = shop()
    jobs(b, "work", (5, 20))
    b.work("work", served_by=[Edge("p", 1), Edge("q", 2, after=10)], size=SIZE)
    b.named("p", people("a", *TWO_DAYS), end_of_duty="hand back")
    b.named("q", people("b"))
    assert served(run(b)) == [(0, "a", 5, 20), (0, "b", 20, 25)]


def test_4_09_overflow_that_is_not_due_yet_comes_at_its_old_time():
    """In at 5, q may take it after 30: at 35, not at 20 + 30."""
    b = shop()
    jobs(b, "work", (5, 20))
    b.work("work", served_by=[Edge("p", 1), Edge("q", 2, after=30)], size=SIZE)
    b.named("p", people("a", *TWO_DAYS), end_of_duty="hand back")
    b.named("q", people("b"))
    assert served(run(b)) == [(0, "a", 5, 20), (0, "b", 35, 40)]


def test_4_09_handed_back_work_passes_no_limit_test():
    """Limit 0 blocks job 1 at 16; job 0, handed back at 20, waits in line all the same."""
    b = shop()
    jobs(b, "work", (15, 10), (16, 3))
    b.work("work", served_by="p", size=SIZE, limit=0)
    b.named("p", people("a", *TWO_DAYS), end_of_duty="hand back")
    assert rows(run(b), SPELL) == [
        (0, "a", 15, 15, 20, "handed_back"),
        (0, "a", 20, 50, 55, "done"),
        (1, None, 16, None, 16, "blocked"),
    ]


def test_4_08_hand_back_oldest_start_first_named():
    """Jobs 1 and 2 (urgent) start at 5, job 0 at 8 when job 1 is done. At 20 the older start, job 2, gets q's b.

    Job 0 (12 done of 100, 88 left) waits until b is free at 105.
    """
    b = shop()
    jobs(b, "work", (1, 100, 0), (2, 3, 5), (3, 100, 5), columns="size urgent")
    b.work("work", served_by=[Edge("p", 1), Edge("q", 2)], size=SIZE, priority=Attribute("urgent"))
    b.named("p", people("a", (5, 20), (200, 400)), slots=2, end_of_duty="hand back")
    b.named("q", people("b", (10, 400)))
    assert served(run(b)) == [
        (0, "a", 8, 20),
        (0, "b", 105, 193),
        (1, "a", 5, 8),
        (2, "a", 5, 20),
        (2, "b", 20, 105),
    ]


def test_4_08_pools_hand_back_in_table_order_and_servers_by_number():
    """At 20 p's a, p's b and q's c end with jobs 2, 1 and 0; r's d and e go to 2 (83 left) and 1 (82 left).

    Job 0 (81 left) waits for e, free at 102.
    """
    b = shop()
    jobs(b, "zero", (1, 100))
    jobs(b, "late", (2, 100), (3, 100), columns="size")
    b.work("zero", served_by=[Edge("q", 1), Edge("r", 2)], size=SIZE)
    b.work("late", served_by=[Edge("p", 1), Edge("r", 2)], size=SIZE)
    b.named("p", [Server("a", (Duty(3, 20),)), Server("b", (Duty(0, 20),))], end_of_duty="hand back")
    b.named("q", people("c", (0, 20)), end_of_duty="hand back")
    b.named("r", people("d e", (10, 900)))
    r = run(b)
    assert starts(r, spell=0) == [(0, "c", 1), (1, "b", 2), (2, "a", 3)]
    assert served(r, spell=1) == [(0, "e", 102, 183), (1, "e", 20, 102), (2, "d", 20, 103)]


def test_3_06_all_duties_of_an_instant_end_before_work_is_handed_back():
    """a and b both end at 20; a's job must not be handed to b. c begins at 30."""
    b = shop()
    jobs(b, "work", (15, 10))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [*people("a b", (0, 20)), *people("c", (30, 90))], end_of_duty="hand back")
    assert served(run(b)) == [(0, "a", 15, 20), (0, "c", 30, 35)]


def test_4_10_handed_back_work_waits_on_behind_a_door_that_closes():
    """At 20 door and duty end: the line (job 1) leaves first, then job 0 is handed back and waits on; 50-55."""
    b = shop()
    jobs(b, "work", (15, 10), (16, 3))
    b.calendar(Calendar("door", [(0, 20)]))
    b.work("work", served_by="p", size=SIZE, opening="door", at_close="leave")
    b.named("p", people("a", *TWO_DAYS), end_of_duty="hand back")
    assert rows(run(b), SPELL) == [
        (0, "a", 15, 15, 20, "handed_back"),
        (0, "a", 20, 50, 55, "done"),
        (1, None, 16, None, 20, "closed"),
    ]


def test_7_2_rows_of_paused_work_are_flagged_as_returned():
    """Row 0 first, closed at 20 as paused; row 1 returned, entered 20."""
    b = shop()
    jobs(b, "work", (15, 10))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", *TWO_DAYS), end_of_duty="pause")
    assert rows(run(b), "spell first returned entered exit released") == [
        (0, True, False, 15, "paused", 20),
        (1, False, True, 20, "done", 55),
    ]


def test_7_4_waiting_minutes_count_handed_back_work():
    """In line 20-50 after the hand back: 30 job-minutes; and served 5 + 5."""
    b = shop()
    jobs(b, "work", (15, 10))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", *TWO_DAYS), end_of_duty="hand back")
    r = run(b)
    assert float(r.tally.waiting[0]) == 30.0
    assert serving(r, "p") == 10.0


def test_5_1_shared_work_is_handed_back_with_what_is_left_of_each():
    """Job 0 10-14 alone (4), 14-20 at .5 (3): 3 left; job 1: 3 done, 7 left. b takes both at 20: 26 and 30."""
    b = shop()
    jobs(b, "work", (10, 10), (14, 10))
    b.work("work", served_by="p", size=SIZE)
    b.named(
        "p",
        [*people("a", (0, 20)), *people("b")],
        slots=2,
        curve=(1.0, 0.5),
        server_choice="lowest number",
        end_of_duty="hand back",
    )
    assert served(run(b)) == [(0, "a", 10, 20), (0, "b", 20, 26), (1, "a", 14, 20), (1, "b", 20, 30)]


def test_4_08_with_named_servers_the_people_who_leave_are_fixed():
    """Two of three leave at 20, b and c; a's job goes on, theirs are handed back, though c's started last."""
    b = shop()
    jobs(b, "work", (10, 30), (11, 30), (12, 30))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [*people("a"), *people("b c", (0, 20))], end_of_duty="hand back")
    assert served(run(b)) == [
        (0, "a", 10, 40),
        (1, "b", 11, 20),
        (1, "a", 40, 61),
        (2, "c", 12, 20),
        (2, "a", 61, 83),
    ]


def test_4_09_restart_begins_anew_after_every_hand_back():
    """Size 25: 15-20, then all 25 again from 50 to 75 (the duty lasts to 100)."""
    b = shop()
    jobs(b, "work", (15, 25))
    b.work("work", served_by="p", size=SIZE, returned="restart")
    b.named("p", people("a", (0, 20), (30, 50), (60, 100)), end_of_duty="hand back")
    assert served(run(b)) == [(0, "a", 15, 20), (0, "a", 30, 50), (0, "a", 60, 85)]


def test_4_09_a_hand_back_is_not_a_new_entry_for_a_watch():
    """The clock of 30 from the entry at 15 runs out at 45, while the job is back in line: it is moved at 45."""
    b = shop()
    jobs(b, "work", (15, 10))
    b.work("work", served_by="p", size=SIZE)
    b.work("rescue", served_by="q", size=Constant(2))
    b.named("p", people("a", *TWO_DAYS), end_of_duty="hand back")
    b.named("q", people("b"))
    b.watch("too long", Anchor("entered", "work"), Constant(30), to="rescue")
    assert rows(run(b), "step server entered started left exit") == [
        ("work", "a", 15, 15, 20, "handed_back"),
        ("work", None, 20, None, 45, "moved"),
        ("rescue", "b", 45, 45, 47, "done"),
    ]


def test_4_09_handed_back_work_of_two_units_goes_where_two_slots_are_free():
    """b (one slot taken) cannot take it at 20, c can."""
    b = shop()
    jobs(b, "big", (15, 10))
    jobs(b, "pin", (16, 90))
    b.work("pin", served_by="p", size=SIZE)
    b.work("big", served_by="p", size=SIZE, units=2)
    b.named("p", [*people("a", (0, 20)), *people("b c")], slots=2, end_of_duty="hand back")
    assert served(run(b), step="big") == [(0, "a", 15, 20), (0, "c", 20, 25)]
    assert starts(run(b), step="pin") == [(1, "b", 16)]


def test_4_09_a_handed_back_job_waits_its_turn_by_rank_and_priority():
    """At 20 job 0 (priority 0) is handed back; b is busy to 30 and then takes the urgent one of 18 first."""
    b = shop()
    jobs(b, "work", (5, 20, 0), (6, 24, 0), (18, 4, 7), columns="size urgent")
    b.work("work", served_by="p", size=SIZE, priority=Attribute("urgent"))
    b.named("p", [*people("a", (0, 20)), *people("b")], end_of_duty="hand back")
    assert served(run(b)) == [(0, "a", 5, 20), (0, "b", 34, 39), (1, "b", 6, 30), (2, "b", 30, 34)]


def test_4_08_two_jobs_handed_back_from_one_server_keep_each_what_is_left():
    """Two slots: size 20 from 10 (10 left) and from 14 (14 left). Next duty from 50: both again, 60 and 64."""
    b = shop()
    jobs(b, "work", (10, 20), (14, 20))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", *TWO_DAYS), slots=2, end_of_duty="hand back")
    assert served(run(b)) == [(0, "a", 10, 20), (0, "a", 50, 60), (1, "a", 14, 20), (1, "a", 50, 64)]


def test_4_07_the_one_due_at_the_end_of_duty_completes_before_its_neighbour_is_handed_back():
    """Two slots at .5 from 10: job 0 (5) ends at 20 with the duty, job 1 (8) has 3 left; b takes job 1 at 20.

    Job 0 is done at 20 in one row; its next step, at the same b (one slot there), starts after job 1: 23.
    """
    b = shop()
    jobs(b, "work", (10, 5), (10, 8))
    b.work("work", served_by=[Edge("p", 1), Edge("q", 2)], size=SIZE)
    b.work("next", served_by="q", size=Constant(2))
    b.route("work", "done", b.clause("first only", to="next", when=[Condition(Source("attribute", "size"), "<=", 5)]))
    b.named("p", people("a", (0, 20)), slots=2, curve=(1.0, 0.5), end_of_duty="hand back")
    b.named("q", people("b", (15, 900)))
    assert rows(run(b), "job step server started left exit") == [
        (0, "work", "a", 10, 20, "done"),
        (0, "next", "b", 23, 25, "done"),
        (1, "work", "a", 10, 20, "handed_back"),
        (1, "work", "b", 20, 23, "done"),
    ]


def test_7_2_a_job_moved_at_the_instant_of_its_hand_back_leaves_three_rows():
    """In line from 6, started 7, handed back at 8 (kind 0), moved at 8 by the clock of 2 (kind 5), served 14-19."""
    b = shop()
    jobs(b, "x", (6, 5))
    b.work("x", served_by="p", size=SIZE)
    b.work("z", served_by="p", size=SIZE)
    b.named("p", people("b", (7, 8), (14, 26)), end_of_duty="hand back")
    b.watch("impatient", Anchor("entered", "x"), Constant(2), to="z")
    assert sorted(rows(run(b), "step spell server entered started left exit"), key=lambda row: row[:2]) == [
        ("x", 0, "b", 6, 7, 8, "handed_back"),
        ("x", 1, None, 8, None, 8, "moved"),
        ("z", 0, "b", 8, 14, 19, "done"),
    ]


@pytest.mark.parametrize("first", ["a", "b"])
def test_4_09_returned_jobs_of_equal_place_stand_in_the_order_in_which_they_first_came(first):
    """Jobs 0 (a) and 1 (b) came at 5; one is handed back at 15, the other at 20: at 50 job 0 goes first either way.

    Size 20: after 10 minutes 10 are left, after 15 minutes 5.
    """
    ends = {"a": 15 if first == "a" else 20, "b": 15 if first == "b" else 20}
    b = shop()
    jobs(b, "work", (5, 20), (5, 20), (5, 4))
    b.work("work", served_by="p", size=SIZE)
    spans = [Server(name, (Duty(0, end),)) for name, end in ends.items()]
    b.named("p", [*spans, *people("c", (50, 900))], end_of_duty="hand back")
    left = {"a": 25 - ends["a"], "b": 25 - ends["b"]}
    assert served(run(b), server="c") == [
        (0, "c", 50, 50 + left["a"]),
        (1, "c", 50 + left["a"], 65),
        (2, "c", 65, 69),
    ]


@pytest.mark.parametrize(("counts", "waited"), [(False, 30), (True, 40)])
def test_2_2_waited_counts_the_line_after_a_hand_back(counts, waited):
    """In line 20-50; service 15-20 and 50-55 is added where it counts as wait. The clause holds at that number."""
    for number, expected in ((waited, ["work", "work", "next"]), (waited + 0.5, ["work", "work"])):
        b = shop()
        jobs(b, "work", (15, 10))
        b.work("work", served_by="p", size=SIZE, counts_as_wait=counts)
        b.work("next", served_by="q", size=Constant(2))
        b.route("work", "done", b.clause("long", to="next", when=[Condition(Source("waited"), ">=", number)]))
        b.named("p", people("a", *TWO_DAYS), end_of_duty="hand back")
        b.named("q", people("b"))
        assert [step for (step,) in rows(run(b), "step")] == expected
