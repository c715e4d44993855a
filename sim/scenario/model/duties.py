"""People as duties: who is on duty when, from shifts or a roster; who is new; when who is trained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from math import floor

from sim.scenario.model.people import AgentGroup, Training
from sim.scenario.model.period import Period
from sim.scenario.model.roster import Roster
from sim.scenario.model.roster_duties import AgentBreak
from sim.scenario.model.roster_duties import roster_duties as planned_duties
from sim.scenario.model.shifts import Duty, Shift, agent_names, duties
from sim.scenario.model.zones import seen_from

Span = tuple[float, float]
"""[begin, end) in minutes since the start of the period."""

People = Mapping[str, Shift] | Roster


def working_duties(group: AgentGroup, period: Period, t0: float, t1: float) -> list[Duty]:
    """List who of a group is on duty when, before absences, with training taken out; nobody for a head-count.

    Parameters
    ----------
    group : the agent group; agents on call are not in it (see `on_call_duties`).
    period : gives the calendar.
    t0, t1 : range to cover [min since start].
    """
    people: People | None = group.roster if group.shifts is None else group.shifts
    if people is None:
        return []
    found = _planned(people, period, t0, t1, group.time_zone)
    if group.training is None:
        return found
    return without(found, training_gaps(people, group.training, period, t0, t1, group.time_zone))


def on_call_duties(group: AgentGroup, period: Period, t0: float, t1: float) -> list[Duty]:
    """List the duties of agents on call, which they do while their signal is on; as `working_duties`."""
    return [] if group.on_call is None else duties(group.on_call.shifts, period, t0, t1, group.time_zone)


def roster_duties(roster: Roster, period: Period, t0: float, t1: float, zone: str | None = None) -> list[Duty]:
    """List who of a roster is on duty when, before absences, as `shifts.duties` does for shifts.

    Parameters
    ----------
    roster : named agents with their duties.
    period : gives the calendar.
    t0, t1 : range to cover [min since start]; stretches are clipped to [t0, t1).
    zone : time zone of the clock on which the roster is written, if it does not say its own; None for that of the
        period.

    Returns
    -------
    One `Duty` per agent and duty, in the order of agents and times; a duty over midnight belongs to the date it
    starts. Dates outside of the roster are those of its first or last week, or nobody's, as it says. A break without
    a time is staggered over those who start and end together, as in a shift; several such breaks share the duty, each
    in the middle third of its part.

    Examples
    --------
    >>> from datetime import datetime
    >>> from sim.scenario.model.roster import RosterAgent, RosterBreak, RosterDuty
    >>> monday, lunch = datetime(2026, 3, 2), RosterBreak(start=None, length=60)
    >>> duty = RosterDuty(start=monday.replace(hour=9), end=monday.replace(hour=18), breaks=(lunch,))
    >>> two = Roster(file="", agents=tuple(RosterAgent(name=name, duties=(duty,)) for name in ("Ann", "Bo")))
    >>> [d.stretches for d in roster_duties(two, Period(start=monday, length=1440), 0, 1440)]
    [((540.0, 720.0), (780.0, 1080.0)), ((540.0, 840.0), (900.0, 1080.0))]
    """
    if roster.time_zone is None and zone is not None:
        roster = roster.model_copy(update={"time_zone": zone})
    found: list[Duty] = []
    for duty in planned_duties(roster, period, t0, t1):
        stretches = list(_stretches(duty.begin, duty.end, duty.breaks))
        if stretches:
            spans = tuple((begin, end) for begin, end, _ in stretches)
            found.append(Duty(duty.agent, duty.date, spans, tuple(floating for *_, floating in stretches[1:])))
    return found


def new_agents(people: People, share: float) -> frozenset[str]:
    """Name the agents who are new, if this share of them is: the last ones of each shift, or of the roster.

    The number of new ones is whole over the group; the shifts share it by size, those with the largest remainders
    (the earlier of two alike) taking one more.

    Examples
    --------
    >>> week = (3, 3, 3, 3, 3, 3, 3)
    >>> day, late = (Shift(start=at, end=at + 480, pause=None, agents=week) for at in (540, 780))
    >>> sorted(new_agents({"day": day, "late": late}, 0.5))
    ['day/2', 'day/3', 'late/3']
    """
    teams: dict[str, list[str]] = defaultdict(list)
    if isinstance(people, Roster):
        teams[""] = [agent.name for agent in people.agents]
    else:
        for name in agent_names(people):
            teams[name.rsplit("/", 1)[0]].append(name)
    number = floor(share * sum(map(len, teams.values())) + 0.5)
    exact = {team: share * len(names) for team, names in teams.items()}
    whole = {team: min(floor(x + 1e-9), len(teams[team])) for team, x in exact.items()}
    by_rest = sorted(teams, key=lambda team: whole[team] - exact[team])
    for team in by_rest[: number - sum(whole.values())]:
        whole[team] += 1
    return frozenset(name for team, names in teams.items() for name in names[len(names) - whole[team] :])


def training_gaps(
    people: People, training: Training, period: Period, t0: float, t1: float, zone: str | None = None
) -> dict[str, tuple[Span, ...]]:
    """Plan the sessions of training: when each agent is away from work for it.

    In each week from Monday on every agent who works gets `per_week` in sessions (the last one may be shorter), each
    within one stretch of duty and within the hours of the day; one a day if there are days enough. Sessions start in
    steps of their length, and each goes to the time at which the smallest share of those on duty is trained, so they
    spread over days and agents. Nothing is random. Where no session fits, there is none.

    Parameters
    ----------
    people : shifts by name, or a roster.
    training : how much, how long, between which hours.
    period : gives the calendar.
    t0, t1 : range to cover [min since start]; sessions are clipped to [t0, t1).
    zone : time zone of the clock on which people and hours are written; None for that of the period.

    Returns
    -------
    Sessions by name of the agent, in the order of times; agents without one are left out.
    """
    key = people if isinstance(people, Roster) else tuple(people.items())
    return dict(_training_gaps(key, training, period, t0, t1, zone))


def without(planned: Iterable[Duty], gaps: Mapping[str, Sequence[Span]]) -> list[Duty]:
    """Give duties with gaps taken out; a gap within a stretch makes two of it."""
    found: list[Duty] = []
    for duty in planned:
        own = [g for g in gaps.get(duty.agent, ()) if g[0] < duty.stretches[-1][1] and g[1] > duty.stretches[0][0]]
        if not own:
            found.append(duty)
            continue
        stretches: list[Span] = []
        staggered: list[bool] = []
        for number, (begin, end) in enumerate(duty.stretches):
            floating = number > 0 and duty.staggered[number - 1]
            for a, b in own:
                if begin < b and a < end:
                    if a > begin:
                        stretches.append((begin, a))
                        staggered.append(floating)
                        floating = False
                    begin = min(b, end)
            if end > begin:
                stretches.append((begin, end))
                staggered.append(floating)
        if stretches:
            found.append(duty._replace(stretches=tuple(stretches), staggered=tuple(staggered[1:])))
    return found


def _planned(people: People, period: Period, t0: float, t1: float, zone: str | None) -> list[Duty]:
    if isinstance(people, Roster):
        return roster_duties(people, period, t0, t1, zone)
    return duties(people, period, t0, t1, zone)


def _stretches(start: float, end: float, breaks: Iterable[AgentBreak]) -> Iterator[tuple[float, float, bool]]:
    """Cut a duty into stretches: begin, end, and whether the break before it is staggered."""
    begin, floating = start, False
    for pause in breaks:
        off = min(pause.begin, end)
        if off > begin:
            yield begin, off, floating
            floating = False
        floating = floating or not pause.fixed
        begin = max(begin, pause.begin + pause.length)
    if end > begin:
        yield begin, end, floating


@lru_cache(maxsize=64)  # the same people are trained again and again while other numbers of a scenario are drawn
def _training_gaps(
    people: tuple[tuple[str, Shift], ...] | Roster,
    training: Training,
    period: Period,
    t0: float,
    t1: float,
    zone: str | None,
) -> tuple[tuple[str, tuple[Span, ...]], ...]:
    clock = seen_from(period, zone)
    # whole weeks, so that the plan of a week does not depend on the range; the week before may reach into the first
    monday = _monday(clock.local(t0).date()) - timedelta(days=7)
    after = _monday(clock.local(t1).date()) + timedelta(days=7)
    start, end = clock.minute_at(monday), clock.minute_at(after)
    known = people if isinstance(people, Roster) else dict(people)
    weeks: dict[date, dict[str, list[Duty]]] = defaultdict(lambda: defaultdict(list))
    for duty in _planned(known, period, start, end + 2880.0, zone):
        if monday <= duty.date < after:
            weeks[_monday(duty.date)][duty.agent].append(duty)
    hours = _Hours(clock, training)
    found: dict[str, list[Span]] = defaultdict(list)
    for week in weeks.values():
        for agent, begin, length in _sessions(week, training, hours):
            a, b = max(begin, t0), min(begin + length, t1)
            if b > a:
                found[agent].append((a, b))
    return tuple((agent, tuple(sorted(spans))) for agent, spans in found.items())


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


class _Hours:
    """The hours of a day in which training lies, as starts of sessions [min since start]."""

    def __init__(self, clock: Period, training: Training) -> None:
        self.clock, self.length = clock, training.session
        last = training.to_clock - training.session
        n = floor((last - training.from_clock) / training.session) + 1 if last >= training.from_clock else 0
        self.starts = [training.from_clock + i * training.session for i in range(n)]
        self.over_midnight = training.to_clock > 1440
        self.known: dict[date, list[float]] = {}

    def of(self, day: date) -> list[float]:
        """Starts of sessions on a date."""
        if day not in self.known:
            self.known[day] = [self.clock.minute_at(day, at) for at in self.starts]
        return self.known[day]

    def within(self, duty: Duty) -> list[float]:
        """Starts of sessions that lie within one stretch of a duty."""
        first, last = duty.stretches[0][0], duty.stretches[-1][1]
        days = [duty.date]
        if self.over_midnight:
            days.insert(0, duty.date - timedelta(days=1))
        day = duty.date + timedelta(days=1)
        while self.clock.minute_at(day) < last:
            days.append(day)
            day += timedelta(days=1)
        return [
            at
            for day in days
            for at in self.of(day)
            if first <= at <= last - self.length and any(a <= at and at + self.length <= b for a, b in duty.stretches)
        ]


def _sessions(
    week: Mapping[str, Sequence[Duty]], training: Training, hours: _Hours
) -> Iterable[tuple[str, float, float]]:
    """Plan one week: agent, begin and length of each session."""
    n_full, rest = divmod(training.per_week, training.session)
    lengths = [training.session] * int(n_full) + ([rest] if rest > 1e-6 else [])
    options = {agent: [found for duty in own if (found := hours.within(duty))] for agent, own in week.items()}
    here: dict[float, int] = defaultdict(int)
    for days in options.values():
        for starts in days:
            for at in starts:
                here[at] += 1
    trained: dict[float, int] = defaultdict(int)
    for number, (agent, days) in enumerate(options.items()):
        taken: list[float] = []
        used = [0] * len(days)
        for turn, length in enumerate(lengths):
            first = number + turn * len(days) // len(lengths)
            choices = [
                (used[day], (trained[at] + 1) / here[at], (day - first) % len(days), at, day)
                for day, starts in enumerate(days)
                for at in starts
                if all(abs(at - other) >= training.session for other in taken)
            ]
            if not choices:
                break
            *_, at, day = min(choices)
            taken.append(at)
            used[day] += 1
            trained[at] += 1
            yield agent, at, length
