"""Reading of recorded numbers that are printed beside the simulated ones."""

from __future__ import annotations

from collections.abc import Container

from sim.scenario.model import Observed
from sim.scenario.readers.reading import Fields, Reading
from sim.scenario.text.nodes import MappingNode, Node, Scalar
from sim.scenario.text.problems import Unreadable, name_repair
from sim.scenario.text.tables import Table
from sim.scenario.text.units import clock, count, quantity

COLUMNS = ("measure", "channel", "hour", "value", "n")


def read_value(text: str) -> float:
    """Read a recorded value: a bare number as it is, `76 %` as 0.76, `45 s` in minutes."""
    try:
        amount, unit = quantity(text)
    except Unreadable:
        raise Unreadable("a number, a share such as 76 % or a duration such as 45 s is expected") from None
    return float(amount / 100) if unit == "%" else float(amount)


def read_hour(text: str) -> int | None:
    """Read an hour of the day (0 to 23, or its time such as 09:00); nothing means the whole period."""
    if not text:
        return None
    if ":" in text:
        minutes = clock(text)
        if minutes % 60 or minutes == 1440:
            raise Unreadable("an hour of the day from 0 to 23 is expected")
        return minutes // 60
    return count(text, 0, 23)


def read_observed(reading: Reading, node: Node, path: str, channels: Container[str]) -> tuple[Observed, ...] | None:
    """Read `measure: value`, `measure: {channel: value}`, a list of rows, or a CSV.

    The CSV has the columns measure, value and, where they matter, channel, hour and n; an empty channel means the
    whole operation, an empty hour the whole period.
    """
    if isinstance(node, Scalar):
        table = reading.table(node, path)
        return None if table is None else _rows(reading, node, path, table, channels)
    found: list[Observed] = []
    if isinstance(node, MappingNode):
        for entry in node:
            own = f"{path}.{entry.key}"
            if isinstance(entry.value, MappingNode) and "value" not in entry.value:
                for inner in entry.value:
                    value = reading.scalar(inner.value, f"{own}.{inner.key}", read_value)
                    if inner.key not in channels:
                        reading.problem(inner.place, f"{own}.{inner.key}", "there is no such channel")
                    elif value is not None:
                        found.append(Observed(measure=entry.key, channel=inner.key, value=value))
                continue
            value = reading.scalar(entry.value, own, read_value)
            if value is not None:
                found.append(Observed(measure=entry.key, value=value))
        return tuple(found)
    for i, item in enumerate(node.items):
        own = f"{path}[{i + 1}]"
        mapping = reading.mapping(item, own, "a row such as {measure: asa, channel: phone, value: 45 s}")
        if mapping is None:
            continue
        fields = Fields(reading, mapping, own, COLUMNS)
        texts = {name: fields.node(name) for name in COLUMNS}
        measure = fields.need("measure", _text, "a row needs its measure", "add measure: and its name")
        value = fields.need("value", _value, "a row needs its value", "add value: and a number")
        channel = None if texts["channel"] is None else _text(reading, texts["channel"], f"{own}.channel")
        if channel is not None and channel not in channels and texts["channel"] is not None:
            reading.problem(texts["channel"], f"{own}.channel", "there is no such channel", None, channel)
        hour = None if texts["hour"] is None else reading.text(texts["hour"], f"{own}.hour", read_hour)
        n = None if texts["n"] is None else reading.scalar(texts["n"], f"{own}.n", read_value)
        if measure is not None and value is not None:
            found.append(Observed(measure=measure, channel=channel, hour=hour, value=value, n=n))
    return tuple(found)


def _text(reading: Reading, node: Node, path: str) -> str | None:
    def parse(text: str) -> str:
        if not text:
            raise Unreadable("a name is expected")
        return text

    return reading.text(node, path, parse)


def _value(reading: Reading, node: Node, path: str) -> float | None:
    return reading.scalar(node, path, read_value)


def _rows(
    reading: Reading, node: Node, path: str, table: Table, channels: Container[str]
) -> tuple[Observed, ...] | None:
    extra = [name for name in table.header if name not in COLUMNS]
    if extra or not {"measure", "value"} <= set(table.header):
        rule = "a table of recorded numbers has the columns measure,channel,hour,value,n"
        repair = f"{extra[0]}: {name_repair(extra[0], COLUMNS)}" if extra else f"the header is {','.join(table.header)}"
        reading.problem(node, path, rule, repair)
        return None
    rows = reading.rows(table, path)
    found: list[Observed] = []
    for row in table:
        cells = dict(zip(table.header, row.cells, strict=True))
        if not cells["measure"]:
            rows.add(row.line, "measure", "a measure is expected", None, "")
        value = rows.cell(row.line, "value", cells["value"], read_value)
        hour = rows.cell(row.line, "hour", cells.get("hour", ""), read_hour)
        n = rows.cell(row.line, "n", cells["n"], read_value) if cells.get("n") else None
        channel = cells.get("channel") or None
        if channel is not None and channel not in channels:
            rows.add(row.line, "channel", "there is no such channel", None, channel)
        if value is not None:
            found.append(Observed(measure=cells["measure"], channel=channel, hour=hour, value=value, n=n))
    return tuple(found) if rows.done() else None
