"""The process of a run: `python -m dashboards.jobs.worker FOLDER`.

It does what `aftersim compare` and `aftersim run` do, with the same functions, and tells in files how far it is.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboards.jobs.guard import Guard
from dashboards.jobs.job import PROCESS, PROGRESS, REQUEST, RESULT
from dashboards.jobs.known import key_of, note, with_request
from dashboards.jobs.request import Request
from experiments.commands.options import INTERRUPTED
from experiments.store.atomic_file import write_bytes
from experiments.store.process import Process

if TYPE_CHECKING:
    from experiments.commands.columns import Columns
    from experiments.commands.options import Simulation
    from experiments.replication.replications import Progress, Replications

SPOKEN = 0.5
"""Seconds between two words about the progress."""


class Teller:
    """Says how far a run is, a few times a second at most.

    Parameters
    ----------
    folder : Path
        Of the job.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers: Any = None
        self._spoke = 0.0

    def stage(self, name: str, **more: Any) -> None:
        """Say what is being done: `opening`, `compiling`, `simulating`, `writing`."""
        _write(self.folder / PROGRESS, {"stage": name, **more})

    def follow(self, numbers: Any) -> None:
        """Show these first numbers from now on."""
        self._numbers = numbers

    def __call__(self, progress: Progress) -> None:
        """One more replication has finished."""
        self._numbers.take(progress)
        now = time.monotonic()
        if now - self._spoke < SPOKEN and progress.done < progress.total:
            return
        self._spoke = now
        told = {"done": progress.done, "total": progress.total, "left": round(progress.left, 1)}
        self.stage("simulating", **told, numbers=self._numbers.table())


def say_result(folder: Path, **told: Any) -> None:
    """Say what became of a job: the last thing that is written."""
    _write(folder / RESULT, told)


def main(folder: Path) -> int:
    """Do what the request of a folder asks for; gives the exit code."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(5)  # the page comes first
    _write(folder / PROCESS, Process.own().facts())
    guard = Guard(folder, lambda: say_result(folder, state="cancelled"))
    guard.start()
    try:
        request = Request.of((folder / REQUEST).read_bytes())
        key = key_of(request)
        view = _work(request, key, Teller(folder))
        guard.end()
        note(request, key, view)
        say_result(folder, state="done", view=view)
        return 0
    except KeyboardInterrupt:
        guard.end()
        if guard.wished:
            say_result(folder, state="cancelled")
        return INTERRUPTED
    except SystemExit as left:
        guard.end()  # what is wrong was said on the way
        if guard.wished or left.code != INTERRUPTED:  # else the server has gone: nobody asked it to stop
            say_result(folder, state="cancelled" if guard.wished else "failed")
        return int(left.code) if isinstance(left.code, int) else 1
    except Exception:
        guard.end()
        traceback.print_exc()
        say_result(folder, state="failed")
        return 1


def _work(request: Request, key: str, teller: Teller) -> str:
    from dashboards.jobs.first_numbers import FirstNumbers
    from dashboards.views.kept_view import put_view
    from experiments.commands.options import MOST_OPEN, Simulation
    from experiments.commands.session import Session, drawn_inputs, told
    from sim.machine import engines

    teller.stage("opening")
    simulation = Simulation(
        n=request.replications, seed=request.seed, settings=(), workers=None, engine="auto", most_open=MOST_OPEN,
        stratified=False, cluster=None, out=Path(request.out), keep=True, fresh=False,
    )  # fmt: skip
    columns = _columns(request, simulation)
    operations = columns.operations
    runs = request.replications * len(operations)
    wait = any(engines.must_wait(o.network, "auto", runs) for o in operations)
    teller.stage("compiling" if wait else "simulating", done=0, total=runs)
    inputs = drawn_inputs([o.scenario for o in operations], False) if request.policies else None
    teller.follow(FirstNumbers(operations, [p.name for p in columns.policies]))
    session: Session | None = None
    with told(lambda: session):
        session = Session(simulation, operations, columns.sources, inputs, request.command())
        with session:
            found = session.replicate(teller)
            teller.stage("writing", done=runs, total=runs)
            view, kept = _kept(session, columns, found)
            return put_view(with_request(view, request, key), kept)


def _columns(request: Request, simulation: Simulation) -> Columns:
    """What is compared; a base alone is one column."""
    from experiments.commands.columns import Columns, open_columns
    from experiments.comparison.comparison import Policy
    from sim.commands.opening import open_operation

    if request.policies:
        return open_columns(request.policies, request.base, True, simulation)
    operation = open_operation(request.base)
    scenario = operation.scenario
    policy = Policy(Path(request.base).stem, scenario.title, scenario.question, request.base)
    return Columns([policy], [operation], [(Path(request.base),)], [str(w) for w in scenario.warnings])


def _kept(session: Any, columns: Columns, runs: Sequence[Replications]) -> tuple[dict[str, Any], str]:
    """Keep the results beside the runs; gives what pages show of them, and the key under which they are kept."""
    from dashboards.views.view import comparison_view, run_view
    from experiments.commands.compare import Results
    from experiments.comparison.contrasts import contrast
    from experiments.store.run_store import open_comparison

    policies = columns.policies
    for kept in dict.fromkeys(session.runs):
        if kept.run.at_work:
            kept.run.close("done")
    if len(policies) == 1:
        return run_view(policies[0], runs[0], columns.notes, session.command), session.runs[0].run.key
    notes = [*columns.notes, *(f"{p.name}: {n}" for p, run in zip(policies, runs, strict=True) for n in run.notes)]
    comparison = contrast(policies, runs, notes=notes)
    members = [(p.name, kept.run) for p, kept in zip(policies, session.runs, strict=True)]
    options = {"replications": comparison.replications, "confidence": comparison.confidence}
    title = " - ".join(p.name for p in policies)
    with open_comparison(session.simulation.out, title, members, options) as folder:
        folder.begin(comparison.replications, session.command)
        folder.drop_results()
        Results(comparison, session.command).keep(folder, plots=False)
        folder.close("done")
    return comparison_view(comparison, session.command), folder.key


def _write(path: Path, told: dict[str, Any]) -> None:
    write_bytes(path, json.dumps(told, ensure_ascii=False, allow_nan=False).encode(), late=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
