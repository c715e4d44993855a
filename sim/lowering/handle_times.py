"""Handle times as work: with the difficulty on which the bot selects, and what a hand-off saves or costs."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from math import erfc, exp, isnan, sqrt

from sim.lowering.draft import Draft, bots
from sim.lowering.laws import lower_law
from sim.lowering.operation import Part
from sim.machine import Law as MachineLaw
from sim.machine import Predictor, Source, Term
from sim.machine.inversion import invert, pack
from sim.machine.laws import Lognormal
from sim.scenario.model import Bot, Kind, Scenario
from sim.scenario.model.laws import Law, scaled
from sim.theory.screening import goes_on, passed_work_factor, screening_threshold

HANDED_OFF = "handed_off"
"""Mark of contacts that were handed to an agent: it tells by whom, see `hand_off_codes`."""

MOST_LOAD = 1.0 - 1e-9
"""The machine's laws take correlations strictly between -1 and 1."""

NODES = 32
"""Difficulties that stand for all, in sums."""


def size_of(draft: Draft, kind: Kind, share: float = 1.0) -> MachineLaw:
    """Work of a contact of a kind, or of a share of it [min].

    Where a bot meets contacts of this type on any channel, their difficulty shows in the handle time on all of them:
    who is sent on to another channel, or comes back there, has kept it.
    """
    law = needed(lower_law(scaled(kind.handle_time, share)))
    met = [(part, bot) for part, bot in bots(draft.scenario) if _meets(draft.scenario, bot, kind.contact_type)]
    load = max((bot.selection.load for _, bot in met), key=abs, default=0.0)
    if load != 0.0:
        law = replace(law, load=max(-MOST_LOAD, min(load, MOST_LOAD)))
    factors: dict[int, float] = {}
    codes = hand_off_codes(draft.scenario)
    for part, bot in met:
        if part not in codes:
            continue
        factor = bot.hand_off.factor
        if bot.hand_off.extra != 0.0:
            mean = law.mean * passed_factor(bot, kind.contact_type, law)
            if isnan(mean):
                draft.problems.append(
                    f"{part}.hand_off.extra: the handle time of {kind.contact_type} depends on a recorded column, and "
                    "nothing can be added to its mean; give a factor instead"
                )
                continue
            # the machine knows factors only: the same time is added on average, to those that are passed on
            factor += bot.hand_off.extra * share / mean if mean > 0.0 else 0.0
        factors[codes[part]] = factor
    return _by_hand_off(law, factors)


def hand_off_codes(scenario: Scenario) -> dict[Part, int]:
    """What the mark counts for each of those whose hand-off changes handle times: 1, or 1 and 2 (3: both)."""
    changing = [part for part, bot in bots(scenario) if bot.hand_off.factor != 1.0 or bot.hand_off.extra != 0.0]
    return {part: i for i, part in enumerate(changing, 1)}


def _by_hand_off(law: MachineLaw, factors: dict[int, float]) -> MachineLaw:
    """A law scaled by who has handed the contact off."""
    if all(f == 1.0 for f in factors.values()):
        return law
    known = {0: 1.0, **factors}
    if len(known) == 3:
        known[3] = known[1] * known[2]
    levels = [known.get(i, 1.0) for i in range(max(known) + 1)]
    mark = Source("mark", HANDED_OFF)
    # straight lines between whole numbers: value i at count i
    terms = tuple(Term(mark, b - a, i, i + 1.0) for i, (a, b) in enumerate(pairwise(levels)))
    base = 1.0 - sum(t.factor * t.low for t in terms)
    return replace(law, scale=Predictor(base, terms))


def _meets(scenario: Scenario, bot: Bot, contact_type: str) -> bool:
    return any(k.contact_type == contact_type and k.channel in bot.channels for k in scenario.kinds.values())


def passed_factor(bot: Bot, contact_type: str, law: MachineLaw) -> float:
    """Mean handle time of what a bot passes on, over that of all; the easy ones stay with it.

    Exact for lognormal laws (`sim.theory.passed_work_factor`), else by numbers; not known for laws by a recorded
    column, taken as 1 there.
    """
    share, chosen = bot.containment.get(contact_type, 0.0), bot.selection
    if not 0.0 < share < 1.0 or chosen.slope == 0.0 or chosen.load == 0.0 or isnan(law.mean):
        return 1.0
    if isinstance(law, Lognormal):
        return passed_work_factor(share, chosen.slope, chosen.load, law.log_parameters[1])
    nodes, weights = difficulties()
    threshold = screening_threshold(share, chosen.slope)
    passed = [w * goes_on(z, threshold, chosen.slope) for z, w in zip(nodes, weights, strict=True)]
    work = work_by_difficulty(replace(law, load=0.0, scale=None), chosen.load)
    all_of_it = sum(w * x for w, x in zip(weights, work, strict=True))
    return sum(p * x for p, x in zip(passed, work, strict=True)) / (sum(passed) * all_of_it)


@lru_cache(maxsize=1)
def difficulties() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Difficulties and their weights, which stand for a standard normal law in sums (Gauss-Hermite)."""
    from numpy.polynomial.hermite_e import hermegauss

    nodes, weights = hermegauss(NODES)
    return tuple(nodes.tolist()), tuple((weights / weights.sum()).tolist())


@lru_cache(maxsize=512)
def work_by_difficulty(law: MachineLaw, load: float) -> tuple[float, ...]:
    """Mean of a law at each of `difficulties`, with a correlation of its normal score with the difficulty."""
    nodes, weights = difficulties()
    if load == 0.0:
        return (law.mean,) * len(nodes)
    if isinstance(law, Lognormal) and not law.atoms:
        c = load * law.log_parameters[1]
        return tuple(law.mean_value * exp(c * z - 0.5 * c * c) for z in nodes)
    table: list[float] = []
    at = pack(law, table, {})
    rest = sqrt(max(1.0 - load * load, 0.0))

    def drawn(score: float) -> float:
        u = 0.5 * erfc(-score * sqrt(0.5))
        return invert(table, at, min(max(u, 1e-15), 1.0 - 1e-15), 0.0, ())

    return tuple(sum(w * drawn(load * z + rest * e) for e, w in zip(nodes, weights, strict=True)) for z in nodes)


def needed(law: MachineLaw | None) -> MachineLaw:
    """A handle time that ends.

    Raises
    ------
    ValueError
        The law is "never".
    """
    if law is None:
        raise ValueError("a handle time cannot be 'never'")
    return law


def mean_time(handle: Law, after: Law) -> float:
    """Mean of handle time and after-contact work [min]; NaN if it depends on a recorded column."""
    return sum(law.mean for law in (lower_law(handle), lower_law(after)) if law is not None)
