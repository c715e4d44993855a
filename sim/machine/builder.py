"""Build a network by hand, in a few lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sim.machine.calendar import Calendar
from sim.machine.checks import check
from sim.machine.gauges import Gauge, GaugeKind, Switch
from sim.machine.laws import Law
from sim.machine.network import DAY, WEEK, Network
from sim.machine.pools import CountedPool, NamedPool, Pool, Server
from sim.machine.predictor import Condition, Predictor
from sim.machine.steps import ROUTED_EXITS, Anchor, Clause, Delay, Edge, Exit, Spawn, Step, Watch, Work
from sim.machine.streams import Busyness, RecordedStream, Stream
from sim.machine.timeline import Timeline

Edges = str | Edge | Iterable[str | Edge]


class NetworkBuilder:
    """Collects pieces and makes a checked `Network` of them.

    Pieces may be named before they exist; `build` checks everything and reports all problems at once.

    Parameters
    ----------
    name : str
        For messages.
    end : float
        Length of the counted period [min].
    warm_up : float
        Minutes before it that are simulated and not counted.
    follow : float
        How long counted jobs are followed past the end [min].
    days : Timeline, optional
        Number of the local date over time; by default dates of 1440 minutes.

    Examples
    --------
    An Erlang-A line: 21 calls a minute, 100 servers.

    >>> from sim.machine import NetworkBuilder, Exponential
    >>> b = NetworkBuilder("erlang-a", end=1000.0)
    >>> b.stream("calls", to="line", rate=21.0)
    >>> b.work("line", served_by="desk", size=Exponential(5.0), patience=Exponential(5.0))
    >>> b.counted("desk", 100)
    >>> network = b.build()
    >>> [p.name for p in network.pools]
    ['desk']
    """

    def __init__(
        self,
        name: str = "network",
        end: float = WEEK,
        warm_up: float = 0.0,
        follow: float = WEEK,
        days: Timeline | None = None,
    ) -> None:
        self._name, self._end, self._warm_up, self._follow = name, float(end), float(warm_up), float(follow)
        self._days = days
        self._streams: list[Stream | RecordedStream] = []
        self._steps: list[Step] = []
        self._pools: list[Pool] = []
        self._routes: dict[tuple[str, Exit], tuple[Clause, ...]] = {}
        self._watches: list[Watch] = []
        self._calendars: list[Calendar] = []
        self._busyness: list[Busyness] = []
        self._gauges: list[Gauge] = []
        self._switches: list[Switch] = []
        self._problems: list[str] = []

    def stream(
        self,
        name: str,
        to: str,
        rate: float | Timeline | Sequence[tuple[float, float]],
        *,
        reference: float | Timeline | Sequence[tuple[float, float]] | None = None,
        busyness: str | Iterable[str] = (),
        end: float = inf,
        batch: Law | None = None,
        attributes: Mapping[str, Law] | None = None,
    ) -> None:
        """Births at `rate` per minute; see `Stream`."""
        level = Timeline.of(rate)
        self._streams.append(
            Stream(
                name,
                to,
                level,
                level if reference is None else Timeline.of(reference),
                (busyness,) if isinstance(busyness, str) else tuple(busyness),
                float(end),
                batch,
                dict(attributes or {}),
            )
        )

    def recorded(
        self,
        name: str,
        to: str,
        times: ArrayLike,
        *,
        columns: Mapping[str, ArrayLike] | None = None,
        attributes: Mapping[str, Law] | None = None,
        end: float = inf,
        first_row: int = 0,
    ) -> None:
        """Births at recorded times [min]; see `RecordedStream`."""
        self._streams.append(
            RecordedStream(
                name,
                to,
                np.asarray(times, dtype=np.float64),
                {k: np.asarray(v, dtype=np.float64) for k, v in (columns or {}).items()},
                float(end),
                dict(attributes or {}),
                first_row,
            )
        )

    def work(self, name: str, served_by: Edges = (), **attributes: Any) -> None:
        """A step that needs a server; `served_by` names pools or gives `Edge`s, the rest as in `Work`."""
        items = [served_by] if isinstance(served_by, (str, Edge)) else list(served_by)
        self._steps.append(Work(name, tuple(Edge(e) if isinstance(e, str) else e for e in items), **attributes))

    def delay(self, name: str, length: Law, **attributes: Any) -> None:
        """A step that passes time; see `Delay`."""
        self._steps.append(Delay(name, length, **attributes))

    def counted(self, name: str, servers: float | Timeline | Sequence[tuple[float, float]], **attributes: Any) -> None:
        """A pool that is a head-count; see `CountedPool`."""
        self._pools.append(CountedPool(name, Timeline.of(servers), **attributes))

    def named(self, name: str, servers: Iterable[Server], **attributes: Any) -> None:
        """A pool of named servers; see `NamedPool`."""
        self._pools.append(NamedPool(name, tuple(servers), **attributes))

    def route(
        self,
        step: str,
        exit: str,
        *clauses: Clause | str,
    ) -> None:
        """Where an exit of a step leads: clauses in order, or just the name of the next step.

        Parameters
        ----------
        step : str
            Name of the step.
        exit : {"done", "abandoned", "blocked", "closed", "recalled"}
            Exit of that step.
        *clauses : Clause or str
            Tried in order; when none applies the job ends.
        """
        if exit not in ROUTED_EXITS:
            self._problems.append(
                f"route {step}.{exit}: unknown exit {exit!r}; one of {', '.join(ROUTED_EXITS)} is expected"
            )
            return
        key = (step, ROUTED_EXITS[exit])
        if key in self._routes:
            self._problems.append(f"route {step}.{exit} is given twice; put all clauses into one route")
            return
        self._routes[key] = tuple(Clause(f"{step}.{exit}", to=c) if isinstance(c, str) else c for c in clauses)

    def clause(
        self,
        name: str,
        to: str | None = None,
        probability: float | Predictor = 1.0,
        *,
        when: Iterable[Condition] = (),
        add: Mapping[str, int] | None = None,
        spawn: Iterable[Spawn] = (),
        again: bool = False,
        go_on: bool = False,
        tell: Mapping[str, int] | None = None,
    ) -> Clause:
        """A clause for `route`; see `Clause`."""
        return Clause(name, tuple(when), probability, dict(add or {}), tuple(spawn), again, to, go_on, dict(tell or {}))

    def watch(self, name: str, start: Anchor, length: Law, **attributes: Any) -> None:
        """A clock beside a job; see `Watch`."""
        self._watches.append(Watch(name, start, length, **attributes))

    def calendar(self, calendar: Calendar) -> None:
        """Open hours that steps and timers may name."""
        self._calendars.append(calendar)

    def busyness(self, factor: Busyness) -> None:
        """A random factor that streams may name."""
        self._busyness.append(factor)

    def gauge(self, name: str, kind: GaugeKind, **attributes: Any) -> None:
        """Something to observe; see `Gauge`."""
        self._gauges.append(Gauge(name, kind, **attributes))

    def switch(self, name: str, gauge: str, on: float, off: float, **attributes: Any) -> None:
        """Something that a gauge turns on and off; see `Switch`."""
        self._switches.append(Switch(name, gauge, float(on), float(off), **attributes))

    def build(self) -> Network:
        """Check everything and freeze it.

        Raises
        ------
        NetworkProblems
            Holding every problem found.
        """
        days = self._days
        if days is None:
            first = int(np.floor(-self._warm_up / DAY)) - 1 if 0 <= self._warm_up < inf else 0
            span = self._end + self._follow
            last = int(np.ceil(span / DAY)) + 1 if 0 <= span < inf else 1
            numbers = np.arange(first, last)
            days = Timeline(numbers * DAY, numbers)
        network = Network(
            name=self._name,
            end=self._end,
            warm_up=self._warm_up,
            follow=self._follow,
            days=days,
            attributes=tuple(
                dict.fromkeys(
                    a
                    for s in self._streams
                    for a in (
                        *s.attributes,
                        *(s.columns if isinstance(s, RecordedStream) else ()),
                    )
                )
            ),
            marks=tuple(
                dict.fromkeys(
                    [m for clauses in self._routes.values() for c in clauses for m in c.add]
                    + [m for w in self._watches for m in w.add]
                )
            ),
            streams=tuple(self._streams),
            steps=tuple(self._steps),
            pools=tuple(self._pools),
            routes=dict(self._routes),
            watches=tuple(self._watches),
            calendars={c.name: c for c in self._calendars},
            busyness={f.name: f for f in self._busyness},
            gauges=tuple(self._gauges),
            switches=tuple(self._switches),
            family_marks=tuple(
                dict.fromkeys(
                    [m for clauses in self._routes.values() for c in clauses for m in c.tell]
                    + [m for w in self._watches for m in w.tell]
                    + [s.recall for s in self._steps if s.recall is not None]
                )
            ),
        )
        return check(network, self._problems, [c.name for c in self._calendars], [f.name for f in self._busyness])
