"""Runs that are killed and taken up again end as if nothing had happened."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from experiments.store import atomic_file, run, run_folder
from tests.kills.jobs import JOBS, Job
from tests.kills.trials import How, Trials

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="SIGKILL and fork")


def tried(job: Job, how: How, times: int, seed: int = 1) -> tuple[Trials, list[str]]:
    """Trials, and what was wrong."""
    with Trials(job, how, seed) as trials:
        wrong = [line for number in range(times) for line in trials.number(number)]
    return trials, wrong


@pytest.mark.parametrize(("how", "times"), [("fork", 180), ("process", 20)])
def test_a_killed_comparison_goes_on_to_the_same_bytes(how: How, times: int) -> None:
    """`aftersim compare`, killed at random moments, taken up again: every file is that of a run left alone."""
    trials, wrong = tried(JOBS["compare"], how, times)
    assert not wrong, "\n".join(wrong)
    assert trials.kills >= times and len(trials.moments) > 2 and len(trials.expected) > 30


@pytest.mark.parametrize(("how", "times"), [("fork", 8), ("process", 1)])
def test_a_killed_store_goes_on_to_the_same_bytes(how: How, times: int) -> None:
    """A few kills of each kind, at random moments."""
    trials, wrong = tried(JOBS["store"], how, times)
    assert not wrong, "\n".join(wrong)
    assert trials.kills >= times and len(trials.expected) > 40
    assert how == "process" or len(trials.moments) > 1


@pytest.mark.long
@pytest.mark.parametrize(("how", "times"), [("fork", 180), ("process", 20)])
def test_a_store_that_is_killed_often_goes_on_to_the_same_bytes(how: How, times: int) -> None:
    """Many."""
    _, wrong = tried(JOBS["store"], how, times, seed=2)
    assert not wrong, "\n".join(wrong)


def careless() -> None:
    """The same job with files that are written in place."""
    real = atomic_file.write_bytes

    def in_place(path: Path, content: bytes, *, late: bool = False) -> None:
        half = len(content) // 2
        path.write_bytes(content[:half])
        time.sleep(0.02)
        path.write_bytes(content)

    run.write_bytes = run_folder.write_bytes = in_place  # type: ignore[attr-defined]
    try:
        JOBS["store"].work()
    finally:
        run.write_bytes = run_folder.write_bytes = real  # type: ignore[attr-defined]


def forgetful() -> None:
    """A job whose results depend on how often it was begun."""
    count = Path("count.txt")
    count.write_text(count.read_text() + "x" if count.exists() else "x")
    JOBS["store"].work()


@pytest.mark.parametrize("work", [careless, forgetful])
def test_the_trials_notice_a_store_that_is_not_safe(work: object) -> None:
    """Half-written files, or other bytes in the end: a harness that finds nothing would prove nothing."""
    job = Job(work, [])  # type: ignore[arg-type]
    assert any(tried(job, "fork", 6)[1] for _ in range(4))  # on a busy machine six kills may all come too early
