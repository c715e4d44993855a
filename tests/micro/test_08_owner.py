"""The server that keeps a family's jobs together, and its personal line (rule 8.3), by hand."""

from __future__ import annotations

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
    Predictor,
    Server,
    Source,
    Spawn,
)
from tests.micro.desk import lever, readings
from tests.micro.table import jobs, people, rows, run, served, shop, starts

SIZE = Attribute("size")
SPELL = "job server entered started left exit"
VISIT = "meet pause talk"

FIRST = (1, 2, 5, 3)
"""Met from 1 to 3, back at 8 with 3 minutes of talk."""


def desk(
    *births: tuple[float, ...],
    owner: str = "prefer",
    wait: float = 10.0,
    servers: list[Server] | None = None,
    choice: str = "lowest number",
    rule: str = "finish",
    slots: int = 1,
    curve: tuple[float, ...] = (),
    **talk,
) -> NetworkBuilder:
    """`meet` (which notes the owner), a pause, `talk`, with the lengths that each job brings; a and b serve both.

    The lowest number that is free serves, if the owner does not matter: mostly a. One comes long after the
    end.
    """
    b = shop()
    jobs(b, "meet", *births, (1500, 1, 1, 1), columns=VISIT)
    b.work("meet", served_by="p", size=Attribute("meet"), owner="note")
    b.delay("pause", Attribute("pause"))
    more = {"served_by": "p", "size": Attribute("talk"), **talk}
    b.work("talk", owner=owner, owner_wait=wait if owner == "prefer" else 0.0, **more)
    b.route("meet", "done", "pause")
    b.route("pause", "done", "talk")
    b.named("p", servers or people("a b"), server_choice=choice, end_of_duty=rule, slots=slots, curve=curve)
    return b


def busy(b: NetworkBuilder, *births: tuple[float, float], step: str = "block", **work) -> None:
    """Another step of the same pool, without owners, that keeps people busy."""
    jobs(b, step, *births)
    b.work(step, **{"served_by": "p", "size": SIZE, **work})


def new(b: NetworkBuilder, *births: tuple[float, ...], columns: str = "talk", **more) -> None:
    """Families that come to `talk` at once and know nobody."""
    jobs(b, "talk", *births, columns=columns, **more)


def talks(b: NetworkBuilder) -> list[tuple]:
    """(job, server, started) at `talk`."""
    return starts(run(b), step="talk")


# who owns


@pytest.mark.parametrize(("owner", "server"), [("any", "b"), ("note", "b"), ("prefer", "a"), ("only", "a")])
def test_8_3_the_owner_takes_it_before_one_who_is_idle_for_longer(owner, server):
    """a met it until 3, b has been idle since 0; both are free at 8."""
    assert talks(desk(FIRST, owner=owner, choice="longest idle")) == [(0, server, 8)]


@pytest.mark.parametrize("owner", ["prefer", "only"])
def test_8_3_a_family_without_an_owner_is_served_by_anyone(owner):
    """Nobody met it: a by number; b while a is busy; the third waits in the step's line for whoever is free first."""
    b = desk(owner=owner)
    new(b, (1, 10), (2, 4), (3, 1))
    assert talks(b) == [(0, "a", 1), (1, "b", 2), (2, "b", 6)]


def test_8_3_a_step_that_any_may_serve_sets_no_owner():
    """Met by a, then a step without owners at b (a is busy 3.5-7): the talk of 9 goes to a."""
    b = shop()
    jobs(b, "meet", (1, 2, 1, 3), columns="meet pause talk")
    b.work("meet", served_by="p", size=Attribute("meet"), owner="note")
    b.delay("pause", Attribute("pause"))
    b.work("plain", served_by="p", size=Constant(5))
    b.work("talk", served_by="p", size=Attribute("talk"), owner="only")
    busy(b, (3.5, 3.5))
    b.route("meet", "done", "pause")
    b.route("pause", "done", "plain")
    b.route("plain", "done", "talk")
    b.named("p", people("a b"), server_choice="lowest number")
    assert starts(run(b), job=0) == [(0, "a", 1), (0, "b", 4), (0, "a", 9)]


def test_8_3_the_last_one_who_started_a_job_of_the_family_owns_it():
    """Met by a, then noted again by b (a is busy then): the talk of 9 goes to b though a has the lower number."""
    b = shop()
    jobs(b, "meet", (1, 2, 1, 3), columns="meet pause talk")
    b.work("meet", served_by="p", size=Attribute("meet"), owner="note")
    b.delay("pause", Attribute("pause"))
    b.work("note", served_by="p", size=Constant(5), owner="note")
    b.work("talk", served_by="p", size=Attribute("talk"), owner="only")
    busy(b, (3.5, 3.5))
    b.route("meet", "done", "pause")
    b.route("pause", "done", "note")
    b.route("note", "done", "talk")
    b.named("p", people("a b"), server_choice="lowest number")
    assert starts(run(b), job=0) == [(0, "a", 1), (0, "b", 4), (0, "b", 9)]


def test_8_3_a_counted_pool_neither_sets_nor_takes_an_owner():
    """0: met by a (1-3), stamped by a counted pool (3-7), which notes: at 7 it waits for a. 1: stamped only (1-5), so
    anyone may take it: a, 5-8."""
    b = shop()
    jobs(b, "meet", (1, 2, 1, 3), columns="meet pause talk")
    jobs(b, "stamp", (1, 0, 1, 3), columns="meet pause talk")
    b.work("meet", served_by="p", size=Attribute("meet"), owner="note")
    b.work("stamp", served_by=[Edge("q", 1), Edge("r", 2)], size=Constant(4), owner="note")
    b.work("talk", served_by="p", size=Attribute("talk"), owner="only")
    b.route("meet", "done", "stamp")
    b.route("stamp", "done", "talk")
    b.named("p", people("a b"), server_choice="lowest number")
    b.counted("q", 9)
    b.named("r", people("z", (500, 900)))
    assert talks(b) == [(0, "a", 8), (1, "a", 5)]


@pytest.mark.parametrize("owner", ["prefer", "only"])
def test_8_3_an_owner_who_serves_no_edge_of_the_step_does_not_count(owner):
    """Met by c of another pool: at 8 anyone of p, though c is free."""
    b = shop()
    jobs(b, "meet", FIRST, columns=VISIT)
    b.work("meet", served_by="q", size=Attribute("meet"), owner="note")
    b.delay("pause", Attribute("pause"))
    wait = 50.0 if owner == "prefer" else 0.0
    b.work("talk", served_by="p", size=Attribute("talk"), owner=owner, owner_wait=wait)
    b.route("meet", "done", "pause")
    b.route("pause", "done", "talk")
    b.named("p", people("a b"))
    b.named("q", people("c"))
    assert talks(b) == [(0, "a", 8)]


def test_8_3_the_owner_takes_it_though_another_pool_has_the_better_rank():
    """Met by c of q, which is rank 2 for the talk: c takes it while a (rank 1) is free."""
    b = shop()
    jobs(b, "meet", FIRST, columns=VISIT)
    b.work("meet", served_by="q", size=Attribute("meet"), owner="note")
    b.delay("pause", Attribute("pause"))
    b.work("talk", served_by=[Edge("p", 1), Edge("q", 2)], size=Attribute("talk"), owner="prefer", owner_wait=5.0)
    b.route("meet", "done", "pause")
    b.route("pause", "done", "talk")
    b.named("p", people("a b"))
    b.named("q", people("c"))
    assert talks(b) == [(0, "c", 8)]


def test_8_3_the_first_server_at_a_step_that_prefers_becomes_the_owner():
    """At b (a is busy until 10), 10 minutes away, in a new round at b again though a is free too."""
    b = shop()
    jobs(b, "talk", (1, 2))
    b.work("talk", served_by="p", size=SIZE, owner="prefer", owner_wait=5.0)
    busy(b, (0.5, 9.5))
    b.delay("away", Constant(10))
    b.route("talk", "done", "away")
    b.route("away", "done", b.clause("back", "last", again=True))
    b.work("last", served_by="p", size=Constant(1), owner="prefer", owner_wait=5.0)
    b.named("p", people("a b"), server_choice="lowest number")
    assert starts(run(b), job=1) == [(1, "b", 1), (1, "b", 13)]


def test_8_3_children_share_the_owner_of_their_family():
    """Met by a until 3; a child comes to the talk at 8: a, though b has been idle for longer."""
    b = shop()
    jobs(b, "meet", (1, 2))
    b.work("meet", served_by="p", size=SIZE, owner="note")
    b.work("talk", served_by="p", size=Constant(3), owner="prefer", owner_wait=5.0)
    b.route("meet", "done", b.clause("c", spawn=[Spawn("talk", delay=Constant(5))]))
    b.named("p", people("a b"))
    assert talks(b) == [(1, "a", 8)]


def test_8_3_a_child_changes_the_owner_for_the_whole_family():
    """Root met by a at 1; its child is noted by b at 4 (a is busy): the root's talk of 8 goes to b."""
    b = desk(FIRST, owner="only")
    busy(b, (3.5, 4))
    b.work("note", served_by="p", size=Constant(1), owner="note")
    b.watch("w", Anchor("left", "meet"), Constant(1), spawn=(Spawn("note"),))
    assert talks(b) == [(0, "b", 8)]
    assert starts(run(b), step="note") == [(2, "b", 4)]


def test_8_3_families_do_not_share_owners():
    """0 met by a, 1 by b (2-4); at 12 both are free: b takes its own though a has the lower number."""
    b = desk(FIRST, (2, 2, 8, 3), owner="only")
    assert talks(b) == [(0, "a", 8), (1, "b", 12)]


# waiting for the owner


@pytest.mark.parametrize(
    ("owner", "wait", "server", "start"),
    [
        ("prefer", 10, "a", 14),
        ("prefer", 6, "a", 14),
        ("prefer", 5.5, "b", 13.5),
        ("prefer", 3, "b", 11),
        ("prefer", 0, "b", 8),
        ("only", 0, "a", 14),
        ("note", 0, "b", 8),
        ("any", 0, "b", 8),
    ],
)
def test_8_3_how_long_it_waits_for_a_busy_owner(owner, wait, server, start):
    """a is busy from 4 to 14, b is free all the time; back at 8. At 14 the completion comes before the overflow."""
    b = desk(FIRST, owner=owner, wait=wait)
    busy(b, (4, 10))
    assert talks(b) == [(0, server, start)]


def test_8_3_owner_wait_counts_on_its_calendar():
    """10 minutes of [0, 9) and [20, 100) from 8: 1 until 9, 9 more from 20: 29. a is busy 4-40, b free."""
    b = desk(FIRST, owner_calendar="hours")
    b.calendar(Calendar("hours", [(0, 9), (20, 100)]))
    busy(b, (4, 36))
    assert talks(b) == [(0, "b", 29)]


def test_8_3_the_personal_line_goes_first():
    """a is busy until 14, b until 16. New ones came to the talk at 7 and 9; at 14 a takes its own of 8, at 16 b that
    of 7; the one of 9 follows at 17."""
    b = desk(FIRST)
    busy(b, (4, 10), (4, 12))
    new(b, (7, 100), (9, 100))
    assert talks(b) == [(0, "a", 14), (3, "b", 16), (4, "a", 17)]


def test_8_3_the_personal_line_goes_before_a_higher_priority_of_the_step():
    """The new one of 7 has priority 9, a's own 0."""
    b = shop()
    jobs(b, "meet", (1, 2, 5, 3, 0), columns="meet pause talk urgent")
    new(b, (7, 100, 9), columns="talk urgent")
    b.work("meet", served_by="p", size=Attribute("meet"), owner="note")
    b.delay("pause", Attribute("pause"))
    talk = Attribute("talk")
    b.work("talk", served_by="p", size=talk, owner="only", priority=Attribute("urgent"))
    b.route("meet", "done", "pause")
    b.route("pause", "done", "talk")
    busy(b, (4, 10))
    b.named("p", people("a"))
    assert talks(b) == [(0, "a", 14), (2, "a", 17)]


def test_8_3_a_better_rank_goes_before_the_personal_line():
    """Rank 1 of another step waits since 9; the talk is rank 2 at a: 14-19, then the talk."""
    b = desk(FIRST, served_by=Edge("p", 2), servers=people("a"))
    busy(b, (4, 10), (9, 5), served_by=Edge("p", 1))
    assert talks(b) == [(0, "a", 19)]


def test_8_3_at_equal_rank_the_personal_line_goes_before_other_steps():
    """The other step's job waits since 5, a's own since 8."""
    b = desk(FIRST, servers=people("a"))
    busy(b, (4, 10), (5, 5))
    r = run(b)
    assert starts(r, step="talk") == [(0, "a", 14)]
    assert starts(r, step="block") == [(1, "a", 4), (2, "a", 17)]


@pytest.mark.parametrize(("urgent", "order"), [((0, 5), (1, 0)), ((5, 0), (0, 1)), ((0, 0), (0, 1))])
def test_8_3_personal_lines_of_one_owner_go_by_priority_then_by_place(urgent, order):
    """Both were met by a, who is away from 20 to 50; they wait since 30 and 40. At 50 the more urgent one (2 minutes),
    then the other one."""
    b = shop()
    jobs(b, "meet", (1, 2, 27, 2, urgent[0]), (4, 2, 34, 2, urgent[1]), columns="meet pause talk urgent")
    b.work("meet", served_by="p", size=Attribute("meet"), owner="note")
    b.delay("pause", Attribute("pause"))
    b.work("talk", served_by="p", size=Attribute("talk"), owner="only", priority=Attribute("urgent"))
    b.route("meet", "done", "pause")
    b.route("pause", "done", "talk")
    b.named("p", people("a", (0, 20), (50, 100)))
    start = {order[0]: 50, order[1]: 52}
    assert talks(b) == [(0, "a", start[0]), (1, "a", start[1])]


@pytest.mark.parametrize(("choice", "first"), [("oldest", "calm"), ("earliest due", "hot"), ("highest score", "hot")])
def test_8_3_personal_lines_of_several_steps_go_by_the_pools_choice(choice, first):
    """Job 0 waits for a at `calm` since 30, job 1 at `hot` since 40; due 130 and 45, score 1 and 2."""
    b = shop()
    jobs(b, "meet", (1, 2, 27, 100), (4, 2, 34, 5), columns="meet pause promise")
    b.work("meet", served_by="p", size=Attribute("meet"), owner="note")
    b.delay("pause", Attribute("pause"))
    for name, score in (("calm", 1.0), ("hot", 2.0)):
        due = Attribute("promise")
        b.work(name, served_by="p", size=Constant(2), owner="only", due=due, score=Predictor(score))
    b.route("meet", "done", "pause")
    b.route("pause", "done", b.clause("h", "hot", when=[Condition(Source("attribute", "promise"), "<=", 9)]), "calm")
    b.named("p", people("a", (0, 20), (50, 100)), job_choice=choice)
    order = {first: 50, "hot" if first == "calm" else "calm": 52}
    assert rows(run(b), "step started", step="calm") == [("calm", order["calm"])]
    assert rows(run(b), "step started", step="hot") == [("hot", order["hot"])]


def test_8_3_a_personal_line_stands_as_the_step_says():
    """Order by due time: 0 (came at 30, due 130), 1 (came at 40, due 45): 1 first."""
    b = shop()
    jobs(b, "meet", (1, 2, 27, 100), (4, 2, 34, 5), columns="meet pause promise")
    b.work("meet", served_by="p", size=Attribute("meet"), owner="note")
    b.delay("pause", Attribute("pause"))
    b.work("talk", served_by="p", size=Constant(2), owner="only", due=Attribute("promise"), order="due")
    b.route("meet", "done", "pause")
    b.route("pause", "done", "talk")
    b.named("p", people("a", (0, 20), (50, 100)))
    assert talks(b) == [(0, "a", 52), (1, "a", 50)]


def test_8_3_two_owners_that_begin_together_take_their_own():
    """Away from 20 to 50; the line since 30 (a's), 31 (b's), 32 (a's); new ones since 25 find nobody free at 50."""
    b = desk((1, 2, 27, 2), (1, 2, 28, 2), (4, 2, 26, 2), owner="only", servers=people("a b", (0, 20), (50, 100)))
    new(b, (25, 2), (25, 2))
    assert talks(b) == [(0, "a", 50), (1, "b", 50), (2, "a", 52), (3, "b", 52), (4, "a", 54)]


# the end of owner_wait


def test_8_3_after_its_wait_it_stands_in_the_steps_line_at_its_place():
    """a is busy until 14, b until 16; its 3 minutes end at 11. New ones of 7 and 9: at 14 a takes that of 7, at 16 b
    this one (place 8), then that of 9."""
    b = desk(FIRST, wait=3)
    busy(b, (4, 10), (4, 12))
    new(b, (7, 100), (9, 100))
    assert talks(b)[:2] == [(0, "b", 16), (3, "a", 14)]


@pytest.mark.parametrize("early", [0, 1])
def test_8_3_in_the_steps_line_it_stands_as_if_it_had_joined_it_at_first(early):
    """In a's line from 8, in the step's from 11. One with place 8 as well joined at 9 (head start of 1): this one goes
    first; without the head start (place 9) too."""
    b = shop()
    jobs(b, "meet", (1, 2, 5, 3, 0), columns="meet pause talk early")
    new(b, (9, 4, early), columns="talk early")
    b.work("meet", served_by="p", size=Attribute("meet"), owner="note")
    b.delay("pause", Attribute("pause"))
    talk, early_by = Attribute("talk"), Attribute("early")
    b.work("talk", served_by="p", size=talk, owner="prefer", owner_wait=3.0, head_start=early_by)
    b.route("meet", "done", "pause")
    b.route("pause", "done", "talk")
    busy(b, (4, 10), (4, 12))
    b.named("p", people("a b"), server_choice="lowest number")
    assert talks(b) == [(0, "a", 14), (3, "b", 16)]


def test_8_3_in_the_steps_line_the_owner_is_one_among_others():
    """a is busy until 20, b until 14; after its 3 minutes whoever is free first: b."""
    b = desk(FIRST, wait=3)
    busy(b, (4, 16), (4, 10))
    assert talks(b) == [(0, "b", 14)]


@pytest.mark.parametrize(("wait", "start"), [(3, 13), (5, 13), (7, 15), (10, 18)])
def test_8_3_overflow_goes_on_after_the_wait_for_the_owner(wait, start):
    """q may take it after 5 minutes (13), and sees it only when it has left the personal line; a, b busy until 40."""
    b = desk(FIRST, wait=wait, served_by=[Edge("p", 1), Edge("q", 2, after=5)])
    busy(b, (4, 36), (4, 36))
    b.named("q", people("c"))
    assert talks(b) == [(0, "c", start)]


@pytest.mark.parametrize(
    ("owner", "wait", "server"), [("prefer", 10, "a"), ("only", 0, "a"), ("prefer", 2, "b"), ("prefer", 4, "b")]
)
def test_8_3_the_owner_sees_it_by_its_edge_only(owner, wait, server):
    """Nobody may take it before 12; the owner is free all the time and takes it then, if its wait has not ended: after
    2 minutes (or 4, at 12 itself) anyone may, and b has been idle for longer."""
    b = desk(FIRST, owner=owner, wait=wait, served_by=Edge("p", after=4), choice="longest idle")
    assert talks(b) == [(0, server, 12)]


@pytest.mark.parametrize(("wait", "server", "start"), [(5, "b", 13), (50, "a", 14), (1, "b", 10)])
def test_8_3_an_owner_who_is_busy_when_its_edge_sees_the_job(wait, server, start):
    """Seen from 10 on; a is busy until 14: after that moment it waits for a until the end of its time (13), then b may
    take it."""
    b = desk(FIRST, wait=wait, served_by=Edge("p", after=2))
    busy(b, (4, 10))
    assert talks(b) == [(0, server, start)]


def test_8_3_a_reserve_holds_for_the_owner_too():
    """One slot of p is to stay free: b is busy 5-12, so a, who is free, may not take it at 8, but at 12."""
    b = desk(FIRST, choice="longest idle", served_by=Edge("p", reserve=1))
    busy(b, (5, 7))
    assert talks(b) == [(0, "a", 12)]


def test_8_3_the_owner_fits_with_a_second_slot():
    """Two slots at half speed: a (from 4: 10 minutes) takes its own at 8 beside it: 3 / .5, until 14; the other one
    has 10 - 4 - 3 = 3 left then: 17. b is empty."""
    b = desk(FIRST, slots=2, curve=(1.0, 0.5))
    busy(b, (4, 10))
    r = run(b)
    assert served(r, step="talk") == [(0, "a", 8, 14)]
    assert served(r, step="block") == [(1, "a", 4, 17)]


def test_8_3_most_holds_for_the_owner_too():
    """Talks only beside nothing else: a's second slot is of no use to it, so it waits until 14; b is empty."""
    b = desk(FIRST, slots=2, served_by=Edge("p", most=1))
    busy(b, (4, 10))
    assert talks(b) == [(0, "a", 14)]


def test_8_3_units_of_the_owner():
    """A talk of two units needs both slots of its owner, one of which is busy until 14; b's two are free."""
    b = desk(FIRST, slots=2, units=2)
    busy(b, (4, 10))
    assert talks(b) == [(0, "a", 14)]


# who is not there


@pytest.mark.parametrize(("owner", "server", "start"), [("prefer", "b", 8), ("only", "a", 50)])
def test_8_3_an_owner_who_is_off_duty(owner, server, start):
    """a is there in [0, 5) and from 50 on."""
    servers = [*people("a", (0, 5), (50, 90)), *people("b")]
    assert talks(desk(FIRST, owner=owner, servers=servers)) == [(0, server, start)]


def test_8_3_an_owner_who_is_absent_is_not_on_duty():
    """a's second duty [7, 90) is one to which it does not come."""
    servers = [Server("a", (Duty(0, 5), Duty(7, 90, presence=0.0, day=5))), *people("b")]
    assert talks(desk(FIRST, servers=servers)) == [(0, "b", 8)]


@pytest.mark.parametrize("kind", ["fixed", "whole"])
@pytest.mark.parametrize(
    ("owner", "wait", "server", "start"),
    [("prefer", 10, "a", 12), ("prefer", 3, "b", 11), ("prefer", 4, "a", 12), ("only", 0, "a", 12)],
)
def test_8_3_a_break_counts_as_duty(kind, owner, wait, server, start):
    """a is on its break [6, 12). At 12 the end of a break (kind 1) comes before the end of the wait."""
    servers = [Server("a", (Duty(0, 100),), (Break(6, 6, kind),)), *people("b")]
    assert talks(desk(FIRST, owner=owner, wait=wait, servers=servers)) == [(0, server, start)]


@pytest.mark.parametrize(("wait", "server", "start"), [(30, "a", 20), (8, "b", 16)])
def test_8_3_a_whole_break_that_is_due_keeps_it_waiting(wait, server, start):
    """a is busy 4-14 and then takes the break of 6 minutes that was due at 10: [14, 20)."""
    servers = [Server("a", (Duty(0, 100),), (Break(10, 6, "whole"),)), *people("b")]
    b = desk(FIRST, wait=wait, servers=servers)
    busy(b, (4, 10))
    assert talks(b) == [(0, server, start)]


@pytest.mark.parametrize(("owner", "server", "start"), [("prefer", "b", 12), ("only", "a", 50)])
def test_8_3_when_the_owners_duty_ends_others_may_take_it(owner, server, start):
    """In a's line from 8; a leaves at 12 (its work goes on until 14) and comes back at 50. b is free."""
    b = desk(FIRST, owner=owner, servers=[*people("a", (0, 12), (50, 90)), *people("b")], wait=500)
    busy(b, (4, 10))
    assert talks(b) == [(0, server, start)]


def test_8_3_when_the_owners_duty_ends_it_stands_in_the_steps_line():
    """Nobody is free at 12; b is at 16: the new one of 7 (until 17), then this one (place 8)."""
    b = desk(FIRST, servers=[*people("a", (0, 12)), *people("b")], wait=500)
    busy(b, (4, 10), (4, 12))
    new(b, (7, 1))
    assert talks(b) == [(0, "b", 17), (3, "b", 16)]


@pytest.mark.parametrize(("owner", "server", "start"), [("prefer", "b", 12), ("only", "a", 50)])
def test_8_3_a_switch_that_turns_off_ends_the_owners_duty(owner, server, start):
    """The same with a duty that names a switch, on in [1, 12) and from 50 on; met at 1."""
    servers = [Server("a", (Duty(0, 100, switch="s"),)), *people("b")]
    b = desk(FIRST, owner=owner, servers=servers, wait=500)
    lever(b, "s", (1, 12), (50, 90))
    busy(b, (4, 10))
    assert starts(run(b), step="meet") == [(0, "a", 1)]
    assert talks(b) == [(0, server, start)]


def test_8_3_a_break_of_the_owner_moves_nobody():
    """a's break [12, 20): its own one stays in its line and starts at 20; b is free."""
    servers = [Server("a", (Duty(0, 100),), (Break(12, 8),)), *people("b")]
    b = desk(FIRST, servers=servers, wait=500)
    busy(b, (4, 10))
    assert talks(b) == [(0, "a", 20)]


def test_8_3_those_who_leave_a_personal_line_go_in_order_of_joining():
    """Jobs of 8 (priority 0) and 9 (priority 5) wait for a; when it leaves at 12, b takes that of 8 first."""
    b = shop()
    jobs(b, "meet", (1, 1, 6, 3, 0), (2, 1, 6, 3, 5), columns="meet pause talk urgent")
    b.work("meet", served_by="p", size=Attribute("meet"), owner="note")
    b.delay("pause", Attribute("pause"))
    talk = Attribute("talk")
    b.work("talk", served_by="p", size=talk, owner="prefer", owner_wait=500.0, priority=Attribute("urgent"))
    b.route("meet", "done", "pause")
    b.route("pause", "done", "talk")
    busy(b, (4, 10))
    b.named("p", [*people("a", (0, 12)), *people("b")], server_choice="lowest number")
    assert talks(b) == [(0, "b", 12), (1, "b", 15)]


def test_8_3_hand_backs_come_before_those_who_lose_their_owner():
    """At 12 a leaves; its work in hand (4-12, 20 minutes) takes b first, the one in its line comes after it, at 24."""
    b = desk(FIRST, servers=[*people("a", (0, 12)), *people("b")], wait=500, rule="hand back")
    busy(b, (4, 20))
    r = run(b)
    assert starts(r, step="block") == [(1, "a", 4), (1, "b", 12)]
    assert starts(r, step="talk") == [(0, "b", 24)]


def test_8_3_nobody_comes_back_to_the_personal_line():
    """Out of a's line at 12, when a leaves; when a is back at 13 it takes the first of the step's line, that of 7."""
    b = desk(FIRST, servers=[*people("a", (0, 12), (13, 90)), *people("b", (0, 5))], wait=500)
    busy(b, (4, 8.5))
    new(b, (7, 4))
    assert talks(b) == [(0, "a", 17), (2, "a", 13)]


# the line's other rules


@pytest.mark.parametrize(("limit", "exits"), [(0, ["blocked"]), (1, ["done"])])
def test_8_3_a_personal_line_counts_for_the_limit(limit, exits):
    """It would wait for a (busy until 14) at 8: with a limit of 0 it is blocked, though b is free."""
    b = desk(FIRST, limit=limit)
    busy(b, (4, 10))
    assert [x for (x,) in rows(run(b), "exit", step="talk")] == exits


def test_8_3_who_stands_in_a_personal_line_blocks_others():
    """Limit 1: the one of 8 waits for a; the new one of 9, with both busy, is blocked."""
    b = desk(FIRST, limit=1)
    busy(b, (4, 10), (4, 12))
    new(b, (9, 1))
    assert rows(run(b), "job exit", step="talk") == [(0, "done"), (3, "blocked")]


def test_8_3_who_stands_in_the_steps_line_blocks_one_with_an_owner():
    """Limit 1: the new one of 7 waits; the one of 8 is blocked."""
    b = desk(FIRST, limit=1)
    busy(b, (4, 10), (4, 12))
    new(b, (7, 1))
    assert rows(run(b), "job exit", step="talk") == [(0, "blocked"), (3, "done")]


@pytest.mark.parametrize(
    ("wait", "patience", "end"), [(10, 4, ("abandoned", 12)), (4, 4, ("done", 15)), (3, 4, ("done", 14))]
)
def test_8_3_patience_runs_in_a_personal_line(wait, patience, end):
    """a is busy until 14, b free: with 10 minutes for the owner it gives up at 12; at one instant the overflow comes
    first (b, 12-15); after 3 minutes b has taken it (11-14)."""
    b = desk(FIRST, wait=wait, patience=Constant(patience))
    busy(b, (4, 10))
    assert rows(run(b), "exit left", step="talk") == [end]


def test_8_3_patience_is_not_set_anew_when_the_wait_for_the_owner_ends():
    """In at 8 with 5 minutes; in the step's line from 11 on, gone at 13. Both are busy."""
    b = desk(FIRST, wait=3, patience=Constant(5))
    busy(b, (4, 10), (4, 12))
    assert rows(run(b), "exit left", step="talk") == [("abandoned", 13)]


def test_8_3_a_silent_one_is_found_by_its_owner():
    """Silent since 10; a reaches it at 14, for a minute of ghost work."""
    b = desk(FIRST, patience=Constant(2), silent=1.0, ghost=Constant(1))
    busy(b, (4, 10))
    assert rows(run(b), "server started left released ghost", step="talk") == [("a", 14, 10, 15, True)]


def test_8_3_a_closing_door_empties_personal_lines_in_order_of_joining():
    """Closed at 12: in the step's line since 7 and 9, in a's since 8. They go to `mail` (1 minute each) as they
    joined."""
    b = desk(FIRST, opening="hours", at_close="leave")
    busy(b, (4, 10), (4, 12))
    new(b, (7, 1), (9, 1))
    b.calendar(Calendar("hours", [(0, 12)]))
    b.work("mail", served_by="q", size=Constant(1))
    b.counted("q", 1)
    b.route("talk", "closed", "mail")
    r = run(b)
    assert rows(r, "job left exit", step="talk") == [(0, 12, "closed"), (3, 12, "closed"), (4, 12, "closed")]
    assert rows(r, "job started", step="mail") == [(0, 13), (3, 12), (4, 14)]


@pytest.mark.parametrize(("owner", "server"), [("prefer", "b"), ("only", "a")])
def test_8_3_who_comes_before_the_opening(owner, server):
    """The door opens at 20; with `only` it has waited in its owner's line, with `prefer` in the step's, where b, idle
    for longer, takes it."""
    b = desk(FIRST, owner=owner, opening="hours", when_closed="wait", choice="longest idle", wait=500)
    b.calendar(Calendar("hours", [(20, 100)]))
    assert talks(b) == [(0, server, 20)]


def test_8_3_a_watch_may_move_it_out_of_a_personal_line():
    """In a's line from 8, moved at 10 to `mail`; a takes nothing of it at 14."""
    b = desk(FIRST)
    busy(b, (4, 10), (13, 1))
    b.work("mail", served_by="q", size=Constant(1))
    b.counted("q", 1)
    b.watch("w", Anchor("entered", "talk"), Constant(2), to="mail")
    r = run(b)
    assert rows(r, "job left exit", step="talk") == [(0, 10, "moved")]
    assert rows(r, "job started", step="mail") == [(0, 10)]


def test_8_1_personal_lines_are_in_line():
    """In a's line from 8 to 14: one waits, its place is 8."""
    b = desk(FIRST)
    busy(b, (4, 10))
    b.gauge("line", "waiting", steps=("talk",))
    b.gauge("age", "oldest", steps=("talk",))
    b.gauge("last", "last wait", steps=("talk",))
    assert readings(b, 7, 8, 13, 14, of="line age last") == {
        "line": [0, 1, 1, 0],
        "age": [0, 0, 5, 0],
        "last": [0, 0, 0, 6],
    }


# work that comes back


@pytest.mark.parametrize(
    ("owner", "wait", "server", "start"),
    [
        ("any", 0, "b", 20),
        ("note", 0, "b", 20),
        ("prefer", 4, "b", 20),
        ("prefer", 5, "b", 20),
        ("prefer", 10, "b", 25),
        ("prefer", 15, "a", 30),
        ("prefer", 20, "a", 30),
        ("only", 0, "a", 30),
    ],
)
def test_8_3_work_handed_back_at_a_break_waits_for_who_had_it(owner, wait, server, start):
    """In at 15 and started by a; a's break [20, 30) hands it back. What is left of the wait counts from 15."""
    servers = [Server("a", (Duty(0, 100),), (Break(20, 10),)), *people("b")]
    b = desk(owner=owner, wait=wait, servers=servers, rule="hand back")
    new(b, (15, 10))
    assert rows(run(b), SPELL) == [
        (0, "a", 15, 15, 20, "handed_back"),
        (0, server, 20, start, start + 5, "done"),
    ]


@pytest.mark.parametrize(("owner", "server", "start"), [("prefer", "b", 20), ("only", "a", 50)])
def test_8_3_work_handed_back_at_the_end_of_duty(owner, server, start):
    """a leaves at 20 and comes back at 50; b is free."""
    servers = [*people("a", (0, 20), (50, 90)), *people("b")]
    b = desk(owner=owner, wait=500, servers=servers, rule="hand back")
    new(b, (15, 10))
    assert talks(b) == [(0, "a", 15), (0, server, start)]


def test_8_3_handed_back_work_goes_ahead_of_equal_places_in_its_personal_line():
    """Both came at 15 and are a's: 0 was started, 1 waits. At 30 a takes 0 (5 left) first, at 35 the other."""
    b = shop()
    jobs(b, "meet", (1, 2, 12, 10), (3, 2, 10, 5), columns=VISIT)
    b.work("meet", served_by="p", size=Attribute("meet"), owner="note")
    b.delay("pause", Attribute("pause"))
    b.work("talk", served_by="p", size=Attribute("talk"), owner="only")
    b.route("meet", "done", "pause")
    b.route("pause", "done", "talk")
    b.named("p", [Server("a", (Duty(0, 100),), (Break(20, 10),))], end_of_duty="hand back")
    assert served(run(b), step="talk") == [(0, "a", 15, 20), (0, "a", 30, 35), (1, "a", 35, 40)]


@pytest.mark.parametrize(
    ("owner", "wait", "server", "start"),
    [("any", 0, "b", 10), ("prefer", 6, "b", 11), ("prefer", 8, "a", 13), ("only", 0, "a", 13), ("prefer", 4, "b", 10)],
)
def test_8_3_displaced_work_waits_for_who_had_it(owner, wait, server, start):
    """In at 5 at a; displaced at 10 for 3 minutes (a is free at 13). b of the second pool is free all the time."""
    b = shop()
    jobs(b, "talk", (5, 10))
    jobs(b, "urgent", (10, 3))
    edges = [Edge("p", 1), Edge("q", 2)]
    b.work("talk", served_by=edges, size=SIZE, owner=owner, owner_wait=wait, yields=True)
    b.work("urgent", served_by="p", size=SIZE, grade=1)
    b.named("p", people("a"))
    b.named("q", people("b"))
    assert rows(run(b), SPELL) == [
        (0, "a", 5, 5, 10, "displaced"),
        (0, server, 10, start, start + 5, "done"),
        (1, "a", 10, 10, 13, "done"),
    ]


@pytest.mark.parametrize(("owner", "server", "start"), [("prefer", "a", 30), ("only", "a", 30), ("note", "b", 20)])
def test_8_3_who_hands_it_back_owns_it_again(owner, server, start):
    """Started by a at 15; a child of the family is noted by b at 17. a's break [20, 30) hands the talk back: it waits
    for a though b has noted last and is free."""
    servers = [Server("a", (Duty(0, 100),), (Break(20, 10),)), *people("b")]
    b = desk(owner=owner, wait=500, servers=servers, rule="hand back")
    new(b, (15, 10))
    b.work("note", served_by="p", size=Constant(1), owner="note")
    b.watch("w", Anchor("started", "talk"), Constant(2), stop=(Anchor("left", "talk"),), spawn=(Spawn("note"),))
    r = run(b)
    assert starts(r, step="note")[0] == (1, "b", 17)
    assert starts(r, step="talk") == [(0, "a", 15), (0, server, start)]


@pytest.mark.parametrize(("owner", "start"), [("any", 8), ("note", 8), ("prefer", 14), ("only", 14)])
def test_8_4_a_job_that_joins_a_personal_line_displaces_nobody(owner, start):
    """a's work in hand (4-14) yields; the talk has the higher grade. Its wait ends at 11 without that."""
    b = desk(FIRST, owner=owner, wait=3, servers=people("a"), grade=1)
    busy(b, (4, 10), yields=True)
    assert talks(b) == [(0, "a", start)]


def test_8_4_with_no_time_for_the_owner_it_displaces():
    """`owner_wait` 0 is `any` after the first try: a's work in hand gives way at 8."""
    b = desk(FIRST, wait=0, servers=people("a"), grade=1)
    busy(b, (4, 10), yields=True)
    assert talks(b) == [(0, "a", 8)]


def test_8_4_with_prefer_and_an_owner_who_is_away_it_displaces():
    """a (who met it) left at 5; b's work in hand yields: displaced at 8."""
    b = desk(FIRST, wait=3, servers=[*people("a", (0, 5)), *people("b")], grade=1)
    busy(b, (4.5, 3), (6, 10), yields=True)
    assert talks(b) == [(0, "b", 8)]
