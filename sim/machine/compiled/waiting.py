"""Joining a line and coming out of it, with the timers of those who wait (rules 4.1.5, 4.2 and 4.6)."""

from __future__ import annotations

from math import inf, isnan

import numpy as np

from sim.machine.compiled.agenda import drop_patience, drop_timer, set_timer
from sim.machine.compiled.clearing import clear_for_heads
from sim.machine.compiled.hours import add_open, open_between
from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.laws import predict, sample
from sim.machine.compiled.layout import (
    BEFORE,
    BY_DUE,
    BY_SCORE,
    IN_LINE,
    MOST_JOBS,
    NONE,
    OVERFLOW,
    PATIENCE,
    SILENT,
    TOO_MANY_JOINS,
)
from sim.machine.compiled.lines import (
    append,
    change_waiting,
    insert_in_list,
    insert_in_treap,
    remove_from_treap,
    unlink,
)
from sim.machine.compiled.queues import stand, step_out
from sim.machine.compiled.sight import visible_from
from sim.machine.compiled.tables import edges, jobs, persons, queues, servers, steps, ties
from sim.machine.compiled.trouble import complain
from sim.machine.luck import Purpose

_PATIENCE = np.int64(Purpose.PATIENCE)


@kernel
def join(w, full, j):
    """Rule 4.1.5: into the line; next overflow and patience are set."""
    job = jobs(w, j)
    step = steps(w, job.step)
    w.joins += 1
    if w.joins > MOST_JOBS:
        complain(w, TOO_MANY_JOINS, NONE, 0.0)
    job.state = IN_LINE
    job.joined_serial = w.joins
    if full is not None:
        join_in_order(w, full, j)
    else:
        append(w, step, j)
        if step.patience >= 0:
            d = sample(w, full, step.patience, j, step.hash, job.round, _PATIENCE)
            change_waiting(w, step, 1)
            job.patience = set_timer(w, j, w.now + d, PATIENCE)
        else:
            change_waiting(w, step, 1)


@kernel
def join_in_order(w, full, j):
    """The same where lines have an order, and timers calendars."""
    job = jobs(w, j)
    step = steps(w, job.step)
    x = persons(w, j)
    x.joined = w.now
    x.order = x.place
    if step.order == BY_DUE:
        x.order = inf if isnan(x.due) else x.due
    elif step.order == BY_SCORE:
        x.order = -predict(w, full, step.score, j)
    x.returned = 1 if x.spell else 0
    x.line_serial = x.arrival if x.spell else w.joins
    if len(full):
        stand(w, full, j)
        step.inside += 1
    elif step.sorted:
        insert_in_treap(w, full, step, j)
    elif x.returned:
        insert_in_list(w, full, step, j)
    else:
        append(w, step, j)
    change_waiting(w, step, 1)
    if len(full):
        set_next_overflow(w, full, j)
    elif step.overflows:
        set_overflow(w, full, j)
    if step.patience >= 0 and not job.flags & SILENT:
        set_patience(w, full, j)
    if step.room and x.opens <= w.now:
        clear_for_heads(w, full, step)


@kernel
def set_overflow(w, full, j):
    """Timer for the next edge that will see the job (kind 3)."""
    job = jobs(w, j)
    step = steps(w, job.step)
    first = inf
    for e in range(step.first_edge, step.end_edge):
        t = visible_from(w, full, j, e)
        if t > w.now and t < first:
            first = t
    job.timer = set_timer(w, j, first, OVERFLOW)


@kernel
def set_next_overflow(w, full, j):
    """The same where there are personal lines (rule 8.3): the earlier of the end of `owner_wait` and the moment at
    which an edge to the owner's pool begins to see the job."""
    job = jobs(w, j)
    step = steps(w, job.step)
    t = ties(w, j)
    if not t.queue:
        if step.overflows:
            set_overflow(w, full, j)
        return
    first = t.deadline
    if step.overflows:
        pool = servers(w, queues(w, t.queue).server).pool
        for e in range(step.first_edge, step.end_edge):
            if edges(w, e).pool == pool:
                seen = visible_from(w, full, j, e)
                if seen > w.now and seen < first:
                    first = seen
    job.timer = set_timer(w, j, first, OVERFLOW)


@kernel
def set_patience(w, full, j):
    """Timer for the end of patience (kind 4); the law is read only here (rule 4.6)."""
    job = jobs(w, j)
    step = steps(w, job.step)
    x = persons(w, j)
    if step.budget:
        if isnan(x.budget):
            x.budget = sample(w, full, step.patience, j, step.hash, job.round, _PATIENCE)
        d = x.budget - x.waited
        if not d > 0.0:
            d = 0.0
    else:
        if not x.has_patience:
            x.has_patience = 1
            x.patience_left = sample(w, full, step.patience, j, step.hash, job.round, _PATIENCE)
        d = x.patience_left
    c = step.patience_calendar
    job.patience = set_timer(w, j, w.now + d if c == NONE else add_open(w, full, c, w.now, d), PATIENCE)


@kernel
def take_from_line(w, full, j):
    """Out of the line, by a start or otherwise; its line timers die."""
    job = jobs(w, j)
    step = steps(w, job.step)
    if full is not None:
        take_from_order(w, full, j)
    else:
        unlink(w, step, j)
        if job.patience:
            drop_patience(w, j)
    change_waiting(w, step, -1)
    job.state = BEFORE


@kernel
def take_from_order(w, full, j):
    """The same where lines have an order, and waits add up."""
    job = jobs(w, j)
    step = steps(w, job.step)
    x = persons(w, j)
    if len(full):
        step_out(w, j)
        step.inside -= 1
    elif step.sorted:
        remove_from_treap(w, step, j)
    else:
        unlink(w, step, j)
    if job.timer:
        drop_timer(w, j)
    if job.patience:
        drop_patience(w, j)
    waited = w.now - x.joined
    if job.flags & SILENT:
        waited = x.gone_at - x.joined
        if not waited > 0.0:
            waited = 0.0
    x.waited += waited
    if x.has_patience:
        c = step.patience_calendar
        x.patience_left -= waited if c == NONE else open_between(w, full, c, x.joined, w.now)
        if not x.patience_left > 0.0:
            x.patience_left = 0.0
