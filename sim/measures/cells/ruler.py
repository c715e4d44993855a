"""Rulers: the edges of several ways of splitting the period in one, so that a time is looked up once for all."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np

from sim.measures.cells.arrays import Floats, Ints
from sim.measures.cells.passes import places
from sim.measures.intervals import Intervals


class Ruler:
    """Edges of several ways of splitting the period, merged.

    Parameters
    ----------
    ways : iterable of Intervals
        Ways of splitting.

    Examples
    --------
    >>> hours, days = Intervals.regular(2880), Intervals.regular(2880, 1440)
    >>> ruler = Ruler((hours, days))
    >>> Moments(np.array([1439.0, 1440.0]), ruler).below(days)
    array([1, 2])
    """

    def __init__(self, ways: Iterable[Intervals]) -> None:
        self._ways = {id(way): way for way in ways}
        self.edges: Floats = np.unique(np.concatenate([way.edges for way in self._ways.values()]))
        self._below: dict[int, Ints] = {}
        self._labels: dict[int, Ints] = {}

    def __contains__(self, way: Intervals) -> bool:
        return id(way) in self._ways

    def below(self, way: Intervals) -> Ints:
        """How many edges of a way lie among the first 0, 1, 2 ... edges of the ruler."""
        known = self._below.get(id(way))
        if known is None:
            known = np.concatenate(([0], np.searchsorted(way.edges, self.edges, side="right")))
            self._below[id(way)] = known
        return known

    def labels(self, way: Intervals) -> Ints:
        """One more than the label of what lies behind the first 0, 1, 2 ... edges of the ruler; 0 outside the way."""
        known = self._labels.get(id(way))
        if known is None:
            known = np.concatenate(([0], way.label_of + 1, [0]))[self.below(way)]
            self._labels[id(way)] = known
        return known


class Moments:
    """Times on a ruler.

    Parameters
    ----------
    times : array, shape (n,)
        [min]; NaN lies behind everything.
    ruler : Ruler
        Where they are looked up.
    """

    def __init__(self, times: Floats, ruler: Ruler) -> None:
        self.times, self.ruler = times, ruler

    @cached_property
    def right(self) -> Ints:
        """Number of edges of the ruler at or before each time."""
        return places(self.ruler.edges, self.times)

    @cached_property
    def left(self) -> Ints:
        """Number of edges of the ruler before each time."""
        edge = np.concatenate(([np.nan], self.ruler.edges))
        return self.right - (edge[self.right] == self.times)

    def below(self, way: Intervals) -> Ints:
        """Number of edges of a way of splitting at or before each time."""
        table, place = self.edges_below(way)
        return table[place]

    def edges_below(self, way: Intervals) -> tuple[Ints, Ints]:
        """The same as a table and the place of each time in it."""
        if way in self.ruler:
            return self.ruler.below(way), self.right
        return np.arange(way.edges.size + 1), np.searchsorted(way.edges, self.times, side="right")

    def labels(self, way: Intervals) -> tuple[Ints, Ints]:
        """One more than the label of each time, 0 outside the edges: a table and the place of each time in it."""
        if way in self.ruler:
            return self.ruler.labels(way), self.right
        return np.concatenate(([0], way.label_of + 1, [0])), np.searchsorted(way.edges, self.times, side="right")

    def taken(self, rows: Ints | slice) -> Moments:
        """Some of them."""
        return _Taken(self, rows)


class _Taken(Moments):
    """Some of other times, which are looked up once."""

    def __init__(self, every: Moments, rows: Ints | slice) -> None:
        self.ruler = every.ruler
        self._every, self._rows = every, rows

    @cached_property
    def times(self) -> Floats:  # type: ignore[override]
        """Of the rows that are meant [min]."""
        return self._every.times[self._rows]

    @cached_property
    def right(self) -> Ints:
        """Number of edges of the ruler at or before each time."""
        return self._every.right[self._rows]
