"""Mean waits with one server and any service law, and with priorities that do not interrupt.

Sources: Pollaczek (1930) and Khinchine (1932) for M/G/1; Cobham (1954), "Priority assignment in waiting
line problems", for both priority formulas; Kella & Yechiali (1985) for M/M/n; the same formulas as
(4.81), (4.107), (4.111) and (4.112) in Larson & Odoni (1981), *Urban Operations Research*.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.theory.arguments import Numbers, Vector, above_zero, at_least_zero, vector, whole
from sim.theory.erlang import erlang_c_probability


@dataclass(frozen=True, slots=True)
class PriorityWaits:
    """Mean waits by class, the first class being served first; nobody leaves the line.

    Attributes
    ----------
    mean_waits : tuple of float
        Mean wait of each class [time units]; ``inf`` for a class whose line grows for ever.
    mean_lines : tuple of float
        Mean number of waiting jobs of each class.
    mean_wait : float
        Mean wait over all jobs.
    utilised : float
        Load per server of all classes together; the lines grow for ever from 1 on.
    """

    mean_waits: tuple[float, ...]
    mean_lines: tuple[float, ...]
    mean_wait: float
    utilised: float


def pollaczek_khinchine(arrival_rate: float, mean_service: float, scv: float) -> float:
    """Mean wait in M/G/1, any service law (Pollaczek 1930; Khinchine 1932).

    lambda E[S^2] / (2 (1 - rho)), with E[S^2] = (1 + scv) E[S]^2.

    Parameters
    ----------
    arrival_rate : float
        Poisson arrivals [jobs per time unit].
    mean_service : float
        Mean service [time units].
    scv : float
        Squared coefficient of variation of the service: 0 fixed, 1 exponential, exp(sigma^2) - 1 lognormal.

    Returns
    -------
    float
        Mean wait of all jobs [time units]; ``inf`` if the load is 1 or more.

    Examples
    --------
    >>> pollaczek_khinchine(0.5, 1.0, 1.0), pollaczek_khinchine(0.5, 1.0, 0.0)
    (1.0, 0.5)
    """
    rate = at_least_zero("arrival_rate", arrival_rate)
    service = above_zero("mean_service", mean_service)
    spread = at_least_zero("scv", scv)
    spare = 1.0 - rate * service
    return rate * (1.0 + spread) * service**2 / (2.0 * spare) if spare > 0.0 else math.inf


def mg1_priority(arrival_rates: Numbers, mean_services: Numbers, scvs: Numbers) -> PriorityWaits:
    """Mean waits by class in M/G/1 with non-preemptive priorities (Cobham 1954).

    W_k = W_0 / ((1 - sigma_{k-1}) (1 - sigma_k)), W_0 = sum_i lambda_i E[S_i^2] / 2 the mean rest of the
    service found on arrival and sigma_k the load of the classes 1..k. If the server is overloaded, the
    classes that still fit keep finite waits: the first that does not gets what the server has left.

    Parameters
    ----------
    arrival_rates : sequence of float, shape (classes,)
        Poisson arrivals of each class, the class served first in front [jobs per time unit].
    mean_services : sequence of float, shape (classes,)
        Mean service of each class [time units].
    scvs : sequence of float, shape (classes,)
        Squared coefficient of variation of the service of each class.

    Raises
    ------
    ValueError
        If the lists differ in length or a number is out of range.

    Examples
    --------
    >>> waits = mg1_priority([0.2, 0.6, 1.2], [1 / 3] * 3, [1, 1, 1])
    >>> [round(wait, 3) for wait in waits.mean_waits]
    [0.238, 0.325, 0.909]
    """
    rates = vector("arrival_rates", arrival_rates)
    services = vector("mean_services", mean_services, length=rates.size)
    spreads = vector("scvs", scvs, length=rates.size)
    loads = rates * services
    carried = _carried(loads, 1.0)
    # Share of each class's jobs in service that the server gets round to, times its mean rest.
    residual = float(np.sum(carried * (1.0 + spreads) * services) / 2.0)
    return _by_class(rates, loads, residual)


def mmn_priority(arrival_rates: Numbers, mean_service: float, servers: int) -> PriorityWaits:
    """Mean waits by class in M/M/n with non-preemptive priorities, one service law for all classes.

    As in `mg1_priority` with W_0 = C s / n: C the Erlang C probability of all jobs, s the mean service
    (Cobham 1954; Kella & Yechiali 1985).

    Parameters
    ----------
    arrival_rates : sequence of float, shape (classes,)
        Poisson arrivals of each class, the class served first in front [jobs per time unit].
    mean_service : float
        Mean of the exponential service of all classes [time units].
    servers : int
        Number of servers, 1 or more.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> waits = mmn_priority([0.2, 0.6, 1.2], 1 / 3, 2)
    >>> [round(wait, 3) for wait in waits.mean_waits]
    [0.029, 0.033, 0.048]
    """
    rates = vector("arrival_rates", arrival_rates)
    service = above_zero("mean_service", mean_service)
    number = whole("servers", servers)
    if number == 0:
        raise ValueError("servers: got 0; waits by class need at least 1 server")
    delayed = erlang_c_probability(float(rates.sum()) * service, number)
    return _by_class(rates, rates * service / number, delayed * service / number)


def _carried(loads: Vector, capacity: float) -> Vector:
    """Part of each class's load that is served when the first classes take what they need."""
    before = np.concatenate([[0.0], np.cumsum(loads)[:-1]])
    return np.clip(capacity - before, 0.0, loads)


def _by_class(rates: Vector, loads: Vector, residual: float) -> PriorityWaits:
    upto = np.cumsum(loads)
    before = np.concatenate([[0.0], upto[:-1]])
    waits, lines = [], []
    for rate, low, high in zip(rates, before, upto, strict=True):
        stable = high < 1.0
        wait = float(residual / ((1.0 - low) * (1.0 - high))) if stable else math.inf
        waits.append(wait)
        lines.append(float(rate * wait) if rate > 0.0 else 0.0)
    total = float(rates.sum())
    mean = sum(lines) / total if total > 0.0 else 0.0
    return PriorityWaits(tuple(waits), tuple(lines), mean, float(upto[-1]) if upto.size else 0.0)
