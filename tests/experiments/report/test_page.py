"""One page: all that was asked for, safe for any name, without a request to the outside."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from experiments.comparison.comparison import Comparison
from experiments.report.catalogue import LANGUAGES, Language
from experiments.report.page import comparison_page, run_page, svg_of
from experiments.report.sheet import sheet
from tests.experiments.desks import ROOT, shop, shop_estimates
from tests.experiments.report import comparisons
from tests.experiments.report.comparisons import BASE, IMG, KEEP, SAMPLES, D, compared, row
from tests.experiments.report.fonts import chinese_font, no_chinese_font

COMMAND = ["aftersim", "compare", "a shop.yaml", "b.yaml", "--seed", "1"]
VOID = {"meta", "br", "img", "link", "input", "hr"}
MOST_BYTES = 500_000


class Reader(HTMLParser):
    """Tags, attributes and visible text of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.text.append(" ")
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.text.append(" ")
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.problems.append(tag)

    def handle_data(self, data: str) -> None:
        if not {"style", "svg"} & set(self.open):
            self.text.append(data)


def read(page: str) -> Reader:
    """Parse a page."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def seen(page: str) -> str:
    """Visible text on one line."""
    return " ".join("".join(read(page).text).replace("\xa0", " ").split())


@cache
def page_of(sample: Callable[[], Comparison], language: Language) -> str:
    """The page of a sample."""
    return comparison_page(sample(), language, COMMAND, key="k3y", version="9.8")


@cache
def page_of_run(language: Language) -> str:
    """The page of the small shop."""
    return run_page(shop(), shop_estimates(), language, "aftersim run x.yaml", key="k3y", notes=["a note"])


PAGES = [(s, language) for s in SAMPLES for language in LANGUAGES]
EVERY = pytest.mark.parametrize(
    ("sample", "language"), PAGES, ids=[f"{s.__name__}-{language}" for s, language in PAGES]
)


@EVERY
def test_every_page_is_whole_small_and_asks_for_nothing(sample: Callable[[], Comparison], language: Language) -> None:
    """No script, no request, no id twice, no tag left open, no number that is none, under 500 kB."""
    page = page_of(sample, language)
    check(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_a_run_is_whole_too(language: Language) -> None:
    """The same rules hold for one scenario."""
    check(page_of_run(language))


def check(page: str) -> None:
    """What holds for every page."""
    assert len(page.encode()) < MOST_BYTES
    reader = read(page)
    assert not reader.problems and not reader.open
    assert not {"script", "link", "iframe", "object", "embed", "img", "base", "form"} & set(reader.tags)
    for tag, name, value in reader.attributes:
        assert not name.startswith("on"), (tag, name)
        if name in ("src", "href", "xlink:href", "action", "data", "srcset", "poster"):
            assert value.startswith("#"), (tag, name, value)
        if "http" in value:
            assert name.startswith("xmlns") or (tag, name) == ("meta", "http-equiv"), (tag, name, value)
        for target in re.findall(r"url\(([^)]*)\)", value):
            assert target.startswith("#"), (tag, name, value)
    style = page[page.index("<style>") : page.index("</style>")]
    assert "url(" not in style and "@import" not in style and "http" not in style
    ids = [value for _, name, value in reader.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    asked = {v.removeprefix("#") for _, n, v in reader.attributes if n == "xlink:href"}
    assert asked <= set(ids)
    text = "".join(reader.text)
    assert not re.search(r"\b[Nn]a[Nn]\b|\bNone\b|{{|}}", text)
    assert "default-src 'none'" in page


def test_the_page_holds_what_was_asked_for() -> None:
    """Answer, values, differences with interval and verdict, picture, assumptions, how sure, how to repeat and read."""
    page = page_of(comparisons.trade, "en")
    text = seen(page)
    for words in (
        "“keep_phones_free” is a trade-off against “small_shop”",
        "One agent is never lent to e-mail",
        "7 days from 2 March 2026 (Europe/Berlin), 20 replications",
        "80 % answered within 30 s",
        "88.1 % (85.9–90.3)",
        "▼ −7.8 pts surely",
        "Weeks that keep it: 60 %",
        "+6.5 pts [+5.4, +7.6]",
        "Waits fall by 4.9 s, surely",
        "Overrun hours rise by 1.8 h a week, likely (odds 92 %)",
        "= Exactly the same",
        "agent_groups.desk.serves.mail.reserve",
        "No input is marked as an assumption",
        "values were not written and taken as usual",
        "Every policy was simulated over 20 weeks, with the same customers",
        "hold the true number with a probability of 95 %",
        "aftersim compare 'a shop.yaml' b.yaml --seed 1",
        "seed 1",
        "9.8",
        "k3y",
        "answered within awt / (arrivals - turned away - abandoned within awt)",
    ):
        assert words in text, f"{words!r} is missing in\n{text}"
    assert page.count("<svg") == 2 and '<html lang="en">' in page


def test_inputs_that_decide_stand_with_their_ranges_and_sources() -> None:
    """The reader sees what to find out first, what was only assumed, and how noise and inputs share the blame."""
    text = seen(page_of(comparisons.uncertain, "en"))
    for words in (
        "contact_types.call.handle_time 6 min 5 min – 7.5 min two weeks of wallboard photographs 71 % (phone: Service",
        "contact_types.mail.per_day assumed 60 40 – 90 not said 22 %",
        "contact_types.call.patience assumed",
        "phone, Service level, keep_phones_free: ± 1.1 points from chance, ± 6 points from the inputs.",
        "Better knowledge of the inputs would narrow this most",
        "2 of 40 histories were stopped",
    ):
        assert words in text, f"{words!r} is missing in\n{text}"
    assert text.count(comparisons.CALL) == 1  # a driver is not listed again among the ranges


def test_a_chinese_page_is_chinese() -> None:
    """Headings, verdicts and formulas; the reader's own names stay as they are."""
    text = seen(page_of(comparisons.trade, "zh"))
    for words in (
        "方案对比",
        "有得有失",
        "自 2026 年 3 月 2 日起 7 天（Europe/Berlin），模拟 20 次",
        "30 秒内应答 80%",
        "未达标",
        "平均等待时间缩短 4.9 秒，可以肯定",
        "关键假设",
        "把握有多大",
        "如何重现",
        "目标时间内接通 ÷（进线量 − 非服务时间被拒 − 目标时间内放弃）",
    ):
        assert words in text, f"{words!r} is missing in\n{text}"
    assert '<html lang="zh-Hans">' in page_of(comparisons.trade, "zh")


def test_names_and_titles_are_text_and_nothing_else() -> None:
    """Markup, quotes, dollars, directions and endless titles of a user are shown, not obeyed."""
    page = page_of(comparisons.odd, "en")
    text = seen(page)
    assert IMG in text and "</style><script>alert(2)</script>" in text and "$5 &" in text and "שלום" in text
    assert "\u202e" not in page
    assert "onerror=" not in re.sub(r"&lt;.*?&gt;", "", page)


def test_a_page_without_a_chinese_font_says_why_its_picture_is_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words of the page stay Chinese; the picture falls back and a note tells how to mend it."""
    no_chinese_font(monkeypatch)
    text = seen(comparison_page(comparisons.trade(), "zh", COMMAND))
    assert "本机没有找到中文字体" in text and "Noto Sans CJK SC" in text
    assert "中文字体" not in seen(comparison_page(comparisons.trade(), "en", COMMAND))


def test_a_page_with_a_chinese_font_needs_no_note(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With a font, its glyphs are in the picture."""
    chinese_font(monkeypatch, tmp_path)
    page = comparison_page(comparisons.trade(), "zh", COMMAND)
    assert "本机没有找到中文字体" not in page and "AftersimTestHei" in page


def test_the_same_comparison_gives_the_same_bytes() -> None:
    """Nothing in a page depends on time or memory."""
    assert comparison_page(comparisons.trade(), "en", COMMAND) == comparison_page(comparisons.trade(), "en", COMMAND)


def test_nobody_there_leaves_a_page_that_says_so() -> None:
    """No picture, no card, no number."""
    text = seen(page_of(comparisons.empty, "en"))
    assert "There is nothing to compare: nobody came." in text and "There is nothing to draw." in text


def test_one_history_is_called_no_estimate() -> None:
    """The note stands before the numbers."""
    text = seen(page_of(comparisons.one_history, "en"))
    assert text.index("One history was simulated.") < text.index("88.1 %")
    assert "95 % interval" not in text.split("What changes")[0]


def test_a_page_prints_and_fits_a_phone() -> None:
    """Rules for A4, small screens and the dark are there."""
    page = page_of(comparisons.trade, "en")
    for rule in (
        "@page { size: A4",
        "@media print",
        "max-width: 44rem",
        "color-scheme: dark",
        'name="viewport"',
    ):
        assert rule in page


def test_the_page_of_a_run_says_what_is_kept_and_when_it_hurts() -> None:
    """Promises, waits, loads, worst hours, note, key."""
    text = seen(page_of_run("en"))
    for words in (
        "it hurts most on Fri 9–10 h on phone",
        "When it hurts",
        "Wait of the answered",
        "Paid hours a week",
    ):
        assert words in text, f"{words!r} is missing in\n{text}"
    assert "The hours in which most contacts fall short" in text and "a note" in text and "k3y" in text
    assert "何时吃紧" in seen(page_of_run("zh"))


def test_every_measure_on_a_page_is_explained() -> None:
    """The glossary holds the measures of cards and table, each once."""
    page = page_of(comparisons.trade, "en")
    glossary = page[page.index("How to read the measures") :]
    for title in ("Service level (SL-A)", "Average speed of answer: mean wait of the answered", "Occupancy"):
        assert glossary.count(f"<dt>{title}</dt>") == 1


def test_a_picture_has_names_of_its_own() -> None:
    """Two pictures on one page do not share an id, and none is of a fixed size."""
    figure, _ = sheet([1.0], "x")
    first, second = svg_of(figure, "a"), svg_of(figure, "b")
    assert 'id="a-' in first and 'id="a-' not in second
    assert "width=" not in first.split(">")[0] and "viewBox=" in first.split(">")[0]
    assert "<metadata" not in first and "<!--" not in first and "<?xml" not in first


def test_making_a_page_loads_no_pyplot() -> None:
    """No global state: a server with several users makes pages in threads."""
    code = "import sys; import experiments.report.page; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_the_page_tells_what_changes_and_names_the_rest() -> None:
    """The table has no rows of the mail; a line below it says so. All promises have their card."""
    rows = [
        row("service_level", "phone", 0.7, {KEEP.name: D(0.18, 0.01)}, [KEEP.name]),
        row("service_level", "email", 0.95, {KEEP.name: D(-0.0001, 0.00005)}, [BASE.name, KEEP.name]),
        row("asa", "email", 540.0, {KEEP.name: D(1.0, 0.5)}, [BASE.name, KEEP.name]),
    ]
    page = comparison_page(compared([BASE, KEEP], rows), "en", COMMAND)
    text = seen(page)
    assert "Nothing worth a choice changes on email." in text and "90 % replied within 24 h" in text
    table = page[page.index("What changes</h2>") : page.index("<details>")]
    assert "Phone" in table and "Wait of the answered" not in table
    assert "“Practically the same”: the whole interval lies below what is worth a choice" in text
    assert "以下各处没有值得据以选择的变化：email。" in seen(
        comparison_page(compared([BASE, KEEP], rows), "zh", COMMAND)
    )


def test_many_policies_stand_in_one_table_of_promises() -> None:
    """A row per policy and a column per promise, instead of cards with a list of names each."""
    page = page_of(comparisons.eight, "en")
    assert '<table class="matrix">' in page and '<section class="card">' not in page
    rows = page[page.index('<table class="matrix">') : page.index("</table>")].split("<tr>")
    assert len(rows) == 2 + 8 and "plan_7" in rows[-1] and rows[-1].count("<td>") == 2
    assert "▲" in rows[-1] and "83.0 %" in rows[-2] and ">kept<" in rows[-2] and ">missed<" in rows[-2]
    assert '<table class="matrix">' not in page_of(comparisons.several, "en")
