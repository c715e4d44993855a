"""Limits that several steps share through a gauge (rule 8.6), by hand."""

from __future__ import annotations

import pytest

from sim.machine import Anchor, Attribute, Calendar, Constant, Edge, NetworkBuilder
from tests.micro.table import jobs, people, rows, run, served, shop, starts

SIZE = Attribute("size")


def trunks(*births: tuple[float, float], limit: float = 2, agents: int = 1, **menu) -> NetworkBuilder:
    """`menu` (4 minutes, always somebody free), then `ask`: both together hold as many as there are trunks."""
    b = shop()
    jobs(b, "menu", *births)
    b.work("menu", served_by="machine", size=Constant(4), shared_limit=("lines", limit), **menu)
    b.work("ask", served_by="desk", size=SIZE, shared_limit=("lines", limit))
    b.gauge("lines", "inside", steps=("menu", "ask"))
    b.route("menu", "done", "ask")
    b.counted("machine", 99)
    b.counted("desk", agents)
    return b


def exits(b: NetworkBuilder, step: str) -> list[tuple]:
    """(job, left, exit) at a step."""
    return rows(run(b), "job left exit", step=step)


def test_8_6_a_full_gauge_blocks_though_servers_are_free():
    """Two trunks: jobs 0 (1) and 1 (2) hold them; 2 (3) is blocked. 0 is gone at 15 (5-15), so 3 (15) comes in, and
    4 (16) is blocked: 1 asks 15-25."""
    b = trunks((1, 10), (2, 10), (3, 10), (15, 10), (16, 10))
    assert exits(b, "menu") == [(0, 5, "done"), (1, 6, "done"), (2, 3, "blocked"), (3, 19, "done"), (4, 16, "blocked")]


@pytest.mark.parametrize(("limit", "blocked"), [(1, [1, 2]), (2, [2]), (2.5, []), (3, []), (0, [0, 1, 2])])
def test_8_6_the_limit_is_a_number_to_reach(limit, blocked):
    """0, 1 and 2 others are inside at 1, 2 and 3."""
    b = trunks((1, 10), (2, 10), (3, 10), limit=limit)
    assert [job for job, _, how in exits(b, "menu") if how == "blocked"] == blocked


def test_8_6_a_job_is_not_in_its_own_way():
    """Both trunks are taken by 0 and 1; each goes on from the menu to `ask` (0 at 5, 1 at 6, in line) all the same."""
    b = trunks((1, 10), (2, 10))
    assert exits(b, "ask") == [(0, 15, "done"), (1, 25, "done")]


def test_8_6_one_trunk_is_enough_to_go_on():
    """Limit 1: alone inside, it goes from the menu to `ask`."""
    assert exits(trunks((1, 10), limit=1), "ask") == [(0, 15, "done")]


def test_8_6_blocked_jobs_are_routed():
    """The blocked one of 3 comes back after 20 minutes in a new round: 23-27 in the menu."""
    b = trunks((1, 3), (2, 3), (3, 3))
    b.delay("later", Constant(20))
    b.route("menu", "blocked", "later")
    b.route("later", "done", b.clause("again", "menu", again=True))
    assert rows(run(b), "entered left exit", job=2, step="menu") == [(3, 3, "blocked"), (23, 27, "done")]


def test_8_6_the_door_comes_first():
    """Both trunks are taken and the door has closed at 2.5: closed, not blocked."""
    b = trunks((1, 10), (2, 10), (3, 10), opening="hours")
    b.calendar(Calendar("hours", [(0, 2.5)]))
    assert exits(b, "menu")[2] == (2, 3, "closed")


def test_8_6_who_waits_for_the_door_is_not_tested():
    """Closed until 10: 0, 1 and 2 come before (no test), all start at 10; 3 comes at 11 and is blocked."""
    b = trunks((1, 10), (2, 10), (3, 10), (11, 10), opening="hours", when_closed="wait")
    b.calendar(Calendar("hours", [(10, 100)]))
    assert exits(b, "menu") == [(0, 14, "done"), (1, 14, "done"), (2, 14, "done"), (3, 11, "blocked")]


def test_8_6_it_comes_before_displacement():
    """`urgent` could displace the one in service, but the one trunk is taken by it."""
    b = shop()
    jobs(b, "low", (1, 10))
    jobs(b, "urgent", (3, 2))
    b.gauge("lines", "inside", steps=("low", "urgent"))
    b.work("low", served_by="desk", size=SIZE, yields=True)
    b.work("urgent", served_by="desk", size=SIZE, grade=1, shared_limit=("lines", 1))
    b.named("desk", people("a"))
    assert rows(run(b), "job left exit") == [(0, 11, "done"), (1, 3, "blocked")]


def test_8_6_it_comes_before_a_kept_slot():
    """The job keeps a's slot; at 14 the one trunk is taken by another job (5-25 at b): blocked, slot free."""
    b = shop()
    jobs(b, "chat", (1, 3))
    jobs(b, "other", (5, 20))
    b.gauge("lines", "inside", steps=("other", "reply"))
    b.work("chat", served_by="desk", size=SIZE, keep=True)
    b.work("other", served_by="desk", size=SIZE)
    b.work("reply", served_by="desk", size=Constant(1), shared_limit=("lines", 1))
    b.delay("pause", Constant(10))
    b.route("chat", "done", "pause")
    b.route("pause", "done", "reply")
    b.named("desk", people("a b"))
    r = run(b)
    assert rows(r, "left exit", step="reply") == [(14, "blocked")]
    assert rows(r, "released", step="chat") == [(14,)]


def test_8_6_it_comes_before_a_personal_line():
    """The owner a is busy with another one at `talk`: the trunk is taken, it is blocked instead of waiting for a."""
    b = shop()
    jobs(b, "meet", (1, 2))
    jobs(b, "talk", (4, 10))
    b.gauge("lines", "inside", steps=("talk",))
    b.work("meet", served_by="desk", size=SIZE, owner="note")
    b.delay("pause", Constant(5))
    b.work("talk", served_by="desk", size=SIZE, owner="only", shared_limit=("lines", 1))
    b.route("meet", "done", "pause")
    b.route("pause", "done", "talk")
    b.named("desk", people("a"))
    assert rows(run(b), "job left exit", step="talk") == [(0, 8, "blocked"), (1, 14, "done")]


def test_8_6_a_job_moved_by_a_watch_is_tested():
    """Moved at 5 from a pause to `ask`, where the one trunk is taken."""
    b = shop()
    jobs(b, "ask", (1, 10))
    jobs(b, "pause", (2, 10))
    b.gauge("lines", "inside", steps=("ask",))
    b.work("ask", served_by="desk", size=SIZE, shared_limit=("lines", 1))
    b.delay("pause", Constant(50))
    b.watch("w", Anchor("entered", "pause"), Constant(3), to="ask")
    b.counted("desk", 5)
    assert exits(b, "ask") == [(0, 11, "done"), (1, 5, "blocked")]


def test_8_6_handed_back_work_is_not_tested():
    """Limit 1 inside x and y: x's job is handed back at 5 (y's own, which came at 2 by another way, is inside): it goes
    on at 8."""
    b = shop()
    jobs(b, "x", (1, 10))
    jobs(b, "y", (2, 50))
    b.gauge("lines", "inside", steps=("x", "y"))
    b.work("x", served_by="p", size=SIZE, shared_limit=("lines", 1))
    b.work("y", served_by="q", size=SIZE)
    b.named("p", people("a", (0, 5), (8, 100)), end_of_duty="hand back")
    b.named("q", people("c"))
    assert served(run(b), step="x") == [(0, "a", 1, 5), (0, "a", 8, 14)]


def test_8_6_displaced_work_is_not_tested():
    """The same with displacement at 5 for 3 minutes."""
    b = shop()
    jobs(b, "x", (1, 10))
    jobs(b, "y", (5, 3))
    b.gauge("lines", "inside", steps=("x", "y"))
    b.work("x", served_by="p", size=SIZE, shared_limit=("lines", 1), yields=True)
    b.work("y", served_by="p", size=SIZE, grade=1)
    b.named("p", people("a"))
    assert served(run(b), step="x") == [(0, "a", 1, 5), (0, "a", 8, 14)]


# a limit on a line


def lines(*births: tuple[float, float], limit: float = 2, **x) -> NetworkBuilder:
    """x and y wait for one server; x may join while fewer than `limit` wait at both."""
    b = shop()
    jobs(b, "x", *births)
    jobs(b, "y", (0, 10), (1, 10))
    b.gauge("line", "waiting", steps=("x", "y"))
    b.work("x", served_by="p", size=SIZE, shared_limit=("line", limit), **x)
    b.work("y", served_by="p", size=SIZE)
    b.named("p", people("a"))
    return b


def test_8_6_a_shared_line_that_is_full_blocks():
    """One of y waits since 1; x of 2 is the second; x of 3 is blocked. At 10 y's starts, so x of 11 may join."""
    assert exits(lines((2, 3), (3, 3), (11, 3)), "x") == [(2, 23, "done"), (3, 3, "blocked"), (4, 26, "done")]


@pytest.mark.parametrize(("limit", "blocked"), [(0, [2, 3]), (1, [2, 3]), (2, [3]), (3, [])])
def test_8_6_a_shared_line_and_its_number(limit, blocked):
    """1 waits when x's first comes at 2, then 2 (if it joined) when the second one comes at 3."""
    assert [job for job, _, how in exits(lines((2, 3), (3, 3), limit=limit), "x") if how == "blocked"] == blocked


def test_8_6_a_full_line_blocks_nobody_who_finds_a_free_server():
    """Its gauge looks at the line of another pool, where one waits; a is free."""
    b = shop()
    jobs(b, "x", (2, 3))
    jobs(b, "y", (0, 10), (1, 10))
    b.gauge("line", "waiting", steps=("y",))
    b.work("x", served_by="p", size=SIZE, shared_limit=("line", 1))
    b.work("y", served_by="q", size=SIZE)
    b.named("p", people("a"))
    b.named("q", people("c"))
    assert served(run(b), step="x") == [(2, "a", 2, 5)]


def test_8_6_displacement_comes_before_a_shared_line():
    """The line is full, but y's work gives way to x: 2-5."""
    b = shop()
    jobs(b, "x", (2, 3))
    jobs(b, "y", (0, 10), (1, 10))
    b.gauge("line", "waiting", steps=("x", "y"))
    b.work("x", served_by="p", size=SIZE, grade=1, shared_limit=("line", 1))
    b.work("y", served_by="p", size=SIZE, yields=True)
    b.named("p", people("a"))
    assert served(run(b), step="x") == [(2, "a", 2, 5)]


@pytest.mark.parametrize(("own", "shared", "how"), [(1, 9, "blocked"), (9, 2, "blocked"), (9, 9, "done")])
def test_8_6_the_own_limit_and_the_shared_one_both_hold(own, shared, how):
    """One of y waits, x of 2 joins it; x of 3 may not with an own limit of 1 or a shared one of 2."""
    b = shop()
    jobs(b, "x", (2, 3), (3, 3))
    jobs(b, "y", (0, 10), (1, 10))
    b.gauge("line", "waiting", steps=("x", "y"))
    b.work("x", served_by="p", size=SIZE, shared_limit=("line", shared), limit=own)
    b.work("y", served_by="p", size=SIZE)
    b.named("p", people("a"))
    found = exits(b, "x")
    assert (found[0][2], found[1][2]) == ("done", how)


def test_8_6_a_shared_line_holds_for_personal_lines():
    """The owner a is busy until 14; two minutes before, one of y joined the line: limit 1, blocked at 8."""
    b = shop()
    jobs(b, "meet", (1, 2))
    jobs(b, "y", (4, 10), (6, 10))
    b.gauge("line", "waiting", steps=("talk", "y"))
    b.work("meet", served_by="p", size=SIZE, owner="note")
    b.delay("pause", Constant(5))
    b.work("talk", served_by="p", size=SIZE, owner="only", shared_limit=("line", 1))
    b.work("y", served_by="p", size=SIZE)
    b.route("meet", "done", "pause")
    b.route("pause", "done", "talk")
    b.named("p", people("a"))
    assert rows(run(b), "left exit", step="talk") == [(8, "blocked")]


def test_8_6_work_that_came_back_to_a_full_line():
    """x's is handed back at 5, when two of y wait and the limit is 1: it waits on and is first at 8 (place 0)."""
    b = shop()
    jobs(b, "x", (0, 10))
    jobs(b, "y", (1, 5), (2, 5))
    b.gauge("line", "waiting", steps=("x", "y"))
    b.work("x", served_by="p", size=SIZE, shared_limit=("line", 1))
    b.work("y", served_by="p", size=SIZE)
    b.named("p", people("a", (0, 5), (8, 100)), end_of_duty="hand back")
    assert starts(run(b)) == [(0, "a", 0), (0, "a", 8), (1, "a", 13), (2, "a", 18)]


def test_8_6_overflow_is_not_tested():
    """x of 2 may go to q after 3 minutes; the line is full by then (others joined): it starts there at 5."""
    b = shop()
    jobs(b, "x", (2, 3))
    jobs(b, "y", (0, 50), (3, 10), (4, 10))
    b.gauge("line", "waiting", steps=("x", "y"))
    b.work("x", served_by=[Edge("p", 1), Edge("q", 2, after=3)], size=SIZE, shared_limit=("line", 1))
    b.work("y", served_by="p", size=SIZE)
    b.named("p", people("a"))
    b.named("q", people("c"))
    assert starts(run(b), step="x") == [(1, "c", 5)]
