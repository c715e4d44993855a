"""Date by date: how a desk goes through campaigns, incidents, outages and holidays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import isnan, nan
from typing import NamedTuple

from rich.console import RenderableType
from rich.text import Text

from experiments.estimates.estimates import Estimates
from experiments.replication.grids import DAY
from experiments.replication.promises import Promise, promises_of
from experiments.replication.replications import Replications
from experiments.report.catalogue import Catalogue, plain
from experiments.report.fitted_table import FittedTable
from experiments.report.lines import BAD
from experiments.wording import figure
from sim.measures.intervals import WEEKDAYS
from sim.scenario import Scenario
from sim.scenario.text.units import as_share

MOST_DATES = 35
"""Dates that are shown one by one."""

BEFORE, AFTER = 2, 14
"""Dates shown before and after what happens, where a period is longer than that."""


def special_dates(scenario: Scenario) -> dict[date, list[str]]:
    """What happens on the dates of a period, by its name; dates on which nothing does are left out.

    Parameters
    ----------
    scenario : Scenario
        With its events, incidents, outages and holidays.

    Examples
    --------
    >>> from sim.scenario import load
    >>> for day, names in special_dates(load("scenarios/incident_day.yaml")).items():
    ...     print(day, *names)
    2026-08-11 carrier_strike
    2026-08-12 carrier_strike
    2026-08-13 bot_release bad_release
    """
    spans = [(name, e.start, e.start + timedelta(len(e.factors) - 1)) for name, e in scenario.events.items()]
    fronts = [front for front in (scenario.bot, scenario.self_service) if front is not None]
    limits = [(name, i.start, i.end) for name, i in scenario.incidents.items()]
    limits += [(name, o.start, o.end) for front in fronts for name, o in front.outages.items()]
    # what ends at midnight does not touch the next day
    spans += [(name, start.date(), (end - timedelta(microseconds=1)).date()) for name, start, end in limits]
    found: dict[date, list[str]] = {}
    for day in scenario.period.days():
        names = [name for name, first, last in spans if first <= day.date <= last]
        holiday = scenario.period.holidays.name_of(day.date)
        names = list(dict.fromkeys([*names, *([holiday] if holiday else [])]))
        if names:
            found[day.date] = names
    return found


@dataclass(frozen=True)
class Date:
    """A date in a period in which something happens.

    Parameters
    ----------
    date : date
        The date.
    happens : list of str
        Names of what happens; empty on the ordinary dates around.
    contacts : float
        Contacts that reach the lines; NaN if none is expected.
    levels : dict of str to float
        Service level of each promise; NaN where nobody comes.
    """

    date: date
    happens: list[str]
    contacts: float
    levels: dict[str, float]


def dates_of(replications: Replications, estimates: Estimates) -> list[Date]:
    """Contacts and promises on each date, if anything happens on one; around it, where the period is long.

    Parameters
    ----------
    replications, estimates : Replications, Estimates
        The run.
    """
    special = special_dates(replications.operation.scenario)
    shown = _shown([day.date for day in replications.operation.scenario.period.days()], special)
    if not shown:
        return []
    contacts = _by_date(estimates, "arrivals", "all", "all")
    services = [p.service for p in promises_of(replications.operation)]
    levels = {s: _by_date(estimates, "service_level", "channel", s) for s in services}
    return [
        Date(day, special.get(day, []), contacts.get(day, nan), {s: levels[s].get(day, nan) for s in services})
        for day in shown
    ]


def date_tables(replications: Replications, estimates: Estimates) -> Iterable[tuple[str, str, RenderableType]]:
    """The dates around what happens, for the terminal: title, remark and table; nothing for an ordinary period.

    Parameters
    ----------
    replications, estimates : Replications, Estimates
        The run.
    """
    dates, promises = dates_of(replications, estimates), promises_of(replications.operation)
    if not dates:
        return
    missed = {p: sum(d.levels[p.service] < p.share for d in dates) for p in promises}
    headings = {p: f"{p.service.replace(' ', chr(10), 1)}\n{as_share(p.share)}" for p in promises}
    spare = [headings[p] for p in sorted(promises, key=lambda p: missed[p])][:-1]  # those that always hold go first
    table = FittedTable(("date", "what happens"), ("contacts", *headings.values()), spare=spare)
    for d in dates:
        table.add_row(
            Text(f"{d.date:%a} {d.date.day} {d.date:%b}"),
            Text(", ".join(d.happens)),
            Text("" if isnan(d.contacts) else figure(d.contacts, "contacts")),
            *(_cell(d.levels[p.service], p) for p in promises),
        )
    remark = "contacts that reach the lines, and how many of 100 are served in time; !: below the promise"
    yield "Date by date", remark, table


class DateRow(NamedTuple):
    """A date on the page: its name, what happens, contacts, and each level with whether it falls short."""

    day: str
    happens: str
    contacts: str
    levels: list[tuple[str, bool]]


@dataclass(frozen=True)
class DatesPart:
    """The dates around what happens, for the page; no rows for an ordinary period.

    Parameters
    ----------
    promises : sequence of str
        Headings.
    rows : sequence of DateRow
        Dates.
    """

    promises: Sequence[str] = ()
    rows: Sequence[DateRow] = ()


def dates_part(replications: Replications, estimates: Estimates, catalogue: Catalogue) -> DatesPart:
    """The dates around what happens, in the language of a page.

    Parameters
    ----------
    replications, estimates : Replications, Estimates
        The run.
    catalogue : Catalogue
        The language.
    """
    promises, months = promises_of(replications.operation), catalogue.say("page.months").split()
    rows = []
    for d in dates_of(replications, estimates):
        weekday = catalogue.say(f"hour.{WEEKDAYS[d.date.weekday()]}")
        day = catalogue.say("page.day_month", weekday=weekday, day=d.date.day, month=months[d.date.month - 1])
        levels = [(d.levels[p.service], p) for p in promises]
        told = [("" if isnan(v) else catalogue.figure(v, "share"), v < p.share) for v, p in levels]
        contacts = "" if isnan(d.contacts) else catalogue.figure(d.contacts, "contacts")
        rows.append(DateRow(day, catalogue.say("between").join(d.happens), contacts, told))
    headings = [f"{catalogue.scope('channel', p.service)} {catalogue.promise(p)}" for p in promises]
    return DatesPart([plain(h) for h in headings], rows)


def _cell(level: float, promise: Promise) -> Text:
    """`83`, `57 !`; empty where nobody comes."""
    if isnan(level):
        return Text("")
    told = str(int(100.0 * level + 1e-9))
    return Text(f"{told} !", style=BAD) if level < promise.share else Text(f"{told}  ")


def _by_date(estimates: Estimates, measure: str, kind: str, scope: str) -> dict[date, float]:
    """A measure by date, where there is something to count."""
    rows = estimates.rows(measure, kind, scope, DAY)
    told = zip(rows["label"], rows["value"], strict=True)
    return {date.fromisoformat(str(label)): float(v) for label, v in told if not isnan(v)}


def _shown(dates: list[date], special: dict[date, list[str]]) -> list[date]:
    """The dates of a table: all of a short period, those around what happens of a long one."""
    if not special:
        return []
    if len(dates) <= MOST_DATES:
        return dates
    near = {day + timedelta(n) for day in special for n in range(-BEFORE, AFTER + 1)}
    return [day for day in dates if day in near][:MOST_DATES]
