"""Forecasts in the shapes that people keep them; gaps are named; no contact is lost where clocks jump."""

from __future__ import annotations

import time as clock
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.scenario.model.forecast import Forecast, ForecastSeries, TypeShare, cell_clocks, forecast_rates
from sim.scenario.model.period import Period
from sim.scenario.model.profiles import PROFILES
from sim.scenario.model.rates import RateTable, rate_steps

DAYS = [date(2026, 3, 2) + timedelta(days=i) for i in range(14)]
SPRING = Period(start=datetime(2026, 3, 23), length=14 * 1440.0 - 60, time_zone="Europe/Berlin")
AUTUMN = Period(start=datetime(2026, 10, 19), length=14 * 1440.0 + 60, time_zone="Europe/Berlin")
CLOCKS = [f"{h:02d}:{m:02d}" for h in range(24) for m in (0, 30)]
FLAT = (1.0,) * 24
Book = Callable[..., Path]
Read = Callable[..., Any]


def expected(rate: RateTable, period: Period, t0: float = 0.0, t1: float | None = None) -> float:
    steps = rate_steps(rate, period, t0, period.length if t1 is None else t1)
    return float(np.diff(steps.edges) @ steps.rates)


@pytest.mark.parametrize(
    "rows",
    [
        [["date", "channel", "contacts"], *[[d, "phone", 7] for d in DAYS], *[[d, "mail", 3] for d in DAYS]],
        [
            ["Date", "Weekday", "Phone", "mail", "Total"],
            *[[d, f"{d:%a}", 7, 3, 10] for d in DAYS],
            ["Total", "", 98, 42, 140],
        ],
        [["channel", *DAYS], ["phone", *[7] * 14], ["Mail", *[3] * 14], ["total", *[10] * 14]],
        [
            ["日期", "渠道", "进线量"],
            *[[f"{d.month}月{d.day}日", c, n] for d in DAYS for c, n in (("phone", 7), ("mail", 3))],
        ],
        [["Forecast of the desk"], [], ["date", "phone", "mail"], *[[d.isoformat(), "7", 3.0] for d in DAYS]],
    ],
)
@pytest.mark.parametrize("name", ["forecast.xlsx", "forecast.csv"])
def test_daily_totals_in_every_shape(book: Book, forecast: Read, rows: list[Any], name: str) -> None:
    """Long, a column per channel, a row per channel, Chinese headers, a title above."""
    book(name, Volumes=rows)
    said = forecast(f"{{file: {name}}}")
    assert (said.problems, said.warnings) == ([], [])
    phone, mail = said.table.get("phone"), said.table.get("mail")
    assert phone.totals == tuple((d, 7.0) for d in DAYS) and mail.contacts == 42.0 and said.table.get("call") is None


@pytest.mark.parametrize(
    "rows",
    [
        [["date", "time", "call"], *[[d, c, 1] for d in DAYS for c in CLOCKS]],
        [["date", "interval", "call"], *[[d, f"{c}-{c}", 1] for d in DAYS for c in CLOCKS]],
        [["start", "call"], *[[f"{d} {c}", 1] for d in DAYS for c in CLOCKS]],
        [["date", "time", "call"], *[[d, time(int(c[:2]), int(c[3:])), 1] for d in DAYS for c in CLOCKS]],
        [
            ["date", "call"],
            *[[datetime(d.year, d.month, d.day, int(c[:2]), int(c[3:])), 1] for d in DAYS for c in CLOCKS],
        ],
    ],
)
def test_half_hours_in_every_shape(book: Book, forecast: Read, rows: list[Any]) -> None:
    """Time beside the date, as an interval, or in one cell."""
    book("forecast.xlsx", Volumes=rows)
    said = forecast()
    assert (said.problems, said.warnings) == ([], [])
    cells = said.table.get("call").cells
    assert cells.cell == 30 and [sum(n) for _, n in cells.days] == [48.0] * 14


@pytest.mark.parametrize("minutes", [15, 60])
def test_length_of_the_cells_is_that_of_the_times(book: Book, forecast: Read, minutes: int) -> None:
    """Quarter hours from 9 to 12; hours."""
    times = [f"{m // 60:02d}:{m % 60:02d}" for m in range(540, 720, minutes)]
    book("forecast.csv", F=[["date", "time", "contacts"], *[[d, t, 2] for d in DAYS for t in times]])
    said = forecast("{file: forecast.csv}", names=("call",))
    cells = said.table.get("call").cells
    assert cells.cell == minutes and len(cells.days[0][1]) == 720 // minutes and sum(cells.days[0][1]) == 2 * len(times)


@pytest.mark.parametrize(
    ("row", "cell", "said"),
    [
        (["2026-03-04", ""], "B4", "got nothing; a number is missing - write 0 if nothing comes"),
        (["2026-03-04", -1], "B4", 'got "-1"; a number of contacts that is not negative is expected'),
        (["2026-03-04", "many"], "B4", 'got "many"; a number is expected'),
        (["2026-03-04", "1,200"], "B4", 'got "1,200"; a number is written without separators - write 1200'),
        (["2026-03-04", 1e9], "B4", 'got "1000000000"; a number of at most 10,000,000 contacts is expected'),
        (["2026-03-04", True], "B4", 'got "TRUE"; a number is expected'),
        (["4th", 1], "A4", 'got "4th"; a date such as 2026-03-02 is expected'),
        (
            ["03/04/2026", 1],
            "A4",
            'got "03/04/2026"; this date can be read in two ways - write 2026-03-04 or 2026-04-03',
        ),
        (["2026-03-03", 1], "B4", 'got "1"; call is already given for this day (B3) - keep one of the two'),
    ],
)
def test_wrong_cell_of_a_forecast(book: Book, forecast: Read, row: list[Any], cell: str, said: str) -> None:
    """One cell, one message, with its address; what cannot be read is no gap on top."""
    rows = [["date", "call"], *[[d, 5] for d in DAYS[:2]], row, *[[d, 5] for d in DAYS[3:]]]
    book("forecast.xlsx", F=rows)
    messages = forecast().problems
    assert f"forecast.xlsx:F!{cell}: forecast: {said}" in messages
    no_date = cell == "A4" or row[0] == "2026-03-03"
    assert len(messages) == (2 if no_date else 1)  # then the 4th is missing as well


def test_missing_dates_are_named_before_the_row_that_shows_it(book: Book, forecast: Read) -> None:
    """Two gaps in one series; weekends that are never there are only doubted."""
    rows = [["date", "call"], *[[d, 5] for d in DAYS if d.day not in (4, 9, 10)]]
    book("forecast.xlsx", F=rows)
    assert forecast().problems == [
        "forecast.xlsx:F!B4: forecast: the forecast of call has a gap before this row: 2026-03-04 missing - "
        "add the dates (0 "
        "if nothing comes)",
        "forecast.xlsx:F!B8: forecast: the forecast of call has a gap before this row: 2026-03-09 to "
        "2026-03-10 missing - add "
        "the dates (0 if nothing comes)",
    ]
    book("forecast.xlsx", F=[["date", "call"], *[[d, 5] for d in DAYS if d.weekday() < 5]])
    said = forecast()
    assert said.problems == [] and said.warnings == [
        "forecast.xlsx:F!B2: warning: forecast: the forecast of call has no sat, sun: nothing comes then - "
        "add the dates if "
        "something does"
    ]


def test_missing_half_hours_are_named(book: Book, forecast: Read) -> None:
    """12:00 and 12:30 of one day."""
    rows = [["date", "time", "call"], *[[d, c, 1] for d in DAYS for c in CLOCKS if not (d.day == 5 and c[:2] == "12")]]
    book("forecast.xlsx", F=rows)
    assert forecast().problems == [
        "forecast.xlsx:F!C170: forecast: the forecast of call has a gap before this row: 12:00 to 12:30 of "
        "2026-03-05 is "
        "missing - add it (0 if nothing comes)"
    ]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [["date", "fone", "call"], [DAYS[0], 1, 2]],
            'forecast.xlsx:F!B1: forecast: got "fone"; there is no such channel or contact type - did you mean phone?',
        ),
        (
            [["date", "channel", "contacts"], [DAYS[0], "fax", 1]],
            'forecast.xlsx:F!B2: forecast: got "fax"; there is no such channel or contact type - known here: '
            "call, mail, phone",
        ),
        (
            [["date", "contacts"], [DAYS[0], 1]],
            "forecast.xlsx:F!B1: forecast: this forecast does not say of which channel - add a column "
            "channel with call, mail, "
            "phone",
        ),
        (
            [["a", "b"], [1, 2]],
            "forecast.xlsx:F!A1: forecast: no forecast is found: the columns date, channel, contacts are "
            "expected, or date and a "
            "column for each channel or contact type - the first row says a, b",
        ),
        ([["date", "call"]], "forecast.xlsx:F!A1: forecast: the forecast has a header and no numbers"),
        (
            [["date", "time", "call"], [DAYS[0], "09:07", 1]],
            'forecast.xlsx:F!C2: forecast: got "09:07"; the times of a forecast stand on whole cells of 5, '
            "10, 15, 20, 30 or 60 "
            "min",
        ),
        (
            [["date", "time", "call"], [DAYS[0], "24:00", 1]],
            'forecast.xlsx:F!B2: forecast: got "24:00"; the times of cells lie between 00:00 and 23:59',
        ),
        (
            [["date", "call"], [date(2025, 3, 3), 1]],
            "scenario.yaml:1:8: forecast: no date of the forecast of call lies within the period 2026-03-02 "
            "to 2026-03-15 - the "
            "forecast has 2025-03-03 to 2025-03-03: check period.start, or the forecast",
        ),
    ],
)
def test_forecast_that_cannot_be_used_says_why(book: Book, forecast: Read, rows: list[Any], said: str) -> None:
    """Unknown names, no names, no table, no numbers, other dates."""
    book("forecast.xlsx", F=rows)
    assert forecast().problems[0] == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{sheet: F}", "scenario.yaml:1:1: forecast.file: a forecast needs its file - add file: forecast.xlsx"),
        (
            "{file: forecast.xlsx, sheet: G}",
            'scenario.yaml:1:30: forecast.sheet: got "G"; the workbook has no sheet G - known here: F',
        ),
        (
            "{file: forecast.xls}",
            'scenario.yaml:1:8: forecast.file: got "forecast.xls"; there is no such file - did you mean forecast.xlsx?',
        ),
        ("[]", "scenario.yaml:1:1: forecast: a forecast such as {file: forecast.xlsx} is expected, not a list"),
    ],
)
def test_words_of_a_forecast(book: Book, forecast: Read, text: str, said: str) -> None:
    """What the scenario says about the file is checked like everything else."""
    book("forecast.xlsx", F=[["date", "call"], [DAYS[0], 1]])
    assert forecast(text).problems == [said]


def test_short_forecast_repeats_and_says_so(book: Book, forecast: Read) -> None:
    """A week stands for a fortnight; three days are too few."""
    book("forecast.csv", F=[["date", "call"], *[[d, 5] for d in DAYS[:7]]])
    said = forecast("{file: forecast.csv}")
    assert said.defaults == [
        "forecast (call): repeat, 2026-03-09 to 2026-03-23: as the same weekdays of the forecast's nearest week"
    ]
    book("forecast.csv", F=[["date", "call"], *[[d, 5] for d in DAYS[:3]]])
    assert forecast("{file: forecast.csv}").warnings == [
        "scenario.yaml:1:8: warning: forecast: the forecast of call covers 2026-03-02 to 2026-03-04 only: "
        "weekdays it does not "
        "have bring nothing - give at least a whole week"
    ]


@pytest.mark.parametrize(("period", "lost"), [(SPRING, 2.0), (AUTUMN, 0.0)])
def test_half_hours_on_days_of_23_and_25_hours(book: Book, forecast: Read, period: Period, lost: float) -> None:
    """What stands at a skipped time is said to be left out; what stands at a doubled one is shared by both passes."""
    days = [period.start.date() + timedelta(days=i) for i in range(14)]
    book("forecast.xlsx", F=[["date", "time", "call"], *[[d, c, 1] for d in days for c in CLOCKS]])
    said = forecast(period=period)
    if lost:
        assert [w.split("forecast: ")[1] for w in said.warnings] == [
            "the clocks of Europe/Berlin skip 02:00 on 2026-03-29: 2 contacts of call are left out - add "
            "them to the next half "
            "hour"
        ]
    rates = forecast_rates(said.table, {"call": TypeShare("phone", FLAT)}, period)
    assert expected(rates["call"], period) == pytest.approx(14 * 48 - lost)
    if not lost:  # 02:00 to 03:00 comes twice on the 25th, with half of its contacts each time
        midnight = period.minute_at(date(2026, 10, 25))
        assert expected(rates["call"], period, midnight + 120, midnight + 240) == pytest.approx(2.0)


def test_doubled_half_hours_may_be_given_twice(book: Book, forecast: Read) -> None:
    """Each pass of the autumn hour has its own number then."""
    hours = [f"{h:02d}:00" for h in range(24)]
    rows = [
        ["date", "time", "call"],
        *[["2026-10-25", h, 5 if h == "02:00" else 1] for h in hours],
        ["2026-10-25", "02:00", 7],
    ]
    book("forecast.csv", F=rows)
    said = forecast("{file: forecast.csv}", period=AUTUMN)
    assert said.table.get("call").cells.days[0][1] == (1.0, 1.0, 5.0, 7.0, *[1.0] * 21)


@pytest.mark.parametrize("period", [SPRING, AUTUMN])
@pytest.mark.parametrize("profile", ["evening_shopper", "office_hours", "flat"])
def test_daily_totals_come_whole_whatever_the_profile_and_the_clock(period: Period, profile: str) -> None:
    """100 contacts on a day of 23, 24 or 25 hours are 100 contacts."""
    days = [period.start.date() + timedelta(days=i) for i in range(14)]
    series = ForecastSeries(name="call", totals=tuple((d, 100.0 + i) for i, d in enumerate(days)))
    share = TypeShare("phone", PROFILES[profile].weights)
    rate = forecast_rates(Forecast(file="", series=(series,)), {"call": share}, period)["call"]
    for i, day in enumerate(period.days()):
        assert expected(rate, period, day.start, day.end) == pytest.approx(100.0 + i)


def test_channel_is_shared_by_weight_and_a_type_of_its_own_goes_first() -> None:
    """30 of a channel: 20 and 10; a type with its own series takes nothing of it; others have no rate."""
    week = Period(start=datetime(2026, 3, 2), length=7 * 1440.0)
    totals = tuple((d, 30.0) for d in DAYS[:7])
    known = Forecast(
        file="", series=(ForecastSeries(name="phone", totals=totals), ForecastSeries(name="vip", totals=totals))
    )
    types = {
        "a": TypeShare("phone", FLAT, 2.0),
        "b": TypeShare("phone", FLAT, 1.0),
        "vip": TypeShare("phone", FLAT, 9.0),
        "c": TypeShare("chat", FLAT),
    }
    rates = forecast_rates(known, types, week)
    assert {n: round(expected(r, week), 9) for n, r in rates.items()} == {"a": 140.0, "b": 70.0, "vip": 210.0}
    with pytest.raises(ValueError, match="the contact types of phone share its forecast and none has a weight"):
        forecast_rates(known, {"a": TypeShare("phone", FLAT, 0.0)}, week)


def test_warm_up_and_the_week_after_have_rates_too() -> None:
    """Nothing stops at the edges of the period; a half hour repeated on a short day keeps its clock."""
    cells_day = tuple(float(i) for i in range(24))
    from sim.scenario.model.cells import DatedCells

    days = tuple((date(2026, 3, 23) + timedelta(days=i), cells_day) for i in range(6))  # Monday to Saturday
    days = (*days, (date(2026, 3, 22), cells_day))
    series = ForecastSeries(name="call", cells=DatedCells(cell=60, days=tuple(sorted(days))))
    period = Period(start=datetime(2026, 3, 22), length=7 * 1440.0, warm_up=1440.0, time_zone="Europe/Berlin")
    rate = forecast_rates(Forecast(file="", series=(series,)), {"call": TypeShare("phone", FLAT)}, period)["call"]
    assert expected(rate, period, -1440.0, 0.0) == pytest.approx(276.0)
    sunday = period.minute_at(date(2026, 3, 29))  # repeats the 22nd, an hour shorter
    assert expected(rate, period, sunday, sunday + 23 * 60) == pytest.approx(276.0 - 2.0)
    assert expected(rate, period, sunday + 120, sunday + 180) == pytest.approx(3.0)  # it is three o'clock


def test_cells_of_a_day_stand_where_the_clock_shows() -> None:
    """Half hours of the two days on which clocks jump."""
    spring = cell_clocks(date(2026, 3, 29), 30, SPRING)
    assert len(spring) == 46 and spring[3:6] == [90.0, 180.0, 210.0]
    autumn = cell_clocks(date(2026, 10, 25), 30, AUTUMN)
    assert len(autumn) == 50 and autumn[3:9] == [90.0, 120.0, 150.0, 120.0, 150.0, 180.0]


def test_long_forecast_is_read_quickly(book: Book, forecast: Read) -> None:
    """Half hours of five weeks and two series: 3,360 numbers."""
    days = [date(2026, 3, 2) + timedelta(days=i) for i in range(35)]
    book("forecast.xlsx", F=[["date", "time", "call", "mail"], *[[d, c, 1, 2] for d in days for c in CLOCKS]])
    before = clock.process_time()
    assert forecast().problems == []
    assert clock.process_time() - before < 1.0
