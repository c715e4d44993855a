"""Planned changes: doors, head-counts, duties, breaks (sections 3.6 and 4.8 to 4.10)."""

from __future__ import annotations

import numpy as np

from sim.machine.compiled.agenda import ZERO
from sim.machine.compiled.clearing import clear_for_heads
from sim.machine.compiled.dispatch import leave_line, next_of_counted, offer, offer_touched
from sim.machine.compiled.families import travel
from sim.machine.compiled.handback import begin_spell, hand_back
from sim.machine.compiled.kept import give_slot_back
from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.layout import (
    AFTER_WORK,
    BREAK,
    CLOSING,
    COUNT,
    DOOR,
    DUTY_CHANGE,
    FINISH,
    HAND_BACK,
    IN_LINE,
    IN_SERVICE,
    NO_CHANGE,
    NO_ROWS,
    NONE,
    PAUSE,
    PAUSED,
    POOL_RULE,
    SILENT,
    SPEED_CHANGE,
)
from sim.machine.compiled.owners import owner_goes
from sim.machine.compiled.recording import write_row
from sim.machine.compiled.release import break_may_begin, yield_in, yield_no_more
from sim.machine.compiled.scratch import collect, collect_line, take_least
from sim.machine.compiled.servers import THE_POOL, change_serving, note_change, place
from sim.machine.compiled.service import start
from sim.machine.compiled.speeds import interrupt, settle
from sim.machine.compiled.tables import (
    breaks,
    changes,
    edges,
    heads,
    hosts,
    jobs,
    persons,
    pools,
    queues,
    servers,
    steps,
    switches,
    ties,
)
from sim.machine.compiled.trouble import complain
from sim.machine.records import ON_BREAK
from sim.machine.steps import Exit

_PAUSED = np.int64(Exit.PAUSED)
_ABANDONED, _CLOSED = np.int64(Exit.ABANDONED), np.int64(Exit.CLOSED)


@kernel
def counts_change(w, full, first, end, kind):
    """Planned changes of a core network: head-counts only."""
    for i in range(first, end):
        c = changes(w, i)
        pools(w, c.index).n = np.int64(c.value)
    if kind:  # one offer over all pools touched: rank first, then pools in table order
        offer_core(w, full, first, end)


@kernel
def offer_core(w, full, first, end):
    """Rule 4.3 over the pools of some changes."""
    while True:
        found = ZERO
        best_edge = NONE
        for i in range(first, end):
            j = next_of_counted(w, pools(w, changes(w, i).index))
            if j and (not found or edges(w, w.choice_edge).rank < edges(w, best_edge).rank):
                found = j
                best_edge = w.choice_edge
        if not found:
            return
        start(w, full, found, THE_POOL, best_edge)


@kernel
def closings(w, full, first, end):
    """Kind 0: doors close, head-counts fall, duties end, whole breaks fall due."""
    n_heads = 0
    w.holding = 1
    for i in range(first, end):
        c = changes(w, i)
        if c.what == DOOR:
            steps(w, c.index).open = 0
            continue
        pool = pools(w, c.index)
        if c.what == COUNT:
            pool.n = np.int64(c.value)
            continue
        s = np.uint64(pool.first_server + c.server)
        server = servers(w, s)
        if len(full):
            if not takes_effect(w, c, s):
                c.what = NO_CHANGE
                continue
        if server.cleared:
            heads(w)[n_heads] = server.cleared
            n_heads += 1
            persons(w, server.cleared).cleared = 0
            server.cleared = 0
            pool.cleared -= 1
        if c.what == BREAK:
            if server.on_duty:
                server.break_due += c.value
                if len(full):
                    hosts(w, s).break_noted = w.now
        else:
            if len(full):
                hosts(w, s).in_duty = 1 if c.value == 1.0 else 0
            server.on_duty = 0
            server.break_due = 0.0
            if server.resting:
                break_ends(w, full, s)
        place(w, full, s)
    for i in range(first, end):
        c = changes(w, i)
        if c.what == DOOR and steps(w, c.index).empties:
            line_leaves(w, full, c.index)
    for i in range(first, end):
        c = changes(w, i)
        if c.what == COUNT:
            count_falls(w, full, c.index)
        elif c.what == DUTY_CHANGE:
            duty_ends(w, full, np.uint64(pools(w, c.index).first_server + c.server))
        elif c.what == BREAK:
            break_may_begin(w, full, np.uint64(pools(w, c.index).first_server + c.server))
    if len(full):
        for i in range(first, end):
            c = changes(w, i)
            if c.what == DUTY_CHANGE and c.value != 1.0:
                owner_goes(w, full, np.uint64(pools(w, c.index).first_server + c.server))
    for i in range(n_heads):
        j = np.uint64(heads(w)[i])
        if jobs(w, j).state == IN_LINE:
            clear_for_heads(w, full, steps(w, jobs(w, j).step))
    w.holding = 0
    offer_touched(w, full)


@kernel
def line_leaves(w, full, i):
    """Rule 4.10: everybody in line leaves, in the order of joining; returned jobs wait on."""
    step = steps(w, i)
    n = collect_line(w, full, step, 0, False)
    if len(full):
        q = np.uint64(step.first_queue)
        while q:
            n = collect_line(w, full, queues(w, q), n, False)
            q = np.uint64(queues(w, q).next_of_step)
    while n:
        j = take_least(w, n)
        n -= 1
        job = jobs(w, j)
        if job.state != IN_LINE or job.step != i:
            continue
        leave_line(w, full, j)
        silent = job.flags & SILENT
        exit_ = _ABANDONED if silent else _CLOSED
        write_row(w, full, j, persons(w, j).gone_at if silent else w.now, np.nan, exit_)
        travel(w, full, j, exit_)


@kernel
def end_rule(w, full, j):
    """What the end of a duty means for a job: its step's rule, else its pool's."""
    rule = steps(w, jobs(w, j).step).end_of_duty
    return pools(w, persons(w, j).pool).end_of_duty if rule == POOL_RULE else rule


@kernel
def count_falls(w, full, i):
    """Rule 4.8, counted: the latest started are handed back until busy <= n."""
    pool = pools(w, i)
    if not pool.keeps_jobs:
        return
    gone = 0
    j = pool.first_job
    while j:
        if persons(w, j).finish == w.now:
            gone += 1
        j = persons(w, j).job_next
    excess = pool.busy - gone - pool.n
    n = 0
    j = pool.last_job
    while j and n < excess:
        if jobs(w, j).state != AFTER_WORK and persons(w, j).finish != w.now and end_rule(w, full, j) == HAND_BACK:
            collect(w, n, pool.busy - n, j)  # the last found started first
            n += 1
        j = persons(w, j).job_prev
    while n:
        j = take_least(w, n)
        n -= 1
        hand_back(w, full, j)


@kernel
def duty_ends(w, full, s):
    """Rule 4.8, named: each open job by its rule, oldest start first."""
    n = 0
    j = servers(w, s).first_job
    while j:
        collect(w, n, n, j)
        n += 1
        j = persons(w, j).job_next
    while n:
        j = take_least(w, n)
        n -= 1
        if persons(w, j).finish == w.now or jobs(w, j).state != IN_SERVICE:
            continue
        rule = end_rule(w, full, j)
        if rule == HAND_BACK:
            hand_back(w, full, j)
        elif rule == PAUSE:
            pause(w, full, j)
    if len(full):
        let_kept_go(w, full, s)


@kernel
def let_kept_go(w, full, s):
    """Slots that jobs keep with a server whose duty ends, by the rule of the step at which they are kept."""
    j = np.uint64(hosts(w, s).first_kept)
    while j:
        following = np.uint64(ties(w, j).kept_next)
        rule = steps(w, ties(w, j).kept_step).end_of_duty
        if rule == POOL_RULE:
            rule = pools(w, ties(w, j).kept_pool).end_of_duty
        if rule != FINISH:
            give_slot_back(w, full, j)
        j = following


@kernel
def takes_effect(w, c, s):
    """Whether a planned change concerns a server, who may be away because a switch is off (rule 8.2)."""
    server, host = servers(w, s), hosts(w, s)
    if c.what != DUTY_CHANGE:
        return c.what != BREAK or (server.on_duty != 0 and (c.kind == CLOSING or host.break_noted != w.now))
    if c.kind != CLOSING:
        return True
    goes_on = c.switch >= 0 and switches(w, c.switch + 1).is_on != 0  # into a duty that touches
    return host.in_duty != 0 and not goes_on


@kernel
def pause(w, full, j):
    """Rule 4.8, pause: the slot stays taken, the work stands still; a new row waits for the resumption."""
    job = jobs(w, j)
    x = persons(w, j)
    edge = edges(w, job.edge)
    interrupt(w, full, j)
    if steps(w, job.step).counts_as_wait:
        x.waited += w.now - job.started
    write_row(w, full, j, w.now, w.now, _PAUSED)
    begin_spell(w, full, j)
    if len(full):
        if ties(w, j).yielding:
            yield_no_more(w, pools(w, edge.pool), j)
    job.state = PAUSED
    x.resumed = 1
    change_serving(w, pools(w, edge.pool), -edge.units)


@kernel
def openings(w, full, first, end):
    """Kind 1: doors open, head-counts rise, duties begin; paused work resumes; then one offer."""
    for i in range(first, end):
        c = changes(w, i)
        if c.what == DOOR:
            step = steps(w, c.index)
            step.open = 1
            for e in range(step.first_edge, step.end_edge):
                pools(w, edges(w, e).pool).touched = 1
            continue
        if len(full):
            if c.switch >= 0 and not switches(w, c.switch + 1).is_on:
                c.what = NO_CHANGE
                continue
        pool = pools(w, c.index)
        pool.touched = 1
        if c.what == COUNT:
            pool.n = np.int64(c.value)
            continue
        s = np.uint64(pool.first_server + c.server)
        server = servers(w, s)
        if len(full):
            if not takes_effect(w, c, s):
                c.what = NO_CHANGE
                continue
            if c.what == DUTY_CHANGE:
                if server.on_duty:
                    c.what = SPEED_CHANGE
                hosts(w, s).in_duty = 1
        if c.what == BREAK:
            server.break_due += c.value
            place(w, full, s)
            break_may_begin(w, full, s)
            continue
        server.duty_speed = c.value
        if c.what == DUTY_CHANGE:
            server.on_duty = 1
            note_change(w, full, s)
    for i in range(first, end):
        c = changes(w, i)
        if c.what != DUTY_CHANGE and c.what != SPEED_CHANGE:
            continue
        pool = pools(w, c.index)
        s = np.uint64(pool.first_server + c.server)
        j = servers(w, s).first_job
        while j:
            job = jobs(w, j)
            x = persons(w, j)
            if job.state == PAUSED:
                if steps(w, job.step).counts_as_wait:
                    x.waited += w.now - x.spell_entered
                job.state = IN_SERVICE
                job.started = w.now
                x.settled = w.now
                change_serving(w, pool, np.int64(edges(w, job.edge).units))
                if len(full):
                    ties(w, j).learned = hosts(w, s).factor
                    if steps(w, job.step).yields and not job.flags & SILENT:
                        yield_in(w, pool, j)
            j = x.job_next
        settle(w, full, s)
    for i in range(first, end):
        c = changes(w, i)
        if c.what == DOOR and steps(w, c.index).room:
            clear_for_heads(w, full, steps(w, c.index))
    offer_touched(w, full)


@kernel
def whole_break_over(w, full, s):
    """End of a whole break (a dynamic event of kind 1)."""
    server = servers(w, s)
    break_ends(w, full, s)
    break_may_begin(w, full, s)
    if server.resting:
        return
    note_change(w, full, s)
    offer(w, full, server.pool)


@kernel
def break_ends(w, full, s):
    """Write down the break as it was taken."""
    server = servers(w, s)
    server.timer = ZERO
    server.resting = 0
    if w.breaks_taken >= w.room_breaks:
        complain(w, NO_ROWS, NONE, 0.0)
        return
    row = breaks(w, w.breaks_taken)
    w.breaks_taken += 1
    if w.breaks_taken > w.many_breaks:
        w.attention = 1
    row.begin = server.rest_since
    row.end = w.now
    row.servers = 1.0
    row.pool = server.pool
    row.server = server.number
    row.kind = ON_BREAK


@kernel
def end_breaks(w, full):
    """Breaks that the end of the run cuts off."""
    for i in range(1, w.n_servers):
        s = np.uint64(i)
        if servers(w, s).resting:
            break_ends(w, full, s)
