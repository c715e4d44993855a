"""One sentence about one desk: whether it keeps its promises, how sure, and where it breaks first."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.estimates.estimates import Estimates
from experiments.estimates.intervals import Estimate
from experiments.estimates.worst_hours import worst_hours
from experiments.replication.promises import Promise, promises_of
from experiments.replication.replications import Replications
from experiments.report.catalogue import Catalogue
from experiments.report.judgement import cut_at_once, kept
from experiments.report.verdict_words import shortened

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

ORDER = ("missed", "close", "kept", "nobody")
"""What is told first: what leaders must know."""


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
    if cut_at_once(replications):
        return catalogue.sentence(catalogue.say("run_headline.stopped"))
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
        words = catalogue.say("run_headline.no_promise", parts=shortened(waits, catalogue))
    else:
        mixed = len(set(told)) > 1
        first = sorted(promises, key=lambda p: ORDER.index(verdicts[p.service].removesuffix("_once")))
        good = [p for p in first if mixed and verdicts[p.service] in ("kept", "kept_once")]
        if len(good) < 2:
            good = []
        rest = [p for p in first if p not in good]
        parts = [_kept_words(p, found[p.service], verdicts[p.service], mixed, catalogue) for p in rest]
        if good:
            scopes = catalogue.listed([catalogue.scope("channel", p.service) for p in good])
            kept_too = catalogue.say(f"run_headline.rest_{verdicts[good[0].service]}", scopes=scopes)
            parts = [shortened(parts, catalogue), kept_too]
        summary = SUMMARIES[frozenset(told)]
        sure = "" if estimates.replications == 1 else catalogue.say("run_headline.sure")
        words = catalogue.say(f"run_headline.{summary}", parts=shortened(parts, catalogue), sure=sure)
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
