"""Every run is checked against the engine's own counts: conservation, order of times, Little's law (rule 7.4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.machine.fault import EngineFault
from sim.machine.records import COUNTED, GHOST, RESUMED, Records
from sim.machine.steps import Delay, Exit, Work

TOLERANCE = 1e-7
"""Relative difference that sums of floating-point times may show."""


def audit(records: Records) -> Records:
    """Return the records, or say where they contradict the run.

    Checked: every job is ended or open; times of a row stand in order; every job of a row has its own row; the areas
    under the lines and the pools, which the engine kept while it ran, equal the sums over rows (Little 1961: L = lambda
    W).

    Raises
    ------
    EngineFault
        With seed, replication, time and job.
    """
    r = records
    _conservation(r)
    _order(r)
    _little(r)
    return records


def _fault(r: Records, what: str, time: float, job: int | None = None) -> EngineFault:
    return EngineFault(what, r.seed, r.replication, time, job)


def _conservation(r: Records) -> None:
    t = r.tally
    if t.born + t.spawned != t.ended + t.open:
        raise _fault(r, f"{t.born} born + {t.spawned} spawned are not {t.ended} ended + {t.open} open", r.stopped)
    v, j = r.visits, r.jobs
    missing = ~np.isin(v["job"], j["number"])
    if missing.any():
        row = v[missing][0]
        raise _fault(r, "a spell belongs to a job that has no row", float(row["entered"]), int(row["job"]))
    if np.unique(j["number"]).size != j.size:
        numbers, counts = np.unique(j["number"], return_counts=True)
        raise _fault(r, "a job has two rows", r.stopped, int(numbers[counts > 1][0]))
    ended = j["exit"] != Exit.OPEN
    wrong = ended == np.isnan(j["end"])
    if wrong.any():
        row = j[wrong][0]
        raise _fault(r, "a job's end and its last exit do not fit", float(row["birth"]), int(row["number"]))
    open_jobs = j["number"][~ended]
    open_rows = v[v["exit"] == Exit.OPEN]
    stray = ~np.isin(open_rows["job"], open_jobs)
    if stray.any():
        row = open_rows[stray][0]
        raise _fault(r, "an open spell belongs to a job that has ended", float(row["entered"]), int(row["job"]))
    _chain(r, v, j)


def _chain(r: Records, v: NDArray[np.void], j: NDArray[np.void]) -> None:
    """Spells of a visit follow each other without a gap, and the last one ends the visit."""
    if not v.size:
        return
    again = v["spell"] > 0
    again[0] = False
    i = np.flatnonzero(again)
    before = v[i - 1]
    ok = (before["job"] == v["job"][i]) & (before["spell"] + 1 == v["spell"][i]) & (before["left"] == v["entered"][i])
    interrupted = (before["exit"] == Exit.HANDED_BACK) | (before["exit"] == Exit.PAUSED)
    ok = (ok & interrupted) | (before["entered"] < 0) | (v["entered"][i] <= 0)
    if not ok.all():
        row = v[i[~ok]][0]
        raise _fault(r, "a spell does not follow the one before it", float(row["entered"]), int(row["job"]))
    counted = j[(j["counted"] > 0) & ~np.isnan(j["end"])]
    works = np.array([isinstance(s, Work) for s in r.network.steps])
    last = counted[works[counted["step"]]] if counted.size else counted
    lost = ~np.isin(last["number"], v["job"])
    if lost.any():
        row = last[lost][0]
        raise _fault(r, "a counted job has no spell", float(row["birth"]), int(row["number"]))


def _order(r: Records) -> None:
    v = r.visits
    with np.errstate(invalid="ignore"):
        wrong = v["started"] < v["entered"]
        ghost = (v["flags"] & GHOST) > 0
        wrong |= v["released"] < v["started"]
        wrong |= ~ghost & ((v["left"] < v["entered"]) | (v["left"] < v["started"]) | (v["released"] < v["left"]))
        wrong |= (v["exit"] == Exit.DONE) & np.isnan(v["left"])
        delays = np.array([isinstance(s, Delay) for s in r.network.steps])
        wrong |= (v["exit"] == Exit.DONE) & np.isnan(v["started"]) & ~delays[v["step"]]
        counted = (v["entered"] >= 0) & (v["entered"] < r.network.end)
        first = v["spell"] == 0
        wrong |= first & (counted != ((v["flags"] & COUNTED) > 0))
    if wrong.any():
        row = v[wrong][0]
        raise _fault(r, "the times of a spell contradict each other", float(row["entered"]), int(row["job"]))


def _little(r: Records) -> None:
    v, n = r.visits, r.network
    stop = max(r.stopped, n.end)
    never = np.isnan(v["started"])
    ghost = (v["flags"] & GHOST) > 0
    until = np.where(
        never,
        np.where(np.isnan(v["left"]) | (ghost & (v["exit"] == Exit.OPEN)), stop, v["left"]),
        v["started"],
    )
    until = np.where(never & ghost & (v["exit"] == Exit.ABANDONED), _discovered(r), until)
    resumed = (v["flags"] & RESUMED) > 0
    works = np.array([isinstance(s, Work) for s in n.steps])
    in_line = ~resumed & works[v["step"]]
    waiting = np.zeros(len(n.steps))
    np.add.at(waiting, v["step"][in_line], _clip(v["entered"], until, n.end)[in_line])
    served = ~never
    released = np.where(np.isnan(v["released"]), stop, v["released"])
    units = np.array([s.units if isinstance(s, Work) else 0 for s in n.steps], dtype=float)
    serving = np.zeros(len(n.pools))
    area = _clip(v["started"], released, n.end) * units[v["step"]]
    np.add.at(serving, v["pool"][served], area[served])
    for what, names, mine, theirs in (
        ("in line at step", [s.name for s in n.steps], waiting, r.tally.waiting),
        ("of work in pool", [p.name for p in n.pools], serving, r.tally.serving),
    ):
        wrong = np.abs(mine - theirs) > 1e-6 + TOLERANCE * np.maximum(np.abs(mine), np.abs(theirs))
        if wrong.any():
            i = int(np.flatnonzero(wrong)[0])
            column = "step" if "line" in what else "pool"
            rows = v[v[column] == i]
            at, job = (float(rows[0]["entered"]), int(rows[0]["job"])) if rows.size else (n.end, None)
            raise _fault(
                r,
                f"Little's law: {mine[i]:.9g} minutes {what} {names[i]} by records, {theirs[i]:.9g} by the run",
                at,
                job,
            )


def _discovered(r: Records) -> NDArray[np.float64]:
    """When silent leavers who were never reached left the line: at the close that cleared it, else at the end."""
    v, n = r.visits, r.network
    out = np.where(np.isnan(v["left"]), r.stopped, v["left"])
    for i in np.flatnonzero(np.isnan(v["started"]) & ((v["flags"] & GHOST) > 0) & (v["exit"] == Exit.ABANDONED)):
        step = n.steps[int(v["step"][i])]
        door = n.calendars[step.opening] if isinstance(step, Work) and step.opening else None
        if door is not None:
            closes = [t for t, opens in door.instants(float(v["entered"][i]), r.stopped) if not opens]
            out[i] = closes[0] if closes else r.stopped
    return out


def _clip(start: NDArray[np.float64], stop: NDArray[np.float64], end: float) -> NDArray[np.float64]:
    return np.maximum(np.minimum(stop, end) - np.maximum(start, 0.0), 0.0)
