"""Measures of simulated runs: against the engine's own areas, plain loops, and exact formulas."""

from __future__ import annotations

import numpy as np
import pytest

from sim.machine import (
    Anchor,
    Break,
    Calendar,
    Constant,
    Duty,
    Edge,
    Exponential,
    Network,
    NetworkBuilder,
    Server,
    Spawn,
    simulate,
)
from sim.measures import Intervals, Service, measure
from sim.theory import erlang_a
from tests.measures.plain import contact_measures, contact_rows, line_measures, pool_minutes

SERVICES = (
    Service("phone", awt=1.0, share=0.8),
    Service(("chat", "mail"), awt=5.0, name="written"),
)
END = 480.0


def house() -> Network:
    """A busy half day with nearly everything the machine can do."""
    b = NetworkBuilder("house", end=END, warm_up=120.0, follow=90.0)
    b.stream("calls", to="phone", rate=0.5)
    b.stream("chats", to="chat", rate=0.4)
    b.calendar(Calendar("hours", [(-200.0, 300.0), (330.0, 1000.0)]))
    b.work(
        "phone",
        served_by=["team", Edge("crew", rank=2, after=2.0)],
        size=Exponential(5.0),
        patience=Exponential(6.0),
        silent=0.3,
        ghost=Constant(0.5),
        opening="hours",
        at_close="leave",
        limit=6,
    )
    b.work("chat", served_by="crew", size=Exponential(9.0), after_work=Constant(1.0), patience=Exponential(15.0))
    b.work("mail", served_by="crew", size=Exponential(8.0), end_of_duty="pause", units=2)
    b.counted("team", [(-200, 2), (100, 4), (200, 1), (260, 3)], end_of_duty="hand back")
    b.named(
        "crew",
        [
            Server("anna", (Duty(-120, 200), Duty(240, 600)), (Break(60, 20), Break(300, 15, "whole"))),
            Server("bert", (Duty(0, 470),), (Break(180, 30, "whole"),)),
            Server("carl", (Duty(100, 400, presence=0.5),)),
        ],
        slots=3,
        curve=(1.0, 0.8, 0.6),
        end_of_duty="hand back",
    )
    redial = Spawn("phone", delay=Exponential(10.0))
    b.route("phone", "abandoned", b.clause("redial", probability=0.5, spawn=[redial]))
    b.route("chat", "done", b.clause("follow up", to="mail", probability=0.3))
    b.watch("too long", Anchor("entered", "chat"), Constant(12.0), stop=(Anchor("started", "chat"),), to="mail")
    return b.build()


@pytest.fixture(scope="module")
def runs() -> list:
    """Three replications of the house."""
    network = house()
    return [simulate(network, seed=4, replication=i) for i in range(3)]


def test_areas_under_lines_and_pools_are_those_the_engine_kept(runs: list) -> None:
    """Job-minutes in line by step and slot-minutes by pool, clipped to the period."""
    for r in runs:
        t = measure(r, SERVICES, ())
        for step, area in zip(r.network.steps, r.tally.waiting, strict=True):
            assert t.row("queue_length", "step", step.name)["numerator"] == pytest.approx(area, rel=1e-9)
        for pool, area in zip(r.network.pools, r.tally.serving, strict=True):
            assert 60 * t.value("slot_hours", "pool", pool.name) == pytest.approx(area, rel=1e-9)


def test_simulated_records_measure_the_same_in_plain_loops(runs: list) -> None:
    """Every contact, line and pool measure, in the period and by two hours."""
    grid = Intervals.regular(END, 120.0)
    r = runs[0]
    t = measure(r, SERVICES, grid)
    scopes = {("channel", "phone"): ("phone",), ("channel", "written"): ("chat", "mail"), ("step", "mail"): ("mail",)}
    for (kind, name), steps in scopes.items():
        contacts = contact_rows(r, SERVICES[0] if "phone" in steps else SERVICES[1], steps)
        for i in range(-1, grid.n):
            begin, end = (0.0, END) if i < 0 else (float(grid.edges[i]), float(grid.edges[i + 1]))
            inside = [c for c in contacts if begin <= c["entered"] < end]
            expected = contact_measures(inside) | line_measures(r, steps, begin, end)
            assert {m: t.value(m, kind, name, i) for m in expected} == pytest.approx(expected), (kind, name, i)
            for p, pool in enumerate(r.network.pools):
                minutes = pool_minutes(r, p, begin, end)
                got = {m: 60 * t.value(f"{m}_hours", "pool", pool.name, i) for m in minutes}
                assert got == pytest.approx(minutes, abs=1e-6), (pool.name, i)
    fates = ("answered", "abandoned", "blocked", "closed", "moved", "open_contacts")
    seen = {m for m in fates for run in runs if measure(run, SERVICES, ()).value(m, "step", "chat") > 0}
    seen |= {m for m in fates for run in runs if measure(run, SERVICES, ()).value(m, "step", "phone") > 0}
    assert seen >= {"answered", "abandoned", "blocked", "closed", "moved"}  # the house is busy enough to say something
    assert t.value("dropped") >= 0 and t.value("overrun_hours", "pool", "team") == 0.0


def test_numerators_and_denominators_pool_over_replications(runs: list) -> None:
    """The ratio of the sums lies between the ratios."""
    rows = [measure(r, SERVICES, ()).row("service_level", "channel", "phone") for r in runs]
    pooled = sum(x["numerator"] for x in rows) / sum(x["denominator"] for x in rows)
    assert min(x["value"] for x in rows) < pooled < max(x["value"] for x in rows)


def test_a_line_with_impatient_callers_measures_as_erlang_a_says() -> None:
    """Service levels, waits, abandonment, occupancy and queue within 4 standard errors of the exact values."""
    b = NetworkBuilder("erlang-a", end=1500.0, warm_up=60.0, follow=200.0)
    b.stream("calls", to="line", rate=2.0)
    b.work("line", served_by="desk", size=Exponential(5.0), patience=Exponential(4.0))
    b.counted("desk", 10)
    network, awt = b.build(), 0.5
    exact = erlang_a(2.0, 5.0, 4.0, 10, awt=awt)
    expected = {
        "service_level": exact.service_level("A"),
        "service_level_b": exact.service_level("B"),
        "service_level_c": exact.service_level("C"),
        "service_level_d": exact.service_level("D"),
        "abandonment": exact.p_abandoned,
        "accessibility": exact.p_served,
        "asa": exact.asa,
        "mean_wait": exact.mean_wait,
        "excess_wait": exact.excess_wait,
        "queue_length": exact.mean_line,
        "occupancy": exact.mean_busy / 10,
        "carried_load": exact.mean_busy,
        "handle_time": 5.0,
    }
    tables = [measure(simulate(network, seed=7, replication=i), [Service("line", awt=awt)], ()) for i in range(8)]
    for name, value in expected.items():
        rows = [t.row(name) for t in tables]
        x, y = (np.array([row[k] for row in rows]) for k in ("numerator", "denominator"))
        theta = x.sum() / y.sum()
        error = np.std(x - theta * y, ddof=1) / (np.sqrt(len(rows)) * y.mean())
        assert abs(theta - value) < 4.0 * error, f"{name}: {theta:.4f} against {value:.4f}, standard error {error:.4f}"
        assert error < 0.12 * value


def test_records_without_a_single_job_can_be_measured() -> None:
    """Nothing happens: totals are 0, ratios absent."""
    b = NetworkBuilder("quiet", end=60.0)
    b.recorded("calls", to="phone", times=[])
    b.work("phone", served_by="desk")
    b.counted("desk", 1)
    t = measure(simulate(b.build()), [Service("phone", awt=1.0, share=0.8, due=5.0)])
    assert t.value("arrivals") == t.value("tickets") == t.value("backlog") == t.value("queue_maximum") == 0.0
    assert t.value("on_duty_hours") == 1.0 and t.value("occupancy") == 0.0
    assert not {"asa", "service_level", "ticket_time", "wait_p50"} & set(t.frame["measure"])
