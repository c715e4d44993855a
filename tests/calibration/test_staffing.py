"""Staffing inferred from activity: the two rules by hand, and a known desk recovered."""

from __future__ import annotations

import heapq

import numpy as np
import pandas as pd
import pytest

from calibration.staffing import agent_hours, gap_sensitivity, servers_present

DAY = pd.Timestamp("1999-01-03")


def at(clock: str) -> pd.Timestamp:
    """A moment of the day."""
    return DAY + pd.Timedelta(clock)


def served(*rows: tuple[str, str, float]) -> pd.DataFrame:
    """Services from (server, began, seconds)."""
    return pd.DataFrame(
        {
            "server": [row[0] for row in rows],
            "began": pd.to_datetime([at(row[1]) for row in rows]),
            "seconds": [row[2] for row in rows],
        }
    )


def waited(*rows: tuple[str, float]) -> pd.DataFrame:
    """Waits from (arrived, seconds)."""
    return pd.DataFrame(
        {
            "arrived": pd.to_datetime([at(row[0]) for row in rows]),
            "wait_seconds": [float(row[1]) for row in rows],
        }
    )


def minutes(table: pd.DataFrame) -> float:
    """Server-minutes of a table."""
    return 60 * agent_hours(table)


SERVICES = served(("a", "8:00:00", 600), ("a", "8:20:00", 600), ("b", "8:40:00", 60))


@pytest.mark.parametrize(("gap", "expected"), [(10, 31), (9.99, 21)])
def test_a_gap_bridges_a_spell_up_to_the_stated_length(gap: float, expected: float) -> None:
    """The 10-minute gap of server a counts as presence at 10 min and not just below."""
    table = servers_present(SERVICES, waited(), start=DAY, days=1, longest_gap=gap)
    assert minutes(table) == pytest.approx(expected)


def test_nobody_free_is_there_while_somebody_waits() -> None:
    """A server in a gap who does not take the waiting call is away for as long as it waits."""
    table = servers_present(SERVICES, waited(("8:12:00", 120), ("8:13:00", 90)), start=DAY, days=1)
    assert minutes(table) == pytest.approx(31 - 2.5)


def test_work_is_always_staffed() -> None:
    """Services without a server's name and two at once count as that many present."""
    services = served(("", "9:00:00", 300), ("a", "9:00:00", 600), ("a", "9:05:00", 600))
    table = servers_present(services, waited(), start=DAY, days=1)
    assert minutes(table) == pytest.approx(5 + 10 + 10)
    assert (table["servers"] >= table["busy"] - 1e-12).all()


def test_a_long_service_covers_short_ones_inside_it() -> None:
    """The end of a spell is its latest end, not the end of its latest start."""
    services = served(("a", "9:00:00", 3000), ("a", "9:01:00", 60), ("a", "10:00:00", 60))
    table = servers_present(services, waited(), start=DAY, days=1, longest_gap=10)
    assert minutes(table) == pytest.approx(61 + 1)


def test_table_covers_the_period_and_cuts_what_lies_outside() -> None:
    """48 half hours a day; a service past the end or before the start counts only inside."""
    services = served(("a", "23:50:00", 1200), ("b", "-0:10:00", 1200))
    table = servers_present(services, waited(), start=DAY, days=1)
    assert len(table) == 48 and table["start"].iloc[0] == DAY
    assert minutes(table) == pytest.approx(20)


def test_more_gap_is_never_fewer_hours() -> None:
    """Agent-hours rise with the longest gap from the busy hours upward."""
    table = gap_sensitivity(SERVICES, waited(), start=DAY, days=1, gaps=(0, 5, 10, 30))
    assert table["agent_hours"].is_monotonic_increasing
    assert table["agent_hours"].iloc[0] == pytest.approx(table["busy_hours"].iloc[0])


@pytest.mark.parametrize("load", [0.7, 0.95])
def test_a_known_desk_is_recovered_within_5_percent(load: float) -> None:
    """Five servers who never leave, quiet or overloaded, are seen as five."""
    rng = np.random.default_rng(8)
    n, handle = 5, 180.0
    arrivals = np.cumsum(rng.exponential(handle / (n * load), 4000)).round()
    free = [(0.0, server) for server in "abcde"]
    rows, waits = [], []
    for arrival in arrivals:
        since, server = heapq.heappop(free)
        began = max(arrival, since)
        length = round(float(rng.exponential(handle))) + 1
        heapq.heappush(free, (began + length, server))
        rows.append((server, DAY + pd.Timedelta(began, "s"), length))
        waits.append((DAY + pd.Timedelta(arrival, "s"), began - arrival))
    services = pd.DataFrame(rows, columns=["server", "began", "seconds"])
    table = servers_present(services, pd.DataFrame(waits, columns=["arrived", "wait_seconds"]), start=DAY, days=1)
    middle = table["servers"].iloc[2:46]
    assert arrivals[-1] > 86_400  # the day is full
    assert middle.mean() == pytest.approx(n, rel=0.05)
    assert (middle <= n).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"longest_gap": float("nan")}, "longest_gap: got nan"),
        ({"longest_gap": -1}, "longest_gap: got -1"),
        ({"interval": 7}, "divide a day"),
        ({"interval": 0}, "divide a day"),
        ({"days": 0}, "at least one day"),
        ({"start": at("8:00:00")}, "a midnight is expected"),
    ],
)
def test_senseless_arguments_are_refused(change: dict[str, object], message: str) -> None:
    """A bad gap, interval or period is named, never guessed."""
    arguments: dict[str, object] = {"start": DAY, "days": 1, **change}
    with pytest.raises(ValueError, match=message):
        servers_present(SERVICES, waited(), **arguments)  # type: ignore[arg-type]


def test_no_services_is_an_empty_desk() -> None:
    """Nobody was seen, nobody was there."""
    table = servers_present(served(), waited(("8:00:00", 60)), start=DAY, days=2)
    assert len(table) == 96 and table["servers"].sum() == 0
