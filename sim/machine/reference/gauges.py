"""Gauges and switches of a run: what can be read at any moment, and what that turns on and off (rules 8.1, 8.2)."""

from __future__ import annotations

from math import floor, inf
from typing import TYPE_CHECKING, NamedTuple

from sim.machine.calendar import Calendar
from sim.machine.gauges import Gauge, Switch
from sim.machine.reference.stations import DelayState, WorkState

if TYPE_CHECKING:
    from sim.machine.reference.agenda import Timer
    from sim.machine.reference.servers import CountedState, EdgeState, NamedState, ServerState


def tick_of(t: float, every: float) -> int:
    """Number k of the tick [k * every, (k + 1) * every) that holds `t`.

    Examples
    --------
    >>> tick_of(29.0, 30.0), tick_of(30.0, 30.0), tick_of(-0.5, 30.0)
    (0, 1, -1)
    """
    k = floor(t / every)
    while k * every > t:
        k -= 1
    while (k + 1) * every <= t:
        k += 1
    return k


class GaugeState:
    """One gauge; reading it changes nothing."""

    def __init__(
        self, gauge: Gauge, steps: list[WorkState | DelayState], pools: list[CountedState | NamedState]
    ) -> None:
        self.gauge = gauge
        self.steps = steps
        self.works = [s for s in steps if isinstance(s, WorkState)]
        self.pools = pools
        self.last = 0.0
        self.started: dict[int, list[int]] = {}
        """Per tick: how many first spells started, and how many of them in time."""

    def value(self, now: float) -> float:
        """What it shows at this moment."""
        kind = self.gauge.kind
        if kind == "waiting":
            return float(self.waiting())
        if kind == "inside":
            return float(sum(s.inside for s in self.steps))
        if kind == "free":
            return float(sum(p.free for p in self.pools))
        if kind == "on duty":
            return float(self.on_duty())
        if kind == "oldest":
            places = [line.jobs[0].place for s in self.works for line in s.all_lines() if line.jobs]
            return now - min(places) if places else 0.0
        if kind == "last wait":
            return self.last
        if kind == "predicted wait":
            slots = self.on_duty()
            return (self.waiting() + 1) * self.gauge.each / slots if slots else inf
        return self.in_time(now)

    def waiting(self) -> int:
        """Jobs in line at the steps."""
        return sum(s.waiting for s in self.works)

    def on_duty(self) -> int:
        """Slots of those who may start work."""
        return sum(p.slots_on_duty for p in self.pools)

    def in_time(self, now: float) -> float:
        """Share of those started in the last ticks that had not waited too long; 1 without any."""
        first = tick_of(now, self.gauge.every) - self.gauge.ticks + 1
        for tick in [k for k in self.started if k < first]:  # never read again
            del self.started[tick]
        started = sum(n for n, _ in self.started.values())
        return sum(m for _, m in self.started.values()) / started if started else 1.0

    def note(self, now: float, wait: float, ghost: bool) -> None:
        """A first spell has started at one of the steps."""
        self.last = wait
        if self.gauge.kind == "in time" and not ghost:
            count = self.started.setdefault(tick_of(now, self.gauge.every), [0, 0])
            count[0] += 1
            count[1] += wait <= self.gauge.within


class Shift(NamedTuple):
    """A stretch of duty that needs a switch; `until` is the end of the break after it, if the duty goes on then."""

    server: ServerState
    begin: float
    end: float
    until: float
    speed: float


class SwitchState:
    """One switch: off at the start."""

    def __init__(self, switch: Switch, number: int, gauge: GaugeState, calendar: Calendar | None) -> None:
        self.switch = switch
        self.number = number
        self.gauge = gauge
        self.calendar = calendar
        self.on = False
        self.since = 0.0
        self.pending: Timer | None = None
        self.shifts: list[Shift] = []
        self.edges: list[EdgeState] = []

    def calls(self, now: float) -> bool:
        """Whether its gauge says that it should turn on."""
        v, s = self.gauge.value(now), self.switch
        return v <= s.on if s.falling else v >= s.on

    def rests(self, now: float) -> bool:
        """Whether its gauge and the time it has been on say that it should turn off."""
        v, s = self.gauge.value(now), self.switch
        return (v >= s.off if s.falling else v <= s.off) and now >= self.since + s.least
