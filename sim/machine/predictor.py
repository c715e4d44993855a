"""Numbers that depend on the job and the moment (rules 2.2 and 2.9)."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Literal

from sim.machine.timeline import Timeline

SourceKind = Literal[
    "z", "attribute", "mark", "round", "waited", "age", "lateness", "time", "gauge", "switch", "family mark"
]
Link = Literal["identity", "exp", "logistic", "normal"]

SOURCES: tuple[SourceKind, ...] = (
    "z",
    "attribute",
    "mark",
    "round",
    "waited",
    "age",
    "lateness",
    "time",
    "gauge",
    "switch",
    "family mark",
)
LINKS: tuple[Link, ...] = ("identity", "exp", "logistic", "normal")
MOST_TERMS = 8


@dataclass(frozen=True)
class Source:
    """What is looked at: a property of the job, or a table read at the present time.

    Parameters
    ----------
    kind : str
        `z` (family's normal number), `attribute`, `mark` (count), `round`, `waited` (minutes in line so far),
        `age` (minutes since birth), `lateness` (minutes past the due time; minus infinity without one),
        `time` (a `Timeline` read now), `gauge` (its value now), `switch` (1 while it is on), `family mark` (count).
    name : str
        Name of the attribute, mark, gauge, switch or family mark.
    table : Timeline
        For kind `time`.
    """

    kind: SourceKind
    name: str = ""
    table: Timeline | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Term:
    """`factor * clamp(source, low, high)`."""

    source: Source
    factor: float = 1.0
    low: float = -inf
    high: float = inf


@dataclass(frozen=True)
class Predictor:
    """`link(base + sum of terms)`; the one way to say "depends on".

    Examples
    --------
    >>> angry = Predictor(-2.0, (Term(Source("waited"), 0.1, 0.0, 30.0),), "logistic")
    >>> sorted(angry.attributes())
    []
    """

    base: float = 0.0
    terms: tuple[Term, ...] = ()
    link: Link = "identity"

    def attributes(self) -> set[str]:
        """Names of the job attributes that are read."""
        return {t.source.name for t in self.terms if t.source.kind == "attribute"}

    def marks(self) -> set[str]:
        """Names of the marks that are read."""
        return {t.source.name for t in self.terms if t.source.kind == "mark"}

    def problems(self) -> list[str]:
        """What is wrong with this predictor, in words."""
        out = []
        if len(self.terms) > MOST_TERMS:
            out.append(f"{len(self.terms)} terms; at most {MOST_TERMS} are possible")
        if self.link not in LINKS:
            out.append(f"link {self.link!r} is unknown; one of {', '.join(LINKS)} is expected")
        if not -inf < self.base < inf:
            out.append(f"base {self.base} must be finite")
        for t in self.terms:
            if t.source.kind not in SOURCES:
                out.append(f"source {t.source.kind!r} is unknown; one of {', '.join(SOURCES)} is expected")
            if t.source.kind == "time" and t.source.table is None:
                out.append("a source of kind 'time' needs its table")
            if t.source.kind == "lateness" and t.low == -inf:
                out.append("a lateness term needs a finite low limit: a job without a due time is minus infinity late")
            if not -inf < t.factor < inf or not t.low <= t.high:
                out.append(f"term on {t.source.kind}: a finite factor and low <= high are expected")
        return out


@dataclass(frozen=True)
class Condition:
    """`source <= number` or `source >= number`.

    Examples
    --------
    >>> Condition(Source("waited"), ">=", 2.0).op
    '>='
    """

    source: Source
    op: Literal["<=", ">="]
    number: float
