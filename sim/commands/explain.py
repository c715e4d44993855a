"""What does a scenario mean? A day of it, its load beside its staff, the network it became."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from sim.commands.opening import json_option, open_operation, scenario_argument, set_option

if TYPE_CHECKING:
    from collections.abc import Collection

    import numpy as np

    from sim.expectation import Flow, GroupLoad
    from sim.lowering import Operation


SHOWN = {
    "load": "load beside staff, hour by hour",
    "defaults": "what was not written, and why it was taken so",
    "scenario": "every value, as it is used",
    "network": "what it became in the machine",
}
"""What there is beyond the first screen."""


@click.command()
@scenario_argument
@set_option
@click.option(
    "--show",
    "shown",
    type=click.Choice([*SHOWN, "all"]),
    multiple=True,
    help=f"After the first screen: {'; '.join(f'{k}: {v}' for k, v in SHOWN.items())}. Can be given several times.",
)
@json_option
def explain(scenario: str, settings: tuple[str, ...], shown: tuple[str, ...], as_json: bool) -> None:
    """Show what a scenario means: an expected day of it, its load beside its staff, whether it is believable.

    \b
    Examples:
      aftersim explain scenarios/small_shop.yaml
      aftersim explain scenarios/small_shop.yaml --show load --show defaults
      aftersim explain scenarios/small_shop.yaml --json
    """
    from sim.expectation import expected_flow, group_loads, mean_handle_time, not_counted, plausibility_card
    from sim.scenario import dump

    operation = open_operation(scenario, settings)
    s = operation.scenario
    flow = expected_flow(operation)
    loads = group_loads(operation, flow)
    if as_json:
        document = {
            "scenario": dump(s),
            "defaults": [d.model_dump() for d in s.defaults],
            "warnings": [str(w) for w in s.warnings] + list(operation.network.warnings),
            "orders_per_day": None if flow.orders is None else flow.per_day(flow.orders),
            "first_contacts_per_day": {n: flow.per_day(v) for n, v in flow.first.items()},
            "kinds": {
                k: {
                    "contacts_per_day": flow.per_day(flow.attempts[k]),
                    "sessions_per_day": flow.per_day(flow.sessions[k]),
                    "contained_per_day": flow.per_day(flow.contained[k]),
                    "to_agents_per_day": flow.per_day(flow.offered[k]),
                    "mean_handle_time_min": mean_handle_time(operation, k),
                }
                for k in s.kinds
            },
            "not_counted": list(not_counted(operation)),
            "groups": [
                {
                    "group": g.group,
                    "offered_load_erlang": _plain(g.load),
                    "staff": _plain(g.staff),
                    "at_a_time": g.pace,
                    "occupancy": None if g.occupancy != g.occupancy else g.occupancy,
                }
                for g in loads
            ],
            "plausibility": [
                {
                    "what": p.what,
                    "value": p.value,
                    "unit": p.unit,
                    "usual": [p.usual.low, p.usual.high],
                    "verdict": p.verdict,
                    "source": p.usual.source,
                }
                for p in plausibility_card(operation, flow, loads)
            ],
            "network": operation.network.describe().splitlines(),
        }
        click.echo(json.dumps(document, indent=1, ensure_ascii=False))
        return
    _print_explanation(operation, flow, loads, SHOWN if "all" in shown else shown)


def _plain(values: np.ndarray) -> list[list[float | None]]:
    """Rows of weekday (Monday first), each with 24 hours; None where the period has no such hour."""
    return [[None if x != x else round(float(x), 6) for x in row] for row in values]


def _print_explanation(operation: Operation, flow: Flow, loads: list[GroupLoad], shown: Collection[str]) -> None:
    from rich.console import Console
    from rich.syntax import Syntax
    from rich.table import Table

    from sim.expectation import plausibility_card, screen
    from sim.scenario import dump

    s = operation.scenario
    console = Console(width=min(Console().width, 110), highlight=False)
    title, *rest = screen.first_lines(s)
    console.print(title, style="bold", markup=False)
    for line in rest:
        console.print(line, markup=False)
    console.rule("A day of it, as expected: nobody waits, nobody gives up")
    for line in screen.day_in_words(operation, flow):
        console.print(line, markup=False)
    console.print(screen.channel_table(operation, flow))
    console.print(screen.group_table(loads))
    console.print(screen.card(plausibility_card(operation, flow, loads)))
    for text in [*(str(w) for w in s.warnings), *(f"warning: {t}" for t in operation.network.warnings)]:
        console.print(text, style="yellow", markup=False)
    if "load" in shown:
        console.rule("Load beside staff")
        console.print(
            "offered load [Erlang] = contacts per hour x mean handle time; staff = expected agents on duty, "
            "shrinkage and breaks taken off.\nshort: more than they get through, several contacts at a time included. "
            "A contact's work is shown at its first-choice group that is on duty."
        )
        for g in loads:
            console.print(_load_table(g))
    if "defaults" in shown:
        console.rule("Defaults taken")
        table = Table(box=None)
        for column in ("path", "value", "why"):
            table.add_column(column)
        for d in s.defaults:
            table.add_row(d.path, d.value, d.why)
        console.print(table)
    if "scenario" in shown:
        console.rule("The scenario, resolved")
        console.print(Syntax(dump(s), "yaml", background_color="default", word_wrap=True))
    if "network" in shown:
        console.rule("What it became in the machine")
        console.print(operation.network.describe(), markup=False)
    more = [name for name in SHOWN if name not in shown]
    if more:
        console.print(f"More with --show: {', '.join(f'{name} ({SHOWN[name]})' for name in more)}", style="dim")


def _load_table(g: GroupLoad) -> Any:
    """Hours of the day, working week beside weekend."""
    import numpy as np
    from rich.table import Table

    pace = f"x {g.pace:.2f} at a time, " if g.pace != 1.0 else ""
    ratio = f"{pace}{100 * g.occupancy:.0f} % loaded" if g.staff_hours > 0 else "nobody on duty"
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
            short = load[hour] >= 0.005 and load[hour] > staff[hour] * g.pace
            cells += [f"{load[hour]:.2f}", f"{staff[hour]:.2f}", "short" if short else ""]
        table.add_row(*cells)
    return table


def _mean_hours(rows: np.ndarray) -> np.ndarray:
    """Mean over weekdays that have the hour; 0 where none has."""
    import numpy as np

    there = ~np.isnan(rows)
    mean = np.where(there, rows, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    return np.where(np.abs(mean) < 0.005, 0.0, mean)  # what is left of sums is not shown as -0.00


COMMANDS = [explain]
