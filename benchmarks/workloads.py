"""Two fixed workloads, as networks of the machine and as idiomatic SimPy programs.

W1: one line with abandonment, M/M/100+M, 21 arrivals a minute, service 5 min, patience 5 min (load 1.05).
W2: a multi-skill week: 100,000 contacts a day in six classes, a bot first, eight agent pools that follow the clock,
abandonment, 15 % come again after a day.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf, log, sqrt
from typing import Any

import simpy

from sim.machine import (
    Clause,
    Condition,
    Edge,
    Exponential,
    Lognormal,
    Network,
    NetworkBuilder,
    Source,
    Timeline,
)

DAY = 1440.0
SHARES = (0.30, 0.22, 0.18, 0.12, 0.10, 0.08)
HOURS = (1.6, 1.1, 0.8, 0.6, 0.5, 0.5, 0.8, 1.4, 2.8, 5.0, 6.6, 6.9, 6.0, 5.4, 6.2, 6.6, 6.4, 5.8, 5.2, 5.6, 6.8, 7.4,
         6.2, 3.8)  # fmt: skip
SERVICE = ((3.4, 0.7), (4.5, 0.8), (3.9, 0.6), (5.6, 0.9), (6.7, 0.8), (5.0, 0.7))
PATIENCE = (4.0, 4.0, 5.0, 5.0, 6.0, 6.0)
DAY_HEADS = (60, 50, 40, 40, 30, 30, 30, 20)
NIGHT_HEADS = (14, 12, 9, 9, 7, 7, 7, 5)
POOL_TAKES = ((0, 1), (1, 2), (2, 0), (3, 4), (4, 3), (5, 2, 3), (0, 1, 2, 3), (5, 4, 3, 2, 1, 0))
CLASS_PREFERS = ((0, 6, 2, 7), (1, 0, 6, 7), (2, 1, 6, 5, 7), (3, 4, 5, 6, 7), (4, 3, 7), (5, 7))
BOT_MEAN, BOT_LOG_SD, CONTAINED, AGAIN, AGAIN_MEAN = 2.5, 0.8, 0.45, 0.15, 1440.0


def w1(customers: int) -> Network:
    """W1 as a network, for about so many customers."""
    b = NetworkBuilder("W1", end=customers / 21.0, follow=2000.0)
    b.stream("customers", to="line", rate=21.0, end=customers / 21.0)
    b.work("line", served_by="desk", size=Exponential(5.0), patience=Exponential(5.0))
    b.counted("desk", 100)
    return b.build()


def lognormal(mean: float, log_sd: float) -> Lognormal:
    """Lognormal law by its mean and the standard deviation of its logarithm."""
    from math import expm1

    return Lognormal(mean, mean * sqrt(expm1(log_sd * log_sd)))


def ranks() -> dict[tuple[int, int], int]:
    """One rank per (class, pool) that keeps the order of every pool and of every class."""
    before: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for p, classes in enumerate(POOL_TAKES):
        for c in classes:
            before.setdefault((c, p), set())
        for a, b in pairwise(classes):
            before[(b, p)].add((a, p))
    for c, pools in enumerate(CLASS_PREFERS):
        for a, b in pairwise(pools):
            before[(c, b)].add((c, a))
    out: dict[tuple[int, int], int] = {}
    while len(out) < len(before):
        free = [e for e, needs in before.items() if e not in out and needs <= out.keys()]
        rank = len(set(out.values())) + 1
        for e in free:
            out[e] = rank
    return out


def w2(days: float = 7.0, per_day: float = 100_000.0) -> Network:
    """W2 as a network."""
    end = days * DAY
    b = NetworkBuilder("W2", end=end, follow=30 * DAY)
    rank = ranks()
    open_week = Timeline([-inf, end], [1.0, 0.0])
    still = (Condition(Source("time", table=open_week), ">=", 1.0),)
    for c, share in enumerate(SHARES):
        half_hours = [(d * DAY + h * 30.0, per_day * share * HOURS[h // 2] / 100.0 / 60.0)
                      for d in range(int(days) + 1) for h in range(48) if d * DAY + h * 30.0 < end]  # fmt: skip
        b.stream(f"class {c}", to=f"bot {c}", rate=[*half_hours, (end, 0.0)], end=end)
        b.delay(f"bot {c}", lognormal(BOT_MEAN, BOT_LOG_SD))
        b.work(
            f"line {c}",
            [Edge(f"pool {p}", rank[(c, p)]) for p in CLASS_PREFERS[c]],
            size=lognormal(*SERVICE[c]),
            patience=Exponential(PATIENCE[c]),
        )
        b.delay(f"later {c}", Exponential(AGAIN_MEAN))
        b.route(
            f"bot {c}",
            "done",
            Clause(f"to people {c}", probability=1 - CONTAINED, to=f"line {c}"),
            Clause(f"contained, again {c}", probability=AGAIN, to=f"later {c}", again=True),
        )
        for exit_ in ("done", "abandoned"):
            b.route(f"line {c}", exit_, Clause(f"{exit_}, again {c}", probability=AGAIN, to=f"later {c}", again=True))
        b.route(f"later {c}", "done", Clause(f"back {c}", when=still, to=f"bot {c}"))
    for p in range(8):
        heads = [(d * DAY + at, n) for d in range(int(days) + 32)
                 for at, n in ((0.0, NIGHT_HEADS[p]), (480.0, DAY_HEADS[p]))]  # fmt: skip
        b.counted(f"pool {p}", heads)
    return b.build()


@dataclass
class Count:
    """What the SimPy programs keep."""

    contacts: int = 0
    waited: int = 0
    abandoned: int = 0
    wait_sum: float = 0.0
    rows: list[tuple[float, float, bool]] = field(default_factory=list)


def simpy_w1(customers: int, seed: int = 1) -> Count:
    """W1 the way SimPy's documentation would write it: a process per customer, a Resource, `request | timeout`."""
    rng = random.Random(seed)
    env = simpy.Environment()
    desk = simpy.Resource(env, capacity=100)
    count = Count()

    def customer() -> Any:
        entered = env.now
        with desk.request() as request:
            yield request | env.timeout(rng.expovariate(0.2))
            wait = env.now - entered
            count.contacts += 1
            count.waited += wait > 0.0
            count.wait_sum += wait
            count.rows.append((entered, wait, request.triggered))
            if not request.triggered:
                count.abandoned += 1
                return
            yield env.timeout(rng.expovariate(0.2))

    def arrivals() -> Any:
        for _ in range(customers):
            yield env.timeout(rng.expovariate(21.0))
            env.process(customer())

    env.process(arrivals())
    env.run()
    return count


def simpy_w2(days: float = 7.0, per_day: float = 100_000.0, seed: int = 1) -> Count:
    """W2 in idiomatic SimPy: a process per contact, lists as lines, an event per waiting contact."""
    rng = random.Random(seed)
    env = simpy.Environment()
    end = days * DAY
    free = list(NIGHT_HEADS)
    lines: list[list[tuple[simpy.Event, float]]] = [[] for _ in SHARES]
    count = Count()
    bot_mu = log(BOT_MEAN) - BOT_LOG_SD**2 / 2
    mus = [log(m) - s * s / 2 for m, s in SERVICE]

    def pull(pool: int) -> None:
        while free[pool] > 0:
            for c in POOL_TAKES[pool]:
                if lines[c]:
                    event, _ = lines[c].pop(0)
                    free[pool] -= 1
                    event.succeed(pool)
                    break
            else:
                return

    def contact(c: int) -> Any:
        while True:
            count.contacts += 1
            yield env.timeout(rng.lognormvariate(bot_mu, BOT_LOG_SD))
            if rng.random() >= CONTAINED:
                entered = env.now
                pool = next((p for p in CLASS_PREFERS[c] if free[p] > 0), None)
                if pool is None:
                    turn = env.event()
                    entry = (turn, entered)
                    lines[c].append(entry)
                    yield turn | env.timeout(rng.expovariate(1.0 / PATIENCE[c]))
                    if turn.triggered:
                        pool = turn.value
                    else:
                        lines[c].remove(entry)
                else:
                    free[pool] -= 1
                wait = env.now - entered
                count.waited += wait > 0.0
                count.rows.append((entered, wait, pool is not None))
                if pool is None:
                    count.abandoned += 1
                else:
                    yield env.timeout(rng.lognormvariate(mus[c], SERVICE[c][1]))
                    free[pool] += 1
                    pull(pool)
            if rng.random() >= AGAIN:
                return
            yield env.timeout(rng.expovariate(1.0 / AGAIN_MEAN))
            if env.now >= end:
                return

    def arrivals(c: int) -> Any:
        for half_hour in range(int(days * 48)):
            rate = per_day * SHARES[c] * HOURS[half_hour % 48 // 2] / 100.0 / 60.0
            begin = half_hour * 30.0
            if env.now < begin:
                yield env.timeout(begin - env.now)
            while True:
                gap = rng.expovariate(rate)
                if env.now + gap >= begin + 30.0:
                    break
                yield env.timeout(gap)
                env.process(contact(c))

    def shifts() -> Any:
        for d in range(int(days) + 30):
            for at, heads, last in ((0.0, NIGHT_HEADS, DAY_HEADS), (480.0, DAY_HEADS, NIGHT_HEADS)):
                if d == 0 and at == 0.0:
                    continue
                yield env.timeout(d * DAY + at - env.now)
                for p in range(8):
                    free[p] += heads[p] - last[p]
                    pull(p)

    for c in range(6):
        env.process(arrivals(c))
    env.process(shifts())
    env.run()
    return count
