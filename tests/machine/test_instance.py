"""The tables of a replication: picked from a plan that is made once, as if made anew server by server (rule 6.5)."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from math import floor, inf

import numpy as np
import pytest

from sim.machine import Break, Busyness, Calendar, Constant, Duty, Network, NetworkBuilder, Server, Timeline
from sim.machine.instance import Change, Instance, instantiate
from sim.machine.luck import base_key, draw, name_hash, named_key, server_key
from sim.machine.plan import Plan
from sim.machine.pools import CountedPool, NamedPool
from sim.machine.records import ON_BREAK, ON_DUTY

Tables = tuple[list[Change], list[int], list[list[list[tuple[float, float, float]]]], list[tuple[float, ...]]]


def servers(rng: np.random.Generator, first: float, last: float) -> list[Server]:
    """People whose duties touch, change speed, are missed, and have breaks at their begins, ends and in between."""
    out = []
    for number in range(int(rng.integers(1, 6))):
        t, after = first - float(rng.choice([0.0, 300.0])), -inf
        duties, breaks = [], []
        while t < last + 300.0:
            t += float(rng.choice([0.0, 0.0, 30.0, 300.0]))
            d = Duty(
                t,
                t + float(rng.choice([30.0, 60.0, 480.5, max(last - t, 30.0)])),
                speed=float(rng.choice([1.0, 1.0, 1.5])),
                presence=float(rng.choice([1.0, 0.7, 0.5, 0.0])),
                day=None if rng.random() < 0.7 else int(rng.integers(-3, 5)),
            )
            duties.append(d)
            t = d.end
            for at in np.sort(rng.choice([d.begin, d.begin + 10.0, d.end - 15.0, d.end], int(rng.integers(0, 3)))):
                if at >= after:
                    length = float(rng.choice([10.0, 15.0, 40.0, d.end - d.begin]))
                    breaks.append(Break(float(at), length, "fixed" if rng.random() < 0.5 else "whole"))
                    after = float(at) + length
        out.append(Server(f"s{number}", tuple(duties), tuple(breaks)))
    return out


def network(seed: int) -> Network:
    """Some pools, a door, rates and busyness."""
    rng = np.random.default_rng(seed)
    warm_up = float(rng.choice([0.0, 100.25]))
    follow = float(rng.choice([0.0, 300.0]))
    b = NetworkBuilder("some", end=1440.0, warm_up=warm_up, follow=follow)
    b.calendar(Calendar("day", [(480, 720), (720 + 30.0 * int(rng.integers(0, 2)), 1020)], repeat=(0, 1440)))
    b.busyness(Busyness("f", day_sd=0.3, within_sd=0.1, interval=45.0))
    b.stream("a", to="w", rate=[(0.0, 1.0), (600.5, 0.2)], busyness="f")
    b.stream("b", to="w", rate=0.1)
    pools = []
    for p in range(int(rng.integers(1, 4))):
        pools.append(f"p{p}")
        if rng.random() < 0.4:
            times = np.unique([*np.round(rng.uniform(-200.0, 2000.0, 20), 1), 480.0, 720.0, 1020.0])
            heads = rng.integers(0, 4, times.size) + rng.choice([0.0, 0.25, 0.5], times.size) * (rng.random() < 0.7)
            b.counted(pools[-1], Timeline(times, heads))
        else:
            b.named(pools[-1], servers(rng, -warm_up, 1440.0 + follow))
    b.work("v")
    b.work("w", pools, size=Constant(1.0), opening="day")
    return b.build()


def one_by_one(n: Network, seed: int, replication: int) -> Tables:
    """Changes, head-counts, stretches and duty rows by the words of rules 2.11, 4.8 and 6.0, in plain loops."""
    base, start, stop = base_key(seed, replication), -n.warm_up, n.limit
    changes = [Change(t, int(o), "door", 1) for t, o in n.calendars["day"].instants(start, stop)]
    counts, stretches, rows = [], [], []
    for p, pool in enumerate(n.pools):
        key = named_key(base, "pool:" + pool.name)
        if isinstance(pool, CountedPool):
            heads = [
                floor(v) + (draw(key, name_hash("servers"), floor(t)) < v - floor(v))
                for t, v in zip(pool.servers.times.tolist(), pool.servers.values.tolist(), strict=True)
            ]
            line = Timeline(pool.servers.times, heads)
            last, since = line.at(start), start
            counts.append(int(last))
            stretches.append([])
            for t, v in line.changes(start, stop):
                changes.append(Change(t, int(v > last), "count", p, -1, v))
                rows.append((since, t, last, p, -1, ON_DUTY))
                last, since = v, t
            rows.append((since, stop, last, p, -1, ON_DUTY))
            continue
        counts.append(0)
        stretches.append([])
        for number, server in enumerate(pool.servers):
            name, own = name_hash("presence"), server_key(key, server.name)
            present = [d for d in server.duties if draw(own, name, d.day_number) < d.presence]
            spans: list[tuple[float, float, float]] = []
            before_breaks: set[float] = set()
            for d in present:
                begin, first = d.begin, len(spans)
                for b in server.breaks:
                    if b.kind == "fixed" and b.begin < d.end and b.begin + b.length > d.begin:
                        spans += [(begin, b.begin, d.speed)] if b.begin > begin else []
                        begin = min(b.begin + b.length, d.end)
                        rows.append((max(b.begin, d.begin), begin, 1.0, p, number, ON_BREAK))
                spans += [(begin, d.end, d.speed)] if begin < d.end else []
                before_breaks.update(z for _, z, _ in spans[first:-1])
                rows.append((d.begin, d.end, 1.0, p, number, ON_DUTY))
            ends = {z: s for _, z, s in spans}
            begins = {a for a, _, _ in spans}
            for a, z, s in spans:
                if start < a <= stop and ends.get(a) != s:
                    changes.append(Change(a, 1, "speed" if a in ends else "duty", p, number, s))
                if start < z <= stop and z not in begins:
                    changes.append(Change(z, 0, "duty", p, number, float(z in before_breaks)))
            for b in server.breaks:
                inside = start <= b.begin <= stop and any(d.begin <= b.begin < d.end for d in present)
                if b.kind == "whole" and inside:
                    late = b.begin in begins and b.begin not in ends
                    changes.append(Change(b.begin, int(late), "break", p, number, b.length))
            stretches[-1].append(spans)
    changes.sort(key=lambda c: (c.time, c.kind, c.what != "door", c.index, c.server))
    return changes, counts, stretches, rows


def tables(i: Instance) -> Tables:
    """The same of an instance."""
    return i.changes, i.counts, i.duties, i.duty.tolist()


@pytest.mark.parametrize("seed", range(40))
def test_6_5_a_replication_is_picked_from_the_plan_as_if_made_anew(seed: int) -> None:
    """Changes in their order, head-counts, stretches and duty rows of random rosters, for four replications."""
    n = network(seed)
    for replication in range(4):
        found = instantiate(n, 3, replication)
        assert tables(found) == one_by_one(n, 3, replication)
        there = [
            [(s, x[2]) for s, spans in enumerate(pool) for x in spans if x[0] <= -n.warm_up < x[1]]
            for pool in found.duties
        ]
        assert [[(s, x) for _, _, x, s, _, _ in pool.tolist()] for pool in found.starting] == there


def test_4_08_a_duty_touches_only_the_same_person_s() -> None:
    """b begins when a ends: an end and a begin; a's own next duty at 200 is only another speed."""
    b = NetworkBuilder("relay", end=300.0)
    b.recorded("in", to="w", times=[0.0])
    b.work("w", served_by="p")
    b.named("p", [Server("b", (Duty(0, 100),)), Server("a", (Duty(100, 200), Duty(200, 250, speed=2.0)))])
    changes = instantiate(b.build(), 1, 0).changes
    assert [(c.time, c.kind, c.what, c.server, c.value) for c in changes] == [
        (100.0, 0, "duty", 0, 0.0),
        (100.0, 1, "duty", 1, 1.0),
        (200.0, 1, "speed", 1, 2.0),
        (250.0, 0, "duty", 1, 0.0),
    ]


def test_the_random_rosters_hold_every_kind_of_change() -> None:
    """Else the test above would say little: doors, counts, duties, speeds, breaks after a begin and elsewhere."""
    seen = {(c.what, c.kind) for seed in range(40) for c in instantiate(network(seed), 3, 0).changes}
    kinds = {(what, kind) for what in ("door", "count", "duty", "break") for kind in (0, 1)}
    assert seen == {*kinds, ("speed", 1)}
    pools = [p for seed in range(40) for p in network(seed).pools]
    assert any(isinstance(p, NamedPool) for p in pools) and any(isinstance(p, CountedPool) for p in pools)


def test_a_replication_leaves_the_plan_as_it_was() -> None:
    """The first replication again, after others, is the same as before."""
    n = network(5)
    before = instantiate(n, 1, 0)
    kept = copy.deepcopy((tables(before), [r.lists for r in before.rates if r is not None]))
    others = [instantiate(n, 1, r) for r in range(1, 5)]
    again = instantiate(n, 1, 0)
    assert (tables(again), [r.lists for r in again.rates if r is not None]) == kept
    assert any(tables(o) != tables(again) for o in others)


def test_a_changed_network_has_a_plan_of_its_own_and_none_travels() -> None:
    """A replaced network plans anew, and a pickled one takes only its fields along."""
    n = network(5)
    whole = instantiate(n, 1, 0)
    assert Plan.of(n) is Plan.of(n)
    short = replace(n, end=600.0, follow=0.0)
    assert max(c.time for c in instantiate(short, 1, 0).changes) <= 600.0 < max(c.time for c in whole.changes)
    other = pickle.loads(pickle.dumps(n))  # noqa: S301
    assert set(vars(other)) == set(n.__dataclass_fields__)
    assert tables(instantiate(other, 1, 0)) == tables(whole)


def test_lists_of_a_rate_table_are_its_arrays() -> None:
    """One more edge than pieces, and busyness changes the factor alone."""
    one, two = (instantiate(network(1), 1, r).rates[0] for r in range(2))
    assert one is not None and two is not None
    assert one.lists == (one.edges.tolist(), one.reference.tolist(), one.factor.tolist())
    assert one.edges.size == one.reference.size + 1 == one.factor.size + 1
    assert np.array_equal(one.edges, two.edges) and np.array_equal(one.reference, two.reference)
    assert not np.array_equal(one.factor, two.factor)
