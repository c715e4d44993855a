"""People as duties: rosters, other clocks, new agents, training."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from sim.scenario.model import AgentGroup, OnCall, Roster, RosterAgent, RosterBreak, RosterDuty, Signal, Training
from sim.scenario.model.duties import (
    new_agents,
    on_call_duties,
    roster_duties,
    training_gaps,
    without,
    working_duties,
)
from sim.scenario.model.period import Period
from sim.scenario.model.shifts import Break, Duty, Shift, duties
from sim.scenario.model.zones import seen_from

MONDAY = Period(start=datetime(2026, 3, 2), length=14 * 1440, warm_up=7 * 1440, time_zone="Asia/Shanghai")
SPRING = Period(start=datetime(2026, 3, 28), length=3 * 1440 - 60, time_zone="Europe/Berlin")
DAILY = (3, 3, 3, 3, 3, 3, 3)
TWO_HOURS = Training(per_week=120, session=60, from_clock=780, to_clock=960)


def shift(start: int, end: int, *agents: int, pause: Break | None = None) -> Shift:
    """Make a shift."""
    week = agents if len(agents) == 7 else (agents[0],) * 7
    return Shift(start=start, end=end, pause=pause, agents=week)  # type: ignore[arg-type]


def group(**more: object) -> AgentGroup:
    """Make an agent group of which only the people matter."""
    usual: dict[str, object] = {"shifts": None, "headcount": None, "shrinkage": 0, "speed": 1, "serves": {}}
    return AgentGroup(**{**usual, "end_of_shift": "finish", "choice": "longest_idle", **more})  # type: ignore[arg-type]


def duty(start: str, end: str, *breaks: RosterBreak) -> RosterDuty:
    """Make a duty of a roster from local times."""
    return RosterDuty(start=datetime.fromisoformat(start), end=datetime.fromisoformat(end), breaks=breaks)


def roster(*agents: RosterAgent) -> Roster:
    """Make a roster."""
    return Roster(file="roster.csv", agents=agents)


def length(spans: tuple[tuple[float, float], ...]) -> float:
    """Minutes of spans."""
    return sum(b - a for a, b in spans)


def test_another_clock_shows_the_same_instants() -> None:
    """Nine o'clock in Berlin is four in the afternoon in Shanghai, and three after the clocks have changed."""
    berlin = seen_from(Period(start=datetime(2026, 3, 27), length=5 * 1440, time_zone="Asia/Shanghai"), "Europe/Berlin")
    nine = [berlin.minute_at(date(2026, 3, day), 540) for day in (27, 28, 29, 30)]
    assert [minute - 1440 * i for i, minute in enumerate(nine)] == [960, 960, 900, 900]
    assert berlin.local(960).isoformat() == "2026-03-27T09:00:00+01:00"
    assert seen_from(MONDAY, None) is MONDAY
    assert seen_from(MONDAY, "Asia/Shanghai") is MONDAY


def test_shifts_follow_the_clock_on_which_they_are_written() -> None:
    """An early shift in Berlin for a desk in Shanghai starts there in the afternoon; weekdays are those of Berlin."""
    early = {"early": shift(480, 960, 1, 0, 0, 0, 0, 0, 0)}
    here, there = duties(early, MONDAY, 0, 10080), duties(early, MONDAY, 0, 10080, "Europe/Berlin")
    assert here[0].stretches == ((480, 960),)
    assert there[0].stretches == ((900, 1380),)
    assert there[0].date == date(2026, 3, 2)


def test_gaps_of_a_shift_tell_whether_they_wait_for_the_agent() -> None:
    """A break with a time begins at it, one without begins when the agent is free."""
    fixed = duties({"day": shift(540, 1080, 1, pause=Break(length=30, start=720))}, MONDAY, 0, 1440)
    loose = duties({"day": shift(540, 1080, 1, pause=Break(length=30))}, MONDAY, 0, 1440)
    assert (fixed[0].staggered, loose[0].staggered) == ((False,), (True,))
    assert duties({"day": shift(540, 1080, 1)}, MONDAY, 0, 1440)[0].staggered == ()


def test_roster_gives_the_duties_of_the_same_shift() -> None:
    """Three agents with the hours of a shift are on duty as its three agents are, staggered breaks included."""
    written = {"day": shift(540, 1080, 3, pause=Break(length=60))}
    days = [datetime(2026, 3, 2) + timedelta(days=i) for i in range(3)]
    agents = [
        RosterAgent(
            name=f"day/{i}",
            duties=tuple(
                RosterDuty(
                    start=day + timedelta(hours=9),
                    end=day + timedelta(hours=18),
                    breaks=(RosterBreak(start=None, length=60),),
                )
                for day in days
            ),
        )
        for i in (1, 2, 3)
    ]
    found = roster_duties(roster(*agents), MONDAY, 0, 4320)
    assert sorted(found, key=lambda d: (d.date, d.agent)) == duties(written, MONDAY, 0, 4320)


def test_roster_follows_the_wall_clock_over_midnight() -> None:
    """A night of 22:00 to 06:00 has seven hours when clocks change in spring; a fixed break stays at its time."""
    night = duty("2026-03-28 22:00", "2026-03-29 06:00", RosterBreak(start=datetime(2026, 3, 29, 4), length=30))
    found = roster_duties(roster(RosterAgent(name="Ann", duties=(night,))), SPRING, 0, SPRING.length)
    assert found == [Duty("Ann", date(2026, 3, 28), ((1320, 1620), (1650, 1740)), (False,))]


def test_roster_is_cut_to_the_range() -> None:
    """Stretches are clipped, and a gap before the range is no gap."""
    day = duty("2026-03-02 09:00", "2026-03-02 18:00", RosterBreak(start=datetime(2026, 3, 2, 12), length=60))
    ann = roster(RosterAgent(name="Ann", duties=(day,)))
    assert roster_duties(ann, MONDAY, 600, 1000)[0].stretches == ((600, 720), (780, 1000))
    late = roster_duties(ann, MONDAY, 750, 1000)[0]
    assert (late.stretches, late.staggered) == (((780, 1000),), ())
    assert roster_duties(ann, MONDAY, 1080, 2000) == []


def test_several_breaks_without_a_time_share_the_duty() -> None:
    """Two of a quarter of an hour lie in the middle third of each half; one that would overlap a fixed one waits."""
    tea = RosterBreak(start=None, length=15)
    two = roster(RosterAgent(name="Ann", duties=(duty("2026-03-02 08:00", "2026-03-02 16:00", tea, tea),)))
    assert roster_duties(two, MONDAY, 0, 1440)[0].stretches == ((480, 592), (607, 832), (847, 960))
    noon = RosterBreak(start=datetime(2026, 3, 2, 11, 45), length=30)
    one = roster(RosterAgent(name="Ann", duties=(duty("2026-03-02 08:00", "2026-03-02 16:00", noon, tea),)))
    found = roster_duties(one, MONDAY, 0, 1440)[0]
    assert found.stretches == ((480, 705), (750, 960))


def test_new_agents_are_the_last_of_each_shift_in_whole_numbers_over_the_group() -> None:
    """20 % of 10 + 3 + 2 agents are three: two, then one for the largest remainder."""
    shifts = {"early": shift(480, 960, 10), "late": shift(840, 1320, 3), "peak": shift(1000, 1200, 2)}
    assert new_agents(shifts, 0.2) == {"early/9", "early/10", "late/3"}
    assert new_agents(shifts, 0.0) == frozenset()
    assert len(new_agents(shifts, 1.0)) == 15
    assert len(new_agents(shifts, 0.5)) == 8
    assert new_agents({"day": shift(480, 960, 2)}, 0.2) == frozenset()
    team = roster(*(RosterAgent(name=name) for name in ("Ann", "Bo", "Cy", "Di")))
    assert new_agents(team, 0.5) == {"Cy", "Di"}


@pytest.mark.parametrize("share", [0.1, 0.29, 1 / 3, 0.7, 0.999])
def test_number_of_new_agents_is_the_rounded_share(share: float) -> None:
    """No shift has more new agents than agents, and the sum is right for odd shares too."""
    shifts = {name: shift(480, 960, n) for name, n in (("a", 1), ("b", 2), ("c", 4), ("d", 7))}
    found = new_agents(shifts, share)
    assert len(found) == int(share * 14 + 0.5)
    by_shift = Counter(name.split("/")[0] for name in found)
    assert all(abs(by_shift[name] - share * n) < 1 for name, n in (("a", 1), ("b", 2), ("c", 4), ("d", 7)))


def test_training_gives_each_agent_the_hours_of_every_week() -> None:
    """Two sessions a week, each within one stretch of duty and the hours of the day, on two days."""
    people = {"day": shift(540, 1080, 5, 5, 5, 5, 5, 2, 0, pause=Break(length=60))}
    gaps = training_gaps(people, TWO_HOURS, MONDAY, 0, 14 * 1440)
    on_duty: dict[str, list[tuple[float, float]]] = {}
    for d in duties(people, MONDAY, 0, 14 * 1440):
        on_duty.setdefault(d.agent, []).extend(d.stretches)
    assert set(gaps) == {f"day/{i}" for i in range(1, 6)}
    for agent, spans in gaps.items():
        assert [b - a for a, b in spans] == [60] * 4
        assert len({a // 1440 for a, _ in spans}) == 4
        for a, b in spans:
            assert a % 1440 >= 780
            assert b % 1440 <= 960
            assert any(begin <= a and b <= end for begin, end in on_duty[agent])


def test_agents_are_not_all_trained_at_once() -> None:
    """Twenty agents, forty sessions a week, fifteen times: never more than a sixth away, unlike a plan of one time."""
    people = {"day": shift(480, 990, 20, 20, 20, 20, 20, 0, 0)}
    gaps = training_gaps(people, TWO_HOURS, MONDAY, 0, 7 * 1440)
    at_once = Counter(a for spans in gaps.values() for a, _ in spans)
    assert sum(at_once.values()) == 40
    assert max(at_once.values()) == 3
    assert len(at_once) == 15


def test_few_are_trained_when_few_are_there() -> None:
    """On Saturday two of ten work: the plan keeps away from it, even for those who work on six days."""
    people = {"day": shift(480, 1080, 10, 10, 10, 10, 10, 2, 0)}
    daily = TWO_HOURS.model_copy(update={"per_week": 300})
    gaps = training_gaps(people, daily, MONDAY, 0, 7 * 1440)
    days = Counter(int(a // 1440) for spans in gaps.values() for a, _ in spans)
    assert days[5] == 0
    assert sum(days.values()) == 50


def test_sessions_of_an_agent_lie_on_different_days() -> None:
    """Also where most of the others are there on one of them, and would hardly miss one more."""
    people = {"crowd": shift(480, 1080, 10, 0, 0, 0, 0, 0, 0), "alone": shift(480, 1080, 1, 1, 1, 0, 0, 0, 0)}
    gaps = training_gaps(people, TWO_HOURS.model_copy(update={"from_clock": 480}), MONDAY, 0, 7 * 1440)
    assert len({a // 1440 for a, _ in gaps["alone/1"]}) == 2


def test_session_after_the_last_midnight_of_a_week_belongs_to_the_range_it_lies_in() -> None:
    """The night of Sunday is trained on Monday, which another week's plan has to know."""
    training = Training(per_week=60, session=60, from_clock=60, to_clock=300)
    night = {"night": shift(1320, 1800, 0, 0, 0, 0, 0, 0, 1)}
    assert training_gaps(night, training, MONDAY, 0, 1440) == {"night/1": ((60, 120),)}


def test_last_session_is_what_is_left_of_the_week() -> None:
    """Ninety minutes are an hour and a half hour."""
    training = Training(per_week=90, session=60, from_clock=540, to_clock=1080)
    gaps = training_gaps({"day": shift(540, 1080, 1)}, training, MONDAY, 0, 7 * 1440)
    assert sorted(b - a for a, b in gaps["day/1"]) == [30, 60]


def test_training_does_not_depend_on_the_range() -> None:
    """The plan of a week is the same whatever else is asked for, so a longer warm-up moves no session."""
    people = {"day": shift(540, 1080, 4, 4, 4, 4, 2, 1, 0), "night": shift(1320, 1800, 2)}
    training = Training(per_week=150, session=45, from_clock=1320, to_clock=1800)
    whole = training_gaps(people, training, MONDAY, -7 * 1440, 14 * 1440)
    assert set(whole) == {"night/1", "night/2"}
    for t0, t1 in ((0, 7 * 1440), (3 * 1440, 5 * 1440), (7 * 1440 + 600, 9 * 1440)):
        part = training_gaps(people, training, MONDAY, t0, t1)
        cut = {
            agent: tuple((max(a, t0), min(b, t1)) for a, b in spans if b > t0 and a < t1)
            for agent, spans in whole.items()
        }
        assert part == {agent: spans for agent, spans in cut.items() if spans}


def test_training_of_a_night_shift_lies_after_midnight() -> None:
    """Hours from 01:00 to 05:00 belong to the shift that started the evening before."""
    training = Training(per_week=60, session=60, from_clock=60, to_clock=300)
    gaps = training_gaps({"night": shift(1320, 1800, 3, 3, 3, 3, 3, 0, 0)}, training, MONDAY, 0, 14 * 1440)
    starts = [a % 1440 for spans in gaps.values() for a, _ in spans]
    assert len(starts) >= 6
    assert all(60 <= at <= 240 for at in starts)


def test_where_no_session_fits_nobody_is_trained() -> None:
    """An evening shift has no afternoon."""
    assert training_gaps({"late": shift(1020, 1380, 3)}, TWO_HOURS, MONDAY, 0, 10080) == {}


def test_training_follows_the_clock_of_the_people() -> None:
    """Hours of training are on the clock on which the shifts are written."""
    people = {"day": shift(540, 1080, 1)}
    gaps = training_gaps(people, TWO_HOURS, MONDAY, 0, 10080, "Europe/Berlin")
    assert gaps["day/1"]
    assert all(780 <= (a - 420) % 1440 <= 900 for a, _ in gaps["day/1"])


def test_taking_gaps_out_splits_stretches_and_keeps_what_breaks_are() -> None:
    """A gap within a stretch makes two; at an edge it shortens it; a whole stretch goes."""
    whole = Duty("a", date(2026, 3, 2), ((540, 720), (780, 1080)), (True,))
    inside = without([whole], {"a": ((800, 860),)})[0]
    assert (inside.stretches, inside.staggered) == (((540, 720), (780, 800), (860, 1080)), (True, False))
    edge = without([whole], {"a": ((780, 840),)})[0]
    assert (edge.stretches, edge.staggered) == (((540, 720), (840, 1080)), (True,))
    first = without([whole], {"a": ((540, 720),)})[0]
    assert (first.stretches, first.staggered) == (((780, 1080),), ())
    assert without([whole], {"a": ((540, 1080),)}) == []
    assert without([whole], {"b": ((600, 660),), "a": ((1080, 1140),)}) == [whole]


def test_working_duties_are_those_of_the_group_less_its_training() -> None:
    """Minutes on duty fall by exactly the hours of training; agents on call are counted apart and not trained."""
    people = {"day": shift(540, 1080, 4)}
    look = Signal(look="waiting", channels=("phone",), on=20, off=5)
    calls = OnCall(when=look, shifts={"evening": shift(1080, 1320, 2)})
    plain, trained = group(shifts=people), group(shifts=people, training=TWO_HOURS, on_call=calls)
    before, after = (working_duties(g, MONDAY, 0, 10080) for g in (plain, trained))
    assert sum(length(d.stretches) for d in before) - sum(length(d.stretches) for d in after) == 4 * 120
    assert {d.agent for d in on_call_duties(trained, MONDAY, 0, 10080)} == {"evening/1", "evening/2"}
    assert on_call_duties(plain, MONDAY, 0, 10080) == []


def test_working_duties_know_rosters_and_head_counts() -> None:
    """A roster gives its own, on the clock of the group; a head-count has no agents."""
    ann = roster(RosterAgent(name="Ann", duties=(duty("2026-03-02 09:00", "2026-03-02 17:00"),)))
    assert working_duties(group(roster=ann), MONDAY, 0, 1440)[0].stretches == ((540, 1020),)
    there = working_duties(group(roster=ann, time_zone="Europe/Berlin"), MONDAY, 0, 1440)
    assert there[0].stretches == ((960, 1440),)
    assert working_duties(group(), MONDAY, 0, 1440) == []


def test_five_thousand_agent_shifts_are_expanded() -> None:
    """Shifts, and a roster with breaks and training of 100 agents on 50 days."""
    period = Period(start=datetime(2026, 3, 2), length=50 * 1440, time_zone="Europe/Berlin")
    lunch = (RosterBreak(start=None, length=30),)
    days = [datetime(2026, 3, 2) + timedelta(days=i) for i in range(50)]
    team = roster(
        *(
            RosterAgent(
                name=f"agent {i}",
                duties=tuple(
                    RosterDuty(start=d + timedelta(hours=8 + i % 5), end=d + timedelta(hours=16 + i % 5), breaks=lunch)
                    for d in days
                ),
            )
            for i in range(100)
        )
    )
    found = working_duties(group(shifts={"day": shift(540, 1080, 100, pause=Break(length=60))}), period, 0, 72000)
    named = working_duties(group(roster=team, training=TWO_HOURS), period, 0, 72000)
    assert (len(found), len(named)) == (5000, 5000)
