"""SimPy's event loop, at absolute times and in the machine's own order (section 3)."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from math import inf
from typing import Any

import simpy

CLOSING, OPENING, COMPLETION, OVERFLOW, PATIENCE, WATCH, ENTRY, BIRTH = range(8)
"""Kinds of events; at one instant a lower kind comes first (rule 3.1)."""

MOST_AT_ONE_INSTANT = 100_000


class Crowded(Exception):
    """More events at one instant than any real operation has (rule 3.5)."""


class Timer:
    """Something set for an owner at a time; cancelling it leaves it in the queue, dead (rule 3.3)."""

    __slots__ = ("act", "live", "owner")

    def __init__(self, act: Callable[[Any], None], owner: Any) -> None:
        self.act = act
        self.owner = owner
        self.live = True

    def cancel(self) -> None:
        """Make it dead: it will do nothing and not move the clock."""
        self.live = False


class Agenda(simpy.Environment):
    """A SimPy environment whose queue is ordered by (time, kind, serial).

    Processes wait for the events of `at`; everything else is a `Timer` that calls its rule.

    SimPy uses priorities 0 and 1 for its own resumptions, so kinds are shifted by 2. `timeout(T - now)` can end an
    ulp away from T; here an event stands at the time it was computed for.
    """

    def __init__(self, start: float) -> None:
        super().__init__(start)
        self.serial = 0
        self.at_this_instant = 0

    def set(self, time: float, kind: int, act: Callable[[Any], None], owner: Any) -> Timer | None:
        """Set a timer; an infinite one is not set and takes no serial (rule 3.2)."""
        if time == inf:
            return None
        timer = Timer(act, owner)
        self.serial += 1
        heappush(self._queue, (time, kind + 2, self.serial, timer))  # type: ignore[misc]
        return timer

    def at(self, time: float, kind: int, place: int = 0) -> simpy.Event:
        """Event for a process that walks a sorted table: it precedes every timer of its instant and kind.

        Of several such events that with the lower `place` comes first.
        """
        event = simpy.Event(self)
        event._ok = True
        event._value = None
        heappush(self._queue, (time, kind + 2, place - 1, event))  # type: ignore[misc]
        return event

    def walk(self, end: float, over: Callable[[float], bool], overgrown: Callable[[], bool]) -> bool:
        """Live events in order; from `end` on `over` is asked with the time of each before it happens.

        Returns
        -------
        bool
            Whether the run was cut off because it was overgrown (rule 7.5).

        Raises
        ------
        Crowded
            Time does not pass any more.
        """
        queue: list[tuple[float, int, int, Any]] = self._queue  # type: ignore[assignment]
        while queue:
            if overgrown():
                return True
            if queue[0][0] >= end and over(queue[0][0]):
                return False
            time, _, _, event = heappop(queue)
            timer = type(event) is Timer
            if timer and not event.live:
                continue
            if time != self._now:
                self.at_this_instant = 0
                self._now = time
            elif timer or type(event) is simpy.Event:  # begins and ends of processes are SimPy's own
                self.at_this_instant += 1
                if self.at_this_instant > MOST_AT_ONE_INSTANT:
                    raise Crowded
            if timer:
                event.act(event.owner)
                continue
            callbacks, event.callbacks = event.callbacks, None
            for callback in callbacks:
                callback(event)
            if not event._ok:  # a process ended with an error: SimPy keeps it in the event of the process
                raise event._value
        return False
