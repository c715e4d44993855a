"""How far a run is: written last, after everything it speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, cast

from experiments.store.checked_document import document_bytes, document_of, read_document
from experiments.store.damage import Damaged
from experiments.store.fingerprint import Fingerprint, fingerprints_of
from experiments.store.process import Process

State = Literal["running", "done", "interrupted", "failed"]
STATES: tuple[State, ...] = ("running", "done", "interrupted", "failed")

STATUS = "status.json"
FORMAT, VERSION = "aftersim status", 1
REPAIR = "run the command again: replications that have finished are not simulated again"

BELIEVED = timedelta(days=1)
"""So long after its last word a process of another machine is taken to be at work."""


@dataclass(frozen=True)
class Status:
    """State of a run or a comparison.

    Parameters
    ----------
    state : {"running", "done", "interrupted", "failed"}
        The last word. Only `done` vouches for results.
    began, updated : datetime
        When the folder was made, and this word was said (with offset).
    processes : tuple of Process
        Those that work on it, or did when this was said.
    asked, finished : int
        Replications that the results are to rest on, and those on disk.
    command : tuple of str
        Words that repeat it.
    files : mapping of str to Fingerprint
        Result files.
    reason : str
        Why it failed.
    """

    state: State
    began: datetime
    updated: datetime
    processes: tuple[Process, ...]
    asked: int
    finished: int
    command: tuple[str, ...] = ()
    files: Mapping[str, Fingerprint] = field(default_factory=dict)
    reason: str = ""

    @property
    def at_work(self) -> bool:
        """Whether a process still works on it, as far as can be known from here."""
        recent = now() - self.updated < BELIEVED
        return any(p.life == "alive" or (p.life == "elsewhere" and recent) for p in self.processes)

    @property
    def shown(self) -> State:
        """The state as it is now: `running` without a process that runs is `interrupted`."""
        return "interrupted" if self.state == "running" and not self.at_work else self.state

    def content(self) -> bytes:
        """The file."""
        body: dict[str, Any] = {
            "state": self.state,
            "began": self.began.isoformat(),
            "updated": self.updated.isoformat(),
            "processes": [p.facts() for p in self.processes],
            "replications": {"asked": self.asked, "finished": self.finished},
            "command": list(self.command),
        }
        if self.reason:
            body["reason"] = self.reason
        body["files"] = {name: facts.facts() for name, facts in sorted(self.files.items())}
        return document_bytes(FORMAT, VERSION, body)

    @classmethod
    def read(cls, folder: Path) -> Status:
        """The status of a run folder.

        Raises
        ------
        Damaged
            It is missing, damaged, of another version, or says what no status says.
        """
        path = folder / STATUS
        return cls._of(read_document(path, FORMAT, VERSION, REPAIR), path)

    @classmethod
    def of(cls, content: bytes, place: Path | str) -> Status:
        """The same from the content of a file."""
        return cls._of(document_of(content, FORMAT, VERSION, place, REPAIR), place)

    @classmethod
    def _of(cls, document: Mapping[str, Any], place: Path | str) -> Status:
        try:
            state, reason = document.get("state"), document.get("reason", "")
            if state not in STATES or not isinstance(reason, str):
                raise ValueError(f'"state" is none of {", ".join(STATES)}')
            processes, command = document.get("processes"), document.get("command")
            if not isinstance(processes, list) or not isinstance(command, list):
                raise ValueError('"processes" or "command" is no list')
            if not all(isinstance(word, str) for word in command):
                raise ValueError('"command" is no list of words')
            counts = document.get("replications")
            if not isinstance(counts, Mapping):
                raise ValueError('"replications" is no mapping')
            return cls(
                cast(State, state),
                _moment(document, "began"),
                _moment(document, "updated"),
                tuple(Process.of(p) for p in processes),
                _count(counts, "asked"),
                _count(counts, "finished"),
                tuple(command),
                fingerprints_of(document.get("files")),
                reason,
            )
        except ValueError as error:
            raise Damaged(place, str(error), REPAIR) from None


def now() -> datetime:
    """This millisecond, with the offset of the local time zone."""
    moment = datetime.now().astimezone()
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _moment(document: Mapping[str, Any], name: str) -> datetime:
    text = document.get(name)
    moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    if moment is None or moment.tzinfo is None or not 1970 < moment.year < 9000:
        raise ValueError(f'"{name}" is no time with an offset')
    return moment


def _count(counts: Mapping[str, Any], name: str) -> int:
    number = counts.get(name)
    if type(number) is not int or not 0 <= number < 2**31:
        raise ValueError(f'"{name}" is no number of replications')
    return number
