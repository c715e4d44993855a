"""Every field is described: the dashboard's controls and the documentation stand on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario import ScenarioProblems, load
from sim.scenario.fields import FieldShown, described, fields, meaning_of
from sim.scenario.meanings import MEANINGS
from sim.scenario.text import words

ROOT = Path("scenarios")
SHIPPED = [*sorted(ROOT.glob("*.yaml")), *sorted(ROOT.glob("cases/*/scenario.yaml"))]
VALID = [p for p in sorted(Path("tests/scenario/corpus/valid").glob("*.yaml")) if not p.name.startswith("policy")]
PARTS_OF = {
    "": words.TOP, "period": words.PERIOD, "orders": words.ORDERS_WORDS, "reasons.x": words.REASON,
    "reasons.x.escalation": words.ESCALATION, "customers.x": words.CUSTOMER, "events.x": words.EVENT,
    "incidents.x": words.INCIDENT, "bot": words.FIRST_ANSWER, "self_service": words.FIRST_ANSWER,
    "bot.selection": words.SELECTION, "bot.hand_off": words.HAND_OFF, "bot.outages.x": words.OUTAGE,
    "repeat_contacts.abandoned": words.REPEAT, "repeat_contacts.x": words.CHASER, "routing": words.ROUTING_WORDS,
    "agent_groups.x.on_call.when": words.SIGNAL, "agent_groups.x.serves.x.when": words.SIGNAL,
    "contact_types.x": words.CONTACT_TYPE, "busyness": words.BUSYNESS, "channels.x": words.CHANNEL,
    "channels.x.call_back": words.CALL_BACK, "channels.x.conversation": words.CONVERSATION,
    "agent_groups.x": words.AGENT_GROUP, "agent_groups.x.serves.x": words.SKILL, "agent_groups.x.shifts.x": words.SHIFT,
    "agent_groups.x.concurrency": words.CONCURRENCY, "agent_groups.x.picks": words.PICKS,
    "agent_groups.x.tenure": words.TENURE, "agent_groups.x.learning": words.LEARNING,
    "agent_groups.x.training": words.TRAINING, "agent_groups.x.on_call": words.ON_CALL,
}  # fmt: skip
"""Words of the language by the place where they can stand."""


def _described(path: str) -> bool:
    """Whether a path, or something below it, has a meaning of its own."""
    names = path.split(".")
    own = [m.pattern.split(".") for m in MEANINGS]
    return any(
        len(p) >= len(names) and all(a in ("*", b) or b == "x" for a, b in zip(p, names, strict=False)) for p in own
    )


@pytest.mark.parametrize("place", PARTS_OF)
def test_every_word_of_the_language_is_described(place: str) -> None:
    """A word that is added to the language is described, too."""
    later = {"per_day"} if place == "reasons.x" else set()
    missing = [w for w in PARTS_OF[place] if w not in later and not _described(f"{place}.{w}" if place else w)]
    assert not missing


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
    assert len({f.path for f in found}) == len(found)


def test_a_pattern_stands_once() -> None:
    """Two meanings for one field could not both be true."""
    patterns = [m.pattern for m in MEANINGS]
    assert len(set(patterns)) == len(patterns)


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
    assert meaning_of("reasons.x.lag.p90").meaning == "time from delivery to the contact: nine of ten take less"
    assert meaning_of("nothing.like.it").meaning == ""


def test_ranges_sources_and_assumptions_are_told() -> None:
    """A number that is not known exactly says so."""
    wrapped = {"value": "15 %", "between": ["10 %", "20 %"], "source": "a survey", "assumed": "yes"}
    found = fields(load("scenarios/small_shop.yaml", {"agent_groups.desk.shrinkage": wrapped}))
    one = next(f for f in found if f.path == "agent_groups.desk.shrinkage")
    assert (one.text, one.between, one.source, one.assumed) == ("15 %", ("10 %", "20 %"), "a survey", True)
