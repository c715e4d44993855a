"""The text of a scenario beside what it means: where a doubtful number stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sim.scenario.model import Scenario
from sim.scenario.text.nodes import MappingNode, Node
from sim.scenario.text.problems import Place, Problem


class Written:
    """The text of a scenario, in which doubts find their places.

    Parameters
    ----------
    tree : the merged text of base, policies and changes.
    """

    def __init__(self, tree: MappingNode) -> None:
        self.tree = tree

    def find(self, *names: str) -> tuple[Node, bool]:
        """Give the node at a path, or the nearest one above it; and whether the path itself is written."""
        node: Node = self.tree
        for name in names:
            if isinstance(node, MappingNode) and "value" in node and name not in node:
                node = node.entries["value"].value
            inner = node.get(name) if isinstance(node, MappingNode) else None
            if inner is None:
                return node, False
            node = inner
        return node, True

    def section(self, contact_type: str) -> str:
        """Give the section in which a contact type is written."""
        return "reasons" if self.find("reasons", contact_type)[1] else "contact_types"

    def doubt(self, names: Sequence[str], got: str | None, rule: str, repair: str) -> Problem:
        """Make a warning about the value at a path."""
        node, _ = self.find(*names)
        inner = node.get("value") if isinstance(node, MappingNode) else None
        place: Place = (inner or node).place
        return Problem(place.file, place.line, place.column, ".".join(names), rule, repair, got, "warning")


Rule = Callable[[Scenario, Written], Iterator[Problem]]
