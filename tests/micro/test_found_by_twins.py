"""Networks on which two engines once differed, or one of them broke (rules 2.4, 2.5, 2.9, 3.5); each runs on both."""

from __future__ import annotations

from math import inf

import pytest

from sim.machine import Anchor, Constant, EngineFault, Predictor, Spawn, Uniform
from sim.machine.predictor import Condition, Source
from tests.micro.history import micro, run


def test_2_9_a_job_may_be_blocked_and_sent_back_until_its_rounds_are_used_up():
    """256 visits inside one event: a fault with the job's number, not the end of Python's stack."""
    b = micro()
    b.recorded("in", to="ask", times=[3])
    b.work("ask", size=Constant(1.0), limit=0)
    b.route("ask", "blocked", b.clause("again", to="ask", again=True, probability=0.9999))
    with pytest.raises(EngineFault, match=r"256th round; at most 255 are possible .*time 3 min, job 0"):
        run(b)


def test_2_9_a_child_whose_delay_is_no_number_is_named_by_the_number_it_would_have_had():
    """inf times 0: at 1 jobs 0 and 1 are done before the third is born, so that the first child is to be job 2."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 0, 1, 2])
    b.work("ask", size=Constant(1.0), served_by="desk")
    b.counted("desk", 3)
    old = Condition(Source("age"), ">=", 1.0)
    spawn = Spawn("ask", delay=Constant(inf, scale=Predictor(0.0)))
    b.route("ask", "done", b.clause("child", when=[old], spawn=[spawn]))
    with pytest.raises(EngineFault, match=r"a law gave nan; .*time 1 min, job 2"):
        run(b)


def test_2_5_a_batch_law_without_a_mean_may_stand_on_a_stream_without_births():
    """Nothing is expected, and nothing comes."""
    b = micro()
    b.work("ask", size=Constant(4.0))
    b.stream("in", to="ask", rate=0.0, batch=Constant(1.0, atoms=((inf, 0.2),)))
    assert run(b).visits.size == 0


def test_3_5_only_events_of_the_machine_count_when_time_stands_still():
    """Birth, then 100,001 expiries at 1, each with a child of its own: the last one alive is job 100,000."""
    b = micro(end=10.0, follow=0.0)
    b.recorded("in", to="ask", times=[1])
    b.work("ask", size=Constant(1.0))
    b.work("other", size=Constant(1.0))
    b.watch(
        "w", Anchor("entered", "ask"), Uniform(0.0, 0.0), times=200_000, spawn=[Spawn("other", delay=Constant(1.0))]
    )
    with pytest.raises(EngineFault, match=r"more than 100,000 events at one instant.*time 1 min, job 100000\)"):
        run(b)
