"""Births one at a time, in order, without a list of them (rules 2.5, 3.1 and 6.4).

Every band of every stream is a generator of its next birth within the present hour; a small heap names the earliest.
"""

from __future__ import annotations

from math import inf, log1p

import numpy as np

from sim.machine.compiled.agenda import sift_down
from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.luck import C4, cell_key, draw, mix, unit
from sim.machine.compiled.tables import entry, generators, numbers, rates, streams
from sim.machine.network import CELL


@kernel
def next_candidate(w, g):
    """Move a generator to its next birth of this hour; its time is infinite when there is none."""
    s = streams(w, g.stream)
    if s.recorded:
        g.n += 1
        row = s.first_piece + g.n
        t = numbers(w)[row] if row < s.last_piece else inf
        g.time = t if t < s.stop else inf
        g.birth_key = mix(s.key + np.uint64(s.first_row + g.n) * C4)
        return
    width = g.upper - g.lower
    last = s.last_piece
    end = w.cell_end
    t, piece, n = g.time, g.piece, g.n
    r = rates(w, piece)
    while True:
        n += 1
        birth = mix(g.cell_key + np.uint64(n) * C4)
        need = -log1p(-unit(birth))
        while True:
            right = r.end if piece < last else end
            density = r.reference * width
            room = (right - t) * density
            if need < room:
                t += need / density
                break
            need -= room
            t = right
            if piece == last:
                break
            piece += 1
            r = rates(w, piece)
        if t >= end:
            g.time = inf
            return
        f = r.factor
        if (f >= g.upper or (f > g.lower and g.lower + width * draw(birth, w.mark_name, 0, 0) < f)) and (
            w.start <= t < s.stop
        ):
            g.time = t
            g.piece = piece
            g.n = n
            g.birth_key = birth
            return


@kernel
def begin_cell(w):
    """Start the generators of the next hour."""
    w.cell += 1
    begin = w.cell * CELL
    w.cell_end = (w.cell + 1) * CELL
    for i in range(w.n_streams):
        s = streams(w, i)
        if s.recorded:
            continue
        piece = s.piece
        while rates(w, piece).end <= begin:
            piece += 1
        last = piece
        top = rates(w, piece).factor
        while rates(w, last).end < w.cell_end:
            last += 1
            if rates(w, last).factor > top:
                top = rates(w, last).factor
        s.piece = piece
        s.last_piece = last
        for k in range(s.first_generator, s.end_generator):
            g = generators(w, k)
            if top > g.lower and begin < s.stop:
                g.cell_key = cell_key(s.key, w.cell, g.band)
                g.time = begin
                g.piece = piece
                g.n = 0
                next_candidate(w, g)
            else:
                g.time = inf
    w.birth_heap_size = 0
    for k in range(w.n_generators):
        g = generators(w, k)
        if g.time < inf:
            push_generator(w, g.time, np.uint64(k))


@kernel
def push_generator(w, time, code):
    """Add a generator to the heap of births."""
    at = w.birth_heap_size
    while at > 0:
        above = (at - 1) // 2
        c = entry(w.birth_heap, above)
        if c.time < time or (c.time == time and c.code < code):
            break
        h = entry(w.birth_heap, at)
        h.time = c.time
        h.code = c.code
        at = above
    h = entry(w.birth_heap, at)
    h.time = time
    h.code = code
    w.birth_heap_size += 1


@kernel
def first_birth(w):
    """Put logs at their first row, and find the first birth of the run."""
    for k in range(w.n_generators):
        g = generators(w, k)
        if streams(w, g.stream).recorded:
            next_candidate(w, g)
    for k in range(w.n_generators):
        g = generators(w, k)
        if streams(w, g.stream).recorded and g.time < inf:
            push_generator(w, g.time, np.uint64(k))
    find_birth(w)


@kernel
def find_birth(w):
    """Begin hours until one has a birth, or none is left."""
    while w.cell < w.last_cell and (w.birth_heap_size == 0 or entry(w.birth_heap, 0).time >= w.cell_end):
        begin_cell(w)
    w.next_birth = entry(w.birth_heap, 0).time if w.birth_heap_size else inf


@kernel
def advance_birth(w):
    """Go on to the birth after the present one."""
    code = entry(w.birth_heap, 0).code
    g = generators(w, code)
    next_candidate(w, g)
    t = g.time
    if t < inf:
        sift_down(w.birth_heap, w.birth_heap_size, t, code)
    else:
        w.birth_heap_size -= 1
        if w.birth_heap_size:
            last = entry(w.birth_heap, w.birth_heap_size)
            sift_down(w.birth_heap, w.birth_heap_size, last.time, last.code)
    if w.birth_heap_size == 0 or entry(w.birth_heap, 0).time >= w.cell_end:
        find_birth(w)
    else:
        w.next_birth = entry(w.birth_heap, 0).time
