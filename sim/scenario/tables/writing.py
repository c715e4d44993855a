"""Workbooks and CSV files as written: text stays text, and no file takes the place of another one.

A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@` as a formula. In a workbook text is written as text
and marked so that it stays text when somebody edits the cell; in a CSV it gets an apostrophe in front.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from math import isfinite
from pathlib import Path
from typing import Any

import xlsxwriter

from sim.scenario.tables.package import LONGEST_TEXT
from sim.scenario.tables.workbook import CellValue

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))
_LONGEST_NAME = 31


def could_be_formula(text: str) -> bool:
    """Whether a spreadsheet could take a text for a formula.

    Examples
    --------
    >>> could_be_formula("=1+1"), could_be_formula(" @SUM(A1)"), could_be_formula("E1")
    (True, True, False)
    """
    return text.startswith(FORMULA_SIGNS) or text.lstrip().startswith(FORMULA_SIGNS[:4])


class NewWorkbook:
    """A workbook that is written cell by cell, kept in memory, and put in place whole.

    Parameters
    ----------
    title : what it is, for the properties of the file.
    """

    def __init__(self, title: str) -> None:
        self._bytes = io.BytesIO()
        self.book: Any = xlsxwriter.Workbook(self._bytes, _OPTIONS)
        self.book.set_properties({"title": title[:200], "created": datetime(2000, 1, 1)})
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._names: set[str] = set()

    def sheet(self, name: str) -> Any:
        """Add a sheet; a name that no workbook may have is changed, and one that is taken gets a number."""
        plain = "".join(c for c in name if c.isprintable()).translate(_FORBIDDEN).strip("' ")[:_LONGEST_NAME] or "Sheet"
        unique, number = plain, 1
        while unique.lower() in self._names or unique.lower() == "history":
            number += 1
            end = f" {number}"
            unique = plain[: _LONGEST_NAME - len(end)] + end
        self._names.add(unique.lower())
        return self.book.add_worksheet(unique)

    def style(self, **properties: Any) -> Any:
        """Give a format, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(properties)
        return self._formats[key]

    def write(self, sheet: Any, row: int, column: int, value: CellValue, **properties: Any) -> None:
        """Write a value as what it is; text is never a formula, a link or a number."""
        if isinstance(value, str):
            text = value[:LONGEST_TEXT]
            if could_be_formula(text):
                properties["quote_prefix"] = True
            if text == "":
                sheet.write_blank(row, column, None, self.style(**properties) if properties else None)
            else:
                sheet.write_string(row, column, text, self.style(**properties) if properties else None)
        elif isinstance(value, bool):
            sheet.write_boolean(row, column, value, self.style(**properties) if properties else None)
        elif isinstance(value, (int, float)):
            if isfinite(value):
                sheet.write_number(row, column, value, self.style(**properties) if properties else None)
            else:
                sheet.write_string(row, column, str(value), self.style(**properties) if properties else None)
        else:
            style = self.style(**{"num_format": number_format(value), **properties})
            sheet.write_datetime(row, column, value, style)

    def finish(self) -> bytes:
        """Give the file."""
        self.book.close()
        return self._bytes.getvalue()


def number_format(value: date | time | timedelta) -> str:
    """How a date or time is shown."""
    if isinstance(value, datetime):
        return "yyyy-mm-dd hh:mm" if value.year > 1900 else "[h]:mm"
    if isinstance(value, date):
        return "yyyy-mm-dd" if value.year > 1900 else "[h]:mm"
    return "hh:mm" if isinstance(value, time) else "[h]:mm"


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Write rows as CSV text; text that a spreadsheet could run gets an apostrophe in front, numbers do not.

    Line breaks within a text become blanks.

    Examples
    --------
    >>> csv_text([["=cmd()", -1.5]])
    "'=cmd(),-1.5\\n"
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow([_csv_cell(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue()


def _csv_cell(text: str) -> str:
    guarded = f"'{text}" if could_be_formula(text) else text
    return guarded.replace("\r", " ").replace("\n", " ")


def put_in_place(path: Path, content: bytes) -> None:
    """Write a new file, whole or not at all; one that is there is never replaced.

    Raises
    ------
    FileExistsError : if something has this name.
    OSError : if it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            raise
        except OSError:  # a disk without links
            if os.path.lexists(path):
                raise FileExistsError(f"{path} is there already") from None
            os.rename(temporary, path)  # noqa: PTH104 - fails on Windows if it is there
    finally:
        with suppress(OSError):
            temporary.unlink()
