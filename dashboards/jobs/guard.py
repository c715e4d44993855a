"""What ends a run from outside: the wish to stop, or the end of the program that started it."""

from __future__ import annotations

import _thread
import os
import platform
import threading
from collections.abc import Callable
from pathlib import Path

from dashboards.jobs.job import STOP
from experiments.store.process import Process

GLANCE = 0.2
"""Seconds between two looks."""

GRACE = 6.0
"""Seconds that a run gets to end by itself; what it has kept is whole at any moment."""

KILLED = 130


class Guard:
    """A thread that interrupts the run when it should end, and ends the process if that does not help.

    Parameters
    ----------
    folder : Path
        Of the job.
    last_words : callable
        Called before the process is ended because somebody wished it.
    """

    def __init__(self, folder: Path, last_words: Callable[[], object]) -> None:
        self.folder = folder
        self.wished = False
        self._last_words = last_words
        self._parent = os.getppid()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def end(self) -> None:
        """Look no more: what is left to do takes a moment only."""
        self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(GLANCE):
            self.wished = (self.folder / STOP).exists()
            if not self.wished and not self._orphaned():
                continue
            _thread.interrupt_main()
            if not self._over.wait(GRACE):
                if self.wished:
                    self._last_words()
                os._exit(KILLED)
            return

    def _orphaned(self) -> bool:
        """Whether the server has gone; its place is taken by another process, or (Windows) stays empty."""
        return os.getppid() != self._parent or Process(platform.node(), self._parent, "").life == "gone"
