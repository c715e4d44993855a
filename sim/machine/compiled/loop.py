"""The event loop: births, planned changes and timers, merged in the agreed order (section 3)."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
from numba.core import types

from sim.machine.compiled.agenda import ZERO, is_live, kind_of, next_slice, pop_heap, slot_of
from sim.machine.compiled.arrivals import advance_birth, first_birth
from sim.machine.compiled.births import be_born, births_of_batch
from sim.machine.compiled.clearing import clear_for_heads
from sim.machine.compiled.completion import NOTHING, complete
from sim.machine.compiled.dispatch import best_server, leave_line, offer, run_offers
from sim.machine.compiled.duty import closings, counts_change, end_breaks, openings, whole_break_over
from sim.machine.compiled.families import ENTER, delay_row, lose_slot, recalled, travel, watch_expires
from sim.machine.compiled.kernel import UNCOMPILED, as_one_module, entrance, inlined, kernel
from sim.machine.compiled.kinds import TYPE
from sim.machine.compiled.layout import (
    BIRTH,
    CLOSING,
    COMPLETION,
    CROWDED,
    DONE,
    ENTRY,
    IN_DELAY,
    MOST_AT_ONE_INSTANT,
    NONE,
    OPENING,
    OVERFLOW,
    PATIENCE,
    SILENT,
    WATCH,
    WHEN_DONE,
)
from sim.machine.compiled.lines import change_waiting
from sim.machine.compiled.luck import draw
from sim.machine.compiled.owners import owner_overflow
from sim.machine.compiled.recall import RECALL
from sim.machine.compiled.recording import close, write_row
from sim.machine.compiled.servers import change_serving
from sim.machine.compiled.service import start
from sim.machine.compiled.sorting import sort_visits
from sim.machine.compiled.store import keep
from sim.machine.compiled.switches import first_ticks, tick, turn_on
from sim.machine.compiled.tables import (
    changes,
    clocks,
    edges,
    entry,
    generators,
    jobs,
    persons,
    pools,
    run_at,
    servers,
    steps,
    streams,
    switches,
    ties,
)
from sim.machine.compiled.trouble import attend
from sim.machine.compiled.waiting import set_overflow
from sim.machine.engines import Kind
from sim.machine.luck import Purpose
from sim.machine.steps import Exit

_SILENT = np.int64(Purpose.SILENT)
_DONE, _ABANDONED = np.int64(Exit.DONE), np.int64(Exit.ABANDONED)


@kernel
def walk(w, full):
    """Live events in order, until the run is over, the arrays are nearly full, or there is trouble.

    Returns
    -------
    int
        DONE, GROW (enlarge the arrays and call again), OVERGROWN, or what is the trouble.
    """
    n_changes = w.n_changes
    while True:
        if w.attention:
            said = attend(w)
            if said != DONE:
                return said
        time = inf
        kind = BIRTH
        code = ZERO
        crowded = False
        if w.present_size:
            top = entry(w.present, w.present_size - 1)
            time = top.time
            code = top.code
        if w.heap_size:
            top = entry(w.heap, 0)
            if top.time < time or (top.time == time and top.code < code):
                time = top.time
                code = top.code
                crowded = True
        if code != ZERO:
            kind = kind_of(code)
        planned = False
        if w.change < n_changes:
            c = changes(w, w.change)
            if c.time < time or (c.time == time and c.kind <= kind):
                time = c.time
                kind = c.kind
                planned = True
        if w.next_birth < time:
            time = w.next_birth
            kind = BIRTH
            planned = False
        ticking = False
        if full is not None:
            if len(full):
                if w.next_tick <= time and w.next_tick < inf:
                    time = w.next_tick
                    ticking = True
        if time >= w.slice_end and w.slice_end < inf:
            next_slice(w, full, time)
            continue
        if time == inf:
            break
        if time >= w.end and (w.open_counted == 0 or time > w.limit):
            break
        if time == w.now and w.at_this_instant >= MOST_AT_ONE_INSTANT:
            if planned or ticking or kind == BIRTH or is_live(w, full, code):
                return CROWDED
        if full is not None:
            if len(full):
                if ticking:
                    count_event(w, time)
                    tick(w, full)
                    continue
        if planned or kind == BIRTH:
            count_event(w, time)
            if kind == BIRTH:
                g = generators(w, entry(w.birth_heap, 0).code)
                if full is not None and streams(w, g.stream).batch != NONE:
                    births_of_batch(w, full, g)
                    advance_birth(w)
                    continue
                j = be_born(w, full, g)
                advance_birth(w)
                if not j:
                    continue
                exit_ = ENTER
            else:
                first = w.change
                last = first + 1
                while last < n_changes and changes(w, last).time == time and changes(w, last).kind == kind:
                    last += 1
                w.change = last
                if full is None:
                    counts_change(w, full, first, last, kind)
                elif kind == CLOSING:
                    closings(w, full, first, last)
                else:
                    openings(w, full, first, last)
                continue
        else:
            if crowded:
                pop_heap(w)
            else:
                w.present_size -= 1
            j = slot_of(code)
            if kind == COMPLETION:
                job = jobs(w, j)
                if job.timer != code:
                    continue
                count_event(w, time)
                if full is not None:
                    exit_ = complete(w, full, j)
                    if exit_ == NOTHING:
                        continue
                else:
                    job.timer = ZERO
                    write_row(w, full, j, time, time, _DONE)
                    i = np.int64(edges(w, job.edge).pool)
                    pool = pools(w, i)
                    pool.busy -= 1
                    change_serving(w, pool, -1)
                    offer(w, full, i)
                    exit_ = _DONE
            elif kind == PATIENCE:
                job = jobs(w, j)
                if job.patience != code:
                    continue
                count_event(w, time)
                job.patience = ZERO
                if full is not None:
                    if falls_silent(w, full, j):
                        continue
                leave_line(w, full, j)
                write_row(w, full, j, w.now, nan, _ABANDONED)
                exit_ = _ABANDONED
            elif kind == ENTRY:
                job = jobs(w, j)
                if job.timer != code:
                    continue
                count_event(w, time)
                job.timer = ZERO
                if job.state == IN_DELAY:
                    delay_row(w, full, j, _DONE)
                    if full is not None:
                        if len(full):
                            if steps(w, job.step).release == WHEN_DONE:
                                lose_slot(w, full, j)
                    exit_ = _DONE
                else:
                    exit_ = ENTER
            else:
                if full is not None:
                    rarer(w, full, time, kind, code)
                continue
        travel(w, full, j, exit_)
    return DONE


@inlined
def count_event(w, time):
    """The clock moves; time must pass (rule 3.5)."""
    if time == w.now:
        w.at_this_instant += 1
    else:
        w.at_this_instant = 0
        w.now = time
    w.events += 1


@kernel
def rarer(w, full, time, kind, code):
    """Overflow, watch, end of a whole break."""
    k = slot_of(code)
    if kind == OVERFLOW:
        if jobs(w, k).timer == code:
            count_event(w, time)
            overflow(w, full, k)
    elif kind == WATCH:
        if clocks(w, k).timer == code:
            count_event(w, time)
            if len(full):
                if clocks(w, k).watch == RECALL:
                    recalled(w, full, k)
                    return
            watch_expires(w, full, k)
    elif kind == CLOSING:
        if len(full):
            if switches(w, k).timer == code:
                count_event(w, time)
                turn_on(w, full, k)
    elif kind == OPENING and servers(w, k).timer == code:
        count_event(w, time)
        whole_break_over(w, full, k)


@kernel
def overflow(w, full, j):
    """Rule 4.2."""
    job = jobs(w, j)
    job.timer = ZERO
    step = steps(w, job.step)
    if len(full):
        if ties(w, j).queue:
            owner_overflow(w, full, j)
            return
    if best_server(w, full, j, True):
        start(w, full, j, w.choice_server, w.choice_edge)
        run_offers(w, full)
    else:
        set_overflow(w, full, j)
    if step.room:
        clear_for_heads(w, full, step)


@kernel
def falls_silent(w, full, j):
    """Rule 4.6: whether the job stays in line, unnoticed, though its patience has ended."""
    job = jobs(w, j)
    step = steps(w, job.step)
    if step.silent > 0.0 and draw(job.key, step.hash, job.round, _SILENT) < step.silent:
        job.flags |= SILENT
        x = persons(w, j)
        x.gone_at = w.now
        x.has_size = 0  # what is left to do is to find out that nobody is there
        return True
    return False


@kernel
def finish(w, full, stopped):
    """Close the areas and write what is open, at the time at which the run stopped."""
    w.now = stopped
    if full is not None:
        end_breaks(w, full)
    for i in range(w.n_steps):
        change_waiting(w, steps(w, i), 0)
    for i in range(w.n_pools):
        change_serving(w, pools(w, i), 0)
    close(w, full)
    return w.trouble


# -- the way in from Python -----------------------------------------------------------------------------------------

BEGIN, WALK, FINISH, SORT, ONLY_BIRTHS = range(5)


@entrance
def run_kernels(address, full, what, number):
    """Begin a run, walk through its events, finish it at a time, sort its rows, or only walk through its births.

    Parameters
    ----------
    address : uint64
        Where the record of the run is.
    full : None or tuple
        See `kinds`.
    what : int
        BEGIN, WALK, FINISH, SORT or ONLY_BIRTHS.
    number : float
        For FINISH, the time [min].

    Returns
    -------
    int
        As `walk`.
    """
    w = run_at(address)
    if what == BEGIN:
        first_birth(w)
        if full is not None:
            if len(full):
                first_ticks(w)
        return DONE
    if what == WALK:
        return walk(w, full)
    if what == FINISH:
        return finish(w, full, number)
    if what == SORT:
        sort_visits(w)
        return DONE
    while w.next_birth < inf:
        w.born += 1
        advance_birth(w)
    return DONE


keep(run_kernels)


def signature(kind: Kind) -> Any:
    """What `run_kernels` is compiled for; there are these three."""
    return (types.uint64, TYPE[kind], types.int64, types.float64)


def prepare(kind: Kind) -> None:
    """Compile for a kind of network, or load what was compiled before."""
    if not UNCOMPILED and signature(kind) not in run_kernels.overloads:
        with as_one_module("run_kernels"):
            if signature(kind) not in run_kernels.overloads:  # another thread may have done it meanwhile
                run_kernels.compile(signature(kind))
