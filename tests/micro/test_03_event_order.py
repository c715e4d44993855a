"""Section 3: what happens first when several things happen at one instant. The instant is 10 throughout.

Kinds: 0 closings and duty ends, 1 openings and duty begins, 2 completions, 3 overflow, 4 patience, 5 watch, 6 end of a
delay and entry of a spawned job, 7 birth. A test is named by the two kinds that meet.
"""

from __future__ import annotations

import pytest

from sim.machine import Anchor, Attribute, Calendar, Constant, Edge, EngineFault, NetworkBuilder, Spawn
from tests.micro.history import job_lines, micro, run, table, visit_lines

HELP = Edge("help", rank=2, after=8)  # a job of 2 becomes visible to it at 10


def waiting_at_two(servers=1, more_births=(), served_by="desk", **work) -> NetworkBuilder:
    """`desk` takes job 0 from 0 to 10, job 1 joins the line of `ask` at 2; `help` is one server beside."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 2, *more_births])
    b.calendar(Calendar("until ten", [(0, 10)]))
    b.calendar(Calendar("from ten", [(10, 90)]))
    b.work("ask", served_by=served_by, size=Constant(10), **work)
    b.counted("desk", servers)
    return b


def second(b: NetworkBuilder) -> str:
    """What became of job 1 at `ask`."""
    return next(line for line in visit_lines(b, "ask") if line.startswith("1 "))


CLOSED = "1 ask - 2 - 10 - closed"
SERVED = "1 ask desk 2 10 20 20 done"


# 0 before everything


def test_3_1_r0_1_closing_before_duty_begin():
    """The desk is staffed from 10 on, but the line left at the close of 10."""
    b = waiting_at_two([(10, 1)], opening="until ten", at_close="leave")
    assert second(b) == CLOSED


def test_3_1_r0_2_closing_before_completion():
    """Job 0 ends at 10; job 1 has left at the close of 10."""
    assert second(waiting_at_two(opening="until ten", at_close="leave")) == CLOSED


def test_3_1_r0_2_fall_of_the_head_count_before_completion():
    """2 servers, 1 from 10 on. Job 0 ends at 10, job 1 (2-12) still works: busy 1, nobody new before 12."""
    b = waiting_at_two([(0, 2), (10, 1)], more_births=[3])
    assert visit_lines(b)[2] == "2 ask desk 3 12 22 22 done"


def test_3_1_r0_3_closing_before_overflow():
    """`help` becomes visible at 10; the line left before."""
    b = waiting_at_two(opening="until ten", at_close="leave", served_by=["desk", HELP])
    b.counted("help", 1)
    assert second(b) == CLOSED


def test_3_1_r0_3_fall_of_the_head_count_before_overflow():
    """`help` goes home at 10, when it would become visible: job 1 is served by the desk at 10 or never by help."""
    b = waiting_at_two([(0, 1), (10, 0), (30, 1)], served_by=["desk", HELP])
    b.counted("help", [(0, 1), (10, 0)])
    assert second(b) == "1 ask desk 2 30 40 40 done"


def test_3_1_r0_4_closing_before_patience():
    """Patience 8 from 2: exit closed, not abandoned."""
    b = waiting_at_two(opening="until ten", at_close="leave", patience=Constant(8))
    assert second(b) == CLOSED


def test_3_1_r0_5_closing_before_watch():
    """The watch would move it at 10; it has left and ended: not in `mail`."""
    b = waiting_at_two(opening="until ten", at_close="leave")
    b.delay("mail", Constant(1))
    b.watch("w", Anchor("entered", "ask"), Constant(8), to="mail")
    records = run(b)
    assert job_lines(records)[1] == "1 1 -1 2 10 ask closed"


def test_3_1_r0_6_closing_before_the_end_of_a_delay():
    """A delay of 8 from 2 ends at the close: closed."""
    b = waiting_at_two(2, opening="until ten")
    b.recorded("late", to="pause", times=[2])
    b.delay("pause", Constant(8))
    b.route("pause", "done", "ask")
    assert visit_lines(b)[-1] == "2 ask - 10 - 10 - closed"


def test_3_1_r0_7_closing_before_birth():
    """Born at the close: closed, with a server free."""
    b = waiting_at_two(3, more_births=[10], opening="until ten")
    assert visit_lines(b)[-1] == "2 ask - 10 - 10 - closed"


def test_4_7_staff_on_duty_until_ten_starts_nothing_at_ten():
    """The desk is empty and staffed over [0, 10): the job of 10 waits until 30."""
    b = micro()
    b.recorded("in", to="ask", times=[10])
    b.work("ask", served_by="desk", size=Constant(1))
    b.counted("desk", [(0, 1), (10, 0), (30, 1)])
    assert visit_lines(b) == ["0 ask desk 10 30 31 31 done"]


# 1 before 2 to 7


def test_3_1_r1_2_duty_begin_before_completion():
    """`desk` (rank 1) ends its job at 10, `late` (rank 2) begins at 10: the beginner comes first and takes job 1."""
    b = waiting_at_two(served_by=["desk", Edge("late", rank=2)])
    b.counted("late", [(10, 1)])
    assert second(b) == "1 ask late 2 10 20 20 done"


def test_3_1_r1_3_duty_begin_before_overflow():
    """`late` (rank 3) begins at 10, `help` (rank 2) becomes visible at 10: `late` comes first."""
    b = waiting_at_two([(0, 1)], served_by=["desk", HELP, Edge("late", rank=3)])
    b.counted("help", 1)
    b.counted("late", [(10, 1)])
    b.work("long", served_by="desk", size=Constant(50), priority=Constant(1))
    b.recorded("longs", to="long", times=[1])
    assert next(x for x in visit_lines(b, "ask") if " 2 10 " in x) == "2 ask late 2 10 20 20 done"


def test_3_1_r1_4_duty_begin_before_patience():
    """Patience ends at 10, when the desk is staffed: served after 8."""
    b = micro()
    b.recorded("in", to="ask", times=[2])
    b.work("ask", served_by="desk", size=Constant(1), patience=Constant(8))
    b.counted("desk", [(10, 1)])
    assert visit_lines(b) == ["0 ask desk 2 10 11 11 done"]


def test_3_1_r1_4_opening_before_patience():
    """The same with a door that opens at 10."""
    b = micro()
    b.recorded("in", to="ask", times=[2])
    b.calendar(Calendar("from ten", [(10, 90)]))
    b.work("ask", served_by="desk", size=Constant(1), patience=Constant(8), opening="from ten", when_closed="wait")
    b.counted("desk", 1)
    assert visit_lines(b) == ["0 ask desk 2 10 11 11 done"]


def test_3_1_r1_5_duty_begin_before_watch():
    """The watch of 10 finds the job at work."""
    b = micro()
    b.recorded("in", to="ask", times=[2])
    b.work("ask", served_by="desk", size=Constant(1))
    b.delay("mail", Constant(1))
    b.counted("desk", [(10, 1)])
    b.watch("w", Anchor("entered", "ask"), Constant(8), to="mail")
    assert visit_lines(b) == ["0 ask desk 2 10 11 11 done"]


def test_3_1_r1_6_duty_begin_before_the_end_of_a_delay():
    """The one server of 10 takes the job in line; the one of higher priority comes out of its delay too late."""
    b = micro()
    b.recorded("vips", to="pause", times=[0])
    b.recorded("in", to="ask", times=[2])
    b.work("ask", served_by="desk", size=Constant(5))
    b.work("vip", served_by="desk", size=Constant(5), priority=Constant(9))
    b.delay("pause", Constant(10))
    b.counted("desk", [(10, 1)])
    b.route("pause", "done", "vip")
    assert visit_lines(b) == ["0 vip desk 10 15 20 20 done", "1 ask desk 2 10 15 15 done"]


def test_3_1_r1_7_duty_begin_and_opening_before_birth():
    """Desk and door open at 10: the line of 2 goes first although the newcomer of 10 has priority; it is not refused."""
    b = micro()
    b.recorded("in", to="ask", times=[2, 10], columns={"p": [0, 9]})
    b.calendar(Calendar("hours", [(0, 5), (10, 90)]))
    b.work("ask", served_by="desk", size=Constant(5), priority=Attribute("p"), opening="hours")
    b.counted("desk", [(10, 1)])
    assert visit_lines(b) == ["0 ask desk 2 10 15 15 done", "1 ask desk 10 15 20 20 done"]


# 2 before 3 to 7


def test_3_1_r2_3_completion_before_overflow():
    """The desk is free at 10, `help` visible at 10: the desk serves."""
    b = waiting_at_two(served_by=[HELP, "desk"])
    b.counted("help", 1)
    assert second(b) == SERVED


def test_3_1_r2_4_completion_before_patience():
    """A server freed at the instant of expiry serves the job."""
    assert second(waiting_at_two(patience=Constant(8))) == SERVED


def test_3_1_r2_4_end_of_after_work_before_patience():
    """Served 0-10 with 5 after: the slot is free at 15. Patience 13 of the job of 2 ends at 15: served."""
    b = waiting_at_two(patience=Constant(13), after_work=Constant(5))
    assert second(b) == "1 ask desk 2 15 25 30 done"


def test_3_1_r2_5_completion_before_watch_on_a_waiting_job():
    """Taken at 10 by the freed desk, so not moved at 10."""
    b = waiting_at_two()
    b.delay("mail", Constant(1))
    b.watch("w", Anchor("entered", "ask"), Constant(8), to="mail")
    assert second(b) == SERVED


def test_3_1_r2_5_completion_before_the_watch_it_stops():
    """Job 0 leaves at 10; the watch that would run out at 10 is stopped and leaves no mark. One of 9.5 does."""
    b = waiting_at_two()
    b.delay("pause", Constant(5))
    b.route("ask", "done", "pause")
    b.watch("ten", Anchor("started", "ask"), Constant(10), stop=(Anchor("left", "ask"),), add={"ten": 1})
    b.watch("nine", Anchor("started", "ask"), Constant(9.5), stop=(Anchor("left", "ask"),), add={"nine": 1})
    marks = run(b).jobs["marks"]
    assert marks[0, :2].tolist() == [0, 1]


def test_3_1_r2_5_the_end_of_a_job_before_its_watch():
    """Job 0 ends at 10, its watch of 10 does nothing."""
    b = waiting_at_two()
    b.watch("w", Anchor("started", "ask"), Constant(10), add={"m": 1})
    assert run(b).jobs["marks"][:, 0].tolist() == [0, 0]


def test_3_1_r2_6_completion_before_the_end_of_a_delay():
    """Limit 0: the job that comes out of its delay at 10 finds the desk free."""
    b = micro()
    b.recorded("in", to="ask", times=[0])
    b.recorded("late", to="pause", times=[0])
    b.work("ask", served_by="desk", size=Constant(10), limit=0)
    b.delay("pause", Constant(10))
    b.counted("desk", 1)
    b.route("pause", "done", "ask")
    assert visit_lines(b)[1] == "1 ask desk 10 10 20 20 done"


def test_3_1_r2_7_completion_before_birth():
    """Limit 0: born at 10, the desk is free."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 10])
    b.work("ask", served_by="desk", size=Constant(10), limit=0)
    b.counted("desk", 1)
    assert visit_lines(b)[1] == "1 ask desk 10 10 20 20 done"


def test_3_1_r2_7_work_of_no_size_is_over_before_the_next_birth_of_the_instant():
    """Three births at 10, size 0, limit 0, one server: each completes (kind 2) before the next is born."""
    b = micro()
    b.recorded("in", to="ask", times=[10, 10, 10])
    b.work("ask", served_by="desk", size=Constant(0), limit=0)
    b.counted("desk", 1)
    assert visit_lines(b) == [f"{i} ask desk 10 10 10 10 done" for i in range(3)]


# 3 before 4 to 7


def test_3_1_r3_4_overflow_before_patience():
    """Visible to `help` at 10, patience ends at 10: served by `help`."""
    b = help_at_ten(patience=Constant(8))
    assert visit_lines(b, "ask") == ["1 ask help 2 10 20 20 done"]


def test_3_1_r3_5_overflow_before_watch():
    """At work at `help` from 10, so not moved at 10."""
    b = help_at_ten()
    b.delay("mail", Constant(1))
    b.watch("w", Anchor("entered", "ask"), Constant(8), to="mail")
    assert visit_lines(b, "ask") == ["1 ask help 2 10 20 20 done"]


def test_3_1_r3_6_overflow_before_the_end_of_a_delay():
    """`help` stands free for all; at 10 the job in line takes it before the one that leaves its delay."""
    b = help_at_ten()
    b.recorded("vips", to="pause", times=[0])
    b.delay("pause", Constant(10))
    b.work("vip", served_by="help", size=Constant(1), priority=Constant(9))
    b.route("pause", "done", "vip")
    assert visit_lines(b, "ask", "vip") == ["1 vip help 10 20 21 21 done", "2 ask help 2 10 20 20 done"]


def test_3_1_r3_7_overflow_before_birth():
    """The same with a birth at 10."""
    b = help_at_ten()
    b.recorded("vips", to="vip", times=[10])
    b.work("vip", served_by="help", size=Constant(1), priority=Constant(9))
    assert visit_lines(b, "ask", "vip") == ["1 ask help 2 10 20 20 done", "2 vip help 10 20 21 21 done"]


def help_at_ten(**work) -> NetworkBuilder:
    """A job of 60 minutes takes the desk at 0; the job of `ask` of 2 becomes visible to `help`, one server, at 10."""
    b = micro()
    b.recorded("longs", to="long", times=[0])
    b.recorded("in", to="ask", times=[2])
    b.work("long", served_by="desk", size=Constant(60))
    b.work("ask", served_by=["desk", HELP], size=Constant(10), **work)
    b.counted("desk", 1)
    b.counted("help", 1)
    return b


# 4 before 5 to 7


def test_3_1_r4_5_patience_before_watch():
    """Abandoned and ended at 10: no mark at 10."""
    b = waiting_at_two([(0, 0)], patience=Constant(8))
    b.watch("w", Anchor("entered", "ask"), Constant(8), add={"m": 1})
    records = run(b)
    assert visit_lines(records) == ["0 ask - 0 - 8 - abandoned", "1 ask - 2 - 10 - abandoned"]
    assert records.jobs["marks"][:, 0].tolist() == [0, 0]


def test_3_1_r4_6_patience_before_the_end_of_a_delay():
    """Limit 1: the place of the one who gives up at 10 is free for the one who comes at 10."""
    b = micro()
    b.recorded("in", to="ask", times=[2])
    b.recorded("late", to="pause", times=[2])
    b.work("ask", served_by="desk", limit=1, patience=Constant(8))
    b.delay("pause", Constant(8))
    b.counted("desk", 0)
    b.route("pause", "done", "ask")
    assert visit_lines(b) == ["0 ask - 2 - 10 - abandoned", "1 ask - 10 - 18 - abandoned"]


def test_3_1_r4_7_patience_before_birth():
    """The same with a birth at 10."""
    b = micro()
    b.recorded("in", to="ask", times=[2, 10])
    b.work("ask", served_by="desk", limit=1, patience=Constant(8))
    b.counted("desk", 0)
    assert visit_lines(b) == ["0 ask - 2 - 10 - abandoned", "1 ask - 10 - 18 - abandoned"]


# 5 before 6 and 7


def test_3_1_r5_6_watch_before_the_end_of_a_delay():
    """Both at 10: the watch moves the job out of the delay."""
    b = micro()
    b.recorded("in", to="pause", times=[2])
    b.delay("pause", Constant(8))
    b.delay("moved", Constant(1))
    b.delay("after", Constant(1))
    b.route("pause", "done", "after")
    b.watch("w", Anchor("entered", "pause"), Constant(8), to="moved")
    assert job_lines(b) == ["0 0 -1 2 11 moved done"]


def test_3_1_r5_7_watch_before_birth():
    """Limit 1: the watch takes the waiting one away at 10, so the newcomer of 10 is not blocked."""
    b = micro()
    b.recorded("in", to="ask", times=[2, 10])
    b.work("ask", served_by="desk", limit=1)
    b.delay("mail", Constant(1))
    b.counted("desk", [(12, 1)])
    b.watch("w", Anchor("entered", "ask"), Constant(8), to="mail")
    assert visit_lines(b) == ["0 ask - 2 - 10 - moved", "1 ask desk 10 12 12 12 done"]


# 6 before 7


def test_3_1_r6_7_end_of_a_delay_before_birth():
    """One free server at 10: the job out of the delay has it, the newcomer of 10 waits."""
    b = micro()
    b.recorded("in", to="ask", times=[10])
    b.recorded("late", to="pause", times=[2])
    b.work("ask", served_by="desk", size=Constant(5))
    b.delay("pause", Constant(8))
    b.counted("desk", 1)
    b.route("pause", "done", "ask")
    assert visit_lines(b) == ["0 ask desk 10 10 15 15 done", "1 ask desk 10 15 20 20 done"]


def test_3_4_a_job_spawned_by_a_birth_enters_before_the_next_birth_of_the_instant():
    """Job 0 is blocked at 10 and spawns (kind 6 at 10): its child takes the one server before the second birth of 10."""
    b = micro()
    b.recorded("first", to="full", times=[10])
    b.recorded("second", to="ask", times=[10])
    b.work("full", limit=0)
    b.work("ask", served_by="desk", size=Constant(5))
    b.counted("desk", 1)
    b.route("full", "blocked", b.clause("c", spawn=[Spawn("ask")]))
    assert visit_lines(b, "ask") == ["1 ask desk 10 10 15 15 done", "2 ask desk 10 15 20 20 done"]


def test_3_4_the_parent_moves_on_before_its_child_enters():
    """Job 0 leaves `a` at 10: it goes to `ask` in the same event, its child is a timer at 10 and comes after it."""
    b = micro()
    b.recorded("in", to="a", times=[0])
    b.work("a", served_by="desk", size=Constant(10))
    b.work("ask", served_by="desk", size=Constant(5))
    b.counted("desk", 1)
    b.route("a", "done", b.clause("c", to="ask", spawn=[Spawn("ask")]))
    assert visit_lines(b, "ask") == ["0 ask desk 10 10 15 15 done", "1 ask desk 10 15 20 20 done"]


# Equal kinds: by serial


def test_3_2_completions_of_one_instant_by_serial():
    """`a` ends a job begun at 0, `b` one begun at 1, both at 10. `a` (rank 2) comes first and takes the waiting job."""
    b = micro()
    b.recorded("first", to="x", times=[0])
    b.recorded("second", to="y", times=[1])
    b.recorded("in", to="ask", times=[2])
    b.work("x", served_by="a", size=Constant(10))
    b.work("y", served_by="b", size=Constant(9))
    b.work("ask", served_by=[Edge("b", 1), Edge("a", 2)], size=Constant(5))
    b.counted("b", 1)
    b.counted("a", 1)
    assert visit_lines(b, "ask") == ["2 ask a 2 10 15 15 done"]


def test_3_2_completions_of_one_instant_by_serial_not_by_table_or_job():
    """The same with the begins swapped: now `b` comes first."""
    b = micro()
    b.recorded("first", to="y", times=[0])
    b.recorded("second", to="x", times=[1])
    b.recorded("in", to="ask", times=[2])
    b.work("x", served_by="a", size=Constant(9))
    b.work("y", served_by="b", size=Constant(10))
    b.work("ask", served_by=[Edge("b", 2), Edge("a", 1)], size=Constant(5))
    b.counted("a", 1)
    b.counted("b", 1)
    assert visit_lines(b, "ask") == ["2 ask b 2 10 15 15 done"]


def test_3_2_overflows_of_one_instant_by_serial_not_by_priority():
    """Both become visible to `help` at 10: the timer of job 0 was set first; the higher priority of job 1 is too late."""
    b = micro()
    b.recorded("first", to="x", times=[1])
    b.recorded("second", to="y", times=[2])
    b.work("x", served_by=Edge("help", after=9), size=Constant(5))
    b.work("y", served_by=Edge("help", after=8), size=Constant(5), priority=Constant(9))
    b.counted("help", 1)
    assert visit_lines(b) == ["0 x help 1 10 15 15 done", "1 y help 2 15 20 20 done"]


def test_3_2_patience_of_one_instant_by_serial():
    """Both give up at 10 and go to the one server of `mail`: first the one that joined first."""
    b = micro()
    b.recorded("in", to="ask", times=[1, 2], columns={"p": [9, 8]})
    b.work("ask", patience=Attribute("p"))
    b.work("mail", served_by="desk", size=Constant(5))
    b.counted("desk", 1)
    b.route("ask", "abandoned", "mail")
    assert visit_lines(b, "mail") == ["0 mail desk 10 10 15 15 done", "1 mail desk 10 15 20 20 done"]


def test_3_2_delays_of_one_instant_by_serial_not_by_number():
    """Job 0 enters `pause` at 3 (for 7), job 1 at 1 (for 9): both out at 10, job 1 first."""
    b = micro()
    b.recorded("slow", to="before", times=[0])
    b.recorded("in", to="pause", times=[1], columns={"d": [9]})
    b.delay("before", Constant(3))
    b.delay("rest", Constant(7))
    b.delay("pause", Attribute("d"))
    b.work("ask", served_by="desk", size=Constant(5))
    b.counted("desk", 1)
    b.route("before", "done", "rest")
    b.route("rest", "done", "ask")
    b.route("pause", "done", "ask")
    assert visit_lines(b) == ["0 ask desk 10 15 20 20 done", "1 ask desk 10 10 15 15 done"]


def test_3_2_a_delay_set_earlier_ends_before_a_child_spawned_at_the_instant_enters():
    """At 10 job 0 completes and spawns; the delay of job 1, set at 0, has the smaller serial: it takes the server."""
    b = micro()
    b.recorded("in", to="a", times=[0])
    b.recorded("late", to="pause", times=[0])
    b.work("a", served_by="desk", size=Constant(10))
    b.delay("pause", Constant(10))
    b.work("ask", served_by="desk", size=Constant(5))
    b.counted("desk", 1)
    b.route("a", "done", b.clause("c", spawn=[Spawn("ask")]))
    b.route("pause", "done", "ask")
    assert visit_lines(b, "ask") == ["1 ask desk 10 10 15 15 done", "2 ask desk 10 15 20 20 done"]


def test_3_2_watches_of_one_instant_by_serial_not_by_table():
    """`late` was set at 5 (by a mark), `early` at 0, both run out at 10: `early` moves the job to `y`, where it is served."""
    b = micro()
    b.recorded("in", to="ask", times=[0])
    b.work("ask")
    b.work("x", served_by="desk", size=Constant(5))
    b.work("y", served_by="desk", size=Constant(5))
    b.counted("desk", 1)
    b.watch("marker", Anchor("entered", "ask"), Constant(5), add={"m": 1})
    b.watch("late", Anchor("mark", "m"), Constant(5), to="x")
    b.watch("early", Anchor("entered", "ask"), Constant(10), to="y")
    assert visit_lines(b) == ["0 ask - 0 - 10 - moved", "0 y desk 10 10 15 15 done"]


def test_3_2_setting_again_is_a_new_serial():
    """Job 0's watch was set at 0 but afresh at 4; job 1's at 2: both run out at 10, job 1's first."""
    b = micro()
    b.recorded("first", to="short", times=[0])
    b.recorded("second", to="wait", times=[2])
    b.delay("short", Constant(4))
    b.work("rest")
    b.work("wait")
    b.work("mail", served_by="desk", size=Constant(5))
    b.counted("desk", 1)
    b.route("short", "done", "rest")
    b.watch("one", Anchor("entered", "short"), Constant(6), reset=(Anchor("entered", "rest"),), to="mail")
    b.watch("two", Anchor("entered", "wait"), Constant(8), to="mail")
    assert visit_lines(b, "mail") == ["0 mail desk 10 15 20 20 done", "1 mail desk 10 10 15 15 done"]


# 3.3 and 3.5


def test_3_3_dead_timers_do_nothing():
    """Overflow at 12 and patience at 13 of a job that started at 10 in a service until 30: nothing happens to it."""
    b = micro()
    b.recorded("in", to="ask", times=[2])
    b.work("ask", served_by=["desk", Edge("help", 2, after=10)], size=Constant(20), patience=Constant(11))
    b.counted("desk", [(10, 1)])
    b.counted("help", 1)
    assert visit_lines(b) == ["0 ask desk 2 10 30 30 done"]


def test_3_5_more_than_100_000_events_of_one_instant_are_a_fault_that_names_time_and_job():
    """A clock of length 0 that may run out a million times."""
    b = micro()
    b.recorded("in", to="ask", times=[10], columns={"zero": [0]})
    b.work("ask")
    b.watch("w", Anchor("entered", "ask"), Attribute("zero"), times=1_000_000)
    with pytest.raises(EngineFault) as fault:
        run(b)
    assert (fault.value.time, fault.value.job) == (10.0, 0)


def test_3_5_a_thousand_events_of_one_instant_are_none():
    """999 expiries at 10 are possible."""
    b = micro()
    b.recorded("in", to="ask", times=[10], columns={"zero": [0]})
    b.work("ask")
    b.watch("w", Anchor("entered", "ask"), Attribute("zero"), times=999, add={"m": 1})
    assert run(b).jobs["marks"][0, 0] == 255


# 3.6: planned changes of one instant are one event


def test_3_6_beginners_of_one_instant_are_offered_together():
    """Both pools begin at 10: `worse` (rank 2) stands first in the table, but the better rank serves."""
    b = micro()
    b.recorded("in", to="ask", times=[2])
    b.work("ask", served_by=[Edge("worse", 2), Edge("better", 1)], size=Constant(5))
    b.counted("worse", [(10, 1)])
    b.counted("better", [(10, 1)])
    assert visit_lines(b) == ["0 ask better 2 10 15 15 done"]


def test_3_6_beginners_of_one_instant_share_the_line():
    """`first` is best for x and second for y, `second` the reverse; the lines are x, x, y, y. Ranks 1 first in both."""
    b = micro()
    b.recorded("xs", to="x", times=[1, 2])
    b.recorded("ys", to="y", times=[3, 4])
    b.work("x", served_by=[Edge("first", 1), Edge("second", 2)], size=Constant(5))
    b.work("y", served_by=[Edge("first", 2), Edge("second", 1)], size=Constant(5))
    b.counted("first", [(10, 1)])
    b.counted("second", [(10, 1)])
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   x    first  1       10      15   15       done
        1   x    first  2       15      20   20       done
        2   y    second 3       10      15   15       done
        3   y    second 4       15      20   20       done
    """)


def test_3_6_a_door_and_a_duty_of_one_instant_are_one_offer():
    """Desk staffed and door opened at 10. `mail` waits since 2; `call` (priority 9) waits at the door: it is first."""
    b = micro()
    b.recorded("mails", to="mail", times=[2])
    b.recorded("calls", to="call", times=[3])
    b.calendar(Calendar("from ten", [(10, 90)]))
    b.work("mail", served_by="desk", size=Constant(5))
    b.work("call", served_by="desk", size=Constant(5), priority=Constant(9), opening="from ten", when_closed="wait")
    b.counted("desk", [(10, 1)])
    assert visit_lines(b) == ["0 mail desk 2 15 20 20 done", "1 call desk 3 10 15 15 done"]


@pytest.mark.parametrize("first", ["a", "b"])
def test_3_6_all_head_counts_change_before_work_is_handed_back(first):
    """Both pools go home at 10: what `a` hands back must not begin at `b`, whichever stands first. On at 30 with 5 left."""
    b = micro()
    b.recorded("in", to="ask", times=[5])
    b.work("ask", served_by=[Edge("a", 1), Edge("b", 2)], size=Constant(10))
    for name in (first, "b" if first == "a" else "a"):
        b.counted(name, [(0, 1), (10, 0), (30, 1)], end_of_duty="hand back")
    assert visit_lines(b) == ["0 ask a 5 5 10 10 handed-back", "0 ask a 10 30 35 35 done spell1"]


def test_3_6_the_line_leaves_before_work_is_handed_back():
    """Door and duty end at 10. Job 1 in line leaves (closed); job 0 comes back into the line afterwards and waits on."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 2])
    b.calendar(Calendar("until ten", [(0, 10)]))
    b.work("ask", served_by="desk", size=Constant(20), opening="until ten", at_close="leave")
    b.counted("desk", [(0, 1), (10, 0), (30, 1)], end_of_duty="hand back")
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       10   10       handed-back
        0   ask  desk   10      30      40   40       done spell1
        1   ask  -      2       -       10   -        closed
    """)


def test_3_6_lines_leave_before_handed_back_work_looks_for_a_server():
    """At 10 `a` hands back x (rank 2 at `b`); the line of y (for `c`) leaves to `box` by `b`: it is there first."""
    b = micro()
    b.recorded("xs", to="x", times=[0])
    b.recorded("ys", to="y", times=[1])
    b.calendar(Calendar("until ten", [(0, 10)]))
    b.work("x", served_by=[Edge("a", 1), Edge("b", 2)], size=Constant(20))
    b.work("y", served_by="c", opening="until ten", at_close="leave")
    b.work("box", served_by="b", size=Constant(5))
    b.counted("a", [(0, 1), (10, 0)], end_of_duty="hand back")
    b.counted("b", 1)
    b.counted("c", 0)
    b.route("y", "closed", "box")
    assert visit_lines(b, "x", "box") == table("""
        job step server entered started left released exit
        0   x    a      0       0       10   10       handed-back
        0   x    b      10      15      25   25       done spell1
        1   box  b      10      10      15   15       done
    """)


def test_3_6_lines_of_several_steps_leave_in_table_order():
    """Both doors close at 10; `second` has the older job, but `first` stands first among the steps: it gets the server."""
    b = micro()
    b.recorded("old", to="second", times=[1])
    b.recorded("new", to="first", times=[2])
    b.calendar(Calendar("until ten", [(0, 10)]))
    b.work("first", opening="until ten", at_close="leave")
    b.work("second", opening="until ten", at_close="leave")
    b.work("box", served_by="desk", size=Constant(5))
    b.counted("desk", 1)
    b.route("first", "closed", "box")
    b.route("second", "closed", "box")
    assert visit_lines(b, "box") == ["0 box desk 10 15 20 20 done", "1 box desk 10 10 15 15 done"]


def test_3_6_handed_back_at_ten_and_taken_up_by_those_who_begin_at_ten():
    """`a` ends at 10 (kind 0), `b` begins at 10 (kind 1): the second spell begins at once."""
    b = micro()
    b.recorded("in", to="ask", times=[5])
    b.work("ask", served_by=[Edge("a", 1), Edge("b", 2)], size=Constant(10))
    b.counted("a", [(0, 1), (10, 0)], end_of_duty="hand back")
    b.counted("b", [(10, 1)])
    assert visit_lines(b) == ["0 ask a 5 5 10 10 handed-back", "0 ask b 10 10 15 15 done spell1"]
