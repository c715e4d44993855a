"""Loading: a file, its bases and its changes become one resolved scenario, or all problems at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from sim.scenario.model import Scenario
from sim.scenario.patch import apply_changes
from sim.scenario.readers.provenance_reader import with_listed_ranges
from sim.scenario.readers.reading import Fields, Reading, beside, words
from sim.scenario.readers.scenario_reader import read_scenario
from sim.scenario.redraw import remember
from sim.scenario.text.nodes import LARGEST_FILE, Entry, MappingNode, Node, Scalar, from_python, kind, read_yaml
from sim.scenario.text.problems import Place, Problem, ScenarioProblems, Unreadable
from sim.scenario.text.tables import decode, read_bytes
from sim.scenario.text.words import POLICY

MOST_BASES = 10
CHANGES = "changes"  # how messages call values given in a program


def load(path: str | os.PathLike[str], changes: Mapping[str, object] | None = None) -> Scenario:
    """Load a scenario or a policy with its base, resolved and complete.

    Parameters
    ----------
    path : the YAML file.
    changes : further changes by dotted path, applied last, as under `change` of a policy. A text is read as in a
        file (`"12 %"`, `"times 1.1"`, `"{phone: 2}"`), numbers, mappings and lists stand for themselves.

    Returns
    -------
    The scenario, frozen, in minutes; with the defaults taken and the warnings found.

    Raises
    ------
    ScenarioProblems : with every problem found, for anything that is wrong with the files or the changes.
    """
    reading = Reading()
    file = os.fspath(path)
    history = _chain(reading, file, [])
    scenario: Scenario | None = None
    if history:
        tree = history[-1]
        if changes:
            made = _given(reading, changes)
            if made is not None:
                tree = apply_changes(reading, tree, made)
                history = [*history, tree]
        tree = with_listed_ranges(tree)
        history[-1] = tree
        scenario = read_scenario(reading, tree, history, Path(file).name.split(".")[0] or file)
    if reading.problems or scenario is None:
        raise ScenarioProblems(_sorted(reading.problems), _sorted(reading.warnings))
    remember(scenario, tree, reading)
    return scenario


def _sorted(problems: list[Problem]) -> list[Problem]:
    """Order problems by file (in order of appearance), line and column; drop repetitions."""
    order: dict[str, int] = {}
    for problem in problems:
        order.setdefault(problem.file, len(order))
    unique = list(dict.fromkeys(problems))
    return sorted(unique, key=lambda p: (order[p.file], p.line or 0, p.column or 0))


def _read_file(reading: Reading, file: str, at: Scalar | None) -> MappingNode | None:
    """Read one YAML file; problems with the file itself are noted where it is named."""
    place = Place(file) if at is None else at.place
    path = "" if at is None else "extends"
    got = None if at is None else at.text
    try:
        if not file or "\0" in file:
            raise Unreadable("a file name is expected")
        text = decode(read_bytes(Path(file), LARGEST_FILE))
    except Unreadable as error:
        line = getattr(error, "line", None)
        reading.problem(Place(file, line) if line else place, path, error.rule, error.repair, None if line else got)
        return None
    node, problems = read_yaml(text, file)
    reading.problems += problems
    if node is None or (isinstance(node, Scalar) and node.empty):
        if not problems:
            reading.problem(Place(file), "", "the file is empty", "start with aftersim: 1")
        return None
    if not isinstance(node, MappingNode):
        reading.problem(node, "", f"a scenario is a mapping such as aftersim: 1, not {kind(node)}")
        return None
    return node


def _chain(reading: Reading, file: str, above: list[str], at: Scalar | None = None) -> list[MappingNode]:
    """Read a file and its bases; gives the merged text after the base, after its first policy, ... ."""
    real = os.path.realpath(file) if file and "\0" not in file else file
    if real in above and at is not None:
        reading.problem(at, "extends", "the files extend each other in a circle", "name another base", at.text)
        return []
    if len(above) >= MOST_BASES and at is not None:
        reading.problem(at, "extends", f"more than {MOST_BASES} files extend each other", None, at.text)
        return []
    node = _read_file(reading, file, at)
    if node is None:
        return []
    if "extends" not in node:
        if "change" in node:
            rule = "change belongs to a policy, and this file extends nothing"
            reading.problem(node.entries["change"].place, "change", rule, "add extends: base.yaml")
            node = MappingNode({k: e for k, e in node.entries.items() if k != "change"}, node.place)
        return [node]
    Fields(reading, _policy_words_only(reading, node), "", POLICY)
    base_node = node.entries["extends"].value
    if not isinstance(base_node, Scalar):
        more = (
            "comes later: a policy extends one file in this version"
            if kind(base_node) == "a list"
            else "one file is expected"
        )
        reading.problem(base_node, "extends", more, "write extends: base.yaml")
        return []
    name = reading.text(base_node, "extends", words)
    if name is None:
        return []
    history = _chain(reading, beside(file, name), [*above, real], base_node)
    if not history:
        return []
    tree = history[-1]
    for word in ("title", "question", "aftersim"):
        if word in node:
            tree = MappingNode({**tree.entries, word: node.entries[word]}, tree.place)
    change = node.get("change")
    if isinstance(change, MappingNode):
        tree = apply_changes(reading, tree, change)
    elif change is not None and not (isinstance(change, Scalar) and change.empty):
        got = change.text if isinstance(change, Scalar) else None
        reading.problem(change, "change", "a mapping of dotted paths to values is expected", None, got)
    return [*history, tree]


def _policy_words_only(reading: Reading, node: MappingNode) -> MappingNode:
    """Point sections of a scenario that stand beside `extends` to `change`."""
    from sim.scenario.text.words import TOP

    kept: dict[str, Entry] = {}
    for entry in node:
        if entry.key in TOP and entry.key not in POLICY:
            reading.problem(
                entry.place,
                entry.key,
                "a file that extends another one changes it under change",
                f"write change: {{{entry.key}: ...}}",
            )
        else:
            kept[entry.key] = entry
    return MappingNode(kept, node.place)


def _given(reading: Reading, changes: Mapping[str, object]) -> MappingNode | None:
    """Make nodes of the changes given in a program."""
    place = Place(CHANGES)
    entries: dict[str, Entry] = {}
    for key, value in changes.items():
        node: Node | None
        if isinstance(value, str):
            node, problems = read_yaml(value, CHANGES, place)
            reading.problems += [Problem(CHANGES, None, None, str(key), p.rule, p.repair, value) for p in problems]
            if node is None and not problems:
                node = Scalar("", place)
        else:
            try:
                node = from_python(value, place)
            except ValueError as error:
                reading.problem(place, str(key), str(error))
                continue
        if node is not None:
            entries[str(key)] = Entry(str(key), place, node)
    return MappingNode(entries, place)
