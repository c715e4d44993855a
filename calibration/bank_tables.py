"""The tables of the bank case: what is fitted to the log and what the log itself shows.

Each function gives ``file name -> table``; `calibration.commands` puts them in place. Everything but the
staffing and the regular-call tables follows from the shipped calls alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from calibration.bank_log import REGULAR, BankLog
from calibration.calls import ABANDONED, SERVED, delayed, shipped
from calibration.handling import (
    LONGEST,
    handle_times_by_type,
    ks_distance,
    ks_distances,
    lognormal_of_moments,
    trimmed,
)
from calibration.patience import (
    PHONE_EDGES,
    ExponentialPatience,
    PiecewiseHazard,
    fit_exponential,
    fit_hazard,
)
from calibration.recorded import recorded_measures
from calibration.staffing import LONGEST_GAP, servers_present

Tables = dict[str, pd.DataFrame]


def tables_of_calls(calls: pd.DataFrame) -> Tables:
    """Handle times, patience and recorded measures of the shipped calls.

    Parameters
    ----------
    calls : DataFrame
        As `calibration.calls.read_calls` gives them.

    Returns
    -------
    dict
        ``handle_times.csv``, ``handle_time_fits.csv``, ``patience.csv`` and ``recorded.csv``.

    Raises
    ------
    ValueError
        A type with too few services for a law, nobody served, or nobody abandoned.
    """
    if not (calls["outcome"] == "served").any():
        raise ValueError(f"none of {len(calls):,} calls was served; handle times need services - give a longer log")
    return {
        "handle_times.csv": handle_time_table(calls),
        "handle_time_fits.csv": handle_time_fit_table(calls),
        "patience.csv": patience_table(patience_of(calls)),
        "recorded.csv": recorded_table(calls),
    }


def tables_of_month(log: BankLog, *, longest_gap: float = LONGEST_GAP) -> Tables:
    """All tables of the replayed month, the calls and the inferred staffing among them."""
    staffing = servers_present(
        log.services,
        log.calls,
        start=log.month.start_time,
        days=log.month.days_in_month,
        longest_gap=longest_gap,
    )
    return {
        f"calls_{log.month}.csv.gz": shipped(log.calls),
        **tables_of_calls(log.calls),
        "staffing_inferred.csv": pd.DataFrame(
            {
                "start": staffing["start"].dt.strftime("%Y-%m-%d %H:%M"),
                "agents": staffing["servers"].round(3),
            }
        ),
        "cleaning.csv": log.cleaning,
    }


def regular_tables(logs: Sequence[BankLog]) -> Tables:
    """Waits and services of regular calls over several months, second by second, as counts.

    Enough to fit patience and handle times again (sufficient statistics), and nothing about anybody.

    Returns
    -------
    dict
        ``regular_waits_*.csv`` (``wait_seconds, served, abandoned``; a row at 0 holds those served at once
        and those who left in the first second) and ``regular_services_*.csv`` (``service_seconds,
        named_server, no_server``).
    """
    months = sorted(log.month for log in logs)
    first, last = months[0], months[-1]
    period = f"{first}_to_{f'{last.month:02d}' if last.year == first.year else last}"
    calls = pd.concat([log.calls[log.calls["type"] == REGULAR] for log in logs])
    services = pd.concat([log.services[log.services["type"] == REGULAR] for log in logs])
    waits = _counts(calls["wait_seconds"], calls["outcome"], (SERVED, ABANDONED))
    lengths = _counts(
        services["seconds"],
        services["server"].eq("").map({True: "no_server", False: "named_server"}),
        ("named_server", "no_server"),
    )
    return {
        f"regular_waits_{period}.csv": waits.rename_axis("wait_seconds").reset_index(),
        f"regular_services_{period}.csv": lengths.rename_axis("service_seconds").reset_index(),
    }


def handle_time_table(calls: pd.DataFrame) -> pd.DataFrame:
    """The law of the replay, one row per type (``value``): lognormal, by mean and sd [s].

    Both are those of *all* recorded services of the type (long ones cut at 1 h), so that mean x served is the
    recorded work.
    """
    return pd.DataFrame(
        [
            (name, "lognormal", round(fit.mean, 3), round(fit.sd, 3), fit.n)
            for name, fit in handle_times_by_type(calls).items()
        ],
        columns=["value", "law", "mean_seconds", "sd_seconds", "n"],
    )


def handle_time_fit_table(calls: pd.DataFrame) -> pd.DataFrame:
    """What stands behind the handle times, one row per type.

    ``short_*``: services below 10 s. ``body_*``: lognormal fit to the others. ``ks_*``: largest gap between the
    body and each law at its maximum likelihood. ``ks_law_all``: the same for the replay's law and all services.
    """
    rows = []
    for name, fit in handle_times_by_type(calls).items():
        service = np.minimum(calls.loc[calls["type"] == name, "service_seconds"].dropna().to_numpy(), LONGEST)
        law = lognormal_of_moments(fit.mean, fit.sd)
        rows.append(
            {
                "type": name,
                "n": fit.n,
                "short_share": round(fit.short_share, 5),
                "short_mean_seconds": round(fit.short_mean, 3),
                "body_mean_seconds": round(fit.body.mean, 3),
                "body_sd_seconds": round(fit.body.sd, 3),
                "body_log_sd": round(fit.body.log_sd, 4),
                **{f"ks_{kind}": round(gap, 3) for kind, gap in ks_distances(trimmed(service)).items()},
                "ks_law_all": round(ks_distance(service, law.cdf), 3),
            }
        )
    return pd.DataFrame(rows)


def patience_of(calls: pd.DataFrame) -> PiecewiseHazard:
    """Piecewise-constant hazard of all delayed calls, in the bins of `PHONE_EDGES`."""
    met_delay = delayed(calls)
    return fit_hazard(met_delay["wait_seconds"] / 60, met_delay["outcome"] == ABANDONED, edges=PHONE_EDGES)


def mean_patience_of(calls: pd.DataFrame) -> ExponentialPatience:
    """Mean patience [min] of all delayed calls if it were exponential."""
    met_delay = delayed(calls)
    return fit_exponential(met_delay["wait_seconds"] / 60, met_delay["outcome"] == ABANDONED)


def patience_table(fit: PiecewiseHazard) -> pd.DataFrame:
    """One row per bin; the last has no end (``to_seconds`` empty)."""
    edges = [round(start * 60) for start in fit.starts]
    return pd.DataFrame(
        {
            "from_seconds": edges,
            "to_seconds": pd.array([*edges[1:], pd.NA], dtype="Int64"),
            "hazard_per_minute": fit.hazard.round(6),
            "standard_error_per_minute": fit.standard_errors.round(6),
            "at_risk": fit.at_risk.astype("int64"),
            "abandonments": fit.abandonments.astype("int64"),
            "exposure_minutes": fit.exposure.round(3),
        }
    )


def recorded_table(calls: pd.DataFrame) -> pd.DataFrame:
    """The recorded measures as the scenario language reads them: the unit stands in the value (``35.03 s``).

    Measures that have no value in an hour (nobody was answered) have no row.
    """
    table = recorded_measures(calls).dropna(subset="value")
    written = {"share": lambda x: f"{100 * x:.4f} %", "s": lambda x: f"{x:.3f} s", "calls": lambda x: f"{x:.0f}"}
    values = [written[unit](value) for unit, value in zip(table["unit"], table["value"], strict=True)]
    return table.assign(value=values)[["measure", "channel", "hour", "value", "n"]]


def workload_hours(calls: pd.DataFrame) -> tuple[float, float]:
    """Work of the served calls [h]: mean handle time x served, and as recorded.

    They differ by the served calls whose service was not recorded (the first has them at their type's mean)
    and by what long services exceed 1 h (the second has it).
    """
    served = calls[calls["outcome"] == SERVED]
    fits = handle_times_by_type(calls)
    expected = sum(fits[str(name)].mean * len(group) for name, group in served.groupby("type"))
    return expected / 3600, float(served["service_seconds"].sum()) / 3600


def _counts(seconds: pd.Series, kind: pd.Series, kinds: tuple[str, ...]) -> pd.DataFrame:
    """How often each whole second occurs with each kind."""
    table = pd.crosstab(seconds.astype("int64").to_numpy(), kind.to_numpy())
    return table.reindex(columns=list(kinds), fill_value=0).rename_axis(columns=None)
