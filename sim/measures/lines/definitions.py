"""What the measures of lines are: how many wait, how many are there, and for how long already."""

from __future__ import annotations

from sim.measures.definition import AT_ENDS, CLIPPED, Measure, ScopeKind

SCOPES: tuple[ScopeKind, ...] = ("all", "channel", "step")

LINE_MEASURES: tuple[Measure, ...] = (
    Measure(
        "queue_length",
        "Average number in line",
        "jobs",
        "contact",
        SCOPES,
        "job-minutes in line (silent leavers until they are found out) / minutes",
        CLIPPED,
        better="lower",
        source="Little 1961: equals arrival rate x mean time in line",
    ),
    Measure(
        "queue_maximum",
        "Highest number in line",
        "jobs",
        "contact",
        SCOPES,
        "most jobs in line at once, all changes of one instant taken together",
        CLIPPED,
        estimator="maximum",
        better="lower",
    ),
    Measure(
        "backlog_waiting",
        "Jobs in line at the end",
        "jobs",
        "contact",
        SCOPES,
        "jobs in line just before the ends of intervals / ends",
        AT_ENDS,
        estimator="snapshot",
        better="lower",
    ),
    Measure(
        "backlog",
        "Jobs in line or in service at the end",
        "jobs",
        "contact",
        SCOPES,
        "jobs in line, in service or paused just before the ends of intervals / ends",
        AT_ENDS,
        estimator="snapshot",
        better="lower",
    ),
    Measure(
        "backlog_age",
        "Mean age of the backlog",
        "min",
        "contact",
        SCOPES,
        "minutes since arrival in the scope (hand-backs, pauses and transfers inside it do not reset it) / "
        "jobs in the backlog",
        AT_ENDS,
        better="lower",
    ),
    Measure(
        "backlog_oldest",
        "Age of the oldest job in the backlog",
        "min",
        "contact",
        SCOPES,
        "longest time since arrival in the scope of a job in the backlog",
        AT_ENDS,
        estimator="maximum",
        better="lower",
    ),
)
