"""Planned changes of duties that need a switch, and the duty table they leave (rules 4.8 and 8.2)."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest

from sim.machine import Break, Duty, NetworkBuilder, Server
from sim.machine.instance import Instance, instantiate
from sim.machine.records import ON_BREAK, ON_DUTY, SWITCH


def instance(*duties: Duty, breaks: tuple[Break, ...] = (), replication: int = 0) -> Instance:
    """Tables of one server with these duties, over 1000 minutes; switches s and r."""
    b = NetworkBuilder("staff", end=1000.0)
    b.recorded("in", to="w", times=[0.0])
    b.work("w", served_by="p")
    b.gauge("line", "waiting", steps=("w",))
    b.switch("s", "line", 2, 1)
    b.switch("r", "line", 3, 1)
    b.named("p", [Server("a", duties, breaks)])
    return instantiate(b.build(), 1, replication)


def rows(i: Instance) -> list[tuple[float, int, str, float, int]]:
    """Changes as (time, kind, what, value, switch)."""
    return [(c.time, c.kind, c.what, c.value, c.switch) for c in i.changes]


def test_8_2_a_duty_with_a_switch_has_both_its_changes_and_does_not_start_the_run():
    """The engine asks the switch (0) at the begin; at the end nothing can follow it (-1)."""
    i = instance(Duty(-10, 5, switch="s"), Duty(100, 200, 1.5, switch="s"))
    assert rows(i) == [(5.0, 0, "duty", 0.0, -1), (100.0, 1, "duty", 1.5, 0), (200.0, 0, "duty", 0.0, -1)]
    assert i.starting[0].size == 0
    assert i.stretches[0].tolist() == [(-10.0, 5.0, 1.0, 0, 0, 5.0), (100.0, 200.0, 1.5, 0, 0, 200.0)]
    assert i.duty.size == 0


@pytest.mark.parametrize(
    ("first", "second", "seam"),
    [
        (None, None, []),
        (None, "s", [(100.0, 0, "duty", 0.0, 0), (100.0, 1, "duty", 1.0, 0)]),
        ("s", None, [(100.0, 1, "duty", 1.0, -1)]),
        ("s", "s", [(100.0, 0, "duty", 0.0, 0), (100.0, 1, "duty", 1.0, 0)]),
        ("s", "r", [(100.0, 0, "duty", 0.0, 1), (100.0, 1, "duty", 1.0, 1)]),
    ],
)
def test_8_2_where_duties_touch_the_end_asks_the_switch_of_the_next(first, second, seam):
    """Without any switch the two are one; an unswitched second one goes on in any case."""
    i = instance(Duty(50, 100, switch=first), Duty(100, 200, switch=second))
    assert [r for r in rows(i) if r[0] == 100.0] == seam


def test_8_2_who_does_not_come_leaves_a_plain_end():
    """In a history without the second duty the first one ends at 100 whatever the switch says."""
    seen = {
        tuple(r for r in rows(instance(Duty(50, 100), Duty(100, 200, presence=0.5, switch="s"), replication=k)))
        for k in range(20)
    }
    begin = (50.0, 1, "duty", 1.0, -1)
    assert seen == {
        (begin, (100.0, 0, "duty", 0.0, -1)),
        (begin, (100.0, 0, "duty", 0.0, 0), (100.0, 1, "duty", 1.0, 0), (200.0, 0, "duty", 0.0, -1)),
    }


def test_4_8_an_end_says_whether_only_a_fixed_break_begins():
    """1 where the same duty goes on; 0 at the end, also where a break lasts until it; switched or not."""
    breaks = (Break(120, 10), Break(180, 40))
    for switch in (None, "s"):
        i = instance(Duty(100, 200, switch=switch), Duty(200, 300), breaks=breaks)
        assert [(r[0], r[3]) for r in rows(i) if r[1] == 0] == [(120.0, 1.0), (180.0, 0.0), (300.0, 0.0)]
        assert [(x["end"], x["until"]) for x in i.stretches[0]] == [(120.0, 130.0), (180.0, 180.0), (300.0, 300.0)]


@pytest.mark.parametrize(
    ("first", "second", "at", "kinds"),
    [
        (None, None, 150.0, [0]),
        (None, None, 100.0, [0]),
        (None, "s", 150.0, [0]),
        (None, "s", 100.0, [0, 1]),
        ("s", None, 100.0, [0, 1]),
        ("s", "s", 100.0, [0, 1]),
    ],
)
def test_8_2_a_whole_break_where_a_duty_may_begin_is_planned_before_and_after_it(first, second, at, kinds):
    """Which of the two takes effect is known when it is known whether the server was there."""
    i = instance(Duty(50, 100, switch=first), Duty(100, 200, switch=second), breaks=(Break(at, 5, "whole"),))
    assert [(r[1], r[3]) for r in rows(i) if r[2] == "break"] == [(k, 5.0) for k in kinds]


def test_8_2_the_duty_table_tells_what_was_there():
    """Duty 100-200 with a break 120-130; the switch is on 90-110, 115-125, 128-150 and from 190 on."""
    plain = Duty(300, 400)
    i = instance(Duty(100, 200, switch="s"), plain, breaks=(Break(120, 10),))
    times = [(90, 110), (115, 125), (128, 150), (190, nan)]
    on = np.array([(0, a, b) for a, b in times] + [(1, 100, 200)], dtype=SWITCH)
    found = i.attended(on, 195.0)
    assert [(r["begin"], r["end"]) for r in found[found["kind"] == ON_DUTY]] == [
        (300.0, 400.0),
        (100.0, 110.0),
        (115.0, 120.0),
        (130.0, 150.0),
        (190.0, 195.0),
    ]
    assert [(r["begin"], r["end"]) for r in found[found["kind"] == ON_BREAK]] == [(120.0, 125.0)]
    assert set(found["pool"]) == {0} and set(found["server"]) == {0} and set(found["servers"]) == {1.0}
    assert np.array_equal(i.attended(on[:0], 195.0), i.duty)
