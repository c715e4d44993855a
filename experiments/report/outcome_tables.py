"""Slow channels, tickets and the bot, for the terminal and the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np
from rich.console import RenderableType
from rich.text import Text

from experiments.estimates.estimates import Estimates
from experiments.estimates.worst_hours import WorstHalfHour, worst_half_hours, worst_hours
from experiments.replication.grids import WEEKDAY_HOUR
from experiments.replication.promises import Promise, promises_of
from experiments.replication.replications import Replications
from experiments.report.catalogue import FURTHER, Catalogue, plain, words
from experiments.report.fitted_table import FittedTable
from experiments.report.judgement import kept
from experiments.wording import ABSENT, figure, interval
from sim.measures.intervals import WEEKDAYS

SLOW = ("first_response_p50", "first_response_p90", "resolution_full_p50", "resolution_full_p90", "pending")
"""Of channels that promise a response or a resolution."""

TICKETS = ("fcr_7d", "repeat_unresolved", "repeat_unserved", "self_inflicted")
"""Of channels whose customers come again."""

BOT = (
    "bot_sessions",
    "bot_contained",
    "false_containment",
    "bot_gave_up",
    "bot_handed_off",
    "net_containment",
    "deflected",
)
"""What becomes of those whom the bot meets."""

BOT_TABLE = ("bot_contained", "false_containment", "bot_gave_up", "bot_handed_off", "net_containment", "deflected")

MOST_WEEKS = 2
"""Tables of the week on the terminal: of promises that are not surely kept, or else of the one that breaks most."""


def outcome_measures(replications: Replications, estimates: Estimates) -> list[tuple[str, str, str]]:
    """Kind, scope and measure of what is told of slow channels, tickets and the bot; what says nothing is left out."""
    operation = replications.operation
    wanted = [("channel", c, m) for c in slow_channels(replications) for m in SLOW]
    for channel in operation.channels:
        if estimates.of("self_inflicted", "channel", channel).value > 0.0:
            wanted += [("channel", channel, m) for m in TICKETS]
        if estimates.of("bot_sessions", "channel", channel).value > 0.0:
            wanted += [("channel", channel, m) for m in BOT]
    return [w for w in wanted if not isnan(estimates.of(w[2], w[0], w[1]).value)]


def slow_channels(replications: Replications) -> list[str]:
    """Channels that promise a response or a resolution."""
    return list(dict.fromkeys(p.channel for p in promises_of(replications.operation) if p.kind != "service level"))


def half_hour_words(worst: WorstHalfHour, catalogue: Catalogue) -> str:
    """`Mon 10:30-11:00: 38 % on phone answered within 30 s, 21 wait there, 6 agents there`."""
    p = worst.promise
    return catalogue.say(
        f"page.half_{FURTHER.get(p.kind, 'level')}",
        when=catalogue.half_hour(worst.label),
        value=catalogue.percent(worst.level.value),
        channel=catalogue.scope("channel", p.channel),
        term=catalogue.term(p.within),
        waiting=_people(worst.waiting),
        staff=_people(worst.staff),
    )


@dataclass(frozen=True)
class Week:
    """Service level of a promise by weekday and hour.

    Parameters
    ----------
    title : str
        Channel and promise.
    hours : list of str
        Hours of the day in which somebody comes.
    days : list of (str, list of str)
        Weekday, and the level in whole percent for each of the hours; empty where nobody comes.
    """

    title: str
    hours: list[str]
    days: list[tuple[str, list[str]]]


def weeks_of(replications: Replications, estimates: Estimates, catalogue: Catalogue) -> list[Week]:
    """Weekday x hour tables of all promises: those that are missed first, and then by the contacts that fall short."""
    short: dict[str, float] = {}
    for w in worst_hours(replications, estimates):
        short[w.scope] = short.get(w.scope, 0.0) + w.short
    rank = {"missed": 0, "missed_once": 0, "close": 1}
    promises = sorted(
        promises_of(replications.operation),
        key=lambda p: (
            rank.get(kept(estimates.of("service_level", "channel", p.service), p), 2),
            -short.get(p.service, 0.0),
        ),
    )
    return [week for p in promises if (week := _week(p, estimates, catalogue)) is not None]


def _week(promise: Promise, estimates: Estimates, catalogue: Catalogue) -> Week | None:
    rows = estimates.rows("service_level", "channel", promise.service, WEEKDAY_HOUR)
    told = {str(label): float(v) for label, v in zip(rows["label"], rows["value"], strict=True)}
    level = np.array([[told.get(f"{d} {h:02d}", np.nan) for h in range(24)] for d in WEEKDAYS])
    hours = np.flatnonzero(~np.isnan(level).all(axis=0))
    if not hours.size:
        return None
    days = [
        (
            catalogue.say(f"hour.{day}"),
            ["" if isnan(x) else str(int(100.0 * x + 1e-9)) for x in level[i, hours].tolist()],
        )
        for i, day in enumerate(WEEKDAYS)
        if not np.isnan(level[i]).all()
    ]
    told_promise = catalogue.scope("channel", promise.service), catalogue.promise(promise)
    return Week(plain(": ".join(told_promise)), [str(h) for h in hours.tolist()], days)


class OutcomeTables:
    """Parts of what `aftersim run` prints.

    Parameters
    ----------
    replications, estimates : Replications, Estimates
        The run.
    """

    def __init__(self, replications: Replications, estimates: Estimates) -> None:
        self._replications, self._estimates = replications, estimates

    def slow(self) -> Iterable[tuple[str, str, RenderableType]]:
        """Responses, resolutions and what is open of slow channels: title, remark and table."""
        table = FittedTable(
            ("channel",),
            (
                "first response\nhalf, 9 of 10",
                "resolution\nhalf, 9 of 10",
                "waits\nfor us",
                "open at\nthe end",
                "overdue",
            ),
            spare=("open at\nthe end", "waits\nfor us"),
        )
        channels = [c for c in slow_channels(self._replications) if not isnan(self._of("first_response_p50", c))]
        for c in channels:
            table.add_row(
                Text(c),
                *(Text(" / ".join(self._figure(f"{m}_{q}", c) for q in ("p50", "p90"))) for m in TIMES),
                Text(self._figure("requester_wait", c)),
                Text(self._figure("promise_open", c)),
                Text(self._figure("promise_overdue", c)),
            )
        if channels:
            yield (
                "Slow channels",
                "from the creation of the contact to the reply, and until the ticket is settled",
                table,
            )

    def tickets(self) -> Iterable[tuple[str, str, RenderableType]]:
        """First-contact resolution, repeats and the bot: title, remark and table."""
        operation, e = self._replications.operation, self._estimates
        table = FittedTable(
            ("channel",),
            (
                "settled at first\ncontact (7 d)",
                "again:\nnot settled",
                "again:\nnot served",
                "again:\nbot",
                "self-\ninflicted",
            ),
            spare=("again:\nbot", "again:\nnot served"),
        )
        told = ("fcr_7d", "repeat_unresolved", "repeat_unserved", "repeat_false", "self_inflicted")
        channels = [c for c in operation.channels if e.of("self_inflicted", "channel", c).value > 0.0]
        for c in channels:
            cells = (Text(interval(*e.of(m, "channel", c)[:3], "share").replace(" (", "\n(")) for m in told)
            table.add_row(Text(c), *cells)
        if channels:
            yield "Tickets", "shares of tickets and of contacts; again, bot: the bot had not helped", table

    def bot(self) -> Iterable[tuple[str, str, RenderableType]]:
        """What becomes of those whom the bot meets: title, remark and table."""
        operation = self._replications.operation
        days = max(operation.network.end / 1440.0, 1e-9)
        table = FittedTable(
            ("channel",),
            ("met\na day", "contained", "of these\ncome back", "give up", "handed off", "net\ncontainment",
             "tickets without\nan agent"),
            spare=("give up", "handed off"),
        )  # fmt: skip
        there = [c for c in operation.channels if self._of("bot_sessions", c) > 0.0]
        for c in there:
            told = (figure(self._of(m, c), "share") for m in BOT_TABLE)
            table.add_row(Text(c), Text(figure(self._of("bot_sessions", c) / days, "contacts")), *map(Text, told))
        if there:
            yield "Bot", "whom it meets, by the channel on which they came first", table

    def half_hours(self) -> list[str]:
        """The worst half hours in words."""
        found = worst_half_hours(self._replications, self._estimates)
        return [half_hour_words(w, words("en")) for w in found]

    def weeks(self) -> Iterable[tuple[str, str, RenderableType]]:
        """Weekday x hour table of the promise that breaks most: title, remark and table."""
        if not worst_hours(self._replications, self._estimates):
            return
        shown = max(min(self._unkept(), MOST_WEEKS), 1)
        for week in weeks_of(self._replications, self._estimates, words("en"))[:shown]:
            table = FittedTable(("",), tuple(week.hours))
            for day, levels in week.days:
                table.add_row(Text(day), *(Text(x) for x in levels))
            yield "By weekday and hour", f"{week.title}; in time, %", table

    def _unkept(self) -> int:
        """How many promises are not surely kept."""
        e = self._estimates
        found = (
            kept(e.of("service_level", "channel", p.service), p) for p in promises_of(self._replications.operation)
        )
        return sum(verdict in ("missed", "close", "missed_once") for verdict in found)

    def _of(self, measure: str, channel: str) -> float:
        return self._estimates.of(measure, "channel", channel).value

    def _figure(self, measure: str, channel: str) -> str:
        value = self._of(measure, channel)
        unit = self._replications.measure(measure).unit
        return ABSENT if isnan(value) else figure(value, unit)


TIMES = ("first_response", "resolution_full")


def _people(value: float) -> str:
    """`0.3`, `12`: as many as are there on average."""
    if isnan(value):
        return ABSENT
    return f"{value:,.0f}" if value > 9.95 or round(value, 1) == round(value) else f"{value:.1f}"


def glossary_names(shown: Sequence[tuple[str, str, str]]) -> list[str]:
    """Measures among what is shown, each once."""
    return list(dict.fromkeys(m for _, _, m in shown))
