"""What the checks of a network refuse, all at once, piece by piece (rules 2, 6.2)."""

from __future__ import annotations

from math import inf, nan

import pytest

from sim.machine import (
    Anchor,
    Attribute,
    Break,
    Busyness,
    Calendar,
    Condition,
    Constant,
    Duty,
    Edge,
    Exponential,
    NetworkBuilder,
    Predictor,
    Server,
    Source,
    Spawn,
    Term,
)
from tests.machine.networks import only, problems, sound


def test_a_sound_network_is_built_without_problem_or_warning():
    """The base of every test below is faultless."""
    assert sound().build().warnings == ()


def test_all_problems_are_told_at_once():
    """Eleven faults in eleven pieces, each with its own sentence, in one exception."""
    b = NetworkBuilder("bad", end=0)
    b.recorded("in", to="aks", times=[1, 0])
    b.work("ask", served_by=[Edge("dask"), Edge("desk", after=-1)], size=Constant(-1), silent=1.5, opening="hours")
    b.counted("desk", -1)
    b.route("ask", "done", b.clause("c", to="nowhere", probability=1.2))
    b.route("ask", "exploded", "ask")
    found = problems(b)
    for part in (
        "unknown exit 'exploded'",
        "end 0.0 must be a positive",
        "unknown step 'aks'; did you mean 'ask'?",
        "recorded times",
        "unknown pool 'dask'; did you mean 'desk'?",
        "after -1 must be at least 0",
        "value -1 must be at least 0",
        "ask.silent: probability 1.5",
        "a silent share needs a patience",
        "unknown calendar 'hours'; there are: none",
        "number of servers must be at least 0",
        "probability 1.2 must lie in [0, 1]",
        "unknown step 'nowhere'; there are: ask",
    ):
        assert sum(part in p for p in found) == 1, part
    assert len(found) == 13


# Names


UNKNOWN = {
    "stream": (lambda b: b.recorded("x", to="asq", times=[]), "stream x: unknown step 'asq'; did you mean 'ask'?"),
    "edge": (
        lambda b: b.work("x", served_by="dusk"),
        "work x, edge to dusk: unknown pool 'dusk'; did you mean 'desk'?",
    ),
    "target": (lambda b: b.route("mail", "done", "akk"), "clause mail.done: unknown step 'akk'; did you mean 'ask'?"),
    "route": (lambda b: b.route("mial", "done", "mail"), "route mial.done: unknown step 'mial'; did you mean 'mail'?"),
    "spawn": (
        lambda b: b.route("mail", "done", b.clause("c", spawn=[Spawn("meil")])),
        "spawn: unknown step 'meil'; did you mean 'mail'?",
    ),
    "far": (lambda b: b.route("mail", "done", "zzz"), "unknown step 'zzz'; there are: ask, mail"),
    "attribute of a size": (
        lambda b: b.work("x", served_by="desk", size=Attribute("ned")),
        "work x.size: unknown attribute 'ned'; did you mean 'need'?",
    ),
    "attribute of a scale": (
        lambda b: b.work(
            "x", served_by="desk", size=Exponential(1, scale=Predictor(1, (Term(Source("attribute", "nead")),)))
        ),
        "unknown attribute 'nead'; did you mean 'need'?",
    ),
    "attribute of a condition": (
        lambda b: b.route("mail", "done", b.clause("c", when=[Condition(Source("attribute", "needs"), ">=", 1)])),
        "unknown attribute 'needs'; did you mean 'need'?",
    ),
    "mark of a condition": (
        lambda b: b.route("mail", "done", b.clause("c", when=[Condition(Source("mark", "vip"), ">=", 1)])),
        "unknown mark 'vip'; there are: none",
    ),
    "mark of an anchor": (
        lambda b: b.watch("w", Anchor("mark", "vip"), Constant(1)),
        "watch w: unknown mark 'vip'; there are: none",
    ),
    "step of an anchor": (
        lambda b: b.watch("w", Anchor("entered", "asks"), Constant(1)),
        "watch w: unknown step 'asks'; did you mean 'ask'?",
    ),
    "step of a stop": (
        lambda b: b.watch("w", Anchor("entered", "ask"), Constant(1), stop=(Anchor("left", "mai"),)),
        "watch w: unknown step 'mai'; did you mean 'mail'?",
    ),
    "step of a reset": (
        lambda b: b.watch("w", Anchor("entered", "ask"), Constant(1), reset=(Anchor("left", "mali"),)),
        "watch w: unknown step 'mali'; did you mean 'mail'?",
    ),
    "target of a watch": (
        lambda b: b.watch("w", Anchor("entered", "ask"), Constant(1), to="maul"),
        "watch w: unknown step 'maul'; did you mean 'mail'?",
    ),
    "calendar of a watch": (
        lambda b: b.watch("w", Anchor("entered", "ask"), Constant(1), calendar="c"),
        "watch w: unknown calendar 'c'; there are: none",
    ),
    "calendar of a delay": (lambda b: b.delay("x", Constant(1), calendar="c"), "delay x: unknown calendar 'c'"),
    "opening of a delay": (lambda b: b.delay("x", Constant(1), until_open="c"), "delay x: unknown calendar 'c'"),
    "opening": (lambda b: b.work("x", served_by="desk", opening="c"), "work x.opening: unknown calendar 'c'"),
    "patience calendar": (
        lambda b: b.work("x", served_by="desk", patience_calendar="c"),
        "work x.patience_calendar: unknown calendar 'c'",
    ),
    "after calendar": (
        lambda b: b.work("x", served_by="desk", after_calendar="c"),
        "work x.after_calendar: unknown calendar 'c'",
    ),
    "due calendar": (
        lambda b: b.work("x", served_by="desk", due_calendar="c"),
        "work x.due_calendar: unknown calendar 'c'",
    ),
    "busyness": (
        lambda b: b.stream("x", to="mail", rate=1.0, busyness="days"),
        "stream x: unknown busyness factor 'days'; there are: none",
    ),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_unknown_names_are_told_with_the_nearest_known_one(case):
    """Each place that names another piece; far-off names list what there is."""
    b = sound()
    act, text = UNKNOWN[case]
    act(b)
    assert text in only(b)


TWICE = {
    "stream": lambda b: b.recorded("in", to="mail", times=[0]),
    "step": lambda b: b.work("mail", served_by="desk"),
    "pool": lambda b: b.counted("desk", 1),
    "calendar": lambda b: [b.calendar(Calendar("c", [(0, i)])) for i in (1, 2)],
    "busyness factor": lambda b: [b.busyness(Busyness("f")) for _ in range(2)],
    "watch": lambda b: [b.watch("w", Anchor("entered", "ask"), Constant(1)) for _ in range(2)],
    "clause": lambda b: b.route("mail", "done", b.clause("c", probability=0.5), b.clause("c")),
}


@pytest.mark.parametrize("kind", TWICE)
def test_names_are_unique(kind):
    """Two pieces of a kind with one name; luck hangs on names (rule 6.2)."""
    b = sound()
    TWICE[kind](b)
    assert any(p.startswith(f"{kind} ") and "is given 2 times; names must be unique" in p for p in problems(b))


def test_a_route_given_twice_is_refused():
    """Its clauses would have no order."""
    b = sound()
    b.route("ask", "done", "mail")
    assert only(b) == "route ask.done is given twice; put all clauses into one route"


def test_an_exit_that_does_not_exist_names_those_that_do():
    """Exits are done, abandoned, blocked, closed, recalled."""
    b = sound()
    b.route("mail", "finished", "ask")
    assert only(b) == (
        "route mail.finished: unknown exit 'finished'; one of done, abandoned, blocked, closed, recalled is expected"
    )


def test_a_delay_has_one_exit():
    """Nobody abandons a delay."""
    b = sound()
    b.delay("pause", Constant(1))
    b.route("mail", "done", "pause")
    b.route("pause", "abandoned", "mail")
    assert only(b) == "route pause.abandoned: a delay has only the exit 'done' (and 'recalled')"


# Numbers


WORK = {
    "silent above 1": ({"silent": 1.5, "patience": Constant(1)}, "work x.silent: probability 1.5 must lie in [0, 1]"),
    "silent nan": ({"silent": nan, "patience": Constant(1)}, "probability nan must lie in [0, 1]"),
    "silent alone": ({"silent": 0.5}, "a silent share needs a patience"),
    "budget alone": ({"patience_budget": True}, "a patience budget needs a patience"),
    "score alone": ({"order": "score"}, "order 'score' needs a score"),
    "due alone": ({"order": "due"}, "order 'due' needs a due time"),
    "order": ({"order": "lifo"}, "order 'lifo' is unknown; entry, kept, due or score is expected"),
    "limit": ({"limit": -1}, "limit -1 must be at least 0"),
    "units 0": ({"units": 0}, "units 0 must be a whole number of at least 1"),
    "when_closed": ({"when_closed": "queue"}, "when_closed 'queue' is unknown; refuse or wait is expected"),
    "at_close": ({"at_close": "kick"}, "at_close 'kick' is unknown; stay or leave is expected"),
    "returned": ({"returned": "lost"}, "returned 'lost' is unknown; remaining or restart or redraw is expected"),
    "due_from": ({"due_from": "order"}, "due_from 'order' is unknown; entry or birth or mark is expected"),
    "end_of_duty": ({"end_of_duty": "drop"}, "end_of_duty 'drop' is unknown"),
    "size": ({"size": Constant(-2)}, "work x.size: value -2 must be at least 0"),
    "size nan": ({"size": Constant(nan)}, "work x.size: value nan must be at least 0"),
    "endless size": ({"size": Constant(inf)}, "work x.size: an endless piece of work never gives its server back"),
    "endless after-work": ({"after_work": Constant(inf)}, "work x.after_work: an endless piece of work"),
    "endless ghost": ({"ghost": Constant(inf)}, "work x.ghost: an endless piece of work"),
    "patience": ({"patience": Exponential(0)}, "work x.patience: mean 0 must be a positive, finite number"),
    "head start": ({"head_start": Constant(-1)}, "work x.head_start: value -1"),
    "priority": ({"priority": Constant(-1)}, "work x.priority: value -1"),
    "due": ({"due": Constant(-1)}, "work x.due: value -1"),
    "atoms": ({"size": Constant(1, atoms=((0, 0.7), (1, 0.7)))}, "add up to 1.4, above 1"),
    "cap": ({"size": Constant(1, cap=-1)}, "cap -1 must be at least 0"),
    "load": ({"size": Exponential(1, load=1.0)}, "load 1.0 must lie strictly between -1 and 1"),
    "score link": ({"score": Predictor(0, (), "cube")}, "link 'cube' is unknown"),  # type: ignore[arg-type]
    "terms": ({"score": Predictor(0, (Term(Source("age")),) * 9)}, "9 terms; at most 8 are possible"),
    "source": ({"score": Predictor(0, (Term(Source("mood")),))}, "source 'mood' is unknown"),  # type: ignore[arg-type]
    "lateness": ({"score": Predictor(0, (Term(Source("lateness")),))}, "a lateness term needs a finite low limit"),
    "table": ({"score": Predictor(0, (Term(Source("time")),))}, "a source of kind 'time' needs its table"),
    "edge speed": ({"served_by": Edge("desk", speed=0)}, "edge to desk: speed 0 must be positive and finite"),
    "edge after": ({"served_by": Edge("desk", after=inf)}, "edge to desk: after inf must be at least 0 and finite"),
    "edge after nan": ({"served_by": Edge("desk", after=nan)}, "edge to desk: after nan must be at least 0"),
    "edge reserve": ({"served_by": Edge("desk", reserve=-1)}, "edge to desk: reserve -1 must be at least 0"),
    "two edges": ({"served_by": ["desk", Edge("desk", 2)]}, "pool 'desk' stands on 2 edges; one is expected"),
    "counted units": ({"units": 2}, "servers of a counted pool have one slot, the work needs 2"),
    "counted most": ({"served_by": Edge("desk", most=1)}, "'most' is for named pools"),
    "counted pause": (
        {"end_of_duty": "pause"},
        "'pause' is for named pools; people of a counted pool have no identity",
    ),
    "named units": ({"served_by": "team", "units": 2}, "the work needs 2 slots, its servers have 1"),
    "named most": ({"served_by": Edge("team", most=0)}, "most 0 leaves no room for 1 units"),
}


@pytest.mark.parametrize("case", WORK)
def test_a_wrong_number_of_a_work_is_told_with_the_value_received(case):
    """One attribute wrong in one step `x`."""
    b = sound()
    more, text = WORK[case]
    b.work("x", **{"served_by": "desk", **more})
    found = problems(b)
    assert any(text in p for p in found), found
    assert all("work x" in p for p in found), found


POOL = {
    "count": (lambda b: b.counted("x", -1), "pool x: the number of servers must be at least 0 and finite"),
    "infinite": (lambda b: b.counted("x", inf), "pool x: the number of servers must be at least 0 and finite"),
    "pause": (lambda b: b.counted("x", 1, end_of_duty="pause"), "pool x: 'pause' is for named pools"),
    "end": (lambda b: b.counted("x", 1, end_of_duty="stop"), "end_of_duty 'stop' is unknown; one of finish, hand back"),
    "job choice": (lambda b: b.counted("x", 1, job_choice="newest"), "job_choice 'newest' is unknown; one of oldest"),
    "server choice": (
        lambda b: b.named("x", (), server_choice="best"),
        "server_choice 'best' is unknown; one of longest",
    ),
    "slots": (lambda b: b.named("x", (), slots=-1), "pool x: slots -1 must be at least 1"),
    "curve": (lambda b: b.named("x", (), slots=3, curve=(1, 0.9)), "the speed curve needs 3 positive numbers"),
    "curve 0": (lambda b: b.named("x", (), slots=2, curve=(1, 0)), "the speed curve needs 2 positive numbers"),
    "server twice": (
        lambda b: b.named("x", [Server("a", ()), Server("a", ())]),
        "pool x: server 'a' is given 2 times; names must be unique",
    ),
    "server speed": (lambda b: b.named("x", [Server("a", (), speed=0)]), "server a: speed 0 must be positive"),
    "empty duty": (lambda b: b.named("x", [Server("a", (Duty(5, 5),))]), "duty [5, 5) is empty or not finite"),
    "overlap": (
        lambda b: b.named("x", [Server("a", (Duty(0, 6), Duty(5, 9)))]),
        "duty [5, 9) overlaps or precedes the one before it",
    ),
    "duty speed": (lambda b: b.named("x", [Server("a", (Duty(0, 6, speed=-1),))]), "duty speed -1 must be positive"),
    "presence": (
        lambda b: b.named("x", [Server("a", (Duty(0, 6, presence=1.1),))]),
        "server a, presence: probability 1.1 must lie in [0, 1]",
    ),
    "break": (
        lambda b: b.named("x", [Server("a", (Duty(0, 6),), (Break(1, 0),))]),
        "break at 1 needs a positive length and kind fixed or whole",
    ),
    "breaks": (
        lambda b: b.named("x", [Server("a", (Duty(0, 9),), (Break(1, 3), Break(2, 1)))]),
        "break at 2 overlaps or precedes the one before it",
    ),
}


@pytest.mark.parametrize("case", POOL)
def test_a_wrong_pool_is_told(case):
    """One thing wrong in a pool `x` that serves a step of its own."""
    b = sound()
    b.work("y", served_by="x")
    act, text = POOL[case]
    act(b)
    found = problems(b)
    assert any(text in p for p in found), found
    assert all("pool x" in p or "edge to x" in p for p in found), found


STREAM = {
    "order": (lambda b: b.recorded("x", to="mail", times=[2, 1]), "stream x: recorded times must be finite"),
    "nan": (lambda b: b.recorded("x", to="mail", times=[nan]), "stream x: recorded times must be finite"),
    "rows": (
        lambda b: b.recorded("x", to="mail", times=[1, 2], columns={"need": [1]}),
        "stream x: column 'need' has 1 rows, the log has 2",
    ),
    "column nan": (
        lambda b: b.recorded("x", to="mail", times=[1, 2], columns={"need": [1, nan]}),
        "stream x: column 'need', row 2 is not a finite number",
    ),
    "both": (
        lambda b: b.recorded("x", to="mail", times=[1], columns={"need": [1]}, attributes={"need": Constant(1)}),
        "stream x: 'need' is both a column and a drawn attribute",
    ),
    "rate": (lambda b: b.stream("x", to="mail", rate=-1.0), "stream x: r"),
    "reference": (
        lambda b: b.stream("x", to="mail", rate=1.0, reference=-1.0),
        "stream x: reference must be at least 0 and finite everywhere",
    ),
    "end": (lambda b: b.recorded("x", to="mail", times=[1], end=nan), "stream x: end is not a number"),
    "batch": (lambda b: b.stream("x", to="mail", rate=1.0, batch=Constant(-1)), "stream x, batch: value -1"),
    "attribute of attribute": (
        lambda b: b.recorded("x", to="mail", times=[1], attributes={"a": Attribute("need")}),
        "an attribute cannot depend on another one",
    ),
    "busyness sd": (lambda b: b.busyness(Busyness("f", day_sd=-1)), "busyness f: day_sd -1 must be at least 0"),
    "busyness r": (
        lambda b: b.busyness(Busyness("f", within_correlation=1)),
        "busyness f: within_correlation 1 must lie strictly between -1 and 1",
    ),
    "busyness interval": (lambda b: b.busyness(Busyness("f", interval=0)), "busyness f: interval 0 must be positive"),
    "busyness law": (lambda b: b.busyness(Busyness("f", law="beta")), "law 'beta' is unknown; lognormal or gamma"),
    "busyness strata": (
        lambda b: b.busyness(Busyness("f", strata=0)),
        "busyness f: strata 0 must be a whole number from 1 to 1,000",
    ),
    "busyness half a stratum": (
        lambda b: b.busyness(Busyness("f", strata=2.5)),
        "busyness f: strata 2.5 must be a whole number from 1 to 1,000",
    ),
    "busyness strata nan": (lambda b: b.busyness(Busyness("f", strata=float("nan"))), "strata nan must be a whole"),
}


@pytest.mark.parametrize("case", STREAM)
def test_a_wrong_stream_is_told(case):
    """One thing wrong in a stream `x` or a factor `f`."""
    b = sound()
    act, text = STREAM[case]
    act(b)
    found = problems(b)
    assert any(text in p for p in found), found


ROUTE = {
    "probability": (lambda b: b.clause("c", probability=1.2), "clause c: probability 1.2 must lie in [0, 1]"),
    "negative": (lambda b: b.clause("c", probability=-0.1), "probability -0.1 must lie in [0, 1]"),
    "nan": (lambda b: b.clause("c", probability=nan), "probability nan must lie in [0, 1]"),
    "predictor": (
        lambda b: b.clause("c", probability=Predictor(nan)),
        "clause c.probability: base nan must be finite",
    ),
    "condition": (
        lambda b: b.clause("c", when=[Condition(Source("age"), "<", 1)]),
        "condition '<' is unknown; <= or >= is expected",
    ),
    "condition nan": (lambda b: b.clause("c", when=[Condition(Source("age"), "<=", nan)]), "is not a number"),
    "condition source": (
        lambda b: b.clause("c", when=[Condition(Source("mood"), "<=", 1)]),
        "unknown source 'mood'; one of z, attribute",
    ),
    "mark": (lambda b: b.clause("c", add={"m": 300}), "mark 'm' is raised by 300; 0 to 255 is possible"),
    "spawn count": (lambda b: b.clause("c", spawn=[Spawn("mail", 0)]), "spawn count 0 must be at least 1"),
    "spawn many": (lambda b: b.clause("c", spawn=[Spawn("nap", 200)] * 2), "400 jobs spawned at once; at most 255"),
    "spawn delay": (lambda b: b.clause("c", spawn=[Spawn("nap", delay=Constant(-1))]), "spawn delay: value -1"),
    "to and go on": (lambda b: b.clause("c", to="nap", go_on=True), "a clause goes to a step or goes on, not both"),
}


@pytest.mark.parametrize("case", ROUTE)
def test_a_wrong_clause_is_told(case):
    """One thing wrong in clause `c` after `mail`."""
    b = sound()
    b.delay("nap", Constant(1))
    make, text = ROUTE[case]
    b.route("mail", "done", make(b))
    assert text in only(b)


WATCH = {
    "times": ({"times": 0}, "watch w: times 0 must be at least 1"),
    "length": ({"length": Constant(-1)}, "watch w.length: value -1 must be at least 0"),
    "mark": ({"add": {"m": -1}}, "watch w: mark 'm' is raised by -1; 0 to 255 is possible"),
    "anchor": ({"start": Anchor("opened", "ask")}, "watch w: anchor 'opened' is unknown"),  # type: ignore[arg-type]
    "no time": ({"length": Constant(0), "times": 2}, "a clock of length 0 that repeats never lets time pass"),
}


@pytest.mark.parametrize("case", WATCH)
def test_a_wrong_watch_is_told(case):
    """One thing wrong in watch `w`."""
    b = sound()
    more, text = WATCH[case]
    b.watch("w", **{"start": Anchor("entered", "ask"), "length": Constant(1), **more})
    assert text in only(b)


@pytest.mark.parametrize(
    ("what", "value"), [("end", nan), ("end", inf), ("warm_up", -1), ("warm_up", nan), ("follow", inf)]
)
def test_a_wrong_period_is_told(what, value):
    """Infinite and undefined periods never end."""
    b = NetworkBuilder("bad", **{what: value})
    b.recorded("in", to="nap", times=[0])
    b.delay("nap", Constant(1))
    assert only(b).startswith(f"network: {what} ")


def test_a_network_without_stream_is_refused():
    """Nothing would ever happen."""
    b = NetworkBuilder("still")
    b.delay("nap", Constant(1))
    assert only(b) == "there is no stream: nothing would ever happen"


def test_more_than_eight_attributes_or_marks_are_refused():
    """Rule 2.4: up to 8 of each."""
    b = sound()
    b.recorded("x", to="mail", times=[0], columns={f"a{i}": [1] for i in range(8)})
    assert only(b) == "9 job attributes; at most 8 are possible"
    b = sound()
    b.route("mail", "done", b.clause("c", add={f"m{i}": 1 for i in range(9)}))
    assert only(b) == "9 job marks; at most 8 are possible"


def test_eight_attributes_and_marks_are_possible():
    """The limit itself is fine."""
    b = sound()
    b.recorded("x", to="mail", times=[0], columns={f"a{i}": [1] for i in range(7)})
    b.route("mail", "done", b.clause("c", add={f"m{i}": 1 for i in range(8)}))
    assert len(b.build().attributes) == len(b.build().marks) == 8
