"""Servers that hold several jobs at once, each job the slower the more of them share its server.

With exponential work, and a router that always takes the server with the fewest jobs, the jobs stay
spread almost evenly. Taking them as *exactly* even at every moment leaves a birth-and-death chain in
the total number of jobs. It is an approximation of that router: where the speed of a server is concave
in the number of its jobs (the usual case), an even spread is the fastest one, so the chain is a little
optimistic. It is exact for one job per server (Erlang A), for one server, and where that speed is linear.
Models of such servers: Luo & Zhang (2013); Tezcan & Zhang (2014).

How the speed of a job depends on the number of jobs can be measured, or follows from jobs that need their
server only now and then (`alternating_speeds`).
"""

from __future__ import annotations

import math

import numpy as np

from sim.theory.arguments import Numbers, Vector, above_zero, at_least_zero, whole
from sim.theory.erlang import erlang_b
from sim.theory.limited import birth_death_line
from sim.theory.line import LineMeasures


def even_spread_rates(servers: int, job_rates: Numbers) -> Vector:
    """Rate at which jobs leave service for each total number of jobs, spread as evenly as possible.

    Parameters
    ----------
    servers : int
        Number of servers.
    job_rates : sequence of float, shape (K,)
        Rate at which *one* job leaves a server that holds 1, 2, ... K of them [1 / time unit].

    Returns
    -------
    array, shape (servers * K + 1,)
        Total rate with 0, 1, ... jobs in service.

    Raises
    ------
    ValueError
        If a rate is not above 0, or there is none.

    Examples
    --------
    >>> even_spread_rates(2, [1.0, 0.7])
    array([0. , 1. , 2. , 2.4, 2.8])
    """
    number = whole("servers", servers)
    speeds = np.array([above_zero(f"job_rates[{i}]", r) for i, r in enumerate(np.asarray(job_rates))])
    if speeds.size == 0:
        raise ValueError("job_rates: got no rate; give one for each number of jobs a server may hold")
    if number == 0:
        return np.zeros(1)
    jobs = np.arange(number * speeds.size + 1)
    level, above = np.divmod(jobs, number)
    per_server = np.concatenate([[0.0], speeds * np.arange(1, speeds.size + 1), [0.0]])
    return np.asarray((number - above) * per_server[level] + above * per_server[level + 1])


def alternating_speeds(mean_work: float, mean_pause: float, slots: int) -> Vector:
    """Speed of each of 1, 2, ... jobs of a server that attends to one at a time, while each alternates work and pause.

    A job needs its server for a while (exponential, first come first served), then pauses (any law), and so on: a
    closed system of one server and k sources. The server has nothing to do only while all k pause, and that is as
    likely as that all k lines of a loss system with the load mean_pause / mean_work are busy.

    Parameters
    ----------
    mean_work : float
        Mean time for which a job needs the server in one turn [time units].
    mean_pause : float
        Mean pause between two turns [time units]; 0: jobs share the server evenly.
    slots : int
        Number of jobs K that a server may hold.

    Returns
    -------
    array, shape (K,)
        Speed at which *one* job gets on beside others, over that of a job alone; the first is 1.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Source
    ------
    Palm (1947); Feller (1968), chapter XVII, servicing of machines.

    Examples
    --------
    Turns of 3 minutes of work and 5 minutes of pause:

    >>> alternating_speeds(3, 5, 3).round(3)
    array([1.   , 0.877, 0.747])
    """
    work, pause = above_zero("mean_work", mean_work), at_least_zero("mean_pause", mean_pause)
    most = whole("slots", slots)
    load = pause / work
    # 1 - B(k, a) is k / (k + a B(k - 1, a)), which loses no digits where B is near 1
    return np.array([(1.0 + load) / (k + load * erlang_b(load, k - 1)) for k in range(1, most + 1)])


def concurrent_line(
    arrival_rate: float,
    job_rates: Numbers,
    mean_patience: float,
    servers: int,
    awt: float = 0.0,
    room: float = math.inf,
) -> LineMeasures:
    """Steady state of servers with several slots each, jobs spread evenly over the servers.

    Parameters
    ----------
    arrival_rate : float
        Poisson arrivals [jobs per time unit].
    job_rates : sequence of float, shape (K,)
        Rate at which *one* job leaves a server that holds 1, 2, ... K of them [1 / time unit].
    mean_patience : float
        Mean of the exponential patience in the line [time units]; 0 and infinity allowed.
    servers : int
        Number of servers, each with K slots.
    awt : float
        Acceptable waiting time [time units].
    room : int
        Number of jobs that can wait.

    Returns
    -------
    LineMeasures
        `servers` and `mean_busy` count *slots*; `offered_load` is at the speed of a job alone.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    Ten servers with up to three jobs, which take 8, 11 or 15 minutes, patience 3 minutes:

    >>> [round(concurrent_line(rate, [1 / 8, 1 / 11, 1 / 15], 3, 10).p_abandoned, 3) for rate in (1.6, 1.9)]
    [0.005, 0.043]
    """
    return birth_death_line(arrival_rate, even_spread_rates(servers, job_rates), mean_patience, room, awt)
