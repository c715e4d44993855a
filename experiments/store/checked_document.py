"""A JSON document for people and programs that carries its own checksum: no byte of it changes unnoticed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from experiments.store.atomic_file import read_bytes
from experiments.store.damage import Damaged, Foreign

MOST = 64_000_000
"""Largest document that is read [bytes]."""

_END = re.compile(rb',\n "check": "([0-9a-f]{64})"\n\}\n')
_END_LENGTH = 81


def document_bytes(format_name: str, version: int, body: Mapping[str, Any]) -> bytes:
    """Write a document; its last line is the SHA-256 of all that stands before.

    Parameters
    ----------
    format_name, version : str, int
        What it is, such as `aftersim status`, and how it is to be read.
    body : mapping
        Ready for JSON; neither NaN nor infinity.

    Examples
    --------
    >>> content = document_bytes("aftersim note", 1, {"text": "hello"})
    >>> document_of(content, "aftersim note", 1, "note.json", "write it again")
    {'text': 'hello'}
    """
    document = {"format": f"{format_name} {version}", **body}
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    # a file name that is no text stands as an escape, which JSON reads back
    raw = text.encode("utf-8", "backslashreplace").removesuffix(b"\n}")
    return raw + f',\n "check": "{hashlib.sha256(raw).hexdigest()}"\n}}\n'.encode()


def document_of(content: bytes, format_name: str, version: int, place: Path | str, repair: str) -> dict[str, Any]:
    """Read a document.

    Parameters
    ----------
    content : bytes
        The file.
    format_name, version : str, int
        What is expected.
    place : Path or str
        Where it lies, for the words.
    repair : str
        What to do if it is damaged.

    Raises
    ------
    Damaged
        It is not JSON, another document, of another version, or was changed after it was written.
    """
    try:
        document = json.loads(content.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Damaged(place, "is not a document that can be read (not JSON)", repair) from None
    if not isinstance(document, dict):
        raise Damaged(place, "is not the expected document (no mapping)", repair)
    found = document.get("format")
    expected = f"{format_name} {version}"
    if found != expected:
        if isinstance(found, str) and re.fullmatch(rf"{re.escape(format_name)} \d{{1,6}}", found):
            wrong = f'was written by another version of aftersim ("{found}"; this one reads "{expected}")'
            raise Foreign(place, wrong, "use that version, or simulate again")
        raise Damaged(place, f'is not the expected document (no "{expected}")', repair)
    end = _END.fullmatch(content[-_END_LENGTH:])
    if end is None or hashlib.sha256(content[:-_END_LENGTH]).hexdigest().encode() != end[1]:
        raise Damaged(place, "was changed after it was written (its checksum differs)", repair)
    del document["format"], document["check"]
    return document


def read_document(path: Path, format_name: str, version: int, repair: str) -> dict[str, Any]:
    """Read the document in a file.

    Raises
    ------
    Damaged
        As `document_of`, or the file is missing or not plain.
    """
    return document_of(read_bytes(path, MOST, repair), format_name, version, path, repair)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
