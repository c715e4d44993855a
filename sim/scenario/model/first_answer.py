"""What answers before agents do: self-service and the bot."""

from __future__ import annotations

from datetime import datetime

from sim.scenario.model.laws import Law
from sim.scenario.model.period import Frozen
from sim.scenario.model.repeats import Repeat


class Selection(Frozen):
    """How the difficulty of a contact shows in the bot's success and in the agents' handle time.

    Each contact has a hidden difficulty z, standard normal. The harder it is, the less likely is the bot to contain it,
    and the longer an agent takes for it, so those that reach an agent take longer than all.

    Parameters
    ----------
    slope : b in P(not contained | z) = Phi(k + b z), with k so that the containment is what is written; 0: the bot
        keeps a random share.
    load : rho, correlation of the difficulty with the logarithm of the handle time, -1 to 1.
    """

    slope: float
    load: float


SELECTIONS = {
    "none": Selection(slope=0.0, load=0.0),
    "weak": Selection(slope=0.5, load=0.4),
    "moderate": Selection(slope=1.0, load=0.6),
    "strong": Selection(slope=2.0, load=0.8),
}
"""Selection by name. The numbers are an assumption; what they make of the handle time is exact.

Mean handle time of the contacts that reach an agent, as a factor on that of all, at 30 % and at 50 % containment; in
brackets how much of the agents' work the bot saves, 1 - (1 - containment) x factor. For handle times of the usual
shape (lognormal, standard deviation 0.8 of the mean, so 0.70 of the logarithm), from
Phi((k + b rho s) / sqrt(1 + b^2)) / (1 - containment) (`sim.theory.passed_work_factor`, with its source).

========  =====  ====  ================  ================
word      slope  load  30 % containment  50 % containment
========  =====  ====  ================  ================
none      0      0     1.00 (30.0 %)     1.00 (50.0 %)
weak      0.5    0.4   1.06 (25.8 %)     1.10 (45.0 %)
moderate  1      0.6   1.14 (20.5 %)     1.23 (38.3 %)
strong    2      0.8   1.21 (15.2 %)     1.39 (30.7 %)
========  =====  ====  ================  ================

Seldon Solutions (a practitioner; no sample is stated) reports handle times longer by 15 to 40 % once a bot answers
first, about what moderate and strong span. Handle times before and after a bot tell the product of slope and load.
"""


class HandOff(Frozen):
    """What passes to the agent.

    Parameters
    ----------
    factor : on the handle time of contacts that the bot hands off (below 1: context is passed and saves time).
    extra : added to their handle time [min] (the customer tells the story again).
    """

    factor: float = 1.0
    extra: float = 0.0


class Outage(Frozen):
    """The bot is down: contacts go straight to the agents."""

    start: datetime
    end: datetime


class Bot(Frozen):
    """A bot, or self-service, in front of some channels.

    Parameters
    ----------
    channels : where it answers first.
    entry : share of the contacts there that meet it.
    session_time : law of the time a session takes.
    containment : share of sessions that end without an agent, by contact type (every type of its channels).
    selection : see `Selection`.
    gives_up : share of the sessions that were not contained whose customers leave instead of going to an agent.
    false_containment : share of the contained whose problem is not solved, and who come back; None if none do.
    hand_off : see `HandOff`.
    outages : by name.
    capacity : sessions at a time, None for no limit; those beyond it go straight to the agents.
    after_again : repeat contacts meet it too.
    """

    channels: tuple[str, ...]
    entry: float
    session_time: Law
    containment: dict[str, float]
    selection: Selection
    gives_up: float = 0.0
    false_containment: Repeat | None = None
    hand_off: HandOff = HandOff()
    outages: dict[str, Outage] = {}
    capacity: int | None = None
    after_again: bool = True
