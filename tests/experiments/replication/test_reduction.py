"""What is kept of the records: the measures, and the few shares this package adds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments.replication.promises import promises_of, services_of
from experiments.replication.reduction import LevelAt, Reduction
from sim import load, lower, simulate
from sim.measures import measure
from tests.experiments.desks import MINIMAL, SHOP, odd_desk, operation, shop, shop_estimates


def test_the_tables_are_those_of_the_measures() -> None:
    """Service levels, daily chances and the load of groups are taken over as they are."""
    r = shop().results[0]
    table = measure(simulate(operation(SHOP).network, 1, 0), services_of(operation(SHOP)), ())
    period = r.frame[r.frame["grid"] == "period"]
    for name, kind, scope in (
        ("service_level", "channel", "phone"),
        ("meets_target_day", "channel", "email"),
        ("occupancy", "pool", "desk"),
        ("arrivals", "all", "all"),
    ):
        row = period[(period["measure"] == name) & (period["scope_kind"] == kind) & (period["scope"] == scope)]
        assert row["value"].item() == table.value(name, kind, scope)


def test_a_closed_door_is_no_broken_promise() -> None:
    """Contacts that were turned away are arrivals and in no service level."""
    e = shop_estimates()
    arrivals, closed = (e.of(m, "channel", "phone").value for m in ("arrivals", "closed"))
    assert closed > 0.0
    assert e.rows("service_level", "channel", "phone")["counted"].item() <= arrivals - closed


def test_waits_are_counted_up_to_everybody() -> None:
    """The curve never falls, and at its end everybody was answered or gave up."""
    answered = shop_estimates().rows("answered_within", "channel", "phone", "wait")["value"].to_numpy()
    gone = shop_estimates().rows("abandoned_within", "channel", "phone", "wait")["value"].to_numpy()
    assert np.all(np.diff(answered) >= 0) and np.all(np.diff(gone) >= 0)
    assert answered[-1] + gone[-1] == pytest.approx(1.0)
    assert gone[0] == 0.0 < answered[0]


def test_every_row_bears_the_label_of_its_interval() -> None:
    """Labels and numbers of intervals agree with the grids, and days bear dates."""
    reduction, frame = shop().reduction, shop().results[0].frame
    for grid in ("hour", "day", "weekday hour", "quarter", "wait"):
        rows = frame[frame["grid"] == grid]
        labels = reduction.labels(grid)
        assert len(rows) and [labels[i] for i in rows["interval"]] == rows["label"].tolist()
    assert reduction.labels("day")[0] == "2026-03-02"
    assert set(frame[frame["grid"] == "period"]["label"]) == {""}


def test_thresholds_of_recorded_levels_are_measured(tmp_path: Path) -> None:
    """`service_level_2min` is the service level with an awt of 2 minutes, also for all channels together."""
    op = lower(load(odd_desk(tmp_path)))
    reduction = Reduction.of(op)
    assert reduction.levels == (LevelAt("service_level_2min", "service_level", 2.0),)
    frame = reduction(simulate(op.network, 1, 0)).frame
    own = frame[(frame["measure"] == "service_level_2min") & (frame["scope"] == "chat") & (frame["grid"] == "period")]
    within = frame[(frame["measure"] == "answered_within") & (frame["scope"] == "chat") & (frame["label"] == "2")]
    assert own["numerator"].item() == within["numerator"].item()
    assert reduction.definition("service_level_2min").formula.endswith("awt 2min")


@pytest.mark.parametrize(
    "name", ["service_level", "asa", "service_level_20", "service_level_20s_a", "xservice_level_20s"]
)
def test_other_names_are_no_thresholds(name: str) -> None:
    """Only a number with its unit is a threshold."""
    assert LevelAt.named(name) is None


def test_two_promises_of_a_channel_are_measured_apart(tmp_path: Path) -> None:
    """The service level counts the start, the first response the end of the handling."""
    op = lower(load(odd_desk(tmp_path)))
    assert [(p.service, p.kind) for p in promises_of(op)] == [
        ("chat", "service level"),
        ("chat first response", "first response"),
    ]
    assert [(s.name, s.awt, s.answer) for s in services_of(op)] == [
        ("chat", 0.75, "start"),
        ("chat first response", 10.0, "end"),
        ("letters", None, "start"),
    ]


def test_a_day_with_nobody_leaves_no_rows_and_no_error() -> None:
    """A scenario of Sundays only: no contact, no service level, still a table."""
    op = lower(load(MINIMAL, {"period.start": "2026-03-08", "period.length": "1 d", "contact_types.call.per_day": "0"}))
    frame = Reduction.of(op)(simulate(op.network, 1, 0)).frame
    assert not (frame["measure"] == "service_level").any()
    assert frame[(frame["measure"] == "arrivals") & (frame["grid"] == "period")]["value"].eq(0.0).all()
