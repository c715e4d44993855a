"""Migrations: how a file of one version of the language becomes one of the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import yaml

from sim.scenario.text.problems import Problem
from sim.scenario.versions.edits import Edit, Names, Spot, edited, replacing, scalars, spots

T = TypeVar("T")
ANY = "*"
"""Stands for any one name in the pattern of a path."""


@dataclass(frozen=True)
class Migration:
    """From one version to the next.

    Parameters
    ----------
    version : the version it starts from.
    words : new name by pattern of the old path, such as `("channels", "*", "sla"): "service_level"`.
    values : rewriting of a value by pattern of its old path: gives the new text, or None to leave it.
    """

    version: int
    words: Mapping[Names, str]
    values: Mapping[Names, Callable[[str], str | None]]

    def apply(self, text: str, file: str) -> tuple[str, list[Edit], list[Problem]]:
        """Migrate a text.

        Parameters
        ----------
        text : a scenario or a policy of this version, as `read_yaml` takes it.
        file : its name, for problems.

        Returns
        -------
        The text of the next version, the edits in their order, and what stands in the way (then the text is as it was).
        """
        root, found = spots(text)
        edits: list[Edit] = []
        problems: list[Problem] = []
        known = {spot.names for spot in found if spot.path is not None}
        for spot in found:
            names = self._renamed(spot.names)
            if spot.path is None:
                new = self._rewritten(spot)
            else:
                new = ".".join(names[spot.path :])
                if names[-1] != spot.names[-1] and (*spot.names[:-1], names[-1]) in known:
                    mark = spot.scalar.start_mark
                    rule = f"{names[-1]} is the new name of {spot.names[-1]}, and both are written"
                    place = (file, mark.line + 1, mark.column + 1, ".".join(spot.names))
                    problems.append(Problem(*place, rule, "keep one of the two"))
            if new != spot.scalar.value:
                edits.append(replacing(spot.scalar, new))
        edits += self._version(root, text)
        if problems:
            return text, [], problems
        made = edited(text, edits)
        _check(text, made, edits, file)
        return made, edits, []

    def _renamed(self, names: Names) -> Names:
        """Give a path in the new words."""
        new = list(names)
        for i, name in enumerate(names):
            bare, bracket, index = name.partition("[")
            word = _match(self.words, (*names[:i], bare))
            if word is not None:
                new[i] = word + bracket + index
        return tuple(new)

    def _rewritten(self, spot: Spot) -> str:
        """Give a value in the new form."""
        rewrite = _match(self.values, spot.names)
        block = spot.scalar.style in ("|", ">")  # its text spans lines: left to the reader to complain of
        new = rewrite(spot.scalar.value) if rewrite is not None and not block else None
        return spot.scalar.value if new is None else new

    def _version(self, root: yaml.Node | None, text: str) -> list[Edit]:
        """Give the edit of the version itself; one that is missing is added to a complete scenario in block style."""
        if not isinstance(root, yaml.MappingNode):
            return []
        for key, value in root.value:
            if key.value == "aftersim" and isinstance(value, yaml.ScalarNode):
                return [replacing(value, str(self.version + 1))]
        if root.flow_style or any(key.value in ("extends", "change", "remove") for key, _ in root.value):
            return []
        mark = root.start_mark
        end = "\r\n" if "\r\n" in text else "\n"
        return [Edit(mark.index, mark.index, f"aftersim: {self.version + 1}{end}", mark.line + 1, "")]


def _match(patterns: Mapping[Names, T], names: Names) -> T | None:
    """Give what belongs to the pattern that a path fits."""
    for pattern, what in patterns.items():
        if len(pattern) == len(names) and all(p in (ANY, name) for p, name in zip(pattern, names, strict=True)):
            return what
    return None


def _check(old: str, new: str, edits: list[Edit], file: str) -> None:
    """Make sure that nothing but the edits has changed; anything else would be a fault of this program."""
    wanted = [line for edit in edits if not edit.old for line in edit.text.strip().split(": ")]
    changed = {(edit.old, edit.text.strip("'\"")) for edit in edits}
    a, b = scalars(old), scalars(new)
    if wanted:
        at = b.index(wanted[0])
        b = b[:at] + b[at + len(wanted) :]
    if len(a) != len(b) or any(x != y and (x, y) not in changed for x, y in zip(a, b, strict=True)):
        raise RuntimeError(f"{file}: the upgrade would change more than it should; nothing was changed")
