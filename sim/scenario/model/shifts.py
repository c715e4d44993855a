"""Shifts of named agents, and the minutes in which each of them is on duty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from sim.scenario.model.period import Frozen, LocalDay, Period
from sim.scenario.model.zones import seen_from
from sim.scenario.text.units import Week, as_duration, as_span


class Break(Frozen):
    """A break within a shift.

    Parameters
    ----------
    length : how long it lasts [min].
    start : minutes after midnight of the shift's day for a fixed break; None for a staggered one.
    """

    length: float
    start: int | None = None

    def __str__(self) -> str:
        if self.start is None:
            return as_duration(self.length)
        return as_span(self.start, self.start + int(self.length))


class Shift(Frozen):
    """Agents who come and go together.

    Parameters
    ----------
    start, end : hours on the wall clock [min after midnight of the day it starts]; `end` may pass 1440.
    pause : the break, or None.
    agents : number of agents on Monday to Sunday.
    holiday : number of agents on a holiday, or None: as on the weekday that it counts as (Sunday).
    """

    start: int
    end: int
    pause: Break | None
    agents: Week[int]
    holiday: int | None = None

    @property
    def most(self) -> int:
        """Largest number of agents of any day."""
        return max(*self.agents, self.holiday or 0)

    def agents_on(self, day: LocalDay) -> int:
        """Number of agents of a day."""
        return self.agents[day.acts_as] if self.holiday is None or not day.holiday else self.holiday


class Duty(NamedTuple):
    """One agent on one date: who, when the shift started, and the [on, off) stretches of duty [min].

    `staggered` says of each gap between two stretches whether its break may wait until the agent is free; a break at
    a fixed time, and training, begins when it begins.
    """

    agent: str
    date: date
    stretches: tuple[tuple[float, float], ...]
    staggered: tuple[bool, ...] = ()


def agent_names(shifts: Mapping[str, Shift]) -> tuple[str, ...]:
    """Name every agent of a group: `shift/1` to `shift/n`, n the largest number of any day.

    Examples
    --------
    >>> agent_names({"day": Shift(start=540, end=1080, pause=None, agents=(2, 2, 2, 2, 2, 1, 0))})
    ('day/1', 'day/2')
    """
    return tuple(f"{name}/{i + 1}" for name, shift in shifts.items() for i in range(shift.most))


def break_start(shift_start: float, shift_end: float, length: float, ordinal: int, n_agents: int) -> float:
    """Give the start of a staggered break [min].

    The breaks of the n agents of a shift lie in its middle third: the first starts where the third starts, the
    last ends where it ends, the others in even steps, rounded to whole minutes of the shift. A single break, or
    one longer than a third, lies in the middle.

    Examples
    --------
    >>> [break_start(540, 1080, 60, i, 5) for i in range(5)]
    [720.0, 750.0, 780.0, 810.0, 840.0]
    """
    third = (shift_end - shift_start) / 3.0
    room = third - length
    if n_agents == 1 or room <= 0.0:
        after = (shift_end - shift_start - length) / 2.0
    else:
        after = third + room * ordinal / (n_agents - 1)
    return shift_start + float(round(after))


def duties(shifts: Mapping[str, Shift], period: Period, t0: float, t1: float, zone: str | None = None) -> list[Duty]:
    """List who is on duty when, before absences.

    Parameters
    ----------
    shifts : the shifts of one group by name.
    period : gives the calendar.
    t0, t1 : range to cover [min since start]; stretches are clipped to [t0, t1).
    zone : time zone of the clock on which the shifts are written; None for that of the period.

    Returns
    -------
    One `Duty` per agent and date, in the order of shifts, dates, agents. A shift over midnight belongs to the
    date it starts. Agent `day/1` is the same person on every date; on a weekday with fewer agents the last
    ordinals stay at home.
    """
    return list(_duties(tuple(shifts.items()), seen_from(period, zone), t0, t1))


@lru_cache(maxsize=64)  # the same shifts come again and again while other numbers of a scenario are drawn
def _duties(shifts: tuple[tuple[str, Shift], ...], period: Period, t0: float, t1: float) -> tuple[Duty, ...]:
    found: list[Duty] = []
    days = period.days(t0 - 2880.0, t1)
    for name, shift in shifts:
        for day in days:
            n = shift.agents_on(day)
            start = period.minute_at(day.date, shift.start)
            end = period.minute_at(day.date, shift.end)
            for i in range(n):
                stretches = [(start, end)]
                if shift.pause is not None:
                    if shift.pause.start is None:
                        off = break_start(start, end, shift.pause.length, i, n)
                        on = off + shift.pause.length
                    else:
                        off = period.minute_at(day.date, shift.pause.start)
                        on = period.minute_at(day.date, shift.pause.start + shift.pause.length)
                    stretches = [(start, min(off, end)), (max(start, on), end)]
                clipped = tuple((max(a, t0), min(b, t1)) for a, b in stretches if min(b, t1) > max(a, t0))
                if clipped:
                    floating = (shift.pause is not None and shift.pause.start is None,) * (len(clipped) - 1)
                    found.append(Duty(f"{name}/{i + 1}", day.date, clipped, floating))
    return tuple(found)
