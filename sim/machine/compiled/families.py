"""Births, visits, routes, spawned jobs, delays, ends (sections 2.4 to 2.10 and 7)."""

from __future__ import annotations

from math import inf, nan

import numpy as np

from sim.machine.compiled.agenda import ZERO, drop_timer, set_timer
from sim.machine.compiled.dispatch import SETTLED, arrive, leave_line
from sim.machine.compiled.hours import add_open, next_open
from sim.machine.compiled.kernel import inlined, kernel
from sim.machine.compiled.laws import holds, invert, predict, sample
from sim.machine.compiled.layout import (
    AFTER_WORK,
    BAD_BATCH,
    BEFORE,
    COUNTED_FAMILY,
    COUNTED_VISIT,
    DELAY,
    ENTERED,
    ENTRY,
    EXITS,
    FREE,
    IN_DELAY,
    IN_LINE,
    KEPT,
    LEFT,
    MARKED,
    MOST_JOBS,
    NO_ROWS,
    NO_SLOTS,
    NONE,
    ROUNDS,
    SILENT,
    TOO_MANY_JOBS,
)
from sim.machine.compiled.luck import C2, child_key, draw, mix
from sim.machine.compiled.tables import (
    attributes,
    clauses,
    clocks,
    edges,
    job_rows,
    jobs,
    kept,
    laws,
    lives,
    mark_adds,
    marked,
    marks,
    numbers,
    persons,
    routes,
    servers,
    spawns,
    steps,
    stream_attributes,
    streams,
    visits,
    watches,
)
from sim.machine.compiled.trouble import complain
from sim.machine.compiled.watches import anchor, end_clocks, set_clock
from sim.machine.luck import Purpose
from sim.machine.records import COUNTED, FIRST, GHOST, RESUMED, RETURNED
from sim.machine.steps import Exit

_CLAUSE, _DELAY = np.int64(Purpose.CLAUSE), np.int64(Purpose.DELAY)
_DONE, _MOVED, _OPEN = np.int64(Exit.DONE), np.int64(Exit.MOVED), np.int64(Exit.OPEN)
ENTER = np.int64(-2)
"""In place of an exit: the job enters the step it carries."""


# -- slots ----------------------------------------------------------------------------------------------------------


@inlined
def new_slot(w):
    """A slot for a job; nobody, and trouble, when there is none."""
    if w.free_slot:
        j = w.free_slot
        w.free_slot = jobs(w, j).next
        return j
    if w.fresh_slot < w.room_jobs:
        j = w.fresh_slot
        w.fresh_slot += 1
        if w.fresh_slot > w.many_slots:
            w.attention = 1
        return j
    complain(w, NO_SLOTS, NONE, 0.0)
    return ZERO


@inlined
def free_job(w, j):
    """The slot may be used again."""
    job = jobs(w, j)
    job.timer = ZERO
    job.patience = ZERO
    job.state = FREE
    job.next = w.free_slot
    w.free_slot = j


@kernel
def new_job(w, full, key, birth, stream, parent):
    """A job in a slot; its number is given when it is sure to live."""
    j = new_slot(w)
    if j:
        job = jobs(w, j)
        job.key = key
        job.number = w.jobs_made  # if it lives
        job.round = 0
        job.state = BEFORE
        job.flags = 0
        job.far = 0
        job.timer = ZERO
        job.patience = ZERO
        life = lives(w, j)
        life.birth = birth
        life.root_key = key
        life.parent = parent
        life.stream = stream
        if full is not None:
            x = persons(w, j)
            x.due = nan
            x.first_place = nan
            x.waited = 0.0
            x.budget = nan
            x.clocks = 0
            x.cleared = 0
            x.server = 0
    return j


@inlined
def give_number(w, j):
    """The birth ordinal is taken: the job lives."""
    w.jobs_made += 1
    w.alive += 1
    if w.jobs_made > w.many_jobs or w.alive > w.most_alive:
        w.attention = 1
        if w.jobs_made > MOST_JOBS:
            complain(w, TOO_MANY_JOBS, NONE, 0.0)


# -- births (2.4, 2.5) ----------------------------------------------------------------------------------------------


@kernel
def be_born(w, full, g):
    """One job of a birth, ready to enter its first step; nobody when slots ran out."""
    s = streams(w, g.stream)
    j = new_job(w, full, g.birth_key, w.now, g.stream, NONE)
    if j:
        give_number(w, j)
        lives(w, j).family = jobs(w, j).number
        w.born += 1
        jobs(w, j).step = s.to
        if 0.0 <= w.now < w.end:
            jobs(w, j).flags = COUNTED_FAMILY
            w.open_counted += 1
        begin_job_row(w, j)
        if full is not None:
            read_attributes(w, full, g, j)
    return j


@kernel
def read_attributes(w, full, g, j):
    """Attributes read from the log or drawn at birth; no marks yet."""
    s = streams(w, g.stream)
    for a in range(w.n_attributes):
        attributes(w, j)[a] = 0.0
    for a in range(w.n_marks):
        marks(w, j)[a] = 0
        marked(w, j)[a] = nan
    for i in range(s.first_attribute, s.end_attribute):
        x = stream_attributes(w, i)
        if x.law == NONE:
            attributes(w, j)[x.attribute] = numbers(w)[x.column + g.n]
        else:
            attributes(w, j)[x.attribute] = sample(w, full, x.law, j, x.hash, 0, 0)


@kernel
def members(w, full, g):
    """How many jobs a birth brings."""
    s = streams(w, g.stream)
    x = batch_size(w, s.batch, g.birth_key)
    if not x < inf:
        complain(w, BAD_BATCH, NONE, x)
        return 0
    return np.int64(x + 0.5)


@kernel
def batch_size(w, law, key):
    """Number that the batch law gives a birth."""
    x = laws(w, law)
    value = invert(numbers(w), x.at, draw(key, w.batch_name, 0, 0), 0.0, numbers(w))
    return x.cap if value > x.cap else value


@kernel
def births_of_batch(w, full, g):
    """The members of a birth, each entering in turn."""
    n = members(w, full, g)
    key = g.birth_key
    for i in range(n):
        g.birth_key = key if i == 0 else mix(key + np.uint64(i) * C2)
        j = be_born(w, full, g)
        if not j:
            break
        travel_on(w, full, j, ENTER)
    g.birth_key = key


# -- rows (7) -------------------------------------------------------------------------------------------------------


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
    if not w.keep_rows:
        return
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


# -- visits ---------------------------------------------------------------------------------------------------------


@kernel
def travel(w, full, j, exit_):
    """A job leaves its step by an exit (or enters the one it carries), and goes on until it waits, works or ends."""
    job = jobs(w, j)
    while True:
        if exit_ != ENTER:
            if job.flags & COUNTED_VISIT:
                w.open_counted -= 1
            if full is not None:
                if w.watched:
                    anchor(w, full, LEFT, job.step, j)
            job.state = BEFORE
            to = route(w, full, j, exit_)
            if to < 0:
                end_job(w, full, j, exit_)
                return
            job.step = to
        job.state = BEFORE
        job.entered = w.now
        job.started = nan
        job.flags &= COUNTED_FAMILY | KEPT
        if 0.0 <= w.now < w.end:
            job.flags |= COUNTED_VISIT
            w.open_counted += 1
        if full is not None:
            begin_visit(w, full, j)
            if w.watched:
                anchor(w, full, ENTERED, job.step, j)
        step = steps(w, job.step)
        if step.kind == DELAY:
            begin_delay(w, full, j)
            return
        exit_ = arrive(w, full, j)
        if exit_ == SETTLED:
            return
        write_row(w, full, j, w.now, nan, exit_)


travel_on = kernel(travel.py_func) if hasattr(travel, "py_func") else travel
"""The same, called instead of inlined, where it is rare."""


@kernel
def begin_visit(w, full, j):
    """A stay at a step: forget the last one."""
    now = w.now
    x = persons(w, j)
    x.spell = 0
    x.resumed = 0
    x.spell_entered = now
    x.gone_at = nan
    x.place = now
    x.priority = 0.0
    x.opens = -inf
    x.has_patience = 0
    x.has_size = 0
    x.left = 0.0
    x.server = 0
    x.pool = NONE
    x.speed = 0.0
    x.settled = now
    x.finish = inf
    x.cleared = 0


@kernel
def begin_delay(w, full, j):
    """The job waits for time to pass (rule 2.7)."""
    job = jobs(w, j)
    step = steps(w, job.step)
    job.state = IN_DELAY
    t = w.now + 0.0
    d = sample(w, full, step.size, j, step.hash, job.round, _DELAY)
    t = w.now + d
    if full is not None:
        if step.calendar != NONE:
            t = add_open(w, full, step.calendar, w.now, d)
        if step.until_open != NONE and t < inf:
            t = next_open(w, full, step.until_open, t)
    job.timer = set_timer(w, j, t, ENTRY)


@kernel
def delay_row(w, full, j, exit_):
    """End of a stay in a delay."""
    job = jobs(w, j)
    step = steps(w, job.step)
    if full is not None:
        if step.counts_as_wait:
            persons(w, j).waited += w.now - job.entered
    if step.recorded:
        write_row(w, full, j, w.now, nan, exit_)


@kernel
def route(w, full, j, exit_):
    """Clauses in order; the next step, or NONE: the job ends (rule 2.9)."""
    job = jobs(w, j)
    r = routes(w, job.step * EXITS + exit_)
    for i in range(r.first, r.end):
        c = clauses(w, i)
        fits = True
        for k in range(c.first_condition, c.end_condition):
            if not holds(w, full, k, j):
                fits = False
                break
        if not fits:
            continue
        chance = c.probability
        if full is not None:
            if c.predictor >= 0:
                chance = predict(w, full, c.predictor, j)
        if chance != 1.0 and not draw(job.key, c.hash, job.round, _CLAUSE) < chance:
            continue
        if full is not None:
            if c.first_mark < c.end_mark:
                raise_marks(w, full, j, c.first_mark, c.end_mark)
        if c.first_spawn < c.end_spawn:
            spawn(w, full, j, c.hash, c.first_spawn, c.end_spawn, 0)
        if c.again:
            if job.round == 255:
                complain(w, ROUNDS, np.int64(job.number), 0.0)
                return NONE
            job.round += 1
        if c.go_on:
            continue
        return c.to
    return NONE


@kernel
def raise_marks(w, full, j, first, end):
    """Add to marks, which saturate, and tell the watches."""
    for i in range(first, end):
        x = mark_adds(w, i)
        marks(w, j)[x.mark] = min(np.int64(marks(w, j)[x.mark]) + x.add, 255)
        if x.add:
            marked(w, j)[x.mark] = w.now
        if w.watched:
            anchor(w, full, MARKED, x.mark, j)


@kernel
def spawn(w, full, j, name, first, end, ordinal):
    """New jobs of the family; each enters by a timer of kind 6 (rule 3.4)."""
    parent = jobs(w, j)
    life = lives(w, j)
    for i in range(first, end):
        s = spawns(w, i)
        for _ in range(s.count):
            key = child_key(parent.key, name, parent.round, ordinal)
            ordinal += 1
            k = new_job(w, full, key, w.now, life.stream, parent.number)
            if not k:
                return
            lives(w, k).root_key = life.root_key
            lives(w, k).family = life.family
            jobs(w, k).flags = parent.flags & COUNTED_FAMILY
            if full is not None:
                for a in range(w.n_attributes):
                    attributes(w, k)[a] = attributes(w, j)[a]
                for a in range(w.n_marks):
                    marks(w, k)[a] = marks(w, j)[a]
                    marked(w, k)[a] = marked(w, j)[a]
            delay = 0.0
            if s.delay >= 0:
                delay = sample(w, full, s.delay, k, name, 0, _DELAY)
            if delay == inf:
                free_job(w, k)
                continue
            give_number(w, k)
            w.spawned += 1
            if jobs(w, k).flags:
                w.open_counted += 1
            lives(w, k).birth = w.now + delay
            jobs(w, k).entered = w.now
            jobs(w, k).started = nan
            jobs(w, k).step = s.to
            jobs(w, k).timer = set_timer(w, k, w.now + delay, ENTRY)
            begin_job_row(w, k)


@kernel
def end_job(w, full, j, exit_):
    """The job is over; so are its watches."""
    if full is not None:
        if persons(w, j).clocks:
            end_clocks(w, full, j)
    w.ended += 1
    w.alive -= 1
    if jobs(w, j).flags & COUNTED_FAMILY:
        w.open_counted -= 1
    write_job(w, full, j, w.now, exit_)
    free_job(w, j)


# -- watches run out (2.10) -----------------------------------------------------------------------------------------


@kernel
def watch_expires(w, full, k):
    """A watch runs out (kind 5): marks, spawn, reroute, next clock."""
    c = clocks(w, k)
    j = c.job
    job = jobs(w, j)
    number = job.number
    watch = watches(w, c.watch)
    c.timer = ZERO
    first = c.expiries * watch.spawns
    c.expiries += 1
    c.since_start += 1
    c.running = 1 if c.since_start < watch.times else 0
    sets = c.sets
    raise_marks(w, full, j, watch.first_mark, watch.end_mark)
    if watch.first_spawn < watch.end_spawn:
        spawn(w, full, j, watch.hash, watch.first_spawn, watch.end_spawn, first)
    if watch.to >= 0 and (job.state == IN_LINE or job.state == IN_DELAY) and not job.flags & SILENT:
        move(w, full, j, watch.to)
    if job.state != FREE and job.number == number and c.running and c.sets == sets:
        set_clock(w, full, k)


@kernel
def move(w, full, j, to):
    """Take a job out of a line or a delay and into another step."""
    job = jobs(w, j)
    if job.state == IN_LINE:
        leave_line(w, full, j)
        write_row(w, full, j, w.now, nan, _MOVED)
    else:
        if job.timer:
            drop_timer(w, j)
        delay_row(w, full, j, _MOVED)
    if job.flags & COUNTED_VISIT:
        w.open_counted -= 1
    anchor(w, full, LEFT, job.step, j)
    job.step = to
    travel_on(w, full, j, ENTER)


# -- the end (7.1) --------------------------------------------------------------------------------------------------


@kernel
def close(w, full):
    """What is still open gets a row with exit `open`."""
    for j in range(np.uint64(1), w.fresh_slot):
        job = jobs(w, j)
        if job.state == FREE or job.state == AFTER_WORK:
            continue
        step = steps(w, job.step)
        if job.state != BEFORE and (job.state != IN_DELAY or step.recorded):
            left = nan
            if full is not None:
                if job.flags & SILENT:
                    left = persons(w, j).gone_at
            write_row(w, full, j, left, nan, _OPEN)
        write_job(w, full, j, nan, _OPEN)
