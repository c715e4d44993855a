"""The duties of a roster as minutes: daylight saving, other time zones, weeks that repeat, breaks that stagger."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from sim.scenario.model.period import Period
from sim.scenario.model.roster import Roster, RosterAgent, RosterBreak, RosterDuty
from sim.scenario.model.roster_duties import roster_duties
from sim.scenario.model.shifts import Break, Shift, duties


def agent(name: str, *hours: tuple[str, str], breaks: tuple[RosterBreak, ...] = ()) -> RosterAgent:
    """An agent with duties of `2026-03-02 09:00`, `2026-03-02 18:00`."""
    made = (RosterDuty(start=datetime.fromisoformat(a), end=datetime.fromisoformat(b), breaks=breaks) for a, b in hours)
    return RosterAgent(name=name, duties=tuple(made))


def roster(*agents: RosterAgent, **more: object) -> Roster:
    return Roster(file="r.xlsx", agents=agents, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("start", "hours"), [("2026-03-28 22:00", 7.0), ("2026-10-24 22:00", 9.0), ("2026-03-30 22:00", 8.0)]
)
def test_night_of_the_changed_clock_is_an_hour_shorter_or_longer(start: str, hours: float) -> None:
    """22:00 to 06:00 lasts 7, 9 or 8 hours."""
    begin = datetime.fromisoformat(start)
    period = Period(start=begin.replace(hour=0), length=3 * 1440.0, time_zone="Europe/Berlin")
    ann = agent("Ann", (start, (begin + timedelta(hours=8)).isoformat(" ")))
    (duty,) = roster_duties(roster(ann, outside="nobody"), period, 0.0, 3 * 1440.0)
    assert (duty.begin, duty.end - duty.begin) == (1320.0, 60 * hours)


def test_roster_of_another_time_zone_is_seen_from_the_period() -> None:
    """Nine in the morning in Manila is two in the morning in winter Berlin, three in summer."""
    period = Period(start=datetime(2026, 3, 28), length=3 * 1440.0, time_zone="Europe/Berlin")
    ann = agent("Ann", ("2026-03-28 09:00", "2026-03-28 18:00"), ("2026-03-30 09:00", "2026-03-30 18:00"))
    found = roster_duties(roster(ann, time_zone="Asia/Manila", outside="nobody"), period, -1440.0, 4 * 1440.0)
    assert [(d.date, period.local(d.begin).hour, d.end - d.begin) for d in found] == [
        (date(2026, 3, 28), 2, 540.0),
        (date(2026, 3, 30), 3, 540.0),
    ]


def test_weeks_repeat_before_and_after_or_nobody_works() -> None:
    """A roster of two weeks serves a warm-up of one week and the week after; a day off stays one."""
    period = Period(start=datetime(2026, 3, 2), length=14 * 1440.0, warm_up=7 * 1440.0)
    hours = [(f"2026-03-{d:02d} 09:00", f"2026-03-{d:02d} 17:00") for d in (2, 3, 11)]
    planned = roster(agent("Ann", *hours), first=date(2026, 3, 2), last=date(2026, 3, 15))
    found = roster_duties(planned, period, -7 * 1440.0, 21 * 1440.0)
    assert [d.date.isoformat()[5:] for d in found] == ["02-23", "02-24", "03-02", "03-03", "03-11", "03-18"]
    alone = planned.model_copy(update={"outside": "nobody"})
    assert [d.date.day for d in roster_duties(alone, period, -7 * 1440.0, 21 * 1440.0)] == [2, 3, 11]


def test_short_roster_repeats_only_its_own_weekdays() -> None:
    """Monday to Wednesday stand for Mondays to Wednesdays; the other days have nobody."""
    period = Period(start=datetime(2026, 3, 2), length=14 * 1440.0)
    three = roster(agent("Ann", *[(f"2026-03-0{d} 09:00", f"2026-03-0{d} 17:00") for d in (2, 3, 4)]))
    assert [d.date.day for d in roster_duties(three, period, 0.0, period.length)] == [2, 3, 4, 9, 10, 11]


def test_roster_means_the_same_as_the_shifts_it_writes_out() -> None:
    """Five agents with a staggered break: the same stretches of duty as the shift of five."""
    period = Period(start=datetime(2026, 3, 2), length=7 * 1440.0, time_zone="Europe/Berlin")
    shift = Shift(start=540, end=1080, pause=Break(length=60.0), agents=(5, 5, 5, 5, 5, 0, 0))
    pause = (RosterBreak(start=None, length=60.0),)
    days = [(f"2026-03-{d:02d} 09:00", f"2026-03-{d:02d} 18:00") for d in range(2, 7)]
    people = [agent(f"day/{i}", *days, breaks=pause) for i in range(1, 6)]
    by_shift = {(d.agent, d.date): d.stretches for d in duties({"day": shift}, period, 0.0, period.length)}
    for duty in roster_duties(roster(*people), period, 0.0, period.length):
        (rest,) = duty.breaks
        assert not rest.fixed
        assert by_shift[duty.agent, duty.date] == (
            (duty.begin, rest.begin),
            (rest.begin + rest.length, duty.end),
        )


def test_breaks_at_a_time_and_without_one() -> None:
    """A fixed break begins when it begins; the others share the duty and give way to it."""
    period = Period(start=datetime(2026, 3, 2), length=1440.0)
    breaks = (
        RosterBreak(start=datetime(2026, 3, 2, 13, 25), length=30.0),
        RosterBreak(start=None, length=15.0),
        RosterBreak(start=None, length=15.0),
    )
    (duty,) = roster_duties(
        roster(agent("A", ("2026-03-02 09:00", "2026-03-02 17:00"), breaks=breaks)), period, 0, 1440
    )
    assert [(b.begin, b.length, b.fixed) for b in duty.breaks] == [
        (652.0, 15.0, False),
        (805.0, 30.0, True),
        (892.0, 15.0, False),
    ]
    over = (RosterBreak(start=datetime(2026, 3, 2, 10, 50), length=30.0), RosterBreak(start=None, length=15.0))
    (duty,) = roster_duties(roster(agent("A", ("2026-03-02 09:00", "2026-03-02 13:00"), breaks=over)), period, 0, 1440)
    assert [(b.begin, b.fixed) for b in duty.breaks] == [(650.0, True), (680.0, False)]


def test_duties_are_cut_to_the_range() -> None:
    """What lies outside is not there."""
    period = Period(start=datetime(2026, 3, 2), length=1440.0)
    night = roster(agent("A", ("2026-03-01 22:00", "2026-03-02 06:00"), ("2026-03-02 22:00", "2026-03-03 06:00")))
    found = roster_duties(night.model_copy(update={"outside": "nobody"}), period, 0.0, 1440.0)
    assert [(d.date.day, d.begin, d.end) for d in found] == [(1, 0.0, 360.0), (2, 1320.0, 1440.0)]
    assert roster_duties(roster(RosterAgent(name="A")), period, 0.0, 1440.0) == []
