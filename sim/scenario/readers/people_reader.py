"""Reading of the people of an agent group: shifts of named agents, a counted head-count, or a roster."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from sim.scenario.model import Channel, OnCall, Roster, Skill
from sim.scenario.model.headcount import Headcount
from sim.scenario.model.period import Period
from sim.scenario.model.shifts import Shift
from sim.scenario.readers.headcount_reader import read_headcount
from sim.scenario.readers.reading import Fields, Reading
from sim.scenario.readers.rosters.reader import read_roster
from sim.scenario.readers.shift_reader import read_shifts
from sim.scenario.readers.signal_reader import read_signal
from sim.scenario.readers.skill_reader import Target, channels_of, known_names
from sim.scenario.text.nodes import MappingNode, Node, Scalar, SequenceNode
from sim.scenario.text.words import ON_CALL

WAYS = {"shifts": "shifts (named agents)", "headcount": "headcount (counted)", "roster": "roster (named agents)"}


class People(NamedTuple):
    """Who is there: one of the three; all None where they could not be read."""

    shifts: dict[str, Shift] | None = None
    headcount: Headcount | None = None
    roster: Roster | None = None


def read_people(
    reading: Reading,
    mapping: MappingNode,
    path: str,
    target: Target,
    period: Period,
    time_zone: str | None,
    name: str,
    groups: Collection[str],
) -> People:
    """Read the people of a group.

    Parameters
    ----------
    reading, mapping, path : the agent group, and where problems go.
    target : names of channels and contact types, which a roster may give as skills.
    period : gives the calendar, on the clock of the group.
    time_zone : of that clock, None for the scenario's.
    name : of the group.
    groups : names of all groups, if known.
    """
    said = [way for way in WAYS if way in mapping]
    if not said:
        rule = "an agent group needs its people"
        reading.problem(mapping, path, rule, "add shifts: {day: {hours: 09:00-17:00, mon-fri: 2}} or a headcount")
        return People()
    if len(said) > 1:
        listed = " or by ".join(WAYS[way] for way in said)
        rule = f"people are given by {listed}, not by {'both' if len(said) == 2 else 'all of them'}"
        reading.problem(mapping.entries[said[1]].place, path, rule, "remove one" if len(said) == 2 else "keep one")
        return People()
    node, own = mapping.entries[said[0]].value, f"{path}.{said[0]}"
    if said[0] == "shifts":
        return People(shifts=read_shifts(reading, node, own))
    if said[0] == "headcount":
        return People(headcount=read_headcount(reading, node, own, period))

    def read() -> Roster | None:
        noted = len(reading.defaults)
        known = known_names(target)
        found = read_roster(reading, node, own, period, known, group=name, known_groups=groups, time_zone=time_zone)
        if isinstance(node, MappingNode) and "outside" in node:  # what was asked for is no default
            reading.defaults[noted:] = [d for d in reading.defaults[noted:] if d.path != f"{own}.outside"]
        return None if found is None else found.model_copy(update={"asked": _asked(node)})

    return People(roster=reading.once(node, own, read))


def _asked(node: Node) -> dict[str, Any]:
    """The words with which a roster was asked for, but those that it keeps by themselves."""
    if not isinstance(node, MappingNode):
        return {}
    return {entry.key: _plain(entry.value) for entry in node if entry.key not in ("file", "outside")}


def _plain(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, SequenceNode):
        return [_plain(item) for item in node.items]
    return {entry.key: _plain(entry.value) for entry in node}


def check_roster(
    reading: Reading, node: Node, path: str, roster: Roster, serves: Mapping[str, Skill], target: Target, limit: int
) -> bool:
    """Check skills and concurrency of named agents against their group; gives whether they fit.

    Parameters
    ----------
    reading, node, path : where problems go.
    roster : the agents.
    serves : skills of the group, by kind.
    target : what the names of skills mean.
    limit : contacts at a time of the group.
    """
    more = [agent for agent in roster.agents if (agent.concurrency or 1) > limit]
    if more:
        most = max(agent.concurrency or 1 for agent in more)
        shown = ", ".join(agent.name for agent in more[:3]) + (", ..." if len(more) > 3 else "")
        rule = f"the roster lets {shown} hold {most} contacts open, the group at most {limit}"
        reading.problem(node, path, rule, f"write concurrency: {most} for the group")
    idle = [
        agent.name
        for agent in roster.agents
        if agent.skills is not None
        and not any(kind in serves for skill in agent.skills if skill in target for kind in target[skill].kinds)
    ]
    if idle:
        shown = ", ".join(idle[:3]) + (", ..." if len(idle) > 3 else "")
        rule = f"nothing of what the group serves is among the skills of {shown}: no contact ever comes to them"
        reading.warn(node, path, rule, "change the skills, or add what they can to serves")
    return not more


def read_on_call(
    reading: Reading,
    node: Node,
    path: str,
    shifts: Collection[str],
    channels: Mapping[str, Channel],
    target: Target,
) -> OnCall | None:
    """Read `{when: {waiting: chat, above: 20, below: 5}, shifts: {evening: {hours: 18:00-23:00, mon-sun: 2}}}`.

    Parameters
    ----------
    reading, node, path : what to read and where problems go.
    shifts : names of the group's other shifts.
    channels : those that could be read.
    target : names of all channels.
    """
    mapping = reading.mapping(node, path, "agents on call, a mapping with when and shifts,")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, ON_CALL)
    when = fields.need(
        "when",
        lambda r, n, p: read_signal(r, n, p, channels, channels_of(target)),
        "agents on call need the signal that calls them",
        "add when: {waiting: phone, above: 20, below: 5}",
    )
    own = fields.need(
        "shifts",
        read_shifts,
        "agents on call need their shifts",
        "add shifts: {evening: {hours: 18:00-23:00, mon-sun: 2}}",
    )
    twice = [name for name in own or () if name in shifts]
    for name in twice:
        place = mapping.entries["shifts"].value
        at = place.entries[name].place if isinstance(place, MappingNode) and name in place else place.place
        rule = "the group has an ordinary shift of this name, and its agents would have the same names"
        reading.problem(at, f"{path}.shifts.{name}", rule, f"write {name}_on_call")
    return None if when is None or own is None or twice else OnCall(when=when, shifts=own)
