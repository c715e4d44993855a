"""Work of lower grade gives way (rule 8.4)."""

from __future__ import annotations

import numpy as np

from sim.machine.compiled.dispatch import offer_when_due, run_offers
from sim.machine.compiled.handback import begin_spell, come_back
from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.layout import NONE
from sim.machine.compiled.recording import write_row
from sim.machine.compiled.release import close_job
from sim.machine.compiled.servers import NOBODY, THE_POOL, give_units, may
from sim.machine.compiled.service import start
from sim.machine.compiled.sight import visible
from sim.machine.compiled.speeds import interrupt
from sim.machine.compiled.tables import edges, jobs, persons, pools, servers, steps, ties
from sim.machine.steps import Exit

_DISPLACED = np.int64(Exit.DISPLACED)


@kernel
def displace(w, full, j):
    """Whether the job starts in the place of one that yields, which then comes back."""
    e = edge_to_victim(w, full, j)
    if e == NONE:
        return False
    victim = np.uint64(w.choice_job)
    edge = edges(w, e)
    pool = pools(w, edge.pool)
    other = jobs(w, victim)
    x = persons(w, victim)
    s = x.server
    units = edges(w, other.edge).units
    step = steps(w, other.step)
    interrupt(w, full, victim)
    step.inside -= 1
    if step.counts_as_wait:
        x.waited += w.now - other.started
    close_job(w, full, victim)
    write_row(w, full, victim, w.now, w.now, _DISPLACED)
    give_units(w, full, pool, s, units)
    begin_spell(w, full, victim)
    start(w, full, j, s if s else THE_POOL, e)
    run_offers(w, full)
    come_back(w, full, victim, s)
    if pool.free > 0 if pool.named else pool.n > pool.busy:
        offer_when_due(w, full, edge.pool)
    return True


@kernel
def edge_to_victim(w, full, j):
    """The edge by which the job can displace another, which is the choice; NONE without one."""
    step = steps(w, jobs(w, j).step)
    found = NONE
    victim = NOBODY
    for e in range(step.first_edge, step.end_edge):
        edge = edges(w, e)
        if found != NONE and edge.rank != edges(w, found).rank:
            break
        if (found == NONE or edge.pool < edges(w, found).pool) and visible(w, full, j, e):
            k = victim_of(w, full, e, step.grade, j)
            if k:
                found = e
                victim = k
    w.choice_job = victim
    return found


@kernel
def victim_of(w, full, e, grade, j):
    """The latest to have started of the jobs of lower grade in a pool in whose place the job would fit."""
    edge = edges(w, e)
    pool = pools(w, edge.pool)
    k = np.uint64(pool.last_yielding)
    if not pool.named:
        if pool.busy > pool.n or pool.n - pool.busy < edge.reserve:
            return NOBODY
    while k:
        x = persons(w, k)
        if steps(w, jobs(w, k).step).grade < grade and x.finish > w.now:
            if not pool.named:
                return k
            server = servers(w, x.server)
            units = edges(w, jobs(w, k).edge).units
            if (
                server.shelf != NONE
                and server.load - units <= edge.top_load
                and pool.free + units - edge.units >= edge.reserve
                and may(server, edge.rank, j)
            ):
                return k
        k = np.uint64(ties(w, k).yield_prev)
    return NOBODY
