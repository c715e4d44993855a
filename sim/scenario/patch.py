"""Policies: a base scenario, and changes to it by dotted path."""

from __future__ import annotations

import re
from decimal import Decimal

from sim.scenario.nodes import Entry, MappingNode, Node, Scalar, SequenceNode, kind
from sim.scenario.problems import Place, Unreadable, name_repair
from sim.scenario.reading import Reading
from sim.scenario.units import as_share, is_weekdays, plain, quantity, share
from sim.scenario.words import HOLDERS, LATER, PROVENANCE, TOP, VALUES

_RELATIVE = re.compile(r"(times|plus|minus)\s+(.+)")
_LAW_DURATIONS = ("constant", "median", "p90", "mean", "sd", "scale", "loc")
DEEPEST_PATH = 12


def apply_changes(reading: Reading, tree: MappingNode, changes: MappingNode) -> MappingNode:
    """Apply a mapping of dotted paths to values; paths that lead nowhere are noted."""
    for entry in changes:
        tree = _change(reading, tree, entry)
    return tree


def merge(base: Node, change: Node, name: str = "") -> Node:
    """Merge a change into a base: named things merge by name, values replace."""
    if (
        not isinstance(base, MappingNode)
        or not isinstance(change, MappingNode)
        or name in VALUES
        or "value" in base
        or "value" in change
    ):
        return change
    entries = dict(base.entries)
    for entry in change:
        old = entries.get(entry.key)
        value = entry.value if old is None else merge(old.value, entry.value, entry.key)
        entries[entry.key] = Entry(entry.key, entry.place, value)
    return MappingNode(entries, base.place)


def _change(reading: Reading, tree: MappingNode, change: Entry) -> MappingNode:
    names = change.key.split(".")
    if not all(names) or len(names) > DEEPEST_PATH:
        reading.problem(change.place, change.key, "a dotted path such as agent_groups.desk.shrinkage is expected")
        return tree
    if names[0] == "change":
        reading.problem(
            change.place, change.key, "a path starts at the top of the scenario", f"write {'.'.join(names[1:])}"
        )
        return tree
    trail: list[tuple[MappingNode, str]] = []
    node: Node | None = tree
    for depth, name in enumerate(names):
        if isinstance(node, MappingNode) and "value" in node and name not in PROVENANCE:
            trail.append((node, "value"))  # a path leads through {value: ..., between: ...}
            node = node.get("value")
        if not isinstance(node, MappingNode):
            done = ".".join(names[:depth])
            reading.problem(
                change.place, change.key, f"{done} is {kind(node) if node else 'nothing'} in the base, it has no {name}"
            )
            return tree
        last = depth == len(names) - 1
        if (
            name not in node
            and not (name in HOLDERS and not last)
            and not (last and depth > 0)
            and not (last and name in TOP)
        ):
            _no_such(reading, change, names, depth, node)
            return tree
        trail.append((node, name))
        node = node.get(name)
        if node is None and not last:
            node = MappingNode({}, change.place)
    value = _relative(reading, change.value, node, change.key)
    if value is None:
        return tree
    if isinstance(node, MappingNode) and isinstance(value, MappingNode) and not value.entries and node.entries:
        reading.problem(
            change.place,
            change.key,
            "mappings are merged by name, so an empty one changes nothing",
            "name what changes; removing things comes later",
        )
        return tree
    new = value if node is None else merge(node, value, names[-1])
    for parent, name in reversed(trail):
        entries = dict(parent.entries)
        old = entries.get(name)
        entries[name] = Entry(name, change.place if old is None else old.place, new)
        new = MappingNode(entries, parent.place)
    assert isinstance(new, MappingNode)
    return new


def _no_such(reading: Reading, change: Entry, names: list[str], depth: int, node: MappingNode) -> None:
    name = names[depth]
    if name in LATER:
        reading.problem(change.place, change.key, f"comes later: {LATER[name]}")
        return
    known = [entry.key for entry in node]
    where = f"{'.'.join(names[:depth])} of the base has" if depth else "the base has"
    reading.problem(change.place, change.key, f"{where} no {name}", name_repair(name, known or TOP))


def _relative(reading: Reading, node: Node, base: Node | None, path: str) -> Node | None:
    """Turn `times 1.1`, `plus 2` (or `{times: 1.1, between: ...}`) into the value it makes of the base."""
    if isinstance(node, Scalar) and not node.quoted:
        if node.text.startswith("+"):
            _two_readings(reading, node, path)
            return None
        match = _RELATIVE.fullmatch(node.text)
        if match is None:
            return node
        return _apply(reading, node, match[1], node.text, match[2], base, path)
    if isinstance(node, MappingNode):
        said = [word for word in ("times", "plus", "minus") if word in node]
        rest = [entry.key for entry in node if entry.key not in (*said, *PROVENANCE[1:])]
        if said and not rest:
            return _apply_with_range(reading, node, said, base, path)
        nested = [e for e in node if isinstance(e.value, (Scalar, MappingNode))]
        entries = dict(node.entries)
        for entry in nested:
            below = base.get(entry.key) if isinstance(base, MappingNode) else None
            value = _relative(reading, entry.value, below, f"{path}.{entry.key}")
            if value is None:
                return None
            entries[entry.key] = Entry(entry.key, entry.place, value)
        return MappingNode(entries, node.place)
    return node


def _two_readings(reading: Reading, node: Scalar, path: str) -> None:
    text = node.text[1:].strip()
    rule = "a sign before a number can be read in two ways"
    if text.endswith("%"):
        try:
            factor = plain(round(1 + share(text, None, None), 12))
        except Unreadable:
            factor = "1.1"
        repair = f"write plus {text} (percentage points) or times {factor} (relative)"
    else:
        repair = f"write plus {text} (that much more) or {text} (exactly that)"
    reading.problem(node, path, rule, repair, node.text)


def _apply_with_range(
    reading: Reading, node: MappingNode, said: list[str], base: Node | None, path: str
) -> Node | None:
    amount = node.entries[said[0]].value
    if len(said) > 1 or not isinstance(amount, Scalar):
        reading.problem(node, path, "one of times, plus and minus with a single value is expected")
        return None
    new = _apply(reading, amount, said[0], f"{said[0]} {amount.text}", amount.text, base, path)
    if new is None:
        return None
    entries = {"value": Entry("value", node.place, new)}
    for entry in node:
        if entry.key == "between":
            if not isinstance(new, Scalar):
                rule = "a range belongs to a single number, and the base has several here"
                reading.problem(entry.value, f"{path}.between", rule, "remove it")
                return None
            ends = entry.value.items if isinstance(entry.value, SequenceNode) else ()
            if len(ends) != 2 or not all(isinstance(end, Scalar) for end in ends):
                reading.problem(entry.value, f"{path}.between", "a range [low, high] is expected")
                return None
            made: list[Node] = []
            for end in ends:
                assert isinstance(end, Scalar)
                value = _apply(reading, end, said[0], f"{said[0]} {end.text}", end.text, base, path)
                if value is None:
                    return None
                made.append(value)
            entries["between"] = Entry("between", entry.place, SequenceNode(tuple(made), entry.value.place))
        elif entry.key in PROVENANCE:
            entries[entry.key] = entry
    return MappingNode(entries, node.place)


def _apply(
    reading: Reading, at: Scalar, word: str, said: str, amount: str, base: Node | None, path: str
) -> Node | None:
    """Compute the new value; the result keeps the place of the change."""
    if isinstance(base, MappingNode) and "value" in base and word:
        base = base.get("value")
    if base is None:
        rule = f"{word} needs a value in the base, and none is written there"
        reading.problem(at, path, rule, "write the value itself", said)
        return None
    try:
        number, unit = quantity(amount)
    except Unreadable as error:
        reading.problem(at, path, error.rule, error.repair, said)
        return None
    if word == "times" and (unit or number < 0):
        reading.problem(at, path, "times takes a number without unit that is not negative", None, said)
        return None
    if isinstance(base, MappingNode):
        made = _times_all(base, number, at.place) if word == "times" else None
        if made is None:
            reading.problem(
                at,
                path,
                f"{word} needs a single value in the base, there is {kind(base)}",
                "write the value itself",
                said,
            )
        return made
    if not isinstance(base, Scalar):
        reading.problem(at, path, f"{word} needs a single value in the base, there is {kind(base)}", None, said)
        return None
    text = _compute(reading, at, word, said, number, unit, base, path)
    return None if text is None else Scalar(text, at.place, note=f"{said}, which makes {text}")


def _compute(
    reading: Reading, at: Scalar, word: str, said: str, number: Decimal, unit: str, base: Scalar, path: str
) -> str | None:
    try:
        old, old_unit = quantity(base.text)
    except Unreadable:
        reading.problem(
            at, path, f'{word} needs a number in the base, there is "{base.text}"', "write the value itself", said
        )
        return None
    if word == "times":
        return _write(old * number, old_unit)
    if unit != old_unit:
        kinds = {"": "a bare number", "%": "a share", "min": "a duration"}
        reading.problem(
            at, path, f"the base has {kinds[old_unit]} here ({base.text}), {word} takes the same kind", None, said
        )
        return None
    return _write(old + number if word == "plus" else old - number, old_unit)


def _write(value: Decimal, unit: str) -> str:
    if unit == "%":
        return as_share(float(value / 100))
    return f"{plain(value)} {unit}".strip()


def _times_all(base: MappingNode, factor: Decimal, place: Place) -> Node | None:
    """Multiply every number of a mapping by weekday, or every duration of a law."""
    by_day = all(is_weekdays(entry.key) for entry in base) and base.entries
    entries: dict[str, Entry] = {}
    for entry in base:
        value: Node | None = entry.value
        if by_day or entry.key in _LAW_DURATIONS:
            value = _times_one(entry.value, factor, place)
        elif entry.key not in ("law", "shape"):
            return None
        if value is None:
            return None
        entries[entry.key] = Entry(entry.key, entry.place, value)
    return MappingNode(entries, place)


def _times_one(node: Node, factor: Decimal, place: Place) -> Node | None:
    """Multiply one number, with its range if it is wrapped as `{value, between, ...}`."""
    if isinstance(node, Scalar):
        try:
            old, unit = quantity(node.text)
        except Unreadable:
            return None
        return Scalar(_write(old * factor, unit), place)
    if isinstance(node, SequenceNode):
        items = [_times_one(item, factor, place) for item in node.items]
        return SequenceNode(tuple(item for item in items if item is not None), place) if None not in items else None
    entries = dict(node.entries)
    for key in ("value", "between"):
        if key in entries:
            made = _times_one(entries[key].value, factor, place)
            if made is None:
                return None
            entries[key] = Entry(key, place, made)
    return MappingNode(entries, place) if "value" in entries else None
