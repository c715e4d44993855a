"""The JSON Schema takes what the readers take, and marks what people mistype."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.scenario.reference import SECTIONS, json_schema
from tests.scenario.reference.small_scenarios import desk_for, merged, with_value
from tests.scenario.reference.test_registry import WORDS, names

jsonschema = pytest.importorskip("jsonschema")

ROOT = Path(__file__).parents[3]
SCHEMA = json_schema()
SHIPPED = sorted(p for p in (ROOT / "scenarios").rglob("*.yaml"))
CORPUS = ROOT / "tests" / "scenario" / "corpus"
VALID = sorted((CORPUS / "valid").glob("*.yaml"))


class AnEditor(yaml.SafeLoader):
    """Reads YAML as editors do (version 1.2, core schema): dates, times and `no` are texts."""


AnEditor.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("null", r"^(~|null|Null|NULL|)$", ["~", "n", "N", ""]),
):
    AnEditor.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def as_editor(text: str) -> Any:
    """What an editor checks: names are always texts."""
    return _with_texts_as_names(yaml.load(text, Loader=AnEditor))


def _with_texts_as_names(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _with_texts_as_names(v) for k, v in value.items()}
    return [_with_texts_as_names(v) for v in value] if isinstance(value, list) else value


VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def marked(text: str) -> list[str]:
    """What an editor marks."""
    found = []
    for error in VALIDATOR.iter_errors(as_editor(text)):
        best = jsonschema.exceptions.best_match([error])
        found.append(f"{'.'.join(map(str, best.absolute_path))}: {best.message[:300]}")
    return found


def test_schema_is_a_schema() -> None:
    """It obeys its own dialect, and is plain JSON."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


@pytest.mark.parametrize("path", SHIPPED, ids=[str(p.relative_to(ROOT)) for p in SHIPPED])
def test_every_shipped_file_validates(path: Path) -> None:
    """Scenarios, policies, rule packs, cases."""
    assert marked(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", VALID, ids=[p.name for p in VALID])
def test_every_valid_file_of_the_corpus_validates(path: Path) -> None:
    """Every word in every form that the readers take, and the resolved form of each."""
    assert marked(path.read_text(encoding="utf-8-sig")) == []


@pytest.mark.parametrize(("section", "word"), WORDS, ids=names(WORDS))
def test_every_example_validates(section: Any, word: Any) -> None:
    """The same desks that load."""
    desk = with_value(section, word, word.example)
    assert marked(yaml.safe_dump(desk, allow_unicode=True, sort_keys=False).replace("'", "")) == []


DESK = yaml.safe_dump(desk_for(SECTIONS["scenario"]), sort_keys=False)
MISTAKES = {
    "a misspelt section": ("channels:", "chanels:", "chanels"),
    "a misspelt word": ("handle_time:", "handling_time:", "handling_time"),
    "a share without its unit": ("serves:", "shrinkage: 10\n    serves:", "shrinkage"),
    "a duration without its unit": ("handle_time: 6 min", "handle_time: 6", "handle_time"),
    "a duration in other units": ("handle_time: 6 min", "handle_time: 6 minutes", "handle_time"),
    "a promise in other words": ("80 % within 30 s", "80/30", "service_level"),
    "opening hours without days": ("open: mon-fri 09:00-18:00", "open: 9 to 5", "open"),
    "a word that is no choice": ("serves:", "choice: idle\n    serves:", "choice"),
    "a missing period": ("period:", "title_2:", "period"),
    "a weekday in another language": ("mon-fri: '5'", "lundi: '5'", "shifts"),
    "a word of a coming version": ("serves:", "wage: 20\n    serves:", "wage"),
    "a newer version": ("aftersim: '1'", "aftersim: 2", "aftersim"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_typical_mistake_is_marked(name: str) -> None:
    """The desk validates; with the mistake it does not, at the place of the mistake."""
    right, wrong, place = MISTAKES[name]
    assert marked(DESK) == []
    assert right in DESK
    found = marked(DESK.replace(right, wrong, 1))
    assert found and place in " ".join(found)


POLICY = """\
extends: desk.yaml
title: A policy
remove: [contact_types.mail]
change:
  agent_groups.desk.shrinkage: plus 2 %
  agent_groups.desk: {speed: times 0.9, shifts: {day: {mon-fri: plus 1}}}
  contact_types.call.per_day: {times: 0.85, between: [0.7, 0.98], assumed: yes}
  contact_types.call.handle_time.p90: 12 min
  channels.phone: {patience: {law: gamma, mean: 3 min, sd: 1 min}}
  agent_groups.desk.serves.email.after: 2 h
  repeat_contacts.overdue_email: {chases_after: 24 h, share: 25 %, to: phone}
  repeat_contacts.abandoned.to.phone: 20 %
"""


def test_policy_validates_and_its_mistakes_are_marked() -> None:
    """Paths and relative words are known; paths that lead nowhere, signs and sections outside `change` are marked."""
    assert marked(POLICY) == []
    assert marked(POLICY.replace("agent_groups.desk.shrinkage", "agent_groups.desk.shrinking"))
    assert marked(POLICY.replace("contact_types.call.per_day", "contact_type.call.per_day"))
    assert marked(POLICY.replace("plus 2 %", "+10 %"))
    assert marked(POLICY + "channels: {phone: {patience: 3 min}}\n")


def test_relative_words_are_marked_in_a_scenario() -> None:
    """They belong under `change`."""
    assert marked(DESK.replace("handle_time: 6 min", "handle_time: times 1.1", 1))


def test_an_editor_shows_meanings_and_defaults() -> None:
    """Beside every word of every section."""
    for name, section in SECTIONS.items():
        shown = SCHEMA["$defs"].get(name)
        for word in section.words.values() if shown else ():
            if not word.later:
                text = shown["properties"][word.name]["description"]
                assert text.startswith(re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", word.meaning)), (name, word.name)
                assert "](#" not in text
    assert "Default: 85 %" in SCHEMA["$defs"]["call_back"]["properties"]["reached"]["description"]


def test_merging_helper_takes_things_away() -> None:
    """The tests above would try the wrong desks otherwise."""
    assert merged({"a": {"b": "1", "c": "2"}}, {"a": {"b": "$gone", "d": "3"}}) == {"a": {"c": "2", "d": "3"}}
