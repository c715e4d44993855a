"""Reading of recorded logs: rows in order of arrival, columns that become attributes."""

from __future__ import annotations

import os
import re

from sim.scenario.model.logs import Attribute, Log
from sim.scenario.model.period import Period
from sim.scenario.readers.cell_reader import LocalTimes
from sim.scenario.readers.reading import Fields, Reading, RowProblems, beside, one_of, words
from sim.scenario.text.nodes import MappingNode, Node
from sim.scenario.text.problems import Unreadable, name_repair
from sim.scenario.text.tables import Table
from sim.scenario.text.units import NUMBER, date_time, number
from sim.scenario.text.words import LOG

MOST_ATTRIBUTES = 8
MOST_CATEGORIES = 10_000
PER_UNIT = {"s": 1.0 / 60.0, "min": 1.0}


def read_log(reading: Reading, node: Node, path: str, period: Period) -> Log | None:
    """Read `{file: calls.csv.gz, arrived: column, columns: {attribute: column}}`.

    Rows before the warm-up or after the period are dropped and counted in a warning.
    """
    mapping = reading.mapping(node, path, "a log such as {file: calls.csv, arrived: arrived_at}")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, LOG)
    unit = fields.take("unit", lambda r, n, p: r.text(n, p, one_of("s", "min")), None)
    file_node = fields.node("file")
    if file_node is None:
        reading.problem(mapping, f"{path}.file", "a log needs its file", "add file: calls.csv")
        return None
    table = reading.table(file_node, f"{path}.file")
    file = reading.text(file_node, f"{path}.file", words)
    arrived = fields.need("arrived", _column, "a log needs the column of arrival times", "add arrived: and its name")
    columns = _columns(reading, fields)
    if table is None or arrived is None or columns is None or file is None:
        return None
    missing = False
    named = [(f"{path}.arrived", fields.node("arrived"), arrived)]
    named += [(f"{path}.columns.{name}", at, column) for name, column, at in columns]
    for at_path, at, column in named:
        if column not in table.header and at is not None:
            reading.problem(at, at_path, "the table has no such column", name_repair(column, table.header), column)
            missing = True
    if missing:
        return None
    rows = reading.rows(table, path)
    times = _times(rows, table, arrived, unit, period)
    first, end = _inside(times, period)
    attributes = [_attribute(rows, table, name, column, first, end) for name, column, _ in columns]
    if not rows.done():
        return None
    n_before, n_after = first, len(times) - end
    if n_before or n_after:
        where = " and ".join(
            text
            for n, text in (
                (n_before, f"{n_before} before the start or its warm-up"),
                (n_after, f"{n_after} after the end"),
            )
            if n
        )
        reading.warn(
            file_node,
            path,
            f"{n_before + n_after} of {len(times)} rows lie outside the period and are dropped: {where}",
        )
    if first == end:
        reading.problem(file_node, path, "no row of the log lies within the period", "check period.start and time_zone")
        return None
    return Log(
        file=os.path.abspath(beside(file_node.place.file, file)),  # noqa: PTH100 - text, no access
        arrived=arrived,
        unit=unit,
        times=tuple(times[first:end]),
        first_row=first,
        n_before=n_before,
        n_after=n_after,
        attributes=tuple(a for a in attributes if a is not None),
    )


def _column(reading: Reading, node: Node, path: str) -> str | None:
    return reading.text(node, path, words)


def _columns(reading: Reading, fields: Fields) -> list[tuple[str, str, Node]] | None:
    node = fields.node("columns")
    if node is None:
        return []
    path = fields.at("columns")
    if isinstance(node, MappingNode) and not node.entries:
        return []
    entries = reading.named(node, path, "a mapping of attributes to columns")
    if len(entries) > MOST_ATTRIBUTES:
        reading.problem(node, path, f"a log has at most {MOST_ATTRIBUTES} attributes")
        return None
    found = []
    for entry in entries:
        column = reading.text(entry.value, f"{path}.{entry.key}", words)
        if column is None:
            return None
        found.append((entry.key, column, entry.value))
    return found


def _times(rows: RowProblems, table: Table, arrived: str, unit: str | None, period: Period) -> list[float]:
    """Read the arrival times [min since start]; they must ascend."""
    at = table.need(arrived)
    calendar = LocalTimes(period)
    times: list[float] = []
    last = -float("inf")
    last_line = 0
    for row in table:
        text = row.cells[at]
        try:
            minute = calendar.minute(date_time(text)) if unit is None else number(text) * PER_UNIT[unit]
        except Unreadable as error:
            repair = error.repair
            if unit is None and repair is None and text.replace(".", "", 1).isdigit():
                repair = "say unit: s if these are seconds since the start"
            rows.add(row.line, arrived, error.rule, repair, text)
            continue
        if minute < last:
            rule = f"the rows stand in order of arrival; this one is earlier than line {last_line}"
            rows.add(row.line, arrived, rule, "sort the table by this column", text)
            continue
        last, last_line = minute, row.line
        times.append(minute)
    return times


def _inside(times: list[float], period: Period) -> tuple[int, int]:
    """Give the run of rows within [-warm_up, length)."""
    first = next((i for i, t in enumerate(times) if t >= -period.warm_up), len(times))
    end = next((i for i in range(first, len(times)) if times[i] >= period.length), len(times))
    return first, end


def _attribute(rows: RowProblems, table: Table, name: str, column: str, first: int, end: int) -> Attribute | None:
    """Read a column: numbers if every row of the file holds one, else text kept as categories."""
    at = table.need(column)
    texts = [row.cells[at] for row in table]
    plain = re.compile(NUMBER)
    n_numbers = sum(1 for text in texts if plain.fullmatch(text))
    if n_numbers == len(texts):
        values = tuple(float(text) for text in texts)
        if not all(abs(v) < 1e300 for v in values):
            rows.add(table.rows[0].line, column, "a column of numbers holds one that is too large")
            return None
        return Attribute(name=name, column=column, categories=None, values=values[first:end])
    if n_numbers and all(plain.fullmatch(text) or not text for text in texts):
        line = next(row.line for row in table if not row.cells[at])
        rows.add(
            line, column, "a column of numbers has a number in every row", "fill it, or write text in the empty ones"
        )
        return None
    categories = tuple(sorted(set(texts)))
    if len(categories) > MOST_CATEGORIES:
        rows.add(table.rows[0].line, column, f"more than {MOST_CATEGORIES:,} different texts", "leave this column out")
        return None
    index = {text: float(i) for i, text in enumerate(categories)}
    return Attribute(
        name=name, column=column, categories=categories, values=tuple(index[text] for text in texts[first:end])
    )
