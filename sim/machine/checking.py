"""What all checks of a network share: telling a problem, looking up a name, looking at a law or a source."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from math import isnan

from sim.machine.laws import Law
from sim.machine.network import Network
from sim.machine.predictor import SOURCES, Condition, Predictor, Source


class Checking:
    """A network, and what is wrong or odd about it so far.

    Attributes
    ----------
    problems, warnings : list of str
        One sentence each: the piece, what was given, what is expected.
    """

    def __init__(self, network: Network) -> None:
        self.n = network
        self.problems: list[str] = []
        self.warnings: list[str] = []
        self.step_names = [s.name for s in network.steps]
        self.pool_names = [p.name for p in network.pools]

    def say(self, text: str) -> None:
        """Add a problem."""
        self.problems.append(text)

    def one_of(self, where: str, label: str, value: object, known: Iterable[object]) -> None:
        """Report a word that is none of those that are known."""
        names = list(known)
        if value not in names:
            self.say(f"{where}: {label} {value!r} is unknown; {' or '.join(map(str, names))} is expected")

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
        """A law, its scale, and the attributes it reads."""
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
        """A Predictor and its sources."""
        for p in predictor.problems():
            self.say(f"{where}: {p}")
        for t in predictor.terms:
            self.source(where, t.source)

    def source(self, where: str, source: Source) -> None:
        """What a Predictor or condition looks at."""
        n = self.n
        names: Mapping[str, Iterable[str]] = {
            "attribute": n.attributes,
            "mark": n.marks,
            "family mark": n.family_marks,
            "gauge": [g.name for g in n.gauges],
            "switch": [s.name for s in n.switches],
        }
        if source.kind not in SOURCES:
            self.say(f"{where}: unknown source {source.kind!r}; one of {', '.join(SOURCES)} is expected")
        elif source.kind in names:
            self.unknown(where, source.kind, source.name, names[source.kind])
        elif source.kind == "time" and source.table is None:
            self.say(f"{where}: a source of kind 'time' needs its table")

    def condition(self, where: str, condition: Condition) -> None:
        """A condition of a clause."""
        self.source(where, condition.source)
        if condition.op not in ("<=", ">="):
            self.say(f"{where}: condition {condition.op!r} is unknown; <= or >= is expected")
        if isnan(condition.number):
            self.say(f"{where}: a condition compares with something that is not a number")

    def share(self, where: str, p: float) -> None:
        """A probability."""
        if not 0.0 <= p <= 1.0:
            self.say(f"{where}: probability {p:g} must lie in [0, 1]")

    def calendar(self, where: str, name: str | None) -> None:
        """A calendar by which a timer counts."""
        if name is not None:
            self.unknown(where, "calendar", name, self.n.calendars)

    def door(self, where: str, name: str | None) -> None:
        """A calendar that says when something is open: it has no paces (rule 8.10)."""
        self.calendar(where, name)
        found = None if name is None else self.n.calendars.get(name)
        if found is not None and found.paces is not None:
            self.say(f"{where}: calendar {name!r} has paces; only timers may name one, here give a calendar without")
