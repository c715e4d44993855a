"""A comparison in words and tables, for the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import hypot, isnan
from pathlib import Path

from rich.console import Console, RenderableType
from rich.text import Text

from experiments.comparison.comparison import Comparison, Difference, Driver, Row
from experiments.comparison.main_rows import main_rows
from experiments.report.catalogue import words
from experiments.report.fitted_table import FittedTable
from experiments.report.headline import headline
from experiments.report.report_tables import BAD, DIM, GOOD, OPEN_, figure_days, title
from experiments.report.verdict_words import difference_words, measure_words, period_words
from experiments.wording import ABSENT, difference, difference_interval, figure, limits, percent

FEW = 10
"""Replications below which intervals are rather too narrow."""


@dataclass(frozen=True, eq=False)
class ComparisonReport:
    """What `aftersim compare` prints.

    Parameters
    ----------
    comparison : Comparison
        The policies.
    command : str
        What repeats it.
    folder : Path or None
        Where it is kept.
    page : Path or None
        The page that was written.
    every : bool
        All measures instead of the main ones.
    """

    comparison: Comparison
    command: str
    folder: Path | None = None
    page: Path | None = None
    every: bool = False

    def print(self, console: Console) -> None:
        """Print everything."""
        for part in self.parts():
            console.print(part, soft_wrap=isinstance(part, Text) and part.no_wrap is True)

    def parts(self) -> Iterable[RenderableType]:
        """Everything, from top to bottom."""
        yield from self._header()
        yield from self._tables()
        yield from self._sentences()
        yield from self._best()
        yield from self._uncertainty()
        yield from self._foot()

    @property
    def _one(self) -> bool:
        return self.comparison.replications == 1

    @property
    def _rows(self) -> tuple[Row, ...]:
        return self.comparison.rows if self.every else main_rows(self.comparison)

    def _name(self, row: Row) -> str:
        return measure_words(row, self.comparison.period.length, words("en"))

    def _header(self) -> Iterable[RenderableType]:
        c = self.comparison
        yield Text(headline(c, words("en")), style="bold")
        yield Text("")
        for i, policy in enumerate(c.policies):
            yield Text.assemble(
                ("base    " if i == 0 else "policy  ", DIM),
                (policy.name, "bold"),
                f"  {policy.title}" if policy.title else "",
            )
        days = figure_days(c.period.length / 1440)
        start = f"{c.period.start:%a} {c.period.start.day} {c.period.start:%b %Y}"
        warm = f" after {figure_days(c.period.warm_up / 1440)} of warm-up" if c.period.warm_up else ""
        n = "1 replication" if self._one else f"{c.replications} replications"
        yield Text(f"{days} from {start}{warm}, {n} of each with the same luck, seed {c.seed}", style=DIM)
        if self._one:
            yield Text("One possible history, not an estimate: run more replications for intervals.", style=OPEN_)
        elif c.replications < FEW:
            yield Text(f"{c.replications} replications are few: these intervals are rather too narrow.", style=OPEN_)

    def _tables(self) -> Iterable[RenderableType]:
        remark = "" if self._one else "in brackets: 95 % intervals; odds up: that it is really more"
        if len(self.comparison.policies) > 2 and not self._one:
            remark = "in brackets: 95 % intervals, of differences for all policies together; odds: of each alone"
        groups: dict[tuple[str, str], list[Row]] = {}
        for row in self._rows:
            groups.setdefault((row.scope_kind, row.scope), []).append(row)
        for (kind, scope), rows in groups.items():
            name = {"pool": f"Agent group {scope}", "all": "All channels"}.get(kind, _capital(scope))
            yield title(name, remark)
            remark = ""
            yield self._two(rows) if len(self.comparison.policies) == 2 else self._several(rows)

    def _two(self, rows: list[Row]) -> RenderableType:
        table = FittedTable(("measure",), ("base", "policy", "difference", "odds up"), ("",))
        for row in rows:
            d = row.differences[0]
            values = (_value(row, i, "\n") for i in (0, 1))
            table.add_row(Text(self._name(row)), *values, Text(_delta(row, d)), Text(_odds(d)), _verdict(row, d))
        return table

    def _several(self, rows: list[Row]) -> RenderableType:
        table = FittedTable(("measure",), ("value", "difference", "odds up"), ("",), spare=("odds up",))
        for row in rows:
            table.add_row(Text(self._name(row), style="bold"), Text(""), Text(""), Text(""), Text(""))
            for i, policy in enumerate(self.comparison.policies):
                d = None if i == 0 else row.differences[i - 1]
                table.add_row(
                    Text(f"  {policy.name}"),
                    _value(row, i, " "),
                    Text("base" if d is None else _delta(row, d), style=DIM if d is None else ""),
                    Text("" if d is None else _odds(d)),
                    Text("") if d is None else _verdict(row, d),
                )
        return table

    def _sentences(self) -> Iterable[RenderableType]:
        if self._one:
            return
        yield title("In words")
        english, length = words("en"), self.comparison.period.length
        periods = period_words(self.comparison.replications, length, english)
        rows = [r for r in self._rows if r.better != "neutral"]
        for i, policy in enumerate(self.comparison.policies[1:]):
            if len(self.comparison.policies) > 2:
                yield Text(f"  {policy.name}:", style="bold")
            for row in rows:
                d = row.differences[i]
                if not isnan(d.value):
                    told = difference_words(row, d, periods, length, english)
                    name = f"{self._name(row)}: " if d.verdict in ("open", "same") else ""
                    yield Text(f"  {row.scope}: {name}{told}")

    def _best(self) -> Iterable[RenderableType]:
        if len(self.comparison.policies) == 2 or self._one:
            return
        yield title("Who is best", "those named together cannot be told apart")
        table = FittedTable(("measure", "among the best"), ())
        for row in self._rows:
            if row.better != "neutral" and row.best:
                names = "all" if len(row.best) == len(self.comparison.policies) else ", ".join(row.best)
                scope = "" if row.scope_kind == "all" else f", {row.scope}"
                table.add_row(Text(f"{self._name(row)}{scope}"), Text(names))
        yield table

    def _uncertainty(self) -> Iterable[RenderableType]:
        c = self.comparison
        if not c.draws or self._one:
            return
        yield title("What is not known", "half widths of 95 % intervals; driven by: shares of the inputs listed below")
        table = FittedTable(
            ("difference",), ("noise of the\nsimulation", "ranges of\nthe inputs", "both"), ("driven by",)
        )
        inputs: dict[str, tuple[int, Driver]] = {}
        for row in self._rows:
            for d in row.differences:
                if d.same or isnan(d.value) or row.better == "neutral":
                    continue
                who = f" ({d.policy})" if len(c.policies) > 2 else ""
                drivers = c.drivers.get((row.measure, row.scope_kind, row.scope, d.policy), ())
                told = []
                for x in drivers:
                    number, _ = inputs.setdefault(x.path, (len(inputs) + 1, x))
                    told.append(f"({number}) {percent(x.share)}")
                table.add_row(
                    Text(f"{self._name(row)}, {row.scope}{who}"),
                    *(Text(_width(x, row.unit)) for x in (d.noise, d.inputs, hypot(d.noise, d.inputs))),
                    Text("  ".join(told) or ABSENT),
                )
        yield table
        for number, x in inputs.values():
            source = f", {x.source}" if x.source else ""
            yield Text(
                f"  ({number}) {x.path}: {x.value} [{x.low}, {x.high}]{', assumed' if x.assumed else ''}{source}"
            )

    def _foot(self) -> Iterable[RenderableType]:
        c = self.comparison
        yield Text("")
        for note in c.notes:
            yield Text(note, style=OPEN_)
        for label, path in (("Page: ", self.page), ("Kept in ", self.folder)):
            if path is not None:
                yield Text.assemble(label, (str(path), "bold"), no_wrap=True)
        if self.command:
            yield Text(f"Repeat with: {self.command}", style=DIM, no_wrap=True)


def _value(row: Row, policy: int, between: str) -> Text:
    """An estimate and its interval."""
    e = row.values[policy]
    text = Text(figure(e.value, row.unit))
    brackets = limits(e.value, e.low, e.high, row.unit)
    return text.append(f"{between}{brackets}", style=DIM) if brackets else text


def _delta(row: Row, d: Difference) -> str:
    if d.same:
        return "0"
    if isnan(d.value):
        return ABSENT
    if isnan(d.low):
        return difference(d.value, row.unit)
    return difference_interval(d.value, d.low, d.high, row.unit)


def _odds(d: Difference) -> str:
    if d.same or isnan(d.odds):
        return ABSENT
    return "> 99 %" if d.odds > 0.99 else "< 1 %" if d.odds < 0.01 else percent(round(d.odds, 2))


def _width(x: float, unit: str) -> str:
    return ABSENT if isnan(x) else difference(x, unit).lstrip("+")


def _verdict(row: Row, d: Difference) -> Text:
    if isnan(d.value):
        return Text(ABSENT, style=DIM)
    if d.same:
        return Text("the same", style=DIM)
    if d.verdict == "open":
        return Text("open", style=OPEN_)
    up = d.value > 0.0
    if row.better == "neutral":
        return Text(f"{'more' if up else 'less'}, {d.verdict}")
    good = up == (row.better == "higher")
    return Text(f"{'better' if good else 'worse'}, {d.verdict}", style=GOOD if good else BAD)


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
