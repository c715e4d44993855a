"""The sheet a picture is drawn on: figure, axes, bands, titles and foot, alike in all pictures."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.estimates.estimates import Estimates

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
"""Distinguishable with all common kinds of colour blindness (Okabe and Ito 2008); yellow last, it is weak on white."""

INK, SOFT, FAINT = "#222222", "#666666", "#DDDDDD"
MORE_FONTS = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Zen Hei", "SimHei")
"""Fonts for Chinese names, used where they are installed."""

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


def sheet(heights: Sequence[float], heading: str, titles: int = 1) -> tuple[Figure, list[Axes]]:
    """A figure with panels of these heights [in] below each other, with room for titles, scale and foot."""
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
        ax = figure.add_axes((0.085, (top - h) / height, 0.80, h / height))
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


def foot(figure: Figure, words: str) -> None:
    """How to read the picture, in small print below it."""
    height = figure.get_size_inches()[1]
    figure.text(0.085, 0.12 / height, words, color=SOFT, fontsize=9, va="bottom", linespacing=1.4)


def percent_axis(ax: Axes) -> None:
    """Shares from nothing to all on the vertical axis."""
    from matplotlib.ticker import PercentFormatter

    ax.set_yticks([0.0, 0.25, 0.5, 0.75, 1.0])
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))


def hour_axis(ax: Axes, first: int, last: int) -> None:
    """Hours of the day on the horizontal axis, from `first` to `last`."""
    step = 1 if last - first <= 16 else 2
    ax.set_xticks(list(range(first, last + 1, step)), [f"{h} h" for h in range(first, last + 1, step)])


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


@contextmanager
def style() -> Iterator[None]:
    """What is the same for all text and files, while drawing and while saving."""
    import matplotlib as mpl
    from matplotlib.font_manager import fontManager

    there = {font.name for font in fontManager.ttflist}
    family = ["DejaVu Sans", *(name for name in MORE_FONTS if name in there)]
    with mpl.rc_context({"font.family": family, "svg.hashsalt": "aftersim", "svg.fonttype": "path"}):
        yield


def interval_words(estimates: Estimates) -> str:
    """What a line and its band are."""
    if estimates.replications == 1:
        return "one possible history, not an estimate"
    return f"mean of {estimates.replications} replications with its {estimates.confidence:.0%} band".replace("%", " %")


def short(text: str, most: int) -> str:
    """Text of the user for a picture: one line, at most so long, no dollar read as mathematics."""
    line = " ".join(text.split()).replace("$", r"\$")  # matplotlib reads dollars as mathematics
    return line if len(line) <= most else line[: most - 1] + "…"
