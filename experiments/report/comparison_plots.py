"""Pictures of a comparison: what differs and how sure, and at which hours of the day."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.comparison.comparison import Comparison, Difference, Row
from experiments.comparison.main_rows import main_rows
from experiments.replication.promises import promises_of
from experiments.report.catalogue import Catalogue, Language, plain
from experiments.report.heat_maps import draw_heat_maps
from experiments.report.hours_plot import draw_hours
from experiments.report.judgement import told_rows
from experiments.report.sheet import (
    COLOURS,
    INK,
    MARKS,
    SOFT,
    font_for,
    labels_in,
    sheet,
    short,
    small_print,
    style,
)
from experiments.report.verdict_words import colour, measure_words, period_words, sure_words, sureness

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.transforms import Transform

BETTER, WORSE, UNDECIDED = "#009E73", "#D55E00", "#555555"
MOST_LINES = 42
"""Differences in one picture; what is left out stands in the table."""

LEAST_SHARE, LEAST_PART = 0.01, 0.05
"""A row's scale reaches at least to one point of a share, or this part of the base: the tiny must look tiny."""


@dataclass(frozen=True)
class _Line:
    """One difference in the picture."""

    row: Row
    difference: Difference
    policy: int
    first: bool


def draw_comparison(comparison: Comparison, language: Language = "en") -> dict[str, Figure]:
    """Every picture that this comparison has something for, by name.

    Parameters
    ----------
    comparison : Comparison
        Two policies or more.
    language : {"en", "zh"}
        Of the labels; English where no font for it is installed.

    Returns
    -------
    dict of str to Figure
        Among `week` (heat maps of the base and the policy that changes it most), `differences`,
        `service_level_by_hour`.
    """
    operation = comparison.runs[0].operation
    labels = labels_in(language)
    named = [(p.name, e) for p, e in zip(comparison.policies, comparison.estimates, strict=True)]
    periods = period_words(comparison.replications, comparison.period.length, labels)
    drawn = {
        "week": draw_heat_maps(named, promises_of(operation), periods, language),
        "differences": draw_differences(comparison, language),
        "service_level_by_hour": draw_hours(
            named, promises_of(operation), tuple(operation.channels), periods, language
        ),
    }
    return {name: figure for name, figure in drawn.items() if figure is not None}


def draw_differences(comparison: Comparison, language: Language) -> Figure | None:
    """Every main measure's difference from the base with its interval: better is to the right.

    Parameters
    ----------
    comparison : Comparison
        Two policies or more.
    language : {"en", "zh"}
        Of the labels; English where no font for it is installed.

    Returns
    -------
    Figure or None
        None where nothing differs, or nothing was counted.
    """
    catalogue = labels_in(language)
    groups, left_out = _groups(comparison)
    if not groups:
        return None
    several = len(comparison.policies) > 2
    pitch = 0.22 if several else 0.34
    places: list[tuple[float, _Line]] = []
    headings: list[tuple[float, str]] = []
    y = 0.0
    for heading, lines in groups:
        headings.append((y, heading))
        y += 0.36
        for entry in lines:
            y += 0.10 if several and entry.first else 0.0
            places.append((y + pitch / 2, entry))
            y += pitch
        y += 0.12
    base = plain(comparison.policies[0].name)
    with style(font_for(catalogue.language)):
        lines_of_legend = -(-(len(comparison.policies) - 1) // 4) if several else 0
        figure, (ax,) = sheet([y], "", titles=lines_of_legend, left=0.37, right=0.68)
        _frame(ax, y)
        beside = _beside(figure, ax)
        for at, text in headings:
            ax.text(0.02, at + 0.2, short(_heading(text, catalogue), 60), **_left(11.5, INK, beside, "bold"))
        for at, entry in places:
            _draw_line(ax, at, pitch, entry, comparison, catalogue, beside)
        height = figure.get_size_inches()[1]
        heading = catalogue.say("picture.differences", base=base)
        figure.text(0.02, 1 - 0.22 / height, short(heading, 70), color=INK, fontsize=13, fontweight="bold", va="center")
        if several:
            _legend(figure, comparison, catalogue)
        _sides(ax, catalogue)
        told = [
            catalogue.say(
                "picture.differences_foot" if comparison.draws else "picture.differences_foot_bare", base=base
            )
        ]
        told.append(catalogue.say("picture.differences_scale", base=base))
        if any(entry.row.better == "neutral" for _, entry in places):
            told.append(catalogue.say("picture.neutral"))
        if left_out:
            told.append(catalogue.say("picture.left_out", n=left_out))
        small_print(figure, told, 0.02)
    return figure


def _groups(comparison: Comparison) -> tuple[list[tuple[str, list[_Line]]], int]:
    """Lines of the picture by channel and group, and how many measures were left out."""
    told = told_rows(comparison)[0] or list(main_rows(comparison))  # where nothing is worth telling, that is shown
    shown = [r for r in told if any(sureness(d) not in ("none", "same") for d in r.differences)]
    most = max(MOST_LINES // (len(comparison.policies) - 1), 4)
    groups: dict[str, list[_Line]] = {}
    for row in shown[:most]:
        lines = groups.setdefault(f"{row.scope_kind} {row.scope}", [])
        there = [(i, d) for i, d in enumerate(row.differences) if sureness(d) != "none"]
        lines += [_Line(row, d, i, d is there[0][1]) for i, d in there]
    return list(groups.items()), len(shown[most:])


def _heading(text: str, catalogue: Catalogue) -> str:
    kind, scope = text.split(" ", 1)
    return catalogue.begun(plain(catalogue.scope(kind, scope)))


def _frame(ax: Axes, height: float) -> None:
    """Zero line only: every row has its own scale."""
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.grid(visible=False)
    ax.set_yticks([])
    ax.set_xticks([])
    ax.set_xlim(-1.06, 1.06)
    ax.set_ylim(height, 0.0)
    ax.axvline(0.0, color=INK, linewidth=1.1, zorder=2)


def _beside(figure: Figure, ax: Axes) -> Transform:
    """Across by share of the picture, down by place in the panel: for the words on both sides of it."""
    from matplotlib.transforms import blended_transform_factory

    return blended_transform_factory(figure.transFigure, ax.transData)


def _left(size: float, ink: str, where: Transform, weight: str = "normal") -> dict[str, Any]:
    return {"fontsize": size, "color": ink, "fontweight": weight, "va": "center", "clip_on": False, "transform": where}


def _draw_line(
    ax: Axes,
    y: float,
    pitch: float,
    entry: _Line,
    comparison: Comparison,
    catalogue: Catalogue,
    beside: Transform,
) -> None:
    row, d = entry.row, entry.difference
    way = -1.0 if row.better == "lower" else 1.0
    half = _scale(row)
    painted = colour(row, d)
    ink = {"better": BETTER, "worse": WORSE}.get(painted, UNDECIDED)
    policy_colour = COLOURS[entry.policy % len(COLOURS)] if len(comparison.policies) > 2 else ink
    if row.better != "neutral":
        ax.fill_betweenx([y - pitch / 2, y + pitch / 2], 0.0, 1.06, color=BETTER, alpha=0.10, linewidth=0, zorder=0)
        ax.fill_betweenx([y - pitch / 2, y + pitch / 2], -1.06, 0.0, color=WORSE, alpha=0.08, linewidth=0, zorder=0)
    at = way * d.value / half
    ends = np.array([d.low, d.high]) * way / half
    if not np.isnan(ends).any() and sureness(d) != "same":
        ax.plot(ends, [y, y], color=policy_colour, linewidth=1.3, zorder=3, solid_capstyle="butt")
        thick = ends if isnan(d.noise) or not comparison.draws else np.array([at - d.noise / half, at + d.noise / half])
        ax.plot(thick, [y, y], color=policy_colour, linewidth=4.2, alpha=0.55, zorder=3, solid_capstyle="butt")
    sure = sureness(d)
    ax.plot(
        [at],
        [y],
        marker=MARKS[entry.policy % len(MARKS)] if len(comparison.policies) > 2 else "o",
        markersize=7 if len(comparison.policies) > 2 else 8.5,
        color=policy_colour,
        markerfacecolor="white" if sure in ("open", "once", "same") else policy_colour,
        markerfacecoloralt="white",
        fillstyle="left" if sure == "likely" else "full",
        markeredgewidth=1.4,
        zorder=5,
        linestyle="none",
    )
    if entry.first:
        name = short(measure_words(row, comparison.period.length, catalogue), 30)
        ax.text(0.02, y, name, **_left(10.5, INK, beside))
        base = short(catalogue.figure(row.values[0].value, row.unit), 12)
        ax.text(0.355, y, base, ha="right", **_left(10, SOFT, beside))
    number = catalogue.difference(d.value, row.unit)
    sure_text = sure_words(d, catalogue, row)
    ax.text(
        0.80, y, number, ha="right", **_left(10.5, ink, beside, "bold" if painted in ("better", "worse") else "normal")
    )
    ax.text(0.815, y, sure_text, **_left(9.5, SOFT, beside))


def _scale(row: Row) -> float:
    """What reaches to the edge of the picture."""
    ends = [abs(x) for d in row.differences for x in (d.low, d.high, d.value) if not isnan(x)]
    base = row.values[0].value
    least = LEAST_SHARE if row.unit == "share" else LEAST_PART * abs(base) if not isnan(base) else 0.0
    return max([*ends, least]) or 1.0


def _sides(ax: Axes, catalogue: Catalogue) -> None:
    for x, key, ha in ((-1.0, "worse", "left"), (1.0, "better", "right")):
        arrow = f"← {catalogue.say('picture.worse')}" if key == "worse" else f"{catalogue.say('picture.better')} →"
        ax.annotate(
            arrow,
            (x, 0.0),
            xytext=(0, 7),
            textcoords="offset points",
            ha=ha,
            va="bottom",
            fontsize=10.5,
            color=WORSE if key == "worse" else BETTER,
            fontweight="bold",
            annotation_clip=False,
        )


def _legend(figure: Figure, comparison: Comparison, catalogue: Catalogue) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D(
            [],
            [],
            color=COLOURS[i % len(COLOURS)],
            marker=MARKS[i % len(MARKS)],
            linestyle="none",
            markersize=8,
            label=short(plain(p.name), 26),
        )
        for i, p in enumerate(comparison.policies[1:])
    ]
    height = figure.get_size_inches()[1]
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0.005, 1 - 0.36 / height),
        ncols=4,
        frameon=False,
        fontsize=10,
        handletextpad=0.2,
        columnspacing=1.4,
    )
