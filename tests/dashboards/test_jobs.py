"""A run in a process of its own: it tells how far it is, can be stopped, and leaves what it has done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from dashboards import place
from dashboards.jobs import worker
from dashboards.jobs.job import Job, TooMany, _children
from dashboards.jobs.known import key_of, known_view
from dashboards.jobs.request import Request
from dashboards.views.kept_view import find_view
from experiments.store.process import Process
from experiments.store.run_store import RunStore

SHOP = "scenarios/small_shop.yaml"
FREE = "scenarios/policies/small_shop/keep_phones_free.yaml"
PATIENCE = 240.0


def ended(job: Job) -> str:
    """Wait for the end of a job."""
    until = time.monotonic() + PATIENCE
    while job.state == "running" and time.monotonic() < until:
        time.sleep(0.05)
    return job.state


def begun(job: Job, done: int) -> None:
    """Wait until so many replications have finished."""
    until = time.monotonic() + PATIENCE
    while job.progress.get("done", 0) < done and job.state == "running" and time.monotonic() < until:
        time.sleep(0.02)
    assert job.progress.get("done", 0) >= done, job.errors


def test_a_run_leaves_its_results_in_the_store_and_a_view(root: Path) -> None:
    """Compare: progress on the way, the comparison beside its runs as the command line keeps it, a view to show."""
    request = Request(SHOP, (FREE,), 3, str(root))
    assert known_view(request) is None
    job = Job.start(request)
    assert ended(job) == "done", job.errors
    view = find_view(job.result["view"])
    assert view is not None and view["policies"] == ["small_shop", "keep_phones_free"] and view["replications"] == 3
    kinds = [e.kind for e in RunStore(root).entries()]
    assert kinds.count("run") == 2 and kinds.count("comparison") == 1
    assert all(e.state == "done" for e in RunStore(root).entries())
    assert known_view(request) == job.result["view"], "the same question again is answered at once"
    assert view["command"] == request.command()


def test_a_desk_alone_is_a_run(root: Path) -> None:
    """Without policies there is one column and no difference."""
    request, folder = Request(SHOP, (), 3, str(root)), place.kept("jobs") / ("1" * 16)
    folder.mkdir()
    view = find_view(worker._work(request, "key", worker.Teller(folder)))
    assert view is not None and view["kind"] == "run" and view["key"] == "key"
    assert Job(folder.name, folder).progress["stage"] == "writing"


def test_a_run_that_is_cancelled_keeps_what_has_finished(root: Path) -> None:
    """Cancel ends the process within seconds; the histories before it are kept, and the next run goes on from there."""
    job = Job.start(Request(SHOP, (FREE,), 4000, str(root)))
    begun(job, 4)
    job.stop()
    assert job.stopping
    began = time.monotonic()
    assert ended(job) == "cancelled", job.errors
    assert time.monotonic() - began < 20.0
    assert sum(1 for _ in root.glob("*/replications/*.rep")) >= 4
    assert [e.state for e in RunStore(root).entries()] == ["interrupted"] * 2
    assert Job.find(job.name) == job and Job.find(job.name).state == "cancelled"  # type: ignore[union-attr]


def test_what_is_wrong_is_said(root: Path, tmp_path: Path) -> None:
    """A scenario that cannot be run fails with the words of the loader, and no traceback."""
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("aftersim: 1\nperiod: {start: 2026-03-02}\n", encoding="utf-8")
    job = Job.start(Request(str(wrong), (FREE,), 3, str(root)))
    assert ended(job) == "failed"
    assert "wrong.yaml" in job.errors and "Traceback" not in job.errors


def test_a_run_ends_with_the_program_that_started_it(root: Path, tmp_path: Path) -> None:
    """Killing the server leaves no process behind; the job is then interrupted, and its histories are kept."""
    code = f"""
        from dashboards.jobs.job import Job
        from dashboards.jobs.request import Request
        import time
        print(Job.start(Request({SHOP!r}, ({FREE!r},), 4000, {str(root)!r})).name, flush=True)
        time.sleep(600)
    """
    server = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    job = Job.find(server.stdout.readline().strip())
    assert job is not None
    begun(job, 2)
    process = Process.of(json.loads((job.folder / "process.json").read_bytes()))
    server.kill()
    server.wait()
    server.stdout.close()
    assert ended(job) == "interrupted"
    assert process.life == "gone"


def test_two_runs_at_a_time_and_no_more(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A third one is refused until one has ended."""

    class Busy:
        def poll(self) -> None:
            return None

    monkeypatch.setitem(_children, "a", Busy())  # type: ignore[misc]
    monkeypatch.setitem(_children, "b", Busy())  # type: ignore[misc]
    with pytest.raises(TooMany):
        Job.start(Request(SHOP, (), 3, str(root)))


def test_what_is_kept_does_not_grow_for_ever(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest jobs and views are taken away; those at work and the newest stay."""
    for i in range(6):
        for made in (place.kept("jobs") / f"{i:016x}", place.kept("views") / f"{i:016x}.json"):
            made.mkdir() if made.suffix == "" else made.write_text("{}", encoding="ascii")
            os.utime(made, (i, i))
    place.keep_newest("jobs", 2, but=(f"{0:016x}",))
    place.keep_newest("views", 2)
    assert {p.name for p in place.kept("jobs").iterdir()} == {f"{i:016x}" for i in (0, 4, 5)}
    assert {p.stem for p in place.kept("views").iterdir()} == {f"{i:016x}" for i in (4, 5)}


def test_a_fault_of_the_program_is_told_without_its_paths(root: Path) -> None:
    """What a process said is shown; of a trace only its last word."""
    folder = place.kept("jobs") / ("0" * 16)
    folder.mkdir()
    trace = (
        'x.yaml:1:1: look here\nTraceback (most recent call last):\n  File "/some/where/x.py", line 1\nValueError: no\n'
    )
    (folder / "errors.txt").write_text(trace, encoding="utf-8")
    assert Job(folder.name, folder).errors == "x.yaml:1:1: look here\nValueError: no"


def test_a_changed_file_is_another_question(root: Path, tmp_path: Path) -> None:
    """Results are shown again only if nothing has changed."""
    file = tmp_path / "desk.yaml"
    file.write_bytes(Path(SHOP).read_bytes())
    before = key_of(Request(str(file), (), 3, str(root)))
    assert key_of(Request(str(file), (), 4, str(root))) != before
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert key_of(Request(str(file), (), 3, str(root))) != before


@pytest.mark.parametrize("name", [None, "", "..", "0" * 16, "../../etc"])
def test_a_strange_name_is_no_job(name: str | None) -> None:
    """Names from the address never become paths."""
    assert Job.find(name) is None
