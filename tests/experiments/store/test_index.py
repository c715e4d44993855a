"""The index: quick, and never believed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.store import entry as entries
from experiments.store import index as module
from experiments.store.entry import read_entry
from experiments.store.index import INDEX, Index
from experiments.store.run_store import RunStore
from tests.experiments.desks import ROOT
from tests.experiments.store.made_runs import aged, finished, opened

STEP = 61


def truth(root: Path) -> list[entries.Entry]:
    """What the folders say, without any index."""
    return [read_entry(path) for path in entries.run_folders(root)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three runs, not quite new, and an index that knows them."""
    for seed in (1, 2, 3):
        finished(tmp_path / "runs", 2, seed=seed)
    opened(tmp_path / "runs", seed=4).begin(5)
    for path in entries.run_folders(tmp_path / "runs"):
        aged(path)
    assert len(Index(tmp_path / "runs").entries()) == 4
    return tmp_path / "runs"


def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the folders that are read from now on."""
    seen: list[str] = []

    def counted(path: Path) -> entries.Entry:
        seen.append(path.name)
        return read_entry(path)

    monkeypatch.setattr(module, "read_entry", counted)
    return seen


def execute(root: Path, statement: str, *values: object) -> None:
    """Change the index behind its back."""
    connection = sqlite3.connect(root / INDEX)
    connection.execute(statement, values)
    connection.commit()
    connection.close()


def test_known_folders_are_not_read_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second list reads nothing and says the same."""
    seen = reads(monkeypatch)
    assert Index(root).entries() == truth(root) and seen == []


def test_it_keeps_a_log_beside_it(root: Path) -> None:
    """WAL: many processes at once."""
    connection = sqlite3.connect(root / INDEX)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_what_changed_is_read_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new word in a status, a new folder, a folder that is gone."""
    with opened(root, seed=4) as run:
        run.begin(5)
    new = finished(root, 1, seed=9)
    shutil.rmtree(opened(root, seed=1).path)
    seen = reads(monkeypatch)
    found = Index(root).entries()
    assert found == truth(root) and set(seen) == {run.path.name, new.path.name}
    assert Index(root).what_differs() == []


def test_a_folder_that_changed_just_now_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may change again within the same tick of the clock of the disk."""
    finished(tmp_path, 1)
    seen = reads(monkeypatch)
    Index(tmp_path).entries()
    Index(tmp_path).entries()
    assert len(seen) == 2


LIES: dict[str, tuple[str, tuple[object, ...]]] = {
    "a run that is not there": (
        "INSERT INTO runs SELECT 'x-' || folder, kind, key, title, seed, state, began, updated, asked, finished, size,"
        " members, wrong, status, stamp, seal FROM runs LIMIT 1",
        (),
    ),
    "a wrong key": ("UPDATE runs SET key = ?", ("f" * 64,)),
    "keys mixed up": ("UPDATE runs SET key = (SELECT max(key) FROM runs)", ()),
    "a wrong state": ("UPDATE runs SET state = 'done', status = (SELECT status FROM runs WHERE state = 'done')", ()),
    "a wrong title": ("UPDATE runs SET title = 'lies', size = 7", ()),
    "no rows": ("DELETE FROM runs", ()),
    "no table": ("DROP TABLE runs", ()),
    "another table": ("ALTER TABLE runs DROP COLUMN title", ()),
    "folders mixed up": ("UPDATE runs SET folder = folder || 'x'", ()),
    "other types": ("UPDATE runs SET members = 7, status = 'x', seed = 1.5, folder = x'ff' || folder", ()),
    "another version": ("PRAGMA user_version = 7", ()),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_index_never_leads_to_a_wrong_result(root: Path, lie: str) -> None:
    """Lists say what the folders say, runs are found by what they are; the lie is gone after that."""
    statement, values = LIES[lie]
    want = truth(root)
    execute(root, statement, *values)
    assert Index(root).what_differs() or lie == "no rows"
    assert RunStore(root).entries() == want
    execute(root, statement, *values) if lie not in ("no table", "another table") else None
    for seed in (1, 2, 3):
        run = opened(root, seed=seed)
        assert run.path.name in {e.folder for e in want} and len(run.finished()) == 2
    assert opened(root, seed=5).finished() == {}
    Index(root).rebuild()
    assert Index(root).what_differs() == []


def sealed_lie(root: Path) -> None:
    """Rows that lie and carry a proper seal: somebody wants to deceive."""
    connection = sqlite3.connect(root / INDEX)
    rows = connection.execute("SELECT * FROM runs ORDER BY folder").fetchall()
    keys = [row[2] for row in rows]
    for row, key in zip(rows, [*keys[1:], keys[0]], strict=True):
        lie = (*row[:2], key, *row[3:-1])
        connection.execute("UPDATE runs SET key = ?, seal = ? WHERE folder = ?", (key, module._seal(lie), row[0]))
    connection.commit()
    connection.close()


def test_even_a_sealed_lie_opens_no_wrong_run(root: Path) -> None:
    """A run is opened by the facts in its folder, found by its name where the index leads astray."""
    names = {seed: opened(root, seed=seed).path.name for seed in (1, 2, 3)}
    sealed_lie(root)
    assert Index(root).what_differs()
    for seed, name in names.items():
        run = opened(root, seed=seed)
        assert run.path.name == name and run.facts.seed == seed and len(run.finished()) == 2


DAMAGE: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "no database": lambda path: path.write_bytes(b"not a database at all" * 100),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:5000]),
    "a stranger's log": lambda path: path.with_name(path.name + "-wal").write_bytes(b"stranger" * 1000),
    "a link": lambda path: (path.rename(path.with_name("kept")), path.symlink_to("kept")),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_index_is_made_anew(root: Path, damage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever lies in its place; a folder there is left alone, and everything works without an index."""
    want = truth(root)
    DAMAGE[damage](root / INDEX)
    assert Index(root).entries() == want
    assert Index(root).entries() == want
    if damage != "a folder":
        seen = reads(monkeypatch)
        assert Index(root).entries() == want and seen == []
        assert Index(root).what_differs() == []


@pytest.mark.parametrize("ending", ["", "-wal", "-shm"])
def test_nothing_is_written_through_a_link(root: Path, tmp_path: Path, ending: str) -> None:
    """A link in the place of the index or of its log is taken away; what it leads to stays as it is."""
    victim = tmp_path / "victim"
    shutil.copy(root / INDEX, victim)
    before = victim.read_bytes()
    (root / (INDEX + ending)).unlink(missing_ok=True)
    (root / (INDEX + ending)).symlink_to(victim)
    finished(root, 1, seed=8)
    aged(opened(root, seed=8).path)
    assert Index(root).entries() == truth(root)
    assert victim.read_bytes() == before and not (root / (INDEX + ending)).is_symlink()


def test_no_flipped_byte_of_the_index_changes_what_is_said(root: Path) -> None:
    """Many of its bytes, in turn."""
    want = truth(root)
    content = (root / INDEX).read_bytes()
    for place in range(0, len(content), STEP):
        changed = bytearray(content)
        changed[place] ^= 1 << (place // STEP % 8)
        for ending in ("-wal", "-shm"):
            (root / (INDEX + ending)).unlink(missing_ok=True)
        (root / INDEX).write_bytes(changed)
        assert Index(root).entries() == want, place


def test_no_cut_of_the_index_changes_what_is_said(root: Path) -> None:
    """At many places."""
    want = truth(root)
    content = (root / INDEX).read_bytes()
    for n in [*range(0, 200, 7), *range(200, len(content), 997)]:
        (root / INDEX).write_bytes(content[:n])
        assert Index(root).entries() == want, n


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_root_is_listed_without_an_index(root: Path) -> None:
    """With the index there, and without."""
    want = truth(root)
    for there in (True, False):
        if not there:
            (root / INDEX).unlink()
        root.chmod(0o500)
        try:
            assert Index(root).entries() == want
        finally:
            root.chmod(0o700)


def test_an_index_that_is_busy_is_done_without(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process holds it for longer than anybody waits: the folders are enough, and it is not thrown away."""
    monkeypatch.setattr(module, "WAIT", 0.05)
    finished(root, 1, seed=7)
    aged(opened(root, seed=7).path)
    want = truth(root)
    connection = sqlite3.connect(root / INDEX, isolation_level=None)
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("BEGIN EXCLUSIVE")
    assert Index(root).entries() == want
    connection.close()
    assert (root / INDEX).exists() and Index(root).entries() == want


WORKER = """
import sys
from pathlib import Path
from experiments.store.index import Index
from tests.experiments.store.made_runs import aged, finished
root, first = Path(sys.argv[1]), int(sys.argv[2])
for seed in range(first, first + 8):
    run = finished(root, 1, seed=seed)
    aged(run.path)
    assert run.path.name in {entry.folder for entry in Index(root).entries()}
"""


def test_many_processes_use_it_at_once(tmp_path: Path) -> None:
    """Four of them make and list runs: nobody fails, and the index is right in the end."""
    workers = [
        subprocess.Popen([sys.executable, "-c", WORKER, str(tmp_path), str(100 * i)], cwd=ROOT, stderr=subprocess.PIPE)
        for i in range(4)
    ]
    for worker in workers:
        _, said = worker.communicate(timeout=120)
        assert worker.returncode == 0, said.decode()
    assert len(Index(tmp_path).entries()) == 32
    assert Index(tmp_path).what_differs() == []


def test_texts_that_sqlite_cannot_hold_are_read_from_the_folder(tmp_path: Path) -> None:
    """A title of half a sign, a seed beyond all numbers of SQLite."""
    for title, seed in (("half \ud800", 1), ("large", 10**40)):
        aged(finished(tmp_path, 1, title=title, seed=seed).path)
    for _ in range(2):
        found = Index(tmp_path).entries()
        assert {(e.title, e.seed) for e in found} == {("half \ud800", 1), ("large", 10**40)}
