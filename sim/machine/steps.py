"""What happens to jobs: work, delays, routes and watches (rules 2.6 to 2.10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from math import inf
from typing import Literal

from sim.machine.laws import Constant, Law
from sim.machine.pools import EndOfDuty
from sim.machine.predictor import Condition, Predictor


class Exit(IntEnum):
    """How a spell at a step ended; the first six but `open` can be routed."""

    OPEN = 0
    DONE = 1
    ABANDONED = 2
    BLOCKED = 3
    CLOSED = 4
    RECALLED = 5
    HANDED_BACK = 6
    PAUSED = 7
    MOVED = 8
    DISPLACED = 9


ROUTED_EXITS = {
    "done": Exit.DONE,
    "abandoned": Exit.ABANDONED,
    "blocked": Exit.BLOCKED,
    "closed": Exit.CLOSED,
    "recalled": Exit.RECALLED,
}
"""Exits of a step by name."""

Order = Literal["entry", "kept", "due", "score"]
Owner = Literal["any", "note", "prefer", "only"]
Release = Literal["entered", "started", "done"]

NOTHING = Constant(0.0)
"""No work, no time."""


@dataclass(frozen=True)
class Edge:
    """A pool that may serve a step.

    Parameters
    ----------
    pool : str
        Name of the pool.
    rank : int
        1 is best. Edges of equal rank compete.
    after : float
        Minutes a job must have waited before this pool may take it.
    speed : float
        Factor on the speed of this work in this pool.
    most : int, optional
        Open units the server may have once it has taken the job (named pools).
    reserve : int
        Free slots the pool keeps back from this work.
    switch : str, optional
        The pool sees the job only while this switch is on.
    """

    pool: str
    rank: int = 1
    after: float = 0.0
    speed: float = 1.0
    most: int | None = None
    reserve: int = 0
    switch: str | None = None


@dataclass(frozen=True)
class Work:
    """A step that needs slots of one server.

    Parameters
    ----------
    name : str
        Name, unique among steps.
    edges : tuple of Edge
        Who may serve it. Without any the step only fills.
    size : Law
        Work of a job [min at speed 1], drawn once per (job, step, round).
    units : int
        Slots of the server that a job takes.
    after_work : Law, optional
        The slot stays taken for this long after the job has left.
    patience : Law, optional
        How long a job waits in line; absent: for ever.
    patience_budget : bool
        One patience for all visits of the job: waits add up.
    silent : float
        Share of those who lose patience that stay in line unnoticed.
    ghost : Law
        Time it takes to find out that a silent one has left.
    due : Law, optional
        Time until the job is due.
    due_from : {"entry", "birth", "mark"}
        Where the due time counts from.
    due_mark : str, optional
        With `due_from="mark"`: the mark whose last rise it counts from; a job without it has no due time.
    order : {"entry", "kept", "due", "score"}
        Order inside a line: by entry; by the place the job had at its first Work step; by due time; by score.
    head_start : Law, optional
        Minutes by which the job counts as having come earlier (its place in line only).
    score : Predictor, optional
        Highest first, in line (as read at joining) and among lines (as read at the choice).
    priority : Law, optional
        A number per job, usually `Constant` or `Attribute`; higher goes first. Absent: 0.
    opening : str, optional
        Calendar of the door. Absent: always open.
    when_closed : {"refuse", "wait"}
        What happens to a job that comes while the door is closed.
    at_close : {"stay", "leave"}
        What happens to the line when the door closes.
    limit : int, optional
        Most jobs in line; one more is blocked.
    wait_for_room : bool
        The first in line, lacking only units, keeps its best server from taking worse ranks.
    end_of_duty : {"finish", "hand back", "pause"}, optional
        Absent: the pool's.
    returned : {"remaining", "restart", "redraw"}
        Size of a job that was handed back.
    after_calendar, patience_calendar, due_calendar : str, optional
        Calendar on which these minutes count.
    counts_as_wait : bool
        Time in service here, paused or not, adds to the minutes waited.
    owner : {"any", "note", "prefer", "only"}
        Whether the server that starts a job here becomes the owner of its family (all but `any`), and whether the
        owner serves it, if it can within `owner_wait` (`prefer`) or in any case (`only`).
    owner_wait : float
        With `prefer`: minutes for which only the owner may take it.
    owner_calendar : str, optional
        Calendar on which these minutes count.
    grade : int
        A job of higher grade may displace one of lower grade.
    yields : bool
        Jobs in service here may be displaced.
    keep : bool
        The slot stays with the job after completion, until it is released.
    release : {"entered", "started", "done"}, optional
        When a slot that the job keeps from an earlier step is let go.
    shared_limit : (str, float), optional
        Gauge and number: a job is blocked while the gauge is at least the number.
    recall : str, optional
        Family mark that calls waiting jobs away (exit recalled).
    """

    name: str
    edges: tuple[Edge, ...] = ()
    size: Law = NOTHING
    units: int = 1
    after_work: Law | None = None
    patience: Law | None = None
    patience_budget: bool = False
    silent: float = 0.0
    ghost: Law = NOTHING
    due: Law | None = None
    due_from: Literal["entry", "birth", "mark"] = "entry"
    due_mark: str | None = None
    order: Order = "entry"
    head_start: Law | None = None
    score: Predictor | None = None
    priority: Law | None = None
    opening: str | None = None
    when_closed: Literal["refuse", "wait"] = "refuse"
    at_close: Literal["stay", "leave"] = "stay"
    limit: int | None = None
    wait_for_room: bool = False
    end_of_duty: EndOfDuty | None = None
    returned: Literal["remaining", "restart", "redraw"] = "remaining"
    after_calendar: str | None = None
    patience_calendar: str | None = None
    due_calendar: str | None = None
    counts_as_wait: bool = False
    owner: Owner = "any"
    owner_wait: float = 0.0
    owner_calendar: str | None = None
    grade: int = 0
    yields: bool = False
    keep: bool = False
    release: Release | None = None
    shared_limit: tuple[str, float] | None = None
    recall: str | None = None


@dataclass(frozen=True)
class Delay:
    """A step that only passes time.

    Parameters
    ----------
    name : str
        Name, unique among steps.
    length : Law
        Length [min].
    calendar : str, optional
        Calendar on which the length counts.
    until_open : str, optional
        After the length, wait for this calendar to be open.
    counts_as_wait : bool
        Time here adds to the minutes waited.
    recorded : bool
        Whether its visits are kept in the records.
    recall : str, optional
        Family mark that calls jobs away from here (exit recalled).
    release : {"entered", "done"}, optional
        When a slot that the job keeps from an earlier step is let go.
    """

    name: str
    length: Law = NOTHING
    calendar: str | None = None
    until_open: str | None = None
    counts_as_wait: bool = False
    recorded: bool = False
    recall: str | None = None
    release: Literal["entered", "done"] | None = None


Step = Work | Delay


@dataclass(frozen=True)
class Spawn:
    """New jobs of the same family.

    Parameters
    ----------
    to : str
        Step they enter.
    count : int
        How many.
    delay : Law, optional
        Time until each enters, drawn with its own luck.
    """

    to: str
    count: int = 1
    delay: Law | None = None


@dataclass(frozen=True)
class Clause:
    """One line of a route: if, with what probability, do what, go where.

    Parameters
    ----------
    name : str
        Root of the clause's luck; unique in a network.
    when : tuple of Condition
        All must hold.
    probability : float or Predictor
        Chance, given that the clause is reached; drawn on its own.
    add : mapping of str to int
        Marks to raise.
    tell : mapping of str to int
        Marks of the family to raise.
    spawn : tuple of Spawn
        Jobs to create.
    again : bool
        The job enters its next round: its draws are new.
    to : str, optional
        Next step; absent: the job ends.
    go_on : bool
        Go on to the next clause instead of moving.
    """

    name: str
    when: tuple[Condition, ...] = ()
    probability: float | Predictor = 1.0
    add: Mapping[str, int] = field(default_factory=dict)
    spawn: tuple[Spawn, ...] = ()
    again: bool = False
    to: str | None = None
    go_on: bool = False
    tell: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Anchor:
    """A moment in a job's life: it entered, started or left a step, or got a mark."""

    moment: Literal["entered", "started", "left", "mark"]
    name: str


@dataclass(frozen=True)
class Watch:
    """A clock beside a job; when it runs out, something happens.

    Parameters
    ----------
    name : str
        Name, unique among watches; the root of its luck.
    start : Anchor
        Starts the clock, or starts it anew.
    stop : tuple of Anchor
        Any of these stops it. The end of the job always does.
    length : Law
        Time until it runs out, drawn anew for each repetition.
    calendar : str, optional
        Calendar on which the length counts.
    add : mapping of str to int
        Marks to raise when it runs out.
    tell : mapping of str to int
        Marks of the family to raise when it runs out.
    spawn : tuple of Spawn
        Jobs to create when it runs out.
    to : str, optional
        Step to move the job to, if it is waiting in line or in a delay just then.
    times : int
        How often it may run out per start; each time the clock starts fresh.
    reset : tuple of Anchor
        Any of these, while the clock runs, starts it afresh (not counted as running out).
    """

    name: str
    start: Anchor
    length: Law
    stop: tuple[Anchor, ...] = ()
    calendar: str | None = None
    add: Mapping[str, int] = field(default_factory=dict)
    spawn: tuple[Spawn, ...] = ()
    to: str | None = None
    times: int = 1
    reset: tuple[Anchor, ...] = ()
    tell: Mapping[str, int] = field(default_factory=dict)


NEVER = Constant(inf)
"""A time that never comes."""
