"""What stands on a page, as plain texts in the order in which it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan

from experiments.comparison.comparison import Comparison, Row
from experiments.estimates.estimates import Estimates
from experiments.estimates.intervals import Estimate
from experiments.replication.promises import Promise, promises_of
from experiments.replication.replications import Replications
from experiments.report.catalogue import Catalogue, plain
from experiments.report.judgement import judged_rows, kept, level_of, promise_of, told_rows
from experiments.report.outcome_tables import outcome_measures
from experiments.report.verdict_words import (
    Colour,
    colour,
    difference_words,
    measure_words,
    period_words,
    sure_words,
    sureness,
)

MOST_MAIN = 44
"""Lines of the main table; where there would be more, it has only the rows on which policies are judged."""

MOST_CARDS = 12
"""Cards of a comparison on the page."""

MOST_MORE = 120
"""Lines below the main table; the run folder holds all."""

ARROWS: dict[Colour, str] = {
    "better": "▲",
    "worse": "▼",
    "more": "↑",
    "less": "↓",
    "same": "=",
    "open": "○",
    "none": "",
}
"""A sign beside each colour, for those who do not see colours, and for black print."""

RUN_CHANNEL = ("asa", "wait_p90", "abandonment", "arrivals")
RUN_POOL = ("occupancy", "utilisation", "paid_hours", "overrun_hours")


@dataclass(frozen=True)
class Kept:
    """Whether a promise is kept, and how often.

    Parameters
    ----------
    words, often : str
        For people; `often` is empty where one history says nothing about it.
    verdict : str
        How it is painted: `kept`, `missed`, `close` or `nobody`.
    """

    words: str
    verdict: str
    often: str


@dataclass(frozen=True)
class Scale:
    """Places of a share and its interval from 0 to 100; None where there is none."""

    at: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Line:
    """One policy on one measure.

    Parameters
    ----------
    policy : str
        Its name; empty for the only one.
    base : bool
        The first policy.
    value, limits : str
        With unit; the interval.
    difference : str
        From the base; empty for the base.
    words, sure : str
        The difference in words, and only how sure it is.
    colour, arrow : str
        How it is painted, and a sign that says the same.
    kept : Kept or None
        What becomes of the promise.
    scale : Scale or None
        Where it stands between nothing and all.
    """

    policy: str
    base: bool
    value: str
    limits: str
    difference: str = ""
    words: str = ""
    sure: str = ""
    colour: Colour = "none"
    arrow: str = ""
    kept: Kept | None = None
    scale: Scale | None = None


@dataclass(frozen=True)
class Card:
    """One measure that decides, with all policies.

    Parameters
    ----------
    scope, title : str
        Channel, and what is promised or measured.
    target : float or None
        Place of the promise on a scale from 0 to 100.
    lines : list of Line
        One per policy.
    """

    scope: str
    title: str
    target: float | None
    lines: list[Line]


@dataclass(frozen=True)
class Block:
    """Measures of one channel or group in a table.

    Parameters
    ----------
    scope : str
        Channel, group, or all.
    rows : list of (measure, base, lines)
        The base's value and a line for each other policy.
    """

    scope: str
    rows: list[tuple[str, Line, list[Line]]] = field(default_factory=list)


@dataclass(frozen=True)
class Term:
    """A measure in the glossary."""

    short: str
    title: str
    formula: str


def cards_of(comparison: Comparison, catalogue: Catalogue, most: int = MOST_CARDS) -> list[Card]:
    """The rows on which policies are judged, one card each."""
    cards = []
    for row in judged_rows(comparison)[:most]:
        promise = promise_of(comparison, 0, row)
        title = (
            measure_words(row, comparison.period.length, catalogue) if promise is None else catalogue.promise(promise)
        )
        target = None if promise is None else 100.0 * promise.share
        lines = [_card_line(comparison, i, row, catalogue) for i in range(len(comparison.policies))]
        cards.append(Card(_scope(row.scope_kind, row.scope, catalogue), title, target, lines))
    return cards


def run_cards(replications: Replications, estimates: Estimates, catalogue: Catalogue) -> list[Card]:
    """The promises of one desk, one card each."""
    cards = []
    for promise in promises_of(replications.operation):
        value = estimates.of("service_level", "channel", promise.service)
        often = estimates.of("meets_target", "channel", promise.service)
        numbers = _numbers(value, "share", catalogue)
        told = _kept(value, promise, often, _length(replications), catalogue)
        line = Line("", True, *numbers, kept=told, scale=_scale(value))
        scope = _scope("channel", promise.service, catalogue)
        cards.append(Card(scope, catalogue.promise(promise), 100.0 * promise.share, [line]))
    return cards


def blocks_of(comparison: Comparison, catalogue: Catalogue) -> tuple[list[Block], list[Block], int]:
    """Main measures of what changes, further ones that differ, and how many further ones."""
    shown = told_rows(comparison)[0]
    if len(shown) * (len(comparison.policies) - 1) > MOST_MAIN:
        shown = [r for r in shown if r in judged_rows(comparison)]
    further = [r for r in comparison.rows if r not in shown and r.scope_kind in ("channel", "pool", "all")]
    differing = [r for r in further if any(sureness(d) not in ("same", "none") for d in r.differences)]
    some = differing[: max(MOST_MORE // (len(comparison.policies) - 1), 1)]
    return _blocks(comparison, shown, catalogue), _blocks(comparison, some, catalogue), len(some)


def quiet_words(comparison: Comparison, catalogue: Catalogue) -> str:
    """Channels and groups of which there is nothing to tell; empty if there are none."""
    scopes = [plain(catalogue.scope(kind, scope)) for kind, scope in told_rows(comparison)[1]]
    return catalogue.say("page.quiet", scopes=catalogue.listed(scopes)) if scopes else ""


def run_blocks(replications: Replications, estimates: Estimates, catalogue: Catalogue) -> list[Block]:
    """Waits and loads of one desk."""
    wanted = [("channel", c, m) for c in replications.operation.channels for m in RUN_CHANNEL]
    wanted += [("pool", g, m) for g in replications.operation.scenario.agent_groups for m in RUN_POOL]
    return _run_blocks(wanted, replications, estimates, catalogue)


def outcome_blocks(replications: Replications, estimates: Estimates, catalogue: Catalogue) -> list[Block]:
    """Slow channels, tickets and the bot of one desk."""
    return _run_blocks(outcome_measures(replications, estimates), replications, estimates, catalogue)


def _run_blocks(
    wanted: Sequence[tuple[str, str, str]], replications: Replications, estimates: Estimates, catalogue: Catalogue
) -> list[Block]:
    blocks: dict[str, Block] = {}
    for kind, scope, measure in wanted:
        value = estimates.of(measure, kind, scope)
        if isnan(value.value):
            continue
        m = replications.measure(measure)
        row = Row(measure, kind, scope, m.title, m.unit, m.better, (value,), (), ())
        name = measure_words(row, _length(replications), catalogue)
        block = blocks.setdefault(f"{kind} {scope}", Block(_scope(kind, scope, catalogue)))
        block.rows.append((name, Line("", True, *_numbers(value, m.unit, catalogue)), []))
    return list(blocks.values())


def glossary_of(measures: Sequence[tuple[str, str]], catalogue: Catalogue) -> list[Term]:
    """Names in full and formulas of the measures that are shown, each once.

    Parameters
    ----------
    measures : sequence of (name, title)
        As in the rows.
    """
    found = {m: catalogue.names(m, title) for m, title in measures}
    return [Term(n.short, n.title, n.formula) for n in found.values()]


def _blocks(comparison: Comparison, rows: Sequence[Row], catalogue: Catalogue) -> list[Block]:
    length = comparison.period.length
    periods = period_words(comparison.replications, length, catalogue)
    blocks: dict[str, Block] = {}
    for row in rows:
        block = blocks.setdefault(f"{row.scope_kind} {row.scope}", Block(_scope(row.scope_kind, row.scope, catalogue)))
        base = Line(plain(comparison.policies[0].name), True, *_numbers(row.values[0], row.unit, catalogue))
        lines = []
        for value, d in zip(row.values[1:], row.differences, strict=True):
            painted = colour(row, d)
            lines.append(
                Line(
                    plain(d.policy),
                    False,
                    *_numbers(value, row.unit, catalogue),
                    "0" if d.same else catalogue.difference_interval(d.value, d.low, d.high, row.unit),
                    catalogue.begun(difference_words(row, d, periods, length, catalogue)),
                    sure_words(d, catalogue, row),
                    painted,
                    ARROWS[painted],
                )
            )
        block.rows.append((measure_words(row, length, catalogue), base, lines))
    return list(blocks.values())


def _card_line(comparison: Comparison, policy: int, row: Row, catalogue: Catalogue) -> Line:
    value, promise = row.values[policy], promise_of(comparison, policy, row)
    often = comparison.row("meets_target", row.scope_kind, row.scope)
    chance = None if often is None else often.values[policy]
    level = level_of(row, policy)
    told = None if promise is None else _kept(level, promise, chance, comparison.period.length, catalogue)
    scale = _scale(value) if row.unit == "share" else None
    name, numbers = plain(comparison.policies[policy].name), _numbers(value, row.unit, catalogue)
    if policy == 0:
        return Line(name, True, *numbers, kept=told, scale=scale)
    d = row.differences[policy - 1]
    painted = colour(row, d)
    return Line(
        name,
        False,
        *numbers,
        difference="0" if d.same else catalogue.difference(d.value, row.unit),
        sure=sure_words(d, catalogue, row),
        colour=painted,
        arrow=ARROWS[painted],
        kept=told,
        scale=scale,
    )


def _kept(value: Estimate, promise: Promise, often: Estimate | None, length: float, catalogue: Catalogue) -> Kept:
    """What becomes of a promise."""
    verdict = kept(value, promise)
    told = ""
    if often is not None and not isnan(often.value) and not isnan(often.low):
        name = {1440.0: "daily", 10080.0: "weekly"}.get(length, "other")
        limits = catalogue.limits(*often[:3], "share").replace(".0", "")
        share = f"{catalogue.percent(often.value)} {limits}".strip()
        told = catalogue.say("promise.often", period=catalogue.say(f"period.{name}"), share=share)
    return Kept(catalogue.say(f"promise.{verdict}"), verdict.removesuffix("_once"), catalogue.begun(told))


def _scale(value: Estimate) -> Scale | None:
    at, low, high = (None if isnan(x) else round(min(max(100.0 * x, 0.0), 100.0), 2) for x in value[:3])
    return None if at is None else Scale(at, low, high)


def _numbers(value: Estimate, unit: str, catalogue: Catalogue) -> tuple[str, str]:
    return catalogue.figure(value.value, unit), catalogue.limits(*value[:3], unit)


def _scope(kind: str, scope: str, catalogue: Catalogue) -> str:
    return catalogue.begun(plain(catalogue.scope(kind, scope)))


def _length(replications: Replications) -> float:
    return replications.operation.scenario.period.length
