"""One sentence: who wins on the promises, at what price, how sure; for a run, what is kept and where it breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from math import nan

import pytest

from experiments.comparison.comparison import Comparison, Policy
from experiments.comparison.contrasts import contrast
from experiments.estimates.estimates import estimate
from experiments.estimates.intervals import Estimate
from experiments.replication.promises import Promise
from experiments.replication.replications import Replications, replicate
from experiments.report.catalogue import LANGUAGES, Language, words
from experiments.report.headline import headline, judged_rows, kept, run_headline
from sim import load, lower
from tests.experiments.desks import MINIMAL, SHOP, shop, shop_estimates
from tests.experiments.report import comparisons
from tests.experiments.report.comparisons import BASE, KEEP, SAME, SAMPLES, D, compared, row


@pytest.mark.parametrize(
    ("sample", "en", "zh"),
    [
        (
            comparisons.trade,
            "“keep_phones_free” is a trade-off against “small_shop”: on phone, the service level rises by 6.5 points "
            "to 88.1 % (promised 80 %: now kept), surely, but on email, the service level falls by 7.8 points to "
            "84.2 % (promised 90 %: now missed), surely; the price: overrun hours rise by 1.8 h a week to 2.5 h "
            "(desk), likely (odds 92 %).",
            "“keep_phones_free”与“small_shop”相比有得有失：phone 的服务水平上升 6.5 个百分点至 88.1%"
            "（承诺 80%，转为达标），可以肯定；但 email 的服务水平下降 7.8 个百分点至 84.2%"
            "（承诺 90%，转为未达标），可以肯定；代价：desk 的每周超班工时增加 1.8 小时至 2.5 小时，"
            "很可能（概率 92%）。",
        ),
        (
            comparisons.winner,
            "“keep_phones_free” is better than “small_shop”: on phone, the service level rises by 6.5 points to 88.1 % "
            "(promised 80 %: kept), surely; the price: paid hours rise by 9 h a week to 227 h (desk), surely.",
            "代价：desk 的每周计薪工时增加 9 小时至 227 小时，可以肯定。",
        ),
        (
            partial(comparisons.winner, True),
            "“keep_phones_free” is probably better than “small_shop”",
            "“keep_phones_free”很可能优于“small_shop”",
        ),
        (
            comparisons.several,
            "“reserve” and “six_agents” cannot be told apart and are best on the promises; each beats “small_shop”; "
            "the price: “reserve”: on email, waits rise by 66 min",
            "就服务承诺而言，“reserve”和“six_agents”最好，彼此分不出高下，且都优于“small_shop”",
        ),
        (
            partial(comparisons.several, "leader"),
            "“six_agents” is best on the promises, ahead of “small_shop”, “reserve” and “late_shift”: on phone, the "
            "service level rises by 12 points to 93.6 % (promised 80 %: now kept), surely; the price: paid hours",
            "就服务承诺而言，“six_agents”最好，领先于“small_shop”、“reserve”和“late_shift”",
        ),
        (
            partial(comparisons.several, "split"),
            "No policy is best on all of the promises: “reserve” on phone at 87.6 % (promised 80 %: now kept); “late",
            "没有一个方案在服务承诺上全面领先：phone 以“reserve”最好",
        ),
        (
            partial(comparisons.several, "open"),
            "The 4 policies cannot be told apart on the promises; the price: “reserve”: on email, waits rise",
            "就服务承诺而言，4 个方案分不出高下；代价：“reserve”",
        ),
        (
            partial(comparisons.several, "stay"),
            "Stay with “small_shop”: no other policy is better on the promises.",
            "维持“small_shop”",
        ),
        (
            comparisons.same,
            "“keep_phones_free” changes nothing: all 20 weeks are exactly those of “small_shop”.",
            "20 周的结果与“small_shop”完全相同",
        ),
        (comparisons.empty, "There is nothing to compare: nobody came.", "无人进线，无从比较。"),
        (
            comparisons.one_history,
            "One history of each policy shows what can happen, not which",
            "每个方案只模拟了一次",
        ),
        (comparisons.uncertain, "no gain to be seen on phone.", "phone 方面看不出改善。"),
    ],
)
def test_the_answer_is_one_sentence(sample: Callable[[], Comparison], en: str, zh: str) -> None:
    """Who wins, by how much, at what price, how sure."""
    assert en in headline(sample(), words("en"))
    assert zh in headline(sample(), words("zh"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda f: f.__name__)
def test_every_answer_is_a_whole_sentence(sample: Callable[[], Comparison], language: Language) -> None:
    """It begins large, ends with a stop, has one line and no hole."""
    text = headline(sample(), words(language))
    assert text.endswith("." if language == "en" else "。") and "\n" not in text
    assert text[0] in "“无没每仅就维" or text[0].isupper()
    assert "nan" not in text.lower() and "{" not in text and "  " not in text


def test_a_tie_by_the_inputs_is_told_as_one() -> None:
    """Neither policy is called better where the ranges of the inputs decide."""
    rows = [row("service_level", "phone", 0.81, {KEEP.name: D(0.02, 0.01, 0.06, 0.72)}, [BASE.name, KEEP.name])]
    text = headline(compared([BASE, KEEP], rows, draws=True), words("en"))
    assert text.startswith("Between “keep_phones_free” and “small_shop” the inputs decide")


def test_without_promises_the_waits_are_judged() -> None:
    """A desk that promises nothing is compared on how long people wait."""
    desk = lower(load(MINIMAL, {"channels.phone.service_level": "none"}))
    rows = [row("asa", "phone", 0.5, {KEEP.name: D(-0.2, 0.1)}, [KEEP.name])]
    found = compared([BASE, KEEP], rows, desks=[desk, desk])
    assert [r.measure for r in judged_rows(found)] == ["asa"]
    assert "on phone, waits fall by 12 s to 18 s, surely" in headline(found, words("en"))


def test_a_tie_is_not_called_a_victory_over_those_it_is_not() -> None:
    """Leaders beat the base only where their own difference from it says so."""
    names = ["a", "b", "c"]
    found = comparisons.several()
    first = found.rows[0]
    unsure = tuple(replace(d, low=-0.01, odds=0.93) for d in first.differences)
    text = headline(replace(found, rows=(replace(first, differences=unsure), *found.rows[1:])), words("en"))
    assert "each beats" not in text and "ahead of “small_shop” and “late_shift”" in text, names


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (Estimate(0.9, 0.85, 0.95, 20), "kept"),
        (Estimate(0.7, 0.65, 0.75, 20), "missed"),
        (Estimate(0.81, 0.79, 0.83, 20), "close"),
        (Estimate(0.81, nan, nan, 1), "kept_once"),
        (Estimate(0.79, nan, nan, 1), "missed_once"),
        (Estimate(nan, nan, nan, 0), "nobody"),
    ],
)
def test_a_promise_is_kept_only_where_the_whole_interval_says_so(value: Estimate, verdict: str) -> None:
    """Too close to call is a verdict of its own."""
    assert kept(value, Promise("phone", "phone", "service level", 0.8, 0.5)) == verdict


@cache
def desk(path: str, n: int, *changes: tuple[str, str]) -> Replications:
    """A changed small desk."""
    return replicate(lower(load(path, dict(changes))), n, workers=1)


@pytest.mark.parametrize(
    ("n", "changes", "en", "zh"),
    [
        (3, ("contact_types.call.handle_time", "10 s"), "The desk keeps what it promises, surely: phone", "全部兑现"),
        (
            3,
            ("agent_groups.desk.shifts.day.mon-fri", "1"),
            "The desk does not keep what it promises, surely: phone",
            "服务承诺没有兑现（可以肯定）",
        ),
        (3, ("contact_types.call.per_day", "0"), "Nobody came, so there is nothing to say", "无人进线，无从评价。"),
        (
            3,
            ("channels.phone.service_level", "none"),
            "Nothing is promised, so nothing can be kept",
            "没有设定服务承诺",
        ),
        (
            1,
            ("contact_types.call.handle_time", "10 s"),
            "One history, which is no estimate: the desk keeps",
            "仅一次模拟",
        ),
    ],
)
def test_a_run_says_whether_the_desk_keeps_its_promises(n: int, changes: tuple[str, str], en: str, zh: str) -> None:
    """Kept, missed, nobody there, nothing promised, one history."""
    replications = desk(str(MINIMAL), n, changes)
    estimates = estimate(replications)
    assert run_headline(replications, estimates, words("en")).startswith(en)
    assert zh in run_headline(replications, estimates, words("zh"))


def test_a_run_says_where_it_hurts_most() -> None:
    """The hour in which most contacts fall short of the promise; a desk without one is told so."""
    text = run_headline(shop(), shop_estimates(), words("en"))
    assert "; it hurts most on Fri 9–10 h on phone, when " in text and "answered in time." in text
    calm = desk(str(MINIMAL), 3, ("contact_types.call.handle_time", "10 s"))
    assert "no hour of the week falls below its promise" in run_headline(calm, estimate(calm), words("en"))


def test_who_is_only_not_known_is_not_called_best() -> None:
    """One policy surely gains 26 points; another is as the base, with an interval as wide as that: it is not named."""
    names = ["night_cover", "articles", "pooling"]
    mail = {"night_cover": D(0.26, 0.056), "articles": D(-0.001, 0.178), "pooling": D(0.0, 0.006, 0.0, 0.68)}
    phone = {"night_cover": SAME, "articles": D(0.002, 0.012, 0.0, 0.6), "pooling": D(0.13, 0.02)}
    rows = [
        row("service_level", "phone", 0.69, phone, ["pooling"], reach=0.01),
        row("service_level", "email", 0.44, mail, names, reach=0.01),
    ]
    policies = [BASE, *(replace(KEEP, name=n, title=n) for n in names)]
    said = headline(compared(policies, rows), words("en"))
    assert "“pooling” on phone" in said and "“night_cover” on email" in said
    assert "articles" not in said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "not compared: phone, where the promise itself differs: “shop” 8"),
        ("zh", "未作比较：phone（承诺本身不同"),
    ],
)
def test_another_promise_is_no_better_service(language: Language, said: str) -> None:
    """An easier promise is kept more often by the same desk: both are told, and neither is called better."""
    runs = [desk(str(SHOP), 4), desk(str(SHOP), 4, ("channels.phone.service_level", "60 % within 5 min"))]
    names = [Policy(name, name, "", f"{name}.yaml") for name in ("shop", "rule")]
    told = headline(contrast(names, runs), words(language))
    assert said in told
    assert not any(word in told for word in ("better", "rises", "优于", "上升"))
    if language == "en":
        assert "within 30 s (promised 80 %" in told and "within 5 min (promised 60 %: kept)" in told
