"""Measures of promises: responses, resolutions, compliance, and what is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.measures.cells.arrays import Bools, Floats, Ints
from sim.measures.cells.marks import covering, least_at
from sim.measures.cells.placed import Placed, Scopes, quantiles
from sim.measures.cells.ruler import Moments, Ruler
from sim.measures.cells.sheets import Part, Sheet
from sim.measures.contacts.measures import reaches
from sim.measures.evidence import Evidence
from sim.measures.intervals import Intervals
from sim.measures.outcomes.journeys import Journeys
from sim.measures.promises.commitments import NOBODY, Commitments, commitments_of, waiting
from sim.measures.promises.definitions import KINDS, OPEN_PROMISES, RESPONSE_SHARES
from sim.measures.service import Coverage, Promised, Service
from sim.measures.table import TableBuilder

OF_PROMISE = {promise: name for name, _, _, promise in KINDS}


@dataclass(frozen=True, eq=False)
class Cases:
    """Commitments of several promises as one table.

    Attributes
    ----------
    service : int array, shape (n,)
        Place of the service of each.
    placed : Placed
        By service and, in `begin`, interval.
    kept, judged, running : bool arrays, shape (n,)
        Fulfilled in time; kept or breached; open and not yet due.
    excess : array, shape (n,)
        Minutes beyond the promise of what is judged.
    """

    service: Ints
    placed: Placed
    kept: Bools
    judged: Bools
    running: Bools
    excess: Floats

    @classmethod
    def of(cls, found: Sequence[tuple[int, Commitments]], names: tuple[str, ...], ruler: Ruler) -> Cases:
        """Put them one after the other."""
        service = np.repeat([k for k, _ in found], [c.begin.size for _, c in found]).astype(np.int64)
        begin = np.concatenate([c.begin for _, c in found])
        kept = np.concatenate([c.kept for _, c in found])
        late = np.concatenate([c.late for _, c in found])
        return cls(
            service=service,
            placed=Placed({"channel": Scopes(names, service)}, Moments(begin, ruler)),
            kept=kept,
            judged=kept | late,
            running=np.concatenate([c.running for _, c in found]),
            excess=np.concatenate([np.where(c.late, c.excess, 0.0) for _, c in found]),
        )

    def moved(self, to: Ints, names: tuple[str, ...]) -> Cases:
        """The same cases in other scopes, -1 for those that are left out."""
        rows = np.flatnonzero(to >= 0)
        moments = self.placed.moments.taken(rows)
        return Cases(
            to[rows],
            Placed({"channel": Scopes(names, to[rows])}, moments),
            self.kept[rows],
            self.judged[rows],
            self.running[rows],
            self.excess[rows],
        )


class Promises:
    """Promises of the services of a survey, judged for one replication.

    Parameters
    ----------
    evidence : Evidence
        What the replication left behind.
    coverage : Coverage
        Services.
    journeys : Journeys
        Contacts and tickets.
    """

    def __init__(self, evidence: Evidence, coverage: Coverage, journeys: Journeys) -> None:
        self.evidence, self.coverage, self.journeys = evidence, coverage, journeys
        self.names = tuple(s.name for s in coverage.services)
        self._waits: dict[str | None, Floats] = {}
        self.found = [
            (k, commitments_of(s, journeys)) for k, s in enumerate(coverage.services) if s.promise != "service level"
        ]

    def add_levels(self, table: TableBuilder, sheets: Sequence[Sheet], days: Intervals) -> None:
        """Put the compliance of promises in the place of their service levels.

        A promise other than a service level is judged by its own clock, so that its service level is its compliance.

        Parameters
        ----------
        sheets : sequence of Sheet
            Cells of the measures of contacts.
        days : Intervals
            Local days.
        """
        if not self.found:
            return
        cases = Cases.of(self.found, self.names, self.evidence.ruler)
        services = self.coverage.services
        own = [k for k, _ in self.found]
        further = [k for k in own if services[k].apart]
        for sheet in sheets:
            one, cells = _only_channels(sheet)
            if one is None or not sheet.wants("service_level", "arrivals", "excess_wait", *MEETS):
                continue
            mine = _cells_of(one, cells, own)
            numbers, excess = _level(cases, one)
            kept, judged, running = numbers
            low, value, high = _share(kept, judged, running)
            table.put("service_level", sheet, mine, cells, kept, judged, value, low, high)
            mean = _ratio(excess, judged)
            table.put("excess_wait", sheet, mine, cells, excess, judged, mean, mean, mean)
            there = _cells_of(one, cells, further)
            number = cases.placed.numbers(one)
            table.put("arrivals", sheet, there, cells, number, np.ones(one.n), number, number, number)
            if sheet.wants(*MEETS):
                self._add_meets(table, sheet, one, cells, mine, cases, days)

    def _add_meets(
        self, table: TableBuilder, sheet: Sheet, one: Sheet, cells: slice, mine: Ints, cases: Cases, days: Intervals
    ) -> None:
        services = self.coverage.services
        share = np.array([np.nan if s.share is None else s.share for s in services])
        (kept, judged, running), _ = _level(cases, one)
        met, best = reaches((kept, judged, kept + running), one.by_scope("channel", share))
        table.put("meets_target", sheet, mine, cells, met, np.ones(one.n), met, met, best)
        part = Part("channel", self.names, (days,), slice(0, len(self.names) * days.n))
        (kept, judged, running), _ = _level(cases, Sheet(one.whole, one.end, frozenset(), (part,)))
        shape = len(services), -1
        level = tuple(x.reshape(shape) for x in (kept, judged, kept + running))
        met, best = reaches(level, share[:, None])
        n = np.sum(~np.isnan(met), axis=1).astype(np.float64)
        good, base, top = (one.by_scope("channel", x) for x in (np.nansum(met, axis=1), n, np.nansum(best, axis=1)))
        value = _ratio(good, base)
        table.put("meets_target_day", sheet, mine, cells, good, base, value, value, _ratio(top, base))

    def add_measures(self, table: TableBuilder, sheets: Sequence[Sheet]) -> None:
        """Put compliance by channel, responses, resolutions and open promises into the table."""
        for sheet in sheets:
            self._add_compliance(table, sheet)
            self._add_open(table, sheet)
            self._add_times(table, sheet)

    def _add_compliance(self, table: TableBuilder, sheet: Sheet) -> None:
        place = {name: i for i, name in enumerate(self.names)}
        for name, _, _, promise in KINDS:
            if not sheet.wants(name, f"{name}_excess"):
                continue
            own = [(place[c.service.channel], c) for _, c in self.found if c.service.promise == promise]
            if not own:
                table.add(name, sheet, 0.0, 0.0)
                table.add(f"{name}_excess", sheet, 0.0, 0.0)
                continue
            (kept, judged, running), excess = _level(Cases.of(own, self.names, self.evidence.ruler), sheet)
            low, value, high = _share(kept, judged, running)
            table.add(name, sheet, kept, judged, value=value, lower=low, upper=high)
            table.add(f"{name}_excess", sheet, excess, judged)

    def _add_open(self, table: TableBuilder, sheet: Sheet) -> None:
        if not sheet.wants(*OPEN_PROMISES):
            return
        part = sheet.part("channel")
        if part is None:
            return
        n = len(self.names)
        columns = [np.concatenate([self._snapshots(k, way) for way in part.ways], axis=1) for k in range(n)]
        number, age, oldest, left, with_left, overdue = (x.ravel() for x in np.stack(columns, axis=1))
        told = np.repeat([any(k == i for i, _ in self.found) for k in range(n)], part.width)
        ends = np.where(told, sheet.snapshots, 0.0)
        table.add("promise_open", sheet, number, ends)
        table.add("promise_age", sheet, age, number)
        oldest = np.where(np.isfinite(oldest), oldest, np.nan)
        table.add("promise_oldest", sheet, np.nan, number, value=oldest)
        table.add("promise_left", sheet, left, with_left, value=_ratio(left, with_left, empty=np.nan))
        table.add("promise_overdue", sheet, overdue, ends)

    def _snapshots(self, service: int, way: Intervals) -> Floats:
        """Open ones, their ages, the oldest, the time left and of how many, the overdue; shape (6, labels)."""
        out = np.zeros((6, way.n))
        out[2] = -np.inf
        c = next((c for k, c in self.found if k == service), None)
        if c is None or not c.begin.size:
            return out
        marks = way.edges[1:]
        first = np.searchsorted(marks, c.begin, side="right")
        past = np.searchsorted(marks, c.stop, side="right")
        rows = np.flatnonzero(past > first)
        begin, first, past, due = c.begin[rows], first[rows], past[rows], c.due[rows]
        zero = np.zeros(rows.size, dtype=np.int64)

        def covered(since: Ints, weight: Floats | None = None) -> Floats:
            return covering(zero, 1, since, np.maximum(past, since), marks.size, weight)[0]

        number = covered(first)
        age = number * marks - covered(first, begin)
        oldest = marks - least_at(zero, 1, first, past, begin, marks.size)[0]
        late = np.maximum(first, np.searchsorted(marks, due, side="right"))
        out[0], out[1], out[5] = (way.joined(x[None])[0] for x in (number, np.maximum(age, 0.0), covered(late)))
        out[2] = way.highest(oldest[None])[0]
        if c.service.promise != "resolution" and np.isfinite(c.within):
            shown = c.clock.minutes(np.zeros(marks.size), marks)
            passed = c.clock.minutes(np.zeros(begin.size), begin)
            left = number * (c.within - shown) + covered(first, passed)
            out[3], out[4] = way.joined(left[None])[0], way.joined(number[None])[0]
        return out

    def _add_times(self, table: TableBuilder, sheet: Sheet) -> None:
        wanted = {name for name in TIMES if sheet.wants(*_variants(name))}
        if not wanted:
            return
        whole = [w for part in sheet.parts for w in part.ways] == [sheet.whole]
        for name, parts in self._times(wanted).items():
            if whole:  # then nothing has to be placed
                total, number, values = _in_one_piece(len(self.names), parts)
            else:
                channel = np.repeat([k for k, _, _ in parts], [x.size for _, x, _ in parts]).astype(np.int64)
                begin, minutes = (np.concatenate(x) for x in ([b for _, b, _ in parts], [m for _, _, m in parts]))
                placed = Placed({"channel": Scopes(self.names, channel)}, Moments(begin, self.evidence.ruler))
                total, number = placed.totals(sheet, minutes[None])[0], placed.numbers(sheet)
                values = placed.quantiles(sheet, np.arange(minutes.size), minutes, RESPONSE_SHARES)
            table.add(name, sheet, total, number)
            for q, value in zip(RESPONSE_SHARES, values, strict=True):
                table.add(f"{name}_p{round(100 * q)}", sheet, np.nan, number, value=value)

    def _times(self, wanted: set[str]) -> dict[str, list[tuple[int, Floats, Floats]]]:
        """Begin and minutes of every response and resolution, by measure and channel."""
        parts: dict[str, list[tuple[int, Floats, Floats]]] = {name: [] for name in TIMES if name in wanted}
        known = {(c.service.channel, c.service.promise): c for _, c in self.found}
        for k, channel in enumerate(self.names):
            if self.coverage.services[k].apart:
                continue
            steps = self.coverage.services[k].steps
            for name, promise in RESPONSES:
                if name in parts:
                    c = known.get((channel, promise))
                    if c is None:
                        asked = Service(steps, name=channel, promise=promise)
                        c = commitments_of(asked, self.journeys)
                    mine = np.flatnonzero(c.fulfilled)
                    parts[name].append((k, c.begin[mine], c.minutes[mine]))
            if wanted & set(OF_TICKET):
                c = known.get((channel, "resolution"))
                clock = None if c is None else c.service.clock
                for name, (begin, minutes) in self._of_tickets(channel, clock).items():
                    if name in parts:
                        parts[name].append((k, begin, minutes))
        return parts

    def _of_tickets(self, channel: str, clock: str | None) -> dict[str, tuple[Floats, Floats]]:
        j, t = self.journeys, self.journeys.tickets
        mine = t.settled.get(j.names.index(channel), NOBODY) if channel in j.names else NOBODY
        full = mine[t.resolved[mine]]
        own = j.clock(clock)
        if clock not in self._waits:
            self._waits[clock] = waiting(t, own)[0]
        minutes, birth, born = self._waits[clock][full], t.birth[mine], t.birth[full]
        whole = own.minutes(born, t.closing[full])
        return {
            "resolution_first": (birth, own.minutes(birth, t.first_settled[mine])),
            "resolution_full": (born, whole),
            "requester_wait": (born, minutes),
            "pending": (born, np.maximum(whole - minutes, 0.0)),
        }


TIMES = ("first_response", "next_response", "resolution_first", "resolution_full", "requester_wait", "pending")
RESPONSES: tuple[tuple[str, Promised], ...] = (
    ("first_response", "first response"),
    ("next_response", "next response"),
)
OF_TICKET = TIMES[2:]
MEETS = ("meets_target", "meets_target_day")


def _variants(name: str) -> tuple[str, ...]:
    return name, *(f"{name}_p{round(100 * q)}" for q in RESPONSE_SHARES)


def _in_one_piece(n: int, parts: Sequence[tuple[int, Floats, Floats]]) -> tuple[Floats, Floats, Floats]:
    """Sum, number and quantiles of the minutes of each channel."""
    total, number = np.zeros(n), np.zeros(n)
    values = np.full((len(RESPONSE_SHARES), n), np.nan)
    for k, _, minutes in parts:
        if minutes.size:
            total[k], number[k] = np.cumsum(minutes)[-1], minutes.size  # added in order, like everything
            values[:, k] = quantiles(minutes.copy(), np.array([minutes.size]), np.array(RESPONSE_SHARES))[:, 0]
    return total, number, values


def _level(cases: Cases, sheet: Sheet) -> tuple[Floats, Floats]:
    """Kept, judged and running ones in each cell, and minutes beyond the promise."""
    found = cases.placed.totals(sheet, np.stack((cases.kept, cases.judged, cases.running, cases.excess)))
    return found[:3], found[3]


def _share(kept: Floats, judged: Floats, running: Floats) -> tuple[Floats, Floats, Floats]:
    """Share kept, between its bounds over what the running ones can turn out to be."""
    value = _ratio(kept, judged)
    everything = judged + running
    return _ratio(kept, everything), value, _ratio(kept + running, everything)


def _ratio(top: Floats, of: Floats, empty: float = np.nan) -> Floats:
    return np.divide(top, of, out=np.full(top.shape, empty), where=of > 0.0)


def _only_channels(sheet: Sheet) -> tuple[Sheet | None, slice]:
    """The channels of a sheet as a sheet of their own, and where their cells stand in it."""
    part = sheet.part("channel")
    if part is None:
        return None, slice(0, 0)
    own = replace(part, cells=slice(0, part.cells.stop - part.cells.start))
    return Sheet(sheet.whole, sheet.end, sheet.wanted, (own,)), part.cells


def _cells_of(one: Sheet, cells: slice, scopes: Sequence[int]) -> Ints:
    """Cells of some channels in a sheet whose channels stand at `cells`."""
    width = one.parts[0].width
    own = [np.arange(k * width, (k + 1) * width) for k in scopes]
    return (np.concatenate(own) if own else np.zeros(0, dtype=np.int64)) + cells.start
