"""Rule 2.6 with counted pools: edges, lines, patience, due times and doors. Times were worked out by hand."""

from __future__ import annotations

from math import inf

import pytest

from sim.machine import (
    Attribute,
    Calendar,
    Condition,
    Constant,
    Edge,
    NetworkBuilder,
    Predictor,
    Source,
    Term,
    Timeline,
)
from tests.micro.history import job_lines, micro, run, table, visit_lines


def one_line(times, columns=None, servers=1, **work) -> NetworkBuilder:
    """A log to one step `ask` with one pool `desk`; `calendar` adds open hours called `hours`."""
    b = micro()
    b.recorded("in", to="ask", times=times, columns=columns)
    if "hours" in work:
        b.calendar(Calendar("hours", work.pop("hours")))
    b.work("ask", **{"served_by": "desk", "size": Constant(5), **work})
    b.counted("desk", servers)
    return b


# Edges


def test_2_6_best_rank_is_taken_first_wherever_it_stands():
    """Rank 1 is `good`, given second: job 0 there, job 1 at `spare`, job 2 at 5 again at `good`."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 0, 5])
    b.work("ask", served_by=[Edge("spare", rank=2), Edge("good", rank=1)], size=Constant(5))
    b.counted("spare", 1)
    b.counted("good", 1)
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  good   0       0       5    5        done
        1   ask  spare  0       0       5    5        done
        2   ask  good   5       5       10   10       done
    """)


def test_2_6_equal_ranks_of_fresh_counted_pools_go_by_the_pool_table():
    """Nobody has worked yet, so the order of the pools decides, not that of the edges."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 0])
    b.work("ask", served_by=["second", "first"], size=Constant(5))
    b.counted("first", 1)
    b.counted("second", 1)
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  first  0       0       5    5        done
        1   ask  second 0       0       5    5        done
    """)


def test_2_6_a_waiting_job_becomes_visible_to_a_pool_after_its_minutes():
    """`desk` is taken 0-10; job 1 of time 1 may go to the idle `help` 3 minutes after it came, at 4."""
    b = one_line([0, 1], served_by=["desk", Edge("help", rank=2, after=3)], size=Constant(10))
    b.counted("help", 1)
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       10   10       done
        1   ask  help   1       4       14   14       done
    """)


def test_2_6_reserve_keeps_servers_back_from_this_work_only():
    """Of 2 servers `mail` leaves 1: job 1 waits at 1 with one free; `phone` takes that one 2-5; free are 2 only at 10."""
    b = micro()
    b.recorded("mails", to="mail", times=[0, 1])
    b.recorded("calls", to="phone", times=[2])
    b.work("mail", served_by=Edge("desk", reserve=1), size=Constant(10))
    b.work("phone", served_by="desk", size=Constant(3))
    b.counted("desk", 2)
    assert visit_lines(b) == table("""
        job step  server entered started left released exit
        0   mail  desk   0       0       10   10       done
        1   mail  desk   1       10      20   20       done
        2   phone desk   2       2       5    5        done
    """)


def test_2_6_reserve_as_large_as_the_pool_never_starts():
    """2 free servers, reserve 2: 3 would be needed."""
    b = one_line([0], servers=2, served_by=Edge("desk", reserve=2))
    assert visit_lines(b) == ["0 ask - 0 - - - open"]


def test_5_2_the_speed_of_an_edge_shortens_the_work():
    """10 minutes of work last 5 at speed 2 and 40 at speed 0.25."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 0])
    b.work("ask", served_by=[Edge("fast", 1, speed=2.0), Edge("slow", 2, speed=0.25)], size=Constant(10))
    b.counted("fast", 1)
    b.counted("slow", 1)
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  fast   0       0       5    5        done
        1   ask  slow   0       0       40   40       done
    """)


def test_2_6_a_step_nobody_serves_only_fills():
    """Patience 3 ends the first wait; the second, without end, stays open."""
    b = one_line([0, 1], {"p": [3, 500]}, served_by=[], patience=Attribute("p"))
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  -      0       -       3    -        abandoned
        1   ask  -      1       -       -    -        open
    """)


# After-work


def test_2_6_after_work_keeps_the_slot_but_not_the_job():
    """Job 0 leaves at 3 for `next`, its slot is free at 5: then job 1."""
    b = one_line([0, 1], size=Constant(3), after_work=Constant(2))
    b.work("next", served_by="other", size=Constant(1))
    b.counted("other", 1)
    b.route("ask", "done", "next")
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       3    5        done
        0   next other  3       3       4    4        done
        1   ask  desk   1       5       8    10       done
        1   next other  8       8       9    9        done
    """)


# Limit


def test_2_6_a_full_line_blocks():
    """One in service, one in line, limit 1: the job of 2 is blocked, that of 5 finds the line empty."""
    b = one_line([0, 1, 2, 5], size=Constant(5), limit=1)
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       5    5        done
        1   ask  desk   1       5       10   10       done
        2   ask  -      2       -       2    -        blocked
        3   ask  desk   5       10      15   15       done
    """)


def test_2_6_the_limit_counts_all_priorities_of_the_step():
    """The line holds a job of priority 0; one of priority 9 is blocked all the same."""
    b = one_line([0, 1, 2], {"p": [0, 0, 9]}, limit=1, priority=Attribute("p"))
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       5    5        done
        1   ask  desk   1       5       10   10       done
        2   ask  -      2       -       2    -        blocked
    """)


def test_2_6_the_limit_does_not_count_other_steps():
    """The line of `mail` is as long as the limit of `ask`; `ask` still takes one."""
    b = one_line([0, 2], limit=1)
    b.recorded("mails", to="mail", times=[1])
    b.work("mail", served_by="desk", size=Constant(5))
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       5    5        done
        1   mail desk   1       5       10   10       done
        2   ask  desk   2       10      15   15       done
    """)


def test_2_6_limit_zero_serves_or_blocks_and_the_exit_is_routed():
    """Job 1 finds nobody free and goes to `mail` at the same instant."""
    b = one_line([0, 1], limit=0)
    b.work("mail", served_by="other", size=Constant(2))
    b.counted("other", 1)
    b.route("ask", "blocked", "mail")
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       5    5        done
        1   ask  -      1       -       1    -        blocked
        1   mail other  1       1       3    3        done
    """)


# Priority and order


def test_2_6_higher_priority_goes_first_and_equal_ones_by_entry():
    """Waiting from 1, 2, 3, 4 with priorities 0, 5, 0, 5: served 2, 4, 1, 3 (jobs 2, 4, 1, 3)."""
    b = one_line([0, 1, 2, 3, 4], {"p": [0, 0, 5, 0, 5]}, priority=Attribute("p"))
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       5    5        done
        1   ask  desk   1       15      20   20       done
        2   ask  desk   2       5       10   10       done
        3   ask  desk   3       20      25   25       done
        4   ask  desk   4       10      15   15       done
    """)


def test_2_6_a_step_without_priority_counts_as_zero():
    """`mail` has none; `vip` has 1 and passes it, `bulk` also has 0 and stands by its entry."""
    b = micro()
    b.recorded("a", to="mail", times=[0, 1])
    b.recorded("b", to="bulk", times=[0.5])
    b.recorded("c", to="vip", times=[2])
    b.work("mail", served_by="desk", size=Constant(5))
    b.work("bulk", served_by="desk", size=Constant(5), priority=Constant(0))
    b.work("vip", served_by="desk", size=Constant(5), priority=Constant(1))
    b.counted("desk", 1)
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   mail desk   0       0       5    5        done
        1   bulk desk   0.5     10      15   15       done
        2   mail desk   1       15      20   20       done
        3   vip  desk   2       5       10   10       done
    """)


def test_2_6_a_head_start_moves_the_place_in_line():
    """Places 1 - 0 = 1 and 2 - 3 = -1: job 2 goes first although it came later."""
    b = one_line([0, 1, 2], {"h": [0, 0, 3]}, head_start=Attribute("h"))
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       5    5        done
        1   ask  desk   1       10      15   15       done
        2   ask  desk   2       5       10   10       done
    """)


def test_2_6_equal_places_go_by_joining():
    """Places 1 and 3 - 2 = 1: equal, so the one that joined first, job 1."""
    b = one_line([0, 1, 3], {"h": [0, 0, 2]}, head_start=Attribute("h"))
    assert [line.split()[4] for line in visit_lines(b)] == ["0", "5", "10"]


def test_2_6_a_head_start_does_not_shift_patience_or_overflow():
    """Head start 3 for a job of 1: `help` is seen after 4 minutes, at 5; without it patience 6 ends at 7."""
    more = {"head_start": Attribute("h"), "patience": Constant(6), "size": Constant(20)}
    b = one_line([0, 1], {"h": [0, 3]}, served_by=["desk", Edge("help", 2, after=4)], **more)
    b.counted("help", 1)
    assert visit_lines(b)[1] == "1 ask help 1 5 25 25 done"
    b = one_line([0, 1], {"h": [0, 3]}, **more)
    assert visit_lines(b)[1] == "1 ask - 1 - 7 - abandoned"


@pytest.mark.parametrize(("order", "starts"), [("entry", ("10", "15")), ("kept", ("15", "10"))])
def test_2_6_order_kept_goes_by_the_place_at_the_first_work_step(order, starts):
    """Job 0 begins at A at 0 and comes to B at 8; job 1 at A at 1 (3 minutes) and to B at 4. B is free at 10.
    By entry job 1 (of 4) starts at 10, kept: job 0 (of 0)."""
    b = micro()
    b.recorded("in", to="A", times=[0, 1], columns={"need": [8, 3]})
    b.recorded("other", to="C", times=[2])
    b.work("A", served_by="a", size=Attribute("need"))
    b.work("B", served_by="b", size=Constant(5), order=order)
    b.work("C", served_by="b", size=Constant(8))
    b.counted("a", 2)
    b.counted("b", 1)
    b.route("A", "done", "B")
    first, second = starts
    assert visit_lines(b, "B") == [
        f"0 B b 8 {second} {int(second) + 5} {int(second) + 5} done",
        f"1 B b 4 {first} {int(first) + 5} {int(first) + 5} done",
    ]


def test_2_6_the_kept_place_has_the_head_start_of_the_first_step():
    """At A both begin at once, places 0 and 1 - 2 = -1; at B, free at 10, the kept place puts job 1 first."""
    b = micro()
    b.recorded("in", to="A", times=[0, 1], columns={"h": [0, 2]})
    b.recorded("other", to="C", times=[2])
    b.work("A", served_by="a", size=Constant(3), head_start=Attribute("h"))
    b.work("B", served_by="b", size=Constant(5), order="kept")
    b.work("C", served_by="b", size=Constant(8))
    b.counted("a", 2)
    b.counted("b", 1)
    b.route("A", "done", "B")
    assert [line.split()[4] for line in visit_lines(b, "B")] == ["15", "10"]


def test_2_6_order_due_goes_by_due_time_then_joining():
    """Due at 1 + 50, 2 + 10 = 12, 3 + 9 = 12: jobs 2, 3 (equal, by joining), then 1."""
    b = one_line([0, 1, 2, 3], {"d": [99, 50, 10, 9]}, order="due", due=Attribute("d"))
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       5    5        done
        1   ask  desk   1       15      20   20       done
        2   ask  desk   2       5       10   10       done
        3   ask  desk   3       10      15   15       done
    """)


def test_2_6_order_score_goes_by_the_highest_score():
    """Scores 1, 7, 7, 3 of jobs 1 to 4: 2, 3 (equal, by joining), 4, 1."""
    score = Predictor(0.0, (Term(Source("attribute", "s")),))
    b = one_line([0, 1, 2, 3, 4], {"s": [0, 1, 7, 7, 3]}, order="score", score=score)
    assert [line.split()[4] for line in visit_lines(b)] == ["0", "20", "5", "10", "15"]


def test_2_6_the_score_in_line_is_read_at_joining():
    """The table says 0 until 2 and 1 after: job 1 joined at 1 with 0, job 2 at 3 with 1, so job 2 goes first at 5."""
    score = Predictor(0.0, (Term(Source("time", table=Timeline([0, 2], [0, 1]))),))
    b = one_line([0, 1, 3], order="score", score=score)
    assert [line.split()[4] for line in visit_lines(b)] == ["0", "10", "5"]


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
    """Head-count 2, then 0 at 4. The pool says finish, `mail` says hand back: it goes back at 4, `call` ends at 10."""
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
