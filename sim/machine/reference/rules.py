"""Where each rule stands: what a module may ask of those that are read after it.

The modules are one engine, cut by sections; every one adds its rules to the one before it. Nothing happens here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.machine.reference.jobs import Job
from sim.machine.reference.recording import Recording
from sim.machine.reference.servers import CountedState, EdgeState, NamedState, ServerState
from sim.machine.reference.stations import WorkState
from sim.machine.steps import Exit


class Rules(Recording):
    """Rules that others call before they are written down."""

    def tell(self, job: Job, marks: Mapping[str, int]) -> None:
        """Raise marks of the family (8.7), in `recalls`."""
        raise NotImplementedError

    def leave_line(self, job: Job) -> None:
        """Out of a line, for whatever reason (4.6, 4.10, 2.10, 8.7), in `waiting`."""
        raise NotImplementedError

    def owner_timer(self, job: Job, step: WorkState) -> None:
        """Timer of a job in a personal line (8.3), in `owners`."""
        raise NotImplementedError

    def owner_overflow(self, job: Job, step: WorkState) -> None:
        """That timer (8.3), in `owners`."""
        raise NotImplementedError

    def let_slot_go(self, job: Job) -> None:
        """The slot that a job keeps is released, with the offer (8.5), in `kept`."""
        raise NotImplementedError

    def complete_with_slots(self, job: Job, step: WorkState, after_work: float | None) -> None:
        """Completion at a step that keeps its slot or releases an earlier one (8.5), in `kept`."""
        raise NotImplementedError

    def start_in_kept_slot(self, job: Job, step: WorkState) -> bool:
        """Start where the job has kept a slot (8.5), in `kept`."""
        raise NotImplementedError

    def job_arrives(self, job: Job, step: WorkState) -> Exit | None:
        """Rule 4.1, in `dispatch`; the exit by which the job leaves at once, if it does."""
        raise NotImplementedError

    def best_server(
        self, job: Job, edges: Sequence[EdgeState], step: WorkState
    ) -> tuple[CountedState | ServerState, EdgeState] | None:
        """Rule 4.1.2, in `dispatch`."""
        raise NotImplementedError

    def start(self, job: Job, server: CountedState | ServerState, edge: EdgeState) -> None:
        """Rule 4.4, in `service`."""
        raise NotImplementedError

    def offer(self, *pools: CountedState | NamedState) -> None:
        """Rule 4.3, in `dispatch`."""
        raise NotImplementedError

    def offer_soon(self, *pools: Any) -> None:
        """The offer, or its part in that of a planned change (3.6), in `dispatch`."""
        raise NotImplementedError

    def displace(self, job: Job, step: WorkState) -> bool:
        """Rule 8.4, in `displacement`; whether the job started."""
        raise NotImplementedError

    def break_may_begin(self, server: ServerState) -> None:
        """A whole break that is due (4.8), in `duty`."""
        raise NotImplementedError
