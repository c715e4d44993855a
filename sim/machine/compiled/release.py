"""Open work leaves its server or pool, and slots become free (rules 4.5 and 4.8)."""

from __future__ import annotations

from math import inf

from sim.machine.compiled.agenda import ZERO, keep_timer, new_code, push
from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.layout import OPENING
from sim.machine.compiled.servers import change_serving, note_change, place
from sim.machine.compiled.speeds import settle
from sim.machine.compiled.tables import frames, persons, pools, servers, ties


@kernel
def open_in_pool(w, pool, j):
    """Stand last among the open jobs of a counted pool from which work may be handed back."""
    x = persons(w, j)
    x.job_next = 0
    x.job_prev = pool.last_job
    if pool.last_job:
        persons(w, pool.last_job).job_next = j
    else:
        pool.first_job = j
    pool.last_job = j


@kernel
def close_job(w, full, j):
    """Out of the open jobs of its server (or counted pool)."""
    x = persons(w, j)
    if len(full):
        if ties(w, j).yielding:
            yield_no_more(w, pools(w, x.pool), j)
    if x.server:
        server = servers(w, x.server)
        if x.job_prev:
            persons(w, x.job_prev).job_next = x.job_next
        else:
            server.first_job = x.job_next
        if x.job_next:
            persons(w, x.job_next).job_prev = x.job_prev
        else:
            server.last_job = x.job_prev
        return
    pool = pools(w, x.pool)
    if pool.keeps_jobs:
        if x.job_prev:
            persons(w, x.job_prev).job_next = x.job_next
        else:
            pool.first_job = x.job_next
        if x.job_next:
            persons(w, x.job_next).job_prev = x.job_prev
        else:
            pool.last_job = x.job_prev


@kernel
def free_slots(w, full, i, s, units):
    """Release and settle; a whole break that was due begins."""
    pool = pools(w, i)
    if s:
        servers(w, s).load -= units
        note_change(w, full, s)
        change_serving(w, pool, -units)
        settle(w, full, s)
        break_may_begin(w, full, s)
    else:
        pool.busy -= 1
        change_serving(w, pool, -units)


@kernel
def break_may_begin(w, full, s):
    """A whole break that is due begins as soon as the server is free."""
    server = servers(w, s)
    if server.break_due > 0.0 and server.load == 0 and not server.resting:
        server.resting = 1
        server.rest_since = w.now
        t = w.now + server.break_due
        server.break_due = 0.0
        place(w, full, s)
        server.timer = ZERO
        if t < inf:
            server.timer = new_code(w, OPENING, s)
            if t < w.horizon:
                keep_timer(w, t, server.timer)
            else:
                push(w, t, server.timer)


@kernel
def offer_due(w, i):
    """A pool is to be offered: next, or in the middle of a planned change when all of its instant are made."""
    if w.holding:
        pools(w, i).touched = 1
    else:
        frames(w)[w.frames_open] = i
        w.frames_open += 1


@kernel
def yield_in(w, pool, j):
    """Stand last among the jobs of a pool that may be displaced (rule 8.4)."""
    t = ties(w, j)
    t.yielding = 1
    t.yield_next = 0
    t.yield_prev = pool.last_yielding
    if pool.last_yielding:
        ties(w, pool.last_yielding).yield_next = j
    else:
        pool.first_yielding = j
    pool.last_yielding = j


@kernel
def yield_no_more(w, pool, j):
    """Not among them any more: paused, or gone."""
    t = ties(w, j)
    t.yielding = 0
    if t.yield_prev:
        ties(w, t.yield_prev).yield_next = t.yield_next
    else:
        pool.first_yielding = t.yield_next
    if t.yield_next:
        ties(w, t.yield_next).yield_prev = t.yield_prev
    else:
        pool.last_yielding = t.yield_prev
