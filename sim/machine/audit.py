"""Every run is checked against the engine's own counts: conservation, order of times, Little's law (rule 7.4).

Rows are read once, a block at a time, so that a block's columns stay in the processor's cache; what only few rows need
(spells after the first, silent leavers, paused work) is done for those rows alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.machine.fault import EngineFault
from sim.machine.network import Network
from sim.machine.records import COUNTED, GHOST, RESUMED, Records
from sim.machine.steps import Delay, Exit, Work

TOLERANCE = 1e-7
"""Relative difference that sums of floating-point times may show."""

BLOCK = 32768
"""Rows at a time: their columns fit into the second-level cache."""

UNMADE = "a job's number is past the last one given"
NO_ROW = "a spell belongs to a job that has no row"
STRANGE = "a spell names a step or pool that is not there"
TWICE = "a job has two rows"
JOBS_UNSORTED = "the jobs do not stand in the order of their numbers"
END = "a job's end and its last exit do not fit"
STRAY = "an open spell belongs to a job that has ended"
GAP = "a spell does not follow the one before it"
NO_SPELL = "a counted job has no spell"
TIMES = "the times of a spell contradict each other"
UNSORTED = "the spells do not stand in the order of (job, entered)"
SERVED = "a spell's start, its pool and its step do not fit"
RULES = (UNMADE, STRANGE, NO_ROW, TWICE, JOBS_UNSORTED, END, STRAY, GAP, NO_SPELL, TIMES, UNSORTED, SERVED)
"""What a row can be at fault for, in the order in which a fault is told."""

BROKEN_OFF = (Exit.HANDED_BACK, Exit.PAUSED, Exit.DISPLACED)
"""Exits after which the visit goes on in another spell."""

First = dict[str, tuple[float, int | None]]
"""Time and job of the first row that breaks a rule."""


def audit(records: Records) -> Records:
    """Return the records, or say where they contradict the run.

    Checked: every job is ended or open; jobs and spells stand in their agreed order; times of a row stand in order;
    every job of a row has its own row; the areas under the lines and the pools, which the engine kept while it ran,
    equal the sums over rows (Little 1961: L = lambda W).

    Raises
    ------
    EngineFault
        With seed, replication, time and job.
    """
    r, t = records, records.tally
    if t.born + t.spawned != t.ended + t.open:
        raise _fault(r, f"{t.born} born + {t.spawned} spawned are not {t.ended} ended + {t.open} open", r.stopped)
    first: First = {}
    with np.errstate(invalid="ignore"):
        waiting, serving, seen, opened = _visits(r, first)
        _jobs(r, seen, opened, first)
        for rule in RULES:
            if rule in first:
                raise _fault(r, rule, *first[rule])
        _little(r, waiting, serving)
    return records


def _fault(r: Records, what: str, time: float, job: int | None = None) -> EngineFault:
    return EngineFault(what, r.seed, r.replication, time, job)


def _note(first: First, rule: str, rows: NDArray[np.void], wrong: NDArray[np.bool_]) -> None:
    """Keep the first row of a rule that is broken."""
    if rule not in first and wrong.any():
        row = rows[int(np.argmax(wrong))]
        job, time = ("job", "entered") if "job" in rows.dtype.names else ("number", "birth")  # type: ignore[operator]
        first[rule] = float(row[time]), int(row[job])


def _kinds(n: Network, kind: type) -> NDArray[np.bool_]:
    """Which steps are of a kind."""
    return np.array([isinstance(s, kind) for s in n.steps], dtype=bool)


def _jobs(r: Records, seen: NDArray[np.bool_], opened: NDArray[np.bool_], first: First) -> None:
    """Look at the rows of jobs, knowing which numbers have a spell, and an open one."""
    v, made = r.visits, seen.size - 1
    works = _kinds(r.network, Work)
    alive = np.zeros(made + 1, dtype=bool)
    last, found = -1, 0
    for at in range(0, r.jobs.size, BLOCK):
        j = r.jobs[at : at + BLOCK]
        number = j["number"].astype(np.intp)
        ended = j["exit"] != Exit.OPEN
        never = np.isnan(j["end"])
        _note(first, END, j, ended == never)
        if not number[0] > last or not np.all(number[1:] > number[:-1]):
            _numbers(r, first)
        last = int(number[-1])
        if number.max() >= made:
            _note(first, UNMADE, j, number >= made)
            np.minimum(number, made, out=number)
        if not ended.all():
            alive[number[~ended]] = True
        spells = seen[number]
        found += int(np.count_nonzero(spells))
        lost = ended & ~spells
        if lost.any():
            lost &= (j["counted"] > 0) & ~never
            lost[lost] = works[j["step"][lost]]
            _note(first, NO_SPELL, j, lost)
    if found != np.count_nonzero(seen) or TWICE in first:
        _note(first, NO_ROW, v, ~np.isin(v["job"], r.jobs["number"]))
    if np.any(opened & ~alive):
        _note(first, STRAY, v, (v["exit"] == Exit.OPEN) & ~alive[np.minimum(v["job"].astype(np.intp), made)])


def _numbers(r: Records, first: First) -> None:
    """Jobs are not in strict order: one of them is there twice, or they are only out of order."""
    numbers = np.sort(r.jobs["number"])
    twice = numbers[1:][numbers[1:] == numbers[:-1]]
    if twice.size:
        first[TWICE] = r.stopped, int(twice[0])
    else:
        first[JOBS_UNSORTED] = r.stopped, None


def _visits(
    r: Records, first: First
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Look at the rows of spells.

    Returns minutes in line per step and unit-minutes of work per pool, inside the period; then whether the job of each
    number has a spell, and an open one. The place after the last number is for numbers that were never given.
    """
    n, v = r.network, r.visits
    end, steps, pools = n.end, len(n.steps), len(n.pools)
    last = min(end, r.stopped) if r.cut else end  # what is known of the period
    delays = _kinds(n, Delay)
    delayed = bool(delays.any())
    units = np.array([s.units if isinstance(s, Work) else 0 for s in n.steps], dtype=float)
    alike = bool(np.all(units[~delays] == 1.0))
    made = r.tally.born + r.tally.spawned
    seen, opened = np.zeros(made + 1, dtype=bool), np.zeros(made + 1, dtype=bool)
    waiting, serving = np.zeros(steps), np.zeros(pools)
    closings: dict[int, NDArray[np.float64]] = {}
    for at in range(0, v.size, BLOCK):
        b = v[at : at + BLOCK]
        entered, started = b["entered"].copy(), b["started"].copy()
        left, released = b["left"].copy(), b["released"].copy()
        job, exit_, flags, first_spell = b["job"].astype(np.intp), b["exit"].copy(), b["flags"].copy(), b["spell"] == 0
        step, pool = b["step"].astype(np.intp), b["pool"] + np.int64(1)  # nobody is pool 0 here
        if step.max() >= steps or pool.min() < 0 or pool.max() > pools:
            _note(first, STRANGE, b, (step >= steps) | (pool < 0) | (pool > pools))
            break
        any_flag = int(np.bitwise_or.reduce(flags))
        never, stayed = np.isnan(started), np.isnan(left)
        done = exit_ == Exit.DONE

        # whose it is, and in which order
        np.minimum(job, made, out=job)
        seen[job] = True
        still = exit_ == Exit.OPEN
        if still.any():
            opened[job[still]] = True
        if at and not (v["job"][at], v["entered"][at]) >= (v["job"][at - 1], v["entered"][at - 1]):
            _note(first, UNSORTED, b[:1], np.ones(1, dtype=bool))
        same = job[1:] == job[:-1]
        _note(first, UNSORTED, b[1:], (job[1:] < job[:-1]) | (same & ~(entered[1:] >= entered[:-1])))
        if not first_spell.all():
            _follows(v, at + np.flatnonzero(~first_spell), first)

        # when things happened
        wrong = (left < entered) | (left < started) | (released < left)
        if any_flag & GHOST:  # whose departure is not the end of its row
            wrong &= flags & GHOST == 0
        wrong |= (started < entered) | (released < started)
        counted = (entered >= 0.0) & (entered < end)
        wrong |= first_spell & (counted != (flags & COUNTED > 0))
        passes = delays.take(step) if delayed else None  # needs nobody
        odd = done & (never | stayed)
        if odd.any():
            wrong |= odd if passes is None else odd & (stayed | ~passes)
        _note(first, TIMES, b, wrong)
        unfit = never == (pool > 0)
        if passes is not None:
            unfit |= passes > never
        _note(first, SERVED, b, unfit)

        # minutes in line, until started or left
        until = started
        if never.any():
            until = np.where(never, left, started)
            if any_flag & GHOST:
                i = np.flatnonzero(never & (flags & GHOST > 0))
                until[i] = _silent(r, b[i], closings)
        area = _inside(entered, until, last)
        if any_flag & RESUMED:
            area[flags & RESUMED > 0] = 0.0
        waiting += np.bincount(step, area, steps)

        # unit-minutes of work
        area = _inside(started, released, last)
        if not alike:
            area *= units[step]
        serving += np.bincount(pool, area, pools + 1)[1:]
    waiting[delays] = 0.0
    return waiting, serving, seen, opened


def _inside(start: NDArray[np.float64], stop: NDArray[np.float64], end: float) -> NDArray[np.float64]:
    """Minutes from each start to its stop (NaN: never) that lie in [0, end)."""
    area = np.fmin(stop, end)  # the end for NaN
    area -= np.maximum(start, 0.0)
    return np.maximum(area, 0.0, out=area)


def _follows(v: NDArray[np.void], i: NDArray[np.intp], first: First) -> None:
    """Spells of a visit follow each other without a gap, and the last one ends the visit."""
    if GAP in first:
        return
    i = i[i > 0]
    spell, before = v[i], v[i - 1]
    ok = (before["job"] == spell["job"]) & (before["spell"] + 1 == spell["spell"])
    ok &= before["left"] == spell["entered"]
    ok &= np.isin(before["exit"], BROKEN_OFF)
    ok |= (before["entered"] < 0) | (spell["entered"] <= 0)  # the one before may lie wholly in the warm-up
    _note(first, GAP, spell, ~ok)


def _silent(r: Records, ghosts: NDArray[np.void], closings: dict[int, NDArray[np.float64]]) -> NDArray[np.float64]:
    """When silent leavers who were never reached left the line: at the close that cleared it, else at the end."""
    n = r.network
    out = np.where(ghosts["exit"] == Exit.OPEN, np.nan, ghosts["left"])
    for step in np.unique(ghosts["step"][ghosts["exit"] == Exit.ABANDONED]).tolist():
        work = n.steps[step]
        if not isinstance(work, Work) or work.opening is None:
            continue
        if step not in closings:
            door = n.calendars[work.opening].instants(-n.warm_up - 1.0, r.stopped)
            closings[step] = np.array([*(t for t, opens in door if not opens), r.stopped])
        here = (ghosts["step"] == step) & (ghosts["exit"] == Exit.ABANDONED)
        times = closings[step]
        i = np.searchsorted(times, ghosts["entered"][here], side="right")
        out[here] = times[np.minimum(i, times.size - 1)]
    return out


def _little(r: Records, waiting: NDArray[np.float64], serving: NDArray[np.float64]) -> None:
    """Sums over rows against the areas the engine kept."""
    v, n = r.visits, r.network
    for what, names, mine, theirs in (
        ("in line at step", [s.name for s in n.steps], waiting, r.tally.waiting),
        ("of work in pool", [p.name for p in n.pools], serving, r.tally.serving),
    ):
        wrong = ~(np.abs(mine - theirs) <= 1e-6 + TOLERANCE * np.maximum(np.abs(mine), np.abs(theirs)))
        if wrong.any():
            i = int(np.argmax(wrong))
            column = "step" if "line" in what else "pool"
            rows = v[v[column] == i]
            at, job = (float(rows[0]["entered"]), int(rows[0]["job"])) if rows.size else (n.end, None)
            raise _fault(
                r,
                f"Little's law: {mine[i]:.9g} minutes {what} {names[i]} by records, {theirs[i]:.9g} by the run",
                at,
                job,
            )
