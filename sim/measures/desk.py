"""What the steps of a network stand for, as far as contacts are followed from step to step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.machine.network import Network
from sim.measures.cells.arrays import Ints

PARTS = ("contact", "reply", "dial", "call_back", "escalation", "bot", "self_service")
CONTACT, REPLY, DIAL, CALL_BACK, ESCALATION, BOT, SELF_SERVICE = range(7)
"""Agents answer a contact, write a later reply, dial for a call-back, talk in one, take over an escalated contact; the
bot or self-service answers."""

MARKS = ("contained", "falsely_contained", "gave_up", "unresolved", "back", "chaser")
"""What the marks of a network may tell: a session was contained, falsely so, given up; the contact is made again
because it was not settled, or because a session had not helped; it chases another one."""


@dataclass(frozen=True)
class Desk:
    """Steps at which contacts meet agents or machines.

    Parameters
    ----------
    parts : mapping of str to str
        What happens at a step: one of `PARTS`; others are passed over.
    channels : mapping of str to str
        Channel of each of these steps.
    marks : mapping of str to str
        Name in the network of each of `MARKS`; by default the same. A mark that the network does not have is never
        set.
    streams : mapping of str to str
        Name under which a stream is reported, if not its own: contacts of one reason may be born in several.

    Raises
    ------
    ValueError
        A step with a part has no channel.

    Examples
    --------
    >>> Desk({"phone": "contact"}, {"phone": "phone"}).names
    ('phone',)
    """

    parts: Mapping[str, str]
    channels: Mapping[str, str]
    marks: Mapping[str, str] = field(default_factory=dict)
    streams: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lost = [step for step, part in self.parts.items() if part in PARTS and step not in self.channels]
        if lost:
            raise ValueError(f"desk: no channel is given for {', '.join(lost)}")

    @property
    def names(self) -> tuple[str, ...]:
        """Channels, in the order in which they appear."""
        return tuple(dict.fromkeys(self.channels[step] for step, part in self.parts.items() if part in PARTS))

    def part_of(self, network: Network) -> Ints:
        """Number of the part of each step, -1 for none, shape (steps,)."""
        known = {name: i for i, name in enumerate(PARTS)}
        return np.array([known.get(self.parts.get(s.name, ""), -1) for s in network.steps], dtype=np.int64)

    def channel_of(self, network: Network, names: tuple[str, ...]) -> Ints:
        """Place in `names` of the channel of each step, -1 for none, shape (steps,)."""
        known = {name: i for i, name in enumerate(names)}
        return np.array([known.get(self.channels.get(s.name, ""), -1) for s in network.steps], dtype=np.int64)

    def mark(self, name: str, network: Network, jobs: np.ndarray[Any, Any]) -> Ints:
        """Count of a mark of each job, shape (jobs,)."""
        at = network.mark_index.get(self.marks.get(name, name))
        return np.zeros(jobs.size, dtype=np.int64) if at is None else jobs["marks"][:, at].astype(np.int64)
