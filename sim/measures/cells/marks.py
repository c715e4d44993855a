"""Marks in time and the spans that cover them: how many, for how long, and how many at most in between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.measures.cells.arrays import Floats, Ints, tally
from sim.measures.cells.passes import compiled

_NOTHING = np.zeros(0)


@dataclass(frozen=True, eq=False)
class Marked:
    """Spans of time and the marks that they cover, by group.

    Attributes
    ----------
    group, n : int array, shape (spans,), and int
        Group of each span; -1: none.
    table : int array
        Number of edges of a way of splitting at or before each place on a ruler; marks are all but its first edge.
    begin, stop : int array, shape (spans,)
        Place of the begin and of the end; a mark is covered if begin < mark <= end.
    marks : array, shape (marks,)
        Increasing [min].
    """

    group: Ints
    n: int
    table: Ints
    begin: Ints
    stop: Ints
    marks: Floats


def covered(spans: Marked, since: Floats | None = None) -> tuple[Floats, Floats, Floats]:
    """How many spans cover each mark, and for how long they have been there.

    Parameters
    ----------
    since : array, shape (spans,), optional
        Since when each counts [min]; without, only numbers are found.

    Returns
    -------
    number, age, oldest : array, shape (groups, marks)
        Sum of the ages [min]; the largest, minus infinity where there is none.

    Examples
    --------
    >>> spans = Marked(np.array([0]), 1, np.arange(4), np.array([1]), np.array([2]), np.array([30.0, 60.0]))
    >>> covered(spans, np.array([10.0]))
    (array([[1., 0.]]), array([[20.,  0.]]), array([[ 20., -inf]]))
    """
    s, n_marks = spans, spans.marks.size
    last = float(s.marks[-1])
    shape = s.n, n_marks + 1
    code = compiled(s.begin.size)
    if code is not None:
        given = _NOTHING if since is None else since
        change, sums_, low = code.covered(
            s.group, s.n, s.table, s.begin, s.stop, given, last, n_marks, since is not None
        )
        number = np.cumsum((change[0] - change[1]).reshape(shape), axis=1)[:, :-1]
        if since is None:
            return number, number, number
        total = np.cumsum((sums_[0] - sums_[1]).reshape(shape), axis=1)[:, :-1]
        first_of = low[0].reshape(shape)[:, :-1]
    else:
        first, past = (np.maximum(s.table[x] - 1, 0) for x in (s.begin, s.stop))
        rows = np.flatnonzero((past > first) & (s.group >= 0))
        group, first, past = s.group[rows], first[rows], past[rows]
        number = covering(group, s.n, first, past, n_marks)
        if since is None:
            return number, number, number
        total = covering(group, s.n, first, past, n_marks, last - since[rows])
        first_of = least_at(group, s.n, first, past, since[rows], n_marks)
    # summed as of the last mark: numbers of one sign
    age = np.where(number > 0, total - number * (last - s.marks), 0.0)
    return number, age, s.marks - first_of


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


def highest(times: Floats, order: Ints, group: Ints, n: int, edges: Floats) -> Floats:
    """Highest number of spans at once in each interval between edges; at an edge it is that after its changes.

    Parameters
    ----------
    times : array, shape (2 x spans,)
        All begins, then all ends [min]; what changes at one instant counts together.
    order : int array, shape (2 x spans,)
        Their order by time.
    group, n : int array, shape (spans,), and int
        Group of each span; -1: none.
    edges : array, shape (m + 1,)
        [min]

    Returns
    -------
    array, shape (groups, m)

    Examples
    --------
    >>> times = np.array([5.0, 5.0, 12.0, 20.0])
    >>> highest(times, np.argsort(times), np.zeros(2, dtype=int), 1, np.array([0.0, 5.0, 10.0, 20.0]))
    array([[0., 2., 2.]])
    """
    code = compiled(group.size)
    if code is not None:
        return np.asarray(code.highest(times, order, group, n, edges))
    out = np.zeros((n, edges.size - 1))
    of, change, at = np.concatenate((group, group))[order], np.where(order < group.size, 1, -1), times[order]
    for g in range(n):
        mine = np.flatnonzero(of == g)
        t, level = at[mine], np.cumsum(change[mine])
        last = np.append(t[1:] != t[:-1], True)[: t.size]
        # the 0 in front holds before the first change
        level = np.concatenate(([0], level[last], [0]))
        after = np.searchsorted(t[last], edges[:-1], side="right")
        before = np.searchsorted(t[last], edges[1:], side="left")
        # the level at the begin of an interval, and all up to its end
        pairs = np.stack((after, np.maximum(before, after) + 1), axis=1).ravel()
        out[g] = np.maximum.reduceat(level, pairs)[::2]
    return out
