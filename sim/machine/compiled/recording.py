"""Rows of spells and of jobs (section 7)."""

from __future__ import annotations

from math import nan

import numpy as np

from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.layout import (
    AFTER_WORK,
    BEFORE,
    COUNTED_FAMILY,
    COUNTED_VISIT,
    FREE,
    IN_DELAY,
    KEPT,
    NO_ROWS,
    NONE,
    SILENT,
)
from sim.machine.compiled.tables import edges, job_rows, jobs, kept, lives, marks, persons, servers, steps, ties, visits
from sim.machine.compiled.trouble import complain
from sim.machine.records import COUNTED, FIRST, GHOST, RESUMED, RETURNED
from sim.machine.steps import Exit

_OPEN, _DONE = np.int64(Exit.OPEN), np.int64(Exit.DONE)
VOID = 255
"""Exit of a row that turned out not to be kept."""
SURE, IN_DOUBT = 1, 2
"""What `keeps` says besides that a slot is kept: whether it is known that the row of its spell is wanted."""


@kernel
def write_row(w, full, j, left, released, exit_):
    """One spell has ended; it is kept if it overlaps [0, end) or is counted (rule 7.1)."""
    job = jobs(w, j)
    entered = job.entered
    if full is not None:
        entered = persons(w, j).spell_entered
    if not job.flags & (COUNTED_VISIT | COUNTED_FAMILY):
        last = w.now if released != released else released
        if not (entered < w.end and last > 0.0):
            return
    job.flags |= KEPT
    if w.keep_rows:
        put_row(w, full, j, entered, left, released, exit_)


@kernel
def put_row(w, full, j, entered, left, released, exit_):
    """Write the row of a spell."""
    job = jobs(w, j)
    if w.rows >= w.room_visits:
        complain(w, NO_ROWS, NONE, 0.0)
        return
    row = visits(w, w.rows)
    w.rows += 1
    if w.rows > w.many_rows:
        w.attention = 1
    row.entered = entered
    row.started = job.started
    row.left = left
    row.released = released
    row.job = job.number
    row.step = job.step
    row.exit = exit_
    row.round = job.round
    flags = COUNTED if job.flags & COUNTED_VISIT else 0
    row.server = NONE
    if full is not None:
        x = persons(w, j)
        flags |= RETURNED if x.spell else FIRST
        if job.flags & SILENT:
            flags |= GHOST
        if x.resumed:
            flags |= RESUMED
        row.pool = NONE
        if job.started == job.started:
            row.pool = x.pool
            if x.server:
                row.server = servers(w, x.server).number
        row.spell = x.spell
    else:
        flags |= FIRST
        row.pool = edges(w, job.edge).pool if job.started == job.started else NONE
        row.spell = 0
    row.flags = flags


@kernel
def write_kept_row(w, full, j):
    """The row of a spell whose slot is kept (rule 8.5): when it is released is known later, and so may be whether the
    row is wanted; `keeps` says so."""
    job = jobs(w, j)
    t = ties(w, j)
    entered = persons(w, j).spell_entered
    row = w.rows
    t.keeps = SURE
    if w.now > 0.0 or job.flags & (COUNTED_VISIT | COUNTED_FAMILY):
        write_row(w, full, j, w.now, nan, _DONE)
    else:
        t.keeps = IN_DOUBT
        if w.keep_rows:
            put_row(w, full, j, entered, w.now, nan, _DONE)
    t.kept_row = row if w.rows > row else NONE


@kernel
def end_doubt(w, j):
    """Such a row stays if the slot was taken in the period (rule 7.1)."""
    t = ties(w, j)
    if t.keeps == IN_DOUBT:
        t.keeps = SURE
        if w.now > 0.0:
            jobs(w, j).flags |= KEPT
        elif t.kept_row != NONE:
            visits(w, t.kept_row).exit = VOID
            w.void_rows += 1


@kernel
def begin_job_row(w, j):
    """What is known of a job at its birth; rows stand by number, so that this writes to the memory in order."""
    if not w.keep_jobs:
        return
    job = jobs(w, j)
    if job.number >= w.room_job_rows:
        complain(w, NO_ROWS, NONE, 0.0)
        return
    life = lives(w, j)
    row = job_rows(w, job.number)
    row.key = job.key
    row.birth = life.birth
    row.number = job.number
    row.family = life.family
    row.parent = life.parent
    row.stream = life.stream
    row.counted = 1 if job.flags & COUNTED_FAMILY else 0
    for a in range(8):
        row.marks[a] = 0


@kernel
def write_job(w, full, j, end, exit_):
    """One job, if any of its spells is kept or its family is counted (rule 7.3)."""
    job = jobs(w, j)
    if not w.keep_jobs or not job.flags & (KEPT | COUNTED_FAMILY) or job.number >= w.room_job_rows:
        return
    kept(w)[job.number] = 1
    row = job_rows(w, job.number)
    row.end = end
    row.step = job.step
    row.exit = exit_
    row.due = nan
    if full is not None:
        for a in range(w.n_marks):
            row.marks[a] = marks(w, j)[a]
        row.due = persons(w, j).due


@kernel
def close(w, full):
    """What is still open gets a row with exit `open`."""
    for j in range(np.uint64(1), w.fresh_slot):
        job = jobs(w, j)
        if job.state == FREE or job.state == AFTER_WORK:
            continue
        if full is not None:
            if len(full):
                end_doubt(w, j)
        step = steps(w, job.step)
        if job.state != BEFORE and (job.state != IN_DELAY or step.recorded):
            left = nan
            if full is not None:
                if job.flags & SILENT:
                    left = persons(w, j).gone_at
            write_row(w, full, j, left, nan, _OPEN)
        write_job(w, full, j, nan, _OPEN)
