"""Dispatch and service: who serves whom, when (sections 4 and 5)."""

from __future__ import annotations

from math import inf, isnan

import numpy as np

from sim.machine.compiled.agenda import ZERO, drop_patience, drop_timer, keep_timer, new_code, push, set_timer
from sim.machine.compiled.hours import add_open, next_open, open_between
from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.laws import predict, sample
from sim.machine.compiled.layout import (
    BEFORE,
    BY_DUE,
    BY_KEPT,
    BY_SCORE,
    COMPLETION,
    EARLIEST_DUE,
    FROM_BIRTH,
    FROM_MARK,
    HIGHEST_SCORE,
    IN_LINE,
    IN_SERVICE,
    NONE,
    OPENING,
    OVERFLOW,
    PATIENCE,
    PAUSED,
    REDRAW,
    RESTART,
    SILENT,
    STARTED,
)
from sim.machine.compiled.lines import (
    append,
    change_waiting,
    first_of,
    insert_in_list,
    insert_in_treap,
    next_of,
    next_priority,
    next_waiting,
    remove_from_treap,
    unlink,
)
from sim.machine.compiled.servers import (
    NOBODY,
    THE_POOL,
    best_of_pool,
    change_serving,
    has_room,
    note_change,
    place,
    roomiest,
)
from sim.machine.compiled.tables import (
    edges,
    frames,
    jobs,
    lives,
    marked,
    numbers,
    persons,
    pools,
    servers,
    steps,
    takes,
)
from sim.machine.compiled.watches import anchor
from sim.machine.luck import Purpose
from sim.machine.steps import Exit

_SIZE, _PATIENCE, _GHOST = np.int64(Purpose.SIZE), np.int64(Purpose.PATIENCE), np.int64(Purpose.GHOST)
_REDRAW, _DUE = np.int64(Purpose.REDRAW), np.int64(Purpose.DUE)
_HEAD_START, _PRIORITY = np.int64(Purpose.HEAD_START), np.int64(Purpose.PRIORITY)
_BLOCKED, _CLOSED = np.int64(Exit.BLOCKED), np.int64(Exit.CLOSED)
SETTLED = np.int64(-1)
"""The job has started or stands in line."""
TOUCHED_POOLS = np.int64(-1)
"""A frame of the offers that means all pools marked as touched."""


# -- what a pool may see (4, `visible`) ---------------------------------------------------------------------------


@kernel
def visible_from(w, full, j, e):
    """Time from which the pool of an edge sees the job."""
    edge = edges(w, e)
    step = steps(w, edge.step)
    entered = jobs(w, j).entered
    if step.after_calendar == NONE:
        return entered + edge.after
    return add_open(w, full, step.after_calendar, entered, edge.after)


@kernel
def visible(w, full, j, e):
    """Whether the pool of this edge sees the job by now."""
    now = w.now
    if persons(w, j).opens > now:
        return False
    return edges(w, e).after == 0.0 or visible_from(w, full, j, e) <= now


@kernel
def first_visible(w, full, step, e, j):
    """First job from `j` on, of its priority, that the pool of an edge sees."""
    priority = persons(w, j).priority
    while j and persons(w, j).priority == priority:
        if visible(w, full, j, e):
            return j
        if step.in_order and persons(w, j).spell == 0 and edges(w, e).after > 0.0 and persons(w, j).opens <= w.now:
            return NOBODY  # whoever joined later becomes visible later
        j = next_of(w, full, step, j)
    return NOBODY


# -- arriving (4.1) -----------------------------------------------------------------------------------------------


@kernel
def arrive(w, full, j):
    """Rule 4.1: start, join, or leave at once by the exit that is returned."""
    job = jobs(w, j)
    step = steps(w, job.step)
    if full is not None:
        w.arrivals += 1
        read_entry(w, full, j)
        if not step.open:  # 1
            if step.refuses:
                return _CLOSED
            persons(w, j).opens = next_open(w, full, step.door, w.now)
            join(w, full, j)
            return SETTLED
        if best_server(w, full, j, False):  # 2
            start(w, full, w.choice_job, w.choice_server, w.choice_edge)
            run_offers(w, full)
            return SETTLED
    else:
        for e in range(step.first_edge, step.end_edge):
            edge = edges(w, e)
            pool = pools(w, edge.pool)
            if pool.n - pool.busy > edge.reserve:
                start(w, full, j, THE_POOL, e)
                return SETTLED
    if step.waiting >= step.limit:  # 4
        return _BLOCKED
    join(w, full, j)  # 5
    return SETTLED


@kernel
def read_entry(w, full, j):
    """What is read when a job enters a Work step: due time, place, priority."""
    job = jobs(w, j)
    step = steps(w, job.step)
    x = persons(w, j)
    x.arrival = w.arrivals
    if step.due >= 0:
        d = sample(w, full, step.due, j, step.hash, job.round, _DUE)
        origin = w.now
        if step.due_from == FROM_BIRTH:
            origin = lives(w, j).birth
        elif step.due_from == FROM_MARK:
            origin = marked(w, j)[step.due_mark]
        open_minutes = step.due_calendar != NONE and not isnan(origin)
        x.due = add_open(w, full, step.due_calendar, origin, d) if open_minutes else origin + d
    if step.head_start >= 0:
        x.place = w.now - sample(w, full, step.head_start, j, step.hash, job.round, _HEAD_START)
    if isnan(x.first_place):
        x.first_place = x.place
    if step.order == BY_KEPT:
        x.place = x.first_place
    if step.priority >= 0:
        x.priority = sample(w, full, step.priority, j, step.hash, job.round, _PRIORITY)


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


# -- waiting (4.1.5, 4.2, 4.6) ------------------------------------------------------------------------------------


@kernel
def join(w, full, j):
    """Rule 4.1.5: into the line; next overflow and patience are set."""
    job = jobs(w, j)
    step = steps(w, job.step)
    w.joins += 1
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
    if step.sorted:
        insert_in_treap(w, full, step, j)
    elif x.returned:
        insert_in_list(w, full, step, j)
    else:
        append(w, step, j)
    change_waiting(w, step, 1)
    if step.overflows:
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
    if step.sorted:
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


# -- clearing a server (4.3, 4.13) --------------------------------------------------------------------------------


@kernel
def clear_for_heads(w, full, step):
    """For each line of the step: if its first job lacks only units, its best server takes nothing of worse rank."""
    j = first_of(w, step)
    while j:
        x = persons(w, j)
        if not x.cleared:
            for e in range(step.first_edge, step.end_edge):
                edge = edges(w, e)
                if pools(w, edge.pool).named and visible(w, full, j, e) and not has_room(w, full, e, j):
                    s = roomiest(w, full, e)
                    if s:
                        x.cleared = s
                        servers(w, s).cleared = j
                        servers(w, s).cleared_rank = edge.rank
                        pools(w, edge.pool).cleared += 1
                        break
        j = next_priority(w, step, x.priority)


@kernel
def let_go(w, full, j):
    """A cleared server may take anything again (rule 4.13): an offer is due."""
    x = persons(w, j)
    server = servers(w, x.cleared)
    server.cleared = 0
    x.cleared = 0
    pool = pools(w, server.pool)
    pool.cleared -= 1
    if w.holding:  # in the middle of a planned change: when all of its instant are made
        pool.touched = 1
    else:
        frames(w)[w.frames_open] = server.pool
        w.frames_open += 1


# -- offering (4.3) -----------------------------------------------------------------------------------------------


@kernel
def offer_counted(w, full, i):
    """Rule 4.3 in a core network: the pool takes from its best rank until nothing fits."""
    pool = pools(w, i)
    while True:
        free = pool.n - pool.busy
        if free <= 0:
            return
        found = NOBODY
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
        if not found:
            return
        start(w, full, found, THE_POOL, w.choice_edge)


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
def run_offers(w, full):
    """Make the offers that are due, the latest first, until nothing fits."""
    while w.frames_open:
        pool = frames(w)[w.frames_open - 1]
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
                    x = persons(w, j)
                    key = x.place
                    if pool.job_choice == EARLIEST_DUE:
                        key = inf if isnan(x.due) else x.due
                    elif pool.job_choice == HIGHEST_SCORE:
                        key = -predict(w, full, step.score, j) if step.score >= 0 else 0.0
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


# -- starting (4.4) and speeds (5) ----------------------------------------------------------------------------------


@kernel
def start(w, full, j, s, e):
    """Rule 4.4; an offer that becomes due by it is left to the caller."""
    job = jobs(w, j)
    if job.state == IN_LINE:
        take_from_line(w, full, j)
    job.started = w.now
    job.state = IN_SERVICE
    job.edge = e
    edge = edges(w, e)
    if full is not None:
        start_with(w, full, j, s, e)
    else:
        pool = pools(w, edge.pool)
        pool.busy += 1
        step = steps(w, job.step)
        size = sample(w, full, step.size, j, step.hash, job.round, _SIZE)
        change_serving(w, pool, 1)
        if edge.speed != 1.0:
            size /= edge.speed
        job.timer = set_timer(w, j, w.now + size, COMPLETION)


@kernel
def start_with(w, full, j, s, e):
    """The same where sizes may be left from before and servers have names."""
    job = jobs(w, j)
    edge = edges(w, e)
    step = steps(w, job.step)
    pool = pools(w, edge.pool)
    x = persons(w, j)
    x.pool = edge.pool
    law, purpose = step.size, _SIZE
    if job.flags & SILENT:
        law, purpose = step.ghost, _GHOST
    if not x.has_size:
        x.has_size = 1
        x.size = sample(w, full, law, j, step.hash, job.round, purpose)
        x.left = x.size
    elif step.returned == RESTART:
        x.left = x.size
    elif step.returned == REDRAW:
        x.size = sample(w, full, law, j, step.hash, job.round, _REDRAW + (x.spell << 16))
        x.left = x.size
    x.settled = w.now
    x.speed = 0.0
    x.finish = inf
    if s == THE_POOL:
        x.server = 0
        pool.busy += 1
        change_serving(w, pool, edge.units)
        if pool.keeps_jobs:
            x.job_next = 0
            x.job_prev = pool.last_job
            if pool.last_job:
                persons(w, pool.last_job).job_next = j
            else:
                pool.first_job = j
            pool.last_job = j
        retime(w, full, j, edge.speed)
    else:
        x.server = s
        server = servers(w, s)
        server.load += edge.units
        note_change(w, full, s)
        change_serving(w, pool, edge.units)
        x.job_next = 0
        x.job_prev = server.last_job
        if server.last_job:
            persons(w, server.last_job).job_next = j
        else:
            server.first_job = j
        server.last_job = j
        settle(w, full, s)
    if w.watched:
        anchor(w, full, STARTED, job.step, j)
    if x.cleared:
        let_go(w, full, j)


@kernel
def settle(w, full, s):
    """Rule 5.1 for every open job of a named server, oldest start first."""
    server = servers(w, s)
    pool = pools(w, server.pool)
    curve = numbers(w)[pool.curve + server.load - 1] if server.load > 0 else 1.0
    j = server.first_job
    while j:
        job = jobs(w, j)
        v = 0.0 if job.state == PAUSED else curve * server.speed * edges(w, job.edge).speed * server.duty_speed
        retime(w, full, j, v)
        j = persons(w, j).job_next


@kernel
def retime(w, full, j, v):
    """Rule 5.1 for one job: a new speed takes effect."""
    now = w.now
    x = persons(w, j)
    if v == x.speed or x.finish == now:  # one that completes now would get a rounding error to do
        return
    job = jobs(w, j)
    x.left = x.left - (now - x.settled) * x.speed
    if x.left < 0.0:
        x.left = 0.0
    x.settled = now
    x.speed = v
    if job.timer:
        drop_timer(w, j)
    x.finish = inf
    if v > 0.0:
        x.finish = now + x.left / v
        job.timer = set_timer(w, j, x.finish, COMPLETION)


@kernel
def close_job(w, full, j):
    """Out of the open jobs of its server (or counted pool)."""
    x = persons(w, j)
    if x.server:
        server = servers(w, x.server)
        if x.job_prev:
            persons(w, x.job_prev).job_next = x.job_next
        else:
            server.first_job = x.job_next
        if x.job_next:
            persons(w, x.job_next).job_prev = x.job_prev
        else:
            server.last_job = x.job_prev
        return
    pool = pools(w, x.pool)
    if pool.keeps_jobs:
        if x.job_prev:
            persons(w, x.job_prev).job_next = x.job_next
        else:
            pool.first_job = x.job_next
        if x.job_next:
            persons(w, x.job_next).job_prev = x.job_prev
        else:
            pool.last_job = x.job_prev


@kernel
def free_slots(w, full, i, s, units):
    """Release and settle; a whole break that was due begins."""
    pool = pools(w, i)
    if s:
        servers(w, s).load -= units
        note_change(w, full, s)
        change_serving(w, pool, -units)
        settle(w, full, s)
        break_may_begin(w, full, s)
    else:
        pool.busy -= 1
        change_serving(w, pool, -units)


@kernel
def break_may_begin(w, full, s):
    """A whole break that is due begins as soon as the server is free."""
    server = servers(w, s)
    if server.break_due > 0.0 and server.load == 0 and not server.resting:
        server.resting = 1
        server.rest_since = w.now
        t = w.now + server.break_due
        server.break_due = 0.0
        place(w, full, s)
        server.timer = ZERO
        if t < inf:
            server.timer = new_code(w, OPENING, s)
            if t < w.horizon:
                keep_timer(w, t, server.timer)
            else:
                push(w, t, server.timer)


@kernel
def interrupt(w, full, j):
    """Work stops before its completion: what is left is settled."""
    now = w.now
    x = persons(w, j)
    x.left = x.left - (now - x.settled) * x.speed
    if x.left < 0.0:
        x.left = 0.0
    x.settled = now
    x.speed = 0.0
    x.finish = inf
    if jobs(w, j).timer:
        drop_timer(w, j)
