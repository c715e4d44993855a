"""An engine that contradicts itself says so, with everything needed to see it again."""

from __future__ import annotations


class EngineFault(RuntimeError):
    """A run broke a rule of the machine, or outgrew it.

    Parameters
    ----------
    what : str
        The rule that was broken, in words.
    seed, replication : int
        Luck of the run.
    time : float
        Moment in the run [min].
    job : int, optional
        Number of the job concerned.

    Examples
    --------
    >>> str(EngineFault("work of a job is negative", 1, 0, 12.5, 3))
    'engine fault: work of a job is negative (seed 1, replication 0, time 12.5 min, job 3)'
    """

    def __init__(self, what: str, seed: int, replication: int, time: float, job: int | None = None) -> None:
        self.what, self.seed, self.replication, self.time, self.job = what, seed, replication, time, job
        where = f"seed {seed}, replication {replication}, time {time:.10g} min"
        super().__init__(f"engine fault: {what} ({where}{'' if job is None else f', job {job}'})")

    def __reduce__(self) -> tuple[type[EngineFault], tuple[str, int, int, float, int | None]]:
        """Survive the way back from a worker process."""
        return EngineFault, (self.what, self.seed, self.replication, self.time, self.job)
