"""What a result rests on: inputs that are not known well, values that nobody wrote, and what a policy changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from experiments.comparison.comparison import Comparison, Driver
from experiments.report.catalogue import Catalogue, plain
from experiments.report.headline import judged_rows
from experiments.report.verdict_words import input_decides, period_words, sureness
from sim.scenario.dump import dump
from sim.scenario.model import Scenario

FEW = 10
"""Replications below which intervals are rather too narrow."""

MOST_DRIVERS, MOST_RANGES, MOST_DEFAULTS, MOST_CHANGES = 6, 12, 10, 6

NOT_COMPARED = ("aftersim", "title", "question", "observed", "provenance")
"""Parts of a scenario that change no result."""


@dataclass(frozen=True)
class Input:
    """An input that is not known well.

    Parameters
    ----------
    path, value, range, source : str
        As written; empty if not said.
    assumed : bool
        Marked as an assumption.
    share : float
        Largest share of the input uncertainty of a result that comes from it; 0 if it was not drawn.
    drives : tuple of str
        The results.
    """

    path: str
    value: str
    range: str
    source: str
    assumed: bool
    share: float = 0.0
    drives: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """A value that a policy changes; empty where it is absent."""

    path: str
    base: str
    policy: str


def drivers_of(comparison: Comparison, catalogue: Catalogue) -> list[Input]:
    """The inputs that decide how sure the answer is, the one that matters most first."""
    found: dict[str, tuple[Driver, float, list[str]]] = {}
    judged = {(r.measure, r.scope_kind, r.scope) for r in judged_rows(comparison)}
    for (measure, kind, scope, _), drivers in comparison.drivers.items():
        if (measure, kind, scope) not in judged:
            continue
        name = f"{plain(catalogue.scope(kind, scope))}: {catalogue.names(measure).short}"
        for d in drivers:
            _, share, names = found.get(d.path, (d, 0.0, []))
            found[d.path] = (d, max(share, d.share), names if name in names else [*names, name])
    ranked = sorted(found.values(), key=lambda x: -x[1])[:MOST_DRIVERS]
    return [
        Input(d.path, d.value, _range(d.low, d.high), d.source, d.assumed, share, tuple(names))
        for d, share, names in ranked
    ]


def inputs_of(scenario: Scenario, besides: Sequence[Input] = ()) -> list[Input]:
    """Inputs with a range or marked as assumed, besides those that are named already."""
    named = {i.path for i in besides}
    values = dict(_leaves(_tree(scenario))) if scenario.provenance else {}
    return [
        Input(path, values.get(path, ""), _range(*p.between) if p.between else "", p.source or "", p.assumed)
        for path, p in scenario.provenance.items()
        if path not in named and (p.between or p.assumed)
    ]


def changes_of(base: Scenario, policy: Scenario) -> list[Change]:
    """What a policy changes in the resolved scenario, by dotted path.

    Examples
    --------
    >>> from sim.scenario import load
    >>> shop = "scenarios/small_shop.yaml"
    >>> changes_of(load(shop), load(shop, {"agent_groups.desk.shrinkage": "15 %"}))
    [Change(path='agent_groups.desk.shrinkage', base='10 %', policy='15 %')]
    """
    a, b = dict(_leaves(_tree(base))), dict(_leaves(_tree(policy)))
    return [
        Change(path, a.get(path, ""), b.get(path, ""))
        for path in dict.fromkeys((*a, *b))
        if a.get(path) != b.get(path) and path.split(".")[0] not in NOT_COMPARED
    ]


def certainty_of(comparison: Comparison, catalogue: Catalogue) -> list[str]:
    """How sure a comparison is, sentence by sentence, from the plain to the fine.

    Parameters
    ----------
    comparison : Comparison
        As compared.
    catalogue : Catalogue
        The language.
    """
    n, length = comparison.replications, comparison.period.length
    if n == 1:
        return [catalogue.say("page.sure_one"), catalogue.say("page.sure_model")]
    confidence = catalogue.percent(comparison.confidence)
    told = [catalogue.say("page.sure_replications", periods=period_words(n, length, catalogue))]
    if n < FEW:
        told.append(catalogue.say("page.sure_few", n=n))
    brackets = "page.sure_together" if len(comparison.policies) > 2 else "page.sure_interval"
    told.append(catalogue.say(brackets, confidence=confidence))
    told.append(catalogue.say("page.sure_words"))
    told.append(catalogue.say("page.sure_size"))
    inputs = catalogue.say("page.sure_odds_inputs") if comparison.draws else ""
    told.append(catalogue.say("page.sure_odds", inputs=inputs))
    found = [(r, d) for r in judged_rows(comparison) for d in r.differences if sureness(d) not in ("same", "none")]
    if comparison.draws and found:
        told += [
            catalogue.say(
                "page.sure_noise",
                scope=catalogue.scope(r.scope_kind, r.scope),
                measure=catalogue.names(r.measure, r.title).short,
                policy=catalogue.name(d.policy),
                noise=catalogue.amount(d.noise, r.unit),
                inputs=catalogue.amount(d.inputs, r.unit),
            )
            for r, d in found[:6]
        ]
        more_data = sum(input_decides(d) for _, d in found) * 2 > len(found)
        told.append(catalogue.say("page.sure_more_data" if more_data else "page.sure_more_runs"))
    told.append(catalogue.say("page.sure_model"))
    return told


def _tree(scenario: Scenario) -> Any:
    return yaml.load(dump(scenario), Loader=yaml.BaseLoader)


def _leaves(node: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """Dotted paths and texts; lists are one text."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _leaves(value, f"{before}{key}.")
    else:
        yield before.rstrip("."), ", ".join(map(str, node)) if isinstance(node, list) else str(node)


def _range(low: str, high: str) -> str:
    return f"{low} – {high}"
