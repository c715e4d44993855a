"""Pictures of a run: service level by hour, queue and staff over the day, how long contacts wait."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.estimates.estimates import Estimates
from experiments.replication.grids import HOUR, OFF, QUARTER
from experiments.replication.promises import Promise, promises_of
from experiments.replication.reduction import WAIT, LevelAt
from experiments.replication.replications import Replications
from experiments.report.sheet import (
    COLOURS,
    FAINT,
    INK,
    LONGEST_TITLE,
    SOFT,
    Floats,
    Series,
    bars,
    by_label,
    foot,
    hour_axis,
    interval_words,
    line,
    percent_axis,
    sheet,
    short,
    style,
    title,
)
from experiments.wording import percent, term

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_PANELS = 5
AT_ONCE = 0.5 / 60
"""Where a wait of 0 is drawn on the logarithmic axis [min]."""

SHORT_TICKS = (AT_ONCE, 1 / 60, 3 / 60, 10 / 60, 0.5, 1.0, 3.0, 10.0, 30.0)
LONG_TICKS = (AT_ONCE, 5 / 60, 0.5, 2.0, 10.0, 60.0, 240.0, 1440.0, 4320.0, 10080.0)


def draw_all(replications: Replications, estimates: Estimates) -> dict[str, Figure]:
    """Every picture that this run has something for, by name.

    Parameters
    ----------
    replications, estimates : Replications, Estimates
        The run.

    Returns
    -------
    dict of str to Figure
        Among `service_level_by_hour`, `queue_and_staff`, `waits`.
    """
    with style():
        drawn = {
            "service_level_by_hour": draw_service_level(replications, estimates),
            "queue_and_staff": draw_queue_and_staff(replications, estimates),
            "waits": draw_waits(replications, estimates),
        }
    return {name: figure for name, figure in drawn.items() if figure is not None}


def draw_service_level(replications: Replications, estimates: Estimates) -> Figure | None:
    """Service level by hour of arrival, one panel per promise; None without a promise.

    Contacts that a closed door turned away are in no service level: the picture is about the hours of the desk.
    """
    labels = replications.reduction.labels(HOUR)
    panels = []
    for promise in promises_of(replications.operation):
        hours = by_label(estimates, "service_level", promise.service, HOUR, labels)
        if hours is not None:
            panels.append((promise, hours))
    panels = panels[:MOST_PANELS]
    if not panels:
        return None
    figure, axes = sheet([2.9] * len(panels), _heading(replications))
    clock = np.array([int(x) for x in labels])
    first, last = _span(clock, [h for _, h in panels])
    for ax, (promise, hours), colour in zip(axes, panels, COLOURS, strict=False):
        x, order = clock, np.argsort(clock)
        there = order[~np.isnan(hours.value[order])]
        bars(ax, x[there], hours.contacts[there])
        line(ax, x[there] + 0.5, hours, there, colour)
        hollow = there[hours.few[there]]
        ax.plot(
            x[hollow] + 0.5, hours.value[hollow], "o", markersize=5, color=colour, markerfacecolor="white", zorder=5
        )
        ax.axhline(promise.share, color=INK, linewidth=1.2, linestyle=(0, (5, 3)), zorder=2)
        ax.text(
            last + 1.05,
            promise.share,
            f"promised\n{percent(promise.share)}",
            va="center",
            ha="left",
            color=INK,
            fontsize=9.5,
        )
        recorded = _recorded_levels(replications, promise)
        if recorded:
            ax.plot(
                [h + 0.5 for h in recorded],
                list(recorded.values()),
                "D",
                markersize=5.5,
                markerfacecolor="white",
                markeredgecolor=INK,
                markeredgewidth=1.3,
                zorder=6,
                label="recorded",
            )
            ax.legend(loc="lower right", frameon=True, framealpha=0.9, edgecolor=FAINT, fontsize=9.5)
        ax.set_ylim(0.0, 1.04)
        ax.set_xlim(first, last + 1)
        percent_axis(ax)
        hour_axis(ax, first, last + 1)
        title(ax, _weakest(promise, clock, hours))
        ax.set_ylabel(f"within {term(promise.within)}", color=SOFT, fontsize=10)
    axes[-1].set_xlabel("hour of arrival", color=SOFT, fontsize=10)
    foot(
        figure,
        f"Line: share of the contacts that came while open; {interval_words(estimates)}.\n"
        "Grey bars: contacts by hour, the busiest at full height. Hollow points: hours with few contacts.",
    )
    return figure


def draw_queue_and_staff(replications: Replications, estimates: Estimates) -> Figure | None:
    """Queue of each channel and people on duty over the average day with staff; None without staff."""
    grids = replications.reduction.grids
    labels = replications.reduction.labels(QUARTER)
    quarters = [i for i, name in enumerate(labels) if name != OFF]
    if not quarters:
        return None
    clock = np.array([int(labels[i][:2]) + int(labels[i][3:]) / 60 for i in quarters])
    order = np.argsort(clock)
    clock, at = clock[order], np.array(quarters)[order]
    channels = []
    for name in replications.operation.channels:
        queue = by_label(estimates, "queue_length", name, QUARTER, labels)
        if queue is not None:
            channels.append((name, queue))
    channels = sorted(channels, key=lambda c: -float(np.nanmax(c[1].value[at])))[: MOST_PANELS - 1]
    channels.sort(key=lambda c: list(replications.operation.channels).index(c[0]))
    figure, axes = sheet([2.1] * len(channels) + [2.6], _heading(replications))
    for ax, (name, queue), colour in zip(axes, channels, COLOURS, strict=False):
        level = queue.value[at]
        line(ax, clock + 0.125, queue, at, colour, marks=False)
        ax.fill_between(clock + 0.125, 0.0, level, color=colour, alpha=0.10, linewidth=0)
        top = int(np.nanargmax(level))
        ax.set_ylim(0.0, max(1.15 * float(np.nanmax(np.fmax(queue.high[at], level))), 0.1))
        ax.set_ylabel("waiting", color=SOFT, fontsize=10)
        if level[top] < 0.05:
            words = "hardly anybody ever waits"
        else:
            words = f"{_count(level[top])} waiting on average at the worst time, {_time(clock[top])}"
        title(ax, f"{_capital(name)}: {words}")
    ax = axes[-1]
    minutes = _minutes(grids.quarter)[at]
    on_duty = by_label(estimates, "on_duty_hours", "all", QUARTER, labels, "all")
    busy = by_label(estimates, "busy_hours", "all", QUARTER, labels, "all")
    if on_duty is not None and busy is not None:
        there, working = on_duty.value[at] * 60 / minutes, busy.value[at] * 60 / minutes
        edges = np.append(clock, clock[-1] + 0.25)
        ax.stairs(there, edges, color=INK, linewidth=1.8, label="on duty")
        ax.stairs(working, edges, color="#E69F00", fill=True, alpha=0.75, label="busy")
        ax.set_ylim(0.0, 1.22 * max(float(np.nanmax(there)), float(np.nanmax(working)), 0.1))
        ax.legend(loc="upper right", ncols=2, frameon=False, fontsize=10)
        title(ax, _staff_words(clock, there, working))
    ax.set_ylabel("people", color=SOFT, fontsize=10)
    used = on_duty.value[at] > 0 if on_duty is not None else np.ones(clock.size, dtype=bool)
    waiting = [np.nan_to_num(q.value[at]) > 0.02 * np.nanmax(q.value[at]) for _, q in channels]
    shown = np.flatnonzero(np.logical_or.reduce([used, *waiting]))
    first, last = int(clock[shown[0]]), int(np.ceil(clock[shown[-1]] + 0.25))
    for panel in axes:
        panel.set_xlim(first, last)
        hour_axis(panel, first, last)
    ax.set_xlabel("time of day", color=SOFT, fontsize=10)
    days = grids.staffed_days
    which = "the one day" if days == 1 else f"the {days} days"
    foot(figure, f"Average of {which} with staff, per quarter of an hour; {interval_words(estimates)}.")
    return figure


def draw_waits(replications: Replications, estimates: Estimates) -> Figure | None:
    """Share of contacts answered within a wait, one line per channel; None if nobody came."""
    labels = replications.reduction.labels(WAIT)
    promises = {p.channel: p for p in reversed(promises_of(replications.operation))}
    lines = []
    for name in replications.operation.channels:
        answered = by_label(estimates, "answered_within", name, WAIT, labels)
        left = by_label(estimates, "abandoned_within", name, WAIT, labels)
        if answered is not None and left is not None and not np.isnan(answered.value[-1]):
            lines.append((name, answered, float(left.value[-1])))
    lines = lines[: len(COLOURS) - 1]
    if not lines:
        return None
    figure, (ax,) = sheet([4.4], _heading(replications), titles=len(lines))
    waits = replications.reduction.waits
    x = np.array([max(w, AT_ONCE) for w in waits])
    right = 0.0
    ends: list[tuple[float, float, str, str]] = []
    for i, ((name, waited, gone), colour) in enumerate(zip(lines, COLOURS, strict=False)):
        last = min(_settled(waited.value) + 1, x.size - 1)
        line(ax, x[: last + 1], waited, np.arange(last + 1), colour, marks=False)
        ax.plot(x[0], waited.value[0], "o", color=colour, markersize=6, zorder=5)
        right = max(right, float(x[last]))
        ends.append((float(waited.value[-1]), float(x[last]), name, colour))
        promise = promises.get(name)
        if promise is not None:
            _star(ax, promise, colour)
            right = max(right, promise.within)
        ax.annotate(
            short(_waits_words(name, waited, gone, promise, waits), LONGEST_TITLE),
            (0.0, 1.0),
            xycoords="axes fraction",
            xytext=(0, 10 + 19 * (len(lines) - 1 - i)),
            textcoords="offset points",
            color=colour,
            fontsize=12,
            fontweight="bold",
            annotation_clip=False,
        )
    for y, end, name, colour in _apart(ends):
        ax.annotate(
            short(name, 16),
            (end, y),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=colour,
            fontsize=10.5,
            annotation_clip=False,
        )
    ax.set_xscale("log")
    ax.set_xlim(0.84 * AT_ONCE, right * 1.05)
    ticks = [t for t in (LONG_TICKS if right > 30.0 else SHORT_TICKS) if t <= right * 1.05]
    ax.set_xticks(ticks, ["at once", *(term(t) for t in ticks[1:])])
    ax.minorticks_off()
    ax.set_ylim(0.0, 1.04)
    percent_axis(ax)
    ax.set_ylabel("answered so far", color=SOFT, fontsize=10)
    ax.set_xlabel("time since arrival (logarithmic)", color=SOFT, fontsize=10)
    foot(
        figure,
        f"Share of all contacts that were let in; {interval_words(estimates)}.\n"
        "A line that ends below 100 % has left those behind who gave up. Stars: what was promised.",
    )
    return figure


def _span(clock: NDArray[np.int64], panels: Sequence[Series]) -> tuple[int, int]:
    there = np.logical_or.reduce([~np.isnan(h.value) for h in panels])
    hours = clock[there] if there.any() else clock
    return int(hours.min()), int(hours.max())


def _weakest(promise: Promise, clock: NDArray[np.int64], hours: Series) -> str:
    value = np.where(hours.few, np.nan, hours.value)
    name, within = _capital(promise.service), term(promise.within)
    if np.isnan(value).all():
        return f"{name}: too few contacts to tell the hours apart"
    worst = int(np.nanargmin(value))
    if value[worst] >= promise.share:
        return f"{name}: every hour keeps the promise; weakest at {_hour(clock[worst])}, {percent(value[worst])}"
    below = int(np.sum(value < promise.share))
    total = int(np.sum(~np.isnan(value)))
    words = f"{name}: weakest at {_hour(clock[worst])}, {percent(value[worst])} within {within}"
    more = f"; {below} of {total} hours below the promise"
    return words + more if total > 1 and len(words + more) <= LONGEST_TITLE else words


def _staff_words(clock: Floats, there: Floats, working: Floats) -> str:
    most = int(np.nanargmax(there))
    with np.errstate(invalid="ignore", divide="ignore"):
        load = np.where(there >= 0.5 * there[most], working / there, np.nan)
    if not there[most] > 0.0 or np.isnan(load).all():
        return "Staff: nobody on duty"
    tight = int(np.nanargmax(load))
    most_there, when = _count(there[most]), _time(clock[tight])
    return f"Staff: on average {most_there} on duty at most; tightest at {when}, {percent(load[tight])} busy"


def _waits_words(name: str, answered: Series, gone: float, promise: Promise | None, waits: Sequence[float]) -> str:
    words = f"{_capital(name)}: {percent(answered.value[0])} answered at once"
    within = 1.0 if promise is None else promise.within
    k = waits.index(within)
    if k > 0:
        words += f", {percent(answered.value[k])} within {term(within)}"
    return words + (f"; {percent(gone)} gave up" if gone > 0.0 else "; nobody gave up")


def _star(ax: Axes, promise: Promise, colour: str) -> None:
    """Where the line should pass, or higher."""
    from matplotlib.patheffects import withStroke

    ax.plot(
        [promise.within],
        [promise.share],
        marker="*",
        markersize=15,
        color=colour,
        markeredgecolor="white",
        markeredgewidth=0.8,
        zorder=7,
        linestyle="none",
    )
    ax.annotate(
        f"promised {percent(promise.share)}",
        (promise.within, promise.share),
        xytext=(8, -14),
        textcoords="offset points",
        color=colour,
        fontsize=9.5,
        zorder=8,
        path_effects=[withStroke(linewidth=3, foreground="white")],
    )


def _recorded_levels(replications: Replications, promise: Promise) -> dict[int, float]:
    """Recorded service levels by hour that have the threshold of the promise."""
    found = {}
    for row in replications.operation.scenario.observed:
        level = LevelAt.named(row.measure)
        same = row.measure == "service_level" or (
            level is not None and level.measure == "service_level" and abs(level.within - promise.within) < 1e-9
        )
        if promise.kind == "service level" and same and row.hour is not None and row.channel == promise.channel:
            found[row.hour] = row.value
    return dict(sorted(found.items()))


def _settled(answered: Floats) -> int:
    """First wait at which all but a thousandth of those who are ever answered are."""
    return int(np.searchsorted(answered, 0.999 * answered[-1]))


def _apart(ends: list[tuple[float, float, str, str]]) -> list[tuple[float, float, str, str]]:
    """Labels at the ends of their lines, moved down where they would cover each other."""
    placed: list[tuple[float, float, str, str]] = []
    for y, x, name, colour in sorted(ends, reverse=True):
        near = [p for p, at, _, _ in placed if abs(np.log10(at / x)) < 0.6]
        placed.append((min([y, *(p - 0.06 for p in near)]), x, name, colour))
    return placed


def _minutes(grid: Any) -> Floats:
    """Minutes of each label."""
    out = np.zeros(grid.n)
    np.add.at(out, grid.label_of, np.diff(grid.edges))
    return out


def _hour(hour: int) -> str:
    return f"{hour}–{hour + 1} h"


def _time(clock: float) -> str:
    return f"{int(clock):02d}:{round(clock % 1 * 60):02d}"


def _count(value: float) -> str:
    return f"{value:.0f}" if value >= 9.95 or abs(value - round(value)) < 0.05 <= value else f"{value:.1f}"


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _heading(replications: Replications) -> str:
    return replications.operation.scenario.title or "scenario"
