"""Threads that share the work and never keep the program from ending."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from experiments.replication.executors import Threads, as_they_finish, cores
from tests.experiments.desks import ROOT


def test_results_and_errors_come_with_their_futures() -> None:
    """Each call has its own result or its own exception."""
    with Threads(2) as threads:
        futures = [threads.submit(lambda x: 10 // x, x) for x in (1, 0, 5)]
        assert (futures[0].result(), futures[2].result()) == (10, 2)
        with pytest.raises(ZeroDivisionError):
            futures[1].result()


def test_futures_come_in_the_order_in_which_they_finish() -> None:
    """Not in the order of submission."""
    gate = threading.Event()
    with Threads(2) as threads:
        late = threads.submit(gate.wait, 10)
        early = threads.submit(lambda: "early")
        order = as_they_finish([late, early])
        assert next(order) is early
        gate.set()
        assert next(order) is late


def test_what_has_not_begun_can_be_dropped() -> None:
    """Only what a thread already works on goes on."""
    gate, begun = threading.Event(), threading.Event()

    def first() -> None:
        begun.set()
        gate.wait(10)

    threads = Threads(1)
    running, waiting = threads.submit(first), threads.submit(lambda: 1)
    assert begun.wait(10)
    threads.shutdown(wait=False, cancel_futures=True)
    assert waiting.cancelled() and not running.done()
    gate.set()
    threads.shutdown()
    assert running.done()


def test_a_program_ends_although_a_thread_still_works() -> None:
    """Ctrl-C need not wait for a long history."""
    code = (
        "import time; from experiments.replication.executors import Threads; "
        "Threads(1).submit(time.sleep, 60); time.sleep(0.2)"
    )
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=50)
    assert time.monotonic() - began < 40


def test_there_is_at_least_one_core() -> None:
    """Whatever the system says."""
    assert cores() >= 1
