"""The passes of `passes`, `spans` and `marks`, compiled: each reads its rows once, outside of Python's lock.

They add in the order of the rows, as NumPy's `bincount` does, so that both forms leave the same numbers bit for bit.
They are compiled by a process of their own (`python -m sim.measures.cells.compiled_passes`) and only loaded by
all others.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba.core import sigutils

from sim.measures.cells.arrays import Bools, Floats, Ints

MOST_MOVES = 32
"""Places by which a row is moved, on the average, up to which moving is quicker than sorting."""


def _pass(function: Any) -> Any:
    """Compile when it is first called, once per installation; without a place to keep it, once per process."""
    try:
        return numba.njit(nogil=True, error_model="numpy", cache=True)(function)
    except RuntimeError:  # no folder can be written
        return numba.njit(nogil=True, error_model="numpy")(function)


_inner: Any = numba.njit(nogil=True, error_model="numpy", inline="always")


@_inner
def _cell(table: Ints, place: Ints, scope: Ints, size: int, n: int, row: int) -> int:
    """Cell of a row; refused where it would lie outside the table."""
    cell = scope[row] * size + table[place[row]]
    if not 0 <= cell < n * size:
        raise IndexError("a row lies in no scope")
    return cell


@_pass
def places(edges: Floats, first: Ints, scale: float, times: Floats) -> Ints:
    """See `passes.places`; `first` are the edges at or before the begin of each of many small pieces of the range."""
    n, last = edges.size, first.size - 1
    out = np.empty(times.size, np.int64)
    for r in range(times.size):
        t = times[r]
        x = (t - edges[0]) * scale
        if x < last:
            k = first[np.int64(x)] if x > 0.0 else np.int64(0)
        elif t < edges[n - 1]:
            k = first[last]
        else:  # also NaN
            k = np.int64(n)
        while k < n and edges[k] <= t:
            k += 1
        while k > 0 and edges[k - 1] > t:
            k -= 1
        out[r] = k
    return out


@_pass
def sums(table: Ints, place: Ints, scope: Ints, size: int, n: int, weight: Floats) -> Floats:
    """See `passes.sums`."""
    out = np.zeros((weight.shape[0], n * size))
    for r in range(place.size):
        cell = _cell(table, place, scope, size, n, r)
        for k in range(weight.shape[0]):
            out[k, cell] += weight[k, r]
    return out


@_pass
def rows_of(numbers: Ints, wanted: Ints) -> Ints:
    """See `passes.rows_of`."""
    out = np.empty(wanted.size, np.int64)
    k = 0
    for r in range(wanted.size):
        x = wanted[r]
        if r and x < wanted[r - 1]:  # before the place of the one before
            low, high = 0, k
            while low < high:
                k = (low + high) // 2
                if numbers[k] < x:
                    low = k + 1
                else:
                    high = k
            k = low
        while k < numbers.size and numbers[k] < x:
            k += 1
        out[r] = k
    return out


@_pass
def numbers(table: Ints, place: Ints, scope: Ints, size: int, n: int) -> Floats:
    """See `passes.sums`, without weights."""
    out = np.zeros(n * size)
    for r in range(place.size):
        out[_cell(table, place, scope, size, n, r)] += 1.0
    return out


@_pass
def profiles(
    table: Ints, place: Ints, scope: Ints, size: int, n: int, profile: Ints, begin: Ints, sets: Ints, n_sets: int
) -> Floats:
    """See `passes.profiles`; the sets of profile p are `sets[begin[p]:begin[p + 1]]`."""
    m = begin.size - 1
    count = np.zeros(n * size * m, np.int64)
    for r in range(place.size):
        count[_cell(table, place, scope, size, n, r) * m + profile[r]] += 1
    out = np.zeros((n_sets, n * size))
    for cell in range(n * size):
        for p in range(m):
            number = count[cell * m + p]
            if number:
                for i in range(begin[p], begin[p + 1]):
                    out[sets[i], cell] += number
    return out


@_pass
def least(table: Ints, place: Ints, scope: Ints, size: int, n: int, rows: Ints, value: Floats) -> Floats:
    """See `passes.least`."""
    out = np.full(n * size, np.inf)
    for r in rows:
        cell = _cell(table, place, scope, size, n, r)
        if value[r] < out[cell]:
            out[cell] = value[r]
    return out


@_pass
def grouped(table: Ints, place: Ints, scope: Ints, size: int, n: int, rows: Ints, value: Floats) -> tuple[Floats, Ints]:
    """Values of some rows cell by cell, and how many there are in each."""
    count = np.zeros(n * size, np.int64)
    for r in rows:
        count[_cell(table, place, scope, size, n, r)] += 1
    at = np.zeros(n * size, np.int64)
    for cell in range(1, n * size):
        at[cell] = at[cell - 1] + count[cell - 1]
    out = np.empty(rows.size)
    for r in rows:
        cell = _cell(table, place, scope, size, n, r)
        out[at[cell]] = value[r]
        at[cell] += 1
    return out, count


@_pass
def spread(
    group: Ints,
    n: int,
    begin: Floats,
    end: Floats,
    right: Ints,
    left: Ints,
    weight: Floats,
    edges: Floats,
    until: float,
    zero: int,
    last: int,
) -> tuple[Floats, Floats]:
    """See `spans.Spans`."""
    m = edges.size - 1
    # minutes to the end of the first interval, and behind the end in the last one; weights that begin, that end
    out = np.zeros((4, n * m))
    total = np.zeros(n)
    for r in range(begin.size):
        b, e = begin[r], end[r]
        if b < 0.0:
            b = 0.0
        if e > until:
            e = until
        w = weight[r] if weight.size else 1.0
        if e > b and w != 0.0:
            i, j = max(right[r], zero) - 1, min(left[r], last) - 1
            at = group[r] * m
            out[0, at + i] += (edges[i + 1] - b) * w
            out[1, at + j] += (edges[j + 1] - e) * w
            out[2, at + i] += w
            out[3, at + j] += w
            total[group[r]] += (e - b) * w
    return out, total


@_pass
def covered(
    group: Ints, n: int, table: Ints, begin: Ints, stop: Ints, since: Floats, last: float, n_marks: int, ages: bool
) -> tuple[Floats, Floats, Floats]:
    """See `marks.covered`; `since` is read if ages are asked for."""
    size = n_marks + 1
    levels = 1
    while (1 << levels) <= n_marks:
        levels += 1
    number = np.zeros((2, n * size))
    total = np.zeros((2, n * size if ages else 0))
    low = np.full((levels if ages else 0, n * size if ages else 0), np.inf)
    for r in range(begin.size):
        first, past = max(table[begin[r]] - 1, 0), max(table[stop[r]] - 1, 0)
        g = group[r]
        if past > first and g >= 0:
            at = g * size
            number[0, at + first] += 1.0
            number[1, at + past] += 1.0
            if ages:
                t = since[r]
                total[0, at + first] += last - t
                total[1, at + past] += last - t
                # a range of marks is the union of two whose length is a power of two
                k = 0
                while (2 << k) <= past - first:
                    k += 1
                low[k, at + first] = min(low[k, at + first], t)
                low[k, at + past - (1 << k)] = min(low[k, at + past - (1 << k)], t)
    if ages:
        for k in range(levels - 1, 0, -1):
            half = 1 << (k - 1)
            for g in range(n):
                for i in range(g * size, (g + 1) * size - half):
                    t = low[k, i]
                    if t < np.inf:
                        low[k - 1, i] = min(low[k - 1, i], t)
                        low[k - 1, i + half] = min(low[k - 1, i + half], t)
    return number, total, low


@_pass
def highest(times: Floats, order: Ints, group: Ints, n: int, edges: Floats) -> Floats:
    """See `marks.highest`."""
    m, n_up = edges.size - 1, group.size
    level = np.zeros(n, np.int64)
    touched = np.zeros(n, np.int64)
    out = np.zeros((n, m))
    piece, fresh, i = -1, False, 0
    while i < order.size:
        now = times[order[i]]
        # the levels before this instant hold in all pieces that begin before it
        while piece + 1 < m and edges[piece + 1] <= now:
            if fresh:
                for g in range(n):
                    out[g, piece] = level[g]
            piece += 1
            fresh = True
        if fresh and edges[piece] < now:
            for g in range(n):
                out[g, piece] = level[g]
            fresh = False
        if now >= edges[m]:
            break
        k = 0
        while i < order.size and times[order[i]] == now:
            c = order[i]
            g = group[c if c < n_up else c - n_up]
            if g >= 0:
                level[g] += 1 if c < n_up else -1
                touched[k % n] = g
                k += 1
            i += 1
        if fresh:
            for g in range(n):
                out[g, piece] = level[g]
            fresh = False
        elif piece >= 0 and k <= n:
            for x in range(k):
                g = touched[x]
                out[g, piece] = max(out[g, piece], level[g])
        elif piece >= 0:
            for g in range(n):
                out[g, piece] = max(out[g, piece], level[g])
    while piece < m:
        if fresh:
            for g in range(n):
                out[g, piece] = level[g]
        piece += 1
        fresh = True
    return out


@_pass
def merge_sort(order: Ints, first: int, past: int, times: Floats) -> None:
    """Put the rows `order[first:past]` in order of time, ties as they stand."""
    other = order.copy()
    width = 1
    while width < past - first:
        for low in range(first, past, 2 * width):
            middle, high = min(low + width, past), min(low + 2 * width, past)
            i, j = low, middle
            for k in range(low, high):
                if i < middle and (j == high or times[order[i]] <= times[order[j]]):
                    other[k] = order[i]
                    i += 1
                else:
                    other[k] = order[j]
                    j += 1
        for k in range(first, past):
            order[k] = other[k]
        width *= 2


@_pass
def in_order(group: Ints, n: int, times: Floats) -> tuple[Ints, Ints]:
    """Rows by group and time, and where each group begins; quick if each of them is nearly in order."""
    begin = np.zeros(n + 1, np.int64)
    for g in group:
        begin[g + 1] += 1
    for g in range(n):
        begin[g + 1] += begin[g]
    order, at = np.empty(group.size, np.int64), begin.copy()
    for r in range(group.size):
        order[at[group[r]]] = r
        at[group[r]] += 1
    for g in range(n):
        first, past = begin[g], begin[g + 1]
        patience = MOST_MOVES * (past - first)
        for i in range(first + 1, past):
            row, k = order[i], i
            while k > first and times[order[k - 1]] > times[row]:
                order[k] = order[k - 1]
                k -= 1
            order[k] = row
            patience -= i - k
            if patience < 0:  # too much is out of order
                merge_sort(order, first, past, times)
                break
    return order, begin


@_pass
def stretches(
    group: Ints, n: int, begin: Floats, end: Floats, added: Floats, owner: Ints, named: Bools
) -> tuple[Ints, Floats, Floats, Floats, Floats, Floats]:
    """See `pool_measures`."""
    begins, first_of = in_order(group, n, begin)
    ends, _ = in_order(group, n, end)
    pool = np.empty(2 * group.size, np.int64)
    since, until, busy, on, there = np.empty((5, 2 * group.size))
    found = 0
    for g in range(n):
        i = j = first_of[g]
        past, p = first_of[g + 1], owner[g]
        slots, servers, resting = 0.0, 0.0, 0.0
        while j < past:
            if i < past and begin[begins[i]] <= end[ends[j]]:
                now, span, sign = begin[begins[i]], begins[i], 1.0
                i += 1
            else:
                now, span, sign = end[ends[j]], ends[j], -1.0
                j += 1
            slots += added[0, span] * sign
            servers += added[1, span] * sign
            resting += added[2, span] * sign
            if j == past:
                break
            later = end[ends[j]]
            if i < past:
                later = min(later, begin[begins[i]])
            if not later > now:
                continue
            pool[found], since[found], until[found] = p, now, later
            if named[p]:
                busy[found] = min(slots, 1.0)
                on[found] = min(servers, 1.0) if resting == 0.0 else 0.0
                there[found] = min(servers + resting, 1.0)
            else:
                busy[found], on[found], there[found] = slots, servers, servers
            found += 1
    return pool[:found], since[:found], until[:found], busy[:found], on[:found], there[:found]


_TABLE = "int64[::1], int64[::1], int64[::1], int64, int64"
_ROWS = "int64[::1], float64[::1]"

PASSES: dict[str, str] = {
    "places": "(float64[::1], int64[::1], float64, float64[::1])",
    "rows_of": "(int64[::1], int64[::1])",
    "numbers": f"({_TABLE})",
    "sums": f"({_TABLE}, float64[:, ::1])",
    "profiles": f"({_TABLE}, int64[::1], int64[::1], int64[:], int64)",
    "least": f"({_TABLE}, {_ROWS})",
    "grouped": f"({_TABLE}, {_ROWS})",
    "spread": "(int64[::1], int64, float64[::1], float64[::1], int64[::1], int64[::1], float64[::1], float64[::1], "
    "float64, int64, int64)",
    "covered": f"(int64[::1], int64, int64[::1], int64[::1], {_ROWS}, float64, int64, boolean)",
    "highest": "(float64[::1], int64[::1], int64[::1], int64, float64[::1])",
    "in_order": "(int64[::1], int64, float64[::1])",
    "stretches": "(int64[::1], int64, float64[::1], float64[::1], float64[:, ::1], int64[::1], boolean[::1])",
}
"""Types with which each pass is called."""


def is_kept() -> bool:
    """Whether all of them have been compiled for this installation."""

    def known(function: Any) -> bool:
        file = getattr(function._cache, "_cache_file", None)
        return file is not None and bool(file._load_index())

    return all(known(globals()[name]) for name in PASSES)


def main() -> None:
    """Compile them, or load what is kept."""
    for name, types in PASSES.items():
        arguments, _ = sigutils.normalize_signature(types)  # they are kept under these
        globals()[name].compile(arguments)


if __name__ == "__main__":
    from sim.measures.cells import compiled_passes

    compiled_passes.main()  # under its own name, for which it is kept
