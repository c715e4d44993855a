"""What the tests of tables share: workbooks made of rows, and readers that give everything that was said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import xlsxwriter

from sim.scenario.model.forecast import Forecast
from sim.scenario.model.period import Period
from sim.scenario.model.roster import Roster
from sim.scenario.readers.forecast_reader import read_forecast
from sim.scenario.readers.reading import Reading
from sim.scenario.readers.rosters import read_roster
from sim.scenario.text.nodes import read_yaml
from sim.scenario.text.problems import Problem

FORTNIGHT = Period(start=datetime(2026, 3, 2), length=14 * 1440.0, time_zone="Asia/Shanghai")
SKILLS = ("phone", "chat", "email")
FORMATS = {date: "yyyy-mm-dd", datetime: "yyyy-mm-dd hh:mm", time: "hh:mm", timedelta: "[h]:mm"}


class Said(NamedTuple):
    """A table as read, and what was said about it, without the folder."""

    table: Any
    problems: list[str]
    warnings: list[str]
    defaults: list[str]
    raw: list[Problem]


Rows = Sequence[Sequence[Any]]


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes a workbook of sheets (name to rows) with merged ranges, or a CSV of rows."""

    def write(name: str, merged: dict[str, Sequence[tuple[str, Any]]] | None = None, **sheets: Rows) -> Path:
        path = tmp_path / name
        if name.endswith(".csv"):
            (rows,) = sheets.values()
            path.write_text("\n".join(",".join(str(cell) for cell in row) for row in rows), encoding="utf-8")
            return path
        made = xlsxwriter.Workbook(path)
        styles = {kind: made.add_format({"num_format": shown}) for kind, shown in FORMATS.items()}
        for title, rows in sheets.items():
            sheet = made.add_worksheet(title)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    if type(cell) in styles:
                        sheet.write_datetime(r, c, cell, styles[type(cell)])
                    elif isinstance(cell, str) and cell:
                        sheet.write_string(r, c, cell)
                    elif cell is not None and cell != "":
                        sheet.write(r, c, cell)
            for area, value in (merged or {}).get(title, ()):
                sheet.merge_range(area, value)
        made.close()
        return path

    return write


def _said(reading: Reading, table: Any, folder: Path) -> Said:
    head = f"{folder}/"
    return Said(
        table,
        [str(p).removeprefix(head) for p in reading.problems],
        [str(p).removeprefix(head) for p in reading.warnings],
        [f"{d.path}: {d.value}, {d.why}" for d in reading.defaults],
        list(reading.problems),
    )


@pytest.fixture
def roster(tmp_path: Path) -> Callable[..., Said]:
    """A function that reads a roster beside `scenario.yaml`, as `agent_groups.desk.roster`."""

    def read(text: str = "{file: roster.xlsx}", period: Period = FORTNIGHT, **options: Any) -> Said:
        reading = Reading()
        node, problems = read_yaml(text, str(tmp_path / "scenario.yaml"))
        assert node is not None and not problems
        found: Roster | None = read_roster(reading, node, "roster", period, SKILLS, **options)
        assert found is not None or reading.problems
        return _said(reading, found, tmp_path)

    return read


@pytest.fixture
def forecast(tmp_path: Path) -> Callable[..., Said]:
    """A function that reads a forecast beside `scenario.yaml`."""

    def read(
        text: str = "{file: forecast.xlsx}",
        period: Period = FORTNIGHT,
        names: Sequence[str] = ("call", "mail", "phone"),
    ) -> Said:
        reading = Reading()
        node, problems = read_yaml(text, str(tmp_path / "scenario.yaml"))
        assert node is not None and not problems
        found: Forecast | None = read_forecast(reading, node, "forecast", period, names)
        assert (found is None) == bool(reading.problems)
        return _said(reading, found, tmp_path)

    return read
