"""The registry says what the readers do: its words, examples, defaults and bounds are tried one by one."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.scenario import ScenarioProblems
from sim.scenario.readers.law_reader import KINDS
from sim.scenario.reference import SECTIONS, Default, Section, Word, word_at
from sim.scenario.reference.forms import alternatives, is_ranged, shape_of
from sim.scenario.reference.registry import NEEDED
from sim.scenario.text import words as language
from tests.scenario.reference.small_scenarios import desk_for, loaded, mapping_at, merged, with_value, write_files

TRIED = [s for s in SECTIONS.values() if s.name != "policy"]
WORDS = [(s, w) for s in TRIED for w in s.words.values() if not w.later]
NO_WORDS = {"RETURNS", "MONEY", "LATER", "HOLDERS", "VALUES", "ORDINALS"}
PARTS = {"LOOKS": "signal", "CONTACT_RATE": "contact_type"}
"""Tuples of the readers that are parts of another one."""


def names(pairs: list[tuple[Section, Word]]) -> list[str]:
    return [f"{section.name}.{word.name}" for section, word in pairs]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tables that examples name."""
    made = tmp_path_factory.mktemp("reference")
    write_files(made)
    return made


def refused(desk: dict[str, Any], folder: Path) -> str:
    """Everything that is said about a desk that does not load."""
    with pytest.raises(ScenarioProblems) as caught:
        loaded(desk, folder)
    return str(caught.value)


def test_every_word_of_the_readers_is_in_the_registry_and_no_other() -> None:
    """A word that is added to the language, or taken out of it, shows here."""
    tuples = {n: v for n, v in vars(language).items() if n.isupper() and n not in NO_WORDS and isinstance(v, tuple)}
    own = {s.words_of: s for s in SECTIONS.values() if s.words_of.isupper()}
    assert set(tuples) - set(PARTS) == set(own)
    for name, section in own.items():
        assert set(section.words) == set(tuples[name]), name
    for name, whole in PARTS.items():
        assert set(tuples[name]) <= set(SECTIONS[whole].words)
    for section in SECTIONS.values():
        if ":" in section.words_of:
            module, _, attribute = section.words_of.partition(":")
            assert set(section.words) == set(getattr(importlib.import_module(module), attribute)), section.name


def test_the_words_of_laws_are_those_of_their_reader() -> None:
    """Ways to say a law, and what goes with them."""
    beside = {"p90", "mean", "sd", "shape", "loc", "scale", "values", "table", "otherwise"}
    assert set(SECTIONS["law"].words) == {*KINDS, *beside}


def test_every_word_says_what_it_means_and_what_holds_without_it() -> None:
    """No word without a sentence, a form that there is, and one answer to what happens without it."""
    for section, word in [(s, w) for s in SECTIONS.values() for w in s.words.values()]:
        where = f"{section.name}.{word.name}"
        assert re.fullmatch(r"[A-Z0-9][^\n]+\.", word.meaning), where
        always = [one for one in word.defaults if not one.when]
        assert word.later or bool(word.needed) + bool(word.without) + bool(always) == 1, where
        assert not (word.without and word.defaults), where
        assert ("choice" in alternatives(word.form)) == bool(word.choices), where
        for form in alternatives(word.form):
            shape, inner = shape_of(form)
            assert shape != "section" or inner in SECTIONS, where


@pytest.mark.parametrize(("section", "word"), WORDS, ids=names(WORDS))
def test_example_of_a_word_loads(section: Section, word: Word, folder: Path) -> None:
    """Put into its place in a small desk."""
    loaded(with_value(section, word, word.example), folder)


NEEDED_WORDS = [(s, w) for s, w in WORDS if w.needed]


@pytest.mark.parametrize(("section", "word"), NEEDED_WORDS, ids=names(NEEDED_WORDS))
def test_needed_word_is_missed(section: Section, word: Word, folder: Path) -> None:
    """Without it the desk is refused."""
    desk = with_value(section, word, word.example)
    del mapping_at(desk, section.tried)[word.name]
    if section.name == "provenance":
        desk = merged(desk, {"contact_types": {"call": {"handle_time": {"source": "counts"}}}})
    assert refused(desk, folder)


FREE_WORDS = [(s, w) for s, w in WORDS if w.without]


@pytest.mark.parametrize(("section", "word"), FREE_WORDS, ids=names(FREE_WORDS))
def test_word_without_default_may_be_left_out(section: Section, word: Word, folder: Path) -> None:
    """The desk in which it is tried loads without it, and notes no default for it."""
    scenario = loaded(desk_for(section), folder)
    path = f"{section.tried}.{word.name}".lstrip(".")
    assert word.name in mapping_at(desk_for(section), section.tried) or path not in {d.path for d in scenario.defaults}


DEFAULTS = [(s, w, d) for s, w in WORDS for d in w.defaults]


@pytest.mark.parametrize(
    ("section", "word", "default"), DEFAULTS, ids=[f"{s.name}.{w.name}={d.value}" for s, w, d in DEFAULTS]
)
def test_default_is_what_the_loader_takes(section: Section, word: Word, default: Default, folder: Path) -> None:
    """It is noted with its reason; where nothing is noted, writing it changes nothing."""
    desk = desk_for(section, default.trial)
    place = default.tried or section.tried
    mapping_at(desk, place).pop(word.name, None)
    left_out = loaded(desk, folder)
    path = default.at or f"{place}.{word.name}".lstrip(".")
    noted = {d.path: (d.value, d.why) for d in left_out.defaults}
    if default.why:
        assert noted[path][0] == default.value
        assert noted[path][1].removeprefix("2026-03-05 to 2026-03-08: ") == default.why
    else:
        assert path not in noted
        mapping_at(desk, place)[word.name] = default.value
        written = loaded(desk, folder)
        assert written.model_copy(update={"provenance": {}}) == left_out.model_copy(update={"provenance": {}})


RANGES = [(s, w) for s, w in WORDS if is_ranged(w.form) and isinstance(w.example, str) and s.name != "observed"]


@pytest.mark.parametrize(("section", "word"), RANGES, ids=names(RANGES))
def test_number_has_a_range_where_the_registry_says_so(section: Section, word: Word, folder: Path) -> None:
    """`{value, between}` is read, or refused."""
    example = word.example
    if not re.search(r"[0-9]", example) or section.name in ("provenance", "order_rate", "contact_rate"):
        return
    desk = with_value(section, word, {"value": example, "between": [example, example]})
    try:
        loaded(desk, folder)
    except ScenarioProblems as problems:
        said = str(problems)
        takes = "lies" in said or "between: " not in said
    else:
        said, takes = "", True
    assert takes == word.ranged, said


EXAMPLES = [s for s in TRIED if s.example]


@pytest.mark.parametrize("section", EXAMPLES, ids=[s.name for s in EXAMPLES])
def test_example_of_a_section_loads_without_a_problem(section: Section, folder: Path) -> None:
    """As the page shows it, on the small desk."""
    own = yaml.load(section.example, Loader=yaml.BaseLoader)
    base = desk_for(SECTIONS["scenario"])
    loaded(own if section.name == "scenario" else merged(base, own), folder)


POLICY = SECTIONS["policy"]


@pytest.mark.parametrize("name", POLICY.words)
def test_word_of_a_policy_loads(name: str, folder: Path) -> None:
    """On the small desk, and with the example of the page around it."""
    (folder / "desk.yaml").write_text(yaml.safe_dump(desk_for(SECTIONS["scenario"])), encoding="utf-8")
    written = {**yaml.load(POLICY.example, Loader=yaml.BaseLoader), name: POLICY.words[name].example}
    changed = loaded(written, folder)
    assert changed.title != "A small desk"
    if name == "remove":
        assert changed != loaded(yaml.load(POLICY.example, Loader=yaml.BaseLoader), folder)


def test_sections_stand_where_they_are_tried() -> None:
    """The concrete place of the tests is one of the places that the page names; words are found by their paths."""
    for section in TRIED:
        if not section.at or section.name in ("provenance", "observed"):
            continue
        patterns = [re.escape(at).replace(r"\*", r"[^.]+") for at in section.at]
        assert any(re.fullmatch(p, section.tried) for p in patterns), section.name
        for name in section.words:
            found = word_at(f"{section.tried}.{name}".lstrip("."))
            assert found is not None and found.name == name, (section.name, name)


def test_needed_words_are_few() -> None:
    """What must be there without condition is what the schema demands."""
    assert {w.name for w in SECTIONS["scenario"].words.values() if w.needed == NEEDED} == {
        "aftersim", "period", "channels", "agent_groups",
    }  # fmt: skip
