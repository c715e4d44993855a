"""Hazards whose edges move with a job, and calendars whose minutes count differently (rules 8.9, 8.10), by hand."""

from __future__ import annotations

from math import inf, log1p

import pytest

from sim.machine import Anchor, Attribute, Calendar, Constant, Edge, Hazard, NetworkBuilder, NetworkProblems, Spawn
from sim.machine.luck import Purpose, draw, name_hash
from tests.micro.table import jobs, key_of, people, rows, run, shop, starts

SIZE = Attribute("size")

AT_ONCE = 1e300
"""A hazard so high that nobody outlives its edge by a bit."""


def stays(law: Hazard, shift: float) -> float:
    """Minutes for which a job that carries `shift` stays in a delay of this law; infinity: for ever."""
    b = shop()
    b.recorded("in", to="delay", times=[10.0], columns={"shift": [float(shift)]})
    b.delay("delay", law, recorded=True)
    ((left,),) = rows(run(b), "left")
    return inf if left is None else left - 10.0


# 8.9


@pytest.mark.parametrize(("shift", "minutes"), [(0, 10), (5, 15), (-4, 6), (-10, 0), (-25, 0), (2.5, 12.5)])
def test_8_9_an_edge_moves_by_the_attribute(shift, minutes):
    """Nothing happens before 10, everything at 10; moved, but never below 0."""
    assert stays(Hazard((0.0, 10.0), (0.0, AT_ONCE), shift="shift"), shift) == minutes


@pytest.mark.parametrize(("shift", "minutes"), [(0, 10), (3, 13), (-5, 5), (-10, 0), (-15, 0), (-20, inf), (-30, inf)])
def test_8_9_a_piece_that_became_empty_is_passed_over(shift, minutes):
    """The piece [10, 20) is deadly, after it nothing happens any more. Moved by -20 or more it is empty."""
    assert stays(Hazard((0.0, 10.0, 20.0), (0.0, AT_ONCE, 0.0), shift="shift"), shift) == minutes


@pytest.mark.parametrize(("shift", "minutes"), [(0, 0), (7, 0), (-5, 0), (-10, 20), (-12, 18), (-30, 0)])
def test_8_9_the_first_edge_stays_at_nought(shift, minutes):
    """Deadly in [0, 10), nothing in [10, 30), deadly after it. Moved by -10 the first piece is empty: 30 - 10 = 20."""
    assert stays(Hazard((0.0, 10.0, 30.0), (AT_ONCE, 0.0, AT_ONCE), shift="shift"), shift) == minutes


def test_8_9_without_a_shift_nothing_moves():
    """The plain law, though the job carries a number."""
    assert stays(Hazard((0.0, 10.0), (0.0, AT_ONCE)), 5) == 10


def test_8_9_the_hazard_itself_is_inverted():
    """H(t) = .1 t until 10 + 4, then .5 t: -log(1 - u) = 1.4 + .5 (t - 14), or t = -log(1 - u) / .1 before."""
    b = shop()
    n = 40
    b.recorded("in", to="delay", times=[float(i) for i in range(n)], columns={"shift": [4.0] * n})
    b.delay("delay", Hazard((0.0, 10.0), (0.1, 0.5), shift="shift"), recorded=True)
    r = run(b)
    before = 0
    for job, entered, left in rows(r, "job entered left"):
        h = -log1p(-draw(key_of(r, job), name_hash("step:delay"), 0, Purpose.DELAY))
        before += h < 1.4
        expected = h / 0.1 if h < 1.4 else 14.0 + (h - 1.4) / 0.5
        assert left - entered == pytest.approx(expected, abs=1e-9)
    assert 0 < before < n


def test_8_9_a_patience_with_a_mark_of_its_own():
    """Announced 3 and 8 minutes: nobody gives up before the announced wait is over, everybody does then."""
    b = shop()
    jobs(b, "work", (0, 100, 0), (1, 1, 3), (1, 1, 8), columns="size announced")
    patience = Hazard((0.0, 1.0), (0.0, AT_ONCE), shift="announced")
    b.work("work", served_by="p", size=SIZE, patience=patience)
    b.named("p", people("a"))
    assert rows(run(b), "job left", exit="abandoned") == [(1, 5), (2, 10)]


def test_8_9_a_scale_and_a_cap_come_after_the_shift():
    """(10 + 5) capped at 12."""
    assert stays(Hazard((0.0, 10.0), (0.0, AT_ONCE), shift="shift", cap=12.0), 5) == 12


def test_8_9_the_attribute_must_exist():
    """Checked."""
    b = shop()
    b.recorded("in", to="delay", times=[10.0])
    b.delay("delay", Hazard((0.0, 10.0), (0.0, 1.0), shift="nothing"))
    with pytest.raises(NetworkProblems):
        b.build()


# 8.10, the calendar alone

SLOW = Calendar("slow", [(0, 10), (10, 20), (30, 40)], paces=(1.0, 0.5, 2.0))
"""10 minutes that count 10, 10 that count 5, a gap, 10 that count 20: 35 in all."""


@pytest.mark.parametrize(
    ("t", "d", "end"),
    [
        (0, 4, 4),
        (0, 10, 10),
        (0, 11, 12),
        (0, 15, 20),
        (0, 16, 30.5),
        (5, 5, 10),
        (5, 7, 14),
        (8, 10, 31.5),
        (10, 5, 20),
        (12, 1, 14),
        (20, 1, 30.5),
        (25, 20, 40),
        (25, 21, inf),
        (35, 10, 40),
        (35, 8, 39),
        (15, 0, 15),
        (22, 0, 22),
        (-5, 1, 1),
        (0, 35, 40),
        (40, 1, inf),
    ],
)
def test_8_10_add_counts_minutes_by_their_pace(t, d, end):
    """Room of an interval: length x pace; end = begin + left / pace, exactly used up at the close."""
    assert SLOW.add(t, d) == end


@pytest.mark.parametrize(
    ("start", "stop", "minutes"),
    [
        (0, 10, 10),
        (0, 14, 12),
        (5, 20, 10),
        (0, 30, 15),
        (0, 31, 17),
        (20, 30, 0),
        (35, 40, 10),
        (0, 99, 35),
        (12, 14, 1),
    ],
)
def test_8_10_between_counts_the_same(start, stop, minutes):
    """The inverse of `add`."""
    assert SLOW.between(start, stop) == minutes


def test_8_10_the_next_opening_is_as_ever():
    """Inside: now; in the gap: 30; after the end: never."""
    assert (SLOW.next_open(15), SLOW.next_open(20), SLOW.next_open(40)) == (15, 30, inf)


def test_8_10_touching_intervals_of_different_pace_stay_apart():
    """And those of one pace count as one in every way."""
    assert len(SLOW.intervals) == 3
    assert SLOW.is_open(10)
    same = Calendar("same", [(0, 10), (10, 20)], paces=(0.5, 0.5))
    assert (same.add(0, 6), same.between(0, 12)) == (12, 6)


def test_8_10_paces_repeat_with_their_intervals():
    """A day of 100: [0, 10) counts double (20), [50, 60) half (5): 25 a day. 26 from 0: .5 into the second day."""
    day = Calendar("day", [(0, 10), (50, 60)], repeat=(0, 100), paces=(2.0, 0.5))
    assert (day.add(0, 26), day.add(0, 25), day.add(0, 22), day.add(205, 10), day.add(55, 2.5)) == (
        100.5,
        60,
        54,
        210,
        60,
    )
    assert day.add(0, 25 * 1000 + 20) == 100_010
    assert (day.between(0, 100), day.between(55, 255), day.between(0, 1000)) == (25, 50, 250)


def test_8_10_a_pace_of_one_everywhere_is_the_plain_calendar():
    """Also where intervals touch."""
    plain, paced = Calendar("c", [(0, 10), (10, 20)]), Calendar("c", [(0, 10), (10, 20)], paces=(1.0, 1.0))
    times = [x / 7 for x in range(160)]
    assert paced.intervals == plain.intervals
    assert [paced.add(t, 3.3) for t in times] == [plain.add(t, 3.3) for t in times]
    assert [paced.between(t, t + 5.1) for t in times] == [plain.between(t, t + 5.1) for t in times]


@pytest.mark.parametrize(
    "paces", [(1.0,), (1.0, 0.0, 1.0), (1.0, -1.0, 1.0), (1.0, inf, 1.0), (1.0, float("nan"), 1.0)]
)
def test_8_10_a_pace_is_a_positive_number_for_each_interval(paces):
    """Refused."""
    with pytest.raises(ValueError):
        Calendar("slow", [(0, 10), (10, 20), (30, 40)], paces=paces)


# 8.10, timers that name it


def timers(**work) -> NetworkBuilder:
    """a is busy for ever; jobs at 0 and 8; calendar `slow`."""
    b = shop()
    jobs(b, "work", (0, 900), (8, 1))
    b.calendar(SLOW)
    b.work("work", **{"served_by": "p", "size": SIZE, **work})
    b.named("p", people("a"))
    return b


def test_8_10_a_delay():
    """10 from 8: 2 until 10, 5 until 20, 3 more at double speed: 31.5. 4 from 22: 32."""
    b = shop()
    jobs(b, "delay", (8, 10), (22, 4))
    b.calendar(SLOW)
    b.delay("delay", SIZE, calendar="slow", recorded=True)
    assert rows(run(b), "left") == [(31.5,), (32,)]


def test_8_10_a_patience():
    """10 from 8: 31.5."""
    b = timers(patience=Constant(10), patience_calendar="slow")
    assert rows(run(b), "left", exit="abandoned") == [(31.5,)]


def test_8_10_an_overflow():
    """10 from 8: c takes it at 31.5."""
    b = timers(served_by=[Edge("p", 1), Edge("q", 2, after=10)], after_calendar="slow")
    b.named("q", people("c"))
    assert starts(run(b), job=1) == [(1, "c", 31.5)]


def test_8_10_a_due_time():
    """10 from 8."""
    b = timers(due=Constant(10), due_calendar="slow")
    assert run(b).jobs["due"].tolist()[1] == 31.5


def test_8_10_a_watch_and_what_it_repeats():
    """5 from 8: 2 until 10, 3 in 6 minutes: 16. 5 more: 2 until 20, 3 from 30: 31.5."""
    b = shop()
    b.recorded("in", to="delay", times=[8.0])
    b.calendar(SLOW)
    b.delay("delay", Constant(90))
    b.delay("chase", Constant(1), recorded=True)
    b.watch("w", Anchor("entered", "delay"), Constant(5), calendar="slow", times=2, spawn=(Spawn("chase"),))
    assert rows(run(b), "entered") == [(16,), (31.5,)]


def test_8_10_the_wait_for_an_owner():
    """Met by a until 3, back at 8 for 10 minutes of `slow`: b takes it at 31.5."""
    b = shop()
    jobs(b, "meet", (1, 2))
    jobs(b, "block", (4, 90))
    b.calendar(SLOW)
    b.work("meet", served_by="p", size=SIZE, owner="note")
    b.delay("pause", Constant(5))
    b.work("talk", served_by="p", size=SIZE, owner="prefer", owner_wait=10.0, owner_calendar="slow")
    b.work("block", served_by="p", size=SIZE)
    b.route("meet", "done", "pause")
    b.route("pause", "done", "talk")
    b.named("p", people("a b"), server_choice="lowest number")
    assert starts(run(b), step="talk") == [(0, "b", 31.5)]


def test_8_10_patience_that_goes_on_after_a_hand_back():
    """10 minutes of `slow`: in line 0-5 (5 of them), at work 5-12, handed back: 5 more from 12: 4 until 20, 1 at double
    speed: 30.5."""
    b = shop()
    jobs(b, "block", (0, 5))
    jobs(b, "work", (0, 50))
    b.calendar(SLOW)
    b.work("block", served_by="p", size=SIZE)
    b.work("work", served_by="p", size=SIZE, patience=Constant(10), patience_calendar="slow")
    b.named("p", people("a", (0, 12), (200, 300)), end_of_duty="hand back")
    assert rows(run(b), "left exit", step="work") == [(12, "handed_back"), (30.5, "abandoned")]


@pytest.mark.parametrize("where", ["opening", "until_open", "switch"])
def test_8_10_it_is_no_door(where):
    """Checked."""
    b = timers(**({"opening": "slow"} if where == "opening" else {}))
    if where == "until_open":
        b.delay("wait", Constant(1), until_open="slow")
    if where == "switch":
        b.gauge("g", "waiting", steps=("work",))
        b.switch("s", "g", 1, 0, calendar="slow")
    with pytest.raises(NetworkProblems):
        b.build()
