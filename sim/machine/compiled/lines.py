"""Waiting lines (rules 2.6 and 4.9): linked lists, and treaps where the order is not that of entry.

A step has one structure for all its priorities, and so has each personal line (`line` is a step, or a `queue` of rule
8.3). In a treap jobs stand by (priority, order, returned first, serial), so the jobs of one priority are neighbours and
the next priority is found by descending.
"""

from __future__ import annotations

import numpy as np

from sim.machine.compiled.kernel import inlined, kernel
from sim.machine.compiled.luck import mix
from sim.machine.compiled.tables import edges, flags, jobs, persons, pools, steps, takes

NOBODY, ONE = np.uint64(0), np.uint64(1)


@kernel
def count_bits(x):
    """Number of ones."""
    x = x - ((x >> ONE) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@inlined
def lowest_bit(x):
    """Place of the lowest one."""
    return count_bits((x & (~x + ONE)) - ONE)


@inlined
def change_waiting(w, step, by):
    """Add what has passed to the area under a line, then change its length (rule 7.4)."""
    since = step.area_since if step.area_since > 0.0 else 0.0
    until = w.now if w.now < w.end else w.end
    if until > since:
        step.area += step.waiting * (until - since)
    step.waiting += by
    step.area_since = w.now
    if step.flagged and (step.waiting == 0 or (by > 0 and step.waiting == 1)):
        line_flips(w, step)


@kernel
def line_flips(w, step):
    """The line has become empty, or is so no more: pools with many lines keep a bit of each."""
    for e in range(step.first_edge, step.end_edge):
        edge = edges(w, e)
        pool = pools(w, edge.pool)
        if pool.flag_words:
            at = edge.take - pool.first_take
            flags(w)[pool.first_flag + (at >> 6)] ^= ONE << np.uint64(at & 63)


@kernel
def next_waiting(w, pool, k):
    """The first edge of a pool, from the k-th of `takes` on, at which somebody waits; the end when there is none."""
    end = pool.end_take
    if not pool.flag_words:
        while k < end and steps(w, takes(w, k).step).waiting == 0:
            k += 1
        return k
    if k >= end:
        return end
    at = k - pool.first_take
    word = at >> 6
    here = flags(w)[pool.first_flag + word] >> np.uint64(at & 63)
    if here:
        return k + lowest_bit(here)
    word += 1
    while word < pool.flag_words:
        here = flags(w)[pool.first_flag + word]
        if here:
            return pool.first_take + 64 * word + lowest_bit(here)
        word += 1
    return end


@inlined
def append(w, line, j):
    """Stand last."""
    job = jobs(w, j)
    job.next = 0
    job.prev = line.tail
    if line.tail:
        jobs(w, line.tail).next = j
    else:
        line.head = j
    line.tail = j


@inlined
def unlink(w, line, j):
    """Leave a linked line."""
    job = jobs(w, j)
    if job.prev:
        jobs(w, job.prev).next = job.next
    else:
        line.head = job.next
    if job.next:
        jobs(w, job.next).prev = job.prev
    else:
        line.tail = job.prev


@kernel
def precedes(w, a, b):
    """Whether job `a` stands before job `b` in their line."""
    x, y = persons(w, a), persons(w, b)
    if x.priority != y.priority:
        return x.priority > y.priority
    if x.order != y.order:
        return x.order < y.order
    if x.returned != y.returned:
        return x.returned > y.returned
    return x.line_serial < y.line_serial


@kernel
def insert_in_list(w, full, line, j):
    """Stand at the place of a returned job, which is near the front."""
    at = line.head
    while at and precedes(w, at, j):
        at = jobs(w, at).next
    if not at:
        append(w, line, j)
        return
    job = jobs(w, j)
    job.next = at
    job.prev = jobs(w, at).prev
    if job.prev:
        jobs(w, job.prev).next = j
    else:
        line.head = j
    jobs(w, at).prev = j


@kernel
def rotate_up(w, line, j):
    """Exchange a job of a treap with its parent."""
    x = persons(w, j)
    up = x.parent
    y = persons(w, up)
    above = y.parent
    if y.low == j:
        y.low = x.high
        if y.low:
            persons(w, y.low).parent = up
        x.high = up
    else:
        y.high = x.low
        if y.high:
            persons(w, y.high).parent = up
        x.low = up
    y.parent = j
    x.parent = above
    if above:
        if persons(w, above).low == up:
            persons(w, above).low = j
        else:
            persons(w, above).high = j
    else:
        line.root = j


@kernel
def insert_in_treap(w, full, line, j):
    """Stand at the place that the order gives."""
    x = persons(w, j)
    x.low = 0
    x.high = 0
    x.parent = 0
    x.heap_rank = np.uint32(mix(jobs(w, j).key) >> np.uint64(33))
    at = line.root
    if not at:
        line.root = j
        return
    while True:
        y = persons(w, at)
        if precedes(w, j, at):
            if not y.low:
                y.low = j
                break
            at = y.low
        else:
            if not y.high:
                y.high = j
                break
            at = y.high
    x.parent = at
    while x.parent and persons(w, x.parent).heap_rank < x.heap_rank:
        rotate_up(w, line, j)


@kernel
def remove_from_treap(w, line, j):
    """Leave a treap."""
    x = persons(w, j)
    while x.low and x.high:
        if persons(w, x.low).heap_rank > persons(w, x.high).heap_rank:
            rotate_up(w, line, x.low)
        else:
            rotate_up(w, line, x.high)
    below = x.low if x.low else x.high
    up = x.parent
    if below:
        persons(w, below).parent = up
    if not up:
        line.root = below
    elif persons(w, up).low == j:
        persons(w, up).low = below
    else:
        persons(w, up).high = below


@kernel
def first_of(w, line):
    """First job of a line; nobody when it is empty."""
    if not line.sorted:
        return line.head
    at = line.root
    if at:
        while persons(w, at).low:
            at = persons(w, at).low
    return at


@kernel
def next_of(w, full, line, j):
    """Job after `j`, of whatever priority."""
    if not line.sorted:
        return jobs(w, j).next
    x = persons(w, j)
    if x.high:
        at = x.high
        while persons(w, at).low:
            at = persons(w, at).low
        return at
    at = j
    up = x.parent
    while up and persons(w, up).high == at:
        at = up
        up = persons(w, up).parent
    return up


@kernel
def next_priority(w, line, priority):
    """First job of the highest priority below this one."""
    found = NOBODY
    if line.sorted:
        at = line.root
        while at:
            if persons(w, at).priority < priority:
                found = at
                at = persons(w, at).low
            else:
                at = persons(w, at).high
    return found
