"""Stretches of the period by which measures are split, and the labels under which they are joined again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.machine.network import DAY, WEEK, Network

HOUR = 60.0
WHOLE = "period"
"""Name of the period in one piece, in tables."""

SHORTEST = float(np.finfo(np.float64).tiny)
"""Length that stands for an empty period, of a run that was stopped before it began [min]."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, eq=False)
class Intervals:
    """Intervals [edge, next edge), each with a label; intervals of one label are counted together.

    Parameters
    ----------
    edges : array, shape (n + 1,)
        Increasing times [min].
    labels : sequence of str, length n, optional
        By default the begin of each interval [min], so that each stands alone.
    name : str
        Name of this way of splitting, in tables.

    Attributes
    ----------
    label_of : int array, shape (n,)
        Number of each interval's label.
    labels : tuple of str
        Different labels, in order of first appearance.

    Raises
    ------
    ValueError
        Edges do not increase or labels do not fit.

    Examples
    --------
    >>> hours = Intervals.regular(end=2880, length=60)
    >>> hours.n, hours.by_hour_of_day().n
    (48, 24)
    """

    edges: NDArray[np.float64]
    label_of: NDArray[np.int64]
    labels: tuple[str, ...]
    name: str

    def __init__(self, edges: ArrayLike, labels: Sequence[str] | None = None, name: str = "interval") -> None:
        e = np.asarray(edges, dtype=np.float64).copy()
        if e.ndim != 1 or e.size < 2 or not np.all(e[1:] > e[:-1]) or not np.all(np.isfinite(e)):
            raise ValueError(f"intervals {name}: edges must be at least two increasing times [min]")
        given = [f"{t:g}" for t in e[:-1]] if labels is None else [str(x) for x in labels]
        if len(given) != e.size - 1:
            raise ValueError(
                f"intervals {name}: {len(given)} labels for {e.size - 1} intervals; give one label per interval"
            )
        if labels is None:
            distinct, numbers = given, np.arange(len(given))
        else:
            distinct = list(dict.fromkeys(given))
            place = {x: i for i, x in enumerate(distinct)}
            numbers = np.array([place[x] for x in given], dtype=np.int64)
        e.setflags(write=False)
        object.__setattr__(self, "edges", e)
        object.__setattr__(self, "labels", tuple(distinct))
        object.__setattr__(self, "label_of", numbers)
        object.__setattr__(self, "name", name)

    @cached_property
    def n(self) -> int:
        """Number of different labels: rows of a table per measure and scope."""
        return len(self.labels)

    @property
    def starts(self) -> NDArray[np.float64]:
        """Begin of the first interval of each label [min]."""
        first = np.full(self.n, np.inf)
        np.minimum.at(first, self.label_of, self.edges[:-1])
        return first

    @cached_property
    def alone(self) -> bool:
        """Whether every interval has a label of its own; they then stand in order."""
        return self.n == self.label_of.size

    def minutes(self, end: float) -> NDArray[np.float64]:
        """Minutes of each label inside [0, end), shape (labels,)."""
        return self.joined(np.diff(np.clip(self.edges, 0.0, end))[None, :])[0]

    def joined(self, table: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sums over the intervals of each label, shape (rows, labels).

        Parameters
        ----------
        table : array, shape (rows, intervals)

        Examples
        --------
        >>> grid = Intervals([0, 60, 120, 180], ["a", "b", "a"])
        >>> grid.joined(np.array([[1.0, 2.0, 4.0]])), grid.highest(np.array([[1.0, 2.0, 4.0]]))
        (array([[5., 2.]]), array([[4., 2.]]))
        """
        if self.alone:
            return table
        rows = table.shape[0]
        cell = np.arange(rows)[:, None] * self.n + self.label_of
        sums = np.bincount(cell.ravel(), weights=table.ravel(), minlength=rows * self.n)
        return np.asarray(sums, dtype=np.float64).reshape(rows, self.n)

    def highest(self, table: NDArray[np.float64]) -> NDArray[np.float64]:
        """Highest of the intervals of each label, shape (rows, labels).

        Parameters
        ----------
        table : array, shape (rows, intervals)
        """
        if self.alone:
            return table
        order, first = self._by_label
        out: NDArray[np.float64] = np.maximum.reduceat(table[:, order], first, axis=1)
        return out

    @cached_property
    def _by_label(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Intervals by label, and where each label begins among them."""
        counts = np.bincount(self.label_of, minlength=self.n)
        return np.argsort(self.label_of, kind="stable"), np.cumsum(counts) - counts

    @classmethod
    def regular(cls, end: float, length: float = HOUR, name: str = "") -> Intervals:
        """Intervals of one length over [0, end); the last one may be shorter.

        Parameters
        ----------
        end, length : float
            [min].
        """
        if not 0.0 < end < np.inf or not 0.0 < length < np.inf:
            raise ValueError(f"intervals: end {end} and length {length} must be positive minutes")
        edges = np.append(np.arange(ceil(end / length)) * length, end)
        default = {HOUR: "hour", HOUR / 2: "half hour", DAY: "day"}.get(length, f"{length:g} min")
        return cls(edges, None, name or default)

    @classmethod
    def whole(cls, end: float, name: str = WHOLE) -> Intervals:
        """The period [0, end) in one piece."""
        return cls([0.0, max(end, SHORTEST)], [name], name)

    @classmethod
    def days(cls, network: Network) -> Intervals:
        """Local dates of the counted period, from the network's own table of dates."""
        starts = network.days.times
        inner = starts[(starts > 0.0) & (starts < network.end)]
        end = max(network.end, SHORTEST)
        return cls(np.concatenate(([0.0], inner, [end])), None, "day")

    @classmethod
    def default(cls, network: Network) -> Intervals:
        """Hours of a period of at most five weeks, else its days."""
        return cls.regular(network.end) if network.end <= 5 * WEEK else cls.days(network)

    def labelled(self, labels: Sequence[str], name: str) -> Intervals:
        """The same intervals, counted together under labels of the caller's making.

        Examples
        --------
        >>> Intervals([0, 60, 120, 180]).labelled(["a", "b", "a"], "half").labels
        ('a', 'b')
        """
        return Intervals(self.edges, labels, name)

    def by_hour_of_day(self, starts_at: float = 0.0) -> Intervals:
        """By hour of the day, for dates of 1440 minutes.

        Parameters
        ----------
        starts_at : float
            Time of day of time 0 [min]. Where clocks change, make labels with a calendar and use `labelled`.
        """
        return self.labelled([f"{int((t + starts_at) % DAY // HOUR):02d}" for t in self.edges[:-1]], "hour of day")

    def by_weekday_and_hour(self, first: int = 0, starts_at: float = 0.0) -> Intervals:
        """By weekday and hour, for dates of 1440 minutes.

        Parameters
        ----------
        first : int
            Weekday of time 0; 0 is Monday.
        starts_at : float
            Time of day of time 0 [min].
        """
        at = self.edges[:-1] + starts_at
        days = np.floor_divide(at, DAY).astype(int)
        labels = [f"{WEEKDAYS[(first + d) % 7]} {int(t % DAY // HOUR):02d}" for d, t in zip(days, at, strict=True)]
        return self.labelled(labels, "weekday and hour")
