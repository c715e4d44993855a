"""What was promised, case by case: when its clock began, what it shows, whether it is kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.machine.steps import Exit
from sim.measures.cells.arrays import Bools, Floats, Ints
from sim.measures.outcomes.journeys import Families, Journeys
from sim.measures.promises.clock import Clock, used_up
from sim.measures.service import Service

NOBODY = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Commitments:
    """Cases in which one promise is to be kept.

    Attributes
    ----------
    service : Service
        The promise.
    begin, stop : array, shape (n,)
        When it was given, and when it was fulfilled or the customer went away; infinite while it is open [min].
    minutes : array, shape (n,)
        What its clock shows then, or at the end of the run.
    due : array, shape (n,)
        When the promised minutes are used up; infinite where that is not known [min].
    fulfilled, gone : bool arrays, shape (n,)
        Done at last, in time or not; the customer went away without it.
    clock : Clock
        What counts.
    """

    service: Service
    begin: Floats
    stop: Floats
    minutes: Floats
    due: Floats
    fulfilled: Bools
    gone: Bools
    clock: Clock

    @property
    def within(self) -> float:
        """Promised minutes."""
        return float("inf") if self.service.awt is None else self.service.awt

    @property
    def late(self) -> Bools:
        """More than the promised minutes have counted, whatever becomes of it."""
        return self.minutes > self.within

    @property
    def kept(self) -> Bools:
        """Fulfilled in time."""
        return self.fulfilled & ~self.late

    @property
    def running(self) -> Bools:
        """Open and not yet due: neither kept nor breached."""
        return ~self.fulfilled & ~self.gone & ~self.late

    @property
    def excess(self) -> Floats:
        """Minutes beyond the promise."""
        return np.maximum(self.minutes - self.within, 0.0)


def commitments_of(service: Service, journeys: Journeys) -> Commitments:
    """Cases of the period in which a promise is to be kept.

    Parameters
    ----------
    service : Service
        Its `promise` says what is meant, its `channel` where.
    journeys : Journeys
        Contacts and tickets.
    """
    clock = journeys.clock(service.clock)
    channel = journeys.names.index(service.channel) if service.channel in journeys.names else -1
    if service.promise == "resolution":
        return _resolutions(service, journeys, channel, clock)
    s = journeys.stops
    if service.promise == "next response":
        rows = journeys.replies.get(channel, NOBODY)
        begin, end, exit_ = s.entered[rows], s.left[rows], s.exit[rows]
        fulfilled, is_open = exit_ == Exit.DONE, exit_ == Exit.OPEN
    else:
        # whom a chaser has settled is in no service level
        rows = journeys.promised.get(channel, NOBODY)
        last, answer = journeys.last[rows], journeys.answer[rows]
        fulfilled = answer < s.job.size
        begin, end = journeys.begin[rows], s.left[np.where(fulfilled, answer, last)]
        is_open = ~fulfilled & (s.exit[last] == Exit.OPEN)
    within = np.inf if service.awt is None else service.awt
    return Commitments(
        service=service,
        begin=begin,
        stop=np.where(is_open, np.inf, end),
        minutes=clock.minutes(begin, end),
        due=clock.after(begin, np.full(begin.size, within)),
        fulfilled=fulfilled,
        gone=~fulfilled & ~is_open,
        clock=clock,
    )


def _resolutions(service: Service, journeys: Journeys, channel: int, clock: Clock) -> Commitments:
    t = journeys.tickets
    mine = np.flatnonzero((t.channel == channel) & t.human)
    within = np.inf if service.awt is None else service.awt
    minutes, due = waiting(t, clock, within, mine)
    fulfilled, is_open = t.resolved[mine], t.open[mine]
    return Commitments(
        service=service,
        begin=t.birth[mine],
        stop=np.where(is_open, np.inf, t.closing[mine]),
        minutes=minutes,
        due=due,
        fulfilled=fulfilled,
        gone=~fulfilled & ~is_open,
        clock=clock,
    )


def waiting(tickets: Families, clock: Clock, within: float = np.inf, some: Ints | None = None) -> tuple[Floats, Floats]:
    """Minutes for which each ticket has waited for us, and the instant at which the promised ones are used up.

    Parameters
    ----------
    some : int array, optional
        Only these tickets, in increasing order.
    """
    own, begin, end = tickets.spans
    if some is None:
        return used_up(own, tickets.n, begin, end, clock, within)
    place = np.full(tickets.n, -1, dtype=np.int64)
    place[some] = np.arange(some.size)
    rows = np.flatnonzero(place[own] >= 0)
    return used_up(place[own[rows]], some.size, begin[rows], end[rows], clock, within)
