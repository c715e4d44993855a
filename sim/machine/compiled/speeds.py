"""Speeds of open work, and their changes (rules 5.1 and 5.2)."""

from __future__ import annotations

from math import inf

from sim.machine.compiled.agenda import drop_timer, set_timer
from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.layout import COMPLETION, PAUSED
from sim.machine.compiled.tables import edges, hosts, jobs, numbers, persons, pools, servers, ties


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
        if len(full):
            if pool.lessons:
                v *= ties(w, j).learned
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


@kernel
def learn(w, s):
    """A server has completed a job here: it may be faster from its next spell on (rule 8.8)."""
    host = hosts(w, s)
    host.done += 1
    pool = pools(w, servers(w, s).pool)
    while host.lesson < pool.lessons and numbers(w)[pool.first_lesson + 2 * host.lesson] <= host.done:
        host.factor = numbers(w)[pool.first_lesson + 2 * host.lesson + 1]
        host.lesson += 1
