"""Measures of lines: how many wait, how many are there, and for how long already."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from sim.measures.cells.arrays import Floats, Ints
from sim.measures.cells.marks import Marked, covered, highest
from sim.measures.cells.ruler import Moments
from sim.measures.cells.sheets import Part, Sheet
from sim.measures.cells.spans import Spans
from sim.measures.definition import ScopeKind
from sim.measures.evidence import Evidence
from sim.measures.intervals import Intervals
from sim.measures.service import Coverage
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
            numbers = by_step(way)
            return np.concatenate([x.summed(numbers) for x in self.scopings(part)])

        return sheet.filled(table)

    def peaks(self, part: Part, way: Intervals) -> Floats:
        """Highest number in line, shape (scopes, labels)."""
        return np.concatenate([x.once("peaks", way, self._peaks) for x in self.scopings(part)])

    def _peaks(self, scoping: _Scoping, way: Intervals) -> Floats:
        ruler = self.begin.ruler
        if way not in ruler:
            return way.highest(self._between(scoping, way.edges))
        if scoping.peaks is None:
            scoping.peaks = self._between(scoping, ruler.edges)
        first, last = np.searchsorted(ruler.edges, way.edges[[0, -1]])
        begins = np.searchsorted(ruler.edges, way.edges[:-1]) - first
        return way.highest(np.maximum.reduceat(scoping.peaks[:, first:last], begins, axis=1))

    def _between(self, scoping: _Scoping, edges: Floats) -> Floats:
        """Highest number in line between edges."""
        times, order = self._changes
        return highest(times, order, scoping.of[self.step], scoping.n, edges)

    @cached_property
    def _changes(self) -> tuple[Floats, Ints]:
        """Begins and ends of times in line, and their order."""
        times = np.concatenate((np.maximum(self.begin.times, 0.0), self.stop.times))
        return times, np.argsort(times, kind="stable")  # both halves come nearly in order

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
        self.peaks: Floats | None = None
        self.arrival: Floats | None = None
        self._known: dict[tuple[str, int], Floats] = {}

    @property
    def key(self) -> tuple[bytes, int, bool]:
        """The same for scopings that place every step alike."""
        return self.of.tobytes(), self.n, self.each

    def summed(self, by_step: Floats) -> Floats:
        """Sums over the steps of each scope, shape (scopes, labels)."""
        out = np.zeros((self.n, by_step.shape[1]))
        for step, scope in enumerate(self.of.tolist()):
            if scope >= 0:
                out[scope] += by_step[step]
        return out

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
        self._counts: list[tuple[Intervals, Floats]] = []

    def _marked(self, group: Ints, n: int, way: Intervals) -> Marked:
        table, begin = self._begin.edges_below(way)
        _, stop = self._stop.edges_below(way)
        # of the edges, the first one is no end; an end is crossed if begin < end <= stop
        return Marked(group, n, table, begin, stop, way.edges[1:])

    def count(self, way: Intervals) -> Floats:
        """Open spans, summed over the ends of each label, shape (steps, labels)."""
        known = next((x for w, x in self._counts if w is way), None)
        if known is None:
            known = way.joined(covered(self._marked(self.step, self.n_steps, way))[0])
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
        _, age, oldest = covered(self._marked(scoping.of[self.step], scoping.n, way), origin[visit])
        return np.stack((way.joined(age), way.highest(oldest)))
