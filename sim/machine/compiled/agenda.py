"""Timers in the agreed order (section 3): few of them in order, most of them lying in lists until their time comes.

Time is cut into buckets of an hour or so, and these into slices with a few births each; widths are powers of two, so
that a time belongs to exactly one slice. Timers of the present slice stand in order, the earliest last (when they are
many, the rest of them in a heap). Timers of a later slice of this bucket lie in its list, unsorted; those of later
buckets in linked lists, from which they are truly removed. A timer is a code, kind | serial | slot, so that codes of
equal time stand in the order of rule 3.1, and a timer is live while its owner still holds its code (rule 3.3): one
that died is dropped when its slice begins. Timers past the limit of the run take a serial and are not stored.
"""

from __future__ import annotations

from math import floor, inf

import numpy as np

from sim.machine.compiled.kernel import inlined, kernel
from sim.machine.compiled.layout import (
    CHUNK_SIZE,
    CLOSING,
    FAR_PATIENCE,
    FAR_TIMER,
    MOST_IN_ORDER,
    NO_TIMERS,
    NONE,
    OPENING,
    PATIENCE,
    SERIAL_BITS,
    SLOT_BITS,
    WATCH,
)
from sim.machine.compiled.tables import (
    buckets,
    chunks,
    clock_buckets,
    clocks,
    entry,
    far,
    fetch_job,
    jobs,
    servers,
    switches,
    wheel,
)
from sim.machine.compiled.trouble import complain

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


@inlined
def insert(w, time, code):
    """Put a timer among those of the present slice."""
    n = w.present_size
    if n < MOST_IN_ORDER:
        while n > 0:
            below = entry(w.present, n - 1)
            if below.time > time or (below.time == time and below.code > code):
                break
            e = entry(w.present, n)
            e.time = below.time
            e.code = below.code
            n -= 1
        e = entry(w.present, n)
        e.time = time
        e.code = code
        w.present_size += 1
    else:
        push(w, time, code)


@kernel
def push(w, time, code):
    """Add a timer to the heap of a crowded slice."""
    if w.heap_size < w.room_heap:
        sift_up(w.heap, w.heap_size, time, code)
        w.heap_size += 1
        if w.heap_size > w.many_timers:
            w.attention = 1
    else:
        complain(w, NO_TIMERS, NONE, 0.0)


@kernel
def pop_heap(w):
    """Take the first timer out of the heap."""
    w.heap_size -= 1
    if w.heap_size:
        last = entry(w.heap, w.heap_size)
        sift_down(w.heap, w.heap_size, last.time, last.code)


@inlined
def put_in_slice(w, time, code):
    """Put a timer into the list of a later slice of this bucket."""
    i = np.int64(floor(time * w.slices_a_minute)) - w.first_slice
    chunk = np.uint64(wheel(w)[i])
    n = chunks(w, chunk).count
    if chunk == ZERO or n == CHUNK_SIZE:
        chunk = new_chunk(w, i, chunk)
        n = 0
        if chunk == ZERO:
            return
    c = chunks(w, chunk)
    c.times[n] = time
    c.codes[n] = code
    c.count = n + 1
    w.lying += 1


@kernel
def new_chunk(w, i, below):
    """A further piece of a slice's list."""
    if w.free_chunk:
        chunk = w.free_chunk
        w.free_chunk = chunks(w, chunk).next
    elif w.fresh_chunk < w.room_chunks:
        chunk = w.fresh_chunk
        w.fresh_chunk += 1
        if w.fresh_chunk > w.many_chunks:
            w.attention = 1
    else:
        complain(w, NO_TIMERS, NONE, 0.0)
        return ZERO
    chunks(w, chunk).next = below
    chunks(w, chunk).count = 0
    wheel(w)[i] = chunk
    return chunk


@inlined
def keep_timer(w, time, code):
    """Put a timer of this bucket where it belongs."""
    if time < w.slice_end:
        insert(w, time, code)
    else:
        put_in_slice(w, time, code)


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
        keep_timer(w, time, code)
    elif time <= w.limit:
        put_far(w, j, time, code, kind)
    return code


@inlined
def bucket_of(w, time):
    """Bucket of a later timer."""
    return np.int64(floor(time * w.buckets_a_minute)) - w.first_bucket


@kernel
def put_far(w, j, time, code, kind):
    """Keep a timer in the list of its hour."""
    which = 1 if kind == PATIENCE else 0
    bucket = bucket_of(w, time)
    node = TWO * j + np.uint64(which)
    head = np.uint64(buckets(w)[bucket])
    x = far(w, node)
    w.lying += 1
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
def leave_far(w, j, which, code):
    """Take a timer that is no longer wanted out of its list, if it still lies there."""
    node = TWO * j + np.uint64(which)
    jobs(w, j).far &= NOT_FAR_PATIENCE if which else NOT_FAR_TIMER
    x = far(w, node)
    if x.bucket == NONE or x.code != code:
        return
    w.lying -= 1
    if x.prev:
        far(w, x.prev).next = x.next
    else:
        buckets(w)[x.bucket] = x.next
    if x.next:
        far(w, x.next).prev = x.prev


@inlined
def drop_timer(w, j):
    """The job's completion, overflow or entry will not happen."""
    job = jobs(w, j)
    if job.far & FAR_TIMER:
        leave_far(w, j, np.int64(0), job.timer)
    job.timer = ZERO


@inlined
def drop_patience(w, j):
    """The end of the job's patience will not happen."""
    job = jobs(w, j)
    if job.far & FAR_PATIENCE:
        leave_far(w, j, np.int64(1), job.patience)
    job.patience = ZERO


@kernel
def is_live(w, full, code):
    """Whether the owner of a timer still holds it."""
    kind = kind_of(code)
    slot = slot_of(code)
    if kind == PATIENCE:
        return jobs(w, slot).patience == code
    if full is not None:
        if kind == WATCH:
            return clocks(w, slot).timer == code
        if kind == OPENING:
            return servers(w, slot).timer == code
        if len(full):
            if kind == CLOSING:
                return switches(w, slot).timer == code
        return jobs(w, slot).timer == code
    return True  # in a core network completions and entries always happen


@kernel
def next_slice(w, full, until):
    """Go on to the next slice that has a live timer, or to the one that holds the time `until`."""
    before = w.present_size + w.heap_size  # of an earlier time there is none; a break may end later
    while w.slice_end <= until and w.present_size + w.heap_size == before:
        if w.lying == 0:  # nothing lies between here and there
            jump(w, until)
            return
        if w.slice + 1 == w.n_slices:
            if w.bucket + 1 >= w.n_buckets:
                w.slice_end = inf
                w.horizon = inf
                return
            next_bucket(w, full)
        else:
            w.slice += 1
            w.slice_end = (w.first_slice + w.slice + 1) * w.slice_width
        chunk = np.uint64(wheel(w)[w.slice])
        wheel(w)[w.slice] = 0
        while chunk:
            c = chunks(w, chunk)
            w.lying -= c.count
            for i in range(c.count):
                code = c.codes[i]
                if is_live(w, full, code):
                    if full is None:
                        fetch_job(w, slot_of(code))
                    insert(w, c.times[i], code)
            below = c.next
            c.count = 0
            c.next = w.free_chunk
            w.free_chunk = chunk
            chunk = below


@kernel
def jump(w, until):
    """Go straight to the slice that holds a time."""
    if until > w.limit:
        w.slice_end = inf
        w.horizon = inf
        return
    at = np.int64(floor(until * w.slices_a_minute))
    w.bucket = bucket_of(w, until)
    w.first_slice = (w.first_bucket + w.bucket) * w.n_slices
    w.slice = at - w.first_slice
    w.slice_end = (at + 1) * w.slice_width
    w.horizon = (w.first_slice + w.n_slices) * w.slice_width


@kernel
def next_bucket(w, full):
    """The next bucket begins: its timers go into the lists of its slices."""
    w.bucket += 1
    w.slice = 0
    w.first_slice = (w.first_bucket + w.bucket) * w.n_slices
    w.slice_end = (w.first_slice + 1) * w.slice_width
    w.horizon = (w.first_slice + w.n_slices) * w.slice_width
    node = np.uint64(buckets(w)[w.bucket])
    buckets(w)[w.bucket] = 0
    while node:
        x = far(w, node)
        x.bucket = NONE  # the job's `far` still says that its timer may be here: it is not touched before its time
        w.lying -= 1
        put_in_slice(w, x.time, x.code)
        node = x.next
    if full is not None:
        clock = np.uint64(clock_buckets(w)[w.bucket])
        while clock:
            c = clocks(w, clock)
            c.bucket = -1
            w.lying -= 1
            put_in_slice(w, c.time, c.timer)
            clock = c.next
