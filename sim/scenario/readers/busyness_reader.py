"""Reading of busyness: random factors on rates."""

from __future__ import annotations

from typing import Any

from sim.scenario.model import Busyness
from sim.scenario.readers.reading import Fields, Reading, read_number
from sim.scenario.text.nodes import Entry, Node
from sim.scenario.text.units import share
from sim.scenario.text.words import BUSYNESS

ALL, ORDERS, NONE = "all", "orders", "none"
"""Names of factors that belong to no contact type."""


def own_busyness(reading: Reading, entry: Entry, node: Node, path: str) -> Busyness | None:
    """Read the busyness of one contact type, which bears its name."""
    if entry.key in (ALL, ORDERS, NONE):
        rule = f"the busyness of a contact type bears its name, and {entry.key} is another factor's"
        reading.problem(entry.place, path, rule, f"rename it, for instance {entry.key}_contact")
        return None
    return read_busyness(reading, node, path, entry.key)


def read_busyness(reading: Reading, node: Node, path: str, factor: str) -> Busyness | None:
    """Read `{day_sd: 10 %, day_correlation: 0.5, within_day_sd: 5 %, within_day_correlation: 0.8}`."""
    mapping = reading.mapping(node, path, "busyness such as {day_sd: 10 %, day_correlation: 0.5}")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, BUSYNESS)
    values: dict[str, float] = {}
    for name in BUSYNESS:
        why = "not written"
        if name.endswith("_sd"):
            read_sd: Any = lambda r, n, p: r.scalar(n, p, lambda text: share(text, 0.0, 3.0))  # noqa: E731
            values[name] = fields.take(name, read_sd, 0.0, "0 %", why)
        else:
            values[name] = fields.take(name, read_number(0.0, 0.99), 0.0, "0", why)
    for kind in ("day", "within_day"):
        if values[f"{kind}_correlation"] and not values[f"{kind}_sd"]:
            reading.warn(mapping, path, f"{kind}_correlation has no effect without {kind}_sd")
    return Busyness(factor=factor, **values)
