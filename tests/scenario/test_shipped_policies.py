"""Every shipped policy on every shipped scenario: it applies, or says why not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.scenario import ScenarioProblems, load
from sim.scenario.policies.collision import leaves
from sim.scenario.policies.stack import is_policy
from sim.scenario.text.nodes import MappingNode, read_yaml

SHIPPED = Path(__file__).parents[2] / "scenarios"
POLICIES = sorted((SHIPPED / "policies").rglob("*.yaml"))
PLACED = re.compile(r"^\S+\.yaml:[0-9]+:[0-9]+: \S+: .+")


def bases() -> list[Path]:
    """List every shipped file that is a complete scenario."""
    found = []
    for path in sorted(SHIPPED.rglob("*.yaml")):
        node, _ = read_yaml(path.read_text(encoding="utf-8"), str(path))
        if isinstance(node, MappingNode) and "aftersim" in node and not is_policy(node):
            found.append(path)
    return found


BASES = bases()


def name_of(path: Path) -> str:
    """Name a file in the name of a test."""
    return str(path.relative_to(SHIPPED).with_suffix(""))


def test_there_is_something_to_put_and_something_to_put_it_on() -> None:
    """A moved folder would make the tests below pass on nothing."""
    assert {name_of(b) for b in BASES} >= {"small_shop", "minimal", "cases/bank_1999/scenario"}
    assert {p.stem for p in POLICIES} >= {"keep_phones_free", "no_bot", "sixth_agent", "better_answers"}


@pytest.mark.parametrize("policy", POLICIES, ids=name_of)
def test_policy_applies_to_the_base_it_names(policy: Path) -> None:
    """What is shipped runs as it is, without a warning, and carries the question it answers."""
    scenario = load(policy)
    assert scenario.warnings == ()
    assert scenario.question


@pytest.mark.parametrize("base", BASES, ids=name_of)
@pytest.mark.parametrize("policy", POLICIES, ids=name_of)
def test_policy_applies_or_says_why_not(base: Path, policy: Path) -> None:
    """On any base: it changes something, or each reason has file, line, path, and what is there instead."""
    try:
        made = load(base, policies=[policy])
    except ScenarioProblems as refused:
        assert all(problem.misfit for problem in refused.problems), str(refused)
        assert all(PLACED.match(str(problem)) for problem in refused.problems), str(refused)
        assert all(problem.repair or "is a single value" in problem.rule for problem in refused.problems), str(refused)
    else:
        assert made != load(base) or made.warnings, "it changes nothing and does not say so"


def test_what_fits_where_is_known() -> None:
    """The reasons are the right ones: no shifts where agents are counted, no rate where calls are recorded."""
    bank = SHIPPED / "cases" / "bank_1999" / "scenario.yaml"
    said = {}
    for policy in POLICIES:
        try:
            load(bank, policies=[policy])
        except ScenarioProblems as refused:
            said[name_of(policy).removeprefix("policies/")] = str(refused)
    assert (
        "agent_groups.desk of scenario.yaml has no shifts - known here: serves, headcount"
        in said["small_shop/sixth_agent"]
    )
    assert (
        "times needs a value in the base, and contact_types.call of scenario.yaml has no per_day"
        in (said["small_shop/better_answers"])
    )
    assert "agent_groups of scenario.yaml has no phone_team - known here: desk" in said["keep_phones_free"]
    assert "scenario.yaml has no bot - known here: " in said["no_bot"]
    assert "vip_priority" not in said


@pytest.mark.parametrize("policy", POLICIES, ids=name_of)
def test_policy_is_small(policy: Path) -> None:
    """A policy in a few lines: its own text changes at most twenty values."""
    node, _ = read_yaml(policy.read_text(encoding="utf-8"), str(policy))
    assert isinstance(node, MappingNode) and is_policy(node)
    assert 1 <= len(list(leaves(node))) <= 20
