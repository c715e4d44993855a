"""Several lines and several pools: ranks, speeds and reserves against their own chains, the oldest across lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from sim.machine import Edge, Exponential
from sim.theory import erlang_a, explore
from tests.against_theory.desk import period, sizes, staff
from tests.against_theory.estimates import Row, compare
from tests.against_theory.sample import Sample

Grid = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Skills:
    """Lines with patience in front of pools; `edges[line]` lists its edges to the pools by name.

    Attributes
    ----------
    name : str
        Shape of the routing.
    rates, services, patiences : tuple of float
        Per line: jobs [1/min], mean work at speed 1 [min], mean patience [min].
    servers : dict of str to int
        Per pool.
    edges : tuple of tuple of Edge
        Per line.
    """

    name: str
    rates: tuple[float, ...]
    services: tuple[float, ...]
    patiences: tuple[float, ...]
    servers: dict[str, int]
    edges: tuple[tuple[Edge, ...], ...]

    def edge(self, line: int, pool: str) -> Edge | None:
        """The edge between a line and a pool."""
        return next((e for e in self.edges[line] if e.pool == pool), None)

    def fits(self, busy: Grid, e: Edge) -> bool:
        """Whether a job may start over this edge."""
        pool = list(self.servers).index(e.pool)
        return self.servers[e.pool] - sum(busy[pool]) >= 1 + e.reserve

    def moves(
        self, state: tuple[Grid, tuple[int, ...]], longest: int
    ) -> Iterator[tuple[tuple[Grid, tuple[int, ...]], float]]:
        """Moves of (busy[pool][line], waiting[line]), straight from the rules of dispatch."""
        busy, lines = state
        pools = list(self.servers)
        for i, rate in enumerate(self.rates):
            for e in sorted(self.edges[i], key=lambda e: e.rank):
                if self.fits(busy, e):
                    yield (_plus(busy, pools.index(e.pool), i, 1), lines), rate
                    break
            else:
                if lines[i] < longest:
                    yield (busy, _with(lines, i, 1)), rate
            if lines[i]:
                yield (busy, _with(lines, i, -1)), lines[i] / self.patiences[i]
        for p, pool in enumerate(pools):
            for i in range(len(self.rates)):
                edge = self.edge(i, pool)
                if edge is not None and busy[p][i]:
                    yield self.offer(_plus(busy, p, i, -1), lines, p), busy[p][i] * edge.speed / self.services[i]

    def offer(self, busy: Grid, lines: tuple[int, ...], p: int) -> tuple[Grid, tuple[int, ...]]:
        """A place in pool p is free: best rank first, as long as anything fits."""
        pool = list(self.servers)[p]
        while True:
            found = [
                (e.rank, i) for i in range(len(lines)) if lines[i] and (e := self.edge(i, pool)) and self.fits(busy, e)
            ]
            if not found:
                return busy, lines
            assert len({rank for rank, _ in found}) == len(found), "two lines of one rank compete: their ages matter"
            _, i = min(found)
            busy, lines = _plus(busy, p, i, 1), _with(lines, i, -1)

    def exact(self, longest: int) -> dict[str, float]:
        """Steady state: waits and abandonment by line, who serves whom."""
        pools = list(self.servers)
        none = tuple(0 for _ in self.rates)
        chain = explore((tuple(none for _ in pools), none), lambda s: self.moves(s, longest))
        steady = chain.stationary()
        assert chain.mass(steady, lambda s: max(s[1]) == longest) < 1e-6
        out = {}
        for i, rate in enumerate(self.rates):
            line = chain.mean(steady, lambda s, i=i: s[1][i])
            out[f"P(wait) of {i}"] = chain.mass(
                steady, lambda s, i=i: not any(self.fits(s[0], e) for e in self.edges[i])
            )
            out[f"P(abandon) of {i}"] = line / self.patiences[i] / rate
            out[f"mean wait of {i}"] = line / rate
            for p, pool in enumerate(pools):
                out[f"{i} served by {pool}"] = chain.mean(steady, lambda s, i=i, p=p: s[0][p][i])
        return out

    def simulated(self, minutes: float, seed: int, named: bool) -> tuple[list[Row], list[Row]]:
        """What is known beforehand, and the same numbers as `exact` by simulation."""
        b = period(minutes, 200.0)
        for i, rate in enumerate(self.rates):
            b.stream(f"calls {i}", to=f"line {i}", rate=rate)
            b.work(
                f"line {i}", self.edges[i], size=Exponential(self.services[i]), patience=Exponential(self.patiences[i])
            )
        for pool, count in self.servers.items():
            if named:
                b.named(pool, staff(count, -200.0, minutes + 2000.0))
            else:
                b.counted(pool, count)
        sample = Sample.batches(b.build(), seed=seed)
        known: list[Row] = []
        for i, rate in enumerate(self.rates):
            plain = all(e.speed == 1.0 for e in self.edges[i])
            known += sample.know(f"line {i}", rate, self.services[i] if plain else None)
        exact = self.exact(20)
        rows: list[Row] = []
        for i in range(len(self.rates)):
            here = sample.at(f"line {i}")
            found = {
                f"P(wait) of {i}": sample.measure("p_wait", where=here),
                f"P(abandon) of {i}": sample.measure("p_abandoned", where=here),
                f"mean wait of {i}": sample.measure("mean_wait", where=here),
                **{f"{i} served by {e.pool}": sample.busy(here & sample.by(e.pool)) for e in self.edges[i]},
            }
            rows += [(name, exact[name], estimate) for name, estimate in found.items()]
        return known, rows


def _with(lines: tuple[int, ...], i: int, by: int) -> tuple[int, ...]:
    return (*lines[:i], lines[i] + by, *lines[i + 1 :])


def _plus(busy: Grid, p: int, i: int, by: int) -> Grid:
    return (*busy[:p], _with(busy[p], i, by), *busy[p + 1 :])


N = Skills(
    "N",
    (0.5, 0.4),
    (5.0, 4.0),
    (4.0, 5.0),
    {"own": 2, "both": 2},
    ((Edge("own"), Edge("both", rank=2, speed=0.8)), (Edge("both"),)),
)
X = Skills(
    "X",
    (0.6, 0.4),
    (4.0, 5.0),
    (4.0, 4.0),
    {"left": 2, "right": 2},
    ((Edge("left"), Edge("right", rank=2, speed=0.7)), (Edge("right"), Edge("left", rank=2, speed=0.7))),
)
RESERVED = Skills(
    "reserve",
    (0.5, 0.4),
    (5.0, 5.0),
    (4.0, 6.0),
    {"desk": 4},
    ((Edge("desk"),), (Edge("desk", reserve=1, rank=2),)),
)
LENT = Skills(
    "N with a reserve",
    (0.6, 0.3),
    (5.0, 4.0),
    (4.0, 5.0),
    {"own": 2, "both": 3},
    ((Edge("own"), Edge("both", rank=2, reserve=1)), (Edge("both"),)),
)


@sizes
@pytest.mark.parametrize(
    ("skills", "named"),
    [(N, False), (N, True), (X, False), (RESERVED, False), (LENT, False)],
    ids=["N, counted", "N, named", "X", "reserve", "N with a reserve"],
)
def test_ranks_and_reserves_follow_the_chain_of_the_rules(skills: Skills, named: bool, size: int) -> None:
    """Best rank first on arrival and when a server is free; speeds by edge; reserved places stay free (4.1, 4.3)."""
    known, rows = skills.simulated(24_000.0 * size, 81 + 100 * named, named)
    compare(f"skills, {skills.name}, {'named' if named else 'counted'}", known + rows, resolution=0.06)


@sizes
def test_two_lines_of_one_rank_are_served_as_one(size: int) -> None:
    """The oldest across lines goes first: each line sees Erlang A of both together, tails included."""
    rates, service, patience, minutes = (0.9, 0.4), 4.0, 5.0, 20_000.0 * size
    b = period(minutes, 200.0)
    for i, rate in enumerate(rates):
        b.stream(f"calls {i}", to=f"line {i}", rate=rate)
        b.work(f"line {i}", served_by="desk", size=Exponential(service), patience=Exponential(patience))
    b.counted("desk", 5)
    sample = Sample.batches(b.build(), seed=82)
    exact = erlang_a(sum(rates), service, patience, 5, awt=1.0)
    known, rows = [], []
    for i, rate in enumerate(rates):
        known += sample.know(f"line {i}", rate, service)
    for i in range(2):
        fields = "p_wait p_abandoned mean_wait asa p_served_within p_wait_longer excess_wait"
        some = sample.rows(exact, fields, sample.at(f"line {i}"))
        rows += [(f"{name} of {i}", number, estimate) for name, number, estimate in some]
    compare("oldest across lines", known + rows, resolution=0.06)
