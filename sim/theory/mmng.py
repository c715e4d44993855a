"""Erlang A and M/M/n+G: a line whose jobs leave when their patience ends.

With patience survival S and its integral H, the *offered wait* of a job has a mass at 0 and, above it,
the density  lambda f(x) / D  with

    f(x) = exp(lambda H(x) - n mu x),   D = 1/B(n-1) + lambda int_0^inf f,

B the Erlang B probability (Baccelli & Hebuterne 1981; Zeltyn & Mandelbaum 2005, "Call centers with
impatient customers: many-server asymptotics of the M/M/n+G queue", the building blocks J, J_H and J(t)).
Every measure is the integral of f times a function of the patience law.

The exponent of f is concave, so f has one peak, where S = n mu / lambda. Everything is measured from
that peak: nothing overflows, whatever the load and the number of servers. The axis is cut at 0, at the
acceptable waiting time, at the breaks of the patience law and at the peak, and halved until f and S
change by little within a piece; 16 Gauss-Legendre nodes per piece then give about 12 digits.
"""

from __future__ import annotations

import math

import numpy as np

from sim.theory.arguments import Vector, above_zero, at_least_zero, whole
from sim.theory.erlang import inverse_erlang_b
from sim.theory.lifetime import Lifetime, PiecewiseHazard, gauss_legendre
from sim.theory.line import LineMeasures

# Pieces on which f has fallen below exp(-DEPTH) of its peak are left out.
DEPTH = 64.0


def erlang_a(
    arrival_rate: float, mean_service: float, mean_patience: float, servers: int, awt: float = 0.0
) -> LineMeasures:
    """Steady state of M/M/n+M, the Palm or Erlang-A model (Palm 1957; Mandelbaum & Zeltyn 2007).

    Parameters
    ----------
    arrival_rate : float
        Poisson arrivals [jobs per time unit].
    mean_service : float
        Mean of the exponential service [time units].
    mean_patience : float
        Mean of the exponential patience [time units]; 0 means that nobody waits (Erlang B), infinity
        that nobody leaves (Erlang C).
    servers : int
        Number of servers, 0 or more.
    awt : float
        Acceptable waiting time [time units]; may be infinite.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    21 jobs per minute, service and patience 5 minutes, 100 servers:

    >>> line = erlang_a(21, 5, 5, 100, awt=20 / 60)
    >>> round(line.p_wait, 6), round(line.p_abandoned, 6), round(line.mean_wait, 6)
    (0.700245, 0.066982, 0.33491)
    """
    patience = PiecewiseHazard.exponential(at_least_zero("mean_patience", mean_patience, infinite=True))
    return mmng(arrival_rate, mean_service, patience, servers, awt)


def mmng(arrival_rate: float, mean_service: float, patience: Lifetime, servers: int, awt: float = 0.0) -> LineMeasures:
    """Steady state of M/M/n+G: exponential service, patience of any law (Zeltyn & Mandelbaum 2005).

    Parameters
    ----------
    arrival_rate : float
        Poisson arrivals [jobs per time unit].
    mean_service : float
        Mean of the exponential service [time units].
    patience : Lifetime
        Law of the patience: `PiecewiseHazard` (hazard table, with a mass of balking jobs), `Lognormal`,
        `SurvivalFunction`. A mass at 0 leaves at once, with wait 0, whenever no server is free.
    servers : int
        Number of servers, 0 or more.
    awt : float
        Acceptable waiting time [time units]; may be infinite.

    Returns
    -------
    LineMeasures
        If a share of the jobs never leaves and alone overloads the servers, the line grows for ever:
        waits are infinite and everybody whose patience is finite leaves.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    Patience with an early peak of leaving, and 5 % who do not wait at all:

    >>> patience = PiecewiseHazard([0, 0.25, 1], [0.3, 0.15, 0.06], balk=0.05)
    >>> line = mmng(21, 5, patience, 100, awt=1 / 3)
    >>> round(line.p_abandoned, 4), round(line.service_level_a, 4)
    (0.0748, 0.7377)
    """
    rate = at_least_zero("arrival_rate", arrival_rate)
    service = above_zero("mean_service", mean_service)
    number = whole("servers", servers)
    limit = at_least_zero("awt", awt, infinite=True)
    if number == 0 or rate * patience.never * service >= number:
        return _endless(rate, service, patience, number, limit)
    if rate == 0.0:
        return _idle(number, limit)
    speed = number / service
    peak = patience.first_below(speed / rate)
    if math.isinf(peak):
        return _endless(rate, service, patience, number, limit)

    left, right = _pieces(rate, speed, patience, peak, limit)
    nodes, weights = gauss_legendre()
    half = 0.5 * (right - left)[:, None]
    x = 0.5 * (left + right)[:, None] + half * nodes
    weight = half * weights * np.exp(_exponent(rate, speed, patience, peak, x.ravel()).reshape(x.shape))
    flat, mass = x.ravel(), weight.ravel()
    within = np.repeat(right <= limit, nodes.size)
    alive, gone = patience.survival(flat), patience.distribution(flat)
    capped = patience.integral(flat)

    # All relative to the peak of f; the part that finds a free server shrinks by the same factor.
    height = float(rate * patience.integral(np.array([peak]))[0] - speed * peak)
    free = inverse_erlang_b(rate * service, number - 1) * math.exp(-min(height, 745.0))
    busy = rate * float(mass.sum())
    scale = rate / (free + busy)
    p_free = 1.0 / (1.0 + busy / free) if free > 0.0 else 0.0

    def mean(values: Vector) -> float:
        return scale * float(np.dot(mass, values))

    late = scale * float(mass[~within].sum())
    p_abandoned = min(1.0, mean(gone))
    p_served = min(1.0, p_free + mean(alive))
    mean_wait = mean(capped)
    if math.isinf(limit):
        early_leavers, longer, excess = p_abandoned, 0.0, 0.0
    else:
        at_limit = np.array([limit])
        alive_then, gone_then = float(patience.survival(at_limit)[0]), float(patience.distribution(at_limit)[0])
        early_leavers = min(p_abandoned, mean(gone * within) + gone_then * late)
        longer = alive_then * min(1.0 - p_free, late)
        excess = scale * float(np.dot(mass[~within], patience.between(limit, flat[~within])))
    return LineMeasures(
        arrival_rate=rate,
        servers=number,
        offered_load=rate * service,
        awt=limit,
        p_wait=1.0 - p_free,
        p_blocked=0.0,
        p_abandoned=p_abandoned,
        p_served=p_served,
        mean_wait=mean_wait,
        asa=mean(flat * alive) / p_served if p_served > 0.0 else math.inf,
        mean_line=rate * mean_wait,
        mean_busy=min(float(number), rate * service * p_served),
        p_served_within=min(p_served, p_free + mean(alive * within)),
        p_abandoned_within=early_leavers,
        p_wait_longer=longer,
        excess_wait=excess,
    )


def _exponent(rate: float, speed: float, patience: Lifetime, peak: float, x: Vector) -> Vector:
    """Logarithm of f(x) / f(peak): at most 0 up to rounding."""
    return np.asarray(rate * patience.between(peak, x) - speed * (x - peak))


def _pieces(rate: float, speed: float, patience: Lifetime, peak: float, limit: float) -> tuple[Vector, Vector]:
    """Left and right ends of the pieces on which f and the patience law change by little."""
    steps = peak + 2.0 ** np.arange(-2.0, 140.0) / (speed + rate)
    fallen = _exponent(rate, speed, patience, peak, steps) < -DEPTH
    end = float(steps[int(np.argmax(fallen)) if np.any(fallen) else -1])
    breaks = patience.breaks
    points = np.unique(np.concatenate([[0.0, peak, end, min(limit, end)], breaks[breaks < end]]))
    left, right = points[:-1], points[1:]
    done_left, done_right = [], []
    for _ in range(60):
        swing = _exponent(rate, speed, patience, peak, np.concatenate([left, right])).reshape(2, -1)
        # The right end may be a jump of the law, which the piece does not contain: look just before it.
        ends = np.concatenate([left, right - 1e-9 * (right - left)])
        decay = -np.log(np.maximum(patience.survival(ends), 1e-18)).reshape(2, -1)
        # Every piece lies on one side of the peak, so f is largest at one of its ends.
        seen = np.maximum(swing[0], swing[1]) > -DEPTH
        parts = np.ceil(np.maximum(np.abs(swing[1] - swing[0]) / 8.0, (decay[1] - decay[0]) / 4.0))
        rough = seen & (parts > 1.0) & (right - left > 1e-14 * right)
        done_left.append(left[seen & ~rough])
        done_right.append(right[seen & ~rough])
        if not np.any(rough):
            break
        count = np.minimum(parts[rough], 32.0).astype(int)
        last = np.cumsum(count) - 1
        order = np.arange(last[-1] + 1) - np.repeat(last + 1 - count, count)
        begins = np.repeat(left[rough], count) + np.repeat((right - left)[rough] / count, count) * order
        ends = np.append(begins[1:], 0.0)
        ends[last] = right[rough]
        left, right = begins, ends
    return np.concatenate(done_left), np.concatenate(done_right)


def _idle(number: int, limit: float) -> LineMeasures:
    """Nobody comes: a job that did would be served at once."""
    return LineMeasures(
        arrival_rate=0.0,
        servers=number,
        offered_load=0.0,
        awt=limit,
        p_wait=0.0,
        p_blocked=0.0,
        p_abandoned=0.0,
        p_served=1.0,
        mean_wait=0.0,
        asa=0.0,
        mean_line=0.0,
        mean_busy=0.0,
        p_served_within=1.0,
        p_abandoned_within=0.0,
        p_wait_longer=0.0,
        excess_wait=0.0,
    )


def _endless(rate: float, service: float, patience: Lifetime, number: int, limit: float) -> LineMeasures:
    """The offered wait is infinite: nobody is served in time, everybody who can leave leaves."""
    load = rate * service
    served = number / load if load > 0.0 and number else 0.0
    mean_wait = patience.mean
    if math.isinf(limit):
        left_by_then, longer, excess = 1.0 - patience.never, 0.0, 0.0
    else:
        at_limit = np.array([limit])
        left_by_then = float(patience.distribution(at_limit)[0])
        longer = float(patience.survival(at_limit)[0])
        excess = mean_wait - float(patience.integral(at_limit)[0]) if math.isfinite(mean_wait) else math.inf
    return LineMeasures(
        arrival_rate=rate,
        servers=number,
        offered_load=load,
        awt=limit,
        p_wait=1.0,
        p_blocked=0.0,
        p_abandoned=1.0 - patience.never,
        p_served=served,
        mean_wait=mean_wait,
        asa=math.inf,
        mean_line=rate * mean_wait if rate > 0.0 else 0.0,
        mean_busy=float(number) if rate > 0.0 else 0.0,
        p_served_within=served if math.isinf(limit) else 0.0,
        p_abandoned_within=left_by_then,
        p_wait_longer=longer,
        excess_wait=excess,
    )
