"""Areas of many spans at once, by interval."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from sim.measures.cells.arrays import Bools, Floats, Ints, tally
from sim.measures.cells.passes import compiled
from sim.measures.cells.ruler import Moments
from sim.measures.intervals import Intervals

_NOTHING = np.zeros(0)


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
    return _put_together(*_changes(group, n_groups, b, e, i, j, edges, weight), n_groups, edges)


def _changes(
    group: Ints, n_groups: int, b: Floats, e: Floats, i: Ints, j: Ints, edges: Floats, weight: Floats | Ints | None
) -> tuple[Floats, Floats, Floats, Floats]:
    """Minutes to the end of the first interval of each span, those behind its end in its last one; begins and ends."""
    m = edges.size - 1
    size = n_groups * m

    def at(cell: Ints, w: Floats | None) -> Floats:
        return tally(cell, size, weight if w is None else w if weight is None else w * weight)

    first, last = (i, j) if n_groups == 1 else (group * m + i, group * m + j)
    return at(first, edges[i + 1] - b), at(last, edges[j + 1] - e), at(first, None), at(last, None)


def _put_together(first: Floats, last: Floats, begun: Floats, ended: Floats, n_groups: int, edges: Floats) -> Floats:
    """Every span counts to the end of its first interval and, less what follows its end, in all later ones."""
    m = edges.size - 1
    carried = np.zeros((n_groups, m))
    carried[:, 1:] = np.cumsum((begun - ended).reshape(n_groups, m), axis=1)[:, :-1]
    area = (first - last).reshape(n_groups, m) + carried * np.diff(edges)
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
    >>> from sim.measures.cells.ruler import Ruler
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
        self._group, self._n, self._begin, self._end, self._until = group, n_groups, begin, end, until
        self._weight = None if weight is None else np.asarray(weight, dtype=np.float64)
        self._areas: list[tuple[Floats, Floats]] = []
        self._joined: list[tuple[Intervals, Floats]] = []

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
        edges = self._begin.ruler.edges
        covers = way.edges[0] <= 0.0 and way.edges[-1] >= self._until
        if covers and edges[0] <= 0.0 and edges[-1] >= self._until:
            by_interval, total = self._on_the_ruler
            if way.edges.size == 2:
                return total[:, None]
            if way in self._begin.ruler:
                return np.add.reduceat(by_interval, np.searchsorted(edges, way.edges[:-1]), axis=1)
        b, e = np.maximum(self._begin.times, 0.0), np.minimum(self._end.times, self._until)
        return areas(self._group, self._n, b, e, way.edges, self._weight)

    @cached_property
    def _on_the_ruler(self) -> tuple[Floats, Floats]:
        """Minutes between each two edges of the ruler, of which every way of splitting on it is a sum; and in all."""
        edges, until = self._begin.ruler.edges, self._until
        begin, end, right, left = self._begin.times, self._end.times, self._begin.right, self._end.left
        zero, last = int(np.searchsorted(edges, 0.0, side="right")), int(np.searchsorted(edges, until, side="left"))
        code = compiled(begin.size)
        if code is not None:
            weight = _NOTHING if self._weight is None else self._weight
            changes, total = code.spread(
                self._group, self._n, begin, end, right, left, weight, edges, until, zero, last
            )
            return _put_together(changes[0], changes[1], changes[2], changes[3], self._n, edges), total
        b, e = np.maximum(begin, 0.0), np.minimum(end, until)
        keep: Bools = e > b
        if self._weight is not None:
            keep &= self._weight != 0.0
        some = np.flatnonzero(keep)
        b, e, group = b[some], e[some], self._group[some]
        weight_ = None if self._weight is None else self._weight[some]
        i = np.maximum(right[some], zero) - 1
        j = np.minimum(left[some], last) - 1
        total = tally(group, self._n, e - b if weight_ is None else (e - b) * weight_)
        return _put_together(*_changes(group, self._n, b, e, i, j, edges, weight_), self._n, edges), total
