"""Checks of steps, routes and watches (rules 2.6 to 2.10, 8.3 to 8.7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from math import inf
from typing import get_args

from sim.machine.checking import Checking
from sim.machine.laws import Constant
from sim.machine.pools import ENDS_OF_DUTY, CountedPool, NamedPool
from sim.machine.predictor import Predictor
from sim.machine.steps import Anchor, Clause, Delay, Edge, Owner, Release, Spawn, Watch, Work


class StepChecks(Checking):
    """What a job meets on its way."""

    def work(self, w: Work) -> None:
        """Rule 2.6 and what of section 8 belongs to a step."""
        where = f"work {w.name}"
        for label, law in (
            ("size", w.size),
            ("after_work", w.after_work),
            ("patience", w.patience),
            ("ghost", w.ghost),
            ("due", w.due),
            ("head_start", w.head_start),
            ("priority", w.priority),
        ):
            self.law(f"{where}.{label}", law)
        for label, law in (("size", w.size), ("after_work", w.after_work), ("ghost", w.ghost)):
            if isinstance(law, Constant) and law.value == inf:
                self.say(f"{where}.{label}: an endless piece of work never gives its server back")
        if w.score is not None:
            self.predictor(f"{where}.score", w.score)
        if w.order == "score" and w.score is None:
            self.say(f"{where}: order 'score' needs a score")
        if w.order == "due" and w.due is None:
            self.say(f"{where}: order 'due' needs a due time")
        if w.due_from == "mark" or w.due_mark is not None:
            if w.due_from != "mark" or w.due_mark is None:
                self.say(f"{where}: due_mark belongs to due_from 'mark'; give both or none")
            else:
                self.unknown(f"{where}.due_mark", "mark", w.due_mark, self.n.marks)
        if w.order not in ("entry", "kept", "due", "score"):
            self.say(f"{where}: order {w.order!r} is unknown; entry, kept, due or score is expected")
        self.share(f"{where}.silent", w.silent)
        if w.silent > 0.0 and w.patience is None:
            self.say(f"{where}: a silent share needs a patience")
        if w.patience_budget and w.patience is None:
            self.say(f"{where}: a patience budget needs a patience")
        self.door(f"{where}.opening", w.opening)
        for label in ("after_calendar", "patience_calendar", "due_calendar", "owner_calendar"):
            self.calendar(f"{where}.{label}", getattr(w, label))
        if w.limit is not None and not w.limit >= 0:
            self.say(f"{where}: limit {w.limit} must be at least 0")
        if not w.units >= 1 or w.units != int(w.units):
            self.say(f"{where}: units {w.units} must be a whole number of at least 1")
        self.one_of(where, "when_closed", w.when_closed, ("refuse", "wait"))
        self.one_of(where, "at_close", w.at_close, ("stay", "leave"))
        self.one_of(where, "returned", w.returned, ("remaining", "restart", "redraw"))
        self.one_of(where, "due_from", w.due_from, ("entry", "birth", "mark"))
        self.one_of(where, "end_of_duty", w.end_of_duty, (None, *ENDS_OF_DUTY))
        if not w.edges:
            self.warnings.append(f"{where}: nobody serves it; its line only fills")
        for name, count in Counter(e.pool for e in w.edges).items():
            if count > 1:
                self.say(f"{where}: pool {name!r} stands on {count} edges; one is expected")
        for e in w.edges:
            self.edge(w, e)
        self.owner(w)
        self.displacement(w)
        self.slots_kept(w)
        self.shared_limit(w)
        self.recall(where, w.recall)

    def edge(self, w: Work, e: Edge) -> None:
        """Who may serve a step."""
        at = f"work {w.name}, edge to {e.pool}"
        if e.switch is not None:
            self.unknown(at, "switch", e.switch, [s.name for s in self.n.switches])
        if self.unknown(at, "pool", e.pool, self.pool_names):
            return
        pool = self.n.pool(e.pool)
        if not e.after >= 0.0 or e.after == inf:
            self.say(f"{at}: after {e.after} must be at least 0 and finite")
        if not 0.0 < e.speed < inf:
            self.say(f"{at}: speed {e.speed} must be positive and finite")
        if not e.reserve >= 0:
            self.say(f"{at}: reserve {e.reserve} must be at least 0")
        if isinstance(pool, CountedPool):
            if w.units != 1:
                self.say(f"{at}: servers of a counted pool have one slot, the work needs {w.units}")
            if e.most is not None:
                self.say(f"{at}: 'most' is for named pools; servers of a counted pool have one slot")
            if w.end_of_duty == "pause":
                self.say(f"{at}: 'pause' is for named pools; people of a counted pool have no identity")
        else:
            if w.units > pool.slots:
                self.say(f"{at}: the work needs {w.units} slots, its servers have {pool.slots}")
            if e.most is not None and not w.units <= e.most:
                self.say(f"{at}: most {e.most} leaves no room for {w.units} units")

    def owner(self, w: Work) -> None:
        """Rule 8.3."""
        where = f"work {w.name}"
        self.one_of(where, "owner", w.owner, get_args(Owner))
        served = [self.n.pool(e.pool) for e in w.edges if e.pool in self.pool_names]
        if w.owner != "any" and served and not any(isinstance(p, NamedPool) for p in served):
            self.say(f"{where}: owner {w.owner!r} needs a named pool; people of a counted pool have no identity")
        if not w.owner_wait >= 0.0:
            self.say(f"{where}: owner_wait {w.owner_wait} must be at least 0")
        elif w.owner == "prefer":
            if w.owner_wait == 0.0:
                self.warnings.append(
                    f"{where}: owner 'prefer' without owner_wait: an owner who is busy is never waited for"
                )
        elif w.owner_wait > 0.0:
            self.say(f"{where}: owner_wait {w.owner_wait:g} belongs to owner 'prefer'; the owner here is {w.owner!r}")
        if w.owner_calendar is not None and w.owner != "prefer":
            self.say(f"{where}: owner_calendar belongs to owner 'prefer'; the owner here is {w.owner!r}")

    def displacement(self, w: Work) -> None:
        """Rule 8.4."""
        where = f"work {w.name}"
        if not (0 <= w.grade < inf and w.grade == int(w.grade)):
            self.say(f"{where}: grade {w.grade} must be a whole number of at least 0")
            return
        pools = {e.pool for e in w.edges}
        beside = [o for o in self.n.works if o is not w and not pools.isdisjoint(e.pool for e in o.edges)]
        if w.grade > 0 and not any(o.yields and o.grade < w.grade for o in beside):
            self.warnings.append(f"{where}: grade {w.grade}, but no step of lower grade yields in a pool of its own")
        if w.yields and not any(o.grade > w.grade for o in beside):
            self.warnings.append(f"{where}: it yields, but no step of higher grade is served by a pool of its own")

    def slots_kept(self, w: Work) -> None:
        """Rule 8.5."""
        where = f"work {w.name}"
        if w.keep and w.after_work is not None:
            self.say(f"{where}: a step that keeps its slot has no after_work; put the after-work into its size")
        self.release(where, w.release, get_args(Release))

    def release(self, where: str, release: str | None, known: Iterable[str]) -> None:
        """When a kept slot is released."""
        self.one_of(where, "release", release, (None, *known))
        if release is not None and not any(w.keep for w in self.n.works):
            self.warnings.append(f"{where}: release {release!r}, but no step keeps a slot")

    def shared_limit(self, w: Work) -> None:
        """Rule 8.6."""
        where = f"work {w.name}.shared_limit"
        if w.shared_limit is None:
            return
        if not isinstance(w.shared_limit, tuple) or len(w.shared_limit) != 2:
            self.say(f"{where}: {w.shared_limit!r} is no pair; the name of a gauge and a number are expected")
            return
        name, limit = w.shared_limit
        if not limit >= 0:
            self.say(f"{where}: limit {limit} must be at least 0")
        if not self.unknown(where, "gauge", name, [g.name for g in self.n.gauges]):
            kind = next(g.kind for g in self.n.gauges if g.name == name)
            if kind not in ("inside", "waiting"):
                self.say(f"{where}: gauge {name!r} is of kind {kind!r}; inside or waiting is expected")

    def recall(self, where: str, mark: str | None) -> None:
        """Rule 8.7: a mark that nothing tells calls nobody away."""
        if mark is None:
            return
        told = {m for c in self.clauses() for m in c.tell} | {m for w in self.n.watches for m in w.tell}
        if mark not in told:
            self.warnings.append(f"{where}: nothing tells the family mark {mark!r}, so it never recalls anybody")

    def delay(self, d: Delay) -> None:
        """Rule 2.7."""
        where = f"delay {d.name}"
        self.law(where, d.length)
        self.calendar(where, d.calendar)
        self.door(where, d.until_open)
        self.release(where, d.release, ("entered", "done"))
        self.recall(where, d.recall)

    def clauses(self) -> Iterator[Clause]:
        """Of all routes."""
        for clauses in self.n.routes.values():
            yield from clauses

    def spawns(self, where: str, spawns: Iterable[Spawn]) -> None:
        """Jobs that are created."""
        total = 0
        for s in spawns:
            self.unknown(f"{where}, spawn", "step", s.to, self.step_names)
            self.law(f"{where}, spawn delay", s.delay)
            if not s.count >= 1:
                self.say(f"{where}: spawn count {s.count} must be at least 1")
            total += s.count
        if total > 255:
            self.say(f"{where}: {total} jobs spawned at once; at most 255 are possible")

    def clause(self, where: str, c: Clause) -> None:
        """Rule 2.9."""
        if isinstance(c.probability, Predictor):
            self.predictor(f"{where}.probability", c.probability)
        else:
            self.share(where, c.probability)
        for condition in c.when:
            self.condition(where, condition)
        self.raises(where, "mark", c.add)
        self.raises(where, "family mark", c.tell)
        self.spawns(where, c.spawn)
        if c.to is not None:
            self.unknown(where, "step", c.to, self.step_names)
            if c.go_on:
                self.say(f"{where}: a clause goes to a step or goes on, not both")

    def raises(self, where: str, kind: str, add: Mapping[str, int]) -> None:
        """Marks that are added to."""
        for m, k in add.items():
            if not 0 <= k <= 255:
                self.say(f"{where}: {kind} {m!r} is raised by {k}; 0 to 255 is possible")

    def anchor(self, where: str, a: Anchor) -> None:
        """A moment for which a watch waits."""
        if a.moment not in ("entered", "started", "left", "mark"):
            self.say(f"{where}: anchor {a.moment!r} is unknown; entered, started, left or mark is expected")
        elif a.moment == "mark":
            self.unknown(where, "mark", a.name, self.n.marks)
        else:
            self.unknown(where, "step", a.name, self.step_names)

    def watch(self, w: Watch) -> None:
        """Rule 2.10."""
        where = f"watch {w.name}"
        for a in (w.start, *w.stop, *w.reset):
            self.anchor(where, a)
        self.law(f"{where}.length", w.length)
        self.calendar(where, w.calendar)
        self.raises(where, "mark", w.add)
        self.raises(where, "family mark", w.tell)
        self.spawns(where, w.spawn)
        if w.to is not None:
            self.unknown(where, "step", w.to, self.step_names)
        if not w.times >= 1:
            self.say(f"{where}: times {w.times} must be at least 1")
        if w.times > 1 and isinstance(w.length, Constant) and w.length.value == 0.0:
            self.say(f"{where}: a clock of length 0 that repeats never lets time pass")
