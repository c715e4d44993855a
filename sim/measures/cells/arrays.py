"""Kinds of arrays, and the sum of rows by cell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def tally(cell: Ints, n: int, weight: Floats | Ints | Bools | None = None) -> Floats:
    """Sum of the weights (by default the number) of the rows of each cell, shape (n,).

    Examples
    --------
    >>> tally(np.array([0, 2, 2]), 3)
    array([1., 0., 2.])
    """
    out = np.bincount(cell, weights=weight, minlength=n)
    return np.asarray(out, dtype=np.float64)
