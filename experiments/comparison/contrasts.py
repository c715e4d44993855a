"""Every policy less the base, on every measure, with what the same luck tells."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from experiments.comparison.comparison import Comparison, Difference, Driver, Policy, Row
from experiments.comparison.materiality import smallest_worthwhile
from experiments.comparison.net_deflection import net_deflection
from experiments.comparison.pairing import Influences, influences_of
from experiments.comparison.uncertainty import Split, split
from experiments.estimates.estimates import Estimates, estimate
from experiments.estimates.intervals import CONFIDENCE, Estimate
from experiments.replication.inputs import Inputs
from experiments.replication.promises import other_yardsticks
from experiments.replication.replications import Replications

Floats = NDArray[np.float64]

OF_A_PROMISE = ("service_level", "meets_target", "excess_wait")
"""How the names of measures begin that say how a promise is kept."""

SCOPES = ("all", "channel", "pool")
"""Kinds of scope that policies are compared on; contact types and steps may differ between them."""

POWER = 0.8
"""Chance with which a difference of the smallest size that is named would have been seen."""

MOST_DRIVERS = 3


def contrast(
    policies: Sequence[Policy],
    runs: Sequence[Replications],
    confidence: float = CONFIDENCE,
    notes: Sequence[str] = (),
) -> Comparison:
    """Compare runs of several policies that had the same luck.

    Differences are paired history by history (influence values), so that what is common to both cancels. The intervals
    against the base hold together (Bonferroni). The best of all is among those that are named so with this confidence
    (multiple comparisons with the best, one-sided; Hsu 1984), unless what it has before them is not worth while.

    Parameters
    ----------
    policies : sequence of Policy
        The base first.
    runs : sequence of Replications
        One per policy, with the same seed and the same histories.
    confidence : float
        Between 0 and 1.
    notes : sequence of str
        What went otherwise than planned.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        The runs cannot be paired.
    """
    together = influences_of(list(runs))
    estimates = [estimate(run, confidence) for run in runs]
    inputs = runs[0].inputs
    against_base = [
        _difference(together, 0, p, _scores(runs, 0, p), confidence, len(policies) - 1) for p in range(1, len(policies))
    ]
    apart = _told_apart(together, runs, confidence)
    keep = together.keys["scope_kind"].isin(SCOPES).to_numpy() & ~np.isnan(together.value).all(axis=0)
    found = [_values(e) for e in estimates]
    elsewhere = other_yardsticks([run.operation for run in runs])
    rows, drivers = [], {}
    for i in np.flatnonzero(keep):
        measure, kind, scope = together.keys.iloc[i]
        definition = together.measures[i]
        key = (measure, kind, scope)
        nothing = Estimate(np.nan, np.nan, np.nan, 0)
        better = definition.better
        if kind == "channel" and scope in elsewhere and measure.startswith(OF_A_PROMISE):
            better = "neutral"
        differences = []
        for p, (policy, d) in enumerate(zip(policies[1:], against_base, strict=True), 1):
            differences.append(d.at(int(i), policy.name, definition.unit == "share", confidence))
            if inputs is not None and not differences[-1].same:
                drivers[(*key, policy.name)] = _drivers(d.split.shares[i], inputs, p)
        rows.append(
            Row(
                measure,
                kind,
                scope,
                definition.title,
                definition.unit,
                better,
                tuple(values.get(key, nothing) for values in found),
                tuple(differences),
                _best(
                    together.value[:, i],
                    apart[:, :, i],
                    better,
                    [p.name for p in policies],
                    smallest_worthwhile(measure, definition.unit, float(together.value[0, i])),
                ),
            )
        )
    scores = [_scores(runs, 0, p) for p in range(1, len(policies))]
    deflected = net_deflection(policies, runs, scores, confidence)
    return Comparison(
        tuple(policies),
        tuple(runs),
        tuple(estimates),
        tuple(rows if deflected is None else [*rows, deflected]),
        drivers,
        confidence,
        inputs is not None,
        tuple(notes),
    )


class _Against(NamedTuple):
    """One policy less another, for all rows."""

    split: Split
    same: NDArray[np.bool_]
    n: NDArray[np.int64]

    def at(self, row: int, policy: str, share: bool, confidence: float) -> Difference:
        """One row of it."""
        s = self.split
        value, low, high = float(s.value[row]), float(s.low[row]), float(s.high[row])
        n = int(self.n[row])
        smallest = np.nan
        if n >= 2:
            t = stdtrit(n - 1, (0.5 + confidence / 2.0, POWER))
            smallest = float((high - low) / 2.0 * (1.0 + t[1] / t[0]))
            smallest = min(smallest, 1.0) if share else smallest
        return Difference(
            policy,
            value,
            low,
            high,
            float(s.noise[row]),
            float(s.inputs[row]),
            float(s.odds[row]),
            smallest,
            bool(self.same[row]),
            n,
        )


def _difference(
    together: Influences, base: int, policy: int, x: Floats, confidence: float, comparisons: int
) -> _Against:
    """Split what is not known of a difference, for all rows; those with the same replications together."""
    d = together.influence[policy] - together.influence[base]
    there = ~np.isnan(d)
    n = there.sum(axis=0)
    rows = d.shape[1]
    same = (n > 0) & (np.where(there, d, 0.0) == 0.0).all(axis=0)
    value, low, high, noise, inputs, odds = (np.full(rows, np.nan) for _ in range(6))
    out = Split(value, low, high, noise, inputs, odds, np.zeros((rows, x.shape[1])))
    patterns, pattern_of = np.unique(there, axis=1, return_inverse=True)
    for k in range(patterns.shape[1]):
        mine, some = np.flatnonzero(pattern_of.ravel() == k), patterns[:, k]
        if not some.any():
            continue
        if some.sum() == 1:
            out.value[mine] = d[some][0, mine]
            continue
        part = split(d[some][:, mine], x[some], confidence, comparisons)
        for whole, piece in zip(out, part, strict=True):
            whole[mine] = piece
    for array, number in ((out.value, 0.0), (out.low, 0.0), (out.high, 0.0), (out.noise, 0.0), (out.inputs, 0.0)):
        array[same] = number
    out.odds[same] = 0.5
    # the difference of the estimates themselves, which the mean of influence values equals only when all pairs count
    told = together.value[policy] - together.value[base]
    shift = np.where(np.isnan(told), 0.0, told - out.value)
    for array in (out.value, out.low, out.high):
        array += np.where(same, 0.0, shift)
    shares = np.array([m.unit == "share" for m in together.measures], dtype=bool)
    np.clip(out.low, -1.0, 1.0, out=out.low, where=shares)  # no difference of shares is larger
    np.clip(out.high, -1.0, 1.0, out=out.high, where=shares)
    return _Against(out, same, n)


def _scores(runs: Sequence[Replications], a: int, b: int) -> Floats:
    """Normal scores of the inputs that can move the difference of two policies, shape (replications, inputs)."""
    inputs, numbers = runs[0].inputs, [r.number for r in runs[0].results]
    if inputs is None:
        return np.zeros((len(numbers), 0))
    return inputs.scores(runs[0].seed, numbers)[:, inputs.present(b, a)]


def _told_apart(together: Influences, runs: Sequence[Replications], confidence: float) -> NDArray[np.bool_]:
    """Whether a policy's value is surely larger than another's, shape (policies, policies, rows)."""
    out = np.zeros((len(runs), len(runs), together.value.shape[1]), dtype=bool)
    sure = 1.0 - (1.0 - confidence) / max(len(runs) - 1, 1)  # the best one against each other one, and one side only
    for a, b in combinations(range(len(runs)), 2):
        odds = _difference(together, a, b, _scores(runs, a, b), confidence, 1).split.odds
        out[b, a] = odds > sure
        out[a, b] = odds < 1.0 - sure
    return out


def _best(
    value: Floats, larger: NDArray[np.bool_], better: str, names: Sequence[str], worthwhile: float
) -> tuple[str, ...]:
    """Policies than which none is surely better, and by as much as is worth while."""
    if better == "neutral":
        return ()
    with np.errstate(invalid="ignore"):
        much = np.abs(value[:, None] - value[None, :]) >= worthwhile
    beaten = np.asarray((larger & much).any(axis=0 if better == "higher" else 1))
    return tuple(name for name, v, b in zip(names, value, beaten, strict=True) if not (b or np.isnan(v)))


def _values(estimates: Estimates) -> dict[tuple[str, str, str], Estimate]:
    """Estimates of the whole period by measure and scope."""
    frame = estimates.frame
    whole = frame[frame["grid"] == "period"]
    return {
        (str(m), str(k), str(s)): Estimate(float(v), float(low), float(high), int(n))
        for m, k, s, v, low, high, n in whole[
            ["measure", "scope_kind", "scope", "value", "low", "high", "n"]
        ].itertuples(index=False)
    }


def _drivers(shares: Floats, inputs: Inputs, policy: int) -> tuple[Driver, ...]:
    """The inputs that matter most, largest first."""
    paths = [inputs.paths[i] for i in np.flatnonzero(inputs.present(policy))]
    out = []
    for i in np.argsort(-shares, kind="stable")[:MOST_DRIVERS]:
        r = inputs.range_of(paths[i], policy)
        if r is not None and shares[i] > 0.0:
            out.append(Driver(r.path, r.value, r.low, r.high, r.source, r.assumed, float(shares[i])))
    return tuple(out)
