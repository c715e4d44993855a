"""Reading of tables by time: weekday and time, or date and time; from CSV or written out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

from sim.scenario.model.cells import CELLS, DatedCells, Numbers, WeeklyCells
from sim.scenario.model.period import Period
from sim.scenario.readers.reading import Fields, Reading, RowProblems, read_numbers
from sim.scenario.text.nodes import MappingNode, Node, SequenceNode
from sim.scenario.text.problems import Unreadable
from sim.scenario.text.tables import Table
from sim.scenario.text.units import WEEKDAYS, as_clock, clock, date_time, day, duration, number, seven

LARGEST = 10_000_000.0


def read_cell_length(reading: Reading, node: Node, path: str) -> int | None:
    """Read the length of a table's cells."""

    def parse(text: str) -> int:
        minutes = duration(text)
        if minutes not in CELLS:
            raise Unreadable(f"cells last {', '.join(map(str, CELLS[:-1]))} or {CELLS[-1]} min")
        return int(minutes)

    return reading.scalar(node, path, parse, "the cells of a table are as long as they are: this has no range")


def read_table_factor(fields: Fields) -> float | None:
    """Read the factor on all numbers of a table, which `times 1.1` in a policy writes; 1 without one."""
    return fields.take("factor", lambda r, n, p: r.scalar(n, p, lambda text: number(text, 0.0, LARGEST)), 1.0)


def read_cells(
    reading: Reading, node: MappingNode, path: str, column: str, period: Period, known: tuple[str, ...]
) -> WeeklyCells | DatedCells | None:
    """Read a table by time.

    Parameters
    ----------
    reading, node, path : what to read and where problems go. The node has `file`, `weekly` or `dated`, `cell`
        (default 30 min) and `factor` (default 1).
    column : the CSV column with the numbers.
    period : gives the calendar.
    known : the fields the mapping may have.
    """
    fields = Fields(reading, node, path, known)
    cell = fields.take("cell", read_cell_length, 30)
    factor = read_table_factor(fields)
    said = [word for word in ("file", "weekly", "dated") if word in node]
    if len(said) != 1:
        reading.problem(node, path, "a table is given by file, weekly or dated, one of them", "add file: table.csv")
        return None
    table = node.entries[said[0]].value

    def read() -> WeeklyCells | DatedCells | None:
        return _read_table(reading, said[0], table, path, column, period, cell)

    found = reading.once(table, f"{path}.table", read)  # a factor that is drawn anew reads no file
    return found if found is None or factor is None else scaled_cells(found, factor)


def scaled_cells(cells: WeeklyCells | DatedCells, factor: float) -> WeeklyCells | DatedCells:
    """Multiply all numbers of a table.

    Examples
    --------
    >>> scaled_cells(WeeklyCells(cell=60, week=((2.0, 4.0), (), (), (), (), (), ())), 1.5).week[0]
    (3.0, 6.0)
    """
    if factor == 1.0:
        return cells
    if isinstance(cells, WeeklyCells):
        return WeeklyCells(cell=cells.cell, week=seven([tuple(x * factor for x in row) for row in cells.week]))
    return DatedCells(cell=cells.cell, days=tuple((d, tuple(x * factor for x in row)) for d, row in cells.days))


def _read_table(
    reading: Reading, word: str, value: Node, path: str, column: str, period: Period, cell: int
) -> WeeklyCells | DatedCells | None:
    if word == "file":
        table = reading.table(value, f"{path}.file")
        return None if table is None else _from_csv(reading, value, f"{path}.file", table, column, cell, period)
    mapping = reading.mapping(value, f"{path}.{word}", "a mapping of days to lists of numbers")
    if mapping is None:
        return None
    if word == "weekly":
        week: list[Numbers] = [()] * 7
        for days_, entry in reading.weekly(mapping, f"{path}.weekly"):
            row = _row(reading, entry.value, f"{path}.weekly.{entry.key}", 1440 // cell)
            for weekday in days_:
                week[weekday] = row
        return _weekly(cell, week)
    days: list[tuple[date, Numbers]] = []
    for entry in mapping:
        try:
            when = day(entry.key)
        except Unreadable as error:
            reading.problem(entry.place, f"{path}.dated", error.rule, error.repair, entry.key)
            continue
        # a day of the calendar has at most 25 hours (two hours more in a few old zones)
        days.append((when, _row(reading, entry.value, f"{path}.dated.{entry.key}", 1560 // cell)))
    if not days:
        reading.problem(mapping, f"{path}.dated", "at least one date is expected")
        return None
    if len({when for when, _ in days}) != len(days):
        reading.problem(mapping, f"{path}.dated", "a date is given twice")
        return None
    return DatedCells(cell=cell, days=tuple(sorted(days)))


def _row(reading: Reading, node: Node, path: str, most: int) -> Numbers:
    if not isinstance(node, SequenceNode):
        reading.problem(node, path, "a list of numbers is expected")
        return ()
    if len(node.items) > most:
        reading.problem(node, path, f"a day has at most {most} cells, this list has {len(node.items)} numbers")
    return read_numbers(reading, node, path, 0.0, LARGEST)


def _weekly(cell: int, week: list[Numbers]) -> WeeklyCells:
    return WeeklyCells(cell=cell, week=seven(week))


def _from_csv(
    reading: Reading, node: Node, path: str, table: Table, column: str, cell: int, period: Period
) -> WeeklyCells | DatedCells | None:
    if column not in table.header or not ({"weekday", "time"} <= set(table.header) or "start" in table.header):
        rule = f"this table has the columns weekday,time,{column} or start,{column}"
        reading.problem(node, path, rule, f"the header is {','.join(table.header)}")
        return None
    rows = reading.rows(table, path)
    weekly = "start" not in table.header
    found = _weekly_rows(rows, table, column, cell) if weekly else _dated_rows(rows, table, column, cell, period)
    return found if rows.done() else None


def _number(text: str) -> float:
    return number(text, 0.0, LARGEST)


def _place_in_row(
    rows: RowProblems,
    line: int,
    name: str,
    text: str,
    minute: float,
    cell: int,
    row: list[float],
    seen: dict[int, int],
    clock_of: Callable[[int], str] = as_clock,
) -> int | None:
    """Find the cell of a row's minute of the day; note if it is off the grid, doubled, out of order, after a gap."""
    index, rest = divmod(minute, cell)
    i = int(index)
    if rest:
        fits = next((c for c in (30, 20, 15, 10, 5) if c < cell and minute % c == 0), None)
        repair = f"say cell: {fits} min if the table is finer" if fits else None
        rows.add(line, name, f"cells of {cell} min start on the {cell} minutes", repair, text)
        return None
    if i in seen:
        rows.add(line, name, f"this time is already given on line {seen[i]}", "keep one of the two", text)
        return None
    if row and i < len(row):
        rows.add(line, name, "the times of a day ascend", "sort the table", text)
        return None
    if seen and i > len(row):
        missing = clock_of(len(row) * cell)
        repair = f"add {missing} (0 if there was nothing)"
        if (i - len(row) + 1) * cell in CELLS:
            repair += f", or say cell: {(i - len(row) + 1) * cell} min"
        rows.add(line, name, f"the table has a gap before this row: {missing} is missing", repair, text)
        seen[i] = line
        row.extend([0.0] * (i - len(row) + 1))
        return None
    seen[i] = line
    return i


def _weekly_rows(rows: RowProblems, table: Table, column: str, cell: int) -> WeeklyCells:
    at_day, at_time, at_value = table.need("weekday"), table.need("time"), table.need(column)
    week: list[list[float]] = [[] for _ in range(7)]
    seen: list[dict[int, int]] = [{} for _ in range(7)]
    for row in table:
        weekday = rows.cell(row.line, "weekday", row.cells[at_day], _weekday)
        minute = rows.cell(row.line, "time", row.cells[at_time], _time)
        value = rows.cell(row.line, column, row.cells[at_value], _number)
        if weekday is None or minute is None:
            continue
        numbers = week[weekday]
        i = _place_in_row(rows, row.line, "time", row.cells[at_time], minute, cell, numbers, seen[weekday])
        if i is not None:
            numbers.extend([0.0] * (i - len(numbers)))
            numbers.append(value or 0.0)
    return _weekly(cell, [tuple(numbers) for numbers in week])


def _weekday(text: str) -> int:
    if text.lower() not in WEEKDAYS:
        short = text[:3].lower()
        raise Unreadable("a weekday is mon tue wed thu fri sat sun", f"write {short}" if short in WEEKDAYS else None)
    return WEEKDAYS.index(text.lower())


def _time(text: str) -> int:
    minutes = clock(text)
    if minutes == 1440:
        raise Unreadable("the times of cells lie between 00:00 and 23:59")
    return minutes


class LocalTimes:
    """Local date-times of a sorted column as minutes; a time that comes back in autumn is told by the order."""

    def __init__(self, period: Period) -> None:
        self.period = period
        self.last: datetime | None = None
        self.second = False

    def minute(self, local: datetime) -> float:
        """Give the minutes since the start, or raise `Unreadable` if the wall clock never shows this time."""
        if local.tzinfo is not None:
            return self.period.minute(local)
        if not self.period.exists(local):
            raise Unreadable(f"the clocks of {self.period.time_zone} skip this time on that day")
        if self.period.occurs_twice(local):
            if self.last is not None and self.period.occurs_twice(self.last):
                self.second = self.second or local < self.last
            else:
                self.second = False
            self.last = local
            return self.period.minute(local.replace(fold=1 if self.second else 0))
        self.last = local
        return self.period.minute(local)


def _dated_rows(rows: RowProblems, table: Table, column: str, cell: int, period: Period) -> DatedCells:
    at_start, at_value = table.need("start"), table.need(column)
    days: dict[date, list[float]] = {}
    seen: dict[date, dict[int, int]] = {}
    starts: dict[date, float] = {}
    times = LocalTimes(period)
    latest: date | None = None
    previous: datetime | None = None
    for row in table:
        text = row.cells[at_start]
        local = rows.cell(row.line, "start", text, date_time)
        value = rows.cell(row.line, column, row.cells[at_value], _number)
        if local is None:
            continue
        if local.tzinfo is None and previous == local and times.last == local and not times.second:
            # a time written twice in a row is the second pass of an autumn night (or a plain duplicate)
            times.second = period.occurs_twice(local)
        previous = local
        try:
            minute = times.minute(local)
        except Unreadable as error:
            rows.add(row.line, "start", error.rule, error.repair, text)
            continue
        when = period.local(minute).date()
        if latest is not None and when < latest:
            rows.add(row.line, "start", "the dates of a table ascend", "sort the table", text)
            continue
        latest = when
        if when not in starts:
            starts[when] = period.minute_at(when)
            days[when], seen[when] = [], {}
        numbers = days[when]
        clock_of = partial(_clock_at, period, starts[when])
        i = _place_in_row(rows, row.line, "start", text, minute - starts[when], cell, numbers, seen[when], clock_of)
        if i is not None:
            numbers.extend([0.0] * (i - len(numbers)))
            numbers.append(value or 0.0)
    return DatedCells(cell=cell, days=tuple((when, tuple(numbers)) for when, numbers in sorted(days.items())))


def _clock_at(period: Period, midnight: float, minutes: int) -> str:
    """What the wall clock shows some minutes after midnight (it may have jumped)."""
    return period.local(midnight + minutes).strftime("%H:%M")


def days_without_rows(cells: DatedCells, period: Period) -> list[date]:
    """List the dates of warm-up and period for which a table has no row."""
    given = {when for when, _ in cells.days}
    needed = period.days(-period.warm_up, period.length)
    return [d.date for d in needed if d.date not in given]


def spell_dates(dates: list[date]) -> str:
    """Write a list of dates shortly, runs of days joined."""
    runs: list[list[date]] = []
    for when in dates:
        if runs and when - runs[-1][1] == timedelta(days=1):
            runs[-1][1] = when
        else:
            runs.append([when, when])
    parts = [a.isoformat() if a == b else f"{a.isoformat()} to {b.isoformat()}" for a, b in runs[:5]]
    return ", ".join(parts) + (f" and {len(runs) - 5} more runs of days" if len(runs) > 5 else "")
