"""From the records of one replication to a table of measures."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from sim.machine.records import Records
from sim.measures.catalogue import MEASURES
from sim.measures.columns import Columns
from sim.measures.contact_definitions import CONTACT_MEASURES
from sim.measures.contact_measures import add_contact_measures
from sim.measures.contacts import by_channel, by_step, by_stream, of_all
from sim.measures.definition import ScopeKind
from sim.measures.intervals import Intervals
from sim.measures.lines import LINE_MEASURES, add_line_measures
from sim.measures.pool_measures import POOL_MEASURES, add_pool_measures
from sim.measures.service import Service, cover
from sim.measures.table import WHOLE, MeasureTable, TableBuilder
from sim.measures.ticket_measures import TICKET_MEASURES, add_ticket_measures, tickets_of
from sim.measures.visits import put_together


def measure(
    records: Records,
    services: Iterable[Service] = (),
    intervals: Intervals | Iterable[Intervals] | None = None,
    *,
    measures: Iterable[str] | None = None,
    resolved: str | None = None,
) -> MeasureTable:
    """Measures of one replication, for every scope and interval.

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
    intervals : Intervals or iterable of Intervals, optional
        Ways of splitting the period. By default hours (days when the period is longer than five weeks); an empty list
        gives the whole period only.
    measures : iterable of str, optional
        Names from `MEASURES`; by default all.
    resolved : str, optional
        Mark that says that a ticket is resolved; by default the last job of a closed ticket must have been done.

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
    network = records.network
    coverage = cover(network, services)
    if intervals is None:
        grids: tuple[Intervals, ...] = (Intervals.default(network),)
    else:
        grids = (intervals,) if isinstance(intervals, Intervals) else tuple(intervals)
    names = [WHOLE, *(g.name for g in grids)]
    twice = sorted({x for x in names if names.count(x) > 1})
    if twice:
        raise ValueError(f"intervals: the name {twice[0]!r} is given twice or reserved; name each way of splitting")
    wanted = set(MEASURES) if measures is None else set(measures)
    for name in sorted(wanted - set(MEASURES)):
        near = get_close_matches(name, list(MEASURES), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else "; MEASURES lists all"
        raise ValueError(f"measures: unknown measure {name!r}{hint}")

    table = TableBuilder(Columns(network.end, grids), MEASURES, wanted)
    spells, visits = put_together(records)

    def some(family: Iterable[object], kind: ScopeKind | None = None) -> bool:
        return any(m.name in wanted and (kind is None or kind in m.scopes) for m in family)  # type: ignore[attr-defined]

    if some(CONTACT_MEASURES):
        together = of_all(records, visits, coverage)
        kinds = [together, by_stream(together, records)]
        if coverage.services:
            kinds.append(by_channel(records, visits, coverage))
        kinds.append(by_step(records, visits, coverage))
        arrivals = table.columns.place(visits.entered)
        for contacts in kinds:
            add_contact_measures(table, contacts, arrivals, network, coverage.services)
    if some(TICKET_MEASURES):
        streams = [s.name for s in network.streams]
        add_ticket_measures(table, tickets_of(records, visits, coverage, resolved), streams)
    if some(LINE_MEASURES):
        add_line_measures(table, spells, visits, coverage, [s.name for s in network.steps])
    if some(POOL_MEASURES):
        add_pool_measures(table, spells, visits, records.duty, network, coverage)
    return table.build()
