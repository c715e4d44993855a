"""The compare command: what it prints, keeps and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from experiments.commands.compare import compare
from experiments.store.doctor import examine
from experiments.store.status import Status
from tests.experiments.desks import MINIMAL, ROOT, SHOP

KEEP = ROOT / "scenarios" / "policies" / "small_shop" / "keep_phones_free.yaml"
SIXTH = ROOT / "scenarios" / "policies" / "small_shop" / "sixth_agent.yaml"
BETTER = ROOT / "scenarios" / "policies" / "small_shop" / "better_answers.yaml"


def run(*arguments: object) -> Result:
    """The command as typed."""
    return CliRunner().invoke(compare, [str(a) for a in arguments])


def folders(out: Path) -> list[Path]:
    """Run folders, by name."""
    return sorted(path for path in out.iterdir() if path.is_dir())


def test_a_comparison_is_printed_and_kept(tmp_path: Path) -> None:
    """The answer first; differences, words; a folder for it and one for each policy, all sound."""
    out = tmp_path / "runs"
    result = run(SHOP, KEEP, "--replications", 6, "--out", out, "--html", tmp_path / "page.html")
    assert result.exit_code == 0, result.output
    words = " ".join(result.stdout.split())
    assert "keep_phones_free" in words and "In words" in words and "surely" in words
    assert f"Repeat with: aftersim compare {SHOP} {KEEP} --replications 6 --seed 1" in words
    assert "6 replications of each with the same luck" in words and "are few" in words
    assert list(examine(out)) == [] and len(folders(out)) == 3
    (both,) = (f for f in folders(out) if (f / "comparison.json").exists())
    assert Status.read(both).state == "done" and str(both) in result.stdout
    assert (both / "plots" / "differences.png").stat().st_size > 10_000
    table = pd.read_parquet(both / "differences.parquet")
    assert set(table["policy"]) == {"small_shop", "keep_phones_free"}
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<svg" in page and "keep_phones_free" in page


def test_what_is_kept_is_not_simulated_again_and_gives_the_same_bytes(tmp_path: Path) -> None:
    """A second time, with more policies, with more replications: only what is new; the same document as at once."""
    out = tmp_path / "runs"
    first = run(SHOP, KEEP, "--replications", 4, "--out", out, "--no-plots")
    again = run(SHOP, KEEP, "--replications", 4, "--out", out, "--no-plots")
    assert first.stdout == again.stdout and "all replications are kept" in again.stderr
    more = run(SHOP, KEEP, SIXTH, "--replications", 5, "--out", out, "--no-plots", "--json")
    assert "8 of 15 replications are kept" in more.stderr
    alone = run(SHOP, KEEP, SIXTH, "--replications", 5, "--out", tmp_path / "other", "--no-plots", "--json")
    a, b = (json.loads(r.stdout) for r in (more, alone))
    assert a.pop("folder") != b.pop("folder")
    assert a == b


def test_the_same_file_twice_differs_by_nothing() -> None:
    """Exactly 0, and said so; both have a name of their own."""
    result = run(MINIMAL, MINIMAL, "--replications", 3, "--no-folder")
    assert result.exit_code == 0, result.output
    words = " ".join(result.stdout.split())
    assert "“minimal (2)” changes nothing: all 3 × 5 days are exactly those of" in words and " 0 the same " in words
    document = json.loads(run(MINIMAL, MINIMAL, "--replications", 3, "--no-folder", "--json").stdout)
    told = [d for row in document["rows"] for d in row["differences"] if d["value"] is not None]
    assert told and all((d["value"], d["low"], d["high"], d["same"]) == (0.0, 0.0, 0.0, True) for d in told)


def test_inputs_with_a_range_are_drawn_and_named(tmp_path: Path) -> None:
    """What comes from the noise and what from the ranges; the inputs that drive the odds; --stated leaves it out."""
    result = run(SHOP, BETTER, "--replications", 20, "--no-folder")
    assert result.exit_code == 0, result.output
    words = " ".join(result.stdout.split())
    assert "What is not known" in words and "driven by" in words and "contact_types.call.handle_time" in words
    drawn, stated = (
        json.loads(run(SHOP, BETTER, "--replications", 20, "--no-folder", "--json", *flags).stdout)
        for flags in ([], ["--stated"])
    )

    def of(document: dict[str, list[dict[str, object]]]) -> dict[str, float]:
        row = next(
            r for r in document["rows"] if (r["measure"], r["scope_kind"], r["scope"]) == ("asa", "channel", "phone")
        )
        return row["differences"][0]  # type: ignore[index, no-any-return]

    assert drawn["inputs_drawn"] and not stated["inputs_drawn"]
    assert of(drawn)["half_width_of_inputs"] > 0.0 == of(stated)["half_width_of_inputs"]
    assert of(drawn)["high"] - of(drawn)["low"] > of(stated)["high"] - of(stated)["low"]
    assert len(of(drawn)["drivers"]) == 2 and of(stated)["drivers"] == []  # type: ignore[arg-type]


def test_three_policies_name_who_cannot_be_told_apart(tmp_path: Path) -> None:
    """The set that is best together, for every measure that has a good way."""
    result = run(SHOP, KEEP, SIXTH, "--replications", 8, "--no-folder")
    assert result.exit_code == 0, result.output
    assert "Who is best" in result.stdout and "cannot be told apart" in result.stdout


def test_one_replication_is_no_estimate() -> None:
    """One possible history: no interval, no odds, no claim."""
    result = run(SHOP, KEEP, "--replications", 1, "--no-folder")
    assert result.exit_code == 0, result.output
    assert "One possible history, not an estimate" in " ".join(result.stdout.split())
    assert "surely" not in result.stdout and "In words" not in result.stdout


def test_all_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    """Exit code 2, each with its place; nothing is run."""
    for name, old, new in (("a", "4 min", "4"), ("b", "mon-fri: 2", "mon-fry: 2")):
        (tmp_path / f"{name}.yaml").write_text(MINIMAL.read_text().replace(old, new))
    result = run(tmp_path / "a.yaml", tmp_path / "b.yaml", "--no-folder")
    assert result.exit_code == 2 and result.stdout == ""
    assert "a.yaml:6" in result.stderr and "b.yaml:" in result.stderr and "2 problems: nothing was run" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([SHOP], "got one scenario; a base and at least one policy are expected"),
        ([SHOP, MINIMAL], "policies are compared over the same period"),
        ([SHOP, "nowhere.yaml"], "nowhere.yaml"),
        ([SHOP] * 21, "at most 20 can be compared at once"),
    ],
)
def test_what_cannot_be_compared_is_refused(arguments: list[object], words: str) -> None:
    """Place, rule, repair; exit code 2."""
    result = run(*arguments, "--no-folder")
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())


def test_a_promise_that_only_one_makes_is_named(tmp_path: Path) -> None:
    """A policy that drops a promised channel is not called equal."""
    policy = tmp_path / "phone_only.yaml"
    policy.write_text(f"extends: {SHOP}\nchange:\n  contact_types.mail.per_day: 0\n")
    result = run(SHOP, policy, "--replications", 4, "--no-folder")
    words = " ".join(result.stdout.split())
    assert result.exit_code == 0 and "not compared: email (only small_shop" in words
    stopped = " ".join(run(SHOP, KEEP, "--replications", 2, "--no-folder", "--most-open", 3).stdout.split())
    assert "more work arrives than can be done" in stopped and "nobody came" not in stopped


def test_a_kept_run_that_is_compared_keeps_its_results(tmp_path: Path) -> None:
    """A comparison that simulates nothing new changes nothing in the folders of the runs."""
    from experiments.commands.run import run as single

    out = tmp_path / "runs"
    for path in (SHOP, KEEP):
        arguments = [str(path), "--replications", "4", "--no-plots", "--out", str(out)]
        assert CliRunner().invoke(single, arguments).exit_code == 0
    before = {f: (f / "status.json").read_bytes() for f in folders(out)}
    assert run(SHOP, KEEP, "--replications", 3, "--no-plots", "--out", out).exit_code == 0
    assert all((f / "status.json").read_bytes() == content for f, content in before.items())


def test_a_policy_changes_what_set_changes_in_all(tmp_path: Path) -> None:
    """--set applies to every scenario."""
    document = json.loads(
        run(SHOP, KEEP, "--replications", 2, "--no-folder", "--json", "--set", "contact_types.call.per_day=0").stdout
    )
    arrivals = [r for r in document["rows"] if r["measure"] == "arrivals" and r["scope"] == "phone"]
    assert all(v["value"] == 0.0 for r in arrivals for v in r["values"])
