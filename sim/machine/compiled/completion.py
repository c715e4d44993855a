"""Work is done (rule 4.5), and the end of after-work."""

from __future__ import annotations

import numpy as np

from sim.machine.compiled.agenda import ZERO, set_timer
from sim.machine.compiled.dispatch import offer, offer_touched
from sim.machine.compiled.kept import give_slot_back, keep_slot
from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.laws import sample
from sim.machine.compiled.layout import AFTER_WORK, COMPLETION, NONE, SILENT, WHEN_DONE
from sim.machine.compiled.recording import write_kept_row, write_row
from sim.machine.compiled.release import close_job, free_slots, open_in_pool
from sim.machine.compiled.slots import free_job, new_slot
from sim.machine.compiled.speeds import learn
from sim.machine.compiled.tables import edges, jobs, persons, pools, steps, ties
from sim.machine.luck import Purpose
from sim.machine.steps import Exit

_AFTER_WORK = np.int64(Purpose.AFTER_WORK)
_DONE, _ABANDONED = np.int64(Exit.DONE), np.int64(Exit.ABANDONED)
NOTHING = np.int64(-3)
"""No job travels on after this event."""


@kernel
def complete(w, full, j):
    """Rule 4.5, and the end of after-work; the exit by which the job travels on."""
    job = jobs(w, j)
    x = persons(w, j)
    edge = edges(w, job.edge)
    s = x.server
    job.timer = ZERO
    if job.state == AFTER_WORK:
        close_after_work(w, full, j)
        free_slots(w, full, edge.pool, s, edge.units)
        free_job(w, j)
        offer(w, full, edge.pool)
        return NOTHING
    if len(full):
        return complete_at_desk(w, full, j)
    step = steps(w, job.step)
    if step.counts_as_wait:
        x.waited += w.now - job.started
    close_job(w, full, j)
    silent = job.flags & SILENT
    if step.after_work >= 0 and not silent:
        begin_after_work(w, full, j, after_work_of(w, full, j))
        return _DONE
    write_row(w, full, j, x.gone_at if silent else w.now, w.now, _ABANDONED if silent else _DONE)
    free_slots(w, full, edge.pool, s, edge.units)
    offer(w, full, edge.pool)
    return _ABANDONED if silent else _DONE


@kernel
def after_work_of(w, full, j):
    """How long it will take."""
    job = jobs(w, j)
    step = steps(w, job.step)
    return sample(w, full, step.after_work, j, step.hash, job.round, _AFTER_WORK)


@kernel
def begin_after_work(w, full, j, d):
    """The slot stays taken for a while, whatever becomes of the job."""
    job = jobs(w, j)
    x = persons(w, j)
    write_row(w, full, j, w.now, w.now + d, _DONE)
    after = new_slot(w)
    if after:
        a = jobs(w, after)
        a.state = AFTER_WORK
        a.edge = job.edge
        a.far = 0
        a.patience = ZERO
        if len(full):
            ties(w, after).yielding = 0
        y = persons(w, after)
        y.server = x.server
        y.pool = x.pool
        y.finish = w.now + d
        pool = pools(w, x.pool)
        if pool.keeps_jobs and not x.server:  # so that its end at a fall of n is seen
            open_in_pool(w, pool, after)
        a.timer = set_timer(w, after, w.now + d, COMPLETION)


@kernel
def complete_at_desk(w, full, j):
    """The same where slots may be kept and servers learn: one offer over the pools in which something was released."""
    job = jobs(w, j)
    x = persons(w, j)
    edge = edges(w, job.edge)
    step = steps(w, job.step)
    t = ties(w, j)
    if step.counts_as_wait:
        x.waited += w.now - job.started
    close_job(w, full, j)
    silent = job.flags & SILENT
    d = after_work_of(w, full, j) if step.after_work >= 0 and not silent else 0.0
    step.inside -= 1
    if silent:
        write_row(w, full, j, x.gone_at, w.now, _ABANDONED)
        free_slots(w, full, edge.pool, x.server, edge.units)
        offer(w, full, edge.pool)
        return _ABANDONED
    other = NONE  # pool of the slot that the job kept
    if t.keeps and (step.release == WHEN_DONE or step.keeps):
        other = t.kept_pool
        give_slot_back(w, full, j)
    if x.server:
        learn(w, x.server)
    if step.keeps:
        write_kept_row(w, full, j)
        keep_slot(w, j)
    elif step.after_work >= 0:
        begin_after_work(w, full, j, d)
    else:
        write_row(w, full, j, w.now, w.now, _DONE)
        free_slots(w, full, edge.pool, x.server, edge.units)
        if other == NONE or other == edge.pool:
            offer(w, full, edge.pool)
            return _DONE
        pools(w, edge.pool).touched = 1
        pools(w, other).touched = 1
        offer_touched(w, full)
        return _DONE
    if other != NONE:
        offer(w, full, other)
    return _DONE


@kernel
def close_after_work(w, full, j):
    """The other end of it."""
    if not persons(w, j).server:
        close_job(w, full, j)
