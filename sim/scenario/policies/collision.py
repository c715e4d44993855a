"""Collisions: policies of one stack that set the same value, so that one of them has no effect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sim.scenario.policies.patch import removals
from sim.scenario.policies.path import Names
from sim.scenario.policies.relative import TEXTS, is_factor, is_relative
from sim.scenario.policies.stack import Layer
from sim.scenario.readers.reading import Reading
from sim.scenario.text.nodes import MappingNode, Node, Scalar, SequenceNode
from sim.scenario.text.problems import Place, shown
from sim.scenario.text.units import is_weekdays, weekdays
from sim.scenario.text.words import VALUES


@dataclass(frozen=True)
class Leaf:
    """A value that a policy sets or removes.

    Parameters
    ----------
    names : its path.
    place : where the policy says so.
    text : what is written, for messages and to tell whether two say the same.
    relative : it changes what is there, and keeps it.
    removes : it takes away what is there.
    """

    names: Names
    place: Place
    text: str
    relative: bool = False
    removes: bool = False

    @property
    def path(self) -> str:
        """The dotted path."""
        return ".".join(self.names)


def leaves(policy: MappingNode) -> Iterator[Leaf]:
    """List what a policy removes and sets, in the order in which it is applied."""
    for item in removals(policy.get("remove")):
        yield Leaf(tuple(item.text.split(".")), item.place, "", removes=True)
    change = policy.get("change")
    for entry in change if isinstance(change, MappingNode) else ():
        yield from _leaves(tuple(entry.key.split(".")), entry.value, entry.place)


def _leaves(names: Names, node: Node, place: Place) -> Iterator[Leaf]:
    whole = not isinstance(node, MappingNode) or names[-1] in VALUES or "value" in node or is_relative(node)
    if isinstance(node, MappingNode) and not whole:
        for entry in node:
            yield from _leaves((*names, entry.key), entry.value, entry.place)
        return
    if len(names) > 1 and names[-1] == "value":
        names = names[:-1]
    path = ".".join(names)
    relative = is_relative(node) and not is_factor(path) and names[-1] not in TEXTS
    yield Leaf(names, node.place, text_of(node), relative)


def text_of(node: Node) -> str:
    """Write a node on one line, as it could be written in a file.

    Examples
    --------
    >>> from sim.scenario.text.nodes import from_python
    >>> text_of(from_python({"law": "gamma", "steps": [1, 2]}, Place("x")))
    '{law: gamma, steps: [1, 2]}'
    """
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, SequenceNode):
        return f"[{', '.join(map(text_of, node.items))}]"
    return f"{{{', '.join(f'{entry.key}: {text_of(entry.value)}' for entry in node)}}}"


def refuse_repetitions(reading: Reading, layer: Layer) -> None:
    """Note values that one policy sets twice (`desk: {speed: 2}` beside `desk.speed: 3`)."""
    seen: dict[Names, Leaf] = {}
    for leaf in leaves(layer.node):
        if leaf.removes:
            continue
        first = next((other for other in seen.values() if covers(leaf.names, other.names)), None)
        if first is not None and not leaf.relative:
            rule = f"this file sets it twice, the first time on line {first.place.line}"
            reading.problem(leaf.place, leaf.path, rule, "keep one of the two", leaf.text)
        seen[leaf.names] = leaf


def warn_of_collisions(reading: Reading, layers: Sequence[Layer], base: int) -> None:
    """Warn where a policy takes the place of what another one has set, so that the other one has no effect there.

    Not reported are changes that keep what is there (`times`, `plus`, `minus`, a part of a larger value), the same
    value twice, a policy that extends the other one (it knows what it changes), values that a further policy sets
    which extends both, and policies that change the base they are put on.

    Parameters
    ----------
    reading : where warnings go.
    layers : the stack.
    base : number of its layers that belong to the base on which the others were put.
    """
    known = {layer.real for layer in layers[:base]}
    live: dict[Names, list[tuple[Layer, Leaf]]] = {}
    found: list[tuple[Layer, Leaf, Layer, Leaf]] = []
    for i, layer in enumerate(layers):
        own = list(leaves(layer.node))
        extends = layer.extends | known if i >= base else layer.extends
        for leaf in own:
            if leaf.relative:
                continue
            for names in [names for names in live if covers(leaf.names, names)]:
                for other, earlier in live.pop(names):
                    same = earlier.text == leaf.text and earlier.names == leaf.names and not earlier.relative
                    if other.real not in extends and not same:
                        found.append((other, earlier, layer, leaf))
        found = [
            (a, earlier, b, later)
            for a, earlier, b, later in found
            if not ({a.real, b.real} <= layer.extends and any(_settles(leaf, later) for leaf in own))
        ]
        for leaf in own:
            if not leaf.removes:
                live.setdefault(leaf.names, []).append((layer, leaf))
    for _, earlier, _, later in found:
        lost = f"{shown(earlier.text)} ({earlier.place})"
        if later.removes:
            reading.warn(later.place, later.path, f"this removes {earlier.path}, which another policy sets to {lost}")
        else:
            rule = f'"{shown(later.text)}" takes the place of {lost}'
            repair = "leave one of the two policies out, or write one that extends both and says what holds"
            reading.warn(later.place, later.path, rule, repair)


def _settles(leaf: Leaf, collided: Leaf) -> bool:
    """Whether a later leaf sets what two others have set differently."""
    return not leaf.relative and covers(leaf.names, collided.names)


def covers(names: Names, others: Names) -> bool:
    """Whether who sets one path sets all of another: the same, what lies in it, and some of its weekdays.

    Examples
    --------
    >>> covers(("day", "mon-fri"), ("day", "fri")), covers(("day", "fri"), ("day", "mon-fri"))
    (True, False)
    """
    return len(names) <= len(others) and all(map(_covers, names, others[: len(names)]))


def _covers(name: str, other: str) -> bool:
    if name == other:
        return True
    return is_weekdays(name) and is_weekdays(other) and set(weekdays(other)) <= set(weekdays(name))
