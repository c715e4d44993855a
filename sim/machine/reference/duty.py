"""Planned changes: doors, head-counts, duties, breaks (sections 3.6 and 4.8 to 4.10)."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

from sim.machine.instance import Change
from sim.machine.records import ON_BREAK
from sim.machine.reference.agenda import OPENING
from sim.machine.reference.displacement import Displacement
from sim.machine.reference.jobs import IN_LINE, IN_SERVICE, PAUSED, Job
from sim.machine.reference.servers import CountedState, NamedState, ServerState
from sim.machine.reference.stations import WorkState
from sim.machine.steps import Exit


class Duty(Displacement):
    """What happens when somebody comes or goes."""

    # -- planned changes (3.6, 4.8 to 4.10) ---------------------------------------------------------------------------

    def closings(self, changes: Sequence[Change]) -> None:
        """Kind 0: doors close, head-counts fall, duties end, whole breaks fall due."""
        heads: list[Job] = []
        self.held_back = {}
        changes = [c for c in changes if not self.goes_on(c)]
        for c in changes:
            if c.what == "door":
                self.steps[c.index].open = False
                continue
            pool = self.pools[c.index]
            if isinstance(pool, CountedState):
                pool.n = int(c.value)
                continue
            server = pool.servers[c.server]
            if server.cleared is not None:
                heads.append(server.cleared)
                server.cleared.cleared = None
                server.cleared = None
            if c.what == "break":
                if server.on_duty:
                    server.break_due += c.value
                    server.break_fell_due = self.now
            else:
                server.on_duty = False
                server.present = c.value > 0.0
                server.break_due = 0.0
                if server.resting:
                    self.break_ends(server)
            server.place()
        for c in changes:
            if c.what == "door" and self.steps[c.index].work.at_close == "leave":
                self.line_leaves(self.steps[c.index])
        for c in changes:
            if c.what == "count":
                self.count_falls(self.pools[c.index])  # type: ignore[arg-type]
            elif c.what == "duty":
                self.duty_ends(self.pools[c.index].servers[c.server])  # type: ignore[union-attr]
            elif c.what == "break":
                self.break_may_begin(self.pools[c.index].servers[c.server])  # type: ignore[union-attr]
        for c in changes:
            if c.what == "duty" and self.kinship:
                server = self.pools[c.index].servers[c.server]  # type: ignore[union-attr]
                if not server.present:
                    self.owner_leaves(server)
        for job in heads:
            if job.state == IN_LINE:
                self.clear_for_heads(self.steps[job.step])
        let_go, self.held_back = self.held_back, None
        if let_go:
            self.offer(*(let_go[i] for i in sorted(let_go)))

    def goes_on(self, c: Change) -> bool:
        """Rule 8.2: whether this end of a duty is none, as the server is not there, or its next duty touches and is."""
        if c.what != "duty":
            return False
        server = self.pools[c.index].servers[c.server]  # type: ignore[union-attr]
        return not server.present or (c.switch >= 0 and self.switches[c.switch].on)

    def line_leaves(self, step: WorkState) -> None:
        """Rule 4.10: everybody in line leaves, in the order of joining; returned jobs wait on."""
        waiting = [j for line in step.all_lines() for j in line.jobs if not j.spell]
        waiting.sort(key=lambda j: j.joined_serial)
        for job in waiting:
            if job.state != IN_LINE or job.line is None or self.steps[job.step] is not step:
                continue
            self.leave_line(job)
            exit_ = Exit.ABANDONED if job.ghost else Exit.CLOSED
            self.write_row(job, job.gone_at if job.ghost else self.now, nan, exit_)
            self.leave(job, exit_)

    def end_rule(self, job: Job) -> str:
        """What the end of a duty means for this job: its step's rule, else its pool's."""
        assert job.pool is not None
        return self.steps[job.step].work.end_of_duty or job.pool.pool.end_of_duty

    def count_falls(self, pool: CountedState) -> None:
        """Rule 4.8, counted: the latest started are handed back until busy <= n."""
        gone = sum(j.finish == self.now for j in pool.jobs) + sum(t == self.now for t in pool.after_ends)
        excess = pool.busy - gone - pool.n
        if excess <= 0:
            return
        victims = [j for j in reversed(pool.jobs) if j.finish != self.now and self.end_rule(j) == "hand back"]
        for job in reversed(victims[:excess]):
            self.hand_back(job)

    def duty_ends(self, server: ServerState) -> None:
        """Rule 4.8, named: each open job by its rule, oldest start first."""
        for job in list(server.jobs):
            if job.finish == self.now or job.state != IN_SERVICE:
                continue
            rule = self.end_rule(job)
            if rule == "hand back":
                self.hand_back(job)
            elif rule == "pause":
                self.pause(job)
        if server.kept:
            self.duty_takes_slots(server)

    def hand_back(self, job: Job) -> None:
        """Rule 4.9."""
        server, edge = job.server, job.edge
        assert server is not None and edge is not None
        self.break_off(job, Exit.HANDED_BACK)
        self.free_slots(server, edge.units)
        self.comes_back(job)

    def pause(self, job: Job) -> None:
        """Rule 4.8, pause: the slot stays taken, the work stands still; a new row waits for the resumption."""
        server, edge, pool = job.server, job.edge, job.pool
        assert edge is not None and pool is not None
        self.interrupt(job)
        if self.steps[job.step].work.counts_as_wait:
            job.waited += self.now - job.started
        self.write_row(job, self.now, self.now, Exit.PAUSED)
        self.new_spell(job)
        job.server, job.edge, job.pool = server, edge, pool
        job.state = PAUSED
        job.paused = True
        self.change_area(self.serving_area[pool.index], -edge.units)

    def openings(self, changes: Sequence[Change]) -> None:
        """Kind 1: doors open, head-counts rise, duties begin; paused work resumes; then one offer."""
        touched: dict[int, CountedState | NamedState] = {}
        begun: list[ServerState] = []
        for c in changes:
            if c.what == "door":
                step = self.steps[c.index]
                step.open = True
                touched.update({e.pool.index: e.pool for e in step.edges})
                continue
            if c.switch >= 0 and not self.switches[c.switch].on:  # the duty is not there (8.2)
                continue
            pool = self.pools[c.index]
            touched[pool.index] = pool
            if isinstance(pool, CountedState):
                pool.n = int(c.value)
                continue
            server = pool.servers[c.server]
            if c.what == "break":
                if server.on_duty and server.break_fell_due != self.now:  # else it did as one of kind 0
                    server.break_due += c.value
                    server.place()
                    self.break_may_begin(server)
                continue
            server.duty_speed = c.value
            if c.what == "duty" and not server.on_duty:
                server.on_duty = server.present = True
                server.note_change(self.now)
            begun.append(server)
        for server in begun:
            for job in server.jobs:
                if job.state == PAUSED:
                    if self.steps[job.step].work.counts_as_wait:
                        job.waited += self.now - job.spell_entered
                    job.state = IN_SERVICE
                    job.started = job.settled = self.now
                    self.starts += 1
                    job.start_order = self.starts
                    job.learned = server.experience()
                    assert job.edge is not None
                    self.change_area(self.serving_area[server.pool.index], job.edge.units)
            self.settle(server)
        if touched:
            for c in changes:
                if c.what == "door" and self.steps[c.index].work.wait_for_room:
                    self.clear_for_heads(self.steps[c.index])
            self.offer(*(touched[i] for i in sorted(touched)))

    def break_may_begin(self, server: ServerState) -> None:
        """A whole break that is due begins as soon as the server is free."""
        if server.break_due > 0.0 and server.load == 0 and not server.resting:
            self.break_begins(server)

    def break_begins(self, server: ServerState) -> None:
        """A whole break starts, as the server is free."""
        server.resting = True
        server.rest_since = self.now
        t = self.now + server.break_due
        server.break_due = 0.0
        server.place()
        server.rest_timer = self.agenda.set(t, OPENING, self.whole_break_over, server)

    def whole_break_over(self, server: ServerState) -> None:
        """End of a whole break (a dynamic event of kind 1)."""
        self.now = self.agenda.now
        self.break_ends(server)
        self.break_may_begin(server)
        if server.resting:
            return
        server.note_change(self.now)
        self.offer(server.pool)

    def break_ends(self, server: ServerState) -> None:
        """Write down the break as it was taken."""
        if server.rest_timer is not None:
            server.rest_timer.cancel()
            server.rest_timer = None
        server.resting = False
        self.break_rows.append((server.rest_since, self.now, 1.0, server.pool.index, server.number, ON_BREAK))

    def end_breaks(self, stopped: float) -> None:
        """Breaks that the end of the run cuts off."""
        self.now = stopped
        for pool in self.pools:
            if isinstance(pool, NamedState):
                for server in pool.servers:
                    if server.resting:
                        self.break_ends(server)
