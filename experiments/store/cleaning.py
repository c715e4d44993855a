"""Which runs may go, and how they are taken away."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from experiments.store.damage import Damaged
from experiments.store.disk_problem import RunFolderProblem
from experiments.store.entry import Entry
from experiments.store.facts import read_facts
from experiments.store.names import TRASH
from experiments.store.process import Process
from experiments.store.status import Status, now


@dataclass(frozen=True)
class Wish:
    """What should go: runs to which all of this applies.

    Parameters
    ----------
    older_than : timedelta, optional
        Nothing was said of them for so long.
    unfinished : bool
        They are not done.
    keep : int, optional
        They are not among so many newest.
    """

    older_than: timedelta | None = None
    unfinished: bool = False
    keep: int | None = None


def to_go(entries: Sequence[Entry], wish: Wish) -> list[Entry]:
    """Runs that a wish takes, the oldest first.

    Never one that a process works on, one with facts or status that cannot be trusted, or a run that a comparison which
    stays compares.

    Parameters
    ----------
    entries : sequence of Entry
        All there are.
    wish : Wish
        What should go.
    """
    newest = sorted((e for e in entries if e.updated is not None), key=lambda e: (e.updated, e.folder), reverse=True)
    held = {e.folder for e in newest[: wish.keep or 0]}
    going = [e for e in reversed(newest) if e.folder not in held and _fits(e, wish)]
    gone = {e.folder for e in going}
    needed = {key for e in entries if e.folder not in gone for key in e.members}
    return [e for e in going if e.kind == "comparison" or e.key not in needed]


def _fits(entry: Entry, wish: Wish) -> bool:
    status = entry.status
    if entry.wrong or status is None or status.at_work:
        return False
    if wish.unfinished and entry.state == "done":
        return False
    return wish.older_than is None or now() - status.updated > wish.older_than


def remove(root: Path, entry: Entry) -> None:
    """Take away the folder of a run, if it is still what it was.

    It is first renamed, which makes it no run for everybody else, and looked at again.

    Parameters
    ----------
    root : Path
        Where it lies.
    entry : Entry
        As `to_go` gave it.

    Raises
    ------
    RunFolderProblem
        It is at work again, has changed, or cannot be removed.
    """
    path = root / entry.folder
    aside = root / f"{TRASH}{Process.own().number}-{entry.folder}"
    if path.is_symlink() or not path.is_dir():
        raise RunFolderProblem(f"{path}: is no run folder any more - nothing was removed")
    try:
        path.rename(aside)
        try:
            same = read_facts(aside).key == entry.key and not Status.read(aside).at_work
        except Damaged:
            same = False
        if not same:
            with suppress(OSError):
                aside.rename(path)
            raise RunFolderProblem(f"{path}: has changed meanwhile - nothing was removed")
        shutil.rmtree(aside)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise RunFolderProblem(f"{path}: cannot be removed ({reason}) - remove it by hand") from error
