"""What a pool may see of a line (section 4, `visible`)."""

from __future__ import annotations

from sim.machine.compiled.hours import add_open
from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.layout import NONE
from sim.machine.compiled.lines import next_of
from sim.machine.compiled.servers import NOBODY
from sim.machine.compiled.tables import edges, jobs, persons, steps, switches


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
def is_off(w, e):
    """Whether an edge has a switch and it is off (rule 8.2)."""
    switch = edges(w, e).switch
    return switch > 0 and switches(w, switch).is_on == 0


@kernel
def visible(w, full, j, e):
    """Whether the pool of this edge sees the job by now."""
    now = w.now
    if len(full):
        if is_off(w, e):
            return False
    if persons(w, j).opens > now:
        return False
    return edges(w, e).after == 0.0 or visible_from(w, full, j, e) <= now


@kernel
def first_visible(w, full, step, e, j):
    """First job from `j` on, of its priority, that the pool of an edge sees."""
    if len(full):
        if is_off(w, e):
            return NOBODY
    priority = persons(w, j).priority
    while j and persons(w, j).priority == priority:
        if visible(w, full, j, e):
            return j
        if step.in_order and persons(w, j).spell == 0 and edges(w, e).after > 0.0 and persons(w, j).opens <= w.now:
            return NOBODY  # whoever joined later becomes visible later
        j = next_of(w, full, step, j)
    return NOBODY
