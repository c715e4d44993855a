"""Rows placed in scopes and intervals: numbers, sums, extremes and quantiles of them, cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.measures.cells.arrays import Bools, Floats, Ints
from sim.measures.cells.passes import Cells, grouped, least, numbers, profiles, sums
from sim.measures.cells.ruler import Moments
from sim.measures.cells.sheets import Part, Sheet
from sim.measures.definition import ScopeKind
from sim.measures.intervals import Intervals


@dataclass(frozen=True, eq=False)
class Scopes:
    """Scopes of one kind.

    Attributes
    ----------
    names : tuple of str
        Their names.
    of : int array, shape (rows,)
        Scope of each row.
    """

    names: tuple[str, ...]
    of: Ints


@dataclass(frozen=True, eq=False)
class Placed:
    """Rows, with the scopes of several kinds and the intervals in which each of them counts.

    Parameters
    ----------
    kinds : mapping of kind of scope to Scopes
        Every row is in one scope of each kind.
    moments : Moments
        When each row counts.

    Examples
    --------
    >>> from sim.measures.cells.ruler import Ruler
    >>> halves, whole = Intervals([0, 30, 60]), Intervals.whole(60)
    >>> sheet = Sheet(whole, 60.0, frozenset(), (Part("step", ("a", "b"), (whole, halves), slice(0, 6)),))
    >>> arrivals = Moments(np.array([5.0, 6.0, 40.0]), Ruler((halves,)))
    >>> rows = Placed({"step": Scopes(("a", "b"), np.array([0, 1, 1]))}, arrivals)
    >>> rows.numbers(sheet).reshape(2, 3)
    array([[1., 1., 0.],
           [2., 1., 1.]])
    """

    kinds: Mapping[ScopeKind, Scopes]
    moments: Moments
    _cells: dict[tuple[int, int], tuple[Intervals, Cells]] = field(default_factory=dict)

    def _scoping(self, kind: ScopeKind) -> int:
        """Kinds that share it place every row alike."""
        scopes = self.kinds[kind]
        return 0 if len(scopes.names) == 1 else id(scopes.of)

    def _in(self, kind: ScopeKind, way: Intervals) -> Cells:
        """Scope and label of each row; the label 0 is outside."""
        at = (self._scoping(kind), id(way))
        if at not in self._cells:
            scopes = self.kinds[kind]
            table, place = self.moments.labels(way)
            # held with the way, so that no other way is given its place in memory
            self._cells[at] = way, Cells(table, place, scopes.of, len(scopes.names), way.n + 1)
        return self._cells[at][1]

    def _in_scopes(self, kind: ScopeKind) -> Cells:
        """Scope of each row alone."""
        scopes = self.kinds[kind]
        return Cells(np.zeros(len(scopes.names), dtype=np.int64), scopes.of, scopes.of, len(scopes.names), 1)

    def numbers(self, sheet: Sheet) -> Floats:
        """Number of the rows in each cell, shape (cells,)."""
        out: Floats = self._added(sheet, numbers)
        return out

    def totals(self, sheet: Sheet, weights: Floats) -> Floats:
        """Sums of weights over the rows in each cell, shape (weights, cells).

        Parameters
        ----------
        weights : array, shape (weights, rows)
        """
        return self._added(sheet, lambda cells: sums(cells, weights), weights)

    def _added(self, sheet: Sheet, add: Callable[[Cells], Floats], weights: Floats | None = None) -> Floats:
        known: dict[tuple[int, int], Floats] = {}

        def counted(part: Part, way: Intervals) -> Floats:
            at = (self._scoping(part.kind), id(way))
            if at not in known:
                cells = self._in(part.kind, way)
                found = add(cells)
                known[at] = found.reshape(*found.shape[:-1], cells.n, cells.size)
            return known[at]

        def table(part: Part, way: Intervals) -> Floats:
            if way is not sheet.whole:
                return counted(part, way)[..., 1:]
            other = next((w for w in part.ways if w is not way), None)
            if other is not None:
                return counted(part, other).sum(axis=-1, keepdims=True)
            cells = self._in_scopes(part.kind)
            if weights is not None and cells.n == 1:
                return weights.sum(axis=-1)[:, None, None]
            return add(cells)[..., None]

        return sheet.filled(table)

    def profiles(self, sheet: Sheet, profile: Ints, sets: Bools) -> Floats:
        """Numbers of rows of each set of profiles in each cell, shape (sets, cells).

        Parameters
        ----------
        profile : int array, shape (rows,)
            What is said of a row.
        sets : bool array, shape (sets, profiles)
            Profiles that belong to each set.
        """
        known: dict[tuple[int, int], Floats] = {}

        def counted(part: Part, way: Intervals | None) -> Floats:
            at = (self._scoping(part.kind), id(way))
            if at not in known:
                cells = self._in_scopes(part.kind) if way is None else self._in(part.kind, way)
                known[at] = profiles(cells, profile, sets).reshape(-1, cells.n, cells.size)
            return known[at]

        def table(part: Part, way: Intervals) -> Floats:
            if way is not sheet.whole:
                return counted(part, way)[:, :, 1:]
            other = next((w for w in part.ways if w is not way), None)
            return counted(part, other).sum(axis=2, keepdims=True)

        return sheet.filled(table)

    def least(self, sheet: Sheet, rows: Ints, value: Floats) -> Floats:
        """Smallest value of some rows in each cell; infinity where there is none, shape (cells,).

        Parameters
        ----------
        rows : int array
            Rows that take part.
        value : array, shape (rows,)
            Of all rows.
        """
        known: dict[tuple[int, int], Floats] = {}

        def table(part: Part, way: Intervals) -> Floats:
            at = (self._scoping(part.kind), id(way))
            if at not in known:
                cells = self._in_scopes(part.kind) if way is sheet.whole else self._in(part.kind, way)
                found = least(cells, rows, value).reshape(cells.n, cells.size)
                known[at] = found if way is sheet.whole else found[:, 1:]
            return known[at]

        return sheet.filled(table)

    def quantiles(self, sheet: Sheet, rows: Ints, value: Floats, shares: Sequence[float]) -> Floats:
        """Quantiles in each cell, linear between order statistics (Hyndman and Fan 1996, type 7).

        Parameters
        ----------
        rows : int array
            Rows that take part.
        value : array, shape (rows,)
            Of all rows.

        Returns
        -------
        array, shape (len(shares), cells)
            NaN where there are no rows.
        """
        part_of = np.array(shares)
        known: dict[tuple[int, int], Floats] = {}

        def table(part: Part, way: Intervals) -> Floats:
            at = (self._scoping(part.kind), id(way))
            if at not in known:
                cells = self._in_scopes(part.kind) if way is sheet.whole else self._in(part.kind, way)
                q = quantiles(*grouped(cells, rows, value), part_of).reshape(len(shares), cells.n, cells.size)
                known[at] = q if way is sheet.whole else q[:, :, 1:]
            return known[at]

        return sheet.filled(table)


def quantiles(values: Floats, count: Ints, shares: Floats) -> Floats:
    """Quantiles of groups of values.

    Parameters
    ----------
    values : array, shape (n,)
        Group after group, in any order; each group is rearranged.
    count : int array, shape (groups,)
        Number of values of each group.
    shares : array, shape (k,)
        Which quantiles.

    Returns
    -------
    array, shape (k, groups)
        NaN where there are no values.

    Examples
    --------
    >>> quantiles(np.array([3.0, 1.0, 2.0]), np.array([2, 1, 0]), np.array([0.5]))
    array([[ 2.,  2., nan]])
    """
    out = np.full((shares.size, count.size), np.nan)
    some = np.flatnonzero(count)
    if not some.size:
        return out
    count = count[some]
    base = np.cumsum(count) - count
    position = (count - 1) * shares[:, None]
    low = position.astype(np.int64)
    part = position - low
    high = np.minimum(low + 1, count - 1)
    # only the values on both sides of a quantile have to stand where they would in order
    for at, n, between in zip(base.tolist(), count.tolist(), np.concatenate((low, high)).T, strict=True):
        if n > FEW:
            values[at : at + n].partition(between)
        elif n > 1:
            values[at : at + n].sort()
    a = values[base + low]
    b = values[base + high]
    rise = b - a
    out[:, some] = np.where(part < 0.5, a + rise * part, b - rise * (1.0 - part))
    return out


FEW = 50
"""Values that are sorted as quickly as parted."""


def distinct(code: NDArray[np.integer[Any]], size: int) -> tuple[Ints, Ints]:
    """Codes that occur, in order, and the place of each row's code among them; codes lie below `size`.

    Examples
    --------
    >>> distinct(np.array([7, 2, 7]), 8)
    (array([2, 7]), array([1, 0, 1]))
    """
    used = np.flatnonzero(np.bincount(code, minlength=size))
    rank = np.zeros(size, dtype=np.int64)
    rank[used] = np.arange(used.size)
    return used, rank[code]
