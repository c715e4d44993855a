"""A run in a process of its own: started, watched and stopped through a folder that both sides read.

The folder outlives the page, the session and the server: whoever has the name of the job sees how far it is.
"""

from __future__ import annotations

import json
import os
import platform
import secrets
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from dashboards.jobs.request import Request
from dashboards.place import ROOT, is_id, keep_newest, kept, put
from experiments.store.atomic_file import write_bytes
from experiments.store.process import Process

REQUEST, PROGRESS, RESULT, STOP, PROCESS, ERRORS = (
    "request.json", "progress.json", "result.json", "stop", "process.json", "errors.txt",
)  # fmt: skip
"""Files of a job: what is asked, how far it is, what became of it, the wish to stop, who works on it, what it said."""

MOST_AT_ONCE = 2
"""Jobs of one server that work at the same time: more only slow each other down."""

MOST_KEPT = 100
"""Jobs that are remembered; what they found lies in the store of runs and in views."""

MOST_SAID = 5000
"""Letters of what a process said that are shown."""

State = Literal["running", "done", "failed", "cancelled", "interrupted"]

_children: dict[str, subprocess.Popen[bytes]] = {}


class TooMany(Exception):
    """No further run can be started until another one has ended."""


@dataclass(frozen=True)
class Job:
    """A run that was started.

    Parameters
    ----------
    name : str
        16 hexadecimal digits that nobody can guess: they stand in the address of the page.
    folder : Path
        Its folder.
    """

    name: str
    folder: Path

    @classmethod
    def start(cls, request: Request) -> Job:
        """Start a process for it.

        Raises
        ------
        TooMany
            So many are at work already.
        """
        for name, child in list(_children.items()):
            if child.poll() is not None:
                del _children[name]
        if len(_children) >= MOST_AT_ONCE:
            raise TooMany
        keep_newest("jobs", MOST_KEPT, but=tuple(_children))
        name = secrets.token_hex(8)
        folder = kept("jobs") / name
        folder.mkdir()
        write_bytes(folder / REQUEST, request.content())
        with (folder / ERRORS).open("wb") as errors:
            # not multiprocessing: it would run the page again in the child
            _children[name] = subprocess.Popen(
                [sys.executable, "-m", "dashboards.jobs.worker", str(folder.absolute())],
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
            )
        # nobody may look any more when it ends: its place in the table of processes is given back all the same
        threading.Thread(target=_children[name].wait, daemon=True).start()
        # until it says so itself; others who look must not take it for gone
        first = Process(platform.node(), _children[name].pid, "")
        put(folder / PROCESS, json.dumps(first.facts()).encode())
        return cls(name, folder)

    @classmethod
    def find(cls, name: str | None) -> Job | None:
        """The job of that name; None where there is none."""
        if not is_id(name):
            return None
        folder = kept("jobs") / str(name)
        return cls(str(name), folder) if (folder / REQUEST).is_file() else None

    @property
    def request(self) -> Request:
        """What it was asked to do."""
        return Request.of((self.folder / REQUEST).read_bytes())

    @property
    def progress(self) -> dict[str, Any]:
        """How far it is; empty before its first word."""
        return _read(self.folder / PROGRESS)

    @staticmethod
    def part(progress: dict[str, Any]) -> float:
        """How much is done, from 0 to 1.

        Examples
        --------
        >>> Job.part({}), Job.part({"done": 5, "total": 20})
        (0.0, 0.25)
        """
        total = progress.get("total", 0)
        return min(max(progress.get("done", 0) / total, 0.0), 1.0) if total else 0.0

    @property
    def result(self) -> dict[str, Any]:
        """What became of it; empty while it works."""
        return _read(self.folder / RESULT)

    @property
    def state(self) -> State:
        """How it is, now."""
        alive = self._alive  # first: what ends between the two looks has left its result
        state = self.result.get("state")
        if state in ("done", "failed", "cancelled"):
            return state
        return "running" if alive else "interrupted"

    @property
    def stopping(self) -> bool:
        """Whether somebody wants it to stop."""
        return (self.folder / STOP).exists()

    def stop(self) -> None:
        """Wish that it stops; it does so within a few seconds and keeps the replications that have finished."""
        write_bytes(self.folder / STOP, b"")

    @property
    def errors(self) -> str:
        """What its process said; of a fault of the program its last word, the rest stays in the folder."""
        try:
            text = (self.folder / ERRORS).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        before, trace, after = text.partition("Traceback (most recent call last):")
        last = after.strip().splitlines()[-1:] if trace else []
        return "\n".join([before.strip(), *last]).strip()[-MOST_SAID:]

    @property
    def _alive(self) -> bool:
        child = _children.get(self.name)
        if child is not None:
            return child.poll() is None
        told = _read(self.folder / PROCESS)
        try:
            return Process.of(told).life == "alive"
        except ValueError:
            return False


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
