"""Open hours: counting open minutes against a walk minute by minute (rule 2.3)."""

from __future__ import annotations

import doctest
import re
from math import inf, nextafter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim.machine.calendar
from sim.machine import Calendar

OFFICE = Calendar("office", [(540, 1020)], repeat=(0, 1440))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Whole-minute calendars: a head, and perhaps a tail that repeats; intervals may touch anywhere."""
    start = draw(st.integers(-30, 30))
    cuts = draw(st.lists(st.integers(0, 9), min_size=2, max_size=12))
    spans, at = [], start
    for gap, length in zip(cuts[::2], cuts[1::2], strict=False):
        if length:
            spans.append((at + gap, at + gap + length))
            at += gap + length
    if not draw(st.booleans()):
        return Calendar("c", spans)
    origins = [a for a, _ in spans] + [b for _, b in spans] + [start]
    origin = draw(st.sampled_from(origins))
    end = max(b for _, b in spans) if spans else start
    period = max(end - origin, 1) + draw(st.integers(0, 9))
    return Calendar("c", spans, repeat=(origin, period))


@st.composite
def paced(draw: st.DrawFn) -> Calendar:
    """The same with a pace for each interval, of few binary digits so that sums are exact."""
    c = draw(calendars())
    paces = draw(st.lists(st.sampled_from([0.25, 0.5, 1.0, 2.0]), min_size=len(c.intervals), max_size=len(c.intervals)))
    spans: list[tuple[float, float]] = []
    doubled: list[float] = []
    for (a, b), pace in zip(c.intervals, paces, strict=True):  # halves that touch, with a pace each
        middle = (a + b) // 2
        spans += [(a, middle), (middle, b)] if middle > a else [(a, b)]
        doubled += [pace, 4.0 * pace] if middle > a else [pace]
    return Calendar("c", spans, c.repeat, doubled)


def pace_of(c: Calendar, m: int) -> float:
    """What minute [m, m + 1) counts for, from the intervals alone; 0 while closed."""
    if c.repeat is not None and m >= c.repeat[0]:
        m = int(c.repeat[0] + (m - c.repeat[0]) % c.repeat[1])
    paces = c.paces or (1.0,) * len(c.intervals)
    return sum(x for (a, b), x in zip(c.intervals, paces, strict=True) if a <= m < b)


def minute_is_open(c: Calendar, m: int) -> bool:
    """Whether minute [m, m + 1) is open, from the intervals alone."""
    if c.repeat is not None and m >= c.repeat[0]:
        m = int(c.repeat[0] + (m - c.repeat[0]) % c.repeat[1])
    return any(a <= m < b for a, b in c.intervals)


def walk(c: Calendar, t: int, d: int) -> float:
    """`add`, minute by minute; infinity when 3000 minutes are not enough."""
    m = t
    while d > 0:
        if m > t + 3000:
            return inf
        d -= minute_is_open(c, m)
        m += 1
    return float(m)


@settings(max_examples=150, deadline=None)
@given(calendars(), st.integers(-50, 200), st.integers(0, 40))
def test_add_agrees_with_a_walk_minute_by_minute(c: Calendar, t: int, d: int) -> None:
    """Protects the jump over whole turns, exact exhaustion and touching intervals: equality is exact."""
    assert c.add(float(t), float(d)) == walk(c, t, d)


@settings(max_examples=150, deadline=None)
@given(calendars(), st.integers(-50, 200), st.integers(-200, 300))
def test_between_agrees_with_a_walk_minute_by_minute(c: Calendar, t: int, length: int) -> None:
    """Protects the count over many turns and the sign of a reversed interval."""
    low, high = min(t, t + length), max(t, t + length)
    count = sum(minute_is_open(c, m) for m in range(low, high))
    assert c.between(float(t), float(t + length)) == (count if length >= 0 else -count)


@settings(max_examples=150, deadline=None)
@given(calendars(), st.integers(-50, 200))
def test_next_open_and_is_open_agree_with_a_walk(c: Calendar, t: int) -> None:
    """Protects the half-open sense: open at the opening, closed at the close."""
    assert c.is_open(float(t)) == minute_is_open(c, t)
    assert c.is_open(t + 0.5) == minute_is_open(c, t)
    following = (m for m in range(t, t + 200) if minute_is_open(c, m))
    assert c.next_open(float(t)) == next(following, inf)


@settings(max_examples=150, deadline=None)
@given(calendars(), st.integers(-50, 200), st.integers(0, 100))
def test_instants_are_the_minutes_at_which_the_state_changes(c: Calendar, t: int, length: int) -> None:
    """Protects touching intervals and turns (they never close) and the interval (start, stop]."""
    changes = [
        (float(m), minute_is_open(c, m))
        for m in range(t + 1, t + length + 1)
        if minute_is_open(c, m) != minute_is_open(c, m - 1)
    ]
    assert c.instants(float(t), float(t + length)) == changes


@settings(max_examples=200, deadline=None)
@given(calendars(), st.floats(-50, 200), st.floats(0, 500))
def test_between_undoes_add(c: Calendar, t: float, d: float) -> None:
    """Up to rounding, the open minutes until `add(t, d)` are `d`."""
    end = c.add(t, d)
    if end < inf:
        assert end >= t
        assert c.between(t, end) == pytest.approx(d, abs=1e-9)
        assert -c.between(end, t) == pytest.approx(d, abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(calendars(), st.floats(-50, 200), st.floats(0, 50), st.floats(0, 50))
def test_add_grows_with_the_start_and_with_the_minutes(c: Calendar, t: float, d: float, more: float) -> None:
    """Protects order: a later start or a longer time never expires earlier (beyond rounding)."""
    assert c.add(t, d + more) >= c.add(t, d) - 1e-9
    if d > 0:  # add(t, 0) is t itself, also outside the open hours
        assert c.add(t + more, d) >= c.add(t, d) - 1e-9


@settings(max_examples=200, deadline=None)
@given(calendars(), st.floats(-50, 200), st.floats(0.01, 50), st.floats(0.01, 50))
def test_add_may_be_taken_in_two_parts(c: Calendar, t: float, d: float, more: float) -> None:
    """`add(add(t, d), more)` counts as many minutes as `add(t, d + more)`: a pause in the clock changes nothing."""
    two = c.add(c.add(t, d), more) if c.add(t, d) < inf else inf
    one = c.add(t, d + more)
    if one < inf and two < inf:
        assert c.between(t, two) == pytest.approx(c.between(t, one), abs=1e-9)


def test_add_nothing_is_the_time_itself() -> None:
    """Also while closed, and without any interval."""
    assert OFFICE.add(1200.0, 0.0) == 1200.0
    assert Calendar("never", []).add(5.0, 0.0) == 5.0


def test_add_ends_at_the_close_when_an_interval_is_exactly_used_up() -> None:
    """Not at the next opening, in the first turn and after many."""
    assert OFFICE.add(1000.0, 20.0) == 1020.0
    assert OFFICE.add(1000.0, 20.0 + 480.0) == 1440.0 + 1020.0
    assert OFFICE.add(1000.0, 20.0 + 480.0 * 365) == 365 * 1440.0 + 1020.0


def test_add_never_ends_past_the_close_by_rounding() -> None:
    """In floating point 0.5014962593516209 + (1.7 - 0.5014962593516209) is above 1.7; the close is 1.7."""
    for k in range(1, 400):
        t = 0.1 + k / 401
        for close in (1.1, 1.3, 1.7):
            assert Calendar("c", [(0.1, close), (2.0, 3.0)]).add(t, close - t) == close


def test_add_before_the_first_opening_counts_from_it() -> None:
    """Calendars that repeat begin with their first interval; nothing is open before it."""
    assert OFFICE.add(-5000.0, 10.0) == 550.0
    assert OFFICE.between(-5000.0, 540.0) == 0.0
    assert OFFICE.next_open(-5000.0) == 540.0


def test_add_runs_out_where_no_hours_are_left() -> None:
    """Infinity after the last interval, for an infinite length, and in an empty repeating part."""
    c = Calendar("c", [(0, 10)])
    assert c.add(5.0, 5.0) == 10.0
    assert c.add(5.0, 5.1) == inf
    assert OFFICE.add(0.0, inf) == inf
    assert Calendar("head only", [(0, 10)], repeat=(10, 100)).add(0.0, 11.0) == inf
    assert c.next_open(10.0) == inf
    assert not c.is_open(10.0)


def test_between_an_infinite_span_is_what_is_left_or_infinity() -> None:
    """A clock that is never read again must not walk for ever."""
    assert Calendar("c", [(0, 10)]).between(4.0, inf) == 6.0
    assert OFFICE.between(600.0, inf) == inf
    assert Calendar("late", [(0, 10), (20, 30)], repeat=(15, 50)).between(-5.0, inf) == inf


def test_touching_intervals_count_as_one() -> None:
    """Inside the list, and across the turn of a repeating part that never closes."""
    assert Calendar("c", [(0, 5), (5, 9)]).intervals == ((0.0, 9.0),)
    always = Calendar("always", [(0, 1440)], repeat=(0, 1440))
    assert always.instants(-10.0, 5000.0) == [(0.0, True)]
    assert always.is_open(1440.0)
    assert always.add(10.0, 10_000.0) == 10_010.0


def test_an_open_head_may_touch_an_open_repeating_part() -> None:
    """A first week given by hand and then a rule: both may be open at the seam, which neither closes nor opens."""
    c = Calendar("c", [(0, 100), (100, 200)], repeat=(100, 300))
    assert c.instants(-1.0, 450.0) == [(0.0, True), (200.0, False), (400.0, True)]
    assert c.add(50.0, 100.0) == 150.0
    assert c.between(50.0, 450.0) == 200.0
    assert c.is_open(100.0) and c.next_open(100.0) == 100.0


@settings(max_examples=150, deadline=None)
@given(paced(), st.integers(-50, 200), st.integers(-200, 300))
def test_8_10_between_counts_each_minute_with_its_pace(c: Calendar, t: int, length: int) -> None:
    """Sums of paces minute by minute, over many turns and both ways."""
    low, high = min(t, t + length), max(t, t + length)
    count = sum(pace_of(c, m) for m in range(low, high))
    assert c.between(float(t), float(t + length)) == (count if length >= 0 else -count)


@settings(max_examples=150, deadline=None)
@given(paced(), st.integers(-50, 200), st.integers(1, 400))
def test_8_10_add_ends_where_so_many_paced_minutes_have_passed(c: Calendar, t: int, quarters: int) -> None:
    """The minutes until the end are those that were added, and a moment before it they are fewer."""
    d = quarters / 4
    end = c.add(float(t), d)
    if end < inf:
        assert c.between(t, end) == d
        assert c.between(t, end - 2.0**-20) < d
    else:
        assert c.repeat is None or not any(pace_of(c, m) for m in range(2000, 2400))


def test_8_10_paces_of_1_are_the_plain_calendar() -> None:
    """Equal, with touching intervals as one and no paces left."""
    plain = Calendar("c", [(0, 5), (5, 9), (12, 20)], repeat=(0, 30))
    same = Calendar("c", [(0, 5), (5, 9), (12, 20)], repeat=(0, 30), paces=(1, 1, 1.0))
    assert same == plain
    assert same.paces is None
    assert same.intervals == ((0.0, 9.0), (12.0, 20.0))


def test_8_10_intervals_of_different_pace_stay_apart() -> None:
    """Two of pace 2 are one, the third of pace 1 is another; neither closes the door between them."""
    c = Calendar("c", [(0, 5), (5, 9), (9, 12)], paces=[2, 2, 1])
    assert (c.intervals, c.paces) == (((0.0, 9.0), (9.0, 12.0)), (2.0, 1.0))
    assert c.instants(-1.0, 100.0) == [(0.0, True), (12.0, False)]
    assert c.next_open(9.0) == 9.0
    assert c != Calendar("c", [(0, 5), (5, 9), (9, 12)], paces=[2, 2, 3])


def test_8_10_add_and_between_by_hand() -> None:
    """Pace 2 until 10, half pace until 20: 30 minutes need 10 (20) and 20 more at a half; 5 are left at the close."""
    c = Calendar("c", [(0, 10), (10, 20), (30, 50)], paces=[2, 0.5, 1])
    assert c.add(0.0, 20.0) == 10.0
    assert c.add(0.0, 22.0) == 14.0
    assert c.add(5.0, 15.0) == 20.0  # exactly used up: at the close, not at the next opening
    assert c.add(5.0, 16.0) == 31.0
    assert c.between(5.0, 31.0) == 16.0
    assert c.between(31.0, 5.0) == -16.0


def test_8_10_whole_turns_are_counted_with_their_paces() -> None:
    """240 + 960 a day: 100 days and 120 minutes of the night end at 4 o'clock."""
    c = Calendar("c", [(0, 480), (480, 1440)], repeat=(0, 1440), paces=[0.5, 1])
    assert c.add(0.0, 100 * 1200.0 + 120.0) == 100 * 1440.0 + 240.0
    assert c.between(240.0, 240.0 + 50 * 1440.0) == 50 * 1200.0


@pytest.mark.parametrize(
    ("paces", "words"),
    [
        ([1], "1 paces for 2 intervals"),
        ([1, 0], "pace 0 of (5, 9) must be positive"),
        ([1, -1], "pace -1 of (5, 9)"),
        ([float("nan"), 1], "pace nan of (0, 4)"),
        ([inf, 1], "pace inf of (0, 4)"),
    ],
)
def test_8_10_paces_that_make_no_sense_are_refused(paces: list[float], words: str) -> None:
    """As many as intervals, positive and finite."""
    with pytest.raises(ValueError, match=re.escape(words)):
        Calendar("c", [(0, 4), (5, 9)], paces=paces)


def test_always_open_is_open_at_every_number() -> None:
    """A turn counted one too high by rounding would close the door one bit before midnight."""
    for origin in (0.0, -0.1, 0.3, 539.7):
        c = Calendar("always", [(origin, origin + 1440)], repeat=(origin, 1440))
        for turn in range(1, 300):
            t = nextafter(origin + turn * 1440.0, -inf)
            assert c.is_open(t)


def test_the_repeating_part_repeats_only_what_lies_inside_it() -> None:
    """Head [0, 10) once, then [20, 25) of [15, 35) every 20 minutes."""
    c = Calendar("c", [(0, 10), (20, 25)], repeat=(15, 20))
    assert [s for s, _ in zip(c.spans(-1.0), range(4), strict=False)] == [(0, 10), (20, 25), (40, 45), (60, 65)]


@pytest.mark.parametrize(
    ("intervals", "repeat", "words"),
    [
        ([(5, 5)], None, "empty"),
        ([(5, 4)], None, "empty"),
        ([(0, float("nan"))], None, "empty"),
        ([(0, 5), (4, 9)], None, "overlaps"),
        ([(4, 9), (0, 3)], None, "precedes"),
        ([(0, 5)], (0, 0), "period"),
        ([(0, 5)], (0, float("nan")), "period"),
        ([(0, 5)], (float("nan"), 10), "start"),
        ([(0, 5)], (inf, 10), "start"),
        ([(0, 15)], (0, 10), "after the repeating part"),
        ([(0, 15)], (5, 20), "straddles"),
    ],
)
def test_impossible_calendars_are_refused(intervals: list, repeat: tuple | None, words: str) -> None:
    """Each with a message that names the calendar and the place."""
    with pytest.raises(ValueError, match=words) as caught:
        Calendar("wrong", intervals, repeat)
    assert "calendar wrong" in str(caught.value)


@pytest.mark.parametrize("d", [-1.0, float("nan"), -inf])
def test_a_length_that_is_no_length_is_refused(d: float) -> None:
    """Negative and NaN."""
    with pytest.raises(ValueError, match="at least 0"):
        OFFICE.add(0.0, d)


def test_calendars_compare_by_what_they_say() -> None:
    """Equal intervals and repetition are equal calendars, whatever the notation."""
    assert Calendar("c", [(0, 5), (5, 9)]) == Calendar("c", [(0, 9)])
    assert Calendar("c", [(0, 9)]) != Calendar("c", [(0, 9)], repeat=(0, 10))


def test_examples_in_the_text_run() -> None:
    """Doctests of the module."""
    assert doctest.testmod(sim.machine.calendar).failed == 0
