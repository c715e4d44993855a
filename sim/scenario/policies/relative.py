"""Relative changes in words: `times 1.1`, `plus 2`, `minus 30 s`, and the range that such an amount may have."""

from __future__ import annotations

import re

from sim.scenario.policies.amount import EXAMPLES, apply_amount, apply_with_range
from sim.scenario.readers.reading import Reading
from sim.scenario.text.nodes import Entry, MappingNode, Node, Scalar, SequenceNode
from sim.scenario.text.problems import Unreadable
from sim.scenario.text.units import NUMBER, plain, share
from sim.scenario.text.words import PROVENANCE

WORDS = ("times", "plus", "minus")
TEXTS = frozenset({"title", "question", "source"})
"""Fields that are plain text: whatever stands there is taken as it is."""
_FACTOR = re.compile(
    r"reasons\.[^.]+\.once_late|customers\.[^.]+\.patience|events\.[^.]+\.(orders|contacts|hours\.[^.]+)"
    r"|incidents\.[^.]+\.contacts(\.[^.]+)?"
)

_RELATIVE = re.compile(r"(times|plus|minus)\s+(.+)")
_SIGNED = re.compile(rf"\+\s*{NUMBER}(?:\s*%|\s*[^\W\d_]+)?")
_ABOUT = PROVENANCE[1:]


def is_factor(path: str) -> bool:
    """Whether a field's own value is written `times 4`: a change gives it a new one, the old one is not multiplied.

    Examples
    --------
    >>> is_factor("reasons.late.once_late"), is_factor("customers.vip.patience"), is_factor("channels.phone.patience")
    (True, True, False)
    """
    return _FACTOR.fullmatch(path) is not None


def is_relative(node: Node) -> bool:
    """Whether a node says how to change what is there, and not what to put there."""
    if isinstance(node, Scalar):
        return _RELATIVE.fullmatch(node.text) is not None
    if not isinstance(node, MappingNode):
        return False
    return any(word in node for word in WORDS) and all(entry.key in (*WORDS, *_ABOUT) for entry in node)


def word_of(node: Node) -> str:
    """Give the word of a relative change."""
    if isinstance(node, Scalar):
        return node.text.split()[0]
    return next((word for word in WORDS if isinstance(node, MappingNode) and word in node), "")


def without_signs(reading: Reading, changes: MappingNode) -> MappingNode:
    """Give changes without those that hold a `+2` or `+10 %`, at any depth; each is noted with its two readings."""
    good = {entry.key: entry for entry in changes if not _signs(reading, entry.value, entry.key)}
    return MappingNode(good, changes.place)


def _signs(reading: Reading, node: Node, path: str) -> int:
    """Note the signs below a path, and count them."""
    if isinstance(node, MappingNode):
        inner = [(e.value, path if e.key == "value" else f"{path}.{e.key}") for e in node if e.key not in WORDS]
    elif isinstance(node, SequenceNode):
        inner = [(item, f"{path}[{i + 1}]") for i, item in enumerate(node.items)]
    elif path.rsplit(".", 1)[-1] in TEXTS or not _SIGNED.fullmatch(node.text):
        return 0
    else:
        _two_readings(reading, node, path)
        return 1
    return sum(_signs(reading, value, below) for value, below in inner)


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


def resolved(reading: Reading, node: Node, base: Node | None, path: str) -> Node | None:
    """Turn `times 1.1`, `plus 2` (or `{times: 1.1, between: ...}`) into the value it makes of the base.

    Parameters
    ----------
    reading : where problems go.
    node : what is written under the change; named things in it are followed into the base.
    base : what is there, or None.
    path : dotted path of the value.

    Returns
    -------
    The node to put there; None if something is wrong with it.
    """
    name = path.rsplit(".", 1)[-1]
    if name in TEXTS:
        return node
    if is_factor(path):
        factor = _factor(node)
        if factor is not None:
            return factor
    if isinstance(node, Scalar):
        return _resolved_text(reading, node, base, path)
    if isinstance(node, SequenceNode):
        return _list(reading, node, path)
    said = [word for word in WORDS if word in node]
    rest = [entry for entry in node if entry.key not in (*said, *_ABOUT)]
    if said and not any(isinstance(base, MappingNode) and word in base for word in said):
        for entry in rest:
            reading.unknown(entry, path, (*WORDS, *_ABOUT))
        return None if rest else apply_with_range(reading, node, said, base, path)
    stated = node.get("value")
    if isinstance(stated, Scalar) and _RELATIVE.fullmatch(stated.text):
        word, amount = stated.text.split(None, 1)
        rule = "a relative change with a range or a source is written by its word"
        reading.problem(stated, path, rule, f"write {{{word}: {amount}, ...}} without value:", stated.text)
        return None
    entries = dict(node.entries)
    for entry in node:
        if entry.key in _ABOUT:
            continue
        below = base.get(entry.key) if isinstance(base, MappingNode) else None
        value = resolved(reading, entry.value, below, f"{path}.{entry.key}")
        if value is None:
            return None
        entries[entry.key] = Entry(entry.key, entry.place, value)
    return MappingNode(entries, node.place)


def _resolved_text(reading: Reading, node: Scalar, base: Node | None, path: str) -> Node | None:
    match = _RELATIVE.fullmatch(node.text)
    if match is None and node.text in WORDS:
        reading.problem(node, path, f"{node.text} needs an amount", f"write {EXAMPLES[node.text]}", node.text)
        return None
    if match is None:
        return node
    if match[1] != "times" and match[2].startswith("-"):
        other = "minus" if match[1] == "plus" else "plus"
        repair = f"write {other} {match[2][1:].strip()}"
        reading.problem(node, path, f"the amount after {match[1]} has no sign of its own", repair, node.text)
        return None
    return apply_amount(reading, node, match[1], node.text, match[2], base, path)


def _factor(node: Node) -> Node | None:
    """Give a factor as it stands: `times 4`, or with its range as `{value: times 4, ...}` or `{times: 4, ...}`."""
    if isinstance(node, Scalar) or (isinstance(node, MappingNode) and "value" in node):
        return node
    if not isinstance(node, MappingNode) or "times" not in node or any(e.key not in ("times", *_ABOUT) for e in node):
        return None
    entries = {e.key: e for e in node if e.key != "times"}
    times = node.entries["times"]
    return MappingNode({"value": Entry("value", times.place, times.value), **entries}, node.place)


def _list(reading: Reading, node: SequenceNode, path: str) -> SequenceNode | None:
    """Give a list back if nothing in it is relative: its items have no names by which they could be found."""
    good = True
    for i, item in enumerate(node.items):
        if is_relative(item):
            got = item.text if isinstance(item, Scalar) else None
            rule = "a list is replaced as a whole, so nothing in it can be relative to the base"
            reading.problem(item, f"{path}[{i + 1}]", rule, "write the number itself", got)
            good = False
        elif isinstance(item, SequenceNode):
            good = _list(reading, item, f"{path}[{i + 1}]") is not None and good
    return node if good else None
