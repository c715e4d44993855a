"""Where the dashboard finds scenarios, and where it keeps what it makes: all of it under the root of the runs."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from experiments.store.atomic_file import write_bytes

ROOT = Path(__file__).resolve().parent.parent
SCENARIOS = ROOT / "scenarios"
BASE = SCENARIOS / "baseline.yaml"
"""The desk that is shown first."""

RUNS = "AFTERSIM_RUNS"
"""Environment variable that names the root of the runs; `runs` of the current folder without it."""

KEPT = ".dashboard"
"""Folder under the root of the runs; the store takes no notice of it."""

_ID = re.compile(r"[0-9a-f]{16}")


def runs() -> Path:
    """Root under which runs are kept."""
    return Path(os.environ.get(RUNS, "runs"))


def kept(kind: str) -> Path:
    """Folder of one kind of things that the dashboard keeps, made if it is not there."""
    folder = runs() / KEPT / kind
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def is_id(text: str | None) -> bool:
    """Whether a text from an address can be the name of something that is kept: 16 hexadecimal digits.

    Examples
    --------
    >>> is_id("0123456789abcdef"), is_id("../../etc/passwd"), is_id(None)
    (True, False, False)
    """
    return text is not None and _ID.fullmatch(text) is not None


def digest(*parts: bytes) -> str:
    """Name of something by what it holds.

    Examples
    --------
    >>> digest(b"a", b"b") == digest(b"ab")
    False
    """
    seal = hashlib.sha256()
    for part in parts:
        seal.update(len(part).to_bytes(8, "big") + part)
    return seal.hexdigest()[:16]


def put(path: Path, content: bytes) -> Path:
    """Keep a file under a name that says what it holds; one that is there is left alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, content)
    return path


def keep_newest(kind: str, most: int, but: Collection[str] = ()) -> None:
    """Take away the oldest of what is kept, so that it does not grow for ever.

    Parameters
    ----------
    kind : str
        Of what.
    most : int
        How many stay.
    but : collection of str
        Names that stay in any case.
    """
    there = [path for path in kept(kind).iterdir() if path.stem not in but]
    for old in sorted(there, key=_age)[: max(len(there) - most, 0)]:
        if old.is_dir():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.unlink(missing_ok=True)


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def shown(path: Path) -> str:
    """A path as it is written in commands: short where that is possible.

    Examples
    --------
    >>> shown(Path.cwd() / "scenarios" / "baseline.yaml").replace(os.sep, "/")
    'scenarios/baseline.yaml'
    """
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path.resolve())


@dataclass(frozen=True)
class Shipped:
    """A policy that comes with the project.

    Parameters
    ----------
    name : str
        Name of its file without ending: how it stands in addresses.
    path : Path
        Its file.
    """

    name: str
    path: Path


def policies(base: str = BASE.stem) -> dict[str, Shipped]:
    """Policies that come with the project, by name: those written for a desk first, then those for the baseline.

    Parameters
    ----------
    base : str
        Name of the desk; of two policies of one name, the desk's own is meant.

    Examples
    --------
    >>> list(policies("small_shop"))[:3]
    ['better_answers', 'keep_phones_free', 'sixth_agent']
    """
    folder = SCENARIOS / "policies"
    own = sorted((folder / base).glob("*.yaml")) if base.isidentifier() else []
    found: dict[str, Shipped] = {}
    for path in (*own, *sorted(folder.glob("*.yaml"))):
        found.setdefault(path.stem, Shipped(path.stem, path))
    return found
