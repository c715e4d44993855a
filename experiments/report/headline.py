"""One sentence a leader can act on: which policy keeps the promises best, what that costs elsewhere, how sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from experiments.comparison.comparison import Comparison, Difference, Row
from experiments.comparison.main_rows import main_rows
from experiments.estimates.estimates import Estimates
from experiments.estimates.intervals import Estimate
from experiments.estimates.worst_hours import worst_hours
from experiments.replication.promises import Promise, promises_of
from experiments.replication.replications import Replications
from experiments.report.catalogue import Catalogue
from experiments.report.verdict_words import (
    change_words,
    colour,
    input_decides,
    odds_of,
    period_words,
    sureness,
)

MOST_PARTS = 3
"""Findings in one sentence; further ones are counted."""

COSTS = ("paid_hours", "overrun_hours", "abandonment", "asa", "wait_p90", "occupancy")
"""What may be the price of a better promise, dearest first."""


SUMMARIES = {
    frozenset({"kept"}): "keeps_all",
    frozenset({"missed"}): "misses_all",
    frozenset({"close"}): "close_all",
    frozenset({"kept", "close"}): "mixed_kept",
    frozenset({"missed", "close"}): "mixed_missed",
    frozenset({"kept", "missed"}): "mixed",
    frozenset({"kept", "missed", "close"}): "mixed",
}
"""What to say of a desk, by what happens to its promises."""


@dataclass(frozen=True)
class Finding:
    """A difference of one policy on one measure."""

    row: Row
    difference: Difference
    value: Estimate

    @property
    def sure(self) -> bool:
        """Not just likely."""
        return sureness(self.difference) == "surely"


def headline(comparison: Comparison, catalogue: Catalogue) -> str:
    """The answer of a comparison in one sentence.

    Policies are judged on what was promised; without promises on waits, and without waits on whatever is there.

    Parameters
    ----------
    comparison : Comparison
        At least two policies.
    catalogue : Catalogue
        The language.
    """
    judged = judged_rows(comparison)
    if any(_cut_at_once(run) for run in comparison.runs):
        return catalogue.sentence(catalogue.say("headline.stopped"))
    if not judged:
        return catalogue.sentence(catalogue.say("headline.nothing"))
    if comparison.replications == 1:
        return catalogue.sentence(catalogue.say("headline.one_pair"))
    apart = _apart(comparison, catalogue)
    if not apart and all(sureness(d) in ("same", "none") for row in comparison.rows for d in row.differences):
        words = _all_same(comparison, catalogue)
    elif len(comparison.policies) == 2:
        words = _one_policy(comparison, judged, catalogue)
    else:
        words = _several(comparison, judged, catalogue)
    if apart:
        words = catalogue.say("headline.apart", sentence=words, what=catalogue.listed(apart))
    return catalogue.sentence(words)


def _cut_at_once(run: Replications) -> bool:
    """Whether most histories of a run were stopped because more work arrived than could be done."""
    return 2 * sum(r.cut is not None for r in run.results) > len(run.results)


def _apart(comparison: Comparison, catalogue: Catalogue) -> list[str]:
    """Promises that cannot be compared, since only some policies make them, or nobody came under the others."""
    services = dict.fromkeys(p.service for run in comparison.runs for p in promises_of(run.operation))
    told = []
    for service in services:
        row = comparison.row("service_level", "channel", service)
        values = [] if row is None else [v.value for v in row.values]
        there = [p.name for p, v in zip(comparison.policies, values, strict=False) if not isnan(v)]
        if there and len(there) < len(comparison.policies):
            names = catalogue.listed([catalogue.name(name) for name in there])
            told.append(catalogue.say("headline.only", scope=catalogue.scope("channel", service), policies=names))
    return told


def judged_rows(comparison: Comparison) -> tuple[Row, ...]:
    """Rows on which policies are judged: promises, or else waits, or else whatever has a good way."""
    shown = [r for r in main_rows(comparison) if r.better != "neutral" and _comparable(r)]
    services = {p.service for run in comparison.runs for p in promises_of(run.operation)}
    promised = [r for r in shown if r.measure == "service_level" and r.scope in services]
    waits = [r for r in shown if r.measure == "asa" and r.scope_kind == "channel"]
    return tuple(promised or waits or shown)


def promise_of(comparison: Comparison, policy: int, row: Row) -> Promise | None:
    """What a policy promises about a row; None if it is no row about a promise."""
    if row.measure not in ("service_level", "meets_target", "meets_target_day") or row.scope_kind != "channel":
        return None
    found = promises_of(comparison.runs[policy].operation)
    return next((p for p in found if p.service == row.scope), None)


def kept(value: Estimate, promise: Promise) -> str:
    """Whether a promise is kept: `kept`, `missed`, `close`; of one history `kept_once`, `missed_once`; or `nobody`.

    Examples
    --------
    >>> phone = Promise("phone", "phone", "service level", 0.8, 0.5)
    >>> kept(Estimate(0.9, 0.85, 0.95, 20), phone), kept(Estimate(0.81, 0.79, 0.83, 20), phone)
    ('kept', 'close')
    """
    if isnan(value.value):
        return "nobody"
    if isnan(value.low):
        return "kept_once" if value.value >= promise.share else "missed_once"
    return "kept" if value.low >= promise.share else "missed" if value.high < promise.share else "close"


def run_headline(replications: Replications, estimates: Estimates, catalogue: Catalogue) -> str:
    """The answer of a run in one sentence: whether the desk keeps its promises, how sure, where it breaks first.

    Parameters
    ----------
    replications, estimates : Replications, Estimates
        The run.
    catalogue : Catalogue
        The language.
    """
    operation = replications.operation
    promises = promises_of(operation)
    found = {p.service: estimates.of("service_level", "channel", p.service) for p in promises}
    verdicts = {p.service: kept(found[p.service], p) for p in promises}
    told = [v.removesuffix("_once") for v in verdicts.values() if v != "nobody"]
    arrived = [c for c in operation.channels if estimates.of("arrivals", "channel", c).value > 0.0]
    if not arrived:
        return catalogue.sentence(catalogue.say("run_headline.nobody"))
    if not told:
        waits = [
            catalogue.say(
                "run_headline.part_wait",
                scope=catalogue.scope("channel", c),
                wait=catalogue.figure(estimates.of("asa", "channel", c).value, "min"),
                gone=catalogue.percent(estimates.of("abandonment", "channel", c).value),
            )
            for c in arrived
        ]
        words = catalogue.say("run_headline.no_promise", parts=_shortened(waits, catalogue))
    else:
        mixed = len(set(told)) > 1
        parts = [_kept_words(p, found[p.service], verdicts[p.service], mixed, catalogue) for p in promises]
        summary = SUMMARIES[frozenset(told)]
        sure = "" if estimates.replications == 1 else catalogue.say("run_headline.sure")
        words = catalogue.say(f"run_headline.{summary}", parts=_shortened(parts, catalogue), sure=sure)
        words = _broken(replications, estimates, promises, words, catalogue)
    if estimates.replications == 1:
        words = catalogue.say("headline.one_history", sentence=words)
    return catalogue.sentence(words)


def _kept_words(promise: Promise, value: Estimate, verdict: str, told: bool, catalogue: Catalogue) -> str:
    scope = catalogue.scope("channel", promise.service)
    if verdict == "nobody":
        return catalogue.say("run_headline.part_nobody", scope=scope)
    return catalogue.say(
        "run_headline.part" if told else "run_headline.part_plain",
        scope=scope,
        verdict=catalogue.say(f"run_headline.{verdict}"),
        value=catalogue.figure(value.value, "share"),
        share=catalogue.percent(promise.share),
        term=catalogue.term(promise.within),
    )


BREAKS = {
    "service level": "run_headline.breaks",
    "first response": "run_headline.breaks_reply",
    "next response": "run_headline.breaks_next",
    "resolution": "run_headline.breaks_settled",
}
"""What is said of the hour in which a promise breaks first."""


def _broken(
    replications: Replications, estimates: Estimates, promises: Sequence[Promise], words: str, catalogue: Catalogue
) -> str:
    hours = worst_hours(replications, estimates)
    if not hours:
        return catalogue.say("run_headline.never_breaks", sentence=words)
    worst = hours[0]
    kind = next(p.kind for p in promises if p.service == worst.scope)
    return catalogue.say(
        BREAKS[kind],
        sentence=words,
        hour=catalogue.hour(worst.label),
        scope=catalogue.scope("channel", worst.scope),
        value=catalogue.percent(worst.level.value),
    )


def _comparable(row: Row) -> bool:
    return any(not isnan(d.value) for d in row.differences)


def _all_same(comparison: Comparison, catalogue: Catalogue) -> str:
    base, *others = [catalogue.quoted(p.name) for p in comparison.policies]
    periods = period_words(comparison.replications, comparison.period.length, catalogue)
    return catalogue.say("headline.same", policy=catalogue.listed(others), base=base, periods=periods)


def _one_policy(comparison: Comparison, judged: Sequence[Row], catalogue: Catalogue) -> str:
    """The base beside one other."""
    base, policy = (catalogue.quoted(p.name) for p in comparison.policies)
    found = [Finding(r, r.differences[0], r.values[1]) for r in judged]
    gains = [f for f in found if colour(f.row, f.difference) == "better"]
    losses = [f for f in found if colour(f.row, f.difference) == "worse"]
    what = catalogue.say(_what(judged))
    if not gains and not losses:
        told = [f for f in found if sureness(f.difference) != "none"]
        if all(sureness(f.difference) == "same" for f in told):
            sentence = catalogue.say("headline.same_here", policy=policy, base=base, what=what)
        elif any(input_decides(f.difference) for f in told):
            sentence = catalogue.say("headline.open_inputs", policy=policy, base=base, what=what)
        else:
            sentence = catalogue.say("headline.open", policy=policy, base=base, what=what)
        return _with_costs(comparison, 1, sentence, (), catalogue)
    told_gains, told_losses = (
        _shortened([_part(comparison, 1, f, catalogue) for f in x], catalogue) for x in (gains, losses)
    )
    if gains and losses:
        sentence = catalogue.say("headline.trade", policy=policy, base=base)
        parts = catalogue.say("headline.gain_loss", gains=told_gains, losses=told_losses)
        return catalogue.say("headline.told", sentence=sentence, parts=parts)
    sure = any(f.sure for f in (gains or losses))
    good = "headline.good" if sure else "headline.good_likely"
    bad = "headline.bad" if sure else "headline.bad_likely"
    sentence = catalogue.say(good if gains else bad, policy=policy, base=base)
    sentence = catalogue.say("headline.told", sentence=sentence, parts=told_gains or told_losses)
    if gains:
        return _with_costs(comparison, 1, sentence, gains, catalogue)
    others = [catalogue.scope(f.row.scope_kind, f.row.scope) for f in found if f not in losses]
    if not others:
        return sentence
    return catalogue.say("headline.no_gain", sentence=sentence, scopes=catalogue.say("between").join(others))


def _several(comparison: Comparison, judged: Sequence[Row], catalogue: Catalogue) -> str:
    """The base beside several others."""
    names = [p.name for p in comparison.policies]
    base, what = names[0], catalogue.say(_what(judged))
    rows = [r for r in judged if r.best]
    leaders = [n for n in names if all(n in r.best for r in rows)]
    if not rows or leaders == names:
        return catalogue.say("headline.all_open", n=len(names), what=what)
    if not leaders:
        parts = [_split_part(comparison, r, catalogue) for r in rows if len(r.best) < len(names)]
        return catalogue.say("headline.split", what=what, parts=_shortened(parts, catalogue))
    behind = catalogue.listed([catalogue.quoted(n) for n in names if n not in leaders])
    if leaders == [base]:
        return catalogue.say("headline.stay", base=catalogue.quoted(base), what=what)
    best = catalogue.listed([catalogue.quoted(n) for n in leaders])
    if len(leaders) > 1:
        sentence = catalogue.say("headline.leads_tied", policies=best, what=what)
        challengers = [n for n in leaders if n != base]
        if base not in leaders and all(_beats_base(n, rows) for n in challengers):
            sentence = catalogue.say("headline.beats_both", sentence=sentence, base=catalogue.quoted(base))
        else:
            sentence = catalogue.say("headline.beats", sentence=sentence, others=behind)
        return _with_their_costs(comparison, challengers, sentence, catalogue)
    at = names.index(leaders[0])
    sentence = catalogue.say("headline.leads", policy=best, what=what)
    sentence = catalogue.say("headline.beats", sentence=sentence, others=behind)
    found = [Finding(r, r.differences[at - 1], r.values[at]) for r in rows]
    gains = [f for f in found if colour(f.row, f.difference) == "better"]
    if gains:
        told = _shortened([_part(comparison, at, f, catalogue) for f in gains], catalogue)
        sentence = catalogue.say("headline.told", sentence=sentence, parts=told)
    return _with_costs(comparison, at, sentence, gains, catalogue)


def _split_part(comparison: Comparison, row: Row, catalogue: Catalogue) -> str:
    """Who is best on one row, and where that is if it is one alone."""
    names = [p.name for p in comparison.policies]
    alone = len(row.best) == 1
    return catalogue.say(
        "headline.split_part",
        policies=catalogue.listed([catalogue.quoted(n) for n in row.best]),
        scope=catalogue.scope(row.scope_kind, row.scope),
        level=_level(comparison, names.index(row.best[0]), row, catalogue, "headline.level_at") if alone else "",
    )


def _beats_base(policy: str, rows: Sequence[Row]) -> bool:
    """Surely better than the base somewhere, surely worse nowhere."""
    ways = [colour(r, d) for r in rows for d in r.differences if d.policy == policy and sureness(d) == "surely"]
    return "better" in ways and "worse" not in ways


def _what(judged: Sequence[Row]) -> str:
    measures = {r.measure for r in judged}
    if measures == {"service_level"}:
        return "headline.on_promises"
    return "headline.on_waits" if measures == {"asa"} else "headline.on_measures"


def _part(comparison: Comparison, policy: int, finding: Finding, catalogue: Catalogue) -> str:
    """`phone: the service level rises by 6.2 points to 88.1 % (promised 80 %: kept), surely`."""
    d = finding.difference
    likely = sureness(d) == "likely"
    return catalogue.say(
        "headline.part" if finding.row.scope_kind == "channel" else "headline.part_pool",
        scope=catalogue.scope(finding.row.scope_kind, finding.row.scope),
        change=change_words(finding.row, d, comparison.period.length, catalogue),
        level=_level(comparison, policy, finding.row, catalogue),
        sure=catalogue.say("headline.likely" if likely else "headline.sure", odds=catalogue.odds(odds_of(d))),
    )


def _level(comparison: Comparison, policy: int, row: Row, catalogue: Catalogue, key: str = "headline.level") -> str:
    """` to 88.1 % (promised 80 %: kept)`, in a sentence."""
    value, promise = row.values[policy], promise_of(comparison, policy, row)
    told = ""
    if promise is not None and not isnan(value.value):
        verdict = kept(value, promise).removesuffix("_once")
        told = catalogue.say(f"headline.promise_{verdict}", share=catalogue.percent(promise.share))
    return catalogue.say(key, value=catalogue.figure(value.value, row.unit), promise=told)


def _with_costs(
    comparison: Comparison, policy: int, sentence: str, gains: Sequence[Finding], catalogue: Catalogue
) -> str:
    """The sentence, and what gets worse elsewhere."""
    costs = _costs(comparison, policy)
    if costs:
        told = _shortened([_part(comparison, policy, f, catalogue) for f in costs], catalogue)
        return catalogue.say("headline.cost", sentence=sentence, costs=told)
    return catalogue.say("headline.no_cost", sentence=sentence) if gains else sentence


def _with_their_costs(comparison: Comparison, policies: Sequence[str], sentence: str, catalogue: Catalogue) -> str:
    """The sentence, and what may decide between those who lead together: what each of them costs."""
    names = [p.name for p in comparison.policies]
    parts = []
    for name in policies:
        costs = [_part(comparison, names.index(name), f, catalogue) for f in _costs(comparison, names.index(name))[:1]]
        parts += [catalogue.say("headline.cost_of", policy=catalogue.quoted(name), costs=c) for c in costs]
    return catalogue.say("headline.cost", sentence=sentence, costs=_shortened(parts, catalogue)) if parts else sentence


def _costs(comparison: Comparison, policy: int) -> list[Finding]:
    """What gets worse, or busier, outside the rows that are judged; the surest and dearest first, one per scope."""
    judged = judged_rows(comparison)
    found: list[Finding] = []
    for row in main_rows(comparison):
        if row in judged or row.measure not in COSTS:
            continue
        finding = Finding(row, row.differences[policy - 1], row.values[policy])
        busier = row.measure == "occupancy" and colour(row, finding.difference) == "more"
        if colour(row, finding.difference) == "worse" or busier:
            found.append(finding)
    found.sort(key=lambda f: (not f.sure, COSTS.index(f.row.measure)))
    kept_scopes: dict[tuple[str, str], Finding] = {}
    for f in found:
        kept_scopes.setdefault((f.row.scope_kind, f.row.scope), f)
    return list(kept_scopes.values())[:2]


def _shortened(parts: Sequence[str], catalogue: Catalogue) -> str:
    """The first parts of a sentence, and how many more there are."""
    shown = list(parts[:MOST_PARTS])
    if len(parts) > MOST_PARTS:
        shown.append(catalogue.say("headline.more", n=len(parts) - MOST_PARTS))
    return catalogue.say("parts").join(shown)
