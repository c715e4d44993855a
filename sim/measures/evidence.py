"""What one replication left behind, put together once for any number of tables."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from sim.machine.records import Records
from sim.measures.cells.arrays import Bools
from sim.measures.cells.ruler import Moments, Ruler
from sim.measures.contacts.contacts import Contacts, Legs, contacts_of
from sim.measures.contacts.visits import Spells, Visits, put_together
from sim.measures.desk import Desk
from sim.measures.outcomes.journeys import Journeys
from sim.measures.service import Coverage


class Evidence:
    """Visits, legs and contacts of one replication; each is put together when it is first asked for, and kept.

    Parameters
    ----------
    records : Records
        What the replication left behind.
    ruler : Ruler
        Edges of the ways of splitting the period that surveys will ask for; others are found too, if more slowly.

    Examples
    --------
    >>> from sim.machine import NetworkBuilder, Constant, simulate
    >>> from sim.measures.intervals import Intervals
    >>> b = NetworkBuilder("one call", end=60)
    >>> b.recorded("calls", to="phone", times=[5.0])
    >>> b.work("phone", served_by="desk", size=Constant(3.0))
    >>> b.counted("desk", 1)
    >>> Evidence(simulate(b.build()), Ruler([Intervals.whole(60)])).visits.entered
    array([5.])
    """

    def __init__(self, records: Records, ruler: Ruler) -> None:
        self.records, self.ruler = records, ruler
        self._legs: dict[bytes, Legs] = {}
        self._contacts: dict[tuple[bytes, ...], tuple[Contacts, ...]] = {}
        self._journeys: list[tuple[Desk, tuple[str, ...], Journeys]] = []

    @cached_property
    def _together(self) -> tuple[Spells, Visits]:
        return put_together(self.records)

    @property
    def spells(self) -> Spells:
        """Spells at work steps."""
        return self._together[0]

    @property
    def visits(self) -> Visits:
        """Visits that they make up."""
        return self._together[1]

    @cached_property
    def entered(self) -> Moments:
        """Arrivals of all visits."""
        return Moments(self.visits.entered, self.ruler)

    @cached_property
    def spell_entered(self) -> Moments:
        """Begins of all spells."""
        alone = self.spells.entered.size == self.visits.entered.size
        return self.entered if alone else Moments(self.spells.entered, self.ruler)

    @property
    def stopped(self) -> float:
        """Time at which the run ended, or the period if that is later [min]."""
        return max(self.records.stopped, self.records.network.end)

    def legs(self, steps: Bools) -> Legs:
        """Visits of these steps that belong together.

        Parameters
        ----------
        steps : bool array, shape (steps,)
            Which steps of the network are meant.
        """
        key = steps.tobytes()
        if key not in self._legs:
            v = self.visits
            mine = steps[v.step]
            self._legs[key] = Legs.of(v, np.arange(v.step.size) if mine.all() else np.flatnonzero(mine))
        return self._legs[key]

    def contacts(self, coverage: Coverage) -> tuple[Contacts, ...]:
        """Contacts of every kind of scope; kinds with the same contacts share one table."""
        key = (coverage.covered.tobytes(), coverage.source_of.tobytes(), *(m.tobytes() for m in coverage.members))
        if key not in self._contacts:
            self._contacts[key] = contacts_of(self.records, self.visits, self.entered, self.legs, coverage)
        return self._contacts[key]

    def journeys(self, desk: Desk, channels: tuple[str, ...]) -> Journeys:
        """Contacts followed from step to step.

        Parameters
        ----------
        desk : Desk
            What the steps stand for.
        channels : tuple of str
            Names by which channels are numbered.
        """
        for known, names, found in self._journeys:
            if known is desk and names == channels:
                return found
        made = Journeys(self.records, desk, channels)
        self._journeys.append((desk, channels, made))
        return made
