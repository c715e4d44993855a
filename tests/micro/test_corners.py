"""Corners where two rules meet (rules 2.2, 2.6, 2.9, 2.10, 3.6, 4.3, 4.8), by hand."""

from __future__ import annotations

from sim.machine import Anchor, Attribute, Calendar, Constant, Duty, Edge, Server, Spawn
from sim.machine.predictor import Condition, Predictor, Source, Term
from tests.micro.table import jobs, people, rows, run, shop, starts

SIZE = Attribute("size")


def test_2_2_paused_time_counts_as_wait_with_the_service_around_it():
    """10 served, 10 paused, 5 served: 25 minutes waited, not only the 5 since the resumption."""
    b = shop()
    b.work("work", served_by="p", size=SIZE, counts_as_wait=True)
    b.named("p", people("a", (0, 20), (30, 100)), end_of_duty="pause")
    b.delay("long", Constant(1), recorded=True)
    b.delay("longer", Constant(1), recorded=True)
    b.route(
        "work",
        "done",
        b.clause("more than 25", to="longer", when=[Condition(Source("waited"), ">=", 25.1)]),
        b.clause("25", to="long", when=[Condition(Source("waited"), ">=", 25.0)]),
    )
    jobs(b, "work", (10, 15))
    assert rows(run(b), "step entered started left exit") == [
        ("work", 10, 10, 20, "paused"),
        ("work", 20, 30, 35, "done"),
        ("long", 35, None, 36, "done"),
    ]


def test_2_9_the_delay_of_a_spawned_job_may_depend_on_its_marks():
    """The clause raises m to 1 before it spawns: the child enters 3 x (1 + 1) minutes after 15."""
    b = shop()
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a"))
    mark = Source("mark", "m")
    delay = Constant(3.0, scale=Predictor(1.0, (Term(mark, 1.0, 0.0, 10.0),)))
    spawn = b.clause("spawn", add={"m": 1}, spawn=[Spawn("work", 1, delay)], when=[Condition(mark, "<=", 0.0)])
    b.route("work", "done", spawn)
    jobs(b, "work", (10, 5))
    assert rows(run(b), "job entered left") == [(0, 10, 15), (1, 21, 26)]


def test_4_3_a_reserve_is_no_lack_of_units():
    """big keeps one of two slots back for small: b is not cleared for the big one of 2, small starts at 3."""
    b = shop()
    b.work("big", served_by=Edge("p", 1, reserve=1), size=SIZE, wait_for_room=True)
    b.work("small", served_by=Edge("p", 2), size=SIZE)
    b.named("p", people("a b"))
    jobs(b, "big", (1, 10), (2, 5))
    jobs(b, "small", (3, 4), name="more")
    assert starts(run(b)) == [(0, "a", 1), (1, "b", 11), (2, "b", 3)]


def test_4_3_a_server_is_cleared_for_the_higher_priority_first():
    """Two heads want room when the door opens at 20: a is cleared for the one of priority 1, b for the other.

    The one of priority 1 leaves at 25: a is let go and takes the small one of 21. At 30 a is empty: big 30-35.
    """
    b = shop()
    b.calendar(Calendar("door", [(20, 500)]))
    big = {"opening": "door", "when_closed": "wait", "units": 2, "priority": Attribute("priority")}
    b.work("big", served_by="p", size=SIZE, wait_for_room=True, patience=Attribute("patience"), **big)
    b.work("small", served_by=Edge("p", 2), size=SIZE)
    b.named("p", people("a b"), slots=2)
    jobs(b, "small", (1, 29), (2, 38))
    jobs(b, "big", (10, 5, 0, 900), (11, 5, 1, 14), columns="size priority patience", name="big")
    jobs(b, "small", (21, 4), name="more")
    assert rows(run(b), "job server started left exit") == [
        (0, "a", 1, 30, "done"),
        (1, "b", 2, 40, "done"),
        (2, "a", 30, 35, "done"),
        (3, None, None, 25, "abandoned"),
        (4, "a", 25, 29, "done"),
    ]


def test_4_8_work_that_completes_at_the_end_of_duty_is_done_although_other_work_is_handed_back_first():
    """63 at .7 from -87 are done at 3; the older job's hand back at 3 must not leave it with a rounding error to do."""
    b = shop(warm_up=200)
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", (-200, 3)), slots=2, curve=(1, 0.7), end_of_duty="hand back")
    jobs(b, "work", (-91, 500), (-87, 63))
    assert rows(run(b), "job left exit", spell=0) == [(0, 3, "handed_back"), (1, 3, "done")]


def test_3_6_who_is_handed_back_goes_before_what_waits_for_a_server_that_was_let_go():
    """At 20 big leaves its line and lets a go; at 20 z's duty ends, too: mid (begun 4, 34 left) starts on a at once,
    small (rank 3) after it at 54."""
    b = shop()
    b.calendar(Calendar("d", [(0, 20)]))
    b.work("big", served_by="p", size=SIZE, units=2, wait_for_room=True, opening="d", at_close="leave")
    b.work("mid", served_by=[Edge("q", 1), Edge("p", 2)], size=SIZE)
    b.work("small", served_by=Edge("p", 3), size=SIZE)
    b.named("p", people("a"), slots=2)
    b.named("q", [Server("z", (Duty(0, 20),))], end_of_duty="hand back")
    jobs(b, "small", (1, 100))
    jobs(b, "big", (2, 5), name="g")
    jobs(b, "small", (3, 40), name="m")
    jobs(b, "mid", (4, 50), name="x")
    assert rows(run(b), "job step entered started left exit") == [
        (0, "small", 1, 1, 101, "done"),
        (1, "big", 2, None, 20, "closed"),
        (2, "small", 3, 54, 94, "done"),
        (3, "mid", 4, 4, 20, "handed_back"),
        (3, "mid", 20, 20, 54, "done"),
    ]


def test_3_6_both_lines_leave_at_the_close_and_nothing_starts_in_between():
    """big lets its server go at 20, but small's door closes at 20 as well: it leaves, too."""
    b = shop()
    b.calendar(Calendar("d", [(0, 20)]))
    b.work("big", served_by="p", size=SIZE, units=2, wait_for_room=True, opening="d", at_close="leave")
    b.work("small", served_by=Edge("p", 2), size=SIZE, opening="d", at_close="leave")
    b.named("p", people("a"), slots=2)
    jobs(b, "small", (1, 100))
    jobs(b, "big", (2, 5), name="g")
    jobs(b, "small", (3, 4), name="m")
    assert rows(run(b), "job step started left exit") == [
        (0, "small", 1, 101, "done"),
        (1, "big", None, 20, "closed"),
        (2, "small", None, 20, "closed"),
    ]


def test_2_10_a_silent_leaver_is_not_taken_elsewhere_by_a_watch():
    """Silent at 12; the watch of 15 leaves it where it is: found out at 30, 1 minute of ghost work, abandoned."""
    b = shop()
    b.work("work", served_by="p", size=SIZE, patience=Constant(2), silent=1.0, ghost=Constant(1))
    b.work("other", served_by="q", size=SIZE)
    b.named("p", people("a", (0, 500)))
    b.named("q", people("z", (0, 500)))
    b.watch("late", Anchor("entered", "work"), Constant(5), to="other")
    jobs(b, "work", (0, 30), (10, 4))
    assert rows(run(b), "job step started left released exit") == [
        (0, "work", 0, 30, 30, "done"),
        (1, "work", 30, 12, 31, "abandoned"),
    ]


def test_4_3_a_silent_first_one_is_cleared_for_like_any_other():
    """big (2 units), silent at 4, still has a cleared: small of 10 waits; big is found out 31-32, small from 32."""
    b = shop()
    b.work(
        "big", served_by=Edge("p", 1), size=SIZE, units=2, wait_for_room=True, patience=Constant(2), silent=1.0,
        ghost=Constant(1),
    )  # fmt: skip
    b.work("small", served_by=Edge("p", 2), size=SIZE)
    b.named("p", people("a"), slots=2)
    jobs(b, "small", (1, 30))
    jobs(b, "big", (2, 5), name="g")
    jobs(b, "small", (10, 4), name="m")
    assert starts(run(b)) == [(0, "a", 1), (1, "a", 31), (2, "a", 32)]


def test_2_6_due_from_the_last_rise_of_a_mark():
    """Marked at 8 and 13, due 10 later: 23. Never marked: no due time, so it goes last though it came first."""
    b = shop()
    b.delay("short", SIZE)
    b.route("short", "done", b.clause("marked", to="again", add={"m": 1}))
    b.delay("again", Constant(5))
    b.route("again", "done", b.clause("marked twice", to="work", add={"m": 1}))
    b.work("work", served_by="p", size=Constant(7), due=Constant(10), due_from="mark", due_mark="m", order="due")
    b.named("p", people("a", (20, 900)))
    jobs(b, "work", (1, 0))
    jobs(b, "short", (2, 6), (3, 4), name="s")
    r = run(b)
    assert starts(r) == [(0, "a", 34), (1, "a", 27), (2, "a", 20)]
    assert [d for d in r.jobs["due"].tolist() if d == d] == [23.0, 22.0]
