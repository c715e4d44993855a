"""Measures of tickets: families of jobs, from the first birth to the last end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.machine.steps import Exit
from sim.measures.cells.arrays import Bools, Floats, Ints, tally
from sim.measures.cells.passes import rows_of
from sim.measures.cells.placed import Placed, Scopes, distinct
from sim.measures.cells.ruler import Moments, Ruler
from sim.measures.cells.sheets import Sheet
from sim.measures.contacts.measures import ratio
from sim.measures.contacts.visits import ANSWERED
from sim.measures.evidence import Evidence
from sim.measures.service import Coverage
from sim.measures.table import TableBuilder
from sim.measures.tickets.definitions import TIME_SHARES

QUANTILES = tuple(f"ticket_time_p{round(100 * q)}" for q in TIME_SHARES)


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


def tickets_of(evidence: Evidence, coverage: Coverage, resolved: str | None = None) -> Tickets:
    """Counted families and what became of them.

    Parameters
    ----------
    resolved : str, optional
        Mark that says that a family is resolved.
    """
    jobs, v = evidence.records.jobs, evidence.visits
    members = np.flatnonzero(jobs["counted"] > 0)
    number, of = jobs["number"][members], jobs["family"][members]
    is_root = number == of
    roots = members[is_root]
    n = roots.size
    ended = jobs["end"][members]
    exits = jobs["exit"][members]
    is_open = exits == Exit.OPEN
    if is_root.all():
        family, open_family, closes = np.arange(n), is_open, np.arange(n)
    else:
        family = rows_of(number[is_root], of)
        open_family = tally(family, n, is_open) > 0
        # the last to end: latest end, then highest number
        latest = np.full(n, -np.inf)
        np.maximum.at(latest, family, np.where(is_open, np.inf, ended))
        last = np.flatnonzero(is_open | (ended == latest[family]))
        closes = np.zeros(n, dtype=np.int64)
        closes[family[last]] = last
    if resolved is None:
        done = ~open_family & (exits[closes] == Exit.DONE)
    else:
        mark = jobs["marks"][members, evidence.records.network.mark_index[resolved]] > 0
        done = tally(family, n, mark) > 0
    family_of_job = np.full(jobs.size, -1, dtype=np.int64)
    family_of_job[members] = family
    legs = evidence.legs(coverage.covered)
    of_leg = family_of_job[v.job[legs.rows]]
    of_contact = of_leg if legs.alone else family_of_job[v.job[legs.entry]]
    waited, answered = v.waited[legs.rows], v.status[legs.rows] == ANSWERED
    mine = of_leg >= 0
    if not mine.all():
        of_leg, waited, answered = of_leg[mine], waited[mine], answered[mine]
        of_contact = of_contact[of_contact >= 0]
    return Tickets(
        birth=jobs["birth"][roots],
        end=np.where(open_family, evidence.stopped, ended[closes]),
        stream=coverage.source_of[jobs["stream"][roots]],
        open=open_family,
        resolved=done,
        served=tally(of_leg, n, answered) > 0,
        contacts=np.bincount(of_contact, minlength=n),
        waited=tally(of_leg, n, waited),
    )


def add_ticket_measures(
    table: TableBuilder, sheets: tuple[Sheet, ...], t: Tickets, streams: tuple[str, ...], ruler: Ruler
) -> None:
    """Put the measures of tickets into the table, for all and by stream."""
    everybody = Scopes(("all",), np.zeros(t.birth.size, dtype=np.int64))
    placed = Placed({"all": everybody, "stream": Scopes(streams, t.stream)}, Moments(t.birth, ruler))
    for sheet in sheets:
        _add(table, sheet, t, placed)


def _add(table: TableBuilder, sheet: Sheet, t: Tickets, placed: Placed) -> None:
    n = _counted(sheet, t, placed)
    tickets, with_contact, open_ = n["tickets"], n["with_contact"], n["open"]
    nothing_open = not t.open.any()

    def add(name: str, top: Floats, of: Floats | float = 1.0, **bounds: Floats | None) -> None:
        table.add(name, sheet, top, of, **bounds)

    def bound(top: Floats, of: Floats) -> Floats | None:
        return None if nothing_open else ratio(top, of)

    def boundless(top: Floats, of: Floats) -> Floats | None:
        return None if nothing_open else np.where(n["open_contact"] > 0, np.inf, ratio(top, of))

    add("tickets", tickets)
    add("open_tickets", open_)
    add("tickets_with_contact", with_contact)
    good = n["resolved"]
    add("ticket_resolution", good, tickets, upper=bound(good + n["maybe"], tickets))
    good = n["first"]
    low, high = bound(good - n["first_risk"], with_contact), bound(good + n["first_maybe"], with_contact)
    add("first_contact_resolution", good, with_contact, lower=low, upper=high)
    served = n["served"]
    add("ticket_accessibility", served, with_contact, upper=bound(served + n["served_maybe"], with_contact))
    times = t.end - t.birth
    weights = t.contacts.astype(np.float64), t.waited, np.where(t.open, 0.0, times)
    contacts, waited, spent = placed.totals(sheet, np.stack(weights))
    add("contacts_per_ticket", contacts, with_contact, upper=boundless(contacts, with_contact))
    add("ticket_wait", waited, with_contact, upper=boundless(waited, with_contact))
    if sheet.wants("ticket_time", *QUANTILES):
        _add_times(table, sheet, t, placed, spent, tickets - open_, open_)


def _counted(sheet: Sheet, t: Tickets, placed: Placed) -> dict[str, Floats]:
    """Numbers of tickets by what became of them."""
    some, first = t.contacts > 0, t.contacts == 1
    code = np.zeros(t.birth.size, dtype=np.uint8)
    for i, trait in enumerate((some, first, t.open, t.resolved, t.served)):
        code |= trait.astype(np.uint8) << i
    used, profile = distinct(code, 32)
    has, single, is_open, resolved, served = ((used >> i) & 1 > 0 for i in range(5))
    sets = {
        "tickets": used >= 0,
        "with_contact": has,
        "open": is_open,
        "open_contact": has & is_open,
        "resolved": resolved,
        "maybe": is_open & ~resolved,
        "first": single & resolved,
        "first_maybe": single & is_open & ~resolved,
        "first_risk": single & resolved & is_open,
        "served": served,
        "served_maybe": has & is_open & ~served,
    }
    numbers = placed.profiles(sheet, profile, np.array(list(sets.values())))
    return dict(zip(sets, numbers, strict=True))


def _add_times(
    table: TableBuilder, sheet: Sheet, t: Tickets, placed: Placed, spent: Floats, closed: Floats, still_open: Floats
) -> None:
    """Times from birth to end of closed tickets."""
    times = t.end - t.birth
    still = np.flatnonzero(t.open)
    so_far = endless = None
    if still.size:
        so_far = placed.least(sheet, still, times)
        endless = np.where(still_open > 0, np.inf, -np.inf)

    def bounds(x: Floats) -> dict[str, Floats | None]:
        return {
            "lower": None if so_far is None else np.fmin(x, so_far),
            "upper": None if endless is None else np.fmax(x, endless),
        }

    table.add("ticket_time", sheet, spent, closed, **bounds(ratio(spent, closed)))
    wanted = [q for q, name in zip(TIME_SHARES, QUANTILES, strict=True) if sheet.wants(name)]
    if wanted:
        for q, value in zip(wanted, placed.quantiles(sheet, np.flatnonzero(~t.open), times, wanted), strict=True):
            table.add(f"ticket_time_p{round(100 * q)}", sheet, np.nan, closed, value=value, **bounds(value))
