"""The numbers of each history that the pages need, as plain JSON: what was counted, not what is said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.comparison.contrasts import SCOPES
from experiments.replication.grids import HOUR, WEEKDAY_HOUR
from experiments.replication.history import Replication
from experiments.replication.layout import Layout, Reduced

Floats = NDArray[np.float64]

PERIOD = "period"
SHOWN = {HOUR: ("asa",), WEEKDAY_HOUR: ("service_level", "arrivals")}
"""What charts show of a channel, by grid; of the whole period everything is kept that policies are compared on."""

PARTS = ("numerator", "denominator", "value")
ALIKE = 1e-9
"""Relative difference of numbers that are the same: every count is, and a sum taken in another order."""


def kept_rows(layout: Layout) -> NDArray[np.int64]:
    """Rows of a layout that are kept.

    Parameters
    ----------
    layout : Layout
        All rows that a history leaves.
    """
    grids, measures = np.array(layout.grids, dtype=object), np.array(layout.measures, dtype=object)
    kinds = np.array([kind for kind, _ in layout.scopes], dtype=object)[layout.scope]
    grid, measure = grids[layout.grid], measures[layout.measure]
    keep = (grid == PERIOD) & np.isin(kinds, SCOPES)
    for name, shown in SHOWN.items():
        keep |= (grid == name) & (kinds == "channel") & np.isin(measure, shown)
    return np.flatnonzero(keep)


def part_of(layout: Layout, rows: NDArray[np.int64]) -> Layout:
    """A layout of some rows of another one."""
    return Layout(
        layout.measures, layout.scopes, layout.grids, layout.labels,
        layout.measure[rows], layout.scope[rows], layout.grid[rows], layout.interval[rows],
    )  # fmt: skip


def written(reduced: Reduced) -> dict[str, Any]:
    """The kept numbers of a history, ready for JSON.

    A value that is its numerator over its denominator is not written.
    """
    rows = kept_rows(reduced.layout)
    numerator, denominator, value = (getattr(reduced, part)[rows] for part in PARTS)
    other = np.flatnonzero(~_same(_quotient(numerator, denominator), value))
    return {
        "numerator": _list(numerator),
        "denominator": _list(denominator),
        "other": other.tolist(),
        "value": _list(value[other]),
    }


def read(told: Mapping[str, Any], layout: Layout) -> Reduced:
    """The numbers of a history as they were written.

    Parameters
    ----------
    told : mapping
        As `written` gave it.
    layout : Layout
        As `part_of` gives it for the kept rows.

    Raises
    ------
    ValueError
        They are numbers of other rows.
    """
    numerator, denominator = (_floats(told[part]) for part in PARTS[:2])
    if numerator.shape != (len(layout),) or denominator.shape != numerator.shape:
        raise ValueError(f"got numbers of {numerator.size} rows; {len(layout)} are expected")
    value = _quotient(numerator, denominator)
    value[np.array(told["other"], dtype=np.int64)] = _floats(told["value"])
    none = np.zeros(0)
    return Reduced(layout, numerator, denominator, value, none.astype(np.int64), none, none)


def histories(told: Sequence[Mapping[str, Any]], layout: Layout) -> tuple[Replication, ...]:
    """Histories as they were kept, with the rows of pages only."""
    own = part_of(layout, kept_rows(layout))
    return tuple(
        Replication(number, read(one, own), 0.0, np.zeros(0), None, one["cut"]) for number, one in enumerate(told)
    )


def what_differs(told: Mapping[str, Any], again: Reduced) -> list[str]:
    """Rows in which a history that was simulated again is not what was kept of it; empty if it is.

    Parameters
    ----------
    told : mapping
        As `written` gave it.
    again : Reduced
        The same history, now.
    """
    layout = part_of(again.layout, kept_rows(again.layout))
    try:
        then = read(told, layout)
    except ValueError as other:
        return [str(other)]
    now = read(written(again), layout)
    apart = np.zeros(len(layout), dtype=bool)
    for part in PARTS:
        apart |= ~np.isclose(getattr(then, part), getattr(now, part), rtol=ALIKE, atol=ALIKE, equal_nan=True)
    keys = layout.keys
    return [
        f"{keys['measure'].iloc[i]} of {keys['scope'].iloc[i]} {keys['label'].iloc[i]}".strip()
        + f": {then.value[i]:.12g} was kept, {now.value[i]:.12g} is found"
        for i in np.flatnonzero(apart)
    ]


def _quotient(numerator: Floats, denominator: Floats) -> Floats:
    return np.divide(numerator, denominator, out=np.full(numerator.size, np.nan), where=denominator > 0.0)


def _same(a: Floats, b: Floats) -> NDArray[np.bool_]:
    return (a == b) | (np.isnan(a) & np.isnan(b))


def _list(values: Floats) -> list[float | int | None]:
    """Numbers as short as they can be written; NaN is none."""
    return [None if np.isnan(x) else int(x) if x.is_integer() and abs(x) < 1e15 else x for x in values.tolist()]


def _floats(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if x is None else x for x in values], dtype=np.float64)
