"""The index of a root: a cache that makes lists quick, never the truth."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from experiments.store.atomic_file import is_plain
from experiments.store.damage import Damaged
from experiments.store.entry import Entry, read_entry, run_folders, stamp
from experiments.store.facts import FACTS
from experiments.store.status import STATUS, Status

INDEX = "index.sqlite"
VERSION = 1

WAIT = 5.0
"""So long a process waits for another one that writes the index [s]."""

YOUNG = 2.0
"""A folder that changed less than so long ago may change again without its times showing it [s]; it is read anew."""

TABLE = """
CREATE TABLE IF NOT EXISTS runs (
  folder TEXT PRIMARY KEY, kind TEXT, key TEXT, title TEXT, seed TEXT, state TEXT, began TEXT, updated TEXT,
  asked INTEGER, finished INTEGER, size INTEGER, members TEXT, wrong TEXT, status BLOB, stamp TEXT, seal TEXT
)
"""
COLUMNS = 16
SIZE = 10

PASSING = {3, 5, 6, 8, 10, 13, 14}
"""SQLite's codes for what is no damage: not allowed, busy, locked, read-only, input or output, full, cannot open."""


class Index:
    """`index.sqlite` beside the run folders.

    Every use compares it with the folders: a row counts only if the facts and the status of its folder have not been
    written since, and if the row itself is as it was written (its seal). Everything else is read from the folders and
    put right. Where it cannot be read or written, the folders are enough.

    Parameters
    ----------
    root : Path
        Where the run folders lie.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / INDEX

    def entries(self) -> list[Entry]:
        """All runs and comparisons under the root, by name of their folders.

        Raises
        ------
        OSError
            The root cannot be read.
        """
        folders = run_folders(self.root)
        known, names = self._rows() if folders or self.path.exists() else ({}, set())
        found, changed = [], []
        for path in folders:
            mark = stamp(path)
            entry = known.get((path.name, mark))
            if entry is None:
                entry = read_entry(path)
                if _old(path) and mark == stamp(path) and _can_be_kept(entry):
                    changed.append((entry, mark))
            found.append(entry)
        gone = names - {entry.folder for entry in found}
        if changed or gone:
            self._keep(changed, gone)
        return found

    def rebuild(self) -> None:
        """Make it anew from the folders."""
        self._remove()
        self.entries()

    def what_differs(self) -> list[str]:
        """Say what in it contradicts the folders; empty if nothing does or there is none."""
        if not self.path.exists():
            return []
        try:
            with self._open() as connection:
                (sound,) = connection.execute("PRAGMA quick_check(1)").fetchone()
                if sound != "ok":
                    return [f"is damaged ({sound})"]
                rows = connection.execute("SELECT * FROM runs").fetchall()
        except (sqlite3.Error, _Foreign, ValueError) as error:
            return [f"cannot be read ({error})"]
        words = []
        names = {path.name: path for path in run_folders(self.root)}
        for row in rows:
            if _seal(row[:-1]) != row[-1]:
                words.append(f"the row of {row[0]} was changed after it was written")
            elif row[0] not in names:
                words.append(f"it has a row of {row[0]}, and there is no such run")
            elif row[-2] == stamp(names[row[0]]) and not _agree(row, _row(read_entry(names[row[0]]), row[-2])):
                words.append(f"the row of {row[0]} contradicts its folder")
        return words

    def _rows(self) -> tuple[dict[tuple[str, str], Entry], set[object]]:
        """Sound rows by folder and stamp, and the folders of all rows; a damaged index is taken away."""
        try:
            with self._open() as connection:
                rows = connection.execute("SELECT * FROM runs").fetchall()
            sound = {(row[0], row[-2]): _entry(row) for row in rows if _seal(row[:-1]) == row[-1]}
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", -1) & 0xFF not in PASSING:
                self._remove()
            return {}, set()
        except (_Foreign, Damaged, ValueError):  # names or texts that are no UTF-8 are a ValueError
            self._remove()
            return {}, set()
        return sound, {row[0] for row in rows}

    def _keep(self, changed: list[tuple[Entry, str]], gone: set[object]) -> None:
        with suppress(sqlite3.Error, _Foreign, ValueError, OSError), self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("DELETE FROM runs WHERE folder = ?", [(name,) for name in gone])
            marks = ", ".join("?" * COLUMNS)
            rows = [_row(entry, mark) for entry, mark in changed]
            connection.executemany(f"INSERT OR REPLACE INTO runs VALUES ({marks})", rows)
            connection.execute("COMMIT")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection for one use: none outlives a fork."""
        if any(os.path.lexists(path) and not is_plain(path) for path in self._files):
            raise _Foreign("it is a link, or no file")
        connection = sqlite3.connect(self.path, timeout=WAIT, isolation_level=None)
        try:
            connection.execute(f"PRAGMA busy_timeout = {WAIT * 1000:.0f}")
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version not in (0, VERSION):
                raise _Foreign(f"version {version}; this aftersim reads {VERSION}")
            if version == 0:
                connection.execute("PRAGMA journal_mode = WAL").fetchone()
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(TABLE)
                connection.execute(f"PRAGMA user_version = {VERSION}")
                connection.execute("COMMIT")
            if len(connection.execute("PRAGMA table_info(runs)").fetchall()) != COLUMNS:
                raise _Foreign("it has no table of runs, or another one")
            yield connection
        finally:
            connection.close()

    def _remove(self) -> None:
        """Take it away; its log first, which would be played into a new one."""
        for path in self._files:
            with suppress(OSError):
                path.unlink(missing_ok=True)

    @property
    def _files(self) -> list[Path]:
        return [self.path.with_name(self.path.name + ending) for ending in ("-wal", "-shm", "")]


class _Foreign(Exception):
    """A file that is no index of this version."""


def _row(entry: Entry, mark: str) -> tuple[object, ...]:
    s = entry.status
    row = (
        entry.folder,
        entry.kind,
        entry.key,
        entry.title,
        None if entry.seed is None else str(entry.seed),
        None if s is None else s.state,
        None if s is None else s.began.isoformat(),
        None if s is None else s.updated.isoformat(),
        None if s is None else s.asked,
        None if s is None else s.finished,
        entry.size,
        " ".join(entry.members),
        entry.wrong,
        None if s is None else s.content(),
        mark,
    )
    return (*row, _seal(row))


def _agree(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Whether two rows say the same; the size of a folder changes without its status."""
    return one[:SIZE] + one[SIZE + 1 : -1] == other[:SIZE] + other[SIZE + 1 : -1]


def _seal(row: tuple[object, ...]) -> str:
    """Hash of a row: one that was changed by hand or by the disk does not count."""
    return hashlib.blake2b(repr(row).encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()


def _entry(row: tuple[object, ...]) -> Entry:
    folder, kind, key, title, seed, *_, size, members, wrong, status, _, _ = row
    assert isinstance(members, str)
    said = Status.of(status, STATUS) if isinstance(status, bytes) else None
    number = int(seed) if isinstance(seed, str) else None
    return Entry(folder, kind, key, title, number, said, size, tuple(members.split()), wrong)  # type: ignore[arg-type]


def _can_be_kept(entry: Entry) -> bool:
    """Whether all of its texts are texts to SQLite; a lone surrogate is none."""
    try:
        "".join((entry.folder, entry.title, entry.wrong)).encode()
    except UnicodeEncodeError:
        return False
    return True


def _old(path: Path) -> bool:
    """Whether the facts and the status of a folder have been left alone for a while."""
    times = []
    for name in (FACTS, STATUS):
        with suppress(OSError):
            times.append((path / name).lstat().st_mtime)
    return all(time.time() - moment > YOUNG for moment in times)
