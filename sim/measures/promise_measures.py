"""Measures of promises: responses, resolutions, compliance, and what is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.measures.arrays import Bools, Floats, Ints
from sim.measures.commitments import Commitments, commitments_of, waiting
from sim.measures.contact_measures import reaches
from sim.measures.evidence import Evidence
from sim.measures.intervals import Intervals
from sim.measures.journeys import Journeys
from sim.measures.placed import Labels, Placed, Scopes
from sim.measures.promise_definitions import KINDS, OPEN_PROMISES, RESPONSE_SHARES
from sim.measures.ruler import Moments, Ruler
from sim.measures.service import Coverage, Promised, Service
from sim.measures.sheets import Part, Sheet
from sim.measures.spans import covering, least_at
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
            placed=Placed({"channel": Scopes(names, service)}, Labels(Moments(begin, ruler))),
            kept=kept,
            judged=kept | late,
            running=np.concatenate([c.running for _, c in found]),
            excess=np.concatenate([np.where(c.late, c.excess, 0.0) for _, c in found]),
        )

    def moved(self, to: Ints, names: tuple[str, ...]) -> Cases:
        """The same cases in other scopes, -1 for those that are left out."""
        rows = np.flatnonzero(to >= 0)
        moments = self.placed.labels.moments.taken(rows)
        return Cases(
            to[rows],
            Placed({"channel": Scopes(names, to[rows])}, Labels(moments)),
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
        network = evidence.records.network
        self.names = tuple(s.name for s in coverage.services)
        self._waits: dict[str | None, Floats] = {}
        self.found = [
            (k, commitments_of(s, journeys, network))
            for k, s in enumerate(coverage.services)
            if s.promise != "service level"
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
            number = cases.placed.totals(one)
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
        for name, (channel, begin, minutes) in self._times(wanted).items():
            placed = Placed({"channel": Scopes(self.names, channel)}, Labels(Moments(begin, self.evidence.ruler)))
            total, number = placed.totals(sheet, minutes, np.ones(minutes.size))
            table.add(name, sheet, total, number)
            if [w for part in sheet.parts for w in part.ways] == [sheet.whole]:  # then no ranking of all is needed
                values = np.full((len(RESPONSE_SHARES), len(self.names)), np.nan)
                for k in np.unique(channel).tolist():
                    values[:, k] = np.quantile(minutes[channel == k], RESPONSE_SHARES)
            else:
                values = placed.quantiles(sheet, np.argsort(minutes), minutes, RESPONSE_SHARES)
            for q, value in zip(RESPONSE_SHARES, values, strict=True):
                table.add(f"{name}_p{round(100 * q)}", sheet, np.nan, number, value=value)

    def _times(self, wanted: set[str]) -> dict[str, tuple[Ints, Floats, Floats]]:
        """Channel, begin and minutes of every response and resolution, by measure."""
        network = self.evidence.records.network
        parts: dict[str, list[tuple[Ints, Floats, Floats]]] = {name: [] for name in TIMES if name in wanted}
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
                        c = commitments_of(asked, self.journeys, network)
                    mine = np.flatnonzero(c.fulfilled)
                    parts[name].append((np.full(mine.size, k), c.begin[mine], c.minutes[mine]))
            if wanted & set(OF_TICKET):
                c = known.get((channel, "resolution"))
                clock = None if c is None else c.service.clock
                for name, told in self._of_tickets(k, channel, clock).items():
                    if name in parts:
                        parts[name].append(told)
        return {name: tuple(map(np.concatenate, zip(*p, strict=True))) for name, p in parts.items()}  # type: ignore[misc]

    def _of_tickets(self, k: int, channel: str, clock: str | None) -> dict[str, tuple[Ints, Floats, Floats]]:
        j, t = self.journeys, self.journeys.tickets
        at = j.names.index(channel) if channel in j.names else -1
        mine = np.flatnonzero((t.channel == at) & t.human & np.isfinite(t.first_settled))
        full = mine[t.resolved[mine]]
        own = j.clock(clock)
        if clock not in self._waits:
            self._waits[clock] = waiting(t, own)[0]
        minutes = self._waits[clock]
        first = own.minutes(t.birth[mine], t.first_settled[mine])
        whole = own.minutes(t.birth[full], t.closing[full])
        there, done = np.full(mine.size, k), np.full(full.size, k)
        return {
            "resolution_first": (there, t.birth[mine], first),
            "resolution_full": (done, t.birth[full], whole),
            "requester_wait": (done, t.birth[full], minutes[full]),
            "pending": (done, t.birth[full], np.maximum(whole - minutes[full], 0.0)),
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


def _level(cases: Cases, sheet: Sheet) -> tuple[Floats, Floats]:
    """Kept, judged and running ones in each cell, and minutes beyond the promise."""
    found = cases.placed.totals(
        sheet, *(x.astype(np.float64) for x in (cases.kept, cases.judged, cases.running)), cases.excess
    )
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
