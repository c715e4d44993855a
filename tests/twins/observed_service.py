"""What happens between jobs and servers in a run of the reference engine, counted by rule (sections 3.6, 4 and 5)."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isnan
from typing import Any

from sim.machine.reference.jobs import IN_LINE, IN_SERVICE, PAUSED, Job, Line
from sim.machine.reference.servers import CountedState, EdgeState, NamedState, ServerState
from sim.machine.reference.stations import WorkState
from sim.machine.steps import Exit
from tests.twins.observed_jobs import ObservedJobs, is_zero

PLACES = {
    "arrival": "when a job joins",
    "offer": "at an offer",
    "overflow": "at an overflow",
    "leaving": "when a job leaves",
    "opening": "when a door opens",
    "closing": "when another's duty ends",
}


class ObservedService(ObservedJobs):
    """The reference engine, with its dispatch and service under observation too."""

    def within(self, place: str, what: Any, *arguments: Any) -> Any:
        """Carry out a rule, knowing which."""
        self.inside.append(place)
        try:
            return what(*arguments)
        finally:
            self.inside.pop()

    # -- arriving and waiting (4.1, 4.2, 4.6) -------------------------------------------------------------------------

    def job_arrives(self, job: Job, step: WorkState) -> Exit | None:
        """Rule 4.1."""
        w, now = step.work, self.now
        if not step.open:
            self.note("4.1.1 refuse" if w.when_closed == "refuse" else "4.1.1 wait")
            assert step.door is not None
            self.note_if(w.when_closed == "wait" and step.door.next_open(now) == inf, "4.1.1 waits for ever")
            self.note_if(w.limit is not None and step.waiting >= w.limit, "4.1.1 no limit test while closed")
        if w.due is not None:
            self.note("2.6 due from " + w.due_from)
            self.note_if(w.due_calendar, "2.6 due on a calendar")
            self.note_if(not isnan(job.due), "2.6 due replaces an earlier one")
            if w.due_mark is not None:
                raised = self.network.mark_index[w.due_mark] in job.marked
                self.note("2.6 due from a mark that was raised" if raised else "2.6 due from a mark never raised")
        self.note_if(w.head_start is not None, "2.6 head start")
        self.note_if(w.order == "kept" and not isnan(job.first_place), "2.6 kept place of an earlier step")
        return self.within("arrival", super().job_arrives, job, step)

    def write_row(self, job: Job, left: float, released: float, exit_: Exit) -> None:
        """A row; blocked ones are seen here."""
        super().write_row(job, left, released, exit_)
        if exit_ == 3:
            work = self.steps[job.step].work
            self.note("4.1.4 blocked at limit 0" if work.limit == 0 else "4.1.4 blocked by a full line")

    def best_server(self, job: Job, edges: Sequence[EdgeState], step: WorkState) -> tuple[Any, EdgeState] | None:
        """Rule 4.1.2."""
        found = super().best_server(job, edges, step)
        if found is None:
            self.note_if(not step.edges, "4.1.2 nobody serves the step")
            return None
        s, edge = found
        if edge.rank > step.ranks[0][0]:
            self.note("4.1.2 a worse rank takes it")
        rivals = [
            (e.pool, x)
            for e in edges
            if e is not edge and e.rank == edge.rank and self.visible(job, e) and (x := e.pool.best(e, job)) is not None
        ]
        for pool, x in rivals:
            if isinstance(s, CountedState):
                self.note("4.1.2 of two counted pools the first")
            elif isinstance(pool, CountedState):
                self.note("4.1.2 named before counted")
            else:
                equal = isinstance(s, ServerState) and isinstance(x, ServerState) and x.changed == s.changed
                self.note("4.1.2 of equally idle pools the first" if equal else "4.1.2 longest idle of two pools")
        if isinstance(s, ServerState):
            self.choice(s.pool, edge, job, s)
        return found

    def choice(self, pool: NamedState, edge: EdgeState, job: Job, chosen: ServerState) -> None:
        """Server choice of a pool."""
        fitting = [s for shelf in pool.shelves[: edge.top_load + 1] for s in shelf if pool._may(s, edge, job)]
        if len(fitting) > 1:
            choice = pool.pool.server_choice
            self.note(f"2.11 {choice} of several")
            loads = {s.load for s in fitting}
            if choice == "longest idle":
                self.note_if(sum(s.changed == chosen.changed for s in fitting) > 1, "2.11 idle since the same instant")
                self.note_if(chosen.load, "2.11 longest idle has open units")
            elif choice == "least loaded":
                self.note("2.11 least loaded: loads differ" if len(loads) > 1 else "2.11 least loaded: equal loads")
            elif choice == "most loaded":
                self.note("2.11 most loaded: loads differ" if len(loads) > 1 else "2.11 most loaded: equal loads")

    def join(self, job: Job, step: WorkState) -> None:
        """Rule 4.1.5."""
        super().join(job, step)
        w, line = step.work, job.line
        assert line is not None
        self.note("4.9 rejoins the line" if job.spell else "4.1.5 joins the line")
        self.note("2.6 order " + w.order)
        self.note_if(w.order == "due" and isnan(job.due), "2.6 order due without a due time")
        self.note_if(len(step.priorities) > 1, "2.6 several lines of one step")
        i = line.jobs.index(job)
        if i < len(line.jobs) - 1:
            behind = line.jobs[i + 1]
            if not job.spell:
                self.note(f"2.6 order {w.order} puts it ahead")
            elif behind.line_key[0] == job.line_key[0]:
                self.note("4.9 ahead of others of equal place")
            else:
                self.note("4.9 at its place ahead of others")
        if job.spell and any(o is not job and o.spell and o.line_key[0] == job.line_key[0] for o in line.jobs):
            self.note("4.9 returned jobs of equal place, by first arrival")
        if job.spell:
            limit = w.limit
            self.note_if(limit is not None and step.waiting > limit, "4.9 no limit test")
            self.note_if(not step.open, "4.9 waits on behind a closed door")
        self.note_if(job.ghost, "4.9 a silent one waits again")

    def set_overflow(self, job: Job, step: WorkState) -> None:
        """Overflow timers."""
        super().set_overflow(job, step)
        self.note("4.1.5 overflow set" if job.overflow is not None else "4.2 no further edge")
        self.note_if(step.work.after_calendar and job.overflow is not None, "4.2 on a calendar")
        if job.spell:
            seen = any(e.after > 0.0 and self.visible(job, e) for e in step.edges)
            self.note_if(seen, "4.9 overflow counted from the original entry")

    def set_patience(self, job: Job, step: WorkState) -> None:
        """Patience timers."""
        w, budget, left = step.work, job.budget, job.patience_left
        super().set_patience(job, step)
        if w.patience_budget:
            self.note("2.6 patience budget read" if budget is None else "2.6 patience budget used further")
            self.note_if(job.budget is not None and job.budget <= job.waited, "2.6 patience budget used up before")
        self.note_if(w.patience_calendar, "2.6 patience on a calendar")
        self.note_if(job.patience is None, "3.2 an infinite patience is not set")
        self.note_if(self.due_at.get((job.number, 4)) == self.now, "4.6 no patience at all: abandons at once")
        self.note_if(job.spell and left is not None, "4.9 patience less what it has waited")

    def overflow(self, job: Job) -> None:
        """Rule 4.2."""
        self.happens(3)
        self.within("overflow", super().overflow, job)
        waits = job.state == IN_LINE and job.overflow is not None and job.overflow.live
        self.note_if(waits, "4.2 sets the next overflow")

    def patience_ends(self, job: Job) -> None:
        """Rule 4.6."""
        self.happens(4)
        step = job.step
        self.note_if(job.spell, "4.6 a returned job loses patience")
        super().patience_ends(job)
        if job.ghost and job.state == IN_LINE and job.step == step:
            self.note("4.6 silent: it stays in line")
        else:
            self.note("4.6 abandoned")
        self.note_if(not self.steps[step].open, "4.6 behind a closed door")

    def leave_line(self, job: Job) -> None:
        """Out of the line."""
        self.within("leaving", super().leave_line, job)

    # -- clearing (4.3, 4.13) -----------------------------------------------------------------------------------------

    def clear_for_heads(self, step: WorkState) -> None:
        """A server is cleared."""
        before = {j for line in step.lines.values() for j in line.jobs[:1] if j.cleared is not None}
        super().clear_for_heads(step)
        for line in step.lines.values():
            for job in line.jobs[:1]:
                if job.cleared is not None and job not in before:
                    place = next((p for p in reversed(self.inside) if p in PLACES), "offer")
                    self.note("4.3 cleared " + PLACES[place])
                    self.note_if(job.cleared.load, "4.3 cleared while it is busy")
                    self.note_if(job.spell, "4.3 cleared for a returned job")
                    self.note_if(len(before), "4.3 servers cleared for several lines")

    def let_go(self, job: Job) -> None:
        """Rule 4.13."""
        how = "when it starts" if job.state == IN_SERVICE else "when it leaves"
        self.note(f"4.13 let go {how}" + ("" if self.held_back is None else " in a planned change"))
        self.note_if(job.state == IN_SERVICE and job.server is not job.cleared, "4.13 it starts elsewhere")
        super().let_go(job)

    # -- offering and starting (4.3, 4.4) -----------------------------------------------------------------------------

    def offer(self, *pools: CountedState | NamedState) -> None:
        """Rule 4.3."""
        self.note_if(len(pools) > 1, "4.3 an offer over several pools")
        self.within("offer", super().offer, *pools)

    def choose(self, pool: CountedState | NamedState, edges: Sequence[EdgeState]) -> tuple[Any, Any, EdgeState] | None:
        """The job a pool takes."""
        choice = super().choose(pool, edges)
        if isinstance(pool, NamedState) and any(s.cleared is not None for s in pool.servers):
            self.holding_back(pool, edges)
        if choice is None:
            return None
        job, server, edge = choice
        if job.asks is not None:  # its owner's line comes first
            return choice
        keys = []
        for e in edges:
            for priority in e.step.priorities if e.step.waiting else ():
                first = self.first_visible(e.step.lines[priority], e)
                if first is not None and pool.best(e, first) is not None:
                    keys.append((-priority, *super().job_key(pool, first, e.step)))
        keys.sort()
        if len(keys) > 1:
            words = ("priority", pool.pool.job_choice, "time of joining", "order of joining")
            decides = next((w for w, a, b in zip(words, *keys[:2], strict=True) if a != b), words[-1])
            self.note("4.3 decided by " + decides)
        line = edge.step.lines[job.priority]
        self.note_if(line.jobs[0] is not job, "4.3 the head is not visible, a later one is")
        worse = (e for rank, of in pool.by_rank.items() if rank > edge.rank for e in of)
        higher = any(p > job.priority and e.step.lines[p].jobs for e in worse for p in e.step.priorities)
        self.note_if(higher, "4.11 rank before a higher priority")
        if isinstance(server, ServerState):
            self.choice(server.pool, edge, job, server)
        return choice

    def holding_back(self, pool: NamedState, edges: Sequence[EdgeState]) -> None:
        """What clearing, `most` and `reserve` keep from starting."""
        for e in edges:
            if e.step.waiting and any(
                s.cleared is not None and e.rank > s.cleared_rank and s.available and s.load <= e.top_load
                for s in pool.servers
            ):
                self.note("4.3 a cleared server takes nothing of worse rank")

    def limits(self, job: Job, edge: EdgeState) -> None:
        """Why no server of a named pool fits."""
        pool = edge.pool
        if isinstance(pool, CountedState):
            self.note_if(0 < pool.n - pool.busy <= edge.reserve, "4.0 reserve of a counted pool")
            self.note_if(pool.busy > pool.n, "4.0 more busy than there are")
            return
        room = pool.has_room(edge, job)
        self.note_if(room and pool.free - edge.units < edge.reserve, "4.0 reserve of a named pool")
        most = edge.top_load + edge.units
        if not room and most < pool.pool.slots:
            fits = any(s.available and s.load + edge.units <= pool.pool.slots for s in pool.servers)
            self.note_if(fits, "4.0 most units of a server")
        self.note_if(any(s.on_duty and s.break_due > 0.0 for s in pool.servers), "4.0 a break is due")

    def first_visible(self, line: Line, edge: EdgeState) -> Job | None:
        """First job of a line that the pool may see."""
        job = super().first_visible(line, edge)
        if job is None and line.jobs:
            waits = any(j.opens > self.now for j in line.jobs)
            self.note("4.0 not visible before the opening" if waits else "4.0 not visible yet")
        elif job is not None and edge.pool.best(edge, job) is None:
            self.limits(job, edge)
        return job

    def start(self, job: Job, server: CountedState | ServerState, edge: EdgeState) -> None:
        """Rule 4.4."""
        now, step, place = self.now, edge.step, self.inside[-1]
        waited = job.state == IN_LINE
        words = {"arrival": "4.1.2 starts at once", "overflow": "4.2 overflow starts", "offer": "4.3 an offer starts"}
        self.note(words.get(place, "4.9 starts again at once"))
        if place == "arrival":
            self.note_if(is_zero(step.work.patience), "4.6 no patience, but a free server")
        for kind, timer, word in ((4, job.patience, "patience"), (3, job.overflow, "overflow")):
            if waited and timer is not None and timer.live and self.due_at.get((job.number, kind)) == now:
                self.note(f"4.7 served at the instant of its {word}")
        self.note_if(waited and job.joined == now, "4.4 starts at the instant it joined")
        self.note_if(not step.open, "4.10 served on behind a closed door")
        if job.ghost:
            self.note("4.6 a silent one is reached")
        if job.size is not None:
            self.note("4.9 size " + step.work.returned + (", silent" if job.ghost else ""))
        super().start(job, server, edge)
        self.note(f"2.6 units {edge.units}")
        self.note_if(edge.speed != 1.0, "5.2 speed of an edge")
        if isinstance(server, ServerState):
            curve = server.pool.pool.curve
            self.note_if(curve and curve[server.load - 1 if server.load else 0] != 1.0, "5.2 speed curve")
            self.note_if(server.server.speed != 1.0, "5.2 speed of a server")
            self.note_if(server.duty_speed != 1.0, "5.2 speed of a duty")
            self.note_if(server.load > edge.units, "2.11 a server with several jobs")

    def settle(self, server: CountedState | ServerState) -> None:
        """Rule 5.1."""
        now = self.now
        if isinstance(server, ServerState):
            for job in server.jobs:
                v, old = 0.0 if job.state == PAUSED else server.speed_of(job), job.speed
                if v == old:
                    self.note_if(old > 0.0, "5.1 equal speed: not touched")
                    self.note_if(job.state == PAUSED, "5.1 paused: no speed")
                elif job.finish == now:
                    self.note_if(old > 0.0, "5.1 not re-timed as due now")
                elif old > 0.0:
                    self.note("5.1 re-timed slower" if v < old else "5.1 re-timed faster")
        super().settle(server)

    # -- completing (4.5) ---------------------------------------------------------------------------------------------

    def completion(self, job: Job) -> None:
        """Rule 4.5."""
        self.happens(2)
        work, server = self.steps[job.step].work, job.server
        if work.after_work is None or job.ghost:
            self.note("4.5 completed")
        else:
            self.note("4.5 completed, after-work begins")
        self.note_if(job.ghost, "4.6 a silent one exits abandoned")
        self.note_if(work.counts_as_wait, "2.2 service counts as wait")
        if isinstance(server, ServerState) and not server.on_duty:
            self.note("4.8 completes after the duty")
        self.note_if(job.spell, "4.9 a returned or resumed job completes")
        super().completion(job)

    def after_work_ends(self, what: Any) -> None:
        """End of after-work."""
        self.happens(2)
        server = what[0]
        self.note("4.5 after-work ends")
        self.note_if(isinstance(server, ServerState) and not server.on_duty, "4.5 after-work outlasts the duty")
        self.note_if(isinstance(server, ServerState) and server.jobs, "4.5 after-work beside open jobs")
        super().after_work_ends(what)
