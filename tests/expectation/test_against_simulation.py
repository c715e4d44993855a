"""The expected flow beside what the machine counts, where nobody gives up: they agree within noise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.expectation import expected_flow, not_counted
from sim.expectation.screen import day_in_words
from sim.lowering import Operation, lower
from sim.machine import Exit, simulate
from sim.machine.records import FIRST
from sim.scenario import load

ROOT = Path(__file__).parents[2]
PATIENT = {
    "channels.chat.patience": "never",
    "channels.phone.patience": "never",
    "repeat_contacts.overdue_email": "none",
    "orders.busyness": "{day_sd: 0 %}",
    # nobody holds two chats: the time a chat takes is its work
    "agent_groups.chat_team.concurrency": "1",
    "agent_groups.chat_team.shifts": "{all: {hours: 08:00-24:00, mon-sun: 40}}",
}


def counted(operation: Operation, replications: int) -> dict[str, np.ndarray]:
    """Sessions, contacts at the agents' door, and hours of work of each kind, by replication."""
    found = {k: np.zeros((replications, 3)) for k in operation.scenario.kinds}
    network = operation.network
    for r in range(replications):
        rows = simulate(network, seed=7, replication=r).visits
        rows = rows[(rows["entered"] >= 0.0) & (rows["entered"] < network.end)]
        first = (rows["flags"] & FIRST) > 0
        for i, step in enumerate(network.steps):
            role, here = operation.roles[step.name], rows["step"] == i
            if role.part in ("bot", "self_service"):
                found[role.kind][r, 0] += (here & first).sum()
            elif role.part in ("contact", "call_back", "reply"):
                if role.part != "reply":
                    found[role.kind][r, 1] += (here & first & (rows["exit"] != Exit.CLOSED)).sum()
                done = rows[here & (rows["exit"] == Exit.DONE)]
                found[role.kind][r, 2] += float((done["left"] - done["started"]).sum()) / 60.0
    return found


def agree(operation: Operation, replications: int, work: bool = True) -> None:
    flow = expected_flow(operation)
    found = counted(operation, replications)
    for kind, rows in found.items():
        mean = rows.mean(axis=0)
        for i, values in enumerate((flow.sessions, flow.offered)):
            expected = float(values[kind].sum())
            assert abs(mean[i] - expected) < 4.5 * np.sqrt(max(expected, 1.0) / replications) + 1.0, (kind, i)
        if work:
            hours, contacts = float(flow.work[kind].sum()), max(float(flow.offered[kind].sum()), 1.0)
            noise = 6.0 * hours / np.sqrt(contacts * replications)
            assert abs(mean[2] - hours) < noise + 0.1, kind


def test_the_baseline_with_patient_customers() -> None:
    """Sessions, contacts that reach agents, and their work, of thirty kinds."""
    agree(lower(load(ROOT / "scenarios/baseline.yaml", PATIENT)), 4)


SHOP = """
aftersim: 1
title: Shop
period: {start: 2026-03-02, length: 14 d, warm_up: 14 d, time_zone: Europe/Berlin}
contact_types:
  ask: {channels: {chat: 60 %, phone: 40 %}, per_day: {mon-fri: 800, sat-sun: 400}, hour: evening_shopper,
        handle_time: {law: exponential, mean: 4 min}}
  moan: {channel: mail, per_day: 300, hour: evening_shopper, handle_time: 8 min}
channels:
  chat: {service_level: 80 % within 60 s, open: daily 08:30-23:00, when_closed: mail}
  phone: {service_level: 80 % within 30 s, open: mon-fri 09:00-18:00, when_closed: chat}
  mail: {first_response: 90 % within 24 h elapsed, conversation: {replies: 2, customer_thinks: 6 h}}
  social: {first_response: 90 % within 24 h elapsed, open: daily 09:00-20:00, when_closed: come_back}
self_service: {channels: [mail, social], entry: 50 %, session_time: 2 min, containment: 20 %, selection: moderate,
               false_containment: 0 %, hand_off: {factor: 80 %, extra: 0 min}}
bot: {channels: [chat, social], entry: 90 %, session_time: 2 min, containment: {ask: 40 %, other: 20 %},
      selection: strong, gives_up: 5 %, hand_off: {extra: 1 min},
      false_containment: {share: 30 %, after: 6 h, to: {same: 50 %, phone: 50 %}, at_most: 2},
      outages: {once: {start: 2026-03-05 10:00, end: 2026-03-06 10:00}}}
repeat_contacts:
  unresolved: {share: 20 %, after: 1 d, to: {same: 50 %, social: 50 %}, at_most: 2}
agent_groups:
  desk: {serves: {chat: first, phone: first, mail: first, social: first}, headcount: {mon-sun: {00:00-24:00: 200}}}
"""


@pytest.mark.parametrize("after_again", ["yes", "no"])
def test_a_desk_with_every_way(tmp_path: Path, after_again: str) -> None:
    """Two machines in front, chains of closed doors, outages, hand-offs, conversations, several sorts of repeats."""
    file = tmp_path / "scenario.yaml"
    file.write_text(SHOP, encoding="utf-8")
    agree(lower(load(file, {"bot.after_again": after_again})), 4)


def test_first_contacts_of_orders_hour_by_hour(tmp_path: Path) -> None:
    """Lags, growth, a campaign and an incident: the contacts of each day are those expected, and so are the hours."""
    text = """
aftersim: 1
title: Shop
period: {start: 2026-03-23, length: 10 d, warm_up: 21 d, time_zone: Europe/Berlin}
orders:
  per_day: 6000
  hour: evening_shopper
  growth: 5 % per week
  delivery: {median: 3 d, p90: 5 d, promise: 5 d}
events: {sale: {start: 2026-03-24, days: [3, 2]}}
incidents:
  strike: {start: 2026-03-28 06:00, end: 2026-03-29 18:00, contacts: times 2, contact_types: [where], fading: 12 h}
reasons:
  where: {when: before_delivery, per_100_orders: 10, handle_time: 1 min, once_late: times 3}
  broken: {when: after_delivery, per_100_orders: 10, handle_time: 1 min}
  ask: {when: before_order, per_100_orders: 10, handle_time: 1 min}
channels:
  mail: {share: 100 %, first_response: 90 % within 24 h elapsed}
agent_groups:
  team: {serves: {mail: first}, headcount: {mon-sun: {00:00-24:00: 500}}}
"""
    file = tmp_path / "scenario.yaml"
    file.write_text(text, encoding="utf-8")
    op = lower(load(file))
    flow = expected_flow(op)
    replications = 4
    times = {name: np.zeros(0) for name in ("where", "broken", "ask")}
    for r in range(replications):
        rows = simulate(op.network, seed=3, replication=r).visits
        for name in times:
            mine = rows[rows["step"] == [s.name for s in op.network.steps].index(name)]
            times[name] = np.append(times[name], mine["entered"])
    for name, at in times.items():
        expected = flow.first[name]
        edges = np.append(flow.hours.begin[:, 0], flow.hours.end[-1, -1])
        days = np.histogram(at, bins=edges)[0] / replications
        assert np.abs(days - expected.sum(axis=1)).max() < 4.5 * np.sqrt(expected.sum(axis=1).max() / replications), (
            name
        )
        hours = np.zeros(24)
        for h in range(24):
            inside = [(at >= a) & (at < b) for a, b in zip(flow.hours.begin[:, h], flow.hours.end[:, h], strict=True)]
            hours[h] = np.sum(inside) / replications
        by_hour = expected.sum(axis=0)
        assert (np.abs(hours - by_hour) / np.sqrt(np.maximum(by_hour, 5.0) / replications)).max() < 5.0, name


NO_DAYS = {"orders.busyness": "{day_sd: 0 %}"}
NOBODY_AGAIN = {"repeat_contacts.abandoned": "none", "repeat_contacts.overdue_email": "none"}
SHIPPED: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "small_shop.yaml": ({}, ("customers who give up",)),
    "baseline.yaml": (
        NO_DAYS | NOBODY_AGAIN,
        ("customers who give up, and come again", "who chases an answer on email"),
    ),
    "double_11.yaml": (
        NO_DAYS | NOBODY_AGAIN,
        ("customers who give up, and come again", "who chases an answer on email"),
    ),
    "incident_day.yaml": (
        NO_DAYS | NOBODY_AGAIN,
        ("customers who give up, and come again", "who chases an answer on email"),
    ),
    "cases/bank_1999/scenario.yaml": ({}, ("customers who give up",)),
}


@pytest.mark.parametrize("name", SHIPPED)
def test_the_numbers_of_the_first_screen_are_those_of_a_run(name: str) -> None:
    """Sessions and contacts a day of each channel, apart from what the screen itself says that it leaves out."""
    changes, left_out = SHIPPED[name]
    file = ROOT / "scenarios" / name
    assert not_counted(lower(load(file))) == left_out
    operation = lower(load(file, changes))
    flow, replications = expected_flow(operation), 3
    found = counted(operation, replications)
    for channel in operation.scenario.channels:
        mine = [k.name for k in operation.scenario.kinds.values() if k.channel == channel]
        for i, values in enumerate((flow.sessions, flow.offered)):
            expected = sum(float(values[k].sum()) for k in mine)
            mean = sum(found[k][:, i].mean() for k in mine)
            noise = 4.0 * np.sqrt(max(expected, 1.0) / replications)
            assert abs(mean - expected) < 0.02 * expected + noise, (channel, i, mean, expected)


def test_those_who_give_up_and_chase_are_what_the_screen_leaves_out() -> None:
    """On the baseline a run has a few more contacts than the screen, all from redials and chasers."""
    operation = lower(load(ROOT / "scenarios/baseline.yaml", NO_DAYS))
    flow = expected_flow(operation)
    mine = [k.name for k in operation.scenario.kinds.values() if k.channel in ("chat", "phone")]
    expected = sum(float(flow.offered[k].sum()) for k in mine)
    found = sum(counted(operation, 2)[k][:, 1].mean() for k in mine)
    assert 1.01 < found / expected < 1.08


EVERYTHING_LEFT_OUT = """
aftersim: 1
title: Desk
period: {start: 2026-03-02, length: 7 d}
contact_types:
  ask: {channel: phone, per_day: 240, hour: flat, handle_time: 6 min}
channels:
  phone: {service_level: 80 % within 60 s, queue_limit: 20, call_back: {offer_above: 5 min, reached: 80 %}}
  mail: {first_response: 90 % within 24 h elapsed}
repeat_contacts: {blocked: 50 %}
bot: {channels: [phone], containment: 40 %, capacity: 5, false_containment: 0 %}
agent_groups:
  desk:
    serves: {phone: first, mail: second}
    learning: {after: {0: 60 %, 200: 100 %}, done: 0}
    shifts: {day: {hours: 00:00-24:00, mon-sun: 5}}
    on_call: {when: {waiting: phone, above: 5, below: 1}, shifts: {late: {hours: 10:00-17:00, mon-fri: 1}}}
"""


def test_what_is_left_out_is_said_only_where_there_is_any(tmp_path: Path) -> None:
    """Each word of the language that the expected flow does not follow has its own words."""
    file = tmp_path / "scenario.yaml"
    file.write_text(EVERYTHING_LEFT_OUT, encoding="utf-8")
    assert not_counted(lower(load(file))) == (
        "full lines, and who comes again after one",
        "that the bot may be full",
        "customers whom a call-back does not reach",
        "what agents learn meanwhile",
        "agents on call",
    )
    text = EVERYTHING_LEFT_OUT.split("    learning:")[0] + "    headcount: {mon-sun: {00:00-24:00: 9}}\n"
    file.write_text(text.replace(", queue_limit: 20, call_back: {offer_above: 5 min, reached: 80 %}", ""))
    plain = lower(load(file, {"bot": "none", "repeat_contacts": "none"}))
    assert not_counted(plain) == ()
    assert "not counted" not in " ".join(day_in_words(plain, expected_flow(plain)))
    minimal = lower(load(ROOT / "scenarios/minimal.yaml"))
    assert day_in_words(minimal, expected_flow(minimal))[-1] == "not counted: customers who give up"
