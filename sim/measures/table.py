"""The measures of one replication, as one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.measures.cells.arrays import Bools, Floats, Ints
from sim.measures.cells.sheets import Sheet
from sim.measures.intervals import WHOLE, Intervals
from sim.measures.rows import Rows

if TYPE_CHECKING:
    import pandas as pd


class Numbers(NamedTuple):
    """Numbers of all rows of a table, shape (rows,) each; 0, 0 and NaN where there was nothing to count.

    Parameters
    ----------
    numerator, denominator, value : array
        The value is their ratio, unless the measure says otherwise.
    lower, upper : array
        Bounds of the value over everything that contacts still open at the end can turn out to be.
    """

    numerator: Floats
    denominator: Floats
    value: Floats
    lower: Floats
    upper: Floats

    @property
    def there(self) -> Bools:
        """Rows with something to count; a numerator over nothing has no value, but belongs to a ratio of sums."""
        return present(self.numerator, self.denominator, self.value)


def present(numerator: Floats, denominator: Floats, value: Floats) -> Bools:
    """Rows with something to count.

    Examples
    --------
    >>> present(np.array([1.0, 1.0, 0.0]), np.array([2.0, 0.0, 0.0]), np.array([0.5, np.nan, np.nan]))
    array([ True,  True, False])
    """
    return ((denominator > 0.0) & ~np.isnan(value)) | ((denominator == 0.0) & (numerator > 0.0))


@dataclass(frozen=True, eq=False)
class MeasureTable:
    """Measures of one replication.

    Attributes
    ----------
    layout : Rows
        Which measure of which scope in which interval each row holds; it does not depend on what happened.
    grids : mapping of str to Intervals
        Edges and labels of each way of splitting the period.
    numbers : Numbers
        In these rows.

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

    layout: Rows
    grids: Mapping[str, Intervals]
    numbers: Numbers

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per measure, scope and interval that has something to count.

        Columns: `measure`, `scope_kind`, `scope`, `grid` (name of the way of splitting, `period` for the whole),
        `interval` (number of the label in its grid, -1 for the whole), `numerator`, `denominator`, `value`, `lower`,
        `upper`. The last two bound the value over everything that contacts still open at the end can turn out to be;
        they equal it when none is open, and infinity says that there is no bound. A ratio with nothing in its
        denominator has no row (or the value NaN, if its numerator is needed for a ratio of sums over several
        replications). Over replications, bounds of a ratio are pooled like its value, with the denominators as
        weights.
        """
        import pandas as pd

        rows, some = self.layout, self.numbers.there
        scope = rows.scope[some]

        def names(number: NDArray[np.int32], of: Sequence[str]) -> pd.Categorical:
            distinct = list(dict.fromkeys(of))
            place = np.array([distinct.index(name) for name in of], dtype=np.int32)
            return pd.Categorical.from_codes(place[number], pd.Index(distinct, dtype=object))

        return pd.DataFrame(
            {
                "measure": names(rows.measure[some], rows.measures),
                "scope_kind": names(scope, [kind for kind, _ in rows.scopes]),
                "scope": names(scope, [name for _, name in rows.scopes]),
                "grid": names(rows.way[some], [way.name for way in rows.ways]),
                "interval": rows.interval[some],
                **{name: x[some] for name, x in self.numbers._asdict().items()},
            }
        )

    def rows(
        self,
        measure: str | None = None,
        scope_kind: str | None = None,
        scope: str | None = None,
        grid: str | None = None,
    ) -> pd.DataFrame:
        """Rows of `frame` that have all the given names."""
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
        at = self.layout.row(measure, scope_kind, scope, grid, interval)
        if at is None or not Numbers(*(x[at : at + 1] for x in self.numbers)).there[0]:
            return dict.fromkeys(Numbers._fields, float("nan"))
        return {name: float(x[at]) for name, x in self.numbers._asdict().items()}

    def value(
        self, measure: str, scope_kind: str = "all", scope: str = "all", interval: int = -1, grid: str | None = None
    ) -> float:
        """One number; NaN where it is absent."""
        return self.row(measure, scope_kind, scope, interval, grid)["value"]

    def series(self, measure: str, scope_kind: str = "all", scope: str = "all", grid: str | None = None) -> pd.Series:
        """Values by label of a grid; NaN where absent."""
        import pandas as pd

        name = grid if grid is not None else next(iter(self.grids), WHOLE)
        labels = self.grids[name].labels
        first = self.layout.row(measure, scope_kind, scope, name, 0)
        values = np.full(len(labels), np.nan)
        if first is not None:
            values[:] = self.numbers.value[first : first + len(labels)]
        return pd.Series(values, index=pd.Index(labels, name=name), name=measure)


class TableBuilder:
    """Collects measures that were computed for all cells of a sheet at once.

    Parameters
    ----------
    rows : Rows
        Rows of the table.
    """

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self._numerator, self._denominator = np.zeros(rows.n), np.zeros(rows.n)
        self._values: list[tuple[Ints, Floats]] = []
        self._lower: list[tuple[Ints, Floats]] = []
        self._upper: list[tuple[Ints, Floats]] = []

    def add(
        self,
        name: str,
        sheet: Sheet,
        numerator: ArrayLike,
        denominator: ArrayLike = 1.0,
        *,
        lower: Floats | None = None,
        upper: Floats | None = None,
        value: Floats | None = None,
    ) -> None:
        """One measure in all cells of a sheet whose kind of scope has it.

        Parameters
        ----------
        name : str
            Name in the catalogue; ignored if the sheet does not want it.
        sheet : Sheet
            Where it is wanted.
        numerator, denominator, value, lower, upper : array, shape (cells,), or number
            `value` is by default their ratio; bounds are by default the value. There is nothing to count where the
            value is NaN, unless the denominator alone is 0.
        """
        if name not in sheet.wanted:
            return
        cells, slots = self.rows.slots(name, sheet)
        for into, x in ((self._numerator, numerator), (self._denominator, denominator)):
            into[slots] = x if cells is None or not isinstance(x, np.ndarray) else x[cells]
        for given, y in ((self._values, value), (self._lower, lower), (self._upper, upper)):
            if y is not None:
                given.append((slots, y if cells is None else y[cells]))

    def put(
        self,
        name: str,
        sheet: Sheet,
        some: Ints,
        cells: slice,
        numerator: Floats,
        denominator: Floats,
        value: Floats,
        lower: Floats,
        upper: Floats,
    ) -> None:
        """One measure in some cells of a sheet, in the place of what was added there before.

        Parameters
        ----------
        name, sheet
            As in `add`.
        some : int array
            Cells of the sheet that are written.
        cells : slice
            Cells of the sheet that the numbers are about.
        numerator, denominator, value, lower, upper : array, shape (length of `cells`,)
        """
        if name not in sheet.wanted or not some.size:
            return
        own, slots = self.rows.slots(name, sheet)
        place = np.full(sheet.n, -1, dtype=np.int64)
        place[np.arange(sheet.n) if own is None else own] = slots
        at, of = place[some], some - cells.start
        at, of = at[at >= 0], of[at >= 0]
        self._numerator[at], self._denominator[at] = numerator[of], denominator[of]
        for given, x in ((self._values, value), (self._lower, lower), (self._upper, upper)):
            given.append((at, x[of]))

    def build(self) -> Numbers:
        """The numbers of all rows."""
        num, den = self._numerator, self._denominator
        value = np.full(num.size, np.nan)
        np.divide(num, den, out=value, where=den > 0.0)
        for slots, x in self._values:
            value[slots] = x
        absent = ~present(num, den, value)
        num[absent] = den[absent] = 0.0
        value[absent] = np.nan
        bounds = []
        for given in (self._lower, self._upper):
            bound = value.copy()
            for slots, x in given:
                bound[slots] = x
            bound[absent] = np.nan
            bounds.append(bound)
        return Numbers(num, den, value, *bounds)
