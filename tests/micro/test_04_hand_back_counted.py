"""Rules 4.8 to 4.12 with counted pools: what comes back, and doors that close. Times were worked out by hand."""

from __future__ import annotations

import pytest

from sim.machine import (
    Attribute,
    Calendar,
    Condition,
    Constant,
    Edge,
    NetworkBuilder,
    Source,
    Uniform,
)
from sim.machine.luck import Purpose, draw, name_hash
from tests.micro.history import job_lines, micro, run, table, visit_lines


def starts(b: NetworkBuilder, *steps: str) -> dict[int, str]:
    """Start of each job at these steps (its last spell)."""
    return {int(line.split()[0]): line.split()[4] for line in visit_lines(b, *steps)}


# 4.9 hand back


def handed(servers, times, needs, priorities=None, **work) -> NetworkBuilder:
    """`desk` with this head-count; what does not fit is handed back."""
    b = micro()
    columns = {"need": needs, "p": priorities or [0] * len(times)}
    b.recorded("in", to="ask", times=times, columns=columns)
    b.work("ask", **{"served_by": "desk", "size": Attribute("need"), "priority": Attribute("p"), **work})
    b.counted("desk", servers, end_of_duty="hand back")
    return b


@pytest.mark.parametrize(("returned", "end"), [("remaining", 26), ("restart", 30)])
def test_4_9_what_comes_back_is_the_rest_or_the_whole(returned, end):
    """10 minutes begun at 0, back at 4, on at 20: 6 left or 10 anew."""
    b = handed([(0, 1), (4, 0), (20, 1)], [0], [10], returned=returned)
    assert visit_lines(b) == ["0 ask desk 0 0 4 4 handed-back", f"0 ask desk 4 20 {end} {end} done spell1"]


def test_4_9_remaining_adds_up_over_several_hand_backs():
    """10 minutes: 0-4, 10-13 (7 done), 20-23."""
    b = handed([(0, 1), (4, 0), (10, 1), (13, 0), (20, 1)], [0], [10])
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       4    4        handed-back
        0   ask  desk   4       10      13   13       handed-back spell1
        0   ask  desk   13      20      23   23       done spell2
    """)


def test_4_9_redraw_is_a_new_draw_for_the_spell():
    """Purpose 9 + 2^16 x spell: the second spell (1) lasts what that uniform says, not the first size or its rest."""
    b = handed([(0, 1), (4, 0), (20, 1)], [0], [0], size=Uniform(10, 20), returned="redraw")
    records = run(b)
    first, second = records.visits
    u = draw(int(records.jobs["key"][0]), name_hash("step:ask"), 0, Purpose.REDRAW + (1 << 16))
    assert second["left"] - second["started"] == pytest.approx(10 + 10 * u, abs=1e-12)
    assert (first["left"], second["started"]) == (4.0, 20.0)


def test_5_3_restart_takes_the_same_size():
    """A drawn size of 10 to 20 is the same in the first run without hand back and in the second spell."""
    whole = run(handed(1, [0], [0], size=Uniform(10, 20))).visits[0]
    again = run(handed([(0, 1), (4, 0), (20, 1)], [0], [0], size=Uniform(10, 20), returned="restart")).visits[1]
    assert again["left"] == 20.0 + whole["left"]


def test_4_9_what_comes_back_goes_to_another_server_at_once():
    """`b` (rank 2) is free at 4: the rest of 6 there."""
    b = handed([(0, 1), (4, 0)], [0], [10], served_by=["desk", Edge("b", 2)])
    b.counted("b", 1)
    assert visit_lines(b) == ["0 ask desk 0 0 4 4 handed-back", "0 ask b 4 4 10 10 done spell1"]


def test_4_9_it_joins_its_line_at_its_old_place():
    """Back at 4 with place 0, before those of 1 and 2; served at 8 before them."""
    b = handed([(0, 1), (4, 0), (8, 1)], [0, 1, 2], [10, 5, 5])
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       4    4        handed-back
        0   ask  desk   4       8       14   14       done spell1
        1   ask  desk   1       14      19   19       done
        2   ask  desk   2       19      24   24       done
    """)


def test_4_9_it_stands_ahead_of_others_of_equal_place():
    """All born at 0. Job 1 comes back at 4 (place 0) and goes ahead of job 2, which has waited since 0."""
    b = handed([(0, 2), (4, 1)], [0, 0, 0], [10, 10, 10])
    assert starts(b) == {0: "0", 1: "10", 2: "16"}


def test_4_9_returned_jobs_stand_in_the_order_in_which_they_first_came():
    """Three begun at 0 in the order 0, 1, 2 all come back at 4; one server from 8: 0, 1, 2 again, 6 minutes each."""
    b = handed([(0, 3), (4, 0), (8, 1)], [0, 0, 0, 0], [10, 10, 10, 1])
    assert starts(b) == {0: "8", 1: "14", 2: "20", 3: "26"}


def test_4_8_of_several_the_oldest_start_looks_for_a_server_first():
    """Started 0, 1, 2; 3 servers fall to 1 at 4. Jobs 1 and 2 come back, oldest start first: job 1 has the
    one of `b`."""
    b = handed([(0, 3), (4, 1)], [0, 1, 2], [10, 10, 10], served_by=["desk", Edge("b", 2)])
    b.counted("b", [(0, 0), (3, 1)])
    assert starts(b) == {0: "0", 1: "4", 2: "10"}


def test_4_9_ahead_of_equals_holds_for_equal_due_times_too():
    """Ordered by due time, both due at 20: job 0 comes back at 4 and goes ahead of job 1, in line since 1."""
    b = handed([(0, 1), (4, 0), (8, 1)], [0, 1], [20, 19], size=Constant(10), due=Attribute("need"), order="due")
    assert starts(b) == {0: "8", 1: "14"}


def test_4_9_an_earlier_place_still_goes_before_what_comes_back():
    """Job 1 of 1 with a head start of 5 (place -4) waits; job 0 (10: place -10) comes back at 4: it stays ahead.
    With the head starts swapped job 1 (place 1 - 10) goes first."""
    b = handed([(0, 1), (4, 0), (8, 1)], [0, 1], [10, 5], size=Constant(10), head_start=Attribute("need"))
    assert starts(b) == {0: "8", 1: "14"}
    b = handed([(0, 1), (4, 0), (8, 1)], [0, 1], [5, 10], size=Constant(10), head_start=Attribute("need"))
    assert starts(b) == {0: "18", 1: "8"}


def test_4_9_priority_is_kept():
    """Back at 4 with priority 0: a waiting job of priority 1 goes first at 8."""
    b = handed([(0, 1), (4, 0), (8, 1)], [0, 1], [10, 10], [0, 1])
    assert starts(b) == {0: "18", 1: "8"}


def test_4_9_patience_less_what_was_waited():
    """Patience 10: waited 0-3, at work 3-8, back at 8: 7 are left, gone at 15."""
    b = handed([(3, 1), (8, 0)], [0], [10], patience=Constant(10))
    assert visit_lines(b) == ["0 ask desk 0 3 8 8 handed-back", "0 ask - 8 - 15 - abandoned spell1"]


def test_4_9_patience_used_up_over_three_spells():
    """Patience 10: waited 0-3, 8-12 (7 in all), back at 13: 3 left, gone at 16."""
    b = handed([(3, 1), (8, 0), (12, 1), (13, 0)], [0], [20], patience=Constant(10))
    assert visit_lines(b)[-1] == "0 ask - 13 - 16 - abandoned spell2"


def test_4_9_overflow_counts_from_the_original_entry():
    """After 12: entered 0, at work 0-4, back at 4: visible to `help` at 12, not at 16."""
    b = handed([(0, 1), (4, 0)], [0], [10], served_by=["desk", Edge("help", 2, after=12)])
    b.counted("help", 1)
    assert visit_lines(b)[-1] == "0 ask help 4 12 18 18 done spell1"


def test_4_9_an_overflow_already_reached_is_open_at_once():
    """After 3, back at 4: `help` sees it at 4."""
    b = handed([(0, 1), (4, 0)], [0], [10], served_by=["desk", Edge("help", 2, after=3)])
    b.counted("help", 1)
    assert visit_lines(b)[-1] == "0 ask help 4 4 10 10 done spell1"


def test_4_9_no_limit_test_for_what_comes_back():
    """Limit 1 with job 1 in line: job 0 comes back into the full line at 4; the newcomer of 5 is blocked."""
    b = handed([(0, 1), (4, 0), (8, 1)], [0, 1, 5], [10, 5, 5], limit=1)
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       4    4        handed-back
        0   ask  desk   4       8       14   14       done spell1
        1   ask  desk   1       14      19   19       done
        2   ask  -      5       -       5    -        blocked
    """)


def test_4_9_no_look_at_the_door_for_what_comes_back():
    """The door closed at 3; what comes back at 4 goes on at `b` at once."""
    b = handed([(0, 1), (4, 0)], [0], [10], served_by=["desk", Edge("b", 2)], opening="hours")
    b.calendar(Calendar("hours", [(0, 3)]))
    b.counted("b", 1)
    assert visit_lines(b)[-1] == "0 ask b 4 4 10 10 done spell1"


def test_4_10_what_came_back_waits_on_when_the_door_closes():
    """Back at 4, door (leave) closes at 6: job 1 leaves, job 0 waits on and is served at 8."""
    b = handed([(0, 1), (4, 0), (8, 1)], [0, 1], [10, 5], opening="hours", at_close="leave")
    b.calendar(Calendar("hours", [(0, 6)]))
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       4    4        handed-back
        0   ask  desk   4       8       14   14       done spell1
        1   ask  -      1       -       6    -        closed
    """)


def test_4_9_the_limit_does_not_forget_what_came_back():
    """Two came back at 4 and wait (limit 1): the job of 5 is blocked."""
    b = handed([(0, 2), (4, 0), (8, 1)], [0, 0, 5], [10, 10, 5], limit=1)
    assert visit_lines(b)[-1] == "2 ask - 5 - 5 - blocked"


def test_4_9_what_comes_back_without_patience_left_goes_on_at_once():
    """Patience 0: served at 0, back at 4, gone at 4, in `mail` 4-6. Of the two rows entered at 4 the first
    closed is first."""
    b = handed([(0, 1), (4, 0)], [0], [10], patience=Constant(0))
    b.work("mail", served_by="other", size=Constant(2))
    b.counted("other", 1)
    b.route("ask", "abandoned", "mail")
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       4    4        handed-back
        0   ask  -      4       -       4    -        abandoned spell1
        0   mail other  4       4       6    6        done
    """)


def test_4_9_a_silent_leaver_may_be_handed_back_like_any_job():
    """Silent at 5, reached at 10, 4 minutes of ghost work from 10; the head-count is 0 from 12 to 20: 2
    left, until 22."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 1])
    b.work("ask", served_by="desk", size=Constant(10), patience=Constant(4), silent=1.0, ghost=Constant(4))
    b.counted("desk", [(0, 1), (12, 0), (20, 1)], end_of_duty="hand back")
    records = run(b)
    assert job_lines(records)[1] == "1 1 -1 1 22 ask abandoned"
    assert records.tally.serving.tolist() == [10.0 + 2.0 + 2.0]
    assert [(line.split()[4], line.split()[6]) for line in visit_lines(records)[1:]] == [("10", "12"), ("20", "22")]


def test_4_9_one_who_turns_silent_after_coming_back_takes_a_ghost_size():
    """At work 0-4, back, silent at 4 + 10 = 14, reached at 20: 3 minutes of ghost work, not the 6 that were left."""
    b = handed([(0, 1), (4, 0), (20, 1)], [0], [10], patience=Constant(10), silent=1.0, ghost=Constant(3))
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       4    4        handed-back
        0   ask  desk   4       20      14   23       abandoned spell1 ghost
    """)


def test_4_9_started_again_as_the_latest():
    """Job 0 began at 0, came back at 4, began again at 8; job 1 began at 6. At 9 the latest start, job 0,
    goes back."""
    b = handed([(0, 1), (4, 0), (6, 1), (8, 2), (9, 1)], [0, 5], [20, 20], [0, 1])
    assert visit_lines(b)[1] == "0 ask desk 4 8 9 9 handed-back spell1"


def test_7_2_due_time_place_and_wait_survive_a_hand_back():
    """Waited 0-3 and 8-20 in one visit of two spells: 15 in all when it is done at 25."""
    b = handed([(3, 1), (8, 0), (20, 1)], [0], [10])
    b.delay("long", Constant(1))
    exactly = [Condition(Source("waited"), ">=", 15), Condition(Source("waited"), "<=", 15)]
    b.route("ask", "done", b.clause("c", to="long", when=exactly))
    assert job_lines(b) == ["0 0 -1 0 26 long done"]


def test_2_6_service_that_counts_as_wait_counts_up_to_the_hand_back_and_after_it():
    """At work 0-4 and 8-14, in line 4-8: waited 14 in all."""
    b = handed([(0, 1), (4, 0), (8, 1)], [0], [10], counts_as_wait=True)
    b.delay("exactly", Constant(1))
    is_it = [Condition(Source("waited"), ">=", 14), Condition(Source("waited"), "<=", 14)]
    b.route("ask", "done", b.clause("c", to="exactly", when=is_it))
    assert job_lines(b) == ["0 0 -1 0 15 exactly done"]


# 4.10 doors


def test_4_10_the_line_leaves_in_the_order_of_joining():
    """At 6 jobs 1 (priority 0) and 2 (priority 9) leave for `box` in this order."""
    b = micro()
    b.recorded("in", to="ask", times=[1, 2], columns={"p": [0, 9]})
    b.calendar(Calendar("hours", [(0, 6)]))
    b.work("ask", priority=Attribute("p"), opening="hours", at_close="leave")
    b.work("box", served_by="desk", size=Constant(5))
    b.counted("desk", 1)
    b.route("ask", "closed", "box")
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  -      1       -       6    -        closed
        0   box  desk   6       6       11   11       done
        1   ask  -      2       -       6    -        closed
        1   box  desk   6       11      16   16       done
    """)


def test_4_10_silent_ones_leave_as_abandoned():
    """Silent since 4 (patience 3 of 1), still in line at the close of 6: abandoned, left 4, never reached."""
    b = micro()
    b.recorded("in", to="ask", times=[1])
    b.calendar(Calendar("hours", [(0, 6)]))
    b.work("ask", patience=Constant(3), silent=1.0, opening="hours", at_close="leave")
    lines = visit_lines(b)
    assert len(lines) == 1
    assert lines[0].startswith("0 ask - 1 - 4 - abandoned")


def test_4_10_an_overrun_is_no_line():
    """A job at work at the close is not touched, whatever `at_close` says."""
    b = micro()
    b.recorded("in", to="ask", times=[1])
    b.calendar(Calendar("hours", [(0, 6)]))
    b.work("ask", served_by="desk", size=Constant(10), opening="hours", at_close="leave")
    b.counted("desk", 1)
    assert visit_lines(b) == ["0 ask desk 1 1 11 11 done"]


def test_4_10_those_before_the_door_leave_at_the_next_close():
    """`wait` and `leave`: the job of 12 waits for the opening at 20 (nobody staffed) and leaves at the
    close of 26."""
    b = micro()
    b.recorded("in", to="ask", times=[12])
    b.calendar(Calendar("hours", [(0, 6), (20, 26)]))
    b.work("ask", served_by="desk", opening="hours", when_closed="wait", at_close="leave")
    b.counted("desk", 0)
    assert visit_lines(b) == ["0 ask - 12 - 26 - closed"]


def test_4_12_a_route_reads_the_round_and_marks_left_by_its_own_clauses():
    """Clauses are read one after the other: a mark added by the first is seen by the second, not the other
    way round."""
    b = micro()
    b.recorded("in", to="ask", times=[0])
    b.work("ask", served_by="desk", size=Constant(1))
    b.delay("seen", Constant(1))
    b.delay("early", Constant(1))
    b.counted("desk", 1)
    has = [Condition(Source("mark", "m"), ">=", 1)]
    b.route(
        "ask",
        "done",
        b.clause("too early", to="early", when=has),
        b.clause("add", add={"m": 1}, go_on=True),
        b.clause("now", to="seen", when=has),
    )
    assert job_lines(b) == ["0 0 -1 0 2 seen done"]
