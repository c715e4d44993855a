"""The reference engine: walks the agenda until everything counted is done."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

from sim.machine.births import births
from sim.machine.network import Network
from sim.machine.records import MOST_OPEN, Records
from sim.machine.reference.agenda import BIRTH, CLOSING, OPENING, Crowded
from sim.machine.reference.switches import Switches


def run(network: Network, seed: int = 1, replication: int = 0, most_open: int = MOST_OPEN) -> Records:
    """Simulate one replication.

    Raises
    ------
    EngineFault
        Time stands still, a number is impossible, or a counter of the machine overflows.
    """
    return Engine(network, seed, replication).run(most_open)


class Engine(Switches):
    """All rules together, and the loop that calls them."""

    # -- running -------------------------------------------------------------------------------------------------

    def run(self, most_open: int = MOST_OPEN) -> Records:
        """Walk the agenda until everything counted is done, or the limit."""
        agenda = self.agenda
        agenda.process(self.births())
        agenda.process(self.planned(CLOSING))
        agenda.process(self.planned(OPENING))
        if self.switches:
            agenda.process(self.ticks())
        try:
            cut = agenda.walk(self.end, self.over, lambda: len(self.alive) > most_open)
        except Crowded:
            job = next(reversed(self.alive), None)
            raise self.fault("more than 100,000 events at one instant: time does not pass any more", job) from None
        stopped = self.limit if self.open_counted else max(self.end, agenda.now)
        if cut:
            stopped = agenda.now
        self.end_breaks(stopped)
        return replace(self.close(stopped), cut=cut, most_open=most_open)

    def over(self, time: float) -> bool:
        """Whether the run ends before this event past the end: all counted is done, or it is past the limit."""
        return self.open_counted == 0 or time > self.limit

    def births(self) -> Generator[Any, Any, None]:
        """Process: walk through the births (kind 7)."""
        for birth in births(self.network, self.instance):
            yield self.agenda.at(birth.time, BIRTH)
            self.now = birth.time
            self.be_born(birth)

    def planned(self, kind: int) -> Generator[Any, Any, None]:
        """Process: walk through the planned changes of kind 0 or 1, all of one instant as one event (rule 3.6)."""
        changes = [c for c in self.instance.changes if c.kind == kind]
        i = 0
        while i < len(changes):
            t = changes[i].time
            j = i
            while j < len(changes) and changes[j].time == t:
                j += 1
            yield self.agenda.at(t, kind)
            self.now = t
            if kind == CLOSING:
                self.closings(changes[i:j])
            else:
                self.openings(changes[i:j])
            i = j
