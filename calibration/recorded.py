"""Recorded measures: what the log itself says about service, to stand beside a simulation."""

from __future__ import annotations

import pandas as pd

from calibration.calls import ABANDONED, SERVED

#: (measure, unit) in the order of the table
MEASURES = {
    "arrivals": "calls",
    "abandonment": "share",
    "asa": "s",
    "mean_wait": "s",
    "service_level_20s": "share",
    "service_level_60s": "share",
    "service_level_20s_b": "share",
    "service_level_20s_c": "share",
    "service_level_20s_d": "share",
}


def service_levels(calls: pd.DataFrame, within: float) -> dict[str, tuple[float, int]]:
    """The four service levels of a threshold, each with the number of calls it is a share of.

    Parameters
    ----------
    calls : DataFrame
        ``wait_seconds`` [s] and ``outcome``.
    within : float
        Threshold, inclusive [s].

    Returns
    -------
    dict
        ``a`` answered within / (arrivals - abandoned within), the default; ``b`` (answered within +
        abandoned within) / arrivals; ``c`` answered within / arrivals; ``d`` answered within / answered.
        NaN where nothing is left to divide by.

    Examples
    --------
    Of 1000 answered 860 in 20 s, of 60 abandoned 20 in 20 s:

    >>> calls = pd.DataFrame({"wait_seconds": [9.] * 860 + [99.] * 140 + [9.] * 20 + [99.] * 40,
    ...                       "outcome": ["served"] * 1000 + ["abandoned"] * 60})
    >>> {name: round(100 * value, 1) for name, (value, _) in service_levels(calls, 20).items()}
    {'a': 82.7, 'b': 83.0, 'c': 81.1, 'd': 86.0}
    """
    in_time = calls["wait_seconds"] <= within
    answered = calls["outcome"] == SERVED
    good, short = int((answered & in_time).sum()), int((~answered & in_time).sum())
    n, n_answered = len(calls), int(answered.sum())
    parts = {
        "a": (good, n - short),
        "b": (good + short, n),
        "c": (good, n),
        "d": (good, n_answered),
    }
    return {name: (_ratio(part, of), of) for name, (part, of) in parts.items()}


def recorded_measures(calls: pd.DataFrame, channel: str = "phone") -> pd.DataFrame:
    """Abandonment, waits and service levels of a log, for the whole period and by hour of arrival.

    Parameters
    ----------
    calls : DataFrame
        ``arrived`` (date-time), ``wait_seconds`` [s], ``outcome``.
    channel : str
        Name written in the channel column.

    Returns
    -------
    DataFrame
        ``measure, channel, hour, value, unit, n``; hour empty: the whole period; n: calls the value rests
        on (the denominator). ``asa`` is the mean wait of the answered, ``mean_wait`` that of all arrivals;
        ``service_level_20s`` is variant a of `service_levels`, the others carry their letter. Hours without
        calls have no row.

    Raises
    ------
    ValueError
        No call at all.
    """
    if calls.empty:
        raise ValueError("calls: none; at least one is needed - check the filter")
    hours = calls["arrived"].dt.hour
    groups = [("", calls), *((str(hour), calls[hours == hour]) for hour in sorted(hours.unique()))]
    rows = [
        (measure, channel, hour, value, MEASURES[measure], n)
        for hour, group in groups
        for measure, (value, n) in _measures(group).items()
    ]
    table = pd.DataFrame(rows, columns=["measure", "channel", "hour", "value", "unit", "n"])
    order = {name: place for place, name in enumerate(MEASURES)}
    return table.sort_values("measure", key=lambda names: names.map(order), kind="stable", ignore_index=True)


def _measures(calls: pd.DataFrame) -> dict[str, tuple[float, int]]:
    """Each measure of a group of calls with its denominator."""
    n = len(calls)
    answered = calls[calls["outcome"] == SERVED]
    lost = int((calls["outcome"] == ABANDONED).sum())
    at_20, at_60 = service_levels(calls, 20), service_levels(calls, 60)
    return {
        "arrivals": (float(n), n),
        "abandonment": (_ratio(lost, n), n),
        "asa": (_ratio(float(answered["wait_seconds"].sum()), len(answered)), len(answered)),
        "mean_wait": (_ratio(float(calls["wait_seconds"].sum()), n), n),
        "service_level_20s": at_20["a"],
        "service_level_60s": at_60["a"],
        **{f"service_level_20s_{letter}": at_20[letter] for letter in "bcd"},
    }


def _ratio(part: float, of: float) -> float:
    return part / of if of > 0 else float("nan")
