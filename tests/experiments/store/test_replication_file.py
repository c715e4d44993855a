"""Replications on disk: the same bytes for the same numbers, and nothing else is ever read as good."""

from __future__ import annotations

import hashlib
import json
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from experiments.store.damage import Damaged, Foreign
from experiments.store.replication_file import Header, read_replication, seal, unseal
from experiments.store.sealed_arrays import MOST_RAW, Array, seal_arrays

HEADER = Header("k" * 64, "rows", 7, 61.5, {"draws": [1, 2]})
ARRAYS: dict[str, Array] = {
    "value": np.array([[0.5, np.nan, np.inf], [-0.0, 1e-300, 2.0]]),
    "open_rows": np.array([3, 5], dtype=np.int64),
    "there": np.array([True, False]),
    "none": np.zeros((0, 4), dtype=np.float32),
    "one": np.array(3, dtype=np.int16),
}


def same(a: Array, b: Array) -> bool:
    """Bit for bit, type and shape included; byte order aside."""
    little = a.dtype.newbyteorder("<")
    return a.shape == b.shape and b.dtype == little and a.astype(little).tobytes() == b.tobytes()


def crafted(entries: Any, blob: bytes = b"", about: Any = None) -> bytes:
    """A file with a proper checksum that says what it likes."""
    head = json.dumps({"about": about or {}, "arrays": entries}).encode()
    rest = head + b"\n" + blob
    return f"aftersim replication 1 {hashlib.sha256(rest).hexdigest()} {len(rest)}\n".encode() + rest


def test_what_is_sealed_is_read_back_bit_for_bit() -> None:
    """NaN, minus zero, empty and single values included; the arrays can be written to."""
    header, arrays = unseal(seal(HEADER, ARRAYS))
    assert header == HEADER
    assert list(arrays) == list(ARRAYS) and all(same(ARRAYS[name], arrays[name]) for name in ARRAYS)
    arrays["value"][0, 0] = 1.0


@given(
    st.dictionaries(
        st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True),
        arrays_of.arrays(
            st.sampled_from([">f8", "<f8", "f4", "i1", ">i2", "i4", "u8", "?"]),
            arrays_of.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
        ),
        max_size=4,
    )
)
def test_any_arrays_are_read_back(arrays: dict[str, Array]) -> None:
    """Any type that is kept, shape and byte order; and the bytes do not depend on how they lie in memory."""
    content = seal(HEADER, arrays)
    _, found = unseal(content)
    assert set(found) == set(arrays) and all(same(arrays[name], found[name]) for name in arrays)
    assert seal(HEADER, {name: np.asfortranarray(a) if a.ndim else a for name, a in arrays.items()}) == content


def test_the_first_line_says_what_it_is_and_how_to_check_it() -> None:
    """ASCII: format, version, SHA-256 and length of the rest, as other programs check it."""
    first, _, rest = seal(HEADER, ARRAYS).partition(b"\n")
    name, version, digest, length = first.decode("ascii").rsplit(" ", 3)
    assert (name, version) == ("aftersim replication", "1")
    assert digest == hashlib.sha256(rest).hexdigest() and int(length) == len(rest)


@pytest.mark.parametrize("bit", [1, 128])
def test_no_byte_changes_unnoticed(bit: int) -> None:
    """Every byte flipped: damaged, in words that name the file."""
    content = seal(HEADER, ARRAYS)
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= bit
        with pytest.raises(Damaged, match=r"^r0007\.rep: .* - "):
            unseal(bytes(changed), "r0007.rep")


def test_no_cut_or_addition_goes_unnoticed() -> None:
    """Cut at any place, with something after the end, or another file's end."""
    content = seal(HEADER, ARRAYS)
    for wrong in (*(content[:n] for n in range(len(content))), content + b"\0", content * 2):
        with pytest.raises(Damaged):
            unseal(wrong)
    with pytest.raises(Damaged, match="is cut short: 100 of"):
        unseal(content[: content.index(b"\n") + 101])


@given(st.binary(max_size=300), st.booleans())
def test_no_bytes_at_all_are_a_traceback(rest: bytes, checked: bool) -> None:
    """Neither raw bytes nor those with a proper checksum before them."""
    line = f"aftersim replication 1 {hashlib.sha256(rest).hexdigest()} {len(rest)}\n".encode() if checked else b""
    with pytest.raises(Damaged):
        unseal(line + rest)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda x: st.lists(x, max_size=4) | st.dictionaries(st.text(max_size=5), x, max_size=3),
    max_leaves=8,
)
BLOB = zlib.compress(b"\0" * 16, 1)
SIZES = st.integers(-1, 3) | st.sampled_from([len(BLOB), len(BLOB) + 1, 2**31, 2**63, 2**200, -(2**40)])
ENTRY = st.tuples(
    st.sampled_from(["value", "x", ""]), st.sampled_from(["<f8", "|b1", "|O", ">f8", "<M8[s]"]),
    st.lists(SIZES, max_size=3), SIZES,
).map(list)  # fmt: skip


@given(JSON | st.lists(ENTRY, max_size=2))
def test_a_lying_header_is_refused(entries: Any) -> None:
    """Whatever it says of its arrays, with a proper checksum: words, or exactly the bytes that are there."""
    try:
        _, arrays = unseal(crafted(entries, BLOB, {"key": "k", "layout": "r", "number": 0, "cut": None, "about": {}}))
    except Damaged:
        return
    assert sum(a.nbytes for a in arrays.values()) == 16


@pytest.mark.parametrize(
    ("shape", "packed"),
    [([2**40], len(BLOB)), ([2**20, 2**20, 2**20], len(BLOB)), ([0, 2**62], 8), ([3_000_000], len(BLOB)), ([-1], 9)],
)
def test_a_lying_size_takes_no_memory(shape: list[int], packed: int) -> None:
    """Sizes are checked before anything is set aside for them."""
    content = crafted([["value", "<f8", shape, packed]], BLOB)
    tracemalloc.start()
    with pytest.raises(Damaged):
        unseal(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_a_file_that_blows_up_takes_no_memory() -> None:
    """A few kilobytes that unpack to far more than the header says are stopped at what it says."""
    bomb = zlib.compress(b"\0" * 50_000_000, 9)
    content = crafted([["value", "<f8", [2], len(bomb)]], bomb)
    tracemalloc.start()
    with pytest.raises(Damaged, match="of another size than it says"):
        unseal(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize(
    ("array", "name"),
    [(np.array([object()]), "x"), (np.array(["a"]), "x"), (np.array([1j]), "x"), (np.zeros(1), "no name")],
)
def test_only_plain_numbers_are_sealed(array: Array, name: str) -> None:
    """Objects, texts and complex numbers are refused, and names that are no names."""
    with pytest.raises(ValueError, match="no array that is kept"):
        seal(HEADER, {name: array})


def test_what_could_not_be_read_back_is_not_written() -> None:
    """More than the reader takes is refused by the writer."""
    huge = np.broadcast_to(np.zeros(1), (MOST_RAW // 8 + 1,))
    with pytest.raises(ValueError, match="more than"):
        seal(HEADER, {"value": huge})
    with pytest.raises(ValueError, match="JSON"):
        seal(Header("k", "rows", 0, None, {"x": float("nan")}), {})


def test_a_file_of_another_version_or_kind_is_told() -> None:
    """They may be sound: they are told from damaged ones."""
    for name, version, words in (
        ("aftersim replication", 2, "another version of aftersim"),
        ("aftersim layout", 1, "another kind of file"),
    ):
        with pytest.raises(Foreign, match=words):
            unseal(seal_arrays(name, version, {}, {}))


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (Header("other" + "k" * 59, "rows", 7), "belongs to another run"),
        (Header("k" * 64, "other", 7), "holds other rows"),
        (Header("k" * 64, "rows", 8), "is replication 8, which its name denies"),
    ],
)
def test_a_replication_of_another_run_is_told(tmp_path: Path, header: Header, words: str) -> None:
    """Key, rows and number must be those of the place where it lies."""
    path = tmp_path / "r0007.rep"
    path.write_bytes(seal(header, ARRAYS))
    with pytest.raises(Foreign, match=words):
        read_replication(path, "k" * 64, "rows")
    path.write_bytes(seal(HEADER, ARRAYS))
    assert read_replication(path, "k" * 64, "rows").header == HEADER


@pytest.mark.parametrize(
    "about",
    [
        {},
        {"key": 1, "layout": "r", "number": 0, "cut": None, "about": {}},
        {"key": "k", "layout": "r", "number": True, "cut": None, "about": {}},
        {"key": "k", "layout": "r", "number": -1, "cut": None, "about": {}},
        {"key": "k", "layout": "r", "number": 0, "cut": float("nan"), "about": {}},
        {"key": "k", "layout": "r", "number": 0, "cut": "soon", "about": {}},
        {"key": "k", "layout": "r", "number": 0, "cut": None, "about": None},
    ],
)
def test_a_header_that_says_nothing_is_refused(about: dict[str, Any]) -> None:
    """Fields of other types, a time of stop that is no number."""
    with pytest.raises(Damaged):
        unseal(crafted([], b"", about))
