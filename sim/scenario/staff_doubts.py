"""Doubts about people: absences that are known twice, numbers for holidays that never come, whose wait is looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sim.scenario.model import AgentGroup, Scenario, Signal
from sim.scenario.model.shifts import Shift
from sim.scenario.text.nodes import MappingNode
from sim.scenario.text.problems import Problem
from sim.scenario.text.units import as_share
from sim.scenario.written import Rule, Written

FREE = "off"
"""What a roster says of a day that was never to be worked."""


def absences_counted_twice(scenario: Scenario, written: Written) -> Iterator[Problem]:
    """Shrinkage beside a roster that names absences itself: leave and illness are taken off twice.

    Seen: absences with a reason other than a free day, of agents whose group has a shrinkage. Not seen: a roster from
    which the absent were left out.
    """
    for name, group in scenario.agent_groups.items():
        if group.roster is None or not group.shrinkage > 0.0:
            continue
        reasons = Counter(a.reason for agent in group.roster.agents for a in agent.absences if a.reason != FREE)
        planned = sum(len(agent.duties) for agent in group.roster.agents)
        absent = sum(reasons.values())
        if not absent:
            continue
        part = absent / (absent + planned)
        rest = max(1.0 - (1.0 - group.shrinkage) / (1.0 - part), 0.0) if part < 1.0 else 0.0
        listed = ", ".join(f"{reason} {n}" for reason, n in reasons.most_common(3))
        known = f"{absent} absences ({listed}), {100 * part:.0f} % of its days"
        rule = f"the roster itself names {known}: are they in it too?"
        repair = f"write what comes on top of them, about {100 * rest:.0f} % if they are in it"
        yield written.doubt(("agent_groups", name, "shrinkage"), as_share(group.shrinkage), rule, repair)


def holidays_that_never_come(scenario: Scenario, written: Written) -> Iterator[Problem]:
    """Agents for holidays in a period that keeps none.

    Seen: shifts, and shifts on call. Not seen: a calendar of holidays of which none falls into the period.
    """
    if scenario.period.holidays.days:
        return
    for name, group in scenario.agent_groups.items():
        for path, shifts in _shifts(group):
            for label, shift in shifts.items():
                if shift.holiday is not None:
                    rule = "its agents on holidays have no effect: the period keeps no holidays"
                    names = ("agent_groups", name, *path, label, "holiday")
                    yield written.doubt(names, str(shift.holiday), rule, "add holidays: CN to the period, or remove it")


def _shifts(group: AgentGroup) -> Iterator[tuple[tuple[str, ...], dict[str, Shift]]]:
    if group.shifts is not None:
        yield ("shifts",), group.shifts
    if group.on_call is not None:
        yield ("on_call", "shifts"), group.on_call.shifts


def wait_of_the_first_in_line(scenario: Scenario, written: Written) -> Iterator[Problem]:
    """A signal that looks at the longest wait of a line whose first one need not have waited longest.

    Seen: channels that a group serves by due time or by points. Not seen: head starts of single contact types, with
    which the first in line is ahead by minutes that it has not waited.
    """
    for name, group in scenario.agent_groups.items():
        for path, signal in _signals(group, name, written):
            if signal.look != "longest_wait":
                continue
            kinds = {k.name for k in scenario.kinds.values() if k.channel in signal.channels}
            orders = {
                other: g.picks.order
                for other, g in scenario.agent_groups.items()
                if g.picks.order != "oldest" and kinds & set(g.serves)
            }
            if not orders:
                continue
            who, order = next(iter(orders.items()))
            by = "due time" if order == "earliest_due" else "points"
            rule = f"{who} picks by {by}: this is the wait of the first in line, and others may have waited longer"
            yield written.doubt((*path, "longest_wait"), ", ".join(signal.channels), rule, "look at waiting instead")


def _signals(group: AgentGroup, name: str, written: Written) -> Iterator[tuple[tuple[str, ...], Signal]]:
    """Signals of a group, each with the path at which it is written."""
    base = ("agent_groups", name)
    if group.on_call is not None:
        yield (*base, "on_call", "when"), group.on_call.when
    serves, there = written.find(*base, "serves")
    known = dict.fromkeys(skill.when for skill in group.serves.values() if skill.when is not None)
    for entry in serves if there and isinstance(serves, MappingNode) else ():
        look = written.find(*base, "serves", entry.key, "when", "longest_wait")
        if look[1] and known:
            yield (*base, "serves", entry.key, "when"), _nearest(entry.key, group, known)


def _nearest(key: str, group: AgentGroup, known: dict[Signal, None]) -> Signal:
    """The signal that was written at a name of `serves`."""
    for kind, skill in group.serves.items():
        if skill.when is not None and (kind == key or key in kind.split("/")):
            return skill.when
    return next(iter(known))


STAFF_RULES: tuple[Rule, ...] = (absences_counted_twice, holidays_that_never_come, wait_of_the_first_in_line)
