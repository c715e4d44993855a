"""The reference engine: `SEMANTICS.md` in SimPy, written to be read.

One method per rule, with the rule's number. Births and planned changes are SimPy processes that walk sorted tables;
everything else is a timer whose handler is the rule itself. The fast engine must leave the same records.
"""

from __future__ import annotations

import struct
from collections.abc import Generator, Iterable, Sequence
from math import erfc, exp, inf, isnan, nan
from typing import Any, NamedTuple

import numpy as np

from sim.machine.agenda import (
    BIRTH,
    CLOSING,
    COMPLETION,
    ENTRY,
    OPENING,
    OVERFLOW,
    PATIENCE,
    WATCH,
    Agenda,
    Crowded,
)
from sim.machine.births import Birth, births
from sim.machine.calendar import Calendar
from sim.machine.fault import EngineFault
from sim.machine.instance import Change, instantiate
from sim.machine.inversion import invert, pack
from sim.machine.jobs import BEFORE, GONE, IN_DELAY, IN_LINE, IN_SERVICE, PAUSED, Clock, Job, Line
from sim.machine.laws import Constant, Law
from sim.machine.luck import Purpose, batch_key, child_key, draw, name_hash, named_key, server_key
from sim.machine.network import Network
from sim.machine.normal import normal_quantile
from sim.machine.pools import CountedPool
from sim.machine.predictor import Condition, Predictor, Source
from sim.machine.records import COUNTED, DUTY, FIRST, GHOST, JOB, ON_BREAK, RETURNED, VISIT, Records, Tally
from sim.machine.servers import CountedState, EdgeState, NamedState, ServerState
from sim.machine.steps import Clause, Delay, Exit, Spawn, Work
from sim.machine.streams import RecordedStream

_ROW = struct.Struct("<ddddIiHhBBBB")
_JOB_ROW = struct.Struct("<QddIIiihBB8sd")
_Z = name_hash("z")
_BATCH = name_hash("batch")
_NO_PATIENCE = Constant(inf)


class BoundLaw(NamedTuple):
    """A law in the packed table, with what depends on the job."""

    at: int
    loaded: bool
    scale: Predictor | None
    cap: float


class BoundClause(NamedTuple):
    """A clause with its hash and the number of its next step (-1: end)."""

    clause: Clause
    hash: int
    to: int


class WorkState:
    """A Work step in a run: its laws, its edges, its lines."""

    def __init__(self, work: Work, index: int, engine: Engine) -> None:
        self.work = work
        self.index = index
        self.hash = name_hash("step:" + work.name)
        self.size = engine.bind(work.size)
        self.after_work = engine.bind(work.after_work)
        self.patience = engine.bind(work.patience)
        self.ghost = engine.bind(work.ghost)
        self.due = engine.bind(work.due)
        self.head_start = engine.bind(work.head_start)
        self.priority = engine.bind(work.priority)
        calendars = engine.network.calendars
        self.door: Calendar | None = calendars[work.opening] if work.opening else None
        self.open = self.door is None or self.door.is_open(-engine.network.warm_up)
        self.after_calendar = calendars[work.after_calendar] if work.after_calendar else None
        self.patience_calendar = calendars[work.patience_calendar] if work.patience_calendar else None
        self.due_calendar = calendars[work.due_calendar] if work.due_calendar else None
        self.lines: dict[float, Line] = {}
        self.priorities: list[float] = []
        self.waiting = 0
        self.edges: list[EdgeState] = []
        self.ranks: list[tuple[int, list[EdgeState]]] = []
        self.overflows = any(e.after > 0.0 for e in work.edges)
        # in such a line whoever joined earlier becomes visible earlier
        self.in_order = work.order == "entry" and work.head_start is None

    def line(self, priority: float) -> Line:
        """Line of a priority, made when first needed."""
        line = self.lines.get(priority)
        if line is None:
            line = self.lines[priority] = Line(priority)
            self.priorities = sorted(self.lines, reverse=True)
        return line


class DelayState:
    """A Delay step in a run."""

    def __init__(self, delay: Delay, index: int, engine: Engine) -> None:
        self.delay = delay
        self.index = index
        self.hash = name_hash("step:" + delay.name)
        self.length = engine.bind(delay.length)
        calendars = engine.network.calendars
        self.calendar = calendars[delay.calendar] if delay.calendar else None
        self.until_open = calendars[delay.until_open] if delay.until_open else None


def run(network: Network, seed: int = 1, replication: int = 0) -> Records:
    """Simulate one replication.

    Raises
    ------
    EngineFault
        Time stands still, a number is impossible, or a counter of the machine overflows.
    """
    return Engine(network, seed, replication).run()


class Engine:
    """State of one run and the rules that change it."""

    def __init__(self, network: Network, seed: int, replication: int) -> None:
        self.network = network
        self.seed, self.replication = seed, replication
        self.start_time, self.end, self.limit = -network.warm_up, network.end, network.limit
        self.instance = instantiate(network, seed, replication)
        self.agenda = Agenda(self.start_time)
        self.now = self.start_time
        self.table: list[float] = []
        self.jobs_made = self.born = self.spawned = self.ended = 0
        self.open_counted = 0
        self.alive: dict[int, Job] = {}
        self.joins = self.arrivals = 0
        self.rows = bytearray()
        self.job_rows = bytearray()
        self.break_rows: list[tuple[float, float, float, int, int, int]] = []
        self.build()

    # -- building ------------------------------------------------------------------------------------------------

    def bind(self, law: Law | None) -> BoundLaw:
        """Put a law into the packed table."""
        law = law if law is not None else _NO_PATIENCE
        at = pack(law, self.table, self.network.attribute_index)
        return BoundLaw(at, law.load != 0.0, law.scale, law.cap)

    def build(self) -> None:
        """Make the states of steps, pools and watches."""
        n = self.network
        base = self.instance.base
        self.first_steps = [n.step_index[s.to] for s in n.streams]
        self.steps: list[Any] = [
            WorkState(s, i, self) if isinstance(s, Work) else DelayState(s, i, self) for i, s in enumerate(n.steps)
        ]
        self.pools: list[CountedState | NamedState] = []
        for i, p in enumerate(n.pools):
            if isinstance(p, CountedPool):
                self.pools.append(CountedState(p, i, self.instance.counts[i]))
                continue
            key = named_key(base, "pool:" + p.name)
            pool = NamedState(p, i, key, [server_key(key, s.name) for s in p.servers])
            self.pools.append(pool)
            for server, stretches in zip(pool.servers, self.instance.duties[i], strict=True):
                for begin, end, speed in stretches:
                    if begin <= self.start_time < end:
                        server.on_duty, server.duty_speed = True, speed
                        server.note_change(self.start_time)
        for step in self.steps:
            if isinstance(step, WorkState):
                for number, e in enumerate(step.work.edges):
                    edge = EdgeState(e, number, step, self.pools[n.pool_index[e.pool]])
                    step.edges.append(edge)
                    edge.pool.by_rank.setdefault(e.rank, []).append(edge)
                step.ranks = [(r, [e for e in step.edges if e.rank == r]) for r in sorted({e.rank for e in step.edges})]
        for state in self.pools:
            state.by_rank = dict(sorted(state.by_rank.items()))
        self.waiting_area = [[0.0, 0, self.start_time] for _ in self.steps]  # area, level, since
        self.serving_area = [[0.0, 0, self.start_time] for _ in self.pools]
        self.routes: list[list[list[BoundClause]]] = [[[] for _ in Exit] for _ in n.steps]
        for (name, exit_), clauses in n.routes.items():
            self.routes[n.step_index[name]][exit_] = [
                BoundClause(c, name_hash("clause:" + c.name), -1 if c.to is None else n.step_index[c.to])
                for c in clauses
            ]
        self.laws: dict[int, BoundLaw] = {}
        for clauses in n.routes.values():
            for c in clauses:
                for s in c.spawn:
                    self.laws[id(s)] = self.bind(s.delay if s.delay is not None else Constant(0.0))
        self.watch_hash = [name_hash("watch:" + w.name) for w in n.watches]
        self.watch_law = [self.bind(w.length) for w in n.watches]
        self.anchors: dict[tuple[str, int], list[tuple[str, int]]] = {}
        for i, w in enumerate(n.watches):
            for s in w.spawn:
                self.laws[id(s)] = self.bind(s.delay if s.delay is not None else Constant(0.0))
            for action, anchors in (("stop", w.stop), ("reset", w.reset), ("start", (w.start,))):
                for a in anchors:
                    number = n.mark_index[a.name] if a.moment == "mark" else n.step_index[a.name]
                    self.anchors.setdefault((a.moment, number), []).append((action, i))
        order = {"stop": 0, "reset": 1, "start": 2}
        for what in self.anchors.values():
            what.sort(key=lambda x: (order[x[0]], x[1]))
        self.stream_attributes: list[list[tuple[int, BoundLaw, int]]] = []
        self.stream_columns: list[list[tuple[int, list[float]]]] = []
        self.stream_batch: list[BoundLaw | None] = []
        for stream in n.streams:
            self.stream_attributes.append(
                [
                    (n.attribute_index[a], self.bind(law), name_hash("attribute:" + a))
                    for a, law in stream.attributes.items()
                ]
            )
            recorded = isinstance(stream, RecordedStream)
            self.stream_columns.append(
                [(n.attribute_index[a], c.tolist()) for a, c in stream.columns.items()]
                if isinstance(stream, RecordedStream)
                else []
            )
            batch = None if recorded else stream.batch  # type: ignore[union-attr]
            self.stream_batch.append(None if batch is None else self.bind(batch))

    # -- running -------------------------------------------------------------------------------------------------

    def run(self) -> Records:
        """Walk the agenda until everything counted is done, or the limit."""
        agenda = self.agenda
        agenda.process(self.births())
        agenda.process(self.planned(CLOSING))
        agenda.process(self.planned(OPENING))
        end, limit = self.end, self.limit
        stopped = end
        try:
            while True:
                t = agenda.peek()
                if t >= end and self.open_counted == 0:
                    break
                if t > limit:
                    stopped = limit
                    break
                agenda.step()
        except Crowded:
            job = next(reversed(self.alive), None)
            raise self.fault("more than 100,000 events at one instant: time does not pass any more", job) from None
        stopped = max(stopped, self.agenda.now)
        return self.close(stopped)

    def births(self) -> Generator[Any, Any, None]:
        """Process: walk through the births (kind 7)."""
        for birth in births(self.network, self.instance):
            yield self.agenda.at(birth.time, BIRTH)
            self.now = birth.time
            self.be_born(birth)

    def planned(self, kind: int) -> Generator[Any, Any, None]:
        """Process: walk through the planned changes of kind 0 or 1, all of one instant as one event (rule 3.6)."""
        changes = [c for c in self.instance.changes if c.kind == kind]
        i = 0
        while i < len(changes):
            t = changes[i].time
            j = i
            while j < len(changes) and changes[j].time == t:
                j += 1
            yield self.agenda.at(t, kind)
            self.now = t
            if kind == CLOSING:
                self.closings(changes[i:j])
            else:
                self.openings(changes[i:j])
            i = j

    def fault(self, what: str, job: int | None = None) -> EngineFault:
        """An engine fault at this moment."""
        return EngineFault(what, self.seed, self.replication, self.now, job)

    # -- numbers (sections 1, 2.1, 2.2) ---------------------------------------------------------------------------

    def z(self, job: Job) -> float:
        """The family's normal number (rule 6.3)."""
        root = job.root
        if root.z is None:
            root.z = normal_quantile(draw(root.key, _Z))
        return root.z

    def sample(self, law: BoundLaw, job: Job, name: int, purpose: int, round_: int | None = None) -> float:
        """Number that a law gives this job for this purpose."""
        u = draw(job.key, name, job.round if round_ is None else round_, purpose)
        x = invert(self.table, law.at, u, self.z(job) if law.loaded else 0.0, job.attributes)
        if law.scale is not None:
            x *= max(self.predict(law.scale, job), 0.0)
        if x > law.cap:
            x = law.cap
        if not x >= 0.0:
            raise self.fault(f"a law gave {x}; a number of at least 0 is expected", job.number)
        return x

    def predict(self, p: Predictor, job: Job) -> float:
        """Value of a Predictor for this job, now (rule 2.2)."""
        x = p.base
        for t in p.terms:
            v = self.look(t.source, job)
            x += t.factor * (t.low if v < t.low else t.high if v > t.high else v)
        if p.link == "identity":
            return x
        if p.link == "exp":
            return exp(x)
        if p.link == "logistic":
            return 1.0 / (1.0 + exp(-x)) if x > -700.0 else 0.0
        return 0.5 * erfc(-x * 0.7071067811865476)

    def look(self, source: Source, job: Job) -> float:
        """What a Predictor or condition looks at."""
        kind = source.kind
        if kind == "waited":
            return job.waited + (self.now - job.joined if job.state == IN_LINE else 0.0)
        if kind == "mark":
            return float(job.marks[self.network.mark_index[source.name]])
        if kind == "attribute":
            return job.attributes[self.network.attribute_index[source.name]]
        if kind == "round":
            return float(job.round)
        if kind == "age":
            return self.now - job.birth
        if kind == "lateness":
            return -inf if isnan(job.due) else self.now - job.due
        if kind == "z":
            return self.z(job)
        assert source.table is not None
        return source.table.at(self.now)

    def holds(self, c: Condition, job: Job) -> bool:
        """Whether a condition holds, now."""
        v = self.look(c.source, job)
        return v <= c.number if c.op == "<=" else v >= c.number

    # -- births, families, ends (2.4, 2.5, 2.9) ---------------------------------------------------------------------

    def be_born(self, birth: Birth) -> None:
        """A birth event: one job, or the members of a batch."""
        i = birth.stream
        batch = self.stream_batch[i]
        members = 1
        if batch is not None:
            x = invert(self.table, batch.at, draw(birth.key, _BATCH), 0.0, [])
            members = int(min(x, batch.cap) + 0.5)
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
                child = Job(self.jobs_made, key, parent.stream, self.now, parent.root, parent.number)
                child.attributes = parent.attributes
                delay = self.sample(self.laws[id(s)], child, name, Purpose.DELAY)
                if delay == inf:
                    continue
                child.marks = list(parent.marks)
                child.family_counted = parent.family_counted
                self.jobs_made += 1
                self.spawned += 1
                self.alive[child.number] = child
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
        """A job enters a step."""
        counted = 0.0 <= self.now < self.end
        self.open_counted += counted
        job.step = step
        job.state = BEFORE
        state = self.steps[step]
        if isinstance(state, WorkState):
            job.begin_visit(self.now, counted)
            if self.anchors:
                self.anchor("entered", step, job)
            self.job_arrives(job, state)
        else:
            job.begin_delay(self.now, counted)
            if self.anchors:
                self.anchor("entered", step, job)
            self.delay_begins(job, state)

    def leave(self, job: Job, exit_: Exit) -> None:
        """The visit has ended and its row is written: anchors, then the route (rule 4.5)."""
        self.open_counted -= job.counted
        if self.anchors:
            self.anchor("left", job.step, job)
        job.state = BEFORE
        self.route(job, exit_)

    def route(self, job: Job, exit_: Exit) -> None:
        """Clauses in order; no match: the job ends (rule 2.9)."""
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
            if c.spawn:
                self.spawn(job, name, c.spawn, 0)
            if c.again:
                job.round += 1
                if job.round > 255:
                    raise self.fault("a job is in its 256th round; at most 255 are possible", job.number)
            if c.go_on:
                continue
            if to >= 0:
                self.enter(job, to)
            else:
                self.end_job(job, exit_)
            return
        self.end_job(job, exit_)

    def raise_marks(self, job: Job, add: Any) -> None:
        """Add to marks, which saturate, and tell the watches."""
        for mark, k in add.items():
            i = self.network.mark_index[mark]
            job.marks[i] = min(job.marks[i] + k, 255)
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
        self.write_job(job, self.now, exit_)

    # -- watches (2.10) -------------------------------------------------------------------------------------------

    def anchor(self, moment: str, number: int, job: Job) -> None:
        """A moment in a job's life that watches may wait for: stops, then resets, then starts."""
        for action, i in self.anchors.get((moment, number), ()):
            clock = job.clocks.get(i) if job.clocks else None
            if action == "stop":
                if clock is not None and clock.timer is not None:
                    clock.timer.cancel()
                    clock.timer = None
            elif action == "reset":
                if clock is not None and clock.timer is not None:
                    self.set_clock(clock)
            else:
                if clock is None:
                    if job.clocks is None:
                        job.clocks = {}
                    clock = job.clocks[i] = Clock(i, job)
                clock.since_start = 0
                self.set_clock(clock)

    def set_clock(self, clock: Clock) -> None:
        """Set the clock of a watch, afresh."""
        watch = self.network.watches[clock.watch]
        if clock.timer is not None:
            clock.timer.cancel()
        d = self.sample(self.watch_law[clock.watch], clock.job, self.watch_hash[clock.watch], Purpose.WATCH, clock.sets)
        clock.sets += 1
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
        started = clock.sets
        self.raise_marks(job, watch.add)
        if watch.spawn:
            self.spawn(job, self.watch_hash[clock.watch], watch.spawn, first)
        if watch.to is not None and job.state in (IN_LINE, IN_DELAY):
            self.move(job, self.network.step_index[watch.to])
        if job.state != GONE and clock.sets == started and clock.since_start < watch.times:
            self.set_clock(clock)

    def move(self, job: Job, to: int) -> None:
        """Take a job out of a line or a delay and into another step."""
        if job.state == IN_LINE:
            self.leave_line(job)
            self.write_row(job, self.now, nan, Exit.MOVED)
        else:
            assert job.delay is not None
            job.delay.cancel()
            self.delay_row(job, Exit.MOVED)
        self.open_counted -= job.counted
        self.anchor("left", job.step, job)
        self.enter(job, to)

    # -- delays (2.7) ---------------------------------------------------------------------------------------------

    def delay_begins(self, job: Job, step: DelayState) -> None:
        """The job waits for time to pass."""
        job.state = IN_DELAY
        d = self.sample(step.length, job, step.hash, Purpose.DELAY)
        t = self.now + d if step.calendar is None else step.calendar.add(self.now, d)
        if step.until_open is not None and t < inf:
            t = step.until_open.next_open(t)
        job.delay = self.agenda.set(t, ENTRY, self.delay_ends, job)

    def delay_ends(self, job: Job) -> None:
        """A delay is over (kind 6)."""
        self.now = self.agenda.now
        self.delay_row(job, Exit.DONE)
        self.leave(job, Exit.DONE)

    def delay_row(self, job: Job, exit_: Exit) -> None:
        """End of a stay in a delay."""
        delay = self.steps[job.step].delay
        job.delay = None
        if delay.counts_as_wait:
            job.waited += self.now - job.entered
        if delay.recorded:
            self.write_row(job, self.now, nan, exit_)

    # -- arriving and waiting (4.1, 4.2, 4.6) -----------------------------------------------------------------------

    def job_arrives(self, job: Job, step: WorkState) -> None:
        """Rule 4.1."""
        now, work = self.now, step.work
        self.arrivals += 1
        job.arrival = self.arrivals
        if work.due is not None:
            d = self.sample(step.due, job, step.hash, Purpose.DUE)
            origin = now if work.due_from == "entry" else job.birth
            job.due = origin + d if step.due_calendar is None else step.due_calendar.add(origin, d)
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
                self.leave(job, Exit.CLOSED)
                return
            job.opens = step.door.next_open(now)
            self.join(job, step)
            return
        found = self.best_server(job, step.edges, step)  # 2
        if found is not None:
            self.start(job, *found)
            return
        if work.limit is not None and step.waiting >= work.limit:  # 4
            self.write_row(job, now, nan, Exit.BLOCKED)
            self.leave(job, Exit.BLOCKED)
            return
        self.join(job, step)  # 5

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
            return
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
        for line in step.lines.values():
            if not line.jobs:
                continue
            head = line.jobs[0]
            if head.cleared is not None or head.ghost:
                continue
            for _, edges in step.ranks:
                for e in edges:
                    if e.pool.named and self.visible(head, e) and e.pool.best(e, head) is None:
                        server = e.pool.roomiest(e.units)  # type: ignore[union-attr]
                        if server is not None:
                            head.cleared = server
                            server.cleared = head
                            break
                if head.cleared is not None:
                    break

    def let_go(self, job: Job) -> None:
        """A cleared server may take anything again (rule 4.13)."""
        server = job.cleared
        assert server is not None
        server.cleared = None
        job.cleared = None
        self.offer(server.pool)

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
        if job.ghost:
            job.left = self.sample(step.ghost, job, step.hash, Purpose.GHOST)
        elif job.size is None:
            job.size = job.left = self.sample(step.size, job, step.hash, Purpose.SIZE)
        elif step.work.returned == "restart":
            job.left = job.size
        elif step.work.returned == "redraw":
            job.left = job.size = self.sample(step.size, job, step.hash, Purpose.REDRAW + (job.spell << 16), job.round)
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
            if v == job.speed:
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

    # -- planned changes (3.6, 4.8 to 4.10) ---------------------------------------------------------------------------

    def closings(self, changes: Sequence[Change]) -> None:
        """Kind 0: doors close, head-counts fall, duties end, whole breaks fall due."""
        for c in changes:
            if c.what == "door":
                self.steps[c.index].open = False
                continue
            pool = self.pools[c.index]
            if isinstance(pool, CountedState):
                pool.n = int(c.value)
                continue
            server = pool.servers[c.server]
            if c.what == "break":
                if server.on_duty:
                    server.break_due += c.value
            else:
                server.on_duty = False
                server.break_due = 0.0
                if server.cleared is not None:
                    server.cleared.cleared = None
                    server.cleared = None
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

    def line_leaves(self, step: WorkState) -> None:
        """Rule 4.10: everybody in line leaves, in the order of joining; returned jobs wait on."""
        waiting = [j for line in step.lines.values() for j in line.jobs if not j.spell]
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
        for job in victims[:excess]:
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

    def interrupt(self, job: Job) -> None:
        """Work stops before its completion: what is left is settled, the row is closed."""
        job.left = job.left - (self.now - job.settled) * job.speed
        if job.left < 0.0:
            job.left = 0.0
        job.settled = self.now
        job.speed = 0.0
        job.finish = inf
        if job.completion is not None:
            job.completion.cancel()
            job.completion = None

    def hand_back(self, job: Job) -> None:
        """Rule 4.9."""
        server, edge = job.server, job.edge
        assert server is not None and edge is not None
        step = self.steps[job.step]
        self.interrupt(job)
        if step.work.counts_as_wait:
            job.waited += self.now - job.started
        del server.jobs[job]
        self.write_row(job, self.now, self.now, Exit.HANDED_BACK)
        self.free_slots(server, edge.units)
        job.begin_spell(self.now)
        self.count_spell(job)
        job.state = BEFORE
        job.opens = -inf
        found = self.best_server(job, step.edges, step)
        if found is not None:
            self.start(job, *found)
        else:
            self.join(job, step)

    def pause(self, job: Job) -> None:
        """Rule 4.8, pause: the slot stays taken, the work stands still; a new row waits for the resumption."""
        server, edge, pool = job.server, job.edge, job.pool
        assert edge is not None and pool is not None
        self.interrupt(job)
        self.write_row(job, self.now, self.now, Exit.PAUSED)
        job.begin_spell(self.now)
        self.count_spell(job)
        job.server, job.edge, job.pool = server, edge, pool
        job.state = PAUSED
        self.change_area(self.serving_area[pool.index], -edge.units)

    def count_spell(self, job: Job) -> None:
        if job.spell > 255:
            raise self.fault("a visit is in its 257th spell; at most 256 are possible", job.number)

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
            pool = self.pools[c.index]
            touched[pool.index] = pool
            if isinstance(pool, CountedState):
                pool.n = int(c.value)
                continue
            server = pool.servers[c.server]
            if c.what == "break":
                server.break_due += c.value
                server.place()
                self.break_may_begin(server)
                continue
            server.duty_speed = c.value
            if c.what == "duty":
                server.on_duty = True
                server.note_change(self.now)
            begun.append(server)
        for server in begun:
            for job in server.jobs:
                if job.state == PAUSED:
                    job.state = IN_SERVICE
                    job.started = job.settled = self.now
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

    # -- records (section 7) ------------------------------------------------------------------------------------------

    def change_area(self, area: list[Any], by: int) -> None:
        """Add what has passed at the old level, clipped to [0, end); then change the level."""
        now = self.now
        since = area[2] if area[2] > 0.0 else 0.0
        until = now if now < self.end else self.end
        if until > since:
            area[0] += area[1] * (until - since)
        area[1] += by
        area[2] = now

    def write_row(self, job: Job, left: float, released: float, exit_: Exit) -> None:
        """One spell has ended; it is kept if it overlaps [0, end) or is counted (rule 7.1)."""
        last = self.now if isnan(released) else released
        if not (job.counted or job.family_counted or (job.spell_entered < self.end and last > 0.0)):
            return
        job.kept = True
        flags = (0 if job.spell else FIRST) | (RETURNED if job.spell else 0)
        flags |= (GHOST if job.ghost else 0) | (COUNTED if job.counted else 0)
        pool = -1 if job.pool is None or isnan(job.started) else job.pool.index
        server = job.server.number if job.server is not None and not isnan(job.started) else -1
        self.rows += _ROW.pack(
            job.spell_entered,
            job.started,
            left,
            released,
            job.number,
            server,
            job.step,
            pool,
            exit_,
            job.round,
            flags,
            job.spell,
        )

    def write_job(self, job: Job, end: float, exit_: Exit) -> None:
        """One job, if any of its spells is kept or its family is counted (rule 7.3)."""
        if not (job.kept or job.family_counted):
            return
        self.job_rows += _JOB_ROW.pack(
            job.key,
            job.birth,
            end,
            job.number,
            job.root.number,
            job.parent,
            job.step,
            job.stream,
            exit_,
            job.family_counted,
            bytes(job.marks),
            job.due,
        )

    def close(self, stopped: float) -> Records:
        """What is still open gets a row with exit `open`; everything is put into its agreed order."""
        self.now = stopped
        for area in (*self.waiting_area, *self.serving_area):
            self.change_area(area, 0)
        for job in list(self.alive.values()):
            step = self.steps[job.step] if job.step >= 0 else None
            if job.state in (IN_LINE, IN_SERVICE, PAUSED) or (
                job.state == IN_DELAY and isinstance(step, DelayState) and step.delay.recorded
            ):
                self.write_row(job, job.gone_at if job.ghost else nan, nan, Exit.OPEN)
            self.write_job(job, nan, Exit.OPEN)
        for pool in self.pools:
            if isinstance(pool, NamedState):
                for server in pool.servers:
                    if server.resting:
                        self.break_ends(server)
        visits = np.frombuffer(bytes(self.rows), dtype=VISIT).copy()
        visits["released"][visits["released"] > stopped] = nan  # after-work that the end of the run cut off
        visits = visits[np.lexsort((visits["spell"], visits["entered"], visits["job"]))]
        jobs = np.frombuffer(bytes(self.job_rows), dtype=JOB).copy()
        jobs = jobs[np.argsort(jobs["number"], kind="stable")]
        duty = np.concatenate([self.instance.duty, np.array(self.break_rows, dtype=DUTY)])
        duty = duty[np.lexsort((duty["kind"], duty["begin"], duty["server"], duty["pool"]))]
        tally = Tally(
            waiting=np.array([a[0] for a in self.waiting_area]),
            serving=np.array([a[0] for a in self.serving_area]),
            born=self.born,
            spawned=self.spawned,
            ended=self.ended,
            open=len(self.alive),
        )
        return Records(self.network, self.seed, self.replication, visits, jobs, duty, tally, stopped)
