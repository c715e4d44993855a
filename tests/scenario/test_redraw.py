"""Redrawing: other numbers in the same scenario, everything that follows from them, and no file read again."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from sim.scenario import Scenario, ScenarioProblems, load
from sim.scenario.model.laws import Exponential, Lognormal, Mixture
from sim.scenario.model.logs import Log
from sim.scenario.model.rates import DailyRate
from sim.scenario.readers import scenario_reader
from sim.scenario.redraw import redrawn

VALID = Path(__file__).parent / "corpus" / "valid"
SHOP = Path(__file__).parents[2] / "scenarios" / "small_shop.yaml"
BANK = Path(__file__).parents[2] / "scenarios" / "cases" / "bank_1999" / "scenario.yaml"
RATE = "contact_types.call.per_day.mon-fri"
HANDLE = "contact_types.call.handle_time"
RANGES: dict[str, object] = {
    RATE: {"value": 140, "between": [120, 165]},
    HANDLE: {"value": "6 min", "between": ["5 min", "7.5 min"]},
    "agent_groups.desk.shrinkage": {"value": "10 %", "between": ["8 %", "13 %"]},
    "agent_groups.desk.shifts.day.mon-fri": {"value": 5, "between": [4, 6]},
}


def shop(extra: dict[str, object] | None = None) -> Scenario:
    """The small shop with ranges."""
    return load(SHOP, {**RANGES, **(extra or {})})


@pytest.mark.parametrize("name", ["ranges.yaml", "policy_on_ranges.yaml", "everything.yaml"])
def test_stated_values_give_the_same_scenario(name: str) -> None:
    """Nothing drawn, or everything drawn as it is written, changes nothing."""
    scenario = load(VALID / name)
    assert redrawn(scenario, {}) == scenario
    again = redrawn(scenario, {r.path: r.drawn(0.0) for r in scenario.ranges})
    assert again == scenario
    assert again.provenance == scenario.provenance
    assert again.ranges == scenario.ranges
    assert again.defaults == scenario.defaults


@pytest.mark.parametrize("name", ["ranges.yaml", "policy_on_ranges.yaml"])
def test_every_range_of_the_corpus_changes_something(name: str) -> None:
    """Each path leads to the value it names, far to either side."""
    scenario = load(VALID / name)
    for r in scenario.ranges:
        assert any(redrawn(scenario, {r.path: r.drawn(z)}) != scenario for z in (-1.9, 1.9)), r.path


def test_what_follows_from_a_value_follows() -> None:
    """A bare handle time keeps its shape, weekdays go together, agents are whole people."""
    drawn = redrawn(
        shop(),
        {
            RATE: "150.5",
            HANDLE: "5 min",
            "agent_groups.desk.shrinkage": "12 %",
            "agent_groups.desk.shifts.day.mon-fri": "6",
        },
    )
    call, desk = drawn.contact_types["call"], drawn.agent_groups["desk"]
    assert isinstance(call.arrivals, DailyRate)
    assert call.arrivals.per_day == (150.5,) * 5 + (60.0, 0.0)
    assert call.handle_time == Lognormal(mean=5.0, sd=4.0)
    assert call.patience == Exponential(mean=3.0)
    assert desk.shrinkage == 0.12
    assert desk.shifts is not None
    assert desk.shifts["day"].agents == (6,) * 5 + (2, 0)


def test_reference_stays_that_of_the_stated_rates() -> None:
    """Luck is tied to the rates as written, not to those drawn, in a base and in a policy on it."""
    for scenario in (shop(), load(VALID / "ranges.yaml"), load(VALID / "policy_on_ranges.yaml")):
        stated = scenario.contact_types["call"]
        drawn = redrawn(scenario, {RATE: "121"}).contact_types["call"]
        assert drawn.arrivals != stated.arrivals
        assert drawn.reference == stated.reference


def test_policy_changes_the_draw_as_it_changes_the_value() -> None:
    """`times 1.1` of a drawn value is 1.1 times the draw in the base, `minus 1` one agent less, at every score."""
    base, policy = load(VALID / "ranges.yaml"), load(VALID / "policy_on_ranges.yaml")
    of_base, of_policy = ({r.path: r for r in s.ranges} for s in (base, policy))
    agents = "agent_groups.desk.shifts.day.mon-fri"
    for i in range(-30, 31):
        z = i / 10.0
        one, two = (
            redrawn(s, {p: ranges[p].drawn(z) for p in (RATE, agents)})
            for s, ranges in ((base, of_base), (policy, of_policy))
        )
        rates = [s.contact_types["call"].arrivals for s in (one, two)]
        assert isinstance(rates[0], DailyRate)
        assert isinstance(rates[1], DailyRate)
        assert rates[1].per_day[0] == pytest.approx(1.1 * rates[0].per_day[0], rel=1e-12)
        counts = [s.agent_groups["desk"].shifts for s in (one, two)]
        assert counts[0] is not None
        assert counts[1] is not None
        assert counts[1]["day"].agents[0] == counts[0]["day"].agents[0] - 1


def test_factor_with_a_range_multiplies_a_base_with_a_range() -> None:
    """Both are drawn, each by its own path: 66 a day in the base and a factor of 1.3 make 85.8."""
    policy = load(VALID / "policy_on_ranges.yaml")
    path = "contact_types.mail.per_day"
    assert policy.contact_types["mail"].arrivals.per_day[0] == 72.0  # type: ignore[union-attr]
    drawn = redrawn(policy, {path: "79.2", f"{path}.times": "1.3"}).contact_types["mail"].arrivals
    assert drawn.per_day[0] == pytest.approx(66.0 * 1.3)  # type: ignore[union-attr]
    less = redrawn(policy, {"contact_types.call.head_start.minus": "20 s"}).contact_types["call"]
    assert less.head_start == pytest.approx(40.0 / 60.0)


def test_shares_of_a_mixture_add_up_when_one_is_drawn() -> None:
    """The parts without a range share what is left."""
    path = "contact_types.mail.handle_time.mixture.quick.share"
    law = redrawn(load(VALID / "ranges.yaml"), {path: "30 %"}).contact_types["mail"].handle_time
    assert isinstance(law, Mixture)
    assert [p.share for p in law.parts] == pytest.approx([0.3, 0.7])


def test_no_file_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables and the recorded log are kept: the very same log, with no access to any file."""
    at = "contact_types.call.head_start.values.2"
    bank = load(BANK, {at: {"value": "90 s", "between": ["60 s", "2 min"]}})
    monkeypatch.setattr("sim.scenario.text.tables.read_bytes", None)
    drawn = redrawn(bank, {at: "70 s"})
    assert isinstance(drawn.contact_types["call"].arrivals, Log)
    assert drawn.contact_types["call"].arrivals is bank.contact_types["call"].arrivals
    assert drawn.contact_types["call"].handle_time is bank.contact_types["call"].handle_time
    assert drawn.agent_groups["desk"].headcount is bank.agent_groups["desk"].headcount
    assert drawn != bank


def test_only_what_changed_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Titles, the period and recorded numbers are not looked at."""
    scenario = shop()
    for name in ("read_period", "read_observed", "_cross_checks", "_check_version"):
        monkeypatch.setattr(scenario_reader, name, None)
    assert redrawn(scenario, {RATE: "130"}).period is scenario.period


def test_redrawn_scenario_can_be_redrawn() -> None:
    """Values already drawn stay when others are drawn."""
    once = redrawn(shop(), {RATE: "130"})
    twice = redrawn(once, {HANDLE: "7 min"})
    assert twice == redrawn(shop(), {RATE: "130", HANDLE: "7 min"})
    assert redrawn(twice, {RATE: "140", HANDLE: "6 min"}) == shop()


def test_scenario_sent_to_another_process_can_be_redrawn() -> None:
    """Pickling keeps what is needed, and knows again what did not change."""
    scenario = load(VALID / "ranges.yaml")
    sent = pickle.loads(pickle.dumps(scenario))  # noqa: S301 - written a moment ago
    assert sent == scenario
    assert redrawn(sent, {RATE: "130"}) == redrawn(scenario, {RATE: "130"})
    rate = "form"
    assert redrawn(sent, {RATE: "130"}).contact_types[rate].arrivals is sent.contact_types[rate].arrivals


def test_ranges_do_not_count_for_equality() -> None:
    """How a scenario was read is no part of what it means."""
    plain = load(SHOP)
    wrapped = load(SHOP, {"agent_groups.desk.shrinkage": {"value": "10 %", "between": ["10 %", "10 %"]}})
    assert wrapped.model_copy(update={"provenance": {}}) == plain


def test_path_without_a_range_is_refused_with_the_nearest() -> None:
    """A mistyped path never changes nothing in silence."""
    with pytest.raises(ValueError, match=r"contact_types.call.handle_tim: .* did you mean contact_types.call.handle_t"):
        redrawn(shop(), {"contact_types.call.handle_tim": "6 min"})
    with pytest.raises(ValueError, match=r"period.length: there is no such range"):
        redrawn(shop(), {"period.length": "8 d"})


def test_text_that_cannot_be_read_is_a_problem_as_in_a_file() -> None:
    """The same readers, the same words."""
    with pytest.raises(ScenarioProblems) as caught:
        redrawn(shop(), {HANDLE: "6", "agent_groups.desk.shifts.day.mon-fri": "5.5"})
    assert [(p.path, p.got) for p in caught.value.problems] == [
        (HANDLE, "6, drawn"),
        ("agent_groups.desk.shifts.day.mon-fri", "5.5, drawn"),
    ]


def test_values_that_do_not_fit_together_are_a_problem() -> None:
    """A median above its p90 is refused in a draw as in a file."""
    path = "contact_types.mail.handle_time.mixture.long.of.median"
    with pytest.raises(ScenarioProblems, match="the p90 lies above the median"):
        redrawn(load(VALID / "ranges.yaml"), {path: "16 min"})


def test_scenario_that_was_changed_in_a_program_is_not_drawn() -> None:
    """A change made past the language would be lost."""
    scenario = shop()
    changed = scenario.model_copy(update={"agent_groups": dict(load(SHOP).agent_groups)})
    with pytest.raises(ValueError, match="only a scenario as it was loaded can be drawn"):
        redrawn(changed, {RATE: "130"})
