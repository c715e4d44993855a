"""From the records of one replication to a table of measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from sim.machine.network import Network
from sim.machine.records import Records
from sim.machine.steps import Work
from sim.measures.catalogue import MEASURES
from sim.measures.cells.ruler import Ruler
from sim.measures.cells.sheets import Part, Sheet, sheets_of
from sim.measures.contacts.definitions import CONTACT_MEASURES
from sim.measures.contacts.judgement import Judgement
from sim.measures.contacts.measures import add_contact_measures
from sim.measures.definition import Measure, ScopeKind
from sim.measures.desk import Desk
from sim.measures.evidence import Evidence
from sim.measures.intervals import Intervals
from sim.measures.lines.definitions import LINE_MEASURES
from sim.measures.lines.measures import add_line_measures
from sim.measures.outcomes.definitions import OUTCOME_MEASURES
from sim.measures.outcomes.measures import add_outcome_measures
from sim.measures.pools.definitions import OF_WORK, POOL_MEASURES
from sim.measures.pools.measures import add_pool_measures
from sim.measures.promises.definitions import KINDS, OPEN_PROMISES, PROMISE_MEASURES
from sim.measures.promises.measures import Promises
from sim.measures.rows import Rows
from sim.measures.service import Coverage, Service, cover
from sim.measures.table import MeasureTable, TableBuilder
from sim.measures.tickets.definitions import TICKET_MEASURES
from sim.measures.tickets.measures import add_ticket_measures, tickets_of
from sim.measures.wanted import Asked, Split, Wanted


class Survey:
    """What is measured of every replication of a network; its tables all have the same rows.

    Parameters
    ----------
    network, services, intervals, measures, resolved, desk
        As in `measure`.

    Attributes
    ----------
    rows : Rows
        Which measure of which scope in which interval each row holds.
    ruler : Ruler
        Edges of all ways of splitting the period.

    Examples
    --------
    >>> from sim.machine import NetworkBuilder, Constant, simulate
    >>> b = NetworkBuilder("one hour", end=60)
    >>> b.recorded("calls", to="phone", times=[5.0])
    >>> b.work("phone", served_by="desk", size=Constant(3.0))
    >>> b.counted("desk", 1)
    >>> survey = Survey(b.build(), intervals=(), measures={"all": ["arrivals"], "step": ["arrivals", "asa"]})
    >>> survey.rows.n, survey(simulate(b.build())).value("asa", "step", "phone")
    (3, 0.0)
    """

    def __init__(
        self,
        network: Network,
        services: Iterable[Service] = (),
        intervals: Intervals | Split | Iterable[Intervals | Split] | None = None,
        *,
        measures: Asked = None,
        resolved: str | None = None,
        desk: Desk | None = None,
    ) -> None:
        services = tuple(services)
        self.coverage = cover(network, services, None if desk is None else desk.streams)
        self._network = network
        self._resolved, self._desk = resolved, desk
        if resolved is not None and resolved not in network.mark_index:
            known = ", ".join(network.marks) or "none"
            raise ValueError(f"resolved: unknown mark {resolved!r}; the marks of the network are: {known}")
        if intervals is None:
            intervals = Intervals.default(network)
        splits = (intervals,) if isinstance(intervals, Intervals | Split) else tuple(intervals)
        if measures is not None and not isinstance(measures, Mapping):
            measures = tuple(measures)
        self._asked = network, services, splits, measures, resolved, desk
        wanted = Wanted.of(network.end, splits, measures)
        scopes: dict[ScopeKind, tuple[str, ...]] = {
            "all": ("all",),
            "stream": self.coverage.sources,
            "channel": tuple(s.name for s in self.coverage.services),
            "step": tuple(s.name for s in network.steps if isinstance(s, Work)),
            "pool": tuple(p.name for p in network.pools),
        }
        # without pools there is no time to speak of
        pools = [m for m in POOL_MEASURES if network.pools or m.name in OF_WORK]
        contacts = [m for m in CONTACT_MEASURES if m.name not in _unheard_of(self.coverage)]

        def sheets(family: Iterable[Measure]) -> tuple[Sheet, ...]:
            return sheets_of(wanted, network.end, tuple(family), scopes)

        self._contacts, self._tickets = sheets(contacts), sheets(TICKET_MEASURES)
        self._lines, self._pools = sheets(LINE_MEASURES), sheets(pools)
        promises = [m for m in PROMISE_MEASURES if m.name not in _unpromised(self.coverage)]
        self._promises = () if desk is None else sheets(promises)
        self._outcomes = () if desk is None else sheets(OUTCOME_MEASURES)
        every = (
            *self._contacts,
            *self._tickets,
            *self._lines,
            *self._pools,
            *self._promises,
            *self._outcomes,
        )
        self.rows = Rows(MEASURES, scopes, wanted.ways, every)
        self._days = Intervals.days(network)
        self.ruler = Ruler((*wanted.ways, self._days))
        self._grids = {way.name: way for way in wanted.ways[1:]}
        self._apart: dict[tuple[ScopeKind, ...], tuple[Sheet, ...]] = {}

    def __call__(self, records: Records | Evidence) -> MeasureTable:
        """Measures of one replication.

        Parameters
        ----------
        records : Records or Evidence
            What it left behind; the same evidence serves several surveys. Its network may have other numbers than that
            of the survey (rates, laws, staff), not other names or another period.

        Raises
        ------
        ValueError
            The records are of a network with other streams, steps or pools, or of another period.
        """
        evidence = records if isinstance(records, Evidence) else Evidence(records, self.ruler)
        self._check(evidence.records.network)
        table = TableBuilder(self.rows)
        if self._contacts:
            for contacts in evidence.contacts(self.coverage):
                sheets = self._of_kinds(contacts.kinds)
                if sheets:
                    judgement = Judgement(contacts, self.coverage, evidence.records.network)
                    add_contact_measures(table, sheets, contacts, judgement, self.coverage, self._days)
        if self._tickets:
            tickets = tickets_of(evidence, self.coverage, self._resolved)
            add_ticket_measures(table, self._tickets, tickets, self.coverage.sources, evidence.ruler)
        if self._lines:
            add_line_measures(table, self._lines, evidence, self.coverage)
        if self._pools:
            add_pool_measures(table, self._pools, evidence, self.coverage)
        if self._desk is not None:
            self._add_journeys(table, evidence, self._desk)
        return MeasureTable(self.rows, self._grids, table.build())

    def _add_journeys(self, table: TableBuilder, evidence: Evidence, desk: Desk) -> None:
        """Promises and outcomes: what needs contacts that are followed from step to step."""
        journeys = evidence.journeys(desk, tuple(s.name for s in self.coverage.services))
        if self._promises or self._contacts:
            promises = Promises(evidence, self.coverage, journeys)
            if self._contacts:
                promises.add_levels(table, self._of_kinds({"channel": None}), self._days)
            promises.add_measures(table, self._promises)
        if self._outcomes:
            add_outcome_measures(table, self._outcomes, journeys, evidence.ruler)

    def __reduce__(self) -> tuple[Any, ...]:
        """What it asks travels; the rest is made again, because it knows its ways of splitting by identity."""
        network, services, splits, measures, resolved, desk = self._asked
        return partial(Survey, measures=measures, resolved=resolved, desk=desk), (network, services, splits)

    def _check(self, network: Network) -> None:
        if network is self._network:
            return
        if network.end != self._network.end:
            raise ValueError(
                f"survey: records of a period of {network.end:g} min, but one of {self._network.end:g} min is "
                "surveyed; make a survey of the network of the records"
            )
        for what in ("streams", "steps", "pools"):
            mine, theirs = ([(x.name, type(x)) for x in getattr(n, what)] for n in (self._network, network))
            if mine != theirs:
                odd = sorted({name for name, _ in set(mine) ^ set(theirs)}) or ["in another order"]
                raise ValueError(
                    f"survey: records of a network with other {what} ({', '.join(odd[:3])}); make a survey of it"
                )

    def _of_kinds(self, kinds: Mapping[ScopeKind, object]) -> tuple[Sheet, ...]:
        """Cells of contacts in some kinds of scope."""
        key = tuple(kinds)
        if key not in self._apart:
            found = []
            for sheet in self._contacts:
                parts, begin = [], 0
                for p in sheet.parts:
                    if p.kind in kinds:
                        size = p.cells.stop - p.cells.start
                        parts.append(Part(p.kind, p.names, p.ways, slice(begin, begin + size)))
                        begin += size
                if parts:
                    found.append(Sheet(sheet.whole, sheet.end, sheet.wanted, tuple(parts)))
            self._apart[key] = tuple(found)
        return self._apart[key]


def _unheard_of(coverage: Coverage) -> set[str]:
    """Measures that need a target that no service has."""
    services = coverage.services
    out: set[str] = set()
    if not any(s.awt is not None for s in services):
        out |= {"service_level", "service_level_b", "service_level_c", "service_level_d", "excess_wait"}
    if not coverage.limited("all").any():
        out |= {"short_abandoned"}
    if not any(s.share is not None for s in services):
        out |= {"meets_target", "meets_target_day"}
    if not any(s.due is not None for s in services):
        out |= {"completion_level"}
    if not any(s.due_share is not None for s in services):
        out |= {"meets_due", "meets_due_day"}
    return out


def _unpromised(coverage: Coverage) -> set[str]:
    """Measures of promises that no service makes."""
    made = {s.promise for s in coverage.services}
    out = {x for name, _, _, promise in KINDS if promise not in made for x in (name, f"{name}_excess")}
    return out | (set(OPEN_PROMISES) if made <= {"service level"} else set())


def measure(
    records: Records,
    services: Iterable[Service] = (),
    intervals: Intervals | Split | Iterable[Intervals | Split] | None = None,
    *,
    measures: Asked = None,
    resolved: str | None = None,
    desk: Desk | None = None,
) -> MeasureTable:
    """Measures of one replication, for every scope and interval; a `Survey` measures many of them faster.

    Scopes: `all` (the steps of all services together, or every work step when there is no service; for pools: all of
    them), `stream` (the same contacts by the stream of their family), `channel` (each service), `step` and `pool`.

    A contact is one job in one round: a spawned job or a new round is a new attempt, a transfer to another step is a
    leg of the same contact. In a scope it arrives with its first leg there; waits end with the first spell's start;
    a job that a clock moved from one line of the scope to another waits on.

    Parameters
    ----------
    records : Records
        What one replication left behind.
    services : iterable of Service
        Channels and their targets. A step that several name is judged by the first one outside its channel.
    intervals : Intervals or Split, or iterable of them, optional
        Ways of splitting the period; a `Split` says which measures are wanted in it, plain intervals have those of
        the whole period. By default hours (days when the period is longer than five weeks); an empty list gives the
        whole period only.
    measures : iterable of str, or mapping of kind of scope to iterable of str or None, optional
        Names from `MEASURES` that are wanted in the whole period, for every kind of scope or by kind (None: all; kinds
        left out: none); by default all.
    resolved : str, optional
        Mark that says that a ticket is resolved; by default the last job of a closed ticket must have been done.

    desk : Desk, optional
        What the steps stand for; needed for promises other than service levels and for outcomes (`OF_DESK`).

    Raises
    ------
    ValueError
        An unknown measure, step, clock or mark, or two ways of splitting of one name.

    Examples
    --------
    >>> from sim.machine import NetworkBuilder, Constant, simulate
    >>> b = NetworkBuilder("one hour", end=60)
    >>> b.recorded("calls", to="phone", times=[5.0, 6.0, 50.0])
    >>> b.work("phone", served_by="desk", size=Constant(3.0))
    >>> b.counted("desk", 1)
    >>> table = measure(simulate(b.build()), intervals=Intervals.regular(60, 30))
    >>> table.series("arrivals").tolist(), table.value("occupancy", "pool", "desk")
    ([2.0, 1.0], 0.15)
    """
    return Survey(records.network, services, intervals, measures=measures, resolved=resolved, desk=desk)(records)
