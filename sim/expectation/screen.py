"""The first screen of `explain`: a day of the operation in numbers, and whether they are believable."""

from __future__ import annotations

from typing import Any

from sim.expectation.flow import Flow, not_counted
from sim.expectation.loads import GroupLoad
from sim.expectation.plausibility import Plausible
from sim.lowering import Operation
from sim.scenario import Scenario
from sim.scenario.model import OrderDriven

MARKS = {"ok": "ok", "low": "low", "high": "high", "impossible": "impossible"}
STYLES = {"ok": "green", "low": "yellow", "high": "yellow", "impossible": "bold red"}


def first_lines(scenario: Scenario) -> list[str]:
    """Title, question and period of a scenario."""
    p = scenario.period
    days = p.length / 1440.0
    warm = f", after a warm-up of {p.warm_up / 1440.0:g} d" if p.warm_up else ""
    return [
        scenario.title,
        *([scenario.question] if scenario.question else []),
        f"{days:g} d from {p.start:%a %d %b %Y} ({p.time_zone}){warm}",
    ]


def day_in_words(operation: Operation, flow: Flow) -> list[str]:
    """Orders -> contacts -> bot -> agents, as lines of text.

    Parameters
    ----------
    operation : Operation
        A lowered scenario.
    flow : Flow
        Its expected flow.
    """
    first = sum(flow.per_day(v) for v in flow.first.values())
    attempts = sum(flow.per_day(v) for v in flow.attempts.values())
    lines = []
    if flow.orders is not None:
        orders = flow.per_day(flow.orders)
        driven = sum(flow.per_day(flow.first[n]) for n in order_driven(operation))
        rate = f" ({100.0 * driven / orders:.1f} per 100 orders)" if orders > 0.0 else ""
        lines.append(f"orders      {orders:>10,.0f}  bring {driven:,.0f} first contacts{rate}")
    lines.append(f"contacts    {first:>10,.0f}  first ones; {attempts:,.0f} with those that come again")
    sessions = sum(flow.per_day(v) for v in flow.sessions.values())
    if sessions > 0.0:
        kept = sum(flow.per_day(v) for v in flow.contained.values())
        who = " and ".join(
            word
            for word, bot in (("self-service", operation.scenario.self_service), ("bot", operation.scenario.bot))
            if bot is not None
        )
        lines.append(f"{who:<11} {sessions:>10,.0f}  sessions; {kept:,.0f} end there ({100.0 * kept / sessions:.0f} %)")
    offered = sum(flow.per_day(v) for v in flow.offered.values())
    hours = sum(flow.per_day(v) for v in flow.work.values())
    lines.append(f"agents      {offered:>10,.0f}  contacts, {hours:,.1f} h of work")
    left_out = not_counted(operation)
    if left_out:
        lines.append(f"not counted: {'; '.join(left_out)}")
    return lines


def order_driven(operation: Operation) -> list[str]:
    """Contact types that orders bring."""
    return [n for n, c in operation.scenario.contact_types.items() if isinstance(c.arrivals, OrderDriven)]


def channel_table(operation: Operation, flow: Flow) -> Any:
    """Contacts a day, work and promise of each channel."""
    from rich.table import Table

    table = Table(box=None, title="Channels, a day", title_justify="left", title_style="bold")
    table.add_column("")
    for column in ("come in", "to agents", "min each", "h of work"):
        table.add_column(column, justify="right")
    table.add_column("open")
    for name, channel in operation.scenario.channels.items():
        mine = [k.name for k in operation.scenario.kinds.values() if k.channel == name]
        come = sum(flow.per_day(flow.attempts[k]) for k in mine)
        offered = sum(flow.per_day(flow.offered[k]) for k in mine)
        work = sum(flow.per_day(flow.work[k]) for k in mine)
        each = f"{60.0 * work / offered:.1f}" if offered > 0.0 else "-"
        table.add_row(name, f"{come:,.0f}", f"{offered:,.0f}", each, f"{work:,.1f}", str(channel.open))
    return table


def group_table(loads: list[GroupLoad]) -> Any:
    """Work beside staff of each group in an average week."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, title="Teams, an average week", title_justify="left", title_style="bold")
    table.add_column("")
    for column in ("h of work", "h of staff", "at a time", "loaded"):
        table.add_column(column, justify="right")
    for g in loads:
        loaded = f"{100.0 * g.occupancy:.0f} %" if g.occupancy == g.occupancy else "nobody there"
        pace = f"x {g.pace:.2f}" if g.pace != 1.0 else "1"
        table.add_row(g.group, f"{g.load_hours:,.1f}", f"{g.staff_hours:,.1f}", pace, loaded)
    if len(loads) < 2:
        return table
    return Group(table, Text(" a contact's work stands at the team on duty that takes it first", style="dim"))


GRADES = "(S) a paper or something measured, (M) a vendor's data with a stated sample, (W) weak: a blog, no method"


def card(lines: list[Plausible]) -> Any:
    """The plausibility card; each source stands once below it."""
    from rich.console import Group
    from rich.table import Table

    table = Table(box=None, title="Is it believable?", title_justify="left", title_style="bold")
    table.add_column("")
    table.add_column("here", justify="right")
    table.add_column("usual", justify="right")
    table.add_column("")
    table.add_column("source", justify="right")
    sources = list(dict.fromkeys(line.usual.source for line in lines))
    for line in lines:
        usual = f"{shown(line.usual.low, line.unit)} to {shown(line.usual.high, line.unit)}"
        verdict = f"[{STYLES[line.verdict]}]{MARKS[line.verdict]}[/]"
        number = str(sources.index(line.usual.source) + 1)
        table.add_row(line.what, shown(line.value, line.unit), usual, verdict, number)
    notes = Table(box=None, show_header=False)
    notes.add_column(justify="right", style="dim")
    notes.add_column(overflow="fold", style="dim")
    for i, source in enumerate(sources, 1):
        notes.add_row(str(i), source)
    if sources:
        notes.add_row("", GRADES)
    return Group(table, notes)


def shown(value: float, unit: str) -> str:
    """A number with its unit.

    Examples
    --------
    >>> shown(0.125, "share"), shown(4.0, "min"), shown(3.0, "")
    ('12.5 %', '4 min', '3')
    """
    if unit == "share":
        return f"{100.0 * value:.3g} %"
    return f"{value:.3g} {unit}".strip() if unit != "contacts" else f"{value:.3g}"
