"""Writing of rates, tables by time, logs and busyness."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sim.scenario.model import Busyness
from sim.scenario.model.cells import DatedCells, WeeklyCells
from sim.scenario.model.logs import Log
from sim.scenario.model.profiles import PROFILES
from sim.scenario.model.rates import DailyRate, Rate
from sim.scenario.text.units import WEEKDAYS, as_duration, as_share, plain

Tree = dict[str, Any]


def rate_words(rate: Rate) -> Tree:
    """Write a rate: `per_day` with `hour`, or `rate`.

    Examples
    --------
    >>> rate_words(DailyRate(per_day=(9.0,) * 7, profile=PROFILES["flat"].weights, profile_name="flat"))
    {'per_day': '9', 'hour': 'flat'}
    """
    if isinstance(rate, DailyRate):
        alike = len(set(rate.per_day)) == 1
        per_day: Any = plain(rate.per_day[0]) if alike else dict(zip(WEEKDAYS, map(plain, rate.per_day), strict=True))
        shipped = rate.profile_name in PROFILES and PROFILES[rate.profile_name].weights == rate.profile
        return {"per_day": per_day, "hour": rate.profile_name if shipped else [plain(x) for x in rate.profile]}
    return {"rate": cells_words(rate.cells)}


def cells_words(cells: WeeklyCells | DatedCells) -> Tree:
    """Write a table by time."""
    head = {"cell": as_duration(cells.cell)}
    if isinstance(cells, WeeklyCells):
        return {**head, "weekly": {d: [plain(x) for x in row] for d, row in zip(WEEKDAYS, cells.week, strict=True)}}
    return {**head, "dated": {d.isoformat(): [plain(x) for x in row] for d, row in cells.days}}


def log_words(log: Log, folder: str | os.PathLike[str] | None) -> Tree:
    """Write where a recorded log is kept; relative to a folder, or with its absolute path."""
    name = log.file if folder is None else os.path.relpath(log.file, Path(folder).absolute())
    tree: Tree = {"file": name, "arrived": log.arrived}
    if log.unit is not None:
        tree["unit"] = log.unit
    tree["columns"] = {a.name: a.column for a in log.attributes}
    return tree


def busyness_words(busyness: Busyness) -> Tree:
    """Write busyness, without the name of its factor."""
    return {
        "day_sd": as_share(busyness.day_sd),
        "day_correlation": plain(busyness.day_correlation),
        "within_day_sd": as_share(busyness.within_day_sd),
        "within_day_correlation": plain(busyness.within_day_correlation),
    }
