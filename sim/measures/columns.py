"""Sums of many rows by scope and by interval: the whole period first, then every way of splitting it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.measures.arrays import Bools, Floats, Ints, tally
from sim.measures.intervals import Intervals
from sim.measures.spans import areas, by_small_key


@dataclass(frozen=True, eq=False)
class Columns:
    """Column 0 is the whole period [0, end); then come the labels of each way of splitting it.

    Parameters
    ----------
    end : float
        Length of the period [min].
    grids : tuple of Intervals
        Ways of splitting it.
    """

    end: float
    grids: tuple[Intervals, ...]

    @property
    def n(self) -> int:
        """Number of columns."""
        return 1 + sum(g.n for g in self.grids)

    def place(self, times: Floats) -> list[Ints]:
        """For each grid, one more than the label of each time; 0 outside its edges."""
        placed: list[Ints] = []
        for k, g in enumerate(self.grids):
            twin = next((i for i in range(k) if np.array_equal(self.grids[i].edges, g.edges)), None)
            if twin is not None and np.array_equal(self.grids[twin].label_of, g.label_of):
                placed.append(placed[twin])
                continue
            i = np.searchsorted(g.edges, times, side="right")
            label = np.concatenate(([0], g.label_of + 1, [0]))
            placed.append(label[i])
        return placed

    def totals(self, scope: Ints, n_scopes: int, placed: Sequence[Ints], weight: Floats | None = None) -> Floats:
        """Sum of the weights (or number) of rows by scope and column, shape (n_scopes, n)."""
        parts: list[Floats] = []
        for g, label in zip(self.grids, placed, strict=True):
            size = g.n + 1
            table = tally(scope * size + label, n_scopes * size, weight).reshape(n_scopes, size)
            if not parts:
                parts.append(table.sum(axis=1, keepdims=True))
            parts.append(table[:, 1:])
        if not parts:
            parts.append(tally(scope, n_scopes, weight).reshape(n_scopes, 1))
        return np.concatenate(parts, axis=1)

    def least(self, scope: Ints, n_scopes: int, placed: Sequence[Ints], value: Floats) -> Floats:
        """Smallest value by scope and column; infinity where there is none."""
        out = np.full(n_scopes * self.n, np.inf)
        np.minimum.at(out, scope * self.n, value)
        first = 1
        for g, label in zip(self.grids, placed, strict=True):
            inside = label > 0
            np.minimum.at(out, scope[inside] * self.n + first + label[inside] - 1, value[inside])
            first += g.n
        return out.reshape(n_scopes, self.n)

    def quantiles(
        self,
        scope: Ints,
        n_scopes: int,
        placed: Sequence[Ints],
        value: Floats,
        ranked: Ints,
        shares: Sequence[float],
    ) -> tuple[Floats, Floats]:
        """Quantiles by scope and column, linear between order statistics (Hyndman and Fan 1996, type 7).

        Parameters
        ----------
        ranked : int array
            The rows that take part, by increasing value.

        Returns
        -------
        array, shape (len(shares), n_scopes, n)
            NaN where there are no rows.
        array, shape (n_scopes, n)
            Numbers of rows.
        """
        sorted_value = value[ranked]
        scope = scope[ranked]
        results = [_quantiles(scope, n_scopes, sorted_value, shares)]
        for g, label in zip(self.grids, placed, strict=True):
            size = g.n + 1
            q, count = _quantiles(scope * size + label[ranked], n_scopes * size, sorted_value, shares)
            results.append(
                (
                    q.reshape(len(shares), n_scopes, size)[:, :, 1:].reshape(len(shares), -1),
                    count.reshape(n_scopes, size)[:, 1:].ravel(),
                )
            )
        quantiles = np.concatenate([q.reshape(len(shares), n_scopes, -1) for q, _ in results], axis=2)
        return quantiles, np.concatenate([c.reshape(n_scopes, -1) for _, c in results], axis=1)

    def areas(
        self, group: Ints, n_groups: int, begin: Floats, end: Floats, weight: Floats | Ints | None = None
    ) -> Floats:
        """Minutes of spans (times weight) by group and column, clipped to the period and to the intervals."""
        parts = [areas(group, n_groups, begin, end, np.array([0.0, self.end]), weight)]
        known: list[tuple[Floats, Floats]] = []
        for g in self.grids:
            found = next((a for e, a in known if np.array_equal(e, g.edges)), None)
            if found is None:
                found = areas(group, n_groups, begin, end, g.edges, weight)
                known.append((g.edges, found))
            parts.append(self.join(g, found))
        return np.concatenate(parts, axis=1)

    @staticmethod
    def join(grid: Intervals, table: Floats) -> Floats:
        """Sum the intervals of each label, shape (rows, labels)."""
        if grid.n == grid.label_of.size:
            return table[:, np.argsort(grid.label_of, kind="stable")]
        out = np.zeros((table.shape[0], grid.n))
        for i, label in enumerate(grid.label_of):
            out[:, label] += table[:, i]
        return out

    @staticmethod
    def join_highest(grid: Intervals, table: Floats) -> Floats:
        """Highest of the intervals of each label, shape (rows, labels)."""
        out = np.full((table.shape[0], grid.n), -np.inf)
        for i, label in enumerate(grid.label_of):
            out[:, label] = np.maximum(out[:, label], table[:, i])
        return out

    @property
    def minutes(self) -> Floats:
        """Length of each column [min], inside the period, shape (n,)."""
        parts = [np.array([self.end])]
        for g in self.grids:
            inside = np.clip(g.edges, 0.0, self.end)
            parts.append(self.join(g, np.diff(inside)[None, :])[0])
        return np.concatenate(parts)


def _quantiles(group: Ints, n_groups: int, sorted_value: Floats, shares: Sequence[float]) -> tuple[Floats, Ints]:
    """Quantiles of values that come in increasing order, by group."""
    v = sorted_value[by_small_key(group, n_groups)]
    count = np.bincount(group, minlength=n_groups)
    base = np.cumsum(count) - count
    some = count > 0
    out = np.full((len(shares), n_groups), np.nan)
    for k, share in enumerate(shares):
        position = (count[some] - 1) * share
        low = np.floor(position).astype(np.int64)
        part = position - low
        a = v[base[some] + low]
        b = v[base[some] + np.minimum(low + 1, count[some] - 1)]
        out[k, some] = np.where(part < 0.5, a + (b - a) * part, b - (b - a) * (1.0 - part))
    return out, count


class Profiles:
    """Numbers of rows by scope, column and profile; a profile is a combination of small traits that occurs.

    Counting each combination once and adding combinations up is much faster than counting every trait anew.

    Parameters
    ----------
    columns : Columns
        Where rows are counted.
    scope, n_scopes, placed
        As in `Columns.totals`.
    traits : mapping of str to int or bool array
        Whole numbers from 0 to 7.

    Examples
    --------
    >>> columns = Columns(60.0, ())
    >>> p = Profiles(columns, np.array([0, 0, 0]), 1, [], {"status": np.array([1, 1, 2])})
    >>> p.count(p["status"] == 1)
    array([[2.]])
    """

    def __init__(
        self,
        columns: Columns,
        scope: Ints,
        n_scopes: int,
        placed: Sequence[Ints],
        traits: Mapping[str, NDArray[np.int64] | Bools],
    ) -> None:
        code = np.zeros(scope.size, dtype=np.int64)
        shift = 0
        places: dict[str, tuple[int, int]] = {}
        for name, trait in traits.items():
            width = 1 if trait.dtype == bool else 3
            places[name] = (shift, (1 << width) - 1)
            code |= trait.astype(np.int64) << shift
            shift += width
        used = np.flatnonzero(np.bincount(code, minlength=1 << shift))
        rank = np.zeros(1 << shift, dtype=np.int64)
        rank[used] = np.arange(used.size)
        self._traits = {name: (used >> s) & mask for name, (s, mask) in places.items()}
        self._counts = columns.totals(scope * used.size + rank[code], n_scopes * used.size, placed).reshape(
            n_scopes, used.size, columns.n
        )

    def __getitem__(self, trait: str) -> Ints:
        """A trait of every profile."""
        return self._traits[trait]

    def count(self, which: Bools | Ints) -> Floats:
        """Rows whose profile is among these, shape (n_scopes, n)."""
        return self._counts[:, which.astype(bool), :].sum(axis=1)
