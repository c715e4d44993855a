"""Every field is described: the dashboard's controls and the documentation stand on it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.scenario import ScenarioProblems, load
from sim.scenario.fields import FieldShown, described, fields
from sim.scenario.reference import Word, told_at, word_at

ROOT = Path("scenarios")
SHIPPED = [*sorted(ROOT.glob("*.yaml")), *sorted(ROOT.glob("cases/*/scenario.yaml"))]
VALID = [p for p in sorted(Path("tests/scenario/corpus/valid").glob("*.yaml")) if not p.name.startswith("policy")]


@pytest.mark.parametrize("path", [*SHIPPED, *VALID], ids=lambda p: p.stem)
def test_every_leaf_of_a_scenario_is_described(path: Path) -> None:
    """No control without help: every value that is written, and every default that is taken, has a meaning."""
    if "resolved" in path.name:
        pytest.skip("as written by programs")
    try:
        found = fields(load(path))
    except ScenarioProblems:
        pytest.skip("not a scenario of its own")
    assert found and not [f.path for f in found if not f.meaning]
    assert all(len(f.keys) == len(f.meanings) for f in found)
    assert len({f.path for f in found}) == len(found)


@pytest.mark.parametrize("path", [*SHIPPED, *VALID], ids=lambda p: p.stem)
def test_every_default_that_is_taken_is_in_the_reference(path: Path) -> None:
    """What `aftersim explain` and the dashboard say of a default is what the page of the language says."""
    try:
        scenario = load(path)
    except ScenarioProblems:
        pytest.skip("not a scenario of its own")
    for taken in scenario.defaults:
        path, item = taken.path.partition(" (")[::2]
        if path == "routing.interrupts" or (path == "forecast" and taken.value == "repeat"):
            continue  # what follows from what is written
        told = told_at(f"{path}.speed" if item == "speed)" else path)
        assert told is not None, taken.path
        word = told.last
        assert isinstance(word, Word)
        if word_at(path) is None:  # of an item: weekdays that are not written, other channels
            assert (word.key, taken.value.split(" of ")[0]) in OF_ITEMS, taken
            continue
        known = {(general(one.value), general(one.why)) for one in word.defaults}
        assert (general(taken.value), general(taken.why)) in known, taken


OF_ITEMS = {
    ("contact_type.per_day", "0"), ("orders.weekday", "1"), ("order_rate.weekday", "1"), ("reason.handle_time", "that"),
    ("contact_type.handle_time", "that"),
}  # fmt: skip
"""Defaults of items that are not written; the texts of their words say so."""


def general(text: str) -> str:
    """A text without the names, dates and numbers of one scenario."""
    text = re.sub(r"channel \w+|the channel", "channel", text)
    text = re.sub(r"^\w+ [\d.]+ %(, \w+ [\d.]+ %)*$", "shares", text)
    text = re.sub(r"(first response promise of) \w+", r"\1", text)
    text = re.sub(r"^[0-9-]+( to [0-9-]+)?: ", "", text)
    return re.sub(r"^\[1.*\]$", "speeds", text)


def _written(name: str = "scenarios/baseline.yaml") -> list[FieldShown]:
    return [f for f in fields(load(name)) if f.written]


@pytest.mark.parametrize("field", _written(), ids=lambda f: f.path)
def test_what_is_shown_can_be_written_back(field: FieldShown) -> None:
    """Each value of the baseline, given as a change at its path, is the same scenario."""
    if field.path in ("aftersim", "period.start"):
        pytest.skip("not changed by policies")
    assert load("scenarios/baseline.yaml", {field.path: field.text}) == load("scenarios/baseline.yaml")


def _numbers() -> list[tuple[str, float, FieldShown]]:
    found = [f for f in _written() if f.number is not None and f.kind != "text"]
    return [(end, at, f) for f in found for end, at in (("low", f.low), ("high", f.high)) if at is not None]


def _refusal(field: FieldShown, number: float) -> str:
    """What the loader says of another number in a field; empty where it has nothing to say about it."""
    try:
        load("scenarios/baseline.yaml", {field.path: field.with_number(number)})
    except ScenarioProblems as refused:
        return "\n".join(str(p) for p in refused.problems if p.path == field.path)
    return ""


@pytest.mark.parametrize(("end", "at", "field"), _numbers(), ids=lambda x: getattr(x, "path", str(x)))
def test_beyond_its_bounds_a_number_is_refused(end: str, at: float, field: FieldShown) -> None:
    """Bounds of controls are those of the readers: what a control does not take, the loader would not take either."""
    assert _refusal(field, at - 1.0 if end == "low" else at + 1.0)


def test_a_number_is_told_in_its_own_unit() -> None:
    """Bounds follow the unit that is written."""
    hours = described("channels.chat.call_back.offer_above", "2 h")
    assert (hours.kind, hours.number, hours.unit, hours.low) == ("duration", 2.0, "h", 0.0)
    assert described("channels.chat.patience", "never").kind == "text"
    assert described("channels.chat.patience", "1 h 30 min").number is None
    assert described("reasons.x.once_late", "times 4").number is None


def test_what_lies_inside_a_described_value_is_described_by_it() -> None:
    """Parts of laws are told after the value that they are of."""
    found = described("reasons.x.lag.p90", "4 d")
    assert found.keys == ("reason.lag", "law.p90")
    assert found.meaning.startswith("Time from delivery to contact; only after the delivery. Nine of ten")
    assert described("nothing.like.it", "1").meaning == ""
    assert described("contact_types.x.handle_time.quantiles.97.5 %", "9 min").keys == (
        "contact_type.handle_time", "law.quantiles",
    )  # fmt: skip


def test_ranges_sources_and_assumptions_are_told() -> None:
    """A number that is not known exactly says so."""
    wrapped = {"value": "15 %", "between": ["10 %", "20 %"], "source": "a survey", "assumed": "yes"}
    found = fields(load("scenarios/small_shop.yaml", {"agent_groups.desk.shrinkage": wrapped}))
    one = next(f for f in found if f.path == "agent_groups.desk.shrinkage")
    assert (one.text, one.between, one.source, one.assumed) == ("15 %", ("10 %", "20 %"), "a survey", True)
