"""Rules 3.2 to 3.6: equal kinds go by serial; planned changes of one instant are one event. The instant is 10."""

from __future__ import annotations

import pytest

from sim.machine import Anchor, Attribute, Calendar, Constant, Edge, EngineFault, Spawn
from tests.micro.history import micro, run, table, visit_lines

# Equal kinds: by serial


def test_3_2_completions_of_one_instant_by_serial():
    """`a` ends a job begun at 0, `b` one begun at 1, both at 10. `a` (rank 2) comes first and takes the
    waiting job."""
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
    """Both become visible to `help` at 10: the timer of job 0 was set first; the higher priority of job 1
    is too late."""
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
    """`late` was set at 5 (by a mark), `early` at 0, both run out at 10: `early` moves the job to `y`,
    where it is served."""
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
    """`first` is best for x and second for y, `second` the reverse; the lines are x, x, y, y. Ranks 1
    first in both."""
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
    """Desk staffed and door opened at 10. `mail` waits since 2; `call` (priority 9) waits at the door: it
    is first."""
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
    """Both pools go home at 10: what `a` hands back must not begin at `b`, whichever stands first. On at
    30 with 5 left."""
    b = micro()
    b.recorded("in", to="ask", times=[5])
    b.work("ask", served_by=[Edge("a", 1), Edge("b", 2)], size=Constant(10))
    for name in (first, "b" if first == "a" else "a"):
        b.counted(name, [(0, 1), (10, 0), (30, 1)], end_of_duty="hand back")
    assert visit_lines(b) == ["0 ask a 5 5 10 10 handed-back", "0 ask a 10 30 35 35 done spell1"]


def test_3_6_the_line_leaves_before_work_is_handed_back():
    """Door and duty end at 10. Job 1 in line leaves (closed); job 0 comes back into the line afterwards
    and waits on."""
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
    """Both doors close at 10; `second` has the older job, but `first` stands first among the steps: it
    gets the server."""
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
