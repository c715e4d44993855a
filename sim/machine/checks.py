"""Structural checks of a network: everything that is wrong, at once (rules 2.x, 3.5, 6.2)."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import inf, isnan

import numpy as np

from sim.machine.flow import Flow
from sim.machine.laws import Constant, Law
from sim.machine.luck import name_hash
from sim.machine.network import Network
from sim.machine.pools import ENDS_OF_DUTY, JOB_CHOICES, SERVER_CHOICES, CountedPool, NamedPool
from sim.machine.predictor import SOURCES, Predictor, Source
from sim.machine.steps import Anchor, Clause, Delay, Exit, Spawn, Work
from sim.machine.streams import RecordedStream, Stream

MOST_ATTRIBUTES = MOST_MARKS = 8
MOST_STRATA = 1000


class NetworkProblems(ValueError):
    """A network that cannot be run, with every reason.

    Attributes
    ----------
    problems : tuple of str
        One sentence each: the piece, what was given, what is expected.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


def check(
    network: Network,
    earlier: Sequence[str] = (),
    calendar_names: Sequence[str] = (),
    busyness_names: Sequence[str] = (),
) -> Network:
    """Return the network with its warnings, or say everything that is wrong with it.

    Raises
    ------
    NetworkProblems
        Holding every problem found.
    """
    checker = _Checker(network)
    problems = [*earlier, *checker.run(calendar_names, busyness_names)]
    if problems:
        raise NetworkProblems(problems)
    return replace(network, warnings=tuple(checker.warnings))


class _Checker:
    def __init__(self, network: Network) -> None:
        self.n = network
        self.problems: list[str] = []
        self.warnings: list[str] = []
        self.step_names = [s.name for s in network.steps]
        self.pool_names = [p.name for p in network.pools]

    def say(self, text: str) -> None:
        self.problems.append(text)

    def unknown(self, where: str, what: str, name: str, known: Iterable[str]) -> bool:
        """Report a name that does not exist, with the nearest one that does."""
        names = list(known)
        if name in names:
            return False
        near = difflib.get_close_matches(name, names, 1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(names) or 'none'}"
        self.say(f"{where}: unknown {what} {name!r}{hint}")
        return True

    def law(self, where: str, law: Law | None) -> None:
        if law is None:
            return
        for p in law.problems():
            self.say(f"{where}: {p}")
        if law.scale is not None:
            self.predictor(f"{where}.scale", law.scale)
        of_scale = law.scale.attributes() if law.scale is not None else set()
        for a in sorted(law.attributes() - of_scale):
            self.unknown(where, "attribute", a, self.n.attributes)

    def predictor(self, where: str, predictor: Predictor) -> None:
        for p in predictor.problems():
            self.say(f"{where}: {p}")
        for t in predictor.terms:
            self.source(where, t.source)

    def source(self, where: str, source: Source) -> None:
        if source.kind not in SOURCES:
            self.say(f"{where}: unknown source {source.kind!r}; one of {', '.join(SOURCES)} is expected")
        elif source.kind == "attribute":
            self.unknown(where, "attribute", source.name, self.n.attributes)
        elif source.kind == "mark":
            self.unknown(where, "mark", source.name, self.n.marks)
        elif source.kind == "time" and source.table is None:
            self.say(f"{where}: a source of kind 'time' needs its table")

    def share(self, where: str, p: float) -> None:
        if not 0.0 <= p <= 1.0:
            self.say(f"{where}: probability {p:g} must lie in [0, 1]")

    def calendar(self, where: str, name: str | None) -> None:
        if name is not None:
            self.unknown(where, "calendar", name, self.n.calendars)

    def run(self, calendar_names: Sequence[str], busyness_names: Sequence[str]) -> list[str]:
        n = self.n
        self.period()
        for kind, names in (
            ("stream", [s.name for s in n.streams]),
            ("step", self.step_names),
            ("pool", self.pool_names),
            ("watch", [w.name for w in n.watches]),
            ("clause", [c.name for c in self.clauses()]),
            ("calendar", list(calendar_names)),
            ("busyness factor", list(busyness_names)),
        ):
            for name, count in Counter(names).items():
                if count > 1:
                    self.say(f"{kind} {name!r} is given {count} times; names must be unique")
        if len(n.attributes) > MOST_ATTRIBUTES:
            self.say(f"{len(n.attributes)} job attributes; at most {MOST_ATTRIBUTES} are possible")
        if len(n.marks) > MOST_MARKS:
            self.say(f"{len(n.marks)} job marks; at most {MOST_MARKS} are possible")
        self.hashes()
        if not n.streams:
            self.say("there is no stream: nothing would ever happen")
        for s in n.streams:
            self.stream(s)
        for step in n.steps:
            if isinstance(step, Work):
                self.work(step)
            else:
                self.law(f"delay {step.name}", step.length)
                self.calendar(f"delay {step.name}", step.calendar)
                self.calendar(f"delay {step.name}", step.until_open)
        for pool in n.pools:
            self.pool(pool)
        for f in n.busyness.values():
            self.busyness(f.name)
        for (name, exit_), clauses in n.routes.items():
            where = f"route {name}.{exit_.name.lower()}"
            if not self.unknown(where, "step", name, self.step_names):
                step = n.step(name)
                if isinstance(step, Delay) and exit_ is not Exit.DONE:
                    self.say(f"{where}: a delay has only the exit 'done'")
            for c in clauses:
                self.clause(f"{where}, clause {c.name}", c)
            certain = [c for c in clauses if c.probability == 1.0 and not c.when and not c.go_on]
            if certain and clauses.index(certain[0]) < len(clauses) - 1:
                self.warnings.append(f"{where}: the clauses after {certain[0].name!r} are never reached")
        for w in n.watches:
            self.watch(w.name)
        if not self.problems:
            flow = Flow(self.n)
            self.problems += flow.problems
            self.warnings += flow.warnings
        return self.problems

    def clauses(self) -> Iterator[Clause]:
        for clauses in self.n.routes.values():
            yield from clauses

    def period(self) -> None:
        n = self.n
        if not 0.0 < n.end < inf:
            self.say(f"network: end {n.end} must be a positive, finite number of minutes")
        if not 0.0 <= n.warm_up < inf:
            self.say(f"network: warm_up {n.warm_up} must be at least 0 and finite")
        if not 0.0 <= n.follow < inf:
            self.say(f"network: follow {n.follow} must be at least 0 and finite")

    def hashes(self) -> None:
        n = self.n
        texts = (
            [f"stream:{s.name}" for s in n.streams]
            + [f"step:{s}" for s in self.step_names]
            + [f"pool:{p}" for p in self.pool_names]
            + [f"watch:{w.name}" for w in n.watches]
            + [f"clause:{c.name}" for c in self.clauses()]
            + [f"attribute:{a}" for a in n.attributes]
            + [f"{kind}:{f}" for f in n.busyness for kind in ("busyness", "strata")]
            + ["z", "mark", "batch", "log", "presence", "servers"]
        )
        seen: dict[int, str] = {}
        for t in dict.fromkeys(texts):
            other = seen.setdefault(name_hash(t), t)
            if other != t:
                self.say(f"names {other!r} and {t!r} have the same hash; rename one of them")

    def stream(self, s: Stream | RecordedStream) -> None:
        where = f"stream {s.name}"
        self.unknown(where, "step", s.to, self.step_names)
        if isnan(s.end):
            self.say(f"{where}: end is not a number")
        for a, law in s.attributes.items():
            self.law(f"{where}, attribute {a}", law)
            if law.attributes() or law.scale is not None:
                self.say(f"{where}, attribute {a}: an attribute cannot depend on another one")
        if isinstance(s, Stream):
            for label, line in (("rate", s.rate), ("reference", s.reference)):
                if not np.all(line.values >= 0.0) or not np.all(np.isfinite(line.values)):
                    self.say(f"{where}: {label} must be at least 0 and finite everywhere")
            for f in s.busyness:
                self.unknown(where, "busyness factor", f, self.n.busyness)
            self.law(f"{where}, batch", s.batch)
            if s.batch is not None and (s.batch.attributes() or s.batch.scale is not None or s.batch.load != 0.0):
                self.say(f"{where}, batch: the size of a batch cannot depend on a job that is not born yet")
            if isinstance(s.batch, Constant) and s.batch.value == inf:
                self.say(f"{where}, batch: an endless batch")
        else:
            t = s.times
            if t.ndim != 1 or not np.all(np.isfinite(t)) or not np.all(t[1:] >= t[:-1]):
                self.say(f"{where}: recorded times must be finite and must not decrease")
            early = int(np.sum(t < -self.n.warm_up)) if t.ndim == 1 else 0
            if early:
                self.warnings.append(f"{where}: {early} recorded births lie before the warm-up and are left out")
            for c, column in s.columns.items():
                if column.shape != t.shape:
                    self.say(f"{where}: column {c!r} has {column.size} rows, the log has {t.size}")
                elif not np.all(np.isfinite(column)):
                    row = int(np.flatnonzero(~np.isfinite(column))[0])
                    self.say(f"{where}: column {c!r}, row {row + 1} is not a finite number")
                if c in s.attributes:
                    self.say(f"{where}: {c!r} is both a column and a drawn attribute")

    def work(self, w: Work) -> None:
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
        for label in ("opening", "after_calendar", "patience_calendar", "due_calendar"):
            self.calendar(f"{where}.{label}", getattr(w, label))
        if w.limit is not None and not w.limit >= 0:
            self.say(f"{where}: limit {w.limit} must be at least 0")
        if not w.units >= 1 or w.units != int(w.units):
            self.say(f"{where}: units {w.units} must be a whole number of at least 1")
        for value, known, label in (
            (w.when_closed, ("refuse", "wait"), "when_closed"),
            (w.at_close, ("stay", "leave"), "at_close"),
            (w.returned, ("remaining", "restart", "redraw"), "returned"),
            (w.due_from, ("entry", "birth", "mark"), "due_from"),
            (w.end_of_duty, (None, *ENDS_OF_DUTY), "end_of_duty"),
        ):
            if value not in known:
                self.say(f"{where}: {label} {value!r} is unknown; {' or '.join(map(str, known))} is expected")
        if not w.edges:
            self.warnings.append(f"{where}: nobody serves it; its line only fills")
        for name, count in Counter(e.pool for e in w.edges).items():
            if count > 1:
                self.say(f"{where}: pool {name!r} stands on {count} edges; one is expected")
        for e in w.edges:
            at = f"{where}, edge to {e.pool}"
            if self.unknown(at, "pool", e.pool, self.pool_names):
                continue
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

    def pool(self, p: CountedPool | NamedPool) -> None:
        where = f"pool {p.name}"
        if not any(e.pool == p.name for w in self.n.works for e in w.edges):
            self.warnings.append(f"{where}: no step is served by it")
        if p.job_choice not in JOB_CHOICES:
            self.say(f"{where}: job_choice {p.job_choice!r} is unknown; one of {', '.join(JOB_CHOICES)} is expected")
        if p.end_of_duty not in ENDS_OF_DUTY:
            self.say(f"{where}: end_of_duty {p.end_of_duty!r} is unknown; one of {', '.join(ENDS_OF_DUTY)} is expected")
        if isinstance(p, CountedPool):
            if not np.all(p.servers.values >= 0.0) or not np.all(np.isfinite(p.servers.values)):
                self.say(f"{where}: the number of servers must be at least 0 and finite")
            if p.end_of_duty == "pause":
                self.say(f"{where}: 'pause' is for named pools; people of a counted pool have no identity")
            return
        if p.server_choice not in SERVER_CHOICES:
            self.say(
                f"{where}: server_choice {p.server_choice!r} is unknown; one of {', '.join(SERVER_CHOICES)} is expected"
            )
        if not p.slots >= 1:
            self.say(f"{where}: slots {p.slots} must be at least 1")
        if p.curve and (len(p.curve) != p.slots or not all(0.0 < c < inf for c in p.curve)):
            self.say(f"{where}: the speed curve needs {p.slots} positive numbers, one per open unit")
        for name, count in Counter(s.name for s in p.servers).items():
            if count > 1:
                self.say(f"{where}: server {name!r} is given {count} times; names must be unique")
        for s in p.servers:
            at = f"{where}, server {s.name}"
            if not 0.0 < s.speed < inf:
                self.say(f"{at}: speed {s.speed} must be positive and finite")
            last = -inf
            for d in s.duties:
                if not d.begin < d.end or not -inf < d.begin or not d.end < inf:
                    self.say(f"{at}: duty [{d.begin:g}, {d.end:g}) is empty or not finite")
                elif d.begin < last:
                    self.say(f"{at}: duty [{d.begin:g}, {d.end:g}) overlaps or precedes the one before it")
                last = d.end
                if not 0.0 < d.speed < inf:
                    self.say(f"{at}: duty speed {d.speed} must be positive and finite")
                self.share(f"{at}, presence", d.presence)
            last = -inf
            for b in s.breaks:
                if not 0.0 < b.length < inf or not -inf < b.begin < inf or b.kind not in ("fixed", "whole"):
                    self.say(f"{at}: break at {b.begin:g} needs a positive length and kind fixed or whole")
                elif b.begin < last:
                    self.say(f"{at}: break at {b.begin:g} overlaps or precedes the one before it")
                last = b.begin + b.length

    def busyness(self, name: str) -> None:
        f = self.n.busyness[name]
        where = f"busyness {name}"
        for label, sd in (("day_sd", f.day_sd), ("within_sd", f.within_sd)):
            if not 0.0 <= sd < inf:
                self.say(f"{where}: {label} {sd} must be at least 0 and finite")
        for label, r in (
            ("day_correlation", f.day_correlation),
            ("within_correlation", f.within_correlation),
        ):
            if not -1.0 < r < 1.0:
                self.say(f"{where}: {label} {r} must lie strictly between -1 and 1")
        if not 0.0 < f.interval < inf:
            self.say(f"{where}: interval {f.interval} must be positive and finite")
        if f.law not in ("lognormal", "gamma"):
            self.say(f"{where}: law {f.law!r} is unknown; lognormal or gamma is expected")
        if not (isinstance(f.strata, int) and 1 <= f.strata <= MOST_STRATA):
            self.say(f"{where}: strata {f.strata} must be a whole number from 1 to {MOST_STRATA:,}")

    def spawns(self, where: str, spawns: Iterable[Spawn]) -> None:
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
        if isinstance(c.probability, Predictor):
            self.predictor(f"{where}.probability", c.probability)
        else:
            self.share(where, c.probability)
        for condition in c.when:
            self.source(where, condition.source)
            if condition.op not in ("<=", ">="):
                self.say(f"{where}: condition {condition.op!r} is unknown; <= or >= is expected")
            if isnan(condition.number):
                self.say(f"{where}: a condition compares with something that is not a number")
        self.raises(where, c.add)
        self.spawns(where, c.spawn)
        if c.to is not None:
            self.unknown(where, "step", c.to, self.step_names)
            if c.go_on:
                self.say(f"{where}: a clause goes to a step or goes on, not both")

    def raises(self, where: str, add: object) -> None:
        for m, k in dict(add).items():  # type: ignore[call-overload]
            if not 0 <= k <= 255:
                self.say(f"{where}: mark {m!r} is raised by {k}; 0 to 255 is possible")

    def anchor(self, where: str, a: Anchor) -> None:
        if a.moment not in ("entered", "started", "left", "mark"):
            self.say(f"{where}: anchor {a.moment!r} is unknown; entered, started, left or mark is expected")
        elif a.moment == "mark":
            self.unknown(where, "mark", a.name, self.n.marks)
        else:
            self.unknown(where, "step", a.name, self.step_names)

    def watch(self, name: str) -> None:
        w = next(x for x in self.n.watches if x.name == name)
        where = f"watch {name}"
        for a in (w.start, *w.stop, *w.reset):
            self.anchor(where, a)
        self.law(f"{where}.length", w.length)
        self.calendar(where, w.calendar)
        self.raises(where, w.add)
        self.spawns(where, w.spawn)
        if w.to is not None:
            self.unknown(where, "step", w.to, self.step_names)
        if not w.times >= 1:
            self.say(f"{where}: times {w.times} must be at least 1")
        if w.times > 1 and isinstance(w.length, Constant) and w.length.value == 0.0:
            self.say(f"{where}: a clock of length 0 that repeats never lets time pass")
