"""Run folders: whole files or none, whatever happens, and never outside the root."""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.store import run_folder as module
from experiments.store.atomic_file import write_bytes
from experiments.store.run_folder import RunFolder, RunFolderProblem, broken_files, disk_problem, read_state, slug
from experiments.store.tables import csv_bytes
from tests.experiments.desks import ROOT

WRITER = """
import hashlib, sys
from pathlib import Path
from experiments.store.run_folder import RunFolder

payload = bytes(range(256)) * 2000
for k in range(1000):
    folder = RunFolder.create(Path(sys.argv[1]), f"killed {k}", str(k), 6)
    print(k, flush=True)
    for i in range(6):
        content = payload + f"{k} {i}".encode()
        name = hashlib.sha256(content).hexdigest()
        folder.write(f"replications/r{name}.bin", content)
        folder.replication_done()
    folder.close("done")
"""


def test_a_kill_at_any_moment_leaves_nothing_that_looks_finished_and_is_not(tmp_path: Path) -> None:
    """SIGKILL during writing: every file with a final name is whole, every run called done has all of its files."""
    rng = random.Random(8)
    for attempt in range(6):
        root = tmp_path / str(attempt)
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(root)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(rng.uniform(0.0, 0.15))
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        folders = sorted(root.iterdir())
        assert folders
        for file in root.rglob("r*.bin"):
            assert hashlib.sha256(file.read_bytes()).hexdigest() == file.stem[1:]
        for folder in folders:
            if (folder / "status.json").exists():
                json.loads((folder / "status.json").read_text())
            if read_state(folder) == "done":
                assert broken_files(folder) == [] and len(list(folder.rglob("r*.bin"))) == 6
        assert [read_state(f) for f in folders].count("running") <= 1


def failing(number: int, message: str) -> Callable[..., Any]:
    """Something that fails as the disk would."""

    def fail(*arguments: object, **more: object) -> Any:
        raise OSError(number, message)

    return fail


def test_a_full_disk_leaves_the_old_file_and_no_leftovers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ENOSPC when the content is flushed: the file is as it was, the temporary one is gone."""
    path = tmp_path / "estimates.csv"
    write_bytes(path, b"old")
    monkeypatch.setattr(os, "fsync", failing(errno.ENOSPC, "No space left on device"))
    with pytest.raises(OSError, match="No space left"):
        write_bytes(path, b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["estimates.csv"]
    assert path.read_bytes() == b"old"


def test_a_full_disk_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the folder and what to do; the run does not count as done."""
    folder = RunFolder.create(tmp_path, "full", "x", 1)
    monkeypatch.setattr(module, "write_bytes", failing(errno.ENOSPC, "No space left on device"))
    with pytest.raises(RunFolderProblem, match=r"the disk is full - free some space, or name another disk with --out"):
        folder.write("estimates.csv", b"x")
    with pytest.raises(RunFolderProblem):
        folder.close("done")
    assert read_state(folder.path) == "running"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_told_in_words(tmp_path: Path) -> None:
    """Not allowed to write: the message offers --out and --no-folder."""
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(RunFolderProblem, match="--no-folder"):
            RunFolder.create(tmp_path / "runs", "x", "x", 1)
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "read-only or not yours"),
        (errno.EACCES, "read-only or not yours"),
        (errno.ENOTDIR, "a file stands where a folder is needed"),
        (errno.EIO, "Input/output"),
    ],
)
def test_every_trouble_of_the_disk_says_what_to_do(number: int, words: str) -> None:
    """Place, reason and repair for each."""
    message = disk_problem("runs", OSError(number, os.strerror(number)))
    assert message.startswith("runs: ") and words in message and " - " in message


def test_a_file_in_the_place_of_the_root_is_told(tmp_path: Path) -> None:
    """--out that names a file."""
    (tmp_path / "runs").write_text("not a folder")
    with pytest.raises(RunFolderProblem, match="--out"):
        RunFolder.create(tmp_path / "runs", "x", "x", 1)


def test_the_last_word_comes_last(tmp_path: Path) -> None:
    """Running until closed; then the status lists every file with its hash, also those of other processes."""
    folder = RunFolder.create(tmp_path, "A run", "x", 2)
    folder.write_json("summary.json", {"a": 1})
    folder.replication_done()
    assert read_state(folder.path) == "running"
    assert json.loads((folder.path / "status.json").read_text())["replications"] == {"asked": 2, "finished": 1}
    (folder.path / "log").mkdir()
    write_bytes(folder.path / "log" / "visits-r0000.csv", b"by a worker")
    folder.close("done")
    assert read_state(folder.path) == "done"
    assert broken_files(folder.path) == []
    (folder.path / "log" / "visits-r0000.csv").write_bytes(b"changed")
    (folder.path / "summary.json").unlink()
    assert sorted(broken_files(folder.path)) == ["log/visits-r0000.csv", "summary.json"]


def test_two_runs_of_one_second_get_two_folders(tmp_path: Path) -> None:
    """Making the folder reserves its name."""
    a, b = (RunFolder.create(tmp_path, "same", "same", 1).path for _ in range(2))
    assert a != b and a.is_dir() and b.is_dir()


@given(st.text(max_size=80))
def test_a_slug_is_a_harmless_name_for_any_title(title: str) -> None:
    """Only a-z, 0-9 and single hyphens; never empty, hidden, reserved or with a way out."""
    name = slug(title)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert len(name) <= 44 and name not in module.RESERVED


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/passwd", "", "a//b", ".hidden", "a\\b", "x\n"])
def test_no_file_is_written_outside_the_folder(tmp_path: Path, name: str) -> None:
    """Names with a way out are refused before anything is touched."""
    folder = RunFolder.create(tmp_path, "x", "x", 1)
    with pytest.raises(ValueError, match="not a name"):
        folder.write(name, b"x")


@given(st.lists(st.text(max_size=12), min_size=1, max_size=5))
def test_no_text_in_a_csv_is_a_formula(texts: list[str]) -> None:
    """No cell that was text begins with = + - @, tab or carriage return; numbers are left alone."""
    frame = pd.DataFrame({"=name": texts, "kind": pd.Categorical(texts), "value": [-1.5] * len(texts)})
    content = csv_bytes(frame)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
    assert rows[0][0] == "'=name"
    for row, text in zip(rows[1:], texts, strict=True):
        assert row[2] == "-1.5"
        for cell in row[:2]:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
            lines = text.replace("\r\n", "\n").replace("\r", "\n")  # a bare \r would end the row for some readers
            assert cell in (lines, f"'{lines}")
