"""A number that changes at given times and stays constant in between."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False)
class Timeline:
    """Piecewise-constant number over time: `values[i]` from `times[i]` until `times[i + 1]`.

    The last value holds for ever; before the first time the number is 0.

    Parameters
    ----------
    times : array, shape (n,)
        Increasing times [min]; the first may be -inf.
    values : array, shape (n,)
        Value from each time on.

    Raises
    ------
    ValueError
        Lengths differ, times do not increase, or a number is NaN.

    Examples
    --------
    >>> servers = Timeline([0, 480], [3, 5])
    >>> servers.at(479.0), servers.at(480.0), servers.at(-1.0)
    (3.0, 5.0, 0.0)
    """

    times: NDArray[np.float64]
    values: NDArray[np.float64]
    _times: list[float] = field(init=False, repr=False)

    def __init__(self, times: ArrayLike, values: ArrayLike) -> None:
        t = np.atleast_1d(np.asarray(times, dtype=np.float64)).copy()
        v = np.atleast_1d(np.asarray(values, dtype=np.float64)).copy()
        if t.ndim != 1 or t.shape != v.shape or t.size == 0:
            raise ValueError(f"times and values must be lists of one length, got {t.shape} and {v.shape}")
        if not np.all(t[1:] > t[:-1]) or np.isnan(t).any():
            raise ValueError("times must increase")
        if np.isnan(v).any():
            raise ValueError("a value is not a number")
        t.setflags(write=False)
        v.setflags(write=False)
        object.__setattr__(self, "times", t)
        object.__setattr__(self, "values", v)
        object.__setattr__(self, "_times", t.tolist())

    @classmethod
    def constant(cls, value: float) -> Timeline:
        """The same number at every time."""
        return cls([-inf], [value])

    @classmethod
    def of(cls, value: float | Timeline | Sequence[tuple[float, float]]) -> Timeline:
        """A timeline from a number, a timeline, or pairs (from, value).

        Examples
        --------
        >>> Timeline.of([(0, 2), (60, 4)]).at(60.0)
        4.0
        """
        if isinstance(value, Timeline):
            return value
        if isinstance(value, (int, float, np.integer, np.floating)):
            return cls.constant(float(value))
        pairs = list(value)
        return cls([t for t, _ in pairs], [v for _, v in pairs])

    def at(self, t: float) -> float:
        """Value at time `t`."""
        i = bisect_right(self._times, t) - 1
        return float(self.values[i]) if i >= 0 else 0.0

    def sample(self, t: ArrayLike) -> NDArray[np.float64]:
        """Values at an array of times."""
        i = np.searchsorted(self.times, np.asarray(t, dtype=np.float64), side="right") - 1
        return np.where(i >= 0, self.values[np.maximum(i, 0)], 0.0)

    def integral(self, start: float, stop: float) -> float:
        """Area under the timeline over [start, stop).

        Examples
        --------
        >>> Timeline([0, 60], [2, 4]).integral(30, 90)
        180.0
        """
        if not stop > start:
            return 0.0
        inner = self.times[(self.times > start) & (self.times < stop)]
        edges = np.concatenate(([start], inner, [stop]))
        return float(np.sum(self.sample(edges[:-1]) * np.diff(edges)))

    def mean(self, start: float, stop: float) -> float:
        """Time average over [start, stop)."""
        return self.integral(start, stop) / (stop - start) if stop > start else self.at(start)

    def changes(self, start: float, stop: float) -> list[tuple[float, float]]:
        """Times in (start, stop) at which the value changes, with the new value."""
        out: list[tuple[float, float]] = []
        last = self.at(start)
        for t, v in zip(self._times, self.values.tolist(), strict=True):
            if start < t < stop and v != last:
                out.append((t, v))
                last = v
        return out

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Timeline):
            return NotImplemented
        return np.array_equal(self.times, other.times) and np.array_equal(self.values, other.values)

    __hash__ = None  # type: ignore[assignment]
