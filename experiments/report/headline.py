"""One sentence a leader can act on: which policy keeps the promises best, what that costs elsewhere, how sure."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from experiments.comparison.comparison import Comparison, Row
from experiments.comparison.materiality import size_of
from experiments.replication.promises import other_yardsticks, promises_of
from experiments.report.catalogue import Catalogue
from experiments.report.desk_headline import run_headline as run_headline
from experiments.report.judgement import (
    RANK,
    Finding,
    Judgement,
    cut_at_once,
    judged_rows,
    judgements,
    kept,
    level_of,
    promise_behind,
    promise_now,
    promise_of,
    promises_kept,
)
from experiments.report.verdict_words import (
    MOST_PARTS,
    change_words,
    input_decides,
    odds_of,
    period_words,
    shortened,
    sureness,
)


def headline(comparison: Comparison, catalogue: Catalogue) -> str:
    """The answer of a comparison in one sentence.

    Policies are judged on what was promised; without promises on waits, and without waits on whatever is there. Only
    differences that are worth while count (`experiments.comparison.materiality`), and promises that turn.

    Parameters
    ----------
    comparison : Comparison
        At least two policies.
    catalogue : Catalogue
        The language.
    """
    judged = judged_rows(comparison)
    stopped = [p.name for p, run in zip(comparison.policies, comparison.runs, strict=True) if cut_at_once(run)]
    if stopped:
        who = _names(stopped, catalogue)
        return catalogue.sentence(catalogue.say("headline.stopped", policies=who))
    if not judged:
        return catalogue.sentence(catalogue.say("headline.nothing"))
    if comparison.replications == 1:
        return catalogue.sentence(catalogue.say("headline.one_pair"))
    apart = _apart(comparison, catalogue)
    if not apart and all(sureness(d) in ("same", "none") for row in comparison.rows for d in row.differences):
        words = _all_same(comparison, catalogue)
    elif len(comparison.policies) == 2:
        words = _one_policy(Judgement(comparison, 1), catalogue)
    else:
        words = _several(comparison, judged, catalogue)
    if apart:
        words = catalogue.say("headline.apart", sentence=words, what=catalogue.listed(apart))
    return catalogue.sentence(words)


def _apart(comparison: Comparison, catalogue: Catalogue) -> list[str]:
    """Promises that cannot be compared: other ones, made by some policies only, or nobody came under the others."""
    services = dict.fromkeys(p.service for run in comparison.runs for p in promises_of(run.operation))
    told = []
    for service in services:
        row = comparison.row("service_level", "channel", service)
        values = [] if row is None else [v.value for v in row.values]
        there = [p.name for p, v in zip(comparison.policies, values, strict=False) if not isnan(v)]
        if row is not None and there and service in other_yardsticks([run.operation for run in comparison.runs]):
            told.append(_yardsticks(comparison, row, catalogue))
        elif there and len(there) < len(comparison.policies):
            names = catalogue.listed([catalogue.name(name) for name in there])
            told.append(catalogue.say("headline.only", scope=catalogue.scope("channel", service), policies=names))
    return told


def _yardsticks(comparison: Comparison, row: Row, catalogue: Catalogue) -> str:
    """What is promised under different policies, and what becomes of it."""
    parts: dict[str, str] = {}
    for i, policy in enumerate(comparison.policies):
        promise, level = promise_of(comparison, i, row), row.values[i]
        if promise is None or isnan(level.value) or str(promise) in parts:
            continue
        verdict = kept(level_of(row, i), promise).removesuffix("_once")
        parts[str(promise)] = catalogue.say(
            "headline.yardstick_part",
            policy=catalogue.quoted(policy.name),
            value=catalogue.figure(level.value, "share"),
            term=catalogue.term(promise.within),
            promise=catalogue.say(f"headline.promise_{verdict}", share=catalogue.percent(promise.share)),
        )
    scope = catalogue.scope(row.scope_kind, row.scope)
    return catalogue.say("headline.yardstick", scope=scope, parts=catalogue.say("between").join(parts.values()))


def _all_same(comparison: Comparison, catalogue: Catalogue) -> str:
    base, *others = [p.name for p in comparison.policies]
    periods = period_words(comparison.replications, comparison.period.length, catalogue)
    said = {"policy": _names(others, catalogue), "base": catalogue.quoted(base), "periods": periods}
    return catalogue.say("headline.same", **said)


def _one_policy(found: Judgement, catalogue: Catalogue) -> str:
    """The base beside one other."""
    base, policy = (catalogue.quoted(p.name) for p in found.comparison.policies)
    gains, losses = found.gains, found.losses
    if not gains and not losses:
        return _neither(found, base, policy, catalogue)
    told_gains, told_losses = _told(found, gains, catalogue), _told(found, losses, catalogue)
    if losses and not gains and found.savings and not found.broken:
        told_gains = _told(found, found.savings, catalogue)  # no promise breaks by it: something given for something
    if told_gains and losses:
        sentence = catalogue.say("headline.trade", policy=policy, base=base)
        parts = catalogue.say("headline.gain_loss", gains=told_gains, losses=told_losses)
        sentence = catalogue.say("headline.told", sentence=sentence, parts=parts)
        sentence = _priced(found, sentence, catalogue) if gains else sentence
    elif gains:
        key = "headline.good" if any(f.sure for f in gains) else "headline.good_likely"
        sentence = catalogue.say(key, policy=policy, base=base)
        sentence = _priced(found, catalogue.say("headline.told", sentence=sentence, parts=told_gains), catalogue)
    else:
        key = "headline.bad" if any(f.sure for f in losses) else "headline.bad_likely"
        sentence = catalogue.say(key, policy=policy, base=base)
        sentence = _saved(found, catalogue.say("headline.told", sentence=sentence, parts=told_losses), catalogue)
    return _still_missed([found], sentence, catalogue)


def _neither(found: Judgement, base: str, policy: str, catalogue: Catalogue) -> str:
    """Nothing that counts: exactly or practically the same, or nothing that could be told apart."""
    said = {"policy": policy, "base": base, "what": catalogue.say(_what(found.comparison))}
    told = [f for f in found.judged if sureness(f.difference) != "none"]
    if all(sureness(f.difference) == "same" for f in told):
        key = "headline.same_here"
    elif all(size_of(f.row, f.difference) in ("nothing", "small") for f in told):
        key = "headline.alike_here"
    elif any(input_decides(f.difference) for f in told if size_of(f.row, f.difference) == "open"):
        key = "headline.open_inputs"
    else:
        key = "headline.open"
    sentence = catalogue.say(key, **said)
    if found.savings:
        sentence = catalogue.say("headline.saves", sentence=sentence, savings=_told(found, found.savings, catalogue))
    if found.costs:
        sentence = catalogue.say("headline.cost", sentence=sentence, costs=_told(found, found.costs, catalogue))
    return _still_missed([found], sentence, catalogue)


def _priced(found: Judgement, sentence: str, catalogue: Catalogue) -> str:
    """The sentence, paid hours that are saved besides, and what gets worse elsewhere."""
    saved = [f for f in found.savings if f.row.measure == "paid_hours"]
    if saved:
        sentence = catalogue.say("headline.saves", sentence=sentence, savings=_told(found, saved, catalogue))
    if found.costs:
        return catalogue.say("headline.cost", sentence=sentence, costs=_told(found, found.costs, catalogue))
    return sentence if found.losses else catalogue.say("headline.no_cost", sentence=sentence)


def _saved(found: Judgement, sentence: str, catalogue: Catalogue) -> str:
    """The sentence about a policy that only loses, and what it saves; or where nothing is gained."""
    if found.savings:
        return catalogue.say("headline.in_return", sentence=sentence, savings=_told(found, found.savings, catalogue))
    sentence = _priced(found, sentence, catalogue)
    lost = {f.row for f in found.losses}
    others = [catalogue.scope(f.row.scope_kind, f.row.scope) for f in found.judged if f.row not in lost]
    if not others:
        return sentence
    if len(others) > MOST_PARTS:
        return catalogue.say("headline.no_gain_else", sentence=sentence)
    return catalogue.say("headline.no_gain", sentence=sentence, scopes=catalogue.say("between").join(others))


def _still_missed(found: Sequence[Judgement], sentence: str, catalogue: Catalogue, told: bool = True) -> str:
    """The sentence, and promises that are missed under the base and under these policies, if not told already."""
    said = {f.row for j in found for f in (*j.gains, *j.losses)} if told else set()
    first = found[0]
    rows = [f for f in first.still_missed if f.row not in said]
    rows = [f for f in rows if all(f.row in [g.row for g in j.still_missed] for j in found)]
    if not rows:
        return sentence
    parts = [
        catalogue.say(
            "headline.missed_part" if len(found) == 1 else "headline.missed_at_best",
            scope=catalogue.scope("channel", f.row.scope),
            value=catalogue.percent(max(f.row.values[j.policy].value for j in found)),
            share=catalogue.percent(promise.share),
        )
        for f in rows
        if (promise := promise_of(first.comparison, first.policy, f.row)) is not None
    ]
    key = "headline.still_missed" if len(found) == 1 else "headline.missed_by_all"
    return catalogue.say(key, sentence=sentence, parts=shortened(parts, catalogue))


def _several(comparison: Comparison, judged: Sequence[Row], catalogue: Catalogue) -> str:
    """The base beside several others."""
    found = {j.name: j for j in judgements(comparison)}
    names = [p.name for p in comparison.policies]
    base, what = names[0], catalogue.say(_what(comparison))
    best = {row: _best(comparison, row, found) for row in judged if row.best}
    leaders = [n for n in names if all(n in good for good in best.values())]
    if not best or leaders == names:
        sizes = {size_of(f.row, f.difference) for j in found.values() for f in j.judged}
        key = "headline.all_alike" if sizes <= {"nothing", "small", "none"} else "headline.all_open"
        return _with_their_costs(found, list(found), catalogue.say(key, n=len(names), what=what), catalogue)
    if not leaders:
        return _split(comparison, found, best, catalogue)
    if leaders == [base]:
        sentence = catalogue.say("headline.stay", base=catalogue.quoted(base), what=what)
        return _still_missed(list(found.values()), sentence, catalogue, told=False)
    behind = _names([n for n in names if n not in leaders], catalogue)
    challengers = [n for n in leaders if n != base]
    if len(leaders) > 1:
        sentence = catalogue.say("headline.leads_tied", policies=_names(leaders, catalogue), what=what)
        if base not in leaders and all(_beats_base(found[n]) for n in challengers):
            sentence = catalogue.say("headline.beats_both", sentence=sentence, base=catalogue.quoted(base))
        else:
            sentence = catalogue.say("headline.beats", sentence=sentence, others=behind)
        sentence = _with_their_costs(found, challengers, sentence, catalogue)
        return _still_missed([found[n] for n in challengers], sentence, catalogue, told=False)
    leader = found[leaders[0]]
    sentence = catalogue.say("headline.leads", policy=catalogue.quoted(leader.name), what=what)
    sentence = catalogue.say("headline.beats", sentence=sentence, others=behind)
    if leader.gains:
        told = _told(leader, leader.gains, catalogue)
        sentence = catalogue.say("headline.told", sentence=sentence, parts=told)
    return _still_missed([leader], _priced(leader, sentence, catalogue), catalogue)


def _best(comparison: Comparison, row: Row, found: dict[str, Judgement]) -> list[str]:
    """Policies that are best on a row.

    Not among them, however wide their intervals are: those that lose on it against the base, those that surely miss a
    promise which another policy surely keeps, and those that are not even likely better than the base where another
    one surely beats it.
    """
    lost = {name for name, j in found.items() if any(f.row is row for f in j.losses)}
    if any(f.row is row and f.way == "better" and f.sure for j in found.values() for f in j.judged):
        gained = {name for name, j in found.items() if any(f.row is row and f.way == "better" for f in j.judged)}
        lost |= {p.name for p in comparison.policies} - gained
    now = {p.name: promise_now(comparison, i, row) for i, p in enumerate(comparison.policies)}
    if "kept" in now.values():
        lost |= {name for name, verdict in now.items() if verdict == "missed"}
    return [name for name in row.best if name not in lost]


def _split(
    comparison: Comparison, found: dict[str, Judgement], best: dict[Row, list[str]], catalogue: Catalogue
) -> str:
    """No policy leads everywhere: who does where, who keeps most promises, and who breaks one."""
    names, what = [p.name for p in comparison.policies], catalogue.say(_what(comparison))
    parts = [_split_part(comparison, r, good, catalogue) for r, good in best.items() if 0 < len(good) <= MOST_PARTS]
    told = catalogue.say("headline.told_parts", parts=shortened(parts, catalogue)) if parts else ""
    sentence = catalogue.say("headline.split", what=what, parts=told)
    promised = [r for r in judged_rows(comparison) if promise_of(comparison, 0, r) is not None]
    if promised:
        count = {n: promises_kept(comparison, i) for i, n in enumerate(names)}
        most = max(count.values())
        said = {"sentence": sentence, "k": most, "n": len(promised), "base": catalogue.quoted(names[0])}
        if count[names[0]] == most:
            sentence = catalogue.say("headline.none_keeps_more", **said)
        else:
            who = _names([n for n in names if count[n] == most], catalogue)
            sentence = catalogue.say("headline.keeps_most", policies=who, of_base=count[names[0]], **said)
            sentence = _with_their_costs(found, [n for n in names if count[n] == most], sentence, catalogue)
    broken = [
        catalogue.say(
            "headline.breaks_part",
            policy=catalogue.quoted(name),
            scopes=catalogue.listed([catalogue.scope("channel", f.row.scope) for f in j.broken]),
        )
        for name, j in found.items()
        if j.broken
    ]
    if broken:
        said = {"sentence": sentence, "base": catalogue.quoted(names[0]), "parts": shortened(broken, catalogue)}
        sentence = catalogue.say("headline.breaks", **said)
    return _still_missed(list(found.values()), sentence, catalogue, told=False)


def _split_part(comparison: Comparison, row: Row, best: Sequence[str], catalogue: Catalogue) -> str:
    """Who is best on one row, and where that is if it is one alone."""
    names = [p.name for p in comparison.policies]
    level = ""
    if len(best) == 1:
        at = names.index(best[0])
        finding = Finding(row, row.differences[0], row.values[0]) if at == 0 else Judgement(comparison, at).finding(row)
        level = _level(comparison, at, finding, catalogue, "headline.level_at")
    scope = catalogue.scope(row.scope_kind, row.scope)
    return catalogue.say("headline.split_part", policies=_names(best, catalogue), scope=scope, level=level)


def _beats_base(found: Judgement) -> bool:
    """Surely better than the base somewhere, worse nowhere."""
    return any(f.sure for f in found.gains) and not found.losses


def _what(comparison: Comparison) -> str:
    measures = {r.measure for r in judged_rows(comparison)}
    if measures == {"service_level"}:
        return "headline.on_promises"
    return "headline.on_waits" if measures == {"asa"} else "headline.on_measures"


def _told(found: Judgement, findings: Sequence[Finding], catalogue: Catalogue) -> str:
    return shortened([_part(found, f, catalogue) for f in findings], catalogue)


def _part(found: Judgement, finding: Finding, catalogue: Catalogue) -> str:
    """`phone: the service level rises by 6.2 points to 88.1 % (promised 80 %: kept), surely`."""
    d, row = finding.difference, finding.row
    sure = {"likely": "likely", "open": "unsure"}.get(sureness(d), "sure")
    return catalogue.say(
        {"channel": "headline.part", "pool": "headline.part_pool"}.get(row.scope_kind, "headline.part_all"),
        scope=catalogue.scope(row.scope_kind, row.scope),
        change=change_words(row, d, found.comparison.period.length, catalogue),
        level=_level(found.comparison, found.policy, finding, catalogue),
        sure=catalogue.say(f"headline.{sure}", odds=catalogue.odds(odds_of(d))),
    )


def _level(
    comparison: Comparison, policy: int, finding: Finding, catalogue: Catalogue, key: str = "headline.level"
) -> str:
    """` to 88.1 % (promised 80 %: now kept)`, in a sentence."""
    row, value = finding.row, finding.row.values[policy]
    promise, behind = promise_of(comparison, policy, row), promise_behind(comparison, policy, row)
    told = ""
    if promise is not None and not isnan(value.value):
        verdict = kept(level_of(row, policy), promise).removesuffix("_once")
        if finding.turn:
            verdict = f"{verdict}_now"
        told = catalogue.say(f"headline.promise_{verdict}", share=catalogue.percent(promise.share))
    elif behind is not None and behind[1] in RANK:
        told = catalogue.say(f"headline.behind_{behind[1]}", promise=catalogue.promise(behind[0]))
    return catalogue.say(key, value=catalogue.figure(value.value, row.unit), promise=told)


def _with_their_costs(found: dict[str, Judgement], policies: Sequence[str], sentence: str, catalogue: Catalogue) -> str:
    """The sentence, and what may decide between those who lead together: what each of them saves or costs."""
    saved: list[str] = []
    paid: list[str] = []
    for name in policies:
        j, policy = found[name], catalogue.quoted(name)
        for parts, findings in ((saved, j.savings), (paid, j.costs)):
            told = [_part(j, f, catalogue) for f in findings[:1]]
            parts += [catalogue.say("headline.cost_of", policy=policy, costs=t) for t in told]
    if saved:
        sentence = catalogue.say("headline.saves", sentence=sentence, savings=shortened(saved, catalogue))
    return catalogue.say("headline.cost", sentence=sentence, costs=shortened(paid, catalogue)) if paid else sentence


def _names(names: Sequence[str], catalogue: Catalogue) -> str:
    """Policies one after the other; of many the first ones, and how many more."""
    told = [catalogue.quoted(n) for n in names[:MOST_PARTS]]
    if len(names) == MOST_PARTS + 1:
        told.append(catalogue.quoted(names[-1]))
    elif len(names) > MOST_PARTS:
        told.append(catalogue.say("headline.more_policies", n=len(names) - MOST_PARTS))
    return catalogue.listed(told)
