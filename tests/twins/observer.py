"""Planned changes and the run as a whole, counted by rule (sections 2.5, 3.6, 4.8 to 4.10, 6.5 and 7).

The last of the observed parts of the reference engine: `Observer` is the whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import inf

import numpy as np

from sim.machine import CountedPool, EngineFault, Network, Records, Stream
from sim.machine.instance import Change
from sim.machine.records import MOST_OPEN, ON_DUTY
from sim.machine.reference.jobs import IN_LINE, IN_SERVICE, PAUSED, Job
from sim.machine.reference.servers import CountedState, NamedState, ServerState
from sim.machine.reference.stations import WorkState
from sim.machine.steps import Exit
from tests.twins.compare import Run
from tests.twins.observed_desk import ObservedDesk

FAULTS = {
    "more than 100,000": "3.5 time stands still: a fault",
    "256th round": "2.4 more than 255 rounds: a fault",
    "257th spell": "7.2 more than 256 spells: a fault",
    "a batch law": "2.5 an endless batch: a fault",
    "a law gave -": "2.1 a negative number: a fault",
    "a law gave nan": "2.1 not a number: a fault",
}


class Observer(ObservedDesk):
    """The reference engine, all of it under observation."""

    # -- the run -------------------------------------------------------------------------------------------------

    def run(self, most_open: int = MOST_OPEN) -> Records:
        """Run, and look at how it ended."""
        self.tables()
        try:
            records = super().run(most_open)
        except EngineFault as fault:
            for text, branch in FAULTS.items():
                self.note_if(text in fault.what, branch)
            raise
        if records.cut:
            self.note("7.5 cut in the period" if records.stopped < self.end else "7.5 cut after the period")
        elif self.open_counted:
            self.note("7.1 stops at the limit")
        else:
            more = any(getattr(x[3], "live", True) for x in self.agenda._queue)
            self.note("7.1 stops when everything counted is done" if more else "7.1 nothing is left to happen")
        self.note_if(self.network.follow == 0.0 and self.open_counted, "7.1 no following at all")
        return records

    def tables(self) -> None:
        """What was drawn before the first event."""
        n, i = self.network, self.instance
        for f in n.busyness.values():
            self.note_if(f.day_sd, "6.5 busyness of days")
            self.note_if(f.day_sd and f.day_correlation, "6.5 correlated days")
            self.note_if(f.within_sd, "6.5 busyness within days")
            self.note(f"6.5 {f.law}")
            spread = f.day_sd and f.strata > 1
            self.note_if(spread, "6.6 stratified days")
            self.note_if(spread and f.day_correlation, "6.6 stratified and correlated")
            self.note_if(spread and self.replication >= f.strata, "6.6 a later block")
        for s in n.streams:
            if isinstance(s, Stream):
                self.note_if(s.reference is not s.rate, "6.4 reference rate of its own")
                self.note_if(len(s.busyness) > 1, "6.5 two factors on one stream")
                self.note_if(s.end < self.limit, "2.5 end of a stream")
            else:
                self.note_if(s.first_row, "2.5 part of a log")
                self.note_if(np.any(s.times < self.start_time), "2.5 recorded before the warm-up")
        for p, pool in enumerate(n.pools):
            if isinstance(pool, CountedPool):
                self.note_if(np.any(pool.servers.values % 1.0), "6.0 rounding of a head-count")
                continue
            for k, server in enumerate(pool.servers):
                d = i.duty
                there = np.sum((d["pool"] == p) & (d["server"] == k) & (d["kind"] == ON_DUTY))
                if any(x.presence < 1.0 for x in server.duties):
                    self.note("6.0 absent" if there < len(server.duties) else "6.0 present by chance")

    # -- planned changes (3.6, 4.8 to 4.10) ----------------------------------------------------------------------

    def closings(self, changes: Sequence[Change]) -> None:
        """Rule 3.6, kind 0."""
        self.happens(0)
        self.note("3.6 several closings at one instant" if len(changes) > 1 else "3.6 a closing alone")
        self.note_if(len({c.what for c in changes}) > 1, "3.6 closings of different kinds")
        heads = []
        for c in changes:
            if c.what == "door":
                self.note("4.10 a door closes: " + self.steps[c.index].work.at_close)
                continue
            if c.what == "count":
                continue
            server = self.server(c)
            if server.cleared is not None:
                heads.append((server.cleared, c.what))
            if c.what == "break":
                self.break_falls_due(server)
                continue
            fixed = any(b.kind == "fixed" and b.begin == c.time for b in server.server.breaks)
            self.note("4.8 a fixed break begins" if fixed else "4.8 a duty ends")
            self.note_if(server.break_due > 0.0, "4.8 a whole break due is void")
            self.note_if(server.resting, "4.8 a duty end ends a whole break")
            self.note_if(not server.jobs and server.load, "4.8 after-work alone at a duty end")
        self.within("closing", super().closings, changes)
        for job, what in heads:
            word = "whole break falls due" if what == "break" else "duty ends"
            another = job.state == IN_LINE and job.cleared is not None
            self.note(f"4.3 a cleared server's {word}: " + ("another one is cleared" if another else "no other one"))

    def server(self, c: Change) -> ServerState:
        """Server of a named pool whose duty or break changes."""
        pool = self.pools[c.index]
        assert isinstance(pool, NamedState)
        return pool.servers[c.server]

    def break_falls_due(self, server: ServerState) -> None:
        """A whole break falls due."""
        if server.resting:
            self.note("4.8 a whole break follows another")
        elif server.break_due > 0.0:
            self.note("4.8 whole breaks are taken as one")
        else:
            self.note("4.8 a whole break waits for the work" if server.load else "4.8 a whole break begins at once")
        self.note_if(server.load and not server.jobs, "4.8 a whole break waits for after-work")

    def line_leaves(self, step: WorkState) -> None:
        """Rule 4.10."""
        waiting = [j for line in step.lines.values() for j in line.jobs]
        self.note_if(len(waiting) > 1, "4.10 several leave in the order of joining")
        for job in waiting:
            if job.spell:
                self.note("4.10 a handed-back job waits on")
            else:
                self.note("4.10 a silent one leaves: abandoned" if job.ghost else "4.10 leaves: closed")
        super().line_leaves(step)

    def count_falls(self, pool: CountedState) -> None:
        """Rule 4.8, counted."""
        now = self.now
        gone = sum(j.finish == now for j in pool.jobs) + sum(t == now for t in pool.after_ends)
        excess = pool.busy - gone - pool.n
        self.note_if(gone and pool.busy > pool.n, "4.8 counted: those who complete now are gone")
        self.note_if(pool.busy > pool.n and now in pool.after_ends, "4.8 counted: after-work that ends now is gone")
        if excess > 0:
            backs = [j for j in pool.jobs if j.finish != now and self.end_rule(j) == "hand back"]
            self.note_if(len(backs) < excess, "4.8 counted: finish")
            self.note_if(len(backs) > excess, "4.8 counted: only the latest started")
            self.note_if(min(len(backs), excess) > 1, "4.8 counted: several handed back")
        elif pool.busy > gone:
            self.note("4.8 counted: enough remain")
        super().count_falls(pool)

    def duty_ends(self, server: ServerState) -> None:
        """Rule 4.8, named."""
        backs = 0
        for job in server.jobs:
            if job.finish == self.now:
                self.note("4.8 named: it completes at the end of duty")
                continue
            rule = self.end_rule(job)
            by = "step" if self.steps[job.step].work.end_of_duty else "pool"
            backs += rule == "hand back"
            self.note(f"4.8 named: {rule} by its {by}'s rule")
        self.note_if(backs > 1, "4.8 named: several handed back")
        super().duty_ends(server)

    def hand_back(self, job: Job) -> None:
        """Rule 4.9."""
        step = self.steps[job.step]
        self.note("4.9 handed back by a " + ("counted pool" if isinstance(job.server, CountedState) else "named pool"))
        self.note_if(job.ghost, "4.9 a silent one is handed back")
        self.note_if(job.spell, "4.9 handed back a second time")
        self.note_if(not step.open, "4.9 the door is closed")
        self.note_if(step.work.counts_as_wait, "2.2 service up to a hand back counts as wait")
        self.within("hand back", super().hand_back, job)

    def pause(self, job: Job) -> None:
        """Rule 4.8, pause."""
        self.note("4.8 paused" if not job.ghost else "4.8 paused, silent")
        self.note_if(job.spell, "4.8 paused a second time")
        super().pause(job)

    def openings(self, changes: Sequence[Change]) -> None:
        """Rule 3.6, kind 1."""
        self.happens(1)
        self.note("3.6 several openings at one instant" if len(changes) > 1 else "3.6 an opening alone")
        self.note_if(len({c.what for c in changes}) > 1, "3.6 openings of different kinds")
        begun = []
        for c in changes:
            if c.what == "door":
                self.note("4.3 a door opens")
                continue
            if c.what == "count":
                self.note("4.3 a head-count rises")
                continue
            server = self.server(c)
            open_jobs = [j for j in server.jobs if j.state == IN_SERVICE]
            paused = [j for j in server.jobs if j.state == PAUSED]
            if c.what == "break":
                self.note("4.8 a whole break at the begin of a duty")
                self.note_if(server.load, "4.8 a whole break at the begin of a duty waits for the work")
            elif c.what == "speed":
                self.note("4.8 touching duties: the speed changes under work" if open_jobs else "4.8 touching duties")
                self.note_if(server.resting, "4.8 touching duties during a whole break")
            else:
                begun += [(j, server) for j in paused]
                self.note("4.8 a duty begins")
                self.note_if(open_jobs, "4.8 a later duty finds work of the earlier one")
                self.note_if(open_jobs and paused, "4.8 paused and finishing work on one server")
        self.within("opening", super().openings, changes)
        for job, _ in begun:
            self.note("4.8 paused work resumes")
            self.note_if(self.steps[job.step].work.counts_as_wait, "2.2 a pause counts as wait")

    def whole_break_over(self, server: ServerState) -> None:
        """End of a whole break."""
        self.happens(1)
        self.note_if(server.break_due > 0.0, "4.8 the next whole break follows")
        self.note("4.8 a whole break is over")
        super().whole_break_over(server)

    def close(self, stopped: float) -> Records:
        """The end of the run."""
        for job in self.alive.values():
            if job.state == 0 and job.delay is not None:
                self.note("7.3 spawned and kept from entering")
        records = super().close(stopped)
        v = records.visits
        done = (v["exit"] == Exit.DONE) & ~np.isnan(v["started"]) & np.isnan(v["released"])
        self.note_if(done.any(), "7.2 after-work cut off")
        self.note_if((v["exit"] == Exit.CLOSED).any(), "7.2 a row closed at the door")
        j = records.jobs
        self.note_if(np.isnan(j["due"]).any(), "7.3 no due time")
        self.note_if((~np.isnan(j["due"])).any(), "7.3 a due time")
        self.note_if((j["due"] == inf).any(), "7.3 never due")
        return records


def observed(seen: Counter[str]) -> Run:
    """The reference engine as a function, under observation.

    Parameters
    ----------
    seen : Counter
        Grows by what is seen.
    """

    def run(network: Network, seed: int, replication: int, most_open: int) -> Records:
        return Observer(network, seed, replication, seen).run(most_open)

    return run
