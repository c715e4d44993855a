"""Those who leave: they call again after a while, or stay in line as if they were still there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.machine import Constant, Exit, Exponential
from sim.theory import erlang_a, explore
from tests.against_theory.desk import one_line, period, sizes
from tests.against_theory.estimates import Row, compare, ratio
from tests.against_theory.sample import Sample


@sizes
def test_those_who_leave_and_call_again_make_an_orbit(size: int) -> None:
    """Erlang A whose leavers return with probability 0.6 after a delay: the exact chain of (jobs, in orbit)."""
    rate, service, patience, servers, again, delay = 1.0, 4.0, 3.0, 4, 0.6, 12.0
    mu, theta, minutes = 1.0 / service, 1.0 / patience, 25_000.0 * size

    def moves(state: tuple[int, int]) -> Iterator[tuple[tuple[int, int], float]]:
        jobs, orbit = state
        leaving = max(jobs - servers, 0) * theta
        if jobs < 30:
            yield (jobs + 1, orbit), rate
            yield (jobs + 1, max(orbit - 1, 0)), orbit / delay
        if jobs:
            yield (jobs - 1, orbit), min(jobs, servers) * mu + leaving * (1.0 - again)
            yield (jobs - 1, min(orbit + 1, 40)), leaving * again

    chain = explore((0, 0), moves)
    steady = chain.stationary()
    assert chain.mass(steady, lambda s: s[0] == 30 or s[1] == 40) < 1e-6
    orbit = chain.mean(steady, lambda s: s[1])
    line = chain.mean(steady, lambda s: max(s[0] - servers, 0))
    attempts = rate + orbit / delay
    b = period(minutes, 300.0)
    b.stream("calls", to="line", rate=rate)
    b.work("line", served_by="desk", size=Exponential(service), patience=Exponential(patience))
    b.delay("orbit", Exponential(delay), recorded=True)
    b.route("line", "abandoned", b.clause("calls again", to="orbit", probability=again))
    b.route("orbit", "done", b.clause("dials", to="line", again=True))
    b.counted("desk", servers)
    sample = Sample.batches(b.build(), seed=101)
    here, away, v = sample.at("line"), sample.at("orbit"), sample.visits
    known = sample.know("line", service=service)
    served = sample.counts(here & sample.served)
    # attempts come more often while many are in orbit, so they see another line than a random moment does
    found_busy = chain.mean(steady, lambda s: (rate + s[1] / delay) if s[0] >= servers else 0.0) / attempts
    rows: list[Row] = [
        ("attempts a minute", attempts, ratio(sample.counts(here), sample.lengths)),
        ("in orbit", orbit, sample.level(v["entered"], v["left"], away)),
        ("mean line", line, sample.line(here)),
        ("P(abandon) of an attempt", theta * line / attempts, sample.measure("p_abandoned", where=here)),
        ("P(wait) of an attempt", found_busy, sample.measure("p_wait", where=here)),
        ("served a minute", attempts - theta * line, ratio(served, sample.lengths)),
    ]
    compare("redial orbit", known + rows, resolution=0.04)


@sizes
def test_silent_leavers_take_a_server_for_a_moment(size: int) -> None:
    """Half of the leavers stay in line unnoticed; the server who reaches one needs a moment to find out.

    The chain keeps the line as a sequence of those who wait and those who only seem to.
    """
    rate, service, patience, silent, discovery, servers, longest = 0.5, 3.0, 3.0, 0.5, 1.0, 2, 9
    State = tuple[int, int, tuple[bool, ...]]  # jobs in service, servers on a ghost, line (True: still there)

    def reached(busy: int, ghosts: int, line: tuple[bool, ...]) -> State:
        if not line:
            return busy, ghosts, line
        return (busy + 1, ghosts, line[1:]) if line[0] else (busy, ghosts + 1, line[1:])

    def moves(state: State) -> Iterator[tuple[State, float]]:
        busy, ghosts, line = state
        if busy + ghosts < servers:
            yield (busy + 1, ghosts, line), rate
        elif len(line) < longest:
            yield (busy, ghosts, (*line, True)), rate
        for k, there in enumerate(line):
            if there:
                yield (busy, ghosts, line[:k] + line[k + 1 :]), (1.0 - silent) / patience
                yield (busy, ghosts, (*line[:k], False, *line[k + 1 :])), silent / patience
        if busy:
            yield reached(busy - 1, ghosts, line), busy / service
        if ghosts:
            yield reached(busy, ghosts - 1, line), ghosts / discovery

    start: State = (0, 0, ())
    chain = explore(start, moves)
    steady = chain.stationary()
    assert chain.mass(steady, lambda s: len(s[2]) == longest) < 1e-4
    network = one_line(
        rate,
        Exponential(service),
        servers,
        50_000.0 * size,
        300.0,
        patience=Exponential(patience),
        silent=silent,
        ghost=Exponential(discovery),
    )
    sample = Sample.batches(network, seed=102)
    known = sample.know("line", rate, service)
    v, ghost = sample.visits, sample.ghost
    waiting = chain.mean(steady, lambda s: sum(s[2]))
    rows: list[Row] = [
        ("P(wait)", chain.mass(steady, lambda s: s[0] + s[1] == servers), sample.measure("p_wait")),
        ("P(abandon)", waiting / patience / rate, sample.measure("p_abandoned")),
        ("P(silent)", silent * waiting / patience / rate, sample.share(ghost)),
        ("mean wait", waiting / rate, sample.measure("mean_wait")),
        ("busy", chain.mean(steady, lambda s: s[0]), sample.busy()),
        ("busy with ghosts", chain.mean(steady, lambda s: s[1]), sample.level(v["started"], v["released"], ghost)),
        ("line, ghosts included", chain.mean(steady, lambda s: len(s[2])), sample.line()),
    ]
    compare("silent leavers", known + rows, resolution=0.05)


@sizes
def test_silent_leavers_who_cost_nothing_are_erlang_a(size: int) -> None:
    """If everybody leaves silently and is found out in no time, the others notice nothing: Erlang A."""
    network = one_line(
        2.1,
        Exponential(5.0),
        10,
        10_000.0 * size,
        100.0,
        patience=Exponential(4.0),
        silent=1.0,
        ghost=Constant(0.0),
    )
    sample = Sample.batches(network, seed=103)
    known = sample.know("line", 2.1, 5.0)
    assert np.array_equal(sample.abandoned, sample.ghost)
    assert np.all(sample.ended(Exit.DONE) | sample.ghost)
    exact = erlang_a(2.1, 5.0, 4.0, 10, awt=0.4)
    compare(
        "silent leavers, no cost",
        known + sample.rows(exact, "p_wait p_abandoned mean_wait mean_busy p_served_within p_abandoned_within"),
        resolution=0.04,
    )
