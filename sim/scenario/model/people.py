"""Who answers: agent groups, what they can do, when they are there, and how many contacts each holds open."""

from __future__ import annotations

from typing import Literal

from sim.scenario.model.concurrency import Concurrency
from sim.scenario.model.headcount import Headcount
from sim.scenario.model.period import Frozen
from sim.scenario.model.roster import Roster
from sim.scenario.model.shifts import Shift

EndOfShift = Literal["finish", "hand_back", "pause"]
Choice = Literal["longest_idle", "least_loaded", "most_loaded", "lowest_number", "random"]
Look = Literal["waiting", "longest_wait", "expected_wait", "service_level"]


class Signal(Frozen):
    """A state of the desk that turns something on and off.

    Parameters
    ----------
    look : contacts in line (``waiting``), wait of the first in line [min] (``longest_wait``), expected wait of one
        that comes now [min] (``expected_wait``), or share answered within the promise in the last half hour
        (``service_level``, which turns on when it is low).
    channels : whose lines are looked at.
    on, off : levels: it turns on when this level is reached or passed, and off when the other one is; ``service_level``
        is the only one that turns on by falling.
    every : how often it is looked at [min].
    delay : from the decision until it is on [min].
    least : shortest time it stays on [min].
    """

    look: Look
    channels: tuple[str, ...]
    on: float
    off: float
    every: float = 1.0
    delay: float = 0.0
    least: float = 0.0


class Skill(Frozen):
    """How an agent group serves one kind of contact.

    Parameters
    ----------
    rank : 1 is taken first.
    after : taken only once it has waited this long [min].
    speed : factor on the working speed.
    reserve : taken only while more than this many of the group's agents are idle. Where agents of a roster differ in
        skills, those who serve anything of a better rank keep this number free together, by their hours on duty.
    most : an agent takes it only with so many contacts open at most, this one included; None for no limit.
    when : taken only while this signal is on, or None.
    """

    rank: int
    after: float = 0.0
    speed: float = 1.0
    reserve: int = 0
    most: int | None = None
    when: Signal | None = None


class Tenure(Frozen):
    """Part of the group is new.

    Parameters
    ----------
    share : of the agents of each shift (rounded to whole agents over the group, see `duties.new_agents`).
    speed : their factor on the working speed.
    """

    share: float
    speed: float


class Learning(Frozen):
    """Agents get faster with the contacts they have done: (contacts, factor on the speed), the first from 0 on."""

    steps: tuple[tuple[int, float], ...]
    done: int = 0


class Training(Frozen):
    """Hours in which agents learn instead of working.

    Parameters
    ----------
    per_week : of each agent [min]; taken out of the duties in sessions (see `duties.training_gaps`).
    session : length of one session [min].
    from_clock, to_clock : hours of the day within which sessions lie [min after midnight].
    speed : factor on the working speed that the training brings (1: none).
    """

    per_week: float
    session: float
    from_clock: int
    to_clock: int
    speed: float = 1.0


class OnCall(Frozen):
    """Shifts whose agents come only while a signal is on; their names are none of the group's other shifts."""

    when: Signal
    shifts: dict[str, Shift]


class Picks(Frozen):
    """What a free agent takes among contacts of one rank.

    Parameters
    ----------
    order : the oldest, the earliest due by its promise, or the highest score.
    waited, overdue, priority : points of the score per minute waited, per minute past due, per level of priority.
    """

    order: Literal["oldest", "earliest_due", "score"] = "oldest"
    waited: float = 1.0
    overdue: float = 0.0
    priority: float = 0.0


class Routing(Frozen):
    """Rules that hold for all groups.

    Parameters
    ----------
    priority_worth : minutes of waiting that one level of priority is worth; None: a higher priority always goes first.
    grades : levels of interruption by kind of contact (kinds not named have 0): agents lay down work of a lower grade
        for one of a higher grade.
    yields : kinds whose work is laid down for a higher grade.
    """

    priority_worth: float | None = None
    grades: dict[str, int] = {}
    yields: tuple[str, ...] = ()


class AgentGroup(Frozen):
    """People who serve the same contacts.

    Parameters
    ----------
    serves : skills by kind of contact (`Kind.name`; a channel or contact type named in the file stands for all of
        its kinds).
    shifts : shifts of named agents, or None if a head-count or a roster is given.
    headcount : numbers of agents without identity, or None.
    roster : named agents with their own duties and skills, or None.
    shrinkage : share of paid time absent: each agent and shift is present with probability 1 - shrinkage; a
        head-count is multiplied by 1 - shrinkage.
    end_of_shift : what happens to a contact in service when its agent's duty ends.
    choice : which idle agent takes the next contact.
    speed : factor on the working speed of all its agents.
    concurrency : None: one contact at a time.
    picks : what a free agent takes.
    tenure, learning, training, on_call : or None.
    time_zone : of the clock on which shifts, roster and head-count are written; None: the scenario's.
    languages : spoken; None: all.
    """

    serves: dict[str, Skill]
    shifts: dict[str, Shift] | None
    headcount: Headcount | None
    shrinkage: float
    end_of_shift: EndOfShift
    choice: Choice
    speed: float
    roster: Roster | None = None
    concurrency: Concurrency | None = None
    picks: Picks = Picks()
    tenure: Tenure | None = None
    learning: Learning | None = None
    training: Training | None = None
    on_call: OnCall | None = None
    time_zone: str | None = None
    languages: tuple[str, ...] | None = None
