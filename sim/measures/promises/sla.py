"""Clocks of promises over the history of one ticket: what counts, what pauses, what is kept and what is breached.

A ticket's history is a row of stretches: it waits for us, it is pending on the customer, it is held by somebody else,
or it is solved. A promise counts working minutes of a calendar (or all of them, `elapsed`). Of a pause only its overlap
with working minutes is left out, so that a pause over lunch or over night gives nothing back twice.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal

from sim.machine.calendar import Calendar

State = Literal["waiting", "pending", "held", "solved"]
Verdict = Literal["kept", "breached", "running"]

PAUSES: frozenset[State] = frozenset({"pending", "solved"})
"""States in which a resolution clock stands still; the time for which a third party holds a ticket is ours."""


@dataclass(frozen=True)
class Stretch:
    """A part of a ticket's life in one state.

    Parameters
    ----------
    begin, end : float
        [min]; the end is infinite for what lasts.
    state : {"waiting", "pending", "held", "solved"}
        Who has to act.
    """

    begin: float
    end: float
    state: State

    def __post_init__(self) -> None:
        if not self.begin <= self.end:
            raise ValueError(f"stretch: it ends at {self.end}, before its begin {self.begin}")


@dataclass(frozen=True)
class Term:
    """A promised time.

    Parameters
    ----------
    within : float
        [min of the calendar].
    calendar : Calendar, optional
        Working minutes; absent: every minute counts.
    since : float
        In force from this instant on [min]; a later one replaces it (the ticket's priority has changed).
    """

    within: float
    calendar: Calendar | None = None
    since: float = -inf

    def __post_init__(self) -> None:
        if not self.within >= 0.0:
            raise ValueError(f"term: within is {self.within}; minutes of at least 0 are expected")


@dataclass(frozen=True)
class Message:
    """Something written on a ticket.

    Parameters
    ----------
    at : float
        [min].
    by : {"customer", "agent", "bot"}
        A bot's reply stops no clock.
    public : bool
        An internal note stops no clock either.
    """

    at: float
    by: Literal["customer", "agent", "bot"]
    public: bool = True


@dataclass(frozen=True)
class Judged:
    """A promise after it was looked at.

    Parameters
    ----------
    verdict : {"kept", "breached", "running"}
        `running`: not done, and not yet due.
    minutes : float
        What its clock shows.
    due : float
        Instant at which the promised minutes are used up [min]; infinite if the history never gets there.
    excess : float
        Minutes beyond the promise.
    """

    verdict: Verdict
    minutes: float
    due: float
    excess: float


def between(calendar: Calendar | None, begin: float, end: float) -> float:
    """Working minutes in [begin, end)."""
    return max(end - begin, 0.0) if calendar is None else calendar.between(begin, end)


def counted(
    history: Sequence[Stretch], calendar: Calendar | None, until: float, pauses: Collection[State] = PAUSES
) -> float:
    """Minutes that a clock with pauses shows at an instant.

    Examples
    --------
    >>> office = Calendar("office", [(540, 720), (780, 1080)], repeat=(0, 1440))
    >>> lunch = [Stretch(700, 710, "waiting"), Stretch(710, 790, "pending"), Stretch(790, 800, "waiting")]
    >>> counted(lunch, office, 800)
    20.0
    """
    return sum(between(calendar, s.begin, min(s.end, until)) for s in _running(history, pauses) if s.begin < until)


def paused(
    history: Sequence[Stretch], calendar: Calendar | None, until: float, pauses: Collection[State] = PAUSES
) -> float:
    """Working minutes for which the clock stood still: the overlap of pauses with the calendar, and nothing else."""
    return sum(between(calendar, s.begin, min(s.end, until)) for s in history if s.state in pauses and s.begin < until)


def used_up(history: Sequence[Stretch], term: Term, pauses: Collection[State] = PAUSES) -> float:
    """Instant at which the promised minutes are used up; infinite if that never happens in this history."""
    left = term.within
    for s in _running(history, pauses):
        minutes = between(term.calendar, s.begin, s.end)
        if left <= minutes:
            return s.begin + left if term.calendar is None else min(term.calendar.add(s.begin, left), s.end)
        left -= minutes
    return inf


def in_force(terms: Sequence[Term], at: float) -> Term:
    """The term that holds at an instant: the latest of those that hold since then or before.

    Raises
    ------
    ValueError
        None holds yet.
    """
    found = [t for t in terms if t.since <= at]
    if not found:
        raise ValueError(f"terms: none is in force at {at:g} min; the first one needs no `since`")
    return max(found, key=lambda t: t.since)


def resolution(
    history: Sequence[Stretch],
    terms: Sequence[Term],
    now: float,
    *,
    which: Literal["first", "full"] = "full",
    pauses: Collection[State] = PAUSES,
) -> Judged:
    """Judge the promise to resolve a ticket.

    The term in force when the clock stops (or now) is held against the whole life of the ticket: a change of priority
    neither starts the clock anew nor loses a pause. A ticket that was reopened is full resolved when it is solved for
    the last time; while it was solved the clock stood still.

    Parameters
    ----------
    history : sequence of Stretch
        From the birth of the ticket on, in order.
    terms : sequence of Term
        The promise, and what replaced it.
    now : float
        What comes later is not known [min].
    which : {"first", "full"}
        Solved for the first or for the last time.
    pauses : collection of str
        States in which the clock stands still.
    """
    known = [Stretch(s.begin, min(s.end, now), s.state) for s in history if s.begin <= now]
    solved = [s.begin for s in known if s.state == "solved"]
    over = bool(solved) and (which == "first" or known[-1].state == "solved")
    stop = now if not over else solved[0] if which == "first" else solved[-1]
    own = [Stretch(s.begin, min(s.end, stop), s.state) for s in known if s.begin <= stop]
    return _judged(own, in_force(terms, stop), stop, over, pauses)


def replies(
    messages: Sequence[Message],
    terms: Sequence[Term],
    now: float,
    *,
    history: Sequence[Stretch] = (),
    pauses: Collection[State] = frozenset(),
) -> list[Judged]:
    """Judge the promise to reply, anew for each time the customer waits for an answer.

    The first one is the first response, the others are next responses. A clock begins with the first message that is
    not answered and ends with the next public reply of an agent.

    Parameters
    ----------
    messages : sequence of Message
        In order.
    terms : sequence of Term
        The promise, and what replaced it.
    now : float
        What comes later is not known [min].
    history : sequence of Stretch
        Needed only where the clock has pauses.
    pauses : collection of str
        States in which it stands still; by default none.
    """
    found: list[Judged] = []
    begun: float | None = None
    for m in (m for m in messages if m.at <= now):
        if m.by == "customer":
            begun = m.at if begun is None else begun
        elif m.by == "agent" and m.public and begun is not None:
            found.append(_reply(begun, m.at, True, terms, history, pauses))
            begun = None
    if begun is not None:
        found.append(_reply(begun, now, False, terms, history, pauses))
    return found


def _reply(
    begin: float,
    stop: float,
    over: bool,
    terms: Sequence[Term],
    history: Sequence[Stretch],
    pauses: Collection[State],
) -> Judged:
    spans = [Stretch(begin, stop, "waiting")]
    if pauses:
        spans = [
            Stretch(max(s.begin, begin), min(s.end, stop), s.state) for s in history if s.begin < stop and s.end > begin
        ]
    return _judged(spans, in_force(terms, stop), stop, over, pauses)


def _judged(spans: Sequence[Stretch], term: Term, stop: float, over: bool, pauses: Collection[State]) -> Judged:
    minutes = counted(spans, term.calendar, stop, pauses)
    late = minutes > term.within
    if not over and not late:
        # the clock would go on from here, if nobody stopped it
        spans = [*spans, Stretch(stop, inf, spans[-1].state if spans else "waiting")]
    return Judged(
        "breached" if late else "kept" if over else "running",
        minutes,
        used_up(spans, term, pauses),
        max(minutes - term.within, 0.0),
    )


def _running(history: Sequence[Stretch], pauses: Collection[State]) -> list[Stretch]:
    return [s for s in history if s.state not in pauses]
