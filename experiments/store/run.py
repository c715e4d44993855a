"""One scenario with one seed on disk: any number of replications, each a file, and the results that rest on them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.store.atomic_file import flush_file, flush_folder, write_bytes
from experiments.store.damage import Damaged
from experiments.store.disk_problem import explained
from experiments.store.facts import RunFacts
from experiments.store.names import REPLICATIONS, replication_name, replication_number
from experiments.store.replication_file import Finished, Header, read_replication, seal
from experiments.store.run_folder import RunFolder
from experiments.store.sealed_arrays import Array

SECONDS_BETWEEN_FLUSHES = 1.0
MOST_FLUSHING = 0.1
"""Largest share of the time that is spent on bringing replications to the disk."""


class Run(RunFolder):
    """A run that can be stopped at any moment and go on later.

    A replication is in its place as soon as `put` returns: a kill after that loses nothing. It is on the disk itself
    after the next `flush`, which comes by itself about once a second (less often on a disk that is slow, so that at
    most a tenth of the time goes into it) and at `close`: a loss of power takes the replications since then, and what
    it leaves of them is noticed by their checksums and simulated again.

    Parameters
    ----------
    path, facts : Path, RunFacts
        As for `RunFolder`.

    Attributes
    ----------
    damaged : list of str
        What `finished` found that cannot be trusted, in words; it counts as not there.
    """

    facts: RunFacts

    def __init__(self, path: Path, facts: RunFacts) -> None:
        super().__init__(path, facts)
        self.damaged: list[str] = []
        self._has_home = False
        self._numbers: set[int] | None = None
        self._waiting: list[Path] = []
        self._next_flush = 0.0

    @property
    def _home(self) -> Path:
        return self.path / REPLICATIONS

    def numbers(self) -> set[int]:
        """Numbers of the replications that lie there, by their names."""
        try:
            found = (replication_number(path.name) for path in self._home.iterdir())
            return {number for number in found if number is not None}
        except OSError:
            return set()

    def finished(self, n: int | None = None) -> dict[int, Finished]:
        """Replications that are whole and belong to this run.

        Parameters
        ----------
        n : int, optional
            Only those with smaller numbers.
        """
        self.damaged = []
        there, whole = self.numbers(), {}
        for number in sorted(there if n is None else {x for x in there if x < n}):
            try:
                path = self._home / replication_name(number)
                whole[number] = read_replication(path, self.key, self.facts.layout)
            except Damaged as problem:
                self.damaged.append(str(problem))
                there.discard(number)
        self._numbers = there
        return whole

    def seal(
        self, number: int, arrays: Mapping[str, Array], cut: float | None = None, about: Mapping[str, Any] | None = None
    ) -> bytes:
        """The file of a replication; may be called in any thread or process, while `put_sealed` is for one.

        Parameters
        ----------
        number : int
            Which.
        arrays : mapping of str to array
            Its numbers.
        cut : float, optional
            Time at which it was stopped because too much was open [min].
        about : mapping, optional
            Anything else that is the same whenever it is simulated.
        """
        return seal(Header(self.key, self.facts.layout, number, cut, about or {}), arrays)

    def put(
        self, number: int, arrays: Mapping[str, Array], cut: float | None = None, about: Mapping[str, Any] | None = None
    ) -> None:
        """Keep a replication; a damaged one of this number is replaced.

        Raises
        ------
        RunFolderProblem
            The disk is full, the folder is read-only, ...; those before stay.
        """
        self.put_sealed(number, self.seal(number, arrays, cut, about))

    def put_sealed(self, number: int, content: bytes) -> None:
        """Keep a replication that `seal` made."""
        self._work()
        path = self._home / replication_name(number)
        with explained(self.path):
            if not self._has_home:
                self._make_folder(self._home)
                self._has_home = True
            write_bytes(path, content, late=True)
        if self._numbers is None:
            self._numbers = self.numbers()
        self._numbers.add(number)
        self._waiting.append(path)
        moment = time.monotonic()
        if self._next_flush == 0.0:
            self._next_flush = moment + SECONDS_BETWEEN_FLUSHES
        if moment >= self._next_flush:
            self.flush()
            self._say("running")
            after = time.monotonic()
            self._next_flush = after + max(SECONDS_BETWEEN_FLUSHES, (after - moment) / MOST_FLUSHING)

    def flush(self) -> None:
        """Bring the replications to the disk that are not there yet.

        Raises
        ------
        RunFolderProblem
            The disk is full, ...
        """
        if not self._waiting:
            return
        with explained(self.path):
            for path in self._waiting:
                flush_file(path)
            flush_folder(self._home)
        self._waiting = []

    def _finished(self) -> int:
        return len(self.numbers() if self._numbers is None else self._numbers)
