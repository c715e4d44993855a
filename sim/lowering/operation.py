"""A scenario beside the network it became: which step and pool stands for what."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from sim.machine import Network
from sim.scenario.model.scenario import Scenario

Part = Literal["contact", "reply", "dial", "call_back", "escalation", "bot", "self_service", "passage"]
"""What happens at a step: agents answer a contact, write a later reply, dial for a call-back, talk in one, take over an
escalated one; the bot or self-service answers; or the job only passes (waits at home, thinks, is sent on)."""


@dataclass(frozen=True)
class Role:
    """What a step stands for.

    Attributes
    ----------
    part : str
        What happens there.
    contact_type, channel : str
        Whose; the channel is empty where the type has not yet chosen one.
    kind : str
        `Kind.name`, empty for passages without a channel.
    """

    part: Part
    contact_type: str
    channel: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Operation:
    """A scenario beside the network it became.

    A kind of contact has the work step of its name; steps for what comes before and after it are called
    ``bot/<kind>``, ``reply/<kind>``, ``escalation/<kind>`` and so on (see `roles`; ``bot of <kind>`` where a channel is
    called bot). An agent group has the pool of its name; agents of a roster with fewer skills, or with a limit of their
    own, have pools ``<group>/<what is special>`` (see `groups`).

    Attributes
    ----------
    scenario : Scenario
        What was asked.
    network : Network
        What is simulated.
    roles : dict of str to Role
        What each step stands for.
    groups : dict of str to tuple of str
        Pools of each agent group.
    sources : dict of str to str
        Contact type of each stream: what campaigns and incidents add is born in streams of its own.
    """

    scenario: Scenario
    network: Network
    roles: dict[str, Role] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)

    def steps(self, *parts: Part, channel: str | None = None) -> tuple[str, ...]:
        """Name the steps with one of these parts (all of a channel, if one is named), in the network's order."""
        return tuple(
            name
            for name, role in self.roles.items()
            if role.part in parts and (channel is None or role.channel == channel)
        )

    @cached_property
    def channels(self) -> dict[str, tuple[str, ...]]:
        """Steps at which agents answer the contacts of each channel."""
        return {c: self.steps("contact", channel=c) for c in self.scenario.channels}
