"""Problems in the cells of a sheet: each kind a few times in full, the rest of it counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sim.scenario.readers.reading import Reading
from sim.scenario.tables.cell_values import as_text
from sim.scenario.tables.workbook import CellValue, Sheet
from sim.scenario.text.problems import Place, Unreadable, shown

T = TypeVar("T")
MOST_ALIKE = 3  # cells in which the same is wrong that are listed in full
MOST_LISTED = 30  # problems of one table that are listed in full
MOST_EVERY = 5_000  # the same where every cell is asked for


class CellProblems:
    """What is wrong in the cells of one table.

    Parameters
    ----------
    reading : where the listed problems go when all are known (`done`).
    path : dotted path of the value that names the table.
    every : list every cell in full, as for a copy in which the cells are marked (or `reading.every_cell`).

    Attributes
    ----------
    n : number of cells in which something is wrong.
    """

    def __init__(self, reading: Reading, path: str, every: bool = False) -> None:
        self.reading, self.path, self.every = reading, path, every or reading.every_cell
        self.n = self._listed = 0
        self._alike: dict[tuple[str, str], int] = {}
        self._counted: dict[tuple[str, str], tuple[Place, int]] = {}
        self._more: tuple[Place, int] | None = None

    def add(
        self,
        sheet: Sheet,
        row: int,
        column: int,
        rule: str,
        repair: str | None = None,
        got: CellValue | None = None,
        kind: str | None = None,
    ) -> None:
        """Note what is wrong in a cell; `kind` names what makes two such problems alike (default: rule and value)."""
        self.n += 1
        place = sheet.place(row, column)
        text = None if got is None else as_text(got)
        alike = (rule, text or "") if kind is None else (kind, "")
        seen = self._alike[alike] = self._alike.get(alike, 0) + 1
        if not self.every and seen > MOST_ALIKE:
            first, n = self._counted.get(alike, (place, 0))
            self._counted[alike] = (first, n + 1)
            return
        if self._listed >= (MOST_EVERY if self.every else MOST_LISTED):
            first, n = self._more or (place, 0)
            self._more = (first, n + 1)
            return
        self._listed += 1
        self.reading.problem(place, self._path(sheet, row, column), rule, repair, text)

    def cell(self, sheet: Sheet, row: int, column: int, parse: Callable[[CellValue], T]) -> T | None:
        """Read a cell, or note why it cannot be read."""
        value = sheet.at(row, column)
        if self.fault(sheet, row, column):
            return None
        try:
            return parse(value)
        except Unreadable as error:
            self.add(sheet, row, column, error.rule, error.repair, value)
            return None

    def fault(self, sheet: Sheet, row: int, column: int) -> bool:
        """Note that a cell shows an error or a formula without value, if it does."""
        if not sheet.faults:
            return False
        fault = sheet.faults.get(sheet.origin(row, column))
        if fault is None:
            return False
        if fault:
            self.add(sheet, row, column, f"the formula in this cell shows {shown(fault)}", "mend the formula")
        else:
            rule = "the formula in this cell was never computed"
            self.add(sheet, row, column, rule, "open the file in Excel and save it")
        return True

    def done(self) -> bool:
        """Note how many problems were not listed; tell whether there was none."""
        for (rule, text), (place, n) in self._counted.items():
            what = f' with "{shown(text)}"' if text else ""
            more = f"and {n} more cell{'s' if n > 1 else ''}{what} like this: {rule}"
            self.reading.problem(place, self.path, more)
        if self._more is not None:
            place, n = self._more
            self.reading.problem(place, self.path, f"and {n} more problem{'s' if n > 1 else ''} in this table")
        return self.n == 0

    def _path(self, sheet: Sheet, row: int, column: int) -> str:
        if sheet.lines is None:
            return self.path
        return f"{self.path} (column {column + 1})"
