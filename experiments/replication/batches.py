"""Histories cut into batches: pieces of work that are worth being sent somewhere."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from math import ceil

from experiments.replication.engine_version import engine_facts, must_be
from experiments.replication.executors import Threads, as_they_finish
from experiments.replication.history import Replication, Work

BATCH = 2.0
"""Seconds that a batch should take where it has to be sent away: much longer than the sending."""

MOST_HELD = 8
"""Operations that a worker elsewhere keeps at hand."""


def batches_on(
    executor: Executor, works: Sequence[Work], wanted: Sequence[tuple[int, int]], workers: int
) -> Iterator[tuple[int, Replication]]:
    """Simulate histories on an executor.

    Parameters
    ----------
    executor : Executor
        Threads get one history at a time; any other executor gets batches of about two seconds, each with all it
        needs, so that it may run them in another process or on another machine.
    works : sequence of Work
        One per operation.
    wanted : sequence of (int, int)
        Number of the work and number of the history, those first that are wanted first.
    workers : int
        How many batches can run at the same time.

    Yields
    ------
    operation : int
    replication : Replication
        As they finish.
    """
    if isinstance(executor, Threads):
        operation_of = {}
        for operation, number in wanted:
            operation_of[executor.submit(works[operation].history, number)] = operation
        for future in as_they_finish(list(operation_of)):
            yield operation_of[future], future.result()
        return
    first, *rest = wanted
    here = works[first[0]].history(first[1])  # tells how long one takes
    yield first[0], here
    parcels = [_Parcel(work) for work in works]
    size = max(1, min(ceil(BATCH / max(here.seconds, 1e-6)), len(rest) // (2 * workers)))
    of = {}
    for operation, numbers in _in_batches(rest, size):
        parcel = parcels[operation]
        of[executor.submit(_unpacked, parcel.content, parcel.digest, engine_facts(), numbers)] = operation
    try:
        for batch in as_they_finish(list(of)):
            operation = of[batch]
            for result in batch.result():
                reduced = replace(result.reduced, layout=works[operation].reduction.layout)
                yield operation, replace(result, reduced=reduced)
    finally:
        for batch in of:  # the executor is not ours: only what we asked of it is taken back
            batch.cancel()


def _in_batches(wanted: Sequence[tuple[int, int]], size: int) -> list[tuple[int, list[int]]]:
    """Histories of one work put together, in the order in which they are wanted."""
    open_: dict[int, list[int]] = {}
    out = []
    for operation, number in wanted:
        numbers = open_.setdefault(operation, [])
        if not numbers:
            out.append((operation, numbers))
        numbers.append(number)
        if len(numbers) == size:
            del open_[operation]
    return out


class _Parcel:
    """A work as bytes, packed once for all its batches."""

    def __init__(self, work: Work) -> None:
        self.content = pickle.dumps(work)
        self.digest = hashlib.sha256(self.content).hexdigest()


_held: dict[str, Work] = {}
"""Where batches are run: works that came lately."""


def _unpacked(content: bytes, digest: str, facts: Mapping[str, str], numbers: Sequence[int]) -> list[Replication]:
    """Run a batch elsewhere; what both sides know is not sent back."""
    must_be(facts)
    work = _held.get(digest)
    if work is None:
        while len(_held) >= MOST_HELD:
            _held.pop(next(iter(_held)), None)
        work = _held[digest] = pickle.loads(content)  # noqa: S301 - packed by our own process a moment ago
    return [replace(r, reduced=replace(r.reduced, layout=None)) for r in work.histories(numbers)]
