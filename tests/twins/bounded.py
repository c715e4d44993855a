"""The reference engine with a bound on the number of jobs: a few random families grow without end."""

from __future__ import annotations

from sim.machine import Network, Records
from sim.machine.records import MOST_OPEN
from sim.machine.reference import Engine
from sim.machine.reference.jobs import Job

MOST_JOBS = 400
"""More than enough for any rule, and few enough to be fast."""


class TooLarge(Exception):
    """A network that is no use as a test."""


class Bounded(Engine):
    """The reference engine, which gives up on a network with too many jobs."""

    def enter(self, job: Job, step: int) -> None:
        """Rule 2.9, unless there are too many."""
        if self.jobs_made > MOST_JOBS:
            raise TooLarge
        super().enter(job, step)


def reference(network: Network, seed: int, replication: int, most_open: int = MOST_OPEN) -> Records:
    """Records of the reference engine.

    Raises
    ------
    EngineFault
        The machine's own.
    TooLarge
        More than `MOST_JOBS` jobs.
    """
    return Bounded(network, seed, replication).run(most_open)
