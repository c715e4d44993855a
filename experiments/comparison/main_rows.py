"""The rows of a comparison that people ask for first."""

from __future__ import annotations

from math import isnan

from experiments.comparison.comparison import Comparison, Row
from experiments.replication.promises import promises_of

OF_CHANNEL = ("service_level", "meets_target", "asa", "wait_p90", "abandonment")
"""Of a channel that promises something, from the promise to what becomes of those who wait."""

OF_POOL = ("occupancy", "overrun_hours", "paid_hours")

OF_DESK = ("net_deflection", "human_contacts", "fcr_7d", "self_inflicted")
"""Of the whole desk, where they differ between the policies."""


def main_rows(comparison: Comparison) -> tuple[Row, ...]:
    """Promises and waits of every channel, then the load of the agent groups; without what nobody could compare.

    Rows in which nothing was counted, or in which every policy has exactly 0, are left out.

    Parameters
    ----------
    comparison : Comparison
        All rows.
    """
    services: list[tuple[str, bool]] = []
    groups: list[str] = []
    for run in comparison.runs:
        promises = promises_of(run.operation)
        for channel in run.operation.channels:
            own = [p.service for p in promises if p.channel == channel]
            services += [s for s in ((name, name == channel) for name in own or [channel]) if s not in services]
        groups += [g for g in run.operation.scenario.agent_groups if g not in groups]
    wanted = [
        ("channel", service, measure)
        for service, whole in services
        for measure in (OF_CHANNEL if whole else OF_CHANNEL[:2])
    ]
    wanted += [("pool", group, measure) for group in groups for measure in OF_POOL]
    if any(_some_only(comparison, group) for group in groups):
        wanted.append(("all", "all", "paid_hours"))  # what a further group costs shows in the whole only
    wanted += [("all", "all", measure) for measure in OF_DESK if _moves(comparison, measure)]
    found = [comparison.row(measure, kind, scope) for kind, scope, measure in wanted]
    return tuple(row for row in found if row is not None and _says_something(row))


def _some_only(comparison: Comparison, group: str) -> bool:
    """Whether some policies have this agent group and others have not."""
    return len({group in run.operation.scenario.agent_groups for run in comparison.runs}) == 2


def _moves(comparison: Comparison, measure: str) -> bool:
    row = comparison.row(measure)
    return row is not None and any(not (d.same or isnan(d.value)) for d in row.differences)


def _says_something(row: Row) -> bool:
    numbers = [v.value for v in row.values if not isnan(v.value)]
    return any(numbers) if numbers else False
