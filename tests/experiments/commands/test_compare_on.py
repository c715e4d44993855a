"""Policies on any base: --on, stacks, what does not fit, and what of it the runs remember."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from aftersim import cli
from experiments.commands.columns import short_names
from experiments.store.facts import RunFacts, key_text
from sim.scenario import load
from tests.experiments.desks import MINIMAL, ROOT, SHOP

POLICIES = ROOT / "scenarios" / "policies"
SIXTH, BETTER, VIP = (
    POLICIES / f"{name}.yaml" for name in ("small_shop/sixth_agent", "small_shop/better_answers", "vip_priority")
)
BANK = ROOT / "scenarios" / "cases" / "bank_1999" / "scenario.yaml"
FEW = ("--replications", 2, "--no-plots")


def run(command: str, *arguments: object) -> Result:
    """A command as typed."""
    return CliRunner().invoke(cli, [command, *map(str, arguments)])


def compared(*arguments: object) -> dict[str, object]:
    """The document of a comparison that keeps nothing."""
    result = run("compare", *arguments, "--no-folder", "--json", *FEW)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)  # type: ignore[no-any-return]


def names(document: dict[str, object]) -> list[str]:
    """The columns of a comparison."""
    return [policy["name"] for policy in document["policies"]]  # type: ignore[index, attr-defined]


def words(result: Result) -> str:
    """What was said, on one line."""
    return " ".join((result.stdout + result.stderr).split())


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A desk of one's own, with the names of the small shop and other numbers."""
    path = tmp_path / "my_desk.yaml"
    text = SHOP.read_text(encoding="utf-8").replace("mon-fri: 140", "mon-fri: 90").replace("mon-fri: 5", "mon-fri: 4")
    path.write_text(text.replace("Small shop, phone and e-mail", "My desk"), encoding="utf-8")
    return path


@pytest.fixture
def patches(tmp_path: Path) -> Path:
    """Policies without a base of their own."""
    for name, text in {
        "absence": "title: Less absence\nchange: {agent_groups.desk.shrinkage: 8 %}\n",
        "training": "title: More training\nchange: {agent_groups.desk.shrinkage: 14 %}\n",
        "no_mail": "title: No mail\nremove: [channels.email, contact_types.mail, agent_groups.desk.serves.email]\n",
        "half": "title: Half a removal\nremove: channels.email\n",
        "chat": "title: Chat first\nchange: {agent_groups.chat_team.shrinkage: 8 %}\n",
        "keep": f"extends: {MINIMAL}\ntitle: Keep one\nchange: {{agent_groups.desk.reserve: {{phone: 1}}}}\n",
        "sign": "title: A sign\nchange: {agent_groups.desk.shrinkage: +2 %}\n",
    }.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_policies_are_put_on_my_desk(mine: Path, patches: Path) -> None:
    """Their own base is ignored: the column is my desk with the patch, and nothing of the shop."""
    document = compared("--on", mine, patches / "keep.yaml", SIXTH)
    assert names(document) == ["my_desk", "keep", "sixth_agent"]
    calls = next(
        row
        for row in document["rows"]
        if (row["measure"], row["scope"]) == ("arrivals", "phone")  # type: ignore[attr-defined]
    )
    assert {round(v["value"]) for v in calls["values"]} == {round(calls["values"][0]["value"])}
    assert calls["values"][0]["value"] < 600  # 5 x 90 and 60, not the shop's 5 x 140 and 60
    assert document["policies"][0]["title"] == "My desk"  # type: ignore[index]


def test_stack_is_one_column(mine: Path, patches: Path) -> None:
    """`a.yaml+b.yaml` is both at once: its title says so, and it differs from each alone."""
    keep = patches / "keep.yaml"
    document = compared("--on", mine, keep, SIXTH, f"{keep}+{SIXTH}")
    assert names(document)[3] == "keep+sixth_agent"
    assert document["policies"][3]["title"] == "Keep one + A sixth agent on working days"  # type: ignore[index]
    rows = {(r["measure"], r["scope"]): [v["value"] for v in r["values"]] for r in document["rows"]}  # type: ignore[attr-defined]
    waits = rows["asa", "phone"]
    assert len(set(waits)) == 4
    paid = rows["paid_hours", "desk"]
    assert paid[0] == paid[1] < paid[2] == paid[3]


def test_on_is_the_same_as_a_stack_on_the_base(mine: Path) -> None:
    """Two ways to write it give the same numbers."""
    a, b = compared("--on", mine, SIXTH), compared(mine, f"{mine}+{SIXTH}")
    assert a["rows"] == json.loads(json.dumps(b["rows"]).replace("my_desk+sixth_agent", "sixth_agent"))


def test_command_that_repeats_it_has_its_options(mine: Path) -> None:
    """What is printed can be typed."""
    result = run("compare", "--on", mine, SIXTH, "--skip-inapplicable", "--no-folder", *FEW)
    assert f"aftersim compare --on {mine} --skip-inapplicable {SIXTH} --replications 2 --seed 1" in words(result)


def test_policy_that_does_not_fit_says_what_is_missing(mine: Path, patches: Path) -> None:
    """File, line, path, nearest names; nothing is run; what to do about it."""
    result = run("compare", "--on", mine, SIXTH, patches / "chat.yaml", patches / "half.yaml", *FEW)
    assert result.exit_code == 2 and result.stdout == ""
    said = words(result)
    assert (
        f"{patches / 'chat.yaml'}:2:10: agent_groups.chat_team.shrinkage: agent_groups of my_desk.yaml has no" in said
    )
    assert "has no chat_team - known here: desk" in said
    assert f'got "email"; there is no such channel ({patches / "half.yaml"}:2:9 removes channels.email)' in said
    for name in ("chat", "half"):
        hint = f"{patches / f'{name}.yaml'} does not fit {mine} - change it, or leave it out by --skip-inapplicable"
        assert hint in said
    assert "3 problems: nothing was run" in said


def test_policy_that_does_not_fit_is_left_out_on_demand_and_named(mine: Path, patches: Path) -> None:
    """The others are compared; the note says who is missing and why."""
    document = compared("--on", mine, SIXTH, patches / "chat.yaml", "--skip-inapplicable")
    assert names(document) == ["my_desk", "sixth_agent"]
    (note,) = document["notes"]  # type: ignore[misc]
    assert note.startswith(f"left out: {patches / 'chat.yaml'} does not fit my_desk: ")
    assert "agent_groups of my_desk.yaml has no chat_team - known here: desk" in note
    shown = run("compare", "--on", mine, SIXTH, patches / "chat.yaml", "--skip-inapplicable", "--no-folder", *FEW)
    assert "left out: " in words(shown)


def test_broken_policy_is_never_left_out_in_silence(mine: Path, patches: Path) -> None:
    """A mistake in a file is a mistake on every base."""
    (patches / "syntax.yaml").write_text("change: [\n", encoding="utf-8")
    for name in ("sign", "syntax", "nowhere"):
        result = run("compare", "--on", mine, SIXTH, patches / f"{name}.yaml", "--skip-inapplicable", *FEW)
        assert result.exit_code == 2, name
        assert "left out" not in words(result) and "nothing was run" in words(result)


def test_policy_on_a_broken_base_of_its_own_is_never_left_out(patches: Path, tmp_path: Path) -> None:
    """Without --on a policy stands on its own base: if that is wrong, it is no matter of fitting."""
    (tmp_path / "bad.yaml").write_text(SHOP.read_text(encoding="utf-8").replace("10 %", "10"), encoding="utf-8")
    (tmp_path / "on_bad.yaml").write_text("extends: bad.yaml\nchange: {agent_groups.desk.speed: 2}\n", encoding="utf-8")
    result = run("compare", SHOP, tmp_path / "on_bad.yaml", "--skip-inapplicable", *FEW)
    assert result.exit_code == 2 and "bad.yaml:14:16" in words(result)
    stack = f"{SHOP}+{patches / 'chat.yaml'}"
    document = compared(SHOP, SIXTH, stack, "--skip-inapplicable")
    assert names(document) == ["small_shop", "sixth_agent"]


def test_nothing_that_fits_is_no_comparison(mine: Path, patches: Path) -> None:
    """The reasons are told, and that nothing is left."""
    result = run("compare", "--on", mine, patches / "chat.yaml", "--skip-inapplicable", *FEW)
    assert result.exit_code == 2
    assert "left out" in words(result) and f"no policy fits {mine}" in words(result)


def test_complete_scenario_is_no_policy(mine: Path) -> None:
    """It cannot be put on another one, whatever is skipped."""
    result = run("compare", "--on", mine, MINIMAL, "--skip-inapplicable", *FEW)
    assert result.exit_code == 2
    assert "this is a complete scenario, and cannot be put on another one" in words(result)


def test_broken_base_is_told_alone(patches: Path, tmp_path: Path) -> None:
    """Of policies nothing can be said without it."""
    (tmp_path / "bad.yaml").write_text(SHOP.read_text(encoding="utf-8").replace("10 %", "10"), encoding="utf-8")
    result = run("compare", "--on", tmp_path / "bad.yaml", patches / "chat.yaml", *FEW)
    assert result.exit_code == 2
    assert "1 problem: nothing was run" in words(result) and "chat_team" not in words(result)


def test_two_policies_that_set_the_same_value_are_reported(mine: Path, patches: Path) -> None:
    """Which line won over which stands in the notes, with the name of the column."""
    stack = f"{patches / 'absence.yaml'}+{patches / 'training.yaml'}"
    document = compared("--on", mine, patches / "absence.yaml", stack)
    (note,) = document["notes"]  # type: ignore[misc]
    assert note.startswith(f"absence+training: {patches / 'training.yaml'}:2:39: warning: agent_groups.desk.shrinkage:")
    assert f'"14 %" takes the place of 8 % ({patches / "absence.yaml"}:2:39)' in note


def test_shipped_policies_on_the_bank_case_say_why_they_do_not_fit() -> None:
    """What is recorded has no rate, who is counted has no shifts; a class of customers fits everywhere."""
    result = run("compare", "--on", BANK, VIP, SIXTH, BETTER, *FEW)
    assert result.exit_code == 2
    said = words(result)
    assert (
        "sixth_agent.yaml:5:3: agent_groups.desk.shifts.day.mon-fri: agent_groups.desk of scenario.yaml has no" in said
    )
    assert "contact_types.call of scenario.yaml has no per_day" in said
    assert "vip_priority.yaml" not in said


@pytest.mark.parametrize("command", ["run", "validate", "explain"])
def test_every_command_opens_a_stack(command: str, mine: Path, patches: Path) -> None:
    """One function opens them all."""
    stack = f"{mine}+{patches / 'no_mail.yaml'}"
    result = run(command, stack, *(["--no-folder", *FEW] if command == "run" else []))
    assert result.exit_code == 0, result.output
    assert "No mail" in words(result) or "1 contact type, 1 channel" in words(result)
    wrong = run(command, f"{mine}+{patches / 'chat.yaml'}")
    assert wrong.exit_code == 2 and "has no chat_team" in words(wrong)


def test_run_of_a_stack_keeps_its_files(mine: Path, patches: Path, tmp_path: Path) -> None:
    """Each file as it was given, in the order of the stack; and the scenario that they made."""
    out = tmp_path / "runs"
    stack = f"{mine}+{patches / 'absence.yaml'}+{patches / 'no_mail.yaml'}"
    assert run("run", stack, "--out", out, *FEW).exit_code == 0
    (folder,) = (path for path in out.iterdir() if path.is_dir())
    kept = [(folder / name).read_bytes() for name in ("source.yaml", "source_2.yaml", "source_3.yaml")]
    assert kept == [p.read_bytes() for p in (mine, patches / "absence.yaml", patches / "no_mail.yaml")]
    assert load(folder / "scenario.yaml") == load(stack)
    again = run("run", stack, "--out", out, *FEW)
    assert "all replications are kept" in again.stderr


def test_comparison_on_my_desk_finds_its_runs_again(mine: Path, tmp_path: Path) -> None:
    """A column of --on is the run of the stack: whatever way it was asked for, it is simulated once."""
    out = tmp_path / "runs"
    assert run("run", f"{mine}+{SIXTH}", "--out", out, *FEW).exit_code == 0
    both = run("compare", "--on", mine, SIXTH, "--out", out, *FEW)
    assert both.exit_code == 0 and "2 of 4 replications are kept" in both.stderr


def test_key_of_a_run_is_that_of_what_is_simulated(mine: Path, patches: Path) -> None:
    """Whatever a stack changes or removes is in the key; by which files it was said is not."""

    def key(scenario: object) -> str:
        return RunFacts.of(scenario, "rows", 1, {}).key  # type: ignore[arg-type]

    base, sixth = load(mine), load(SIXTH)
    told: dict[str, object] = {"title": sixth.title, "question": sixth.question}
    same = [
        load(f"{mine}+{SIXTH}"),
        load(mine, policies=[SIXTH]),
        load(mine, {"agent_groups.desk.shifts.day.mon-fri": 6, **told}),
    ]
    assert len({key(s) for s in same}) == 1
    other = [
        base,
        load(mine, policies=[SIXTH]),
        load(mine, policies=[patches / "keep.yaml"]),
        load(mine, policies=[patches / "keep.yaml", SIXTH]),
        load(mine, policies=[patches / "no_mail.yaml"]),
    ]
    assert len({key(s) for s in other}) == len(other)
    assert "mail" not in key_text(other[-1]).replace("No mail", "").replace("answer all mail", "")


def test_names_of_columns_are_short_and_differ() -> None:
    """Stems of files; as much of the path as it takes; numbers where nothing else is left."""
    given = ["a/desk.yaml", "b/desk.yaml", "p/x.yaml+p/y.yaml", "p/x.yaml+p/y.yaml", "c++.yaml"]
    assert short_names(given) == ["a/desk", "b/desk", "x+y", "x+y (2)", "c++"]
