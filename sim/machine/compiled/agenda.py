"""Timers in the agreed order (section 3): a heap for this hour, lists with true removal for later ones.

The heap is binary; its root may be a hole left by the last event, which the next timer fills. A timer is a code,
kind | serial | slot, so that codes of equal time stand in the order of rule 3.1, and a timer is live while its owner
still holds its code (rule 3.3). Timers past the limit of the run take a serial and are not stored.
"""

from __future__ import annotations

from math import inf

import numpy as np

from sim.machine.compiled.kernel import inlined, kernel
from sim.machine.compiled.layout import FAR_PATIENCE, FAR_TIMER, NO_TIMERS, PATIENCE, SERIAL_BITS, SLOT_BITS
from sim.machine.compiled.tables import buckets, clock_buckets, clocks, entry, far, jobs

_SLOT = np.uint64(SLOT_BITS)
_KIND = np.uint64(SLOT_BITS + SERIAL_BITS)
_SLOT_MASK = np.uint64((1 << SLOT_BITS) - 1)
NOT_FAR_TIMER, NOT_FAR_PATIENCE = 255 - FAR_TIMER, 255 - FAR_PATIENCE
ZERO, ONE, TWO = np.uint64(0), np.uint64(1), np.uint64(2)


@inlined
def slot_of(code):
    """Owner of a timer."""
    return code & _SLOT_MASK


@inlined
def kind_of(code):
    """Kind of a timer's event."""
    return np.int64(code >> _KIND)


@inlined
def sift_down(heap, size, time, code):
    """Put an entry in the place of the root."""
    n = np.uint64(size)
    at = ZERO
    child = ONE
    while child < n:
        other = child + ONE
        if other < n:
            a = entry(heap, child)
            b = entry(heap, other)
            if b.time < a.time or (b.time == a.time and b.code < a.code):
                child = other
        c = entry(heap, child)
        if time < c.time or (time == c.time and code < c.code):
            break
        h = entry(heap, at)
        h.time = c.time
        h.code = c.code
        at = child
        child = TWO * at + ONE
    h = entry(heap, at)
    h.time = time
    h.code = code


@inlined
def sift_up(heap, size, time, code):
    """Put an entry behind the last of `size`."""
    at = np.uint64(size)
    while at > ZERO:
        above = (at - ONE) // TWO
        c = entry(heap, above)
        if c.time < time or (c.time == time and c.code < code):
            break
        h = entry(heap, at)
        h.time = c.time
        h.code = c.code
        at = above
    h = entry(heap, at)
    h.time = time
    h.code = code


@kernel
def push(w, time, code):
    """Add a timer to the heap."""
    if w.hole:
        w.hole = 0
        sift_down(w.heap, w.heap_size, time, code)
    elif w.heap_size < w.room_heap:
        sift_up(w.heap, w.heap_size, time, code)
        w.heap_size += 1
    elif w.trouble == 0:
        w.trouble = NO_TIMERS


@inlined
def fill_hole(w):
    """Without a new timer the last one takes the place of the root."""
    if w.hole:
        w.hole = 0
        w.heap_size -= 1
        if w.heap_size:
            last = entry(w.heap, w.heap_size)
            sift_down(w.heap, w.heap_size, last.time, last.code)


@inlined
def new_code(w, kind, slot):
    """Code of the next timer."""
    w.serial += 1
    return (np.uint64(kind) << _KIND) | (np.uint64(w.serial) << _SLOT) | np.uint64(slot)


@inlined
def set_timer(w, j, time, kind):
    """Set a timer of a job and return its code; 0 for an infinite one, which is not set (rule 3.2)."""
    if time == inf:
        return ZERO
    code = new_code(w, kind, j)
    if time < w.horizon:
        push(w, time, code)
    elif time <= w.limit:
        put_far(w, j, time, code, kind)
    return code


@inlined
def bucket_of(w, time):
    """Hour of a later timer; rounding may not carry it past its own begin."""
    bucket = np.int64((time - w.start) / w.bucket_width)
    if time < w.start + bucket * w.bucket_width:
        bucket -= 1
    return bucket if bucket > w.bucket else w.bucket + 1


@kernel
def put_far(w, j, time, code, kind):
    """Keep a timer in the list of its hour."""
    which = 1 if kind == PATIENCE else 0
    bucket = bucket_of(w, time)
    node = TWO * j + np.uint64(which)
    head = np.uint64(buckets(w)[bucket])
    x = far(w, node)
    x.time = time
    x.code = code
    x.bucket = bucket
    x.prev = 0
    x.next = head
    if head:
        far(w, head).prev = node
    buckets(w)[bucket] = node
    jobs(w, j).far |= FAR_PATIENCE if which else FAR_TIMER


@kernel
def leave_far(w, j, which):
    """Take a timer that is no longer wanted out of its list."""
    node = TWO * j + np.uint64(which)
    x = far(w, node)
    if x.prev:
        far(w, x.prev).next = x.next
    else:
        buckets(w)[x.bucket] = x.next
    if x.next:
        far(w, x.next).prev = x.prev
    jobs(w, j).far &= NOT_FAR_PATIENCE if which else NOT_FAR_TIMER


@inlined
def drop_timer(w, j):
    """The job's completion, overflow or entry will not happen."""
    job = jobs(w, j)
    job.timer = ZERO
    if job.far & FAR_TIMER:
        leave_far(w, j, 0)


@inlined
def drop_patience(w, j):
    """The end of the job's patience will not happen."""
    job = jobs(w, j)
    job.patience = ZERO
    if job.far & FAR_PATIENCE:
        leave_far(w, j, 1)


@kernel
def next_bucket(w, full):
    """The next hour begins: its timers go into the heap."""
    if w.bucket + 1 >= w.n_buckets:
        w.horizon = inf
        return
    w.bucket += 1
    w.horizon = w.start + (w.bucket + 1) * w.bucket_width
    node = np.uint64(buckets(w)[w.bucket])
    buckets(w)[w.bucket] = 0
    while node:
        x = far(w, node)
        j = node // TWO
        jobs(w, j).far &= NOT_FAR_PATIENCE if node % TWO else NOT_FAR_TIMER
        push(w, x.time, x.code)
        node = x.next
    if full is not None:
        clock = np.uint64(clock_buckets(w)[w.bucket])
        clock_buckets(w)[w.bucket] = 0
        while clock:
            c = clocks(w, clock)
            c.bucket = -1
            push(w, c.time, c.timer)
            clock = c.next
