"""Small operations for tests of the lowering, and what happened in them as plain tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sim.lowering import Operation, lower
from sim.machine import Exit, Records, simulate
from sim.scenario import load

HEAD = """
aftersim: 1
title: Desk
period: {start: 2026-03-02, length: 7 d, time_zone: Europe/Berlin}
"""


def operation(folder: Path, text: str, **changes: object) -> Operation:
    """The operation of a scenario text, changed by dotted path (`__` for the dot)."""
    file = folder / "scenario.yaml"
    file.write_text(text if text.lstrip().startswith("aftersim") else HEAD + text, encoding="utf-8")
    return lower(load(file, {k.replace("__", "."): v for k, v in changes.items()} or None))


def visits(records: Records) -> pd.DataFrame:
    """Rows of spells with the names of step and exit, the job's key, and its marks by name."""
    network = records.network
    rows = records.visits
    names = np.array([s.name for s in network.steps])
    exits = {e.value: e.name.lower() for e in Exit}
    frame = pd.DataFrame(
        {
            "job": rows["job"],
            "step": names[rows["step"]],
            "exit": [exits[int(x)] for x in rows["exit"]],
            "round": rows["round"],
            "entered": rows["entered"],
            "started": rows["started"],
            "left": rows["left"],
        }
    )
    frame["service"] = frame["left"] - frame["started"]
    return frame


def run(op: Operation, seed: int = 1, replication: int = 0) -> Records:
    """One history of an operation."""
    return simulate(op.network, seed=seed, replication=replication)


def jobs(records: Records) -> pd.DataFrame:
    """Rows of jobs with their marks by name."""
    rows = records.jobs
    frame = pd.DataFrame({"job": rows["number"], "birth": rows["birth"], "parent": rows["parent"]})
    for i, mark in enumerate(records.network.marks):
        frame[mark] = rows["marks"][:, i]
    return frame
