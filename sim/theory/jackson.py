"""Open networks of stations with exponential service and random routes (Jackson 1957)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.theory.arguments import Numbers, Vector, above_zero, at_least_zero, vector, whole
from sim.theory.erlang import erlang_c


@dataclass(frozen=True, slots=True)
class NetworkMeasures:
    """Steady state of an open Jackson network; one entry per station unless the name says otherwise.

    Attributes
    ----------
    arrival_rates : tuple of float
        Jobs arriving per time unit, from outside and from other stations.
    visits : tuple of float
        Mean number of visits of a job to the station.
    p_waits : tuple of float
        Share of the visits that have to wait.
    mean_waits : tuple of float
        Mean wait per visit [time units].
    mean_lines : tuple of float
        Mean number of waiting jobs.
    mean_busy : tuple of float
        Mean number of jobs in service.
    mean_jobs : float
        Mean number of jobs in the whole network.
    mean_sojourn : float
        Mean time of a job in the network, all visits together [time units].
    """

    arrival_rates: tuple[float, ...]
    visits: tuple[float, ...]
    p_waits: tuple[float, ...]
    mean_waits: tuple[float, ...]
    mean_lines: tuple[float, ...]
    mean_busy: tuple[float, ...]
    mean_jobs: float
    mean_sojourn: float


def traffic(external_rates: Numbers, routing: Sequence[Sequence[float]] | Vector) -> Vector:
    """Arrival rate at each station, from the traffic equations (Jackson 1957).

    lambda_j = gamma_j + sum_i lambda_i p_ij, where gamma comes from outside and p_ij is the share of the
    jobs leaving station i that go to station j; the rest leaves the network. Loops are allowed.

    Parameters
    ----------
    external_rates : sequence of float, shape (stations,)
        Jobs from outside [jobs per time unit].
    routing : array, shape (stations, stations)
        Shares p_ij.

    Raises
    ------
    ValueError
        If a share is negative, a row exceeds 1, or a job that comes in may never get out.

    Examples
    --------
    >>> [round(float(r), 9) for r in traffic([1, 4, 3], [[0, 0.6, 0.3], [0.1, 0, 0.3], [0.4, 0.4, 0]])]
    [5.0, 10.0, 7.5]
    """
    outside = vector("external_rates", external_rates)
    shares = np.asarray(routing, dtype=float)
    if shares.shape != (outside.size, outside.size):
        raise ValueError(
            f"routing: got shape {shares.shape}; {outside.size} stations need {(outside.size, outside.size)}"
        )
    if not np.all(shares >= 0.0) or not np.all(shares.sum(axis=1) <= 1.0 + 1e-12):
        raise ValueError(f"routing: got {shares.tolist()}; shares are >= 0 and add up to at most 1 per row")
    # Stations that jobs reach and cannot leave: their rate would grow for ever.
    reached = outside > 0.0
    for _ in range(outside.size):
        reached = reached | (reached @ (shares > 0.0))
    exits = shares.sum(axis=1) < 1.0 - 1e-12
    for _ in range(outside.size):
        exits = exits | ((shares > 0.0) @ exits)
    stuck = np.flatnonzero(reached & ~exits)
    if stuck.size:
        raise ValueError(
            f"routing: jobs that reach station {int(stuck[0])} never leave the network; let a row on their "
            "way add up to less than 1"
        )
    rates = np.zeros(outside.size)
    live = np.flatnonzero(reached)
    inner = shares[np.ix_(live, live)]
    rates[live] = np.linalg.solve(np.eye(live.size) - inner.T, outside[live])
    return np.maximum(rates, 0.0)


def jackson(
    external_rates: Numbers,
    routing: Sequence[Sequence[float]] | Vector,
    mean_services: Numbers,
    servers: Sequence[float],
) -> NetworkMeasures:
    """Steady state of an open Jackson network: each station behaves as an M/M/n of its own.

    Parameters
    ----------
    external_rates : sequence of float, shape (stations,)
        Poisson arrivals from outside [jobs per time unit].
    routing : array, shape (stations, stations)
        Share of the jobs leaving station i that go to station j.
    mean_services : sequence of float, shape (stations,)
        Mean of the exponential service per visit [time units].
    servers : sequence of int, shape (stations,)
        Number of servers; infinity for a station that only delays.

    Raises
    ------
    ValueError
        If a number is out of range or a station has no steady state.

    Examples
    --------
    >>> network = jackson([1, 4, 3], [[0, 0.6, 0.3], [0.1, 0, 0.3], [0.4, 0.4, 0]], [0.1] * 3, [1, 2, 1])
    >>> round(network.mean_jobs, 6), round(network.mean_sojourn, 6)
    (5.333333, 0.666667)
    """
    rates = traffic(external_rates, routing)
    services = vector("mean_services", mean_services, length=rates.size)
    if len(servers) != rates.size:
        raise ValueError(f"servers: got {len(servers)} numbers; {rates.size} are needed, one per station")
    p_waits, waits, lines, busy = [], [], [], []
    for i, (rate, service) in enumerate(zip(rates.tolist(), services.tolist(), strict=True)):
        above_zero(f"mean_services[{i}]", service)
        if math.isinf(at_least_zero(f"servers[{i}]", servers[i], infinite=True)):
            p_waits.append(0.0)
            waits.append(0.0)
            lines.append(0.0)
            busy.append(rate * service)
            continue
        number = whole(f"servers[{i}]", servers[i])
        if rate > 0.0 and not rate * service < number:
            raise ValueError(
                f"servers[{i}]: got {number} for a load of {rate * service:.6g}; a steady state needs more "
                "servers than load"
            )
        station = erlang_c(rate, service, max(number, 1))
        p_waits.append(station.p_wait)
        waits.append(station.mean_wait)
        lines.append(station.mean_line)
        busy.append(station.mean_busy)
    entering = float(np.sum(vector("external_rates", external_rates)))
    jobs = sum(lines) + sum(busy)
    return NetworkMeasures(
        arrival_rates=tuple(rates.tolist()),
        visits=tuple((rates / entering).tolist() if entering > 0.0 else [0.0] * rates.size),
        p_waits=tuple(p_waits),
        mean_waits=tuple(waits),
        mean_lines=tuple(lines),
        mean_busy=tuple(busy),
        mean_jobs=jobs,
        mean_sojourn=jobs / entering if entering > 0.0 else 0.0,
    )
