"""Slots that stay with a job between two steps (rule 8.5)."""

from __future__ import annotations

from sim.machine.reference.jobs import Job
from sim.machine.reference.servers import CountedState, KeptSlot, NamedState, ServerState
from sim.machine.reference.service import Service
from sim.machine.reference.stations import WorkState
from sim.machine.steps import Exit


class Kept(Service):
    """A completed job takes its slot along, an open unit of the server, until it is released."""

    def complete_with_slots(self, job: Job, step: WorkState, after_work: float | None) -> None:
        """Part of 4.5: the slot stays, or one from an earlier step is released too, with one offer for both."""
        server, edge = job.server, job.edge
        assert server is not None and edge is not None
        before, job.slot = job.slot, None
        released: dict[int, CountedState | NamedState] = {}
        if step.work.keep:
            job.slot = self.keep_slot(job)
        else:
            self.write_row(job, self.now, self.now if after_work is None else self.now + after_work, Exit.DONE)
        if before is not None:
            pool = self.give_back(before)
            released[pool.index] = pool
        if after_work is not None:
            self.after_work_begins(server, edge.units, self.now + after_work)
        elif job.slot is None:
            self.free_slots(server, edge.units)
            released[edge.pool.index] = edge.pool
        if released:
            self.offer(*(released[i] for i in sorted(released)))

    def keep_slot(self, job: Job) -> KeptSlot:
        """Completion at a step that keeps: the row is closed, its slot is not released yet."""
        slot = self.write_open_row(job)
        if isinstance(slot.server, ServerState):
            slot.server.kept[slot] = None
        return slot

    def let_slot_go(self, job: Job) -> None:
        """Release, settle, offer."""
        assert job.slot is not None
        slot, job.slot = job.slot, None
        self.offer_soon(self.give_back(slot))

    def give_back(self, slot: KeptSlot) -> CountedState | NamedState:
        """Release and settle; the pool that has a free slot now."""
        self.end_keeping(slot)
        self.free_slots(slot.server, slot.edge.units)
        return slot.edge.pool

    def end_keeping(self, slot: KeptSlot) -> None:
        """The slot is not the job's any more; its row says when."""
        self.close_row(slot, self.now)
        if isinstance(slot.server, ServerState):
            del slot.server.kept[slot]

    def start_in_kept_slot(self, job: Job, step: WorkState) -> bool:
        """An arriving job starts at once where it has kept a slot, if that server serves the step and is there."""
        slot = job.slot
        assert slot is not None
        edge = step.edge_to.get(slot.edge.pool.index)
        if edge is None or edge.units != slot.edge.units:
            return False
        server = slot.server
        if isinstance(server, ServerState) and not server.present:
            return False
        job.slot = None
        self.end_keeping(slot)
        server.release(edge.units, self.now)  # to be taken again in the same breath: nobody else sees it free
        self.change_area(self.serving_area[edge.pool.index], -edge.units)
        self.start(job, server, edge)
        return True

    def duty_takes_slots(self, server: ServerState) -> None:
        """The duty of a server has ended: slots are released, unless its rule there is to finish."""
        for slot in list(server.kept):
            rule = slot.edge.step.work.end_of_duty or server.pool.pool.end_of_duty
            if rule != "finish":
                slot.job.slot = None
                self.give_back(slot)
