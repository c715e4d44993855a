"""The exact formula of a scenario, where one exists: to be printed beside the simulated estimate."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from sim.lowering import Operation
from sim.machine import Constant, CountedPool, Exponential, Hazard, Network, Work
from sim.machine.streams import Stream
from sim.theory import LineMeasures, PiecewiseHazard, erlang_a, erlang_a_limited, erlang_c, mmng


@dataclass(frozen=True)
class Formula:
    """A channel whose steady state is known exactly.

    Attributes
    ----------
    channel, contact_type : str
        What it is about.
    name : str
        Name of the formula, with its source.
    values : LineMeasures
        What it says; times in minutes.
    """

    channel: str
    contact_type: str
    name: str
    values: LineMeasures


def formulas(operation: Operation) -> list[Formula]:
    """Channels for which an Erlang formula is exact, in the order of the scenario.

    The conditions: one contact type at a constant rate without busyness, exponential handle time and no work
    after it, one head-count of its own that never changes, a door that never closes, plain order of arrival, nobody who
    comes by another way or comes again. The formulas describe the steady state; a warm-up brings the simulation there.
    """
    found = []
    for channel, types in operation.channels.items():
        if len(types) != 1:
            continue
        values = _line(operation, types[0], _awt(operation, channel))
        if values is not None:
            found.append(Formula(channel, types[0], *values))
    return found


def _awt(operation: Operation, channel: str) -> float:
    promise = operation.scenario.channels[channel].service_level
    return 0.0 if promise is None else promise.within


def _line(operation: Operation, name: str, awt: float) -> tuple[str, LineMeasures] | None:
    network = operation.network
    work = network.step(name)
    assert isinstance(work, Work)
    streams = [s for s in network.streams if s.to == name]
    if len(streams) != 1 or _comes_otherwise(network, name) or not _is_plain(work):
        return None
    stream = streams[0]
    if not isinstance(stream, Stream) or stream.busyness or stream.batch is not None:
        return None
    rate = _constant(stream.rate.sample([-network.warm_up, *_inside(stream.rate.times, network.end)]).tolist())
    if rate is None or rate <= 0.0:
        return None
    edge = work.edges[0]
    pool = network.pool(edge.pool)
    shared = sum(e.pool == edge.pool for w in network.works for e in w.edges) > 1
    if not isinstance(pool, CountedPool) or shared or edge.after > 0.0 or edge.reserve > 0:
        return None
    servers = _constant(pool.servers.sample([-network.warm_up, *_inside(pool.servers.times, network.end)]).tolist())
    if servers is None or servers != int(servers) or not isinstance(work.size, Exponential):
        return None
    n, service, patience = int(servers), work.size.mean_value / edge.speed, work.patience
    if patience is None:
        if work.limit is None and rate * service < n:
            return "Erlang C (Erlang 1917)", erlang_c(rate, service, n, awt)
        return None
    if isinstance(patience, Exponential):
        if work.limit is not None:
            name = "M/M/n/K+M (Riordan 1962)"
            return name, erlang_a_limited(rate, service, patience.mean_value, n, work.limit, awt)
        return "Erlang A (Palm 1957)", erlang_a(rate, service, patience.mean_value, n, awt)
    if isinstance(patience, Hazard) and work.limit is None:
        law = PiecewiseHazard(patience.edges, patience.hazards)
        return "M/M/n+G (Zeltyn and Mandelbaum 2005)", mmng(rate, service, law, n, awt)
    if isinstance(patience, Constant) and patience.value < inf and work.limit is None:
        law = PiecewiseHazard.fixed(patience.value)
        return "M/M/n+D (Zeltyn and Mandelbaum 2005)", mmng(rate, service, law, n, awt)
    return None


def _is_plain(work: Work) -> bool:
    """Whether a step has nothing but one pool, a size, a patience and a limit."""
    bare = Work(
        work.name, work.edges, work.size, patience=work.patience, limit=work.limit, when_closed=work.when_closed,
        at_close=work.at_close, end_of_duty=work.end_of_duty,
    )  # fmt: skip
    laws = [law for law in (work.size, work.patience) if law is not None]
    alone = len(work.edges) == 1 and work.edges[0].switch is None
    return work == bare and alone and all(not law.atoms and law.scale is None and not law.load for law in laws)


def _comes_otherwise(network: Network, name: str) -> bool:
    """Whether jobs reach a step by a route or a clock, not only from their stream."""
    clauses = [c for found in network.routes.values() for c in found]
    spawned = [s.to for c in clauses for s in c.spawn] + [s.to for w in network.watches for s in w.spawn]
    return name in [c.to for c in clauses] + [w.to for w in network.watches] + spawned


def _inside(times: object, end: float) -> list[float]:
    return [float(t) for t in times if 0.0 <= float(t) < end]  # type: ignore[attr-defined]


def _constant(values: list[float]) -> float | None:
    """The value, if it never changes beyond rounding."""
    low, high = min(values), max(values)
    return values[0] if high - low <= 1e-9 * max(abs(high), 1.0) else None
