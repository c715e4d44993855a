"""Whatever stands in a file: only noted problems, never an exception; time and memory stay bounded."""

from __future__ import annotations

import io
import time as clock
import zipfile
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sim.scenario.model.period import Period
from sim.scenario.readers.forecast_reader import read_forecast
from sim.scenario.readers.holiday_reader import read_holidays
from sim.scenario.readers.reading import Reading
from sim.scenario.readers.rosters import read_roster
from sim.scenario.readers.rosters.codes import read_breaks, read_hours
from sim.scenario.readers.rosters.words import ABSENCES, HEADERS
from sim.scenario.tables.annotated_copy import annotated_copy
from sim.scenario.tables.cell_values import as_date, as_date_time, as_minutes, as_number, as_text
from sim.scenario.tables.workbook import Workbook, read_workbook
from sim.scenario.text.nodes import read_yaml
from sim.scenario.text.problems import Unreadable

PERIODS = [
    Period(start=datetime(2026, 3, 2), length=14 * 1440.0, warm_up=7 * 1440.0, time_zone="Asia/Shanghai"),
    Period(start=datetime(2026, 3, 23), length=14 * 1440.0 - 60, time_zone="Europe/Berlin"),
    Period(start=datetime(2026, 10, 20), length=1440.0, time_zone="America/Sao_Paulo"),
]
CALM = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

WORDS = st.sampled_from(
    [
        *(w for names in HEADERS.values() for w in names[:4]),
        *(w for names in ABSENCES.values() for w in names[:2]),
        "E",
        "L",
        "9-17",
        "22:00-06:00",
        "09:00",
        "24:00",
        "8-12, 13-17",
        "12:00-12:30",
        "30 min",
        "phone",
        "chat,phone",
        "Ann",
        "Bob",
        "desk",
        "total",
        "合计",
        "call",
        "contacts",
        "channel",
        "time",
        "2026-03-02",
        "3/2",
        "3月3日",
        "1",
        "2",
        "3",
        "=1+1",
        "#REF!",
    ]
)
DATES = st.dates(date(2026, 2, 20), date(2026, 4, 5))
CELLS: st.SearchStrategy[Any] = st.one_of(
    WORDS,
    WORDS,
    DATES,
    st.just(""),
    st.integers(-2, 40),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.times(),
    st.datetimes(datetime(1900, 1, 2), datetime(9999, 1, 1)),
    st.timedeltas(timedelta(0), timedelta(days=3)),
    st.booleans(),
    st.text(max_size=12),
)
ROWS = st.lists(st.lists(CELLS, max_size=8), max_size=12)
HEAD = st.sampled_from(
    [
        ["name", date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)],
        ["name", "date", "start", "end", "break", "group", "skills"],
        ["name", "date", "shift"],
        ["姓名", "工号", 1, 2, 3, 4, 5, 6],
        ["date", "channel", "contacts"],
        ["date", "time", "call", "phone"],
        ["channel", date(2026, 3, 2), date(2026, 3, 3)],
        ["date", "name", "kind"],
        ["shift", "hours", "break"],
        [],
    ]
)
AREAS = st.lists(st.tuples(*[st.integers(0, 12)] * 4), max_size=4)


def xlsx(rows: list[list[Any]], areas: list[tuple[int, ...]] = ()) -> bytes:  # type: ignore[assignment]
    """A workbook of any cells, with merged areas where they fit."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"})
    sheet = made.add_worksheet("S")
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if isinstance(cell, (date, time, timedelta)):
                sheet.write_datetime(r, c, cell)
            elif isinstance(cell, str):
                sheet.write_string(r, c, cell)
            else:
                sheet.write(r, c, cell)
    for top, left, height, width in areas:
        if height == width == 0:
            continue
        try:
            sheet.merge_range(top, left, top + height, left + width, "E")
        except xlsxwriter.exceptions.OverlappingRange:
            continue
    made.close()
    return out.getvalue()


GOOD = xlsx([["name", date(2026, 3, 2)], ["Ann", "9-17"], ["Bob", 8.5]])


def read_all(folder: Path, name: str, period: Period) -> None:
    """Read a file as everything that a file can be; nothing is raised, what is wrong is said."""
    for kind in ("roster", "forecast", "holidays"):
        reading = Reading()
        node, _ = read_yaml(f"{{file: {name}}}", str(folder / "s.yaml"))
        assert node is not None
        found: Any
        if kind == "roster":
            found = read_roster(reading, node, kind, period, ("phone", "chat"), group="desk", known_groups=("desk",))
        elif kind == "forecast":
            found = read_forecast(reading, node, kind, period, ("call", "phone"))
        else:
            found = read_holidays(reading, node, kind, period)
        assert (found is None) == bool(reading.problems), (kind, reading.problems)
        assert len(reading.problems) <= 200 and all(str(p).isprintable() for p in reading.problems)


@CALM
@given(HEAD, ROWS, AREAS, st.sampled_from(PERIODS))
def test_any_cells_give_a_table_or_problems(
    tmp_path: Path, head: list[Any], rows: list[list[Any]], areas: list[tuple[int, ...]], period: Period
) -> None:
    """Words of rosters, dates, numbers and nonsense in any order; marked copies of them, too."""
    path = tmp_path / "t.xlsx"
    path.write_bytes(xlsx([head, *rows], areas))
    read_all(tmp_path, "t.xlsx", period)
    annotated_copy(path, [], tmp_path / "copy.xlsx")
    (tmp_path / "copy.xlsx").unlink()


@CALM
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(str.encode),
        st.lists(st.lists(WORDS)).map(lambda rows: "\n".join(",".join(row) for row in rows).encode()),
    )
)
@example(b"PK\x03\x04")
@example(b'name,date\n"')
@example(b"\x00")
def test_any_bytes_give_a_table_or_problems(tmp_path: Path, data: bytes) -> None:
    """Text, binary, half a zip."""
    (tmp_path / "t.csv").write_bytes(data)
    read_all(tmp_path, "t.csv", PERIODS[0])


@CALM
@given(st.data())
def test_damaged_workbooks_are_refused_or_read(tmp_path: Path, data: st.DataObject) -> None:
    """Bytes changed, cut and doubled within the zip, and within the parts of it."""
    good = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(good) - 1))
        good[at] = data.draw(st.integers(0, 255))
    outcome(tmp_path, bytes(good[: data.draw(st.integers(1, len(good)))]))
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        parts = {name: bytearray(archive.read(name)) for name in archive.namelist()}
    name = data.draw(
        st.sampled_from(["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
    )
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(parts[name]) - 1))
        parts[name][at : at + data.draw(st.integers(0, 3))] = data.draw(
            st.one_of(
                st.binary(max_size=3), st.sampled_from([b"<", b">", b'"', b"9999999", b"<c>", b"</row>", b"ZZZ9"])
            )
        )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, bytes(content))
    outcome(tmp_path, out.getvalue())


def outcome(folder: Path, data: bytes) -> Workbook | None:
    """A workbook, or a refusal in words."""
    (folder / "t.xlsx").write_bytes(data)
    try:
        return read_workbook(folder / "t.xlsx")
    except Unreadable as error:
        assert str(error)
        return None


@settings(max_examples=400, deadline=None)
@given(CELLS)
def test_any_cell_is_read_or_refused(value: Any) -> None:
    """Every reading of a cell ends in a value of its kind or in words."""
    for read in (as_date, as_minutes, as_date_time, as_number, read_breaks, lambda v: read_hours(as_text(v)), as_text):
        try:
            read(value)
        except Unreadable as error:
            assert error.rule


@pytest.mark.parametrize(
    "text",
    ["-" * 5_000, "9-" * 2_000, " " * 20_000, "1" * 30_000, "上午" * 9_000, "9 " * 9_000, "(" * 9_000, "," * 9_000],
)
def test_long_texts_are_refused_at_once(text: str) -> None:
    """No pattern goes back and forth in a long text."""
    for read in (as_date, as_minutes, as_date_time, as_number, read_breaks, read_hours):
        before = clock.process_time()
        with suppress(Unreadable):
            read(text)
        assert clock.process_time() - before < 0.5, read


def test_tables_that_are_far_too_long_are_refused(tmp_path: Path) -> None:
    """A row of a year for everybody is enough; the rest is not looked at."""
    (tmp_path / "r.csv").write_text("name,date,start,end\n" + "Ann,2026-03-02,09:00,17:00\n" * 100_001)
    (tmp_path / "f.csv").write_text("date,call\n" + "2026-03-02,1\n" * 300_001)
    reading = Reading()
    before = clock.process_time()
    for kind in ("r", "f"):
        node, _ = read_yaml(f"{kind}.csv", str(tmp_path / "s.yaml"))
        assert node is not None
        if kind == "r":
            assert read_roster(reading, node, "roster", PERIODS[0], ()) is None
        else:
            assert read_forecast(reading, node, "forecast", PERIODS[0], ("call",)) is None
    assert clock.process_time() - before < 10.0
    assert [str(p).removeprefix(f"{tmp_path}/") for p in reading.problems] == [
        "r.csv:100001: roster: a roster has at most 100,000 rows, this one has 100,002 - leave out what lies "
        "far from the period",
        "f.csv:300001: forecast: a forecast has at most 300,000 rows, this one has 300,002 - leave out what "
        "lies far from the "
        "period",
    ]
