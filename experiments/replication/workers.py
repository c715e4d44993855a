"""Processes that work side by side on numbered pieces of one task, and always end."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


def in_processes(
    function: Callable[[Task, int], Result], task: Task, numbers: list[int], workers: int
) -> Iterator[Result]:
    """Results of `function(task, number)`, in the order in which they finish; stopping early ends the processes.

    A result travels in a temporary file and only its name through the pipe: a process that is killed while it sends can
    then not leave half a message behind, for which its parent would wait for ever.

    Parameters
    ----------
    function : callable
        A function of a module.
    task : object
        Sent to each process once.
    numbers : list of int
        Pieces.
    workers : int
        Processes.

    Raises
    ------
    BrokenProcessPool
        A process was killed.
    """
    before = set(multiprocessing.active_children())
    with tempfile.TemporaryDirectory(prefix="aftersim-", ignore_cleanup_errors=True) as spool:
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(workers, context, _begin, (function, task, spool))
        finished = False
        try:
            with _deaf_to_interrupts():
                futures = [pool.submit(_work, number) for number in numbers]  # this begins processes, one by one
            for future in as_completed(futures):
                path = Path(future.result())
                content = path.read_bytes()
                path.unlink()
                yield pickle.loads(content)  # noqa: S301 - written by our own process in a folder of our own
            finished = True
        finally:
            pool.shutdown(wait=finished, cancel_futures=True)
            if not finished:
                for process in set(multiprocessing.active_children()) - before:
                    process.terminate()


_held: list[tuple[Callable[[Any, int], Any], Any, str]] = []
"""In a worker process: its function, its task and the folder for results."""


def _begin(function: Callable[[Any, int], Any], task: object, spool: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _held[:] = [(function, task, spool)]
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for ever; it ends instead."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(number: int) -> str:
    function, task, spool = _held[0]
    path = Path(spool) / str(number)
    path.write_bytes(pickle.dumps(function(task, number)))
    return str(path)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Processes begun in here never hear Ctrl-C: it is this process that decides what it means, when it leaves here."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows: workers close their ears when they begin
        yield
        return
    main = threading.current_thread() is threading.main_thread()
    heard: list[int] = []
    # another thread of this process may be given the signal all the same: then it is remembered
    usual = signal.signal(signal.SIGINT, lambda number, frame: heard.append(number)) if main else None
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # a process inherits what is blocked
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if main:
            signal.signal(signal.SIGINT, usual or signal.SIG_DFL)
    if heard:
        raise KeyboardInterrupt
