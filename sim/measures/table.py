"""The measures of one replication, as one tidy table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sim.measures.arrays import Floats
from sim.measures.columns import Columns
from sim.measures.definition import Measure, ScopeKind
from sim.measures.intervals import Intervals

WHOLE = "period"
"""Name of the grid of rows for the whole period; their interval is -1."""


@dataclass(frozen=True, eq=False)
class MeasureTable:
    """Measures of one replication.

    Attributes
    ----------
    frame : DataFrame
        One row per measure, scope and interval, with the columns `measure`, `scope_kind`, `scope`, `grid` (name of the
        way of splitting, `period` for the whole), `interval` (number of the label in its grid, -1 for the whole),
        `numerator`, `denominator`, `value`, `lower`, `upper`. The last two bound the value over everything that
        contacts still open at the end can turn out to be; they equal it when none is open, and infinity says that
        there is no bound. A ratio with nothing in its denominator has no row (or the value NaN, if its numerator is
        needed for a ratio of sums over several replications). Over replications, bounds of a ratio are pooled like
        its value, with the denominators as weights.
    grids : mapping of str to Intervals
        Edges and labels of each grid.

    Examples
    --------
    >>> from sim.machine import NetworkBuilder, Constant, simulate
    >>> from sim.measures import Service, measure
    >>> b = NetworkBuilder("two calls", end=60)
    >>> b.recorded("calls", to="phone", times=[5.0, 6.0])
    >>> b.work("phone", served_by="desk", size=Constant(3.0))
    >>> b.counted("desk", 1)
    >>> table = measure(simulate(b.build()), [Service("phone", awt=1.0, share=0.8)])
    >>> table.value("asa", "channel", "phone")
    1.0
    >>> table.value("service_level")
    0.5
    """

    frame: pd.DataFrame
    grids: Mapping[str, Intervals]

    def rows(
        self,
        measure: str | None = None,
        scope_kind: str | None = None,
        scope: str | None = None,
        grid: str | None = None,
    ) -> pd.DataFrame:
        """Rows that have all the given names."""
        keep = np.ones(len(self.frame), dtype=bool)
        for column, name in (("measure", measure), ("scope_kind", scope_kind), ("scope", scope), ("grid", grid)):
            if name is not None:
                keep &= (self.frame[column] == name).to_numpy()
        return self.frame[keep]

    def row(
        self, measure: str, scope_kind: str = "all", scope: str = "all", interval: int = -1, grid: str | None = None
    ) -> dict[str, float]:
        """Numerator, denominator, value and bounds of one measure; NaN throughout where it is absent.

        Parameters
        ----------
        measure, scope_kind, scope : str
            Names.
        interval : int
            Number of the label, -1 for the whole period.
        grid : str, optional
            Name of the grid, needed when there are several.
        """
        grid = WHOLE if interval < 0 else grid if grid is not None else next(iter(self.grids), WHOLE)
        at = self._places.get((measure, scope_kind, scope, grid, interval))
        names = ("numerator", "denominator", "value", "lower", "upper")
        return {name: float("nan") if at is None else float(self._numbers[name][at]) for name in names}

    @cached_property
    def _places(self) -> dict[tuple[str, str, str, str, int], int]:
        """Row of each measure, scope and interval."""
        names = (self.frame[c].tolist() for c in ("measure", "scope_kind", "scope", "grid", "interval"))
        return {key: i for i, key in enumerate(zip(*names, strict=True))}

    @cached_property
    def _numbers(self) -> dict[str, Floats]:
        return {c: self.frame[c].to_numpy() for c in ("numerator", "denominator", "value", "lower", "upper")}

    def value(
        self, measure: str, scope_kind: str = "all", scope: str = "all", interval: int = -1, grid: str | None = None
    ) -> float:
        """One number; NaN where it is absent."""
        return self.row(measure, scope_kind, scope, interval, grid)["value"]

    def series(self, measure: str, scope_kind: str = "all", scope: str = "all", grid: str | None = None) -> pd.Series:
        """Values by label of a grid; NaN where absent."""
        name = grid if grid is not None else next(iter(self.grids), WHOLE)
        labels = self.grids[name].labels
        found = self.rows(measure, scope_kind, scope, name)
        values = np.full(len(labels), np.nan)
        values[found["interval"].to_numpy()] = found["value"].to_numpy()
        return pd.Series(values, index=pd.Index(labels, name=name), name=measure)


class TableBuilder:
    """Collects measures that were computed for all scopes of one kind and all columns at once.

    Parameters
    ----------
    columns : Columns
        Layout of the arrays.
    measures : mapping of str to Measure
        The catalogue.
    wanted : set of str
        Names that go into the table; others are ignored.
    """

    def __init__(self, columns: Columns, measures: Mapping[str, Measure], wanted: set[str]) -> None:
        self.columns = columns
        self.measures = measures
        self.wanted = wanted
        self._names: list[str] = []
        self._scopes: dict[tuple[str, str], int] = {}
        self._parts: list[tuple[NDArray[np.int32], ...]] = []
        self._numbers: list[tuple[Floats, ...]] = []
        self._kinds: list[str] = []

    def add(
        self,
        name: str,
        kind: ScopeKind,
        scopes: Sequence[str],
        numerator: ArrayLike,
        denominator: ArrayLike = 1.0,
        *,
        lower: ArrayLike | None = None,
        upper: ArrayLike | None = None,
        value: ArrayLike | None = None,
    ) -> None:
        """One measure of all scopes of a kind.

        Parameters
        ----------
        name : str
            Name in the catalogue.
        kind : str
            Kind of scope.
        scopes : sequence of str, length s
            Their names.
        numerator, denominator, value, lower, upper : array, broadcast to shape (s, columns)
            `value` is by default their ratio; bounds are by default the value. Where the value is NaN there is no
            row, unless the denominator alone is 0.
        """
        if name not in self.wanted or not scopes:
            return
        if kind not in self.measures[name].scopes:
            raise ValueError(f"measure {name} is not given for scope kind {kind}")
        shape = (len(scopes), self.columns.n)
        num, den = _spread(numerator, shape), _spread(denominator, shape)
        if value is None:
            val = np.divide(num, den, out=np.full(shape, np.nan), where=den > 0.0)
        else:
            val = _spread(value, shape)
        low = val if lower is None else _spread(lower, shape)
        high = val if upper is None else _spread(upper, shape)
        # a numerator over nothing has no value, but belongs to the ratio of sums over several replications
        i, j = np.nonzero(((den > 0.0) & ~np.isnan(val)) | ((den == 0.0) & (num > 0.0)))
        number = len(self._names)
        self._names.append(name)
        self._kinds.append(kind)
        scope_numbers = np.array(
            [self._scopes.setdefault((kind, s), len(self._scopes)) for s in scopes], dtype=np.int32
        )
        self._parts.append((np.full(i.size, number, dtype=np.int32), scope_numbers[i], j.astype(np.int32)))
        self._numbers.append((num[i, j], den[i, j], val[i, j], low[i, j], high[i, j]))

    def build(self) -> MeasureTable:
        """The table."""
        grid_of = np.zeros(self.columns.n, dtype=np.int8)
        interval_of = np.full(self.columns.n, -1, dtype=np.int32)
        first = 1
        for k, g in enumerate(self.columns.grids):
            grid_of[first : first + g.n] = k + 1
            interval_of[first : first + g.n] = np.arange(g.n)
            first += g.n
        if self._parts:
            block, scope, column = (np.concatenate(x) for x in zip(*self._parts, strict=True))
            numbers = [np.concatenate(x) for x in zip(*self._numbers, strict=True)]
        else:
            block = scope = column = np.zeros(0, dtype=np.int32)
            numbers = [np.zeros(0) for _ in range(5)]
        measure_of, measures = _number(self._names)
        kind_of, kinds = _number(self._kinds)
        scope_of, scopes = _number([s for _, s in self._scopes])
        frame = pd.DataFrame(
            {
                "measure": pd.Categorical.from_codes(measure_of[block], measures),
                "scope_kind": pd.Categorical.from_codes(kind_of[block], kinds),
                "scope": pd.Categorical.from_codes(scope_of[scope], scopes),
                "grid": pd.Categorical.from_codes(
                    grid_of[column], pd.Index([WHOLE, *(g.name for g in self.columns.grids)])
                ),
                "interval": interval_of[column],
                **dict(zip(("numerator", "denominator", "value", "lower", "upper"), numbers, strict=True)),
            }
        )
        return MeasureTable(frame, {g.name: g for g in self.columns.grids})


def _spread(x: ArrayLike, shape: tuple[int, int]) -> Floats:
    """An array of the given shape."""
    a = np.asarray(x, dtype=np.float64)
    return a if a.shape == shape else np.broadcast_to(a, shape)


def _number(names: Sequence[str]) -> tuple[NDArray[np.int32], pd.Index[str]]:
    """Number of each name among the different ones, and these in order of appearance."""
    distinct = {name: i for i, name in enumerate(dict.fromkeys(names))}
    return np.array([distinct[name] for name in names], dtype=np.int32), pd.Index(list(distinct), dtype=object)
