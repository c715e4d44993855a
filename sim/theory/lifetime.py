"""Laws of a time (patience or service) by their survival function and its integral.

The formulas of this package need two things of a law: the survival function S(x) = P(T > x) and its
integral H(x) = int_0^x S(u) du, which is the mean of min(T, x). Where both are known in closed form the
formulas are exact; for any other law `SurvivalFunction` integrates to about 13 digits.
"""

from __future__ import annotations

import functools
import math
from abc import ABC, abstractmethod

import numpy as np

from sim.theory.arguments import Numbers, Vector, above_zero, at_least_zero, rising

NODES = 16


@functools.cache
def gauss_legendre() -> tuple[Vector, Vector]:
    """Nodes and weights of the 16-point Gauss-Legendre rule on [-1, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return nodes, weights


class Lifetime(ABC):
    """Law of a time >= 0, possibly with a mass at 0 and possibly infinite with positive probability."""

    @abstractmethod
    def survival(self, x: Vector) -> Vector:
        """P(T > x) for each x >= 0."""

    @abstractmethod
    def integral(self, x: Vector) -> Vector:
        """int_0^x P(T > u) du for each x >= 0, the mean of min(T, x)."""

    @property
    @abstractmethod
    def breaks(self) -> Vector:
        """Points between which the survival function is smooth enough for a polynomial of degree 15."""

    @property
    @abstractmethod
    def mean(self) -> float:
        """Mean of the law; ``inf`` if it is infinite with positive probability."""

    @property
    @abstractmethod
    def never(self) -> float:
        """P(T = infinity)."""

    def distribution(self, x: Vector) -> Vector:
        """P(T <= x) for each x >= 0."""
        return np.asarray(1.0 - self.survival(x))

    def between(self, start: float, x: Vector) -> Vector:
        """int_start^x P(T > u) du, negative for x below start."""
        return np.asarray(self.integral(x) - self.integral(np.array([start]))[0])

    def first_below(self, level: float) -> float:
        """Smallest x with P(T > x) <= level; ``inf`` if there is none.

        Examples
        --------
        >>> round(PiecewiseHazard.exponential(2.0).first_below(math.exp(-1)), 12)
        2.0
        """
        if float(self.survival(np.zeros(1))[0]) <= level:
            return 0.0
        if level < self.never:
            return math.inf
        low, high = 0.0, 1.0
        while float(self.survival(np.array([high]))[0]) > level:
            low, high = high, 2.0 * high
            if high > 1e300:
                return math.inf
        while high - low > 1e-15 * high and high > 1e-300:
            middle = 0.5 * (low + high)
            if float(self.survival(np.array([middle]))[0]) > level:
                low = middle
            else:
                high = middle
        return high


class PiecewiseHazard(Lifetime):
    """Law with a piecewise constant hazard and a mass at 0; everything in closed form.

    Parameters
    ----------
    edges : sequence of float, shape (k,)
        Left ends of the pieces [time units]; the first is 0, the last piece goes on for ever.
    hazards : sequence of float, shape (k,)
        Hazard on each piece [1 / time unit]. The last may be ``inf``: the time ends there at the latest.
    balk : float
        Mass at 0, in [0, 1].

    Raises
    ------
    ValueError
        If edges and hazards do not fit, or a number is out of range.

    Examples
    --------
    A tenth leaves at once, the others with hazard 0.3 in the first minute and 0.1 from then on:

    >>> law = PiecewiseHazard([0, 1], [0.3, 0.1], balk=0.1)
    >>> [round(float(s), 6) for s in law.survival(np.array([0.0, 1.0, 2.0]))]
    [0.9, 0.666736, 0.603288]
    >>> PiecewiseHazard.fixed(4.0).mean
    4.0
    """

    def __init__(self, edges: Numbers, hazards: Numbers, balk: float = 0.0) -> None:
        self._edges = rising("edges", edges)
        if self._edges[0] != 0.0:
            raise ValueError(f"edges[0]: got {float(self._edges[0])!r}; the first piece must begin at 0")
        values = np.asarray(hazards, dtype=float)
        if values.shape != self._edges.shape:
            raise ValueError(
                f"hazards: got {values.size} values for {self._edges.size} edges; give one hazard for each "
                "edge, the last one for all later times"
            )
        for i, hazard in enumerate(values):
            at_least_zero(f"hazards[{i}]", hazard, infinite=i == values.size - 1)
        self._balk = at_least_zero("balk", balk)
        if not self._balk <= 1.0:
            raise ValueError(f"balk: got {self._balk!r}; a share must be in [0, 1]")
        self._hazards = values
        # The exponential law is by far the most used: its sums need no search for the piece.
        self._single = values.size == 1 and math.isfinite(float(values[0]))
        widths = np.diff(self._edges)
        # Cumulative hazard at the left end of each piece.
        self._spent = np.concatenate([[0.0], np.cumsum(values[:-1] * widths)])
        self._left_survival = (1.0 - self._balk) * np.exp(-self._spent)
        self._pieces = np.concatenate([self._left_survival[:-1] * _mean_exponential(values[:-1], widths), [0.0]])
        self._left_integral = np.concatenate([[0.0], np.cumsum(self._pieces[:-1])])

    @classmethod
    def exponential(cls, mean: float) -> PiecewiseHazard:
        """Exponential law; mean 0 is the law that is always 0, mean ``inf`` the one that never ends."""
        average = at_least_zero("mean", mean, infinite=True)
        if average == 0.0:
            return cls([0.0], [0.0], balk=1.0)
        return cls([0.0], [1.0 / average])

    @classmethod
    def fixed(cls, value: float) -> PiecewiseHazard:
        """Law of a time that is always `value`."""
        point = at_least_zero("value", value)
        return cls([0.0, point], [0.0, math.inf]) if point > 0.0 else cls([0.0], [0.0], balk=1.0)

    @property
    def breaks(self) -> Vector:
        return self._edges

    @property
    def mean(self) -> float:
        if self.never > 0.0:
            return math.inf
        if self._left_survival[-1] == 0.0 or math.isinf(self._hazards[-1]):
            return float(self._left_integral[-1])
        return float(self._left_integral[-1] + self._left_survival[-1] / self._hazards[-1])

    @property
    def never(self) -> float:
        return float(self._left_survival[-1]) if self._hazards[-1] == 0.0 else 0.0

    def _cumulative_hazard(self, x: Vector) -> Vector:
        if self._single:
            return np.asarray(float(self._hazards[0]) * x)
        piece = np.searchsorted(self._edges, x, side="right") - 1
        hazard = self._hazards[piece]
        inside = np.where(np.isinf(hazard), np.inf, 0.0)
        np.multiply(hazard, x - self._edges[piece], out=inside, where=np.isfinite(hazard))
        return np.asarray(self._spent[piece] + inside)

    def survival(self, x: Vector) -> Vector:
        return np.asarray((1.0 - self._balk) * np.exp(-self._cumulative_hazard(x)))

    def distribution(self, x: Vector) -> Vector:
        return np.asarray(self._balk - (1.0 - self._balk) * np.expm1(-self._cumulative_hazard(x)))

    def integral(self, x: Vector) -> Vector:
        if self._single:
            return self.between(0.0, x)
        piece = np.searchsorted(self._edges, x, side="right") - 1
        inside = _mean_exponential(self._hazards[piece], x - self._edges[piece])
        return np.asarray(self._left_integral[piece] + self._left_survival[piece] * inside)

    def between(self, start: float, x: Vector) -> Vector:
        # Measured from `start` outwards, so that short distances far out keep all their digits.
        if self._single:
            hazard, gap = float(self._hazards[0]), np.asarray(x, dtype=float) - start
            upper = (1.0 - self._balk) * np.exp(-hazard * np.minimum(x, start))
            if hazard == 0.0:
                return np.asarray(upper * gap)
            return np.asarray(-upper * np.sign(gap) * np.expm1(-hazard * np.abs(gap)) / hazard)
        home = int(np.searchsorted(self._edges, start, side="right")) - 1
        piece = np.searchsorted(self._edges, x, side="right") - 1
        at_start = float(self.survival(np.array([start]))[0])
        here = np.asarray(x, dtype=float)
        result = np.empty_like(here)

        same = piece == home
        ahead = same & (here >= start)
        result[ahead] = at_start * _mean_exponential(self._hazards[home], here[ahead] - start)
        behind = same & ~ahead
        result[behind] = -self.survival(here[behind]) * _mean_exponential(self._hazards[home], start - here[behind])

        later = piece > home
        if np.any(later):
            rest = at_start * _mean_exponential(self._hazards[home], self._edges[home + 1] - start)
            sums = np.concatenate([[rest], rest + np.cumsum(self._pieces[home + 1 :])])
            at = piece[later]
            inside = _mean_exponential(self._hazards[at], here[later] - self._edges[at])
            result[later] = sums[at - home - 1] + self._left_survival[at] * inside

        earlier = piece < home
        if np.any(earlier):
            rest = self._left_survival[home] * float(_mean_exponential(self._hazards[home], start - self._edges[home]))
            sums = rest + np.concatenate([[0.0], np.cumsum(self._pieces[:home][::-1])])
            at = piece[earlier]
            right = self._edges[at + 1] - here[earlier]
            inside = self.survival(here[earlier]) * _mean_exponential(self._hazards[at], right)
            result[earlier] = -(sums[home - at - 1] + inside)
        return result

    def first_below(self, level: float) -> float:
        if self._left_survival[0] <= level:
            return 0.0
        if level <= 0.0:
            return float(self._edges[-1]) if math.isinf(self._hazards[-1]) else math.inf
        need = math.log((1.0 - self._balk) / level)
        piece = int(np.searchsorted(self._spent, need, side="left")) - 1
        hazard = float(self._hazards[piece])
        if hazard == 0.0:
            # Only the last piece can have hazard 0 here: a mass that never leaves stays above the level.
            return math.inf
        return float(self._edges[piece]) + (need - float(self._spent[piece])) / hazard


def _mean_exponential(hazard: Vector | float, width: Vector | float) -> Vector:
    """int_0^width exp(-hazard u) du, for any hazard from 0 to infinity."""
    rates, widths = np.broadcast_arrays(np.asarray(hazard, dtype=float), np.asarray(width, dtype=float))
    curved = (rates > 0.0) & np.isfinite(rates)
    safe = np.where(curved, rates, 1.0)
    flat = np.where(rates > 0.0, 0.0, widths)
    return np.asarray(np.where(curved, -np.expm1(-safe * np.where(curved, widths, 0.0)) / safe, flat))


class Lognormal(Lifetime):
    """Lognormal law given by its mean and the standard deviation of its logarithm.

    Parameters
    ----------
    mean : float
        Mean of the law (not of its logarithm) [time units].
    sigma : float
        Standard deviation of the logarithm, above 0.

    Examples
    --------
    >>> law = Lognormal(6.0, 0.8)
    >>> round(float(law.integral(np.array([1e6]))[0]), 9)
    6.0
    """

    def __init__(self, mean: float, sigma: float) -> None:
        self._mean = above_zero("mean", mean)
        self._sigma = above_zero("sigma", sigma)
        self._mu = math.log(self._mean) - 0.5 * self._sigma**2

    @property
    def breaks(self) -> Vector:
        # Steps of half a standard deviation, and of at most a factor 2, over +-9 standard deviations.
        step = min(0.5 * self._sigma, math.log(2.0))
        exponents = np.arange(-9.0 * self._sigma, 9.0 * self._sigma + step, step)
        return np.concatenate([[0.0], np.exp(self._mu + exponents)])

    @property
    def mean(self) -> float:
        return self._mean

    @property
    def never(self) -> float:
        return 0.0

    def _standard(self, x: Vector, shift: float = 0.0) -> Vector:
        from scipy.special import ndtr

        here = np.maximum(np.asarray(x, dtype=float), 1e-300)
        return np.asarray(ndtr((np.log(here) - self._mu) / self._sigma - shift))

    def survival(self, x: Vector) -> Vector:
        from scipy.special import ndtr

        here = np.maximum(np.asarray(x, dtype=float), 1e-300)
        return np.asarray(ndtr(-(np.log(here) - self._mu) / self._sigma))

    def distribution(self, x: Vector) -> Vector:
        return self._standard(x)

    def integral(self, x: Vector) -> Vector:
        below = self._mean * self._standard(x, self._sigma)
        return np.asarray(below + np.asarray(x, dtype=float) * self.survival(x))
