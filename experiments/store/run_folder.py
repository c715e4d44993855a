"""A run as a folder: everything needed to read it again and to repeat it, safe against crashes."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import platform
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from experiments.store.atomic_file import PART, flush_folder, write_bytes
from experiments.store.tables import csv_bytes, parquet_bytes

if TYPE_CHECKING:
    import pandas as pd

State = Literal["running", "done", "interrupted", "failed"]

STATUS = "status.json"
PACKAGES = ("aftersim", "numpy", "scipy", "pandas", "pyarrow", "simpy", "pydantic", "pyyaml", "matplotlib")
RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{d}{i}" for d in ("com", "lpt") for i in range(1, 10))})
"""Names that Windows keeps for devices."""


class RunFolderProblem(Exception):
    """A run folder that cannot be written, in words for people."""


def slug(title: str) -> str:
    """Name of a folder made of a title: only a-z, 0-9 and single hyphens, at most 40 characters.

    Examples
    --------
    >>> slug("Small shop, phone and e-mail"), slug("../../etc/passwd"), slug("双十一"), slug("CON")
    ('small-shop-phone-and-e-mail', 'etc-passwd', 'run', 'run-con')
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")
    if not name:
        return "run"
    return f"run-{name}" if name in RESERVED else name


@dataclass
class RunFolder:
    """One run on disk.

    Every file is written whole (temporary file, flush, rename, flush of the folder), and `status.json` gets its last
    word after all others; a folder whose status is missing or `running` is not finished.

    Parameters
    ----------
    path : Path
        The folder, which is there.
    began : str
        When it was made (ISO 8601 with offset).
    asked : int
        Replications asked for.
    files : dict of str to dict
        What was written, with size and SHA-256.
    """

    path: Path
    began: str
    asked: int = 0
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    finished: int = 0

    @classmethod
    def create(cls, root: Path, title: str, fingerprint: str, asked: int) -> RunFolder:
        """Make a folder `<time>-<title>-<fingerprint>` under a root; a number is added if it exists.

        Parameters
        ----------
        root : Path
            Made if it is not there.
        title : str
            Of the scenario; any text.
        fingerprint : str
            Text that says what is run (scenario, seed); its hash goes into the name.
        asked : int
            Replications asked for.

        Raises
        ------
        RunFolderProblem
            The folder cannot be made.
        """
        now = datetime.now().astimezone()
        code = hashlib.sha256(fingerprint.encode()).hexdigest()[:7]
        name = f"{now:%Y%m%d-%H%M%S}-{slug(title)}-{code}"
        with _explained(root):
            root.mkdir(parents=True, exist_ok=True)
            folder = _fresh(root, name)
            flush_folder(root)
            made = cls(folder, now.isoformat(timespec="seconds"), asked)
            made._status("running")
            return made

    def write(self, name: str, content: bytes) -> Path:
        """Write a file of the run.

        Parameters
        ----------
        name : str
            Relative to the folder, with `/` between parts; stays inside.
        content : bytes
            Everything.

        Raises
        ------
        RunFolderProblem
            The disk is full, the folder is read-only, ...
        """
        parts = name.split("/")
        if not all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", p) for p in parts):
            raise ValueError(f"{name!r} is not a name of a file inside a run folder")
        path = self.path.joinpath(*parts)
        with _explained(self.path):
            if not path.parent.is_dir():
                path.parent.mkdir(parents=True, exist_ok=True)
                flush_folder(path.parent.parent)
            write_bytes(path, content)
        self.files[name] = _facts(content)
        return path

    def write_text(self, name: str, text: str) -> Path:
        """Write a text file (UTF-8, line feeds); bytes of a file name that are no text stand as escapes."""
        return self.write(name, text.encode("utf-8", "backslashreplace"))

    def write_json(self, name: str, document: object) -> Path:
        """Write a JSON document; NaN is refused."""
        return self.write_text(name, json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n")

    def write_table(self, name: str, frame: pd.DataFrame, kinds: Sequence[str] = ("parquet", "csv")) -> None:
        """Write a table as `name.parquet` and `name.csv`."""
        for kind in kinds:
            content = parquet_bytes(frame) if kind == "parquet" else csv_bytes(frame)
            self.write(f"{name}.{kind}", content)

    def replication_done(self) -> None:
        """Count one more finished replication in the status."""
        self.finished += 1
        self._status("running")

    def close(self, state: Literal["done", "interrupted", "failed"], reason: str = "") -> None:
        """Say the last word: everything before it is on the disk.

        Files that worker processes wrote are listed too.
        """
        with _explained(self.path):
            for path in sorted(self.path.rglob("*")):
                name = path.relative_to(self.path).as_posix()
                if path.is_file() and name not in self.files and name != STATUS and not name.endswith(PART):
                    self.files[name] = _facts(path.read_bytes())
        self._status(state, reason)

    def _status(self, state: State, reason: str = "") -> None:
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        document: dict[str, Any] = {
            "state": state,
            "began": self.began,
            "updated": now,
            "process": os.getpid(),
            "replications": {"asked": self.asked, "finished": self.finished},
        }
        if reason:
            document["reason"] = reason
        if state != "running":
            document["files"] = self.files
        with _explained(self.path):
            text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
            write_bytes(self.path / STATUS, text.encode())


def read_state(folder: Path) -> State:
    """State of a run folder; one without a readable status was never finished, which counts as `running`.

    Parameters
    ----------
    folder : Path
        Made by `RunFolder.create`.
    """
    try:
        state = json.loads((folder / STATUS).read_text(encoding="utf-8"))["state"]
    except (OSError, ValueError, KeyError, TypeError):
        return "running"
    return state if state in ("done", "interrupted", "failed") else "running"


def broken_files(folder: Path) -> list[str]:
    """Files that a finished run lists and that are missing or differ; empty means it is whole."""
    document = json.loads((folder / STATUS).read_text(encoding="utf-8"))
    wrong = []
    for name, facts in document.get("files", {}).items():
        try:
            content = (folder / name).read_bytes()
        except OSError:
            wrong.append(name)
            continue
        if hashlib.sha256(content).hexdigest() != facts["sha256"]:
            wrong.append(name)
    return wrong


def environment(
    seed: int,
    replications: int,
    workers: int | None,
    command: Sequence[str],
    inputs: Sequence[Path],
    engine: str = "auto",
) -> Mapping[str, Any]:
    """What a run rests on: versions, seed and the hashes of the files that were read.

    Parameters
    ----------
    seed, replications : int
        Of this run.
    workers : int, optional
        Processes asked for.
    command : sequence of str
        Words that repeat it.
    inputs : sequence of Path
        Files that were read.
    engine : str
        As asked for; all leave the same numbers.
    """
    return {
        "command": list(command),
        "seed": seed,
        "replications": replications,
        "workers": workers,
        "engine": engine,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: _version(name) for name in PACKAGES},
        "inputs": [{"file": str(p), "sha256": hashlib.sha256(p.read_bytes()).hexdigest()} for p in inputs],
    }


def _facts(content: bytes) -> dict[str, Any]:
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _fresh(root: Path, name: str) -> Path:
    """A new folder under the root; making it is what reserves its name."""
    home = root.resolve()
    for i in range(1, 1000):
        folder = root / (name if i == 1 else f"{name}-{i}")
        if folder.resolve().parent != home:
            raise RunFolderProblem(f"{folder}: a run folder must lie directly under {root}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise RunFolderProblem(f"{root / name}: a thousand runs of this name in one second")


@contextmanager
def _explained(place: Path) -> Iterator[None]:
    """Turn an error of the disk into words: what, where, what to do."""
    try:
        yield
    except OSError as error:
        raise RunFolderProblem(disk_problem(place, error)) from error


def disk_problem(place: Path | str, error: OSError) -> str:
    """Say what is wrong with the disk, and what to do.

    Examples
    --------
    >>> disk_problem("runs", OSError(errno.ENOSPC, "No space left on device"))
    'runs: the disk is full - free some space, or name another disk with --out'
    """
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", None)):
        return f"{place}: the disk is full - free some space, or name another disk with --out"
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return (
            f"{place}: cannot be written (read-only or not yours) - name another folder with --out, or use --no-folder"
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return f"{place}: a file stands where a folder is needed - name another folder with --out"
    reason = error.strerror or str(error) or type(error).__name__
    return f"{place}: cannot be written ({reason}) - name another folder with --out, or use --no-folder"
