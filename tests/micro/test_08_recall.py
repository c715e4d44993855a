"""Marks of a family, and jobs that they call away (rule 8.7), by hand."""

from __future__ import annotations

import pytest

from sim.machine import (
    NEVER,
    Anchor,
    Attribute,
    Calendar,
    Condition,
    Constant,
    Edge,
    NetworkBuilder,
    Predictor,
    Source,
    Spawn,
    Term,
)
from tests.micro.desk import exactly
from tests.micro.history import job_lines
from tests.micro.table import jobs, people, rows, run, served, shop, starts

SIZE = Attribute("size")
VISIT = "job server entered started left exit"


def family(told: float = 10.0, children: int = 1, **task) -> NetworkBuilder:
    """Job 0 (born at 1) has children at `task` from 1 on (10 minutes each, by a) and tells its family `off`."""
    b = shop()
    b.recorded("root", to="root", times=[1.0])
    b.delay("root", Constant(told - 1.0))
    b.watch("split", Anchor("entered", "root"), Constant(0), spawn=(Spawn("task", children),))
    b.work("task", **{"served_by": "p", "size": Constant(10), "recall": "off", **task})
    b.route("root", "done", b.clause("tell", tell={"off": 1}))
    b.named("p", people("a"))
    return b


# who is called


def test_8_7_those_in_line_are_called_away():
    """a takes job 1 (1-11); jobs 2 and 3 wait and are called away at 10. What is in service goes on."""
    assert rows(run(family(children=3)), VISIT) == [
        (1, "a", 1, 1, 11, "done"),
        (2, None, 1, None, 10, "recalled"),
        (3, None, 1, None, 10, "recalled"),
    ]


def test_8_7_those_in_a_delay_are_called_away():
    """A pause of 30 from 1 on ends at 10; a pause that names no mark does not."""
    b = family(told=10.0)
    b.delay("pause", Constant(30), recall="off", recorded=True)
    b.delay("deaf", Constant(30), recorded=True)
    b.watch("more", Anchor("entered", "root"), Constant(0), spawn=(Spawn("pause"), Spawn("deaf")))
    r = run(b)
    assert rows(r, "entered left exit", step="pause") == [(1, 10, "recalled")]
    assert rows(r, "entered left exit", step="deaf") == [(1, 31, "done")]


def test_8_7_an_endless_delay_is_left_too():
    """It would never end by itself."""
    b = family(told=10.0)
    b.delay("pause", NEVER, recall="off", recorded=True)
    b.watch("more", Anchor("entered", "root"), Constant(0), spawn=(Spawn("pause"),))
    assert rows(run(b), "entered left exit", step="pause") == [(1, 10, "recalled")]


def test_8_7_who_comes_later_is_not_touched():
    """A child that enters the line at 12 waits until 41 (a has taken another one at 11); the mark stands since 10."""
    b = family(children=1)
    jobs(b, "block", (5, 30))
    b.work("block", served_by="p", size=SIZE)
    b.watch("late", Anchor("entered", "root"), Constant(5), spawn=(Spawn("task", delay=Constant(6)),))
    assert rows(run(b), VISIT, step="task") == [(1, "a", 1, 1, 11, "done"), (3, "a", 12, 41, 51, "done")]


def test_8_7_a_child_that_enters_at_the_instant_of_the_call_is_not_touched():
    """Its entry (kind 6) at 10 was set at 5 and comes after the end of the root's delay (kind 6, set at 1): the mark is
    raised, then it joins the line, then no timer of kind 5 is its own. It starts at 11."""
    b = family(children=1)
    b.watch("late", Anchor("entered", "root"), Constant(4), spawn=(Spawn("task", delay=Constant(5)),))
    assert rows(run(b), VISIT) == [(1, "a", 1, 1, 11, "done"), (2, "a", 10, 11, 21, "done")]


def test_8_7_other_families_are_not_touched():
    """Two families, born at 1 and 2, told at 10 and 11: each child is called at its own time."""
    b = shop()
    b.recorded("root", to="root", times=[1.0, 2.0])
    b.delay("root", Constant(9))
    b.watch("split", Anchor("entered", "root"), Constant(0), spawn=(Spawn("task"),))
    b.work("task", recall="off")
    b.route("root", "done", b.clause("tell", tell={"off": 1}))
    assert rows(run(b), "job left exit") == [(1, 10, "recalled"), (3, 11, "recalled")]


def test_8_7_a_mark_of_another_name_calls_nobody():
    """`task` listens to `off`, the root tells `done`."""
    b = family(children=2)
    b.delay("root2", Constant(5))
    b.recorded("second", to="root2", times=[2.0])
    b.watch("split2", Anchor("entered", "root2"), Constant(0), spawn=(Spawn("task"),))
    b.route("root2", "done", b.clause("tell2", tell={"other": 1}))
    assert [x for (x,) in rows(run(b), "exit")] == ["done", "recalled", "done"]


def test_8_7_a_silent_one_is_not_called():
    """Patience 2, silent: gone at 3; it stands in line until a reaches it at 11 (ghost work of 1)."""
    b = family(children=2, patience=Constant(2), silent=1.0, ghost=Constant(1))
    assert rows(run(b), VISIT + " released ghost") == [
        (1, "a", 1, 1, 11, "done", 11, False),
        (2, "a", 1, 11, 3, "abandoned", 12, True),
    ]


def test_8_7_paused_work_is_not_called():
    """Paused from 8 to 12, told at 10: it goes on."""
    b = shop()
    b.recorded("root", to="root", times=[1.0])
    b.delay("root", Constant(9))
    b.watch("split", Anchor("entered", "root"), Constant(0), spawn=(Spawn("task"),))
    b.work("task", served_by="p", size=Constant(10), recall="off")
    b.route("root", "done", b.clause("tell", tell={"off": 1}))
    b.named("p", people("a", (0, 8), (12, 90)), end_of_duty="pause")
    assert rows(run(b), VISIT) == [(1, "a", 1, 1, 8, "paused"), (1, "a", 8, 12, 15, "done")]


def test_8_7_handed_back_work_in_line_is_called():
    """Handed back at 8, told at 10."""
    b = shop()
    b.recorded("root", to="root", times=[1.0])
    b.delay("root", Constant(9))
    b.watch("split", Anchor("entered", "root"), Constant(0), spawn=(Spawn("task"),))
    b.work("task", served_by="p", size=Constant(10), recall="off")
    b.route("root", "done", b.clause("tell", tell={"off": 1}))
    b.named("p", people("a", (0, 8), (12, 90)), end_of_duty="hand back")
    assert rows(run(b), VISIT) == [(1, "a", 1, 1, 8, "handed_back"), (1, None, 8, None, 10, "recalled")]


def test_8_7_who_waits_for_the_door_is_called():
    """The door opens at 20."""
    b = family(opening="hours", when_closed="wait")
    b.calendar(Calendar("hours", [(20, 100)]))
    assert rows(run(b), VISIT) == [(1, None, 1, None, 10, "recalled")]


def test_8_7_who_stands_in_a_personal_line_is_called():
    """Met by a (the child starts at 1), which is busy with others when the second visit begins at 5."""
    b = shop()
    b.recorded("root", to="root", times=[1.0])
    jobs(b, "block", (3, 20))
    b.delay("root", Constant(9))
    b.watch("split", Anchor("entered", "root"), Constant(0), spawn=(Spawn("meet"),))
    b.work("meet", served_by="p", size=Constant(2), owner="note")
    b.delay("pause", Constant(2))
    b.work("talk", served_by="p", size=Constant(5), owner="only", recall="off")
    b.work("block", served_by="p", size=SIZE)
    b.route("meet", "done", "pause")
    b.route("pause", "done", "talk")
    b.route("root", "done", b.clause("tell", tell={"off": 1}))
    b.named("p", people("a b"), server_choice="lowest number")
    r = run(b)
    assert starts(r, step="block") == [(2, "a", 3)]
    assert rows(r, "server entered left exit", step="talk") == [(None, 5, 10, "recalled")]


def test_8_7_the_teller_itself_is_called_if_it_waits():
    """A clock tells at 5, while its own job stands in line and another of the family is in service."""
    b = family(told=50.0, children=2)
    b.watch("w", Anchor("entered", "task"), Constant(4), stop=(Anchor("started", "task"),), tell={"off": 1})
    assert rows(run(b), VISIT) == [(1, "a", 1, 1, 11, "done"), (2, None, 1, None, 5, "recalled")]


def test_8_7_who_tells_and_moves_is_not_called_where_it_goes():
    """Its clock tells and then moves it to `other`, which listens to the same mark: it came there later."""
    b = family(told=50.0, children=2)
    b.work("other", served_by="q", size=Constant(5), recall="off")
    b.named("q", people("c", (20, 90)))
    stop = (Anchor("started", "task"),)
    b.watch("w", Anchor("entered", "task"), Constant(4), stop=stop, tell={"off": 1}, to="other")
    assert rows(run(b), VISIT, job=2) == [(2, None, 1, None, 5, "moved"), (2, "c", 5, 20, 25, "done")]


def test_8_7_a_clause_tells_before_its_target_is_entered():
    """The root itself goes to `task` with the clause that tells: the child in line is called, the root is not."""
    b = shop()
    b.recorded("root", to="root", times=[1.0])
    b.delay("root", Constant(9))
    b.watch("split", Anchor("entered", "root"), Constant(0), spawn=(Spawn("task", 2),))
    b.work("task", served_by="p", size=Constant(10), recall="off")
    b.route("root", "done", b.clause("tell", to="task", tell={"off": 1}, spawn=[Spawn("task")]))
    b.named("p", people("a"))
    assert rows(run(b), VISIT) == [
        (0, "a", 10, 11, 21, "done"),
        (1, "a", 1, 1, 11, "done"),
        (2, None, 1, None, 10, "recalled"),
        (3, "a", 10, 21, 31, "done"),
    ]


# when


def test_8_7_it_leaves_by_a_timer_of_kind_5_at_the_same_instant():
    """Told by a completion at 10 (kind 2): the server's next completion of that instant takes the waiting child first.

    Job `first` of the root's family is done at 10 at c (its timer was set first) and tells; a's own work, due at 10
    too, is done after that, so that a takes the child from the line before the call (kind 5).
    """
    b = shop()
    b.recorded("root", to="first", times=[0.0])
    jobs(b, "block", (2, 8))
    b.work("first", served_by="q", size=Constant(10))
    b.work("block", served_by="p", size=SIZE)
    b.work("task", served_by="p", size=Constant(4), recall="off")
    b.watch("split", Anchor("entered", "first"), Constant(3), spawn=(Spawn("task"),))
    b.route("first", "done", b.clause("tell", tell={"off": 1}))
    b.named("p", people("a"))
    b.named("q", people("c"))
    assert rows(run(b), VISIT, step="task") == [(2, "a", 3, 10, 14, "done")]


def test_8_7_work_that_comes_back_to_the_line_after_the_call_is_not_touched():
    """Told by a completion at 10. The next completion of that instant sends an urgent job, which displaces the child:
    it waits when the timers of kind 5 fire, but it was in service when the mark was raised: 13-16 (3 left)."""
    b = shop()
    b.recorded("root", to="first", times=[0.0])
    b.recorded("second", to="second", times=[1.0])
    b.work("first", served_by="q", size=Constant(10))
    b.work("second", served_by="q", size=Constant(9))
    b.work("urgent", served_by="p", size=Constant(3), grade=1)
    b.work("task", served_by="p", size=Constant(10), recall="off", yields=True)
    b.watch("split", Anchor("entered", "first"), Constant(3), spawn=(Spawn("task"),))
    b.route("first", "done", b.clause("tell", tell={"off": 1}))
    b.route("second", "done", "urgent")
    b.named("p", people("a"))
    b.counted("q", 2)
    assert rows(run(b), VISIT, step="task") == [(2, "a", 3, 3, 10, "displaced"), (2, "a", 10, 13, 16, "done")]


def test_8_7_who_leaves_silently_after_the_call_is_not_touched():
    """Told by a completion at 10; the child's patience (kind 4) runs out at 10, silently: it stays in line for d."""
    b = shop()
    b.recorded("root", to="first", times=[0.0])
    b.work("first", served_by="q", size=Constant(10))
    b.work("task", served_by="r", size=Constant(9), recall="off", patience=Constant(7), silent=1.0, ghost=Constant(1))
    b.watch("split", Anchor("entered", "first"), Constant(3), spawn=(Spawn("task"),))
    b.route("first", "done", b.clause("tell", tell={"off": 1}))
    b.named("q", people("c"))
    b.named("r", people("d", (12, 90)))
    assert rows(run(b), "started left released ghost", step="task") == [(12, 10, 13, True)]


def test_8_7_a_completion_after_the_call_comes_too_late():
    """The root's delay (kind 6) tells at 10, after a's completion of 10 has taken job 1; job 2 is called. At 20 a finds
    nobody."""
    b = shop()
    b.recorded("root", to="root", times=[1.0])
    jobs(b, "block", (0, 10))
    b.delay("root", Constant(9))
    b.watch("split", Anchor("entered", "root"), Constant(0), spawn=(Spawn("task", 2),))
    b.work("block", served_by="p", size=SIZE)
    b.work("task", served_by="p", size=Constant(10), recall="off")
    b.route("root", "done", b.clause("tell", tell={"off": 1}))
    b.named("p", people("a"))
    assert rows(run(b), VISIT, step="task") == [(2, "a", 1, 10, 20, "done"), (3, None, 1, None, 10, "recalled")]


def test_8_7_patience_of_the_instant_comes_first():
    """Told by a completion at 10; the patience of the child (kind 4) runs out at 10: abandoned."""
    b = shop()
    b.recorded("root", to="first", times=[0.0])
    b.work("first", served_by="q", size=Constant(10))
    b.work("task", recall="off", patience=Constant(7))
    b.watch("split", Anchor("entered", "first"), Constant(3), spawn=(Spawn("task"),))
    b.route("first", "done", b.clause("tell", tell={"off": 1}))
    b.named("q", people("c"))
    assert rows(run(b), "entered left exit", step="task") == [(3, 10, "abandoned")]


@pytest.mark.parametrize(("length", "how"), [(7, "moved"), (7.5, "recalled")])
def test_8_7_a_clock_of_the_instant_goes_by_serial(length, how):
    """Told by a completion at 10. The child's clock, set at 3 for 10, has the smaller serial: moved. One that is due
    later does not matter."""
    b = shop()
    b.recorded("root", to="first", times=[0.0])
    b.work("first", served_by="q", size=Constant(10))
    b.work("task", recall="off")
    b.delay("away", Constant(1))
    b.watch("split", Anchor("entered", "first"), Constant(3), spawn=(Spawn("task"),))
    b.watch("w", Anchor("entered", "task"), Constant(length), to="away")
    b.route("first", "done", b.clause("tell", tell={"off": 1}))
    b.named("q", people("c"))
    assert rows(run(b), "left exit", step="task") == [(10, how)]


def test_8_7_a_clock_that_tells_at_its_own_instant():
    """Two clocks of the root run out at 10: the first tells, the second (set later) spawns. The timer of the call was
    set last: the spawned child's entry is of kind 6, after it. Only the child of 1 is called."""
    b = shop()
    b.recorded("root", to="root", times=[1.0])
    b.delay("root", Constant(50))
    b.watch("split", Anchor("entered", "root"), Constant(0), spawn=(Spawn("task"),))
    b.watch("tells", Anchor("entered", "root"), Constant(9), tell={"off": 1})
    b.watch("spawns", Anchor("entered", "root"), Constant(9), spawn=(Spawn("task"),))
    b.work("task", recall="off")
    assert rows(run(b), "job entered left exit") == [(1, 1, 10, "recalled"), (2, 10, None, "open")]


def test_8_7_they_leave_in_order_of_number():
    """Job 1 waits since 6 (after a pause), job 2 since 1, job 3 since 2; called at 10 they go to `mail` (one minute
    each): 1, 2, 3."""
    b = shop()
    b.recorded("root", to="root", times=[1.0])
    b.delay("root", Constant(9))
    b.delay("pause", Constant(5))
    b.work("task", recall="off")
    b.work("mail", served_by="q", size=Constant(1))
    b.watch("one", Anchor("entered", "root"), Constant(0), spawn=(Spawn("pause"), Spawn("task")))
    b.watch("two", Anchor("entered", "root"), Constant(1), spawn=(Spawn("task"),))
    b.route("pause", "done", "task")
    b.route("task", "recalled", "mail")
    b.route("root", "done", b.clause("tell", tell={"off": 1}))
    b.named("q", people("c"))
    r = run(b)
    assert rows(r, "job entered left", step="task") == [(1, 6, 10), (2, 1, 10), (3, 2, 10)]
    assert rows(r, "job started", step="mail") == [(1, 10), (2, 11), (3, 12)]


def test_8_7_the_call_is_for_that_very_visit():
    """Called at 10 out of `task`, it goes to `again`, which listens to the same mark, and stays there."""
    b = family(children=2)
    b.work("again", served_by="q", size=Constant(5), recall="off")
    b.named("q", people("c", (20, 90)))
    b.route("task", "recalled", "again")
    assert rows(run(b), VISIT, job=2) == [(2, None, 1, None, 10, "recalled"), (2, "c", 10, 20, 25, "done")]


def test_8_7_each_rise_of_the_mark_calls():
    """Told at 10 and, by a clock, at 15; a child that comes at 12 is called by the second one."""
    b = shop()
    b.recorded("root", to="root", times=[1.0])
    b.delay("root", Constant(9))
    b.delay("more", Constant(50))
    b.work("task", recall="off")
    b.watch("one", Anchor("entered", "root"), Constant(0), spawn=(Spawn("task"),))
    b.watch("two", Anchor("entered", "more"), Constant(2), spawn=(Spawn("task"),))
    b.watch("three", Anchor("entered", "more"), Constant(5), tell={"off": 1})
    b.route("root", "done", b.clause("tell", "more", tell={"off": 1}))
    assert rows(run(b), "job entered left exit") == [(1, 1, 10, "recalled"), (2, 12, 15, "recalled")]


def test_8_7_to_raise_by_nought_calls_nobody():
    """Told 0 at 10."""
    b = shop()
    b.recorded("root", to="root", times=[1.0])
    b.delay("root", Constant(9))
    b.watch("one", Anchor("entered", "root"), Constant(0), spawn=(Spawn("task"),))
    b.work("task", recall="off")
    b.route("root", "done", b.clause("tell", tell={"off": 0}))
    assert rows(run(b), "left exit") == [(None, "open")]


def test_8_7_a_mark_that_is_full_still_calls():
    """255 at 10 and one more at 15."""
    b = shop()
    b.recorded("root", to="root", times=[1.0])
    b.delay("root", Constant(9))
    b.delay("more", Constant(5))
    b.work("task", recall="off")
    b.watch("two", Anchor("entered", "more"), Constant(2), spawn=(Spawn("task"),))
    b.route("root", "done", b.clause("tell", "more", tell={"off": 255}))
    b.route("more", "done", b.clause("tell more", tell={"off": 1}))
    assert rows(run(b), "entered left exit") == [(12, 15, "recalled")]


# what it sets free


def test_8_7_room_in_line():
    """Limit 1 of the line: the child is called at 10, so a new one may wait from 10.5 on."""
    b = family(children=2, limit=1)
    b.recorded("new", to="task", times=[9.0, 10.5])
    assert rows(run(b), "entered started left exit", step="task")[2:] == [
        (9, None, 9, "blocked"),
        (10.5, 11, 21, "done"),
    ]


def test_8_7_a_kept_slot_ends_with_the_job():
    """The child keeps a's slot from 4 on through a pause that listens: called at 10, its slot is free for the next."""
    b = shop()
    b.recorded("root", to="root", times=[1.0])
    jobs(b, "other", (2, 5))
    b.delay("root", Constant(9))
    b.work("chat", served_by="p", size=Constant(3), keep=True)
    b.delay("pause", Constant(50), recall="off")
    b.work("other", served_by="p", size=SIZE)
    b.watch("split", Anchor("entered", "root"), Constant(0), spawn=(Spawn("chat"),))
    b.route("chat", "done", "pause")
    b.route("root", "done", b.clause("tell", tell={"off": 1}))
    b.named("p", people("a"))
    r = run(b)
    assert rows(r, "started left released", step="chat") == [(1, 4, 10)]
    assert starts(r, step="other") == [(2, "a", 10)]


def test_8_7_a_cleared_server():
    """a (two slots) is kept clear for the big child (two units) since 1; called at 10 it lets a go for the one of 3."""
    b = shop()
    jobs(b, "small", (0.5, 30), (3, 5))
    b.recorded("root", to="root", times=[1.0])
    b.delay("root", Constant(9))
    b.watch("split", Anchor("entered", "root"), Constant(0), spawn=(Spawn("big"),))
    b.work("big", served_by=Edge("p", 1), size=Constant(10), units=2, wait_for_room=True, recall="off")
    b.work("small", served_by=Edge("p", 2), size=SIZE)
    b.route("root", "done", b.clause("tell", tell={"off": 1}))
    b.named("p", people("a"), slots=2)
    assert starts(run(b), step="small") == [(0, "a", 0.5), (3, "a", 10)]


# counts


def test_8_7_family_marks_are_counted_for_all_its_jobs():
    """Two children tell 1 and 2 at 3 and 5; the root reads 3 at 10, its clause asks for at least 3 and at most 3."""
    b = shop()
    b.recorded("root", to="root", times=[1.0])
    b.delay("root", Constant(9))
    b.delay("a child", Constant(2))
    b.delay("b child", Constant(4))
    b.delay("three", Constant(1), recorded=True)
    b.watch("split", Anchor("entered", "root"), Constant(0), spawn=(Spawn("a child"), Spawn("b child")))
    b.route("a child", "done", b.clause("one", tell={"count": 1}))
    b.route("b child", "done", b.clause("two", tell={"count": 2}))
    b.route("root", "done", b.clause("asks", "three", when=exactly("family mark", "count", 3)))
    assert rows(run(b), "job entered", step="three") == [(0, 10)]


def test_8_7_a_clause_sees_what_the_one_before_it_told():
    """The first clause tells and goes on; the second one asks for it."""
    b = shop()
    b.recorded("root", to="root", times=[1.0])
    b.delay("root", Constant(9))
    b.delay("told", Constant(1), recorded=True)
    asks = [Condition(Source("family mark", "count"), ">=", 2)]
    b.route(
        "root",
        "done",
        b.clause("no", "told", when=asks),
        b.clause("tells", tell={"count": 2}, go_on=True),
        b.clause("asks", "told", when=asks),
    )
    assert rows(run(b), "job entered", step="told") == [(0, 10)]


def test_8_7_family_marks_are_read_by_predictors():
    """Told 3 at 10; the child of a clause of the same moment enters 2 x 3 minutes later."""
    b = shop()
    b.recorded("root", to="root", times=[1.0])
    b.delay("root", Constant(9))
    b.delay("child", Constant(1), recorded=True)
    law = Constant(2, scale=Predictor(0.0, (Term(Source("family mark", "count")),)))
    b.route("root", "done", b.clause("tells", tell={"count": 3}, spawn=[Spawn("child", delay=law)]))
    assert rows(run(b), "entered", step="child") == [(16,)]


def test_8_7_family_marks_saturate_at_255():
    """200 and 200 more."""
    b = shop()
    b.recorded("root", to="root", times=[1.0])
    b.delay("root", Constant(9))
    b.delay("full", Constant(1), recorded=True)
    b.route(
        "root",
        "done",
        b.clause("one", tell={"count": 200}, go_on=True),
        b.clause("two", tell={"count": 200}, go_on=True),
        b.clause("asks", "full", when=exactly("family mark", "count", 255)),
    )
    assert rows(run(b), "entered", step="full") == [(10,)]


def test_8_7_families_have_their_own_counts():
    """The first one told twice, the second one once."""
    b = shop()
    jobs(b, "root", (1, 9, 2), (2, 9, 1), columns="length times")
    b.delay("root", Attribute("length"))
    b.delay("one", Constant(1), recorded=True)
    b.delay("two", Constant(1), recorded=True)
    b.route(
        "root",
        "done",
        b.clause("tells", tell={"count": 1}, go_on=True),
        b.clause("more", when=[Condition(Source("attribute", "times"), ">=", 2)], tell={"count": 1}, go_on=True),
        b.clause("asks two", "two", when=exactly("family mark", "count", 2)),
        b.clause("asks one", "one", when=exactly("family mark", "count", 1)),
    )
    r = run(b)
    assert (rows(r, "job", step="two"), rows(r, "job", step="one")) == ([(0,)], [(1,)])


def test_8_7_a_recalled_job_without_a_route_ends():
    """Job 2 ends at 10 with exit recalled."""
    assert job_lines(run(family(children=2)))[2] == "2 0 0 1 10 task recalled"


def test_8_7_the_route_of_a_delay_that_is_called_away():
    """Recalled out of the pause at 10 it goes to `mail`; done out of it (31) it would have ended."""
    b = family(children=1)
    b.delay("pause", Constant(30), recall="off", recorded=True)
    b.work("mail", served_by="q", size=Constant(1))
    b.named("q", people("c"))
    b.watch("more", Anchor("entered", "root"), Constant(0), spawn=(Spawn("pause"),))
    b.route("pause", "recalled", "mail")
    assert served(run(b), step="mail") == [(2, "c", 10, 11)]


def test_8_7_clocks_of_a_recalled_job():
    """`left` is met: a clock of 2 minutes from it runs out at 12 while the job is in the pause that follows."""
    b = family(children=2)
    b.delay("after", Constant(5))
    b.delay("chase", Constant(1), recorded=True)
    b.route("task", "recalled", "after")
    b.watch("w", Anchor("left", "task"), Constant(2), spawn=(Spawn("chase"),))
    assert rows(run(b), "entered", step="chase") == [(12,)]
