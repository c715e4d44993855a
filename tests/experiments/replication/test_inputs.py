"""Inputs that are drawn: evenly, by path, the same in every policy, and tied to the same luck."""

from __future__ import annotations

import math
import pickle
from pathlib import Path

import numpy as np
import pytest

from experiments.replication import inputs as module
from experiments.replication.inputs import BLOCK, Inputs, score
from sim import Scenario, load, lower
from sim.machine import simulate
from sim.machine.normal import normal_cdf
from sim.scenario import ScenarioProblems
from sim.scenario.redraw import redrawn

ROOT = Path(__file__).parents[3]
SHOP = ROOT / "scenarios" / "small_shop.yaml"
RATE = "contact_types.call.per_day.mon-fri"
HANDLE = "contact_types.call.handle_time"
RANGES: dict[str, object] = {
    RATE: {"value": 140, "between": [100, 190]},
    HANDLE: {"value": "6 min", "between": ["5 min", "7.5 min"]},
}


def shop(extra: dict[str, object] | None = None) -> Scenario:
    """The small shop with two ranges."""
    return load(SHOP, {**RANGES, **(extra or {})})


@pytest.mark.parametrize("seed", [0, 1, 99])
def test_every_tenth_of_the_probability_comes_once_in_ten_histories(seed: int) -> None:
    """Stratified in fixed blocks: histories 0 to 9, 10 to 19, ..."""
    for path in ("returns.rate", "agent_groups.desk.shrinkage"):
        for block in range(3):
            scores = [score(path, seed, r) for r in range(block * BLOCK, (block + 1) * BLOCK)]
            assert sorted(int(BLOCK * normal_cdf(z)) for z in scores) == list(range(BLOCK))


def test_scores_are_normal_within_their_strata_and_independent_between_paths() -> None:
    """2,000 histories: uniform inside the tenths, no correlation between paths or neighbours, half of each sign."""
    paths = [f"contact_types.call.per_day.{i}" for i in range(4)]
    z = np.array([[score(path, 7, r) for path in paths] for r in range(2000)])
    inside = np.array([[(normal_cdf(x) * BLOCK) % 1.0 for x in row] for row in z])
    assert abs(inside.mean() - 0.5) < 0.02
    assert abs(inside.std() - 12**-0.5) < 0.01
    correlation = np.corrcoef(z.T)
    assert np.abs(correlation[np.triu_indices(4, 1)]).max() < 0.08
    # within a block no stratum comes twice, so neighbours in it correlate by -1/9 at most
    assert abs(np.corrcoef(z[:-1, 0], z[1:, 0])[0, 1]) < 0.17
    assert abs(z.std() - 1.0) < 0.02


def test_score_belongs_to_path_seed_and_number() -> None:
    """The numbers never change: figures in reports are made with them."""
    assert [round(score("returns.rate", 1, r), 6) for r in range(3)] == [-0.723451, 0.529582, -0.3634]
    assert score("returns.rate", 2, 0) != score("returns.rate", 1, 0)
    assert score("returns.rates", 1, 0) != score("returns.rate", 1, 0)


def test_same_input_has_the_same_draw_in_every_policy() -> None:
    """Another input or policy changes no draw; a policy's factor applies to what was drawn."""
    base = shop()
    policy = shop({RATE: {"value": 154, "between": [110, 209]}, "contact_types.mail.per_day": _wrapped(60, 50, 70)})
    inputs = Inputs.of([base, policy])
    assert inputs.paths == (RATE, HANDLE, "contact_types.mail.per_day")
    assert inputs.present(1).tolist() == [True, True, True]
    assert Inputs.of([base, load(SHOP)]).present(1).tolist() == [True, True]
    one, two = inputs.operation(base, 3, 5), inputs.operation(policy, 3, 5)
    assert one.scenario.contact_types["call"].handle_time == two.scenario.contact_types["call"].handle_time
    rates = [o.scenario.contact_types["call"].arrivals.per_day[0] for o in (one, two)]  # type: ignore[union-attr]
    assert rates[1] / rates[0] == pytest.approx(1.1, rel=1e-4)
    alone = Inputs.of([base]).operation(base, 3, 5)
    assert alone.scenario == one.scenario
    assert inputs.scores(3, range(6))[5, :2].tolist() == [score(RATE, 3, 5), score(HANDLE, 3, 5)]


def _wrapped(value: object, low: object, high: object) -> dict[str, object]:
    return {"value": value, "between": [low, high]}


def test_operation_is_that_of_the_drawn_scenario() -> None:
    """Drawing and lowering is what `redrawn` and `lower` do, with stratified days if the comparison has them."""
    scenario = shop({"busyness": {"day_sd": "10 %"}})
    drawn = redrawn(scenario, {r.path: r.drawn(score(r.path, 4, 12)) for r in scenario.ranges})
    assert drawn != scenario
    for stratified in (False, True):
        made = Inputs.of([scenario], stratified).operation(scenario, 4, 12)
        assert made.scenario == drawn
        assert made.network == lower(drawn, stratified=stratified).network


def test_policy_without_ranges_is_lowered_once() -> None:
    """What is not drawn costs nothing."""
    plain = load(SHOP)
    inputs = Inputs.of([shop(), plain])
    assert inputs.operation(plain, 1, 0) is inputs.operation(plain, 1, 7)
    assert inputs.operation(plain, 1, 0).network == lower(plain).network
    assert pickle.loads(pickle.dumps(inputs)) == inputs  # noqa: S301 - written a moment ago
    assert len(pickle.dumps(inputs)) < 5_000


def test_more_contacts_leave_those_that_come_anyway_alone() -> None:
    """A drawn rate keeps the reference: the calls of a low draw are among those of a high one, to the second."""
    scenario = shop()
    births = []
    for text in ("110", "180"):
        network = lower(redrawn(scenario, {RATE: text})).network
        jobs = simulate(network, 1, 0, "reference").jobs
        births.append(set(jobs["birth"][jobs["stream"] == network.stream_index["call"]].tolist()))
    assert births[0] < births[1]
    assert len(births[1]) / len(births[0]) == pytest.approx(180 / 110, rel=0.1)


def test_ranges_that_contradict_each_other_are_refused() -> None:
    """Ends of a median and its p90 that overlap could not be drawn together: said before anything runs."""
    law = {"median": _wrapped("5 min", "3 min", "8 min"), "p90": _wrapped("10 min", "7 min", "14 min")}
    with pytest.raises(ScenarioProblems, match=r"the ends of the range of .*median and .*p90 cannot be drawn: the p90"):
        Inputs.of([load(SHOP, {HANDLE: law})])


def test_draws_beyond_the_ranges_that_contradict_each_other_are_pulled_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Far outside of both ranges the median could pass the p90: then both are drawn nearer to what is stated."""
    law = {"median": _wrapped("5 min", "4 min", "6 min"), "p90": _wrapped("10 min", "8 min", "14 min")}
    scenario = load(SHOP, {HANDLE: law})
    inputs = Inputs.of([scenario])
    monkeypatch.setattr(module, "score", lambda path, seed, replication: 6.0 if path.endswith("median") else -6.0)
    drawn = inputs.operation(scenario, 1, 0).scenario.contact_types["call"].handle_time
    assert math.isfinite(drawn.mean)  # type: ignore[union-attr]
    assert drawn != scenario.contact_types["call"].handle_time


def test_factor_on_several_shares_leaves_those_that_are_nothing_known_exactly(tmp_path: Path) -> None:
    """Nothing times 0.8 to 1 is nothing; the share that can move tells the input, by its own path and numbers."""
    desk, file = tmp_path / "desk.yaml", tmp_path / "training.yaml"
    repeats = "repeat_contacts: {unresolved: {share: {call: 0 %, other: 10 %}}}\n"
    desk.write_text(Path(SHOP).read_text(encoding="utf-8") + repeats, encoding="utf-8")
    factor = "{times: 0.9, between: [0.8, 1.0], assumed: yes}"
    file.write_text(f"change:\n  repeat_contacts.unresolved.share: {factor}\n", encoding="utf-8")
    base, policy = load(desk), load(desk, policies=[file])
    (told,) = Inputs.of([base, policy]).ranges[1].values()
    assert (told.path, told.value, told.low, told.high) == (
        "repeat_contacts.unresolved.share.other", "9 %", "8 %", "10 %",
    )  # fmt: skip
    assert told.drawn(0.0) == "9 %" and float(told.drawn(1.96).split()[0]) == pytest.approx(10.0, abs=0.01)
