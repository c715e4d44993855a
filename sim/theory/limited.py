"""Lines as birth-and-death chains: Erlang A with room for a limited number of waiting jobs.

While any job waits, all places in service are taken and the jobs leave service at a constant rate r, so
a job with j others ahead reaches service after a sum of exponential times with rates r + k theta,
k = 0..j (theta = 1 / mean patience: those ahead may leave too). That sum has the distribution function
I(1 - exp(-theta t); j + 1, r / theta), I the regularised incomplete beta function: every measure of the
wait is a finite sum over j. (Such sums are the order statistics of exponential times: Renyi 1953.)
"""

from __future__ import annotations

import math

import numpy as np

from sim.theory.arguments import Vector, above_zero, at_least_zero, whole
from sim.theory.line import LineMeasures

# The longest line a chain without limit is cut at.
LONGEST = 4_000_000


def erlang_a_limited(
    arrival_rate: float,
    mean_service: float,
    mean_patience: float,
    servers: int,
    room: float,
    awt: float = 0.0,
) -> LineMeasures:
    """Steady state of M/M/n/n+K+M: Erlang A with room for K waiting jobs (Garnett, Mandelbaum & Reiman 2002).

    Parameters
    ----------
    arrival_rate : float
        Poisson arrivals [jobs per time unit], those who find the line full included.
    mean_service : float
        Mean of the exponential service [time units].
    mean_patience : float
        Mean of the exponential patience [time units]; 0 and infinity allowed.
    servers : int
        Number of servers, 0 or more.
    room : int
        Number of jobs that can wait; 0 is Erlang B. Infinity cuts the line where nothing is lost.
    awt : float
        Acceptable waiting time [time units]; may be infinite.

    Raises
    ------
    ValueError
        If an argument is out of range, or a line without limit has no steady state.

    Examples
    --------
    >>> line = erlang_a_limited(21, 5, 5, 100, room=10, awt=1 / 3)
    >>> round(line.p_blocked, 6), round(line.p_abandoned, 6), round(line.service_level_c, 6)
    (0.04773, 0.027228, 0.766391)
    """
    service = above_zero("mean_service", mean_service)
    number = whole("servers", servers)
    rates = np.arange(number + 1) / service
    return birth_death_line(arrival_rate, rates, mean_patience, room, awt, offered_load=float(arrival_rate) * service)


def birth_death_line(
    arrival_rate: float,
    service_rates: Vector,
    mean_patience: float,
    room: float,
    awt: float = 0.0,
    *,
    offered_load: float | None = None,
) -> LineMeasures:
    """Steady state of a line in front of places whose joint speed depends on how many are taken.

    Parameters
    ----------
    arrival_rate : float
        Poisson arrivals [jobs per time unit].
    service_rates : array, shape (places + 1,)
        Rate at which jobs leave service while 0, 1, ... places are taken; the first is 0, the others
        above 0.
    mean_patience : float
        Mean of the exponential patience [time units]; 0 and infinity allowed.
    room : int
        Number of jobs that can wait; infinity allowed.
    awt : float
        Acceptable waiting time [time units]; may be infinite.
    offered_load : float, optional
        Value of that field; by default arrival rate times the mean time in service with one place taken.

    Returns
    -------
    LineMeasures
        `servers` is the number of places.

    Raises
    ------
    ValueError
        If an argument is out of range, or a line without limit has no steady state or is longer than
        can be computed.

    Examples
    --------
    Two places that slow each other down:

    >>> line = birth_death_line(1.0, np.array([0.0, 1.0, 1.6]), 2.0, math.inf)
    >>> round(line.p_wait, 6), round(line.mean_busy, 6)
    (0.352215, 1.028323)
    """
    rate = at_least_zero("arrival_rate", arrival_rate)
    rates = np.asarray(service_rates, dtype=float)
    places = rates.size - 1
    if rates.ndim != 1 or rates.size == 0 or rates[0] != 0.0 or not np.all(rates[1:] > 0.0):
        raise ValueError(f"service_rates: got {service_rates!r}; it must begin with 0 and go on with rates > 0")
    patience = at_least_zero("mean_patience", mean_patience, infinite=True)
    limit = at_least_zero("awt", awt, infinite=True)
    spaces = at_least_zero("room", room, infinite=True)
    if not math.isinf(spaces):
        spaces = whole("room", spaces)
    impatient = patience == 0.0
    theta = 0.0 if impatient else 1.0 / patience
    if offered_load is None:
        offered_load = rate / float(rates[1]) if places else 0.0

    steps = _line_steps(rate, float(rates[-1]), theta, 0.0 if impatient else spaces)
    with np.errstate(divide="ignore"):
        filling = np.log(rate) - np.log(rates[1:]) if rate > 0.0 else np.full(places, -math.inf)
    logs = np.concatenate([[0.0], np.cumsum(np.concatenate([filling, steps]))])
    probabilities = np.exp(logs - logs.max())
    probabilities /= probabilities.sum()

    waiting = probabilities[places:]
    full = float(waiting[-1])
    joined = waiting[:-1]
    if impatient and spaces > 0:
        # Those who find no free server leave at once: a wait of length 0.
        p_wait, p_blocked, instant = full, 0.0, full
    else:
        # A line without limit was cut where its last state has no visible mass.
        p_wait = min(1.0, float(joined.sum()))
        p_blocked = 0.0 if math.isinf(spaces) else full
        instant = 0.0
    ahead = np.arange(joined.size, dtype=float)
    waits = _waits(float(rates[-1]), theta, ahead, limit)
    seen = joined > 0.0  # where nobody joins, a wait may be infinite without meaning anything

    def mean(values: Vector) -> float:
        return float(joined[seen] @ values[seen])

    p_free = float(probabilities[:places].sum())
    p_served = min(1.0, p_free + mean(waits.served))
    return LineMeasures(
        arrival_rate=rate,
        servers=places,
        offered_load=float(offered_load),
        awt=limit,
        p_wait=p_wait,
        p_blocked=p_blocked,
        p_abandoned=min(1.0, instant + mean(waits.abandoned)),
        p_served=p_served,
        mean_wait=mean(waits.mean),
        asa=mean(waits.mean_served) / p_served if p_served > 0.0 else math.inf,
        mean_line=float(waiting @ np.arange(waiting.size)),
        mean_busy=float(probabilities @ np.minimum(np.arange(probabilities.size), places)),
        p_served_within=min(p_served, p_free + mean(waits.served_within)),
        p_abandoned_within=min(1.0, instant + mean(waits.abandoned_within)),
        p_wait_longer=min(p_wait, mean(waits.longer)),
        excess_wait=mean(waits.excess),
    )


def _line_steps(rate: float, speed: float, theta: float, room: float) -> Vector:
    """Logarithm of P(j waiting) / P(j - 1 waiting), j = 1, 2, ... up to the end of the line."""
    if not math.isinf(room):
        return _log_steps(rate, speed, theta, int(room))
    if rate == 0.0:
        return _log_steps(rate, speed, theta, 1)
    if theta == 0.0 and rate >= speed:
        raise ValueError(
            f"arrival_rate: got {rate!r} jobs per time unit against {speed!r} served at most; a line without "
            "limit, whose jobs do not leave, needs less. Give a room or a mean_patience"
        )
    length = 64
    while length <= LONGEST:
        steps = _log_steps(rate, speed, theta, length)
        logs = np.cumsum(steps)
        # Beyond the end each state has at most the last ratio of the one before.
        rest = logs[-1] - logs.max() - math.log(-math.expm1(min(steps[-1], -1e-12)))
        if steps[-1] < 0.0 and rest < -48.0:
            return steps
        length *= 2
    raise ValueError(
        f"room: got infinity, and the line is often longer than {LONGEST:,} jobs; give a room, or use erlang_a"
    )


def _log_steps(rate: float, speed: float, theta: float, length: int) -> Vector:
    if rate == 0.0:
        return np.full(length, -math.inf)
    deaths = speed + theta * np.arange(1.0, length + 1.0)
    with np.errstate(divide="ignore"):
        # Without servers and without leaving the line only fills: 1e300 stands for that certainty.
        return np.asarray(np.minimum(math.log(rate) - np.log(deaths), 1e300 / max(length, 1)))


class _Waits:
    """Measures of the wait of a job that joins with each number of others ahead."""

    def __init__(self, ahead: Vector) -> None:
        zeros = np.zeros_like(ahead)
        self.served = self.abandoned = self.mean = self.mean_served = zeros
        self.served_within = self.abandoned_within = self.longer = self.excess = zeros


def _waits(speed: float, theta: float, ahead: Vector, limit: float) -> _Waits:
    waits = _Waits(ahead)
    if ahead.size == 0:
        return waits
    turn = ahead + 1.0
    forever = math.isinf(limit)
    if theta == 0.0:
        return _patient(waits, speed, turn, limit)

    # A job is served if `turn` departures come before its own patience ends.
    waits.served = speed / (speed + turn * theta)
    waits.abandoned = turn * theta / (speed + turn * theta)
    waits.mean = turn / (speed + turn * theta)
    waits.mean_served = waits.served * np.cumsum(1.0 / (speed + turn * theta))
    if forever:
        waits.served_within, waits.abandoned_within = waits.served, waits.abandoned
        return waits
    gone = -math.expm1(-theta * limit)
    if speed == 0.0:
        waits.longer = np.full_like(turn, 1.0 - gone)
        waits.abandoned_within = np.full_like(turn, gone)
        waits.excess = waits.longer / theta
        return waits
    if limit == 0.0:
        waits.longer, waits.excess = np.ones_like(turn), waits.mean
        return waits
    from scipy.special import betainc, betaincc, betaln

    ratio, left = speed / theta, math.exp(-theta * limit)
    waits.served_within = waits.served * betainc(turn, ratio + 1.0, gone)
    # theta int_limit^inf exp(-theta t) P(not reached by t) dt, in two forms: far out both `left` and what
    # has not been reached are small; near 0 it is `gone` that is, and a small theta must lose no digits.
    if theta * limit > 0.5:
        not_reached = betainc(ratio, turn, left)
        rest = left * not_reached - waits.served * betainc(ratio + 1.0, turn, left)
    else:
        not_reached = betaincc(turn, ratio, gone)
        step = np.exp(turn * math.log(gone) - speed * limit - math.log(ratio) - betaln(turn, ratio))
        rest = not_reached * (waits.abandoned - gone) + waits.served * step
    waits.longer = left * not_reached
    waits.excess = np.maximum(rest / theta, 0.0)
    waits.abandoned_within = np.maximum(theta * (waits.mean - waits.excess), 0.0)
    return waits


def _patient(waits: _Waits, speed: float, turn: Vector, limit: float) -> _Waits:
    """Nobody leaves: the wait is a sum of `turn` exponential times."""
    if speed == 0.0:
        waits.mean = waits.mean_served = np.full_like(turn, math.inf)
        if not math.isinf(limit):
            waits.longer, waits.excess = np.ones_like(turn), waits.mean
        return waits
    waits.served = np.ones_like(turn)
    waits.mean = waits.mean_served = turn / speed
    if math.isinf(limit):
        waits.served_within = waits.served
        return waits
    from scipy.special import gammainc, gammaincc

    waits.served_within = gammainc(turn, speed * limit)
    waits.longer = gammaincc(turn, speed * limit)
    excess = turn / speed * gammaincc(turn + 1.0, speed * limit) - limit * waits.longer
    waits.excess = np.maximum(excess, 0.0)
    return waits
