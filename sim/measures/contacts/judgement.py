"""Judgement of contacts: the targets they are held to, and their waits as the targets count them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from sim.machine.network import Network
from sim.machine.steps import Exit
from sim.measures.cells.arrays import Bools, Floats, Ints
from sim.measures.contacts.contacts import Contacts
from sim.measures.contacts.visits import ABANDONED
from sim.measures.promises.clock import open_minutes
from sim.measures.service import Coverage, Service


class Judgement:
    """Contacts held to the targets of services.

    Parameters
    ----------
    contacts : Contacts
        Who is judged.
    coverage : Coverage
        Services; each contact is judged by that of its channel, or else of the step at which it arrived.
    network : Network
        Where the services' clocks are.

    Attributes
    ----------
    in_vain : bool array, shape (n,)
        Lost before the end of the service that should have answered it.
    in_service : bool array, shape (n,)
        Answered, but that counts at the end of the service, which is still to come.
    target_wait : array, shape (n,)
        Wait as the service's target counts it [min of its clock].
    due_time : array, shape (n,)
        From arrival to the end of the last leg, or so far [min of the service's clock].
    """

    def __init__(self, contacts: Contacts, coverage: Coverage, network: Network) -> None:
        self.contacts = c = contacts
        self.services = coverage.services
        self._minutes: dict[str, Floats] = {}
        channel = c.kinds.get("channel")
        # contacts of their own kind are judged by their channel, which need not be the first to name the step
        own = channel is not None and "all" not in c.kinds
        self._service: Ints = channel.of if own and channel is not None else coverage.service_of[c.visits.step[c.entry]]
        self.in_vain: Bools = np.zeros(c.entry.size, dtype=bool)
        self.in_service: Bools = np.zeros(c.entry.size, dtype=bool)
        self.target_wait: Floats = c.wait
        self.due_time: Floats = c.time
        for k, s in enumerate(self.services):
            if s.answer == "end" or s.clock is not None:
                self._on_the_clock(s, np.flatnonzero(self._service == k), network)

    def _on_the_clock(self, s: Service, mine: Ints, network: Network) -> None:
        """Waits and times of the contacts of one service."""
        c, v = self.contacts, self.contacts.visits
        at, begin = c.decisive[mine], c.entered[mine]
        until = v.waited_until[at]
        if s.answer == "end":
            answered = c.answered[mine]
            unfinished = answered & np.isnan(v.left[at])
            self.in_vain[mine] = answered & ~unfinished & (v.last_exit[at] != Exit.DONE)
            until = np.where(answered, np.where(unfinished, c.stopped, v.left[at]), until)
            self.in_service[mine] = unfinished
        if self.target_wait is c.wait:
            self.target_wait = c.wait.copy()
        if s.clock is None:
            self.target_wait[mine] = until - begin
            return
        calendar = network.calendars[s.clock]
        self.target_wait[mine] = open_minutes(calendar, begin, until)
        if s.due is not None:
            if self.due_time is c.time:
                self.due_time = c.time.copy()
            self.due_time[mine] = open_minutes(calendar, begin, c.left[mine])

    def _of_service(self, numbers: Sequence[float | None]) -> Floats:
        """A number of each contact's service; NaN without one."""
        return np.array([*(np.nan if x is None else x for x in numbers), np.nan])[self._service]

    @cached_property
    def awt(self) -> Floats:
        """Acceptable wait of each contact [min]; NaN: none."""
        return self._of_service([s.awt for s in self.services])

    @cached_property
    def due(self) -> Floats:
        """Due time of each contact [min]; NaN: none."""
        return self._of_service([s.due for s in self.services])

    @cached_property
    def short(self) -> Bools:
        """Abandoned within the short limit."""
        limit = self._of_service([s.awt if s.short is None else s.short for s in self.services])
        return (self.contacts.status == ABANDONED) & (self.contacts.wait <= limit)

    @cached_property
    def within(self) -> Bools:
        """In time for the target, whatever became of it."""
        with np.errstate(invalid="ignore"):
            return (self.target_wait <= self.awt) & ~self.in_vain

    @cached_property
    def in_due(self) -> Bools:
        """Within the due time so far."""
        with np.errstate(invalid="ignore"):
            return self.due_time <= self.due

    def minutes(self, name: str) -> Floats:
        """What each contact adds to the sum of a measure that is a mean, shape (n,)."""
        if name not in self._minutes:
            self._minutes[name] = self._of_mean(name)
        return self._minutes[name]

    def _of_mean(self, name: str) -> Floats:
        c = self.contacts
        if name == "asa":
            return np.where(c.answered, c.wait, 0.0)
        if name == "mean_wait":
            return np.where(c.had_wait, c.wait, 0.0)
        if name == "excess_wait":
            with np.errstate(invalid="ignore"):
                return np.where(c.had_wait & (self.target_wait > self.awt), self.target_wait - self.awt, 0.0)
        if name == "handle_time":
            return np.where(c.served & ~c.open_leg, c.handled, 0.0)
        return np.where(c.done, c.time, 0.0) if name == "contact_time" else c.legs.astype(np.float64)
