"""Measures of lines: how many wait, how many are there, and for how long already."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sim.measures.arrays import Bools, Floats, Ints, tally
from sim.measures.columns import Columns
from sim.measures.contacts import Legs
from sim.measures.definition import AT_ENDS, CLIPPED, Measure, ScopeKind
from sim.measures.intervals import Intervals
from sim.measures.service import Coverage
from sim.measures.spans import highest, least_at, open_at
from sim.measures.table import TableBuilder
from sim.measures.visits import Spells, Visits

SCOPES: tuple[ScopeKind, ...] = ("all", "channel", "step")

LINE_MEASURES: tuple[Measure, ...] = (
    Measure(
        "queue_length",
        "Average number in line",
        "jobs",
        "contact",
        SCOPES,
        "job-minutes in line (silent leavers until they are found out) / minutes",
        CLIPPED,
        better="lower",
        source="Little 1961: equals arrival rate x mean time in line",
    ),
    Measure(
        "queue_maximum",
        "Highest number in line",
        "jobs",
        "contact",
        SCOPES,
        "most jobs in line at once, all changes of one instant taken together",
        CLIPPED,
        estimator="maximum",
        better="lower",
    ),
    Measure(
        "backlog_waiting",
        "Jobs in line at the end",
        "jobs",
        "contact",
        SCOPES,
        "jobs in line just before the ends of intervals / ends",
        AT_ENDS,
        estimator="snapshot",
        better="lower",
    ),
    Measure(
        "backlog",
        "Jobs in line or in service at the end",
        "jobs",
        "contact",
        SCOPES,
        "jobs in line, in service or paused just before the ends of intervals / ends",
        AT_ENDS,
        estimator="snapshot",
        better="lower",
    ),
    Measure(
        "backlog_age",
        "Mean age of the backlog",
        "min",
        "contact",
        SCOPES,
        "minutes since arrival in the scope (hand-backs, pauses and transfers inside it do not reset it) / "
        "jobs in the backlog",
        AT_ENDS,
        better="lower",
    ),
    Measure(
        "backlog_oldest",
        "Age of the oldest job in the backlog",
        "min",
        "contact",
        SCOPES,
        "longest time since arrival in the scope of a job in the backlog",
        AT_ENDS,
        estimator="maximum",
        better="lower",
    ),
)


def add_line_measures(table: TableBuilder, spells: Spells, v: Visits, coverage: Coverage, names: Sequence[str]) -> None:
    """Put the measures of the lines of all work steps, services and covered steps into the table.

    Parameters
    ----------
    names : sequence of str
        Names of all steps of the network.
    """
    columns, n_steps = table.columns, len(names)
    line = _Line(columns, spells)
    desk = _Backlog(columns, spells.step, spells.entered, spells.system_end)
    in_line = columns.areas(spells.step[line.rows], n_steps, line.begin, line.end)
    waiting = _Backlog(columns, spells.step[line.rows], line.begin, line.end).count(n_steps)
    backlog = desk.count(n_steps)
    snapshots = np.concatenate([[1.0], *(np.bincount(g.label_of, minlength=g.n) for g in columns.grids)])
    work_names = [s for s, is_work in zip(names, coverage.work, strict=True) if is_work]
    kinds: list[tuple[ScopeKind, list[str], Bools]] = [
        ("all", ["all"], coverage.covered[None, :]),
        ("step", work_names, np.eye(n_steps, dtype=bool)[coverage.work]),
    ]
    if coverage.services:
        kinds.append(("channel", [s.name for s in coverage.services], np.array(coverage.members)))
    for kind, scopes, members in kinds:
        sums = members.astype(np.float64)
        count = sums @ backlog
        table.add("queue_length", kind, scopes, sums @ in_line, columns.minutes)
        table.add("backlog_waiting", kind, scopes, sums @ waiting, snapshots)
        table.add("backlog", kind, scopes, count, snapshots)
        if "queue_maximum" in table.wanted and scopes:
            if kind == "step":
                peak = line.peaks_by_step(n_steps)[coverage.work]
            else:
                peak = np.array([line.peaks(mine) for mine in members])
            table.add("queue_maximum", kind, scopes, np.nan, 1.0, value=peak)
        if {"backlog_age", "backlog_oldest"} & table.wanted and scopes:
            if kind == "step":
                parts = [desk.ages(spells.step, n_steps, v.entered[spells.visit])]
                parts = [(age[coverage.work], oldest[coverage.work]) for age, oldest in parts]
            else:
                parts = [
                    desk.ages(np.where(mine[spells.step], 0, -1), 1, _arrival(v, spells, mine)) for mine in members
                ]
            table.add("backlog_age", kind, scopes, np.concatenate([age for age, _ in parts]), count)
            oldest = np.concatenate([x for _, x in parts])
            table.add("backlog_oldest", kind, scopes, np.nan, count, value=oldest)


def _arrival(v: Visits, spells: Spells, members: Bools) -> Floats:
    """When the contact of each spell arrived in a scope of these steps [min]; NaN for spells elsewhere."""
    legs = Legs.of(v, np.flatnonzero(members[v.step]))
    out = np.full(v.entered.size, np.nan)
    out[legs.rows] = v.entered[legs.entry][legs.contact]
    return out[spells.visit]


def _by_column(
    columns: Columns, of_edges: Callable[[Floats], Floats], join: Callable[[Intervals, Floats], Floats]
) -> Floats:
    """Apply a function of edges to the period and to every grid, and join intervals of one label."""
    parts = [of_edges(np.array([0.0, columns.end]))]
    parts += [join(g, of_edges(g.edges)) for g in columns.grids]
    return np.concatenate(parts, axis=1)


class _Line:
    """Times in line inside the period, and their begins and ends in order of time."""

    def __init__(self, columns: Columns, s: Spells) -> None:
        self.columns = columns
        self.rows = np.flatnonzero((s.line_end > s.entered) & (s.line_end > 0.0) & (s.entered < columns.end))
        self.begin, self.end = s.entered[self.rows], s.line_end[self.rows]
        times = np.concatenate((np.maximum(self.begin, 0.0), self.end))
        order = np.argsort(times)
        step = s.step[self.rows]
        self._times = times[order]
        self._step = np.concatenate((step, step))[order]
        self._change = np.where(order < step.size, 1, -1)

    def peaks(self, members: Bools) -> Floats:
        """Highest number in line at these steps together, shape (columns,)."""
        mine = members[self._step]
        return self._highest(np.zeros(int(mine.sum()), dtype=np.int64), 1, mine)[0]

    def peaks_by_step(self, n_steps: int) -> Floats:
        """Highest number in line at each step, shape (steps, columns)."""
        return self._highest(self._step, n_steps, np.ones(self._step.size, dtype=bool))

    def _highest(self, group: Ints, n: int, mine: Bools) -> Floats:
        times, change = self._times[mine], self._change[mine]
        return _by_column(
            self.columns,
            lambda edges: highest(group, n, times, change, edges).astype(np.float64),
            Columns.join_highest,
        )


class _Backlog:
    """Spans that are open just before the end of some interval.

    Parameters
    ----------
    step : int array, shape (n,)
        Step of each span.
    begin, end : array, shape (n,)
        [min].
    """

    def __init__(self, columns: Columns, step: Ints, begin: Floats, end: Floats) -> None:
        self.columns = columns
        self.step = step
        self.crossing: list[tuple[Floats, Ints, Ints, Ints]] = []  # marks, rows, first and past mark
        for edges in (np.array([0.0, columns.end]), *(g.edges for g in columns.grids)):
            marks = edges[1:]
            known = next((c for c in self.crossing if np.array_equal(c[0], marks)), None)
            if known is None:
                first, past = open_at(begin, end, marks)
                rows = np.flatnonzero(past > first)
                known = (marks, rows, first[rows], past[rows])
            self.crossing.append(known)

    def _join(self, tables: list[Floats], join: Callable[[Intervals, Floats], Floats]) -> Floats:
        pairs = zip(self.columns.grids, tables[1:], strict=True)
        return np.concatenate([tables[0], *(join(g, x) for g, x in pairs)], axis=1)

    def count(self, n_steps: int) -> Floats:
        """Open spans, summed over the ends of each label, by step."""
        tables = [_open(self.step[rows], n_steps, first, past, m.size) for m, rows, first, past in self.crossing]
        return self._join(tables, Columns.join)

    def ages(self, scope: Ints, n: int, origin: Floats) -> tuple[Floats, Floats]:
        """Sum of the ages and largest age of open spans, by scope (-1: none) and column.

        Parameters
        ----------
        origin : array
            Since when each span counts [min].

        Returns
        -------
        arrays, shape (n, columns)
            0 and NaN where none is open.
        """
        sums, oldest = [], []
        for marks, rows, first, past in self.crossing:
            inside = scope[rows] >= 0
            rows, first, past = rows[inside], first[inside], past[inside]
            group, since, last = scope[rows], origin[rows], marks[-1]
            number = _open(group, n, first, past, marks.size)
            # summed as of the last mark: numbers of one sign
            total = _open(group, n, first, past, marks.size, last - since)
            sums.append(np.where(number > 0, total - number * (last - marks), 0.0))
            oldest.append(marks - least_at(group, n, first, past, since, marks.size))
        top = self._join(oldest, Columns.join_highest)
        return self._join(sums, Columns.join), np.where(np.isfinite(top), top, np.nan)


def _open(group: Ints, n: int, first: Ints, past: Ints, n_marks: int, weight: Floats | None = None) -> Floats:
    """Number (or sum of weights) of the spans that cover each mark, shape (n, n_marks)."""
    size = n_marks + 1
    change = tally(group * size + first, n * size, weight) - tally(group * size + past, n * size, weight)
    return np.cumsum(change.reshape(n, size), axis=1)[:, :-1]
