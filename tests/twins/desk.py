"""The service desk of a random network: gauges, switches, owners, grades, kept slots, recalls (section 8)."""

from __future__ import annotations

from typing import Any

from sim.machine import CountedPool, NamedPool, NetworkBuilder
from sim.machine.gauges import GAUGE_KINDS
from tests.twins.numbers import Numbers

LESSONS = (
    ((0, 0.5), (1, 1.0), (3, 2.0)),
    ((0, 0.75), (2, 1.5)),
    ((0, 1.0), (4, 0.5)),
)
"""What a server has learned after so many jobs."""


class DeskPieces:
    """Makes what only the service desk has, for one network.

    Parameters
    ----------
    numbers : Numbers
        Its numbers.
    steps : list of str
        Names of the steps.
    is_delay : dict
        Which of them are delays.
    """

    def __init__(self, numbers: Numbers, steps: list[str], is_delay: dict[str, bool]) -> None:
        self.n, self.c, self.steps, self.is_delay = numbers, numbers.c, steps, is_delay
        self.works = [s for s in steps if not is_delay[s]]
        c, n = self.c, self.n
        self.on = c.on("desk", 0.7)
        if self.on:
            n.served, n.whole = 0.7, 0.4
        n.gauges = [g for g in ("g0", "g1", "g2", "g3") if self.on and c.on(g, 0.5)]
        n.switches = [s for s in ("sw0", "sw1", "sw2") if n.gauges and c.on(s, 0.5)]
        n.family_marks = [m for m in ("f0", "f1") if self.on and c.on(m, 0.5)]
        self.kinds = {g: c.pick(g + ".kind", *GAUGE_KINDS, "waiting", "inside") for g in n.gauges}
        self.orders: dict[str, str] = {}
        self.recalled: list[str] = []
        self.leads_on: list[str] = []
        """Steps after which there is more to do for the same people."""

    def delay(self, s: str) -> dict[str, Any]:
        """Attributes of a delay."""
        c, more = self.c, {}
        if self.n.family_marks and c.on(s + ".recall", 0.5):
            more["recall"] = c.pick(s + ".recall", *self.n.family_marks)
            self.recalled.append(s)
        if self.on and c.on(s + ".release", 0.25):
            more["release"] = c.pick(s + ".release", "entered", "done")
        return more

    def work(self, s: str, work: dict[str, Any], named: bool) -> dict[str, Any]:
        """Attributes of a step at which others have been decided already; `named`: some of its servers have names."""
        c, n = self.c, self.n
        self.orders[s] = work.get("order", "entry")
        more: dict[str, Any] = {}
        if not self.on:
            return more
        if n.family_marks and c.on(s + ".recall", 0.6):
            more["recall"] = c.pick(s + ".recall", *n.family_marks)
            self.recalled.append(s)
        if c.on(s + ".release", 0.45):
            more["release"] = c.pick(s + ".release", "entered", "started", "done")
        if named and c.on(s + ".owner", 0.75):
            more["owner"] = c.pick(s + ".owner", "note", "prefer", "prefer", "prefer", "only")
            if more["owner"] == "prefer" and c.on(s + ".owner_wait", 0.85):
                more["owner_wait"] = n.minutes(s + ".owner_wait", 1, 12)
                if n.timers and c.on(s + ".owner_calendar", 0.25):
                    more["owner_calendar"] = n.hours(s + ".owner_calendar", timer=True)
        if c.on(s + ".grade", 0.4):
            more["grade"] = c.pick(s + ".grade", 1, 1, 2)
        if c.on(s + ".yields", 0.4 if "grade" in more else 0.8):
            more["yields"] = True
        if "after_work" not in work and c.on(s + ".keep", 0.5):
            more["keep"] = True
            if c.on(s + ".keep on", 0.5):  # beyond the duty, and in breaks
                work["end_of_duty"] = "finish"
        if ("keep" in more or "owner" in more) and c.on(s + ".leads on", 0.85):
            self.leads_on.append(s)
        limits = [g for g in n.gauges if self.kinds[g] in ("waiting", "inside")]
        if limits and c.on(s + ".shared_limit", 0.4):
            more["shared_limit"] = (c.pick(s + ".gauge", *limits), float(c.pick(s + ".level", 0, 1, 2, 3, 5)))
        return more

    def edge(self, at: str) -> dict[str, Any]:
        """Attributes of an edge."""
        if self.n.switches and self.c.on(at + ".switch", 0.25):
            return {"switch": self.c.pick(at + ".switch", *self.n.switches)}
        return {}

    def tell(self, name: str, chance: float) -> dict[str, int]:
        """Marks of the family that a clause or a watch raises."""
        c = self.c
        return {
            m: c.pick(f"{name}.tells {m}", 1, 1, 1, 0, 200)
            for m in self.n.family_marks
            if c.on(f"{name}.tell {m}", chance)
        }

    def first_tell(self) -> dict[str, int]:
        """So that every mark is known."""
        return {m: self.c.pick(f"first tell {m}", 0, 1) for m in self.n.family_marks}

    def add_to(self, b: NetworkBuilder, pools: list[CountedPool | NamedPool]) -> None:
        """Gauges and switches."""
        for g in self.n.gauges:
            self.gauge(b, g, [p.name for p in pools])
        for s in self.n.switches:
            self.switch(b, s)

    def gauge(self, b: NetworkBuilder, g: str, pools: list[str]) -> None:
        """One gauge of any kind."""
        c, n, kind = self.c, self.n, self.kinds[g]
        steps = self.steps if kind == "inside" else self.works
        if kind == "oldest":
            steps = [s for s in steps if self.orders[s] in ("entry", "kept")]
        more: dict[str, Any] = {}
        if kind not in ("free", "on duty"):
            more["steps"] = [s for s in steps if c.on(f"{g}.{s}", 0.6)] or steps[:1]
        if kind in ("free", "on duty", "predicted wait"):
            more["pools"] = [p for p in pools if c.on(f"{g}.{p}", 0.6)] or pools[:1]
        if kind == "predicted wait":
            more["each"] = n.minutes(g + ".each", 1, 4)
        if kind == "in time":
            more |= {"within": n.minutes(g + ".within", 0, 4), "every": n.minutes(g + ".every", 1, 10)}
            more["ticks"] = c.count(g + ".ticks", 1, 3)
        if not more.get("steps", True) or not more.get("pools", True):  # nothing to look at: of another kind
            kind, more = "inside", {"steps": self.steps[:1]}
        more = {k: tuple(v) if isinstance(v, list) else v for k, v in more.items()}
        b.gauge(g, kind, **more)

    def switch(self, b: NetworkBuilder, s: str) -> None:
        """One switch with any of its attributes."""
        c, n = self.c, self.n
        gauge = c.pick(s + ".gauge", *n.gauges)
        more: dict[str, Any] = {"every": n.unit * c.pick(s + ".every", 1, 1, 2, 3, 7)}
        share = self.kinds[gauge] == "in time"
        low, high = (
            (0.5, 0.9) if share else (float(c.pick(s + ".low", 0, 0, 1, 2)), float(c.pick(s + ".high", 1, 2, 3, 4)))
        )
        if self.kinds[gauge] in ("oldest", "last wait", "predicted wait"):
            low, high = low * n.unit, high * n.unit
        low, high = min(low, high), max(low, high)
        if low == high:
            high += 1.0
        falling = c.on(s + ".falling", 0.6 if share or self.kinds[gauge] in ("free", "on duty") else 0.15)
        if falling:
            more["falling"] = True
            low, high = high, low
        if c.on(s + ".delay", 0.35):
            more["delay"] = n.minutes(s + ".delay", 1, 6)
        if c.on(s + ".least", 0.35):
            more["least"] = n.minutes(s + ".least", 1, 8)
        if n.calendars and c.on(s + ".calendar", 0.2):
            more["calendar"] = n.hours(s + ".calendar")
        b.switch(s, gauge, high, low, **more)
