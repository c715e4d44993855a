"""Rosters in the shapes that people keep them, and every mistake with its cell."""

from __future__ import annotations

import time as clock
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from sim.scenario.model.period import Period
from sim.scenario.model.roster import RosterAgent
from sim.scenario.readers.rosters.codes import Pause, read_breaks, read_hours
from sim.scenario.text.problems import Unreadable

DAYS = [date(2026, 3, 2) + timedelta(days=i) for i in range(14)]
CODES = [
    ["shift", "hours", "break"],
    ["E", "07:00-15:30", "30 min"],
    ["L", "14:00-22:30", ""],
    ["N", "22:00-06:00", "1 h"],
]
Book = Callable[..., Path]
Read = Callable[..., Any]


def spans(agent: RosterAgent) -> list[str]:
    """Duties in short: `02 07:00-15:30`."""
    return [f"{d.start:%d %H:%M}-{d.end:%H:%M}" for d in agent.duties]


def week(*codes: str) -> list[str]:
    """A row of a fortnight: the codes, then days off."""
    return [*codes, *["off"] * (14 - len(codes))]


def test_wide_roster_with_a_code_sheet(book: Book, roster: Read) -> None:
    """People x dates; a night shift ends on the next day; absences keep their reason."""
    book(
        "roster.xlsx",
        Roster=[["name", *DAYS], ["Ann", *week("E", "L", "N")], ["Bob", *week("e", "", "AL", "sick", "休", "病假")]],
        Codes=CODES,
    )
    said = roster()
    ann, bob = said.table.agents
    assert spans(ann) == ["02 07:00-15:30", "03 14:00-22:30", "04 22:00-06:00"]
    assert ann.duties[2].end == datetime(2026, 3, 5, 6) and ann.duties[0].breaks[0].length == 30.0
    assert spans(bob) == ["02 07:00-15:30"]
    assert [a.reason for a in bob.absences[:5]] == ["off", "leave", "sick", "off", "sick"]
    assert (said.warnings, said.defaults) == ([], [])
    assert (said.table.first, said.table.last) == (DAYS[0], DAYS[-1])


def test_chinese_roster_with_titles_merged_cells_and_day_numbers(book: Book, roster: Read) -> None:
    """A title over all columns, 1 to 14 under it, weekdays below, a leave over five days, sums at the end."""
    book(
        "roster.xlsx",
        {"三月": [("A1:P1", "客服部 2026年3月 排班表"), ("F5:J5", "年假")]},
        三月=[
            [],
            ["姓名", "工号", *range(2, 16)],
            ["", "", *("一二三四五六日" * 2)],
            ["王", 1001, *["早"] * 5, "休", "休", *["晚"] * 5, "", ""],
            ["李", 1002, *["早"] * 3, "", "", "", "", "", *["晚"] * 6],
            ["合计", "", *[2] * 14],
        ],
        班次=[["班次", "时间", "休息（分钟）"], ["早", "08:00～16:30", 30], ["晚", "15:30-24:00", "无"]],
    )
    said = roster()
    assert said.problems == []
    wang, li = said.table.agents
    assert (wang.name, wang.title, li.title) == ("1001", "王", "李")
    assert spans(wang)[:1] == ["02 08:00-16:30"] and len(wang.duties) == 10
    assert wang.duties[0].breaks[0].length == 30.0 and wang.duties[5].end == datetime(2026, 3, 10)
    assert [a.date.day for a in li.absences] == [5, 6, 7, 8, 9] and {a.reason for a in li.absences} == {"leave"}
    assert said.warnings == []


def test_month_of_day_numbers_that_stands_nowhere_is_that_of_the_period_and_said(book: Book, roster: Read) -> None:
    """Numbers alone name no month."""
    book("roster.xlsx", R=[["name", *range(2, 16)], ["Ann", *["9-17"] * 14]])
    said = roster()
    assert spans(said.table.agents[0])[0] == "02 09:00-17:00"
    assert said.warnings == [
        "scenario.yaml:1:8: warning: roster: the days of the roster have no month: 2026-03 is taken, the "
        "month of the period "
        "- write the month above them, or dates such as 2026-03-02"
    ]


@pytest.mark.parametrize(
    "header",
    [
        DAYS,
        [datetime(d.year, d.month, d.day) for d in DAYS],
        [d.isoformat() for d in DAYS],
        [f"{d.month}/{d.day}" for d in DAYS],
        [f"{d.day}.{d.month}." for d in DAYS],
        [f"{d:%a %d %b}" for d in DAYS],
        [f"{d.month}月{d.day}日" for d in DAYS],
        [f"{d:%Y/%m/%d}" for d in DAYS],
        [(d - date(1899, 12, 30)).days for d in DAYS],
    ],
)
def test_dates_of_a_header_in_every_spelling(book: Book, roster: Read, header: list[Any]) -> None:
    """`3/2, 3/3, ...` is March, because each date follows the one before it."""
    book("roster.xlsx", R=[["name", *header], ["Ann", *["9-17"] * 14]])
    said = roster()
    assert [d.start.date() for d in said.table.agents[0].duties] == DAYS and said.warnings == []


def test_weeks_below_each_other_and_names_over_two_rows(book: Book, roster: Read) -> None:
    """A new header row is a new week; a second row of a person adds a second shift of the day."""
    book(
        "roster.xlsx",
        {"R": [("A2:A3", "Ann")]},
        R=[
            ["name", *DAYS[:7]],
            ["", *["08:00-12:00"] * 7],
            ["", "17:00-19:00"],
            ["Bob", *["off"] * 7],
            [],
            ["name", *DAYS[7:]],
            ["Ann", *["off"] * 7],
            ["Bob", *["08:00-12:00"] * 7],
        ],
    )
    said = roster()
    ann, bob = said.table.agents
    assert spans(ann)[:3] == ["02 08:00-12:00", "02 17:00-19:00", "03 08:00-12:00"] and len(ann.duties) == 8
    assert len(bob.duties) == 7 and bob.duties[0].start.date() == DAYS[7]


def test_wide_roster_in_csv_with_codes_of_the_scenario(book: Book, roster: Read) -> None:
    """Codes can be said in the scenario; they go before the sheet."""
    book("roster.csv", R=[["name", "group", *DAYS], ["Ann", "desk", *["E"] * 14]])
    said = roster("{file: roster.csv, codes: {E: {hours: '09:00-12:00 13:00-18:00', break: 15 min}, U: leave}}")
    duties = said.table.agents[0].duties
    assert [f"{d.start:%H:%M}" for d in duties[:3]] == ["09:00", "13:00", "09:00"]
    assert [len(d.breaks) for d in duties[:2]] == [0, 1]  # the longer span has the break


def test_several_shifts_in_one_cell(book: Book, roster: Read) -> None:
    """Codes joined by a slash, or hours with a comma."""
    book(
        "roster.xlsx",
        R=[["name", *DAYS[:3]], ["Ann", "M/A", "08:00-10:00, 18:00-20:00", "M+Q"]],
        Codes=[["code", "start", "end"], ["M", time(8), time(12)], ["A", time(14), time(18)]],
    )
    assert roster().problems == [
        'roster.xlsx:R!D2: roster: got "M+Q"; there is no such shift code - known here: M, A, off'
    ]
    book(
        "roster.xlsx",
        R=[["name", *DAYS[:3]], ["Ann", "M/A", "08:00-10:00, 18:00-20:00", "M+off"]],
        Codes=[["code", "start", "end"], ["M", time(8), time(12)], ["A", time(14), time(18)], ["off", "", ""]],
    )
    assert spans(roster().table.agents[0]) == [
        "02 08:00-12:00",
        "02 14:00-18:00",
        "03 08:00-10:00",
        "03 18:00-20:00",
        "04 08:00-12:00",
    ]


LONG = ["agent", "date", "start", "end", "break", "group", "skills", "concurrency"]


def test_long_roster_with_excel_dates_and_times(book: Book, roster: Read) -> None:
    """Time cells, parts of days, text, dates with times; over midnight; absences; skills in any case."""
    rows = [
        LONG,
        ["Ann", DAYS[0], time(9), time(18), "1 h", "Desk", "Phone, chat", 3],
        ["Ann", DAYS[1], 22 / 24, 6 / 24, time(0, 45), "desk", "phone,chat", 3],
        ["Ann", DAYS[3], "休", "", "", "desk", "", ""],
        ["Bob", "2026/3/2", "9:00 AM", "5:30 PM", "12:00-12:30, 15 min", "desk", "email", ""],
        ["Bob", "3月3日", datetime(2026, 3, 3, 9), datetime(2026, 3, 3, 17), "", "desk", "", ""],
    ]
    book("roster.xlsx", Shifts=rows)
    said = roster(group="desk")
    ann, bob = said.table.agents
    assert said.problems == [] and spans(ann) == ["02 09:00-18:00", "03 22:00-06:00"]
    assert (ann.group, ann.skills, ann.concurrency) == ("Desk", ("phone", "chat"), 3)
    assert [b.length for d in ann.duties for b in d.breaks] == [60.0, 45.0]
    assert ann.absences[0].reason == "off"
    assert [(b.start, b.length) for b in bob.duties[0].breaks] == [(datetime(2026, 3, 2, 12), 30.0), (None, 15.0)]
    assert bob.skills == ("email",) and bob.concurrency is None


def test_long_roster_with_dates_and_times_in_one_cell_and_columns_of_another_name(book: Book, roster: Read) -> None:
    """The scenario says what the desk calls its columns."""
    rows = [
        ["Kollege", "Dienst ab", "Dienst bis"],
        ["Ann", "2026-03-02 22:00", "2026-03-03 06:00"],
        ["Bob", DAYS[0], ""],
    ]
    book("roster.xlsx", Plan=rows)
    assert roster().problems == [
        "roster.xlsx:Plan!A1: roster: no roster is found: a row with a column name and one column per date "
        "is expected, or "
        "with the columns name, date, start, end (or name, date, shift) - the first row says Kollege, Dienst "
        "ab, Dienst bis"
    ]
    said = roster("{file: roster.xlsx, columns: {name: Kollege, start: Dienst ab, end: Dienst bis}}")
    assert said.problems == ["roster.xlsx:Plan!C3: roster: got nothing; a time of day such as 09:30 is expected"]
    book("roster.xlsx", Plan=rows[:2])
    said = roster("{file: roster.xlsx, columns: {name: Kollege, start: Dienst ab, end: Dienst bis}}")
    assert spans(said.table.agents[0]) == ["02 22:00-06:00"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            ["Ann", DAYS[0], time(9), "", "", "desk", "", ""],
            "D2: roster: got nothing; a time of day such as 09:30 is expected",
        ),
        (
            ["Ann", DAYS[0], "", time(9), "", "desk", "", ""],
            "C2: roster: got nothing; a duty needs its start - write a time such as 09:00",
        ),
        (
            ["Ann", DAYS[0], time(9), time(9), "", "desk", "", ""],
            'D2: roster: got "09:00"; a duty that starts and ends at the same time is empty - check start and end',
        ),
        (
            ["Ann", "31.2.2026", time(9), time(18), "", "desk", "", ""],
            'B2: roster: got "31.2.2026"; this date is not in the calendar',
        ),
        (
            ["Ann", DAYS[0], "9", "18:00", "", "desk", "", ""],
            'C2: roster: got "9"; a time of day such as 09:30 is expected - write 09:00',
        ),
        (
            ["Ann", DAYS[0], time(9), time(18), 30, "desk", "", ""],
            'E2: roster: got "30"; a break with its unit is expected - write 30 min, or call the column break (min)',
        ),
        (
            ["Ann", DAYS[0], time(9), time(18), "12:00", "desk", "", ""],
            'E2: roster: got "12:00"; a break needs its length - write 12:00- and its end, or 30 min',
        ),
        (["Ann", DAYS[0], time(9), time(12), "4 h", "desk", "", ""], "C2: roster: a break is shorter than its shift"),
        (
            ["Ann", DAYS[0], time(9), time(12), "13:00-13:30", "desk", "", ""],
            "C2: roster: a break lies within its shift 09:00-12:00 - move it",
        ),
        (
            ["Ann", DAYS[0], time(9), time(18), "", "desk", "fone", ""],
            'G2: roster: got "fone"; there is no such channel or contact type - did you mean phone?',
        ),
        (
            ["Ann", DAYS[0], time(9), time(18), "", "desk", "", 0],
            'H2: roster: got "0"; a whole number from 1 to 50 is expected',
        ),
        (
            ["Ann", DAYS[0], time(9), time(18), "", "", "", ""],
            "F2: roster: got nothing; a group is missing in this row - write the name of the agent group",
        ),
        (
            ["", DAYS[0], time(9), time(18), "", "desk", "", ""],
            "A2: roster: got nothing; a name is missing in this row - write it into every row, or merge the cells",
        ),
        (
            ["Ann", DAYS[0], datetime(2026, 3, 3, 9), time(18), "", "desk", "", ""],
            'C2: roster: got "2026-03-03 09:00"; the start lies on another day than the date 2026-03-02 - '
            "write the time only, or "
            "the same date",
        ),
        (
            ["Ann", DAYS[0], time(9), datetime(2026, 3, 2, 8), "", "desk", "", ""],
            'D2: roster: got "2026-03-02 08:00"; the duty ends before it starts (2026-03-02 09:00) - check '
            "start and end",
        ),
        (
            ["Ann", DAYS[0], time(9), datetime(2026, 3, 4, 8), "", "desk", "", ""],
            'D2: roster: got "2026-03-04 08:00"; a duty of at most 24 h is expected, this one lasts 47 h - '
            "check start and end",
        ),
        (
            ["x" * 101, DAYS[0], time(9), time(18), "", "desk", "", ""],
            f'A2: roster: got "{"x" * 57}..."; a name of at most 100 characters is expected',
        ),
    ],
)
def test_wrong_row_of_a_long_roster(book: Book, roster: Read, row: list[Any], said: str) -> None:
    """Each cell that is wrong is named, with what to write."""
    book("roster.xlsx", Sheet1=[LONG, row])
    assert roster(group="desk").problems == [f"roster.xlsx:Sheet1!{said}"]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("Q", 'got "Q"; there is no such shift code - known here: E, L, N, off'),
        ("EE", 'got "EE"; there is no such shift code - did you mean E?'),
        (
            date(2026, 9, 18),
            'got "2026-09-18"; hours such as 09:00-18:00 are expected, and here is the date 2026-09-18 - Excel '
            "may have turned 9-18 into a date: make the cell a text and write 09:00-18:00",
        ),
        (time(9), 'got "09:00"; a shift code or hours such as 09:00-18:00 are expected - write start and end'),
        (8, 'got "8"; there is no such shift code - known here: E, L, N, off'),
        ("09:00-25:00", 'got "09:00-25:00"; a time of day lies between 00:00 and 24:00'),
        (
            "09:00-09:00",
            'got "09:00-09:00"; hours that start and end at the same time are empty - write 00:00-24:00 for the '
            "whole day",
        ),
        ("09:00-14:00, 13:00-18:00", 'got "09:00-14:00, 13:00-18:00"; 09:00-14:00 overlaps with what follows it'),
        ("E/L", 'got "E/L"; the shifts of this cell overlap'),
        (True, 'got "TRUE"; a shift code or hours such as 09:00-18:00 are expected - write start and end'),
    ],
)
def test_wrong_cell_of_a_wide_roster(book: Book, roster: Read, cell: Any, said: str) -> None:
    """One cell, one message, with its address."""
    book("roster.xlsx", Roster=[["name", *DAYS], ["Ann", "E", cell, *["off"] * 12]], Codes=CODES)
    assert roster().problems == [f"roster.xlsx:Roster!C2: roster: {said}"]


def test_codes_without_hours_are_said_with_what_to_add(book: Book, roster: Read) -> None:
    """A roster without a sheet of codes."""
    book("roster.xlsx", Roster=[["name", *DAYS], ["Ann", *["E"] * 14]])
    assert roster().problems == [
        'roster.xlsx:Roster!B2: roster: got "E"; this shift code has no hours - say codes: {E: 09:00-18:00}, '
        "add a sheet "
        "Codes, or write hours into the cells",
        'roster.xlsx:Roster!C2: roster: got "E"; this shift code has no hours - say codes: {E: 09:00-18:00}, '
        "add a sheet "
        "Codes, or write hours into the cells",
        'roster.xlsx:Roster!D2: roster: got "E"; this shift code has no hours - say codes: {E: 09:00-18:00}, '
        "add a sheet "
        "Codes, or write hours into the cells",
        'roster.xlsx:Roster!E2: roster: and 11 more cells with "E" like this: this shift code has no hours',
    ]


def test_wrong_code_sheet_is_said_once(book: Book, roster: Read) -> None:
    """A code whose hours cannot be read is not said again in every cell that has it."""
    codes = [["shift", "hours", "break"], ["E", "7 to late", ""], ["L", "14:00-22:30", "9 h"], ["L", "14:00-22:00", ""]]
    book("roster.xlsx", Roster=[["name", *DAYS], ["Ann", *["E", "L"] * 7]], Codes=codes)
    assert [p.replace("roster.xlsx:", "") for p in roster().problems] == [
        'Codes!B2: roster: got "7 to late"; a time of day such as 09:30 is expected',
        'Codes!C3: roster: got "9 h"; a break of at most 8 h is expected',
        'Codes!A4: roster: got "L"; this code is already given (A3) - keep one of the two',
    ]


def test_overlaps_and_doubles_name_both_cells(book: Book, roster: Read) -> None:
    """A person cannot be at two places; one row each, unless the name is merged."""
    book(
        "roster.xlsx",
        A=[["name", *DAYS[:2]], ["Ann", "N", "05:00-09:00"], ["Bob", "E", "off"], ["Bob", "L", "off"]],
        B=[["name", DAYS[0]], ["Ann", "21:00-22:30"]],
        Codes=CODES,
    )
    said = [p.replace("roster.xlsx:", "") for p in roster().problems]
    assert said == [
        "A!A4: roster: Bob already has a row (A3) - keep one, or add a column id",
        'A!B2: roster: got "2026-03-02 22:00-2026-03-03 06:00"; Ann already works 2026-03-02 21:00-22:30 '
        "then (B!B2) - keep "
        "one of the two",
        'A!C2: roster: got "2026-03-03 05:00-09:00"; Ann already works 2026-03-02 22:00-2026-03-03 06:00 '
        "then (B2) - keep one "
        "of the two",
    ]


def test_duties_that_touch_do_not_overlap(book: Book, roster: Read) -> None:
    """One ends when the next begins, within a day and over midnight."""
    book("roster.xlsx", R=[["name", *DAYS[:2]], ["Ann", "16:00-20:00, 20:00-24:00", "00:00-08:00"]])
    assert spans(roster().table.agents[0]) == ["02 16:00-20:00", "02 20:00-00:00", "03 00:00-08:00"]


def test_all_problems_come_at_once_and_many_alike_are_counted(book: Book, roster: Read) -> None:
    """40 unknown codes: three in full, the rest in a line; with `every` all of them."""
    rows = [["name", *DAYS], *[[f"Agent {i}", *["Q"] * 4, "E", *["off"] * 9] for i in range(10)]]
    book("roster.xlsx", R=rows, Codes=CODES)
    said = roster()
    assert len(said.problems) == 4
    assert said.problems[3] == (
        'roster.xlsx:R!E2: roster: and 37 more cells with "Q" like this: there is no such shift code'
    )
    assert len(roster(every=True).problems) == 40
    many = [["name", *DAYS], *[[f"Agent {i}", f"Q{i}", *["off"] * 13] for i in range(50)]]
    book("roster.xlsx", R=many, Codes=CODES)
    said = roster()
    assert len(said.problems) == 31 and said.problems[30].endswith("roster: and 20 more problems in this table")


def test_errors_of_formulas_are_no_days_off(tmp_path: Path, roster: Read) -> None:
    """An empty cell is a day off; a cell that shows an error is a problem."""
    import xlsxwriter

    made = xlsxwriter.Workbook(tmp_path / "roster.xlsx")
    sheet = made.add_worksheet("R")
    sheet.write_row(0, 0, ["name", *[d.isoformat() for d in DAYS]])
    sheet.write_row(1, 0, ["Ann", "9-17"])
    sheet.write_formula("C2", "=Codes!Z9", None, "#REF!")
    made.close()
    assert roster().problems == ["roster.xlsx:R!C2: roster: the formula in this cell shows #REF! - mend the formula"]


def test_people_of_a_group_and_misspelled_groups(book: Book, roster: Read) -> None:
    """Only the group's people; a group that nobody knows is said; the file may have a name of its own for it."""
    rows = [
        ["name", "group", *DAYS],
        *[[n, g, *["9-17"] * 14] for n, g in (("A", "phone team"), ("B", "chat"), ("C", "fone"))],
    ]
    book("roster.xlsx", R=rows)
    said = roster(group="phone_team", known_groups=("phone_team", "chat"))
    assert [a.name for a in said.table.agents] == ["A"]
    assert said.warnings == [
        "scenario.yaml:1:8: warning: roster: there is no agent group fone: 1 person of the roster is left "
        "out - known here: "
        "phone_team, chat"
    ]
    assert roster(group="desk").problems == [
        "scenario.yaml:1:8: roster: nobody of the roster belongs to the group desk - known here: chat, fone, "
        "phone team - say "
        "group: and its name in the file"
    ]
    assert [a.name for a in roster("{file: roster.xlsx, group: fone}", group="desk").table.agents] == ["C"]


def test_sheet_is_the_one_that_is_named_that_of_the_group_or_every_roster(book: Book, roster: Read) -> None:
    """A sheet for each team, or for each week."""
    sheets = {name: [["name", *DAYS], [f"{name} 1", *["9-17"] * 14]] for name in ("phone", "Chat team")}
    book("roster.xlsx", **sheets, Notes=[["anything"]])
    assert [a.name for a in roster().table.agents] == ["phone 1", "Chat team 1"]
    assert [a.name for a in roster(group="chat_team").table.agents] == ["Chat team 1"]
    assert [a.name for a in roster("{file: roster.xlsx, sheet: phone}").table.agents] == ["phone 1"]
    assert roster("{file: roster.xlsx, sheet: phones}").problems == [
        'scenario.yaml:1:28: roster.sheet: got "phones"; the workbook has no sheet phones - did you mean phone?'
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{sheet: x}", "scenario.yaml:1:1: roster.file: a roster needs its file - add file: roster.xlsx"),
        ("{file: nowhere.xlsx}", 'scenario.yaml:1:8: roster.file: got "nowhere.xlsx"; there is no such file'),
        ("nowhere.xlsx", 'scenario.yaml:1:1: roster: got "nowhere.xlsx"; there is no such file'),
        ("[a]", "scenario.yaml:1:1: roster: a roster such as {file: roster.xlsx} is expected, not a list"),
        (
            "{file: r.csv, outside: never}",
            'scenario.yaml:1:24: roster.outside: got "never"; repeat or nobody is expected',
        ),
        (
            "{file: r.csv, columns: {begin: x}}",
            "scenario.yaml:1:25: roster.columns.begin: unknown name - known here: name, id, date, start, "
            "end, shift, hours, break, "
            "group, skills, concurrency, speed, reason",
        ),
        (
            "{file: r.csv, codes: {E: 9 to 5 or so}}",
            'scenario.yaml:1:26: roster.codes.E: got "9 to 5 or so"; a time of day such as 09:30 is expected',
        ),
        (
            "{file: r.csv, codes: {E: {hours: 09:00-12:00, break: 4 h}}}",
            'scenario.yaml:1:54: roster.codes.E.break: got "4 h"; a break is shorter than its shift',
        ),
        (
            "{file: r.csv, codes: {E: early}}",
            'scenario.yaml:1:26: roster.codes.E: got "early"; hours such as 09:00-18:00, or a reason such as '
            "off, leave or sick, "
            "are expected",
        ),
    ],
)
def test_words_of_a_roster(book: Book, roster: Read, text: str, said: str) -> None:
    """What the scenario says about the file is checked like everything else."""
    book("r.csv", R=[["name", *DAYS], ["Ann", *["9-17"] * 14]])
    assert said in roster(text).problems


def test_names_that_only_capitals_tell_apart_are_doubted(book: Book, roster: Read) -> None:
    """They are two people, and likely meant as one."""
    book("roster.xlsx", R=[["name", *DAYS], ["Ann Lee", *["9-17"] * 14], ["Ann LEE", *["9-17"] * 14]])
    assert roster().warnings == [
        "scenario.yaml:1:8: warning: roster: Ann LEE and Ann Lee are two people: only capitals or the width of their "
        "characters tell them apart - write a name always in the same way"
    ]


def test_dates_that_the_roster_does_not_plan_are_said(book: Book, roster: Read) -> None:
    """Outside the period: noted. Before and after the roster: its weeks repeat. In between: nobody."""
    dates = [*DAYS[:3], *DAYS[4:7]]
    book("roster.xlsx", R=[["name", *dates], ["Ann", *["9-17"] * 6]])
    warm = FORTNIGHT_WITH_WARM_UP
    said = roster(period=warm)
    assert said.warnings == []  # the missing Thursday is on no other date of the roster either
    assert said.defaults == [
        "roster.outside: repeat, 2026-02-23 to 2026-03-01, 2026-03-09 to 2026-03-15: as the same weekdays of "
        "the roster's "
        "nearest week"
    ]
    said = roster("{file: roster.xlsx, outside: nobody}", period=warm)
    assert said.warnings == []  # it is what was asked for
    book("roster.xlsx", R=[["name", *DAYS[:2], *DAYS[3:]], ["Ann", *["9-17"] * 13]])
    assert roster().warnings == [
        "scenario.yaml:1:8: warning: roster: the roster says nothing about 2026-03-04: nobody works on these days"
    ]
    far = [date(2026, 3, 15) + timedelta(days=i) for i in range(10)]
    book("roster.xlsx", R=[["name", *far], ["Ann", *["9-17"] * 10]])
    assert roster().warnings == [
        "scenario.yaml:1:8: warning: roster: 9 of 10 duties lie outside warm-up and period: 2026-03-16 to 2026-03-24"
    ]
    book("roster.xlsx", R=[["name", date(2025, 3, 3)], ["Ann", "9-17"]])
    assert roster().problems == [
        "scenario.yaml:1:8: roster: no date of the roster lies within the period 2026-03-02 to 2026-03-15 - "
        "the roster plans "
        "2025-03-03 to 2025-03-03: check period.start, or the roster"
    ]


FORTNIGHT_WITH_WARM_UP = Period(start=datetime(2026, 3, 2), length=14 * 1440.0, warm_up=7 * 1440.0)


def test_long_duties_are_doubted_once(book: Book, roster: Read) -> None:
    """18:00 to 09:00 is a night of fifteen hours, or start and end were swapped."""
    book("roster.xlsx", R=[LONG, *[["Ann", d, time(18), time(9), "", "desk", "", ""] for d in DAYS]])
    said = roster(group="desk").warnings
    assert len(said) == 1
    assert said[0].endswith(
        "R!C2: warning: roster: Ann works 15 h at a stretch (13 more like this) - are start and end swapped?"
    )


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["name", *DAYS]], "R!A1: roster: the roster has a header and no people"),
        ([["name", *DAYS], ["Ann", *["off"] * 14]], "R!A1: roster: nobody of the roster works on any day"),
        (
            [["name", *DAYS, DAYS[0]], ["Ann", *["9-17"] * 15]],
            'R!P1: roster: got "2026-03-02"; this date already has the column B1 - keep one',
        ),
        (
            [["name", *DAYS], ["", "9-17"]],
            "R!A2: roster: got nothing; somebody works in this row, and no name stands in it - write the "
            "name, or merge the cells "
            "of one person",
        ),
        (
            [["name", "id", *DAYS], ["Ann", 1, *["9-17"] * 14], ["Bob", "", *["9-17"] * 14]],
            "R!B3: roster: got nothing; everybody has an id in this roster, and here is none - add it",
        ),
        ([["Mitarbiter", *DAYS], ["Ann", *["9-17"] * 14]], "did you mean mitarbeiter?"),
    ],
)
def test_roster_that_cannot_be_used_says_why(book: Book, roster: Read, rows: list[list[Any]], said: str) -> None:
    """Empty, doubled and nameless things."""
    book("roster.xlsx", R=rows)
    assert any(said in p for p in roster().problems), roster().problems


def test_ids_tell_people_of_one_name_apart(book: Book, roster: Read) -> None:
    """Two persons may have one name; one id may not have two."""
    rows = [
        ["name", "id", "date", "start", "end"],
        ["Li", 1, DAYS[0], "9:00", "17:00"],
        ["Li", 2, DAYS[0], "9:00", "17:00"],
    ]
    book("roster.xlsx", R=rows)
    assert [(a.name, a.title) for a in roster().table.agents] == [("1", "Li"), ("2", "Li")]
    book("roster.xlsx", R=[*rows, ["Wang", 2, DAYS[1], "9:00", "17:00"]])
    assert roster().problems == [
        'roster.xlsx:R!A4: roster: got "Wang"; the id 2 belongs to Li already (A3) - give everybody an id of their own'
    ]


def test_attributes_of_a_person_agree_in_all_rows(book: Book, roster: Read) -> None:
    """Somebody has one group, one set of skills, one number of chats."""
    rows = [
        LONG,
        ["Ann", DAYS[0], "9:00", "17:00", "", "desk", "phone", 2],
        ["Ann", DAYS[1], "9:00", "17:00", "", "back", "chat", 3],
    ]
    book("roster.xlsx", R=rows)
    assert [p.split("roster: ")[1] for p in roster().problems] == [
        'got "back"; Ann has the group desk in a row above - write the same in every row',
        'got "3"; Ann has the concurrency 2 in a row above - write the same in every row',
        'got "chat"; Ann has the skills phone in a row above - write the same in every row',
    ]


@pytest.mark.parametrize("text", ["", "-", "none", "无", "0"])
def test_no_break_is_no_break(text: str) -> None:
    """What people write where there is none."""
    assert read_breaks(text) == ()


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("45分钟", 45), ("1小时", 60), ("0:45", 45), ("1 h 30 min", 90), (timedelta(minutes=30), 30), (1 / 48, 30)],
)
def test_breaks_in_every_spelling(text: Any, minutes: int) -> None:
    """Chinese units, durations, time cells, parts of days."""
    assert read_breaks(text) == (Pause(None, float(minutes)),)


def test_hours_in_every_spelling() -> None:
    """Dashes, tildes and words between two times."""
    same = [
        "09:00-18:00",
        "9-18",
        "9:00 - 18:00",
        "09:00–18:00",
        "9:00~18:00",
        "9:00至18:00",
        "09:00 to 18:00",
        "9 AM - 6 PM",
        "09\uff1a00\uff0d18\uff1a00",
    ]
    assert {read_hours(text) for text in same} == {((540, 1080),)}
    assert read_hours("22-6") == ((1320, 1800),) and read_hours("00:00-24:00") == ((0, 1440),)
    for text in ("", "09:00", "a-b", "9-18-20", "24:00-06:00", "x" * 101):
        with pytest.raises(Unreadable):
            read_hours(text)


@pytest.mark.parametrize("name", ["roster.xlsx", "roster.csv"])
@pytest.mark.parametrize("wide", [True, False])
def test_five_thousand_shifts_are_read_in_two_seconds(book: Book, roster: Read, name: str, wide: bool) -> None:
    """500 people, a fortnight, ten shifts each."""
    dates = [d.isoformat() for d in DAYS]
    people = range(500)
    if wide:
        rows = [
            ["name", *dates],
            *[[f"A{a}", *["9-17" if (a + i) % 7 < 5 else "off" for i in range(14)]] for a in people],
        ]
    else:
        rows = [["name", "date", "start", "end", "break"]]
        rows += [
            [f"A{a}", d, "09:00", "17:00", "30 min"] for a in people for i, d in enumerate(dates) if (a + i) % 7 < 5
        ]
    book(name, R=rows)
    before = clock.process_time()
    said = roster(f"{{file: {name}}}")
    assert clock.process_time() - before < 2.0
    assert sum(len(a.duties) for a in said.table.agents) == 5000
