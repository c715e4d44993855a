"""The text of a scenario as a tree of nodes that know where they are written.

Scalars stay the text they were written as: `10:30`, `no` and `1e6` are text until a field reads them.
Duplicate keys, anchors, aliases, tags, merge keys and several documents in one file are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import yaml

from sim.scenario.text.problems import Place, Problem

LARGEST_FILE = 1_000_000  # bytes
DEEPEST = 20  # levels
MOST_NODES = 50_000
_UNPRINTABLE = re.compile("[^\x09\x0a\x0d\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value: its text; `note` replaces the text in messages when the text was computed."""

    text: str
    place: Place
    quoted: bool = False
    note: str | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing was written."""
        return self.text == "" and not self.quoted


@dataclass(frozen=True, slots=True)
class Entry:
    """One `key: value` of a mapping, with the place of the key."""

    key: str
    place: Place
    value: Node


@dataclass(frozen=True, slots=True)
class MappingNode:
    """Named values, in the order written."""

    entries: dict[str, Entry]
    place: Place

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def get(self, key: str) -> Node | None:
        """Give the value of a key, or None."""
        entry = self.entries.get(key)
        return None if entry is None else entry.value


@dataclass(frozen=True, slots=True)
class ChangedNode(MappingNode):
    """A wrapped value with a range that policies have changed by `times`, `plus` or `minus`.

    Parameters
    ----------
    entries, place : the value as changed, with the range of the base changed likewise.
    base : what is wrapped in the base.
    changes : (word, amount as written) of each change, in order.
    amounts : (word, wrapped amount) of the changes whose amount has a range of its own; all are `times` or none is.
    """

    base: MappingNode
    changes: tuple[tuple[str, str], ...]
    amounts: tuple[tuple[str, MappingNode], ...] = ()


def amount_path(path: str, word: str, index: int) -> str:
    """Give the path under which the range of an amount is known: that of the value, and the word."""
    return f"{path}.{word}" + (f" {index + 1}" if index else "")


@dataclass(frozen=True, slots=True)
class SequenceNode:
    """A list of values."""

    items: tuple[Node, ...]
    place: Place


Node = Scalar | MappingNode | SequenceNode


def kind(node: Node) -> str:
    """Name the kind of a node in a message."""
    if isinstance(node, MappingNode):
        return "a mapping"
    return "a list" if isinstance(node, SequenceNode) else "a single value"


@dataclass(slots=True)
class _Open:
    """A collection that is being built."""

    place: Place
    is_mapping: bool
    entries: dict[str, Entry] = field(default_factory=dict)
    items: list[Node] = field(default_factory=list)
    key: str | None = None
    key_place: Place | None = None
    skip: bool = False  # the key was refused, its value is read and forgotten


class _Stop(Exception):
    """The text is refused as a whole."""


def read_yaml(text: str, file: str, fixed: Place | None = None) -> tuple[Node | None, list[Problem]]:
    """Read YAML text into a tree of nodes.

    Parameters
    ----------
    text : the YAML text.
    file : name used in places.
    fixed : a place to give to every node instead of its own (for values that come from no file).

    Returns
    -------
    The root node (None if the text is empty or cannot be read) and the problems found.
    """
    problems: list[Problem] = []

    def refuse(place: Place, rule: str, repair: str | None = None, path: str = "") -> None:
        problems.append(Problem(place.file, place.line, place.column, path, rule, repair))

    def where(mark: Any) -> Place:
        if fixed is not None:
            return fixed
        return Place(file) if mark is None else Place(file, mark.line + 1, mark.column + 1)

    bad = _UNPRINTABLE.search(text)
    if bad:
        line = text.count("\n", 0, bad.start()) + 1
        column = bad.start() - (text.rfind("\n", 0, bad.start()) + 1) + 1
        refuse(
            fixed or Place(file, line, column),
            "this character cannot stand in a scenario",
            "save the file as plain text",
        )
        return None, problems
    try:
        return _build(text, where, refuse), problems
    except _Stop:
        return None, problems
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if "could not find expected ':'" in str(error.problem) and error.context_mark is not None:
            mark = error.context_mark  # the parser notices on the next line
        lines = text.splitlines()
        rule, repair = _plain_words(error, lines[mark.line] if mark is not None and mark.line < len(lines) else "")
        refuse(where(mark), rule, repair)
    except Exception as error:  # the YAML parser lets a few ValueErrors through, e.g. for "\UFFFFFFFF"
        refuse(fixed or Place(file), f"not readable as YAML: {error}")
    return None, problems


def _build(text: str, where: Any, refuse: Any) -> Node | None:
    stack: list[_Open] = []
    root: Node | None = None
    n_nodes = 0
    n_documents = 0

    def path() -> str:
        return ".".join(level.key for level in stack if level.key is not None)

    def place_node(node: Node) -> None:
        nonlocal root
        if not stack:
            root = node
            return
        top = stack[-1]
        if not top.is_mapping:
            top.items.append(node)
        elif top.key_place is not None:
            if top.key is not None and not top.skip:
                top.entries[top.key] = Entry(top.key, top.key_place, node)
            top.key, top.key_place, top.skip = None, None, False
        elif isinstance(node, Scalar):
            read_key(top, node)
        else:
            refuse(node.place, f"a name is expected before the colon, not {kind(node)}", path=path())
            top.key_place, top.skip = node.place, True

    def read_key(top: _Open, node: Scalar) -> None:
        before = path()
        top.key, top.key_place = node.text, node.place
        if node.text == "<<" and not node.quoted:
            refuse(
                node.place, "merge keys are not part of the language", "write the values out, or use extends", before
            )
            top.skip = True
        elif node.empty:
            refuse(node.place, "a name is missing before the colon", path=before)
            top.skip = True
        elif node.text in top.entries:
            first = top.entries[node.text].place
            refuse(
                node.place,
                f"this name was already given on line {first.line}",
                "keep one of the two",
                f"{before}.{node.text}" if before else node.text,
            )
            top.skip = True

    # SafeLoader only scans and parses here: nothing is constructed, no type is guessed.
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.DocumentStartEvent):
            n_documents += 1
            if n_documents > 1:
                refuse(
                    where(event.start_mark),
                    "one file is one scenario; a second document starts here",
                    "remove the line ---",
                )
                raise _Stop
        elif isinstance(event, yaml.AliasEvent):
            refuse(
                where(event.start_mark),
                f"aliases (*{event.anchor}) are not part of the language",
                "write the value out",
                path(),
            )
            raise _Stop
        elif isinstance(event, yaml.NodeEvent):
            place = where(event.start_mark)
            n_nodes += 1
            if n_nodes > MOST_NODES:
                refuse(place, f"more than {MOST_NODES:,} values", "put long tables into CSV files")
                raise _Stop
            if event.anchor is not None:
                refuse(place, f"anchors (&{event.anchor}) are not part of the language", "remove it", path())
            tag = getattr(event, "tag", None)
            if tag is not None:
                refuse(place, f"tags ({tag}) are not part of the language", "remove it", path())
            if isinstance(event, yaml.ScalarEvent):
                if _UNPRINTABLE.search(event.value):
                    refuse(place, "this text holds a character that cannot be shown", "remove the escape", path())
                    place_node(Scalar("unreadable", place, True))
                else:
                    value = event.value if event.style else event.value.strip()
                    place_node(Scalar(value, place, bool(event.style)))
            else:
                if len(stack) >= DEEPEST:
                    refuse(place, f"nested deeper than {DEEPEST} levels", path=path())
                    raise _Stop
                stack.append(_Open(place, isinstance(event, yaml.MappingStartEvent)))
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            done = stack.pop()
            place_node(
                MappingNode(done.entries, done.place)
                if done.is_mapping
                else SequenceNode(tuple(done.items), done.place)
            )
    return root


def _plain_words(error: yaml.MarkedYAMLError, line: str) -> tuple[str, str | None]:
    """Translate a parser's complaint about a line into what to look for in the text."""
    said = str(error.problem or error.context or "unreadable")
    opened = f" (opened on line {error.context_mark.line + 1})" if error.context_mark is not None else ""
    rule = f"not readable as YAML: {said}"
    if "\\t" in said:
        return "a tab stands where spaces are expected", "indent with spaces"
    if "mapping values are not allowed" in said:
        if "：" in line:
            return "a second colon on this line, or a wrong indent", "write an ordinary colon and a blank for ："
        return "a second colon on this line, or a wrong indent", "put text that holds ': ' into quotes"
    if "could not find expected ':'" in said:
        if "：" in line:
            return "a line without ': ' after its name", "write an ordinary colon and a blank for ："
        return "a line without ': ' after its name", "write name: value (with a blank after the colon)"
    if "expected ',' or '}'" in said:
        return f"a {{ ... }}{opened} is not closed, or a comma is missing", "close it with }"
    if "expected ',' or ']'" in said:
        return f"a [ ... ]{opened} is not closed, or a comma is missing", "close it with ]"
    if "end of stream" in said or "end of stream" in str(error.context):
        return f"a quotation mark{opened} is not closed", "close it"
    if "expected <block end>" in said:
        return "this line is indented differently from the lines above it", "align it with them"
    if "expected the node content" in said:
        return "a value is missing or stands in the wrong place", "write name: value"
    if "cannot start any token" in said or "chomping" in said:
        return rule, "put the text into quotes"
    return rule, None


def from_python(value: object, place: Place, depth: int = 0) -> Node:
    """Make nodes of a value given in a program (numbers, texts, dates, durations, mappings, lists).

    Examples
    --------
    >>> here = Place("changes")
    >>> [from_python(x, here).text for x in (True, 3.0, date(2026, 3, 2), time(8, 30), timedelta(minutes=5))]
    ['true', '3', '2026-03-02', '08:30', '300 s']
    """
    if depth > DEEPEST:
        raise ValueError(f"nested deeper than {DEEPEST} levels")
    if type(value).__module__ == "numpy" and hasattr(value, "tolist"):
        value = value.tolist()  # a number, or nested lists of them
    if isinstance(value, Mapping):
        entries = {str(k): Entry(str(k), place, from_python(v, place, depth + 1)) for k, v in value.items()}
        return MappingNode(entries, place)
    if isinstance(value, (list, tuple)):
        return SequenceNode(tuple(from_python(item, place, depth + 1) for item in value), place)
    return Scalar(_written(value), place)


def _written(value: object) -> str:
    """Write a single value of a program as it would stand in a file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("seconds" if value.second else "minutes")
    if isinstance(value, timedelta):
        return f"{_written(value.total_seconds())} s"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
