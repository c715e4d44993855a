"""What is observed while a network runs, and what it turns on and off (rules 8.1 and 8.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

GaugeKind = Literal["waiting", "inside", "free", "on duty", "oldest", "last wait", "predicted wait", "in time"]

GAUGE_KINDS: tuple[GaugeKind, ...] = (
    "waiting",
    "inside",
    "free",
    "on duty",
    "oldest",
    "last wait",
    "predicted wait",
    "in time",
)


@dataclass(frozen=True)
class Gauge:
    """A number about the present state that anything may read; reading changes nothing.

    Parameters
    ----------
    name : str
        Name, unique among gauges.
    kind : str
        `waiting` (jobs in line), `inside` (jobs at the steps), `free` (free slots), `on duty` (slots of available
        servers), `oldest` (minutes since the smallest place in line), `last wait` (wait of the last that started),
        `predicted wait` ((waiting + 1) x `each` / slots on duty), `in time` (share started within `within` over the
        last `ticks` ticks of `every` minutes).
    steps : tuple of str
        Steps it looks at (not for `free` and `on duty`).
    pools : tuple of str
        Pools it looks at (for `free`, `on duty`, `predicted wait`).
    each : float
        Minutes that a slot is taken by a job (for `predicted wait`).
    within, every : float
        Target and length of a tick [min] (for `in time`).
    ticks : int
        Ticks looked back on, the present one included (for `in time`).
    """

    name: str
    kind: GaugeKind
    steps: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()
    each: float = 0.0
    within: float = 0.0
    every: float = 30.0
    ticks: int = 1


@dataclass(frozen=True)
class Switch:
    """Something that goes on and off with a gauge: staff on call, an overflow, a rule.

    Parameters
    ----------
    name : str
        Name, unique among switches.
    gauge : str
        What it looks at.
    on, off : float
        Levels: on when the gauge is at least `on`, off when it is at most `off` (`falling`: the other way round).
    every : float
        It looks every so many minutes.
    falling : bool
        It turns on when the gauge is low.
    delay : float
        Minutes from the decision to turn on until it is on.
    least : float
        Shortest time it stays on [min].
    calendar : str, optional
        It looks only while this calendar is open.
    """

    name: str
    gauge: str
    on: float
    off: float
    every: float = 1.0
    falling: bool = False
    delay: float = 0.0
    least: float = 0.0
    calendar: str | None = None
