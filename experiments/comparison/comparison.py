"""Policies beside each other: what changes, by how much, how sure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from experiments.estimates.intervals import Estimate

if TYPE_CHECKING:
    import pandas as pd

    from experiments.estimates.estimates import Estimates
    from experiments.replication.replications import Replications
    from sim.scenario.model.period import Period

Verdict = Literal["same", "surely", "likely", "open"]

LIKELY = 0.9
"""Odds from which a difference is called likely."""


DIFFERENCE_COLUMNS = {
    "value": "difference",
    "low": "difference_low",
    "high": "difference_high",
    "noise": "noise",
    "inputs": "inputs",
    "odds": "odds",
    "smallest": "smallest",
}
"""What a difference is called in tables."""


@dataclass(frozen=True)
class Policy:
    """One of the scenarios that are compared; the first one is the base.

    Parameters
    ----------
    name : str
        Short and unique, for columns: the name of its file.
    title, question : str
        As written.
    file : str
        As given.
    """

    name: str
    title: str
    question: str
    file: str


@dataclass(frozen=True)
class Difference:
    """How a measure differs between a policy and the base, in the measure's unit.

    Parameters
    ----------
    policy : str
        Name of the policy; the difference is its value less that of the base.
    value, low, high : float
        Estimate and interval of what is not known: simulation noise and, where inputs are drawn, their ranges. The
        intervals of all policies hold together at the confidence level. NaN where there was nothing to count.
    noise, inputs : float
        Half width of the interval from the noise of the simulation alone, and from the ranges of the inputs alone.
    odds : float
        Probability that the true difference is positive.
    smallest : float
        Smallest true difference that replications of this number would have shown with a probability of 80 %.
    same : bool
        Every replication gave exactly the same.
    n : int
        Pairs of replications with something to count.
    """

    policy: str
    value: float
    low: float
    high: float
    noise: float
    inputs: float
    odds: float
    smallest: float
    same: bool
    n: int

    @property
    def verdict(self) -> Verdict:
        """How sure the sign of the difference is."""
        if self.same:
            return "same"
        if self.low > 0.0 or self.high < 0.0:
            return "surely"
        return "likely" if max(self.odds, 1.0 - self.odds) >= LIKELY else "open"


@dataclass(frozen=True)
class Row:
    """One measure of one scope for all policies.

    Parameters
    ----------
    measure, scope_kind, scope : str
        Which.
    title, unit : str
        Of the measure.
    better : {"higher", "lower", "neutral"}
        Which way is good.
    values : tuple of Estimate
        One per policy, in their order.
    differences : tuple of Difference
        One per policy except the base.
    best : tuple of str
        Policies that cannot be told apart from the best; empty where no way is good.
    """

    measure: str
    scope_kind: str
    scope: str
    title: str
    unit: str
    better: Literal["higher", "lower", "neutral"]
    values: tuple[Estimate, ...]
    differences: tuple[Difference, ...]
    best: tuple[str, ...]


@dataclass(frozen=True)
class Driver:
    """An input whose range moves the odds.

    Parameters
    ----------
    path : str
        Dotted path in the scenario.
    value, low, high : str
        As written.
    source : str
        Where it comes from; empty if not said.
    assumed : bool
        Marked as an assumption.
    share : float
        Share of the input uncertainty of the row's difference that comes from it.
    """

    path: str
    value: str
    low: str
    high: str
    source: str
    assumed: bool
    share: float


@dataclass(frozen=True, eq=False)
class Comparison:
    """Policies beside each other, on every measure.

    Attributes
    ----------
    policies : tuple of Policy
        The base first.
    runs : tuple of Replications
        One per policy, with the same luck.
    estimates : tuple of Estimates
        One per policy.
    rows : tuple of Row
        One per measure and scope.
    drivers : mapping
        The inputs that move a difference most, by (measure, scope_kind, scope, policy).
    confidence : float
        Of all intervals.
    draws : bool
        Whether inputs were drawn from their ranges.
    notes : tuple of str
        What went otherwise than planned.
    """

    policies: tuple[Policy, ...]
    runs: tuple[Replications, ...]
    estimates: tuple[Estimates, ...]
    rows: tuple[Row, ...]
    drivers: Mapping[tuple[str, str, str, str], tuple[Driver, ...]]
    confidence: float
    draws: bool
    notes: tuple[str, ...] = ()

    @property
    def seed(self) -> int:
        """Root of all luck."""
        return self.runs[0].seed

    @property
    def replications(self) -> int:
        """Histories of each policy."""
        return len(self.runs[0].results)

    @property
    def period(self) -> Period:
        """Simulated period of the base."""
        return self.runs[0].operation.scenario.period

    def row(self, measure: str, scope_kind: str = "all", scope: str = "all") -> Row | None:
        """One measure of one scope; None if no policy has it."""
        return self._places.get((measure, scope_kind, scope))

    @cached_property
    def _places(self) -> dict[tuple[str, str, str], Row]:
        return {(r.measure, r.scope_kind, r.scope): r for r in self.rows}

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Tidy table: one row per measure, scope and policy; the base has no difference."""
        import pandas as pd

        out = []
        for row in self.rows:
            for policy, value, d in zip(self.policies, row.values, (None, *row.differences), strict=True):
                out.append(
                    {
                        "measure": row.measure,
                        "scope_kind": row.scope_kind,
                        "scope": row.scope,
                        "unit": row.unit,
                        "policy": policy.name,
                        "value": value.value,
                        "low": value.low,
                        "high": value.high,
                        **{
                            column: float("nan") if d is None else getattr(d, name)
                            for name, column in DIFFERENCE_COLUMNS.items()
                        },
                        "verdict": "" if d is None else d.verdict,
                        "among_the_best": policy.name in row.best,
                    }
                )
        return pd.DataFrame(out)
