"""Stacks: a base and the policies on it, in the order in which they apply, read from their files.

A policy `extends` one file or a list of them, which apply from left to right before it does. The complete scenario at
the left is the base. A policy that is put on something else (in a list, in `a.yaml+b.yaml`, or by `--on`) counts as a
patch only: the policies that it extends come along, the base it was written for does not. A file that is reached in
two ways applies once, where it is reached first.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sim.scenario.policies.relative import without_signs
from sim.scenario.readers.reading import Fields, Reading, beside
from sim.scenario.readers.scenario_reader import LANGUAGE
from sim.scenario.text.nodes import LARGEST_FILE, Entry, MappingNode, Node, Scalar, SequenceNode, kind, read_yaml
from sim.scenario.text.problems import Place, Unreadable
from sim.scenario.text.tables import decode, read_bytes
from sim.scenario.text.words import POLICY, TOP

DEEPEST_CHAIN = 10
MOST_FILES = 50
_BETWEEN = re.compile(r"(?<=\.yaml)\s*\+\s*|(?<=\.yml)\s*\+\s*")


@dataclass(frozen=True)
class Layer:
    """One file of a stack.

    Parameters
    ----------
    file : its name, as messages show it.
    real : where it really is.
    node : its text.
    extends : files (where they really are) that it extends, directly or not.
    """

    file: str
    real: str
    node: MappingNode
    extends: frozenset[str] = field(default_factory=frozenset)

    @property
    def title(self) -> str:
        """Its title, or the name of its file."""
        node = self.node.get("title")
        return node.text if isinstance(node, Scalar) and node.text else Path(self.file).name.split(".")[0]


def stack_files(path: str | os.PathLike[str]) -> tuple[str, ...]:
    """Split `a.yaml+b.yaml` into its files; a file whose own name has a plus stays one.

    Examples
    --------
    >>> stack_files("desk.yaml+policies/night.yaml"), stack_files("c++.yaml")
    (('desk.yaml', 'policies/night.yaml'), ('c++.yaml',))
    """
    text = os.fspath(path)
    parts = tuple(_BETWEEN.split(text))
    return (text,) if len(parts) < 2 or "\0" in text or os.path.lexists(text) else parts


def is_policy(node: MappingNode) -> bool:
    """Whether a text changes another one, and is not complete in itself."""
    return "extends" in node or (("change" in node or "remove" in node) and not _sections(node))


def _sections(node: MappingNode) -> list[Entry]:
    return [entry for entry in node if entry.key in TOP and entry.key not in POLICY]


class Stack:
    """Files of a stack, in the order in which they apply: the base first.

    Parameters
    ----------
    reading : where problems with the files go.
    """

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.layers: list[Layer] = []
        self._reach: dict[str, frozenset[str]] = {}  # files read to the end, with all that they extend
        self._nodes: dict[str, MappingNode | None] = {}
        self._full = False

    def add(self, files: Sequence[str]) -> list[Layer]:
        """Put files on what is there already, from left to right.

        Returns
        -------
        The policies that the files are themselves, without those that they extend.
        """
        named: list[Layer] = []
        for file in files:
            real = _real(file)
            there = next((layer for layer in self.layers if layer.real == real), None)
            if there is not None:
                rule = "this file is in the stack already, and applies once"
                self.reading.warn(Place(file), "", rule, "leave it out here")
                continue
            self._put(file, (), None, base=not self.layers)
            if self.layers and self.layers[-1].real == real and is_policy(self.layers[-1].node):
                named.append(self.layers[-1])
        return named

    def _put(self, file: str, above: tuple[str, ...], at: Scalar | None, base: bool) -> None:
        """Add a file after all that it extends; `base` tells that a complete scenario may stand here."""
        real = _real(file)
        if at is not None and real in above:
            rule = "the files extend each other in a circle"
            self.reading.problem(at, "extends", rule, "name another base", at.text)
            return
        if at is not None and len(above) >= DEEPEST_CHAIN:
            self.reading.problem(at, "extends", f"more than {DEEPEST_CHAIN} files extend each other", None, at.text)
            return
        if real in self._reach:
            return
        if len(self._reach) >= MOST_FILES:
            if not self._full:
                self.reading.problem(at or Place(file), "extends", f"more than {MOST_FILES} files are stacked")
            self._full = True
            return
        ignorable = base and at is not None and bool(self.layers)
        node = self._read(file, real, at, ignorable)
        if node is None:
            return
        if is_policy(node):
            self._policy(file, real, node, above)
            return
        if not self.layers:
            self._reach[real] = frozenset()
            self.layers.append(Layer(file, real, self._without_change(node)))
        elif not ignorable:
            first = self.layers[0].file
            rule = f"this is a complete scenario, and cannot be put on another one ({first})"
            repair = "write a policy: extends: and what it changes"
            if at is None:
                self.reading.problem(Place(file), "", rule, repair)
            else:
                self.reading.problem(at, "extends", rule, repair, at.text)

    def _policy(self, file: str, real: str, node: MappingNode, above: tuple[str, ...]) -> None:
        """Add a policy after all that it extends."""
        checked = self._checked(node)
        alone = not self.layers
        reach: set[str] = set()
        seen: set[str] = set()
        for i, item in enumerate(self._extended(node)):
            name = self.reading.text(item, "extends", _file_name)
            if name is None:
                continue
            inner = beside(file, name)
            if _real(inner) in seen:
                self.reading.problem(item, "extends", "this file is named twice", "name it once", name)
                continue
            seen.add(_real(inner))
            self._put(inner, (*above, real), item, base=i == 0)
            reach |= {_real(inner)} | self._reach.get(_real(inner), frozenset())
        self._reach[real] = frozenset(reach)
        if self.layers:
            self.layers.append(Layer(file, real, checked, frozenset(reach)))
        elif alone and "extends" not in node:
            word = "change" if "change" in node else "remove"
            rule = "a policy needs something that it changes, and this one extends nothing"
            repair = f"add extends: base.yaml, or name a scenario before it: desk.yaml+{Path(file).name}"
            self.reading.problem(node.entries[word].place, word, rule, repair)

    def _extended(self, node: MappingNode) -> list[Scalar]:
        """List the files that a policy extends."""
        value = node.get("extends")
        if value is None:
            return []
        if isinstance(value, SequenceNode) and value.items:
            if all(isinstance(item, Scalar) for item in value.items):
                return [item for item in value.items if isinstance(item, Scalar)]
            bad: Node = next(item for item in value.items if not isinstance(item, Scalar))
            self.reading.problem(
                bad, "extends", f"a file is expected, not {kind(bad)}", "write extends: [a.yaml, b.yaml]"
            )
            return []
        if not isinstance(value, Scalar):
            self.reading.problem(value, "extends", "a file or a list of files is expected", "write extends: base.yaml")
            return []
        return [value]

    def _checked(self, node: MappingNode) -> MappingNode:
        """Give a policy's text with only what can be applied; the rest is noted."""
        kept: dict[str, Entry] = {}
        sections = _sections(node)
        for entry in sections:
            rule = "a file that extends another one changes it under change"
            self.reading.problem(entry.place, entry.key, rule, f"write change: {{{entry.key}: ...}}")
        for entry in node:
            if entry not in sections:
                kept[entry.key] = entry
        Fields(self.reading, MappingNode(kept, node.place), "", POLICY)
        change, remove = node.get("change"), node.get("remove")
        if isinstance(change, MappingNode):
            kept["change"] = replace(kept["change"], value=without_signs(self.reading, change))
        elif change is not None and not (isinstance(change, Scalar) and change.empty):
            got = change.text if isinstance(change, Scalar) else None
            self.reading.problem(change, "change", "a mapping of dotted paths to values is expected", None, got)
            del kept["change"]
        for item in remove.items if isinstance(remove, SequenceNode) else [remove]:
            if item is not None and not isinstance(item, Scalar):
                rule = f"a dotted path is expected, not {kind(item)}"
                self.reading.problem(item, "remove", rule, "write remove: [channels.email]")
        return MappingNode(kept, node.place)

    def _without_change(self, node: MappingNode) -> MappingNode:
        """Take what belongs to a policy out of a complete scenario, and note it."""
        wrong = [entry for entry in node if entry.key in ("change", "remove")]
        for entry in wrong:
            rule = f"{entry.key} belongs to a policy, and this file extends nothing"
            self.reading.problem(entry.place, entry.key, rule, "add extends: base.yaml")
        return MappingNode({e.key: e for e in node if e not in wrong}, node.place) if wrong else node

    def _read(self, file: str, real: str, at: Scalar | None, ignorable: bool) -> MappingNode | None:
        """Read a file, once; a base that does not count here may be missing."""
        if real in self._nodes:
            return self._nodes[real]
        reading = Reading() if ignorable else self.reading
        node = _read_file(reading, file, at)
        if node is not None and not _right_version(reading, node, file):
            node = None
        if reading is not self.reading:
            if node is not None and is_policy(node):
                self.reading.problems += reading.problems
            elif node is None and at is not None:
                rule = "this file cannot be read; it is taken as the base of the policy, which does not count here"
                self.reading.warn(at, "extends", rule, None)
                return None
        self._nodes[real] = node
        return node


def _file_name(text: str) -> str:
    if not text:
        raise Unreadable("a file or a list of files is expected", "write extends: base.yaml")
    return text


def _real(file: str) -> str:
    return os.path.realpath(file) if file and "\0" not in file else file


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
            reading.problem(Place(file), "", "the file is empty", f"start with aftersim: {LANGUAGE}")
        return None
    if not isinstance(node, MappingNode):
        reading.problem(node, "", f"a scenario is a mapping such as aftersim: {LANGUAGE}, not {kind(node)}")
        return None
    return node


def _right_version(reading: Reading, node: MappingNode, file: str) -> bool:
    """Whether a file is written in the version that is read; where it is not, say what to do."""
    said = node.get("aftersim")
    if not isinstance(said, Scalar) or not re.fullmatch("0|[1-9][0-9]{0,5}", said.text):
        if said is not None and is_policy(node):  # of a scenario its reader says so
            got = said.text if isinstance(said, Scalar) else None
            reading.problem(said, "aftersim", "a version is a whole number", f"write aftersim: {LANGUAGE}", got)
        return True
    number = int(said.text)
    if number < int(LANGUAGE):
        rule = f"this file is written in version {number} of the language, and version {LANGUAGE} is read"
        reading.problem(said, "aftersim", rule, f"run aftersim upgrade --write {file}", said.text)
    elif number > int(LANGUAGE):
        rule = f"this file is written in version {number} of the language, and this program reads up to {LANGUAGE}"
        repair = "install a newer aftersim: git pull in its folder, then pip install -e ."
        reading.problem(said, "aftersim", rule, repair, said.text)
    return number == int(LANGUAGE)
