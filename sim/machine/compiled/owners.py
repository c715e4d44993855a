"""The server to whom a family belongs, and who waits for it (rule 8.3)."""

from __future__ import annotations

from math import inf

from sim.machine.compiled.agenda import drop_timer
from sim.machine.compiled.clearing import clear_for_heads
from sim.machine.compiled.dispatch import best_server, owner_fits, run_offers
from sim.machine.compiled.hours import add_open
from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.layout import IN_LINE, NONE, ONLY, PREFERRED
from sim.machine.compiled.queues import insert, step_out
from sim.machine.compiled.scratch import collect_line, take_least
from sim.machine.compiled.servers import NOBODY
from sim.machine.compiled.service import start
from sim.machine.compiled.sight import visible, visible_from
from sim.machine.compiled.tables import edges, hosts, jobs, kin, queues, servers, steps, ties
from sim.machine.compiled.waiting import set_next_overflow


@kernel
def owner_of(w, j):
    """The owner that the job has at its step; nobody where anybody may serve it."""
    step = steps(w, jobs(w, j).step)
    if step.owner < PREFERRED:
        return NOBODY
    s = kin(w, ties(w, j).kin).owner
    if s:
        pool = servers(w, s).pool
        for e in range(step.first_edge, step.end_edge):
            if edges(w, e).pool == pool:
                return s
    return NOBODY


@kernel
def owner_takes(w, full, s, j, only_now):
    """Whether the owner fits an edge to its pool that sees the job (or only begins to, now), which is the choice."""
    step = steps(w, jobs(w, j).step)
    pool = servers(w, s).pool
    for e in range(step.first_edge, step.end_edge):
        if edges(w, e).pool != pool or not visible(w, full, j, e):
            continue
        if (not only_now or visible_from(w, full, j, e) == w.now) and owner_fits(w, full, s, e, j):
            w.choice_job = j
            w.choice_server = s
            w.choice_edge = e
            return True
    return False


@kernel
def ask_owner(w, full, j):
    """Whether the owner takes the job at once; if not, `ask` says for whose personal line it is bound, if for any."""
    t = ties(w, j)
    t.ask = 0
    s = owner_of(w, j)
    if not s:
        return False
    if owner_takes(w, full, s, j, False):
        return True
    step = steps(w, jobs(w, j).step)
    if step.owner == ONLY:
        t.ask = s
        t.deadline = inf
    elif hosts(w, s).in_duty and step.owner_wait > 0.0:
        entered = jobs(w, j).entered
        c = step.owner_calendar
        t.deadline = entered + step.owner_wait if c == NONE else add_open(w, full, c, entered, step.owner_wait)
        if t.deadline > w.now:
            t.ask = s
    return False


@kernel
def wait_for_owner_only(w, j):
    """A job that comes while the door is closed stands in its owner's line only if nobody else may ever serve it."""
    t = ties(w, j)
    t.ask = 0
    if steps(w, jobs(w, j).step).owner == ONLY:
        t.ask = owner_of(w, j)
        t.deadline = inf


@kernel
def owner_overflow(w, full, j):
    """The overflow timer of a job in a personal line: a further edge sees it, or it has waited long enough."""
    t = ties(w, j)
    if t.deadline == w.now:
        leave_owner(w, full, j)
    elif owner_takes(w, full, queues(w, t.queue).server, j, True):
        start(w, full, w.choice_job, w.choice_server, w.choice_edge)
        run_offers(w, full)
    else:
        set_next_overflow(w, full, j)


@kernel
def leave_owner(w, full, j):
    """It waits for its owner no more: anybody may start it, else it goes over into its step's line, at its place."""
    if best_server(w, full, j, False):
        start(w, full, j, w.choice_server, w.choice_edge)
        run_offers(w, full)
        return
    step_out(w, j)
    insert(w, full, steps(w, jobs(w, j).step), j)
    if jobs(w, j).timer:
        drop_timer(w, j)
    set_next_overflow(w, full, j)
    step = steps(w, jobs(w, j).step)
    if step.room:
        clear_for_heads(w, full, step)


@kernel
def owner_goes(w, full, s):
    """The duty of an owner ends: who only prefers it waits for it no more, in the order of joining."""
    n = 0
    q = hosts(w, s).first_queue
    while q:
        line = queues(w, q)
        if steps(w, line.step).owner == PREFERRED:
            n = collect_line(w, full, line, n, True)
        q = line.next_of_server
    while n:
        j = take_least(w, n)
        n -= 1
        t = ties(w, j)
        if jobs(w, j).state == IN_LINE and t.queue and queues(w, t.queue).server == s:
            leave_owner(w, full, j)
