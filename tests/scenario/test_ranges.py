"""Ranges of values: where draws come from, and that every one of them can be read."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario import ScenarioProblems, load
from sim.scenario.model.ranges import FARTHEST, Range, Z, amount, is_amount, read_range
from sim.scenario.policies.stack import Stack
from sim.scenario.readers.provenance_reader import Trail, put
from sim.scenario.readers.reading import Reading
from sim.scenario.readers.scenario_reader import read_scenario
from sim.scenario.text.nodes import Entry, MappingNode, Node, Scalar, SequenceNode
from sim.scenario.text.units import count, duration, number, share

VALID = Path(__file__).parent / "corpus" / "valid"
SHOP = Path(__file__).parents[2] / "scenarios" / "small_shop.yaml"
SCORES = st.floats(-FARTHEST, FARTHEST)
KINDS = {
    "share": (lambda t: share(t), lambda x: f"{x:.6g} %", 0.0, 100.0),
    "number": (lambda t: number(t, 0.0, 1e7), lambda x: f"{x:.6g}", 0.0, 1e7),
    "any number": (lambda t: number(t), lambda x: f"{x:.6g}", -1e6, 1e6),
    "agents": (lambda t: count(t, 0, 50), lambda x: f"{x:.0f}", 0.0, 50.0),
    "duration": (lambda t: duration(t), lambda x: f"{x:.6g} s", 0.0, 1e6),
}


@st.composite
def ranges(draw: st.DrawFn) -> tuple[Range, str]:
    """Draw a range of some kind of field."""
    name = draw(st.sampled_from(sorted(KINDS)))
    parse, write, least, most = KINDS[name]
    near = st.floats(0, 1).map(lambda u: least + round(u * u, 6))
    ends = st.floats(least, most).map(lambda x: round(x, 6)) | st.sampled_from([least, most]) | near
    low, value, high = (write(x) for x in sorted(draw(st.tuples(ends, ends, ends))))
    return read_range("some.path", (value, low, high), parse), name


@given(ranges(), SCORES, SCORES)
def test_every_draw_can_be_read_and_grows_with_its_score(of: tuple[Range, str], a: float, b: float) -> None:
    """No normal number brings a text that the field refuses, and a larger one never a smaller value."""
    made, name = of
    parse = KINDS[name][0]
    below, above = (float(parse(made.drawn(z))) for z in sorted((a, b)))
    assert below <= above
    assert made.drawn(0.0) == made.value
    assert (below <= float(parse(made.value))) if min(a, b) <= 0.0 else (below >= float(parse(made.value)))


@given(ranges())
def test_95_percent_lie_within_the_range(of: tuple[Range, str]) -> None:
    """The scores of the 2.5 % and 97.5 % points give the ends."""
    made, name = of
    parse = KINDS[name][0]
    for z, end in ((-Z, made.low), (Z, made.high)):
        drawn, wanted = float(parse(made.drawn(z))), float(parse(end))
        width = abs(float(parse(made.high)) - float(parse(made.low)))
        assert abs(drawn - wanted) <= 1e-4 * width + 1e-5 * abs(wanted)


def test_scale_is_that_of_the_kind() -> None:
    """Half way between middle and end: by odds for a share, by ratio for a positive number, by difference at 0."""
    half = Z / 2.0
    of_share = amount(Range("x", "50 %", "20 %", "90 %", "%").drawn(half))[0] / 100.0
    assert of_share / (1.0 - of_share) == pytest.approx(3.0, rel=1e-4)
    assert amount(Range("x", "4 min", "1 min", "9 min", "min").drawn(-half))[0] == pytest.approx(2.0, rel=1e-4)
    assert amount(Range("x", "4", "0", "9", "").drawn(-half))[0] == pytest.approx(2.0, rel=1e-4)
    assert amount(Range("x", "90 %", "70 %", "100 %", "%").drawn(half))[0] == pytest.approx(95.0, rel=1e-4)
    assert amount(Range("x", "-2", "-4", "6", "").drawn(half))[0] == pytest.approx(2.0, rel=1e-4)
    assert [Range("x", "90 %", "70 %", "100 %", "%").drawn(z) for z in (2.5, 8.0)] == ["100 %", "100 %"]


def test_text_is_short_and_in_the_unit_of_the_value() -> None:
    """Five digits of the range, as people would write them."""
    assert Range("x", "90 s", "1 min", "3 min", "min").drawn(1.0) == "128.183 s"
    assert Range("x", "2 d", "1 d", "3 d", "min").drawn(-1.0) == "1.40424 d"
    assert Range("x", "1 h 30 min", "1 h", "3 h", "min").drawn(1.0) == "128.183 min"
    assert Range("x", "100000.1", "100000", "100000.2", "").drawn(1.0) == "100000.15102"


def test_limit_of_the_field_cuts_the_draws() -> None:
    """A correlation of at most 0.99 between 0.5 and 0.98 is never drawn above it."""
    made = read_range("x", ("0.9", "0.5", "0.98"), lambda text: number(text, 0.0, 0.99))
    assert made.most < FARTHEST
    assert 0.985 < number(made.drawn(FARTHEST)) <= 0.99
    assert made.least == -math.inf


def test_score_that_is_no_number_is_refused() -> None:
    """NaN would be drawn as anything."""
    with pytest.raises(ValueError, match=r"x: a draw needs a normal number"):
        Range("x", "1", "0", "2", "").drawn(math.nan)


def scalars(node: Node, trail: Trail = ()) -> list[tuple[Trail, Scalar]]:
    """List the single values of a tree."""
    if isinstance(node, Scalar):
        return [(trail, node)]
    if isinstance(node, SequenceNode):
        return [found for i, item in enumerate(node.items) for found in scalars(item, (*trail, i))]
    return [found for entry in node for found in scalars(entry.value, (*trail, entry.key))]


NO_RANGE = {
    ("aftersim",): "only single numbers are wrapped",
    ("period", "length"): "the calendar is chosen",
    ("period", "warm_up"): "the calendar is chosen",
    ("cell",): "the cells of a table are as long as they are",
    ("provenance",): "",
}


@pytest.mark.parametrize("name", ["everything.yaml", "call_log.yaml", "clocks_change.yaml", "ranges.resolved.yaml"])
def test_any_number_may_be_wrapped(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every number of the language takes a range and is listed with it, or says why it has none."""
    monkeypatch.chdir(VALID)
    reading = Reading()
    stack = Stack(reading)
    stack.add([name])
    tree = stack.layers[0].node
    stated = read_scenario(reading, tree, [tree], "x")
    assert stated is not None
    before = len(reading.ranges)
    n = 0
    for trail, node in scalars(tree):
        if not is_amount(node.text) or "value" in trail or "between" in trail or trail[0] == "provenance":
            continue
        at = node.place
        ends = Entry("between", at, SequenceNode((node, node), at))
        wrapped = MappingNode({"value": Entry("value", at, node), "between": ends}, at)
        new = put(tree, trail, wrapped)
        assert isinstance(new, MappingNode)
        reading = Reading()
        scenario = read_scenario(reading, new, [new], "x")
        reason = NO_RANGE.get(trail, NO_RANGE.get(trail[-1:]))  # type: ignore[arg-type]
        if "reference" in trail:
            reason = "random numbers are tied to the reference"
        if reason is not None:
            assert [p.rule[: len(reason)] for p in reading.problems] == [reason]
            continue
        assert scenario is not None, [str(p) for p in reading.problems]
        assert scenario.contact_types == stated.contact_types
        assert scenario.channels == stated.channels
        assert scenario.agent_groups == stated.agent_groups
        assert len(reading.ranges) == before + 1
        n += 1
    assert n >= 3


def problem(changes: dict[str, object]) -> str:
    """Give what is said about the shop with some changes."""
    with pytest.raises(ScenarioProblems) as caught:
        load(SHOP, changes)
    return str(caught.value)


def test_value_outside_its_range_is_a_problem_at_its_place(tmp_path: Path) -> None:
    """The value is the middle of its range; the message says so where the value stands."""
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP.read_text().replace("10 %  ", "{value: 20 %, between: [8 %, 13 %]}"))
    with pytest.raises(ScenarioProblems) as caught:
        load(file)
    (found,) = caught.value.problems
    assert (found.line, found.column, found.path, found.got) == (14, 24, "agent_groups.desk.shrinkage", "20 %")
    assert found.rule.startswith("the value lies within its range 8 % to 13 %")


def test_listed_range_is_drawn_where_its_path_names_a_value() -> None:
    """A resolved file lists ranges by path: one number that stands there is drawn, anything else is warned of."""
    listed = {
        "agent_groups.desk.shrinkage": {"between": ["8 %", "13 %"], "source": "HR"},
        "contact_types.call.hour[10]": {"between": [8, 12]},
        "contact_types.call.per_day.mon-fri": {"between": [120, 160]},
        "agent_groups.desk.reserve.phone": {"between": [1, 3]},
        "observed.asa": {"between": ["1 min", "2 min"]},
    }
    hours: dict[str, object] = {"contact_types.call.hour": [0] * 9 + [10, 5] + [1] * 13, "provenance": listed}
    shop = load(SHOP, hours)
    assert {r.path for r in shop.ranges} == {
        "contact_types.call.hour[10]",
        "contact_types.call.per_day.mon-fri",
        "agent_groups.desk.shrinkage",
    }
    assert [w.path for w in shop.warnings] == ["provenance.agent_groups.desk.reserve.phone"]
    assert set(shop.provenance) == set(listed)
    assert "agent_groups.desk.shrinkage" in problem(
        {"provenance": {"agent_groups.desk.shrinkage": {"between": ["11 %", "13 %"]}}}
    )
