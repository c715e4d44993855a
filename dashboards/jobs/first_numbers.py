"""First numbers of a run that is still under way: every promise of every policy, as far as it is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from experiments.estimates.intervals import ratio_estimate
from experiments.replication.promises import promises_of
from experiments.replication.replications import Progress
from experiments.report.catalogue import LANGUAGES, words
from sim.lowering import Operation

ENOUGH = 2
"""Replications from which a number is shown."""


class FirstNumbers:
    """Service levels so far.

    Parameters
    ----------
    operations : sequence of Operation
        What is under way, the base first.
    names : sequence of str
        Of the policies.
    """

    def __init__(self, operations: Sequence[Operation], names: Sequence[str]) -> None:
        self._names = list(names)
        self._promises = promises_of(operations[0])
        self._rows: list[dict[str, int]] = [{} for _ in operations]
        self._counts: list[list[tuple[np.ndarray, np.ndarray]]] = [[] for _ in operations]

    def take(self, progress: Progress) -> None:
        """One more replication."""
        k, reduced = progress.operation, progress.latest.reduced
        if not self._counts[k]:
            keys = reduced.layout.keys
            level = (keys["measure"] == "service_level") & (keys["scope_kind"] == "channel")
            found = np.flatnonzero((level & (keys["grid"] == "period")).to_numpy())
            self._rows[k] = {str(keys["scope"].iloc[i]): int(i) for i in found}
        at = [self._rows[k].get(p.service, -1) for p in self._promises]
        self._counts[k].append((_at(reduced.numerator, at), _at(reduced.denominator, at)))

    def table(self) -> list[dict[str, Any]]:
        """One row per promise: its words in each language, and the text of each policy's value."""
        levels = [self._levels(k) for k in range(len(self._names))]
        return [
            {
                "scope": {
                    tag: words(tag).begun(words(tag).scope("channel", p.service)).replace("_", " ") for tag in LANGUAGES
                },
                "promise": {tag: words(tag).promise(p) for tag in LANGUAGES},
                "values": {
                    name: {tag: words(tag).figure(float(own[i]), "share") for tag in LANGUAGES}
                    for name, own in zip(self._names, levels, strict=True)
                },
            }
            for i, p in enumerate(self._promises)
        ]

    def _levels(self, k: int) -> np.ndarray:
        if len(self._counts[k]) < ENOUGH:
            return np.full(len(self._promises), np.nan)
        met, all_ = (np.array(part) for part in zip(*self._counts[k], strict=True))
        return np.asarray(ratio_estimate(met, all_, share=True).value)


def _at(values: np.ndarray, at: Sequence[int]) -> np.ndarray:
    return np.array([np.nan if i < 0 else float(values[i]) for i in at])
