"""Trouble with the disk, in words."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class RunFolderProblem(Exception):
    """A run folder that cannot be written, in words for people."""


@contextmanager
def explained(place: Path) -> Iterator[None]:
    """Turn an error of the disk into words: what, where, what to do."""
    try:
        yield
    except OSError as error:
        raise RunFolderProblem(disk_problem(place, error)) from error


def disk_problem(place: Path | str, error: OSError) -> str:
    """Say what is wrong with the disk, and what to do.

    Examples
    --------
    >>> disk_problem("runs", OSError(errno.ENOSPC, "No space left on device"))
    'runs: the disk is full - free some space, or name another disk with --out'
    """
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", None)):
        return f"{place}: the disk is full - free some space, or name another disk with --out"
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return (
            f"{place}: cannot be written (read-only or not yours) - name another folder with --out, or use --no-folder"
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return f"{place}: a file stands where a folder is needed - name another folder with --out"
    if error.errno == errno.ENOENT:
        return f"{place}: has been taken away meanwhile - run the command again"
    reason = error.strerror or str(error) or type(error).__name__
    return f"{place}: cannot be written ({reason}) - name another folder with --out, or use --no-folder"
