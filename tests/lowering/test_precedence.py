"""Who goes first: scores, promises, places and classes of customers."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.lowering import LoweringProblems
from sim.machine import Work
from tests.lowering.operations import operation, run, visits

DESK = """
contact_types:
  ask: {channel: phone, per_day: 700, hour: flat, handle_time: 2 min}
  moan: {channel: phone, per_day: 700, hour: flat, handle_time: 2 min, priority: high}
channels:
  phone: {service_level: 80 % within 30 s}
agent_groups:
  desk: {serves: {phone: first}, headcount: {mon-sun: {00:00-24:00: 2}}}
"""


def waits(folder: Path, text: str = DESK, **changes: object) -> dict[str, float]:
    """Mean wait of each kind [min]."""
    rows = visits(run(operation(folder, text, **changes)))
    served = rows[rows.started.notna()]
    means = (served.started - served.entered).groupby(served.step).mean()
    return {str(kind): float(mean) for kind, mean in means.items()}


def test_points_for_priority_weigh_against_minutes_of_waiting(tmp_path: Path) -> None:
    """With a score a high priority is worth its points, not everything: few points, little advantage."""
    absolute = waits(tmp_path)
    few = waits(tmp_path, agent_groups__desk__picks="{waited: 1, priority: 2}")
    many = waits(tmp_path, agent_groups__desk__picks="{waited: 1, priority: 1000}")
    assert absolute["moan"] < 0.35 * absolute["ask"]
    assert few["moan"] == pytest.approx(few["ask"] - 2.0, abs=0.7)
    assert many["moan"] == pytest.approx(absolute["moan"], rel=0.1)


def test_points_count_for_classes_of_customers_too(tmp_path: Path) -> None:
    """A class that is worth five minutes overtakes those who have waited less longer than it."""
    changes = {"customers": "{vip: {share: 30 %, priority: high}}", "contact_types__moan__priority": "normal"}
    op = operation(tmp_path, DESK, agent_groups__desk__picks="{waited: 1, priority: 5}", **changes)
    step = op.network.step("ask")
    assert isinstance(step, Work) and step.priority is None and step.order == "entry"
    assert step.score is not None and step.score.attributes() == {"class of customer"}
    assert step.head_start is not None
    overtaken = []
    for points in ("5", "0.001"):
        picks = f"{{waited: 1, priority: {points}}}"
        rows = visits(run(operation(tmp_path, DESK, agent_groups__desk__picks=picks, **changes)))
        served = rows[rows.started > rows.entered].sort_values(["started", "entered"])
        overtaken.append((served.entered.cummax() - served.entered).max())
    assert overtaken[0] == pytest.approx(5.0, abs=0.5)
    assert overtaken[1] < 0.01


def test_groups_with_different_points_for_the_same_contacts_are_refused(tmp_path: Path) -> None:
    """A contact has one score."""
    text = DESK + "  more: {serves: {phone: first}, picks: {waited: 2}, headcount: {mon-sun: {00:00-24:00: 1}}}\n"
    with pytest.raises(LoweringProblems, match="different points"):
        operation(tmp_path, text, agent_groups__desk__picks="{waited: 1, overdue: 3}")


def test_groups_that_pick_in_different_ways_get_what_they_need(tmp_path: Path) -> None:
    """One picks the oldest, one the earliest due, one by score: due times and scores are there, lines stay by place."""
    more = "".join(
        f"  {name}: {{serves: {{phone: first}}, picks: {picks}, headcount: {{mon-sun: {{00:00-24:00: 1}}}}}}\n"
        for name, picks in (("due", "earliest_due"), ("points", "{waited: 1, overdue: 3}"))
    )
    step = operation(tmp_path, DESK + more).network.step("ask")
    assert isinstance(step, Work)
    assert step.due is not None and step.due.mean == 0.5
    assert step.score is not None and step.order == "entry"


def test_a_channel_that_promises_only_a_resolution_is_due_by_it(tmp_path: Path) -> None:
    """The time counts from the birth of the contact, for later replies as well."""
    text = DESK.replace(
        "service_level: 80 % within 30 s",
        "resolution: 90 % within 2 d elapsed, conversation: {replies: 2, customer_thinks: {constant: 60 min}}",
    )
    network = operation(tmp_path, text, agent_groups__desk__picks="earliest_due").network
    for name in ("ask", "reply/ask"):
        step = network.step(name)
        assert isinstance(step, Work)
        assert (step.due_from, step.order) == ("birth", "due")
        assert step.due is not None and step.due.mean == 2880.0


def test_a_priority_that_is_worth_minutes_holds_for_replies_and_hand_overs(tmp_path: Path) -> None:
    """Later lines of the same contact keep its head start."""
    text = DESK.replace("30 s", "30 s, conversation: {replies: 2, customer_thinks: {constant: 60 min}}").replace(
        "priority: high", "priority: high, escalation: {share: 10 %, to: desk, handle_time: 5 min}"
    )
    network = operation(tmp_path, text, routing="{priority_worth: 30 min}").network
    for name in ("moan", "reply/moan", "escalation/moan"):
        step = network.step(name)
        assert isinstance(step, Work) and step.head_start is not None
        assert step.head_start.mean == 30.0


@pytest.mark.parametrize("shares", [("100 %", "0 %"), ("60 %", "40 %")])
def test_everybody_may_belong_to_a_class(tmp_path: Path, shares: tuple[str, str]) -> None:
    """Classes that sum to all customers leave nobody over, and one may be empty."""
    classes = f"{{vip: {{share: {shares[0]}, priority: high}}, other: {{share: {shares[1]}, priority: low}}}}"
    rows = visits(run(operation(tmp_path, DESK, customers=classes)))
    assert len(rows) > 9000


def test_a_reserve_counts_agents_also_where_they_hold_several_contacts(tmp_path: Path) -> None:
    """Two agents of three places each are kept free: six places."""
    text = DESK.replace(
        "headcount: {mon-sun: {00:00-24:00: 2}}", "concurrency: 3, shifts: {day: {hours: 00:00-24:00, mon-sun: 5}}"
    )
    text = text.replace("serves: {phone: first}", "serves: {phone: {rank: 1, reserve: 2}}")
    op = operation(tmp_path, text)
    step = op.network.step("ask")
    assert isinstance(step, Work) and step.edges[0].reserve == 6


def test_the_expected_wait_knows_how_fast_full_agents_are(tmp_path: Path) -> None:
    """Three chats at two thirds of the speed: a place is taken for half as long again."""
    text = DESK.replace(
        "headcount: {mon-sun: {00:00-24:00: 2}}",
        "concurrency: {limit: 3, speed: [1, 0.8, 0.5]}, speed: 0.8, shifts: {day: {hours: 00:00-24:00, mon-sun: 5}}",
    )
    op = operation(tmp_path, text, channels__phone__call_back="{offer_above: 5 min}")
    assert op.network.gauges[0].each == pytest.approx(2.0 / (0.5 * 0.8))


def test_the_expected_wait_weighs_kinds_by_their_contacts(tmp_path: Path) -> None:
    """1,600 contacts of 2 minutes and 200 of 20, half of which end with the bot: 3.06 minutes on average."""
    text = DESK.replace(
        "channels:", "  rare: {channel: phone, per_day: 200, hour: flat, handle_time: 20 min}\nchannels:", 1
    )
    bot = "{channels: [phone], session_time: 1 min, containment: {rare: 50 %, other: 0 %}, selection: none}"
    changes = {"contact_types__ask__per_day": "900", "channels__phone__call_back": "{offer_above: 5 min}"}
    op = operation(tmp_path, text, bot=bot, **changes)
    assert op.network.gauges[0].each == pytest.approx((1600 * 2.0 + 100 * 20.0) / 1700.0)


ROSTER = "agent,date,start,end,skills\n"


def test_the_luck_of_agents_does_not_depend_on_who_else_is_in_the_roster(tmp_path: Path) -> None:
    """A colleague with other skills, put on top of the list: everybody else is absent on the same days as before."""
    names = [f"a{i}" for i in range(6)]
    days = [f"2026-03-{d:02d}" for d in range(2, 9)]
    rows = [f"{n},{d},09:00,17:00,{'phone' if i % 2 else 'mail'}" for i, n in enumerate(names) for d in days]
    new = [f"zoe,{d},09:00,17:00,chat" for d in days]
    text = """
contact_types:
  ask: {channels: {phone: 40 %, mail: 40 %, chat: 20 %}, per_day: 300, hour: office_hours, handle_time: 4 min}
channels:
  phone: {service_level: 80 % within 30 s}
  mail: {first_response: 90 % within 24 h elapsed}
  chat: {service_level: 80 % within 60 s}
agent_groups:
  desk: {serves: {phone: first, mail: first, chat: first}, shrinkage: 30 %, roster: {file: roster.csv}}
  rest: {serves: {phone: second, mail: second, chat: second}, headcount: {mon-sun: {00:00-24:00: 1}}}
"""
    there = []
    for lines in (rows, new + rows):
        (tmp_path / "roster.csv").write_text(ROSTER + "\n".join(lines) + "\n", encoding="utf-8")
        op = operation(tmp_path, text)
        records = run(op)
        found: dict[str, set[int]] = {}
        for pool in op.groups["desk"]:
            number = [p.name for p in op.network.pools].index(pool)
            servers = [s.name for s in op.network.pools[number].servers]  # type: ignore[union-attr]
            mine = records.duty[records.duty["pool"] == number]
            for row in mine:
                found.setdefault(servers[int(row["server"])], set()).add(round(float(row["begin"])))
        found.pop("zoe", None)
        there.append(found)
    assert there[0] == there[1]
    assert any(len(days_there) < 14 for days_there in there[0].values())
    assert set(there[0]) <= set(names)


def test_a_reserve_is_a_number_of_the_group_whatever_its_agents_are_skilled_for(tmp_path: Path) -> None:
    """Four agents keep three free for the phone: not three in each set of skills; who is no use to it keeps none."""
    days = [f"2026-03-{d:02d}" for d in range(2, 9)]
    skills = {"a": "phone;mail", "b": "phone;mail", "c": "phone;chat;mail", "d": "chat;mail"}
    rows = [f"{n},{d},00:00,24:00,{s}" for n, s in skills.items() for d in days]
    (tmp_path / "roster.csv").write_text(ROSTER + "\n".join(rows) + "\n", encoding="utf-8")
    text = """
contact_types:
  ask: {channels: {phone: 20 %, mail: 60 %, chat: 20 %}, per_day: 3000, hour: flat, handle_time: 4 min}
channels:
  phone: {service_level: 80 % within 30 s}
  mail: {first_response: 90 % within 24 h elapsed}
  chat: {service_level: 80 % within 60 s}
agent_groups:
  desk: {serves: {phone: first, chat: first, mail: second}, reserve: {phone: 3}, roster: {file: roster.csv}}
"""
    op = operation(tmp_path, text)

    def kept(kind: str) -> dict[str, int]:
        step = op.network.step(kind)
        assert isinstance(step, Work)
        return {edge.pool: edge.reserve for edge in step.edges}

    assert kept("mail/ask") == {"desk/phone mail": 1, "desk": 1, "desk/chat mail": 1}, "two agents, one and one"
    assert set(kept("phone/ask").values()) == {0}
    op = operation(tmp_path, text.replace("chat: first", "chat: {rank: 3}"))
    assert kept("mail/ask") == {"desk/phone mail": 2, "desk": 1, "desk/chat mail": 0}, "chat is nothing better"
