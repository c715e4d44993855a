"""Networks run on two engines, one after another, and what was found."""

from __future__ import annotations

from collections import Counter

from sim.machine import EngineFault, Records
from sim.machine.audit import audit
from tests.twins.bounded import TooLarge, reference
from tests.twins.compare import Run, differences, outcome, ties
from tests.twins.coverage import report
from tests.twins.networks import Twin, numbered, smallest
from tests.twins.observer import observed
from tests.twins.source import source_of


def engine_called(name: str) -> Run:
    """The engine that is held against the reference."""
    if name == "reference":
        return reference
    from sim.machine.compiled import run

    return run


def findings(twin: Twin, engine: Run, seen: Counter[str] | None = None) -> tuple[list[str], Records | str]:
    """Differences of two engines on one network, audit included, and what the reference left.

    Raises
    ------
    TooLarge
        The network is no use.
    """

    a = outcome(reference if seen is None else observed(seen), *twin.run)
    out = differences(a, outcome(engine, *twin.run))
    if isinstance(a, str):
        out += [f"reference: {a}"] if a.startswith("crash") and not out else []
    else:
        try:
            audit(a)
        except EngineFault as fault:
            out.append(f"audit of the reference engine: {fault}")
    return out, a


def explained(twin: Twin, found: list[str]) -> str:
    """What differs, how to build the network again, and its source."""
    found = found or ["not every time: something is read that was never written"]
    lines = ["engines differ:", *(f"  {f}" for f in found), f"again: tests.twins.networks.{twin!r}"]
    return "\n".join([*lines, source_of(*twin.run)])


class Trials:
    """Runs networks by number and keeps count.

    Parameters
    ----------
    seed : int
        Seed of the networks.
    engine : str
        Name of the engine that is held against the reference.
    small : bool
        Small networks.
    seen : Counter, optional
        Counts rules and branches.
    desk : bool
        Only networks with pieces of the service desk.

    Attributes
    ----------
    differing : list of int
        Numbers of networks on which the engines differ.
    """

    def __init__(self, seed: int, engine: str, small: bool, seen: Counter[str] | None, desk: bool = False) -> None:
        self.seed, self.name, self.small, self.seen, self.only_desk = seed, engine, small, seen, desk
        self.engine = engine_called(engine)
        self.differing: list[int] = []
        self.done = self.desk = self.jobs = self.spells = self.ties = self.faults = self.refused = self.large = 0

    def number(self, number: int) -> list[str]:
        """Run one network; lines to print about it, none if the engines agree."""
        twin = numbered(self.seed, number, self.small)
        desk = "desk" in twin.taken
        if self.only_desk and not desk:
            return []
        self.done += 1
        if twin.network is None:
            self.refused += 1
            return []
        try:
            found, records = findings(twin, self.engine, self.seen)
        except TooLarge:
            self.large += 1
            return []
        self.desk += desk
        if isinstance(records, str):
            self.faults += 1
        else:
            self.jobs += records.tally.born + records.tally.spawned
            self.spells += records.visits.size
            self.ties += ties(records)
        if not found:
            return []
        self.differing.append(number)
        again = f"python tests/twins/run.py --seed {self.seed} --number {number} --engine {self.name}"
        return [f"network {number}: {found[0]}", *(f"    {f}" for f in found[1:]), f"    again: {again}{self.flag()}"]

    def flag(self) -> str:
        """What the command needs besides to build the same network."""
        return " --small --smallest" if self.small else " --smallest"

    def smallest_source(self, number: int) -> str:
        """The smallest network inside this one on which the engines still differ."""
        twin = smallest(numbered(self.seed, number, self.small), lambda other: bool(self.found(other)))
        return explained(twin, self.found(twin))

    def found(self, twin: Twin) -> list[str]:
        """Differences on one network; none if it is too large."""
        try:
            return findings(twin, self.engine)[0]
        except TooLarge:
            return []

    def summary(self) -> str:
        """Counts, and the table of branches if they were counted."""
        rejected = self.refused + self.large
        which = ", ".join([*map(str, self.differing[:20]), *(["..."] if len(self.differing) > 20 else [])])
        lines = [
            f"{self.done:,} networks of seed {self.seed}: {len(self.differing):,} differ{which and f' ({which})'}",
            f"{rejected:,} left out ({rejected / max(self.done, 1):.2%}): {self.refused:,} refused by the checks, "
            f"{self.large:,} too large",
            f"{self.jobs:,} jobs, {self.spells:,} spells, {self.ties:,} instants shared by several jobs, "
            f"{self.faults:,} runs that end in a fault, {self.desk:,} networks with pieces of the service desk",
        ]
        return "\n".join([*lines, report(self.seen, self.done)] if self.seen is not None else lines)
