"""Signals: what turns help on and off, and what is said of those that make no sense."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario import Scenario, ScenarioProblems, load
from sim.scenario.model import Signal

SHOP = Path(__file__).parents[2] / "scenarios" / "small_shop.yaml"
CALLED = {"shifts": {"evening": {"hours": "18:00-23:00", "mon-sun": 2}}}


def shop(when: object) -> Scenario:
    """The shop with agents on call on a signal."""
    return load(SHOP, {"agent_groups.desk.on_call": {**CALLED, "when": _read(when)}})


def _read(when: object) -> object:
    import yaml

    return yaml.load(when, Loader=yaml.BaseLoader) if isinstance(when, str) else when


def signal(when: object) -> Signal:
    """The signal as read."""
    on_call = shop(when).agent_groups["desk"].on_call
    assert on_call is not None
    return on_call.when


def refused(when: object) -> str:
    """What is said about a signal."""
    with pytest.raises(ScenarioProblems) as caught:
        shop(when)
    return str(caught.value)


def test_lines_that_grow_turn_it_on_above_and_off_below() -> None:
    """Contacts are counted, waits are durations."""
    assert signal("{waiting: phone, above: 20, below: 5, delay: 15 min, least: 30 min, every: 2 min}") == Signal(
        look="waiting", channels=("phone",), on=20, off=5, every=2, delay=15, least=30
    )
    assert signal("{longest_wait: [phone, email], above: 10 min, below: 30 s}") == Signal(
        look="longest_wait", channels=("phone", "email"), on=10, off=0.5
    )
    assert signal("{expected_wait: phone, above: 4 min, below: 4 min}").off == 4


def test_service_level_turns_it_on_below_and_off_above() -> None:
    """It is the only one that is worse the lower it is."""
    found = signal("{service_level: phone, above: 85 %, below: 70 %}")
    assert (found.on, found.off) == (0.7, 0.85)


def test_how_it_is_looked_at_is_listed_where_it_is_not_written() -> None:
    """Every minute, at once, for no least time."""
    path = "agent_groups.desk.on_call.when"
    taken = {d.path: d.value for d in shop("{waiting: phone, above: 20, below: 5}").defaults}
    assert [taken[f"{path}.{word}"] for word in ("every", "delay", "least")] == ["1 min", "0 min", "0 min"]


@pytest.mark.parametrize(
    ("when", "rule"),
    [
        ("{above: 20, below: 5}", "a signal looks at one of waiting, longest_wait, expected_wait and service_level"),
        ("{waiting: phone, longest_wait: phone, above: 20, below: 5}", "not at waiting and longest_wait - keep one"),
        ("{waiting: fone, above: 20, below: 5}", 'got "fone"; there is no such channel - did you mean phone?'),
        ("{waiting: call, above: 20, below: 5}", 'got "call"; there is no such channel'),
        ("{waiting: [phone, phone], above: 20, below: 5}", "this channel is named twice"),
        ("{waiting: [], above: 20, below: 5}", "at least one channel is expected"),
        ("{waiting: {phone: 1}, above: 20, below: 5}", "a channel or a list of channels is expected"),
        ("{waiting: phone, above: 20}", "above turns it on, below turns it off) - add below: 5"),
        ("{service_level: phone, above: 80 %}", "below turns it on, above turns it off) - add below: 70 %"),
        ("{waiting: phone, above: 5, below: 20}", "below is larger than above (5) - exchange them"),
        ("{service_level: phone, above: 70 %, below: 85 %}", "below is larger than above (70 %) - exchange them"),
        ("{waiting: phone, above: 20 min, below: 5}", "a whole number is expected"),
        ("{longest_wait: phone, above: 20, below: 5 min}", "write 20 s, 20 min"),
        ("{service_level: phone, above: 0.8, below: 70 %}", "write 80 %"),
        ("{service_level: email, above: 80 %, below: 70 %}", "email promises no service level"),
        ("{waiting: phone, above: 20, below: 5, every: 0 s}", "at least 1 s between two looks"),
        ("{waiting: phone, above: 20, below: 5, off: 3}", "unknown name"),
        ("20", "a signal such as {waiting: phone, above: 20, below: 5} is expected"),
    ],
)
def test_signal_that_makes_no_sense_is_refused(when: str, rule: str) -> None:
    """Each with what to write instead."""
    assert rule in refused(when)


def test_channels_with_different_promises_have_no_common_service_level() -> None:
    """Eighty percent within what?"""
    two: dict[str, object] = {
        "channels.email.service_level": "80 % within 4 h",
        "agent_groups.desk.on_call": {
            **CALLED,
            "when": {"service_level": ["phone", "email"], "above": "80 %", "below": "70 %"},
        },
    }
    with pytest.raises(ScenarioProblems) as caught:
        load(SHOP, two)
    assert "these channels promise different times (phone 30 s, email 4 h)" in str(caught.value)


def test_a_skill_may_wait_for_a_signal_too() -> None:
    """Office people help with mail once fifty wait; the reserve of the group is kept beside it."""
    help_out = {"rank": 2, "when": {"waiting": "email", "above": 50, "below": 10}}
    desk = load(SHOP, {"agent_groups.desk.serves.email": help_out, "agent_groups.desk.reserve": {"phone": 1}})
    skill = desk.agent_groups["desk"].serves["mail"]
    assert skill.when == Signal(look="waiting", channels=("email",), on=50, off=10)
    assert skill.reserve == 1


def test_agents_on_call_need_names_of_their_own() -> None:
    """`day/1` cannot be two people."""
    when = {"waiting": "phone", "above": 9, "below": 1}
    twice = {"when": when, "shifts": {"day": {"hours": "18:00-20:00", "mon": 1}}}
    with pytest.raises(ScenarioProblems) as caught:
        load(SHOP, {"agent_groups.desk.on_call": twice})
    assert "would have the same names - write day_on_call" in str(caught.value)
