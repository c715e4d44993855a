"""Names of run folders and of the files in them: harmless on every system, and without a way out."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{d}{i}" for d in ("com", "lpt") for i in range(1, 10))})
"""Names that Windows keeps for devices, whatever ending follows."""

FOLDER = re.compile(r"\d{8}-\d{6}-[a-z0-9]+(?:-[a-z0-9]+)*-(?P<key>[0-9a-f]{7})(?:-\d{1,3})?")
"""Name of a run folder: time, title, first letters of its key, a number if it was taken."""

NEW, TRASH = ".new-", ".trash-"
"""Beginnings of folders that are being made or taken away."""

REPLICATIONS = "replications"
"""Folder of the replications of a run."""

MOST_NUMBER = 999_999
"""Largest number of a replication that is kept."""

_REPLICATION = re.compile(r"r(\d{4,6})\.rep")
_PART = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_LONGEST = 120


def slug(title: str) -> str:
    """Name of a folder made of a title: only a-z, 0-9 and single hyphens, at most 40 characters.

    Examples
    --------
    >>> slug("Small shop, phone and e-mail"), slug("../../etc/passwd"), slug("双十一"), slug("CON")
    ('small-shop-phone-and-e-mail', 'etc-passwd', 'run', 'run-con')
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")
    if not name:
        return "run"
    return f"run-{name}" if name in RESERVED else name


def folder_name(began: datetime, title: str, key: str) -> str:
    """Name of the folder of a run: `<time>-<title>-<key7>`.

    Examples
    --------
    >>> folder_name(datetime(2026, 3, 2, 9, 30), "Small shop", "5f2c" * 16)
    '20260302-093000-small-shop-5f2c5f2'
    """
    return f"{began:%Y%m%d-%H%M%S}-{slug(title)}-{key[:7]}"


def is_file_name(name: str) -> bool:
    """Whether a name, with `/` between parts, is one of a file inside a run folder, on every system.

    Examples
    --------
    >>> [is_file_name(x) for x in ("plots/waits.png", "../x", "/etc/passwd", "a//b", ".hidden", "nul.txt", "x.")]
    [True, False, False, False, False, False, False]
    """
    return len(name) <= _LONGEST and all(
        _PART.fullmatch(part) and part.split(".")[0].lower() not in RESERVED for part in name.split("/")
    )


def replication_name(number: int) -> str:
    """Name of the file of a replication.

    Examples
    --------
    >>> replication_name(7), replication_number("r0007.rep"), replication_number("r7.rep")
    ('r0007.rep', 7, None)
    """
    if not 0 <= number <= MOST_NUMBER:
        raise ValueError(f"replication {number}: a number from 0 to {MOST_NUMBER} is expected")
    return f"r{number:04d}.rep"


def replication_number(name: str) -> int | None:
    """Number of the replication whose file has this name; None if none has."""
    found = _REPLICATION.fullmatch(name)
    if found is None or name != replication_name(int(found[1])):
        return None
    return int(found[1])
