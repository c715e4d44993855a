"""Numbers with units are read as people write them, and nothing is guessed."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario.text import units
from sim.scenario.text.problems import Unreadable


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("45 s", 0.75),
        ("6 min", 6.0),
        ("1 h 30 min", 90.0),
        ("2 d", 2880.0),
        ("1 w", 10080.0),
        ("1.5h", 90.0),
        ("0 s", 0),
    ],
)
def test_duration_is_read_in_minutes(text: str, minutes: float) -> None:
    """Every unit of time becomes minutes."""
    assert units.duration(text) == minutes


@pytest.mark.parametrize(
    ("text", "repair"),
    [
        ("30", "write 30 s, 30 min, 30 h or 30 d"),
        ("10:30", "write 10 min 30 s or 10 h 30 min"),
        ("5 minutes", "write 5 min"),
        ("5m", "write 5 min"),
        ("5 Min", "write 5 min"),
        ("5 months", "write s, min, h, d or w"),
        ("+5 min", "write 5 min"),
        ("30 min 1 h", None),
        ("1 h 1 h", None),
        ("", None),
        ("-5 min", None),
        ("nan min", None),
        ("1e999 d", None),
        ("٣ min", None),
    ],
)
def test_unclear_duration_is_refused_with_its_repair(text: str, repair: str | None) -> None:
    """A duration without unit, with another unit or with a sign is never guessed."""
    with pytest.raises(Unreadable) as caught:
        units.duration(text)
    assert caught.value.repair == repair


@pytest.mark.parametrize(("text", "value"), [("30 %", 0.3), ("0.7%", 0.007), ("100 %", 1.0), ("0 %", 0.0)])
def test_share_is_read_between_0_and_1(text: str, value: float) -> None:
    """Percent becomes a share, rounded once."""
    assert units.share(text) == value


@pytest.mark.parametrize(
    ("text", "repair"),
    [
        ("30", "write 30 %"),
        ("0.3", "write 30 %"),
        ("1", "write 1 % or 100 %"),
        ("120 %", None),
        ("-1 %", None),
        ("x", None),
    ],
)
def test_bare_share_is_refused_with_its_repair(text: str, repair: str | None) -> None:
    """A share without unit could mean two things."""
    with pytest.raises(Unreadable) as caught:
        units.share(text)
    assert caught.value.repair == repair


@given(st.floats(0.0, 1.0))
def test_share_survives_writing_and_reading(value: float) -> None:
    """A dumped share is read back as the very same number."""
    assert units.share(units.as_share(value)) == value


@given(st.floats(0.0, 1e7))
def test_duration_survives_writing_and_reading(value: float) -> None:
    """A dumped duration is read back as the very same number."""
    assert units.duration(units.as_duration(value)) == value


@pytest.mark.parametrize("text", ["+5", "nan", ".inf", "1,000", "1_000", "0x10", "1e400", "", "5 %", "five", "٣"])
def test_number_that_yaml_might_guess_is_refused(text: str) -> None:
    """Only plain decimal numbers are numbers."""
    with pytest.raises(Unreadable):
        units.number(text)


def test_exponent_is_a_number_and_not_text() -> None:
    """YAML takes 1e6 as text; the field reads a million."""
    assert units.number("1e6") == 1_000_000.0


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon", (0,)),
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("sat-mon", (5, 6, 0)),
        ("tue,thu", (1, 3)),
        ("daily", (0, 1, 2, 3, 4, 5, 6)),
    ],
)
def test_weekdays_are_spread_out(text: str, days: tuple[int, ...]) -> None:
    """Ranges go over the weekend where they are written so."""
    assert units.weekdays(text) == days


@pytest.mark.parametrize("text", ["monday", "mon-fri-sun", "mon,mon", "", "mo", "fri-", "-"])
def test_other_weekdays_are_refused(text: str) -> None:
    """No other spelling is a weekday."""
    with pytest.raises(Unreadable):
        units.weekdays(text)


@pytest.mark.parametrize(
    ("text", "expected"), [("09:00-18:00", (540, 1080)), ("22:00-02:00", (1320, 1560)), ("00:00-24:00", (0, 1440))]
)
def test_hours_of_a_day_may_pass_midnight(text: str, expected: tuple[int, int]) -> None:
    """A span that ends before it starts ends on the next day."""
    assert units.span(text) == expected
    assert units.span(units.as_span(*expected)) == expected


@pytest.mark.parametrize(
    "text", ["9-18", "09:00", "09:00-09:00", "24:00-02:00", "09:60-10:00", "25:00-26:00", "a-b", ""]
)
def test_other_hours_are_refused(text: str) -> None:
    """No other spelling is a span of hours."""
    with pytest.raises(Unreadable):
        units.span(text)


def test_date_time_is_read_as_written() -> None:
    """A local date-time has no offset; a written offset is kept."""
    assert units.date_time("1999-01-03 7:01:23") == datetime(1999, 1, 3, 7, 1, 23)
    assert units.date_time("1999-01-03") == datetime(1999, 1, 3)
    offset = units.date_time("2026-10-25T02:30+01:00").utcoffset()
    assert offset is not None
    assert offset.total_seconds() == 3600


@pytest.mark.parametrize("text", ["2026-02-30", "20260302", "2026-W10-1", "2026-03-02 24:00", "03/02/2026", ""])
def test_other_date_times_are_refused(text: str) -> None:
    """No other spelling is a date-time."""
    with pytest.raises(Unreadable):
        units.date_time(text)
