"""Whatever the language can say can be simulated: every valid file of the corpus, every shipped scenario and policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.lowering import lower
from sim.machine import simulate
from sim.scenario import load
from sim.scenario.policies.stack import is_policy
from sim.scenario.text.nodes import MappingNode, read_yaml

ROOT = Path(__file__).parents[2]
VALID = sorted(
    p for p in (ROOT / "tests/scenario/corpus/valid").glob("*.yaml") if not p.name.endswith(".resolved.yaml")
)
SHIPPED = sorted((ROOT / "scenarios").rglob("*.yaml"))
DAY = {"period.length": "1 d", "period.warm_up": "0 d"}


def is_scenario(path: Path) -> bool:
    node, _ = read_yaml(path.read_text(encoding="utf-8"), str(path))
    return isinstance(node, MappingNode) and ("aftersim" in node or is_policy(node))


@pytest.mark.parametrize("path", [p for p in VALID if is_scenario(p)], ids=lambda p: p.stem)
def test_both_engines_tell_the_same_history(path: Path) -> None:
    """A valid file is lowered without a step that nobody reaches, and the reference engine agrees on what happens."""
    network = lower(load(path)).network
    assert not [w for w in network.warnings if "no job ever gets there" in w]
    compiled = simulate(network, seed=3, replication=1)
    if compiled.visits.size > 8000:
        pytest.skip("long: the twins and the micro tests compare the engines on such networks")
    reference = simulate(network, seed=3, replication=1, engine="reference")
    assert compiled.visits.tobytes() == reference.visits.tobytes()
    assert compiled.jobs.tobytes() == reference.jobs.tobytes()


@pytest.mark.parametrize("path", [p for p in SHIPPED if is_scenario(p)], ids=lambda p: str(p.relative_to(ROOT)))
def test_what_is_shipped_can_be_simulated(path: Path) -> None:
    """A day of it, without a warning."""
    operation = lower(load(path, DAY if "bank" not in str(path) else None))
    assert not operation.network.warnings
    assert simulate(operation.network, seed=1, replication=0).visits.size > 0
