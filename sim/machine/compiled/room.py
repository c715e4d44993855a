"""Memory of a run's tables: on cache lines, and used again by the next run of the same thread."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
LINE = 64
"""Bytes of a cache line."""
REUSED = ("jobs", "lives", "heap", "chunks", "far", "persons", "clocks", "scratch", "breaks", "visits", "job_rows",
          "ties", "kin", "queues")  # fmt: skip
MOST_KEPT = 128 << 20
"""A table larger than this is not kept for the next run [bytes]."""

_rooms = threading.local()


def room_for(name: str, dtype: Any, size: int) -> Array:
    """Memory that an earlier run in this thread has used, if it is large enough; what it holds means nothing.

    New memory costs more than the events that are written into it: the system has to clear every page.
    """
    free: dict[str, Array] = _rooms.__dict__.setdefault("free", {})
    a = free.pop(name, None)
    return a if a is not None and a.size >= size else on_lines(size, dtype)


def on_lines(size: int, dtype: Any) -> Array:
    """An array that begins on a cache line, so that a job is one line and not parts of two."""
    dtype = np.dtype(dtype)
    raw = np.empty(size * dtype.itemsize + LINE, np.uint8)
    skip = -raw.ctypes.data % LINE
    return raw[skip : skip + size * dtype.itemsize].view(dtype)


def give_back(tables: dict[str, Array]) -> None:
    """Let the next run in this thread have the memory."""
    free: dict[str, Array] = _rooms.__dict__.setdefault("free", {})
    for name in REUSED:
        if name in tables and tables[name].nbytes <= MOST_KEPT:
            free[name] = tables[name]


def larger(a: Array, size: int) -> Array:
    """The same array with room for so much."""
    out = on_lines(size, a.dtype) if a.ndim == 1 else np.zeros((size, *a.shape[1:]), a.dtype)
    out[: a.shape[0]] = a
    if a.dtype == np.uint8 and a.ndim == 1:
        out[a.shape[0] :] = 0  # which jobs are kept
    return out
