"""Replications of one operation: independent histories, run side by side, reduced to measures where they are made."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from experiments.replication.reduction import Reduction
from experiments.replication.stack import Stack
from experiments.replication.workers import in_processes
from sim.lowering import Operation
from sim.machine import EngineFault, Network, Records, simulate
from sim.machine.engines import Name, settled, warm_for
from sim.machine.records import MOST_OPEN
from sim.measures import Measure

if TYPE_CHECKING:
    import pandas as pd

WORTH_PROCESSES = 6.0
"""Seconds of work left from which starting other processes pays: each needs a second or two to begin."""

LONG = 5.0
"""Seconds after which a first replication alone says enough; a short one is mostly the loading of libraries."""


@dataclass(frozen=True, eq=False)
class Replication:
    """What is kept of one history.

    Attributes
    ----------
    number : int
        Which of the seed's histories.
    frame : DataFrame
        Its measures, as `Reduction` makes them.
    seconds : float
        Time it took.
    records : Records or None
        All of it, if asked for.
    cut : float or None
        Time at which it was stopped because too much was open [min]; its measures cover the time before.
    """

    number: int
    frame: pd.DataFrame
    seconds: float
    records: Records | None = field(default=None, repr=False)
    cut: float | None = None


@dataclass(frozen=True)
class Progress:
    """How far `replicate` is.

    Attributes
    ----------
    done, total : int
        Replications.
    seconds : float
        Time since the begin.
    left : float
        Time that is still expected [s].
    latest : Replication
        The one that has just finished; they finish in any order.
    """

    done: int
    total: int
    seconds: float
    left: float
    latest: Replication


@dataclass(frozen=True, eq=False)
class Replications:
    """All replications of an operation, in order of their numbers.

    Attributes
    ----------
    operation : Operation
        What was simulated.
    seed : int
        Root of all luck.
    results : tuple of Replication
        In order of number.
    reduction : Reduction
        How records became tables.
    workers : int
        Processes that worked at the same time.
    notes : tuple of str
        What went otherwise than planned, for people; it never changes a number.
    """

    operation: Operation
    seed: int
    results: tuple[Replication, ...]
    reduction: Reduction
    workers: int = 1
    notes: tuple[str, ...] = ()

    @cached_property
    def stack(self) -> Stack:
        """Rows of all tables beside each other."""
        return Stack.of([r.frame for r in self.results])

    def measure(self, name: str) -> Measure:
        """Definition of a measure."""
        return self.reduction.definition(name)


class Interrupted(KeyboardInterrupt):
    """The user stopped; what had finished is here.

    Attributes
    ----------
    replications : Replications
        Those that finished, maybe none.
    asked : int
        How many were asked for.
    """

    def __init__(self, replications: Replications, asked: int) -> None:
        super().__init__(f"interrupted after {len(replications.results)} of {asked} replications")
        self.replications = replications
        self.asked = asked


@dataclass(frozen=True, eq=False)
class _Task:
    """What a worker needs to run any replication."""

    network: Network
    reduction: Reduction
    seed: int
    keep_records: bool
    on_records: Callable[[Records], object] | None
    engine: Name = "auto"
    most_open: int = MOST_OPEN


@dataclass(frozen=True)
class _Fault:
    """An engine fault on its way from one process to another."""

    arguments: tuple[Any, ...]


def replicate(
    operation: Operation,
    n: int = 20,
    seed: int = 1,
    workers: int | None = None,
    on_progress: Callable[[Progress], object] | None = None,
    keep_records: bool = False,
    *,
    on_records: Callable[[Records], object] | None = None,
    executor: Executor | None = None,
    engine: Name = "auto",
    most_open: int = MOST_OPEN,
) -> Replications:
    """Run histories 0 to n - 1 of an operation and keep the measures of each.

    A history depends on the seed and its number only: the result is the same in any order and with any number of
    workers, and the first ten of twenty are the ten of ten.

    Parameters
    ----------
    operation : Operation
        As lowered.
    n : int
        Number of replications, at least 1.
    seed : int
        Root of all luck, at least 0.
    workers : int, optional
        Processes; 1 stays in this one. By default the first one or two replications are run here and timed; the rest
        goes to as many processes as there are cores if that pays. A script that uses several needs the usual
        `if __name__ == "__main__":`.
    on_progress : callable, optional
        Called here after each replication with a `Progress`.
    keep_records : bool
        Keep all records in the results.
    on_records : callable, optional
        Called with the records of each replication in the process that made them; a function of a module.
    executor : Executor, optional
        Anything that runs functions elsewhere, in place of processes of our own; it is left open.
    engine : {"auto", "compiled", "reference"}
        All leave the same numbers; `auto` takes the one that is done sooner.
    most_open : int
        A history with more than so many jobs alive is stopped there, and a note says so.

    Returns
    -------
    Replications

    Raises
    ------
    EngineFault
        A run contradicted itself; it names seed and replication.
    Interrupted
        Ctrl-C; carries the finished replications.

    Examples
    --------
    >>> from sim import load, lower
    >>> replications = replicate(lower(load("scenarios/minimal.yaml")), n=2)
    >>> [r.number for r in replications.results]
    [0, 1]
    """
    if not n >= 1:
        raise ValueError(f"replications: got {n}; at least 1 is expected")
    if workers is not None and not workers >= 1:
        raise ValueError(f"workers: got {workers}; at least 1 is expected")
    engine = settled(operation.network, engine, n)
    if engine == "compiled":
        warm_for(operation.network)  # once, before other processes need it
    reduction = Reduction.of(operation)
    task = _Task(operation.network, reduction, seed, keep_records, on_records, engine, most_open)
    began = time.perf_counter()
    done: dict[int, Replication] = {}
    notes: list[str] = []
    used = 1

    def finish() -> Replications:
        results = tuple(done[r] for r in sorted(done))
        cut_short = _cut_short(results, most_open)
        return Replications(operation, seed, results, reduction, used, (*notes, *cut_short))

    def take(result: Replication | _Fault) -> None:
        if isinstance(result, _Fault):
            raise EngineFault(*result.arguments)
        if result.records is not None:
            result = replace(result, records=replace(result.records, network=operation.network))
        done[result.number] = result
        if on_progress is not None:
            mean = sum(r.seconds for r in done.values()) / len(done)
            left = mean * (n - len(done)) / used
            on_progress(Progress(len(done), n, time.perf_counter() - began, left, result))

    try:
        if executor is not None:
            for future in as_completed([executor.submit(_run, task, r) for r in range(n)]):
                take(future.result())
            return finish()
        if workers is None:
            take(_run_aside(task, 0))
            if n > 1 and done[0].seconds < LONG:
                take(_run_aside(task, 1))
            left = min(r.seconds for r in done.values()) * (n - len(done))
            workers = _cores() if left > WORTH_PROCESSES else 1
        used = min(workers, n - len(done))
        if used > 1:
            try:
                for result in in_processes(_run_bare, task, [r for r in range(n) if r not in done], used):
                    take(result)
            except BrokenProcessPool:
                notes.append("a worker process ended unexpectedly; the replications it had were run again here")
        used = max(used, 1)
        for r in range(n):
            if r not in done:
                take(_run_aside(task, r))
    except KeyboardInterrupt:
        raise Interrupted(finish(), n) from None
    return finish()


def _run(task: _Task, replication: int) -> Replication | _Fault:
    """One replication, from luck to measures."""
    began = time.perf_counter()
    try:
        records = simulate(task.network, task.seed, replication, task.engine, task.most_open)
    except EngineFault as fault:
        return _Fault((fault.what, fault.seed, fault.replication, fault.time, fault.job))
    if task.on_records is not None:
        task.on_records(records)
    cut = records.stopped if records.cut else None
    known = records if cut is None else replace(records, network=replace(records.network, end=max(cut, 0.0)))
    frame = task.reduction(known)
    kept = records if task.keep_records else None
    return Replication(replication, frame, time.perf_counter() - began, kept, cut)


def _cut_short(results: Sequence[Replication], most_open: int) -> list[str]:
    """What to say of histories that were stopped because too much was open."""
    cut = [r.cut for r in results if r.cut is not None]
    if not cut:
        return []
    day, minute = divmod(min(cut), 1440.0)
    when = f"day {day + 1:.0f} {int(minute // 60):02d}:{int(minute % 60):02d}" if min(cut) >= 0.0 else "the warm-up"
    verb = "was" if len(cut) == 1 else "were"
    return [
        f"{len(cut)} of {len(results)} histories {verb} stopped, the first on {when}: more than {most_open:,} contacts "
        "were open at once, because more work arrives than can be done; the figures cover only the time until then - "
        "add staff, or lower the demand"
    ]


def _run_aside(task: _Task, replication: int) -> Replication | _Fault:
    """The same in a thread beside this one, which waits: Ctrl-C strikes here at once and never inside an engine."""
    results: list[Replication | _Fault] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(_run(task, replication))
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(0.5)  # without a time, Windows would not notice Ctrl-C
    if errors:
        raise errors[0]
    return results[0]


def _run_bare(task: _Task, replication: int) -> Replication | _Fault:
    """The same in a process of its own: without the network, which is large and known on the other side."""
    result = _run(task, replication)
    if isinstance(result, Replication) and result.records is not None:
        return replace(result, records=replace(result.records, network=None))  # type: ignore[arg-type]
    return result


def _cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
