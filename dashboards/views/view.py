"""What pages show of a result: words in both languages, and the numbers of the charts, as one document.

It is made once, where the run was made, by the functions that stand behind the command line and the page of the
report. A dashboard page only puts it in its places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import isnan
from typing import Any

import numpy as np

from dashboards.views.kept_view import SCHEMA
from experiments.comparison.comparison import Comparison, Policy, Row
from experiments.comparison.main_rows import main_rows
from experiments.estimates.estimates import Estimates, estimate
from experiments.replication.grids import HOUR
from experiments.replication.promises import Promise, promises_of
from experiments.replication.replications import Replications
from experiments.report.assumptions import certainty_of
from experiments.report.catalogue import LANGUAGES, Catalogue, plain, words
from experiments.report.headline import headline, run_headline
from experiments.report.heat_maps import LEAST_CONTACTS, week_of
from experiments.report.judgement import Judgement, judged_rows, promise_of
from experiments.report.page_parts import ARROWS, Block, Card, blocks_of, cards_of, run_blocks, run_cards
from experiments.report.verdict_words import (
    colour,
    difference_words,
    length_words,
    measure_words,
    period_words,
    sure_words,
)
from sim.measures.intervals import WEEKDAYS

MINUTES = ((1.0, "s", 1 / 60), (120.0, "min", 1.0), (float("inf"), "h", 60.0))
"""Units of a chart of waits: up to which largest wait [min], name, minutes per unit."""

WEIGHT = {"worse": 0, "better": 0, "more": 1, "less": 1, "open": 2, "same": 3}
"""What is shown first of what decides."""


def comparison_view(comparison: Comparison, command: Sequence[str]) -> dict[str, Any]:
    """A comparison as a document.

    Parameters
    ----------
    comparison : Comparison
        Two policies or more.
    command : sequence of str
        Words that repeat it.
    """
    named = [(p.name, e) for p, e in zip(comparison.policies, comparison.estimates, strict=True)]
    operation = comparison.runs[0].operation
    weeks = _weeks(named, promises_of(operation))
    told: dict[str, Any] = {}
    for tag in LANGUAGES:
        catalogue = words(tag)
        _, more, _ = blocks_of(comparison, catalogue)
        told[tag] = {
            **_about(comparison.policies, comparison.runs[0], catalogue),
            "headline": headline(comparison, catalogue),
            "tiles": _tiles(comparison, catalogue),
            "rows": _rows(comparison, catalogue),
            "more": [row for b in more for row in _of_block(b)],
            "sure": certainty_of(comparison, catalogue),
        }
    return {
        **_facts("comparison", comparison.policies, comparison.runs[0], command, comparison.notes),
        "words": told,
        "weeks": weeks,
        "first_week": _first_weeks(weeks),
        "hours": _hours(named, list(operation.channels), weeks),
    }


def run_view(
    policy: Policy, replications: Replications, notes: Sequence[str], command: Sequence[str]
) -> dict[str, Any]:
    """A run of one desk as a document.

    Parameters
    ----------
    policy : Policy
        What it is called.
    replications : Replications
        The run.
    notes : sequence of str
        What is doubtful.
    command : sequence of str
        Words that repeat it.
    """
    estimates = estimate(replications)
    named = [(policy.name, estimates)]
    weeks = _weeks(named, promises_of(replications.operation))
    told: dict[str, Any] = {}
    for tag in LANGUAGES:
        catalogue = words(tag)
        told[tag] = {
            **_about([policy], replications, catalogue),
            "headline": run_headline(replications, estimates, catalogue),
            "tiles": [_plain_tile(card, 0) for card in run_cards(replications, estimates, catalogue)],
            "rows": [row for b in run_blocks(replications, estimates, catalogue) for row in _of_block(b)],
            "more": [],
            "sure": [],
        }
    return {
        **_facts("run", [policy], replications, command, [*notes, *replications.notes]),
        "words": told,
        "weeks": weeks,
        "first_week": _first_weeks(weeks),
        "hours": _hours(named, list(replications.operation.channels), weeks),
    }


def _facts(
    kind: str, policies: Sequence[Policy], run: Replications, command: Sequence[str], notes: Sequence[str]
) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "kind": kind,
        "policies": [plain(p.name) for p in policies],
        "files": [p.file for p in policies],
        "seed": run.seed,
        "replications": len(run.results),
        "command": list(command),
        "notes": list(dict.fromkeys(plain(n) for n in notes)),
    }


def _about(policies: Sequence[Policy], run: Replications, catalogue: Catalogue) -> dict[str, Any]:
    period = run.operation.scenario.period
    return {
        "titles": [plain(p.title) for p in policies],
        "questions": [plain(p.question) for p in policies],
        "periods": period_words(len(run.results), period.length, catalogue),
        "length": length_words(period.length, catalogue),
        "start": f"{period.start:%Y-%m-%d}",
        "zone": period.time_zone,
    }


def _tiles(comparison: Comparison, catalogue: Catalogue) -> list[dict[str, Any]]:
    """One tile per measure that decides and policy, those that change first; then what else gets worse: the price."""
    rows = judged_rows(comparison)
    cards = cards_of(comparison, catalogue, len(rows))
    made = [_plain_tile(card, 0) for card in cards]
    for i in range(1, len(comparison.policies)):
        own = [
            _tile(comparison, row, _plain_tile(card, i), i, catalogue) for row, card in zip(rows, cards, strict=True)
        ]
        made += sorted(own, key=lambda tile: WEIGHT.get(tile["colour"], len(WEIGHT)))
        made += [_price(comparison, f.row, i, catalogue) for f in Judgement(comparison, i).costs]
    return made


def _price(comparison: Comparison, row: Row, i: int, catalogue: Catalogue) -> dict[str, Any]:
    value = row.values[i]
    made = {
        "policy": i,
        "scope": _scope(row.scope_kind, row.scope, catalogue),
        "title": "",
        "value": catalogue.figure(value.value, row.unit),
        "limits": catalogue.limits(*value[:3], row.unit),
        "kept": None,
    }
    return {**_tile(comparison, row, made, i, catalogue), "price": True}


def _tile(comparison: Comparison, row: Row, made: dict[str, Any], i: int, catalogue: Catalogue) -> dict[str, Any]:
    """A tile with its difference from the base."""
    d, length = row.differences[i - 1], comparison.period.length
    painted = colour(row, d)
    periods = period_words(comparison.replications, length, catalogue)
    promise = promise_of(comparison, i, row)
    return {
        **made,
        "price": False,
        "difference": "0" if d.same else catalogue.difference(d.value, row.unit),
        "interval": "" if d.same else _brackets(catalogue.difference_interval(d.value, d.low, d.high, row.unit)),
        "base": catalogue.figure(row.values[0].value, row.unit),
        "sure": sure_words(d, catalogue, row),
        "words": catalogue.begun(difference_words(row, d, periods, length, catalogue)),
        "colour": painted,
        "arrow": ARROWS[painted],
        "up": bool(d.value > 0.0),
        "title": measure_words(row, length, catalogue) if promise is None else made["title"],
    }


def _brackets(interval: str) -> str:
    """The interval of a difference without the difference."""
    at = interval.find("[")
    return interval[at:] if at >= 0 else ""


def _plain_tile(card: Card, i: int) -> dict[str, Any]:
    line = card.lines[i]
    return {
        "policy": i,
        "scope": _readable(card.scope),
        "title": card.title,
        "value": line.value,
        "limits": line.limits,
        "kept": None if line.kept is None else asdict(line.kept),
    }


def _rows(comparison: Comparison, catalogue: Catalogue) -> list[dict[str, Any]]:
    """The table of the command line: the main rows, one line per policy."""
    length = comparison.period.length
    made = []
    for row in main_rows(comparison):
        told = {"scope": _scope(row.scope_kind, row.scope, catalogue), "measure": measure_words(row, length, catalogue)}
        base = f"{catalogue.figure(row.values[0].value, row.unit)} {catalogue.limits(*row.values[0][:3], row.unit)}"
        for i, d in enumerate(row.differences, 1):
            value, painted = row.values[i], colour(row, d)
            made.append(
                {
                    **told,
                    "policy": i,
                    "base": base.strip(),
                    "value": f"{catalogue.figure(value.value, row.unit)} "
                    f"{catalogue.limits(*value[:3], row.unit)}".strip(),
                    "difference": "0" if d.same else catalogue.difference_interval(d.value, d.low, d.high, row.unit),
                    "odds": "–" if d.same or isnan(d.odds) else _odds(d.odds, catalogue),
                    "colour": painted,
                    "arrow": ARROWS[painted],
                    "sure": sure_words(d, catalogue, row),
                }
            )
    return made


def _odds(odds: float, catalogue: Catalogue) -> str:
    """Odds that it is really more."""
    if odds > 0.99 or odds < 0.01:
        return f"{'>' if odds > 0.5 else '<'} {catalogue.percent(0.99 if odds > 0.5 else 0.01)}"
    return catalogue.percent(round(odds, 2))


def _of_block(block: Block) -> list[dict[str, Any]]:
    """Rows of a block of the report; of a run, values only."""
    made: list[dict[str, Any]] = []
    for name, base, lines in block.rows:
        told = {"scope": _readable(block.scope), "measure": name, "base": f"{base.value} {base.limits}".strip()}
        if not lines:
            made.append({**told, "policy": 0})
        for i, line in enumerate(lines, 1):
            made.append(
                {
                    **told, "policy": i, "value": f"{line.value} {line.limits}".strip(), "difference": line.difference,
                    "odds": "", "colour": line.colour, "arrow": line.arrow, "sure": line.sure,
                }
            )  # fmt: skip
    return made


def _scope(kind: str, scope: str, catalogue: Catalogue) -> str:
    return _readable(catalogue.begun(plain(catalogue.scope(kind, scope))))


def _readable(name: str) -> str:
    """A name of the user's with blanks between its words."""
    return name.replace("_", " ")


def _weeks(named: Sequence[tuple[str, Estimates]], promises: Sequence[Promise]) -> list[dict[str, Any]]:
    """Service level by weekday and hour for each promise, those whose weeks differ most (or that break most) first."""
    made = []
    for promise in promises:
        weeks = [week_of(e, "service_level", promise.service) for _, e in named]
        shown = [np.where(contacts >= LEAST_CONTACTS, levels, np.nan) for levels, contacts in weeks]
        if np.isnan(shown[0]).all():
            continue
        base, weight = np.nan_to_num(shown[0]), np.where(np.isnan(shown[0]), 0.0, weeks[0][1])
        others = shown[1:] or [np.full_like(base, promise.share)]
        gaps = [float((np.abs(np.nan_to_num(o, nan=0.0) - base) * weight).sum() / weight.sum()) for o in others]
        made.append(
            {
                "gap": max(gaps),
                "gaps": [max(gaps), *gaps] if shown[1:] else gaps,
                "share": promise.share,
                "scope": {tag: _scope("channel", promise.service, words(tag)) for tag in LANGUAGES},
                "promise": {tag: words(tag).promise(promise) for tag in LANGUAGES},
                "policies": [_cells(name, levels, contacts) for (name, _), levels, (_, contacts) in
                             zip(named, shown, weeks, strict=True)],
            }
        )  # fmt: skip
    return sorted(made, key=lambda week: -week["gap"])


def _first_weeks(weeks: Sequence[dict[str, Any]]) -> list[int]:
    """For each policy, the week that it changes most."""
    if not weeks:
        return []
    gaps = np.array([week["gaps"] for week in weeks])
    return [int(k) for k in gaps.argmax(axis=0)]


def _cells(name: str, levels: np.ndarray, contacts: np.ndarray) -> dict[str, Any]:
    cells: list[dict[str, Any]] = [
        {
            "weekday": day,
            "hour": hour,
            "level": round(float(levels[d, hour]), 4),
            "percent": round(100.0 * float(levels[d, hour])),
            "contacts": round(float(contacts[d, hour]), 1),
        }
        for d, day in enumerate(WEEKDAYS)
        for hour in range(24)
        if not np.isnan(levels[d, hour])
    ]
    worst = min(cells, key=lambda c: c["level"], default=None)
    return {"policy": plain(name), "cells": cells, "worst": worst}


def _hours(
    named: Sequence[tuple[str, Estimates]], channels: Sequence[str], weeks: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Wait of the answered by hour of arrival, for each channel that has any, in the order of the weeks."""
    first = [week["scope"]["en"] for week in weeks]
    made = []
    for channel in channels:
        tables = [e.rows("asa", "channel", channel, HOUR) for _, e in named]
        values = [t.dropna(subset=["value"]) for t in tables]
        if any(v.empty for v in values):
            continue
        most = max(float(v["value"].max()) for v in values)
        unit, minutes = next((name, each) for up_to, name, each in MINUTES if most <= up_to)
        made.append(
            {
                "scope": {tag: _scope("channel", channel, words(tag)) for tag in LANGUAGES},
                "unit": unit,
                "points": [
                    {
                        "policy": plain(name),
                        "hour": int(str(row.label)),
                        **{part: _number(getattr(row, part), minutes) for part in ("value", "low", "high")},
                        "text": {tag: words(tag).figure(_plain(row.value), "min") for tag in LANGUAGES},
                    }
                    for (name, _), v in zip(named, values, strict=True)
                    for row in v.itertuples()
                    if str(row.label).isdigit()
                ],
            }
        )
    order = {shown: i for i, shown in enumerate(first)}
    return sorted(made, key=lambda panel: order.get(panel["scope"]["en"], len(order)))


def _number(minutes: Any, each: float) -> float | None:
    value = float(minutes)
    return None if np.isnan(value) else round(max(value, 0.0) / each, 4)


def _plain(value: Any) -> float:
    return float(value)
