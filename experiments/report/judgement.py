"""What speaks for a policy and what against it: gains, losses, promises that turn, prices and savings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import hypot, isnan

from experiments.comparison.comparison import Comparison, Difference, Row
from experiments.comparison.main_rows import main_rows
from experiments.comparison.materiality import size_of, threshold
from experiments.estimates.intervals import Estimate
from experiments.replication.promises import Promise, promises_of
from experiments.replication.replications import Replications
from experiments.report.verdict_words import colour, rises, sureness
from sim.expectation.plausibility import OCCUPANCY

COSTS = ("paid_hours", "overrun_hours", "abandonment", "asa", "wait_p90", "occupancy")
"""What may be the price of a better promise, dearest first."""

SAVINGS = ("paid_hours", "overrun_hours", "human_contacts")
"""What a policy may bring besides promises, dearest first."""

MOST_COSTS = 2

RANK = {"missed": 0, "close": 1, "kept": 2}
"""What becomes of a promise, from bad to good."""


@dataclass(frozen=True)
class Finding:
    """A difference of one policy on one measure.

    Parameters
    ----------
    row : Row
        The measure.
    difference : Difference
        Policy less base.
    value : Estimate
        Under the policy.
    before, after : str
        What becomes of the promise that the row is about, under the base and under the policy: `kept`, `missed`,
        `close`; empty if there is none to judge.
    """

    row: Row
    difference: Difference
    value: Estimate
    before: str = ""
    after: str = ""

    @property
    def sure(self) -> bool:
        """Not just likely."""
        return sureness(self.difference) == "surely"

    @property
    def turn(self) -> int:
        """Whether the promise fares better (1), worse (-1) or as before (0)."""
        if self.before not in RANK or self.after not in RANK:
            return 0
        step = RANK[self.after] - RANK[self.before]
        return (step > 0) - (step < 0)

    @property
    def way(self) -> str:
        """`better` or `worse` if it counts in a choice between policies, else empty.

        It counts if its sign is known and it is worth while; or if a promise turns by it: from kept to missed or back
        however little that takes, and a promise no longer surely kept even where the fall itself is not yet sure.
        """
        size, painted = size_of(self.row, self.difference), colour(self.row, self.difference)
        if size == "worthwhile":
            return painted if painted in ("better", "worse") else ""
        if not self.turn or sureness(self.difference) in ("same", "none", "once"):
            return ""
        good = rises(self.difference) == (self.row.better == "higher")
        if good != (self.turn > 0):
            return ""
        told = "better" if good else "worse"
        if size == "nothing":
            whole = {self.before, self.after} == {"kept", "missed"}
            return told if whole and sureness(self.difference) != "open" else ""
        if size == "small":
            return told
        return told if not good and abs(self.difference.value) >= threshold(self.row) else ""


@dataclass(frozen=True, eq=False)
class Judgement:
    """One policy beside the base.

    Parameters
    ----------
    comparison : Comparison
        All policies.
    policy : int
        Which one, from 1 on.
    """

    comparison: Comparison
    policy: int

    @property
    def name(self) -> str:
        """Of the policy."""
        return self.comparison.policies[self.policy].name

    def finding(self, row: Row) -> Finding:
        """A row, with what becomes of its promise."""
        before, after = (promise_now(self.comparison, i, row) for i in (0, self.policy))
        return Finding(row, row.differences[self.policy - 1], row.values[self.policy], before, after)

    @cached_property
    def judged(self) -> tuple[Finding, ...]:
        """All rows on which policies are judged."""
        return tuple(self.finding(row) for row in judged_rows(self.comparison))

    @property
    def gains(self) -> list[Finding]:
        """Where the policy is better, as far as it counts."""
        return [f for f in self.judged if f.way == "better"]

    @property
    def losses(self) -> list[Finding]:
        """Where it is worse, as far as it counts; broken promises first."""
        return sorted((f for f in self.judged if f.way == "worse"), key=lambda f: f.turn)

    @property
    def broken(self) -> list[Finding]:
        """Promises that the base keeps better."""
        return [f for f in self.losses if f.turn < 0]

    @property
    def still_missed(self) -> list[Finding]:
        """Promises that are missed either way."""
        return [f for f in self.judged if f.before == f.after == "missed"]

    @property
    def costs(self) -> list[Finding]:
        """What gets worse, or busier than is good for long, outside the rows that are judged.

        The surest and dearest first, one per channel or group; of channels that lose already nothing more is told.
        """
        lost = {f.row.scope for f in self.losses}
        found = []
        for f in self._beside(COSTS):
            painted = colour(f.row, f.difference)
            strained = f.row.measure == "occupancy" and painted == "more" and f.value.value > OCCUPANCY.high
            if (painted == "worse" or strained) and f.row.scope not in lost:
                found.append(f)
        return _one_each(found, COSTS)[:MOST_COSTS]

    @property
    def savings(self) -> list[Finding]:
        """Hours and contacts that the policy saves, the surest and dearest first."""
        found = [f for f in self._beside(SAVINGS) if colour(f.row, f.difference) == "better"]
        return _one_each(found, SAVINGS)[:MOST_COSTS]

    def _beside(self, measures: Sequence[str]) -> list[Finding]:
        """Worthwhile differences of some measures outside the rows that are judged."""
        judged = {f.row for f in self.judged}
        rows = [r for r in main_rows(self.comparison) if r.measure in measures and r not in judged]
        return [f for f in map(self.finding, rows) if size_of(f.row, f.difference) == "worthwhile"]


def judgements(comparison: Comparison) -> list[Judgement]:
    """Every policy but the base."""
    return [Judgement(comparison, i) for i in range(1, len(comparison.policies))]


def judged_rows(comparison: Comparison) -> tuple[Row, ...]:
    """Rows on which policies are judged: promises, or else waits, or else whatever has a good way."""
    shown = [r for r in main_rows(comparison) if r.better != "neutral" and _comparable(r)]
    services = {p.service for run in comparison.runs for p in promises_of(run.operation)}
    promised = [r for r in shown if r.measure == "service_level" and r.scope in services]
    waits = [r for r in shown if r.measure == "asa" and r.scope_kind == "channel"]
    return tuple(promised or waits or shown)


def promise_of(comparison: Comparison, policy: int, row: Row) -> Promise | None:
    """What a policy promises about a row; None if it is no row about a promise."""
    if row.measure not in ("service_level", "meets_target", "meets_target_day") or row.scope_kind != "channel":
        return None
    return _made(comparison, policy, row.scope)


def promise_behind(comparison: Comparison, policy: int, row: Row) -> tuple[Promise, str] | None:
    """The promise to a channel whose waits a row tells of, and what becomes of it: `kept`, `missed` or `close`."""
    if row.measure not in ("asa", "wait_p90", "abandonment") or row.scope_kind != "channel":
        return None
    promise, level = _made(comparison, policy, row.scope), comparison.row("service_level", "channel", row.scope)
    if promise is None or level is None or isnan(level.values[policy].value):
        return None
    return promise, kept(level_of(level, policy), promise).removesuffix("_once")


def kept(value: Estimate, promise: Promise) -> str:
    """Whether a promise is kept: `kept`, `missed`, `close`; of one history `kept_once`, `missed_once`; or `nobody`.

    Examples
    --------
    >>> phone = Promise("phone", "phone", "service level", 0.8, 0.5)
    >>> kept(Estimate(0.9, 0.85, 0.95, 20), phone), kept(Estimate(0.81, 0.79, 0.83, 20), phone)
    ('kept', 'close')
    """
    if isnan(value.value):
        return "nobody"
    if isnan(value.low):
        return "kept_once" if value.value >= promise.share else "missed_once"
    return "kept" if value.low >= promise.share else "missed" if value.high < promise.share else "close"


def level_of(row: Row, policy: int) -> Estimate:
    """The level of a policy for the verdict on its promise: its interval knows of the ranges of the inputs as well.

    Histories that drew their inputs tell the mean over them very exactly; the true inputs are one draw.
    """
    value = row.values[policy]
    inputs = row.differences[policy - 1].inputs if policy else 0.0
    if not inputs > 0.0 or isnan(value.low):
        return value
    low = value.value - hypot(value.value - value.low, inputs)
    high = value.value + hypot(value.high - value.value, inputs)
    return Estimate(value.value, max(low, 0.0), min(high, 1.0), value.n)


def promises_kept(comparison: Comparison, policy: int) -> int:
    """How many of the promises that are judged a policy surely keeps."""
    return sum(promise_now(comparison, policy, row) == "kept" for row in judged_rows(comparison))


def cut_at_once(run: Replications) -> bool:
    """Whether most histories of a run were stopped because more work arrived than could be done."""
    return 2 * sum(r.cut is not None for r in run.results) > len(run.results)


def promise_now(comparison: Comparison, policy: int, row: Row) -> str:
    """What becomes of the promise that a row is about: `kept`, `missed`, `close`; empty if there is none to judge."""
    promise = promise_of(comparison, policy, row) if row.measure == "service_level" else None
    verdict = "" if promise is None else kept(level_of(row, policy), promise)
    return verdict if verdict in RANK else ""


def _made(comparison: Comparison, policy: int, service: str) -> Promise | None:
    found = promises_of(comparison.runs[policy].operation)
    return next((p for p in found if p.service == service), None)


def _comparable(row: Row) -> bool:
    return any(not isnan(d.value) for d in row.differences)


def _one_each(found: list[Finding], order: Sequence[str]) -> list[Finding]:
    """The surest and dearest finding of every scope."""
    found.sort(key=lambda f: (not f.sure, order.index(f.row.measure)))
    scopes: dict[tuple[str, str], Finding] = {}
    for f in found:
        scopes.setdefault((f.row.scope_kind, f.row.scope), f)
    return list(scopes.values())


def worth_telling(row: Row, difference: Difference, value: Estimate, judged: bool) -> bool:
    """Whether there is something to tell of a difference, or of a number that the base does not have."""
    if isnan(difference.value):
        return not isnan(value.value) and isnan(row.values[0].value)
    return size_of(row, difference) in (("worthwhile", "small", "open") if judged else ("worthwhile",))


def told_rows(comparison: Comparison) -> tuple[list[Row], list[tuple[str, str]]]:
    """Main rows of what changes, and the channels and groups of which there is nothing to tell.

    There is something to tell where a difference is worth while, where a row on which policies are judged is not
    practically the same, and of groups that the base does not have. Of one history everything is told.
    """
    rows, judged = main_rows(comparison), set(judged_rows(comparison))
    if comparison.replications == 1:
        return list(rows), []
    loud = {
        (r.scope_kind, r.scope)
        for r in rows
        for d, value in zip(r.differences, r.values[1:], strict=True)
        if worth_telling(r, d, value, r in judged)
    }
    quiet = dict.fromkeys((r.scope_kind, r.scope) for r in rows if (r.scope_kind, r.scope) not in loud)
    return [r for r in rows if (r.scope_kind, r.scope) in loud], list(quiet)
