"""A table that leaves out its least important columns where the terminal is too narrow for all."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

LEAST = 12
"""Letters of a name that stay on a line."""


class FittedTable:
    """A table for the terminal.

    Parameters
    ----------
    words, numbers, last : sequence of str
        Headings of columns of words, of numbers (right, never broken), and of words again; only names in `words` may be
        broken.
    spare : sequence of str
        Headings that may be left out, the first one first.
    broken : bool
        Names are broken before anything is left out.
    """

    def __init__(
        self,
        words: Sequence[str],
        numbers: Sequence[str],
        last: Sequence[str] = (),
        spare: Sequence[str] = (),
        broken: bool = False,
    ) -> None:
        self.headings = [*words, *numbers, *last]
        self.words = set(words)
        self.numbers = set(numbers)
        self.spare = list(spare)
        self.broken = broken
        self.rows: list[tuple[Text, ...]] = []

    def add_row(self, *cells: Text) -> None:
        """Add a row with a cell for every heading."""
        assert len(cells) == len(self.headings)
        self.rows.append(cells)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        out: list[str] = []
        table = self._table(out)
        for heading in self.spare:
            if self._needed(console, options, table) <= options.max_width:
                break
            out.append(heading)
            table = self._table(out)
        yield table
        if out:
            names = ", ".join(" ".join(h.split()) for h in out)
            yield Text(f"  left out in {options.max_width} columns: {names}", style="dim")

    def _needed(self, console: Console, options: ConsoleOptions, table: Table) -> int:
        """Width of the table, its names broken if they may be."""
        wide = Measurement.get(console, options.update(max_width=10_000), table).maximum
        if self.broken:
            for column in table.columns:
                if column.header in self.words:
                    longest = max(cell_len(line) for c in column.cells for line in str(c).splitlines() or [""])
                    wide -= max(longest - (column.min_width or 0), 0)
        return wide

    def _table(self, out: Sequence[str]) -> Table:
        """The table without some columns."""
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
        shown = [i for i, h in enumerate(self.headings) if h not in out]
        for i in shown:
            heading = self.headings[i]
            table.add_column(
                heading,
                justify="right" if heading in self.numbers else "left",
                no_wrap=heading not in self.words,
                overflow="fold",
                min_width=self._least(i) if heading in self.words else None,
            )
        for row in self.rows:
            table.add_row(*(row[i] for i in shown))
        return table

    def _least(self, i: int) -> int:
        """To what a column of names may be narrowed."""
        longest = max((cell_len(line) for row in self.rows for line in row[i].plain.splitlines()), default=0)
        return min(longest, LEAST)
