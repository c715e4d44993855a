"""Luck belongs to the entity: whatever is added beside a job, the job keeps every draw (rules 6.0 to 6.3).

The networks have room for everybody, so that jobs cannot push each other and records show nothing but draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.machine import (
    NEVER,
    Anchor,
    Attribute,
    Busyness,
    ByAttribute,
    Clause,
    Condition,
    Constant,
    CountedPool,
    Delay,
    Duty,
    Edge,
    Exponential,
    Lognormal,
    NamedPool,
    Network,
    NetworkBuilder,
    Predictor,
    RecordedStream,
    Records,
    Server,
    Source,
    Spawn,
    Stream,
    Timeline,
    Uniform,
    Watch,
    Weibull,
    Work,
    simulate,
)
from sim.machine.instance import instantiate
from sim.machine.luck import Purpose, child_key, draw, name_hash
from sim.machine.normal import normal_cdf, normal_quantile
from sim.machine.steps import Exit, Step

END = 480.0
DUTY = (Duty(-2000.0, 50_000.0),)
TALK = Lognormal(4.0, 3.0, load=0.6)
PATIENCE = Weibull(0.7, 6.0)
REPEAT, CHASE, ODD = 0.3, 0.25, Predictor(-1.0, link="logistic")


@dataclass
class Plan:
    """Pieces of a network, to be changed before they are built."""

    streams: list[Stream | RecordedStream]
    steps: list[Step]
    pools: list[CountedPool | NamedPool]
    routes: list[tuple[str, str, list[Clause]]]
    watches: list[Watch]
    busyness: list[Busyness] = field(default_factory=list)
    end: float = END
    warm_up: float = 60.0

    def build(self) -> Network:
        """Through the builder, so that everything is checked."""
        b = NetworkBuilder("belongs", end=self.end, warm_up=self.warm_up)
        for f in self.busyness:
            b.busyness(f)
        for s in self.streams:
            if isinstance(s, Stream):
                b.stream(
                    s.name,
                    s.to,
                    s.rate,
                    reference=s.reference,
                    busyness=s.busyness,
                    batch=s.batch,
                    attributes=s.attributes,
                )
            else:
                b.recorded(s.name, s.to, s.times, columns=s.columns, attributes=s.attributes)
        for step in self.steps:
            values = {k: v for k, v in vars(step).items() if k not in ("name", "edges", "length")}
            if isinstance(step, Work):
                b.work(step.name, step.edges, **values)
            else:
                b.delay(step.name, step.length, **values)
        for p in self.pools:
            if isinstance(p, CountedPool):
                b.counted(p.name, p.servers)
            else:
                b.named(p.name, p.servers, slots=p.slots)
        for name, exit_, clauses in self.routes:
            b.route(name, exit_, *clauses)
        for w in self.watches:
            values = {k: v for k, v in vars(w).items() if k not in ("name", "start", "length")}
            b.watch(w.name, w.start, w.length, **values)
        return b.build()


def calls(name: str = "calls", rate: float = 0.3) -> Stream:
    """A stream whose jobs carry two attributes and sometimes come in pairs."""
    attributes = {"weight": Exponential(2.0, load=0.5), "kind": Uniform(0.0, 2.0)}
    line = Timeline.constant(rate)
    return Stream(name, "bot", line, line, ("market",), batch=Uniform(0.6, 2.4), attributes=attributes)


def plan() -> Plan:
    """Bot, a line nobody serves, a desk, post; repeats, chasers and a watch; drawn and recorded jobs."""
    log = RecordedStream(
        "log",
        "bot",
        np.arange(-50.0, 400.0, 9.0),
        {"weight": np.full(50, 3.0)},
        attributes={"kind": Uniform(0.0, 2.0)},
    )
    heavy = ByAttribute.of("kind", {9.0: Constant(1.0)}, Attribute("weight", 2.0))
    return Plan(
        streams=[calls(), log],
        steps=[
            Work("bot", (Edge("bots"),), size=Exponential(1.5, atoms=((0.5, 0.2),))),
            Work("line", patience=PATIENCE),
            Work("desk", (Edge("people"),), size=Weibull(1.5, 4.0), after_work=Uniform(0.5, 2.0)),
            Work("chat", (Edge("people"),), size=TALK),
            Work("pack", (Edge("bots"),), size=heavy),
            Delay("post", Lognormal(60.0, 30.0, load=-0.4), recorded=True),
        ],
        pools=[
            CountedPool("bots", Timeline.constant(5_000)),
            NamedPool("people", tuple(Server(f"agent {i}", DUTY) for i in range(40)), slots=20),
        ],
        routes=[
            ("bot", "done", [Clause("impatient", probability=0.3, to="line"), Clause("ask", to="desk")]),
            ("line", "abandoned", [Clause("recalls", probability=REPEAT, to="bot", again=True, add={"repeats": 1})]),
            (
                "desk",
                "done",
                [
                    Clause("chaser", probability=CHASE, spawn=(Spawn("chat", 2, Exponential(30.0)),), go_on=True),
                    Clause("odd", probability=ODD, to="post"),
                    Clause("rest", to="pack"),
                ],
            ),
            ("chat", "done", [Clause("more", probability=0.3, to="desk", again=True)]),
        ],
        watches=[
            Watch(
                "slow",
                Anchor("entered", "post"),
                Exponential(40.0),
                stop=(Anchor("left", "post"),),
                spawn=(Spawn("pack", 1),),
                times=3,
            )
        ],
        busyness=[Busyness("market", day_sd=0.3, day_correlation=0.5)],
    )


Visit = tuple[str, int, int, float, float, float, float, str]


def draws(records: Records, leave_out: Iterable[str] = ()) -> dict[int, tuple[Any, ...]]:
    """What each job of a counted family drew, by its key: birth, end, root, repeats, all times of all its visits."""
    n, skip = records.network, set(leave_out)
    key = {int(j["number"]): int(j["key"]) for j in records.jobs}
    visits: dict[int, list[Visit]] = {int(j["number"]): [] for j in records.jobs}
    for v in records.visits:
        name = n.steps[int(v["step"])].name
        if name in skip:
            continue
        times = tuple(float(v[k]) for k in ("entered", "started", "left", "released"))
        if n.steps[int(v["step"])].name != "line":
            assert times[0] == times[1] or np.isnan(times[1])  # nobody waits, so nobody can push anybody
        exit_ = Exit(int(v["exit"])).name
        words = tuple(-1.0 if np.isnan(t) else t for t in times)
        visits[int(v["job"])].append((name, int(v["round"]), int(v["spell"]), *words, exit_))  # type: ignore[arg-type]
    repeats = n.marks.index("repeats")
    out: dict[int, tuple[Any, ...]] = {}
    for j in records.jobs[records.jobs["counted"] > 0]:
        root, seen = key[int(j["family"])], tuple(sorted(visits[int(j["number"])]))
        assert int(j["key"]) not in out
        out[int(j["key"])] = (float(j["birth"]), float(j["end"]), root, int(j["marks"][repeats]), seen)
    return out


def run(p: Plan) -> Records:
    """One history."""
    return simulate(p.build(), seed=3, replication=1)


@cache
def base() -> Records:
    """The history to which all others are compared."""
    return run(plan())


@cache
def kept() -> dict[int, tuple[Any, ...]]:
    """Its draws."""
    return draws(base())


def test_the_network_has_enough_luck_to_lose() -> None:
    """The base history uses every kind of draw: otherwise keeping them would be easy."""
    steps = {v[0] for job in kept().values() for v in job[4]}
    assert steps == {"bot", "line", "desk", "chat", "pack", "post"}
    assert len(kept()) > 300
    assert sum(job[3] > 0 for job in kept().values()) > 10  # repeats
    assert sum(job[2] != key for key, job in kept().items()) > 50  # children
    assert max(v[1] for job in kept().values() for v in job[4]) >= 2  # rounds


# -- one thing is added ----------------------------------------------------------------------------------------------


def unused_step(p: Plan) -> None:
    p.steps.insert(0, Work("unused", (Edge("bots"),), size=Exponential(9.0), patience=Exponential(1.0)))
    p.routes[0][2].insert(0, Clause("to unused", probability=0.0, to="unused"))


def step_upstream(p: Plan) -> None:
    p.steps.insert(0, Work("gate", (Edge("bots"),), size=Constant(0.0)))
    p.streams = [replace(s, to="gate") for s in p.streams]
    p.routes.insert(0, ("gate", "done", [Clause("in", to="bot")]))


def step_between(p: Plan) -> None:
    p.steps.insert(2, Delay("between", Constant(0.0), recorded=True))
    p.routes[0][2][1] = Clause("ask", to="between")
    p.routes.append(("between", "done", [Clause("on", to="desk")]))


def reason(p: Plan) -> None:
    p.streams.insert(0, calls("call", 0.5))
    p.busyness.insert(0, Busyness("other", day_sd=0.5))


def agent(p: Plan) -> None:
    people = p.pools[1]
    assert isinstance(people, NamedPool)
    p.pools[1] = replace(people, servers=(Server("agent new", DUTY, speed=1.0), *people.servers))


def pool(p: Plan) -> None:
    p.pools.insert(0, CountedPool("temps", Timeline.constant(3)))


def policy_of_probability_0(p: Plan) -> None:
    for i, (_, _, clauses) in enumerate(p.routes):
        clauses.insert(0, Clause(f"never {i}", probability=0.0, spawn=(Spawn("desk", 5),), to="post"))


def policy_that_passes_everybody(p: Plan) -> None:
    for i, (_, _, clauses) in enumerate(p.routes):
        clauses.insert(0, Clause(f"pass {i}", probability=0.5, add={"seen": 1}, go_on=True))


def condition_never_met(p: Plan) -> None:
    condition = Condition(Source("round"), ">=", 200.0)
    p.routes[2][2].insert(0, Clause("hopeless", (condition,), probability=0.9, to="line"))


def watch_never(p: Plan) -> None:
    p.watches.insert(0, Watch("never", Anchor("entered", "bot"), NEVER, spawn=(Spawn("post", 3),), times=9))


def watch_that_marks(p: Plan) -> None:
    p.watches.insert(0, Watch("long", Anchor("entered", "bot"), Exponential(3.0), add={"long": 1}, times=5))


def attribute(p: Plan) -> None:
    p.streams = [replace(s, attributes={"colour": Exponential(1.0), **s.attributes}) for s in p.streams]


def reorder(p: Plan) -> None:
    for pieces in (p.streams, p.steps, p.pools, p.routes, p.watches):
        pieces.reverse()  # type: ignore[attr-defined]


def longer_horizon(p: Plan) -> None:
    p.end = 2.5 * END


def longer_warm_up(p: Plan) -> None:
    p.warm_up = 1_000.0


def more_demand(p: Plan) -> None:
    first = p.streams[0]
    assert isinstance(first, Stream)
    p.streams[0] = replace(first, rate=Timeline.constant(0.9))


CHANGES: list[Callable[[Plan], None]] = [
    unused_step,
    step_upstream,
    step_between,
    reason,
    agent,
    pool,
    policy_of_probability_0,
    policy_that_passes_everybody,
    condition_never_met,
    watch_never,
    watch_that_marks,
    attribute,
    reorder,
    longer_horizon,
    longer_warm_up,
    more_demand,
]
BRINGS_JOBS = (reason, longer_horizon, more_demand)


@pytest.mark.parametrize("change", CHANGES, ids=lambda f: f.__name__.replace("_", " "))
def test_every_job_keeps_every_draw(change: Callable[[Plan], None]) -> None:
    """Keys, births, sizes, after-work, patience, delays, paths, children, repeats: equal bit for bit, job by job."""
    p = plan()
    change(p)
    found = draws(run(p), leave_out=("gate", "between", "unused"))
    if change not in BRINGS_JOBS:
        assert found.keys() == kept().keys()
    else:
        assert len(found) > len(kept())
    assert {k: found.get(k) for k in kept()} == kept()


def renamed_step(p: Plan) -> None:
    p.steps[2] = replace(p.steps[2], name="counter")
    p.routes[0][2][1] = Clause("ask", to="counter")
    p.routes[2] = ("counter", "done", p.routes[2][2])
    clause = p.routes[2][2][0]
    assert clause.name == "chaser"
    p.routes[3][2][0] = replace(p.routes[3][2][0], to="counter")


def renamed_clause(p: Plan) -> None:
    p.routes[2][2][0] = replace(p.routes[2][2][0], name="chaser again")


@pytest.mark.parametrize("change", [renamed_step, renamed_clause], ids=lambda f: f.__name__.replace("_", " "))
def test_a_new_name_is_new_luck_for_that_piece_alone(change: Callable[[Plan], None]) -> None:
    """The comparison can fail: what is renamed draws anew, what lies before it does not."""
    p = plan()
    change(p)
    found = draws(run(p))
    roots = [k for k, job in kept().items() if job[2] == k]
    before = [[v for v in kept()[k][4] if v[0] in ("bot", "line")] for k in roots]
    assert [[v for v in found[k][4] if v[0] in ("bot", "line")] for k in roots] == before
    assert {k: found.get(k) for k in kept()} != kept()


# -- what exactly is drawn -------------------------------------------------------------------------------------------


def test_every_time_in_the_records_is_the_draw_that_the_rules_name() -> None:
    """Sizes, after-work and patience recomputed from key, step, round and purpose; z from the root's key."""
    checked = 0
    for key, (_, _, root, _, visits) in kept().items():
        z = normal_quantile(draw(root, name_hash("z")))
        for name, round_, _, entered, started, left, released, _ in visits:
            step = name_hash("step:" + name)
            if name == "chat":
                u = draw(key, step, round_, Purpose.SIZE)
                loaded = normal_cdf(0.6 * z + 0.8 * normal_quantile(u))
                mu, sigma = TALK.log_parameters
                assert left - started == pytest.approx(np.exp(mu + sigma * normal_quantile(loaded)), rel=1e-9)
                checked += 1
            elif name == "desk":
                u = draw(key, step, round_, Purpose.SIZE)
                size = 4.0 * (-np.log1p(-u)) ** (1.0 / 1.5)
                assert left - started == pytest.approx(size, rel=1e-9, abs=1e-9)
                after = 0.5 + 1.5 * draw(key, step, round_, Purpose.AFTER_WORK)
                assert released - left == pytest.approx(after, rel=1e-9)
                checked += 1
            elif name == "line":
                u = draw(key, step, round_, Purpose.PATIENCE)
                patience = 6.0 * (-np.log1p(-u)) ** (1.0 / 0.7)
                assert left - entered == pytest.approx(patience, rel=1e-9, abs=1e-9)
                checked += 1
    assert checked > 300


def test_children_have_the_keys_of_their_parents_clauses_and_the_family_s_weight() -> None:
    """Keys from parent, clause, round and ordinal; attributes and z are the root's (rules 2.4, 6.3)."""
    weight = name_hash("attribute:weight")
    log = {int(j["key"]) for j in base().jobs if base().network.streams[int(j["stream"])].name == "log"}
    chasers = 0
    for key, (_, _, root, _, visits) in kept().items():
        for _, round_, _, *_ in (v for v in visits if v[0] == "desk"):
            children = [child_key(key, name_hash("clause:chaser"), round_, i) for i in range(2)]
            spawned = draw(key, name_hash("clause:chaser"), round_, Purpose.CLAUSE) < CHASE
            assert all((c in kept()) == spawned for c in children)
            assert all(kept()[c][2] == root for c in children if spawned)
            chasers += spawned
        z = normal_quantile(draw(root, name_hash("z")))
        u = normal_cdf(0.5 * z + np.sqrt(0.75) * normal_quantile(draw(root, weight)))
        value = 3.0 if root in log else -2.0 * np.log1p(-u)
        for visit in (v for v in visits if v[0] == "pack"):
            assert visit[5] - visit[4] == pytest.approx(2.0 * value, rel=1e-9, abs=1e-9)
    assert chasers > 30


def test_a_watch_draws_its_lengths_by_the_count_of_its_clock_and_its_children_by_that_of_its_expiries() -> None:
    """Three clocks at most during the post; each that runs out in time leaves the child with the key of its ordinal."""
    watch = name_hash("watch:slow")
    children = 0
    for key, (_, _, _, _, visits) in kept().items():
        for _, round_, _, entered, _, left, *_ in (v for v in visits if v[0] == "post"):
            clock, seen = entered, []
            for i in range(3):
                clock += -40.0 * np.log1p(-draw(key, watch, i, Purpose.WATCH))
                seen.append(clock < left)
            assert [child_key(key, watch, round_, i) in kept() for i in range(4)] == [*seen, False]
            children += sum(seen)
    assert children > 20


# -- servers -----------------------------------------------------------------------------------------------------------


def roster(names: Iterable[str]) -> dict[str, Any]:
    """Who comes when, of servers that come with probability 0.7 on each of 30 days."""
    duties = tuple(Duty(d * 1440.0 + 480.0, d * 1440.0 + 960.0, presence=0.7) for d in range(30))
    servers = [Server(name, duties) for name in names]
    b = NetworkBuilder("roster", end=30 * 1440.0)
    b.stream("s", to="desk", rate=0.001)
    b.work("desk", served_by="people", size=Constant(1.0))
    b.named("people", servers)
    stretches = instantiate(b.build(), 1, 0).duties[0]
    return {s.name: x for s, x in zip(servers, stretches, strict=True)}


def test_a_colleague_more_changes_nobody_s_absence() -> None:
    """Presence belongs to the server's name and the day, not to the place on the list."""
    before = roster(["Ann", "Bob", "Cy"])
    after = roster(["Cy", "Abe", "Bob", "Ann"])
    assert all(after[name] == stretches for name, stretches in before.items())
    assert len({str(x) for x in after.values()}) == 4
    there = sum(len(x) for x in roster(f"agent {i}" for i in range(100)).values())
    assert abs(there - 2_100) < 4.0 * np.sqrt(3_000 * 0.21)


def heads(line: list[tuple[float, float]]) -> Timeline:
    """Head-counts after rounding."""
    b = NetworkBuilder("heads", end=20 * 1440.0)
    b.stream("s", to="desk", rate=0.001)
    b.work("desk", served_by="people", size=Constant(1.0))
    b.counted("people", line)
    duty = instantiate(b.build(), 1, 0).duty
    return Timeline(duty["begin"], duty["servers"])


def test_a_changed_head_count_leaves_the_rounding_of_the_others() -> None:
    """Fractions are rounded by the stretch's own start; on average they are kept."""
    line = [(i * 60.0, 2.3 + (i % 2)) for i in range(480)]
    before, after = heads(line), heads([*line[:5], (5 * 60.0, 7.5), (5 * 60.0 + 30.0, 1.2), *line[6:]])
    at = np.concatenate((np.arange(5) * 60.0, np.arange(6, 480) * 60.0))
    assert np.array_equal(before.sample(at), after.sample(at))
    assert set(before.values) == {2.0, 3.0, 4.0}
    assert abs(before.sample(np.arange(480) * 60.0).mean() - 2.8) < 4.0 * np.sqrt(0.21 / 480)
