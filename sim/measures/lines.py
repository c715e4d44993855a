"""Measures of lines: how many wait, how many are there, and for how long already."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from sim.measures.arrays import Floats, Ints
from sim.measures.definition import ScopeKind
from sim.measures.evidence import Evidence
from sim.measures.intervals import Intervals
from sim.measures.ruler import Moments
from sim.measures.service import Coverage
from sim.measures.sheets import Part, Sheet
from sim.measures.spans import Levels, Spans, covering, least_at
from sim.measures.table import TableBuilder


def add_line_measures(table: TableBuilder, sheets: tuple[Sheet, ...], evidence: Evidence, coverage: Coverage) -> None:
    """Put the measures of the lines of work steps, services and covered steps into the table."""
    lines = _Lines(evidence, coverage)
    for sheet in sheets:
        add = table.add
        if sheet.wants("queue_length"):
            add("queue_length", sheet, lines.summed(sheet, lines.in_line.area), sheet.minutes)
        if sheet.wants("queue_maximum"):
            add("queue_maximum", sheet, np.nan, 1.0, value=sheet.filled(lines.peaks))
        if sheet.wants("backlog_waiting"):
            add("backlog_waiting", sheet, lines.summed(sheet, lines.waiting.count), sheet.snapshots)
        if sheet.wants("backlog", "backlog_age", "backlog_oldest"):
            count = lines.summed(sheet, lines.backlog.count)
            add("backlog", sheet, count, sheet.snapshots)
        if sheet.wants("backlog_age", "backlog_oldest"):
            age, oldest = sheet.filled(lines.ages)
            add("backlog_age", sheet, age, count)
            add("backlog_oldest", sheet, np.nan, count, value=np.where(np.isfinite(oldest), oldest, np.nan))


class _Lines:
    """Times in line and at the desk, of the scopes that sheets ask for."""

    def __init__(self, evidence: Evidence, coverage: Coverage) -> None:
        self._evidence, self._coverage = evidence, coverage
        self.spells = s = evidence.spells
        self.n_steps = coverage.work.size
        self.end = evidence.records.network.end
        in_line = (s.line_end > s.entered) & (s.line_end > 0.0) & (s.entered < self.end)
        rows: Ints | slice = slice(None) if in_line.all() else np.flatnonzero(in_line)
        self.step, self.begin = s.step[rows], evidence.spell_entered.taken(rows)
        self.stop = Moments(s.line_end[rows], evidence.ruler)
        self.in_line = Spans(self.step, self.n_steps, self.begin, self.stop, self.end)
        self._scopings: dict[ScopeKind, tuple[_Scoping, ...]] = {}
        self._known: dict[tuple[bytes, int, bool], _Scoping] = {}

    @cached_property
    def waiting(self) -> _Crossing:
        """Spans in line."""
        return _Crossing(self.step, self.n_steps, self.begin, self.stop)

    @cached_property
    def backlog(self) -> _Crossing:
        """Spans in line, in service or paused."""
        s = self.spells
        stop = Moments(s.system_end, self._evidence.ruler)
        return _Crossing(s.step, self.n_steps, self._evidence.spell_entered, stop)

    def scopings(self, part: Part) -> tuple[_Scoping, ...]:
        """Scope of each step; several if a step may have more than one."""
        if part.kind not in self._scopings:
            c = self._coverage
            if part.kind == "step":
                own = [_Scoping(np.where(c.work, np.cumsum(c.work) - 1, -1), len(part.names), each=True)]
            elif part.kind == "channel" and c.disjoint:
                own = [_Scoping(c.service_of, len(part.names))]
            else:
                own = [_Scoping(np.where(x, 0, -1), 1) for x in (c.members if part.kind == "channel" else (c.covered,))]
            # kinds that place every step alike share what is computed for them
            self._scopings[part.kind] = tuple(self._known.setdefault(x.key, x) for x in own)
        return self._scopings[part.kind]

    def summed(self, sheet: Sheet, by_step: Callable[[Intervals], Floats]) -> Floats:
        """Cells of a table by step: the sums over the steps of each scope."""

        def table(part: Part, way: Intervals) -> Floats:
            scopings = self.scopings(part)
            return np.concatenate([x.sums @ by_step(way) for x in scopings])

        return sheet.filled(table)

    def peaks(self, part: Part, way: Intervals) -> Floats:
        """Highest number in line, shape (scopes, labels)."""
        return np.concatenate([x.once("peaks", way, self._peaks) for x in self.scopings(part)])

    def _peaks(self, scoping: _Scoping, way: Intervals) -> Floats:
        if scoping.levels is None:
            times, step, change = self._changes
            group = scoping.of[step]
            mine = group >= 0
            if not mine.all():
                group, times, change = group[mine], times[mine], change[mine]
            scoping.levels = Levels(group, scoping.n, times, change)
        return way.highest(scoping.levels.highest(way.edges))

    @cached_property
    def _changes(self) -> tuple[Floats, Ints, Ints]:
        """Begins and ends of times in line, in order: when, at which step, one more or one less."""
        times = np.concatenate((np.maximum(self.begin.times, 0.0), self.stop.times))
        order = np.argsort(times, kind="stable")  # both halves come nearly in order
        return times[order], np.concatenate((self.step, self.step))[order], np.where(order < self.step.size, 1, -1)

    def ages(self, part: Part, way: Intervals) -> Floats:
        """Sum of the ages, and largest age, of what is there at ends, shape (2, scopes, labels)."""
        return np.concatenate([x.once("ages", way, self._ages) for x in self.scopings(part)], axis=1)

    def _ages(self, scoping: _Scoping, way: Intervals) -> Floats:
        if scoping.arrival is None:
            scoping.arrival = self._arrival(scoping)
        return self.backlog.ages(way, scoping, scoping.arrival, self.spells.visit)

    def _arrival(self, scoping: _Scoping) -> Floats:
        """When the contact of each visit arrived in its scope [min]; NaN for visits elsewhere."""
        entered, covered = self._evidence.visits.entered, self._coverage.covered
        if scoping.each:
            return entered
        if covered[scoping.of >= 0].all() and self._evidence.legs(covered).alone:
            return entered
        out = np.full(entered.size, np.nan)
        for i in range(scoping.n):
            legs = self._evidence.legs(scoping.of == i)
            out[legs.rows] = entered[legs.entry][legs.contact]
        return out


class _Scoping:
    """Scopes of the steps of a network, and what is known of them.

    Parameters
    ----------
    of : int array, shape (steps,)
        Scope of each step; -1: none.
    n : int
        Number of scopes.
    each : bool
        Every visit is a contact of its own, also the second one of a job to the same step.
    """

    def __init__(self, of: Ints, n: int, each: bool = False) -> None:
        self.of, self.n, self.each = of, n, each
        self.levels: Levels | None = None
        self.arrival: Floats | None = None
        self._known: dict[tuple[str, int], Floats] = {}

    @property
    def key(self) -> tuple[bytes, int, bool]:
        """The same for scopings that place every step alike."""
        return self.of.tobytes(), self.n, self.each

    @cached_property
    def sums(self) -> Floats:
        """1 for the steps of each scope, shape (scopes, steps)."""
        return (self.of == np.arange(self.n)[:, None]).astype(np.float64)

    def once(self, what: str, way: Intervals, compute: Callable[[_Scoping, Intervals], Floats]) -> Floats:
        """Compute a table unless it is known."""
        key = what, id(way)
        if key not in self._known:
            self._known[key] = compute(self, way)
        return self._known[key]


class _Crossing:
    """Spans that are open just before the end of some interval.

    Parameters
    ----------
    step : int array, shape (n,)
        Step of each span.
    n_steps : int
        Number of steps.
    begin, stop : Moments
        Of each span.
    """

    def __init__(self, step: Ints, n_steps: int, begin: Moments, stop: Moments) -> None:
        self.step, self.n_steps, self._begin, self._stop = step, n_steps, begin, stop
        self._found: list[tuple[Intervals, tuple[Floats, Ints, Ints, Ints]]] = []
        self._counts: list[tuple[Intervals, Floats]] = []

    @cached_property
    def _some(self) -> tuple[Ints, Moments, Moments]:
        """Spans over any edge of the ruler."""
        rows = np.flatnonzero(self._stop.right > self._begin.right)
        return rows, self._begin.taken(rows), self._stop.taken(rows)

    def _at(self, way: Intervals) -> tuple[Floats, Ints, Ints, Ints]:
        """Ends of intervals; spans that are open just before any; the first of these and one past the last."""
        known = next((x for w, x in self._found if w is way), None)
        if known is None:
            every = np.arange(self.step.size), self._begin, self._stop
            rows, begin, stop = self._some if way in self._begin.ruler else every
            # of the edges, the first one is no end; an end is crossed if begin < end <= stop
            first, past = (np.maximum(x.below(way) - 1, 0) for x in (begin, stop))
            some = np.flatnonzero(past > first)
            known = way.edges[1:], rows[some], first[some], past[some]
            self._found.append((way, known))
        return known

    def count(self, way: Intervals) -> Floats:
        """Open spans, summed over the ends of each label, shape (steps, labels)."""
        known = next((x for w, x in self._counts if w is way), None)
        if known is None:
            marks, rows, first, past = self._at(way)
            known = way.joined(covering(self.step[rows], self.n_steps, first, past, marks.size))
            self._counts.append((way, known))
        return known

    def ages(self, way: Intervals, scoping: _Scoping, origin: Floats, visit: Ints) -> Floats:
        """Sum of the ages and largest age of open spans, shape (2, scopes, labels).

        Parameters
        ----------
        scoping : _Scoping
            Scopes of the steps.
        origin : array, shape (visits,)
            Since when each visit counts [min].
        visit : int array, shape (spans,)
            Visit of each span.
        """
        marks, rows, first, past = self._at(way)
        n, group = scoping.n, scoping.of[self.step[rows]]
        inside = group >= 0
        if not inside.all():
            rows, first, past, group = rows[inside], first[inside], past[inside], group[inside]
        if not rows.size:
            return np.repeat([[[0.0]], [[-np.inf]]], n, axis=1).repeat(way.n, axis=2)
        since, last = origin[visit[rows]], marks[-1]
        number = covering(group, n, first, past, marks.size)
        # summed as of the last mark: numbers of one sign
        total = covering(group, n, first, past, marks.size, last - since)
        age = np.where(number > 0, total - number * (last - marks), 0.0)
        oldest = marks - least_at(group, n, first, past, since, marks.size)
        return np.stack((way.joined(age), way.highest(oldest)))
