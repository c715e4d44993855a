"""A copy of a workbook in which the cells with problems are marked and say what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from sim.scenario.tables.workbook import Area, Position, Sheet, Workbook, column_letters, read_workbook
from sim.scenario.tables.writing import NewWorkbook, put_in_place
from sim.scenario.text.problems import Problem, printable

MOST_COPIES = 99
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_COLUMN = re.compile(r"\(column (\d+)\)$")
_IN_BOOK = re.compile(r"(.+?\.xls[xm]):.+![A-Z]{1,3}[0-9]+", re.IGNORECASE | re.DOTALL)
_LONGEST_NOTE = 2_000  # characters of a comment
_ERROR, _WARNING = "#FFC7CE", "#FFEB9C"

_Marks = dict[Position, list[Problem]]


def annotated_copy(roster_file: Path, problems: Sequence[Problem], out: Path | None = None) -> Path:
    """Write a copy of a workbook (or CSV) with the cells marked and commented that problems name.

    Parameters
    ----------
    roster_file : the file as people gave it; it is only read.
    problems : what is wrong; those that name a cell of the file are marked in it, all that name the file are listed on
        a sheet of their own.
    out : the file to write. None: `roster.problems.xlsx` beside the original, or the first free
        `roster.problems-2.xlsx`, ...

    Returns
    -------
    The file that was written. Values, dates, times and merged cells are kept, colours and formulas are not.

    Raises
    ------
    Unreadable : if the file cannot be read.
    FileExistsError : if `out` is there already: nothing is ever replaced.
    OSError : if it cannot be written.
    """
    book = read_workbook(roster_file)
    rows = {line: i for sheet in book.sheets for i, line in enumerate(sheet.lines or ())}
    placed = [(spot, p) for p in problems if (spot := _spot(p, book, roster_file, rows)) is not None]
    new = NewWorkbook(f"{roster_file.name}: what is wrong in it")
    names = {sheet.name: sheet.name or roster_file.stem for sheet in book.sheets}
    _list_problems(new, [p for p in problems if _names_file(p, roster_file)], placed, names)
    for sheet in book.sheets:
        marks: _Marks = {}
        for (name, cell), problem in placed:
            if name == sheet.name:
                marks.setdefault(cell, []).append(problem)
        _copy_sheet(new, sheet, names[sheet.name], marks)
    content = new.finish()
    if out is not None:
        put_in_place(out, content)
        return out
    for number in range(1, MOST_COPIES + 1):
        target = roster_file.with_name(f"{roster_file.stem}.problems{'' if number == 1 else f'-{number}'}.xlsx")
        try:
            put_in_place(target, content)
        except FileExistsError:
            continue
        return target
    raise FileExistsError(f"{roster_file.parent} holds {MOST_COPIES} copies already: take old ones away")


def annotated_copies(problems: Sequence[Problem]) -> dict[str, Path]:
    """Write an annotated copy of every workbook in whose cells something is wrong.

    Parameters
    ----------
    problems : of a scenario, those of its workbooks among them.

    Returns
    -------
    By the name of the workbook as messages call it, its copy beside it (`annotated_copy`).
    """
    books = dict.fromkeys(match[1] for p in problems if (match := _IN_BOOK.fullmatch(p.file)) is not None)
    return {name: annotated_copy(Path(name), problems) for name in books}


def _names_file(problem: Problem, file: Path) -> bool:
    return file.name in problem.file


def _spot(problem: Problem, book: Workbook, file: Path, rows: Mapping[int, int]) -> tuple[str, Position] | None:
    """Sheet and cell that a problem names, or None."""
    if not _names_file(problem, file):
        return None
    for sheet in book.sheets:
        if sheet.lines is not None:
            column = _COLUMN.search(problem.path)
            if problem.line is not None and problem.line in rows:
                return sheet.name, (rows[problem.line], int(column[1]) - 1 if column else 0)
            continue
        head, separator, cell = problem.file.rpartition(f":{sheet.name}!")
        match = _ADDRESS.fullmatch(cell)
        if separator and head.endswith(file.name) and match is not None:
            return sheet.name, (int(match[2]) - 1, _column_number(match[1]))
    return None


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _words(problem: Problem) -> str:
    return printable(problem.rule + (f" - {problem.repair}" if problem.repair else ""))


def _list_problems(
    new: NewWorkbook,
    problems: Sequence[Problem],
    placed: Sequence[tuple[tuple[str, Position], Problem]],
    names: dict[str, str],
) -> None:
    """Write the sheet that lists all problems."""
    sheet = new.sheet("Problems")
    spots = {id(p): spot for spot, p in placed}
    for column, (word, width) in enumerate((("cell", 20), ("what is wrong", 70), ("what to do", 60), ("found", 25))):
        new.write(sheet, 0, column, word, bold=True, bottom=1, bg_color="#DDEBF7")
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    wrap = {"text_wrap": True, "valign": "top"}
    for row, problem in enumerate(problems, 1):
        spot = spots.get(id(problem))
        where = "" if spot is None else f"{names[spot[0]]}!{column_letters(spot[1][1])}{spot[1][0] + 1}"
        new.write(sheet, row, 0, where, **wrap)
        new.write(sheet, row, 1, printable(problem.rule), **wrap)
        new.write(sheet, row, 2, printable(problem.repair or ""), **wrap)
        new.write(sheet, row, 3, printable(problem.got or ""), **wrap)
    if not problems:
        new.write(sheet, 1, 1, "nothing is wrong")


def _copy_sheet(new: NewWorkbook, sheet: Sheet, name: str, marks: _Marks) -> None:
    """Copy the cells of a sheet, marked where something is wrong."""
    target = new.sheet(name)
    for first, last in _apart(sheet.merged):
        target.merge_range(*first, *last, "")
    for row, cells in enumerate(sheet.rows):
        for column, value in enumerate(cells):
            spot = (row, column)
            fault = sheet.faults.get(spot)
            shown = fault if fault else value
            if spot in marks:
                new.write(target, row, column, shown, bg_color=_colour(marks[spot]))
            elif shown != "":
                new.write(target, row, column, shown)
    for (row, column), problems in marks.items():
        if row >= sheet.n_rows or column >= len(sheet.rows[row]):
            new.write(target, row, column, "", bg_color=_colour(problems))
        note = "\n".join(_words(p) for p in problems)[:_LONGEST_NOTE]
        target.write_comment(row, column, note, {"x_scale": 2.0, "y_scale": 1.0 + 0.5 * len(problems), "author": ""})
    target.set_column(0, max(sheet.n_columns - 1, 0), 12)


def _colour(problems: Sequence[Problem]) -> str:
    return _ERROR if any(p.severity == "error" for p in problems) else _WARNING


def _apart(areas: Sequence[Area]) -> list[Area]:
    """The rectangles of more than one cell that overlap with none before them."""
    found: list[Area] = []
    taken: set[Position] = set()
    for (top, left), (bottom, right) in areas[:10_000]:
        if (bottom - top + 1) * (right - left + 1) > 100_000 or (top, left) == (bottom, right):
            continue
        cells = {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)}
        if not cells & taken:
            taken |= cells
            found.append(((top, left), (bottom, right)))
    return found
