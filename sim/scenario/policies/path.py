"""Dotted paths through a scenario's text: following one to its value, and saying where it leads nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.scenario.readers.reading import Reading
from sim.scenario.text.nodes import Entry, MappingNode, Node, kind
from sim.scenario.text.problems import Place, name_repair, nearest
from sim.scenario.text.words import HOLDERS, LATER, PROVENANCE, TOP

DEEPEST_PATH = 12
Names = tuple[str, ...]


@dataclass(slots=True)
class Found:
    """What stands at a path.

    Parameters
    ----------
    node : the value, or None where nothing is written.
    trail : mappings on the way and the name taken in each; a wrapped value `{value, between}` is passed through.
    """

    node: Node | None
    trail: list[tuple[MappingNode, str]]


@dataclass(slots=True)
class Patched:
    """A text under patches: the tree, and what patches have removed from it, by path."""

    tree: MappingNode
    removed: dict[str, Place] = field(default_factory=dict)


def split(reading: Reading, at: Place, path: str, shown: str) -> Names | None:
    """Split a dotted path into its names; one that cannot be a path is noted."""
    names = tuple(path.split("."))
    if not all(names) or len(names) > DEEPEST_PATH:
        reading.problem(at, shown, "a dotted path such as agent_groups.desk.shrinkage is expected", None, path)
    elif names[0] in ("change", "remove") and len(names) > 1:
        reading.problem(at, shown, "a path starts at the top of the scenario", f"write {'.'.join(names[1:])}", path)
    else:
        return names
    return None


def follow(reading: Reading, at: Place, names: Sequence[str], text: Patched, create: bool) -> Found | None:
    """Follow a path from the top of a text.

    Parameters
    ----------
    reading, at : where a path that leads nowhere is noted.
    names : the path.
    text : the text with the patches applied so far.
    create : the last name may be new, and so may sections that hold named things on the way to it.

    Returns
    -------
    What is there; None if the path leads nowhere.
    """
    trail: list[tuple[MappingNode, str]] = []
    node: Node | None = text.tree
    gap: tuple[int, MappingNode] | None = None  # the first name that is not written, and what lacks it
    for depth, name in enumerate(names):
        if isinstance(node, MappingNode) and "value" in node and name not in PROVENANCE:
            trail.append((node, "value"))
            node = node.get("value")
        if not isinstance(node, MappingNode):
            done = ".".join(names[:depth])
            what = kind(node) if node else "nothing"
            shown = f"{done} of {_file(node)} is {what}" if node else f"{done} is {what}"
            reading.problem(at, ".".join(names), f"{shown}, it has no {name}")
            return None
        last = depth == len(names) - 1
        if name not in node:
            gap = gap or (depth, node)
            if not create or not (depth > 0 or name in TOP if last else name in HOLDERS):
                _nowhere(reading, at, names, *gap, text)
                return None
        trail.append((node, name))
        node = node.get(name)
        if node is None and not last:
            node = MappingNode({}, at)
    return Found(node, trail)


def put(trail: Sequence[tuple[MappingNode, str]], at: Place, new: Node | None) -> MappingNode:
    """Give the text with another value (None: without one) at the end of a trail; what lies beside it is shared."""
    made: Node | None = new
    for parent, name in reversed(trail):
        entries = dict(parent.entries)
        old = entries.get(name)
        if made is None:
            entries.pop(name, None)
        else:
            entries[name] = Entry(name, at if old is None else old.place, made)
        made = MappingNode(entries, parent.place)
    assert isinstance(made, MappingNode)
    return made


def place_of(path: str, parent: MappingNode) -> str:
    """Name what a value lies in: its path, and the file where it is written."""
    above = path.rpartition(".")[0]
    return f"{above} of {_file(parent)}" if above else _file(parent)


def removal_of(removed: Mapping[str, Place], names: Sequence[str]) -> Place | None:
    """Give the place that removes a path or what it lies in, if a patch does."""
    for n in range(1, len(names) + 1):
        place = removed.get(".".join(names[:n]))
        if place is not None:
            return place
    return None


def _file(node: Node) -> str:
    return Path(node.place.file).name or node.place.file


def _nowhere(reading: Reading, at: Place, names: Sequence[str], depth: int, node: MappingNode, text: Patched) -> None:
    """Note that a name of a path is not there, with the names that are."""
    name, shown = names[depth], ".".join(names)
    if name in LATER and depth < 2:
        reading.problem(at, shown, f"comes later: {LATER[name]}")
        return
    by = removal_of(text.removed, names[: depth + 1])
    where = f"{'.'.join(names[:depth])} of {_file(node)}" if depth else _file(node)
    rule = f"{where} has no {name}" + (f": {by} removes it" if by else "")
    known = [entry.key for entry in node if entry.key not in ("aftersim", "title", "question")]
    repair = name_repair(name, known)
    if depth == 0 and not repair.startswith("did you mean"):
        elsewhere = _elsewhere(text.tree, name)
        near = ".".join((*elsewhere, *names[1:])) if elsewhere else None if name in TOP else nearest(name, TOP)
        repair = f"did you mean {near}?" if near else repair
    reading.problem(at, shown, rule, repair)


def _elsewhere(tree: MappingNode, name: str) -> Names:
    """Find the one place below the top where a name stands; nothing if there is none, or more than one."""
    found: list[Names] = []
    level: list[tuple[Names, Node]] = [((), tree)]
    while level and not found:
        level = [((*path, e.key), e.value) for path, node in level if isinstance(node, MappingNode) for e in node]
        found = [path for path, _ in level if path[-1] == name]
    return found[0] if len(found) == 1 else ()
