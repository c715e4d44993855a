"""Who serves: a head-count without identity, or named servers with their own duty (rule 2.11)."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import Literal

from sim.machine.timeline import Timeline

ServerChoice = Literal["longest idle", "least loaded", "most loaded", "lowest number", "random"]
JobChoice = Literal["oldest", "earliest due", "highest score"]
EndOfDuty = Literal["finish", "hand back", "pause"]

SERVER_CHOICES: tuple[ServerChoice, ...] = (
    "longest idle",
    "least loaded",
    "most loaded",
    "lowest number",
    "random",
)
JOB_CHOICES: tuple[JobChoice, ...] = ("oldest", "earliest due", "highest score")
ENDS_OF_DUTY: tuple[EndOfDuty, ...] = ("finish", "hand back", "pause")


@dataclass(frozen=True)
class Duty:
    """A stretch [begin, end) in which a server is there.

    Parameters
    ----------
    begin, end : float
        [min]; duties that touch are one duty, only the speed changes.
    speed : float
        Factor on the server's speed.
    presence : float
        Probability that the server comes at all; drawn once per duty.
    day : int, optional
        Number that the presence draw belongs to, by default the day (of 1440 min) in which the duty begins.
    switch : str, optional
        The server is there only while this switch is on.
    """

    begin: float
    end: float
    speed: float = 1.0
    presence: float = 1.0
    day: int | None = None
    switch: str | None = None

    @property
    def day_number(self) -> int:
        """Number that the presence draw belongs to."""
        return floor(self.begin / 1440.0) if self.day is None else self.day


@dataclass(frozen=True)
class Break:
    """A break inside a duty.

    Parameters
    ----------
    begin, length : float
        [min].
    kind : {"fixed", "whole"}
        `fixed`: [begin, begin + length), a duty end and a duty begin. `whole`: starts when the server is free at or
        after `begin`, and keeps its length.
    """

    begin: float
    length: float
    kind: Literal["fixed", "whole"] = "fixed"


@dataclass(frozen=True)
class Server:
    """A server with a name of its own.

    Parameters
    ----------
    name : str
        Roster id, or shift and ordinal; the root of the server's luck. Unique in its pool.
    duties : tuple of Duty
        Sorted, not overlapping.
    breaks : tuple of Break
        Sorted; a break outside every duty is void.
    speed : float
        Factor on the speed of all work.
    done : int
        Jobs done before the run begins, for learning.
    """

    name: str
    duties: tuple[Duty, ...]
    breaks: tuple[Break, ...] = ()
    speed: float = 1.0
    done: int = 0


@dataclass(frozen=True)
class CountedPool:
    """Alike servers without identity, one slot each; their number changes over time.

    Parameters
    ----------
    name : str
        Name, unique among pools.
    servers : Timeline
        Number of servers. Fractions are rounded at random, once per stretch and replication.
    job_choice : str
        `oldest`, `earliest due` or `highest score`, among jobs of one rank and priority.
    end_of_duty : str
        What happens to work when the number falls: `finish` or `hand back`.
    """

    name: str
    servers: Timeline
    job_choice: JobChoice = "oldest"
    end_of_duty: EndOfDuty = "finish"


@dataclass(frozen=True)
class NamedPool:
    """Servers with names, duties, breaks and slots.

    Parameters
    ----------
    name : str
        Name, unique among pools.
    servers : tuple of Server
        In table order; the first has number 0.
    slots : int
        Jobs (units) one server can have open.
    curve : tuple of float, length `slots`
        Speed of *each* job by open units; (1, .85, .7) says three at a time run at 0.7 each. Default all 1.
    server_choice : str
        `longest idle`, `least loaded`, `most loaded` (with room), `lowest number`, `random`.
    job_choice : str
        As in `CountedPool`.
    end_of_duty : str
        `finish`, `hand back` or `pause`.
    learning : tuple of (int, float)
        (jobs done, factor on the speed), the first from 0 on; empty: nobody learns.
    """

    name: str
    servers: tuple[Server, ...]
    slots: int = 1
    curve: tuple[float, ...] = ()
    server_choice: ServerChoice = "longest idle"
    job_choice: JobChoice = "oldest"
    end_of_duty: EndOfDuty = "finish"
    learning: tuple[tuple[int, float], ...] = ()


Pool = CountedPool | NamedPool
