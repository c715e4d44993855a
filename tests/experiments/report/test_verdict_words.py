"""Differences in words: every verdict, both languages, colours by which way is good, and never a "nan"."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import pytest

from experiments.comparison.comparison import Difference, Row
from experiments.report.catalogue import LANGUAGES, Language, words
from experiments.report.verdict_words import (
    colour,
    difference_words,
    each_words,
    length_words,
    measure_words,
    period_words,
    row_words,
    sure_words,
    sureness,
)
from tests.experiments.report.comparisons import NOTHING, SAME, SAMPLES, D, difference, row

WEEK = 10080.0


def told(measure: str, d: D | Difference, language: Language = "en", length: float = WEEK) -> str:
    """A difference of one policy in words."""
    r = row(measure, "phone", 1.0, {"b": D(0.1, 0.1)})
    one = d if isinstance(d, Difference) else difference("b", d)
    periods = period_words(20, length, words(language))
    return difference_words(r, one, periods, length, words(language))


@pytest.mark.parametrize(
    ("measure", "d", "en", "zh"),
    [
        ("asa", SAME, "exactly the same", "完全相同"),
        ("asa", D(-41 / 60, 0.2), "waits fall by 41 s, surely", "平均等待时间缩短 41 秒，可以肯定"),
        (
            "asa",
            D(-0.2, 0.25, 0.0, 0.07),
            "waits fall by 12 s, likely (odds 93 %)",
            "平均等待时间缩短 12 秒，很可能（概率 93%）",
        ),
        (
            "asa",
            D(0.01, 0.107, 0.0, 0.55),
            "no difference that 20 weeks could show; one of 9 s or more would probably have been seen",
            "20 周的模拟看不出差别；若差别达到 9 秒，多半已能看出",
        ),
        ("asa", NOTHING, "nothing to compare, nobody came", "无人进线，无从比较"),
        (
            "service_level",
            D(0.031, 0.01),
            "the service level rises by 3.1 points, surely",
            "服务水平上升 3.1 个百分点，可以肯定",
        ),
        ("abandoned", D(-23.2, 4.0), "23 fewer contacts give up a week, surely", "每周放弃量减少 23，可以肯定"),
        ("answered", D(12.0, 4.0), "12 more contacts are answered a week, surely", "每周接通量增加 12，可以肯定"),
        ("paid_hours", D(9.0, 1.0), "paid hours rise by 9 h a week, surely", "每周计薪工时增加 9 小时，可以肯定"),
        ("open_tickets", D(3.0, 1.0), "3 more tickets are open at the end, surely", "期末未结工单增加 3，可以肯定"),
        (
            "asa",
            D(1e-9, 1e-10),
            "practically the same: less than 3 s either way",
            "实际相同：无论升降都不到 3 秒",
        ),
        (
            "asa",
            D(0.04, 0.03),
            "waits rise by 2.4 s, surely, but small",
            "平均等待时间延长 2.4 秒，可以肯定，但幅度很小",
        ),
    ],
)
def test_every_verdict_has_its_sentence(measure: str, d: D, en: str, zh: str) -> None:
    """Same, surely, likely, open, nothing; waits, shares, counts, hours; in both languages."""
    assert told(measure, d) == en
    assert told(measure, d, "zh") == zh


def test_what_the_inputs_leave_open_is_not_blamed_on_too_few_weeks() -> None:
    """More replications would not help: the sentence says what would."""
    open_ = D(0.02, 0.01, 0.06, 0.72)
    assert told("service_level", open_) == (
        "undecided: within the ranges of the inputs it can go either way (odds of a rise: 72 %)"
    )
    assert "下降的概率 72%" in told("service_level", replace(difference("b", open_), odds=0.28), "zh")
    noisy = D(0.02, 0.06, 0.01, 0.72)
    assert told("service_level", noisy).startswith("no difference that 20 weeks could show")


def test_one_history_is_no_estimate() -> None:
    """A pair without intervals is told as what it is."""
    once = replace(difference("b", D(-41 / 60, 0.2)), low=nan, high=nan, noise=nan, odds=nan, smallest=nan, n=1)
    assert sureness(once) == "once"
    assert told("asa", once) == "waits fall by 41 s in this one history, which is no estimate"
    assert "不能当作估计" in told("asa", once, "zh")


def test_an_open_difference_without_a_smallest_one_says_less() -> None:
    """No number is better than "nan"."""
    bare = replace(difference("b", D(0.01, 0.1, 0.0, 0.55)), smallest=nan)
    assert told("asa", bare) == "no difference that 20 weeks could show"


def test_the_verb_follows_the_odds_where_they_are_all_there_is() -> None:
    """Likely means the sign that is likely, even if the estimate leans the other way."""
    d = replace(difference("b", D(0.001, 0.1)), odds=0.05)
    assert told("asa", d).startswith("waits fall by") and "odds 95 %" in told("asa", d)


@pytest.mark.parametrize(
    ("measure", "d", "painted"),
    [
        ("asa", D(-0.5, 0.1), "better"),
        ("asa", D(-0.01, 0.005), "same"),
        ("asa", D(0.001, 0.02, 0.0, 0.6), "same"),
        ("occupancy", D(0.001, 0.0005), "same"),
        ("asa", D(0.5, 0.1), "worse"),
        ("service_level", D(0.05, 0.01), "better"),
        ("service_level", D(-0.05, 0.01), "worse"),
        ("service_level", D(-0.05, 0.055, 0.0, 0.04), "worse"),
        ("occupancy", D(0.05, 0.01), "more"),
        ("occupancy", D(-0.05, 0.01), "less"),
        ("asa", D(-0.05, 0.1, 0.0, 0.3), "open"),
        ("asa", SAME, "same"),
        ("asa", NOTHING, "none"),
    ],
)
def test_colours_follow_what_is_good(measure: str, d: D, painted: str) -> None:
    """Shorter waits are better, higher levels too; occupancy has no good way; what is open has no colour."""
    r = row(measure, "phone", 1.0, {"b": d})
    assert colour(r, r.differences[0]) == painted


@pytest.mark.parametrize(
    ("n", "length", "en", "zh"),
    [
        (20, WEEK, "20 weeks", "20 周"),
        (1, WEEK, "1 week", "1 周"),
        (20, 7200.0, "20 × 5 days", "20 × 5 天"),
        (20, 7200.0 - 60.0, "20 × 5 days", "20 × 5 天"),
        (20, 1440.0, "20 days", "20 天"),
        (5, 480.0, "5 × 8 h", "5 × 8 小时"),
        (5, 1440.0 * 1.5, "5 × 1.5 days", "5 × 1.5 天"),
    ],
)
def test_periods_are_named(n: int, length: float, en: str, zh: str) -> None:
    """Weeks and days by name, anything else as so many times so long; a week with a changed clock is five days."""
    assert period_words(n, length, words("en")) == en and period_words(n, length, words("zh")) == zh
    assert length_words(length, words("en")) in en or length in (WEEK, 1440.0)


def test_counts_say_per_what() -> None:
    """What is counted per period is told with the period; rates, waits and stocks are not."""
    en = words("en")
    assert (each_words("abandoned", WEEK, en), each_words("abandoned", 1440.0, en)) == (" a week", " a day")
    assert each_words("abandoned", 7200.0, en) == " in 5 days" and each_words("asa", WEEK, en) == ""
    r = row("paid_hours", "desk", 200.0, {"b": SAME}, kind="pool")
    assert measure_words(r, WEEK, en) == "Paid hours a week" and measure_words(r, WEEK, words("zh")) == "每周计薪工时"
    stock = row("open_tickets", "all", 3.0, {"b": SAME}, kind="all")
    assert measure_words(stock, WEEK, en) == "Tickets open at the end"


def test_several_policies_are_named_in_a_row() -> None:
    """One line tells all of them apart."""
    r = row("asa", "phone", 1.0, {"b": D(-0.5, 0.1), "c": SAME})
    assert row_words(r, "20 weeks", WEEK, words("en")) == "b: waits fall by 30 s, surely; c: exactly the same"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda f: f.__name__)
def test_no_sentence_says_nan(sample: object, language: Language) -> None:
    """Whatever a comparison holds, no number that is none is printed."""
    comparison = sample()  # type: ignore[operator]
    catalogue = words(language)
    for r in comparison.rows:
        assert isinstance(r, Row)
        found = [row_words(r, "20 weeks", WEEK, catalogue), measure_words(r, WEEK, catalogue)]
        found += [sure_words(d, catalogue) for d in r.differences]
        assert not [t for t in found if "nan" in t.lower() or "{" in t], found


def test_how_sure_tells_with_its_row_what_is_too_small_to_choose_by() -> None:
    """Practically the same, or small, in a few words; without the row only the sign."""
    en, zh = words("en"), words("zh")
    for d, told_en, told_zh in (
        (D(-0.01, 0.005), "practically the same", "实际相同"),
        (D(0.04, 0.03), "surely, but small", "可以肯定，但幅度很小"),
        (D(0.04, 0.045, 0.0, 0.95), "likely, but small", "很可能，但幅度很小"),
        (D(0.5, 0.1), "surely", "可以肯定"),
        (SAME, "the same", "完全相同"),
    ):
        r = row("asa", "phone", 1.0, {"b": d})
        assert sure_words(r.differences[0], en, r) == told_en
        assert sure_words(r.differences[0], zh, r) == told_zh
    tiny = difference("b", D(-0.01, 0.005))
    assert sure_words(tiny, en) == "surely"
