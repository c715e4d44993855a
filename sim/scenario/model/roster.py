"""A roster: named agents with duties and skills of their own."""

from __future__ import annotations

from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal

from sim.scenario.model.period import Frozen

Outside = Literal["repeat", "nobody"]


class RosterBreak(Frozen):
    """A break in a duty: local start (None: staggered) and length [min]."""

    start: datetime | None
    length: float


class RosterDuty(Frozen):
    """One stretch of work: local start and end (over midnight is fine), with its breaks."""

    start: datetime
    end: datetime
    breaks: tuple[RosterBreak, ...] = ()


class RosterAbsence(Frozen):
    """A date on which the roster says that an agent does not work, and why (`off`, `leave`, `sick`, ...)."""

    date: date
    reason: str


class RosterAgent(Frozen):
    """A named agent.

    Parameters
    ----------
    name : as written (an id or a name), unique in the roster; the root of the agent's random numbers.
    group : agent group the row belongs to, or None: the group that names the roster.
    skills : channels and contact types the agent serves, or None: all that the group serves.
    concurrency : contacts at a time, or None: as the group.
    speed : factor on the working speed.
    duties : sorted, not overlapping.
    absences : dates without work that the roster names, sorted; they are for reports, a date without duty has none.
    title : name to show where `name` is an id, or None.
    """

    name: str
    group: str | None = None
    skills: tuple[str, ...] | None = None
    concurrency: int | None = None
    speed: float = 1.0
    duties: tuple[RosterDuty, ...] = ()
    absences: tuple[RosterAbsence, ...] = ()
    title: str | None = None


class Roster(Frozen):
    """Named agents with their own duties.

    Parameters
    ----------
    file : absolute path it was read from.
    agents : in the order of the roster.
    first, last : the dates it plans, both included; None: those of its duties.
    outside : dates before and after those repeat its first and last week (`repeat`), or nobody works (`nobody`).
    time_zone : in which its times are written; None: the scenario's.
    asked : the words with which it was asked for beside its file, as written.
    """

    file: str
    agents: tuple[RosterAgent, ...]
    first: date | None = None
    last: date | None = None
    outside: Outside = "repeat"
    time_zone: str | None = None
    asked: dict[str, Any] = {}

    @cached_property
    def _hash(self) -> int:
        return hash((self.file, self.agents, self.first, self.last, self.outside, self.time_zone))

    def __hash__(self) -> int:
        return self._hash  # its duties are asked for again and again, and there are thousands
