"""The command `compare`: policies beside each other, with the same luck."""

from __future__ import annotations

import shlex
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from experiments.commands.columns import MOST_POLICIES, Columns, open_columns
from experiments.commands.options import (
    Simulation,
    page_options,
    say_if_compiling,
    say_if_large,
    simulation_options,
)

if TYPE_CHECKING:
    from experiments.commands.session import Session
    from experiments.comparison.comparison import Comparison
    from experiments.report.catalogue import Language
    from experiments.store.run_folder import RunFolder


@click.command(no_args_is_help=True)
@click.argument("scenarios", metavar="[BASE] POLICY...", nargs=-1, required=True)
@click.option(
    "--on",
    metavar="BASE",
    help="Put every policy on this scenario, whatever base it was written for; all other files are policies then.",
)
@click.option("--skip-inapplicable", "skip", is_flag=True, help="Leave out policies that do not fit, and say so.")
@simulation_options
@click.option("--stated", is_flag=True, help="Take inputs that have a range as they are stated; do not draw them.")
@click.option("--all", "every", is_flag=True, help="Print every measure, not just the main ones.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document for machines instead of tables.")
@page_options
@click.option("--plots/--no-plots", default=True, show_default=True, help="Pictures (PNG and SVG) in the folder.")
def compare(
    scenarios: tuple[str, ...],
    on: str | None,
    skip: bool,
    simulation: Simulation,
    stated: bool,
    every: bool,
    as_json: bool,
    page: Path | None,
    language: Language,
    plots: bool,
) -> None:
    """Say what a policy changes, by how much, and how sure that is.

    Simulates BASE and each POLICY (YAML files) with the same customers and the same luck, and prints the differences
    with 95 % intervals, in words, with the odds of each. Values that have a range are drawn anew for each replication,
    the same in every policy; the odds rest on that and on the noise of the simulation. Everything is kept in a folder;
    what is kept there is not simulated again.

    Policies are stacked by a plus: a.yaml+b.yaml is one column. A policy names the base it was written for; --on puts
    it on any other.

    \b
    Examples:
      aftersim compare scenarios/small_shop.yaml scenarios/policies/small_shop/sixth_agent.yaml
      aftersim compare --on scenarios/baseline.yaml scenarios/policies/*.yaml --skip-inapplicable --replications 40
      aftersim compare scenarios/small_shop.yaml scenarios/policies/small_shop/better_answers.yaml --html page.html
      aftersim compare --on my_desk.yaml scenarios/policies/*.yaml --skip-inapplicable
      aftersim compare my_desk.yaml my_desk.yaml+night.yaml my_desk.yaml+night.yaml+vip.yaml
      aftersim compare a.yaml b.yaml --json > comparison.json
      aftersim compare a.yaml b.yaml --cluster local:2
    """
    from experiments.commands.session import Session, drawn_inputs, told

    n = len(scenarios) + (on is not None)
    if n < 2:
        raise click.UsageError(
            f"got one scenario; a base and at least one policy are expected - add a file after {scenarios[0]}"
        )
    if n > MOST_POLICIES:
        raise click.UsageError(f"got {n} scenarios; at most {MOST_POLICIES} can be compared at once")
    columns = open_columns(scenarios, on, skip, simulation)
    operations = columns.operations
    for operation, policy in zip(operations, columns.policies, strict=True):
        say_if_large(operation, policy.file)
    say_if_compiling(operations, simulation.engine, simulation.n * len(operations))
    how = [*(["--on", on] if on is not None else []), *(["--skip-inapplicable"] if skip else [])]
    command = ["aftersim", "compare", *how, *scenarios, *simulation.words(), *(["--stated"] if stated else [])]
    inputs = None if stated else drawn_inputs([o.scenario for o in operations], simulation.stratified)
    session: Session | None = None
    with told(lambda: session):
        session = Session(simulation, operations, columns.sources, inputs, command)
        folder = None
        with session:
            comparison = _compared(session, columns, as_json)
            results = Results(comparison, command)
            try:
                if session.runs:
                    folder = _keep(session, results, plots)
                if page is not None:
                    results.write_page(page, language, None if folder is None else folder.key)
            except Exception:
                results.show(as_json, None, None, every)  # what was simulated is shown whatever the disk does
                raise
    results.show(as_json, None if folder is None else folder.path, page, every)


def _compared(session: Session, columns: Columns, quiet: bool) -> Comparison:
    from experiments.comparison.contrasts import contrast
    from experiments.estimates.running import Running
    from experiments.report.progress_bar import ProgressBar

    policies = columns.policies
    total = session.simulation.n * len(policies)
    with ProgressBar(total, wanted=not quiet, words=Running(session.operations)) as bar:
        runs = session.replicate(bar)
    notes = list(columns.notes)
    notes += [f"{p.name}: {note}" for p, run in zip(policies, runs, strict=True) for note in run.notes]
    return contrast(policies, runs, notes=notes)


def _keep(session: Session, results: Results, plots: bool) -> RunFolder:
    """Keep the comparison beside its runs."""
    from experiments.store.run_store import open_comparison

    c = results.comparison
    members = [(p.name, kept.run) for p, kept in zip(c.policies, session.runs, strict=True)]
    for run in dict.fromkeys(run for _, run in members):
        if run.at_work:
            run.close("done")
    title = " - ".join(p.name for p in c.policies)
    options = {"replications": c.replications, "confidence": c.confidence}
    folder = open_comparison(session.simulation.out, title, members, options)
    with folder:
        folder.begin(c.replications, results.command)
        folder.drop_results()
        results.keep(folder, plots)
        folder.close("done")
    return folder


class Results:
    """What follows from a comparison.

    Parameters
    ----------
    comparison : Comparison
        The policies.
    command : list of str
        Words that repeat it.
    """

    def __init__(self, comparison: Comparison, command: list[str]) -> None:
        self.comparison = comparison
        self.command = command

    def keep(self, folder: RunFolder, plots: bool) -> None:
        """Write tables, pictures, document; the same results give the same bytes."""
        folder.put_table("differences", self.comparison.frame)
        if plots:
            from experiments.commands.session import keep_pictures
            from experiments.report.comparison_plots import draw_comparison

            keep_pictures(folder, draw_comparison(self.comparison))
        folder.put_json("comparison.json", self._document(None))

    def _document(self, folder: Path | None) -> dict[str, Any]:
        from experiments.report.comparison_document import comparison_document

        return comparison_document(self.comparison, self.command, folder)

    def write_page(self, page: Path, language: Language, key: str | None) -> None:
        """Write the page for people."""
        from experiments.report.page import comparison_page
        from experiments.store.atomic_file import write_bytes

        text = comparison_page(self.comparison, language, self.command, key=key or "", version=version("aftersim"))
        write_bytes(page, text.encode())

    def show(self, as_json: bool, folder: Path | None, page: Path | None, every: bool) -> None:
        """Print."""
        if as_json:
            import json

            click.echo(json.dumps(self._document(folder), indent=1, ensure_ascii=False, allow_nan=False))
            return
        from experiments.report.comparison_tables import ComparisonReport
        from experiments.report.terminal import terminal

        ComparisonReport(self.comparison, shlex.join(self.command), folder, page, every).print(terminal())


COMMANDS: list[click.Command] = [compare]
"""What the command line collects from this module."""
