"""Demand and staff that change over time: offered load, forward equations, servers who leave."""

from __future__ import annotations

import numpy as np
import pytest

from sim.machine import Duty, Exit, Exponential, Lognormal, NetworkBuilder, Server, Timeline
from sim.theory import Lognormal as LognormalLifetime
from sim.theory import TimeVaryingMeasures, explore, offered_load, time_varying_line
from sim.theory.chain import uniformise
from tests.against_theory.desk import sizes
from tests.against_theory.estimates import Estimate, Row, average, compare
from tests.against_theory.sample import Sample, Vector

EDGES = (0.0, 60.0, 120.0, 150.0, 210.0)
RATES = (1.2, 2.4, 1.8, 0.6)
SERVERS = (6, 12, 5, 3)
SERVICE, PATIENCE, AWT = 5.0, 4.0, 0.5


@sizes
def test_ample_servers_carry_the_offered_load(size: int) -> None:
    """M_t/G/infinity: the number in service is Poisson with the offered load as its mean, at every time."""
    edges, rates, times = [0.0, 40.0, 60.0, 120.0], [2.0, 8.0, 1.0], [5.0, 39.0, 45.0, 59.0, 63.0, 75.0, 110.0]
    sigma = 1.0
    b = NetworkBuilder("ample servers", end=120.0, follow=2000.0)
    b.stream("calls", to="line", rate=list(zip(edges[:-1], rates, strict=True)), end=120.0)
    b.work("line", served_by="desk", size=Lognormal(8.0, 8.0 * np.sqrt(np.expm1(sigma**2))))
    b.counted("desk", 10_000)
    sample = Sample.replications(b.build(), 150 * size, seed=61)
    known = sample.know("line", Timeline(edges, [*rates, 0.0]), 8.0)
    exact = offered_load(times, edges, rates, LognormalLifetime(8.0, sigma))
    assert not np.any(sample.waited)
    rows: list[Row] = []
    scaled = []
    for t, load in zip(times, exact.tolist(), strict=True):
        found = sample.present(t, sample.visits["started"], sample.visits["left"])
        rows.append((f"in service at {t:g}", load, average(found, sample.controls)))
        scaled.append((found - load) ** 2 / load)
    # variance over mean; the times belong together, so their average counts once per run
    rows.append(("variance / mean", 1.0, average(np.mean(scaled, axis=0))))
    compare("M_t/G/infinity", known + rows, resolution=0.08)


def day(sample: Sample, exact: TimeVaryingMeasures) -> list[Row]:
    """Everything the forward equations know, interval by interval."""
    rows: list[Row] = []
    v = sample.visits
    for i, (start, stop) in enumerate(zip(exact.edges[:-1], exact.edges[1:], strict=True)):
        here = sample.between(float(start), float(stop))
        here.controls = sample.controls
        within = here.wait <= AWT
        counts: dict[str, tuple[float, Vector]] = {
            "arrived": (exact.arrived[i], here.counts(here.first)),
            "waited": (exact.waited[i], here.counts(here.first & here.waited)),
            "served": (exact.served[i], here.counts(here.ended(Exit.DONE), v["left"])),
            "abandoned": (exact.abandoned[i], here.counts(here.abandoned, v["left"])),
            "handed back": (exact.handed_back[i], here.counts(here.ended(Exit.HANDED_BACK), v["left"])),
            "line time": (exact.line_time[i], here.areas(v["entered"], here.until)),
            "busy time": (exact.busy_time[i], here.areas(v["started"], v["left"], here.served)),
            "served within": (exact.served_within[i], here.counts(here.first & here.served & within)),
        }
        for name, (number, found) in counts.items():
            if number < 1e-9 or (name == "abandoned" and number < 0.5):
                assert number > 0.0 or not np.any(found), f"{name} in interval {i}: {found.sum()}, expected none"
                continue
            rows.append((f"{name}, interval {i}", float(number), average(found, here.controls)))
    return rows


@sizes
@pytest.mark.parametrize("rule", ["finish", "hand back"])
def test_a_counted_pool_follows_the_forward_equations(rule: str, size: int) -> None:
    """M(t)/M/s(t)+M under the counted rule: when the number falls, work is finished or handed back."""
    b = NetworkBuilder("a day", end=EDGES[-1], follow=2000.0)
    b.stream("calls", to="line", rate=list(zip(EDGES[:-1], RATES, strict=True)), end=EDGES[-1])
    b.work("line", served_by="desk", size=Exponential(SERVICE), patience=Exponential(PATIENCE))
    b.counted("desk", list(zip(EDGES[:-1], SERVERS, strict=True)), end_of_duty=rule)
    sample = Sample.replications(b.build(), 160 * size, seed=62 + 100 * (rule == "finish"))
    exact = time_varying_line(EDGES, RATES, SERVERS, SERVICE, PATIENCE, at_fall=rule, awt=AWT)
    known = sample.know("line", Timeline(EDGES, [*RATES, 0.0]), SERVICE if rule == "finish" else None)
    compare(f"M(t)/M/s(t)+M, {rule}", known + day(sample, exact), resolution=0.08)


FALL, LAST = 40.0, 80.0
BEFORE, AFTER = 8, 3
RATE, LONG_PATIENCE = 1.5, 8.0


def falling(kind: str, rule: str) -> NetworkBuilder:
    """Eight servers until minute 40, then three; named or counted."""
    b = NetworkBuilder(f"falling, {kind}", end=LAST, follow=2000.0)
    b.stream("calls", to="line", rate=RATE, end=LAST)
    b.work("line", served_by="desk", size=Exponential(SERVICE), patience=Exponential(LONG_PATIENCE))
    if kind == "named":
        ends = [LAST + 2000.0] * AFTER + [FALL] * (BEFORE - AFTER)
        people = [Server(f"server {i}", (Duty(0.0, end),)) for i, end in enumerate(ends)]
        b.named("desk", people, server_choice="random", end_of_duty=rule)
    else:
        b.counted("desk", [(0.0, BEFORE), (FALL, AFTER)], end_of_duty=rule)
    return b


def named_fall() -> dict[str, float]:
    """Line and leaving after the fall when five *known* people go home and finish what they have.

    Until the fall the jobs present are Erlang A from empty; servers are alike and chosen at random, so of b busy ones
    those who leave are any five of eight (hypergeometric). Then the state is (leavers busy, stayers busy, waiting).
    """
    from scipy.stats import hypergeom

    mu, theta, longest = 1.0 / SERVICE, 1.0 / LONG_PATIENCE, 80

    def erlang(jobs: int) -> list[tuple[int, float]]:
        up = [(jobs + 1, RATE)] if jobs < BEFORE + longest else []
        return [*up, (jobs - 1, min(jobs, BEFORE) * mu + max(jobs - BEFORE, 0) * theta)] if jobs else up

    before = explore(0, erlang)
    start = np.zeros(len(before.states))
    start[0] = 1.0
    at_fall = before.transient(start, FALL)

    def moves(state: tuple[int, int, int]) -> list[tuple[tuple[int, int, int], float]]:
        leavers, stayers, line = state
        out = [((leavers - 1, stayers, line), mu * leavers)] if leavers else []
        if stayers < AFTER:
            out.append(((leavers, stayers + 1, 0), RATE))
        elif line < BEFORE + longest:
            out.append(((leavers, stayers, line + 1), RATE))
        if line:
            out.append(((leavers, stayers, line - 1), mu * stayers + theta * line))
        elif stayers:
            out.append(((leavers, stayers - 1, 0), mu * stayers))
        return out

    after = explore((BEFORE - AFTER, AFTER, 0), moves)
    index = {state: i for i, state in enumerate(after.states)}
    begin = np.zeros(len(after.states))
    for jobs, share in zip(before.states, at_fall.tolist(), strict=True):
        busy, line = min(jobs, BEFORE), max(jobs - BEFORE, 0)
        for leavers in range(BEFORE - AFTER + 1):
            chance = float(hypergeom.pmf(leavers, BEFORE, BEFORE - AFTER, busy))
            if chance > 0.0:
                begin[index[(leavers, busy - leavers, line)]] += share * chance
    _, spent = uniformise(after.generator.T.tocsr(), begin, LAST - FALL)
    line_time = after.mean(spent, lambda s: s[2])
    busy_time = after.mean(spent, lambda s: s[0] + s[1])
    return {"line time": line_time, "abandoned": theta * line_time, "busy time": busy_time, "served": mu * busy_time}


def counted_fall(rule: str) -> dict[str, float]:
    """The same by the forward equations of the counted rule."""
    exact = time_varying_line([0.0, FALL, LAST], [RATE, RATE], [BEFORE, AFTER], SERVICE, LONG_PATIENCE, at_fall=rule)
    return {
        "line time": float(exact.line_time[1]),
        "abandoned": float(exact.abandoned[1]),
        "busy time": float(exact.busy_time[1]),
        "served": float(exact.served[1]),
    }


def fall(kind: str, rule: str, runs: int, seed: int) -> tuple[list[Row], Sample, dict[str, Vector]]:
    """Simulated counterparts of the numbers above, per run."""
    sample = Sample.replications(falling(kind, rule).build(), runs, seed)
    known = sample.know("line", RATE, SERVICE if rule == "finish" else None)
    here, v = sample.between(FALL, LAST), sample.visits
    return (
        known,
        sample,
        {
            "line time": here.areas(v["entered"], here.until),
            "abandoned": here.counts(here.abandoned, v["left"]),
            "busy time": here.areas(v["started"], v["left"], here.served),
            "served": here.counts(here.ended(Exit.DONE), v["left"]),
        },
    )


@sizes
def test_named_and_counted_servers_differ_when_staff_falls(size: int) -> None:
    """Rule 2.11: with named servers five known people go; with a head-count the three places free up later.

    While those who go home finish, the stayers of a named pool take new jobs, the counted pool takes none: the line
    is shorter under named servers. Both follow their own exact chain.
    """
    runs, exact = 300 * size, {"named": named_fall(), "counted": counted_fall("finish")}
    found: dict[str, dict[str, Vector]] = {}
    rows: list[Row] = []
    for kind in ("named", "counted"):
        known, sample, found[kind] = fall(kind, "finish", runs, seed=63)
        rows += [(f"{kind}, {name}", number, estimate) for name, number, estimate in known]
        for name, number in exact[kind].items():
            rows.append((f"{kind}, {name} after the fall", number, average(found[kind][name], sample.controls)))
    compare("named and counted when staff falls", rows, resolution=0.06)
    gap: Estimate = average(found["counted"]["line time"] - found["named"]["line time"])
    difference = exact["counted"]["line time"] - exact["named"]["line time"]
    compare("counted less named", [("line time after the fall", difference, gap)], resolution=0.1)
    assert difference > 0.05 * exact["named"]["line time"]
    assert gap.value > 5.0 * gap.se


@sizes
def test_named_and_counted_servers_agree_when_work_is_handed_back(size: int) -> None:
    """With hand back nobody is busy beyond the staff, so names make no difference to the law."""
    known, sample, found = fall("named", "hand back", 300 * size, seed=64)
    exact = counted_fall("hand back")
    rows = [(f"{name} after the fall", exact[name], average(found[name], sample.controls)) for name in exact]
    compare("named servers hand back", known + rows, resolution=0.06)
