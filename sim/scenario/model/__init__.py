"""The model: the pieces of an after-sales operation, frozen, explicit, in minutes and shares."""

from sim.scenario.model.scenario import (
    AgentGroup,
    Busyness,
    Channel,
    ContactType,
    DefaultTaken,
    Observed,
    Promise,
    Provenance,
    Scenario,
    Skill,
)

__all__ = [
    "AgentGroup",
    "Busyness",
    "Channel",
    "ContactType",
    "DefaultTaken",
    "Observed",
    "Promise",
    "Provenance",
    "Scenario",
    "Skill",
]
