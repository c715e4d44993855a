"""Reading of the workbook or CSV that a scenario names."""

from __future__ import annotations

from pathlib import Path

from sim.scenario.readers.reading import Reading, RowProblem, beside, shown_path, words
from sim.scenario.tables.workbook import Workbook, read_workbook
from sim.scenario.text.nodes import Node, Scalar
from sim.scenario.text.problems import Place, Unreadable


def read_named_workbook(reading: Reading, node: Node, path: str) -> Workbook | None:
    """Read the file that a node names, beside the file it is written in, once per load; note why it cannot be read."""
    name = reading.text(node, path, words)
    if name is None or not isinstance(node, Scalar):
        return None
    file, shown = beside(node.place.file, name), shown_path(node.place.file, name)
    first = file not in reading.workbooks
    if first:
        try:
            reading.workbooks[file] = read_workbook(Path(file), shown)
        except Unreadable as error:
            reading.workbooks[file] = error
    found = reading.workbooks[file]
    if isinstance(found, Workbook):
        if first and found.note is not None:
            reading.warn(node, path, found.note, "save it as UTF-8 if names look wrong")
        return found
    if isinstance(found, RowProblem):
        reading.problem(Place(shown, found.line), path, found.rule, found.repair)
    else:
        reading.problem(node, path, found.rule, found.repair, name)
    return None
