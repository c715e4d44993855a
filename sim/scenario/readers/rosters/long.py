"""Long rosters: a row per person and shift, with date, start and end, or date and shift code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sim.scenario.model.roster import RosterDuty
from sim.scenario.readers.rosters.codes import LONGEST_DUTY, Meaning, hours_cell, meaning_of, read_breaks
from sim.scenario.readers.rosters.layout import Layout
from sim.scenario.readers.rosters.people import People, Person, Source
from sim.scenario.readers.rosters.words import absence_reason, is_people_free
from sim.scenario.tables.cell_values import as_date, as_date_time, as_minutes, as_text, is_empty
from sim.scenario.tables.workbook import CellValue, Sheet
from sim.scenario.text.problems import Unreadable
from sim.scenario.text.units import as_clock


def read_long(people: People, sheet: Sheet, layout: Layout) -> None:
    """Read a row per person and shift."""
    for row in range(layout.row + 1, sheet.n_rows):
        used = [column for column, _ in layout.columns.values()]
        if all(is_empty(sheet.at(row, column)) for column in used) and not any((row, c) in sheet.faults for c in used):
            continue
        text = as_text(sheet.at(row, layout.person))
        if is_people_free(text):
            continue
        if not text:
            rule = "a name is missing in this row"
            people.cells.add(sheet, row, layout.person, rule, "write it into every row, or merge the cells", "")
            continue
        person = people.person(sheet, row, layout)
        if person is not None:
            _read_shift_row(people, sheet, row, layout, person)


def _read_shift_row(people: People, sheet: Sheet, row: int, layout: Layout, person: Person) -> None:
    cells = people.cells
    column = layout.column

    def value(role: str) -> CellValue:
        at = column(role)
        return "" if at is None else sheet.at(row, at)

    at_date, at_start, at_end, at_shift, at_hours = (column(r) for r in ("date", "start", "end", "shift", "hours"))
    when: date | None = None
    if at_date is not None:
        when = cells.cell(sheet, row, at_date, lambda v: as_date(v, people.near))
        if when is None:
            return
        people.dates.add(when)
    timed = at_start is not None and not is_empty(value("start")) and absence_reason(value("start")) is None
    if timed and at_start is not None and at_end is not None:
        _read_start_end(people, sheet, row, layout, person, when, (at_start, at_end))
        return
    ends = at_end is not None and not is_empty(value("end")) and absence_reason(value("end")) is None
    if at_start is not None and ends and not timed:
        cells.add(sheet, row, at_start, "a duty needs its start", "write a time such as 09:00", value("start"))
        return
    for at, parse in ((at_hours, None), (at_shift, people.codes)):
        if at is None or is_empty(sheet.at(row, at)):
            continue
        meaning = cells.cell(sheet, row, at, lambda v, p=parse: _meaning(v, p))  # type: ignore[misc]
        breaks = _row_breaks(people, sheet, row, layout)
        if meaning is None or breaks is None or when is None:
            if when is None:
                rule = "a shift needs its date"
                cells.add(sheet, row, at, rule, "add a column date", sheet.at(row, at), kind=rule)
            return
        if breaks:
            meaning = meaning._replace(breaks=breaks)
        people.works(person, when, meaning, Source(sheet, row, at))
        return
    if when is not None:
        said = next((r for role in ("reason", "start", "end") if (r := _reason(value(role))) is not None), "off")
        person.absences[when] = said


def _reason(value: CellValue) -> str | None:
    return None if is_empty(value) else absence_reason(value)


def _meaning(value: CellValue, codes: Mapping[str, Meaning] | None) -> Meaning:
    if codes is not None:
        return meaning_of(value, codes)
    reason = absence_reason(value)
    return Meaning(absence=reason) if reason is not None else Meaning(hours_cell(value))


def _row_breaks(people: People, sheet: Sheet, row: int, layout: Layout) -> Any:
    """Breaks of a row: () if it names none, None if they cannot be read."""
    found = layout.columns.get("break")
    if found is None:
        return ()
    at, header = found
    return people.cells.cell(sheet, row, at, lambda v: read_breaks(v, header.unit))


def _read_start_end(
    people: People, sheet: Sheet, row: int, layout: Layout, person: Person, when: date | None, at: tuple[int, int]
) -> None:
    """Read a duty from its start and end: times of a date, or dates with times."""
    cells = people.cells
    start = cells.cell(sheet, row, at[0], lambda v: _moment(v, when, people.near))
    if start is None:
        return
    end = cells.cell(sheet, row, at[1], lambda v: _moment(v, start.date(), people.near))
    breaks = _row_breaks(people, sheet, row, layout)
    if end is None or breaks is None:
        return
    people.dates.add(start.date())
    if when is not None and start.date() != when:
        rule = f"the start lies on another day than the date {when}"
        cells.add(sheet, row, at[0], rule, "write the time only, or the same date", start.isoformat(" ", "minutes"))
        return
    if end <= start and _has_date(sheet.at(row, at[1])):
        rule = f"the duty ends before it starts ({start:%Y-%m-%d %H:%M})"
        cells.add(sheet, row, at[1], rule, "check start and end", sheet.at(row, at[1]), kind="end before start")
        return
    if end == start:
        rule = "a duty that starts and ends at the same time is empty"
        cells.add(sheet, row, at[1], rule, "check start and end", sheet.at(row, at[1]))
        return
    if end < start:
        end += timedelta(days=1)  # over midnight
    midnight = datetime(start.year, start.month, start.day)
    first = int((start - midnight).total_seconds() // 60)
    last = int((end - midnight).total_seconds() // 60)
    if last - first > LONGEST_DUTY:
        people.duty(person, RosterDuty(start=start, end=end), Source(sheet, row, at[1]))
        return
    people.works(person, start.date(), Meaning(((first, last),), breaks), Source(sheet, row, at[0]))


def _has_date(value: CellValue) -> bool:
    try:
        as_minutes(value)
    except Unreadable:
        return True
    return False


def _moment(value: CellValue, when: date | None, near: date) -> datetime:
    """Date and time of a cell; one that holds only a time is of the given date."""
    try:
        minutes = as_minutes(value)
    except Unreadable as no_time:
        try:
            return as_date_time(value, near)
        except Unreadable:
            raise no_time from None
    if when is None:
        raise Unreadable("a date is missing", f"write 2026-03-02 {as_clock(minutes % 1440)}, or add a column date")
    return datetime(when.year, when.month, when.day) + timedelta(minutes=minutes)
