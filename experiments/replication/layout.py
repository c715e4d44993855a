"""The rows that a reduction leaves, and the numbers of one replication in them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.measures.table import Numbers, present

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TEXTS = ("measure", "scope_kind", "scope", "grid", "label")
"""Columns of a table that hold names."""


@dataclass(frozen=True, eq=False)
class Layout:
    """Which measure of which scope in which interval each row holds; the same for all histories of one operation.

    Attributes
    ----------
    measures : tuple of str
        Names of the measures, in the order of their rows.
    scopes : tuple of (str, str)
        Kind and name of each scope, in the order of their rows.
    grids : tuple of str
        Names of the ways of splitting the period.
    labels : tuple of tuple of str
        Labels of the intervals of each grid; none for the whole period.
    measure, scope, grid : int arrays, shape (rows,)
        Places in these.
    interval : int array, shape (rows,)
        Number of the label in its grid, -1 for the whole period.
    """

    measures: tuple[str, ...]
    scopes: tuple[tuple[str, str], ...]
    grids: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    measure: NDArray[np.int16]
    scope: NDArray[np.int32]
    grid: NDArray[np.int8]
    interval: NDArray[np.int32]

    def __len__(self) -> int:
        return int(self.measure.size)

    @cached_property
    def digest(self) -> str:
        """Hash of everything in it (SHA-256, hexadecimal): equal for equal layouts on any machine."""
        h = hashlib.sha256(json.dumps([self.measures, self.scopes, self.grids, self.labels]).encode())
        for array in (self.measure, self.scope, self.grid, self.interval):
            h.update(array.astype("<i8").tobytes())
        return h.hexdigest()

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Layout) and self.digest == other.digest)

    def __hash__(self) -> int:
        return hash(self.digest)

    def rows(
        self, measure: str, scope_kind: str, scope: str, grid: str, interval: int | None = None
    ) -> NDArray[np.int64]:
        """Numbers of the rows of one measure and scope in a grid, in the order of its labels."""
        if measure not in self.measures or (scope_kind, scope) not in self.scopes or grid not in self.grids:
            return np.zeros(0, dtype=np.int64)
        keep = (self.measure == self.measures.index(measure)) & (self.scope == self.scopes.index((scope_kind, scope)))
        keep &= self.grid == self.grids.index(grid)
        if interval is not None:
            keep &= self.interval == interval
        return np.flatnonzero(keep)

    @cached_property
    def keys(self) -> pd.DataFrame:
        """One row per row: `measure`, `scope_kind`, `scope`, `grid`, `interval`, `label`, and `measure_number`."""
        import pandas as pd

        names = {
            "measure": np.array(self.measures, dtype=object)[self.measure],
            "scope_kind": np.array([kind for kind, _ in self.scopes], dtype=object)[self.scope],
            "scope": np.array([name for _, name in self.scopes], dtype=object)[self.scope],
            "grid": np.array(self.grids, dtype=object)[self.grid],
            "interval": self.interval,
            "label": self._label,
        }
        frame = pd.DataFrame(names).astype(dict.fromkeys(TEXTS, "category"))
        frame["measure_number"] = self.measure.astype(np.int64)
        return frame

    @property
    def _label(self) -> NDArray[np.object_]:
        flat = np.array([x for labels in self.labels for x in labels] + [""], dtype=object)
        first = np.cumsum([0, *(len(x) for x in self.labels)])[:-1]
        return flat[np.where(self.interval < 0, flat.size - 1, first[self.grid] + self.interval)]


@dataclass(frozen=True, eq=False)
class Reduced:
    """What is kept of one history: numbers in the rows of a layout.

    Attributes
    ----------
    layout : Layout
        What the rows are.
    numerator, denominator, value : array, shape (rows,)
        0, 0 and NaN where there was nothing to count.
    open_rows : int array, shape (k,)
        The rows whose value depends on contacts that are still open at the end.
    open_lower, open_upper : array, shape (k,)
        Bounds of the value there; elsewhere they are the value.
    """

    layout: Layout
    numerator: Floats
    denominator: Floats
    value: Floats
    open_rows: Ints
    open_lower: Floats
    open_upper: Floats

    @classmethod
    def of_numbers(cls, layout: Layout, numbers: Numbers) -> Reduced:
        """From the numbers of all rows."""
        numerator, denominator, value, lower, upper = numbers
        some = np.flatnonzero(_differ(lower, value) | _differ(upper, value))
        return cls(layout, numerator, denominator, value, some, lower[some], upper[some])

    @property
    def lower(self) -> Floats:
        """Lower bound of the value of every row."""
        return self._bound(self.open_lower)

    @property
    def upper(self) -> Floats:
        """Upper bound of the value of every row."""
        return self._bound(self.open_upper)

    def _bound(self, bound: Floats) -> Floats:
        out = self.value.copy()
        out[self.open_rows] = bound
        return out

    @property
    def there(self) -> NDArray[np.bool_]:
        """Rows with something to count."""
        return present(self.numerator, self.denominator, self.value)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything but the layout, as plain arrays by name."""
        return {name: getattr(self, name) for name in ARRAYS}

    @classmethod
    def of(cls, layout: Layout, arrays: Mapping[str, NDArray[Any]]) -> Reduced:
        """From a layout and what `arrays` gave."""
        return cls(layout, **{name: arrays[name] for name in ARRAYS})

    @property
    def frame(self) -> pd.DataFrame:
        """Tidy table of the rows with something to count."""
        import pandas as pd

        some = self.there
        keys = self.layout.keys.drop(columns="measure_number")[some].reset_index(drop=True)
        for name in TEXTS:
            keys[name] = keys[name].cat.remove_unused_categories()
        numbers = {n: getattr(self, n)[some] for n in ("numerator", "denominator", "value", "lower", "upper")}
        return pd.concat([keys, pd.DataFrame(numbers)], axis=1)


def _differ(a: Floats, b: Floats) -> NDArray[np.bool_]:
    """Where numbers are not the same; NaN is the same as NaN."""
    return (a != b) & ~(np.isnan(a) & np.isnan(b))


ARRAYS = ("numerator", "denominator", "value", "open_rows", "open_lower", "open_upper")
