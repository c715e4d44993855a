"""Contacts of a scope: attempts, their waits, and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from sim.machine.records import Records
from sim.machine.steps import Exit
from sim.measures.cells.arrays import Bools, Floats, Ints, tally
from sim.measures.cells.placed import Placed, Scopes
from sim.measures.cells.ruler import Moments
from sim.measures.contacts.visits import ANSWERED, BLOCKED, CLOSED, MOVED, Visits
from sim.measures.definition import ScopeKind
from sim.measures.service import Coverage

LOST = (int(Exit.ABANDONED), int(Exit.BLOCKED), int(Exit.CLOSED), int(Exit.RECALLED))
"""Exits with which a contact goes away without what it came for."""

IS_LOST = np.isin(np.arange(256), LOST)


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

    @property
    def alone(self) -> bool:
        """Whether every contact has one leg."""
        return self.entry.size == self.rows.size

    @classmethod
    def of(cls, v: Visits, rows: Ints) -> Legs:
        """Visits in the order of `Visits`, put together by job and round."""
        job, round_ = v.job[rows], v.round[rows]
        begins = np.ones(rows.size, dtype=bool)
        begins[1:] = (job[1:] != job[:-1]) | (round_[1:] != round_[:-1])
        if begins.all():
            return cls(rows, np.arange(rows.size), rows, rows, rows)
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
    """Counted contacts, with their scope in each kind of scope that has these very contacts.

    Attributes
    ----------
    visits : Visits
        All visits.
    entry, decisive, last : int array, shape (n,)
        Rows of the leg with which it arrived, of the one that decides and of the last one.
    stopped : float
        Time at which the run ended [min].
    placed : Placed
        Scope and intervals of each contact, by its arrival.
    stream : int array, shape (n,)
        Stream from which its family came.
    served : bool array, shape (n,)
        Some leg was answered.
    handled : array, shape (n,)
        Minutes of service and after-work of all legs.
    legs : int array, shape (n,)
        Number of legs.
    repeat : bool array, shape (n,)
        Not the first attempt.
    """

    visits: Visits
    entry: Ints
    decisive: Ints
    last: Ints
    stopped: float
    placed: Placed
    stream: Ints
    served: Bools
    handled: Floats
    legs: Ints
    repeat: Bools

    @property
    def kinds(self) -> Mapping[ScopeKind, Scopes]:
        """Scope of each contact, by kind of scope."""
        return self.placed.kinds

    @cached_property
    def entered(self) -> Floats:
        """Arrival in the scope [min]."""
        return self.visits.entered[self.entry]

    @cached_property
    def status(self) -> Ints:
        """What became of it."""
        return self.visits.status[self.decisive]

    @cached_property
    def wait(self) -> Floats:
        """From arrival to first start, or departure without one, or so far if it still waits [min, elapsed]."""
        return self.visits.waited_until[self.decisive] - self.entered

    @cached_property
    def left(self) -> Floats:
        """Departure after the last leg, or the end of the run [min]."""
        left = self.visits.left[self.last]
        return np.where(np.isnan(left), self.stopped, left)

    @cached_property
    def time(self) -> Floats:
        """From arrival to the end of the last leg, or so far [min, elapsed]."""
        return self.left - self.entered

    @cached_property
    def answered(self) -> Bools:
        """The first spell of the leg that decides has started."""
        return self.status == ANSWERED

    @cached_property
    def had_wait(self) -> Bools:
        """Everybody who was served at once or stood in line: all but the blocked and those refused at the door."""
        return (self.status != BLOCKED) & ~((self.status == CLOSED) & (self.wait <= 0.0))

    @cached_property
    def last_exit(self) -> Ints:
        """Exit of the last leg."""
        return self.visits.last_exit[self.last]

    @cached_property
    def open_leg(self) -> Bools:
        """The last leg is still open."""
        return self.last_exit == Exit.OPEN

    @cached_property
    def done(self) -> Bools:
        """The last leg is done."""
        return self.last_exit == Exit.DONE

    @cached_property
    def lost(self) -> Bools:
        """It went away without what it came for."""
        return IS_LOST[self.last_exit]


def contacts_of(
    records: Records, v: Visits, arrivals: Moments, legs_at: Callable[[Bools], Legs], coverage: Coverage
) -> tuple[Contacts, ...]:
    """Contacts of every kind of scope; kinds with the same contacts share one table.

    Scope `all` and the streams always have the same contacts; channels have them too unless a contact has legs in
    several of them, steps unless one has legs at several of them.

    Parameters
    ----------
    arrivals : Moments
        Of all visits.
    legs_at : callable
        Gives the legs at some steps.
    """
    works = tuple(s.name for s, work in zip(records.network.steps, coverage.work, strict=True) if work)
    channels = tuple(s.name for s in coverage.services)
    number = np.cumsum(coverage.work) - 1  # of each work step
    every_work = bool((coverage.covered == coverage.work).all())

    legs = legs_at(coverage.covered)
    together = _counted(records, v, arrivals, legs)
    kinds: dict[ScopeKind, Scopes] = {
        "all": Scopes(("all",), np.zeros(together.entry.size, dtype=np.int64)),
        "stream": Scopes(coverage.sources, coverage.source_of[together.stream]),
    }
    apart: list[Contacts] = []
    each: dict[ScopeKind, Scopes] = {}
    if channels:
        service = coverage.service_of[v.step] if coverage.disjoint else None
        if service is not None and _inside(service, legs):
            kinds["channel"] = Scopes(channels, service[together.entry])
        elif service is not None and every_work and _one_in_each(service, legs):
            by_step = _counted(records, v, arrivals, _alone(v))
            each["channel"] = Scopes(channels, service[by_step.entry])
        else:
            parts = [legs_at(mine) for mine in coverage.members]
            scope = np.repeat(np.arange(len(parts)), [p.entry.size for p in parts])
            joined = _joined(parts)
            by_channel = _counted(records, v, arrivals, joined)
            scope = scope[v.counted[joined.entry]]
            apart.append(_scoped(by_channel, {"channel": Scopes(channels, scope)}))
    if legs.alone and every_work:
        kinds["step"] = Scopes(works, number[v.step[together.entry]])
    else:
        if not each:
            by_step = _counted(records, v, arrivals, _alone(v))
        each["step"] = Scopes(works, number[v.step[by_step.entry]])
        apart.append(_scoped(by_step, each))
    return (_scoped(together, kinds), *apart)


def _inside(channel: Ints, legs: Legs) -> bool:
    """Whether all legs of each contact lie in one channel."""
    return legs.alone or bool((channel[legs.rows] == channel[legs.entry][legs.contact]).all())


def _one_in_each(channel: Ints, legs: Legs) -> bool:
    """Whether no contact has two legs in one channel: then every visit is a contact of its channel."""
    for lag in range(1, int(np.bincount(legs.contact).max(initial=1))):
        same = legs.contact[lag:] == legs.contact[:-lag]
        if (same & (channel[legs.rows[lag:]] == channel[legs.rows[:-lag]])).any():
            return False
    return True


def _alone(v: Visits) -> Legs:
    """Every visit as a contact of its own."""
    every = np.arange(v.step.size)
    return Legs(every, every, every, every, every)


def _joined(parts: list[Legs]) -> Legs:
    """Legs of several channels as one table, one channel after the other."""
    shift = np.cumsum([0, *(p.entry.size for p in parts)])[:-1]
    return Legs(
        rows=np.concatenate([p.rows for p in parts]),
        contact=np.concatenate([p.contact + s for p, s in zip(parts, shift, strict=True)]),
        entry=np.concatenate([p.entry for p in parts]),
        decisive=np.concatenate([p.decisive for p in parts]),
        last=np.concatenate([p.last for p in parts]),
    )


def _scoped(contacts: Contacts, kinds: Mapping[ScopeKind, Scopes]) -> Contacts:
    return replace(contacts, placed=Placed(kinds, contacts.placed.moments))


def _counted(records: Records, v: Visits, arrivals: Moments, legs: Legs) -> Contacts:
    """Contacts of these legs that arrived in the period; their scopes are not known yet."""
    n = legs.entry.size
    every = legs.rows.size == v.step.size
    status, handled = (v.status, v.handled) if every else (v.status[legs.rows], v.handled[legs.rows])
    served: Bools = status == ANSWERED
    n_legs = np.ones(n, dtype=np.int64)
    if not legs.alone:
        n_legs = np.bincount(legs.contact, minlength=n)
        served = tally(legs.contact, n, served) > 0
        handled = tally(legs.contact, n, handled)
    counted = v.counted if every and legs.alone else v.counted[legs.entry]
    entry, decisive, last = legs.entry, legs.decisive, legs.last
    if not counted.all():
        some = np.flatnonzero(counted)
        served, handled, n_legs = served[some], handled[some], n_legs[some]
        entry = some if every and legs.alone else legs.entry[some]
        decisive = entry if legs.decisive is legs.entry else legs.decisive[some]
        last = entry if legs.last is legs.entry else legs.last[some]
    job = v.job[entry]
    return Contacts(
        visits=v,
        entry=entry,
        decisive=decisive,
        last=last,
        stopped=max(records.stopped, records.network.end),
        placed=Placed({}, arrivals.taken(entry)),
        stream=records.jobs["stream"][job].astype(np.int64),
        served=served,
        handled=handled,
        legs=n_legs,
        repeat=(v.round[entry] > 0) | (records.jobs["parent"][job] >= 0),
    )
