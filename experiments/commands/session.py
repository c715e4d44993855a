"""Replications as a command runs them: what is kept is taken, what is new is kept, what goes wrong is said."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Self

import click

from experiments.commands.options import FAILED, INTERRUPTED, USAGE_ERROR, Simulation
from experiments.replication.replications import Progress, Replications, SideBySide
from experiments.store.kept_run import KeptRun
from experiments.store.record_log import FOLDER

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.estimates.precision import PrecisionRule
    from experiments.replication.inputs import Inputs
    from experiments.store.run_folder import RunFolder
    from sim.lowering import Operation
    from sim.machine import Records
    from sim.scenario import Scenario


class Session:
    """Some operations to be simulated side by side, each with its run in the store.

    Use it in a `with`: runs that are still at work then are closed as interrupted or failed.

    Parameters
    ----------
    simulation : Simulation
        How.
    operations : sequence of Operation
        What.
    files : sequence of Path, or of tuples of them
        The files that each scenario was given by; copies are kept.
    inputs : Inputs or None
        Uncertain inputs to draw.
    command : sequence of str
        Words that repeat it.
    results : bool
        Results are put into the folder of each run, in place of those that are there.

    Raises
    ------
    RunFolderProblem
        A run folder cannot be made.
    """

    def __init__(
        self,
        simulation: Simulation,
        operations: Sequence[Operation],
        files: Sequence[Path | Sequence[Path]],
        inputs: Inputs | None,
        command: Sequence[str],
        results: bool = False,
    ) -> None:
        self.simulation = simulation
        self.operations = operations
        self.inputs = inputs
        self.command = list(command)
        self.results = results
        self.notes: list[str] = []
        self.runs: list[KeptRun] = []
        self._stack = ExitStack()
        if not simulation.keep:
            return
        options = simulation.key_options(inputs is not None)
        for operation, file in zip(operations, files, strict=True):
            # policies that are equal share a run
            run = KeptRun.open(simulation.out, operation, simulation.seed, options, file)
            same = next((r for r in self.runs if r.run.key == run.run.key), None)
            self.runs.append(same or run)

    def __enter__(self) -> Self:
        self._stack.__enter__()
        for kept in dict.fromkeys(self.runs):
            self._stack.enter_context(kept.run)
        return self

    def __exit__(self, *error: object) -> bool | None:
        return self._stack.__exit__(*error)  # type: ignore[arg-type]

    def replicate(
        self,
        on_progress: Callable[[Progress], object],
        until: PrecisionRule | None = None,
        on_records: Callable[[Records], object] | None = None,
    ) -> list[Replications]:
        """Simulate what is not kept already.

        Parameters
        ----------
        on_progress : callable
            Called after each replication, when it is kept.
        until : PrecisionRule, optional
            Go on beyond the replications asked for until intervals are narrow enough; for a single operation.
        on_records : callable, optional
            Called with the records of each replication; then nothing that is kept can be taken.

        Raises
        ------
        Interrupted
            Ctrl-C.
        """
        s = self.simulation
        with s.executor() as executor:
            side = SideBySide(
                self.operations,
                s.seed,
                s.workers,
                s.engine,
                s.most_open,
                self.inputs,
                self._keeping(on_progress),
                on_records=on_records,
                executor=executor,
            )
            most = s.n if until is None else until.most
            if not s.fresh and on_records is None:
                self._take_known(side, most)
            for kept in dict.fromkeys(self.runs):
                if self.results or any(k is kept and side.missing(i, s.n) for i, k in enumerate(self.runs)):
                    kept.run.begin(s.n, self.command)
                    kept.run.drop_results(but=FOLDER)  # a log is of single histories, and stays true
            side.run(s.n)
            while until is not None and (more := until.wants(side.finished()[0])) > 0:
                for kept in self.runs:
                    kept.run.begin(side.asked + more, self.command)
                side.run(side.asked + more)
        return side.finished()

    def _keeping(self, on_progress: Callable[[Progress], object]) -> Callable[[Progress], object]:
        if not self.runs:
            return on_progress

        def keep(progress: Progress) -> None:
            self.runs[progress.operation].keep(progress.latest)
            on_progress(progress)

        return keep

    def _take_known(self, side: SideBySide, most: int) -> None:
        """Take what is kept, and say so: people wonder why a run takes no time."""
        taken = 0
        damaged: list[str] = []
        for i, kept in enumerate(self.runs):
            known = kept.known(most)
            side.take_known(i, known.values())
            taken += sum(number < self.simulation.n for number in known)
            damaged += kept.run.damaged
        asked = self.simulation.n * len(self.operations)
        if taken:
            words = "all replications are" if taken == asked else f"{taken} of {asked} replications are"
            click.echo(f"{words} kept from an earlier run (--fresh simulates them again)", err=True)
        for words in damaged:
            click.echo(words, err=True)

    @property
    def finished(self) -> str:
        """How far it came, in words."""
        folders = dict.fromkeys(str(kept.run.path) for kept in self.runs)
        return f"they are kept in {', '.join(folders)}; the same command goes on from there" if folders else ""


def keep_pictures(folder: RunFolder, figures: Mapping[str, Figure]) -> None:
    """Put pictures into a run folder, each as PNG and SVG."""
    from experiments.report.sheet import picture_bytes

    for name, figure in figures.items():
        for kind in ("png", "svg"):
            folder.put_result(f"plots/{name}.{kind}", picture_bytes(figure, kind))


def drawn_inputs(scenarios: Sequence[Scenario], stratified: bool) -> Inputs | None:
    """Inputs with a range, to be drawn; None without any. Leaves with what is wrong with the ranges."""
    from experiments.replication.inputs import Inputs
    from sim.scenario import ScenarioProblems

    try:
        inputs = Inputs.of(scenarios, stratified)
    except ScenarioProblems as refused:
        _leave("\n".join([*map(str, refused.problems), "nothing was run"]), USAGE_ERROR)
    return inputs if inputs.paths else None


@contextmanager
def told(session: Callable[[], Session | None]) -> Iterator[None]:
    """Say what went wrong, what is kept of it, and leave with the exit code for it.

    Parameters
    ----------
    session : callable
        Gives the session under way, if there is one.
    """
    from experiments.replication.cluster import ClusterProblem
    from experiments.replication.engine_version import OtherVersion
    from experiments.replication.replications import Interrupted
    from experiments.store.disk_problem import RunFolderProblem, disk_problem
    from sim.machine import EngineFault
    from sim.scenario import ScenarioProblems

    try:
        yield
    except KeyboardInterrupt as stop:
        words = "interrupted"
        under_way = session()
        if isinstance(stop, Interrupted):
            words += f": {stop.finished} of {stop.asked} replications had finished"
            if under_way is not None and under_way.finished:
                words += f"; {under_way.finished}"
        _leave(words, INTERRUPTED)
    except MemoryError:
        _leave("the memory is full - shorten period.length, or use fewer --workers")
    except EngineFault as fault:
        _leave(f"{fault}\nThis is a fault of aftersim, not of your scenario. The line above repeats it.")
    except OtherVersion as problem:
        _leave(str(problem))
    except ClusterProblem as problem:
        _leave(str(problem), USAGE_ERROR if str(problem).startswith("--cluster") else FAILED)
    except ScenarioProblems as problems:
        told_ = "\n".join(map(str, problems.problems))
        _leave(f"{told_}\na value drawn from its range makes no valid scenario - narrow the range", USAGE_ERROR)
    except (RunFolderProblem, OSError) as error:
        under_way = session()
        place = under_way.simulation.out if under_way is not None else "the run folder"
        what = disk_problem(place, error) if isinstance(error, OSError) else str(error)
        _leave(f"{what}\nThe run folder is not complete; replications that had finished are kept.")


def _leave(words: str, code: int = FAILED) -> NoReturn:
    click.echo(words, err=True)
    sys.exit(code)
