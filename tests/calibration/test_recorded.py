"""Recorded measures: the stated formulas, per hour and in all."""

from __future__ import annotations

import pandas as pd
import pytest

from calibration.recorded import recorded_measures, service_levels


def calls(*rows: tuple[str, float, str]) -> pd.DataFrame:
    """Calls from (clock, wait, outcome)."""
    return pd.DataFrame(
        {
            "arrived": pd.to_datetime([f"1999-01-03 {row[0]}" for row in rows]),
            "wait_seconds": [row[1] for row in rows],
            "outcome": [row[2] for row in rows],
        }
    )


LOG = calls(
    ("08:59:59", 0, "served"),
    ("09:00:00", 20, "served"),
    ("09:10:00", 21, "served"),
    ("09:20:00", 10, "abandoned"),
    ("09:30:00", 70, "abandoned"),
)


def value(table: pd.DataFrame, measure: str, hour: str = "") -> tuple[float, int]:
    """Value and n of one row."""
    row = table[(table["measure"] == measure) & (table["hour"] == hour)]
    assert len(row) == 1
    return float(row["value"].iloc[0]), int(row["n"].iloc[0])


@pytest.mark.parametrize(
    ("measure", "expected", "n"),
    [
        ("arrivals", 5, 5),
        ("abandonment", 2 / 5, 5),
        ("asa", 41 / 3, 3),
        ("mean_wait", 121 / 5, 5),
        ("service_level_20s", 2 / 4, 4),  # exactly 20 s is in time; the early hang-up leaves the denominator
        ("service_level_60s", 3 / 4, 4),
        ("service_level_20s_b", 3 / 5, 5),
        ("service_level_20s_c", 2 / 5, 5),
        ("service_level_20s_d", 2 / 3, 3),
    ],
)
def test_measures_follow_their_formulas(measure: str, expected: float, n: int) -> None:
    """Each by hand on five calls."""
    assert value(recorded_measures(LOG), measure) == (pytest.approx(expected), n)


def test_a_call_belongs_to_the_hour_of_its_arrival() -> None:
    """08:59:59 is hour 8 however late it is answered; hours without calls have no row."""
    table = recorded_measures(LOG)
    assert sorted(set(table["hour"])) == ["", "8", "9"]
    assert value(table, "arrivals", "8") == (1, 1)
    assert value(table, "asa", "9") == (20.5, 2)


def test_units_and_columns_are_stated() -> None:
    """A number without unit and level cannot be compared."""
    table = recorded_measures(LOG, channel="voice")
    assert list(table.columns) == ["measure", "channel", "hour", "value", "unit", "n"]
    units = table.drop_duplicates("measure").set_index("measure")["unit"].to_dict()
    assert (units["asa"], units["mean_wait"], units["abandonment"]) == ("s", "s", "share")
    assert set(table["channel"]) == {"voice"}


def test_all_abandoned_has_no_answer_speed() -> None:
    """A ratio over nobody is missing, not zero."""
    table = recorded_measures(calls(("09:00:00", 5, "abandoned")))
    for measure in ("asa", "service_level_20s", "service_level_20s_d"):
        number, n = value(table, measure)
        assert number != number and n == 0
    assert value(table, "abandonment") == (1.0, 1)


def test_all_served_at_once_is_perfect() -> None:
    """The four variants agree when nobody waits."""
    levels = service_levels(calls(("09:00:00", 0, "served")), 20)
    assert set(levels.values()) == {(1.0, 1)}


def test_no_call_is_refused() -> None:
    """An empty log measures nothing."""
    with pytest.raises(ValueError, match="none; at least one"):
        recorded_measures(LOG.iloc[:0])
