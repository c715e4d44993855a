"""Ticks of gauges and the rows of switches (rules 8.1, 8.2 and 8.12)."""

from __future__ import annotations

from math import isnan

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.machine import Constant, NetworkBuilder, reference
from sim.machine.reference.gauges import tick_of


@settings(max_examples=300, deadline=None)
@given(st.integers(-(10**6), 10**6), st.sampled_from([0.1, 0.3, 1 / 3, 0.7, 30.0]))
def test_8_1_the_tick_of_a_multiple_is_that_multiple(k: int, every: float) -> None:
    """However the division rounds: a tick begins at the product k * every, and the moment before belongs to k - 1."""
    assert tick_of(k * every, every) == k


@settings(max_examples=300, deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(0.01, 1e3))
def test_8_1_a_tick_holds_its_moments(t: float, every: float) -> None:
    """Half open, by the products as computed."""
    k = tick_of(t, every)
    assert k * every <= t < (k + 1) * every


def test_8_12_switches_stand_in_a_table_by_name() -> None:
    """Two in line after 0, none after 8; three after 16, none after 28; a tick reads what was there before it."""
    b = NetworkBuilder("switches", end=30, follow=0)
    b.recorded("in", to="ask", times=[0, 0, 0, 16, 16, 16, 16])
    b.work("ask", served_by="desk", size=Constant(4))
    b.counted("desk", 1)
    b.gauge("line", "waiting", steps=("ask",))
    b.switch("many", "line", on=3, off=0)
    b.switch("some", "line", on=2, off=0)
    frame = reference.run(b.build()).switch_frame()
    assert frame["switch"].tolist() == ["some", "many", "some"]
    assert frame["from"].tolist() == [1.0, 17.0, 17.0]
    assert frame["to"].tolist() == [9.0, 29.0, 29.0]


def test_8_12_what_is_on_at_the_end_has_no_end() -> None:
    """The run stops at 10 while two wait; without switches the table is empty."""
    b = NetworkBuilder("switches", end=10, follow=0)
    b.recorded("in", to="ask", times=[0, 0])
    b.work("ask")
    assert reference.run(b.build()).switch_frame().empty
    b.gauge("line", "waiting", steps=("ask",))
    b.switch("some", "line", on=2, off=0)
    frame = reference.run(b.build()).switch_frame()
    assert frame["switch"].tolist() == ["some"] and isnan(frame["to"][0])
