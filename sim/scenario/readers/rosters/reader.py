"""Reading of rosters: named agents with their duties, from a workbook or CSV, wide or long.

Everything that is wrong is noted at once, each with the address of its cell.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from sim.scenario.model.period import Period
from sim.scenario.model.roster import Roster
from sim.scenario.readers.cell_problems import CellProblems
from sim.scenario.readers.reading import Fields, Reading, beside, one_of, words
from sim.scenario.readers.rosters.codes import Meaning, code_columns, read_code_sheet, read_codes
from sim.scenario.readers.rosters.dates import check_dates, warn_of_long_duties
from sim.scenario.readers.rosters.layout import Layout, find_layout, header_words, own_headers
from sim.scenario.readers.rosters.long import read_long
from sim.scenario.readers.rosters.people import People, Person, agent_of, plain_name
from sim.scenario.readers.rosters.wide import read_wide
from sim.scenario.readers.rosters.words import HEADERS, READ_ME, header_of
from sim.scenario.readers.workbook_reader import read_named_workbook
from sim.scenario.tables.workbook import Sheet, Workbook
from sim.scenario.text.nodes import Node, Scalar
from sim.scenario.text.problems import Unreadable, name_repair
from sim.scenario.text.spelling import alike

MOST_ROWS = 100_000
ROSTER = ("file", "sheet", "group", "codes", "columns", "outside")


def read_roster(
    reading: Reading,
    node: Node,
    path: str,
    period: Period,
    known_skills: Collection[str],
    *,
    group: str | None = None,
    known_groups: Collection[str] = (),
    time_zone: str | None = None,
    every: bool = False,
) -> Roster | None:
    """Read `{file: roster.xlsx}` of an agent group.

    Parameters
    ----------
    reading, node, path : what to read and where problems go. The node is the name of the file, or a mapping with `file`
        and, if wanted, `sheet`, `group` (what the file calls this group), `codes` (hours by shift code), `columns`
        (what the file calls its columns: `{start: Dienstbeginn}`) and `outside` (`repeat`, the default, or `nobody`).
    period : gives the year of dates without one, and the dates that should be planned.
    known_skills : names of channels and contact types that the column of skills may hold.
    group : name of the agent group. Where the roster has a column of groups only its rows are taken.
    known_groups : names of all agent groups, to find misspelled ones.
    time_zone : in which the times are written; None: that of the scenario.
    every : note every wrong cell in full, as `annotated_copy` needs it; else many alike are counted.

    Returns
    -------
    The roster, or None if anything is wrong; all of it is noted, each with its cell (`roster.xlsx:Sheet1!C12`).
    """
    asked = _read_words(reading, node, path)
    if asked is None:
        return None
    book = read_named_workbook(reading, asked.file, path if isinstance(node, Scalar) else f"{path}.file")
    if book is None:
        return None
    near = period.local(period.length / 2.0).date()
    cells = CellProblems(reading, path, every)
    roster = People(cells, {}, near, asked.columns, known_skills)
    for sheet in book.sheets:
        if code_columns(sheet) is not None and find_layout(sheet, near, asked.columns) is None:
            roster.codes |= read_code_sheet(cells, sheet)
    roster.codes |= asked.codes
    name = group if asked.group is None else asked.group
    sheets = _roster_sheets(reading, path, book, asked, name, near)
    for sheet, layout in sheets:
        if sheet.n_rows > MOST_ROWS:
            rule = f"a roster has at most {MOST_ROWS:,} rows, this one has {sheet.n_rows:,}"
            reading.problem(sheet.place(MOST_ROWS, 0), path, rule, "leave out what lies far from the period")
            return None
        roster.guessed = roster.guessed or layout.guessed
        (read_wide if layout.dates else read_long)(roster, sheet, layout)
    roster.check_overlaps()
    if not cells.done() or not sheets:
        return None
    people = _of_group(reading, asked.file, path, roster, name, known_groups)
    if people is None or not _has_people(reading, sheets[0][0], path, people):
        return None
    if not check_dates(reading, asked.file, path, roster, people, period, asked.repeat):
        return None
    warn_of_long_duties(reading, path, roster, people)
    for one, first in alike(person.name for person in people):
        rule = f"{one} and {first} are two people: only capitals or the width of their characters tell them apart"
        reading.warn(asked.file, path, rule, "write a name always in the same way")
    return Roster(
        file=os.path.abspath(beside(asked.file.place.file, asked.file.text)),  # noqa: PTH100 - text, no access
        agents=tuple(agent_of(person) for person in people),
        first=min(roster.dates),
        last=max(roster.dates),
        outside="repeat" if asked.repeat else "nobody",
        time_zone=time_zone,
    )


class _Asked(NamedTuple):
    """What the scenario says about the file."""

    file: Scalar
    sheet: Scalar | None = None
    group: str | None = None
    codes: dict[str, Meaning] = {}  # noqa: RUF012 - never changed
    columns: dict[str, str] = {}  # noqa: RUF012 - never changed
    repeat: bool = True


def _read_words(reading: Reading, node: Node, path: str) -> _Asked | None:
    if isinstance(node, Scalar):
        return _Asked(node)
    mapping = reading.mapping(node, path, "a roster such as {file: roster.xlsx}")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, ROSTER)
    sheet = fields.node("sheet")
    if sheet is not None and reading.text(sheet, f"{path}.sheet", words) is None:
        return None
    group = fields.take("group", lambda r, n, p: r.text(n, p, words), None)
    outside = fields.take("outside", lambda r, n, p: r.text(n, p, one_of("repeat", "nobody")), "repeat")
    codes_node, columns_node, file = (fields.node(name) for name in ("codes", "columns", "file"))
    codes = {} if codes_node is None else read_codes(reading, codes_node, f"{path}.codes")
    columns = {} if columns_node is None else _own_columns(reading, columns_node, f"{path}.columns")
    if file is None:
        reading.problem(mapping, f"{path}.file", "a roster needs its file", "add file: roster.xlsx")
        return None
    if reading.text(file, f"{path}.file", words) is None or not isinstance(file, Scalar) or codes is None:
        return None
    return _Asked(file, sheet if isinstance(sheet, Scalar) else None, group, codes, columns, outside == "repeat")


def _own_columns(reading: Reading, node: Node, path: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in reading.mapping(node, path, "a mapping such as {start: Dienstbeginn}") or ():
        if entry.key not in HEADERS:
            reading.unknown(entry, path, tuple(HEADERS))
            continue
        name = reading.text(entry.value, f"{path}.{entry.key}", words)
        if name is not None:
            found[entry.key] = name
    return own_headers(found)


def _roster_sheets(
    reading: Reading, path: str, book: Workbook, asked: _Asked, group: str | None, near: date
) -> list[tuple[Sheet, Layout]]:
    """Choose the sheets to read: the one that is named, that of the group, or every one that is a roster."""
    by_name = {plain_name(sheet.name): sheet for sheet in book.sheets}
    if asked.sheet is not None:
        try:
            chosen: Sequence[Sheet] = [book.sheet(asked.sheet.text)]
        except Unreadable as error:
            reading.problem(asked.sheet, f"{path}.sheet", error.rule, error.repair, asked.sheet.text)
            return []
    elif group is not None and plain_name(group) in by_name:
        chosen = [by_name[plain_name(group)]]
    else:
        chosen = [s for s in book.sheets if not s.hidden and s.name.lower() not in READ_ME]
    layouts = [(sheet, find_layout(sheet, near, asked.columns)) for sheet in chosen]
    found = [(sheet, layout) for sheet, layout in layouts if layout is not None]
    if not found:
        _no_roster(reading, path, next(iter(chosen), book.sheets[0]), asked.columns)
    return found


def _no_roster(reading: Reading, path: str, sheet: Sheet, own: dict[str, str]) -> None:
    rule = (
        "no roster is found: a row with a column name and one column per date is expected, or with the columns "
        "name, date, start, end (or name, date, shift)"
    )
    header = header_words(sheet)
    known = [word for names in HEADERS.values() for word in names]
    strange = [word.lower() for word in header if header_of(word, own) is None]
    near_word = next((f"{w}: {r}" for w in strange if (r := name_repair(w, known)).startswith("did you")), None)
    said = f"the first row says {', '.join(header)}" if header else None
    reading.problem(sheet.place(0, 0), path, rule, near_word or said)


def _of_group(
    reading: Reading, node: Node, path: str, roster: People, group: str | None, known: Collection[str]
) -> list[Person] | None:
    """Take the people of one group where the roster names groups; say which groups nobody knows."""
    people = list(roster.by_name.values())
    named = sorted({p.group for p in people if p.group is not None})
    if not named or group is None:
        return people
    wished = [p for p in people if p.group is not None and plain_name(p.group) == plain_name(group)]
    if not wished:
        repair = f"{name_repair(group, named)} - say group: and its name in the file"
        reading.problem(node, path, f"nobody of the roster belongs to the group {group}", repair)
        return None
    plain_known = {plain_name(name) for name in (*known, group)}
    for other in named if known else ():
        if plain_name(other) not in plain_known:
            n = sum(1 for p in people if p.group == other)
            rule = f"{n} {'person' if n == 1 else 'people'} of the roster {'is' if n == 1 else 'are'} left out"
            reading.warn(node, path, f"there is no agent group {other}: {rule}", name_repair(other, known))
    return wished


def _has_people(reading: Reading, sheet: Sheet, path: str, people: Sequence[Person]) -> bool:
    if not people:
        reading.problem(sheet.place(0, 0), path, "the roster has a header and no people")
    elif not any(p.duties for p in people):
        reading.problem(sheet.place(0, 0), path, "nobody of the roster works on any day")
    else:
        return True
    return False
