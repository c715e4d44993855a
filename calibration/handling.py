"""Handle times: how long a service takes, per type of call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special, stats

Floats = NDArray[np.float64]

#: services below this are agents hanging up on callers, not services (Brown et al. 2005) [s]
SHORTEST = 10.0
#: services above this are lines left open; they count as this long [s]
LONGEST = 3600.0


@dataclass(frozen=True)
class Lognormal:
    """A lognormal law by its mean and the standard deviation of its logarithm.

    Examples
    --------
    >>> law = Lognormal(mean=200.0, log_sd=0.85)
    >>> round(law.sd, 1), round(float(law.cdf(law.median)), 3)
    (205.9, 0.5)
    """

    mean: float
    log_sd: float

    @property
    def sd(self) -> float:
        """Standard deviation, in the unit of the mean."""
        return float(self.mean * np.sqrt(np.expm1(self.log_sd**2)))

    @property
    def median(self) -> float:
        """Median, in the unit of the mean."""
        return float(self.mean * np.exp(-(self.log_sd**2) / 2))

    def cdf(self, x: ArrayLike) -> Floats:
        """Share of services no longer than x."""
        value = np.asarray(x, dtype=np.float64)
        with np.errstate(divide="ignore"):
            return special.ndtr((np.log(value) - np.log(self.median)) / self.log_sd)


@dataclass(frozen=True)
class HandleTime:
    """The services of one kind: what is short, and the law of the rest.

    Attributes
    ----------
    n : int
        Services recorded, short ones included.
    mean, sd : float
        Of all services, short ones as recorded and long ones cut at the longest [s]. Mean x services is
        the recorded work.
    short_share, short_mean : float
        Share of services below the shortest, and their mean [s] (NaN if there are none).
    body : Lognormal
        Law of the others [s].
    """

    n: int
    mean: float
    sd: float
    short_share: float
    short_mean: float
    body: Lognormal


def trimmed(seconds: ArrayLike, *, shortest: float = SHORTEST, longest: float = LONGEST) -> Floats:
    """Services without the short ones, the long ones cut (winsorised).

    Raises
    ------
    ValueError
        A service is negative, NaN or infinite.

    Examples
    --------
    >>> trimmed([3, 10, 200, 7200]).tolist()
    [10.0, 200.0, 3600.0]
    """
    service = _checked(seconds)
    return np.minimum(service[service >= shortest], longest)


def fit_lognormal(services: ArrayLike) -> Lognormal:
    """Lognormal law that has the mean of these services and the spread of their logarithms.

    Parameters
    ----------
    services : array_like of float, shape (n,)
        Positive durations, already `trimmed`; any unit.

    Returns
    -------
    Lognormal
        In the same unit.

    Raises
    ------
    ValueError
        Fewer than two services, one that is not positive, or all of them equal.

    Notes
    -----
    The maximum-likelihood median with the log-variance would fix the mean at exp(m + s^2 / 2), some
    percent off where the tail is not quite lognormal; workload depends on the mean, so it is kept.

    Examples
    --------
    >>> fit_lognormal([60.0, 120.0, 240.0]).mean
    140.0
    """
    service = _checked(services)
    if len(service) < 2 or not np.all(service > 0):
        raise ValueError(
            f"services: got {len(service)}, {int(np.sum(service <= 0))} of them 0; two or more positive "
            "ones are needed - join rare types, or trim the short ones"
        )
    log_sd = float(np.log(service).std(ddof=1))
    if not log_sd > 0:
        raise ValueError(f"services: all are {service[0]:g}; a law needs spread - use a constant instead")
    return Lognormal(float(service.mean()), log_sd)


def lognormal_of_moments(mean: float, sd: float) -> Lognormal:
    """Lognormal law with this mean and standard deviation.

    Examples
    --------
    >>> law = lognormal_of_moments(192.0, 218.0)
    >>> round(law.mean, 6), round(law.sd, 6), round(law.log_sd, 3)
    (192.0, 218.0, 0.91)
    """
    if not (mean > 0 and sd > 0):
        raise ValueError(f"mean, sd: got {mean}, {sd}; both are above 0")
    return Lognormal(mean, float(np.sqrt(np.log1p((sd / mean) ** 2))))


def fit_handle_time(seconds: ArrayLike, *, shortest: float = SHORTEST, longest: float = LONGEST) -> HandleTime:
    """The services of one kind of call, split into short ones and a lognormal body.

    Parameters
    ----------
    seconds : array_like of float, shape (n,)
        Services as recorded [s].
    shortest, longest : float
        Below the first a service is short; above the second it counts as this long [s].

    Returns
    -------
    HandleTime

    Raises
    ------
    ValueError
        As `trimmed` and `fit_lognormal`.

    Notes
    -----
    The estimator drops services below 10 s, where agents hung up, and cuts those above 1 h (Brown et al.
    2005). The dropped ones are real work all the same, and a caller they served is gone: `mean` and `sd`
    put them back, so that a replay carries the recorded load.

    Examples
    --------
    >>> fit = fit_handle_time([4, 100, 200, 400])
    >>> fit.short_share, fit.mean, round(fit.body.mean, 1)
    (0.25, 176.0, 233.3)
    """
    service = _checked(seconds)
    every = np.minimum(service, longest)
    short = service[service < shortest]
    return HandleTime(
        n=len(service),
        mean=float(every.mean()) if len(every) else float("nan"),
        sd=float(every.std(ddof=1)) if len(every) > 1 else float("nan"),
        short_share=len(short) / len(service) if len(service) else float("nan"),
        short_mean=float(short.mean()) if len(short) else float("nan"),
        body=fit_lognormal(trimmed(service, shortest=shortest, longest=longest)),
    )


def handle_times_by_type(calls: pd.DataFrame) -> dict[str, HandleTime]:
    """The handle time of each type that was served, in alphabetical order.

    Parameters
    ----------
    calls : DataFrame
        ``type`` and ``service_seconds`` [s]; blank services are left out.
    """
    recorded = calls[calls["service_seconds"].notna()]
    return {
        str(name): fit_handle_time(group["service_seconds"].to_numpy())
        for name, group in recorded.groupby("type", sort=True)
    }


def ks_distances(services: ArrayLike) -> dict[str, float]:
    """Largest gap between the services and each of four fitted laws.

    Parameters
    ----------
    services : array_like of float, shape (n,)
        Positive durations.

    Returns
    -------
    dict
        ``lognormal, weibull, gamma, exponential`` -> Kolmogorov-Smirnov distance, each law at its maximum
        likelihood. With many thousand services every test rejects; the distance is what says something.

    Examples
    --------
    >>> near = ks_distances(stats.lognorm(0.9, scale=130).ppf((np.arange(2000) + 0.5) / 2000))
    >>> min(near, key=near.get), near["lognormal"] < 0.01 < near["gamma"]
    ('lognormal', True)
    """
    service = np.sort(_checked(services))
    if len(service) < 2 or not service[0] > 0 or service[0] == service[-1]:
        raise ValueError("services: two or more positive, different durations are needed - trim them first")
    logs = np.log(service)
    mean, mean_log = float(service.mean()), float(logs.mean())
    # shape equations: log k - digamma(k) = log(mean) - mean(log) for gamma; for Weibull its likelihood's
    gap = np.log(mean) - mean_log
    gamma = optimize.brentq(lambda k: np.log(k) - special.digamma(k) - gap, 1e-3, 1e6)
    scaled = logs - logs[-1]  # powers of the largest service cannot overflow

    def slope(k: float) -> float:
        power = np.exp(k * scaled)
        return float((power * scaled).sum() / power.sum() - (mean_log - logs[-1]) - 1 / k)

    weibull = optimize.brentq(slope, 1e-3, 1e4)
    scale = float(np.exp(logs[-1] + np.log(np.exp(weibull * scaled).mean()) / weibull))
    laws = {
        "lognormal": stats.lognorm(logs.std(), scale=np.exp(mean_log)),
        "weibull": stats.weibull_min(weibull, scale=scale),
        "gamma": stats.gamma(gamma, scale=mean / gamma),
        "exponential": stats.expon(scale=mean),
    }
    return {name: ks_distance(service, law.cdf) for name, law in laws.items()}


def ks_distance(services: ArrayLike, cdf: Callable[[Floats], Floats]) -> float:
    """Largest gap between the services and a law (Kolmogorov-Smirnov distance)."""
    return float(stats.ks_1samp(_checked(services), cdf).statistic)


def quantile_table(services: ArrayLike, probabilities: Sequence[float] | None = None) -> pd.DataFrame:
    """The services as a quantile table, for a law that no formula fits.

    Parameters
    ----------
    services : array_like of float, shape (n,)
        Durations [s], as recorded or trimmed.
    probabilities : sequence of float, optional
        Ascending from 0 to 1; by default every percent, and the last percent in tenths.

    Returns
    -------
    DataFrame
        ``probability, seconds``. Straight lines between the rows keep the mean only approximately: compare
        it before use.

    Examples
    --------
    >>> quantile_table([10, 20, 30, 40, 50], [0, 0.5, 1])["seconds"].tolist()
    [10.0, 30.0, 50.0]
    """
    service = _checked(services)
    if len(service) == 0:
        raise ValueError("services: none given; at least one is needed - check the filter")
    default = np.append(np.arange(100) / 100, np.arange(991, 1001) / 1000)
    levels = default if probabilities is None else np.asarray(probabilities, dtype=np.float64)
    if not (levels[0] == 0 and levels[-1] == 1 and np.all(np.diff(levels) > 0)):
        raise ValueError(f"probabilities: got {levels}; they ascend from 0 to 1")
    return pd.DataFrame({"probability": levels, "seconds": np.quantile(service, levels)})


def _checked(seconds: ArrayLike) -> Floats:
    """Durations as an array, refused if one is none."""
    service = np.asarray(seconds, dtype=np.float64)
    wrong = np.flatnonzero(~((service >= 0) & np.isfinite(service)))
    if len(wrong):
        raise ValueError(
            f"services: {len(wrong)} negative or missing (first: row {wrong[0]}, {service[wrong[0]]}); "
            "durations of 0 or more are expected - drop these rows and say so"
        )
    return service
