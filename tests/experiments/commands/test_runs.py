"""The commands that look after runs: what they print, refuse and leave alone."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from experiments.commands import runs as commands
from experiments.commands.compare import compare
from experiments.commands.run import run
from experiments.commands.runs import runs
from experiments.replication import history
from experiments.store.run_store import RunStore, open_comparison
from tests.experiments.desks import ROOT, SHOP
from tests.experiments.store.made_runs import complete, contents, finished, numbers, opened


def call(out: Path, *arguments: object) -> Result:
    """A command as typed."""
    return CliRunner().invoke(runs, [*(str(a) for a in arguments), "--out", str(out)])


def document(out: Path, *arguments: object, code: int = 0) -> dict[str, Any]:
    """What a command says to a machine: one JSON document and nothing else."""
    result = call(out, *arguments, "--json")
    assert result.exit_code == code, result.output
    found = json.loads(result.stdout, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert found.pop("schema") == "aftersim runs 1"
    return dict(found)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two runs that are done, one that was interrupted, and a comparison."""
    monkeypatch.setattr("os.fsync", lambda handle: None)  # no test cuts the power
    a = finished(tmp_path / "runs", 3)
    b = finished(tmp_path / "runs", 3, agents=4, title="[red]Peak[/red]\x1b[31m =season 售后")
    with opened(tmp_path / "runs", seed=7, title="Stopped") as run:
        run.begin(5, ["aftersim", "run", "a b.yaml"])
        run.put(0, numbers(0, 7))
    with open_comparison(tmp_path / "runs", "A or B", [("A", a), ("B", b)], {"replications": 3}) as comparison:
        comparison.begin(3)
        comparison.put_json("comparison.json", {})
        comparison.close("done")
    return tmp_path / "runs"


def test_the_list_shows_the_newest_first(root: Path) -> None:
    """One line each, within 100 columns; titles do nothing to the terminal."""
    result = call(root, "list")
    assert result.exit_code == 0 and result.stderr == ""
    lines = result.stdout.splitlines()
    keys = {e.title: e.key[:7] for e in RunStore(root).entries()}
    assert [line.split()[0] for line in lines[2:4]] == [keys["A or B"], keys["Stopped"]]
    assert all(len(line) <= 100 for line in lines) and "\x1b" not in result.stdout
    assert "[red]Peak[/red]" in result.stdout and "1 of 5" in result.stdout and "interrupted" in result.stdout
    found = document(root, "list")["runs"]
    assert [r["state"] for r in found] == ["done", "interrupted", "done", "done"]
    assert found[0]["kind"] == "comparison" and len(found[0]["members"]) == 2
    assert found[1]["replications"] == {"asked": 5, "finished": 1}


def test_no_runs_at_all_are_no_error(tmp_path: Path) -> None:
    """The list says how to make one; the doctor finds nothing; nothing is created."""
    assert "aftersim run SCENARIO makes one" in call(tmp_path / "runs", "list").stdout
    assert document(tmp_path / "runs", "list")["runs"] == []
    assert "0 folders" in call(tmp_path / "runs", "doctor").stdout
    assert call(tmp_path / "runs", "clean", "--unfinished").stdout == "nothing to remove\n"
    assert not (tmp_path / "runs").exists()


def test_a_run_is_shown_with_what_it_rests_on(root: Path) -> None:
    """State, key, seed, options, versions, files, and how to go on."""
    result = call(root, "show", "stopped")
    assert result.exit_code == 0
    words = " ".join(result.stdout.split())
    for part in ("state interrupted", "1 whole, 5 asked for", "seed 7", "draws True", "numpy 2.4.6", "'a b.yaml'"):
        assert part in words
    assert "run the command again" in words
    shown = document(root, "show", "stopped")
    assert shown["whole"] == 1 and shown["options"] == {"draws": True} and shown["command"][1] == "run"
    compared = call(root, "show", "a-or-b").stdout
    assert "A: " in compared and "small-shop" in compared


def test_a_damaged_run_is_shown_as_far_as_it_goes(root: Path) -> None:
    """Exit code 1, what is wrong and what to do; no traceback."""
    run = opened(root)
    (run.path / "replications" / "r0001.rep").write_bytes(b"")
    result = call(root, "show", run.path.name)
    assert result.exit_code == 1 and "r0001.rep: is empty - run the command again" in result.stderr
    assert document(root, "show", run.path.name, code=1)["whole"] == 2
    (run.path / "status.json").write_bytes(b"{}")
    assert document(root, "show", run.path.name, code=1)["state"] == "damaged"
    (run.path / "facts.json").write_bytes(b"{}")
    result = call(root, "show", run.path.name)
    assert result.exit_code == 1 and "facts.json: is not the expected document" in result.stderr
    listed = call(root, "list")
    assert listed.exit_code == 0 and "damaged" in listed.stdout and "facts.json" in listed.stderr


@pytest.mark.parametrize("command", [["show"], ["export", "--to", "x.zip"], ["compare", "stopped"]])
@pytest.mark.parametrize("name", ["../x", "/etc", "nix", "20", ""])
def test_an_unknown_run_is_a_wrong_input(root: Path, command: list[str], name: str) -> None:
    """Exit code 2, what was typed, and what there is."""
    result = call(root, command[0], *command[1:], name)
    assert result.exit_code == 2 and f'"{name}"' in result.stderr and result.stdout == ""
    assert " - " in result.stderr and "Traceback" not in result.output


def test_two_runs_are_compared_and_nothing_else(root: Path) -> None:
    """What was never simulated is refused in words; a comparison too, with the way to its runs."""
    result = call(root, "compare", "small", "peak")
    assert result.exit_code == 1 and "cannot be simulated by this version" in result.stderr
    result = call(root, "compare", "small", "stopped")
    assert result.exit_code == 2 and "were simulated differently (seed: 1, 7)" in result.stderr
    result = call(root, "compare", "small", "a-or-b")
    assert result.exit_code == 2 and '"a-or-b" is a comparison, and two runs are expected' in result.stderr


def test_kept_runs_are_compared_as_if_they_were_simulated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same differences as `aftersim compare`, over the replications that both have; nothing is simulated."""
    out, keep = tmp_path / "runs", SHOP.parent / "policies" / "small_shop" / "keep_phones_free.yaml"
    options = ["--no-plots", "--json"]
    simulated = CliRunner().invoke(compare, [str(SHOP), str(keep), "--replications", "4", "--no-folder", "--json"])
    for path, n in ((SHOP, 6), (keep, 4)):
        arguments = [str(path), "--replications", str(n), "--out", str(out), *options]
        assert CliRunner().invoke(run, arguments).exit_code == 0
    monkeypatch.setattr(history, "simulate", lambda *_: pytest.fail("something was simulated"))
    names = ["small-shop", "one-agent"]
    assert "In words" in call(out, "compare", *names).stdout
    found, known = document(out, "compare", *names)["comparison"], json.loads(simulated.stdout)
    assert found["replications"] == 4
    for row in [*found["rows"], *known["rows"]]:
        for part in (*row["values"], *row["differences"]):
            del part["policy"]
        row["among_the_best"] = len(row["among_the_best"])
    assert found["rows"] == known["rows"]


def test_an_export_is_written_once(root: Path, tmp_path: Path) -> None:
    """Exit code 2 for a file that is there or an unknown ending, 1 for a place that cannot be written."""
    target = tmp_path / "x.csv"
    assert call(root, "export", "small", "--to", target).exit_code == 0
    assert len(pd.read_csv(target)) == 12
    again = call(root, "export", "small", "--to", target)
    assert again.exit_code == 2 and "--force" in again.stderr
    assert call(root, "export", "small", "--to", target, "--force").exit_code == 0
    assert document(root, "export", "small", "--to", tmp_path / "x.zip")["bytes"] > 0
    assert zipfile.is_zipfile(tmp_path / "x.zip")
    assert call(root, "export", "small", "--to", tmp_path / "x.doc").exit_code == 2
    nowhere = call(root, "export", "small", "--to", tmp_path / "no" / "x.csv")
    assert nowhere.exit_code == 1 and "Traceback" not in nowhere.output


def test_cleaning_is_first_a_rehearsal(root: Path) -> None:
    """Without --yes nothing is touched; with it exactly that goes."""
    before = sorted(root.rglob("*"))
    result = call(root, "clean", "--unfinished")
    assert result.exit_code == 0 and "Stopped" in result.stdout
    assert "1 folder, " in result.stdout and "nothing was removed - add --yes" in result.stdout
    assert sorted(root.rglob("*")) == before
    assert document(root, "clean", "--unfinished")["removed"] is False
    result = call(root, "clean", "--unfinished", "--yes")
    assert result.exit_code == 0 and "1 folder removed" in result.stdout
    assert [e.title for e in RunStore(root).entries() if e.state != "done"] == []
    assert "nothing to remove" in call(root, "clean", "--unfinished", "--yes").stdout
    assert document(root, "clean", "--keep", "0", "--yes")["removed"] is True
    assert RunStore(root).entries() == []


def test_a_running_run_is_not_cleaned(root: Path) -> None:
    """This process works on it."""
    run = opened(root)
    before = contents(run.path)
    run.begin(9)
    assert document(root, "clean", "--keep", "0", "--yes")
    assert contents(run.path) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "say what should go: --older-than 30d, --unfinished or --keep 20"),
        (["--older-than", "soon"], 'got "soon"; a number with min, h, d or w is expected - write 30d'),
        (["--older-than", "-3d"], "write 30d"),
        (["--keep", "-1"], "-1 is not in the range"),
        (["--keep", "x"], "not a valid integer"),
    ],
)
def test_wrong_wishes_teach(root: Path, arguments: list[str], words: str) -> None:
    """Exit code 2, and nothing is removed."""
    result = call(root, "clean", *arguments, "--yes")
    assert result.exit_code == 2 and words in " ".join(result.stderr.split())
    assert len(RunStore(root).entries()) == 4


def test_ages_are_read_in_every_unit() -> None:
    """Minutes to weeks."""
    read = commands.Age().convert
    hours = [read(text, None, None).total_seconds() / 3600 for text in ("30min", "12 h", "30d", "2w")]
    assert hours == [0.5, 12, 720, 336]


def test_the_doctor_names_mends_and_says_what_is_left(root: Path) -> None:
    """Exit code 1 as long as something is wrong."""
    assert call(root, "doctor").stdout == f"4 folders in {root}: nothing is wrong\n"
    run = opened(root)
    (run.path / "replications" / "r0001.rep").write_bytes(b"")
    result = call(root, "doctor")
    assert result.exit_code == 1 and "r0001.rep: is empty - run the command again" in result.stdout
    found = document(root, "doctor", code=1)
    assert found["folders"] == 4 and {"place", "wrong", "repair", "mended"} == set(found["findings"][0])
    result = call(root, "doctor", "--repair")
    assert result.exit_code == 1 and "r0001.rep: is empty - mended" in result.stdout and "1 mended" in result.stdout
    complete(opened(root), 3)
    assert call(root, "doctor").exit_code == 0


def test_a_file_in_the_place_of_the_root_is_told(tmp_path: Path) -> None:
    """Every command: exit code 1, the option to use, no traceback."""
    (tmp_path / "runs").write_text("x")
    for arguments in (["list"], ["show", "x"], ["clean", "--keep", "1"], ["doctor"]):
        result = call(tmp_path / "runs", *arguments)
        assert result.exit_code == 1 and "--out" in result.stderr, arguments


def test_help_has_examples_and_loads_no_heavy_library(root: Path) -> None:
    """Each command; lists need neither NumPy nor pandas."""
    for name, command in runs.commands.items():
        assert "Examples:" in CliRunner().invoke(runs, [name, "--help"]).stdout and command.help
    code = (
        "import sys; from experiments.commands.runs import runs; "
        f"runs(['list', '--out', {str(root)!r}], standalone_mode=False); "
        "heavy = {'pandas', 'numpy', 'matplotlib', 'pyarrow', 'scipy', 'pydantic'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60, stdout=subprocess.DEVNULL)
