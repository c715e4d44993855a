"""Areas, highest levels and states of many spans at once, by interval."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from sim.measures.arrays import Floats, Ints, tally
from sim.measures.intervals import Intervals
from sim.measures.ruler import Moments


def areas(
    group: Ints, n_groups: int, begin: Floats, end: Floats, edges: Floats, weight: Floats | Ints | None = None
) -> Floats:
    """Minutes that spans [begin, end) lie in each interval, times their weights.

    Parameters
    ----------
    group : int array, shape (n,)
        Group of each span.
    begin, end : array, shape (n,)
        [min]; what lies outside the edges is cut off, NaN and empty spans count nothing.
    edges : array, shape (m + 1,)
        [min].
    weight : array, shape (n,), optional
        By default 1.

    Returns
    -------
    array, shape (n_groups, m)
        [min times weight].

    Examples
    --------
    >>> areas(np.array([0]), 1, np.array([5.0]), np.array([25.0]), np.array([0.0, 10.0, 20.0, 30.0]))
    array([[ 5., 10.,  5.]])
    """
    b = np.maximum(begin, edges[0])
    e = np.minimum(end, edges[-1])
    keep = e > b
    if not keep.all():
        b, e, group = b[keep], e[keep], group[keep]
        weight = None if weight is None else weight[keep]
    i = np.searchsorted(edges, b, side="right") - 1
    j = np.searchsorted(edges, e, side="left") - 1
    return _areas(group, n_groups, b, e, i, j, edges, weight)


def _areas(
    group: Ints, n_groups: int, b: Floats, e: Floats, i: Ints, j: Ints, edges: Floats, weight: Floats | Ints | None
) -> Floats:
    """The same for spans inside the edges, with the first and last interval of each."""
    m = edges.size - 1
    size = n_groups * m

    # every span counts to the end of its first interval and, less what follows its end, in all later ones
    def at(cell: Ints, w: Floats | None) -> Floats:
        return tally(cell, size, weight if w is None else w if weight is None else w * weight)

    first, last = (i, j) if n_groups == 1 else (group * m + i, group * m + j)
    inside = at(first, edges[i + 1] - b) - at(last, edges[j + 1] - e)
    crossing = (at(first, None) - at(last, None)).reshape(n_groups, m)
    carried = np.zeros((n_groups, m))
    carried[:, 1:] = np.cumsum(crossing, axis=1)[:, :-1]
    area = inside.reshape(n_groups, m) + carried * np.diff(edges)
    return np.maximum(area, 0.0)


class Spans:
    """Spans whose minutes are wanted in several ways of splitting the period.

    Parameters
    ----------
    group, n_groups : int array, shape (n,), and int
        Group of each span.
    begin, end : Moments
        What lies outside the period is cut off, NaN and empty spans count nothing.
    until : float
        End of the period [min].
    weight : array, shape (n,), optional
        By default 1.

    Examples
    --------
    >>> from sim.measures.ruler import Ruler
    >>> halves, whole = Intervals([0, 30, 60]), Intervals.whole(60)
    >>> begin, end = (Moments(np.array(x), Ruler((halves,))) for x in ([5.0, 40.0], [25.0, 99.0]))
    >>> spans = Spans(np.array([0, 0]), 1, begin, end, 60.0)
    >>> spans.area(halves), spans.area(whole)
    (array([[20., 20.]]), array([[40.]]))
    """

    def __init__(
        self,
        group: Ints,
        n_groups: int,
        begin: Moments,
        end: Moments,
        until: float,
        weight: Floats | Ints | None = None,
    ) -> None:
        self._begin, self._end, self._until = begin, end, until
        b, e = np.maximum(begin.times, 0.0), np.minimum(end.times, until)
        keep = e > b
        if weight is not None:
            keep &= weight != 0
        self._rows: Ints | slice = slice(None)
        if not keep.all():
            self._rows = np.flatnonzero(keep)
            b, e, group = b[self._rows], e[self._rows], group[self._rows]
            weight = None if weight is None else weight[self._rows]
        self._group, self._n, self._b, self._e, self._weight = group, n_groups, b, e, weight
        self._areas: list[tuple[Floats, Floats]] = []
        self._joined: list[tuple[Intervals, Floats]] = []

    @cached_property
    def _places(self) -> tuple[Ints, Ints]:
        """Edges of the ruler at or before each begin, and before each end."""
        edges = self._begin.ruler.edges
        zero = int(np.searchsorted(edges, 0.0, side="right"))
        last = int(np.searchsorted(edges, self._until, side="left"))
        first, past = self._begin.right[self._rows], self._end.left[self._rows]
        return np.maximum(first, zero), np.minimum(past, last)

    def area(self, way: Intervals) -> Floats:
        """Minutes (times weight) in each label, shape (groups, labels)."""
        joined = next((x for w, x in self._joined if w is way), None)
        if joined is None:
            area = next((x for e, x in self._areas if e.size == way.edges.size and np.array_equal(e, way.edges)), None)
            if area is None:
                area = self._area(way)
                self._areas.append((way.edges, area))
            joined = way.joined(area)
            self._joined.append((way, joined))
        return joined

    def _area(self, way: Intervals) -> Floats:
        covers = way.edges[0] <= 0.0 and way.edges[-1] >= self._until
        if covers and way.edges.size == 2:
            minutes = self._e - self._b
            total = tally(self._group, self._n, minutes if self._weight is None else minutes * self._weight)
            return total.reshape(self._n, 1)
        if not covers or way not in self._begin.ruler:
            return areas(self._group, self._n, self._b, self._e, way.edges, self._weight)
        begins = np.searchsorted(self._begin.ruler.edges, way.edges[:-1])
        return np.add.reduceat(self._between_edges, begins, axis=1)

    @cached_property
    def _between_edges(self) -> Floats:
        """Minutes between each two edges of the ruler: every way of splitting on it is a sum of these."""
        first, past = self._places
        return _areas(
            self._group, self._n, self._b, self._e, first - 1, past - 1, self._begin.ruler.edges, self._weight
        )


def by_small_key(key: Ints, n_keys: int) -> Ints:
    """Stable order of non-negative keys below `n_keys`, by counting digits of 16 bits."""
    order = np.argsort((key & 0xFFFF).astype(np.uint16), kind="stable")
    if n_keys > 0x10000:
        high = (key >> 16)[order]
        order = order[by_small_key(high, (n_keys >> 16) + 1)]
    return order


class Levels:
    """Counts that change at given times, by group; all changes of one instant count together.

    Parameters
    ----------
    group : int array, shape (n,)
        Group of each change.
    n_groups : int
        Number of groups.
    times : array, shape (n,)
        Increasing [min].
    change : int array, shape (n,)
        Up or down.

    Examples
    --------
    >>> levels = Levels(np.zeros(3, dtype=int), 1, np.array([5.0, 5.0, 12.0]), np.array([1, 1, -1]))
    >>> levels.highest(np.array([0.0, 5.0, 10.0, 20.0]))
    array([[0., 2., 2.]])
    """

    def __init__(self, group: Ints, n_groups: int, times: Floats, change: Ints) -> None:
        order = None if n_groups == 1 else by_small_key(group, n_groups)
        counts = np.bincount(group, minlength=n_groups)
        stops = np.cumsum(counts)
        self._n = n_groups
        self._levels: list[tuple[int, Floats, Ints]] = []
        for g in np.flatnonzero(counts).tolist():
            mine = slice(None) if order is None else order[stops[g] - counts[g] : stops[g]]
            t = times[mine]
            level = np.cumsum(change[mine])
            last = np.append(t[1:] != t[:-1], True)
            # the 0 in front holds before the first change
            self._levels.append((g, t[last], np.concatenate(([0], level[last], [0]))))

    def highest(self, edges: Floats) -> Floats:
        """Highest level in each interval, shape (groups, intervals); at an edge it is that after its changes."""
        out = np.zeros((self._n, edges.size - 1))
        for g, t, level in self._levels:
            after = np.searchsorted(t, edges[:-1], side="right")
            before = np.searchsorted(t, edges[1:], side="left")
            # the level at the begin of an interval, and all up to its end
            pairs = np.stack((after, np.maximum(before, after) + 1), axis=1).ravel()
            out[g] = np.maximum.reduceat(level, pairs)[::2]
        return out


def covering(group: Ints, n: int, first: Ints, past: Ints, n_marks: int, weight: Floats | None = None) -> Floats:
    """Number (or sum of weights) of the spans that cover each mark, shape (n, n_marks).

    Parameters
    ----------
    group, n : int array, shape (spans,), and int
        Group of each span.
    first, past : int arrays, shape (spans,)
        The first mark that it covers, and one past the last.
    """
    size = n_marks + 1
    change = tally(group * size + first, n * size, weight) - tally(group * size + past, n * size, weight)
    return np.cumsum(change.reshape(n, size), axis=1)[:, :-1]


def least_at(group: Ints, n_groups: int, first: Ints, past: Ints, value: Floats, n_marks: int) -> Floats:
    """Smallest value over the spans that cover each mark; infinity where none does.

    Long spans are not looked at mark by mark: every range of marks is the union of two ranges whose length is a power
    of two; these are settled from the longest to the shortest.

    Returns
    -------
    array, shape (n_groups, n_marks)
    """
    length = past - first
    out = np.full((n_groups, n_marks), np.inf)
    marks = int(length.sum())
    if marks <= FEW * (out.size + length.size):
        begin = np.cumsum(length) - length
        mark = np.arange(marks) + np.repeat(group * n_marks + first - begin, length)
        np.minimum.at(out.reshape(-1), mark, np.repeat(value, length))
        return out
    level = np.zeros(length.size, dtype=np.int64)
    some = length > 0
    level[some] = np.floor(np.log2(length[some])).astype(np.int64)
    for k in range(int(level.max(initial=0)), -1, -1):
        mine = some & (level == k)
        if mine.any():
            g, v = group[mine], value[mine]
            np.minimum.at(out.reshape(-1), g * n_marks + first[mine], v)
            np.minimum.at(out.reshape(-1), g * n_marks + past[mine] - (1 << k), v)
        if k > 0:
            half = 1 << (k - 1)
            # a range of 2^k marks from i is the ranges of half its length from i and from i + half
            spread = out.copy()
            spread[:, half:] = np.minimum(spread[:, half:], out[:, :-half])
            out = spread
    return out


FEW = 10
"""Marks to look at one by one, for each span and place: about the number of powers of two otherwise settled."""
