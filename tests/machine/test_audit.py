"""The audit finds every way in which records can contradict their run (rule 7.4), wherever a block of rows ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import sim.machine.audit as auditing
from sim.machine import Calendar, Constant, Duty, EngineFault, Exit, NetworkBuilder, Records, Server
from sim.machine.audit import audit
from sim.machine.records import COUNTED, GHOST, RESUMED
from sim.machine.reference import run

Spoil = Callable[[Records], Records]


@pytest.fixture(params=[1, 2, 3, auditing.BLOCK], autouse=True)
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are read in blocks; a fault must not depend on where one ends."""
    monkeypatch.setattr(auditing, "BLOCK", request.param)


@pytest.fixture
def records() -> Records:
    """Five jobs: desk, a recorded delay, then a team whose only member hands work back at 20; the last one is open.

    Spells in the order of rows: 0 to 2 are job 0 (desk, rest, back), 3 to 6 job 1 (the last two at the team), ...
    """
    b = NetworkBuilder("audited", end=100.0, follow=0.0, warm_up=5.0)
    b.recorded("in", to="desk", times=[1.0, 2.0, 3.0, 60.0, 96.0])
    b.work("desk", served_by="people", size=Constant(5.0))
    b.delay("rest", Constant(1.0), recorded=True)
    b.work("back", served_by="team", size=Constant(10.0), units=2)
    b.route("desk", "done", "rest")
    b.route("rest", "done", "back")
    b.counted("people", 1)
    b.named("team", [Server("a", (Duty(0, 20), Duty(30, 100)))], slots=2, end_of_duty="hand back")
    return run(b.build(), 1, 0)


def visit(i: int, **columns: Any) -> Spoil:
    """Change a row of a spell."""

    def spoil(r: Records) -> Records:
        v = r.visits.copy()
        for c, x in columns.items():
            assert v[c][i] != x
            v[c][i] = x
        return replace(r, visits=v)

    return spoil


def job(i: int, **columns: Any) -> Spoil:
    """Change a row of a job."""

    def spoil(r: Records) -> Records:
        j = r.jobs.copy()
        for c, x in columns.items():
            assert j[c][i] != x
            j[c][i] = x
        return replace(r, jobs=j)

    return spoil


def tally(**columns: Any) -> Spoil:
    """Change what the engine counted, by adding."""
    return lambda r: replace(r, tally=replace(r.tally, **{k: getattr(r.tally, k) + x for k, x in columns.items()}))


def visits(order: Any) -> Spoil:
    """Take these rows of spells."""
    return lambda r: replace(r, visits=r.visits[order])


def jobs(order: Any) -> Spoil:
    """Take these rows of jobs."""
    return lambda r: replace(r, jobs=r.jobs[order])


def both(one: Spoil, other: Spoil) -> Spoil:
    """One after the other."""
    return lambda r: other(one(r))


NAN = float("nan")
ROWS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]
LAST = 13
TIMES, FOLLOW = "the times of a spell contradict each other", "a spell does not follow the one before it"
FIT = "a spell's start, its pool and its step do not fit"
SPELLS_ORDER, JOBS_ORDER = "order of .job, entered.", "order of their numbers"


def test_the_records_are_sound_before_they_are_spoiled(records: Records) -> None:
    """What the other tests rely on: fourteen rows, a handed-back spell at 5 and 6, an open one at the end."""
    audit(records)
    v = records.visits
    assert v["job"].tolist() == [0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4]
    assert v["spell"].tolist() == [0] * 6 + [1] + [0] * 7
    assert v["exit"][[5, LAST]].tolist() == [Exit.HANDED_BACK, Exit.OPEN]
    assert records.jobs["exit"].tolist() == [1, 1, 1, 1, 0]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (tally(ended=1), r"5 born \+ 0 spawned are not 5 ended \+ 1 open"),
        (tally(born=-1, ended=-1), "a job's number is past the last one given.*time 96 min, job 4"),
        (visit(4, step=3), "names a step or pool that is not there.*time 11 min, job 1"),
        (visit(4, pool=2), "names a step or pool that is not there.*time 11 min, job 1"),
        (visit(4, pool=-2), "names a step or pool that is not there.*time 11 min, job 1"),
        (visit(3, job=7), "a spell belongs to a job that has no row.*time 2 min, job 7"),
        (jobs([0, 2, 3, 4]), "a spell belongs to a job that has no row.*time 2 min, job 1"),
        (jobs([0, 0, 2, 3, 4]), "a spell belongs to a job that has no row.*time 2 min, job 1"),
        (jobs([0, 1, 1, 2, 3, 4]), "a job has two rows.*job 1"),
        (jobs([0, 2, 1, 3, 4]), JOBS_ORDER),
        (jobs([3, 4, 0, 1, 2]), JOBS_ORDER),
        (job(2, end=NAN), "a job's end and its last exit do not fit.*time 3 min, job 2"),
        (job(4, end=99.0), "a job's end and its last exit do not fit.*time 96 min, job 4"),
        (job(3, exit=Exit.OPEN), "a job's end and its last exit do not fit.*time 60 min, job 3"),
        (job(4, end=99.0, exit=Exit.DONE), "an open spell belongs to a job that has ended.*time 96 min, job 4"),
        (visit(12, exit=Exit.OPEN), "an open spell belongs to a job that has ended.*time 66 min, job 3"),
        (visit(6, spell=2), FOLLOW + ".*time 20 min, job 1"),
        (visit(9, spell=1), FOLLOW + ".*time 17 min, job 2"),
        (visit(5, left=19.0, released=19.0), FOLLOW),
        (visit(6, entered=21.0), FOLLOW),
        (visit(5, exit=Exit.DONE), FOLLOW),
        (visits(ROWS[:5] + ROWS[6:]), FOLLOW),
        (both(visit(2, exit=Exit.HANDED_BACK, left=20.0, released=20.0), visits(ROWS[:3] + ROWS[6:])), FOLLOW),
        (visits(ROWS[:10] + ROWS[13:]), "a counted job has no spell.*time 60 min, job 3"),
        (visit(5, started=11.5), TIMES + ".*time 12 min, job 1"),
        (visit(0, released=0.5), TIMES),
        (visit(0, left=0.5), TIMES),
        (visit(3, left=5.5), TIMES),
        (visit(9, released=48.0, left=49.0), TIMES),
        (visit(1, left=NAN), TIMES),
        (visit(9, started=NAN, pool=-1), TIMES),
        (visit(1, left=5.5), TIMES),
        (visit(LAST, released=95.0), TIMES),
        (visit(9, flags=1), TIMES),
        (visit(0, entered=-2.0), TIMES),
        (visit(LAST, entered=100.0), TIMES),
        (visits([*ROWS[:8], 9, 8, *ROWS[10:]]), SPELLS_ORDER),
        (visits([*ROWS[:3], *ROWS[7:], 3, 4, 5, 6]), SPELLS_ORDER),
        (visit(0, pool=-1), FIT + ".*time 1 min, job 0"),
        (visit(1, pool=0), FIT),
        (visit(1, started=6.0, pool=0), FIT),
        (visit(0, started=2.0), "Little's law: 13 minutes in line at step desk by records, 12 by the run"),
        (visit(4, step=0, exit=Exit.ABANDONED), "Little's law: .* minutes in line at step desk"),
        (visit(6, flags=COUNTED | RESUMED), "Little's law: .* minutes in line at step back"),
        (visit(0, released=7.0), "Little's law: .* minutes of work in pool people"),
        (visit(12, server=-1, pool=0), "Little's law: .* minutes of work in pool people"),
        (visit(12, released=76.5), "Little's law: .* minutes of work in pool team.*time 7 min, job 0"),
        (visit(LAST, released=98.0), "Little's law: .* minutes of work in pool people"),
        (tally(waiting=np.array([0.0, 0.0, 1e-3])), "Little's law: .* minutes in line at step back"),
        (tally(serving=np.array([1e-3, 0.0])), "Little's law: .* minutes of work in pool people"),
        (tally(waiting=np.array([NAN, 0.0, 0.0])), "Little's law: .* minutes in line at step desk .*nan by the run"),
    ],
)
def test_every_contradiction_is_found(records: Records, spoil: Spoil, message: str) -> None:
    """One thing spoiled, and the audit says what and where."""
    with pytest.raises(EngineFault, match=message):
        audit(spoil(records))


def test_a_counted_job_that_only_passed_time_needs_no_spell() -> None:
    """Stays in a delay are rows only if asked for."""
    b = NetworkBuilder("time", end=100.0)
    b.recorded("in", to="rest", times=[1.0])
    b.delay("rest", Constant(1.0))
    b.work("desk")
    r = run(b.build(), 1, 0)
    assert (r.visits.size, r.jobs.size) == (0, 1)
    audit(r)


def test_silent_leavers_are_in_line_until_the_close_that_clears_it() -> None:
    """Two left unnoticed and are cleared when the door closes at 50, two stand in line until the end."""
    b = NetworkBuilder("silent", end=100.0, follow=20.0)
    b.calendar(Calendar("day", [(0, 50), (60, 1000)]))
    b.recorded("in", to="desk", times=[1.0, 2.0, 3.0, 70.0, 71.0])
    b.work(
        "desk", served_by="people", size=Constant(45.0), patience=Constant(4.0), silent=1.0, ghost=Constant(46.0),
        opening="day", at_close="leave",
    )  # fmt: skip
    b.counted("people", [(0.0, 1.0), (40.0, 0.0)])
    r = run(b.build(), 1, 0)
    ghosts = r.visits[(r.visits["flags"] & GHOST > 0) & np.isnan(r.visits["started"])]
    assert ghosts["exit"].tolist() == [Exit.ABANDONED, Exit.ABANDONED, Exit.OPEN, Exit.OPEN]
    audit(r)
    assert r.tally.waiting.tolist() == [48.0 + 47.0 + 30.0 + 29.0]
    later = r.visits.copy()
    later["entered"][r.visits["entered"] == 2.0] = 2.5
    with pytest.raises(EngineFault, match="Little's law"):
        audit(replace(r, visits=later))
