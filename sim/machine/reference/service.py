"""Service: starting, speed, completing, releasing (4.4, 4.5 and section 5; 8.8)."""

from __future__ import annotations

from math import inf

from sim.machine.luck import Purpose
from sim.machine.reference.agenda import COMPLETION
from sim.machine.reference.jobs import IN_LINE, IN_SERVICE, PAUSED, Job
from sim.machine.reference.servers import CountedState, EdgeState, ServerState
from sim.machine.reference.waiting import Waiting
from sim.machine.steps import Exit


class Service(Waiting):
    """What happens between a server and a job."""

    def start(self, job: Job, server: CountedState | ServerState, edge: EdgeState) -> None:
        """Rule 4.4."""
        now, step = self.now, edge.step
        if job.state == IN_LINE:
            self.take_from_line(job, step)
        pool = edge.pool
        job.state = IN_SERVICE
        job.started = now
        if self.counts_inside:
            self.come_inside(job)
        job.server, job.pool, job.edge = server, pool, edge
        law, purpose = (step.ghost, Purpose.GHOST) if job.ghost else (step.size, Purpose.SIZE)
        if job.size is None:
            job.size = job.left = self.sample(law, job, step.hash, purpose)
        elif step.work.returned == "restart":
            job.left = job.size
        elif step.work.returned == "redraw":
            job.left = job.size = self.sample(law, job, step.hash, Purpose.REDRAW + (job.spell << 16))
        job.settled = now
        job.speed = 0.0
        server.take(edge.units, now)
        self.change_area(self.serving_area[pool.index], edge.units)
        server.jobs[job] = None
        if step.gauges and not job.spell:
            for gauge in step.gauges:
                gauge.note(now, now - job.entered, job.ghost)
        self.starts += 1
        job.start_order = self.starts
        if pool.learns:
            job.learned = server.experience()
        if step.work.owner != "any" and isinstance(server, ServerState):
            self.become_owner(job, server)
        self.settle(server)
        if self.anchors:
            self.anchor("started", job.step, job)
        if job.slot is not None and step.work.release == "started":
            self.let_slot_go(job)
        if job.cleared is not None:
            self.let_go(job)

    def become_owner(self, job: Job, server: ServerState) -> None:
        """The family has a new owner (rule 8.3)."""
        assert job.kin is not None
        job.kin.owner = server

    def settle(self, server: CountedState | ServerState) -> None:
        """Rule 5.1: new speeds take effect."""
        now = self.now
        jobs = server.jobs if isinstance(server, ServerState) else (next(reversed(server.jobs)),)
        for job in jobs:
            v = 0.0 if job.state == PAUSED else server.speed_of(job)
            if v == job.speed or job.finish == now:  # one that completes now would get a rounding error to do
                continue
            job.left = job.left - (now - job.settled) * job.speed
            if job.left < 0.0:
                job.left = 0.0
            job.settled = now
            job.speed = v
            if job.completion is not None:
                job.completion.cancel()
                job.completion = None
            job.finish = inf
            if v > 0.0:
                job.finish = now + job.left / v
                job.completion = self.agenda.set(job.finish, COMPLETION, self.completion, job)

    # -- breaking off (4.8, 4.9, 8.4) ---------------------------------------------------------------------------------

    def interrupt(self, job: Job) -> None:
        """Work stops before its completion: what is left is settled."""
        job.left = job.left - (self.now - job.settled) * job.speed
        if job.left < 0.0:
            job.left = 0.0
        job.settled = self.now
        job.speed = 0.0
        job.finish = inf
        if job.completion is not None:
            job.completion.cancel()
            job.completion = None

    def break_off(self, job: Job, exit_: Exit) -> None:
        """The spell ends before its completion; its slots are still taken."""
        server = job.server
        assert server is not None
        self.interrupt(job)
        if self.steps[job.step].work.counts_as_wait:
            job.waited += self.now - job.started
        del server.jobs[job]
        if job.inside:
            self.go_outside(job)
        self.write_row(job, self.now, self.now, exit_)

    def new_spell(self, job: Job) -> None:
        """The visit goes on in another row."""
        job.begin_spell(self.now)
        if job.spell > 255:
            raise self.fault("a visit is in its 257th spell; at most 256 are possible", job.number)

    # -- completing (4.5) ---------------------------------------------------------------------------------------------

    def completion(self, job: Job) -> None:
        """Rule 4.5."""
        self.now = now = self.agenda.now
        step = self.steps[job.step]
        server, edge = job.server, job.edge
        assert server is not None and edge is not None
        if step.work.counts_as_wait:
            job.waited += now - job.started
        del server.jobs[job]
        job.completion = None
        exit_ = Exit.ABANDONED if job.ghost else Exit.DONE
        d = None
        if step.work.after_work is not None and not job.ghost:
            d = self.sample(step.after_work, job, step.hash, Purpose.AFTER_WORK)
        if job.inside:
            self.go_outside(job)
        if not job.ghost:
            server.done += 1
        if not job.ghost and (step.work.keep or (job.slot is not None and step.work.release == "done")):
            self.complete_with_slots(job, step, d)
        else:
            self.write_row(job, job.gone_at if job.ghost else now, now if d is None else now + d, exit_)
            if d is None:
                self.release(server, edge.units)
            else:
                self.after_work_begins(server, edge.units, now + d)
        self.leave(job, exit_)

    def after_work_begins(self, server: CountedState | ServerState, units: int, released: float) -> None:
        """The slot stays taken while the job goes on."""
        if isinstance(server, CountedState):
            server.after_ends.append(released)
        self.agenda.set(released, COMPLETION, self.after_work_ends, (server, units, released))

    def after_work_ends(self, what: tuple[CountedState | ServerState, int, float]) -> None:
        """End of after-work (kind 2)."""
        self.now = self.agenda.now
        server, units, released = what
        if isinstance(server, CountedState):
            server.after_ends.remove(released)
        self.release(server, units)

    def release(self, server: CountedState | ServerState, units: int) -> None:
        """Slots become free: release, settle, offer; a whole break that was due begins."""
        self.free_slots(server, units)
        self.offer(server.pool if isinstance(server, ServerState) else server)

    def free_slots(self, server: CountedState | ServerState, units: int) -> None:
        """Release and settle."""
        server.release(units, self.now)
        pool = server.pool if isinstance(server, ServerState) else server
        self.change_area(self.serving_area[pool.index], -units)
        if isinstance(server, ServerState):
            self.settle(server)
            self.break_may_begin(server)
