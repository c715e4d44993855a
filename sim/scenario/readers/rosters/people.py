"""The people of a roster as its rows are read: who, with which duties, and what does not fit together."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sim.scenario.model.roster import RosterAbsence, RosterAgent, RosterBreak, RosterDuty
from sim.scenario.readers.cell_problems import CellProblems
from sim.scenario.readers.rosters.codes import LONGEST_DUTY, Meaning, factor, fitted_breaks, whole_number
from sim.scenario.readers.rosters.layout import Layout
from sim.scenario.tables.cell_values import as_text, is_empty
from sim.scenario.tables.workbook import Sheet
from sim.scenario.text.problems import Unreadable, name_repair
from sim.scenario.text.units import plain

MOST_PEOPLE = 10_000
LONG_DUTY = 840  # min; longer ones are doubted
_OVERLAP = "two duties of one agent overlap"


@dataclass(slots=True)
class Source:
    """Where something is written."""

    sheet: Sheet
    row: int
    column: int


@dataclass(slots=True)
class Person:
    """A person while the roster is read."""

    name: str
    place: Source
    title: str | None = None
    group: str | None = None
    skills: tuple[str, ...] | None = None
    concurrency: int | None = None
    speed: float | None = None
    duties: list[tuple[RosterDuty, Source]] = field(default_factory=list)
    absences: dict[date, str] = field(default_factory=dict)


class People:
    """The people of a roster while it is read.

    Parameters
    ----------
    cells : where problems go.
    codes : known shift codes.
    near : a date within the period.
    own : what this desk calls its columns.
    known_skills : names that the column of skills may hold.

    Attributes
    ----------
    by_name : everybody, in the order of the roster.
    dates : the dates that the roster plans.
    guessed : the month that was taken for bare day numbers, or None.
    long_duties : duties that may have start and end swapped: where, who, how long [min].
    """

    def __init__(
        self, cells: CellProblems, codes: dict[str, Meaning], near: date, own: dict[str, str], known: Collection[str]
    ) -> None:
        self.cells, self.codes, self.near, self.own, self.known_skills = cells, codes, near, own, known
        self.by_name: dict[str, Person] = {}
        self.dates: set[date] = set()
        self.guessed: str | None = None
        self.long_duties: list[tuple[Source, str, float]] = []
        self._skills: dict[str, tuple[str, ...]] = {}

    def person(self, sheet: Sheet, row: int, layout: Layout) -> Person | None:
        """The person of a row, with what the row says about them; None if it names nobody."""
        at = layout.person
        name = as_text(sheet.at(row, at))
        if self.cells.fault(sheet, row, at):
            return None
        at_id = layout.column("id")
        key = as_text(sheet.at(row, at_id)) if at_id is not None else ""
        title = name if key and key != name else None
        if at_id is not None and not key and layout.column("name") is not None:
            self.cells.add(sheet, row, at_id, "everybody has an id in this roster, and here is none", "add it", "")
            return None
        key = key or name
        if len(key) > 100:
            self.cells.add(sheet, row, at, "a name of at most 100 characters is expected", None, key)
            return None
        found = self.by_name.get(key)
        if found is None:
            if len(self.by_name) >= MOST_PEOPLE:
                self.cells.add(sheet, row, at, f"a roster has at most {MOST_PEOPLE:,} people", kind="people")
                return None
            found = self.by_name[key] = Person(key, Source(sheet, row, at), title)
        elif found.title != title:
            rule = f"the id {key} belongs to {found.title or key} already ({_where(found.place, sheet)})"
            self.cells.add(sheet, row, at, rule, "give everybody an id of their own", name, kind="one id, two names")
        self._attributes(found, sheet, row, layout)
        return found

    def _attributes(self, person: Person, sheet: Sheet, row: int, layout: Layout) -> None:
        for role, parse in (("group", as_text), ("concurrency", whole_number), ("speed", factor)):
            at = layout.column(role)
            if at is None or (role != "group" and is_empty(sheet.at(row, at))):
                continue
            value: Any = self.cells.cell(sheet, row, at, parse)
            if value == "":
                rule = "a group is missing in this row"
                self.cells.add(sheet, row, at, rule, "write the name of the agent group", "")
            elif value is not None:
                self._attribute(person, role, value, sheet, row, at)
        at = layout.column("skills")
        if at is not None and not is_empty(sheet.at(row, at)):
            skills = self._read_skills(sheet, row, at)
            if skills is not None:
                self._attribute(person, "skills", skills, sheet, row, at)

    def _attribute(self, person: Person, role: str, value: Any, sheet: Sheet, row: int, column: int) -> None:
        known = getattr(person, role)
        if role == "group" and known is not None and plain_name(known) == plain_name(value):
            return
        if known is not None and known != value:
            said = ", ".join(known) if isinstance(known, tuple) else plain(known) if isinstance(known, float) else known
            rule = f"{person.name} has the {role} {said} in a row above"
            repair = "write the same in every row"
            self.cells.add(sheet, row, column, rule, repair, sheet.at(row, column), kind=f"two {role} of one person")
            return
        setattr(person, role, value)

    def _read_skills(self, sheet: Sheet, row: int, column: int) -> tuple[str, ...] | None:
        text = as_text(sheet.at(row, column))
        if text in self._skills:
            return self._skills[text]
        found: list[str] = []
        good = not self.cells.fault(sheet, row, column)
        for part in (p.strip() for p in re.split(r"[,;/|+、\n]", text)):
            if not part:
                continue
            known = next((s for s in self.known_skills if s.casefold() == part.casefold()), None)
            if known is None:
                repair = name_repair(part, self.known_skills)
                self.cells.add(sheet, row, column, "there is no such channel or contact type", repair, part)
                good = False
            elif known not in found:
                found.append(known)
        if not good:
            return None
        self._skills[text] = tuple(found)
        return self._skills[text]

    def works(self, person: Person, when: date, meaning: Meaning, source: Source) -> None:
        """Note the duties of a date, or why there are none."""
        if meaning.absence is not None:
            person.absences[when] = meaning.absence
            return
        midnight = datetime(when.year, when.month, when.day)
        try:
            breaks = fitted_breaks(meaning.spans, meaning.breaks)
        except Unreadable as error:
            self.cells.add(source.sheet, source.row, source.column, error.rule, error.repair)
            return
        for (start, end), pauses in zip(meaning.spans, breaks, strict=True):
            made = tuple(
                RosterBreak(start=None if p.start is None else midnight + timedelta(minutes=p.start), length=p.length)
                for p in pauses
            )
            begin, finish = midnight + timedelta(minutes=start), midnight + timedelta(minutes=end)
            self.duty(person, RosterDuty(start=begin, end=finish, breaks=made), source)

    def duty(self, person: Person, duty: RosterDuty, source: Source) -> None:
        """Note one duty."""
        minutes = (duty.end - duty.start).total_seconds() / 60.0
        if minutes > LONGEST_DUTY:
            rule = f"a duty of at most 24 h is expected, this one lasts {plain(round(minutes / 60, 2))} h"
            value = source.sheet.at(source.row, source.column)
            at = (source.sheet, source.row, source.column)
            self.cells.add(*at, rule, "check start and end", value, kind="duties longer than 24 h")
            return
        if minutes > LONG_DUTY:
            self.long_duties.append((source, person.name, minutes))
        person.duties.append((duty, source))

    def check_overlaps(self) -> None:
        """Note where somebody works twice at the same time."""
        for person in self.by_name.values():
            person.duties.sort(key=lambda item: (item[0].start, item[0].end))
            latest: tuple[RosterDuty, Source] | None = None
            for duty, source in person.duties:
                if latest is not None and duty.start < latest[0].end:
                    before, at = latest
                    rule = f"{person.name} already works {shown_duty(before)} then ({_where(at, source.sheet)})"
                    here = (source.sheet, source.row, source.column)
                    self.cells.add(*here, rule, "keep one of the two", shown_duty(duty), kind=_OVERLAP)
                if latest is None or duty.end > latest[0].end:
                    latest = (duty, source)


def _where(source: Source, beside_sheet: Sheet) -> str:
    spot = source.sheet.spot(source.row, source.column)
    return spot if source.sheet is beside_sheet else f"{source.sheet.name}!{spot}"


def plain_name(name: str) -> str:
    """A name of a group as it is compared: `Phone team` and `phone_team` are the same."""
    return re.sub(r"\W+", "_", as_text(name).casefold()).strip("_")


def shown_duty(duty: RosterDuty) -> str:
    """A duty in words."""
    until = f"{duty.end:%H:%M}" if duty.end.date() == duty.start.date() else f"{duty.end:%Y-%m-%d %H:%M}"
    return f"{duty.start:%Y-%m-%d %H:%M}-{until}"


def agent_of(person: Person) -> RosterAgent:
    """The person as the model knows them."""
    return RosterAgent(
        name=person.name,
        group=person.group,
        skills=person.skills,
        concurrency=person.concurrency,
        speed=1.0 if person.speed is None else person.speed,
        duties=tuple(duty for duty, _ in person.duties),
        absences=tuple(RosterAbsence(date=d, reason=r) for d, r in sorted(person.absences.items())),
        title=person.title,
    )
