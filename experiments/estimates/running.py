"""First numbers while replications are still under way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.estimates.intervals import ratio_estimate
from experiments.replication.promises import promises_of
from experiments.replication.replications import Progress
from experiments.wording import interval, percent
from sim.lowering import Operation

ENOUGH = 3
"""Replications from which a number is shown."""


class Running:
    """The first promise of each operation, as far as it is known.

    Parameters
    ----------
    operations : sequence of Operation
        What is under way.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        promised = [promises_of(operation) for operation in operations]
        self._service = [promises[0].service if promises else None for promises in promised]
        self._row: dict[int, int | None] = {}
        self._counts: list[list[tuple[float, float]]] = [[] for _ in operations]

    def __call__(self, progress: Progress) -> str:
        """Take one more replication; the numbers so far in words, empty while there are too few."""
        k, reduced = progress.operation, progress.latest.reduced
        if k not in self._row:
            keys = reduced.layout.keys
            of = (keys["measure"] == "service_level") & (keys["scope_kind"] == "channel") & (keys["grid"] == "period")
            found = np.flatnonzero((of & (keys["scope"] == self._service[k])).to_numpy())
            self._row[k] = int(found[0]) if found.size else None
        row = self._row[k]
        if row is not None:
            self._counts[k].append((float(reduced.numerator[row]), float(reduced.denominator[row])))
        if any(len(counts) < ENOUGH for counts in self._counts):
            return ""
        found_ = [ratio_estimate(*np.array(counts).T[:, :, None], share=True) for counts in self._counts]
        if len(found_) == 1:
            e = found_[0]
            words = interval(float(e.value[0]), float(e.low[0]), float(e.high[0]), "share")
        else:
            words = " | ".join(percent(float(e.value[0])) for e in found_)
        return f"{self._service[0]} {words}"
