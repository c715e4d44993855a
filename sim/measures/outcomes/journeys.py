"""Contacts followed from the bot to the last reply, and the tickets that they belong to."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from sim.machine.records import Records
from sim.machine.steps import Exit
from sim.measures.cells.arrays import Bools, Floats, Ints
from sim.measures.cells.passes import by_small_key, rows_of
from sim.measures.desk import ESCALATION, REPLY, Desk
from sim.measures.outcomes.stops import stops_of
from sim.measures.promises.clock import Clock

FRESH, UNSERVED, UNRESOLVED, BACK, CHASER = range(5)
"""Why a contact is made: for the first time; again because it was not served, because it was not settled, because the
bot had not helped; to chase another one."""

HORIZON = 60_000.0


class Journeys:
    """Contacts of a replication: each from its first step to its last, later replies of its conversation included.

    A new round of a job is a new contact unless it begins with a reply; a call-back or an escalation is a leg of the
    contact that led to it; a chaser is a contact of its own.

    Parameters
    ----------
    records : Records
        What the replication left behind.
    desk : Desk
        What its steps stand for.
    channels : tuple of str
        Names by which channels are numbered.
    """

    def __init__(self, records: Records, desk: Desk, channels: tuple[str, ...]) -> None:
        self.records, self.desk, self.names = records, desk, channels
        self.stopped = max(records.stopped, records.network.end)
        self.stops = s = stops_of(records, desk, channels, self.stopped)
        n = s.job.size
        begins = np.ones(n, dtype=bool)
        new_job = s.job[1:] != s.job[:-1]
        begins[1:] = new_job | ((s.round[1:] != s.round[:-1]) & (s.part[1:] != REPLY))
        self.head = np.flatnonzero(begins)
        self.last = np.append(self.head[1:], n)[: self.head.size] - 1
        self.of = np.cumsum(begins) - 1
        self.job = s.job[self.head]
        self._clocks: dict[str | None, Clock] = {}

    def clock(self, calendar: str | None) -> Clock:
        """A calendar of the network, or plain time, some weeks past the end: what is open then has a due time too."""
        if calendar not in self._clocks:
            hours = None if calendar is None else self.records.network.calendars[calendar]
            self._clocks[calendar] = Clock(hours, 0.0, self.stopped + HORIZON)
        return self._clocks[calendar]

    @property
    def n(self) -> int:
        """Number of contacts."""
        return int(self.head.size)

    @cached_property
    def begin(self) -> Floats:
        """When each was made [min]."""
        return self.stops.entered[self.head]

    @cached_property
    def end(self) -> Floats:
        """When its last step was over, or the run [min]."""
        return self.stops.left[self.last]

    @cached_property
    def in_period(self) -> Bools:
        """Made in the period, and not the rest of one that was made before it."""
        s, end = self.stops, self.records.network.end
        return (self.begin >= 0.0) & (self.begin < end) & (s.part[self.head] != REPLY)

    @cached_property
    def last_of_job(self) -> Bools:
        """The job has no later contact so far."""
        return np.append(self.job[1:] != self.job[:-1], True)[: self.n]

    @cached_property
    def job_open(self) -> Bools:
        """The job has not ended."""
        return np.isnan(self.records.jobs["end"][self.job])

    @cached_property
    def let_in(self) -> Ints:
        """First step at which agents would serve it and did not turn it away; one past the last where there is none."""
        return self._first(self.stops.human & ~self.stops.turned_away)

    @cached_property
    def human(self) -> Bools:
        """It reached the agents."""
        return self.let_in < self.stops.job.size

    @cached_property
    def channel(self) -> Ints:
        """Channel that let it in, or the one it came to."""
        return self.stops.channel[np.where(self.human, self.let_in, self.head)]

    @cached_property
    def came_to(self) -> Ints:
        """Channel on which it was made."""
        return self.stops.channel[self.head]

    @cached_property
    def promised(self) -> dict[int, Ints]:
        """Contacts of the period that reached the agents of each channel, without those that a chaser has settled."""
        rows = np.flatnonzero(self.in_period & self.human)
        recalled = self.stops.exit[self.last[rows]] == Exit.RECALLED
        if recalled.any():
            rows = rows[~recalled]
        return self.by_channel(rows, self.channel[rows])

    @cached_property
    def replies(self) -> dict[int, Ints]:
        """Later replies of the period in each channel: stops."""
        s = self.stops
        rows = np.flatnonzero(s.part == REPLY)
        rows = rows[(s.entered[rows] >= 0.0) & (s.entered[rows] < self.records.network.end)]
        return self.by_channel(rows, s.channel[rows])

    def by_channel(self, rows: Ints, channel: Ints) -> dict[int, Ints]:
        """Some rows of each channel, in their order; -1 is none."""
        order = by_small_key(channel + 1, len(self.names) + 1)
        ends = np.cumsum(np.bincount(channel + 1, minlength=len(self.names) + 1))
        return {k: rows[order[ends[k] : ends[k + 1]]] for k in range(len(self.names))}

    @cached_property
    def answer(self) -> Ints:
        """Step at which agents handled it first; one past the last where there is none."""
        return self._first(self.stops.handled)

    @cached_property
    def met(self) -> Bools:
        """It had a session with bot or self-service."""
        return self._any(self.stops.session)

    @cached_property
    def contained(self) -> Bools:
        """It ended with a session."""
        s = self.stops
        return s.session[self.last] & (s.exit[self.last] == Exit.DONE)

    @cached_property
    def gave_up(self) -> Bools:
        """It ended with a session that was given up."""
        return self.contained & self.last_of_job & (self._mark("gave_up") > 0)

    @cached_property
    def false(self) -> Bools:
        """It was contained, not given up, and the customer comes back."""
        back = ~self.last_of_job | (self._mark("falsely_contained") >= self._mark("contained"))
        return self.contained & ~self.gave_up & back

    @cached_property
    def over(self) -> Bools:
        """Nothing more can come to it."""
        return ~self.last_of_job | ~self.job_open

    @cached_property
    def settled(self) -> Bools:
        """It ended with the work of an agent, or with a session that was not given up."""
        s = self.stops
        return self.over & (s.handled[self.last] | (self.contained & ~self.gave_up))

    @cached_property
    def escalated(self) -> Bools:
        """It was passed on to others."""
        return self._any(self.stops.part == ESCALATION)

    @cached_property
    def cause(self) -> Ints:
        """Why it was made: `FRESH`, `UNSERVED` ..."""
        s, jobs = self.stops, self.records.jobs
        again = s.round[self.head] > 0
        out = np.where(again, UNSERVED, FRESH)
        if again.any():
            before = np.maximum(self.head - 1, 0)
            known = again & (self.head > 0) & (s.job[before] == self.job)
            # the attempt before may have ended before the period; then the marks tell
            unresolved = np.where(known, s.handled[before], self._mark("unresolved") > 0)
            back = np.where(known, s.session[before], self._mark("back") > 0)
            out = np.where(again & back, BACK, out)
            out = np.where(again & unresolved, UNRESOLVED, out)
        child = jobs["parent"][self.job] >= 0
        return np.where(child & ~again, CHASER, out)

    def _mark(self, name: str) -> Ints:
        return self.desk.mark(name, self.records.network, self.records.jobs)[self.job]

    def _first(self, which: Bools) -> Ints:
        """First step of each contact that has a trait; one past the last step where none has."""
        out = np.full(self.n, self.stops.job.size)
        rows = np.flatnonzero(which)
        out[self.of[rows[::-1]]] = rows[::-1]
        return out

    def _any(self, which: Bools) -> Bools:
        out = np.zeros(self.n, dtype=bool)
        out[self.of[np.flatnonzero(which)]] = True
        return out

    @cached_property
    def tickets(self) -> Families:
        """Tickets of the period."""
        return Families(self)


class Families:
    """Tickets of the period that have a contact, with the channel of their first one.

    Parameters
    ----------
    journeys : Journeys
        Contacts.

    Attributes
    ----------
    contacts : int array
        Contacts of these tickets, in order of ticket and time.
    of : int array
        Ticket of each of them.
    first : int array, shape (n,)
        Place among `contacts` of the first one of each ticket.
    open : bool array, shape (n,)
        Some job of the ticket has not ended.
    """

    def __init__(self, journeys: Journeys) -> None:
        self.journeys = j = journeys
        jobs = j.records.jobs
        counted = jobs["counted"] > 0
        root = counted & (jobs["number"] == jobs["family"])
        family = rows_of(jobs["number"][root], jobs["family"])
        mine = np.flatnonzero(counted[j.job])
        of = family[j.job[mine]]
        self.several_jobs = int(root.sum()) < int(counted.sum())
        if self.several_jobs:
            order = np.lexsort((j.begin[mine], of))
            mine, of = mine[order], of[order]
        begins = np.ones(of.size, dtype=bool)
        begins[1:] = of[1:] != of[:-1]
        self.contacts, self.of = mine, np.cumsum(begins) - 1
        self.first = np.flatnonzero(begins)
        still = np.zeros(int(root.sum()) + 1, dtype=bool)
        still[family[counted & np.isnan(jobs["end"])]] = True
        self.open: Bools = still[of[self.first]]
        self._family_of_job = np.where(counted, family, -1)
        self._number = np.full(still.size, -1, dtype=np.int64)
        self._number[of[self.first]] = np.arange(self.first.size)

    @property
    def n(self) -> int:
        """Number of tickets."""
        return int(self.first.size)

    @cached_property
    def birth(self) -> Floats:
        """When the first contact was made [min]."""
        return self.journeys.begin[self.contacts[self.first]]

    @cached_property
    def channel(self) -> Ints:
        """Channel of the first contact."""
        return self.journeys.channel[self.contacts[self.first]]

    @cached_property
    def human(self) -> Bools:
        """Some contact reached the agents."""
        return self.any(self.journeys.human)

    def any(self, which: Bools) -> Bools:
        """Some contact of the ticket has a trait of contacts."""
        out = np.zeros(self.n, dtype=bool)
        out[self.of[which[self.contacts]]] = True
        return out

    @cached_property
    def reopened(self) -> Bools:
        """A contact was made again after agents had settled it."""
        return self.any(self.journeys.cause == UNRESOLVED)

    @cached_property
    def solved(self) -> Bools:
        """Some contact was settled by agents."""
        return self.any(self.journeys.settled & self.journeys.stops.handled[self.journeys.last])

    @cached_property
    def settled(self) -> dict[int, Ints]:
        """Those that agents served and that were settled at least once, by channel."""
        rows = np.flatnonzero(self.human & np.isfinite(self.first_settled))
        return self.journeys.by_channel(rows, self.channel[rows])

    @cached_property
    def next(self) -> Floats:
        """When the second contact was made; infinite without one [min]."""
        out = np.full(self.n, np.inf)
        if self.of.size:
            second = self.first + 1
            some = np.flatnonzero(second < np.append(self.first[1:], self.of.size))
            out[some] = self.journeys.begin[self.contacts[second[some]]]
        return out

    @cached_property
    def spans(self) -> tuple[Ints, Floats, Floats]:
        """Times in which a ticket waits for us, in line or in service: ticket, begin and end, none twice."""
        stops = self.journeys.stops
        ticket = self._of_stop
        rows = np.flatnonzero((ticket >= 0) & (stops.left > stops.entered))
        own, begin, end = ticket[rows], stops.entered[rows], stops.left[rows]
        if not self.several_jobs:
            return own, begin, end
        order = np.lexsort((begin, own))
        own, begin, end = own[order], begin[order], end[order]
        # only where a ticket is at two places at once a span has to be cut
        overlap = (own[1:] == own[:-1]) & (begin[1:] < end[:-1])
        for t in np.unique(own[1:][overlap]).tolist():
            lo, hi = np.searchsorted(own, (t, t + 1))
            high = -np.inf
            for i in range(lo, hi):
                begin[i] = max(begin[i], high)
                end[i] = high = max(high, end[i])
        keep = end > begin
        return own[keep], begin[keep], end[keep]

    @cached_property
    def _of_stop(self) -> Ints:
        """Ticket of each stop, -1 for none."""
        return self._number[self._family_of_job[self.journeys.stops.job]]

    @cached_property
    def closing(self) -> Floats:
        """When the last step of a closed ticket was over [min]; recalled contacts do not count."""
        stops, ticket = self.journeys.stops, self._of_stop
        rows = np.flatnonzero((ticket >= 0) & (stops.exit != Exit.RECALLED))
        out = np.full(self.n, -np.inf)
        np.maximum.at(out, ticket[rows], stops.left[rows])
        return out

    @cached_property
    def resolved(self) -> Bools:
        """Closed, and its last step was an agent's work or a session that was not given up."""
        j = self.journeys
        good = np.zeros(self.n, dtype=bool)
        rows = np.flatnonzero(j.settled[self.contacts])
        at = self.of[rows]
        final = j.end[self.contacts[rows]] >= self.closing[at]
        good[at[final]] = True
        return good & ~self.open

    @cached_property
    def first_settled(self) -> Floats:
        """When some contact of the ticket was settled for the first time; infinite where none was [min]."""
        j = self.journeys
        out = np.full(self.n, np.inf)
        rows = np.flatnonzero(j.settled[self.contacts])
        np.minimum.at(out, self.of[rows], j.end[self.contacts[rows]])
        return out
