"""Lines: queue length, highest queue, backlog and its age."""

from __future__ import annotations

from math import isnan

import pytest

from sim.machine import Calendar, NetworkBuilder
from sim.measures import Intervals, MeasureTable, Service, measure
from tests.measures.diary import Row, desk, diary, lost, people, served, spell, waiting

HALVES = Intervals.regular(60.0, 30.0)


def table_of(rows: list[Row], intervals: Intervals = HALVES, **more: object) -> MeasureTable:
    """Measures by half hour."""
    return measure(diary(desk().build(), rows, **more), (), intervals)  # type: ignore[arg-type]


def test_queue_length_is_the_time_average_clipped_to_interval_and_period() -> None:
    """Waits that begin before 0, cross an edge, or end after the end count with what lies inside."""
    rows = [served(0, -10.0, 6.0, 7.0), lost(1, 20.0, 50.0), served(2, 55.0, 90.0, 91.0), served(3, 5.0, 5.0, 9.0)]
    t = table_of(rows)
    assert t.series("queue_length").tolist() == pytest.approx([(6 + 10) / 30, (20 + 5) / 30])
    row = t.row("queue_length")
    assert (row["numerator"], row["denominator"]) == (41.0, 60.0)


def test_the_highest_queue_takes_changes_of_one_instant_together() -> None:
    """At 10 one leaves and one joins: never two."""
    rows = [lost(0, 5.0, 10.0), lost(1, 10.0, 20.0), lost(2, 12.0, 13.0, step="chat")]
    t = table_of(rows)
    assert t.value("queue_maximum", "step", "phone") == 1.0
    assert t.value("queue_maximum", "step", "chat") == 1.0
    assert t.value("queue_maximum") == 2.0
    assert t.series("queue_maximum").tolist() == [2.0, 0.0]


def test_a_queue_carried_into_an_interval_is_its_highest_if_nothing_more_comes() -> None:
    """Also when it began before the period; a queue that ends at the edge is not carried."""
    rows = [lost(0, -5.0, 40.0), lost(1, 29.0, 31.0), lost(2, 10.0, 30.0)]
    assert table_of(rows).series("queue_maximum").tolist() == [3.0, 2.0]
    assert table_of([lost(0, 10.0, 30.0)]).series("queue_maximum").tolist() == [1.0, 0.0]
    assert table_of([lost(0, 30.0, 40.0)]).series("queue_maximum").tolist() == [0.0, 1.0]
    assert table_of([waiting(0, 59.0)]).value("queue_maximum") == 1.0
    assert table_of([lost(0, 60.0, 70.0)]).value("queue_maximum") == 0.0


def test_backlog_is_what_is_there_just_before_the_end_of_the_interval() -> None:
    """Who leaves at the edge is still there, who enters at it is not yet."""
    rows = [
        served(0, 10.0, 20.0, 30.0),
        lost(1, 29.0, 30.0),
        served(2, 30.0, 30.0, 40.0),
        waiting(3, 50.0),
        lost(4, 2.0, 29.9),
    ]
    t = table_of(rows)
    assert t.series("backlog").tolist() == [2.0, 1.0]
    assert t.series("backlog_waiting").tolist() == [1.0, 1.0]
    assert t.value("backlog") == 1.0
    assert t.series("backlog_age").tolist() == [10.5, 10.0]
    assert t.series("backlog_oldest").tolist() == [20.0, 10.0]


def test_an_empty_backlog_has_no_age() -> None:
    """0 jobs, and no row for their age."""
    t = table_of([served(0, 10.0, 20.0, 25.0)])
    assert t.value("backlog") == 0.0
    assert isnan(t.value("backlog_age"))
    assert isnan(t.value("backlog_oldest"))


def test_age_counts_from_arrival_never_from_the_last_touch() -> None:
    """A hand-back does not make a job younger, nor does a transfer inside the scope."""
    back = [spell(0, 5.0, 6.0, 20.0, "handed_back"), spell(0, 20.0, 50.0, 55.0, "done", ordinal=1)]
    assert table_of(back).series("backlog_age").tolist()[0] == 25.0
    passed = [served(0, 5.0, 6.0, 20.0), served(0, 20.0, 40.0, 45.0, step="chat")]
    t = measure(diary(desk().build(), passed), [Service(("phone", "chat"), name="desk")], HALVES)
    assert t.value("backlog_age", "channel", "desk", 0) == 25.0
    assert t.value("backlog_oldest", interval=0) == 25.0
    assert t.value("backlog_age", "step", "chat", 0) == 10.0
    again = [lost(0, 5.0, 20.0), waiting(0, 20.0, round=1)]
    assert table_of(again).series("backlog_oldest").tolist()[0] == 10.0  # a new attempt


def test_uncounted_jobs_wait_in_line_like_others() -> None:
    """Workload measures use all spells: the queue at the start of the period was inherited."""
    t = table_of([lost(0, -50.0, 30.0)])
    assert t.value("arrivals") == 0.0
    assert t.value("queue_length", interval=0) == 1.0
    assert t.value("backlog_oldest", interval=0) == 80.0


def test_a_silent_leaver_stands_in_line_until_it_is_found_out() -> None:
    """Reached at 20, or still unreached; in the backlog until the work on it is over."""
    reached = spell(0, 0.0, 20.0, 5.0, "abandoned", released=35.0, ghost=True)
    t = table_of([reached])
    assert t.row("queue_length")["numerator"] == 20.0
    assert t.value("backlog", interval=0) == 1.0
    unreached = spell(0, 0.0, exit="open", left=5.0, ghost=True)
    assert table_of([unreached]).row("queue_length")["numerator"] == 60.0


def test_silent_leavers_leave_with_the_line_when_the_door_closes() -> None:
    """Nobody found out: their place in line is free at the close."""
    b = NetworkBuilder("door", end=60.0)
    b.recorded("red", to="phone", times=[])
    b.calendar(Calendar("hours", [(0.0, 30.0), (40.0, 60.0)]))
    b.work("phone", served_by="team", opening="hours", at_close="leave")
    b.counted("team", 1)
    rows = [lost(0, 10.0, 15.0, ghost=True), lost(1, 45.0, 50.0, ghost=True)]
    t = measure(diary(b.build(), rows), (), HALVES)
    assert t.series("queue_length").tolist() == pytest.approx([20 / 30, 15 / 30])
    assert t.row("mean_wait")["numerator"] == 10.0


def test_paused_work_is_backlog_but_not_queue() -> None:
    """Also when the spell before the pause was not kept."""
    rows = [spell(0, 5.0, 6.0, 20.0, "paused"), spell(0, 20.0, 50.0, 55.0, "done", ordinal=1, resumed=True)]
    t = table_of(rows)
    assert t.row("queue_length")["numerator"] == 1.0
    assert t.value("backlog", interval=0) == 1.0
    assert t.value("backlog_waiting", interval=0) == 0.0
    b = desk()
    b.named("crew", people(1), end_of_duty="pause")
    b.work("desk", served_by="crew")
    orphan = [spell(0, -20.0, 50.0, 55.0, "done", ordinal=1, step="desk", pool="crew", server=0, resumed=True)]
    t = measure(diary(b.build(), orphan), (), ())
    assert t.row("queue_length", "step", "desk")["numerator"] == 0.0


def test_labels_join_snapshots_and_peaks_of_their_intervals() -> None:
    """Backlog: mean of the snapshots; maximum: highest of the intervals; age: over all jobs of all snapshots."""
    rows = [lost(0, 5.0, 16.0), lost(1, 5.0, 12.0), lost(2, 32.0, 46.0)]
    grid = Intervals.regular(60.0, 15.0).labelled(["odd", "even", "odd", "even"], "parity")
    t = measure(diary(desk().build(), rows), (), grid)
    assert t.series("backlog").tolist() == [(1 + 1) / 2, 0.0]
    assert t.series("queue_maximum").tolist() == [2.0, 1.0]
    assert t.series("backlog_age").tolist()[0] == (10.0 + 13.0) / 2
    assert t.series("backlog_oldest").tolist()[0] == 13.0
    assert t.series("queue_length").tolist() == pytest.approx([(10 + 7 + 13) / 30, (1 + 1) / 30])


def test_a_job_that_comes_back_to_a_channel_of_one_step_has_been_there_since_its_first_leg() -> None:
    """Phone, chat, phone in one round: to the channel it is the contact of minute 0, to the step a new one."""
    rows = [served(0, 0.0, 5.0, 10.0), served(0, 10.0, 12.0, 20.0, step="chat"), waiting(0, 20.0)]
    t = measure(diary(desk().build(), rows), [Service("phone")], HALVES)
    assert t.value("backlog_age", "channel", "phone", 0) == t.value("backlog_age", interval=0) == 30.0
    assert t.value("backlog_oldest", "channel", "phone", 0) == 30.0
    assert t.value("backlog_age", "step", "phone", 0) == 10.0
    b = NetworkBuilder("one step", end=60.0)
    b.recorded("red", to="phone", times=[])
    b.work("phone", served_by="team")
    b.counted("team", 1)
    t = measure(diary(b.build(), [served(0, 0.0, 5.0, 10.0), waiting(0, 20.0)]), [Service("phone")], HALVES)
    ages = [
        t.value("backlog_age", kind, name, 0)
        for kind, name in (("all", "all"), ("channel", "phone"), ("step", "phone"))
    ]
    assert ages == [30.0, 30.0, 10.0]
