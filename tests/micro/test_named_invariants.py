"""Small random networks of named pools, full of ties, whose records are held against the text and nothing else.

Times are whole minutes and speeds powers of two, so the history is cut at its events and looked at in between. Nothing
here simulates: it only asks whether the recorded history may be one (rules 4.0, 4.8, 5.1, 5.2, 7.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import inf, isnan

import numpy as np
import pytest

from sim.machine import Break, Constant, CountedPool, Duty, Edge, NetworkBuilder, Records, Server, simulate
from sim.machine.records import GHOST, ON_BREAK
from sim.machine.steps import Exit, Work

END = 400.0
CURVES = {1: [(), (0.5,)], 2: [(), (1.0, 0.5)], 3: [(), (1.0, 0.5, 0.5), (1.0, 1.0, 0.25)]}
RULES = ["finish", "hand back", "pause"]


def pick(rng: np.random.Generator, *values):
    """One of the values."""
    return values[int(rng.integers(len(values)))]


def random_servers(rng: np.random.Generator) -> list[Server]:
    """One to three servers with duties that may touch, and up to three breaks of either kind."""
    out = []
    for name in "abc"[: int(rng.integers(1, 4))]:
        at, duties = float(rng.integers(0, 12)), []
        for _ in range(int(rng.integers(1, 4))):
            end = at + float(rng.integers(6, 30))
            duties.append(Duty(at, end, speed=pick(rng, 1.0, 1.0, 0.5, 2.0)))
            at = end + float(pick(rng, 0, 5, 12))
        duties.append(Duty(at, END + 600.0))
        breaks, t = [], 1.0
        for _ in range(int(rng.integers(0, 4))):
            t += float(rng.integers(0, 16))
            length = float(rng.integers(2, 8))
            breaks.append(Break(t, length, pick(rng, "fixed", "whole")))
            t += length
        out.append(Server(name, tuple(duties), tuple(breaks), speed=pick(rng, 1.0, 1.0, 2.0)))
    return out


def random_network(seed: int) -> NetworkBuilder:
    """Two or three steps over one or two named pools and perhaps a counted one."""
    rng = np.random.default_rng(seed)
    b = NetworkBuilder("random", end=END, follow=600.0)
    slots = {}
    for name in ["p", "q"][: int(rng.integers(1, 3))]:
        slots[name] = int(rng.integers(1, 4))
        b.named(
            name,
            random_servers(rng),
            slots=slots[name],
            curve=pick(rng, *CURVES[slots[name]]),
            server_choice=pick(rng, "longest idle", "least loaded", "most loaded", "lowest number", "random"),
            end_of_duty=pick(rng, *RULES),
        )
    if rng.random() < 0.3:
        b.counted("desk", [(0, 1), (20, 0), (50, 2), (70, 1)], end_of_duty=pick(rng, "finish", "hand back"))
        slots["desk"] = 1
    steps = ["x", "y", "z"][: int(rng.integers(2, 4))]
    for i, step in enumerate(steps):
        pools = [p for p in slots if rng.random() < 0.7] or ["p"]
        units = 1 if "desk" in pools else int(rng.integers(1, min(slots[p] for p in pools) + 1))
        edges = [
            Edge(
                p,
                rank=int(rng.integers(1, 3)),
                after=float(pick(rng, 0, 0, 0, 4)),
                speed=pick(rng, 1.0, 1.0, 0.5),
                most=None if p == "desk" else pick(rng, None, None, None, units),
                reserve=pick(rng, 0, 0, 0, 1),
            )
            for p in pools
        ]
        patience = pick(rng, None, None, Constant(25.0), Constant(8.0))
        b.work(
            step,
            served_by=edges,
            size=Constant(float(rng.integers(1, 14))),
            units=units,
            after_work=pick(rng, None, None, Constant(3.0)),
            patience=patience,
            silent=0.5 if patience and rng.random() < 0.4 else 0.0,
            ghost=Constant(4.0),
            limit=pick(rng, None, None, 4),
            priority=pick(rng, None, Constant(1.0)),
            end_of_duty=pick(rng, None, None, "finish", "hand back", *([] if "desk" in pools else ["pause"])),
            returned=pick(rng, "remaining", "remaining", "restart"),
        )
        times = np.sort(rng.integers(0, 60, size=int(rng.integers(3, 9)))).astype(float)
        b.recorded(f"to {step}", to=step, times=times)
        if i > 0 and rng.random() < 0.5:
            b.route(steps[i - 1], "done", step)
    return b


@dataclass
class Spell:
    """One row, with its step and the time its slot is taken (a pause included)."""

    step: Work
    pool: str | None
    server: int
    entered: float
    started: float
    left: float
    released: float
    exit: Exit
    first_entered: float
    held: tuple[float, float] | None = None
    resumed: bool = False


class History:
    """The recorded spells, with what the text lets follow from them at a moment between two events."""

    def __init__(self, r: Records) -> None:
        self.r, self.n = r, r.network
        self.spells: list[Spell] = []
        before: dict[tuple[int, int, int], Spell] = {}
        for v in r.visits:
            at = (int(v["job"]), int(v["step"]), int(v["round"]))
            last = before.get(at)
            s = Spell(
                step=self.n.steps[int(v["step"])],
                pool=self.n.pools[int(v["pool"])].name if v["pool"] >= 0 else None,
                server=int(v["server"]),
                entered=float(v["entered"]),
                started=float(v["started"]) if not isnan(v["started"]) else inf,
                left=float(v["left"]) if not isnan(v["left"]) else inf,
                released=float(v["released"]) if not isnan(v["released"]) else inf,
                exit=Exit(int(v["exit"])),
                first_entered=last.first_entered if last and int(v["spell"]) else float(v["entered"]),
            )
            if s.started < inf:
                s.held = (s.started, s.released)
            if last is not None and last.exit is Exit.PAUSED:
                assert s.entered == last.left
                s.resumed = True
                last.held = (last.started, s.started)
            before[at] = s
            self.spells.append(s)
        times = {t for s in self.spells for t in (s.entered, s.started, s.left, s.released) if t < inf}
        times |= {float(t) for d in r.duty for t in (d["begin"], d["end"])}
        times |= {s.first_entered + e.after for s in self.spells for e in s.step.edges}
        for p in self.n.pools:
            if not isinstance(p, CountedPool):
                times |= {b.begin for k in p.servers for b in k.breaks}
        self.times = sorted(t for t in times if 0.0 <= t <= r.stopped)

    def open_units(self, pool: str, server: int, t: float) -> int:
        """Slots of one server taken at t, by work, after-work and paused work."""
        held = (s for s in self.spells if s.pool == pool and s.server == server and s.held)
        return sum(s.step.units for s in held if s.held[0] < t < s.held[1])

    def on_duty(self, pool: str, server: int, t: float) -> bool:
        """Inside a duty and no fixed break."""
        who = self.n.pool(pool).servers[server]
        fixed = any(b.begin < t < b.begin + b.length for b in who.breaks if b.kind == "fixed")
        return any(d.begin < t < d.end for d in who.duties) and not fixed

    def whole_break(self, pool: str, server: int, t: float) -> bool:
        """On a whole break, or winding down for one: of the minutes due in this stretch of duty some are not taken."""
        who, k = self.n.pool(pool).servers[server], self.n.pool_index[pool]
        fixed = [b for b in who.breaks if b.kind == "fixed"]
        opens, closes = {d.begin for d in who.duties}, {d.end for d in who.duties}
        begins = (opens - closes) | {b.begin + b.length for b in fixed}
        ends = (closes - opens) | {b.begin for b in fixed}
        begin, end = max((x for x in begins if x < t), default=-inf), min(x for x in ends if x > t)
        owed = sum(b.length for b in who.breaks if b.kind == "whole" and begin <= b.begin < min(t, end))
        taken = sum(
            min(float(d["end"]), t) - float(d["begin"])
            for d in self.r.duty
            if (d["pool"], d["server"], d["kind"]) == (k, server, ON_BREAK)
            and begin <= d["begin"] < min(t, end)
            and not any(b.begin <= d["begin"] < b.begin + b.length for b in fixed)
        )
        return taken < owed - 1e-9

    def speed(self, s: Spell, t: float) -> float:
        """Speed of a spell in service at t."""
        edge = next(e for e in s.step.edges if e.pool == s.pool)
        pool = self.n.pool(s.pool)
        if isinstance(pool, CountedPool):
            return edge.speed
        who = pool.servers[s.server]
        if not self.on_duty(s.pool, s.server, t):  # it goes on at the speed it had when the server was last there
            ends = [d.end for d in who.duties] + [b.begin for b in who.breaks if b.kind == "fixed"]
            t_duty = max(e for e in ends if e < t and self.on_duty(s.pool, s.server, e - 0.25)) - 0.25
        else:
            t_duty = t
        duty = next(d for d in who.duties if d.begin < t_duty < d.end)
        curve = pool.curve or (1.0,) * pool.slots
        return curve[self.open_units(s.pool, s.server, t) - 1] * who.speed * edge.speed * duty.speed

    def fits(self, s: Spell, edge: Edge, t: float) -> bool:
        """Whether some server of the edge's pool could take the waiting job at t."""
        pool = self.n.pool(edge.pool)
        if isinstance(pool, CountedPool):
            busy = sum(1 for o in self.spells if o.pool == edge.pool and o.held and o.held[0] < t < o.held[1])
            return pool.servers.at(t) - busy >= 1 + edge.reserve
        here = range(len(pool.servers))
        there = [i for i in here if self.on_duty(edge.pool, i, t) and not self.whole_break(edge.pool, i, t)]
        free = sum(pool.slots - self.open_units(edge.pool, i, t) for i in there)
        if free - s.step.units < edge.reserve:
            return False
        room = min(pool.slots, edge.most or pool.slots)
        return any(self.open_units(edge.pool, i, t) + s.step.units <= room for i in there)

    def waits(self, s: Spell, t: float) -> bool:
        """In line at t (a paused job is not)."""
        return not s.resumed and s.entered < t < min(s.started, s.left)


SEEDS = range(60)


@pytest.fixture(scope="module")
def histories() -> dict[int, History]:
    """All histories, made once."""
    return {seed: History(simulate(random_network(seed).build(), seed=1, replication=0)) for seed in SEEDS}


@pytest.mark.parametrize("seed", SEEDS)
def test_4_0_nothing_waits_that_fits(histories: dict[int, History], seed: int) -> None:
    """Between any two events: no job in line is visible to a pool that has a server for it."""
    h = histories[seed]
    for a, b in pairwise(h.times):
        t = 0.5 * (a + b)
        for s in h.spells:
            if not h.waits(s, t):
                continue
            for edge in s.step.edges:
                if t >= s.first_entered + edge.after:
                    assert not h.fits(s, edge, t), (seed, t, s, edge)


@pytest.mark.parametrize("seed", SEEDS)
def test_4_0_slots_are_never_overbooked(histories: dict[int, History], seed: int) -> None:
    """Between any two events no server has more units open than slots."""
    h = histories[seed]
    for a, b in pairwise(h.times):
        for p in h.n.pools:
            if not isinstance(p, CountedPool):
                for i in range(len(p.servers)):
                    assert h.open_units(p.name, i, 0.5 * (a + b)) <= p.slots


@pytest.mark.parametrize("seed", SEEDS)
def test_4_08_work_starts_only_on_duty(histories: dict[int, History], seed: int) -> None:
    """Just after a start its server is on duty and on no break, nor winding down for one (zero-length work apart)."""
    h = histories[seed]
    for s in h.spells:
        if s.started < inf and s.server >= 0:
            t = s.started + 1e-6
            assert h.on_duty(s.pool, s.server, t), (seed, s)
            assert s.resumed or not h.whole_break(s.pool, s.server, t), (seed, s)


@pytest.mark.parametrize("seed", SEEDS)
def test_5_1_the_work_done_is_the_size(histories: dict[int, History], seed: int) -> None:
    """Speed times time over all spells of a completed visit is its size; over the last one if it began anew."""
    h = histories[seed]
    done: dict[tuple[int, int, int], float] = {}
    for s, v in zip(h.spells, h.r.visits, strict=True):
        at = (int(v["job"]), int(v["step"]), int(v["round"]))
        if s.started <= s.left and s.started < inf:
            end = min(s.left, h.r.stopped)
            cuts = [s.started, *(t for t in h.times if s.started < t < end), end]
            done[at] = done.get(at, 0.0) + sum((b - a) * h.speed(s, 0.5 * (a + b)) for a, b in pairwise(cuts))
        if s.exit is Exit.DONE:
            assert done[at] == pytest.approx(s.step.size.mean, abs=1e-9), (seed, s)
        elif s.exit is Exit.HANDED_BACK and s.step.returned == "restart":
            done[at] = 0.0


@pytest.mark.parametrize("seed", SEEDS)
def test_4_3_nobody_is_overtaken_in_his_own_line(histories: dict[int, History], seed: int) -> None:
    """When a job starts in a pool, no other of its line with an earlier place and visible to the pool waits on."""
    h = histories[seed]
    for s in h.spells:
        if not s.started < inf or s.entered == s.started or s.pool is None:
            continue
        edge = next(e for e in s.step.edges if e.pool == s.pool)
        if edge.reserve or s.resumed:
            continue
        for o in h.spells:
            if (
                o.step is s.step
                and o.first_entered < s.first_entered
                and o.entered < s.started < min(o.started, o.left)
            ):
                visible = s.started >= o.first_entered + edge.after
                assert not visible or not h.waits(o, s.started + 1e-6), (seed, s, o)


@pytest.mark.parametrize("seed", SEEDS)
def test_4_3_nobody_is_passed_by_a_worse_rank_or_priority(histories: dict[int, History], seed: int) -> None:
    """When a job leaves its line for a pool, no other that fits as easily and goes before it waits on."""
    h = histories[seed]
    for s in h.spells:
        if not s.entered < s.started < inf or s.resumed:
            continue
        mine = next(e for e in s.step.edges if e.pool == s.pool)
        for o in h.spells:
            if o.step is s.step or not o.entered < s.started or not h.waits(o, s.started + 1e-6):
                continue
            for e in o.step.edges:
                if e.pool == s.pool and s.started > o.first_entered + e.after:
                    as_easy = o.step.units <= s.step.units and e.reserve <= mine.reserve and e.most is None
                    assert not as_easy or goes_before(s, mine, o, e), (seed, s, o)


def goes_before(s: Spell, mine: Edge, o: Spell, theirs: Edge) -> bool:
    """Whether s is taken before o by rank, then priority, then place (equal places may go either way)."""

    def key(x: Spell, edge: Edge) -> tuple[float, float, float]:
        return edge.rank, -(x.step.priority.mean if x.step.priority else 0.0), x.first_entered

    return key(s, mine) <= key(o, theirs)


@pytest.mark.parametrize("seed", SEEDS)
def test_4_09_patience_is_spent_in_line_only(histories: dict[int, History], seed: int) -> None:
    """The waits of all spells of an abandoned visit add up to its patience; paused time is not among them."""
    h = histories[seed]
    waited: dict[tuple[int, int, int], float] = {}
    for s, v in zip(h.spells, h.r.visits, strict=True):
        at = (int(v["job"]), int(v["step"]), int(v["round"]))
        if not s.resumed:
            until = min(s.started, s.left, h.r.stopped)  # a silent one leaves before its spell, or before its start
            waited[at] = waited.get(at, 0.0) + max(until - s.entered, 0.0)
        if s.step.patience is not None and not v["flags"] & GHOST:
            assert waited[at] <= s.step.patience.mean + 1e-9, (seed, s)
            assert s.exit is not Exit.ABANDONED or waited[at] == pytest.approx(s.step.patience.mean), (seed, s)


@pytest.mark.parametrize("seed", SEEDS)
def test_4_08_every_end_of_duty_is_obeyed(histories: dict[int, History], seed: int) -> None:
    """Spells are cut at ends of duty (and begins of fixed breaks) of their server, by the rule, and nowhere else."""
    h = histories[seed]
    for s in h.spells:
        if s.pool is None or s.server < 0:
            continue
        pool = h.n.pool(s.pool)
        rule = s.step.end_of_duty or pool.end_of_duty
        cut = {Exit.HANDED_BACK: "hand back", Exit.PAUSED: "pause"}.get(s.exit)
        assert cut is None or cut == rule, (seed, s)
        ends = [d.end for d in pool.servers[s.server].duties]
        ends += [b.begin for b in pool.servers[s.server].breaks if b.kind == "fixed"]
        real = [e for e in ends if h.on_duty(s.pool, s.server, e - 0.25) and not h.on_duty(s.pool, s.server, e + 0.25)]
        assert cut is None or s.left in real, (seed, s)
        if rule != "finish":
            assert not any(s.started < e < s.left for e in real), (seed, s)


def test_the_random_networks_show_what_they_are_for(histories: dict[int, History]) -> None:
    """A judge who never sees a hand back, a pause, an after-work or a break judges nothing."""
    exits = [s.exit for h in histories.values() for s in h.spells]
    for wanted in (Exit.HANDED_BACK, Exit.PAUSED, Exit.ABANDONED, Exit.BLOCKED):
        assert exits.count(wanted) >= 10
    assert sum(s.left < s.started < inf for h in histories.values() for s in h.spells) >= 5
    assert sum(s.released > s.left for h in histories.values() for s in h.spells if s.left < inf) >= 50
    assert sum(int(np.sum(h.r.duty["kind"] == ON_BREAK)) for h in histories.values()) >= 50
