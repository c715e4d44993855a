"""The amount of a relative change: what it makes of a value, of its range, and of several numbers at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from sim.scenario.model.ranges import quantity_text
from sim.scenario.readers.reading import Reading
from sim.scenario.text.nodes import ChangedNode, Entry, MappingNode, Node, Scalar, SequenceNode, kind
from sim.scenario.text.problems import Place, Unreadable
from sim.scenario.text.units import is_weekdays, quantity

EXAMPLES = {"times": "times 1.1", "plus": "plus 2", "minus": "minus 2"}
_LAW_DURATIONS = ("constant", "median", "p90", "mean", "sd", "scale", "loc")


def apply_with_range(reading: Reading, node: MappingNode, said: list[str], base: Node | None, path: str) -> Node | None:
    """Apply `{times: 1.5, between: [1.2, 2.0], source, assumed}`.

    The range goes to the new value if that of the base is known exactly. If the base has a range too, both are kept:
    its own, changed likewise, and that of the amount.
    """
    word, amount = said[0], node.entries[said[0]].value
    if len(said) > 1 or not isinstance(amount, Scalar):
        reading.problem(node, path, "one of times, plus and minus with a single value is expected")
        return None
    new = apply_amount(reading, amount, word, f"{word} {amount.text}", amount.text, base, path)
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
        value = apply_amount(reading, end, word, f"{word} {end.text}", end.text, base, path)
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
        ends.append(apply_amount(reading, end, "times", f"times {end.text}", end.text, base, path))
    if any(end is None for end in ends):
        return None
    told = {e.key: e for e in node if e.key in ("source", "assumed", "drawn_with")}
    told.setdefault("drawn_with", Entry("drawn_with", node.place, Scalar(f"{path} times", node.place)))

    def joined(value: Node, low: Node, high: Node) -> Node | None:
        if isinstance(value, Scalar) and isinstance(low, Scalar) and isinstance(high, Scalar):
            if low.text == value.text == high.text:
                return value  # nothing times whatever is nothing, and known exactly
            between = SequenceNode((low, high), node.place)
            own = {"value": Entry("value", node.place, value), "between": Entry("between", node.place, between)}
            return MappingNode({**own, **told}, node.place)
        if not all(isinstance(part, MappingNode) and "value" not in part for part in (value, low, high)):
            return None
        assert isinstance(value, MappingNode) and isinstance(low, MappingNode) and isinstance(high, MappingNode)
        entries = dict(value.entries)
        for entry in value:
            if entry.key in ("law", "shape") or ("factor" in value and entry.key != "factor"):
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


def apply_amount(
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
    except Unreadable:
        bare = amount.lstrip("+ ")
        repair = f"write {word} {bare}" if bare != amount else f"write {EXAMPLES[word]}"
        kinds = "a number such as 1.1" if word == "times" else "an amount such as 2, 2 % or 2 min"
        reading.problem(at, path, f"{word} takes {kinds}", repair, said)
        return None
    if word == "times" and (unit or number < 0):
        reading.problem(at, path, "times takes a number without unit that is not negative", None, said)
        return None
    inner = base.get("value") if isinstance(base, MappingNode) and "value" in base else base
    if word == "times" and inner is not None and _is_table(inner, path):
        made: Node | None = _table_times(inner, number, at)
    elif isinstance(inner, Scalar):
        text = _compute(reading, at, word, said, number, unit, inner, path)
        made = None if text is None else Scalar(text, at.place, note=f"{said}, which makes {text}")
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
    """Multiply every number of a mapping by weekday, every share of a mapping of shares, or every duration of a law."""
    alike = bool(base.entries) and (
        all(is_weekdays(entry.key) for entry in base) or all(_is_share(entry.value) for entry in base)
    )
    entries: dict[str, Entry] = {}
    for entry in base:
        value: Node | None = entry.value
        if alike or entry.key in _LAW_DURATIONS:
            value = _times_one(entry.value, factor, place)
        elif entry.key not in ("law", "shape"):
            return None
        if value is None:
            return None
        entries[entry.key] = Entry(entry.key, entry.place, value)
    return MappingNode(entries, place)


def _is_table(base: Node, path: str) -> bool:
    """Whether a value is a table of numbers by time: a rate, a head-count, or a forecast (maybe only its file)."""
    if isinstance(base, MappingNode):
        tables = path.endswith((".rate", ".headcount")) or path == "forecast"
        return tables and any(word in base for word in ("file", "weekly", "dated"))
    return path == "forecast" and isinstance(base, Scalar)


def _table_times(base: Node, factor: Decimal, at: Scalar) -> Node | None:
    """Multiply all numbers of a table: it keeps them, beside a factor that grows."""
    entries = dict(base.entries) if isinstance(base, MappingNode) else {"file": Entry("file", base.place, base)}
    known = entries.get("factor")
    value = _times_one(Scalar("1", at.place) if known is None else known.value, factor, at.place)
    return None if value is None else MappingNode({**entries, "factor": Entry("factor", at.place, value)}, base.place)


def _is_share(node: Node) -> bool:
    inner = node.get("value") if isinstance(node, MappingNode) else node
    return isinstance(inner, Scalar) and inner.text.endswith("%")


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
