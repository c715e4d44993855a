"""A difference in the cells of a table: how much, and what to think of it."""

from __future__ import annotations

from math import isnan

from rich.text import Text

from experiments.comparison.comparison import Difference, Row
from experiments.comparison.materiality import size_of
from experiments.report.lines import BAD, DIM, GOOD, OPEN_
from experiments.wording import ABSENT, difference, difference_interval


def delta_words(row: Row, d: Difference) -> str:
    """A difference with its interval; 0 if every history gave the same."""
    if d.same:
        return "0"
    if isnan(d.value):
        return ABSENT
    if isnan(d.low):
        return difference(d.value, row.unit)
    return difference_interval(d.value, d.low, d.high, row.unit)


def verdict_text(row: Row, d: Difference) -> Text:
    """`better, surely`, `worse, but small`, `practically the same`, `open`."""
    if isnan(d.value):
        return Text(ABSENT, style=DIM)
    if d.same:
        return Text("the same", style=DIM)
    size = size_of(row, d)
    if size == "nothing":
        return Text("practically the same", style=DIM)
    if d.verdict == "open":
        return Text("open", style=OPEN_)
    up, sure = d.value > 0.0, "but small" if size == "small" else d.verdict
    if row.better == "neutral":
        return Text(f"{'more' if up else 'less'}, {sure}")
    good = up == (row.better == "higher")
    return Text(f"{'better' if good else 'worse'}, {sure}", style=GOOD if good else BAD)
