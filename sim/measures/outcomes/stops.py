"""Stops: visits of the steps at which contacts meet agents or machines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.machine.records import FIRST, GHOST, Records
from sim.machine.steps import Exit
from sim.measures.cells.arrays import Bools, Floats, Ints
from sim.measures.cells.passes import rows_of
from sim.measures.desk import BOT, DIAL, Desk


@dataclass(frozen=True, eq=False)
class Stops:
    """Visits of the steps of a desk, bot and self-service among them, in order of job and time.

    Attributes
    ----------
    job : int array, shape (n,)
        Row in the job table.
    round, part, channel : int arrays, shape (n,)
        Round of the job; what happened, and on which channel.
    entered, left : array, shape (n,)
        [min]; the end of the run for what was still open.
    exit : int array, shape (n,)
        Exit of its last spell; abandoned for silent leavers.
    """

    job: Ints
    round: Ints
    part: Ints
    channel: Ints
    entered: Floats
    left: Floats
    exit: Ints

    @cached_property
    def human(self) -> Bools:
        """Agents and customers meet here; dialling is not yet a meeting."""
        return (self.part < BOT) & (self.part != DIAL)

    @cached_property
    def session(self) -> Bools:
        """Bot or self-service; not those who found them full."""
        return (self.part >= BOT) & (self.exit != Exit.BLOCKED)

    @cached_property
    def handled(self) -> Bools:
        """Agents have done their work here."""
        return self.human & (self.exit == Exit.DONE)

    @cached_property
    def turned_away(self) -> Bools:
        """The door was closed or the line full."""
        return (self.exit == Exit.BLOCKED) | ((self.exit == Exit.CLOSED) & (self.left <= self.entered))


def stops_of(records: Records, desk: Desk, channels: tuple[str, ...], stopped: float) -> Stops:
    """Visits of the steps that have a part."""
    network = records.network
    part, channel = desk.part_of(network), desk.channel_of(network, channels)
    rows = records.visits
    step = rows["step"]
    if not (part >= 0).all():
        mine = np.flatnonzero((part >= 0)[step])
        if mine.size < rows.size:
            rows = rows[mine]
            step = rows["step"]
    job, round_, flags = rows["job"], rows["round"], rows["flags"]
    begins = (flags & FIRST) > 0
    head = tail = slice(None)
    if not begins.all():
        begins[:1] = True
        for x in (job, step, round_):  # the first spell may have ended before the period
            begins[1:] |= x[1:] != x[:-1]
        first = np.flatnonzero(begins)
        head, tail = first, np.append(first[1:], rows.size) - 1  # type: ignore[assignment]
    left, exit_ = rows["left"][tail], rows["exit"][tail].astype(np.int64)
    ghost = (flags[tail] & GHOST) > 0
    if ghost.any():
        exit_ = np.where(ghost, int(Exit.ABANDONED), exit_)
    at = step[head]
    return Stops(
        job=rows_of(records.jobs["number"], job[head]),
        round=round_[head].astype(np.int64),
        part=part[at],
        channel=channel[at],
        entered=rows["entered"][head],
        left=np.where(np.isnan(left), stopped, left),
        exit=exit_,
    )
