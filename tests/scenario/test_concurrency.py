"""Several contacts at a time: the shipped curve, given speeds, speeds derived from touch and think time."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario import ScenarioProblems, load
from sim.scenario.model import Concurrency
from sim.scenario.model.concurrency import attended_speeds, usual_speeds
from sim.scenario.redraw import redrawn
from sim.theory import alternating_speeds

SHOP = Path(__file__).parents[2] / "scenarios" / "small_shop.yaml"
PATH = "agent_groups.desk.concurrency"


def read(said: object) -> Concurrency | None:
    """Concurrency of the desk when this is said."""
    return load(SHOP, {PATH: said}).agent_groups["desk"].concurrency


def refused(said: object) -> str:
    """What is said about a concurrency that cannot be read."""
    with pytest.raises(ScenarioProblems) as caught:
        load(SHOP, {PATH: said})
    return str(caught.value)


def test_bare_number_takes_the_shipped_curve_and_says_so() -> None:
    """Speeds are the factors of the table per open contact, listed as an assumption."""
    shop = load(SHOP, {PATH: 3})
    assert shop.agent_groups["desk"].concurrency == Concurrency(limit=3, speed=(1.0, 1.7 / 2, 2.5 / 3))
    taken = {default.path: default for default in shop.defaults}[f"{PATH} (speed)"]
    assert taken.value == "[1, 0.85, 0.833]"
    assert taken.why.startswith("assumed")


def test_shipped_curve_falls_and_brings_no_more_after_five() -> None:
    """Each contact is never faster with more beside it; the work of all grows to five and stays."""
    speeds = usual_speeds(8)
    assert list(speeds) == sorted(speeds, reverse=True)
    assert Concurrency(limit=8, speed=speeds).gain == pytest.approx((1, 1.7, 2.5, 2.9, 3.5, 3.5, 3.5, 3.5))


def test_one_contact_at_a_time_is_no_concurrency() -> None:
    """However it is said."""
    for said in (1, {"limit": 1}, {"limit": 1, "speed": [1]}, {"limit": 1, "touch": "3 min", "think": "5 min"}):
        assert read(said) is None
    assert load(SHOP).agent_groups["desk"].concurrency is None


def test_speeds_may_be_given() -> None:
    """As numbers or as shares."""
    assert read({"limit": 3, "speed": [1, 0.80, 0.67]}) == Concurrency(limit=3, speed=(1, 0.8, 0.67))
    assert read("{limit: 2, speed: [100 %, 80 %]}") == Concurrency(limit=2, speed=(1, 0.8))


@pytest.mark.parametrize(("touch", "think"), [(3.0, 5.0), (1.0, 0.0), (0.5, 20.0), (7.3, 0.1), (1e-3, 1e5)])
def test_derived_speeds_are_those_of_the_theory(touch: float, think: float) -> None:
    """The language and the theory compute them by themselves; they agree to the last digits."""
    assert attended_speeds(touch, think, 9) == pytest.approx(alternating_speeds(touch, think, 9), rel=1e-12)


def test_speeds_are_derived_from_touch_and_think_time() -> None:
    """3 and 5 minutes: two at a time run at 64/73 of their speed alone (by hand, Erlang's formula for 5/3)."""
    found = read({"limit": 3, "touch": "3 min", "think": "5 min"})
    assert found is not None
    assert found.speed == pytest.approx((1.0, 64 / 73, 584 / 782), rel=1e-12)
    assert (found.touch, found.think) == (3, 5)
    assert found.derived == "3 min of work and 5 min of thinking in turn"


def test_derived_speeds_follow_a_drawn_touch_time() -> None:
    """A range on the touch time moves the speeds."""
    said = {"limit": 2, "touch": {"value": "3 min", "between": ["2 min", "4 min"]}, "think": "5 min"}
    shop = load(SHOP, {PATH: said})
    again = redrawn(shop, {f"{PATH}.touch": "2 min"}).agent_groups["desk"].concurrency
    assert again is not None
    assert again.speed == attended_speeds(2.0, 5.0, 2)


def test_agents_with_several_contacts_are_chosen_by_how_few_they_have() -> None:
    """Unless the file says otherwise; with one at a time by how long they are idle."""
    assert load(SHOP, {PATH: 3}).agent_groups["desk"].choice == "least_loaded"
    assert load(SHOP, {PATH: 3, "agent_groups.desk.choice": "most_loaded"}).agent_groups["desk"].choice == "most_loaded"
    assert load(SHOP).agent_groups["desk"].choice == "longest_idle"


def test_factors_of_all_contacts_are_told_from_speeds_of_each() -> None:
    """1, 1.7, 2.5 is the table of practitioners; the repair says what it is per contact."""
    assert "write [1, 0.85, 0.833]" in refused({"limit": 3, "speed": [1, 1.7, 2.5]})


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("{limit: 3, speed: [1, 0.8]}", "from 1 to 3 is expected, and here are 2 - add the missing ones"),
        ("{limit: 2, speed: [1, 0.8, 0.6]}", "here are 3 - say limit: 3"),
        ("{limit: 2, speed: [0.9, 0.8]}", "the speed of a contact alone is 1"),
        ("{limit: 2, speed: [1, 0]}", "a factor above zero is expected"),
        ("{limit: 2, speed: 0.8}", "a list of speeds such as"),
        ("{limit: 2, speed: [1, 0.8], think: 5 min}", "not both - remove speed, or think"),
        ("{limit: 2, think: 5 min}", "add touch: 3 min"),
        ("{limit: 2, touch: 0 min, think: 5 min}", "a duration above zero"),
        ("{speed: [1, 0.8]}", "a concurrency needs its limit"),
        ("2.5", "a whole number is expected"),
        ("0", "a whole number from 1 to 100"),
        ("[1, 2]", "not a list"),
    ],
)
def test_wrong_concurrency_is_refused(said: str, rule: str) -> None:
    """Each with what to write instead."""
    assert rule in refused(said)


def test_counted_agents_hold_one_contact() -> None:
    """A head-count has no agent who could hold several."""
    heads: dict[str, object] = {
        "agent_groups.office": {"serves": {"email": 1}, "headcount": {"mon-fri": {"09:00-17:00": 2}}, "concurrency": 2}
    }
    with pytest.raises(ScenarioProblems) as caught:
        load(SHOP, heads)
    assert "counted agents hold one contact at a time - give shifts or a roster" in str(caught.value)
