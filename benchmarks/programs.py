"""The programs that are compared, each behind the same few calls, and the process in which one of them runs.

A program runs in a process of its own (`Worker`), so that its peak memory is its own and nothing another program left
behind (caches, garbage) slows it down. The process answers one request at a time and sleeps otherwise.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import yardstick
from numpy.typing import NDArray
from service_desk import w3
from workloads import simpy_w1, simpy_w2, w1, w2

from sim.machine import Exit, Network

SETTLED = 60.0
"""Visits that enter earlier are left out where W1 is held against its steady state [min]."""

PER_DAY = 100_000.0


@dataclass(frozen=True)
class Work:
    """What to run: `w1` with so many customers, `w2` or `w3` with so many days."""

    name: str
    size: float

    def network(self) -> Network:
        """The workload as a network."""
        return _network(self.name, self.size)


@cache
def _network(name: str, size: float) -> Network:
    return w1(int(size)) if name == "w1" else w2(size, PER_DAY) if name == "w2" else w3(size)


@cache
def folder() -> Path:
    """A temporary folder of this process."""
    path = Path(tempfile.mkdtemp(prefix="aftersim-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


@cache
def table(work: Work) -> Path:
    """The workload as a table of the yardstick."""
    path = folder() / f"{work.name}-{work.size:g}.table"
    yardstick.write_table(work.network(), path)
    return path


@cache
def units(work: Work, replication: int) -> int:
    """Customers (W1) or contacts, every visit to the bot counted (W2, W3), of a replication of the network."""
    program = yardstick.build() if work.name != "w3" else None
    if program is not None:
        return int(yardstick.run(program, table(work), first=replication, rows=False)[0]["contacts"])
    n = work.network()
    first = {s.to for s in n.streams}
    noted = replace(n, steps=tuple(replace(s, recorded=True) if s.name.startswith("bot") else s for s in n.steps))
    visits = _engine()(noted, 1, replication).visits
    return int(np.isin(visits["step"], [n.step_index[s] for s in first]).sum())


def compiled_engine() -> Any:
    """The compiled engine's module, or None where it cannot be imported."""
    try:
        import sim.machine.compiled as compiled

        return compiled if hasattr(compiled, "Walk") else None
    except ImportError:
        return None


def _engine() -> Callable[..., Any]:
    from sim.machine.reference import run

    compiled = compiled_engine()
    return run if compiled is None else compiled.run


@dataclass(frozen=True)
class Shares:
    """P(wait), P(abandon) and mean wait [min] of visits to people."""

    p_wait: float
    p_abandoned: float
    wait: float


def shares(entered: Any, wait: Any, served: Any, since: float) -> Shares:
    """Shares of the visits that entered at `since` or later."""
    entered, wait, served = np.asarray(entered), np.asarray(wait), np.asarray(served, dtype=bool)
    keep = entered >= since
    wait, lost = wait[keep], ~served[keep]
    return Shares(float(np.mean((wait > 0.0) | lost)), float(np.mean(lost)), float(np.mean(wait)))


def shares_of_rows(rows: NDArray[np.void], since: float) -> Shares:
    """Shares of the visit rows of a network."""
    lost = rows["exit"] == Exit.ABANDONED
    return shares(rows["entered"], np.where(lost, rows["left"], rows["started"]) - rows["entered"], ~lost, since)


class Program:
    """What all programs can be asked.

    Attributes
    ----------
    label : str
        For the table.
    works : tuple of str
        Workloads it can express.
    slow : bool
        Whether it runs the smaller sizes.
    """

    label = ""
    works: tuple[str, ...] = ("w1", "w2")
    slow = True

    def absent(self) -> str | None:
        """Why it cannot run here; None if it can."""
        return None

    def speed(self, work: Work, replication: int, rows: bool) -> tuple[float, int]:
        """CPU seconds and units of one replication."""
        raise NotImplementedError

    def rows(self, work: Work, replication: int) -> NDArray[np.void] | None:
        """Visit rows, for programs that draw the machine's luck."""
        return None

    def shares(self, work: Work, replication: int, since: float) -> Shares:
        """What one replication says about its customers."""
        found = self.rows(work, replication)
        assert found is not None
        return shares_of_rows(found, since)


def cpu(what: Callable[[], Any]) -> float:
    """CPU seconds of one call."""
    gc.collect()
    begin = time.process_time()
    what()
    return time.process_time() - begin


class Loop(Program):
    """The C++ yardstick; seconds of its event loop alone, in memory it has used before."""

    label = "C++ loop"
    slow = False

    def absent(self) -> str | None:
        return None if yardstick.build() else "no C++ compiler (g++ or clang++) on the path"

    def figures(self, work: Work, replication: int, rows: bool, **more: Any) -> dict[str, Any]:
        """All it prints."""
        program = yardstick.build()
        assert program is not None
        return yardstick.run(program, table(work), first=replication, rows=rows, **more)[0]

    def speed(self, work: Work, replication: int, rows: bool) -> tuple[float, int]:
        found = self.figures(work, replication, rows, warm=1)
        return found["seconds"], found["contacts"]

    def rows(self, work: Work, replication: int) -> NDArray[np.void]:
        dump = table(work).with_suffix(".rows")
        found = self.figures(work, replication, True, dump=dump)
        out = yardstick.read_rows(dump)
        dump.unlink()
        lost = out["exit"] == Exit.ABANDONED
        wait = np.where(lost, out["left"], out["started"]) - out["entered"]
        counts = (out.size, int(lost.sum()), int((lost | (wait > 0.0)).sum()))
        if counts != (found["to_agents"], found["abandoned"], found["waited"]) or not np.isclose(
            wait.sum(), found["wait"], rtol=1e-9
        ):
            raise RuntimeError(f"the yardstick's counts are not those of its rows: {found}, rows say {counts}")
        return out


class Walked(Program):
    """The compiled engine; seconds of its event loop alone."""

    label = "aftersim compiled"
    works = ("w1", "w2", "w3")
    slow = False

    def absent(self) -> str | None:
        return None if compiled_engine() else "sim.machine.compiled cannot be imported"

    def walk(self, work: Work, replication: int, rows: bool) -> Any:
        """A prepared replication."""
        return compiled_engine().Walk(work.network(), 1, replication, visits=rows, jobs=rows)

    def speed(self, work: Work, replication: int, rows: bool) -> tuple[float, int]:
        walk = self.walk(work, replication, rows)
        seconds = cpu(walk.walk)
        walk.records()  # as every run does; it also hands the memory on to the next one, as the C++ loop keeps its own
        return seconds, units(work, replication)

    def rows(self, work: Work, replication: int) -> NDArray[np.void]:
        walk = self.walk(work, replication, True)
        walk.walk()
        return walk.records().visits


class Whole(Walked):
    """The compiled engine with all that `simulate` does: instance, tables, loop, sorted records, audit."""

    label = "aftersim compiled, whole"

    def speed(self, work: Work, replication: int, rows: bool) -> tuple[float, int]:
        from sim.machine.audit import audit

        network, run = work.network(), compiled_engine().run
        return cpu(lambda: audit(run(network, 1, replication))), units(work, replication)

    def rows(self, work: Work, replication: int) -> NDArray[np.void]:
        return compiled_engine().run(work.network(), 1, replication).visits


class Reference(Program):
    """The reference engine: instance, loop and sorted records."""

    label = "aftersim reference"
    works = ("w1", "w2", "w3")

    def speed(self, work: Work, replication: int, rows: bool) -> tuple[float, int]:
        from sim.machine.reference import run

        network = work.network()
        return cpu(lambda: run(network, 1, replication)), units(work, replication)

    def rows(self, work: Work, replication: int) -> NDArray[np.void]:
        from sim.machine.reference import run

        return run(work.network(), 1, replication).visits


class SimPy(Program):
    """The workload as SimPy's documentation would write it; the whole program."""

    label = "SimPy, idiomatic"

    def count(self, work: Work, replication: int) -> Any:
        """Its figures of one replication."""
        if work.name == "w1":
            return simpy_w1(int(work.size), replication + 1)
        return simpy_w2(work.size, PER_DAY, replication + 1)

    def speed(self, work: Work, replication: int, rows: bool) -> tuple[float, int]:
        found: list[Any] = []
        seconds = cpu(lambda: found.append(self.count(work, replication)))
        return seconds, found[0].contacts

    def shares(self, work: Work, replication: int, since: float) -> Shares:
        return shares(*zip(*self.count(work, replication).rows, strict=True), since=since)


class Ciw(Program):
    """Ciw, W1 only: a queue of Ciw belongs to one node, so classes cannot share pools (W2)."""

    label = "Ciw"
    works = ("w1",)

    def absent(self) -> str | None:
        return None if find_spec("ciw") else "Ciw is not installed (pip install ciw)"

    def simulation(self, work: Work, replication: int) -> Any:
        """One replication, run to the end of its arrivals."""
        import ciw

        network = ciw.create_network(
            arrival_distributions=[ciw.dists.Exponential(rate=21.0)],
            service_distributions=[ciw.dists.Exponential(rate=0.2)],
            number_of_servers=[100],
            reneging_time_distributions=[ciw.dists.Exponential(rate=0.2)],
        )
        ciw.seed(replication + 1)
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(work.size / 21.0)
        return simulation

    def speed(self, work: Work, replication: int, rows: bool) -> tuple[float, int]:
        found: list[Any] = []
        seconds = cpu(lambda: found.append(self.simulation(work, replication)))
        return seconds, found[0].nodes[0].number_of_individuals

    def shares(self, work: Work, replication: int, since: float) -> Shares:
        # whoever is still waiting or being served has no record yet: leave out the last hour too
        last = work.size / 21.0 - 60.0
        found = [r for r in self.simulation(work, replication).get_all_records() if r.arrival_date < last]
        return shares(
            [r.arrival_date for r in found],
            [r.waiting_time for r in found],
            [r.record_type == "service" for r in found],
            since,
        )


PROGRAMS: dict[str, Program] = {
    "loop": Loop(),
    "compiled": Walked(),
    "whole": Whole(),
    "reference": Reference(),
    "simpy": SimPy(),
    "ciw": Ciw(),
}
"""In the order of the table."""


def peak_mb() -> float:
    """Peak memory of this process; `VmHWM` where there is one, since `getrusage` also knows the parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024.0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024.0**2 if sys.platform == "darwin" else 1024.0)


class Worker:
    """One program in a process of its own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.process = subprocess.Popen(
            [sys.executable, __file__, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, **request: Any) -> dict[str, Any]:
        """Answer to one request.

        Raises
        ------
        RuntimeError
            The program stopped; its error stands above.
        """
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise RuntimeError(f"{PROGRAMS[self.name].label} stopped while it was asked for {request}")
        return json.loads(line)

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def answer(program: Program, request: dict[str, Any]) -> dict[str, Any]:
    """What a worker does for one request."""
    work = Work(request["work"], request["size"])
    replication = request["replication"]
    if request["what"] == "speed":
        seconds, n = program.speed(work, replication, request["rows"])
        return {"seconds": seconds, "units": n, "peak_mb": peak_mb()}
    if request["what"] == "memory":
        at_start = peak_mb()
        if isinstance(program, Loop):  # a process of its own again
            return {"start_mb": 0.0, "peak_mb": program.figures(work, replication, request["rows"])["peak_mb"]}
        program.speed(work, replication, request["rows"])
        return {"start_mb": at_start, "peak_mb": peak_mb()}
    if request["what"] == "rows":
        found = program.rows(work, replication)
        assert found is not None
        np.save(request["to"], found)
        return {"rows": int(found.size)}
    found_shares = program.shares(work, replication, request["since"])
    return vars(found_shares)


def main() -> None:
    """Be a worker: warm up, then answer requests, one a line, until there are no more."""
    program = PROGRAMS[sys.argv[1]]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a program prints is no answer
    for name in program.works:  # compile, import and load before anything is measured
        program.speed(Work(name, 2000 if name == "w1" else 1 / 24), 0, True)
    for line in sys.stdin:
        answers.write(json.dumps(answer(program, json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
