"""Small scenarios in which words of the language are tried: the small desk of the reference with changes merged in."""

from __future__ import annotations

import copy
import csv
import io
from pathlib import Path
from typing import Any

import xlsxwriter
import yaml

from sim.scenario import Scenario, load
from sim.scenario.reference import Section, Word
from sim.scenario.reference.registry import read_data

GONE = "$gone"
LAST = "scenario.yaml"


def write_files(folder: Path) -> None:
    """Write the tables that examples name, and each of them as a workbook too."""
    for name, written in read_data("sections/files.yaml").items():
        (folder / name).write_text(written["text"], encoding="utf-8")
        stem = name.removesuffix(".csv")
        with xlsxwriter.Workbook(str(folder / f"{stem}.xlsx")) as book:
            sheet = book.add_worksheet(stem.title())
            for i, row in enumerate(csv.reader(io.StringIO(written["text"]))):
                sheet.write_row(i, 0, row)


def merged(base: Any, patch: Any) -> Any:
    """Put a patch on nested mappings, by name; `$gone` takes something away."""
    if not isinstance(base, dict) or not isinstance(patch, dict):
        return copy.deepcopy(patch)
    made = dict(base)
    for name, value in patch.items():
        if value == GONE:
            made.pop(name, None)
        else:
            made[name] = merged(made.get(name), value)
    return made


def desk_for(section: Section, *more: dict[str, Any]) -> dict[str, Any]:
    """The small desk in which the mapping of a section is there, with further changes."""
    made: dict[str, Any] = read_data("small_desk.yaml")
    for patch in (section.trial, *more):
        made = merged(made, patch)
    return made


def mapping_at(desk: dict[str, Any], path: str) -> dict[str, Any]:
    """The mapping at a dotted path (numbers are items of lists)."""
    found: Any = desk
    for name in path.split(".") if path else ():
        found = found[int(name)] if isinstance(found, list) else found[name]
    assert isinstance(found, dict), path
    return found


def with_value(section: Section, word: Word, value: Any, *more: dict[str, Any], at: str = "") -> dict[str, Any]:
    """The small desk with a value of a word in its place."""
    desk = desk_for(section, word.trial, *more)
    mapping_at(desk, at or section.tried)[word.name] = copy.deepcopy(value)
    return desk


def loaded(desk: dict[str, Any], folder: Path) -> Scenario:
    """Write a desk into a folder and load it."""
    path = folder / LAST
    path.write_text(yaml.safe_dump(desk, allow_unicode=True, sort_keys=False, width=1000), encoding="utf-8")
    return load(path)
