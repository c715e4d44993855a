"""Doubts: each rule speaks where a number is likely meant otherwise, and is silent where it may well be meant so."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario import load
from sim.scenario.doubts import RULES, Written
from sim.scenario.model.laws import Constant, Exponential, Hazard, Law, Lognormal, Mixture, Never, Part, ScipyLaw
from sim.scenario.weekly_work import mean_of

CORPUS = Path(__file__).parent / "corpus"
DOUBTFUL = sorted(p.stem for p in (CORPUS / "doubtful").glob("*.yaml"))
DESK = CORPUS / "valid" / "desk.yaml"
SHIFTS = "agent_groups.desk.shifts.day"


def doubts_about(**changes: object) -> list[str]:
    """Give what is doubted after changes of the desk (`__` stands for a point)."""
    return [str(w) for w in load(DESK, {key.replace("__", "."): value for key, value in changes.items()}).warnings]


@pytest.mark.parametrize("name", DOUBTFUL)
def test_doubtful_file_is_doubted_in_exactly_these_words(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Place, value, rule and repair of every warning; the file loads all the same."""
    monkeypatch.chdir(CORPUS / "doubtful")
    said = "".join(f"{warning}\n" for warning in load(f"{name}.yaml").warnings)
    assert said == Path(f"{name}.expected.txt").read_text(encoding="utf-8")
    assert said


def test_every_rule_is_tried_by_the_corpus() -> None:
    """A rule that never speaks is no rule."""
    spoken = set()
    for name in DOUBTFUL:
        scenario = load(CORPUS / "doubtful" / f"{name}.yaml")
        origin = scenario._origin
        spoken |= {rule.__name__ for rule in RULES if list(rule(scenario, Written(origin.tree)))}
    assert spoken == {rule.__name__ for rule in RULES}


def test_clean_files_are_not_doubted() -> None:
    """False alarms teach people not to read warnings: the valid corpus raises none of these."""
    plausible = [p for p in sorted((CORPUS / "valid").glob("*.yaml")) if "every_word" not in p.name]
    assert len(plausible) > 20
    for path in plausible:
        scenario = load(path)
        assert [w for w in scenario.warnings if w.got is not None] == [], path.name


SILENT: list[dict[str, object]] = [
    {"agent_groups__desk__shrinkage": "25 %"},
    {"agent_groups__desk__shrinkage": "45 %", f"{SHIFTS}.break": "none"},
    {"agent_groups__desk__shrinkage": "2 %"},
    {"agent_groups__desk__shrinkage": "0 %"},
    {"contact_types__call__handle_time": "25 min"},
    {"contact_types__mail__handle_time": "60 min"},
    {"contact_types__mail__handle_time": {"law": "burr12", "shape": {"c": 2, "d": 3}, "scale": "9 h"}},
    {"observed": {"service_level": {"phone": "84 %"}, "arrivals": 1200, "asa": "3 min", "occupancy": 1}},
    # a source that speaks of growth, or of another factor
    {f"{SHIFTS}.mon-fri": {"value": 11, "source": "ten of last year x 1.1"}},
    {f"{SHIFTS}.mon-fri": {"value": 12, "source": "10 required x 1.2"}},
    {f"{SHIFTS}.mon-fri": {"value": 11, "source": "10 required / (1 - 10 %)"}},
    # a desk with time to spare is no mistake as long as its numbers say nothing
    {f"{SHIFTS}.mon-fri": 24, f"{SHIFTS}.sat": 0},
    {f"{SHIFTS}.mon-fri": 25},
    {f"{SHIFTS}.mon-fri": 40, f"{SHIFTS}.sat": 0},
    {"agent_groups__desk__shifts__late": {"hours": "12:00-20:00", "mon-fri": 5, "sat": 2}},
]


@pytest.mark.parametrize("changes", SILENT)
def test_what_may_well_be_meant_so_is_not_doubted(changes: dict[str, object]) -> None:
    """One step before each threshold, and what looks alike and is right."""
    assert [w for w in doubts_about(**changes) if ": got " in w] == []


HEADS = [
    ("30 %", [10.4, 13, 9.1, 7.8], True),  # 8, 10, 7 and 6 times 1.3
    ("30 %", [10, 13, 26], False),  # whole numbers may be anything
    ("30 %", [11.43, 14.29, 8.57, 17.14], False),  # divided by 0.7, as it should be
    ("30 %", [10.5, 12.5, 9.5], False),
    ("12 %", [8.96, 11.2, 6.72], True),
    ("0 %", [10.4, 13, 9.1, 7.8], False),
]


@pytest.mark.parametrize(("shrinkage", "heads", "doubted"), HEADS)
def test_whole_numbers_times_one_plus_shrinkage_are_seen(shrinkage: str, heads: list[float], doubted: bool) -> None:
    """required x (1 + s) leaves its trace in a table of fractions; required / (1 - s) does not."""
    hours = {f"{9 + i:02d}:00-{10 + i:02d}:00": n for i, n in enumerate(heads)}
    mail = {"serves": {"email": 1}, "shrinkage": shrinkage, "headcount": {"mon-fri": hours}}
    said = [w for w in doubts_about(agent_groups__counted=mail) if "required x (1 + shrinkage)" in w]
    assert bool(said) == doubted


HALVES = (Part(name="a", share=0.25, of=Constant(value=8.0)), Part(name="b", share=0.75, of=Exponential(mean=4.0)))
MEANS: list[tuple[Law, float | None]] = [
    (Constant(value=3.0), 3.0),
    (Exponential(mean=4.0), 4.0),
    (Lognormal(mean=5.0, sd=9.0), 5.0),
    (ScipyLaw(name="gamma", shape=(("a", 2.0),), loc=1.0, scale=3.0), 7.0),
    (ScipyLaw(name="uniform", shape=(), loc=1.0, scale=4.0), 3.0),
    (ScipyLaw(name="weibull_min", shape=(("c", 1.0),), loc=0.5, scale=2.0), 2.5),
    (ScipyLaw(name="burr12", shape=(("c", 2.0), ("d", 3.0)), mean=4.0), 4.0),
    (ScipyLaw(name="burr12", shape=(("c", 2.0), ("d", 3.0)), scale=4.0), None),
    (Mixture(parts=HALVES), 5.0),
    (Hazard(edges=(0.0,), hazards=(0.2,)), None),
    (Never(), None),
]


@pytest.mark.parametrize(("law", "mean"), MEANS)
def test_mean_of_a_law_is_known_or_not_told(law: Law, mean: float | None) -> None:
    """Arithmetic only: what would take an integral is left out."""
    assert mean_of(law) == mean
