"""Picture of the hours of the day: where policies gain or lose, or where a desk hurts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from experiments.estimates.estimates import Estimates
from experiments.replication.grids import HOUR
from experiments.replication.promises import Promise
from experiments.report.catalogue import Catalogue, Language, plain
from experiments.report.sheet import (
    COLOURS,
    INK,
    LONGEST_TITLE,
    MARKS,
    SOFT,
    Series,
    bars,
    by_label,
    font_for,
    hour_axis,
    labels_in,
    line,
    percent_axis,
    sheet,
    short,
    small_print,
    style,
    title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_PANELS = 4
MOST_BANDS = 3
"""Lines up to which bands are drawn around them; more bands hide each other."""


def draw_hours(
    named: Sequence[tuple[str, Estimates]],
    promises: Sequence[Promise],
    channels: Sequence[str],
    periods: str,
    language: Language,
) -> Figure | None:
    """Service level of the base and the policies by hour of arrival; waits where nothing was promised.

    Parameters
    ----------
    named : sequence of (str, Estimates)
        Policies with their estimates, the base first; one alone is a run.
    promises : sequence of Promise
        What was promised.
    channels : sequence of str
        All channels.
    periods : str
        What was simulated, in the words of the labels.
    language : {"en", "zh"}
        Of the labels; English where no font for it is installed.

    Returns
    -------
    Figure or None
        None where nothing was counted.
    """
    catalogue = labels_in(language)
    panels = [p for p in (_panel(named, "service_level", p.service, p) for p in promises) if p is not None]
    if not panels:
        panels = [p for p in (_panel(named, "asa", c, None) for c in channels) if p is not None]
    if not panels:
        return None
    told_most = sorted(panels, key=lambda p: -_weight(p))[:MOST_PANELS]
    loud = [p for p in panels if p in told_most and (_weight(p) > 0.0 or p is told_most[0])]
    left_out, panels = len(panels) - len(loud), loud
    waits, one_history = panels[0].promise is None, named[0][1].replications == 1
    with style(font_for(catalogue.language)):
        figure, axes = sheet([2.1] * len(panels), "", titles=-(-len(named) // 4) if len(named) > 1 else 0)
        first = min(int(p.clock[p.there].min()) for p in panels)
        last = max(int(p.clock[p.there].max()) for p in panels) + 1
        for ax, panel in zip(axes, panels, strict=True):
            _draw_panel(ax, panel, named, first, last, catalogue)
        axes[-1].set_xlabel(catalogue.say("picture.hours_axis"), color=SOFT, fontsize=10)
        if len(named) > 1:
            axes[0].figure.legend(
                *axes[0].get_legend_handles_labels(),
                loc="upper left",
                bbox_to_anchor=(0.075, 1.0),
                ncols=min(len(named), 4),
                frameon=False,
                fontsize=10,
            )
        told = [catalogue.say("picture.hours_foot_wait" if waits else "picture.hours_foot", periods=periods)]
        bands = catalogue.say("picture.hours_bands") if len(named) <= MOST_BANDS and not one_history else ""
        left = catalogue.say("picture.hours_left", n=left_out) if left_out else ""
        told.append(f"{bands} {catalogue.say('picture.hours_bars')} {left}".strip())
        small_print(figure, told)
    return figure


@dataclass(frozen=True, eq=False)
class _Panel:
    """One promise, or the waits of one channel, by hour for every policy."""

    scope: str
    promise: Promise | None
    clock: NDArray[np.int64]
    series: tuple[Series | None, ...]

    @property
    def there(self) -> NDArray[np.bool_]:
        """Hours in which the base has more than a few contacts."""
        base = self.series[0]
        assert base is not None
        return ~np.isnan(base.value) & ~base.few


def _panel(named: Sequence[tuple[str, Estimates]], measure: str, scope: str, promise: Promise | None) -> _Panel | None:
    labels: list[str] = []
    for _, e in named:
        rows = e.rows(measure, "channel", scope, HOUR)
        for i, label in zip(rows["interval"], rows["label"], strict=True):
            labels += [""] * (int(i) + 1 - len(labels))
            labels[int(i)] = str(label)
    series = tuple(by_label(e, measure, scope, HOUR, labels) for _, e in named)
    if series[0] is None:
        return None
    panel = _Panel(scope, promise, np.array([int(x or 0) for x in labels]), series)
    return panel if panel.there.any() else None


def _weight(panel: _Panel) -> float:
    """How much there is to tell: contacts that fall short of the promise, or that fare otherwise under a policy."""
    base, there = panel.series[0], panel.there
    assert base is not None
    contacts, value = base.contacts[there], base.value[there]
    if len(panel.series) == 1:
        short_of = value if panel.promise is None else np.maximum(panel.promise.share - value, 0.0)
        return float((contacts * short_of).sum())
    least = 1 / 60 if panel.promise is None else 0.01
    gaps = [np.nan_to_num(np.abs(s.value[there] - value)) for s in panel.series[1:] if s is not None]
    return max((float((contacts * np.where(g >= least, g, 0.0)).sum()) for g in gaps), default=0.0)


def _draw_panel(
    ax: Axes, panel: _Panel, named: Sequence[tuple[str, Estimates]], first: int, last: int, catalogue: Catalogue
) -> None:
    base = panel.series[0]
    assert base is not None
    at = np.flatnonzero(panel.there)
    at = at[np.argsort(panel.clock[at])]
    bars(ax, panel.clock[at], base.contacts[at])
    top = 0.0
    for i, ((name, _), series) in enumerate(zip(named, panel.series, strict=True)):
        if series is None:
            continue
        ink = "#444444" if i == 0 and len(named) > 1 else COLOURS[max(i - 1, 0) % len(COLOURS)]
        label = short(plain(name), 30)
        label = catalogue.say("picture.base", policy=label) if i == 0 else label
        shown = series if len(named) <= MOST_BANDS else _without_band(series)
        for part in np.split(at, np.flatnonzero(np.diff(panel.clock[at]) > 1) + 1):  # no line over hours left out
            line(ax, panel.clock[part].astype(np.float64) + 0.5, shown, part, ink, marks=False)
        mark = "o" if i == 0 else MARKS[(i - 1) % len(MARKS)]
        ax.plot(panel.clock[at] + 0.5, series.value[at], mark, color=ink, markersize=5, label=label, zorder=4)
        top = max(top, float(np.nanmax(series.value[at], initial=0.0)))
    ax.set_xlim(first, last)
    hour_axis(ax, first, last, catalogue.say("hour.tick"))
    title(ax, _hours_words(panel, named, catalogue))
    if panel.promise is None:
        ax.set_ylim(0.0, max(1.12 * top, 0.1))
        ax.yaxis.set_major_formatter(lambda y, _: catalogue.figure(y, "min"))
        ax.set_ylabel(catalogue.say("picture.hours_wait_label"), color=SOFT, fontsize=10)
        return
    ax.set_ylim(0.0, 1.04)
    percent_axis(ax, catalogue.say("hour.percent"))
    ax.set_ylabel(
        catalogue.say("picture.hours_within", term=catalogue.term(panel.promise.within)), color=SOFT, fontsize=10
    )
    ax.axhline(panel.promise.share, color=INK, linewidth=1.2, linestyle=(0, (5, 3)), zorder=2)
    told = catalogue.say("picture.hours_promised", share=catalogue.percent(panel.promise.share))
    ax.text(last + 0.05, panel.promise.share, told, va="center", ha="left", color=INK, fontsize=9.5)


def _without_band(series: Series) -> Series:
    nothing = np.full(series.value.shape, np.nan)
    return Series(series.value, nothing, nothing, series.counted, series.n)


def _hours_words(panel: _Panel, named: Sequence[tuple[str, Estimates]], catalogue: Catalogue) -> str:
    """What a panel shows: where a policy gains or loses most, or the worst hour of a run."""
    scope = catalogue.begun(plain(catalogue.scope("channel", panel.scope)))
    base = panel.series[0]
    assert base is not None
    there, waits = panel.there, panel.promise is None
    unit = "min" if waits else "share"

    def told(value: float) -> str:
        return catalogue.figure(value, unit) if waits else catalogue.percent(value)

    def hour(i: int) -> str:
        return catalogue.hour(f"{panel.clock[i]:02d}")

    if len(named) == 1:
        value = np.where(there, base.value, np.nan)
        worst = int(np.nanargmax(value) if waits else np.nanargmin(value))
        key = "picture.hours_longest" if waits else "picture.hours_weakest"
        return catalogue.say(key, scope=scope, hour=hour(worst), value=told(value[worst]))
    best, where, who = 0.0, -1, 0
    for i, series in enumerate(panel.series[1:], 1):
        if series is None:
            continue
        gain = np.where(there, (series.value - base.value) * (-1.0 if waits else 1.0), np.nan)
        if not np.isnan(gain).all():
            k = int(np.nanargmax(np.abs(gain)))
            if abs(gain[k]) > abs(best):
                best, where, who = float(gain[k]), k, i
    if abs(best) < (1 / 60 if waits else 0.01):
        return catalogue.say("picture.hours_alike_wait" if waits else "picture.hours_alike", scope=scope)
    series = panel.series[who]
    assert series is not None
    return catalogue.say(
        "picture.hours_gain" if best > 0.0 else "picture.hours_loss",
        scope=scope,
        policy=short(plain(named[who][0]), LONGEST_TITLE // 3),
        hour=hour(where),
        base=told(base.value[where]),
        value=told(series.value[where]),
    )
