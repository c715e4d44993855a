"""Who serves in a random network: head-counts, and servers with duties and breaks on the same grid as the jobs."""

from __future__ import annotations

from typing import Any

from sim.machine import Break, CountedPool, Duty, NamedPool, NetworkBuilder, Server, Timeline
from sim.machine.pools import ENDS_OF_DUTY, JOB_CHOICES, SERVER_CHOICES
from tests.twins.desk import LESSONS
from tests.twins.numbers import Numbers

CURVES = {
    1: (0.5, 1.5),
    2: (1.0, 0.5),
    3: (1.0, 0.85, 0.7),
    4: (1.0, 1.0, 0.5, 0.25),
    5: (1.0, 0.9, 0.8, 0.7, 0.6),
    6: (2.0, 1.0, 1.0, 0.5, 0.5, 0.3),
}
"""Speed of each job by open units, per number of slots."""


class People:
    """Makes the pools of one network.

    Parameters
    ----------
    numbers : Numbers
        Its numbers.
    patchwork : bool
        Whether the first pool comes and goes more often than the spells of a visit can be numbered.
    """

    def __init__(self, numbers: Numbers, patchwork: bool) -> None:
        self.n, self.c, self.patchwork = numbers, numbers.c, patchwork

    def add_to(self, b: NetworkBuilder) -> list[CountedPool | NamedPool]:
        """Up to four pools."""
        out: list[CountedPool | NamedPool] = []
        for name, chance in (("p0", 0.99), ("p1", 0.65), ("p2", 0.35), ("p3", 0.15)):
            if not self.c.on(name, chance):
                continue
            if self.c.on(name + ".named", 0.65) and not (self.patchwork and name == "p0"):
                servers, more = self.named(name)
                b.named(name, servers, **more)
                out.append(NamedPool(name, tuple(servers), **more))
            else:
                line, more = self.counted(name)
                b.counted(name, line, **more)
                out.append(CountedPool(name, line, **more))
        return out

    def counted(self, name: str) -> tuple[Timeline, dict[str, Any]]:
        """A head-count that rises, falls, reaches 0, and may have fractions."""
        c, n = self.c, self.n
        levels = (0, 1, 1, 2, 2, 3, 4)
        times: list[float] = [c.pick(name + ".from", -1e9, -1e9, 0.0, n.start)]
        values = [float(c.pick(name + ".n", 1, 1, 2, 3))]
        if c.on(name + ".changes", 0.75):
            at = n.start if times[0] < n.start else times[0]
            for i in range(c.count(name + ".stretches", 1, 8)):
                at += n.minutes(f"{name}.{i}.length", 2, 20)
                times.append(at)
                values.append(float(c.pick(f"{name}.{i}.n", *levels)))
        if c.on(name + ".fractions", 0.3):
            values = [v + c.pick(f"{name}.{i}.part", 0.0, 0.5, 0.3) for i, v in enumerate(values)]
        if self.patchwork and name == "p0":
            times = [-1e9, *(n.unit * 0.25 * i for i in range(1, 1200))]
            values = [float(1 - i % 2) for i in range(1200)]
        more: dict[str, Any] = {}
        if c.on(name + ".hand back", 0.6):
            more["end_of_duty"] = "hand back"
        if c.on(name + ".job_choice", 0.7):
            more["job_choice"] = c.pick(name + ".job_choice", *JOB_CHOICES)
        return Timeline(times, values), more

    def named(self, name: str) -> tuple[list[Server], dict[str, Any]]:
        """One to four servers with slots."""
        c = self.c
        more: dict[str, Any] = {}
        if c.on(name + ".slots", 0.65):
            more["slots"] = c.pick(name + ".slots", 2, 2, 3, 3, 3, 4, 5, 6, 1)
        if c.on(name + ".curve", 0.5):
            more["curve"] = CURVES[more.get("slots", 1)][: more.get("slots", 1)]
        if c.on(name + ".server_choice", 0.8):
            more["server_choice"] = c.pick(name + ".server_choice", *SERVER_CHOICES)
        if c.on(name + ".job_choice", 0.7):
            more["job_choice"] = c.pick(name + ".job_choice", *JOB_CHOICES)
        if c.on(name + ".end_of_duty", 0.8):
            more["end_of_duty"] = c.pick(name + ".end_of_duty", *ENDS_OF_DUTY)
        if c.on(name + ".learning", 0.2):
            more["learning"] = c.pick(name + ".learning", *LESSONS)
        size = c.pick(name + ".size", 1, 1, 2, 2, 3, 4) if more.get("slots", 1) < 4 else 1
        places = [i for i in range(size) if i == 0 or c.on(f"{name}.server{i}", 0.99)]
        return [self.server(f"{name}.server{i}") for i in places], more

    def server(self, path: str) -> Server:
        """A server whose duties touch or leave gaps, with breaks of both kinds."""
        c, n = self.c, self.n
        long = Duty(n.start - 10.0 * n.unit, n.end + n.follow + 10.0 * n.unit)
        duties = self.duties(path) if c.on(path + ".shifts", 0.75) else (long,)
        speed = c.pick(path + ".speed", 2.0, 0.5, 1.3) if c.on(path + ".speed", 0.2) else 1.0
        breaks = self.breaks(path, duties) if c.on(path + ".breaks", 0.5) else ()
        done = c.count(path + ".done", 1, 3) if c.on(path + ".done", 0.2) else 0
        return Server(path.split(".")[-1], duties, breaks, speed, done)

    def duties(self, path: str) -> tuple[Duty, ...]:
        """Stretches one after another, the last of them usually long."""
        c, n = self.c, self.n
        at, out = n.start + n.minutes(path + ".first", -3, 8), []
        for i in range(c.count(path + ".duties", 1, 5)):
            p = f"{path}.duty{i}"
            end = at + n.minutes(p + ".length", 2, 25)
            out.append(self.duty(p, at, end))
            at = end + n.unit * c.pick(p + ".gap", 0, 0, 1, 1, 2, 5, 12)
        if c.on(path + ".to the end", 0.7):
            out.append(self.duty(path + ".last", at, max(at, n.end + n.follow) + 5.0 * n.unit))
        return tuple(out)

    def duty(self, path: str, begin: float, end: float) -> Duty:
        """One stretch."""
        c = self.c
        more: dict[str, Any] = {}
        if c.on(path + ".speed", 0.25):
            more["speed"] = c.pick(path + ".speed", 2.0, 0.5, 0.75)
        if c.on(path + ".presence", 0.12):
            more["presence"] = c.pick(path + ".presence", 0.6, 0.3, 0.0)
            if c.on(path + ".day", 0.3):
                more["day"] = c.count(path + ".day", 0, 2)
        if self.n.switches and c.on(path + ".switch", 0.35):
            more["switch"] = c.pick(path + ".switch", *self.n.switches)
        return Duty(begin, end, **more)

    def breaks(self, path: str, duties: tuple[Duty, ...]) -> tuple[Break, ...]:
        """Breaks anywhere: at the begin of a duty, across its end, one right after another."""
        c, n = self.c, self.n
        found: list[Break] = []
        at = max(duties[0].begin, n.start)
        for i in range(c.count(path + ".breaks", 1, 5)):
            p = f"{path}.break{i}"
            d = c.pick(p + ".duty", *duties)
            length = n.minutes(p + ".length", 1, 6)
            match c.pick(p + ".where", "then", "then", "then", "then", "begin", "end", "across"):
                case "begin":
                    begin = d.begin
                case "end":
                    begin = d.end - length
                case "across":
                    begin = d.end - n.unit
                case _:
                    begin = at + n.unit * c.pick(p + ".gap", 0, 0, 1, 3, 8)
            kind = "whole" if c.on(p + ".whole", self.n.whole) else "fixed"
            found.append(Break(begin, length, kind))  # type: ignore[arg-type]
            at = max(at, begin + length)
        out: list[Break] = []
        for b in sorted(found, key=lambda b: b.begin):
            if not out or b.begin >= out[-1].begin + out[-1].length:
                out.append(b)
        return tuple(out)
