"""Workbooks and CSV as written: text stays text in every writer, nothing is replaced, copies keep what was there."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario.tables.annotated_copy import annotated_copies, annotated_copy
from sim.scenario.tables.workbook import read_workbook
from sim.scenario.tables.writing import NewWorkbook, could_be_formula, csv_text, put_in_place
from sim.scenario.text.problems import Problem
from sim.starting.desk import Desk, files_of
from sim.starting.forecast_template import ForecastPlan, ForecastRow, forecast_bytes, write_forecast_template
from sim.starting.roster_template import RosterCode, RosterPlan, RosterRow, roster_bytes, write_roster_template

DAYS = tuple(date(2026, 3, 2) + timedelta(days=i) for i in range(14))
BAD = [
    "=1+1",
    "=cmd|'/c calc'!A0",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "{=1+1}",
    "https://example.org",
    "mailto:a@b",
]
EVIL = st.sampled_from(["", "=", "+", "-", "@", "\t=", "http://", "{="]).flatmap(
    lambda head: st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=20).map(
        head.__add__
    )
)


def has_no_formula(data: bytes) -> None:
    """No part of a workbook has a formula or a link."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            content = archive.read(name).decode("utf-8", "replace")
            if name.startswith("xl/worksheets/"):
                assert not re.search(r"<f[ >]|<hyperlink", content), name


def every_writer(text: str) -> list[bytes]:
    """What each writer makes of a text, wherever one may stand."""
    new = NewWorkbook(text)
    sheet = new.sheet(text)
    new.write(sheet, 0, 0, text)
    new.write(sheet, 1, 1, text, bold=True)
    roster = RosterPlan(DAYS[:2], (RosterRow(text, text, (text, "off")),), (RosterCode(text, text, text, text),))
    forecast = ForecastPlan((text,), (ForecastRow(DAYS[0], (1.0,)),))
    return [new.finish(), roster_bytes(roster), forecast_bytes(forecast)]


@pytest.mark.parametrize("text", BAD)
def test_no_writer_makes_a_formula_or_a_link_of_a_text(text: str, tmp_path: Path) -> None:
    """Whatever it begins with, and whoever writes it; the text comes back as it was."""
    for data in every_writer(text):
        has_no_formula(data)
        path = tmp_path / "t.xlsx"
        path.write_bytes(data)
        assert any(text in [str(c) for c in row] for s in read_workbook(path).sheets for row in s.rows)
    files = files_of(
        "desk", Desk("", RosterPlan((), (), ()), ForecastPlan(("a",), ()), (("arrivals", text, 1.0),), text)
    )
    cell = list(csv.reader(io.StringIO(files["observed.csv"].decode(), newline="")))[1][1]
    assert cell == (f"'{text}" if could_be_formula(text) else text).replace("\r", " ")


@settings(max_examples=40, deadline=None)
@given(EVIL)
def test_any_text_stays_text_in_every_writer(text: str) -> None:
    """Names, codes and headers that were made to run."""
    for data in every_writer(text):
        has_no_formula(data)
    assert could_be_formula(text) == csv_text([[text]]).replace('"', "").startswith("'")


def test_annotated_copy_makes_no_formula_either(book: Callable[..., Path], tmp_path: Path) -> None:
    """Cells, messages and values received go through the same door."""
    path = book("roster.xlsx", Sheet1=[["name", *BAD], *[[text] for text in BAD]])
    problems = [Problem(f"{path}:Sheet1!B2", None, None, "roster", text, text, text) for text in BAD]
    has_no_formula(annotated_copy(path, problems).read_bytes())


def test_numbers_and_dates_stay_what_they_are(tmp_path: Path) -> None:
    """A number is no text, a time is no date; what is written is read."""
    values: list[Any] = [
        1.5,
        -3.0,
        True,
        date(2026, 3, 2),
        datetime(2026, 3, 2, 9, 30),
        time(9, 30),
        timedelta(hours=30),
        "x",
    ]
    new = NewWorkbook("t")
    sheet = new.sheet("S")
    for column, value in enumerate(values):
        new.write(sheet, 0, column, value)
    new.write(sheet, 1, 0, float("inf"))
    path = tmp_path / "t.xlsx"
    put_in_place(path, new.finish())
    assert read_workbook(path).sheets[0].rows[0] == values and read_workbook(path).sheets[0].rows[1][0] == "inf"


@pytest.mark.parametrize("name", ["", "a/b:c", "x" * 40, "'quoted'", "History", "[x]*?", "\0", "Problems"])
def test_names_of_sheets_are_made_such_as_can_be(name: str) -> None:
    """Two sheets of one name get a number."""
    new = NewWorkbook("t")
    for _ in range(3):
        new.sheet(name)
    new.finish()
    assert len({s.get_name().lower() for s in new.book.worksheets()}) == 3


def test_nothing_takes_the_place_of_a_file(tmp_path: Path) -> None:
    """Neither templates nor copies replace anything; no part file is left."""
    path = tmp_path / "roster.xlsx"
    path.write_text("mine")
    plan = RosterPlan(DAYS, (), ())
    for write in (
        lambda: write_roster_template(path, plan),
        lambda: write_forecast_template(path, ForecastPlan((), ())),
        lambda: put_in_place(path, b"x"),
    ):
        with pytest.raises(FileExistsError):
            write()
    assert path.read_text() == "mine" and [p.name for p in tmp_path.iterdir()] == ["roster.xlsx"]
    with pytest.raises(FileNotFoundError):
        put_in_place(tmp_path / "no" / "r.xlsx", b"")


def test_template_refuses_rows_that_do_not_fit() -> None:
    """A code for each date, a number for each series, times for all or none."""
    with pytest.raises(ValueError, match="each person needs one code for each date"):
        roster_bytes(RosterPlan(DAYS, (RosterRow("a", "g", ("off",)),), ()))
    with pytest.raises(ValueError, match="each row needs one number for each series"):
        forecast_bytes(ForecastPlan(("a",), (ForecastRow(DAYS[0], ()),)))
    with pytest.raises(ValueError, match="either every row has a time or none"):
        forecast_bytes(ForecastPlan(("a",), (ForecastRow(DAYS[0], (1.0,), 0), ForecastRow(DAYS[0], (1.0,)))))


def test_roster_template_is_read_as_it_was_planned(tmp_path: Path, roster: Callable[..., Any]) -> None:
    """Frozen header, codes, a sheet that explains; each person works when planned."""
    codes = (RosterCode("early", "08:00-16:30", "30 min"), RosterCode("night", "22:00-06:00", "02:00-02:30"))
    people = (
        RosterRow("Agent 1", "desk", ("early", "night", *["off"] * 12)),
        RosterRow("=Agent 2", "other", ("early",) * 14),
    )
    write_roster_template(tmp_path / "roster.xlsx", RosterPlan(DAYS, people, codes))
    said = roster(group="desk", known_groups=("desk", "other"))
    assert (said.problems, said.warnings) == ([], [])
    (one,) = said.table.agents
    assert [(d.start, d.end) for d in one.duties] == [
        (datetime(2026, 3, 2, 8), datetime(2026, 3, 2, 16, 30)),
        (datetime(2026, 3, 3, 22), datetime(2026, 3, 4, 6)),
    ]
    assert one.duties[1].breaks[0].start == datetime(2026, 3, 4, 2)
    assert [s.name for s in read_workbook(tmp_path / "roster.xlsx").sheets] == ["Roster", "Codes", "Read me"]


@pytest.mark.parametrize("timed", [False, True])
def test_forecast_template_is_read_as_it_was_planned(tmp_path: Path, forecast: Callable[..., Any], timed: bool) -> None:
    """Totals of days, or half hours."""
    minutes: list[int | None] = [540, 570] if timed else [None]
    rows = tuple(ForecastRow(d, (1.25, 3.0), m) for d in DAYS for m in minutes)
    write_forecast_template(tmp_path / "forecast.xlsx", ForecastPlan(("call", "mail"), rows))
    said = forecast()
    assert (said.problems, said.warnings) == ([], [])
    assert [s.contacts for s in said.table.series] == [1.25 * len(rows), 3.0 * len(rows)]


def parts(path: Path) -> dict[str, str]:
    """The XML of a workbook."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}


def notes(path: Path) -> dict[str, str]:
    """The comments of the first sheet that has some, by cell."""
    found = re.findall(r'<comment ref="([A-Z0-9]+)".*?</comment>', parts(path)["xl/comments1.xml"], re.DOTALL)
    texts = re.findall(r"<t(?: [^>]*)?>(.*?)</t>", parts(path)["xl/comments1.xml"], re.DOTALL)
    return dict(zip(found, texts, strict=True))


def test_annotated_copy_marks_cells_and_keeps_the_rest(
    tmp_path: Path, book: Callable[..., Path], roster: Callable[..., Any]
) -> None:
    """A wrong cell is red and says why; dates, times and merged cells stay; the original is not touched."""
    path = book(
        "roster.xlsx",
        {"Plan": [("C2:E2", "leave")]},
        Plan=[["name", *DAYS], ["Ann", "Q", "", "", "", *["9-17"] * 10], ["Bob", time(9), *["9-17"] * 13]],
        Codes=[["shift", "hours"], ["E", "07:00-15:30"]],
    )
    before = path.read_bytes()
    said = roster(every=True)
    elsewhere = Problem(f"{tmp_path / 'other.xlsx'}:Plan!B2", None, None, "", "not here")
    copy = annotated_copy(path, [*said.raw, elsewhere])
    assert copy.name == "roster.problems.xlsx" and path.read_bytes() == before
    assert annotated_copy(path, said.raw).name == "roster.problems-2.xlsx"
    assert notes(copy) == {
        "B2": "there is no such shift code - known here: E, off",
        "B3": "a shift code or hours such as 09:00-18:00 are expected - write start and end",
    }
    sheet = parts(copy)["xl/worksheets/sheet2.xml"]
    styles = dict(re.findall(r'<c r="([A-Z0-9]+)" s="(\d+)"', sheet))
    assert "FFFFC7CE" in parts(copy)["xl/styles.xml"] and styles["B2"] != styles.get("F2")
    listed = read_workbook(copy).sheet("Problems").rows
    assert [row[0] for row in listed] == ["cell", "Plan!B2", "Plan!B3"]
    assert read_workbook(copy).sheet("Plan").merged == (((1, 2), (1, 4)),)
    again = roster("{file: roster.problems.xlsx}", every=True)
    assert [p.replace("roster.problems", "roster") for p in again.problems] == said.problems


def test_annotated_copy_of_a_good_roster_is_the_same_roster(
    tmp_path: Path, book: Callable[..., Path], roster: Callable[..., Any]
) -> None:
    """Every kind of cell comes back: dates, times, parts of days, merged names."""
    rows = [
        ["name", "date", "start", "end", "break"],
        ["Ann", DAYS[0], time(9), 0.75, time(0, 30)],
        ["Ann", datetime(2026, 3, 3), "9:00 AM", timedelta(hours=24), ""],
        ["Bob", "3月4日", time(22), time(6), "1 h"],
    ]
    path = book("roster.xlsx", Plan=rows)
    annotated_copy(path, [])
    one, two = roster(), roster("{file: roster.problems.xlsx}")
    assert one.problems == two.problems == [] and one.table.agents == two.table.agents
    assert [d.end for d in one.table.agents[0].duties] == [datetime(2026, 3, 2, 18), datetime(2026, 3, 4)]


def test_every_workbook_with_wrong_cells_gets_its_copy(tmp_path: Path, book: Callable[..., Path]) -> None:
    """Those that problems name, each once; problems elsewhere name none."""
    path = book("roster.xlsx", Plan=[["name"]])
    places = [f"{path}:Plan!A1", f"{path}:Plan!B2", str(tmp_path / "scenario.yaml"), f"{tmp_path}/r.csv:3"]
    copies = annotated_copies([Problem(place, None, None, "roster", "a rule") for place in places])
    assert copies == {str(path): tmp_path / "roster.problems.xlsx"}
    assert list(notes(tmp_path / "roster.problems.xlsx")) == ["A1", "B2"]


def test_annotated_copy_of_a_csv(tmp_path: Path, book: Callable[..., Path], roster: Callable[..., Any]) -> None:
    """Lines of a CSV are rows of the copy; where nothing is wrong that is said; a file that is there stays."""
    path = book("roster.csv", R=[["name", *DAYS], ["Ann", "Q", *["9-17"] * 13]])
    copy = annotated_copy(path, roster("{file: roster.csv}", every=True).raw, tmp_path / "out.xlsx")
    assert list(notes(copy)) == ["B2"] and notes(copy)["B2"].startswith("this shift code has no hours")
    assert [s.name for s in read_workbook(copy).sheets] == ["Problems", "roster"]
    assert read_workbook(annotated_copy(path, [])).sheet("Problems").rows[1][1] == "nothing is wrong"
    with pytest.raises(FileExistsError):
        annotated_copy(path, [], tmp_path / "out.xlsx")


def test_annotated_copy_shows_errors_of_formulas(tmp_path: Path) -> None:
    """A cell that looked empty says what it showed."""
    import xlsxwriter

    made = xlsxwriter.Workbook(tmp_path / "f.xlsx")
    made.add_worksheet("S").write_formula("B2", "=1/0", None, "#DIV/0!")
    made.close()
    assert read_workbook(annotated_copy(tmp_path / "f.xlsx", [])).sheet("S").at(1, 1) == "#DIV/0!"
