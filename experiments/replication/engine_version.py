"""Which program made the numbers: they are the same bit for bit only within one version of all of this."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]

SOURCES = ("sim/machine", "sim/lowering", "sim/measures", "sim/scenario", "experiments/replication")
"""Folders whose code decides on the numbers of a replication."""

PACKAGES = ("numpy", "scipy", "numba")
"""Libraries that compute them."""


class OtherVersion(Exception):
    """A worker elsewhere would leave other numbers, in words for people."""


def must_be(facts: Mapping[str, str]) -> None:
    """Refuse to work for a program of another version.

    Parameters
    ----------
    facts : mapping of str to str
        As `engine_facts` gave them where the work comes from.

    Raises
    ------
    OtherVersion
        Naming what differs, and where.
    """
    own = engine_facts()
    apart = [
        f"{name} {own.get(name, 'unknown')[:12]}, not {facts[name][:12]}"
        for name in facts
        if own.get(name) != facts[name]
    ]
    if apart:
        raise OtherVersion(
            f"a worker on {platform.node()} would leave other numbers ({'; '.join(apart)}) - "
            "install the same version of aftersim and of its libraries there"
        )


@cache
def engine_facts() -> dict[str, str]:
    """Version of aftersim, hash of its sources, versions of what it stands on; computed once per process.

    Examples
    --------
    >>> sorted(engine_facts())
    ['aftersim', 'machine', 'numba', 'numpy', 'python', 'scipy', 'sources']
    """
    return {
        "aftersim": _version("aftersim"),
        "sources": sources_hash(ROOT),
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        **{name: _version(name) for name in PACKAGES},
        "machine": f"{sys.platform} {platform.machine()}",
    }


def sources_hash(root: Path) -> str:
    """Hash (SHA-256) of the source files of `SOURCES` under a root, names included."""
    h = hashlib.sha256()
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*.py")):
            content = path.read_bytes()
            h.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode())
            h.update(content)
    return h.hexdigest()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "unknown"
