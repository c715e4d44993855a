"""Who does the work: threads of this process, or anything else that is an Executor."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

Result = TypeVar("Result")

GLANCE = 0.5
"""Seconds after which a waiting thread looks up; without a time, Windows would not notice Ctrl-C."""


class Threads(Executor):
    """Threads that never keep the program from ending, as those of the standard library do.

    The engine and most of the reduction work outside of Python's lock, so threads share the cores and nothing has to
    be sent anywhere.

    Parameters
    ----------
    workers : int
        How many at the same time.

    Examples
    --------
    >>> with Threads(2) as threads:
    ...     threads.submit(max, 1, 2).result()
    2
    """

    def __init__(self, workers: int) -> None:
        self._tasks: queue.SimpleQueue[tuple[Future[Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]] | None]
        self._tasks = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:
        """Hand over a call; its result comes with the future."""
        future: Future[Result] = Future()
        self._tasks.put((future, fn, args, kwargs))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the threads end when they are done, or at once with what they have begun.

        Parameters
        ----------
        wait : bool
            Return only then.
        cancel_futures : bool
            Drop what has not begun.
        """
        while cancel_futures:
            try:
                task = self._tasks.get_nowait()
            except queue.Empty:
                break
            if task is not None:
                task[0].cancel()
        for _ in self._threads:
            self._tasks.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            future, fn, args, kwargs = task
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as error:
                future.set_exception(error)
            del task, future, fn, args, kwargs  # a thread that waits must not hold on to results


def as_they_finish(futures: Sequence[Future[Result]]) -> Iterator[Future[Result]]:
    """Futures in the order in which they finish; the wait can be interrupted at any time, on every system."""
    done: queue.SimpleQueue[Future[Result]] = queue.SimpleQueue()
    for future in futures:
        future.add_done_callback(done.put)
    for _ in futures:
        while True:
            try:
                yield done.get(timeout=GLANCE)
            except queue.Empty:
                continue
            break


def cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
