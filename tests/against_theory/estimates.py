"""Estimates over independent groups, and their comparison with exact numbers.

A group is a replication, a day that begins and ends empty, or a long stretch of one run (batch means). Jobs that share
a line depend on each other, so a standard error is taken over groups, never over jobs. Ratios are ratios of sums with
the delta method: with z = top - ratio * bottom per group, s.e. = sd(z) / (sqrt(groups) * mean(bottom)).

Controls sharpen them: numbers per group whose mean is known to be 0, such as arrivals less expected arrivals. What they
explain of z by least squares is taken out (Lavenberg & Welch 1981, "A perspective on the use of control variables to
increase the efficiency of Monte Carlo simulations"); the standard error is then one that needs no equal spread
(MacKinnon & White 1985, HC3: close to leaving out each group in turn). A control whose mean is not what it is said to
be would hide a fault, so tests that use one also compare it with its mean.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from numpy.typing import ArrayLike

LIMIT = 3.5
"""Standard errors by which an estimate may differ from the exact number."""

RESOLUTION = 0.03
"""Largest standard error, as a share of the exact number; a vaguer estimate proves nothing."""


@dataclass(frozen=True)
class Estimate:
    """A number with its standard error.

    Attributes
    ----------
    value, se : float
        Estimate and standard error.
    groups : int
        Independent groups behind it.
    """

    value: float
    se: float
    groups: int

    def score(self, exact: float) -> float:
        """Distance from the exact number in standard errors."""
        if self.se == 0.0:
            return 0.0 if self.value == exact else inf
        return (self.value - exact) / self.se

    def plus(self, number: float) -> Estimate:
        """The same estimate, moved by a known number."""
        return Estimate(self.value + number, self.se, self.groups)


Row = tuple[str, float, Estimate]
"""Measure, exact number, estimate."""


def ratio(tops: ArrayLike, bottoms: ArrayLike, controls: ArrayLike | None = None) -> Estimate:
    """Ratio of the sums over groups, with the standard error of the delta method.

    Parameters
    ----------
    tops, bottoms : array, shape (groups,)
        Sums of each group.
    controls : array, shape (groups, k), optional
        Numbers of each group with mean 0.

    Examples
    --------
    >>> ratio([1, 2, 3], [2, 4, 6])
    Estimate(value=0.5, se=0.0, groups=3)
    """
    top, bottom = np.asarray(tops, dtype=float), np.asarray(bottoms, dtype=float)
    if top.shape != bottom.shape or top.ndim != 1 or top.size < 2:
        raise ValueError(f"two or more groups with one top and one bottom each, got {top.shape} and {bottom.shape}")
    value = float(top.sum() / bottom.sum())
    rest = top - value * bottom
    if controls is None or not np.any(rest):
        return Estimate(value, float(np.std(rest, ddof=1) / (sqrt(top.size) * bottom.mean())), top.size)
    design = np.column_stack([np.ones(top.size), controls])
    inverse = np.linalg.inv(design.T @ design)
    solution = inverse @ design.T @ rest
    # groups that pull the fit towards themselves count with the distance they would have without it
    pull = np.einsum("ij,jk,ik->i", design, inverse, design)
    unexplained = (rest - design @ solution) / (1.0 - pull)
    spread = float(np.linalg.norm(inverse[0] @ design.T * unexplained))
    return Estimate(value + float(solution[0] / bottom.mean()), spread / float(bottom.mean()), top.size)


def average(values: ArrayLike, controls: ArrayLike | None = None) -> Estimate:
    """Mean over groups."""
    numbers = np.asarray(values, dtype=float)
    return ratio(numbers, np.ones_like(numbers), controls)


def total(values: ArrayLike) -> Estimate:
    """Sum over groups."""
    numbers = np.asarray(values, dtype=float)
    return Estimate(float(numbers.sum()), float(np.std(numbers, ddof=1)) * sqrt(numbers.size), numbers.size)


def compare(case: str, rows: Iterable[Row], resolution: float = RESOLUTION) -> None:
    """Print exact and simulated numbers (`pytest -rP` shows them) and fail if any two disagree.

    Parameters
    ----------
    case : str
        What was simulated.
    rows : iterable of (measure, exact number, estimate)
        What is compared.
    resolution : float
        Largest standard error allowed, as a share of the exact number.
    """
    bad = []
    for measure, exact, found in rows:
        z = found.score(exact)
        line = (
            f"{case} | {measure} | exact {exact:.6g} | simulated {found.value:.6g} | s.e. {found.se:.2g} "
            f"| z {z:+.2f} | {found.groups} groups"
        )
        print(line)
        if not abs(z) <= LIMIT:
            bad.append(f"{line}: more than {LIMIT} standard errors apart")
        elif not found.se <= resolution * abs(exact):
            bad.append(f"{line}: the standard error is above {100 * resolution:g} % of the exact number")
    assert not bad, "\n".join(bad)
