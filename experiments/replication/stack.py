"""Tables of many replications, one above the other, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

KEYS = ("measure", "scope_kind", "scope", "grid", "interval", "label")


@dataclass(frozen=True, eq=False)
class Stack:
    """The same rows of all replications.

    Attributes
    ----------
    keys : DataFrame
        One row per measure, scope and interval: `measure`, `scope_kind`, `scope`, `grid`, `interval`, `label`, and
        `measure_number`, its place in `measures`.
    measures : tuple of str
        Names of the measures.
    numerator, denominator, value, lower, upper : array, shape (replications, rows)
        0, 0 and NaN where a replication had nothing to count.
    """

    keys: pd.DataFrame
    measures: tuple[str, ...]
    numerator: Floats
    denominator: Floats
    value: Floats
    lower: Floats
    upper: Floats

    @classmethod
    def of(cls, frames: Sequence[pd.DataFrame]) -> Stack:
        """Stack the tables of replications; rows come in the order of their first appearance.

        Parameters
        ----------
        frames : sequence of DataFrame
            As `Reduction` makes them.
        """
        import pandas as pd

        together = pd.concat([f[list(KEYS)].astype(dict.fromkeys(TEXTS, object)) for f in frames], ignore_index=True)
        codes = np.zeros(len(together), dtype=np.int64)
        for name in KEYS[:-1]:
            part, distinct = pd.factorize(together[name])
            codes = codes * (len(distinct) + 1) + part
        row, _ = pd.factorize(codes)
        first = np.zeros(int(row.max()) + 1 if row.size else 0, dtype=np.int64)
        first[row[::-1]] = np.arange(row.size)[::-1]
        keys = together.iloc[first].reset_index(drop=True)
        # a row that a replication lacks is put beside its kin, whichever replication had it first
        order = np.lexsort(
            (
                keys["interval"].to_numpy(),
                *(pd.factorize(keys[name])[0] for name in ("grid", "scope", "scope_kind", "measure")),
            )
        )
        place = np.empty_like(order)
        place[order] = np.arange(order.size)
        keys = keys.iloc[order].reset_index(drop=True)
        row = place[row] if row.size else row
        shape = (len(frames), len(keys))
        numbers = {
            name: np.full(shape, fill)
            for name, fill in (
                ("numerator", 0.0),
                ("denominator", 0.0),
                ("value", np.nan),
                ("lower", np.nan),
                ("upper", np.nan),
            )
        }
        begin = 0
        for r, frame in enumerate(frames):
            at = row[begin : begin + len(frame)]
            begin += len(frame)
            for name, array in numbers.items():
                array[r, at] = frame[name].to_numpy(dtype=np.float64)
        number, names = pd.factorize(keys["measure"])
        keys["measure_number"] = number
        keys = keys.astype(dict.fromkeys(TEXTS, "category"))
        return cls(keys, tuple(names), **numbers)

    def rows(
        self, measure: str, scope_kind: str, scope: str, grid: str, interval: int | None = None
    ) -> NDArray[np.int64]:
        """Numbers of the rows of one measure and scope in a grid, in the order of its labels."""
        k = self.keys
        keep = (k["measure"] == measure) & (k["scope_kind"] == scope_kind) & (k["scope"] == scope) & (k["grid"] == grid)
        if interval is not None:
            keep &= k["interval"] == interval
        return np.flatnonzero(keep.to_numpy())


TEXTS = ("measure", "scope_kind", "scope", "grid", "label")
