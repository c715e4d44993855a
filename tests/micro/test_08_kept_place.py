"""Places that a job keeps from its first step, or since its last attempt (rule 8.11), by hand."""

from __future__ import annotations

import pytest

from sim.machine import Anchor, Attribute, Constant, NetworkBuilder
from tests.micro.desk import readings
from tests.micro.table import jobs, people, run, shop, starts

SIZE = Attribute("size")


def back(*, again: bool, order: str = "kept", **work) -> NetworkBuilder:
    """Job 1 comes at 2, gives up at 5 (a is busy until 40), comes back at 15; others came at 3 and 10."""
    b = shop()
    jobs(b, "ask", (1, 39, 900), (2, 5, 3), (3, 5, 900), (10, 5, 900), columns="size temper")
    b.work("ask", served_by="p", size=SIZE, order=order, patience=Attribute("temper"), **work)
    b.delay("later", Constant(10))
    b.work("ask again", served_by="p", size=SIZE, order=order)
    b.route("ask", "abandoned", "later")
    b.route("later", "done", b.clause("back", "ask again", again=again))
    b.named("p", people("a"))
    return b


@pytest.mark.parametrize(
    ("order", "again", "expected"),
    [
        ("kept", False, [(0, 1), (1, 40), (2, 45), (3, 50)]),
        ("kept", True, [(0, 1), (1, 50), (2, 40), (3, 45)]),
        ("entry", False, [(0, 1), (1, 50), (2, 40), (3, 45)]),
        ("entry", True, [(0, 1), (1, 50), (2, 40), (3, 45)]),
    ],
)
def test_8_11_a_call_back_keeps_the_place_and_a_new_attempt_does_not(order, again, expected):
    """At 40: place 2 goes first; with `again`, or in order of entry, its place is 15, after 3 and 10."""
    r = run(back(again=again, order=order))
    assert sorted((job, start) for job, _, start in starts(r) if start is not None) == expected


def test_8_11_the_first_place_is_that_of_the_first_work_step():
    """Delays have no place: in a delay from 1, at its first work step from 6, at the second from 8: place 6. Others
    wait there since 5 and 7: 5, 6, 7."""
    b = shop()
    b.recorded("in", to="delay", times=[1.0])
    jobs(b, "line", (0, 20), (5, 2), (7, 2))
    b.delay("delay", Constant(5))
    b.work("first", served_by="q", size=Constant(2))
    b.work("line", served_by="p", size=Constant(20), order="kept")
    b.route("delay", "done", "first")
    b.route("first", "done", "line")
    b.named("p", people("a"))
    b.named("q", people("c"))
    assert starts(run(b), step="line") == [(0, "a", 0), (1, "a", 40), (2, "a", 20), (3, "a", 60)]


def test_8_11_the_next_attempt_has_a_first_place_of_its_own():
    """`again` at 12: first work step of the new round at 12, `line` at 14: place 12, between 11 and 13."""
    b = shop()
    b.recorded("in", to="zero", times=[1.0])
    jobs(b, "line", (0, 20), (11, 2), (13, 2))
    b.work("zero", served_by="q", size=Constant(2))
    b.delay("later", Constant(9))
    b.work("first", served_by="q", size=Constant(2))
    b.work("line", served_by="p", size=Constant(20), order="kept")
    b.route("zero", "done", "later")
    b.route("later", "done", b.clause("new", "first", again=True))
    b.route("first", "done", "line")
    b.named("p", people("a"))
    b.named("q", people("c"))
    assert starts(run(b), step="line") == [(0, "a", 0), (1, "a", 40), (2, "a", 20), (3, "a", 60)]


def test_8_11_an_again_on_the_way_into_a_delay_counts_too():
    """`again` at 3, when it goes into the delay; its first work step since is `line` at 12 itself: place 12."""
    b = shop()
    b.recorded("in", to="zero", times=[1.0])
    jobs(b, "line", (0, 20), (11, 2), (13, 2))
    b.work("zero", served_by="q", size=Constant(2))
    b.delay("later", Constant(9))
    b.work("line", served_by="p", size=Constant(20), order="kept")
    b.route("zero", "done", b.clause("new", "later", again=True))
    b.route("later", "done", "line")
    b.named("p", people("a"))
    b.named("q", people("c"))
    assert starts(run(b), step="line") == [(0, "a", 0), (1, "a", 40), (2, "a", 20), (3, "a", 60)]


def test_8_11_who_is_moved_by_a_watch_keeps_its_place():
    """A move raises no round: at `ask` from 2, moved at 8 to `line`: place 2 there, before those of 3 and 5."""
    b = shop()
    b.recorded("in", to="ask", times=[2.0])
    jobs(b, "line", (0, 20), (3, 2), (5, 2))
    b.work("ask")
    b.work("line", served_by="p", size=Constant(20), order="kept")
    b.watch("w", Anchor("entered", "ask"), Constant(6), to="line")
    b.named("p", people("a"))
    assert starts(run(b), step="line") == [(0, "a", 0), (1, "a", 20), (2, "a", 40), (3, "a", 60)]


def test_8_11_a_head_start_at_the_first_step_is_kept():
    """At `zero` from 6 with a head start of 4 (place 2); at `line` from 8: before that of 3 and after that of 1."""
    b = shop()
    b.recorded("in", to="zero", times=[6.0])
    jobs(b, "line", (0, 20), (1, 2), (3, 2))
    b.work("zero", served_by="q", size=Constant(2), head_start=Constant(4))
    b.work("line", served_by="p", size=Constant(20), order="kept")
    b.route("zero", "done", "line")
    b.named("p", people("a"))
    b.named("q", people("c"))
    assert starts(run(b), step="line") == [(0, "a", 0), (1, "a", 20), (2, "a", 60), (3, "a", 40)]


def test_8_11_a_call_back_and_the_gauges():
    """Back at 15 with place 2: the oldest at `ask again` is 13 then, and 38 at 40 before it starts."""
    b = back(again=False)
    b.gauge("age", "oldest", steps=("ask again",))
    b.gauge("age of all", "oldest", steps=("ask", "ask again"))
    assert readings(b, 14, 15, 39, of="age") == {"age": [0, 13, 37]}
