"""Commands about one scenario before it is run: is it right, and what does it mean."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import numpy as np

    from sim.explanation import GroupLoad
    from sim.lowering import Operation
    from sim.scenario import Scenario

USAGE_ERROR = 2
"""Exit code of anything that is wrong with what the user gave."""


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
    click.echo(f"{_count(len(problems), 'problem')}: nothing was run", err=True)
    sys.exit(USAGE_ERROR)


def opened(
    path: str, settings: Sequence[str], stratified: bool = False
) -> tuple[Operation | None, Sequence[Any], Sequence[Any]]:
    """Give the operation of a scenario, or None with everything that is wrong with it; and the warnings."""
    from sim.lowering import LoweringProblems, lower
    from sim.machine import NetworkProblems
    from sim.scenario import ScenarioProblems, load

    try:
        scenario = load(path, changes_of(settings))
    except ScenarioProblems as refused:
        return None, refused.problems, refused.warnings
    try:
        operation = lower(scenario, stratified=stratified)
    except (LoweringProblems, NetworkProblems) as refused:
        return None, refused.problems, scenario.warnings
    return operation, (), (*scenario.warnings, *(f"warning: {w}" for w in operation.network.warnings))


_scenario = click.argument("scenario", metavar="SCENARIO")
_set = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="PATH=VALUE",
    help="Change one value, as a policy would; may be repeated.",
)
_json = click.option("--json", "as_json", is_flag=True, help="One JSON document for machines.")


@click.command()
@_scenario
@_set
@_json
def validate(scenario: str, settings: tuple[str, ...], as_json: bool) -> None:
    """Check a scenario file: every problem at once, each with its place and its repair.

    \b
    Examples:
      aftersim validate scenarios/small_shop.yaml
      aftersim validate scenarios/small_shop.yaml --set "agent_groups.desk.shrinkage=15 %"
    """
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
        f"{scenario}: valid. {_count(len(s.contact_types), 'contact type')}, {_count(len(s.channels), 'channel')}, "
        f"{_count(len(s.agent_groups), 'agent group')}; "
        f"{_count(len(s.defaults), 'default')} taken, {_count(n, 'warning')}."
    )


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


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"


@click.command()
@_scenario
@_set
@_json
def explain(scenario: str, settings: tuple[str, ...], as_json: bool) -> None:
    """Show what a scenario means: resolved, its load beside its staff, the network it became.

    \b
    Examples:
      aftersim explain scenarios/small_shop.yaml
      aftersim explain scenarios/small_shop.yaml --json
    """
    from sim.explanation import contacts_per_day, group_loads, mean_handle_time
    from sim.scenario import dump

    operation = open_operation(scenario, settings)
    s = operation.scenario
    loads = group_loads(operation)
    per_day = contacts_per_day(operation)
    handle = {t: mean_handle_time(operation, t) for t in s.contact_types}
    if as_json:
        document = {
            "scenario": dump(s),
            "defaults": [d.model_dump() for d in s.defaults],
            "warnings": [str(w) for w in s.warnings] + list(operation.network.warnings),
            "contacts_per_day": per_day,
            "mean_handle_time_min": handle,
            "groups": [
                {"group": g.group, "offered_load_erlang": _plain(g.load), "staff": _plain(g.staff)} for g in loads
            ],
            "network": operation.network.describe().splitlines(),
        }
        click.echo(json.dumps(document, indent=1, ensure_ascii=False))
        return
    _print_explanation(operation, s, loads, per_day, handle)


def _plain(values: np.ndarray) -> list[list[float | None]]:
    """Rows of weekday (Monday first), each with 24 hours; None where the period has no such hour."""
    return [[None if x != x else round(float(x), 6) for x in row] for row in values]


def _print_explanation(
    operation: Operation, s: Scenario, loads: list[GroupLoad], per_day: dict[str, float], handle: dict[str, float]
) -> None:
    from rich.console import Console
    from rich.syntax import Syntax
    from rich.table import Table

    from sim.explanation import first_lines
    from sim.scenario import dump

    console = Console(width=min(Console().width, 110), highlight=False)
    title, *rest = first_lines(s)
    console.print(title, style="bold", markup=False)
    for line in rest:
        console.print(line, markup=False)
    console.rule("The scenario, resolved")
    console.print(Syntax(dump(s), "yaml", background_color="default", word_wrap=True))
    if s.defaults:
        table = Table(title="Defaults taken", title_justify="left", title_style="bold", box=None)
        for column in ("path", "value", "why"):
            table.add_column(column)
        for d in s.defaults:
            table.add_row(d.path, d.value, d.why)
        console.print(table)
    console.rule("Load beside staff")
    for name in s.contact_types:
        kind = s.contact_types[name]
        console.print(
            f"{name} ({kind.channel}): {per_day[name]:,.1f} contacts a day x {handle[name]:.2f} min"
            f" = {per_day[name] * handle[name] / 60:,.1f} h of work a day",
            markup=False,
        )
    console.print(
        "offered load [Erlang] = contacts per hour x mean handle time; staff = expected agents on duty, "
        "shrinkage and breaks taken off.\nA contact's work is shown at its first-choice group that is on duty."
    )
    for g in loads:
        console.print(_load_table(g))
    console.rule("What it became in the machine")
    console.print(operation.network.describe(), markup=False)
    for text in [*(str(w) for w in s.warnings), *(f"warning: {t}" for t in operation.network.warnings)]:
        console.print(text, style="yellow", markup=False)


def _load_table(g: GroupLoad) -> Any:
    """Hours of the day, working week beside weekend."""
    import numpy as np
    from rich.table import Table

    ratio = f"{100 * g.load_hours / g.staff_hours:.0f} % loaded" if g.staff_hours > 0 else "nobody on duty"
    table = Table(
        title=f"{g.group}: {g.load_hours:,.1f} h of work, {g.staff_hours:,.1f} h of staff in an average week ({ratio})",
        title_justify="left",
        title_style="bold",
        box=None,
    )
    table.add_column("hour")
    parts = {"mon-fri": slice(0, 5), "sat": slice(5, 6), "sun": slice(6, 7)}
    shown = {}
    for name, days in parts.items():
        load, staff = g.load[days], g.staff[days]
        if np.isnan(load).all():
            continue
        shown[name] = (_mean_hours(load), _mean_hours(staff))
        table.add_column(f"{name} load", justify="right")
        table.add_column("staff", justify="right")
        table.add_column("", justify="left")
    for hour in range(24):
        if all(load[hour] < 0.005 and staff[hour] < 0.005 for load, staff in shown.values()):
            continue
        cells = [f"{hour:02d}"]
        for load, staff in shown.values():
            short = load[hour] >= 0.005 and load[hour] > staff[hour]
            cells += [f"{load[hour]:.2f}", f"{staff[hour]:.2f}", "short" if short else ""]
        table.add_row(*cells)
    return table


def _mean_hours(rows: np.ndarray) -> np.ndarray:
    """Mean over weekdays that have the hour; 0 where none has."""
    import numpy as np

    there = ~np.isnan(rows)
    return np.where(there, rows, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)


@click.command()
@_json
def measures(as_json: bool) -> None:
    """List every measure with its unit, level, counting rule and formula."""
    from sim.measures import MEASURES

    if as_json:
        from dataclasses import asdict

        click.echo(json.dumps([asdict(m) for m in MEASURES.values()], indent=1))
        return
    for m in MEASURES.values():
        click.echo(f"{m.name} [{m.unit}] - {m.title}\n    {m.formula}\n    level {m.level}; {m.estimator}")


@click.command()
def warmup() -> None:
    """Compile the engine for this installation, so that no later run has to wait for it.

    The engine is compiled once, when a run first needs it, and kept on disk for all later ones. This command does it
    beforehand, and again after an update; when nothing has changed it is done at once.

    \b
    Example:
      aftersim warmup
    """
    import time

    from sim.machine import engines

    for full, name in ((False, "core"), (True, "full")):
        began = time.perf_counter()
        known = engines.is_kept(full)
        if not known:
            click.echo(f"compiling the {name} engine ...", err=True)
        engines.warm(full)
        seconds = time.perf_counter() - began
        click.echo(f"{name} engine: {'was ready' if known else f'compiled in {seconds:.1f} s'}")
    place = engines.kept_in()
    click.echo(f"kept in {place}" if place else "no folder can be written: it is compiled again in every process")


COMMANDS = [validate, explain, measures, warmup]
