"""The command `run`: a scenario -> estimates with intervals, tables, pictures and a run folder."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from experiments.commands.options import (
    Simulation,
    WholeNumber,
    page_options,
    say_if_compiling,
    say_if_large,
    simulation_options,
)

if TYPE_CHECKING:
    from experiments.commands.session import Session
    from experiments.estimates.estimates import Estimates
    from experiments.estimates.observed import Beside
    from experiments.estimates.precision import PrecisionRule
    from experiments.replication.replications import Replications
    from experiments.report.catalogue import Language
    from experiments.store.run import Run
    from sim.lowering import Operation


@click.command(no_args_is_help=True)
@click.argument("scenario", metavar="SCENARIO")
@simulation_options
@click.option(
    "--until",
    "wishes",
    multiple=True,
    metavar="MEASURE=WIDTH",
    help="Go on until an interval is at most plus or minus so wide, such as service_level.phone='1 pts' or asa='5 %'; "
    "may be repeated.",
)
@click.option(
    "--most-replications",
    "most",
    default=200,
    show_default=True,
    type=WholeNumber(10, "--most-replications 200"),
    metavar="N",
    help="Where --until gives up.",
)
@click.option(
    "--controls", is_flag=True, help="Sharpen rates and waits by what is known of the luck; needs 40 replications."
)
@click.option("--draw-inputs", is_flag=True, help="Draw values that have a range anew for each replication.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document for machines instead of tables.")
@page_options
@click.option(
    "--log",
    "log",
    type=click.Choice(["parquet", "csv"]),
    help="Keep every visit, job and duty of every replication.",
)
@click.option("--plots/--no-plots", default=True, show_default=True, help="Pictures (PNG and SVG) in the run folder.")
def run(
    scenario: str,
    simulation: Simulation,
    wishes: tuple[str, ...],
    most: int,
    controls: bool,
    draw_inputs: bool,
    as_json: bool,
    page: Path | None,
    language: Language,
    log: str | None,
    plots: bool,
) -> None:
    """Simulate a scenario and say how sure the numbers are.

    Runs independent replications of SCENARIO (a YAML file) and prints service levels, waits, abandonment and the load
    of the agent groups, each with its 95 % interval, and the hours in which promises break. Tables, pictures and
    everything needed to repeat the run are kept in a folder of their own; what is kept there is not simulated again.

    \b
    Examples:
      aftersim run scenarios/small_shop.yaml
      aftersim run scenarios/small_shop.yaml --replications 50 --seed 7
      aftersim run scenarios/small_shop.yaml --until "service_level.phone=1 pts" --until "asa.phone=10 %"
      aftersim run scenarios/small_shop.yaml --set "agent_groups.desk.shrinkage=15 %"
      aftersim run scenarios/policies/small_shop/keep_phones_free.yaml --no-folder
      aftersim run scenarios/small_shop.yaml --json > run.json
      aftersim run scenarios/small_shop.yaml --html page.html --language zh
      aftersim run scenarios/small_shop.yaml --log csv --out my_runs
    """
    from experiments.commands.session import Session, drawn_inputs, told
    from sim.commands.opening import open_operation
    from sim.scenario.policies.stack import stack_files

    if log is not None and not simulation.keep:
        raise click.UsageError("--log keeps records in the run folder, and --no-folder keeps none: drop one of them")
    if log is not None and simulation.cluster is not None:
        raise click.UsageError("--log writes where the work is done, and --cluster does it elsewhere: drop one of them")
    operation = open_operation(scenario, simulation.settings, simulation.stratified)
    if wishes and most < simulation.n:
        raise click.UsageError(
            f"--most-replications {most} are fewer than --replications {simulation.n}: --until could never go on - "
            f"write --most-replications {max(200, 2 * simulation.n)}"
        )
    rule = _rule(wishes, most, operation)
    say_if_large(operation, scenario)
    say_if_compiling([operation], simulation.engine, simulation.n)
    command = ["aftersim", "run", scenario, *simulation.words()]
    for wish in wishes:
        command += ["--until", wish]
    if rule is not None and most != 200:
        command += ["--most-replications", str(most)]
    if controls:
        command.append("--controls")
    inputs = None
    if draw_inputs:
        command.append("--draw-inputs")
        inputs = drawn_inputs([operation.scenario], simulation.stratified)
    session: Session | None = None
    with told(lambda: session):
        sources = tuple(Path(file) for file in stack_files(scenario))
        session = Session(simulation, [operation], [sources], inputs, command, results=True)
        with session:
            replications = _replicated(session, operation, rule, log, as_json)
            results = _Results.of(session, replications, rule, controls)
            try:
                if session.runs:
                    results.keep(session.runs[0].run, plots)
                    session.runs[0].run.close("done")
                if page is not None:
                    results.write_page(page, language, session.runs[0].run.key if session.runs else "")
            except Exception:
                results.show(as_json, scenario, None, page=None)  # what was simulated is shown whatever the disk does
                raise
    results.show(as_json, scenario, session.runs[0].run.path if session.runs else None, page)


def _rule(wishes: tuple[str, ...], most: int, operation: Operation) -> PrecisionRule | None:
    """What is wished of the intervals; leaves with everything that is wrong with it."""
    if not wishes:
        return None
    from experiments.estimates.aims import AimProblems, read_aims
    from experiments.estimates.precision import PrecisionRule

    try:
        return PrecisionRule(read_aims(wishes, operation), most)
    except AimProblems as problems:
        raise click.UsageError("\n".join(f"--until {p}" for p in problems.problems)) from None


def _replicated(
    session: Session, operation: Operation, rule: PrecisionRule | None, log: str | None, quiet: bool
) -> Replications:
    from experiments.estimates.running import Running
    from experiments.report.progress_bar import ProgressBar

    on_records = None
    if log is not None:
        from experiments.store.record_log import RecordLog

        on_records = RecordLog.of(operation, session.runs[0].run.path, log)  # type: ignore[arg-type]
    with ProgressBar(session.simulation.n, wanted=not quiet, words=Running([operation])) as bar:
        return session.replicate(bar, rule, on_records)[0]


class _Results:
    """What follows from the replications of a run."""

    def __init__(
        self,
        replications: Replications,
        estimates: Estimates,
        beside: list[Beside],
        notes: list[str],
        command: list[str],
        rule: PrecisionRule | None,
    ) -> None:
        self.replications = replications
        self.estimates = estimates
        self.beside = beside
        self.notes = notes
        self.command = command
        self.rule = rule

    @classmethod
    def of(cls, session: Session, replications: Replications, rule: PrecisionRule | None, controls: bool) -> _Results:
        from experiments.estimates.controls import ControlProblem
        from experiments.estimates.estimates import estimate
        from experiments.estimates.observed import beside_recorded

        try:
            estimates = estimate(replications, controls=controls)
        except ControlProblem as problem:
            session.notes.append(str(problem))
            estimates = estimate(replications)
        beside, unknown = beside_recorded(replications, estimates)
        aims = [] if rule is None else list(rule.words)
        notes = [*unknown, *replications.notes, *session.notes, *aims]
        return cls(replications, estimates, beside, notes, session.command, rule)

    def document(self, folder: Path | None) -> dict[str, Any]:
        """Everything for machines."""
        from experiments.report.run_document import run_document

        return run_document(self.replications, self.estimates, self.beside, self.notes, self.command, folder)

    def keep(self, folder: Run, plots: bool) -> None:
        """Write tables, pictures, document; the same results give the same bytes."""
        import pandas as pd

        folder.put_table("estimates", self.estimates.frame)
        if self.beside:
            rows = [{**asdict(b), "difference": b.difference, "inside": b.inside} for b in self.beside]
            folder.put_table("observed", pd.DataFrame(rows), kinds=("csv",))
        if plots:
            from experiments.commands.session import keep_pictures
            from experiments.report.plots import draw_all

            figures = draw_all(self.replications, self.estimates)
            if self.rule is not None:
                from experiments.report.precision_plot import draw_precision

                figures["precision"] = draw_precision(self.rule)
            keep_pictures(folder, figures)
        folder.put_json("summary.json", self.document(None))

    def write_page(self, page: Path, language: Language, key: str) -> None:
        """Write the page for people."""
        from experiments.report.page import run_page
        from experiments.store.atomic_file import write_bytes

        text = run_page(
            self.replications,
            self.estimates,
            language,
            self.command,
            key=key,
            version=version("aftersim"),
            notes=self.notes,
        )
        write_bytes(page, text.encode())

    def show(self, as_json: bool, file: str, folder: Path | None, page: Path | None) -> None:
        """Print."""
        if as_json:
            import json

            click.echo(json.dumps(self.document(folder), indent=1, ensure_ascii=False, allow_nan=False))
            return
        from experiments.report.report_tables import Report
        from experiments.report.terminal import terminal

        command = shlex.join(self.command)
        Report(self.replications, self.estimates, self.beside, self.notes, command, file, folder, page).print(
            terminal()
        )


COMMANDS: list[click.Command] = [run]
"""What the command line collects from this module."""
