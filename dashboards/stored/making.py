"""Stored results are made, and held against the program of today."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from dashboards.place import BASE, SCENARIOS
from dashboards.stored.numbers import what_differs, written
from dashboards.stored.program import code_hash, text_hash
from dashboards.stored.shelf import (
    ABOUT,
    ENDING,
    SHELF,
    About,
    about,
    file_hash,
    inputs_of,
    packed,
    policy_path,
    unpacked,
)
from experiments.replication.engine_version import engine_facts
from experiments.replication.history import Work
from experiments.replication.inputs import Inputs
from experiments.replication.known_luck import Controls
from experiments.replication.reduction import Reduction
from experiments.replication.replications import Progress, Replications, replicate_each
from experiments.store.atomic_file import write_bytes
from sim import load, lower
from sim.lowering import Operation

REPLICATIONS, SEED = 20, 1


def make(
    names: Sequence[str],
    n: int = REPLICATIONS,
    shelf: Path = SHELF,
    progress: Callable[[Progress], object] | None = None,
) -> list[Replications]:
    """Simulate the baseline and policies on it, and store their numbers.

    Parameters
    ----------
    names : sequence of str
        Policies.
    n : int
        Histories of each.
    shelf : Path
        Where; what lies there is replaced.
    progress : callable, optional
        Called after each history.
    """
    operations = [_operation(name) for name in (BASE.stem, *names)]
    inputs = Inputs.of([o.scenario for o in operations])
    runs = replicate_each(operations, n, SEED, on_progress=progress, inputs=inputs if inputs.paths else None)
    shelf.mkdir(parents=True, exist_ok=True)
    for old in (*shelf.glob(f"*{ENDING}"), shelf / ABOUT):
        old.unlink(missing_ok=True)
    for name, run in zip((BASE.stem, *names), runs, strict=True):
        told = [{"cut": r.cut, **written(r.reduced)} for r in run.results]
        lines = ",\n".join(json.dumps(one, separators=(",", ":"), allow_nan=False) for one in told)
        write_bytes(shelf / f"{name}{ENDING}", packed(f'{{"histories":[\n{lines}\n]}}\n'))
    first = About(datetime.now(UTC).date().isoformat(), SEED, n, engine_facts()["aftersim"], libraries(), "", "", {})
    write_bytes(shelf / ABOUT, stamped(first, names).content())
    return runs


def confirmed(names: Sequence[str], shelf: Path = SHELF) -> Iterator[tuple[str, int, list[str]]]:
    """Simulate one history of each again.

    Parameters
    ----------
    names : sequence of str
        The baseline, policies.
    shelf : Path
        Where the numbers are stored.

    Yields
    ------
    Name, number of the history, and what is not as stored.
    """
    for i, name in enumerate(names):
        number = i % len(unpacked(shelf, name))
        yield name, number, not_as_stored(name, number, shelf)


def not_as_stored(name: str, number: int, shelf: Path = SHELF) -> list[str]:
    """Simulate one history again; gives what is not as stored, nothing if all of it is.

    Parameters
    ----------
    name : str
        The baseline, or a policy on it.
    number : int
        Which history.
    shelf : Path
        Where the numbers are stored.
    """
    told, kept = about(shelf), unpacked(shelf, name)[number]
    if told is None:
        raise ValueError(f"{shelf}: nothing is stored there")
    operation = _operation(name)
    inputs = inputs_of([operation.scenario])
    again = Work(operation, Reduction.of(operation), Controls.of(operation), told.seed, inputs=inputs).history(number)
    wrong = what_differs(kept, again.reduced)
    return wrong if again.cut == kept["cut"] else [*wrong, "it was stopped at another time"]


def stamped(told: About, names: Sequence[str]) -> About:
    """The facts with the hashes of the present program and files."""
    paths = [BASE, *map(policy_path, names)]
    files = {path.relative_to(SCENARIOS).as_posix(): file_hash(path) for path in paths}
    return replace(told, text=text_hash(), code=code_hash(), files=files)


def libraries() -> dict[str, str]:
    """Versions of what the numbers stand on."""
    return {name: version for name, version in engine_facts().items() if name not in ("aftersim", "sources")}


def _operation(name: str) -> Operation:
    return lower(load(BASE) if name == BASE.stem else load(BASE, policies=[policy_path(name)]))
