"""Size and hash of a file, and whether a file still has them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.store.atomic_file import is_plain
from experiments.store.names import is_file_name

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Fingerprint:
    """What tells a file from any other.

    Parameters
    ----------
    size : int
        Its length [bytes].
    sha256 : str
        Of its content, 64 letters.
    """

    size: int
    sha256: str

    @classmethod
    def of(cls, content: bytes) -> Fingerprint:
        """That of a content.

        Examples
        --------
        >>> Fingerprint.of(b"abc").size, Fingerprint.of(b"abc").sha256[:8]
        (3, 'ba7816bf')
        """
        return cls(len(content), hashlib.sha256(content).hexdigest())

    @classmethod
    def of_file(cls, path: Path) -> Fingerprint:
        """That of a file of any size.

        Raises
        ------
        OSError
            It cannot be read.
        """
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
            return cls(file.tell(), digest.hexdigest())

    def what_differs(self, path: Path) -> str:
        """Say how a file differs from what is written here; empty if it does not."""
        try:
            if not path.exists() and not path.is_symlink():
                return "is missing"
            if not is_plain(path):
                return "is not a plain file (a link, a folder or a device)"
            size = path.stat().st_size
            if size != self.size:
                return f"is {size:,} bytes long, and {self.size:,} were written"
            return (
                "" if Fingerprint.of_file(path) == self else "was changed after it was written (its checksum differs)"
            )
        except (OSError, ValueError) as error:
            return f"cannot be read ({getattr(error, 'strerror', None) or type(error).__name__})"

    def facts(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {"bytes": self.size, "sha256": self.sha256}


def fingerprints_of(document: object) -> dict[str, Fingerprint]:
    """Read what `Fingerprint.facts` wrote, by name of file.

    Raises
    ------
    ValueError
        It is something else; a name leads out of the folder.
    """
    if not isinstance(document, Mapping):
        raise ValueError('"files" is not a mapping')
    found = {}
    for name, facts in document.items():
        if not isinstance(name, str) or not is_file_name(name):
            raise ValueError(f"{name!r} is not a name of a file inside a run folder")
        if not isinstance(facts, Mapping):
            raise ValueError(f'the facts of "{name}" are no mapping')
        size, sha256 = facts.get("bytes"), facts.get("sha256")
        if type(size) is not int or not size >= 0 or not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
            raise ValueError(f'"{name}" has no size and SHA-256')
        found[name] = Fingerprint(size, sha256)
    return found
