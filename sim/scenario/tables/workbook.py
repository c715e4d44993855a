"""Workbooks as read: sheets of cells that know their address, merged cells, and cells without a value for a reason.

An xlsx is read by calamine after its package was checked (`package.py`); a CSV is a workbook of one sheet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

import python_calamine

from sim.scenario.tables.package import LARGEST_FILE, LONGEST_TEXT, MOST_AREA, Position, check_package
from sim.scenario.text.problems import Place, Unreadable, name_repair
from sim.scenario.text.tables import RowProblem, decode, read_bytes

CellValue = str | float | int | bool | date | datetime | time | timedelta
"""What a cell holds; an empty one holds the empty text."""

Area = tuple[Position, Position]
"""First and last cell of a rectangle, both in it."""

_OLD_FORMAT = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DELIMITERS = (",", ";", "\t", "|")
_SNIFFED = 20  # lines
MOST_MERGED = 500_000  # cells in merged rectangles


def column_letters(column: int) -> str:
    """Letters of a column counted from 0.

    Examples
    --------
    >>> column_letters(0), column_letters(27), column_letters(16383)
    ('A', 'AB', 'XFD')
    """
    letters = ""
    column += 1
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    """Address of a cell counted from 0.

    Examples
    --------
    >>> address(11, 2)
    'C12'
    """
    return f"{column_letters(column)}{row + 1}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook.

    Parameters
    ----------
    file : how messages call the file.
    name : name of the sheet; "" for a CSV.
    rows : cells from A1 on, row by row; every row of an xlsx is equally long.
    merged : the rectangles that are one cell each; their value stands in the first cell.
    faults : cells that show an error (its text) or hold a formula that was never computed ("").
    hidden : whether the sheet is hidden.
    lines : for a CSV, the line of each row in the file, from 1.
    width : cells of the widest row.
    origins : the first cell of each cell within a merged rectangle.
    """

    file: str
    name: str
    rows: list[list[CellValue]]
    merged: tuple[Area, ...] = ()
    faults: Mapping[Position, str] = field(default_factory=dict)
    hidden: bool = False
    lines: tuple[int, ...] | None = None
    width: int = 0
    origins: Mapping[Position, Position] = field(default_factory=dict)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.rows)

    @property
    def n_columns(self) -> int:
        """Number of columns of the widest row."""
        return self.width

    def origin(self, row: int, column: int) -> Position:
        """The cell that holds the value of this one: the first cell of its merged rectangle, or itself."""
        return self.origins.get((row, column), (row, column))

    def at(self, row: int, column: int) -> CellValue:
        """Value of a cell; a cell within a merged rectangle has the value of its first one."""
        if self.origins:
            row, column = self.origins.get((row, column), (row, column))
        if row >= len(self.rows) or column >= len(self.rows[row]):
            return ""
        return self.rows[row][column]

    def place(self, row: int, column: int) -> Place:
        """Where a cell is, for messages: `roster.xlsx:Sheet1!C12`, or file and line of a CSV."""
        if self.lines is not None:
            return Place(self.file, self.lines[row] if row < len(self.lines) else None)
        return Place(f"{self.file}:{self.name}!{address(row, column)}")

    def spot(self, row: int, column: int) -> str:
        """Where a cell is, for messages about another cell of the sheet: `C12`, or the line of a CSV."""
        return address(row, column) if self.lines is None else f"line {self.lines[row]}"


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook as read.

    Parameters
    ----------
    file : how messages call it.
    sheets : its worksheets, in their order.
    note : something doubtful about how it was read, or None.
    """

    file: str
    sheets: tuple[Sheet, ...]
    note: str | None = None

    def sheet(self, name: str) -> Sheet:
        """Give a sheet by name, or raise `Unreadable` with the nearest one."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise Unreadable(f"the workbook has no sheet {name}", name_repair(name, [s.name for s in self.sheets]))


def read_workbook(path: Path, name: str | None = None) -> Workbook:
    """Read an xlsx or a CSV file, whatever its ending says.

    Parameters
    ----------
    path : the file; at most 20 MB, unpacked 200 MB.
    name : how messages call it (default: as given).

    Raises
    ------
    Unreadable : (or `RowProblem`, with a line) for another format, a damaged or protected file, or one that is larger
        than a table of a desk can be.
    """
    shown = str(path) if name is None else name
    data = read_bytes(path, LARGEST_FILE)
    if data.startswith(_OLD_FORMAT):
        raise Unreadable(
            "this is an old workbook (.xls), or one that is protected by a password",
            "save it as .xlsx without a password",
        )
    if data.startswith(b"PK\x03\x04"):
        return _xlsx(data, shown)
    if data.startswith(b"PK"):
        raise Unreadable("this is not a complete workbook", "open it in Excel and save it as .xlsx")
    return _csv(data, shown)


def _xlsx(data: bytes, file: str) -> Workbook:
    package = check_package(data)
    sheets: list[Sheet] = []
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(package.data))
        for meta in book.sheets_metadata:
            parts = package.sheets.get(meta.name)
            if parts is None:
                continue  # a chart, or a sheet that is listed and not there
            hidden = meta.visible != python_calamine.SheetVisibleEnum.Visible
            sheet = book.get_sheet_by_name(meta.name)
            rows: list[list[CellValue]] = sheet.to_python(skip_empty_area=False) if parts.n_rows else []
            merged = tuple(sheet.merged_cell_ranges or ())
            width = len(rows[0]) if rows else 0
            origins = _origins(merged, len(rows), width)
            sheets.append(Sheet(file, meta.name, rows, merged, parts.faults, hidden, None, width, origins))
    except Unreadable:
        raise
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # a panic of the reader is no Exception
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise Unreadable("this is not a complete workbook", "open it in Excel and save it as .xlsx") from None
    if not sheets:
        raise Unreadable("the workbook has no sheet with cells")
    return Workbook(file, tuple(sheets))


def _origins(merged: tuple[Area, ...], n_rows: int, n_columns: int) -> dict[Position, Position]:
    """First cell of every cell within a merged rectangle, as far as the sheet has values."""
    found: dict[Position, Position] = {}
    visited = 0
    for (top, left), (bottom, right) in merged:
        rows, columns = range(top, min(bottom + 1, n_rows)), range(left, min(right + 1, n_columns))
        visited += len(rows) * len(columns)
        if visited > MOST_MERGED:
            raise Unreadable("the merged cells of the workbook overlap", "unmerge them")
        for row in rows:
            for column in columns:
                found[row, column] = (top, left)
    return found


def _csv(data: bytes, file: str) -> Workbook:
    note = None
    try:
        text = decode(data)
    except RowProblem as error:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            raise error from None
        note = "the file is not UTF-8 and was read as GB18030 (as Chinese Excel saves it)"
    rows: list[list[CellValue]] = []
    lines: list[int] = []
    n_cells = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        for cells in reader:
            n_cells += len(cells)
            if n_cells > MOST_AREA:
                raise RowProblem(reader.line_num, f"the table has more than {MOST_AREA:,} cells")
            if any(len(cell) > LONGEST_TEXT for cell in cells):
                raise RowProblem(reader.line_num, f"a cell holds more than {LONGEST_TEXT:,} characters", "shorten it")
            rows.append([cell.strip() for cell in cells])
            lines.append(reader.line_num)
    except csv.Error as error:
        raise RowProblem(reader.line_num, f"not readable as CSV: {error}") from None
    if not any(any(row) for row in rows):
        raise Unreadable("the table is empty")
    width = max(map(len, rows))
    return Workbook(file, (Sheet(file, "", rows, lines=tuple(lines), width=width),), note)


def _delimiter(text: str) -> str:
    """The sign that splits the first lines into most cells."""
    head = text.split("\n", _SNIFFED)[:_SNIFFED]

    def cells(delimiter: str) -> int:
        try:
            return sum(len(row) for row in csv.reader(head, delimiter=delimiter))
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=cells)
