"""What a gauge turns on and off: staff on call, edges, rules (rule 8.2)."""

from __future__ import annotations

from math import inf, nan

import numpy as np

from sim.machine.compiled.agenda import ZERO, keep_timer, new_code, push
from sim.machine.compiled.dispatch import offer_touched
from sim.machine.compiled.duty import closings, openings
from sim.machine.compiled.gauges import gauge_value
from sim.machine.compiled.hours import is_open
from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.layout import CLOSING, DUTY_CHANGE, NO_ROWS, NONE, OPENING
from sim.machine.compiled.tables import changes, hosts, parts, pools, servers, stretches, switch_rows, switches
from sim.machine.compiled.trouble import complain


@kernel
def first_ticks(w):
    """The first look of every switch: at the first multiple of its length from the start of the run on."""
    for i in range(1, w.n_switches):
        x = switches(w, i)
        k = np.int64(w.start / x.every)
        while (k - 1) * x.every >= w.start:
            k -= 1
        while k * x.every < w.start:
            k += 1
        x.tick = k
        x.next_tick = k * x.every
    find_tick(w)


@kernel
def find_tick(w):
    """When any switch looks next; never after the limit."""
    first = inf
    for i in range(1, w.n_switches):
        first = min(first, switches(w, i).next_tick)
    w.next_tick = first if first <= w.limit else inf


@kernel
def tick(w, full):
    """All switches that look now, in table order."""
    for i in range(1, w.n_switches):
        x = switches(w, i)
        if x.next_tick == w.now:
            x.tick += 1
            x.next_tick = x.tick * x.every
            if x.calendar == NONE or is_open(w, full, x.calendar, w.now):
                look_at_gauge(w, full, i)
    find_tick(w)


@kernel
def look_at_gauge(w, full, i):
    """A switch reads its gauge, and decides."""
    x = switches(w, i)
    v = gauge_value(w, x.gauge)
    if x.is_on:
        low = v >= x.off_level if x.falling else v <= x.off_level
        if low and w.now >= x.since + x.least:
            turn_off(w, full, i)
    elif x.timer == ZERO:
        high = v <= x.on_level if x.falling else v >= x.on_level
        if high:
            if x.delay == 0.0:
                turn_on(w, full, i)
            elif x.delay < inf:
                t = w.now + x.delay
                x.timer = new_code(w, CLOSING, i)
                if t < w.horizon:
                    keep_timer(w, t, x.timer)
                else:
                    push(w, t, x.timer)


@kernel
def turn_on(w, full, i):
    """The duties that name it begin, then the pools of the edges that name it are offered."""
    x = switches(w, i)
    x.timer = ZERO
    x.is_on = 1
    x.since = w.now
    if w.switch_turns < w.room_switch_rows:
        row = switch_rows(w, w.switch_turns)
        row.switch = i - 1
        row.begin = w.now
        row.end = nan
        x.row = w.switch_turns
        w.switch_turns += 1
        if w.switch_turns > w.many_switch_rows:
            w.attention = 1
    else:
        complain(w, NO_ROWS, NONE, 0.0)
    n = w.n_changes
    for k in range(x.first_stretch, x.end_stretch):
        d = stretches(w, k)
        if d.begin <= w.now < d.end and not servers(w, server_of(w, d)).on_duty:
            n = plan_now(w, n, OPENING, d, d.speed)
    if n > w.n_changes:
        openings(w, full, w.n_changes, n)
    for k in range(x.first_pool, x.end_pool):
        pools(w, parts(w, k).index).touched = 1
    if x.first_pool < x.end_pool:
        offer_touched(w, full)


@kernel
def turn_off(w, full, i):
    """The duties that name it end."""
    x = switches(w, i)
    x.is_on = 0
    if x.row < w.switch_turns:
        switch_rows(w, x.row).end = w.now
    n = w.n_changes
    for k in range(x.first_stretch, x.end_stretch):
        d = stretches(w, k)
        s = server_of(w, d)
        if d.begin <= w.now < d.until and (servers(w, s).on_duty or hosts(w, s).in_duty):
            n = plan_now(w, n, CLOSING, d, 0.0)
    if n > w.n_changes:
        closings(w, full, w.n_changes, n)


@kernel
def server_of(w, d):
    """Whose stretch it is."""
    return np.uint64(pools(w, d.pool).first_server + d.server)


@kernel
def plan_now(w, n, kind, d, value):
    """Write a change behind those that were planned, and count it."""
    c = changes(w, n)
    c.time = w.now
    c.kind = kind
    c.what = DUTY_CHANGE
    c.index = d.pool
    c.server = d.server
    c.value = value
    c.switch = NONE
    return n + 1
