"""Displacement: a job of higher grade takes the place of one that yields (rule 8.4)."""

from __future__ import annotations

from sim.machine.reference.dispatch import Dispatch
from sim.machine.reference.jobs import IN_SERVICE, Job
from sim.machine.reference.servers import CountedState, EdgeState
from sim.machine.reference.stations import WorkState
from sim.machine.steps import Exit


class Displacement(Dispatch):
    """What a job does that finds nobody free and may not wait."""

    def displace(self, job: Job, step: WorkState) -> bool:
        """Take the place of the latest started victim, in the first pool of the best rank that has any."""
        for _, of_rank in step.ranks:
            for edge in sorted(of_rank, key=lambda e: e.pool.index):
                victims = self.victims(job, edge) if self.visible(job, edge) else []
                if victims:
                    self.take_place(job, edge, max(victims, key=lambda v: (v.started, v.start_order)))
                    return True
        return False

    def victims(self, job: Job, edge: EdgeState) -> list[Job]:
        """Jobs in service that yield to this one and whose server then has the room for it."""
        pool, grade = edge.pool, edge.step.work.grade
        out = []
        if isinstance(pool, CountedState):
            if pool.busy <= pool.n and pool.n - pool.busy + 1 > edge.reserve:
                out = [v for v in pool.jobs if self.yields(v, grade)]
            return out
        for server in pool.servers:
            if server.available:
                for v in server.jobs:
                    assert v.edge is not None
                    if self.yields(v, grade) and pool.fits_without(server, edge, job, v.edge.units):
                        out.append(v)
        return out

    def yields(self, job: Job, grade: int) -> bool:
        """Whether a job gives way to one of this grade."""
        work = self.steps[job.step].work
        in_service = job.state == IN_SERVICE and not job.ghost and job.finish != self.now
        return work.yields and work.grade < grade and in_service

    def take_place(self, job: Job, edge: EdgeState, victim: Job) -> None:
        """The victim's spell is closed, the job starts on its server, the victim comes back (4.9)."""
        server, pool = victim.server, edge.pool
        assert server is not None and victim.edge is not None
        units = victim.edge.units
        self.break_off(victim, Exit.DISPLACED)
        server.release(units, self.now)
        self.change_area(self.serving_area[pool.index], -units)
        self.start(job, server, edge)
        self.comes_back(victim)
        if pool.free:
            self.offer_soon(pool)
