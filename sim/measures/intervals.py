"""Stretches of the period by which measures are split, and the labels under which they are joined again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.machine.network import DAY, WEEK, Network

HOUR = 60.0
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

    @property
    def n(self) -> int:
        """Number of different labels: rows of a table per measure and scope."""
        return len(self.labels)

    @property
    def starts(self) -> NDArray[np.float64]:
        """Begin of the first interval of each label [min]."""
        first = np.full(self.n, np.inf)
        np.minimum.at(first, self.label_of, self.edges[:-1])
        return first

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
    def days(cls, network: Network) -> Intervals:
        """Local dates of the counted period, from the network's own table of dates."""
        starts = network.days.times
        inner = starts[(starts > 0.0) & (starts < network.end)]
        return cls(np.concatenate(([0.0], inner, [network.end])), None, "day")

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
