"""What a kernel cannot go on with: it says so, goes on, and the loop stops before the next event.

Nothing that is checked only between events costs more than one look at `attention` there.
"""

from __future__ import annotations

from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.layout import DONE, FINE, GROW, OVERGROWN


@kernel
def complain(w, trouble, job, value):
    """Note the first trouble, with the number of the job (NONE: of none) and the number that was wrong."""
    if w.trouble == FINE:
        w.trouble = trouble
        w.trouble_job = job
        w.trouble_value = value
    w.attention = 1


@kernel
def attend(w):
    """What the loop has to stop for: trouble, too many jobs alive, or a table that is nearly full."""
    w.attention = 0
    if w.trouble != FINE:
        return w.trouble
    if w.alive > w.most_alive:
        return OVERGROWN
    if (
        w.rows > w.many_rows
        or w.heap_size > w.many_timers
        or w.fresh_chunk > w.many_chunks
        or w.fresh_slot > w.many_slots
        or w.jobs_made > w.many_jobs
        or w.fresh_clock > w.many_clocks
        or w.breaks_taken > w.many_breaks
        or w.switch_turns > w.many_switch_rows
    ):
        return GROW
    return DONE
