"""Bounds and choices of the reference are those of the readers: each is tried from both sides."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sim.scenario import ScenarioProblems
from sim.scenario.reference import Section, Word
from sim.scenario.reference.bounds import OF_FORMS, Bounds, bounds_within
from sim.scenario.reference.forms import alternatives, atoms_of, shape_of
from sim.scenario.text.problems import Problem
from tests.scenario.reference.small_scenarios import loaded, merged, with_value, write_files
from tests.scenario.reference.test_registry import WORDS, names

KINDS = {
    "share": "%", "duration": "min", "law": "min", "growth": "% per week", "date": "",
    "number": "", "whole": "", "factor": "", "speed": "", "priority": "", "rank": "",
}  # fmt: skip
"""Forms of numbers, and the kind that is tried."""

WHOLE = ("whole", "priority", "rank")
UNBOUNDED = {
    "observed.n (number)", "law.shape.c (number)", "event.start (date)", "incident.start (date)", "incident.end (date)",
    "outage.start (date)", "outage.end (date)",
}  # fmt: skip
"""Numbers that have no bounds, or others in each law of scipy.stats; the readers of dates look at what is around."""

TOLD_OF_THE_WHOLE = ("delivery.constant (duration)-low",)
"""Bounds that the readers tell of the mapping around the number."""

_LINE = {"agent_groups": {"desk": {"serves": {"email": {"when": {"waiting": "$gone", "longest_wait": "email"}}}}}}
_LEVEL = {"agent_groups": {"desk": {"serves": {"email": {"when": {"waiting": "$gone", "service_level": "phone"}}}}}}
BESIDE: dict[str, dict[str, Any]] = {
    f"signal.{word} ({form})-{end}": what
    for word in ("above", "below")
    for form, what in (("duration", _LINE), ("share", _LEVEL))
    for end in ("low", "high")
}
"""What else must be written so that a number is of this form."""

DEPENDENT = (
    "delivery.median", "delivery.p90", "delivery.sd", "law.median", "law.p90", "law.mean", "law.sd", "law.loc",
    "reason.channels", "contact_type.channels", "repeat.to", "part.share", "concurrency.speed", "signal.above",
    "signal.below", "rate.factor", "forecast.factor",
)  # fmt: skip
"""Words whose outermost value does not fit beside what is written in the small desk: p90 beside its median, shares
that make 100 %, a table times 0. Their bound must not be refused by the rule that refuses what lies beyond."""


class Trial(NamedTuple):
    """A number of a word that is tried, by itself or as an item of the word's example."""

    section: Section
    word: Word
    form: str
    steps: tuple[str | int, ...] = ()

    @property
    def name(self) -> str:
        """As it stands in the list of tests."""
        return f"{self.section.name}.{self.word.name}{self.item} ({self.form})"

    @property
    def item(self) -> str:
        """The way to an item, as problems write it."""
        return "".join(f"[{n + 1}]" if isinstance(n, int) else f".{n}" for n in self.steps)

    @property
    def path(self) -> str:
        """Where problems of it are told."""
        place = re.sub(r"\.0$", "[1]", self.section.tried)
        return f"{place}.{self.word.name}{self.item}".lstrip(".")

    @property
    def bounds(self) -> Bounds:
        """What the reference says."""
        if self.form == "date":
            return self.word.own
        return bounds_within(self.word.own, self.form, KINDS[self.form])

    def desk(self, text: str) -> dict[str, Any]:
        """The small desk with a number in the word's place."""
        return with_value(self.section, self.word, put(self.word.example, self.steps, text))


def put(value: Any, steps: tuple[str | int, ...], text: str) -> Any:
    """A value with another text at the end of a way."""
    if not steps:
        return text
    made: Any = copy.copy(value)
    made[steps[0]] = put(made[steps[0]], steps[1:], text)
    return made


def trials(section: Section, word: Word) -> Iterator[Trial]:
    """Every form of a number that a word may be, and the first number in its example."""
    for form in alternatives(word.form):
        shape, inner = shape_of(form)
        if not shape and inner in KINDS:
            yield Trial(section, word, inner)
    steps: tuple[str | int, ...] = ()
    value, form = word.example, word.form
    while isinstance(value, dict | list):
        shapes = ("list",) if isinstance(value, list) else ("map", "weekdays", "spans", "dates")
        fitting = [inner for shape, inner in map(shape_of, alternatives(form)) if shape in shapes]
        if not fitting:
            return
        step: Any = len(value[:2]) - 1 if isinstance(value, list) else next(iter(value))
        steps, value, form = (*steps, step), value[step], fitting[0]
    if steps and len(numbers := sorted(atoms_of(form) & KINDS.keys())) == 1:
        yield Trial(section, word, numbers[0], steps)


TRIALS = [one for section, word in WORDS for one in trials(section, word)]
LIMITS = [(one, low) for one in TRIALS for low in (True, False) if (one.bounds.low if low else one.bounds.high)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tables that examples name."""
    made = tmp_path_factory.mktemp("bounds")
    write_files(made)
    return made


def wrongs(desk: dict[str, Any], folder: Path) -> list[Problem]:
    """What is said about a desk; nothing of one that loads."""
    try:
        loaded(desk, folder)
    except ScenarioProblems as problems:
        return list(problems.problems)
    return []


def test_every_number_has_bounds_on_both_sides() -> None:
    """But the few of which any is taken."""
    assert {one.name for one in TRIALS if not (one.bounds.low and one.bounds.high)} == UNBOUNDED


@pytest.mark.parametrize(("one", "low"), LIMITS, ids=[f"{t.name}-{'low' if x else 'high'}" for t, x in LIMITS])
def test_bound_is_real(one: Trial, low: bool, folder: Path) -> None:
    """A value just outside is refused at its place; the bound itself (just inside, if it is open) is read."""
    bounds, step = one.bounds, -1 if low else 1
    bound, is_open = (bounds.low, bounds.low_open) if low else (bounds.high, bounds.high_open)
    outside = bound if is_open else moved(bound, step, one)
    inside = moved(bound, -step, one) if is_open else bound
    trial = f"{one.name}-{'low' if low else 'high'}"
    said = wrongs(merged(one.desk(outside), BESIDE.get(trial, {})), folder)
    rules = {p.rule for p in said if p.path == one.path and p.got == outside}
    if trial in TOLD_OF_THE_WHOLE:
        rules = {p.rule for p in said if p.path == one.section.tried}
    assert rules, [str(p) for p in said]
    said = wrongs(merged(one.desk(inside), BESIDE.get(trial, {})), folder)
    dependent = f"{one.section.name}.{one.word.name}" in DEPENDENT
    assert not [str(p) for p in said if not dependent or (p.rule in rules and p.got == inside)]


def moved(text: str, step: int, one: Trial) -> str:
    """A value one step beyond a bound (or within it), in the same unit."""
    if one.word.just_outside:
        return one.word.just_outside[0 if step < 0 else 1]
    match = re.fullmatch(r"(times )?(-?[0-9.]+)(.*)", text)
    assert match is not None, text
    value = Decimal(match[2])
    by = Decimal(1) if one.form in WHOLE else abs(value) / 1000 if value else Decimal("0.01")
    return f"{match[1] or ''}{(value + step * by).normalize():f}{match[3]}"


CHOICES = [(s, w) for s, w in WORDS if w.choices]


@pytest.mark.parametrize(("section", "word"), CHOICES, ids=names(CHOICES))
def test_choices_are_those_of_the_readers(section: Section, word: Word, folder: Path) -> None:
    """Each word that can be chosen is read; another one is refused."""
    path = f"{section.tried}.{word.name}".lstrip(".")
    for choice in word.choices:
        wrong = wrongs(with_value(section, word, choice), folder)
        assert not [str(p) for p in wrong if p.path == path], choice
    wrong = wrongs(with_value(section, word, "a_word_that_there_is_not"), folder)
    (rule,) = {p.rule for p in wrong if p.path == path and p.got == "a_word_that_there_is_not"}
    listed = set(re.split(", | or ", rule.removesuffix(" is expected")))
    if listed & set(word.choices):  # the readers say what can be chosen: all that, and nothing else
        assert listed - set(word.choices) == ({"email"} if "name" in alternatives(word.form) else set())
    assert [p for p in wrongs(with_value(section, word, "5 %"), folder) if p.path == path]


WORDS_AS_VALUES = [(s, w) for s, w in WORDS if any(f.startswith("'") for f in alternatives(w.form))]


@pytest.mark.parametrize(("section", "word"), WORDS_AS_VALUES, ids=names(WORDS_AS_VALUES))
def test_words_in_place_of_numbers_are_read(section: Section, word: Word, folder: Path) -> None:
    """`none`, `never`, `always` and their like; others are refused."""
    for form in alternatives(word.form):
        if form.startswith("'"):
            assert not wrongs(with_value(section, word, form.strip("'")), folder), form
    path = f"{section.tried}.{word.name}".lstrip(".")
    assert [p for p in wrongs(with_value(section, word, "a_word that_there_is_not"), folder) if p.path == path]


def test_no_word_repeats_the_bounds_of_its_form() -> None:
    """They stand once, at the form; a word tells those that differ."""
    for section, word in WORDS:
        own = word.own
        for bounds in (OF_FORMS[atom] for atom in atoms_of(word.form) & OF_FORMS.keys()):
            where = f"{section.name}.{word.name}"
            assert not own.low or (own.low, own.low_open) != (bounds.low, bounds.low_open), where
            assert not own.high or (own.high, own.high_open) != (bounds.high, bounds.high_open), where
