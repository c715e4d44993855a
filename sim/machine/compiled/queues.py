"""Personal lines (rule 8.3): one for each server and step, made when somebody joins it and gone with the last."""

from __future__ import annotations

import numpy as np

from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.layout import NO_SLOTS, NONE
from sim.machine.compiled.lines import append, insert_in_list, insert_in_treap, remove_from_treap, unlink
from sim.machine.compiled.tables import hosts, jobs, persons, pools, queues, servers, steps, ties
from sim.machine.compiled.trouble import complain


@kernel
def insert(w, full, line, j):
    """Stand in a line at the place that its order gives."""
    if line.sorted:
        insert_in_treap(w, full, line, j)
    elif persons(w, j).returned:
        insert_in_list(w, full, line, j)
    else:
        append(w, line, j)


@kernel
def remove(w, line, j):
    """Leave a line."""
    if line.sorted:
        remove_from_treap(w, line, j)
    else:
        unlink(w, line, j)


@kernel
def stand(w, full, j):
    """Stand in the personal line that the job is bound for, else in its step's."""
    t = ties(w, j)
    step = jobs(w, j).step
    if not t.ask:
        insert(w, full, steps(w, step), j)
        return
    s = np.uint64(t.ask)
    q = queue_of(w, s, step)
    if not q:
        q = new_queue(w, s, step)
        if not q:
            return
    t.queue = q
    insert(w, full, queues(w, q), j)
    queues(w, q).waiting += 1
    hosts(w, s).waiting += 1
    be_eager(w, s)


@kernel
def step_out(w, j):
    """Out of whichever line it stands in."""
    t = ties(w, j)
    q = np.uint64(t.queue)
    if not q:
        remove(w, steps(w, jobs(w, j).step), j)
        return
    line = queues(w, q)
    remove(w, line, j)
    t.queue = 0
    s = np.uint64(line.server)
    line.waiting -= 1
    if line.waiting == 0:
        end_queue(w, q)
    hosts(w, s).waiting -= 1
    be_eager(w, s)


@kernel
def queue_of(w, s, step):
    """The personal line of a server and step; nobody when it is empty."""
    q = np.uint64(hosts(w, s).first_queue)
    while q and queues(w, q).step != step:
        q = np.uint64(queues(w, q).next_of_server)
    return q


@kernel
def new_queue(w, s, step):
    """An empty line."""
    if w.free_queue:
        q = w.free_queue
        w.free_queue = queues(w, q).next_of_server
    elif w.fresh_queue < w.room_jobs:
        q = w.fresh_queue
        w.fresh_queue += 1
    else:
        complain(w, NO_SLOTS, NONE, 0.0)
        return np.uint64(0)
    line = queues(w, q)
    line.head = 0
    line.tail = 0
    line.root = 0
    line.server = s
    line.step = step
    line.sorted = steps(w, step).sorted
    line.waiting = 0
    host = hosts(w, s)
    line.prev_of_server = 0
    line.next_of_server = host.first_queue
    if host.first_queue:
        queues(w, host.first_queue).prev_of_server = q
    host.first_queue = q
    of_step = steps(w, step)
    line.prev_of_step = 0
    line.next_of_step = of_step.first_queue
    if of_step.first_queue:
        queues(w, of_step.first_queue).prev_of_step = q
    of_step.first_queue = q
    return q


@kernel
def end_queue(w, q):
    """Its last job has gone."""
    line = queues(w, q)
    if line.prev_of_server:
        queues(w, line.prev_of_server).next_of_server = line.next_of_server
    else:
        hosts(w, line.server).first_queue = line.next_of_server
    if line.next_of_server:
        queues(w, line.next_of_server).prev_of_server = line.prev_of_server
    if line.prev_of_step:
        queues(w, line.prev_of_step).next_of_step = line.next_of_step
    else:
        steps(w, line.step).first_queue = line.next_of_step
    if line.next_of_step:
        queues(w, line.next_of_step).prev_of_step = line.prev_of_step
    line.next_of_server = w.free_queue
    w.free_queue = q


@kernel
def be_eager(w, s):
    """Offers look at the servers who have a free slot and somebody in their personal lines, at nobody else's."""
    server, host = servers(w, s), hosts(w, s)
    pool = pools(w, server.pool)
    wanted = host.waiting > 0 and server.shelf != NONE and server.load < pool.slots
    if wanted == (host.eager != 0):
        return
    if wanted:
        host.eager = 1
        host.eager_prev = 0
        host.eager_next = pool.first_eager
        if pool.first_eager:
            hosts(w, pool.first_eager).eager_prev = s
        pool.first_eager = s
        return
    host.eager = 0
    if host.eager_prev:
        hosts(w, host.eager_prev).eager_next = host.eager_next
    else:
        pool.first_eager = host.eager_next
    if host.eager_next:
        hosts(w, host.eager_next).eager_prev = host.eager_prev
