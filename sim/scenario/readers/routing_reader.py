"""Reading of routing: rules that hold for all groups, and what a free agent of a group picks."""

from __future__ import annotations

from typing import Any

from sim.scenario.model import Picks, Routing
from sim.scenario.readers.law_reader import a_positive
from sim.scenario.readers.reading import Fields, Reading, one_of, words
from sim.scenario.readers.skill_reader import KIND, UNKNOWN, Target, known_names
from sim.scenario.text.nodes import Entry, MappingNode, Node, SequenceNode
from sim.scenario.text.problems import name_repair
from sim.scenario.text.units import number
from sim.scenario.text.words import PICKS, ROUTING_WORDS

MOST_POINTS = 1_000_000.0
Over = dict[str, list[str]]
"""Kinds of contact that each kind interrupts."""


def read_routing(reading: Reading, node: Node, path: str, target: Target) -> Routing | None:
    """Read `{priority_worth: 30 min, interrupts: {phone: [email]}}`; `target` tells what names stand for."""
    mapping = reading.mapping(node, path, "a routing such as {priority_worth: 30 min, interrupts: {phone: [email]}}")
    if mapping is None:
        return None
    fields = Fields(reading, mapping, path, ROUTING_WORDS)
    worth = fields.take(
        "priority_worth",
        lambda r, n, p: r.scalar(n, p, lambda text: -1.0 if text == "none" else a_positive(text)),
        -1.0,
        "none",
        "a higher priority goes first however long the others have waited",
    )
    grades: dict[str, int] = {}
    yields: tuple[str, ...] = ()
    if fields.node("interrupts") is not None:
        found = _read_interrupts(reading, mapping.entries["interrupts"].value, f"{path}.interrupts", target)
        if found is None:
            return None
        grades, yields = found
    return Routing(priority_worth=None if worth < 0 else worth, grades=grades, yields=yields)


def _read_interrupts(
    reading: Reading, node: Node, path: str, target: Target
) -> tuple[dict[str, int], tuple[str, ...]] | None:
    """Read who interrupts whom: grades above 0 by kind, and the kinds that yield."""
    mapping = reading.mapping(node, path, "a mapping such as {phone: [email, social]}")
    if mapping is None:
        return None
    kinds = [named.kinds[0] for named in target.values() if named.level == KIND]
    over: Over = {}
    good = True
    for entry in mapping:
        own = f"{path}.{entry.key}"
        if entry.key not in target:
            reading.problem(entry.place, own, UNKNOWN, name_repair(entry.key, known_names(target)))
        lower = _names(reading, entry, own, target)
        good = good and entry.key in target and lower is not None
        for kind in target[entry.key].kinds if entry.key in target else ():
            others = [k for name in lower or () for k in target[name].kinds if k != kind]
            over[kind] = list(dict.fromkeys([*over.get(kind, ()), *others]))
    if not good:
        return None
    circle = _circle(over)
    if circle:
        rule = f"contacts interrupt each other in a circle: {' -> '.join(circle)}"
        reading.problem(mapping, path, rule, "remove one of these")
        return None
    grades = {kind: grade for kind in kinds if (grade := _grade(over, kind)) > 0}
    lower_kinds = {kind for others in over.values() for kind in others}
    yields = tuple(kind for kind in kinds if kind in lower_kinds)
    _note_ladder(reading, path, over, grades, yields)
    return grades, yields


def _names(reading: Reading, entry: Entry, path: str, target: Target) -> list[str] | None:
    """Read the names that yield to a name."""
    items = entry.value.items if isinstance(entry.value, SequenceNode) else (entry.value,)
    if isinstance(entry.value, MappingNode) or not items:
        reading.problem(entry.value, path, "a name or a list of names is expected", "write [email, social]")
        return None
    found: list[str] = []
    for item in items:
        name = reading.text(item, path, words)
        if name is None:
            continue
        if name not in target:
            reading.problem(item, path, UNKNOWN, name_repair(name, known_names(target)), name)
        elif name == entry.key:
            reading.problem(item, path, "nothing interrupts itself", "remove it", name)
        else:
            found.append(name)
    return found if len(found) == len(items) else None


def _circle(over: Over) -> list[str]:
    """Kinds that interrupt each other in a circle, the first one repeated at the end; empty if there is none."""
    done: set[str] = set()

    def walk(kind: str, trail: list[str]) -> list[str]:
        if kind in trail:
            return [*trail[trail.index(kind) :], kind]
        if kind in done:
            return []
        for other in over.get(kind, ()):
            found = walk(other, [*trail, kind])
            if found:
                return found
        done.add(kind)
        return []

    return next((found for kind in over if (found := walk(kind, []))), [])


def _grade(over: Over, kind: str) -> int:
    return max((_grade(over, other) + 1 for other in over.get(kind, ())), default=0)


def _below(over: Over, kind: str) -> set[str]:
    """All kinds that a kind interrupts, also by way of others."""
    found: set[str] = set()
    for other in over.get(kind, ()):
        found |= {other} | _below(over, other)
    return found


def _note_ladder(reading: Reading, path: str, over: Over, grades: dict[str, int], yields: tuple[str, ...]) -> None:
    """Note what follows without being written: grades are one ladder for all kinds."""
    more = [
        f"{kind} interrupts {other}"
        for kind, grade in grades.items()
        for other in yields
        if grades.get(other, 0) < grade and other not in _below(over, kind) and other != kind
    ]
    if more:
        why = "all contacts stand on one ladder; it matters for agents who serve both"
        reading.default(f"{path} (also)", ", ".join(more[:10]) + (", ..." if len(more) > 10 else ""), why)


def read_picks(reading: Reading, node: Node, path: str) -> Picks | None:
    """Read what a free agent takes among contacts of one rank: `oldest`, `earliest_due`, or points of a score."""
    if not isinstance(node, MappingNode):
        order: Any = reading.text(node, path, one_of("oldest", "earliest_due"))
        return None if order is None else Picks(order=order)
    fields = Fields(reading, node, path, PICKS)
    usual = Picks()
    points = {
        name: fields.take(name, _read_points, getattr(usual, name), f"{getattr(usual, name):g}", f"points per {per}")
        for name, per in (
            ("waited", "minute waited"),
            ("overdue", "minute past due"),
            ("priority", "level of priority"),
        )
    }
    if not any(value > 0 for value in points.values()):
        reading.problem(node, path, "a score without points takes contacts in no order", "write {waited: 1}")
        return None
    return Picks(order="score", **points)


def _read_points(reading: Reading, node: Node, path: str) -> float | None:
    return reading.scalar(node, path, lambda text: number(text, 0.0, MOST_POINTS))
