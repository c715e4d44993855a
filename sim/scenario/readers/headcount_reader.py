"""Reading of head-counts: how many agents are there, by hours of the week or by a table."""

from __future__ import annotations

from sim.scenario.model.cells import DatedCells, WeeklyCells
from sim.scenario.model.headcount import CountedSpans, Headcount, WeeklySpans
from sim.scenario.model.hours import check_overlap
from sim.scenario.model.period import Period
from sim.scenario.readers.cell_reader import days_without_rows, read_cells, spell_dates
from sim.scenario.readers.reading import Reading
from sim.scenario.readers.skill_reader import MOST_AGENTS
from sim.scenario.text.nodes import Entry, MappingNode, Node
from sim.scenario.text.problems import Unreadable
from sim.scenario.text.units import number, plain, seven, span
from sim.scenario.text.words import RATE


def read_headcount(reading: Reading, node: Node, path: str, period: Period) -> Headcount | None:
    """Read a head-count: a table of a file, written out, or by hours of the week.

    Parameters
    ----------
    reading, node, path : what to read and where problems go.
    period : gives the calendar, on the clock of the group.
    """
    mapping = reading.mapping(node, path, "a headcount such as {file: staffing.csv} or {mon-fri: {09:00-18:00: 5}}")
    if mapping is None:
        return None

    def read() -> Headcount | None:
        return _written_headcount(reading, mapping, path, period)

    return reading.once(mapping, path, read)


def _written_headcount(reading: Reading, mapping: MappingNode, path: str, period: Period) -> Headcount | None:
    node = mapping
    if any(word in mapping for word in ("file", "weekly", "dated")):
        cells = read_cells(reading, mapping, path, "agents", period, RATE)
        if isinstance(cells, DatedCells):
            missing = days_without_rows(cells, period)
            if missing:
                reading.warn(node, path, f"no rows for {spell_dates(missing)}: nobody works on these days")
        _check_head(reading, node, path, cells)
        return cells
    week: list[list[tuple[int, int, float]]] = [[] for _ in range(7)]
    listed = reading.weekly(mapping, path, ("file", "cell"))
    if not mapping.entries:
        reading.problem(node, path, "at least one weekday is expected", "write mon-fri: {09:00-17:00: 2}")
    good = bool(listed)
    for weekdays, entry in listed:
        spans_of_day = _read_spans(reading, entry, f"{path}.{entry.key}")
        for weekday in weekdays:
            week[weekday] = spans_of_day
    try:
        check_overlap([[(a, b) for a, b, _ in day] for day in week])
    except Unreadable as error:
        reading.problem(node, path, error.rule, error.repair)
        good = False
    if not good:
        return None
    spans: list[CountedSpans] = [tuple(sorted(day)) for day in week]
    return WeeklySpans(week=seven(spans))


def _read_spans(reading: Reading, entry: Entry, path: str) -> list[tuple[int, int, float]]:
    mapping = reading.mapping(entry.value, path, "a mapping of hours to numbers such as {09:00-18:00: 5}")
    found: list[tuple[int, int, float]] = []
    for inner in mapping or ():
        try:
            start, end = span(inner.key)
        except Unreadable as error:
            reading.problem(inner.place, path, error.rule, error.repair, inner.key)
            continue
        n = reading.scalar(inner.value, f"{path}.{inner.key}", lambda text: number(text, 0.0, MOST_AGENTS))
        if n is not None:
            found.append((start, end, n))
    return found


def _check_head(reading: Reading, node: Node, path: str, cells: WeeklyCells | DatedCells | None) -> None:
    if cells is None:
        return
    rows = [row for _, row in cells.days] if isinstance(cells, DatedCells) else list(cells.week)
    most = max((x for row in rows for x in row), default=0.0)
    if most > MOST_AGENTS:
        reading.problem(node, path, f"at most {MOST_AGENTS:,} agents are expected, the table has {plain(most)}")
    elif not most > 0:
        reading.warn(node, path, "nobody works on any day")
