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


def test_explain_is_one_screen_and_names_the_rest() -> None:
    """A newcomer reads a page, not a thousand lines; the command says how to see more."""
    result = run("explain", SHOP)
    assert result.exit_code == 0
    assert len(result.output.splitlines()) <= 36
    words = " ".join(result.output.split())
    for text in (
        "A day of it",
        "Is it believable?",
        "More with --show",
        "defaults (what was not written",
        "not counted: customers who give up",
    ):
        assert text in words
    assert "The scenario, resolved" not in result.output


@pytest.mark.parametrize(
    ("part", "title", "line"),
    [
        ("load", "Load beside staff", "offered load [Erlang]"),
        ("defaults", "Defaults taken", "channels.phone.balking"),
        ("scenario", "The scenario, resolved", "agent_groups:"),
        ("network", "What it became in the machine", "work mail: size lognormal (mean 7 min)"),
    ],
)
def test_explain_shows_what_is_asked_for(part: str, title: str, line: str) -> None:
    """One part, or all of them."""
    titles = ("Load beside staff", "Defaults taken", "The scenario, resolved", "What it became in the machine")
    one = run("explain", SHOP, "--show", part).output
    assert line in one
    assert [t for t in titles if t in one] == [title]
    whole = run("explain", SHOP, "--show", "all").output
    assert all(t in whole for t in titles)
    assert "More with --show" not in whole


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


def test_load_counts_several_contacts_at_a_time_as_the_team_table_does(tmp_path: Path) -> None:
    """Three chats at once: an hour with more chats than agents is not short, and hours without staff are 0, not -0."""
    file = tmp_path / "chat.yaml"
    file.write_text(
        "aftersim: 1\nperiod: {start: 2026-03-02, length: 7 d}\nchannels: {chat: {}}\n"
        "contact_types: {ask: {channel: chat, per_day: 288, hour: flat, handle_time: 6 min}}\n"
        "agent_groups:\n  team:\n    serves: {chat: first}\n    concurrency: {limit: 3, speed: [1, 1, 1]}\n"
        "    shrinkage: 12 %\n    shifts: {day: {hours: 00:00-24:00, mon-sun: 1}}\n",
        encoding="utf-8",
    )
    words = " ".join(run("explain", str(file), "--show", "load").output.split())
    assert "201.6 h of work, 147.8 h of staff" in words
    assert "x 3.00 at a time, 45 % loaded" in words  # 1.2 Erlang on 0.88 agents who hold three chats each
    assert "1.20 0.88 01" in words and " short " not in words.split("loaded)")[-1]
    assert "-0.00" not in run("explain", SHOP, "--show", "load").output
