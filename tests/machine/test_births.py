"""Births: Poisson in the small, busy in the large, and coupled between versions of a demand (rules 2.5, 6.4, 6.5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import inf, sqrt
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special, stats

from sim.machine import (
    Busyness,
    Constant,
    Exponential,
    Network,
    NetworkBuilder,
    RecordedStream,
    Stream,
    Timeline,
    Uniform,
    simulate,
)
from sim.machine.births import Birth, births
from sim.machine.instance import RateTable, instantiate
from sim.machine.luck import batch_key, birth_key, cell_key, draw, name_hash, recorded_key, uniforms

DAY = 1440.0
MARK = name_hash("mark")
Pairs = list[tuple[float, float]]


def demand(*streams: Stream | RecordedStream, factors: Iterable[Busyness] = (), **period: Any) -> Network:
    """A network that is nothing but births."""
    b = NetworkBuilder("births", **{"follow": 0.0, "end": DAY, **period})
    for f in factors:
        b.busyness(f)
    b.work("door", size=Constant(0.0))
    b.stream("nothing", to="door", rate=0.0)
    built = b.build()
    return replace(built, streams=tuple(streams))


def stream(name: str, rate: float | Timeline | Pairs, reference: Any = None, **more: Any) -> Stream:
    """A stream; its reference is its rate unless another is given."""
    level = Timeline.of(rate)
    return Stream(name, "door", level, level if reference is None else Timeline.of(reference), **more)


def born(network: Network, replication: int = 0, seed: int = 1) -> list[Birth]:
    """All births of a replication."""
    return list(births(network, instantiate(network, seed, replication)))


def times(found: list[Birth]) -> NDArray[np.float64]:
    """When."""
    return np.array([x.time for x in found])


def jobs(found: list[Birth]) -> dict[int, float]:
    """Time of each key."""
    out = {x.key: x.time for x in found}
    assert len(out) == len(found)
    return out


def table(network: Network, replication: int = 0, i: int = 0) -> RateTable:
    """Rate table of a stream."""
    rates = instantiate(network, 1, replication).rates[i]
    assert rates is not None
    return rates


def week(*days: float, opens: float = 480.0, closes: float = 1020.0, first: int = -7, last: int = 35) -> Timeline:
    """Rate per day of the week, with closed nights and a lunch peak."""
    pairs: Pairs = []
    for d in range(first, last):
        level = days[d % len(days)]
        pairs += [(d * DAY, 0.0), (d * DAY + opens, level), (d * DAY + 720.0, 1.7 * level)]
        pairs += [(d * DAY + 750.0, level), (d * DAY + closes, 0.0)]
    return Timeline.of(pairs)


WEEK = week(1.0, 0.8, 0.9, 0.7, 1.2, 0.3, 0.2)
SHAKY = (
    Busyness("market", day_sd=0.3, day_correlation=0.6),
    Busyness("hour", within_sd=0.2, within_correlation=0.5, law="gamma"),
)


# -- a Poisson process ----------------------------------------------------------------------------------------------


def test_births_at_a_constant_rate_are_a_poisson_process() -> None:
    """Exponential gaps (across the hours at which numbering restarts too), even positions, dispersion 1."""
    rate, end = 0.8, 60_000.0
    t = times(born(demand(stream("s", rate), end=end)))
    assert abs(t.size - rate * end) < 4.0 * sqrt(rate * end)
    assert stats.kstest(np.diff(t), "expon", args=(0.0, 1.0 / rate)).pvalue > 1e-3
    assert stats.kstest(t % 60.0 / 60.0, "uniform").pvalue > 1e-3
    assert stats.kstest(t % 7.0 / 7.0, "uniform").pvalue > 1e-3
    for window in (5.0, 60.0, 90.0):
        counts = np.histogram(t, np.arange(0.0, end + 1.0, window))[0]
        dispersion = counts.var(ddof=1) / counts.mean()
        assert abs(dispersion - 1.0) < 4.0 * sqrt(2.0 / counts.size)
        assert abs(np.corrcoef(counts[1:], counts[:-1])[0, 1]) < 4.0 / sqrt(counts.size)
    crossing = np.diff(t)[np.diff(t // 60.0) > 0.0]
    length_biased = stats.kstest(crossing, lambda x: np.asarray(crossing_gap_cdf(x, rate))).pvalue
    assert length_biased > 1e-3


def crossing_gap_cdf(x: NDArray[np.float64], rate: float) -> NDArray[np.float64]:
    """Law of the gap over a fixed instant of a Poisson process: Gamma(2), the inspection paradox."""
    return special.gammainc(2.0, rate * x)


def test_a_changing_rate_against_another_reference_is_thinned_exactly() -> None:
    """In operational time (the integral of the rate) gaps are exponential, whatever bands the factor crosses."""
    rng = np.random.default_rng(5)
    edges = np.arange(0.0, 30_000.0, 20.0)
    rate = Timeline(edges, rng.choice([0.3, 0.9, 1.0, 1.1, 1.25, 1.7, 2.5, 5.0, 0.0], edges.size))
    reference = Timeline(np.arange(0.0, 30_000.0, 50.0), rng.choice([0.5, 1.0, 1.4], 600))
    t = times(born(demand(stream("s", rate, reference), end=30_000.0)))
    area = np.concatenate(([0.0], np.cumsum(rate.values * 20.0)))
    piece = (t // 20.0).astype(int)
    clock = area[piece] + (t - 20.0 * piece) * rate.values[piece]
    assert abs(t.size - area[-1]) < 4.0 * sqrt(area[-1])
    assert stats.kstest(np.diff(clock), "expon").pvalue > 1e-3
    counts = np.histogram(clock, np.arange(0.0, area[-1], 25.0))[0]
    assert abs(counts.var(ddof=1) / counts.mean() - 1.0) < 4.0 * sqrt(2.0 / counts.size)
    for level in np.unique(rate.values[rate.values > 0.0]):
        expected = level * 20.0 * np.sum(rate.values == level)
        seen = np.sum(rate.values[piece] == level)
        assert abs(seen - expected) < 4.5 * sqrt(expected)


def test_replications_seeds_and_streams_are_independent_histories() -> None:
    """No key in common, and counts per hour uncorrelated."""
    histories = [
        born(demand(stream("s", 1.0), end=6_000.0)),
        born(demand(stream("s", 1.0), end=6_000.0), replication=1),
        born(demand(stream("s", 1.0), end=6_000.0), seed=2),
        born(demand(stream("t", 1.0), end=6_000.0)),
    ]
    keys = {k for h in histories for k in jobs(h)}
    assert len(keys) == sum(map(len, histories))
    counts = np.array([np.histogram(times(h), np.arange(0.0, 6_001.0, 10.0))[0] for h in histories])
    together = np.corrcoef(counts) - np.eye(4)
    assert np.max(np.abs(together)) < 4.0 / sqrt(600)


# -- where nobody is born -------------------------------------------------------------------------------------------


def test_hours_without_a_rate_have_no_births() -> None:
    """Closed hours stay empty, however busy the day; so does the time before a timeline begins."""
    network = demand(stream("s", WEEK, busyness=("market", "hour")), factors=SHAKY, end=21 * DAY, warm_up=7 * DAY)
    t = times(born(network))
    assert t.size > 3_000 and t.min() < 0.0
    assert np.all(WEEK.sample(t) > 0.0)
    late = demand(stream("s", [(600.0, 2.0)]), warm_up=DAY)
    assert times(born(late)).min() >= 600.0
    assert born(demand(stream("s", 0.0))) == []


def test_a_stream_ends_when_it_says_and_the_run_where_it_should() -> None:
    """No birth at or after the stream's end, before the warm-up or at the limit; inside nothing changes."""
    whole = jobs(born(demand(stream("s", 2.0))))
    assert jobs(born(demand(stream("s", 2.0, end=100.5)))) == {k: t for k, t in whole.items() if t < 100.5}
    some = demand(stream("s", 2.0), end=300.5, follow=30.0, warm_up=77.7)
    t = times(born(some))
    assert -77.7 <= t.min() < -70.0 and 325.0 < t.max() < 330.5


def test_a_birth_at_the_very_end_is_not_one() -> None:
    """Recorded births at the end of their stream and at the limit are left out (2.5: at or after)."""
    log = RecordedStream("log", "door", np.array([-5.0, 0.0, 10.0, 60.0]), end=10.0)
    assert times(born(demand(log, end=60.0))).tolist() == [0.0]
    assert times(born(demand(replace(log, end=inf), end=60.0, warm_up=5.0))).tolist() == [-5.0, 0.0, 10.0]


# -- bands ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("factor", "bands"), [(0.5, 1), (1.0, 1), (1.25, 2), (1.3, 3), (1.5, 3), (2.0, 4), (3.0, 5), (4.0, 6), (7.9, 8)]
)
def test_a_factor_at_the_edge_of_a_band_fills_it_and_opens_no_other(factor: float, bands: int) -> None:
    """Bands [0,1) [1,1.25) [1.25,1.5) [1.5,2) [2,3) [3,4) [4,6) [6,8): shares by their part of the factor."""
    edges = np.array([0.0, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0])
    found = born(demand(stream("s", factor, 1.0), end=6_000.0))
    seen = np.bincount([x.band for x in found], minlength=8)
    assert np.flatnonzero(seen).tolist() == list(range(bands))
    parts = np.clip(factor, edges[:-1], edges[1:]) - edges[:-1]
    expected = 6_000.0 * parts[:bands]
    assert np.all(np.abs(seen[:bands] - expected) < 4.5 * np.sqrt(expected))


def test_a_candidate_is_accepted_by_its_own_mark() -> None:
    """Each birth lies below the factor in (time, factor) space, and as the factor rises none is lost."""
    lower, width = {0: 0.0, 1: 1.0, 2: 1.25, 3: 1.5}, {0: 1.0, 1: 0.25, 2: 0.25, 3: 0.5}
    before: dict[int, float] = {}
    for factor in (0.2, 0.7, 1.0, 1.1, 1.24, 1.25, 1.4, 1.9, 2.0):
        found = born(demand(stream("s", factor, 2.0 / 2.0), end=600.0))
        assert all(lower[x.band] + width[x.band] * draw(x.key, MARK) < factor for x in found)
        now = jobs(found)
        assert before.items() <= now.items() and len(before) < len(now)
        before = now


def test_the_mark_does_not_see_the_time() -> None:
    """Thinning is independent: marks of candidates are uniform and unrelated to their gaps."""
    found = born(demand(stream("s", 1.0), end=40_000.0))
    u = uniforms(np.array([x.key for x in found], dtype=np.uint64), MARK)
    assert stats.kstest(u, "uniform").pvalue > 1e-3
    gaps = np.diff(times(found))
    assert abs(np.corrcoef(u[1:], gaps)[0, 1]) < 4.0 / sqrt(gaps.size)


# -- coupling -------------------------------------------------------------------------------------------------------


def versions(factor: float) -> tuple[dict[int, float], dict[int, float]]:
    """Jobs of a busy week before and after its demand is multiplied."""
    busy = {"factors": SHAKY, "end": 14 * DAY, "warm_up": 2 * DAY}
    raised = Timeline(WEEK.times, WEEK.values * factor)
    base = demand(stream("s", WEEK, busyness=("market", "hour")), **busy)
    other = demand(stream("s", raised, WEEK, busyness=("market", "hour")), **busy)
    return jobs(born(base)), jobs(born(other))


@pytest.mark.parametrize("factor", [1.1, 3.0])
def test_more_demand_keeps_every_job_it_had(factor: float) -> None:
    """+10 % and x 3 under day and within-day busyness: 100 % of the base jobs, same keys, same times bit for bit."""
    base, more = versions(factor)
    assert len(base) > 4_000
    assert base.items() <= more.items()
    assert abs(len(more) - factor * len(base)) < 6.0 * sqrt(factor * len(base))


def test_less_demand_keeps_a_part_of_the_jobs() -> None:
    """-30 %: a subset, and of the right size."""
    base, less = versions(0.7)
    assert less.items() <= base.items()
    assert abs(len(less) - 0.7 * len(base)) < 6.0 * sqrt(0.21 * len(base))


def test_a_campaign_at_night_leaves_the_day_alone() -> None:
    """Demand where the reference has none (below its floor): new jobs there, the others untouched."""
    campaign = [(t, v if v > 0.0 else 0.4) for t, v in zip(WEEK.times.tolist(), WEEK.values.tolist(), strict=True)]
    base = jobs(born(demand(stream("s", WEEK), end=7 * DAY)))
    found = born(demand(stream("s", campaign, WEEK), end=7 * DAY))
    more = jobs(found)
    assert base.items() <= more.items()
    new = np.array([t for k, t in more.items() if k not in base])
    closed = (WEEK.sample(np.arange(7 * DAY)) == 0.0).sum()
    assert np.all(WEEK.sample(new) == 0.0)
    assert abs(new.size - 0.4 * closed) < 4.0 * sqrt(0.4 * closed)
    assert stats.kstest(new % 60.0 / 60.0, "uniform").pvalue > 1e-3


def test_another_reference_has_the_same_jobs_hour_by_hour() -> None:
    """With a new reference the n-th job of an hour is still the n-th job of that hour; only its time moves."""
    low, high = born(demand(stream("s", 0.8), end=DAY)), born(demand(stream("s", 1.0), end=DAY))
    hours = {x.key: int(x.time // 60.0) for x in high}
    assert all(hours[x.key] == int(x.time // 60.0) for x in low)
    moved = jobs(high)
    assert all(moved[x.key] - 60.0 * (x.time // 60.0) == pytest.approx(0.8 * (x.time % 60.0)) for x in low)


@pytest.mark.parametrize("rate", [Timeline.of(0.7), WEEK], ids=["constant", "week"])
def test_warm_up_and_horizon_change_no_job_inside(rate: Timeline) -> None:
    """Cells are numbered from time 0, and no day's busyness has a start value."""
    s = stream("s", rate, busyness=("market", "hour"))
    short = jobs(born(demand(s, factors=SHAKY, end=3 * DAY)))
    assert len(short) > 1_000
    for period in ({"warm_up": 100.0}, {"warm_up": 9 * DAY}, {"end": 14 * DAY}, {"follow": 5 * DAY}):
        found = jobs(born(demand(s, factors=SHAKY, **{"end": 3 * DAY, **period})))
        assert {k: t for k, t in found.items() if 0.0 <= t < 3 * DAY} == short


def test_the_horizon_changes_no_job_inside_when_a_door_opens_at_half_past() -> None:
    """In an hour that is partly without demand the reference stands on its floor, which must not know the horizon."""
    s = stream("s", week(1.0, 0.8, 0.9, 0.7, 1.2, 0.3, 0.2, opens=510.0, closes=1050.0))
    short, long = jobs(born(demand(s, end=3 * DAY))), jobs(born(demand(s, end=14 * DAY)))
    assert {k: t for k, t in long.items() if t < 3 * DAY} == short


def test_another_stream_or_factor_changes_no_job() -> None:
    """A reason more, in front, and a factor that belongs to it: the old stream keeps all its births."""
    s = stream("s", WEEK, busyness=("market",))
    alone = jobs(born(demand(s, factors=SHAKY, end=7 * DAY)))
    new = stream("a", 0.5, busyness=("market", "new"))
    both = born(demand(new, s, factors=(Busyness("new", day_sd=0.5), *SHAKY), end=7 * DAY))
    assert jobs([x for x in both if x.stream == 1]) == alone


# -- order ----------------------------------------------------------------------------------------------------------


def test_births_come_in_the_order_of_time_stream_band_and_number() -> None:
    """Also between streams, and with many bands in use (rule 3.1)."""
    streams = [stream(f"s{i}", 3.0, 1.0) for i in range(3)]
    log = RecordedStream("log", "door", np.sort(np.random.default_rng(2).uniform(0.0, 600.0, 200)))
    found = born(demand(*streams, log, end=600.0))
    assert [tuple(x)[:4] for x in found] == sorted(tuple(x)[:4] for x in found)
    assert {x.stream for x in found} == {0, 1, 2, 3}


def test_equal_times_go_by_stream_then_row() -> None:
    """Two logs that agree in their times: the first stream of the network comes first, rows in their order."""
    at = np.array([1.0, 1.0, 2.0])
    found = born(demand(RecordedStream("b", "door", at), RecordedStream("a", "door", at), end=10.0))
    assert [(x.time, x.stream, x.n) for x in found] == [
        (1.0, 0, 0),
        (1.0, 0, 1),
        (1.0, 1, 0),
        (1.0, 1, 1),
        (2.0, 0, 2),
        (2.0, 1, 2),
    ]


# -- recorded streams and batches -------------------------------------------------------------------------------------


def test_a_recorded_job_is_its_row() -> None:
    """Keys by row: warm-up, end and other rows' times do not matter; part of a log brings the same jobs."""
    at = np.array([-50.0, 5.0, 5.0, 30.0, 90.0])
    log = RecordedStream("log", "door", at)
    whole = born(demand(log, end=100.0, warm_up=60.0))
    assert times(whole).tolist() == at.tolist() and [x.n for x in whole] == [0, 1, 2, 3, 4]
    assert born(demand(log, end=60.0)) == whole[1:4]
    moved = born(demand(replace(log, times=at + 1.0), end=100.0, warm_up=60.0))
    assert [x.key for x in moved] == [x.key for x in whole]
    part = born(demand(replace(log, times=at[2:], first_row=2), end=100.0))
    assert [x.key for x in part] == [x.key for x in whole[2:]]
    other = born(demand(replace(log, name="log 2"), end=100.0, warm_up=60.0))
    assert {x.key for x in other}.isdisjoint(x.key for x in whole)
    key = table(demand(stream("log", 1.0))).key  # a stream of this name has the same root, and other jobs
    assert whole[3].key == recorded_key(key, 3)
    assert {x.key for x in born(demand(stream("log", 1.0)))}.isdisjoint(x.key for x in whole)


def history(batch: Any, attributes: Any = None) -> NDArray[np.void]:
    """Jobs of a run in which nobody waits."""
    b = NetworkBuilder("batches", end=2_000.0)
    b.stream("orders", to="desk", rate=0.5, batch=batch, attributes=attributes or {"value": Exponential(3.0)})
    b.work("desk", served_by="people", size=Exponential(1.0))
    b.counted("people", 1_000)
    return simulate(b.build()).jobs


def test_a_batch_law_adds_members_and_changes_nobody() -> None:
    """The first of a batch is the job that would have come alone; sizes are rounded to the nearest whole number."""
    alone, batches = history(None), history(Uniform(0.6, 4.4))
    first = {int(k): float(t) for k, t in zip(alone["key"], alone["birth"], strict=True)}
    members = {int(k): float(t) for k, t in zip(batches["key"], batches["birth"], strict=True)}
    assert first.items() <= members.items()
    for key, t in first.items():
        size = int(0.6 + 3.8 * draw(key, name_hash("batch")) + 0.5)
        keys = [batch_key(key, m) for m in range(6)]
        assert [k in members for k in keys] == [m < size for m in range(6)]
        assert all(members[k] == t for k in keys[:size])
    assert np.all(batches["number"] == batches["family"]) and np.all(batches["parent"] == -1)


def test_a_batch_may_be_empty() -> None:
    """A batch that rounds to 0 brings nobody, and the other batches stay."""
    some, all_ = history(Uniform(0.0, 1.0)), history(None)
    expected = {int(k) for k in all_["key"] if draw(int(k), name_hash("batch")) >= 0.5}
    assert {int(k) for k in some["key"]} == expected


# -- busyness -------------------------------------------------------------------------------------------------------


def at(t: RateTable, when: NDArray[np.float64]) -> NDArray[np.float64]:
    """Factor of a rate table at some times."""
    return np.array(t.factor)[np.searchsorted(t.edges, when, side="right") - 1]


def factors(f: Busyness, days: int, replications: int, each: float = DAY, **period: Any) -> NDArray[np.float64]:
    """Factor of a stream at rate 1, in the middle of every interval, shape (replications, intervals)."""
    network = demand(stream("s", 1.0, busyness=(f.name,)), factors=(f,), end=days * DAY, **period)
    middle = np.arange(0.5 * each, days * DAY, each)
    return np.array([at(table(network, r), middle) for r in range(replications)])


LAWS = {
    "lognormal": lambda sd: stats.lognorm(sqrt(np.log1p(sd * sd)), scale=1.0 / sqrt(1.0 + sd * sd)),
    "gamma": lambda sd: stats.gamma(1.0 / sd**2, scale=sd**2),
}


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("sd", [0.1, 0.6])
def test_the_busyness_of_days_has_mean_1_and_the_law_and_sd_given(law: Any, sd: float) -> None:
    """Independent days: the whole law, by Kolmogorov-Smirnov."""
    x = factors(Busyness("b", day_sd=sd, law=law), 60, 60).ravel()
    assert x.size == 3_600
    assert abs(x.mean() - 1.0) < 4.0 * sd / sqrt(x.size)
    assert x.std() == pytest.approx(sd, rel=0.12)
    assert stats.kstest(x, LAWS[law](sd).cdf).pvalue > 1e-3


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("rho", [0.5, 0.9])
def test_days_follow_each_other_as_an_autoregression(law: Any, rho: float) -> None:
    """Correlation of the normal scores rho^k at lag k, the same on the first day as on the last, law unchanged."""
    x = factors(Busyness("b", day_sd=0.4, day_correlation=rho, law=law), 80, 60)
    z = special.ndtri(np.clip(LAWS[law](0.4).cdf(x), 1e-15, 1.0 - 1e-15))
    # scores of 60 independent histories of 80 days; the autocorrelated ones tell less
    freedom = z.size * (1.0 - rho) / (1.0 + rho)
    assert abs(z.mean()) < 4.0 / sqrt(freedom)
    assert z.var() == pytest.approx(1.0, abs=4.0 * sqrt(2.0 * (1.0 + rho**2) / (1.0 - rho**2) / z.size))
    for lag in (1, 2, 5):
        r = np.mean(z[:, lag:] * z[:, :-lag]) / z.var()
        assert r == pytest.approx(rho**lag, abs=4.0 / sqrt(freedom))
    assert z[:, 0].var() == pytest.approx(1.0, abs=4.0 * sqrt(2.0 / 60))
    assert np.mean(z[:, 0] * z[:, 1]) == pytest.approx(rho, abs=4.0 * sqrt(2.0 / 60))


@pytest.mark.parametrize("law", LAWS)
def test_intervals_within_a_day_are_an_autoregression_of_their_own(law: Any) -> None:
    """Scores correlate inside a day and not over midnight; sd as given in every interval of the day."""
    f = Busyness("b", within_sd=0.25, within_correlation=0.7, interval=120.0, law=law)
    x = factors(f, 40, 30, each=120.0).reshape(-1, 12)
    z = special.ndtri(np.clip(LAWS[law](0.25).cdf(x), 1e-15, 1.0 - 1e-15))
    n = len(z)
    assert np.all(np.abs(z.var(axis=0) - 1.0) < 4.5 * sqrt(2.0 / n))
    for lag in (1, 3):
        assert np.mean(z[:, lag:] * z[:, :-lag]) == pytest.approx(0.7**lag, abs=5.0 / sqrt(n))
    assert abs(np.mean(z[1:, 0] * z[:-1, -1])) < 4.0 / sqrt(n)


def test_day_and_interval_factors_multiply() -> None:
    """Their product has the variance of two independent factors."""
    both = Busyness("b", day_sd=0.3, within_sd=0.2, interval=240.0)
    days, within = replace(both, within_sd=0.0), replace(both, day_sd=0.0)
    x, d, w = (factors(f, 50, 20, each=240.0) for f in (both, days, within))
    assert np.allclose(x, d * w, rtol=1e-14)
    assert x.std() == pytest.approx(sqrt(1.09 * 1.04 - 1.0), rel=0.1)


def test_busyness_is_dated_and_knows_neither_warm_up_nor_horizon() -> None:
    """The factor belongs to the local date, also where a date is an hour short (daylight saving)."""
    f = Busyness("b", day_sd=0.3, day_correlation=0.8, within_sd=0.1)
    short = factors(f, 5, 1, each=30.0)
    assert np.array_equal(factors(f, 5, 1, each=30.0, warm_up=12 * DAY), short)
    assert np.array_equal(factors(f, 30, 1, each=30.0)[:, : short.shape[1]], short)
    clocks_forward = Timeline([-DAY, 0.0, DAY - 60.0, 2 * DAY - 60.0], [9, 10, 11, 12])
    network = demand(stream("s", 1.0, busyness=("b",)), factors=(Busyness("b", day_sd=0.3),), end=2 * DAY)
    dated = table(replace(network, days=clocks_forward))
    starts = np.array([0.0, DAY - 60.0, 2 * DAY - 60.0])
    first, second, third = at(dated, starts)
    assert at(dated, starts[1:] - 1e-6).tolist() == [first, second] and len({first, second, third}) == 3
    plain = table(replace(network, days=Timeline([0.0, DAY, 2 * DAY], [11, 12, 13])))
    assert at(plain, np.array([0.0, DAY])).tolist() == [second, third]


def counts(network: Network, replications: int, days: int) -> NDArray[np.float64]:
    """Births per stream and day, shape (streams, replications * days)."""
    out = []
    for r in range(replications):
        found = born(network, r)
        for i in range(len(network.streams)):
            t = np.array([x.time for x in found if x.stream == i])
            out.append(np.histogram(t, np.arange(days + 1) * DAY)[0])
    return (
        np.array(out)
        .reshape(replications, len(network.streams), days)
        .transpose(1, 0, 2)
        .reshape(-1, replications * days)
    )


def test_streams_that_share_a_factor_are_busy_together() -> None:
    """Day counts: variance m + m^2 s^2, correlation by the shared factor, none with a stream of its own."""
    shared, own = Busyness("shared", day_sd=0.25), Busyness("own", day_sd=0.25)
    network = demand(
        stream("a", 0.1, busyness=("shared",)),
        stream("b", 0.1, busyness=("shared",)),
        stream("c", 0.1, busyness=("own",)),
        stream("d", 0.1),
        factors=(shared, own),
        end=40 * DAY,
    )
    x = counts(network, 10, 40)
    n, m = x.shape[1], 144.0
    assert np.all(np.abs(x.mean(axis=1) - m) < 4.0 * np.sqrt((m + (0.25 * m) ** 2) / n))
    for i, s in enumerate((0.25, 0.25, 0.25, 0.0)):
        assert x[i].var() == pytest.approx(m + (s * m) ** 2, rel=0.35)
    expected = 0.25**2 * m / (1.0 + 0.25**2 * m)
    together = np.corrcoef(x)
    assert together[0, 1] == pytest.approx(expected, abs=4.0 * (1.0 - expected**2) / sqrt(n))
    assert np.max(np.abs(together[np.ix_([0, 1, 2, 3], [2, 3])] - np.eye(4)[:, 2:])) < 4.0 / sqrt(n)


def test_a_birth_s_number_and_key_follow_its_cell() -> None:
    """Hours before 0 are counted on downwards, so a warm-up has jobs of its own and takes none from the period."""
    found = born(demand(stream("s", 1.0), end=120.0, warm_up=120.0))
    key = table(demand(stream("s", 1.0))).key
    for x in found:
        cell = cell_key(key, int(x.time // 60.0), x.band)
        assert x.key == birth_key(cell, x.n) and x.n >= 1
    assert {int(x.time // 60.0) for x in found} == {-2, -1, 0, 1}


def test_demand_where_the_reference_had_none() -> None:
    """A rate against a reference of 0 everywhere stands on the floor; raising it keeps every job."""
    some = jobs(born(demand(stream("s", 0.5, reference=0.0), end=600.0)))
    more = jobs(born(demand(stream("s", 0.8, reference=0.0), end=600.0)))
    assert 200 < len(some) < 400 < len(more) < 560
    assert some.items() <= more.items()
