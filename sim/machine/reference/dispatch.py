"""Dispatch and service: who serves whom, when (sections 4 and 5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf, isnan, nan
from typing import Any

from sim.machine.luck import Purpose, draw
from sim.machine.reference.agenda import (
    COMPLETION,
    OVERFLOW,
    PATIENCE,
)
from sim.machine.reference.families import Families
from sim.machine.reference.jobs import BEFORE, IN_LINE, IN_SERVICE, PAUSED, Job, Line
from sim.machine.reference.servers import CountedState, EdgeState, NamedState, ServerState
from sim.machine.reference.stations import WorkState
from sim.machine.steps import Exit


class Dispatch(Families):
    """The rules of section 4, each with its number, and those of section 5."""

    def break_may_begin(self, server: ServerState) -> None:
        """A whole break that is due, in `duty`."""
        raise NotImplementedError

    # -- arriving and waiting (4.1, 4.2, 4.6) -----------------------------------------------------------------------

    def job_arrives(self, job: Job, step: WorkState) -> Exit | None:
        """Rule 4.1."""
        now, work = self.now, step.work
        self.arrivals += 1
        job.arrival = self.arrivals
        if work.due is not None:
            d = self.sample(step.due, job, step.hash, Purpose.DUE)
            origin = now if work.due_from == "entry" else job.birth
            if work.due_mark is not None:
                origin = job.marked.get(self.network.mark_index[work.due_mark], nan)
            later = origin + d if step.due_calendar is None or isnan(origin) else step.due_calendar.add(origin, d)
            job.due = later
        if work.head_start is not None:
            job.place = now - self.sample(step.head_start, job, step.hash, Purpose.HEAD_START)
        if isnan(job.first_place):
            job.first_place = job.place
        if work.order == "kept":
            job.place = job.first_place
        if work.priority is not None:
            job.priority = self.sample(step.priority, job, step.hash, Purpose.PRIORITY)
        if not step.open:  # 1
            assert step.door is not None
            if work.when_closed == "refuse":
                self.write_row(job, now, nan, Exit.CLOSED)
                return Exit.CLOSED
            job.opens = step.door.next_open(now)
            self.join(job, step)
            return None
        found = self.best_server(job, step.edges, step)  # 2
        if found is not None:
            self.start(job, *found)
            return None
        if work.limit is not None and step.waiting >= work.limit:  # 4
            self.write_row(job, now, nan, Exit.BLOCKED)
            return Exit.BLOCKED
        self.join(job, step)  # 5
        return None

    def best_server(
        self, job: Job, edges: Sequence[EdgeState], step: WorkState
    ) -> tuple[CountedState | ServerState, EdgeState] | None:
        """Rule 4.1.2: the best server that fits, over the visible edges among these, best rank first."""
        for _, of_rank in step.ranks:
            best: tuple[Any, EdgeState] | None = None
            best_key = (2, 0.0, 0)
            for e in of_rank:
                if e not in edges or not self.visible(job, e):
                    continue
                s = e.pool.best(e, job)
                if s is not None:
                    key = (0, s.changed, e.pool.index) if isinstance(s, ServerState) else (1, 0.0, e.pool.index)
                    if key < best_key:
                        best, best_key = (s, e), key
            if best is not None:
                return best
        return None

    def visible(self, job: Job, edge: EdgeState) -> bool:
        """Whether the pool of this edge may see the job by now."""
        if job.opens > self.now:
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
        step.line(job.priority).join(job)
        step.waiting += 1
        self.change_area(self.waiting_area[job.step], 1)
        if step.overflows:
            self.set_overflow(job, step)
        if work.patience is not None and not job.ghost:
            self.set_patience(job, step)
        if work.wait_for_room and job.opens <= now:
            self.clear_for_heads(step)

    def set_overflow(self, job: Job, step: WorkState) -> None:
        """Timer for the next edge that will see the job (kind 3)."""
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
        if job.cleared is not None:
            self.let_go(job)
        if step.work.wait_for_room:
            self.clear_for_heads(step)

    def take_from_line(self, job: Job, step: WorkState) -> None:
        """The common part of leaving a line and of starting from it."""
        assert job.line is not None
        job.line.remove(job)
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
        if self.held_back is None:
            self.offer(server.pool)
        else:  # in the middle of a planned change: when all of its instant are made
            self.held_back[server.pool.index] = server.pool

    # -- offering and starting (4.3, 4.4) ----------------------------------------------------------------------------

    def offer(self, *pools: CountedState | NamedState) -> None:
        """Rule 4.3: give what is free to who waits, until nothing fits."""
        ranks = pools[0].by_rank if len(pools) == 1 else sorted({r for p in pools for r in p.by_rank})
        while choice := self.next_start(pools, ranks):
            self.start(*choice)

    def next_start(
        self, pools: Sequence[CountedState | NamedState], ranks: Iterable[int]
    ) -> tuple[Job, CountedState | ServerState, EdgeState] | None:
        """The best that fits: rank first, then pools in table order."""
        for rank in ranks:
            for pool in pools:
                for e in pool.by_rank.get(rank, ()):
                    if e.step.waiting:
                        choice = self.choose(pool, pool.by_rank[rank])
                        if choice is not None:
                            return choice
                        break
        return None

    def choose(
        self, pool: CountedState | NamedState, edges: Sequence[EdgeState]
    ) -> tuple[Job, CountedState | ServerState, EdgeState] | None:
        """The job a pool takes next at one rank, with the server for it; None when nothing fits."""
        best: tuple[Job, Any, EdgeState] | None = None
        best_key: tuple[float, ...] = ()
        for e in edges:
            step = e.step
            if step.waiting == 0:
                continue
            server: Any = None
            for priority in step.priorities:
                job = self.first_visible(step.lines[priority], e)
                if job is None:
                    continue
                server = pool.best(e, job)
                if server is None:
                    if step.work.wait_for_room:
                        self.clear_for_heads(step)
                    continue
                key = (-priority, *self.job_key(pool, job, step))
                if best is None or key < best_key:
                    best, best_key = (job, server, e), key
                break
        return best

    def first_visible(self, line: Line, edge: EdgeState) -> Job | None:
        """First job of a line that the pool may see."""
        for job in line.jobs:
            if self.visible(job, edge):
                return job
            if edge.step.in_order and not job.spell and edge.after > 0.0 and job.opens <= self.now:
                return None
        return None

    def job_key(self, pool: CountedState | NamedState, job: Job, step: WorkState) -> tuple[float, float, int]:
        """What a pool compares between the first ones of lines of one rank and priority; least goes first."""
        choice = pool.pool.job_choice
        if choice == "oldest":
            first = job.place
        elif choice == "earliest due":
            first = inf if isnan(job.due) else job.due
        else:
            score = step.work.score
            first = 0.0 if score is None else -self.predict(score, job)
        return (first, job.joined, job.joined_serial)

    def start(self, job: Job, server: CountedState | ServerState, edge: EdgeState) -> None:
        """Rule 4.4."""
        now, step = self.now, edge.step
        if job.state == IN_LINE:
            self.take_from_line(job, step)
        pool = edge.pool
        job.state = IN_SERVICE
        job.started = now
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
        self.settle(server)
        if self.anchors:
            self.anchor("started", job.step, job)
        if job.cleared is not None:
            self.let_go(job)

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

    # -- completing (4.5) -------------------------------------------------------------------------------------------

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
        released = now if d is None else now + d
        self.write_row(job, job.gone_at if job.ghost else now, released, exit_)
        if d is None:
            self.release(server, edge.units)
        else:
            if isinstance(server, CountedState):
                server.after_ends.append(released)
            self.agenda.set(released, COMPLETION, self.after_work_ends, (server, edge.units, released))
        self.leave(job, exit_)

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
