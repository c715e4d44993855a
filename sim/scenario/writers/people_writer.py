"""Writing of agent groups and routing in the words of the language."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.scenario.model import AgentGroup, Concurrency, Kind, Picks, Roster, Routing, Signal, Skill, Training
from sim.scenario.model.headcount import Headcount, WeeklySpans
from sim.scenario.model.shifts import Shift
from sim.scenario.text.units import WEEKDAYS, as_duration, as_share, as_span, plain
from sim.scenario.writers.rate_writer import cells_words

Tree = dict[str, Any]


def group_words(group: AgentGroup, kinds: Mapping[str, Kind], folder: str | os.PathLike[str] | None = None) -> Tree:
    """Write an agent group, everything explicit.

    Parameters
    ----------
    group : the agent group.
    kinds : what agents of the scenario face, by name.
    folder : where the text will be kept: a roster is named relative to it. None names it by its absolute path.

    Examples
    --------
    >>> from sim.scenario import load
    >>> shop = load("scenarios/small_shop.yaml")
    >>> group_words(shop.agent_groups["desk"], shop.kinds)["serves"]["mail"]
    {'rank': '2', 'after': '0 min', 'speed': '1', 'reserve': '0'}
    """
    tree: Tree = {
        "serves": {_kind(name, kinds): _skill(skill) for name, skill in group.serves.items()},
        "shrinkage": as_share(group.shrinkage),
    }
    if group.time_zone is not None:
        tree["time_zone"] = group.time_zone
    if group.languages is not None:
        tree["languages"] = list(group.languages)
    if group.shifts is not None:
        tree["shifts"] = _shifts(group.shifts)
    if group.headcount is not None:
        tree["headcount"] = _headcount(group.headcount)
    if group.roster is not None:
        tree["roster"] = _roster(group.roster, folder)
    tree |= {"end_of_shift": group.end_of_shift, "choice": group.choice, "speed": plain(group.speed)}
    if group.headcount is None:
        tree["concurrency"] = _concurrency(group.concurrency)
    tree["picks"] = _picks(group.picks)
    if group.tenure is not None:
        tree["tenure"] = {"new": as_share(group.tenure.share), "speed": plain(group.tenure.speed)}
    if group.learning is not None:
        steps = {str(done): plain(speed) for done, speed in group.learning.steps}
        tree["learning"] = {"after": steps, "done": str(group.learning.done)}
    if group.training is not None:
        tree["training"] = _training(group.training)
    if group.on_call is not None:
        tree["on_call"] = {"when": signal_words(group.on_call.when), "shifts": _shifts(group.on_call.shifts)}
    return tree


def routing_words(routing: Routing, kinds: Mapping[str, Kind]) -> Tree:
    """Write the rules of routing that hold for all groups; nothing where there are none.

    Parameters
    ----------
    routing : the rules.
    kinds : what agents of the scenario face, by name.
    """
    if routing == Routing():
        return {}
    worth = "none" if routing.priority_worth is None else as_duration(routing.priority_worth)
    # who has a grade interrupts all that yield and have a lower one; read again this gives the same grades
    interrupts = {
        _kind(kind, kinds): [_kind(k, kinds) for k in routing.yields if routing.grades.get(k, 0) < grade]
        for kind, grade in routing.grades.items()
    }
    return {"priority_worth": worth, **({"interrupts": interrupts} if interrupts else {})}


def signal_words(signal: Signal) -> Tree:
    """Write a signal."""
    falling = signal.look == "service_level"
    write = {"waiting": plain, "service_level": as_share}.get(signal.look, as_duration)
    above, below = (signal.off, signal.on) if falling else (signal.on, signal.off)
    return {
        signal.look: signal.channels[0] if len(signal.channels) == 1 else list(signal.channels),
        "above": write(above),
        "below": write(below),
        "every": as_duration(signal.every),
        "delay": as_duration(signal.delay),
        "least": as_duration(signal.least),
    }


def _kind(name: str, kinds: Mapping[str, Kind]) -> str:
    """Name that means this kind alone: its type where it has no other kind, else channel and type."""
    kind = kinds[name]
    alone = sum(other.contact_type == kind.contact_type for other in kinds.values()) == 1
    return kind.contact_type if alone else f"{kind.channel}/{kind.contact_type}"


def _skill(skill: Skill) -> Tree:
    tree: Tree = {
        "rank": str(skill.rank),
        "after": as_duration(skill.after),
        "speed": plain(skill.speed),
        "reserve": str(skill.reserve),
    }
    if skill.most is not None:
        tree["most"] = str(skill.most)
    if skill.when is not None:
        tree["when"] = signal_words(skill.when)
    return tree


def _shifts(shifts: Mapping[str, Shift]) -> Tree:
    return {name: _shift(shift) for name, shift in shifts.items()}


def _shift(shift: Shift) -> Tree:
    return {
        "hours": as_span(shift.start, shift.end),
        "break": "none" if shift.pause is None else str(shift.pause),
        **dict(zip(WEEKDAYS, map(str, shift.agents), strict=True)),
        **({} if shift.holiday is None else {"holiday": str(shift.holiday)}),
    }


def _headcount(headcount: Headcount) -> Tree:
    if isinstance(headcount, WeeklySpans):
        week = zip(WEEKDAYS, headcount.week, strict=True)
        return {day: {as_span(a, b): plain(n) for a, b, n in spans} for day, spans in week if spans}
    return cells_words(headcount)


def _roster(roster: Roster, folder: str | os.PathLike[str] | None) -> Tree:
    name = roster.file if folder is None else os.path.relpath(roster.file, Path(folder).absolute())
    return {"file": name, **roster.asked, "outside": roster.outside}


def _concurrency(concurrency: Concurrency | None) -> Any:
    if concurrency is None:
        return "1"
    if concurrency.touch is not None and concurrency.think is not None:
        turns = {"touch": as_duration(concurrency.touch), "think": as_duration(concurrency.think)}
        return {"limit": str(concurrency.limit), **turns}
    return {"limit": str(concurrency.limit), "speed": [plain(speed) for speed in concurrency.speed]}


def _picks(picks: Picks) -> Any:
    if picks.order != "score":
        return picks.order
    return {"waited": plain(picks.waited), "overdue": plain(picks.overdue), "priority": plain(picks.priority)}


def _training(training: Training) -> Tree:
    return {
        "per_week": as_duration(training.per_week),
        "session": as_duration(training.session),
        "between": as_span(training.from_clock, training.to_clock),
        "speed": plain(training.speed),
    }
