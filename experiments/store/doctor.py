"""Looks at every file of every run: what is wrong, and what to do."""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from experiments.store.atomic_file import PART, is_plain
from experiments.store.damage import Damaged, Foreign
from experiments.store.entry import run_folders
from experiments.store.facts import FACTS, ComparisonFacts, Facts, RunFacts, read_facts
from experiments.store.index import INDEX, Index
from experiments.store.names import FOLDER, NEW, REPLICATIONS, TRASH, replication_number
from experiments.store.replication_file import REPAIR as SIMULATE
from experiments.store.replication_file import read_replication
from experiments.store.status import REPAIR, Status

HOUR = 3600.0
"""Temporary files that are older belong to nobody any more [s]."""

BY_REPAIR = "aftersim runs doctor --repair removes it"

Cure = Literal["remove", "rebuild"]


@dataclass(frozen=True)
class Finding:
    """Something wrong.

    Parameters
    ----------
    place : str
        The file or folder.
    wrong : str
        What is wrong with it.
    repair : str
        What to do.
    cure : {"remove", "rebuild"} or None
        What `mend` does about it.
    mended : bool
        It has been done.
    """

    place: str
    wrong: str
    repair: str
    cure: Cure | None = None
    mended: bool = False

    def __str__(self) -> str:
        return f"{self.place}: {self.wrong} - {'mended' if self.mended else self.repair}"

    def document(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {"place": self.place, "wrong": self.wrong, "repair": self.repair, "mended": self.mended}


def examine(root: Path) -> Iterator[Finding]:
    """Look at everything under a root.

    Parameters
    ----------
    root : Path
        Where runs are kept.

    Raises
    ------
    OSError
        The root cannot be read.
    """
    keys = set()
    comparisons: list[tuple[Path, ComparisonFacts]] = []
    for path in run_folders(root):
        facts, findings = _facts(path)
        yield from findings
        if facts is not None:
            keys.add(facts.key)
            if isinstance(facts, ComparisonFacts):
                comparisons.append((path, facts))
        yield from _files(path)
        yield from _results(path, facts)
    for path, facts in comparisons:
        for member in facts.members:
            if member.key not in keys:
                wrong = f'compares the run "{member.folder}" ({member.key[:7]}), which is not there any more'
                yield Finding(str(path), wrong, "its results can be read; compare again to get the run back")
    yield from _strays(root)
    for wrong in Index(root).what_differs():
        repair = "it is never believed; aftersim runs doctor --repair makes it anew"
        yield Finding(str(root / INDEX), wrong, repair, "rebuild")


def mend(root: Path, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Do what can be done without losing anything: remove what is damaged or left over, rebuild the index.

    Parameters
    ----------
    root : Path
        Where runs are kept.
    findings : iterable of Finding
        As `examine` gave them.

    Yields
    ------
    Finding
        Each, mended or as it was.
    """
    for finding in findings:
        done = False
        with suppress(OSError):
            if finding.cure == "remove":
                done = _removed(Path(finding.place))
            elif finding.cure == "rebuild":
                Index(root).rebuild()
                done = not Index(root).what_differs()
        yield Finding(finding.place, finding.wrong, finding.repair, finding.cure, done)


def _removed(place: Path) -> bool:
    """Remove what is still damaged or left over: meanwhile it may have been replaced by a sound file."""
    if replication_number(place.name) is not None:
        try:
            facts = read_facts(place.parents[1])
            if isinstance(facts, RunFacts):
                read_replication(place, facts.key, facts.layout)
            return False
        except Foreign:
            return False
        except Damaged:
            place.unlink()
    elif _left_over(place).cure is None:
        return False
    elif place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink()
    return True


def _of(problem: Damaged, cure: Cure | None = None) -> Finding:
    return Finding(problem.place, problem.wrong, problem.repair, cure)


def _facts(path: Path) -> tuple[Facts | None, list[Finding]]:
    try:
        facts = read_facts(path)
    except Damaged as problem:
        return None, [_of(problem)]
    found = []
    named = FOLDER.fullmatch(path.name)
    if named is None or named["key"] != facts.key[:7]:
        wrong = f"its name does not end with the first letters of its key, {facts.key[:7]}"
        found.append(Finding(str(path), wrong, "it is found all the same; rename it back if you like"))
    for name, fingerprint in facts.files.items():
        wrong = fingerprint.what_differs(path / name)
        if wrong:
            found.append(Finding(str(path / name), wrong, "run the command again: it is written anew"))
    return facts, found


def _files(path: Path) -> Iterator[Finding]:
    """What lies in a run folder and should not, and replications that are no replications."""
    for file in _everything(path):
        mode = file.lstat().st_mode
        if not stat.S_ISREG(mode):
            yield Finding(str(file), "is a link or a device, and run folders hold plain files", "remove it by hand")
        elif file.name.endswith(PART):
            yield _left_over(file)
        elif file.parent == path / REPLICATIONS and replication_number(file.name) is None:
            yield Finding(str(file), "has no name of a replication, and is never read", "remove it by hand")


def _results(path: Path, facts: Facts | None) -> Iterator[Finding]:
    """What the status vouches for, and the replications."""
    try:
        status: Status | None = Status.read(path)
    except Damaged as problem:
        status = None
        yield _of(problem)
    if status is not None and status.state == "done":
        for name, fingerprint in status.files.items():
            wrong = fingerprint.what_differs(path / name)
            if wrong:
                yield Finding(str(path / name), wrong, REPAIR)
    if not isinstance(facts, RunFacts):
        return
    sound = 0
    for file in sorted(_listing(path / REPLICATIONS)):
        number = replication_number(file.name)
        if number is None:
            continue
        try:
            read_replication(file, facts.key, facts.layout)
            sound += 1
        except Foreign as problem:  # it may be sound: it is for a person to say whether it goes
            yield _of(problem)
        except Damaged as problem:
            yield _of(problem, "remove" if is_plain(file) else None)
    if status is not None and status.state == "done" and sound < status.asked:
        wrong = f"is called done with {status.asked} replications, and {sound} sound ones lie there"
        yield Finding(str(path / REPLICATIONS), wrong, SIMULATE)


def _strays(root: Path) -> Iterator[Finding]:
    """What was being made or taken away under the root when a process ended."""
    for path in _listing(root):
        if path.is_symlink():
            if FOLDER.fullmatch(path.name) or os.path.lexists(path / FACTS):
                wrong = "is a link; run folders lie under the root themselves, so it is not read"
                yield Finding(str(path), wrong, "remove it by hand")
        elif path.name.startswith((NEW, TRASH) if path.is_dir() else ".") and (path.is_dir() or path.suffix == PART):
            yield _left_over(path)


def _left_over(path: Path) -> Finding:
    age = time.time() - path.lstat().st_mtime
    if age > HOUR:
        return Finding(str(path), f"was left over by a process {age / HOUR:,.0f} h ago", BY_REPAIR, "remove")
    return Finding(str(path), "is being written, or was left over", "wait an hour, and look again")


def _everything(folder: Path) -> Iterator[Path]:
    for path in sorted(_listing(folder)):
        if path.is_dir() and not path.is_symlink():
            yield from _everything(path)
        else:
            yield path


def _listing(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return []
