"""After-work: the slot stays taken when the job has left (rules 2.6, 4.5, 4.8), by hand."""

from __future__ import annotations

from math import log1p

import pytest

from sim.machine import Attribute, Constant, Edge, Exponential
from sim.machine.luck import Purpose, draw, name_hash
from tests.micro.table import jobs, key_of, people, rows, run, served, serving, shop

SIZE = Attribute("size")


def test_4_5_the_slot_is_kept_until_the_end_of_after_work():
    """10-20, after-work to 25: the waiting job starts at 25."""
    b = shop()
    jobs(b, "work", (10, 10), (12, 4))
    b.work("work", served_by="p", size=SIZE, after_work=Constant(5))
    b.named("p", people("a"))
    assert rows(run(b), "started left released") == [(10, 20, 25), (25, 29, 34)]


def test_4_5_the_job_is_routed_at_its_completion():
    """It enters the next step at 20, not at 25."""
    b = shop()
    jobs(b, "work", (10, 10))
    b.work("work", served_by="p", size=SIZE, after_work=Constant(5))
    b.work("next", served_by="q", size=Constant(2))
    b.route("work", "done", "next")
    b.named("p", people("a"))
    b.named("q", people("b"))
    assert rows(run(b), "step entered started left released") == [
        ("work", 10, 10, 20, 25),
        ("next", 20, 20, 22, 22),
    ]


def test_4_5_a_job_may_wait_for_its_own_after_work():
    """Its next step has the same single server, which is kept until 25: in line 20-25."""
    b = shop()
    jobs(b, "work", (10, 10))
    b.work("work", served_by="p", size=SIZE, after_work=Constant(5))
    b.work("next", served_by="p", size=Constant(2))
    b.route("work", "done", "next")
    b.named("p", people("a"))
    assert rows(run(b), "step entered started left") == [("work", 10, 10, 20), ("next", 20, 25, 27)]


def test_4_5_the_one_who_leaves_cannot_overtake_the_line():
    """At 20 a is released and offered: job 1 (waiting since 12) starts; job 0 enters the next step and waits to 24.

    The next step even has the better rank and priority.
    """
    b = shop()
    jobs(b, "work", (10, 10), (12, 4))
    b.work("work", served_by=Edge("p", rank=2), size=SIZE)
    b.work("next", served_by=Edge("p", rank=1), size=Constant(2), priority=Constant(9))
    b.route("work", "done", "next")
    b.named("p", people("a"))
    assert rows(run(b), "job step entered started left") == [
        (0, "work", 10, 10, 20),
        (0, "next", 20, 24, 26),
        (1, "work", 12, 20, 24),
        (1, "next", 24, 26, 28),
    ]


@pytest.mark.parametrize("rule", ["finish", "hand back", "pause"])
def test_4_5_after_work_is_finished_after_the_end_of_duty(rule):
    """Work 10-20, duty end 22, after-work to 25 in real time; the next duty begins at 23 and starts work at 25."""
    b = shop()
    jobs(b, "work", (10, 10), (12, 4))
    b.work("work", served_by="p", size=SIZE, after_work=Constant(5))
    b.named("p", people("a", (0, 22), (23, 100)), end_of_duty=rule)
    assert rows(run(b), "job started left released exit") == [(0, 10, 20, 25, "done"), (1, 25, 29, 34, "done")]


@pytest.mark.parametrize("rule", ["finish", "hand back", "pause"])
def test_4_5_after_work_begins_when_work_completes_at_the_end_of_duty(rule):
    """10-20 in a duty that ends at 20: done, and after-work to 25 all the same."""
    b = shop()
    jobs(b, "work", (10, 10))
    b.work("work", served_by="p", size=SIZE, after_work=Constant(5))
    b.named("p", people("a", (0, 20), (30, 100)), end_of_duty=rule)
    assert rows(run(b), "started left released exit") == [(10, 20, 25, "done")]


def test_4_5_a_hand_back_brings_no_after_work():
    """Handed back at 20: released at 20. Only the completion at 55 is followed by after-work, to 60."""
    b = shop()
    jobs(b, "work", (15, 10))
    b.work("work", served_by="p", size=SIZE, after_work=Constant(5))
    b.named("p", people("a", (0, 20), (50, 100)), end_of_duty="hand back")
    assert rows(run(b), "started left released exit") == [(15, 20, 20, "handed_back"), (50, 55, 60, "done")]


def test_4_5_work_that_finishes_after_duty_has_after_work_as_well():
    """Duty end 20, work to 25, after-work to 30; the duty of 26 starts nothing before 30."""
    b = shop()
    jobs(b, "work", (15, 10), (16, 1))
    b.work("work", served_by="p", size=SIZE, after_work=Constant(5))
    b.named("p", people("a", (0, 20), (26, 100)))
    assert rows(run(b), "started left released") == [(15, 25, 30), (30, 31, 36)]


def test_7_4_slot_minutes_include_after_work():
    """10 minutes of work and 5 of after-work, the latter also where it outlasts the duty (22)."""
    b = shop()
    jobs(b, "work", (10, 10))
    b.work("work", served_by="p", size=SIZE, after_work=Constant(5))
    b.named("p", people("a", (0, 22)))
    assert serving(run(b), "p") == 15.0


def test_6_0_after_work_is_drawn_with_purpose_4():
    """Exponential of mean 7: released at 20 - 7 log(1 - u)."""
    b = shop()
    jobs(b, "work", (10, 10))
    b.work("work", served_by="p", size=SIZE, after_work=Exponential(7.0))
    b.named("p", people("a"))
    r = run(b)
    u = draw(key_of(r, 0), name_hash("step:work"), 0, Purpose.AFTER_WORK)
    assert rows(r, "left released") == [(20, 20 + -7.0 * log1p(-u))]


def test_2_6_after_work_keeps_all_units_of_the_job():
    """Two units, slots 3: 10-20 and after-work to 25; another of two units starts at 25, one unit at 12."""
    b = shop()
    jobs(b, "big", (10, 10), (11, 4))
    jobs(b, "small", (12, 30))
    b.work("big", served_by="p", size=SIZE, units=2, after_work=Constant(5))
    b.work("small", served_by="p", size=SIZE)
    b.named("p", people("a"), slots=3)
    assert served(run(b)) == [(0, "a", 10, 20), (1, "a", 25, 29), (2, "a", 12, 42)]


def test_7_2_a_silent_leaver_takes_its_slot_from_start_to_release():
    """Job 1 (patience 5 from 2) leaves silently at 7 and is reached at 11: ghost 11-14. Job 2 starts at 14."""
    b = shop()
    jobs(b, "work", (1, 10, 900), (2, 10, 5), (8, 2, 900), columns="size calm")
    b.work("work", served_by="p", size=SIZE, patience=Attribute("calm"), silent=1.0, ghost=Constant(3))
    b.named("p", people("a"))
    r = run(b)
    assert rows(r, "job server entered started left released exit ghost") == [
        (0, "a", 1, 1, 11, 11, "done", False),
        (1, "a", 2, 11, 7, 14, "abandoned", True),
        (2, "a", 8, 14, 16, 16, "done", False),
    ]
    assert serving(r, "p") == 10.0 + 3.0 + 2.0


def test_7_2_a_silent_leaver_is_not_followed_by_after_work():
    """The ghost 11-14 frees the slot at 14; the others have 5 minutes of after-work (1-6-11, 14-16-21)."""
    b = shop()
    jobs(b, "work", (1, 5, 900), (2, 10, 5), (8, 2, 900), columns="size calm")
    b.work(
        "work",
        served_by="p",
        size=SIZE,
        patience=Attribute("calm"),
        silent=1.0,
        ghost=Constant(3),
        after_work=Constant(5),
    )
    b.named("p", people("a"))
    assert rows(run(b), "started left released") == [(1, 6, 11), (11, 7, 14), (14, 16, 21)]


def silent_leaver_at_the_end_of_duty(rule):
    """Job 1 leaves silently at 7; its ghost (6 minutes) starts at 11; duty ends at 14, the next begins at 30."""
    b = shop()
    jobs(b, "work", (1, 10, 900), (2, 10, 5), (8, 2, 900), columns="size calm")
    b.work("work", served_by="p", size=SIZE, patience=Attribute("calm"), silent=1.0, ghost=Constant(6))
    b.named("p", people("a", (0, 14), (30, 90)), end_of_duty=rule)
    return b


def test_4_08_the_ghost_of_a_silent_leaver_is_finished_after_duty():
    """Ghost 11-17 past the end at 14; job 2 starts at 30."""
    assert rows(run(silent_leaver_at_the_end_of_duty("finish")), "job started left released exit") == [
        (0, 1, 11, 11, "done"),
        (1, 11, 7, 17, "abandoned"),
        (2, 30, 32, 32, "done"),
    ]


@pytest.mark.parametrize("rule", ["hand back", "pause"])
def test_4_08_a_silent_leaver_may_be_open_at_the_end_of_duty(rule):
    """Whatever becomes of the ghost: the history holds, job 1 left at 7 as abandoned, job 2 is served from 30 on."""
    r = run(silent_leaver_at_the_end_of_duty(rule))
    assert rows(r, "left exit", job=1)[-1] == (7, "abandoned")
    (last,) = rows(r, "started exit", job=2)
    assert last[0] >= 30
    assert last[1] == "done"
