"""Rule 2.6 with counted pools: edges, after-work, limits, priority and order. Times were worked out by hand."""

from __future__ import annotations

import pytest

from sim.machine import (
    Attribute,
    Constant,
    Edge,
    Predictor,
    Source,
    Term,
    Timeline,
)
from tests.micro.history import micro, one_line, table, visit_lines

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
    """Of 2 servers `mail` leaves 1: job 1 waits at 1 with one free; `phone` takes that one 2-5; free are 2
    only at 10."""
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
