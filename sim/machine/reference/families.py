"""Births, families, routes, watches and delays (sections 2.4 to 2.10)."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, nan
from typing import Any

from sim.machine.births import Birth
from sim.machine.inversion import invert
from sim.machine.luck import Purpose, batch_key, child_key, draw, name_hash
from sim.machine.predictor import Predictor
from sim.machine.reference.agenda import (
    ENTRY,
    WATCH,
)
from sim.machine.reference.jobs import BEFORE, GONE, IN_DELAY, IN_LINE, Clock, Job, Kin
from sim.machine.reference.rules import Rules
from sim.machine.reference.stations import DelayState, WorkState
from sim.machine.steps import Exit, Spawn

_BATCH = name_hash("batch")


class Families(Rules):
    """What happens to a job between two pieces of work."""

    # -- births, families, ends (2.4, 2.5, 2.9) ---------------------------------------------------------------------

    def be_born(self, birth: Birth) -> None:
        """A birth event: one job, or the members of a batch."""
        i = birth.stream
        batch = self.stream_batch[i]
        members = 1
        if batch is not None:
            x = invert(self.table, batch.at, draw(birth.key, _BATCH), 0.0, [])
            x = min(x, batch.cap)
            if not x < inf:
                raise self.fault(f"a batch law gave {x}; a finite number is expected")
            members = int(x + 0.5)
        first = self.first_steps[i]
        for m in range(members):
            job = self.new_job(batch_key(birth.key, m), i, None, -1)
            self.born += 1
            n = len(self.network.attributes)
            if n:
                job.attributes = [0.0] * n
                for a, column in self.stream_columns[i]:
                    job.attributes[a] = column[birth.n]
                for a, law, name in self.stream_attributes[i]:
                    job.attributes[a] = self.sample(law, job, name, 0)
            if self.network.marks:
                job.marks = [0] * len(self.network.marks)
            job.family_counted = 0.0 <= self.now < self.end
            self.open_counted += job.family_counted
            self.enter(job, first)

    def new_job(self, key: int, stream: int, root: Job | None, parent: int) -> Job:
        """A job with the next number."""
        job = Job(self.jobs_made, key, stream, self.now, root, parent)
        if self.kinship:
            job.kin = Kin(len(self.network.family_marks))
            job.kin.members[job.number] = job
        self.jobs_made += 1
        if self.jobs_made > 0xFFFFFFFF:
            raise self.fault("more than 2^32 jobs in one run")
        self.alive[job.number] = job
        return job

    def spawn(self, parent: Job, name: int, spawns: Sequence[Spawn], first: int) -> None:
        """New jobs of the parent's family; each enters by a timer of kind 6 (rule 3.4)."""
        i = first
        for s in spawns:
            for _ in range(s.count):
                key = child_key(parent.key, name, parent.round, i)
                i += 1
                child = Job(self.jobs_made, key, parent.stream, self.now, parent.family, parent.number)
                child.attributes = parent.attributes
                child.marks = list(parent.marks)
                child.marked = dict(parent.marked)
                delay = self.sample(self.laws[id(s)], child, name, Purpose.DELAY)
                if delay == inf:
                    continue
                child.family_counted = parent.family_counted
                self.jobs_made += 1
                self.spawned += 1
                self.alive[child.number] = child
                if child.kin is not None:
                    child.kin.members[child.number] = child
                self.open_counted += child.family_counted
                child.birth = self.now + delay
                child.step = self.network.step_index[s.to]
                child.delay = self.agenda.set(child.birth, ENTRY, self.spawned_enters, child)

    def spawned_enters(self, job: Job) -> None:
        """Entry of a spawned job (kind 6)."""
        self.now = self.agenda.now
        job.delay = None
        self.enter(job, job.step)

    def enter(self, job: Job, step: int) -> None:
        """A job enters a step, and further ones while doors and full lines send it on at once."""
        exit_ = self.come_to(job, step)
        while exit_ is not None:
            self.end_visit(job)
            to = self.route(job, exit_)
            if to is None:
                self.end_job(job, exit_)
                return
            exit_ = self.come_to(job, to)

    def come_to(self, job: Job, step: int) -> Exit | None:
        """A visit begins; the exit by which it ends at once, if it does."""
        counted = 0.0 <= self.now < self.end
        self.open_counted += counted
        job.step = step
        job.state = BEFORE
        state = self.steps[step]
        if isinstance(state, WorkState):
            job.begin_visit(self.now, counted)
            if self.anchors:
                self.anchor("entered", step, job)
            if job.slot is not None and state.work.release == "entered":
                self.let_slot_go(job)
            return self.job_arrives(job, state)
        else:
            job.begin_delay(self.now, counted)
            if self.anchors:
                self.anchor("entered", step, job)
            if job.slot is not None and state.delay.release == "entered":
                self.let_slot_go(job)
            self.delay_begins(job, state)
            return None

    def leave(self, job: Job, exit_: Exit) -> None:
        """The visit has ended and its row is written: anchors, then the route (rule 4.5)."""
        self.end_visit(job)
        to = self.route(job, exit_)
        if to is None:
            self.end_job(job, exit_)
        else:
            self.enter(job, to)

    def end_visit(self, job: Job) -> None:
        """The job is in no step."""
        self.open_counted -= job.counted
        if self.recalls:
            self.forget_recall(job)
        if self.anchors:
            self.anchor("left", job.step, job)
        job.state = BEFORE

    def forget_recall(self, job: Job) -> None:
        """A job that has left the step is not called away from it any more (rule 8.7)."""
        timer = self.recalls.pop(job.number, None)
        if timer is not None:
            timer.cancel()

    def route(self, job: Job, exit_: Exit) -> int | None:
        """Clauses in order: the next step; None, also without a match: the job ends (rule 2.9)."""
        for c, name, to in self.routes[job.step][exit_]:
            if c.when and not all(self.holds(k, job) for k in c.when):
                continue
            p = c.probability
            if isinstance(p, Predictor):
                p = self.predict(p, job)
            if p != 1.0 and not draw(job.key, name, job.round, Purpose.CLAUSE) < p:
                continue
            if c.add:
                self.raise_marks(job, c.add)
            if c.tell:
                self.tell(job, c.tell)
            if c.spawn:
                self.spawn(job, name, c.spawn, 0)
            if c.again:
                job.round += 1
                job.first_place = nan  # a new attempt has a place of its own (rule 8.11)
                if job.round > 255:
                    raise self.fault("a job is in its 256th round; at most 255 are possible", job.number)
            if c.go_on:
                continue
            return to if to >= 0 else None
        return None

    def raise_marks(self, job: Job, add: Any) -> None:
        """Add to marks, which saturate, and tell the watches."""
        for mark, k in add.items():
            i = self.network.mark_index[mark]
            job.marks[i] = min(job.marks[i] + k, 255)
            if k:
                job.marked[i] = self.now
            self.anchor("mark", i, job)

    def end_job(self, job: Job, exit_: Exit) -> None:
        """The job is over; so are its watches."""
        job.state = GONE
        if job.clocks:
            for clock in job.clocks.values():
                if clock.timer is not None:
                    clock.timer.cancel()
        self.ended += 1
        self.open_counted -= job.family_counted
        del self.alive[job.number]
        if job.kin is not None:
            del job.kin.members[job.number]
        if job.slot is not None:
            self.let_slot_go(job)
        self.write_job(job, self.now, exit_)

    # -- watches (2.10) -------------------------------------------------------------------------------------------

    def anchor(self, moment: str, number: int, job: Job) -> None:
        """A moment in a job's life that watches may wait for: stops, then resets, then starts."""
        for action, i in self.anchors.get((moment, number), ()):
            clock = job.clocks.get(i) if job.clocks else None
            if action == "stop":
                if clock is not None:
                    self.stop_clock(clock)
            elif action == "reset":
                if clock is not None and clock.running:
                    self.set_clock(clock)
            else:
                if clock is None:
                    if job.clocks is None:
                        job.clocks = {}
                    clock = job.clocks[i] = Clock(i, job)
                clock.since_start = 0
                self.set_clock(clock)

    def stop_clock(self, clock: Clock) -> None:
        """The clock runs no more."""
        clock.running = False
        if clock.timer is not None:
            clock.timer.cancel()
            clock.timer = None

    def set_clock(self, clock: Clock) -> None:
        """Set the clock of a watch, afresh."""
        watch = self.network.watches[clock.watch]
        if clock.timer is not None:
            clock.timer.cancel()
        d = self.sample(self.watch_law[clock.watch], clock.job, self.watch_hash[clock.watch], Purpose.WATCH, clock.sets)
        clock.sets += 1
        clock.running = True
        clock.timer = self.agenda.set(self.later(d, watch.calendar), WATCH, self.watch_expires, clock)

    def later(self, d: float, calendar: str | None) -> float:
        """Time at which `d` minutes have passed, on a calendar if there is one."""
        return self.now + d if calendar is None else self.network.calendars[calendar].add(self.now, d)

    def watch_expires(self, clock: Clock) -> None:
        """A watch runs out (kind 5): marks, spawn, reroute, next clock."""
        self.now = self.agenda.now
        job, watch = clock.job, self.network.watches[clock.watch]
        clock.timer = None
        first = clock.expiries * sum(s.count for s in watch.spawn)
        clock.expiries += 1
        clock.since_start += 1
        clock.running = clock.since_start < watch.times
        sets = clock.sets
        self.raise_marks(job, watch.add)
        if watch.tell:
            self.tell(job, watch.tell)
        if watch.spawn:
            self.spawn(job, self.watch_hash[clock.watch], watch.spawn, first)
        if watch.to is not None and job.state in (IN_LINE, IN_DELAY) and not job.ghost:
            self.move(job, self.network.step_index[watch.to])
        if job.state != GONE and clock.running and clock.sets == sets:
            self.set_clock(clock)

    def move(self, job: Job, to: int) -> None:
        """Take a job out of a line or a delay and into another step."""
        if job.state == IN_LINE:
            self.leave_line(job)
            self.write_row(job, self.now, nan, Exit.MOVED)
        else:
            if job.delay is not None:  # an endless delay has no timer
                job.delay.cancel()
            self.delay_row(job, Exit.MOVED)
        self.open_counted -= job.counted
        if self.recalls:
            self.forget_recall(job)
        self.anchor("left", job.step, job)
        self.enter(job, to)

    # -- delays (2.7) ---------------------------------------------------------------------------------------------

    def delay_begins(self, job: Job, step: DelayState) -> None:
        """The job waits for time to pass."""
        job.state = IN_DELAY
        if self.counts_inside:
            self.come_inside(job)
        d = self.sample(step.length, job, step.hash, Purpose.DELAY)
        t = self.now + d if step.calendar is None else step.calendar.add(self.now, d)
        if step.until_open is not None and t < inf:
            t = step.until_open.next_open(t)
        job.delay = self.agenda.set(t, ENTRY, self.delay_ends, job)

    def delay_ends(self, job: Job) -> None:
        """A delay is over (kind 6)."""
        self.now = self.agenda.now
        self.delay_row(job, Exit.DONE)
        if job.slot is not None and self.steps[job.step].delay.release == "done":
            self.let_slot_go(job)
        self.leave(job, Exit.DONE)

    def delay_row(self, job: Job, exit_: Exit) -> None:
        """End of a stay in a delay."""
        delay = self.steps[job.step].delay
        job.delay = None
        if job.inside:
            self.go_outside(job)
        if delay.counts_as_wait:
            job.waited += self.now - job.entered
        if delay.recorded:
            self.write_row(job, self.now, nan, exit_)
