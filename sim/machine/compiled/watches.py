"""Clocks beside jobs (rule 2.10)."""

from __future__ import annotations

from math import inf

import numpy as np

from sim.machine.compiled.agenda import ZERO, bucket_of, keep_timer, new_code
from sim.machine.compiled.hours import add_open
from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.laws import sample
from sim.machine.compiled.layout import NO_CLOCKS, NONE, RESET, STOP, WATCH
from sim.machine.compiled.tables import anchor_of, anchors, clock_buckets, clocks, persons, watches
from sim.machine.compiled.trouble import complain
from sim.machine.luck import Purpose

_WATCH = np.int64(Purpose.WATCH)


@kernel
def anchor(w, full, moment, number, j):
    """A moment in a job's life that watches may wait for: stops, then resets, then starts."""
    r = anchor_of(w, moment * w.n_anchors + number)
    if r.first < r.end:
        anchored(w, full, r.first, r.end, j)


@kernel
def anchored(w, full, first, end, j):
    """The same, when there are some."""
    for i in range(first, end):
        a = anchors(w, i)
        k = clock_of(w, j, a.watch)
        if a.action == STOP:
            if k:
                clocks(w, k).running = 0
                drop_clock(w, k)
        elif a.action == RESET:
            if k and clocks(w, k).running:
                set_clock(w, full, k)
        else:
            if not k:
                k = new_clock(w, full, j, a.watch)
                if not k:
                    return
            clocks(w, k).since_start = 0
            set_clock(w, full, k)


@kernel
def clock_of(w, j, watch):
    """A job's clock of a watch; nobody when it never started."""
    k = np.uint64(persons(w, j).clocks)
    while k and clocks(w, k).watch != watch:
        k = np.uint64(clocks(w, k).next_of_job)
    return k


@kernel
def new_clock(w, full, j, watch):
    """A clock that has not been set yet."""
    if w.free_clock:
        k = w.free_clock
        w.free_clock = clocks(w, k).next
    elif w.fresh_clock < w.room_clocks:
        k = w.fresh_clock
        w.fresh_clock += 1
        if w.fresh_clock > w.many_clocks:
            w.attention = 1
    else:
        complain(w, NO_CLOCKS, NONE, 0.0)
        return ZERO
    c = clocks(w, k)
    c.timer = ZERO
    c.bucket = NONE
    c.job = j
    c.watch = watch
    c.sets = 0
    c.expiries = 0
    c.since_start = 0
    c.running = 0
    c.next_of_job = persons(w, j).clocks
    persons(w, j).clocks = k
    return k


@kernel
def drop_clock(w, k):
    """A clock's expiry will not happen."""
    c = clocks(w, k)
    c.timer = ZERO
    if c.bucket != NONE:
        w.lying -= 1
        if c.prev:
            clocks(w, c.prev).next = c.next
        else:
            clock_buckets(w)[c.bucket] = c.next
        if c.next:
            clocks(w, c.next).prev = c.prev
        c.bucket = NONE


@kernel
def set_clock(w, full, k):
    """Set the clock of a watch, afresh."""
    c = clocks(w, k)
    drop_clock(w, k)
    watch = watches(w, c.watch)
    d = sample(w, full, watch.law, c.job, watch.hash, c.sets, _WATCH)
    c.sets += 1
    c.running = 1
    t = w.now + d if watch.calendar == NONE else add_open(w, full, watch.calendar, w.now, d)
    if t == inf:
        return
    c.timer = new_code(w, WATCH, k)
    if t < w.horizon:
        keep_timer(w, t, c.timer)
    elif t <= w.limit:
        w.lying += 1
        c.time = t
        c.bucket = bucket_of(w, t)
        c.prev = 0
        c.next = clock_buckets(w)[c.bucket]
        if c.next:
            clocks(w, c.next).prev = k
        clock_buckets(w)[c.bucket] = k


@kernel
def end_clocks(w, full, j):
    """The end of a job stops all its watches."""
    k = np.uint64(persons(w, j).clocks)
    while k:
        c = clocks(w, k)
        drop_clock(w, k)
        following = c.next_of_job
        c.next = w.free_clock
        w.free_clock = k
        k = following
    persons(w, j).clocks = 0
