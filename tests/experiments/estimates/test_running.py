"""First numbers while a run is under way."""

from __future__ import annotations

from experiments.estimates.estimates import estimate
from experiments.estimates.running import ENOUGH, Running
from experiments.replication.replications import replicate, replicate_each
from experiments.wording import interval
from sim import load, lower
from tests.experiments.desks import MINIMAL, SHOP, operation


def test_the_last_first_number_is_the_estimate() -> None:
    """Nothing before the third replication; in the end what the report says."""
    seen: list[str] = []
    running = Running([operation(MINIMAL)])
    run = replicate(operation(MINIMAL), 5, workers=1, on_progress=lambda p: seen.append(running(p)))
    assert seen[: ENOUGH - 1] == [""] * (ENOUGH - 1) and all(seen[ENOUGH - 1 :])
    assert seen[-1] == "phone " + interval(*estimate(run).of("service_level", "channel", "phone")[:3], "share")


def test_several_operations_stand_beside_each_other() -> None:
    """Base first, then the policies."""
    seen: list[str] = []
    desks = [operation(SHOP), lower(load(SHOP, {"agent_groups.desk.shifts.day.mon-fri": 6}))]
    running = Running(desks)
    replicate_each(desks, 3, on_progress=lambda p: seen.append(running(p)))
    assert seen[-1].startswith("phone ") and seen[-1].count("|") == 1


def test_without_a_promise_there_is_no_number() -> None:
    """A desk that promises nothing gets a plain bar."""
    desk = lower(load(MINIMAL, {"channels.phone.service_level": "none"}))
    told: list[str] = []
    running = Running([desk])
    replicate(desk, 4, on_progress=lambda p: told.append(running(p)))
    assert told == [""] * 4
