"""Measures of tickets: families of jobs, from the first birth to the last end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.machine.records import Records
from sim.machine.steps import Exit
from sim.measures.arrays import Bools, Floats, Ints, tally
from sim.measures.contact_measures import ratio
from sim.measures.contacts import Legs
from sim.measures.definition import BY_BIRTH, Measure, ScopeKind
from sim.measures.service import Coverage
from sim.measures.table import TableBuilder
from sim.measures.visits import ANSWERED, Visits

SCOPES: tuple[ScopeKind, ...] = ("all", "stream")
TIME_SHARES = (0.5, 0.8, 0.9, 0.95)

TICKET_MEASURES: tuple[Measure, ...] = (
    Measure("tickets", "Tickets", "tickets", "ticket", SCOPES, "families born in the period", BY_BIRTH, "total"),
    Measure(
        "open_tickets",
        "Tickets still open at the end",
        "tickets",
        "ticket",
        SCOPES,
        "families with a job that had not ended when the run stopped",
        BY_BIRTH,
        "total",
        "lower",
    ),
    Measure(
        "tickets_with_contact",
        "Tickets with a contact",
        "tickets",
        "ticket",
        SCOPES,
        "families with at least one visit of a covered step",
        BY_BIRTH,
        "total",
    ),
    Measure(
        "ticket_resolution",
        "Share of tickets resolved",
        "share",
        "ticket",
        SCOPES,
        "resolved / tickets; resolved: some job carries the mark that was named, or, without one, all jobs have ended "
        "and the last to end was done",
        BY_BIRTH,
        better="higher",
    ),
    Measure(
        "first_contact_resolution",
        "Share of tickets resolved with one contact",
        "share",
        "ticket",
        SCOPES,
        "resolved tickets with exactly one contact, as far as they were followed / tickets with a contact",
        BY_BIRTH,
        better="higher",
    ),
    Measure(
        "contacts_per_ticket",
        "Contacts per ticket",
        "contacts",
        "ticket",
        SCOPES,
        "contacts of these families, whenever they came / tickets with a contact",
        BY_BIRTH,
        better="lower",
    ),
    Measure(
        "ticket_accessibility",
        "Accessibility of tickets",
        "share",
        "ticket",
        SCOPES,
        "tickets with any contact answered / tickets with a contact",
        BY_BIRTH,
        better="higher",
    ),
    Measure(
        "ticket_wait",
        "Mean minutes in line over a ticket's life",
        "min",
        "ticket",
        SCOPES,
        "minutes in line of all visits of covered steps / tickets with a contact",
        BY_BIRTH,
        better="lower",
    ),
    Measure(
        "ticket_time",
        "Mean time from birth to end",
        "min",
        "ticket",
        SCOPES,
        "minutes from the first birth to the last end of closed tickets / closed tickets",
        BY_BIRTH,
        better="lower",
    ),
    *(
        Measure(
            f"ticket_time_p{round(100 * q)}",
            f"Time from birth to end that {round(100 * q)} % of the closed tickets do not exceed",
            "min",
            "ticket",
            SCOPES,
            f"{round(100 * q)} % quantile of the times of closed tickets, linear between order statistics",
            BY_BIRTH,
            "quantile",
            "lower",
            "Hyndman and Fan 1996, type 7",
        )
        for q in TIME_SHARES
    ),
)


@dataclass(frozen=True, eq=False)
class Tickets:
    """Families born in the period.

    Attributes
    ----------
    birth, end : array, shape (n,)
        First birth and last end, or the end of the run for open ones [min].
    stream : int array, shape (n,)
        Stream of the root.
    open, resolved, served : bool arrays, shape (n,)
        Some job has not ended; resolved; some contact was answered.
    contacts : int array, shape (n,)
        Number of contacts at covered steps.
    waited : array, shape (n,)
        Minutes in line at covered steps.
    """

    birth: Floats
    end: Floats
    stream: Ints
    open: Bools
    resolved: Bools
    served: Bools
    contacts: Ints
    waited: Floats


def tickets_of(records: Records, v: Visits, coverage: Coverage, resolved: str | None = None) -> Tickets:
    """Counted families and what became of them.

    Parameters
    ----------
    resolved : str, optional
        Mark that says that a family is resolved.

    Raises
    ------
    ValueError
        The network has no such mark.
    """
    jobs, network = records.jobs, records.network
    if resolved is not None and resolved not in network.mark_index:
        known = ", ".join(network.marks) or "none"
        raise ValueError(f"resolved: unknown mark {resolved!r}; the marks of the network are: {known}")
    members = np.flatnonzero(jobs["counted"] > 0)
    roots = members[jobs["number"][members] == jobs["family"][members]]
    n = roots.size
    family = np.searchsorted(jobs["number"][roots], jobs["family"][members])
    ended = jobs["end"][members]
    is_open = jobs["exit"][members] == Exit.OPEN
    stopped = max(records.stopped, network.end)
    open_family = tally(family, n, is_open) > 0
    # the last to end: latest end, then highest number
    latest = np.full(n, -np.inf)
    np.maximum.at(latest, family, np.where(is_open, np.inf, ended))
    last = np.flatnonzero(is_open | (ended == latest[family]))
    closes = np.zeros(n, dtype=np.int64)
    closes[family[last]] = last
    end = np.where(open_family, stopped, ended[closes])
    if resolved is None:
        done = ~open_family & (jobs["exit"][members][closes] == Exit.DONE)
    else:
        mark = jobs["marks"][members, network.mark_index[resolved]] > 0
        done = tally(family, n, mark) > 0
    family_of_job = np.full(jobs.size, -1, dtype=np.int64)
    family_of_job[members] = family
    legs = Legs.of(v, np.flatnonzero(coverage.covered[v.step]))
    of_leg = family_of_job[v.job[legs.rows]]
    of_contact = family_of_job[v.job[legs.entry]]
    mine = of_leg >= 0
    waited = tally(of_leg[mine], n, v.waited[legs.rows[mine]])
    served = tally(of_leg[mine], n, v.status[legs.rows[mine]] == ANSWERED) > 0
    contacts = np.bincount(of_contact[of_contact >= 0], minlength=n)
    return Tickets(
        birth=jobs["birth"][roots].copy(),
        end=end,
        stream=jobs["stream"][roots].astype(np.int64),
        open=open_family,
        resolved=done,
        served=served,
        contacts=contacts,
        waited=waited,
    )


def add_ticket_measures(table: TableBuilder, t: Tickets, streams: list[str]) -> None:
    """Put the measures of tickets into the table, for all and by stream."""
    placed = table.columns.place(t.birth)
    ranked = np.argsort(t.end - t.birth)
    ranked = ranked[~t.open[ranked]]
    _add(table, "all", ["all"], t, np.zeros_like(t.stream), placed, ranked)
    _add(table, "stream", streams, t, t.stream, placed, ranked)


def _add(
    table: TableBuilder,
    kind: ScopeKind,
    names: list[str],
    t: Tickets,
    scope: Ints,
    placed: Sequence[Ints],
    ranked: Ints,
) -> None:
    """Measures by scope; `placed` are the births, `ranked` the closed tickets by increasing time."""
    columns, n = table.columns, len(names)

    def total(weight: Floats | Ints | Bools) -> Floats:
        return columns.totals(scope, n, placed, np.asarray(weight, dtype=np.float64))

    some = t.contacts > 0
    tickets, with_contact, open_ = total(np.ones(scope.size)), total(some), total(t.open)
    open_contact = total(some & t.open)
    table.add("tickets", kind, names, tickets)
    table.add("open_tickets", kind, names, open_)
    table.add("tickets_with_contact", kind, names, with_contact)
    good, maybe = total(t.resolved), total(t.open & ~t.resolved)
    table.add("ticket_resolution", kind, names, good, tickets, upper=ratio(good + maybe, tickets))
    first = t.contacts == 1
    good, maybe, risk = (
        total(first & t.resolved),
        total(first & t.open & ~t.resolved),
        total(first & t.resolved & t.open),
    )
    table.add(
        "first_contact_resolution",
        kind,
        names,
        good,
        with_contact,
        lower=ratio(good - risk, with_contact),
        upper=ratio(good + maybe, with_contact),
    )
    contacts = total(t.contacts)
    more = np.where(open_contact > 0, np.inf, ratio(contacts, with_contact))
    table.add("contacts_per_ticket", kind, names, contacts, with_contact, upper=more)
    served, maybe = total(t.served), total(some & t.open & ~t.served)
    table.add("ticket_accessibility", kind, names, served, with_contact, upper=ratio(served + maybe, with_contact))
    waited = total(t.waited)
    more = np.where(open_contact > 0, np.inf, ratio(waited, with_contact))
    table.add("ticket_wait", kind, names, waited, with_contact, upper=more)

    times = t.end - t.birth
    numbers = tickets - open_
    so_far = np.full((n, columns.n), np.inf)
    still = np.flatnonzero(t.open)
    if still.size:
        so_far = columns.least(scope[still], n, [x[still] for x in placed], times[still])
    spent = total(np.where(t.open, 0.0, times))
    mean = ratio(spent, numbers)
    endless = np.where(open_ > 0, np.inf, -np.inf)
    low, high = np.fmin(mean, so_far), np.fmax(mean, endless)
    table.add("ticket_time", kind, names, spent, numbers, lower=low, upper=high)
    wanted = [q for q in TIME_SHARES if f"ticket_time_p{round(100 * q)}" in table.wanted]
    if wanted:
        values, numbers = columns.quantiles(scope, n, placed, times, ranked, wanted)
        for q, value in zip(wanted, values, strict=True):
            name = f"ticket_time_p{round(100 * q)}"
            low, high = np.fmin(value, so_far), np.fmax(value, endless)
            table.add(name, kind, names, np.nan, numbers, value=value, lower=low, upper=high)
