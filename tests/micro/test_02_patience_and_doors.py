"""Rules 2.6 and 4.1.1 with counted pools: patience, silent leavers, due times, doors. Times were worked
out by hand."""

from __future__ import annotations

from math import inf

import pytest

from sim.machine import (
    Attribute,
    Condition,
    Constant,
    Edge,
    NetworkBuilder,
    Source,
)
from tests.micro.history import job_lines, micro, one_line, run, table, visit_lines

# Patience


def test_2_6_patience_per_visit_starts_afresh_at_each_step():
    """Job 1 waits 4 at A, then again up to 6 at B: it comes at 8 and leaves at 14."""
    b = _two_desks(budget=False)
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   A    a      0       0       4    4        done
        0   B    b      4       4       24   24       done
        1   A    a      0       4       8    8        done
        1   B    -      8       -       14   -        abandoned
    """)


def test_2_6_a_budget_adds_the_waits_of_all_visits():
    """A has 6, B 99; the first wait was at A, so 6 in all: 4 are used, the job leaves B at 8 + 2."""
    b = _two_desks(budget=True, second=99)
    assert visit_lines(b)[3] == "1 B - 8 - 10 - abandoned"


def test_2_6_the_budget_is_the_law_of_the_step_where_the_job_first_had_to_wait():
    """The only job starts at A at once; it first waits at B (taken until 20): 9 minutes from 4 on, not A's 6."""
    b = micro()
    b.recorded("block", to="B", times=[0])
    b.recorded("in", to="A", times=[0])
    b.work("A", served_by="a", size=Constant(4), patience=Constant(6), patience_budget=True)
    b.work("B", served_by="b", size=Constant(20), patience=Constant(9), patience_budget=True)
    b.counted("a", 1)
    b.counted("b", 1)
    b.route("A", "done", "B")
    assert visit_lines(b)[1:] == table("""
        1 A a 0 0 4  4 done
        1 B - 4 - 13 - abandoned
    """)


def _two_desks(budget: bool, second: float = 6) -> NetworkBuilder:
    b = micro()
    b.recorded("in", to="A", times=[0, 0])
    b.work("A", served_by="a", size=Constant(4), patience=Constant(6), patience_budget=budget)
    b.work("B", served_by="b", size=Constant(20), patience=Constant(second), patience_budget=budget)
    b.counted("a", 1)
    b.counted("b", 1)
    b.route("A", "done", "B")
    return b


@pytest.mark.parametrize(("budget", "leaves"), [(10, 11), (5, 6), (4, 5), (2, 5)])
def test_2_6_minutes_that_count_as_wait_use_up_the_budget(budget, leaves):
    """Delay 0-3 and A 3-4 count as wait, N 4-5 does not: waited 4 when it comes to B at 5.

    Budget 10 leaves 6: until 11. Budgets of 4 and less are used up: it leaves at once.
    """
    b = micro()
    b.recorded("block", to="B", times=[0])
    b.recorded("in", to="pause", times=[0])
    b.delay("pause", Constant(3), counts_as_wait=True)
    b.work("A", served_by="a", size=Constant(1), counts_as_wait=True)
    b.work("N", served_by="a", size=Constant(1))
    b.work("B", served_by="b", size=Constant(50), patience=Constant(budget), patience_budget=True)
    b.counted("a", 1)
    b.counted("b", 1)
    b.route("pause", "done", "A")
    b.route("A", "done", "N")
    b.route("N", "done", "B")
    assert visit_lines(b, "B")[1] == f"1 B - 5 - {leaves} - abandoned"


def test_2_6_waits_at_steps_without_budget_count_against_it():
    """Job 2 waits 4 at N (no patience there), then at B with a budget of 10: entered at 6, left at 12."""
    b = micro()
    b.recorded("block", to="B", times=[0])
    b.recorded("in", to="N", times=[0, 0], columns={"need": [4, 2]})
    b.work("N", served_by="a", size=Attribute("need"))
    b.work("B", served_by="b", size=Constant(50), patience=Constant(10), patience_budget=True)
    b.counted("a", 1)
    b.counted("b", 1)
    b.route("N", "done", "B")
    assert visit_lines(b)[-1] == "2 B - 6 - 12 - abandoned"


def test_2_6_silent_leavers_stay_in_line_and_take_a_ghost_size():
    """Job 1 loses patience at 1 + 4 = 5 without a word, is reached at 10, takes 2 minutes; job 2 starts at 12."""
    b = one_line(
        [0, 1, 2], {"p": [4, 4, 50]}, size=Constant(10), patience=Attribute("p"), silent=1.0, ghost=Constant(2)
    )
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       10   10       done
        1   ask  desk   1       10      5    12       abandoned ghost
        2   ask  desk   2       12      22   22       done
    """)


def test_2_6_a_ghost_of_no_size_is_passed_over_at_once():
    """As above with ghost 0: job 2 starts at 10."""
    b = one_line([0, 1, 2], {"p": [4, 4, 50]}, size=Constant(10), patience=Attribute("p"), silent=1.0)
    assert visit_lines(b)[1:] == table("""
        1 ask desk 1 10 5  10 abandoned ghost
        2 ask desk 2 10 20 20 done
    """)


def test_2_6_silent_share_zero_leaves_the_line():
    """Job 1 leaves at 5; job 2 starts at 10."""
    b = one_line(
        [0, 1, 2], {"p": [4, 4, 50]}, size=Constant(10), patience=Attribute("p"), silent=0.0, ghost=Constant(2)
    )
    assert visit_lines(b)[1:] == table("""
        1 ask -    1 -  5  -  abandoned
        2 ask desk 2 10 20 20 done
    """)


def test_2_6_silent_leavers_fill_the_line():
    """Limit 1: the silent one of 1 still stands there at 7, so the job of 7 is blocked."""
    b = one_line([0, 1, 7], size=Constant(10), patience=Constant(4), silent=1.0, limit=1)
    assert visit_lines(b)[1:] == table("""
        1 ask desk 1 10 5 10 abandoned ghost
        2 ask -    7 -  7 -  blocked
    """)


# Due times and clocks on calendars


@pytest.mark.parametrize(("due_from", "due"), [("entry", 12.0), ("birth", 9.0)])
def test_2_6_due_counts_from_entry_or_birth(due_from, due):
    """Born 2, at the step 5, due 7 later: 12 or 9."""
    b = micro()
    b.recorded("in", to="pause", times=[2])
    b.delay("pause", Constant(3))
    b.work("ask", served_by="desk", due=Constant(7), due_from=due_from)
    b.counted("desk", 1)
    b.route("pause", "done", "ask")
    assert run(b).jobs["due"].tolist() == [due]


def test_2_6_a_later_due_time_replaces_the_earlier():
    """Due 0 + 50 at A, then 2 + 7 = 9 at B, though A's was later; C has none and leaves it."""
    b = micro()
    b.recorded("in", to="A", times=[0])
    b.work("A", served_by="desk", size=Constant(2), due=Constant(50))
    b.work("B", served_by="desk", size=Constant(2), due=Constant(7))
    b.work("C", served_by="desk", size=Constant(2))
    b.counted("desk", 1)
    b.route("A", "done", "B")
    b.route("B", "done", "C")
    assert run(b).jobs["due"].tolist() == [9.0]


def test_2_6_due_on_a_calendar_counts_open_minutes():
    """Open [0, 3) and [20, 30): 4 minutes from 1 are 2 and 2 more, 22. Two are used up exactly at the close, 3."""
    b = one_line([1, 1], {"d": [4, 2]}, due=Attribute("d"), due_calendar="hours", hours=[(0, 3), (20, 30)])
    assert run(b).jobs["due"].tolist() == [22.0, 3.0]


def test_2_6_patience_on_a_calendar_counts_open_minutes():
    """As above: patience 4 from 1 ends at 22, patience 2 at 3."""
    b = one_line(
        [0, 1, 1],
        {"p": [9, 4, 2]},
        size=Constant(60),
        patience=Attribute("p"),
        patience_calendar="hours",
        hours=[(0, 3), (20, 30)],
    )
    assert visit_lines(b)[1:] == table("""
        1 ask - 1 - 22 - abandoned
        2 ask - 1 - 3  - abandoned
    """)


def test_2_6_overflow_on_a_calendar_counts_open_minutes():
    """Overflow after 4 open minutes from 1: 22."""
    b = one_line(
        [0, 1],
        size=Constant(60),
        served_by=["desk", Edge("help", 2, after=4)],
        after_calendar="hours",
        hours=[(0, 3), (20, 30)],
    )
    b.counted("help", 1)
    assert visit_lines(b)[1] == "1 ask help 1 22 82 82 done"


def test_2_6_infinite_patience_waits_on():
    """Patience infinity never ends the wait."""
    b = one_line([0, 1], {"need": [50, 1]}, size=Attribute("need"), patience=Constant(inf))
    assert visit_lines(b)[1] == "1 ask desk 1 50 51 51 done"


# Doors


def test_2_6_a_closed_door_refuses_before_the_opening_and_from_the_close_on():
    """Open [10, 20): closed at 9, served at 10, served at 19 (work goes on past the close), closed at 20."""
    b = one_line([9, 10, 19, 20], servers=9, opening="hours", hours=[(10, 20)])
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  -      9       -       9    -        closed
        1   ask  desk   10      10      15   15       done
        2   ask  desk   19      19      24   24       done
        3   ask  -      20      -       20   -        closed
    """)


def test_2_6_the_exit_closed_is_routed():
    """Refused at 9, in `mail` at 9."""
    b = one_line([9], opening="hours", hours=[(10, 20)])
    b.delay("mail", Constant(4))
    b.route("ask", "closed", "mail")
    assert job_lines(b) == ["0 0 -1 9 13 mail done"]


def test_4_1_1_those_who_wait_for_the_door_start_at_the_opening():
    """Jobs of 3 and 4 stand before the door until 10 though the desk is free; the limit of 0 does not touch them."""
    b = one_line([3, 4], opening="hours", when_closed="wait", limit=0, hours=[(10, 20)])
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   3       10      15   15       done
        1   ask  desk   4       15      20   20       done
    """)


def test_4_1_1_after_the_close_one_waits_for_the_next_opening():
    """Open [0, 5) and [30, 40): the job of 5 comes at the close and starts at 30."""
    b = one_line([5], opening="hours", when_closed="wait", hours=[(0, 5), (30, 40)])
    assert visit_lines(b) == ["0 ask desk 5 30 35 35 done"]


def test_4_1_1_a_server_freed_while_closed_does_not_take_those_before_the_door():
    """Job 0 of 4 works 4-9 past the close of 5; the job of 6 waits for the opening at 30, not for 9."""
    b = one_line([4, 6], opening="hours", when_closed="wait", hours=[(0, 5), (30, 40)])
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   4       4       9    9        done
        1   ask  desk   6       30      35   35       done
    """)


def test_4_1_1_patience_runs_before_the_door():
    """Joining sets the timers: patience 3 of the job of 4 ends at 7, before the opening at 10."""
    b = one_line([4], opening="hours", when_closed="wait", patience=Constant(3), hours=[(10, 20)])
    assert visit_lines(b) == ["0 ask - 4 - 7 - abandoned"]


def test_4_1_1_overflow_is_no_way_around_the_door():
    """`help` is visible 2 minutes after 4, but nothing starts before the opening at 10."""
    b = one_line(
        [4], opening="hours", when_closed="wait", served_by=[Edge("help", after=2)], servers=1, hours=[(10, 20)]
    )
    b.counted("help", 1)
    assert visit_lines(b) == ["0 ask help 4 10 15 15 done"]


def test_4_10_at_close_stay_serves_the_line_on():
    """Closed at 6: job 1, in line since 1, is served at 10 all the same."""
    b = one_line([0, 1], size=Constant(10), opening="hours", at_close="stay", hours=[(0, 6)])
    assert visit_lines(b)[1] == "1 ask desk 1 10 20 20 done"


def test_4_10_at_close_leave_empties_the_line_but_not_the_desk():
    """At 6 the waiting jobs leave, exit closed; job 0 is served to its end at 10."""
    b = one_line([0, 1, 2], size=Constant(10), opening="hours", at_close="leave", hours=[(0, 6)])
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       10   10       done
        1   ask  -      1       -       6    -        closed
        2   ask  -      2       -       6    -        closed
    """)


def test_2_11_the_rule_of_the_step_goes_before_that_of_the_pool():
    """Head-count 2, then 0 at 4. The pool says finish, `mail` says hand back: it goes back at 4, `call`
    ends at 10."""
    b = micro()
    b.recorded("calls", to="call", times=[0])
    b.recorded("mails", to="mail", times=[0])
    b.work("call", served_by="desk", size=Constant(10))
    b.work("mail", served_by="desk", size=Constant(10), end_of_duty="hand back")
    b.counted("desk", [(0, 2), (4, 0), (20, 1)], end_of_duty="finish")
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   call desk   0       0       10   10       done
        1   mail desk   0       0       4    4        handed-back
        1   mail desk   4       20      26   26       done spell1
    """)


def test_2_2_condition_on_waited_after_a_step_that_counts_as_wait():
    """Waited 2 in line and 3 in service: 5 exactly."""
    b = one_line([0, 1], size=Constant(3), counts_as_wait=True)
    b.delay("long", Constant(1))
    exactly = [Condition(Source("waited"), ">=", 5), Condition(Source("waited"), "<=", 5)]
    b.route("ask", "done", b.clause("c", to="long", when=exactly))
    assert job_lines(b) == table("""
        job family parent birth end step exit
        0   0      -1     0     3   ask  done
        1   1      -1     1     7   long done
    """)
