"""What gauges read, and where they are read (rule 8.1), by hand."""

from __future__ import annotations

from math import exp, inf

import pytest

from sim.machine import (
    Anchor,
    Attribute,
    Break,
    Calendar,
    Condition,
    Constant,
    Duty,
    Edge,
    NetworkBuilder,
    NetworkProblems,
    Predictor,
    Server,
    Source,
    Spawn,
    Term,
)
from tests.micro.desk import exactly, look, reading, readings, seen
from tests.micro.table import jobs, people, rows, run, served, shop, starts

SIZE = Attribute("size")
TWO_DAYS = ((0.0, 20.0), (50.0, 100.0))


def one(*births: tuple[float, ...], columns: str = "size", servers: str = "a", **work) -> NetworkBuilder:
    """Step `work` served by the named servers of pool `p`."""
    b = shop()
    jobs(b, "work", *births, columns=columns)
    b.work("work", **{"served_by": "p", "size": SIZE, **work})
    b.named("p", people(servers))
    return b


# waiting


def test_8_1_waiting_counts_the_jobs_in_line_at_its_steps():
    """x has one in line from 2, two from 3 until 11, one until 12; y has one from 5: both together one more."""
    b = shop()
    jobs(b, "x", (1, 10), (2, 1), (3, 1))
    jobs(b, "y", (1, 100), (5, 1))
    b.work("x", served_by="p", size=SIZE)
    b.work("y", served_by="q", size=SIZE)
    b.named("p", people("a"))
    b.named("q", people("c"))
    b.gauge("only x", "waiting", steps=("x",))
    b.gauge("both", "waiting", steps=("x", "y"))
    look(b, "gauge", "only x", 1, 2, 3, 5, 11, 12)
    look(b, "gauge", "both", 1, 2, 3, 5, 11, 12)
    r = run(b)
    assert seen(r, "only x") == [0, 1, 2, 2, 1, 0]
    assert seen(r, "both") == [0, 1, 2, 3, 2, 1]


def test_8_1_who_waits_for_the_door_is_in_line():
    """Came at 5, the door opens at 20."""
    b = one((5, 1), opening="hours", when_closed="wait")
    b.calendar(Calendar("hours", [(20, 100)]))
    b.gauge("g", "waiting", steps=("work",))
    assert readings(b, 4, 5, 19, 20, of="g") == {"g": [0, 1, 1, 0]}


def test_8_1_a_silent_one_is_in_line_until_it_is_reached():
    """Job 1 (from 1) has left silently at 5; it waits until 10, and is at the step until its ghost work ends at 12."""
    b = one((0, 10), (1, 10), patience=Constant(4), silent=1.0, ghost=Constant(2))
    b.gauge("line", "waiting", steps=("work",))
    b.gauge("all", "inside", steps=("work",))
    assert readings(b, 4, 6, 10, 11, 12, of="line all") == {"line": [1, 1, 0, 0, 0], "all": [2, 2, 1, 1, 0]}


@pytest.mark.parametrize(("rule", "line"), [("pause", 0), ("hand back", 1), ("finish", 0)])
def test_8_1_paused_work_does_not_wait_and_handed_back_work_does(rule, line):
    """15-20 of 10 minutes, the rest from 50 (or, with `finish`, until 25). At 22 it is at the step in any case."""
    b = shop()
    jobs(b, "work", (15, 10))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", *TWO_DAYS), end_of_duty=rule)
    b.gauge("line", "waiting", steps=("work",))
    b.gauge("all", "inside", steps=("work",))
    done = 0 if rule == "finish" else 1
    assert readings(b, 16, 22, 30, 52, 56, of="line all") == {
        "line": [0, line, line, 0, 0],
        "all": [1, 1, done, done, 0],
    }


# inside


def test_8_1_a_slot_in_after_work_is_not_inside():
    """At work 10-15, after-work to 20: inside until 15, the slot is free at 20."""
    b = one((10, 5), after_work=Constant(5))
    b.gauge("all", "inside", steps=("work",))
    b.gauge("slots", "free", pools=("p",))
    assert readings(b, 9, 12, 15, 19, 20, of="all slots") == {"all": [0, 1, 0, 0, 0], "slots": [1, 0, 0, 0, 1]}


def test_8_1_inside_counts_delays():
    """x 1-5, then a pause 5-15; a second job is in line from 2 and at work 5-7, paused 7-17."""
    b = shop()
    jobs(b, "x", (1, 4), (2, 2))
    b.work("x", served_by="p", size=SIZE)
    b.delay("pause", Constant(10))
    b.route("x", "done", "pause")
    b.named("p", people("a"))
    b.gauge("all", "inside", steps=("x", "pause"))
    b.gauge("pausing", "inside", steps=("pause",))
    assert readings(b, 1, 2, 5, 7, 14, 15, 17, of="all pausing") == {
        "all": [1, 2, 2, 2, 2, 1, 0],
        "pausing": [0, 0, 1, 2, 2, 1, 0],
    }


def test_8_1_inside_counts_what_a_watch_moves_where_it_is():
    """In line at x from 2 until the watch moves it at 8 into the pause (10 minutes)."""
    b = shop()
    jobs(b, "x", (1, 50), (2, 2))
    b.work("x", served_by="p", size=SIZE)
    b.delay("pause", Constant(10))
    b.watch("w", Anchor("entered", "x"), Constant(6), to="pause")
    b.named("p", people("a"))
    b.gauge("at x", "inside", steps=("x",))
    b.gauge("pausing", "inside", steps=("pause",))
    look(b, "gauge", "at x", 7, 8, 17, 18)
    look(b, "gauge", "pausing", 7, 8, 17, 18)
    r = run(b)
    assert (seen(r, "at x"), seen(r, "pausing")) == ([2, 1, 1, 1], [0, 1, 1, 0])


# free and on duty


def test_8_1_free_counts_slots_and_units():
    """Two servers of three slots: 6. One unit from 1, two more from 2: 3. a leaves at 20 (its job goes on): b has 1."""
    b = shop()
    jobs(b, "one", (1, 100))
    jobs(b, "two", (2, 100))
    b.work("one", served_by="p", size=SIZE)
    b.work("two", served_by="p", size=SIZE, units=2)
    b.named("p", [*people("a", (0, 20)), *people("b")], slots=3)
    b.gauge("free", "free", pools=("p",))
    b.gauge("there", "on duty", pools=("p",))
    assert readings(b, 0, 1, 2, 19, 20, 102, of="free there") == {
        "free": [6, 5, 3, 3, 1, 3],
        "there": [6, 6, 6, 6, 3, 3],
    }


def test_8_1_a_server_on_a_fixed_break_is_not_available():
    """Break [20, 30), two slots, one job 15-25."""
    b = shop()
    jobs(b, "work", (15, 10))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 100),), (Break(20, 10),))], slots=2)
    b.gauge("free", "free", pools=("p",))
    b.gauge("there", "on duty", pools=("p",))
    assert readings(b, 16, 20, 27, 30, 100, of="free there") == {"free": [1, 0, 0, 2, 0], "there": [2, 0, 0, 2, 0]}


def test_8_1_a_server_whose_whole_break_is_due_is_not_available():
    """Due at 20, busy until 25: the break is [25, 35)."""
    b = shop()
    jobs(b, "work", (15, 10))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 100),), (Break(20, 10, "whole"),))], slots=2)
    b.gauge("free", "free", pools=("p",))
    b.gauge("there", "on duty", pools=("p",))
    assert readings(b, 16, 20, 34, 35, of="free there") == {"free": [1, 0, 0, 2], "there": [2, 0, 0, 2]}


def test_8_1_paused_work_keeps_its_slot_from_being_free():
    """Two slots; the job paused at 20 takes one again from 50, where it has 5 to do."""
    b = shop()
    jobs(b, "work", (15, 10))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", *TWO_DAYS), slots=2, end_of_duty="pause")
    b.gauge("free", "free", pools=("p",))
    assert readings(b, 15, 20, 49, 50, 55, of="free") == {"free": [1, 0, 0, 1, 2]}


def test_8_1_free_of_counted_servers_is_never_below_nought():
    """n is 2, 1 from 10, 0 from 20, 3 from 30; two are busy from 2 until 101."""
    b = shop()
    jobs(b, "work", (1, 100), (2, 99))
    b.work("work", served_by="p", size=SIZE)
    b.counted("p", [(0, 2), (10, 1), (20, 0), (30, 3)])
    b.gauge("free", "free", pools=("p",))
    b.gauge("there", "on duty", pools=("p",))
    assert readings(b, 0, 1, 2, 10, 20, 30, 101, of="free there") == {
        "free": [2, 1, 0, 0, 0, 1, 3],
        "there": [2, 2, 2, 1, 0, 3, 3],
    }


def test_8_1_free_and_on_duty_add_up_over_pools():
    """a has two slots, one taken 1-11; the counted pool has three, none taken: 5 of 5, then 4."""
    b = shop()
    jobs(b, "work", (1, 10))
    b.work("work", served_by=[Edge("p", 1), Edge("q", 2)], size=SIZE)
    b.named("p", people("a"), slots=2)
    b.counted("q", 3)
    b.gauge("free", "free", pools=("q", "p"))
    b.gauge("there", "on duty", pools=("p", "q"))
    assert readings(b, 0, 5, 11, of="free there") == {"free": [5, 4, 5], "there": [5, 5, 5]}


def test_8_1_a_reserve_does_not_make_slots_less_free():
    """The job waits because a keeps one slot back; that slot is free all the same."""
    b = one((1, 5), served_by=Edge("p", reserve=1))
    b.gauge("free", "free", pools=("p",))
    b.gauge("line", "waiting", steps=("work",))
    assert readings(b, 2, of="free line") == {"free": [1], "line": [1]}


# oldest


def test_8_1_oldest_is_the_age_of_the_smallest_place_in_line():
    """Busy 1-11; in line from 3 and from 7: 2 at 5, 4 at 7; at 11 the second one is the oldest (4), at 12 nobody."""
    b = one((1, 10), (3, 1), (7, 1))
    b.gauge("g", "oldest", steps=("work",))
    assert readings(b, 2, 3, 5, 7, 11, 12, of="g") == {"g": [0, 0, 2, 4, 4, 0]}


def test_8_1_oldest_knows_head_starts():
    """Came at 3 with a head start of 5 (place -2): 6 at 4, although another one waits since 2 (place 2)."""
    b = one((1, 10, 0), (2, 1, 0), (3, 1, 5), columns="size early", head_start=Attribute("early"))
    b.gauge("g", "oldest", steps=("work",))
    assert readings(b, 2.5, 4, 11, of="g") == {"g": [0.5, 6, 9]}


def test_8_1_oldest_looks_at_all_priorities_and_steps():
    """x: priority 0 since 2, priority 5 since 4; y since 3. 5 - 2; at 11 priority 5 starts; at 12 x's other one."""
    b = shop()
    jobs(b, "x", (1, 10, 0), (2, 9, 0), (4, 1, 5), columns="size urgent")
    jobs(b, "y", (3, 9, 0), columns="size urgent")
    b.work("x", served_by="p", size=SIZE, priority=Attribute("urgent"))
    b.work("y", served_by="p", size=SIZE, priority=Attribute("urgent"))
    b.named("p", people("a"))
    b.gauge("both", "oldest", steps=("y", "x"))
    b.gauge("y", "oldest", steps=("y",))
    assert readings(b, 5, 11, 12, 21, of="both y") == {"both": [3, 9, 9, 0], "y": [2, 8, 9, 0]}


def test_8_1_oldest_under_kept_order_is_the_age_of_the_first_place():
    """It entered x at 1 and waits at y since 10: 11 at 12."""
    b = shop()
    jobs(b, "x", (1, 9))
    jobs(b, "y", (0, 100))
    b.work("x", served_by="p", size=SIZE)
    b.work("y", served_by="q", size=SIZE, order="kept")
    b.route("x", "done", "y")
    b.named("p", people("a"))
    b.named("q", people("c"))
    b.gauge("g", "oldest", steps=("y",))
    assert readings(b, 5, 12, of="g") == {"g": [0, 11]}


def test_8_1_oldest_does_not_see_paused_work_and_sees_silent_ones():
    """Job 0 is paused from 20 to 50; job 1, in line from 16, has left silently at 18: 4 at 20, 20 at 36."""
    b = shop()
    jobs(b, "work", (15, 10), (16, 3))
    b.work("work", served_by="p", size=SIZE, patience=Constant(2), silent=1.0)
    b.named("p", people("a", *TWO_DAYS), end_of_duty="pause")
    b.gauge("g", "oldest", steps=("work",))
    assert readings(b, 20, 36, 54, 55, of="g") == {"g": [4, 20, 38, 0]}


@pytest.mark.parametrize("order", ["due", "score"])
def test_8_1_oldest_is_refused_where_the_line_does_not_stand_by_place(order):
    """The first of such a line says nothing about places (checked)."""
    b = one((1, 1), order=order, due=Constant(5), score=reading("attribute", "size"))
    b.gauge("g", "oldest", steps=("work",))
    with pytest.raises(NetworkProblems):
        b.build()


# last wait


def test_8_1_last_wait_is_that_of_the_last_start():
    """0 before and with the first start; job 1 (3) starts at 11: 8; job 2 (7) at 12: 5; job 3 at 20 at once: 0."""
    b = one((1, 10), (3, 1), (7, 1), (20, 1))
    b.gauge("g", "last wait", steps=("work",))
    assert readings(b, 0, 1, 10, 11, 12, 19, 20, of="g") == {"g": [0, 0, 0, 8, 5, 5, 0]}


def test_8_1_last_wait_counts_ghosts():
    """Job 1 (1) is silent since 5 and is reached at 10: 9."""
    b = one((0, 10), (1, 10), patience=Constant(4), silent=1.0, ghost=Constant(2))
    b.gauge("g", "last wait", steps=("work",))
    assert readings(b, 6, 10, of="g") == {"g": [0, 9]}


@pytest.mark.parametrize("rule", ["hand back", "pause"])
def test_8_1_last_wait_does_not_know_later_spells(rule):
    """Job 0 (10, at once) goes on at 50 after 30 minutes: that is no first spell. Job 1 (16) starts at 65: 49."""
    b = shop()
    jobs(b, "work", (10, 25), (16, 3))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", *TWO_DAYS), end_of_duty=rule)
    b.gauge("g", "last wait", steps=("work",))
    assert readings(b, 30, 51, 65, of="g") == {"g": [0, 0, 49]}


def test_8_1_last_wait_of_several_steps_is_the_last_of_any():
    """x starts at 11 after 9; y at 13 after 1."""
    b = shop()
    jobs(b, "x", (1, 10), (2, 2))
    jobs(b, "y", (12, 1))
    b.work("x", served_by="p", size=SIZE)
    b.work("y", served_by="p", size=SIZE)
    b.named("p", people("a"))
    b.gauge("both", "last wait", steps=("x", "y"))
    b.gauge("x", "last wait", steps=("x",))
    assert readings(b, 11, 13, of="both x") == {"both": [9, 1], "x": [9, 9]}


# predicted wait


def test_8_1_predicted_wait_shares_the_line_among_the_slots_on_duty():
    """(0 + 1) x 4 / 2 = 2; two in line: 6; from 20 on one server: (2 + 1) x 4 / 1 = 12."""
    b = shop()
    jobs(b, "work", (1, 99), (1, 99), (5, 9), (6, 9))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [*people("a", (0, 20)), *people("b")])
    b.gauge("g", "predicted wait", steps=("work",), pools=("p",), each=4.0)
    assert readings(b, 2, 5, 6, 20, of="g") == {"g": [2, 4, 6, 12]}


def test_8_1_predicted_wait_is_infinite_when_nobody_is_on_duty():
    """a is away in [20, 50); with three counted servers besides it is (0 + 1) x 6 / 3 = 2 then, else 6 / 4 = 1.5."""
    b = shop()
    jobs(b, "work", (999, 1))
    b.work("work", served_by=["p", "q"], size=SIZE)
    b.named("p", people("a", *TWO_DAYS))
    b.counted("q", 3)
    b.gauge("alone", "predicted wait", steps=("work",), pools=("p",), each=6.0)
    b.gauge("all", "predicted wait", steps=("work",), pools=("p", "q"), each=6.0)
    assert readings(b, 19, 20, 49, 50, of="alone all") == {"alone": [6, inf, inf, 6], "all": [1.5, 2, 2, 1.5]}


def test_8_1_a_condition_holds_for_an_infinite_reading():
    """Nobody is there at 30: the clause `at least 1000 minutes` applies; at 60 it does not (1 x 6 / 1)."""
    b = shop()
    jobs(b, "ask", (30, 0), (60, 0))
    b.delay("ask", Constant(0))
    b.delay("long", Constant(1), recorded=True)
    b.work("work", served_by="p", size=Constant(1))
    b.gauge("g", "predicted wait", steps=("work",), pools=("p",), each=6.0)
    high = Condition(Source("gauge", "g"), ">=", 1000.0)
    b.route("ask", "done", b.clause("c", to="long", when=[high]), b.clause("d", to="work"))
    b.named("p", people("a", *TWO_DAYS))
    assert rows(run(b), "job step entered") == [(0, "long", 30), (1, "work", 60)]


@pytest.mark.parametrize(
    ("predictor", "expected"),
    [
        (Predictor(2.0, (Term(Source("gauge", "g"), 0.0),)), [2, 2]),
        (Predictor(2.0, (Term(Source("gauge", "g"), 1.0), Term(Source("gauge", "g"), -1.0))), [inf, 2]),
        (Predictor(0.0, (Term(Source("gauge", "g"), -1.0),)), [0, 0]),
        (Predictor(0.0, (Term(Source("gauge", "g"), 1.0),), "logistic"), [1, 1 / (1 + exp(-6))]),
    ],
)
def test_2_2_an_infinite_reading_is_a_number_like_others(predictor, expected):
    """Nobody is there at 30, a at 60 (6 minutes): no weight is none, infinity less infinity is infinite."""
    b = shop()
    b.gauge("g", "predicted wait", steps=("work",), pools=("p",), each=6.0)
    jobs(b, "ask", (30, 0), (60, 0))
    b.delay("ask", Constant(1.0, scale=predictor), recorded=True)
    b.work("work", served_by="p", size=Constant(1))
    b.named("p", people("a", *TWO_DAYS))
    stays = rows(run(b), "entered left")
    assert [inf if left is None else left - entered for entered, left in stays] == pytest.approx(expected)


def test_2_2_a_draw_of_0_stays_0_beside_an_infinite_wait():
    """Nobody is there at 30; it waits for nothing, and not for ever."""
    b = shop()
    b.gauge("g", "predicted wait", steps=("work",), pools=("p",), each=6.0)
    jobs(b, "none", (30, 0))
    b.delay("none", Constant(0.0, scale=reading("gauge", "g")), recorded=True)
    b.work("work", served_by="p", size=Constant(1))
    b.named("p", people("a", *TWO_DAYS))
    assert rows(run(b), "step entered left") == [("none", 30, 30)]


def test_8_1_an_infinite_wait_is_longer_than_any_limit_with_a_chance_beside_it():
    """A chance that grows with the expected wait is 1 while nobody is there: all are called back."""
    b = shop()
    b.gauge("g", "predicted wait", steps=("work",), pools=("p",), each=6.0)
    jobs(b, "ask", *((30, 0) for _ in range(20)))
    b.delay("ask", Constant(0))
    b.delay("later", Constant(1), recorded=True)
    b.work("work", served_by="p", size=Constant(1))
    b.route("ask", "done", b.clause("c", to="later", probability=reading("gauge", "g")), b.clause("d", to="work"))
    b.named("p", people("a", *TWO_DAYS))
    assert {step for (step,) in rows(run(b), "step")} == {"later"}


# in time

WAITS = ((1, 4), (2, 3), (7, 5), (9, 2), (25, 1))
"""For one server: starts at 1 (waited 0), 5 (3), 8 (1), 13 (4), 25 (0)."""


def test_8_1_in_time_looks_back_over_two_ticks():
    """At most 2 minutes, ticks of 10. 1/1, 1/2, 2/3, 2/4 at 13 and 19; from 20 on those since 10: 0/1, with the one
    of 25: 1/2; from 30 on those since 20: 1/1; from 40 on those since 30: none, 1."""
    b = one(*WAITS)
    b.gauge("g", "in time", steps=("work",), within=2.0, every=10.0, ticks=2)
    got = readings(b, 0, 1, 5, 8, 13, 19, 20, 25, 29, 30, 39, 40, of="g")["g"]
    assert got == pytest.approx([1, 1, 1 / 2, 2 / 3, 1 / 2, 1 / 2, 0, 1 / 2, 1 / 2, 1, 1, 1], abs=1e-12)


def test_8_1_in_time_of_one_tick_begins_anew_with_each():
    """The same starts: 2/3 at 9, none at 10, 0/1 from 13, none at 20, 1/1 from 25."""
    b = one(*WAITS)
    b.gauge("g", "in time", steps=("work",), within=2.0, every=10.0, ticks=1)
    assert readings(b, 9, 10, 13, 19, 20, 25, 30, of="g")["g"] == pytest.approx([2 / 3, 1, 0, 0, 1, 1, 1], abs=1e-12)


@pytest.mark.parametrize(("within", "share"), [(3.0, 1.0), (2.9, 0.5), (0.0, 0.5)])
def test_8_1_in_time_counts_a_wait_of_exactly_so_long(within, share):
    """Starts at 1 (0 minutes) and 5 (3 minutes)."""
    b = one(*WAITS[:2])
    b.gauge("g", "in time", steps=("work",), within=within, every=10.0)
    assert readings(b, 6, of="g") == {"g": [share]}


def test_8_1_a_start_at_the_begin_of_a_tick_belongs_to_it():
    """Job 1 (2) starts at 10, late: 0/1 until 20, while the start of 0 (in time) is forgotten at 10."""
    b = one((0, 10), (2, 1))
    b.gauge("g", "in time", steps=("work",), within=2.0, every=10.0)
    assert readings(b, 0, 9, 10, 19, 20, of="g") == {"g": [1, 1, 0, 0, 1]}


def test_8_1_in_time_leaves_ghosts_and_later_spells_out():
    """Job 0 starts at once (1/1); it goes on at 50 after 30 minutes; a silent one is reached at 65: 1/1 still."""
    b = shop()
    jobs(b, "work", (10, 25, 500), (16, 3, 2), columns="size temper")
    b.work("work", served_by="p", size=SIZE, patience=Attribute("temper"), silent=1.0, ghost=Constant(1))
    b.named("p", people("a", *TWO_DAYS), end_of_duty="hand back")
    b.gauge("g", "in time", steps=("work",), within=2.0, every=500.0)
    b.gauge("w", "last wait", steps=("work",))
    assert readings(b, 12, 60, 65, of="g w") == {"g": [1, 1, 1], "w": [0, 0, 49]}


def test_8_1_ticks_before_nought_are_ticks_too():
    """Tick -1 is [-10, 0): the late start of -5 counts until 0, with that of -15 in tick -2 (in time) it is 1/2."""
    b = shop(warm_up=20.0)
    jobs(b, "work", (-15, 10), (-14, 1))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", (-20, 100)))
    b.gauge("one", "in time", steps=("work",), within=2.0, every=10.0)
    b.gauge("two", "in time", steps=("work",), within=2.0, every=10.0, ticks=2)
    for name in ("one", "two"):
        look(b, "gauge", name, 0, 10)
    for name, number in (("one", 0.0), ("two", 0.5)):
        b.recorded(f"ask {name}", to=f"ask {name}", times=[-12.0, -5.0, -1.0])
        b.delay(f"ask {name}", Constant(0))
        b.delay(f"{name} as said", Constant(20), recorded=True)
        b.route(f"ask {name}", "done", b.clause(name, f"{name} as said", when=exactly("gauge", name, number)))
    r = run(b)
    assert (seen(r, "one"), seen(r, "two")) == ([1, 1], [0, 1])
    assert rows(r, "entered", step="one as said") == [(-5,), (-1,)]
    assert rows(r, "entered", step="two as said") == [(-5,), (-1,)]


def test_8_1_a_tick_begins_at_its_product():
    """Ticks of a tenth: 43 x 0.1 is 4.3 to the last bit, though 4.3 / 0.1 falls short of 43. The start of 4.3 (late) is
    alone in tick 43, that of 4.25 (in time) lies in tick 42."""
    assert (43 * 0.1, int(4.3 / 0.1)) == (4.3, 42)
    b = shop()
    jobs(b, "work", (1, 3.3), (2, 9))
    jobs(b, "other", (4.25, 1))
    b.work("work", served_by="p", size=SIZE)
    b.work("other", served_by="q", size=SIZE)
    b.counted("p", 1)
    b.counted("q", 1)
    b.gauge("g", "in time", steps=("work", "other"), within=1.0, every=0.1)
    assert readings(b, 4.25, 4.3, of="g") == {"g": [1, 0]}


def test_8_1_a_tick_ends_before_the_product_of_the_next():
    """17 x 0.1 is 1.7000000000000002, so 1.7 lies in tick 16, though 1.7 / 0.1 is 17: the late start of 1.65 counts."""
    assert (17 * 0.1 > 1.7, int(1.7 / 0.1)) == (True, 17)
    b = one((0, 1.65), (0, 9))
    b.gauge("g", "in time", steps=("work",), within=1.0, every=0.1)
    assert readings(b, 1.66, 1.7, 1.75, of="g") == {"g": [0, 0, 1]}


# where they are read


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("waiting", 0),
        ("inside", 1),
        ("free", 0),
        ("on duty", 1),
        ("oldest", 0),
        ("last wait", 9),
        ("predicted wait", 4),
        ("in time", 0.5),
    ],
)
def test_4_12_a_clause_reads_what_the_release_and_the_offer_left(kind, number):
    """Job 0 is done at 11; job 1 (2) has started by then: nobody waits, it is the only one at the step, a is taken.

    Job 0 itself waited 0, job 1 9 minutes, of which 5 were allowed. The clause holds for job 0 only: when job 1 is
    done at 16 the readings are others (or the same, and then it goes the same way).
    """
    b = one((1, 10), (2, 5))
    where = {"steps": ("work",)} if kind not in ("free", "on duty") else {}
    where |= {"pools": ("p",)} if kind in ("free", "on duty", "predicted wait") else {}
    b.gauge("g", kind, **where, each=4.0, within=5.0)
    b.delay("so", Constant(1), recorded=True)
    b.route("work", "done", b.clause("c", to="so", when=exactly("gauge", "g", number)))
    assert rows(run(b), "entered", step="so", job=0) == [(11,)]


def test_4_12_a_clause_of_one_who_abandons_reads_the_line_without_it():
    """Jobs 1 and 2 wait since 2 and 3; job 1 leaves at 6 and sees one in line, job 2 at 7 and sees none."""
    b = one((1, 10), (2, 5), (3, 5), patience=Constant(4))
    b.gauge("g", "waiting", steps=("work",))
    b.delay("one left", Constant(1), recorded=True)
    b.delay("none left", Constant(1), recorded=True)
    b.route(
        "work",
        "abandoned",
        b.clause("c", to="one left", when=exactly("gauge", "g", 1)),
        b.clause("d", to="none left", when=exactly("gauge", "g", 0)),
    )
    r = run(b)
    assert rows(r, "job entered", step="one left") == [(1, 6)]
    assert rows(r, "job entered", step="none left") == [(2, 7)]


def test_8_1_a_gauge_as_a_chance():
    """Chance 1 while a is free, else 0: the probes of 5 and 12 pass, that of 8 (a busy 6-12) does not."""
    b = one((6, 6))
    jobs(b, "probe", (5, 0), (8, 0), (12, 0))
    b.delay("probe", Constant(0))
    b.delay("passed", Constant(1), recorded=True)
    b.gauge("g", "free", pools=("p",))
    b.route("probe", "done", b.clause("c", "passed", reading("gauge", "g")))
    assert rows(run(b), "entered", step="passed") == [(5,), (12,)]


def test_8_1_a_gauge_as_a_priority_read_at_entry():
    """x of 3 comes while y's line is empty (priority 0), x of 5 when one waits there (priority 1): it goes first."""
    b = shop()
    jobs(b, "x", (1, 10), (3, 2), (5, 2))
    jobs(b, "y", (2, 50), (4, 1))
    b.gauge("g", "waiting", steps=("y",))
    b.work("x", served_by="p", size=SIZE, priority=Constant(1, scale=reading("gauge", "g")))
    b.work("y", served_by="q", size=SIZE)
    b.named("p", people("a"))
    b.named("q", people("c"))
    assert starts(run(b), step="x") == [(0, "a", 1), (2, "a", 13), (4, "a", 11)]


def test_8_1_a_gauge_as_a_patience():
    """3 minutes for each one who waits at y when it has to wait at x: job of 5 finds one, 5 + 3; of 7 two, 7 + 6."""
    b = shop()
    jobs(b, "x", (1, 100), (5, 1), (7, 1))
    jobs(b, "y", (1, 100), (2, 1), (6, 1))
    b.gauge("g", "waiting", steps=("y",))
    b.work("x", served_by="p", size=SIZE, patience=Constant(3, scale=reading("gauge", "g")))
    b.work("y", served_by="q", size=SIZE)
    b.named("p", people("a"))
    b.named("q", people("c"))
    assert rows(run(b), "entered left", step="x", exit="abandoned") == [(5, 8), (7, 13)]


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("waiting", 1),
        ("inside", 2),
        ("free", 1),
        ("on duty", 1),
        ("oldest", 8),
        ("last wait", 0),
        ("predicted wait", 8),
        ("in time", 1),
    ],
)
def test_8_1_a_size_is_read_out_of_the_line_and_before_the_units_are_taken(kind, number):
    """Job 1 (from 2) starts at 11; it is out of the line, where job 2 (from 3) is left, and inside with it; a's slot is
    still free, its wait is not recorded: predicted (1 + 1) x 4 / 1. The size is a minute more than the reading."""
    b = shop()
    jobs(b, "block", (1, 10))
    b.recorded("in", to="work", times=[2.0, 3.0])
    where = {"steps": ("work",)} if kind not in ("free", "on duty") else {}
    where |= {"pools": ("p",)} if kind in ("free", "on duty", "predicted wait") else {}
    b.gauge("g", kind, **where, each=4.0, within=5.0)
    b.work("block", served_by="p", size=SIZE)
    b.work("work", served_by="p", size=Constant(1, scale=Predictor(1.0, (Term(Source("gauge", "g")),))))
    b.named("p", people("a"))
    assert served(run(b), job=1) == [(1, "a", 11, 11 + 1 + number)]


def test_8_1_the_one_who_leaves_is_not_inside_in_the_offer_of_its_completion():
    """Size: 1 minute and 1 for each inside: itself only, both times: 1-3, and 3-5 for the one that waits since 2."""
    b = shop()
    b.recorded("in", to="work", times=[1.0, 2.0])
    b.gauge("g", "inside", steps=("work",))
    b.work("work", served_by="p", size=Constant(1, scale=Predictor(1.0, (Term(Source("gauge", "g")),))))
    b.named("p", people("a"))
    assert served(run(b)) == [(0, "a", 1, 3), (1, "a", 3, 5)]


@pytest.mark.parametrize(("kind", "dues"), [("waiting", [1, 2, 13]), ("inside", [1, 12, 23])])
def test_8_1_what_is_read_at_entry_does_not_count_the_arriving_job(kind, dues):
    """Due in 10 minutes for each there: a is busy from 1; jobs come at 2 and 3."""
    b = one((1, 50), (2, 1), (3, 1), due=Constant(10, scale=reading("gauge", "g")))
    b.gauge("g", kind, steps=("work",))
    assert run(b).jobs["due"].tolist() == dues


@pytest.mark.parametrize(("kind", "left"), [("waiting", [5, 9]), ("inside", [8, 12])])
def test_8_1_a_patience_counts_its_own_job(kind, left):
    """3 minutes for each there; a is busy from 1: at 2 one waits (two inside), at 3 two (three)."""
    b = one((1, 50), (2, 1), (3, 1), patience=Constant(3, scale=reading("gauge", "g")))
    b.gauge("g", kind, steps=("work",))
    assert [t for (t,) in rows(run(b), "left", exit="abandoned")] == left


def test_8_1_the_length_of_a_delay_counts_its_own_job():
    """5 minutes for each inside: one at 1 (until 6), two at 2 (until 12)."""
    b = shop()
    b.recorded("in", to="delay", times=[1.0, 2.0])
    b.gauge("g", "inside", steps=("delay",))
    b.delay("delay", Constant(5, scale=reading("gauge", "g")), recorded=True)
    assert rows(run(b), "left") == [(6,), (12,)]


def test_8_1_a_gauge_as_a_score_read_at_the_choice():
    """Score of x: 10 for each free slot at q, of y: 5. At 11 q is busy (0 < 5): y; at 13 q is free (10 > 5): x."""
    b = shop()
    jobs(b, "x", (1, 10), (2, 3))
    jobs(b, "y", (3, 2), (4, 2))
    jobs(b, "z", (1, 11))
    b.gauge("g", "free", pools=("q",))
    b.work("x", served_by="p", size=SIZE, score=Predictor(0.0, (Term(Source("gauge", "g"), 10.0),)))
    b.work("y", served_by="p", size=SIZE, score=Predictor(5.0))
    b.work("z", served_by="q", size=SIZE)
    b.named("p", people("a"), job_choice="highest score")
    b.named("q", people("c"))
    r = run(b)
    assert starts(r, step="x") == [(0, "a", 1), (2, "a", 13)]
    assert starts(r, step="y") == [(3, "a", 11), (4, "a", 16)]


def test_8_1_a_gauge_as_the_length_of_a_watch_and_of_a_spawn():
    """Two wait at work when the probe comes at 5: its clock runs 2 minutes, its child enters 2 minutes after that."""
    b = one((1, 100), (2, 1), (3, 1))
    jobs(b, "probe", (5, 0))
    b.delay("probe", Constant(50), recorded=True)
    b.delay("child", Constant(1), recorded=True)
    b.gauge("g", "waiting", steps=("work",))
    law = Constant(1, scale=reading("gauge", "g"))
    b.watch("w", Anchor("entered", "probe"), law, spawn=(Spawn("child", delay=law),))
    assert rows(run(b), "entered", step="child") == [(9,)]


def test_8_1_reading_changes_nothing():
    """With eight gauges that nothing uses the history is the same."""
    plain = one(*WAITS, patience=Constant(3), silent=0.5)
    full = one(*WAITS, patience=Constant(3), silent=0.5)
    for kind in ("waiting", "inside", "oldest", "last wait", "in time"):
        full.gauge(kind, kind, steps=("work",), within=1.0, every=7.0)
    for kind in ("free", "on duty"):
        full.gauge(kind, kind, pools=("p",))
    full.gauge("predicted", "predicted wait", steps=("work",), pools=("p",), each=2.0)
    columns = "job server entered started left released exit ghost"
    assert rows(run(full), columns) == rows(run(plain), columns)
    assert served(run(plain))[0] == (0, "a", 1, 5)
