"""Is a scenario right? Every problem at once."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import click

from sim.commands.opening import (
    USAGE_ERROR,
    counted,
    json_option,
    open_operation,
    opened,
    scenario_argument,
    set_option,
)


@click.command()
@scenario_argument
@set_option
@click.option(
    "--mark", is_flag=True, help="Write a copy of each roster or forecast with its wrong cells marked, beside it."
)
@json_option
def validate(scenario: str, settings: tuple[str, ...], mark: bool, as_json: bool) -> None:
    """Check a scenario file: every problem at once, each with its place and its repair.

    \b
    Examples:
      aftersim validate scenarios/small_shop.yaml
      aftersim validate scenarios/small_shop.yaml --set "agent_groups.desk.shrinkage=15 %"
      aftersim validate my_desk/scenario.yaml --mark
    """
    if mark:
        _mark(scenario, settings)
    if as_json:
        _validate_json(scenario, settings)
        return
    operation = open_operation(scenario, settings)
    s = operation.scenario
    for w in s.warnings:
        click.echo(str(w))
    for text in operation.network.warnings:
        click.echo(f"{scenario}: warning: {text}")
    n = len(s.warnings) + len(operation.network.warnings)
    click.echo(
        f"{scenario}: valid. {counted(len(s.contact_types), 'contact type')}, {counted(len(s.channels), 'channel')}, "
        f"{counted(len(s.agent_groups), 'agent group')}; "
        f"{counted(len(s.defaults), 'default')} taken, {counted(n, 'warning')}."
    )


def _mark(scenario: str, settings: Sequence[str]) -> None:
    """Write marked copies of the workbooks in whose cells something is wrong."""
    from sim.scenario.tables.annotated_copy import annotated_copies

    _, problems, _ = opened(scenario, settings, every_cell=True)
    for name, copy in annotated_copies([p for p in problems if not isinstance(p, str)]).items():
        click.echo(f"{name}: its wrong cells are marked in {copy}", err=True)


def _validate_json(scenario: str, settings: Sequence[str]) -> None:
    _, problems, warnings = opened(scenario, settings)
    document = {
        "valid": not problems,
        "problems": [_problem(p, scenario) for p in problems],
        "warnings": [_problem(w, scenario) for w in warnings],
    }
    click.echo(json.dumps(document, indent=1))
    if problems:
        sys.exit(USAGE_ERROR)


def _problem(p: Any, file: str) -> dict[str, Any]:
    if isinstance(p, str):
        return {"file": file, "rule": p}
    names = ("file", "line", "column", "path", "got", "rule", "repair")
    return {k: getattr(p, k) for k in names if getattr(p, k) is not None}


COMMANDS = [validate]
