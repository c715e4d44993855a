"""A roster as a workbook to fill in: people x dates with shift codes, a sheet of codes, and how to use it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sim.scenario.tables.workbook import column_letters
from sim.scenario.tables.writing import NewWorkbook, put_in_place

OFF = "off"
_HEAD = {"bold": True, "bottom": 1, "bg_color": "#DDEBF7"}
_WEEKEND = "#F2F2F2"
_LONGEST_LIST = 255  # characters of a list that a cell offers


class RosterCode(NamedTuple):
    """A shift code: its hours (`09:00-18:00`), its break (`1 h`, `12:00-12:30` or nothing), what it means."""

    code: str
    hours: str
    pause: str = ""
    meaning: str = ""


class RosterRow(NamedTuple):
    """One person: name, agent group, and a code (or `off`) for each date."""

    name: str
    group: str
    codes: tuple[str, ...]


class RosterPlan(NamedTuple):
    """What a roster holds: its dates, its people, its codes."""

    dates: tuple[date, ...]
    people: tuple[RosterRow, ...]
    codes: tuple[RosterCode, ...]


_READ_ME = (
    "How to use this roster",
    "",
    "Sheet Roster: a row for each person, a column for each date. Write a shift code, or hours such as 09:00-18:00, "
    "into each cell.",
    "A day off is off, leave, sick, training, or an empty cell (or 休, 年假, 病假).",
    "The names are the identity of the people: each stands once. Change, add and delete rows and dates as you like.",
    "The column group is the agent group of the scenario. More columns are read if you add them: skills (channels, "
    "with commas), concurrency (chats at a time), speed (1 is the usual one).",
    "",
    "Sheet Codes: the hours of each shift code, and its break: 30 min (each takes it when free, about the middle), or "
    "12:00-12:30 (then). A shift over midnight is 22:00-06:00.",
    "",
    "Dates before and after those of the roster repeat its first and last week.",
    "A long table works, too: the columns name, date, start, end, break, one row for each shift.",
    "",
    "Check it: aftersim validate scenario.yaml names every cell in which something is wrong.",
)


def write_roster_template(path: Path, plan: RosterPlan) -> None:
    """Write a roster as a workbook that `read_roster` reads.

    Parameters
    ----------
    path : the new file; one that is there is never replaced.
    plan : what it holds. Text is written as text, whatever it begins with.

    Raises
    ------
    FileExistsError : if the file is there already.
    OSError : if it cannot be written.
    ValueError : if a person has not one code for each date.
    """
    put_in_place(path, roster_bytes(plan))


def roster_bytes(plan: RosterPlan) -> bytes:
    """Give the workbook of `write_roster_template`."""
    if any(len(person.codes) != len(plan.dates) for person in plan.people):
        raise ValueError("each person needs one code for each date")
    new = NewWorkbook("Roster")
    sheet = new.sheet("Roster")
    for column, word in enumerate(("name", "group")):
        new.write(sheet, 0, column, word, **_HEAD)
    for column, when in enumerate(plan.dates, 2):
        new.write(sheet, 0, column, when, **{**_HEAD, **_shade(when), "num_format": "ddd yyyy-mm-dd", "rotation": 90})
    for row, person in enumerate(plan.people, 1):
        new.write(sheet, row, 0, person.name)
        new.write(sheet, row, 1, person.group)
        for column, (when, code) in enumerate(zip(plan.dates, person.codes, strict=True), 2):
            quiet = {"font_color": "#808080"} if code == OFF else {}
            new.write(sheet, row, column, code, align="center", **_shade(when), **quiet)
    sheet.freeze_panes(1, 2)
    sheet.set_column(0, 1, 16)
    sheet.set_column(2, len(plan.dates) + 1, 7)
    sheet.set_row(0, 95)
    _offer_codes(sheet, plan)
    _write_codes(new, plan.codes)
    write_read_me(new, _READ_ME)
    return new.finish()


def _shade(when: date) -> dict[str, str]:
    return {"bg_color": _WEEKEND} if when.weekday() >= 5 else {}


def _offer_codes(sheet: object, plan: RosterPlan) -> None:
    """Let the cells offer the codes; other words stay allowed."""
    offered = [code.code for code in plan.codes if "," not in code.code] + [OFF]
    if not plan.people or not plan.dates or len(",".join(offered)) > _LONGEST_LIST or not _plain(offered):
        return
    last = column_letters(len(plan.dates) + 1)
    sheet.data_validation(  # type: ignore[attr-defined]
        f"C2:{last}{len(plan.people) + 1}", {"validate": "list", "source": offered, "show_error": False}
    )


def _plain(texts: Sequence[str]) -> bool:
    """Whether a list of texts cannot be taken for a formula."""
    return not texts[0].startswith("=")


def _write_codes(new: NewWorkbook, codes: Sequence[RosterCode]) -> None:
    sheet = new.sheet("Codes")
    for column, (word, width) in enumerate((("shift", 16), ("hours", 24), ("break", 20), ("meaning", 40))):
        new.write(sheet, 0, column, word, **_HEAD)
        sheet.set_column(column, column, width)
    rows = [*codes, RosterCode(OFF, "", "", "day off")]
    for row, code in enumerate(rows, 1):
        for column, text in enumerate(code):
            new.write(sheet, row, column, text)
    sheet.freeze_panes(1, 0)


def write_read_me(new: NewWorkbook, lines: Sequence[str]) -> None:
    """Write the sheet that explains a workbook."""
    sheet = new.sheet("Read me")
    sheet.set_column(0, 0, 100)
    for row, line in enumerate(lines):
        new.write(sheet, row, 0, line, text_wrap=True, **({"bold": True, "font_size": 14} if row == 0 else {}))
