"""Rows of a table: which measure of which scope in which interval each of them holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.measures.cells.arrays import Ints
from sim.measures.cells.sheets import Sheet
from sim.measures.definition import Measure, ScopeKind
from sim.measures.intervals import Intervals
from sim.measures.wanted import KINDS

ONCE = frozenset({"meets_target_day", "meets_due_day"})
"""Measures of the whole period only: a share of its days."""


@dataclass(frozen=True, eq=False)
class Block:
    """Rows of one measure and kind of scope.

    Attributes
    ----------
    measure : int
        Number of the measure.
    kind : str
        Kind of scope.
    first : int
        Its first row; then come all columns of the first scope, all of the second ...
    ways : tuple of int
        Numbers of the ways of splitting whose labels are the columns.
    """

    measure: int
    kind: ScopeKind
    first: int
    ways: tuple[int, ...]


class Rows:
    """Rows in order of measure, kind of scope, scope, way of splitting and interval; they do not depend on any data.

    Parameters
    ----------
    measures : mapping of str to Measure
        The catalogue; its order is that of the rows.
    scopes : mapping of kind of scope to sequence of str
        Names of the scopes.
    ways : sequence of Intervals
        Ways of splitting; the first one is the whole period.
    sheets : sequence of Sheet
        Cells of the wanted measures.

    Attributes
    ----------
    measures : tuple of str
        Names of the measures that have rows.
    scopes : tuple of (str, str)
        Kind and name of each scope.
    ways : tuple of Intervals
        Ways of splitting.
    n : int
        Number of rows.
    """

    def __init__(
        self,
        measures: Mapping[str, Measure],
        scopes: Mapping[ScopeKind, Sequence[str]],
        ways: Sequence[Intervals],
        sheets: Sequence[Sheet],
    ) -> None:
        self.ways = tuple(ways)
        self.scopes = tuple((kind, name) for kind in KINDS for name in scopes.get(kind, ()))
        self._number = {id(way): i for i, way in enumerate(self.ways)}
        self._size = {kind: len(scopes.get(kind, ())) for kind in KINDS}
        self._blocks: dict[tuple[str, ScopeKind], Block] = {}
        self._slots: dict[tuple[str, int], tuple[Sheet, Ints | None, Ints]] = {}
        columns: dict[tuple[str, ScopeKind], set[int]] = {}
        for sheet in sheets:
            for part in sheet.parts:
                numbers = [self._number[id(way)] for way in part.ways]
                for name in sheet.wanted:
                    if part.kind in measures[name].scopes:
                        mine = (x for x in numbers if x == 0 or name not in ONCE)
                        columns.setdefault((name, part.kind), set()).update(mine)
        names = {name for (name, _), ways_ in columns.items() if ways_}
        self.measures = tuple(name for name in measures if name in names)
        self.n = 0
        for i, name in enumerate(self.measures):
            for kind in KINDS:
                block = Block(i, kind, self.n, tuple(sorted(columns.get((name, kind), ()))))
                if block.ways:
                    self._blocks[name, kind] = block
                    self.n += self._size[kind] * self._width(block)

    def _width(self, block: Block) -> int:
        return sum(self.ways[i].n for i in block.ways)

    def slots(self, name: str, sheet: Sheet) -> tuple[Ints | None, Ints]:
        """Cells of a sheet that hold a measure (None: all of them), and the row of each.

        Examples
        --------
        >>> from sim.measures.cells.sheets import Part
        >>> from sim.measures.definition import Measure
        >>> asa, whole = Measure("asa", "Wait", "min", "contact", ("step",), "a / b"), Intervals.whole(60)
        >>> sheet = Sheet(whole, 60.0, frozenset({"asa"}), (Part("step", ("x", "y"), (whole,), slice(0, 2)),))
        >>> Rows({"asa": asa}, {"step": ("x", "y")}, (whole,), (sheet,)).slots("asa", sheet)
        (None, array([0, 1]))
        """
        known = self._slots.get((name, id(sheet)))
        if known is None:
            cells, rows = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
            for part in sheet.parts:
                block = self._blocks.get((name, part.kind))
                if block is None:
                    continue
                width, at = self._width(block), 0
                scope = np.arange(len(part.names))[:, None]
                offset = dict(zip(block.ways, np.cumsum([0, *(self.ways[i].n for i in block.ways)]), strict=False))
                for way in part.ways:
                    number = self._number[id(way)]
                    if number in offset:
                        label = np.arange(way.n)
                        cells.append((part.cells.start + scope * part.width + at + label).ravel())
                        rows.append((block.first + scope * width + offset[number] + label).ravel())
                    at += way.n
            cell = np.concatenate(cells)
            everything = np.array_equal(cell, np.arange(sheet.n))
            known = sheet, None if everything else cell, np.concatenate(rows)
            self._slots[name, id(sheet)] = known
        return known[1], known[2]

    def row(self, measure: str, kind: str, scope: str, grid: str, interval: int) -> int | None:
        """Row of a measure, scope and interval (-1: the whole period); None where there is none."""
        block = self._blocks.get((measure, kind))  # type: ignore[arg-type]
        way = next((i for i, w in enumerate(self.ways) if w.name == grid), None)
        number = self._scope_number.get((kind, scope))
        if block is None or way not in block.ways or number is None:
            return None
        label = 0 if way == 0 else interval
        if way is None or not 0 <= label < self.ways[way].n or (way == 0) != (interval < 0):
            return None
        before = sum(self.ways[i].n for i in block.ways if i < way)
        return block.first + number * self._width(block) + before + label

    @cached_property
    def _scope_number(self) -> dict[tuple[str, str], int]:
        """Number of each scope among those of its kind."""
        seen: dict[str, int] = {}
        out: dict[tuple[str, str], int] = {}
        for kind, name in self.scopes:
            out[kind, name] = seen[kind] = seen.get(kind, -1) + 1
        return out

    @cached_property
    def _numbers(self) -> tuple[NDArray[np.int32], ...]:
        """Measure, scope, way of splitting and interval of each row."""
        first_of_kind = {kind: next((i for i, s in enumerate(self.scopes) if s[0] == kind), 0) for kind in KINDS}
        parts: list[tuple[Ints, ...]] = [(np.zeros(0, dtype=np.int64),) * 4]
        for block in self._blocks.values():
            ways = [self.ways[i] for i in block.ways]
            way = np.repeat(block.ways, [w.n for w in ways])
            label = np.concatenate([np.arange(w.n) if i else [-1] for i, w in zip(block.ways, ways, strict=True)])
            n = self._size[block.kind]
            scope = first_of_kind[block.kind] + np.arange(n)
            size = n * way.size
            parts.append((np.full(size, block.measure), np.repeat(scope, way.size), np.tile(way, n), np.tile(label, n)))
        return tuple(np.concatenate(x).astype(np.int32) for x in zip(*parts, strict=True))

    @property
    def measure(self) -> NDArray[np.int32]:
        """Number of the measure of each row."""
        return self._numbers[0]

    @property
    def scope(self) -> NDArray[np.int32]:
        """Number of the scope of each row."""
        return self._numbers[1]

    @property
    def way(self) -> NDArray[np.int32]:
        """Number of the way of splitting of each row."""
        return self._numbers[2]

    @property
    def interval(self) -> NDArray[np.int32]:
        """Number of the label of each row; -1 for the whole period."""
        return self._numbers[3]
