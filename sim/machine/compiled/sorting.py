"""Rows into their agreed order (rule 7.2): a counting sort, as jobs are numbered."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.machine.compiled.kernel import entrance
from sim.machine.records import VISIT


@entrance
def spread(rows, first, out, stopped):
    """Put each row behind those of its job that were closed before it."""
    for i in range(rows.shape[0]):
        job = rows[i].job
        k = first[job]
        first[job] = k + 1
        out[k] = rows[i]
        if out[k].released > stopped:
            out[k].released = np.nan  # after-work that the end of the run cut off


@entrance
def starts(rows, jobs):
    """Where the rows of each job begin."""
    first = np.zeros(jobs + 1, np.int64)
    for i in range(rows.shape[0]):
        first[rows[i].job + 1] += 1
    for j in range(jobs):
        first[j + 1] += first[j]
    return first


def by_job(rows: NDArray[Any], jobs: int, stopped: float) -> NDArray[Any]:
    """Rows of spells by (job, entered), those of one job in the order in which they were closed.

    Parameters
    ----------
    rows : structured array of `VISIT`
        In the order in which they were closed.
    jobs : int
        Jobs are numbered below this.
    stopped : float
        Time at which the run ended [min].
    """
    flat = rows.view(np.recarray)
    out = np.empty(rows.size, VISIT)
    spread(flat, starts(flat, jobs), out.view(np.dtype((np.record, VISIT))).view(np.recarray), stopped)
    return out
