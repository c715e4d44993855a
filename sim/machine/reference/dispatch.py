"""Dispatch: arriving, offering, choosing (4.1 to 4.3; 8.3 and 8.6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf, isnan, nan
from typing import Any

from sim.machine.luck import Purpose
from sim.machine.reference.jobs import BEFORE, Job, Line
from sim.machine.reference.owners import Owners
from sim.machine.reference.servers import CountedState, EdgeState, NamedState, ServerState
from sim.machine.reference.stations import WorkState
from sim.machine.steps import Exit


class Dispatch(Owners):
    """Who serves whom."""

    # -- arriving (4.1) -----------------------------------------------------------------------------------------------

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
        owner = self.owner_at(job, step) if self.kinship else None
        if not step.open:  # 1
            assert step.door is not None
            if work.when_closed == "refuse":
                self.write_row(job, now, nan, Exit.CLOSED)
                return Exit.CLOSED
            job.opens = step.door.next_open(now)
            job.asks = owner if work.owner == "only" else None
            self.join(job, step)
            return None
        if step.shared is not None and self.is_shared_out(step, "inside"):  # 8.6
            self.write_row(job, now, nan, Exit.BLOCKED)
            return Exit.BLOCKED
        if job.slot is not None and self.start_in_kept_slot(job, step):  # 8.5
            return None
        if self.finds_server(job, step, owner):  # 2, 8.3
            return None
        if work.grade > 0 and job.asks is None and self.displace(job, step):  # 3
            return None
        full = work.limit is not None and step.waiting >= work.limit
        if full or (step.shared is not None and self.is_shared_out(step, "waiting")):  # 4
            self.write_row(job, now, nan, Exit.BLOCKED)
            return Exit.BLOCKED
        self.join(job, step)  # 5
        return None

    def finds_server(self, job: Job, step: WorkState, owner: ServerState | None) -> bool:
        """Rules 4.1.2 and 8.3: the job starts, with its owner or whoever is best; else it knows for whom it waits."""
        if owner is not None:
            if self.owner_takes(job, step, owner):
                return True
            if self.waits_for_owner(job, step, owner):
                job.asks = owner
                return False
        found = self.best_server(job, step.edges, step)
        if found is None:
            return False
        self.start(job, *found)
        return True

    def is_shared_out(self, step: WorkState, kind: str) -> bool:
        """Rule 8.6: whether a limit on a gauge of this kind lets nobody in."""
        gauge = step.shared
        assert gauge is not None and step.work.shared_limit is not None
        return gauge.gauge.kind == kind and gauge.value(self.now) >= step.work.shared_limit[1]

    def comes_back(self, job: Job) -> None:
        """Rule 4.9, last part: a job whose service was broken off looks for another server, or joins its line."""
        step = self.steps[job.step]
        server = job.server
        if step.work.owner != "any" and isinstance(server, ServerState):
            self.become_owner(job, server)
        self.new_spell(job)
        job.state = BEFORE
        job.opens = -inf
        if not self.finds_server(job, step, self.owner_at(job, step)):
            self.join(job, step)

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

    # -- offering (4.3) -----------------------------------------------------------------------------------------------

    def offer(self, *pools: CountedState | NamedState) -> None:
        """Rule 4.3: give what is free to who waits, until nothing fits."""
        ranks = pools[0].by_rank if len(pools) == 1 else sorted({r for p in pools for r in p.by_rank})
        while choice := self.next_start(pools, ranks):
            self.start(*choice)

    def offer_soon(self, *pools: CountedState | NamedState) -> None:
        """The offer; in the middle of a planned change when all of its instant are made (3.6)."""
        if self.held_back is None:
            self.offer(*pools)
        else:
            self.held_back.update({pool.index: pool for pool in pools})

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
        if self.kinship and isinstance(pool, NamedState):
            asking = self.choose_for_owners(pool, edges)
            if asking is not None:
                return asking
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

    def choose_for_owners(
        self, pool: NamedState, edges: Sequence[EdgeState]
    ) -> tuple[Job, ServerState, EdgeState] | None:
        """Rule 8.3: among the personal lines of the pool's servers, those whose owner fits."""
        best: tuple[Job, ServerState, EdgeState] | None = None
        best_key: tuple[float, ...] = ()
        for e in edges:
            for (owner, priority), line in e.personal.items():
                job = self.first_visible(line, e)
                if job is None or not pool.fits(owner, e, job):
                    continue
                key = (-priority, *self.job_key(pool, job, e.step))
                if best is None or key < best_key:
                    best, best_key = (job, owner, e), key
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
