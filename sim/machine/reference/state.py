"""State of a run: what the rules read and write."""

from __future__ import annotations

from math import exp, inf, isnan
from typing import Any

from sim.machine.fault import EngineFault
from sim.machine.instance import instantiate
from sim.machine.inversion import invert, pack
from sim.machine.laws import Constant, Law
from sim.machine.luck import draw, name_hash, named_key, server_key
from sim.machine.network import Network
from sim.machine.normal import normal_cdf, normal_quantile
from sim.machine.pools import CountedPool
from sim.machine.predictor import Condition, Predictor, Source
from sim.machine.reference.agenda import Agenda, Timer
from sim.machine.reference.gauges import GaugeState, Shift, SwitchState
from sim.machine.reference.jobs import IN_LINE, Job
from sim.machine.reference.servers import CountedState, EdgeState, NamedState
from sim.machine.reference.stations import BoundClause, BoundLaw, DelayState, WorkState
from sim.machine.steps import Exit, Work
from sim.machine.streams import RecordedStream

_Z = name_hash("z")
_ABSENT = Constant(inf)
_AT_ONCE = Constant(0.0)


class Run:
    """State of one run: steps, pools, packed laws, jobs alive, rows written (sections 1 and 2)."""

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
        self.joins = self.arrivals = self.starts = 0
        self.held_back: dict[int, CountedState | NamedState] | None = None
        self.rows = bytearray()
        self.job_rows = bytearray()
        self.break_rows: list[tuple[float, float, float, int, int, int]] = []
        self.switch_rows: list[list[float]] = []
        self.dropped_rows: list[int] = []
        self.recalls: dict[int, Timer] = {}
        self.build()
        self.build_observers()

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
            for _, _, speed, number, _, _ in self.instance.starting[i].tolist():
                server = pool.servers[number]
                server.on_duty, server.present, server.duty_speed = True, True, speed
                server.note_change(self.start_time)
        for step in self.steps:
            if isinstance(step, WorkState):
                for number, e in enumerate(step.work.edges):
                    edge = EdgeState(e, number, step, self.pools[n.pool_index[e.pool]])
                    step.edges.append(edge)
                    step.edge_to[edge.pool.index] = edge
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

    def recall_number(self, mark: str | None) -> int:
        """Number of the family mark that calls jobs away from a step, or -1."""
        return -1 if mark is None else self.network.family_mark_index[mark]

    def build_observers(self) -> None:
        """Make the states of gauges and switches, and what families share."""
        n = self.network
        self.gauges = [
            GaugeState(
                g, [self.steps[n.step_index[s]] for s in g.steps], [self.pools[n.pool_index[p]] for p in g.pools]
            )
            for g in n.gauges
        ]
        self.counts_inside = any(g.gauge.kind == "inside" for g in self.gauges)
        for gauge in self.gauges:
            if gauge.gauge.kind in ("last wait", "in time"):
                for step in gauge.works:
                    step.gauges.append(gauge)
        self.switches = [
            SwitchState(s, i, self.gauges[n.gauge_index[s.gauge]], n.calendars[s.calendar] if s.calendar else None)
            for i, s in enumerate(n.switches)
        ]
        self.kinship = bool(n.family_marks)
        self.recalling = {s.recall for s in self.steps if s.recall >= 0}
        for step in self.steps:
            if not isinstance(step, WorkState):
                continue
            self.kinship |= step.work.owner != "any"
            if step.work.shared_limit is not None:
                step.shared = self.gauges[n.gauge_index[step.work.shared_limit[0]]]
            for edge, e in zip(step.edges, step.work.edges, strict=True):
                if e.switch is not None:
                    edge.switch = self.switches[n.switch_index[e.switch]]
                    edge.switch.edges.append(edge)
        for pool, stretches in zip(self.pools, self.instance.stretches, strict=True):
            if isinstance(pool, NamedState):
                for begin, end, speed, number, switch, until in stretches.tolist():
                    if switch >= 0:
                        self.switches[switch].shifts.append(Shift(pool.servers[number], begin, end, until, speed))

    def come_inside(self, job: Job) -> None:
        """Gauges count the job at its step from now on (rule 8.1)."""
        if not job.inside:
            job.inside = True
            self.steps[job.step].inside += 1

    def go_outside(self, job: Job) -> None:
        """They do not count it any more."""
        job.inside = False
        self.steps[job.step].inside -= 1

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
            if not scale > 0.0:
                x *= 0.0
            elif x != 0.0:  # none stays none, also beside an infinite scale
                x *= scale
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
            if t.factor != 0.0:
                x += t.factor * (t.low if v < t.low else t.high if v > t.high else v)
        if isnan(x):
            x = inf  # infinite terms of both signs
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
        if kind == "gauge":
            return self.gauges[self.network.gauge_index[source.name]].value(self.now)
        if kind == "switch":
            return float(self.switches[self.network.switch_index[source.name]].on)
        if kind == "family mark":
            assert job.kin is not None
            return float(job.kin.marks[self.network.family_mark_index[source.name]])
        assert source.table is not None
        return source.table.at(self.now)

    def holds(self, c: Condition, job: Job) -> bool:
        """Whether a condition holds, now."""
        v = self.look(c.source, job)
        return v <= c.number if c.op == "<=" else v >= c.number
