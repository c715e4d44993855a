"""Replications: independent histories of one operation, or of several side by side with the same luck."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from experiments.replication.batches import batches_on
from experiments.replication.executors import Threads, cores
from experiments.replication.history import Replication, Work
from experiments.replication.known_luck import Controls
from experiments.replication.reduction import Reduction
from experiments.replication.stack import Stack
from sim.lowering import Operation
from sim.machine import Records
from sim.machine.demand import expected_jobs
from sim.machine.engines import Name, settled, warm_for
from sim.machine.records import MOST_OPEN
from sim.measures import Measure

if TYPE_CHECKING:
    from experiments.replication.inputs import Inputs

LIGHT = 10_000
"""Contacts of a history below which it takes milliseconds, most of them in Python: one thread is quicker than two."""


class StopRule(Protocol):
    """Says when there are enough replications (`estimates.precision.PrecisionRule`)."""

    def wants(self, replications: Replications) -> int:
        """How many more to run next; 0 when it is enough."""


@dataclass(frozen=True)
class Progress:
    """How far the replications are.

    Attributes
    ----------
    done, total : int
        Replications, of all operations together; with a wish for precision, the total is what is known so far.
    seconds : float
        Time since the begin.
    left : float
        Time that is still expected [s].
    operation : int
        Number of the operation whose replication has just finished.
    latest : Replication
        That one; they finish in any order.
    """

    done: int
    total: int
    seconds: float
    left: float
    operation: int
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
        How many worked at the same time.
    notes : tuple of str
        What went otherwise than planned, for people; it never changes a number.
    inputs : Inputs or None
        Uncertain inputs that were drawn anew for each replication.
    """

    operation: Operation
    seed: int
    results: tuple[Replication, ...]
    reduction: Reduction
    workers: int = 1
    notes: tuple[str, ...] = ()
    inputs: Inputs | None = None

    @cached_property
    def stack(self) -> Stack:
        """Rows of all tables beside each other."""
        return Stack.of([r.reduced for r in self.results])

    def measure(self, name: str) -> Measure:
        """Definition of a measure."""
        return self.reduction.definition(name)


class Interrupted(KeyboardInterrupt):
    """The user stopped; what had finished is here.

    Attributes
    ----------
    replications : tuple of Replications
        Those that finished of each operation, maybe none.
    asked : int
        How many were asked for, of all operations together.
    """

    def __init__(self, replications: Sequence[Replications], asked: int) -> None:
        self.finished = sum(len(r.results) for r in replications)
        super().__init__(f"interrupted after {self.finished} of {asked} replications")
        self.replications = tuple(replications)
        self.asked = asked


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
    inputs: Inputs | None = None,
    known: Mapping[int, Replication] | None = None,
    until: StopRule | None = None,
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
        Threads; by default as many as there are cores, one for small operations.
    on_progress : callable, optional
        Called here after each replication with a `Progress`.
    keep_records : bool
        Keep all records in the results.
    on_records : callable, optional
        Called with the records of each replication where they were made.
    executor : Executor, optional
        Anything that runs functions elsewhere (`cluster`), in place of threads; it is left open.
    engine : {"auto", "compiled", "reference"}
        All leave the same numbers; `auto` takes the one that is done sooner.
    most_open : int
        A history with more than so many jobs alive is stopped there, and a note says so.
    inputs : Inputs, optional
        Uncertain inputs to be drawn anew for each history.
    known : mapping of int to Replication, optional
        Histories that are there already, such as those of an interrupted run.
    until : StopRule, optional
        Go on in blocks of ten, beyond n, until intervals are as narrow as wished.

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
    how = {"on_progress": on_progress, "keep_records": keep_records, "on_records": on_records, "executor": executor}
    side = SideBySide([operation], seed, workers, engine, most_open, inputs, **how)  # type: ignore[arg-type]
    if known:
        side.take_known(0, known.values())
    side.run(n)
    while until is not None and (more := until.wants(side.finished()[0])) > 0:
        side.run(side.asked + more)
    return side.finished()[0]


def replicate_each(
    operations: Sequence[Operation],
    n: int = 20,
    seed: int = 1,
    workers: int | None = None,
    on_progress: Callable[[Progress], object] | None = None,
    *,
    executor: Executor | None = None,
    engine: Name = "auto",
    most_open: int = MOST_OPEN,
    inputs: Inputs | None = None,
    known: Sequence[Mapping[int, Replication]] = (),
) -> list[Replications]:
    """Run histories 0 to n - 1 of several operations with the same luck: common random numbers.

    Parameters are those of `replicate`; `known` has one mapping per operation.

    Returns
    -------
    list of Replications
        In the order of the operations.

    Examples
    --------
    >>> from sim import load, lower
    >>> desk = lower(load("scenarios/minimal.yaml"))
    >>> a, b = replicate_each([desk, desk], n=2)
    >>> a.results[1].frame.equals(b.results[1].frame)
    True
    """
    side = SideBySide(operations, seed, workers, engine, most_open, inputs, on_progress=on_progress, executor=executor)
    for number, there in enumerate(known):
        side.take_known(number, there.values())
    side.run(n)
    return side.finished()


@dataclass(eq=False)
class SideBySide:
    """Replications of several operations under way; they can be extended at any time.

    Parameters
    ----------
    operations : sequence of Operation
        What is simulated.
    seed, workers, engine, most_open, inputs, on_progress, keep_records, on_records, executor
        As in `replicate`.
    """

    operations: Sequence[Operation]
    seed: int = 1
    workers: int | None = None
    engine: Name = "auto"
    most_open: int = MOST_OPEN
    inputs: Inputs | None = None
    on_progress: Callable[[Progress], object] | None = None
    keep_records: bool = False
    on_records: Callable[[Records], object] | None = None
    executor: Executor | None = None
    asked: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.workers is not None and not self.workers >= 1:
            raise ValueError(f"workers: got {self.workers}; at least 1 is expected")
        self._done: list[dict[int, Replication]] = [{} for _ in self.operations]
        self._reductions = [Reduction.of(operation) for operation in self.operations]
        self._controls = [Controls.of(operation) for operation in self.operations]
        self._used = 1
        self._began = time.perf_counter()

    def take_known(self, operation: int, replications: Iterable[Replication]) -> None:
        """Replications of one operation that need not be simulated."""
        self._done[operation].update((r.number, r) for r in replications)

    def missing(self, operation: int, n: int) -> bool:
        """Whether a history of an operation has to be simulated to have 0 to n - 1."""
        return any(r not in self._done[operation] for r in range(n))

    def run(self, n: int) -> None:
        """Simulate what is not there yet of the histories 0 to n - 1 of each operation.

        Raises
        ------
        Interrupted
            Ctrl-C.
        """
        if not n >= 1:
            raise ValueError(f"replications: got {n}; at least 1 is expected")
        self.asked = n
        missing = [(k, r) for r in range(n) for k in range(len(self.operations)) if r not in self._done[k]]
        if not missing:
            return
        works = self._works(len(missing))
        simulated: list[float] = []
        executor = self.executor
        if executor is None:
            # what mostly works inside of Python's lock gains nothing from a second thread
            locked = any(w.engine == "reference" for w in works) or self._light
            self._used = min(self.workers or (1 if locked else cores()), len(missing))
        else:
            self._used = getattr(executor, "workers", 1)
        threads = Threads(self._used) if executor is None else None
        try:
            for operation, result in batches_on(threads or executor, works, missing, self._used):  # type: ignore[arg-type]
                if result.records is not None:  # a copy of the network may have come with it
                    records = replace(result.records, network=self.operations[operation].network)
                    result = replace(result, records=records)
                self._done[operation][result.number] = result
                simulated.append(result.seconds)
                if self.on_progress is not None:
                    left = sum(simulated) / len(simulated) * (len(missing) - len(simulated)) / self._used
                    total = n * len(self.operations)
                    done = total - len(missing) + len(simulated)
                    since = time.perf_counter() - self._began
                    self.on_progress(Progress(done, total, since, left, operation, result))
        except KeyboardInterrupt:
            raise Interrupted(self.finished(), n * len(self.operations)) from None
        finally:
            if threads is not None:
                # all done: let no thread outlive this call; else leave at once, whatever they are doing
                threads.shutdown(wait=self._complete, cancel_futures=True)

    def finished(self) -> list[Replications]:
        """What is there of each operation."""
        out = []
        for operation, reduction, done in zip(self.operations, self._reductions, self._done, strict=True):
            results = tuple(done[r] for r in sorted(done) if r < self.asked)
            notes = tuple(_cut_short(results, self.most_open))
            out.append(Replications(operation, self.seed, results, reduction, self._used, notes, self.inputs))
        return out

    @property
    def _light(self) -> bool:
        return all(expected_jobs(operation.network) < LIGHT for operation in self.operations)

    @property
    def _complete(self) -> bool:
        return all(r in done for done in self._done for r in range(self.asked))

    def _works(self, runs: int) -> list[Work]:
        """What each operation's histories need; engines and rows are made once, before several threads need them."""
        works = []
        for operation, reduction, controls in zip(self.operations, self._reductions, self._controls, strict=True):
            engine = settled(operation.network, self.engine, runs)
            if engine == "compiled":
                warm_for(operation.network)
            _ = reduction.layout
            works.append(
                Work(
                    operation,
                    reduction,
                    controls,
                    self.seed,
                    engine,
                    self.most_open,
                    self.inputs,
                    self.keep_records,
                    self.on_records,
                )
            )
        return works


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
