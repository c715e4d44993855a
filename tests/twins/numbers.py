"""Numbers of a random network: times on a grid, laws, predictors, calendars, rates."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nextafter
from typing import Any

from sim.machine import (
    Attribute,
    Busyness,
    ByAttribute,
    Calendar,
    Condition,
    Constant,
    Exponential,
    Hazard,
    Law,
    Lognormal,
    Mixture,
    Predictor,
    Quantiles,
    Source,
    Table,
    Term,
    Timeline,
    Uniform,
    Weibull,
)
from tests.twins.choices import Choices

KIND, NEED, WORTH = "kind", "need", "worth"
"""Attributes: one of 1, 2, 3; minutes on the grid; any number."""


class Numbers:
    """Makes numbers for one network.

    Parameters
    ----------
    choices : Choices
        Where every choice comes from.
    small : bool
        Fewer jobs and less time, for slow engines.

    Attributes
    ----------
    unit : float
        Grid of all times [min]. Ties are where engines differ; a grid of 0.1 adds near ties, of an ulp.
    rough : bool
        Whether laws may leave the grid.
    start, end, follow : float
        Warm-up (negative), counted period and what follows [min].
    calendars, timers : list of Calendar
        Those that may be doors, and all, those with a pace too.
    served, whole : float
        Chance that a pool serves a step, and that a break is a whole one.
    gauges, switches, family_marks : list of str
        Names of those that there are.
    """

    def __init__(self, choices: Choices, small: bool = False) -> None:
        self.c = c = choices
        self.small = small
        self.unit = c.pick("unit", 1.0, 1.0, 1.0, 1.0, 0.5, 0.25, 0.1) if c.on("another unit", 0.9) else 1.0
        self.rough = c.on("rough", 0.4)
        self.end = self.unit * c.pick("end", *((20, 40) if small else (40, 60, 60, 90, 150)))
        self.warm_up = self.unit * c.pick("warm-up", 5, 10, 30, 60.5) if c.on("warm-up", 0.35) else 0.0
        self.follow = self.unit * c.pick("follow", 0, 0, 1, 5, 20) if c.on("short follow", 0.5) else 150.0 * self.unit
        self.start = 0.0 - self.warm_up
        self.attributes = [a for a in (KIND, NEED, WORTH) if c.on(f"attribute {a}", 0.8)]
        self.more_attributes = [f"more{i}" for i in range(5)] if c.on("eight attributes", 0.03) else []
        self.marks: list[str] = []
        self.calendars: list[Calendar] = []
        self.timers: list[Calendar] = []
        self.served, self.whole = 0.8, 0.65
        self.gauges: list[str] = []
        self.switches: list[str] = []
        self.family_marks: list[str] = []

    # -- times --------------------------------------------------------------------------------------------------------

    def minutes(self, path: str, low: int, high: int) -> float:
        """A time on the grid, in units."""
        return self.unit * self.c.count(path, low, high)

    # -- laws (2.1) ---------------------------------------------------------------------------------------------------

    def law(
        self,
        path: str,
        low: int,
        high: int,
        *,
        of_job: bool = True,
        endless: float = 0.0,
        zero: float = 0.0,
        positive: bool = False,
    ) -> Law:
        """A law of minutes between about `low` and `high` units.

        Parameters
        ----------
        path : str
            What the law is for.
        low, high : int
            Smallest and largest ordinary value [units].
        of_job : bool
            Whether it may depend on the job.
        endless, zero : float
            Chance that infinity, or zero, is among its values.
        positive : bool
            Whether 0 must not come out.
        """
        c = self.c
        law = self.constant(path, low, high)
        if c.on(path + ".law", 0.6):
            law = self.bare(path, low, high, of_job, positive)
        atoms: tuple[tuple[float, float], ...] = ()
        if c.on(path + ".zero", zero):
            atoms += ((0.0, c.pick(path + ".zero", 0.1, 0.5, 1.0 if low == 0 else 0.3)),)
        if c.on(path + ".endless", endless):
            atoms += ((inf, c.pick(path + ".endless", 0.2, 0.4)),)
        if c.on(path + ".atom", 0.12):
            atoms += ((self.minutes(path + ".atom", low, high), c.pick(path + ".atom", 0.1, 0.3, 0.5)),)
        total = sum(p for _, p in atoms)
        options: dict = {}
        if atoms:
            options["atoms"] = atoms if total <= 1.0 else tuple((v, p / (2.0 * total)) for v, p in atoms)
        if c.on(path + ".cap", 0.1):
            options["cap"] = self.minutes(path + ".cap", low, high)
        if of_job:
            if c.on(path + ".load", 0.1):
                options["load"] = c.pick(path + ".load", 0.5, -0.5, 0.9, 0.99)
            if not positive and c.on(path + ".scale", 0.12):
                options["scale"] = self.factor(path + ".scale")
        return replace(law, **options) if options else law

    def constant(self, path: str, low: int, high: int) -> Law:
        """A number on the grid."""
        return Constant(self.minutes(path + ".constant", low, high))

    def bare(self, path: str, low: int, high: int, of_job: bool = True, positive: bool = False) -> Law:
        """A law without options: on the grid, or of any kind if the network is rough."""
        c, u = self.c, self.unit
        kinds = ["mixture", "mixture", "steps"]
        if of_job and KIND in self.attributes:
            kinds += ["by attribute", "by attribute"]
        if of_job and NEED in self.attributes and not positive:
            kinds += ["attribute", "attribute"]
        if self.rough:
            kinds += ["exponential", "uniform", "lognormal", "weibull", "quantiles", "hazard", "table"] * 2
        kind = c.pick(path + ".kind", *kinds)
        middle = u * (0.5 * (low + high) + 0.25)
        a, b = sorted((self.minutes(path + ".a", low, high), self.minutes(path + ".b", low, high)))
        match kind:
            case "mixture":
                n = c.count(path + ".parts", 1, 3)
                parts = [self.part(f"{path}.part{i}", low, high, of_job, positive) for i in range(n)]
                return Mixture(tuple(c.pick(f"{path}.weight{i}", 1.0, 2.0, 0.3) for i in range(n)), tuple(parts))
            case "by attribute":
                cases = {float(k): self.part(f"{path}.case{k}", low, high, True, positive) for k in (1, 2)}
                return ByAttribute.of(KIND, cases, self.part(path + ".otherwise", low, high, True, positive))
            case "attribute":
                return Attribute(NEED, c.pick(path + ".times", 1.0, 1.0, 0.5, 2.0))
            case "steps":  # between equal quantiles nothing is rounded
                return Quantiles((0.0, 0.5, 0.5 + 2.0**-20, 1.0), (a, a, b, b))
            case "exponential":
                return Exponential(middle)
            case "uniform":
                return Uniform(a, b)
            case "lognormal":
                return Lognormal(middle, c.pick(path + ".sd", 0.5, 1.5) * middle)
            case "weibull":
                return Weibull(c.pick(path + ".shape", 0.5, 1.0, 2.0, 3.7), middle)
            case "quantiles":
                return Quantiles((0.0, 0.25, 0.9, 1.0), (a, 0.5 * (a + b), b, b + u))
            case "hazard":
                last = c.pick(path + ".last", 1.0, 0.3)
                hazards = (0.1 / middle, c.pick(path + ".gap", 0.0, 2.0), last / middle)
                more = {"shift": c.pick(path + ".by", *self.attributes)} if self.shifts(path, of_job) else {}
                return Hazard((0.0, 0.5 * middle, middle), hazards, **more)
            case _:
                d = 1.5 * (b - a)
                slopes = (d, 0.5 * (b - a), min(d, u), u)
                return Table((0.0, 0.4, 0.8, 1.0), (a, 0.5 * (a + b), b, b + u), slopes, middle)

    def shifts(self, path: str, of_job: bool) -> bool:
        """Whether an attribute moves the edges of a hazard."""
        return of_job and bool(self.attributes) and self.c.on(path + ".shift", 0.4)

    def part(self, path: str, low: int, high: int, of_job: bool, positive: bool = False) -> Law:
        """A component: it may have atoms, and components of its own."""
        c = self.c
        if c.on(path + ".inner", 0.12):
            return self.bare(path + ".in", low, high, of_job, positive)
        law = self.constant(path, low, high)
        if self.rough and c.on(path + ".rough", 0.4):
            law = Exponential(self.unit * (high + 0.5) * 0.5)
        return law.with_atoms((self.minutes(path + ".atom", low, high), 0.25)) if c.on(path + ".atom", 0.1) else law

    def priority(self, path: str) -> Law:
        """A priority: the step's, the job's, or any number (then every line is short)."""
        match self.c.pick(path, "step", "step", "step", "job", "job", "job", "any"):
            case "job" if KIND in self.attributes:
                return Attribute(KIND)
            case "any":
                return Uniform(0.0, 3.0)
        return Constant(float(self.c.pick(path + ".number", 0, 1, 2, 3)))

    # -- predictors and conditions (2.2, 2.9) -------------------------------------------------------------------------

    def source(self, path: str, steady: bool = False) -> Source:
        """What is looked at; a steady one does not change with time."""
        c = self.c
        kinds = ["round"]
        kinds += ["attribute"] * bool(self.attributes) + ["mark", "mark"] * bool(self.marks)
        kinds += ["switch"] * bool(self.switches) + ["family mark"] * bool(self.family_marks)
        kinds += ["gauge", "gauge"] * bool(self.gauges)
        if not steady:
            kinds += ["z", "waited", "waited", "age", "lateness", "lateness", "time"]
        kind = c.pick(path, *kinds)
        if kind == "attribute":
            names = [a for a in self.attributes if not steady or a == KIND] or self.attributes
            return Source("attribute", c.pick(path + ".attribute", *names))
        if kind == "mark":
            return Source("mark", c.pick(path + ".mark", *self.marks))
        for name, of in (("gauge", self.gauges), ("switch", self.switches), ("family mark", self.family_marks)):
            if kind == name:
                return Source(kind, c.pick(f"{path}.{name}", *of))
        if kind == "time":
            u = self.unit
            return Source("time", table=Timeline([-10 * u, 5 * u, 20 * u, 45 * u], [0.5, 2.0, 0.0, 1.0]))
        return Source(kind)  # type: ignore[arg-type]

    def terms(self, path: str, factors: tuple[float, ...], clamp: float, steady: bool = False) -> tuple[Term, ...]:
        """Up to three terms, rarely eight."""
        c = self.c
        out = []
        eight = c.on(path + ".eight", 0.03)
        for i in range(8 if eight else 3):
            at = f"{path}.term{i}"
            if not c.on(at, 1.0 if eight else 0.65):
                continue
            source = self.source(at, steady)
            low, high = -inf, inf
            if c.on(at + ".clamp", clamp) or source.kind == "lateness":
                low = c.pick(at + ".low", -2.0, 0.0, 0.0, 1.0)
                high = low + c.pick(at + ".high", 1.0, 3.0)
            out.append(Term(source, c.pick(at + ".factor", *factors), low, high))
        return tuple(out)

    def score(self, path: str) -> Predictor:
        """Any number; equal scores are frequent."""
        link = self.c.pick(path + ".link", "identity", "identity", "exp", "logistic", "normal")
        clamp, factors = (1.0, (0.3, 0.5, -0.3)) if link == "exp" else (0.3, (1.0, 1.0, -1.0, 0.1))
        return Predictor(0.0, self.terms(path, factors, clamp), link)  # type: ignore[arg-type]

    def chance(self, path: str) -> Predictor:
        """A probability; an identity may leave [0, 1]."""
        c = self.c
        link = c.pick(path + ".link", "identity", "logistic", "normal", "exp")
        base = c.pick(path + ".base", -3.0, -1.0, -0.5, 0.2, 0.4) - (1.0 if link == "exp" else 0.0)
        return Predictor(base, self.terms(path, (0.3, -0.3, 0.05), 0.7 if link != "exp" else 1.0), link)  # type: ignore[arg-type]

    def factor(self, path: str) -> Predictor:
        """A factor on a law; on the grid unless the network is rough. It may fall below 0."""
        c = self.c
        if not self.rough:
            return Predictor(c.pick(path + ".base", 1.0, 1.0, 0.0, -1.0), self.terms(path, (1.0, 1.0, 0.5), 1.0, True))
        link = c.pick(path + ".link", "exp", "exp", "identity", "logistic", "normal")
        return Predictor(c.pick(path + ".base", 0.0, 0.5, 1.0), self.terms(path, (0.3, -0.3), 1.0), link)  # type: ignore[arg-type]

    def condition(self, path: str) -> Condition:
        """A comparison that often meets equality."""
        c = self.c
        source = self.source(path)
        if source.kind in ("waited", "age", "lateness"):
            number = self.minutes(path + ".number", 0, 12)
        else:
            number = float(c.pick(path + ".number", 0.0, 1.0, 1.0, 2.0))
        return Condition(source, c.pick(path + ".op", "<=", ">="), number)

    # -- calendars (2.3) ----------------------------------------------------------------------------------------------

    def calendar(self, name: str) -> Calendar:
        """Open hours: some intervals, perhaps repeating, rarely none."""
        c, u = self.c, self.unit
        if c.on(name + ".never", 0.04):
            return Calendar(name, [])
        paces: list[float] | None = [] if c.on(name + ".paces", 0.35) else None
        at = self.start + self.minutes(name + ".first", -5, 15)
        intervals = []
        for i in range(c.count(name + ".intervals", 1, 4)):
            end = at + self.minutes(f"{name}.{i}.length", 3, 20)
            intervals.append((at, end))
            if paces is not None:
                paces.append(c.pick(f"{name}.{i}.pace", 1.0, 0.5, 2.0, 0.3))
            at = end + self.minutes(f"{name}.{i}.gap", 0 if i == 1 else 1, 12)
        if not c.on(name + ".repeats", 0.6):
            if c.on(name + ".open in the end", 0.5):
                intervals.append((at, at + 1000.0 * u))
                if paces is not None:
                    paces.append(0.5)
            return Calendar(name, intervals, paces=paces)
        k = c.count(name + ".head", 0, len(intervals) - 1)
        begin = intervals[k][0]
        if c.on(name + ".early", 0.5) and (k == 0 or intervals[k - 1][1] <= begin - u):
            begin -= u
        period = intervals[-1][1] - begin
        if c.on(name + ".pause", 0.7):
            period += self.minutes(name + ".pause", 0, 10)
        while begin + period < intervals[-1][1]:  # by rounding
            period = nextafter(period, inf)
        return Calendar(name, intervals, repeat=(begin, period), paces=paces)

    def hours(self, path: str, timer: bool = False) -> str | None:
        """Name of one of the calendars, if there is any; those with a pace are for timers."""
        of = self.timers if timer else self.calendars
        return self.c.pick(path + ".hours", *of).name if of else None

    # -- rates (2.5, 6.4, 6.5) -----------------------------------------------------------------------------------

    def rate(self, path: str, level: float) -> Timeline:
        """A rate that is constant or changes at times on and off the hour."""
        c = self.c
        if not c.on(path + ".changes", 0.5):
            return Timeline.constant(level)
        times = [self.start, self.start + self.minutes(path + ".t1", 1, 15)]
        times += [t for t in (times[1] + self.minutes(path + ".t2", 1, 40), 60.0, 120.0) if t > times[-1]][:1]
        return Timeline(times, [level * c.pick(f"{path}.{i}", 0.0, 0.5, 1.0, 2.0, 4.0) for i in range(len(times))])

    def busyness(self, name: str) -> Busyness:
        """A factor of days, of intervals within them, or of both."""
        c = self.c
        more: dict[str, Any] = {"day_sd": c.pick(name + ".day", 0.0, 0.3, 0.8)}
        if c.on(name + ".within", 0.5):
            more["within_sd"] = c.pick(name + ".sd", 0.3, 0.8)
            more["interval"] = c.pick(name + ".interval", 7.0, 10.0, 30.0)
            more["within_correlation"] = c.pick(name + ".phi", 0.0, 0.6)
        if c.on(name + ".correlation", 0.5):
            more["day_correlation"] = c.pick(name + ".rho", 0.7, -0.4)
        if c.on(name + ".strata", 0.3):
            more["strata"] = c.pick(name + ".blocks", 2, 3, 10)
        return Busyness(name, law="gamma" if c.on(name + ".gamma", 0.3) else "lognormal", **more)
