"""A comparison in words and tables, for the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import hypot, isnan
from pathlib import Path

from rich.console import Console, RenderableType
from rich.text import Text

from experiments.comparison.comparison import Comparison, Difference, Driver, Row
from experiments.comparison.materiality import size_of
from experiments.report.catalogue import words
from experiments.report.difference_cells import delta_words, verdict_text
from experiments.report.fitted_table import FittedTable
from experiments.report.headline import headline
from experiments.report.judgement import judged_rows, told_rows, worth_telling
from experiments.report.lines import DIM, OPEN_, note, title
from experiments.report.promise_tables import promise_tables
from experiments.report.report_tables import figure_days
from experiments.report.terminal import COLUMNS
from experiments.report.verdict_words import difference_words, measure_words, period_words
from experiments.wording import ABSENT, difference, figure, limits, percent

FEW = 10
"""Replications below which intervals are rather too narrow."""

NARROW = 95
"""Columns below which intervals stand below their numbers."""

MANY = 5
"""Policies beyond which only those are told of which there is something to tell, and only in tables."""


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
        All measures instead of the main ones of what changes.
    """

    comparison: Comparison
    command: str
    folder: Path | None = None
    page: Path | None = None
    every: bool = False

    def print(self, console: Console) -> None:
        """Print everything."""
        for part in self.parts(console.width):
            console.print(part, soft_wrap=isinstance(part, Text) and part.no_wrap is True)

    def parts(self, width: int = COLUMNS) -> Iterable[RenderableType]:
        """Everything, from top to bottom."""
        yield from self._header()
        yield from promise_tables(self.comparison)
        yield from self._tables(width)
        yield from self._quiet()
        yield from self._sentences()
        yield from self._best()
        yield from self._uncertainty()
        yield from self._foot()

    @property
    def _one(self) -> bool:
        return self.comparison.replications == 1

    @property
    def _rows(self) -> tuple[Row, ...]:
        return self.comparison.rows if self.every else tuple(told_rows(self.comparison)[0])

    @property
    def _many(self) -> bool:
        return len(self.comparison.policies) > MANY and not self.every

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

    def _tables(self, width: int) -> Iterable[RenderableType]:
        remark = "" if self._one else "in brackets: 95 % intervals; odds up: that it is really more"
        if len(self.comparison.policies) > 2 and not self._one:
            remark = "in brackets: 95 % intervals, of differences for all policies together; odds: of each alone"
        groups: dict[tuple[str, str], list[Row]] = {}
        for row in self._rows:
            groups.setdefault((row.scope_kind, row.scope), []).append(row)
        for (kind, scope), rows in groups.items():
            name = {"pool": f"Agent group {scope}", "all": "Whole desk"}.get(kind, _capital(scope))
            yield title(name, remark)
            remark = ""
            yield self._two(rows) if len(self.comparison.policies) == 2 else self._several(rows, width)

    def _quiet(self) -> Iterable[RenderableType]:
        """Where there is nothing to tell."""
        scopes = [] if self.every else told_rows(self.comparison)[1]
        if scopes:
            names = words("en").listed([words("en").scope(kind, scope) for kind, scope in scopes])
            yield Text("")
            yield note(f"Nothing worth a choice changes on {names} (--all shows every measure).")

    def _two(self, rows: list[Row]) -> RenderableType:
        headings = ("base", "policy", "difference", "odds up")
        table = FittedTable(("measure",), headings, ("",), spare=("odds up",), broken=True)
        for row in rows:
            d = row.differences[0]
            values = (_value(row, i, "\n") for i in (0, 1))
            delta = Text(delta_words(row, d).replace(" [", "\n["))
            table.add_row(Text(self._name(row)), *values, delta, Text(_odds(d)), verdict_text(row, d))
        return table

    def _several(self, rows: list[Row], width: int) -> RenderableType:
        narrow = width < NARROW
        table = FittedTable(("measure",), ("value", "difference", "odds up"), ("",), spare=("odds up",), broken=True)
        judged = set(judged_rows(self.comparison))
        for row in rows:
            quiet = [
                not worth_telling(row, d, value, row in judged)
                for d, value in zip(row.differences, row.values[1:], strict=True)
            ]
            absent = [p.name for p, v in zip(self.comparison.policies, row.values, strict=True) if isnan(v.value)]
            others = [d.policy for d, q in zip(row.differences, quiet, strict=True) if q and self._many]
            if len(others) == len(row.differences):
                continue
            table.add_row(Text(self._name(row), style="bold"), Text(""), Text(""), Text(""), Text(""))
            for i, policy in enumerate(self.comparison.policies):
                if policy.name in others:
                    continue
                d = None if i == 0 else row.differences[i - 1]
                delta = "base" if d is None else delta_words(row, d)
                table.add_row(
                    Text(f"  {policy.name}"),
                    _value(row, i, "\n" if narrow else " "),
                    Text(delta.replace(" [", "\n[") if narrow else delta, style=DIM if d is None else ""),
                    Text("" if d is None else _odds(d)),
                    Text("") if d is None else verdict_text(row, d),
                )
            others = [name for name in others if name not in absent]  # a group that they do not have
            if others:
                rest = Text(f"  {len(others)} other{'' if len(others) == 1 else 's'}", style=DIM)
                table.add_row(rest, Text(""), Text(""), Text(""), Text("little, or open", style=DIM))
        return table

    def _sentences(self) -> Iterable[RenderableType]:
        if self._one or self._many:
            return
        yield title("In words")
        english, length = words("en"), self.comparison.period.length
        periods = period_words(self.comparison.replications, length, english)
        judged = set(judged_rows(self.comparison))
        for i, policy in enumerate(self.comparison.policies[1:]):
            told = [
                r for r in self._rows if self.every or worth_telling(r, r.differences[i], r.values[i + 1], r in judged)
            ]
            if len(self.comparison.policies) > 2:
                nothing = "" if told else " nothing worth a choice changes"
                yield Text(f"  {policy.name}:{nothing}", style="bold")
            elif not told:
                yield note("Nothing worth a choice changes.")
            for row in told:
                d = row.differences[i]
                if row.better != "neutral" and not isnan(d.value):
                    said = difference_words(row, d, periods, length, english)
                    unnamed = d.verdict in ("open", "same") or _nothing(row, d)
                    scope = english.scope(row.scope_kind, row.scope)
                    yield note(f"{scope}: {f'{self._name(row)}: ' if unnamed else ''}{said}")

    def _best(self) -> Iterable[RenderableType]:
        if len(self.comparison.policies) == 2 or self._one:
            return
        yield title("Who is best", "those named together cannot be told apart, or not by what matters")
        table = FittedTable(("measure", "among the best"), ())
        for row in self._rows:
            if row.better != "neutral" and row.best and sum(not isnan(v.value) for v in row.values) > 1:
                if self._many and len(row.best) > MANY:
                    continue
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
        for row in judged_rows(c) if self._many else self._rows:
            for d in row.differences:
                if isnan(d.value) or row.better == "neutral" or not d.inputs > 0.0 or _nothing(row, d):
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
        for told in c.notes:
            yield Text(told, style=OPEN_)
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


def _odds(d: Difference) -> str:
    if d.same or isnan(d.odds):
        return ABSENT
    return "> 99 %" if d.odds > 0.99 else "< 1 %" if d.odds < 0.01 else percent(round(d.odds, 2))


def _width(x: float, unit: str) -> str:
    if isnan(x):
        return ABSENT
    whole = unit == "share" and x >= 1.0  # no share differs by more
    return f"> {difference(1.0, unit).lstrip('+')}" if whole else difference(x, unit).lstrip("+")


def _nothing(row: Row, d: Difference) -> bool:
    return size_of(row, d) == "nothing"


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
