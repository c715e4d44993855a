"""One history of an operation: simulated, reduced to its measures, and forgotten."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from experiments.replication.known_luck import Controls, Floats
from experiments.replication.layout import Reduced
from experiments.replication.reduction import Reduction
from sim.lowering import Operation
from sim.machine import Records, simulate
from sim.machine.engines import Name
from sim.machine.records import MOST_OPEN

if TYPE_CHECKING:
    import pandas as pd

    from experiments.replication.inputs import Inputs


@dataclass(frozen=True, eq=False)
class Replication:
    """What is kept of one history.

    Attributes
    ----------
    number : int
        Which of the seed's histories.
    reduced : Reduced
        Its measures, as `Reduction` makes them.
    seconds : float
        Time it took; 0 if it was kept from an earlier run.
    records : Records or None
        All of it, if asked for.
    cut : float or None
        Time at which it was stopped because too much was open [min]; its measures cover the time before.
    controls : array
        What its known luck was above expectation (`Controls.values`).
    """

    number: int
    reduced: Reduced
    seconds: float
    controls: Floats
    records: Records | None = field(default=None, repr=False)
    cut: float | None = None

    @property
    def frame(self) -> pd.DataFrame:
        """Its measures as a tidy table."""
        return self.reduced.frame


@dataclass(frozen=True, eq=False)
class Work:
    """Everything that any history of one operation needs, wherever it is simulated.

    Attributes
    ----------
    operation : Operation
        As lowered, with the stated values.
    reduction : Reduction
        How records become measures.
    controls : Controls
        What is kept of its luck.
    seed : int
        Root of all luck.
    engine : {"auto", "compiled", "reference"}
        All leave the same numbers.
    most_open : int
        Jobs alive at which a history is stopped.
    inputs : Inputs or None
        Draws the uncertain inputs anew for each history; None leaves them as stated.
    keep_records : bool
        Keep all records.
    on_records : callable or None
        Called with the records where they were made.
    """

    operation: Operation
    reduction: Reduction
    controls: Controls
    seed: int
    engine: Name = "auto"
    most_open: int = MOST_OPEN
    inputs: Inputs | None = None
    keep_records: bool = False
    on_records: Callable[[Records], object] | None = None

    def history(self, number: int) -> Replication:
        """Simulate one history and reduce it.

        Parameters
        ----------
        number : int
            Which.

        Raises
        ------
        EngineFault
            It contradicted itself.
        ScenarioProblems
            The inputs drawn for it make no valid scenario.
        """
        began = time.perf_counter()
        operation = self.operation
        if self.inputs is not None:
            operation = self.inputs.operation(operation.scenario, self.seed, number)
        records = simulate(operation.network, self.seed, number, self.engine, self.most_open)
        if self.on_records is not None:
            self.on_records(records)
        cut = records.stopped if records.cut else None
        known = records if cut is None else replace(records, network=replace(records.network, end=max(cut, 0.0)))
        kept = records if self.keep_records else None
        reduced, controls = self.reduction(known), self.controls.values(records)
        return Replication(number, reduced, time.perf_counter() - began, controls, kept, cut)

    def histories(self, numbers: Sequence[int]) -> list[Replication]:
        """Several, one after another."""
        return [self.history(number) for number in numbers]
