"""What happens to a job between two pieces of work: visits, routes, spawned jobs, delays, watches (2.7 to 2.10)."""

from __future__ import annotations

from math import inf, nan

import numpy as np

from sim.machine.compiled.admission import SETTLED, arrive
from sim.machine.compiled.agenda import ZERO, drop_timer, set_timer
from sim.machine.compiled.dispatch import leave_line, run_offers
from sim.machine.compiled.hours import add_open, next_open
from sim.machine.compiled.kept import let_slot_go
from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.laws import holds, predict, sample
from sim.machine.compiled.layout import (
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
    NONE,
    ROUNDS,
    SILENT,
    WHEN_ENTERED,
)
from sim.machine.compiled.luck import child_key, draw
from sim.machine.compiled.recall import is_still_called, join_family, leave_family, tell
from sim.machine.compiled.recording import begin_job_row, write_job, write_row
from sim.machine.compiled.slots import free_job, give_number, new_job
from sim.machine.compiled.tables import (
    attributes,
    clauses,
    clocks,
    jobs,
    lives,
    mark_adds,
    marked,
    marks,
    persons,
    routes,
    spawns,
    steps,
    ties,
    watches,
)
from sim.machine.compiled.trouble import complain
from sim.machine.compiled.watches import anchor, end_clocks, set_clock
from sim.machine.luck import Purpose
from sim.machine.steps import Exit

_CLAUSE = np.int64(Purpose.CLAUSE)
_DELAY = np.int64(Purpose.DELAY)
_MOVED, _RECALLED = np.int64(Exit.MOVED), np.int64(Exit.RECALLED)
ENTER = np.int64(-2)
"""In place of an exit: the job enters the step it carries."""


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
            if len(full):
                if steps(w, job.step).release == WHEN_ENTERED:
                    lose_slot(w, full, j)
        step = steps(w, job.step)
        if step.kind == DELAY:
            begin_delay(w, full, j)
            return
        exit_ = arrive(w, full, j)
        if exit_ == SETTLED:
            return
        write_row(w, full, j, w.now, nan, exit_)


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
    if len(full):
        ties(w, j).visit += 1


@kernel
def lose_slot(w, full, j):
    """The slot that the job keeps, if it keeps one, is released and offered (rule 8.5)."""
    if ties(w, j).keeps:
        let_slot_go(w, full, j)
        run_offers(w, full)


@kernel
def begin_delay(w, full, j):
    """The job waits for time to pass (rule 2.7)."""
    job = jobs(w, j)
    step = steps(w, job.step)
    job.state = IN_DELAY
    if full is not None:
        if len(full):
            step.inside += 1
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
        if len(full):
            step.inside -= 1
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
            if len(full):
                if c.first_tell < c.end_tell:
                    tell(w, full, j, c.first_tell, c.end_tell)
        if c.first_spawn < c.end_spawn:
            spawn(w, full, j, c.hash, c.first_spawn, c.end_spawn, 0)
        if c.again:
            if job.round == 255:
                complain(w, ROUNDS, np.int64(job.number), 0.0)
                return NONE
            job.round += 1
            if full is not None:
                persons(w, j).first_place = nan
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
                if len(full):
                    ties(w, k).kin = ties(w, j).kin
            delay = 0.0
            if s.delay >= 0:
                delay = sample(w, full, s.delay, k, name, 0, _DELAY)
            if delay == inf:
                free_job(w, k)
                continue
            give_number(w, k)
            if full is not None:
                if len(full):
                    if w.related:
                        join_family(w, k)
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
        if len(full):
            ended_at_desk(w, full, j)
    w.ended += 1
    w.alive -= 1
    if jobs(w, j).flags & COUNTED_FAMILY:
        w.open_counted -= 1
    write_job(w, full, j, w.now, exit_)
    free_job(w, j)


@kernel
def ended_at_desk(w, full, j):
    """The end of a job in its family, and of the slot that it keeps."""
    lose_slot(w, full, j)
    if w.related:
        leave_family(w, j)


@kernel
def recalled(w, full, k):
    """A recall's timer (kind 5): if the job is still in that visit and waits, it leaves (rule 8.7)."""
    clocks(w, k).timer = ZERO
    if not is_still_called(w, k):
        return
    j = clocks(w, k).job
    if jobs(w, j).state == IN_LINE:
        leave_line(w, full, j)
        write_row(w, full, j, w.now, nan, _RECALLED)
    else:
        if jobs(w, j).timer:
            drop_timer(w, j)
        delay_row(w, full, j, _RECALLED)
    travel(w, full, j, _RECALLED)


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
    if len(full):
        if watch.first_tell < watch.end_tell:
            tell(w, full, j, watch.first_tell, watch.end_tell)
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
    travel(w, full, j, ENTER)
