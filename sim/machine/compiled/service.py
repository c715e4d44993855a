"""Starting, speeds and the release of slots (rule 4.4 and section 5)."""

from __future__ import annotations

from math import inf

import numpy as np

from sim.machine.compiled.agenda import ZERO, drop_timer, keep_timer, new_code, push, set_timer
from sim.machine.compiled.clearing import let_go
from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.laws import sample
from sim.machine.compiled.layout import (
    COMPLETION,
    IN_LINE,
    IN_SERVICE,
    OPENING,
    PAUSED,
    REDRAW,
    RESTART,
    SILENT,
    STARTED,
)
from sim.machine.compiled.servers import THE_POOL, change_serving, note_change, place
from sim.machine.compiled.tables import edges, jobs, numbers, persons, pools, servers, steps
from sim.machine.compiled.waiting import take_from_line
from sim.machine.compiled.watches import anchor
from sim.machine.luck import Purpose

_SIZE = np.int64(Purpose.SIZE)
_GHOST = np.int64(Purpose.GHOST)
_REDRAW = np.int64(Purpose.REDRAW)


@kernel
def start(w, full, j, s, e):
    """Rule 4.4; an offer that becomes due by it is left to the caller."""
    job = jobs(w, j)
    if job.state == IN_LINE:
        take_from_line(w, full, j)
    job.started = w.now
    job.state = IN_SERVICE
    job.edge = e
    edge = edges(w, e)
    if full is not None:
        start_with(w, full, j, s, e)
    else:
        pool = pools(w, edge.pool)
        pool.busy += 1
        step = steps(w, job.step)
        size = sample(w, full, step.size, j, step.hash, job.round, _SIZE)
        change_serving(w, pool, 1)
        if edge.speed != 1.0:
            size /= edge.speed
        job.timer = set_timer(w, j, w.now + size, COMPLETION)


@kernel
def start_with(w, full, j, s, e):
    """The same where sizes may be left from before and servers have names."""
    job = jobs(w, j)
    edge = edges(w, e)
    step = steps(w, job.step)
    pool = pools(w, edge.pool)
    x = persons(w, j)
    x.pool = edge.pool
    law, purpose = step.size, _SIZE
    if job.flags & SILENT:
        law, purpose = step.ghost, _GHOST
    if not x.has_size:
        x.has_size = 1
        x.size = sample(w, full, law, j, step.hash, job.round, purpose)
        x.left = x.size
    elif step.returned == RESTART:
        x.left = x.size
    elif step.returned == REDRAW:
        x.size = sample(w, full, law, j, step.hash, job.round, _REDRAW + (x.spell << 16))
        x.left = x.size
    x.settled = w.now
    x.speed = 0.0
    x.finish = inf
    if s == THE_POOL:
        x.server = 0
        pool.busy += 1
        change_serving(w, pool, edge.units)
        if pool.keeps_jobs:
            open_in_pool(w, pool, j)
        retime(w, full, j, edge.speed)
    else:
        x.server = s
        server = servers(w, s)
        server.load += edge.units
        note_change(w, full, s)
        change_serving(w, pool, edge.units)
        x.job_next = 0
        x.job_prev = server.last_job
        if server.last_job:
            persons(w, server.last_job).job_next = j
        else:
            server.first_job = j
        server.last_job = j
        settle(w, full, s)
    if w.watched:
        anchor(w, full, STARTED, job.step, j)
    if x.cleared:
        let_go(w, full, j)


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
def settle(w, full, s):
    """Rule 5.1 for every open job of a named server, oldest start first."""
    server = servers(w, s)
    pool = pools(w, server.pool)
    curve = numbers(w)[pool.curve + server.load - 1] if server.load > 0 else 1.0
    j = server.first_job
    while j:
        job = jobs(w, j)
        v = 0.0 if job.state == PAUSED else curve * server.speed * edges(w, job.edge).speed * server.duty_speed
        retime(w, full, j, v)
        j = persons(w, j).job_next


@kernel
def retime(w, full, j, v):
    """Rule 5.1 for one job: a new speed takes effect."""
    now = w.now
    x = persons(w, j)
    if v == x.speed or x.finish == now:  # one that completes now would get a rounding error to do
        return
    job = jobs(w, j)
    x.left = x.left - (now - x.settled) * x.speed
    if x.left < 0.0:
        x.left = 0.0
    x.settled = now
    x.speed = v
    if job.timer:
        drop_timer(w, j)
    x.finish = inf
    if v > 0.0:
        x.finish = now + x.left / v
        job.timer = set_timer(w, j, x.finish, COMPLETION)


@kernel
def close_job(w, full, j):
    """Out of the open jobs of its server (or counted pool)."""
    x = persons(w, j)
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
def interrupt(w, full, j):
    """Work stops before its completion: what is left is settled."""
    now = w.now
    x = persons(w, j)
    x.left = x.left - (now - x.settled) * x.speed
    if x.left < 0.0:
        x.left = 0.0
    x.settled = now
    x.speed = 0.0
    x.finish = inf
    if jobs(w, j).timer:
        drop_timer(w, j)
