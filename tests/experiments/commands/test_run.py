"""The run command: what it prints, keeps and refuses, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from experiments.commands import run as commands
from experiments.replication import replications
from experiments.store import run_folder
from experiments.store.run_folder import RunFolderProblem, broken_files, read_state
from sim.machine import EngineFault
from tests.experiments.desks import MINIMAL, ROOT, odd_desk


def run(*arguments: object) -> Result:
    """The command as typed."""
    return CliRunner().invoke(commands.run, [str(a) for a in arguments])


def only_folder(out: Path) -> Path:
    """The one run folder."""
    (folder,) = out.iterdir()
    return folder


def test_a_run_leaves_a_complete_folder_and_a_report(tmp_path: Path) -> None:
    """Everything that is needed to read and to repeat it, listed in the status; the report says where it is."""
    result = run(MINIMAL, "--replications", 3, "--out", tmp_path / "runs")
    assert result.exit_code == 0, result.output
    folder = only_folder(tmp_path / "runs")
    assert str(folder) in result.stdout and "-the-smallest-desk-" in folder.name
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    pictures = {
        f"plots/{name}.{kind}"
        for name in ("service_level_by_hour", "queue_and_staff", "waits")
        for kind in ("png", "svg")
    }
    assert found == pictures | {
        "source.yaml",
        "scenario.yaml",
        "environment.json",
        "replications/r0000.parquet",
        "replications/r0001.parquet",
        "replications/r0002.parquet",
        "estimates.csv",
        "estimates.parquet",
        "summary.json",
        "status.json",
    }
    assert read_state(folder) == "done" and broken_files(folder) == []
    assert (folder / "source.yaml").read_bytes() == MINIMAL.read_bytes()
    facts = json.loads((folder / "environment.json").read_text())
    assert (facts["seed"], facts["replications"], facts["engine"]) == (1, 3, "auto")
    assert facts["packages"]["numpy"] and len(facts["inputs"][0]["sha256"]) == 64


def test_the_folder_repeats_the_run(tmp_path: Path) -> None:
    """Its resolved scenario, run with its seed, gives the same estimates to the last digit."""
    assert run(MINIMAL, "--replications", 2, "--seed", 5, "--set", "agent_groups.desk.shrinkage=20 %", "--no-plots",
               "--out", tmp_path / "a").exit_code == 0  # fmt: skip
    first = only_folder(tmp_path / "a")
    again = run(first / "scenario.yaml", "--replications", 2, "--seed", 5, "--no-plots", "--out", tmp_path / "b")
    assert again.exit_code == 0, again.output
    a, b = (pd.read_parquet(f / "estimates.parquet") for f in (first, only_folder(tmp_path / "b")))
    pd.testing.assert_frame_equal(a, b, check_exact=True)
    assert not (first / "plots").exists()


def test_json_is_one_document_with_units_and_definitions(tmp_path: Path) -> None:
    """Nothing else on stdout or stderr; no NaN; the same document lies in the folder."""
    result = run(odd_desk(tmp_path), "--replications", 2, "--json", "--out", tmp_path / "runs", "--no-plots")
    assert result.exit_code == 0 and result.stderr == ""
    document = json.loads(result.stdout, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert document["schema"] == "aftersim run 1" and document["scenario"]["title"].startswith("=Odd [red]")
    level = next(
        e
        for e in document["estimates"]
        if (e["measure"], e["scope"], e["hour"]) == ("service_level", "chat", None) and e["scope_kind"] == "channel"
    )
    assert level["unit"] == "share" and level["low"] <= level["value"] <= level["high"]
    assert {e["measure"] for e in document["estimates"]} <= set(document["measures"])
    assert "arrivals" in document["measures"]["service_level"]["formula"]
    assert document["observed"][0]["recorded"] == 71
    folder = only_folder(tmp_path / "runs")
    assert document["folder"] == str(folder)
    assert json.loads((folder / "summary.json").read_text()) == document


def test_no_folder_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only printed."""
    monkeypatch.chdir(tmp_path)
    result = run(MINIMAL, "--replications", 1, "--no-folder")
    assert result.exit_code == 0 and "Kept in" not in result.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_log_holds_every_contact(tmp_path: Path, kind: str) -> None:
    """As many counted first visits as contacts arrived, with names and local times."""
    out = tmp_path / "runs"
    result = run(MINIMAL, "--replications", 2, "--log", kind, "--no-plots", "--json", "--out", out)
    assert result.exit_code == 0, result.output
    folder = only_folder(out)
    read: Any = pd.read_csv if kind == "csv" else pd.read_parquet
    total = 0
    for r in (0, 1):
        visits, jobs, duty = (read(folder / "log" / f"{t}-r{r:04d}.{kind}") for t in ("visits", "jobs", "duty"))
        total += int((visits["counted"] & visits["first"]).sum())
        assert len(jobs) == visits["job"].nunique()
        assert set(duty["server"]) == {"day/1", "day/2"} >= set(visits["server"].dropna())
    arrivals = next(e for e in json.loads(result.stdout)["estimates"] if e["measure"] == "arrivals")
    assert total == arrivals["value"] * 2
    first = pd.Timestamp(visits["entered_at"].iloc[0])
    start = pd.Timestamp("2026-03-02", tz="UTC") + pd.Timedelta(minutes=float(visits["entered"].iloc[0]))
    assert abs(first - start) < pd.Timedelta(seconds=0.01)
    meaning = pd.read_csv(folder / "log" / "columns.csv")
    assert set(meaning[meaning["file"] == "visits"]["column"]) == set(visits.columns)
    assert set(meaning[meaning["file"] == "jobs"]["column"]) == set(jobs.columns)
    assert set(meaning[meaning["file"] == "duty"]["column"]) == set(duty.columns)


def test_every_input_problem_is_said_at_once(tmp_path: Path) -> None:
    """Exit code 2, all problems on stderr with their places, nothing kept, no traceback."""
    path = tmp_path / "bad.yaml"
    path.write_text(MINIMAL.read_text().replace("4 min", "4").replace("mon-fri: 2", "mon-fry: 2"))
    result = run(path, "--out", tmp_path / "runs")
    assert result.exit_code == 2 and result.stdout == ""
    assert "bad.yaml:6" in result.stderr and "mon-fry" in result.stderr and "nothing was run" in result.stderr
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--replications", "0"], 'got "0"; a whole number of at least 1 is expected - write --replications 20'),
        (["--replications", "many"], 'got "many"; a whole number of at least 1'),
        (["--seed", "-1"], 'got "-1"; a whole number of at least 0'),
        (["--workers", "1.5"], 'got "1.5"; a whole number of at least 1'),
        (["--set", "shrinkage"], 'got "shrinkage"; path=value is expected'),
        (["--log", "excel"], "'parquet', 'csv'"),
        (["--log", "csv", "--no-folder"], "drop one of them"),
        (["--replicatons", "5"], "--replications"),
    ],
)
def test_wrong_flags_teach(arguments: list[str], words: str) -> None:
    """The value received, the rule and the repair; exit code 2."""
    result = run(MINIMAL, *arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())


def test_a_missing_file_is_an_input_problem(tmp_path: Path) -> None:
    """Not a traceback."""
    result = run(tmp_path / "nowhere.yaml")
    assert result.exit_code == 2 and "nowhere.yaml" in result.stderr


def test_an_unwritable_place_is_told_before_anything_is_run(tmp_path: Path) -> None:
    """--out below a file: exit code 1, what to do, no traceback."""
    (tmp_path / "file").write_text("x")
    result = run(MINIMAL, "--out", tmp_path / "file" / "runs")
    assert result.exit_code == 1 and "--out" in result.stderr and result.stdout == ""


@pytest.mark.parametrize("full_at", ["replications/r0001.parquet", "estimates.csv", "summary.json"])
def test_a_disk_that_fills_up_is_told_and_the_run_is_not_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full_at: str
) -> None:
    """Exit code 1; results that are known are still printed; the folder says that it failed."""
    write = run_folder.write_bytes

    def full(path: Path, content: bytes) -> None:
        if path.as_posix().endswith(full_at):
            raise OSError(28, "No space left on device")
        write(path, content)

    monkeypatch.setattr(run_folder, "write_bytes", full)
    result = run(MINIMAL, "--replications", 2, "--out", tmp_path / "runs", "--no-plots")
    assert result.exit_code == 1
    assert "the disk is full" in result.stderr and "not complete" in result.stderr
    assert ("Channels" in result.stdout) == (not full_at.startswith("replications"))
    assert read_state(only_folder(tmp_path / "runs")) == "failed"


def test_a_full_disk_in_the_log_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log is written where the records are made."""

    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    from experiments.store import record_log

    monkeypatch.setattr(record_log, "write_bytes", full)
    result = run(MINIMAL, "--replications", 1, "--out", tmp_path / "runs", "--log", "csv")
    assert result.exit_code == 1 and "the disk is full" in result.stderr


def test_an_engine_fault_is_not_blamed_on_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1, seed and replication, no traceback."""

    def broken(network: object, seed: int, replication: int, *how: object) -> None:
        raise EngineFault("a rule", seed, replication, 1.0)

    monkeypatch.setattr(replications, "simulate", broken)
    result = run(MINIMAL, "--out", tmp_path / "runs")
    assert result.exit_code == 1 and "seed 1, replication 0" in result.stderr
    assert "Traceback" not in result.output


def test_an_interrupt_keeps_what_has_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 130, a word where it is, the state says interrupted."""
    keep = run_folder.RunFolder.replication_done

    def stop(folder: run_folder.RunFolder) -> None:
        keep(folder)
        if folder.finished == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(run_folder.RunFolder, "replication_done", stop)
    result = run(MINIMAL, "--replications", 9, "--out", tmp_path / "runs")
    folder = only_folder(tmp_path / "runs")
    assert result.exit_code == 130
    assert f"interrupted: 2 of 9 replications had finished; they are kept in {folder}" in result.stderr
    assert read_state(folder) == "interrupted"
    assert len(list((folder / "replications").glob("r*.parquet"))) == 2


def started(out: Path, workers: int, sign: str) -> subprocess.Popen[bytes]:
    """A long run in a process group of its own, after a file has appeared in its folder."""
    arguments = ["run", str(MINIMAL), "--replications", "5000", "--workers", str(workers), "--out", str(out)]
    process = subprocess.Popen(
        [sys.executable, "aftersim.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(out.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not list(out.glob(f"**/{sign}")) and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.3)
    return process


def assert_all_gone(group: int) -> None:
    """No process of the group is left, after a moment."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    os.killpg(group, signal.SIGKILL)
    pytest.fail("a process of the run is still there")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of a terminal")
@pytest.mark.parametrize(("workers", "sign"), [(1, "r0001.parquet"), (2, "status.json"), (2, "*.parquet")])
def test_ctrl_c_ends_all_processes_without_a_traceback(tmp_path: Path, workers: int, sign: str) -> None:
    """SIGINT to the whole group, as a terminal sends it, in a replication, while workers start, while they work."""
    process = started(tmp_path / "runs", workers, sign)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err.decode()
    assert b"Traceback" not in err and err.startswith(b"interrupted: ") and out == b""
    assert read_state(only_folder(tmp_path / "runs")) == "interrupted"
    assert_all_gone(process.pid)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_killed_run_leaves_no_processes_and_no_finished_folder(tmp_path: Path) -> None:
    """Only the parent is killed: its workers notice and end; the folder stays unfinished."""
    process = started(tmp_path / "runs", 2, "*.parquet")
    process.kill()
    process.wait()
    assert_all_gone(process.pid)
    assert read_state(only_folder(tmp_path / "runs")) == "running"
    for stream in (process.stdout, process.stderr):
        assert stream is not None
        stream.close()


def test_help_does_not_load_the_heavy_libraries() -> None:
    """`aftersim --help` must be quick: neither pandas nor matplotlib nor NumPy is needed to print it."""
    code = (
        "import sys; import experiments.commands.run; "
        "heavy = {'pandas', 'numpy', 'matplotlib', 'pyarrow', 'scipy', 'rich', 'pydantic'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)
    text = run("--help").stdout
    assert "Examples:" in text and "--replications N" in text and "--no-folder" in text


def test_problems_of_a_folder_are_an_exception_of_their_own() -> None:
    """Not an OSError: a caller tells them apart from any other trouble with files."""
    assert not issubclass(RunFolderProblem, OSError)


def test_too_many_workers_and_too_large_seeds_are_told_their_bound() -> None:
    """A number above the bound is not answered with the lower one."""
    workers = run(MINIMAL, "--workers", 10_000, "--no-folder")
    seed = run(MINIMAL, "--seed", 2**64, "--no-folder")
    assert workers.exit_code == seed.exit_code == 2
    assert 'got "10000"; a whole number of at most 61 is expected - write --workers 2' in workers.stderr
    assert "a whole number of at most 1000000000 is expected" in seed.stderr


def test_the_limit_of_the_command_line_is_that_of_the_machine() -> None:
    """It stands twice, as the command line starts without the machine."""
    from sim.machine.records import MOST_OPEN

    assert commands.MOST_OPEN == MOST_OPEN


def test_both_engines_print_the_same_numbers() -> None:
    """Bit for bit the same measures, whatever the engine."""
    documents = [
        json.loads(run(MINIMAL, "--replications", 2, "--engine", engine, "--json", "--no-folder").stdout)
        for engine in ("compiled", "reference")
    ]
    for d in documents:
        del d["command"]
    assert documents[0] == documents[1]


def test_an_operation_that_only_grows_is_stopped_and_says_so() -> None:
    """At the limit of contacts open at once, with the measures until then and what to do."""
    result = run(MINIMAL, "--replications", 2, "--most-open", 3, "--no-folder")
    assert result.exit_code == 0
    words = " ".join(result.stdout.split())
    assert "2 of 2 histories were stopped, the first on day 1 " in words
    assert "more than 3 contacts were open at once, because more work arrives than can be done" in words
    assert "--most-open 3" in words


def test_warmup_compiles_once_and_says_where_the_code_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time both engines are ready."""
    from sim.commands import warmup
    from sim.machine import engines

    CliRunner().invoke(warmup, [])
    result = CliRunner().invoke(warmup, [])
    assert result.exit_code == 0
    assert "core engine: was ready\nfull engine: was ready\nkept in " in result.stdout
    monkeypatch.setattr(engines, "kept_in", lambda: None)
    assert "it is compiled again in every process" in CliRunner().invoke(warmup, []).stdout


def test_a_large_run_says_that_it_waits_for_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once per installation, and how to do it beforehand."""
    from sim.machine import engines

    monkeypatch.setattr(engines, "must_wait", lambda network, engine, n: True)
    result = run(MINIMAL, "--replications", 1, "--no-folder")
    assert result.exit_code == 0
    assert "compiling the engine for this installation, once: about 15 s (aftersim warmup does it" in result.stderr


def test_a_run_of_very_many_contacts_says_so_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory never fills without a word; a full one is a message, and the exit code is that of the machine."""

    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(replications, "replicate", full)
    result = run(MINIMAL, "--no-folder", "--set", "contact_types.call.per_day=10000000")
    assert result.exit_code == 1
    assert "warning: about 50,000,000 contacts in each replication" in result.stderr
    assert "the memory is full" in result.stderr
    assert "warning" not in run(MINIMAL, "--no-folder").stderr


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full and file names of any bytes")
def test_a_terminal_that_cannot_show_it_or_a_full_disk_behind_it_is_no_traceback(tmp_path: Path) -> None:
    """Signs become plain ones, names become escapes, and what cannot be written is said."""
    words = [sys.executable, "-m", "aftersim", "run", str(MINIMAL), "--replications", "2", "--no-plots"]
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    name = os.fsencode(tmp_path) + b"/bad\xff"
    shown = subprocess.run(
        [*words, "--set", "title=Größe", "--out", name], cwd=ROOT, env=ascii_only, capture_output=True
    )
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith(b"Gr\\u00f6\\u00dfe") and b"Traceback" not in shown.stderr
    (folder,) = Path(os.fsdecode(name)).iterdir()
    assert read_state(folder) == "done" and json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    with Path("/dev/full").open("wb") as full:
        lost = subprocess.run([*words, "--no-folder"], cwd=ROOT, stdout=full, stderr=subprocess.PIPE)
    assert lost.returncode == 1
    assert b"the output cannot be written" in lost.stderr and b"Traceback" not in lost.stderr
