"""What a measure is: its unit, what it counts, how it is estimated, and its formula."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["contact", "ticket", "pool"]
Estimator = Literal["ratio of sums", "total", "quantile", "maximum", "snapshot", "indicator"]
ScopeKind = Literal["all", "stream", "channel", "step", "pool"]

BY_ARRIVAL = "contacts that arrive in the period; each belongs to the interval of its arrival"
BY_BIRTH = (
    "tickets whose first job is born in the period, with all descendants; each belongs to the interval of that birth"
)
CLIPPED = "all spells, counted or not, clipped to the period"
AT_ENDS = "everything there just before the end of each interval, counted or not"


@dataclass(frozen=True)
class Measure:
    """A named number that is computed from records.

    Parameters
    ----------
    name : str
        Name in tables and files.
    title : str
        Name for people.
    unit : str
        `share`, `min`, `h`, `contacts`, `tickets`, `jobs`, `servers` ...
    level : {"contact", "ticket", "pool"}
        What is counted: attempts, families of jobs, or servers.
    scopes : tuple of str
        Kinds of scope it is given for.
    formula : str
        Numerator / denominator, in words.
    counting : str
        What belongs to a period.
    estimator : str
        How a table's row becomes a value, and how rows are pooled over replications: `ratio of sums` (sum of
        numerators / sum of denominators), `total` (numerator per replication), `snapshot` (sum over the snapshots taken
        / their number), `quantile` and `maximum` (computed per replication; average of the replications), `indicator`
        (share of periods in which something held).
    better : {"higher", "lower", "neutral"}
        Which way is good.
    source : str
        Where the definition comes from.
    clock : str
        What its minutes are: `elapsed`, or those of the `promise`'s clock (elapsed, opening or business hours).
    """

    name: str
    title: str
    unit: str
    level: Level
    scopes: tuple[ScopeKind, ...]
    formula: str
    counting: str = BY_ARRIVAL
    estimator: Estimator = "ratio of sums"
    better: Literal["higher", "lower", "neutral"] = "neutral"
    source: str = ""
    clock: Literal["elapsed", "promise"] = "elapsed"

    def describe(self) -> str:
        """One measure in three lines, for people.

        Examples
        --------
        >>> print(Measure("asa", "Average speed of answer", "min", "contact", ("all",), "a / b").describe())
        asa: Average speed of answer [min]
          a / b (ratio of sums; contact level; all)
          contacts that arrive in the period; each belongs to the interval of its arrival
        """
        return (
            f"{self.name}: {self.title} [{self.unit}]\n"
            f"  {self.formula} ({self.estimator}; {self.level} level; {', '.join(self.scopes)})\n"
            f"  {self.counting}"
        )
