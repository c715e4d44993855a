"""CSV tables beside a scenario: rows that know their line, problems that name row and column."""

from __future__ import annotations

import csv
import gzip
import io
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim.scenario.text.problems import Unreadable, name_repair

LARGEST_TABLE = 256_000_000  # bytes after decompression
MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file (the header is line 1) and its cells, stripped."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as read: file, header, rows."""

    file: str
    header: list[str]
    rows: list[Row]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def column(self, *names: str) -> int | None:
        """Give the index of the first of these columns that exists, or None."""
        return next((self.header.index(name) for name in names if name in self.header), None)

    def need(self, name: str) -> int:
        """Give the index of a column or raise `Unreadable` with the nearest name."""
        found = self.column(name)
        if found is None:
            raise Unreadable(f"the table has no column {name}", name_repair(name, self.header))
        return found


class RowProblem(Unreadable):
    """A table that cannot be read, with the line where that shows."""

    def __init__(self, line: int, rule: str, repair: str | None = None) -> None:
        super().__init__(rule, repair)
        self.line = line


def read_bytes(path: Path, largest: int) -> bytes:
    """Read a regular file of at most `largest` bytes.

    Raises
    ------
    Unreadable : if it is missing, a directory, not readable or too large.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise Unreadable("this is a folder, not a file")
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("this is not an ordinary file")
        if status.st_size > largest:
            raise Unreadable(f"the file is larger than {largest / 1e6:g} MB")
        with path.open("rb") as stream:
            return stream.read(largest + 1)
    except FileNotFoundError:
        raise Unreadable("there is no such file", _neighbour(path)) from None
    except Unreadable:
        raise
    except (OSError, ValueError) as error:
        raise Unreadable(f"the file cannot be read ({getattr(error, 'strerror', None) or error})") from None


def _neighbour(path: Path) -> str | None:
    """Name a file of the same folder that may have been meant."""
    from sim.scenario.text.problems import nearest

    try:
        names = [entry.name for entry in path.parent.iterdir() if entry.is_file()][:1000]
    except OSError:
        return f"there is no folder {path.parent.name}" if path.parent.name else None
    near = nearest(path.name, names)
    return f"did you mean {near}?" if near else None


def decode(data: bytes) -> str:
    """Decode UTF-8 text (a byte order mark is allowed) or raise `Unreadable`."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("the file is UTF-16 text", "save it as UTF-8")
    if b"\0" in data:
        raise Unreadable("this is not a text file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RowProblem(line, "the file is not UTF-8 text", "save it as UTF-8") from None


def read_table(path: Path, name: str) -> Table:
    """Read a CSV table (UTF-8, comma, semicolon or tab, header line; may be gzip).

    Parameters
    ----------
    path : the file.
    name : how messages call it.

    Raises
    ------
    Unreadable : (or `RowProblem`) for the first thing that makes the whole table unreadable.
    """
    data = read_bytes(path, LARGEST_TABLE)
    if data.startswith(b"\x1f\x8b"):
        try:
            with gzip.open(io.BytesIO(data)) as stream:
                data = stream.read(LARGEST_TABLE + 1)
        except (OSError, EOFError, zlib.error):
            raise Unreadable("the file is not a complete gzip file") from None
        if len(data) > LARGEST_TABLE:
            raise Unreadable(f"the unpacked file is larger than {LARGEST_TABLE / 1e6:g} MB")
    text = decode(data)
    first = text.lstrip("\n\r").split("\n", 1)[0]
    delimiter = next((d for d in (",", ";", "\t") if d in first), ",")
    header: list[str] | None = None
    rows: list[Row] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if not any(stripped):
                continue
            if header is None:
                header = stripped
                if len(header) > MOST_COLUMNS:
                    raise RowProblem(reader.line_num, f"the table has more than {MOST_COLUMNS} columns")
                twice = next((c for c in header if header.count(c) > 1), None)
                if twice is not None:
                    raise RowProblem(reader.line_num, f"the table has two columns named {twice!r}", "rename one")
            elif len(stripped) != len(header):
                raise RowProblem(reader.line_num, f"this row has {len(stripped)} cells, the header {len(header)}")
            else:
                rows.append(Row(reader.line_num, stripped))
    except csv.Error as error:
        raise RowProblem(reader.line_num, f"not readable as CSV: {error}") from None
    if header is None:
        raise Unreadable("the table is empty")
    if not rows:
        raise Unreadable("the table has a header and no rows")
    return Table(name, header, rows)
