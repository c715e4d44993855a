"""Marks of families, and what they call away (rule 8.7)."""

from __future__ import annotations

from collections.abc import Mapping
from math import nan

from sim.machine.reference.agenda import WATCH
from sim.machine.reference.families import Families
from sim.machine.reference.jobs import IN_DELAY, IN_LINE, Job
from sim.machine.steps import Exit


class Recalls(Families):
    """One of a family says something; others that wait for nothing but that leave."""

    def tell(self, job: Job, marks: Mapping[str, int]) -> None:
        """Add to marks of the family, which saturate; jobs that wait where such a mark calls them away get a timer."""
        assert job.kin is not None
        for mark, k in marks.items():
            if not k:
                continue
            i = self.network.family_mark_index[mark]
            job.kin.marks[i] = min(job.kin.marks[i] + k, 255)
            if i in self.recalling:
                for member in job.kin.members.values():
                    if self.can_be_recalled(member) and self.steps[member.step].recall == i:
                        self.forget_recall(member)
                        timer = self.agenda.set(self.now, WATCH, self.recalled, member)
                        assert timer is not None
                        self.recalls[member.number] = timer

    def can_be_recalled(self, job: Job) -> bool:
        """Whether it waits, in a line (and has not silently left) or in a delay."""
        return job.state == IN_DELAY or (job.state == IN_LINE and not job.ghost)

    def recalled(self, job: Job) -> None:
        """A job is called away (kind 5), if it still waits."""
        self.now = self.agenda.now
        del self.recalls[job.number]
        if not self.can_be_recalled(job):
            return
        if job.state == IN_LINE:
            self.leave_line(job)
            self.write_row(job, self.now, nan, Exit.RECALLED)
        else:
            if job.delay is not None:  # an endless delay has no timer
                job.delay.cancel()
            self.delay_row(job, Exit.RECALLED)
        self.leave(job, Exit.RECALLED)
