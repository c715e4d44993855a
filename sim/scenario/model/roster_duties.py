"""Who of a roster is there when: its local duties as minutes of the period."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from sim.scenario.model.covered_dates import source_date
from sim.scenario.model.period import Period
from sim.scenario.model.roster import Roster, RosterDuty
from sim.scenario.model.shifts import break_start


class AgentBreak(NamedTuple):
    """A break: its start and length [min], and whether it is fixed (else the agent takes it when free)."""

    begin: float
    length: float
    fixed: bool


class AgentDuty(NamedTuple):
    """One duty of one agent [min since start]; `date` is the local date on which it starts."""

    agent: str
    date: date
    begin: float
    end: float
    breaks: tuple[AgentBreak, ...]


def roster_duties(roster: Roster, period: Period, t0: float, t1: float) -> list[AgentDuty]:
    """List the duties of a roster that overlap [t0, t1), before absences by chance.

    Parameters
    ----------
    roster : the roster.
    period : gives the calendar.
    t0, t1 : range to cover [min since start]; duties are clipped to it.

    Returns
    -------
    By agent in the order of the roster, then by time. A time that the clocks skip means the next one that they show.
    Breaks without a time are staggered over those who start and end together, as `shifts.break_start` does.

    Examples
    --------
    >>> from sim.scenario.model.roster import RosterAgent
    >>> ann = RosterAgent(name="Ann", duties=(RosterDuty(start=datetime(2026, 3, 2, 9), end=datetime(2026, 3, 2, 18)),))
    >>> weeks = Period(start=datetime(2026, 3, 2), length=14 * 1440)
    >>> [(d.date.isoformat(), d.begin, d.end) for d in roster_duties(Roster(file="", agents=(ann,)), weeks, 0, 20160)]
    [('2026-03-02', 540.0, 1080.0), ('2026-03-09', 10620.0, 11160.0)]
    """
    return list(_duties(roster, period, t0, t1))


@lru_cache(maxsize=32)  # the same roster comes again and again while other numbers of a scenario are drawn
def _duties(roster: Roster, period: Period, t0: float, t1: float) -> tuple[AgentDuty, ...]:
    planned = _planned(roster)
    if planned is None:
        return ()
    zone = Period(start=period.start, length=period.length, time_zone=roster.time_zone or period.time_zone)
    ahead = zone.minute(period.local(0.0))  # 0 unless the roster has a time zone of its own
    dates = _dates(zone.local(t0 + ahead).date() - timedelta(days=2), zone.local(t1 + ahead).date())
    sources = [(when, source_date(when, *planned) if roster.outside == "repeat" else when) for when in dates]
    together = _together(roster)
    found: list[AgentDuty] = []
    for agent in roster.agents:
        own = _by_date(agent.duties)
        for when, source in sources:
            if source is None:
                continue
            for duty in own.get(source, ()):
                moved = when - source
                begin, end = _minute(zone, duty.start + moved) - ahead, _minute(zone, duty.end + moved) - ahead
                if not (end > begin and end > t0 and begin < t1):
                    continue
                i, n = together[agent.name, duty.start, duty.end]
                breaks = _breaks(duty, begin, end, i, n, zone, moved, ahead) if duty.breaks else ()
                found.append(AgentDuty(agent.name, when, max(begin, t0), min(end, t1), breaks))
    return tuple(found)


def _minute(zone: Period, local: datetime) -> float:
    """Minute of a local time; dates and times come again and again, and are remembered."""
    return zone.minute_at(local.date(), local.hour * 60.0 + local.minute + local.second / 60.0)


def _planned(roster: Roster) -> tuple[date, date] | None:
    starts = [duty.start.date() for agent in roster.agents for duty in agent.duties]
    first = roster.first if roster.first is not None else min(starts, default=None)
    last = roster.last if roster.last is not None else max(starts, default=None)
    return None if first is None or last is None else (first, last)


def _dates(first: date, last: date) -> list[date]:
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def _by_date(duties: tuple[RosterDuty, ...]) -> dict[date, list[RosterDuty]]:
    found: dict[date, list[RosterDuty]] = {}
    for duty in duties:
        found.setdefault(duty.start.date(), []).append(duty)
    return found


def _together(roster: Roster) -> dict[tuple[str, datetime, datetime], tuple[int, int]]:
    """For each agent and duty: the how-manieth it is, in the order of the roster, of so many with these very hours."""
    agents: dict[tuple[datetime, datetime], list[str]] = {}
    for agent in roster.agents:
        for duty in agent.duties:
            agents.setdefault((duty.start, duty.end), []).append(agent.name)
    return {(name, *hours): (i, len(names)) for hours, names in agents.items() for i, name in enumerate(names)}


def _breaks(
    duty: RosterDuty, begin: float, end: float, i: int, n: int, zone: Period, moved: timedelta, ahead: float
) -> tuple[AgentBreak, ...]:
    """Breaks of a duty [min]: several without a time share it evenly, and none starts within another one."""
    found = sorted(
        AgentBreak(_minute(zone, pause.start + moved) - ahead, pause.length, True)
        for pause in duty.breaks
        if pause.start is not None
    )
    loose = [pause for pause in duty.breaks if pause.start is None]
    part = (end - begin) / max(len(loose), 1)
    for k, pause in enumerate(loose):
        start = break_start(begin + k * part, begin + (k + 1) * part, pause.length, i, n)
        for other in found:
            if start < other.begin + other.length and other.begin < start + pause.length:
                start = other.begin + other.length  # after the break that is there already
        found = sorted([*found, AgentBreak(start, pause.length, False)])
    return tuple(found)
