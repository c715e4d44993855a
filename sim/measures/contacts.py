"""Contacts of a scope: attempts, their waits, and what became of them, with the targets they are held to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from sim.machine.records import Records
from sim.machine.steps import Exit
from sim.measures.arrays import Bools, Floats, Ints, tally
from sim.measures.clock import open_minutes
from sim.measures.definition import ScopeKind
from sim.measures.service import Coverage, Service
from sim.measures.visits import ABANDONED, ANSWERED, BLOCKED, CLOSED, IN_SERVICE, MOVED, Visits


@dataclass(frozen=True, eq=False)
class Legs:
    """Visits of a scope that belong together: one contact is one job in one round, its legs are its visits there.

    Attributes
    ----------
    rows : int array, shape (legs,)
        Rows in `Visits`, by contact and time.
    contact : int array, shape (legs,)
        Contact of each leg.
    entry, decisive, last : int array, shape (contacts,)
        Rows in `Visits`: the leg with which the contact arrived in the scope, the one that decides its fate, and the
        last one. The first leg decides, unless a clock moved the job out of the line: then the next leg in the
        scope does.
    """

    rows: Ints
    contact: Ints
    entry: Ints
    decisive: Ints
    last: Ints

    @classmethod
    def alone(cls, rows: Ints) -> Legs:
        """Every visit is a contact of its own."""
        return cls(rows, np.arange(rows.size), rows, rows, rows)

    @classmethod
    def of(cls, v: Visits, rows: Ints) -> Legs:
        """Visits in the order of `Visits`, put together by job and round."""
        if rows.size == 0:
            return cls.alone(rows)
        job, round_ = v.job[rows], v.round[rows]
        begins = np.ones(rows.size, dtype=bool)
        begins[1:] = (job[1:] != job[:-1]) | (round_[1:] != round_[:-1])
        if begins.all():
            return cls.alone(rows)
        contact = np.cumsum(begins) - 1
        first = np.flatnonzero(begins)
        last = np.append(first[1:], rows.size) - 1
        moved = v.status[rows] == MOVED
        if moved.any():
            place = np.where(moved, rows.size, np.arange(rows.size))
            decisive = np.minimum(np.minimum.reduceat(place, first), last)
        else:
            decisive = first
        return cls(rows, contact, rows[first], rows[decisive], rows[last])


@dataclass(frozen=True, eq=False)
class Contacts:
    """Counted contacts of all scopes of one kind.

    Attributes
    ----------
    kind : str
        Kind of scope.
    names : tuple of str
        Names of the scopes.
    visits : Visits
        All visits.
    entry, decisive : int array, shape (n,)
        Rows of the leg with which it arrived and of the one that decides.
    scope : int array, shape (n,)
        Scope of each contact.
    entered : array, shape (n,)
        Arrival in the scope [min].
    status : int array, shape (n,)
        What became of it.
    wait : array, shape (n,)
        From arrival to first start, or departure without one, or so far if it still waits [min, elapsed].
    target_wait : array, shape (n,)
        The same as the service's target counts it [min of its clock].
    awt, due : array, shape (n,)
        Targets [min]; NaN: none.
    due_time : array, shape (n,)
        From arrival to the end of the last leg, or so far [min of the service's clock].
    time : array, shape (n,)
        The same in elapsed minutes.
    handled : array, shape (n,)
        Minutes of service and after-work of all legs.
    legs : int array, shape (n,)
        Number of legs.
    stream : int array, shape (n,)
        Stream from which its family came.
    in_vain, short, served, open_leg, done, dropped, repeat : bool arrays, shape (n,)
        Lost before the end of the service that should have answered it; abandoned within the short limit; some leg was
        answered; the last leg is still open; the last leg is done; answered but lost later; not the first attempt.
    limited : bool array, shape (scopes,)
        Whether any service of the scope says what a short abandon is.
    """

    kind: ScopeKind
    names: tuple[str, ...]
    visits: Visits
    entry: Ints
    decisive: Ints
    scope: Ints
    entered: Floats
    status: Ints
    wait: Floats
    target_wait: Floats
    awt: Floats
    due: Floats
    due_time: Floats
    time: Floats
    handled: Floats
    legs: Ints
    stream: Ints
    in_vain: Bools
    short: Bools
    served: Bools
    open_leg: Bools
    done: Bools
    dropped: Bools
    repeat: Bools
    limited: Bools

    @property
    def had_wait(self) -> Bools:
        """Everybody who was served at once or stood in line: all but the blocked and those refused at the door."""
        return (self.status != BLOCKED) & ~((self.status == CLOSED) & (self.wait <= 0.0))

    @cached_property
    def by_wait(self) -> Ints:
        """Contacts by increasing wait."""
        v = self.visits
        if not np.array_equal(self.entry, self.decisive):
            return np.argsort(self.wait)
        if self.kind == "channel" and np.bincount(self.decisive, minlength=1).max() > 1:
            return np.argsort(self.wait)  # services share steps
        contact = np.full(v.entered.size, -1)
        contact[self.decisive] = np.arange(self.decisive.size)
        ranked = contact[v.by_wait]
        return ranked[ranked >= 0]


LOST = (int(Exit.ABANDONED), int(Exit.BLOCKED), int(Exit.CLOSED), int(Exit.RECALLED))
"""Exits with which a contact goes away without what it came for."""


def by_step(records: Records, v: Visits, coverage: Coverage) -> Contacts:
    """Every visit of a work step is a contact of that step."""
    names = [s.name for s, work in zip(records.network.steps, coverage.work, strict=True) if work]
    number = np.cumsum(coverage.work) - 1
    legs = Legs.alone(np.arange(v.step.size))
    limited = _limited(coverage.services, coverage.service_of[coverage.work])
    return _contacts("step", names, records, v, legs, number[v.step], coverage.service_of[v.step], coverage, limited)


def by_channel(records: Records, v: Visits, coverage: Coverage) -> Contacts:
    """Contacts of each service, arriving with their first leg in it."""
    parts = [Legs.of(v, np.flatnonzero(mine[v.step])) for mine in coverage.members]
    sizes = [p.entry.size for p in parts]
    shift = np.cumsum([0, *sizes])[:-1]
    legs = Legs(
        rows=np.concatenate([p.rows for p in parts]),
        contact=np.concatenate([p.contact + s for p, s in zip(parts, shift, strict=True)]),
        entry=np.concatenate([p.entry for p in parts]),
        decisive=np.concatenate([p.decisive for p in parts]),
        last=np.concatenate([p.last for p in parts]),
    )
    scope = np.repeat(np.arange(len(parts)), sizes)
    limited = _limited(coverage.services, np.arange(len(parts)))
    names = [s.name for s in coverage.services]
    return _contacts("channel", names, records, v, legs, scope, scope, coverage, limited)


def of_all(records: Records, v: Visits, coverage: Coverage) -> Contacts:
    """Contacts of all covered steps together, each judged by the service of the step it arrived at."""
    covered = coverage.covered[v.step]
    legs = Legs.of(v, np.arange(v.step.size) if covered.all() else np.flatnonzero(covered))
    service = coverage.service_of[v.step[legs.entry]]
    limited = _limited(coverage.services, np.arange(len(coverage.services)))
    limited = np.array([limited.any()])
    return _contacts("all", ["all"], records, v, legs, np.zeros_like(service), service, coverage, limited)


def by_stream(contacts: Contacts, records: Records) -> Contacts:
    """The contacts of `of_all`, by the stream from which their family came."""
    names = tuple(s.name for s in records.network.streams)
    limited = np.repeat(contacts.limited, len(names))
    return replace(contacts, kind="stream", names=names, scope=contacts.stream, limited=limited)


def _contacts(
    kind: ScopeKind,
    names: Sequence[str],
    records: Records,
    v: Visits,
    legs: Legs,
    scope: Ints,
    service: Ints,
    coverage: Coverage,
    limited: Bools,
) -> Contacts:
    """Contacts of these legs that arrived in the period, judged by the service of each (-1: none)."""
    n = legs.entry.size
    served: Bools = v.status[legs.rows] == ANSWERED
    handled = v.handled[legs.rows]
    n_legs = np.ones(n, dtype=np.int64)
    if legs.rows.size > n:
        n_legs = np.bincount(legs.contact, minlength=n)
        served = tally(legs.contact, n, served) > 0
        handled = tally(legs.contact, n, handled)
    entry, decisive, last = legs.entry, legs.decisive, legs.last
    counted = v.counted[entry]
    if not counted.all():
        entry, decisive, last = entry[counted], decisive[counted], last[counted]
        scope, service, n_legs = scope[counted], service[counted], n_legs[counted]
        served, handled = served[counted], handled[counted]
    services = coverage.services
    awt = _of_service([s.awt for s in services], service)
    due = _of_service([s.due for s in services], service)
    short = _of_service([s.awt if s.short is None else s.short for s in services], service)
    stopped = max(records.stopped, records.network.end)
    entered = v.entered[entry]
    left = v.left[last]
    left = np.where(np.isnan(left), stopped, left)
    wait = v.waited_until[decisive] - entered
    status, target_wait, in_vain, due_time = _on_the_clock(records, v, entry, decisive, left, service, services)
    last_exit = v.last_exit[last]
    job = v.job[entry]
    return Contacts(
        kind=kind,
        names=tuple(names),
        visits=v,
        entry=entry,
        decisive=decisive,
        scope=scope,
        entered=entered,
        status=status,
        wait=wait,
        target_wait=target_wait,
        awt=awt,
        due=due,
        due_time=due_time,
        time=left - entered,
        handled=handled,
        legs=n_legs,
        stream=records.jobs["stream"][job].astype(np.int64),
        in_vain=in_vain,
        short=(status == ABANDONED) & (wait <= short),
        served=served,
        open_leg=last_exit == Exit.OPEN,
        done=last_exit == Exit.DONE,
        dropped=(status == ANSWERED) & np.isin(last_exit, LOST),
        repeat=(v.round[entry] > 0) | (records.jobs["parent"][job] >= 0),
        limited=limited,
    )


def _limited(services: Sequence[Service], service: Ints) -> Bools:
    """Whether services (-1: none) say what a short abandon is."""
    return np.array([*(s.awt is not None or s.short is not None for s in services), False])[service]


def _of_service(numbers: Sequence[float | None], service: Ints) -> Floats:
    """A number of each contact's service; NaN without one."""
    return np.array([*(np.nan if x is None else x for x in numbers), np.nan])[service]


def _on_the_clock(
    records: Records, v: Visits, entry: Ints, decisive: Ints, left: Floats, service: Ints, services: Sequence[Service]
) -> tuple[Ints, Floats, Bools, Floats]:
    """Status, wait, whether it was in vain, and time to departure, as the service of each contact counts them."""
    stopped = max(records.stopped, records.network.end)
    entered = v.entered[entry]
    status = v.status[decisive]
    wait = v.waited_until[decisive] - entered
    time = left - entered
    in_vain = np.zeros(entry.size, dtype=bool)
    for k, s in enumerate(services):
        if s.answer == "start" and s.clock is None:
            continue
        mine = np.flatnonzero(service == k)
        at, begin = decisive[mine], entered[mine]
        until = v.waited_until[at]
        if s.answer == "end":
            answered = status[mine] == ANSWERED
            unfinished = answered & np.isnan(v.left[at])
            in_vain[mine] = answered & ~unfinished & (v.last_exit[at] != Exit.DONE)
            until = np.where(answered, np.where(unfinished, stopped, v.left[at]), until)
            status[mine[unfinished]] = IN_SERVICE
        if s.clock is None:
            wait[mine] = until - begin
        else:
            calendar = records.network.calendars[s.clock]
            wait[mine] = open_minutes(calendar, begin, until)
            time[mine] = open_minutes(calendar, begin, left[mine])
    return status, wait, in_vain, time
