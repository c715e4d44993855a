"""A network: everything an engine needs to know, frozen and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np

from sim.machine.calendar import Calendar
from sim.machine.pools import CountedPool, NamedPool, Pool
from sim.machine.steps import Clause, Delay, Exit, Step, Watch, Work
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
    attributes, marks : tuple of str
        Names, in order of index.
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
        lines = [f"network {self.name}: {self.warm_up:g} min warm-up, {self.end:g} min counted"]
        for s in self.streams:
            if isinstance(s, Stream):
                per_day = s.rate.mean(0.0, self.end) * DAY if self.end > 0 else 0.0
                factor = f", busyness {' x '.join(s.busyness)}" if s.busyness else ""
                lines.append(f"  stream {s.name} -> {s.to}: {per_day:,.1f} a day on average{factor}")
            else:
                inside = int(np.sum((s.times >= 0) & (s.times < self.end)))
                lines.append(f"  stream {s.name} -> {s.to}: {inside:,} recorded births in the period")
        for step in self.steps:
            if isinstance(step, Delay):
                lines.append(f"  delay {step.name}: {step.length.describe()}")
                continue
            served = ", ".join(
                f"{e.pool} (rank {e.rank}"
                + (f", after {e.after:g} min" if e.after else "")
                + (f", reserve {e.reserve}" if e.reserve else "")
                + ")"
                for e in sorted(step.edges, key=lambda e: e.rank)
            )
            lines.append(
                f"  work {step.name}: size {step.size.describe()}"
                + (f", patience {step.patience.describe()}" if step.patience else "")
                + f"; served by {served or 'nobody'}"
            )
        for (name, exit_), clauses in sorted(self.routes.items()):
            for c in clauses:
                target = "go on" if c.go_on else (c.to or "end")
                chance = "" if c.probability == 1.0 else " with a chance that depends"
                if isinstance(c.probability, float) and c.probability != 1.0:
                    chance = f" with {c.probability:g}"
                lines.append(f"  route {name}.{exit_.name.lower()}{chance} -> {target}")
        for w in self.watches:
            lines.append(f"  watch {w.name}: from {w.start.moment} {w.start.name}")
        for p in self.pools:
            if isinstance(p, CountedPool):
                v = p.servers.values
                lines.append(f"  pool {p.name}: counted, {v.min():g} to {v.max():g} servers")
            elif isinstance(p, NamedPool):
                spans = [(d.begin, d.end) for s in p.servers for d in s.duties]
                hours = sum(max(min(b, self.end) - max(a, 0.0), 0.0) for a, b in spans) / 60.0
                lines.append(f"  pool {p.name}: {len(p.servers)} named servers, {hours:,.1f} duty hours in the period")
        return "\n".join(lines)
