"""Grids: hours are those on the wall, whatever the clocks do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments.replication.grids import OFF, Grids
from sim import load, lower
from sim.measures import Intervals

DESK = """aftersim: 1
title: Clocks
period: {{start: {start}, length: {length}, time_zone: Europe/Berlin}}
contact_types: {{call: {{channel: phone, per_day: 24, hour: flat, handle_time: 5 min, patience: 4 min}}}}
channels: {{phone: {{service_level: 80 % within 30 s}}}}
agent_groups: {{desk: {{serves: {{phone: first}}, shifts: {{day: {{hours: 08:00-18:00, {days}: 2}}}}}}}}
"""


def grids(folder: Path, start: str, length: str, days: str = "mon-sun") -> Grids:
    """Grids of a desk in Berlin."""
    path = folder / "clocks.yaml"
    path.write_text(DESK.format(start=start, length=length, days=days))
    return Grids.of(lower(load(path)))


def minutes(grid: Intervals) -> dict[str, float]:
    """Length of each label [min]."""
    out = np.zeros(grid.n)
    np.add.at(out, grid.label_of, np.diff(grid.edges))
    return dict(zip(grid.labels, out.tolist(), strict=True))


def test_the_hour_that_summer_time_skips_is_missing(tmp_path: Path) -> None:
    """On 29 March 2026 there is no hour from 2 to 3; all other hours last 60 minutes a day."""
    found = minutes(grids(tmp_path, "2026-03-29", "1 d").hour)
    assert "02" not in found
    assert found["03"] == 60.0 and sum(found.values()) == 23 * 60


def test_the_hour_that_winter_time_repeats_lasts_twice_as_long(tmp_path: Path) -> None:
    """On 25 October 2026 the wall shows 2 o'clock for two hours."""
    g = grids(tmp_path, "2026-10-25", "1 d")
    assert minutes(g.hour)["02"] == 120.0
    assert minutes(g.day) == {"2026-10-25": 25 * 60.0}


def test_a_start_within_an_hour_keeps_the_hours_of_the_wall(tmp_path: Path) -> None:
    """A period from 08:30 has half an hour of hour 8 at its begin."""
    g = grids(tmp_path, "2026-03-02 08:30", "3 h")
    assert minutes(g.hour) == {"08": 30.0, "09": 60.0, "10": 60.0, "11": 30.0}
    assert g.weekday_hour.labels[0] == "mon 08"


def test_the_average_day_leaves_out_dates_without_staff(tmp_path: Path) -> None:
    """Five of seven dates have staff; the others share one label that nobody draws."""
    g = grids(tmp_path, "2026-03-02", "7 d", "mon-fri")
    assert g.staffed_days == 5
    found = minutes(g.quarter)
    assert found[OFF] == 2 * 1440.0
    assert found["09:15"] == pytest.approx(5 * 15.0)
