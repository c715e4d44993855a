"""Structural checks of a network: everything that is wrong, at once (rules 2.x, 3.5, 6.2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import inf, isnan

import numpy as np

from sim.machine.flow import Flow
from sim.machine.gauge_checks import GaugeChecks
from sim.machine.laws import Constant
from sim.machine.luck import name_hash
from sim.machine.network import Network
from sim.machine.pool_checks import PoolChecks
from sim.machine.step_checks import StepChecks
from sim.machine.steps import Delay, Exit, Work
from sim.machine.streams import RecordedStream, Stream

MOST_ATTRIBUTES = MOST_MARKS = 8
MOST_FAMILY_MARKS = 16
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


class _Checker(StepChecks, PoolChecks, GaugeChecks):
    """All checks together."""

    def run(self, calendar_names: Sequence[str], busyness_names: Sequence[str]) -> list[str]:
        n = self.n
        self.period()
        for kind, names in (
            ("stream", [s.name for s in n.streams]),
            ("step", self.step_names),
            ("pool", self.pool_names),
            ("watch", [w.name for w in n.watches]),
            ("gauge", [g.name for g in n.gauges]),
            ("switch", [s.name for s in n.switches]),
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
        if len(n.family_marks) > MOST_FAMILY_MARKS:
            self.say(f"{len(n.family_marks)} family marks; at most {MOST_FAMILY_MARKS} are possible")
        self.hashes()
        if not n.streams:
            self.say("there is no stream: nothing would ever happen")
        for stream in n.streams:
            self.stream(stream)
        for step in n.steps:
            if isinstance(step, Work):
                self.work(step)
            else:
                self.delay(step)
        for pool in n.pools:
            self.pool(pool)
        for g in n.gauges:
            self.gauge(g)
        for s in n.switches:
            self.switch(s)
        for f in n.busyness.values():
            self.busyness(f.name)
        for (name, exit_), clauses in n.routes.items():
            where = f"route {name}.{exit_.name.lower()}"
            if not self.unknown(where, "step", name, self.step_names):
                step = n.step(name)
                if isinstance(step, Delay) and exit_ not in (Exit.DONE, Exit.RECALLED):
                    self.say(f"{where}: a delay has only the exit 'done' (and 'recalled')")
                elif exit_ is Exit.RECALLED and step.recall is None:
                    self.say(f"{where}: {name!r} names no family mark as its recall, so nobody is recalled there")
            for c in clauses:
                self.clause(f"{where}, clause {c.name}", c)
            certain = [c for c in clauses if c.probability == 1.0 and not c.when and not c.go_on]
            if certain and clauses.index(certain[0]) < len(clauses) - 1:
                self.warnings.append(f"{where}: the clauses after {certain[0].name!r} are never reached")
        for w in n.watches:
            self.watch(w)
        if not self.problems:
            flow = Flow(self.n)
            self.problems += flow.problems
            self.warnings += flow.warnings
        return self.problems

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
