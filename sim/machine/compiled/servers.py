"""Servers and pools: who is free, who is next (rules 2.11 and 4)."""

from __future__ import annotations

import numpy as np

from sim.machine.compiled.kernel import inlined, kernel
from sim.machine.compiled.layout import (
    LEAST_LOADED,
    LONGEST_IDLE,
    LOWEST_NUMBER,
    MOST_LOADED,
    NONE,
)
from sim.machine.compiled.lines import count_bits, lowest_bit
from sim.machine.compiled.luck import draw
from sim.machine.compiled.queues import be_eager
from sim.machine.compiled.tables import bits, edges, jobs, pools, servers, shelves, steps
from sim.machine.luck import Purpose

NOBODY = np.uint64(0)
THE_POOL = np.uint64(1 << 24)
"""Stands for a server of a counted pool, who has no identity."""
ONE = np.uint64(1)
_SERVER = np.int64(Purpose.SERVER)


@inlined
def change_serving(w, pool, by):
    """Add what has passed to the area under a pool, then change its open units (rule 7.4)."""
    since = pool.area_since if pool.area_since > 0.0 else 0.0
    until = w.now if w.now < w.end else w.end
    if until > since:
        pool.area += pool.open_units * (until - since)
    pool.open_units += by
    pool.area_since = w.now


@kernel
def flip_bit(w, pool, server):
    """Set or clear the bit of a server in the row of its load."""
    word = pool.first_word + server.shelf * pool.words + (server.number >> 6)
    bits(w)[word] ^= ONE << np.uint64(server.number & 63)


@kernel
def place(w, full, s):
    """Stand last among the servers of its load, if it may start work; else nowhere."""
    server = servers(w, s)
    pool = pools(w, server.pool)
    if len(full):
        if server.shelf != NONE:
            pool.available -= 1
    if server.shelf != NONE:
        shelf = shelves(w, pool.first_shelf + server.shelf)
        if server.prev:
            servers(w, server.prev).next = server.next
        else:
            shelf.head = server.next
        if server.next:
            servers(w, server.next).prev = server.prev
        else:
            shelf.tail = server.prev
        pool.free -= server.shelf_room
        if pool.bits:
            flip_bit(w, pool, server)
        server.shelf = NONE
    if server.on_duty and not server.resting and server.break_due == 0.0:
        server.shelf = server.load
        server.shelf_room = pool.slots - server.load
        pool.free += server.shelf_room
        shelf = shelves(w, pool.first_shelf + server.load)
        server.prev = shelf.tail
        server.next = 0
        if shelf.tail:
            servers(w, shelf.tail).next = s
        else:
            shelf.head = s
        shelf.tail = s
        if pool.bits:
            flip_bit(w, pool, server)
        if len(full):
            pool.available += 1
    if len(full):
        be_eager(w, s)


@kernel
def note_change(w, full, s):
    """A start, a release or a duty begin: it stands last among the servers of its load."""
    server = servers(w, s)
    pool = pools(w, server.pool)
    pool.changes += 1
    server.change = pool.changes
    server.changed = w.now
    place(w, full, s)


@kernel
def give_units(w, full, pool, s, units):
    """Units are free for the one who starts next, in the same breath: it settles then."""
    change_serving(w, pool, -units)
    if s:
        servers(w, s).load -= units
        note_change(w, full, s)
    else:
        pool.busy -= 1


@inlined
def may(server, rank, j):
    """Whether the server is not cleared for a better rank than this edge's."""
    return server.cleared == 0 or server.cleared == j or rank <= server.cleared_rank


@kernel
def first_on_shelf(w, shelf, rank, j):
    """First server of a load that may take the job."""
    s = shelves(w, shelf).head
    while s and not may(servers(w, s), rank, j):
        s = servers(w, s).next
    return s


@kernel
def fitting_word(w, full, pool, edge, word, j):
    """Servers 64 * word to 64 * word + 63 that fit, as fits."""
    fits = NOBODY
    for load in range(edge.top_load + 1):
        fits |= bits(w)[pool.first_word + load * pool.words + word]
    if fits and pool.cleared:
        left = fits
        while left:
            low = left & (~left + ONE)
            left ^= low
            s = np.uint64(pool.first_server + 64 * word + lowest_bit(low))
            if not may(servers(w, s), edge.rank, j):
                fits ^= low
    return fits


@kernel
def numbered(w, full, pool, edge, wanted, j):
    """The fitting server with so many fitting ones of lower number; nobody when there are not so many."""
    for word in range(pool.words):
        fits = fitting_word(w, full, pool, edge, word, j)
        here = count_bits(fits)
        if wanted >= here:
            wanted -= here
            continue
        while wanted:
            fits &= fits - ONE
            wanted -= 1
        return np.uint64(pool.first_server + 64 * word + lowest_bit(fits))
    return NOBODY


@kernel
def best_of_pool(w, full, e, j):
    """The server that fits and that the pool's choice prefers; nobody when none fits (section 4, `fits`)."""
    edge = edges(w, e)
    pool = pools(w, edge.pool)
    if full is not None:
        if pool.named:
            return best_named(w, full, e, j)
    return THE_POOL if pool.n - pool.busy > edge.reserve else NOBODY


@kernel
def best_named(w, full, e, j):
    """The same in a pool of named servers."""
    edge = edges(w, e)
    pool = pools(w, edge.pool)
    if pool.free - edge.units < edge.reserve:
        return NOBODY
    first = pool.first_shelf
    if pool.server_choice == LEAST_LOADED:
        for load in range(edge.top_load + 1):
            s = first_on_shelf(w, first + load, edge.rank, j)
            if s:
                return s
        return NOBODY
    if pool.server_choice == MOST_LOADED:
        for load in range(edge.top_load, -1, -1):
            s = first_on_shelf(w, first + load, edge.rank, j)
            if s:
                return s
        return NOBODY
    if pool.server_choice == LONGEST_IDLE:
        found = NOBODY
        for load in range(edge.top_load + 1):
            s = first_on_shelf(w, first + load, edge.rank, j)
            if s and (not found or servers(w, s).change < servers(w, found).change):
                found = s
        return found
    if pool.server_choice == LOWEST_NUMBER:
        return numbered(w, full, pool, edge, 0, j)
    fitting = 0
    for word in range(pool.words):
        fitting += count_bits(fitting_word(w, full, pool, edge, word, j))
    if fitting == 0:
        return NOBODY
    job = jobs(w, j)
    u = draw(job.key, steps(w, edge.step).hash, job.round, _SERVER)
    return numbered(w, full, pool, edge, np.int64(u * fitting), j)


@kernel
def has_room(w, full, e, j):
    """Whether some server has the room for it, a reserve aside."""
    edge = edges(w, e)
    pool = pools(w, edge.pool)
    for load in range(edge.top_load + 1):
        if first_on_shelf(w, pool.first_shelf + load, edge.rank, j):
            return True
    return False


@kernel
def roomiest(w, full, e):
    """Server on duty with most free slots that has enough of them in all, not cleared yet."""
    edge = edges(w, e)
    pool = pools(w, edge.pool)
    if pool.slots < edge.units:
        return NOBODY
    for load in range(pool.slots + 1):
        s = shelves(w, pool.first_shelf + load).head
        while s and servers(w, s).cleared:
            s = servers(w, s).next
        if s:
            return s
    return NOBODY
