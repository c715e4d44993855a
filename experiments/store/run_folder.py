"""A folder that is safe against crashes: results whole or not at all, and a last word that vouches for them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from experiments.store.atomic_file import PART, flush_folder, is_plain, read_bytes, write_bytes
from experiments.store.damage import Damaged
from experiments.store.disk_problem import RunFolderProblem, explained
from experiments.store.facts import FACTS, Facts
from experiments.store.fingerprint import Fingerprint
from experiments.store.names import REPLICATIONS, is_file_name
from experiments.store.process import Process
from experiments.store.status import REPAIR, STATUS, State, Status, now
from experiments.store.tables import csv_bytes, parquet_bytes

if TYPE_CHECKING:
    import pandas as pd

MOST_RESULT = 2_000_000_000
"""Largest result file that is read [bytes]."""


class RunFolder:
    """A run or a comparison on disk.

    Every file is written whole (temporary file, rename). `status.json` gets its last word after all others and lists
    them with size and SHA-256; before the first result file is touched it is told not to vouch for any. Several
    processes may work on one folder: what they write is equal, every file is one of theirs, and the status is that of
    whoever spoke last.

    Use it in a `with`: what is left open then is closed as interrupted or failed.

    Parameters
    ----------
    path : Path
        The folder, which is there.
    facts : Facts
        As in its `facts.json`.
    """

    facts: Facts

    def __init__(self, path: Path, facts: Facts) -> None:
        self.path = path
        self.facts = facts
        self.asked = 0
        self.command: tuple[str, ...] = ()
        self._put: dict[str, Fingerprint] = {}
        self._at_work = False

    @property
    def key(self) -> str:
        """What it is found by."""
        return self.facts.key

    def status(self) -> Status:
        """What its status says.

        Raises
        ------
        Damaged
            It cannot be trusted.
        """
        return Status.read(self.path)

    def begin(self, asked: int, command: Sequence[str] = ()) -> None:
        """Say that work begins; what was known to be done is no longer so.

        Parameters
        ----------
        asked : int
            Replications that the results will rest on.
        command : sequence of str
            Words that repeat it.

        Raises
        ------
        RunFolderProblem
            It cannot be written.
        """
        self.asked = asked
        self.command = tuple(command)
        self._put = {}
        self._at_work = True
        self._say("running")

    def join(self) -> None:
        """Take over a folder whose status says already that this process works on it."""
        self._at_work = True

    def put_result(self, name: str, content: bytes) -> Path:
        """Write a result file.

        Parameters
        ----------
        name : str
            Relative to the folder, with `/` between parts; stays inside.
        content : bytes
            Everything.

        Raises
        ------
        ValueError
            The name leads out of the folder, or is one of its own files.
        RunFolderProblem
            The disk is full, the folder is read-only, ...
        """
        taken = {FACTS, STATUS, REPLICATIONS, *self.facts.files}
        if not is_file_name(name) or name in taken or name.split("/")[0] == REPLICATIONS:
            raise ValueError(f"{name!r} is not a name of a result file inside a run folder")
        path = self.path.joinpath(*name.split("/"))
        self._work(again=not self._put)
        with explained(self.path):
            self._make_folder(path.parent)
            write_bytes(path, content)
        self._put[name] = Fingerprint.of(content)
        return path

    def put_json(self, name: str, document: object) -> Path:
        """Write a JSON document; NaN is refused, bytes of a file name that are no text stand as escapes."""
        text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        return self.put_result(name, text.encode("utf-8", "backslashreplace"))

    def put_table(self, name: str, frame: pd.DataFrame, kinds: Sequence[str] = ("parquet", "csv")) -> None:
        """Write a table as `name.parquet` and `name.csv`."""
        for kind in kinds:
            self.put_result(f"{name}.{kind}", parquet_bytes(frame) if kind == "parquet" else csv_bytes(frame))

    def drop_results(self, but: str = "") -> None:
        """Remove the result files of an earlier run, which rest on other replications or were made otherwise.

        Parameters
        ----------
        but : str
            A folder whose files stay.

        Raises
        ------
        RunFolderProblem
            They cannot be removed.
        """
        self._work(again=True)
        with explained(self.path):
            for name in self._results():
                if name.split("/")[0] == but:
                    continue
                self.path.joinpath(*name.split("/")).unlink(missing_ok=True)
        self._put = {}

    @property
    def at_work(self) -> bool:
        """Whether this process has said that it works on it."""
        return self._at_work

    def read_result(self, name: str) -> bytes:
        """A result file of a finished run, exactly as it was written.

        Raises
        ------
        Damaged
            It is not finished, or the file is missing or differs from what the status says.
        """
        status = self.status()
        path = self.path.joinpath(*name.split("/"))
        if status.state != "done" or name not in status.files:
            raise Damaged(path, f'is no result that is vouched for (the run is "{status.shown}")', REPAIR)
        content = read_bytes(path, MOST_RESULT, REPAIR)
        if Fingerprint.of(content) != status.files[name]:
            raise Damaged(path, "was changed after it was written (its checksum differs)", REPAIR)
        return content

    def close(self, state: Literal["done", "interrupted", "failed"], reason: str = "") -> None:
        """Say the last word: everything before it is on the disk.

        Files that other processes or threads of this run wrote, such as logs, are listed too.

        Parameters
        ----------
        state : {"done", "interrupted", "failed"}
            How it ended.
        reason : str
            Why, if it failed.

        Raises
        ------
        RunFolderProblem
            It cannot be written; or another process wrote other results at the same time.
        """
        self.flush()
        self._work()
        files = {}
        if state == "done":
            with explained(self.path):
                files = self._results()
            lost = sorted(name for name, facts in self._put.items() if files.get(name) != facts)
            if lost:
                self._at_work = False
                self._say("interrupted")
                raise RunFolderProblem(
                    f"{self.path / lost[0]}: another process wrote other results at the same time - "
                    "run the command again"
                )
        self._at_work = False
        self._say(state, files, reason)

    def flush(self) -> None:
        """Bring everything to the disk that is not there yet."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._at_work:
            return
        failed = kind is not None and issubclass(kind, Exception)
        reason = (str(error).splitlines() or [kind.__name__ if kind else ""])[0] if failed else ""
        with suppress(RunFolderProblem):  # a full disk: what was said last stays
            self.close("failed" if failed else "interrupted", reason)

    def _work(self, again: bool = False) -> None:
        """Say that nothing is vouched for, before anything is written; again, if others may have said otherwise."""
        if again or not self._at_work:
            self.begin(self.asked, self.command)

    def _finished(self) -> int:
        """Replications on disk, for the status."""
        return 0

    def _say(self, state: State, files: dict[str, Fingerprint] | None = None, reason: str = "") -> None:
        """Write the status; processes that work on the same folder stay in it."""
        me, moment = Process.own(), now()
        try:
            before: Status | None = self.status()
        except Damaged:
            before = None
        others = [p for p in before.processes if p != me and p.life != "gone"] if before else []
        mine = [me] if self._at_work else []
        if state != "done" and others and not mine:
            state = "running"
        status = Status(
            state,
            before.began if before else moment,
            moment,
            (*others, *mine),
            self.asked,
            self._finished(),
            self.command,
            files or {},
            reason,
        )
        with explained(self.path):
            write_bytes(self.path / STATUS, status.content())

    def _results(self) -> dict[str, Fingerprint]:
        """Size and hash of every result file as it lies on the disk."""
        found = {}
        for path in sorted(self.path.rglob("*")):
            name = path.relative_to(self.path).as_posix()
            own = name in (FACTS, STATUS) or name in self.facts.files or name.split("/")[0] == REPLICATIONS
            if not own and not name.endswith(PART) and is_plain(path) and is_file_name(name):
                found[name] = Fingerprint.of_file(path)
        return found

    def _make_folder(self, folder: Path) -> None:
        """Make a folder inside this one, unless it is there; a link in its place would lead elsewhere."""
        home = self.path.resolve()
        if not folder.resolve().is_relative_to(home) or folder.is_symlink():
            raise RunFolderProblem(f"{folder}: leads out of the run folder - remove this link")
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            flush_folder(folder.parent)
