"""A run as one document for machines: estimates with units and definitions."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from experiments.estimates.estimates import Estimates
from experiments.estimates.formula_beside import formulas_beside
from experiments.estimates.observed import Beside
from experiments.estimates.worst_hours import worst_half_hours
from experiments.replication.grids import HOUR
from experiments.replication.promises import promises_of
from experiments.replication.replications import Replications
from experiments.report.catalogue import words
from experiments.report.desk_headline import run_headline
from experiments.report.special_days import dates_of
from sim.measures import Measure

SCHEMA = "aftersim run 1"
"""Name and version of the document; the number grows when a reader has to change."""

BY_HOUR = ("arrivals", "service_level", "abandonment", "asa", "queue_length", "occupancy")


def run_document(
    replications: Replications,
    estimates: Estimates,
    beside: Sequence[Beside],
    notes: Sequence[str],
    command: Sequence[str],
    folder: Path | None,
) -> dict[str, Any]:
    """Everything a program wants to know of a run, ready for JSON: absent numbers are None.

    All measures of the whole period, and the main ones by hour of the day; the run folder holds the rest.

    Parameters
    ----------
    replications, estimates : Replications, Estimates
        The run.
    beside : sequence of Beside
        Recorded numbers.
    notes : sequence of str
        What went otherwise than planned.
    command : sequence of str
        Words that repeat the run.
    folder : Path or None
        Where it is kept.
    """
    operation = replications.operation
    scenario = operation.scenario
    frame = estimates.frame
    main = (frame["grid"] == "period") | ((frame["grid"] == HOUR) & frame["measure"].isin(BY_HOUR))
    rows = frame[main & (frame["scope_kind"] != "stream")]
    names = list(dict.fromkeys(rows["measure"]))
    return {
        "schema": SCHEMA,
        "scenario": {
            "title": scenario.title,
            "question": scenario.question,
            "start": scenario.period.start.isoformat(),
            "length_min": scenario.period.length,
            "warm_up_min": scenario.period.warm_up,
            "time_zone": scenario.period.time_zone,
        },
        "seed": replications.seed,
        "replications": estimates.replications,
        "confidence": estimates.confidence,
        "one_history": estimates.replications == 1,
        "command": list(command),
        "folder": None if folder is None else str(folder),
        "measures": {name: definition(replications.measure(name)) for name in names},
        "headline": run_headline(replications, estimates, words("en")),
        "dates": [
            {
                "date": day.date.isoformat(),
                "what_happens": day.happens,
                "contacts": number(day.contacts),
                "service_level": {scope: number(level) for scope, level in day.levels.items()},
            }
            for day in dates_of(replications, estimates)
        ],
        "formulas": [
            {
                "channel": f.channel,
                "formula": f.formula,
                "measure": f.measure,
                "unit": f.unit,
                "exact": number(f.exact),
                "value": number(f.estimate.value),
                "low": number(f.estimate.low),
                "high": number(f.estimate.high),
            }
            for f in formulas_beside(operation, estimates)
        ],
        "estimates": [
            {
                "measure": measure,
                "scope_kind": kind,
                "scope": scope,
                "hour": label if grid == HOUR else None,
                "unit": unit,
                "value": number(value),
                "low": number(low),
                "high": number(high),
                "replications": int(n),
                "if_open_low": number(open_low),
                "if_open_high": number(open_high),
            }
            for measure, kind, scope, grid, label, unit, value, low, high, n, open_low, open_high in rows[
                [
                    "measure",
                    "scope_kind",
                    "scope",
                    "grid",
                    "label",
                    "unit",
                    "value",
                    "low",
                    "high",
                    "n",
                    "if_open_low",
                    "if_open_high",
                ]
            ].itertuples(index=False)
        ],
        "promises": [
            {
                "channel": p.channel,
                "scope": p.service,
                "kind": p.kind,
                "share": p.share,
                "within_min": p.within,
                "clock": p.clock,
            }
            for p in promises_of(operation)
        ],
        "worst_half_hours": [
            {
                "label": w.label,
                "scope": w.promise.service,
                "value": number(w.level.value),
                "low": number(w.level.low),
                "high": number(w.level.high),
                "waiting": number(w.waiting),
                "on_duty": number(w.staff),
            }
            for w in worst_half_hours(replications, estimates)
        ],
        "observed": [
            {
                "measure": b.measure,
                "channel": b.channel,
                "hour": b.hour,
                "unit": b.unit,
                "simulated": number(b.simulated),
                "low": number(b.low),
                "high": number(b.high),
                "one_history_low": number(b.history_low),
                "one_history_high": number(b.history_high),
                "recorded": b.recorded,
                "difference": number(b.difference),
                "inside": b.inside,
                "n": b.n,
            }
            for b in beside
        ],
        "warnings": [*map(str, scenario.warnings), *operation.network.warnings, *notes],
        "defaults": [{"path": d.path, "value": d.value, "why": d.why} for d in scenario.defaults],
    }


def definition(m: Measure) -> dict[str, str]:
    """What a measure is, for readers of a document."""
    return {
        "title": m.title,
        "unit": m.unit,
        "level": m.level,
        "formula": m.formula,
        "counting": m.counting,
        "estimator": m.estimator,
        "better": m.better,
        "clock": m.clock,
    }


def number(x: float) -> float | None:
    """A number that JSON has; it has neither NaN nor infinity."""
    return float(x) if isfinite(x) else None
