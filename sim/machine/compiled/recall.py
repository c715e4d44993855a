"""Families as records: their marks, and the calling back of their waiting jobs (rule 8.7)."""

from __future__ import annotations

import numpy as np

from sim.machine.compiled.agenda import keep_timer, new_code
from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.layout import IN_DELAY, IN_LINE, NO_SLOTS, NONE, SILENT, WATCH
from sim.machine.compiled.tables import clocks, jobs, kin, mark_adds, steps, ties
from sim.machine.compiled.trouble import complain
from sim.machine.compiled.watches import clock_of, new_clock

RECALL = NONE
"""Stands for the watch of a recall's clock."""
MOST_FAMILY_MARKS = 16


@kernel
def found_family(w, j):
    """A root job has a family of its own."""
    if w.free_kin:
        k = w.free_kin
        w.free_kin = kin(w, k).next
    elif w.fresh_kin < w.room_jobs:
        k = w.fresh_kin
        w.fresh_kin += 1
    else:
        complain(w, NO_SLOTS, NONE, 0.0)
        return
    family = kin(w, k)
    family.owner = 0
    family.first = 0
    family.last = 0
    family.members = 0
    for m in range(MOST_FAMILY_MARKS):
        family.marks[m] = 0
    ties(w, j).kin = k
    join_family(w, j)


@kernel
def join_family(w, j):
    """One more job of the family that it knows; the list, where there is one, is by number."""
    t = ties(w, j)
    family = kin(w, t.kin)
    family.members += 1
    if w.recalls:
        t.kin_next = 0
        t.kin_prev = family.last
        if family.last:
            ties(w, family.last).kin_next = j
        else:
            family.first = j
        family.last = j


@kernel
def leave_family(w, j):
    """One job less; without jobs the family is over."""
    t = ties(w, j)
    family = kin(w, t.kin)
    if w.recalls:
        if t.kin_prev:
            ties(w, t.kin_prev).kin_next = t.kin_next
        else:
            family.first = t.kin_next
        if t.kin_next:
            ties(w, t.kin_next).kin_prev = t.kin_prev
        else:
            family.last = t.kin_prev
    family.members -= 1
    if family.members == 0:
        family.next = w.free_kin
        w.free_kin = t.kin


@kernel
def tell(w, full, j, first, end):
    """Raise marks of the family, which saturate, and call its jobs that wait for them."""
    family = kin(w, ties(w, j).kin)
    for i in range(first, end):
        x = mark_adds(w, i)
        if x.add:
            family.marks[x.mark] = min(np.int64(family.marks[x.mark]) + x.add, 255)
            k = family.first
            while k:
                if waits(w, k) and steps(w, jobs(w, k).step).recall == x.mark:
                    call(w, full, k)
                k = ties(w, k).kin_next


@kernel
def waits(w, j):
    """Whether a job is in line, or in a delay."""
    job = jobs(w, j)
    return job.state == IN_DELAY or (job.state == IN_LINE and not job.flags & SILENT)


@kernel
def call(w, full, j):
    """Set the timer of a recall: a clock of its own that knows the visit."""
    k = clock_of(w, j, RECALL)
    if not k:
        k = new_clock(w, full, j, RECALL)
        if not k:
            return
    c = clocks(w, k)
    c.expiries = ties(w, j).visit
    c.timer = new_code(w, WATCH, k)
    keep_timer(w, w.now, c.timer)


@kernel
def is_still_called(w, k):
    """Whether the job of a recall's clock is in that very visit, and waits."""
    c = clocks(w, k)
    return c.expiries == ties(w, c.job).visit and waits(w, c.job)
