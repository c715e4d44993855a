"""Areas, highest levels and states of many spans at once, by interval."""

from __future__ import annotations

import numpy as np

from sim.measures.arrays import Floats, Ints, tally


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
    m = edges.size - 1
    b = np.maximum(begin, edges[0])
    e = np.minimum(end, edges[-1])
    keep = e > b
    if not keep.all():
        b, e, group = b[keep], e[keep], group[keep]
        weight = None if weight is None else weight[keep]
    if m == 1:
        w = e - b if weight is None else (e - b) * weight
        return tally(group, n_groups, w).reshape(n_groups, 1)
    i = np.searchsorted(edges, b, side="right") - 1
    j = np.searchsorted(edges, e, side="left") - 1
    size = n_groups * m

    # every span counts to the end of its first interval and, less what follows its end, in all later ones
    def at(cell: Ints, w: Floats | None) -> Floats:
        return tally(cell, size, weight if w is None else w if weight is None else w * weight)

    first, last = group * m + i, group * m + j
    inside = at(first, edges[i + 1] - b) - at(last, edges[j + 1] - e)
    crossing = (at(first, None) - at(last, None)).reshape(n_groups, m)
    carried = np.zeros((n_groups, m))
    carried[:, 1:] = np.cumsum(crossing, axis=1)[:, :-1]
    area = inside.reshape(n_groups, m) + carried * np.diff(edges)
    return np.maximum(area, 0.0)


def by_small_key(key: Ints, n_keys: int) -> Ints:
    """Stable order of non-negative keys below `n_keys`, by counting digits of 16 bits."""
    order = np.argsort((key & 0xFFFF).astype(np.uint16), kind="stable")
    if n_keys > 0x10000:
        high = (key >> 16)[order]
        order = order[by_small_key(high, (n_keys >> 16) + 1)]
    return order


def highest(group: Ints, n_groups: int, times: Floats, change: Ints, edges: Floats) -> Ints:
    """Highest level in each interval of counts that change at given times.

    All changes of one instant count together; the level at an edge is that after the changes of that instant.

    Parameters
    ----------
    group : int array, shape (n,)
        Group of each change.
    times : array, shape (n,)
        Increasing [min].
    change : int array, shape (n,)
        Up or down.
    edges : array, shape (m + 1,)
        [min].

    Returns
    -------
    int array, shape (n_groups, m)
    """
    m = edges.size - 1
    out = np.zeros((n_groups, m), dtype=np.int64)
    order = by_small_key(group, n_groups)
    counts = np.bincount(group, minlength=n_groups)
    stops = np.cumsum(counts)
    for g in np.flatnonzero(counts):
        mine = order[stops[g] - counts[g] : stops[g]]
        t = times[mine]
        level = np.cumsum(change[mine])
        final = np.append(t[1:] != t[:-1], True)
        t, level = t[final], level[final]
        low = np.searchsorted(t, edges[:-1], side="right")
        high = np.searchsorted(t, edges[1:], side="left")
        best = np.where(low > 0, level[low - 1], 0)
        some = high > low
        pairs = np.stack((low, high), axis=1).ravel()
        inner = np.maximum.reduceat(np.append(level, 0), pairs)[::2]
        out[g] = np.where(some, np.maximum(best, inner), best)
    return out


def open_at(begin: Floats, end: Floats, marks: Floats) -> tuple[Ints, Ints]:
    """First and one past the last of the marks just before which each span is open: begin < mark <= end."""
    return np.searchsorted(marks, begin, side="right"), np.searchsorted(marks, end, side="right")


def least_at(group: Ints, n_groups: int, first: Ints, past: Ints, value: Floats, n_marks: int) -> Floats:
    """Smallest value over the spans that cover each mark; infinity where none does.

    Every range of marks is the union of two ranges whose length is a power of two; these are settled from the longest
    to the shortest.

    Returns
    -------
    array, shape (n_groups, n_marks)
    """
    length = past - first
    level = np.zeros(length.size, dtype=np.int64)
    some = length > 0
    level[some] = np.floor(np.log2(length[some])).astype(np.int64)
    out = np.full((n_groups, n_marks), np.inf)
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
