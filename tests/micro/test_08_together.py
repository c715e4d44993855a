"""Rules of section 8 that meet at one job, one server or one instant, by hand."""

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
    Term,
)
from tests.micro.desk import exactly, lever, reading, readings, switched
from tests.micro.table import jobs, people, rows, run, served, shop, starts

SIZE = Attribute("size")
SPELL = "job server entered started left exit"
SLOT = "job server started left released"


def owned(*births: tuple[float, ...], wait: float = 10.0, owner: str = "prefer", **talk) -> NetworkBuilder:
    """Met by a (the lowest number) from 1 to 3, back at `talk` at 8 for 3 minutes; `block` keeps people busy."""
    b = shop()
    b.recorded("to meet", to="meet", times=[1.0])
    jobs(b, "block", *births, (1500, 1))
    b.work("meet", served_by="p", size=Constant(2), owner="note")
    b.delay("pause", Constant(5))
    more = {"served_by": "p", "size": Constant(3), **talk}
    b.work("talk", owner=owner, owner_wait=wait if owner == "prefer" else 0.0, **more)
    b.work("block", served_by="p", size=SIZE)
    b.route("meet", "done", "pause")
    b.route("pause", "done", "talk")
    return b


def talks(b: NetworkBuilder) -> list[tuple]:
    """(job, server, started) at `talk`."""
    return starts(run(b), step="talk")


# owner and ...


def test_8_3_a_silent_one_whose_wait_for_the_owner_ends_is_found_by_another():
    """Silent since 10 in a's line; at 11 anyone may take it: b, one minute of ghost work."""
    b = owned((4, 10), wait=3, patience=Constant(2), silent=1.0, ghost=Constant(1))
    b.named("p", people("a b"), server_choice="lowest number")
    assert rows(run(b), "server started left released ghost", step="talk") == [("b", 11, 10, 12, True)]


def test_8_3_a_new_owner_of_the_family_moves_nobody():
    """In a's line from 8; a child is noted by b at 9. It stays in a's line: 14."""
    b = owned((4, 10))
    b.work("note", served_by="p", size=Constant(1), owner="note")
    b.watch("w", Anchor("entered", "talk"), Constant(1), spawn=(Spawn("note"),))
    b.named("p", people("a b"), server_choice="lowest number")
    r = run(b)
    assert starts(r, step="note") == [(2, "b", 9)]
    assert starts(r, step="talk") == [(0, "a", 14)]


@pytest.mark.parametrize(("on", "wait", "server", "start"), [(12, 10, "a", 12), (12, 3, "b", 12), (9, 10, "a", 9)])
def test_8_3_the_switch_of_the_owners_edge(on, wait, server, start):
    """Nobody of p may talk before the switch is on. a is free and the job stands in its line until its wait ends (18,
    or 11): there a takes it when the switch turns on; in the step's line b does, idle for longer."""
    b = owned(wait=wait, served_by=Edge("p", switch="s"))
    lever(b, "s", (on, 90))
    b.named("p", people("a b"))
    assert talks(b) == [(0, server, start)]


def test_8_3_a_counted_pool_beside_the_owner():
    """q (counted, rank 1 too) has somebody free; it waits for a until 11, then q takes it."""
    b = owned((4, 10), wait=3, served_by=["p", "q"])
    b.named("p", people("a"))
    b.counted("q", 1)
    assert rows(run(b), "pool started", step="talk") == [("q", 11)]


def test_8_3_no_limit_is_tested_when_the_wait_for_the_owner_ends():
    """Limit 1, which it fills itself: in the step's line from 11 on, served at 14."""
    b = owned((4, 10), (4, 12), wait=3, limit=1)
    b.named("p", people("a b"), server_choice="lowest number")
    assert talks(b) == [(0, "a", 14)]


def test_8_3_waits_for_owners_that_end_together_go_by_serial():
    """0 (back at 8) and 1 (back at 8 too, met by a as well) both end their wait at 11: b takes 0, then 1 at 14."""
    b = shop()
    jobs(b, "meet", (1, 1, 6), (2, 2, 4), columns="size pause")
    jobs(b, "block", (4, 30))
    b.work("meet", served_by="p", size=SIZE, owner="note")
    b.delay("pause", Attribute("pause"))
    b.work("talk", served_by="p", size=Constant(3), owner="prefer", owner_wait=3.0)
    b.work("block", served_by="p", size=SIZE)
    b.route("meet", "done", "pause")
    b.route("pause", "done", "talk")
    b.named("p", people("a b"), server_choice="lowest number")
    assert talks(b) == [(0, "b", 11), (1, "b", 14)]


def test_8_3_an_owner_who_begins_its_duty_when_the_job_comes():
    """a is away from 5 and begins again at 8 (kind 1): it is there when the job comes (kind 6)."""
    b = owned()
    b.named("p", [*people("a", (0, 5), (8, 90)), *people("b")], server_choice="lowest number")
    assert talks(b) == [(0, "a", 8)]


def test_8_3_an_owner_whose_duty_ends_when_the_job_comes():
    """a leaves at 8 (kind 0): it is not there when the job comes; b takes it."""
    b = owned((4, 10))
    b.named("p", [*people("a", (0, 8)), *people("b")], server_choice="lowest number")
    assert talks(b) == [(0, "b", 8)]


def test_8_3_a_room_kept_clear_only_from_the_steps_line():
    """From 4.5 on a and b have one of two slots free; the talk needs two. In a's line it clears nobody: a small one
    of 9 goes to a (9-10). In the step's line from 11 on it clears b (last change at 4, a's at 10): those of 12 and
    12.5 go to a one after the other. a has both free at 30."""
    b = owned((3.5, 1), (4, 26), (4, 36), wait=3, units=2, wait_for_room=True)
    jobs(b, "small", (9, 1), (12, 1), (12.5, 1))
    b.work("small", served_by=Edge("p", 2), size=SIZE)
    b.named("p", people("a b"), slots=2, server_choice="lowest number")
    r = run(b)
    assert starts(r, step="block") == [(1, "a", 3.5), (2, "a", 4), (3, "b", 4)]
    assert starts(r, step="small") == [(4, "a", 9), (5, "a", 12), (6, "a", 13)]
    assert starts(r, step="talk") == [(0, "a", 30)]


def test_8_3_owners_and_rounds():
    """The owner of the family is kept over `again`: a conversation of three rounds, all at b, though a is free from 6
    on and has the lower number."""
    b = shop()
    jobs(b, "block", (0, 6))
    b.recorded("to talk", to="talk", times=[1.0])
    b.work("talk", served_by="p", size=Constant(2), owner="prefer", owner_wait=5.0)
    b.work("block", served_by="p", size=SIZE)
    b.delay("pause", Constant(10))
    b.route("talk", "done", b.clause("on", "pause", when=[Condition(Source("round"), "<=", 1)]))
    b.route("pause", "done", b.clause("again", "talk", again=True))
    b.named("p", people("a b"), server_choice="lowest number")
    assert talks(b) == [(1, "b", 1), (1, "b", 13), (1, "b", 25)]


# displacement and ...


def test_8_4_who_comes_from_the_same_server_displaces_the_one_it_let_in():
    """a's own job is done at 5; the line is offered first (low starts at 5), then its next step arrives (grade 1) and
    takes a back: a spell of no length."""
    b = shop()
    jobs(b, "first", (1, 4))
    jobs(b, "low", (2, 10))
    b.work("first", served_by="p", size=SIZE)
    b.work("low", served_by="p", size=SIZE, yields=True)
    b.work("urgent", served_by="p", size=Constant(3), grade=1)
    b.route("first", "done", "urgent")
    b.named("p", people("a"))
    assert rows(run(b), SPELL) == [
        (0, "a", 1, 1, 5, "done"),
        (0, "a", 5, 5, 8, "done"),
        (1, "a", 2, 5, 5, "displaced"),
        (1, "a", 5, 8, 18, "done"),
    ]


def test_8_4_a_kept_slot_makes_displacing_needless():
    """Its slot is at a, where it starts; b's work, which yields, goes on."""
    b = shop()
    jobs(b, "chat", (1, 3))
    jobs(b, "low", (2, 50))
    b.work("chat", served_by="p", size=SIZE, keep=True)
    b.delay("pause", Constant(10))
    b.work("reply", served_by="p", size=Constant(2), grade=1)
    b.work("low", served_by="p", size=SIZE, yields=True)
    b.route("chat", "done", "pause")
    b.route("pause", "done", "reply")
    b.named("p", people("a b"))
    assert served(run(b)) == [(0, "a", 1, 4), (0, "a", 14, 16), (1, "b", 2, 52)]


def test_8_4_a_slot_released_at_entered_makes_displacing_needless():
    """Nobody waits, so the urgent one finds the slot that it released itself."""
    b = shop()
    jobs(b, "chat", (1, 3))
    jobs(b, "low", (2, 50))
    b.work("chat", served_by="p", size=SIZE, keep=True)
    b.delay("pause", Constant(10))
    b.work("reply", served_by="p", size=Constant(2), grade=1, release="entered")
    b.work("low", served_by="p", size=SIZE, yields=True)
    b.route("chat", "done", "pause")
    b.route("pause", "done", "reply")
    b.named("p", people("a b"))
    assert served(run(b)) == [(0, "a", 1, 4), (0, "a", 14, 16), (1, "b", 2, 52)]


def test_8_4_work_in_a_kept_slot_gives_way_and_has_no_slot_then():
    """Reply in the kept slot from 14 (5 minutes), displaced at 15 for 3: a new one of 16 waits behind it; 18-22."""
    b = shop()
    jobs(b, "chat", (1, 3))
    jobs(b, "urgent", (15, 3))
    jobs(b, "other", (16, 1))
    b.work("chat", served_by="p", size=SIZE, keep=True)
    b.delay("pause", Constant(10))
    b.work("reply", served_by="p", size=Constant(5), yields=True)
    b.work("urgent", served_by="p", size=SIZE, grade=1)
    b.work("other", served_by="p", size=SIZE)
    b.route("chat", "done", "pause")
    b.route("pause", "done", "reply")
    b.named("p", people("a"))
    assert rows(run(b), SLOT) == [
        (0, "a", 1, 4, 14),
        (0, "a", 14, 15, 15),
        (0, "a", 18, 22, 22),
        (1, "a", 15, 18, 18),
        (2, "a", 22, 23, 23),
    ]


def test_8_4_waited_counts_the_waits_of_all_spells():
    """In line 4-7 after it was displaced: `waited` is 3 when it is done, a clause asks for at least 3 and at most 3."""
    b = shop()
    jobs(b, "low", (1, 10))
    jobs(b, "urgent", (4, 3))
    b.work("low", served_by="p", size=SIZE, yields=True)
    b.work("urgent", served_by="p", size=SIZE, grade=1)
    b.delay("so", Constant(1), recorded=True)
    b.route("low", "done", b.clause("c", "so", when=exactly("waited", "", 3)))
    b.named("p", people("a"))
    assert rows(run(b), "entered", step="so") == [(14,)]


def test_8_4_a_displaced_one_calls_for_help():
    """It is in line at 5: the switch (on at 1) turns on, b takes the 7 left: 5-12."""
    b = shop()
    jobs(b, "low", (1, 10))
    jobs(b, "urgent", (4, 30))
    b.work("low", served_by="p", size=SIZE, yields=True)
    b.work("urgent", served_by="p", size=SIZE, grade=1)
    b.gauge("line", "waiting", steps=("low",))
    b.switch("help", "line", 1, 0)
    b.named("p", [*people("a"), Server("b", (Duty(0, 1000, switch="help"),))])
    r = run(b)
    assert served(r, step="low") == [(0, "a", 1, 4), (0, "b", 5, 12)]
    assert switched(r) == [("help", 5, 6)]


def test_8_4_a_server_that_was_turned_off_keeps_its_work():
    """b (on in [2, 6)) finishes low (3-23) after its end. The urgent one of 7 waits until b is on again, at 40."""
    b = shop()
    jobs(b, "low", (3, 20))
    jobs(b, "urgent", (7, 1))
    b.work("low", served_by="p", size=SIZE, yields=True)
    b.work("urgent", served_by="p", size=SIZE, grade=1)
    lever(b, "s", (2, 6), (40, 90))
    b.named("p", [Server("b", (Duty(0, 1000, switch="s"),))])
    assert served(run(b)) == [(0, "b", 3, 23), (1, "b", 40, 41)]


# kept slot and ...


def test_8_5_a_delay_that_is_called_away_from_is_not_done():
    """The pause would release when it is done (14); called away at 10 it is not: released at the end, 15."""
    b = shop()
    b.recorded("root", to="root", times=[1.0])
    b.delay("root", Constant(9))
    b.watch("split", Anchor("entered", "root"), Constant(0), spawn=(Spawn("chat"),))
    b.route("root", "done", b.clause("tell", tell={"off": 1}))
    b.work("chat", served_by="p", size=Constant(3), keep=True)
    b.delay("pause", Constant(10), recall="off", release="done")
    b.delay("later", Constant(5))
    b.route("chat", "done", "pause")
    b.route("pause", "recalled", "later")
    b.named("p", people("a"))
    assert rows(run(b), SLOT) == [(1, "a", 1, 4, 15)]


def test_8_5_a_delay_from_which_it_is_moved_is_not_done():
    """Moved at 6: released at the end, 11."""
    b = shop()
    jobs(b, "chat", (1, 3))
    b.work("chat", served_by="p", size=SIZE, keep=True)
    b.delay("pause", Constant(10), release="done")
    b.delay("later", Constant(5))
    b.route("chat", "done", "pause")
    b.watch("w", Anchor("left", "chat"), Constant(2), to="later")
    b.named("p", people("a"))
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, 11)]


@pytest.mark.parametrize("how", ["blocked", "closed"])
def test_8_5_who_is_turned_away_has_entered(how):
    """`lab` releases at `entered`; turned away there at 14 it goes to another delay, without its slot."""
    b = shop()
    jobs(b, "chat", (1, 3))
    jobs(b, "other", (2, 5))
    b.work("chat", served_by="p", size=SIZE, keep=True)
    b.work("other", served_by="p", size=SIZE)
    b.delay("pause", Constant(10))
    b.delay("later", Constant(5))
    b.calendar(Calendar("hours", [(0, 10)]))
    more = {"blocked": {"limit": 0}, "closed": {"opening": "hours"}}
    b.work("lab", release="entered", **more[how])
    b.route("chat", "done", "pause")
    b.route("pause", "done", "lab")
    b.route("lab", how, "later")
    b.named("p", people("a"))
    assert rows(run(b), SLOT, step="chat") == [(0, "a", 1, 4, 14)]
    assert starts(run(b), step="other") == [(1, "a", 14)]


def test_8_5_a_reply_that_prefers_its_owner_after_its_slot_was_lost():
    """Chat at a (noted); a's break [8, 12) hands back: the slot is released at 8. At 14 the reply goes to a, its owner,
    though b has been idle for longer."""
    b = shop()
    jobs(b, "chat", (1, 3))
    b.work("chat", served_by="p", size=SIZE, keep=True, owner="note")
    b.delay("pause", Constant(10))
    b.work("reply", served_by="p", size=Constant(2), owner="prefer", owner_wait=5.0)
    b.route("chat", "done", "pause")
    b.route("pause", "done", "reply")
    b.named("p", [Server("a", (Duty(0, 100),), (Break(8, 4),)), *people("b")], end_of_duty="hand back")
    assert rows(run(b), SLOT) == [(0, "a", 1, 4, 8), (0, "a", 14, 16, 16)]


def test_8_5_a_start_in_a_kept_slot_makes_the_owner():
    """Chat at a, without owners; the reply (note) starts in the slot at 14: the last talk (only) goes to a, though b is
    free and idle for longer."""
    b = shop()
    jobs(b, "chat", (1, 3))
    b.work("chat", served_by="p", size=SIZE, keep=True)
    b.delay("pause", Constant(10))
    b.work("reply", served_by="p", size=Constant(2), owner="note")
    b.delay("later", Constant(10))
    b.work("last", served_by="p", size=Constant(1), owner="only")
    b.route("chat", "done", "pause")
    b.route("pause", "done", "reply")
    b.route("reply", "done", "later")
    b.route("later", "done", "last")
    b.named("p", people("a b"))
    assert starts(run(b)) == [(0, "a", 1), (0, "a", 14), (0, "a", 26)]


def test_8_5_a_slot_whose_release_frees_a_server_for_its_whole_break():
    """Due at 8; released at `entered` of the lab, 14: the break is [14, 20), the one in line starts at 20."""
    b = shop()
    jobs(b, "chat", (1, 3))
    jobs(b, "other", (2, 5))
    b.work("chat", served_by="p", size=SIZE, keep=True)
    b.work("other", served_by="p", size=SIZE)
    b.delay("pause", Constant(10))
    b.work("lab", served_by="q", size=Constant(30), release="entered")
    b.route("chat", "done", "pause")
    b.route("pause", "done", "lab")
    b.named("p", [Server("a", (Duty(0, 100),), (Break(8, 6, "whole"),))])
    b.named("q", people("c"))
    assert starts(run(b), step="other") == [(1, "a", 20)]


def test_8_5_a_door_that_closes_ends_jobs_and_frees_their_slots():
    """Two jobs keep a slot each and wait at the lab (nobody serves it), whose door closes at 20: both leave, then one
    offer (3.6): the two in line start at 20, the better priority first, at the server that was freed."""
    b = shop()
    jobs(b, "chat", (1, 3), (1, 3))
    jobs(b, "other", (5, 5, 0), (6, 5, 1), columns="size urgent")
    b.calendar(Calendar("hours", [(0, 20)]))
    b.work("chat", served_by="p", size=SIZE, keep=True)
    b.work("other", served_by="p", size=SIZE, priority=Attribute("urgent"))
    b.work("lab", opening="hours", at_close="leave")
    b.route("chat", "done", "lab")
    b.named("p", people("a b"))
    assert starts(run(b), step="other") == [(2, "b", 20), (3, "a", 20)]


def test_8_5_children_may_take_the_slot_that_is_released():
    """At 14 the job ends (release, offer): its child, which has waited since 4, starts."""
    b = shop()
    jobs(b, "chat", (1, 3))
    b.work("chat", served_by="p", size=SIZE, keep=True)
    b.work("child", served_by="p", size=Constant(2))
    b.delay("pause", Constant(10))
    b.route("chat", "done", b.clause("c", "pause", spawn=[Spawn("child")]))
    b.named("p", people("a"))
    assert rows(run(b), "job step started") == [(0, "chat", 1), (1, "child", 14)]


# recall and ...


def test_8_7_the_call_is_not_for_a_visit_that_began_at_the_same_instant():
    """Told by a completion at 10; the child's patience (kind 4) runs out at 10, it tries again at once: a new visit,
    which is not called away."""
    b = shop()
    b.recorded("root", to="first", times=[0.0])
    b.work("first", served_by="q", size=Constant(10))
    b.work("task", served_by="r", size=Constant(1), recall="off", patience=Constant(7))
    b.watch("split", Anchor("entered", "first"), Constant(3), spawn=(Spawn("task"),))
    b.route("first", "done", b.clause("tell", tell={"off": 1}))
    b.route("task", "abandoned", b.clause("again", "task", again=True))
    b.named("q", people("c"))
    b.named("r", people("d", (12, 90)))
    assert rows(run(b), "round entered started left exit", step="task") == [
        (0, 3, None, 10, "abandoned"),
        (1, 10, 12, 13, "done"),
    ]


def test_8_7_a_recalled_job_leaves_room_under_a_shared_limit():
    """Two trunks, both taken by the children at `task`; called at 10. A new one of 9 is blocked, that of 11 is not."""
    b = shop()
    b.recorded("root", to="root", times=[1.0])
    b.recorded("new", to="task", times=[9.0, 11.0])
    b.delay("root", Constant(9))
    b.watch("split", Anchor("entered", "root"), Constant(0), spawn=(Spawn("task", 2),))
    b.gauge("lines", "inside", steps=("task",))
    b.work("task", recall="off", shared_limit=("lines", 2))
    b.route("root", "done", b.clause("tell", tell={"off": 1}))
    assert rows(run(b), "entered left exit") == [
        (1, 10, "recalled"),
        (1, 10, "recalled"),
        (9, 9, "blocked"),
        (11, None, "open"),
    ]


def test_8_7_jobs_leave_one_by_one():
    """Both children are called at 10; the clause of the first still reads one in line, that of the second none."""
    b = shop()
    b.recorded("root", to="root", times=[1.0])
    b.delay("root", Constant(9))
    b.watch("split", Anchor("entered", "root"), Constant(0), spawn=(Spawn("task", 2),))
    b.gauge("line", "waiting", steps=("task",))
    b.delay("counted", Constant(1, scale=Predictor(1.0, (Term(Source("gauge", "line")),))), recorded=True)
    b.work("task", recall="off")
    b.route("task", "recalled", "counted")
    b.route("root", "done", b.clause("tell", tell={"off": 1}))
    assert rows(run(b), "job left", step="counted") == [(1, 12), (2, 11)]


def test_8_7_a_clock_that_repeats_tells_each_time():
    """Every 5 minutes from 1: 6 and 11. Children of 2 and 8 are called at 6 and 11; the count is 2 then."""
    b = shop()
    b.recorded("root", to="root", times=[1.0])
    b.delay("root", Constant(12))
    b.delay("twice", Constant(1), recorded=True)
    b.work("task", recall="off")
    b.watch("one", Anchor("entered", "root"), Constant(1), spawn=(Spawn("task"),))
    b.watch("two", Anchor("entered", "root"), Constant(7), spawn=(Spawn("task"),))
    b.watch("tells", Anchor("entered", "root"), Constant(5), times=2, tell={"off": 1})
    b.route("root", "done", b.clause("c", "twice", when=exactly("family mark", "off", 2)))
    r = run(b)
    assert rows(r, "entered left exit", step="task") == [(2, 6, "recalled"), (8, 11, "recalled")]
    assert rows(r, "entered", step="twice") == [(13,)]


# switches and ...


@pytest.mark.parametrize(
    ("order", "first"),
    [("ab", [(0, "a", 1), (0, "b", 10), (1, "b", 101)]), ("ba", [(0, "a", 1), (0, "b", 13), (1, "b", 10)])],
)
def test_8_2_one_turns_off_and_another_on_in_one_tick(order, first):
    """At 10 a goes (job 0 is handed back) and b comes. In table order: a's end first, then b takes the older job 0
    (91 left); or b first, which takes job 1 (3 minutes) from the line, and job 0 after it."""
    b = shop()
    jobs(b, "work", (1, 100), (2, 3))
    b.work("work", served_by="p", size=SIZE)
    for name in order:
        lever(b, name, (1, 10) if name == "a" else (10, 900))
    servers = [Server(name, (Duty(0, 1000, switch=name),)) for name in "ab"]
    b.named("p", servers, end_of_duty="hand back")
    assert starts(run(b)) == first


def test_8_2_a_switched_edge_keeps_no_room_clear():
    """The big one (two units, rank 1, only while the switch is on) clears nobody before 10: small ones of 3 and 5 go to
    a's free slot (3-4, 5-6). At 10 a is cleared: that of 11 waits for the end of the big one (20-25)."""
    b = shop()
    jobs(b, "long", (0, 20))
    jobs(b, "big", (2, 5))
    jobs(b, "small", (3, 1), (5, 1), (11, 1))
    b.work("long", served_by=Edge("p", 2), size=SIZE)
    b.work("big", served_by=Edge("p", 1, switch="s"), size=SIZE, units=2, wait_for_room=True)
    b.work("small", served_by=Edge("p", 2), size=SIZE)
    lever(b, "s", (10, 90))
    b.named("p", people("a"), slots=2)
    assert [t for _, _, t in starts(run(b))] == [0, 20, 3, 5, 25]


def test_8_2_a_switch_looks_at_a_free_gauge_that_its_own_server_changes():
    """On when nobody is free (at 5), off when at least two are: a from 7.5 on and b from 11 on (after its tick)."""
    b = shop()
    jobs(b, "work", (4.5, 3), (4.75, 6))
    b.work("work", served_by="p", size=SIZE)
    b.gauge("free", "free", pools=("p",))
    b.switch("help", "free", 0, 2, falling=True)
    b.named("p", [*people("a"), Server("b", (Duty(0, 1000, switch="help"),))])
    r = run(b)
    assert served(r) == [(0, "a", 4.5, 7.5), (1, "b", 5, 11)]
    assert switched(r) == [("help", 5, 12)]


def test_8_2_presence_and_gauges_of_a_pool_on_call():
    """Predicted wait: 1 x 6 / 1 = 6 with a alone, 1 x 6 / 2 = 3 while b is there."""
    b = shop()
    jobs(b, "work", (900, 1))
    b.work("work", served_by="p", size=SIZE)
    lever(b, "s", (5, 10))
    b.named("p", [*people("a"), Server("b", (Duty(0, 1000, switch="s"),))])
    b.gauge("g", "predicted wait", steps=("work",), pools=("p",), each=6.0)
    assert readings(b, 4, 5, 9, 10, of="g") == {"g": [6, 3, 3, 6]}


# shared limits and ...


def test_8_6_a_call_back_offer_when_the_expected_wait_is_long():
    """Expected wait (line + 1) x 5 / 1: 10 for the caller of 3, who is called back at 23 with place 3. Another one of
    22 waits behind the one of 12 (21-31): at 31 place 3 goes first."""
    b = shop()
    jobs(b, "ring", (1, 10), (2, 10), (3, 10), (12, 10), (22, 10))
    b.work("ring", served_by="machine", size=Constant(0))
    b.counted("machine", 9)
    b.work("call", served_by="p", size=SIZE, order="kept")
    b.delay("call back", Constant(20))
    b.gauge("wait", "predicted wait", steps=("call",), pools=("p",), each=5.0)
    long = [Condition(Source("gauge", "wait"), ">=", 8)]
    b.route("ring", "done", b.clause("offer", "call back", when=long), b.clause("join", "call"))
    b.route("call back", "done", "call")
    b.named("p", people("a"))
    assert starts(run(b), step="call") == [(0, "a", 1), (1, "a", 11), (2, "a", 31), (3, "a", 21), (4, "a", 41)]


def test_8_1_a_gauge_decides_at_which_speed_nothing_changes():
    """A size that depends on a gauge is read once: 2 minutes for each in line when it starts (two), whoever comes or
    goes while it is served: 11-15."""
    b = shop()
    jobs(b, "block", (1, 10))
    b.recorded("in", to="work", times=[2.0, 3.0, 4.0, 12.0])
    b.gauge("line", "waiting", steps=("work",))
    b.work("block", served_by="p", size=SIZE)
    b.work("work", served_by="p", size=Constant(2, scale=reading("gauge", "line")))
    b.named("p", people("a"))
    assert served(run(b), job=1) == [(1, "a", 11, 15)]
