"""Sheets: the cells in which the same measures are wanted, every scope of some kinds in some columns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.measures.cells.arrays import Floats
from sim.measures.definition import Measure, ScopeKind
from sim.measures.intervals import Intervals
from sim.measures.wanted import KINDS, Wanted


@dataclass(frozen=True, eq=False)
class Part:
    """Cells of one kind of scope in a sheet.

    Attributes
    ----------
    kind : str
        Kind of scope.
    names : tuple of str
        Names of its scopes.
    ways : tuple of Intervals
        Ways of splitting whose labels are the columns.
    cells : slice
        Where the cells stand in the sheet: scope by scope, each with all its columns.
    """

    kind: ScopeKind
    names: tuple[str, ...]
    ways: tuple[Intervals, ...]
    cells: slice

    @cached_property
    def width(self) -> int:
        """Number of columns."""
        return sum(way.n for way in self.ways)

    @cached_property
    def columns(self) -> tuple[slice, ...]:
        """Columns of each way of splitting."""
        ends = np.cumsum([way.n for way in self.ways]).tolist()
        return tuple(slice(end - way.n, end) for way, end in zip(self.ways, ends, strict=True))


@dataclass(frozen=True, eq=False)
class Sheet:
    """Cells in which the same measures of one family are wanted, as one flat array.

    Attributes
    ----------
    whole : Intervals
        The whole period in one piece.
    end : float
        Length of the period [min].
    wanted : frozenset of str
        Names of the measures.
    parts : tuple of Part
        One for each kind of scope.
    """

    whole: Intervals
    end: float
    wanted: frozenset[str]
    parts: tuple[Part, ...]

    @cached_property
    def n(self) -> int:
        """Number of cells."""
        return self.parts[-1].cells.stop if self.parts else 0

    def wants(self, *names: str) -> bool:
        """Whether any of these is wanted."""
        return not self.wanted.isdisjoint(names)

    def part(self, kind: ScopeKind) -> Part | None:
        """Cells of a kind of scope, if there are any."""
        return next((p for p in self.parts if p.kind == kind), None)

    def filled(self, table: Callable[[Part, Intervals], Floats], kinds: Collection[ScopeKind] | None = None) -> Floats:
        """Cells from the tables of each part and way of splitting, shape (n,).

        Parameters
        ----------
        table : callable
            Gives an array of shape (scopes, labels), or with one axis before these: so has then the result.
        kinds : collection of str, optional
            Kinds of scope that are filled; the others are 0.
        """
        out: Floats | None = None
        for part in self.parts:
            if kinds is not None and part.kind not in kinds:
                continue
            shape = len(part.names), part.width
            for way, columns in zip(part.ways, part.columns, strict=True):
                block = table(part, way)
                front = block.shape[:-2]
                if out is None:
                    out = np.zeros((*front, self.n))
                out[..., part.cells].reshape(*front, *shape)[..., columns] = block
        return np.zeros(self.n) if out is None else out

    @cached_property
    def minutes(self) -> Floats:
        """Minutes of the period in each cell, shape (n,)."""
        return self.filled(lambda part, way: np.tile(way.minutes(self.end), (len(part.names), 1)))

    @cached_property
    def snapshots(self) -> Floats:
        """Number of intervals, and of ends of intervals, in each cell, shape (n,)."""
        return self.filled(
            lambda part, way: np.tile(np.bincount(way.label_of, minlength=way.n), (len(part.names), 1)).astype(float)
        )

    def by_scope(self, kind: ScopeKind, numbers: Floats) -> Floats:
        """A number of each scope of a kind in its cells, NaN in all others, shape (n,)."""
        out = np.full(self.n, np.nan)
        part = self.part(kind)
        if part is not None:
            out[part.cells] = np.repeat(numbers, part.width)
        return out


def sheets_of(
    wanted: Wanted, end: float, family: Sequence[Measure], scopes: dict[ScopeKind, tuple[str, ...]]
) -> tuple[Sheet, ...]:
    """Sheets for a family of measures: cells that want the same ones stand together.

    Parameters
    ----------
    wanted : Wanted
        What is asked for.
    end : float
        Length of the period [min].
    family : sequence of Measure
        Measures that are computed together.
    scopes : dict of kind to tuple of str
        Scopes that the network and the services have.
    """
    own = {m.name for m in family}
    found: dict[frozenset[str], dict[ScopeKind, list[Intervals]]] = {}
    for kind in KINDS:
        possible = {m.name for m in family if kind in m.scopes}
        for way, names in zip(wanted.ways, wanted.names, strict=True):
            asked = names.get(kind, frozenset()) & own
            if scopes.get(kind) and asked & possible:
                found.setdefault(asked, {}).setdefault(kind, []).append(way)
    sheets = []
    for asked, kinds in found.items():
        parts, begin = [], 0
        for kind, ways in kinds.items():
            size = len(scopes[kind]) * sum(way.n for way in ways)
            parts.append(Part(kind, scopes[kind], tuple(ways), slice(begin, begin + size)))
            begin += size
        sheets.append(Sheet(wanted.ways[0], end, asked, tuple(parts)))
    return tuple(sheets)
