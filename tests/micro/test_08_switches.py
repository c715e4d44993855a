"""Switches: when they look, when they turn, and what duties and edges do with them (rule 8.2), by hand."""

from __future__ import annotations

import pytest

from sim.machine import (
    Attribute,
    Break,
    Calendar,
    Condition,
    Constant,
    Duty,
    Edge,
    NetworkBuilder,
    Server,
    Source,
)
from tests.micro.desk import lever, look, readings, seen, switched, there
from tests.micro.table import duty, jobs, people, rows, run, served, shop, starts

SIZE = Attribute("size")
SPELL = "job server entered started left exit"


def on_call(*births: tuple[float, ...], rule: str = "finish", columns: str = "size", **switch) -> NetworkBuilder:
    """a is there, b is on call: switch `help` looks at the line of `work`, by default every 5 minutes, on at 2, off
    at 0."""
    b = shop()
    jobs(b, "work", *births, columns=columns)
    b.work("work", served_by="p", size=SIZE)
    b.gauge("line", "waiting", steps=("work",))
    b.switch("help", "line", **{"on": 2, "off": 0, "every": 5.0, **switch})
    b.named("p", [*people("a"), Server("b", (Duty(0, 1000, switch="help"),))], end_of_duty=rule)
    return b


def hand(*stretches: tuple[float, float], servers: list[Server], rule: str = "finish", **switch) -> NetworkBuilder:
    """Step `work` served by these servers of pool `p`; switch `s` is on in these stretches.

    The stream of a late job names its size.
    """
    b = shop()
    jobs(b, "work", (1500, 1), name="late")
    b.work("work", served_by="p", size=SIZE)
    lever(b, "s", *stretches, **switch)
    b.named("p", servers, end_of_duty=rule)
    return b


def helper(begin: float = 0.0, end: float = 1000.0, *breaks: Break, name: str = "b", **more) -> Server:
    """A server whose duty names the switch `s`."""
    return Server(name, (Duty(begin, end, **{"switch": "s", **more}),), breaks)


# levels and ticks


def test_8_2_off_at_the_start_on_at_the_level_off_at_the_level():
    """In line at 5: three, so b comes: 5-8, 8-11, 11-14. At 10 one waits (more than 0), at 15 none: off. Later one
    waits for a."""
    r = run(on_call((1, 100), (2, 3), (3, 3), (4, 3), (16, 3)))
    assert starts(r) == [(0, "a", 1), (1, "b", 5), (2, "b", 8), (3, "b", 11), (4, "a", 101)]
    assert switched(r) == [("help", 5, 15)]


def test_8_2_a_tick_comes_before_the_births_of_its_instant():
    """At 5 only the job of 2 waits; that of 5 comes after the tick. At 10 both do."""
    r = run(on_call((1, 100), (2, 3), (5, 3)))
    assert starts(r) == [(0, "a", 1), (1, "b", 10), (2, "b", 13)]
    assert switched(r) == [("help", 10, 15)]


def test_8_2_a_tick_comes_before_the_completions_of_its_instant():
    """a is free at 10, but the tick of 10 still sees two in line: b takes the first of them, a the second."""
    r = run(on_call((1, 9), (2, 3), (3, 3), every=10.0))
    assert starts(r) == [(0, "a", 1), (1, "b", 10), (2, "a", 10)]
    assert switched(r) == [("help", 10, 20)]


def test_8_2_a_tick_comes_before_the_door_closes():
    """The door closes at 10 and sends the one in line away; the tick of 10 has seen it."""
    b = shop()
    jobs(b, "work", (1, 100), (2, 3))
    b.calendar(Calendar("hours", [(0, 10)]))
    b.work("work", served_by="p", size=SIZE, opening="hours", at_close="leave")
    b.gauge("line", "waiting", steps=("work",))
    b.switch("help", "line", 1, 0, every=10.0, delay=1.0)
    b.named("p", people("a"))
    r = run(b)
    assert rows(r, "job left exit") == [(0, 101, "done"), (1, 10, "closed")]
    assert switched(r) == [("help", 11, 20)]


@pytest.mark.parametrize(("duty", "stretch"), [((-0.5, 20), (21, None)), ((20, 40), (0, 21))])
def test_8_2_a_tick_comes_before_duties_end_and_begin(duty, stretch):
    """A falling switch (on at 0 there, off at 1) over a duty that ends at 20, or begins then: the tick of 20 does not
    know it yet. End: on from 21. Begin at 20, after a start at 0 without anybody: off at 21."""
    b = shop(end=30.0, follow=10.0)
    jobs(b, "work", (29.5, 1))
    b.work("work", served_by="p", size=SIZE)
    b.named("p", people("a", duty))
    b.gauge("g", "on duty", pools=("p",))
    b.switch("empty", "g", 0, 1, falling=True)
    assert switched(run(b)) == [("empty", *stretch)]


def test_8_2_a_tick_comes_before_a_head_count_changes():
    """Two until 20, none from then on: the tick of 20 reads two, that of 21 none."""
    b = shop(end=30.0, follow=10.0)
    jobs(b, "work", (19, 1), (29.5, 1))
    b.work("work", served_by="p", size=SIZE)
    b.counted("p", [(0, 2), (20, 0)])
    b.gauge("g", "on duty", pools=("p",))
    b.calendar(Calendar("later", [(15, 35)]))
    b.switch("empty", "g", 0, 1, falling=True, calendar="later")
    assert switched(run(b)) == [("empty", 21, None)]


def test_8_2_ticks_are_multiples_of_every_from_the_begin_of_the_warm_up_on():
    """Warm-up of 7, every 5 minutes: looks at -5 (not at -7 or -2), where one waits, and at 0."""
    b = shop(warm_up=7.0)
    jobs(b, "work", (-7, 100), (-6, 10))
    b.work("work", served_by="p", size=SIZE)
    b.gauge("line", "waiting", steps=("work",))
    b.switch("help", "line", 1, 0, every=5.0)
    b.named("p", [*people("a", (-7, 1000)), Server("b", (Duty(-7, 1000, switch="help"),))])
    r = run(b)
    assert starts(r) == [(0, "a", -7), (1, "b", -5)]
    assert switched(r) == [("help", -5, 0)]


def test_8_2_a_tick_is_a_product_and_not_a_sum():
    """The third tick of a tenth of a minute is 3 x 0.1 = 0.30000000000000004."""
    r = run(on_call((0.01, 100), (0.25, 3), every=0.1, on=1))
    assert starts(r)[1] == (1, "b", 3 * 0.1)
    assert 3 * 0.1 != 0.3


@pytest.mark.parametrize(("warm_up", "every", "first"), [(0.3, 0.1, -0.2), (4.3, 0.1, -4.3), (7, 5, -5), (10, 5, -10)])
def test_8_2_the_first_tick_is_the_first_product_in_the_run(warm_up, every, first):
    """3 x 0.1 is a bit more than 0.3, so that tick lies before the run; 43 x 0.1 is 4.3."""
    b = shop(end=1.0, follow=0.0, warm_up=warm_up)
    b.recorded("in", to="work", times=[0.5])
    b.work("work")
    b.gauge("line", "waiting", steps=("work",))
    b.switch("s", "line", 0, 1, every=every, falling=True)
    assert switched(run(b))[0][:2] == ("s", first)


def test_8_2_each_switch_has_ticks_of_its_own():
    """One waits from 1 on. Every 10, every 3 and every 4 minutes: on at 10, 3 and 4."""
    b = shop(end=20.0, follow=0.0)
    b.recorded("in", to="work", times=[1.0])
    b.work("work")
    b.gauge("line", "waiting", steps=("work",))
    for every in (10, 3, 4):
        b.switch(f"s{every}", "line", 1, 0, every=every)
    assert switched(run(b)) == [("s10", 10, None), ("s3", 3, None), ("s4", 4, None)]


def test_8_2_ticks_go_on_after_the_period_until_the_limit():
    """Period of 100, followed for 100: the counted job of 99 waits for b, who comes at 199."""
    b = shop(end=100.0, follow=100.0)
    jobs(b, "work", (99, 1))
    b.work("work", served_by="p", size=Constant(0.5))
    lever(b, "s", (199, 300))
    b.named("p", [helper()])
    assert served(run(b)) == [(0, "b", 199, 199.5)]


def test_8_2_the_last_tick_is_that_of_the_limit():
    """A job waits for ever; at the limit, 200, it looks once more."""
    b = shop(end=100.0, follow=100.0)
    b.recorded("in", to="work", times=[99.0])
    b.work("work")
    lever(b, "s", (200, 300))
    assert switched(run(b)) == [("s", 200, None)]


def test_8_2_ticks_do_not_keep_the_run_going():
    """Everything counted is done at 104; the tick of 105 and those after it do not happen."""
    b = shop(end=100.0, follow=100.0)
    jobs(b, "work", (99, 5))
    b.work("work", served_by="p", size=SIZE)
    b.gauge("line", "waiting", steps=("work",))
    b.switch("help", "line", 1, 0)
    b.named("p", people("a"))
    assert run(b).stopped == 104.0


def test_8_2_with_a_calendar_it_looks_only_while_that_is_open():
    """Open [10, 20) and [30, 40): one waits since 2, but it looks at 10 first; off at 15 (nobody waits). The two of
    16 and 17 are not seen at 20 (closed) and 25, but at 30, when b's first job is just done (10-30)."""
    b = on_call((1, 100), (2, 20), (16, 3), (17, 3), on=1, calendar="look")
    b.calendar(Calendar("look", [(10, 20), (30, 40)]))
    r = run(b)
    assert switched(r) == [("help", 10, 15), ("help", 30, 35)]
    assert starts(r) == [(0, "a", 1), (1, "b", 10), (2, "b", 30), (3, "b", 33)]


def test_8_2_with_the_calendar_closed_it_stays_as_it_is():
    """It looks at 10 only: on, and never off."""
    b = on_call((1, 100), (2, 20), on=1, calendar="look")
    b.calendar(Calendar("look", [(10, 11)]))
    assert switched(run(b)) == [("help", 10, None)]


def stays(*stretches: tuple[float, float], **switch) -> NetworkBuilder:
    """A switch that looks every minute at how many are in a delay; each is there from its first to its second time."""
    b = shop(end=40.0, follow=10.0)
    jobs(b, "delay", *((a, z - a) for a, z in stretches))
    b.delay("delay", SIZE)
    b.work("never", served_by="p", size=Constant(1))
    b.recorded("last", to="never", times=[39.5])
    b.counted("p", 1)
    b.gauge("g", "inside", steps=("delay",))
    b.switch("s", "g", **switch)
    return b


THREE = ((0.5, 10.5), (1.5, 12.5), (2.5, 7.5))
"""Seen: 0, 1, 2, 3 at 0 to 3, still 3 at 7, 2 from 8 to 10, 1 at 11 and 12, 0 from 13 on."""


@pytest.mark.parametrize(
    ("on", "off", "expected"),
    [
        (3, 1, [(3, 11)]),
        (3, 0, [(3, 13)]),
        (2, 1, [(2, 11)]),
        (1, 0, [(1, 13)]),
        (4, 0, []),
        (3, 2, [(3, 8)]),
    ],
)
def test_8_2_between_the_levels_nothing_happens(on, off, expected):
    """On at the first tick with at least `on`, off at the first one after it with at most `off`."""
    assert switched(run(stays(*THREE, on=on, off=off))) == [("s", a, z) for a, z in expected]


@pytest.mark.parametrize(
    ("on", "off", "expected"),
    [(1, 3, [(0, 3), (11, None)]), (0, 1, [(0, 1), (13, None)]), (0, 2, [(0, 2), (13, None)])],
)
def test_8_2_a_falling_switch_turns_on_when_the_gauge_is_low(on, off, expected):
    """On at most at `on`, off at least at `off`; nobody is there at 0, so it is on from the first tick."""
    assert switched(run(stays(*THREE, on=on, off=off, falling=True))) == [("s", a, z) for a, z in expected]


@pytest.mark.parametrize(
    ("delay", "least", "stretch"),
    [(0, 0, (3, 8)), (0, 5, (3, 8)), (0, 6, (3, 9)), (2.5, 0, (5.5, 8)), (2.5, 2.5, (5.5, 8)), (2.5, 3, (5.5, 9))],
)
def test_8_2_it_stays_on_for_the_least_time(delay, least, stretch):
    """On at 3 (plus the delay); low enough from 8 on: off at the first tick with at least `least` minutes on."""
    b = stays(*THREE, on=3, off=2, delay=delay, least=least)
    assert switched(run(b)) == [("s", *stretch)]


def test_8_2_after_the_delay_it_turns_on_whatever_happened_meanwhile():
    """Two wait at 5: on at 8, though the line is empty at 7; at 10 it is off again. b was of no use."""
    r = run(on_call((1, 5), (2, 1), (3, 1), delay=3.0))
    assert switched(r) == [("help", 8, 10)]
    assert starts(r) == [(0, "a", 1), (1, "a", 6), (2, "a", 7)]


def test_8_2_while_a_turning_on_is_pending_no_other_is_decided():
    """One waits at 2, 4 and 6; on at 7 from the first look; b takes it (7-57), off at 8 and nothing at 9."""
    r = run(on_call((1, 100), (1.5, 50), every=2.0, on=1, delay=5.0))
    assert switched(r) == [("help", 7, 8)]
    assert starts(r) == [(0, "a", 1), (1, "b", 7)]


def test_8_2_a_pending_turning_on_does_not_make_the_switch_be_on():
    """Decided at 3, on at 13 only, although the level is low from 8 on; off at 14."""
    assert switched(run(stays(*THREE, on=3, off=2, delay=10.0))) == [("s", 13, 14)]


def test_8_2_it_may_turn_on_again_and_again():
    """High at 3-4, 7 and 11-19: three stretches."""
    b = stays((2.5, 4.5), (6.5, 7.5), (10.5, 19.5), on=1, off=0)
    assert switched(run(b)) == [("s", 3, 5), ("s", 7, 8), ("s", 11, 20)]


def test_8_12_rows_of_switches_stand_in_the_order_of_turning_on():
    """y (second in the table) from 5 to 9 and again from 20, x from 7 to 30."""
    b = hand(servers=[helper()])
    lever(b, "x", (7, 30))
    lever(b, "y", (5, 9), (20, 25))
    jobs(b, "work", (50, 1))
    r = run(b)
    names = [r.network.switches[int(s["switch"])].name for s in r.switches]
    assert list(zip(names, r.switches["begin"].tolist(), r.switches["end"].tolist(), strict=True)) == [
        ("y", 5, 9),
        ("x", 7, 30),
        ("y", 20, 25),
    ]


def test_8_12_a_switch_that_is_on_at_the_end_has_no_end():
    """High from 35 to beyond the limit."""
    assert switched(run(stays((34.5, 99), on=1, off=0))) == [("s", 35, None)]


# several switches at one instant


def test_8_2_switches_look_in_table_order_each_when_its_turn_comes():
    """The first one brings b at 5; the second one, in the same event, sees it. It is off at 30 in the same way."""
    b = hand((5, 30), servers=[helper()])
    jobs(b, "work", (50, 1))
    b.gauge("g", "on duty", pools=("p",))
    b.switch("after", "g", 1, 0)
    assert switched(run(b)) == [("after", 5, 30), ("s", 5, 30)]


def test_8_2_a_switch_that_stands_before_sees_it_a_tick_later():
    """The same with the other order: 6 and 31."""
    b = shop()
    jobs(b, "work", (50, 1))
    b.work("work", served_by="p", size=SIZE)
    b.gauge("g", "on duty", pools=("p",))
    b.switch("before", "g", 1, 0)
    lever(b, "s", (5, 30))
    b.named("p", [helper()])
    assert switched(run(b)) == [("before", 6, 31), ("s", 5, 30)]


def test_8_2_a_tick_comes_before_a_pending_turning_on_of_its_instant():
    """Decided at 5, on at 10: the tick of 10 does not see b yet, that of 11 does."""
    b = hand((5, 30), servers=[helper()], delay=5.0)
    jobs(b, "work", (50, 1))
    b.gauge("g", "on duty", pools=("p",))
    b.switch("after", "g", 1, 0)
    assert switched(run(b)) == [("after", 11, 30), ("s", 10, 30)]


@pytest.mark.parametrize(("decided", "first"), [((5, 10), "x"), ((10, 5), "y"), ((5, 5), "y")])
def test_8_2_pending_ones_of_one_instant_go_by_serial(decided, first):
    """Both turn on at 15; x's was decided at the first time, y's at the second; at the same tick y's switch stands
    first in the table (and so does y). Who comes first takes job 0."""
    b = shop()
    jobs(b, "work", (1, 50), (2, 50))
    b.work("work", served_by="p", size=SIZE)
    lever(b, "of y", (decided[1], 900), delay=15.0 - decided[1])
    lever(b, "of x", (decided[0], 900), delay=15.0 - decided[0])
    b.named("p", [helper(name="y", switch="of y"), helper(name="x", switch="of x")])
    second = {"x": "y", "y": "x"}[first]
    assert starts(run(b)) == [(0, first, 15), (1, second, 15)]


# with planned changes of the same instant


@pytest.mark.parametrize(("every", "delay", "order"), [(8.0, 0.0, (1, 0)), (5.0, 3.0, (0, 1))])
def test_8_2_a_tick_comes_before_and_a_pending_one_after_planned_ends(every, delay, order):
    """a's duty ends at 8 and job 0 (place 1) is handed back. Turned on in the tick of 8, b has taken job 1 by then
    (8-11) and job 0 after it; turned on by the decision of 5, b finds both in line: job 0 (93 left) first, 8-101."""
    b = shop()
    jobs(b, "work", (1, 100), (2, 3))
    b.work("work", served_by="p", size=SIZE)
    b.gauge("line", "waiting", steps=("work",))
    b.switch("help", "line", 1, 0, every=every, delay=delay, least=500.0)
    b.named("p", [*people("a", (0, 8)), Server("b", (Duty(0, 1000, switch="help"),))], end_of_duty="hand back")
    expected = {(1, 0): [(0, "a", 1), (0, "b", 11), (1, "b", 8)], (0, 1): [(0, "a", 1), (0, "b", 8), (1, "b", 101)]}
    assert starts(run(b)) == expected[order]


@pytest.mark.parametrize(("every", "delay"), [(10.0, 0.0), (5.0, 5.0)])
def test_8_2_turning_on_comes_before_planned_begins(every, delay):
    """At 10 c begins as planned and b by the switch, which is of kind 0: b takes job 1, c job 2, though c has the
    lower number."""
    b = shop()
    jobs(b, "work", (1, 100), (2, 3), (3, 3))
    b.work("work", served_by="p", size=SIZE)
    b.gauge("line", "waiting", steps=("work",))
    b.switch("help", "line", 2, 0, every=every, delay=delay)
    b.named("p", [*people("a"), *people("c", (10, 1000)), Server("b", (Duty(0, 1000, switch="help"),))])
    assert starts(run(b)) == [(0, "a", 1), (1, "b", 10), (2, "c", 10)]


# duties


@pytest.mark.parametrize(
    ("stretches", "expected"),
    [
        ([(5, 60)], [(20, 40)]),
        ([(30, 60)], [(30, 40)]),
        ([(5, 30)], [(20, 30)]),
        ([(25, 35)], [(25, 35)]),
        ([(20, 40)], [(20, 40)]),
        ([(40, 50)], []),
        ([(5, 20)], []),
        ([(5, 12)], []),
        ([(39, 50)], [(39, 40)]),
        ([(10, 22), (30, 50)], [(20, 22), (30, 40)]),
        ([(22, 24), (26, 28)], [(22, 24), (26, 28)]),
    ],
)
def test_8_2_a_server_is_there_while_both_its_duty_and_its_switch_say_so(stretches, expected):
    """Duty [20, 40): what the two have in common."""
    b = hand(*stretches, servers=[helper(20, 40)])
    assert there(b, "p", 70) == expected


def test_8_2_at_the_end_of_the_duty_nothing_begins():
    """On at 40, when [20, 40) is over: the one in line since 1 does not start."""
    b = hand((40, 60), servers=[helper(20, 40)])
    jobs(b, "work", (1, 4))
    assert rows(run(b), SPELL) == [(0, None, 1, None, None, "open")]


def test_8_2_at_the_begin_of_the_duty_it_begins_with_the_switch():
    """On in the tick of 20, when [20, 40) begins: before the planned begins. So b takes job 0 and c, who has the lower
    number and begins at 20 too, job 1."""
    b = hand((20, 60), servers=[*people("c", (20, 90)), helper(20, 40)])
    jobs(b, "work", (1, 4), (2, 4))
    assert starts(run(b)) == [(0, "b", 20), (1, "c", 20)]


def test_8_2_off_at_the_end_of_the_duty_is_the_planned_end():
    """Off in the tick of 40, when [0, 40) ends as planned, together with a's duty: handed back by number, a's job 0
    first, which z takes; b's job 1 (started at 2) is next."""
    b = shop()
    jobs(b, "work", (1, 100), (2, 100))
    b.work("work", served_by=[Edge("p", 1), Edge("q", 2)], size=SIZE)
    lever(b, "s", (1, 40))
    b.named("p", [*people("a", (0, 40)), helper(0, 40)], end_of_duty="hand back")
    b.named("q", people("z", (30, 900)))
    assert starts(run(b)) == [(0, "a", 1), (0, "z", 40), (1, "b", 2), (1, "z", 101)]


def test_8_2_off_within_the_duty_comes_before_planned_ends():
    """The same with a duty of b that would go on: it ends in the tick: its job is handed back first, to z."""
    b = shop()
    jobs(b, "work", (1, 100), (2, 100))
    b.work("work", served_by=[Edge("p", 1), Edge("q", 2)], size=SIZE)
    lever(b, "s", (1, 40))
    b.named("p", [*people("a", (0, 40)), helper(0, 90)], end_of_duty="hand back")
    b.named("q", people("z", (30, 900)))
    assert starts(run(b)) == [(0, "a", 1), (0, "z", 102), (1, "b", 2), (1, "z", 40)]


def test_8_2_several_duties_may_name_switches():
    """[10, 20) names s, [30, 40) does not, [50, 60) does; s is on in [15, 55)."""
    duties = (Duty(10, 20, switch="s"), Duty(30, 40), Duty(50, 60, switch="s"))
    b = hand((15, 55), servers=[Server("b", duties)])
    assert there(b, "p", 70) == [(15, 20), (30, 40), (50, 55)]


def test_8_2_the_work_of_a_stretch():
    """On in [5, 9): in line since 1 and 2. 5-8, then 8-11 finishes after the end; the third waits for 20."""
    b = hand((5, 9), (20, 30), servers=[helper()])
    jobs(b, "work", (1, 3), (2, 3), (3, 3))
    assert served(run(b)) == [(0, "b", 5, 8), (1, "b", 8, 11), (2, "b", 20, 23)]


@pytest.mark.parametrize(
    ("rule", "spells"),
    [
        ("finish", [(0, "b", 1, 5, 25, "done")]),
        ("pause", [(0, "b", 1, 5, 9, "paused"), (0, "b", 9, 20, 36, "done")]),
        ("hand back", [(0, "b", 1, 5, 9, "handed_back"), (0, "b", 9, 20, 36, "done")]),
    ],
)
def test_8_2_turning_off_is_an_end_of_duty(rule, spells):
    """20 minutes of work, on in [5, 9) and from 20 on: 4 done by 9, 16 left."""
    b = hand((5, 9), (20, 90), servers=[helper()], rule=rule)
    jobs(b, "work", (1, 20))
    assert rows(run(b), SPELL) == spells


def test_8_2_handed_back_work_goes_on_elsewhere_at_once():
    """b turned off at 9: a, free since 8, takes the 16 minutes left: 25."""
    b = hand((5, 9), servers=[*people("a", (0, 900)), helper()], rule="hand back")
    jobs(b, "work", (1, 7), (2, 20))
    assert rows(run(b), SPELL) == [
        (0, "a", 1, 1, 8, "done"),
        (1, "b", 2, 5, 9, "handed_back"),
        (1, "a", 9, 9, 25, "done"),
    ]


@pytest.mark.parametrize("rule", ["finish", "pause", "hand back"])
def test_8_2_work_that_completes_when_it_turns_off_is_completed(rule):
    """5-9 is done at 9; the job in line does not start."""
    b = hand((5, 9), servers=[helper()], rule=rule)
    jobs(b, "work", (1, 4), (2, 4))
    assert rows(run(b), SPELL) == [(0, "b", 1, 5, 9, "done"), (1, None, 2, None, None, "open")]


def test_8_2_a_step_says_what_happens_at_the_end():
    """The pool finishes, the step hands back."""
    b = shop()
    jobs(b, "work", (1, 20))
    b.work("work", served_by="p", size=SIZE, end_of_duty="hand back")
    lever(b, "s", (5, 9), (20, 90))
    b.named("p", [helper()])
    assert rows(run(b), SPELL) == [(0, "b", 1, 5, 9, "handed_back"), (0, "b", 9, 20, 36, "done")]


def test_8_2_after_work_ends_in_real_time_whatever_the_switch_does():
    """5-8 and after-work until 13: on again at 10, but the slot is taken until 13."""
    b = shop()
    jobs(b, "work", (1, 3), (2, 3))
    b.work("work", served_by="p", size=SIZE, after_work=Constant(5))
    lever(b, "s", (5, 9), (10, 90))
    b.named("p", [helper()], end_of_duty="pause")
    assert rows(run(b), "job started left released") == [(0, 5, 8, 13), (1, 13, 16, 21)]


def test_8_2_who_begins_together_shares_the_line():
    """x and y (two slots each) come at 5 and find three in line: x, y, and then x who has started longer ago."""
    b = shop()
    jobs(b, "work", (1, 9), (2, 9), (3, 9))
    b.work("work", served_by="p", size=SIZE)
    lever(b, "s", (5, 90))
    b.named("p", [helper(name="x"), helper(name="y")], slots=2)
    assert starts(run(b)) == [(0, "x", 5), (1, "y", 5), (2, "x", 5)]


def test_8_2_pools_of_one_switch_begin_in_one_event():
    """q stands second in the table and is the better rank: its server takes the first in line, p's the second."""
    b = shop()
    jobs(b, "work", (1, 9), (2, 9))
    b.work("work", served_by=[Edge("p", 2), Edge("q", 1)], size=SIZE)
    lever(b, "s", (5, 90))
    b.named("p", [helper(name="x")])
    b.named("q", [helper(name="y")])
    assert starts(run(b)) == [(0, "y", 5), (1, "x", 5)]


def test_8_2_those_who_end_together_hand_back_before_one_offer():
    """y (job 0) and x (job 1) are turned off at 9; z of the second pool takes the older one's rest, then the other."""
    b = shop()
    jobs(b, "work", (1, 20), (2, 20))
    b.work("work", served_by=[Edge("p", 1), Edge("q", 2)], size=SIZE)
    lever(b, "s", (5, 9))
    b.named("p", [helper(name="y"), helper(name="x")], end_of_duty="hand back", server_choice="lowest number")
    b.named("q", people("z", (7, 900)))
    r = run(b)
    assert starts(r) == [(0, "y", 5), (0, "z", 9), (1, "x", 5), (1, "z", 25)]


def test_8_2_the_speed_of_a_switched_duty():
    """Speed 2: 20 minutes of work from 5 are done at 15, after the end of 9 with the speed of the duty that ended."""
    b = hand((5, 9), servers=[helper(speed=2.0)])
    jobs(b, "work", (1, 20))
    assert served(run(b)) == [(0, "b", 5, 15)]


def test_8_2_presence_is_drawn_once_per_duty():
    """Presence one half: who of eight comes when the switch is on at 1 comes again when it is on at 200, and would
    have come without a switch."""
    names = [f"s{i}" for i in range(8)]
    came = []
    for switch in (True, False):
        b = shop()
        jobs(b, "work", *((0.25, 5),) * 8, *((150.25, 5),) * 8)
        b.work("work", served_by="p", size=SIZE)
        lever(b, "s", (1, 100), (200, 300))
        half = Duty(0, 1000, presence=0.5, switch="s" if switch else None)
        b.named("p", [Server(n, (half,)) for n in names])
        r = run(b)
        came.append({s for job, s, _ in starts(r) if job < 8})
        came.append({s for job, s, _ in starts(r) if job >= 8})
    assert came[0] == came[1] == came[2] == came[3]
    assert 0 < len(came[0]) < 8


def test_8_2_who_is_absent_does_not_come_with_the_switch():
    """Presence 0."""
    b = hand((5, 60), servers=[helper(20, 40, presence=0.0)])
    assert there(b, "p", 70) == []


# breaks


@pytest.mark.parametrize(
    ("stretch", "expected"),
    [
        ((10, 60), [(10, 20), (30, 60)]),
        ((25, 60), [(30, 60)]),
        ((20, 60), [(30, 60)]),
        ((30, 60), [(30, 60)]),
        ((10, 25), [(10, 20)]),
        ((22, 28), []),
        ((10, 20), [(10, 20)]),
    ],
)
def test_8_2_a_fixed_break_in_a_switched_duty(stretch, expected):
    """Break [20, 30): one that has begun when the switch turns on delays the begin to its end."""
    b = hand(stretch, servers=[helper(0, 1000, Break(20, 10))])
    assert there(b, "p", 70) == expected


@pytest.mark.parametrize(
    ("stretch", "expected"),
    [
        ((10, 60), [(10, 20), (30, 60)]),
        ((25, 60), [(25, 60)]),
        ((22, 60), [(22, 60)]),
        ((10, 25), [(10, 20)]),
        ((10, 20), [(10, 20)]),
    ],
)
def test_8_2_a_whole_break_in_a_switched_duty(stretch, expected):
    """Due at 20, 10 minutes: void when the duty is not there then, ended by the end of the duty."""
    b = hand(stretch, servers=[helper(0, 1000, Break(20, 10, "whole"))])
    assert there(b, "p", 70) == expected


def test_8_2_a_whole_break_ended_by_the_switch_does_not_go_on():
    """[20, 25) of it is taken; on again at 27, b is there at once."""
    b = hand((10, 25), (27, 60), servers=[helper(0, 1000, Break(20, 10, "whole"))])
    assert there(b, "p", 70) == [(10, 20), (27, 60)]


def test_8_2_a_whole_break_that_is_due_when_the_switch_turns_off_is_void():
    """Due at 20, busy 15-40 (finish), off at 25, on at 35: from 40 on b serves, without a break."""
    b = hand((10, 25), (35, 90), servers=[helper(0, 1000, Break(20, 10, "whole"))])
    jobs(b, "work", (15, 25), (16, 5))
    assert served(run(b)) == [(0, "b", 15, 40), (1, "b", 40, 45)]


def test_8_2_a_whole_break_due_when_the_switch_turns_on_comes_after_the_begin():
    """On at 20, when the break of 10 minutes is due: the one in line starts first (20-24), then the break, 34."""
    b = hand((20, 60), servers=[helper(0, 1000, Break(20, 10, "whole"))])
    jobs(b, "work", (1, 4), (2, 4))
    assert served(run(b)) == [(0, "b", 20, 24), (1, "b", 34, 38)]


def test_8_2_a_fixed_break_of_a_switched_duty_hands_work_back():
    """Work 15-20, 10 minutes: half is done when the break [20, 30) begins; on again it takes the rest: 30-35."""
    b = hand((10, 60), servers=[helper(0, 1000, Break(20, 10))], rule="hand back")
    jobs(b, "work", (15, 10))
    assert rows(run(b), SPELL) == [(0, "b", 15, 15, 20, "handed_back"), (0, "b", 20, 30, 35, "done")]


def test_8_2_turned_off_in_its_break_it_does_not_come_back():
    """On in [10, 25) and from 40 on, break [20, 30): paused work goes on at 40, not at 30."""
    b = hand((10, 25), (40, 90), servers=[helper(0, 1000, Break(20, 10))], rule="pause")
    jobs(b, "work", (15, 10))
    assert rows(run(b), SPELL) == [(0, "b", 15, 15, 20, "paused"), (0, "b", 20, 40, 45, "done")]


@pytest.mark.parametrize(("switch", "start"), [(None, 5), ("s", 5)])
def test_8_2_a_run_that_begins_in_the_middle_of_a_break(switch, start):
    """Duty from -50 on, break [-5, 5), the run from 0: there from 5 on, also when the switch turns on at 1."""
    b = hand((1, 90), servers=[Server("b", (Duty(-50, 100, switch=switch),), (Break(-5, 10),))])
    jobs(b, "work", (2, 3))
    assert served(run(b)) == [(0, "b", start, start + 3)]


# the duty table


@pytest.mark.parametrize(
    ("stretches", "breaks", "on_duty", "on_break"),
    [
        ([(30, 60)], (), [("b", 30, 40)], []),
        ([(5, 25)], (), [("b", 20, 25)], []),
        ([(10, 22), (30, 50)], (), [("b", 20, 22), ("b", 30, 40)], []),
        ([(40, 50)], (), [], []),
        ([(5, 60)], (Break(25, 5),), [("b", 20, 25), ("b", 30, 40)], [("b", 25, 30)]),
        ([(27, 60)], (Break(25, 5),), [("b", 30, 40)], []),
        ([(5, 60)], (Break(25, 5, "whole"),), [("b", 20, 40)], [("b", 25, 30)]),
        ([(5, 28)], (Break(25, 5, "whole"),), [("b", 20, 28)], [("b", 25, 28)]),
        ([(27, 60)], (Break(25, 5, "whole"),), [("b", 27, 40)], []),
    ],
)
def test_8_2_the_duty_table_tells_what_was_there(stretches, breaks, on_duty, on_break):
    """Duty [20, 40)."""
    b = hand(*stretches, servers=[helper(20, 40, *breaks)])
    b.recorded("long", to="long", times=[1.0])
    b.delay("long", Constant(90))
    r = run(b)
    assert [row for row in duty(r, "duty") if row[0] == "b"] == on_duty
    assert duty(r, "break") == on_break


# touching duties


@pytest.mark.parametrize(
    ("stretch", "spells"),
    [
        ((5, 200), [(0, "b", 40, 40, 70, "done")]),
        ((60, 200), [(0, "b", 40, 40, 50, "handed_back"), (0, "b", 50, 60, 80, "done")]),
        ((50, 200), [(0, "b", 40, 40, 70, "done")]),
    ],
)
def test_8_2_touching_duties_are_one_while_the_switch_is_on(stretch, spells):
    """[0, 50), then [50, 100) with the switch: work goes on from one into the other if it is on by then."""
    b = hand(stretch, servers=[Server("b", (Duty(0, 50), Duty(50, 200, switch="s")))], rule="hand back")
    jobs(b, "work", (40, 30))
    assert rows(run(b), SPELL) == spells


def test_8_2_a_switched_duty_before_a_plain_one():
    """[0, 50) with the switch, then [50, 100). On from 5 on: one duty. Off at 30: handed back then, resumed at 50."""
    servers = [Server("b", (Duty(0, 50, switch="s"), Duty(50, 200)))]
    for stretch, spells in (
        ((5, 200), [(0, "b", 20, 20, 60, "done")]),
        ((5, 30), [(0, "b", 20, 20, 30, "handed_back"), (0, "b", 30, 50, 80, "done")]),
    ):
        b = hand(stretch, servers=servers, rule="hand back")
        jobs(b, "work", (20, 40))
        assert rows(run(b), SPELL) == spells


@pytest.mark.parametrize(
    ("second", "spells"),
    [
        ((45, 200), [(0, "b", 20, 20, 60, "done")]),
        ((50, 200), [(0, "b", 20, 20, 60, "done")]),
        ((60, 200), [(0, "b", 20, 20, 50, "handed_back"), (0, "b", 50, 60, 70, "done")]),
    ],
)
def test_8_2_touching_duties_of_two_switches(second, spells):
    """[0, 50) names s (on from 5 on), [50, 100) names t."""
    b = hand((5, 200), servers=[Server("b", (Duty(0, 50, switch="s"), Duty(50, 200, switch="t")))], rule="hand back")
    lever(b, "t", second)
    jobs(b, "work", (20, 40))
    assert rows(run(b), SPELL) == spells


@pytest.mark.parametrize("stretch", [(5, 200), (50, 200)])
def test_8_2_where_duties_touch_nobody_begins(stretch):
    """c served 5-10, b has been idle since 0, over the touch at 50 too: b is idle for longer at 60."""
    servers = [*people("c"), Server("b", (Duty(0, 50), Duty(50, 200, switch="s")))]
    b = hand(stretch, servers=servers)
    jobs(b, "work", (5, 5), (60, 5))
    assert starts(run(b)) == [(0, "c", 5), (1, "b", 60)]


def test_8_2_only_the_speed_changes_where_duties_touch():
    """Work of 30 from 40: 10 by 50, then 20 at double speed: 60."""
    servers = [Server("b", (Duty(0, 50), Duty(50, 200, speed=2.0, switch="s")))]
    b = hand((5, 200), servers=servers, rule="hand back")
    jobs(b, "work", (40, 30))
    assert rows(run(b), SPELL) == [(0, "b", 40, 40, 60, "done")]


# edges


def overflow(*births: tuple[float, ...], after: float = 0.0, **switch) -> NetworkBuilder:
    """a of p first; c of q, always there, only while `over` is on."""
    b = shop()
    jobs(b, "work", *births)
    b.work("work", served_by=[Edge("p", 1), Edge("q", 2, switch="over", after=after)], size=SIZE)
    b.gauge("line", "waiting", steps=("work",))
    b.switch("over", "line", **{"on": 2, "off": 0, "every": 5.0, **switch})
    b.named("p", people("a"))
    b.named("q", people("c"))
    return b


def test_8_2_an_edge_sees_no_job_while_its_switch_is_off():
    """On at 5 (two in line): c 5-8 and 8-11, and the one of 6 after that; the one of 14.5 at once; off at 15; the one
    of 16 waits for a."""
    r = run(overflow((1, 100), (2, 3), (3, 3), (6, 3), (14.5, 0.25), (16, 3)))
    assert starts(r) == [(0, "a", 1), (1, "c", 5), (2, "c", 8), (3, "c", 11), (4, "c", 14.5), (5, "a", 101)]
    assert switched(r) == [("over", 5, 15)]


def test_8_2_work_under_way_by_an_edge_goes_on_when_it_turns_off():
    """c 5-35, off at 10."""
    r = run(overflow((1, 100), (2, 30), (3, 3), on=2, off=1))
    assert served(r) == [(0, "a", 1, 101), (1, "c", 5, 35), (2, "a", 101, 104)]
    assert switched(r) == [("over", 5, 10)]


@pytest.mark.parametrize(("after", "start"), [(2, 5), (3, 5), (4, 6), (0, 5)])
def test_8_2_an_edge_waits_for_its_switch_and_for_its_time(after, start):
    """Came at 2, on at 5: visible at the later of the two."""
    assert starts(run(overflow((1, 100), (2, 3), after=after, on=1, off=-1))) == [(0, "a", 1), (1, "c", start)]


def test_8_2_an_edge_whose_time_comes_while_it_is_off_is_seen_when_it_turns_on_again():
    """On in [5, 10) (two in line at 5; none wanted before 12): visible by time at 12, by the switch at 20."""
    b = shop()
    jobs(b, "work", (1, 100), (2, 3))
    b.work("work", served_by=[Edge("p", 1), Edge("q", 2, switch="s", after=10)], size=SIZE)
    lever(b, "s", (5, 10), (20, 30))
    b.named("p", people("a"))
    b.named("q", people("c"))
    assert starts(run(b)) == [(0, "a", 1), (1, "c", 20)]


def test_8_2_edges_of_counted_pools_may_name_switches():
    """One counted server on call for the line, from 5 to 10: 5-8, 8-11."""
    b = shop()
    jobs(b, "work", (1, 100), (2, 3), (3, 3), (16, 3))
    b.work("work", served_by=[Edge("p", 1), Edge("q", 2, switch="over")], size=SIZE)
    b.gauge("line", "waiting", steps=("work",))
    b.switch("over", "line", 2, 0, every=5.0)
    b.named("p", people("a"))
    b.counted("q", 1)
    assert rows(run(b), "job pool started") == [(0, "p", 1), (1, "q", 5), (2, "q", 8), (3, "p", 101)]


def test_8_2_the_edges_are_offered_after_the_duties():
    """At 5 b of p (rank 2) begins and the edge to q (rank 1) opens: b takes job 1 first, then c of q job 2."""
    b = shop()
    jobs(b, "work", (1, 100), (2, 50), (3, 50))
    b.work("work", served_by=[Edge("q", 1, switch="s"), Edge("p", 2)], size=SIZE)
    lever(b, "s", (5, 900))
    b.named("p", [*people("a"), helper()])
    b.named("q", people("c"))
    assert starts(run(b)) == [(0, "a", 1), (1, "b", 5), (2, "c", 5)]


def test_8_2_a_better_rank_with_a_switch_is_first_while_it_is_on():
    """q is rank 1: its c takes the jobs of 6 and 20 (the switch is on then), a those of 1 and 40."""
    b = shop()
    jobs(b, "work", (1, 2), (6, 2), (20, 2), (40, 2))
    b.work("work", served_by=[Edge("q", 1, switch="s"), Edge("p", 2)], size=SIZE)
    lever(b, "s", (5, 30))
    b.named("p", people("a"))
    b.named("q", people("c"))
    assert starts(run(b)) == [(0, "a", 1), (1, "c", 6), (2, "c", 20), (3, "a", 40)]


def test_8_2_turning_on_for_several_edges_is_one_offer():
    """x (rank 2 at q) waits since 1, y (rank 1 at q) since 2: at 5 the one free server takes y."""
    b = shop()
    jobs(b, "x", (1, 9))
    jobs(b, "y", (2, 9))
    b.work("x", served_by=Edge("q", 2, switch="s"), size=SIZE)
    b.work("y", served_by=Edge("q", 1, switch="s"), size=SIZE)
    lever(b, "s", (5, 900))
    b.named("q", people("c"))
    assert rows(run(b), "step started") == [("x", 14), ("y", 5)]


# read


def test_8_2_a_source_reads_one_while_it_is_on():
    """On in [5, 10): 0, 0, 1, 1, 0 at 0, 4, 5, 9, 10."""
    b = hand((5, 10), servers=[helper()])
    look(b, "switch", "s", 0, 4, 5, 9, 10)
    assert seen(run(b), "s") == [0, 0, 1, 1, 0]


def test_8_2_a_clause_may_ask_for_a_switch():
    """Probes of 4, 5 and 10: only that of 5 goes on."""
    b = hand((5, 10), servers=[helper()])
    b.recorded("probe", to="probe", times=[4, 5, 10])
    b.delay("probe", Constant(0))
    b.delay("passed", Constant(1), recorded=True)
    b.route("probe", "done", b.clause("c", "passed", when=[Condition(Source("switch", "s"), ">=", 1)]))
    assert rows(run(b), "job entered", step="passed") == [(1, 5)]


def test_8_1_a_switched_duty_counts_while_its_switch_is_on():
    """a always, b (two slots each) in [5, 10): on duty 2, 4, 4, 2; free one less from 3 on."""
    b = shop()
    jobs(b, "work", (3, 100))
    b.work("work", served_by="p", size=SIZE)
    lever(b, "s", (5, 10))
    b.named("p", [*people("a"), helper()], slots=2)
    b.gauge("there", "on duty", pools=("p",))
    b.gauge("free", "free", pools=("p",))
    assert readings(b, 2, 5, 9, 10, of="there free") == {"there": [2, 4, 4, 2], "free": [2, 3, 3, 1]}


def test_8_2_the_oldest_in_line_calls_for_help():
    """On when the oldest has waited 3: at 5 the one of 2 has (exactly), b takes it."""
    b = shop()
    jobs(b, "work", (1, 100), (2, 9))
    b.work("work", served_by="p", size=SIZE)
    b.gauge("age", "oldest", steps=("work",))
    b.switch("help", "age", 3, 0)
    b.named("p", [*people("a"), Server("b", (Duty(0, 1000, switch="help"),))])
    r = run(b)
    assert starts(r) == [(0, "a", 1), (1, "b", 5)]
    assert switched(r) == [("help", 5, 6)]


def test_8_2_a_service_level_calls_for_help():
    """Share within 2 minutes over two ticks of 10, looked at every 10: at 10 it is 1/2 (starts at 1 in time, at 6
    late), so b comes and takes the job of 11 at once: at 20 it is 1/1 since 10, b goes."""
    b = shop()
    jobs(b, "work", (1, 5), (2, 50), (11, 5))
    b.work("work", served_by="p", size=SIZE)
    b.gauge("share", "in time", steps=("work",), within=2.0, every=10.0, ticks=2)
    b.switch("help", "share", 0.6, 0.9, every=10.0, falling=True)
    b.named("p", [*people("a"), Server("b", (Duty(0, 1000, switch="help"),))])
    r = run(b)
    assert starts(r) == [(0, "a", 1), (1, "a", 6), (2, "b", 11)]
    assert switched(r) == [("help", 10, 20)]


def test_8_2_a_switch_that_nothing_names_changes_nothing():
    """The same spells with and without it: in line 2-6 and 3-9 (it leaves), on in [3, 10)."""
    plain, full = (shop() for _ in range(2))
    for b in (plain, full):
        jobs(b, "work", (1, 5), (2, 5), (3, 50))
        b.work("work", served_by="p", size=SIZE, patience=Constant(6))
        b.named("p", people("a"))
    full.gauge("line", "waiting", steps=("work",))
    full.switch("s", "line", 1, 0)
    assert rows(run(full), SPELL) == rows(run(plain), SPELL)
    assert switched(run(full)) == [("s", 3, 10)]
