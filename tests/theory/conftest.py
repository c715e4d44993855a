"""Brute force shared by the tests: chains written out as dense matrices, independent of the package."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

Vector = npt.NDArray[np.float64]


def stationary(generator: Vector) -> Vector:
    """Solve pi Q = 0, pi 1 = 1 by least squares on the dense matrix."""
    size = generator.shape[0]
    matrix = np.vstack([generator.T, np.ones(size)])
    return np.linalg.lstsq(matrix, np.append(np.zeros(size), 1.0), rcond=None)[0]


def line_generator(rate: float, service: float, patience: float, servers: int, room: int) -> Vector:
    """Generator of M/M/n/n+K+M by number of jobs."""
    size = servers + room + 1
    q = np.zeros((size, size))
    for k in range(size):
        if k + 1 < size:
            q[k, k + 1] = rate
        if k:
            q[k, k - 1] = min(k, servers) / service + max(k - servers, 0) / patience
        q[k, k] = -q[k].sum()
    return q


@pytest.fixture
def dense_line() -> Callable[..., dict[str, float]]:
    """Measures of M/M/n/n+K+M by linear algebra; waits by the matrix exponential of the jobs ahead."""

    def solve(rate: float, service: float, patience: float, servers: int, room: int, awt: float) -> dict[str, float]:
        from scipy.linalg import expm

        pi = stationary(line_generator(rate, service, patience, servers, room))
        waiting = np.maximum(np.arange(pi.size) - servers, 0)
        # Chain of one waiting job: k ahead = 0..room-1, then served, then left.
        q = np.zeros((room + 2, room + 2))
        for k in range(room):
            q[k, k - 1 if k else room] += servers / service + k / patience
            q[k, room + 1] += 1.0 / patience
            q[k, k] = -q[k].sum()
        joining = pi[servers : servers + room]
        then = np.append(joining, [0.0, 0.0]) @ expm(q * awt)
        # Mean wait of the served: integrate the probability of being served later than t.
        alive = -np.linalg.inv(q[:room, :room])
        served = alive @ q[:room, room]
        line = float(pi @ waiting)
        free = float(pi[:servers].sum())
        p_served = free + float(joining @ served)
        return {
            "p_wait": float(joining.sum()),
            "p_blocked": float(pi[-1]),
            "p_abandoned": line / patience / rate,
            "p_served": p_served,
            "mean_wait": line / rate,
            "asa": float(joining @ alive @ served) / p_served,
            "mean_line": line,
            "mean_busy": float(pi @ np.minimum(np.arange(pi.size), servers)),
            "p_served_within": free + float(then[room]),
            "p_abandoned_within": float(then[room + 1]),
            "p_wait_longer": float(then[:room].sum()),
            "excess_wait": float(then[:room] @ alive.sum(axis=1)),
        }

    return solve
