"""What planned changes do in a run of the reference engine, counted by rule (sections 3.6 and 4.8 to 4.10)."""

from __future__ import annotations

from sim.machine.reference.jobs import IN_LINE, IN_SERVICE, PAUSED
from sim.machine.reference.servers import CountedState, ServerState
from tests.twins.observed_service import Observer as Service


class Observer(Service):
    """The reference engine, all of it under observation."""

    def closings(self, changes):
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
            server = self.pools[c.index].servers[c.server]
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

    def break_falls_due(self, server) -> None:
        """A whole break falls due."""
        if server.resting:
            self.note("4.8 a whole break follows another")
        elif server.break_due > 0.0:
            self.note("4.8 whole breaks are taken as one")
        else:
            self.note("4.8 a whole break waits for the work" if server.load else "4.8 a whole break begins at once")
        self.note_if(server.load and not server.jobs, "4.8 a whole break waits for after-work")

    def line_leaves(self, step):
        """Rule 4.10."""
        waiting = [j for line in step.lines.values() for j in line.jobs]
        self.note_if(len(waiting) > 1, "4.10 several leave in the order of joining")
        for job in waiting:
            if job.spell:
                self.note("4.10 a handed-back job waits on")
            else:
                self.note("4.10 a silent one leaves: abandoned" if job.ghost else "4.10 leaves: closed")
        super().line_leaves(step)

    def count_falls(self, pool):
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

    def duty_ends(self, server):
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

    def hand_back(self, job):
        """Rule 4.9."""
        step = self.steps[job.step]
        self.note("4.9 handed back by a " + ("counted pool" if isinstance(job.server, CountedState) else "named pool"))
        self.note_if(job.ghost, "4.9 a silent one is handed back")
        self.note_if(job.spell, "4.9 handed back a second time")
        self.note_if(not step.open, "4.9 the door is closed")
        self.note_if(step.work.counts_as_wait, "2.2 service up to a hand back counts as wait")
        self.within("hand back", super().hand_back, job)

    def pause(self, job):
        """Rule 4.8, pause."""
        self.note("4.8 paused" if not job.ghost else "4.8 paused, silent")
        self.note_if(job.spell, "4.8 paused a second time")
        super().pause(job)

    def openings(self, changes):
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
            server = self.pools[c.index].servers[c.server]
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
