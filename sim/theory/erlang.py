"""Erlang B (no line), Erlang C (a line without end, nobody leaves).

Sources: Erlang (1917); Jagerman (1974), "Some properties of the Erlang loss function", for the
recursion and the continuation to a fractional number of servers; Cooper (1981), *Introduction to
Queueing Theory*, for the waits.
"""

from __future__ import annotations

import math

from sim.theory.arguments import above_zero, at_least_zero, whole
from sim.theory.line import LineMeasures


def inverse_erlang_b(offered_load: float, servers: float) -> float:
    """One over the Erlang B probability; ``inf`` where the probability is too small for a float.

    The recursion 1/B(n) = 1 + (n/a) / B(n-1) (Jagerman 1974), unrolled from the top so that it stops as
    soon as further terms cannot be seen. For a fractional number of servers it starts from the integral
    1/B(x) = int_0^inf exp(-y) (1 + y/a)^x dy (Fortet's representation, Jagerman 1974).

    Parameters
    ----------
    offered_load : float
        Arrival rate times mean service [Erlang].
    servers : float
        Number of servers, whole or fractional.

    Returns
    -------
    float
        1 / B, at least 1.

    Examples
    --------
    >>> inverse_erlang_b(2.0, 1)
    1.5
    """
    load = at_least_zero("offered_load", offered_load)
    number = at_least_zero("servers", servers)
    if number == 0.0:
        return 1.0
    if load == 0.0:
        return math.inf
    total, term, left = 0.0, 1.0, number
    while left >= 1.0:
        total += term
        term *= left / load
        left -= 1.0
        if term < 1e-18 * total and left < load:
            return total
        if math.isinf(total):
            return math.inf
    return total + term * _inverse_fraction(load, left)


def _inverse_fraction(load: float, fraction: float) -> float:
    """1/B for a number of servers in [0, 1): exp(a) a^-x Gamma(x + 1, a)."""
    if fraction == 0.0:
        return 1.0
    if load <= 50.0:
        from scipy.special import gamma, gammaincc

        upper = float(gamma(fraction + 1.0) * gammaincc(fraction + 1.0, load))
        return math.exp(load) * load**-fraction * upper
    # Beyond 50 Erlang the asymptotic series of the incomplete gamma function is exact to the last bit.
    total, term, k = 0.0, 1.0, 0
    while abs(term) > 1e-18:
        total += term
        term *= (fraction - k) / load
        k += 1
    return total


def erlang_b(offered_load: float, servers: float) -> float:
    """Probability that all servers are busy where nobody can wait (Erlang 1917).

    Parameters
    ----------
    offered_load : float
        Arrival rate times mean service [Erlang].
    servers : float
        Number of servers, 0 or more; a fraction is allowed (continuation of Jagerman 1974).

    Returns
    -------
    float
        Share of arriving jobs that is lost, for any service law with this mean.

    Raises
    ------
    ValueError
        If an argument is negative, NaN or infinite.

    Examples
    --------
    >>> round(erlang_b(25, 30), 4)
    0.0526
    >>> erlang_b(5, 0)
    1.0
    >>> round(erlang_b(9_950, 10_000), 6)
    0.00507
    """
    return 1.0 / inverse_erlang_b(offered_load, servers)


def erlang_c_probability(offered_load: float, servers: float) -> float:
    """Probability that a job has to wait where everybody waits as long as it takes (Erlang 1917).

    Parameters
    ----------
    offered_load : float
        Arrival rate times mean service [Erlang].
    servers : float
        Number of servers, 0 or more; a fraction is allowed.

    Returns
    -------
    float
        Share of arriving jobs that waits; 1 if the load is not below the number of servers.

    Examples
    --------
    >>> round(erlang_c_probability(10, 14), 7)
    0.1741319
    >>> erlang_c_probability(15, 14)
    1.0
    """
    load = at_least_zero("offered_load", offered_load)
    number = at_least_zero("servers", servers)
    if load >= number:
        return 1.0
    utilised = load / number
    return 1.0 / (utilised + (1.0 - utilised) * inverse_erlang_b(load, number))


def erlang_loss(arrival_rate: float, mean_service: float, servers: int) -> LineMeasures:
    """Steady state of M/G/n/n: a job that finds all servers busy is blocked (Erlang 1917).

    Parameters
    ----------
    arrival_rate : float
        Poisson arrivals [jobs per time unit].
    mean_service : float
        Mean service of any law [time units].
    servers : int
        Number of servers.

    Examples
    --------
    >>> lost = erlang_loss(2.0, 1.0, 1)
    >>> round(lost.p_blocked, 6), round(lost.mean_busy, 6)
    (0.666667, 0.666667)
    """
    rate = at_least_zero("arrival_rate", arrival_rate)
    load = rate * above_zero("mean_service", mean_service)
    number = whole("servers", servers)
    blocked = erlang_b(load, number)
    served = 1.0 - blocked
    return LineMeasures(
        arrival_rate=rate,
        servers=number,
        offered_load=load,
        awt=0.0,
        p_wait=0.0,
        p_blocked=blocked,
        p_abandoned=0.0,
        p_served=served,
        mean_wait=0.0,
        asa=0.0 if number else math.inf,
        mean_line=0.0,
        mean_busy=load * served,
        p_served_within=served,
        p_abandoned_within=0.0,
        p_wait_longer=0.0,
        excess_wait=0.0,
    )


def erlang_c(arrival_rate: float, mean_service: float, servers: int, awt: float = 0.0) -> LineMeasures:
    """Steady state of M/M/n: everybody waits until served.

    The wait exceeds t with probability C exp(-(n/s - arrival rate) t), C from `erlang_c_probability`
    and s the mean service (Cooper 1981).

    Parameters
    ----------
    arrival_rate : float
        Poisson arrivals [jobs per time unit].
    mean_service : float
        Mean of the exponential service [time units].
    servers : int
        Number of servers. If the load is not below it, the line grows for ever: waits are infinite and
        `p_served` is the share that the servers keep up with.
    awt : float
        Acceptable waiting time [time units]; may be infinite.

    Examples
    --------
    100 arrivals in 30 minutes, 3 minutes each, 14 servers, limit 20 seconds:

    >>> line = erlang_c(100 / 30, 3, 14, awt=20 / 60)
    >>> round(line.p_wait, 6), round(line.service_level_c, 6), round(60 * line.asa, 5)
    (0.174132, 0.88835, 7.83594)
    """
    rate = at_least_zero("arrival_rate", arrival_rate)
    service = above_zero("mean_service", mean_service)
    number = whole("servers", servers)
    limit = at_least_zero("awt", awt, infinite=True)
    load = rate * service
    p_wait = erlang_c_probability(load, number)
    if number == 0 or (rate > 0.0 and load >= number):
        served = number / load if load > 0.0 else 0.0
        endless = not math.isinf(limit)
        return LineMeasures(
            arrival_rate=rate,
            servers=number,
            offered_load=load,
            awt=limit,
            p_wait=1.0,
            p_blocked=0.0,
            p_abandoned=0.0,
            p_served=served,
            mean_wait=math.inf,
            asa=math.inf,
            mean_line=math.inf if rate > 0.0 else 0.0,
            mean_busy=float(number),
            p_served_within=0.0 if endless else served,
            p_abandoned_within=0.0,
            p_wait_longer=1.0 if endless else 0.0,
            excess_wait=math.inf if endless else 0.0,
        )
    spare = number / service - rate
    wait = p_wait / spare
    longer = p_wait * math.exp(-spare * limit)
    return LineMeasures(
        arrival_rate=rate,
        servers=number,
        offered_load=load,
        awt=limit,
        p_wait=p_wait,
        p_blocked=0.0,
        p_abandoned=0.0,
        p_served=1.0,
        mean_wait=wait,
        asa=wait,
        mean_line=rate * wait,
        mean_busy=load,
        p_served_within=1.0 - longer,
        p_abandoned_within=0.0,
        p_wait_longer=longer,
        excess_wait=longer / spare,
    )


def erlang_c_wait_quantile(share: float, arrival_rate: float, mean_service: float, servers: int) -> float:
    """Wait that the given share of all jobs does not exceed, in M/M/n (Cooper 1981).

    Parameters
    ----------
    share : float
        Share of the jobs, in [0, 1).
    arrival_rate, mean_service, servers
        As in `erlang_c`.

    Returns
    -------
    float
        The wait [time units]: 0 if so many do not wait at all, ``inf`` if the line grows for ever.

    Raises
    ------
    ValueError
        If the share is not in [0, 1).

    Examples
    --------
    >>> round(60 * erlang_c_wait_quantile(0.9, 48, 1, 50), 1)
    58.1
    """
    part = float(share)
    if not 0.0 <= part < 1.0:
        raise ValueError(f"share: got {part!r}; it must be in [0, 1), such as 0.9 for the 90 % quantile")
    rate = at_least_zero("arrival_rate", arrival_rate)
    service = above_zero("mean_service", mean_service)
    number = whole("servers", servers)
    p_wait = erlang_c_probability(rate * service, number)
    if part <= 1.0 - p_wait and p_wait < 1.0:
        return 0.0
    spare = number / service - rate
    if not spare > 0.0:
        return math.inf
    return math.log(p_wait / (1.0 - part)) / spare
