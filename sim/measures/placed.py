"""Rows placed in scopes and intervals: numbers, sums, extremes and quantiles of them, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.measures.arrays import Bools, Floats, Ints, tally
from sim.measures.definition import ScopeKind
from sim.measures.intervals import Intervals
from sim.measures.ruler import Moments
from sim.measures.sheets import Part, Sheet
from sim.measures.spans import by_small_key


class Labels:
    """Labels of the intervals into which times fall.

    Parameters
    ----------
    moments : Moments
        Times.
    """

    def __init__(self, moments: Moments) -> None:
        self.moments = moments
        self._known: list[tuple[Intervals, Ints]] = []

    def __getitem__(self, way: Intervals) -> Ints:
        """One more than the label of each time; 0 outside the edges."""
        for known, label in self._known:
            if known is way:
                return label
        label = self._label(way)
        self._known.append((way, label))
        return label

    def _label(self, way: Intervals) -> Ints:
        return self.moments.labels(way)


class LabelsOf(Labels):
    """Labels of some rows of others, which are looked up once.

    Parameters
    ----------
    labels : Labels
        Of all rows.
    rows : int array
        Those that are meant.
    """

    def __init__(self, labels: Labels, rows: Ints) -> None:
        super().__init__(labels.moments)
        self._all, self._rows = labels, rows

    def _label(self, way: Intervals) -> Ints:
        return self._all[way][self._rows]


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
    labels : Labels
        Labels of the rows.

    Examples
    --------
    >>> from sim.measures.ruler import Ruler
    >>> halves, whole = Intervals([0, 30, 60]), Intervals.whole(60)
    >>> sheet = Sheet(whole, 60.0, frozenset(), (Part("step", ("a", "b"), (whole, halves), slice(0, 6)),))
    >>> arrivals = Labels(Moments(np.array([5.0, 6.0, 40.0]), Ruler((halves,))))
    >>> rows = Placed({"step": Scopes(("a", "b"), np.array([0, 1, 1]))}, arrivals)
    >>> rows.totals(sheet).reshape(2, 3)
    array([[1., 1., 0.],
           [2., 1., 1.]])
    """

    kinds: Mapping[ScopeKind, Scopes]
    labels: Labels
    _keys: dict[tuple[int, int], tuple[Intervals, Ints]] = field(default_factory=dict)

    def _scoping(self, kind: ScopeKind) -> int:
        """Kinds that share it place every row alike."""
        scopes = self.kinds[kind]
        return 0 if len(scopes.names) == 1 else id(scopes.of)

    def _key(self, kind: ScopeKind, way: Intervals) -> Ints:
        """Number of each row's scope and label together; the label 0 is outside."""
        at = (self._scoping(kind), id(way))
        if at not in self._keys:
            scopes, label = self.kinds[kind], self.labels[way]
            key = label if len(scopes.names) == 1 else scopes.of * (way.n + 1) + label
            self._keys[at] = way, key  # held, so that no other way is given its place in memory
        return self._keys[at][1]

    def totals(self, sheet: Sheet, *weights: Floats) -> Floats:
        """Sums of weights, or the number, of the rows in each cell, shape (weights, cells), or (cells,) without any."""
        known: dict[tuple[int, int], Floats] = {}

        def counted(part: Part, way: Intervals) -> Floats:
            at = (self._scoping(part.kind), id(way))
            if at not in known:
                n, key = len(part.names), self._key(part.kind, way)
                size = n * (way.n + 1)
                if weights:
                    known[at] = np.array([tally(key, size, w) for w in weights]).reshape(-1, n, way.n + 1)
                else:
                    known[at] = tally(key, size).reshape(n, way.n + 1)
            return known[at]

        def table(part: Part, way: Intervals) -> Floats:
            if way is not sheet.whole:
                return counted(part, way)[..., 1:]
            other = next((w for w in part.ways if w is not way), None)
            if other is not None:
                return counted(part, other).sum(axis=-1, keepdims=True)
            of, n = self.kinds[part.kind].of, len(part.names)
            if not weights:
                return tally(of, n)[:, None]
            return np.array([[w.sum()] if n == 1 else tally(of, n, w) for w in weights])[..., None]

        return sheet.filled(table)

    def profiles(self, sheet: Sheet, profile: Ints, sets: Floats) -> Floats:
        """Numbers of rows of each set of profiles in each cell, shape (sets, cells).

        Parameters
        ----------
        profile : int array, shape (rows,)
            What is said of a row.
        sets : array of 0 and 1, shape (sets, profiles)
            Profiles that belong to each set.
        """
        m = sets.shape[1]
        known: dict[tuple[int, int], Floats] = {}

        def counted(part: Part, way: Intervals | None) -> Floats:
            at = (self._scoping(part.kind), id(way))
            if at not in known:
                n = len(part.names)
                scopes = self.kinds[part.kind]
                size = 1 if way is None else way.n + 1
                if way is not None:
                    key = self._key(part.kind, way) * m + profile
                else:
                    key = profile if n == 1 else scopes.of * m + profile
                number = tally(key, n * size * m).reshape(n * size, m)
                known[at] = (sets @ number.T).reshape(-1, n, size)
            return known[at]

        def table(part: Part, way: Intervals) -> Floats:
            if way is not sheet.whole:
                return counted(part, way)[:, :, 1:]
            other = next((w for w in part.ways if w is not way), None)
            return counted(part, other).sum(axis=2, keepdims=True)

        return sheet.filled(table)

    def least(self, sheet: Sheet, rows: Ints | Bools, value: Floats) -> Floats:
        """Smallest value of some rows in each cell; infinity where there is none, shape (cells,).

        Parameters
        ----------
        rows : int or bool array
            Rows that take part.
        value : array, shape (rows,)
            Of all rows.
        """
        v = value[rows]
        known: dict[tuple[int, int], Floats] = {}

        def table(part: Part, way: Intervals) -> Floats:
            at = (self._scoping(part.kind), id(way))
            if at not in known:
                n, of = len(part.names), self.kinds[part.kind].of
                out: Floats
                if way is sheet.whole:
                    out = np.full((n, 1), v.min(initial=np.inf) if n == 1 else np.inf)
                    if n > 1:
                        np.minimum.at(out[:, 0], of[rows], v)
                    known[at] = out
                else:
                    out = np.full(n * (way.n + 1), np.inf)
                    np.minimum.at(out, self._key(part.kind, way)[rows], v)
                    known[at] = out.reshape(n, way.n + 1)[:, 1:]
            return known[at]

        return sheet.filled(table)

    def quantiles(self, sheet: Sheet, ranked: Ints, value: Floats, shares: Sequence[float]) -> Floats:
        """Quantiles in each cell, linear between order statistics (Hyndman and Fan 1996, type 7).

        Parameters
        ----------
        ranked : int array
            The rows that take part, by increasing value.
        value : array, shape (rows,)
            Of all rows.

        Returns
        -------
        array, shape (len(shares), cells)
            NaN where there are no rows.
        """
        v, part_of = value[ranked], np.array(shares)
        known: dict[tuple[int, int], Floats] = {}

        def table(part: Part, way: Intervals) -> Floats:
            at = (self._scoping(part.kind), id(way))
            if at not in known:
                n, of = len(part.names), self.kinds[part.kind].of
                if way is sheet.whole:
                    known[at] = quantiles(None if n == 1 else of[ranked], n, v, part_of)[:, :, None]
                else:
                    q = quantiles(self._key(part.kind, way)[ranked], n * (way.n + 1), v, part_of)
                    known[at] = q.reshape(len(shares), n, way.n + 1)[:, :, 1:]
            return known[at]

        return sheet.filled(table)


def quantiles(group: Ints | None, n_groups: int, ranked: Floats, shares: Floats) -> Floats:
    """Quantiles of values that come in increasing order, by group (None: all in one), shape (shares, groups).

    Examples
    --------
    >>> quantiles(np.array([0, 1, 0]), 3, np.array([1.0, 2.0, 3.0]), np.array([0.5]))
    array([[ 2.,  2., nan]])
    """
    out = np.full((shares.size, n_groups), np.nan)
    if group is None:
        v, count = ranked, np.array([ranked.size])
    else:
        v, count = ranked[by_small_key(group, n_groups)], np.bincount(group, minlength=n_groups)
    some = np.flatnonzero(count)
    if not some.size:
        return out
    count = count[some]
    base = np.cumsum(count) - count
    position = (count - 1) * shares[:, None]
    low = position.astype(np.int64)
    part = position - low
    a = v[base + low]
    b = v[base + np.minimum(low + 1, count - 1)]
    rise = b - a
    out[:, some] = np.where(part < 0.5, a + rise * part, b - rise * (1.0 - part))
    return out


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
