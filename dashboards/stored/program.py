"""Whether the program that makes the numbers is still the one that made the stored ones: its code, not its comments."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from experiments.replication.engine_version import ROOT, SOURCES


def _files(root: Path) -> Iterator[tuple[str, bytes]]:
    """Sources with their names, line ends as on Unix: they are others on Windows."""
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*.py")):
            yield path.relative_to(root).as_posix(), path.read_bytes().replace(b"\r\n", b"\n")


def text_hash(root: Path = ROOT) -> str:
    """Hash (SHA-256) of the sources as they are written; takes no time."""
    seal = hashlib.sha256()
    for name, content in _files(root):
        seal.update(f"{name} {len(content)}\n".encode() + content)
    return seal.hexdigest()


def code_hash(root: Path = ROOT) -> str:
    """Hash (SHA-256) of what the sources do, without comments, docstrings and layout; takes seconds."""
    seal = hashlib.sha256()
    for name, content in _files(root):
        seal.update(f"{name}\n{meaning(content)}\n".encode())
    return seal.hexdigest()


@cache
def is_same(text: str, code: str) -> bool:
    """Whether the program still does what it did when it had these hashes."""
    return text_hash() == text or code_hash() == code


def meaning(source: bytes) -> str:
    """What a source does, in a form that is the same in every version of Python.

    Examples
    --------
    >>> meaning(b"def f(x):\\n    'Doc.'\\n    return x  # why") == meaning(b"def f( x ): return x")
    True
    >>> meaning(b"x = 1") == meaning(b"x = 2")
    False
    """
    return _told(ast.parse(source))


def _told(node: object) -> str:
    if isinstance(node, list):
        return f"[{' '.join(map(_told, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    parts = []
    for name in node._fields:
        value = getattr(node, name, None)
        if name == "body" and isinstance(value, list):
            value = [x for x in value if not _is_text(x)]
        if value is not None and value != [] and name not in ("ctx", "kind", "type_comment"):
            parts.append(f"{name}={_told(value)}")
    return f"({type(node).__name__} {' '.join(parts)})"


def _is_text(node: object) -> bool:
    """A docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
