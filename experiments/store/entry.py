"""One line about a run folder: what a list of runs shows of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from experiments.store.damage import Damaged
from experiments.store.facts import FACTS, ComparisonFacts, Kind, read_facts
from experiments.store.names import FOLDER
from experiments.store.status import STATUS, State, Status


@dataclass(frozen=True)
class Entry:
    """A run or a comparison, as its folder says.

    Parameters
    ----------
    folder : str
        Name of the folder.
    kind : {"run", "comparison"} or None
        None where the facts cannot be trusted.
    key, title : str
        From the facts; empty without them.
    seed : int or None
        Of a run.
    status : Status or None
        None where it cannot be trusted.
    size : int
        All files together [bytes].
    members : tuple of str
        Keys of the runs that a comparison compares.
    wrong : str
        What cannot be trusted, in words; empty if all can.
    """

    folder: str
    kind: Kind | None
    key: str
    title: str
    seed: int | None
    status: Status | None
    size: int
    members: tuple[str, ...] = ()
    wrong: str = ""

    @property
    def state(self) -> State | Literal["damaged"]:
        """How far it is, now."""
        return "damaged" if self.wrong or self.status is None else self.status.shown

    @property
    def began(self) -> datetime | None:
        """When it was made: from the status, else from the name of the folder."""
        if self.status is not None:
            return self.status.began
        try:
            return datetime.strptime(self.folder[:15], "%Y%m%d-%H%M%S").astimezone()
        except (ValueError, OverflowError, OSError):
            return None

    @property
    def updated(self) -> datetime | None:
        """When something was last said of it."""
        return self.began if self.status is None else self.status.updated

    def document(self) -> dict[str, Any]:
        """Ready for JSON."""
        s = self.status
        return {
            "folder": self.folder,
            "kind": self.kind,
            "key": self.key,
            "title": self.title,
            "seed": self.seed,
            "state": self.state,
            "began": None if self.began is None else self.began.isoformat(),
            "updated": None if self.updated is None else self.updated.isoformat(),
            "replications": None if s is None else {"asked": s.asked, "finished": s.finished},
            "bytes": self.size,
            "members": list(self.members),
            "wrong": self.wrong or None,
        }


def read_entry(path: Path) -> Entry:
    """Read a run folder; nothing but the folder itself is believed.

    Parameters
    ----------
    path : Path
        A folder directly under the root.
    """
    kind, key, title, seed, status = None, "", "", None, None
    members: tuple[str, ...] = ()
    wrong = []
    try:
        facts = read_facts(path)
        kind, key, title = facts.kind, facts.key, facts.title
        if isinstance(facts, ComparisonFacts):
            members = tuple(m.key for m in facts.members)
        else:
            seed = facts.seed
    except Damaged as problem:
        wrong.append(f"{Path(problem.place).name}: {problem.wrong} - {problem.repair}")
    try:
        status = Status.read(path)
    except Damaged as problem:
        wrong.append(f"{Path(problem.place).name}: {problem.wrong} - {problem.repair}")
    return Entry(path.name, kind, key, title, seed, status, folder_size(path), members, "; ".join(wrong))


def run_folders(root: Path) -> list[Path]:
    """Folders directly under a root that are run folders or were meant as such; links are not followed.

    Parameters
    ----------
    root : Path
        Need not be there.

    Raises
    ------
    OSError
        It cannot be read.
    """
    try:
        with os.scandir(root) as found:
            names = [e.name for e in found if e.is_dir(follow_symlinks=False) and not e.name.startswith(".")]
    except FileNotFoundError:
        return []
    return [root / n for n in sorted(names) if FOLDER.fullmatch(n) or os.path.lexists(root / n / FACTS)]


def stamp(path: Path) -> str:
    """What changes whenever the facts or the status of a folder are written again."""
    parts = []
    for name in (FACTS, STATUS):
        try:
            found = (path / name).lstat()
            parts.append(f"{found.st_mtime_ns} {found.st_size} {found.st_ino} {found.st_mode}")
        except OSError:
            parts.append("none")
    return ", ".join(parts)


def folder_size(path: Path) -> int:
    """Sum of the sizes of all files in a folder [bytes]; what cannot be read counts nothing."""
    return sum(size for _, size in _files(path))


def _files(folder: Path) -> Iterator[tuple[str, int]]:
    try:
        with os.scandir(folder) as found:
            entries = list(found)
    except OSError:
        return
    for entry in entries:
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path))
            else:
                yield entry.path, entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
