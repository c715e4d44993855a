"""The page about policies: its files are policies, its commands and its message are real."""

from __future__ import annotations

import re
from pathlib import Path

from sim.scenario import ScenarioProblems, load
from sim.scenario.versions.from_0 import FROM_0

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "POLICIES.md").read_text(encoding="utf-8")


def test_examples_of_the_page_load(tmp_path: Path) -> None:
    """Every YAML block is a policy that applies to the base it names."""
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
    assert len(blocks) == 2
    (tmp_path / "policies").mkdir()
    (tmp_path / "small_shop.yaml").write_text((ROOT / "scenarios" / "small_shop.yaml").read_text(encoding="utf-8"))
    for i, block in enumerate(blocks):
        path = tmp_path / "policies" / f"p{i}.yaml"
        path.write_text(block, encoding="utf-8")
        assert load(path) != load(tmp_path / "small_shop.yaml")


def test_message_of_the_page_is_said() -> None:
    """What the page shows is what a user sees."""
    bank, sixth = "scenarios/cases/bank_1999/scenario.yaml", "scenarios/policies/small_shop/sixth_agent.yaml"
    try:
        load(ROOT / bank, policies=[ROOT / sixth])
    except ScenarioProblems as refused:
        assert str(refused).rpartition("/")[2] in PAGE
    else:
        raise AssertionError("it fits")


def test_words_of_version_0_are_listed() -> None:
    """Nothing is renamed that the page does not say."""
    for pattern, new in FROM_0.words.items():
        assert f"`{'.'.join('X' if p == '*' else p for p in pattern)}" in PAGE
        assert new in PAGE
