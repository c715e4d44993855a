"""Loops, attributes nobody sets, and what the checks only warn about (rule 3.5)."""

from __future__ import annotations

import pytest

from sim.machine import (
    Anchor,
    Attribute,
    Calendar,
    Condition,
    Constant,
    NetworkBuilder,
    Predictor,
    Source,
    Spawn,
    Term,
)
from tests.machine.networks import only, problems, sound

# Loops (rule 3.5) and attributes


def test_a_loop_that_cannot_end_is_refused():
    """ask -> mail -> ask, always, with a new round: nobody ever leaves. (`ask` alone could end by impatience.)"""
    b = NetworkBuilder("loop")
    b.recorded("in", to="a", times=[0])
    b.work("a", served_by="desk", size=Constant(1))
    b.work("b", served_by="desk", size=Constant(1))
    b.counted("desk", 1)
    b.route("a", "done", "b")
    b.route("b", "done", b.clause("back", to="a", again=True))
    assert problems(b) == (
        "step a: a loop that cannot end; no exit on the way leads out of the network",
        "step b: a loop that cannot end; no exit on the way leads out of the network",
    )


@pytest.mark.parametrize("way_out", ["chance", "condition", "patience", "limit", "door"])
def test_a_loop_with_any_way_out_is_possible(way_out):
    """A chance below 1, a condition, or another exit without a route lets the job end."""
    b = NetworkBuilder("loop")
    b.recorded("in", to="a", times=[0])
    b.calendar(Calendar("hours", [(0, 50)]))
    more = {
        "patience": {"patience": Constant(5)},
        "limit": {"limit": 5},
        "door": {"opening": "hours"},
    }.get(way_out, {})
    b.work("a", served_by="desk", size=Constant(1), **more)
    b.counted("desk", 1)
    when = [Condition(Source("round"), "<=", 3)] if way_out == "condition" else []
    b.route("a", "done", b.clause("back", "a", 0.99 if way_out == "chance" else 1.0, when=when, again=True))
    b.build()


def test_a_cycle_without_again_is_refused():
    """A second visit in the same round would repeat every draw of the first."""
    b = NetworkBuilder("cycle")
    b.recorded("in", to="a", times=[0])
    b.work("a", served_by="desk", size=Constant(1))
    b.work("b", served_by="desk", size=Constant(1))
    b.counted("desk", 1)
    b.route("a", "done", "b")
    b.route("b", "done", b.clause("back", to="a", probability=0.5))
    assert only(b) == "steps a -> b -> a: a cycle without an 'again' clause; a job would repeat its own luck"


def test_one_again_in_a_cycle_is_enough():
    """The same with a new round on the way back."""
    b = NetworkBuilder("cycle")
    b.recorded("in", to="a", times=[0])
    b.work("a", served_by="desk", size=Constant(1))
    b.work("b", served_by="desk", size=Constant(1))
    b.counted("desk", 1)
    b.route("a", "done", "b")
    b.route("b", "done", b.clause("back", to="a", probability=0.5, again=True))
    assert b.build().warnings == ()


def test_a_cycle_in_which_no_time_passes_is_refused():
    """Two delays of 0: the run would stand still. One minute in one of them is enough."""

    def cycle(minutes):
        b = NetworkBuilder("still")
        b.recorded("in", to="a", times=[0])
        b.delay("a", Constant(0))
        b.delay("b", Constant(minutes))
        b.route("a", "done", "b")
        b.route("b", "done", b.clause("back", to="a", probability=0.5, again=True))
        return b

    assert only(cycle(0)) == "steps a -> b -> a: a cycle in which no time passes"
    cycle(1).build()


def test_a_timeless_step_in_itself_is_refused():
    """Size 0 and back again."""
    b = NetworkBuilder("still")
    b.recorded("in", to="a", times=[0])
    b.work("a", served_by="desk")
    b.counted("desk", 1)
    b.route("a", "done", b.clause("back", to="a", probability=0.5, again=True))
    assert only(b) == "steps a -> a: a cycle in which no time passes"


def test_every_cycle_is_told_not_only_the_first():
    """a <-> b and c <-> d are two cycles without again."""
    b = NetworkBuilder("cycles")
    b.recorded("in", to="a", times=[0])
    for name in "abcd":
        b.delay(name, Constant(1))
    b.route("a", "done", "b")
    b.route("b", "done", b.clause("ba", to="a", probability=0.5), b.clause("bc", to="c", probability=0.5))
    b.route("c", "done", "d")
    b.route("d", "done", b.clause("dc", to="c", probability=0.5))
    assert sorted(p.split(":")[0] for p in problems(b)) == ["steps a -> b -> a", "steps c -> d -> c"]


def test_an_attribute_that_a_stream_does_not_set_is_refused():
    """Jobs of `x` reach `ask`, whose size is `need`; only `in` sets it."""
    b = sound()
    b.recorded("x", to="ask", times=[0])
    assert only(b) == "stream x: its jobs reach step 'ask', which reads attribute 'need'; set it there"


def test_an_attribute_read_by_a_child_must_be_set_by_the_stream_of_its_root():
    """`x` enters `mail`, whose route spawns into `ask`."""
    b = sound()
    b.recorded("x", to="mail", times=[0])
    b.route("mail", "done", b.clause("c", spawn=[Spawn("ask", delay=Constant(1))]))
    assert "stream x: its jobs reach step 'ask', which reads attribute 'need'; set it there" in problems(b)


@pytest.mark.parametrize("place", ["condition", "probability", "score", "spawn delay", "watch length", "watch spawn"])
def test_every_place_that_reads_an_attribute_is_looked_at(place):
    """`x` does not set `need`; its jobs see only `nap` and what is attached there."""
    b = sound()
    b.recorded("x", to="nap", times=[0])
    b.work(
        "nap",
        served_by="desk",
        size=Constant(1),
        **({"order": "score", "score": Predictor(0, (Term(Source("attribute", "need")),))} if place == "score" else {}),
    )
    b.delay("out", Constant(1))
    clause = {
        "condition": lambda: b.clause("c", when=[Condition(Source("attribute", "need"), ">=", 1)]),
        "probability": lambda: b.clause("c", probability=Predictor(0, (Term(Source("attribute", "need")),))),
        "spawn delay": lambda: b.clause("c", spawn=[Spawn("out", delay=Attribute("need"))]),
    }.get(place)
    if clause:
        b.route("nap", "done", clause())
    if place == "watch length":
        b.watch("w", Anchor("entered", "nap"), Attribute("need"))
    if place == "watch spawn":
        b.watch("w", Anchor("entered", "nap"), Constant(1), spawn=(Spawn("out", delay=Attribute("need")),))
    assert "reads attribute 'need'" in only(b)


# Warnings


def test_a_step_nobody_serves_is_a_warning():
    """Possible (a line that only fills), but odd."""
    b = sound()
    b.work("lost")
    b.recorded("x", to="lost", times=[0])
    assert b.build().warnings == ("work lost: nobody serves it; its line only fills",)


def test_a_step_nobody_reaches_and_a_pool_that_serves_nothing_are_warnings():
    """Both may be left over from a longer file."""
    b = sound()
    b.delay("lost", Constant(1))
    b.counted("idle", 1)
    assert set(b.build().warnings) == {"pool idle: no step is served by it", "step lost: no job ever gets there"}


def test_clauses_after_a_certain_one_are_a_warning():
    """The first clause always applies and does not go on."""
    b = sound()
    b.delay("nap", Constant(1))
    b.route("mail", "done", b.clause("always", to="nap"), b.clause("never", to="nap"))
    assert b.build().warnings == ("route mail.done: the clauses after 'always' are never reached",)


@pytest.mark.parametrize("how", ["chance", "condition", "go on"])
def test_clauses_after_an_uncertain_one_are_none(how):
    """A chance, a condition or going on leaves the second one its turn."""
    b = sound()
    b.delay("nap", Constant(1))
    first = {
        "chance": lambda: b.clause("first", to="nap", probability=0.5),
        "condition": lambda: b.clause("first", to="nap", when=[Condition(Source("age"), ">=", 1)]),
        "go on": lambda: b.clause("first", add={"m": 1}, go_on=True),
    }[how]()
    b.route("mail", "done", first, b.clause("second", to="nap"))
    assert b.build().warnings == ()


def test_steps_reached_by_children_and_watches_are_no_warning():
    """`box` gets only spawned jobs, `bin` only those a watch moves, `tip` only children of a watch."""
    b = sound()
    for name in ("box", "bin", "tip"):
        b.delay(name, Constant(1))
    b.route("mail", "done", b.clause("c", spawn=[Spawn("box")]))
    b.watch("w", Anchor("entered", "ask"), Constant(1), to="bin", spawn=(Spawn("tip"),))
    assert b.build().warnings == ()


def test_a_watch_with_length_that_moves_jobs_to_a_step_of_no_size_is_possible():
    """The clock itself takes a minute: no cycle without time."""
    b = sound()
    b.work("bin", served_by="desk", size=Constant(0))
    b.watch("w", Anchor("entered", "ask"), Constant(1), to="bin")
    assert b.build().warnings == ()


def test_a_watch_that_moves_a_job_back_needs_a_new_round():
    """a -> b by route, b -> a by the watch that started at a: the job would repeat its luck at a."""
    b = NetworkBuilder("back")
    b.recorded("in", to="a", times=[0])
    b.work("a", served_by="desk", size=Constant(1))
    b.work("b", served_by="desk", size=Constant(1))
    b.counted("desk", 1)
    b.route("a", "done", "b")
    b.watch("too late", Anchor("entered", "a"), Constant(5), to="a")
    assert problems(b) == ("steps a -> b -> a: a cycle without an 'again' clause; a job would repeat its own luck",)


def test_recorded_births_before_the_warm_up_are_told():
    """Two of three rows lie before minute -10."""
    b = NetworkBuilder("early", warm_up=10.0)
    b.recorded("in", to="a", times=[-30, -20, 5])
    b.work("a", served_by="desk", size=Constant(1))
    b.counted("desk", 1)
    assert b.build().warnings == ("stream in: 2 recorded births lie before the warm-up and are left out",)
