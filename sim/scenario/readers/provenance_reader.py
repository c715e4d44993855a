"""Reading of ranges and sources that are listed by path under `provenance`, as a resolved scenario lists them."""

from __future__ import annotations

from sim.scenario.model import Provenance
from sim.scenario.model.ranges import is_amount
from sim.scenario.readers.reading import Fields, Reading, read_yes_no, words
from sim.scenario.text.nodes import Entry, MappingNode, Node, Scalar, SequenceNode
from sim.scenario.text.words import PROVENANCE

Trail = tuple[str | int, ...]
"""Where a node stands in a tree: names of mappings, numbers of items."""

OBSERVED = "observed"
"""Recorded numbers may have ranges too, which are shown and never drawn."""


def with_listed_ranges(tree: MappingNode) -> MappingNode:
    """Wrap each single value for which a range is listed under `provenance`, as if it had been written there."""
    listed = tree.get("provenance")
    for entry in listed if isinstance(listed, MappingNode) else ():
        about = entry.value
        if not isinstance(about, MappingNode) or "between" not in about or entry.key.startswith(OBSERVED):
            continue
        found = _find(tree, entry.key)
        if found is None:
            continue
        trail, value = found
        wrapped = {"value": Entry("value", value.place, value)} | {e.key: e for e in about if e.key in PROVENANCE[1:]}
        new = put(tree, trail, MappingNode(wrapped, value.place))
        assert isinstance(new, MappingNode)
        tree = new
    return tree


def put(node: Node, trail: Trail, new: Node) -> Node:
    """Give a tree with another node at the end of a trail; everything beside the trail is shared."""
    if not trail:
        return new
    if isinstance(node, SequenceNode):
        at = int(trail[0])
        items = (*node.items[:at], put(node.items[at], trail[1:], new), *node.items[at + 1 :])
        return SequenceNode(items, node.place)
    assert isinstance(node, MappingNode)
    key = str(trail[0])
    old = node.entries[key]
    return MappingNode({**node.entries, key: Entry(key, old.place, put(old.value, trail[1:], new))}, node.place)


def _find(node: Node, path: str) -> tuple[Trail, Scalar] | None:
    """Follow a path (`a.b[2].c`; names may have dots) to a single value."""
    if not path:
        return ((), node) if isinstance(node, Scalar) and is_amount(node.text) else None
    if isinstance(node, SequenceNode):
        number, _, rest = path[1:].partition("]")
        steps: list[tuple[str | int, Node, str]] = []
        if path.startswith("[") and number.isdecimal() and 1 <= int(number) <= len(node.items):
            steps.append((int(number) - 1, node.items[int(number) - 1], rest))
    elif isinstance(node, MappingNode):
        path = path.removeprefix(".")
        fits = [e for e in node if path == e.key or path.startswith((f"{e.key}.", f"{e.key}["))]
        steps = [(e.key, e.value, path[len(e.key) :]) for e in sorted(fits, key=lambda e: -len(e.key))]
    else:
        return None
    for step, inner, rest in steps:
        found = _find(inner, rest)
        if found is not None:
            return (step, *found[0]), found[1]
    return None


def read_provenance(reading: Reading, node: Node) -> None:
    """Read the ranges and sources that a scenario lists by path; those of values read before are known."""
    mapping = reading.mapping(node, "provenance", "a mapping of paths to {between, source, assumed}")
    for entry in mapping or ():
        own = f"provenance.{entry.key}"
        inner = reading.mapping(entry.value, own, "a mapping such as {between: [8 %, 13 %], assumed: true}")
        if inner is None or entry.key in reading.provenance:
            continue
        fields = Fields(reading, inner, own, PROVENANCE[1:])
        ends = fields.node("between")
        between: tuple[str, str] | None = None
        if ends is not None:
            items = ends.items if isinstance(ends, SequenceNode) else ()
            texts = [item.text for item in items if isinstance(item, Scalar)]
            if len(items) == 2 and len(texts) == 2:
                between = (texts[0], texts[1])
                if not entry.key.startswith(OBSERVED):
                    rule = "no single value of this file stands at this path: its range is shown and not drawn"
                    reading.warn(ends, own, rule, "use the scenario this file was made from")
            else:
                reading.problem(ends, f"{own}.between", "a range [low, high] is expected")
        source: str | None = fields.take("source", lambda r, n, p: r.text(n, p, words), None)
        assumed = fields.take("assumed", read_yes_no, False)
        name: str | None = fields.take("drawn_with", lambda r, n, p: r.text(n, p, words), None)
        reading.provenance[entry.key] = Provenance(between=between, source=source, assumed=assumed, drawn_with=name)
