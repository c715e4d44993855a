"""The model: the pieces of an after-sales operation, frozen, explicit, in minutes and shares."""

from sim.scenario.model.channel import CallBack, Channel, Conversation, Promise
from sim.scenario.model.contact import ContactType, Escalation, Kind
from sim.scenario.model.demand import (
    Busyness,
    CustomerClass,
    Delivery,
    Event,
    Growth,
    Incident,
    OrderDriven,
    Orders,
)
from sim.scenario.model.first_answer import SELECTIONS, Bot, HandOff, Outage, Selection
from sim.scenario.model.people import (
    AgentGroup,
    Concurrency,
    Learning,
    OnCall,
    Picks,
    Routing,
    Signal,
    Skill,
    Tenure,
    Training,
)
from sim.scenario.model.repeats import SAME, Chaser, Repeat, RepeatContacts
from sim.scenario.model.roster import Roster, RosterAgent, RosterBreak, RosterDuty
from sim.scenario.model.scenario import DefaultTaken, Observed, Provenance, Scenario

__all__ = [
    "SAME",
    "SELECTIONS",
    "AgentGroup",
    "Bot",
    "Busyness",
    "CallBack",
    "Channel",
    "Chaser",
    "Concurrency",
    "ContactType",
    "Conversation",
    "CustomerClass",
    "DefaultTaken",
    "Delivery",
    "Escalation",
    "Event",
    "Growth",
    "HandOff",
    "Incident",
    "Kind",
    "Learning",
    "Observed",
    "OnCall",
    "OrderDriven",
    "Orders",
    "Outage",
    "Picks",
    "Promise",
    "Provenance",
    "Repeat",
    "RepeatContacts",
    "Roster",
    "RosterAgent",
    "RosterBreak",
    "RosterDuty",
    "Routing",
    "Scenario",
    "Selection",
    "Signal",
    "Skill",
    "Tenure",
    "Training",
]
