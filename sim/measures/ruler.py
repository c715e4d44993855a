"""Rulers: the edges of several ways of splitting the period in one, so that a time is looked up once for all."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Literal

import numpy as np

from sim.measures.arrays import Floats, Ints
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
        return np.searchsorted(self.ruler.edges, self.times, side="right")

    @cached_property
    def left(self) -> Ints:
        """Number of edges of the ruler before each time."""
        edge = np.concatenate(([np.nan], self.ruler.edges))
        return self.right - (edge[self.right] == self.times)

    def below(self, way: Intervals, side: Literal["left", "right"] = "right") -> Ints:
        """Number of edges of a way of splitting at or before (`left`: before) each time."""
        if way in self.ruler:
            return self.ruler.below(way)[self.left if side == "left" else self.right]
        return np.searchsorted(way.edges, self.times, side=side)

    def labels(self, way: Intervals) -> Ints:
        """One more than the label of each time; 0 outside the edges."""
        if way in self.ruler:
            return self.ruler.labels(way)[self.right]
        return np.concatenate(([0], way.label_of + 1, [0]))[self.below(way)]

    def taken(self, rows: Ints | slice) -> Moments:
        """Some of them."""
        out = Moments(self.times[rows], self.ruler)
        for name in ("left", "right"):
            if name in self.__dict__:
                out.__dict__[name] = self.__dict__[name][rows]
        return out
