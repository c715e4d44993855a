"""Section 3: what happens first when several things happen at one instant. The instant is 10 throughout.

Kinds: 0 closings and duty ends, 1 openings and duty begins, 2 completions, 3 overflow, 4 patience, 5 watch, 6 end of a
delay and entry of a spawned job, 7 birth. A test is named by the two kinds that meet.
"""

from __future__ import annotations

from sim.machine import Anchor, Attribute, Calendar, Constant, Edge, NetworkBuilder, Spawn
from tests.micro.history import job_lines, micro, run, visit_lines

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
    """Desk and door open at 10: the line of 2 goes first although the newcomer of 10 has priority; it is
    not refused."""
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
    """Both at 10: the watch moves the job out of the delay; the other way round the job would have ended at 10."""
    b = micro()
    b.recorded("in", to="pause", times=[2])
    b.delay("pause", Constant(8))
    b.delay("moved", Constant(1))
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
    """Job 0 is blocked at 10 and spawns (kind 6 at 10): its child takes the one server before the second
    birth of 10."""
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
