"""Arrays in one file that proves by itself that it is whole.

The first line is ASCII: name and version of the format, the SHA-256 of the rest and its length. The rest is one line of
JSON (what the file is about, and name, type, shape and packed size of each array), then the arrays one after another,
little-endian in C order, each packed by zlib at level 1. Equal contents make equal bytes within one version of zlib.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from experiments.store.damage import Damaged, Foreign

Array = NDArray[np.generic]

MOST_FILE = 256_000_000
"""Largest file that is read [bytes]."""

MOST_RAW = 1_000_000_000
"""Largest sum of its arrays, unpacked [bytes]."""

MOST_RATIO = 1032
"""zlib packs at most so many bytes into one (zlib manual, "Maximum Compression Factor")."""

TYPES = ("|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f4", "<f8")

_FIRST_LINE = re.compile(rb"([a-z -]{1,40}) (\d{1,6}) ([0-9a-f]{64}) (\d{1,12})\n")
_LONGEST_FIRST_LINE = 140
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MOST_DIMENSIONS = 8


def seal_arrays(format_name: str, version: int, about: Mapping[str, Any], arrays: Mapping[str, Array]) -> bytes:
    """Pack arrays into a file.

    Parameters
    ----------
    format_name, version : str, int
        What the file is, such as `aftersim replication`.
    about : mapping
        Ready for JSON, without NaN.
    arrays : mapping of str to array
        Of numbers or truth values, any byte order.

    Raises
    ------
    ValueError
        A name, a type or a size that no file may have.

    Examples
    --------
    >>> content = seal_arrays("aftersim example", 1, {"number": 3}, {"waits": np.array([1.5, np.nan])})
    >>> about, arrays = unseal_arrays(content, "aftersim example", 1, "example", "make it again")
    >>> about, arrays["waits"]
    ({'number': 3}, array([1.5, nan]))
    """
    entries, packed = [], []
    if not sum(np.asarray(a).nbytes for a in arrays.values()) <= MOST_RAW:
        raise ValueError(f"the arrays of one file hold more than {MOST_RAW:,} bytes")
    for name, array in arrays.items():
        plain = np.asarray(array)
        plain = np.ascontiguousarray(plain, plain.dtype.newbyteorder("<")).reshape(plain.shape)
        if plain.dtype.str not in TYPES or plain.ndim > _MOST_DIMENSIONS or not _NAME.fullmatch(name):
            raise ValueError(f'"{name}", {plain.dtype}, {plain.ndim} dimensions: no array that is kept')
        packed.append(zlib.compress(plain.tobytes(), 1))
        entries.append([name, plain.dtype.str, list(plain.shape), len(packed[-1])])
    head = json.dumps({"about": about, "arrays": entries}, sort_keys=True, separators=(",", ":"), allow_nan=False)
    rest = b"".join([head.encode("ascii"), b"\n", *packed])
    return f"{format_name} {version} {hashlib.sha256(rest).hexdigest()} {len(rest)}\n".encode("ascii") + rest


def unseal_arrays(
    content: bytes, format_name: str, version: int, place: Path | str, repair: str
) -> tuple[dict[str, Any], dict[str, Array]]:
    """Unpack a file; nothing is believed before it is checked, and no more memory is taken than the file can fill.

    Parameters
    ----------
    content : bytes
        All of it.
    format_name, version : str, int
        What is expected.
    place : Path or str
        Where it lies, for the words.
    repair : str
        What to do if it is damaged.

    Returns
    -------
    about : dict
        As given to `seal_arrays`.
    arrays : dict of str to array
        Of their own memory.

    Raises
    ------
    Damaged
        It is cut, changed, or says what cannot be; `Foreign` if it is of another kind or version.
    """

    def damaged(wrong: str) -> NoReturn:
        raise Damaged(place, wrong, repair)

    first = _FIRST_LINE.match(content[:_LONGEST_FIRST_LINE])
    if first is None:
        damaged(f'is not the expected file (its first line is no "{format_name}")' if content else "is empty")
    rest = memoryview(content)[first.end() :]
    length = int(first[4])
    if len(rest) < length:
        damaged(f"is cut short: {len(rest):,} of {length:,} bytes")
    if len(rest) > length:
        damaged(f"is too long: {len(rest):,} bytes, and {length:,} were written")
    if hashlib.sha256(rest).hexdigest().encode() != first[3]:
        damaged("was changed after it was written (its checksum differs)")
    found_format, found_version = first[1].decode(), int(first[2])
    if found_format != format_name:
        raise Foreign(place, f'is another kind of file ("{found_format}", and "{format_name}" is expected)', repair)
    if found_version != version:
        wrong = f"was written by another version of aftersim ({format_name} {found_version}; this one reads {version})"
        raise Foreign(place, wrong, "use that version, or simulate again")
    try:
        about, entries, begin = _head(content, first.end())
        return about, _unpacked(rest, begin - first.end(), entries)
    except ValueError as error:
        damaged(str(error))


def _head(content: bytes, begin: int) -> tuple[dict[str, Any], list[Any], int]:
    """What the file says of itself, and where its arrays begin."""
    end = content.find(b"\n", begin)
    if end < 0:
        raise ValueError("has no line that says what it holds")
    try:
        head = json.loads(content[begin:end].decode("ascii"))
    except (ValueError, RecursionError):
        head = None
    if not isinstance(head, dict):
        raise ValueError("does not say what it holds")
    about, entries = head.get("about"), head.get("arrays")
    if not isinstance(about, dict) or not isinstance(entries, list):
        raise ValueError("does not say what it holds")
    return about, entries, end + 1


def _unpacked(rest: memoryview, begin: int, entries: list[Any]) -> dict[str, Array]:
    arrays: dict[str, Array] = {}
    left = MOST_RAW
    for entry in entries:
        name, kind, shape, packed = _entry(entry)
        if name in arrays:
            raise ValueError(f'names the array "{name}" twice')
        dtype = np.dtype(kind)
        size = math.prod(shape) * dtype.itemsize
        left -= size
        if left < 0 or size > MOST_RATIO * packed or packed > len(rest) - begin:
            raise ValueError(f'says that "{name}" has {size:,} bytes, more than can be in it')
        unpack = zlib.decompressobj()
        try:
            raw = unpack.decompress(rest[begin : begin + packed], size + 1)
        except zlib.error as error:
            raise ValueError(f'has an array "{name}" that cannot be unpacked ({error})') from None
        if len(raw) != size or not unpack.eof or unpack.unused_data:
            raise ValueError(f'has an array "{name}" of another size than it says')
        if kind == "|b1" and raw.translate(None, b"\0\1"):
            raise ValueError(f'has an array "{name}" of truth values that holds others')
        arrays[name] = np.frombuffer(bytearray(raw), dtype=dtype).reshape(shape)
        begin += packed
    if begin != len(rest):
        raise ValueError("holds more than it says")
    return arrays


def _entry(entry: Any) -> tuple[str, str, list[int], int]:
    """Name, type, shape and packed size of one array."""
    if not isinstance(entry, list) or len(entry) != 4:
        raise ValueError("does not say what its arrays are")
    name, kind, shape, packed = entry
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError("has an array without a name")
    if not isinstance(kind, str) or kind not in TYPES:
        raise ValueError(f'has an array "{name}" of a type that is not kept')
    sizes = [*shape, packed] if isinstance(shape, list) and len(shape) <= _MOST_DIMENSIONS else [None]
    # a size of its own is bounded too: a zero beside it would hide it from the product
    if not all(type(n) is int and 0 <= n <= MOST_RAW for n in sizes):
        raise ValueError(f'has an array "{name}" without a size')
    return name, kind, shape, packed
