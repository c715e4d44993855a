"""Regression controls: known means are true, estimates stay where they were, and vary less."""

from __future__ import annotations

from dataclasses import replace
from math import exp, log1p, sqrt

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from experiments.estimates.controls import ControlProblem, controlled, independent
from experiments.estimates.intervals import mean_estimate, ratio_estimate
from experiments.replication.known_luck import Controls, Exogenous, SizeTable
from sim import load, lower
from sim.machine import (
    Attribute,
    Busyness,
    Clause,
    Constant,
    Exponential,
    Hazard,
    Lognormal,
    Network,
    NetworkBuilder,
    Predictor,
    Spawn,
    Uniform,
    Weibull,
    simulate,
)
from sim.machine.births import births
from sim.machine.instance import instantiate
from sim.machine.laws import Mixture, Quantiles
from tests.coverage.desk import SHARE, Desk, with_controls
from tests.experiments.desks import ODD

Floats = NDArray[np.float64]
DESK, DAYS, SEED = Desk(0.25), 5_000, 7
DAY = 1440.0


def week(*, carried: bool = False) -> Network:
    """Four kinds of arrivals: two with shared and own busyness, a log, and batches; some of the first come again.

    With `carried` the size of a chat is a number that its job carries.
    """
    kind = {"attributes": {"kind": Uniform(1.0, 9.0)}} if carried else {}
    b = NetworkBuilder("week", end=4.5 * DAY, warm_up=DAY, follow=DAY)
    b.busyness(Busyness("market", day_sd=0.3, day_correlation=0.6))
    b.busyness(Busyness("hours", within_sd=0.2))
    b.busyness(Busyness("own", day_sd=0.2, law="gamma"))
    b.stream("calls", to="phone", rate=[(-DAY, 0.02), (DAY, 0.05)], busyness=("market", "hours"))
    b.stream("chats", to="chat", rate=0.03, busyness="own", end=3 * DAY, **kind)
    b.recorded(
        "letters",
        to="phone",
        times=np.linspace(-500.0, 6_000.0, 50),
        columns={"kind": np.ones(50)} if carried else None,
    )
    b.stream("groups", to="chat", rate=0.005, batch=Uniform(1.0, 4.0), busyness="own", **kind)
    b.work("phone", served_by="desk", size=Lognormal(8.0, 6.0), patience=Exponential(5.0))
    b.work("chat", served_by="desk", size=Attribute("kind") if carried else Exponential(5.0), patience=Exponential(9.0))
    b.counted("desk", 1)
    b.route("phone", "abandoned", Clause("again", to="phone", probability=0.5, again=True))
    return b.build()


def known(network: Network, n: int, by_stream: bool = True) -> tuple[Controls, Floats]:
    """Controls of some replications."""
    c = Controls.of_network(network, by_stream=by_stream)
    return c, np.array([c.values(simulate(network, SEED, r)) for r in range(n)])


# -- what is known -----------------------------------------------------------------------------------------------------


def test_controls_are_what_comes_from_outside() -> None:
    """Factors of days, arrivals that are random, work of single jobs; no batches, and no number that is fixed."""
    names = Controls.of_network(week(), by_stream=True).names
    assert names == (
        *("busyness market", "busyness market squared", "busyness own", "busyness own squared"),
        *("arrivals calls", "arrivals chats", "work calls", "work chats", "work letters"),
    )
    totals = Controls.of_network(week()).names
    assert totals == (*names[:4], "arrivals", "work")
    with_attribute = Controls.of_network(week(carried=True), by_stream=True).names
    assert "work chats" not in with_attribute and "arrivals chats" in with_attribute


def test_their_expectations_are_true() -> None:
    """Correlated and gamma days, hours, rates that change, a stream that ends, warm-up: 400 weeks average to 0."""
    c, values = known(week(), 400)
    score = values.mean(axis=0) / (values.std(axis=0, ddof=1) / sqrt(len(values)))
    assert np.all(np.abs(score) < 3.3), dict(zip(c.names, score, strict=True))
    assert np.all(values.std(axis=0) > 0.0)


def test_the_score_of_a_day_is_the_one_behind_its_rate() -> None:
    """One day: the factor in the rate table is exp(s z - s^2 / 2), and the contacts are those of the records."""
    network = DESK.network
    variance = log1p(DESK.day_sd**2)
    c = Controls.of_network(network)
    for r in range(5):
        records = simulate(network, SEED, r)
        z, squared, arrivals, _ = c.values(records)
        table = instantiate(network, SEED, r).rates[0]
        assert table is not None
        assert table.factor[0] == pytest.approx(exp(sqrt(variance) * z - 0.5 * variance), rel=1e-12)
        assert squared == pytest.approx(z * z - 1.0) and arrivals == records.jobs.size - 360.0


def test_work_is_that_of_all_contacts_served_or_not() -> None:
    """Where all are served it is the time that was worked; where some give up it counts what they would have taken."""
    patient = replace(DESK, patience=1e9, people=30)
    for desk in (patient, DESK):
        network = desk.network
        c = Controls.of_network(network)
        for r in range(5):
            records = simulate(network, SEED, r)
            work = c.values(records)[3] + 360.0 * 5.0
            done = float(np.nansum(records.visits["left"] - records.visits["started"]))
            if desk is patient:
                assert work == pytest.approx(done, rel=1e-4)
            else:
                assert work > done + 5.0


@pytest.mark.parametrize(
    "law",
    [
        Exponential(5.0),
        Lognormal(6.0, 5.7),
        Weibull(0.7, 4.0),
        Uniform(2.0, 9.0),
        Constant(3.0),
        Quantiles((0.0, 0.3, 0.9, 1.0), (1.0, 2.0, 8.0, 30.0)),
        Hazard((0.0, 2.0, 5.0), (0.1, 0.5, 0.2)),
        Mixture((0.3, 0.7), (Constant(1.0), Exponential(6.0))),
        Exponential(5.0, atoms=((0.0, 0.2), (9.0, 0.1))),
    ],
    ids=lambda law: type(law).__name__,
)
def test_a_table_of_sizes_has_the_mean_of_its_law(law: object) -> None:
    """Almost that of the law, and exactly its own: a million draws average to it."""
    table = SizeTable.of(law, "desk")  # type: ignore[arg-type]
    assert table.mean == pytest.approx(law.mean, rel=2e-3)  # type: ignore[attr-defined]
    sizes = table.sizes(np.arange(1_000_000, dtype=np.uint64))
    assert abs(sizes.mean() - table.mean) <= 4.0 * sizes.std() / 1e3


def test_caps_and_scales_of_a_size_change_no_expectation() -> None:
    """A cap is in the table; what depends on the job is left out, because any number with a known mean will do."""
    capped = SizeTable.of(Exponential(5.0, cap=4.0), "desk")
    assert capped.mean == pytest.approx(5.0 * (1.0 - exp(-0.8)), rel=1e-3) and capped.values.max() == 4.0
    bare = SizeTable.of(Exponential(5.0), "desk")
    for law in (Exponential(5.0, scale=Predictor(2.0)), Exponential(5.0, load=0.5)):
        assert np.array_equal(SizeTable.of(law, "desk").values, bare.values)
    never = SizeTable.of(Hazard((0.0, 2.0), (0.5, 0.0)), "desk")
    assert np.isfinite(never.mean)


def test_a_history_that_was_cut_has_no_controls() -> None:
    """What would have come after is not known."""
    network = DESK.network
    records = simulate(network, SEED, 0, most_open=2)
    assert records.cut and np.isnan(Controls.of_network(network).values(records)).all()


def test_controls_of_another_operation_are_refused() -> None:
    """Their columns would mean something else."""
    with pytest.raises(ValueError, match=r"busyness market.* are expected - make controls and records"):
        Controls.of_network(week()).values(simulate(DESK.network, SEED, 0))


def test_inputs_drawn_anew_keep_the_expectation_at_zero(tmp_path: object) -> None:
    """Controls are taken about the expectation of the network that made the records, whatever was drawn."""
    path = tmp_path / "odd.yaml"  # type: ignore[operator]
    path.write_text(ODD, encoding="utf-8")
    operation = lower(load(path))
    more = lower(load(path, {"contact_types.chat.per_day": "180"}))
    c = Controls.of(operation)
    assert c.names == ("arrivals", "work")
    values = np.array([c.values(simulate(more.network, SEED, r))[0] for r in range(40)])
    assert abs(values.mean()) < 4.0 * values.std() / sqrt(40)
    assert Exogenous.of(more.network).arrivals[0] == pytest.approx(2 * Exogenous.of(operation.network).arrivals[0])


# -- what they do ------------------------------------------------------------------------------------------------------


def test_the_controlled_mean_is_the_regression_at_the_known_means() -> None:
    """Against ordinary least squares: intercept, its standard error, and n - 1 - q degrees of freedom."""
    rng = np.random.default_rng(1)
    c = rng.normal([0.0, 3.0], size=(60, 2))
    x = 5.0 + c @ [2.0, -1.0] + rng.normal(size=60)
    found = controlled(x[:, None], np.ones((60, 1)), c, [0.0, 3.0])
    design = np.column_stack([np.ones(60), c - [0.0, 3.0]])
    beta, rss = np.linalg.lstsq(design, x, rcond=None)[:2]
    error = sqrt(float(rss[0]) / 57 * np.linalg.inv(design.T @ design)[0, 0])
    reach = stats.t.ppf(0.975, 57) * error
    assert found.value[0] == pytest.approx(beta[0])
    assert (found.low[0], found.high[0]) == pytest.approx((beta[0] - reach, beta[0] + reach))
    assert found.n[0] == 60


def test_in_a_large_sample_no_estimate_moves_and_all_vary_less() -> None:
    """5,000 days: within 2 standard errors of the plain estimate and 3 of its own from the truth, variance a ninth."""
    top, bottom, values = with_controls(DESK, DAYS, SEED)
    for m in range(3):
        plain = ratio_estimate(top[:, [m]], bottom[:, [m]], share=SHARE[m])
        better = controlled(top[:, [m]], bottom[:, [m]], values, share=SHARE[m])
        error, own = ((e.high[0] - e.low[0]) / 2 / 1.96 for e in (plain, better))
        assert abs(better.value[0] - plain.value[0]) < 2.0 * error
        assert abs(better.value[0] - DESK.truth()[m]) < 3.0 * own
        assert (error / own) ** 2 > 9.0


def test_controlled_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    """125 experiments of 40 days, the fewest that are allowed; shares stay shares."""
    top, bottom, values = with_controls(DESK, DAYS, SEED)
    covered = np.zeros(3)
    for e in range(DAYS // 40):
        days = slice(40 * e, 40 * e + 40)
        for m in range(3):
            found = controlled(top[days, m : m + 1], bottom[days, m : m + 1], values[days], share=SHARE[m])
            covered[m] += found.low[0] <= DESK.truth()[m] <= found.high[0]
            assert 0.0 < found.low[0] < found.value[0] < found.high[0] < 1.0
    assert np.all(covered / (DAYS // 40) > 0.87)


def test_what_is_known_is_known_exactly() -> None:
    """Arrivals are a control themselves: their long-run number comes out as it is, with next to no width."""
    top, bottom, values = with_controls(DESK, DAYS, SEED)
    found = controlled(top[:100, [3]], bottom[:100, [3]], values[:100])
    assert found.value[0] == pytest.approx(360.0, abs=1e-9)
    assert found.high[0] - found.low[0] < 1e-9


def test_controls_that_repeat_others_are_left_out() -> None:
    """A constant, a multiple and a sum add nothing; the result is the one without them."""
    rng = np.random.default_rng(2)
    z = rng.normal(size=(50, 2))
    x = rng.normal(size=(50, 1)) + z[:, :1]
    more = np.column_stack([z, 1e6 * z[:, 0], np.zeros(50), z.sum(axis=1), np.full(50, 4.0)])
    assert independent(more).tolist() == [0, 1]
    a, b = (controlled(x, np.ones((50, 1)), c) for c in (z, more))
    assert all(np.array_equal(p, q) for p, q in zip(a, b, strict=True))


def test_rows_that_cannot_be_controlled_keep_their_plain_interval() -> None:
    """Nobody gave up, or only a few replications had anything to count; waits are never negative."""
    rng = np.random.default_rng(3)
    z = rng.normal(size=(50, 1))
    y = np.full((50, 3), 20.0)
    y[10:, 1] = 0.0
    x = np.column_stack([np.zeros(50), rng.binomial(20, 0.5, 50) * (y[:, 1] > 0), rng.binomial(20, 0.3, 50)])
    plain = ratio_estimate(x, y, share=True, counted=True)
    found = controlled(x, y, z, share=True, counted=True)
    for a, b in zip(plain, found, strict=True):
        assert a[:2].tolist() == b[:2].tolist()
    assert found.value[2] != plain.value[2]
    waits = np.maximum(rng.normal(-2.0, 1.0, size=(50, 1)), 0.0)
    assert controlled(waits, np.ones((50, 1)), z).low[0] >= 0.0


def test_too_little_is_refused_in_words() -> None:
    """Fewer than 40 replications, too few degrees of freedom, a cut history, the wrong number of rows."""
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(60, 1)), np.ones((60, 1))
    c = rng.normal(size=(60, 45))
    with pytest.raises(ControlProblem, match="39 replications are too few; run 40 or more"):
        controlled(x[:39], y[:39], c[:39, :2])
    with pytest.raises(ControlProblem, match="45 of them leave 14 degrees of freedom with 60 replications; run 66"):
        controlled(x, y, c)
    holed = c[:, :2].copy()
    holed[7] = np.nan
    with pytest.raises(ControlProblem, match="1 of 60 replications have none, because they were cut short"):
        controlled(x, y, holed)
    with pytest.raises(ControlProblem, match="one row for each of 60"):
        controlled(x, y, c[:50])


def test_without_controls_it_is_the_plain_interval() -> None:
    """No columns: the same mean, and the interval of n - 1 degrees of freedom."""
    x = np.random.default_rng(5).normal(10.0, 1.0, size=(50, 1))
    a, b = mean_estimate(x), controlled(x, np.ones((50, 1)), np.empty((50, 0)))
    assert all(np.allclose(p, q) for p, q in zip(a, b, strict=True))


def test_only_what_arrives_in_the_period_of_its_own_accord_counts() -> None:
    """Calls of the warm-up that are still there, those after the end, and call-backs are in the records, not here."""
    b = NetworkBuilder("edges", end=600.0, warm_up=600.0, follow=600.0)
    b.stream("calls", to="phone", rate=0.2)
    b.work("phone", served_by="desk", size=Constant(300.0))
    b.work("back", served_by="desk", size=Constant(1.0))
    b.counted("desk", 1_000)
    b.route("phone", "done", b.clause("call-back", spawn=[Spawn("back", delay=Constant(10.0))]))
    network = b.build()
    records = simulate(network, SEED, 0)
    instance = instantiate(network, SEED, 0)
    inside = sum(0.0 <= x.time < 600.0 for x in births(network, instance))
    assert records.jobs.size > inside + 50
    c = Controls.of_network(network)
    assert c.names == ("arrivals", "work")
    assert c.values(records) == pytest.approx([inside - 120.0, 300.0 * (inside - 120.0)])
