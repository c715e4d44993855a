"""Clocks of promises against forty cases worked out by hand, and the form for whole arrays against the plain one."""

from __future__ import annotations

from datetime import datetime
from math import inf
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.machine import Calendar
from sim.measures.promises.clock import Clock, used_up
from sim.measures.promises.sla import Judged, Message, State, Stretch, Term, in_force, paused, replies, resolution
from sim.scenario.model.hours import open_intervals
from sim.scenario.model.opening_hours import read_opening_hours
from sim.scenario.model.period import Period

DAY, H = 1440.0, 60.0
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "mon2", "tue2")


def at(text: str) -> float:
    """Minutes since Monday 0:00: `tue 09:30`."""
    day, clock = text.split()
    hours, minutes = clock.split(":")
    return DAYS.index(day) * DAY + 60.0 * int(hours) + int(minutes)


def week(*days: int) -> list[tuple[float, float]]:
    """9-12 h and 13-18 h on some days of the week."""
    return [(d * DAY + a * H, d * DAY + b * H) for d in days for a, b in ((9, 12), (13, 18))]


LUNCH = Calendar("lunch at noon", week(0, 1, 2, 3, 4), repeat=(0.0, 7 * DAY))
HOLIDAY = Calendar("Wednesday is a holiday", week(0, 1, 3, 4, 7, 8))
NIGHT = Calendar("20 h to 2 h", [(0.0, 2 * H), (20 * H, 24 * H)], repeat=(0.0, DAY))
NEVER = Calendar("closed for good", [])

SPRING = Period(start=datetime(2026, 3, 27), length=5 * DAY, time_zone="Europe/Berlin")  # a Friday
AUTUMN = Period(start=datetime(2026, 10, 23), length=5 * DAY, time_zone="Europe/Berlin")  # a Friday


def local(period: Period, hours: str) -> Calendar:
    """Opening hours on the wall clock, in minutes that really pass."""
    spans = open_intervals(read_opening_hours(hours), period, 0.0, 5 * DAY)
    return Calendar("local", [(float(a), float(b)) for a, b in spans])


def life(*changes: tuple[str, State]) -> list[Stretch]:
    """A ticket's states, each until the next one; the last one lasts."""
    times = [at(t) for t, _ in changes] + [inf]
    return [Stretch(a, b, s) for a, b, (_, s) in zip(times, times[1:], changes, strict=False)]


class Case(NamedTuple):
    """A ticket, its promise, and what its clock must show."""

    history: list[Stretch]
    term: Term | list[Term]
    now: float
    verdict: str
    minutes: float
    due: float


W, P, HELD, S = "waiting", "pending", "held", "solved"
LATER = at("tue2 23:00")

RESOLUTIONS = {
    # --- plain time -------------------------------------------------------------------------------------------------
    "elapsed: nights count": Case(  # Mon 17:00 -> Tue 09:00 = 7 + 9 = 16 h; due 24 h after birth
        life(("mon 17:00", W), ("tue 09:00", S)), Term(24 * H), LATER, "kept", 960.0, inf
    ),
    "elapsed: breach exactly at the limit is kept": Case(  # 10:00 + 60 min = 11:00 = when it was solved
        life(("mon 10:00", W), ("mon 11:00", S)), Term(60.0), LATER, "kept", 60.0, at("mon 11:00")
    ),
    "elapsed: a minute later is breached": Case(
        life(("mon 10:00", W), ("mon 11:01", S)), Term(60.0), LATER, "breached", 61.0, at("mon 11:00")
    ),
    "elapsed: pending is left out whole": Case(  # 60 waiting + 30 waiting; 10:00-10:30 pending
        life(("mon 09:00", W), ("mon 10:00", P), ("mon 10:30", W), ("mon 11:00", S)),
        Term(80.0),
        LATER,
        "breached",
        90.0,
        at("mon 10:50"),  # 60 used at 10:00, 20 more from 10:30
    ),
    "elapsed: a pause of no length changes nothing": Case(
        life(("mon 09:00", W), ("mon 10:00", P), ("mon 10:00", W), ("mon 11:00", S)),
        Term(90.0),
        LATER,
        "breached",
        120.0,
        at("mon 10:30"),
    ),
    "elapsed: solved at birth": Case(life(("mon 09:00", W), ("mon 09:00", S)), Term(60.0), LATER, "kept", 0.0, inf),
    "elapsed: held by a third party is our time": Case(  # 30 waiting + 60 held + 30 waiting
        life(("mon 09:00", W), ("mon 09:30", HELD), ("mon 10:30", W), ("mon 11:00", S)),
        Term(100.0),
        LATER,
        "breached",
        120.0,
        at("mon 10:40"),
    ),
    # --- working hours, lunch 12-13 h ---------------------------------------------------------------------------------
    "lunch does not count": Case(  # 11:30-12:00 = 30, 13:00-13:20 = 20
        life(("mon 11:30", W), ("mon 13:20", S)), Term(60.0, LUNCH), LATER, "kept", 50.0, inf
    ),
    "due in the afternoon after lunch": Case(  # 30 before lunch, 30 after: due 13:30; solved 13:40 -> 70
        life(("mon 11:30", W), ("mon 13:40", S)), Term(60.0, LUNCH), LATER, "breached", 70.0, at("mon 13:30")
    ),
    "used up exactly at the begin of lunch": Case(  # 11:00-12:00 = 60; solved in the lunch hour: still 60
        life(("mon 11:00", W), ("mon 12:40", S)), Term(60.0, LUNCH), LATER, "kept", 60.0, at("mon 12:00")
    ),
    "a pause inside the lunch hour gives nothing back": Case(  # pending 12:10-12:50 overlaps no working minute
        life(("mon 11:30", W), ("mon 12:10", P), ("mon 12:50", W), ("mon 13:40", S)),
        Term(60.0, LUNCH),
        LATER,
        "breached",
        70.0,  # 30 + 40
        at("mon 13:30"),
    ),
    "a pause over lunch gives back only its working part": Case(  # pending 11:50-13:10: 10 + 10 working minutes
        life(("mon 11:30", W), ("mon 11:50", P), ("mon 13:10", W), ("mon 13:40", S)),
        Term(60.0, LUNCH),
        LATER,
        "kept",
        50.0,  # 20 + 30
        inf,
    ),
    "over night": Case(  # Mon 17:00-18:00 = 60, Tue 9:00-9:30 = 30
        life(("mon 17:00", W), ("tue 09:30", S)), Term(2 * H, LUNCH), LATER, "kept", 90.0, inf
    ),
    "over the weekend": Case(  # Fri 17:30-18:00 = 30, Mon 9:00-10:00 = 60
        life(("fri 17:30", W), ("mon2 10:00", S)), Term(H, LUNCH), LATER, "breached", 90.0, at("mon2 09:30")
    ),
    "created while closed starts at the opening": Case(  # Mon 20:00 -> Tue 9:00; 9:00-9:45 = 45
        life(("mon 20:00", W), ("tue 09:45", S)), Term(H, LUNCH), LATER, "kept", 45.0, inf
    ),
    "created on Saturday": Case(  # Mon 9:00-10:30 = 90
        life(("sat 11:00", W), ("mon2 10:30", S)), Term(H, LUNCH), LATER, "breached", 90.0, at("mon2 10:00")
    ),
    "solved while closed": Case(  # Mon 17:30-18:00 = 30; Mon 23:00 is closed
        life(("mon 17:30", W), ("mon 23:00", S)), Term(30.0, LUNCH), LATER, "kept", 30.0, at("mon 18:00")
    ),
    "a pause across the closing": Case(  # waiting 17:00-17:30 = 30; pending 17:30 - Tue 9:30; then 20
        life(("mon 17:00", W), ("mon 17:30", P), ("tue 09:30", W), ("tue 09:50", S)),
        Term(45.0, LUNCH),
        LATER,
        "breached",
        50.0,
        at("tue 09:45"),
    ),
    "a pause that lies in the night only": Case(  # pending 19:00 - Tue 7:00 is closed anyway
        life(("mon 17:00", W), ("mon 19:00", P), ("tue 07:00", W), ("tue 09:15", S)),
        Term(90.0, LUNCH),
        LATER,
        "kept",
        75.0,  # 60 + 15
        inf,
    ),
    "pending all weekend": Case(  # Fri 16:00-17:00 = 60; Mon 9:00 on = 30
        life(("fri 16:00", W), ("fri 17:00", P), ("mon2 09:00", W), ("mon2 09:30", S)),
        Term(2 * H, LUNCH),
        LATER,
        "kept",
        90.0,
        inf,
    ),
    "a holiday does not count": Case(  # Tue 17:00-18:00 = 60, Wed closed, Thu 9:00-9:30 = 30
        life(("tue 17:00", W), ("thu 09:30", S)), Term(H, HOLIDAY), LATER, "breached", 90.0, at("tue 18:00")
    ),
    "created on a holiday": Case(  # Thu 9:00-9:50 = 50
        life(("wed 10:00", W), ("thu 09:50", S)), Term(H, HOLIDAY), LATER, "kept", 50.0, inf
    ),
    "open over midnight": Case(  # 23:30 -> 2:00 = 150, then 20:00-20:10 = 10
        life(("mon 23:30", W), ("tue 20:10", S)), Term(155.0, NIGHT), LATER, "breached", 160.0, at("tue 20:05")
    ),
    "a calendar that never opens counts nothing": Case(
        life(("mon 10:00", W), ("fri 10:00", S)), Term(1.0, NEVER), LATER, "kept", 0.0, inf
    ),
    "nothing is promised while closed, zero minutes are due at once": Case(
        life(("mon 10:00", W), ("mon 10:01", S)), Term(0.0), LATER, "breached", 1.0, at("mon 10:00")
    ),
    # --- still open ---------------------------------------------------------------------------------------------------
    "open and not yet due is neither": Case(  # now 9:40: 40 of 60
        life(("mon 09:00", W)), Term(H, LUNCH), at("mon 09:40"), "running", 40.0, at("mon 10:00")
    ),
    "open and overdue is breached": Case(
        life(("mon 09:00", W)), Term(H, LUNCH), at("mon 11:00"), "breached", 120.0, at("mon 10:00")
    ),
    "open and due this very minute is not yet breached": Case(
        life(("mon 09:00", W)), Term(H, LUNCH), at("mon 10:00"), "running", 60.0, at("mon 10:00")
    ),
    "open and pending is never due": Case(  # 30 used, then the customer is asked
        life(("mon 09:00", W), ("mon 09:30", P)), Term(H, LUNCH), at("wed 09:00"), "running", 30.0, inf
    ),
    "what comes later is not known": Case(  # solved at 11:00, looked at 9:30
        life(("mon 09:00", W), ("mon 11:00", S)), Term(H), at("mon 09:30"), "running", 30.0, at("mon 10:00")
    ),
    # --- reopened -----------------------------------------------------------------------------------------------------
    "reopened: the time while it was solved does not count": Case(  # 30 + 20; solved 9:30 - Tue 9:00
        life(("mon 09:00", W), ("mon 09:30", S), ("tue 09:00", W), ("tue 09:20", S)),
        Term(H, LUNCH),
        LATER,
        "kept",
        50.0,
        inf,
    ),
    "reopened and not solved again": Case(  # 30 + 45
        life(("mon 09:00", W), ("mon 09:30", S), ("tue 09:00", W)),
        Term(H, LUNCH),
        at("tue 09:45"),
        "breached",
        75.0,
        at("tue 09:30"),
    ),
    # --- the promise changes ------------------------------------------------------------------------------------------
    "priority rises: the shorter promise looks back to the birth": Case(  # 90 min since birth > 60
        life(("mon 09:00", W), ("mon 10:30", S)),
        [Term(4 * H, LUNCH), Term(H, LUNCH, since=at("mon 10:15"))],
        LATER,
        "breached",
        90.0,
        at("mon 10:00"),
    ),
    "priority rises: the pause before is kept": Case(  # 9:00-9:20 and 11:00-11:30: 50; 9:20-11:00 pending
        life(("mon 09:00", W), ("mon 09:20", P), ("mon 11:00", W), ("mon 11:30", S)),
        [Term(4 * H, LUNCH), Term(H, LUNCH, since=at("mon 11:05"))],
        LATER,
        "kept",
        50.0,
        inf,
    ),
    "priority falls before the due time": Case(  # 90 of 240
        life(("mon 09:00", W), ("mon 10:30", S)),
        [Term(2 * H, LUNCH), Term(4 * H, LUNCH, since=at("mon 09:10"))],
        LATER,
        "kept",
        90.0,
        inf,
    ),
    "the new promise runs on another clock": Case(  # elapsed since Mon 17:00: 1 + 6 + 8 h = 15 h
        life(("mon 17:00", W), ("tue 08:00", S)),
        [Term(8 * H, LUNCH), Term(12 * H, None, since=at("mon 17:30"))],
        LATER,
        "breached",
        900.0,
        at("tue 05:00"),
    ),
    "a change after it was solved changes nothing": Case(
        life(("mon 09:00", W), ("mon 10:00", S)),
        [Term(2 * H), Term(30.0, since=at("mon 10:30"))],
        LATER,
        "kept",
        60.0,
        inf,
    ),
}


@pytest.mark.parametrize("name", RESOLUTIONS)
def test_a_resolution_clock_shows_what_was_worked_out_by_hand(name: str) -> None:
    """Lunch, nights, holidays, pauses, reopening and changed promises: each rule has its case."""
    c = RESOLUTIONS[name]
    terms = c.term if isinstance(c.term, list) else [c.term]
    found = resolution(c.history, terms, c.now)
    term = in_force(terms, min(c.now, c.history[-1].begin if c.history[-1].state == "solved" else c.now))
    assert found == Judged(c.verdict, c.minutes, c.due, max(c.minutes - term.within, 0.0))  # type: ignore[arg-type]


def test_the_first_resolution_is_not_touched_by_a_reopening() -> None:
    """First 30 min, full 30 + 45 = 75 min of 60."""
    history = life(("mon 09:00", W), ("mon 09:30", S), ("tue 09:00", W), ("tue 09:45", S))
    first = resolution(history, [Term(H, LUNCH)], LATER, which="first")
    full = resolution(history, [Term(H, LUNCH)], LATER)
    assert (first.verdict, first.minutes, full.verdict, full.minutes) == ("kept", 30.0, "breached", 75.0)


def test_clocks_change_in_spring() -> None:
    """Sunday 29 March, 2 h -> 3 h: from Saturday 22:00 to Sunday 8:00 nine hours pass; 0-4 h on the wall are three."""
    born, done = SPRING.minute(datetime(2026, 3, 28, 22)), SPRING.minute(datetime(2026, 3, 29, 8))
    history = [Stretch(born, done, "waiting"), Stretch(done, inf, "solved")]
    assert resolution(history, [Term(9 * H)], done).verdict == "kept"
    assert resolution(history, [Term(9 * H)], done).minutes == 540.0
    night = local(SPRING, "daily 00:00-04:00")
    assert resolution(history, [Term(H, night)], done).minutes == 180.0
    # 0:00-2:00 are 120 min, then the wall shows 3:00; 30 more make 3:30
    due = resolution(history, [Term(150.0, night)], done).due
    assert SPRING.local(due).replace(tzinfo=None) == datetime(2026, 3, 29, 3, 30)


def test_clocks_change_in_autumn() -> None:
    """Sunday 25 October, 3 h -> 2 h: Saturday 22:00 to Sunday 8:00 are eleven hours; 0-4 h on the wall are five."""
    born, done = AUTUMN.minute(datetime(2026, 10, 24, 22)), AUTUMN.minute(datetime(2026, 10, 25, 8))
    history = [Stretch(born, done, "waiting"), Stretch(done, inf, "solved")]
    assert resolution(history, [Term(10 * H)], done).minutes == 660.0
    assert resolution(history, [Term(10 * H)], done).verdict == "breached"
    night = local(AUTUMN, "daily 00:00-04:00")
    assert resolution(history, [Term(5 * H, night)], done).minutes == 300.0


def test_a_reply_clock_is_reset_by_every_reply() -> None:
    """Asked 9:00, answered 9:20 (20); asked 10:00 and 10:10, answered 10:45: from the first unanswered, 45."""
    told = [
        Message(at("mon 09:00"), "customer"),
        Message(at("mon 09:20"), "agent"),
        Message(at("mon 10:00"), "customer"),
        Message(at("mon 10:10"), "customer"),
        Message(at("mon 10:45"), "agent"),
        Message(at("mon 10:50"), "agent"),  # nobody had asked
    ]
    found = replies(told, [Term(30.0, LUNCH)], LATER)
    assert [(j.verdict, j.minutes) for j in found] == [("kept", 20.0), ("breached", 45.0)]


def test_bots_and_internal_notes_stop_no_reply_clock() -> None:
    """The bot answers at once, a note is written at 9:10; the first human reply is out at 9:50: 50 min."""
    told = [
        Message(at("mon 09:00"), "customer"),
        Message(at("mon 09:00"), "bot"),
        Message(at("mon 09:10"), "agent", public=False),
        Message(at("mon 09:50"), "agent"),
    ]
    (found,) = replies(told, [Term(30.0)], LATER)
    assert (found.verdict, found.minutes, found.excess) == ("breached", 50.0, 20.0)


def test_an_unanswered_message_is_breached_once_it_is_due() -> None:
    """Asked Mon 17:50 with 30 working minutes: due Tue 9:20; at 9:10 neither, at 9:30 breached."""
    told = [Message(at("mon 17:50"), "customer")]
    early, late = (replies(told, [Term(30.0, LUNCH)], at(t))[0] for t in ("tue 09:10", "tue 09:30"))
    assert (early.verdict, early.minutes, early.due) == ("running", 20.0, at("tue 09:20"))
    assert (late.verdict, late.minutes, late.due) == ("breached", 40.0, at("tue 09:20"))


def test_a_pausable_reply_clock_stands_still_while_pending() -> None:
    """Asked 9:00, answered 10:00, pending 9:10-9:40: 10 + 20 = 30 min."""
    told = [Message(at("mon 09:00"), "customer"), Message(at("mon 10:00"), "agent")]
    history = life(("mon 09:00", W), ("mon 09:10", P), ("mon 09:40", W))
    (found,) = replies(told, [Term(30.0)], LATER, history=history, pauses={"pending"})
    assert (found.verdict, found.minutes) == ("kept", 30.0)


def test_pauses_and_clock_make_up_the_working_time() -> None:
    """What counts and what is paused add up to the working minutes of the ticket's life, and to nothing more."""
    history = life(("mon 11:30", W), ("mon 11:50", P), ("mon 13:10", W), ("mon 13:40", S))
    assert paused(history, LUNCH, at("mon 13:40")) == 20.0


def test_refusals_say_what_is_wrong() -> None:
    """A stretch that ends before it begins, a promise of no length, no promise in force."""
    with pytest.raises(ValueError, match="before its begin"):
        Stretch(5.0, 4.0, "waiting")
    with pytest.raises(ValueError, match="at least 0"):
        Term(float("nan"))
    with pytest.raises(ValueError, match="none is in force"):
        in_force([Term(5.0, since=10.0)], 5.0)


def test_there_are_forty_cases() -> None:
    """The table and the cases told in words."""
    assert len(RESOLUTIONS) + 9 >= 40


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2000),
            st.lists(st.tuples(st.integers(0, 700), st.sampled_from([W, P])), min_size=1, max_size=6),
        ),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from([None, LUNCH, NIGHT, HOLIDAY, NEVER]),
    st.integers(0, 900),
)
def test_whole_arrays_are_counted_like_single_tickets(
    tickets: list[tuple[int, list[tuple[int, State]]]], calendar: Calendar | None, within: int
) -> None:
    """The form that the measures use gives the minutes and the due time of the plain one."""
    unit, begin, end, plain = [], [], [], []
    for i, (birth, lengths) in enumerate(tickets):
        t, history = float(birth), []
        for length, state in lengths:
            history.append(Stretch(t, t + length, state))
            if state == W:
                unit.append(i)
                begin.append(t)
                end.append(t + length)
            t += length
        history.append(Stretch(t, inf, "solved"))
        plain.append(resolution(history, [Term(float(within), calendar)], t))
    clock = Clock(calendar, 0.0, 20_000.0)
    at_, until = np.array(begin, dtype=float), np.array(end, dtype=float)
    minutes, due = used_up(np.array(unit, dtype=np.int64), len(tickets), at_, until, clock, float(within))
    assert minutes.tolist() == [p.minutes for p in plain]
    assert due.tolist() == [p.due for p in plain]
