"""Offered load over time: how many servers a changing stream would keep busy if none were ever missing.

In M_t/G/infinity the number of busy servers at time t is Poisson with mean

    m(t) = int_0^inf lambda(t - u) P(S > u) du

(Eick, Massey & Whitt 1993, "The physics of the M_t/G/infinity queue", Theorem 1). For a rate that is
constant between edges this is a sum of differences of H(x) = int_0^x P(S > u) du, so it is as exact as H.
"""

from __future__ import annotations

import numpy as np

from sim.theory.arguments import Numbers, Vector, at_least_zero, rising, vector
from sim.theory.lifetime import Lifetime


def offered_load(times: Numbers, edges: Numbers, rates: Numbers, service: Lifetime, before: float = 0.0) -> Vector:
    """Mean number of busy servers at each time, with as many servers as jobs (Eick, Massey & Whitt 1993).

    Parameters
    ----------
    times : sequence of float, shape (n,)
        Times at which the load is wanted [time units].
    edges : sequence of float, shape (k + 1,)
        Ends of the intervals on which the arrival rate is constant [time units].
    rates : sequence of float, shape (k,)
        Arrival rate on each interval [jobs per time unit]; after the last edge nobody arrives.
    service : Lifetime
        Law of the service: `PiecewiseHazard` (exponential, fixed), `Lognormal`, `SurvivalFunction`.
    before : float
        Constant arrival rate at all times before the first edge [jobs per time unit]; 0 starts empty.

    Returns
    -------
    array, shape (n,)
        Offered load [Erlang].

    Raises
    ------
    ValueError
        If the lists do not fit, a number is out of range, or `before` is above 0 and the mean service
        is infinite.

    Examples
    --------
    A stream of 2 jobs per minute from minute 0 to 60, service exactly 5 minutes:

    >>> from sim.theory.lifetime import PiecewiseHazard
    >>> [float(m) for m in offered_load([1, 30, 62, 65], [0, 60], [2], PiecewiseHazard.fixed(5))]
    [2.0, 10.0, 6.0, 0.0]
    """
    at = np.asarray(times, dtype=float)
    if at.ndim != 1 or not np.all(np.isfinite(at)):
        raise ValueError(f"times: got {times!r}; give a list of finite numbers")
    cuts = rising("edges", edges)
    values = vector("rates", rates, length=cuts.size - 1)
    earlier = at_least_zero("before", before)
    # H at the age of each edge; an edge that has not come yet has age 0.
    ages = np.maximum(at[:, None] - cuts[None, :], 0.0)
    reached = service.integral(ages.ravel()).reshape(ages.shape)
    load = (reached[:, :-1] - reached[:, 1:]) @ values
    if earlier > 0.0:
        if np.isinf(service.mean):
            raise ValueError(
                f"before: got {earlier!r} with a service of infinite mean, which fills any number of servers; "
                "use before=0"
            )
        load = load + earlier * np.where(at < cuts[0], service.mean, service.mean - reached[:, 0])
    return np.maximum(load, 0.0)
