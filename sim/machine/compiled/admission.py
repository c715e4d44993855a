"""A job arrives at work (rule 4.1)."""

from __future__ import annotations

from math import isnan

import numpy as np

from sim.machine.compiled.dispatch import best_server, run_offers
from sim.machine.compiled.displacement import displace
from sim.machine.compiled.gauges import is_full
from sim.machine.compiled.hours import add_open, next_open
from sim.machine.compiled.kept import edge_to_kept, take_kept
from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.laws import sample
from sim.machine.compiled.layout import BY_KEPT, FROM_BIRTH, FROM_MARK, NONE
from sim.machine.compiled.owners import ask_owner, wait_for_owner_only
from sim.machine.compiled.servers import THE_POOL
from sim.machine.compiled.service import start
from sim.machine.compiled.tables import edges, jobs, lives, marked, persons, pools, steps, ties
from sim.machine.compiled.waiting import join
from sim.machine.luck import Purpose
from sim.machine.steps import Exit

_DUE = np.int64(Purpose.DUE)
_HEAD_START = np.int64(Purpose.HEAD_START)
_PRIORITY = np.int64(Purpose.PRIORITY)
_BLOCKED = np.int64(Exit.BLOCKED)
_CLOSED = np.int64(Exit.CLOSED)
SETTLED = np.int64(-1)
"""The job has started or stands in line."""


@kernel
def arrive(w, full, j):
    """Rule 4.1: start, join, or leave at once by the exit that is returned."""
    job = jobs(w, j)
    step = steps(w, job.step)
    if full is not None:
        w.arrivals += 1
        read_entry(w, full, j)
        if not step.open:  # 1
            if step.refuses:
                return _CLOSED
            persons(w, j).opens = next_open(w, full, step.door, w.now)
            if len(full):
                wait_for_owner_only(w, j)
            join(w, full, j)
            return SETTLED
        if len(full):
            return arrive_at_desk(w, full, j)
        if best_server(w, full, j, False):  # 2
            start(w, full, w.choice_job, w.choice_server, w.choice_edge)
            run_offers(w, full)
            return SETTLED
    else:
        for e in range(step.first_edge, step.end_edge):
            edge = edges(w, e)
            pool = pools(w, edge.pool)
            if pool.n - pool.busy > edge.reserve:
                start(w, full, j, THE_POOL, e)
                return SETTLED
    if step.waiting >= step.limit:  # 4
        return _BLOCKED
    join(w, full, j)  # 5
    return SETTLED


@kernel
def arrive_at_desk(w, full, j):
    """The same from 4.1.2 on, where there may be shared limits, kept slots, owners and grades (rules 8.3 to 8.6)."""
    step = steps(w, jobs(w, j).step)
    if is_full(w, step, 1):
        return _BLOCKED
    if ties(w, j).keeps:
        e = edge_to_kept(w, j)
        if e != NONE:
            start(w, full, j, np.uint64(take_kept(w, full, j)), e)
            run_offers(w, full)
            return SETTLED
    if ask_owner(w, full, j) or (not ties(w, j).ask and best_server(w, full, j, False)):  # 2
        start(w, full, w.choice_job, w.choice_server, w.choice_edge)
        run_offers(w, full)
        return SETTLED
    if step.grade and not ties(w, j).ask and displace(w, full, j):  # 3
        return SETTLED
    if step.waiting >= step.limit or is_full(w, step, 0):  # 4
        return _BLOCKED
    join(w, full, j)  # 5
    return SETTLED


@kernel
def read_entry(w, full, j):
    """What is read when a job enters a Work step: due time, place, priority."""
    job = jobs(w, j)
    step = steps(w, job.step)
    x = persons(w, j)
    x.arrival = w.arrivals
    if step.due >= 0:
        d = sample(w, full, step.due, j, step.hash, job.round, _DUE)
        origin = w.now
        if step.due_from == FROM_BIRTH:
            origin = lives(w, j).birth
        elif step.due_from == FROM_MARK:
            origin = marked(w, j)[step.due_mark]
        open_minutes = step.due_calendar != NONE and not isnan(origin)
        x.due = add_open(w, full, step.due_calendar, origin, d) if open_minutes else origin + d
    if step.head_start >= 0:
        x.place = w.now - sample(w, full, step.head_start, j, step.hash, job.round, _HEAD_START)
    if isnan(x.first_place):
        x.first_place = x.place
    if step.order == BY_KEPT:
        x.place = x.first_place
    if step.priority >= 0:
        x.priority = sample(w, full, step.priority, j, step.hash, job.round, _PRIORITY)
