"""Pictures of a comparison: numbers at their places, better to the right, the same bytes, labels that have a font."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable
from functools import partial
from math import nan
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager

from experiments.comparison.comparison import Comparison
from experiments.replication.promises import Promise
from experiments.report import sheet
from experiments.report.catalogue import Language
from experiments.report.comparison_plots import draw_comparison, draw_differences
from experiments.report.hours_plot import draw_hours
from experiments.report.sheet import extent, font_for, labels_in, picture_bytes, short, wrapped
from tests.experiments.report import comparisons
from tests.experiments.report.comparisons import BASE, KEEP, SAMPLES, D, compared, hours, row
from tests.experiments.report.fonts import chinese_font, no_chinese_font


def words_of(figure: Figure) -> str:
    """All text of a picture."""
    found = [t.get_text() for t in figure.texts]
    found += [t.get_text() for legend in figure.legends for t in legend.get_texts()]
    for ax in figure.axes:
        found += [ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel(), *(t.get_text() for t in ax.texts)]
        found += [t.get_text() for t in (*ax.get_xticklabels(), *ax.get_yticklabels())]
    return "\n".join(found)


def dots(ax: Axes) -> list[tuple[float, str]]:
    """Places of the differences from top to bottom, and how they are filled."""
    found = [x for x in ax.lines if x.get_marker() not in ("None", None, "")]
    found.sort(key=lambda x: float(x.get_ydata()[0]))
    filled = ["half" if x.get_fillstyle() == "left" else str(x.get_markerfacecolor()) for x in found]
    return list(zip((float(x.get_xdata()[0]) for x in found), filled, strict=True))


def drawn(comparison: Comparison, language: Language = "en") -> Figure:
    """The picture of the differences."""
    figure = draw_differences(comparison, language)
    assert figure is not None
    return figure


def test_better_is_to_the_right_whatever_its_sign() -> None:
    """Shorter waits and higher levels lie on the same side; what has no good way lies as it goes."""
    p = KEEP.name
    rows = [
        row("service_level", "phone", 0.8, {p: D(0.1, 0.05)}),
        row("asa", "phone", 1.0, {p: D(-0.2, 0.1)}),
        row("abandonment", "phone", 0.1, {p: D(0.05, 0.025)}),
        row("occupancy", "desk", 0.5, {p: D(-0.1, 0.05)}, kind="pool"),
    ]
    places = [x for x, _ in dots(drawn(compared([BASE, KEEP], rows)).axes[0])]
    # each row reaches to the end of its widest interval
    assert places == pytest.approx([0.1 / 0.15, 0.2 / 0.3, -0.05 / 0.075, -0.1 / 0.15])


def test_a_tiny_difference_looks_tiny_however_sure_it_is() -> None:
    """A scale reaches at least to one point, or 5 % of the base."""
    p = KEEP.name
    rows = [
        row("service_level", "phone", 0.8, {p: D(0.0005, 0.0001)}),
        row("asa", "phone", 1.0, {p: D(-0.001, 0.0005)}),
    ]
    assert [x for x, _ in dots(drawn(compared([BASE, KEEP], rows)).axes[0])] == pytest.approx([0.05, 0.02])


def test_dots_are_filled_as_far_as_they_are_sure() -> None:
    """Full: surely; half: likely; hollow: open."""
    p = KEEP.name
    rows = [
        row("service_level", "phone", 0.8, {p: D(0.1, 0.05)}),
        row("asa", "phone", 1.0, {p: D(-0.1, 0.11, 0.0, 0.04)}),
        row("abandonment", "phone", 0.1, {p: D(0.01, 0.05, 0.0, 0.6)}),
    ]
    fills = [f for _, f in dots(drawn(compared([BASE, KEEP], rows)).axes[0])]
    assert fills[1:] == ["half", "white"] and fills[0] not in ("half", "white")


def test_the_thick_bar_is_chance_and_the_thin_line_is_everything() -> None:
    """Where inputs are drawn, the thin line reaches beyond the thick bar by what is not known of them."""
    p = KEEP.name
    r = row("service_level", "phone", 0.8, {p: D(0.04, 0.03, 0.04)})
    ax = drawn(compared([BASE, KEEP], [r], draws=True)).axes[0]
    lines = {round(x.get_linewidth(), 1): np.asarray(x.get_xdata()) for x in ax.lines if len(x.get_xdata()) == 2}
    half = 0.04 + 0.05
    assert lines[1.3] == pytest.approx([-0.01 / half, 0.09 / half])
    assert lines[4.2] == pytest.approx([0.01 / half, 0.07 / half])


def test_numbers_and_verdicts_stand_beside_the_dots() -> None:
    """The picture can be read without its table."""
    text = words_of(drawn(comparisons.trade()))
    for words in ("What changes beside small_shop", "Service level", "81.6 %", "+6.5 pts", "likely, odds 92 %", "Desk"):
        assert words in text, words
    assert "White rows: neither side is better" in text
    assert "better →" in text and "← worse" in text and "Paid hours" not in text  # exactly the same: nothing to see


def test_many_policies_are_told_apart_by_mark_and_colour() -> None:
    """Eight policies: a legend, and what finds no room is counted."""
    figure = drawn(comparisons.eight())
    (legend,) = figure.legends
    assert [t.get_text() for t in legend.get_texts()] == [f"plan_{i}" for i in range(1, 8)]
    looks = {(h.get_marker(), h.get_color()) for h in legend.legend_handles}  # type: ignore[union-attr]
    assert len(looks) == 7 and len({m for m, _ in looks}) == 7
    assert "more measures stand in the table." in words_of(figure)
    assert figure.get_size_inches()[1] < 16.0


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda f: f.__name__)
def test_no_picture_fails_and_none_says_nan(sample: Callable[[], Comparison]) -> None:
    """Nobody there, one history, odd names, eight policies: pictures are drawn as far as there is something."""
    for figure in draw_comparison(sample()).values():
        text = words_of(figure)
        assert "nan" not in text.lower().split() and "{" not in text
        assert picture_bytes(figure, "svg").startswith(b"<?xml")


def test_nothing_to_draw_is_no_picture() -> None:
    """The same twice has no differences, and nobody has no hours."""
    assert list(draw_comparison(comparisons.same())) == ["service_level_by_hour"]
    assert draw_comparison(comparisons.empty()) == {}


def test_the_same_comparison_gives_the_same_bytes() -> None:
    """Pictures hold no time and no random names."""
    first, second = (draw_comparison(comparisons.trade()) for _ in range(2))
    for name in first:
        for kind in ("png", "svg"):
            assert picture_bytes(first[name], kind) == picture_bytes(second[name], kind)


def test_hours_say_where_a_policy_gains_or_loses_most() -> None:
    """The title names the hour and both levels; lines are the estimates, dashes the promise."""
    figure = draw_comparison(comparisons.trade())["service_level_by_hour"]
    text = words_of(figure)
    assert "Phone: keep_phones_free gains most at 9–10 h, 28 % → 55 %" in text
    assert "Email: keep_phones_free loses most at 13–14 h, 93 % → 85 %" in text
    assert "small_shop (base)" in text and "mean of 20 weeks" in text
    phone = figure.axes[0]
    lines = [list(x.get_ydata()) for x in phone.lines if x.get_linewidth() == 2.2]
    assert lines == [list(comparisons.PHONE[:-1]), list(comparisons.PHONE_FREE[:-1])]  # the last hour has few contacts
    assert any(list(x.get_ydata()) == [0.8, 0.8] for x in phone.lines)


def test_hours_left_out_are_not_bridged() -> None:
    """A line over hours in which hardly anybody comes would be invented."""
    levels = {"phone": (0.5, 0.6, nan, nan, 0.7, 0.8, 0.8, 0.8, 0.8)}
    figure = draw_hours([("a", hours(levels))], (), ("phone",), "20 weeks", "en")
    assert figure is not None
    parts = [len(x.get_xdata()) for x in figure.axes[0].lines if x.get_linewidth() == 2.2]
    assert parts == [2, 4]


def test_without_a_promise_the_hours_show_waits() -> None:
    """A shorter wait is a gain; the axis has units of time."""
    named = [("a", hours({"phone": (0.5,) * 8})), ("b", hours({"phone": (0.5, 0.9, *(0.5,) * 6)}))]
    figure = draw_hours(named, (), ("phone",), "20 weeks", "en")
    assert figure is not None
    text = words_of(figure)
    assert "Phone: b gains most at 10–11 h, 60 s → 12 s" in text and "promised" not in text


def test_policies_that_are_alike_are_said_to_be() -> None:
    """No hour is named where nothing differs by a point."""
    levels = {"phone": comparisons.PHONE}
    found = compared([BASE, KEEP], comparisons.trade_rows(), by_hour=[levels, levels])
    text = words_of(draw_comparison(found)["service_level_by_hour"])
    assert "Phone: no hour in which the policies differ by a point" in text


def test_drawing_needs_no_global_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pyplot: a server with several users draws in threads."""
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    for figure in draw_comparison(comparisons.trade()).values():
        assert picture_bytes(figure, "svg")


def test_without_a_chinese_font_labels_are_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Boxes instead of characters help nobody."""
    no_chinese_font(monkeypatch)
    assert font_for("zh") is None and font_for("en") == "DejaVu Sans"
    assert labels_in("zh").language == "en"
    figures = draw_comparison(comparisons.trade(), "zh")
    assert "better →" in words_of(figures["differences"])
    assert "mean of 20 weeks" in words_of(figures["service_level_by_hour"])


def test_with_a_chinese_font_labels_are_chinese(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The font is used, no character is missing in it, and nothing is complained about."""
    chinese_font(monkeypatch, tmp_path)
    assert font_for("zh") is not None and labels_in("zh").language == "zh"
    figures = draw_comparison(comparisons.trade(), "zh")
    text = words_of(figures["differences"]) + words_of(figures["service_level_by_hour"])
    for words in ("改善 →", "与 small_shop 相比，有何变化", "平均等待时间", "可以肯定", "承诺\n80%", "20 周模拟的平均"):
        assert words in text, words
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for figure in figures.values():
            with sheet.style(font_for("zh")):
                figure.canvas.draw()  # a missing glyph would be a warning here


def test_a_font_is_taken_only_if_it_can_write_chinese(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A name alone is no proof: the file must be readable and have the characters."""
    path = chinese_font(monkeypatch, tmp_path, characters="abc")
    assert font_for("zh") is None
    sheet._has.cache_clear()
    path.write_bytes(b"no font")
    assert font_for("zh") is None
    sheet._has.cache_clear()
    path.unlink()
    assert font_for("zh") is None


def test_a_font_without_bold_is_not_complained_about(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Chinese fonts often have one weight; whoever makes a page need not read of it."""
    chinese_font(monkeypatch, tmp_path)
    with caplog.at_level(logging.WARNING, logger="matplotlib.font_manager"):
        for figure in draw_comparison(comparisons.trade(), "zh").values():
            picture_bytes(figure, "svg")
    assert not caplog.records


def test_the_worlds_of_fonts_do_not_leak() -> None:
    """What the tests above pretend is gone after them."""
    assert "Aftersim Test Hei" not in {f.name for f in fontManager.ttflist}


def test_lines_are_measured_as_they_are_seen() -> None:
    """A Chinese character is as wide as two letters; marks do not begin a line."""
    assert (extent("ab"), extent("双十一")) == (2, 6)
    assert short("双十一售后服务", 8) == "双十一…"
    assert max(map(extent, wrapped("每行自有刻度，全宽为最宽的区间。" * 5, 40).splitlines())) <= 42
    assert not [x for x in wrapped("每行自有刻度，全宽为最宽的区间。" * 5, 12).splitlines() if x[0] in "，。"]


def test_a_winner_by_inputs_is_drawn_in_every_kind() -> None:
    """Every sample of several policies is drawn too."""
    for kind in ("leader", "split", "open", "stay"):
        assert draw_comparison(partial(comparisons.several, kind)())


def test_the_hours_drawn_are_those_of_which_there_is_something_to_tell() -> None:
    """A desk's broken promises, wherever they stand; what is kept in every hour is counted below."""
    promises = [Promise(c, c, "service level", 0.8, 0.5) for c in "abcdef"]
    levels = dict.fromkeys("abcdef", (0.95,) * 9) | {"f": (0.3,) * 9}
    figure = draw_hours([("desk", hours(levels))], promises, tuple("abcdef"), "20 weeks", "en")
    assert figure is not None
    titles = [ax.get_title(loc="left") for ax in figure.axes if ax.get_title(loc="left")]
    assert titles == ["F: weakest at 9–10 h, 30 %"]
    assert "5 more promises or channels are left out" in words_of(figure)
    other = levels | {"b": (0.99,) * 9, "f": (0.3001,) * 9}
    figure = draw_hours([("desk", hours(levels)), ("b", hours(other))], promises, tuple("abcdef"), "20 weeks", "en")
    assert figure is not None
    assert [t[:1] for ax in figure.axes if (t := ax.get_title(loc="left"))] == ["B"]
