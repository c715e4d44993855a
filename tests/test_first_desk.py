"""The walk-through is true: every step is taken as written, in one folder, and prints what the page shows."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import xlsxwriter
import yaml

from sim.scenario.tables.workbook import read_workbook
from tests.test_readme import mask

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "FIRST_DESK.md").read_text(encoding="utf-8")
REFUSED = {2: 2, 7: 2}
"""Commands that are to refuse something, by their number, with their exit code."""


class Done(NamedTuple):
    """A command that was run, what it printed, and what the page shows of it."""

    line: str
    code: int
    printed: str
    shown: str


def steps() -> list[tuple[str, str]]:
    """What the page does, in order: run commands, write files, edit cells; and what it shows."""
    found: list[tuple[str, str]] = []
    for block in re.finditer(r"^```(\w*)\n(.*?)^```$|((?:^\| `\w+\.xlsx` [^\n]*\n)+)", PAGE, re.M | re.S):
        kind, text, rows = block[1], block[2], block[3]
        if rows:
            found.append(("cells", rows))
        elif kind == "":
            found += [("run", line) for line in text.splitlines()]
        elif kind == "text" or (kind == "yaml" and text.startswith("# ")):
            found.append(("shown" if kind == "text" else "write", text))
        else:
            found.append(("scenario", text))
    return found


def edit(folder: Path, rows: str) -> None:
    """Write cells as somebody would in Excel; the workbook is written anew with all its other cells."""
    for row in rows.splitlines():
        name, sheet_name, cells, written = (cell.strip().strip("`") for cell in row.strip("| ").split("|"))
        book = read_workbook(folder / name)
        sheets = {sheet.name: [list(line) for line in sheet.rows] for sheet in book.sheets}
        first = re.match(r"([A-Z])([0-9]+)", cells)
        assert first is not None
        line, column = int(first[2]) - 1, ord(first[1]) - ord("A")
        table = sheets[sheet_name]
        table.extend([] for _ in range(line + 1 - len(table)))
        for i, value in enumerate(text.strip() for text in written.split(",")):
            table[line].extend([""] * (column + i + 1 - len(table[line])))
            table[line][column + i] = float(value) if value.isdecimal() else value
        save(folder / name, sheets)


def save(path: Path, sheets: dict[str, list[list[Any]]]) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for i, row in enumerate(rows):
                for j, value in enumerate(row):
                    if isinstance(value, date):
                        sheet.write_datetime(i, j, value, day)
                    elif value not in ("", None):
                        sheet.write(i, j, value)


def run(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line as a shell would, with patterns of file names resolved."""
    program, *words = shlex.split(line)
    arguments = [str(p.relative_to(folder)) for w in words for p in sorted(folder.glob(w))] if "*" in line else []
    arguments = [a for w in words for a in (sorted(x for x in arguments if Path(x).match(w)) if "*" in w else [w])]
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    return subprocess.run(
        [str(Path(sys.executable).parent / program), *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=900, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> list[Done]:
    """The whole page, step by step."""
    folder = tmp_path_factory.mktemp("walk")
    (folder / "scenarios").symlink_to(ROOT / "scenarios")
    done: list[Done] = []
    for kind, text in steps():
        if kind == "run":
            result = run(text, folder)
            done.append(Done(text, result.returncode, result.stdout + result.stderr, ""))
        elif kind == "shown":
            done[-1] = done[-1]._replace(shown=text)
        elif kind == "cells":
            edit(folder / "my_desk", text)
        elif kind == "write":
            (folder / text.splitlines()[0].removeprefix("# ")).write_text(text, encoding="utf-8")
        else:
            assert (folder / "my_desk" / "scenario.yaml").read_text(encoding="utf-8") == text
    return done


def test_every_command_of_the_walk_runs(walk: list[Done]) -> None:
    """Those that should be refused are, all others are fine; nobody sees a traceback."""
    assert len(walk) >= 10
    for i, step in enumerate(walk):
        assert step.code == REFUSED.get(i, 0), step.printed
        assert "Traceback" not in step.printed


def test_output_shown_is_the_output_printed(walk: list[Done]) -> None:
    """Line by line, with numbers masked."""
    assert sum(bool(step.shown) for step in walk) >= 9
    for step in walk:
        printed = [mask(line) for line in step.printed.splitlines()]
        missing = [line for line in step.shown.splitlines() if line.strip() and mask(line) not in printed]
        assert not missing, f"{step.line}\n{step.printed}"


def test_slip_of_the_finger_is_told_with_its_cell(walk: list[Done]) -> None:
    """The page says that problems of a workbook come with their cells."""
    assert "Roster!E7" in walk[2].printed and "laet" in walk[2].printed


def test_links_of_the_walk_lead_somewhere() -> None:
    """Pages beside it, and their headings."""
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        file, _, within = target.partition("#")
        page = (ROOT / "docs" / file).read_text(encoding="utf-8") if file else PAGE
        heads = {
            re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in re.findall(r"^#+ (.+)$", page, re.M)
        }
        assert not within or within in heads, target


def test_ranges_of_the_walk_are_policies() -> None:
    """Its YAML is plain, and extends the desk."""
    written = [text for kind, text in steps() if kind == "write"]
    assert len(written) == 2
    assert all(yaml.safe_load(text)["extends"] == "scenario.yaml" for text in written)
