"""Who serves whom: the best server for a job, and offers (rules 4.1.2 and 4.3)."""

from __future__ import annotations

from math import inf, isnan

import numpy as np

from sim.machine.compiled.clearing import clear_for_heads, let_go
from sim.machine.compiled.kernel import inlined, kernel
from sim.machine.compiled.laws import predict
from sim.machine.compiled.layout import EARLIEST_DUE, HIGHEST_SCORE, NONE
from sim.machine.compiled.lines import first_of, next_priority, next_waiting
from sim.machine.compiled.release import offer_due
from sim.machine.compiled.servers import NOBODY, THE_POOL, best_of_pool, may
from sim.machine.compiled.service import LET_GO, start
from sim.machine.compiled.sight import first_visible, visible, visible_from
from sim.machine.compiled.tables import edges, frames, hosts, jobs, persons, pools, queues, servers, steps, takes
from sim.machine.compiled.waiting import take_from_line

TOUCHED_POOLS = np.int64(-1)
"""A frame of the offers that means all pools marked as touched."""


@kernel
def best_server(w, full, j, only_now):
    """Rule 4.1.2: the best server that fits, over the edges that see the job (or only those that begin to, now)."""
    step = steps(w, jobs(w, j).step)
    found = NOBODY
    found_edge = NONE
    for e in range(step.first_edge, step.end_edge):
        edge = edges(w, e)
        if found and edge.rank != edges(w, found_edge).rank:
            break
        if not visible(w, full, j, e) or (only_now and visible_from(w, full, j, e) != w.now):
            continue
        s = best_of_pool(w, full, e, j)
        if s:
            if not found:
                better = True
            elif s == THE_POOL or found == THE_POOL:  # named before counted; counted by table order
                better = found == THE_POOL and (s != THE_POOL or edge.pool < edges(w, found_edge).pool)
            else:
                a, b = servers(w, s), servers(w, found)
                better = a.changed < b.changed or (a.changed == b.changed and edge.pool < edges(w, found_edge).pool)
            if better:
                found = s
                found_edge = e
    w.choice_job = j
    w.choice_server = found
    w.choice_edge = found_edge
    return found != NOBODY


@kernel
def leave_line(w, full, j):
    """Out of the line without a start; a server cleared for the job is let go."""
    take_from_line(w, full, j)
    if full is not None:
        leave_room(w, full, j)


@kernel
def leave_room(w, full, j):
    """Rule 4.13, and the next ones in line may need a server cleared."""
    if persons(w, j).cleared:
        let_go(w, full, j)
        run_offers(w, full)
    step = steps(w, jobs(w, j).step)
    if step.room:
        clear_for_heads(w, full, step)


@kernel
def next_of_counted(w, pool):
    """In a core network: the job a pool takes next, and in `choice_edge` by which edge; nobody when nothing fits."""
    free = pool.n - pool.busy
    found = NOBODY
    if free <= 0:
        return found
    rank = 0
    k = next_waiting(w, pool, pool.first_take)
    while k < pool.end_take:
        take = takes(w, k)
        if found and take.rank != rank:
            break
        k = next_waiting(w, pool, k + 1)
        if free <= take.reserve:
            continue
        j = steps(w, take.step).head
        if found:
            a, b = jobs(w, j), jobs(w, found)
            if a.entered > b.entered or (a.entered == b.entered and a.joined_serial > b.joined_serial):
                continue
        found = j
        rank = take.rank
        w.choice_edge = take.edge
    return found


@kernel
def offer_counted(w, full, i):
    """Rule 4.3 in a core network: the pool takes from its best rank until nothing fits."""
    pool = pools(w, i)
    while True:
        j = next_of_counted(w, pool)
        if not j:
            return
        start(w, full, j, THE_POOL, w.choice_edge)


@kernel
def offer(w, full, pool):
    """Rule 4.3 for one pool."""
    if full is not None:
        frames(w)[w.frames_open] = pool
        w.frames_open += 1
        run_offers(w, full)
    else:
        offer_counted(w, full, pool)


@kernel
def offer_when_due(w, full, pool):
    """The same, in the middle of a planned change when all of its instant are made."""
    offer_due(w, pool)
    if w.holding == 0:
        run_offers(w, full)


@kernel
def offer_touched(w, full):
    """One offer over all pools that are marked."""
    frames(w)[w.frames_open] = TOUCHED_POOLS
    w.frames_open += 1
    run_offers(w, full)


@kernel
def run_offers(w, full):
    """Make the offers that are due, the latest first, until nothing fits."""
    while w.frames_open:
        pool = frames(w)[w.frames_open - 1]
        if len(full):
            if pool < TOUCHED_POOLS:
                w.frames_open -= 1
                let_go(w, full, np.uint64(LET_GO - pool))
                continue
        found = next_start_of_touched(w, full) if pool == TOUCHED_POOLS else next_start(w, full, pool)
        if found:
            start(w, full, w.choice_job, w.choice_server, w.choice_edge)
        else:
            w.frames_open -= 1
            if pool == TOUCHED_POOLS:
                for i in range(w.n_pools):
                    pools(w, i).touched = 0


@kernel
def next_start(w, full, i):
    """The best that fits in one pool, best rank first."""
    pool = pools(w, i)
    if not pool.named and pool.n <= pool.busy and not w.rooms:
        return False
    k = next_waiting(w, pool, pool.first_take)
    while k < pool.end_take:
        rank = takes(w, k).rank
        if choose(w, full, i, k):
            return True
        while k < pool.end_take and takes(w, k).rank == rank:
            k = next_waiting(w, pool, k + 1)
    return False


@kernel
def next_start_of_touched(w, full):
    """The best that fits over all touched pools: rank first, then pools in table order."""
    done = NONE  # all ranks up to here were looked at
    while True:
        rank = NONE
        for i in range(w.n_pools):
            pool = pools(w, i)
            if pool.touched:
                k = first_above(w, pool, done)
                if k < pool.end_take and (rank == NONE or takes(w, k).rank < rank):
                    rank = takes(w, k).rank
        if rank == NONE:
            return False
        for i in range(w.n_pools):
            pool = pools(w, i)
            if pool.touched:
                k = first_above(w, pool, done)
                if k < pool.end_take and takes(w, k).rank == rank and choose(w, full, i, k):
                    return True
        done = rank


@kernel
def first_above(w, pool, rank):
    """The first edge of a pool of a worse rank than this, at which somebody waits."""
    k = next_waiting(w, pool, pool.first_take)
    while k < pool.end_take and takes(w, k).rank <= rank:
        k = next_waiting(w, pool, k + 1)
    return k


@kernel
def choose(w, full, i, k):
    """The job a pool takes next of its edges of the rank of the k-th, with the server for it; False: nothing fits."""
    pool = pools(w, i)
    if len(full):
        if pool.first_eager:
            if choose_for_owners(w, full, i, k):
                return True
    found = NOBODY
    found_key = 0.0
    found_server = NOBODY
    found_edge = NONE
    rank = takes(w, k).rank
    while k < pool.end_take and takes(w, k).rank == rank:
        e = takes(w, k).edge
        step = steps(w, takes(w, k).step)
        k = next_waiting(w, pool, k + 1)
        head = first_of(w, step)
        while head:
            priority = persons(w, head).priority
            j = first_visible(w, full, step, e, head)
            if j:
                s = best_of_pool(w, full, e, j)
                if s:
                    key = job_key(w, full, pool, step, j)
                    if not found or sooner(w, full, j, key, found, found_key):
                        found = j
                        found_key = key
                        found_server = s
                        found_edge = e
                    break
                if step.room:
                    clear_for_heads(w, full, step)
            head = next_priority(w, step, priority)
    w.choice_job = found
    w.choice_server = found_server
    w.choice_edge = found_edge
    return found != NOBODY


@inlined
def job_key(w, full, pool, step, j):
    """What a pool compares between the first ones of lines of one rank and priority; least goes first."""
    x = persons(w, j)
    if pool.job_choice == EARLIEST_DUE:
        return inf if isnan(x.due) else x.due
    if pool.job_choice == HIGHEST_SCORE:
        return -predict(w, full, step.score, j) if step.score >= 0 else 0.0
    return x.place


@kernel
def owner_fits(w, full, s, e, j):
    """Whether this very server fits (section 4, `fits`)."""
    server, edge = servers(w, s), edges(w, e)
    pool = pools(w, edge.pool)
    if server.shelf == NONE or server.load > edge.top_load or pool.free - edge.units < edge.reserve:
        return False
    return may(server, edge.rank, j)


@kernel
def choose_for_owners(w, full, i, k):
    """Rule 8.3: the first of the personal lines of a pool, at the rank of the k-th of its edges, whose owner fits."""
    pool = pools(w, i)
    found = NOBODY
    found_key = 0.0
    found_server = NOBODY
    found_edge = NONE
    rank = takes(w, k).rank
    s = np.uint64(pool.first_eager)
    while s:
        q = np.uint64(hosts(w, s).first_queue)
        while q:
            line = queues(w, q)
            step = steps(w, line.step)
            m = k
            while m < pool.end_take and takes(w, m).rank == rank:
                e = takes(w, m).edge
                at_step = takes(w, m).step == line.step
                m += 1
                head = first_of(w, line) if at_step else NOBODY
                while head:
                    priority = persons(w, head).priority
                    j = first_visible(w, full, step, e, head)
                    if j and owner_fits(w, full, s, e, j):
                        key = job_key(w, full, pool, step, j)
                        if not found or sooner(w, full, j, key, found, found_key):
                            found = j
                            found_key = key
                            found_server = s
                            found_edge = e
                        break
                    head = next_priority(w, line, priority)
            q = np.uint64(line.next_of_server)
        s = np.uint64(hosts(w, s).eager_next)
    w.choice_job = found
    w.choice_server = found_server
    w.choice_edge = found_edge
    return found != NOBODY


@kernel
def sooner(w, full, a, key_a, b, key_b):
    """Whether a pool takes `a` before `b`: priority, then its job choice, then time and order of joining."""
    x, y = persons(w, a), persons(w, b)
    if x.priority != y.priority:
        return x.priority > y.priority
    if key_a != key_b:
        return key_a < key_b
    if x.joined != y.joined:
        return x.joined < y.joined
    return jobs(w, a).joined_serial < jobs(w, b).joined_serial
