"""Starting (rule 4.4)."""

from __future__ import annotations

from math import inf

import numpy as np

from sim.machine.compiled.agenda import set_timer
from sim.machine.compiled.clearing import let_go
from sim.machine.compiled.gauges import note_start
from sim.machine.compiled.kept import let_slot_go
from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.laws import sample
from sim.machine.compiled.layout import (
    ANYBODY,
    COMPLETION,
    IN_LINE,
    IN_SERVICE,
    REDRAW,
    RESTART,
    SILENT,
    STARTED,
    WHEN_STARTED,
)
from sim.machine.compiled.release import open_in_pool, yield_in
from sim.machine.compiled.servers import THE_POOL, change_serving, note_change
from sim.machine.compiled.speeds import retime, settle
from sim.machine.compiled.tables import edges, frames, hosts, jobs, kin, persons, pools, servers, steps, ties
from sim.machine.compiled.waiting import take_from_line
from sim.machine.compiled.watches import anchor
from sim.machine.luck import Purpose

_SIZE = np.int64(Purpose.SIZE)
_GHOST = np.int64(Purpose.GHOST)
_REDRAW = np.int64(Purpose.REDRAW)
LET_GO = np.int64(-2)
"""A frame of the offers that means: then the server cleared for job LET_GO - frame is let go."""


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
    if len(full):
        step.inside += 1
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
        if len(full):
            if step.owner != ANYBODY:
                kin(w, ties(w, j).kin).owner = s
            ties(w, j).learned = hosts(w, s).factor
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
    if len(full):
        if x.spell == 0 and step.first_told < step.end_told:
            note_start(w, j)
        if step.yields and not job.flags & SILENT:
            yield_in(w, pool, j)
    if w.watched:
        anchor(w, full, STARTED, job.step, j)
    if len(full):
        if step.release == WHEN_STARTED and ties(w, j).keeps:
            if x.cleared and not w.holding:  # after the offer of the slot that it kept
                frames(w)[w.frames_open] = LET_GO - np.int64(j)
                w.frames_open += 1
            let_slot_go(w, full, j)
            if w.holding == 0:
                return
    if x.cleared:
        let_go(w, full, j)
