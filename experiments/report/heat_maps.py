"""Heat maps of the week: the service level of one channel by weekday and hour, policies side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from experiments.estimates.estimates import Estimates
from experiments.replication.grids import WEEKDAY_HOUR
from experiments.replication.promises import Promise
from experiments.report.catalogue import Catalogue, Language, plain
from experiments.report.sheet import (
    FOOT,
    INK,
    LONGEST_TITLE,
    SOFT,
    WIDTH,
    font_for,
    foot,
    labels_in,
    short,
    style,
    wrapped,
)
from sim.measures.intervals import WEEKDAYS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
LEAST_CONTACTS = 1.0
"""Hours with fewer expected contacts than this are left blank."""
WIDE, HEIGHT, MAP, BELOW = 12.0, 3.6, 2.3, 0.85
"""Width of a picture with two maps, height, height of a map, room below it [inches]."""
COLOURS = "cividis"  # reads the same for people who do not tell red from green


def draw_heat_maps(
    named: Sequence[tuple[str, Estimates]], promises: Sequence[Promise], periods: str, language: Language = "en"
) -> Figure | None:
    """Service level by weekday and hour: of a run, or of the base beside the policy that changes it most.

    Parameters
    ----------
    named : sequence of (str, Estimates)
        Policies with their estimates, the base first; one alone is a run.
    promises : sequence of Promise
        What was promised; the one whose weeks differ most is drawn (of a run: the one that is kept least).
    periods : str
        What was simulated, in words.
    language : {"en", "zh"}
        Of the labels; English where no font for it is installed.

    Returns
    -------
    Figure or None
        None where nothing was counted.
    """
    found = _chosen(named, promises)
    if found is None:
        return None
    promise, shown = found
    catalogue = labels_in(language)
    from matplotlib.figure import Figure

    hours = _hours_there([levels for _, levels in shown])
    n = len(shown)
    width = WIDTH if n == 1 else WIDE
    left, gap, each = 0.55, 0.6, (width - 0.55 - 0.95 - 0.6 * (n - 1)) / n  # inches
    with style(font_for(catalogue.language)):
        figure = Figure(figsize=(width, HEIGHT), dpi=100, facecolor="white")
        for i, (name, levels) in enumerate(shown):
            place = ((left + i * (each + gap)) / width, BELOW / HEIGHT, each / width, MAP / HEIGHT)
            ax = figure.add_axes(place)
            image = _draw(ax, levels[:, hours], hours, catalogue, each)
            ax.set_title(
                short(_words(name, levels, catalogue, alone=n == 1), LONGEST_TITLE),
                loc="left",
                color=INK,
                fontsize=12,
                fontweight="bold",
                pad=8,
            )
        bar = figure.add_axes(((width - 0.85) / width, BELOW / HEIGHT, 0.16 / width, MAP / HEIGHT))
        scale = figure.colorbar(image, cax=bar)
        if scale.solids is not None:
            scale.solids.set_rasterized(False)
        scale.set_ticks([0.0, 0.25, 0.5, 0.75, 1.0], labels=[catalogue.percent(x) for x in (0, 0.25, 0.5, 0.75, 1)])
        scale.outline.set_visible(False)
        scale.ax.tick_params(length=0, labelsize=9, colors=SOFT)
        scale.ax.axhline(promise.share, color="white", linewidth=2)
        told = catalogue.say(
            "picture.week_foot",
            channel=plain(catalogue.scope("channel", promise.channel)),
            term=catalogue.term(promise.within),
            share=catalogue.percent(promise.share),
            periods=periods,
        )
        foot(figure, wrapped(told, int(FOOT * width / WIDTH)), left / width)
    return figure


def week_of(estimates: Estimates, measure: str, scope: str) -> tuple[Floats, Floats]:
    """A measure of a channel and its contacts by weekday and hour, as arrays of shape (7, 24); NaN where none came."""
    values, contacts = np.full((7, 24), np.nan), np.zeros((7, 24))
    for name, into in ((measure, values), ("arrivals", contacts)):
        rows = estimates.rows(name, "channel", scope, WEEKDAY_HOUR)
        for label, value in zip(rows["label"], rows["value"], strict=True):
            weekday, hour = str(label).split(" ")
            into[WEEKDAYS.index(weekday), int(hour)] = value
    return values, contacts


def _chosen(
    named: Sequence[tuple[str, Estimates]], promises: Sequence[Promise]
) -> tuple[Promise, list[tuple[str, Floats]]] | None:
    """Promise and policies to draw, with their levels."""
    best: tuple[float, Promise, list[tuple[str, Floats]]] | None = None
    for promise in promises:
        weeks = []
        for name, estimates in named:
            levels, contacts = week_of(estimates, "service_level", promise.service)
            weeks.append((name, np.where(contacts >= LEAST_CONTACTS, levels, np.nan), contacts))
        base = weeks[0]
        if np.isnan(base[1]).all():
            continue
        others = weeks[1:] or [base]
        for name, levels, _ in others:
            target = promise.share if len(weeks) == 1 else levels
            gap = np.abs(np.nan_to_num((base[1] - target) * np.where(np.isnan(base[1]), 0.0, base[2])))
            score = float(gap.sum() / max(float(base[2].sum()), 1e-12))
            if best is None or score > best[0]:
                shown = [(base[0], base[1])] if len(weeks) == 1 else [(base[0], base[1]), (name, levels)]
                best = (score, promise, shown)
    return None if best is None else (best[1], best[2])


def _hours_there(weeks: list[Floats]) -> slice:
    there = np.flatnonzero(np.any([~np.isnan(w).all(axis=0) for w in weeks], axis=0))
    return slice(int(there.min()), int(there.max()) + 1)


def _draw(ax: Axes, levels: Floats, hours: slice, catalogue: Catalogue, width: float) -> ScalarMappable:
    from matplotlib import colormaps

    # squares drawn one by one: a picture inside a picture would not be shown on the page, which loads nothing
    edges = np.arange(levels.shape[1] + 1) - 0.5, np.arange(8) - 0.5
    image = ax.pcolormesh(*edges, np.ma.masked_invalid(levels), cmap=COLOURS, vmin=0.0, vmax=1.0)
    ax.invert_yaxis()
    ax.set_facecolor("#F3F3F3")
    shades = colormaps[COLOURS]
    size = min(9.0, 27.0 * width / levels.shape[1])
    for (y, x), value in np.ndenumerate(levels):
        if not np.isnan(value):
            red, green, blue, _ = shades(float(value))
            dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.5
            ax.text(x, y, f"{100 * value:.0f}", ha="center", va="center", fontsize=size, color="white" if dark else INK)
    ax.set_yticks(range(7), [catalogue.say(f"hour.{day}") for day in WEEKDAYS])
    ax.set_xticks(range(hours.stop - hours.start), [str(h) for h in range(hours.start, hours.stop)])
    ax.tick_params(length=0, labelsize=9.5, colors=SOFT)
    for side in ax.spines.values():
        side.set_visible(False)
    ax.set_xticks(np.arange(hours.stop - hours.start + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(8) - 0.5, minor=True)
    ax.grid(which="minor", color="white", linewidth=1.5)
    ax.tick_params(which="minor", length=0)
    return image


def _words(name: str, levels: Floats, catalogue: Catalogue, *, alone: bool) -> str:
    """What a map shows: its worst hour."""
    worst = np.unravel_index(int(np.nanargmin(levels)), levels.shape)
    told = catalogue.say(
        "picture.week_worst",
        day=catalogue.say(f"hour.{WEEKDAYS[int(worst[0])]}"),
        hour=catalogue.hour(f"{int(worst[1]):02d}"),
        value=catalogue.percent(float(levels[worst])),
    )
    return told if alone else f"{short(plain(name), LONGEST_TITLE // 3)}: {told}"
