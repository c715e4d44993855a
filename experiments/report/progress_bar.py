"""A bar with the time left, for people who wait more than a moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from experiments.wording import clock_time

if TYPE_CHECKING:
    from experiments.replication.replications import Progress

PATIENCE = 2.0
"""Seconds after which the bar appears."""


class ProgressBar:
    """Shows on stderr how far the replications are; nothing when stderr is not a terminal.

    Parameters
    ----------
    total : int
        Replications.
    wanted : bool
        False: never shown.
    words : callable, optional
        First numbers, to be shown beside the bar.
    """

    def __init__(self, total: int, wanted: bool = True, words: Callable[[Progress], str] | None = None) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as Bar

        console = Console(stderr=True)
        self._shown = wanted and console.is_terminal
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[left]}"),
            TextColumn("{task.fields[words]}", style="dim"),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("replications", total=total, left="", words="")
        self._words = words
        self._timer = threading.Timer(PATIENCE, self._bar.start)
        self._timer.daemon = True

    def __enter__(self) -> ProgressBar:
        if self._shown:
            self._timer.start()
        return self

    def __call__(self, progress: Progress) -> None:
        """Move on."""
        if not self._shown:
            return
        left = f"about {clock_time(progress.left)} left" if progress.done < progress.total else ""
        words = "" if self._words is None else self._words(progress)
        self._bar.update(self._task, total=progress.total, completed=progress.done, left=left, words=words)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._timer.cancel()
            self._timer.join()
            self._bar.stop()
