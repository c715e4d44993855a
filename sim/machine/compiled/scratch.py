"""A heap for the moment, in which jobs are put into an order."""

from __future__ import annotations

import numpy as np

from sim.machine.compiled.agenda import sift_down, sift_up
from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.layout import SLOT_BITS
from sim.machine.compiled.lines import first_of, next_of, next_priority
from sim.machine.compiled.tables import entry, jobs, persons

_SLOT = np.uint64(SLOT_BITS)
_SLOT_MASK = np.uint64((1 << SLOT_BITS) - 1)


@kernel
def collect(w, size, key, j):
    """Put a job into the scratch heap, which gives the least key first."""
    sift_up(w.scratch, size, 0.0, (np.uint64(key) << _SLOT) | j)


@kernel
def take_least(w, size):
    """The job of the least key in a scratch heap of `size`; the caller counts it down."""
    code = entry(w.scratch, 0).code
    if size > 1:
        last = entry(w.scratch, size - 1)
        sift_down(w.scratch, size - 1, last.time, last.code)
    return code & _SLOT_MASK


@kernel
def collect_line(w, full, line, n, returned):
    """Jobs of a line into the scratch heap, by the order of joining; returned ones too, or not."""
    head = first_of(w, line)
    while head:
        j = head
        priority = persons(w, head).priority
        while j and persons(w, j).priority == priority:
            if returned or persons(w, j).spell == 0:
                collect(w, n, jobs(w, j).joined_serial, j)
                n += 1
            j = next_of(w, full, line, j)
        head = next_priority(w, line, priority)
    return n
