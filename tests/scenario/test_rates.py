"""Arrival rates bring the contacts they promise, at the hours they promise them."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest

from sim.scenario.model.cells import DatedCells, WeeklyCells
from sim.scenario.model.period import Period
from sim.scenario.model.profiles import PROFILES
from sim.scenario.model.rates import DailyRate, Rate, RateTable, rate_steps
from sim.scenario.readers.holiday_reader import shipped_holidays
from sim.scenario.text.units import seven

WEEK = Period(start=datetime(2026, 3, 2), length=10080, time_zone="Europe/Berlin")
SPRING = Period(start=datetime(2026, 3, 29), length=1380, time_zone="Europe/Berlin")
AUTUMN = Period(start=datetime(2026, 10, 25), length=1500, time_zone="Europe/Berlin")
CHINA = shipped_holidays("CN")
HOURS = tuple(float(h) for h in range(24))


def expected(rate: Rate, period: Period, t0: float = 0.0, t1: float | None = None) -> float:
    """Give the expected number of contacts."""
    steps = rate_steps(rate, period, t0, period.length if t1 is None else t1)
    return float(np.diff(steps.edges) @ steps.rates)


@pytest.mark.parametrize("name", PROFILES)
def test_day_brings_its_contacts_whatever_the_profile(name: str) -> None:
    """Contacts per day are spread by the profile, not changed by it."""
    rate = DailyRate(per_day=seven([140, 140, 140, 140, 140, 60, 0]), profile=PROFILES[name].weights)
    assert expected(rate, WEEK) == pytest.approx(760, rel=1e-12)
    assert expected(rate, WEEK, 5 * 1440, 6 * 1440) == pytest.approx(60, rel=1e-12)
    assert expected(rate, WEEK, 6 * 1440, 7 * 1440) == 0


def test_profile_names_hours_of_the_wall_clock() -> None:
    """All contacts of the hour from 9 to 10 come then, also on the days when clocks change."""
    rate = DailyRate(per_day=seven([24] * 7), profile=tuple(1.0 if h == 9 else 0.0 for h in range(24)))
    assert expected(rate, WEEK, 540, 600) == pytest.approx(24)
    assert expected(rate, SPRING, 480, 540) == pytest.approx(24)
    assert expected(rate, AUTUMN, 600, 660) == pytest.approx(24)


def test_missing_hour_brings_nothing_and_doubled_hour_twice() -> None:
    """A flat day of 24 contacts brings 23 in spring and 25 in autumn."""
    rate = DailyRate(per_day=seven([24] * 7), profile=(1.0,) * 48)
    assert expected(rate, SPRING) == pytest.approx(23)
    assert expected(rate, AUTUMN) == pytest.approx(25)


def test_weekly_table_follows_the_wall_clock() -> None:
    """Hour 2 is skipped in spring and comes twice in autumn."""
    rate = RateTable(cells=WeeklyCells(cell=60, week=seven([HOURS] * 7)))
    spring = rate_steps(rate, SPRING, 0, 1380)
    assert (spring.rates * 60).round(9).tolist() == [0, 1, *range(3, 24)]
    autumn = rate_steps(rate, AUTUMN, 0, 1500)
    assert (autumn.rates * 60).round(9).tolist() == [0, 1, 2, 2, *range(3, 24)]
    assert autumn.edges.tolist() == [60.0 * i for i in range(26)]


def test_dated_table_goes_by_elapsed_time() -> None:
    """Its rows are the hours that passed; dates it does not have bring nothing."""
    rate = RateTable(cells=DatedCells(cell=60, days=((date(2026, 10, 25), tuple(float(i) for i in range(25))),)))
    steps = rate_steps(rate, AUTUMN, -60, 1560)
    assert (steps.rates * 60).round(9).tolist() == [0, *range(25), 0]


def test_holiday_has_the_contacts_of_a_sunday() -> None:
    """1 May 2026 is a Friday off, 9 May a Saturday that works as a Tuesday; a dated table says what it says."""
    may = Period(start=datetime(2026, 4, 30), length=10 * 1440, time_zone="Asia/Shanghai", holidays=CHINA)
    per_day = seven([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
    daily = DailyRate(per_day=per_day, profile=(1.0,) * 24)
    table = RateTable(cells=WeeklyCells(cell=60, week=seven([(x / 24,) * 24 for x in per_day])))
    for rate in (daily, table):
        totals = [expected(rate, may, d * 1440, (d + 1) * 1440) for d in range(10)]
        assert totals == pytest.approx([4, 7, 7, 7, 7, 7, 3, 4, 5, 2])
    dated = RateTable(cells=DatedCells(cell=60, days=((date(2026, 5, 1), (5.0,)),)))
    assert expected(dated, may, 1440, 2880) == pytest.approx(5)


def test_range_cuts_the_first_and_last_cell() -> None:
    """Edges are exactly t0 and t1 at the ends."""
    rate = RateTable(cells=WeeklyCells(cell=30, week=seven([(1.0,) * 48] * 7)))
    steps = rate_steps(rate, WEEK, -45, 40)
    assert steps.edges.tolist() == [-45, -30, 0, 30, 40]
    assert len(steps.rates) == 4


def test_cell_that_the_jump_cuts_keeps_its_rate() -> None:
    """Lord Howe Island jumps from 02:00 to 02:30: the cell from 2 to 3 has its second half only."""
    lord_howe = Period(start=datetime(2026, 10, 4), length=1410, time_zone="Australia/Lord_Howe")
    rate = RateTable(cells=WeeklyCells(cell=60, week=seven([HOURS] * 7)))
    steps = rate_steps(rate, lord_howe, 0, 240)
    assert steps.edges.tolist() == [0, 60, 120, 150, 210, 240]
    assert (steps.rates * 60).round(9).tolist() == [0, 1, 2, 3, 4]


def test_minutes_of_a_whole_year_are_covered_once() -> None:
    """Edges ascend without gap, 8760 cells for a year of hours."""
    year = Period(start=datetime(2026, 1, 1), length=365 * 1440, time_zone="Europe/Berlin")
    rate = RateTable(cells=WeeklyCells(cell=60, week=seven([(1.0,) * 24] * 7)))
    steps = rate_steps(rate, year, 0, year.length)
    assert len(steps.rates) == 8760
    assert np.diff(steps.edges).min() == np.diff(steps.edges).max() == 60
