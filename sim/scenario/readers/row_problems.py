"""Problems in the rows of one table, the first few in full and the rest counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from sim.scenario.text.problems import Place, Unreadable
from sim.scenario.text.tables import Table

if TYPE_CHECKING:
    from sim.scenario.readers.reading import Reading

T = TypeVar("T")
MOST_ROW_PROBLEMS = 10  # per table; the rest is counted


class RowProblems:
    """Problems in the rows of one table: the first few in full, the rest counted."""

    def __init__(self, reading: Reading, table: Table, path: str) -> None:
        self.reading, self.table, self.path = reading, table, path
        self.n = 0
        self.next_line: int | None = None  # of the first problem that is only counted

    def add(self, line: int, column: str | None, rule: str, repair: str | None = None, got: str | None = None) -> None:
        """Note a problem in a row (line of the file) and column."""
        self.n += 1
        if self.n <= MOST_ROW_PROBLEMS:
            path = f"{self.path} (column {column})" if column else self.path
            self.reading.problem(Place(self.table.file, line), path, rule, repair, got)
        elif self.next_line is None:
            self.next_line = line

    def cell(self, line: int, column: str, text: str, parse: Callable[[str], T]) -> T | None:
        """Read a cell or note why it cannot be read."""
        try:
            return parse(text)
        except Unreadable as error:
            self.add(line, column, error.rule, error.repair, text)
            return None

    def done(self) -> bool:
        """Note how many problems were not listed; tell whether there was none."""
        more = self.n - MOST_ROW_PROBLEMS
        if more > 0:
            words = f"and {more} more problem{'s' if more > 1 else ''} in this table"
            self.reading.problem(Place(self.table.file, self.next_line), self.path, words)
        return self.n == 0
