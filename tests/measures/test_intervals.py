"""Intervals: edges, labels, local days, and how tables are read."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest

from sim.machine import NetworkBuilder, Timeline
from sim.measures import MEASURES, Intervals, Service, measure
from sim.measures.catalogue import OF_DESK
from sim.measures.cells import marks as module
from sim.measures.cells.marks import least_at
from sim.measures.cells.spans import areas
from sim.measures.promises.clock import open_minutes
from tests.measures.diary import DAY, desk, diary, duty, lost, served


def test_edges_belong_to_the_interval_they_begin() -> None:
    """First, last and outside: arrivals at 0, at an edge, at the end of the period."""
    rows = [lost(i, t, t + 1.0) for i, t in enumerate((-1.0, 0.0, 29.9, 30.0, 59.9, 60.0))]
    t = measure(diary(desk().build(), rows), (), Intervals.regular(60.0, 30.0))
    assert t.series("arrivals").tolist() == [2.0, 2.0]
    assert t.value("arrivals") == 4.0


def test_edges_may_leave_out_parts_of_the_period() -> None:
    """Rows of intervals cover what the edges cover; the whole period is still whole."""
    rows = [served(i, t, t, t + 2.0) for i, t in enumerate((5.0, 15.0, 25.0))]
    t = measure(diary(desk().build(), rows), (), Intervals([10.0, 20.0]))
    assert t.series("arrivals").tolist() == [1.0]
    assert t.value("arrivals") == 3.0
    assert t.value("carried_load", "pool", "team", 0) == 0.2
    assert t.value("carried_load", "pool", "team") == 0.1


def test_work_across_midnight_is_shared_between_the_days() -> None:
    """30 minutes before midnight, 45 after."""
    rows = [served(0, DAY - 40.0, DAY - 30.0, DAY + 45.0)]
    records = diary(desk(end=2 * DAY).build(), rows, [duty("team", 0.0, 2 * DAY)])
    t = measure(records, (), Intervals.regular(2 * DAY, DAY))
    assert (60 * t.series("busy_hours", "pool", "team")).tolist() == pytest.approx([30.0, 45.0])
    assert t.series("queue_length").tolist() == pytest.approx([10 / DAY, 0.0])
    assert t.series("arrivals").tolist() == [1.0, 0.0]
    assert t.series("asa").tolist()[0] == 10.0
    assert isnan(t.series("asa").tolist()[1])


def test_hours_of_the_day_add_up_over_the_days() -> None:
    """Two days: calls at 09:10, and at 09:50 of the second day; ratios are ratios of sums."""
    rows = [served(0, 550.0, 552.0, 560.0), served(1, DAY + 590.0, DAY + 590.0, DAY + 600.0)]
    rows += [lost(2, DAY + 600.0, DAY + 601.0)]
    hours = Intervals.regular(2 * DAY)
    grids = (hours, hours.by_hour_of_day(), hours.by_weekday_and_hour(first=6))
    t = measure(diary(desk(end=2 * DAY).build(), rows), [Service("phone", awt=1.0)], grids)
    by_hour = t.series("arrivals", grid="hour of day")
    assert (by_hour["09"], by_hour["10"], by_hour.sum()) == (2.0, 1.0, 3.0)
    assert t.series("asa", grid="hour of day")["09"] == 1.0
    assert t.series("wait_p50", grid="hour of day")["09"] == 1.0
    assert t.series("service_level", grid="hour of day")["09"] == 0.5
    assert t.series("queue_length", grid="hour of day")["09"] == pytest.approx(2 / 120)
    week = t.series("arrivals", grid="weekday and hour")
    assert (week["sun 09"], week["mon 09"], week["mon 10"]) == (1.0, 1.0, 1.0)
    assert t.row("arrivals", interval=9, grid="hour of day")["denominator"] == 1.0
    assert t.value("arrivals", interval=9) == 1.0  # the first grid by default


def test_local_days_come_from_the_network() -> None:
    """A date of 23 hours is a day like others."""
    days = Timeline([-DAY, 0.0, 1380.0, 1380.0 + DAY], [1, 2, 3, 4])
    b = NetworkBuilder("clocks forward", end=2 * DAY, days=days)
    b.recorded("red", to="phone", times=[])
    b.work("phone", served_by="team")
    b.counted("team", 1)
    network = b.build()
    assert Intervals.days(network).edges.tolist() == [0.0, 1380.0, 2820.0, 2880.0]
    rows = [served(0, 5.0, 5.0, 6.0), served(1, 1390.0, 1399.0, 1400.0)]
    t = measure(diary(network, rows), [Service("phone", awt=1.0, share=0.9)], ())
    assert t.row("meets_target_day", "channel", "phone")["denominator"] == 2.0
    assert t.value("meets_target_day", "channel", "phone") == 0.5


def test_long_periods_are_split_by_day() -> None:
    """By default hours up to five weeks, days beyond."""
    assert Intervals.default(desk(end=35 * DAY).build()).name == "hour"
    assert Intervals.default(desk(end=36 * DAY).build()).name == "day"
    assert Intervals.regular(100.0, 30.0).edges.tolist() == [0.0, 30.0, 60.0, 90.0, 100.0]
    assert Intervals.regular(90.0, 30.0).edges.tolist() == [0.0, 30.0, 60.0, 90.0]


@pytest.mark.parametrize("edges", [[0.0], [0.0, 0.0], [1.0, 0.0], [0.0, float("nan")], [0.0, float("inf")]])
def test_edges_that_do_not_increase_are_refused(edges: list[float]) -> None:
    """Also when one of them is not a number."""
    with pytest.raises(ValueError, match="increasing times"):
        Intervals(edges)


def test_labels_must_fit_the_intervals() -> None:
    """One label per interval."""
    with pytest.raises(ValueError, match="1 labels for 2 intervals"):
        Intervals([0.0, 1.0, 2.0], ["a"])
    with pytest.raises(ValueError, match="positive minutes"):
        Intervals.regular(60.0, 0.0)


def test_labels_stand_in_order_of_first_appearance_with_their_first_begin() -> None:
    """Joined intervals keep the begin of the first one."""
    grid = Intervals([0.0, 10.0, 20.0, 30.0], ["b", "a", "b"])
    assert (grid.labels, grid.label_of.tolist(), grid.starts.tolist()) == (("b", "a"), [0, 1, 0], [0.0, 10.0])


def test_a_table_names_every_measure_it_holds() -> None:
    """Every row has a unit in the catalogue and a scope kind that the catalogue promises."""
    rows = [served(0, 5.0, 6.0, 7.0), lost(1, 5.0, 6.0), served(2, 5.0, 35.0, 40.0, step="chat")]
    records = diary(desk().build(), rows, [duty("team", 0.0, 60.0)])
    services = [Service("phone", awt=1.0, share=0.8, due=9.0, due_share=0.8), Service("chat", awt=1.0)]
    frame = measure(records, services, Intervals.regular(60.0, 30.0)).frame
    for name, kind in set(zip(frame["measure"], frame["scope_kind"], strict=True)):
        assert kind in MEASURES[name].scopes, (name, kind)
    # what follows contacts from step to step needs a desk, which this table was not given
    assert set(frame["measure"]) == set(MEASURES) - OF_DESK
    promised = {(m.name, k) for m in MEASURES.values() if m.name not in OF_DESK for k in m.scopes}
    assert promised == set(zip(frame["measure"], frame["scope_kind"], strict=True))
    assert not frame.duplicated(["measure", "scope_kind", "scope", "grid", "interval"]).any()
    assert frame["denominator"][frame["value"].isna()].eq(0.0).all()
    frame = frame[~frame["value"].isna()]
    ratios = frame["measure"].map(lambda x: MEASURES[x].estimator in ("ratio of sums", "snapshot"))
    assert (frame["value"] == frame["numerator"] / frame["denominator"])[ratios.astype(bool)].all()
    totals = frame["measure"].map(lambda x: MEASURES[x].estimator == "total").astype(bool)
    assert (frame["denominator"][totals] == 1.0).all()
    assert (frame["value"] == frame["numerator"])[totals].all()


def test_only_the_measures_asked_for_are_computed() -> None:
    """And they are the same as among all."""
    records = diary(desk().build(), [served(0, 5.0, 6.0, 7.0)], [duty("team", 0.0, 60.0)])
    full = measure(records)
    for name in MEASURES:
        part = measure(records, measures=[name])
        assert set(part.frame["measure"]) <= {name}
        assert len(part.frame) == len(full.rows(name))
        assert part.row(name) == pytest.approx(full.row(name), nan_ok=True)


def test_every_measure_is_fully_described() -> None:
    """Unit, formula and counting rule are there, names are unique."""
    for m in MEASURES.values():
        assert m.unit and m.title and m.formula and m.counting and m.scopes
        assert m.describe().startswith(m.name)
    assert len({m.title for m in MEASURES.values()}) == len(MEASURES)


def test_open_minutes_agree_with_the_calendar() -> None:
    """The array version and the calendar's own count, pair by pair."""
    from sim.machine import Calendar

    office = Calendar("office", [(-300, -200), (30, 60), (100, 130), (150, 170)], repeat=(100, 100))
    rng = np.random.default_rng(1)
    a = rng.integers(-400, 900, 300).astype(float)
    b = a + rng.integers(0, 900, 300)
    expected = [office.between(x, y) for x, y in zip(a, b, strict=True)]
    assert open_minutes(office, a, b).tolist() == expected
    assert open_minutes(Calendar("never", []), a, b).sum() == 0.0


@pytest.mark.parametrize("few", [0, 10])
def test_areas_and_least_values_agree_with_plain_loops(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random spans on a coarse clock, with many ties; marks looked at one by one, and by powers of two."""
    monkeypatch.setattr(module, "FEW", few)
    rng = np.random.default_rng(2)
    edges = np.array([0.0, 3.0, 4.0, 10.0, 20.0])
    begin = rng.integers(-5, 25, 400).astype(float)
    end = begin + rng.integers(0, 12, 400)
    group, weight = rng.integers(0, 3, 400), rng.integers(1, 4, 400)
    got = areas(group, 3, begin, end, edges, weight)
    for g in range(3):
        for i in range(4):
            spans = zip(begin[group == g], end[group == g], weight[group == g], strict=True)
            area = sum(max(min(e, edges[i + 1]) - max(b, edges[i]), 0.0) * w for b, e, w in spans)
            assert got[g, i] == area
    first = rng.integers(0, 20, 400)
    past = np.minimum(first + rng.integers(0, 21, 400), 20)
    value = rng.random(400)
    got = least_at(group, 3, first, past, value, 20)
    for g in range(3):
        for i in range(20):
            covering = value[(group == g) & (first <= i) & (i < past)]
            assert got[g, i] == (covering.min() if covering.size else np.inf)
