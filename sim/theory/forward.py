"""The chain (busy, waiting) of a line whose number of servers may fall while jobs are in service.

States are kept where they can occur only: busy < s with nobody waiting, and a table of (busy - s,
waiting), cut at a longest line. Beside it a second chain follows one waiting job through the jobs ahead
of it; later arrivals do not matter to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.theory.arguments import Vector
from sim.theory.chain import uniformise


@dataclass(frozen=True)
class LineState:
    """Probabilities of the states with s servers, or integrals of them over time.

    Attributes
    ----------
    low : array, shape (s,)
        Busy b < s and nobody waiting.
    high : array, shape (rows, length + 1)
        Busy s + row and w waiting.
    """

    low: Vector
    high: Vector

    @property
    def mean_line(self) -> float:
        """Mean number waiting."""
        return float(self.high.sum(axis=0) @ np.arange(self.high.shape[1]))

    @property
    def mean_busy(self) -> float:
        """Mean number in service."""
        s, rows = self.low.size, self.high.shape[0]
        return float(self.low @ np.arange(s) + self.high.sum(axis=1) @ (s + np.arange(rows)))

    @property
    def p_wait(self) -> float:
        """Probability that no server is free."""
        return float(self.high.sum())

    @property
    def p_end(self) -> float:
        """Probability that the line is as long as the table allows."""
        return float(self.high[:, -1].sum())

    @property
    def flat(self) -> Vector:
        return np.concatenate([self.low, self.high.ravel()])

    def like(self, flat: Vector) -> LineState:
        """The same layout with other numbers."""
        return LineState(flat[: self.low.size], flat[self.low.size :].reshape(self.high.shape))

    def trimmed(self) -> LineState:
        """Without the highest numbers of busy servers, once nobody is left there."""
        rows = self.high.shape[0]
        while rows > 1 and self.high[rows - 1].sum() < 1e-16:
            rows -= 1
        return LineState(self.low, self.high[:rows])


class LineChain:
    """Rates, rules and the size of the table of states.

    Parameters
    ----------
    mu : float
        Service rate of one server [1 / time unit].
    theta : float
        Hazard of the patience [1 / time unit].
    length : int
        Longest line in the table.
    finish : bool
        Whether jobs in service beyond a fallen number of servers finish; else they go back to the line.
    """

    def __init__(self, mu: float, theta: float, length: int, finish: bool) -> None:
        self.mu = mu
        self.theta = theta
        self.length = length
        self.finish = finish
        self._generators: dict[tuple[int, int, float], Any] = {}
        self._followers: dict[tuple[int, int], Any] = {}

    def begin(self, jobs: int, s: int) -> LineState:
        """State at the first edge."""
        state = LineState(np.zeros(s), np.zeros((1, self.length + 1)))
        if jobs < s:
            state.low[jobs] = 1.0
        else:
            state.high[0, min(jobs - s, self.length)] = 1.0
        return state

    def change(self, state: LineState, new: int) -> tuple[LineState, float, float]:
        """State just after the number of servers has become `new`; jobs handed back; jobs lost."""
        old = state.low.size
        finish = self.finish or new >= old
        top = max(old + state.high.shape[0] - 1 - new, 0) if finish else 0
        after = LineState(np.zeros(new), np.zeros((top + 1, self.length + 1)))
        moved = lost = 0.0
        rows = [(busy, np.array([share])) for busy, share in enumerate(state.low)]
        rows += [(old + extra, row) for extra, row in enumerate(state.high)]
        for busy, row in rows:
            if busy < new:
                # Free servers take from the line at once.
                gap = new - busy
                after.low[busy : busy + min(gap, row.size)] += row[:gap]
                after.high[0, : max(row.size - gap, 0)] += row[gap:]
            elif busy - new <= top:
                after.high[busy - new, : row.size] += row
            else:
                back = busy - new
                fits = max(min(row.size, self.length + 1 - back), 0)
                after.high[0, back : back + fits] += row[:fits]
                over = np.arange(fits, row.size) + back - self.length
                after.high[0, self.length] += float(row[fits:].sum())
                lost += float(row[fits:] @ over)
                moved += back * float(row.sum())
        return after.trimmed(), moved, lost

    def advance(self, state: LineState, rate: float, span: float) -> tuple[LineState, LineState]:
        """State after a time `span`, and the integral of the probabilities over it."""
        total = LineState(np.zeros_like(state.low), np.zeros_like(state.high))
        left = span
        while left > 0.0:
            # In pieces, since the rows of a fall empty one after the other.
            piece = min(left, 0.5 / self.mu) if state.high.shape[0] > 1 else left
            left = left - piece if piece < left else 0.0
            flat, spent = uniformise(self._generator(state, rate), state.flat, piece)
            part = state.like(spent)
            total.low[:] += part.low
            total.high[: part.high.shape[0]] += part.high
            state = state.like(flat).trimmed()
        return state, total

    def _generator(self, state: LineState, rate: float) -> Any:
        """Rates from column to row between the states with the layout of `state`."""
        s, rows, width = state.low.size, state.high.shape[0], self.length + 1
        known = self._generators.get((s, rows, rate))
        if known is not None:
            return known
        low, high = np.arange(s), s + np.arange(rows * width).reshape(rows, width)
        moves = [
            (low, np.append(low, high[0, 0])[1:], np.full(s, rate)),
            (low[1:], low[:-1], low[1:] * self.mu),
            (high[:, :-1], high[:, 1:], np.full((rows, width - 1), rate)),
            *self._departures(high, s),
        ]
        if s:
            moves.append((high[:1, 0], low[-1:], np.array([s * self.mu])))
        matrix = _transposed(moves, s + rows * width)
        self._generators[(s, rows, rate)] = matrix
        return matrix

    def _departures(self, table: Vector, s: int) -> list[tuple[Vector, Vector, Vector]]:
        """Ends of service and of patience while jobs wait, in a table (busy - s, waiting)."""
        rows, width = table.shape
        extra = np.broadcast_to((s + np.arange(1, rows))[:, None] * self.mu, (rows - 1, width))
        leaving = np.broadcast_to(np.arange(1, width) * self.theta, (rows, width - 1))
        return [
            (table[1:], table[:-1], extra),
            (table[0, 1:], table[0, :-1], np.full(width - 1, s * self.mu)),
            (table[:, 1:], table[:, :-1], leaving),
        ]

    def follow(self, ahead: Vector, s: int, span: float) -> tuple[Vector, float, float]:
        """Follow jobs that wait behind `ahead[e, k]` others: still waiting, share served, share left."""
        rows, width = ahead.shape
        size = rows * width
        matrix = self._followers.get((s, rows))
        if matrix is None:
            table = np.arange(size).reshape(rows, width)
            ends = np.array([size, size + 1])
            moves = [
                *self._departures(table, s),
                (table[0, :1], ends[:1], np.array([s * self.mu])),
                (table, np.full_like(table, ends[1]), np.full(table.shape, self.theta)),
            ]
            matrix = self._followers[(s, rows)] = _transposed(moves, size + 2)
        after, _ = uniformise(matrix, np.append(ahead.ravel(), [0.0, 0.0]), span)
        return after[:size].reshape(rows, width), float(after[size]), float(after[size + 1])


def _transposed(moves: list[tuple[Vector, Vector, Vector]], size: int) -> Any:
    """Sparse generator, from column to row, of moves (from, to, rate)."""
    from scipy.sparse import csr_array

    origin = np.concatenate([np.ravel(start) for start, _, _ in moves]).astype(int)
    target = np.concatenate([np.ravel(end) for _, end, _ in moves]).astype(int)
    rate = np.concatenate([np.ravel(speed) for _, _, speed in moves])
    leaving = np.bincount(origin, weights=rate, minlength=size)
    every = np.arange(size)
    entries = (np.append(rate, -leaving), (np.append(target, every), np.append(origin, every)))
    return csr_array(entries, shape=(size, size))
