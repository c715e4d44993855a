"""What a scenario means before it is run: load beside staff, and the formula where one exists."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.expectation import expected_flow, group_loads, mean_handle_time
from sim.formula import formulas
from sim.lowering import Operation, lower
from sim.scenario import load
from sim.theory import erlang_a

SCENARIOS = Path(__file__).parents[2] / "scenarios"

TWO = """
aftersim: 1
title: Two groups
period: {start: 2026-03-02, length: 7 d}
contact_types:
  call: {channel: phone, per_day: {mon-sun: 240}, hour: flat, handle_time: 6 min, patience: 3 min}
channels:
  phone: {service_level: 80 % within 30 s}
agent_groups:
  day:   {serves: {phone: first},  shrinkage: 10 %, headcount: {mon-fri: {"08:00-20:00": 2}}}
  night: {serves: {phone: second}, headcount: {mon-sun: {"00:00-24:00": 1}}}
"""


def operation(folder: Path, text: str, **changes: object) -> Operation:
    file = folder / "scenario.yaml"
    file.write_text(text, encoding="utf-8")
    return lower(load(file, {k.replace("__", "."): v for k, v in changes.items()} or None))


def test_work_goes_to_the_first_choice_that_is_there(tmp_path: Path) -> None:
    """10 calls an hour of 6 minutes are 1 Erlang: the day group's when it is on duty, else the night group's."""
    day, night = group_loads(operation(tmp_path, TWO))
    assert day.load[0, 10] == pytest.approx(1.0)
    assert night.load[0, 10] == 0.0
    assert day.load[0, 3] == 0.0
    assert night.load[0, 3] == pytest.approx(1.0)
    assert night.load[6, 10] == pytest.approx(1.0)
    assert day.staff[0, 10] == pytest.approx(1.8)
    assert day.load_hours + night.load_hours == pytest.approx(168.0)


def test_a_closed_door_that_refuses_brings_no_work(tmp_path: Path) -> None:
    """Calls that are lost at a closed door are nobody's work."""
    changed = {"channels__phone__open": "mon-sun 09:00-12:00", "channels__phone__when_closed": "lost"}
    day, night = group_loads(operation(tmp_path, TWO, **changed))
    assert day.load_hours + night.load_hours == pytest.approx(7 * 3.0)


def test_breaks_and_absence_come_off_the_staff() -> None:
    """Small shop: 5 x 9 h with 1 h break and 10 % absence on five days, 2 on Saturday."""
    (desk,) = group_loads(lower(load(SCENARIOS / "small_shop.yaml")))
    assert desk.staff_hours == pytest.approx((5 * 5 + 2) * 8 * 0.9)


def test_contacts_and_handle_times_of_a_log() -> None:
    """The bank's January: 30,161 calls in 31 days; the mean over the types that called."""
    bank = lower(load(SCENARIOS / "cases/bank_1999/scenario.yaml"))
    flow = expected_flow(bank)
    assert flow.per_day(flow.first["call"]) == pytest.approx(30161 / 31)
    assert mean_handle_time(bank, "call") * 60 == pytest.approx(184, abs=6)
    (desk,) = group_loads(bank)
    assert np.nansum(desk.load) > 0


def test_the_formula_of_the_theory_check_is_erlang_a() -> None:
    """Constant rate, exponential laws, constant head-count: Erlang A, with the numbers of the file."""
    (found,) = formulas(lower(load(SCENARIOS / "theory_check.yaml")))
    assert found.name.startswith("Erlang A")
    assert found.values == erlang_a(2.0, 5.0, 5.0, 10, 0.5)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("contact_types.call.hour", "office_hours"),
        ("contact_types.call.handle_time", "5 min"),
        ("contact_types.call.after_contact_work", "1 min"),
        ("contact_types.call.priority", "high"),
        ("channels.phone.open", "daily 08:00-20:00"),
        ("agent_groups.desk.shrinkage", "5 %"),
        ("busyness", "{day_sd: 10 %}"),
        ("channels.phone.balking", "5 %"),
        ("repeat_contacts", "{abandoned: {share: 20 %, after: 20 min}}"),
        ("bot", "{channels: [phone], session_time: 1 min, containment: 20 %}"),
        ("customers", "{vip: {share: 5 %, priority: high}}"),
        ("incidents", "{night: {start: 2026-03-02 01:00, end: 2026-03-02 02:00, contact_types: [call], adds: 9}}"),
    ],
)
def test_no_formula_is_claimed_where_none_is_exact(path: str, value: str) -> None:
    """One condition less, and nothing is printed."""
    assert formulas(lower(load(SCENARIOS / "theory_check.yaml", {path: value}))) == []


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        (
            {"contact_types.call.patience": "never", "agent_groups.desk.headcount": '{mon-sun: {"00:00-24:00": 12}}'},
            "Erlang C",
        ),
        ({"contact_types.call.patience": "{constant: 2 min}"}, "M/M/n+D"),
        ({"channels.phone.queue_limit": "3"}, "M/M/n/K+M"),
    ],
)
def test_other_formulas(changes: dict[str, object], name: str) -> None:
    """Nobody gives up, everybody gives up at once, a short line: each has its own formula."""
    (found,) = formulas(lower(load(SCENARIOS / "theory_check.yaml", changes)))
    assert found.name.startswith(name)


def test_a_line_that_grows_for_ever_has_no_formula() -> None:
    """10 Erlang on 10 people without patience: no steady state, nothing claimed."""
    assert formulas(lower(load(SCENARIOS / "theory_check.yaml", {"contact_types.call.patience": "never"}))) == []
