"""What is observed while a run goes on (rule 8.1): counters kept as things happen, read by whoever asks."""

from __future__ import annotations

from math import floor, inf

import numpy as np

from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.layout import (
    NONE,
    OF_FREE,
    OF_IN_TIME,
    OF_INSIDE,
    OF_LAST_WAIT,
    OF_OLDEST,
    OF_ON_DUTY,
    OF_WAITING,
    SILENT,
)
from sim.machine.compiled.lines import first_of, next_priority
from sim.machine.compiled.tables import gauges, jobs, parts, persons, pools, queues, rings, steps


@kernel
def gauge_value(w, gauge):
    """Value of a gauge, now."""
    g = gauges(w, gauge)
    if g.kind == OF_WAITING:
        return float(in_line(w, g))
    if g.kind == OF_INSIDE:
        n = 0
        for i in range(g.first_step, g.end_step):
            n += steps(w, parts(w, i).index).inside
        return float(n)
    if g.kind == OF_FREE:
        return float(free_slots_of(w, g))
    if g.kind == OF_ON_DUTY:
        return float(slots_on_duty(w, g))
    if g.kind == OF_OLDEST:
        return longest_in_line(w, g)
    if g.kind == OF_LAST_WAIT:
        return g.last
    if g.kind == OF_IN_TIME:
        return share_in_time(w, g)
    there = slots_on_duty(w, g)
    return (in_line(w, g) + 1) * g.each / there if there else inf


@kernel
def in_line(w, g):
    """Jobs in line at the steps of a gauge."""
    n = 0
    for i in range(g.first_step, g.end_step):
        n += steps(w, parts(w, i).index).waiting
    return n


@kernel
def free_slots_of(w, g):
    """Free slots of those who may start work in the pools of a gauge."""
    n = 0
    for i in range(g.first_pool, g.end_pool):
        pool = pools(w, parts(w, i).index)
        if pool.named:
            n += pool.free
        elif pool.n > pool.busy:
            n += pool.n - pool.busy
    return n


@kernel
def slots_on_duty(w, g):
    """All slots of those who may start work in the pools of a gauge."""
    n = 0
    for i in range(g.first_pool, g.end_pool):
        pool = pools(w, parts(w, i).index)
        n += pool.available * pool.slots if pool.named else pool.n
    return n


@kernel
def longest_in_line(w, g):
    """Minutes since the smallest place of those in line; only the first of each line is looked at."""
    first = inf
    for i in range(g.first_step, g.end_step):
        step = steps(w, parts(w, i).index)
        first = min(first, smallest_place(w, step))
        q = step.first_queue
        while q:
            first = min(first, smallest_place(w, queues(w, q)))
            q = queues(w, q).next_of_step
    return w.now - first if first < inf else 0.0


@kernel
def smallest_place(w, line):
    """The smallest place in a line of several priorities, which is ordered by place."""
    first = inf
    j = first_of(w, line)
    while j:
        x = persons(w, j)
        first = min(first, x.place)
        j = next_priority(w, line, x.priority)
    return first


@kernel
def tick_of(t, every):
    """Number of the tick [k * every, (k + 1) * every) that holds a time."""
    k = np.int64(floor(t / every))
    while k * every > t:
        k -= 1
    while (k + 1) * every <= t:
        k += 1
    return k


@kernel
def share_in_time(w, g):
    """Share of those who started in time, over the present tick and those before it."""
    after = tick_of(w.now, g.every) - g.ticks
    n, met = 0, 0
    for i in range(g.ring, g.ring + g.ticks):
        r = rings(w, i)
        if r.tick > after:
            n += r.all
            met += r.met
    return met / n if n else 1.0


@kernel
def note_start(w, j):
    """A first spell starts: the gauges of its step that count starts see it."""
    job = jobs(w, j)
    step = steps(w, job.step)
    waited = w.now - job.entered
    for i in range(step.first_told, step.end_told):
        g = gauges(w, parts(w, i).index)
        if g.kind == OF_LAST_WAIT:
            g.last = waited
        elif not job.flags & SILENT:
            k = tick_of(w.now, g.every)
            r = rings(w, g.ring + k % g.ticks)
            if r.tick != k:
                r.tick = k
                r.all = 0
                r.met = 0
            r.all += 1
            if waited <= g.within:
                r.met += 1


@kernel
def is_full(w, step, inside):
    """Whether a shared limit bars the way, as one of kind `inside` or of kind `waiting` (rule 8.6)."""
    if step.shared_gauge == NONE or step.shared_inside != inside:
        return False
    return gauge_value(w, step.shared_gauge) >= step.shared_limit
