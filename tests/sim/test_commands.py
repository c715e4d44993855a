"""validate and explain as a user meets them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from aftersim import cli

ROOT = Path(__file__).parents[2]
SHOP = str(ROOT / "scenarios/small_shop.yaml")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def test_a_valid_scenario_is_called_valid() -> None:
    """One line with what is in it; exit code 0."""
    result = run("validate", SHOP)
    assert result.exit_code == 0
    assert "valid. 2 contact types, 2 channels, 1 agent group" in result.output


def test_every_problem_comes_at_once_with_exit_code_2(tmp_path: Path) -> None:
    """Three mistakes, three lines with place and repair, then the count; no traceback."""
    bad = tmp_path / "bad.yaml"
    text = Path(SHOP).read_text(encoding="utf-8")
    bad.write_text(
        text.replace("shrinkage: 10 %", "shrinkage: 10").replace("mail: {channel: email", "mail: {channel: emial")
        .replace("80 % within 30 s", "80 % in 30 s"),
        encoding="utf-8",
    )  # fmt: skip
    result = run("validate", str(bad))
    assert result.exit_code == 2
    assert result.output.count("bad.yaml:") >= 3
    assert "did you mean" in result.output or "email" in result.output
    assert "Traceback" not in result.output
    document = json.loads(run("validate", "--json", str(bad)).output)
    assert not document["valid"]
    assert {p["path"] for p in document["problems"]} >= {"agent_groups.desk.shrinkage"}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["agent_groups.desk.shrinkage"], "path=value is expected"),
        (["agent_groups.desk.shrinkag=5 %"], "shrinkag"),
        (["period.length=2 d", "period.length=3 d"], "is set twice"),
        (["period.length=2 d", "period={length: 3 d}"], "set the same value twice"),
    ],
)
def test_a_bad_setting_teaches(settings: list[str], message: str) -> None:
    """--set without a value, with an unknown path, or of one value twice: exit code 2 and what to write."""
    result = run("validate", SHOP, *(x for text in settings for x in ("--set", text)))
    assert result.exit_code == 2
    assert message in result.output


def test_a_missing_file_is_a_problem_like_any_other() -> None:
    """No traceback for a file that is not there."""
    result = run("explain", "nowhere.yaml")
    assert result.exit_code == 2
    assert "nowhere.yaml" in result.output
    assert "Traceback" not in result.output


def test_explain_shows_the_three_parts() -> None:
    """Resolved scenario, load beside staff, machine."""
    result = run("explain", SHOP)
    assert result.exit_code == 0
    for text in ("The scenario, resolved", "Defaults taken", "Load beside staff", "What it became in the machine"):
        assert text in result.output
    assert "work mail: size lognormal (mean 7 min)" in result.output


def test_explain_as_json_can_be_loaded_again(tmp_path: Path) -> None:
    """The document holds the resolved scenario, which is a scenario."""
    document = json.loads(run("explain", "--json", SHOP).output)
    again = tmp_path / "again.yaml"
    again.write_text(document["scenario"], encoding="utf-8")
    assert run("validate", str(again)).exit_code == 0
    assert document["groups"][0]["group"] == "desk"
    assert len(document["groups"][0]["staff"]) == 7


def test_measures_are_listed() -> None:
    """Every measure with unit and formula."""
    result = run("measures")
    assert result.exit_code == 0
    assert "service_level" in result.output


def test_import_is_light() -> None:
    """`import sim` brings neither pandas nor SciPy nor matplotlib; --help brings no model at all."""
    heavy = "{'pandas', 'scipy', 'matplotlib', 'pyarrow'}"
    code = f"import sim, sys; bad = {heavy} & set(sys.modules); assert not bad, bad"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    code = "import aftersim, sys; assert 'numpy' not in sys.modules and 'simpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
