"""Visits put together from their spells: what happened to a job during one stay at a work step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.machine.network import Network
from sim.machine.records import COUNTED, FIRST, GHOST, RESUMED, Records
from sim.machine.steps import Exit, Work
from sim.measures.cells.arrays import Bools, Floats, Ints, tally
from sim.measures.cells.passes import rows_of

OPEN, ANSWERED, ABANDONED, BLOCKED, CLOSED, MOVED, RECALLED, IN_SERVICE = range(8)
"""What became of a visit, judged by its first spell. `IN_SERVICE` is an answered one that is not finished; it appears
only where a contact counts as answered at the end of its service."""


STATUS_OF_EXIT = np.full(256, OPEN, dtype=np.int64)
"""What became of a visit whose first spell was never started, by the exit of that spell."""
for _status, _exit in (
    (ABANDONED, Exit.ABANDONED),
    (BLOCKED, Exit.BLOCKED),
    (CLOSED, Exit.CLOSED),
    (MOVED, Exit.MOVED),
    (RECALLED, Exit.RECALLED),
):
    STATUS_OF_EXIT[_exit] = _status


@dataclass(frozen=True, eq=False)
class Spells:
    """Spells at work steps, in the order of the records.

    Attributes
    ----------
    step, pool, server, units : int arrays, shape (n,)
        Where it was and who served it (-1: nobody), with how many slots.
    entered : array, shape (n,)
        Begin [min].
    line_end : array, shape (n,)
        When it stood in line no more [min]; equal to `entered` when it never did.
    system_end : array, shape (n,)
        When the desk was rid of it [min]: departure; for a silent leaver the end of the work on it.
    begin, end : array, shape (n,)
        Slots taken [min], after-work included; NaN when nobody served.
    visit : int array, shape (n,)
        Row in `Visits`.
    """

    step: Ints
    pool: Ints
    server: Ints
    units: Ints
    entered: Floats
    line_end: Floats
    system_end: Floats
    begin: Floats
    end: Floats
    visit: Ints


@dataclass(frozen=True, eq=False)
class Visits:
    """Visits of work steps, by (job, entered).

    Attributes
    ----------
    job : int array, shape (n,)
        Row in the job table.
    step, round : int arrays, shape (n,)
        Where, and in which round of the job.
    counted : bool array, shape (n,)
        Entered in [0, end).
    entered : array, shape (n,)
        Arrival [min].
    status : int array, shape (n,)
        `ANSWERED`, `ABANDONED` ... by the first spell.
    waited_until : array, shape (n,)
        First start, or departure without one (silent leavers: the moment they left), or the end of the run [min].
    left : array, shape (n,)
        Departure after the last spell [min]; NaN while open.
    last_exit : int array, shape (n,)
        Exit of the last spell; `ABANDONED` for silent leavers, noticed or not.
    waited : array, shape (n,)
        Minutes in line over all spells (silent leavers: until they left).
    handled : array, shape (n,)
        Minutes of service and after-work over all spells, work on silent leavers excluded.
    """

    job: Ints
    step: Ints
    round: Ints
    counted: Bools
    entered: Floats
    status: Ints
    waited_until: Floats
    left: Floats
    last_exit: Ints
    waited: Floats
    handled: Floats


def put_together(records: Records) -> tuple[Spells, Visits]:
    """Spells at work steps, and the visits they make up.

    A visit is the run of spells of one (job, step, round) from its first spell on. Times that lie after the end of the
    run are taken as the end of the run.
    """
    n = records.network
    work = np.array([isinstance(s, Work) for s in n.steps], dtype=bool)
    rows = records.visits
    if rows.size and not work.all():
        rows = rows[work[rows["step"]]]
    stopped = max(records.stopped, n.end)
    entered, started, left = rows["entered"].copy(), rows["started"].copy(), rows["left"].copy()
    released = rows["released"].copy()
    exit_, flags = rows["exit"], rows["flags"]
    step = rows["step"].astype(np.int64)
    ghost = (flags & GHOST) > 0
    some_ghost = bool(ghost.any())
    served = ~np.isnan(started)
    resumed = (flags & RESUMED) > 0
    visit, heads, last = _group(rows)
    alone = heads.size == rows.size  # then every visit is one spell

    # work on a silent leaver may be handed back; only the last spell says when it had gone
    departed = np.where(ghost, left[last][visit], left) if some_ghost and not alone else left
    departed = np.where(np.isnan(departed), stopped, departed)
    gone = np.where(ghost, _cleared(rows, n, stopped), departed) if some_ghost else departed
    line_end = np.where(served, started, gone)
    if resumed.any():
        line_end = np.where(resumed, entered, line_end)
    taken_until = np.where(served & np.isnan(released), stopped, released)
    system_end = departed
    if some_ghost:
        system_end = np.where(ghost, np.where(served, taken_until, line_end), departed)
    units = np.array([s.units if isinstance(s, Work) else 0 for s in n.steps], dtype=np.int64)
    spells = Spells(
        step=step,
        pool=rows["pool"].astype(np.int64),
        server=rows["server"].astype(np.int64),
        units=units[step],
        entered=entered,
        line_end=line_end,
        system_end=system_end,
        begin=started,
        end=taken_until,
        visit=visit,
    )

    def of_first(x: NDArray[Any]) -> NDArray[Any]:
        return x if alone else x[heads]

    first_ghost, answered = of_first(ghost), of_first(served & ~ghost)
    status = STATUS_OF_EXIT[of_first(exit_)]
    status[first_ghost] = ABANDONED  # gone, whether or not anybody has noticed
    status[answered] = ANSWERED
    waited_until = np.where(answered, of_first(started), of_first(departed))

    in_line = np.minimum(departed, line_end) if some_ghost else line_end
    patient = np.maximum(np.where(ghost, in_line, line_end) - entered, 0.0)
    own = np.where(served & ~ghost, taken_until - started, 0.0)
    waited = patient if alone else tally(visit, heads.size, patient)
    handled = own if alone else tally(visit, heads.size, own)
    last_ghost, last_exit = (ghost, exit_) if alone else (ghost[last], exit_[last])
    numbers = records.jobs["number"]
    visits = Visits(
        job=rows_of(numbers, of_first(rows["job"])),
        step=of_first(step),
        round=of_first(rows["round"]).astype(np.int64),
        counted=(of_first(flags) & COUNTED) > 0,
        entered=of_first(entered),
        status=status,
        waited_until=waited_until,
        left=np.where((last_exit == Exit.OPEN) & ~last_ghost, np.nan, left if alone else left[last]),
        last_exit=np.where(last_ghost, int(Exit.ABANDONED), last_exit.astype(np.int64)),
        waited=waited,
        handled=handled,
    )
    return spells, visits


def _group(rows: NDArray[np.void]) -> tuple[Ints, Ints, Ints]:
    """Visit of each spell; first and last spell of each visit. The spells of a visit stand together in the records."""
    n = rows.size
    begins = (rows["flags"] & FIRST) > 0
    if begins.all():
        own = np.arange(n)
        return own, own, own
    begins[:1] = True
    for name in ("job", "step", "round"):  # the first spell may have ended before the period
        begins[1:] |= rows[name][1:] != rows[name][:-1]
    heads = np.flatnonzero(begins)
    return np.cumsum(begins) - 1, heads, np.append(heads[1:], n) - 1


def _cleared(rows: NDArray[np.void], network: Network, stopped: float) -> Floats:
    """When silent leavers whom nobody reached stood in line no more: at the close of the door, else at the end."""
    until = np.full(rows.size, stopped)
    out = ((rows["flags"] & GHOST) > 0) & np.isnan(rows["started"]) & (rows["exit"] == Exit.ABANDONED)
    for i in np.unique(rows["step"][out]):
        step = network.steps[int(i)]
        mine = np.flatnonzero(out & (rows["step"] == i))
        if isinstance(step, Work) and step.opening is not None:
            since = float(rows["entered"][mine].min())
            instants = network.calendars[step.opening].instants(since, stopped)
            closes = np.array([t for t, opens in instants if not opens] + [stopped])
            at = np.searchsorted(closes, rows["entered"][mine], side="right")
            until[mine] = closes[np.minimum(at, closes.size - 1)]
        else:
            until[mine] = rows["left"][mine]
    return until
