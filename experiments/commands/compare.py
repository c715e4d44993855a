"""The command `compare`: policies beside each other, with the same luck."""

from __future__ import annotations

import shlex
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from experiments.commands.options import (
    USAGE_ERROR,
    Simulation,
    page_options,
    say_if_compiling,
    say_if_large,
    simulation_options,
)

if TYPE_CHECKING:
    from experiments.commands.session import Session
    from experiments.comparison.comparison import Comparison, Policy
    from experiments.report.catalogue import Language
    from experiments.store.run_folder import RunFolder
    from sim.lowering import Operation

MOST_POLICIES = 20


@click.command(no_args_is_help=True)
@click.argument("scenarios", metavar="BASE POLICY...", nargs=-1, required=True)
@simulation_options
@click.option("--stated", is_flag=True, help="Take inputs that have a range as they are stated; do not draw them.")
@click.option("--all", "every", is_flag=True, help="Print every measure, not just the main ones.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document for machines instead of tables.")
@page_options
@click.option("--plots/--no-plots", default=True, show_default=True, help="Pictures (PNG and SVG) in the folder.")
def compare(
    scenarios: tuple[str, ...],
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

    \b
    Examples:
      aftersim compare scenarios/small_shop.yaml scenarios/policies/keep_phones_free.yaml
      aftersim compare scenarios/small_shop.yaml scenarios/policies/*.yaml --replications 40
      aftersim compare scenarios/small_shop.yaml scenarios/policies/sixth_agent.yaml --html page.html
      aftersim compare a.yaml b.yaml --json > comparison.json
      aftersim compare a.yaml b.yaml --cluster local:2
    """
    from experiments.commands.session import Session, drawn_inputs, told

    if len(scenarios) < 2:
        raise click.UsageError(
            f"got one scenario; a base and at least one policy are expected - add a file after {scenarios[0]}"
        )
    if len(scenarios) > MOST_POLICIES:
        raise click.UsageError(f"got {len(scenarios)} scenarios; at most {MOST_POLICIES} can be compared at once")
    operations = _operations(scenarios, simulation)
    for operation, file in zip(operations, scenarios, strict=True):
        say_if_large(operation, file)
    say_if_compiling(operations, simulation.engine, simulation.n * len(operations))
    policies = policies_of(scenarios, operations)
    command = ["aftersim", "compare", *scenarios, *simulation.words(), *(["--stated"] if stated else [])]
    inputs = None if stated else drawn_inputs([o.scenario for o in operations], simulation.stratified)
    session: Session | None = None
    with told(lambda: session):
        session = Session(simulation, operations, [Path(s) for s in scenarios], inputs, command)
        folder = None
        with session:
            comparison = _compared(session, policies, as_json)
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


def _operations(scenarios: tuple[str, ...], simulation: Simulation) -> list[Operation]:
    """All scenarios, or everything that is wrong with any of them."""
    from sim.commands import opened

    operations, wrong = [], 0
    for path in scenarios:
        operation, problems, warnings = opened(path, simulation.settings, simulation.stratified)
        if operation is None:
            for p in (*warnings, *problems):
                click.echo(str(p) if not isinstance(p, str) else f"{path}: {p}", err=True)
            wrong += len(problems)
        else:
            operations.append(operation)
    if operations:
        first = operations[0].scenario.period
        for path, operation in zip(scenarios, operations, strict=False):
            if wrong == 0 and operation.scenario.period != first:
                period = operation.scenario.period
                click.echo(
                    f"{path}: period: got {period.start:%Y-%m-%d %H:%M} for {period.length / 1440:g} d after "
                    f"{period.warm_up / 1440:g} d of warm-up ({period.time_zone}); policies are compared over the same "
                    f"period - write that of {scenarios[0]}, or let the file extend it",
                    err=True,
                )
                wrong += 1
    if wrong:
        click.echo(f"{wrong} problem{'' if wrong == 1 else 's'}: nothing was run", err=True)
        sys.exit(USAGE_ERROR)
    return operations


def policies_of(scenarios: tuple[str, ...], operations: list[Operation]) -> list[Policy]:
    """Policies with short names that differ: the name of the file, and as much of its path as it takes."""
    from experiments.comparison.comparison import Policy

    names = [Path(s).stem for s in scenarios]
    for depth in range(2, 6):
        names = [
            name if names.count(name) == 1 else "/".join(Path(s).with_suffix("").parts[-depth:])
            for name, s in zip(names, scenarios, strict=True)
        ]
    seen: dict[str, int] = {}
    for i, name in enumerate(names):
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            names[i] = f"{name} ({seen[name]})"
    return [
        Policy(name, o.scenario.title, o.scenario.question, file)
        for name, o, file in zip(names, operations, scenarios, strict=True)
    ]


def _compared(session: Session, policies: list[Policy], quiet: bool) -> Comparison:
    from experiments.comparison.contrasts import contrast
    from experiments.estimates.running import Running
    from experiments.report.progress_bar import ProgressBar

    total = session.simulation.n * len(policies)
    with ProgressBar(total, wanted=not quiet, words=Running(session.operations)) as bar:
        runs = session.replicate(bar)
    notes = [f"{p.name}: {note}" for p, run in zip(policies, runs, strict=True) for note in run.notes]
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
