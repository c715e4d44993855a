"""Commands: a scenario -> estimates with intervals, tables, pictures and a run folder."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from experiments.store.run_folder import RunFolder
    from sim.lowering import Operation
    from sim.machine.engines import Name

MOST_OPEN = 1_000_000
"""`sim.machine.records.MOST_OPEN`, without the time of importing it."""

FAILED, USAGE_ERROR, INTERRUPTED = 1, 2, 130
"""Exit codes: the machine let us down; the input is wrong; Ctrl-C."""

REPLICATIONS = 20

MANY_CONTACTS = 2_000_000
"""Contacts of one replication from which a run says beforehand that it is large; all of them are held in memory."""

MOST_WORKERS = 61
"""Processes: each takes memory of its own, and Windows waits for no more at once (CPython, ProcessPoolExecutor)."""


class WholeNumber(click.ParamType):
    """A whole number within bounds; what is wrong is said with an example of what is right.

    Parameters
    ----------
    least : int
        Smallest value.
    example : str
        What to write.
    most : int
        Largest value.
    """

    name = "integer"

    def __init__(self, least: int, example: str, most: int = 10**9) -> None:
        self.least = least
        self.example = example
        self.most = most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the number, or refuse."""
        try:
            number = int(str(value).strip())
        except ValueError:
            number = None
        if number is None or not self.least <= number <= self.most:
            bounds = (
                f"of at most {self.most}" if number is not None and number > self.most else f"of at least {self.least}"
            )
            self.fail(f'got "{value}"; a whole number {bounds} is expected - write {self.example}', param, ctx)
        return number


@click.command(no_args_is_help=True)
@click.argument("scenario", metavar="SCENARIO")
@click.option(
    "--replications",
    "n",
    default=REPLICATIONS,
    show_default=True,
    type=WholeNumber(1, "--replications 20"),
    metavar="N",
    help="Independent histories; 1 gives one possible history without intervals.",
)
@click.option(
    "--seed",
    default=1,
    show_default=True,
    type=WholeNumber(0, "--seed 1"),
    metavar="S",
    help="Root of all luck: the same seed gives the same numbers.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="PATH=VALUE",
    help="Change one value, as a policy would; may be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document for machines instead of tables.")
@click.option(
    "--log",
    "log",
    type=click.Choice(["parquet", "csv"]),
    help="Keep every visit, job and duty of every replication.",
)
@click.option("--plots/--no-plots", default=True, show_default=True, help="Pictures (PNG and SVG) in the run folder.")
@click.option(
    "--out",
    default="runs",
    show_default=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where run folders are made.",
)
@click.option(
    "--workers",
    type=WholeNumber(1, "--workers 2", MOST_WORKERS),
    metavar="N",
    help="Processes; by default as many as there are cores if that pays.",
)
@click.option(
    "--engine",
    type=click.Choice(["auto", "compiled", "reference"]),
    default="auto",
    show_default=True,
    help="All give the same numbers; auto takes the one that is done sooner.",
)
@click.option(
    "--most-open",
    default=MOST_OPEN,
    show_default=True,
    type=WholeNumber(1, "--most-open 1000000"),
    metavar="N",
    help="Contacts open at once at which a history is stopped: more work arrives than can be done.",
)
@click.option("--no-folder", is_flag=True, help="Keep nothing, only print.")
def run(
    scenario: str,
    n: int,
    seed: int,
    settings: tuple[str, ...],
    as_json: bool,
    log: str | None,
    plots: bool,
    out: Path,
    workers: int | None,
    engine: Name,
    most_open: int,
    no_folder: bool,
) -> None:
    """Simulate a scenario and say how sure the numbers are.

    Runs independent replications of SCENARIO (a YAML file) and prints service levels, waits, abandonment and the load
    of the agent groups, each with its 95 % interval, and the hours in which promises break. Tables, pictures and
    everything needed to repeat the run are kept in a folder of their own.

    \b
    Examples:
      aftersim run scenarios/small_shop.yaml
      aftersim run scenarios/small_shop.yaml --replications 50 --seed 7
      aftersim run scenarios/small_shop.yaml --set "agent_groups.desk.shrinkage=15 %"
      aftersim run scenarios/policies/keep_phones_free.yaml --no-folder
      aftersim run scenarios/small_shop.yaml --json > run.json
      aftersim run scenarios/small_shop.yaml --log csv --out my_runs
    """
    from sim.commands import open_operation

    if log is not None and no_folder:
        raise click.UsageError("--log keeps records in the run folder, and --no-folder keeps none: drop one of them")
    operation = open_operation(scenario, settings)
    _say_if_large(operation, scenario)
    _say_if_compiling(operation, engine, n)
    command = ["aftersim", "run", scenario, "--replications", str(n), "--seed", str(seed)]
    for text in settings:
        command += ["--set", text]
    if most_open != MOST_OPEN:
        command += ["--most-open", str(most_open)]
    if engine != "auto":
        command += ["--engine", engine]
    folder: RunFolder | None = None
    if not no_folder:
        from experiments.store.run_archive import open_archive
        from experiments.store.run_folder import RunFolderProblem

        try:
            folder = open_archive(out, operation, Path(scenario), seed, n, workers, command, engine)
        except RunFolderProblem as problem:
            _fail(str(problem))
    how = {"workers": workers, "engine": engine, "most_open": most_open}
    _run(operation, scenario, n, seed, as_json, log, plots, how, folder, command)


def _say_if_compiling(operation: Operation, engine: Name, n: int) -> None:
    """Announce that the run has to wait for its engine to be compiled."""
    from sim.machine import engines

    if engine == "reference" or not engines.must_wait(operation.network, engine, n):
        return
    click.echo(
        f"compiling the engine for this installation, once: about {engines.SECONDS_TO_COMPILE:.0f} s "
        "(aftersim warmup does it beforehand)",
        err=True,
    )


def _say_if_large(operation: Operation, file: str) -> None:
    """Warn before a run whose contacts may not fit into the memory."""
    from sim.explanation import contacts_per_day

    days = operation.network.end / (24 * 60)
    contacts = sum(contacts_per_day(operation).values()) * days
    if contacts > MANY_CONTACTS:
        click.echo(
            f"{file}: warning: about {contacts:,.0f} contacts in each replication are expected; over {MANY_CONTACTS:,} "
            "take long and may fill the memory - shorten period.length, or scale contacts and staff down",
            err=True,
        )


def _run(
    operation: Operation,
    file: str,
    n: int,
    seed: int,
    as_json: bool,
    log: str | None,
    plots: bool,
    how: dict[str, Any],
    folder: RunFolder | None,
    command: list[str],
) -> None:
    """Simulate, keep, print."""
    from experiments.estimates.estimates import estimate
    from experiments.estimates.observed import beside_recorded
    from experiments.replication.replications import Progress, replicate
    from experiments.report.progress_bar import ProgressBar
    from experiments.report.run_document import run_document
    from experiments.store.run_archive import keep_replication, keep_results
    from experiments.store.run_folder import RunFolderProblem, disk_problem
    from sim.machine import EngineFault

    path = None if folder is None else folder.path
    results = None
    try:
        on_records = None
        if log is not None and folder is not None:
            from experiments.store.record_log import RecordLog

            on_records = RecordLog.of(operation, folder.path, log)  # type: ignore[arg-type]
        with ProgressBar(n, wanted=not as_json) as bar:

            def on_progress(progress: Progress) -> None:
                if folder is not None:
                    keep_replication(folder, progress)
                bar(progress)

            replications = replicate(operation, n, seed, on_progress=on_progress, on_records=on_records, **how)
        estimates = estimate(replications)
        beside, unknown = beside_recorded(replications, estimates)
        notes = [*unknown, *replications.notes]
        document = run_document(replications, estimates, beside, notes, command, path)
        results = (replications, estimates, beside, notes, document)
        if folder is not None:
            keep_results(folder, replications, estimates, beside, document, plots)
            folder.close("done")
    except KeyboardInterrupt:
        _interrupted(folder, n)
    except MemoryError:
        _give_up(folder, "the memory is full - shorten period.length, or use fewer --workers")
    except EngineFault as fault:
        _give_up(folder, f"{fault}\nThis is a fault of aftersim, not of your scenario. The line above repeats it.")
    except (RunFolderProblem, OSError) as error:
        problem = disk_problem(str(path), error) if isinstance(error, OSError) else str(error)
        if results is not None:
            _show(*results, as_json, file, None, command)
        _give_up(folder, f"{problem}\nThe run folder is not complete.")
    assert results is not None
    _show(*results, as_json, file, path, command)


def _show(
    replications: Any,
    estimates: Any,
    beside: Any,
    notes: list[str],
    document: dict[str, Any],
    as_json: bool,
    file: str,
    path: Path | None,
    command: list[str],
) -> None:
    if as_json:
        import json

        click.echo(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False))
        return
    from rich.console import Console

    from experiments.report.report_tables import COLUMNS, Report

    console = Console(highlight=False)
    console.width = min(console.width, COLUMNS) if console.is_terminal else COLUMNS
    Report(replications, estimates, beside, notes, shlex.join(command), file, path).print(console)


def _interrupted(folder: RunFolder | None, n: int) -> NoReturn:
    words = "interrupted"
    if folder is not None:
        _close_quietly(folder, "interrupted")
        words += (
            f": {folder.finished} of {n} replications had finished; they are kept in {folder.path / 'replications'}"
        )
    click.echo(words, err=True)
    sys.exit(INTERRUPTED)


def _give_up(folder: RunFolder | None, words: str) -> NoReturn:
    if folder is not None:
        _close_quietly(folder, "failed", words.splitlines()[0])
    _fail(words)


def _close_quietly(folder: RunFolder, state: Any, reason: str = "") -> None:
    """Say in the folder how it ended, if it can still be written."""
    from experiments.store.run_folder import RunFolderProblem

    try:
        folder.close(state, reason)
    except RunFolderProblem:
        return


def _fail(words: str) -> NoReturn:
    click.echo(words, err=True)
    sys.exit(FAILED)


COMMANDS: list[click.Command] = [run]
"""What the command line collects from this package."""
