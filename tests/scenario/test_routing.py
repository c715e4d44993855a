"""Routing: the worth of priority, who interrupts whom, what a free agent picks."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario import Scenario, ScenarioProblems, load
from sim.scenario.model import Picks, Routing

SHOP = Path(__file__).parents[2] / "scenarios" / "small_shop.yaml"
MORE: dict[str, object] = {
    "channels.chat": {},
    "channels.social": {},
    "contact_types.ask": {"channel": "chat", "per_day": 10, "handle_time": "4 min", "patience": "2 min"},
    "contact_types.moan": {"channel": "chat", "per_day": 2, "handle_time": "9 min", "patience": "2 min"},
    "contact_types.post": {"channel": "social", "per_day": 5, "handle_time": "4 min", "patience": "never"},
    "agent_groups.desk.serves": {"chat": 2, "social": 3},
}


def shop(interrupts: object, **routing: object) -> Scenario:
    """The shop with four channels and these interruptions."""
    return load(SHOP, {**MORE, "routing": {"interrupts": interrupts, **routing}})


def routing(interrupts: object) -> Routing:
    """Rules as read."""
    return shop(interrupts).routing


def refused(interrupts: object) -> str:
    """What is said about interruptions that cannot be."""
    with pytest.raises(ScenarioProblems) as caught:
        shop(interrupts)
    return str(caught.value)


def test_what_interrupts_stands_above_all_that_it_interrupts() -> None:
    """Phone over chat over mail: three grades; only what is named at the right yields."""
    found = routing({"phone": ["chat", "email"], "chat": "email"})
    assert found.grades == {"call": 2, "ask": 1, "moan": 1}
    assert set(found.yields) == {"mail", "ask", "moan"}


def test_what_is_nowhere_named_is_never_laid_down() -> None:
    """Posts have grade 0 like mail, and do not yield as mail does."""
    found = routing({"phone": "email"})
    assert found == Routing(grades={"call": 1}, yields=("mail",))


def test_a_contact_type_may_interrupt_others_of_its_channel() -> None:
    """Complaints over questions, both by chat."""
    assert routing({"moan": ["ask", "email"]}) == Routing(grades={"moan": 1}, yields=("mail", "ask"))
    assert routing({"moan": ["chat"]}) == Routing(grades={"moan": 1}, yields=("ask",))


def test_what_follows_from_the_ladder_is_listed() -> None:
    """Phone over chat and chat over mail means phone over mail; phone over post is only a matter of grades."""
    found = shop({"phone": "email", "chat": "social"})
    also = {d.path: d.value for d in found.defaults}["routing.interrupts (also)"]
    assert also == "call interrupts post, ask interrupts mail, moan interrupts mail"
    assert not any("(also)" in d.path for d in shop({"phone": "chat", "chat": "email"}).defaults)


@pytest.mark.parametrize(
    ("interrupts", "rule"),
    [
        ({"phone": "email", "email": "phone"}, "in a circle: call -> mail -> call"),
        ({"phone": "chat", "chat": "email", "email": "moan"}, "in a circle: mail -> moan -> mail"),
        ({"phone": "phone"}, "nothing interrupts itself"),
        ({"fone": "email"}, "there is no such channel or contact type - did you mean phone?"),
        ({"phone": ["e-mail"]}, 'got "e-mail"; there is no such channel or contact type - did you mean email?'),
        ({"phone": []}, "a name or a list of names is expected"),
        ({"phone": {"email": 1}}, "a name or a list of names is expected"),
        ("phone", "a mapping such as {phone: [email, social]} is expected"),
    ],
)
def test_interruptions_that_cannot_be_are_refused(interrupts: object, rule: str) -> None:
    """A circle is named, and so is what nobody knows."""
    assert rule in refused(interrupts)


def test_a_level_of_priority_is_worth_some_waiting_or_everything() -> None:
    """Half an hour, or none: then a higher priority always goes first, which is the default and listed."""
    assert load(SHOP, {"routing": {"priority_worth": "30 min"}}).routing == Routing(priority_worth=30)
    assert load(SHOP, {"routing": {"priority_worth": "none"}}).routing == Routing()
    assert load(SHOP).routing == Routing()
    taken = [d.path for d in shop({"phone": "email"}).defaults]
    assert "routing.priority_worth" in taken


def test_free_agents_pick_by_age_by_promise_or_by_points() -> None:
    """A score names its points per minute waited, per minute past due, per level of priority."""
    path = "agent_groups.desk.picks"
    assert load(SHOP).agent_groups["desk"].picks == Picks()
    assert load(SHOP, {path: "earliest_due"}).agent_groups["desk"].picks == Picks(order="earliest_due")
    scored = load(SHOP, {path: "{waited: 1, overdue: 3, priority: 30}"}).agent_groups["desk"].picks
    assert scored == Picks(order="score", waited=1, overdue=3, priority=30)
    assert load(SHOP, {path: "{overdue: 3}"}).agent_groups["desk"].picks == Picks(order="score", waited=1, overdue=3)


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("newest", "oldest or earliest_due is expected"),
        ("{waited: 0}", "a score without points"),
        ("{age: 1}", "unknown name"),
        ("{waited: -1}", "a number from 0 to"),
        ("[oldest]", "not a list"),
    ],
)
def test_wrong_picks_are_refused(said: str, rule: str) -> None:
    """Each with what is expected."""
    with pytest.raises(ScenarioProblems) as caught:
        load(SHOP, {"agent_groups.desk.picks": said})
    assert rule in str(caught.value)
