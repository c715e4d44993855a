"""A file that is there whole or not at all, also after a crash."""

from __future__ import annotations

import os
import sys
from pathlib import Path

PART = ".part"
"""Ending of a file that is still being written; readers ignore it."""


def write_bytes(path: Path, content: bytes) -> None:
    """Put a file in place: write a temporary neighbour, flush it to the disk, rename it, flush the folder.

    Parameters
    ----------
    path : Path
        Replaced if it is there.
    content : bytes
        Everything.

    Raises
    ------
    OSError
        Disk full, read-only, ...; the file is then as it was before and no temporary one is left.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Flush the names in a folder to the disk; a rename is safe only then. Windows has no such call."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
