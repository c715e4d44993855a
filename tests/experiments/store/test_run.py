"""A run from its first replication to its last word, and on after anything that can happen to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from experiments.store import run as module
from experiments.store.damage import Damaged
from experiments.store.disk_problem import RunFolderProblem
from experiments.store.names import REPLICATIONS
from experiments.store.process import Process, _born
from experiments.store.replication_file import Header, seal
from experiments.store.run import Run
from experiments.store.run_store import RunStore, open_comparison
from experiments.store.status import Status
from tests.experiments.desks import ROOT
from tests.experiments.store.made_runs import complete, contents, facts, finished, numbers, opened


def test_a_run_is_running_until_its_last_word(tmp_path: Path) -> None:
    """The status comes last and lists every result with its hash; facts and replications prove themselves."""
    with opened(tmp_path) as run:
        assert run.status().shown == "running"
        complete(run, 3)
    status = run.status()
    assert (status.state, status.asked, status.finished) == ("done", 3, 3)
    assert set(status.files) == {"summary.json", "plots/waits.svg"}
    assert status.command == ("aftersim", "run", "shop.yaml") and status.processes == ()
    assert json.loads(run.read_result("summary.json")) == {"replications": 3}
    assert {path.name for path in run.path.iterdir()} == {
        *("facts.json", "status.json", "scenario.yaml", "layout.rows", "replications", "plots", "summary.json")
    }


def test_what_has_finished_is_not_simulated_again(tmp_path: Path) -> None:
    """Twenty are extended by ten more; the folder is the same, and so are the files of the first twenty."""
    first = finished(tmp_path, 3)
    before = contents(first.path)
    again = opened(tmp_path)
    assert again.path == first.path and again.key == first.key
    have = again.finished()
    assert sorted(have) == [0, 1, 2] and again.damaged == []
    assert all(np.array_equal(have[r].arrays["value"], numbers(r)["value"]) for r in have)
    assert sorted(again.finished(2)) == [0, 1]
    complete(again, 5)
    assert sorted(again.finished()) == [0, 1, 2, 3, 4] and again.status().asked == 5
    after = contents(again.path)
    assert {name: after[name] for name in before if name.endswith(".rep")} == {
        name: before[name] for name in before if name.endswith(".rep")
    }
    complete(opened(tmp_path), 3)
    assert contents(again.path)["summary.json"] == before["summary.json"]


def test_opening_a_run_that_is_done_leaves_it_done(tmp_path: Path) -> None:
    """Only work takes its word back: looking does not."""
    run = finished(tmp_path, 2)
    before = (run.path / "status.json").read_bytes()
    with opened(tmp_path) as again:
        assert len(again.finished()) == 2
    assert (run.path / "status.json").read_bytes() == before


@pytest.mark.parametrize(
    "different",
    [{"seed": 2}, {"agents": 4}, {"title": "Another"}, {"draws": False}, {"most_open": 10}],
)
def test_whatever_changes_numbers_makes_another_run(tmp_path: Path, different: dict[str, object]) -> None:
    """Seed, scenario, options: none finds the replications of the other."""
    run = finished(tmp_path, 2)
    other = opened(tmp_path, **different)
    assert other.path != run.path and other.key != run.key and other.finished() == {}


def test_work_takes_back_the_word_before_the_first_result_is_touched(tmp_path: Path) -> None:
    """A run that was done and is extended vouches for nothing until it is done again."""
    run = finished(tmp_path, 2)
    again = opened(tmp_path)
    again.begin(4)
    again.put(2, numbers(2))
    assert again.status().state == "running" and again.status().files == {}
    with pytest.raises(Damaged, match="no result that is vouched for"):
        run.read_result("summary.json")


def test_a_result_takes_back_the_word_by_itself(tmp_path: Path) -> None:
    """Also where nobody said that work begins, and where another process has called the run done meanwhile."""
    finished(tmp_path, 2)
    again = opened(tmp_path)
    again.put_result("plots/waits.svg", b"new")
    assert again.status().state == "running" and again.status().files == {}
    third = opened(tmp_path)
    third.begin(2)
    complete(opened(tmp_path), 2)
    assert third.status().state == "done"
    third.put_result("plots/waits.svg", b"newer")
    assert third.status().state == "running" and third.status().files == {}


HARM: dict[str, Callable[[Path], object]] = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "empty": lambda path: path.write_bytes(b""),
    "changed": lambda path: path.write_bytes(path.read_bytes()[:-1] + b"?"),
    "foreign": lambda path: path.write_bytes(seal(Header("k" * 64, "rows", 1), numbers(1))),
    "swapped": lambda path: path.write_bytes(path.with_name("r0000.rep").read_bytes()),
    "a link": lambda path: (path.unlink(), path.symlink_to("r0000.rep")),
}


@pytest.mark.parametrize("harm", HARM)
def test_a_replication_that_was_harmed_counts_as_not_there_and_is_replaced(tmp_path: Path, harm: str) -> None:
    """It is named, never read as good; the next run makes the folder what it was, byte for byte."""
    run = finished(tmp_path, 3)
    before = contents(run.path)
    HARM[harm](run.path / REPLICATIONS / "r0001.rep")
    again = opened(tmp_path)
    assert sorted(again.finished()) == [0, 2]
    assert len(again.damaged) == 1 and "r0001.rep: " in again.damaged[0] and " - " in again.damaged[0]
    complete(again, 3)
    assert contents(again.path) == before
    assert sorted(again.finished()) == [0, 1, 2] and again.damaged == []


def test_a_folder_in_the_place_of_a_replication_is_named(tmp_path: Path) -> None:
    """It cannot be replaced either: the words say where."""
    run = finished(tmp_path, 2)
    (run.path / REPLICATIONS / "r0001.rep").unlink()
    (run.path / REPLICATIONS / "r0001.rep").mkdir()
    again = opened(tmp_path)
    assert sorted(again.finished()) == [0] and "not a plain file" in again.damaged[0]
    with pytest.raises(RunFolderProblem, match="cannot be written"):
        again.put(1, numbers(1))


def test_other_files_among_the_replications_are_not_read(tmp_path: Path) -> None:
    """Half-written ones, copies with other names."""
    run = finished(tmp_path, 2)
    home = run.path / REPLICATIONS
    for name in (".r0005.rep.123-0.part", "r0005.rep~", "r5.rep", "copy of r0001.rep", "r00005.rep", "x.rep"):
        (home / name).write_bytes((home / "r0001.rep").read_bytes())
    assert opened(tmp_path).numbers() == {0, 1} == set(run.finished())


@pytest.mark.parametrize("name", ["replications", "plots"])
def test_nothing_is_written_through_a_link(tmp_path: Path, name: str) -> None:
    """A folder of the run that leads elsewhere is refused."""
    run = opened(tmp_path / "runs")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (run.path / name).symlink_to(elsewhere, target_is_directory=True)
    with pytest.raises(RunFolderProblem, match="leads out of the run folder"):
        run.put(0, numbers(0))
        run.put_result("plots/waits.svg", b"x")
    assert list(elsewhere.iterdir()) == []


def test_an_exception_closes_as_failed_and_ctrl_c_as_interrupted(tmp_path: Path) -> None:
    """With the reason; what was put before stays."""
    for seed, error, state in ((1, RuntimeError("no luck\nat all"), "failed"), (2, KeyboardInterrupt(), "interrupted")):
        run = opened(tmp_path, seed=seed)
        with pytest.raises(type(error)), run:
            run.begin(3)
            run.put(0, numbers(0, seed))
            raise error
        status = run.status()
        assert status.state == state and status.finished == 1 and set(run.finished()) == {0}
        assert status.reason == ("no luck" if state == "failed" else "")


def test_files_of_others_are_listed_too(tmp_path: Path) -> None:
    """Logs are written where the records are made; changed ones are noticed."""
    run = opened(tmp_path)
    run.begin(1)
    (run.path / "log").mkdir()
    (run.path / "log" / "visits-r0000.csv").write_bytes(b"by a worker")
    run.put_json("summary.json", {})
    run.close("done")
    assert set(run.status().files) == {"log/visits-r0000.csv", "summary.json"}
    (run.path / "log" / "visits-r0000.csv").write_bytes(b"by a vandal")
    with pytest.raises(Damaged, match="was changed after it was written"):
        run.read_result("log/visits-r0000.csv")


def test_flushing_is_rare_and_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A replication is not flushed one by one; at the end all are, and a slow disk is asked less often."""
    flushed: list[str] = []
    monkeypatch.setattr(module, "flush_file", lambda path: flushed.append(path.name))
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    run = opened(tmp_path)
    run.begin(400)
    counts = []
    for number in range(400):
        run.put(number, numbers(number))
        clock[0] += 0.01
        counts.append(len(flushed))
    assert counts[98] == 0 and len(set(counts)) <= 6  # nothing for a second, then about once a second
    run.flush()
    assert sorted(flushed) == [f"r{i:04d}.rep" for i in range(400)]
    assert run.status().finished > 100

    def slow(path: Path) -> None:
        flushed.append(path.name)
        clock[0] += 0.01  # a replication takes as long

    monkeypatch.setattr(module, "flush_file", slow)
    began, idle = clock[0], 0.0
    for number in range(400):
        run.put(number, numbers(number))
        clock[0] += 0.01
        idle += 0.01
    assert clock[0] - began < 1.5 * idle


WORKER = """
import sys
from pathlib import Path
from tests.experiments.store.made_runs import complete, opened
for seed in range(6):
    with opened(Path(sys.argv[1]), seed=seed) as run:
        complete(run, int(sys.argv[2]))
print(run.path)
"""


def test_processes_on_the_same_run_do_not_hurt_each_other(tmp_path: Path) -> None:
    """Four at once, six runs: one sound folder of each, whoever was first; all of them end well."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(tmp_path / "runs"), "8"], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for worker in workers:
        _, said = worker.communicate(timeout=120)
        assert worker.returncode == 0, said
    store = RunStore(tmp_path / "runs")
    for seed in range(6):
        run = opened(tmp_path / "runs", seed=seed)
        assert sorted(run.finished()) == list(range(8)) and run.damaged == []
        assert run.status().state == "done" and json.loads(run.read_result("summary.json")) == {"replications": 8}
        alone = finished(tmp_path / "alone", 8, seed=seed)
        assert contents(run.path) == contents(alone.path)
    assert all(entry.state == "done" for entry in store.entries())


def test_a_process_that_stops_leaves_the_other_one_at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The status keeps whoever else works on the run, until that one is gone."""
    mine, other = opened(tmp_path), opened(tmp_path)
    sleeper = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    process = Process(Process.own().host, sleeper.pid, _born(sleeper.pid))
    try:
        with monkeypatch.context() as patch:
            patch.setattr(Process, "own", lambda: process)
            other.begin(5)
        mine.begin(3)
        assert set(mine.status().processes) == {process, Process.own()}
        if process.born:  # its id was used before by a process that is gone
            assert Process(process.host, process.number, "earlier").life == "gone" != process.life
        mine.close("interrupted")
        assert mine.status().state == "running" and mine.status().processes == (process,)
        mine.begin(3)
        mine.close("done")
        assert mine.status().shown == "done" and mine.status().at_work
    finally:
        sleeper.kill()
        sleeper.communicate()
    assert not mine.status().at_work
    mine.begin(3)
    assert mine.status().processes == (Process.own(),)


def test_other_results_written_at_the_same_time_are_not_called_done(tmp_path: Path) -> None:
    """Twenty and fifty replications side by side: whoever finds other results than it wrote says so."""
    run = opened(tmp_path)
    run.begin(1)
    run.put_json("summary.json", {"replications": 1})
    (run.path / "summary.json").write_bytes(b"of another process")
    with pytest.raises(RunFolderProblem, match="another process wrote other results at the same time"):
        run.close("done")
    assert run.status().state == "interrupted"


def test_a_killed_process_leaves_what_it_has_put(tmp_path: Path) -> None:
    """SIGKILL right after `put`, long before any flush: everything is there; the state is interrupted."""
    code = """
import os, signal, sys
from pathlib import Path
from tests.experiments.store.made_runs import numbers, opened
run = opened(Path(sys.argv[1]))
run.begin(5, ["again"])
for number in range(3):
    run.put(number, numbers(number))
os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
"""
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, timeout=60, check=False)
    run = opened(tmp_path)
    assert run.status().state == "running" and run.status().shown == "interrupted"
    assert sorted(run.finished()) == [0, 1, 2] and run.damaged == []


def test_files_can_be_sealed_in_threads(tmp_path: Path) -> None:
    """The costly part is done where the numbers are made; the bytes are those of `put`."""
    run, other = opened(tmp_path / "a"), opened(tmp_path / "b")
    sealed: dict[int, bytes] = {}

    def work(number: int) -> None:
        sealed[number] = run.seal(number, numbers(number), 12.5, {"note": "x"})

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in sealed:
        run.put_sealed(number, sealed[number])
        other.put(number, numbers(number), 12.5, {"note": "x"})
    assert contents(run.path) == contents(other.path)
    assert run.finished()[3].header.cut == 12.5 and run.finished()[3].header.about == {"note": "x"}


def test_a_comparison_names_its_runs_and_is_found_by_them(tmp_path: Path) -> None:
    """The same runs with the same options are the same comparison, also if the runs lie elsewhere now."""
    a, b = finished(tmp_path, 2), finished(tmp_path, 2, agents=4)
    with open_comparison(tmp_path, "A or B", [("A", a), ("B", b)], {"replications": 2}) as comparison:
        comparison.begin(2, ["aftersim", "compare"])
        comparison.put_json("comparison.json", {"odds": 0.9})
        comparison.close("done")
    assert [m.folder for m in comparison.facts.members] == [a.path.name, b.path.name]  # type: ignore[union-attr]
    assert json.loads(comparison.read_result("comparison.json")) == {"odds": 0.9}
    a.path.rename(tmp_path / "20260101-000000-moved-aaaaaaa")
    moved = RunStore(tmp_path).read("20260101-000000-moved-aaaaaaa")
    assert isinstance(moved, Run)
    again = open_comparison(tmp_path, "A or B", [("A", moved), ("B", b)], {"replications": 2})
    assert again.path == comparison.path and again.status().state == "done"
    assert RunStore(tmp_path).read(again.path.name).facts.members[0].folder == moved.path.name  # type: ignore[union-attr]
    for different in ([("A", moved), ("C", b)], [("B", b), ("A", moved)]):
        assert open_comparison(tmp_path, "A or B", different, {"replications": 2}).path != again.path
    assert open_comparison(tmp_path, "A or B", [("A", moved), ("B", b)], {"replications": 3}).path != again.path


def test_a_status_that_was_harmed_is_said_anew(tmp_path: Path) -> None:
    """The replications do not depend on it."""
    run = finished(tmp_path, 2)
    before = contents(run.path)
    for harm in (b"", b"{}", (run.path / "status.json").read_bytes()[:-2]):
        (run.path / "status.json").write_bytes(harm)
        with pytest.raises(Damaged):
            Status.read(run.path)
        again = opened(tmp_path)
        assert again.path == run.path and len(again.finished()) == 2
        complete(again, 2)
        assert again.status().state == "done" and contents(run.path) == before


def test_facts_that_were_harmed_make_a_new_folder(tmp_path: Path) -> None:
    """Nothing in a folder is believed whose facts cannot be; it stays as it is."""
    run = finished(tmp_path, 2)
    (run.path / "facts.json").write_bytes((run.path / "facts.json").read_bytes().replace(b'"seed": 1', b'"seed": 2'))
    before = contents(run.path)
    again = opened(tmp_path)
    assert again.path != run.path and again.finished() == {}
    assert contents(run.path) == before
    assert opened(tmp_path, seed=2).path not in (run.path, again.path)


def test_what_a_folder_was_made_with_is_put_right(tmp_path: Path) -> None:
    """Scenario and rows are written anew when they were harmed, and only then."""
    run = finished(tmp_path, 2)
    before = contents(run.path)
    (run.path / "layout.rows").write_bytes(b"?")
    (run.path / "scenario.yaml").unlink()
    opened(tmp_path)
    assert contents(run.path) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_run_can_be_read(tmp_path: Path) -> None:
    """Opening and reading write nothing; work is refused in words."""
    run = finished(tmp_path, 2)
    for folder in (run.path / REPLICATIONS, run.path, tmp_path):
        folder.chmod(0o500)
    try:
        again = opened(tmp_path)
        assert again.path == run.path and len(again.finished()) == 2
        with pytest.raises(RunFolderProblem, match=r"read-only or not yours.*--out"):
            again.put(3, numbers(3))
        with pytest.raises(RunFolderProblem, match="--no-folder"):
            opened(tmp_path, seed=9)
    finally:
        for folder in (tmp_path, run.path, run.path / REPLICATIONS):
            folder.chmod(0o700)


def test_why_two_runs_differ_stands_in_their_facts(tmp_path: Path) -> None:
    """Every part of the key is there to be read."""
    run = opened(tmp_path)
    document = json.loads((run.path / "facts.json").read_text(encoding="utf-8"))
    assert document["seed"] == 1 and document["options"] == {"draws": True}
    assert document["engine"]["numpy"] == "2.4.6" and "agents: 3" in document["scenario"]
    assert document["layout"] == facts().layout and document["key"] == run.key
