"""Rows and areas of a run (section 7)."""

from __future__ import annotations

import struct
from math import isnan, nan
from typing import Any

import numpy as np

from sim.machine.records import (
    COUNTED,
    DUTY,
    FIRST,
    GHOST,
    JOB,
    RESUMED,
    RETURNED,
    SWITCH,
    Records,
    Tally,
    sorted_visits,
)
from sim.machine.reference.jobs import IN_DELAY, IN_LINE, IN_SERVICE, PAUSED, Job
from sim.machine.reference.servers import KeptSlot
from sim.machine.reference.state import Run
from sim.machine.reference.stations import DelayState
from sim.machine.steps import Exit

ROW = struct.Struct("<ddddIiHhBBBB")
JOB_ROW = struct.Struct("<QddIIiihBB8sd")
"""Rows as `records.VISIT` and `records.JOB` lay them out."""
_RELEASED = struct.Struct("<d"), 24
"""Where the moment of release stands in a row."""


class Recording(Run):
    """What a run leaves behind."""

    def change_area(self, area: list[Any], by: int) -> None:
        """Add what has passed at the old level, clipped to [0, end); then change the level."""
        now = self.now
        since = area[2] if area[2] > 0.0 else 0.0
        until = now if now < self.end else self.end
        if until > since:
            area[0] += area[1] * (until - since)
        area[1] += by
        area[2] = now

    def write_row(self, job: Job, left: float, released: float, exit_: Exit) -> None:
        """One spell has ended; it is kept if it overlaps [0, end) or is counted (rule 7.1)."""
        last = self.now if isnan(released) else released
        if not (job.counted or job.family_counted or (job.spell_entered < self.end and last > 0.0)):
            return
        job.kept = True
        self.pack_row(job, left, released, exit_)

    def write_open_row(self, job: Job) -> KeptSlot:
        """The row of a completed spell whose slot stays with the job: it is released later (rule 8.5)."""
        assert job.server is not None and job.edge is not None
        counted = job.counted or job.family_counted
        slot = KeptSlot(job, job.server, job.edge, len(self.rows), job.spell_entered, counted)
        self.pack_row(job, self.now, nan, Exit.DONE)
        return slot

    def close_row(self, slot: KeptSlot, released: float) -> None:
        """The slot is released (NaN: never); only now it is known whether its row is kept (rule 7.1)."""
        pack, offset = _RELEASED
        pack.pack_into(self.rows, slot.row + offset, released)
        if slot.counted or (slot.entered < self.end and self.now > 0.0):
            slot.job.kept = True
        else:
            self.dropped_rows.append(slot.row // ROW.size)

    def pack_row(self, job: Job, left: float, released: float, exit_: Exit) -> None:
        """The row of a spell."""
        flags = (0 if job.spell else FIRST) | (RETURNED if job.spell else 0)
        flags |= (GHOST if job.ghost else 0) | (COUNTED if job.counted else 0) | (RESUMED if job.paused else 0)
        pool = -1 if job.pool is None or isnan(job.started) else job.pool.index
        server = job.server.number if job.server is not None and not isnan(job.started) else -1
        self.rows += ROW.pack(
            job.spell_entered,
            job.started,
            left,
            released,
            job.number,
            server,
            job.step,
            pool,
            exit_,
            job.round,
            flags,
            job.spell,
        )

    def write_job(self, job: Job, end: float, exit_: Exit) -> None:
        """One job, if any of its spells is kept or its family is counted (rule 7.3)."""
        if not (job.kept or job.family_counted):
            return
        self.job_rows += JOB_ROW.pack(
            job.key,
            job.birth,
            end,
            job.number,
            job.family.number,
            job.parent,
            job.step,
            job.stream,
            exit_,
            job.family_counted,
            bytes(job.marks),
            job.due,
        )

    def close(self, stopped: float) -> Records:
        """What is still open gets a row with exit `open`; everything is put into its agreed order."""
        self.now = stopped
        for area in (*self.waiting_area, *self.serving_area):
            self.change_area(area, 0)
        for job in list(self.alive.values()):
            step = self.steps[job.step] if job.step >= 0 else None
            if job.state in (IN_LINE, IN_SERVICE, PAUSED) or (
                job.state == IN_DELAY and isinstance(step, DelayState) and step.delay.recorded
            ):
                self.write_row(job, job.gone_at if job.ghost else nan, nan, Exit.OPEN)
            if job.slot is not None:
                self.close_row(job.slot, nan)
            self.write_job(job, nan, Exit.OPEN)
        visits = sorted_visits(bytes(self.rows), self.dropped_rows)
        visits["released"][visits["released"] > stopped] = nan  # after-work that the end of the run cut off
        jobs = np.frombuffer(bytes(self.job_rows), dtype=JOB).copy()
        jobs = jobs[np.argsort(jobs["number"], kind="stable")]
        switches = np.array([tuple(row) for row in self.switch_rows], dtype=SWITCH)
        duty = np.concatenate([self.instance.attended(switches, stopped), np.array(self.break_rows, dtype=DUTY)])
        duty = duty[np.lexsort((duty["kind"], duty["begin"], duty["server"], duty["pool"]))]
        tally = Tally(
            waiting=np.array([a[0] for a in self.waiting_area]),
            serving=np.array([a[0] for a in self.serving_area]),
            born=self.born,
            spawned=self.spawned,
            ended=self.ended,
            open=len(self.alive),
        )
        return Records(self.network, self.seed, self.replication, visits, jobs, duty, tally, stopped, switches=switches)
