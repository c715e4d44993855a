"""Two policies replication by replication: what each pair of histories says about the difference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.replication.replications import Replications
from experiments.replication.stack import Stack
from sim.measures import Measure

Floats = NDArray[np.float64]

NAMES = ("measure", "scope_kind", "scope")


@dataclass(frozen=True, eq=False)
class Influences:
    """Values of the whole period for every measure and scope that some policy has.

    Attributes
    ----------
    keys : DataFrame
        `measure`, `scope_kind`, `scope`.
    measures : tuple of Measure
        Definition of each row's measure.
    value : array, shape (policies, rows)
        Estimates.
    influence : array, shape (policies, replications, rows)
        What each replication contributes to the estimate: their mean is the estimate, and they vary as much as it
        does. NaN where a replication had nothing to count.
    """

    keys: pd.DataFrame
    measures: tuple[Measure, ...]
    value: Floats
    influence: Floats


def influences_of(runs: list[Replications]) -> Influences:
    """What each replication of each policy says about each measure.

    A ratio of sums X / Y has the influence values theta + (x_r - theta y_r) / mean(y); totals, quantiles and shares of
    periods are themselves (Law and Kelton 2000, section 9.4; Efron and Tibshirani 1993, section 21.3).

    Parameters
    ----------
    runs : list of Replications
        With the same numbers of histories.

    Raises
    ------
    ValueError
        The runs have different histories.
    """
    numbers = [[r.number for r in run.results] for run in runs]
    if any(n != numbers[0] for n in numbers) or len({run.seed for run in runs}) != 1:
        raise ValueError("runs can be paired only history by history: the same seed and the same replications")
    wholes = [_Whole.of(run.stack) for run in runs]
    places: dict[tuple[str, str, str], int] = {}
    for whole in wholes:
        for name in whole.names:
            places.setdefault(name, len(places))
    shape = (len(runs), len(numbers[0]), len(places))
    value, influence = np.full((shape[0], shape[2]), np.nan), np.full(shape, np.nan)
    definitions: dict[str, Measure] = {}
    for p, (run, whole) in enumerate(zip(runs, wholes, strict=True)):
        at = np.array([places[name] for name in whole.names], dtype=np.int64)
        measures = [definitions.setdefault(m, run.measure(m)) for m, _, _ in whole.names]
        value[p, at], influence[p][:, at] = whole.influence(measures)
    keys = pd.DataFrame(list(places), columns=list(NAMES))
    return Influences(keys, tuple(definitions[m] for m in keys["measure"]), value, influence)


@dataclass(frozen=True, eq=False)
class _Whole:
    """Rows of the whole period."""

    names: list[tuple[str, str, str]]
    numerator: Floats
    denominator: Floats
    value: Floats

    @classmethod
    def of(cls, stack: Stack) -> _Whole:
        rows = np.flatnonzero((stack.keys["grid"] == "period").to_numpy())
        keys = stack.keys.iloc[rows]
        names = list(zip(*(keys[n].astype(str) for n in NAMES), strict=True))
        return cls(names, stack.numerator[:, rows], stack.denominator[:, rows], stack.value[:, rows])

    def influence(self, measures: list[Measure]) -> tuple[Floats, Floats]:
        """Estimates, and influence values by replication."""
        pooled = np.array([m.estimator in ("ratio of sums", "snapshot") for m in measures], dtype=bool)
        some = self.denominator > 0.0
        x, y = np.where(some, self.numerator, 0.0), np.where(some, self.denominator, 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            theta = x.sum(axis=0) / y.sum(axis=0)
            mean = y.sum(axis=0) / some.sum(axis=0)
            ratio = np.where(some, theta + (x - theta * y) / mean, np.nan)
            there = ~np.isnan(self.value)
            average = np.where(there, self.value, 0.0).sum(axis=0) / there.sum(axis=0)
        return np.where(pooled, theta, average), np.where(pooled, ratio, self.value)
