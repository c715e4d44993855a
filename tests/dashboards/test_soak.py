"""Whoever works all day with the dashboard leaves it as it was in the morning: no process, no file, no memory more."""

from __future__ import annotations

import gc
import os
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import place
from dashboards.jobs.job import Job, _children
from dashboards.jobs.request import Request

SHOP = "scenarios/small_shop.yaml"
FREE = "scenarios/policies/small_shop/keep_phones_free.yaml"
PATIENCE = 120.0
GROWTH = 20
"""Objects that a look at both pages may leave behind; a page is made of tens of thousands."""


def soak_jobs(times: int, root: Path, monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    """Start and cancel, again and again."""
    tmp.mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp))
    monkeypatch.setattr(tempfile, "tempdir", None)
    threads, files = threading.active_count(), open_files()
    processes = []
    for i in range(times):
        job = Job.start(Request(SHOP, (FREE,), 4000, str(root)))
        if i % 2:  # cancelled while it starts, or while it simulates
            wait_for(lambda job=job: job.progress.get("done", 0) >= 1 or job.state != "running")
        process = _children[job.name]
        processes.append(process.pid)
        job.stop()
        wait_for(lambda process=process: process.poll() is not None)
        assert job.state == "cancelled", job.errors
    wait_for(lambda: threading.active_count() <= threads)
    assert [pid for pid in processes if Path(f"/proc/{pid}").exists()] == [], "also one that has ended and is not taken"
    assert open_files() <= files and list(tmp.iterdir()) == []
    assert not [p for p in root.rglob("*") if p.suffix == ".part"], "half-written files"


def wait_for(done: Any) -> None:
    """Wait until something is so."""
    until = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < until, "it does not end"
        time.sleep(0.02)


def open_files() -> int:
    """Files that this process holds open."""
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - the folder itself is one of them


def soak_pages(times: int, view: str) -> None:
    """Refresh both pages, again and again."""
    sizes = []
    for _ in range(times):
        for name in ("compare", "scenario"):
            at = AppTest.from_string(
                f"from dashboards import state\nfrom dashboards.screens import {name}\nstate.remember()\n{name}.show()",
                default_timeout=60,
            )
            at.query_params["base"] = "small_shop"
            at.query_params["view"] = view
            assert not at.run().exception
        del at
        gc.collect()
        sizes.append(len(gc.get_objects()))
    half = times // 2  # by then everything is imported and remembered
    left = (sizes[-1] - sizes[half]) / (times - 1 - half)
    assert left < GROWTH, f"every pair of reruns leaves {left:.0f} objects: {sizes}"


needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the system does not tell its files here")


@needs_proc
def test_jobs_leave_nothing(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No process, no thread, no open file, no temporary file."""
    soak_jobs(2, root, monkeypatch, tmp_path / "tmp")


@needs_proc
@pytest.mark.long
def test_forty_jobs_leave_nothing(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for a day's work."""
    soak_jobs(40, root, monkeypatch, tmp_path / "tmp")
    assert len(list(place.kept("jobs").iterdir())) == 40


def test_reruns_leave_no_memory(shown: str) -> None:
    """A refresh costs nothing that stays."""
    soak_pages(3, shown)


@pytest.mark.long
def test_two_hundred_reruns_leave_no_memory(shown: str) -> None:
    """The same for a day's work."""
    soak_pages(100, shown)
