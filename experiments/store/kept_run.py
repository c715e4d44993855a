"""A run of the store beside the operation it belongs to: what is known of it, and what is new."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from experiments.replication.history import Replication
from experiments.replication.layout import Reduced
from experiments.replication.reduction import Reduction
from experiments.store.damage import Damaged
from experiments.store.disk_problem import RunFolderProblem, disk_problem
from experiments.store.facts import Plain
from experiments.store.run import Run
from experiments.store.run_store import open_run
from sim.lowering import LoweringProblems, Operation, lower
from sim.machine import NetworkProblems
from sim.scenario import ScenarioProblems, load
from sim.scenario.model.ranges import Range

CONTROLS = "controls"
"""Name of the array that holds what is kept of a replication's luck."""

INPUTS = "inputs.json"
"""File with the ranges from which the inputs were drawn."""

REPAIR = "run the scenario again with this version"


class KeptRun:
    """Replications of an operation that are kept as they finish, and found again.

    Parameters
    ----------
    run : Run
        Its folder.
    reduction : Reduction
        Whose rows its replications have.
    """

    def __init__(self, run: Run, reduction: Reduction) -> None:
        self.run = run
        self.reduction = reduction

    @classmethod
    def open(
        cls,
        root: Path,
        operation: Operation,
        seed: int,
        options: Mapping[str, Plain],
        source: Path | Sequence[Path] = (),
    ) -> KeptRun:
        """Find the run of an operation, or make one.

        Parameters
        ----------
        root : Path
            Where runs are kept.
        operation : Operation
            What is run.
        seed : int
            Root of all luck.
        options : mapping
            Whatever else decides on the numbers.
        source : Path or sequence of Path, optional
            The files that the scenario was given by; copies are kept as `source.yaml`, `source_2.yaml`, ...

        Raises
        ------
        RunFolderProblem
            It cannot be written.
        """
        reduction = Reduction.of(operation)
        units = {name: reduction.definition(name).unit for name in reduction.layout.measures}
        files = {INPUTS: _inputs_content(operation.scenario.ranges)} if options.get("draws") else {}
        for i, given in enumerate([source] if isinstance(source, Path) else source, 1):
            try:
                files["source.yaml" if i == 1 else f"source_{i}.yaml"] = given.read_bytes()
            except OSError as error:
                raise RunFolderProblem(disk_problem(given, error)) from error
        run = open_run(root, operation.scenario, seed, reduction.layout, options, units=units, files=files)
        return cls(run, reduction)

    @classmethod
    def reopen(cls, run: Run) -> tuple[KeptRun, Operation]:
        """A run as it is kept, with the operation it is of.

        Raises
        ------
        Damaged
            Its scenario cannot be read any more, or leaves other rows: another version made it.
        """
        path = run.path / "scenario.yaml"
        try:
            operation = lower(load(path), stratified=bool(run.facts.options.get("stratified")))
        except (ScenarioProblems, LoweringProblems, NetworkProblems) as refused:
            raise Damaged(path, f"cannot be simulated by this version ({refused.problems[0]})", REPAIR) from None
        reduction = Reduction.of(operation)
        if reduction.layout.digest != run.facts.layout:
            raise Damaged(run.path, "holds other rows than this version makes of its scenario", REPAIR)
        return cls(run, reduction), operation

    def inputs(self) -> dict[str, Range]:
        """Inputs that were drawn for its replications, with the ranges they were drawn from.

        Raises
        ------
        Damaged
            The file that says so is missing or not whole.
        """
        path = self.run.path / INPUTS
        wrong = self.run.facts.files[INPUTS].what_differs(path) if INPUTS in self.run.facts.files else "is missing"
        if wrong:
            raise Damaged(path, wrong, REPAIR)
        return {name: Range(**told) for name, told in json.loads(path.read_text(encoding="utf-8")).items()}

    def known(self, n: int | None = None) -> dict[int, Replication]:
        """Replications that are whole; what is damaged is listed in `run.damaged` and counts as not there.

        Parameters
        ----------
        n : int, optional
            Only those with smaller numbers.
        """
        layout = self.reduction.layout
        found = {}
        for number, kept in self.run.finished(n).items():
            luck = np.asarray(kept.arrays[CONTROLS], dtype=np.float64)
            found[number] = Replication(number, Reduced.of(layout, kept.arrays), 0.0, luck, None, kept.header.cut)
        return found

    def keep(self, replication: Replication) -> None:
        """Keep one that has just finished.

        Raises
        ------
        RunFolderProblem
            The disk is full, ...
        """
        arrays = {**replication.reduced.arrays(), CONTROLS: replication.controls}
        self.run.put(replication.number, arrays, replication.cut)


def _inputs_content(ranges: Sequence[Range]) -> bytes:
    """The file of the inputs; of those that are drawn together, the first."""
    told: dict[str, dict[str, object]] = {}
    for r in ranges:
        names = ("path", "value", "low", "high", "unit", "source", "assumed", "drawn_with")
        told.setdefault(r.input, {name: getattr(r, name) for name in names})
    return (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()
