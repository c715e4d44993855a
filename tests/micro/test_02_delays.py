"""Rule 2.7: steps that only pass time. Times were worked out by hand."""

from __future__ import annotations

import pytest

from sim.machine import Attribute, Calendar, Condition, Constant, Source
from tests.micro.history import job_lines, micro, run, visit_lines


def ends(times, **delay) -> list[float]:
    """End of each job after one delay on hours [0, 5), [20, 30), [50, 60)."""
    b = micro()
    b.recorded("in", to="pause", times=times)
    b.calendar(Calendar("hours", [(0, 5), (20, 30), (50, 60)]))
    b.delay("pause", **delay)
    return run(b).jobs["end"].tolist()


def test_2_7_a_delay_without_calendar_passes_elapsed_minutes():
    """8 minutes from 1 and from 3."""
    assert ends([1, 3], length=Constant(8)) == [9.0, 11.0]


def test_2_7_a_delay_on_a_calendar_passes_open_minutes():
    """From 1: 4 until 5, then 4 more: 24. From 10: 28."""
    assert ends([1, 10], length=Constant(8), calendar="hours") == [24.0, 28.0]


def test_2_7_open_minutes_used_up_exactly_end_at_the_close():
    """From 1 four minutes last until 5, not until 20. From 24: six until 30."""
    assert ends([1], length=Constant(4), calendar="hours") == [5.0]
    assert ends([24], length=Constant(6), calendar="hours") == [30.0]


def test_2_3_adding_nothing_while_closed_stays_there():
    """add(t, 0) = t: a delay of 0 open minutes that begins at 10 ends at 10."""
    assert ends([10], length=Constant(0), calendar="hours") == [10.0]


@pytest.mark.parametrize(("born", "end"), [(0, 3), (1, 4), (2, 20), (9, 20), (16.5, 20), (17, 20), (18, 21), (27, 50)])
def test_2_7_until_open_waits_for_the_opening_after_the_length(born, end):
    """Length 3, then until open: inside hours nothing more; at the close (2 + 3 = 5) on to 20; at the
    opening at once."""
    assert ends([born], length=Constant(3), until_open="hours") == [float(end)]


def test_2_7_until_open_without_any_opening_left_stays_open():
    """After 60 the hours never open again."""
    b = micro()
    b.recorded("in", to="pause", times=[70])
    b.calendar(Calendar("hours", [(0, 5)]))
    b.delay("pause", Constant(3), until_open="hours")
    assert job_lines(b) == ["0 0 -1 70 - pause open"]


def test_2_7_length_and_opening_may_name_different_calendars():
    """Four open minutes of `hours` from 3 end at 22; the door of `office` opens at 40."""
    b = micro()
    b.recorded("in", to="pause", times=[3])
    b.calendar(Calendar("hours", [(0, 5), (20, 30)]))
    b.calendar(Calendar("office", [(0, 22), (40, 50)]))
    b.delay("pause", Constant(4), calendar="hours", until_open="office")
    assert job_lines(b) == ["0 0 -1 3 40 pause done"]


def test_2_7_the_exit_done_is_routed_and_lengths_are_read_from_the_job():
    """Delays of 2 and 7 from 0; then 1 minute of work each."""
    b = micro()
    b.recorded("in", to="pause", times=[0, 0], columns={"d": [7, 2]})
    b.delay("pause", Attribute("d"))
    b.work("ask", served_by="desk", size=Constant(1))
    b.counted("desk", 1)
    b.route("pause", "done", "ask")
    assert visit_lines(b) == ["0 ask desk 7 7 8 8 done", "1 ask desk 2 2 3 3 done"]


@pytest.mark.parametrize(("counts", "waited"), [(True, 3.0), (False, 0.0)])
def test_2_7_a_delay_counts_as_wait_only_if_told_so(counts, waited):
    """2 minutes before that never count, then 3 of `pause`: waited 3 or nothing."""
    b = micro()
    b.recorded("in", to="before", times=[0])
    b.delay("before", Constant(2))
    b.delay("pause", Constant(3), counts_as_wait=counts)
    b.route("before", "done", "pause")
    b.delay("exactly", Constant(1))
    is_it = [Condition(Source("waited"), ">=", waited), Condition(Source("waited"), "<=", waited)]
    b.route("pause", "done", b.clause("c", to="exactly", when=is_it))
    assert job_lines(b) == ["0 0 -1 0 6 exactly done"]


def test_7_2_a_delay_row_has_no_start_and_no_server_whatever_came_before():
    """Job 0 was served, job 1 was a silent leaver; in the delay after it neither has a server, a start or
    a ghost's flag."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 0])
    b.work("ask", served_by="desk", size=Constant(5), patience=Constant(1), silent=1.0)
    b.delay("pause", Constant(2), recorded=True)
    b.counted("desk", 1)
    b.route("ask", "done", "pause")
    b.route("ask", "abandoned", "pause")
    assert visit_lines(b, "pause") == ["0 pause - 5 - 7 - done", "1 pause - 5 - 7 - done"]


def test_7_2_delays_are_recorded_only_if_asked():
    """`seen` has a row from 0 to 2, `unseen` from 2 to 5 has none."""
    b = micro()
    b.recorded("in", to="seen", times=[0])
    b.delay("seen", Constant(2), recorded=True)
    b.delay("unseen", Constant(3))
    b.route("seen", "done", "unseen")
    records = run(b)
    assert records.visits[["entered", "left", "step", "pool", "exit"]].tolist() == [(0.0, 2.0, 0, -1, 1)]
    assert job_lines(records) == ["0 0 -1 0 5 unseen done"]
