"""State of a run: what the rules read and write."""

from __future__ import annotations

import struct
from math import exp, inf, isnan, nan
from typing import Any

import numpy as np

from sim.machine.fault import EngineFault
from sim.machine.instance import instantiate
from sim.machine.inversion import invert, pack
from sim.machine.laws import Constant, Law
from sim.machine.luck import draw, name_hash, named_key, server_key
from sim.machine.network import Network
from sim.machine.normal import normal_cdf, normal_quantile
from sim.machine.pools import CountedPool
from sim.machine.predictor import Condition, Predictor, Source
from sim.machine.records import COUNTED, DUTY, FIRST, GHOST, JOB, RESUMED, RETURNED, Records, Tally, sorted_visits
from sim.machine.reference.agenda import (
    Agenda,
)
from sim.machine.reference.jobs import IN_DELAY, IN_LINE, IN_SERVICE, PAUSED, Job
from sim.machine.reference.servers import CountedState, EdgeState, NamedState
from sim.machine.reference.stations import BoundClause, BoundLaw, DelayState, WorkState
from sim.machine.steps import Exit, Work
from sim.machine.streams import RecordedStream

ROW = struct.Struct("<ddddIiHhBBBB")
JOB_ROW = struct.Struct("<QddIIiihBB8sd")
"""Rows as `records.VISIT` and `records.JOB` lay them out."""

_Z = name_hash("z")
_ABSENT = Constant(inf)
_AT_ONCE = Constant(0.0)


class Run:
    """State of one run: steps, pools, packed laws, jobs alive, rows written (sections 1, 2 and 7)."""

    def __init__(self, network: Network, seed: int, replication: int) -> None:
        self.network = network
        self.seed, self.replication = seed, replication
        self.start_time, self.end, self.limit = 0.0 - network.warm_up, network.end, network.limit
        self.instance = instantiate(network, seed, replication)
        self.agenda = Agenda(self.start_time)
        self.now = self.start_time
        self.table: list[float] = []
        self.jobs_made = self.born = self.spawned = self.ended = 0
        self.open_counted = 0
        self.alive: dict[int, Job] = {}
        self.joins = self.arrivals = 0
        self.held_back: dict[int, CountedState | NamedState] | None = None
        self.rows = bytearray()
        self.job_rows = bytearray()
        self.break_rows: list[tuple[float, float, float, int, int, int]] = []
        self.build()

    # -- building ------------------------------------------------------------------------------------------------

    def bind(self, law: Law | None) -> BoundLaw:
        """Put a law into the packed table."""
        law = law if law is not None else _ABSENT
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
            for _, _, speed, number in self.instance.starting[i].tolist():
                server = pool.servers[number]
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
                    self.laws[id(s)] = self.bind(s.delay or _AT_ONCE)
        self.watch_hash = [name_hash("watch:" + w.name) for w in n.watches]
        self.watch_law = [self.bind(w.length) for w in n.watches]
        self.anchors: dict[tuple[str, int], list[tuple[str, int]]] = {}
        for i, w in enumerate(n.watches):
            for s in w.spawn:
                self.laws[id(s)] = self.bind(s.delay or _AT_ONCE)
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

    def fault(self, what: str, job: int | None = None) -> EngineFault:
        """An engine fault at this moment."""
        return EngineFault(what, self.seed, self.replication, self.now, job)

    # -- numbers (sections 1, 2.1, 2.2) ---------------------------------------------------------------------------

    def z(self, job: Job) -> float:
        """The family's normal number (rule 6.3)."""
        root = job.family
        if root.z is None:
            root.z = normal_quantile(draw(root.key, _Z))
        return root.z

    def sample(self, law: BoundLaw, job: Job, name: int, purpose: int, round_: int | None = None) -> float:
        """Number that a law gives this job for this purpose."""
        u = draw(job.key, name, job.round if round_ is None else round_, purpose)
        x = invert(self.table, law.at, u, self.z(job) if law.loaded else 0.0, job.attributes)
        if law.scale is not None:
            scale = self.predict(law.scale, job)
            x *= scale if scale > 0.0 else 0.0
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
            return exp(x) if x < 700.0 else inf  # no overflow: what is so large is as good as endless
        if p.link == "logistic":
            return 1.0 / (1.0 + exp(-x)) if x > -700.0 else 0.0
        return normal_cdf(x)

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
        flags |= (GHOST if job.ghost else 0) | (COUNTED if job.counted else 0) | (RESUMED if job.paused else 0)
        pool = -1 if job.pool is None or isnan(job.started) else job.pool.index
        server = job.server.number if job.server is not None and not isnan(job.started) else -1
        self.rows += ROW.pack(
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
        self.job_rows += JOB_ROW.pack(
            job.key,
            job.birth,
            end,
            job.number,
            job.family.number,
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
        visits = sorted_visits(bytes(self.rows))
        visits["released"][visits["released"] > stopped] = nan  # after-work that the end of the run cut off
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
