"""Holidays: the shipped ones are those of the calendars, others are read from a list, gaps are said."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from sim.scenario.model.holidays import NO_HOLIDAYS, Holidays
from sim.scenario.model.hours import open_intervals, read_opening_hours
from sim.scenario.model.period import Period
from sim.scenario.readers.holiday_reader import (
    SHIPPED,
    holiday_words,
    package_holidays,
    read_holidays,
    shipped_holidays,
)
from sim.scenario.readers.reading import Reading
from sim.scenario.text.nodes import from_python, read_yaml
from sim.scenario.text.problems import Place, Unreadable

FOLDER = Path(__file__).parents[3] / "sim" / "scenario" / "holidays"
MARCH = Period(start=datetime(2026, 3, 2), length=14 * 1440.0, time_zone="Asia/Shanghai")


def said(text: str, folder: Path | str = ".", period: Period | None = None) -> tuple[Holidays | None, list[str]]:
    """Read `holidays:` and give everything that was said."""
    reading = Reading()
    node, _ = read_yaml(text, f"{folder}/s.yaml")
    assert node is not None
    found = read_holidays(reading, node, "period.holidays", period)
    assert (found is None) == bool(reading.problems)
    return found, [str(p).removeprefix(f"{folder}/") for p in (*reading.problems, *reading.warnings)]


@pytest.mark.parametrize(
    ("code", "when", "name", "weekday"),
    [
        ("CN", "2026-02-17", "Chinese New Year (Spring Festival)", 6),
        ("CN", "2026-02-14", "Working day (for 2026-02-20)", 4),  # a Saturday before the festival, for its Friday
        ("CN", "2026-02-28", "Working day (for 2026-02-23)", 0),
        ("CN", "2024-10-12", "Working day (for 2024-10-07)", 0),
        ("CN", "2020-02-01", "Chinese New Year Extended Holiday", 6),  # 2020: three days longer
        ("US", "2026-07-03", "Independence Day (observed)", 6),
        ("US", "2027-12-31", "New Year's Day (observed)", 6),  # of 2028
        ("DE", "2026-04-03", "Good Friday", 6),
        ("BR", "2026-09-07", "Independence Day", 6),
    ],
)
def test_known_days_of_the_calendars(code: str, when: str, name: str, weekday: int) -> None:
    """Days looked up in the official lists."""
    found = shipped_holidays(code)
    assert (found.name_of(date.fromisoformat(when)), found.weekday_of(date.fromisoformat(when))) == (name, weekday)


def test_ordinary_days_are_what_they_are() -> None:
    """A date that no list names has its own weekday; a make-up day is no holiday."""
    china = shipped_holidays("CN")
    assert china.on(date(2026, 3, 4)) is None and china.name_of(date(2026, 3, 4)) is None
    assert [china.weekday_of(date(2026, 3, 2 + i)) for i in range(7)] == list(range(7))
    assert china.is_holiday(date(2026, 2, 17)) and not china.is_holiday(date(2026, 2, 14))


@pytest.mark.parametrize("code", SHIPPED)
def test_shipped_files_are_well_formed(code: str) -> None:
    """Dates ascend, each once; make-up days are weekend days that count as weekdays; every year has its days."""
    with (FOLDER / f"{code}.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    dates = [row["date"] for row in rows]
    assert dates == sorted(set(dates))
    assert {d[:4] for d in dates} == {str(y) for y in range(2019, 2028)}
    assert all(row["name"] and row["local_name"] for row in rows)
    for row in rows:
        when = date.fromisoformat(row["date"])
        if row["kind"] == "working":
            assert code == "CN" and when.weekday() >= 5 and row["as"] in ("mon", "tue", "wed", "thu", "fri")
        else:
            assert row["kind"] == "holiday" and row["as"] == "sun"
    assert f"`{code}.csv`" in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_every_make_up_day_of_china_has_its_day_off() -> None:
    """What is worked on a weekend is free on the weekday that it makes up for."""
    with (FOLDER / "CN.csv").open(encoding="utf-8") as stream:
        rows = {row["date"]: row for row in csv.DictReader(stream)}
    worked = [row for row in rows.values() if row["kind"] == "working"]
    per_year = {y: sum(row["date"].startswith(str(y)) for row in worked) for y in range(2019, 2028)}
    assert list(per_year.values()) == [6, 6, 7, 7, 7, 8, 5, 6, 0]
    for row in worked:
        off = row["name"].split("for ")[1].rstrip(")")
        assert rows[off]["kind"] == "holiday" and row["date"] in rows[off]["name"]


def test_germany_has_the_nine_days_of_all_states() -> None:
    """Epiphany and other days of single states are not in it."""
    assert [sum(d.date.year == y for d in shipped_holidays("DE").days) for y in range(2019, 2028)] == [9] * 9


def test_opening_hours_close_on_a_holiday_and_open_on_a_make_up_day() -> None:
    """Labour Day 2026 in China: Friday to Tuesday closed, Saturday the 9th open."""
    china = shipped_holidays("CN")
    may = Period(start=datetime(2026, 5, 1), length=10 * 1440.0, time_zone="Asia/Shanghai", holidays=china)
    hours = read_opening_hours("mon-fri 09:00-18:00")
    days = [int(a // 1440) + 1 for a, _ in open_intervals(hours, may, 0.0, may.length)]
    assert days == [6, 7, 8, 9]
    ordinary = may.model_copy(update={"holidays": NO_HOLIDAYS})
    assert [int(a // 1440) + 1 for a, _ in open_intervals(hours, ordinary, 0.0, may.length)] == [1, 4, 5, 6, 7, 8]


def test_core_never_imports_the_package() -> None:
    """`holidays` is an extra: the shipped files do without it."""
    script = (
        "import sys; sys.modules['holidays'] = None\n"
        "from sim.scenario.readers.holiday_reader import shipped_holidays\n"
        "print(len(shipped_holidays('CN').days))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=FOLDER.parents[2]
    )
    assert int(done.stdout) == len(shipped_holidays("CN").days)


def test_other_country_without_the_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named."""
    monkeypatch.setitem(sys.modules, "holidays", None)
    assert said("FR") == (
        None,
        [
            's.yaml:1:1: period.holidays: got "FR"; only CN, US, DE, BR are shipped; other countries need the extra '
            "calendar - pip install 'aftersim[calendar]', or write {file: our_holidays.csv}"
        ],
    )


def test_other_countries_come_from_the_package() -> None:
    """Countries and their parts; unknown ones are refused with what there is."""
    pytest.importorskip("holidays")
    assert package_holidays("FR", [2026]).name_of(date(2026, 7, 14)) is not None
    assert package_holidays("DE-BY", [2026]).is_holiday(date(2026, 1, 6))
    with pytest.raises(Unreadable, match="the package holidays does not know XX"):
        package_holidays("XX", [2026])
    with pytest.raises(Unreadable, match=r"knows no part ZZ of DE - known here: BB, BE"):
        package_holidays("DE-ZZ", [2026])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cn", 'got "cn"; a country such as CN, US, DE or BR, or none is expected - write CN'),
        (
            "China",
            'got "China"; a country such as CN, US, DE or BR, or none is expected - write {file: our_holidays.csv} for',
        ),
        ("[CN]", "a country such as CN, none, or {file: our_holidays.csv} is expected, not a list"),
        ("{}", "holidays are given by country, file or days - add file: our_holidays.csv"),
        ("{fille: x.csv}", "unknown name - did you mean file?"),
        ("{file: nowhere.csv}", 'got "nowhere.csv"; there is no such file'),
        ("{days: {2026-13-01: holiday}}", 'got "2026-13-01"; this date is not in the calendar'),
        ("{days: {2026-05-01: closed}}", 'got "closed"; holiday or working is expected, then its name'),
        ("{days: {2026-05-01: holiday as may}}", 'got "holiday as may"; weekdays are mon tue wed thu fri sat sun'),
    ],
)
def test_what_is_no_choice_of_holidays_is_said(text: str, message: str, tmp_path: Path) -> None:
    """Place, value, rule, repair."""
    found, problems = said(text, tmp_path)
    assert found is None and any(message in p for p in problems), problems


def test_list_of_a_desk_is_read_and_goes_before_the_country(tmp_path: Path) -> None:
    """A shop that opens on one holiday and closes on its own day."""
    (tmp_path / "ours.csv").write_text(
        "日期,名称,类型,as\n2026-05-01,店庆开门,上班,sat\n2026/5/20,Stock-taking,holiday,\n2026-12-24,Eve,holiday,sat\n",
        encoding="utf-8",
    )
    found, problems = said("{country: CN, file: ours.csv}", tmp_path, MARCH)
    assert found is not None and problems == []
    assert found.weekday_of(date(2026, 5, 1)) == 5 and not found.is_holiday(date(2026, 5, 1))
    assert found.weekday_of(date(2026, 5, 20)) == 6
    assert found.weekday_of(date(2026, 12, 24)) == 5 and found.is_holiday(date(2026, 12, 24))
    assert found.weekday_of(date(2026, 5, 9)) == 1  # of the country
    assert found.name == "CN + ours.csv"


def test_day_without_a_weekday_counts_as_sunday_or_friday() -> None:
    """A holiday as Sunday, a make-up day as Friday, unless it is said."""
    text = (
        "{days: {2026-05-01: holiday, 2026-05-09: working, 2026-05-10: working as tue Extra, "
        "2026-12-24: holiday as sat}}"
    )
    found, _ = said(text)
    assert found is not None and [d.counts_as for d in found.days] == [6, 4, 1, 5]
    assert found.name_of(date(2026, 5, 10)) == "Extra"


def test_list_with_mistakes_says_all_of_them(tmp_path: Path, book: Callable[..., Path]) -> None:
    """Every wrong cell of a workbook has its address."""
    rows = [
        ["date", "name", "kind"],
        [date(2026, 5, 1), "A", "holiday"],
        ["2026-05-32", "B", "holiday"],
        ["", "", ""],
        [date(2026, 5, 1), "C", "holiday"],
        [date(2026, 5, 3), "D", "open"],
    ]
    book("ours.xlsx", Days=rows)
    assert said("{file: ours.xlsx}", tmp_path)[1] == [
        'ours.xlsx:Days!A3: period.holidays.file: got "2026-05-32"; this date is not in the calendar',
        'ours.xlsx:Days!A5: period.holidays.file: got "2026-05-01"; this date is already given (A2) - keep '
        "one of the two",
        'ours.xlsx:Days!C6: period.holidays.file: got "open"; holiday or working is expected - write '
        "holiday, or working for "
        "a make-up day",
    ]
    (tmp_path / "bad.csv").write_text("Tag,Was\n1,2\n")
    assert said("{file: bad.csv}", tmp_path)[1] == [
        "bad.csv:1: period.holidays.file: a list of holidays has the columns date, name and kind - the "
        "header is Tag,Was"
    ]


def test_years_without_holidays_are_said() -> None:
    """A period after the last shipped year, and one whose official list was not known."""
    later = Period(start=datetime(2028, 3, 6), length=1440.0)
    assert said("US", period=later)[1] == [
        "s.yaml:1:1: warning: period.holidays: no holiday of US is known for 2028 (known: from 2019 to 2027) "
        "- add them: "
        "{country: ..., file: our_holidays.csv}"
    ]
    next_year = Period(start=datetime(2026, 12, 28), length=14 * 1440.0)
    assert said("CN", period=next_year)[1] == [
        "s.yaml:1:1: warning: period.holidays: the official list of CN for 2027 was not known when this "
        "version was made: "
        "days off and make-up working days of that list are missing - add them: {country: CN, file: our_holidays.csv}"
    ]
    assert said("CN", period=MARCH)[1] == []


@pytest.mark.parametrize(
    "text", ["none", "CN", "DE", "{days: {2026-05-01: holiday Labour Day, 2026-05-09: working as tue}}"]
)
def test_holidays_in_words_are_the_same_holidays(text: str) -> None:
    """What is written of them is read back, day by day."""
    found, _ = said(text)
    assert found is not None
    words: Any = holiday_words(found)
    reading = Reading()
    again = read_holidays(reading, from_python(words, Place("again")), "holidays")
    assert again is not None and [(d.date, d.kind, d.counts_as) for d in again.days] == [
        (d.date, d.kind, d.counts_as) for d in found.days
    ]
    assert text not in ("none", "CN", "DE") or words == text
