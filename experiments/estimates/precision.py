"""Replications until intervals are as narrow as wished: when that is, and what it would take."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, isnan, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from experiments.estimates.aims import Aim, width
from experiments.estimates.intervals import CONFIDENCE, Floats, Way, intervals_of, way_of
from experiments.wording import interval

if TYPE_CHECKING:
    from experiments.replication.replications import Replications

FIRST = 10
"""Replications before which nothing is judged: fewer say too little about their own spread."""

BLOCK = 10
"""Replications that are asked for at a time."""

LOOK_AHEAD = 5
"""Further replications that must agree, in percent of those done, and at least so many."""

MOST = 200
"""Replications after which the wish is given up, unless told otherwise."""


class Path(NamedTuple):
    """How the intervals of all aims became narrower; for a plot.

    Attributes
    ----------
    n : int array, shape (steps,)
        Replications.
    value, low, high : array, shape (steps, aims)
        Estimate and interval after so many.
    """

    n: NDArray[np.int64]
    value: Floats
    low: Floats
    high: Floats


def steady_since(held: ArrayLike, first: int) -> int | None:
    """Number of replications from which a wish is fulfilled without a break, if that has lasted long enough.

    An interval can be narrow by luck. So it must stay narrow for the further replications of the look-ahead: 5, or
    5 % of those done where these are more than 100 (Hoad, Robinson and Davies 2010); and up to the last one, because
    the last one is what is reported.

    Parameters
    ----------
    held : array of bool
        Whether the wish is fulfilled after `first`, `first + 1` ... replications.
    first : int
        Replications of the first.

    Returns
    -------
    int or None
        None: not yet.

    References
    ----------
    Hoad, Robinson and Davies 2010, Automated selection of the number of replications for a discrete-event simulation,
    Journal of the Operational Research Society 61, the algorithm with kLimit = 5.

    Examples
    --------
    >>> steady_since([False, True, True, False, True, True, True, True, True, True], 10)
    14
    >>> steady_since([True, True, True, True, True], 10)
    """
    h = np.asarray(held, dtype=bool)
    broken = np.flatnonzero(~h)
    begin = int(broken[-1]) + 1 if broken.size else 0
    since, last = first + begin, first + h.size - 1
    return since if last - since >= LOOK_AHEAD * max(since, 100) // 100 else None


class PrecisionRule:
    """Watches replications and says whether more are needed.

    After each replication from the tenth on every aim is looked at; all must hold, from some number of replications on
    up to the last, and long enough (`steady_since`). Stopping when an interval looks narrow makes it cover a little
    less often than it says; the look-ahead and the ten first replications keep that small.

    Parameters
    ----------
    aims : sequence of Aim
        What is wished.
    most : int
        Replications after which it is given up.
    confidence : float
        Of the intervals.

    Attributes
    ----------
    n : int
        Replications seen.
    reached : int or None
        Replications from which all aims are fulfilled; None: they are not.

    Examples
    --------
    >>> from sim.measures import MEASURES
    >>> rule = PrecisionRule([Aim("asa", "all", "all", 0.1, True, MEASURES["asa"])])
    >>> waits = np.random.default_rng(1).normal(60.0, 10.0, size=(20, 1))
    >>> rule.update(waits, np.ones((20, 1)), waits), rule.reached
    (False, 10)
    """

    def __init__(self, aims: Sequence[Aim], most: int = MOST, confidence: float = CONFIDENCE) -> None:
        if not aims:
            raise ValueError("aims: got none; at least one is expected, such as service_level=1 pts")
        if not most >= FIRST:
            raise ValueError(f"most: got {most}; at least {FIRST} replications are expected")
        self.aims = tuple(aims)
        self.most = most
        self.confidence = confidence
        self.n = 0
        self.reached: int | None = None
        self._ways: list[Way] = [way_of(a.definition) for a in self.aims]
        self._steps: list[tuple[Floats, Floats, Floats]] = []

    def wants(self, replications: Replications) -> int:
        """How many more replications to run next; 0 when it is enough, or no more are allowed.

        Parameters
        ----------
        replications : Replications
            Histories 0 to n - 1.
        """
        numerator, denominator, value = self.numbers(replications)
        return self._next() if self.update(numerator, denominator, value) else 0

    def numbers(self, replications: Replications) -> tuple[Floats, Floats, Floats]:
        """Numerators, denominators and values of the aims, shape (replications, aims)."""
        stack = replications.stack
        shape = (len(replications.results), len(self.aims))
        top, bottom, value = np.zeros(shape), np.zeros(shape), np.full(shape, np.nan)
        for i, a in enumerate(self.aims):
            for row in stack.rows(a.measure, a.scope_kind, a.scope, "period"):
                top[:, i], bottom[:, i] = stack.numerator[:, row], stack.denominator[:, row]
                value[:, i] = stack.value[:, row]
        return top, bottom, value

    def update(self, numerator: ArrayLike, denominator: ArrayLike, value: ArrayLike) -> bool:
        """Look at all replications so far.

        Parameters
        ----------
        numerator, denominator, value : array, shape (replications, aims)
            In order of number; those seen before are the same again.

        Returns
        -------
        bool
            More are needed, and allowed.

        Raises
        ------
        ValueError
            Fewer replications than before, or another number of aims.
        """
        x, y, v = (np.asarray(a, dtype=np.float64) for a in (numerator, denominator, value))
        if x.ndim != 2 or x.shape[1] != len(self.aims) or not x.shape == y.shape == v.shape or len(x) < self.n:
            raise ValueError(
                f"replications: got arrays of shapes {x.shape}, {y.shape} and {v.shape}; {self.n} or more rows and "
                f"{len(self.aims)} columns are expected in each"
            )
        for n in range(max(self.n + 1, FIRST), len(x) + 1):
            step = [
                intervals_of(way, x[:n, i : i + 1], y[:n, i : i + 1], v[:n, i : i + 1], self.confidence)
                for i, way in enumerate(self._ways)
            ]
            self._steps.append(tuple(np.array([e[k][0] for e in step]) for k in range(3)))  # type: ignore[arg-type]
        self.n = len(x)
        self.reached = steady_since(self.held.all(axis=1), FIRST) if self._steps else None
        return self.reached is None and self.n < self.most

    @property
    def path(self) -> Path:
        """Every estimate with its interval, replication by replication."""
        n = np.arange(FIRST, FIRST + len(self._steps))
        if not self._steps:
            return Path(n, *(np.empty((0, len(self.aims))) for _ in range(3)))
        return Path(n, *(np.array(x) for x in zip(*self._steps, strict=True)))

    @property
    def held(self) -> NDArray[np.bool_]:
        """Whether each aim was fulfilled after each number of replications, shape (steps, aims)."""
        return self._excess() <= 1.0

    @property
    def words(self) -> tuple[str, ...]:
        """One sentence per aim: what was reached with how many replications, or how many more it would take.

        Examples
        --------
        >>> from sim.measures import MEASURES
        >>> rule = PrecisionRule([Aim("asa", "all", "all", 0.01, True, MEASURES["asa"])], most=20)
        >>> waits = np.random.default_rng(1).normal(1.0, 0.1, size=(20, 1))
        >>> more = rule.update(waits, np.ones((20, 1)), waits)
        >>> print(*rule.words)
        asa: 60 s (59–62) after 20 replications, ± 2.8 % and not 1 %; about 120 more would be needed
        """
        return tuple(self._sentence(i) for i in range(len(self.aims)))

    def _sentence(self, i: int) -> str:
        aim = self.aims[i]
        if not self._steps:
            return f"{aim.name}: {self.n} replications say too little; {FIRST} are the least"
        value, low, high = (float(x[i]) for x in self._steps[-1])
        unit = aim.definition.unit
        if isnan(value):
            return f"{aim.name}: there was nothing to count in {self.n} replications"
        half = (high - low) / 2.0
        wide = f"{100 * half / abs(value):.2g} %" if aim.relative and value else width(half, unit)
        told = f"{aim.name}: {interval(value, low, high, unit)} after {self.n} replications, ± {wide}"
        excess = float(self._excess()[-1, i])
        since = steady_since(self.held[:, i], FIRST)
        if since is not None:
            return f"{told} where {aim.words} was asked"
        if excess <= 1.0:
            return f"{told} where {aim.words} was asked, but not for long enough to rely on it"
        more = self._needed(excess) - self.n
        return f"{told} and not {aim.words}; about {_rounded(more)} more would be needed"

    def _excess(self) -> Floats:
        """Half widths as multiples of those that are wished, shape (steps, aims)."""
        path = self.path
        half = (path.high - path.low) / 2.0
        wish = np.array([a.half_width for a in self.aims])
        relative = np.array([a.relative for a in self.aims])
        allowed = np.where(relative, wish * np.abs(path.value), wish)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(half == 0.0, 0.0, half / allowed)

    def _needed(self, excess: float) -> int:
        """Replications that would do, if they go on to differ as they do: half widths fall as t / sqrt(n)."""
        from scipy.special import stdtrit

        n, p = float(self.n), 0.5 + self.confidence / 2.0
        root = excess * sqrt(n) / stdtrit(n - 1.0, p)
        needed = (root * stdtrit(max(n, (root * 1.96) ** 2) - 1.0, p)) ** 2
        return ceil(needed * (1.0 + LOOK_AHEAD / 100.0))

    def _next(self) -> int:
        """Up to the end of the next block, and not beyond the most."""
        return min(BLOCK - self.n % BLOCK, self.most - self.n)


def _rounded(n: int) -> str:
    """A number of replications to two figures, because it is no more than a guess."""
    return f"{int(float(f'{n:.1e}')):,}"
