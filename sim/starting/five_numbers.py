"""A desk from five numbers: contacts a day, handle time, agents, hours, target."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any, NamedTuple

from sim.scenario.model.hours import OpeningHours, read_opening_hours
from sim.scenario.model.profiles import PROFILES
from sim.scenario.readers.promise_reader import as_promise, read_promise
from sim.scenario.text.problems import Unreadable
from sim.scenario.text.units import as_duration, as_span, count, duration, number, plain
from sim.starting.desk import FORECAST, OBSERVED, ROSTER, Desk
from sim.starting.forecast_template import ForecastPlan, ForecastRow
from sim.starting.roster_template import OFF, RosterCode, RosterPlan, RosterRow

DAYS = 14  # of the period, the roster and the forecast
LONGEST_SHIFT = 600  # min; a day that is open longer is worked in shifts
SHIFT = 510  # min; of a day worked in shifts, half an hour of break in it
DAYS_A_WEEK = 5
CHANNEL, CONTACT_TYPE, GROUP = "phone", "call", "desk"
MOST_AGENTS = 1_000


class Question(NamedTuple):
    """One of the five numbers: its name, how it is asked for, an example, how it is read."""

    name: str
    words: str
    example: str
    read: Callable[[str], Any]


def _contacts(text: str) -> float:
    value = number(text, 0.0, 1_000_000.0)
    if not value > 0:
        raise Unreadable("a number of contacts above zero is expected")
    return value


def _handle_time(text: str) -> float:
    value = duration(text, 0.0, 1440.0)
    if not value > 0:
        raise Unreadable("a duration above zero is expected")
    return value


def _hours(text: str) -> OpeningHours:
    hours = read_opening_hours(text)
    if not any(hours.week):
        raise Unreadable("hours on at least one day are expected")
    return hours


QUESTIONS = (
    Question("contacts_a_day", "Contacts a day", "120", _contacts),
    Question("handle_time", "Handle time of a contact", "6 min", _handle_time),
    Question("agents", "Agents", "5", lambda text: count(text, 1, MOST_AGENTS)),
    Question("hours", "Opening hours", "mon-fri 09:00-18:00", _hours),
    Question("target", "Target", "80 % within 30 s", lambda text: read_promise(text, "target")),
)


def desk_of(answers: dict[str, str], title: str, start: date, time_zone: str) -> Desk:
    """Make a desk of the five numbers: one phone line with named agents.

    Parameters
    ----------
    answers : the texts by name of the question.
    title : of the scenario, a name that a folder can have.
    start : first date of period, roster and forecast.
    time_zone : name of the time zone.

    Raises
    ------
    Unreadable : for an answer that cannot be read.
    """
    read = {q.name: q.read(answers[q.name]) for q in QUESTIONS}
    hours: OpeningHours = read["hours"]
    dates = tuple(start + timedelta(days=i) for i in range(DAYS))
    per_day: float = read["contacts_a_day"]
    rows = tuple(ForecastRow(d, (per_day if hours.week[d.weekday()] else 0.0,)) for d in dates)
    expected = sum(row.contacts[0] for row in rows)
    return Desk(
        scenario=_scenario(read, title, start, time_zone),
        roster=_roster(hours, read["agents"], dates),
        forecast=ForecastPlan((CONTACT_TYPE,), rows),
        observed=(("arrivals", CHANNEL, expected),),
        origin=(
            f"Started from five numbers: {answers['contacts_a_day']} contacts a day, {answers['handle_time']} each, "
            f"{answers['agents']} agents, open {answers['hours']}, target {answers['target']}. Everything else is "
            "assumed (`assumed: true` in the scenario)."
        ),
    )


def _scenario(read: dict[str, Any], title: str, start: date, time_zone: str) -> str:
    hours: OpeningHours = read["hours"]
    weights = _weights(hours)
    target = as_promise(read["target"])
    agents = read["agents"]
    return f"""aftersim: 1
title: {title}
question: Can {agents} agent{"s" if agents > 1 else ""} answer {target}?
period: {{start: {start}, length: {DAYS} d, time_zone: {time_zone}}}
contact_types:                             # how many on each date: {FORECAST}
  {CONTACT_TYPE}:
    channel: {CHANNEL}
    # weights of the hours 0 to 23: a usual day, as far as the desk is open
    hour: [{", ".join(plain(w) for w in weights)}]
    handle_time: {as_duration(read["handle_time"])}
    patience: {{value: 3 min, assumed: true}}
channels:
  {CHANNEL}: {{service_level: {target}, open: {hours}, when_closed: lost}}
agent_groups:
  {GROUP}:
    serves: {{{CHANNEL}: first}}
    shrinkage: {{value: 10 %, assumed: true}}   # absence that no roster knows before; breaks come on top
    roster: {{file: {ROSTER}}}
forecast: {{file: {FORECAST}}}
observed: {OBSERVED}
"""


def _weights(hours: OpeningHours) -> list[float]:
    """Weights of the hours of a day: a usual one, as far as the desk is open then on any day."""
    open_hours = [0.0] * 24
    for spans in hours.week:
        for a, b in spans:
            for hour in range(a // 60, ceil(b / 60)):
                share = (min(b, hour * 60 + 60) - max(a, hour * 60)) / 60.0
                open_hours[hour % 24] = max(open_hours[hour % 24], share)
    latest = max(b for spans in hours.week for _, b in spans)
    usual = PROFILES["office_hours" if latest <= 20 * 60 else "evening_shopper"].weights
    found = [round(w * share, 2) for w, share in zip(usual, open_hours, strict=True)]
    return found if sum(found) > 0 else [round(share, 2) for share in open_hours]


def _roster(hours: OpeningHours, agents: int, dates: tuple[date, ...]) -> RosterPlan:
    """Give every agent five days a week at most, in shifts where the day is long."""
    codes: dict[tuple[int, int], RosterCode] = {}
    for spans in hours.week:
        for span in _shifts(spans):
            codes.setdefault(span, _code(span, len(codes)))
    open_days = [d for d in range(7) if hours.week[d]]
    people = []
    for i in range(agents):
        free = _free_days(open_days, i)
        row = []
        for when in dates:
            shifts = _shifts(hours.week[when.weekday()])
            row.append(OFF if not shifts or when.weekday() in free else codes[shifts[i % len(shifts)]].code)
        people.append(RosterRow(f"Agent {i + 1}", GROUP, tuple(row)))
    return RosterPlan(dates, tuple(people), tuple(codes.values()))


def _shifts(spans: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    """Shifts of a day: one from opening to closing, or several that follow each other with an overlap."""
    if not spans:
        return []
    first, last = spans[0][0], max(b for _, b in spans)
    length = last - first
    if length <= LONGEST_SHIFT:
        return [(first, last)]
    n = ceil(length / SHIFT)
    step = (length - SHIFT) / (n - 1)
    starts = [first + 15 * round(i * step / 15) for i in range(n)]
    return [(a, a + SHIFT) for a in starts[:-1]] + [(last - SHIFT, last)]


def _code(span: tuple[int, int], i: int) -> RosterCode:
    length = span[1] - span[0]
    pause = "1 h" if length > SHIFT else "30 min" if length >= 360 else ""
    return RosterCode(f"S{i + 1}", as_span(*span), pause, "from opening to closing" if length > SHIFT else "")


def _free_days(open_days: list[int], i: int) -> set[int]:
    """Days off of the agent of this number: those above five a week, in turn."""
    n = len(open_days) - DAYS_A_WEEK
    return {open_days[(i * n + k) % len(open_days)] for k in range(n)} if n > 0 else set()


def next_monday(today: datetime) -> date:
    """The Monday after a day.

    Examples
    --------
    >>> next_monday(datetime(2026, 3, 4)).isoformat()
    '2026-03-09'
    """
    return (today + timedelta(days=7 - today.weekday())).date()
