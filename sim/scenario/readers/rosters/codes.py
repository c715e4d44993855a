"""What the cells of a roster mean: hours, shift codes, breaks, absences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple

from sim.scenario.readers.cell_problems import CellProblems
from sim.scenario.readers.reading import Fields, Reading
from sim.scenario.readers.rosters.words import Header, absence_reason, header_of
from sim.scenario.tables.cell_values import as_minutes, as_number, as_text, is_empty
from sim.scenario.tables.workbook import CellValue, Sheet
from sim.scenario.text.nodes import MappingNode, Node, Scalar
from sim.scenario.text.problems import Unreadable, name_repair
from sim.scenario.text.units import as_span, duration

CODE = ("hours", "break", "absence")
LONGEST_BREAK = 480  # min
LONGEST_DUTY = 1440  # min
_SPAN = re.compile(r"(.+?)\s*(?:-|–|—|~|〜|to|至|到)\s*(.+)")
_BETWEEN = re.compile(r"[,;/+&、\n]|\s{2,}|(?<=\d)\s+(?=\d)")
_CLOCK_LIKE = re.compile(r"\d{1,2}(:\d{2}){0,2}")
_CHINESE_LENGTH = (
    (re.compile(r"(\d+(?:\.\d+)?)\s*(?:分钟|分)"), 1.0),
    (re.compile(r"(\d+(?:\.\d+)?)\s*(?:小时|个小时)"), 60.0),
)
_NO_BREAK = frozenset({"", "-", "–", "none", "no", "keine", "无", "没有", "0"})


class Pause(NamedTuple):
    """A break: start [min after midnight of the duty's day; None: staggered] and length [min]."""

    start: int | None
    length: float


class Meaning(NamedTuple):
    """What a cell of a roster says: spans of work [min after midnight] with their breaks, or a reason for none; and how
    its code is spelled."""

    spans: tuple[tuple[int, int], ...] = ()
    breaks: tuple[Pause, ...] = ()
    absence: str | None = None
    code: str = ""


def read_hours(text: str) -> tuple[tuple[int, int], ...]:
    """Read hours as people write them into rosters.

    Parameters
    ----------
    text : `09:00-18:00`, `9-18`, `9:00 AM - 6:00 PM`, `08:00~12:00, 14:00~18:00`, `22:00至6:00`.

    Returns
    -------
    Spans [from, to) in minutes after midnight; one over midnight ends past 1440.

    Raises
    ------
    Unreadable : if it is none, or spans overlap.

    Examples
    --------
    >>> read_hours("9-13/14:00-18:00"), read_hours("22:00～6:00")
    (((540, 780), (840, 1080)), ((1320, 1800),))
    """
    plain = as_text(text)
    if len(plain) > 100:
        raise Unreadable("hours such as 09:00-18:00 are expected")
    spans = [_span(part.strip()) for part in _BETWEEN.split(_glued(plain)) if part.strip()]
    if not spans:
        raise Unreadable("hours such as 09:00-18:00 are expected")
    ordered = sorted(spans)
    for (a, b), (c, _) in pairwise(ordered):
        if c < b:
            raise Unreadable(f"{as_span(a, b)} overlaps with what follows it")
    return tuple(ordered)


def _glued(text: str) -> str:
    """Take blanks around the dash away, so that blanks separate spans."""
    return re.sub(r"\s*(-|–|—|~|〜|至|到)\s*", r"\1", re.sub(r"\s+to\s+", "-", text))


def _span(text: str) -> tuple[int, int]:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise Unreadable("hours such as 09:00-18:00 are expected")
    start, end = _end_of_span(match[1]), _end_of_span(match[2])
    if start == end:
        raise Unreadable("hours that start and end at the same time are empty", "write 00:00-24:00 for the whole day")
    if start >= 1440:
        raise Unreadable("hours start before 24:00")
    return start, end if end > start else end + 1440


def _end_of_span(text: str) -> int:
    bare = text.strip()
    return as_minutes(f"{bare}:00" if re.fullmatch(r"\d{1,2}", bare) else bare)


def read_breaks(value: CellValue, unit: str | None = None) -> tuple[Pause, ...]:
    """Read the breaks of a duty.

    Parameters
    ----------
    value : `30 min`, `1 h`, `45分钟`, `12:00-12:30`, several with commas, a time cell 00:30, or nothing.
    unit : `min` or `h` if the header of the column names it: then bare numbers are read.

    Raises
    ------
    Unreadable : if it is none of these.

    Examples
    --------
    >>> read_breaks("12:00-12:30, 15 min")
    (Pause(start=720, length=30.0), Pause(start=None, length=15.0))
    >>> read_breaks(45.0, "min")
    (Pause(start=None, length=45.0),)
    """
    if isinstance(value, (time, timedelta)):
        return _length(float(as_minutes(value)))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if unit is not None:
            return _length(value * (60.0 if unit == "h" else 1.0))
        if isinstance(value, float) and 0 < value < 1:
            return _length(float(as_minutes(value)))
        text = as_text(value)
        raise Unreadable("a break with its unit is expected", f"write {text} min, or call the column break (min)")
    text = as_text(value)
    if text.lower() in _NO_BREAK:
        return ()
    found: list[Pause] = []
    for part in re.split(r"[,;、+\n]", text):
        part = part.strip()
        if not part:
            continue
        if _SPAN.fullmatch(_glued(part)) and not _as_length(part):
            start, end = _span(_glued(part))
            found.append(Pause(start, float(end - start)))
        else:
            found += _length(_break_length(part, unit))
    return tuple(found)


def _as_length(text: str) -> bool:
    try:
        duration(text)
    except Unreadable:
        return False
    return True


def _break_length(text: str, unit: str | None) -> float:
    for pattern, factor in _CHINESE_LENGTH:
        match = pattern.fullmatch(text)
        if match is not None:
            return float(match[1]) * factor
    if re.fullmatch(r"\d+(\.\d+)?", text):
        if unit is None:
            raise Unreadable("a break with its unit is expected", f"write {text} min, or call the column break (min)")
        return float(text) * (60.0 if unit == "h" else 1.0)
    if re.fullmatch(r"0?[0-3]:\d{2}", text):
        return float(as_minutes(text))
    if _CLOCK_LIKE.fullmatch(text):
        raise Unreadable("a break needs its length", f"write {text}- and its end, or 30 min")
    try:
        return duration(text)
    except Unreadable:
        raise Unreadable("a break such as 30 min or 12:00-12:30 is expected") from None


def _length(minutes: float) -> tuple[Pause, ...]:
    if not 0 <= minutes <= LONGEST_BREAK:
        raise Unreadable(f"a break of at most {LONGEST_BREAK // 60} h is expected")
    return (Pause(None, minutes),) if minutes > 0 else ()


def fitted_breaks(spans: tuple[tuple[int, int], ...], breaks: tuple[Pause, ...]) -> list[tuple[Pause, ...]]:
    """Give each span of work its breaks: fixed ones to the span they lie in, staggered ones to the longest.

    Raises
    ------
    Unreadable : if a break lies outside, or is not shorter than what it interrupts.
    """
    found: list[list[Pause]] = [[] for _ in spans]
    for pause in breaks:
        if pause.start is None:
            at = max(range(len(spans)), key=lambda i: spans[i][1] - spans[i][0])
            found[at].append(pause)
            continue
        for i, (start, end) in enumerate(spans):
            first = pause.start if pause.start >= start else pause.start + 1440
            if start <= first and first + pause.length <= end:
                found[i].append(Pause(first, pause.length))
                break
        else:
            hours = " ".join(as_span(a, b) for a, b in spans)
            raise Unreadable(f"a break lies within its shift {hours}", "move it")
    for (start, end), pauses in zip(spans, found, strict=True):
        if not sum(p.length for p in pauses) < end - start:
            raise Unreadable("a break is shorter than its shift")
        fixed = sorted((p.start, p.start + p.length) for p in pauses if p.start is not None)
        if any(c < b for (_, b), (c, _) in pairwise(fixed)):
            raise Unreadable("two breaks of a shift overlap")
    return [tuple(sorted(p, key=lambda x: (x.start is None, x.start or 0))) for p in found]


def code_key(text: str) -> str:
    """A shift code as it is compared: `e1`, `Ｅ1` and ` E1` are the same."""
    return as_text(text).casefold()


def read_codes(reading: Reading, node: Node, path: str) -> dict[str, Meaning] | None:
    """Read `codes: {E: 07:00-15:30, L: {hours: 14:00-22:30, break: 30 min}, U: leave}` of a scenario."""
    mapping = reading.mapping(node, path, "a mapping of shift codes such as {E: 07:00-15:30}")
    if mapping is None:
        return None
    found: dict[str, Meaning] = {}
    good = True
    for entry in mapping:
        meaning = _written_code(reading, entry.value, f"{path}.{entry.key}")
        if meaning is None:
            good = False
        else:
            found[code_key(entry.key)] = meaning._replace(code=entry.key)
    return found if good else None


def _written_code(reading: Reading, node: Node, path: str) -> Meaning | None:
    if not isinstance(node, MappingNode):
        return reading.text(node, path, _hours_or_reason)
    fields = Fields(reading, node, path, CODE)
    absence = fields.node("absence")
    if absence is not None:
        reason = reading.text(absence, f"{path}.absence", lambda text: absence_reason(text) or text)
        return None if reason is None else Meaning(absence=reason)
    rule, repair = "a code needs its hours", "add hours: 09:00-18:00"
    spans = fields.need("hours", lambda r, n, p: r.text(n, p, read_hours), rule, repair)
    none: tuple[Pause, ...] = ()
    breaks = fields.take("break", lambda r, n, p: r.text(n, p, read_breaks), none)
    if spans is None:
        return None
    try:
        fitted_breaks(spans, breaks)
    except Unreadable as error:
        at = fields.node("break")
        got = at.text if isinstance(at, Scalar) else None
        reading.problem(node if at is None else at, f"{path}.break", error.rule, error.repair, got)
        return None
    return Meaning(spans, breaks)


def _hours_or_reason(text: str) -> Meaning:
    reason = absence_reason(text) if text else None
    if reason is not None:
        return Meaning(absence=reason)
    try:
        return Meaning(read_hours(text))
    except Unreadable as error:
        if error.rule.startswith("hours such as"):
            rule = "hours such as 09:00-18:00, or a reason such as off, leave or sick, are expected"
            raise Unreadable(rule, error.repair) from None
        raise


def code_columns(sheet: Sheet) -> tuple[int, dict[str, tuple[int, Header]]] | None:
    """Find the header of a sheet of shift codes: its row, and its columns by what they mean; None if it is none."""
    for row in range(min(sheet.n_rows, 15)):
        found: dict[str, tuple[int, Header]] = {}
        for column in range(min(sheet.n_columns, 30)):
            header = header_of(sheet.at(row, column))
            if header is not None and header.role not in found:
                found[header.role] = (column, header)
        if "name" in found or "date" in found:
            return None
        if "shift" in found and ("hours" in found or {"start", "end"} <= set(found)):
            return row, found
    return None


def read_code_sheet(cells: CellProblems, sheet: Sheet) -> dict[str, Meaning]:
    """Read the sheet that says what the shift codes mean: code, hours (or start and end), break, absence."""
    layout = code_columns(sheet)
    if layout is None:
        return {}
    header_row, columns = layout
    found: dict[str, Meaning] = {}
    lines: dict[str, int] = {}
    at_code = columns["shift"][0]
    for row in range(header_row + 1, sheet.n_rows):
        value = sheet.at(row, at_code)
        if is_empty(value):
            continue
        code = code_key(as_text(value))
        if code in found:
            first = sheet.spot(lines[code], at_code)
            cells.add(sheet, row, at_code, f"this code is already given ({first})", "keep one of the two", value)
            continue
        meaning = _code_row(cells, sheet, row, columns)
        if meaning is None:
            meaning = Meaning(absence="unreadable")  # said once here, not again in every cell that has the code
        found[code], lines[code] = meaning._replace(code=as_text(value)), row
    return found


def _code_row(cells: CellProblems, sheet: Sheet, row: int, columns: Mapping[str, tuple[int, Header]]) -> Meaning | None:
    reason = absence_reason(sheet.at(row, columns["reason"][0])) if "reason" in columns else "off"
    said = as_text(sheet.at(row, columns["reason"][0])) if "reason" in columns else ""
    spans: tuple[tuple[int, int], ...] | None
    if "hours" in columns and not is_empty(sheet.at(row, columns["hours"][0])):
        at = columns["hours"][0]
        if absence_reason(sheet.at(row, at)) is not None:
            return Meaning(absence=absence_reason(sheet.at(row, at)))
        spans = cells.cell(sheet, row, at, hours_cell)
    elif {"start", "end"} <= set(columns) and any(not is_empty(sheet.at(row, columns[w][0])) for w in ("start", "end")):
        at = columns["start"][0]
        start = cells.cell(sheet, row, at, as_minutes)
        end = cells.cell(sheet, row, columns["end"][0], as_minutes)
        spans = None if start is None or end is None else ((start, end if end > start else end + 1440),)
    else:
        own = absence_reason(as_text(sheet.at(row, columns["shift"][0])))
        return Meaning(absence=own if own is not None else said or reason or "off")
    breaks: tuple[Pause, ...] | None = ()
    if "break" in columns:
        at_break, header = columns["break"]
        breaks = cells.cell(sheet, row, at_break, lambda value: read_breaks(value, header.unit))
    if spans is None or breaks is None:
        return None
    try:
        fitted_breaks(spans, breaks)
    except Unreadable as error:
        cells.add(sheet, row, columns["break"][0], error.rule, error.repair, sheet.at(row, columns["break"][0]))
        return None
    return Meaning(spans, breaks)


def hours_cell(value: CellValue) -> tuple[tuple[int, int], ...]:
    """Hours of a cell, or why it holds none."""
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        raise Unreadable(
            f"hours such as 09:00-18:00 are expected, and here is the date {day}",
            "Excel may have turned 9-18 into a date: make the cell a text and write 09:00-18:00",
        )
    if isinstance(value, str):
        return read_hours(value)
    raise Unreadable("hours such as 09:00-18:00 are expected", "write start and end")


def meaning_of(value: CellValue, codes: Mapping[str, Meaning]) -> Meaning:
    """What a cell of a wide roster says.

    Parameters
    ----------
    value : the cell.
    codes : known shift codes, by `code_key`.

    Raises
    ------
    Unreadable : if it is no code, no hours and no absence.
    """
    text = as_text(value)
    if isinstance(value, date):
        hours_cell(value)
    known = codes.get(text.casefold())
    if known is not None:
        return known
    reason = absence_reason(value)
    if reason is not None:
        return Meaning(absence=reason)
    if isinstance(value, (time, timedelta, bool)):
        raise Unreadable("a shift code or hours such as 09:00-18:00 are expected", "write start and end")
    parts = [part.strip().casefold() for part in re.split(r"[/+,;、\n]", text) if part.strip()]
    if len(parts) > 1 and all(part in codes for part in parts):
        return _joined([codes[part] for part in parts])
    if isinstance(value, str) and re.search(r"\d", text) and _SPAN.search(_glued(text)):
        return Meaning(read_hours(text))
    if not codes:
        raise Unreadable(
            "this shift code has no hours",
            f"say codes: {{{text[:20]}: 09:00-18:00}}, add a sheet Codes, or write hours into the cells",
        )
    raise Unreadable(
        "there is no such shift code", name_repair(text, dict.fromkeys([*(m.code for m in codes.values()), "off"]))
    )


def _joined(meanings: list[Meaning]) -> Meaning:
    """Two shifts on one day."""
    working = [m for m in meanings if m.absence is None]
    if not working:
        return meanings[0]
    spans = sorted(span for m in working for span in m.spans)
    for (_, b), (c, _) in pairwise(spans):
        if c < b:
            raise Unreadable("the shifts of this cell overlap")
    return Meaning(tuple(spans), tuple(p for m in working for p in m.breaks))


def whole_number(value: CellValue) -> int:
    """A whole number from 1 to 50: contacts at a time."""
    number = as_number(value)
    if number != int(number) or not 1 <= number <= 50:
        raise Unreadable("a whole number from 1 to 50 is expected")
    return int(number)


def factor(value: CellValue) -> float:
    """A factor on the working speed."""
    number = as_number(value)
    if not 0 < number <= 10:
        raise Unreadable("a factor above zero, at most 10, is expected", "write 1 for the usual speed")
    return number
