"""Places for jobs, used again when a job has ended (rule 2.4)."""

from __future__ import annotations

from math import nan

from sim.machine.compiled.agenda import ZERO
from sim.machine.compiled.kernel import inlined, kernel
from sim.machine.compiled.layout import BEFORE, FREE, MOST_JOBS, NO_SLOTS, NONE, TOO_MANY_JOBS
from sim.machine.compiled.tables import jobs, lives, persons, ties
from sim.machine.compiled.trouble import complain


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
            if len(full):
                t = ties(w, j)
                t.kin = 0
                t.queue = 0
                t.ask = 0
                t.visit = 0
                t.keeps = 0
                t.yielding = 0
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
