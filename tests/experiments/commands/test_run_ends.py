"""How a run ends: a full disk, a fault, an interrupt, a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from experiments.commands import run as commands
from experiments.replication import history
from experiments.store import record_log, run_folder
from experiments.store import run as run_of_store
from experiments.store.status import Status
from sim.machine import EngineFault
from tests.experiments.desks import MINIMAL, ROOT


def run(*arguments: object) -> Result:
    """The command as typed."""
    return CliRunner().invoke(commands.run, [str(a) for a in arguments])


def only_folder(out: Path) -> Path:
    """The one run folder."""
    (folder,) = (path for path in out.iterdir() if path.is_dir())
    return folder


def state(out: Path) -> str:
    """What the only run says of itself."""
    return Status.read(only_folder(out)).shown


@pytest.mark.parametrize("full_at", ["replications/r0001.rep", "estimates.csv", "summary.json"])
def test_a_disk_that_fills_up_is_told_and_the_run_is_not_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full_at: str
) -> None:
    """Exit code 1; results that are known are still printed; the folder says that it failed."""
    write = run_folder.write_bytes

    def full(path: Path, content: bytes, **how: Any) -> None:
        if path.as_posix().endswith(full_at):
            raise OSError(28, "No space left on device")
        write(path, content, **how)

    monkeypatch.setattr(run_folder, "write_bytes", full)
    monkeypatch.setattr(run_of_store, "write_bytes", full)
    result = run(MINIMAL, "--replications", 2, "--workers", 1, "--out", tmp_path / "runs", "--no-plots")
    assert result.exit_code == 1
    assert "the disk is full" in result.stderr and "not complete" in result.stderr
    assert ("Channels" in result.stdout) == (not full_at.startswith("replications"))
    assert state(tmp_path / "runs") == "failed"
    monkeypatch.undo()
    again = run(MINIMAL, "--replications", 2, "--out", tmp_path / "runs", "--no-plots")
    assert again.exit_code == 0 and "replications are kept" in again.stderr


def test_a_full_disk_in_the_log_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log is written where the records are made."""

    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(record_log, "write_bytes", full)
    result = run(MINIMAL, "--replications", 1, "--out", tmp_path / "runs", "--log", "csv")
    assert result.exit_code == 1 and "the disk is full" in result.stderr


def test_an_engine_fault_is_not_blamed_on_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1, seed and replication, no traceback."""

    def broken(network: object, seed: int, replication: int, *how: object) -> None:
        raise EngineFault("a rule", seed, replication, 1.0)

    monkeypatch.setattr(history, "simulate", broken)
    result = run(MINIMAL, "--workers", 1, "--out", tmp_path / "runs")
    assert result.exit_code == 1 and "seed 1, replication 0" in result.stderr
    assert "Traceback" not in result.output


def test_an_interrupt_keeps_what_has_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 130, a word where it is, the state says interrupted; the same command goes on from there."""
    put = run_of_store.Run.put

    def stop(folder: run_of_store.Run, *replication: Any) -> None:
        put(folder, *replication)
        if len(folder.numbers()) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(run_of_store.Run, "put", stop)
    result = run(MINIMAL, "--replications", 9, "--workers", 1, "--out", tmp_path / "runs", "--no-plots")
    folder = only_folder(tmp_path / "runs")
    assert result.exit_code == 130
    assert f"interrupted: 2 of 9 replications had finished; they are kept in {folder}" in " ".join(
        result.stderr.split()
    )
    assert state(tmp_path / "runs") == "interrupted"
    monkeypatch.undo()
    again = run(MINIMAL, "--replications", 9, "--out", tmp_path / "runs", "--no-plots")
    assert again.exit_code == 0 and "2 of 9 replications are kept" in again.stderr


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
@pytest.mark.parametrize(("workers", "sign"), [(1, "r0001.rep"), (2, "status.json"), (2, "*.rep")])
def test_ctrl_c_ends_a_run_without_a_traceback(tmp_path: Path, workers: int, sign: str) -> None:
    """SIGINT to the whole group, as a terminal sends it: with one thread, at the beginning, while several work."""
    process = started(tmp_path / "runs", workers, sign)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err.decode()
    assert b"Traceback" not in err and err.startswith(b"interrupted") and out == b""
    assert state(tmp_path / "runs") == "interrupted"
    assert_all_gone(process.pid)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_killed_run_leaves_no_process_and_no_finished_folder(tmp_path: Path) -> None:
    """The folder stays unfinished, and everybody who reads it sees that nobody works on it."""
    process = started(tmp_path / "runs", 2, "*.rep")
    process.kill()
    process.wait()
    assert_all_gone(process.pid)
    assert Status.read(only_folder(tmp_path / "runs")).state == "running"
    assert state(tmp_path / "runs") == "interrupted"
    for stream in (process.stdout, process.stderr):
        assert stream is not None
        stream.close()
