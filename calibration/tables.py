"""Tables on disk: CSV files read strictly, as text with line numbers, and written whole or not at all."""

from __future__ import annotations

import gzip
import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sim.scenario.text.problems import Problem, Unreadable, shown
from sim.scenario.text.tables import read_table

#: so many problems of one file are spelled out; the rest are counted
SHOWN_PROBLEMS = 20


class BadTable(ValueError):
    """A table that cannot be used, with every problem found in it.

    Parameters
    ----------
    problems : sequence of Problem
        Place, value received, rule and repair of each.

    Examples
    --------
    >>> print(BadTable([Problem("calls.csv", 3, None, "wait_seconds", "a wait is 0 or more", "mend it", "-4")]))
    calls.csv:3: wait_seconds: got "-4"; a wait is 0 or more - mend it
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [str(problem) for problem in self.problems[:SHOWN_PROBLEMS]]
        if len(self.problems) > SHOWN_PROBLEMS:
            lines.append(f"... and {len(self.problems) - SHOWN_PROBLEMS:,} more problems of this file")
        super().__init__("\n".join(lines))


def whole_file(path: Path | str, rule: str, repair: str | None = None) -> BadTable:
    """A problem of a file as such, not of one of its rows."""
    return BadTable([Problem(str(path), None, None, "", rule, repair)])


def read_text_table(path: Path | str, columns: Sequence[str], *, repair: str | None = None) -> pd.DataFrame:
    """The named columns of a CSV file (plain or gzip), every cell as the text that stands there.

    Parameters
    ----------
    path : Path or str
        The file.
    columns : sequence of str
        Columns that must be present; others are left out.
    repair : str, optional
        What to do when columns are missing, for instance which command takes such a file.

    Returns
    -------
    DataFrame
        Text columns in the given order; the index holds the line of each row in the file.

    Raises
    ------
    BadTable
        The file is missing, cut short, not a CSV, lacks columns, or holds no row.
    """
    try:
        table = read_table(Path(path), str(path))
    except Unreadable as error:
        line = getattr(error, "line", None)
        raise BadTable([Problem(str(path), line, None, "", error.rule, error.repair)]) from None
    missing = [name for name in columns if name not in table.header]
    if missing:
        rule = f"the columns {', '.join(missing)} are missing; the header is {shown(','.join(table.header))}"
        raise BadTable([Problem(str(path), 1, None, "", rule, repair)])
    at = [table.header.index(name) for name in columns]
    return pd.DataFrame(
        [[row.cells[i] for i in at] for row in table],
        columns=list(columns),
        index=pd.Index([row.line for row in table], name="line"),
        dtype=str,
    )


def row_problems(
    path: Path | str, text: pd.DataFrame, column: str, wrong: pd.Series, rule: str, repair: str
) -> list[Problem]:
    """One problem for each row of a text table in which a column is wrong.

    Parameters
    ----------
    path, text : Path or str, DataFrame
        The file, and its cells as `read_text_table` gives them.
    column : str
        The column at fault.
    wrong : Series of bool
        Row by row.
    rule, repair : str
        What is expected, and what to do.
    """
    return [
        Problem(str(path), int(line), None, column, rule, repair, str(value))
        for line, value in text.loc[wrong.to_numpy(), column].items()
    ]


def table_bytes(frame: pd.DataFrame, *, compressed: bool = False) -> bytes:
    """A table as the bytes of a CSV file: the same table always gives the same bytes.

    The gzip header holds neither time nor name, and lines end in a line feed on every platform.

    Examples
    --------
    >>> table_bytes(pd.DataFrame({"from_seconds": [0, 5], "hazard_per_minute": [0.08, 0.33]}))
    b'from_seconds,hazard_per_minute\\n0,0.08\\n5,0.33\\n'
    """
    text = frame.to_csv(index=False, lineterminator="\n").encode("utf-8")
    return gzip.compress(text, compresslevel=9, mtime=0) if compressed else text


def write_whole(path: Path | str, content: bytes) -> None:
    """Put a file in place whole or not at all: a temporary neighbour is written, flushed and renamed."""
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
