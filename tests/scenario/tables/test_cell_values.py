"""Dates, times and numbers mean the same however Excel has kept them or people typed them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from sim.scenario.tables.cell_values import as_date, as_date_time, as_minutes, as_number, as_text
from sim.scenario.tables.workbook import CellValue
from sim.scenario.text.problems import Unreadable

NEAR = date(2026, 3, 9)
MARCH_2 = date(2026, 3, 2)


@pytest.mark.parametrize(
    "value",
    [
        MARCH_2,
        datetime(2026, 3, 2, 9, 30),
        46083.0,
        46083.39,
        "46083",
        "2026-03-02",
        "2026/3/2",
        "2026.3.2",
        "2026年3月2日",
        "2026-03-02 00:00:00",
        "2.3.2026",
        "3月2日",
        "3月2日 周一",
        "2 Mar 2026",
        "Mon 2 March",
        "March 2, 2026",
        "2-Mar-26",
        "2026-03-02 (Mon)",
        "\uff12\uff10\uff12\uff16-03-02",
        " 2026-03-02 ",
        "Mon, Mar 2",
        "2026-3-2",
    ],
)
def test_second_of_march_in_every_spelling(value: CellValue) -> None:
    """Serial numbers, ISO, Chinese, English and dotted dates are the same day."""
    assert as_date(value, NEAR) == MARCH_2


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("03/04/2026", "this date can be read in two ways - write 2026-03-04 or 2026-04-03"),
        ("3/4", "this date can be read in two ways - write 2026-03-04 or 2026-04-03"),
        ("2026-02-30", "this date is not in the calendar"),
        ("31.2.2026", "this date is not in the calendar"),
        ("1905-01-01", "a year from 1971 to 2199 is expected"),
        (time(9), "a date such as 2026-03-02 is expected"),
        (9.0, "a date such as 2026-03-02 is expected"),
        (True, "a date such as 2026-03-02 is expected"),
        ("Marie 1", "a date such as 2026-03-02 is expected"),
        ("", "a date such as 2026-03-02 is expected"),
        (date(1900, 1, 1), "a date is expected, and this is a time"),
    ],
)
def test_what_is_no_date_is_said(value: CellValue, said: str) -> None:
    """Nothing doubtful is guessed."""
    with pytest.raises(Unreadable) as caught:
        as_date(value, NEAR)
    assert str(caught.value) == said


def test_one_reading_of_two_is_taken_when_the_other_is_no_date() -> None:
    """The 13th month does not exist."""
    assert as_date("13/02/2026") == as_date("02/13/2026") == date(2026, 2, 13)


def test_year_that_is_not_written_is_the_nearest_one_or_refused() -> None:
    """The 31st of December before a January is last year's."""
    assert as_date("12月31日", date(2026, 1, 5)) == date(2025, 12, 31)
    assert as_date("2月29日", date(2027, 1, 1)) == date(2028, 2, 29)
    with pytest.raises(Unreadable, match="the year of this date is not clear - write it as 2026-03-02"):
        as_date("3月2日")


@pytest.mark.parametrize(
    ("value", "minutes"),
    [
        (time(9), 540),
        (time(7, 59, 59, 997000), 480),
        (0.375, 540),
        (1 / 3, 480),
        (0.9999999, 1440),
        (1.0, 1440),
        (date(1900, 1, 1), 1440),
        (datetime(1900, 1, 1, 6), 1800),
        (timedelta(hours=30), 1800),
        ("09:00", 540),
        ("9:00", 540),
        ("9:00 AM", 540),
        ("12:30 am", 30),
        ("12:15 PM", 735),
        ("9pm", 1260),
        ("24:00", 1440),
        ("上午9:00", 540),
        ("下午6点半", 1110),
        ("晚上10点", 1320),
        ("9点30分", 570),
        ("\uff19\uff1a\uff10\uff10", 540),
        ("0.375", 540),
        ("09:00:00", 540),
        ("17h30", 1050),
        (0.0, 0),
        (time(0), 0),
    ],
)
def test_times_in_every_spelling(value: CellValue, minutes: int) -> None:
    """A third of a day is eight o'clock, not a thousandth of a second before it."""
    assert as_minutes(value) == minutes


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (9.0, "a time of day such as 09:30 is expected - write 09:00"),
        ("9", "a time of day such as 09:30 is expected - write 09:00"),
        ("25:61", "a time of day lies between 00:00 and 24:00"),
        ("13:00 PM", "a time with AM or PM lies between 12:00 AM and 11:59 PM"),
        (MARCH_2, "a time of day such as 09:30 is expected"),
        (True, "a time of day such as 09:30 is expected"),
        ("x" * 500, "a time of day such as 09:30 is expected"),
        (timedelta(days=-1), "a time of day lies between 00:00 and 24:00"),
    ],
)
def test_what_is_no_time_is_said(value: CellValue, said: str) -> None:
    """A bare 9 could be anything."""
    with pytest.raises(Unreadable) as caught:
        as_minutes(value)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    "value",
    [
        46083.375,
        datetime(2026, 3, 2, 8, 59, 59, 999000),
        "2026/3/2 9:00",
        "2026-03-02T09:00",
        "2026-03-02 9:00 AM",
        "3月2日 上午9:00",
    ],
)
def test_date_times_in_every_spelling(value: CellValue) -> None:
    """Nine in the morning of one day."""
    assert as_date_time(value, NEAR) == datetime(2026, 3, 2, 9)


def test_numbers_are_plain() -> None:
    """A separator or a comma is answered with what to write."""
    assert as_number("1.5e2") == 150 and as_number(" \uff18 ") == 8
    for text, repair in (("1,200", "write 1200"), ("1,5", "write 1.5")):
        with pytest.raises(Unreadable, match=repair):
            as_number(text)
    for value in (True, "", "x", "1e999", float("nan"), float("inf"), MARCH_2):
        with pytest.raises(Unreadable):
            as_number(value)


def test_text_of_a_cell_is_what_people_see() -> None:
    """Full-width letters become narrow, numbers lose their empty decimals."""
    assert [as_text(v) for v in ("\uff21 ", 8.0, 8.5, True, timedelta(hours=30), datetime(2026, 3, 2))] == [
        "A",
        "8",
        "8.5",
        "TRUE",
        "30:00",
        "2026-03-02",
    ]
