"""Rules 2.2 and 2.9: conditions, probabilities and what a clause does. Times were worked out by hand."""

from __future__ import annotations

from math import inf

import pytest

from sim.machine import (
    Attribute,
    Condition,
    Constant,
    EngineFault,
    NetworkBuilder,
    Predictor,
    Source,
    Spawn,
    Term,
    Timeline,
)
from sim.machine.luck import child_key, name_hash
from tests.micro.history import job_lines, micro, run, table, visit_lines

TABLE = Timeline([0, 9, 9.5], [3, 5, 7])


def after_nine(*clauses) -> NetworkBuilder:
    """Job 1 comes at 0, waits 0-4, works 4-9, is due at 7, has attribute 3, two marks and round 1 when the
    clauses come."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 0], columns={"a": [3, 3], "need": [4, 5]})
    b.work("ask", served_by="desk", size=Attribute("need"), due=Constant(7))
    b.delay("yes", Constant(1))
    b.delay("no", Constant(1))
    b.counted("desk", 1)
    b.route("ask", "done", b.clause("before", add={"m": 2}, again=True, go_on=True), *clauses)
    return b


def end_of(b: NetworkBuilder) -> str:
    """Last step of job 1."""
    return job_lines(b)[1].split()[5]


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (Source("attribute", "a"), 3.0),
        (Source("mark", "m"), 2.0),
        (Source("round"), 1.0),
        (Source("waited"), 4.0),
        (Source("age"), 9.0),
        (Source("lateness"), 2.0),
        (Source("time", table=TABLE), 5.0),
    ],
    ids=lambda x: getattr(x, "kind", ""),
)
def test_2_9_conditions_hold_at_equality_on_both_sides(source, value):
    """Each source has this value at 9: <= and >= hold there, and not a little beyond."""
    for op, number, held in [
        (">=", value, True),
        ("<=", value, True),
        (">=", value + 1e-9, False),
        ("<=", value - 1e-9, False),
        (">=", value - 1e-9, True),
        ("<=", value + 1e-9, True),
    ]:
        b = micro()
        b = after_nine(b.clause("c", to="yes", when=[Condition(source, op, number)]), b.clause("else", to="no"))
        assert end_of(b) == ("yes" if held else "no"), (op, number)


def test_2_2_a_job_without_due_time_is_minus_infinity_late():
    """lateness <= -1e300 holds, lateness >= -1e300 does not."""
    for op, step in (("<=", "yes"), (">=", "-")):
        b = micro()
        b.recorded("in", to="ask", times=[0])
        b.delay("ask", Constant(1))
        b.delay("yes", Constant(1))
        b.route("ask", "done", b.clause("c", to="yes", when=[Condition(Source("lateness"), op, -1e300)]))
        assert job_lines(b) == [f"0 0 -1 0 {'2 yes' if step == 'yes' else '1 ask'} done"]


def test_2_9_all_conditions_must_hold():
    """m >= 2 holds and age >= 10 does not, in either order."""
    met, unmet = Condition(Source("mark", "m"), ">=", 2), Condition(Source("age"), ">=", 10)
    for when in ([met, unmet], [unmet, met]):
        b = micro()
        assert end_of(after_nine(b.clause("c", to="yes", when=when), b.clause("else", to="no"))) == "no"


def test_2_9_the_first_clause_that_applies_is_taken():
    """Both apply; the second is not looked at."""
    b = micro()
    assert end_of(after_nine(b.clause("first", to="no", when=[Condition(Source("age"), ">=", 0)]), "yes")) == "no"


def test_2_9_without_a_match_the_job_ends():
    """No clause applies: the job ends at 9 after `ask`."""
    b = micro()
    records = run(after_nine(b.clause("c", to="yes", when=[Condition(Source("age"), ">=", 10)])))
    assert job_lines(records)[1] == "1 1 -1 0 9 ask done"


@pytest.mark.parametrize(
    ("probability", "step"),
    [
        (0.0, "no"),
        (1.0, "yes"),
        (Predictor(0.0), "no"),
        (Predictor(1.0), "yes"),
        (Predictor(-3.0), "no"),
        (Predictor(2.0), "yes"),
        (Predictor(-1.0, (Term(Source("waited"), 0.5),)), "yes"),
        (Predictor(-1.0, (Term(Source("waited"), 0.5, 0.0, 2.0),)), "no"),
        (Predictor(-1.0, (Term(Source("mark", "m"), 0.5, 4.0, 9.0),)), "yes"),
        (Predictor(0.0, (Term(Source("age"), 1.0), Term(Source("attribute", "a"), -3.0))), "no"),
        (Predictor(1.0, (Term(Source("lateness"), -0.5, 0.0),)), "no"),
        (Predictor(0.0, (Term(Source("round"), 1.0),)), "yes"),
        (Predictor(-4.0, (Term(Source("time", table=TABLE), 1.0),)), "yes"),
        (Predictor(800.0, link="logistic"), "yes"),
        (Predictor(-800.0, link="logistic"), "no"),
        (Predictor(40.0, link="normal"), "yes"),
        (Predictor(-40.0, link="normal"), "no"),
        (Predictor(0.0, link="exp"), "yes"),
        (Predictor(-800.0, link="exp"), "no"),
    ],
)
def test_2_9_probabilities_of_nought_and_one_are_certain(probability, step):
    """waited 4, clamp to 2, mark 2 raised to 4, age 9 - 3 x 3 = 0, lateness 2, round 1, table 5: each
    lands on 0 or 1 (or beyond)."""
    b = micro()
    assert end_of(after_nine(b.clause("c", to="yes", probability=probability), b.clause("else", to="no"))) == step


def test_2_9_a_clause_may_act_and_go_on():
    """The mark of the first clause is there for the second; the target is that of the second."""
    b = micro()
    known = [Condition(Source("mark", "n"), ">=", 3)]
    b = after_nine(b.clause("act", add={"n": 3}, go_on=True), b.clause("move", to="yes", when=known))
    assert end_of(b) == "yes"


def test_2_9_a_clause_not_taken_does_nothing():
    """A clause of probability 0 that goes on adds no mark and spawns nobody."""
    b = micro()
    b = after_nine(b.clause("act", probability=0.0, add={"n": 3}, spawn=[Spawn("no")], go_on=True), "yes")
    records = run(b)
    assert len(records.jobs) == 2
    assert records.jobs["marks"][:, records.network.mark_index["n"]].tolist() == [0, 0]


def test_2_9_spawned_jobs_come_after_their_delay_each_with_its_number():
    """At 5: two for `x` after 2, one for `y` at once. Created in the order listed: numbers 1, 2 and 3."""
    b = micro()
    b.recorded("in", to="ask", times=[0])
    b.work("ask", served_by="desk", size=Constant(5))
    b.work("x", served_by="desk", size=Constant(10))
    b.work("y", served_by="desk", size=Constant(10))
    b.counted("desk", 9)
    b.route("ask", "done", b.clause("c", spawn=[Spawn("x", count=2, delay=Constant(2)), Spawn("y")]))
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       5    5        done
        1   x    desk   7       7       17   17       done
        2   x    desk   7       7       17   17       done
        3   y    desk   5       5       15   15       done
    """)


def test_6_0_children_of_a_clause_have_the_keys_of_their_order():
    """Two for `x`, one for `y` of one clause in round 0: i = 0, 1, 2."""
    b = micro()
    b.recorded("in", to="ask", times=[0])
    for name in ("ask", "x", "y"):
        b.delay(name, Constant(1))
    b.route("ask", "done", b.clause("c", spawn=[Spawn("x", count=2), Spawn("y")]))
    parent, *children = run(b).jobs["key"].tolist()
    assert children == [child_key(parent, name_hash("clause:c"), 0, i) for i in range(3)]


def test_2_9_a_spawn_delay_that_never_ends_bears_nobody():
    """An infinite delay: the child never enters a step, so it is never born."""
    b = micro()
    b.recorded("in", to="ask", times=[0])
    b.work("ask", served_by="desk", size=Constant(5))
    b.work("x", served_by="desk", size=Constant(10))
    b.counted("desk", 9)
    b.route("ask", "done", b.clause("c", spawn=[Spawn("x", delay=Constant(inf))]))
    records = run(b)
    assert job_lines(records) == ["0 0 -1 0 5 ask done"]
    assert (records.tally.spawned, records.tally.open) == (0, 0)


def test_2_9_again_is_a_new_round_of_the_same_step():
    """Three rounds of 2 minutes: the clause goes back while round <= 1, so rounds 0, 1, 2."""
    b = micro()
    b.recorded("in", to="ask", times=[0])
    b.work("ask", served_by="desk", size=Constant(2))
    b.counted("desk", 1)
    b.route("ask", "done", b.clause("back", to="ask", when=[Condition(Source("round"), "<=", 1)], again=True))
    assert visit_lines(b) == table("""
        job step server entered started left released exit
        0   ask  desk   0       0       2    2        done
        0   ask  desk   2       2       4    4        done round1
        0   ask  desk   4       4       6    6        done round2
    """)


def test_2_4_a_round_beyond_255_is_a_fault():
    """Rounds are 0 to 255: 255 go-backs are possible, the next one is more than the machine can count."""

    def loop(most):
        b = micro()
        b.recorded("in", to="ask", times=[0])
        b.work("ask", served_by="desk", size=Constant(0.1))
        b.counted("desk", 1)
        b.route("ask", "done", b.clause("back", to="ask", when=[Condition(Source("round"), "<=", most)], again=True))
        return run(b).visits["round"].max()

    assert loop(254) == 255
    with pytest.raises(EngineFault):
        loop(255)


def test_6_2_a_new_round_draws_a_new_size_and_another_job_is_not_touched():
    """Uniform sizes: the rounds of job 0 differ; the size of job 1 is the same whether job 0 goes round or not."""
    from sim.machine import Uniform

    def sizes(rounds):
        b = micro()
        b.recorded("in", to="ask", times=[0, 0])
        b.work("ask", served_by="desk", size=Uniform(1, 2))
        b.counted("desk", 9)
        b.route("ask", "done", b.clause("back", to="ask", when=[Condition(Source("round"), "<=", rounds)], again=True))
        v = run(b).visits
        return {(int(r["job"]), int(r["round"])): float(r["left"] - r["started"]) for r in v}

    once, twice = sizes(-1), sizes(0)
    assert twice[0, 0] != twice[0, 1]
    assert once[1, 0] == twice[1, 0]
    assert once[0, 0] == twice[0, 0]


def test_2_9_marks_are_added_before_children_copy_them_and_go_round_after():
    """add, spawn, again: the child carries the mark; a condition on its round still reads what it was born with."""
    b = micro()
    b.recorded("in", to="ask", times=[0])
    b.work("ask", served_by="desk", size=Constant(2))
    b.delay("child", Constant(1))
    b.delay("marked", Constant(1))
    b.counted("desk", 1)
    b.route("ask", "done", b.clause("c", add={"m": 1}, spawn=[Spawn("child")], again=True))
    b.route("child", "done", b.clause("d", to="marked", when=[Condition(Source("mark", "m"), ">=", 1)]))
    assert job_lines(b) == table("""
        job family parent birth end step   exit
        0   0      -1     0     2   ask    done
        1   0      0      2     4   marked done
    """)


def test_2_9_each_exit_has_its_own_route():
    """Limit 1, patience 3: job 0 done, job 1 abandoned at 3, job 2 blocked at 0, each to a step of its own."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 0, 0])
    b.work("ask", served_by="desk", size=Constant(5), patience=Constant(3), limit=1)
    for exit_ in ("done", "abandoned", "blocked"):
        b.delay(f"was {exit_}", Constant(1))
        b.route("ask", exit_, f"was {exit_}")
    b.counted("desk", 1)
    assert [(j["end"], b.build().steps[j["step"]].name) for j in run(b).jobs] == [
        (6.0, "was done"),
        (4.0, "was abandoned"),
        (1.0, "was blocked"),
    ]


def test_4_12_conditions_are_read_after_release_and_offer():
    """Job 0 leaves at 5 and job 1 starts at 5, so a priority rule or age reads 5; the table of the instant
    5 counts."""
    b = micro()
    b.recorded("in", to="ask", times=[0])
    b.work("ask", served_by="desk", size=Constant(5))
    b.delay("new", Constant(1))
    b.counted("desk", 1)
    now = Source("time", table=Timeline([0, 5], [0, 1]))
    b.route("ask", "done", b.clause("c", to="new", when=[Condition(now, ">=", 1)]))
    assert job_lines(b) == ["0 0 -1 0 6 new done"]


def test_2_2_scale_multiplies_a_size():
    """Base 0.5 + 0.25 x mark-free attribute 2 = 1: a size of 10 times 1; attribute 6: times 2."""
    b = micro()
    b.recorded("in", to="ask", times=[0, 0, 0], columns={"a": [2, 6, -9]})
    scale = Predictor(0.5, (Term(Source("attribute", "a"), 0.25),))
    b.work("ask", served_by="desk", size=Constant(10, scale=scale))
    b.counted("desk", 9)
    assert [line.split()[5] for line in visit_lines(b)] == ["10", "20", "0"]
