"""Work is taken from its server before it is done (rule 4.9)."""

from __future__ import annotations

from math import inf

import numpy as np

from sim.machine.compiled.dispatch import best_server, run_offers
from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.layout import ANYBODY, BEFORE, SPELLS
from sim.machine.compiled.owners import ask_owner
from sim.machine.compiled.recording import write_row
from sim.machine.compiled.release import close_job, free_slots
from sim.machine.compiled.service import start
from sim.machine.compiled.speeds import interrupt
from sim.machine.compiled.tables import edges, jobs, kin, persons, steps, ties
from sim.machine.compiled.trouble import complain
from sim.machine.compiled.waiting import join
from sim.machine.steps import Exit

_HANDED_BACK = np.int64(Exit.HANDED_BACK)


@kernel
def begin_spell(w, full, j):
    """A new row, by hand back or pause."""
    x = persons(w, j)
    if x.spell == 255:
        complain(w, SPELLS, np.int64(jobs(w, j).number), 0.0)
        return
    x.spell += 1
    x.resumed = 0
    x.spell_entered = w.now
    x.speed = 0.0
    x.settled = w.now
    x.finish = inf
    x.cleared = 0
    jobs(w, j).started = np.nan


@kernel
def hand_back(w, full, j):
    """Rule 4.9."""
    job = jobs(w, j)
    x = persons(w, j)
    edge = edges(w, job.edge)
    interrupt(w, full, j)
    if len(full):
        steps(w, job.step).inside -= 1
    if steps(w, job.step).counts_as_wait:
        x.waited += w.now - job.started
    close_job(w, full, j)
    write_row(w, full, j, w.now, w.now, _HANDED_BACK)
    free_slots(w, full, edge.pool, x.server, edge.units)
    s = x.server
    begin_spell(w, full, j)
    come_back(w, full, j, s)


@kernel
def come_back(w, full, j, s):
    """A job whose spell was ended by others arrives again: it starts, or waits at its place."""
    job = jobs(w, j)
    x = persons(w, j)
    x.server = 0
    job.state = BEFORE
    x.opens = -inf
    if len(full):
        if s and steps(w, job.step).owner != ANYBODY:
            kin(w, ties(w, j).kin).owner = s
        takes = ask_owner(w, full, j) or (not ties(w, j).ask and best_server(w, full, j, False))
    else:
        takes = best_server(w, full, j, False)
    if takes:
        start(w, full, j, w.choice_server, w.choice_edge)
        run_offers(w, full)
    else:
        join(w, full, j)
