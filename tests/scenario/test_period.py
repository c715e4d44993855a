"""Local calendar and minutes since the start agree, also on the days when clocks change."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario.model.hours import business_intervals
from sim.scenario.model.opening_hours import read_opening_hours
from sim.scenario.model.period import Period, calendar_days
from sim.scenario.readers.holiday_reader import shipped_holidays


def period(start: str, days: int, zone: str) -> Period:
    """Make a period of whole local days."""
    begin = datetime.fromisoformat(start)
    return Period(start=begin, length=calendar_days(begin, days, zone), time_zone=zone)


def hours(p: Period) -> dict[str, float]:
    """Give the length of each day in hours."""
    return {d.date.isoformat(): (d.end - d.start) / 60 for d in p.days()}


def test_spring_day_has_23_hours_in_berlin() -> None:
    """29 March 2026: clocks jump from 02:00 to 03:00."""
    p = period("2026-03-28", 3, "Europe/Berlin")
    assert hours(p) == {"2026-03-28": 24, "2026-03-29": 23, "2026-03-30": 24}
    assert p.length == 3 * 1440 - 60
    assert p.minute_at(date(2026, 3, 29), 9 * 60) == 1440 + 8 * 60
    assert p.minute(datetime(2026, 3, 29, 3, 0)) == 1440 + 120
    assert p.local(1440 + 119).replace(tzinfo=None) == datetime(2026, 3, 29, 1, 59)
    assert p.local(1440 + 120).replace(tzinfo=None) == datetime(2026, 3, 29, 3, 0)


def test_skipped_time_means_the_first_instant_after_it() -> None:
    """02:30 does not exist on 29 March 2026 in Berlin: it means the instant of the jump."""
    p = period("2026-03-29", 1, "Europe/Berlin")
    assert not p.exists(datetime(2026, 3, 29, 2, 30))
    assert p.minute(datetime(2026, 3, 29, 2, 30)) == p.minute(datetime(2026, 3, 29, 3, 0)) == 120


def test_autumn_day_has_25_hours_in_berlin() -> None:
    """25 October 2026: 02:00 to 03:00 comes twice; without fold the first one is meant."""
    p = period("2026-10-25", 1, "Europe/Berlin")
    assert hours(p) == {"2026-10-25": 25}
    twice = datetime(2026, 10, 25, 2, 30)
    assert p.occurs_twice(twice)
    assert (p.minute(twice), p.minute(twice.replace(fold=1))) == (150, 210)
    assert p.minute_at(date(2026, 10, 25), 9 * 60) == 10 * 60


def test_clock_runs_split_the_days_when_clocks_change() -> None:
    """Each run of a day keeps wall clock and minutes in step."""
    spring = period("2026-03-29", 1, "Europe/Berlin")
    assert [tuple(run) for run in spring.clock_runs(spring.days()[0])] == [(0, 120, 0), (120, 1380, 180)]
    autumn = period("2026-10-25", 1, "Europe/Berlin")
    assert [tuple(run) for run in autumn.clock_runs(autumn.days()[0])] == [(0, 180, 0), (180, 1500, 120)]
    plain = period("2026-03-02", 1, "Europe/Berlin")
    assert [tuple(run) for run in plain.clock_runs(plain.days()[0])] == [(0, 1440, 0)]


def test_shanghai_never_changes_its_clocks() -> None:
    """A year of days of 24 hours."""
    assert set(hours(period("2026-01-01", 365, "Asia/Shanghai")).values()) == {24.0}


def test_jerusalem_1999_changes_its_clocks_in_april_and_september() -> None:
    """2 April 1999 has 23 hours, 3 September 1999 has 25 (at 02:00); January is plain."""
    year = hours(period("1999-01-01", 365, "Asia/Jerusalem"))
    assert {day: h for day, h in year.items() if h != 24} == {"1999-04-02": 23, "1999-09-03": 25}


def test_day_that_starts_at_one_is_whole() -> None:
    """In Cairo clocks jump at midnight: 28 April 2023 starts at 01:00 and has 23 hours."""
    p = period("2023-04-27", 3, "Africa/Cairo")
    assert hours(p) == {"2023-04-27": 24, "2023-04-28": 23, "2023-04-29": 24}
    assert [tuple(run) for run in p.clock_runs(p.days()[1])] == [(1440, 2820, 60)]


def test_date_that_a_zone_skipped_is_not_a_day() -> None:
    """Samoa went from 29 to 31 December 2011."""
    assert list(hours(period("2011-12-28", 5, "Pacific/Apia"))) == [
        "2011-12-28",
        "2011-12-29",
        "2011-12-31",
        "2012-01-01",
    ]


def test_half_hour_change_is_kept() -> None:
    """Lord Howe Island moves its clocks by half an hour."""
    assert hours(period("2026-04-05", 1, "Australia/Lord_Howe")) == {"2026-04-05": 24.5}


def test_days_reach_into_the_warm_up_and_past_the_end() -> None:
    """Negative minutes are the days before the start; weekdays are those of the calendar."""
    p = period("2026-03-02", 7, "Europe/Berlin")
    assert [d.weekday for d in p.days()] == [0, 1, 2, 3, 4, 5, 6]
    before = p.days(-1, 1)
    assert [(d.date, d.weekday, d.start) for d in before] == [(date(2026, 3, 1), 6, -1440), (date(2026, 3, 2), 0, 0)]
    assert p.days(p.length, p.length + 1)[0].date == date(2026, 3, 9)


def test_start_within_a_day_shifts_the_minutes() -> None:
    """A period may start at 08:00; its first day is the whole local day around it."""
    p = Period(start=datetime(2026, 3, 2, 8), length=1440, time_zone="UTC")
    assert [(d.start, d.end) for d in p.days()] == [(-480, 960), (960, 2400)]
    assert p.minute(datetime(2026, 3, 2, 9)) == 60


def china(start: str, days: int) -> Period:
    """A period with the Chinese calendar."""
    begin = datetime.fromisoformat(start)
    length = calendar_days(begin, days, "Asia/Shanghai")
    return Period(start=begin, length=length, time_zone="Asia/Shanghai", holidays=shipped_holidays("CN"))


def test_holiday_counts_as_sunday_and_make_up_day_as_the_day_it_makes_up_for() -> None:
    """1 May 2026 is a Friday off; Saturday 9 May works as the Tuesday before."""
    days = {d.date: d for d in china("2026-04-30", 14).days()}
    off, worked, plain = (days[date(2026, *x)] for x in ((5, 1), (5, 9), (5, 8)))
    assert (off.weekday, off.acts_as, off.holiday) == (4, 6, True)
    assert (worked.weekday, worked.acts_as, worked.holiday) == (5, 1, False)
    assert (plain.weekday, plain.acts_as, plain.holiday) == (4, 4, False)


def test_business_days_are_those_that_people_work() -> None:
    """No business hours on a holiday, whatever the weekday, and full ones on a worked Saturday."""
    spring = china("2026-04-30", 14)
    hours = business_intervals(spring, 0, spring.length)
    assert {spring.local(a).date().day for a, _ in hours} == {30, 6, 7, 8, 9, 11, 12, 13}
    daily = spring.model_copy(update={"business_hours": read_opening_hours("daily 09:00-18:00 holiday closed")})
    assert {daily.local(a).date().day for a, _ in business_intervals(daily, 0, 7 * 1440)} == {30, 3, 6}


def test_periods_that_differ_in_holidays_are_different() -> None:
    """They share a hash and are told apart all the same; the same list under another name is the same."""
    plain, kept = (period("2026-04-30", 7, "Asia/Shanghai"), china("2026-04-30", 7))
    assert (hash(plain), plain.days()[1].acts_as) == (hash(kept), 4)
    assert kept.days()[1].acts_as == 6
    assert plain != kept
    renamed = kept.holidays.model_copy(update={"name": "ours"})
    assert kept.model_copy(update={"holidays": renamed}) == kept


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Jerusalem", "Australia/Lord_Howe", "UTC"])
@settings(max_examples=60, deadline=None, derandomize=True)
@given(minute=st.integers(-500_000, 500_000))
def test_minute_survives_the_way_over_the_wall_clock(zone: str, minute: int) -> None:
    """Local time with its fold names exactly one minute."""
    p = Period(start=datetime(2026, 3, 2), length=1440, time_zone=zone)
    local = p.local(minute)
    assert p.minute(local.replace(tzinfo=None)) == minute
    assert p.minute(local) == minute
