"""A disk that fills up, or is read-only, at any write: words, and everything that was finished is kept."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from experiments.store.disk_problem import RunFolderProblem, disk_problem
from experiments.store.names import REPLICATIONS, replication_name
from experiments.store.replication_file import unseal
from experiments.store.run import Run
from experiments.store.run_store import RunStore, open_comparison
from tests.experiments.store.made_runs import complete, contents, finished, numbers, opened

CALLS = ("write", "fsync", "replace", "mkdir", "rename")
"""Everything by which the store changes the disk; `open` that makes a file counts too."""


@contextmanager
def full_at(n: int, number: int = errno.ENOSPC, lasting: bool = True) -> Iterator[list[str]]:
    """A disk that refuses the n-th write and, if it lasts, all later ones; a refused write may leave half of it."""
    real = {name: getattr(os, name) for name in (*CALLS, "open")}
    seen: list[str] = []

    def counted(name: str) -> Any:
        def call(*arguments: Any, **more: Any) -> Any:
            if name == "open" and not arguments[1] & os.O_CREAT:
                return real[name](*arguments, **more)
            seen.append(name)
            if len(seen) > n if lasting else len(seen) == n + 1:
                if name == "write":
                    real[name](arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
                raise OSError(number, os.strerror(number))
            return real[name](*arguments, **more)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in real:
            patch.setattr(os, name, counted(name))
        yield seen


def history(root: Path) -> None:
    """A run from nothing to its last word, and its comparison with itself."""
    with opened(root) as run:
        complete(run, 3)
    with open_comparison(root, "A", [("A", run)], {"replications": 3}) as comparison:
        comparison.begin(3)
        comparison.put_json("comparison.json", {})
        comparison.close("done")


def writes() -> int:
    """How many writes a history makes."""
    import tempfile

    with tempfile.TemporaryDirectory() as place, full_at(10**9) as seen:
        history(Path(place) / "runs")
    return len(seen)


WRITES = writes()


def whole(root: Path) -> dict[str, dict[str, bytes]]:
    """All folders under a root without their times."""
    return {
        path.name[16:]: contents(path) for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")
    }


def test_a_history_has_many_writes() -> None:
    """The tests below would pass on nothing if the calls were not seen."""
    assert WRITES > 60


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """What a history leaves without trouble."""
    root = tmp_path_factory.mktemp("alone")
    history(root)
    return whole(root)


@pytest.mark.parametrize("lasting", [True, False], ids=["full for good", "full once"])
@pytest.mark.parametrize("n", range(WRITES))
def test_a_disk_that_is_full_at_any_write_loses_nothing(
    tmp_path: Path, n: int, lasting: bool, alone: dict[str, dict[str, bytes]]
) -> None:
    """Words that say what to do; what is there is whole; going on gives the same bytes as a run without trouble."""
    root = tmp_path / "runs"
    with full_at(n, lasting=lasting) as seen:
        try:
            history(root)
            said = ""
        except RunFolderProblem as problem:
            said = str(problem)
    assert len(seen) > n
    if lasting or said:
        assert "the disk is full - free some space, or name another disk with --out" in said
    else:  # it was no more than to make a folder that is there
        assert [entry.state for entry in RunStore(root).entries()] == ["done", "done"]
    done = sorted(path.name for path in root.glob(f"*/{REPLICATIONS}/r*.rep"))
    for path in root.glob(f"*/{REPLICATIONS}/r*.rep"):
        unseal(path.read_bytes())
    for entry in RunStore(root).entries():
        assert entry.wrong == ""
        if entry.state == "done":
            folder = RunStore(root).read(entry.folder)
            assert entry.status is not None
            for name in entry.status.files:
                folder.read_result(name)
    if root.exists():
        again = opened(root)
        assert [replication_name(r) for r in sorted(again.finished())] == done and again.damaged == []
        assert not list(root.rglob(".*"))  # no temporary file or folder is left
    history(root)
    assert whole(root) == alone


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.EDQUOT, errno.EIO])
def test_other_trouble_is_told_too(tmp_path: Path, number: int) -> None:
    """Read-only, not allowed, over quota, broken: at the first replication of a run that is half done."""
    run = finished(tmp_path, 2)
    with full_at(0, number), pytest.raises(RunFolderProblem, match=f"{run.path.name}: .* - "):
        run.begin(4)
    with full_at(4, number), pytest.raises(RunFolderProblem, match=f"{run.path.name}: .* - "), opened(tmp_path) as run:
        run.begin(4)
        run.put(2, numbers(2))
    assert sorted(opened(tmp_path).finished()) == [0, 1]


def test_a_full_disk_under_the_index_is_no_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a cache: without it everything is read from the folders."""
    import sqlite3

    def full(*arguments: object, **more: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    run = finished(tmp_path, 2)
    monkeypatch.setattr(sqlite3, "connect", full)
    assert isinstance(opened(tmp_path), Run) and opened(tmp_path).path == run.path
    assert [entry.state for entry in RunStore(tmp_path).entries()] == ["done"]


def test_a_file_in_the_place_of_the_root_is_told(tmp_path: Path) -> None:
    """--out that names a file."""
    (tmp_path / "runs").write_text("not a folder")
    with pytest.raises(RunFolderProblem, match="--out"):
        opened(tmp_path / "runs")
    with pytest.raises(RunFolderProblem, match="--out"):
        RunStore(tmp_path / "runs").entries()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "read-only or not yours"),
        (errno.EACCES, "read-only or not yours"),
        (errno.ENOTDIR, "a file stands where a folder is needed"),
        (errno.ENOENT, "taken away"),
        (errno.EIO, "Input/output"),
    ],
)
def test_every_trouble_of_the_disk_says_what_to_do(number: int, words: str) -> None:
    """Place, reason and repair for each."""
    message = disk_problem("runs", OSError(number, os.strerror(number)))
    assert message.startswith("runs: ") and words in message and " - " in message


def test_a_folder_that_is_taken_away_meanwhile_is_told(tmp_path: Path) -> None:
    """Somebody cleans up while a run is at work."""
    import shutil

    run = opened(tmp_path)
    run.begin(2)
    run.put(0, numbers(0))
    shutil.rmtree(run.path)
    with pytest.raises(RunFolderProblem, match="has been taken away meanwhile - run the command again"):
        run.put(1, numbers(1))
