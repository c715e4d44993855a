"""A run in words and tables, for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path

from rich.console import Console, RenderableType
from rich.text import Text

from experiments.estimates.estimates import Estimates
from experiments.estimates.formula_beside import formulas_beside
from experiments.estimates.intervals import Estimate
from experiments.estimates.observed import Beside
from experiments.estimates.worst_hours import spread, worst_hours
from experiments.replication.promises import Promise, promises_of
from experiments.replication.replications import Replications
from experiments.report.beside_tables import beside_tables, inside_words, is_doubtful
from experiments.report.catalogue import words
from experiments.report.desk_headline import run_headline
from experiments.report.fitted_table import FittedTable
from experiments.report.lines import BAD, DIM, GOOD, OPEN_, hour_name, note, title
from experiments.report.outcome_tables import OutcomeTables
from experiments.report.special_days import date_tables
from experiments.wording import ABSENT, duration, figure, interval, limits, percent, share

MOST_HOURS = 6


@dataclass(frozen=True, eq=False)
class Report:
    """What `aftersim run` prints.

    Parameters
    ----------
    replications, estimates : Replications, Estimates
        The run.
    beside : sequence of Beside
        Recorded numbers, if the scenario has any.
    notes : sequence of str
        What went otherwise than planned.
    command : str
        What repeats the run.
    file : str
        The scenario file as given.
    folder : Path or None
        Where the run is kept.
    page : Path or None
        The page that was written.
    """

    replications: Replications
    estimates: Estimates
    beside: Sequence[Beside]
    notes: Sequence[str]
    command: str
    file: str
    folder: Path | None
    page: Path | None = None

    def print(self, console: Console) -> None:
        """Print everything."""
        for part in self.parts():
            console.print(part, soft_wrap=isinstance(part, Text) and part.no_wrap is True)

    def parts(self) -> Iterable[RenderableType]:
        """Everything, from top to bottom."""
        yield from self._header()
        yield from self._channels()
        yield from self._channel_notes()
        yield from self._formulas()
        outcomes = OutcomeTables(self.replications, self.estimates)
        yield from _titled(outcomes.slow())
        yield from _titled(outcomes.tickets())
        yield from _titled(outcomes.bot())
        yield from self._groups()
        yield from self._worst_hours()
        halves = outcomes.half_hours()
        if halves:
            yield title("Worst half hours")
            yield from map(note, halves)
        yield from _titled(date_tables(self.replications, self.estimates))
        yield from _titled(outcomes.weeks())
        if self.beside:
            yield from beside_tables(self.beside, one=self._one)
        yield from self._foot()

    @property
    def days(self) -> float:
        """Length of the period [d]."""
        return self.replications.operation.network.end / 1440.0

    @property
    def _one(self) -> bool:
        return self.estimates.replications == 1

    def _header(self) -> Iterable[RenderableType]:
        scenario = self.replications.operation.scenario
        yield Text(scenario.title or Path(self.file).name, style="bold")
        if scenario.question:
            yield Text(scenario.question, style="italic")
        period = scenario.period
        start = f"{period.start:%a} {period.start.day} {period.start:%b %Y}"
        length = figure_days(self.days)
        warm = f" after {figure_days(period.warm_up / 1440)} of warm-up" if period.warm_up else ""
        n = self.estimates.replications
        how = "1 replication" if self._one else f"{n} replications"
        yield Text(f"{length} from {start} ({period.time_zone}){warm}, {how}, seed {self.replications.seed}")
        yield Text("")
        yield Text(run_headline(self.replications, self.estimates, words("en")), style="bold")
        if is_doubtful(self.beside):
            yield Text(f"This is not yet the desk that was recorded: {inside_words(self.beside)}", style=OPEN_)
        if self._one:
            yield Text("One possible history, not an estimate: run more replications for intervals.", style=OPEN_)
        elif n < 10:
            yield Text(
                f"{n} replications are few: these intervals are rather too narrow; 20 or more are better.", style=OPEN_
            )

    def _channels(self) -> Iterable[RenderableType]:
        often = "in how many weeks, days" if period_name(self.days) == "weeks" else "in how many runs, days"
        remark = f"in brackets: 95 % intervals; promise: whether it is kept, and {often}"
        yield title("Channels", "" if self._one else remark)
        table = FittedTable(
            ("channel",),
            ("arrivals\na day", "service\nlevel", "wait of the\nanswered", "gave\nup", "9 of 10 wait\nat most"),
            ("promise",),
            spare=("9 of 10 wait\nat most", "arrivals\na day"),
        )
        for channel in self.replications.operation.channels:
            own = [p for p in promises_of(self.replications.operation) if p.channel == channel]
            for i, promise in enumerate(own or [None]):
                scope = channel if promise is None else promise.service
                first = i == 0
                table.add_row(
                    _name(channel if first else "", None if promise is None else promise.short),
                    self._per_day("arrivals", "channel", scope) if first else Text(""),
                    self._cell("service_level", scope),
                    *(self._cell(m, scope) if first else Text("") for m in ("asa", "abandonment", "wait_p90")),
                    Text(ABSENT, style=DIM) if promise is None else self._verdict(promise),
                )
        yield table

    def _cell(self, measure: str, scope: str, kind: str = "channel") -> Text:
        e = self.estimates.of(measure, kind, scope)
        return _two_lines(e, self.replications.measure(measure).unit)

    def _per_day(self, measure: str, kind: str, scope: str) -> Text:
        e = self.estimates.of(measure, kind, scope)
        d = max(self.days, 1e-9)
        return _two_lines(Estimate(e.value / d, e.low / d, e.high / d, e.n), self.replications.measure(measure).unit)

    def _verdict(self, promise: Promise) -> Text:
        e = self.estimates.of("service_level", "channel", promise.service)
        text = Text()
        if isnan(e.value):
            return text.append("nobody came", style=DIM)
        if self._one:
            text.append(*(("kept", GOOD) if e.value >= promise.share else ("missed", BAD)))
        elif e.low >= promise.share:
            text.append("kept", style=GOOD)
        elif e.high < promise.share:
            text.append("missed", style=BAD)
        else:
            text.append("too close to call", style=OPEN_)
        period = self.estimates.of("meets_target", "channel", promise.service)
        day = self.estimates.of("meets_target_day", "channel", promise.service)
        if not self._one and not isnan(period.value):
            text.append(f"\n{period_name(self.days)} {_whole(period)}", style=DIM)
        if round(self.days) != 1 and not isnan(day.value):
            text.append(f"\ndays {_whole(day)}", style=DIM)
        return text

    def _channel_notes(self) -> Iterable[RenderableType]:
        for channel in self.replications.operation.channels:
            arrivals = self.estimates.of("arrivals", "channel", channel).value
            if not arrivals > 0.0:
                continue
            closed = self.estimates.of("closed", "channel", channel).value
            if closed > 0.0:
                told = f"came while closed{self._when_closed(channel)}; they count in no service level of {channel}"
                yield note(f"{channel}: {percent(closed / arrivals)} of the contacts {told}.")
            blocked = self.estimates.of("blocked", "channel", channel).value
            if blocked > 0.0:
                yield note(f"{channel}: {percent(blocked / arrivals)} of the contacts found the line full.")
            waiting = self.estimates.of("open_contacts", "channel", channel).value
            if waiting > 0.0:
                yield note(
                    f"{channel}: {figure(waiting, 'contacts')} contacts were still waiting at the end of the run; "
                    "the tables of the run folder bound every share for them."
                )

    def _when_closed(self, channel: str) -> str:
        """What becomes of those who come while a channel is closed."""
        way = self.replications.operation.scenario.channels[channel].when_closed
        known = {"lost": " and were turned away", "wait": " and waited", "voicemail": " and left a message"}
        return known.get(way, " and come back" if way == "come_back" else f" and were sent to {way}")

    def _formulas(self) -> Iterable[RenderableType]:
        found = formulas_beside(self.replications.operation, self.estimates)
        for channel in dict.fromkeys(f.channel for f in found):
            own = [f for f in found if f.channel == channel]
            yield title("Formula beside estimate", f"{channel}: {own[0].formula}, the steady state")
            table = FittedTable(("measure",), ("formula", "simulated"), ("",))
            for f in own:
                inside = f.inside
                verdict = Text("" if inside is None else "inside" if inside else "outside")
                if inside is not None:
                    verdict.stylize(GOOD if inside else BAD)
                simulated = interval(*f.estimate[:3], f.unit)
                table.add_row(Text(f.measure), Text(figure(f.exact, f.unit)), Text(simulated), verdict)
            yield table

    def _groups(self) -> Iterable[RenderableType]:
        yield title("Agent groups", "occupancy: busy / (busy + available); utilisation: (busy + available) / paid")
        table = FittedTable(("group",), ("paid\na day", "overrun\na day", "occupancy", "utilisation"))
        for group in self.replications.operation.scenario.agent_groups:
            table.add_row(
                _name(group, None),
                self._per_day("paid_hours", "pool", group),
                self._per_day("overrun_hours", "pool", group),
                self._cell("occupancy", group, "pool"),
                self._cell("utilisation", group, "pool"),
            )
        yield table

    def _worst_hours(self) -> Iterable[RenderableType]:
        """Hours of the week in which most contacts fall short of a promise."""
        found = worst_hours(self.replications, self.estimates)
        if not found:
            return
        yield title("Worst hours", "most contacts short of the promise first; staff: of the groups that serve it")
        table = FittedTable(
            ("hour", "channel"),
            (
                "contacts\nan hour",
                "service\nlevel",
                "wait of the\nanswered",
                "gave\nup",
                "staff on\nduty",
                "occupancy",
            ),
            spare=("gave\nup", "occupancy", "wait of the\nanswered"),
        )
        for row in spread(found, MOST_HOURS):
            table.add_row(
                Text(hour_name(row.label)),
                Text(row.scope),
                Text(figure(row.contacts, "contacts")),
                Text(interval(*row.level[:3], "share")),
                Text(duration(row.asa)),
                Text(share(row.abandonment)),
                Text(figure(row.staff, "people")),
                Text(share(row.occupancy)),
            )
        yield table

    def _foot(self) -> Iterable[RenderableType]:
        operation = self.replications.operation
        scenario = operation.scenario
        warnings = [*map(str, scenario.warnings), *(f"warning: {w}" for w in operation.network.warnings), *self.notes]
        yield Text("")
        for told in warnings:
            yield Text(told, style=OPEN_)
        n = len(scenario.defaults)
        if n:
            what = (
                "1 value was not written and taken as usual"
                if n == 1
                else f"{n} values were not written and taken as usual"
            )
            yield Text(f"{what}; to see them: aftersim explain {self.file} --show defaults", style=DIM)
        for label, path in (("Page: ", self.page), ("Kept in ", self.folder)):
            if path is not None:
                yield Text.assemble(label, (str(path), "bold"), no_wrap=True)
        if self.command:
            yield Text(f"Repeat with: {self.command}", style=DIM, no_wrap=True)


def _titled(parts: Iterable[tuple[str, str, RenderableType]]) -> Iterable[RenderableType]:
    """Tables below their titles."""
    for heading, remark, table in parts:
        yield title(heading, remark)
        yield table


def period_name(days: float) -> str:
    """What periods of this length are called.

    Examples
    --------
    >>> period_name(7.0), period_name(31.0), period_name(1.0)
    ('weeks', 'runs', 'days')
    """
    if abs(days - 1.0) < 0.1:
        return "days"
    return "weeks" if abs(days - 7.0) < 0.1 else "runs"


def figure_days(days: float) -> str:
    """A length in days, or in hours if it is short.

    Examples
    --------
    >>> figure_days(7.0), figure_days(1.0), figure_days(0.25)
    ('7 days', '1 day', '6 h')
    """
    if days < 0.95:
        return f"{days * 24:.3g} h"
    n = round(days)
    return f"{n} day{'' if n == 1 else 's'}"


def _two_lines(e: Estimate, unit: str) -> Text:
    """The value, and below it its interval."""
    text = Text(figure(e.value, unit))
    brackets = limits(*e[:3], unit)
    return text.append(f"\n{brackets}", style=DIM) if brackets else text


def _whole(e: Estimate) -> str:
    if isnan(e.low):
        return percent(e.value)
    return f"{percent(e.value)} ({100 * e.low:.0f}–{100 * e.high:.0f})"


def _name(name: str, promise: str | None) -> Text:
    text = Text(name, style="bold")
    return text if promise is None else text.append(f"\n{promise}", style="not bold dim")
