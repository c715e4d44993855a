"""Policies: a base scenario, and changes to it by dotted path."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from sim.scenario.model.ranges import quantity_text
from sim.scenario.readers.reading import Reading
from sim.scenario.text.nodes import ChangedNode, Entry, MappingNode, Node, Scalar, SequenceNode, kind
from sim.scenario.text.problems import Place, Unreadable, name_repair
from sim.scenario.text.units import is_weekdays, plain, quantity, share
from sim.scenario.text.words import HOLDERS, LATER, PROVENANCE, TOP, VALUES

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
    """Apply `{times: 1.5, between: [1.2, 2.0], source, assumed}`.

    The range goes to the new value if that of the base is known exactly. If the base has a range too, both are kept:
    its own, changed likewise, and that of the amount.
    """
    word, amount = said[0], node.entries[said[0]].value
    if len(said) > 1 or not isinstance(amount, Scalar):
        reading.problem(node, path, "one of times, plus and minus with a single value is expected")
        return None
    new = _apply(reading, amount, word, f"{word} {amount.text}", amount.text, base, path)
    if new is None:
        return None
    entries = {"value": Entry("value", node.place, new)}
    inner: Node | None = new
    if isinstance(new, MappingNode) and "value" in new:
        entries, inner = dict(new.entries), new.get("value")
    for entry in node:
        if entry.key in ("source", "assumed", "drawn_with"):
            entries[entry.key] = entry
    if "between" not in node:
        return replace(new, entries=entries) if isinstance(new, ChangedNode) else MappingNode(entries, node.place)
    ends = node.entries["between"]
    bounds = ends.value.items if isinstance(ends.value, SequenceNode) else ()
    if len(bounds) != 2 or not all(isinstance(end, Scalar) for end in bounds):
        reading.problem(ends.value, f"{path}.between", "a range [low, high] is expected")
        return None
    if not isinstance(inner, Scalar):
        return _several_with_range(reading, node, inner, bounds, base, path)
    if isinstance(new, MappingNode) and "between" in new:
        amounts = new.amounts if isinstance(new, ChangedNode) else ()
        if any((word == "times") != (earlier == "times") for earlier, _ in amounts) or not quantity(amount.text)[0] > 0:
            rule = "the base has a range, a policy on it another one, and this cannot be joined to both"
            reading.problem(ends.value, f"{path}.between", rule, "write the value itself with its range")
            return None
        own = {"value": Entry("value", amount.place, amount), "between": ends}
        own |= {entry.key: entry for entry in node if entry.key in ("source", "assumed", "drawn_with")}
        assert isinstance(new, ChangedNode)
        return replace(new, place=node.place, amounts=(*amounts, (word, MappingNode(own, node.place))))
    made: list[Node] = []
    for end in bounds if word != "minus" else reversed(bounds):
        assert isinstance(end, Scalar)
        value = _apply(reading, end, word, f"{word} {end.text}", end.text, base, path)
        if value is None:
            return None
        bare = value.get("value") if isinstance(value, MappingNode) else value
        assert bare is not None
        made.append(bare)
    entries["between"] = Entry("between", ends.place, SequenceNode(tuple(made), ends.value.place))
    return MappingNode(entries, node.place)


def _several_with_range(
    reading: Reading, node: MappingNode, made: Node | None, bounds: Sequence[Node], base: Node | None, path: str
) -> Node | None:
    """Apply `{times: 0.8, between: [0.7, 0.9]}` to several numbers: each gets its range, and all are drawn together."""
    ends: list[Node | None] = []
    for end in bounds:
        assert isinstance(end, Scalar)
        ends.append(_apply(reading, end, "times", f"times {end.text}", end.text, base, path))
    if any(end is None for end in ends):
        return None
    told = {e.key: e for e in node if e.key in ("source", "assumed", "drawn_with")}
    told.setdefault("drawn_with", Entry("drawn_with", node.place, Scalar(f"{path} times", node.place)))

    def joined(value: Node, low: Node, high: Node) -> Node | None:
        if isinstance(value, Scalar) and isinstance(low, Scalar) and isinstance(high, Scalar):
            between = SequenceNode((low, high), node.place)
            own = {"value": Entry("value", node.place, value), "between": Entry("between", node.place, between)}
            return MappingNode({**own, **told}, node.place)
        if not all(isinstance(part, MappingNode) and "value" not in part for part in (value, low, high)):
            return None
        assert isinstance(value, MappingNode) and isinstance(low, MappingNode) and isinstance(high, MappingNode)
        entries = dict(value.entries)
        for entry in value:
            if entry.key in ("law", "shape"):
                continue
            inner = joined(entry.value, low.entries[entry.key].value, high.entries[entry.key].value)
            if inner is None:
                return None
            entries[entry.key] = Entry(entry.key, entry.place, inner)
        return MappingNode(entries, value.place)

    assert made is not None
    found = joined(made, *ends)  # type: ignore[arg-type]
    if found is None:
        rule = "the base has several numbers here, with ranges of their own"
        reading.problem(
            node.entries["between"].value, f"{path}.between", rule, "remove it, or write the numbers themselves"
        )
    return found


def _apply(
    reading: Reading, at: Scalar, word: str, said: str, amount: str, base: Node | None, path: str
) -> Node | None:
    """Compute the new value; the result keeps the place of the change.

    A base that is wrapped stays wrapped: its range is changed as the value is, source and assumption stay.
    """
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
    inner = base.get("value") if isinstance(base, MappingNode) and "value" in base else base
    if isinstance(inner, Scalar):
        text = _compute(reading, at, word, said, number, unit, inner, path)
        made: Node | None = None if text is None else Scalar(text, at.place, note=f"{said}, which makes {text}")
    else:
        made = _times_all(inner, number, at.place) if isinstance(inner, MappingNode) and word == "times" else None
        if made is None:
            rule = f"{word} needs a single value in the base, there is {kind(inner) if inner else 'nothing'}"
            reading.problem(at, path, rule, "write the value itself", said)
    if made is None or not isinstance(base, MappingNode) or inner is base:
        return made
    return _rewrapped(reading, at, word, said, amount, base, made, path)


def _rewrapped(
    reading: Reading, at: Scalar, word: str, said: str, amount: str, base: MappingNode, made: Node, path: str
) -> Node | None:
    """Wrap a changed value as that of the base was wrapped, with its range changed likewise."""
    entries = {**base.entries, "value": Entry("value", base.entries["value"].place, made)}
    ends = base.get("between")
    if not isinstance(ends, SequenceNode) or not isinstance(made, Scalar):
        return MappingNode(entries, at.place)
    number, unit = quantity(amount)
    changed = [_end(end, word, number, unit, at.place, said) for end in ends.items]
    entries["between"] = Entry("between", at.place, SequenceNode(tuple(changed), at.place))
    if not isinstance(base, ChangedNode):
        return ChangedNode(entries, at.place, base, ((word, amount),))
    amounts = base.amounts
    if amounts and word != "times" and amounts[0][0] == "times":
        rule = f"the base has a range and a factor with a range, {word} cannot be joined to both"
        reading.problem(at, path, rule, "write the value itself with its range", said)
        return None
    if amounts and word == "times" and amounts[0][0] != "times":
        scaled = [(earlier, _times_one(node, number, at.place)) for earlier, node in amounts]
        amounts = tuple((earlier, node) for earlier, node in scaled if isinstance(node, MappingNode))
    return ChangedNode(entries, at.place, base.base, (*base.changes, (word, amount)), amounts)


def _end(node: Node, word: str, number: Decimal, unit: str, place: Place, said: str) -> Node:
    """Change an end of a range as its value was; one that is no such number is left to the reader to complain of."""
    if not isinstance(node, Scalar):
        return node
    try:
        old, old_unit = quantity(node.text)
    except Unreadable:
        return node
    if word != "times" and unit != old_unit:
        return node
    text = quantity_text(
        old * number if word == "times" else old + number if word == "plus" else old - number, old_unit
    )
    return Scalar(text, place, note=f"{node.text} {said}, which makes {text}")


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
        return quantity_text(old * number, old_unit)
    if unit != old_unit:
        kinds = {"": "a bare number", "%": "a share", "min": "a duration"}
        reading.problem(
            at, path, f"the base has {kinds[old_unit]} here ({base.text}), {word} takes the same kind", None, said
        )
        return None
    return quantity_text(old + number if word == "plus" else old - number, old_unit)


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
        return Scalar(quantity_text(old * factor, unit), place)
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
    if "value" not in entries or "between" not in entries:
        return MappingNode(entries, place) if "value" in entries else None
    change = ("times", str(factor))
    if isinstance(node, ChangedNode):
        return replace(node, entries=entries, place=place, changes=(*node.changes, change))
    return ChangedNode(entries, place, node, (change,))
