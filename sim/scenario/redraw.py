"""Redrawing: the same scenario with other numbers, through the same readers and without its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sim.scenario.model import Scenario
from sim.scenario.model.ranges import Range, with_amounts
from sim.scenario.readers.provenance_reader import OBSERVED, Trail
from sim.scenario.readers.reading import Memory, Reading
from sim.scenario.readers.scenario_reader import reread
from sim.scenario.text.nodes import ChangedNode, Entry, MappingNode, Node, Scalar, SequenceNode, amount_path
from sim.scenario.text.problems import ScenarioProblems, name_repair


@dataclass(frozen=True)
class Origin:
    """What a scenario was read from, kept with it so that it can be read again with other numbers.

    Parameters
    ----------
    tree : the merged text of base, policies and changes.
    memory : what tables and large values in it mean.
    ranges : the values that may be drawn.
    places : where each of them stands in the tree, and the number of its amount (-1: the value itself).
    made : the parts of the scenario that was read.
    """

    tree: MappingNode
    memory: Memory
    ranges: tuple[Range, ...]
    places: dict[str, tuple[Trail, int]]
    made: tuple[object, ...]


def _made(scenario: Scenario) -> tuple[object, ...]:
    return (
        *(scenario.period, scenario.orders, scenario.contact_types, scenario.customers, scenario.channels),
        *(scenario.self_service, scenario.bot, scenario.agent_groups, scenario.routing, scenario.repeat_contacts),
        *(scenario.events, scenario.incidents),
    )


def remember(scenario: Scenario, tree: MappingNode, reading: Reading) -> None:
    """Keep with a scenario what it was read from."""
    found = {path: (made, node) for path, (made, node) in reading.ranges.items() if not path.startswith(OBSERVED)}
    paths = {id(node): path for path, (_, node) in found.items()}
    places: dict[str, tuple[Trail, int]] = {}

    def look(node: Node, trail: Trail) -> None:
        if isinstance(node, SequenceNode):
            for i, item in enumerate(node.items):
                look(item, (*trail, i))
        elif isinstance(node, MappingNode):
            path = paths.get(id(node))
            if path is not None:
                places[path] = (trail, -1)
                for i, (word, _) in enumerate(node.amounts if isinstance(node, ChangedNode) else ()):
                    places[amount_path(path, word, i)] = (trail, i)
            for entry in node:
                look(entry.value, (*trail, entry.key))

    if found:
        look(tree, ())
    ranges = tuple(made for made, _ in found.values())
    scenario._origin = Origin(tree, reading.memory, ranges, places, _made(scenario))


def redrawn(scenario: Scenario, values: Mapping[str, str]) -> Scenario:
    """Give the same scenario with other values for some of its ranges.

    Every number goes through the readers and checks it went through at first, so that what follows from it follows
    (a bare handle time keeps its shape, an agent group its reserve). No file is read. The rates to which random
    numbers are tied stay those of the scenario as written.

    Parameters
    ----------
    scenario : Scenario
        As loaded.
    values : mapping of str to str
        Text of the value by the path of its range, such as `Range.drawn` gives it.

    Raises
    ------
    ValueError
        A path has no range here, or the scenario was not loaded or was changed since.
    ScenarioProblems
        A value cannot be read, or does not fit to the others.

    Examples
    --------
    >>> from sim.scenario import load
    >>> wrapped = {"value": "10 %", "between": ["8 %", "13 %"]}
    >>> shop = load("scenarios/small_shop.yaml", {"agent_groups.desk.shrinkage": wrapped})
    >>> [r.path for r in shop.ranges]
    ['agent_groups.desk.shrinkage']
    >>> redrawn(shop, {"agent_groups.desk.shrinkage": "12 %"}).agent_groups["desk"].shrinkage
    0.12
    """
    origin = scenario._origin
    if not isinstance(origin, Origin) or any(a is not b for a, b in zip(origin.made, _made(scenario), strict=True)):
        raise ValueError("only a scenario as it was loaded can be drawn: this one was built or changed in a program")
    for path in values:
        if path not in origin.places:
            raise ValueError(f"{path}: there is no such range - {name_repair(path, list(origin.places))}")
    drawn: dict[Trail, dict[int, str]] = {}
    for path, text in values.items():
        trail, index = origin.places[path]
        drawn.setdefault(trail, {})[index] = text
    if not drawn:
        return scenario
    changes: dict[str | int, object] = {}
    for trail, texts in drawn.items():
        at = changes
        for step in trail:
            at = at.setdefault(step, {})  # type: ignore[assignment]
        at[_HERE] = texts
    tree = _drawn_tree(origin.tree, changes)
    assert isinstance(tree, MappingNode)
    reading = Reading(origin.memory)
    made = reread(reading, tree, scenario)
    if reading.problems:
        raise ScenarioProblems(list(dict.fromkeys(reading.problems)))
    made._origin = replace(origin, tree=tree, made=_made(made))
    return made


_HERE = ""  # no name of a mapping is empty


def _drawn_tree(node: Node, changes: Mapping[str | int, object]) -> Node:
    """Put texts into wrapped values; what lies beside them is shared."""
    if isinstance(node, SequenceNode):
        items = list(node.items)
        for at, inner in changes.items():
            items[int(at)] = _drawn_tree(items[int(at)], inner)  # type: ignore[arg-type]
        return SequenceNode(tuple(items), node.place)
    assert isinstance(node, MappingNode)
    entries = dict(node.entries)
    for key, inner in changes.items():
        if key == _HERE:
            old = entries["value"]
            text = _text(node, inner)  # type: ignore[arg-type]
            entries["value"] = Entry("value", old.place, Scalar(text, old.value.place, note=f"{text}, drawn"))
        else:
            old = entries[str(key)]
            entries[old.key] = Entry(old.key, old.place, _drawn_tree(old.value, inner))  # type: ignore[arg-type]
    return replace(node, entries=entries)


def _text(node: MappingNode, texts: Mapping[int, str]) -> str:
    """Text of a value, with the amounts by which policies have changed it."""
    value = node.entries["value"].value
    assert isinstance(value, Scalar)
    text = texts.get(-1, value.text)
    amounts = node.amounts if isinstance(node, ChangedNode) else ()
    pairs = []
    for i, (word, amount) in enumerate(amounts):
        stated = amount.get("value")
        assert isinstance(stated, Scalar)
        if texts.get(i, stated.text) != stated.text:
            pairs.append((word, stated.text, texts[i]))
    return with_amounts(text, pairs) if pairs else text
