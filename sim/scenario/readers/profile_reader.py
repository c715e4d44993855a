"""Reading of profiles: how the contacts of a day spread over its hours."""

from __future__ import annotations

from sim.scenario.model.cells import Numbers
from sim.scenario.model.profiles import PROFILES
from sim.scenario.readers.reading import Fields, Reading, read_numbers
from sim.scenario.text.nodes import MappingNode, Node, Scalar, SequenceNode
from sim.scenario.text.problems import Unreadable, name_repair
from sim.scenario.text.tables import Table
from sim.scenario.text.units import clock, number

MOST_WEIGHT = 10_000_000.0


def read_profile(reading: Reading, node: Node, path: str) -> tuple[str | None, Numbers | None]:
    """Read a shipped profile's name, 24 or 48 numbers, or a CSV; gives the name (if shipped) and the weights."""
    if isinstance(node, SequenceNode):
        if len(node.items) not in (24, 48):
            rule = f"a profile has 24 numbers (hours) or 48 (half hours), this list has {len(node.items)}"
            reading.problem(node, path, rule)
            return None, None
        return None, _checked(reading, node, path, read_numbers(reading, node, path, 0.0, MOST_WEIGHT))
    if isinstance(node, Scalar) and node.text in PROFILES:
        return node.text, PROFILES[node.text].weights
    if isinstance(node, Scalar) and node.text and not node.text.endswith((".csv", ".csv.gz")):
        repair = name_repair(node.text, PROFILES)
        reading.problem(node, path, "unknown hour profile (24 numbers or a CSV are fine too)", repair, node.text)
        return None, None
    if isinstance(node, MappingNode):
        known = Fields(reading, node, path, ("file",))
        if known.node("file") is None:
            if "value" not in node:
                reading.problem(node, path, "a profile's name, 24 numbers or a CSV are expected")
            return None, None
        node = node.entries["file"].value
    table = reading.table(node, path)
    if table is None:
        return None, None
    return None, _profile_rows(reading, node, path, table)


def _checked(reading: Reading, node: Node, path: str, weights: Numbers) -> Numbers | None:
    if not sum(weights) > 0:
        reading.problem(node, path, "a profile has at least one number above zero")
        return None
    return weights


def _profile_rows(reading: Reading, node: Node, path: str, table: Table) -> Numbers | None:
    """Read columns `hour,weight` (0 to 23) or `time,weight` (half hours 00:00 to 23:30)."""
    hours = "hour" in table.header
    if "weight" not in table.header or not (hours or "time" in table.header):
        rule = "a profile's table has the columns hour,weight or time,weight"
        reading.problem(node, path, rule, f"the header is {','.join(table.header)}")
        return None
    rows = reading.rows(table, path)
    column = "hour" if hours else "time"
    n = 24 if hours else 48
    weights: list[float | None] = [None] * n

    def slot(text: str) -> int:
        if hours:
            return int(number(text, 0, 23))
        minutes = clock(text)
        if minutes % 30 or minutes == 1440:
            raise Unreadable("a profile's times are the half hours 00:00 to 23:30")
        return minutes // 30

    for row in table:
        i = rows.cell(row.line, column, row.cells[table.need(column)], slot)
        weight = rows.cell(row.line, "weight", row.cells[table.need("weight")], lambda t: number(t, 0.0, MOST_WEIGHT))
        if i is None or weight is None:
            continue
        if weights[i] is not None:
            rows.add(row.line, column, "this time is given twice", None, row.cells[table.need(column)])
        weights[i] = weight
    good = rows.done()
    missing = [i for i, weight in enumerate(weights) if weight is None]
    if good and missing:
        names = ", ".join(str(i) if hours else f"{i // 2:02d}:{i % 2 * 30:02d}" for i in missing[:5])
        reading.problem(node, path, f"the profile has no row for {names}{' ...' if len(missing) > 5 else ''}")
        return None
    return _checked(reading, node, path, tuple(w or 0.0 for w in weights)) if good else None
