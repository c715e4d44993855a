"""Tables of many replications, one above the other, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from experiments.replication.layout import TEXTS, Layout, Reduced

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

KEYS = ("measure", "scope_kind", "scope", "grid", "interval", "label")


@dataclass(frozen=True, eq=False)
class Stack:
    """The same rows of all replications.

    Attributes
    ----------
    layout : Layout
        Rows of each replication.
    kept : int array, shape (rows,)
        Those of them in which some replication had something to count: the rows here.
    measures : tuple of str
        Names of the measures.
    numerator, denominator, value, lower, upper : array, shape (replications, rows)
        0, 0 and NaN where a replication had nothing to count.
    """

    layout: Layout
    kept: NDArray[np.int64]
    measures: tuple[str, ...]
    numerator: Floats
    denominator: Floats
    value: Floats
    _reduced: tuple[Reduced, ...]

    @classmethod
    def of(cls, reduced: Sequence[Reduced]) -> Stack:
        """Stack what was kept of replications of one operation.

        Parameters
        ----------
        reduced : sequence of Reduced
            As `Reduction` makes them, at least one.

        Raises
        ------
        ValueError
            There is none, or two are of different operations.
        """
        if not reduced:
            raise ValueError("stack: no replications; at least 1 is expected")
        layout = reduced[0].layout
        for i, r in enumerate(reduced):
            if r.layout != layout:
                raise ValueError(
                    f"stack: replication {i} has other rows ({len(r.layout)}, {r.layout.digest[:8]}) than the first "
                    f"({len(layout)}, {layout.digest[:8]}); stack replications of one operation only"
                )
        kept = np.flatnonzero(np.logical_or.reduce([r.there for r in reduced]))
        used = np.unique(layout.measure[kept])
        numerator, denominator, value = (
            np.array([getattr(r, name)[kept] for r in reduced]) for name in ("numerator", "denominator", "value")
        )
        names = tuple(layout.measures[i] for i in used)
        return cls(layout, kept, names, numerator, denominator, value, tuple(reduced))

    @cached_property
    def lower(self) -> Floats:
        """Lower bounds of the values."""
        return np.array([r.lower[self.kept] for r in self._reduced])

    @cached_property
    def upper(self) -> Floats:
        """Upper bounds of the values."""
        return np.array([r.upper[self.kept] for r in self._reduced])

    @cached_property
    def keys(self) -> pd.DataFrame:
        """One row per measure, scope and interval: `measure`, `scope_kind`, `scope`, `grid`, `interval`, `label`, and
        `measure_number`, its place in `measures`.
        """
        keys = self.layout.keys.iloc[self.kept].reset_index(drop=True)
        for name in TEXTS:
            keys[name] = keys[name].cat.remove_unused_categories()
        keys["measure_number"] = np.searchsorted(np.unique(keys["measure_number"]), keys["measure_number"])
        return keys

    def rows(
        self, measure: str, scope_kind: str, scope: str, grid: str, interval: int | None = None
    ) -> NDArray[np.int64]:
        """Numbers of the rows of one measure and scope in a grid, in the order of its labels."""
        found = self.layout.rows(measure, scope_kind, scope, grid, interval)
        at = np.searchsorted(self.kept, found)
        there = at < self.kept.size
        there[there] = self.kept[at[there]] == found[there]
        return at[there]
