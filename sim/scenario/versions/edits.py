"""Edits of a YAML text at places: what is not edited stays as it is, to the last blank."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import yaml

Names = tuple[str, ...]


@dataclass(frozen=True)
class Edit:
    """Another text for a piece of the file.

    Parameters
    ----------
    start, end : the piece [characters from the start].
    text : what stands there instead.
    line : where it starts, from 1.
    old : what stood there.
    """

    start: int
    end: int
    text: str
    line: int
    old: str


@dataclass(frozen=True)
class Spot:
    """A scalar of the text that has a meaning for a migration.

    Parameters
    ----------
    names : path of the value in the words of the file.
    scalar : the text itself.
    path : None for a value; else the first of `names` that the scalar names itself (a key, or a dotted path).
    """

    names: Names
    scalar: yaml.ScalarNode
    path: int | None = None


def spots(text: str) -> tuple[yaml.Node | None, list[Spot]]:
    """List names and values of a scenario or policy with their paths; dotted ones are taken apart.

    Parameters
    ----------
    text : YAML that `read_yaml` takes (so it has no anchors, aliases and tags).

    Returns
    -------
    The root, and the spots in the order of the text.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    return root, list(_spots(root, (), True)) if isinstance(root, yaml.MappingNode) else []


def _spots(node: yaml.Node, names: Names, top: bool = False, dotted: bool = False) -> Iterator[Spot]:
    if isinstance(node, yaml.ScalarNode):
        yield Spot(names, node)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _spots(item, names)
    else:
        for key, value in node.value:
            parts = tuple(key.value.split(".")) if dotted else (key.value,)
            yield Spot((*names, *parts), key, len(names))
            if top and key.value in ("change", "provenance"):
                yield from _spots(value, (), dotted=True)
            elif top and key.value == "remove":
                for item in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    if isinstance(item, yaml.ScalarNode):
                        yield Spot(tuple(item.value.split(".")), item, 0)
            else:
                yield from _spots(value, (*names, *parts) if key.value != "value" else names)


def replacing(scalar: yaml.ScalarNode, new: str) -> Edit:
    """Make the edit that gives a scalar another text, in the quotes that it has."""
    start, end = scalar.start_mark, scalar.end_mark
    quote = scalar.style if scalar.style in ("'", '"') else ""
    return Edit(start.index, end.index, f"{quote}{new}{quote}", start.line + 1, scalar.value)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Give a text with its edits made.

    Examples
    --------
    >>> edited("sla: 80/30  # ours", [Edit(0, 3, "service_level", 1, "sla"), Edit(5, 10, "80 % within 30 s", 1, "")])
    'service_level: 80 % within 30 s  # ours'
    """
    for edit in sorted(edits, key=lambda e: e.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def scalars(text: str) -> list[str]:
    """List every scalar of a text, in order: two texts with the same ones mean the same, whatever their layout."""
    events = yaml.parse(text, Loader=yaml.SafeLoader)
    return [
        event.value if isinstance(event, yaml.ScalarEvent) else type(event).__name__
        for event in events
        if isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent, yaml.CollectionEndEvent))
    ]
