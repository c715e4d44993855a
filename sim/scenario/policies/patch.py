"""A patch: what a policy removes from a scenario's text, and what it changes there."""

from __future__ import annotations

from dataclasses import replace

from sim.scenario.policies.path import Patched, follow, place_of, put, split
from sim.scenario.policies.relative import TEXTS, is_factor, is_relative, resolved, word_of
from sim.scenario.policies.weekdays import aligned
from sim.scenario.readers.reading import Reading
from sim.scenario.text.nodes import Entry, MappingNode, Node, Scalar, SequenceNode
from sim.scenario.text.problems import nearest
from sim.scenario.text.words import HOLDERS, VALUES


def apply_patch(reading: Reading, text: Patched, policy: MappingNode) -> None:
    """Apply what a policy removes, then what it changes; so a thing can be removed and given anew.

    Parameters
    ----------
    reading : where paths that lead nowhere are noted.
    text : the text so far; its tree is replaced.
    policy : the policy's own text, with `remove` and `change` as `read_stack` has checked them.
    """
    removed, changed = policy.get("remove"), policy.get("change")
    for item in removals(removed):
        _remove(reading, text, item)
    if isinstance(changed, MappingNode):
        apply_changes(reading, text, changed)


def removals(node: Node | None) -> list[Scalar]:
    """List the paths under `remove`: a list, or a single one."""
    if isinstance(node, Scalar):
        return [] if node.empty else [node]
    return [item for item in node.items if isinstance(item, Scalar)] if isinstance(node, SequenceNode) else []


def apply_changes(reading: Reading, text: Patched, changes: MappingNode) -> None:
    """Apply a mapping of dotted paths to values; paths that lead nowhere are noted."""
    for entry in changes:
        _change(reading, text, entry)


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


def _change(reading: Reading, text: Patched, change: Entry) -> None:
    names = split(reading, change.place, change.key, change.key)
    found = None if names is None else follow(reading, change.place, names, text, create=True)
    if names is None or found is None:
        return
    parent, name = found.trail[-1]
    above = ".".join(names[:-1])
    wanted: Node = MappingNode({name: Entry(name, change.place, change.value)}, change.place)
    base, wanted = aligned(parent, wanted, above)
    assert isinstance(base, MappingNode) and isinstance(wanted, MappingNode)
    for entry in wanted:
        new = _changed(reading, base, entry, f"{above}.{entry.key}" if above else entry.key)
        if new is None:
            return
        old = base.entries.get(entry.key)
        base = replace(base, entries={**base.entries, entry.key: Entry(entry.key, (old or entry).place, new)})
    text.tree = put(found.trail[:-1], change.place, base)


def _changed(reading: Reading, parent: MappingNode, change: Entry, path: str) -> Node | None:
    """Give what a change makes of a value; None if that is nothing."""
    name, node = change.key, parent.get(change.key)
    if node is None and is_relative(change.value) and name not in TEXTS and not is_factor(path):
        said = change.value.text if isinstance(change.value, Scalar) else None
        rule = f"{word_of(change.value)} needs a value in the base, and {place_of(path, parent)} has no {name}"
        near = nearest(name, parent.entries)
        repair = f"did you mean {near}?" if near else "write the value itself"
        reading.problem(change.value, path, rule, repair, said)
        return None
    value = resolved(reading, change.value, node, path)
    if value is None:
        return None
    if isinstance(node, MappingNode) and isinstance(value, MappingNode) and not value.entries and node.entries:
        rule = "mappings are merged by name, so an empty one changes nothing"
        reading.problem(change.place, path, rule, f"name what changes, or write remove: [{path}]")
        return None
    return value if node is None else merge(node, value, name)


def _remove(reading: Reading, text: Patched, item: Scalar) -> None:
    names = split(reading, item.place, item.text, "remove")
    if names is None:
        return
    if names in (("aftersim",), ("period",), ("period", "start")):
        reading.problem(item, "remove", "every scenario needs it", "change it instead", item.text)
        return
    found = follow(reading, item.place, names, text, create=False)
    if found is None:
        return
    text.tree = put(found.trail, item.place, None)
    text.removed[item.text] = item.place
    # a section that held nothing else goes with it, since an empty one would mean nothing
    parent = found.trail[-1][0]
    while len(names) > 1 and len(parent.entries) == 1 and names[-2] in HOLDERS:
        names = names[:-1]
        above = follow(reading, item.place, names, text, create=False)
        if above is None:
            return
        text.tree = put(above.trail, item.place, None)
        text.removed[".".join(names)] = item.place
        parent = above.trail[-1][0]
