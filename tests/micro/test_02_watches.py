"""Rule 2.10: clocks beside a job. Times were worked out by hand."""

from __future__ import annotations

from math import inf

import pytest

from sim.machine import NEVER, Anchor, Calendar, Condition, Constant, NetworkBuilder, Source, Spawn, Uniform
from sim.machine.luck import Purpose, child_key, draw, name_hash
from tests.micro.history import job_lines, micro, run, table, visit_lines

CHASE = (Spawn("chase"),)


def journey(*, born=(0, 0), add_at_done=False) -> NetworkBuilder:
    """Two jobs of 0 for one server, 20 minutes each (0-20 and 20-40), then a pause of 30; `chase` takes
    spawned jobs."""
    b = micro()
    b.recorded("in", to="ask", times=list(born))
    b.work("ask", served_by="desk", size=Constant(20))
    b.delay("pause", Constant(30))
    b.delay("chase", Constant(0.5))
    b.counted("desk", 1)
    b.route("ask", "done", b.clause("on", to="pause", add={"m": 1} if add_at_done else {}))
    return b


def chased(b: NetworkBuilder) -> dict[int, list[float]]:
    """Birth times of spawned jobs by parent."""
    out: dict[int, list[float]] = {}
    for j in run(b).jobs:
        if j["parent"] >= 0:
            out.setdefault(int(j["parent"]), []).append(float(j["birth"]))
    return out


@pytest.mark.parametrize(
    ("anchor", "times"),
    [
        (Anchor("entered", "ask"), {0: [5.0], 1: [5.0]}),
        (Anchor("started", "ask"), {0: [5.0], 1: [25.0]}),
        (Anchor("left", "ask"), {0: [25.0], 1: [45.0]}),
        (Anchor("mark", "m"), {0: [25.0], 1: [45.0]}),
        (Anchor("entered", "pause"), {0: [25.0], 1: [45.0]}),
        (Anchor("left", "pause"), {}),
    ],
    ids=lambda x: f"{x.moment} {x.name}" if isinstance(x, Anchor) else "",
)
def test_2_10_a_watch_runs_from_its_anchor(anchor, times):
    """5 minutes after entering (0, 0), starting (0, 20), leaving or getting the mark (20, 40); the end
    stops the last."""
    b = journey(add_at_done=True)
    b.watch("w", anchor, Constant(5), spawn=CHASE)
    assert chased(b) == times


@pytest.mark.parametrize(
    "anchor",
    [Anchor("started", "ask"), Anchor("left", "ask"), Anchor("entered", "pause"), Anchor("mark", "m")],
    ids=lambda a: f"{a.moment} {a.name}",
)
@pytest.mark.parametrize(("length", "runs_out"), [(39, True), (41, False)])
def test_2_10_any_stop_anchor_ends_the_clock(anchor, length, runs_out):
    """Job 1 enters at 0, starts at 20, leaves, pauses and is marked at 40; with `started` the limit lies at 20."""
    b = journey(add_at_done=True)
    if anchor.moment == "started":
        length -= 20
    b.watch("w", Anchor("entered", "ask"), Constant(length), stop=(Anchor("left", "chase"), anchor), spawn=CHASE)
    assert (1 in chased(b)) == runs_out


def test_2_10_the_end_of_the_job_stops_its_watches():
    """Job 0 ends at 50, job 1 at 70: 60 minutes run out for job 1 only."""
    b = journey()
    b.watch("w", Anchor("entered", "ask"), Constant(60), spawn=CHASE)
    assert chased(b) == {1: [60.0]}


def test_2_10_the_end_of_one_job_does_not_stop_the_watches_of_another():
    """Each job has its clock: 49 and 69 minutes still run out for those that end at 50 and 70."""
    b = journey()
    b.watch("short", Anchor("entered", "ask"), Constant(49), spawn=CHASE)
    b.watch("long", Anchor("entered", "ask"), Constant(69), spawn=CHASE)
    assert chased(b) == {0: [49.0], 1: [49.0, 69.0]}


def test_2_10_a_watch_runs_out_as_often_as_it_may():
    """Three times every 6 minutes: 6, 12, 18; the fourth is not set."""
    b = journey(born=[0])
    b.watch("w", Anchor("entered", "ask"), Constant(6), times=3, spawn=CHASE)
    assert chased(b) == {0: [6.0, 12.0, 18.0]}


def test_2_10_the_stop_ends_repetition():
    """Every 6 minutes until it leaves at 20: 6, 12, 18."""
    b = journey(born=[0])
    b.watch("w", Anchor("entered", "ask"), Constant(6), times=99, stop=(Anchor("left", "ask"),), spawn=CHASE)
    assert chased(b) == {0: [6.0, 12.0, 18.0]}


def test_2_10_starting_while_it_runs_starts_it_anew():
    """Two rounds of 20. From 0: 15. Anew at 20 though the second expiry was due at 30: 35 and 50 (twice
    since the start)."""
    b = micro()
    b.recorded("in", to="ask", times=[0])
    b.work("ask", served_by="desk", size=Constant(20))
    b.delay("pause", Constant(99))
    b.delay("chase", Constant(1))
    b.counted("desk", 1)
    first = [Condition(Source("round"), "<=", 0)]
    b.route("ask", "done", b.clause("back", to="ask", when=first, again=True), "pause")
    b.watch("w", Anchor("entered", "ask"), Constant(15), times=2, spawn=CHASE)
    assert chased(b) == {0: [15.0, 35.0, 50.0]}


def test_2_10_a_reset_starts_a_running_clock_afresh_without_counting():
    """Twice 15: from 0 to 15; the reset at 20 puts the next to 35 instead of 30; that was the second, so no 50."""
    b = journey(born=[0])
    b.watch("w", Anchor("entered", "ask"), Constant(15), times=2, reset=(Anchor("left", "ask"),), spawn=CHASE)
    assert chased(b) == {0: [15.0, 35.0]}


def test_2_10_a_reset_before_the_first_expiry():
    """A clock of 22 set at 0 is set afresh at 20: it runs out at 42 only."""
    b = journey(born=[0])
    b.watch("w", Anchor("entered", "ask"), Constant(22), reset=(Anchor("entered", "pause"),), spawn=CHASE)
    assert chased(b) == {0: [42.0]}


def test_2_10_a_reset_does_not_start_a_clock_that_does_not_run():
    """It has run out at 15: the reset at 20 does nothing. One that starts only at 50 is not started at 20."""
    b = journey(born=[0])
    b.watch("out", Anchor("entered", "ask"), Constant(15), reset=(Anchor("left", "ask"),), spawn=CHASE)
    b.watch("not yet", Anchor("left", "pause"), Constant(1), reset=(Anchor("left", "ask"),), spawn=CHASE)
    assert chased(b) == {0: [15.0]}


def test_2_10_a_reset_does_not_start_a_stopped_clock():
    """Stopped when it started at 0, reset at 20: nothing."""
    b = journey(born=[0])
    b.watch(
        "w",
        Anchor("entered", "ask"),
        Constant(5),
        stop=(Anchor("started", "ask"),),
        reset=(Anchor("left", "ask"),),
        spawn=CHASE,
    )
    assert chased(b) == {}


def test_2_10_a_watch_on_a_calendar_counts_open_minutes():
    """Open [0, 3) and [30, 40): 5 minutes from 0 end at 32, 5 more at 37."""
    b = journey(born=[0])
    b.calendar(Calendar("hours", [(0, 3), (30, 40)]))
    b.watch("w", Anchor("entered", "ask"), Constant(5), calendar="hours", times=3, spawn=CHASE)
    assert chased(b) == {0: [32.0, 37.0]}


def test_2_10_an_endless_watch_never_runs_out():
    """Length infinity."""
    b = journey(born=[0])
    b.watch("w", Anchor("entered", "ask"), NEVER, spawn=CHASE)
    b.watch("v", Anchor("entered", "ask"), Constant(inf), spawn=CHASE)
    assert chased(b) == {}


def test_2_10_expiry_adds_marks_then_spawns_with_them():
    """The child of 5 carries the mark of the same expiry; the parent has two after two expiries."""
    b = journey(born=[0])
    b.watch("w", Anchor("entered", "ask"), Constant(5), times=2, add={"late": 1}, spawn=CHASE)
    assert run(b).jobs["marks"][:, 0].tolist() == [2, 1, 2]


def test_2_10_a_mark_of_one_watch_starts_another():
    """`first` marks at 5 (job 0), `second` runs 4 minutes from the mark: 9."""
    b = journey(born=[0])
    b.watch("first", Anchor("entered", "ask"), Constant(5), add={"late": 1})
    b.watch("second", Anchor("mark", "late"), Constant(4), spawn=CHASE)
    assert chased(b) == {0: [9.0]}


def test_2_10_a_route_reads_the_mark_of_a_watch():
    """The mark of 5 is there when the work ends at 20."""
    b = micro()
    b.recorded("in", to="ask", times=[0])
    b.work("ask", served_by="desk", size=Constant(20))
    b.delay("sorry", Constant(1))
    b.counted("desk", 1)
    b.route("ask", "done", b.clause("c", to="sorry", when=[Condition(Source("mark", "late"), ">=", 1)]))
    b.watch("w", Anchor("entered", "ask"), Constant(5), add={"late": 1})
    assert job_lines(b) == ["0 0 -1 0 21 sorry done"]


def test_2_10_a_watch_takes_a_job_out_of_the_line():
    """Job 1 waits at 5: it leaves `ask` (moved) for `mail` 5-7. Job 0 is served: it is left alone."""
    b = journey()
    b.work("mail", served_by="other", size=Constant(2))
    b.counted("other", 1)
    b.watch("w", Anchor("entered", "ask"), Constant(5), to="mail")
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       20   20       done
        1   ask  -      0       -       5    -        moved
        1   mail other  5       5       7    7        done
    """)


def test_2_10_a_job_in_service_is_marked_and_chased_but_not_moved():
    """Job 0 is at work at 5: mark and child come, the work goes on to 20."""
    b = journey(born=[0])
    b.work("mail", served_by="desk", size=Constant(2))
    b.watch("w", Anchor("entered", "ask"), Constant(5), to="mail", add={"late": 1}, spawn=CHASE)
    records = run(b)
    assert visit_lines(records) == ["0 ask desk 0 0 20 20 done"]
    assert job_lines(records) == ["0 0 -1 0 50 pause done", "1 0 0 5 5.5 chase done"]
    assert records.jobs["marks"][:, 0].tolist() == [1, 1]


def test_2_10_a_watch_takes_a_job_out_of_a_delay():
    """The pause of 20-50 ends at 25 (moved); the delay's own end at 50 does nothing any more."""
    b = micro()
    b.recorded("in", to="pause", times=[0])
    b.delay("pause", Constant(30), recorded=True)
    b.work("mail", served_by="desk", size=Constant(60))
    b.work("after", served_by="desk", size=Constant(1))
    b.counted("desk", 1)
    b.route("pause", "done", "after")
    b.watch("w", Anchor("entered", "pause"), Constant(25), to="mail")
    records = run(b)
    assert records.visits["exit"].tolist() == [8, 1]
    assert records.visits[["entered", "left"]].tolist() == [(0.0, 25.0), (25.0, 85.0)]


def test_2_10_a_watch_takes_a_job_out_of_a_delay_that_never_ends():
    """A delay without end sets no timer (3.2), but the job is in it all the same: moved at 5 to `mail` 5-7."""
    b = micro()
    b.recorded("in", to="wait", times=[0])
    b.delay("wait", NEVER)
    b.work("mail", served_by="desk", size=Constant(2))
    b.counted("desk", 1)
    b.watch("w", Anchor("entered", "wait"), Constant(5), to="mail")
    assert visit_lines(b) == ["0 mail desk 5 5 7 7 done"]


def test_2_10_a_watch_goes_on_after_it_moved_the_job():
    """Twice 5 minutes: moved at 5, chased again at 10 while `mail` is at work (10 minutes from 5)."""
    b = journey()
    b.work("mail", served_by="other", size=Constant(10))
    b.counted("other", 1)
    b.watch("w", Anchor("entered", "ask"), Constant(5), times=2, to="mail", spawn=CHASE)
    records = run(b)
    assert visit_lines(records, "mail") == ["1 mail other 5 5 15 15 done"]
    assert [j["birth"] for j in records.jobs if j["parent"] == 1] == [5.0, 10.0]


def test_2_10_a_job_moved_to_a_full_step_that_ends_it_has_no_clock_any_more():
    """Blocked at `mail` (limit 0, nobody serves) at 5 and ended: no second expiry at 10."""
    b = journey()
    b.work("mail", size=Constant(1), limit=0)
    b.watch("w", Anchor("entered", "ask"), Constant(5), times=2, to="mail", spawn=CHASE)
    records = run(b)
    assert visit_lines(records, "mail") == ["1 mail - 5 - 5 - blocked"]
    assert [j["birth"] for j in records.jobs if j["parent"] == 1] == [5.0]


def test_2_10_a_second_expiry_moves_a_job_that_was_at_work_at_the_first():
    """Served 0-8 (not moved at 5), then in the line of `next` from 8: moved at 10."""
    b = micro()
    b.recorded("block", to="next", times=[0])
    b.recorded("in", to="ask", times=[0])
    b.work("ask", served_by="desk", size=Constant(8))
    b.work("next", served_by="other", size=Constant(50))
    b.delay("box", Constant(1))
    b.counted("desk", 1)
    b.counted("other", 1)
    b.route("ask", "done", "next")
    b.watch("w", Anchor("entered", "ask"), Constant(5), times=2, to="box")
    records = run(b)
    assert visit_lines(records)[1:] == ["1 ask desk 0 0 8 8 done", "1 next - 8 - 10 - moved"]
    assert job_lines(records)[1] == "1 1 -1 0 11 box done"


def test_2_10_a_moved_job_takes_its_line_timers_along():
    """Moved at 5; its patience of 8 at `ask` must not end anything at 8."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 0])
    b.work("ask", served_by="desk", size=Constant(20), patience=Constant(8))
    b.work("mail", size=Constant(10))
    b.counted("desk", 1)
    b.watch("w", Anchor("entered", "ask"), Constant(5), to="mail")
    assert visit_lines(b)[1:] == ["1 ask - 0 - 5 - moved", "1 mail - 5 - - - open"]


def test_2_10_a_watch_of_no_length_takes_those_who_must_wait():
    """Length 0 from entry: job 0 is served at 0, job 1 has to wait and is moved at 0."""
    b = journey()
    b.work("mail", served_by="other", size=Constant(10))
    b.counted("other", 1)
    b.watch("w", Anchor("entered", "ask"), Constant(0), to="mail")
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       20   20       done
        1   ask  -      0       -       0    -        moved
        1   mail other  0       0       10   10       done
    """)


def test_2_10_a_stop_anchor_inside_the_expiry_ends_repetition():
    """Moved at 5 it leaves `ask`, which stops the clock: no second expiry at 10. Likewise the mark it
    gives itself."""
    b = journey()
    b.work("mail", served_by="other", size=Constant(30))
    b.counted("other", 1)
    b.watch("w", Anchor("entered", "ask"), Constant(5), times=3, to="mail", stop=(Anchor("left", "ask"),), spawn=CHASE)
    assert chased(b)[1] == [5.0]
    b = journey(born=[0])
    b.watch("w", Anchor("entered", "ask"), Constant(5), times=3, add={"m": 1}, stop=(Anchor("mark", "m"),), spawn=CHASE)
    assert chased(b) == {0: [5.0]}


def test_2_10_a_start_anchor_inside_the_expiry_sets_one_clock():
    """Its own mark starts it anew at 5, 10, ...: the count begins again each time, one clock runs, a child
    every 5 minutes."""
    b = journey(born=[0])
    b.watch("first", Anchor("entered", "ask"), Constant(4), add={"m": 1})
    b.watch("w", Anchor("mark", "m"), Constant(5), times=2, add={"m": 1}, stop=(Anchor("left", "ask"),), spawn=CHASE)
    assert chased(b) == {0: [9.0, 14.0, 19.0]}


def test_2_10_children_do_not_inherit_clocks_but_start_their_own():
    """The child of 5 enters `ask` itself: it has a clock of its own from 5, so its child comes at 10, and so on."""
    b = micro(end=18, follow=0)
    b.recorded("in", to="ask", times=[0])
    b.work("ask")
    b.watch("w", Anchor("entered", "ask"), Constant(5), spawn=(Spawn("ask"),))
    assert [line.split()[:4] for line in job_lines(b)] == [
        ["0", "0", "-1", "0"],
        ["1", "0", "0", "5"],
        ["2", "0", "1", "10"],
        ["3", "0", "2", "15"],
    ]


def test_2_10_a_watch_spawns_with_a_delay():
    """Out at 5, the child enters 3 minutes later."""
    b = journey(born=[0])
    b.watch("w", Anchor("entered", "ask"), Constant(5), spawn=(Spawn("chase", count=2, delay=Constant(3)),))
    assert chased(b) == {0: [8.0, 8.0]}


def test_6_0_children_of_a_watch_are_numbered_over_all_its_expiries():
    """Three expiries with two children each: i = 0 to 5 in the key of rule 6, parent's round 0."""
    b = journey(born=[0])
    b.watch("w", Anchor("entered", "ask"), Constant(5), times=3, spawn=(Spawn("chase", count=2),))
    parent, *children = run(b).jobs["key"].tolist()
    assert children == [child_key(parent, name_hash("watch:w"), 0, i) for i in range(6)]


def test_6_0_each_setting_of_a_watch_has_its_own_draw():
    """Purpose 8, with the number of settings before it (0, 1, 2) in place of the round."""
    b = journey(born=[0])
    b.watch("w", Anchor("entered", "ask"), Uniform(1, 2), times=3, spawn=CHASE)
    jobs = run(b).jobs
    key, at, expected = int(jobs["key"][0]), 0.0, []
    for i in range(3):
        at += 1.0 + draw(key, name_hash("watch:w"), i, Purpose.WATCH)
        expected.append(at)
    assert jobs["birth"][1:].tolist() == pytest.approx(expected, abs=1e-12)
