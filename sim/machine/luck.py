"""Luck that belongs to the entity: keys, and one uniform number per (key, name, round, purpose).

There is no generator and no state. Every random number is a hash of what it is *for*, so that a step, a reason,
a policy or an agent can be added without changing anybody else's luck (`SEMANTICS.md`, section 6).

Plain Python integers modulo 2^64 here; `uniforms` does the same for whole arrays.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

G = 0x9E3779B97F4A7C15
C1 = 0xBF58476D1CE4E5B9
C2 = 0x94D049BB133111EB
C3 = 0xD6E8FEB86659FD93
C4 = 0xA0761D6478BD642F
MASK = 0xFFFFFFFFFFFFFFFF
_TO_UNIT = 2.0**-52


class Purpose:
    """What a draw is for; part of its hash, so the numbers never change (rule 6.0)."""

    SIZE = 0
    PATIENCE = 1
    SILENT = 2
    GHOST = 3
    AFTER_WORK = 4
    SERVER = 5
    CLAUSE = 6
    DELAY = 7
    WATCH = 8
    REDRAW = 9
    DUE = 10
    HEAD_START = 11
    PRIORITY = 12


def mix(z: int) -> int:
    """Scatter the bits of a 64-bit number.

    References
    ----------
    Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators", finaliser of SplitMix64.

    Examples
    --------
    >>> mix(0), hex(mix(1))
    (0, '0x5692161d100b05e5')
    """
    z = (z ^ (z >> 30)) * C1 & MASK
    z = (z ^ (z >> 27)) * C2 & MASK
    return z ^ (z >> 31)


def name_hash(text: str) -> int:
    """64-bit number of a name; the text carries its kind (`"stream:one"`, `"step:one"`).

    Examples
    --------
    >>> name_hash("stream:one") != name_hash("step:one")
    True
    """
    return int.from_bytes(blake2b(text.encode("utf-8"), digest_size=8).digest(), "little")


def unit(x: int) -> float:
    """Uniform number strictly inside (0, 1) from the upper 52 bits of `x` (rule 6.1).

    Examples
    --------
    >>> 0.0 < unit(0) and unit(MASK) < 1.0
    True
    """
    return ((x >> 12) + 0.5) * _TO_UNIT


def draw(key: int, name: int, round_: int = 0, purpose: int = 0) -> float:
    """Uniform number that belongs to one entity, one name, one round and one purpose.

    Parameters
    ----------
    key : int
        Key of a job or server.
    name : int
        `name_hash` of the step, clause or watch.
    round_ : int
        Repetition of a loop the job is in, 0 to 255.
    purpose : int
        A `Purpose`.

    Examples
    --------
    >>> draw(1, name_hash("step:line")) == draw(1, name_hash("step:line"))
    True
    """
    # mix(mix(key + name) + (round * 256 + purpose) * G), written out: this is the hottest line of the machine
    z = (key + name) & MASK
    z = (z ^ (z >> 30)) * C1 & MASK
    z = (z ^ (z >> 27)) * C2 & MASK
    z = ((z ^ (z >> 31)) + (round_ * 256 + purpose) * G) & MASK
    z = (z ^ (z >> 30)) * C1 & MASK
    z = (z ^ (z >> 27)) * C2 & MASK
    return (((z ^ (z >> 31)) >> 12) + 0.5) * _TO_UNIT


def base_key(seed: int, replication: int) -> int:
    """Key from which all others of one replication grow."""
    return mix((mix((seed * G + 1) & MASK) + replication * C1) & MASK)


def named_key(base: int, text: str) -> int:
    """Key of a stream, pool or busyness factor by its name."""
    return mix(base ^ name_hash(text))


def server_key(pool_key: int, server: str) -> int:
    """Key of one server of a pool, by roster id or shift and ordinal."""
    return mix(pool_key ^ name_hash("server:" + server))


def cell_key(stream_key: int, cell: int, band: int) -> int:
    """Key of one hour (`cell`) and band of a stream; births in it are numbered from 1."""
    return mix((stream_key + (cell + 1) * C2 + (band + 1) * C3) & MASK)


def birth_key(cell: int, n: int) -> int:
    """Key of the n-th candidate birth of a cell."""
    return mix((cell + n * C4) & MASK)


def recorded_key(stream_key: int, row: int) -> int:
    """Key of the job that row `row` of a recorded log brings."""
    return mix((mix(stream_key ^ _LOG) + row * C4) & MASK)


def batch_key(birth: int, member: int) -> int:
    """Key of a member of a batch; member 0 keeps the key of the birth, so a batch law changes no luck."""
    return birth if member == 0 else mix((birth + member * C2) & MASK)


def child_key(parent: int, name: int, round_: int, ordinal: int) -> int:
    """Key of a spawned job: parent, clause or watch, the parent's round, and which of its children."""
    return mix((mix(parent ^ name) + (round_ * 256 + ordinal + 1) * C4) & MASK)


_LOG = name_hash("log")


def mix_array(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """`mix` of every element."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(C1)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(C2)
    return z ^ (z >> np.uint64(31))


def uniforms(keys: NDArray[np.uint64], name: int, round_: int = 0, purpose: int = 0) -> NDArray[np.float64]:
    """`draw` of every key of an array, the same numbers bit for bit.

    Examples
    --------
    >>> bool(uniforms(np.array([7], np.uint64), 5)[0] == draw(7, 5))
    True
    """
    step = np.uint64((round_ * 256 + purpose) * G & MASK)
    x = mix_array(mix_array(keys + np.uint64(name)) + step)
    return ((x >> np.uint64(12)).astype(np.float64) + 0.5) * _TO_UNIT
