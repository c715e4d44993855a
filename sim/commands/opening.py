"""Opening a scenario for a command: loaded and lowered, or everything that is wrong with it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sim.lowering import Operation

USAGE_ERROR = 2
"""Exit code of anything that is wrong with what the user gave."""

scenario_argument = click.argument("scenario", metavar="SCENARIO")
set_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="PATH=VALUE",
    help="Change one value, as a policy would; may be repeated.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document for machines.")


def changes_of(settings: Sequence[str]) -> dict[str, object]:
    """Changes by dotted path from `--set path=value` texts.

    Raises
    ------
    click.BadParameter
        A text has no `=`, or a value is set twice.

    Examples
    --------
    >>> changes_of(["agent_groups.desk.shrinkage=12 %"])
    {'agent_groups.desk.shrinkage': '12 %'}
    """
    changes: dict[str, object] = {}
    for text in settings:
        path, equals, value = text.partition("=")
        if not equals or not path.strip():
            raise click.BadParameter(
                f'got "{text}"; path=value is expected, such as agent_groups.desk.shrinkage="12 %"'
            )
        if path.strip() in changes:
            raise click.BadParameter(f'"{path.strip()}" is set twice; one value is expected')
        changes[path.strip()] = value.strip()
    for path in changes:
        for other in changes:
            if other.startswith(f"{path}."):
                raise click.BadParameter(f'"{path}" and "{other}" set the same value twice; give one of them')
    return changes


def open_operation(path: str, settings: Sequence[str] = (), stratified: bool = False) -> Operation:
    """Load and lower a scenario; say everything that is wrong with it and leave with exit code 2."""
    operation, problems, warnings = opened(path, settings, stratified)
    if operation is not None:
        return operation
    for p in (*warnings, *problems):
        click.echo(str(p) if not isinstance(p, str) else f"{path}: {p}", err=True)
    click.echo(f"{counted(len(problems), 'problem')}: nothing was run", err=True)
    sys.exit(USAGE_ERROR)


def opened(
    path: str, settings: Sequence[str], stratified: bool = False, on: str | None = None, *, every_cell: bool = False
) -> tuple[Operation | None, Sequence[Any], Sequence[Any]]:
    """Give the operation of a scenario, or None with everything that is wrong with it; and the warnings.

    Parameters
    ----------
    path : a file, or a stack of files such as `desk.yaml+night.yaml`.
    settings : changes as `path=value`.
    stratified : spread good and bad days evenly.
    on : a scenario on which the files of `path` are put as policies; None: on the base they name.
    every_cell : list every wrong cell of a workbook, not only the first ones.
    """
    from sim.lowering import LoweringProblems, lower
    from sim.machine import NetworkProblems
    from sim.scenario import ScenarioProblems, load

    try:
        scenario = load(
            path if on is None else on, changes_of(settings), () if on is None else path, every_cell=every_cell
        )
    except ScenarioProblems as refused:
        return None, refused.problems, refused.warnings
    try:
        operation = lower(scenario, stratified=stratified)
    except (LoweringProblems, NetworkProblems) as refused:
        return None, refused.problems, scenario.warnings
    return operation, (), (*scenario.warnings, *(f"warning: {w}" for w in operation.network.warnings))


def counted(n: int, noun: str) -> str:
    """A number with its noun."""
    return f"{n} {noun}{'' if n == 1 else 's'}"
