"""The sheet a picture is drawn on: figure, axes, bands, titles and foot, alike in all pictures."""

from __future__ import annotations

import io
import logging
import re
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.estimates.estimates import Estimates
from experiments.report.catalogue import Catalogue, Language, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
"""Distinguishable with all common kinds of colour blindness (Okabe and Ito 2008); yellow last, it is weak on white."""

MARKS = ("o", "s", "D", "^", "v", "P", "X")
"""One for each policy beside the base, for those who do not tell colours apart."""

INK, SOFT, FAINT = "#222222", "#666666", "#DDDDDD"
MORE_FONTS = (
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC"),
    *("Hiragino Sans GB", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei", "Heiti SC", "STHeiti", "DengXian"),
    *("Noto Sans CJK JP", "SimSun", "Noto Serif CJK SC", "Arial Unicode MS", "Droid Sans Fallback"),
)
"""Fonts with Chinese characters, the best for reading first; of a collection only the first face may be listed, which
for Noto is the Japanese one and has the Chinese characters too."""

SAMPLE = "服务水平渠道座席组时段"
"""Characters that a font must have to be taken for Chinese labels."""

PLAIN_FONT = "DejaVu Sans"
"""Comes with matplotlib."""

FOOT = 118
"""Letters in a line of the small print."""

WIDTH = 9.0  # inches: 900 pixels at 100 dots per inch
LONGEST_TITLE = 80
"""Characters for which there is room above a panel."""

FEW = 0.25
"""Hours with less than this share of the average hour's contacts are drawn hollow and not named: a single late contact
decides them."""


@dataclass(frozen=True, eq=False)
class Series:
    """A measure by the labels of a grid."""

    value: Floats
    low: Floats
    high: Floats
    counted: Floats
    n: Floats

    @property
    def contacts(self) -> Floats:
        """Counted over all replications; 0 where nothing was."""
        return np.nan_to_num(self.counted) * np.nan_to_num(self.n)

    @property
    def few(self) -> NDArray[np.bool_]:
        """Where little was counted, beside the average of those with anything."""
        c = self.contacts
        return c < FEW * c[c > 0].mean() if (c > 0).any() else np.ones(c.size, dtype=bool)


def by_label(
    estimates: Estimates, measure: str, scope: str, grid: str, labels: Sequence[str], kind: str = "channel"
) -> Series | None:
    """A measure of one scope in one grid; None if it has no row."""
    rows = estimates.rows(measure, kind, scope, grid)
    if rows.empty:
        return None
    at = rows["interval"].to_numpy()
    out = {name: np.full(len(labels), np.nan) for name in ("value", "low", "high", "counted", "n")}
    for name, array in out.items():
        array[at] = rows[name].to_numpy(dtype=np.float64)
    return Series(**out)


def sheet(
    heights: Sequence[float], heading: str, titles: int = 1, left: float = 0.085, right: float = 0.885
) -> tuple[Figure, list[Axes]]:
    """A figure with panels of these heights [in] below each other, with room for titles, scale and foot.

    Parameters
    ----------
    heights : sequence of float
        Of the panels [in].
    heading : str
        Small, above everything.
    titles : int
        Lines above each panel.
    left, right : float
        Where the panels begin and end, as shares of the width.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    above, between, below = 0.62 + 0.27 * titles, 0.78, 1.08
    height = above + sum(heights) + between * (len(heights) - 1) + below
    figure = Figure(figsize=(WIDTH, height), facecolor="white")
    FigureCanvasAgg(figure)
    figure.text(0.085, 1 - 0.30 / height, short(heading, 90), color=SOFT, fontsize=11, va="center")
    axes = []
    top = height - above
    for h in heights:
        ax = figure.add_axes((left, (top - h) / height, right - left, h / height))
        for side in ("top", "right"):
            ax.spines[side].set_visible(False)
        for side in ("left", "bottom"):
            ax.spines[side].set_color("#AAAAAA")
        ax.tick_params(colors=SOFT, labelsize=10, length=3)
        ax.grid(axis="y", color=FAINT, linewidth=0.8)
        ax.set_axisbelow(True)
        axes.append(ax)
        top -= h + between
    return figure, axes


def line(ax: Axes, x: Floats, series: Series, at: NDArray[np.int64], colour: str, marks: bool = True) -> None:
    """A series as a line in its band of uncertainty."""
    low, high = series.low[at], series.high[at]
    if not np.isnan(low).all():
        ax.fill_between(x, low, high, color=colour, alpha=0.22, linewidth=0, zorder=3)
    ax.plot(x, series.value[at], color=colour, linewidth=2.2, marker="o" if marks else None, markersize=5, zorder=4)


def bars(ax: Axes, x: NDArray[np.int64], contacts: Floats) -> None:
    """How many come, as a pale background without a scale of its own."""
    top = float(np.nanmax(contacts)) if contacts.size else 0.0
    if top > 0.0:
        ax.bar(x + 0.5, contacts / top, width=0.86, color="#EFEFEF", zorder=0.5)


def title(ax: Axes, words: str) -> None:
    """What a panel shows, said in words above it."""
    ax.set_title(short(words, LONGEST_TITLE), loc="left", color=INK, fontsize=12.5, fontweight="bold", pad=9)


def foot(figure: Figure, words: str, left: float = 0.085) -> None:
    """How to read the picture, in small print below it."""
    height = figure.get_size_inches()[1]
    figure.text(left, 0.12 / height, words, color=SOFT, fontsize=9, va="bottom", linespacing=1.4)


def small_print(figure: Figure, told: Sequence[str], left: float = 0.085) -> None:
    """Several remarks as the foot, each on lines of its own."""
    foot(figure, "\n".join(wrapped(short(x, 400), FOOT) for x in told), left)


def percent_axis(ax: Axes, symbol: str = " %") -> None:
    """Shares from nothing to all on the vertical axis."""
    from matplotlib.ticker import PercentFormatter

    ax.set_yticks([0.0, 0.25, 0.5, 0.75, 1.0])
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=symbol))


def hour_axis(ax: Axes, first: int, last: int, unit: str = " h") -> None:
    """Hours of the day on the horizontal axis, from `first` to `last`."""
    step = 1 if last - first <= 16 else 2
    ax.set_xticks(list(range(first, last + 1, step)), [f"{h}{unit}" for h in range(first, last + 1, step)])


def picture_bytes(figure: Figure, kind: str) -> bytes:
    """A figure as PNG or SVG; the same figure gives the same bytes.

    Parameters
    ----------
    figure : Figure
        As drawn on a `sheet`.
    kind : {"png", "svg"}
        Format.
    """
    buffer = io.BytesIO()
    metadata: dict[str, Any] = {"Date": None} if kind == "svg" else {"Software": None}
    with style(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # a name in a script that no font here has
        figure.savefig(buffer, format=kind, dpi=150, metadata=metadata)
    return buffer.getvalue()


def font_for(language: str) -> str | None:
    """Name of an installed font for the labels of a language; None if there is none.

    English labels need nothing that does not come with matplotlib. A Chinese font is taken only if its file can be
    read and has the characters.

    Parameters
    ----------
    language : {"en", "zh"}
        Of the labels.

    Examples
    --------
    >>> font_for("en")
    'DejaVu Sans'
    """
    from matplotlib.font_manager import fontManager

    if language == "en":
        return PLAIN_FONT
    files: dict[str, list[str]] = {}
    for font in fontManager.ttflist:
        files.setdefault(font.name, []).append(font.fname)
    return next((n for n in MORE_FONTS if any(_has(path, SAMPLE) for path in files.get(n, ()))), None)


def labels_in(language: Language) -> Catalogue:
    """The words for pictures: those of the language if a font for it is installed here, else the English ones."""
    return words(language if font_for(language) is not None else "en")


@cache
def _has(path: str, characters: str) -> bool:
    """Whether a font file has all of these characters."""
    from matplotlib.font_manager import get_font

    try:
        known = get_font(path).get_charmap()
    except (OSError, RuntimeError):
        return False
    return all(ord(c) in known for c in characters)


@contextmanager
def style(font: str | None = None) -> Iterator[None]:
    """What is the same for all text and files, while drawing and while saving.

    Parameters
    ----------
    font : str, optional
        What letters are taken from first, as `font_for` gives it.
    """
    import matplotlib as mpl
    from matplotlib.font_manager import fontManager

    there = {font.name for font in fontManager.ttflist}
    family = list(dict.fromkeys([font or PLAIN_FONT, PLAIN_FONT, *(name for name in MORE_FONTS if name in there)]))
    log = logging.getLogger("matplotlib.font_manager")
    log.addFilter(_not_about_weight)
    try:
        with mpl.rc_context({"font.family": family, "svg.hashsalt": "aftersim", "svg.fonttype": "path"}):
            yield
    finally:
        log.removeFilter(_not_about_weight)


def _not_about_weight(record: logging.LogRecord) -> bool:
    """Chinese fonts often have one weight only; bold titles then stand in it, which nobody need be told."""
    return "font weight" not in record.getMessage()


def interval_words(estimates: Estimates) -> str:
    """What a line and its band are."""
    if estimates.replications == 1:
        return "one possible history, not an estimate"
    return f"mean of {estimates.replications} replications with its {estimates.confidence:.0%} band".replace("%", " %")


def short(text: str, most: int) -> str:
    """Text of the user for a picture: one line, at most so long, no dollar read as mathematics.

    Examples
    --------
    >>> short("a long title", 8), short("双十一售后", 8), short("$5", 8)
    ('a long …', '双十一…', '\\\\$5')
    """
    line = " ".join(text.split())
    if extent(line) > most:
        while extent(line) > most - 1:
            line = line[:-1]
        line += "…"
    return line.replace("$", r"\$")  # matplotlib reads dollars as mathematics


def extent(text: str) -> int:
    """How many letters wide a line is; a Chinese character is as wide as two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrapped(text: str, most: int) -> str:
    """Text in lines of at most so many letters; Chinese may break between any two characters.

    Examples
    --------
    >>> print(wrapped("one two three", 8))
    one two
    three
    """
    lines, line = [], ""
    for piece in re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+|\s+", text):
        mark = piece in "，。；：、）"  # a line does not begin with a mark
        if line and not mark and extent(line + piece.rstrip()) > most:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return "\n".join([*lines, line.rstrip()])
