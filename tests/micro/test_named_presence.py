"""Presence of named servers, the duty table and the identity of servers in the rows (rules 2.11, 6.0, 7.2), by hand."""

from __future__ import annotations

from sim.machine import Attribute, Break, Duty, Server
from sim.machine.luck import draw, name_hash
from tests.micro.table import duty, jobs, key_of_server, people, rows, run, served, shop

SIZE = Attribute("size")
DAY = 1440.0


def test_2_11_presence_0_is_never_there():
    """a never comes, so b serves; the duty table has b alone and no break of a."""
    b = shop()
    jobs(b, "work", (5, 10))
    b.work("work", served_by="p", size=SIZE)
    absent = Server("a", (Duty(0, 100, presence=0.0),), (Break(20, 10), Break(50, 5, "whole")))
    b.named("p", [absent, *people("b", (0, 100))])
    r = run(b)
    assert served(r) == [(0, "b", 5, 15)]
    assert duty(r, "duty") == [("b", 0, 100)]
    assert duty(r, "break") == []


def test_2_11_presence_1_is_always_there():
    """Both come; a takes the job."""
    b = shop()
    jobs(b, "work", (5, 10))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 100, presence=1.0),)), *people("b", (0, 100))])
    r = run(b)
    assert served(r) == [(0, "a", 5, 15)]
    assert duty(r, "duty") == [("a", 0, 100), ("b", 0, 100)]


def test_6_0_presence_is_drawn_with_the_servers_key_and_the_day():
    """Twelve servers, three days, presence 0.6: u = draw(k_server, H(presence), day) below 0.6 comes."""
    names = [f"s{i}" for i in range(12)]
    b = shop(end=3 * DAY, follow=0.0)
    jobs(b, "work", (5, 10))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server(n, tuple(Duty(DAY * d + 60, DAY * d + 90, presence=0.6) for d in range(3))) for n in names])
    h = name_hash("presence")
    expected = sorted(
        (n, DAY * d + 60, DAY * d + 90) for n in names for d in range(3) if draw(key_of_server("p", n), h, d) < 0.6
    )
    assert 0 < len(expected) < 36
    assert duty(run(b), "duty") == expected


def test_6_0_presence_belongs_to_the_day_a_duty_names():
    """Two duties of one day both have number 7: they are there together or not at all, for each of twelve servers."""
    names = [f"s{i}" for i in range(12)]
    b = shop(follow=0.0)
    jobs(b, "work", (5, 10))
    b.work("work", served_by="p", size=SIZE)
    spans = (Duty(10, 20, presence=0.5, day=7), Duty(30, 40, presence=0.5, day=7))
    b.named("p", [Server(n, spans) for n in names])
    h = name_hash("presence")
    there = [n for n in names if draw(key_of_server("p", n), h, 7) < 0.5]
    assert 0 < len(there) < 12
    assert duty(run(b), "duty") == sorted((n, a, z) for n in there for a, z in ((10, 20), (30, 40)))


def test_6_2_presence_does_not_depend_on_the_other_servers():
    """The same server among others, and at another place of the table, comes on the same days."""
    spans = tuple(Duty(DAY * d, DAY * d + 60, presence=0.5) for d in range(9))
    seen = []
    for servers in ([Server("kim", spans)], [*people("a b", (0, 60)), Server("kim", spans)]):
        b = shop(end=9 * DAY, follow=0.0)
        jobs(b, "work", (5, 10))
        b.work("work", served_by="p", size=SIZE)
        b.named("p", servers)
        seen.append([row for row in duty(run(b), "duty") if row[0] == "kim"])
    assert seen[0] == seen[1]
    assert 0 < len(seen[0]) < 9


def test_7_2_rows_name_pool_and_server():
    """Servers are numbered in their own pool from 0; a counted pool has server -1, a job that never started neither."""
    b = shop(end=50.0, follow=0.0)
    jobs(b, "work", (1, 100), (2, 100), (3, 100), (4, 100))
    b.work("work", served_by=["p", "q", "desk"], size=SIZE)
    b.named("p", people("a"))
    b.named("q", [Server("b", (Duty(0, 1),)), *people("c")])
    b.counted("desk", 1)
    r = run(b)
    assert [(int(v["pool"]), int(v["server"])) for v in r.visits] == [(0, 0), (1, 1), (2, -1), (-1, -1)]
    assert rows(r, "exit") == [("open",)] * 4


def test_7_2_rows_are_sorted_by_job_then_entry_then_spell():
    """Job 0 is handed back twice while job 1 comes and goes: 0, 0, 0, 1."""
    b = shop()
    jobs(b, "work", (1, 60), (5, 2))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [*people("a", (0, 20), (30, 50), (60, 900)), *people("b", (0, 10))], end_of_duty="hand back")
    assert rows(run(b), "job entered spell") == [(0, 1, 0), (0, 20, 1), (0, 50, 2), (1, 5, 0)]


def test_7_1_open_rows_at_the_limit_keep_what_is_known():
    """Run until 50: job 0 is in service since 1, job 1 waits since 2; both rows are open and never left."""
    b = shop(end=50.0, follow=0.0)
    jobs(b, "work", (1, 100), (2, 100))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a"))
    r = run(b)
    assert rows(r, "server entered started left exit") == [("a", 1, 1, None, "open"), (None, 2, None, None, "open")]
    assert (r.tally.born, r.tally.ended, r.tally.open) == (2, 0, 2)
    assert r.stopped == 50.0


def test_4_08_an_absent_duty_does_not_touch_the_next_one():
    """a is absent [0, 20) and there [20, 100): the job of 5 starts at 20, and the duty table has the second only."""
    b = shop()
    jobs(b, "work", (5, 3))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", [Server("a", (Duty(0, 20, presence=0.0), Duty(20, 100)))])
    r = run(b)
    assert served(r) == [(0, "a", 20, 23)]
    assert duty(r, "duty") == [("a", 20, 100)]


def test_4_08_work_is_handed_back_before_an_absent_duty_that_would_have_touched():
    """[0, 20) there, [20, 50) absent, [50, 100) there: handed back at 20, resumed at 50."""
    b = shop()
    jobs(b, "work", (15, 10))
    b.work("work", served_by="p", size=SIZE)
    spans = (Duty(0, 20), Duty(20, 50, presence=0.0), Duty(50, 100))
    b.named("p", [Server("a", spans)], end_of_duty="hand back")
    assert served(run(b)) == [(0, "a", 15, 20), (0, "a", 50, 55)]
