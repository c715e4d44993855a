"""Where the seconds of `aftersim compare` go: the command as a whole, and stage by stage from inside of it.

    python benchmarks/compare.py [--rounds 3] [--replications 20] [SCENARIO POLICY ...]

Each round runs the command twice in a fresh process and into a fresh folder, so that nothing is kept: once as it is,
before a terminal, for the seconds of the whole and those until its first numbers; once with a clock around each stage.
"""

from __future__ import annotations

import argparse
import json
import os
import pty
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FILES = ["scenarios/baseline.yaml", "scenarios/policies/keep_phones_free.yaml"]

STAGES = (
    ("load", "sim.scenario.load", "load"),
    ("lower", "sim.lowering.lower", "lower"),
    ("load the compiled engine", "experiments.replication.replications", "warm_for"),
    ("expect the load", "experiments.commands.compare", "say_if_large"),
    ("open the runs", "experiments.store.kept_run", "KeptRun.open"),
    ("simulate", "experiments.replication.history", "simulate"),
    ("reduce", "experiments.replication.reduction", "Reduction.__call__"),
    ("known luck", "experiments.replication.known_luck", "Controls.values"),
    ("store", "experiments.store.kept_run", "KeptRun.keep"),
    ("estimates", "experiments.comparison.contrasts", "contrast"),
    ("keep the comparison", "experiments.commands.compare", "_keep"),
    ("tables and pictures", "experiments.commands.compare", "Results.keep"),
    ("print", "experiments.commands.compare", "Results.show"),
)
"""Stage, and the function that does it. Stages inside of another are not counted again in it."""

FIRST_NUMBERS = re.compile(rb"\d %")
"""What the progress bar writes when it knows something: the share answered in time so far."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", nargs="*", default=FILES, help="base and policies (the baseline and one policy)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each kind (3)")
    parser.add_argument("--replications", type=int, default=20, help="of each policy (20)")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    o = parser.parse_args()
    words = ["compare", *o.files, "--replications", str(o.replications)]
    if o.inside:
        print(json.dumps(inside(words)))
        return
    run_whole(words)  # compiled code and whatever the system keeps of files
    whole = [run_whole(words) for _ in range(o.rounds)]
    print(f"{' '.join(words)}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; medians of {o.rounds} (range)")
    for name, unit in (("wall", "s"), ("CPU", "s"), ("first numbers", "s")):
        print(f"{name:26}{shown([w[name] for w in whole])} {unit}")
    print(f"{'both cores in use':26}{shown([w['CPU'] / w['wall'] for w in whole])}")
    stages = [run_stages(words) for _ in range(o.rounds)]
    print("\nCPU seconds of each stage, with the number of its calls, in a run with clocks in it")
    for name in ["import", *(s for s, _, _ in STAGES), "the rest", "all"]:
        print(f"{name:26}{shown([s[name][0] for s in stages])}  {stages[0][name][1] or '':>4}")


def shown(numbers: Sequence[float]) -> str:
    """Median and range."""
    return f"{statistics.median(numbers):8.2f} ({min(numbers):.2f}-{max(numbers):.2f})"


def run_whole(words: list[str]) -> dict[str, float]:
    """Run the command in a process of its own, its messages on a terminal; seconds of it and to its first numbers."""
    terminal, inner = pty.openpty()
    with tempfile.TemporaryDirectory() as folder:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        command = [sys.executable, "aftersim.py", *words, "--out", folder]
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=inner)
        os.close(inner)
        first, told = float("nan"), b""
        while True:
            try:
                piece = os.read(terminal, 4096)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            told += piece
            if first != first and FIRST_NUMBERS.search(told):
                first = time.perf_counter() - began
        if child.wait():
            sys.exit(told.decode(errors="replace"))
        wall = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    os.close(terminal)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": wall, "CPU": cpu, "first numbers": first}


def run_stages(words: list[str]) -> dict[str, tuple[float, int]]:
    """Run the command in a process of its own, with clocks in it: CPU seconds and calls of each stage."""
    command = [sys.executable, __file__, "--inside", *words[1:]]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, tuple[float, int]] = json.loads(done.stdout.splitlines()[-1])
    return found


class Clocks:
    """CPU seconds of the stages, in whichever thread they run."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.calls: dict[str, int] = {}
        self._lock = threading.Lock()
        self._inner = threading.local()

    def around(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function with a clock around it that stands still while a stage inside runs."""

        def timed(*args: Any, **more: Any) -> Any:
            outer = getattr(self._inner, "seconds", 0.0)
            self._inner.seconds = 0.0
            began = time.thread_time()
            try:
                return function(*args, **more)
            finally:
                spent = time.thread_time() - began
                with self._lock:
                    self.seconds[name] = self.seconds.get(name, 0.0) + spent - self._inner.seconds
                    self.calls[name] = self.calls.get(name, 0) + 1
                self._inner.seconds = outer + spent

        return timed


def inside(words: list[str]) -> dict[str, tuple[float, int]]:
    """Run the command here, with clocks around its stages."""
    sys.path.insert(0, str(ROOT))
    import aftersim

    places = [import_module(module) for _, module, _ in STAGES]
    import_module("experiments.commands.session")
    imported = time.process_time()
    clocks = Clocks()
    for (name, _, path), module in zip(STAGES, places, strict=True):
        *owners, last = path.split(".")
        owner: Any = module
        for x in owners:
            owner = getattr(owner, x)
        plain = vars(owner)[last]
        if isinstance(plain, classmethod):
            setattr(owner, last, classmethod(clocks.around(name, plain.__func__)))
            continue
        timed = clocks.around(name, plain)
        setattr(owner, last, timed)
        if owner is module:  # those who have taken it by name
            for other in [m for n, m in sys.modules.items() if n.startswith(("sim", "experiments"))]:
                if getattr(other, last, None) is plain:
                    setattr(other, last, timed)
    with tempfile.TemporaryDirectory() as folder, Path(os.devnull).open("w") as nowhere:
        told, sys.stdout = sys.stdout, nowhere
        try:
            aftersim.main([*words, "--out", folder])
        except SystemExit as ended:
            if ended.code:
                raise
        finally:
            sys.stdout = told
    every = time.process_time()
    out = {name: (clocks.seconds.get(name, 0.0), clocks.calls.get(name, 0)) for name, _, _ in STAGES}
    out["import"] = imported, 0
    out["the rest"] = every - sum(seconds for seconds, _ in out.values()), 0
    return out | {"all": (every, 0)}


if __name__ == "__main__":
    main()
