"""Switches: they look at their gauges at their ticks, and what follows when they turn (rule 8.2)."""

from __future__ import annotations

from collections.abc import Generator
from math import ceil, nan
from typing import Any

from sim.machine.instance import Change
from sim.machine.reference.agenda import CLOSING
from sim.machine.reference.duty import Duty
from sim.machine.reference.gauges import SwitchState


class Switches(Duty):
    """What turns on and off."""

    def ticks(self) -> Generator[Any, Any, None]:
        """Process: all ticks of an instant are one event, before the planned changes of that instant."""
        following = [self.first_tick(s) for s in self.switches]
        while True:
            t = min(k * s.switch.every for k, s in zip(following, self.switches, strict=True))
            if t > self.limit:
                return
            yield self.agenda.at(t, CLOSING, place=-1)
            self.now = t
            for i, s in enumerate(self.switches):
                if following[i] * s.switch.every == t:
                    following[i] += 1
                    if s.calendar is None or s.calendar.is_open(t):
                        self.look_at_gauge(s)

    def first_tick(self, s: SwitchState) -> int:
        """Smallest k with k * every not before the start."""
        every = s.switch.every
        k = ceil(self.start_time / every)
        while k * every < self.start_time:
            k += 1
        while (k - 1) * every >= self.start_time:
            k -= 1
        return k

    def look_at_gauge(self, s: SwitchState) -> None:
        """A tick."""
        if s.on:
            if s.rests(self.now):
                self.turn_off(s)
        elif s.pending is None and s.calls(self.now):
            if s.switch.delay > 0.0:
                s.pending = self.agenda.set(self.now + s.switch.delay, CLOSING, self.delay_is_over, s)
            else:
                self.turn_on(s)

    def delay_is_over(self, s: SwitchState) -> None:
        """A pending turning on (a dynamic event of kind 0, after the planned ones of its instant)."""
        self.now = self.agenda.now
        s.pending = None
        self.turn_on(s)

    def turn_on(self, s: SwitchState) -> None:
        """Duties begin as if planned (kind 1); then the pools of its edges are offered."""
        s.on = True
        s.since = self.now
        self.switch_rows.append([s.number, self.now, nan])
        begins = [
            Change(self.now, 1, "duty", x.server.pool.index, x.server.number, x.speed)
            for x in s.shifts
            if x.begin <= self.now < x.end and not x.server.on_duty
        ]
        if begins:
            self.openings(begins)
        pools = {e.pool.index: e.pool for e in s.edges}
        if pools:
            self.offer(*(pools[i] for i in sorted(pools)))

    def turn_off(self, s: SwitchState) -> None:
        """Duties end as if planned (kind 0), also those that are on a fixed break."""
        s.on = False
        next(row for row in reversed(self.switch_rows) if row[0] == s.number)[2] = self.now
        ends = [
            Change(self.now, 0, "duty", x.server.pool.index, x.server.number)
            for x in s.shifts
            if x.begin <= self.now < x.until and x.server.present
        ]
        if ends:
            self.closings(ends)
