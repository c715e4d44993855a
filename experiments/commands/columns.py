"""The columns of a comparison: the base and what is compared with it, opened, with names that differ."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from experiments.commands.options import USAGE_ERROR, Simulation
from experiments.comparison.names import short_name, short_names

if TYPE_CHECKING:
    from experiments.comparison.comparison import Policy
    from sim.lowering import Operation

MOST_POLICIES = 20
LONGEST_LIST = 3
"""Reasons that are told of a policy that is left out."""


@dataclass(frozen=True)
class Columns:
    """What is compared.

    Parameters
    ----------
    policies : list of Policy
        The base first.
    operations : list of Operation
        One per policy.
    sources : list of tuple of Path
        The files that each was given by.
    notes : list of str
        What was left out and why, and what is doubtful.
    """

    policies: list[Policy]
    operations: list[Operation]
    sources: list[tuple[Path, ...]]
    notes: list[str]


def open_columns(scenarios: Sequence[str], on: str | None, skip: bool, simulation: Simulation) -> Columns:
    """Open everything that is compared, or say all that is wrong with any of it and leave with exit code 2.

    Parameters
    ----------
    scenarios : sequence of str
        Files or stacks (`a.yaml+b.yaml`); the first is the base unless `on` is given.
    on : str, optional
        The base on which all `scenarios` are put as policies.
    skip : bool
        Leave out those that do not fit the base, and note it.
    simulation : Simulation
        How, with its changes.
    """
    from sim.commands.opening import opened

    given = list(scenarios) if on is None else [on, *scenarios]
    bases = [None, *(on for _ in given[1:])]
    files: list[str] = []
    operations: list[Operation] = []
    sources: list[tuple[Path, ...]] = []
    notes: list[str] = []
    wrong: list[str] = []
    hints: list[str] = []
    for i, (file, base) in enumerate(zip(given, bases, strict=True)):
        operation, problems, warnings = opened(file, simulation.settings, simulation.stratified, base)
        if operation is not None:
            files.append(file)
            operations.append(operation)
            sources.append(_sources(file, base))
        elif skip and i and (base is not None or len(_sources(file, None)) > 1) and all(map(_misfits, problems)):
            notes.append(f"left out: {file} does not fit {short_name(base or given[0])}: {_reasons(problems, file)}")
        else:
            wrong += [_line(p, file) for p in (*warnings, *problems)]
            if on is not None and i and all(map(_misfits, problems)):
                hints.append(f"{file} does not fit {on} - change it, or leave it out by --skip-inapplicable")
            if i == 0 and on is not None:
                break  # nothing can be said of policies without what they are put on
    if not wrong:
        wrong = _other_periods(files, operations)
    if not wrong and len(operations) < 2:
        wrong = [*notes, f"no policy fits {given[0]}"]
    if wrong:
        n = sum(": warning: " not in line for line in wrong)
        for line in (*wrong, *hints, f"{n} problem{'' if n == 1 else 's'}: nothing was run"):
            click.echo(line, err=True)
        sys.exit(USAGE_ERROR)
    policies = _policies(files, operations)
    return Columns(policies, operations, sources, [*notes, *_doubts(policies, operations)])


def _misfits(problem: Any) -> bool:
    """Whether a problem lies in putting a policy on this base, and not in its file."""
    return bool(getattr(problem, "misfit", True))


def _line(problem: Any, file: str) -> str:
    return f"{file}: {problem}" if isinstance(problem, str) else str(problem)


def _reasons(problems: Sequence[Any], file: str) -> str:
    told = [str(p).removeprefix(f"{file}:") for p in problems[:LONGEST_LIST]]
    more = len(problems) - len(told)
    return "; ".join([*told, *([f"and {more} more"] if more > 0 else [])])


def _sources(file: str, base: str | None) -> tuple[Path, ...]:
    from sim.scenario.policies.stack import stack_files

    return tuple(Path(f) for part in (base, file) if part is not None for f in stack_files(part))


def _other_periods(files: Sequence[str], operations: Sequence[Operation]) -> list[str]:
    """Say which scenarios are not of the period of the base."""
    first = operations[0].scenario.period
    found = []
    for file, operation in zip(files, operations, strict=True):
        period = operation.scenario.period
        if period != first:
            found.append(
                f"{file}: period: got {period.start:%Y-%m-%d %H:%M} for {period.length / 1440:g} d after "
                f"{period.warm_up / 1440:g} d of warm-up ({period.time_zone}); policies are compared over the same "
                f"period - write that of {files[0]}, or let the file extend it"
            )
    return found


def _doubts(policies: Sequence[Policy], operations: Sequence[Operation]) -> list[str]:
    """Warnings: those of the base, and those that a policy brings."""
    base = [str(w) for w in operations[0].scenario.warnings]
    found = list(base)
    for policy, operation in zip(policies[1:], operations[1:], strict=True):
        found += [f"{policy.name}: {w}" for w in map(str, operation.scenario.warnings) if w not in base]
    return found


def _policies(files: Sequence[str], operations: Sequence[Operation]) -> list[Policy]:
    from experiments.comparison.comparison import Policy

    return [
        Policy(name, o.scenario.title, o.scenario.question, file)
        for name, o, file in zip(short_names(files), operations, files, strict=True)
    ]
