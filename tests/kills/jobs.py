"""Jobs to be killed: each does its work under `runs` in the current folder, and goes on where it was stopped."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.store import run as run_module
from experiments.store.run import Run
from experiments.store.run_store import open_comparison
from tests.experiments.store.made_runs import numbers, opened

REPLICATIONS = 15


@dataclass(frozen=True)
class Job:
    """Something that can be stopped at any moment and go on.

    Parameters
    ----------
    work : callable
        Does it, or what is left of it, in this process.
    command : sequence of str
        The same as a process of its own; run in the folder of the trial, with the project on its path.
    """

    work: Callable[[], object]
    command: Sequence[str]


def store() -> None:
    """Two runs with replications that take five milliseconds each, their results, and the comparison of both."""
    run_module.SECONDS_BETWEEN_FLUSHES = 0.03  # so that flushes and status are hit, too
    root = Path("runs")
    runs = [_simulated(root, seed) for seed in (1, 2)]
    with open_comparison(root, "A or B", [("A", runs[0]), ("B", runs[1])], {"replications": REPLICATIONS}) as both:
        both.begin(REPLICATIONS)
        for i in range(4):
            both.put_json(f"tables/t{i}.json", {"mean": [float(x["value"].mean()) for x in _all(runs)]})
        both.close("done")


def _simulated(root: Path, seed: int) -> Run:
    with opened(root, {"source.yaml": b"title: as given\n"}, seed=seed) as run:
        have = run.finished(REPLICATIONS)
        run.begin(REPLICATIONS, ["store"])
        for number in range(REPLICATIONS):
            if number not in have:
                time.sleep(0.005)
                run.put(number, numbers(number, seed))
        for i in range(4):
            run.put_result(f"plots/p{i}.svg", b"<svg>" + bytes([65 + i]) * 20_000)
        run.put_json("summary.json", {"replications": REPLICATIONS})
        run.close("done")
    return run


def _all(runs: Sequence[Run]) -> list[dict[str, object]]:
    return [dict(kept.arrays) for run in runs for kept in run.finished(REPLICATIONS).values()]  # type: ignore[misc]


SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"

COMPARE = (
    "compare",
    str(SCENARIOS / "small_shop.yaml"),
    str(SCENARIOS / "policies" / "small_shop" / "keep_phones_free.yaml"),
    *("--replications", "10", "--no-plots", "--engine", "compiled"),
)


def compare() -> None:
    """The command `aftersim compare`: two policies, ten replications of each, on as many threads as there are cores."""
    from aftersim import cli

    cli(list(COMPARE), standalone_mode=False)


JOBS = {
    "store": Job(store, [sys.executable, "-c", "from tests.kills.jobs import store; store()"]),
    "compare": Job(compare, [sys.executable, "-m", "aftersim", *COMPARE]),
}
"""By name."""
