"""Slots that stay with a job when its work is done (rule 8.5)."""

from __future__ import annotations

from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.layout import NONE
from sim.machine.compiled.recording import end_doubt
from sim.machine.compiled.release import free_slots, offer_due
from sim.machine.compiled.servers import THE_POOL, give_units
from sim.machine.compiled.tables import edges, hosts, jobs, persons, pools, steps, ties, visits


@kernel
def keep_slot(w, j):
    """The slot of the spell that is just over stays with the job."""
    t = ties(w, j)
    x = persons(w, j)
    edge = edges(w, jobs(w, j).edge)
    t.kept_pool = edge.pool
    t.kept_units = edge.units
    t.kept_step = jobs(w, j).step
    t.kept_server = x.server
    t.kept_next = 0
    if x.server:
        host = hosts(w, x.server)
        t.kept_prev = host.last_kept
        if host.last_kept:
            ties(w, host.last_kept).kept_next = j
        else:
            host.first_kept = j
        host.last_kept = j


@kernel
def end_keeping(w, j):
    """The slot is kept no more: the row of its spell knows it now."""
    t = ties(w, j)
    if t.kept_row != NONE:
        visits(w, t.kept_row).released = w.now
    end_doubt(w, j)
    t.keeps = 0
    if t.kept_server:
        host = hosts(w, t.kept_server)
        if t.kept_prev:
            ties(w, t.kept_prev).kept_next = t.kept_next
        else:
            host.first_kept = t.kept_next
        if t.kept_next:
            ties(w, t.kept_next).kept_prev = t.kept_prev
        else:
            host.last_kept = t.kept_prev


@kernel
def give_slot_back(w, full, j):
    """Release and settle; the offer is the caller's."""
    t = ties(w, j)
    end_keeping(w, j)
    free_slots(w, full, t.kept_pool, t.kept_server, t.kept_units)


@kernel
def let_slot_go(w, full, j):
    """Release and settle; an offer is due."""
    give_slot_back(w, full, j)
    offer_due(w, ties(w, j).kept_pool)


@kernel
def edge_to_kept(w, j):
    """The best edge by which the job can start in the slots that it keeps; NONE without one."""
    t = ties(w, j)
    step = steps(w, jobs(w, j).step)
    if step.units != t.kept_units:
        return NONE
    if t.kept_server and not hosts(w, t.kept_server).in_duty:
        return NONE
    for e in range(step.first_edge, step.end_edge):
        if edges(w, e).pool == t.kept_pool:
            return e
    return NONE


@kernel
def take_kept(w, full, j):
    """Make room for a start in the slots that the job keeps; for which server."""
    t = ties(w, j)
    end_keeping(w, j)
    give_units(w, full, pools(w, t.kept_pool), t.kept_server, t.kept_units)
    return t.kept_server if t.kept_server else THE_POOL
