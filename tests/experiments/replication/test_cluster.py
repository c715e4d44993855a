"""Beyond one machine: the same bytes from other processes, also when one of them is killed."""

from __future__ import annotations

import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from experiments.replication import batches, engine_version
from experiments.replication.cluster import ClusterProblem, cluster
from experiments.replication.replications import Interrupted, Progress, Replications, replicate, replicate_each
from sim.machine import Records
from tests.experiments.desks import MINIMAL, SHOP, operation

pytest.importorskip("distributed", reason="the extra cluster is not installed")


def bytes_of(replications: Replications) -> list[bytes]:
    """Every number of every replication."""
    return [a.tobytes() for r in replications.results for a in r.reduced.arrays().values()]


class SlowAndNoted:
    """Takes its time with each history and notes in which process that was.

    Parameters
    ----------
    folder : Path
        Where a file per process is made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, records: Records) -> None:
        """Note and wait."""
        (self.folder / str(os.getpid())).touch()
        time.sleep(0.1)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_killed_worker_of_a_cluster_changes_nothing(tmp_path: Path) -> None:
    """Two worker processes, one of them killed in the middle: every history is there, to the last bit."""
    here = replicate(operation(MINIMAL), 30, seed=3)
    killed: list[int] = []

    def kill_one(progress: Progress) -> None:
        others = [int(p.name) for p in tmp_path.iterdir() if int(p.name) != os.getpid()]
        if progress.done > 3 and others and not killed:
            os.kill(others[0], signal.SIGKILL)
            killed.append(others[0])

    with cluster("local:2") as workers:
        assert workers.workers == 2
        far = replicate(
            operation(MINIMAL),
            30,
            seed=3,
            executor=workers,
            on_records=SlowAndNoted(tmp_path),
            on_progress=kill_one,
        )
        assert killed
        assert bytes_of(far) == bytes_of(here)
        pair = replicate_each([operation(MINIMAL), operation(SHOP)], 6, seed=3, executor=workers)
    assert bytes_of(pair[0]) == bytes_of(replicate(operation(MINIMAL), 6, seed=3))
    assert bytes_of(pair[1]) == bytes_of(replicate(operation(SHOP), 6, seed=3))


def test_a_scheduler_elsewhere_gives_the_same_bytes_and_a_stop_takes_back_what_was_asked() -> None:
    """By its address, as on other machines; an interrupt leaves it free for the next run."""
    from distributed import LocalCluster

    def stop(progress: Progress) -> None:
        if progress.done == 2:
            raise KeyboardInterrupt

    with (
        LocalCluster(n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as elsewhere,
        cluster(elsewhere.scheduler_address) as workers,
    ):
        far = replicate(operation(MINIMAL), 6, seed=3, executor=workers)
        with pytest.raises(Interrupted):
            replicate(operation(MINIMAL), 40, seed=4, executor=workers, on_progress=stop)
        again = replicate(operation(MINIMAL), 6, seed=3, executor=workers)
    assert bytes_of(far) == bytes_of(again) == bytes_of(replicate(operation(MINIMAL), 6, seed=3))


def test_a_worker_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its numbers would not be the same to the last bit: named, with what differs, and what to do."""
    facts = {**engine_version.engine_facts(), "numpy": "1.0"}
    monkeypatch.setattr(batches, "engine_facts", lambda: facts)
    with ThreadPoolExecutor(1) as elsewhere, pytest.raises(engine_version.OtherVersion, match=r"not 1\.0\) - install"):
        replicate(operation(MINIMAL), 4, executor=elsewhere)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("two", 'got "two"; local:2 or tcp://host:port is expected'),
        ("local:0", 'got "local:0"'),
        ("tcp://127.0.0.1", 'got "tcp://127.0.0.1"'),
        ("tcp://127.0.0.1:9", "no scheduler answers there"),
    ],
)
def test_a_cluster_that_is_none_is_refused_in_words(address: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong address, or nobody there: said in one sentence, no traceback of the library."""
    monkeypatch.setattr("experiments.replication.cluster.SECONDS_TO_CONNECT", 1)
    with pytest.raises(ClusterProblem, match=words), cluster(address):
        pass
