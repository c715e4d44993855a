"""Wide rosters: a row per person, a column per date, shift codes or hours in the cells."""

from __future__ import annotations

import re
from datetime import date

from sim.scenario.readers.rosters.codes import Meaning, meaning_of
from sim.scenario.readers.rosters.layout import Layout, layout_at
from sim.scenario.readers.rosters.people import People, Person, Source
from sim.scenario.readers.rosters.words import header_of, is_people_free, is_weekday_word
from sim.scenario.tables.cell_values import as_text, is_empty
from sim.scenario.tables.workbook import Sheet, address
from sim.scenario.text.problems import Unreadable


def read_wide(people: People, sheet: Sheet, layout: Layout) -> None:
    """Read people x dates; a header row further down starts a new block (the next week)."""
    cells = people.cells
    seen: dict[str, int] = {}
    _note_dates(people, sheet, layout)
    previous: Person | None = None
    known: dict[str, Meaning] = {}  # the same few texts fill a roster
    row = layout.row
    while (row := row + 1) < sheet.n_rows:
        at = layout.person
        text = as_text(sheet.at(row, at))
        header = header_of(sheet.at(row, at), people.own)
        if not text or (header is not None and header.role in ("name", "id")):
            again = layout_at(sheet, row, people.near, people.own) if text else None
            if again is not None and again.dates:
                layout, seen, previous = again, {}, None
                _note_dates(people, sheet, layout)
            elif not text and _says_something(sheet, row, layout):
                rule = "somebody works in this row, and no name stands in it"
                cells.add(sheet, row, at, rule, "write the name, or merge the cells of one person", "")
            continue
        if is_people_free(text):
            continue
        goes_on = previous is not None and row > 0 and sheet.origin(row, at) == sheet.origin(row - 1, at) != (row, at)
        if not goes_on:
            previous = people.person(sheet, row, layout)
            if previous is None:
                continue
            if previous.name in seen:
                first = sheet.spot(seen[previous.name], at)
                rule = f"{previous.name} already has a row ({first})"
                cells.add(sheet, row, at, rule, "keep one, or add a column id", kind="two rows of one person")
                continue
            seen[previous.name] = row
        if previous is not None:
            _read_days(people, sheet, row, layout, previous, goes_on, known)


def _read_days(
    people: People,
    sheet: Sheet,
    row: int,
    layout: Layout,
    person: Person,
    goes_on: bool,
    known: dict[str, Meaning],
) -> None:
    """Read the cells of a row; the second row of a person (`goes_on`) only adds."""
    cells = people.cells
    for column, when in layout.dates:
        value = sheet.at(row, column)
        if goes_on and (is_empty(value) or sheet.origin(row, column)[0] < row):
            continue
        if sheet.faults and cells.fault(sheet, row, column):
            continue
        meaning = known.get(value) if isinstance(value, str) else None
        if meaning is None:
            try:
                meaning = meaning_of(value, people.codes)
            except Unreadable as error:
                cells.add(sheet, row, column, error.rule, error.repair, value)
                continue
            if isinstance(value, str):
                known[value] = meaning
        if meaning.absence is None or not goes_on:
            people.works(person, when, meaning, Source(sheet, row, column))


def _note_dates(people: People, sheet: Sheet, layout: Layout) -> None:
    columns: dict[date, int] = {}
    for column, when in layout.dates:
        if when in columns:
            first = address(layout.row, columns[when])
            people.cells.add(sheet, layout.row, column, f"this date already has the column {first}", "keep one", when)
        columns.setdefault(when, column)
        people.dates.add(when)


def _says_something(sheet: Sheet, row: int, layout: Layout) -> bool:
    """Whether a row without a name holds more than weekdays, numbers (sums) or blanks under the dates."""
    values = [sheet.at(row, column) for column, _ in layout.dates]
    return any(isinstance(v, str) and not is_empty(v) and not is_weekday_word(v) and not _is_number(v) for v in values)


def _is_number(value: str) -> bool:
    return re.fullmatch(r"[\d.,%\s]+", value) is not None
