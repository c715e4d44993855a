"""Trials: a job is killed at a random moment, looked at, taken up again, and compared with one that was left alone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import numpy as np

from experiments.store.damage import Damaged
from experiments.store.doctor import examine
from experiments.store.entry import read_entry, run_folders
from experiments.store.index import Index
from experiments.store.run import Run
from experiments.store.run_store import RunStore
from tests.experiments.store.made_runs import timeless
from tests.kills.jobs import Job

ROOT = Path(__file__).resolve().parents[2]

How = Literal["fork", "process"]

AGAIN = 0.25
"""Share of the trials in which the job is killed a second time while it goes on, and so forth."""

PATIENCE = 120.0
"""Seconds after which a job that goes on is taken to hang."""

NOT_COMPARED = (
    "status.json (times, process)",
    "index.sqlite* (a cache)",
    ".* (left-over temporary files)",
    "times in the names of run folders, also where the facts of a comparison name them",
)


class Trials:
    """Kills one job again and again; use it in a `with`.

    Parameters
    ----------
    job : Job
        What is killed.
    how : {"fork", "process"}
        Forked from this process, which has done the job once and is warm, or a process of its own.
    seed : int
        Of the moments.
    keep : bool
        Keep the files of failed trials.
    """

    def __init__(self, job: Job, how: How, seed: int, keep: bool = False) -> None:
        self.job, self.how, self.seed, self.keep = job, how, seed, keep
        self.home = Path(tempfile.mkdtemp(prefix="aftersim-kills-"))
        self.failed: list[int] = []
        self.moments: Counter[str] = Counter()
        self.kills = 0
        self.times = 0
        self._warm()
        taken = []
        for i in range(3):
            began = time.perf_counter()
            trouble = self._to_the_end(self.home / f"alone{i}")
            taken.append(time.perf_counter() - began)
            if trouble:
                raise RuntimeError(f"the job fails when it is left alone:\n{trouble}")
        self.seconds = sorted(taken)[1]
        self.expected = contents(self.home / "alone0")
        if self.expected != contents(self.home / "alone1"):
            raise RuntimeError(
                f"twice alone is not the same: {differing(self.expected, contents(self.home / 'alone1'))}"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not (self.keep and self.failed):
            shutil.rmtree(self.home, ignore_errors=True)

    def number(self, number: int) -> Iterator[str]:
        """One trial.

        Parameters
        ----------
        number : int
            With the seed it decides on all moments.

        Yields
        ------
        str
            What is wrong, in lines.
        """
        rng = np.random.default_rng([self.seed, number])
        place = self.home / str(number)
        found = []
        while True:
            found += [f"after a kill: {words}" for words in self._killed(place, float(rng.uniform(0.0, self.seconds)))]
            if not rng.random() < AGAIN:
                break
        trouble = self._to_the_end(place)
        found += [f"taken up again: {words}" for words in ([trouble] if trouble else [])]
        found += [f"in the end: {words}" for words in wrong_in(place / "runs")]
        after = contents(place)
        found += [f"differs from the job left alone: {name}" for name in differing(self.expected, after)]
        self.times += 1
        if found:
            self.failed.append(number)
        if not (found and self.keep):
            shutil.rmtree(place)
        for words in found:
            yield f"trial {number}: {words}"
        if found:
            yield f"trial {number}: repeat it with --how {self.how} --seed {self.seed} --number {number} --keep" + (
                f"; its files are in {place}" if self.keep else ""
            )

    def summary(self) -> str:
        """What was hit, and how many trials failed."""
        hit = ", ".join(f"{n} {where}" for where, n in self.moments.most_common())
        return f"{self.times} trials, {self.kills} kills: {hit}\n{len(self.failed)} trials failed"

    def _killed(self, place: Path, after: float) -> list[str]:
        """Start, wait, kill, look; what is wrong."""
        child = self._started(place)
        time.sleep(after)
        over = child.over
        code = child.kill()
        self.kills += 1
        self.moments["after the end" if over else moment(place / "runs")] += 1
        failed = [f"it ended by itself with {code}:\n{child.said()}"] if over and code != 0 else []
        return [*failed, *wrong_in(place / "runs")]

    def _to_the_end(self, place: Path) -> str:
        """Start and wait; what went wrong, or nothing."""
        child = self._started(place)
        code = child.wait(PATIENCE)
        if code is None:
            child.kill()
            return f"it hangs:\n{child.said()}"
        return "" if code == 0 else f"it ended with {code}:\n{child.said()}"

    def _warm(self) -> None:
        """Do the job once here: all imports are made, everything is compiled, and no thread is left."""
        if self.how == "process":
            return
        (self.home / "warm").mkdir()
        before = Path.cwd()
        os.chdir(self.home / "warm")
        try:
            self.job.work()
        finally:
            os.chdir(before)

    def _started(self, place: Path) -> Child:
        place.mkdir(exist_ok=True)
        said = self.home / f"said-{place.name}"
        return Forked(self.job, place, said) if self.how == "fork" else Spawned(self.job, place, said)


class Child:
    """A process that does the job; it leads a group, so that nothing of it is left when it is killed."""

    pid: int
    output: Path

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.wait(0.0) is not None

    def wait(self, seconds: float) -> int | None:
        """Its exit code; None if it has not ended by then."""
        raise NotImplementedError

    def kill(self) -> int:
        """SIGKILL to all of it; the exit code."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):  # it ended, or has not yet its group
            if self.wait(0.0) is None:
                os.kill(self.pid, signal.SIGKILL)
        code = self.wait(10.0)
        assert code is not None
        return code

    def said(self) -> str:
        """What it wrote to its output."""
        return self.output.read_text(encoding="utf-8", errors="replace")[-4000:]


class Spawned(Child):
    """A process of its own."""

    def __init__(self, job: Job, place: Path, output: Path) -> None:
        self.output = output
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with output.open("wb") as file:
            self._process = subprocess.Popen(
                job.command, cwd=place, env=environment, stdout=file, stderr=file, start_new_session=True
            )
        self.pid = self._process.pid

    def wait(self, seconds: float) -> int | None:
        """Its exit code; None if it has not ended by then."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None


class Forked(Child):
    """A copy of this process, which has no threads but the main one: their locks would be copied as they are."""

    def __init__(self, job: Job, place: Path, output: Path) -> None:
        self.output = output
        self._code: int | None = None
        alive = [t.name for t in threading.enumerate() if t is not threading.main_thread()]
        if alive:
            raise RuntimeError(f"these threads are alive, and a fork would copy their locks: {', '.join(alive)}")
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            self._live(job, place)

    def _live(self, job: Job, place: Path) -> None:
        """The life of the child; it never comes back."""
        code = 1
        try:
            os.setsid()
            handle = os.open(self.output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(handle, 1)
            os.dup2(handle, 2)
            os.chdir(place)
            job.work()
            code = 0
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
        except BaseException:
            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(code)

    def wait(self, seconds: float) -> int | None:
        """Its exit code; None if it has not ended by then."""
        deadline = time.monotonic() + seconds
        while self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
            elif time.monotonic() >= deadline:
                return None
            else:
                time.sleep(0.001)
        return self._code


def wrong_in(root: Path) -> list[str]:
    """Look at every file with the readers: after a kill some may be missing, and none is half."""
    found = []
    for path in run_folders(root):
        try:
            folder = RunStore(root).read(path.name)
            status = folder.status()
            if isinstance(folder, Run):
                folder.finished()
                found += folder.damaged
            for name in status.files:
                folder.read_result(name)
        except Damaged as problem:
            found.append(str(problem))
    allowed = ("is being written, or was left over",)
    found += [str(f) for f in examine(root) if f.wrong not in allowed and not _behind(root, f.place, f.wrong)]
    if Index(root).entries() != [read_entry(path) for path in run_folders(root)]:
        found.append("the index says something else than the folders")
    return list(dict.fromkeys(found))


def _behind(root: Path, place: str, wrong: str) -> bool:
    """The index may lag behind; a row that was changed or a damaged file are another matter."""
    return place == str(root / "index.sqlite") and "there is no such run" in wrong


def moment(root: Path) -> str:
    """What the job was doing when it was killed."""
    folders = run_folders(root)
    if not folders:
        return "before the first folder"
    states = [read_entry(path) for path in folders]
    open_ones = [e for e in states if e.state != "done"]
    if not open_ones:
        return "between two folders"
    if open_ones[-1].kind == "comparison":
        return "in the comparison"
    status = open_ones[-1].status
    asked = 0 if status is None else status.asked
    lying = len(list((root / open_ones[-1].folder).glob("replications/r*.rep")))
    if not asked or lying == 0:
        return "before the first replication"
    return "among the replications" if lying < asked else "among the results"


def contents(place: Path) -> dict[str, bytes]:
    """Every file that is compared, by name; the times in names of run folders left out."""
    found = {}
    for path in sorted(place.rglob("*")):
        parts = path.relative_to(place).parts
        hidden = any(part.startswith(".") for part in parts)
        if not path.is_file() or hidden or path.name == "status.json" or path.name.startswith("index.sqlite"):
            continue
        name = "/".join(part[16:] if len(parts) > 2 and i == 1 else part for i, part in enumerate(parts))
        found[name] = timeless(path.name, path.read_bytes())
    return found


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """Names of files that only one has, or that differ."""
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
