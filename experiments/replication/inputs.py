"""Inputs that are not known exactly: drawn anew for each history, the same draw in every policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.lowering import STRATA, LoweringProblems, Operation, lower
from sim.machine.inversion import clamp_unit
from sim.machine.luck import base_key, draw, named_key
from sim.machine.normal import normal_quantile
from sim.scenario import Scenario, ScenarioProblems
from sim.scenario.model.ranges import Range, Z
from sim.scenario.redraw import redrawn

BLOCK = STRATA
"""Histories over which each input is spread evenly: every tenth of its probability is drawn from once."""

PULLS = 40
"""Times that draws which contradict each other are pulled towards the stated values, by a fifth each."""


@dataclass(frozen=True)
class Inputs:
    """The inputs with a range in any of several policies.

    An input is known by its path, or by the name it is drawn under with others. It has one normal score in each
    history, whichever policy reads it, so that policies are compared under the same draw; the scores of two inputs are
    independent.

    Attributes
    ----------
    ranges : tuple of dict
        For each policy, its ranges by input; of those that are drawn together, the first.
    stratified : bool
        Whether operations are lowered with stratified days (`sim.lowering.lower`).
    """

    ranges: tuple[dict[str, Range], ...]
    stratified: bool = False

    def __getstate__(self) -> dict[str, Any]:
        """What goes to another process: the fields, without what was worked out from them."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @classmethod
    def of(cls, scenarios: Sequence[Scenario], stratified: bool = False) -> Inputs:
        """Collect the inputs of policies, and try the ends of their ranges.

        Parameters
        ----------
        scenarios : sequence of Scenario
            The policies, as loaded; the first is the base.
        stratified : bool
            As for the operations that are compared.

        Raises
        ------
        ScenarioProblems
            Ends of ranges that cannot stand beside each other.

        Examples
        --------
        >>> from sim import load
        >>> wrapped = {"value": "10 %", "between": ["8 %", "13 %"]}
        >>> shop = load("scenarios/small_shop.yaml", {"agent_groups.desk.shrinkage": wrapped})
        >>> inputs = Inputs.of([shop])
        >>> inputs.paths
        ('agent_groups.desk.shrinkage',)
        >>> sorted(int(10 * 0.5 * (1 + __import__("math").erf(z / 2**0.5))) for z in inputs.scores(1, range(10))[:, 0])
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
        """
        for scenario in scenarios:
            _try_ends(scenario)
        return cls(tuple(_by_input(s.ranges) for s in scenarios), stratified)

    @property
    def paths(self) -> tuple[str, ...]:
        """Paths of all inputs, those of the base first."""
        return tuple(dict.fromkeys(path for ranges in self.ranges for path in ranges))

    def range_of(self, path: str, policy: int) -> Range | None:
        """Range of an input in a policy, or in the base if the policy has none; None if neither has one."""
        return self.ranges[policy].get(path) or self.ranges[0].get(path)

    def present(self, policy: int, base: int = 0) -> NDArray[np.bool_]:
        """Which inputs can move the difference of two policies: those with a range in either; shape (inputs,)."""
        return np.array([path in self.ranges[policy] or path in self.ranges[base] for path in self.paths], dtype=bool)

    def scores(self, seed: int, replications: Sequence[int]) -> NDArray[np.float64]:
        """Normal scores of all inputs.

        Returns
        -------
        array, shape (replications, inputs)
        """
        paths = self.paths
        drawn = [[score(path, seed, r) for path in paths] for r in replications]
        return np.array(drawn, dtype=np.float64).reshape(len(drawn), len(paths))

    def operation(self, scenario: Scenario, seed: int, replication: int) -> Operation:
        """Give the operation of a policy under the draw of one history.

        Parameters
        ----------
        scenario : Scenario
            The policy, as loaded.
        seed, replication : int
            Root of the luck, and which history.

        Notes
        -----
        Values that cannot stand beside each other (a median above its p90) are drawn nearer to the stated ones. As
        their 95 % ranges can, that is rare.
        """
        if not scenario.ranges:
            return self._as_stated(scenario)
        scores = {r.input: score(r.input, seed, replication) for r in scenario.ranges}
        for pull in range(PULLS + 1):
            try:
                made = redrawn(scenario, {r.path: r.drawn(scores[r.input]) for r in scenario.ranges})
                return lower(made, stratified=self.stratified)
            except (ScenarioProblems, LoweringProblems):
                if pull == PULLS:
                    raise
                scores = {path: 0.8 * z if pull < PULLS - 1 else 0.0 for path, z in scores.items()}
        raise AssertionError("unreachable")

    def _as_stated(self, scenario: Scenario) -> Operation:
        """The operation of a scenario without ranges, made once."""
        kept: tuple[Scenario, Operation] | None = self.__dict__.get("_stated")
        if kept is None or kept[0] is not scenario:
            kept = self.__dict__["_stated"] = scenario, lower(scenario, stratified=self.stratified)
        return kept[1]


def _by_input(ranges: Sequence[Range]) -> dict[str, Range]:
    """The first range of each input; those that are drawn together are one input."""
    found: dict[str, Range] = {}
    for r in ranges:
        found.setdefault(r.input, r)
    return found


def score(path: str, seed: int, replication: int) -> float:
    """Normal score of an input in one history.

    It belongs to the path, the seed and the number of the history, and to nothing else: another input or policy
    changes no draw. Among each ten histories, beginning with the first, each tenth of the probability comes once.

    Examples
    --------
    >>> score("returns.rate", 1, 0) == score("returns.rate", 1, 0) != score("returns.rate", 1, 1)
    True
    """
    block, member = divmod(replication, BLOCK)
    u = draw(named_key(base_key(seed, replication), f"input:{path}"), 0)
    return normal_quantile(clamp_unit((_order(path, seed, block)[member] + u) / BLOCK))


@lru_cache(maxsize=4096)
def _order(path: str, seed: int, block: int) -> tuple[int, ...]:
    """Stratum of each history of a block."""
    key = named_key(base_key(seed, block), f"strata of input:{path}")
    order = list(range(BLOCK))
    for i in range(BLOCK - 1, 0, -1):
        j = int(draw(key, 0, 0, i) * (i + 1))
        order[i], order[j] = order[j], order[i]
    return tuple(order)


def _try_ends(scenario: Scenario) -> None:
    """Refuse ranges whose ends cannot stand beside the stated values, or beside each other within one mapping."""
    problems = []
    for corner in _corners(scenario.ranges):
        try:
            redrawn(scenario, {r.path: r.low if z < 0.0 else r.high for r, z in corner})
        except ScenarioProblems as refused:
            names = " and ".join(r.path for r, _ in corner)
            for p in refused.problems:
                rule = f"the ends of the range of {names} cannot be drawn: {p.rule}"
                problems.append(replace(p, rule=rule))
            break
    if problems:
        raise ScenarioProblems(problems)


def _corners(ranges: Sequence[Range]) -> Iterator[tuple[tuple[Range, float], ...]]:
    """Ends of each range alone, and of each pair of ranges that stand in one mapping."""
    for r in ranges:
        yield from (((r, z),) for z in (-Z, Z))
    named = [r for r in ranges if not r.path.endswith("]")]
    for a, b in combinations(named, 2):
        if a.path.rpartition(".")[0] == b.path.rpartition(".")[0]:
            yield from (((a, y), (b, z)) for y, z in product((-Z, Z), repeat=2))
