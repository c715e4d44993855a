"""Small runs made without simulating anything."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from experiments.replication.layout import Layout
from experiments.store.facts import RunFacts
from experiments.store.layout_file import LAYOUT, KeptLayout
from experiments.store.run import Run
from experiments.store.run_store import RunStore
from experiments.store.sealed_arrays import Array

ROWS = Layout(
    measures=("asa", "=service_level"),
    scopes=(("channel", "phone"), ("channel", "@mail")),
    grids=("period", "hour"),
    labels=((), ("9", "10")),
    measure=np.array([0, 0, 1, 1], dtype=np.int16),
    scope=np.array([0, 1, 0, 0], dtype=np.int32),
    grid=np.array([0, 0, 1, 1], dtype=np.int8),
    interval=np.array([-1, -1, 0, 1], dtype=np.int32),
)
UNITS = {"asa": "min", "=service_level": "share"}

ENGINE = {"aftersim": "0.1.0", "sources": "5" * 64, "numpy": "2.4.6"}


def facts(seed: int = 1, agents: int = 3, title: str = "Small shop", **options: Any) -> RunFacts:
    """Facts of a made-up scenario."""
    scenario = f"aftersim: 1\ntitle: {title}\nagents: {agents}\n"
    return RunFacts(title, scenario, ENGINE, ROWS.digest, seed, {"draws": True, **options})


def numbers(replication: int, seed: int = 1) -> dict[str, Array]:
    """Arrays of one replication, the same whenever they are made."""
    rng = np.random.default_rng([seed, replication])
    value = rng.random(4)
    return {
        "numerator": value * 10.0,
        "denominator": np.full(4, 10.0),
        "value": value,
        "open_rows": np.array([1]),
        "open_lower": value[1:2] / 2,
        "open_upper": value[1:2] * 2,
    }


def opened(root: Path, files: Mapping[str, bytes] | None = None, **which: Any) -> Run:
    """A run, found or made."""
    given = {"scenario.yaml": b"aftersim: 1\n", LAYOUT: KeptLayout(ROWS, UNITS).content(), **(files or {})}
    run = RunStore(root).open(facts(**which), given)
    assert isinstance(run, Run)
    return run


def finished(root: Path, n: int = 3, **which: Any) -> Run:
    """A run that is done."""
    with opened(root, **which) as run:
        complete(run, n)
    return run


def complete(run: Run, n: int) -> None:
    """Simulate what is missing of n replications, and write the results."""
    have = run.finished(n)
    run.begin(n, ["aftersim", "run", "shop.yaml"])
    for number in range(n):
        if number not in have:
            run.put(number, numbers(number, run.facts.seed))
    run.flush()
    run.put_json("summary.json", {"replications": n})
    run.put_result("plots/waits.svg", f"<svg>{n}</svg>".encode())
    run.close("done")


def aged(path: Path, seconds: float = 3600.0 * 24) -> None:
    """Make everything in a folder look older, as after some time."""
    for file in [path, *path.rglob("*")]:
        found = file.lstat()
        os.utime(file, (found.st_atime - seconds, found.st_mtime - seconds), follow_symlinks=False)


def contents(folder: Path) -> dict[str, bytes]:
    """All files of a run or comparison that do not depend on when and by whom it was made."""
    return {
        path.relative_to(folder).as_posix(): timeless(path.name, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "status.json"
    }


def timeless(name: str, content: bytes) -> bytes:
    """A file without the times that stand in the names of the folders of compared runs."""
    if name != "facts.json":
        return content
    document = json.loads(content)
    if document["kind"] == "comparison":
        del document["check"]
        for member in document["members"]:
            member["folder"] = member["folder"][16:]
    return json.dumps(document).encode() if document["kind"] == "comparison" else content
