"""What is stored with the project: which desk and policies, made when and how, and whether that still holds."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboards.jobs.request import Request
from dashboards.place import BASE, SCENARIOS, shown

if TYPE_CHECKING:
    from experiments.replication.inputs import Inputs
    from sim.scenario import Scenario

SHELF = Path(__file__).parent / BASE.stem
"""Where the stored results lie: one file for the desk and for each policy on it, and what holds for all of them."""

ABOUT, ENDING = "about.json", ".json.gz"
SCHEMA = 1


@dataclass(frozen=True)
class About:
    """How the stored results were made.

    Parameters
    ----------
    made : str
        Day on which they were simulated: `2026-11-22`.
    seed, replications : int
        Root of all luck; histories of each.
    aftersim : str
        Version.
    libraries : mapping of str to str
        Versions of what they stand on: numbers are the same to the last digit only within these.
    text, code : str
        Hashes of the program (`program`).
    files : mapping of str to str
        Hash of each scenario file (line ends as on Unix), by its path from the folder of scenarios.
    """

    made: str
    seed: int
    replications: int
    aftersim: str
    libraries: Mapping[str, str]
    text: str
    code: str
    files: Mapping[str, str]

    def content(self) -> bytes:
        """As it is kept."""
        return (json.dumps({"schema": SCHEMA, **asdict(self)}, indent=1) + "\n").encode()


@dataclass(frozen=True)
class Staleness:
    """Why a stored result does not hold any more.

    Parameters
    ----------
    files : tuple of str
        Scenario files that have changed since.
    program : bool
        Whether what makes the numbers has changed since.
    """

    files: tuple[str, ...] = ()
    program: bool = False

    def __bool__(self) -> bool:
        return bool(self.files) or self.program


def about(shelf: Path = SHELF) -> About | None:
    """How the stored results were made; None where there are none that this version can read."""
    try:
        told = json.loads((shelf / ABOUT).read_bytes())
        if told.pop("schema") != SCHEMA:
            return None
        return About(**told)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def stored_policies(shelf: Path = SHELF) -> tuple[str, ...]:
    """Names of the policies that are stored."""
    there = {path.name.removesuffix(ENDING) for path in shelf.glob(f"*{ENDING}")}
    return tuple(sorted(there - {BASE.stem}))


def policy_path(name: str) -> Path:
    """File of a policy that is stored."""
    return SCENARIOS / "policies" / f"{name}.yaml"


def file_hash(path: Path) -> str:
    """Hash (SHA-256) of a scenario file, line ends as on Unix; empty where there is none."""
    try:
        return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
    except OSError:
        return ""


def names_asked(request: Request, shelf: Path = SHELF) -> tuple[str, ...] | None:
    """Policies that a request asks for, if all of it can come from what is stored; None if it cannot."""
    told = about(shelf)
    known = {shown(policy_path(name)): name for name in stored_policies(shelf)}
    if told is None or request.base != shown(BASE) or not request.policies or not set(request.policies) <= set(known):
        return None
    if request.seed != told.seed or not 2 <= request.replications <= told.replications:
        return None
    return tuple(known[path] for path in request.policies)


def staleness(names: Sequence[str], shelf: Path = SHELF) -> Staleness:
    """Why the stored results of some policies do not hold any more; false if they do."""
    from dashboards.stored.program import is_same

    told = about(shelf)
    if told is None:
        return Staleness(program=True)
    paths = [BASE, *(policy_path(name) for name in names)]
    changed = tuple(_name(path) for path in paths if told.files.get(_name(path)) != file_hash(path))
    return Staleness(changed, not is_same(told.text, told.code))


def stored_view(request: Request, shelf: Path = SHELF) -> dict[str, Any] | None:
    """What pages show of a request, made of stored numbers in the words of today; None if they do not hold.

    Parameters
    ----------
    request : Request
        What is asked.
    shelf : Path
        Where the numbers are stored.
    """
    names, told = names_asked(request, shelf), about(shelf)
    if names is None or told is None or staleness(names, shelf):
        return None
    from dashboards.stored.numbers import histories
    from dashboards.views.view import comparison_view
    from experiments.commands.columns import open_columns
    from experiments.commands.options import MOST_OPEN, Simulation
    from experiments.comparison.contrasts import contrast
    from experiments.replication.reduction import Reduction
    from experiments.replication.replications import Replications

    how = Simulation(
        n=request.replications, seed=request.seed, settings=(), workers=None, engine="auto", most_open=MOST_OPEN,
        stratified=False, cluster=None, out=Path(request.out), keep=False, fresh=False,
    )  # fmt: skip
    columns = open_columns(request.policies, request.base, False, how)
    inputs = inputs_of([o.scenario for o in columns.operations])
    runs = []
    for name, operation in zip((BASE.stem, *names), columns.operations, strict=True):
        reduction = Reduction.of(operation)
        try:
            results = histories(unpacked(shelf, name)[: request.replications], reduction.layout)
        except (OSError, ValueError, KeyError):
            return None
        runs.append(Replications(operation, request.seed, results, reduction, inputs=inputs))
    view = comparison_view(contrast(columns.policies, runs, notes=columns.notes), request.command())
    return {**view, "stored": {"made": told.made, "aftersim": told.aftersim, "replications": told.replications}}


def inputs_of(scenarios: Sequence[Scenario]) -> Inputs | None:
    """Uncertain inputs of scenarios whose ranges were tried when their numbers were made."""
    from experiments.replication.inputs import Inputs

    found: list[dict[str, Any]] = [{} for _ in scenarios]
    for own, scenario in zip(found, scenarios, strict=True):
        for r in scenario.ranges:
            own.setdefault(r.input, r)
    return Inputs(tuple(found)) if any(found) else None


def _name(path: Path) -> str:
    return path.relative_to(SCENARIOS).as_posix()


def packed(text: str) -> bytes:
    """Numbers as they are kept: the same numbers are the same bytes."""
    return gzip.compress(text.encode(), mtime=0)


@lru_cache(maxsize=2)
def unpacked(shelf: Path, name: str) -> list[dict[str, Any]]:
    """Numbers of the histories of the desk, or of a policy on it."""
    found: list[dict[str, Any]] = json.loads(gzip.decompress((shelf / f"{name}{ENDING}").read_bytes()))["histories"]
    return found
