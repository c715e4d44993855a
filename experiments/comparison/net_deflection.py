"""What a bot takes off the agents, against the same desk without it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from experiments.comparison.comparison import Difference, Policy, Row
from experiments.comparison.uncertainty import split
from experiments.estimates.intervals import Estimate
from experiments.replication.replications import Replications
from sim.measures import Measure

Floats = NDArray[np.float64]

NET_DEFLECTION = Measure(
    "net_deflection",
    "Net deflection: fall in human contacts against the desk without a bot",
    "share",
    "contact",
    ("all",),
    "(human contacts without the bot - human contacts) / human contacts without the bot, on all channels of the "
    "contact types that the bot may meet",
    better="higher",
    source="Turnella guide",
)


def reference_of(runs: Sequence[Replications]) -> int | None:
    """The first policy without a bot, if others have one; None where there is nothing to compare."""
    has = [run.operation.scenario.bot is not None for run in runs]
    return has.index(False) if True in has and False in has else None


def net_deflection(
    policies: Sequence[Policy], runs: Sequence[Replications], scores: Sequence[Floats], confidence: float
) -> Row | None:
    """Net deflection of every policy against the first one without a bot; None if all or none of them have one.

    It is the ratio of two totals of human contacts that had the same luck; its influence values are those of a ratio
    (Efron and Tibshirani 1993, section 21.3).

    Parameters
    ----------
    policies, runs : sequences
        The base first.
    scores : sequence of array, shape (replications, inputs)
        Normal scores of the inputs that can move the difference of each policy but the base.
    confidence : float
        Of the intervals, which hold for all policies together.
    """
    reference = reference_of(runs)
    if reference is None:
        return None
    channels = channels_met(runs)
    human = np.array([_human_contacts(run, channels) for run in runs])
    without = human[reference]
    mean = without.mean()
    if not mean > 0.0:
        return None
    share = 1.0 - human.mean(axis=1) / mean
    influence = share[:, None] - (human - (1.0 - share)[:, None] * without) / mean
    nothing = np.zeros((human.shape[1], 0))
    values, differences = [], []
    for p, policy in enumerate(policies):
        s = _split(influence[p], nothing, confidence, 1)
        values.append(Estimate(float(share[p]), s[1], s[2], human.shape[1]))
        if p:
            d = influence[p] - influence[0]
            told = _split(d, scores[p - 1], confidence, len(policies) - 1)
            same = bool((d == 0.0).all())
            differences.append(Difference(policy.name, *told, np.nan, same, human.shape[1]))
    best = max(v.value for v in values)
    leaders = tuple(q.name for q, v in zip(policies, values, strict=True) if v.value >= best)
    m = NET_DEFLECTION
    return Row(m.name, "all", "all", m.title, m.unit, m.better, tuple(values), tuple(differences), leaders)


def _split(
    d: Floats, x: Floats, confidence: float, comparisons: int
) -> tuple[float, float, float, float, float, float]:
    """Value, interval, its two parts and odds of one number."""
    if d.size < 2:
        return (float(d[0]), *(np.nan,) * 5)
    if (d == d[0]).all():
        return float(d[0]), float(d[0]), float(d[0]), 0.0, 0.0, 0.5 if d[0] == 0.0 else float(d[0] > 0.0)
    s = split(d[:, None], x, confidence, comparisons)
    return tuple(float(part[0]) for part in (s.value, s.low, s.high, s.noise, s.inputs, s.odds))  # type: ignore[return-value]


def channels_met(runs: Sequence[Replications]) -> tuple[str, ...]:
    """All channels of the contact types that a bot of any policy may meet; work inside the house has none of them."""
    found: dict[str, None] = {}
    for run in runs:
        scenario = run.operation.scenario
        if scenario.bot is not None:
            for contact_type in scenario.contact_types.values():
                if set(contact_type.channels) & set(scenario.bot.channels):
                    found |= dict.fromkeys(contact_type.channels)
    return tuple(found)


def _human_contacts(run: Replications, channels: Sequence[str]) -> Floats:
    """Human contacts of each replication, shape (replications,)."""
    stack = run.stack
    rows = [stack.rows("human_contacts", "channel", c, "period") for c in channels]
    return np.asarray(stack.numerator[:, np.concatenate(rows)].sum(axis=1))
