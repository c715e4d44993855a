"""Passes over all rows: what they come to in every cell, read once.

Each is written twice: here in NumPy, as it is meant, and in `compiled_passes` for many rows, where a pass is one loop
outside of Python's lock in the place of several arrays. Both add in the order of the rows and leave the same numbers
bit for bit; nothing is left to a linear algebra library, whose sums depend on the processor.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.measures.cells.arrays import Bools, Floats, Ints, tally

MANY = 10_000
"""Rows from which the compiled form is used: below, loading it takes longer than it saves."""

MOST_SCANNED = 32
"""Edges in one small piece of a ruler up to which they are looked at one by one."""

_INTERPRETED = os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")


def compiled(rows: int) -> Any:
    """The compiled passes if there are rows enough for them and they are kept on disk, else None.

    Where they are not, a process beside this one compiles them, and NumPy does the work until then.
    """
    if rows < MANY or _INTERPRETED:
        return None
    return _READY.passes()


class _Ready:
    """Whether the compiled passes can be loaded; looked up at most once a second until they can."""

    def __init__(self) -> None:
        self._code: Any = None
        self._next = 0.0
        self._beside: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def passes(self) -> Any:
        if self._code is None and time.monotonic() >= self._next:
            with self._lock:
                self._look()
        return self._code

    def _look(self) -> None:
        from sim.measures.cells import compiled_passes

        if compiled_passes.is_kept():
            self._code = compiled_passes
        elif self._beside is None:
            self._beside = subprocess.Popen(COMPILING, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            atexit.register(self._beside.kill)
        self._next = time.monotonic() + 1.0


COMPILING = (sys.executable, "-m", "sim.measures.cells.compiled_passes")
"""The process that compiles the passes, some ten seconds, once per installation."""

_READY = _Ready()


def is_kept() -> bool:
    """Whether the passes have been compiled for this installation."""
    from sim.measures.cells import compiled_passes

    return compiled_passes.is_kept()


def warm() -> None:
    """Compile the passes for this installation, or find them there."""
    if not _INTERPRETED and not is_kept():
        subprocess.run(COMPILING, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def places(edges: Floats, times: Floats) -> Ints:
    """Number of edges at or before each time; NaN lies behind everything.

    Examples
    --------
    >>> places(np.array([0.0, 30.0, 60.0]), np.array([-1.0, 0.0, 59.0, np.nan]))
    array([0, 1, 2, 3])
    """
    code = compiled(times.size)
    if code is not None:
        pieces = 4 * edges.size
        scale = pieces / (edges[-1] - edges[0])
        first = np.searchsorted(edges, edges[0] + np.arange(pieces) / scale, side="right")
        if np.diff(first).max() <= MOST_SCANNED:
            return np.asarray(code.places(edges, first, scale, times))
    return np.searchsorted(edges, times, side="right")


@dataclass(frozen=True, eq=False)
class Cells:
    """Cell of each row: its scope, and the label of its interval.

    Attributes
    ----------
    table : int array
        Label of every place on a ruler; 0 is outside.
    place : int array, shape (rows,)
        Where each row lies on it.
    scope : int array, shape (rows,)
        Scope of each row.
    n, size : int
        Number of scopes, and of labels with the one outside.

    Examples
    --------
    >>> cells = Cells(np.array([0, 1, 2, 0]), np.array([1, 2, 2]), np.array([0, 0, 1]), 2, 3)
    >>> numbers(cells)
    array([0., 1., 1., 0., 0., 1.])
    """

    table: Ints
    place: Ints
    scope: Ints
    n: int
    size: int

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.place.size)

    @cached_property
    def number(self) -> Ints:
        """Number of each row's cell."""
        label = self.table[self.place]
        return label if self.n == 1 else self.scope * self.size + label

    @property
    def parts(self) -> tuple[Ints, Ints, Ints, int, int]:
        """What the compiled passes read."""
        return self.table, self.place, self.scope, self.size, self.n


def rows_of(numbers: NDArray[Any], wanted: NDArray[Any]) -> Ints:
    """Row of each wanted number in an increasing column of numbers; quick if they are wanted in that order, too.

    Examples
    --------
    >>> rows_of(np.array([2, 3, 7]), np.array([2, 7, 7]))
    array([0, 2, 2])
    """
    code = compiled(wanted.size)
    if code is None:
        return np.searchsorted(numbers, wanted)
    return np.asarray(code.rows_of(*(np.asarray(x, dtype=np.int64) for x in (numbers, wanted))))


def numbers(cells: Cells) -> Floats:
    """Number of rows of each cell, shape (cells,)."""
    code = compiled(cells.rows)
    return tally(cells.number, cells.n * cells.size) if code is None else np.asarray(code.numbers(*cells.parts))


def sums(cells: Cells, weights: Floats) -> Floats:
    """Sums of weights over the rows of each cell, shape (weights, cells).

    Parameters
    ----------
    weights : array, shape (weights, rows)
    """
    code = compiled(cells.rows)
    if code is not None:
        return np.asarray(code.sums(*cells.parts, weights))
    return np.array([tally(cells.number, cells.n * cells.size, w) for w in weights])


def profiles(cells: Cells, profile: Ints, sets: Bools) -> Floats:
    """Number of rows of each set of profiles in each cell, shape (sets, cells).

    Parameters
    ----------
    profile : int array, shape (rows,)
        What is said of a row.
    sets : bool array, shape (sets, profiles)
        Profiles that belong to each set.

    Examples
    --------
    >>> cells = Cells(np.array([0, 1]), np.array([1, 1, 0]), np.zeros(3, dtype=int), 1, 2)
    >>> profiles(cells, np.array([0, 1, 1]), np.array([[True, True], [False, True]]))
    array([[1., 2.],
           [1., 1.]])
    """
    n_sets, m = sets.shape
    own, member = np.nonzero(sets.T)
    begin = np.searchsorted(own, np.arange(m + 1))
    code = compiled(cells.rows)
    if code is not None:
        return np.asarray(code.profiles(*cells.parts, profile, begin, member, n_sets))
    size = cells.n * cells.size
    count = np.bincount(cells.number * m + profile, minlength=size * m)
    there = np.flatnonzero(count)
    cell, p = np.divmod(there, m)
    length = np.diff(begin)[p]
    inside = np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length)
    in_set = member[np.repeat(begin[p], length) + inside]
    return tally(in_set * size + np.repeat(cell, length), n_sets * size, np.repeat(count[there], length)).reshape(
        n_sets, size
    )


def least(cells: Cells, rows: Ints, value: Floats) -> Floats:
    """Smallest value of some rows in each cell; infinity where there is none, shape (cells,)."""
    code = compiled(rows.size)
    if code is not None:
        return np.asarray(code.least(*cells.parts, rows, value))
    out = np.full(cells.n * cells.size, np.inf)
    np.minimum.at(out, cells.number[rows], value[rows])
    return out


def grouped(cells: Cells, rows: Ints, value: Floats) -> tuple[Floats, Ints]:
    """Values of some rows cell by cell, and how many there are in each.

    Examples
    --------
    >>> cells = Cells(np.array([0, 1]), np.array([1, 0, 1]), np.zeros(3, dtype=int), 1, 2)
    >>> grouped(cells, np.array([0, 1, 2]), np.array([7.0, 6.0, 5.0]))
    (array([6., 7., 5.]), array([1, 2]))
    """
    code = compiled(rows.size)
    if code is not None:
        values, count = code.grouped(*cells.parts, rows, value)
        return values, count
    group, n = cells.number[rows], cells.n * cells.size
    return value[rows][by_small_key(group, n)], np.bincount(group, minlength=n)


def by_small_key(key: Ints, n_keys: int) -> Ints:
    """Stable order of non-negative keys below `n_keys`, by counting digits of 16 bits."""
    order = np.argsort((key & 0xFFFF).astype(np.uint16), kind="stable")
    if n_keys > 0x10000:
        high = (key >> 16)[order]
        order = order[by_small_key(high, (n_keys >> 16) + 1)]
    return order
