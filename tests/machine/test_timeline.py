"""Numbers that are constant between given times."""

from __future__ import annotations

import doctest
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim.machine.timeline
from sim.machine import Timeline


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    """Up to eight steps at whole minutes, perhaps from minus infinity on."""
    times = sorted(draw(st.sets(st.integers(-20, 40), min_size=1, max_size=8)))
    first = [-inf, *times] if draw(st.booleans()) else times
    values = draw(st.lists(st.integers(-3, 9), min_size=len(first), max_size=len(first)))
    return Timeline(first, values)


def value_at(line: Timeline, t: float) -> float:
    """The last value whose time is not after t, from the table alone."""
    out = 0.0
    for at, v in zip(line.times, line.values, strict=True):
        if at <= t:
            out = float(v)
    return out


@settings(max_examples=100, deadline=None)
@given(timelines(), st.integers(-30, 60), st.booleans())
def test_the_value_is_that_of_the_last_time_not_later(line: Timeline, t: int, half: bool) -> None:
    """`at` and `sample` agree with the table; a time itself already has its value."""
    x = t + 0.5 * half
    assert line.at(x) == value_at(line, x)
    assert line.sample([x, x]).tolist() == [line.at(x)] * 2


@settings(max_examples=100, deadline=None)
@given(timelines(), st.integers(-30, 60), st.integers(-10, 60))
def test_the_integral_is_the_sum_over_minutes(line: Timeline, start: int, length: int) -> None:
    """Exact for whole minutes; empty or reversed spans have no area."""
    total = sum(value_at(line, m) for m in range(start, start + length))
    assert line.integral(start, start + length) == total
    if length > 0:
        assert line.mean(start, start + length) == pytest.approx(total / length)


@settings(max_examples=100, deadline=None)
@given(timelines(), st.floats(-30, 60), st.floats(0, 40), st.floats(0, 40))
def test_the_integral_adds_up(line: Timeline, start: float, first: float, second: float) -> None:
    """Over [a, b) and [b, c) it is that over [a, c)."""
    mid, end = start + first, start + first + second
    assert line.integral(start, mid) + line.integral(mid, end) == pytest.approx(line.integral(start, end), abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(timelines(), st.integers(-30, 60), st.integers(0, 60))
def test_changes_tell_the_whole_story(line: Timeline, start: int, length: int) -> None:
    """From the value at the start, the changes rebuild every minute; none of them is idle; none outside."""
    changes = line.changes(start, start + length)
    now, last = line.at(start), start
    for t, v in changes:
        assert last < t < start + length
        assert v != now
        now, last = v, t
    for m in range(start, start + length):
        told = ([line.at(start)] + [v for t, v in changes if t <= m])[-1]
        assert told == value_at(line, m)


def test_before_the_first_time_the_number_is_zero() -> None:
    """A head-count without an entry is nobody."""
    line = Timeline([0, 60], [2, 4])
    assert line.at(-0.001) == 0.0
    assert line.integral(-60, 30) == 60.0


def test_the_last_value_holds_for_ever() -> None:
    """At any later time, infinity included."""
    assert Timeline([0, 60], [2, 4]).at(1e12) == 4.0
    assert Timeline([0, 60], [2, 4]).at(inf) == 4.0


def test_a_constant_holds_at_every_time() -> None:
    """Also far before zero."""
    assert Timeline.constant(3).at(-1e12) == 3.0
    assert Timeline.constant(3).integral(-10, 10) == 60.0


@pytest.mark.parametrize("number", [3, 3.0, np.float64(3), np.int64(3), np.float32(3)])
def test_any_plain_number_makes_a_timeline(number: float) -> None:
    """Numbers out of arrays are numbers too."""
    assert Timeline.of(number) == Timeline.constant(3.0)


def test_timelines_are_made_of_pairs_or_taken_as_they_are() -> None:
    """Pairs (from, value)."""
    line = Timeline([0, 60], [2, 4])
    assert Timeline.of([(0, 2), (60, 4)]) == line
    assert Timeline.of(line) is line
    assert line != Timeline([0, 60], [2, 5])
    assert line != 3


def test_a_timeline_cannot_be_changed_by_accident() -> None:
    """Neither through the arrays it was made of nor through its own."""
    times = np.array([0.0, 60.0])
    line = Timeline(times, [2, 4])
    times[0] = 5.0
    assert line.at(1.0) == 2.0
    with pytest.raises(ValueError, match="read-only"):
        line.values[0] = 9.0


@pytest.mark.parametrize(
    ("times", "values"),
    [
        ([0, 1], [1]),
        ([], []),
        ([1, 1], [1, 2]),
        ([2, 1], [1, 2]),
        ([0, float("nan")], [1, 2]),
        ([float("nan")], [1]),
        ([0, 1], [1, float("nan")]),
        ([[0, 1]], [[1, 2]]),
    ],
)
def test_impossible_timelines_are_refused(times: list, values: list) -> None:
    """Lengths that differ, times that do not increase, NaN."""
    with pytest.raises(ValueError):
        Timeline(times, values)


def test_examples_in_the_text_run() -> None:
    """Doctests of the module."""
    assert doctest.testmod(sim.machine.timeline).failed == 0
