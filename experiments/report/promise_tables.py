"""What becomes of the promises under every policy: the first table of a comparison."""

from __future__ import annotations

from collections.abc import Iterable
from math import isnan

from rich.console import RenderableType
from rich.text import Text

from experiments.comparison.comparison import Comparison, Row
from experiments.comparison.materiality import size_of
from experiments.replication.promises import Promise, other_yardsticks
from experiments.report.difference_cells import verdict_text
from experiments.report.fitted_table import FittedTable
from experiments.report.judgement import judged_rows, kept, level_of, promise_of
from experiments.report.lines import BAD, DIM, GOOD, OPEN_, title
from experiments.wording import ABSENT, difference, figure

PAINT = {"kept": GOOD, "missed": BAD, "close": OPEN_}
MARKS = {"kept": "kept", "missed": "missed", "close": "close"}

MOST_COLUMNS = 4
"""Promises side by side where there are several policies."""


def promise_tables(comparison: Comparison) -> Iterable[RenderableType]:
    """Every promise under every policy; nothing where nothing is promised.

    Parameters
    ----------
    comparison : Comparison
        Two policies or more.
    """
    elsewhere = other_yardsticks([run.operation for run in comparison.runs])
    rows = [
        *judged_rows(comparison),
        *(r for r in comparison.rows if r.scope_kind == "channel" and r.scope in elsewhere),
    ]
    found = [(row, promise) for row in rows if (promise := _promise(comparison, row)) is not None]
    if not found:
        return
    if len(comparison.policies) == 2:
        yield title("Promises", "" if comparison.replications == 1 else "close: too close to call")
        yield _two(comparison, found)
        return
    for at in range(0, len(found), MOST_COLUMNS):
        some = found[at : at + MOST_COLUMNS]
        remark = "▲ ▼ better, worse than the base; = too little to matter; ? open; close: too close to call"
        if any(row.better == "neutral" for row, _ in found):
            remark = remark.replace("close: too close to call", "≠ another promise")
        yield title("Promises" if at == 0 else "Promises, continued", remark if at == 0 else "")
        yield _several(comparison, some)


def _two(comparison: Comparison, found: list[tuple[Row, Promise]]) -> RenderableType:
    """A line per promise."""
    spare = ("promised", "difference")
    table = FittedTable(("channel",), ("promised", "base", "policy", "difference"), ("",), spare=spare)
    for row, promise in found:
        d = row.differences[0]
        told = Text("0" if d.same else difference(d.value, row.unit))
        levels = (_level(comparison, i, row) for i in (0, 1))
        if row.better == "neutral":
            theirs = promise_of(comparison, 1, row)
            words = Text("another promise", style=DIM) if theirs is None else Text(f"now {_short(theirs)}", style=DIM)
            table.add_row(Text(row.scope, style="bold"), Text(_short(promise)), *levels, Text(""), words)
            continue
        table.add_row(Text(row.scope, style="bold"), Text(_short(promise)), *levels, told, verdict_text(row, d))
    return table


def _several(comparison: Comparison, found: list[tuple[Row, Promise]]) -> RenderableType:
    """A line per policy."""
    headings = [f"{row.scope}\n{_short(promise)}" for row, promise in found]
    table = FittedTable(("policy",), headings)
    for i, policy in enumerate(comparison.policies):
        cells = [_level(comparison, i, row) for row, _ in found]
        for cell, (row, _) in zip(cells, found, strict=True):
            cell.append(f" {'' if i == 0 else _arrow(comparison, i, row)}".ljust(2), style=DIM)
        table.add_row(Text(policy.name, style="bold" if i == 0 else ""), *cells)
    return table


def _promise(comparison: Comparison, row: Row) -> Promise | None:
    """Of the first policy that makes it."""
    made = (promise_of(comparison, i, row) for i in range(len(comparison.policies)))
    return next((p for p in made if p is not None), None) if row.measure == "service_level" else None


def _level(comparison: Comparison, policy: int, row: Row) -> Text:
    """`88.0 % kept`, by the promise that this policy makes."""
    value, promise = row.values[policy], promise_of(comparison, policy, row)
    if isnan(value.value):
        return Text(ABSENT, style=DIM)
    text = Text(figure(value.value, "share"))
    if promise is None:
        return text.append(" not promised", style=DIM)
    verdict = kept(level_of(row, policy), promise).removesuffix("_once")
    return text.append(f" {MARKS[verdict]}".ljust(7), style=PAINT[verdict])


def _short(promise: Promise) -> str:
    """`80 % in 30 s`."""
    return promise.short.removesuffix(f" {promise.kind}")


def _arrow(comparison: Comparison, policy: int, row: Row) -> str:
    if row.better == "neutral":
        base, theirs = (promise_of(comparison, i, row) for i in (0, policy))
        return "" if base == theirs else "≠"
    d = row.differences[policy - 1]
    size = size_of(row, d)
    if size == "worthwhile":
        return "▲" if (d.value > 0.0) == (row.better == "higher") else "▼"
    return {"nothing": "=", "small": "=", "open": "?"}.get(size, "")
