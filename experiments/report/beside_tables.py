"""Recorded numbers beside simulated ones, for the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
from rich.console import RenderableType
from rich.text import Text

from experiments.estimates.observed import Beside
from experiments.report.catalogue import words
from experiments.report.fitted_table import FittedTable
from experiments.report.lines import BAD, DIM, GOOD, hour_name, note, title
from experiments.wording import ABSENT, difference, figure, interval, limits

BY_HOUR = (r"service_level(_[\d.]+(s|min|h|d))?", "abandonment", "asa", "mean_wait", "arrivals")
"""Recorded measures that are shown by hour, the first four that are there."""

ENOUGH = 0.8
"""Share of recorded numbers inside below which the answer is doubted in its first lines."""


def judged(beside: Sequence[Beside]) -> list[bool]:
    """For every recorded number that can be judged, whether it lies inside."""
    return [b.inside for b in beside if b.inside is not None]


def is_doubtful(beside: Sequence[Beside]) -> bool:
    """Whether so many recorded numbers lie outside that the answer itself is to be doubted."""
    told = judged(beside)
    return bool(told) and sum(told) < ENOUGH * len(told)


def inside_words(beside: Sequence[Beside]) -> str:
    """How many recorded numbers lie inside."""
    told = judged(beside)
    return f"{sum(told)} of {len(told)} recorded numbers lie inside; about 90 % would if the model were right."


def beside_tables(beside: Sequence[Beside], *, one: bool) -> Iterable[RenderableType]:
    """Every recorded number with what was simulated, the whole period and then hour by hour.

    Parameters
    ----------
    beside : sequence of Beside
        The numbers.
    one : bool
        Only one history was simulated.
    """
    for channel in dict.fromkeys(b.channel for b in beside if b.hour is None):
        remark = "" if one else "one history: range of a single such period (90 %)"
        yield title(f"Simulated beside recorded{_of(channel)}, whole period", remark)
        table = FittedTable(
            ("measure",),
            ("simulated", "one history", "recorded", "difference"),
            ("",),
            spare=("one history", "difference"),
        )
        for b in beside:
            if b.hour is not None or b.channel != channel:
                continue
            table.add_row(
                Text(words("en").names(b.measure).short),
                Text(interval(b.simulated, b.low, b.high, b.unit)),
                Text(limits(b.simulated, b.history_low, b.history_high, b.unit)),
                Text(figure(b.recorded, b.unit)),
                Text(difference(b.difference, b.unit)),
                _inside(b.inside),
            )
        yield table
    for channel in dict.fromkeys(b.channel for b in beside if b.hour is not None):
        yield from _by_hour(beside, channel, one)
    if judged(beside):
        yield note(inside_words(beside))


def _by_hour(beside: Sequence[Beside], channel: str | None, one: bool) -> Iterable[RenderableType]:
    rows = {(b.measure, b.hour): b for b in beside if b.channel == channel and b.hour is not None}
    there = list(dict.fromkeys(m for m, _ in rows))
    usual = [m for pattern in BY_HOUR for m in there if re.fullmatch(pattern, m)]
    shown = usual[:4] or there[:4]
    remark = "simulated | recorded" + ("" if one else "; ! outside the range of one history")
    yield title(f"By hour of arrival{_of(channel)}", remark)
    headings = [words("en").names(m).short.replace(", ", ",\n") for m in shown]
    table = FittedTable(("hour",), ("contacts", *headings), spare=[*reversed(headings[1:]), "contacts"])
    for hour in sorted({h for _, h in rows if h is not None}):
        some = [rows.get((m, hour)) for m in shown]
        arrived = rows.get(("arrivals", hour))
        n = arrived.recorded if arrived else next((b.n for b in some if b is not None and b.n is not None), np.nan)
        table.add_row(Text(hour_name(f"{hour:02d}")), Text(figure(n, "contacts")), *map(_pair, some))
    yield table


def _of(channel: str | None) -> str:
    return "" if channel is None else f", {channel}"


def _pair(b: Beside | None) -> Text:
    if b is None:
        return Text(ABSENT)
    recorded = figure(b.recorded, b.unit).rjust(7)
    mark = ("! ", BAD) if b.inside is False else ""
    return Text.assemble(mark, figure(b.simulated, b.unit), (" | ", DIM), recorded)


def _inside(inside: bool | None) -> Text:
    if inside is None:
        return Text("")
    return Text("inside", style=GOOD) if inside else Text("outside", style=BAD)
