"""What the checks refuse or remark on in the pieces of section 8: all at once, with the piece and what is expected."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan

import pytest

from sim.machine import (
    Anchor,
    Calendar,
    Condition,
    Constant,
    Duty,
    Edge,
    Exponential,
    Hazard,
    NetworkBuilder,
    Predictor,
    Server,
    Source,
    Term,
)
from tests.machine.networks import only, problems, sound

Spoil = Callable[[NetworkBuilder], object]


def full() -> NetworkBuilder:
    """Every piece of section 8, used as it is meant, without problem or warning."""
    b = NetworkBuilder("full", end=100)
    b.recorded("in", to="ask", times=[0, 1], columns={"need": [1, 2]})
    b.calendar(Calendar("night", [(0, 480), (480, 1440)], repeat=(0, 1440), paces=(0.5, 1)))
    b.gauge("line", "waiting", steps=("ask",))
    b.gauge("trunks", "inside", steps=("ask", "think"))
    b.gauge("wait", "predicted wait", steps=("ask",), pools=("team",), each=4.0)
    b.gauge("level", "in time", steps=("ask",), within=2.0, every=30.0, ticks=4)
    b.switch("busy", "line", on=5, off=1, delay=10, least=30)
    b.switch("poor", "level", on=0.5, off=0.8, falling=True)
    b.work(
        "ask",
        served_by=["team", Edge("desk", rank=2, switch="busy")],
        size=Hazard((0.0, 2.0), (0.5, 0.25), shift="need"),
        owner="prefer",
        owner_wait=10,
        owner_calendar="night",
        keep=True,
        yields=True,
        shared_limit=("trunks", 10),
        recall="solved",
    )
    b.delay("think", Constant(3), calendar="night", recall="solved")
    b.work("mail", served_by="team", size=Constant(1), grade=1, release="started")
    learning = ((0, 0.8), (50, 1.0))
    b.named("team", [Server("ann", (Duty(0, 50), Duty(50, 60, switch="busy")), done=20)], learning=learning)
    b.counted("desk", 1)
    b.route("ask", "done", "think")
    b.route("ask", "recalled", "mail")
    b.route("think", "recalled", "mail")
    b.route("think", "done", b.clause("c", "mail", when=[Condition(Source("gauge", "wait"), "<=", 5)]))
    b.route("mail", "done", b.clause("d", tell={"solved": 1}))
    return b


def test_a_full_network_is_built_without_problem_or_warning():
    """The base of every test below is faultless."""
    assert full().build().warnings == ()


def test_a_full_network_is_described_with_all_its_pieces():
    """What is new in section 8 stands in the words of `describe`."""
    text = full().build().describe()
    for words in (
        "prefers the owner, for 10 min",
        "desk (rank 2, while busy is on)",
        "keeps its slot",
        "yields",
        "grade 1",
        "a kept slot is released when started",
        "blocked while trunks is at least 10",
        "recalled by solved",
        "tells solved",
        "some while busy is on, learning up to x1",
        "gauge wait: predicted wait of ask, team",
        "switch poor: on while level is at most 0.5, off at at least 0.8, every 1 min",
    ):
        assert words in text, words


def test_all_problems_of_the_desk_are_told_at_once():
    """One fault in each kind of piece, each with its own sentence, in one exception."""
    b = full()
    b.gauge("none", "waiting")
    b.switch("odd", "lime", on=1, off=2, every=0, delay=-1, least=nan)
    b.work("x", served_by=Edge("desk", switch="bussy"), owner="only", grade=-1, keep=True, after_work=Constant(1))
    b.named("crew", [Server("bob", (Duty(0, 1, switch="bsy"),), done=-1)], learning=((1, 0.0),))
    found = problems(b)
    for part in (
        "gauge none: kind 'waiting' looks at steps",
        "switch odd: unknown gauge 'lime'; did you mean 'line'?",
        "a switch turns on above where it turns off; on 1, off 2 given",
        "switch odd: every 0 must be positive",
        "delay -1 must be at least 0",
        "least nan must be at least 0",
        "unknown switch 'bussy'; did you mean 'busy'?",
        "owner 'only' needs a named pool",
        "grade -1 must be a whole number",
        "a step that keeps its slot has no after_work",
        "unknown switch 'bsy'; did you mean 'busy'?",
        "done -1 must be a whole number",
        "the first pair is for 1 jobs; it must be for 0",
        "factor 0.0 must be positive",
    ):
        assert sum(part in p for p in found) == 1, part
    assert len(found) == 14


NAMES = {
    "gauge of a condition": (
        lambda b: b.route("mail", "done", b.clause("c", when=[Condition(Source("gauge", "lime"), ">=", 1)])),
        "unknown gauge 'lime'; there are: none",
    ),
    "switch of a scale": (
        lambda b: b.work("x", "desk", size=Exponential(1, scale=Predictor(1, (Term(Source("switch", "s")),)))),
        "work x.size.scale: unknown switch 's'; there are: none",
    ),
    "family mark of a condition": (
        lambda b: b.route("mail", "done", b.clause("c", when=[Condition(Source("family mark", "m"), ">=", 1)])),
        "unknown family mark 'm'; there are: none",
    ),
    "gauge of a shared limit": (
        lambda b: b.work("x", "desk", shared_limit=("trunks", 3)),
        "work x.shared_limit: unknown gauge 'trunks'; there are: none",
    ),
    "step of a gauge": (
        lambda b: b.gauge("g", "waiting", steps=("asq",)),
        "gauge g: unknown step 'asq'; did you mean 'ask'?",
    ),
    "pool of a gauge": (
        lambda b: b.gauge("g", "free", pools=("dusk",)),
        "gauge g: unknown pool 'dusk'; did you mean 'desk'?",
    ),
    "calendar of an owner's wait": (
        lambda b: b.work("x", "team", owner="prefer", owner_wait=1, owner_calendar="c"),
        "work x.owner_calendar: unknown calendar 'c'; there are: none",
    ),
    "attribute of a shift": (
        lambda b: b.work("x", "desk", size=Hazard((0.0, 2.0), (0.5, 0.25), shift="nead")),
        "work x.size: unknown attribute 'nead'; did you mean 'need'?",
    ),
}


@pytest.mark.parametrize("case", NAMES)
def test_names_of_section_8_that_are_unknown_are_told_with_the_nearest(case):
    """Gauges, switches, family marks, calendars and the attribute of a hazard."""
    spoil, words = NAMES[case]
    b = sound()
    spoil(b)
    assert words in only(b)


GAUGES = {
    "kind": ({"kind": "busy", "steps": ("ask",)}, "kind 'busy' is unknown; one of waiting, inside, free"),
    "steps of free": (
        {"kind": "free", "steps": ("ask",), "pools": ("desk",)},
        "kind 'free' does not look at steps; ask was given",
    ),
    "pools of waiting": (
        {"kind": "waiting", "steps": ("ask",), "pools": ("desk",)},
        "'waiting' does not look at pools",
    ),
    "no pools": ({"kind": "predicted wait", "steps": ("ask",), "each": 1}, "kind 'predicted wait' looks at pools"),
    "twice": ({"kind": "inside", "steps": ("ask", "ask")}, "step 'ask' is given 2 times; once is expected"),
    "a delay": ({"kind": "waiting", "steps": ("pause",)}, "'pause' is a delay; nobody waits in line there"),
    "oldest by due": ({"kind": "oldest", "steps": ("late",)}, "the line of 'late' stands by due; entry or kept"),
    "each": ({"kind": "predicted wait", "steps": ("ask",), "pools": ("desk",)}, "each 0.0 must be positive and finite"),
    "within": ({"kind": "in time", "steps": ("ask",), "within": nan}, "within nan must be at least 0"),
    "every": ({"kind": "in time", "steps": ("ask",), "every": 0.0}, "every 0.0 must be positive and finite"),
    "no ticks": ({"kind": "in time", "steps": ("ask",), "ticks": 0}, "ticks 0 must be a whole number from 1"),
    "half a tick": ({"kind": "in time", "steps": ("ask",), "ticks": 1.5}, "ticks 1.5 must be a whole number"),
}


@pytest.mark.parametrize("case", GAUGES)
def test_8_1_gauges_that_make_no_sense(case):
    """What a kind looks at, and its numbers."""
    attributes, words = GAUGES[case]
    b = sound()
    b.delay("pause", Constant(1))
    b.work("late", "desk", order="due", due=Constant(5))
    b.gauge("g", **attributes)
    found = only(b)
    assert found.startswith("gauge g: ") and words in found


SWITCHES = {
    "equal levels": ({"on": 1, "off": 1}, "a switch turns on above where it turns off; on 1, off 1 given"),
    "nan": ({"on": nan, "off": 0}, "on nan must be a finite number"),
    "infinite": ({"on": inf, "off": 0}, "on inf must be a finite number"),
    "falling": ({"on": 2, "off": 1, "falling": True}, "a falling switch turns on below where it turns off"),
    "every": ({"on": 2, "off": 1, "every": nan}, "every nan must be positive and finite"),
    "ticks": (
        {"on": 2, "off": 1, "every": 0.001},
        "every 0.001 makes 10,180,000 ticks in the run; 1,000,000 are possible",
    ),
    "delay": ({"on": 2, "off": 1, "delay": inf}, "delay inf must be at least 0 and finite"),
    "least": ({"on": 2, "off": 1, "least": -1}, "least -1 must be at least 0 and finite"),
    "paces": ({"on": 2, "off": 1, "calendar": "night"}, "calendar 'night' has paces; only timers may name one"),
}


@pytest.mark.parametrize("case", SWITCHES)
def test_8_2_switches_that_make_no_sense(case):
    """Levels, lengths and the number of ticks."""
    attributes, words = SWITCHES[case]
    b = sound()
    b.calendar(Calendar("night", [(0, 480)], paces=[2]))
    b.gauge("g", "waiting", steps=("ask",))
    b.switch("s", "g", **attributes)
    assert any(p.startswith("switch s") and words in p for p in problems(b))


STEPS = {
    "owner": ({"owner": "mine"}, "owner 'mine' is unknown; any or note or prefer or only is expected"),
    "wait without prefer": (
        {"owner": "only", "owner_wait": 5},
        "owner_wait 5 belongs to owner 'prefer'; the owner here",
    ),
    "negative wait": ({"owner": "prefer", "owner_wait": -1}, "owner_wait -1 must be at least 0"),
    "wait nan": ({"owner": "prefer", "owner_wait": nan}, "owner_wait nan must be at least 0"),
    "calendar without prefer": (
        {"owner": "note", "owner_calendar": "plain"},
        "owner_calendar belongs to owner 'prefer'",
    ),
    "grade": ({"grade": 0.5}, "grade 0.5 must be a whole number of at least 0"),
    "endless grade": ({"grade": inf}, "grade inf must be a whole number"),
    "after-work": ({"keep": True, "after_work": Constant(1)}, "a step that keeps its slot has no after_work"),
    "release": ({"release": "left"}, "release 'left' is unknown; None or entered or started or done is expected"),
    "no pair": ({"shared_limit": "g"}, "'g' is no pair; the name of a gauge and a number are expected"),
    "kind of gauge": ({"shared_limit": ("last", 3)}, "gauge 'last' is of kind 'last wait'; inside or waiting"),
    "limit": ({"shared_limit": ("g", nan)}, "limit nan must be at least 0"),
    "paced door": ({"opening": "night"}, "calendar 'night' has paces; only timers may name one"),
}


@pytest.mark.parametrize("case", STEPS)
def test_section_8_attributes_of_steps_that_make_no_sense(case):
    """Owner, grade, kept slots, shared limits."""
    attributes, words = STEPS[case]
    b = sound()
    b.calendar(Calendar("night", [(0, 480)], paces=[2]))
    b.calendar(Calendar("plain", [(0, 480)]))
    b.gauge("g", "waiting", steps=("ask",))
    b.gauge("last", "last wait", steps=("ask",))
    b.work("x", "team", **attributes)
    found = only(b)
    assert found.startswith("work x") and words in found


def test_8_3_an_owner_among_counted_people_only_is_refused():
    """They have no identity; one named pool among the edges is enough."""
    b = sound()
    b.work("x", "desk", owner="note")
    assert only(b) == "work x: owner 'note' needs a named pool; people of a counted pool have no identity"
    b = sound()
    b.work("x", ["desk", "team"], owner="note")
    b.build()


def test_8_7_recall_belongs_to_a_step_that_names_it():
    """A route of an exit that cannot be; and marks as with `add`."""
    b = sound()
    b.route("mail", "recalled", "ask")
    assert only(b) == "route mail.recalled: 'mail' names no family mark as its recall, so nobody is recalled there"
    b = sound()
    b.route("mail", "done", b.clause("c", tell={"m": 300}))
    assert only(b).endswith("family mark 'm' is raised by 300; 0 to 255 is possible")
    b = sound()
    b.route("mail", "done", b.clause("c", tell={f"m{i}": 1 for i in range(17)}))
    assert only(b) == "17 family marks; at most 16 are possible"


def test_8_10_delays_may_count_by_paces_but_not_wait_for_them():
    """`calendar` is a timer's, `until_open` a door's."""
    b = sound()
    b.calendar(Calendar("night", [(0, 480)], paces=[2]))
    b.delay("pause", Constant(1), calendar="night", until_open="night")
    assert only(b).startswith("delay pause: calendar 'night' has paces")


LEARNING = {
    "from 0": (((1, 1.0),), "the first pair is for 1 jobs; it must be for 0"),
    "rising": (((0, 1.0), (5, 1.1), (5, 1.2)), "5 jobs; whole numbers that rise are expected"),
    "whole": (((0, 1.0), (2.5, 1.1)), "2.5 jobs; whole numbers that rise are expected"),
    "factor": (((0, 1.0), (5, inf)), "factor inf must be positive and finite"),
}


@pytest.mark.parametrize("case", LEARNING)
def test_8_8_learning_rises_from_0(case):
    """Pairs of jobs and factors."""
    pairs, words = LEARNING[case]
    b = sound()
    b.named("crew", [Server("bob", ())], learning=pairs)
    b.work("x", "crew")
    found = only(b)
    assert found == f"pool crew, learning: {words}"


def test_pieces_of_one_name_are_refused():
    """Gauges among gauges, switches among switches."""
    b = sound()
    b.gauge("g", "waiting", steps=("ask",))
    b.gauge("g", "inside", steps=("ask",))
    b.switch("g", "g", 2, 1)
    assert only(b) == "gauge 'g' is given 2 times; names must be unique"


WARNINGS: dict[str, tuple[Spoil, str]] = {
    "prefer without wait": (
        lambda b: b.work("x", "team", owner="prefer"),
        "work x: owner 'prefer' without owner_wait: an owner who is busy is never waited for",
    ),
    "release without keep": (
        lambda b: b.work("x", "team", release="done"),
        "work x: release 'done', but no step keeps a slot",
    ),
    "release of a delay": (
        lambda b: b.delay("x", Constant(1), release="entered"),
        "delay x: release 'entered', but no step keeps a slot",
    ),
    "grade": (
        lambda b: b.work("x", "team", grade=2),
        "work x: grade 2, but no step of lower grade yields in a pool of its own",
    ),
    "yields": (
        lambda b: b.work("x", "team", yields=True),
        "work x: it yields, but no step of higher grade is served by a pool of its own",
    ),
    "recall": (
        lambda b: b.work("x", "team", recall="solved"),
        "work x: nothing tells the family mark 'solved', so it never recalls anybody",
    ),
}


@pytest.mark.parametrize("case", WARNINGS)
def test_what_has_no_effect_is_remarked_on(case):
    """The network is built; what was said stands in its warnings."""
    spoil, words = WARNINGS[case]
    b = sound()
    spoil(b)
    b.route("mail", "done", "x")
    assert b.build().warnings == (words,)


def test_a_switch_may_read_a_pool_whose_duties_it_begins():
    """That is what it is for; nothing is remarked on."""
    b = sound()
    b.gauge("free", "free", pools=("team",))
    b.switch("s", "free", on=0, off=2, falling=True)
    b.work("x", "team")
    b.route("mail", "done", "x")
    b._pools[-1] = type(b._pools[-1])("team", (Server("ann", (Duty(0, 50, switch="s"),)),))
    assert b.build().warnings == ()


def test_recalled_and_blocked_lead_on_and_count_for_reaching():
    """A step that is reached only by recall or by a shared limit is reached."""
    b = sound()
    b.gauge("g", "inside", steps=("ask",))
    b.work("a", "desk", recall="m", shared_limit=("g", 1))
    b.delay("recalled", Constant(1))
    b.delay("blocked", Constant(1))
    b.route("mail", "done", b.clause("c", "a", tell={"m": 1}))
    b.route("a", "recalled", "recalled")
    b.route("a", "blocked", "blocked")
    assert b.build().warnings == ()


def test_a_watch_may_tell():
    """Its marks belong to the family, in the order in which they are named first."""
    b = sound()
    b.watch("w", Anchor("entered", "ask"), Constant(1), tell={"late": 1})
    b.route("mail", "done", b.clause("c", tell={"solved": 1}))
    assert b.build().family_marks == ("solved", "late")
