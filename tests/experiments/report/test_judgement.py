"""What counts in a choice between policies, and what the one sentence says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace

import pytest

from experiments.comparison.comparison import Comparison, Policy, Row
from experiments.estimates.estimates import estimate
from experiments.replication.replications import replicate
from experiments.report.catalogue import words
from experiments.report.headline import headline, run_headline
from experiments.report.judgement import Judgement, level_of, told_rows
from sim import load, lower
from tests.experiments.desks import MINIMAL, SHOP
from tests.experiments.report import comparisons
from tests.experiments.report.comparisons import BASE, KEEP, SAME, D, compared, row

P = KEEP.name


def two(*rows: Row) -> Comparison:
    """The base and one policy, on the shop's promises: phone 80 %, e-mail 90 %."""
    return compared([BASE, KEEP], rows)


def said(comparison: Comparison) -> str:
    """The sentence in English."""
    return headline(comparison, words("en"))


def phone(d: D, base: float = 0.816, best: Sequence[str] = (P,), reach: float = 0.02) -> Row:
    """Service level of the phone; promised 80 %."""
    return row("service_level", "phone", base, {P: d}, best, reach=reach)


def mail(d: D, base: float = 0.92, best: Sequence[str] = (BASE.name, P), reach: float = 0.005) -> Row:
    """Service level of the mail; promised 90 %."""
    return row("service_level", "email", base, {P: d}, best, reach=reach)


BETTER = D(0.065, 0.011)


def test_what_is_too_small_to_matter_makes_no_trade_off() -> None:
    """A hundredth of a point, surely lost, is no reason against six points gained."""
    text = said(two(phone(BETTER), mail(D(-0.0001, 0.00005))))
    assert text.startswith("“keep_phones_free” is better than “small_shop”: on phone") and "email" not in text
    assert text.endswith("nothing else gets noticeably worse.")
    assert "a trade-off" in said(two(phone(BETTER), mail(D(-0.006, 0.004))))


def test_only_trifles_are_practically_the_same() -> None:
    """Told apart by the same luck, and still nothing to choose by; in both languages."""
    found = two(phone(D(0.001, 0.0005)), mail(D(-0.0001, 0.00005)))
    assert said(found) == "“keep_phones_free” and “small_shop” are practically the same on the promises."
    assert headline(found, words("zh")) == "就服务承诺而言，“keep_phones_free”与“small_shop”实际相同。"


def test_a_longer_wait_on_a_slow_channel_is_the_price_though_its_promise_is_kept() -> None:
    """The mail still comes within a day, and everybody waits longer for it."""
    found = two(phone(BETTER), mail(D(-0.0004, 0.0006), 0.9996), row("asa", "email", 452.0, {P: D(46.0, 5.0)}))
    assert (
        "; the price: on email, waits rise by 46 min to 8.3 h (its promise, 90 % replied within 24 h, is kept), surely."
    ) in said(found)
    assert "代价：email 的平均等待时间延长 46 分钟至 8.3 小时（其承诺“24 小时内回复 90%”仍达标）" in headline(
        found, words("zh")
    )
    shorter = two(phone(BETTER), mail(D(-0.0004, 0.0006), 0.9996), row("asa", "email", 452.0, {P: D(20.0, 5.0)}))
    assert "price" not in said(shorter), "less than a twentieth of the wait"


@pytest.mark.parametrize(
    ("d", "reach", "told"),
    [
        (D(-0.06, 0.07, 0.0, 0.08), 0.005, "6 points to 86.0 % (promised 90 %: now missed), likely (odds 92 %)"),
        (D(-0.06, 0.09, 0.0, 0.15), 0.005, "6 points to 86.0 % (promised 90 %: now missed), not sure (odds 85 %)"),
        (D(-0.01, 0.02, 0.0, 0.2), 0.012, "1 point to 91.0 % (promised 90 %: now too close to call)"),
    ],
)
def test_a_promise_that_is_no_longer_surely_kept_is_told_however_unsure_the_fall(d: D, reach: float, told: str) -> None:
    """Kept before, missed or doubtful now: a leader must hear of it."""
    text = said(two(phone(BETTER), mail(d, reach=reach)))
    assert "a trade-off" in text and f"falls by {told}" in text, text


def test_a_promise_that_turns_counts_however_small_the_step() -> None:
    """From surely kept to surely missed by a third of a point, if that fall itself is sure."""
    edge = row("service_level", "email", 0.9015, {P: D(-0.003, 0.001)}, reach=0.001)
    text = said(two(phone(BETTER), edge))
    assert "now missed" in text and "a trade-off" in text
    open_ = row("service_level", "email", 0.9015, {P: D(-0.003, 0.0045, 0.0, 0.2)}, reach=0.001)
    assert "email" not in said(two(phone(BETTER), open_)), "neither sure nor worth while"


def test_what_only_costs_service_and_saves_hours_is_a_trade_off_unless_it_breaks_a_promise() -> None:
    """Fewer hours for a service level that is still promised and kept: something for something."""
    saving = row("paid_hours", "desk", 218.0, {P: D(-40.0, 2.0)}, kind="pool")
    held = said(two(phone(D(-0.05, 0.01), 0.95), saving))
    assert held.startswith("“keep_phones_free” is a trade-off against “small_shop”: paid hours fall by 40 h a week")
    broken = said(two(phone(D(-0.1, 0.01), 0.85), saving))
    assert broken.startswith("“keep_phones_free” is worse than") and "; in return, paid hours fall by 40 h" in broken


def test_what_is_missed_either_way_is_not_forgotten() -> None:
    """Better on the phone, and the mail breaks its promise as before."""
    text = said(two(phone(BETTER), mail(D(-0.0001, 0.00005), 0.44)))
    assert text.endswith("; missed either way: email (44 %, promised 90 %).")


def test_busier_people_are_a_price_only_where_it_is_too_much() -> None:
    """From 85 % on an occupancy cannot be kept up."""

    def of(base: float) -> str:
        return said(two(phone(BETTER), row("occupancy", "desk", base, {P: D(0.03, 0.002)}, kind="pool")))

    assert "the occupancy rises by 3 points to 88.0 % (desk)" in of(0.85) and "occupancy" not in of(0.7)


def test_the_best_are_not_praised_without_the_promise_that_they_miss_as_well() -> None:
    """Two policies lead and still miss the mail."""
    text = said(comparisons.eight())
    assert text.startswith("“plan_6” and “plan_7” cannot be told apart and are best on the promises; each beats")
    assert text.endswith("; missed under all of them: email (at best 85 %, promised 90 %).")


NAMES = ["reserve", "six"]
THREE = [BASE, *(Policy(n, n, "", n) for n in NAMES)]


def three(rows: Mapping[str, tuple[float, D, D, Sequence[str]]]) -> Comparison:
    """The base and two policies."""
    made = [
        row("service_level", scope, base, dict(zip(NAMES, (a, b), strict=True)), best, reach=0.005)
        for scope, (base, a, b, best) in rows.items()
    ]
    return compared(THREE, made)


def test_who_probably_breaks_a_promise_is_not_called_best() -> None:
    """It cannot surely be told apart from the best on the mail, and yet its promise there is gone."""
    fall = D(-0.06, 0.07, 0.0, 0.08)
    everyone = [BASE.name, *NAMES]
    phones = (0.8, D(0.08, 0.01), D(0.001, 0.01, 0.0, 0.6), ["reserve"])
    text = said(three({"phone": phones, "email": (0.92, fall, SAME, everyone)}))
    assert text.startswith("No policy is best on all of the promises: “reserve” on phone at 88.0 % (promised 80 %:")
    assert "“small_shop” and “six” on email" in text
    assert "; a promise that “small_shop” keeps better suffers under “reserve” (email)." in text


def test_who_makes_a_promise_doubtful_is_not_called_best() -> None:
    """Kept by the base, too close to call here: no policy leads everywhere."""
    everyone = [BASE.name, *NAMES]
    phones = (0.8, D(0.08, 0.01), D(0.001, 0.01, 0.0, 0.6), ["reserve"])
    text = said(three({"phone": phones, "email": (0.92, D(-0.017, 0.02, 0.0, 0.05), SAME, everyone)}))
    assert text.startswith("No policy is best on all of the promises: “reserve” on phone")


def test_who_misses_what_another_keeps_is_not_called_best() -> None:
    """Wide intervals hide who is ahead; kept and missed do not."""
    everyone = [BASE.name, *NAMES]
    phones = (0.7, D(0.03, 0.05, 0.0, 0.95), D(0.15, 0.01), ["reserve", "six"])
    text = said(three({"phone": phones, "email": (0.95, SAME, SAME, everyone)}))
    assert text.startswith("“six” is best on the promises, ahead of “small_shop” and “reserve”")


def test_who_is_as_good_as_a_base_that_is_beaten_is_not_called_best() -> None:
    """Nothing changes under one policy, the other one surely gains: an interval between them too wide is no tie."""
    everyone = [BASE.name, *NAMES]
    text = said(
        three({"phone": (0.4, D(0.0001, 0.0002), D(0.2, 0.01), everyone), "email": (0.95, SAME, SAME, everyone)})
    )
    assert text.startswith("“six” is best on the promises, ahead of “small_shop” and “reserve”")


def test_where_nobody_leads_the_sentence_says_who_keeps_most_promises() -> None:
    """What decides when each policy is best somewhere."""
    mails = (0.95, SAME, D(-0.03, 0.005), [BASE.name, "reserve"])
    text = said(three({"phone": (0.7, D(0.15, 0.01), D(0.2, 0.01), ["six"]), "email": mails}))
    assert "; most promises are surely kept by “reserve” and “six” (2 of 2; “small_shop”: 1)" in text
    none = said(three({"phone": (0.9, D(0.02, 0.01), D(0.05, 0.01), ["six"]), "email": mails}))
    assert "; none surely keeps more promises than “small_shop” (2 of 2)" in none


def test_of_many_policies_the_first_are_named_and_the_others_counted() -> None:
    """A sentence is no list."""
    names = [f"plan_{i}" for i in range(1, 8)]
    found = {n: D(0.1 if n == "plan_4" else 0.0001, 0.00001) for n in names}
    r = row("service_level", "phone", 0.7, found, ["plan_4"])
    policies = [BASE, *(Policy(n, n, "", n) for n in names)]
    text = said(compared(policies, [r]))
    assert "ahead of “small_shop”, “plan_1”, “plan_2” and 4 more" in text
    zh = headline(compared(policies, [r]), words("zh"))
    assert "领先于“small_shop”、“plan_1”、“plan_2”和另外 4 个方案" in zh


def test_a_policy_under_which_the_work_cannot_be_done_is_named() -> None:
    """Stopped histories compare nothing: the sentence says under which policy."""
    found = two(phone(BETTER))
    cut = replace(found.runs[1], results=(SimpleNamespace(cut=100.0),) * 20)  # type: ignore[arg-type]
    text = said(replace(found, runs=(found.runs[0], cut)))
    assert text.startswith("More work arrives than can be done under “keep_phones_free”: most histories")
    desk = replicate(lower(load(MINIMAL)), 2, workers=1)
    stopped = replace(desk, results=tuple(replace(r, cut=10.0) for r in desk.results))
    assert run_headline(stopped, estimate(desk), words("en")).startswith("More work arrives than this desk can do")
    assert "到来的工作超出了处理能力" in run_headline(stopped, estimate(desk), words("zh"))


def test_only_what_changes_is_told_and_the_rest_is_named() -> None:
    """Channels and groups without anything worth a choice are one line."""
    found = two(
        phone(BETTER),
        row("asa", "phone", 0.2, {P: D(-0.0001, 0.00001)}),
        mail(D(0.0001, 0.00005)),
        row("asa", "email", 540.0, {P: D(0.5, 0.1)}),
        row("occupancy", "desk", 0.5, {P: D(0.0001, 0.00005)}, kind="pool"),
    )
    shown, quiet = told_rows(found)
    assert [(r.scope, r.measure) for r in shown] == [("phone", "service_level"), ("phone", "asa")]
    assert quiet == [("channel", "email"), ("pool", "desk")]


def test_a_promise_rests_on_the_ranges_of_the_inputs_too() -> None:
    """Twenty histories know the mean over the inputs; whether the true ones keep the promise is another matter."""

    def told(inputs: float) -> str:
        r = row("service_level", "phone", 0.8, {P: D(0.06, 0.011, inputs, 0.99)}, [P], reach=0.01)
        found = compared([BASE, KEEP], [r, row("asa", "phone", 0.2, {P: SAME})], draws=True)
        return Judgement(found, 1).judged[0].after

    assert (told(0.0), told(0.03), told(0.09)) == ("kept", "kept", "close")
    nan_free = level_of(row("service_level", "phone", 0.8, {P: D(0.15, 0.01, 0.9)}), 1)
    assert (nan_free.low, nan_free.high) == (pytest.approx(0.95 - 0.9004, abs=1e-3), 1.0)


def test_findings_turn_with_the_promise() -> None:
    """Better, worse, as before; nothing where nothing is promised."""
    found = Judgement(two(phone(BETTER), mail(D(-0.06, 0.01))), 1)
    assert [(f.row.scope, f.turn, f.way) for f in found.judged] == [("phone", 1, "better"), ("email", -1, "worse")]
    desk = lower(load(SHOP, {"channels.phone.service_level": "none", "channels.email.first_response": "none"}))
    bare = Judgement(compared([BASE, KEEP], [row("asa", "phone", 0.5, {P: D(-0.2, 0.1)})], desks=[desk, desk]), 1)
    assert [(f.turn, f.way) for f in bare.judged] == [(0, "better")]


def test_a_run_names_what_is_missed_first_and_only_lists_what_is_kept() -> None:
    """The broken promise stands in front, however many are kept."""
    promised = {
        "channels.phone.service_level": "30 % within 30 s",
        "channels.email.first_response": "99.9 % within 1 h elapsed",
        "channels.email.resolution": "10 % within 3 d elapsed",
    }
    desk = replicate(lower(load(SHOP, promised)), 3, workers=1)
    text = run_headline(desk, estimate(desk), words("en"))
    assert text.startswith("The desk keeps only a part of what it promises: email is surely missed (")
    assert "; surely kept: phone and email resolution; it hurts most on email for what comes on" in text
    assert "；肯定达标：phone和email 解决；" in run_headline(desk, estimate(desk), words("zh"))
    del promised["channels.email.resolution"]
    two_promises = replicate(lower(load(SHOP, promised)), 3, workers=1)
    text = run_headline(two_promises, estimate(two_promises), words("en"))
    assert text.index("email is surely missed") < text.index("phone is surely kept")
