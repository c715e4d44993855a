"""A law given by any survival function, integrated numerically."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence

import numpy as np

from sim.theory.arguments import Vector, at_least_zero
from sim.theory.lifetime import NODES, Lifetime, gauss_legendre


@functools.cache
def _antiderivative() -> Vector:
    """Matrix from values at the nodes to Legendre coefficients of the integral from -1."""
    nodes, weights = gauss_legendre()
    basis = np.polynomial.legendre.legvander(nodes, NODES - 1)
    to_coefficients = (basis * weights[:, None]).T * (np.arange(NODES)[:, None] + 0.5)
    integrals = np.column_stack([np.polynomial.legendre.legint(unit, lbnd=-1) for unit in np.eye(NODES)])
    return np.asarray(integrals @ to_coefficients)


class SurvivalFunction(Lifetime):
    """Law given by any survival function, integrated numerically once.

    The axis is cut into pieces, finer towards 0 and wherever the function bends, until the integral over
    each piece is stable to about 1e-13 of the total. Give the points where the function jumps as `breaks`;
    a jump that is not given is found by halving, which costs time.

    Parameters
    ----------
    survival : callable
        P(T > x) for an array of x >= 0; values in [0, 1] that never rise. Its value at 0 is 1 minus the
        mass at 0.
    breaks : sequence of float
        Points where the function jumps or bends sharply.

    Raises
    ------
    ValueError
        If the function returns another shape, a value outside [0, 1], or rises.

    Examples
    --------
    Weibull with shape 0.7, whose mean is Gamma(1 + 1/0.7) times its scale:

    >>> law = SurvivalFunction(lambda x: np.exp(-(x / 2.0) ** 0.7))
    >>> abs(law.mean - 2.0 * math.gamma(1 + 1 / 0.7)) < 1e-10
    True
    """

    def __init__(self, survival: Callable[[Vector], Vector], breaks: Sequence[float] = ()) -> None:
        self._function = survival
        extra = np.array([at_least_zero(f"breaks[{i}]", b) for i, b in enumerate(breaks)])
        self._edges = self._initial_edges(extra)
        self._refine()
        ordered = self._at_nodes(self._edges[:-1], self._edges[1:]).ravel()
        rises = np.diff(ordered) > 1e-9
        if np.any(rises):
            first = int(np.flatnonzero(rises)[0])
            raise ValueError(
                f"survival: rises from {ordered[first]!r} to {ordered[first + 1]!r} near "
                f"x = {float(self._edges[1:][first // NODES])!r}; a survival function never rises"
            )
        halves = 0.5 * np.diff(self._edges)
        self._coefficients = _antiderivative() @ self._at_nodes(self._edges[:-1], self._edges[1:]).T * halves
        areas = self._coefficients.sum(axis=0)  # every Legendre polynomial is 1 at the right end
        self._left_integral = np.concatenate([[0.0], np.cumsum(areas)])
        tail = float(self.survival(self._edges[-1:])[0])
        self._never = tail if tail > 1e-15 else 0.0

    def _initial_edges(self, extra: Vector) -> Vector:
        start = float(self.survival(np.zeros(1))[0])
        scale = 1.0
        if start > 0.0:
            # A point where about half of the mass is gone; 1 if the mass never goes.
            for _ in range(200):
                if float(self.survival(np.array([scale]))[0]) <= 0.5 * start:
                    break
                scale *= 2.0
            else:
                scale = 1.0
            while float(self.survival(np.array([0.5 * scale]))[0]) <= 0.5 * start and scale > 1e-200:
                scale *= 0.5
        powers = scale * 2.0 ** np.arange(-50.0, 64.0)
        alive = self.survival(powers) > 1e-18
        last = int(np.flatnonzero(alive)[-1]) + 1 if np.any(alive) else 0
        kept = powers[: min(last + 1, powers.size)]
        inside = extra[(extra > 0.0) & (extra < kept[-1])]
        return np.unique(np.concatenate([[0.0], kept, inside]))

    def _refine(self) -> None:
        _, weights = gauss_legendre()
        # Integral of the interpolating polynomial up to the middle of a piece, from the values at the nodes.
        to_middle = np.polynomial.legendre.legval(0.0, _antiderivative())
        for _ in range(45):
            left, right = self._edges[:-1], self._edges[1:]
            middle, half = 0.5 * (left + right), 0.5 * (right - left)
            values = self._at_nodes(left, right)
            lower = 0.5 * half * (self._at_nodes(left, middle) @ weights)
            upper = 0.5 * half * (self._at_nodes(middle, right) @ weights)
            error = np.maximum(
                np.abs(half * (values @ weights) - lower - upper), np.abs(half * (values @ to_middle) - lower)
            )
            rough = error > 1e-14 * np.cumsum(lower + upper) + 1e-300
            rough &= (right - left) > 1e-15 * right
            if not np.any(rough):
                return
            self._edges = np.unique(np.concatenate([self._edges, middle[rough]]))

    def _at_nodes(self, left: Vector, right: Vector) -> Vector:
        nodes, _ = gauss_legendre()
        points = 0.5 * (left + right)[:, None] + 0.5 * (right - left)[:, None] * nodes
        return self.survival(points.ravel()).reshape(points.shape)

    @property
    def breaks(self) -> Vector:
        return self._edges

    @property
    def mean(self) -> float:
        return math.inf if self._never > 0.0 else float(self._left_integral[-1])

    @property
    def never(self) -> float:
        return self._never

    def survival(self, x: Vector) -> Vector:
        values = np.asarray(self._function(x), dtype=float)
        if values.shape != np.shape(x):
            raise ValueError(
                f"survival: got shape {values.shape} for {np.shape(x)} points; write it with NumPy functions "
                "so that it takes an array and returns one value per point"
            )
        if not np.all((values >= -1e-12) & (values <= 1.0 + 1e-12)):
            bad = values[~((values >= -1e-12) & (values <= 1.0 + 1e-12))][0]
            raise ValueError(f"survival: got {float(bad)!r}; a survival function stays within [0, 1]")
        return np.clip(values, 0.0, 1.0)

    def integral(self, x: Vector) -> Vector:
        here = np.asarray(x, dtype=float)
        inside = np.minimum(here, self._edges[-1])
        piece = np.clip(np.searchsorted(self._edges, inside, side="right") - 1, 0, self._edges.size - 2)
        left, right = self._edges[piece], self._edges[piece + 1]
        position = np.clip((2.0 * inside - left - right) / (right - left), -1.0, 1.0)
        part = np.polynomial.legendre.legval(position, self._coefficients[:, piece], tensor=False)
        beyond = self._never * np.maximum(here - self._edges[-1], 0.0)
        return np.asarray(self._left_integral[piece] + part + beyond)
