"""Sequential precision: wishes are read or refused in words, and stopping does not spoil the intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from experiments.estimates.aims import Aim, AimProblems, read_aims
from experiments.estimates.intervals import mean_estimate, ratio_estimate
from experiments.estimates.precision import PrecisionRule, steady_since
from experiments.replication.replications import replicate
from sim.measures import MEASURES
from tests.experiments.desks import SHOP, operation, shop

Floats = NDArray[np.float64]
sizes = pytest.mark.parametrize(
    "experiments", [pytest.param(200, id="short"), pytest.param(2_000, id="full", marks=pytest.mark.long)]
)


def aim(measure: str, half_width: float, relative: bool = False) -> Aim:
    """A wish for all together."""
    return Aim(measure, "all", "all", half_width, relative, MEASURES[measure])


def fed(rule: PrecisionRule, values: Floats, *, block: int = 10) -> int:
    """Give a rule values in blocks until it has enough; how many it took."""
    n = 0
    while True:
        n += block
        x = values[:n, None]
        if not rule.update(x, np.ones_like(x), x):
            return n


# -- what is wished ----------------------------------------------------------------------------------------------------


def test_wishes_are_read_with_their_units() -> None:
    """Points for shares, durations or percent for waits, plain numbers for counts, channels, types and groups."""
    shop_ = operation(SHOP)
    group = shop_.network.pools[0].name
    texts = ["service_level.phone=1 pts", "asa.phone = 5 %", "asa=3 s", "abandonment=0.5pts", "arrivals=20 contacts"]
    aims = read_aims([*texts, f"occupancy.{group}=2 pts", f"busy_hours.{group}=90 min", "queue_length=0.5"], shop_)
    assert [(a.measure, a.scope_kind, a.scope, a.relative) for a in aims] == [
        ("service_level", "channel", "phone", False),
        ("asa", "channel", "phone", True),
        ("asa", "all", "all", False),
        ("abandonment", "all", "all", False),
        ("arrivals", "all", "all", False),
        ("occupancy", "pool", group, False),
        ("busy_hours", "pool", group, False),
        ("queue_length", "all", "all", False),
    ]
    assert [a.half_width for a in aims] == pytest.approx([0.01, 0.05, 0.05, 0.005, 20.0, 0.02, 1.5, 0.5])
    assert [a.words for a in aims[:4]] == ["1 pts", "5 %", "3.0 s", "0.5 pts"]


def test_every_wish_that_cannot_be_read_is_told_with_its_repair() -> None:
    """All at once, each with what was asked, the rule, and the nearest name or a way to write it."""
    texts = [
        "service_levl=1 pts",
        "asa.phon=3 s",
        "abandonment=5 %",
        "asa=5 pts",
        "asa=3",
        "service_level=1 pts",
        "service_level=2 pts",
        "meets_target=5 pts",
        "asa=-3 s",
        "abandonment=nan pts",
        "occupancy.phone=1 pts",
        "phone",
    ]
    with pytest.raises(AimProblems) as refused:
        read_aims(texts, operation(SHOP))
    told = refused.value.problems
    assert len(told) == 11
    for words in (
        'service_levl=1 pts: there is no measure "service_levl" - did you mean service_level?',
        'asa.phon=3 s: asa is not measured for "phon" - did you mean phone?',
        "abandonment=5 %: the half width of a share is in percentage points - write 5 pts",
        "asa=5 pts: percentage points are for shares - write 5 %",
        "asa=3: a duration with its unit is expected - write 3 s, 3 min, 3 h or 3 d",
        "service_level=2 pts: service_level is asked for twice - keep one",
        "meets_target=5 pts: meets_target has no value for all together - write meets_target.phone=5 pts",
        "phone: a wish has a measure and a half width - write service_level.phone=1 pts or asa.phone=5 %",
    ):
        assert words in told
    assert any(t.startswith("asa=-3 s: ") for t in told) and any(t.startswith("abandonment=nan pts: ") for t in told)
    assert any(t.startswith('occupancy.phone=1 pts: occupancy is not measured for "phone" - known') for t in told)


# -- when it is reached ------------------------------------------------------------------------------------------------


def test_a_narrow_interval_must_last() -> None:
    """Five further replications up to 100, five percent beyond, and up to the last; one wide one begins it anew."""
    assert steady_since([True] * 5, 10) is None
    assert steady_since([True] * 6, 10) == 10
    assert steady_since([True] * 6 + [False], 10) is None
    assert steady_since([False] + [True] * 6, 10) == 11
    late = [False] * 190 + [True] * 10
    assert steady_since(late, 10) is None
    assert steady_since([*late, True], 10) == 200


def test_the_path_holds_the_very_intervals_of_the_estimates() -> None:
    """At every number of replications what `ratio_estimate` and `mean_estimate` say about the first so many."""
    rng = np.random.default_rng(3)
    calls = rng.poisson(300, size=(25, 1)).astype(float)
    good = rng.binomial(calls.astype(int), 0.8).astype(float)
    rule = PrecisionRule([aim("service_level", 0.001), aim("wait_p90", 0.001)])
    both = np.hstack([good, calls]), np.hstack([calls, np.ones_like(calls)]), np.hstack([good / calls, calls])
    assert rule.update(*(x[:10] for x in both)) and rule.update(*both)
    path = rule.path
    assert path.n.tolist() == list(range(10, 26))
    for k, n in enumerate(path.n):
        e = ratio_estimate(good[:n], calls[:n], share=True, counted=True)
        m = mean_estimate(calls[:n])
        assert (path.value[k].tolist(), path.low[k].tolist(), path.high[k].tolist()) == tuple(
            [e[j][0], m[j][0]] for j in range(3)
        )


def test_all_aims_must_hold_together() -> None:
    """The wider one decides; the words say of each what became of it."""
    rng = np.random.default_rng(4)
    narrow, wide = rng.normal(10.0, 0.1, 400), rng.normal(10.0, 3.0, 400)
    x = np.column_stack([narrow, wide])
    rule = PrecisionRule([aim("asa", 0.1, True), aim("mean_wait", 0.06, True)], most=400)
    n = 10
    while rule.update(x[:n], np.ones_like(x[:n]), x[:n]):
        n += 10
    alone = PrecisionRule([aim("mean_wait", 0.06, True)], most=400)
    assert n == fed(alone, wide) and rule.reached == alone.reached and 60 < n < 200
    assert rule.words[0].startswith("asa: 10.0 min (10.0–10.0) after ") and rule.words[0].endswith("10 % was asked")


def test_a_wish_beyond_reach_ends_at_the_most_and_says_what_it_would_take() -> None:
    """sd 1 around 10 and 0.5 % asked: t sd / sqrt(n) = 0.05 at about 1,540; the guess comes near from 50."""
    values = np.random.default_rng(5).normal(10.0, 1.0, 2_500)
    rule = PrecisionRule([aim("asa", 0.005, True)], most=50)
    assert fed(rule, values) == 50 and rule.reached is None
    told = rule.words[0]
    guess = 50 + int(told.split("about ")[1].split(" more")[0].replace(",", ""))
    needed = fed(PrecisionRule([aim("asa", 0.005, True)], most=2_500), values)
    assert "and not 0.5 %" in told and 0.7 * needed < guess < 1.4 * needed


def test_nothing_to_count_is_never_precise() -> None:
    """Nobody called: no interval, and no end before the most."""
    nothing = np.zeros((30, 1))
    rule = PrecisionRule([aim("asa", 0.1, True)], most=30)
    assert not rule.update(nothing, nothing, np.full((30, 1), np.nan)) and rule.reached is None
    assert rule.words == ("asa: there was nothing to count in 30 replications",)


def test_wrong_arrays_are_refused() -> None:
    """Fewer replications than before, or columns that belong to other aims."""
    rule = PrecisionRule([aim("asa", 0.1)])
    x = np.ones((20, 1))
    rule.update(x, x, x)
    for y in (x[:10], np.ones((20, 2)), np.ones(20)):
        with pytest.raises(ValueError, match="20 or more rows and 1 columns"):
            rule.update(y, y, y)
    with pytest.raises(ValueError, match="at least one is expected"):
        PrecisionRule([])
    with pytest.raises(ValueError, match="at least 10 replications"):
        PrecisionRule([aim("asa", 0.1)], most=5)


def test_replications_are_asked_for_up_to_the_end_of_a_block() -> None:
    """Four are there: six more make the first block; never beyond the most."""
    op = operation(SHOP)
    rule = PrecisionRule(read_aims(["service_level.phone=0.01 pts", "arrivals.phone=50 %"], op), most=14)
    assert rule.wants(shop()) == 6
    ten = shop(10)
    assert rule.wants(ten) == 4
    stack = ten.stack
    row = stack.rows("service_level", "channel", "phone", "period")[0]
    e = ratio_estimate(stack.numerator[:, [row]], stack.denominator[:, [row]], share=True, counted=True)
    assert (rule.path.low[0, 0], rule.path.high[0, 0]) == (e.low[0], e.high[0])
    assert rule.wants(replicate(op, 14, workers=1)) == 0 and rule.reached is None


# -- coverage at stopping ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """Replications of a measure, its truth, and what is asked for.

    Attributes
    ----------
    least : float
        Coverage below which the rule would be at fault.
    mean_n : (float, float)
        Range of the mean number of replications.
    """

    wish: Aim
    truth: float
    least: float
    mean_n: tuple[float, float]

    def draw(self, rng: np.random.Generator, n: int) -> Floats:
        """Values of n replications."""
        if self.wish.measure == "asa":
            return rng.normal(10.0, 1.5, n)
        if self.wish.measure == "mean_wait":
            sd = np.sqrt(np.log(2.0))
            return np.exp(sd * rng.normal(size=n) - 0.5 * sd * sd)
        return rng.beta(6.1, 1.525, n)  # mean 0.8, sd 0.136


CASES = {
    "normal, cv 0.15, to 5 %": Case(aim("asa", 0.05, True), 10.0, 0.92, (38, 55)),
    "lognormal, cv 1, to 15 %": Case(aim("mean_wait", 0.15, True), 1.0, 0.87, (130, 220)),
    "share like a service level, to 4 points": Case(aim("service_level", 0.04), 0.8, 0.89, (42, 70)),
}


@sizes
@pytest.mark.parametrize("name", CASES)
def test_stopping_hardly_spoils_the_intervals(name: str, experiments: int) -> None:
    """Intervals of 95 %, looked at again and again until they are narrow, still hold the truth almost as often."""
    case = CASES[name]
    rng = np.random.default_rng(12)
    covered, taken, widths = [], [], []
    for _ in range(experiments):
        rule = PrecisionRule([case.wish], most=600)
        taken.append(fed(rule, case.draw(rng, 600)))
        value, low, high = (float(x[-1, 0]) for x in rule.path[1:])
        covered.append(low <= case.truth <= high)
        widths.append((high - low) / 2 / (abs(value) if case.wish.relative else 1.0))
    print(f"{name}: covered {np.mean(covered):.3f}, replications {np.mean(taken):.0f}, {experiments} experiments")
    allowance = 2.0 * np.sqrt(0.06 / experiments)
    assert np.mean(covered) >= case.least - allowance
    assert case.mean_n[0] <= np.mean(taken) <= case.mean_n[1]
    assert max(widths) <= case.wish.half_width
