"""Checks of gauges and switches (rules 8.1 and 8.2)."""

from __future__ import annotations

from collections import Counter
from math import inf

from sim.machine.checking import Checking
from sim.machine.gauges import GAUGE_KINDS, Gauge, Switch
from sim.machine.steps import Work

MOST_TICKS = 1_000_000

OF_STEPS = ("waiting", "inside", "oldest", "last wait", "predicted wait", "in time")
OF_POOLS = ("free", "on duty", "predicted wait")
"""Kinds of gauges that look at steps, and at pools."""


class GaugeChecks(Checking):
    """What is observed, and what that turns on and off."""

    def gauge(self, g: Gauge) -> None:
        """Rule 8.1."""
        where = f"gauge {g.name}"
        if g.kind not in GAUGE_KINDS:
            self.say(f"{where}: kind {g.kind!r} is unknown; one of {', '.join(GAUGE_KINDS)} is expected")
            return
        for what, names, known, kinds in (
            ("step", g.steps, self.step_names, OF_STEPS),
            ("pool", g.pools, self.pool_names, OF_POOLS),
        ):
            if g.kind in kinds and not names:
                self.say(f"{where}: kind {g.kind!r} looks at {what}s; at least one is expected")
            if g.kind not in kinds and names:
                self.say(f"{where}: kind {g.kind!r} does not look at {what}s; {', '.join(names)} was given")
            for name, count in Counter(names).items():
                if not self.unknown(where, what, name, known) and count > 1:
                    self.say(f"{where}: {what} {name!r} is given {count} times; once is expected")
        for name in g.steps:
            if name not in self.step_names:
                continue
            step = self.n.step(name)
            if not isinstance(step, Work):
                if g.kind != "inside":
                    self.say(f"{where}: {name!r} is a delay; nobody waits in line there")
            elif g.kind == "oldest" and step.order in ("due", "score"):
                self.say(f"{where}: the line of {name!r} stands by {step.order}; entry or kept is expected")
        if g.kind == "predicted wait" and not 0.0 < g.each < inf:
            self.say(f"{where}: each {g.each} must be positive and finite")
        if g.kind == "in time":
            if not g.within >= 0.0:
                self.say(f"{where}: within {g.within} must be at least 0")
            if not 0.0 < g.every < inf:
                self.say(f"{where}: every {g.every} must be positive and finite")
            if not (1 <= g.ticks <= MOST_TICKS and g.ticks == int(g.ticks)):
                self.say(f"{where}: ticks {g.ticks} must be a whole number from 1 to {MOST_TICKS:,}")

    def switch(self, s: Switch) -> None:
        """Rule 8.2."""
        where = f"switch {s.name}"
        self.unknown(where, "gauge", s.gauge, [g.name for g in self.n.gauges])
        for label, level in (("on", s.on), ("off", s.off)):
            if not -inf < level < inf:
                self.say(f"{where}: {label} {level} must be a finite number")
        if s.falling and not s.on < s.off:
            self.say(f"{where}: a falling switch turns on below where it turns off; on {s.on:g}, off {s.off:g} given")
        if not s.falling and not s.on > s.off:
            self.say(f"{where}: a switch turns on above where it turns off; on {s.on:g}, off {s.off:g} given")
        if not 0.0 < s.every < inf:
            self.say(f"{where}: every {s.every} must be positive and finite")
        else:
            ticks = (self.n.limit + self.n.warm_up) / s.every
            if not ticks <= MOST_TICKS:
                self.say(f"{where}: every {s.every:g} makes {ticks:,.0f} ticks in the run; {MOST_TICKS:,} are possible")
        for label, length in (("delay", s.delay), ("least", s.least)):
            if not 0.0 <= length < inf:
                self.say(f"{where}: {label} {length} must be at least 0 and finite")
        self.door(f"{where}.calendar", s.calendar)
