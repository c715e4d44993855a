"""Reading of nodes into values: one collector of problems, warnings, defaults and provenance per load."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sim.scenario.model import DefaultTaken, Provenance
from sim.scenario.model.ranges import Range, read_range
from sim.scenario.readers.row_problems import RowProblems
from sim.scenario.text.nodes import ChangedNode, Entry, MappingNode, Node, Scalar, SequenceNode, amount_path, kind
from sim.scenario.text.problems import Place, Problem, Unreadable, name_repair
from sim.scenario.text.spelling import alike, is_split_decimal, respelled
from sim.scenario.text.tables import RowProblem, Table, read_table
from sim.scenario.text.units import number, quantity, weekdays
from sim.scenario.text.words import LATER, PROVENANCE

if TYPE_CHECKING:
    from sim.scenario.tables.workbook import Workbook

T = TypeVar("T")
_NAME = re.compile(r"[^\W\d_][\w-]*")
LONGEST_NAME = 64
NOT_WRAPPED = "only single numbers are wrapped as {value, between, source, assumed}, and this is none"
UNVALUED = "a range or a source belongs to a value"


Memory = dict[str, tuple[Node, object]]
"""What was read before: by path, the node and its value."""


class Reading:
    """What one load has found so far.

    Parameters
    ----------
    memory : what an earlier reading has read, to be recalled where nothing changed: then this is a redraw, for which
        everything but the drawn values is known and was checked. None for a first reading.
    """

    def __init__(self, memory: Memory | None = None) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.defaults: list[DefaultTaken] = []
        self.provenance: dict[str, Provenance] = {}
        self.ranges: dict[str, tuple[Range, MappingNode]] = {}
        self.tables: dict[str, Table | Unreadable] = {}
        self.workbooks: dict[str, Workbook | Unreadable] = {}
        self.every_cell = False  # list every wrong cell of a workbook, as for a copy in which they are marked
        self.redraw = memory is not None
        self.memory: Memory = {} if memory is None else memory

    def once(self, node: Node, path: str, read: Callable[[], T]) -> T:
        """Read what a node says, or recall it if this very node was read before."""
        known = self.memory.get(path)
        if known is not None and known[0] is node:
            return known[1]  # type: ignore[return-value]
        value = read()
        if value is not None and not self.redraw:
            self.memory[path] = (node, value)
        return value

    def problem(
        self, at: Node | Place, path: str, rule: str, repair: str | None = None, got: str | None = None
    ) -> None:
        """Note an error."""
        place = at if isinstance(at, Place) else at.place
        self.problems.append(Problem(place.file, place.line, place.column, path, rule, repair, got))

    def warn(self, at: Node | Place, path: str, rule: str, repair: str | None = None) -> None:
        """Note something doubtful."""
        if self.redraw:
            return
        place = at if isinstance(at, Place) else at.place
        self.warnings.append(Problem(place.file, place.line, place.column, path, rule, repair, None, "warning"))

    def default(self, path: str, value: str, why: str) -> None:
        """Note a value taken because nothing was written."""
        if not self.redraw:
            self.defaults.append(DefaultTaken(path=path, value=value, why=why))

    def scalar(self, node: Node, path: str, parse: Callable[[str], T], fixed: str | None = None) -> T | None:
        """Read a single value, or note why it cannot be read.

        The value may be wrapped as `{value, between, source, assumed}`; the rest is kept as provenance and range.
        `fixed` tells why this value cannot have a range, if it cannot.
        """
        inner = self.unwrap(node, path, parse, fixed)
        if inner is None:
            return None
        return self.text(inner, path, parse)

    def text(self, node: Node, path: str, parse: Callable[[str], T]) -> T | None:
        """Read a single value that is no number (no provenance)."""
        if not isinstance(node, Scalar):
            if isinstance(node, MappingNode) and any(word in node for word in PROVENANCE):
                if "value" in node:
                    self.problem(node, path, NOT_WRAPPED, "write it bare")
                else:
                    self.problem(node, path, UNVALUED, "add value: and the number")
                return None
            try:
                parse("")
            except Unreadable as error:
                self.problem(node, path, f"{error.rule}, not {kind(node)}")
                return None
            self.problem(node, path, f"a single value is expected, not {kind(node)}")
            return None
        try:
            return parse(node.text)
        except Unreadable as error:
            self.problem(node, path, error.rule, error.repair or respelled(node.text), node.note or node.text)
            return None

    def unwrap(self, node: Node, path: str, parse: Callable[[str], object], fixed: str | None = None) -> Node | None:
        """Take the value out of `{value, between, source, assumed}` and keep the rest as provenance and range."""
        if not isinstance(node, MappingNode) or "value" not in node:
            return node
        inner = node.get("value")
        if self.redraw:
            return inner
        fields = Fields(self, node, path, PROVENANCE)
        between: tuple[str, str] | None = None
        source: str | None = fields.take("source", lambda r, n, p: r.text(n, p, words), None)
        assumed = bool(fields.take("assumed", read_yes_no, False))
        name: str | None = fields.take("drawn_with", lambda r, n, p: r.text(n, p, words), None)
        if isinstance(inner, MappingNode) and "value" in inner:
            self.problem(inner, path, "a value is wrapped once")
            return None
        ends = fields.node("between")
        if ends is not None:
            between = self._between(ends, f"{path}.between", parse)
            if between is not None:
                self._range(node, path, between, parse, fixed, source, assumed, name)
        elif name is not None:
            self.problem(
                node.entries["drawn_with"].place,
                f"{path}.drawn_with",
                "only a value with a range is drawn",
                "add between: [low, high]",
            )
        self.provenance[path] = Provenance(between=between, source=source, assumed=assumed, drawn_with=name)
        for i, (word, amount) in enumerate(node.amounts if isinstance(node, ChangedNode) else ()):
            self.scalar(amount, amount_path(path, word, i), lambda text: quantity(text)[0])
        return inner

    def _between(self, node: Node, path: str, parse: Callable[[str], object]) -> tuple[str, str] | None:
        if not isinstance(node, SequenceNode) or len(node.items) != 2:
            self.problem(node, path, "a range [low, high] is expected")
            return None
        low, high = node.items
        if not isinstance(low, Scalar) or not isinstance(high, Scalar):
            self.problem(node, path, "a range [low, high] of single values is expected")
            return None
        if None in [self.text(end, path, parse) for end in (low, high)]:
            return None
        return low.text, high.text

    def _range(
        self,
        node: MappingNode,
        path: str,
        between: tuple[str, str],
        parse: Callable[[str], object],
        fixed: str | None,
        source: str | None,
        assumed: bool,
        drawn_with: str | None,
    ) -> None:
        """Note the range of a value, from which it can be drawn."""
        inner, ends = node.entries["value"].value, node.entries["between"].value
        if not isinstance(inner, Scalar):
            rule = f"a range belongs to a single number, and here is {kind(inner)}"
            self.problem(ends, f"{path}.between", rule, "write it at each number")
            return
        if fixed is not None:
            self.problem(ends, f"{path}.between", fixed, "remove between")
            return
        try:
            parse(inner.text)
        except Unreadable:
            return  # the reader of the value says so
        try:
            texts, changes = _base_texts(node)
            made = read_range(path, (inner.text, *between), parse, source or "", assumed, texts, changes)
        except Unreadable as error:
            outside = error.rule.startswith("the value lies")
            got = (inner.note or inner.text) if outside else None
            self.problem(
                inner if outside else ends, path if outside else f"{path}.between", error.rule, error.repair, got
            )
            return
        self.ranges[path] = (replace(made, drawn_with=drawn_with or ""), node)

    def mapping(self, node: Node, path: str, what: str) -> MappingNode | None:
        """Give the node if it is a mapping, else note that one is expected."""
        if isinstance(node, MappingNode):
            return node
        got = node.text if isinstance(node, Scalar) else None
        self.problem(node, path, f"{what} is expected" + ("" if got is not None else f", not {kind(node)}"), None, got)
        return None

    def named(self, node: Node, path: str, what: str) -> list[Entry]:
        """List the entries of a mapping of named things; names that cannot be used are noted and left out."""
        found = self.mapping(node, path, what)
        if found is None:
            return []
        good: list[Entry] = []
        for entry in found:
            if not _NAME.fullmatch(entry.key) or len(entry.key) > LONGEST_NAME:
                wish = re.sub(r"\W+", "_", entry.key).strip("_")
                long = f", at most {LONGEST_NAME} of them" if len(entry.key) > LONGEST_NAME else ""
                self.problem(
                    entry.place,
                    path,
                    f"a name starts with a letter and has only letters, digits, underscores and hyphens{long}",
                    f"write {wish}" if _NAME.fullmatch(wish) and len(wish) <= LONGEST_NAME else None,
                    entry.key,
                )
            else:
                good.append(entry)
        for name, first in alike(entry.key for entry in good):
            rule = f"only capitals or the width of its characters tell it from {first}"
            repair = "give it another name, or remove one of the two"
            self.warn(found.entries[name].place, f"{path}.{name}", rule, repair)
        if not good and not found.entries:
            self.problem(node, path, "at least one is expected here")
        return good

    def weekly(self, node: MappingNode, path: str, skip: Sequence[str] = ()) -> list[tuple[tuple[int, ...], Entry]]:
        """List the entries of a mapping by weekdays, as numbers; a weekday given twice is noted."""
        seen: dict[int, Entry] = {}
        found: list[tuple[tuple[int, ...], Entry]] = []
        for entry in node:
            if entry.key in skip:
                continue
            try:
                days = weekdays(entry.key)
            except Unreadable as error:
                known = [*skip, "mon", "mon-fri", "sat-sun"] if skip else ["mon", "mon-fri", "sat-sun"]
                self.unknown(entry, path, known, error)
                continue
            for day in days:
                if day in seen:
                    self.problem(
                        entry.place,
                        f"{path}.{entry.key}",
                        f"{_DAY_NAMES[day]} is already given by {seen[day].key} on line {seen[day].place.line}",
                        "let the ranges of weekdays not overlap",
                    )
                    break
                seen[day] = entry
            found.append((days, entry))
        return found

    def unknown(self, entry: Entry, path: str, known: Iterable[str], error: Unreadable | None = None) -> None:
        """Note a name that is not known here."""
        full = f"{path}.{entry.key}" if path else entry.key
        if entry.key in PROVENANCE:
            if entry.key == "value":
                self.problem(entry.place, full, NOT_WRAPPED, "write it bare")
            else:
                self.problem(entry.place, full, UNVALUED, "add value: and the number")
        elif entry.key in LATER:
            self.problem(entry.place, full, f"comes later: {LATER[entry.key]}")
        elif error is not None and error.repair:
            self.problem(entry.place, full, error.rule, error.repair)
        elif is_split_decimal(entry.key):
            self.problem(entry.place, full, "unknown name", "if a decimal comma is meant, write a point")
        else:
            self.problem(entry.place, full, "unknown name", name_repair(entry.key, known))

    def table(self, node: Node, path: str) -> Table | None:
        """Read the CSV that a node names (relative to the file the name is written in), once per load."""
        name = self.text(node, path, words)
        if name is None or not isinstance(node, Scalar):
            return None
        file = beside(node.place.file, name)
        if file not in self.tables:
            try:
                self.tables[file] = read_table(Path(file), shown_path(node.place.file, name))
            except Unreadable as error:
                self.tables[file] = error
        found = self.tables[file]
        if isinstance(found, Table):
            return found
        line = getattr(found, "line", None)
        if line is None:
            self.problem(node, path, found.rule, found.repair, name)
        else:
            self.problem(Place(shown_path(node.place.file, name), line), path, found.rule, found.repair)
        return None

    def rows(self, table: Table, path: str) -> RowProblems:
        """Start a list of problems in rows of a table."""
        return RowProblems(self, table, path)


def _base_texts(node: MappingNode) -> tuple[tuple[str, str, str] | None, tuple[tuple[str, str], ...]]:
    """Value and ends in the base of a changed value, and the changes."""
    if not isinstance(node, ChangedNode):
        return None, ()
    value, ends = node.base.get("value"), node.base.get("between")
    items = ends.items if isinstance(ends, SequenceNode) else ()
    texts = [item.text for item in (value, *items) if isinstance(item, Scalar)]
    return ((texts[0], texts[1], texts[2]), node.changes) if len(texts) == 3 else (None, ())


class Fields:
    """The fields of one mapping: each is taken once, unknown ones are noted at the start.

    Parameters
    ----------
    reading : where problems go.
    node : the mapping.
    path : its dotted path ("" for the whole file).
    known : names of its fields.
    """

    def __init__(self, reading: Reading, node: MappingNode, path: str, known: Sequence[str]) -> None:
        self.reading, self.mapping, self.path = reading, node, path
        wrapped = "value" in node and not any(word in known for word in PROVENANCE)
        if wrapped:
            reading.problem(node, path, NOT_WRAPPED, "write it bare")
        for entry in node:
            if entry.key not in known and not (wrapped and entry.key in PROVENANCE):
                reading.unknown(entry, path, known)

    def at(self, name: str) -> str:
        """Give the dotted path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def node(self, name: str) -> Node | None:
        """Give the node of a field, or None."""
        return self.mapping.get(name)

    def take(
        self,
        name: str,
        read: Callable[[Reading, Node, str], T | None],
        default: T,
        shown_default: str | None = None,
        why: str = "",
    ) -> T:
        """Read a field; where it is missing take (and note) the default, where it is wrong note the problem."""
        node = self.node(name)
        if node is None:
            if shown_default is not None:
                self.reading.default(self.at(name), shown_default, why)
            return default
        value = read(self.reading, node, self.at(name))
        return default if value is None else value

    def need(self, name: str, read: Callable[[Reading, Node, str], T | None], rule: str, repair: str) -> T | None:
        """Read a field that must be there."""
        node = self.node(name)
        if node is None:
            self.reading.problem(self.mapping, self.at(name), rule, repair)
            return None
        return read(self.reading, node, self.at(name))


_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def words(text: str) -> str:
    """Read any text that is not empty."""
    if not text:
        raise Unreadable("a text is expected")
    return text


def read_yes_no(reading: Reading, node: Node, path: str) -> bool | None:
    """Read `yes` or `no` (`true` or `false`)."""

    def parse(text: str) -> bool:
        if text not in ("yes", "no", "true", "false"):
            raise Unreadable("yes or no is expected")
        return text in ("yes", "true")

    return reading.text(node, path, parse)


def one_of(*choices: str, later: Sequence[str] = ()) -> Callable[[str], str]:
    """Make a reader of one of some words; `later` are words that a coming version will know."""

    def parse(text: str) -> str:
        if text in choices:
            return text
        listed = " or ".join([", ".join(choices[:-1]), choices[-1]] if len(choices) > 1 else choices)
        if text in later:
            raise Unreadable(f"comes later: this version knows {listed}")
        raise Unreadable(f"{listed} is expected", None if not text else _near(text, choices))

    return parse


def _near(text: str, choices: Sequence[str]) -> str | None:
    repair = name_repair(text, choices)
    return repair if repair.startswith("did you mean") else None


def read_number(low: float | None, high: float | None) -> Callable[[Reading, Node, str], float | None]:
    """Make a reader of a bare number within [low, high]."""
    return lambda reading, node, path: reading.scalar(node, path, lambda text: number(text, low, high))


def read_numbers(reading: Reading, node: SequenceNode, path: str, low: float, high: float) -> tuple[float, ...]:
    """Read a list of bare numbers; wrong ones are noted and read as 0."""
    values = [
        reading.scalar(item, f"{path}[{i + 1}]", lambda text: number(text, low, high))
        for i, item in enumerate(node.items)
    ]
    return tuple(0.0 if value is None else value for value in values)


def beside(file: str, name: str) -> str:
    """Give the path of a file named in another file."""
    return os.path.normpath(os.path.join(os.path.dirname(file), name))  # noqa: PTH118, PTH120 - text, no access


def shown_path(file: str, name: str) -> str:
    """Give the path of a named file as messages show it."""
    return beside(file, name)


__all__ = [
    "Fields", "Reading", "RowProblem", "RowProblems", "beside", "one_of", "read_number", "read_numbers",
    "read_yes_no", "shown_path", "words",
]  # fmt: skip
