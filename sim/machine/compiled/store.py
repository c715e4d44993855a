"""Compiled code on disk, valid for exactly these sources.

Numba's own cache looks at the file of the function that is called, not at the files of those that it calls; here the
stamp is a hash of everything that goes into the kernels.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from numba.core.caching import CompileResultCacheImpl, FunctionCache

from sim.machine.engines import Kind

HERE = Path(__file__).parent
SHARED = ("normal.py", "inversion.py", "luck.py", "network.py", "staff.py", "records.py", "steps.py", "laws.py")
"""Files of the machine whose functions or numbers go into the kernels."""


@cache
def stamp() -> str:
    """Hash of all sources of the kernels."""
    h = hashlib.blake2b(digest_size=16)
    for path in [*sorted(HERE.glob("*.py")), *(HERE.parent / name for name in SHARED)]:
        h.update(path.name.encode())
        h.update(path.read_bytes())
    return h.hexdigest()


@cache
def folder() -> Path | None:
    """First folder that can be written: beside the sources, the user's cache; None without one."""
    own = os.environ.get("AFTERSIM_CACHE_DIR") or os.environ.get("NUMBA_CACHE_DIR")
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for place in [Path(own)] if own else [HERE / "__pycache__", user / "aftersim"]:
        try:
            place.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=place).close()
        except OSError:
            continue
        return place
    return None


class _Locator:
    """Where Numba puts and finds the code, and for which sources it holds."""

    def ensure_cache_path(self) -> None:
        """`folder` has made it."""

    def get_cache_path(self) -> str:
        return str(folder())

    def get_source_stamp(self) -> str:
        return stamp()

    def get_disambiguator(self) -> str:
        return stamp()[:8]

    @classmethod
    def from_function(cls, py_func: Any, py_file: Any) -> _Locator | None:
        return cls() if folder() is not None else None


class _Impl(CompileResultCacheImpl):
    _locator_classes: Any = (_Locator,)


class _Cache(FunctionCache):
    _impl_class = _Impl


def keep(dispatcher: Any) -> None:
    """Keep what is compiled for a function on disk, if there is a place for it."""
    if hasattr(dispatcher, "py_func") and folder() is not None:
        dispatcher._cache = _Cache(dispatcher.py_func)


def is_kept(kind: Kind) -> bool:
    """Whether the code for this kind of network lies on disk or is compiled already."""
    from sim.machine.compiled.loop import run_kernels, signature

    if not hasattr(run_kernels, "py_func") or signature(kind) in run_kernels.overloads:
        return True
    index = getattr(getattr(run_kernels, "_cache", None), "_cache_file", None)
    if index is None:
        return False
    return any(key[0] == signature(kind) for key in index._load_index())
