"""One random network: its steps, routes, watches and streams, from choices.

Built so that the checks accept nearly all: attributes are given to every stream, ways lead forward in a random order
of the steps, and back only with `again`. Congested on purpose.
"""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from sim.machine import (
    Anchor,
    Attribute,
    Clause,
    Condition,
    Constant,
    CountedPool,
    Edge,
    Law,
    NamedPool,
    NetworkBuilder,
    Predictor,
    Source,
    Spawn,
    Timeline,
    Uniform,
)
from tests.twins.choices import Choices
from tests.twins.desk import DeskPieces
from tests.twins.numbers import KIND, NEED, WORTH, Numbers
from tests.twins.people import People


class Sketch:
    """One network while it is made."""

    def __init__(self, choices: Choices, small: bool) -> None:
        self.c = c = choices
        self.n = Numbers(choices, small)
        chances = (1.0, 0.75, 0.6, 0.4, 0.2)
        self.steps = [f"s{i}" for i, chance in enumerate(chances) if c.on(f"s{i}", chance)]
        self.is_delay = {s: s != "s0" and c.on(s + ".delay", 0.3) for s in self.steps}
        self.flow = sorted(self.steps, key=lambda s: c.share("flow:" + s))
        self.refuge = self.flow[-1]
        if len(self.flow) > 2 and c.on("refuge in the middle", 0.3):
            self.refuge = self.flow[c.count("refuge", 1, len(self.flow) - 2)]
        self.zero = c.pick("zero step", *self.steps) if c.on("zero step", 0.12) else ""
        self.patchwork = c.on("patchwork", 0.015)  # more spells than can be numbered
        self.rounds = not self.patchwork and self.zero != "s0" and c.on("rounds", 0.015)  # more rounds than there are
        self.watches = [w for w in ("w0", "w1", "w2") if c.on(w, 0.35)]
        self.marks = ["m0", "m1", "m2"][: c.count("marks", 1, 3)] if c.on("marks", 0.75) else []
        if self.marks and c.on("eight marks", 0.03):
            self.marks = [f"m{i}" for i in range(8)]
        self.n.marks = self.marks
        self.desk = DeskPieces(self.n, self.steps, self.is_delay)

    def builder(self) -> NetworkBuilder:
        """All pieces, unchecked."""
        c, n = self.c, self.n
        days = None
        if c.on("days", 0.6):
            t, times = n.start - 30.0, []
            while t < n.end + n.follow + 30.0:
                times.append(t)
                t += c.pick(f"day{len(times)}", 20.0, 30.0, 45.0)
            days = Timeline(times, np.arange(len(times)) - 1.0)
        b = NetworkBuilder("twins", n.end, n.warm_up, n.follow, days)
        for name in ("c0", "c1", "c2"):
            if c.on(name, 0.5):
                n.timers.append(n.calendar(name))
                if n.timers[-1].paces is None:
                    n.calendars.append(n.timers[-1])
                b.calendar(n.timers[-1])
        self.pools = People(n, self.patchwork).add_to(b)
        for s in self.steps:
            self.delay(b, s) if self.is_delay[s] else self.work(b, s)
        for s in self.steps:
            self.routes(b, s)
        for w in self.watches:
            self.watch(b, w)
        self.desk.add_to(b, self.pools)
        self.streams(b)
        return b

    # -- steps (2.6, 2.7) ---------------------------------------------------------------------------------------------

    def delay(self, b: NetworkBuilder, s: str) -> None:
        """A step that passes time."""
        c, n = self.c, self.n
        more: dict[str, Any] = {}
        if n.timers and c.on(s + ".calendar", 0.25):
            more["calendar"] = n.hours(s + ".calendar", timer=True)
        if n.calendars and c.on(s + ".until_open", 0.25):
            more["until_open"] = n.hours(s + ".until_open")
        for label, chance in (("counts_as_wait", 0.4), ("recorded", 0.7)):
            if c.on(f"{s}.{label}", chance):
                more[label] = True
        length: Law = Constant(0.0) if s == self.zero else n.law(s + ".length", 1, 15, endless=0.12, zero=0.1)
        b.delay(s, length, **more, **self.desk.delay(s))

    def work(self, b: NetworkBuilder, s: str) -> None:
        """A step with any of the attributes of `Work`."""
        c, n = self.c, self.n
        more: dict[str, Any] = {}
        slots = max((p.slots for p in self.pools if isinstance(p, NamedPool)), default=1)
        units = c.pick(s + ".units", 2, 2, 3) if c.on(s + ".units", 0.5) else 1
        if s == "s0" and self.patchwork:
            units = 1
        if units > slots:
            units = slots
        if units > 1:
            more["units"] = units
        edges = self.edges(s, units)
        if s == "s0" and self.patchwork:
            edges = [Edge("p0")]
        counted = any(isinstance(p, CountedPool) for p in self.pools if p.name in {e.pool for e in edges})
        named = any(isinstance(p, NamedPool) for p in self.pools if p.name in {e.pool for e in edges})
        high = c.pick(s + ".long", 4, 8, 8, 15)
        more["size"] = Constant(0.0) if s == self.zero else n.law(s + ".size", 1, high, endless=0.015, zero=0.08)
        if s == "s0" and not n.more_attributes and c.on("odd size", 0.03):
            more["size"] = Attribute("odd")
            n.more_attributes.append("odd")
        if c.on(s + ".after_work", 0.4):
            more["after_work"] = n.law(s + ".after_work", 0, 6, endless=0.02)
        if c.on(s + ".patience", 0.6):
            none = c.on(s + ".no patience", 0.06)
            more["patience"] = Constant(0.0) if none else n.law(s + ".patience", 0, 15, endless=0.1, zero=0.15)
            if c.on(s + ".budget", 0.3):
                more["patience_budget"] = True
            if c.on(s + ".silent", 0.4):
                more["silent"] = c.pick(s + ".silent", 0.5, 1.0, 0.3)
                if c.on(s + ".ghost", 0.8):
                    more["ghost"] = n.law(s + ".ghost", 0, 8)
        if c.on(s + ".due", 0.5):
            more["due"] = n.law(s + ".due", 0, 20, endless=0.05)
            more["due_from"] = c.pick(s + ".due_from", "entry", "birth", "mark")
            if more["due_from"] == "mark":
                more["due_from"] = "mark" if self.marks else "entry"
            if more["due_from"] == "mark":
                more["due_mark"] = c.pick(s + ".due_mark", *self.marks)
        if c.on(s + ".score", 0.45):
            more["score"] = n.score(s + ".score")
        orders = ["entry", "kept", "kept"] + ["due", "due"] * ("due" in more) + ["score", "score"] * ("score" in more)
        if c.on(s + ".order", 0.6):
            more["order"] = c.pick(s + ".order", *orders)
        if c.on(s + ".head_start", 0.25):
            more["head_start"] = n.law(s + ".head_start", 0, 8)
        if c.on(s + ".priority", 0.35):
            more["priority"] = n.priority(s + ".priority")
        if n.calendars and c.on(s + ".opening", 0.4):
            more["opening"] = n.hours(s + ".opening")
            more["when_closed"] = c.pick(s + ".when_closed", "refuse", "wait", "wait")
            more["at_close"] = c.pick(s + ".at_close", "stay", "leave", "leave")
        if c.on(s + ".limit", 0.3):
            more["limit"] = c.pick(s + ".limit", 0, 1, 2, 4)
        if c.on(s + ".wait_for_room", 0.7 if units > 1 else 0.1):
            more["wait_for_room"] = True
            if isinstance(more.get("priority"), Uniform) and not c.on(s + ".every line", 0.3):
                del more["priority"]
        if c.on(s + ".end_of_duty", 0.6):
            rules = ["finish", "finish", "hand back", "hand back"] + ["pause", "pause"] * (not counted)
            more["end_of_duty"] = c.pick(s + ".end_of_duty", *rules)
        if c.on(s + ".returned", 0.75):
            more["returned"] = c.pick(s + ".returned", "remaining", "restart", "redraw", "redraw")
        if s == "s0" and self.patchwork:
            more |= {"size": Constant(5.0 * n.unit), "returned": "restart", "end_of_duty": "hand back"}
        if s == "s0" and self.rounds:
            more["size"] = Constant(0.25 * n.unit, atoms=((0.0, 0.97),))
        for label in ("after", "patience", "due"):
            if n.timers and c.on(f"{s}.{label}_calendar", 0.2):
                more[label + "_calendar"] = n.hours(f"{s}.{label}_calendar", timer=True)
        if c.on(s + ".counts_as_wait", 0.2):
            more["counts_as_wait"] = True
        desk = self.desk.work(s, more, named)
        b.work(s, edges, **more, **desk)

    def edges(self, s: str, units: int) -> list[Edge]:
        """Who may serve a step: often several pools, of equal or different ranks."""
        c, n = self.c, self.n
        out = []
        for p in self.pools:
            at = f"{s}.{p.name}"
            named = isinstance(p, NamedPool)
            if units > (p.slots if isinstance(p, NamedPool) else 1) or not c.on(at, self.n.served):
                continue
            more: dict[str, Any] = {}
            if c.on(at + ".rank", 0.45):
                more["rank"] = c.pick(at + ".rank", 2, 2, 3)
            if c.on(at + ".after", 0.3):
                more["after"] = n.minutes(at + ".after", 1, 8)
            if c.on(at + ".speed", 0.2):
                more["speed"] = c.pick(at + ".speed", 0.5, 2.0, 0.7)
            if c.on(at + ".reserve", 0.2):
                more["reserve"] = c.pick(at + ".reserve", 1, 1, 2)
            if named and c.on(at + ".most", 0.25):
                more["most"] = units + c.pick(at + ".most", 0, 0, 1)
            out.append(Edge(p.name, **more, **self.desk.edge(at)))
        return out

    # -- routes (2.9) -------------------------------------------------------------------------------------------------

    def routes(self, b: NetworkBuilder, s: str) -> None:
        """Clauses of every exit of a step."""
        c, n = self.c, self.n
        exits = [("done", 0.8)] + [("recalled", 0.6)] * (s in self.desk.recalled)
        if not self.is_delay[s]:
            exits += [("abandoned", 0.45), ("blocked", 0.35), ("closed", 0.6 if self.desk.on else 0.35)]
        for exit_, chance in exits:
            name = f"{s}.{exit_}"
            clauses: list[Clause] = []
            if (self.marks or n.family_marks) and s == self.steps[0] and exit_ == "done":  # so that every mark is known
                add = {m: c.pick(f"{name}.{m}", 0, 1) for m in self.marks}
                clauses.append(b.clause(name + ".marks", add=add, go_on=True, tell=self.desk.first_tell()))
            if c.on(name, chance):
                clauses += [self.clause(b, f"{name}{i}", s) for i in range(3) if c.on(f"{name}{i}", 0.65)]
            ahead = self.flow[self.flow.index(s) + 1 :]
            if s in self.desk.leads_on and exit_ == "done" and not self.rounds:
                more = [b.clause(name + ".comes back", to=s, again=True, probability=0.4)] * (s != self.zero)
                if ahead:
                    more.append(b.clause(name + ".leads on", to=c.pick(name + ".on", *ahead), probability=0.8))
                clauses[1:1] = more
            if clauses:
                b.route(s, exit_, *clauses)

    def clause(self, b: NetworkBuilder, name: str, s: str) -> Clause:
        """One clause with any of its attributes."""
        c, n = self.c, self.n
        more: dict[str, Any] = {}
        ahead = self.flow[self.flow.index(s) + 1 :]
        when = [n.condition(f"{name}.when{i}") for i in range(2) if c.on(f"{name}.when{i}", 0.22)]
        if c.on(name + ".probability", 0.45):
            more["probability"] = c.pick(name + ".probability", 0.5, 0.2, 0.7, 0.7, 0.0)
            if c.on(name + ".depends", 0.45):
                more["probability"] = n.chance(name + ".chance")
        add = {}
        if self.marks and c.on(name + ".add", 0.35):
            add[c.pick(name + ".mark", *self.marks)] = c.pick(name + ".by", 1, 1, 1, 2, 100, 255)
        if c.on(name + ".spawn", 0.14):
            more["spawn"] = self.spawns(name, ahead, when, add)
        if c.on(name + ".go on", 0.15):
            more["go_on"] = True
            if c.on(name + ".again", 0.2):
                more["again"] = True
        elif ahead and s != self.refuge and c.on(name + ".ahead", 0.7):
            more["to"] = c.pick(name + ".to", *ahead)
            if c.on(name + ".again", 0.1):
                more["again"] = True
        elif s != self.zero and c.on(name + ".back", 0.4):
            more["to"] = c.pick(name + ".to", *(x for x in self.flow if x not in ahead))
            more["again"] = True
            at_once = name.split(".")[1].startswith(("blocked", "closed"))
            if not isinstance(more.get("probability"), Predictor) or not when or at_once:
                more["probability"] = c.pick(name + ".way back", 0.3, 0.5)
        if self.rounds and name == "s0.done0":
            return b.clause(name, add=add, to=s, again=True, probability=0.9999)
        return b.clause(name, when=when, add=add, tell=self.desk.tell(name, 0.25), **more)

    def spawns(self, name: str, ahead: list[str], when: list[Condition], add: dict[str, int]) -> list[Spawn]:
        """New jobs: ahead, or anywhere if a mark that they inherit keeps their number down."""
        c = self.c
        out = []
        for i in range(2):
            at = f"{name}.spawn{i}"
            if i and not c.on(at, 0.3):
                continue
            places = ahead
            if self.marks and (not ahead or c.on(at + ".anywhere", 0.3)):
                mark = c.pick(at + ".mark", *self.marks)
                when.append(Condition(Source("mark", mark), "<=", 1.0))
                add[mark] = max(add.get(mark, 0), 1)
                places = self.steps
            if places:
                out.append(self.spawn(at, places))
        return out

    def spawn(self, at: str, places: list[str]) -> Spawn:
        """One or a few jobs, at once or later."""
        c, n = self.c, self.n
        more: dict[str, Any] = {}
        if c.on(at + ".count", 0.3):
            more["count"] = c.pick(at + ".count", 2, 2, 2, 3)
        if c.on(at + ".delay", 0.6):
            more["delay"] = n.law(at + ".delay", 0, 12, endless=0.15)
        return Spawn(c.pick(at + ".to", *places), **more)

    # -- watches (2.10) -----------------------------------------------------------------------------------------------

    def anchor(self, path: str) -> Anchor:
        """A moment of any kind."""
        c = self.c
        moments = ["entered", "entered", "started", "left"] + ["mark"] * bool(self.marks)
        moment = c.pick(path + ".moment", *moments)
        return Anchor(moment, c.pick(path + ".name", *(self.marks if moment == "mark" else self.steps)))  # type: ignore[arg-type]

    def watch(self, b: NetworkBuilder, w: str) -> None:
        """A clock with any of its attributes."""
        c, n = self.c, self.n
        more: dict[str, Any] = {}
        start = self.anchor(w)
        for label, chance in (("stop", 0.45), ("reset", 0.45)):
            if c.on(f"{w}.{label}", chance):
                more[label] = tuple(self.anchor(f"{w}.{label}{i}") for i in range(c.count(f"{w}.{label}", 1, 2)))
        if n.timers and c.on(w + ".calendar", 0.25):
            more["calendar"] = n.hours(w + ".calendar", timer=True)
        if self.marks and c.on(w + ".add", 0.5):
            marks = [m for m in self.marks if c.on(f"{w}.add {m}", 0.6)]
            more["add"] = {m: c.pick(f"{w}.by {m}", 1, 1, 0, 200) for m in marks}
        if c.on(w + ".spawn", 0.3):
            first = 0 if start.moment == "mark" else self.flow.index(start.name) + 1
            places = self.flow[first:] if start.moment != "mark" else self.flow[-1:]
            if places:
                number = 2 if c.on(f"{w}.more", 0.2) else 1
                more["spawn"] = [self.spawn(f"{w}.spawn{i}", places) for i in range(number)]
        if c.on(w + ".to", 0.4):
            more["to"] = self.refuge
        if c.on(w + ".times", 0.35):
            more["times"] = 2 if "spawn" in more else c.pick(w + ".times", 2, 3, 100)
        ends = not (more.get("add") or more.get("to") or "times" in more)
        length = n.law(w + ".length", int(not ends), 12, endless=0.05, zero=0.2 * ends, positive=not ends)
        if w == "w0" and not n.small and c.on("standstill", 0.012):
            length, more["times"] = Uniform(0.0, 0.0), 200_000
        b.watch(w, start, length, tell=self.desk.tell(w, 0.4), **more)

    # -- streams (2.5, 6.4, 6.5) --------------------------------------------------------------------------------------

    def streams(self, b: NetworkBuilder) -> None:
        """Up to three streams; every job has every attribute."""
        c, n = self.c, self.n
        names: list[str] = []
        for f in ("f0", "f1"):
            if c.on(f, 0.4):
                b.busyness(n.busyness(f))
                names.append(f)
        for i, chance in enumerate((1.0, 0.75, 0.4)):
            name = f"in{i}"
            if not c.on(name, chance):
                continue
            to = self.steps[0] if c.on(name + ".first", 0.3) else c.pick(name + ".to", *self.steps)
            more: dict[str, Any] = {}
            if c.on(name + ".end", 0.15):
                more["end"] = n.minutes(name + ".end", 0, 60)
            if not c.on(name + ".rate", 0.35):
                self.recorded(b, name, to, more)
                continue
            if c.on(name + ".batch", 0.35):
                more["batch"] = n.law(name + ".batch", 0, 3, of_job=False)
                if n.unit != 1.0:
                    more["batch"] = Constant(float(c.count(name + ".members", 0, 3)))
                if c.on(name + ".endless batch", 0.08):
                    more["batch"] = Constant(1.0, atoms=((inf, 0.2),))
            attributes = {a: self.attribute(f"{name}.{a}", a) for a in (*n.attributes, *n.more_attributes)}
            rate = n.rate(name + ".rate", (10 if n.small else 25) / n.end)
            if c.on(name + ".reference", 0.4):
                more["reference"] = n.rate(name + ".reference", 12 / n.end)
            b.stream(name, to, rate, busyness=c.some(name + ".busyness", names, 0.7), attributes=attributes, **more)

    def attribute(self, path: str, a: str) -> Law:
        """Law of an attribute that is drawn at birth."""
        n = self.n
        if a == KIND:
            return self.n.c.pick(
                path, Constant(1.0), Constant(3.0, atoms=((1.0, 0.3), (2.0, 0.4))), Constant(2.0, atoms=((1.0, 0.5),))
            )
        if a == WORTH and n.rough:
            return n.bare(path, 0, 4, False)
        return n.law(path, 0, 6, of_job=False)

    def recorded(self, b: NetworkBuilder, name: str, to: str, more: dict[str, Any]) -> None:
        """A log on the grid; many rows of equal time."""
        c, n = self.c, self.n
        gaps = c.pick(name + ".gaps", (0, 0, 1, 1, 2, 3), (0, 0, 0, 5), (1, 1, 1, 2), (0, 2, 4, 6), (0, 0, 0, 1))
        t, times = n.start + n.minutes(name + ".from", -2 if c.on(name + ".early", 0.2) else 0, 10), []
        for i in range(c.count(name + ".rows", 3, 10 if n.small else 45)):
            t += n.unit * c.pick(f"{name}.gap{i}", *gaps)
            if i < 3 or c.keeps(f"{name}.row{i}"):
                times.append(t)
                c.taken.append(f"{name}.row{i}")
        columns, attributes = {}, {}
        for a in (*n.attributes, *n.more_attributes):
            if a != "odd" and not c.on(f"{name}.{a}.column", 0.6):
                attributes[a] = self.attribute(f"{name}.{a}", a)
            elif a == "odd":
                columns[a] = [n.unit * c.pick(f"{name}.{a}{i}", 1, 2, 3, 4, 5, 6, 7, -1) for i in range(len(times))]
            elif a == KIND:
                columns[a] = [float(c.pick(f"{name}.{a}{i}", 1, 1, 2, 3)) for i in range(len(times))]
            elif a == NEED:
                columns[a] = [n.minutes(f"{name}.{a}{i}", 0, 6) for i in range(len(times))]
            else:
                columns[a] = [c.pick(f"{name}.{a}{i}", 0.0, 0.5, 1.0, 2.5) for i in range(len(times))]
        if c.on(name + ".first_row", 0.15):
            more["first_row"] = 7
        b.recorded(name, to, times, columns=columns, attributes=attributes, **more)
