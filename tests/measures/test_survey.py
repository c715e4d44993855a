"""Surveys: what is asked for is computed and nothing else, and the rows never depend on what happened."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from sim.machine import Network, Records
from sim.measures import MEASURES, Intervals, Service, Split, Survey, measure
from sim.measures.cells.ruler import Moments, Ruler
from sim.measures.evidence import Evidence
from sim.measures.wanted import KINDS
from tests.measures.diary import desk, diary, duty, served
from tests.measures.test_identities import GRID, NETWORK, QUICK, SERVICES, records

FINE = Intervals.regular(60.0, 5.0)
KEYS = ["measure", "scope_kind", "scope", "grid", "interval"]
SPLITS = (
    Split(GRID, {"all": None, "channel": None, "pool": None, "step": ("arrivals", "queue_length", "occupancy")}),
    Split(FINE, ("queue_length", "busy_hours")),
)


def keyed(frame: pd.DataFrame) -> pd.DataFrame:
    """Numbers by names, in the order of names."""
    return frame.astype(dict.fromkeys(KEYS[:4], object)).set_index(KEYS).sort_index()


def wanted(frame: pd.DataFrame) -> pd.Series:
    """Rows of a table of everything that `SPLITS` ask for."""
    m, kind, grid = frame["measure"].astype(str), frame["scope_kind"].astype(str), frame["grid"].astype(str)
    main = kind.isin(["all", "channel", "pool"]) | (
        (kind == "step") & m.isin(["arrivals", "queue_length", "occupancy"])
    )
    fine = m.isin(["queue_length", "busy_hours"])
    return (grid == "period") | ((grid == GRID.name) & main) | ((grid == FINE.name) & fine)


@QUICK
@given(records())
def test_what_is_asked_for_is_what_a_table_of_everything_says(r: Records) -> None:
    """By measure, kind of scope and way of splitting; sums may be added up in another order."""
    full = measure(r, SERVICES, (GRID, FINE)).frame
    part = measure(r, SERVICES, SPLITS).frame
    pd.testing.assert_frame_equal(keyed(part), keyed(full[wanted(full)]), check_exact=False, rtol=1e-12, atol=1e-9)


def test_the_rows_do_not_depend_on_what_happened() -> None:
    """Nothing, or everything at once with transfers, open contacts and silent leavers: the same rows."""
    survey = Survey(NETWORK, SERVICES, SPLITS)
    empty = survey(diary(NETWORK)).numbers
    assert {x.size for x in empty} == {survey.rows.n} and survey.rows.n == survey.rows.measure.size
    assert Survey(NETWORK, SERVICES, SPLITS).rows.interval.tolist() == survey.rows.interval.tolist()
    there = empty.there
    names = np.array(survey.rows.measures)[survey.rows.measure]
    estimators = np.array([MEASURES[x].estimator for x in survey.rows.measures])[survey.rows.measure]
    # of nothing, there are totals of 0, empty lines and no ratios
    assert set(estimators[there & (names != "queue_length")]) <= {"total", "maximum", "snapshot", "ratio of sums"}
    assert not there[np.isin(names, ["asa", "service_level", "occupancy", "wait_p50"])].any()


@QUICK
@given(records())
def test_any_history_fills_the_same_rows(r: Records) -> None:
    """Whatever the data, there is one number for every row, and what is not there is 0, 0 and NaN."""
    survey = Survey(NETWORK, SERVICES, SPLITS)
    numbers = survey(r).numbers
    assert {x.size for x in numbers} == {survey.rows.n}
    absent = ~numbers.there
    assert not numbers.numerator[absent].any() and not numbers.denominator[absent].any()
    assert np.isnan(np.array([numbers.value, numbers.lower, numbers.upper])[:, absent]).all()


@QUICK
@given(records())
def test_two_surveys_of_one_evidence_do_not_disturb_each_other(r: Records) -> None:
    """What is put together once serves both, whatever the first one asked for."""
    first = Survey(NETWORK, SERVICES, SPLITS)
    strict = [Service(s.steps, awt=0.5, name=s.name) for s in SERVICES]
    second = Survey(NETWORK, strict, GRID, measures={"all": ["service_level"], "channel": ["service_level", "asa"]})
    together = [Service(("phone", "chat", "desk"), awt=2.0, name="everything")]
    third = Survey(NETWORK, together, FINE)
    evidence = Evidence(r, second.ruler)  # which does not know the edges of all
    for survey in (first, second, third, first):
        shared, alone = survey(evidence).numbers, survey(r).numbers
        assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(shared, alone, strict=True))


def test_a_survey_that_travels_measures_the_same() -> None:
    """It goes to other processes and comes back with the same rows and numbers."""
    survey = Survey(NETWORK, SERVICES, SPLITS, measures=(x for x in ("asa", "busy_hours")))
    again = pickle.loads(pickle.dumps(survey))  # noqa: S301
    r = diary(NETWORK, [served(0, 5.0, 7.0, 26.0)], [duty("team", 0.0, 60.0)])
    assert again.rows.measure.tolist() == survey.rows.measure.tolist()
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(again(r).numbers, survey(r).numbers, strict=True))


def test_rows_are_found_by_their_names() -> None:
    """Every row lies where the arrays of names say it does."""
    rows = Survey(NETWORK, SERVICES, SPLITS).rows
    for i in range(rows.n):
        kind, scope = rows.scopes[rows.scope[i]]
        names = rows.measures[rows.measure[i]], kind, scope, rows.ways[rows.way[i]].name, int(rows.interval[i])
        assert rows.row(*names) == i
    assert rows.row("asa", "pool", "team", "period", -1) is None
    assert rows.row("asa", "channel", "phone", GRID.name, GRID.n) is None
    assert rows.row("asa", "channel", "phone", "period", 0) is None
    assert rows.row("asa", "channel", "nobody", "period", -1) is None


def test_nothing_is_kept_of_kinds_and_measures_that_are_not_wanted() -> None:
    """Kinds left out of a mapping have no rows, and measures without any scope of theirs none either."""
    rows = Survey(NETWORK, SERVICES, (), measures={"step": ["asa", "occupancy"], "pool": ["asa"]}).rows
    assert rows.measures == ("asa",) and {rows.scopes[i][0] for i in rows.scope} == {"step"}
    assert Survey(NETWORK, (), (), measures=[]).rows.n == 0
    assert set(KINDS) == {kind for m in MEASURES.values() for kind in m.scopes}


def test_measures_that_need_a_target_nobody_has_have_no_rows() -> None:
    """They would be empty in every history."""
    rows = Survey(NETWORK, [Service("phone")], ()).rows
    assert not {"service_level", "excess_wait", "meets_target", "completion_level", "short_abandoned"} & {
        *rows.measures
    }


def test_shares_of_days_are_given_for_the_whole_period_only() -> None:
    """An hour has no days of its own."""
    rows = Survey(NETWORK, SERVICES, GRID).rows
    assert set(rows.way[rows.measure == rows.measures.index("meets_target_day")]) == {0}
    assert set(rows.way[rows.measure == rows.measures.index("meets_target")]) == {0, 1}


def test_unknown_kinds_and_foreign_records_are_refused() -> None:
    """With the names that do not fit, and what to do."""
    with pytest.raises(ValueError, match="unknown kind of scope 'stap'; known are all, stream"):
        Survey(NETWORK, measures={"stap": None})  # type: ignore[dict-item]
    with pytest.raises(ValueError, match=r"other steps \(desk\); make a survey of it"):
        Survey(NETWORK)(diary(desk().build()))
    with pytest.raises(ValueError, match="period of 90 min, but one of 60 min"):
        Survey(desk().build())(diary(desk(end=90.0).build()))


def test_a_survey_measures_networks_that_differ_in_numbers_only() -> None:
    """Drawn inputs make another network in every history; its names are the same."""

    def network(end_of_duty: float) -> Network:
        b = desk()
        b.counted("more", [(0.0, 3), (end_of_duty, 0)])
        return b.build()

    survey = Survey(network(30.0), (), FINE)
    assert survey(diary(network(40.0))).value("arrivals") == 0.0


def test_a_time_on_an_edge_is_looked_up_as_every_way_would() -> None:
    """Random times, a third of them on edges, against a plain search; NaN lies behind everything."""
    rng = np.random.default_rng(3)
    ways = (GRID, FINE, Intervals([20.0, 25.0, 50.0]), Intervals.whole(60.0))
    ruler = Ruler(ways[:3])
    times = np.concatenate((rng.uniform(-9.0, 70.0, 200), rng.choice(ruler.edges, 100), [np.nan]))
    for rows in (slice(None), np.arange(0, 300, 7)):
        moments = Moments(times, ruler).taken(rows)
        for way in ways:  # the last one is not on the ruler
            expected = np.searchsorted(way.edges, times[rows], side="right")
            assert np.array_equal(moments.below(way), expected)
            label = np.array([0, *(way.label_of + 1), 0])[np.searchsorted(way.edges, times[rows], side="right")]
            table, place = moments.labels(way)
            assert np.array_equal(table[place], label)
        assert np.array_equal(moments.left, np.searchsorted(ruler.edges, times[rows], side="left"))
