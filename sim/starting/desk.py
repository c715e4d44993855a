"""A desk to start from: the text of its scenario, its roster, its forecast, its recorded numbers."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from sim.scenario.tables.writing import csv_text
from sim.starting.forecast_template import ForecastPlan, forecast_bytes
from sim.starting.roster_template import RosterPlan, roster_bytes

SCENARIO, ROSTER, FORECAST, OBSERVED, README = (
    "scenario.yaml", "roster.xlsx", "forecast.xlsx", "observed.csv", "README.md",
)  # fmt: skip
_NAME = re.compile(r"[^\W_][\w .-]{0,62}[\w-]|[^\W_]")
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{d}{i}" for d in ("com", "lpt") for i in range(1, 10))})


class StartProblem(Exception):
    """Why a desk cannot be started so, in words for people."""


class Desk(NamedTuple):
    """A desk to start from.

    Parameters
    ----------
    scenario : text of `scenario.yaml`; it names the other files.
    roster, forecast : what the workbooks hold.
    observed : rows of `observed.csv` below its header: measure, channel, value.
    origin : a sentence on where its numbers come from.
    """

    scenario: str
    roster: RosterPlan
    forecast: ForecastPlan
    observed: tuple[tuple[str, str, float], ...]
    origin: str


def folder_problem(folder: Path) -> str | None:
    """Why no new desk can have this folder, or None."""
    name = folder.name
    if not _NAME.fullmatch(name) or name.split(".")[0].lower() in _RESERVED:
        return f'got "{name}"; the name of a folder has letters, digits, hyphens and underscores - write my_desk'
    if os.path.lexists(folder):
        return f"{folder}: is there already - give another name"
    if not folder.parent.is_dir():
        return f"{folder}: there is no folder {folder.parent} - make it first"
    return None


def write_desk(folder: Path, desk: Desk) -> None:
    """Write the folder of a new desk, whole or not at all.

    Parameters
    ----------
    folder : the new folder; one that is there is never touched.
    desk : what it holds.

    Raises
    ------
    StartProblem : if the folder cannot be had.
    OSError : if it cannot be written.
    """
    problem = folder_problem(folder)
    if problem is not None:
        raise StartProblem(problem)
    files = files_of(folder.name, desk)
    beside = folder.with_name(f".{folder.name}.new-{os.getpid()}")
    beside.mkdir()
    try:
        for name, content in files.items():
            with (beside / name).open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        if os.path.lexists(folder):  # made meanwhile by somebody else
            raise StartProblem(f"{folder}: is there already - give another name")
        os.rename(beside, folder)  # noqa: PTH104 - a folder with files in it is never replaced
    except BaseException:
        with suppress(OSError):
            shutil.rmtree(beside)
        raise


def files_of(name: str, desk: Desk) -> Mapping[str, bytes]:
    """The files of a new desk by name."""
    rows = [("measure", "channel", "value"), *desk.observed]
    return {
        SCENARIO: desk.scenario.encode(),
        ROSTER: roster_bytes(desk.roster),
        FORECAST: forecast_bytes(desk.forecast),
        OBSERVED: csv_text(rows).encode(),
        README: _read_me(name, desk).encode(),
    }


def _read_me(name: str, desk: Desk) -> str:
    series = ", ".join(f"`{n}`" for n in desk.forecast.names)
    return f"""# {name}

{desk.origin}

| file | what it says | change it when |
|---|---|---|
| `{SCENARIO}` | channels, promises, handle times, who serves what | the desk works differently |
| `{ROSTER}` | who works when: people x dates with shift codes; sheet Codes: hours and breaks | you plan people |
| `{FORECAST}` | contacts expected on each date, by {series} | you expect more or less |
| `{OBSERVED}` | numbers you recorded, printed beside the simulated ones; now those of the forecast | you have counted |

Each workbook has a sheet *Read me*. A file from your own planning tool can take its place (Chinese headers are read).

```
aftersim validate {SCENARIO}     # every problem at once, each with its cell
aftersim explain {SCENARIO}      # what it means: load beside staff
aftersim run {SCENARIO}          # waits, service levels, the hours that break
```

A *policy* is a small file that changes something:

```yaml
extends: {SCENARIO}
title: Some contacts take a tenth longer
change:
  {_first_change(desk)}
```

Kept as `longer.yaml`, `aftersim compare {SCENARIO} longer.yaml` says what it changes, and how sure that is.
"""


def _first_change(desk: Desk) -> str:
    return f"contact_types.{desk.forecast.names[-1]}.handle_time: times 1.1"
