"""Owners: the server that served a family before (rule 8.3)."""

from __future__ import annotations

from sim.machine.reference.agenda import OVERFLOW
from sim.machine.reference.jobs import Job
from sim.machine.reference.kept import Kept
from sim.machine.reference.servers import EdgeState, ServerState
from sim.machine.reference.stations import WorkState


class Owners(Kept):
    """A job asks for the server that its family knows."""

    def owner_at(self, job: Job, step: WorkState) -> ServerState | None:
        """The owner that the job has at this step, if any."""
        if step.work.owner not in ("prefer", "only"):
            return None
        assert job.kin is not None
        owner = job.kin.owner
        return owner if owner is not None and owner.pool.index in step.edge_to else None

    def edge_to_owner(self, step: WorkState, owner: ServerState) -> EdgeState:
        """The edge by which the owner serves the step."""
        return step.edge_to[owner.pool.index]

    def owner_takes(self, job: Job, step: WorkState, owner: ServerState) -> bool:
        """The owner starts the job, if it sees it and fits."""
        edge = self.edge_to_owner(step, owner)
        if self.visible(job, edge) and owner.pool.fits(owner, edge, job):
            self.start(job, owner, edge)
            return True
        return False

    def waits_for_owner(self, job: Job, step: WorkState, owner: ServerState) -> bool:
        """Whether a job that its owner cannot take now joins the owner's personal line."""
        if step.work.owner == "only":
            return True
        return owner.present and self.owner_until(job, step) > self.now

    def owner_until(self, job: Job, step: WorkState) -> float:
        """End of the minutes for which only the owner may take the job, counted from its entry."""
        c, wait = step.owner_calendar, step.work.owner_wait
        return job.entered + wait if c is None else c.add(job.entered, wait)

    def owner_timer(self, job: Job, step: WorkState) -> None:
        """Overflow timer in a personal line: its edge sees the job, or (`prefer`) the wait for the owner ends."""
        assert job.asks is not None
        seen = self.visible_at(job, step)[self.edge_to_owner(step, job.asks).number]
        times = [seen] if seen > self.now else []
        if step.work.owner == "prefer":
            times.append(self.owner_until(job, step))
        job.overflow = self.agenda.set(min(times), OVERFLOW, self.overflow, job) if times else None

    def owner_overflow(self, job: Job, step: WorkState) -> None:
        """That timer: the wait is over, or the owner is tried once more."""
        assert job.asks is not None
        if step.work.owner == "prefer" and self.owner_until(job, step) <= self.now:
            self.leave_personal_line(job, step)
        elif not self.owner_takes(job, step, job.asks):
            self.owner_timer(job, step)

    def leave_personal_line(self, job: Job, step: WorkState) -> None:
        """As 4.1.2 over all edges that see the job by now; else it goes on in its step's line, at its place."""
        found = self.best_server(job, step.edges, step)
        if found is not None:
            self.start(job, *found)
            return
        if job.overflow is not None:
            job.overflow.cancel()
            job.overflow = None
        step.remove(job)
        job.asks = None
        step.line(job.priority).join(job)
        if step.overflows:
            self.set_overflow(job, step)
        if step.work.wait_for_room:
            self.clear_for_heads(step)

    def owner_leaves(self, server: ServerState) -> None:
        """The duty of an owner has ended: those who only prefer it look elsewhere, in the order of joining."""
        jobs = [
            job
            for edges in server.pool.by_rank.values()
            for edge in edges
            if edge.step.work.owner == "prefer"
            for (owner, _), line in edge.personal.items()
            if owner is server
            for job in line.jobs
        ]
        for job in sorted(jobs, key=lambda job: job.joined_serial):
            if job.asks is server:
                self.leave_personal_line(job, self.steps[job.step])
