"""Replications: the same result in any order and anywhere, and a clean end in any case."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any

import pandas as pd
import pytest

from experiments.replication import history
from experiments.replication.replications import Interrupted, Progress, Replications, replicate, replicate_each
from sim.machine import EngineFault, Records
from sim.measures.cells import passes
from tests.experiments.desks import MINIMAL, SHOP, operation


def same(a: Replications, b: Replications) -> None:
    """Equal in every number."""
    assert [r.number for r in a.results] == [r.number for r in b.results]
    for x, y in zip(a.results, b.results, strict=True):
        pd.testing.assert_frame_equal(x.frame, y.frame, check_exact=True)


class Backwards(Executor):
    """Runs the last task first."""

    def __init__(self) -> None:
        self.tasks: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run at once what came before, later what came last."""
        future: Future[Any] = Future()
        self.tasks.append((future, lambda: fn(*args, **kwargs)))
        if len(self.tasks) == 2:
            for waiting, task in reversed(self.tasks):
                waiting.set_result(task())
        return future


def test_results_do_not_depend_on_order_or_executor() -> None:
    """Serial, last first and in threads: the same tables, in order of number."""
    serial = replicate(operation(MINIMAL), 5, seed=4, workers=1)
    same(serial, replicate(operation(MINIMAL), 5, seed=4, executor=Backwards()))
    with ThreadPoolExecutor(2) as threads:
        same(serial, replicate(operation(MINIMAL), 5, seed=4, executor=threads))


@pytest.mark.parametrize("workers", [2, 8])
@pytest.mark.parametrize("many", [0, 10**9])
def test_results_do_not_depend_on_the_number_of_threads(
    workers: int, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two or eight threads give what one gives, with passes that are compiled or not; records come back whole."""
    monkeypatch.setattr(passes, "MANY", many)
    serial = replicate(operation(MINIMAL), 9, seed=4, workers=1, keep_records=True)
    spread = replicate(operation(MINIMAL), 9, seed=4, workers=workers, keep_records=True)
    assert spread.workers == workers
    same(serial, spread)
    for a, b in zip(serial.results, spread.results, strict=True):
        assert a.records is not None and b.records is not None
        assert a.records.visits.tobytes() == b.records.visits.tobytes()
        assert b.records.network is operation(MINIMAL).network


def test_results_do_not_depend_on_processes() -> None:
    """Batches that travel to other processes give the same, and so do several operations side by side."""
    serial = replicate(operation(MINIMAL), 5, seed=4, workers=1)
    with ProcessPoolExecutor(2, get_context("spawn")) as processes:
        far = replicate_each([operation(MINIMAL), operation(SHOP)], 5, seed=4, executor=processes)
    same(serial, far[0])
    same(far[1], replicate(operation(SHOP), 5, seed=4))


def test_what_is_known_is_not_simulated_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Histories of an earlier run are taken as they are; only the others are simulated."""
    whole = replicate(operation(MINIMAL), 5, workers=1)
    known = {r.number: r for r in whole.results if r.number in (0, 3, 7)}
    simulated: list[int] = []
    again = replicate(
        operation(MINIMAL), 5, workers=1, known=known, on_progress=lambda p: simulated.append(p.latest.number)
    )
    assert simulated == [1, 2, 4]
    assert again.results[3] is whole.results[3]
    same(whole, again)


def test_the_same_operation_twice_has_the_same_histories() -> None:
    """Common random numbers: what does not differ has the same luck, to the last bit."""
    a, b = replicate_each([operation(MINIMAL), operation(MINIMAL)], 3)
    same(a, b)


def test_more_replications_leave_the_first_ones_alone() -> None:
    """The first two of three are the two of two: a run can be extended."""
    two, three = (replicate(operation(MINIMAL), n, workers=1) for n in (2, 3))
    same(two, Replications(three.operation, three.seed, three.results[:2], three.reduction))


def test_the_seed_changes_everything() -> None:
    """Another seed, another history; the same seed, the same one."""
    a, b = (replicate(operation(MINIMAL), 1, seed=s).results[0].frame for s in (1, 2))
    assert not a["value"].equals(b["value"])


def test_progress_counts_every_replication_once() -> None:
    """The callback sees each result when it is there, and the time left ends at 0."""
    seen: list[Progress] = []
    replicate(operation(MINIMAL), 3, workers=1, on_progress=seen.append)
    assert [p.done for p in seen] == [1, 2, 3]
    assert {p.latest.number for p in seen} == {0, 1, 2}
    assert all(p.total == 3 for p in seen)
    assert seen[0].left > 0.0 and seen[-1].left == 0.0


def test_records_are_kept_only_if_asked_for() -> None:
    """Long runs keep only what the measures need."""
    assert replicate(operation(MINIMAL), 1).results[0].records is None
    kept = replicate(operation(MINIMAL), 1, keep_records=True).results[0].records
    assert kept is not None and kept.visits.size > 0


def test_an_engine_fault_arrives_with_everything_needed_to_repeat_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault survives the way between threads and processes and names seed and replication."""

    def broken(network: object, seed: int, replication: int, *how: object) -> Records:
        raise EngineFault("work of a job is negative", seed, replication, 12.5, 3)

    monkeypatch.setattr(history, "simulate", broken)
    with pytest.raises(EngineFault, match=r"negative \(seed 9, replication 0, time 12.5 min, job 3\)"):
        replicate(operation(MINIMAL), 2, seed=9, workers=1)
    carried = pickle.loads(pickle.dumps(EngineFault("a rule", 1, 2, 3.0, None)))  # noqa: S301
    assert str(carried).startswith("engine fault: a rule (seed 1, replication 2")


def test_an_interrupt_hands_over_what_has_finished() -> None:
    """Ctrl-C after the second of five: two results, in order, with the word that it was an interrupt."""

    def stop(progress: Progress) -> None:
        if progress.done == 2:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="2 of 5") as caught:
        replicate(operation(MINIMAL), 5, workers=1, on_progress=stop)
    assert [r.number for r in caught.value.replications[0].results] == [0, 1]
    assert isinstance(caught.value, KeyboardInterrupt)


@pytest.mark.parametrize("n", [0, -1, float("nan")])
def test_no_replications_are_refused(n: int) -> None:
    """Checks are written so that NaN fails."""
    with pytest.raises(ValueError, match="at least 1"):
        replicate(operation(MINIMAL), n)
