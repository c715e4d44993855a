"""Contacts of orders: thinned streams with a lag are exactly what a job for every order would bring."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from sim.lowering import Operation
from sim.lowering.laws import lower_law
from sim.machine import Anchor, Constant, Hazard, NetworkBuilder, Records, Spawn, simulate
from sim.scenario.model import Delivery, OrderDriven
from sim.scenario.model.order_flow import contact_flow, first_contact_hazard, time_on_time
from sim.scenario.model.profiles import PROFILES
from tests.lowering.operations import operation, run, visits

SHOP = """
period: {start: 2026-03-02, length: 20 d, warm_up: 30 d, time_zone: UTC}
orders:
  per_day: 20000
  hour: evening_shopper
  delivery: {median: 3 d, p90: 5 d, promise: 4 d}
reasons:
  where: {when: before_delivery, per_100_orders: 5, once_late: times 4, handle_time: 1 min}
  broken:
    {when: after_delivery, per_100_orders: 2, once_late: 2, lag: {law: exponential, mean: 1 d}, handle_time: 1 min}
  ask: {when: before_order, per_100_orders: 3, handle_time: 1 min}
channels:
  mail: {share: 100 %, first_response: 90 % within 24 h elapsed}
agent_groups:
  team: {serves: {mail: first}, headcount: {mon-sun: {00:00-24:00: 500}}}
"""
HEAD = "aftersim: 1\ntitle: Shop\n"


def contacts(op: Operation, name: str, records: Records) -> np.ndarray:
    """Times at which contacts of a type come in."""
    rows = visits(records)
    return np.sort(rows[rows.step == name].entered.to_numpy())


ORDERS = 400_000
"""Orders of the other way, in 20 days."""


def per_order(delivery: Delivery, driven: OrderDriven) -> np.ndarray:
    """The same reason with a job for every order: a clock beside each awaited delivery brings its contact.

    Gives the age of the order at each contact [min].
    """
    law = lower_law(delivery.time)
    assert law is not None and delivery.promise is not None
    hazard = driven.per_order / time_on_time(delivery)
    b = NetworkBuilder("orders", end=20 * 1440.0, follow=40 * 1440.0)
    b.stream("orders", "awaiting", ORDERS / (20 * 1440.0), end=20 * 1440.0)
    b.delay("awaiting", law)
    b.delay("contact", Constant(0.0), recorded=True)
    b.watch(
        "asks",
        Anchor("entered", "awaiting"),
        Hazard((0.0, delivery.promise), (hazard, driven.once_late * hazard)),
        stop=(Anchor("left", "awaiting"),),
        spawn=(Spawn("contact"),),
    )
    rows = simulate(b.build(), seed=5, replication=0).jobs
    births = dict(zip(rows["number"].tolist(), rows["birth"].tolist(), strict=True))
    child = rows["parent"] >= 0
    parents = [births[number] for number in rows["parent"][child].tolist()]
    return np.asarray(rows["birth"][child] - np.array(parents))


def test_a_thinned_stream_is_what_a_job_for_every_order_brings(tmp_path: Path) -> None:
    """Number and age of the first contacts while a delivery is awaited, without a job for the 19 of 20 other orders."""
    op = operation(tmp_path, HEAD + SHOP)
    assert op.scenario.orders is not None and op.scenario.orders.delivery is not None
    driven = op.scenario.contact_types["where"].arrivals
    assert isinstance(driven, OrderDriven)
    ages = per_order(op.scenario.orders.delivery, driven)
    share, table = first_contact_hazard(driven, op.scenario.orders.delivery)
    assert abs(ages.size - ORDERS * share) < 4 * np.sqrt(ORDERS * share)
    _, p = stats.kstest(np.interp(ages, table.minutes, table.shares), "uniform")
    assert p > 0.001
    assert run(op).jobs.size < 0.2 * 20_000 * 50, "jobs are contacts, not orders"


def test_the_number_of_contacts_is_that_of_orders_times_their_share(tmp_path: Path) -> None:
    """In the long run a day brings per-day orders x probability, whatever the lag."""
    op = operation(tmp_path, HEAD + SHOP)
    records = run(op)
    assert op.scenario.orders is not None
    for name in ("where", "broken", "ask"):
        driven = op.scenario.contact_types[name].arrivals
        assert isinstance(driven, OrderDriven)
        flow = contact_flow(driven, op.scenario.orders.delivery)
        times = contacts(op, name, records)
        counted = ((times >= 0) & (times < 20 * 1440)).sum()
        expected = 20_000 * 20 * flow.probability
        assert abs(counted - expected) < 4 * np.sqrt(expected)


@pytest.mark.parametrize("name", ["where", "broken", "ask"])
def test_contacts_come_when_customers_are_awake(tmp_path: Path, name: str) -> None:
    """By hour of the day contacts follow the customers' profile, also days after the order."""
    op = operation(tmp_path, HEAD + SHOP)
    times = contacts(op, name, run(op))
    times = times[(times >= 0) & (times < 20 * 1440)]
    counts = np.bincount((times % 1440 // 60).astype(int), minlength=24)
    weights = np.array(PROFILES["evening_shopper"].weights)
    assert np.abs(counts / counts.sum() - weights / weights.sum()).sum() / 2 < 0.05


def test_a_policy_that_changes_a_share_keeps_the_other_contacts(tmp_path: Path) -> None:
    """Half as many contacts of a reason are half of the same contacts, with their keys and times."""
    op = operation(tmp_path, HEAD + SHOP)
    fewer = operation(tmp_path, HEAD + SHOP, reasons__ask__per_100_orders="times 0.5")
    many, few = set(contacts(op, "ask", run(op)).tolist()), set(contacts(fewer, "ask", run(fewer)).tolist())
    assert few < many
    assert len(few) / len(many) == pytest.approx(0.5, abs=0.01)
    others = [contacts(o, "where", run(o)).tolist() for o in (op, fewer)]
    assert others[0] == others[1]


def test_busy_days_of_orders_are_busy_days_of_their_contacts_later(tmp_path: Path) -> None:
    """One factor moves orders; contacts of other days feel it after the lag, those before the order at once."""
    text = HEAD + SHOP.replace("  hour: evening_shopper\n", "  hour: evening_shopper\n  busyness: {day_sd: 30 %}\n")
    op = operation(tmp_path, text)
    by_day = {}
    for name in ("ask", "broken"):
        times = np.concatenate([contacts(op, name, run(op, replication=r)) for r in range(6)])
        times = times[(times >= 0) & (times < 20 * 1440)]
        by_day[name] = np.bincount((times // 1440).astype(int), minlength=20)
    spread = {name: counts.std() / counts.mean() for name, counts in by_day.items()}
    assert spread["ask"] > 2 * spread["broken"], "the lag mixes the days"


def test_what_campaigns_and_incidents_add_is_reported_with_its_reason(tmp_path: Path) -> None:
    """Contacts beyond the usual, and those that an incident adds, are born in streams of their own."""
    from experiments.replication.promises import desk_of
    from sim.measures import measure

    events = "{push: {start: 2026-03-08, days: [1.5], contact_types: [where, ask]}}"
    strike = "{start: 2026-03-09 06:00, end: 2026-03-09 18:00, adds: 100, contact_types: [where]}"
    op = operation(tmp_path, HEAD + SHOP, events=events, incidents=f"{{strike: {strike}}}", orders__per_day="2000")
    names = {s.name for s in op.network.streams}
    assert names == {"where", "where by strike", "where beyond the usual", "ask", "broken"}
    assert {op.sources[name] for name in names} == {"where", "ask", "broken"}
    table = measure(run(op), desk=desk_of(op))
    found = [table.value("arrivals", "stream", name) for name in ("where", "ask", "broken")]
    assert sum(found) == table.value("arrivals")
    assert set(table.frame.loc[table.frame.scope_kind == "stream", "scope"]) == {"where", "ask", "broken"}
