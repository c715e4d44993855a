"""A file that is there whole or not at all, also after a crash; and how such files are read."""

from __future__ import annotations

import os
import stat
import sys
from itertools import count
from pathlib import Path

from experiments.store.damage import Damaged

PART = ".part"
"""Ending of a file that is still being written; readers ignore it."""

_numbers = count()


def write_bytes(path: Path, content: bytes, *, late: bool = False) -> None:
    """Put a file in place: write a temporary neighbour, flush it to the disk, rename it, flush the folder.

    A kill at any moment leaves the old file or the new one, never half of it.

    Parameters
    ----------
    path : Path
        Replaced if it is there.
    content : bytes
        Everything.
    late : bool
        Leave the flushing to a later `flush_file` and `flush_folder`: only a loss of power before that can harm the
        file.

    Raises
    ------
    OSError
        Disk full, read-only, ...; the file is then as it was before, or whole, and no temporary one is left.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{next(_numbers)}{PART}")
    try:
        handle = _fresh(temporary)
        try:
            view = memoryview(content)
            while view:
                view = view[os.write(handle, view) :]
            if not late:
                os.fsync(handle)
        finally:
            os.close(handle)
        os.replace(temporary, path)  # noqa: PTH105 - all calls of this module that write are those of `os`
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if not late:
        flush_folder(path.parent)


def _fresh(path: Path) -> int:
    """Open a file that nobody else has; one that a killed process left is taken away."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        return os.open(path, flags, 0o666)
    except FileExistsError:
        path.unlink()
        return os.open(path, flags, 0o666)


def flush_file(path: Path) -> None:
    """Flush a file to the disk; one that has gone meanwhile needs none."""
    try:
        handle = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def flush_folder(folder: Path) -> None:
    """Flush the names in a folder to the disk; a rename is safe only then. Windows has no such call."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_plain(path: Path) -> bool:
    """Whether a file lies there itself: no link to elsewhere, no folder, no device."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError):
        return False


def read_bytes(path: Path, most: int, repair: str) -> bytes:
    """Read a plain file of a size that it may have.

    Parameters
    ----------
    path : Path
        Links, folders and devices are refused.
    most : int
        Largest size [bytes]; a larger file is not read.
    repair : str
        What to do if it cannot be read.

    Raises
    ------
    Damaged
        It is missing, not plain, too large or cannot be read.
    """
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            raise Damaged(path, "is not a plain file (a link, a folder or a device)", repair)
        if not found.st_size <= most:
            raise Damaged(path, f"is {found.st_size:,} bytes long, and at most {most:,} are read", repair)
        return path.read_bytes()
    except FileNotFoundError:
        raise Damaged(path, "is missing", repair) from None
    except OSError as error:
        raise Damaged(path, f"cannot be read ({error.strerror or type(error).__name__})", repair) from error
