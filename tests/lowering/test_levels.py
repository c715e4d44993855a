"""Events and incidents: they act on contacts when these come, not when somebody ordered."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.lowering.operations import operation, run, visits

SHOP = """
aftersim: 1
title: Shop
period: {start: 2026-03-02, length: 8 d, warm_up: 12 d, time_zone: Europe/Berlin}
orders:
  per_day: 8000
  hour: evening_shopper
  delivery: {median: 3 d, p90: 5 d, promise: 5 d}
reasons:
  where: {when: before_delivery, per_100_orders: 10, handle_time: 1 min}
  broken: {when: after_delivery, per_100_orders: 10, handle_time: 1 min}
  ask: {when: before_order, per_100_orders: 10, handle_time: 1 min}
channels:
  mail: {share: 100 %, first_response: 90 % within 24 h elapsed}
agent_groups:
  team: {serves: {mail: first}, headcount: {mon-sun: {00:00-24:00: 500}}}
"""


def by_day(folder: Path, name: str, replications: int = 2, **changes: object) -> np.ndarray:
    """Mean contacts of a type on each day."""
    op = operation(folder, SHOP, **changes)
    total = np.zeros(8)
    for r in range(replications):
        rows = visits(run(op, replication=r))
        at = rows[rows.step == name].entered.to_numpy()
        total += np.histogram(at, bins=8, range=(0.0, 8 * 1440.0))[0]
    return total / replications


STRIKE = "{strike: {start: 2026-03-06 00:00, end: 2026-03-08 00:00, contacts: %s, contact_types: [%s]}}"


@pytest.mark.parametrize("name", ["where", "broken", "ask"])
@pytest.mark.parametrize(("words", "factor"), [("times 3", 3.0), ("times 0.4", 0.4)])
def test_an_incident_multiplies_the_contacts_of_its_days(tmp_path: Path, name: str, words: str, factor: float) -> None:
    """Contacts of the days of a strike are so many times the usual ones, whenever the orders were placed."""
    usual = by_day(tmp_path, name)
    struck = by_day(tmp_path, name, incidents=STRIKE % (words, name))
    inside = np.zeros(8, dtype=bool)
    inside[4:6] = True
    assert struck[inside] / usual[inside] == pytest.approx(factor, rel=0.12)
    assert struck[~inside].tolist() == usual[~inside].tolist(), "the other days keep their contacts, each of them"


def test_an_event_on_a_reason_multiplies_its_contacts(tmp_path: Path) -> None:
    """An event may name a reason; a first version did nothing then."""
    events = "{sale: {start: 2026-03-06, days: [3], hours: {00:00-12:00: 2}, contact_types: [broken, ask]}}"
    for name in ("broken", "ask"):
        usual, sale = by_day(tmp_path, name), by_day(tmp_path, name, events=events)
        weights = np.array([4.0, 3.0])  # about a third of a day's contacts come before noon
        assert weights[1] < sale[4] / usual[4] < 6.0
        assert sale[6:].tolist() == usual[6:].tolist()


def test_two_incidents_at_a_time_multiply_and_a_second_one_keeps_the_contacts_of_the_first(tmp_path: Path) -> None:
    """3 times 2 is 6 in the hours they share; the extra contacts of the first one are not drawn anew."""
    first = "strike: {start: 2026-03-06 00:00, end: 2026-03-08 00:00, contacts: times 3, contact_types: [where]}"
    second = "storm: {start: 2026-03-07 00:00, end: 2026-03-09 00:00, contacts: times 2, contact_types: [where]}"
    usual = by_day(tmp_path, "where")
    one, both = (by_day(tmp_path, "where", incidents=words) for words in (f"{{{first}}}", f"{{{first}, {second}}}"))
    assert both[4] == one[4]
    assert both[5] / usual[5] == pytest.approx(6.0, rel=0.12)
    assert both[6] / usual[6] == pytest.approx(2.0, rel=0.12)


def test_an_incident_that_began_before_the_warm_up_is_there(tmp_path: Path) -> None:
    """Its factor holds from the first minute that is simulated."""
    text = """
contact_types:
  ask: {channel: mail, per_day: 2000, hour: flat, handle_time: 1 min}
channels:
  mail: {first_response: 90 % within 24 h elapsed}
agent_groups:
  team: {serves: {mail: first}, headcount: {mon-sun: {00:00-24:00: 500}}}
"""
    incidents = "{strike: {start: 2026-02-01 00:00, end: 2026-03-03 00:00, contacts: times 3, contact_types: [ask]}}"
    rate = operation(tmp_path, text, incidents=incidents).network.streams[0].rate  # type: ignore[union-attr]
    assert rate.integral(0.0, 1440.0) == pytest.approx(6000.0)
    assert rate.integral(1440.0, 2880.0) == pytest.approx(2000.0)


def test_a_fading_incident_does_not_depend_on_the_steps_of_the_rate(tmp_path: Path) -> None:
    """An edge of the rate inside a step of the fading changes nothing."""
    from datetime import datetime

    from sim.lowering.levels import with_incidents
    from sim.machine import Timeline
    from sim.scenario.model import Incident
    from sim.scenario.model.period import Period

    period = Period(start=datetime(2026, 3, 2), length=1440.0)
    start, end = datetime(2026, 3, 2, 1), datetime(2026, 3, 2, 5)
    strike = Incident(start=start, end=end, contact_types=("ask",), factor=3.0, fading=60.0)
    plain, cut = Timeline([0.0, 1440.0], [1.0, 0.0]), Timeline([0.0, 67.0, 1440.0], [1.0, 1.0, 0.0])
    one, two = (with_incidents(rate, [strike], period).integral(0.0, 1440.0) for rate in (plain, cut))
    assert one == pytest.approx(two, rel=1e-12)
    exact = 1440.0 + 2.0 * 60.0 / np.log(2.0) * (1.0 - 2.0**-4)
    assert one == pytest.approx(exact, rel=1e-3)
