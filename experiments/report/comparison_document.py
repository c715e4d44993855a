"""A comparison as one document for machines: differences with intervals, odds and what they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from experiments.comparison.comparison import Comparison, Difference
from experiments.comparison.materiality import size_of, threshold
from experiments.comparison.net_deflection import NET_DEFLECTION
from experiments.report.catalogue import words
from experiments.report.headline import headline
from experiments.report.run_document import definition, number
from sim.measures import Measure

SCHEMA = "aftersim comparison 1"
"""Name and version of the document; the number grows when a reader has to change."""


def comparison_document(comparison: Comparison, command: Sequence[str], folder: Path | None) -> dict[str, Any]:
    """Everything a program wants to know of a comparison, ready for JSON: absent numbers are None.

    Parameters
    ----------
    comparison : Comparison
        The policies.
    command : sequence of str
        Words that repeat it.
    folder : Path or None
        Where it is kept.
    """
    names = list(dict.fromkeys(row.measure for row in comparison.rows))
    return {
        "schema": SCHEMA,
        "policies": [asdict(policy) for policy in comparison.policies],
        "base": comparison.policies[0].name,
        "seed": comparison.seed,
        "replications": comparison.replications,
        "confidence": comparison.confidence,
        "one_history": comparison.replications == 1,
        "inputs_drawn": comparison.draws,
        "headline": headline(comparison, words("en")),
        "period": {
            "start": comparison.period.start.isoformat(),
            "length_min": comparison.period.length,
            "warm_up_min": comparison.period.warm_up,
            "time_zone": comparison.period.time_zone,
        },
        "command": list(command),
        "folder": None if folder is None else str(folder),
        "measures": {name: definition(_measure(comparison, name)) for name in names},
        "rows": [
            {
                "measure": row.measure,
                "scope_kind": row.scope_kind,
                "scope": row.scope,
                "unit": row.unit,
                "better": row.better,
                "smallest_worthwhile": number(threshold(row)),
                "values": [
                    {
                        "policy": policy.name,
                        "value": number(e.value),
                        "low": number(e.low),
                        "high": number(e.high),
                        "replications": e.n,
                    }
                    for policy, e in zip(comparison.policies, row.values, strict=True)
                ],
                "differences": [
                    {
                        **_difference(d),
                        "size": size_of(row, d),
                        "drivers": [
                            asdict(x)
                            for x in comparison.drivers.get((row.measure, row.scope_kind, row.scope, d.policy), ())
                        ],
                    }
                    for d in row.differences
                ],
                "among_the_best": list(row.best),
            }
            for row in comparison.rows
        ],
        "notes": list(comparison.notes),
    }


def _measure(comparison: Comparison, name: str) -> Measure:
    """Definition of a measure: that of a run that knows it."""
    if name == NET_DEFLECTION.name:
        return NET_DEFLECTION
    return next(run for run in comparison.runs if name in run.stack.measures).measure(name)


def _difference(d: Difference) -> dict[str, Any]:
    return {
        "policy": d.policy,
        "value": number(d.value),
        "low": number(d.low),
        "high": number(d.high),
        "half_width_of_noise": number(d.noise),
        "half_width_of_inputs": number(d.inputs),
        "odds_up": number(d.odds),
        "smallest_seen": number(d.smallest),
        "same": d.same,
        "verdict": d.verdict,
        "pairs": d.n,
    }
