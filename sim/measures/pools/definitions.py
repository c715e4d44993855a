"""What the measures of pools are: hours worked, available and paid, and the shares of them."""

from __future__ import annotations

from sim.measures.definition import CLIPPED, Measure, ScopeKind

POOLS: tuple[ScopeKind, ...] = ("all", "pool")
WORK: tuple[ScopeKind, ...] = ("all", "pool", "step")

POOL_MEASURES: tuple[Measure, ...] = (
    Measure(
        "busy_hours",
        "Hours in which servers were busy",
        "h",
        "pool",
        POOLS,
        "server-hours with at least one slot taken: service, after-work, work on silent leavers, also outside duty",
        CLIPPED,
        "total",
    ),
    Measure(
        "slot_hours",
        "Hours of slots taken",
        "h",
        "pool",
        WORK,
        "slots taken x hours, after-work and work on silent leavers included, paused work not",
        CLIPPED,
        "total",
    ),
    Measure(
        "on_duty_hours",
        "Hours on duty",
        "h",
        "pool",
        POOLS,
        "duty of those who came, without breaks",
        CLIPPED,
        "total",
    ),
    Measure("available_hours", "Hours free for work", "h", "pool", POOLS, "on duty and not busy", CLIPPED, "total"),
    Measure(
        "paid_hours",
        "Hours paid for duty",
        "h",
        "pool",
        POOLS,
        "duty of those who came, breaks included, overrun not",
        CLIPPED,
        "total",
        "lower",
    ),
    Measure(
        "overrun_hours",
        "Hours worked outside duty",
        "h",
        "pool",
        POOLS,
        "busy after the end of a duty or in a break; counted pools: servers busy above the head-count",
        CLIPPED,
        "total",
        "lower",
    ),
    Measure(
        "occupancy",
        "Occupancy",
        "share",
        "pool",
        POOLS,
        "busy minutes / (busy + available minutes), overrun included",
        CLIPPED,
        source="ContactCenters library OCCUPANCY2 (Buist and L'Ecuyer 2005)",
    ),
    Measure(
        "occupancy_scheduled",
        "Occupancy of scheduled time",
        "share",
        "pool",
        POOLS,
        "busy minutes, overrun included / minutes on duty (above 1 is possible)",
        CLIPPED,
        source="ContactCenters library OCCUPANCY (Buist and L'Ecuyer 2005)",
    ),
    Measure(
        "utilisation",
        "Utilisation of paid time",
        "share",
        "pool",
        POOLS,
        "(busy + available) minutes / paid minutes",
        CLIPPED,
    ),
    Measure(
        "slot_occupancy",
        "Occupancy of slots",
        "share",
        "pool",
        POOLS,
        "slot minutes / sum of (busy + available minutes) x slots",
        CLIPPED,
    ),
    Measure(
        "concurrency",
        "Effective concurrency",
        "slots",
        "pool",
        POOLS,
        "slot minutes / busy minutes",
        CLIPPED,
    ),
    Measure(
        "carried_load",
        "Carried load",
        "Erlang",
        "pool",
        WORK,
        "slot minutes / minutes",
        CLIPPED,
    ),
    Measure(
        "starts",
        "Spells of work started",
        "spells",
        "pool",
        WORK,
        "spells that started in the period, in the interval of their start",
        "all spells, counted or not, that start in the period",
        "total",
    ),
    Measure(
        "work_arrived",
        "Work that arrived",
        "h",
        "pool",
        WORK,
        "slot hours that contacts of the period took in the end, whenever that was, in the interval of their arrival; "
        "of the pool that did the work",
        "all spells of counted visits, in the interval of the visit's arrival",
        "total",
    ),
)

OF_WORK = frozenset({"slot_hours", "carried_load", "work_arrived", "starts"})
"""Measures of the work alone, which do not speak of the time of servers."""
