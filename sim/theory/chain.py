"""Continuous-time Markov chains of any shape: explore the states, solve for the steady state.

For systems without a formula: several lines and pools with routing rules, unequal servers, slots. The
caller writes the moves out of one state; the states are found by following them. An infinite system is
cut by leaving out moves that would lead too far; check afterwards that the states at the cut carry no
visible mass (`Chain.mass`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from sim.theory.arguments import Vector, at_least_zero

State = TypeVar("State", bound=Hashable)


@dataclass(frozen=True)
class Chain(Generic[State]):
    """A Markov chain in continuous time on finitely many states.

    Attributes
    ----------
    states : tuple
        The states, the start first.
    generator : scipy.sparse.csr_array, shape (states, states)
        Rates from row to column [1 / time unit]; rows add up to 0.

    Examples
    --------
    M/M/1 with room for 2 waiting jobs, load 1: all four states are equally likely.

    >>> def moves(jobs):
    ...     if jobs < 3:
    ...         yield jobs + 1, 1.0
    ...     if jobs > 0:
    ...         yield jobs - 1, 1.0
    >>> chain = explore(0, moves)
    >>> steady = chain.stationary()
    >>> [round(float(p), 9) for p in steady]
    [0.25, 0.25, 0.25, 0.25]
    >>> round(chain.mean(steady, lambda jobs: jobs), 9)
    1.5
    """

    states: tuple[State, ...]
    generator: Any

    def stationary(self) -> Vector:
        """Long-run share of time in each state.

        Solves pi Q = 0 by sparse elimination, on the class of states that the chain cannot leave.

        Returns
        -------
        array, shape (states,)
            Probabilities; 0 for states that are left for ever.

        Raises
        ------
        ValueError
            If the chain can end in different classes (the long run then depends on chance), or the
            solution fails its check.
        """
        from scipy.sparse import csc_array, csr_array, vstack
        from scipy.sparse.csgraph import connected_components
        from scipy.sparse.linalg import spsolve

        size = len(self.states)
        count, label = connected_components(self.generator, directed=True, connection="strong")
        closed = np.ones(count, dtype=bool)
        links = self.generator.tocoo()
        leaving = (label[links.row] != label[links.col]) & (links.data > 0.0)
        closed[label[links.row[leaving]]] = False
        if closed.sum() != 1:
            first = [self.states[int(np.flatnonzero(label == c)[0])] for c in np.flatnonzero(closed)[:2]]
            raise ValueError(
                f"chain: it can end in {int(closed.sum())} separate classes, such as those of {first[0]!r} and "
                f"{first[1]!r}; add the moves that lead from one to the other"
            )
        members = np.flatnonzero(label == int(np.flatnonzero(closed)[0]))
        result = np.zeros(size)
        if members.size == 1:
            result[members] = 1.0
            return result
        balance = csr_array(self.generator)[members][:, members].T.tocsr()
        # One balance equation follows from the others: the last makes room for "adds up to 1".
        ones = csr_array(np.ones((1, members.size)))
        matrix = csc_array(vstack([balance[:-1], ones]))
        right = np.zeros(members.size)
        right[-1] = 1.0
        solution = np.asarray(spsolve(matrix, right))
        flow = float(np.abs(balance.diagonal()).max())
        if not (solution.min() > -1e-9 and np.abs(balance @ solution).max() <= 1e-9 * flow):
            raise ValueError(
                f"chain: the solution is off by {float(np.abs(balance @ solution).max()):.3g}; rates of "
                "very different size make the chain nearly separate. Use a smaller state space"
            )
        solution = np.maximum(solution, 0.0)
        result[members] = solution / solution.sum()
        return result

    def transient(self, start: Vector, time: float) -> Vector:
        """Probabilities after some time (uniformisation: Jensen 1953).

        Parameters
        ----------
        start : array, shape (states,)
            Probabilities at time 0.
        time : float
            Time passed [time units].

        Returns
        -------
        array, shape (states,)
            Probabilities, exact to about 1e-13.

        Examples
        --------
        >>> chain = explore("on", lambda state: [("off" if state == "on" else "on", 1.0)])
        >>> float(round(chain.transient(np.array([1.0, 0.0]), 0.5)[0], 9))
        0.683939721
        """
        span = at_least_zero("time", time)
        now = np.asarray(start, dtype=float)
        if now.shape != (len(self.states),):
            raise ValueError(f"start: got shape {now.shape}; {len(self.states)} states need one number each")
        return uniformise(self.generator.T.tocsr(), now, span)[0]

    def mean(self, probabilities: Vector, value: Callable[[State], float]) -> float:
        """Mean of a function of the state."""
        return float(np.dot(probabilities, [float(value(state)) for state in self.states]))

    def mass(self, probabilities: Vector, where: Callable[[State], bool]) -> float:
        """Probability of the states for which a condition holds."""
        return self.mean(probabilities, lambda state: 1.0 if where(state) else 0.0)


def explore(
    start: State, moves: Callable[[State], Iterable[tuple[State, float]]], limit: int = 200_000
) -> Chain[State]:
    """Find all states that can be reached and the rates between them.

    Parameters
    ----------
    start : state
        Any hashable value, such as a tuple of counts.
    moves : callable
        For a state, the pairs (next state, rate [1 / time unit]). Rates to the same state add up, moves
        to the state itself and of rate 0 are ignored.
    limit : int
        Largest number of states.

    Returns
    -------
    Chain

    Raises
    ------
    ValueError
        If a rate is negative, NaN or infinite, or there are more states than the limit.
    """
    from scipy.sparse import csr_array

    index: dict[State, int] = {start: 0}
    states: list[State] = [start]
    rows: list[int] = []
    columns: list[int] = []
    rates: list[float] = []
    here = 0
    while here < len(states):
        total = 0.0
        for target, speed in moves(states[here]):
            rate = at_least_zero(f"rate from {states[here]!r} to {target!r}", speed)
            if rate == 0.0 or target == states[here]:
                continue
            there = index.get(target)
            if there is None:
                there = index[target] = len(states)
                states.append(target)
                if len(states) > limit:
                    raise ValueError(
                        f"moves: more than {limit} states are reached, the last {target!r}; cut the state space "
                        "by leaving out the moves that lead too far, or raise the limit"
                    )
            rows.append(here)
            columns.append(there)
            rates.append(rate)
            total += rate
        rows.append(here)
        columns.append(here)
        rates.append(-total)
        here += 1
    size = len(states)
    return Chain(tuple(states), csr_array((rates, (rows, columns)), shape=(size, size)))


def uniformise(transposed: Any, start: Vector, span: float) -> tuple[Vector, Vector]:
    """Solve p' = Q^T p over a time, and integrate p over it (Jensen 1953; Grassmann 1977).

    Only adds and multiplies numbers >= 0, so no probability is ever negative.

    Parameters
    ----------
    transposed : scipy.sparse array, shape (states, states)
        Generator, rates from *column* to row [1 / time unit].
    start : array, shape (states,)
        Probabilities at the beginning; they need not add up to 1.
    span : float
        Time passed [time units].

    Returns
    -------
    tuple of array
        Probabilities at the end, and their integral over the time.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> fades = csr_array([[-2.0, 0.0], [2.0, 0.0]])
    >>> after, spent = uniformise(fades, np.array([1.0, 0.0]), 0.5)
    >>> round(float(after[0]), 9), round(float(spent[0]), 9)
    (0.367879441, 0.316060279)
    """
    now = np.asarray(start, dtype=float)
    speed = float(-transposed.diagonal().min()) if now.size else 0.0
    if speed == 0.0:
        return now.copy(), now * span
    step = transposed / speed
    integral = np.zeros_like(now)
    pieces = max(1, int(np.ceil(speed * span / 500.0)))
    weights = poisson_weights(speed * span / pieces)
    # Share of the time before each jump: P(more than k jumps) / speed.
    later = np.append(np.cumsum(weights[:0:-1])[::-1], 0.0) / speed
    for _ in range(pieces):
        after = np.zeros_like(now)
        for weight, share in zip(weights, later, strict=True):
            after += weight * now
            integral += share * now
            now = now + step @ now
        now = after
    return now, integral


def poisson_weights(mean: float) -> Vector:
    """Poisson probabilities 0, 1, 2, ... up to where less than about 1e-16 is left.

    Examples
    --------
    >>> weights = poisson_weights(30.0)
    >>> abs(float(weights.sum()) - 1.0) < 1e-14
    True
    """
    from scipy.special import gammaln

    at = at_least_zero("mean", mean)
    if at == 0.0:
        return np.ones(1)
    last = int(at + 9.0 * np.sqrt(at) + 40.0)
    counts = np.arange(last + 1)
    weights = np.exp(counts * np.log(at) - at - gammaln(counts + 1.0))
    return np.asarray(weights / weights.sum())
