"""Rows into their agreed order (rule 7.2): a counting sort, as jobs are numbered."""

from __future__ import annotations

from math import nan

from sim.machine.compiled.kernel import kernel
from sim.machine.compiled.tables import first_rows, sorted_visits, visits


@kernel
def sort_visits(w):
    """Put each row behind those of its job that were closed before it."""
    first = first_rows(w)
    for i in range(w.rows):
        first[visits(w, i).job + 1] += 1
    for j in range(w.jobs_made):
        first[j + 1] += first[j]
    for i in range(w.rows):
        row = visits(w, i)
        k = first[row.job]
        first[row.job] = k + 1
        out = sorted_visits(w, k)
        out.entered = row.entered
        out.started = row.started
        out.left = row.left
        # after-work that the end of the run cut off was never over
        out.released = nan if row.released > w.now else row.released
        out.job = row.job
        out.server = row.server
        out.step = row.step
        out.pool = row.pool
        out.exit = row.exit
        out.round = row.round
        out.flags = row.flags
        out.spell = row.spell
