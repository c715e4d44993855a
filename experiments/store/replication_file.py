"""One replication on disk: a file of its own that proves by itself that it is whole and where it belongs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

from experiments.store.atomic_file import read_bytes
from experiments.store.damage import Damaged, Foreign
from experiments.store.names import MOST_NUMBER, replication_number
from experiments.store.sealed_arrays import MOST_FILE, Array, seal_arrays, unseal_arrays

FORMAT, VERSION = "aftersim replication", 1
REPAIR = "run the command again: it is simulated anew and replaced"


@dataclass(frozen=True)
class Header:
    """Which replication it is.

    Parameters
    ----------
    key : str
        Of the run.
    layout : str
        Digest of the rows.
    number : int
        Which of the seed's histories.
    cut : float or None
        Time at which it was stopped because too much was open [min].
    about : mapping
        Anything else that is the same whenever it is simulated; ready for JSON.
    """

    key: str
    layout: str
    number: int
    cut: float | None = None
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Finished:
    """A replication that was read back.

    Attributes
    ----------
    header : Header
        Which it is.
    arrays : dict of str to array
        Its numbers.
    """

    header: Header
    arrays: dict[str, Array]


def seal(header: Header, arrays: Mapping[str, Array]) -> bytes:
    """Pack a replication: the same replication always gives the same bytes.

    Parameters
    ----------
    header : Header
        Which it is.
    arrays : mapping of str to array
        Its numbers.

    Examples
    --------
    >>> import numpy as np
    >>> content = seal(Header("k", "rows", 3), {"value": np.array([0.5])})
    >>> unseal(content)[0].number
    3
    """
    about = {
        "key": header.key,
        "layout": header.layout,
        "number": header.number,
        "cut": None if header.cut is None else float(header.cut),
        "about": dict(header.about),
    }
    return seal_arrays(FORMAT, VERSION, about, arrays)


def unseal(content: bytes, place: Path | str = "replication") -> tuple[Header, dict[str, Array]]:
    """Unpack a replication.

    Parameters
    ----------
    content : bytes
        The file.
    place : Path or str
        Where it lies, for the words.

    Raises
    ------
    Damaged
        It is cut, changed, of another kind or version, or says what cannot be.
    """
    about, arrays = unseal_arrays(content, FORMAT, VERSION, place, REPAIR)
    key, layout, number, cut, more = (about.get(name) for name in ("key", "layout", "number", "cut", "about"))
    right = isinstance(key, str) and isinstance(layout, str) and isinstance(more, dict)
    if not right or type(number) is not int or not 0 <= number <= MOST_NUMBER:
        raise Damaged(place, "does not say which replication it is", REPAIR)
    if cut is not None and not (isinstance(cut, float) and isfinite(cut)):
        raise Damaged(place, "was stopped at a time that is no number", REPAIR)
    return Header(str(key), str(layout), number, cut, more or {}), arrays


def read_replication(path: Path, key: str, layout: str) -> Finished:
    """Read the file of a replication that belongs to a run.

    Parameters
    ----------
    path : Path
        Its name says its number.
    key, layout : str
        Of the run.

    Raises
    ------
    Damaged
        It cannot be read or is not whole; `Foreign` if it belongs to another run, layout or number.
    """
    header, arrays = unseal(read_bytes(path, MOST_FILE, REPAIR), path)
    if header.key != key:
        raise Foreign(path, f"belongs to another run ({header.key[:7]}, not {key[:7]})", REPAIR)
    if header.layout != layout:
        raise Foreign(path, "holds other rows than this run keeps", REPAIR)
    if header.number != replication_number(path.name):
        raise Foreign(path, f"is replication {header.number}, which its name denies", REPAIR)
    return Finished(header, arrays)
