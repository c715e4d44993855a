"""A network: everything an engine needs to know, frozen and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from sim.machine.calendar import Calendar
from sim.machine.gauges import Gauge, Switch
from sim.machine.pools import Pool
from sim.machine.steps import Clause, Exit, Step, Watch, Work
from sim.machine.streams import Busyness, RecordedStream, Stream
from sim.machine.timeline import Timeline

DAY = 1440.0
WEEK = 7 * DAY
CELL = 60.0
"""Length of the cells in which births are numbered [min]."""


@dataclass(frozen=True)
class Network:
    """Streams, steps, routes, watches and pools, with the period that is simulated.

    Made by `NetworkBuilder.build`, which checks it; engines take nothing else.

    Attributes
    ----------
    name : str
        For messages.
    end : float
        End of the counted period [min]; it starts at 0.
    warm_up : float
        Minutes simulated before 0 and not counted.
    follow : float
        Longest time after `end` for which counted jobs are followed [min].
    days : Timeline
        Number of the local date from each of its starts on [min]; dates need not last 1440 minutes.
    attributes, marks, family_marks : tuple of str
        Names, in order of index.
    gauges, switches : tuple of Gauge, of Switch
        What is observed, and what that turns on and off.
    routes : mapping of (step, Exit) to tuple of Clause
        Where an exit leads; absent: the job ends.
    warnings : tuple of str
        What the checks found odd but possible.
    """

    name: str
    end: float
    warm_up: float
    follow: float
    days: Timeline
    attributes: tuple[str, ...]
    marks: tuple[str, ...]
    streams: tuple[Stream | RecordedStream, ...]
    steps: tuple[Step, ...]
    pools: tuple[Pool, ...]
    routes: Mapping[tuple[str, Exit], tuple[Clause, ...]]
    watches: tuple[Watch, ...]
    calendars: Mapping[str, Calendar]
    busyness: Mapping[str, Busyness]
    gauges: tuple[Gauge, ...] = ()
    switches: tuple[Switch, ...] = ()
    family_marks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = field(default=(), compare=False)

    def __getstate__(self) -> dict[str, Any]:
        """What goes to another process: the fields, without what was worked out from them."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @property
    def limit(self) -> float:
        """Time at which every run stops [min]."""
        return self.end + self.follow

    @cached_property
    def step_index(self) -> dict[str, int]:
        """Number of each step."""
        return {s.name: i for i, s in enumerate(self.steps)}

    @cached_property
    def pool_index(self) -> dict[str, int]:
        """Number of each pool."""
        return {p.name: i for i, p in enumerate(self.pools)}

    @cached_property
    def stream_index(self) -> dict[str, int]:
        """Number of each stream."""
        return {s.name: i for i, s in enumerate(self.streams)}

    @cached_property
    def attribute_index(self) -> dict[str, int]:
        """Number of each attribute."""
        return {a: i for i, a in enumerate(self.attributes)}

    @cached_property
    def gauge_index(self) -> dict[str, int]:
        """Number of each gauge."""
        return {g.name: i for i, g in enumerate(self.gauges)}

    @cached_property
    def switch_index(self) -> dict[str, int]:
        """Number of each switch."""
        return {s.name: i for i, s in enumerate(self.switches)}

    @cached_property
    def family_mark_index(self) -> dict[str, int]:
        """Number of each mark of families."""
        return {m: i for i, m in enumerate(self.family_marks)}

    @cached_property
    def mark_index(self) -> dict[str, int]:
        """Number of each mark."""
        return {m: i for i, m in enumerate(self.marks)}

    def step(self, name: str) -> Step:
        """Step by name."""
        return self.steps[self.step_index[name]]

    def pool(self, name: str) -> Pool:
        """Pool by name."""
        return self.pools[self.pool_index[name]]

    @property
    def works(self) -> tuple[Work, ...]:
        """Steps that need a server."""
        return tuple(s for s in self.steps if isinstance(s, Work))

    def describe(self) -> str:
        """What the network consists of, one piece a line, for people."""
        from sim.machine.description import describe

        return describe(self)
