"""Lines: who sees a job, joining, overflow, patience, leaving, and servers that are cleared (4.1.5, 4.2, 4.6, 4.13)."""

from __future__ import annotations

from math import inf, isnan, nan

from sim.machine.luck import Purpose, draw
from sim.machine.reference.agenda import OVERFLOW, PATIENCE
from sim.machine.reference.jobs import BEFORE, IN_LINE, Job
from sim.machine.reference.recalls import Recalls
from sim.machine.reference.servers import EdgeState, NamedState
from sim.machine.reference.stations import WorkState
from sim.machine.steps import Exit


class Waiting(Recalls):
    """What happens to a job in a line."""

    def visible(self, job: Job, edge: EdgeState) -> bool:
        """Whether the pool of this edge may see the job by now."""
        if job.opens > self.now or (edge.switch is not None and not edge.switch.on):
            return False
        return edge.after == 0.0 or self.visible_at(job, edge.step)[edge.number] <= self.now

    def visible_at(self, job: Job, step: WorkState) -> list[float]:
        """Times at which the job becomes visible on each edge, computed once per visit."""
        if job.visible_at is None:
            c = step.after_calendar
            job.visible_at = [job.entered + e.after if c is None else c.add(job.entered, e.after) for e in step.edges]
        return job.visible_at

    def join(self, job: Job, step: WorkState) -> None:
        """Rule 4.1.5: into the line; next overflow and patience are set."""
        now, work = self.now, step.work
        self.joins += 1
        job.state = IN_LINE
        job.joined = now
        job.joined_serial = self.joins
        if work.order == "due":
            order = inf if isnan(job.due) else job.due
        elif work.order == "score":
            assert work.score is not None
            order = -self.predict(work.score, job)
        else:
            order = job.place
        job.line_key = (order, 0, job.arrival) if job.spell else (order, 1, self.joins)
        step.line(job.priority, job.asks).join(job)
        step.waiting += 1
        self.change_area(self.waiting_area[job.step], 1)
        if self.counts_inside:
            self.come_inside(job)
        if step.overflows or job.asks is not None:
            self.set_overflow(job, step)
        if work.patience is not None and not job.ghost:
            self.set_patience(job, step)
        if work.wait_for_room and job.opens <= now:
            self.clear_for_heads(step)

    def set_overflow(self, job: Job, step: WorkState) -> None:
        """Timer for the next edge that will see the job (kind 3)."""
        if job.asks is not None:
            self.owner_timer(job, step)
            return
        later = [t for t in self.visible_at(job, step) if t > self.now]
        job.overflow = self.agenda.set(min(later), OVERFLOW, self.overflow, job) if later else None

    def set_patience(self, job: Job, step: WorkState) -> None:
        """Timer for the end of patience (kind 4); the law is read only here (rule 4.6)."""
        if step.work.patience_budget:
            if job.budget is None:
                job.budget = self.sample(step.patience, job, step.hash, Purpose.PATIENCE)
            d = max(job.budget - job.waited, 0.0)
        else:
            if job.patience_left is None:
                job.patience_left = self.sample(step.patience, job, step.hash, Purpose.PATIENCE)
            d = job.patience_left
        c = step.patience_calendar
        job.patience = self.agenda.set(
            self.now + d if c is None else c.add(self.now, d), PATIENCE, self.patience_ends, job
        )

    def overflow(self, job: Job) -> None:
        """Rule 4.2."""
        self.now = self.agenda.now
        step = self.steps[job.step]
        if job.asks is not None:
            self.owner_overflow(job, step)
            return
        now_visible = [e for e in step.edges if self.visible_at(job, step)[e.number] == self.now]
        found = self.best_server(job, now_visible, step)
        if found is not None:
            self.start(job, *found)
        else:
            self.set_overflow(job, step)
        if step.work.wait_for_room:
            self.clear_for_heads(step)

    def patience_ends(self, job: Job) -> None:
        """Rule 4.6."""
        self.now = self.agenda.now
        step = self.steps[job.step]
        job.patience = None
        if step.work.silent > 0.0 and draw(job.key, step.hash, job.round, Purpose.SILENT) < step.work.silent:
            job.ghost = True
            job.gone_at = self.now
            job.size = None  # what is left to do is to find out that nobody is there
            return
        self.leave_line(job)
        self.write_row(job, self.now, nan, Exit.ABANDONED)
        self.leave(job, Exit.ABANDONED)

    def leave_line(self, job: Job) -> None:
        """Out of the line, for whatever reason; its line timers die, a server cleared for it is let go."""
        step = self.steps[job.step]
        self.take_from_line(job, step)
        if job.inside:
            self.go_outside(job)
        if job.cleared is not None:
            self.let_go(job)
        if step.work.wait_for_room:
            self.clear_for_heads(step)

    def take_from_line(self, job: Job, step: WorkState) -> None:
        """The common part of leaving a line and of starting from it."""
        step.remove(job)
        step.waiting -= 1
        self.change_area(self.waiting_area[job.step], -1)
        if job.overflow is not None:
            job.overflow.cancel()
            job.overflow = None
        if job.patience is not None:
            job.patience.cancel()
            job.patience = None
        waited = self.now - job.joined
        if job.ghost:
            waited = max(job.gone_at - job.joined, 0.0)
        job.waited += waited
        if job.patience_left is not None:
            c = step.patience_calendar
            used = waited if c is None else c.between(job.joined, self.now)
            job.patience_left = max(job.patience_left - used, 0.0)
        job.asks = None
        job.state = BEFORE

    # -- clearing a server (4.3, 4.13) ------------------------------------------------------------------------------

    def clear_for_heads(self, step: WorkState) -> None:
        """For each line of the step: if its first job lacks only units, its best server takes nothing of worse rank."""
        for priority in step.priorities:
            line = step.lines[priority]
            if not line.jobs:
                continue
            head = line.jobs[0]
            if head.cleared is not None:
                continue
            for _, edges in step.ranks:
                for e in edges:
                    if isinstance(e.pool, NamedState) and self.visible(head, e) and not e.pool.has_room(e, head):
                        server = e.pool.roomiest(e.units)
                        if server is not None:
                            head.cleared = server
                            server.cleared, server.cleared_rank = head, e.rank
                            break
                if head.cleared is not None:
                    break

    def let_go(self, job: Job) -> None:
        """A cleared server may take anything again (rule 4.13)."""
        server = job.cleared
        assert server is not None
        server.cleared = None
        job.cleared = None
        self.offer_soon(server.pool)
